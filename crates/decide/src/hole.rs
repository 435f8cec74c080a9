//! Is a log silent for longer than chance allows? (design §4.5, Hole)
//!
//! Nothing is assumed of the tenant but its own weeks: for every hour of the week, how often did that
//! hour hold a record at all? All arithmetic is in integers, so that every machine finds the same holes.

use std::collections::BTreeSet;

use jiff::{
    Timestamp,
    civil::{Date, Weekday},
    tz::TimeZone,
};
use model::{HOUR, Micros, Span};

use crate::calendar::{self, Calendar};

/// Fewer weeks than this tell nothing.
const WEEKS: usize = 4;
/// 10⁻⁶ in units of 2⁻¹⁶ of a binary logarithm: 6 · log₂ 10 · 65536.
const IMPROBABLE: u64 = 1_306_235;
/// How often the weeks are learned again without the holes found.
const ROUNDS: usize = 6;
/// Hours of one year.
const YEAR: i64 = 366 * 24;
/// Hours of one week.
const ROWS: usize = 168;

/// The days on which people are away, and the zone those days are counted in.
#[derive(Clone, Debug)]
pub struct Days {
    zone: TimeZone,
    calendars: Vec<&'static Calendar>,
    obon: bool,
}

impl Days {
    /// `zone` is the case's; `jurisdictions` name calendars of `laws/calendars/`. A case that names none
    /// and lies in Japan follows Japan's.
    pub fn new(zone: &str, jurisdictions: &[String]) -> Days {
        let mut names: BTreeSet<&str> = jurisdictions.iter().map(String::as_str).collect();
        if names.is_empty() && zone == "Asia/Tokyo" {
            names.insert("jp");
        }
        Days {
            zone: TimeZone::get(zone).unwrap_or(TimeZone::UTC),
            calendars: names.iter().filter_map(|it| calendar::calendar(it)).collect(),
            obon: names.contains("jp"),
        }
    }

    /// The hour of the week, 0 = Monday 00:00; on a closed day Sunday's.
    fn row(&self, hour: i64) -> usize {
        let Ok(at) = Timestamp::from_microsecond(hour * HOUR) else { return 0 };
        let local = at.to_zoned(self.zone.clone());
        let day = if self.closed(local.date()) { Weekday::Sunday } else { local.weekday() };
        let day = usize::from(day.to_monday_zero_offset().unsigned_abs());
        day * 24 + usize::from(local.hour().unsigned_abs())
    }

    /// National holidays, the turn of the year, and Obon. A weekend has rows of its own.
    fn closed(&self, day: Date) -> bool {
        let (month, number) = (day.month(), day.day());
        let year = (month == 12 && number >= 29) || (month == 1 && number <= 3);
        let obon = self.obon && month == 8 && (11..=16).contains(&number);
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        year || obon || (!weekend && self.calendars.iter().any(|it| it.closed(day)))
    }
}

/// What the test found.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Holes {
    /// Whether there were weeks enough to test.
    pub possible: bool,
    /// Silences that chance does not explain.
    pub spans: Vec<Span>,
}

/// Tests one series. `present` are the hours (since 1970) that hold a record which is neither the
/// attacker's nor suspected; `asked` are the spans, sorted and united, in which records were to be
/// expected.
pub fn holes(present: &BTreeSet<i64>, asked: &[Span], days: &Days) -> Holes {
    // Nobody's weeks of many years ago tell of today, and a declaration may name any year at all.
    let last = present.last().copied().unwrap_or_default();
    let (least, most) = (last - 5 * YEAR, last + YEAR);
    let hours: Vec<(i64, usize)> = asked
        .iter()
        .flat_map(|it| ceil(it.from).max(least)..it.to.div_euclid(HOUR).min(most))
        .map(|hour| (hour, days.row(hour)))
        .collect();
    if hours.len() < WEEKS * ROWS || present.is_empty() {
        return Holes::default();
    }
    let mut spans = Vec::new();
    // Weeks in which the log was not there at all make its silence look usual: what is found to be a hole
    // is no week, and the rest is looked at again.
    for _ in 0..ROUNDS {
        let found = silences(present, &hours, &spans);
        if found == spans {
            break;
        }
        spans = found;
    }
    Holes { possible: true, spans }
}

