//! Pictures: activity over time, and mails by day. Each has a title and its numbers in a table.

use std::collections::BTreeMap;

use jiff::civil::Date;
use maud::{Markup, html};
use model::{Phrase, findings::DayCount};

use super::{
    Charts,
    page::{Page, cell},
};
use crate::{claims, figures::number, names::safe, times};

/// Size of a picture, in its own units.
const WIDTH: f64 = 960.0;
const LEFT: f64 = 64.0;
const HALF: f64 = 90.0;
/// Most accounts drawn.
const ACCOUNTS: usize = 6;
/// Most days drawn: two years.
const DAYS: usize = 730;
/// Colours told apart without colour too: the intruder is hatched and above the line.
const INTRUDER: &str = "#92211f";
const OWNER: &str = "#3f6b94";

/// Records of intruder and owner on one day.
type Days = BTreeMap<Date, (u64, u64)>;

/// One picture for each account an intruder was in.
pub(super) fn timeline(page: &Page, charts: &Charts) -> Markup {
    let mut accounts: BTreeMap<&str, Days> = BTreeMap::new();
    for bucket in &charts.buckets {
        let day = times::day_micros(bucket.from, &page.zone).parse::<Date>();
        let Ok(day) = day else { continue };
        let sum = accounts.entry(&bucket.account).or_default().entry(day).or_default();
        sum.0 += bucket.attacker;
        sum.1 += bucket.owner;
    }
    accounts.retain(|_, days| days.values().any(|it| it.0 > 0));
    if accounts.is_empty() {
        return html! { p.note { (page.t(Phrase::new("report.no_timeline", "No record is attributed to an intruder, so there is nothing to draw."))) } };
    }
    let more = accounts.len().saturating_sub(ACCOUNTS);
    html! {
        @for (at, (account, days)) in accounts.iter().take(ACCOUNTS).enumerate() {
            h3 { (safe(account)) }
            (activity(page, at, account, days))
            (activity_table(page, account, days))
        }
        @if more > 0 { p.note { (page.say(Phrase::new("report.more_accounts", "{n} more account(s) are not drawn."), &[("n", &number(more as u64))])) } }
    }
}

fn activity(page: &Page, at: usize, account: &str, days: &Days) -> Markup {
    let axis = axis(days.keys().copied());
    let step = (WIDTH - LEFT - 8.0) / axis.len().max(1) as f64;
    let most = days.values().map(|it| it.0.max(it.1)).max().unwrap_or(1).max(1);
    let height = |n: u64| HALF * log(n) / log(most);
    let title = page.say(
        Phrase::new(
            "report.timeline_title",
            "Records a day of {account}: intruder above the line, owner below",
        ),
        &[("account", &safe(account))],
    );
    let middle = HALF + 34.0;
    html! {
        figure {
            svg viewBox={ "0 0 " (WIDTH) " " (middle + HALF + 46.0) } role="img" aria-labelledby={ "timeline-" (at) } {
                title id={ "timeline-" (at) } { (title) }
                (hatch(at))
                @for n in [10_u64, 100, 1_000, 10_000, 100_000].into_iter().filter(|it| *it <= most) {
                    @for y in [middle - height(n), middle + height(n)] {
                        line x1=(LEFT) x2=(WIDTH - 8.0) y1=(px(y)) y2=(px(y)) stroke="#d3d9e0" {}
                        text x=(LEFT - 6.0) y=(px(y + 4.0)) text-anchor="end" font-size="11" { (number(n)) }
                    }
                }
                @for (i, day) in axis.iter().enumerate() {
                    @let (attacker, owner) = days.get(day).copied().unwrap_or_default();
                    @let x = px(LEFT + step * i as f64 + step * 0.1);
                    @if attacker > 0 { rect x=(x) width=(px(step * 0.8)) y=(px(middle - height(attacker))) height=(px(height(attacker))) fill={ "url(#hatch-" (at) ")" } stroke=(INTRUDER) {} }
                    @if owner > 0 { rect x=(x) width=(px(step * 0.8)) y=(px(middle)) height=(px(height(owner))) fill=(OWNER) {} }
                }
                line x1=(LEFT) x2=(WIDTH - 8.0) y1=(middle) y2=(middle) stroke="#1b2430" {}
                text x="6" y="20" font-size="12" { (page.t(Phrase::new("report.intruder", "Intruder"))) " ▨" }
                text x="6" y=(px(middle + HALF + 18.0)) font-size="12" { (page.t(Phrase::new("report.owner", "Owner"))) " ■" }
                (dates(&axis, step, middle + HALF + 38.0))
            }
            figcaption { (page.t(Phrase::new("report.timeline_note", "Heights grow with the number of digits (logarithmic), so that few records of the owner stay visible beside many of the intruder. Days are days of the case's time zone."))) }
        }
    }
}

