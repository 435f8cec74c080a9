//! A person's own questions: read-only SQL over the published tables and nothing else.

use std::path::Path;

use anyhow::{Context as _, Result};
use arrow_array::Array as _;
use arrow_schema::DataType;
use datafusion::arrow::util::display::{ArrayFormatter, FormatOptions};

use crate::{Store, engine::Engine, publish, tables};

/// An answer as text.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Table {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Rows; `None` is null.
    pub rows: Vec<Vec<Option<String>>>,
}

impl Store {
    /// An engine that knows the published tables and nothing else.
    pub(crate) fn published(&self) -> Result<Engine> {
        let engine = Engine::new(&self.options)?;
        for table in tables::TABLES {
            let path = publish::path(&self.options.folder, table.name);
            if path.exists() {
                engine.file(table.name, &path)?;
            }
        }
        Ok(engine)
    }

    /// Answers one SELECT. Whatever would write, set or read other files is refused.
    pub fn query(&self, sql: &str) -> Result<Table> {
        let (schema, batches) = self.published()?.ask(sql)?;
        let columns = schema.fields().iter().map(|it| it.name().clone()).collect();
        let options = FormatOptions::default();
        let mut rows = Vec::new();
        for batch in &batches {
            let formats: Vec<ArrayFormatter<'_>> = batch
                .columns()
                .iter()
                .map(|it| ArrayFormatter::try_new(it.as_ref(), &options))
                .collect::<Result<_, _>>()?;
            for at in 0..batch.num_rows() {
                let cells = batch.columns().iter().zip(&formats);
                let cells = cells.map(|(column, format)| {
                    let null = *column.data_type() == DataType::Null || column.is_null(at);
                    (!null).then(|| format.value(at).to_string())
                });
                rows.push(cells.collect());
            }
        }
        Ok(Table { columns, rows })
    }

    /// Answers one SELECT into a Parquet file; gives the number of rows.
    pub fn query_parquet(&self, sql: &str, path: &Path) -> Result<u64> {
        self.published()?
            .write(sql, path)
            .with_context(|| format!("cannot write {}", path.display()))
    }
}
