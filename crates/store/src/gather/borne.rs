use anyhow::Result;
use model::Borne;

use crate::Store;

/// Mails of the trace that bear an address of these domains as sender and have no Send record, by sender
/// and subject. Two group-bys: a message counts once, whatever the number of its rows.
const BORNE: &str = "SELECT sender, subject, inbound, count(*), sum(recipients), min(at), max(at) FROM (\
     SELECT m.message AS message, min(m.sender) AS sender, min(m.subject) AS subject, \
     max(CASE WHEN m.direction = 'inbound' THEN 1 ELSE 0 END) AS inbound, \
     count(*) AS recipients, min(m.at) AS at \
     FROM mails m JOIN domains d ON substr(m.sender, strpos(m.sender, '@') + 1) = d.value \
     LEFT JOIN sends s ON m.message = s.message \
     WHERE s.message IS NULL AND m.at IS NOT NULL GROUP BY m.message) \
     GROUP BY sender, subject, inbound ORDER BY sender, subject, inbound";

impl Store {
    /// Mails that bear the organisation's address as sender, and of which its mailboxes know nothing.
    pub fn borne(&self, domains: &[String]) -> Result<Vec<Borne>> {
        self.live()?;
        self.list_of("domains", domains)?;
        let found = self.engine.fetch(BORNE)?;
        let one = |row: crate::fetched::FetchedRow<'_>| Borne {
            sender: row.string(0),
            subject: row.string(1),
            inbound: row.int(2) > 0,
            messages: row.count(3),
            recipients: row.count(4),
            first: row.int(5),
            last: row.int(6),
        };
        Ok(found.rows().map(one).collect())
    }
}
