//! Country and network of an address, from databases the user brings (`--geo`); none are shipped.

use std::path::Path;

use anyhow::{Context as _, Result};
use decide::network::Place;
use maxminddb::Reader;
use serde::Deserialize;

use crate::case_folder::hash;

/// The databases of one folder, in order of their names.
#[derive(Default)]
pub(crate) struct Databases {
    readers: Vec<Reader<Vec<u8>>>,
    /// Hash of each file.
    pub(crate) hashes: Vec<String>,
}

#[derive(Deserialize)]
struct Record {
    country: Option<Country>,
    autonomous_system_number: Option<u32>,
}

#[derive(Deserialize)]
struct Country {
    iso_code: Option<String>,
}

impl Databases {
    /// Opens every `.mmdb` file of a folder (or one file).
    pub(crate) fn open(folder: Option<&Path>) -> Result<Databases> {
        let mut it = Databases::default();
        let Some(folder) = folder else { return Ok(it) };
        let mut paths = vec![folder.to_owned()];
        if folder.is_dir() {
            let entries = std::fs::read_dir(folder)
                .with_context(|| format!("cannot read {}", folder.display()))?;
            paths = entries.filter_map(|it| it.ok().map(|it| it.path())).collect();
            paths.retain(|it| it.extension().is_some_and(|it| it.eq_ignore_ascii_case("mmdb")));
            paths.sort();
        }
        for path in paths {
            let bytes = std::fs::read(&path)
                .with_context(|| format!("--geo: cannot read {}", path.display()))?;
            it.hashes.push(hash(&bytes));
            let reader = Reader::from_source(bytes)
                .with_context(|| format!("--geo: {} is no MaxMind database", path.display()))?;
            it.readers.push(reader);
        }
        Ok(it)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.readers.is_empty()
    }

    /// What the databases say of an address, put together.
    pub(crate) fn place(&self, ip: &str) -> Option<Place> {
        let ip: std::net::IpAddr = ip.parse().ok()?;
        let mut place = Place::default();
        for reader in &self.readers {
            let Ok(Some(record)) = reader.lookup(ip).and_then(|it| it.decode::<Record>()) else {
                continue;
            };
            if let Some(code) = record.country.and_then(|it| it.iso_code) {
                place.country = code;
            }
            place.asn = record.autonomous_system_number.unwrap_or(place.asn);
        }
        Some(place)
    }
}
