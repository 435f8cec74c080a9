use std::collections::BTreeMap;

use anyhow::Result;

use crate::{Store, writer::JOINT};

const LINKS: &str = "SELECT c.links, count(*) FROM contents c JOIN frauds f ON c.message_id = f.value \
     WHERE c.links <> '' GROUP BY c.links";

impl Store {
    /// Links in these messages as mailboxes hold them, without query and fragment (which tell the recipients
    /// apart), each with the number of mails that have it.
    pub fn links(&self, messages: &[String]) -> Result<BTreeMap<String, u64>> {
        self.live()?;
        self.list_of("frauds", messages)?;
        let mut found: BTreeMap<String, u64> = BTreeMap::new();
        for row in self.engine.fetch(LINKS)?.rows() {
            let mut bare: Vec<&str> = row
                .text(0)
                .split(JOINT)
                .filter_map(|link| link.split(['?', '#']).next())
                .filter(|link| !link.is_empty())
                .collect();
            bare.sort_unstable();
            bare.dedup();
            for link in bare {
                *found.entry(link.to_owned()).or_default() += row.count(1);
            }
        }
        Ok(found)
    }
}
