//! The course of events: the few instants a reader needs before anything else.

use maud::{Markup, html};
use model::{
    Phrase,
    findings::{AccountVerdict, Findings},
};

use super::page::Page;
use crate::{
    figures::{Unit, spoken},
    names::safe,
};

/// Most accounts and most settings named; the sections below name all.
const MOST: usize = 5;

/// Instants out of the findings in order of time: none is inferred here.
pub(super) fn course(page: &Page) -> Markup {
    let mut events = accesses(page);
    events.extend(mails(page));
    events.extend(settings(page));
    events.sort();
    if events.is_empty() {
        return html! {};
    }
    let head = [Phrase::new("report.time", "Time"), Phrase::new("report.event", "Event")];
    let rows = events.iter().map(|(at, text)| vec![page.time(at), html! { (text) }]);
    html! {
        div.course { (page.table(Phrase::new("report.course_table", "Course of events"), &head, rows.collect(), "accounts")) }
    }
}

fn accesses(page: &Page) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut taken: Vec<_> = compromised(page.findings).collect();
    taken.sort_by_key(|it| (&it.first_access, &it.account));
    for it in taken.into_iter().take(MOST) {
        let name = safe(&it.account);
        let args = [("account", name.as_str())];
        let exact = it.first_access_is.as_deref() == Some("exact");
        let first = if exact {
            Phrase::new("report.event_first", "First access by the intruder: {account}")
        } else {
            Phrase::new(
                "report.event_first_seen",
                "First access by the intruder that is shown (it may have begun earlier): {account}",
            )
        };
        let last = Phrase::new("report.event_last", "Last access by the intruder: {account}");
        out.extend(it.first_access.iter().map(|at| (at.clone(), page.say(first, &args))));
        if it.last_access != it.first_access {
            out.extend(it.last_access.iter().map(|at| (at.clone(), page.say(last, &args))));
        }
    }
    out
}

fn compromised(findings: &Findings) -> impl Iterator<Item = &model::findings::Account> {
    findings.accounts.iter().filter(|it| it.verdict == AccountVerdict::Compromised)
}

fn mails(page: &Page) -> Vec<(String, String)> {
    let mail = &page.findings.mail;
    if mail.messages.value.unwrap_or(0) == 0 {
        return Vec::new();
    }
    let n = spoken(&mail.messages, Unit::Messages, page.language);
    let first = Phrase::new("report.event_mail_first", "First fraudulent mail");
    let last = Phrase::new("report.event_mail_last", "Last fraudulent mail ({n} in all)");
    let mut out = Vec::new();
    out.extend(mail.first.iter().map(|at| (at.clone(), page.t(first))));
    out.extend(mail.last.iter().map(|at| (at.clone(), page.say(last, &[("n", &n)]))));
    out
}

fn settings(page: &Page) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for it in page.findings.persistence.iter().take(MOST) {
        let (kind, account) = (page.word("persistence", &it.kind), safe(&it.account));
        let args = [("kind", kind.as_str()), ("account", &account)];
        let set = Phrase::new("report.event_set", "Set: {kind} ({account})");
        let removed = Phrase::new("report.event_removed", "Removed: {kind} ({account})");
        out.push((it.at.clone(), page.say(set, &args)));
        out.extend(it.removed_at.iter().map(|at| (at.clone(), page.say(removed, &args))));
    }
    out
}
