//! Every reader against damage: bytes of a sound export are changed one at a time.
//!
//! What must hold, whatever the byte: no panic; each row is a record or a reject, counted once;
//! positions only grow. And no neighbour is lost: where the change stands inside row *i* and
//! neither the byte before nor the byte after it is part of the row's structure (quote, delimiter,
//! line break, backslash, bracket, colon; in CliXML markup and references), every row but *i* comes
//! out as it did. A change outside of all rows (the header, the wrapper) may cost the file its
//! format, and so all rows; then it is listed as unknown.

use std::{collections::BTreeSet, fs};

use model::{Content, Position, Row};

use crate::{
    FORMATS, FindOptions, Inspection, ReadOptions, find, inspect, read,
    samples::{self, Sample},
};

/// Reads a file through the whole front, and checks what holds for every file.
fn rows(bytes: &[u8], what: &str) -> (Inspection, Vec<Row>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("evidence.bin");
    fs::write(&path, bytes).unwrap();
    let found = find(&[path], &FindOptions::default());
    let Some(source) = found.sources.iter().find(|it| !it.container) else {
        assert!(!found.problems.is_empty(), "{what}: neither a file nor a problem");
        return (inspect(&found.sources[0]), Vec::new());
    };
    let inspection = inspect(source);
    let mut rows: Vec<Row> = Vec::new();
    let reading = read(source, &inspection, &ReadOptions::default(), &mut |row| rows.push(row));
    let rejected = rows.iter().filter(|it| matches!(it.content, Content::Reject(_))).count();
    assert_eq!((reading.rows, reading.rejected), (rows.len() as u64, rejected as u64), "{what}");
    for (n, row) in (1..).zip(&rows) {
        assert_eq!(row.position.row, n, "{what}: rows are numbered in order");
    }
    for pair in rows.windows(2) {
        let (a, b) = (&pair[0].position, &pair[1].position);
        assert!(b.to == 0 || a.to <= b.from, "{what}: {a:?} and {b:?} overlap");
    }
    (inspection, rows)
}

/// What a row says, without its place.
fn said(row: &Row) -> String {
    format!("{:?}", row.content)
}

fn is_structure(sample: &Sample, byte: u8) -> bool {
    if sample.name.ends_with(".clixml") && matches!(byte, b'<' | b'>' | b'/' | b'&') {
        return true;
    }
    matches!(
        byte,
        b'"' | b','
            | b';'
            | b'\t'
            | b'\r'
            | b'\n'
            | b'\\'
            | b'{'
            | b'}'
            | b'['
            | b']'
            | b':'
            | b'='
    )
}

/// A small generator: the same changes in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % n as u64).unwrap()
    }
}

