//! Rows of one evidence file into the tables of the cache, in one sweep.

use std::{
    collections::HashSet,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use model::{
    Content, Event, Item, Mail, MailboxItem, Position, Reading, Record, Reject, Row, Setting,
    SignIn, What,
};

use crate::{
    Store,
    cache::{self, Meta},
    columns::{Cell, TableFile, int},
    context::{Seen, hex},
    keys::{self, Key, KeyFile},
    schema::Cached,
};

/// Contexts remembered as written; beyond that one may be written twice, which does no harm.
const REMEMBERED: usize = 250_000;

/// Joins several texts in one cell; it stands in no name or address.
pub(crate) const JOINT: &str = "\u{1f}";

/// Tables in the making: each is created with its first row.
pub(crate) struct TableSet {
    folder: PathBuf,
    tables: [Option<TableFile>; Cached::ALL.len()],
    contexts: HashSet<[u8; 16]>,
}

impl TableSet {
    pub(crate) fn new(folder: PathBuf) -> TableSet {
        TableSet { folder, tables: [const { None }; Cached::ALL.len()], contexts: HashSet::new() }
    }

    fn push(&mut self, table: Cached, runs: &[&[Cell<'_>]]) -> Result<()> {
        let slot = &mut self.tables[table as usize];
        if slot.is_none() {
            let path = self.folder.join(format!("{}.parquet", table.name()));
            *slot = Some(TableFile::create(&path, &table.columns())?);
        }
        slot.as_mut().map_or(Ok(()), |it| it.push(runs))
    }

    /// Closes all tables; gives those that have rows, with their number.
    pub(crate) fn finish(&mut self) -> Result<Vec<(Cached, u64)>> {
        let mut rows = Vec::new();
        for (table, slot) in Cached::ALL.into_iter().zip(&mut self.tables) {
            if let Some(file) = slot.take() {
                rows.push((table, file.finish()?));
            }
        }
        Ok(rows)
    }

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
                    let own = [address.into(), (&entry.name).into(), (&entry.organisation).into()];
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
        if self.contexts.len() >= REMEMBERED {
            self.contexts.clear();
        }
        if self.contexts.insert(id) {
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
    pub fn push(&mut self, row: &Row) -> Result<()> {
        let (Some(tables), Some(keys)) = (&mut self.tables, &mut self.keys) else { return Ok(()) };
        match &row.content {
            Content::Record(record) => {
                keys.push(&Key::of(record, &self.evidence, row.position))?;
                self.meta.records += 1;
                self.meta.lossy += u64::from(record.losses > 0);
                self.meta.last_row = self.meta.last_row.max(row.position.row);
                tables.record(&self.evidence, row.position, record)
            }
            Content::Reject(reject) => {
                self.meta.rejected += 1;
                tables.reject(&self.evidence, row.position, reject)
            }
        }
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
