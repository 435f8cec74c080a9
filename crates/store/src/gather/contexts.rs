use std::collections::BTreeMap;

use anyhow::{Result, bail};
use model::Context;

use crate::Store;

const COUNTS: &str =
    "SELECT context, count(*), min(at), max(at), min(key) FROM events GROUP BY context";

const ATTRIBUTES: &str = "SELECT context, signin, actor, ip, session, token, app, client, agent, device, \
     managed, registered, country, asn, user_type, error, worked, protocol, hour FROM contexts";

impl Store {
    /// All contexts with the counts of their records, in order of their ids.
    pub fn contexts(&self) -> Result<Vec<Context>> {
        self.live()?;
        let mut bare: BTreeMap<String, Context> = BTreeMap::new();
        for row in self.engine.fetch(COUNTS)?.rows() {
            let context = Context {
                id: row.string(0),
                records: row.count(1),
                first: row.int(2),
                last: row.int(3),
                least: row.string(4),
                ..Context::default()
            };
            bare.insert(context.id.clone(), context);
        }
        let mut found = Vec::new();
        for row in self.engine.fetch(ATTRIBUTES)?.rows() {
            // A context is written by each file that has it; the id says that they are equal.
            let Some(mut it) = bare.remove(row.text(0)) else { continue };
            it.signin = row.yes(1);
            it.actor = row.string(2);
            it.ip = row.string(3);
            it.session = row.string(4);
            it.token = row.string(5);
            it.app = row.string(6);
            it.client = row.string(7);
            it.agent = row.string(8);
            it.device = row.string(9);
            it.managed = row.maybe(10);
            it.registered = row.maybe(11);
            it.country = row.string(12);
            it.asn = u32::try_from(row.int(13)).unwrap_or(0);
            it.user_type = i32::try_from(row.int(14)).unwrap_or(-1);
            it.error = i32::try_from(row.int(15)).unwrap_or(-1);
            it.worked = row.yes(16);
            it.protocol = row.string(17);
            it.hour = row.int(18);
            found.push(it);
        }
        if !bare.is_empty() {
            bail!("internal error: a context has no attributes");
        }
        found.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        Ok(found)
    }
}