#[test]
fn every_format_has_a_sample_that_is_read_as_it() {
    let samples = samples::all("text");
    let named: BTreeSet<&str> = samples.iter().map(|it| it.id.as_str()).collect();
    let without: Vec<&str> =
        FORMATS.iter().map(|it| it.id).filter(|it| !named.contains(it)).collect();
    assert!(without.is_empty(), "no sample in crates/evidence/samples/ for {without:?}");
    // Text of any kind stays inside its field.
    let hostile = samples::all("=1;\t\"a\", '\\ }]{\r\n\u{1b}[31m\u{202e}<b>&amp;</S> 日本語");
    let mut wrong = Vec::new();
    for sample in samples.iter().chain(&hostile) {
        let (inspection, rows) = rows(&sample.bytes, &sample.name);
        let format = inspection.format.map(|it| it.id);
        let records = rows.iter().filter(|it| matches!(it.content, Content::Record(_))).count();
        // Each row of a derived table is a lead, and none a record.
        let count = if sample.is_one_row() { 1 } else { 5 };
        let wanted = if sample.id == "ual_mes_items" { 0 } else { count };
        if (format, rows.len(), records) != (Some(sample.id.as_str()), count, wanted) {
            wrong.push(format!(
                "{}: {format:?}, {} rows, {records} records",
                sample.name,
                rows.len()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn one_changed_byte_costs_at_most_its_own_row() {
    let mut lost = Vec::new();
    for sample in samples::all("日本語 text").iter().filter(|it| !it.is_binary()) {
        let (_, intact) = rows(&sample.bytes, &sample.name);
        let mut dice = Dice(7);
        for _ in 0..160 {
            // Most by which a file is recognised stands in its first row.
            let i = if dice.below(4) == 0 { 0 } else { dice.below(intact.len()) };
            let Position { from, to, .. } = intact[i].position;
            let (from, to) = (usize::try_from(from).unwrap(), usize::try_from(to).unwrap());
            let at = if to > from {
                from + dice.below(to - from)
            } else {
                dice.below(sample.bytes.len())
            };
            let new = [b'x', b'7', 0, 0x1b, 0x7f, 0xff, 0x81, b' '][dice.below(8)];
            let inside = to > from;
            lost.extend(changed(sample, &intact, (i, at, new), inside));
        }
    }
    assert!(lost.is_empty(), "{}", lost.join("\n"));
}

/// What a changed byte costs beyond its own row, if anything.
fn changed(
    sample: &Sample,
    intact: &[Row],
    (i, at, new): (usize, usize, u8),
    inside: bool,
) -> Option<String> {
    let mut bytes = sample.bytes.clone();
    let old = std::mem::replace(&mut bytes[at], new);
    let what = format!("{}: byte {at} (row {}) {old:#x} -> {new:#x}", sample.name, i + 1);
    let (inspection, found) = rows(&bytes, &what);
    // The first line of an address card file is what it is known by.
    let mark = bytes.starts_with(b"BEGIN") != sample.bytes.starts_with(b"BEGIN")
        || (sample.id == "list_vcard" && at < 13);
    // The first word of the line between two mails is what parts them.
    let parts = sample.id == "mailbox_mbox"
        && at < usize::try_from(intact[i].position.from).unwrap() + "From ".len();
    if !inside
        || parts
        || is_structure(sample, old)
        || is_structure(sample, new)
        || (i == 0 && mark)
    {
        return None;
    }
    let format = inspection.format.map(|it| it.id);
    if format != Some(sample.id.as_str()) {
        return Some(format!("{what}: read as {format:?}"));
    }
    if found.len() != intact.len() {
        return Some(format!("{what}: {} rows for {}", found.len(), intact.len()));
    }
    let mut pairs = intact.iter().zip(&found).enumerate();
    let other = pairs.find(|(j, (before, after))| *j != i && said(before) != said(after));
    other.map(|(j, _)| format!("{what}: row {} changed too", j + 1))
}

#[test]
fn bytes_lost_added_or_cut_off_never_break_the_count() {
    for sample in samples::all("日本語 \"text\", more") {
        let mut dice = Dice(11);
        for n in 0..90 {
            let mut bytes = sample.bytes.clone();
            let at = dice.below(bytes.len());
            match n % 3 {
                0 => drop(bytes.remove(at)),
                1 => bytes.insert(at, [b'"', b'\n', b',', b'{', b'}', 0, 0xff][dice.below(7)]),
                _ => bytes.truncate(at),
            }
            rows(&bytes, &format!("{}: change {n} at {at}", sample.name));
        }
    }
}

/// A file whose every byte may be structure: what is left of it is one row, or no message any more.
#[test]
fn a_damaged_message_file_is_read_or_rejected_as_one_row() {
    let sample = samples::message("日本語 text");
    let mut dice = Dice(13);
    for n in 0..400 {
        let mut bytes = sample.clone();
        for _ in 0..=n % 4 {
            let at = dice.below(bytes.len());
            bytes[at] = [0, 0xff, 1, 0x80, b'_'][dice.below(5)];
        }
        let (inspection, rows) = rows(&bytes, &format!("message {n}"));
        let known = inspection.format.map(|it| it.id) == Some("mailbox_msg");
        assert_eq!(rows.len(), usize::from(known), "message {n}");
    }
}

/// A file that somebody writes to between the hash and the reading is told, and counted.
#[test]
fn a_file_that_changes_while_it_is_read_ends_with_a_reject() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.jsonl");
    let sample = samples::all("x").into_iter().find(|it| it.id == "ual_records").unwrap();
    fs::write(&path, &sample.bytes).unwrap();
    let found = find(std::slice::from_ref(&path), &FindOptions::default());
    let inspection = inspect(&found.sources[0]);
    fs::write(&path, [&sample.bytes[..], &sample.bytes[..]].concat()).unwrap();
    let mut last = None;
    let reading = read(&found.sources[0], &inspection, &ReadOptions::default(), &mut |row| {
        last = Some(row);
    });
    let Some(Content::Reject(reject)) = last.map(|it| it.content) else { panic!("no reject") };
    assert!(reject.reason.contains("changed while it was read"), "{}", reject.reason);
    assert_eq!((reading.rejected, reading.cut), (1, true));
    assert!(reading.warnings.contains(&("unreadable".into(), "changed".into())));
}
