//! One record a key over all evidence files (design §4.1), and every row accounted for.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::atomic::AtomicBool,
};

use anyhow::{Result, bail};
use model::{Kind, Position};

use crate::{
    Store,
    cache::{self, Meta},
    fetched,
    keys::{self, KINDS, Key},
};

/// One evidence file whose rows are to be united.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Evidence {
    /// The id its rows were written under.
    pub id: String,
    /// Path, for people.
    pub path: String,
    /// What it is.
    pub kind: Kind,
}

/// Counts of one evidence file: rows = records + duplicates + rejected.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Tally {
    /// Rows read.
    pub rows: u64,
    /// Rows that are the record of their key.
    pub records: u64,
    /// Rows whose record stands elsewhere, or earlier in this file.
    pub duplicates: u64,
    /// Rows not understood.
    pub rejected: u64,
    /// Rows that lost something on export, or say less than another row of their key.
    pub lossy: u64,
    /// Rows that contradict another row of their key.
    pub conflicts: u64,
}

/// Rows of one key that do not say the same, one a body, the record first.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Disagreement {
    /// `events`, `signins`, `mails`, `addresses` or `inventory`.
    pub table: String,
    /// The key they share.
    pub key: String,
    /// Evidence id and position.
    pub rows: Vec<(String, Position)>,
}

/// What uniting gave.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct United {
    /// Counts by evidence id.
    pub per_evidence: BTreeMap<String, Tally>,
    /// What is to be settled by [`Store::replace`], in order of the records.
    pub disagreements: Vec<Disagreement>,
}

/// A set of row numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bits(Vec<u64>);

impl Bits {
    fn new(last: u64) -> Bits {
        Bits(vec![0; usize::try_from(last / 64).unwrap_or(0) + 1])
    }

    pub(crate) fn set(&mut self, row: u64, to: bool) {
        let word = usize::try_from(row / 64).ok().and_then(|it| self.0.get_mut(it));
        if let Some(word) = word {
            let bit = 1 << (row % 64);
            *word = if to { *word | bit } else { *word & !bit };
        }
    }

    pub(crate) fn has(&self, row: u64) -> bool {
        let word = usize::try_from(row / 64).ok().and_then(|it| self.0.get(it));
        word.is_some_and(|it| it >> (row % 64) & 1 == 1)
    }

    fn count(&self) -> u64 {
        self.0.iter().map(|it| u64::from(it.count_ones())).sum()
    }
}

/// One evidence file of the run.
pub(crate) struct FileState {
    pub(crate) evidence: Evidence,
    pub(crate) folder: PathBuf,
    pub(crate) meta: Meta,
    /// Rows that are the record of their key.
    pub(crate) won: Bits,
}

impl FileState {
    pub(crate) fn records(&self) -> u64 {
        self.won.count()
    }
}

/// Rows of one file that share key and body.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Alike {
    pub(crate) rows: u64,
    /// Those of them without losses of their own.
    pub(crate) whole: u64,
}

/// Rows of each body of a disagreement, by its least position: file number → rows.
pub(crate) type Bodies = BTreeMap<(String, u64), BTreeMap<usize, Alike>>;

/// What a run has united so far.
#[derive(Default)]
pub(crate) struct State {
    /// In order of evidence ids.
    pub(crate) files: Vec<FileState>,
    /// By context: session and account it belongs to.
    pub(crate) assigned: BTreeMap<String, (String, String)>,
    /// Folders of settled records.
    pub(crate) patches: Vec<PathBuf>,
    pub(crate) bodies: Bodies,
    /// Whether the engine's tables show what is here.
    pub(crate) live: AtomicBool,
    /// Number of the next folder of copies.
    pub(crate) generation: u32,
}

/// A record in the sort: rank is losses, file, row.
struct Entry {
    key: u128,
    rank: u64,
    body: u128,
}

const ROW_BITS: u32 = 34;
const FILE_BITS: u32 = 18;

fn rank(key: &Key, file: usize) -> u64 {
    u64::from(key.losses) << (ROW_BITS + FILE_BITS) | (file as u64) << ROW_BITS | key.position.row
}

fn file_of(rank: u64) -> usize {
    usize::try_from(rank >> ROW_BITS & ((1 << FILE_BITS) - 1)).unwrap_or(usize::MAX)
}

fn row_of(rank: u64) -> u64 {
    rank & ((1 << ROW_BITS) - 1)
}

fn lossy(rank: u64) -> bool {
    rank >> (ROW_BITS + FILE_BITS) > 0
}

impl Store {
    /// Makes one record of all rows that share a key. Rows that say the same are duplicates; what
    /// says something else is handed back, and counts as a duplicate until it is settled.
    pub fn unite(&mut self, evidence: &[Evidence]) -> Result<United> {
        let mut files = self.open_files(evidence)?;
        let mut found = Vec::new();
        let total: u64 = files.iter().map(|it| it.meta.records).sum();
        let size = size_of::<Entry>() as u64;
        // Reading the keys once more is cheap, holding them all is not.
        let budget = (self.options.memory as u64 / 3).clamp(16 << 20, 96 << 20);
        let passes = (total * size).div_ceil(budget).max(1);
        for pass in 0..passes {
            sweep(&mut files, pass, passes, &mut found)?;
        }
        let mut united = United::default();
        for file in &files {
            let records = file.records();
            let tally = Tally {
                rows: file.meta.records + file.meta.rejected,
                records,
                duplicates: file.meta.records - records,
                rejected: file.meta.rejected,
                lossy: file.meta.lossy,
                conflicts: 0,
            };
            united.per_evidence.insert(file.evidence.id.clone(), tally);
        }
        found.sort_unstable_by_key(|it| it.least());
        let (disagreements, bodies) = describe(&files, &found)?;
        united.disagreements = disagreements;
        let generation = self.state.generation;
        self.state = State { files, bodies, generation, ..State::default() };
        Ok(united)
    }

