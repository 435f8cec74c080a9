use anyhow::Result;
use model::InventoryEntry;

use crate::{Store, writer::JOINT};

const INVENTORY: &str = "SELECT account, aliases, name, kind, enabled FROM inventory \
     GROUP BY account, aliases, name, kind, enabled \
     ORDER BY account, aliases, name, kind, enabled";

impl Store {
    /// Rows of directory and mailbox exports, each once.
    pub fn inventory(&self) -> Result<Vec<InventoryEntry>> {
        self.live()?;
        let found = self.engine.fetch(INVENTORY)?;
        let entries = found.rows().map(|row| InventoryEntry {
            account: row.string(0),
            aliases: row
                .text(1)
                .split(JOINT)
                .filter(|it| !it.is_empty())
                .map(str::to_owned)
                .collect(),
            name: row.string(2),
            kind: row.string(3),
            enabled: row.maybe(4),
            setting: None,
        });
        Ok(entries.collect())
    }

    /// Addresses of the tenant's own accounts as the inventory tells them.
    pub(crate) fn tenant_addresses(&self) -> Result<Vec<String>> {
        let mut found: Vec<String> = Vec::new();
        for it in self.inventory()? {
            found.extend(
                std::iter::once(it.account).chain(it.aliases).filter(|it| it.contains('@')),
            );
        }
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }
}
