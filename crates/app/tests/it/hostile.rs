//! Evidence made to harm: text that acts, archives that swell, files that are not what they seem.
//! Each from the command line, as a user meets it.

use std::{fs, io::Write, process::Command};

use serde_json::Value;

use crate::run::{findings, konseki, read};

#[allow(dead_code, reason = "the tests of the readers use more of it")]
#[path = "../../../evidence/src/rows/pst/sample.rs"]
mod pst_sample;
#[allow(dead_code, reason = "the tests of the readers use more of it")]
#[path = "../../../evidence/src/rows/pst/writer.rs"]
mod writer;

#[allow(dead_code, reason = "the tests of the readers use more of it")]
#[path = "../../../evidence/src/samples.rs"]
mod samples;

/// Terminal escapes, bidirectional marks, HTML, a formula, line breaks: all in one field.
const POISON: &str = "=cmd|'/c calc'!A1\u{1b}]0;x\u{7}\u{1b}[31m\u{9b}2J\u{202e}\u{2066}\u{200b}\"><script>alert(1)</script><img src=x onerror=alert(2)>&lt;\r\nBcc: x@example.com\r\n\t@SUM(1)";

fn line(id: &str) -> String {
    format!(
        r#"{{"Id":"{id}","CreationTime":"2025-10-01T00:00:00","Operation":"Send","UserId":"a@example.jp","Workload":"Exchange","RecordType":2}}"#
    ) + "\n"
}

fn file<'a>(findings: &'a Value, path: &str) -> &'a Value {
    let all = findings["evidence"].as_array().unwrap();
    all.iter().find(|it| it["path"] == path).unwrap_or_else(|| panic!("{path}: {all:#?}"))
}

fn code<'a>(findings: &'a Value, path: &str) -> &'a str {
    file(findings, path)["warnings"][0]["code"].as_str().unwrap()
}

/// Every free field of every format holds the poison; nothing that is written or shown lets it act.
#[test]
fn hostile_text_in_every_field_of_every_format_comes_out_inert() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("in")).unwrap();
    let samples = samples::all(POISON);
    let formats =
        samples.iter().map(|it| it.id.as_str()).collect::<std::collections::BTreeSet<_>>();
    let missing: Vec<&str> =
        evidence::FORMATS.iter().map(|it| it.id).filter(|it| !formats.contains(it)).collect();
    assert!(missing.is_empty(), "no sample in crates/evidence/samples/ for {missing:?}");
    for it in &samples {
        fs::write(dir.path().join("in").join(format!("=cmd {}", it.name)), &it.bytes).unwrap();
    }
    let it = findings(dir.path(), "in", "case", &[]);
    for sample in &samples {
        let rows = file(&it, &format!("=cmd {}", sample.name))["rows"].as_u64().unwrap();
        let least = if sample.is_one_row() { 1 } else { 5 };
        assert!(rows >= least, "{}: {rows} rows", sample.name);
    }
    for entry in fs::read_dir(dir.path().join("case")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|it| it == "html" || it == "md") {
            let text = fs::read_to_string(&path).unwrap();
            assert_inert(&text, &path.display().to_string());
            assert!(!text.contains("<script") && !text.contains("<img"), "{}", path.display());
        } else if path.extension().is_some_and(|it| it == "csv") {
            let text = fs::read_to_string(&path).unwrap();
            assert_cells(text.trim_start_matches('\u{feff}'), &path.display().to_string());
        }
    }
    let select = "SELECT * FROM events ORDER BY record_id";
    let mut asked: Vec<Vec<&str>> =
        vec![vec!["investigate", "in", "--out", "case"], vec!["sql", select, "--case-dir", "case"]];
    for table in ["SELECT * FROM mailbox_items", "SELECT * FROM mailbox_parties"] {
        asked.push(vec!["sql", table, "--case-dir", "case"]);
    }
    let parts = ["accounts", "sessions", "scopes", "mail", "people", "coverage", "evidence"];
    for part in parts.into_iter().chain(["deadlines", "persistence"]) {
        asked.push(vec!["show", part, "--case-dir", "case"]);
    }
    asked.push(vec!["why", "outcome", "--case-dir", "case"]);
    asked.push(vec!["why", "mail.messages", "--case-dir", "case"]);
    asked.push(vec!["check", "in"]);
    for args in &asked {
        let said = konseki(dir.path(), args);
        assert_inert(&(said.out + &said.err), &args.join(" "));
    }
    for args in asked.iter().filter(|it| ["show", "sql"].contains(&it[0])) {
        let mut args = args.clone();
        args.extend(["--format", "csv"]);
        let said = konseki(dir.path(), &args);
        assert_cells(&said.out, &args.join(" "));
    }
}

/// No character that moves a cursor, colours a screen or turns the direction of reading.
fn assert_inert(text: &str, place: &str) {
    let bad = |c: &char| {
        (c.is_control() && !matches!(c, '\n' | '\t'))
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}')
    };
    let found = text.char_indices().find(|(_, c)| bad(c));
    if let Some((at, c)) = found {
        let from = text[..at].char_indices().rev().nth(60).map_or(0, |it| it.0);
        panic!("{place}: {c:?} after {:?}", &text[from..at]);
    }
}

/// No cell of a CSV begins as a formula.
fn assert_cells(text: &str, place: &str) {
    assert_inert(&text.replace('\r', ""), place);
    let mut start = true;
    let mut quoted = false;
    for c in text.chars() {
        if start && !quoted {
            assert!(!matches!(c, '=' | '@' | '\t'), "{place}: a cell begins with {c:?}");
        }
        start = match c {
            '"' => {
                quoted = !quoted;
                // The first character inside the quotes begins the cell too.
                start && quoted
            }
            ',' | '\n' => !quoted,
            _ => false,
        };
        if start && quoted {
            quoted = true;
        }
    }
}

