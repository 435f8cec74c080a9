//! The bytes of a file, or of an archive inside an archive, to be looked into at any place.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Cursor, Read, Seek, SeekFrom},
    path::PathBuf,
    sync::Arc,
    time::SystemTime,
};

/// Size and time of change of a file: what tells that somebody wrote to it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Stamp {
    pub(crate) bytes: u64,
    pub(crate) changed: Option<SystemTime>,
}

impl Stamp {
    pub(crate) fn of(path: &std::path::Path) -> io::Result<Stamp> {
        let meta = std::fs::metadata(path)?;
        Ok(Stamp { bytes: meta.len(), changed: meta.modified().ok() })
    }
}

/// Bytes that can be read from any place, each clone with a place of its own.
pub(crate) enum Packed {
    /// A file on disk; a clone opens it again when it is first read.
    Disk { path: Arc<PathBuf>, size: u64, open: Option<BufReader<File>>, at: u64 },
    /// Held in memory.
    Memory(Cursor<Arc<[u8]>>),
}

impl Packed {
    pub(crate) fn disk(path: PathBuf) -> io::Result<Packed> {
        let file = File::open(&path)?;
        let size = file.metadata()?.len();
        let open = Some(BufReader::with_capacity(1 << 16, file));
        Ok(Packed::Disk { path: Arc::new(path), size, open, at: 0 })
    }

    pub(crate) fn memory(bytes: Arc<[u8]>) -> Packed {
        Packed::Memory(Cursor::new(bytes))
    }

    /// How many bytes there are.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Packed::Disk { size, .. } => *size,
            Packed::Memory(bytes) => bytes.get_ref().len() as u64,
        }
    }

    fn file<'a>(
        path: &PathBuf,
        open: &'a mut Option<BufReader<File>>,
        at: u64,
    ) -> io::Result<&'a mut BufReader<File>> {
        match open {
            Some(file) => Ok(file),
            None => {
                let mut file = File::open(path)?;
                file.seek(SeekFrom::Start(at))?;
                Ok(open.insert(BufReader::with_capacity(1 << 16, file)))
            }
        }
    }
}

impl Clone for Packed {
    fn clone(&self) -> Packed {
        match self {
            Packed::Disk { path, size, at, .. } => {
                Packed::Disk { path: Arc::clone(path), size: *size, open: None, at: *at }
            }
            Packed::Memory(bytes) => Packed::Memory(bytes.clone()),
        }
    }
}

impl Read for Packed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Packed::Disk { path, open, at, .. } => {
                let n = Packed::file(path, open, *at)?.read(buffer)?;
                *at += n as u64;
                Ok(n)
            }
            Packed::Memory(bytes) => bytes.read(buffer),
        }
    }
}

impl BufRead for Packed {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self {
            Packed::Disk { path, open, at, .. } => Packed::file(path, open, *at)?.fill_buf(),
            Packed::Memory(bytes) => bytes.fill_buf(),
        }
    }

    fn consume(&mut self, n: usize) {
        match self {
            Packed::Disk { open, at, .. } => {
                if let Some(file) = open {
                    file.consume(n);
                    *at += n as u64;
                }
            }
            Packed::Memory(bytes) => bytes.consume(n),
        }
    }
}

impl Seek for Packed {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Packed::Disk { path, size, open, at } => {
                let wanted = match to {
                    SeekFrom::Start(n) => Some(n),
                    SeekFrom::End(n) => size.checked_add_signed(n),
                    SeekFrom::Current(n) => at.checked_add_signed(n),
                };
                let wanted = wanted.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
                let file = Packed::file(path, open, *at)?;
                // Within what is already buffered nothing is read anew.
                match i64::try_from(i128::from(wanted) - i128::from(*at)) {
                    Ok(by) => file.seek_relative(by)?,
                    Err(_) => drop(file.seek(SeekFrom::Start(wanted))?),
                }
                *at = wanted;
                Ok(wanted)
            }
            Packed::Memory(bytes) => bytes.seek(to),
        }
    }
}
