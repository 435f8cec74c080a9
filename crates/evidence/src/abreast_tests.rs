//! A file read by several threads gives what one thread gives.

use std::{collections::BTreeMap, fs};

use model::{Content, Reading, Row};

use crate::{
    Batch, FindOptions, ReadOptions, find, inspect, read, read_abreast,
    samples::{self, Sample},
};

/// Of each row its place, and what it says: key and body of a record, the whole of a reject.
type Said = BTreeMap<u64, (u64, u64, String)>;

fn said(row: &Row) -> (u64, (u64, u64, String)) {
    let what = match &row.content {
        Content::Record(it) => format!("{} {} {}", it.key, it.body, it.losses),
        Content::Reject(it) => format!("{it:?}"),
    };
    (row.position.row, (row.position.from, row.position.to, what))
}

/// Reads the bytes by one thread and by several; gives both, and how many rows were said again.
fn both(bytes: &[u8], threads: usize) -> ((Said, Reading), (Said, Reading), usize) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("evidence.bin");
    fs::write(&path, bytes).unwrap();
    let found = find(&[path], &FindOptions::default());
    let source = &found.sources[0];
    let inspection = inspect(source);
    assert!(inspection.bytes > 1 << 20, "large enough for several threads");
    let mut one = Said::new();
    let options = ReadOptions::default();
    let reading = read(source, &inspection, &options, &mut |row| one.extend([said(&row)]));
    let (mut several, mut again) = (Said::new(), 0);
    let mut sink = |batch: Batch, late: Vec<u64>| {
        again += batch.again.len() + late.len();
        let rows = batch.rows.iter().map(said);
        let repeated = batch.again.iter().map(|it| {
            let (at, it) = (it.position, &it.said);
            (at.row, (at.from, at.to, format!("{} {} {}", it.key, it.body, it.losses)))
        });
        for (row, it) in rows.chain(repeated) {
            assert!(several.insert(row, it).is_none(), "row {row} came twice");
        }
    };
    let other = read_abreast(source, &inspection, &options, threads, (&|it| it, &mut sink));
    ((one, reading), (several, other), again)
}

/// The sample many times over, some copies under ids of their own, some said again, some damaged.
fn many(sample: &Sample) -> Vec<u8> {
    let table = sample.name.ends_with(".csv");
    let first = sample.bytes.iter().position(|it| *it == b'\n').unwrap_or(0) + 1;
    let (header, rows) = sample.bytes.split_at(if table { first } else { 0 });
    let mut bytes = header.to_vec();
    let mut state = 7_u64;
    for copy in 0..(1_500_000 / rows.len().max(1)) {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let mut rows = rows.to_vec();
        if !copy.is_multiple_of(3) {
            let own = format!("{copy:08}");
            let text = String::from_utf8_lossy(&rows).replace("1111111", &own[1..]);
            rows = text.into_bytes();
        }
        if copy.is_multiple_of(11) {
            let at = usize::try_from(state >> 40).unwrap() % rows.len();
            rows[at] = b"\"{},x\n"[copy % 6];
        }
        if copy.is_multiple_of(97) {
            bytes.extend_from_slice(header);
        }
        bytes.extend_from_slice(&rows);
        if !rows.ends_with(b"\n") {
            bytes.push(b'\n');
        }
    }
    bytes
}

/// Formats that are read apart, and one of each kind that is not.
const SAMPLES: [&str; 7] = [
    "ual_search_csv.csv",
    "ual_portal_csv.csv",
    "ual_splunk_csv.csv",
    "ual_records.jsonl",
    "signins_diagnostic.jsonl",
    "trace_v2_csv.csv",
    "list_table.csv",
];

#[test]
fn several_threads_read_what_one_reads() {
    let all = samples::all("a, \"b\"");
    for name in SAMPLES {
        let sample = all.iter().find(|it| it.name == name).unwrap();
        let bytes = many(sample);
        let mut repeats = None;
        for threads in [1, 3] {
            let (one, several, again) = both(&bytes, threads);
            assert!(one.1.rejected > 0 || name.starts_with("list"), "{name}: damage is seen");
            assert_eq!(one.1, several.1, "{name}: what is known of the file");
            for (row, it) in &one.0 {
                assert_eq!(Some(it), several.0.get(row), "{name}, row {row}, {threads} threads");
            }
            assert_eq!(one.0.len(), several.0.len(), "{name}");
            // Which rows are said again does not hang on the threads.
            assert_eq!(*repeats.get_or_insert(again), again, "{name}, {threads} threads");
        }
        let apart = name.starts_with("ual");
        assert_eq!(repeats.unwrap_or(0) > 0, apart, "{name}: rows said again are found");
    }
}
