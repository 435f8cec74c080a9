//! A claim never grows stronger by knowing less (design §2, principle 5): whatever is withheld,
//! nothing becomes `no_trace`, and no figure becomes more exact or exact with another value.

use std::{collections::BTreeMap, fs, path::Path};

use app::example::{Options, Scenario, simulate};
use proptest::prelude::*;
use serde_json::Value;

use crate::run::findings;

/// An incident whose audit log is one file of lines, so that slices can be cut out of it.
struct Base {
    dir: tempfile::TempDir,
    findings: Value,
    case_file: toml::Table,
    lines: Vec<(String, String, String)>,
    files: Vec<String>,
}

fn base(options: &Options) -> Base {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("in");
    simulate(options).unwrap().write(&folder).unwrap();
    let lines = lines(&folder);
    let _ = fs::remove_dir_all(folder.join("ual"));
    fs::create_dir(folder.join("ual")).unwrap();
    let text: Vec<&str> = lines.iter().map(|it| it.2.as_str()).collect();
    fs::write(folder.join("ual/all.jsonl"), text.join("\n")).unwrap();
    let case_file = fs::read_to_string(folder.join("konseki.toml")).unwrap().parse().unwrap();
    let findings = findings(dir.path(), "in", "case", &[]);
    let mut files: Vec<String> = findings["evidence"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["path"].as_str().unwrap().to_owned())
        .filter(|it| it != "konseki.toml" && !it.contains("!/"))
        .collect();
    files.sort();
    Base { dir, findings, case_file, lines, files }
}

/// The audit records: time, account, text.
fn lines(folder: &Path) -> Vec<(String, String, String)> {
    let found = evidence::find(&[folder.to_owned()], &evidence::FindOptions::default());
    let mut records = BTreeMap::new();
    for source in &found.sources {
        let inspection = evidence::inspect(source);
        if inspection.kind != model::Kind::Ual {
            continue;
        }
        let mut positions = Vec::new();
        evidence::read(source, &inspection, &evidence::ReadOptions::default(), &mut |row| {
            positions.push(row.position);
        });
        for text in evidence::fetch(source, &inspection, &positions).into_iter().flatten() {
            let inner = crate::same_answer::inner(&text);
            let value: Value = serde_json::from_str(&inner).unwrap();
            let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
            let owner = if text("MailboxOwnerUPN").is_empty() {
                text("UserId")
            } else {
                text("MailboxOwnerUPN")
            };
            records.insert(text("Id"), (text("CreationTime"), owner.to_lowercase(), inner));
        }
    }
    let mut lines: Vec<_> = records.into_values().collect();
    lines.sort();
    lines
}

/// One thing withheld.
#[derive(Clone, Debug)]
enum Withheld {
    /// A file, with the declarations that speak of it.
    File(usize),
    /// A declaration.
    Declaration(usize),
    /// Part of the audit log, the declaration cut to match.
    Slice(f64, f64),
    /// One account's records, the declaration cut to match.
    Account(usize),
}

fn withheld() -> impl Strategy<Value = Withheld> {
    prop_oneof![
        any::<usize>().prop_map(Withheld::File),
        any::<usize>().prop_map(Withheld::Declaration),
        (0.0..1.0, 0.01..0.5).prop_map(|(from, width)| Withheld::Slice(from, width)),
        any::<usize>().prop_map(Withheld::Account),
    ]
}

fn sources(table: &mut toml::Table) -> &mut Vec<toml::Value> {
    let entry = table.entry("source").or_insert_with(|| toml::Value::Array(Vec::new()));
    match entry {
        toml::Value::Array(list) => list,
        _ => panic!("[[source]] is a list"),
    }
}

fn speaks_of(source: &toml::Value, file: &str) -> bool {
    source.get("path").and_then(toml::Value::as_str).is_some_and(|it| model::glob_matches(it, file))
}

/// A declaration of the audit log without the span from `a` to `b`; any other stays as it is.
fn around(source: toml::Value, a: &str, b: &str) -> Vec<toml::Value> {
    if !speaks_of(&source, "ual/all.jsonl") {
        return vec![source];
    }
    let text = |key: &str| {
        let found = source.get(key);
        found
            .map(|it| it.as_str().map_or_else(|| it.to_string(), str::to_owned))
            .unwrap_or_default()
    };
    let (from, to) = (text("from"), text("to"));
    let (a, b) = (format!("{a}Z"), format!("{b}Z"));
    let parts = [(from.clone(), a.min(to.clone())), (from.max(b), to)];
    let part = |(from, to): (String, String)| {
        let mut part = source.clone();
        let table = part.as_table_mut().unwrap();
        table.insert("from".into(), from.into());
        table.insert("to".into(), to.into());
        part
    };
    parts.into_iter().filter(|(from, to)| from < to).map(part).collect()
}

