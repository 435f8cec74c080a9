//! One Parquet file written row by row: few lines for the caller, bounded memory for the machine.

use std::{fs::File, path::Path, sync::Arc};

use anyhow::{Context as _, Result, bail};
use arrow_array::{
    ArrayRef, RecordBatch,
    builder::{BooleanBuilder, Int64Builder, StringBuilder},
};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::{EnabledStatistics, WriterProperties},
    schema::types::ColumnPath,
};

/// What a column holds. Integers are signed and 64 bits wide everywhere: no cast, no surprise.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Type {
    /// Text; never null, empty means «not said».
    Text,
    /// A number; null means «not said».
    Int,
    /// Yes, no; null means «not said».
    Bool,
}

/// Name and type of a column.
pub(crate) type Column = (&'static str, Type);

/// One value of a row.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cell<'a> {
    /// Text.
    Text(&'a str),
    /// A number.
    Int(i64),
    /// A number, or not said.
    MaybeInt(Option<i64>),
    /// Yes, no, or not said.
    Bool(Option<bool>),
}

impl<'a> From<&'a String> for Cell<'a> {
    fn from(text: &'a String) -> Self {
        Cell::Text(text)
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Cell::Text(text)
    }
}

/// Counts never come near the sign bit; a larger one would be our own mistake and saturates.
pub(crate) fn int(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(crate) fn schema_of<'a>(columns: impl IntoIterator<Item = &'a Column>) -> SchemaRef {
    let fields = columns.into_iter().map(|(name, kind)| {
        let (kind, null) = match kind {
            Type::Text => (DataType::Utf8, false),
            Type::Int => (DataType::Int64, true),
            Type::Bool => (DataType::Boolean, true),
        };
        Field::new(*name, kind, null)
    });
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// Columns in which hardly a value comes twice: a dictionary of them is work for nothing.
const UNIQUE: [&str; 9] =
    ["key", "record_id", "body", "row", "byte_from", "byte_to", "item_id", "message_id", "request"];

/// How all our Parquet files are written: small rather than clever. Nearly every question reads whole
/// columns, so statistics would be made and never asked for.
pub(crate) fn properties() -> Result<WriterProperties> {
    let mut builder = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_statistics_enabled(EnabledStatistics::None)
        // Groups are read by several threads, and held whole while they are made.
        .set_max_row_group_row_count(Some(16 * 1024))
        .set_created_by("konseki".to_owned());
    for column in UNIQUE {
        builder = builder.set_column_dictionary_enabled(ColumnPath::from(column), false);
    }
    Ok(builder.build())
}

enum Builder {
    Text(StringBuilder),
    Int(Int64Builder),
    Bool(BooleanBuilder),
}

impl Builder {
    fn new(kind: Type) -> Builder {
        match kind {
            Type::Text => Builder::Text(StringBuilder::new()),
            Type::Int => Builder::Int(Int64Builder::new()),
            Type::Bool => Builder::Bool(BooleanBuilder::new()),
        }
    }

    fn push(&mut self, cell: Cell<'_>) -> Result<()> {
        match (self, cell) {
            (Builder::Text(it), Cell::Text(text)) => it.append_value(text),
            (Builder::Int(it), Cell::Int(value)) => it.append_value(value),
            (Builder::Int(it), Cell::MaybeInt(value)) => it.append_option(value),
            (Builder::Bool(it), Cell::Bool(value)) => it.append_option(value),
            _ => bail!("internal error: a cell does not fit its column"),
        }
        Ok(())
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Builder::Text(it) => Arc::new(it.finish()),
            Builder::Int(it) => Arc::new(it.finish()),
            Builder::Bool(it) => Arc::new(it.finish()),
        }
    }
}

/// Rows gathered into batches.
pub(crate) struct Batcher {
    schema: SchemaRef,
    builders: Vec<Builder>,
    rows: usize,
}

impl Batcher {
    pub(crate) fn new<'a>(columns: impl IntoIterator<Item = &'a Column> + Clone) -> Batcher {
        let builders = columns.clone().into_iter().map(|(_, kind)| Builder::new(*kind)).collect();
        Batcher { schema: schema_of(columns), builders, rows: 0 }
    }

    /// Adds a row given as several runs of cells.
    pub(crate) fn push(&mut self, runs: &[&[Cell<'_>]]) -> Result<()> {
        let cells = runs.iter().flat_map(|it| it.iter());
        if runs.iter().map(|it| it.len()).sum::<usize>() != self.builders.len() {
            bail!("internal error: a row has another number of cells than its table has columns");
        }
        for (builder, cell) in self.builders.iter_mut().zip(cells) {
            builder.push(*cell)?;
        }
        self.rows += 1;
        Ok(())
    }

    pub(crate) fn take(&mut self) -> Result<RecordBatch> {
        let arrays = self.builders.iter_mut().map(Builder::finish).collect();
        self.rows = 0;
        Ok(RecordBatch::try_new(self.schema.clone(), arrays)?)
    }
}

/// A Parquet file in the making.
pub(crate) struct TableFile {
    out: ArrowWriter<File>,
    rows: u64,
}

impl TableFile {
    pub(crate) fn create<'a>(
        path: &Path,
        columns: impl IntoIterator<Item = &'a Column> + Clone,
    ) -> Result<TableFile> {
        let file =
            File::create(path).with_context(|| format!("cannot create {}", path.display()))?;
        let out = ArrowWriter::try_new(file, schema_of(columns), Some(properties()?))?;
        Ok(TableFile { out, rows: 0 })
    }

    pub(crate) fn append(&mut self, rows: &RecordBatch) -> Result<()> {
        self.out.write(rows)?;
        self.rows += rows.num_rows() as u64;
        // A row group of long cells is closed early: memory stays bounded.
        if self.out.in_progress_size() > 64 << 20 {
            self.out.flush()?;
        }
        Ok(())
    }

    /// Closes the file and gives the number of its rows.
    pub(crate) fn finish(self) -> Result<u64> {
        self.out.close()?;
        Ok(self.rows)
    }
}