fn activity_table(page: &Page, account: &str, days: &Days) -> Markup {
    let head = [
        Phrase::new("report.day", "Day"),
        Phrase::new("report.intruder", "Intruder"),
        Phrase::new("report.owner", "Owner"),
    ];
    let rows: Vec<_> = days
        .iter()
        .map(|(day, (attacker, owner))| [day.to_string(), number(*attacker), number(*owner)])
        .map(|row| row.iter().map(|it| cell(it)).collect::<Vec<_>>())
        .collect();
    let count = rows.len();
    let caption = Phrase::new("report.timeline_table", "Records a day");
    let table = page.whole_table(caption, &head, rows);
    let basis = page.t(Phrase::new("report.basis", "Basis"));
    html! {
        div.note.screen { (page.opened(&claims::account(account), &basis)) }
        (page.beside_picture(table, count))
    }
}

/// Mails by day, from zero, each bar with its number.
pub(super) fn by_day(page: &Page, days: &[DayCount]) -> Markup {
    let counts: BTreeMap<Date, u64> =
        days.iter().filter_map(|it| Some((it.date.parse().ok()?, it.messages))).collect();
    let axis = axis(counts.keys().copied());
    if axis.is_empty() {
        return html! {};
    }
    let step = (WIDTH - LEFT - 8.0) / axis.len() as f64;
    let most = counts.values().copied().max().unwrap_or(1).max(1);
    let (full, base) = (150.0, 176.0);
    html! {
        figure {
            svg viewBox={ "0 0 " (WIDTH) " 214" } role="img" aria-labelledby="mail-by-day" {
                title id="mail-by-day" { (page.t(Phrase::new("report.by_day_title", "Fraudulent mails by day"))) }
                (hatch(100))
                @for (i, day) in axis.iter().enumerate() {
                    @let n = counts.get(day).copied().unwrap_or_default();
                    @let height = full * n as f64 / most as f64;
                    @let x = LEFT + step * i as f64;
                    @if n > 0 { rect x=(px(x + step * 0.1)) width=(px(step * 0.8)) y=(px(base - height)) height=(px(height)) fill="url(#hatch-100)" stroke=(INTRUDER) {} }
                    @if axis.len() <= 20 { text x=(px(x + step / 2.0)) y=(px(base - height - 5.0)) text-anchor="middle" font-size="12" { (number(n)) } }
                }
                line x1=(LEFT) x2=(WIDTH - 8.0) y1=(base) y2=(base) stroke="#1b2430" {}
                text x=(LEFT - 6.0) y="34" text-anchor="end" font-size="11" { (number(most)) }
                text x=(LEFT - 6.0) y=(base) text-anchor="end" font-size="11" { "0" }
                (dates(&axis, step, base + 20.0))
            }
        }
    }
}

/// Every day from the first to the last.
fn axis(mut days: impl Iterator<Item = Date>) -> Vec<Date> {
    let Some(first) = days.next() else { return Vec::new() };
    let (first, last) = days.fold((first, first), |(a, b), it| (a.min(it), b.max(it)));
    let mut out = vec![first];
    while let Some(next) = out.last().filter(|it| **it < last).and_then(|it| it.tomorrow().ok()) {
        if out.len() >= DAYS {
            break;
        }
        out.push(next);
    }
    out
}

/// About twelve dates below the axis.
fn dates(axis: &[Date], step: f64, y: f64) -> Markup {
    let every = axis.len().div_ceil(12).max(1);
    html! {
        @for (i, day) in axis.iter().enumerate().filter(|(i, _)| i % every == 0) {
            text x=(px(LEFT + step * (i as f64 + 0.5))) y=(px(y)) text-anchor="middle" font-size="11" { (format!("{:02}-{:02}", day.month(), day.day())) }
        }
    }
}

fn hatch(id: usize) -> Markup {
    html! {
        defs {
            pattern id={ "hatch-" (id) } width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                rect width="5" height="5" fill="#f3dcdb" {}
                line x1="0" x2="0" y1="0" y2="5" stroke=(INTRUDER) stroke-width="3" {}
            }
        }
    }
}

fn log(n: u64) -> f64 {
    (1.0 + n as f64).log10()
}

/// A length with one decimal: the same bytes on every machine.
fn px(length: f64) -> String {
    format!("{length:.1}")
}
