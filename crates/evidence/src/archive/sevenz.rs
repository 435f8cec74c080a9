//! 7z archives: members stand one behind the other in blocks, and a block is unpacked from its
//! beginning only.

use std::{
    io::{self, Read},
    ops::ControlFlow,
    sync::Arc,
};

use sevenz_rust2::{Archive, Block, BlockDecoder, EncoderMethod, Error, Password};

use super::{Inside, MAGIC, Member, escapes, harmless, limit, refused_mode};
use crate::{
    limits,
    packed::Packed,
    passwords::Passwords,
    shelf::{self, Key},
    source::Source,
    stop::Stop,
};

/// KiB that one decoder may use; the sum of a block is checked before.
const MEMORY: usize = (limits::DICTIONARY >> 10) as usize + (8 << 10);
/// After so many blocks that no password opens, no more are tried.
const TRIES: usize = 20;

fn fault(error: Error) -> io::Error {
    match error {
        Error::Io(error, _) | Error::FileOpen(error, _) => error,
        Error::PasswordRequired | Error::MaybeBadPassword(_) => Stop::Encrypted.error(),
        Error::MaxMemLimited { .. } => Stop::Memory.error(),
        Error::UnsupportedCompressionMethod(_)
        | Error::Unsupported(_)
        | Error::UnsupportedVersion { .. }
        | Error::ExternalUnsupported => Stop::Method.error(),
        _ => Stop::Damaged.error(),
    }
}

fn table(key: &Key, mut packed: Packed, password: &str) -> io::Result<Arc<Archive>> {
    shelf::sevenz(key, || {
        let password = Password::new(password);
        Archive::read_with_memory_limit(&mut packed, &password, limits::TABLE_KIB).map_err(fault)
    })
}

/// The table of contents, and the password it needs, if any.
fn unlocked(
    key: &Key,
    packed: &Packed,
    words: &Passwords,
) -> io::Result<(Arc<Archive>, Option<usize>)> {
    let plain = table(key, packed.clone(), "");
    let locked = plain.as_ref().err().is_some_and(|it| Stop::of(it) == Stop::Encrypted);
    if !locked {
        return plain.map(|it| (it, None));
    }
    for n in 0..words.len() {
        if let Ok(archive) = table(key, packed.clone(), words.text(2 * n)) {
            return Ok((archive, Some(2 * n)));
        }
    }
    Err(Stop::Encrypted.error())
}

/// Lists the members of an archive. `room` is how much the archive may still unpack to.
pub(crate) fn members(source: &Source, room: u64) -> io::Result<Vec<Member>> {
    let key = Key::new(source, source.steps.len(), None);
    let packed = source.packed()?;
    let (archive, password) = unlocked(&key, &packed, &source.passwords)?;
    if archive.files.len() > limits::ENTRIES {
        return Err(Stop::Entries.error());
    }
    let mut it = Listing {
        archive: &archive,
        key,
        packed,
        words: &source.passwords,
        of_table: password,
        good: password,
        missed: 0,
        room,
        work: limits::SOLID,
        found: Vec::new(),
    };
    for block in 0..archive.blocks.len() {
        it.block(block);
    }
    it.without_block();
    Ok(it.found)
}

struct Listing<'a> {
    archive: &'a Archive,
    key: Key,
    packed: Packed,
    words: &'a Passwords,
    /// The password of the table of contents.
    of_table: Option<usize>,
    good: Option<usize>,
    missed: usize,
    room: u64,
    /// Bytes that may still be unpacked in one pass over the members.
    work: u64,
    found: Vec<Member>,
}

