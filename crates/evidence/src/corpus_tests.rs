//! The public corpora, where they lie beside the project.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use model::{Content, Kind};

use crate::{FindOptions, ReadOptions, find, inspect, read};

fn corpus(path: &str) -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus").join(path);
    if !found.exists() {
        // Said aloud: a test that looks at nothing must not look like one that passed.
        eprintln!("corpus absent, nothing tested: {path}");
        return None;
    }
    Some(found)
}

/// design §4.1: 9,611 rows = 5,373 records + 4,235 duplicates + 3 rejected.
#[test]
fn the_public_tenant_is_counted_exactly() {
    let Some(path) = corpus("ual-invictus/auditrecords.csv.gz") else { return };
    let found = find(&[path], &FindOptions::default());
    let source = found.sources.iter().find(|it| !it.container).unwrap();
    let inspection = inspect(source);
    assert_eq!((inspection.kind, inspection.format.unwrap().id), (Kind::Ual, "ual_splunk_csv"));
    let (mut keys, mut bodies, mut leads) = (BTreeSet::new(), BTreeSet::new(), 0);
    let reading =
        read(source, &inspection, &ReadOptions::default(), &mut |row| match row.content {
            Content::Record(it) => {
                bodies.insert((it.key.clone(), it.body));
                keys.insert(it.key);
            }
            Content::Reject(it) => leads += u32::from(it.at.is_some() && !it.operation.is_empty()),
        });
    assert_eq!((reading.rows, reading.rejected), (9_611, 3));
    assert_eq!((keys.len(), bodies.len()), (5_373, 5_373));
    assert_eq!(leads, 3, "each rejected row keeps its time and operation as a lead");
}

/// Every sample of an audit log is recognised; nothing in it is lost in silence.
#[test]
fn every_audit_sample_is_read_or_explained() {
    let Some(path) = corpus("samples/ual") else { return };
    let found = find(&[path], &FindOptions::default());
    let mut unknown = Vec::new();
    let mut rows = 0;
    for source in found.sources.iter().filter(|it| !it.container) {
        let inspection = inspect(source);
        let mut given = 0;
        let reading = read(source, &inspection, &ReadOptions::default(), &mut |_| given += 1);
        assert_eq!(reading.rows, given, "{}", source.path);
        rows += given;
        // The corpus' own wrapper, `{"source","raw"}`, is no export of anything.
        if inspection.format.is_none() && !source.path.ends_with("sekoia-o365/raw.ndjson") {
            unknown.push(source.path.clone());
        } else if reading.rejected > 0 {
            eprintln!("{}: {} of {} rejected", source.path, reading.rejected, reading.rows);
        }
    }
    assert!(rows >= 85, "{rows}");
    assert!(unknown.is_empty(), "{unknown:?}");
}
