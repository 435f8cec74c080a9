//! Every file below the evidence folders, in one order on every machine.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    archive::{self, Inside, Magic, Member},
    limits,
    passwords::Passwords,
    shelf,
    source::{Source, Step},
    stop::Stop,
};

/// What to leave out.
#[derive(Clone, Debug, Default)]
pub struct FindOptions {
    /// Folders and files that are never evidence (the case folder).
    pub excluded: Vec<PathBuf>,
    /// Passwords to try on encrypted archives.
    pub passwords: Passwords,
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
#[derive(Clone, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub struct Problem {
    /// Path.
    pub path: String,
    /// Why.
    pub stop: Stop,
}

/// Finds every file below the roots, also inside archives. Links are not followed; case folders
/// (known by their `manifest.json`) are left out. No two sources have the same path.
pub fn find(roots: &[PathBuf], options: &FindOptions) -> Found {
    let canonical = |it: &PathBuf| fs::canonicalize(it).unwrap_or_else(|_| it.clone());
    let excluded = options.excluded.iter().map(canonical).collect();
    let mut it = Finder { options, excluded, room: 0, found: Found::default() };
    let names = prefixes(roots);
    for (root, prefix) in roots.iter().zip(&names) {
        // A root may be given by a link: the user named it.
        let path = canonical(root);
        match fs::metadata(&path) {
            Ok(meta) if meta.is_dir() => it.folder(&path, prefix),
            Ok(_) => it.file(&path, prefix.trim_end_matches('/').to_owned()),
            Err(error) => it.problem(root.to_string_lossy().into_owned(), Stop::of(&error)),
        }
    }
    it.found.sources.sort_by(|a, b| a.path.cmp(&b.path));
    tell_apart(&mut it.found.sources);
    it.found.problems.sort();
    it.found.problems.dedup();
    it.found
}

/// Finds what a file holds whose bytes are in memory.
pub fn find_in(path: &str, bytes: Arc<[u8]>, options: &FindOptions) -> Found {
    let mut it = Finder { options, excluded: Vec::new(), room: 0, found: Found::default() };
    let size = bytes.len() as u64;
    it.outermost(path.to_owned(), PathBuf::new(), Some(bytes), size);
    shelf::forget_unpacked();
    it.found.sources.sort_by(|a, b| a.path.cmp(&b.path));
    tell_apart(&mut it.found.sources);
    it.found
}

/// Two members of one name, or two names that read alike, get a number each after the first.
fn tell_apart(sources: &mut [Source]) {
    let mut last = String::new();
    let mut n = 1;
    for source in sources {
        if source.path == last {
            n += 1;
            source.path = format!("{last}~{n}");
        } else {
            last.clone_from(&source.path);
            n = 1;
        }
    }
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
    excluded: Vec<PathBuf>,
    /// Bytes that the file being looked into may still unpack to, with all that is inside it.
    room: u64,
    found: Found,
}

