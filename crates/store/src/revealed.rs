//! Tables of mailboxes and of what was exposed: what the judges decided, put beside the rows it rests on.

use anyhow::Result;
use model::Micros;

use crate::{
    Store,
    columns::{Batcher, Cell, Column, Type::*, int},
    gather::homes::{AT_HOME, PLACED},
    publish::{Published, instant},
};

/// One folder of a mailbox, with its scope.
#[derive(Clone, Debug, Default, Eq, PartialEq, Ord, PartialOrd)]
pub struct FolderRow {
    /// Mailbox as its items name it.
    pub mailbox: String,
    /// Folder path as recorded.
    pub folder: String,
    /// Scope id.
    pub scope: String,
    /// Whether nobody names the mailbox, and it was inferred.
    pub inferred: bool,
}

/// One exposed item.
#[derive(Clone, Debug, Default)]
pub struct ExposedRow {
    /// Whose mailbox.
    pub mailbox: String,
    /// Scope id of the folder.
    pub scope: String,
    /// How, joined by blanks.
    pub hows: String,
    /// `certain`, `possible`, `unrecoverable`.
    pub certainty: String,
    /// When it came to stand there.
    pub at: Option<Micros>,
    /// InternetMessageId.
    pub message: String,
    /// Subject.
    pub subject: String,
    /// Attachments.
    pub attachments: u64,
    /// Record that tells of it; empty where only the trace does.
    pub record: String,
    /// Everybody it names.
    pub named: Vec<NamedRow>,
    /// Visits by which it is exposed.
    pub looks: Vec<LookRow>,
}

/// Somebody an exposed item names.
#[derive(Clone, Debug, Default)]
pub struct NamedRow {
    /// `external`, `internal`, `unresolved`.
    pub side: String,
    /// Address, or what stands in its place.
    pub address: String,
    /// Display name.
    pub name: String,
    /// `from`, `to` …; empty if only the trace tells.
    pub role: String,
    /// Whether the folder's list shows it.
    pub shown: bool,
}

/// One visit to a folder.
#[derive(Clone, Debug, Default)]
pub struct LookRow {
    /// Session.
    pub session: String,
    /// Scope id of the folder.
    pub scope: String,
    /// `listed` or `synced`.
    pub how: String,
    /// First touch.
    pub from: Micros,
    /// Last touch.
    pub to: Micros,
}

/// One person and address.
#[derive(Clone, Debug, Default)]
pub struct PersonRow {
    /// Least address of the person.
    pub person: String,
    /// Address.
    pub address: String,
    /// Name.
    pub name: String,
    /// Where it comes from.
    pub name_source: String,
    /// How it is read.
    pub furigana: String,
    /// How the person is addressed.
    pub honorific: String,
    /// Organisation.
    pub organisation: String,
    /// Legal bodies that hold the address.
    pub bodies: String,
    /// Lists the person stands in.
    pub lists: String,
    /// Causes, joined by blanks.
    pub causes: String,
    /// `mail` or `public_notice`.
    pub channel: String,
    /// Whether it is a role's address.
    pub role: bool,
    /// Whether it is an account of the tenant.
    pub internal: bool,
    /// Last status of mail to the address.
    pub status: String,
    /// How the items were exposed, joined by blanks.
    pub hows: String,
    /// Exposed items that name the person.
    pub items: u64,
    /// Record of the first of them.
    pub first: String,
}

const FOLDER: &[Column] =
    &[("mailbox", Text), ("folder", Text), ("scope", Text), ("inferred", Bool)];
const ITEM: &[Column] = &[
    ("item", Int),
    ("mailbox", Text),
    ("scope", Text),
    ("kinds", Text),
    ("certainty", Text),
    ("at", Int),
    ("message_id", Text),
    ("subject", Text),
    ("attachments", Int),
    ("record_id", Text),
];
const NAME: &[Column] = &[
    ("item", Int),
    ("side", Text),
    ("address", Text),
    ("name", Text),
    ("role", Text),
    ("shown", Bool),
];
const LOOK: &[Column] = &[
    ("item", Int),
    ("session_id", Text),
    ("scope", Text),
    ("kind", Text),
    ("from", Int),
    ("to", Int),
];
const PERSON: &[Column] = &[
    ("person", Text),
    ("address", Text),
    ("name", Text),
    ("name_source", Text),
    ("furigana", Text),
    ("honorific", Text),
    ("organisation", Text),
    ("bodies", Text),
    ("lists", Text),
    ("causes", Text),
    ("channel", Text),
    ("role_address", Bool),
    ("internal", Bool),
    ("status", Text),
    ("kinds", Text),
    ("items", Int),
    ("first_record", Text),
    ("evidence_id", Text),
];

