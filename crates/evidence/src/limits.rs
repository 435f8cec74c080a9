//! The bounds that hostile evidence runs into (design §4.11).

/// Deepest nesting of archives.
pub(crate) const DEPTH: usize = 4;
/// Most members of one archive.
pub(crate) const ENTRIES: usize = 1_000_000;
/// Up to so many bytes a file may unpack whatever its ratio.
pub(crate) const FREE: u64 = 100 << 20;
/// Highest ratio of unpacked to packed bytes beyond [`FREE`].
pub(crate) const RATIO: u64 = 200;
/// Most bytes that one file of the evidence may unpack to, all its members and theirs together.
pub(crate) const TOTAL: u64 = 1 << 40;
/// Most bytes of an archive inside an archive, which must be held in memory to be read.
pub(crate) const NESTED: u64 = 512 << 20;
/// Most bytes of a workbook or address card file, which must be held in memory.
pub(crate) const WHOLE: u64 = 256 << 20;
/// Most bytes of the dictionaries of one 7z block, and of a zstd window.
pub(crate) const DICTIONARY: u64 = 256 << 20;
/// Base-two logarithm of the largest zstd window.
pub(crate) const WINDOW_LOG: u32 = 27;
/// Most KiB of a 7z archive's own table of contents: each byte of it may become a hundred.
pub(crate) const TABLE_KIB: usize = 10 << 10;
/// Up to so many bytes a solid 7z block is unpacked once and kept while its members are read.
pub(crate) const BLOCK: u64 = 256 << 20;
/// Most bytes of a 7z archive that may be unpacked in one pass over its members, those before a
/// member counted again for each.
pub(crate) const SOLID: u64 = 64 << 30;
/// Most bytes of one row.
pub(crate) const ROW: usize = 16 << 20;
/// Most bytes of one mail: Microsoft 365 takes up to 150 MB.
pub(crate) const MESSAGE: usize = 160 << 20;
/// Most bytes looked at to recognise a file.
pub(crate) const HEAD: usize = 1 << 20;
