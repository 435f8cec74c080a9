//! The bytes of a PST, with a bound on how many of them are read in all.

use std::{
    fs::File,
    io::{self, Cursor, Read, Seek, SeekFrom},
    sync::Arc,
};

use crate::{packed::Packed, stop::Stop};

/// How many times over a file is read at most, and so many bytes more. A sound one is read once or
/// twice; a hostile one may name one block for each of a million items.
const TIMES: u64 = 16;
const BESIDE: u64 = 256 << 20;

/// Where the bytes are.
enum Place {
    File(File),
    Memory(Cursor<Arc<[u8]>>),
}

/// Bytes to look into at any place.
pub(super) struct Bytes {
    place: Place,
    left: u64,
}

impl Bytes {
    /// Blocks are read whole and rarely one after another: without a buffer in between.
    pub(super) fn new(packed: Packed) -> io::Result<Bytes> {
        let left = packed.size().saturating_mul(TIMES).saturating_add(BESIDE);
        let place = match packed {
            Packed::Disk { path, .. } => Place::File(File::open(&*path)?),
            Packed::Memory(bytes) => Place::Memory(bytes),
        };
        Ok(Bytes { place, left })
    }
}

impl Read for Bytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left < buffer.len() as u64 {
            return Err(Stop::Size.error());
        }
        let n = match &mut self.place {
            Place::File(file) => file.read(buffer)?,
            Place::Memory(bytes) => bytes.read(buffer)?,
        };
        self.left -= n as u64;
        Ok(n)
    }
}

impl Seek for Bytes {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match &mut self.place {
            Place::File(file) => file.seek(to),
            Place::Memory(bytes) => bytes.seek(to),
        }
    }
}
