//! What an archive contains, without unpacking it to disk.

use std::io::{self, Cursor, Read, Seek};

use zip::ZipArchive;

use crate::{
    limits,
    source::{Source, Step},
};

/// What a file begins with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Magic {
    Zip,
    Gz,
    Other,
}

/// A member of an archive, or why it is not read.
pub(crate) enum Member {
    File { name: String, index: usize },
    Refused { name: String, code: &'static str, reason: String },
}

/// Tells by its first bytes what a file is.
pub(crate) fn magic(bytes: &[u8]) -> Magic {
    match bytes {
        [b'P', b'K', 3 | 5, 4 | 6, ..] => Magic::Zip,
        [0x1f, 0x8b, 8, ..] => Magic::Gz,
        _ => Magic::Other,
    }
}

/// Reads the first bytes of a source.
pub(crate) fn first_bytes(source: &Source) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.open(&mut |reader| {
        reader.take(8).read_to_end(&mut bytes)?;
        Ok(())
    })?;
    Ok(bytes)
}

/// Lists the members of a zip archive; `None` if it is an Office document, which is a file.
pub(crate) fn members(source: &Source) -> io::Result<Option<Vec<Member>>> {
    let mut found = None;
    // The directory of a zip stands at its end: a nested one is held in memory.
    if source.steps.is_empty() {
        let file = std::io::BufReader::new(std::fs::File::open(&source.file)?);
        return list(file);
    }
    source.open(&mut |reader| {
        let mut bytes = Vec::new();
        reader.take(limits::NESTED + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limits::NESTED {
            return Err(limits::hit());
        }
        found = list(Cursor::new(bytes))?;
        Ok(())
    })?;
    Ok(found)
}

fn list<R: Read + Seek>(reader: R) -> io::Result<Option<Vec<Member>>> {
    let mut archive = ZipArchive::new(reader).map_err(io::Error::other)?;
    if archive.len() > limits::ENTRIES {
        return Err(limits::hit());
    }
    let mut found = Vec::new();
    for index in 0..archive.len() {
        let mut entry = match archive.by_index_raw(index) {
            Ok(entry) => entry,
            Err(error) => {
                let name = format!("#{index}");
                found.push(Member::Refused { name, code: "unreadable", reason: error.to_string() });
                continue;
            }
        };
        let name = name(entry.name_raw());
        let document = index == 0 && name == "mimetype";
        if name == "[Content_Types].xml" || (document && is_open_document(&mut entry)?) {
            return Ok(None);
        }
        if entry.is_dir() || name.ends_with('/') {
            continue;
        }
        let refused = |code, reason: &str| Member::Refused {
            name: name.replace("..", "__").trim_start_matches('/').to_owned(),
            code,
            reason: reason.to_owned(),
        };
        found.push(if entry.is_symlink() {
            refused("limit_hit", "a link inside an archive is not followed")
        } else if escapes(&name) {
            refused("limit_hit", "a path that leaves the archive is not followed")
        } else if entry.encrypted() {
            refused("encrypted", "encrypted member")
        } else {
            Member::File { name, index }
        });
    }
    Ok(Some(found))
}

/// An OpenDocument file begins with its type, not compressed.
fn is_open_document(entry: impl Read) -> io::Result<bool> {
    let mut text = Vec::new();
    entry.take(64).read_to_end(&mut text)?;
    Ok(text.starts_with(b"application/vnd.oasis.opendocument."))
}

fn escapes(name: &str) -> bool {
    name.starts_with('/')
        || name.split('/').any(|it| it == "..")
        || name.as_bytes().get(1) == Some(&b':')
}

/// Japanese Windows writes member names in CP932 without saying so.
fn name(raw: &[u8]) -> String {
    let text = match std::str::from_utf8(raw) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::SHIFT_JIS.decode(raw).0.into_owned(),
    };
    text.replace('\\', "/").replace('\0', "_")
}

/// The members of a container as sources of their own, and what was refused.
pub(crate) fn step_into(source: &Source, index: usize, name: &str) -> Source {
    let mut steps = source.steps.clone();
    steps.push(Step::Zip(index));
    Source {
        path: format!("{}!/{name}", source.path),
        file: source.file.clone(),
        steps,
        container: false,
    }
}
