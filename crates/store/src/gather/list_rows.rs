use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use model::ListEntry;

use super::homes::{AT_HOME, PLACED};
use crate::Store;

/// One row of an address list, or one contact of a mailbox, that names one of the addresses asked for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ListedRow {
    /// Record id.
    pub record: String,
    /// Evidence id of the list.
    pub evidence: String,
    /// Mailbox whose contact it is; empty of a list.
    pub mailbox: String,
    /// Folder of a contact; empty of a list.
    pub folder: String,
    /// Whether it is a contact; the members of a distribution list are rows of a list.
    pub contact: bool,
    /// What stands in it.
    pub entry: ListEntry,
}

const ROWS: &str = "SELECT a.evidence_id, a.row, a.key, a.address, a.name, a.organisation, a.furigana, a.honorific \
     FROM addresses a JOIN (\
       SELECT l.evidence_id AS evidence_id, l.row AS row FROM addresses l JOIN asked_addresses w ON l.address = w.value \
       GROUP BY l.evidence_id, l.row) r ON a.evidence_id = r.evidence_id AND a.row = r.row";

impl Store {
    /// Rows of lists and contacts that name any of these addresses, in order of their records.
    pub fn listed_rows(&self, addresses: &[String]) -> Result<Vec<ListedRow>> {
        self.live()?;
        self.list_of("asked_addresses", addresses)?;
        let mut rows: BTreeMap<(String, i64), (ListedRow, BTreeSet<String>)> = BTreeMap::new();
        for row in self.engine.fetch(ROWS)?.rows() {
            let (it, all) = rows.entry((row.string(0), row.int(1))).or_default();
            it.evidence = row.string(0);
            it.record = row.string(2);
            it.entry.name = row.string(4);
            it.entry.organisation = row.string(5);
            it.entry.furigana = row.string(6);
            it.entry.honorific = row.string(7);
            all.extend(Some(row.string(3)).filter(|it| !it.is_empty()));
        }
        let listed = rows.into_values().map(|(mut it, all)| {
            it.entry.addresses = all.into_iter().collect();
            it
        });
        let mut found: Vec<ListedRow> = listed.chain(self.contact_rows()?).collect();
        found.sort_by(|a, b| {
            let key = |it: &ListedRow| {
                (it.record.clone(), it.evidence.clone(), it.entry.addresses.clone())
            };
            key(a).cmp(&key(b))
        });
        Ok(found)
    }

    /// Contacts that name an address asked for; each member of a distribution list is a row of its own.
    fn contact_rows(&self) -> Result<Vec<ListedRow>> {
        let sql = format!(
            "SELECT c.key, c.evidence_id, {PLACED}, c.kind = 'contact', c.row, c.address, c.name, c.organisation \
             FROM parties c {AT_HOME} JOIN (\
               SELECT p.evidence_id AS evidence_id, p.row AS row FROM parties p JOIN asked_addresses w ON p.address = w.value \
               WHERE p.role = 'contact' GROUP BY p.evidence_id, p.row) r \
             ON c.evidence_id = r.evidence_id AND c.row = r.row WHERE c.role = 'contact' \
             ORDER BY 1, 2, 6, 7, 8, 9"
        );
        let mut found: BTreeMap<(String, i64, String), ListedRow> = BTreeMap::new();
        for row in self.engine.fetch(&sql)?.rows() {
            let contact = row.yes(4);
            let member = if contact { String::new() } else { row.string(6) };
            let it =
                found.entry((row.string(1), row.int(5), member)).or_insert_with(|| ListedRow {
                    record: row.string(0),
                    evidence: row.string(1),
                    mailbox: row.string(2),
                    folder: row.string(3),
                    contact,
                    ..ListedRow::default()
                });
            if !row.text(6).is_empty() {
                it.entry.addresses.push(row.string(6));
            }
            for (column, text) in [(7, &mut it.entry.name), (8, &mut it.entry.organisation)] {
                if text.is_empty() {
                    *text = row.string(column);
                }
            }
        }
        let mut rows: Vec<ListedRow> = found.into_values().collect();
        rows.iter_mut().for_each(|it| {
            it.entry.addresses.sort();
            it.entry.addresses.dedup();
        });
        Ok(rows)
    }
}
