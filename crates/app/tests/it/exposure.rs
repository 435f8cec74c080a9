//! What stood in the folders the intruder touched: from mailbox, log and trace, and with one of them missing.

use std::{fs, path::Path};

use app::example::{Exposed, Options};
use serde_json::Value;

use crate::run::{self, Looked, findings, konseki, looked, small};

fn truth(it: &Looked) -> &Exposed {
    it.truth.exposed.as_ref().unwrap()
}

fn figure<'a>(findings: &'a Value, name: &str) -> (u64, &'a str, Vec<&'a str>) {
    let it = &findings["exposure"][name];
    let limits = it["limits"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    (it["value"].as_u64().unwrap_or_default(), it["is"].as_str().unwrap(), limits)
}

fn items(findings: &Value, certainty: &str) -> u64 {
    let groups = findings["exposure"]["groups"].as_array().unwrap().iter();
    groups.map(|it| it["items"][certainty].as_u64().unwrap()).sum()
}

fn as_it_was(it: &Looked) {
    let truth = truth(it);
    for name in ["addresses", "addresses_shown", "people"] {
        let (value, is, _) = figure(&it.findings, name);
        assert_eq!((value, is), (truth.addresses, "exact"), "{name}");
    }
    assert_eq!(it.findings["exposure"]["internal"], truth.internal);
    assert_eq!((items(&it.findings, "certain"), items(&it.findings, "possible")), (truth.items, 0));
    assert_eq!(items(&it.findings, "unrecoverable"), 0);
    assert_eq!(it.findings["people"]["to_notify"], truth.addresses);
    assert_eq!(it.findings["people"]["warned_recipients"], it.truth.mail.unique_recipients);
}

#[test]
fn the_example_names_everybody_who_stood_in_the_folder() {
    let it = small();
    assert_eq!(truth(it).addresses, 1_538);
    assert!(truth(it).gone > 0, "some mails are in no snapshot: log and trace must tell");
    as_it_was(it);
    let sources = it.findings["mail"]["sources"].as_array().unwrap();
    let mailbox = sources.iter().find(|it| it["source"] == "mailbox").unwrap();
    let missing = mailbox["missing"].as_array().unwrap();
    assert!(missing.iter().all(|it| it["why"] == "deleted"), "{mailbox}");
    let missing: u64 = missing.iter().map(|it| it["messages"].as_u64().unwrap()).sum();
    assert_eq!(mailbox["messages"].as_u64().unwrap() + missing, it.truth.mail.messages);
    let urls = it.findings["mail"]["urls"].as_array().unwrap();
    assert!(urls[0].as_str().unwrap().starts_with("hxxps://"), "{urls:?}");
    let asked = it.findings["next_evidence"].as_array().unwrap();
    assert!(asked.iter().all(|it| it["source"] != "mailbox"), "it is there already");
}

#[test]
fn it_stays_right_when_the_owner_tidied_the_folder_and_at_other_sizes() {
    for (seed, correspondents, tidied) in
        [(20_251_001, 1_538, true), (5, 411, true), (6, 320, false)]
    {
        let it = looked(&Options {
            seed,
            correspondents,
            tidied,
            messages: 150,
            accounts: 14,
            ..Options::default()
        });
        as_it_was(&it);
    }
}

/// The incident with some files left out, and the case file changed.
fn with_less(without: &str, change: impl Fn(&mut toml::Table)) -> Value {
    let it = small();
    let dir = tempfile::tempdir().unwrap();
    crate::cli::copy_but(&it.folder.join("in"), &dir.path().join("in"), &|name| {
        name == "konseki.toml" || (!without.is_empty() && name.starts_with(without))
    });
    let text = fs::read_to_string(it.folder.join("in/konseki.toml")).unwrap();
    let mut case_file: toml::Table = text.parse().unwrap();
    change(&mut case_file);
    fs::write(dir.path().join("in/konseki.toml"), toml::to_string(&case_file).unwrap()).unwrap();
    findings(dir.path(), "in", "case", &[])
}

fn sources(case_file: &mut toml::Table) -> &mut Vec<toml::Value> {
    case_file.get_mut("source").and_then(toml::Value::as_array_mut).unwrap()
}

fn speaks_of_mailbox(source: &toml::Value) -> bool {
    source.get("path").and_then(toml::Value::as_str).is_some_and(|it| it.starts_with("mailbox"))
}

#[test]
fn without_the_mailbox_it_is_at_least_and_the_mailbox_is_asked_for() {
    let found = with_less("mailbox", |it| sources(it).retain(|it| !speaks_of_mailbox(it)));
    let (value, is, limits) = figure(&found, "addresses");
    assert!(value < truth(small()).addresses, "{value}");
    assert_eq!(is, "at_least");
    assert!(limits.contains(&"no_snapshot"), "{limits:?}");
    let asked = found["next_evidence"].as_array().unwrap();
    let asked = asked.iter().find(|it| it["source"] == "mailbox").unwrap();
    for way in ["Purview", "PST", "New-MailboxExportRequest"] {
        assert!(asked["how"]["ja"].as_str().unwrap().contains(way), "{way}: {asked}");
    }
    assert_eq!(found["mail"]["messages"], small().findings["mail"]["messages"]);
}

#[test]
fn a_mailbox_nobody_declared_whole_proves_nothing_about_what_is_missing() {
    let found = with_less("", |it| sources(it).retain(|it| !speaks_of_mailbox(it)));
    let (value, is, limits) = figure(&found, "addresses");
    // Whose it is stands nowhere now: the owner is inferred from who wrote what stands in Sent.
    assert_eq!((value, is), (truth(small()).addresses, "at_least"));
    assert!(limits.contains(&"no_snapshot"), "{limits:?}");
    let found = with_less("", |it| {
        for source in sources(it).iter_mut().filter(|it| speaks_of_mailbox(it)) {
            source.as_table_mut().unwrap().insert("folders".into(), vec!["Inbox"].into());
        }
    });
    assert_eq!(figure(&found, "addresses").1, "at_least", "one folder is not the mailbox");
}

#[test]
fn without_the_trace_what_is_lost_is_counted() {
    let speaks = |it: &toml::Value| {
        it.get("path").and_then(toml::Value::as_str).is_some_and(|it| it.starts_with("trace"))
    };
    let found = with_less("trace", |it| sources(it).retain(|it| !speaks(it)));
    let (value, is, _) = figure(&found, "addresses");
    assert!(value <= truth(small()).addresses, "{value}");
    assert_eq!(is, "at_least");
    assert_eq!(items(&found, "unrecoverable"), truth(small()).gone);
    assert_eq!(items(&found, "certain") + truth(small()).gone, truth(small()).items);
}

#[test]
fn a_person_leads_back_to_items_and_touches() {
    let it = small();
    let why = |claim: &str| -> Value {
        let said =
            konseki(&it.folder, &["why", claim, "--case-dir", "case", "--format", "json", "--all"]);
        assert_eq!(said.status, 0, "{}", said.err);
        serde_json::from_str(&said.out).unwrap()
    };
    let all = why("exposure.addresses");
    assert_eq!((&all["value"], &all["is"]), (&Value::from(1_538), &Value::from("exact")));
    assert!(all["total"].as_u64().unwrap() > 500);
    let evidence = |it: &Value| {
        let mut found: Vec<String> = it["records"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["evidence"].as_str().unwrap().split('/').next().unwrap().to_owned())
            .collect();
        found.sort();
        found.dedup();
        found
    };
    assert_eq!(evidence(&all), ["mailbox", "ual"]);
    let (head, rows) = csv(&it.folder, "people.ja.csv");
    let address = head.iter().position(|it| it == "メールアドレス").unwrap();
    let one = &rows[rows.len() / 2][address];
    let person = why(&format!("people[{one}]"));
    assert_eq!(person["value"]["person"], one.as_str());
    assert_eq!(evidence(&person), ["mailbox", "ual"], "the item, and the touches");
    let raw = person["records"].as_array().unwrap();
    assert!(raw.iter().any(|it| it["raw"].as_str().unwrap().contains(one.as_str())), "{person}");
    let nobody = konseki(&it.folder, &["why", "people[nobody@example.net]", "--case-dir", "case"]);
    assert_eq!(nobody.status, 2, "{}", nobody.err);
}

/// Rows of a list for the office.
fn csv(folder: &Path, name: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let text = fs::read_to_string(folder.join("case").join(name)).unwrap();
    let text = text.strip_prefix('\u{feff}').unwrap();
    let row = |line: &str| -> Vec<String> {
        let inside = line.strip_prefix('"').and_then(|it| it.strip_suffix('"')).unwrap();
        inside.split("\",\"").map(str::to_owned).collect()
    };
    let mut rows: Vec<Vec<String>> =
        text.split("\r\n").filter(|it| !it.is_empty()).map(row).collect();
    (rows.remove(0), rows)
}

#[test]
fn the_office_gets_its_lists_in_both_languages() {
    let it = small();
    let manifest: Value =
        serde_json::from_str(&fs::read_to_string(it.folder.join("case/manifest.json")).unwrap())
            .unwrap();
    for language in ["ja", "en"] {
        for (name, rows) in
            [("people", truth(it).addresses), ("warned", it.truth.mail.unique_recipients)]
        {
            let file = format!("{name}.{language}.csv");
            assert_eq!(csv(&it.folder, &file).1.len() as u64, rows, "{file}");
            let book = fs::read(it.folder.join(format!("case/{name}.{language}.xlsx"))).unwrap();
            assert!(book.starts_with(b"PK"));
            let listed = manifest["outputs"].as_array().unwrap();
            assert!(listed.iter().any(|it| it["path"] == file.as_str()), "{file}");
        }
    }
    let (head, rows) = csv(&it.folder, "people.ja.csv");
    let place = |name: &str| head.iter().position(|it| it == name).unwrap();
    let named = rows.iter().filter(|it| !it[place("氏名")].is_empty());
    assert!(named.clone().count() > 1_000, "names come from mails and lists");
    let odd = named.clone().find(|it| !["様", "御中"].contains(&it[place("敬称")].as_str()));
    assert_eq!(odd, None);
    let shown = konseki(&it.folder, &["show", "people", "--case-dir", "case", "--lang", "ja"]);
    assert!(shown.out.contains("1,538"), "{}", shown.out);
    let screen =
        run::konseki(&it.folder, &["show", "people", "--case-dir", "case", "--format", "json"]);
    let counts: Value = serde_json::from_str(&screen.out).unwrap();
    assert_eq!(counts["to_notify"], truth(it).addresses);
}

#[test]
fn tables_tell_what_stands_in_the_mailbox() {
    let it = small();
    let one = |sql: &str| -> u64 {
        let said = konseki(&it.folder, &["sql", sql, "--case-dir", "case", "--format", "csv"]);
        assert_eq!(said.status, 0, "{}", said.err);
        said.out.lines().last().unwrap().trim_matches('"').parse().unwrap()
    };
    let rows = it.truth.sources["mailbox"].rows;
    assert_eq!(one("SELECT count(*) FROM mailbox_items"), rows);
    assert_eq!(
        one("SELECT count(*) FROM mailbox_items WHERE scope LIKE 'mailbox:%' AND NOT inferred"),
        rows
    );
    assert!(one("SELECT count(*) FROM mailbox_items WHERE kind = 'report'") > 0);
    assert_eq!(one("SELECT count(*) FROM exposed_items"), truth(it).items);
    let outside = "SELECT count(DISTINCT address) FROM exposed_names WHERE side = 'external'";
    assert_eq!(one(outside), truth(it).addresses);
    assert_eq!(
        one(
            "SELECT count(DISTINCT person) FROM people WHERE causes LIKE '%exposed%' AND NOT internal"
        ),
        truth(it).addresses
    );
}
