//! Scopes, reading, exposure, deadlines.

use std::collections::BTreeMap;

use maud::{Markup, html};
use model::{
    Phrase,
    findings::{Figure, Gap, Scope, ScopeVerdict},
};

use super::page::{Page, Row, cell, lines};
use crate::{
    claims,
    coverage::percent,
    figures::{Unit, amount, limits, number, trust},
    names::{safe, scope_name},
    words::written,
};

const SCOPE: Phrase = Phrase::new("report.scope", "Scope");

/// Every scope: those with a trace first, then those that cannot be told, then those without trace.
pub(super) fn scopes(page: &Page) -> Markup {
    let head = [
        SCOPE,
        Phrase::new("report.verdict", "Verdict"),
        Phrase::new("report.records", "Records"),
        Phrase::new("report.coverage", "Coverage by the logs"),
    ];
    let of = |verdict| -> Vec<_> {
        page.findings
            .scopes
            .iter()
            .filter(|it| it.verdict == verdict)
            .map(|it| scope(page, it))
            .collect()
    };
    html! {
        p.note { (page.t(Phrase::new("report.scopes_note", "«No trace» is said only where a log able to show the trace was on, whole and read for the whole period. Everything else cannot be told yet: that is neither good nor bad news."))) }
        (page.table(Phrase::new("report.scopes_found", "Trace found"), &head, of(ScopeVerdict::TraceFound), "scopes"))
        (page.table(Phrase::new("report.scopes_open", "Cannot be told yet"), &head, of(ScopeVerdict::CannotTell), "scopes"))
        (page.table(Phrase::new("report.scopes_clear", "No trace"), &head, of(ScopeVerdict::NoTrace), "scopes"))
        (super::coverage::coverage(page))
    }
}

fn scope(page: &Page, it: &Scope) -> Row {
    let cells = vec![
        html! { (scope_name(&it.scope, page.language)) span.utc { (safe(&it.scope)) } },
        page.chip("scope_verdict", &written(it.verdict)),
        page.count(&claims::scope(&it.scope), it.records),
        coverage(page, it),
    ];
    Row::with(cells, Some(said(page, it)))
}

/// What can be said, with the scope by its name and not by its id.
fn said(page: &Page, it: &Scope) -> Markup {
    let text = page.text(&it.text).replace(&safe(&it.scope), &scope_name(&it.scope, page.language));
    html! {
        p { (text) }
        @if let Some(verdict) = &it.if_confirmed {
            p { (page.t(Phrase::new("report.if_confirmed", "If the inferred coverage is confirmed"))) ": " (page.chip("scope_verdict", verdict)) }
        }
        @for limit in limits(&it.limits, page.language) { p.note { (limit) } }
        @for it in &it.blocking {
            p.note {
                (page.say(Phrase::new("report.blocking", "{n} record(s) stand against a verdict until a person decides:"), &[("n", &number(it.records))]))
                " " code { "konseki decide " (safe(&it.decide.what)) " " (safe(&it.decide.selector)) " --is " (safe(&it.decide.is)) }
            }
        }
        @for it in &it.attested {
            p.note { (page.say(Phrase::new("report.attested", "Stated by {by}, {at}:"), &[("by", &safe(&it.by)), ("at", &safe(&it.at))])) " " (safe(&it.says)) }
        }
        (gaps(page, &it.coverage.gaps))
    }
}

fn coverage(page: &Page, it: &Scope) -> Markup {
    let covered = percent(it.coverage.covered);
    html! {
        (covered) " – " (page.word("basis", &it.coverage.basis))
        @if !it.coverage.by_act.is_empty() { span.acts { @for (at, act) in it.coverage.by_act.iter().enumerate() {
            @if at > 0 { " / " }
            (page.word("act", &act.act)) " " (percent(act.covered)) " " (safe(&act.sources.join(", ")))
        } } }
    }
}

/// Gaps of the same reason and span stand on one line with all their acts.
fn gaps(page: &Page, gaps: &[Gap]) -> Markup {
    let mut lines: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for gap in gaps {
        let acts = lines.entry((&gap.why, &gap.from, &gap.to)).or_default();
        acts.push(page.word("act", &gap.act));
    }
    let window = page.findings.window.as_ref();
    let whole = |from: Option<&String>, to: Option<&String>| {
        window.is_some_and(|it| from == Some(&it.from) && to == Some(&it.to))
    };
    html! {
        @if !lines.is_empty() {
            ul.gaps { @for ((why, from, to), acts) in &lines { li {
                (gap_of(page, why, acts))
                @if whole(from.as_ref(), to.as_ref()) { " – " (page.t(Phrase::new("report.whole_period", "the whole period judged"))) }
                @else if let (Some(from), Some(to)) = (from, to) { " " (page.span(from, to)) }
            } } }
        }
    }
}

fn gap_of(page: &Page, why: &str, acts: &[String]) -> String {
    let comma = page.t(Phrase::new("screen.done_comma", ", "));
    let (gap, acts) = (page.word("gap", why), acts.join(&comma));
    page.say(Phrase::new("report.gap_of", "{gap} ({acts})"), &[("gap", &gap), ("acts", &acts)])
}

