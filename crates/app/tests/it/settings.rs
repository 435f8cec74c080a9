//! Exports of the configuration through the front door: what they add, and what is missing without
//! them.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::{Value, json};

use crate::run::{findings, konseki, small};

/// The incident with exports of the whole configuration, as `(path, text)`, and what was done to them.
fn write(folder: &Path, leave: &str, change: &dyn Fn(&mut BTreeMap<&'static str, String>)) {
    let it = small();
    crate::cli::copy_but(&it.folder.join("in"), &folder.join("in"), &|name| name == "konseki.toml");
    let text = fs::read_to_string(it.folder.join("in/konseki.toml")).unwrap();
    let case: toml::Table = text.parse().unwrap();
    let collected = case["source"][0]["collected_at"].as_str().unwrap().to_owned();
    let source = format!(
        "\n[[source]]\npath = \"state/*\"\ncollected_at = \"{collected}\"\naccounts = \"all\"\nstated_by = \"x\"\n"
    );
    fs::write(folder.join("in/konseki.toml"), text + &source).unwrap();
    let mut files = state();
    change(&mut files);
    files.remove(leave);
    for (name, text) in files {
        fs::create_dir_all(folder.join("in/state")).unwrap();
        fs::write(folder.join("in/state").join(name), text).unwrap();
    }
}

fn accounts() -> Vec<String> {
    let all = small().findings["accounts"].as_array().unwrap().iter();
    all.map(|it| it["account"].as_str().unwrap().to_owned()).collect()
}

fn state() -> BTreeMap<&'static str, String> {
    let all = accounts();
    let rows = |one: &dyn Fn(&String) -> Value| {
        json!({"value": all.iter().map(one).collect::<Vec<_>>()}).to_string()
    };
    let rights = all
        .iter()
        .map(|it| format!("{it},NT AUTHORITY\\SELF,\"FullAccess, ReadPermission\",False,False\n"));
    let first = &all[0];
    BTreeMap::from([
        (
            "mailboxes.json",
            rows(&|it| {
                json!({"UserPrincipalName": it, "ForwardingSmtpAddress": null, "ForwardingAddress": null,
                    "AuditEnabled": true, "DefaultAuditSet": ["Admin", "Delegate", "Owner"]})
            }),
        ),
        (
            "rules.json",
            json!([{"Name": "news", "RuleIdentity": "1", "Enabled": true, "Mailbox": first,
                "ForwardTo": null, "MoveToFolder": "News"}])
            .to_string(),
        ),
        (
            "grants.json",
            json!({"value": [{"clientId": "c", "consentType": "Principal", "principalId": first, "scope": "openid"}]}).to_string(),
        ),
        (
            "methods.json",
            rows(&|it| json!({"id": format!("id-{it}"), "userPrincipalName": it, "isMfaRegistered": true, "methodsRegistered": ["mobilePhone"]})),
        ),
        (
            "rights.csv",
            format!("Mailbox,User,AccessRights,IsInherited,Deny\n{}", rights.collect::<String>()),
        ),
    ])
}

fn scope<'a>(found: &'a Value, id: &str) -> &'a Value {
    found["scopes"].as_array().unwrap().iter().find(|it| it["scope"] == id).unwrap()
}

fn has(list: &Value, word: &str) -> bool {
    list.as_array().unwrap().iter().any(|it| it == word)
}

#[test]
fn the_state_closes_what_the_log_leaves_open_and_nothing_grows_stronger_without_it() {
    let id = format!("settings:{}", small().truth.compromised[0].account);
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "", &|_| {});
    let whole = findings(dir.path(), "in", "case", &[]);
    assert_eq!(scope(&whole, &id)["verdict"], "no_trace");
    assert!(!has(&scope(&whole, &id)["limits"], "state_not_seen"), "{}", scope(&whole, &id));
    assert!(has(&scope(&whole, "tenant")["limits"], "state_not_seen"));
    for file in whole["evidence"].as_array().unwrap() {
        if file["path"].as_str().unwrap().contains("state/") {
            assert_eq!(
                (&file["kind"], &file["rejected"]),
                (&"settings".into(), &0.into()),
                "{file}"
            );
            assert_eq!(file["rows"], file["records"], "{file}");
        }
    }
    let asked = |found: &Value, what: &str| {
        found["next_evidence"].as_array().unwrap().iter().any(|it| it["source"] == what)
    };
    assert!(!asked(&whole, "settings") && !asked(&whole, "settings_directory"));
    assert_eq!(whole["persistence"], small().findings["persistence"]);
    let sql = "SELECT count(*) AS n FROM settings WHERE kind = 'permission'";
    let said = konseki(dir.path(), &["sql", sql, "--case-dir", "case", "--format", "csv"]);
    assert_eq!(
        said.out.lines().last().map(|it| it.trim_matches('"')),
        Some(accounts().len().to_string().as_str())
    );
    for name in state().into_keys() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path(), name, &|_| {});
        let less = findings(dir.path(), "in", "case", &[]);
        assert!(has(&scope(&less, &id)["limits"], "state_not_seen"), "{name}");
        assert!(asked(&less, "settings") || asked(&less, "settings_directory"), "{name}");
        for it in less["scopes"].as_array().unwrap() {
            let was = &scope(&whole, it["scope"].as_str().unwrap())["verdict"];
            assert!(it["verdict"] != "no_trace" || was == "no_trace", "{name}: {it}");
        }
    }
}

#[test]
fn a_method_that_no_record_tells_of_is_listed_and_the_log_is_not_believed() {
    let victim = &small().truth.compromised[0];
    let judged = small().findings["accounts"].as_array().unwrap().iter();
    let first = judged.filter(|it| it["account"] == victim.account.as_str());
    let first = first.map(|it| it["first_access"].clone()).next().unwrap();
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "", &|files| {
        let method = json!({"@odata.type": "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod",
            "id": "m", "userPrincipalName": victim.account, "displayName": "<b>x\u{202e}", "createdDateTime": first});
        files.insert("method.json", method.to_string());
    });
    let found = findings(dir.path(), "in", "case", &[]);
    let left = found["persistence"].as_array().unwrap().iter();
    let mine: Vec<&Value> = left.filter(|it| it["kind"] == "mfa_method").collect();
    assert_eq!(mine.len(), 1, "{}", found["persistence"]);
    assert_eq!(mine[0]["account"], victim.account.as_str());
    let it = scope(&found, &format!("settings:{}", victim.account));
    assert_eq!(it["verdict"], "cannot_tell");
    assert!(it["coverage"]["gaps"].as_array().unwrap().iter().any(|it| it["why"] == "truncated"));
    assert_eq!(found["window"]["contained"], false);
    assert_eq!(found["window"]["to"], small().findings["window"]["to"]);
    let record = mine[0]["records"][0].as_str().unwrap();
    let sql = format!("SELECT name FROM settings WHERE record_id = '{record}'");
    let said = konseki(dir.path(), &["sql", &sql, "--case-dir", "case", "--format", "csv"]);
    assert_eq!(said.out.lines().count(), 2, "the record stands in the tables: {}", said.out);
}
