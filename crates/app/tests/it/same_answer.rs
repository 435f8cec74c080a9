//! Same evidence, same answer (design §4.10): whatever the order, the splitting, the repetition and
//! the container of the records.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use app::example::{Options, Scenario, World, simulate};
use proptest::prelude::*;
use serde_json::Value;

use crate::run::findings;

/// What may differ: files, positions, names.
fn comparable(mut findings: Value) -> String {
    let fields = findings.as_object_mut().unwrap();
    for key in ["evidence", "next_evidence", "declarations"] {
        fields.remove(key);
    }
    // Warnings about files are about the files.
    fields.remove("warnings");
    if let Some(lists) = findings["mail"]["lists"].as_array_mut() {
        lists.iter_mut().for_each(|it| it["path"] = Value::Null);
    }
    serde_json::to_string_pretty(&findings).unwrap()
}

/// The audit records of a case, out of their containers.
fn records(world: &World, folder: &Path) -> (Vec<String>, Vec<PathBuf>) {
    let found = evidence::find(&[folder.to_owned()], &evidence::FindOptions::default());
    let mut records = Vec::new();
    let mut files = Vec::new();
    for source in &found.sources {
        let inspection = evidence::inspect(source);
        if inspection.kind != model::Kind::Ual {
            continue;
        }
        files.push(source.on_disk().to_owned());
        let mut positions = Vec::new();
        evidence::read(source, &inspection, &evidence::ReadOptions::default(), &mut |row| {
            positions.push(row.position)
        });
        for text in evidence::fetch(source, &inspection, &positions).into_iter().flatten() {
            records.push(inner(&text));
        }
    }
    assert!(!records.is_empty(), "{}", world.truth.scenario);
    (records, files)
}

/// The audit record itself.
pub(crate) fn inner(text: &str) -> String {
    let value: Value = match serde_json::from_str::<Value>(text) {
        Ok(value) => value.get("auditData").cloned().unwrap_or(value),
        Err(_) => {
            let from = text.find("{\"\"").expect("AuditData in a quoted cell");
            let to = text.rfind("}\"").expect("AuditData ends");
            serde_json::from_str(&text[from..=to].replace("\"\"", "\"")).unwrap()
        }
    };
    value.to_string()
}

/// Writes records another way.
fn write(folder: &Path, name: &str, records: &[String], container: usize) {
    let path = |ending: &str| folder.join(format!("{name}.{ending}"));
    let quoted = |it: &String| it.replace('"', "\"\"");
    match container {
        0 => fs::write(path("jsonl"), records.join("\n")).unwrap(),
        1 => fs::write(path("json"), format!("[{}]", records.join(",\n"))).unwrap(),
        2 => {
            let mut gz = flate2::write::GzEncoder::new(
                fs::File::create(path("jsonl.gz")).unwrap(),
                flate2::Compression::fast(),
            );
            gz.write_all(records.join("\n").as_bytes()).unwrap();
            gz.finish().unwrap();
        }
        3 => {
            let rows: String =
                records.iter().map(|it| format!("2025-01-01,x,y,\"{}\"\r\n", quoted(it))).collect();
            fs::write(
                path("csv"),
                format!(
                    "#TYPE Deserialized\r\nCreationDate,UserIds,Operations,AuditData\r\n{rows}"
                ),
            )
            .unwrap();
        }
        _ => {
            let rows: String = records
                .iter()
                .map(|it| format!("1,2025-01-01T00:00:00.0000000Z ,1,x,y,\"{}\",,\r\n", quoted(it)))
                .collect();
            let text = format!(
                "RecordId,CreationDate,RecordType,Operation,UserId,AuditData,AssociatedAdminUnits,AssociatedAdminUnitsNames\r\n{rows}"
            );
            let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            fs::write(path("csv"), [&[0xff, 0xfe][..], &bytes].concat()).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 5, ..ProptestConfig::default() })]

    #[test]
    fn shuffled_split_repeated_and_put_into_other_containers(
        seed in any::<u64>(), parts in 1_usize..5, repeated in 0_usize..200, scenario in 0_usize..2,
    ) {
        let scenario = [Scenario::TokenReplay, Scenario::InternalSpread][scenario];
        let world = simulate(&Options::of(scenario)).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("in");
        world.write(&folder).unwrap();
        // Nothing declared for the audit log: a declaration names files.
        let stated = fs::read_to_string(folder.join("konseki.toml")).unwrap();
        fs::write(folder.join("konseki.toml"), without_sources(&stated)).unwrap();
        let before = comparable(findings(dir.path(), "in", "case", &[]));

        let (mut records, files) = records(&world, &folder);
        for file in files {
            let _ = fs::remove_file(file);
        }
        // A shuffle that the seed alone decides.
        let mut state = seed | 1;
        for n in (1..records.len()).rev() {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            records.swap(n, (state % (n as u64 + 1)) as usize);
        }
        let again: Vec<String> = records.iter().take(repeated).cloned().collect();
        records.extend(again);
        let size = records.len().div_ceil(parts);
        for (n, part) in records.chunks(size).enumerate() {
            write(&folder, &format!("part-{n}"), part, (n + seed as usize % 5) % 5);
        }
        let after = comparable(findings(dir.path(), "in", "other", &[]));
        prop_assert!(before == after, "{}", difference(&before, &after));
    }
}

fn without_sources(text: &str) -> String {
    let mut keep = true;
    let mut out = String::new();
    for line in text.lines() {
        if line.starts_with('[') {
            keep = line.trim() != "[[source]]";
        }
        if keep {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

fn difference(a: &str, b: &str) -> String {
    let odd = a.lines().zip(b.lines()).enumerate().filter(|(_, (a, b))| a != b).take(12);
    odd.map(|(n, (a, b))| format!("{n}: {a} | {b}\n")).collect()
}
