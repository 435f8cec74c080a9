//! Evidence → rows in the store: every file found, read once, counted.

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::atomic::{AtomicBool, Ordering},
};

use anyhow::{Context as _, Result, bail};
use evidence::{FindOptions, Inspection, ReadOptions, Source, Stop};
use model::{Case, Kind, Reading, glob_matches};
use store::{Store, Tally, United};

use crate::progress::Progress;

/// One evidence file: what it is, and what reading it gave.
pub(crate) struct FileRead {
    /// The file.
    pub(crate) source: Source,
    /// What it is.
    pub(crate) inspection: Inspection,
    /// What reading it gave.
    pub(crate) reading: Reading,
    /// Whether an earlier file has the same content: its rows are all duplicates.
    pub(crate) copy: bool,
}

impl FileRead {
    /// Evidence id: the content's hash, first 16 hex digits.
    pub(crate) fn id(&self) -> &str {
        id_of(&self.inspection)
    }

    /// Whether records of its kind stand in it. The tables that Defender keeps beside its mails
    /// are of the trace and hold no mail.
    pub(crate) fn tells_of_its_kind(&self) -> bool {
        let beside = self.inspection.format.is_some_and(|it| it.id == "trace_defender_beside");
        self.reading.rows > self.reading.rejected && !beside
    }

    /// Counts of this file, once the store has united all.
    pub(crate) fn tally(&self, united: &United) -> Tally {
        let mut tally = united.per_evidence.get(self.id()).cloned().unwrap_or_default();
        tally.rows = self.reading.rows;
        tally.rejected = self.reading.rejected;
        if self.copy {
            tally.records = 0;
            tally.duplicates = tally.rows - tally.rejected;
        }
        tally
    }
}

fn id_of(inspection: &Inspection) -> &str {
    inspection.sha256.get(..16).unwrap_or(&inspection.sha256)
}

/// A problem with a file or folder that did not stop the others.
pub(crate) struct Trouble {
    /// Path.
    pub(crate) path: String,
    /// Why it was not read.
    pub(crate) stop: Stop,
}

/// Everything that was read.
pub(crate) struct Read {
    /// Files in order of their paths.
    pub(crate) files: Vec<FileRead>,
    /// Problems.
    pub(crate) troubles: Vec<Trouble>,
    /// De-duplicated counts.
    pub(crate) united: United,
}

/// Files with what they are, and what could not be opened.
pub(crate) type Found = (Vec<(Source, Inspection)>, Vec<Trouble>);

/// Finds all files and hashes them.
pub(crate) fn find(
    roots: &[PathBuf],
    options: &FindOptions,
    progress: &dyn Progress,
    cancelled: &AtomicBool,
) -> Result<Found> {
    let found = evidence::find(roots, options);
    progress.stage("inspect", found.sources.len() as u64);
    let mut files = Vec::new();
    let trouble = |it: evidence::Problem| Trouble { path: it.path, stop: it.stop };
    let troubles: Vec<Trouble> = found.problems.into_iter().map(trouble).collect();
    for source in found.sources {
        stop_if(cancelled)?;
        let inspection = evidence::inspect(&source);
        progress.bytes(1);
        files.push((source, inspection));
    }
    Ok((files, troubles))
}

/// Reads what the store does not hold yet, then unites the records of all files.
pub(crate) fn read(
    store: &mut Store,
    files: Vec<(Source, Inspection)>,
    troubles: Vec<Trouble>,
    case: &Case,
    progress: &dyn Progress,
    cancelled: &AtomicBool,
) -> Result<Read> {
    let total = files.iter().map(|(_, it)| it.bytes).sum();
    progress.stage("read", total);
    let mut seen: BTreeMap<String, ()> = BTreeMap::new();
    let mut read = Vec::new();
    for (source, inspection) in files {
        stop_if(cancelled)?;
        let copy = seen.insert(inspection.sha256.clone(), ()).is_some();
        let reading = one(store, &source, &inspection, case, progress).with_context(|| {
            let folder = store.folder().display();
            format!("cannot store the rows of {} in the case folder {folder}", source.path)
        })?;
        progress.bytes(inspection.bytes);
        read.push(FileRead { source, inspection, reading, copy });
    }
    evidence::forget_unpacked();
    progress.stage("unite", 0);
    let evidence: Vec<store::Evidence> = read
        .iter()
        .filter(|it| !it.copy && it.inspection.format.is_some())
        .map(|it| store::Evidence {
            id: it.id().to_owned(),
            path: it.source.path.clone(),
            kind: it.inspection.kind,
        })
        .collect();
    let mut united = store.unite(&evidence)?;
    reconcile(store, &read, case, &mut united, cancelled)?;
    check_tallies(&read, &united)?;
    Ok(Read { files: read, troubles, united })
}

fn one(
    store: &Store,
    source: &Source,
    inspection: &Inspection,
    case: &Case,
    progress: &dyn Progress,
) -> Result<Reading> {
    if inspection.format.is_none() {
        return Ok(Reading::default());
    }
    let options = options_of(case, &source.path);
    let version = version(&options);
    let id = id_of(inspection);
    if let Some(reading) = store.cached(id, version) {
        return Ok(reading);
    }
    let reading = rows(store, source, inspection, (version, &options), progress)?;
    if !reading.warnings.iter().any(|it| it.1 == Stop::Changed.word()) {
        return Ok(reading);
    }
    // Rows of a file that changed meanwhile are not what its hash stands for: they are counted in
    // this run, and no later run takes them for read.
    rows(store, source, inspection, (STALE, &options), progress)
}

