//! Answers of the engine as plain values.

use std::{collections::BTreeMap, fs::File, path::Path};

use anyhow::{Context as _, Result};
use arrow_array::{Array as _, ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray};
use arrow_schema::DataType;
use datafusion::arrow::compute::cast;
use model::Position;
use parquet::arrow::{ProjectionMask, arrow_reader::ParquetRecordBatchReaderBuilder};

use crate::{cache, schema::Cached};

enum Values {
    Text(StringArray),
    Int(Int64Array),
    Bool(BooleanArray),
}

/// All rows of an answer.
pub(crate) struct Fetched {
    batches: Vec<(usize, Vec<Values>)>,
}

/// One row of an answer. A value that is null, or of another type than asked for, is the type's
/// «not said».
#[derive(Clone, Copy)]
pub(crate) struct FetchedRow<'a> {
    values: &'a [Values],
    at: usize,
}

impl Fetched {
    pub(crate) fn new(batches: &[RecordBatch]) -> Result<Fetched> {
        let mut out = Vec::new();
        for batch in batches {
            let values = batch.columns().iter().map(values).collect::<Result<_>>()?;
            out.push((batch.num_rows(), values));
        }
        Ok(Fetched { batches: out })
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = FetchedRow<'_>> {
        self.batches
            .iter()
            .flat_map(|(rows, values)| (0..*rows).map(move |at| FetchedRow { values, at }))
    }
}

fn values(array: &ArrayRef) -> Result<Values> {
    let wanted = match array.data_type() {
        DataType::Boolean => DataType::Boolean,
        it if it.is_integer() => DataType::Int64,
        _ => DataType::Utf8,
    };
    let array = cast(array, &wanted)?;
    let any = array.as_any();
    if let Some(it) = any.downcast_ref::<Int64Array>() {
        return Ok(Values::Int(it.clone()));
    }
    if let Some(it) = any.downcast_ref::<BooleanArray>() {
        return Ok(Values::Bool(it.clone()));
    }
    let text = any.downcast_ref::<StringArray>().context("internal error: a column of no type")?;
    Ok(Values::Text(text.clone()))
}

impl<'a> FetchedRow<'a> {
    pub(crate) fn text(&self, column: usize) -> &'a str {
        match self.values.get(column) {
            Some(Values::Text(it)) if it.is_valid(self.at) => it.value(self.at),
            _ => "",
        }
    }

    pub(crate) fn string(&self, column: usize) -> String {
        self.text(column).to_owned()
    }

    pub(crate) fn maybe_int(&self, column: usize) -> Option<i64> {
        match self.values.get(column) {
            Some(Values::Int(it)) if it.is_valid(self.at) => Some(it.value(self.at)),
            _ => None,
        }
    }

    pub(crate) fn int(&self, column: usize) -> i64 {
        self.maybe_int(column).unwrap_or(0)
    }

    /// A count: never negative.
    pub(crate) fn count(&self, column: usize) -> u64 {
        u64::try_from(self.int(column)).unwrap_or(0)
    }

    pub(crate) fn maybe(&self, column: usize) -> Option<bool> {
        match self.values.get(column) {
            Some(Values::Bool(it)) if it.is_valid(self.at) => Some(it.value(self.at)),
            _ => None,
        }
    }

    pub(crate) fn yes(&self, column: usize) -> bool {
        self.maybe(column) == Some(true)
    }
}

/// Keys of some rows of a cached file, by row.
pub(crate) fn keys_of(
    folder: &Path,
    rows: &BTreeMap<u64, (u32, Position)>,
) -> Result<BTreeMap<u64, String>> {
    let tables: &[Cached] =
        &[Cached::Events, Cached::Mails, Cached::Addresses, Cached::Inventory, Cached::Settings];
    let mut keys = BTreeMap::new();
    for table in tables {
        let path = cache::table(folder, *table);
        if !path.exists() {
            continue;
        }
        let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path)?)?;
        let wanted = ProjectionMask::columns(reader.parquet_schema(), ["key", "row"]);
        for batch in reader.with_projection(wanted).with_batch_size(8192).build()? {
            for row in Fetched::new(&[batch?])?.rows() {
                let number = row.count(1);
                if rows.contains_key(&number) {
                    keys.insert(number, row.string(0));
                }
            }
        }
    }
    Ok(keys)
}
