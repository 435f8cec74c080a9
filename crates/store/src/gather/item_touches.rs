use anyhow::Result;
use model::ItemTouch;

use crate::Store;

const OPENED: &str = "SELECT i.key, i.at, a.session, i.mailbox, i.operation, i.access, i.role, i.folder, \
     i.message_id, i.item_id, i.subject \
     FROM items i JOIN assigned a ON i.context = a.context JOIN chosen c ON a.session = c.value \
     LEFT JOIN own o ON i.message_id = o.value \
     WHERE i.worked AND o.value IS NULL AND (i.message_id <> '' OR i.item_id <> '') \
     ORDER BY i.at, i.key, i.role, i.folder, i.message_id, i.item_id, i.subject";

impl Store {
    /// Items named by records of these sessions, one a row and record, in order of time and record; the
    /// messages they sent themselves (`own`) are left out.
    pub fn item_touches(&self, sessions: &[String], own: &[String]) -> Result<Vec<ItemTouch>> {
        self.live()?;
        self.list_of("chosen", sessions)?;
        self.list("own", own.iter().map(String::as_str).filter(|it| !it.is_empty()))?;
        let found = self.engine.fetch(OPENED)?;
        let touches = found.rows().map(|row| ItemTouch {
            record: row.string(0),
            at: row.int(1),
            session: row.string(2),
            mailbox: row.string(3),
            operation: row.string(4),
            access: row.string(5),
            role: row.string(6),
            folder: row.string(7),
            message: row.string(8),
            item: row.string(9),
            subject: row.string(10),
        });
        Ok(touches.collect())
    }
}
