//! Settled disagreements: the union takes the place of the record, and the counts say why.

use std::fs;

use anyhow::Result;
use model::Record;

use crate::{Disagreement, Store, United, WORK, writer::TableSet};

/// How a row stands to the union of all rows of its key.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Relation {
    /// It says the same.
    Same,
    /// It says less.
    Poorer,
    /// It says something else.
    Conflict,
}

/// One disagreement settled.
#[derive(Clone, Debug)]
pub struct Replacement {
    /// What was settled.
    pub disagreement: Disagreement,
    /// For each of its rows, how it stands to the union.
    pub relations: Vec<Relation>,
    /// The union.
    pub record: Record,
}

impl Store {
    /// Puts unions in the place of records. Each keeps evidence id and position of the record it
    /// replaces; rows alike in key and body are counted together, in whatever file they stand.
    pub fn replace(&mut self, settled: Vec<Replacement>, united: &mut United) -> Result<()> {
        if settled.is_empty() {
            return Ok(());
        }
        let number = self.state.patches.len();
        let folder = self.options.folder.join(WORK).join(format!("settled-{number}"));
        fs::create_dir_all(&folder)?;
        let mut tables = TableSet::new(folder.clone());
        for it in &settled {
            let Some((id, position)) = it.disagreement.rows.first() else { continue };
            let file = self.state.files.iter_mut().find(|file| file.evidence.id == *id);
            let Some(file) = file.filter(|file| file.won.has(position.row)) else { continue };
            file.won.set(position.row, false);
            tables.record(id, *position, &it.record)?;
            self.count(it, united);
        }
        tables.finish()?;
        self.state.patches.push(folder);
        self.state.live = false.into();
        Ok(())
    }

    fn count(&self, settled: &Replacement, united: &mut United) {
        for ((id, position), relation) in settled.disagreement.rows.iter().zip(&settled.relations) {
            let Some(files) = self.state.bodies.get(&(id.clone(), position.row)) else { continue };
            for (number, alike) in files {
                let Some(file) = self.state.files.get(*number) else { continue };
                let Some(tally) = united.per_evidence.get_mut(&file.evidence.id) else { continue };
                match relation {
                    Relation::Same => {}
                    // Rows with losses of their own are counted already.
                    Relation::Poorer => tally.lossy += alike.whole,
                    Relation::Conflict => tally.conflicts += alike.rows,
                }
            }
        }
    }
}
