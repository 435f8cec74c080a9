//! Simulated incidents with known truth: who did what is graded record by record, every count is
//! compared.

use std::{collections::BTreeMap, path::Path};

use app::example::{Actor, Options, Truth};
use serde_json::Value;

use crate::run::{self, Looked, golden, konseki, looked};

/// Verdict of every record, as published.
pub(crate) fn verdicts(folder: &Path, case: &str) -> BTreeMap<String, String> {
    let said = konseki(
        folder,
        &[
            "sql",
            "SELECT record_id, verdict FROM attribution",
            "--case-dir",
            case,
            "--format",
            "json",
        ],
    );
    assert_eq!(said.status, 0, "{}", said.err);
    let rows: Vec<Value> = serde_json::from_str(&said.out).unwrap();
    let text = |it: &Value| it.as_str().unwrap_or_default().to_owned();
    rows.iter().map(|it| (text(&it["record_id"]), text(&it["verdict"]))).collect()
}

struct Grade {
    right: u64,
    missed: Vec<String>,
    accused: Vec<String>,
}

fn grade(truth: &Truth, verdicts: &BTreeMap<String, String>) -> Grade {
    let mut it = Grade { right: 0, missed: Vec::new(), accused: Vec::new() };
    for (actor, accounts) in truth.ual.iter().chain(&truth.signins) {
        for id in accounts.values().flatten() {
            let Some(verdict) = verdicts.get(id) else { continue };
            match (*actor == Actor::Attacker, verdict == "attacker") {
                (true, true) => it.right += 1,
                (true, false) => it.missed.push(format!("{id} {verdict}")),
                // An attempt from the intruder's own address is the intruder's; it touches nothing.
                (false, true) if *actor != Actor::Attempt => {
                    it.accused.push(format!("{id} {actor:?}"))
                }
                _ => {}
            }
        }
    }
    it
}

fn graded(it: &Looked) {
    let grade = grade(&it.truth, &verdicts(&it.folder, "case"));
    let all = grade.right + grade.missed.len() as u64;
    let recall = if all == 0 { 1.0 } else { grade.right as f64 / all as f64 };
    let accused = grade.right + grade.accused.len() as u64;
    let precision = if accused == 0 { 1.0 } else { grade.right as f64 / accused as f64 };
    let name = &it.truth.scenario;
    assert!(
        recall >= 0.99,
        "{name}: recall {recall}: {:?}",
        &grade.missed[..grade.missed.len().min(10)]
    );
    assert!(
        precision >= 0.99,
        "{name}: precision {precision}: {:?}",
        &grade.accused[..grade.accused.len().min(10)]
    );
}

fn accounts_with(findings: &Value, verdict: &str) -> Vec<String> {
    let all = findings["accounts"].as_array().unwrap().iter();
    let found = all.filter(|it| it["verdict"] == verdict);
    found.map(|it| it["account"].as_str().unwrap().to_owned()).collect()
}

fn truth_accounts(truth: &Truth) -> Vec<String> {
    truth.compromised.iter().map(|it| it.account.clone()).collect()
}

fn figures(it: &Looked) {
    let (mail, truth) = (&it.findings["mail"], &it.truth.mail);
    for (name, want) in [
        ("messages", truth.messages),
        ("recipients", truth.recipients),
        ("unique_recipients", truth.unique_recipients),
        ("failed", truth.failed),
        ("known_recipients", truth.known_recipients),
    ] {
        assert_eq!(mail[name]["value"], want, "{}: {name}", it.truth.scenario);
    }
    let days: BTreeMap<String, u64> = mail["by_day"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["date"].as_str().unwrap().to_owned(), it["messages"].as_u64().unwrap()))
        .filter(|it| it.1 > 0)
        .collect();
    assert_eq!(days, truth.by_day);
}

fn evidence_adds_up(it: &Looked) {
    let mut rows: BTreeMap<&str, u64> = BTreeMap::new();
    let mut records: BTreeMap<&str, u64> = BTreeMap::new();
    for file in it.findings["evidence"].as_array().unwrap() {
        let n = |key: &str| file[key].as_u64().unwrap();
        assert_eq!(n("rows"), n("records") + n("duplicates") + n("rejected"), "{}", file["path"]);
        let kind = file["kind"].as_str().unwrap();
        *rows.entry(kind).or_default() += n("rows");
        *records.entry(kind).or_default() += n("records");
        assert_ne!(kind, "unknown", "{}", file["path"]);
    }
    for (kind, want) in &it.truth.sources {
        assert_eq!(rows.get(kind.as_str()), Some(&want.rows), "{kind}: rows");
        assert_eq!(records.get(kind.as_str()), Some(&want.records), "{kind}: records");
    }
}