/// Writes the incident with less.
fn write(base: &Base, what: &Withheld, to: &Path) {
    let folder = base.dir.path().join("in");
    let mut case_file = base.case_file.clone();
    let mut leave = Vec::new();
    let mut lines: Vec<&(String, String, String)> = base.lines.iter().collect();
    match what {
        Withheld::File(n) => {
            let file = base.files[n % base.files.len()].clone();
            sources(&mut case_file).retain(|it| !speaks_of(it, &file));
            leave.push(file);
        }
        Withheld::Declaration(n) => {
            let all = sources(&mut case_file);
            if !all.is_empty() {
                let n = n % all.len();
                all.remove(n);
            }
        }
        Withheld::Slice(from, width) => {
            let n = lines.len() as f64;
            let (a, b) =
                ((n * from) as usize, ((n * (from + width)) as usize).min(lines.len() - 1));
            let (a, b) = (lines[a].0.clone(), lines[b].0.clone());
            lines.retain(|it| it.0 < a || it.0 >= b);
            let cut = sources(&mut case_file).drain(..).flat_map(|it| around(it, &a, &b)).collect();
            *sources(&mut case_file) = cut;
        }
        Withheld::Account(n) => {
            let accounts: Vec<&str> = base.findings["accounts"]
                .as_array()
                .unwrap()
                .iter()
                .filter_map(|it| it["account"].as_str())
                .collect();
            let gone = accounts[n % accounts.len()];
            lines.retain(|it| it.1 != gone);
            let others: Vec<toml::Value> =
                accounts.iter().filter(|it| **it != gone).map(|it| (*it).into()).collect();
            for source in
                sources(&mut case_file).iter_mut().filter(|it| speaks_of(it, "ual/all.jsonl"))
            {
                source.as_table_mut().unwrap().insert("accounts".into(), others.clone().into());
            }
        }
    }
    let left = |name: &str| {
        name == "konseki.toml" || name == "ual/all.jsonl" || leave.iter().any(|it| it == name)
    };
    crate::cli::copy_but(&folder, to, &left);
    fs::write(to.join("konseki.toml"), toml::to_string(&case_file).unwrap()).unwrap();
    if !leave.iter().any(|it| it == "ual/all.jsonl") {
        fs::create_dir_all(to.join("ual")).unwrap();
        let text: Vec<&str> = lines.iter().map(|it| it.2.as_str()).collect();
        fs::write(to.join("ual/all.jsonl"), text.join("\n")).unwrap();
    }
}

fn verdicts<'a>(findings: &'a Value, list: &str, id: &str) -> BTreeMap<&'a str, &'a str> {
    let all = findings[list].as_array().unwrap().iter();
    all.map(|it| (it[id].as_str().unwrap(), it["verdict"].as_str().unwrap())).collect()
}

/// What became stronger, which nothing may.
fn stronger(before: &Value, after: &Value) -> Vec<String> {
    let mut found = Vec::new();
    for (list, id) in [("scopes", "scope"), ("accounts", "account")] {
        let was = verdicts(before, list, id);
        for (name, verdict) in verdicts(after, list, id) {
            if verdict == "no_trace" && was.get(name) != Some(&"no_trace") {
                found.push(format!("{name}: {:?} became no_trace", was.get(name)));
            }
        }
    }
    if after["outcome"]["value"] == "none_shown" && before["outcome"]["value"] != "none_shown" {
        found.push("the outcome became none_shown".to_owned());
    }
    let mut figure = |name: String, was: &Value, is: &Value| {
        let strength = |it: &Value| match it["is"].as_str() {
            Some("exact") => 2,
            Some("at_least" | "at_most") => 1,
            _ => 0,
        };
        let other = strength(is) == 2 && was["value"] != is["value"];
        if strength(is) > strength(was) || other {
            found.push(format!("{name}: {was} became {is}"));
        }
    };
    for name in ["messages", "recipients", "unique_recipients", "failed", "known_recipients"] {
        figure(format!("mail.{name}"), &before["mail"][name], &after["mail"][name]);
    }
    for name in ["addresses", "addresses_shown", "people"] {
        figure(format!("exposure.{name}"), &before["exposure"][name], &after["exposure"][name]);
    }
    for it in after["exposure"]["groups"].as_array().unwrap() {
        let same = |was: &&Value| was["scope"] == it["scope"] && was["kind"] == it["kind"];
        let was = before["exposure"]["groups"].as_array().unwrap().iter().find(same);
        for name in ["addresses", "addresses_shown"] {
            let was = was.map_or(&Value::Null, |was| &was[name]);
            figure(format!("{} {} {name}", it["scope"], it["kind"]), was, &it[name]);
        }
    }
    for it in after["reading"].as_array().unwrap() {
        let was = before["reading"]
            .as_array()
            .unwrap()
            .iter()
            .find(|was| was["account"] == it["account"]);
        for name in ["items", "files"] {
            figure(
                format!("reading {name}"),
                was.map_or(&Value::Null, |was| &was[name]),
                &it[name],
            );
        }
    }
    found
}

fn held(options: &Options, all: Vec<Withheld>) {
    let base = base(options);
    for what in all {
        let dir = tempfile::tempdir().unwrap();
        write(&base, &what, &dir.path().join("in"));
        let after = findings(dir.path(), "in", "case", &[]);
        let odd = stronger(&base.findings, &after);
        assert!(odd.is_empty(), "{what:?}: {odd:#?}");
    }
}

/// How many cases a run tries; more with `KONSEKI_CASES=1000`.
fn cases(default: usize) -> usize {
    std::env::var("KONSEKI_CASES").ok().and_then(|it| it.parse().ok()).unwrap_or(default)
}

fn drawn(n: usize, seed: u8) -> Vec<Withheld> {
    use proptest::{
        strategy::ValueTree,
        test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
    };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    (0..n).map(|_| withheld().new_tree(&mut runner).unwrap().current()).collect()
}

#[test]
fn nothing_grows_stronger_by_knowing_less_in_the_founding_incident() {
    held(&Options { messages: 120, accounts: 14, ..Options::default() }, drawn(cases(12), 1));
}

#[test]
fn nothing_grows_stronger_by_knowing_less_in_the_others() {
    for (n, scenario) in [Scenario::TokenReplay, Scenario::InternalSpread, Scenario::CleanSpray]
        .into_iter()
        .enumerate()
    {
        held(&Options::of(scenario), drawn(cases(5), n as u8 + 2));
    }
}