impl Listing<'_> {
    fn block(&mut self, block: usize) {
        let files: Vec<usize> = files_of(self.archive, block).collect();
        match self.openable(block) {
            Ok(password) => self.open_block(block, &files, password),
            Err(stop) => {
                for index in files {
                    self.refuse(index, stop);
                }
            }
        }
    }

    /// The password of a block, or why it is not unpacked at all.
    fn openable(&mut self, block: usize) -> Result<Option<usize>, Stop> {
        let it = &self.archive.blocks[block];
        if dictionaries(it) > limits::DICTIONARY || it.coders.len() > 8 {
            return Err(Stop::Memory);
        }
        if !is_locked(it) {
            return Ok(self.of_table);
        }
        if self.missed >= TRIES {
            return Err(Stop::Encrypted);
        }
        let tries = self.good.into_iter().chain((0..self.words.len()).map(|it| 2 * it));
        let found = tries.into_iter().find(|it| self.opens(block, self.words.text(*it)));
        self.missed = if found.is_some() { 0 } else { self.missed + 1 };
        self.good = found.or(self.good);
        found.map(Some).ok_or(Stop::Encrypted)
    }

    /// Whether a password unpacks the beginning of a block; a small block whole, with its sums.
    fn opens(&self, block: usize, password: &str) -> bool {
        if self.archive.blocks[block].get_unpack_size() <= limits::BLOCK {
            let it = unpack(self.archive, block, &mut self.packed.clone(), password);
            let sound = it.cut.is_none();
            if sound {
                shelf::block(&self.key.of_block(block), || it);
            }
            return sound;
        }
        let mut sound = false;
        let outcome =
            each(self.archive, block, &mut self.packed.clone(), password, &mut |_, it| {
                sound = io::copy(&mut it.take(1 << 20), &mut io::sink()).is_ok();
                ControlFlow::Break(())
            });
        outcome.is_ok() && sound
    }

    fn open_block(&mut self, block: usize, files: &[usize], password: Option<usize>) {
        let of_block = &self.archive.blocks[block];
        let whole = of_block.get_unpack_size();
        let packed = packed_size(self.archive, block);
        // Nothing is unpacked for members that are refused by what they say of themselves.
        let readable = whole <= packed.saturating_mul(limits::RATIO).max(limits::FREE);
        let mut heads =
            if readable && whole <= self.room { self.heads(block, password) } else { Vec::new() }
                .into_iter();
        let mut before = 0_u64;
        for &index in files {
            let size = self.archive.files[index].size;
            let head = heads.next();
            before = before.saturating_add(size);
            let cost = if whole <= limits::BLOCK { size } else { before };
            let most = limit(size, packed, self.room);
            let stop = match self.hindrance(index) {
                Some(stop) => Some(stop),
                None if most == 0 && size > 0 => Some(Stop::Size),
                None if cost > self.work => Some(Stop::Solid),
                None => None,
            };
            if let Some(stop) = stop {
                self.refuse(index, stop);
                continue;
            }
            self.room -= most;
            self.work -= cost;
            let name = name(&self.archive.files[index].name);
            let inside = Inside { name, index, size, limit: most, password, head };
            self.found.push(Member::File(inside));
        }
    }

    /// The first bytes of all members of a block, in one pass.
    fn heads(&self, block: usize, password: Option<usize>) -> Vec<Vec<u8>> {
        let password = password.map_or("", |it| self.words.text(it));
        let mut packed = self.packed.clone();
        let mut heads = Vec::new();
        if self.archive.blocks[block].get_unpack_size() <= limits::BLOCK {
            let key = self.key.of_block(block);
            let it = shelf::block(&key, || unpack(self.archive, block, &mut packed, password));
            for range in ranges(self.archive, block) {
                let bytes = it.bytes.get(range.start..).unwrap_or_default();
                heads.push(bytes[..bytes.len().min(range.len()).min(MAGIC)].to_vec());
            }
            return heads;
        }
        // Where the block is damaged the members behind have no head, and are read to their error.
        let _ = each(self.archive, block, &mut packed, password, &mut |_, it| {
            let mut head = Vec::new();
            let read = it.take(MAGIC as u64).read_to_end(&mut head);
            heads.push(head);
            if read.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        heads
    }

    /// Empty files stand in no block.
    fn without_block(&mut self) {
        for (index, file) in self.archive.files.iter().enumerate() {
            let block = self.archive.stream_map.file_block_index.get(index).copied().flatten();
            let empty = !file.has_stream || block.is_none();
            if !empty || file.is_directory || file.is_anti_item {
                continue;
            }
            if let Some(stop) = self.hindrance(index) {
                self.refuse(index, stop);
                continue;
            }
            let (name, head) = (name(&file.name), Some(Vec::new()));
            let inside = Inside { name, index, size: 0, limit: 0, password: None, head };
            self.found.push(Member::File(inside));
        }
    }

    fn hindrance(&self, index: usize) -> Option<Stop> {
        let file = &self.archive.files[index];
        if escapes(&name(&file.name)) {
            return Some(Stop::Outside);
        }
        let attributes = if file.has_windows_attributes { file.windows_attributes } else { 0 };
        // A reparse point of Windows; the Unix mode in the upper half where 0x8000 says so.
        if attributes & 0x400 != 0 {
            return Some(Stop::Link);
        }
        (attributes & 0x8000 != 0).then(|| refused_mode(attributes >> 16)).flatten()
    }

    fn refuse(&mut self, index: usize, stop: Stop) {
        let name = harmless(&name(&self.archive.files[index].name));
        self.found.push(Member::Refused { name, stop });
    }
}

fn name(name: &str) -> String {
    name.replace('\\', "/").replace('\0', "_")
}

/// The files of a block that have content, in its order.
fn files_of(archive: &Archive, block: usize) -> impl Iterator<Item = usize> {
    let of = &archive.stream_map.file_block_index;
    let first = archive.stream_map.block_first_file_index.get(block).copied();
    let first = first.unwrap_or(of.len());
    // Files of a block stand together; those without content may stand between them.
    (first..of.len())
        .take_while(move |it| of[*it].is_none_or(|it| it == block))
        .filter(|it| archive.files[*it].has_stream)
}

/// Where each file of a block stands in its unpacked bytes.
fn ranges(archive: &Archive, block: usize) -> Vec<std::ops::Range<usize>> {
    let mut at = 0_usize;
    let sizes = files_of(archive, block).map(|it| archive.files[it].size);
    sizes
        .map(|size| {
            let from = at;
            at = at.saturating_add(usize::try_from(size).unwrap_or(usize::MAX));
            from..at
        })
        .collect()
}

fn is_locked(block: &Block) -> bool {
    block.coders.iter().any(|it| it.encoder_method_id() == EncoderMethod::ID_AES256_SHA256)
}

/// Bytes that the decoders of a block ask for, by what its properties say.
fn dictionaries(block: &Block) -> u64 {
    let one = |it: &sevenz_rust2::Coder| match (it.encoder_method_id(), it.properties()) {
        (EncoderMethod::ID_LZMA, [_, a, b, c, d, ..]) => {
            u64::from(u32::from_le_bytes([*a, *b, *c, *d]))
        }
        (EncoderMethod::ID_LZMA2, [bits, ..]) if *bits < 40 => {
            u64::from(2 | (bits & 1)) << (bits / 2 + 11)
        }
        (EncoderMethod::ID_LZMA2, _) => u64::from(u32::MAX),
        _ => 0,
    };
    block.coders.iter().map(one).sum()
}

fn packed_size(archive: &Archive, block: usize) -> u64 {
    let first = archive.stream_map.block_first_pack_stream_index();
    let from = first.get(block).copied().unwrap_or(0);
    let to = first.get(block + 1).copied().unwrap_or(archive.pack_sizes().len());
    let sizes = archive.pack_sizes().get(from..to).unwrap_or_default();
    sizes.iter().fold(0, |sum, it| sum.saturating_add(*it))
}

/// Walks over the members of a block until told to stop.
fn each(
    archive: &Archive,
    block: usize,
    packed: &mut Packed,
    password: &str,
    then: &mut dyn FnMut(&str, &mut dyn Read) -> ControlFlow<()>,
) -> io::Result<()> {
    let password = Password::new(password);
    let decoder = BlockDecoder::new_with_memory_limit(1, MEMORY, block, archive, &password, packed);
    let outcome = decoder.for_each_entries(&mut |file, reader| {
        Ok(!file.has_stream || then(&file.name, reader).is_continue())
    });
    outcome.map(drop).map_err(fault)
}

/// Unpacks a block as far as it is sound.
fn unpack(archive: &Archive, block: usize, packed: &mut Packed, password: &str) -> shelf::Block {
    let mut bytes = Vec::new();
    let mut cut = None;
    let outcome = each(archive, block, packed, password, &mut |_, reader| {
        let room = limits::BLOCK.saturating_sub(bytes.len() as u64);
        match reader.take(room + 1).read_to_end(&mut bytes) {
            Ok(_) if bytes.len() as u64 <= limits::BLOCK => ControlFlow::Continue(()),
            Ok(_) => {
                cut = Some(Stop::Size);
                ControlFlow::Break(())
            }
            Err(error) => {
                cut = Some(Stop::of(&error));
                ControlFlow::Break(())
            }
        }
    });
    let cut = cut.or(outcome.err().map(|it| Stop::of(&it)));
    shelf::Block { bytes, cut }
}

/// Opens one member and hands it to `then`.
pub(crate) fn open(
    key: &Key,
    mut packed: Packed,
    index: usize,
    password: &str,
    then: &mut dyn FnMut(&mut dyn Read) -> io::Result<()>,
) -> io::Result<()> {
    let archive = table(key, packed.clone(), password)?;
    let block = archive.stream_map.file_block_index.get(index).copied().flatten();
    let has_stream = archive.files.get(index).is_some_and(|it| it.has_stream);
    let Some(block) = block.filter(|_| has_stream) else { return then(&mut io::empty()) };
    let Some(at) = files_of(&archive, block).position(|it| it == index) else {
        return Err(Stop::Damaged.error());
    };
    if archive.blocks[block].get_unpack_size() <= limits::BLOCK {
        let key = key.of_block(block);
        let unpacked = shelf::block(&key, || unpack(&archive, block, &mut packed, password));
        let range = ranges(&archive, block).get(at).cloned().unwrap_or_default();
        let there = unpacked.bytes.get(range.start..).unwrap_or_default();
        let there = &there[..there.len().min(range.len())];
        let cut = unpacked.cut.filter(|_| there.len() < range.len());
        return then(&mut there.chain(Ends(cut)));
    }
    let (mut seen, mut result) = (0, None);
    let outcome = each(&archive, block, &mut packed, password, &mut |_, reader| {
        if seen < at {
            seen += 1;
            return ControlFlow::Continue(());
        }
        result = Some(then(reader));
        ControlFlow::Break(())
    });
    result.unwrap_or_else(|| outcome.and(Err(Stop::Damaged.error())))
}

/// The end of a member, or the fault at which it was cut.
struct Ends(Option<Stop>);

impl Read for Ends {
    fn read(&mut self, _buffer: &mut [u8]) -> io::Result<usize> {
        self.0.map_or(Ok(0), |stop| Err(stop.error()))
    }
}
