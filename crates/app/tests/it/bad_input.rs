//! Bad input is normal: a clear message, counted, and nothing else lost.

use std::{fs, path::Path};

use serde_json::Value;

use crate::run::{findings, konseki, small};

const GOOD: &str = r#"{"Id":"ID","CreationTime":"2025-10-01T00:00:00","Operation":"Send","UserId":"a@example.jp","Workload":"Exchange","RecordType":2}"#;

fn lines(ids: &[&str]) -> String {
    ids.iter().map(|id| GOOD.replace("ID", id) + "\n").collect()
}

fn file<'a>(findings: &'a Value, path: &str) -> &'a Value {
    let all = findings["evidence"].as_array().unwrap();
    all.iter().find(|it| it["path"] == path).unwrap_or_else(|| panic!("{path} is not listed"))
}

fn counts(file: &Value) -> (u64, u64, u64, u64) {
    let n = |key: &str| file[key].as_u64().unwrap();
    (n("rows"), n("records"), n("duplicates"), n("rejected"))
}

#[test]
fn damaged_files_are_counted_and_harm_no_other() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    fs::create_dir(&folder).unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(folder.join(name), bytes).unwrap();
    write("good.jsonl", lines(&["a", "b", "c"]).as_bytes());
    write("again.jsonl", lines(&["c", "d"]).as_bytes());
    let cut = lines(&["e", "f"]);
    write("cut.jsonl", &cut.as_bytes()[..cut.len() - 40]);
    write("nul.jsonl", lines(&["g", "h\0", "i"]).as_bytes());
    write("empty.csv", b"");
    write("zeros.bin", &[0; 4096]);
    write("words.txt", "ただの文章です。\n".as_bytes());
    let quoted = GOOD.replace("ID", "j").replace('"', "\"\"");
    write("cut.csv", format!("CreationDate,UserIds,Operations,AuditData\r\n2025-10-01T00:00:00,a@example.jp,Send,\"{quoted}\"\r\n2025-10-01T00:00:01,a@example.jp,Send,\"{{\"\"Id").as_bytes());
    let mut big =
        b"CreationDate,UserIds,Operations,AuditData\n2025-10-01T00:00:00,a@example.jp,Send,\""
            .to_vec();
    big.extend(std::iter::repeat_n(b'x', 40 << 20));
    big.extend(
        format!(
            "\"\n2025-10-01T00:00:00,a@example.jp,Send,\"{}\"\n",
            quoted.replace("\"\"j\"\"", "\"\"k\"\"")
        )
        .as_bytes(),
    );
    write("big.csv", &big);
    let it = findings(dir.path(), "in", "case", &[]);
    assert_eq!(counts(file(&it, "good.jsonl")).0, 3);
    let (a, b) = (counts(file(&it, "good.jsonl")), counts(file(&it, "again.jsonl")));
    assert_eq!((a.1 + b.1, a.2 + b.2), (4, 1), "one event a key, always");
    assert_eq!(counts(file(&it, "cut.jsonl")), (2, 1, 0, 1));
    assert_eq!(counts(file(&it, "nul.jsonl")), (3, 2, 0, 1));
    assert_eq!(counts(file(&it, "cut.csv")), (2, 1, 0, 1));
    assert_eq!(counts(file(&it, "big.csv")), (2, 1, 0, 1));
    for unknown in ["empty.csv", "zeros.bin", "words.txt"] {
        assert_eq!(file(&it, unknown)["kind"], "unknown");
        assert_eq!(file(&it, unknown)["warnings"][0]["code"], "unknown_file");
    }
    // The rejected rows are kept with their reason and what their wrapper still tells.
    let said = konseki(
        dir.path(),
        &[
            "sql",
            "SELECT reason FROM rejects ORDER BY reason",
            "--case-dir",
            "case",
            "--format",
            "json",
        ],
    );
    let rows: Vec<Value> = serde_json::from_str(&said.out).unwrap();
    assert_eq!(rows.len(), 4, "{rows:?}");
    assert!(rows.iter().all(|it| it["reason"].as_str().unwrap().len() > 10), "{rows:?}");
    let strict = konseki(dir.path(), &["investigate", "in", "--out", "case", "-q", "--strict"]);
    assert_eq!(strict.status, 1);
}

