//! The tables of the case folder: each in one part, the same bytes whatever the threads.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use model::Micros;

use crate::{
    Store,
    columns::{Batcher, Cell, Column, Type::*, int},
    flow,
    revealed::{self, ExposedRow, FolderRow, PersonRow},
    tables::{self, Doc},
};

/// Folder of the published tables.
const FOLDER: &str = "store";

/// Path of a table inside the case folder.
fn part_of(table: &str) -> String {
    format!("{FOLDER}/{table}/part-0.parquet")
}

pub(crate) fn path(case: &Path, table: &str) -> PathBuf {
    case.join(FOLDER).join(table).join("part-0.parquet")
}

/// What the judges decided, to be published beside what was read.
#[derive(Clone, Debug, Default)]
pub struct Published {
    /// Evidence files.
    pub evidence: Vec<EvidenceRow>,
    /// Sessions.
    pub sessions: Vec<SessionRow>,
    /// Scopes.
    pub scopes: Vec<ScopeRow>,
    /// Coverage.
    pub coverage: Vec<CoverageRow>,
    /// Message id and class (`proven`, `matched`, `suspected`) of mails held to be the attacker's.
    pub classes: Vec<(String, String)>,
    /// Mailbox, folder path as recorded, scope id.
    pub places: Vec<(String, String, String)>,
    /// Folders of mailboxes that were read.
    pub homes: Vec<FolderRow>,
    /// Exposed items.
    pub exposed: Vec<ExposedRow>,
    /// Persons, one row an address.
    pub people: Vec<PersonRow>,
}

/// One evidence file.
#[derive(Clone, Debug, Default)]
pub struct EvidenceRow {
    /// Evidence id.
    pub id: String,
    /// Path.
    pub path: String,
    /// Kind.
    pub kind: String,
    /// SHA-256.
    pub sha256: String,
    /// Size.
    pub bytes: u64,
    /// Counts.
    pub tally: crate::Tally,
    /// First instant.
    pub from: Option<Micros>,
    /// Last instant.
    pub to: Option<Micros>,
}

/// One session.
#[derive(Clone, Debug, Default)]
pub struct SessionRow {
    /// Display id, as assigned.
    pub id: String,
    /// Account.
    pub account: String,
    /// Verdict.
    pub verdict: String,
    /// Score.
    pub score: i64,
    /// First instant.
    pub first: Micros,
    /// Last instant.
    pub last: Micros,
    /// Records.
    pub records: u64,
    /// Rules that spoke, joined by blanks.
    pub reasons: String,
}

/// One scope.
#[derive(Clone, Debug, Default)]
pub struct ScopeRow {
    /// Scope id.
    pub scope: String,
    /// Verdict.
    pub verdict: String,
    /// Records of the attacker.
    pub records: u64,
    /// Verdict that would follow; empty if none.
    pub if_confirmed: String,
    /// What the coverage rests on.
    pub basis: String,
    /// Limits, joined by blanks.
    pub limits: String,
}

/// One span of a scope and act.
#[derive(Clone, Debug, Default)]
pub struct CoverageRow {
    /// Scope id.
    pub scope: String,
    /// Act.
    pub act: String,
    /// From.
    pub from: Option<Micros>,
    /// To, outside.
    pub to: Option<Micros>,
    /// `covered`, or why it is a gap.
    pub state: String,
    /// Kinds of evidence, joined by blanks.
    pub sources: String,
}

