use anyhow::Result;
use model::Act;

use crate::Store;

const ACTS: &str = "SELECT context, mailbox, operation, access, workload, count(*), \
     sum(CASE WHEN throttled THEN 1 ELSE 0 END), min(at), max(at), min(key) FROM events \
     GROUP BY context, mailbox, operation, access, workload \
     ORDER BY context, mailbox, operation, access, workload";

impl Store {
    /// What was done in each context, one row an operation.
    pub fn acts(&self) -> Result<Vec<Act>> {
        self.live()?;
        let found = self.engine.fetch(ACTS)?;
        let acts = found.rows().map(|row| Act {
            context: row.string(0),
            mailbox: row.string(1),
            operation: row.string(2),
            access: row.string(3),
            workload: row.string(4),
            records: row.count(5),
            throttled: row.count(6),
            first: row.int(7),
            last: row.int(8),
            least: row.string(9),
        });
        Ok(acts.collect())
    }
}
