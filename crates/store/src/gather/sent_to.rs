use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use model::{Micros, Outcome};

use super::mail_sql::deliveries;
use crate::Store;

/// One source's word on one message and recipient.
#[derive(Clone, Debug, Default, Eq, PartialEq, Ord, PartialOrd)]
pub struct SaidOf {
    /// InternetMessageId.
    pub message: String,
    /// Recipient.
    pub recipient: String,
    /// When the source says it.
    pub at: Option<Micros>,
    /// Last status of the trace, or action of a report.
    pub status: String,
    /// Status code of a report.
    pub code: String,
    /// Record id.
    pub record: String,
}

const TRACED: &str = "SELECT m.message, m.recipient, m.at, m.status, m.key FROM mails m \
     JOIN asked_addresses w ON m.recipient = w.value ORDER BY m.message, m.recipient, m.at, m.status, m.key";

const REPORTED: &str = "SELECT original, outcomes, at, key FROM contents WHERE outcomes <> '' \
     ORDER BY original, key, evidence_id, row";

impl Store {
    /// Recipients of these messages, each with those it was sent.
    pub fn sent_to(&self, messages: &[String]) -> Result<BTreeMap<String, BTreeSet<String>>> {
        self.live()?;
        self.bounces()?;
        self.list_of("frauds", messages)?;
        let sql = format!("SELECT address, message FROM ({})", deliveries("frauds"));
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for row in self.engine.fetch(&sql)?.rows() {
            found.entry(row.string(0)).or_default().insert(row.string(1));
        }
        Ok(found)
    }

    /// What the trace says of mail to these addresses.
    pub fn traced_to(&self, addresses: &[String]) -> Result<Vec<SaidOf>> {
        self.live()?;
        self.list_of("asked_addresses", addresses)?;
        let found = self.engine.fetch(TRACED)?;
        let said = found.rows().map(|row| SaidOf {
            message: row.string(0),
            recipient: row.string(1),
            at: row.maybe_int(2),
            status: row.string(3),
            code: String::new(),
            record: row.string(4),
        });
        Ok(said.collect())
    }

    /// What reports in mailboxes say of mail to these addresses.
    pub fn reported_of(&self, addresses: &BTreeSet<String>) -> Result<Vec<SaidOf>> {
        self.live()?;
        let mut said = Vec::new();
        for row in self.engine.fetch(REPORTED)?.rows() {
            let outcomes: Vec<Outcome> = serde_json::from_str(row.text(1))?;
            said.extend(outcomes.into_iter().filter(|it| addresses.contains(&it.recipient)).map(
                |it| SaidOf {
                    message: row.string(0),
                    recipient: it.recipient,
                    at: row.maybe_int(2),
                    status: it.action,
                    code: it.status,
                    record: row.string(3),
                },
            ));
        }
        said.sort_unstable();
        Ok(said)
    }
}
