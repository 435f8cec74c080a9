use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use model::Known;

use crate::Store;

/// Messages that these mailboxes sent or got, and others asked for by their ids: from the trace, and from
/// Send records. The header of an expanded distribution list stays a recipient: its name stands in the mail.
const KNOWN: &str = "WITH told AS (\
       SELECT message, at, sender, recipient AS address, subject FROM mails \
       UNION ALL SELECT message, at, sender, address, '' FROM recipients WHERE worked \
       UNION ALL SELECT message, at, sender, '', subject FROM sends WHERE worked\
     ), wanted AS (\
       SELECT t.message AS message FROM told t JOIN asked_mailboxes m ON t.sender = m.value \
       UNION ALL SELECT t.message FROM told t JOIN asked_mailboxes m ON t.address = m.value \
       UNION ALL SELECT value FROM asked_messages\
     ), chosen AS (SELECT message FROM wanted GROUP BY message) \
     SELECT t.message, t.at, t.sender, t.address, t.subject FROM told t \
     JOIN chosen c ON t.message = c.message";

impl Store {
    /// What the trace and Send records tell of messages of these mailboxes, and of these messages: in order of
    /// their ids.
    pub fn known(&self, mailboxes: &[String], messages: &[String]) -> Result<Vec<Known>> {
        self.live()?;
        self.list_of("asked_mailboxes", mailboxes)?;
        self.list(
            "asked_messages",
            messages.iter().map(String::as_str).filter(|it| !it.is_empty()),
        )?;
        let mut found: BTreeMap<String, (Known, BTreeSet<String>)> = BTreeMap::new();
        for row in self.engine.fetch(KNOWN)?.rows() {
            let (it, recipients) = found.entry(row.string(0)).or_default();
            it.at = [it.at, row.maybe_int(1)].into_iter().flatten().min();
            // Of several that differ the greatest stands, whatever the order of the files.
            if row.text(2) > it.sender.as_str() {
                it.sender = row.string(2);
            }
            if row.text(4) > it.subject.as_str() {
                it.subject = row.string(4);
            }
            if !row.text(3).is_empty() {
                recipients.insert(row.string(3));
            }
        }
        let one = |(message, (it, recipients)): (String, (Known, BTreeSet<String>))| Known {
            message,
            recipients: recipients.into_iter().collect(),
            ..it
        };
        Ok(found.into_iter().map(one).collect())
    }
}