impl Store {
    /// Writes all published tables; gives their paths inside the case folder and their rows.
    pub fn publish(&mut self, published: &Published) -> Result<Vec<(String, u64)>> {
        self.live()?;
        self.judged(published)?;
        self.revealed(published)?;
        self.place_of_events(published)?;
        let records = self.publish_records(published)?;
        let mut written = Vec::new();
        for table in tables::TABLES {
            if let Some(at) = flow::TABLES.iter().position(|it| *it == table.name) {
                written.push((part_of(table.name), records[at]));
                continue;
            }
            let sql = match table.name {
                "evidence" => from("given_evidence", table.columns, "evidence_id"),
                "rejects" => REJECTS.to_owned(),
                "messages" => MESSAGES.to_owned(),
                "sends" => SENDS.to_owned(),
                "event_items" => ITEMS.to_owned(),
                "addresses" => ADDRESSES.to_owned(),
                "settings" => SETTINGS.to_owned(),
                "sessions" => from("given_sessions", table.columns, "session_id"),
                "coverage" => from("given_coverage", table.columns, "scope, act, \"from\", state"),
                "scopes" => from("given_scopes", table.columns, "scope"),
                "people" => from("given_people", table.columns, "person, address"),
                name => revealed::sql(name)
                    .with_context(|| format!("internal error: nothing fills the table {name}"))?,
            };
            let path = path(&self.options.folder, table.name);
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)
                    .with_context(|| format!("cannot create {}", folder.display()))?;
            }
            let part = path.with_extension("part");
            let rows = self.engine.write(&sql, &part)?;
            fs::rename(&part, &path)
                .with_context(|| format!("cannot put {} in place", path.display()))?;
            written.push((part_of(table.name), rows));
        }
        Ok(written)
    }

    fn judged(&self, published: &Published) -> Result<()> {
        let mut classes = Batcher::new(CLASS);
        for (message, class) in &published.classes {
            classes.push(&[&[message.into(), class.into()]])?;
        }
        self.engine.memory("given_classes", classes)?;
        let mut evidence = Batcher::new(EVIDENCE);
        for it in &published.evidence {
            evidence.push(&[
                &[(&it.path).into(), (&it.kind).into(), (&it.sha256).into(), count(it.bytes)],
                &[count(it.tally.rows), count(it.tally.records), count(it.tally.duplicates)],
                &[count(it.tally.rejected), count(it.tally.lossy), count(it.tally.conflicts)],
                &[Cell::MaybeInt(it.from), Cell::MaybeInt(it.to), (&it.id).into()],
            ])?;
        }
        self.engine.memory("given_evidence", evidence)?;
        let mut sessions = Batcher::new(SESSION);
        for it in &published.sessions {
            sessions.push(&[
                &[(&it.id).into(), (&it.account).into(), (&it.verdict).into()],
                &[Cell::Int(it.score), Cell::Int(it.first), Cell::Int(it.last)],
                &[count(it.records), (&it.reasons).into(), Cell::Text("")],
            ])?;
        }
        self.engine.memory("given_sessions", sessions)?;
        let mut scopes = Batcher::new(SCOPE);
        for it in &published.scopes {
            scopes.push(&[
                &[(&it.scope).into(), (&it.verdict).into(), count(it.records)],
                &[(&it.if_confirmed).into(), (&it.basis).into(), (&it.limits).into()],
                &[Cell::Text("")],
            ])?;
        }
        self.engine.memory("given_scopes", scopes)?;
        let mut coverage = Batcher::new(SPAN);
        for it in &published.coverage {
            coverage.push(&[
                &[(&it.scope).into(), (&it.act).into(), Cell::MaybeInt(it.from)],
                &[Cell::MaybeInt(it.to), (&it.state).into(), (&it.sources).into()],
                &[Cell::Text("")],
            ])?;
        }
        self.engine.memory("given_coverage", coverage)
    }

    /// The table of folders that have a scope.
    fn place_of_events(&self, published: &Published) -> Result<()> {
        let mut places = Batcher::new(PLACE);
        let distinct: std::collections::BTreeMap<(&String, &String), &String> = published
            .places
            .iter()
            .map(|(mailbox, folder, scope)| ((mailbox, folder), scope))
            .collect();
        for ((mailbox, folder), scope) in &distinct {
            places.push(&[&[(*mailbox).into(), (*folder).into(), (*scope).into()]])?;
        }
        self.engine.memory("given_places", places)
    }
}

fn count(value: u64) -> Cell<'static> {
    Cell::Int(int(value))
}

