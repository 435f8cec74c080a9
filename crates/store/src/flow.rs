//! The tables with a row for each record (`events`, `signins`, `attribution`): written as the rows
//! come, file by file. Sorting them would hold them all in memory, and take longer than all the
//! other tables together.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
    sync::{
        Arc,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use anyhow::{Context as _, Result, bail};
use arrow_array::{
    Array as _, ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, new_null_array,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use datafusion::arrow::compute::filter_record_batch;
use parquet::arrow::{ArrowWriter, arrow_reader::ParquetRecordBatchReaderBuilder};

use crate::{
    Store, cache, columns,
    publish::{self, Published},
    schema::Cached,
    tables::{self, Doc},
    unite::Bits,
};

/// The tables written here, in the order of [`Rows`].
pub(crate) const TABLES: [&str; 3] = ["events", "signins", "attribution"];

/// Rows of the three tables.
type Rows = [Option<RecordBatch>; 3];
/// Rows of a task, one after another, and `None` at its end.
type Step = Result<Option<Rows>>;

/// One file with records.
struct Source<'a> {
    evidence: String,
    path: PathBuf,
    /// Rows that count; all of them where there is none.
    won: Option<&'a Bits>,
    /// Scope of the least folder each row names: (row, number in [`Lookup::scopes`]), by row.
    scopes: Vec<(u64, u32)>,
}

/// What is put beside each row.
struct Lookup<'a> {
    /// By context: session, account.
    assigned: &'a BTreeMap<String, (String, String)>,
    /// By session: verdict, score, rules that spoke.
    sessions: BTreeMap<&'a str, (&'a str, i64, &'a str)>,
    scopes: Vec<&'a str>,
    schemas: [SchemaRef; 3],
}

impl Store {
    /// Writes the three tables; gives their names and rows.
    pub(crate) fn publish_records(&self, published: &Published) -> Result<[u64; 3]> {
        let sessions = published.sessions.iter();
        let sessions = sessions
            .map(|it| (it.id.as_str(), (it.verdict.as_str(), it.score, it.reasons.as_str())));
        let mut scopes: Vec<&str> = published.places.iter().map(|it| it.2.as_str()).collect();
        scopes.sort_unstable();
        scopes.dedup();
        let lookup = Lookup {
            assigned: &self.state.assigned,
            sessions: sessions.collect(),
            scopes,
            schemas: [
                schema(&tables::EVENTS.concat()),
                schema(&tables::SIGNINS.concat()),
                schema(&tables::attribution()),
            ],
        };
        let sources = self.sources(published, &lookup)?;
        let mut tasks = Vec::new();
        for source in &sources {
            let footer = ParquetRecordBatchReaderBuilder::try_new(File::open(&source.path)?)?;
            tasks.extend((0..footer.metadata().num_row_groups()).map(|group| (source, group)));
        }
        let parts = TABLES.map(|it| publish::path(&self.options.folder, it).with_extension("part"));
        for folder in parts.iter().filter_map(|it| it.parent()) {
            fs::create_dir_all(folder)
                .with_context(|| format!("cannot create {}", folder.display()))?;
        }
        let rows = write(&tasks, &lookup, &parts, self.threads())?;
        for (part, table) in parts.iter().zip(TABLES) {
            let place = publish::path(&self.options.folder, table);
            fs::rename(part, &place)
                .with_context(|| format!("cannot put {} in place", place.display()))?;
        }
        Ok(rows)
    }

