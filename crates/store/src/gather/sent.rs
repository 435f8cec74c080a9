use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use model::Sent;

use super::mail_sql::{DAY, LISTED, correspondence, deliveries};
use crate::{
    Store,
    columns::{Batcher, Cell, Column, Type},
    writer::JOINT,
};

/// Send records of the accounts asked about, and of the attacker's sessions wherever they wrote.
const RECORDS: &str = "SELECT s.message, s.sender, s.at, s.subject, a.session, s.key, t.value IS NOT NULL \
     FROM sends s LEFT JOIN assigned a ON s.context = a.context \
     LEFT JOIN attackers t ON a.session = t.value \
     LEFT JOIN senders n ON s.sender = n.value LEFT JOIN senders o ON s.actor = o.value \
     WHERE s.worked AND (t.value IS NOT NULL OR n.value IS NOT NULL OR o.value IS NOT NULL) \
     ORDER BY s.message, s.key";

/// What the trace says of the same messages, and of others these accounts sent. Mail from outside
/// that merely bears a sender's name was not sent from its mailbox.
const TRACED: &str = "SELECT m.message, min(m.at), min(concat(m.key, chr(31), m.sender, chr(31), m.subject)), \
     min(CASE WHEN m.ip <> '' THEN concat(m.key, chr(31), m.ip) END), min(m.key) \
     FROM mails m LEFT JOIN ours w ON m.message = w.value LEFT JOIN senders n ON m.sender = n.value \
     WHERE w.value IS NOT NULL OR (n.value IS NOT NULL AND m.direction <> 'inbound') \
     GROUP BY m.message ORDER BY m.message";

const MESSAGE: &[Column] = &[("value", Type::Text), ("sender", Type::Text), ("at", Type::Int)];

/// A folder in which mails stand that its mailbox sent.
#[derive(Clone, Debug, Default, Eq, PartialEq, Ord, PartialOrd)]
pub struct SentFolder {
    /// Mailbox.
    pub mailbox: String,
    /// Folder path as recorded.
    pub folder: String,
    /// Whether its mails wait to be sent.
    pub waiting: bool,
}

const FOLDER: &[Column] =
    &[("mailbox", Type::Text), ("folder", Type::Text), ("waiting", Type::Bool)];

/// What mailboxes hold of the same messages, and of others these accounts wrote. A mail that came in from
/// outside under a sender's name was not sent from its mailbox.
const STORED: &str = "SELECT message, min(at), min(concat(key, chr(31), subject)), min(mailbox), \
     min(CASE WHEN waiting THEN 1 ELSE 0 END), min(CASE WHEN ip <> '' THEN concat(key, chr(31), ip) END), min(key) FROM (\
     SELECT CASE WHEN i.message_id <> '' THEN i.message_id \
     ELSE concat(i.box, '/', CASE WHEN i.item_id <> '' THEN i.item_id ELSE i.key END) END AS message, \
     coalesce(i.sent, i.at) AS at, i.key AS key, i.subject AS subject, i.box AS mailbox, i.ip AS ip, \
     f.waiting AS waiting, n.evidence_id IS NOT NULL AS theirs \
     FROM (SELECT c.message_id AS message_id, c.item_id AS item_id, c.key AS key, c.sent AS sent, c.at AS at, \
       c.subject AS subject, c.ip AS ip, c.evidence_id AS evidence_id, c.row AS row, \
       CASE WHEN c.mailbox <> '' THEN c.mailbox ELSE coalesce(h.told_mailbox, '') END AS box, \
       CASE WHEN c.folder <> '' THEN c.folder ELSE coalesce(h.told_folder, '') END AS place \
       FROM contents c LEFT JOIN homes h ON c.evidence_id = h.evidence WHERE c.kind = 'mail') i \
     JOIN sent_folders f ON i.box = f.mailbox AND i.place = f.folder \
     LEFT JOIN (SELECT p.evidence_id AS evidence_id, p.row AS row FROM parties p JOIN senders s ON p.address = s.value \
       WHERE p.role IN ('from', 'sender') GROUP BY p.evidence_id, p.row) n \
     ON i.evidence_id = n.evidence_id AND i.row = n.row\
     ) o LEFT JOIN (SELECT message AS known FROM mails WHERE direction = 'inbound' GROUP BY message) b \
     ON o.message = b.known LEFT JOIN ours w ON o.message = w.value \
     WHERE b.known IS NULL AND (o.theirs AND NOT o.waiting OR w.value IS NOT NULL) AND o.at IS NOT NULL \
     GROUP BY message ORDER BY message";

/// Messages that a record says were deleted, and those the service is reported to have refused.
const GONE: &str = "SELECT message, max(deleted), max(refused) FROM (\
     SELECT i.message_id AS message, 1 AS deleted, 0 AS refused FROM items i JOIN ours w ON i.message_id = w.value \
     WHERE i.worked AND i.operation IN ('MoveToDeletedItems', 'SoftDelete', 'HardDelete') \
     UNION ALL SELECT r.message, 0, 1 FROM refused r JOIN ours w ON r.message = w.value) GROUP BY message";

/// Records named with a message.
const NAMED: usize = 3;

