//! PostgreSQL's `csvlog`: 23 to 26 columns by version, no header; messages may hold line breaks.
//!
//! Messages come in the server's language: where a message is not understood, the command tag and
//! the SQLSTATE, which are never translated, tell what it is about.

use jiff::{Timestamp, tz::TimeZone};
use model::{Content, Event, Kind, Micros, Reject};
use serde_json::Value;

use crate::{
    format::{Format, Head, RawRow, ReadOptions, RowReader, Shape},
    normal::{columns::Columns, date, ip, log, name},
};

pub(super) const FORMAT: Format = Format {
    id: "database_postgres_csv",
    kind: Kind::Database,
    name: "PostgreSQL server log in CSV form (csvlog)",
    proves: "who connected to the database, from which address, and which statements were logged",
    reference: "PostgreSQL documentation: Error Reporting and Logging, Using CSV-Format Log Output",
    recognises: |head| {
        let rows = || std::iter::once(&head.header).chain(&head.rows);
        let alike = rows().filter(|it| is_row(it)).count();
        head.shape == Shape::Csv && head.delimiter == b',' && alike * 2 > rows().count()
    },
    open: |_: &Head, options| {
        Box::new(Table { columns: Columns::new(&NAMES), options: options.clone() })
    },
};

const NAMES: [&str; 26] = [
    "log_time",
    "user_name",
    "database_name",
    "process_id",
    "connection_from",
    "session_id",
    "session_line_num",
    "command_tag",
    "session_start_time",
    "virtual_transaction_id",
    "transaction_id",
    "error_severity",
    "sql_state_code",
    "message",
    "detail",
    "hint",
    "internal_query",
    "internal_query_pos",
    "context",
    "query",
    "query_pos",
    "location",
    "application_name",
    "backend_type",
    "leader_pid",
    "query_id",
];

/// Words of severity may be translated; the SQLSTATE beside them never is.
fn is_row<T: AsRef<str>>(cells: &[T]) -> bool {
    let cell = |at: usize| cells.get(at).map_or("", |it| it.as_ref().trim());
    (23..=26).contains(&cells.len())
        && wall_clock(cell(0)).is_some()
        && cell(3).bytes().all(|it| it.is_ascii_digit())
        && !cell(11).is_empty()
        && cell(12).len() == 5
        && cell(12).bytes().all(|it| it.is_ascii_digit() || it.is_ascii_uppercase())
}

/// `2025-10-01 12:00:00.123 JST` → the wall clock and the zone.
fn wall_clock(text: &str) -> Option<(&str, &str)> {
    let (clock, zone) = text.rsplit_once(' ')?;
    let sound = clock.len() >= 19 && date::parse_iso(clock).is_some() && !zone.is_empty();
    sound.then_some((clock, zone))
}

/// One row by the names of its columns.
#[derive(Clone, Copy)]
struct Line<'a>(&'a [&'a str]);

impl<'a> Line<'a> {
    fn get(self, column: &str) -> &'a str {
        let at = NAMES.iter().position(|it| *it == column);
        at.and_then(|it| self.0.get(it)).map_or("", |it| it.trim())
    }

    /// What was done, and whether it worked.
    fn operation(self) -> (String, Option<bool>) {
        let (message, tag) = (self.get("message"), self.get("command_tag").to_lowercase());
        let begins = |words: &[&str]| words.iter().any(|it| message.starts_with(it));
        let state = self.get("sql_state_code");
        let failed = matches!(self.get("error_severity"), "ERROR" | "FATAL" | "PANIC")
            || !matches!(state.get(..2), None | Some("00" | "01" | "02"));
        let is = |operation: &str, worked| (operation.to_owned(), worked);
        // Class 28: invalid authorization.
        if state.starts_with("28")
            || (failed && matches!(tag.as_str(), "authentication" | "startup"))
        {
            return is("connect", Some(false));
        }
        if begins(&["connection authorized", "replication connection authorized"]) {
            return is("connect", Some(true));
        }
        if begins(&["connection authenticated"]) {
            return is("authenticate", Some(true));
        }
        if begins(&["connection received"]) {
            return is("receive", None);
        }
        if begins(&["disconnection", "切断"]) {
            return is("disconnect", None);
        }
        match tag.as_str() {
            "authentication" => is("connect", Some(true)),
            // A statement is logged before it runs, while its session is still idle.
            "" | "idle" | "idle in transaction" | "startup" => {
                let user = !self.get("user_name").is_empty();
                let client = !self.get("connection_from").is_empty();
                let word = match (user, client) {
                    (true, _) => "statement",
                    (false, true) => "receive",
                    // The server speaks of itself.
                    (false, false) => "server",
                };
                is(word, failed.then_some(false))
            }
            _ => (tag, failed.then_some(false)),
        }
    }

    /// The client's address, its port off, and its name where the server looked it up.
    fn client(self) -> (String, &'a str) {
        let from = self.get("connection_from");
        // `2001:db8::1:51234`: no brackets, so the last group is the port.
        let host = match from.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|it| it.is_ascii_digit()) => host,
            _ => from,
        };
        match ip::canonical(host).or_else(|| ip::canonical(from)) {
            Some(ip) => (ip, ""),
            None => (String::new(), if host == "[local]" { "local" } else { host }),
        }
    }
}

