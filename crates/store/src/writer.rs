//! Rows of one evidence file into the tables of the cache, in one sweep.

use std::{
    collections::{BTreeSet, HashSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use arrow_array::{Array as _, BooleanArray, Int64Array, RecordBatch};
use datafusion::arrow::compute::filter_record_batch;
use model::{
    Content, Event, Item, Mail, MailboxItem, Position, Reading, Record, Reject, Row, Setting,
    SignIn, What,
};

use crate::{
    Store,
    cache::{self, Meta},
    columns::{Batcher, Cell, TableFile, int},
    context::{Seen, hex},
    keys::{self, Key, KeyFile},
    schema::Cached,
};

/// Rows gathered before they are written.
const ROWS: usize = 16 * 1024;

/// Contexts remembered as written; beyond that one may be written twice, which does no harm.
const REMEMBERED: usize = 250_000;

/// Joins several texts in one cell; it stands in no name or address.
pub(crate) const JOINT: &str = "\u{1f}";

/// Rows of all tables, held in memory.
pub(crate) struct Sheets {
    tables: [Option<Batcher>; Cached::ALL.len()],
    /// Ids of the contexts, in the order of their rows.
    contexts: Vec<[u8; 16]>,
    seen: HashSet<[u8; 16]>,
    rows: usize,
}

/// The rows of [`Sheets`] as columns.
pub(crate) struct Filled {
    tables: Vec<(Cached, RecordBatch)>,
    contexts: Vec<[u8; 16]>,
}

impl Sheets {
    pub(crate) fn new() -> Sheets {
        let tables = [const { None }; Cached::ALL.len()];
        Sheets { tables, contexts: Vec::new(), seen: HashSet::new(), rows: 0 }
    }

    fn push(&mut self, table: Cached, runs: &[&[Cell<'_>]]) -> Result<()> {
        self.rows += 1;
        let slot = &mut self.tables[table as usize];
        slot.get_or_insert_with(|| Batcher::new(&table.columns())).push(runs)
    }

    pub(crate) fn take(&mut self) -> Result<Filled> {
        let mut tables = Vec::new();
        for (table, slot) in Cached::ALL.into_iter().zip(&mut self.tables) {
            if let Some(mut rows) = slot.take() {
                tables.push((table, rows.take()?));
            }
        }
        (self.rows, self.seen) = (0, HashSet::new());
        Ok(Filled { tables, contexts: std::mem::take(&mut self.contexts) })
    }
}

/// Tables in the making: each file is created with its first row.
pub(crate) struct TableSet {
    folder: PathBuf,
    files: [Option<TableFile>; Cached::ALL.len()],
    contexts: HashSet<[u8; 16]>,
    sheets: Sheets,
}

impl TableSet {
    pub(crate) fn new(folder: PathBuf) -> TableSet {
        let files = [const { None }; Cached::ALL.len()];
        TableSet { folder, files, contexts: HashSet::new(), sheets: Sheets::new() }
    }

    /// Adds a record.
    pub(crate) fn record(&mut self, evidence: &str, at: Position, record: &Record) -> Result<()> {
        self.sheets.record(evidence, at, record)?;
        self.spill(ROWS)
    }

    /// Writes what is gathered, if it is more than so many rows.
    fn spill(&mut self, most: usize) -> Result<()> {
        if self.sheets.rows <= most {
            return Ok(());
        }
        let filled = self.sheets.take()?;
        self.append(filled, &[])
    }

    /// Adds columns, but for the rows with these numbers.
    fn append(&mut self, filled: Filled, without: &[u64]) -> Result<()> {
        for (table, mut rows) in filled.tables {
            if table == Cached::Contexts {
                rows = filter_record_batch(&rows, &self.new_contexts(&filled.contexts))?;
            } else if !without.is_empty() {
                rows = other_rows(&rows, without)?;
            }
            if rows.num_rows() == 0 {
                continue;
            }
            let slot = &mut self.files[table as usize];
            if slot.is_none() {
                let path = self.folder.join(format!("{}.parquet", table.name()));
                *slot = Some(TableFile::create(&path, &table.columns())?);
            }
            if let Some(file) = slot {
                file.append(&rows)?;
            }
        }
        Ok(())
    }

    /// Which of these contexts were not written yet.
    fn new_contexts(&mut self, ids: &[[u8; 16]]) -> BooleanArray {
        if self.contexts.len() >= REMEMBERED {
            self.contexts.clear();
        }
        ids.iter().map(|id| Some(self.contexts.insert(*id))).collect()
    }

    /// Closes all tables; gives those that have rows, with their number.
    pub(crate) fn finish(&mut self) -> Result<Vec<(Cached, u64)>> {
        self.spill(0)?;
        let mut rows = Vec::new();
        for (table, slot) in Cached::ALL.into_iter().zip(&mut self.files) {
            if let Some(file) = slot.take() {
                rows.push((table, file.finish()?));
            }
        }
        Ok(rows)
    }
}

impl Sheets {
    /// A record understood.
    pub(crate) fn record(&mut self, evidence: &str, at: Position, record: &Record) -> Result<()> {
        let origin = [
            Cell::Text(evidence),
            Cell::from(&record.key),
            Cell::from(&record.body),
            Cell::Int(i64::from(record.losses)),
            Cell::Int(int(at.row)),
            Cell::Int(int(at.from)),
            Cell::Int(int(at.to)),
        ];
        match &record.what {
            What::Event(event) => {
                let seen = Seen { event, signin: false, protocol: "" };
                self.event(&origin, seen, &SignIn::default(), &record.key)
            }
            What::SignIn(signin) => {
                let seen = Seen { event: &signin.event, signin: true, protocol: &signin.protocol };
                self.event(&origin, seen, signin, &record.key)
            }
            What::Log(event) => self.log(&origin, event),
            What::Mail(mail) => self.mail(&origin, mail, &record.key),
            What::Address(entry) => {
                let none = String::new();
                let addresses = if entry.addresses.is_empty() {
                    std::slice::from_ref(&none)
                } else {
                    &entry.addresses[..]
                };
                for address in addresses {
                    let own = [
                        address.into(),
                        (&entry.name).into(),
                        (&entry.organisation).into(),
                        (&entry.furigana).into(),
                        (&entry.honorific).into(),
                    ];
                    self.push(Cached::Addresses, &[&origin, &own])?;
                }
                Ok(())
            }
            What::Inventory(it) => {
                let aliases = it.aliases.join(JOINT);
                let own = [
                    (&it.account).into(),
                    (&aliases).into(),
                    (&it.name).into(),
                    (&it.kind).into(),
                    Cell::Bool(it.enabled),
                ];
                self.push(Cached::Inventory, &[&origin, &own])?;
                it.setting.as_deref().map_or(Ok(()), |it| self.setting(&origin, it))
            }
            What::Setting(it) => self.setting(&origin, it),
            What::Item(it) => self.content(&origin, it),
        }
    }

    fn content(&mut self, origin: &[Cell<'_>], it: &MailboxItem) -> Result<()> {
        let (refers_to, links) = (it.refers_to.join(JOINT), it.links.join(JOINT));
        let attachments = json_or_empty(&it.attachments)?;
        let outcomes = json_or_empty(&it.outcomes)?;
        let own = [
            (&it.mailbox).into(),
            (&it.folder).into(),
            Cell::Text(it.kind.word()),
            Cell::MaybeInt(it.at),
            Cell::MaybeInt(it.sent),
            (&it.message_id).into(),
            (&it.item_id).into(),
            (&refers_to).into(),
            (&it.subject).into(),
            (&attachments).into(),
            Cell::Int(it.size),
            (&it.ip).into(),
            (&links).into(),
            (&it.begins).into(),
            (&it.original).into(),
            (&outcomes).into(),
        ];
        self.push(Cached::Contents, &[origin, &own])?;
        for party in &it.parties {
            let own = [
                (&it.mailbox).into(),
                (&it.folder).into(),
                Cell::Text(it.kind.word()),
                Cell::MaybeInt(it.at),
                (&it.message_id).into(),
                (&it.item_id).into(),
                Cell::Text(party.role.word()),
                (&party.address).into(),
                (&party.name).into(),
                (&party.organisation).into(),
            ];
            self.push(Cached::Parties, &[origin, &own])?;
        }
        Ok(())
    }

    fn setting(&mut self, origin: &[Cell<'_>], it: &Setting) -> Result<()> {
        let ids = it.ids.join(JOINT);
        let own = [
            Cell::Text(it.kind.word()),
            (&it.account).into(),
            (&it.name).into(),
            (&ids).into(),
            Cell::MaybeInt(it.created),
            Cell::MaybeInt(it.changed),
            (&it.facts).into(),
        ];
        self.push(Cached::Settings, &[origin, &own])
    }

    fn log(&mut self, origin: &[Cell<'_>], it: &Event) -> Result<()> {
        let own = [
            Cell::Int(it.at),
            (&it.workload).into(),
            (&it.operation).into(),
            (&it.actor).into(),
            (&it.ip).into(),
            (&it.object).into(),
            Cell::Bool(Some(it.succeeded != Some(false))),
            (&it.detail).into(),
        ];
        self.push(Cached::Logs, &[origin, &own])
    }

    /// A row not understood.
    fn reject(&mut self, evidence: &str, at: Position, reject: &Reject) -> Result<()> {
        let origin = [
            Cell::Text(evidence),
            Cell::Text(""),
            Cell::Text(""),
            Cell::Int(0),
            Cell::Int(int(at.row)),
            Cell::Int(int(at.from)),
            Cell::Int(int(at.to)),
        ];
        let own = [
            (&reject.reason).into(),
            Cell::MaybeInt(reject.at),
            (&reject.operation).into(),
            (&reject.account).into(),
        ];
        self.push(Cached::Rejects, &[&origin, &own])
    }

    fn event(
        &mut self,
        origin: &[Cell<'_>],
        seen: Seen<'_>,
        signin: &SignIn,
        key: &str,
    ) -> Result<()> {
        let event = seen.event;
        let id = seen.id();
        let context = hex(&id);
        let drawn = [
            Cell::Bool(Some(seen.signin)),
            (&context).into(),
            Cell::Bool(Some(seen.worked())),
            Cell::Int(event.at),
            (&event.actor).into(),
            (&event.mailbox).into(),
            (&event.operation).into(),
            (&event.access).into(),
        ];
        let ids = event.actor_ids.join(JOINT);
        self.push(Cached::Events, &[origin, &drawn, &said(event, &ids, signin)])?;
        if self.seen.insert(id) {
            self.contexts.push(id);
            self.context(&context, seen)?;
        }
        for it in &event.items {
            let own: [Cell<'_>; 6] = [
                (&it.role).into(),
                (&it.folder).into(),
                (&it.message_id).into(),
                (&it.item_id).into(),
                (&it.subject).into(),
                (&it.attachments).into(),
            ];
            self.push(Cached::Items, &[origin, &drawn, &own])?;
        }
        if is_send(&event.operation) {
            self.send(origin, &drawn, event, key)?;
        }
        Ok(())
    }

    fn context(&mut self, id: &str, seen: Seen<'_>) -> Result<()> {
        let it = seen.event;
        let row = [
            Cell::Text(id),
            Cell::Bool(Some(seen.signin)),
            (&it.actor).into(),
            (&it.ip).into(),
            (&it.session).into(),
            (&it.token).into(),
            (&it.app).into(),
            (&it.client).into(),
            (&it.agent).into(),
            (&it.device).into(),
            Cell::Bool(it.managed),
            Cell::Bool(it.registered),
            (&it.country).into(),
            Cell::Int(i64::from(it.asn)),
            Cell::Int(i64::from(it.user_type)),
            Cell::Int(i64::from(it.error)),
            Cell::Bool(Some(seen.worked())),
            Cell::Text(seen.protocol),
            Cell::Int(seen.hour()),
        ];
        self.push(Cached::Contexts, &[&row])
    }

    fn send(
        &mut self,
        origin: &[Cell<'_>],
        drawn: &[Cell<'_>],
        event: &Event,
        key: &str,
    ) -> Result<()> {
        let sender = if event.mailbox.contains('@') { &event.mailbox } else { &event.actor };
        let none = Item::default();
        let item = event.items.first().unwrap_or(&none);
        let message = match (item.message_id.is_empty(), item.item_id.is_empty()) {
            (false, _) => item.message_id.clone(),
            (true, false) => format!("{sender}/{}", item.item_id),
            // Nothing names the message: the record itself is the only name it has.
            (true, true) => format!("{sender}/{key}"),
        };
        let own = [(&message).into(), sender.into(), (&item.subject).into()];
        self.push(Cached::Sends, &[origin, drawn, &own])?;
        for address in &event.recipients {
            let own = [(&message).into(), sender.into(), address.into()];
            self.push(Cached::Recipients, &[origin, drawn, &own])?;
        }
        Ok(())
    }

    fn mail(&mut self, origin: &[Cell<'_>], mail: &Mail, key: &str) -> Result<()> {
        let message = match (mail.message_id.is_empty(), mail.network_message_id.is_empty()) {
            (false, _) => mail.message_id.clone(),
            (true, false) => format!("{}/{}", mail.sender, mail.network_message_id),
            (true, true) => format!("{}/{key}", mail.sender),
        };
        let more = mail.more.iter().map(|(address, status)| (address, status));
        for (recipient, status) in std::iter::once((&mail.recipient, &mail.status)).chain(more) {
            let own = [
                Cell::MaybeInt(mail.at),
                (&message).into(),
                (&mail.network_message_id).into(),
                (&mail.sender).into(),
                recipient.into(),
                (&mail.subject).into(),
                status.into(),
                (&mail.ip).into(),
                (&mail.direction).into(),
                Cell::Int(mail.size),
            ];
            self.push(Cached::Mails, &[origin, &own])?;
        }
        Ok(())
    }
}

/// The rows whose numbers are none of these.
fn other_rows(rows: &RecordBatch, without: &[u64]) -> Result<RecordBatch> {
    let numbers =
        rows.column_by_name("row").and_then(|it| it.as_any().downcast_ref::<Int64Array>());
    let numbers = numbers.context("internal error: a row has no number")?;
    let without: BTreeSet<i64> = without.iter().map(|it| int(*it)).collect();
    let keep: BooleanArray =
        numbers.values().iter().map(|it| Some(!without.contains(it))).collect();
    Ok(filter_record_batch(rows, &keep)?)
}

fn json_or_empty<T: serde::Serialize>(list: &[T]) -> Result<String> {
    if list.is_empty() { Ok(String::new()) } else { Ok(serde_json::to_string(list)?) }
}

/// Operations by which a mail leaves a mailbox.
fn is_send(operation: &str) -> bool {
    matches!(operation, "Send" | "SendAs" | "SendOnBehalf")
}

fn said<'a>(it: &'a Event, ids: &'a String, signin: &'a SignIn) -> [Cell<'a>; 34] {
    [
        (&it.tenant).into(),
        ids.into(),
        (&it.workload).into(),
        Cell::Int(i64::from(it.record_type)),
        Cell::Int(i64::from(it.user_type)),
        Cell::Int(i64::from(it.logon_type)),
        Cell::Bool(it.succeeded),
        Cell::Int(i64::from(it.error)),
        (&it.ip).into(),
        (&it.session).into(),
        (&it.token).into(),
        (&it.app).into(),
        (&it.app_name).into(),
        (&it.client).into(),
        (&it.agent).into(),
        (&it.device).into(),
        (&it.device_name).into(),
        Cell::Bool(it.managed),
        Cell::Bool(it.registered),
        (&it.request).into(),
        Cell::Bool(it.throttled),
        (&it.country).into(),
        Cell::Int(i64::from(it.asn)),
        (&it.object).into(),
        (&it.detail).into(),
        (&signin.stream).into(),
        (&signin.city).into(),
        (&signin.protocol).into(),
        (&signin.requirement).into(),
        (&signin.methods).into(),
        (&signin.incoming_token).into(),
        (&signin.resource).into(),
        (&signin.conditional_access).into(),
        (&signin.risk).into(),
    ]
}

/// Takes the rows of one evidence file. Only [`Writer::finish`] makes them count: a writer
/// dropped before leaves nothing behind.
pub struct Writer {
    evidence: String,
    folder: PathBuf,
    place: PathBuf,
    tables: Option<TableSet>,
    keys: Option<KeyFile>,
    meta: Meta,
}

impl Store {
    /// Starts the rows of one evidence file, known by its id and the version of its reader.
    pub fn writer(&self, id: &str, version: u32) -> Result<Writer> {
        let place = cache::folder(&self.options.folder, id);
        let folder = cache::folder(&self.options.folder, &format!("{id}.part"));
        clear(&folder)?;
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        let keys = KeyFile::create(&folder.join(keys::FILE))?;
        let tables = TableSet::new(folder.clone());
        let meta = Meta { version, ..Meta::default() };
        let evidence = id.to_owned();
        Ok(Writer { evidence, folder, place, tables: Some(tables), keys: Some(keys), meta })
    }
}

impl Writer {
    /// Takes one row.
    #[cfg(test)]
    pub(crate) fn push(&mut self, row: &Row) -> Result<()> {
        let mut lines = self.lines();
        lines.row(row)?;
        self.take(lines.fill()?, &[])
    }

    /// What turns rows of this file into columns, on any thread.
    pub fn lines(&self) -> Lines {
        Lines::new(&self.evidence)
    }

    /// Takes rows that were turned into columns.
    /// Records in the rows `late` say what an earlier row of the file says in the same words.
    pub fn take(&mut self, columns: Columns, late: &[u64]) -> Result<()> {
        let (Some(tables), Some(keys)) = (&mut self.tables, &mut self.keys) else { return Ok(()) };
        keys.push(&columns.keys)?;
        let (meta, told) = (&mut self.meta, &columns.told);
        meta.records += told.records;
        meta.rejected += told.rejected;
        meta.lossy += told.lossy;
        meta.last_row = meta.last_row.max(told.last_row);
        meta.again += told.again + late.len() as u64;
        tables.append(columns.filled, late)
    }

    /// Closes the file's tables; from now on they are found by [`Store::cached`].
    pub fn finish(mut self, reading: &Reading) -> Result<()> {
        let (Some(mut tables), Some(keys)) = (self.tables.take(), self.keys.take()) else {
            return Ok(());
        };
        keys.finish()?;
        self.meta.tables = tables
            .finish()?
            .into_iter()
            .map(|(table, rows)| (table.name().to_owned(), rows))
            .collect();
        self.meta.reading = reading.clone();
        cache::write(&self.folder, &mut self.meta)?;
        clear(&self.place)?;
        fs::rename(&self.folder, &self.place)
            .with_context(|| format!("cannot put {} in place", self.place.display()))
    }
}

/// Counts of some rows.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    records: u64,
    rejected: u64,
    lossy: u64,
    last_row: u64,
    again: u64,
}

/// Rows of one evidence file on their way into columns.
pub struct Lines {
    evidence: String,
    sheets: Sheets,
    keys: Vec<u8>,
    told: Told,
}

/// Rows of one evidence file as columns: [`Writer::take`] takes them.
pub struct Columns {
    filled: Filled,
    keys: Vec<u8>,
    told: Told,
}

impl Lines {
    fn new(evidence: &str) -> Lines {
        let evidence = evidence.to_owned();
        Lines { evidence, sheets: Sheets::new(), keys: Vec::new(), told: Told::default() }
    }

    /// More of the same file, empty.
    pub fn like(&self) -> Lines {
        Lines::new(&self.evidence)
    }

    /// Adds a row.
    pub fn row(&mut self, row: &Row) -> Result<()> {
        match &row.content {
            Content::Record(record) => {
                let key = Key::of(record, &self.evidence, row.position);
                self.key(&key, row.position);
                self.sheets.record(&self.evidence, row.position, record)
            }
            Content::Reject(reject) => {
                self.told.rejected += 1;
                self.sheets.reject(&self.evidence, row.position, reject)
            }
        }
    }

    /// Adds an audit record that an earlier row of the file states in the same words: it is
    /// counted, and needs no columns of its own, for it is never the one that stands.
    pub fn again(&mut self, position: Position, key: &str, body: &str, losses: u32) {
        self.told.again += 1;
        self.key(&Key::of_event(key, body, losses, position), position);
    }

    fn key(&mut self, key: &Key, position: Position) {
        self.keys.extend_from_slice(&key.bytes());
        self.told.records += 1;
        self.told.lossy += u64::from(key.losses > 0);
        self.told.last_row = self.told.last_row.max(position.row);
    }

    /// Gives the columns.
    pub fn fill(mut self) -> Result<Columns> {
        Ok(Columns { filled: self.sheets.take()?, keys: self.keys, told: self.told })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        (self.tables, self.keys) = (None, None);
        // What cannot be removed now is removed by the next writer of the same file.
        let _ = clear(&self.folder);
    }
}

fn clear(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot clear {}", folder.display()))
        }
        _ => Ok(()),
    }
}