#[test]
fn an_encrypted_archive_is_a_lost_file_until_its_password_is_given() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("in")).unwrap();
    let options = zip::write::SimpleFileOptions::default()
        .with_aes_encryption(zip::AesMode::Aes256, "ひみつ");
    let mut zip = zip::ZipWriter::new(fs::File::create(dir.path().join("in/a.zip")).unwrap());
    zip.start_file("log.jsonl", options).unwrap();
    zip.write_all((line("a") + &line("b")).as_bytes()).unwrap();
    zip.finish().unwrap();
    fs::write(dir.path().join("in/c.jsonl"), line("c")).unwrap();
    let it = findings(dir.path(), "in", "case", &[]);
    assert_eq!(code(&it, "a.zip!/log.jsonl"), "encrypted");
    let text = file(&it, "a.zip!/log.jsonl")["warnings"][0]["text"]["en"].as_str().unwrap();
    assert!(text.contains("--password-file"), "{text}");
    let said = konseki(dir.path(), &["investigate", "in", "--out", "case", "-q", "--strict"]);
    assert_eq!(said.status, 1, "evidence was lost");
    fs::write(dir.path().join("words"), "falsch\nひみつ\n").unwrap();
    let it = findings(dir.path(), "in", "case", &["--password-file", "words"]);
    assert_eq!(file(&it, "a.zip!/log.jsonl")["records"], 2);
    let manifest = fs::read_to_string(dir.path().join("case/manifest.json")).unwrap();
    assert!(!manifest.contains("ひみつ"), "the password stands in no output");
    let said = konseki(dir.path(), &["check", "in", "--password-file", "words", "--lang", "en"]);
    assert!(said.out.contains("a.zip!/log.jsonl"), "{}", said.out);
    let said = konseki(dir.path(), &["investigate", "in", "--password-file", "nothere"]);
    assert_eq!(said.status, 2);
    assert!(said.err.contains("nothere"), "{}", said.err);
}

/// An archive that was declared and could not be opened is a gap, not silence.
#[test]
fn what_could_not_be_read_is_a_gap_of_its_declaration() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("in")).unwrap();
    fs::write(dir.path().join("in/a.jsonl"), line("a")).unwrap();
    fs::write(
        dir.path().join("in/konseki.toml"),
        "[case]\nfrom = \"2025-09-30\"\nto = \"2025-10-02\"\n[[source]]\npath = \"*\"\nfrom = \"2025-09-01T00:00:00Z\"\nto = \"2025-10-10T00:00:00Z\"\ncollected_at = \"2025-10-12T00:00:00Z\"\nhigh_completeness = true\nstated_by = \"x\"\n",
    )
    .unwrap();
    let gaps = |it: &Value| {
        let all = it["scopes"].as_array().unwrap().iter();
        let of = all.flat_map(|it| it["coverage"]["gaps"].as_array().unwrap().clone());
        of.filter(|it| it["why"] == "rejected").count()
    };
    assert_eq!(gaps(&findings(dir.path(), "in", "case", &[])), 0);
    fs::write(dir.path().join("in/b.7z"), b"7z\xbc\xaf\x27\x1c\0\x04broken").unwrap();
    let it = findings(dir.path(), "in", "case", &[]);
    assert!(gaps(&it) > 0, "{:#?}", it["evidence"]);
    assert_eq!(code(&it, "b.7z"), "unknown_file");
}

#[cfg(unix)]
#[test]
fn links_odd_names_and_very_many_files_are_listed_each_once() {
    use std::os::unix::{ffi::OsStrExt, fs::symlink};
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    fs::create_dir_all(folder.join("many")).unwrap();
    for n in 0..1_500 {
        fs::write(folder.join(format!("many/{n}.txt")), "x").unwrap();
    }
    symlink("/etc/passwd", folder.join("link.csv")).unwrap();
    symlink(&folder, folder.join("round")).unwrap();
    let name = |bytes: &[u8]| folder.join(std::ffi::OsStr::from_bytes(bytes));
    fs::write(name(b"\x8a\xc4\x8d\xb8.jsonl"), line("a")).unwrap();
    fs::write(name(b"odd\xff\xfe.jsonl"), line("b")).unwrap();
    let it = findings(dir.path(), "in", "case", &[]);
    assert_eq!(it["evidence"].as_array().unwrap().len(), 1_504);
    assert_eq!((code(&it, "link.csv"), code(&it, "round")), ("limit_hit", "limit_hit"));
    assert_eq!(file(&it, "監査.jsonl")["records"], 1);
    assert_eq!(file(&it, "odd\\xff\\xfe.jsonl")["records"], 1);
}

#[cfg(unix)]
#[test]
fn a_full_disk_is_said_and_the_next_run_completes() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("in")).unwrap();
    let lines: String = (0..3_000).map(|n| line(&format!("id-{n}"))).collect();
    fs::write(dir.path().join("in/a.jsonl"), lines).unwrap();
    // No file may grow beyond 16 KiB; the signal that comes with it is ignored, as on a full disk.
    let run = "trap '' XFSZ; ulimit -f 32; exec \"$0\" investigate in --out case -q";
    let program = env!("CARGO_BIN_EXE_konseki");
    let output =
        Command::new("sh").args(["-c", run, program]).current_dir(dir.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("case") && !said.contains("panicked"), "{said}");
    let it = findings(dir.path(), "in", "case", &[]);
    assert_eq!(file(&it, "a.jsonl")["records"], 3_000);
    assert_eq!(read(&dir.path().join("case"))["schema"], "konseki.findings/1");
}
