//! The front door as a user meets it: screens, exit status, refusals.

use serde_json::Value;

use crate::run::{konseki, small};

#[test]
fn the_screen_answers_in_both_languages_with_the_same_figures() {
    let it = small();
    for (lang, words) in
        [("ja", ["通", "konseki why", "確"]), ("en", ["mails", "konseki why", "cannot"])]
    {
        let said = konseki(&it.folder, &["show", "--case-dir", "case", "--lang", lang]);
        assert_eq!(said.status, 0, "{}", said.err);
        for word in words {
            assert!(said.out.contains(word), "{lang}: {word} is missing in\n{}", said.out);
        }
        assert!(said.out.contains("420"), "{}", said.out);
        assert!(said.out.lines().count() <= 60, "more than a screen:\n{}", said.out);
        assert!(!said.out.contains('\u{1b}'), "no colour into a pipe");
    }
}

#[test]
fn every_claim_of_the_report_opens_its_records() {
    let it = small();
    let findings: model::findings::Findings = serde_json::from_value(it.findings.clone()).unwrap();
    let claims = report::claims(&findings);
    assert!(claims.len() > 40);
    // Every kind of claim, and of the many alike a few.
    let mut seen = std::collections::BTreeMap::<String, u32>::new();
    for claim in claims {
        let kind = claim.split('[').next().unwrap().to_owned();
        let n = seen.entry(kind).or_default();
        *n += 1;
        if *n > 3 {
            continue;
        }
        let said = konseki(&it.folder, &["why", &claim, "--case-dir", "case", "--format", "json"]);
        assert_eq!(said.status, 0, "{claim}: {}", said.err);
        let why: Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(why["claim"], claim.as_str());
    }
}

#[test]
fn why_leads_to_the_very_rows_of_the_evidence() {
    let it = small();
    let said =
        konseki(&it.folder, &["why", "mail.messages", "--case-dir", "case", "--format", "json"]);
    let why: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(why["value"], 420);
    assert_eq!(why["records"].as_array().unwrap().len(), 100);
    assert!(why["total"].as_u64().unwrap() >= 420);
    for record in why["records"].as_array().unwrap() {
        let raw = record["raw"].as_str().unwrap();
        let (from, to) =
            (record["bytes"][0].as_u64().unwrap(), record["bytes"][1].as_u64().unwrap());
        assert_eq!(to - from, raw.len() as u64, "{record}");
        if record["evidence"].as_str().unwrap().starts_with("ual") {
            assert!(raw.contains(record["record_id"].as_str().unwrap()), "{record}");
        }
    }
    // Each day's figure has exactly its own messages behind it.
    for day in it.findings["mail"]["by_day"].as_array().unwrap() {
        let claim = format!("mail.by_day[{}]", day["date"].as_str().unwrap());
        let said = konseki(&it.folder, &["why", &claim, "--case-dir", "case", "--format", "json"]);
        let why: Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(why["value"], day["messages"]);
    }
}

#[test]
fn sql_reads_and_never_writes() {
    let it = small();
    let ask =
        |sql: &str| konseki(&it.folder, &["sql", sql, "--case-dir", "case", "--format", "json"]);
    let said = ask("SELECT count(*) AS n FROM messages WHERE fraudulent");
    let rows: Vec<Value> = serde_json::from_str(&said.out).unwrap();
    assert!(rows[0]["n"].as_u64().unwrap() >= 420);
    for sql in [
        "DROP TABLE events",
        "CREATE TABLE x AS SELECT 1",
        "INSERT INTO events SELECT * FROM events",
        "COPY events TO 'x.csv'",
        "SET datafusion.execution.batch_size = 1",
        "SELECT * FROM 'konseki.toml'",
        "SELECT 1; SELECT 2",
    ] {
        let said = ask(sql);
        assert_eq!(said.status, 2, "{sql}: {}", said.out);
        assert!(said.err.contains("refused"), "{}", said.err);
    }
}

