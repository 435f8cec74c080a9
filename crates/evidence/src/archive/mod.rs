//! What an archive contains, without unpacking it to disk.

pub(crate) mod sevenz;
#[cfg(test)]
mod tests;
pub(crate) mod zips;

use std::io::{self, Read};

use crate::{source::Source, stop::Stop};

/// What a file begins with.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Magic {
    Zip,
    SevenZ,
    Gz,
    Zst,
    Other,
}

/// A member of an archive, or why it is not read.
pub(crate) enum Member {
    /// A file with its index, its unpacked size as the archive tells it, the most it may unpack
    /// to, and the password that opens it.
    File(Inside),
    /// Not read.
    Refused { name: String, stop: Stop },
}

/// A readable member.
pub(crate) struct Inside {
    pub(crate) name: String,
    pub(crate) index: usize,
    pub(crate) size: u64,
    pub(crate) limit: u64,
    pub(crate) password: Option<usize>,
    /// Its first bytes, where they had to be unpacked anyway.
    pub(crate) head: Option<Vec<u8>>,
}

/// How many bytes [`magic`] looks at.
pub(crate) const MAGIC: usize = 8;

/// Tells by its first bytes what a file is.
pub(crate) fn magic(bytes: &[u8]) -> Magic {
    match bytes {
        [b'P', b'K', 3 | 5, 4 | 6, ..] => Magic::Zip,
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Magic::SevenZ,
        [0x1f, 0x8b, 8, ..] => Magic::Gz,
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Magic::Zst,
        _ => Magic::Other,
    }
}

/// Reads the first bytes of a source.
pub(crate) fn first_bytes(source: &Source) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.open(&mut |reader| {
        reader.take(MAGIC as u64).read_to_end(&mut bytes)?;
        Ok(())
    })?;
    Ok(bytes)
}

/// What stands against reading a member of this name.
fn escapes(name: &str) -> bool {
    name.starts_with('/')
        || name.split('/').any(|it| it == "..")
        || name.as_bytes().get(1) == Some(&b':')
}

/// The name under which a refused member is listed: it leads nowhere.
fn harmless(name: &str) -> String {
    name.replace("..", "__").trim_start_matches('/').to_owned()
}

/// Kind of a Unix file: 0 where the archive says none.
fn refused_mode(mode: u32) -> Option<Stop> {
    match mode & 0xf000 {
        0 | 0x8000 | 0x4000 => None,
        0xa000 => Some(Stop::Link),
        _ => Some(Stop::NotAFile),
    }
}

/// The bounds of a member: what it says of itself, the ratio, and what is left for its file.
pub(crate) fn limit(size: u64, packed: u64, room: u64) -> u64 {
    use crate::limits::{FREE, RATIO};
    size.min(packed.saturating_mul(RATIO).max(FREE)).min(room)
}
