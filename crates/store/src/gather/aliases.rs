use std::collections::BTreeSet;

use anyhow::Result;
use model::Alias;

use crate::{Store, writer::JOINT};

const ALIASES: &str = "SELECT actor, actor_ids FROM events \
     WHERE actor_ids <> '' AND actor LIKE '%@%' GROUP BY actor, actor_ids";

impl Store {
    /// Names that records give to one actor, each pair once.
    pub fn aliases(&self) -> Result<Vec<Alias>> {
        self.live()?;
        let mut found = BTreeSet::new();
        for row in self.engine.fetch(ALIASES)?.rows() {
            for alias in row.text(1).split(JOINT).filter(|it| !it.is_empty()) {
                found.insert(Alias { account: row.string(0), alias: alias.to_owned() });
            }
        }
        Ok(found.into_iter().collect())
    }
}
