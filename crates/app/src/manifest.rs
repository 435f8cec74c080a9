//! `manifest.json`: the hash of every evidence file and of every output, written last.

use std::path::Path;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};

use crate::{
    case_folder::{CaseFolder, hash_file},
    platform,
};

/// Name and version of the schema.
pub(crate) const SCHEMA: &str = "konseki.manifest/1";
/// File name.
pub(crate) const NAME: &str = "manifest.json";

/// What the case folder was made from, and what was made.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) schema: String,
    pub(crate) version: String,
    pub(crate) knowledge: String,
    /// How the run was asked for, so that `decide` can recompute.
    pub(crate) asked: Asked,
    /// Evidence: hash of each file's content.
    pub(crate) evidence: Vec<Hashed>,
    /// Outputs: hash of each file, paths below the case folder.
    pub(crate) outputs: Vec<Hashed>,
}

/// The run's own arguments.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub(crate) struct Asked {
    pub(crate) evidence: Vec<String>,
    pub(crate) case_file: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) timezone: Option<String>,
    pub(crate) geo: Option<String>,
    /// Where the passwords stand; never what they are.
    #[serde(default)]
    pub(crate) password_file: Option<String>,
}

/// A file and its hash.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub(crate) struct Hashed {
    pub(crate) path: String,
    pub(crate) sha256: String,
    pub(crate) bytes: u64,
}

/// Reads the manifest of a case folder.
pub(crate) fn read(folder: &Path) -> Result<Manifest> {
    let path = folder.join(NAME);
    let text = std::fs::read_to_string(&path).with_context(|| {
        format!(
            "{} is no finished case folder (no {NAME}); run `konseki investigate` first",
            folder.display()
        )
    })?;
    serde_json::from_str(&text).with_context(|| format!("{} is damaged", path.display()))
}

/// Hashes every output below the folder and writes the manifest.
pub(crate) fn write(folder: &CaseFolder, mut manifest: Manifest) -> Result<()> {
    manifest.outputs = outputs(folder.path())?;
    manifest.schema = SCHEMA.to_owned();
    let text = serde_json::to_vec_pretty(&manifest)?;
    folder.write(NAME, &text)
}

/// Every output of a case folder with its hash. Caches and spill files are no outputs.
fn outputs(folder: &Path) -> Result<Vec<Hashed>> {
    let mut found = Vec::new();
    below(folder, folder, &mut found)?;
    found.sort_by(|a: &Hashed, b| a.path.cmp(&b.path));
    Ok(found)
}

fn below(root: &Path, folder: &Path, found: &mut Vec<Hashed>) -> Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = platform::shown(path.strip_prefix(root).unwrap_or(&path));
        let no_output = ["cache", "spill", "work", "konseki.lock", NAME, ".gitignore"];
        if no_output.contains(&name.as_str()) || name.ends_with(".new") {
            continue;
        }
        if path.is_dir() {
            below(root, &path, found)?;
        } else {
            let (sha256, bytes) =
                hash_file(&path).with_context(|| format!("cannot read {}", path.display()))?;
            found.push(Hashed { path: name, sha256, bytes });
        }
    }
    Ok(())
}

/// What no longer is as the manifest says.
pub(crate) fn differences(folder: &Path, manifest: &Manifest) -> Result<Vec<String>> {
    let now = outputs(folder)?;
    let mut found = Vec::new();
    for was in &manifest.outputs {
        match now.iter().find(|it| it.path == was.path) {
            None => found.push(format!("{}: missing", was.path)),
            Some(it) if it.sha256 != was.sha256 => found.push(format!("{}: changed", was.path)),
            Some(_) => {}
        }
    }
    for it in &now {
        if !manifest.outputs.iter().any(|was| was.path == it.path) {
            found.push(format!("{}: not written by the last run", it.path));
        }
    }
    Ok(found)
}