impl Finder<'_> {
    fn problem(&mut self, path: String, stop: Stop) {
        self.found.problems.push(Problem { path, stop });
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
                return self.problem(name.to_owned(), Stop::of(&error));
            }
        };
        entries.sort_by_key(|it| it.file_name());
        for entry in entries {
            let name = format!("{prefix}{}", readable(&entry.file_name()));
            match entry.file_type() {
                Ok(kind) if kind.is_symlink() => self.problem(name, Stop::Link),
                Ok(kind) if kind.is_dir() => self.folder(&entry.path(), &format!("{name}/")),
                Ok(kind) if kind.is_file() => self.file(&entry.path(), name),
                Ok(_) => self.problem(name, Stop::NotAFile),
                Err(error) => self.problem(name, Stop::of(&error)),
            }
        }
    }

    fn is_excluded(&self, path: &Path) -> bool {
        self.excluded.iter().any(|it| it == path)
            || self.options.excluded.iter().any(|it| it == path)
    }

    fn file(&mut self, file: &Path, path: String) {
        if self.is_excluded(file) {
            return;
        }
        let size = fs::metadata(file).map_or(0, |it| it.len());
        self.outermost(path, file.to_owned(), None, size);
    }

    fn outermost(&mut self, path: String, file: PathBuf, memory: Option<Arc<[u8]>>, size: u64) {
        self.room = size.saturating_mul(limits::RATIO).saturating_add(limits::FREE);
        self.room = self.room.min(limits::TOTAL);
        let passwords = self.options.passwords.clone();
        let steps = Vec::new();
        let source = Source { path, file, memory, steps, container: false, passwords };
        // What was unpacked of one file is of no use for the next.
        shelf::leave_all_but(&source);
        self.source(source, size, None);
    }

    /// Lists a source, and what it contains if it is a container. `size` is that of its content,
    /// `head` its first bytes where they are known.
    fn source(&mut self, source: Source, size: u64, head: Option<Vec<u8>>) {
        let head = match head.map_or_else(|| archive::first_bytes(&source), Ok) {
            Ok(bytes) => bytes,
            Err(error) => return self.unopened(source, &error),
        };
        let kind = archive::magic(&head);
        if kind == Magic::Other {
            return self.found.sources.push(source);
        }
        if source.steps.len() >= limits::DEPTH {
            return self.problem(source.path, Stop::Depth);
        }
        match kind {
            Magic::Gz | Magic::Zst => self.compressed(source, size, kind),
            Magic::SevenZ => {
                let members = archive::sevenz::members(&source, self.room);
                self.members(source, kind, members.map(Some));
            }
            _ => {
                let members = archive::zips::members(&source, self.room);
                self.members(source, kind, members);
            }
        }
    }

    /// A file whose first bytes cannot be read is listed by its problem; a member, whose archive
    /// promises it, as a file too, so that what was lost is counted.
    fn unopened(&mut self, source: Source, error: &io::Error) {
        let stop = Stop::of(error);
        if !source.steps.is_empty() && stop.code() == "unreadable" {
            self.found.sources.push(source.clone());
        }
        self.problem(source.path, stop);
    }

    fn compressed(&mut self, mut source: Source, size: u64, kind: Magic) {
        source.container = true;
        let mut inner = source.clone();
        inner.container = false;
        let limit = if source.steps.is_empty() {
            size.saturating_mul(limits::RATIO).max(limits::FREE)
        } else {
            // How much it unpacks to is not told. Inside an archive many small files could each
            // claim the free part: there it is half the ratio of what it really holds.
            let size = source.packed().map_or(0, |it| it.size());
            let limit = size.saturating_mul(limits::RATIO / 2).max(1 << 20).min(self.room);
            self.room -= limit;
            limit
        };
        inner.steps.push(match kind {
            Magic::Gz => Step::Gz { limit },
            _ => Step::Zst { limit },
        });
        inner.path = format!("{}!/{}", source.path, unpacked_name(&source.path));
        self.found.sources.push(source);
        self.source(inner, limit, None);
    }

    fn members(
        &mut self,
        mut source: Source,
        kind: Magic,
        members: io::Result<Option<Vec<Member>>>,
    ) {
        let members = match members {
            Ok(Some(members)) => members,
            Ok(None) => return self.found.sources.push(source),
            Err(error) => {
                self.problem(source.path.clone(), Stop::of(&error));
                return self.found.sources.push(source);
            }
        };
        source.container = true;
        self.found.sources.push(source.clone());
        for member in members {
            match member {
                Member::File(inside) => self.member(&source, kind, inside),
                Member::Refused { name, stop } if name.is_empty() => {
                    self.problem(source.path.clone(), stop);
                }
                Member::Refused { name, stop } => {
                    self.problem(format!("{}!/{name}", source.path), stop);
                }
            }
        }
    }

    fn member(&mut self, source: &Source, kind: Magic, it: Inside) {
        let mut steps = source.steps.clone();
        let (index, limit, password) = (it.index, it.limit.min(self.room), it.password);
        self.room -= limit;
        steps.push(match kind {
            Magic::SevenZ => Step::SevenZ { index, limit, password },
            _ => Step::Zip { index, limit, password },
        });
        let inner = Source {
            path: format!("{}!/{}", source.path, it.name),
            file: source.file.clone(),
            memory: source.memory.clone(),
            steps,
            container: false,
            passwords: source.passwords.clone(),
        };
        self.source(inner, it.size.min(limit), it.head);
    }
}

/// A file name as text: one that is not UTF-8 is read as Japanese Windows would have written it,
/// and where it is not that either its odd bytes are written as `\xNN`.
fn readable(name: &std::ffi::OsStr) -> String {
    if let Some(name) = name.to_str() {
        return name.to_owned();
    }
    let bytes = name.as_encoded_bytes();
    let (text, _, broken) = encoding_rs::SHIFT_JIS.decode(bytes);
    if cfg!(unix) && !broken {
        return text.into_owned();
    }
    let mut out = String::new();
    for chunk in bytes.utf8_chunks() {
        out.push_str(chunk.valid());
        out.extend(chunk.invalid().iter().map(|it| format!("\\x{it:02x}")));
    }
    out
}

fn unpacked_name(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let lower = name.to_ascii_lowercase();
    let ending = [".gz", ".zst"].into_iter().find(|it| lower.ends_with(it));
    ending.map_or_else(|| name.to_owned(), |it| name[..name.len() - it.len()].to_owned())
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
        assert!(found.problems.iter().all(|it| it.stop == Stop::Outside));
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
