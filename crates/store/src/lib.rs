//! The store: Parquet tables and an embedded SQL engine. It unites the records of all evidence
//! files, gathers what the judges reason over, and publishes the tables of the case.
//!
//! No type of the engine shows outside. Everything here counts; nothing is judged.

mod cache;
mod columns;
mod context;
mod engine;
mod fetched;
mod flow;
mod gather;
mod keys;
mod live;
mod options;
mod publish;
mod query;
mod records;
mod replace;
mod revealed;
mod schema;
mod tables;
#[cfg(test)]
mod tests;
mod unite;
mod writer;

use std::path::PathBuf;

use anyhow::{Context as _, Result};

pub use gather::{
    homes::{Home, MailboxFolder},
    list_rows::ListedRow,
    mail_figures::MailCounts,
    sent::SentFolder,
    sent_to::SaidOf,
};
pub use options::Options;
pub use publish::{CoverageRow, EvidenceRow, Published, ScopeRow, SessionRow};
pub use query::Table;
pub use records::{Pointer, RecordQuery, Records};
pub use replace::{Relation, Replacement};
pub use revealed::{ExposedRow, FolderRow, LookRow, NamedRow, PersonRow};
pub use tables::{TableDoc, tables, tables_markdown};
pub use unite::{Disagreement, Evidence, Tally, United};
pub use writer::{Columns, Lines, Writer};

/// The rows of a case: one writer or reader of one case folder.
pub struct Store {
    options: Options,
    engine: engine::Engine,
    state: unite::State,
}

impl Store {
    /// Threads it may use.
    pub fn threads(&self) -> usize {
        self.options.threads.max(1)
    }

    /// The case folder it works in.
    pub fn folder(&self) -> &std::path::Path {
        &self.options.folder
    }

    /// Opens a case folder for a run; what an earlier run left unfinished is cleared away.
    pub fn open(options: Options) -> Result<Store> {
        for left in [WORK, engine::SPILL] {
            let left = options.folder.join(left);
            if left.exists() {
                std::fs::remove_dir_all(&left)
                    .with_context(|| format!("cannot clear {}", left.display()))?;
            }
        }
        std::fs::create_dir_all(options.folder.join(cache::FOLDER))
            .with_context(|| format!("cannot create {}", options.folder.display()))?;
        let engine = engine::Engine::new(&options)?;
        Ok(Store { options, engine, state: unite::State::default() })
    }

    /// Opens an existing case folder for looking things up: [`Store::query`] and
    /// [`Store::records`] answer from the published tables.
    pub fn open_published(folder: PathBuf, memory: usize, threads: usize) -> Result<Store> {
        let options = Options { folder, memory, threads };
        let engine = engine::Engine::new(&options)?;
        Ok(Store { options, engine, state: unite::State::default() })
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        // Personal data twice over; a failure here is mended by the next `open`.
        if !self.state.files.is_empty() {
            let _ = std::fs::remove_dir_all(self.options.folder.join(WORK));
        }
    }
}

/// Folder of what lives as long as one run.
const WORK: &str = "work";