impl Store {
    /// Messages sent by these accounts or by these sessions, over all sources, in order of their
    /// ids.
    pub fn sent(
        &self,
        senders: &[String],
        attackers: &[String],
        folders: &[SentFolder],
    ) -> Result<Vec<Sent>> {
        self.live()?;
        self.tenant()?;
        self.bounces()?;
        self.list_of("senders", senders)?;
        self.list_of("attackers", attackers)?;
        let (mut found, theirs) = self.recorded()?;
        self.list("theirs", theirs.iter().map(String::as_str))?;
        self.list("ours", found.keys().map(String::as_str))?;
        for row in self.engine.fetch(TRACED)?.rows() {
            let it = found.entry(row.string(0)).or_default();
            it.in_trace = true;
            let mut parts = row.text(2).splitn(3, JOINT).skip(1);
            let (sender, subject) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
            if it.subject.is_empty() {
                subject.clone_into(&mut it.subject);
            }
            if let Some(at) = row.maybe_int(1) {
                it.at = if it.in_ual || it.at != 0 { it.at.min(at) } else { at };
            }
            if !it.in_ual {
                sender.clone_into(&mut it.sender);
            }
            it.ip = row.text(3).split(JOINT).nth(1).unwrap_or("").to_owned();
            it.records.push(row.string(4));
            it.message = row.string(0);
        }
        self.stored(&mut found, folders)?;
        self.count_recipients(&mut found)?;
        self.gone(&mut found)?;
        for it in found.values_mut() {
            it.records.sort_unstable();
            it.records.dedup();
            it.records.truncate(NAMED);
        }
        Ok(found.into_values().collect())
    }

    /// Messages with a Send record, and those of them that the attackers' sessions sent.
    fn recorded(&self) -> Result<(BTreeMap<String, Sent>, BTreeSet<String>)> {
        let mut found: BTreeMap<String, Sent> = BTreeMap::new();
        let mut theirs = BTreeSet::new();
        for row in self.engine.fetch(RECORDS)?.rows() {
            let message = row.string(0);
            let it = found.entry(message.clone()).or_insert_with(|| Sent {
                message: message.clone(),
                sender: row.string(1),
                at: row.int(2),
                subject: row.string(3),
                session: row.string(4),
                in_ual: true,
                ..Sent::default()
            });
            it.at = it.at.min(row.int(2));
            if it.records.len() < NAMED {
                it.records.push(row.string(5));
            }
            // A message is theirs if any of its records is.
            if row.yes(6) && theirs.insert(message) {
                it.session = row.string(4);
            }
        }
        Ok((found, theirs))
    }

    /// Adds what mailboxes hold.
    fn stored(&self, found: &mut BTreeMap<String, Sent>, folders: &[SentFolder]) -> Result<()> {
        let mut rows = Batcher::new(FOLDER);
        for it in folders {
            let waiting = Cell::Bool(Some(it.waiting));
            rows.push(&[&[(&it.mailbox).into(), (&it.folder).into(), waiting]])?;
        }
        self.engine.memory("sent_folders", rows)?;
        self.list("ours", found.keys().map(String::as_str))?;
        for row in self.engine.fetch(STORED)?.rows() {
            let it = found.entry(row.string(0)).or_default();
            let part =
                |column: usize| row.text(column).split(JOINT).nth(1).unwrap_or("").to_owned();
            if !it.in_ual && !it.in_trace {
                it.message = row.string(0);
                it.sender = row.string(3);
                it.at = row.int(1);
                it.subject = part(2);
            }
            if it.ip.is_empty() {
                it.ip = part(5);
            }
            it.in_mailbox = true;
            it.unsent = row.int(4) > 0;
            it.records.push(row.string(6));
        }
        Ok(())
    }

    /// Marks what was deleted or refused. The table `ours` holds all of them by now.
    fn gone(&self, found: &mut BTreeMap<String, Sent>) -> Result<()> {
        for row in self.engine.fetch(GONE)?.rows() {
            let Some(it) = found.get_mut(row.text(0)) else { continue };
            (it.deleted, it.refused) = (row.int(1) > 0, row.int(2) > 0);
        }
        Ok(())
    }

    fn count_recipients(&self, found: &mut BTreeMap<String, Sent>) -> Result<()> {
        let mut rows = Batcher::new(MESSAGE);
        for it in found.values() {
            rows.push(&[&[(&it.message).into(), (&it.sender).into(), Cell::Int(it.at)]])?;
        }
        self.engine.memory("ours", rows)?;
        let accounts: BTreeSet<&str> = found.values().map(|it| it.sender.as_str()).collect();
        self.list("accounts", accounts)?;
        let deliveries = deliveries("ours");
        let correspondence = correspondence("accounts", "theirs");
        let sql = format!(
            "SELECT d.message, count(*), sum(CASE WHEN d.failed THEN 1 ELSE 0 END), \
             sum(CASE WHEN l.address IS NOT NULL OR c.since / {DAY} < w.at / {DAY} THEN 1 ELSE 0 END) \
             FROM ({deliveries}) d JOIN ours w ON d.message = w.value \
             LEFT JOIN ({LISTED}) l ON d.address = l.address \
             LEFT JOIN ({correspondence}) c ON w.sender = c.account AND d.address = c.address \
             GROUP BY d.message"
        );
        for row in self.engine.fetch(&sql)?.rows() {
            let Some(it) = found.get_mut(row.text(0)) else { continue };
            (it.recipients, it.failed, it.known) = (row.count(1), row.count(2), row.count(3));
        }
        Ok(())
    }
}
