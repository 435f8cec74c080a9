//! Every scope the organisation must speak about, and what can be said of it (design §4.6).
//!
//! So far a scope is `trace_found` or `cannot_tell`: no `no_trace` is given before its proof is
//! built. Every scope is listed all the same, so that nothing is forgotten.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Case, Phrase, Span,
    findings::{ActCoverage, Attested, Coverage, Gap, Scope, ScopeVerdict},
    rfc3339,
};

const FOUND: Phrase =
    Phrase::new("scope.trace_found", "{records} record(s) of the attacker touch {scope}.");
const NOT_STATED: Phrase = Phrase::new(
    "scope.cannot_tell",
    "No record of the attacker touches {scope}, but it is not proven that a log able to show it was on, whole and read over the window: nothing can be said yet.",
);
const SILENT_SYSTEM: Phrase =
    Phrase::new("scope.system", "No log of {scope} was read: nothing can be said yet.");
const LIST_VIEW: Phrase =
    Phrase::new("scope.list_view", "Looking at the list of a folder leaves no record.");

/// Folders every mailbox has.
const FOLDERS: [&str; 7] = ["inbox", "sent", "drafts", "deleted", "recoverable", "archive", "junk"];
/// Services every account has.
const SERVICES: [&str; 4] = ["outlook", "teams", "onedrive", "sharepoint"];

/// What the scopes are decided from.
pub struct Inputs<'a> {
    /// Every account.
    pub accounts: Vec<String>,
    /// Accounts somebody got into.
    pub compromised: &'a BTreeSet<String>,
    /// Records of the attacker that touch each scope.
    pub touched: &'a BTreeMap<String, u64>,
    /// Statements.
    pub case: &'a Case,
    /// The judgement window.
    pub window: Option<Span>,
}

/// Lists and judges every scope, in order of their ids.
pub fn scopes(inputs: &Inputs<'_>) -> Vec<Scope> {
    let mut ids: BTreeSet<String> = inputs.touched.keys().cloned().collect();
    ids.extend(inputs.accounts.iter().map(|it| format!("account:{it}")));
    ids.insert("accounts:others".to_owned());
    ids.insert("tenant".to_owned());
    let touched_mailboxes =
        inputs.touched.keys().filter_map(|it| it.strip_prefix("mailbox:")?.split('/').next());
    let mailboxes: BTreeSet<&str> =
        inputs.compromised.iter().map(String::as_str).chain(touched_mailboxes).collect();
    for mailbox in &mailboxes {
        ids.extend(FOLDERS.iter().map(|it| format!("mailbox:{mailbox}/{it}")));
        ids.extend(
            ["items", "attachments", "contacts", "calendar", "settings"]
                .iter()
                .map(|it| format!("{it}:{mailbox}")),
        );
    }
    for account in inputs.compromised {
        ids.extend(SERVICES.iter().map(|it| format!("service:{account}/{it}")));
    }
    ids.extend(inputs.case.systems.iter().map(|it| system_scope(&it.kind, &it.name)));
    ids.into_iter().map(|id| judge(id, inputs)).collect()
}

/// The scope id of a system outside Microsoft 365.
pub fn system_scope(kind: &str, name: &str) -> String {
    match kind {
        "endpoint" => format!("device:{name}"),
        "network" => format!("network:{name}"),
        _ => format!("system:{name}"),
    }
}

/// The acts a scope class must have been able to show (design §4.6).
pub fn required_acts(scope: &str) -> &'static [&'static str] {
    match scope.split(':').next().unwrap_or_default() {
        "account" | "accounts" => &["sign_in", "read"],
        "mailbox" | "contacts" | "calendar" => &["read", "sync", "move", "delete", "update"],
        "items" | "attachments" => &["read", "sync"],
        "settings" | "tenant" => &["config"],
        "service" if scope.ends_with("/outlook") => &["sign_in", "read"],
        "service" => &["sign_in", "file_access"],
        "device" => &["execute"],
        _ => &["connect"],
    }
}

fn judge(id: String, inputs: &Inputs<'_>) -> Scope {
    let others = id == "accounts:others";
    let records = if others { 0 } else { inputs.touched.get(&id).copied().unwrap_or(0) };
    let found = records > 0;
    let system = ["device:", "system:", "network:"].iter().any(|it| id.starts_with(it));
    let mut text = match (found, system) {
        (true, _) => FOUND.with(&[("records", &records.to_string()), ("scope", &id)]),
        (false, true) => SILENT_SYSTEM.with(&[("scope", &id)]),
        (false, false) => NOT_STATED.with(&[("scope", &id)]),
    };
    let mut limits = Vec::new();
    if !found && (id.starts_with("mailbox:") || id.starts_with("contacts:")) {
        limits.push("list_view".to_owned());
        text = text.and(LIST_VIEW.text());
    }
    Scope {
        verdict: if found { ScopeVerdict::TraceFound } else { ScopeVerdict::CannotTell },
        records,
        limits,
        coverage: nothing_stated(&id, inputs.window),
        attested: attested(&id, inputs.case),
        text,
        scope: id,
        ..Scope::default()
    }
}

fn nothing_stated(id: &str, window: Option<Span>) -> Coverage {
    let acts = required_acts(id);
    let why = if ["device:", "system:", "network:"].iter().any(|it| id.starts_with(it)) {
        "not_collected"
    } else {
        "not_stated"
    };
    let gap = |act: &&str| Gap {
        act: (*act).to_owned(),
        from: window.map(|it| rfc3339(it.from)),
        to: window.map(|it| rfc3339(it.to)),
        why: why.to_owned(),
    };
    let none =
        |act: &&str| ActCoverage { act: (*act).to_owned(), covered: 0.0, sources: Vec::new() };
    Coverage {
        covered: 0.0,
        basis: "none".to_owned(),
        by_act: acts.iter().map(none).collect(),
        gaps: acts.iter().map(gap).collect(),
    }
}

fn attested(id: &str, case: &Case) -> Vec<Attested> {
    case.statements
        .iter()
        .filter(|it| it.about == id)
        .map(|it| Attested {
            by: it.by.clone(),
            at: it.at.clone(),
            says: it.says.clone(),
            evidence: it.evidence.clone(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_no_record_mentions_is_listed_too_and_nothing_is_cleared() {
        let compromised = BTreeSet::from(["a@x".to_owned()]);
        let touched =
            BTreeMap::from([("account:a@x".to_owned(), 9), ("mailbox:a@x/sent".to_owned(), 3)]);
        let case = Case::default();
        let accounts = vec!["a@x".to_owned(), "silent@x".to_owned()];
        let it = scopes(&Inputs {
            accounts,
            compromised: &compromised,
            touched: &touched,
            case: &case,
            window: None,
        });
        let of = |id: &str| it.iter().find(|it| it.scope == id).map(|it| it.verdict);
        assert_eq!(of("account:silent@x"), Some(ScopeVerdict::CannotTell));
        assert_eq!(of("mailbox:a@x/sent"), Some(ScopeVerdict::TraceFound));
        assert_eq!(of("mailbox:a@x/inbox"), Some(ScopeVerdict::CannotTell));
        assert!(it.iter().all(|it| it.verdict != ScopeVerdict::NoTrace));
    }
}
