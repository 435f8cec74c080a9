use std::collections::BTreeMap;

use anyhow::Result;

use crate::Store;

/// Distinct mails opened one by one: what a folder synchronised holds is not in the records.
const ITEMS: &str = "SELECT account, count(*) FROM (\
     SELECT a.account AS account, CASE WHEN i.message_id <> '' THEN i.message_id ELSE i.item_id END AS item \
     FROM items i JOIN assigned a ON i.context = a.context JOIN chosen c ON a.session = c.value \
     LEFT JOIN own o ON i.message_id = o.value \
     WHERE i.worked AND i.operation = 'MailItemsAccessed' AND i.access = 'Bind' AND o.value IS NULL \
     AND (i.message_id <> '' OR i.item_id <> '') GROUP BY 1, 2) GROUP BY account";

const FILES: &str = "SELECT account, count(*) FROM (\
     SELECT a.account AS account, e.object AS object \
     FROM events e JOIN assigned a ON e.context = a.context JOIN chosen c ON a.session = c.value \
     WHERE e.worked AND e.object <> '' AND e.operation IN ('FileAccessed', 'FileAccessedExtended', \
     'FilePreviewed', 'FileDownloaded', 'FileSyncDownloadedFull', 'FileSyncDownloadedPartial', 'FileCopied') \
     GROUP BY 1, 2) GROUP BY account";

impl Store {
    /// By account, in its order: distinct mails and distinct files opened in these sessions,
    /// without the messages given.
    pub fn reading(&self, sessions: &[String], own: &[String]) -> Result<Vec<(String, u64, u64)>> {
        self.live()?;
        self.list_of("chosen", sessions)?;
        self.list("own", own.iter().map(String::as_str).filter(|it| !it.is_empty()))?;
        let mut found: BTreeMap<String, (u64, u64)> = BTreeMap::new();
        for row in self.engine.fetch(ITEMS)?.rows() {
            found.entry(row.string(0)).or_default().0 = row.count(1);
        }
        for row in self.engine.fetch(FILES)?.rows() {
            found.entry(row.string(0)).or_default().1 = row.count(1);
        }
        Ok(found.into_iter().map(|(account, (items, files))| (account, items, files)).collect())
    }
}
