//! What persons decide outranks the machine, is kept with name and reason, and can be withdrawn.

use serde_json::Value;

use crate::run::{konseki, read, small};

fn verdict_of(findings: &Value, account: &str) -> String {
    let all = findings["accounts"].as_array().unwrap();
    all.iter().find(|it| it["account"] == account).unwrap()["verdict"].as_str().unwrap().to_owned()
}

#[test]
fn a_decision_is_recorded_applied_checked_and_withdrawn() {
    let it = small();
    let dir = tempfile::tempdir().unwrap();
    crate::cli::copy_but(&it.folder.join("in"), &dir.path().join("in"), &|_| false);
    crate::run::findings(dir.path(), "in", "case", &[]);
    let account = it.truth.compromised[0].account.clone();
    let before = std::fs::read(dir.path().join("case/findings.json")).unwrap();
    let selector = format!("account={account}");
    let decide = |more: &[&str]| {
        let mut args = vec!["decide"];
        args.extend(more);
        args.extend(["--case-dir", "case"]);
        konseki(dir.path(), &args)
    };
    // A name and a reason are needed, and a value of the vocabulary.
    assert_eq!(decide(&["session", &selector, "--is", "owner"]).status, 2);
    assert_eq!(
        decide(&["session", &selector, "--is", "mine", "--who", "T", "--why", "x"]).status,
        2
    );
    let said =
        decide(&["session", &selector, "--is", "owner", "--who", "田中", "--why", "本人の出張"]);
    assert_eq!(said.status, 0, "{}", said.err);
    let after = read(&dir.path().join("case"));
    assert_ne!(verdict_of(&after, &account), "compromised");
    assert_eq!(after["decisions"][0]["who"], "田中");
    assert!(
        after["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["code"] == "decision_against_fact")
    );
    assert_eq!(konseki(dir.path(), &["verify", "--case-dir", "case"]).status, 0);
    // The evidence says the same as before: without the decision, the same bytes.
    assert_eq!(decide(&["--withdraw", "1", "--who", "田中", "--why", "誤り"]).status, 0);
    assert!(std::fs::read(dir.path().join("case/findings.json")).unwrap() == before);
    // A changed file is noticed.
    let path = dir.path().join("case/report.ja.html");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("420", "42")).unwrap();
    let said = konseki(dir.path(), &["verify", "--case-dir", "case"]);
    assert_eq!(said.status, 3);
    assert!(said.out.contains("report.ja.html: changed"), "{}", said.out);
}
