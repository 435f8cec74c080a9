//! The first page: the outcome, what it rests on, the course of events.

use maud::{Markup, html};
use model::{
    Phrase,
    findings::{AccountVerdict, OutcomeValue},
};

use super::{course, page::Page};
use crate::{names::safe, times, words::written};

/// Title and case, with what a signature rests on: whose, as of when, in which zone.
pub(super) fn header(page: &Page) -> Markup {
    let case = &page.findings.case;
    let unnamed = page.t(Phrase::new("report.unnamed", "Unnamed case"));
    html! {
        header.top {
            p.kicker { (page.t(Phrase::new("report.title", "Incident report"))) }
            h1 { @if case.name.is_empty() { (unnamed) } @else { (safe(&case.name)) } }
            dl.facts {
                @for it in &page.findings.organisations {
                    dt { (page.t(Phrase::new("report.organisation", "Organisation"))) }
                    dd { (safe(&it.name)) " " span.note { (safe(&it.domains.join(", "))) } }
                }
                @if let Some(at) = &case.as_of {
                    dt { (page.t(Phrase::new("report.as_of", "As of"))) }
                    dd { time datetime=(safe(at)) { (safe(&times::when(at, &page.zone))) } " " span.note { (safe(&case.timezone)) " · " (safe(&times::utc(at))) } }
                }
            }
        }
    }
}

/// Outcome, reasons, the period judged, and the course of events.
pub(super) fn summary(page: &Page) -> Markup {
    let outcome = &page.findings.outcome;
    let class = match outcome.value {
        OutcomeValue::Takeover => "bad",
        OutcomeValue::Suspected => "doubt",
        OutcomeValue::NoneShown => "good",
        OutcomeValue::NotATakeover | OutcomeValue::CannotTell => "open",
    };
    let inside = html! {
        div class={ "banner " (class) } {
            p.outcome { (page.word("outcome", &written(outcome.value))) }
            @for it in &outcome.because { p { (page.text(it)) } }
        }
        dl.facts { (window(page)) }
        (course::course(page))
    };
    page.section("summary", Phrase::new("report.h_summary", "Summary"), inside)
}

fn window(page: &Page) -> Markup {
    let label = page.t(Phrase::new("report.window", "Period judged"));
    let Some(window) = &page.findings.window else {
        let none = Phrase::new(
            "report.no_window",
            "none: without it nothing can be said about what shows no trace",
        );
        return html! { dt { (label) } dd { (page.t(none)) } };
    };
    let contained = if window.contained {
        Phrase::new("report.contained", "The access is shown or stated to be ended.")
    } else {
        Phrase::new("report.not_contained", "The access is not shown to be ended.")
    };
    let quiet = if window.look_back.covered {
        Phrase::new(
            "report.look_back",
            "The 30 days before are covered by the log: the first access is certain.",
        )
    } else {
        Phrase::new(
            "report.no_look_back",
            "The 30 days before are not covered: the access may have begun earlier.",
        )
    };
    // Where no access is shown, neither its begin nor its end can be spoken of.
    let accessed =
        page.findings.accounts.iter().any(|it| it.verdict == AccountVerdict::Compromised);
    html! {
        dt { (label) }
        dd { (page.span(&window.from, &window.to)) }
        @if accessed {
            dt { (page.t(Phrase::new("report.beginning", "Beginning"))) }
            dd { (page.t(quiet)) }
            dt { (page.t(Phrase::new("report.containment", "Containment"))) }
            dd { (page.t(contained)) }
        }
    }
}

/// What made this report, and how to check it.
pub(super) fn footer(page: &Page) -> Markup {
    let program = &page.findings.program;
    let version =
        [("version", program.version.as_str()), ("knowledge", program.knowledge.as_str())];
    html! {
        footer {
            p { (page.t(Phrase::new("report.read_me", "Every underlined number opens the command that shows the records behind it. Run it in the folder that holds the case folder."))) }
            p { (page.say(Phrase::new("report.made_by", "Konseki {version}, knowledge {knowledge}. The same evidence gives the same report; konseki verify checks it."), &version)) }
        }
    }
}