fn taken_over(it: &Looked) {
    assert_eq!(it.findings["outcome"]["value"], "takeover");
    assert_eq!(accounts_with(&it.findings, "compromised"), truth_accounts(&it.truth));
    for access in &it.truth.compromised {
        let all = it.findings["accounts"].as_array().unwrap();
        let found = all.iter().find(|found| found["account"] == access.account.as_str()).unwrap();
        assert_eq!(found["first_access"], access.first.as_str(), "{}", access.account);
        assert_eq!(found["last_access"], access.last.as_str(), "{}", access.account);
    }
    let scopes = it.findings["scopes"].as_array().unwrap();
    for scope in &it.truth.touched_scopes {
        let found = scopes.iter().find(|found| found["scope"] == scope.as_str());
        assert_eq!(found.map(|it| &it["verdict"]), Some(&Value::from("trace_found")), "{scope}");
    }
}

#[test]
fn the_founding_incident_at_three_sizes() {
    for (messages, accounts, seed) in [(420, 14, 1), (95, 19, 7)] {
        let it = looked(&Options { messages, accounts, seed, ..Options::default() });
        whole(&it);
    }
    whole(run::small());
}

fn whole(it: &Looked) {
    graded(it);
    taken_over(it);
    figures(it);
    evidence_adds_up(it);
    let mail = &it.findings["mail"];
    assert_eq!(mail["messages"]["is"], "exact", "{mail}");
    assert_eq!(mail["unexplained"], 0);
    let near: u64 = mail["lists"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["near_matches"].as_u64().unwrap())
        .sum();
    assert!(near >= it.truth.mail.near_matches, "near matches are shown apart");
}

#[test]
fn a_token_replayed_from_the_same_country() {
    let it = golden("token_replay");
    graded(&it);
    taken_over(&it);
    evidence_adds_up(&it);
    assert_eq!(it.findings["mail"]["messages"]["value"], 0);
    let rules: Vec<&Value> = it.findings["persistence"].as_array().unwrap().iter().collect();
    assert_eq!(rules.len(), it.truth.persistence.len(), "{rules:?}");
    let read: u64 = it.truth.read_items.values().sum();
    let shown: u64 = it.findings["reading"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| it["items"]["value"].as_u64())
        .sum();
    assert_eq!(shown, read);
}

#[test]
fn an_internal_spread_over_three_accounts() {
    let it = golden("internal_spread");
    graded(&it);
    taken_over(&it);
    figures(&it);
    evidence_adds_up(&it);
    let kinds = |list: Vec<(&str, &str)>| {
        let mut list: Vec<(String, String)> =
            list.into_iter().map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
        list.sort();
        list
    };
    let found = it.findings["persistence"].as_array().unwrap();
    let found = found
        .iter()
        .map(|it| (it["account"].as_str().unwrap(), it["kind"].as_str().unwrap()))
        .collect();
    let truth =
        it.truth.persistence.iter().map(|it| (it.account.as_str(), it.kind.as_str())).collect();
    assert_eq!(kinds(found), kinds(truth));
}

#[test]
fn a_clean_tenant_with_a_password_spray_accuses_nobody() {
    let it = golden("clean_spray");
    graded(&it);
    evidence_adds_up(&it);
    assert_eq!(it.findings["outcome"]["value"], "cannot_tell");
    for verdict in ["compromised", "suspected"] {
        assert!(accounts_with(&it.findings, verdict).is_empty(), "{verdict}");
    }
    for session in it.findings["sessions"].as_array().unwrap() {
        let verdict = session["verdict"].as_str().unwrap();
        assert!(!["attacker", "suspected"].contains(&verdict), "{session}");
    }
    let attempts: u64 = it.findings["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["attempts"].as_u64().unwrap())
        .sum();
    let truth: u64 = it.truth.attempts.values().sum();
    assert!(attempts >= truth, "{attempts} of {truth} attempts shown");
}

/// Sign-ins are kept 30 days only: often there are none. Who did what must come out all the same.
#[test]
fn without_sign_ins_the_audit_log_alone_tells_who_did_what() {
    // Large enough that the first visits, which only the sign-in log tells from abroad and which stay
    // `suspected` here, weigh as little as in a real wave.
    let it = looked(&Options { messages: 1_700, accounts: 14, ..Options::default() });
    let dir = tempfile::tempdir().unwrap();
    crate::cli::copy_but(&it.folder.join("in"), &dir.path().join("in"), &|name| {
        name.starts_with("signin")
    });
    let findings = run::findings(dir.path(), "in", "case", &[]);
    assert!(!findings["evidence"].as_array().unwrap().iter().any(|it| it["kind"] == "signins"));
    let mut truth = it.truth.clone();
    truth.signins.clear();
    let grade = grade(&truth, &verdicts(dir.path(), "case"));
    let recall = grade.right as f64 / (grade.right + grade.missed.len() as u64) as f64;
    assert!(recall >= 0.99, "recall {recall}: {:?}", grade.missed);
    assert!(grade.accused.len() as f64 <= grade.right as f64 * 0.01, "{:?}", grade.accused);
    assert_eq!(findings["mail"]["messages"]["value"], truth.mail.messages);
}