    fn sources(&self, published: &Published, lookup: &Lookup<'_>) -> Result<Vec<Source<'_>>> {
        let places: BTreeMap<(&str, &str), u32> = published
            .places
            .iter()
            .filter_map(|(mailbox, folder, scope)| {
                let at = lookup.scopes.binary_search(&scope.as_str()).ok()?;
                Some(((mailbox.as_str(), folder.as_str()), u32::try_from(at).ok()?))
            })
            .collect();
        let mut found = Vec::new();
        for file in &self.state.files {
            if file.meta.tables.contains_key(Cached::Events.name()) {
                found.push(Source {
                    evidence: file.evidence.id.clone(),
                    path: cache::table(&file.folder, Cached::Events),
                    won: Some(&file.won),
                    scopes: scopes(&cache::table(&file.folder, Cached::Items), &places)?
                        .into_iter()
                        .map(|(_, row, scope)| (row, scope))
                        .collect(),
                });
            }
        }
        for folder in &self.state.patches {
            found.extend(patch(folder, &places)?);
        }
        Ok(found)
    }
}

/// Settled records: rows of several files in one table, each file's by itself.
fn patch<'a>(folder: &Path, places: &BTreeMap<(&str, &str), u32>) -> Result<Vec<Source<'a>>> {
    let path = cache::table(folder, Cached::Events);
    if !path.exists() {
        return Ok(Vec::new());
    }
    let mut by_file: BTreeMap<String, Vec<(u64, u32)>> = BTreeMap::new();
    for (evidence, row, scope) in scopes(&cache::table(folder, Cached::Items), places)? {
        by_file.entry(evidence).or_default().push((row, scope));
    }
    // One source a file: each takes the rows of its own.
    let mut found = Vec::new();
    let ids = evidence_ids(&path)?;
    for evidence in ids {
        let mut scopes = by_file.remove(&evidence).unwrap_or_default();
        scopes.sort_unstable();
        scopes.dedup_by_key(|it| it.0);
        found.push(Source { evidence, path: path.clone(), won: None, scopes });
    }
    Ok(found)
}

fn evidence_ids(path: &Path) -> Result<std::collections::BTreeSet<String>> {
    let mut ids = std::collections::BTreeSet::new();
    each(path, &["evidence_id"], &mut |batch| {
        let of = texts(batch, "evidence_id")?;
        ids.extend(of.iter().flatten().map(str::to_owned));
        Ok(())
    })?;
    Ok(ids)
}

/// For each row that names a folder with a scope: evidence id, row, number of the least scope.
fn scopes(items: &Path, places: &BTreeMap<(&str, &str), u32>) -> Result<Vec<(String, u64, u32)>> {
    let mut found: Vec<(String, u64, u32)> = Vec::new();
    if places.is_empty() || !items.exists() {
        return Ok(found);
    }
    each(items, &["evidence_id", "row", "mailbox", "folder"], &mut |batch| {
        let (ids, rows) = (texts(batch, "evidence_id")?, ints(batch, "row")?);
        let (mailboxes, folders) = (texts(batch, "mailbox")?, texts(batch, "folder")?);
        for at in 0..batch.num_rows() {
            let place = (mailboxes.value(at), folders.value(at));
            let Some(scope) = places.get(&place) else { continue };
            let row = u64::try_from(rows.value(at)).unwrap_or(0);
            match found.last_mut() {
                Some(last) if last.1 == row && last.0 == ids.value(at) => {
                    last.2 = last.2.min(*scope);
                }
                _ => found.push((ids.value(at).to_owned(), row, *scope)),
            }
        }
        Ok(())
    })?;
    found.sort_unstable();
    found.dedup_by(|b, a| a.0 == b.0 && a.1 == b.1);
    Ok(found)
}

/// Hands over some columns of a file, batch by batch.
fn each(
    path: &Path,
    wanted: &[&str],
    then: &mut dyn FnMut(&RecordBatch) -> Result<()>,
) -> Result<()> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?;
    let wanted =
        parquet::arrow::ProjectionMask::columns(reader.parquet_schema(), wanted.iter().copied());
    for batch in reader.with_projection(wanted).with_batch_size(8192).build()? {
        then(&batch?)?;
    }
    Ok(())
}