const CLASS: &[Column] = &[("message", Text), ("class", Text)];
const PLACE: &[Column] = &[("mailbox", Text), ("folder", Text), ("scope", Text)];
const EVIDENCE: &[Column] = &[
    ("path", Text),
    ("kind", Text),
    ("sha256", Text),
    ("bytes", Int),
    ("rows", Int),
    ("records", Int),
    ("duplicates", Int),
    ("rejected", Int),
    ("lossy", Int),
    ("conflicts", Int),
    ("from", Int),
    ("to", Int),
    ("evidence_id", Text),
];
const SESSION: &[Column] = &[
    ("session_id", Text),
    ("account", Text),
    ("verdict", Text),
    ("score", Int),
    ("first", Int),
    ("last", Int),
    ("records", Int),
    ("reasons", Text),
    ("evidence_id", Text),
];
const SCOPE: &[Column] = &[
    ("scope", Text),
    ("verdict", Text),
    ("records", Int),
    ("if_confirmed", Text),
    ("basis", Text),
    ("limits", Text),
    ("evidence_id", Text),
];
const SPAN: &[Column] = &[
    ("scope", Text),
    ("act", Text),
    ("from", Int),
    ("to", Int),
    ("state", Text),
    ("sources", Text),
    ("evidence_id", Text),
];

/// A cast to the published type of an instant.
pub(crate) fn instant(column: &str) -> String {
    format!("arrow_cast({column}, 'Timestamp(Microsecond, Some(\"UTC\"))')")
}

/// A table of conclusions: its columns, and a position that says that it was not read anywhere.
fn from(table: &str, columns: &[Doc], order: &str) -> String {
    let mut select: Vec<String> = Vec::new();
    for (name, kind, _) in columns {
        let quoted = format!("\"{name}\"");
        let value = if *kind == "timestamp" { instant(&quoted) } else { quoted.clone() };
        select.push(format!("{value} AS {quoted}"));
    }
    let select = select.join(", ");
    format!(
        "SELECT {select}, evidence_id, CAST(0 AS BIGINT) AS row, CAST(0 AS BIGINT) AS byte_from, \
         CAST(0 AS BIGINT) AS byte_to FROM {table} ORDER BY {order}"
    )
}

const REJECTS: &str = "SELECT reason, arrow_cast(at, 'Timestamp(Microsecond, Some(\"UTC\"))') AS at, operation, account, \
     evidence_id, row, byte_from, byte_to FROM rejects ORDER BY evidence_id, row";

const ADDRESSES: &str = "SELECT address, name, organisation, furigana, honorific, evidence_id, row, byte_from, byte_to FROM addresses \
     ORDER BY evidence_id, row, address, name, organisation";

const SETTINGS: &str = "SELECT key AS record_id, kind, account, name, \
     arrow_cast(created, 'Timestamp(Microsecond, Some(\"UTC\"))') AS created, \
     arrow_cast(changed, 'Timestamp(Microsecond, Some(\"UTC\"))') AS changed, facts, \
     evidence_id, row, byte_from, byte_to FROM settings ORDER BY record_id, evidence_id, row";

const SENDS: &str = "SELECT s.message AS message_id, arrow_cast(s.at, 'Timestamp(Microsecond, Some(\"UTC\"))') AS at, \
     s.sender AS sender, s.subject AS subject, coalesce(a.session, '') AS session_id, s.key AS record_id, \
     s.evidence_id AS evidence_id, s.row AS row, s.byte_from AS byte_from, s.byte_to AS byte_to \
     FROM sends s LEFT JOIN assigned a ON s.context = a.context WHERE s.worked \
     ORDER BY message_id, record_id, evidence_id, row";

const ITEMS: &str = "SELECT i.key AS record_id, arrow_cast(i.at, 'Timestamp(Microsecond, Some(\"UTC\"))') AS at, \
     coalesce(a.account, i.actor) AS account, coalesce(a.session, '') AS session_id, i.mailbox AS mailbox, \
     i.operation AS operation, i.access AS access, i.role AS role, i.folder AS folder, coalesce(g.scope, '') AS scope, \
     i.message_id AS message_id, i.item_id AS item_id, i.subject AS subject, i.attachments AS attachments, \
     i.evidence_id AS evidence_id, i.row AS row, i.byte_from AS byte_from, i.byte_to AS byte_to \
     FROM items i LEFT JOIN assigned a ON i.context = a.context \
     LEFT JOIN given_places g ON i.mailbox = g.mailbox AND i.folder = g.folder \
     ORDER BY record_id, evidence_id, row, role, folder, message_id, item_id, subject, attachments";

