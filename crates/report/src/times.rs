//! Instants as a reader needs them: local time with its offset, and UTC beside it.

use jiff::{Timestamp, Zoned, tz::TimeZone};

/// The zone of a case: UTC if its name is not known.
pub fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// Local time to the minute with the offset: `2025-10-01 21:13 (+09:00)`. A string that is no
/// instant is given back, so that nothing shown is lost.
pub fn when(at: &str, zone: &TimeZone) -> String {
    parsed(at).map_or_else(|| at.to_owned(), |it| local(&it.to_zoned(zone.clone())))
}

/// As [`when`], of an instant in microseconds.
pub fn when_micros(at: i64, zone: &TimeZone) -> String {
    let instant = Timestamp::from_microsecond(at);
    instant.map(|it| local(&it.to_zoned(zone.clone()))).unwrap_or_default()
}

/// The same instant in UTC, to the second: `2025-10-01 12:13:07 UTC`.
pub fn utc(at: &str) -> String {
    let Some(instant) = parsed(at) else { return at.to_owned() };
    instant.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// The calendar day in the zone: `2025-10-20`.
pub fn day(at: &str, zone: &TimeZone) -> String {
    parsed(at).map_or_else(|| at.to_owned(), |it| it.to_zoned(zone.clone()).date().to_string())
}

/// The calendar day in the zone, of an instant in microseconds.
pub fn day_micros(at: i64, zone: &TimeZone) -> String {
    let instant = Timestamp::from_microsecond(at);
    instant.map(|it| it.to_zoned(zone.clone()).date().to_string()).unwrap_or_default()
}

fn local(at: &Zoned) -> String {
    at.strftime("%Y-%m-%d %H:%M (%:z)").to_string()
}

fn parsed(at: &str) -> Option<Timestamp> {
    at.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_time_carries_its_offset_and_utc_stands_beside_it() {
        let tokyo = zone("Asia/Tokyo");
        assert_eq!(when("2025-10-01T12:13:07Z", &tokyo), "2025-10-01 21:13 (+09:00)");
        assert_eq!(when_micros(1_759_320_787_000_000, &tokyo), "2025-10-01 21:13 (+09:00)");
        assert_eq!(utc("2025-10-01T12:13:07Z"), "2025-10-01 12:13:07 UTC");
        assert_eq!(day("2025-10-28T16:00:00Z", &tokyo), "2025-10-29");
        assert_eq!(when("not a time", &tokyo), "not a time");
    }
}
