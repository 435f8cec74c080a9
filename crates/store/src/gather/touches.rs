use std::collections::BTreeMap;

use anyhow::Result;
use model::Touch;

use crate::Store;

const DIMENSIONS: &str = "session, mailbox, operation, access, role, folder, own";

/// Items named by records of the sessions asked for that worked.
const TOUCHED: &str = "SELECT a.session AS session, i.mailbox AS mailbox, i.operation AS operation, \
     i.access AS access, i.role AS role, i.folder AS folder, o.value IS NOT NULL AS own, i.key AS key, i.at AS at, \
     CASE WHEN i.message_id <> '' THEN i.message_id ELSE i.item_id END AS item \
     FROM items i JOIN assigned a ON i.context = a.context JOIN chosen c ON a.session = c.value \
     LEFT JOIN own o ON i.message_id = o.value WHERE i.worked";

impl Store {
    /// Folders and items touched by sessions; `own` are the messages they sent themselves.
    pub fn touches(&self, sessions: &[String], own: &[String]) -> Result<Vec<Touch>> {
        self.live()?;
        self.list_of("chosen", sessions)?;
        self.list("own", own.iter().map(String::as_str).filter(|it| !it.is_empty()))?;
        let records = format!(
            "SELECT {DIMENSIONS}, count(*), min(low), max(high) FROM (\
             SELECT {DIMENSIONS}, key, min(at) AS low, max(at) AS high FROM ({TOUCHED}) GROUP BY {DIMENSIONS}, key\
             ) GROUP BY {DIMENSIONS} ORDER BY {DIMENSIONS}"
        );
        let items = format!(
            "SELECT {DIMENSIONS}, count(*) FROM (\
             SELECT {DIMENSIONS}, item FROM ({TOUCHED}) WHERE item <> '' GROUP BY {DIMENSIONS}, item\
             ) GROUP BY {DIMENSIONS}"
        );
        let mut by_place: BTreeMap<(Vec<String>, bool), u64> = BTreeMap::new();
        for row in self.engine.fetch(&items)?.rows() {
            let place = (0..6).map(|it| row.string(it)).collect();
            by_place.insert((place, row.yes(6)), row.count(7));
        }
        let found = self.engine.fetch(&records)?;
        let touches = found.rows().map(|row| {
            let place = (0..6).map(|it| row.string(it)).collect();
            Touch {
                session: row.string(0),
                mailbox: row.string(1),
                operation: row.string(2),
                access: row.string(3),
                role: row.string(4),
                folder: row.string(5),
                recorded: row.string(5),
                own_mail: row.yes(6),
                records: row.count(7),
                items: by_place.get(&(place, row.yes(6))).copied().unwrap_or(0),
                first: row.int(8),
                last: row.int(9),
            }
        });
        Ok(touches.collect())
    }
}