fn count(value: u64) -> Cell<'static> {
    Cell::Int(int(value))
}

impl Store {
    /// Hands the engine what was judged of mailboxes and people.
    pub(crate) fn revealed(&self, published: &Published) -> Result<()> {
        let mut folders = Batcher::new(FOLDER);
        for it in &published.homes {
            let inferred = Cell::Bool(Some(it.inferred));
            folders.push(&[&[
                (&it.mailbox).into(),
                (&it.folder).into(),
                (&it.scope).into(),
                inferred,
            ]])?;
        }
        self.engine.memory("given_folders", folders)?;
        let (mut items, mut names, mut looks) =
            (Batcher::new(ITEM), Batcher::new(NAME), Batcher::new(LOOK));
        for (n, it) in (0_u64..).zip(&published.exposed) {
            items.push(&[
                &[count(n), (&it.mailbox).into(), (&it.scope).into(), (&it.hows).into()],
                &[(&it.certainty).into(), Cell::MaybeInt(it.at), (&it.message).into()],
                &[(&it.subject).into(), count(it.attachments), (&it.record).into()],
            ])?;
            for one in &it.named {
                names.push(&[
                    &[count(n), (&one.side).into(), (&one.address).into(), (&one.name).into()],
                    &[(&one.role).into(), Cell::Bool(Some(one.shown))],
                ])?;
            }
            for one in &it.looks {
                looks.push(&[
                    &[count(n), (&one.session).into(), (&one.scope).into(), (&one.how).into()],
                    &[Cell::Int(one.from), Cell::Int(one.to)],
                ])?;
            }
        }
        self.engine.memory("given_exposed", items)?;
        self.engine.memory("given_named", names)?;
        self.engine.memory("given_looks", looks)?;
        self.people(&published.people)
    }

    fn people(&self, all: &[PersonRow]) -> Result<()> {
        let mut people = Batcher::new(PERSON);
        for it in all {
            people.push(&[
                &[(&it.person).into(), (&it.address).into(), (&it.name).into()],
                &[(&it.name_source).into(), (&it.furigana).into(), (&it.honorific).into()],
                &[(&it.organisation).into(), (&it.bodies).into(), (&it.lists).into()],
                &[(&it.causes).into(), (&it.channel).into(), Cell::Bool(Some(it.role))],
                &[Cell::Bool(Some(it.internal)), (&it.status).into(), (&it.hows).into()],
                &[count(it.items), (&it.first).into(), Cell::Text("")],
            ])?;
        }
        self.engine.memory("given_people", people)
    }
}

/// Where the record stands that tells of each exposed item: the item itself, else the record that names it,
/// else the least row of the trace that has the message.
const STANDS: &str = "SELECT g.item AS item, coalesce(c.at_, e.at_, t.at_, '') AS at_, \
     CASE WHEN g.record_id <> '' THEN g.record_id ELSE coalesce(t.key, '') END AS record_id FROM given_exposed g \
     LEFT JOIN (SELECT o.key AS key, min(concat(o.evidence_id, chr(31), CAST(o.row AS VARCHAR), chr(31), \
       CAST(o.byte_from AS VARCHAR), chr(31), CAST(o.byte_to AS VARCHAR))) AS at_ FROM contents o \
       JOIN (SELECT record_id FROM given_exposed GROUP BY record_id) k ON o.key = k.record_id GROUP BY o.key) c \
     ON g.record_id = c.key \
     LEFT JOIN (SELECT o.key AS key, min(concat(o.evidence_id, chr(31), CAST(o.row AS VARCHAR), chr(31), \
       CAST(o.byte_from AS VARCHAR), chr(31), CAST(o.byte_to AS VARCHAR))) AS at_ FROM items o \
       JOIN (SELECT record_id FROM given_exposed GROUP BY record_id) k ON o.key = k.record_id GROUP BY o.key) e \
     ON g.record_id = e.key \
     LEFT JOIN (SELECT o.message AS message, min(o.key) AS key, min(concat(o.evidence_id, chr(31), \
       CAST(o.row AS VARCHAR), chr(31), CAST(o.byte_from AS VARCHAR), chr(31), CAST(o.byte_to AS VARCHAR))) AS at_ \
       FROM mails o JOIN (SELECT message_id FROM given_exposed WHERE record_id = '' GROUP BY message_id) k \
       ON o.message = k.message_id GROUP BY o.message) t \
     ON g.record_id = '' AND g.message_id = t.message";

