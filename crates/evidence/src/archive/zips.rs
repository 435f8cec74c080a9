//! Zip archives.

use std::io::{self, Read};

use zip::{
    ZipArchive,
    read::{ZipFile, ZipReadOptions},
    result::ZipError,
};

use super::{Inside, Member, escapes, harmless, limit, refused_mode};
use crate::{limits, packed::Packed, passwords::Passwords, shelf, source::Source, stop::Stop};

/// After so many members that no password opens, no more are tried.
const TRIES: usize = 20;
/// So much of a member must come out sound for a password to be believed.
const TRIED: u64 = 4 << 20;

/// What a fault of the archive means.
pub(crate) fn fault(error: ZipError) -> io::Error {
    match error {
        ZipError::Io(error) => error,
        ZipError::InvalidPassword | ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
            Stop::Encrypted.error()
        }
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            Stop::Method.error()
        }
        _ => Stop::Damaged.error(),
    }
}

/// Opens an archive, or takes it from the shelf.
pub(crate) fn opened(key: &shelf::Key, packed: Packed) -> io::Result<ZipArchive<Packed>> {
    shelf::zip(key, || ZipArchive::new(packed).map_err(fault))
}

/// Opens a member.
pub(crate) fn member<'a>(
    archive: &'a mut ZipArchive<Packed>,
    index: usize,
    password: Option<&[u8]>,
) -> io::Result<ZipFile<'a, Packed>> {
    let options = ZipReadOptions::new().password(password);
    archive.by_index_with_options(index, options).map_err(fault)
}

/// Lists the members of an archive; `None` if it is an Office document, which is a file. `room` is
/// how much the archive may still unpack to.
pub(crate) fn members(source: &Source, room: u64) -> io::Result<Option<Vec<Member>>> {
    let key = shelf::Key::new(source, source.steps.len(), None);
    let mut archive = opened(&key, source.packed()?)?;
    if archive.len() > limits::ENTRIES {
        return Err(Stop::Entries.error());
    }
    if is_document(&archive) {
        return Ok(None);
    }
    let mut listing = Listing {
        room,
        passwords: source.passwords.clone(),
        good: None,
        missed: 0,
        found: Vec::new(),
    };
    if archive.has_duplicate_names() {
        listing.found.push(Member::Refused { name: String::new(), stop: Stop::SameName });
    }
    for index in 0..archive.len() {
        listing.member(&mut archive, index);
    }
    Ok(Some(listing.found))
}

/// Office documents are zip archives with a known member.
fn is_document(archive: &ZipArchive<Packed>) -> bool {
    let has = |name: &str| archive.index_for_name_raw(name.as_bytes()).is_some();
    let inside =
        |folder: &str| archive.file_names_raw().any(|it| it.starts_with(folder.as_bytes()));
    (has("[Content_Types].xml") && ["xl/", "word/", "ppt/"].into_iter().any(inside))
        || (has("mimetype") && has("content.xml"))
}

struct Listing {
    room: u64,
    passwords: Passwords,
    /// The password that opened the member before: it is tried first.
    good: Option<usize>,
    missed: usize,
    found: Vec<Member>,
}

impl Listing {
    fn member(&mut self, archive: &mut ZipArchive<Packed>, index: usize) {
        let entry = match archive.by_index_raw(index) {
            Ok(entry) => entry,
            Err(error) => {
                let (name, stop) = (format!("#{index}"), Stop::of(&fault(error)));
                return self.found.push(Member::Refused { name, stop });
            }
        };
        let name = name(entry.name_raw());
        if entry.is_dir() || name.ends_with('/') {
            return;
        }
        let (size, packed, locked) = (entry.size(), entry.compressed_size(), entry.encrypted());
        let mode = entry.unix_mode().and_then(refused_mode);
        drop(entry);
        let limit = limit(size, packed, self.room);
        let stop = match mode {
            Some(stop) => Some(stop),
            None if escapes(&name) => Some(Stop::Outside),
            None if limit == 0 && size > 0 => Some(Stop::Size),
            None => None,
        };
        let password = if stop.is_none() && locked { self.password(archive, index) } else { None };
        let stop = stop.or((locked && password.is_none()).then_some(Stop::Encrypted));
        if let Some(stop) = stop {
            return self.found.push(Member::Refused { name: harmless(&name), stop });
        }
        self.room -= limit;
        let head = None;
        self.found.push(Member::File(Inside { name, index, size, limit, password, head }));
    }

    /// The first password that opens a member so that its beginning comes out sound: the check that
    /// the format itself makes passes one wrong password in 256.
    fn password(&mut self, archive: &mut ZipArchive<Packed>, index: usize) -> Option<usize> {
        if self.missed >= TRIES {
            return None;
        }
        let tries = self.good.into_iter().chain(self.passwords.tries());
        let found = tries.into_iter().find(|it| {
            let bytes = self.passwords.bytes(*it);
            member(archive, index, Some(&bytes))
                .is_ok_and(|member| io::copy(&mut member.take(TRIED), &mut io::sink()).is_ok())
        });
        self.missed = if found.is_some() { 0 } else { self.missed + 1 };
        self.good = found.or(self.good);
        found
    }
}

/// Japanese Windows writes member names in CP932 without saying so.
fn name(raw: &[u8]) -> String {
    let text = match std::str::from_utf8(raw) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::SHIFT_JIS.decode(raw).0.into_owned(),
    };
    text.replace('\\', "/").replace('\0', "_")
}
