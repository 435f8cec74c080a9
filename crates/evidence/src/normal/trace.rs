//! One way of reading the rows of a message trace, whatever export they come from: a table or
//! objects, with times in UTC or in a zone that somebody chose.

use model::{Content, Mail, Micros, Reading, Reject};
use serde_json::Value;

use super::{
    columns::{Columns, cell},
    date, json, mail, name,
};
use crate::format::{Head, RawRow, ReadOptions, RowReader, Shape};

/// The fields of one row by name.
#[derive(Clone, Copy)]
pub(crate) enum Fields<'a> {
    /// A row of a table. Names are in lower case.
    Cells(&'a Columns, &'a [&'a str]),
    /// An object. The case of its keys does not matter.
    Object(&'a Value),
}

impl Fields<'_> {
    /// Returns the first of these fields that is not empty, trimmed.
    pub(crate) fn get(&self, names: &[&str]) -> String {
        names.iter().map(|it| self.one(it)).find(|it| !it.is_empty()).unwrap_or_default()
    }

    fn one(&self, name: &str) -> String {
        match self {
            Fields::Cells(columns, cells) => cell(cells, columns.at(&[name])).to_owned(),
            Fields::Object(value) => match json::at(value, &[name]) {
                // PowerShell wraps a date: `{"value":"/Date(…)/","DateTime":"…"}`.
                inner @ Value::Object(_) => json::text(inner, &["value"]),
                found => json::scalar(found),
            },
        }
    }

    /// The row as it is hashed where it has no key of its own.
    pub(crate) fn value(&self) -> Value {
        match self {
            Fields::Cells(columns, cells) => columns.value(cells),
            Fields::Object(value) => (*value).clone(),
        }
    }
}

/// What clock an export shows where a time names no zone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Clock {
    /// UTC, unless a zone is stated for this export.
    Utc,
    /// The zone its reader chose: unknown, unless it is stated for this export or by the header.
    Chosen,
}

/// What a row tells.
pub(crate) enum Told {
    /// A mail.
    Mail(Mail),
    /// An event on a mail's way, or beside it: a record of its own.
    Event(Mail),
    /// Nothing: why.
    Nothing(&'static str),
}

/// One export of the message trace.
pub(crate) struct Layout {
    /// Names of the time, the better first, without a zone in brackets.
    pub(crate) time: &'static [&'static str],
    /// What clock it shows.
    pub(crate) clock: Clock,
    /// Reads everything but the time.
    pub(crate) tell: fn(Fields<'_>) -> Told,
    /// Names of the sender, for rejects.
    pub(crate) sender: &'static [&'static str],
}

/// Reads the rows of one export.
pub(crate) struct Trace {
    layout: &'static Layout,
    columns: Columns,
    table: bool,
    time: Option<usize>,
    /// Zone of times that name none; `None` if nobody knows.
    zone: Option<String>,
    dates: date::Survey,
    undated: u64,
}

impl Trace {
    pub(crate) fn new(layout: &'static Layout, head: &Head, options: &ReadOptions) -> Trace {
        let time = time_column(&head.columns, layout.time);
        let said = time.and_then(|at| zone_in(&head.columns.names()[at]));
        let zone = options.declared_zone.clone().filter(|it| !it.is_empty()).or(said);
        let zone = zone.or_else(|| (layout.clock == Clock::Utc).then(String::new));
        Trace {
            layout,
            columns: head.columns.clone(),
            table: head.shape != Shape::Json,
            time,
            zone,
            dates: date::Survey::default(),
            undated: 0,
        }
    }

    fn fields<'a>(&'a self, row: RawRow<'a>) -> Option<Fields<'a>> {
        match row {
            RawRow::Cells(cells) => Some(Fields::Cells(&self.columns, cells)),
            RawRow::Json(value) => Some(Fields::Object(inner(value))),
            _ => None,
        }
    }

    fn time(&self, fields: Fields<'_>) -> String {
        match fields {
            Fields::Cells(_, cells) => cell(cells, self.time).to_owned(),
            Fields::Object(_) => fields.get(self.layout.time),
        }
    }

    fn at(&self, time: &str) -> Option<Micros> {
        let order = self.dates.order().unwrap_or(date::DateOrder::Ymd);
        if let Some(zone) = &self.zone {
            return date::parse(time, order, zone);
        }
        // Only a time that names its own zone is the same wherever it is read.
        let here = date::parse(time, order, "+00:00")?;
        (date::parse(time, order, "+01:00") == Some(here)).then_some(here)
    }

