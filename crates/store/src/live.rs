//! The winning rows as tables of the engine. A file all of whose records won is read where it
//! lies; of another, the winning rows are copied once.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    sync::atomic::Ordering,
};

use anyhow::{Context as _, Result};
use arrow_array::{Array as _, BooleanArray, Int64Array};
use datafusion::arrow::compute::filter_record_batch;
use parquet::arrow::{ArrowWriter, arrow_reader::ParquetRecordBatchReaderBuilder};

use crate::{
    Store, WORK, cache,
    columns::{self, Batcher, Column, Type::Text, schema_of},
    schema::Cached,
    unite::{Bits, FileState},
};

/// Where mailbox items belong that do not say it themselves. No column bears the name of one of theirs: the
/// engine takes two such for one when it hands a filter down through a join.
pub(crate) const HOMES: &[Column] =
    &[("evidence", Text), ("told_mailbox", Text), ("told_folder", Text)];

/// What sessions the contexts belong to.
pub(crate) const ASSIGNED: &[Column] = &[("context", Text), ("session", Text), ("account", Text)];

impl Store {
    /// Makes the engine's tables show what was united; nothing to do if they do already.
    pub(crate) fn live(&self) -> Result<()> {
        if self.state.live.load(Ordering::Acquire) {
            return Ok(());
        }
        let copies = self.options.folder.join(WORK).join("copies");
        if copies.exists() {
            fs::remove_dir_all(&copies)?;
        }
        // A new name each time: the engine remembers files by theirs.
        let copies = copies.join(self.state.patches.len().to_string());
        for table in Cached::ALL {
            let mut paths = Vec::new();
            for file in &self.state.files {
                paths.extend(part(file, table, &copies)?);
            }
            let settled = self.state.patches.iter().map(|it| cache::table(it, table));
            paths.extend(settled.filter(|it| it.exists()));
            self.engine.files(table.name(), &schema_of(&table.columns()), &paths)?;
        }
        self.engine.memory("assigned", Batcher::new(ASSIGNED))?;
        self.engine.memory("homes", Batcher::new(HOMES))?;
        self.state.live.store(true, Ordering::Release);
        Ok(())
    }
}

fn part(file: &FileState, table: Cached, copies: &Path) -> Result<Option<PathBuf>> {
    if !file.meta.tables.contains_key(table.name()) {
        return Ok(None);
    }
    let path = cache::table(&file.folder, table);
    let won = file.records();
    // Rows said again have no place in the tables, and never win.
    if !table.won() || won == file.meta.records - file.meta.again {
        return Ok(Some(path));
    }
    if won == 0 {
        return Ok(None);
    }
    let folder = copies.join(&file.evidence.id);
    fs::create_dir_all(&folder)?;
    let copy = cache::table(&folder, table);
    let rows = winners(&path, &copy, &file.won)
        .with_context(|| format!("cannot copy the records of {}", path.display()))?;
    Ok((rows > 0).then_some(copy))
}

fn winners(from: &Path, to: &Path, won: &Bits) -> Result<usize> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(from)?)?;
    let schema = reader.schema().clone();
    let at = schema.index_of("row")?;
    let properties = columns::properties()?;
    let mut out = ArrowWriter::try_new(File::create(to)?, schema, Some(properties))?;
    let mut rows = 0;
    for batch in reader.with_batch_size(8192).build()? {
        let batch = batch?;
        let numbers = batch.column(at).as_any().downcast_ref::<Int64Array>();
        let numbers = numbers.context("internal error: a row number is no number")?;
        let keep: BooleanArray = (0..numbers.len())
            .map(|it| Some(u64::try_from(numbers.value(it)).is_ok_and(|row| won.has(row))))
            .collect();
        let kept = filter_record_batch(&batch, &keep)?;
        rows += kept.num_rows();
        out.write(&kept)?;
    }
    out.close()?;
    Ok(rows)
}
