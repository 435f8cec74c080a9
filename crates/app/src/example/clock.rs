use jiff::civil::{Date, Weekday, date};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// The tenant's zone and its closed days.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    zone: TimeZone,
    japan: bool,
}

/// National holidays of 2025 (month, day). Japan: Cabinet Office; England: gov.uk.
const JAPAN: &[(i8, i8)] = &[
    (1, 1),
    (1, 2),
    (1, 3),
    (1, 13),
    (2, 11),
    (2, 24),
    (3, 20),
    (4, 29),
    (5, 3),
    (5, 5),
    (5, 6),
    (7, 21),
    (8, 11),
    (8, 13),
    (8, 14),
    (8, 15),
    (9, 15),
    (9, 23),
    (10, 13),
    (11, 3),
    (11, 24),
];
const ENGLAND: &[(i8, i8)] =
    &[(1, 1), (4, 18), (4, 21), (5, 5), (5, 26), (8, 25), (12, 25), (12, 26)];

impl Clock {
    pub(crate) fn new(zone: &str, japan: bool) -> Self {
        Self { zone: TimeZone::get(zone).unwrap_or(TimeZone::UTC), japan }
    }

    /// Seconds since 1970 of a local wall clock time; `second` may exceed a day.
    pub(crate) fn at(&self, day: Date, second: i64) -> i64 {
        day.to_zoned(self.zone.clone())
            .map(|midnight| midnight.timestamp().as_second())
            .unwrap_or(0)
            + second
    }

    pub(crate) fn workday(&self, day: Date) -> bool {
        let closed = if self.japan { JAPAN } else { ENGLAND };
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
            && !closed.contains(&(day.month(), day.day()))
    }

    /// The local calendar day of an instant.
    pub(crate) fn day(&self, at: i64) -> Date {
        Timestamp::from_second(at).unwrap_or_default().to_zoned(self.zone.clone()).date()
    }
}

/// A calendar day.
pub(crate) fn ymd(year: i16, month: i8, day: i8) -> Date {
    date(year, month, day)
}

/// The day `days` later.
pub(crate) fn plus(day: Date, days: i64) -> Date {
    day.checked_add(days.days()).unwrap_or(day)
}

/// Seconds since 1970 of a UTC wall clock time.
pub(crate) fn utc(day: Date, hour: i64, minute: i64, second: i64) -> i64 {
    let midnight = day.to_zoned(TimeZone::UTC).map(|z| z.timestamp().as_second()).unwrap_or(0);
    midnight + hour * 3600 + minute * 60 + second
}

/// `2025-10-01T12:13:22`, as in `CreationTime`: UTC without saying so.
pub(crate) fn bare(at: i64) -> String {
    let t = fields(at);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        t.year(),
        t.month(),
        t.day(),
        t.hour(),
        t.minute(),
        t.second()
    )
}

/// `2025-10-01T12:13:22Z`.
pub(crate) fn iso(at: i64) -> String {
    bare(at) + "Z"
}

/// `2025/10/01 9:13:22`: what a Japanese Windows host prints.
pub(crate) fn ja_host(at: i64) -> String {
    let t = fields(at);
    format!(
        "{:04}/{:02}/{:02} {}:{:02}:{:02}",
        t.year(),
        t.month(),
        t.day(),
        t.hour(),
        t.minute(),
        t.second()
    )
}

/// `2025-10-01 21:13:22`: the wall clock of the organisation's own machines.
pub(crate) fn local(clock: &Clock, at: i64) -> String {
    let t = Timestamp::from_second(at).unwrap_or_default().to_zoned(clock.zone.clone());
    format!("{} {:02}:{:02}:{:02}", t.date(), t.hour(), t.minute(), t.second())
}

/// `Mon, 20 Oct 2025 14:03:22 +0900`: the date of a mail.
pub(crate) fn posted_on(clock: &Clock, at: i64) -> String {
    let t = Timestamp::from_second(at).unwrap_or_default().to_zoned(clock.zone.clone());
    t.strftime("%a, %d %b %Y %H:%M:%S %z").to_string()
}

/// `Mon Oct 20 05:03:22 2025`: the first line of a mail in an mbox file, UTC.
pub(crate) fn unix_day(at: i64) -> String {
    fields(at).strftime("%a %b %e %H:%M:%S %Y").to_string()
}

fn fields(at: i64) -> jiff::civil::DateTime {
    Timestamp::from_second(at).unwrap_or_default().to_zoned(TimeZone::UTC).datetime()
}
