//! The folder an investigation writes: its own, locked while written, readable by its owner alone.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use fs4::fs_std::FileExt;
use sha2::{Digest, Sha256};

use crate::{error::wrong_use, platform};

/// A case folder opened for writing; the lock ends with it.
pub(crate) struct CaseFolder {
    path: PathBuf,
    _lock: File,
}

impl CaseFolder {
    /// Opens or makes the folder and locks it against a second writer.
    pub(crate) fn open(path: &Path) -> Result<CaseFolder> {
        if path.is_file() {
            return Err(wrong_use(format!("{} is a file; --out needs a folder", path.display())));
        }
        let foreign = path.is_dir()
            && fs::read_dir(path).is_ok_and(|mut it| it.next().is_some())
            && !path.join("konseki.lock").exists()
            && !path.join("manifest.json").exists();
        if foreign {
            return Err(wrong_use(format!(
                "{} is a folder with other files in it and no case folder; choose an empty or new folder with --out",
                path.display()
            )));
        }
        platform::private_folder(path)
            .with_context(|| format!("cannot make the case folder {}", path.display()))?;
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join("konseki.lock"))
            .with_context(|| format!("cannot write in the case folder {}", path.display()))?;
        if !FileExt::try_lock_exclusive(&lock).unwrap_or(false) {
            bail!(
                "another konseki is writing {}; wait until it is done, or give another folder with --out",
                path.display()
            );
        }
        let folder = CaseFolder { path: path.to_owned(), _lock: lock };
        folder.write(".gitignore", b"# Personal data: never commit.\n*\n")?;
        Ok(folder)
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file whole or not at all.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.path.join(name);
        let new = self.path.join(format!("{name}.new"));
        let written = File::create(&new)
            .and_then(|mut file| {
                platform::private_file(&new)?;
                file.write_all(bytes)?;
                file.sync_all()
            })
            .and_then(|()| platform::replace(&new, &path));
        if written.is_err() {
            let _ = fs::remove_file(&new);
        }
        written.with_context(|| format!("cannot write {}", path.display()))
    }
}

/// SHA-256 of a file, in hex, and its size.
pub(crate) fn hash_file(path: &Path) -> std::io::Result<(String, u64)> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 17];
    let mut size = 0;
    loop {
        let n = std::io::Read::read(&mut file, &mut buffer)?;
        if n == 0 {
            return Ok((hex(&hash.finalize()), size));
        }
        size += n as u64;
        hash.update(&buffer[..n]);
    }
}

/// SHA-256 of bytes, in hex.
pub(crate) fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}
