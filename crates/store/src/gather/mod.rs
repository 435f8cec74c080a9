//! What the judges reason over, counted by the engine. Distinct counts are two group-bys, one in
//! the other: counting distinct values directly has no bound in memory.

mod acts;
mod aliases;
mod borne;
mod contexts;
mod details;
mod folders;
mod held;
pub(crate) mod homes;
mod inventory;
mod item_touches;
mod known;
mod links;
pub(crate) mod list_rows;
mod logs;
pub(crate) mod mail_figures;
mod mail_sql;
mod moved;
mod near;
mod reading;
mod sends;
pub(crate) mod sent;
pub(crate) mod sent_to;
mod settings;
mod tokens;
mod touches;
mod twins;

use anyhow::Result;

use crate::{
    Store,
    columns::{Batcher, Cell, Column, Type::Text},
    live::ASSIGNED,
};

impl Store {
    /// Tells which session and account each context belongs to: (context id, display id of the
    /// session, account). What is asked by session later builds on it.
    pub fn assign(&mut self, contexts: &[(String, String, String)]) -> Result<()> {
        self.live()?;
        let mut rows = Batcher::new(ASSIGNED);
        for (context, session, account) in contexts {
            rows.push(&[&[context.into(), session.into(), account.into()]])?;
        }
        let assigned = contexts.iter().cloned();
        self.state.assigned =
            assigned.map(|(context, session, it)| (context, (session, it))).collect();
        self.engine.memory("assigned", rows)
    }

    /// A table of single texts, each once, for questions to join with.
    fn list<'a>(&self, name: &str, values: impl IntoIterator<Item = &'a str>) -> Result<()> {
        const VALUE: &[Column] = &[("value", Text)];
        let distinct: std::collections::BTreeSet<&str> = values.into_iter().collect();
        let mut rows = Batcher::new(VALUE);
        for value in distinct {
            rows.push(&[&[Cell::Text(value)]])?;
        }
        self.engine.memory(name, rows)
    }

    fn list_of(&self, name: &str, values: &[String]) -> Result<()> {
        self.list(name, values.iter().map(String::as_str))
    }
}
