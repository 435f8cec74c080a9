//! Whose mailbox is it, where the evidence itself does not say?

use std::collections::BTreeMap;

use anyhow::Result;
use model::Outcome;

use crate::{
    Store,
    columns::{Batcher, Column, Type::Text},
    live::HOMES,
};

/// Where the mailbox items of one evidence file belong, as far as they do not say so themselves.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Home {
    /// Evidence id.
    pub evidence: String,
    /// Mailbox; empty if nobody knows.
    pub mailbox: String,
    /// Folder of items that stand in a file of their own; empty if nobody knows.
    pub folder: String,
}

/// One folder of a mailbox in one evidence file.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct MailboxFolder {
    /// Evidence id.
    pub evidence: String,
    /// Mailbox: what the items say, else its home; empty if nobody knows.
    pub mailbox: String,
    /// Folder: what the items say, else that of the file.
    pub folder: String,
    /// Items.
    pub items: u64,
    /// How many items name each of the addresses asked for as their author.
    pub authors: BTreeMap<String, u64>,
    /// How many items name each of them as a recipient.
    pub recipients: BTreeMap<String, u64>,
}

/// Mailbox and folder of an item, `c`, with its home, `h`. The names are not those of the columns below: what a
/// join asks of the one must not be asked of the other.
pub(crate) const PLACED: &str = "CASE WHEN c.mailbox <> '' THEN c.mailbox ELSE coalesce(h.told_mailbox, '') END AS box, \
     CASE WHEN c.folder <> '' THEN c.folder ELSE coalesce(h.told_folder, '') END AS place";

/// Joins items, `c`, with their home, `h`.
pub(crate) const AT_HOME: &str = "LEFT JOIN homes h ON c.evidence_id = h.evidence";

/// A recipient that a report in a mailbox speaks of.
const BOUNCE: &[Column] = &[("message", Text), ("address", Text)];

/// What the service says when it sends nothing more for an account: the sender is blocked, or its limit or
/// the tenant's is reached (learn.microsoft.com, non-delivery reports in Exchange Online).
const REFUSALS: [&str; 4] = ["5.1.8", "5.1.90", "5.7.705", "5.7.708"];

impl Store {
    /// Tells where the items of evidence files belong; questions about mailboxes build on it.
    pub fn settle(&mut self, homes: &[Home]) -> Result<()> {
        self.live()?;
        let mut rows = Batcher::new(HOMES);
        for it in homes {
            rows.push(&[&[(&it.evidence).into(), (&it.mailbox).into(), (&it.folder).into()]])?;
        }
        self.engine.memory("homes", rows)
    }

    /// Every folder of every mailbox read, and how often these addresses wrote or got what stands in it.
    pub fn mailbox_folders(&self, addresses: &[String]) -> Result<Vec<MailboxFolder>> {
        self.live()?;
        self.list_of("asked_addresses", addresses)?;
        let mut found: BTreeMap<(String, String, String), MailboxFolder> = BTreeMap::new();
        let items = format!(
            "SELECT evidence_id, box, place, count(*) FROM (\
             SELECT c.evidence_id AS evidence_id, {PLACED} FROM contents c {AT_HOME}) \
             GROUP BY evidence_id, box, place"
        );
        for row in self.engine.fetch(&items)?.rows() {
            let it = MailboxFolder {
                evidence: row.string(0),
                mailbox: row.string(1),
                folder: row.string(2),
                items: row.count(3),
                ..MailboxFolder::default()
            };
            found.insert((row.string(0), row.string(1), row.string(2)), it);
        }
        let named = format!(
            "SELECT evidence_id, box, place, author, address, count(*) FROM (\
             SELECT c.evidence_id AS evidence_id, {PLACED}, c.row AS row, c.address AS address, \
             CASE WHEN c.role IN ('from', 'sender') THEN 1 ELSE 0 END AS author \
             FROM parties c {AT_HOME} JOIN asked_addresses w ON c.address = w.value \
             WHERE c.role IN ('from', 'sender', 'to', 'cc', 'bcc') GROUP BY 1, 2, 3, 4, 5, 6) \
             GROUP BY evidence_id, box, place, author, address"
        );
        for row in self.engine.fetch(&named)?.rows() {
            let place = (row.string(0), row.string(1), row.string(2));
            let Some(it) = found.get_mut(&place) else { continue };
            let counts = if row.int(3) > 0 { &mut it.authors } else { &mut it.recipients };
            counts.insert(row.string(4), row.count(5));
        }
        Ok(found.into_values().collect())
    }

    /// The tables `bounced` and `refused`: what reports of non-delivery in mailboxes say.
    pub(crate) fn bounces(&self) -> Result<()> {
        let (mut bounced, mut refused) = (Batcher::new(BOUNCE), Batcher::new(BOUNCE));
        let found = self.engine.fetch(
            "SELECT original, outcomes FROM contents WHERE original <> '' AND outcomes <> '' \
             GROUP BY original, outcomes ORDER BY original, outcomes",
        )?;
        for row in found.rows() {
            let outcomes: Vec<Outcome> = serde_json::from_str(row.text(1))?;
            let failed = outcomes.iter().filter(|it| it.action == "failed");
            for it in failed {
                let cells = [&[row.text(0).into(), (&it.recipient).into()][..]];
                if REFUSALS.contains(&it.status.as_str()) {
                    refused.push(&cells)?;
                }
                bounced.push(&cells)?;
            }
        }
        self.engine.memory("bounced", bounced)?;
        self.engine.memory("refused", refused)
    }
}