/// The position of [`STANDS`] in columns of its own.
const POSITION: &str = "split_part(s.at_, chr(31), 1) AS evidence_id, \
     coalesce(TRY_CAST(split_part(s.at_, chr(31), 2) AS BIGINT), 0) AS row, \
     coalesce(TRY_CAST(split_part(s.at_, chr(31), 3) AS BIGINT), 0) AS byte_from, \
     coalesce(TRY_CAST(split_part(s.at_, chr(31), 4) AS BIGINT), 0) AS byte_to";

/// SQL of one of these tables; `None` for any other.
pub(crate) fn sql(table: &str) -> Option<String> {
    Some(match table {
        "mailbox_items" => format!(
            "SELECT i.key AS record_id, i.box AS mailbox, coalesce(f.inferred, false) AS inferred, i.place AS folder, \
             coalesce(f.scope, '') AS scope, i.kind AS kind, i.message_id AS message_id, i.item_id AS item_id, {} AS at, \
             {} AS sent, coalesce(a.address, '') AS sender, i.subject AS subject, i.size AS size, \
             i.attachments AS attachments, replace(i.links, chr(31), ' ') AS links, \
             replace(i.refers_to, chr(31), ' ') AS refers_to, i.original AS original, i.outcomes AS outcomes, i.ip AS ip, \
             i.evidence_id AS evidence_id, i.row AS row, i.byte_from AS byte_from, i.byte_to AS byte_to \
             FROM (SELECT c.key AS key, {PLACED}, c.kind AS kind, c.at AS at, c.sent AS sent, c.message_id AS message_id, \
               c.item_id AS item_id, c.refers_to AS refers_to, c.subject AS subject, c.attachments AS attachments, \
               c.size AS size, c.ip AS ip, c.links AS links, c.original AS original, c.outcomes AS outcomes, \
               c.evidence_id AS evidence_id, c.row AS row, c.byte_from AS byte_from, c.byte_to AS byte_to \
               FROM contents c {AT_HOME}) i \
             LEFT JOIN given_folders f ON i.box = f.mailbox AND i.place = f.folder \
             LEFT JOIN (SELECT evidence_id, row, min(address) AS address FROM parties WHERE role = 'from' \
               GROUP BY evidence_id, row) a ON i.evidence_id = a.evidence_id AND i.row = a.row \
             ORDER BY mailbox, folder, at, message_id, record_id, evidence_id, row",
            instant("i.at"),
            instant("i.sent"),
        ),
        "mailbox_parties" => format!(
            "SELECT record_id, box AS mailbox, place AS folder, kind, message_id, role, address, name, organisation, \
             evidence_id, row, byte_from, byte_to FROM (\
             SELECT c.key AS record_id, {PLACED}, c.kind AS kind, c.message_id AS message_id, c.role AS role, \
             c.address AS address, c.name AS name, c.organisation AS organisation, c.evidence_id AS evidence_id, \
             c.row AS row, c.byte_from AS byte_from, c.byte_to AS byte_to FROM parties c {AT_HOME}) \
             ORDER BY record_id, evidence_id, row, role, address, name, organisation"
        ),
        "exposed_items" => format!(
            "SELECT g.item AS item, g.mailbox AS mailbox, g.scope AS scope, g.kinds AS kinds, g.certainty AS certainty, \
             {} AS at, g.message_id AS message_id, g.subject AS subject, g.attachments AS attachments, \
             s.record_id AS record_id, {POSITION} \
             FROM given_exposed g JOIN ({STANDS}) s ON g.item = s.item ORDER BY item",
            instant("g.at"),
        ),
        "exposed_names" => format!(
            "SELECT g.item AS item, n.side AS side, n.address AS address, n.name AS name, n.role AS role, \
             n.shown AS shown, g.message_id AS message_id, s.record_id AS record_id, {POSITION} \
             FROM given_named n JOIN given_exposed g ON n.item = g.item JOIN ({STANDS}) s ON g.item = s.item \
             ORDER BY item, side, address, role, name, shown"
        ),
        "exposed_looks" => format!(
            "SELECT item, session_id, scope, kind, {} AS \"from\", {} AS \"to\", '' AS evidence_id, \
             CAST(0 AS BIGINT) AS row, CAST(0 AS BIGINT) AS byte_from, CAST(0 AS BIGINT) AS byte_to FROM given_looks \
             ORDER BY item, session_id, scope, kind, \"from\"",
            instant("\"from\""),
            instant("\"to\""),
        ),
        _ => return None,
    })
}
