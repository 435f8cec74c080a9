//! «No trace» is said where the evidence carries it, and nowhere else.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::run::{findings, small};

fn verdicts(findings: &Value) -> BTreeMap<&str, &str> {
    let all = findings["scopes"].as_array().unwrap().iter();
    all.map(|it| (it["scope"].as_str().unwrap(), it["verdict"].as_str().unwrap())).collect()
}

/// The founding announcement's own list, from the example with its case file.
#[test]
fn the_example_says_what_the_founding_announcement_had_to_say() {
    let it = small();
    let account = &it.truth.compromised[0].account;
    let verdicts = verdicts(&it.findings);
    let of = |id: &str| verdicts.get(id).copied().unwrap_or("absent");
    assert_eq!(of("accounts:others"), "no_trace");
    for part in ["teams", "onedrive", "sharepoint"] {
        assert_eq!(of(&format!("service:{account}/{part}")), "no_trace", "{part}");
    }
    for folder in ["inbox", "drafts", "deleted", "recoverable", "archive", "junk"] {
        assert_eq!(of(&format!("mailbox:{account}/{folder}")), "no_trace", "{folder}");
    }
    for class in ["items", "attachments", "contacts", "calendar", "settings"] {
        assert_eq!(of(&format!("{class}:{account}")), "no_trace", "{class}");
    }
    for touched in [
        format!("mailbox:{account}/sent"),
        format!("service:{account}/outlook"),
        format!("account:{account}"),
    ] {
        assert_eq!(of(&touched), "trace_found", "{touched}");
    }
    let systems: Vec<(&&str, &&str)> = verdicts
        .iter()
        .filter(|it| ["system:", "network:", "device:"].iter().any(|at| it.0.starts_with(at)))
        .collect();
    assert_eq!(systems.iter().filter(|it| *it.1 == "no_trace").count(), 3, "{systems:?}");
    assert_eq!(systems.iter().filter(|it| *it.1 == "cannot_tell").count(), 1, "{systems:?}");
    // Every «no trace» is proven: covered whole, by declaration, or stated by an expert with a name.
    for scope in
        it.findings["scopes"].as_array().unwrap().iter().filter(|it| it["verdict"] == "no_trace")
    {
        let coverage = &scope["coverage"];
        match coverage["basis"].as_str() {
            Some("declared") => assert_eq!(
                (&coverage["covered"], coverage["gaps"].as_array().unwrap().len()),
                (&Value::from(1.0), 0),
                "{scope}"
            ),
            Some("attested") => {
                assert!(!scope["attested"].as_array().unwrap().is_empty(), "{scope}")
            }
            other => panic!("{other:?}: {scope}"),
        }
        assert!(scope["blocking"].as_array().unwrap().is_empty(), "{scope}");
        let text = scope["text"]["ja"].as_str().unwrap();
        assert!(text.len() > 20, "{scope}");
        if scope["limits"].as_array().unwrap().iter().any(|it| it == "list_view") {
            assert!(text.contains("一覧"), "the limit is said in words: {text}");
        }
    }
}

/// First and last row prove nothing about what was asked for.
#[test]
fn without_declarations_nothing_is_cleared_but_it_is_said_what_would_be() {
    let it = small();
    let dir = tempfile::tempdir().unwrap();
    crate::cli::copy_but(&it.folder.join("in"), &dir.path().join("in"), &|name| {
        name == "konseki.toml"
    });
    let text = std::fs::read_to_string(it.folder.join("in/konseki.toml")).unwrap();
    let mut case_file: toml::Table = text.parse().unwrap();
    case_file.remove("source");
    case_file.remove("statement");
    std::fs::write(dir.path().join("in/konseki.toml"), toml::to_string(&case_file).unwrap())
        .unwrap();
    let found = findings(dir.path(), "in", "case", &[]);
    assert!(verdicts(&found).values().all(|it| *it != "no_trace"));
    let scopes = found["scopes"].as_array().unwrap();
    let inbox = format!("mailbox:{}/inbox", it.truth.compromised[0].account);
    let inbox = scopes.iter().find(|it| it["scope"] == inbox.as_str()).unwrap();
    assert_eq!(
        (&inbox["coverage"]["basis"], &inbox["if_confirmed"]),
        (&"inferred".into(), &"no_trace".into()),
        "{inbox}"
    );
    assert_eq!(found["mail"]["messages"]["is"], "at_least");
    assert!(
        found["next_evidence"].as_array().unwrap().iter().any(|it| it["source"] == "declaration")
    );
}
