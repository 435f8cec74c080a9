//! What people say, what was read, and what is still to be fetched.

use maud::{Markup, html};
use model::{Phrase, findings::EvidenceFile};

use super::page::{Page, Row, cell, name_cell};
use crate::{
    figures::number,
    names::{safe, scope_name},
};

/// Statements: quoted with their author, set apart from what records show.
pub(super) fn statements(page: &Page) -> Markup {
    let findings = page.findings;
    html! {
        p.note { (page.t(Phrase::new("report.statements_note", "These are people's words, not findings from records. A verdict that rests on one says so and names its author."))) }
        @for it in &findings.statements {
            div.said {
                p { strong { (about(page, &it.about)) } " – " (page.word("scope_verdict", &it.says)) }
                @if !it.text.is_empty() { blockquote { p { (safe(&it.text)) } } }
                footer { (safe(&it.by)) ", " (safe(&it.at)) @if !it.evidence.is_empty() { " – " (safe(&it.evidence)) } }
            }
        }
        (declarations(page))
    }
}

fn about(page: &Page, about: &str) -> String {
    if about.contains(':') || about == "tenant" {
        scope_name(about, page.language)
    } else {
        page.word("about", about)
    }
}

fn declarations(page: &Page) -> Markup {
    let head = [
        Phrase::new("report.file", "File"),
        Phrase::new("report.asked_from", "Asked for from"),
        Phrase::new("report.asked_to", "to"),
        Phrase::new("report.collected_at", "Collected at"),
        Phrase::new("report.stated_by", "Stated by"),
    ];
    let rows = page.findings.declarations.iter().map(|it| {
        vec![
            cell(&it.path),
            page.maybe_time(it.from.as_ref()),
            page.maybe_time(it.to.as_ref()),
            page.maybe_time(it.collected_at.as_ref()),
            cell(&it.stated_by),
        ]
    });
    page.table(
        Phrase::new("report.declarations_table", "What each export was asked for, as stated"),
        &head,
        rows.collect(),
        "evidence",
    )
}

/// Decisions with author and reason, numbered as texts name them.
pub(super) fn decisions(page: &Page) -> Markup {
    let head = [
        Phrase::new("report.number", "No."),
        Phrase::new("report.decided", "Decided"),
        Phrase::new("report.selector", "About"),
        Phrase::new("report.who", "By"),
        Phrase::new("report.at", "At"),
        Phrase::new("report.reason", "Reason given"),
    ];
    let rows = page.findings.decisions.iter().enumerate().map(|(at, it)| {
        let decided =
            format!("{}: {}", page.word("decision", &it.what), page.word("decided", &it.is));
        vec![
            cell(&(at + 1).to_string()),
            cell(&decided),
            selector(page, &it.selector),
            cell(&it.who),
            page.time(&it.at),
            cell(&it.why),
        ]
    });
    page.table(
        Phrase::new(
            "report.decisions_table",
            "Decisions outrank every rule and are recomputed on each run",
        ),
        &head,
        rows.collect(),
        "sessions",
    )
}

/// What a decision is about: a scope by its name, with its id in small type.
fn selector(page: &Page, selector: &str) -> Markup {
    let name = scope_name(selector, page.language);
    html! {
        @if name == safe(selector) { span.who { (name) } } @else { (name) span.utc { (safe(selector)) } }
    }
}

/// Every file read, with exact accounting.
pub(super) fn evidence(page: &Page) -> Markup {
    let head = [
        Phrase::new("report.file", "File"),
        Phrase::new("report.kind", "Kind"),
        Phrase::new("report.accounting", "Rows = records + duplicates + rejected"),
        Phrase::new("report.losses", "With losses / in conflict"),
        Phrase::new("report.span", "First and last record"),
    ];
    let rows = page.findings.evidence.iter().map(|it| file(page, it)).collect();
    page.table(
        Phrase::new(
            "report.evidence_table",
            "Nothing is dropped in silence: rejected rows are kept with their reason",
        ),
        &head,
        rows,
        "evidence",
    )
}

/// The hash stands below its row, whole on one line: it is there to be compared.
fn file(page: &Page, it: &EvidenceFile) -> Row {
    let [rows, records, duplicates, rejected] =
        [it.rows, it.records, it.duplicates, it.rejected].map(number);
    let cells = vec![
        html! { (safe(&it.path)) span.utc { (number(it.bytes)) " B" } },
        cell(&page.word("kind", it.kind.word())),
        cell(&format!("{rows} = {records} + {duplicates} + {rejected}")),
        cell(&format!("{} / {}", number(it.lossy), number(it.conflicts))),
        html! { @if let (Some(from), Some(to)) = (&it.from, &it.to) { (page.period(from, to)) } @else { "—" } },
    ];
    let below = html! {
        @if !it.sha256.is_empty() { p.note { "SHA-256 " code.hash { (safe(&it.sha256)) } } }
        @for it in &it.warnings { p.note { (page.text(&it.text)) } }
    };
    Row::with(cells, Some(below))
}

/// What to fetch, most useful first.
pub(super) fn next(page: &Page) -> Markup {
    html! {
        @if page.findings.next_evidence.is_empty() { p { (page.t(Phrase::new("report.nothing", "none"))) } }
        ol {
            @for it in &page.findings.next_evidence {
                li {
                    p { strong { (page.text(&it.how)) } }
                    p { (page.text(&it.why)) }
                    @if !it.would_settle.is_empty() { (settles(page, &it.would_settle)) }
                }
            }
        }
    }
}

fn settles(page: &Page, scopes: &[String]) -> Markup {
    let n = number(scopes.len() as u64);
    let some: Vec<String> = scopes.iter().take(5).map(|it| scope_name(it, page.language)).collect();
    html! {
        p.note {
            (page.say(Phrase::new("report.would_settle", "Would help to settle {n} scope(s):"), &[("n", &n)]))
            " " (some.join(" / ")) @if scopes.len() > some.len() { " …" }
        }
    }
}

/// What the reader must know about the evidence.
pub(super) fn warnings(page: &Page) -> Markup {
    let head = [
        Phrase::new("report.warning", "Warning"),
        Phrase::new("report.warning_text", "What it means"),
        Phrase::new("report.file", "File"),
    ];
    let rows = page.findings.warnings.iter().map(|it| {
        vec![
            cell(&page.word("warning", &it.code)),
            cell(&page.text(&it.text)),
            name_cell(&it.evidence),
        ]
    });
    page.table(
        Phrase::new("report.warnings_table", "What was noticed while reading"),
        &head,
        rows.collect(),
        "evidence",
    )
}
