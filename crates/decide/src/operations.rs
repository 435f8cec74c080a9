//! What is one of Microsoft's operations in the words of the contract? `knowledge/operations/`.

use std::{collections::BTreeMap, sync::OnceLock};

use serde::Deserialize;

/// The files, embedded at build. To add one: write the file, name it here.
pub const FILES: &[model::DataFile] = &[
    ("entra", include_str!("../../../knowledge/operations/entra.toml")),
    ("exchange", include_str!("../../../knowledge/operations/exchange.toml")),
    ("sharepoint", include_str!("../../../knowledge/operations/sharepoint.toml")),
    ("teams", include_str!("../../../knowledge/operations/teams.toml")),
];

/// The contract's `operation` values.
pub const OPERATIONS: [&str; 21] = [
    "sign_in",
    "read",
    "sync",
    "search",
    "list",
    "send",
    "delete",
    "move",
    "update",
    "rule",
    "forward",
    "consent",
    "permission",
    "mfa_change",
    "device_change",
    "file_read",
    "file_download",
    "file_change",
    "export",
    "config",
    "other",
];
/// The contract's `act` values.
pub const ACTS: [&str; 12] = [
    "sign_in",
    "read",
    "sync",
    "send",
    "delete",
    "move",
    "update",
    "search",
    "config",
    "file_access",
    "connect",
    "execute",
];
/// What an operation can concern.
pub const SCOPES: [&str; 6] = ["account", "mail", "mailbox", "settings", "tenant", "service"];

/// One operation, understood.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Op {
    /// As Microsoft names it.
    pub name: String,
    /// The contract's word; one of [`OPERATIONS`].
    pub operation: &'static str,
    /// The act that a source must be able to show; one of [`ACTS`].
    pub act: &'static str,
    /// Whether a folder it names as its source counts as touched (design §4.6).
    pub touches: bool,
    /// What it concerns; one of [`SCOPES`].
    pub scope: &'static str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    operation: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    operation: String,
    act: String,
    scope: String,
    #[serde(default)]
    touches: bool,
    names: Vec<String>,
    #[allow(dead_code, reason = "read by people")]
    source: String,
}

fn word(all: &[&'static str], word: &str) -> Option<&'static str> {
    all.iter().find(|it| **it == word).copied()
}

fn rows() -> &'static BTreeMap<String, Op> {
    static ROWS: OnceLock<BTreeMap<String, Op>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let mut found = BTreeMap::new();
        for row in FILES
            .iter()
            .filter_map(|(_, text)| toml::from_str::<File>(text).ok())
            .flat_map(|it| it.operation)
        {
            let words = (
                word(&OPERATIONS, &row.operation),
                word(&ACTS, &row.act),
                word(&SCOPES, &row.scope),
            );
            let (Some(operation), Some(act), Some(scope)) = words else { continue };
            for name in row.names {
                let key = fold(&name);
                found.insert(key, Op { name, operation, act, touches: row.touches, scope });
            }
        }
        found
    })
}

/// Trailing dots and blanks and the kind of dash differ between exports (formats §1.5).
fn fold(name: &str) -> String {
    name.trim_end_matches(['.', ' ']).trim().replace(['–', '—'], "-").to_lowercase()
}

/// Returns what the operation is; one nobody knows is `other` and concerns the account.
pub fn of(name: &str) -> &'static Op {
    static OTHER: OnceLock<Op> = OnceLock::new();
    rows().get(&fold(name)).unwrap_or_else(|| {
        OTHER.get_or_init(|| Op {
            name: "other".to_owned(),
            operation: "other",
            act: "read",
            touches: false,
            scope: "account",
        })
    })
}

/// Every operation that is this act, as Microsoft names it.
pub fn names(act: &str) -> Vec<String> {
    rows().values().filter(|it| it.act == act).map(real_name).collect()
}

/// Every operation that means this word of the contract, as Microsoft names it.
pub fn meaning(operation: &str) -> Vec<String> {
    if operation == "sync" {
        return vec!["MailItemsAccessed".to_owned()];
    }
    rows().values().filter(|it| it.operation == operation).map(real_name).collect()
}

/// A name with a remark in brackets is a cmdlet whose content tells: the records bear the bare name.
fn real_name(it: &Op) -> String {
    it.name.split(" (").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_parses_and_every_name_stands_once() {
        let mut seen = std::collections::BTreeSet::new();
        for (stem, text) in FILES {
            let file: File = toml::from_str(text).unwrap_or_else(|err| panic!("{stem}: {err}"));
            for row in file.operation {
                assert!(word(&OPERATIONS, &row.operation).is_some(), "{stem}: {}", row.operation);
                assert!(word(&ACTS, &row.act).is_some(), "{stem}: {}", row.act);
                assert!(word(&SCOPES, &row.scope).is_some(), "{stem}: {}", row.scope);
                for name in row.names {
                    assert!(seen.insert(fold(&name)), "{stem}: {name}");
                }
            }
        }
    }

    #[test]
    fn a_send_touches_no_folder_and_a_bind_does() {
        assert!(
            of("MailItemsAccessed").touches
                && of("HardDelete").touches
                && of("AttachmentAccess").touches
        );
        assert!(!of("Send").touches && !of("Create").touches && !of("FolderBind").touches);
        assert_eq!((of("Send").operation, of("Send").scope), ("send", "mail"));
        assert_eq!(of("New-InboxRule").operation, "rule");
        assert_eq!(of("Update application – Certificates and secrets management ").scope, "tenant");
        assert_eq!(of("Consent to application.").operation, "consent");
        assert_eq!(of("no such thing").operation, "other");
    }

    #[test]
    fn everything_behaviour_and_findings_ask_for_is_known() {
        for name in crate::behaviour::OPERATIONS.into_iter().chain(crate::findings::operations()) {
            assert_ne!(of(name).operation, "other", "{name}");
        }
    }
}
