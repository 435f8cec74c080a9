//! Every file below the evidence folders, in one order on every machine.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    archive::{self, Magic, Member},
    limits,
    source::{Source, Step},
};

/// What to leave out.
#[derive(Clone, Debug, Default)]
pub struct FindOptions {
    /// Folders and files that are never evidence (the case folder).
    pub excluded: Vec<PathBuf>,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Files, containers included, ordered by path.
    pub sources: Vec<Source>,
    /// What could not be read; it did not stop the rest.
    pub problems: Vec<Problem>,
}

/// A file or folder that could not be read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem {
    /// Path.
    pub path: String,
    /// `unreadable`, `encrypted` or `limit_hit`.
    pub code: String,
    /// Reason, in English.
    pub reason: String,
}

/// Finds every file below the roots, also inside archives. Links are not followed; case folders
/// (known by their `manifest.json`) are left out.
pub fn find(roots: &[PathBuf], options: &FindOptions) -> Found {
    let mut it = Finder { options, found: Found::default() };
    let names = prefixes(roots);
    for (root, prefix) in roots.iter().zip(&names) {
        // A root may be given by a link: the user named it.
        let path = fs::canonicalize(root).unwrap_or_else(|_| root.clone());
        match fs::metadata(&path) {
            Ok(meta) if meta.is_dir() => it.folder(&path, prefix),
            Ok(_) => it.file(&path, prefix.trim_end_matches('/').to_owned(), root),
            Err(error) => it.problem(&root.to_string_lossy(), "unreadable", &error.to_string()),
        }
    }
    it.found.sources.sort_by(|a, b| a.path.cmp(&b.path));
    it.found.problems.sort_by(|a, b| (&a.path, &a.code).cmp(&(&b.path, &b.code)));
    it.found
}

/// One folder needs no prefix; several are told apart by their names.
fn prefixes(roots: &[PathBuf]) -> Vec<String> {
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    let one = roots.len() == 1;
    let mut of = |root: &PathBuf| {
        if one && root.is_dir() {
            return String::new();
        }
        let full = fs::canonicalize(root).unwrap_or_else(|_| root.clone());
        let name = full.file_name().map(|it| it.to_string_lossy().into_owned());
        let name = name.unwrap_or_else(|| "evidence".to_owned());
        let n = seen.entry(name.clone()).or_default();
        *n += 1;
        if *n == 1 { format!("{name}/") } else { format!("{name}~{n}/") }
    };
    roots.iter().map(&mut of).collect()
}

struct Finder<'a> {
    options: &'a FindOptions,
    found: Found,
}

