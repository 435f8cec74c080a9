//! What was unpacked last, kept at hand: a table of contents, a solid block, an archive inside an
//! archive. Members are read one after another, so a few places spare unpacking all of it again
//! for each.

use std::{cell::RefCell, io, path::PathBuf, sync::Arc};

use zip::ZipArchive;

use crate::{
    limits,
    packed::{Packed, Stamp},
    source::{Source, Step},
};

/// Which bytes something was made from: a file as it stands now, steps into it, a block of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    file: PathBuf,
    /// Where the bytes stand, of a file in memory.
    memory: Option<usize>,
    stamp: Option<Stamp>,
    steps: Vec<Step>,
    block: Option<usize>,
}

impl Key {
    pub(crate) fn new(source: &Source, level: usize, block: Option<usize>) -> Key {
        let steps = source.steps[..level].to_vec();
        let memory = source.memory.as_ref().map(|it| it.as_ptr().addr());
        Key { file: source.file.clone(), memory, stamp: source.stamp(), steps, block }
    }

    pub(crate) fn of_block(&self, block: usize) -> Key {
        Key { block: Some(block), ..self.clone() }
    }
}

/// The content of a 7z block as far as it could be unpacked, and where it was cut.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) bytes: Vec<u8>,
    pub(crate) cut: Option<crate::stop::Stop>,
}

#[derive(Clone)]
enum Kept {
    Bytes(Arc<[u8]>),
    Zip(ZipArchive<Packed>),
    SevenZ(Arc<sevenz_rust2::Archive>),
    Block(Arc<Block>),
}

impl Kept {
    fn weight(&self) -> u64 {
        match self {
            Kept::Bytes(it) => it.len() as u64,
            Kept::Block(it) => it.bytes.len() as u64,
            Kept::Zip(_) | Kept::SevenZ(_) => 0,
        }
    }
}

/// Most things kept by one thread.
const PLACES: usize = 6;

thread_local! {
    static SHELF: RefCell<Vec<(Key, Kept)>> = const { RefCell::new(Vec::new()) };
}

fn find<T>(key: &Key, pick: impl Fn(&Kept) -> Option<T>) -> Option<T> {
    SHELF.with_borrow(|shelf| shelf.iter().filter(|it| it.0 == *key).find_map(|it| pick(&it.1)))
}

fn keep(key: Key, kept: Kept) {
    SHELF.with_borrow_mut(|shelf| {
        shelf.push((key, kept));
        let heavy = |shelf: &[(Key, Kept)]| {
            shelf.iter().map(|it| it.1.weight()).sum::<u64>() > limits::NESTED
        };
        while shelf.len() > PLACES || (shelf.len() > 1 && heavy(shelf)) {
            shelf.remove(0);
        }
    });
}

/// Forgets what was unpacked from other files than this: nothing stays in memory for nothing.
pub(crate) fn leave_all_but(source: &Source) {
    SHELF.with_borrow_mut(|shelf| shelf.retain(|it| it.0.file == source.file));
}

/// Forgets everything that was unpacked.
pub fn forget_unpacked() {
    SHELF.with_borrow_mut(Vec::clear);
}

pub(crate) fn bytes(key: &Key) -> Option<Arc<[u8]>> {
    find(key, |it| if let Kept::Bytes(it) = it { Some(Arc::clone(it)) } else { None })
}

pub(crate) fn keep_bytes(key: Key, bytes: &Arc<[u8]>) {
    keep(key, Kept::Bytes(Arc::clone(bytes)));
}

pub(crate) fn zip(
    key: &Key,
    open: impl FnOnce() -> io::Result<ZipArchive<Packed>>,
) -> io::Result<ZipArchive<Packed>> {
    if let Some(it) = find(key, |it| if let Kept::Zip(it) = it { Some(it.clone()) } else { None }) {
        return Ok(it);
    }
    let archive = open()?;
    keep(key.clone(), Kept::Zip(archive.clone()));
    Ok(archive)
}

pub(crate) fn sevenz(
    key: &Key,
    open: impl FnOnce() -> io::Result<sevenz_rust2::Archive>,
) -> io::Result<Arc<sevenz_rust2::Archive>> {
    let found = find(key, |it| if let Kept::SevenZ(it) = it { Some(Arc::clone(it)) } else { None });
    if let Some(it) = found {
        return Ok(it);
    }
    let archive = Arc::new(open()?);
    keep(key.clone(), Kept::SevenZ(Arc::clone(&archive)));
    Ok(archive)
}

pub(crate) fn block(key: &Key, unpack: impl FnOnce() -> Block) -> Arc<Block> {
    let found = find(key, |it| if let Kept::Block(it) = it { Some(Arc::clone(it)) } else { None });
    found.unwrap_or_else(|| {
        let block = Arc::new(unpack());
        keep(key.clone(), Kept::Block(Arc::clone(&block)));
        block
    })
}
