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

/// Records named with a message.
const NAMED: usize = 3;

impl Store {
    /// Messages sent by these accounts or by these sessions, over all sources, in order of their
    /// ids.
    pub fn sent(&self, senders: &[String], attackers: &[String]) -> Result<Vec<Sent>> {
        self.live()?;
        self.tenant()?;
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
        self.count_recipients(&mut found)?;
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