/// Takes the tasks apart on several threads, and writes what comes of them in their order.
fn write(
    tasks: &[(&Source<'_>, usize)],
    lookup: &Lookup<'_>,
    parts: &[PathBuf; 3],
    threads: usize,
) -> Result<[u64; 3]> {
    thread::scope(|scope| {
        let mut from: Vec<Receiver<Step>> = Vec::new();
        for n in 0..threads {
            // Room for a group: a thread goes on with its next one while another's is written.
            let (to, rows) = sync_channel(4);
            from.push(rows);
            let mine = tasks.iter().skip(n).step_by(threads);
            scope.spawn(move || {
                for (source, group) in mine {
                    let done = taken(source, *group, lookup, &to);
                    if to.send(done.map(|()| None)).is_err() {
                        return;
                    }
                }
            });
        }
        let mut writers: Vec<(SyncSender<RecordBatch>, _)> = Vec::new();
        for (schema, part) in lookup.schemas.iter().zip(parts) {
            let (to, batches) = sync_channel(1);
            writers.push((to, scope.spawn(|| written(schema, part, batches))));
        }
        let mut outcome = Ok(());
        let mut task = 0;
        while task < tasks.len() {
            let Ok(step) = from[task % threads].recv() else {
                bail!("internal error: a thread ended")
            };
            match step {
                Ok(Some(rows)) => {
                    for ((to, _), batch) in writers.iter().zip(rows) {
                        // A writer that ended early tells why below.
                        let _ = batch.map(|it| to.send(it));
                    }
                }
                Ok(None) => task += 1,
                Err(error) => {
                    outcome = Err(error);
                    break;
                }
            }
        }
        drop(from);
        let mut rows = [0; 3];
        for ((to, writer), rows) in writers.into_iter().zip(&mut rows) {
            drop(to);
            let Ok(written) = writer.join() else { bail!("internal error: a thread ended") };
            *rows = written?;
        }
        outcome.map(|()| rows)
    })
}

fn written(schema: &SchemaRef, part: &Path, batches: Receiver<RecordBatch>) -> Result<u64> {
    let file = File::create(part).with_context(|| format!("cannot create {}", part.display()))?;
    let mut out = ArrowWriter::try_new(file, schema.clone(), Some(columns::properties()?))?;
    let mut rows = 0;
    for batch in batches {
        rows += batch.num_rows() as u64;
        out.write(&batch)?;
    }
    out.close()?;
    Ok(rows)
}

/// Takes a task apart and hands its rows over, some at a time: they are never all in memory.
fn taken(
    source: &Source<'_>,
    group: usize,
    lookup: &Lookup<'_>,
    to: &SyncSender<Step>,
) -> Result<()> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&source.path)?)?;
    for batch in reader.with_row_groups(vec![group]).with_batch_size(4096).build()? {
        let batch = counted(&batch?, source)?;
        if batch.num_rows() == 0 {
            continue;
        }
        let beside = Beside::new(&batch, source, lookup)?;
        let signin = bools(&batch, "signin")?;
        let not: BooleanArray = signin.iter().map(|it| Some(it != Some(true))).collect();
        let mut rows = Rows::default();
        for (n, keep) in [(0, &not), (1, signin)] {
            if keep.true_count() > 0 {
                let all = beside.batch(&batch, &lookup.schemas[n])?;
                rows[n] = Some(filter_record_batch(&all, keep)?);
            }
        }
        rows[2] = Some(beside.batch(&batch, &lookup.schemas[2])?);
        if to.send(Ok(Some(rows))).is_err() {
            return Ok(());
        }
    }
    Ok(())
}

/// Rows that are the record of their key.
fn counted(batch: &RecordBatch, source: &Source<'_>) -> Result<RecordBatch> {
    let numbers = ints(batch, "row")?;
    let won = |at: usize| u64::try_from(numbers.value(at)).unwrap_or(0);
    let keep: BooleanArray = match source.won {
        Some(bits) => (0..batch.num_rows()).map(|at| Some(bits.has(won(at)))).collect(),
        None => {
            let ids = texts(batch, "evidence_id")?;
            ids.iter().map(|it| Some(it == Some(source.evidence.as_str()))).collect()
        }
    };
    if keep.true_count() == batch.num_rows() {
        return Ok(batch.clone());
    }
    Ok(filter_record_batch(batch, &keep)?)
}

/// Columns that were not read but concluded.
struct Beside {
    account: ArrayRef,
    session: ArrayRef,
    scope: ArrayRef,
    verdict: ArrayRef,
    score: ArrayRef,
    reasons: ArrayRef,
    source: ArrayRef,
}