/// Improbable silences, where the hours of the week are learned outside the holes known already.
fn silences(present: &BTreeSet<i64>, hours: &[(i64, usize)], known: &[Span]) -> Vec<Span> {
    let mut rows = [(0_u64, 0_u64); ROWS];
    let mut holes = known.iter().peekable();
    for (hour, row) in hours {
        while holes.next_if(|it| it.to <= hour * HOUR).is_some() {}
        if holes.peek().is_some_and(|it| it.from <= hour * HOUR) {
            continue;
        }
        rows[*row].0 += 1;
        rows[*row].1 += u64::from(present.contains(hour));
    }
    let cost: Vec<u64> = rows.iter().map(|(weeks, there)| surprise(*weeks, *there)).collect();
    let mut found = Vec::new();
    let mut run: Option<(i64, i64, u64)> = None;
    for (hour, row) in hours.iter().copied() {
        let next = run.filter(|it| it.1 == hour);
        if next.is_none() {
            close(&mut found, run);
        }
        run = if present.contains(&hour) {
            close(&mut found, next);
            None
        } else {
            let (from, _, sum) = next.unwrap_or((hour, hour, 0));
            Some((from, hour + 1, sum + cost[row]))
        };
    }
    close(&mut found, run);
    found
}

fn close(found: &mut Vec<Span>, run: Option<(i64, i64, u64)>) {
    if let Some((from, to, sum)) = run
        && sum > IMPROBABLE
    {
        found.push(Span { from: from * HOUR, to: to * HOUR });
    }
}

fn ceil(at: Micros) -> i64 {
    at.div_euclid(HOUR) + i64::from(at.rem_euclid(HOUR) > 0)
}

/// −log₂(1 − p) with p = (present + 1)/(weeks + 2), in units of 2⁻¹⁶. An hour that was never once busy
/// says nothing by being empty again.
fn surprise(weeks: u64, there: u64) -> u64 {
    if there == 0 {
        return 0;
    }
    log2(weeks + 2).saturating_sub(log2(weeks + 1 - there.min(weeks)))
}

