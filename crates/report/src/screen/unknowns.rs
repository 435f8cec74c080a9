//! What cannot be told yet, and why: grouped, for a tenant has hundreds of scopes.

use std::collections::BTreeMap;

use model::{
    Phrase,
    findings::{Findings, ScopeVerdict},
};

use super::sheet::Sheet;
use crate::{Language, figures::number, names::scope_name, words::word};

/// Most kinds of scope and most reasons named.
const MOST: usize = 6;

/// Names the kinds of scope without verdict with their number, then the reasons by frequency.
pub(super) fn tell(sheet: &mut Sheet, findings: &Findings) {
    let language = sheet.language;
    let open: Vec<_> =
        findings.scopes.iter().filter(|it| it.verdict == ScopeVerdict::CannotTell).collect();
    if open.is_empty() {
        let phrase = if findings.scopes.is_empty() {
            Phrase::new("screen.no_scopes", "Nothing could be judged: no record was read.")
        } else {
            Phrase::new("screen.all_told", "Every scope has a verdict.")
        };
        sheet.bullet(&language.word(phrase));
        return;
    }
    let kinds = counted(open.iter().map(|it| kind_or_name(&it.scope, language)), language);
    let total = number(open.len() as u64);
    let phrase = Phrase::new(
        "screen.open_scopes",
        "No trace of the intruder, but not proven either, in {n} scope(s): {kinds}.",
    );
    sheet.bullet(&language.say(phrase, &[("n", &total), ("kinds", &kinds)]));
    let mut reasons = Vec::new();
    for scope in &open {
        let mut whys: Vec<&str> = scope.coverage.gaps.iter().map(|it| it.why.as_str()).collect();
        whys.sort_unstable();
        whys.dedup();
        reasons.extend(whys.into_iter().map(|it| word(language, "gap", it)));
    }
    if !reasons.is_empty() {
        let list = counted(reasons.into_iter(), language);
        sheet.bullet(
            &language.say(Phrase::new("screen.open_why", "Why: {list}."), &[("list", &list)]),
        );
    }
}

/// Systems outside Microsoft 365 are few, and each is asked for by name; the rest go by their kind.
pub(super) fn kind_or_name(scope: &str, language: Language) -> String {
    let outside = ["device:", "system:", "network:"].iter().any(|it| scope.starts_with(it));
    if outside { scope_name(scope, language) } else { class(scope, language) }
}

/// Names with how often each occurs, the most frequent first; what occurs once goes without number.
pub(super) fn counted(names: impl Iterator<Item = String>, language: Language) -> String {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let rest = counts.len().saturating_sub(MOST);
    let phrase = Phrase::new("screen.counted", "{name} ({n})");
    let mut parts: Vec<String> = counts
        .iter()
        .take(MOST)
        .map(|(name, n)| match n {
            1 => name.clone(),
            n => language.say(phrase, &[("name", name), ("n", &number(*n))]),
        })
        .collect();
    if rest > 0 {
        parts.push(language.say(
            Phrase::new("screen.and_more", "{n} more kind(s)"),
            &[("n", &number(rest as u64))],
        ));
    }
    parts.join(&language.word(Phrase::new("screen.list_comma", "; ")))
}

fn class(scope: &str, language: Language) -> String {
    let phrase = match scope.split(':').next().unwrap_or(scope) {
        "account" | "accounts" => Phrase::new("screen.class_accounts", "accounts"),
        "mailbox" => Phrase::new("screen.class_mailbox", "mailbox folders"),
        "items" => Phrase::new("screen.class_items", "mails"),
        "attachments" => Phrase::new("screen.class_attachments", "attachments"),
        "contacts" => Phrase::new("screen.class_contacts", "contacts"),
        "calendar" => Phrase::new("screen.class_calendar", "calendars"),
        "settings" => Phrase::new("screen.class_settings", "account settings"),
        "service" => Phrase::new("screen.class_service", "Teams, OneDrive and other services"),
        "tenant" => Phrase::new("screen.class_tenant", "tenant configuration"),
        _ => Phrase::new("screen.class_other", "other"),
    };
    language.word(phrase)
}