#[test]
fn show_gives_the_array_of_that_name() {
    let it = small();
    for part in report::SHOW_PARTS {
        let said = konseki(&it.folder, &["show", part, "--case-dir", "case", "--format", "json"]);
        assert_eq!(said.status, 0, "{part}: {}", said.err);
        let shown: Value = serde_json::from_str(&said.out).unwrap();
        if *part != "coverage" {
            assert_eq!(shown, it.findings[part], "{part}");
        }
        let csv = konseki(&it.folder, &["show", part, "--case-dir", "case", "--format", "csv"]);
        assert!(csv.out.starts_with('\u{feff}') && csv.out.contains("\r\n"), "{part}");
        let table = konseki(&it.folder, &["show", part, "--case-dir", "case"]);
        assert_eq!(table.status, 0, "{part}");
    }
}

#[test]
fn wrong_use_is_status_2_and_says_what_is_right() {
    let dir = tempfile::tempdir().unwrap();
    for (args, word) in [
        (&["investigate", "nowhere"][..], "nowhere"),
        (&["investigate"][..], "EVIDENCE"),
        (&["collect"][..], "not built yet"),
        (&["review"][..], "not built yet"),
        (&["investigate", ".", "--engine", "ballista://h:1"][..], "not built"),
        (&["investigate", ".", "--timezone", "Mars/Base", "--out", "c"][..], "time zone"),
        (&["frobnicate"][..], "frobnicate"),
    ] {
        let said = konseki(dir.path(), args);
        assert_eq!(said.status, 2, "{args:?}: {} {}", said.out, said.err);
        assert!(said.err.contains(word), "{args:?}: {}", said.err);
    }
    let help = konseki(dir.path(), &["--help"]);
    assert_eq!(help.status, 0);
    for later in ["collect", "review", "notify", "replay", "diff"] {
        assert!(!help.out.contains(&format!("  {later}")), "{later} stands in the help");
    }
    let said = konseki(dir.path(), &["why", "mail.messages", "--case-dir", "none"]);
    assert_eq!(said.status, 3);
    assert!(said.err.contains("investigate"), "{}", said.err);
}

#[test]
fn an_empty_folder_is_told_what_to_export() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("empty")).unwrap();
    for (lang, word) in [("ja", "監査"), ("en", "Audit")] {
        let said = konseki(dir.path(), &["investigate", "empty", "--out", "c", "--lang", lang]);
        assert_eq!(said.status, 0, "{}", said.err);
        assert!(
            said.out.contains(word) && said.out.contains("Search-UnifiedAuditLog"),
            "{}",
            said.out
        );
    }
}

#[test]
fn check_says_what_is_there_and_what_is_missing() {
    let it = small();
    let said = konseki(&it.folder, &["check", "in", "--lang", "en"]);
    assert_eq!(said.status, 0, "{}", said.err);
    assert!(said.out.contains("rows") && said.out.contains("Get-Mailbox"), "{}", said.out);
}

#[test]
fn sign_ins_and_a_trace_alone_still_answer() {
    let it = small();
    let dir = tempfile::tempdir().unwrap();
    copy_but(&it.folder.join("in"), &dir.path().join("in"), &|name| {
        name.starts_with("ual") || name == "konseki.toml"
    });
    let findings = crate::run::findings(dir.path(), "in", "case", &[]);
    assert_eq!(findings["outcome"]["value"], "takeover", "{}", findings["outcome"]);
    assert!(findings["window"]["from"].is_string());
    let mail = &findings["mail"]["messages"];
    assert!(
        mail["value"].as_u64().unwrap() >= it.truth.mail.messages * 9 / 10,
        "{}",
        findings["mail"]
    );
    assert_ne!(mail["is"], "exact", "nothing was declared");
    assert_eq!(findings["next_evidence"][0]["source"], "ual");
}

/// Copies a folder but for some files (named by their path below it).
pub(crate) fn copy_but(from: &std::path::Path, to: &std::path::Path, leave: &dyn Fn(&str) -> bool) {
    fn walk(
        root: &std::path::Path,
        at: &std::path::Path,
        to: &std::path::Path,
        leave: &dyn Fn(&str) -> bool,
    ) {
        for entry in std::fs::read_dir(at).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            if path.is_dir() {
                walk(root, &path, to, leave);
            } else if !leave(&name) {
                let target = to.join(&name);
                std::fs::create_dir_all(target.parent().unwrap()).unwrap();
                std::fs::copy(&path, target).unwrap();
            }
        }
    }
    std::fs::create_dir_all(to).unwrap();
    walk(from, from, to, leave);
}