    fn open_files(&self, evidence: &[Evidence]) -> Result<Vec<FileState>> {
        let ids: BTreeMap<&str, &Evidence> =
            evidence.iter().rev().map(|it| (it.id.as_str(), it)).collect();
        if ids.len() >= 1 << FILE_BITS {
            bail!("more than {} evidence files", 1 << FILE_BITS);
        }
        let mut files = Vec::new();
        for (id, evidence) in ids {
            let folder = cache::folder(&self.options.folder, id);
            let Some(meta) = cache::read(&folder) else {
                bail!("internal error: the rows of {} were not stored", evidence.path);
            };
            if meta.last_row >> ROW_BITS > 0 {
                bail!("{} has more than {} rows", evidence.path, 1_u64 << ROW_BITS);
            }
            let won = Bits::new(meta.last_row);
            files.push(FileState { evidence: evidence.clone(), folder, meta, won });
        }
        Ok(files)
    }
}

/// Rows of one key: rank and body in order of rank.
struct Group(Vec<(u64, u128)>);

impl Group {
    fn least(&self) -> (usize, u64) {
        self.0.first().map_or((0, 0), |(rank, _)| (file_of(*rank), row_of(*rank)))
    }
}

/// Sorts the records whose key falls into this pass and marks the winner of each key.
fn sweep(files: &mut [FileState], pass: u64, passes: u64, found: &mut Vec<Group>) -> Result<()> {
    let mut entries = Vec::new();
    for (number, file) in files.iter().enumerate() {
        keys::each(&file.folder.join(keys::FILE), &mut |it| {
            let part = ((it.key >> 96) * u128::from(passes)) >> 32;
            if part == u128::from(pass) {
                entries.push(Entry { key: it.key, rank: rank(&it, number), body: it.body });
            }
        })?;
    }
    entries.sort_unstable_by_key(|it| (it.key, it.rank));
    for group in entries.chunk_by(|a, b| a.key == b.key) {
        let Some(winner) = group.first() else { continue };
        if let Some(file) = files.get_mut(file_of(winner.rank)) {
            file.won.set(row_of(winner.rank), true);
        }
        if group.iter().any(|it| it.body != winner.body) {
            found.push(Group(group.iter().map(|it| (it.rank, it.body)).collect()));
        }
    }
    Ok(())
}

/// Puts names and positions to the rows that disagree.
fn describe(files: &[FileState], found: &[Group]) -> Result<(Vec<Disagreement>, Bodies)> {
    let mut wanted: BTreeMap<usize, BTreeMap<u64, (u32, Position)>> = BTreeMap::new();
    let mut distinct = Vec::new();
    for group in found {
        let mut seen = BTreeSet::new();
        let least: Vec<(u64, u128)> =
            group.0.iter().filter(|(_, body)| seen.insert(*body)).copied().collect();
        for (rank, _) in &least {
            wanted
                .entry(file_of(*rank))
                .or_default()
                .insert(row_of(*rank), (0, Position::default()));
        }
        distinct.push(least);
    }
    let mut names = BTreeMap::new();
    for (number, rows) in &mut wanted {
        let Some(file) = files.get(*number) else { continue };
        keys::each(&file.folder.join(keys::FILE), &mut |it| {
            if let Some(slot) = rows.get_mut(&it.position.row) {
                *slot = (it.kind, it.position);
            }
        })?;
        for (row, key) in fetched::keys_of(&file.folder, rows)? {
            names.insert((*number, row), key);
        }
    }
    let mut bodies = Bodies::new();
    let mut disagreements = Vec::new();
    for (group, least) in found.iter().zip(distinct) {
        let place = |rank: u64| -> Option<(String, u32, Position)> {
            let (kind, position) = wanted.get(&file_of(rank))?.get(&row_of(rank))?;
            Some((files.get(file_of(rank))?.evidence.id.clone(), *kind, *position))
        };
        let places: Vec<_> = least.iter().filter_map(|(rank, _)| place(*rank)).collect();
        let Some((_, kind, _)) = places.first() else { continue };
        disagreements.push(Disagreement {
            table: KINDS.get(*kind as usize).copied().unwrap_or_default().to_owned(),
            key: names.get(&group.least()).cloned().unwrap_or_default(),
            rows: places.iter().map(|(id, _, position)| (id.clone(), *position)).collect(),
        });
        for ((_, body), (id, _, position)) in least.iter().zip(&places) {
            let alike = bodies.entry((id.clone(), position.row)).or_default();
            for (rank, _) in group.0.iter().filter(|(_, it)| it == body) {
                let it: &mut Alike = alike.entry(file_of(*rank)).or_default();
                it.rows += 1;
                it.whole += u64::from(!lossy(*rank));
            }
        }
    }
    Ok((disagreements, bodies))
}