/// Binary logarithm in units of 2⁻¹⁶, by squaring: integers only.
fn log2(n: u64) -> u64 {
    let whole = u64::from(n.max(1).ilog2());
    // The mantissa in [1, 2) with 32 bits after the point.
    let mut mantissa = (u128::from(n.max(1)) << 32) >> whole;
    let mut found = whole << 16;
    for bit in (0..16).rev() {
        mantissa = (mantissa * mantissa) >> 32;
        if mantissa >= 2 << 32 {
            mantissa >>= 1;
            found |= 1 << bit;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> i64 {
        text.parse::<Timestamp>().unwrap().as_microsecond()
    }

    fn span(from: &str, to: &str) -> Span {
        Span { from: at(from), to: at(to) }
    }

    fn tokyo() -> Days {
        Days::new("Asia/Tokyo", &["jp".to_owned()])
    }

    /// An office at work on open days from 9 to 18 (JST), seen in `percent` of its hours.
    fn office(asked: Span, percent: u64, days: &Days) -> BTreeSet<i64> {
        let mut dice = 88_172_645_463_325_252_u64;
        let mut hours = BTreeSet::new();
        for hour in asked.from / HOUR..asked.to / HOUR {
            dice ^= dice << 13;
            dice ^= dice >> 7;
            dice ^= dice << 17;
            let row = days.row(hour);
            if row / 24 < 5 && (9..18).contains(&(row % 24)) && dice % 100 < percent {
                hours.insert(hour);
            }
        }
        hours
    }

    fn without(mut hours: BTreeSet<i64>, span: Span) -> BTreeSet<i64> {
        hours.retain(|it| !span.contains(it * HOUR));
        hours
    }

    /// Whoever asked for more than the log holds must not thereby hide a hole in it.
    #[test]
    fn weeks_before_the_log_began_do_not_hide_a_hole() {
        let days = tokyo();
        let log = span("2025-08-25T00:00:00Z", "2025-11-10T00:00:00Z");
        let mut hours = office(log, 90, &days);
        let hole = span("2025-10-14T15:00:00Z", "2025-10-16T15:00:00Z");
        hours.retain(|it| !hole.contains(it * HOUR));
        for from in ["2025-08-25T00:00:00Z", "2025-05-01T00:00:00Z", "2024-11-01T00:00:00Z"] {
            let it = holes(&hours, &[span(from, "2025-11-10T00:00:00Z")], &days);
            assert!(it.spans.iter().any(|it| it.covers(hole)), "{from}: {:?}", it.spans);
        }
    }

    #[test]
    fn a_two_day_hole_on_working_days_is_found() {
        let asked = span("2025-08-25T00:00:00Z", "2025-11-10T00:00:00Z");
        let days = tokyo();
        // Tuesday and Wednesday, JST.
        let lost = span("2025-09-29T15:00:00Z", "2025-10-01T15:00:00Z");
        let found = holes(&without(office(asked, 95, &days), lost), &[asked], &days);
        assert!(found.possible);
        assert_eq!(found.spans.len(), 1);
        assert!(found.spans[0].covers(lost));
        assert!(holes(&office(asked, 95, &days), &[asked], &days).spans.is_empty());
    }

    #[test]
    fn new_year_and_obon_raise_none() {
        let days = tokyo();
        for asked in [
            span("2025-11-03T00:00:00Z", "2026-01-20T00:00:00Z"),
            span("2025-07-01T00:00:00Z", "2025-09-10T00:00:00Z"),
            span("2025-07-20T00:00:00Z", "2025-08-20T00:00:00Z"),
        ] {
            assert_eq!(holes(&office(asked, 95, &days), &[asked], &days).spans, []);
        }
    }

    #[test]
    fn a_tenant_of_three_raises_none() {
        let asked = span("2025-03-01T00:00:00Z", "2025-08-30T00:00:00Z");
        for percent in [25, 40, 60] {
            let days = tokyo();
            assert_eq!(holes(&office(asked, percent, &days), &[asked], &days).spans, []);
        }
    }

    #[test]
    fn the_beginning_and_the_end_of_what_was_asked_for_are_tested_too() {
        let asked = span("2025-08-25T00:00:00Z", "2025-11-10T00:00:00Z");
        let days = tokyo();
        let lost = span("2025-11-04T00:00:00Z", "2025-11-10T00:00:00Z");
        let found = holes(&without(office(asked, 95, &days), lost), &[asked], &days);
        assert_eq!(found.spans.last().map(|it| it.to), Some(lost.to));
    }

    #[test]
    fn under_four_weeks_nothing_is_said() {
        let asked = span("2025-08-25T00:00:00Z", "2025-09-20T00:00:00Z");
        assert!(!holes(&office(asked, 95, &tokyo()), &[asked], &tokyo()).possible);
    }

    #[test]
    fn a_declaration_of_ten_thousand_years_is_tested_where_the_log_is() {
        let asked = span("2025-08-25T00:00:00Z", "2025-11-10T00:00:00Z");
        let ever = span("0001-01-02T00:00:00Z", "9999-01-01T00:00:00Z");
        assert!(!holes(&office(asked, 95, &tokyo()), &[ever], &tokyo()).spans.is_empty());
    }

    #[test]
    fn the_logarithm_is_one() {
        assert_eq!(log2(1), 0);
        assert_eq!(log2(8), 3 << 16);
        assert!(log2(10).abs_diff(217_706) < 4);
        assert!((6 * log2(10)).abs_diff(IMPROBABLE) < 64);
    }
}