    fn told(&self, fields: Fields<'_>) -> Told {
        let mut told = (self.layout.tell)(fields);
        if let Told::Mail(mail) | Told::Event(mail) = &mut told {
            mail.at = self.at(&self.time(fields));
        }
        told
    }

    /// A row that ends before its header, or a time without its seconds, was damaged on the way.
    fn losses(&self, row: RawRow<'_>, time: &str) -> u32 {
        let cut = match row {
            RawRow::Cells(cells) => cells.len() < self.columns.names().len(),
            _ => false,
        };
        u32::from(cut) + u32::from(self.table && time.matches(':').count() == 1)
    }
}

impl RowReader for Trace {
    fn needs_survey(&self) -> bool {
        self.table
    }

    fn survey(&mut self, row: RawRow<'_>) {
        if let RawRow::Cells(cells) = row {
            self.dates.feed(cell(cells, self.time));
        }
    }

    fn read(&mut self, row: RawRow<'_>) -> Content {
        let Some(fields) = self.fields(row) else {
            return Content::Reject(mail::reject("no row of a message trace", None, ""));
        };
        let time = self.time(fields);
        let refuse = |reason| mail::reject(reason, self.at(&time), &fields.get(self.layout.sender));
        let told = match self.told(fields) {
            Told::Nothing(reason) => return Content::Reject(refuse(reason)),
            told => told,
        };
        let (Told::Mail(mail) | Told::Event(mail)) = &told else {
            return Content::Reject(refuse("no mail in this row"));
        };
        let undated = mail.at.is_none();
        if undated && !date::is_date(&time) {
            return Content::Reject(refuse("time of the message cannot be read"));
        }
        let losses = self.losses(row, &time);
        let content = match told {
            Told::Event(mail) => mail::event(mail, losses, &fields.value()),
            Told::Mail(mail) => mail::record(mail, &time, losses, || fields.value()),
            Told::Nothing(reason) => Content::Reject(refuse(reason)),
        };
        self.undated += u64::from(undated);
        content
    }

    fn broken(&mut self, cells: &[&str], _text: &str, reason: &str) -> Reject {
        let fields = Fields::Cells(&self.columns, cells);
        mail::reject(reason, self.at(&self.time(fields)), &fields.get(self.layout.sender))
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        let Some(fields) = self.fields(row) else { return Value::Null };
        match self.told(fields) {
            Told::Mail(mail) => mail::canonical(&mail),
            _ => crate::canonical::form(&fields.value()).unwrap_or_default(),
        }
    }

    fn finish(&mut self, reading: &mut Reading) {
        if self.undated > 0 {
            // Whether days and months or the zone is in doubt: the remedies differ.
            let ordered = self.zone.is_none() && self.dates.order().is_some();
            let what = if ordered { "zone".to_owned() } else { self.undated.to_string() };
            reading.warnings.push(("ambiguous_dates".to_owned(), what));
        }
    }
}

/// The row inside the envelope of a diagnostic setting, or the row itself.
pub(crate) fn inner(value: &Value) -> &Value {
    let properties = json::at(value, &["properties"]);
    if properties.is_object() && json::has(value, "category") { properties } else { value }
}

/// Returns the column of the time, whatever zone stands in brackets behind its name.
pub(crate) fn time_column(columns: &Columns, names: &[&str]) -> Option<usize> {
    let bare = |it: &str| it.split(['(', '[', '（']).next().unwrap_or_default().trim().to_owned();
    names.iter().find_map(|name| columns.names().iter().position(|it| bare(it) == *name))
}

/// The zone that a header names: `date (utc+09:00)`, `timestamp [utc]`, `origin_timestamp_utc`.
fn zone_in(header: &str) -> Option<String> {
    let header = name::header(header);
    let (_, after) = header.split_once("utc").or_else(|| header.split_once("gmt"))?;
    let offset: String = after.chars().take_while(|it| !matches!(it, ')' | ']' | '）')).collect();
    let offset = offset.trim();
    let zone = if offset.is_empty() { "+00:00" } else { offset };
    date::zone_of(zone).map(|_| zone.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_may_name_the_zone() {
        assert_eq!(zone_in("Date (UTC+09:00)").as_deref(), Some("+09:00"));
        assert_eq!(zone_in("Timestamp [UTC]").as_deref(), Some("+00:00"));
        assert_eq!(zone_in("origin_timestamp_utc").as_deref(), Some("+00:00"));
        assert_eq!(zone_in("Received"), None);
        let columns = Columns::new(&["Sender", "日付 (UTC+09:00)"]);
        assert_eq!(time_column(&columns, &["date", "日付"]), Some(1));
    }
}