/// What the intruder read, by account.
pub(super) fn reading(page: &Page) -> Markup {
    let head = [
        Phrase::new("report.account", "Account"),
        Phrase::new("report.read_items", "Mails read"),
        Phrase::new("report.synced", "Folders copied whole"),
        Phrase::new("report.read_files", "Files"),
    ];
    let rows = page.findings.reading.iter().map(|it| {
        let claim = claims::account(&it.account);
        let folders: Vec<String> =
            it.synced_folders.iter().map(|it| scope_name(it, page.language)).collect();
        let items = html! {
            (figure(page, &claim, &it.items))
            @if it.throttled { p.note { (page.word("limit", "throttled")) } }
        };
        vec![cell(&it.account), items, lines(&folders), figure(page, &claim, &it.files)]
    });
    page.table(
        Phrase::new(
            "report.reading_table",
            "Read or copied in sessions of the intruder, the fraudulent mails left out",
        ),
        &head,
        rows.collect(),
        "mail",
    )
}

fn figure(page: &Page, claim: &str, figure: &Figure) -> Markup {
    html! {
        (page.opened(claim, &amount(figure, Unit::Items, page.language)))
        " " span.note { (trust(figure, page.language)) }
    }
}

/// Whose addresses may have been exposed.
pub(super) fn exposure(page: &Page) -> Markup {
    let exposure = &page.findings.exposure;
    let head = [
        SCOPE,
        Phrase::new("report.kind", "Kind"),
        Phrase::new("report.exposed_items", "Items: certain / possible / not recoverable"),
        Phrase::new("report.exposed_addresses", "Addresses"),
        Phrase::new("report.exposed_shown", "Of these, displayed in the list"),
        Phrase::new("report.exposed_unresolved", "Entries without address"),
        Phrase::new("report.legal_state", "Legal class"),
    ];
    let rows = exposure.groups.iter().map(|it| {
        let items = [it.items.certain, it.items.possible, it.items.unrecoverable].map(number).join(" / ");
        vec![
            cell(&scope_name(&it.scope, page.language)),
            cell(&page.word("exposure_kind", &it.kind)),
            cell(&items),
            html! { (amount(&it.addresses, Unit::Addresses, page.language)) " " span.note { (trust(&it.addresses, page.language)) } },
            html! { (amount(&it.addresses_shown, Unit::Addresses, page.language)) },
            cell(&number(it.unresolved)),
            cell(&page.word("legal_state", &it.legal_state)),
        ]
    });
    html! {
        @if exposure.addresses.value.is_none() {
            p { strong { (page.t(Phrase::new("report.exposure_unknown", "How many addresses and people may have been exposed is not known yet."))) } " "
                (page.t(Phrase::new("report.exposure_unknown_why", "That does not mean none: what stood in the folders at the time has not been rebuilt, so nothing can be counted yet."))) }
        }
        @for (label, n) in people(page) { p { (page.pair(label, &Unit::People.of(n, page.language))) } }
        @if exposure.internal > 0 {
            p.note { (page.pair(Phrase::new("report.exposure_internal", "The organisation's own accounts named besides, not counted above"), &Unit::Addresses.of(exposure.internal, page.language))) }
        }
        p.note { (page.t(Phrase::new("report.legal_note", "What the records show and how the law classes it are two things. The legal class is decided by a person."))) }
        (page.table(Phrase::new("report.exposure_table", "Exposed by what was touched"), &head, rows.collect(), "people"))
    }
}

/// Who is to be told, as far as anybody is known.
fn people(page: &Page) -> Vec<(Phrase, u64)> {
    let it = &page.findings.people;
    let rows = [
        (
            Phrase::new("report.people_to_notify", "People to be notified, as far as known"),
            it.to_notify,
        ),
        (
            Phrase::new("report.people_unreachable", "Of these, not reachable by mail"),
            it.unreachable,
        ),
        (
            Phrase::new(
                "report.people_warned",
                "People who were sent fraudulent mail, to be warned",
            ),
            it.warned_recipients,
        ),
    ];
    let known = page.findings.exposure.people.value.is_some();
    rows.into_iter().filter(|(_, n)| known || *n > 0).collect()
}

/// Duties with their day.
pub(super) fn deadlines(page: &Page) -> Markup {
    let head = [
        Phrase::new("report.due", "By"),
        Phrase::new("report.duty", "Duty"),
        Phrase::new("report.organisation", "Organisation"),
        Phrase::new("report.binding", "Binding"),
        Phrase::new("report.rule", "Rule"),
    ];
    let rows = page.findings.deadlines.iter().map(|it| {
        let due = it.due.clone().unwrap_or_else(|| {
            page.t(Phrase::new("report.promptly", "promptly, no day in the law"))
        });
        let binding = if it.hard {
            Phrase::new("report.hard", "fixed by law")
        } else {
            Phrase::new("report.guide", "a guide")
        };
        let cells = vec![
            page.opened(&claims::deadline(&it.organisation, &it.what), &safe(&due)),
            cell(&page.word("deadline", &it.what)),
            cell(&it.organisation),
            cell(&page.t(binding)),
            cell(&it.rule),
        ];
        Row::with(cells, Some(html! { p { (page.text(&it.why)) } }))
    });
    page.table(
        Phrase::new("report.deadlines_table", "Calendar days of the jurisdiction"),
        &head,
        rows.collect(),
        "deadlines",
    )
}
