use anyhow::Result;

use crate::Store;

const FOLDERS: &str = "SELECT mailbox, actor, folder FROM items WHERE folder <> '' \
     GROUP BY mailbox, actor, folder ORDER BY mailbox, actor, folder";

impl Store {
    /// Every folder that any record names: mailbox (empty if the record names none), actor, path.
    pub fn folders(&self) -> Result<Vec<(String, String, String)>> {
        self.live()?;
        let found = self.engine.fetch(FOLDERS)?;
        Ok(found.rows().map(|row| (row.string(0), row.string(1), row.string(2))).collect())
    }
}
