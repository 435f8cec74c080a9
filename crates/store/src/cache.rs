//! Tables of one evidence file, kept by the hash of its content and the version of its reader.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use model::Reading;
use parquet::file::{metadata::ParquetMetaData, metadata::ParquetMetaDataReader};
use serde_json::{Value, json};

use crate::{Store, keys, schema::Cached};

/// Folder of the cache inside the case folder.
pub(crate) const FOLDER: &str = "cache";
const META: &str = "reading.json";
/// Layout of the cached tables; a change here makes every cached file be read anew.
const LAYOUT: u64 = 2;

/// What is known of one cached file without opening its tables.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meta {
    /// Version of the reader.
    pub(crate) version: u32,
    /// What reading gave.
    pub(crate) reading: Reading,
    /// Rows of each table that has any.
    pub(crate) tables: BTreeMap<String, u64>,
    /// Records.
    pub(crate) records: u64,
    /// Rejected rows.
    pub(crate) rejected: u64,
    /// Records with losses.
    pub(crate) lossy: u64,
    /// Records that say what an earlier one of the file says, and have no rows in the tables.
    pub(crate) again: u64,
    /// Largest row number of a record.
    pub(crate) last_row: u64,
    /// Bytes of each file.
    pub(crate) bytes: BTreeMap<String, u64>,
}

pub(crate) fn folder(case: &Path, id: &str) -> PathBuf {
    case.join(FOLDER).join(id)
}

pub(crate) fn table(folder: &Path, table: Cached) -> PathBuf {
    folder.join(format!("{}.parquet", table.name()))
}

/// Writes what is known of the file; it comes last, so a cached file is whole or not there.
pub(crate) fn write(folder: &Path, meta: &mut Meta) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        meta.bytes.insert(name, entry.metadata()?.len());
    }
    let value = json!({
        "layout": LAYOUT,
        "version": meta.version,
        "reading": meta.reading,
        "tables": meta.tables,
        "records": meta.records,
        "rejected": meta.rejected,
        "lossy": meta.lossy,
        "again": meta.again,
        "last_row": meta.last_row,
        "bytes": meta.bytes,
    });
    let path = folder.join(META);
    fs::write(&path, serde_json::to_vec(&value)?)
        .with_context(|| format!("cannot write {}", path.display()))
}

/// Reads what is known of a cached file and checks that its tables are there and whole.
pub(crate) fn read(folder: &Path) -> Option<Meta> {
    let mut value: Value = serde_json::from_slice(&fs::read(folder.join(META)).ok()?).ok()?;
    if value["layout"] != LAYOUT {
        return None;
    }
    let number = |name: &str| value[name].as_u64();
    let (records, rejected) = (number("records")?, number("rejected")?);
    let (lossy, last_row, again) = (number("lossy")?, number("last_row")?, number("again")?);
    let version = u32::try_from(number("version")?).ok()?;
    let meta = Meta {
        version,
        records,
        rejected,
        lossy,
        again,
        last_row,
        reading: serde_json::from_value(value["reading"].take()).ok()?,
        tables: serde_json::from_value(value["tables"].take()).ok()?,
        bytes: serde_json::from_value(value["bytes"].take()).ok()?,
    };
    let whole = meta.bytes.iter().all(|(name, bytes)| {
        fs::metadata(folder.join(name)).is_ok_and(|it| it.is_file() && it.len() == *bytes)
    });
    let keys = meta.bytes.get(keys::FILE) == Some(&(records * keys::BYTES as u64));
    let tables = Cached::ALL.into_iter().all(|it| match meta.tables.get(it.name()) {
        Some(rows) => footer(&table(folder, it)).is_some_and(|footer| {
            u64::try_from(footer.file_metadata().num_rows()).is_ok_and(|it| it == *rows)
        }),
        None => true,
    });
    (whole && keys && tables).then_some(meta)
}

fn footer(path: &Path) -> Option<ParquetMetaData> {
    ParquetMetaDataReader::new().parse_and_finish(&File::open(path).ok()?).ok()
}

impl Store {
    /// What reading a file gave, if its rows are here as this version of the reader gives them.
    pub fn cached(&self, id: &str, version: u32) -> Option<Reading> {
        let meta = read(&folder(&self.options.folder, id))?;
        (meta.version == version).then_some(meta.reading)
    }
}
