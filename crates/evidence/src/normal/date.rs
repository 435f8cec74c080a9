//! Instants as exports write them: ISO 8601, `/Date(ms)/`, epoch, and the host's own culture.

use jiff::civil;
use jiff::tz::{Offset, TimeZone};
use model::Micros;

/// Longest text tried as a date.
const LONGEST: usize = 80;

/// Order of day, month and year where a date is written in figures.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum DateOrder {
    /// `2025/10/20`.
    Ymd,
    /// `10/20/2025`.
    Mdy,
    /// `20/10/2025`.
    Dmy,
}

/// Reads an instant whose form is the same in every culture: `2025-10-20T12:13:33` with `Z`, an
/// offset or none (then UTC), any number of decimals, blanks around it; `/Date(ms)/`; epoch
/// seconds (9 to 11 figures, with decimals) or milliseconds (12 or 13).
pub fn parse_iso(text: &str) -> Option<Micros> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    if let Some(at) = ticks(text) {
        return Some(at);
    }
    let bytes = text.as_bytes();
    let year_first = bytes.len() >= 10 && bytes[..4].iter().all(u8::is_ascii_digit);
    if !year_first || bytes[4] != b'-' {
        return None;
    }
    let read = Read::from(text, DateOrder::Ymd)?;
    read.instant(&TimeZone::UTC)
}

/// Reads an instant in the order of its column (see [`Survey`]). A text without zone is taken to
/// be in `zone` (IANA name or offset; empty means UTC). 12-hour clocks, missing seconds,
/// names of months, Japanese year, month and day signs are understood.
///
/// A value that contradicts the order gives `None`: a date is never guessed.
pub fn parse(text: &str, order: DateOrder, zone: &str) -> Option<Micros> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    if let Some(at) = ticks(text) {
        return Some(at);
    }
    let read = Read::from(text, order)?;
    if read.offset.is_some() || zone.is_empty() {
        return read.instant(&TimeZone::UTC);
    }
    read.instant(&zone_of(zone)?)
}

/// Tells whether the text is a date in some order: for telling logs from lists.
pub fn is_date(text: &str) -> bool {
    parse(text, DateOrder::Mdy, "").is_some() || parse(text, DateOrder::Dmy, "").is_some()
}

/// Reads a zone: an IANA name, `UTC`, `Z`, or an offset such as `+09:00`.
pub fn zone_of(text: &str) -> Option<TimeZone> {
    let text = text.trim();
    if text.is_empty() || text.eq_ignore_ascii_case("utc") || text.eq_ignore_ascii_case("z") {
        return Some(TimeZone::UTC);
    }
    if text.starts_with(['+', '-']) {
        return Offset::from_seconds(offset(text)?).ok().map(TimeZone::fixed);
    }
    TimeZone::get(text).ok()
}

/// Looks at all values of a date column and decides in which order they are written: any value
/// with a field above 12 decides for the whole file.
#[derive(Clone, Debug, Default)]
pub struct Survey {
    month_first: bool,
    day_first: bool,
    unclear: bool,
}

impl Survey {
    /// Looks at one value. Values with the year first or a month's name need no decision.
    pub fn feed(&mut self, text: &str) {
        let text = text.trim();
        if text.is_empty() || text.len() > LONGEST || ticks(text).is_some() {
            return;
        }
        let Some(Parts { date, .. }) = Parts::of(&fold(text)) else { return };
        let Date::YearLast(first, second, year) = date else { return };
        let sound = |month, day| civil::Date::new(year, month, day).is_ok();
        match (sound(first, second), sound(second, first)) {
            (true, false) => self.month_first = true,
            (false, true) => self.day_first = true,
            // The same day in both orders says nothing and harms nothing.
            (true, true) => self.unclear |= first != second,
            (false, false) => {}
        }
    }

