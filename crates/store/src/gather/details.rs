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
     AND e.request = t.request AND e.operation = t.operation";

const ORDER: &str = "ORDER BY e.at, e.key, e.signin";

/// The condition that leaves out records of which nothing matters. The words are our own.
fn matters(only: &[(&'static str, &[&'static str])]) -> String {
    let mut all = vec!["true".to_owned()];
    for (operation, words) in only {
        let holds: Vec<String> =
            words.iter().map(|it| format!("strpos(e.detail, '{it}') > 0")).collect();
        all.push(format!("(e.operation <> '{operation}' OR {})", holds.join(" OR ")));
    }
    all.join(" AND ")
}

impl Store {
    /// All records of some operations, in order of time and key; of the operations in `only`, which
    /// come by the hundred thousand, those whose detail holds one of their words.
    pub fn details(
        &self,
        operations: &[&str],
        only: &[(&'static str, &[&'static str])],
    ) -> Result<Vec<Detail>> {
        self.live()?;
        self.list("asked", operations.iter().copied())?;
        let found = self.engine.fetch(&format!("{DETAILS} WHERE {} {ORDER}", matters(only)))?;
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
