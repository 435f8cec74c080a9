//! Which log shows an act on a scope, for how long is it kept, and what can it not show?
//! `knowledge/observability/`, one file a kind of log.

use std::sync::OnceLock;

use model::Kind;
use serde::Deserialize;

/// The files, embedded at build. To add one: write the file, name it here and in [`KINDS`].
pub const FILES: &[model::DataFile] = &[
    ("entra_audit", include_str!("../../../knowledge/observability/entra_audit.toml")),
    ("message_trace", include_str!("../../../knowledge/observability/message_trace.toml")),
    ("signins", include_str!("../../../knowledge/observability/signins.toml")),
    ("ual", include_str!("../../../knowledge/observability/ual.toml")),
];

/// The kind of evidence each file speaks of.
const KINDS: &[Kind] = &[Kind::EntraAudit, Kind::MessageTrace, Kind::Signins, Kind::Ual];

/// The kind of log a record stands in; `None` for a record that proves no log to be listening.
pub fn kind_of(signin: bool, workload: &str) -> Option<Kind> {
    match workload {
        _ if signin => Some(Kind::Signins),
        model::ENTRA_AUDIT => Some(Kind::EntraAudit),
        model::ENTRA_RISK => None,
        _ => Some(Kind::Ual),
    }
}

/// Whose record proves that the log was listening.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    /// A record in that very mailbox.
    Mailbox,
    /// A record of any account.
    Tenant,
}

/// How long a log is kept under one licence.
#[derive(Clone, Debug, Eq, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Licence or setting.
    pub licence: String,
    /// Days.
    pub days: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Actions of a mailbox's owner that are recorded by default, where the log is of mailboxes.
    #[serde(default)]
    owner_default: Vec<String>,
    observable: Vec<Row>,
}

/// One act that one kind of log can show.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// One of the contract's acts.
    pub act: String,
    /// Parts of one act that must all be covered; empty where it has one.
    #[serde(default)]
    pub part: String,
    /// Classes of scopes.
    pub classes: Vec<String>,
    /// Workloads it stands in; none where the log has one only.
    #[serde(default)]
    pub workloads: Vec<String>,
    /// Operations that show the act.
    #[serde(default)]
    pub operations: Vec<String>,
    /// Operations of the positive control; `*` any; empty: `operations`.
    #[serde(default)]
    pub proves: Vec<String>,
    /// Whose record it must be.
    pub control: Control,
    /// Days the log is assumed to be kept.
    pub retention_days: i64,
    /// Days by licence.
    pub retention: Vec<Retention>,
    /// Hours a record may be late.
    pub lateness_hours: i64,
    /// What it cannot show.
    pub cannot_show: String,
    /// Where this is written.
    pub source: String,
    /// As of when.
    pub dated: String,
    /// Kind of log: the file it stands in.
    #[serde(skip)]
    pub kind: Option<Kind>,
}

impl Row {
    /// Tells whether a record of this operation in this workload is the positive control.
    pub fn is_proof(&self, kind: Kind, workload: &str, operation: &str) -> bool {
        let all = if self.proves.is_empty() { &self.operations } else { &self.proves };
        self.kind == Some(kind)
            && (self.workloads.is_empty()
                || self.workloads.iter().any(|it| it.eq_ignore_ascii_case(workload)))
            && all.iter().any(|it| it == "*" || it.eq_ignore_ascii_case(operation))
    }
}

/// Every row of every file.
pub fn rows() -> &'static [Row] {
    static ROWS: OnceLock<Vec<Row>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let mut found = Vec::new();
        for ((_, text), kind) in FILES.iter().zip(KINDS) {
            let Ok(file) = toml::from_str::<File>(text) else { continue };
            found.extend(file.observable.into_iter().map(|it| Row { kind: Some(*kind), ..it }));
        }
        found
    })
}

/// Actions of a mailbox's owner that are recorded by default.
pub fn default_actions() -> &'static [String] {
    static ACTIONS: OnceLock<Vec<String>> = OnceLock::new();
    ACTIONS.get_or_init(|| {
        let files = FILES.iter().filter_map(|(_, text)| toml::from_str::<File>(text).ok());
        files.flat_map(|it| it.owner_default).collect()
    })
}

/// The rows able to show an act on a class of scopes, with their numbers.
pub fn able(class: &str, act: &str) -> Vec<(usize, &'static Row)> {
    let fits = |it: &Row| it.act == act && it.classes.iter().any(|one| one == class);
    rows().iter().enumerate().filter(|(_, it)| fits(it)).collect()
}

/// The class of a scope id, as the files name it.
pub fn class_of(scope: &str) -> &str {
    let class = scope.split(':').next().unwrap_or_default();
    match (class, scope.rsplit('/').next()) {
        ("accounts", _) => "account",
        ("service", Some(it @ ("outlook" | "teams" | "onedrive" | "sharepoint"))) => it,
        ("service", _) => "app",
        _ => class,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{operations, scopes};

    #[test]
    fn every_file_parses_and_names_known_words() {
        assert_eq!(FILES.len(), KINDS.len());
        for ((stem, text), kind) in FILES.iter().zip(KINDS) {
            assert_eq!(*stem, kind.word());
            let file: File = toml::from_str(text).unwrap_or_else(|err| panic!("{stem}: {err}"));
            for row in file.observable {
                assert!(operations::ACTS.contains(&row.act.as_str()), "{stem}: {}", row.act);
                assert!(!row.source.is_empty() && !row.dated.is_empty());
                assert!(!row.cannot_show.is_empty() && row.lateness_hours > 0);
                assert!(row.retention.iter().any(|it| it.days == row.retention_days), "{stem}");
                let named = row.operations.iter().chain(&row.proves).filter(|it| *it != "*");
                for name in named {
                    assert_ne!(operations::of(name).operation, "other", "{stem}: {name}");
                }
            }
        }
    }

    #[test]
    fn every_required_act_of_microsoft_365_has_a_log_that_shows_it() {
        for scope in [
            "account:a@x",
            "accounts:others",
            "mailbox:a@x/inbox",
            "items:a@x",
            "attachments:a@x",
            "contacts:a@x",
            "calendar:a@x",
            "settings:a@x",
            "tenant",
            "service:a@x/outlook",
            "service:a@x/teams",
            "service:a@x/onedrive",
            "service:a@x/sharepoint",
            "service:a@x/other",
        ] {
            for act in scopes::required_acts(scope) {
                assert!(!able(class_of(scope), act).is_empty(), "{scope}: {act}");
            }
        }
        assert!(able("mailbox", "read").iter().all(|it| it.1.kind != Some(Kind::MessageTrace)));
    }
}
