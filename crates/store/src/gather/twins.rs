use anyhow::Result;
use model::Twins;

use crate::Store;

/// Records of directory changes by how much they are the source's own: the audit log, the directory
/// audit, an export of it without ids. What a record of a lower rank tells of the same correlation and
/// operation (where one has no correlation, of the same actor and second) is told again. Of several the
/// nearest rank counts, so that each link of a chain is taken away once.
const TWINS: &str = "WITH changes AS (\
       SELECT key, context, operation, actor, request, at / 1000000 AS second, \
       CASE WHEN workload = 'AzureActiveDirectory' THEN 0 WHEN losses = 0 THEN 1 ELSE 2 END AS rank \
       FROM events WHERE NOT signin AND workload IN ('AzureActiveDirectory', 'EntraAudit') \
       AND operation NOT IN ('UserLoggedIn', 'UserLoginFailed')\
     ), audit AS (SELECT * FROM changes WHERE rank > 0), \
     by_request AS (\
       SELECT operation, request, rank, min(context) AS context FROM changes WHERE request <> '' \
       GROUP BY operation, request, rank\
     ), by_second AS (\
       SELECT operation, actor, second, rank, request = '' AS bare, min(context) AS context FROM changes \
       GROUP BY operation, actor, second, rank, request = ''\
     ), pairs AS (\
       SELECT a.key, a.context AS again, a.operation AS operation, \
       concat(b.rank, b.context) AS counted FROM audit a \
       JOIN by_request b ON a.operation = b.operation AND a.request = b.request WHERE b.rank < a.rank \
       UNION ALL SELECT a.key, a.context, a.operation, concat(b.rank, b.context) FROM audit a \
       JOIN by_second b ON a.operation = b.operation AND a.actor = b.actor AND a.second = b.second \
       WHERE b.rank < a.rank AND (b.bare OR a.request = '')\
     ) SELECT counted, again, operation, count(*) FROM (\
       SELECT key, again, operation, substr(max(counted), 2) AS counted FROM pairs \
       GROUP BY key, again, operation\
     ) GROUP BY counted, again, operation ORDER BY counted, again, operation";

impl Store {
    /// Changes in the directory that more than one log tells of.
    pub fn twins(&self) -> Result<Vec<Twins>> {
        self.live()?;
        let found = self.engine.fetch(TWINS)?;
        let twins = found.rows().map(|row| Twins {
            counted: row.string(0),
            again: row.string(1),
            operation: row.string(2),
            records: row.count(3),
        });
        Ok(twins.collect())
    }
}