/// Version of rows that are read anew by every run.
const STALE: u32 = u32::MAX;

fn rows(
    store: &Store,
    source: &Source,
    inspection: &Inspection,
    (version, options): (u32, &ReadOptions),
    progress: &dyn Progress,
) -> Result<Reading> {
    let mut writer = store.writer(id_of(inspection), version)?;
    let empty = writer.lines();
    let mut failed = None;
    let work = |batch: evidence::Batch| columns(empty.like(), &batch);
    let mut sink = |(rows, columns): (u64, Result<store::Columns>), late: Vec<u64>| {
        progress.rows(rows);
        if failed.is_none() {
            failed = columns.and_then(|it| writer.take(it, &late)).err();
        }
    };
    let threads = store.threads();
    let reading = evidence::read_abreast(source, inspection, options, threads, (&work, &mut sink));
    match failed {
        Some(error) => Err(error),
        None => {
            writer.finish(&reading)?;
            Ok(reading)
        }
    }
}

/// Turns rows into columns; gives their number too.
fn columns(mut lines: store::Lines, batch: &evidence::Batch) -> (u64, Result<store::Columns>) {
    let rows = batch.rows.len() + batch.again.len();
    let all = batch.rows.iter().try_for_each(|it| lines.row(it));
    for it in &batch.again {
        lines.again(it.position, &it.said.key, &it.said.body, it.said.losses);
    }
    (rows as u64, all.and_then(|()| lines.fill()))
}

/// The zone that the case file states for an export.
fn options_of(case: &Case, path: &str) -> ReadOptions {
    let stated =
        case.sources.iter().find(|it| !it.timezone.is_empty() && glob_matches(&it.path, path));
    ReadOptions { declared_zone: stated.map(|it| it.timezone.clone()), ..ReadOptions::default() }
}

/// Another stated zone reads the file's local times anew.
fn version(options: &ReadOptions) -> u32 {
    let zone = options.declared_zone.iter().flat_map(|it| it.bytes());
    zone.fold(evidence::READER_VERSION, |hash, byte| {
        hash.wrapping_mul(31).wrapping_add(u32::from(byte))
    })
}

/// Records of one key that do not say the same: either one is poorer, or they contradict.
fn reconcile(
    store: &mut Store,
    files: &[FileRead],
    case: &Case,
    united: &mut United,
    cancelled: &AtomicBool,
) -> Result<()> {
    let by_id: BTreeMap<&str, &FileRead> =
        files.iter().filter(|it| !it.copy).map(|it| (it.id(), it)).collect();
    let disagreements = std::mem::take(&mut united.disagreements);
    for batch in disagreements.chunks(20_000) {
        stop_if(cancelled)?;
        let rows = rows_again(batch, &by_id, case);
        let mut replacements = Vec::new();
        for it in batch {
            let found: Option<Vec<evidence::Reread>> = it
                .rows
                .iter()
                .map(|(id, position)| rows.get(&(id.as_str(), position.row)).cloned())
                .collect();
            let Some(reconciled) = found.and_then(|it| evidence::reconcile(&it)) else { continue };
            let relations = reconciled.relations.iter().map(|it| match it {
                evidence::Relation::Same => store::Relation::Same,
                evidence::Relation::Poorer => store::Relation::Poorer,
                evidence::Relation::Conflict => store::Relation::Conflict,
            });
            replacements.push(store::Replacement {
                relations: relations.collect(),
                disagreement: it.clone(),
                record: reconciled.record,
            });
        }
        store.replace(replacements, united)?;
    }
    Ok(())
}

/// Reads the rows that disagree once more, one walk a file.
fn rows_again<'a>(
    batch: &'a [store::Disagreement],
    by_id: &BTreeMap<&str, &FileRead>,
    case: &Case,
) -> BTreeMap<(&'a str, u64), evidence::Reread> {
    let mut wanted: BTreeMap<&str, Vec<model::Position>> = BTreeMap::new();
    for (id, position) in batch.iter().flat_map(|it| &it.rows) {
        wanted.entry(id).or_default().push(*position);
    }
    let mut found = BTreeMap::new();
    for (id, mut positions) in wanted {
        let Some(file) = by_id.get(id) else { continue };
        positions.sort_unstable();
        positions.dedup();
        let options = options_of(case, &file.source.path);
        let rows = evidence::reread(&file.source, &file.inspection, &options, &positions);
        for (position, row) in positions.iter().zip(rows) {
            found.extend(row.map(|it| ((id, position.row), it)));
        }
    }
    found
}

/// Rows = records + duplicates + rejected, for every file; a broken tally is our own mistake and
/// ends the run before anything is written.
fn check_tallies(files: &[FileRead], united: &United) -> Result<()> {
    for file in files {
        let it = file.tally(united);
        if it.rows != it.records + it.duplicates + it.rejected {
            bail!(
                "internal error: {}: {} rows, but {} records + {} duplicates + {} rejected",
                file.source.path,
                it.rows,
                it.records,
                it.duplicates,
                it.rejected
            );
        }
    }
    Ok(())
}

/// Ends the run between two files; what is read stays read.
pub(crate) fn stop_if(cancelled: &AtomicBool) -> Result<()> {
    if cancelled.load(Ordering::Relaxed) {
        bail!("stopped; run the same command again to complete the case folder");
    }
    Ok(())
}

/// Kinds of evidence that were read with at least one record.
pub(crate) fn kinds(files: &[FileRead]) -> std::collections::BTreeSet<Kind> {
    files
        .iter()
        .filter(|it| it.reading.rows > it.reading.rejected)
        .map(|it| it.inspection.kind)
        .collect()
}
