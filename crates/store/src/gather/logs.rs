use anyhow::Result;
use model::{LogHit, LogHour};

use crate::Store;

const HOURS: &str = "SELECT evidence_id, hour, count(*), sum(CASE WHEN ip <> '' THEN 1 ELSE 0 END) FROM (\
     SELECT evidence_id, ip, at - ((at % 3600000000) + 3600000000) % 3600000000 AS hour FROM logs) \
     GROUP BY evidence_id, hour ORDER BY evidence_id, hour";

/// Address of the far end: an object is `address:port`, or `[address]:port`.
const HITS: &str = "SELECT evidence_id, operation, actor, ip, object, worked, count(*), min(at), max(at), min(key) \
     FROM logs WHERE ip IN (SELECT value FROM swept) OR actor IN (SELECT value FROM swept) \
     OR CASE WHEN strpos(object, ']') > 0 THEN substr(object, 2, strpos(object, ']') - 2) \
     WHEN strpos(object, ':') > 0 THEN substr(object, 1, strpos(object, ':') - 1) \
     ELSE object END IN (SELECT value FROM swept) \
     GROUP BY evidence_id, operation, actor, ip, object, worked \
     ORDER BY evidence_id, operation, actor, ip, object, worked";

impl Store {
    /// Hours in which each log outside Microsoft 365 has lines.
    pub fn log_hours(&self) -> Result<Vec<LogHour>> {
        self.live()?;
        let found = self.engine.fetch(HOURS)?;
        let hours = found.rows().map(|row| LogHour {
            evidence: row.string(0),
            hour: row.int(1),
            lines: row.count(2),
            addressed: row.count(3),
        });
        Ok(hours.collect())
    }

    /// Lines of such logs that name one of these addresses or users, summed up.
    pub fn log_hits(&self, swept: &[String]) -> Result<Vec<LogHit>> {
        self.live()?;
        self.list_of("swept", swept)?;
        let found = self.engine.fetch(HITS)?;
        let hits = found.rows().map(|row| LogHit {
            evidence: row.string(0),
            operation: row.string(1),
            actor: row.string(2),
            ip: row.string(3),
            object: row.string(4),
            worked: row.yes(5),
            lines: row.count(6),
            first: row.int(7),
            last: row.int(8),
            least: row.string(9),
        });
        Ok(hits.collect())
    }
}