    /// Returns the order, or `None` if the column is ambiguous: nothing decides, or the values
    /// contradict each other.
    pub fn order(&self) -> Option<DateOrder> {
        match (self.month_first, self.day_first) {
            (true, false) => Some(DateOrder::Mdy),
            (false, true) => Some(DateOrder::Dmy),
            (true, true) => None,
            (false, false) if self.unclear => None,
            (false, false) => Some(DateOrder::Ymd),
        }
    }
}

/// `/Date(ms)/`, `/Date(ms+0900)/` (the offset is for display), or epoch in seconds or ms.
fn ticks(text: &str) -> Option<Micros> {
    if let Some(inside) = text.strip_prefix("/Date(").or_else(|| text.strip_prefix("\\/Date(")) {
        let figures = inside.split(')').next()?;
        let end = figures.get(1..)?.find(['+', '-']).map_or(figures.len(), |it| it + 1);
        return in_range(figures.get(..end)?.parse::<i64>().ok()?.checked_mul(1_000)?);
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !whole.bytes().chain(fraction.bytes()).all(|it| it.is_ascii_digit()) {
        return None;
    }
    let number: i64 = whole.parse().ok()?;
    match whole.len() {
        9..=11 => in_range(number.checked_mul(1_000_000)?.checked_add(micros_of(fraction))?),
        12 | 13 => in_range(number.checked_mul(1_000)?),
        _ => None,
    }
}

/// Years 1970 to 2199; `0001-01-01` and `1601-01-01` mean «not set».
fn in_range(at: Micros) -> Option<Micros> {
    (0..7_258_118_400_000_000).contains(&at).then_some(at)
}

/// Decimals of a second in microseconds; what is beyond six figures is cut.
fn micros_of(fraction: &str) -> i64 {
    let mut micros = 0;
    for i in 0..6 {
        let figure = fraction.as_bytes().get(i).map_or(0, |it| i64::from(it - b'0'));
        micros = micros * 10 + figure;
    }
    micros
}

/// Folds full-width figures, blanks, letters to lower case, and Japanese signs.
fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\u{ff01}'..='\u{ff5e}' => {
                let plain = char::from_u32(u32::from(c) - 0xfee0).unwrap_or(' ');
                out.push(plain.to_ascii_lowercase());
            }
            '年' | '月' => out.push('/'),
            '日' => out.push(' '),
            '時' | '时' => out.push(':'),
            '分' => out.push(':'),
            '秒' | '\u{200e}' | '\u{200f}' | '\u{feff}' => {}
            '\u{2010}'..='\u{2015}' | '\u{2212}' => out.push('-'),
            c if c.is_whitespace() => out.push(' '),
            c => out.push(c.to_ascii_lowercase()),
        }
    }
    let mut out = out.replace("a.m.", "am").replace("p.m.", "pm");
    // `21時13分` leaves a colon behind.
    while out.ends_with([':', ' ']) {
        out.pop();
    }
    out
}

/// The date's figures before its order is known.
#[derive(Clone, Copy)]
enum Date {
    /// Year, month, day: certain.
    Certain(i16, i8, i8),
    /// Two figures and a year at the end.
    YearLast(i8, i8, i16),
}

/// A text taken apart.
struct Parts {
    date: Date,
    /// Hour, minute, second, microsecond, 24-hour clock.
    time: (i8, i8, i8, i32),
    offset: Option<i32>,
}

impl Parts {
    fn of(text: &str) -> Option<Parts> {
        let (date, clock, tail) = cut(text);
        let mut half = None;
        let date = date_of(date, &mut half)?;
        let (mut time, tail) = match clock {
            Some(clock) => (clock, tail),
            None => ((0, 0, 0, 0), ""),
        };
        let offset = tail_of(tail, &mut half)?;
        match half {
            Some(afternoon) if time.0 <= 12 => {
                time.0 = time.0 % 12 + if afternoon { 12 } else { 0 };
            }
            // `21:13 PM` is written by some hosts: the 24-hour clock stands.
            Some(false) => return None,
            _ => {}
        }
        Some(Parts { date, time, offset })
    }
}