/// One row a message and recipient: what tells the last status, the trace before the audit log.
/// A message no source names a recipient of has one row with none.
const MESSAGES: &str = "WITH told AS (\
       SELECT message, recipient AS recipient, at, sender, status, subject, ip, direction, size, 1 AS traced, \
       key, evidence_id, row, byte_from, byte_to FROM mails WHERE recipient <> '' \
       UNION ALL SELECT message, address, at, sender, '', '', '', '', CAST(-1 AS BIGINT), 0, \
       key, evidence_id, row, byte_from, byte_to FROM recipients WHERE worked AND address <> '' \
       UNION ALL SELECT message, '', at, sender, '', subject, '', '', CAST(-1 AS BIGINT), 0, \
       key, evidence_id, row, byte_from, byte_to FROM sends WHERE worked \
       UNION ALL SELECT c.message_id, p.address, coalesce(c.sent, c.at), coalesce(s.address, ''), '', c.subject, c.ip, '', \
       c.size, -1, c.key, c.evidence_id, c.row, c.byte_from, c.byte_to FROM contents c \
       JOIN given_classes g ON c.message_id = g.message \
       JOIN parties p ON c.evidence_id = p.evidence_id AND c.row = p.row \
       LEFT JOIN (SELECT evidence_id, row, min(address) AS address FROM parties WHERE role = 'from' \
         GROUP BY evidence_id, row) s ON c.evidence_id = s.evidence_id AND c.row = s.row \
       LEFT JOIN (SELECT m.message AS message FROM mails m JOIN given_classes g ON m.message = g.message \
         WHERE m.recipient <> '' GROUP BY m.message) t ON c.message_id = t.message \
       LEFT JOIN (SELECT m.message AS message FROM recipients m JOIN given_classes g ON m.message = g.message \
         WHERE m.worked AND m.address <> '' GROUP BY m.message) u ON c.message_id = u.message \
       WHERE p.role IN ('to', 'cc', 'bcc') AND p.address <> '' AND t.message IS NULL AND u.message IS NULL\
     ), ranked AS (\
       SELECT *, row_number() OVER (PARTITION BY message, recipient \
         ORDER BY traced DESC, CASE WHEN status IN ('', 'Receive', 'Pending', 'GettingStatus', 'Resolved') THEN 1 ELSE 0 END, \
         coalesce(at, -62135596800000000) DESC, status DESC, key DESC, evidence_id DESC, row DESC) AS place, \
       max(CASE WHEN status = 'Expanded' THEN 1 ELSE 0 END) OVER (PARTITION BY message, recipient) AS header FROM told\
     ), whole AS (\
       SELECT message, min(at) AS since, max(subject) AS subject, \
       max(CASE WHEN recipient <> '' AND status <> 'Expanded' THEN 1 ELSE 0 END) AS named FROM told GROUP BY message\
     ) SELECT r.message AS message_id, arrow_cast(w.since, 'Timestamp(Microsecond, Some(\"UTC\"))') AS at, \
     r.sender AS sender, CASE WHEN r.recipient <> '' THEN r.recipient END AS recipient, r.status AS status, \
     coalesce(c.class, '') IN ('proven', 'matched') AS fraudulent, coalesce(c.class, '') AS class, \
     CASE WHEN r.subject <> '' THEN r.subject ELSE w.subject END AS subject, r.ip AS ip, r.direction AS direction, \
     r.size AS size, CASE r.traced WHEN 1 THEN 'message_trace' WHEN 0 THEN 'ual' ELSE 'mailbox' END AS source, r.key AS record_id, \
     r.evidence_id AS evidence_id, r.row AS row, r.byte_from AS byte_from, r.byte_to AS byte_to \
     FROM ranked r JOIN whole w ON r.message = w.message LEFT JOIN given_classes c ON r.message = c.message \
     WHERE r.place = 1 AND r.header = 0 AND (r.recipient <> '' OR w.named = 0) \
     ORDER BY message_id, recipient";
