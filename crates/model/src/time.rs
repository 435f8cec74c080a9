use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// An instant in UTC: microseconds since 1970-01-01T00:00:00Z, so that SQL returns integers only.
pub type Micros = i64;

/// Microseconds in one hour.
pub const HOUR: Micros = 3_600_000_000;
/// Microseconds in one day of 24 hours.
pub const DAY: Micros = 24 * HOUR;

/// Writes an instant as RFC 3339 in UTC with `Z`, to the second, or to the microsecond when the
/// evidence says so. An instant outside the calendar's range gives the empty string.
pub fn rfc3339(at: Micros) -> String {
    Timestamp::from_microsecond(at).map(|it| it.to_string()).unwrap_or_default()
}

/// A half-open span of time: `from` is inside, `to` is outside.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd, Serialize, Deserialize)]
pub struct Span {
    /// First instant inside.
    pub from: Micros,
    /// First instant after.
    pub to: Micros,
}

impl Span {
    /// Tells whether the instant lies inside.
    pub fn contains(self, at: Micros) -> bool {
        self.from <= at && at < self.to
    }

    /// Tells whether the whole of `other` lies inside. An empty span is never covered.
    pub fn covers(self, other: Span) -> bool {
        other.from < other.to && self.from <= other.from && other.to <= self.to
    }
}
