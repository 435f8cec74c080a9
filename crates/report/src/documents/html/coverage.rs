//! The window as a picture: for each group of scopes a bar an act, and its numbers in a table.

use maud::{Markup, html};
use model::{
    Phrase,
    findings::{ActCoverage, Window},
};

use super::page::{Page, cell};
use crate::{
    coverage::{Group, Part, groups, parts, percent, reasons, time_of},
    figures::number,
    names::safe,
    times,
};

/// Size of a picture, in its own units.
const WIDTH: f64 = 960.0;
const LEFT: f64 = 190.0;
const RIGHT: f64 = 70.0;
const ROW: f64 = 24.0;
/// Narrowest part drawn, so that a short gap stays visible.
const NARROW: f64 = 2.0;
/// Most groups drawn, and names of scopes written out in one.
const GROUPS: usize = 20;
const NAMES: usize = 12;

/// One picture for each group of scopes with the same coverage; those with a gap come first.
pub(super) fn coverage(page: &Page) -> Markup {
    let Some(window) = &page.findings.window else { return html! {} };
    let groups = groups(page.findings);
    if groups.is_empty() {
        return html! {};
    }
    let more = groups.len().saturating_sub(GROUPS);
    html! {
        h3 { (page.t(Phrase::new("report.h_coverage", "The period judged, and what the logs cover of it"))) }
        p.note { (page.t(Phrase::new("report.coverage_note", "Scopes with the same coverage share a picture. Full: covered, as somebody declares. Hatched: inferred from the records only, which does not suffice for «no trace». Dotted: a gap."))) }
        @for (at, group) in groups.iter().take(GROUPS).enumerate() { (picture(page, at, group, window)) }
        @if more > 0 { p.note { (page.say(Phrase::new("report.coverage_more", "{n} more group(s) are not drawn; konseki show coverage lists them."), &[("n", &number(more as u64))])) } }
    }
}

fn picture(page: &Page, at: usize, group: &Group<'_>, window: &Window) -> Markup {
    let acts = &group.coverage.by_act;
    let foot = ROW * acts.len() as f64 + 10.0;
    let names = group.names(NAMES, page.language);
    let title = page.say(
        Phrase::new("report.coverage_title", "Coverage of the period judged: {names}"),
        &[("names", &names)],
    );
    html! {
        figure.coverage {
            figcaption { strong { (names) } br; (group.verdicts(page.language)) " – " (page.word("basis", &group.coverage.basis)) }
            svg viewBox={ "0 0 " (WIDTH) " " (px(foot + 22.0)) } role="img" aria-labelledby={ "coverage-" (at) } {
                title id={ "coverage-" (at) } { (title) }
                (patterns(at))
                @for (n, act) in acts.iter().enumerate() { (row(page, (at, n), group, act, window)) }
                text x=(LEFT) y=(px(foot + 12.0)) font-size="12" { (safe(&times::when(&window.from, &page.zone))) }
                text x=(WIDTH - RIGHT) y=(px(foot + 12.0)) text-anchor="end" font-size="12" { (safe(&times::when(&window.to, &page.zone))) }
            }
            (table(page, group))
            @if let Some(text) = group.confirmed(page.language) { p.note { (text) } }
        }
    }
}

fn row(
    page: &Page,
    (at, n): (usize, usize),
    group: &Group<'_>,
    act: &ActCoverage,
    window: &Window,
) -> Markup {
    let (y, full) = (8.0 + ROW * n as f64, WIDTH - LEFT - RIGHT);
    // Gaps last: nothing hides a short one.
    let mut drawn = parts(group.coverage, &act.act, window);
    drawn.sort_by_key(|it| it.2 == Part::Gap);
    html! {
        text x=(LEFT - 8.0) y=(px(y + 13.0)) text-anchor="end" font-size="13" { (page.word("act", &act.act)) }
        @for (from, to, part) in drawn {
            @let wide = (full * (to - from)).max(NARROW);
            rect x=(px((LEFT + full * from).min(WIDTH - RIGHT - wide))) y=(px(y)) width=(px(wide)) height="17" fill={ "url(#" (fill(part)) "-" (at) ")" } stroke="#4d5867" stroke-width="0.5" {}
        }
        text x=(WIDTH - RIGHT + 8.0) y=(px(y + 13.0)) font-size="13" { (percent(act.covered)) }
    }
}

fn fill(part: Part) -> &'static str {
    match part {
        Part::Declared => "declared",
        Part::Inferred => "inferred",
        Part::Gap => "gap",
    }
}

/// Told apart without colour: full, hatched, dotted.
fn patterns(at: usize) -> Markup {
    html! {
        defs {
            pattern id={ "declared-" (at) } width="6" height="6" patternUnits="userSpaceOnUse" {
                rect width="6" height="6" fill="#2f6f5e" {}
            }
            pattern id={ "inferred-" (at) } width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                rect width="6" height="6" fill="#eef3f7" {}
                line x1="0" x2="0" y1="0" y2="6" stroke="#3f6b94" stroke-width="4" {}
            }
            pattern id={ "gap-" (at) } width="6" height="6" patternUnits="userSpaceOnUse" {
                rect width="6" height="6" fill="#ffffff" {}
                circle cx="3" cy="3" r="1" fill="#92211f" {}
            }
        }
    }
}

/// The numbers of the picture: each act, its share, its sources, its gaps.
fn table(page: &Page, group: &Group<'_>) -> Markup {
    let head = [
        Phrase::new("show.act", "act"),
        Phrase::new("show.covered", "covered"),
        Phrase::new("report.coverage_sources", "Logs"),
        Phrase::new("report.coverage_gaps", "Gaps and their reasons"),
    ];
    let rows = group.coverage.by_act.iter().map(|act| {
        let sources: Vec<String> = act.sources.iter().map(|it| page.word("kind", it)).collect();
        vec![
            cell(&page.word("act", &act.act)),
            cell(&percent(act.covered)),
            cell(&sources.join(" / ")),
            gaps(page, group, &act.act),
        ]
    });
    let caption = Phrase::new("report.coverage_table", "The picture in numbers");
    page.whole_table(caption, &head, rows.collect())
}

fn gaps(page: &Page, group: &Group<'_>, act: &str) -> Markup {
    let own: Vec<_> = group.coverage.gaps.iter().filter(|it| it.act == act).cloned().collect();
    let window = page.findings.window.as_ref();
    html! {
        @if own.is_empty() { "—" }
        @for (at, it) in reasons(&own, page.language).iter().enumerate() {
            @if at > 0 { br; }
            (it.why) " – " (safe(&time_of(it.gap, window, &page.zone, page.language)))
        }
    }
}

fn px(value: f64) -> String {
    format!("{value:.1}")
}
