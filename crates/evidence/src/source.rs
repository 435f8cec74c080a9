//! One evidence file: on disk, or a member of an archive.

use std::{
    fs::File,
    io::{self, BufReader, Cursor, Read, Seek},
    path::PathBuf,
};

use flate2::bufread::MultiGzDecoder;
use zip::ZipArchive;

use crate::limits;

/// A step from a file into what it contains.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    /// Member of a zip archive by its index.
    Zip(usize),
    /// Content of a gzip file.
    Gz,
}

/// An evidence file.
#[derive(Clone, Debug)]
pub struct Source {
    /// Path below the evidence folder with `/`; inside a container, its path and `!/`.
    pub path: String,
    pub(crate) file: PathBuf,
    pub(crate) steps: Vec<Step>,
    /// Whether it is an archive whose members are listed by themselves.
    pub(crate) container: bool,
}

/// What is done with the opened content.
pub(crate) type Use<'a> = &'a mut dyn FnMut(&mut dyn Read) -> io::Result<()>;

impl Source {
    /// Where the outermost file lies on disk.
    pub fn on_disk(&self) -> &std::path::Path {
        &self.file
    }

    /// Opens the content, unpacked, and hands it to `then`. A cut or lying archive gives an error
    /// where it is cut; what was read before stays valid.
    pub(crate) fn open(&self, then: Use<'_>) -> io::Result<()> {
        let file = File::open(&self.file)?;
        let size = file.metadata()?.len();
        descend(BufReader::with_capacity(1 << 16, file), size, &self.steps, then)
    }
}

fn descend<R: Read + Seek + io::BufRead>(
    mut outer: R,
    packed: u64,
    steps: &[Step],
    then: Use<'_>,
) -> io::Result<()> {
    match steps {
        [] => then(&mut outer),
        [Step::Gz, rest @ ..] => {
            let mut inner = Bounded::new(MultiGzDecoder::new(outer), packed);
            unpacked(&mut inner, rest, then)
        }
        [Step::Zip(index), rest @ ..] => {
            let mut archive = ZipArchive::new(outer).map_err(io::Error::other)?;
            let member = archive.by_index(*index).map_err(io::Error::other)?;
            let packed = member.compressed_size();
            let mut inner = Bounded::new(member, packed);
            unpacked(&mut inner, rest, then)
        }
    }
}

/// An archive inside an archive is held in memory, for archives are read from their end.
fn unpacked(inner: &mut dyn Read, rest: &[Step], then: Use<'_>) -> io::Result<()> {
    if rest.is_empty() {
        return then(inner);
    }
    let mut bytes = Vec::new();
    inner.take(limits::NESTED + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limits::NESTED {
        return Err(limits::hit());
    }
    let packed = bytes.len() as u64;
    // Recursion through a plain function pointer keeps the types finite.
    descend_memory(Cursor::new(bytes), packed, rest, then)
}

fn descend_memory(
    bytes: Cursor<Vec<u8>>,
    packed: u64,
    rest: &[Step],
    then: Use<'_>,
) -> io::Result<()> {
    descend(bytes, packed, rest, then)
}

/// Unpacked bytes, bounded by ratio and by number.
struct Bounded<R> {
    inner: R,
    packed: u64,
    given: u64,
}

impl<R> Bounded<R> {
    fn new(inner: R, packed: u64) -> Bounded<R> {
        Bounded { inner, packed, given: 0 }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.given += n as u64;
        let swollen = self.given > limits::FREE && self.given / limits::RATIO > self.packed.max(1);
        if swollen || self.given > limits::MEMBER {
            return Err(limits::hit());
        }
        Ok(n)
    }
}