impl Beside {
    fn new(batch: &RecordBatch, source: &Source<'_>, lookup: &Lookup<'_>) -> Result<Beside> {
        let (contexts, actors) = (texts(batch, "context")?, texts(batch, "actor")?);
        let (rows, signin) = (ints(batch, "row")?, bools(batch, "signin")?);
        let assigned: Vec<Option<&(String, String)>> =
            contexts.iter().map(|it| lookup.assigned.get(it.unwrap_or_default())).collect();
        let judged =
            |at: usize| assigned[at].and_then(|it| lookup.sessions.get(it.0.as_str())).copied();
        let all = 0..batch.num_rows();
        let scope = |at: usize| {
            let row = u64::try_from(rows.value(at)).unwrap_or(0);
            let found = source.scopes.binary_search_by_key(&row, |it| it.0).ok()?;
            lookup.scopes.get(source.scopes[found].1 as usize).copied()
        };
        let account = |at: usize| assigned[at].map_or(actors.value(at), |it| it.1.as_str());
        let session = |at: usize| assigned[at].map_or("", |it| it.0.as_str());
        let word = |at: usize| if signin.value(at) { "signins" } else { "events" };
        let text = |values: Vec<&str>| Arc::new(StringArray::from(values)) as ArrayRef;
        Ok(Beside {
            account: text(all.clone().map(account).collect()),
            session: text(all.clone().map(session).collect()),
            scope: text(all.clone().map(|at| scope(at).unwrap_or("")).collect()),
            verdict: text(all.clone().map(|at| judged(at).map_or("", |it| it.0)).collect()),
            score: Arc::new(
                all.clone().map(|at| judged(at).map(|it| it.1)).collect::<Int64Array>(),
            ),
            reasons: text(all.clone().map(|at| judged(at).map_or("", |it| it.2)).collect()),
            source: text(all.map(word).collect()),
        })
    }

    /// The rows as a published table has them.
    fn batch(&self, batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
        let of = |name: &str| -> Result<ArrayRef> {
            Ok(match name {
                "account" => self.account.clone(),
                "session_id" => self.session.clone(),
                "scope" => self.scope.clone(),
                "verdict" => self.verdict.clone(),
                "score" => self.score.clone(),
                "reasons" => self.reasons.clone(),
                "source" => self.source.clone(),
                "record_id" => column(batch, "key")?.clone(),
                "source_session" => column(batch, "session")?.clone(),
                "user_agent" => column(batch, "agent")?.clone(),
                "request_id" => column(batch, "request")?.clone(),
                _ => column(batch, name)?.clone(),
            })
        };
        let mut arrays = Vec::with_capacity(schema.fields().len());
        for field in schema.fields() {
            let array = of(field.name())?;
            arrays.push(match field.data_type() {
                DataType::Timestamp(..) => instants(&array),
                kind if *kind == *array.data_type() => array,
                kind => new_null_array(kind, array.len()),
            });
        }
        Ok(RecordBatch::try_new(schema.clone(), arrays)?)
    }
}

fn instants(array: &ArrayRef) -> ArrayRef {
    let ints = array.as_any().downcast_ref::<Int64Array>();
    let at = ints.map(|it| {
        TimestampMicrosecondArray::new(it.values().clone(), it.nulls().cloned())
            .with_timezone("UTC")
    });
    at.map_or_else(|| array.clone(), |it| Arc::new(it) as ArrayRef)
}

fn schema(columns: &[Doc]) -> SchemaRef {
    let field = |(name, kind, _): &Doc| {
        let kind = match *kind {
            "timestamp" => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            "integer" => DataType::Int64,
            "boolean" => DataType::Boolean,
            _ => DataType::Utf8,
        };
        Field::new(*name, kind, true)
    };
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}

fn column<'b>(batch: &'b RecordBatch, name: &str) -> Result<&'b ArrayRef> {
    batch.column_by_name(name).with_context(|| format!("internal error: no column {name}"))
}

fn texts<'b>(batch: &'b RecordBatch, name: &str) -> Result<&'b StringArray> {
    column(batch, name)?.as_any().downcast_ref().context("internal error: a text is no text")
}

fn ints<'b>(batch: &'b RecordBatch, name: &str) -> Result<&'b Int64Array> {
    column(batch, name)?.as_any().downcast_ref().context("internal error: a number is no number")
}

fn bools<'b>(batch: &'b RecordBatch, name: &str) -> Result<&'b BooleanArray> {
    column(batch, name)?.as_any().downcast_ref().context("internal error: a truth is no truth")
}
