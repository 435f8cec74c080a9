//! The bounds that hostile evidence runs into (design §4.11).

use std::{error, fmt, io};

/// Deepest nesting of archives.
pub(crate) const DEPTH: usize = 4;
/// Most members of one archive.
pub(crate) const ENTRIES: usize = 1_000_000;
/// Up to so many bytes an archive member may unpack whatever its ratio.
pub(crate) const FREE: u64 = 100 << 20;
/// Highest ratio of unpacked to packed bytes beyond [`FREE`].
pub(crate) const RATIO: u64 = 200;
/// Most unpacked bytes of one member.
pub(crate) const MEMBER: u64 = 256 << 30;
/// Most bytes of an archive inside an archive, which must be held in memory to be read.
pub(crate) const NESTED: u64 = 1 << 30;
/// Most bytes of a workbook or address card file, which must be held in memory.
pub(crate) const WHOLE: u64 = 256 << 20;
/// Most bytes of one row.
pub(crate) const ROW: usize = 16 << 20;
/// Most bytes looked at to recognise a file.
pub(crate) const HEAD: usize = 1 << 20;

/// A bound was reached: the rest of the file was not read.
#[derive(Debug)]
pub(crate) struct LimitHit;

impl fmt::Display for LimitHit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a limit against hostile archives was reached")
    }
}

impl error::Error for LimitHit {}

/// The error that a reader gives at a bound.
pub(crate) fn hit() -> io::Error {
    io::Error::other(LimitHit)
}

/// Tells whether reading stopped at a bound.
pub(crate) fn is_hit(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|it| it.is::<LimitHit>())
}
