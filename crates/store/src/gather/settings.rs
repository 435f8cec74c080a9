use anyhow::Result;
use model::{Setting, SettingKind, StateObject};

use crate::{Store, writer::JOINT};

const SETTINGS: &str = "SELECT key, evidence_id, kind, account, name, ids, created, changed, facts FROM settings \
     ORDER BY kind, account, name, ids, created, changed, facts, key, evidence_id, row";

impl Store {
    /// Objects of configuration exports, in an order that no file decides.
    pub fn settings(&self) -> Result<Vec<StateObject>> {
        self.live()?;
        let found = self.engine.fetch(SETTINGS)?;
        let objects = found.rows().filter_map(|row| {
            let ids = row.text(5).split(JOINT).filter(|it| !it.is_empty());
            let setting = Setting {
                kind: SettingKind::of(row.text(2))?,
                account: row.string(3),
                name: row.string(4),
                ids: ids.map(str::to_owned).collect(),
                created: row.maybe_int(6),
                changed: row.maybe_int(7),
                facts: row.string(8),
            };
            Some(StateObject { record: row.string(0), evidence: row.string(1), setting })
        });
        Ok(objects.collect())
    }
}
