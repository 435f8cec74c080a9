use std::collections::BTreeMap;

use anyhow::Result;
use model::{Held, ItemKind, Party, Role};

use super::homes::{AT_HOME, PLACED};
use crate::Store;

impl Store {
    /// Everything that stands in these mailboxes, with everybody it names, in order of the records.
    pub fn held(&self, mailboxes: &[String]) -> Result<Vec<Held>> {
        self.live()?;
        self.list_of("asked_mailboxes", mailboxes)?;
        let mut parties = self.parties()?;
        let sql = format!(
            "SELECT key, evidence_id, row, box, place, kind, at, sent, message_id, item_id, subject, attachments \
             FROM (SELECT c.key AS key, c.evidence_id AS evidence_id, c.row AS row, {PLACED}, c.kind AS kind, \
             c.at AS at, c.sent AS sent, c.message_id AS message_id, c.item_id AS item_id, c.subject AS subject, \
             c.attachments AS attachments FROM contents c {AT_HOME}) i \
             JOIN asked_mailboxes w ON i.box = w.value ORDER BY key, evidence_id, row"
        );
        let found = self.engine.fetch(&sql)?;
        let held = found.rows().map(|row| Held {
            record: row.string(0),
            evidence: row.string(1),
            mailbox: row.string(3),
            folder: row.string(4),
            kind: ItemKind::of(row.text(5)).unwrap_or(ItemKind::Other),
            at: row.maybe_int(6),
            sent: row.maybe_int(7),
            message: row.string(8),
            item: row.string(9),
            subject: row.string(10),
            parties: parties.remove(&(row.string(1), row.int(2))).unwrap_or_default(),
            attachments: count(row.text(11)),
        });
        Ok(held.collect())
    }

    /// Everybody named by items of the mailboxes asked for, by evidence and row.
    fn parties(&self) -> Result<BTreeMap<(String, i64), Vec<Party>>> {
        let sql = format!(
            "SELECT evidence_id, row, role, address, name, organisation FROM (\
             SELECT c.evidence_id AS evidence_id, c.row AS row, {PLACED}, c.role AS role, c.address AS address, \
             c.name AS name, c.organisation AS organisation FROM parties c {AT_HOME}) i \
             JOIN asked_mailboxes w ON i.box = w.value"
        );
        let mut found: BTreeMap<(String, i64), Vec<Party>> = BTreeMap::new();
        for row in self.engine.fetch(&sql)?.rows() {
            let Some(role) = Role::of(row.text(2)) else { continue };
            let party = Party {
                role,
                address: row.string(3),
                name: row.string(4),
                organisation: row.string(5),
            };
            found.entry((row.string(0), row.int(1))).or_default().push(party);
        }
        found.values_mut().for_each(|it| it.sort_unstable());
        Ok(found)
    }
}

/// How many things stand in a list written as JSON.
fn count(json: &str) -> u64 {
    let list: Vec<serde::de::IgnoredAny> = serde_json::from_str(json).unwrap_or_default();
    list.len() as u64
}
