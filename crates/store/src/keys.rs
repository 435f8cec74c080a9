//! Keys of one evidence file's records, beside its tables: 64 bytes a record, read in one sweep.
//! Uniting needs nothing else, so it takes no engine and no more memory than it is given.

use std::{
    fs::File,
    io::{BufReader, BufWriter, Read as _, Write as _},
    path::Path,
};

use anyhow::{Context as _, Result, bail};
use model::{Position, Record, What};
use sha2::{Digest as _, Sha256};

use crate::context::first_16;

/// Name of the file.
pub(crate) const FILE: &str = "keys.bin";
/// Bytes a record.
pub(crate) const BYTES: usize = 64;

/// One record, as far as uniting asks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Key {
    /// Hash of table and key.
    pub(crate) key: u128,
    /// Hash of the body.
    pub(crate) body: u128,
    /// Losses, at most 4095.
    pub(crate) losses: u32,
    /// Number of the table of records.
    pub(crate) kind: u32,
    /// Where it stands.
    pub(crate) position: Position,
}

/// Tables of records: what keys are unique in.
pub(crate) const KINDS: [&str; 8] =
    ["events", "signins", "mails", "addresses", "inventory", "logs", "settings", "contents"];

/// Hash of several texts, first 16 bytes. It cannot be steered by what stands in evidence.
fn hash(parts: &[&str]) -> u128 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    u128::from_be_bytes(first_16(&hash.finalize()))
}

impl Key {
    /// The key of a record. The rows of a list, an inventory or a
    /// configuration export are records of that file alone.
    pub(crate) fn of(record: &Record, evidence: &str, position: Position) -> Key {
        let (kind, file) = match &record.what {
            What::Event(_) => (0, ""),
            What::SignIn(_) => (1, ""),
            What::Mail(_) => (2, ""),
            What::Address(_) => (3, evidence),
            What::Inventory(_) => (4, evidence),
            What::Log(_) => (5, ""),
            What::Setting(_) => (6, evidence),
            What::Item(_) => (7, ""),
        };
        let table = KINDS[kind as usize];
        Key {
            key: hash(&[table, file, &record.key]),
            body: hash(&[&record.body]),
            losses: record.losses.min(4095),
            kind,
            position,
        }
    }

    /// The key of an audit record known by what identifies it.
    pub(crate) fn of_event(key: &str, body: &str, losses: u32, position: Position) -> Key {
        Key {
            key: hash(&[KINDS[0], "", key]),
            body: hash(&[body]),
            losses: losses.min(4095),
            kind: 0,
            position,
        }
    }

    pub(crate) fn bytes(&self) -> [u8; BYTES] {
        let mut out = [0; BYTES];
        out[..16].copy_from_slice(&self.key.to_be_bytes());
        out[16..32].copy_from_slice(&self.body.to_be_bytes());
        out[32..36].copy_from_slice(&self.losses.to_be_bytes());
        out[36..40].copy_from_slice(&self.kind.to_be_bytes());
        out[40..48].copy_from_slice(&self.position.row.to_be_bytes());
        out[48..56].copy_from_slice(&self.position.from.to_be_bytes());
        out[56..64].copy_from_slice(&self.position.to.to_be_bytes());
        out
    }

    fn from(bytes: &[u8; BYTES]) -> Key {
        let wide = |at: usize| bytes[at..at + 16].iter().fold(0, |n, b| n << 8 | u128::from(*b));
        let long = |at: usize| bytes[at..at + 8].iter().fold(0, |n, b| n << 8 | u64::from(*b));
        let int = |at: usize| bytes[at..at + 4].iter().fold(0, |n, b| n << 8 | u32::from(*b));
        Key {
            key: wide(0),
            body: wide(16),
            losses: int(32),
            kind: int(36),
            position: Position { row: long(40), from: long(48), to: long(56) },
        }
    }
}

/// Writes keys.
pub(crate) struct KeyFile(BufWriter<File>);

impl KeyFile {
    pub(crate) fn create(path: &Path) -> Result<KeyFile> {
        let file =
            File::create(path).with_context(|| format!("cannot create {}", path.display()))?;
        Ok(KeyFile(BufWriter::with_capacity(1 << 16, file)))
    }

    /// Writes keys that are bytes already.
    pub(crate) fn push(&mut self, keys: &[u8]) -> Result<()> {
        Ok(self.0.write_all(keys)?)
    }

    pub(crate) fn finish(mut self) -> Result<()> {
        Ok(self.0.flush()?)
    }
}

/// Hands over all keys of a file in order of reading.
pub(crate) fn each(path: &Path, see: &mut dyn FnMut(Key)) -> Result<()> {
    let file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let mut left = file.metadata()?.len();
    if !left.is_multiple_of(BYTES as u64) {
        bail!("{} is cut off", path.display());
    }
    let mut reader = BufReader::with_capacity(1 << 18, file);
    let mut bytes = [0; BYTES];
    while left > 0 {
        reader.read_exact(&mut bytes)?;
        see(Key::from(&bytes));
        left -= BYTES as u64;
    }
    Ok(())
}
