//! On which days is an authority open? `laws/calendars/`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};
use serde::Deserialize;

/// The files, embedded at build. To add one: write the file, name it here.
pub const FILES: &[model::DataFile] = &[("jp", include_str!("../../../laws/calendars/jp.toml"))];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    calendar: String,
    weekend: Vec<u8>,
    closed_every_year: Vec<String>,
    holiday: BTreeMap<String, String>,
    known_from: String,
    known_to: String,
    #[allow(dead_code, reason = "read by people")]
    source: Vec<String>,
}

/// The closed days of one authority.
#[derive(Clone, Debug)]
pub struct Calendar {
    weekend: BTreeSet<u8>,
    closed_every_year: BTreeSet<(i8, i8)>,
    holidays: BTreeSet<Date>,
    known_from: Date,
    known_to: Date,
}

fn parse(text: &str) -> Result<(String, Calendar), String> {
    let file: File = toml::from_str(text).map_err(|err| err.to_string())?;
    let day = |it: &str| it.parse::<Date>().map_err(|err| format!("{it}: {err}"));
    let yearly = |it: &str| -> Result<(i8, i8), String> {
        // A leap year, so that 02-29 could be named.
        day(&format!("2024-{it}")).map(|it| (it.month(), it.day()))
    };
    let calendar = Calendar {
        weekend: file.weekend.into_iter().collect(),
        closed_every_year: file
            .closed_every_year
            .iter()
            .map(|it| yearly(it))
            .collect::<Result<_, _>>()?,
        holidays: file.holiday.keys().map(|it| day(it)).collect::<Result<_, _>>()?,
        known_from: day(&file.known_from)?,
        known_to: day(&file.known_to)?,
    };
    Ok((file.calendar, calendar))
}

/// Returns the calendar of that name.
pub fn calendar(name: &str) -> Option<&'static Calendar> {
    static CALENDARS: OnceLock<BTreeMap<String, Calendar>> = OnceLock::new();
    let all =
        CALENDARS.get_or_init(|| FILES.iter().filter_map(|(_, text)| parse(text).ok()).collect());
    all.get(name)
}

impl Calendar {
    /// Tells whether the authority is closed that day.
    pub fn closed(&self, day: Date) -> bool {
        let weekday = match day.weekday() {
            Weekday::Sunday => 7,
            other => other.to_monday_one_offset().unsigned_abs(),
        };
        self.weekend.contains(&weekday)
            || self.closed_every_year.contains(&(day.month(), day.day()))
            || self.holidays.contains(&day)
    }

    /// The day itself, or the first open day after it; `None` where holidays are not known yet.
    pub fn open_from(&self, day: Date) -> Option<Date> {
        let mut day = day;
        // No run of closed days is longer than this.
        for _ in 0..40 {
            if day < self.known_from || day > self.known_to {
                return None;
            }
            if !self.closed(day) {
                return Some(day);
            }
            day = day.checked_add(1.day()).ok()?;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn every_file_parses_and_goes_by_its_name() {
        for (stem, text) in FILES {
            let (name, _) = parse(text).unwrap_or_else(|err| panic!("{stem}: {err}"));
            assert_eq!(name, *stem);
        }
    }

    #[test]
    fn a_bridge_day_and_the_turn_of_the_year_are_closed() {
        let jp = calendar("jp").unwrap();
        assert!(
            ["2026-09-22", "2026-05-06", "2025-12-29", "2027-01-03", "2027-03-22"]
                .into_iter()
                .all(|it| jp.closed(date(it)))
        );
        assert!(
            !["2025-12-26", "2026-01-05", "2026-08-12"].into_iter().any(|it| jp.closed(date(it)))
        );
        assert_eq!(jp.open_from(date("2025-12-27")), Some(date("2026-01-05")));
        assert_eq!(jp.open_from(date("2031-05-05")), None);
    }
}
