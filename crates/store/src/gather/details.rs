use anyhow::Result;
use model::Detail;

use crate::Store;

/// The audit log leaves the address of most directory changes out; where the directory audit tells of
/// the same change from one address, the change was done there.
const DETAILS: &str = "SELECT e.key, e.at, e.actor, e.mailbox, e.operation, e.workload, e.succeeded, \
     e.object, e.detail, coalesce(t.context, e.context) FROM events e JOIN asked ON e.operation = asked.value \
     LEFT JOIN (\
       SELECT operation, request, min(context) AS context FROM events \
       WHERE workload = 'EntraAudit' AND request <> '' AND ip <> '' \
       GROUP BY operation, request HAVING min(context) = max(context)\
     ) t ON e.workload = 'AzureActiveDirectory' AND e.ip = '' \
     AND e.request = t.request AND e.operation = t.operation \
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