/// Cuts a text into date, clock and what follows: the clock begins with the figures before the
/// first colon.
#[expect(clippy::type_complexity, reason = "three pieces of one text, used once")]
fn cut(text: &str) -> (&str, Option<(i8, i8, i8, i32)>, &str) {
    let Some(colon) = text.find(':') else { return (text, None, "") };
    let start = text[..colon]
        .rfind(|c: char| !c.is_ascii_digit())
        .map_or(0, |it| it + text[it..].chars().next().map_or(1, char::len_utf8));
    match clock_of(&text[start..]) {
        Some((clock, used)) => (&text[..start], Some(clock), &text[start + used..]),
        // No clock after all: let the date part fail on the colon.
        None => (text, None, ""),
    }
}

fn clock_of(text: &str) -> Option<((i8, i8, i8, i32), usize)> {
    let bytes = text.as_bytes();
    let mut at = 0;
    let figures = |at: &mut usize| -> Option<i8> {
        let from = *at;
        while *at < bytes.len() && *at < from + 2 && bytes[*at].is_ascii_digit() {
            *at += 1;
        }
        text.get(from..*at)?.parse().ok()
    };
    let hour = figures(&mut at)?;
    if bytes.get(at) != Some(&b':') {
        return None;
    }
    at += 1;
    let minute = figures(&mut at)?;
    let mut second = 0;
    let mut micro = 0;
    if bytes.get(at) == Some(&b':') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit) {
        at += 1;
        second = figures(&mut at)?;
        if matches!(bytes.get(at), Some(b'.' | b',')) {
            let from = at + 1;
            let end = from + bytes[from..].iter().take_while(|it| it.is_ascii_digit()).count();
            if end > from {
                micro = i32::try_from(micros_of(&text[from..end])).ok()?;
                at = end;
            }
        }
    }
    let sound = hour < 24 && minute < 60 && second <= 60;
    sound.then_some(((hour, minute, second.min(59), micro), at))
}

fn date_of(text: &str, half: &mut Option<bool>) -> Option<Date> {
    let mut numbers: Vec<(usize, i32)> = Vec::with_capacity(3);
    let mut month = None;
    let mut month_at = 0;
    let mut era = 0;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let class = kind(c);
        let end = rest.find(|it: char| kind(it) != class).unwrap_or(rest.len());
        let (token, tail) = rest.split_at(if class == 0 { c.len_utf8() } else { end });
        rest = tail;
        match class {
            1 => numbers.push((token.len(), token.parse().ok()?)),
            2 => match word(token)? {
                Word::Month(number) if month.is_none() => {
                    month = Some(number);
                    month_at = numbers.len();
                }
                Word::Month(_) => return None,
                Word::Half(afternoon) => *half = Some(afternoon),
                Word::Era(before) => era = before,
                Word::Nothing => {}
            },
            // `2025/10/20(月)`: the sign for Monday was folded to a slash.
            _ if matches!(c, '-' | '/' | '.' | ' ' | ',' | '(' | ')') => {}
            _ => return None,
        }
        if numbers.len() > 3 {
            return None;
        }
    }
    if era > 0 {
        let first = numbers.first_mut()?;
        *first = (4, first.1 + era);
    }
    order_of(&numbers, month, month_at)
}

fn order_of(numbers: &[(usize, i32)], month: Option<i8>, month_at: usize) -> Option<Date> {
    let small = |it: i32| i8::try_from(it).ok();
    let year = |it: i32| i16::try_from(it).ok();
    match (numbers, month) {
        ([(4, y), (1 | 2, m), (1 | 2, d)], None) => {
            Some(Date::Certain(year(*y)?, small(*m)?, small(*d)?))
        }
        ([(1 | 2, a), (1 | 2, b), (4, y)], None) => {
            Some(Date::YearLast(small(*a)?, small(*b)?, year(*y)?))
        }
        ([(1 | 2, d), (4, y)], Some(m)) if month_at < 2 => {
            Some(Date::Certain(year(*y)?, m, small(*d)?))
        }
        ([(4, y), (1 | 2, d)], Some(m)) => Some(Date::Certain(year(*y)?, m, small(*d)?)),
        _ => None,
    }
}

