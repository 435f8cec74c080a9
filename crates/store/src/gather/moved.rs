use anyhow::Result;
use model::Moved;

use crate::Store;

/// Operations that put an item into a folder, or take it out of one.
const MOVES: &str =
    "'Move', 'Copy', 'Create', 'MoveToDeletedItems', 'SoftDelete', 'HardDelete', 'RecordDelete'";

impl Store {
    /// Items that any record moved, copied or removed in these mailboxes, in order of time and record.
    pub fn moved(&self, mailboxes: &[String]) -> Result<Vec<Moved>> {
        self.live()?;
        self.list_of("asked_mailboxes", mailboxes)?;
        let found = self.engine.fetch(&moved())?;
        let moved = found.rows().map(|row| Moved {
            record: row.string(0),
            at: row.int(1),
            mailbox: row.string(2),
            operation: row.string(3),
            from: row.string(4),
            to: row.string(5),
            message: row.string(6),
            item: row.string(7),
            subject: row.string(8),
        });
        Ok(moved.collect())
    }
}

/// An item is named as a source; where it went stands in a row of the same record.
fn moved() -> String {
    format!(
        "WITH acts AS (SELECT i.key AS key, i.evidence_id AS evidence_id, i.row AS row, i.at AS at, \
           CASE WHEN i.mailbox <> '' THEN i.mailbox ELSE i.actor END AS mailbox, i.operation AS operation, \
           i.role AS role, i.folder AS folder, i.message_id AS message_id, i.item_id AS item_id, i.subject AS subject \
           FROM items i WHERE i.worked AND i.operation IN ({MOVES})\
         ), went AS (\
           SELECT evidence_id, row, min(folder) AS folder FROM acts WHERE role = 'destination' GROUP BY evidence_id, row\
         ) SELECT a.key, a.at, a.mailbox, a.operation, \
         CASE WHEN a.operation = 'Create' THEN '' ELSE a.folder END, \
         CASE WHEN a.operation = 'Create' THEN a.folder ELSE coalesce(w.folder, '') END, \
         a.message_id, a.item_id, a.subject \
         FROM acts a JOIN asked_mailboxes m ON a.mailbox = m.value \
         LEFT JOIN went w ON a.evidence_id = w.evidence_id AND a.row = w.row \
         WHERE a.role <> 'destination' AND (a.message_id <> '' OR a.item_id <> '') \
         ORDER BY a.at, a.key, a.evidence_id, a.row, a.folder, a.message_id, a.item_id, a.subject"
    )
}
