//! `report.<language>.html`: one file, no script, nothing loaded from anywhere.

mod accounts;
mod charts;
mod course;
mod coverage;
mod figures;
mod mail;
mod page;
mod provenance;
mod scopes;
mod summary;

use maud::{DOCTYPE, Markup, PreEscaped, html as markup};
use model::{Micros, Phrase, findings::Findings};

use crate::{Language, names::safe};
use page::Page;

/// Style of every HTML document; inline, so that the file stands alone.
pub(super) const STYLE: &str = include_str!("style.css");
/// Forbids script and every load; only the file's own style is allowed.
pub(super) const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// What the charts need beyond the findings: activity over time, gathered from the store.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Charts {
    /// Counts by account and hour (or day); in any order, an empty hour may be absent.
    pub buckets: Vec<Bucket>,
}

/// Records of one account in one hour (or day).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Bucket {
    /// The account.
    pub account: String,
    /// Begin of the hour, µs since 1970 in UTC.
    pub from: Micros,
    /// Records of attacker sessions.
    pub attacker: u64,
    /// Records of the owner's sessions.
    pub owner: u64,
}

/// A section: its id, its heading, what writes it.
type Section = (&'static str, Phrase, fn(&Page, &Charts) -> Markup);

/// The sections in reading order.
const SECTIONS: &[Section] = &[
    ("figures", Phrase::new("report.h_figures", "Figures"), |p, _| figures::figures(p)),
    (
        "timeline",
        Phrase::new("report.h_timeline", "Timeline: intruder against owner"),
        charts::timeline,
    ),
    ("accounts", Phrase::new("report.h_accounts", "Accounts"), |p, _| accounts::accounts(p)),
    ("sessions", Phrase::new("report.h_sessions", "Sessions and where they came from"), |p, _| {
        accounts::sessions(p)
    }),
    ("operations", Phrase::new("report.h_operations", "What was done"), |p, _| {
        accounts::operations(p)
    }),
    ("persistence", Phrase::new("report.h_persistence", "What was left behind"), |p, _| {
        accounts::persistence(p)
    }),
    ("mail", Phrase::new("report.h_mail", "Fraudulent mail"), |p, _| mail::mail(p)),
    ("lists", Phrase::new("report.h_lists", "Comparison with the address lists held"), |p, _| {
        mail::lists(p)
    }),
    (
        "scopes",
        Phrase::new(
            "report.h_scopes",
            "What shows a trace, what shows none, and what cannot be told",
        ),
        |p, _| scopes::scopes(p),
    ),
    ("reading", Phrase::new("report.h_reading", "What was read"), |p, _| scopes::reading(p)),
    ("exposure", Phrase::new("report.h_exposure", "What may have been exposed"), |p, _| {
        scopes::exposure(p)
    }),
    ("deadlines", Phrase::new("report.h_deadlines", "Deadlines"), |p, _| scopes::deadlines(p)),
    ("statements", Phrase::new("report.h_statements", "What people state"), |p, _| {
        provenance::statements(p)
    }),
    ("decisions", Phrase::new("report.h_decisions", "Decisions of people"), |p, _| {
        provenance::decisions(p)
    }),
    ("evidence", Phrase::new("report.h_evidence", "Evidence"), |p, _| provenance::evidence(p)),
    ("next", Phrase::new("report.h_next", "What to fetch next"), |p, _| provenance::next(p)),
    ("warnings", Phrase::new("report.h_warnings", "Warnings"), |p, _| provenance::warnings(p)),
];

/// Writes the report.
pub fn html(findings: &Findings, charts: &Charts, language: &Language) -> String {
    let page = Page::new(findings, *language);
    let body = markup! {
        (summary::header(&page))
        main {
            (summary::summary(&page))
            (contents(&page))
            @for (id, title, write) in SECTIONS { (page.section(id, *title, write(&page, charts))) }
        }
        (summary::footer(&page))
    };
    let kicker = page.t(Phrase::new("report.title", "Incident report"));
    document(*language, &format!("{kicker} {}", safe(&findings.case.name)), body)
}

/// A whole HTML file around a body.
pub(super) fn document(language: Language, title: &str, body: Markup) -> String {
    let out = markup! {
        (DOCTYPE)
        html lang=(language.code()) {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="referrer" content="no-referrer";
                meta name="robots" content="noindex";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { (body) }
        }
    };
    out.into_string() + "\n"
}

fn contents(page: &Page) -> Markup {
    let label = page.t(Phrase::new("report.contents", "Contents"));
    markup! {
        nav aria-label=(label) {
            ol { @for (id, title, _) in SECTIONS { li { a href={ "#" (id) } { (page.t(*title)) } } } }
        }
    }
}
