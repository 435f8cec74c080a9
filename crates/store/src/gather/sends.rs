use std::collections::BTreeMap;

use anyhow::Result;
use model::{HOUR, SessionSends};

use super::mail_sql::{DAY, LISTED, correspondence};
use crate::Store;

const SENDS: &str = "SELECT a.session AS session, s.sender AS sender, s.message AS message, s.at AS at \
     FROM sends s JOIN assigned a ON s.context = a.context WHERE s.worked";

impl Store {
    /// What each session sent, in order of their ids. An address is known if there was mail
    /// between it and the account before the day of the session's first mail.
    pub fn session_sends(&self) -> Result<Vec<SessionSends>> {
        self.live()?;
        self.tenant()?;
        self.list("none", [])?;
        let senders: Vec<String> = {
            let found =
                self.engine.fetch("SELECT sender FROM sends WHERE worked GROUP BY sender")?;
            found.rows().map(|row| row.string(0)).collect()
        };
        self.list_of("accounts", &senders)?;
        let mut found: BTreeMap<String, SessionSends> = BTreeMap::new();
        let messages = format!(
            "SELECT session, count(*) FROM (SELECT session, message FROM ({SENDS}) GROUP BY session, message) GROUP BY session"
        );
        for row in self.engine.fetch(&messages)?.rows() {
            let session = row.string(0);
            let it = SessionSends {
                session: session.clone(),
                messages: row.count(1),
                ..Default::default()
            };
            found.insert(session, it);
        }
        let peak = format!(
            "SELECT session, max(n) FROM (SELECT session, hour, count(*) AS n FROM (\
             SELECT session, at / {HOUR} AS hour, message FROM ({SENDS}) GROUP BY 1, 2, 3\
             ) GROUP BY session, hour) GROUP BY session"
        );
        for row in self.engine.fetch(&peak)?.rows() {
            found.entry(row.string(0)).or_default().peak = row.count(1);
        }
        for row in self.engine.fetch(&recipients())?.rows() {
            let it = found.entry(row.string(0)).or_default();
            (it.recipients, it.known) = (row.count(1), row.count(2));
        }
        Ok(found.into_values().collect())
    }
}

fn recipients() -> String {
    let correspondence = correspondence("accounts", "none");
    format!(
        "WITH pairs AS (SELECT session, sender, address FROM (\
           SELECT a.session AS session, r.sender AS sender, r.address AS address \
           FROM recipients r JOIN assigned a ON r.context = a.context WHERE r.worked AND r.address <> '' \
           UNION ALL SELECT s.session, s.sender, m.recipient FROM (\
             SELECT session, sender, message FROM ({SENDS}) GROUP BY session, sender, message\
           ) s JOIN mails m ON s.message = m.message WHERE m.recipient <> '' AND m.status <> 'Expanded'\
         ) GROUP BY session, sender, address), \
         begun AS (SELECT session, min(at) AS at FROM ({SENDS}) GROUP BY session) \
         SELECT session, count(*), sum(known) FROM (\
           SELECT p.session AS session, p.address AS address, \
           max(CASE WHEN l.address IS NOT NULL OR c.since / {DAY} < b.at / {DAY} THEN 1 ELSE 0 END) AS known \
           FROM pairs p JOIN begun b ON p.session = b.session \
           LEFT JOIN ({LISTED}) l ON p.address = l.address \
           LEFT JOIN ({correspondence}) c ON p.sender = c.account AND p.address = c.address \
           GROUP BY p.session, p.address) GROUP BY session"
    )
}