/// 1 figures, 2 letters, 0 anything else.
fn kind(c: char) -> u8 {
    if c.is_ascii_digit() {
        1
    } else if c.is_alphabetic() {
        2
    } else {
        0
    }
}

enum Word {
    Month(i8),
    /// `true` for the afternoon.
    Half(bool),
    /// Years to add to the era's year.
    Era(i32),
    Nothing,
}

fn word(token: &str) -> Option<Word> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    const DAYS: [&str; 7] =
        ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    match token {
        "am" | "午前" | "上午" | "오전" => return Some(Word::Half(false)),
        "pm" | "午後" | "下午" | "오후" => return Some(Word::Half(true)),
        "令和" => return Some(Word::Era(2018)),
        "t" | "at" | "火" | "水" | "木" | "金" | "土" | "曜" => return Some(Word::Nothing),
        _ => {}
    }
    let is = |name: &&str| token.len() >= 3 && name.starts_with(token);
    let month = MONTHS.iter().position(is).or((token == "sept").then_some(8));
    if let Some(month) = month {
        return i8::try_from(month + 1).ok().map(Word::Month);
    }
    DAYS.iter().any(is).then_some(Word::Nothing)
}

/// What may follow a clock: the half of the day, a zone. Anything else is no date.
fn tail_of(text: &str, half: &mut Option<bool>) -> Option<Option<i32>> {
    let mut zone = None;
    for token in text.split([' ', '(', ')', '[', ']']).filter(|it| !it.is_empty()) {
        match token {
            "am" | "午前" | "上午" | "오전" => *half = Some(false),
            "pm" | "午後" | "下午" | "오후" => *half = Some(true),
            "z" | "utc" | "gmt" => zone = zone.or(Some(0)),
            "jst" => zone = zone.or(Some(9 * 3600)),
            _ => {
                // `pm+09:00` does not occur; `utc+09:00` and `z` after figures do.
                let token = token.strip_prefix("utc").unwrap_or(token);
                let token = token.strip_prefix("gmt").unwrap_or(token);
                match token {
                    "am" => *half = Some(false),
                    "pm" => *half = Some(true),
                    _ => zone = Some(offset(token)?),
                }
            }
        }
    }
    Some(zone)
}

/// `+09:00`, `+0900`, `+09` in seconds.
fn offset(text: &str) -> Option<i32> {
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let figures: String = text[1..].chars().filter(|c| *c != ':').collect();
    if !figures.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes): (i32, i32) = match figures.len() {
        1 | 2 => (figures.parse().ok()?, 0),
        4 => (figures[..2].parse().ok()?, figures[2..].parse().ok()?),
        _ => return None,
    };
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

/// A text read: a civil time, and the offset it carries.
struct Read {
    civil: civil::DateTime,
    offset: Option<i32>,
}

impl Read {
    fn from(text: &str, order: DateOrder) -> Option<Read> {
        let parts = Parts::of(&fold(text))?;
        let (year, month, day) = match (parts.date, order) {
            (Date::Certain(y, m, d), _) => (y, m, d),
            (Date::YearLast(m, d, y), DateOrder::Mdy) => (y, m, d),
            (Date::YearLast(d, m, y), DateOrder::Dmy) => (y, m, d),
            // No value decided: only a day that is the same in both orders is certain.
            (Date::YearLast(a, b, y), DateOrder::Ymd) if a == b => (y, a, b),
            (Date::YearLast(..), DateOrder::Ymd) => return None,
        };
        let (hour, minute, second, micro) = parts.time;
        let civil =
            civil::DateTime::new(year, month, day, hour, minute, second, micro * 1_000).ok()?;
        Some(Read { civil, offset: parts.offset })
    }

