//! One evidence file: on disk, or a member of an archive.

use std::{
    io::{self, Read},
    path::PathBuf,
    sync::Arc,
};

use flate2::bufread::MultiGzDecoder;

use crate::{
    archive::{sevenz, zips},
    limits,
    packed::{Packed, Stamp},
    passwords::Passwords,
    shelf,
    stop::Stop,
};

/// A step from a file into what it contains. `limit` is the most bytes it may unpack to: fixed when
/// the archive was listed, so that the same bytes end at the same place whenever they are read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    /// Member of a zip archive by its index, and the password that opens it.
    Zip { index: usize, limit: u64, password: Option<usize> },
    /// Member of a 7z archive by its index, and the password that opens it.
    SevenZ { index: usize, limit: u64, password: Option<usize> },
    /// Content of a gzip file.
    Gz { limit: u64 },
    /// Content of a zstd file.
    Zst { limit: u64 },
}

impl Step {
    fn limit(self) -> u64 {
        match self {
            Step::Zip { limit, .. }
            | Step::SevenZ { limit, .. }
            | Step::Gz { limit }
            | Step::Zst { limit } => limit,
        }
    }
}

/// An evidence file.
#[derive(Clone, Debug)]
pub struct Source {
    /// Path below the evidence folder with `/`; inside a container, its path and `!/`.
    pub path: String,
    pub(crate) file: PathBuf,
    /// The outermost bytes, where they stand in memory and not on disk.
    pub(crate) memory: Option<Arc<[u8]>>,
    pub(crate) steps: Vec<Step>,
    /// Whether it is an archive whose members are listed by themselves.
    pub(crate) container: bool,
    pub(crate) passwords: Passwords,
}

/// What is done with the opened content.
pub(crate) type Use<'a> = &'a mut dyn FnMut(&mut dyn Read) -> io::Result<()>;

impl Source {
    /// Where the outermost file lies on disk.
    pub fn on_disk(&self) -> &std::path::Path {
        &self.file
    }

    /// Size and time of the outermost file now.
    pub(crate) fn stamp(&self) -> Option<Stamp> {
        Stamp::of(&self.file).ok()
    }

    /// Opens the content, unpacked, and hands it to `then`. A cut or lying archive gives an error
    /// where it is cut; what was read before stays valid.
    pub(crate) fn open(&self, then: Use<'_>) -> io::Result<()> {
        self.open_level(self.steps.len(), then)
    }

    /// The content as bytes to look into at any place: on disk, or, in an archive, in memory.
    pub(crate) fn packed(&self) -> io::Result<Packed> {
        self.packed_level(self.steps.len())
    }

    fn open_level(&self, level: usize, then: Use<'_>) -> io::Result<()> {
        let Some(step) = level.checked_sub(1).and_then(|it| self.steps.get(it)) else {
            return then(&mut self.packed_level(0)?);
        };
        let outer = self.packed_level(level - 1)?;
        let mut bounded = |inner: &mut dyn Read| then(&mut Bounded { inner, left: step.limit() });
        match *step {
            Step::Gz { .. } => bounded(&mut MultiGzDecoder::new(outer)),
            Step::Zst { .. } => {
                let mut inner = zstd::stream::read::Decoder::with_buffer(outer)?;
                inner.window_log_max(limits::WINDOW_LOG)?;
                bounded(&mut inner)
            }
            Step::Zip { index, password, .. } => {
                let key = shelf::Key::new(self, level - 1, None);
                let mut archive = zips::opened(&key, outer)?;
                let password = password.map(|it| self.passwords.bytes(it));
                let mut member = zips::member(&mut archive, index, password.as_deref())?;
                bounded(&mut member)
            }
            Step::SevenZ { index, password, .. } => {
                let key = shelf::Key::new(self, level - 1, None);
                let password = password.map_or("", |it| self.passwords.text(it));
                sevenz::open(&key, outer, index, password, &mut bounded)
            }
        }
    }

    /// An archive inside an archive is held in memory, for archives are read from their end.
    fn packed_level(&self, level: usize) -> io::Result<Packed> {
        match &self.memory {
            Some(bytes) if level == 0 => return Ok(Packed::memory(Arc::clone(bytes))),
            None if level == 0 => return Packed::disk(self.file.clone()),
            _ => {}
        }
        let key = shelf::Key::new(self, level, None);
        if let Some(bytes) = shelf::bytes(&key) {
            return Ok(Packed::memory(bytes));
        }
        let mut bytes = Vec::new();
        self.open_level(level, &mut |inner| {
            inner.take(limits::NESTED + 1).read_to_end(&mut bytes)?;
            if bytes.len() as u64 > limits::NESTED {
                return Err(Stop::Memory.error());
            }
            Ok(())
        })?;
        let bytes: Arc<[u8]> = bytes.into();
        shelf::keep_bytes(key, &bytes);
        Ok(Packed::memory(bytes))
    }
}

/// Unpacked bytes, bounded by number.
struct Bounded<'a> {
    inner: &'a mut dyn Read,
    left: u64,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.left == 0 {
            // At the bound: only the end may follow.
            return match self.inner.read(&mut [0])? {
                0 => Ok(0),
                _ => Err(Stop::Size.error()),
            };
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let n = self.inner.read(&mut buffer[..most])?;
        self.left -= n as u64;
        Ok(n)
    }
}