/// Reads the rows.
struct Table {
    columns: Columns,
    options: ReadOptions,
}

impl Table {
    fn at(&self, line: Line<'_>) -> Option<Micros> {
        let text = line.get("log_time");
        if let Some(at) = date::parse(text, date::DateOrder::Ymd, "") {
            return Some(at);
        }
        let (clock, zone) = wall_clock(text)?;
        let own = date::zone_of(self.options.zone());
        own.and_then(|it| in_zone(clock, zone, &it)).or_else(|| {
            let (_, seconds) = ABBREVIATIONS.iter().find(|it| it.0 == zone)?;
            Some(date::parse_iso(clock)? - seconds * 1_000_000)
        })
    }

    fn event(&self, line: Line<'_>) -> Option<Event> {
        let (operation, succeeded) = line.operation();
        let (ip, host) = line.client();
        Some(Event {
            at: self.at(line)?,
            actor: name::account(line.get("user_name")),
            operation,
            succeeded,
            ip,
            object: line.get("database_name").to_owned(),
            session: line.get("session_id").to_owned(),
            app_name: line.get("application_name").to_owned(),
            detail: log::detail(&[
                ("application", line.get("application_name")),
                ("backend", line.get("backend_type")),
                ("command", line.get("command_tag")),
                ("host", host),
                ("severity", line.get("error_severity")),
                ("sql_state", line.get("sql_state_code")),
            ]),
            ..log::event("Database")
        })
    }
}

/// Abbreviations that mean one offset only (seconds east); `CST`, `IST`, `PST` do not.
const ABBREVIATIONS: &[(&str, i64)] = &[
    ("KST", 9 * 3600),
    ("CET", 3600),
    ("CEST", 2 * 3600),
    ("WET", 0),
    ("WEST", 3600),
    ("EET", 2 * 3600),
    ("EEST", 3 * 3600),
    ("EST", -5 * 3600),
    ("EDT", -4 * 3600),
    ("MST", -7 * 3600),
    ("MDT", -6 * 3600),
    ("PDT", -7 * 3600),
];

/// The instant if this abbreviation is the one the zone itself uses at that time.
fn in_zone(clock: &str, abbreviation: &str, zone: &TimeZone) -> Option<Micros> {
    let utc = date::parse_iso(clock)?;
    let civil = TimeZone::UTC.to_datetime(Timestamp::from_microsecond(utc).ok()?);
    let stamps = zone.to_ambiguous_timestamp(civil);
    // In the hour that occurs twice the abbreviation says which one it is.
    [stamps.earlier(), stamps.later()]
        .into_iter()
        .filter_map(Result::ok)
        .find(|it| zone.to_offset_info(*it).abbreviation() == abbreviation)
        .map(Timestamp::as_microsecond)
}

impl RowReader for Table {
    fn header_is_row(&self, _cells: &[&str]) -> bool {
        true
    }

    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Cells(cells) = row else { return log::reject("no table row", "", "") };
        let line = Line(cells);
        let lead = |reason| Content::Reject(self.lead(line, reason));
        if !(23..=26).contains(&cells.len()) {
            return lead("not as many columns as a PostgreSQL log has");
        }
        match self.event(line) {
            Some(event) => log::record(event, &self.columns.value(cells)),
            None => lead("time of the row, or its zone, cannot be read"),
        }
    }

    fn broken(&mut self, cells: &[&str], _text: &str, reason: &str) -> Reject {
        self.lead(Line(cells), reason)
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        match row {
            RawRow::Cells(cells) => self.columns.value(cells),
            _ => Value::Null,
        }
    }
}

impl Table {
    /// What a row that cannot be read still tells.
    fn lead(&self, line: Line<'_>, reason: &str) -> Reject {
        Reject {
            reason: reason.to_owned(),
            at: self.at(line),
            operation: line.operation().0,
            account: name::account(line.get("user_name")),
        }
    }
}
