use anyhow::Result;
use model::Detail;

use crate::Store;

const DETAILS: &str = "SELECT e.key, e.at, e.actor, e.mailbox, e.operation, e.workload, e.succeeded, \
     e.object, e.detail, e.context FROM events e JOIN asked ON e.operation = asked.value \
     ORDER BY e.at, e.key, e.signin";

impl Store {
    /// All records of some operations, in order of time and key.
    pub fn details(&self, operations: &[&str]) -> Result<Vec<Detail>> {
        self.live()?;
        self.list("asked", operations.iter().copied())?;
        let found = self.engine.fetch(DETAILS)?;
        let details = found.rows().map(|row| Detail {
            record: row.string(0),
            at: row.int(1),
            actor: row.string(2),
            mailbox: row.string(3),
            operation: row.string(4),
            workload: row.string(5),
            succeeded: row.maybe(6),
            object: row.string(7),
            detail: row.string(8),
            context: row.string(9),
        });
        Ok(details.collect())
    }
}