    fn instant(&self, zone: &TimeZone) -> Option<Micros> {
        let at = match self.offset {
            Some(0) => TimeZone::UTC.to_timestamp(self.civil).ok()?,
            Some(seconds) => Offset::from_seconds(seconds).ok()?.to_timestamp(self.civil).ok()?,
            None => zone.to_timestamp(self.civil).ok()?,
        };
        in_range(at.as_microsecond())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> Micros {
        text.parse::<jiff::Timestamp>().unwrap().as_microsecond()
    }

    #[test]
    fn iso_forms_of_every_export() {
        for (text, want) in [
            ("2021-05-18T21:13:33", "2021-05-18T21:13:33Z"),
            ("2026-01-24T06:54:24.0000000Z ", "2026-01-24T06:54:24Z"),
            ("2022-04-05T13:07:16.7796535Z", "2022-04-05T13:07:16.779653Z"),
            ("2025-11-12T13:50:16.693874+00:00", "2025-11-12T13:50:16.693874Z"),
            ("2025-10-20 21:13:33+09:00", "2025-10-20T12:13:33Z"),
            ("2025-10-20T21:13:33+0900", "2025-10-20T12:13:33Z"),
            ("2025-10-20", "2025-10-20T00:00:00Z"),
            ("/Date(1728364117000)/", "2024-10-08T05:08:37Z"),
            ("/Date(1728364117000+0900)/", "2024-10-08T05:08:37Z"),
            ("1616521538", "2021-03-23T17:45:38Z"),
            ("1616521538.123", "2021-03-23T17:45:38.123Z"),
            ("1616521538123", "2021-03-23T17:45:38.123Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
        ] {
            assert_eq!(parse_iso(text), Some(at(want)), "{text}");
        }
        for text in [
            "",
            "x",
            "2025",
            "20251020",
            "5/18/2021 9:13:33 PM",
            "2025-13-01T00:00:00Z",
            "0001-01-01T00:00:00Z",
            "1601-01-01T00:00:00Z",
            "2025-10-20T25:00:00Z",
            "/Date()/",
            "/Date(x)/",
            "/Date(-)/",
            "2025-10-20T10:00:00X",
            "99999999999999999999",
        ] {
            assert_eq!(parse_iso(text), None, "{text}");
        }
    }

    #[test]
    fn cultures_of_hosts() {
        use DateOrder::{Dmy, Mdy, Ymd};
        for (text, order, want) in [
            ("5/18/2021 9:13:33 PM", Mdy, "2021-05-18T21:13:33Z"),
            ("5/18/2021 9:13:33\u{202f}PM", Mdy, "2021-05-18T21:13:33Z"),
            ("8/2/2021, 1:32:07.000 PM", Mdy, "2021-08-02T13:32:07Z"),
            ("2025/10/20 9:13:33", Ymd, "2025-10-20T09:13:33Z"),
            ("2025/10/20 9:13", Ymd, "2025-10-20T09:13:00Z"),
            ("2025/10/20 午後 9:13:33", Ymd, "2025-10-20T21:13:33Z"),
            ("2025/10/20 午前0:05", Ymd, "2025-10-20T00:05:00Z"),
            ("２０２５／１０／２０　９：１３", Ymd, "2025-10-20T09:13:00Z"),
            ("2025年10月20日 21時13分33秒", Ymd, "2025-10-20T21:13:33Z"),
            ("2025年10月20日 21時13分", Ymd, "2025-10-20T21:13:00Z"),
            ("令和7年10月20日", Ymd, "2025-10-20T00:00:00Z"),
            ("2025/10/20(月) 9:13", Ymd, "2025-10-20T09:13:00Z"),
            ("2025/10/21(火) 9:13", Ymd, "2025-10-21T09:13:00Z"),
            ("20/10/2025 21:13:33", Dmy, "2025-10-20T21:13:33Z"),
            ("20.10.2025 21:13:33", Dmy, "2025-10-20T21:13:33Z"),
            ("20-10-2025 21:13", Dmy, "2025-10-20T21:13:00Z"),
            ("3/12/2025 12:00:00 AM", Dmy, "2025-12-03T00:00:00Z"),
            ("3/12/2025 12:00:00 p.m.", Mdy, "2025-03-12T12:00:00Z"),
            ("20-Oct-2025 21:13:33", Ymd, "2025-10-20T21:13:33Z"),
            ("Oct 20, 2025 9:13 PM", Ymd, "2025-10-20T21:13:00Z"),
            ("Mon, 20 Oct 2025 21:13:33 +0900", Ymd, "2025-10-20T12:13:33Z"),
            ("2025. 10. 20. 오후 9:13:33", Ymd, "2025-10-20T21:13:33Z"),
            ("2025-12-04T08:19:41Z", Mdy, "2025-12-04T08:19:41Z"),
            ("10/10/2025 0:00:00", Ymd, "2025-10-10T00:00:00Z"),
        ] {
            assert_eq!(parse(text, order, ""), Some(at(want)), "{text}");
        }
        assert_eq!(parse("2025/10/20 21:13", Ymd, "Asia/Tokyo"), Some(at("2025-10-20T12:13:00Z")));
        assert_eq!(parse("2025/10/20 21:13", Ymd, "+09:00"), Some(at("2025-10-20T12:13:00Z")));
        // A zone in the text outranks the file's.
        assert_eq!(
            parse("2025-10-20T21:13:00Z", Ymd, "Asia/Tokyo"),
            Some(at("2025-10-20T21:13:00Z"))
        );
        assert_eq!(parse("2025/10/20 21:13", Ymd, "Nowhere/Land"), None);
    }

    #[test]
    fn a_value_against_the_order_is_not_guessed() {
        assert_eq!(parse("10/20/2025 1:00", DateOrder::Dmy, ""), None);
        assert_eq!(parse("3/12/2025 1:00", DateOrder::Ymd, ""), None);
        assert_eq!(parse("13:00 AM", DateOrder::Mdy, ""), None);
        assert_eq!(parse("1/2/25", DateOrder::Mdy, ""), None);
        assert_eq!(parse("00/0/0", DateOrder::Ymd, ""), None);
        assert_eq!(parse("2/30/2025", DateOrder::Mdy, ""), None);
    }

    #[test]
    fn one_field_above_twelve_decides_a_column() {
        let order = |values: &[&str]| {
            let mut survey = Survey::default();
            values.iter().for_each(|it| survey.feed(it));
            survey.order()
        };
        assert_eq!(order(&["3/12/2025 1:00", "3/13/2025 1:00"]), Some(DateOrder::Mdy));
        assert_eq!(order(&["3/12/2025 1:00", "13/3/2025 1:00"]), Some(DateOrder::Dmy));
        assert_eq!(order(&["3/12/2025 1:00", "4/12/2025"]), None);
        assert_eq!(order(&["3/13/2025", "13/3/2025"]), None);
        assert_eq!(order(&["10/10/2025"]), Some(DateOrder::Ymd));
        assert_eq!(order(&["2025/10/20", "2025-10-20T00:00:00Z", "", "x"]), Some(DateOrder::Ymd));
        assert_eq!(order(&[]), Some(DateOrder::Ymd));
    }

    proptest! {
        #[test]
        fn dates_never_panic(text in "\\PC{0,40}|[0-9/:. APMTZ+()年月日Date-]{0,40}") {
            let mut survey = Survey::default();
            survey.feed(&text);
            let _ = (survey.order(), parse_iso(&text), is_date(&text));
            let _ = parse(&text, DateOrder::Dmy, "Asia/Tokyo");
        }

        #[test]
        fn what_is_written_is_read(at in 0i64..4_000_000_000_000_000) {
            prop_assert_eq!(parse_iso(&model::rfc3339(at)), Some(at));
        }
    }
}