#[test]
fn a_hostile_archive_and_a_cut_one_lose_nothing_else() {
    use std::io::Write;
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    fs::create_dir(&folder).unwrap();
    let mut zip = zip::ZipWriter::new(fs::File::create(folder.join("a.zip")).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    for name in ["../../outside.jsonl", "inside.jsonl"] {
        zip.start_file(name, options).unwrap();
        zip.write_all(lines(&["x", "y"]).as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gz.write_all(lines(&["1", "2", "3", "4"]).repeat(500).as_bytes()).unwrap();
    let packed = gz.finish().unwrap();
    fs::write(folder.join("cut.jsonl.gz"), &packed[..packed.len() - 30]).unwrap();
    let it = findings(dir.path(), "in", "case", &[]);
    assert_eq!(counts(file(&it, "a.zip!/inside.jsonl")).1, 2);
    assert!(!dir.path().join("outside.jsonl").exists() && !folder.join("outside.jsonl").exists());
    let hostile = it["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["warnings"][0]["code"] == "limit_hit");
    assert!(hostile.is_some(), "the refused member is listed");
    let cut = counts(file(&it, "cut.jsonl.gz!/cut.jsonl"));
    assert!(cut.0 > 100 && cut.3 >= 1, "{cut:?}");
    assert_eq!(file(&it, "cut.jsonl.gz")["kind"], "container");
}

#[test]
fn everything_in_evidence_is_inert_wherever_it_is_shown() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    fs::create_dir(&folder).unwrap();
    let poison = "\\\"><script>alert(1)</script>\\u001b[31m\\u202e=cmd|'/c calc'!A1";
    let one = |id: &str, at: &str| {
        format!(
            "{{\"Id\":\"{id}\",\"CreationTime\":\"{at}\",\"Operation\":\"Send\",\"UserId\":\"a@example.jp\",\"Workload\":\"Exchange\",\"RecordType\":2,\"ClientIP\":\"203.0.113.9\",\"ClientInfoString\":\"{poison}\",\"AppAccessContext\":{{\"ClientAppName\":\"{poison}\"}},\"Item\":{{\"Subject\":\"{poison}\",\"InternetMessageId\":\"<{id}@x>\"}}}}\n"
        )
    };
    let text: String =
        (0..50).map(|n| one(&format!("m{n}"), &format!("2025-10-01T00:00:{n:02}"))).collect();
    fs::write(folder.join("=cmd.jsonl"), text).unwrap();
    findings(dir.path(), "in", "case", &[]);
    for name in ["report.ja.html", "report.en.html"] {
        let html = fs::read_to_string(dir.path().join("case").join(name)).unwrap();
        assert!(!html.contains("<script"), "{name}");
        assert!(!html.contains('\u{1b}') && !html.contains('\u{202e}'), "{name}");
    }
    for args in [
        &["show", "--case-dir", "case"][..],
        &["show", "sessions", "--case-dir", "case"],
        &["show", "evidence", "--case-dir", "case"],
    ] {
        let said = konseki(dir.path(), args);
        assert!(!said.out.contains('\u{1b}') && !said.out.contains('\u{202e}'), "{args:?}");
    }
    let csv = konseki(dir.path(), &["show", "evidence", "--case-dir", "case", "--format", "csv"]);
    assert!(csv.out.contains("'=cmd.jsonl"), "{}", csv.out);
}

#[test]
fn a_second_writer_is_refused_and_a_broken_case_file_named() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("in")).unwrap();
    fs::write(dir.path().join("in/a.jsonl"), lines(&["a"])).unwrap();
    fs::create_dir(dir.path().join("case")).unwrap();
    let lock = fs::File::create(dir.path().join("case/konseki.lock")).unwrap();
    fs4::fs_std::FileExt::try_lock_exclusive(&lock).unwrap();
    let said = konseki(dir.path(), &["investigate", "in", "--out", "case"]);
    assert_eq!(said.status, 3);
    assert!(said.err.contains("another konseki"), "{}", said.err);
    drop(lock);
    fs::write(dir.path().join("in/konseki.toml"), "[case]\nfrom = \"someday\"\n").unwrap();
    let said = konseki(dir.path(), &["investigate", "in", "--out", "case"]);
    assert!(said.status >= 2);
    assert!(said.err.contains("konseki.toml") && said.err.contains("someday"), "{}", said.err);
    let said = konseki(dir.path(), &["investigate", "in", "--out", "in"]);
    assert_eq!(said.status, 2, "the evidence folder is never the case folder: {}", said.err);
}

#[cfg(unix)]
#[test]
fn a_folder_without_rights_is_named_and_the_rest_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let closed = dir.path().join("in/closed");
    fs::create_dir_all(&closed).unwrap();
    fs::write(dir.path().join("in/a.jsonl"), lines(&["a"])).unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    // Who may read everything (root) meets no closed folder.
    let closed_to_us = fs::read_dir(&closed).is_err();
    let it = findings(dir.path(), "in", "case", &[]);
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(counts(file(&it, "a.jsonl")).1, 1);
    assert!(!closed_to_us || file(&it, "closed")["warnings"][0]["code"] == "unknown_file");
    let rights = fs::metadata(dir.path().join("case/findings.json")).unwrap().permissions().mode();
    assert_eq!(rights & 0o077, 0, "readable by its owner alone");
    assert!(dir.path().join("case/.gitignore").exists());
}

#[test]
fn an_interrupted_run_is_completed_by_the_next() {
    let it = small();
    let dir = tempfile::tempdir().unwrap();
    crate::cli::copy_but(&it.folder.join("in"), &dir.path().join("in"), &|_| false);
    // Killed at some moment while it works: what stands there must not stop or change the next run.
    for wait in [150, 600, 1500] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_konseki"))
            .args(["investigate", "in", "--out", "case", "-q"])
            .current_dir(dir.path())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(std::time::Duration::from_millis(wait));
        let _ = child.kill();
        let _ = child.wait();
    }
    findings(dir.path(), "in", "case", &[]);
    let read = |case: &Path| fs::read(case.join("findings.json")).unwrap();
    assert!(read(&dir.path().join("case")) == read(&it.folder.join("case")));
}
