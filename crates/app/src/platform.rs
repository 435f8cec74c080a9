//! What differs between Windows, macOS and Linux, and nothing else: rights, renaming, Ctrl-C,
//! terminal.

use std::{
    fs, io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Makes a folder that its owner alone can read. On Windows the user's profile protects it.
pub(crate) fn private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Makes a file readable by its owner alone.
pub(crate) fn private_file(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// Makes every file below a folder readable by its owner alone.
pub(crate) fn private_below(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            private_folder(&path)?;
            private_below(&path)?;
        } else {
            private_file(&path)?;
        }
    }
    Ok(())
}

/// Puts a finished file in the place of an older one. Windows refuses while a reader has the old
/// one open (a virus scanner, say), so a few tries are made.
pub(crate) fn replace(from: &Path, to: &Path) -> io::Result<()> {
    let mut last = Ok(());
    for _ in 0..10 {
        last = fs::rename(from, to);
        if last.is_ok() || !cfg!(windows) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    last
}

/// A path as it is stored and shown: with `/` on every system.
pub(crate) fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() }
}

/// Returns a flag that Ctrl-C raises; a second Ctrl-C ends the program at once.
pub(crate) fn cancelled_by_user() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let raised = Arc::clone(&flag);
    // Without a handler Ctrl-C ends the program at once, which leaves a folder that can be
    // completed just the same.
    let _ = ctrlc::set_handler(move || {
        if raised.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
    flag
}