impl Finder<'_> {
    fn problem(&mut self, path: &str, code: &str, reason: &str) {
        self.found.problems.push(Problem {
            path: path.to_owned(),
            code: code.to_owned(),
            reason: reason.to_owned(),
        });
    }

    fn folder(&mut self, folder: &Path, prefix: &str) {
        if self.is_excluded(folder) || is_case_folder(folder) {
            return;
        }
        let entries = fs::read_dir(folder).and_then(|it| it.collect::<io::Result<Vec<_>>>());
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => {
                let name = if prefix.is_empty() { "." } else { prefix.trim_end_matches('/') };
                return self.problem(name, "unreadable", &error.to_string());
            }
        };
        entries.sort_by_key(|it| it.file_name());
        for entry in entries {
            let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
            match entry.file_type() {
                Ok(kind) if kind.is_symlink() => {
                    self.problem(&name, "unreadable", "a link is not followed");
                }
                Ok(kind) if kind.is_dir() => self.folder(&entry.path(), &format!("{name}/")),
                Ok(kind) if kind.is_file() => {
                    self.file(&entry.path(), name.clone(), Path::new(&name))
                }
                Ok(_) => self.problem(&name, "unreadable", "neither a file nor a folder"),
                Err(error) => self.problem(&name, "unreadable", &error.to_string()),
            }
        }
    }

    fn is_excluded(&self, path: &Path) -> bool {
        let same = |it: &PathBuf| it == path || fs::canonicalize(it).is_ok_and(|it| it == path);
        self.options.excluded.iter().any(same)
    }

    fn file(&mut self, file: &Path, path: String, _shown: &Path) {
        if self.is_excluded(file) {
            return;
        }
        let source = Source { path, file: file.to_owned(), steps: Vec::new(), container: false };
        self.source(source);
    }

    /// Lists a source, and what it contains if it is a container.
    fn source(&mut self, mut source: Source) {
        let bytes = match archive::first_bytes(&source) {
            Ok(bytes) => bytes,
            Err(error) => return self.refused(&source.path, &error),
        };
        let kind = archive::magic(&bytes);
        if kind == Magic::Other {
            return self.found.sources.push(source);
        }
        if source.steps.len() >= limits::DEPTH {
            let path = source.path.clone();
            return self.problem(&path, "limit_hit", "archives are nested too deeply");
        }
        if kind == Magic::Gz {
            source.container = true;
            let mut inner = source.clone();
            inner.container = false;
            inner.steps.push(Step::Gz);
            inner.path = format!("{}!/{}", source.path, unpacked_name(&source.path));
            self.found.sources.push(source);
            return self.source(inner);
        }
        match archive::members(&source) {
            Ok(None) => self.found.sources.push(source),
            Ok(Some(members)) => self.members(source, members),
            Err(error) => {
                let path = source.path.clone();
                self.found.sources.push(source);
                self.refused(&path, &error);
            }
        }
    }

    fn members(&mut self, mut source: Source, members: Vec<Member>) {
        source.container = true;
        self.found.sources.push(source.clone());
        for member in members {
            match member {
                Member::File { name, index } => {
                    self.source(archive::step_into(&source, index, &name));
                }
                Member::Refused { name, code, reason } => {
                    self.problem(&format!("{}!/{name}", source.path), code, &reason);
                }
            }
        }
    }

    fn refused(&mut self, path: &str, error: &io::Error) {
        let code = if limits::is_hit(error) { "limit_hit" } else { "unreadable" };
        self.problem(path, code, &error.to_string());
    }
}

fn unpacked_name(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let cut = name.len().checked_sub(3).filter(|at| name[*at..].eq_ignore_ascii_case(".gz"));
    cut.map_or_else(|| name.to_owned(), |at| name[..at].to_owned())
}

fn is_case_folder(folder: &Path) -> bool {
    if folder.join("konseki.lock").exists() {
        return true;
    }
    let manifest = fs::read_to_string(folder.join("manifest.json"));
    manifest.is_ok_and(|it| it.contains("\"konseki.manifest/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn names(found: &Found) -> Vec<&str> {
        found.sources.iter().map(|it| it.path.as_str()).collect()
    }

    #[test]
    fn members_are_listed_and_hostile_names_are_refused() {
        let dir = tempfile::tempdir().unwrap();
        let mut zip = zip::ZipWriter::new(fs::File::create(dir.path().join("a.zip")).unwrap());
        let options = zip::write::SimpleFileOptions::default();
        for (name, text) in [("in/x.csv", "a,b\n"), ("../../evil.csv", "a\n"), ("/abs.csv", "a\n")]
        {
            zip.start_file(name, options).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap();
        fs::create_dir(dir.path().join("old-case")).unwrap();
        fs::write(dir.path().join("old-case/manifest.json"), "{\"schema\":\"konseki.manifest/1\"}")
            .unwrap();
        let found = find(&[dir.path().to_owned()], &FindOptions::default());
        assert_eq!(names(&found), ["a.zip", "a.zip!/in/x.csv"]);
        assert_eq!(found.problems.len(), 2);
        assert!(found.problems.iter().all(|it| it.code == "limit_hit"));
    }

    #[test]
    fn several_roots_are_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        for at in ["a/x", "b/x"] {
            fs::create_dir_all(dir.path().join(at)).unwrap();
            fs::write(dir.path().join(at).join("f"), "1").unwrap();
        }
        let roots = [dir.path().join("a/x"), dir.path().join("b/x")];
        assert_eq!(names(&find(&roots, &FindOptions::default())), ["x/f", "x~2/f"]);
    }
}
