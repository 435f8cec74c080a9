//! FortiGate logs as key=value lines: a syslog server's file, or the firewall's own download, with
//! blanks or commas between the pairs.
//!
//! `eventtime` is the instant (seconds, since FortiOS 6.2 nanoseconds); `date` and `time` are the
//! firewall's wall clock and count only where it is absent.

use std::ops::Range;

use model::{Content, Event, Kind, Micros, Reading, Reject};
use serde_json::{Map, Value};

use crate::{
    format::{Format, Head, RawRow, ReadOptions, RowReader, Shape},
    normal::{date, ip, log, name, pairs::Pairs},
};

pub(super) const FORMAT: Format = Format {
    id: "firewall_fortigate",
    kind: Kind::Firewall,
    name: "FortiGate log in `key=value` form",
    proves: "which connections the border let in or out, and remote-access logons",
    reference: "Fortinet: FortiOS Log Message Reference",
    recognises: |head| {
        let lines: Vec<Pairs<'_>> =
            head.rows.iter().filter_map(|it| it.first()).map(|it| Pairs::of(it)).collect();
        let known = lines.iter().filter(|it| is_fortigate(it)).count();
        head.shape == Shape::Lines && known * 2 > lines.len()
    },
    open: |_: &Head, options| Box::new(Lines { options: options.clone(), unplaced: 0 }),
};

/// The words of this log and of no other that writes pairs.
fn is_fortigate(line: &Pairs<'_>) -> bool {
    let has = |keys: &[&str]| !line.first(keys).is_empty();
    has(&["type"])
        && has(&["subtype"])
        && has(&["eventtime", "time"])
        && has(&["logid", "devid", "vd", "policyid", "srcip", "remip"])
}

/// Session ended or passed: the firewall let it through.
const PASSED: &[&str] = &[
    "accept",
    "allow",
    "auth-logon",
    "client-rst",
    "close",
    "pass",
    "passthrough",
    "permit",
    "server-rst",
    "ssl-login",
    "start",
    "success",
    "timeout",
    "tunnel-up",
];

/// What stands in an action or status that was refused.
const REFUSED: &[&str] = &["block", "deny", "denied", "drop", "fail", "quarantine", "reject"];

/// Reads the lines.
struct Lines {
    options: ReadOptions,
    /// Lines whose clock names no zone, read as UTC because nobody stated the device's.
    unplaced: u64,
}

impl Lines {
    fn at(&self, line: &Pairs<'_>) -> Option<Micros> {
        if let Some(at) = instant(line.get("eventtime")) {
            return Some(at);
        }
        let (day, clock) = (line.get("date"), line.get("time"));
        if day.is_empty() || clock.is_empty() {
            return None;
        }
        let stated = line.get("tz");
        // `UTC+2` as well as `+0200`.
        let stated = stated.strip_prefix("UTC").filter(|it| !it.is_empty()).unwrap_or(stated);
        let zone = if stated.is_empty() { self.options.zone() } else { stated };
        date::parse(&format!("{day} {clock}"), date::DateOrder::Ymd, zone)
    }

    fn event(&self, line: &Pairs<'_>) -> Option<Event> {
        let operation = operation(line);
        let far = line.first(&["dstip", "locip"]);
        let port = if line.get("dstip").is_empty() { "locport" } else { "dstport" };
        let detail: Vec<(&str, &str)> = DETAIL.iter().map(|it| (*it, line.get(it))).collect();
        Some(Event {
            at: self.at(line)?,
            actor: actor(line),
            succeeded: outcome(&operation, &line.get("status").to_lowercase()),
            ip: line_ip(line),
            object: log::far_end(
                &ip::canonical(far).unwrap_or_else(|| far.to_owned()),
                line.get(port),
            ),
            device_name: line.get("devname").to_owned(),
            detail: log::detail(&detail),
            operation,
            ..log::event("Firewall")
        })
    }
}

/// What is kept beside the columns of an event.
const DETAIL: &[&str] = &[
    "direction",
    "dstintf",
    "dstintfrole",
    "group",
    "interface",
    "logdesc",
    "policyid",
    "policyname",
    "reason",
    "service",
    "srcintf",
    "srcintfrole",
    "subtype",
    "transip",
    "trandisp",
    "tunnelip",
    "tunneltype",
    "type",
    "ui",
    "vpntunnel",
];

fn operation(line: &Pairs<'_>) -> String {
    line.first(&["action", "eventtype", "subtype"]).to_lowercase()
}

fn actor(line: &Pairs<'_>) -> String {
    name::account(line.first(&["user", "xauthuser", "unauthuser"]))
}

/// Who came: the far end of a tunnel, otherwise the source.
fn line_ip(line: &Pairs<'_>) -> String {
    ["remip", "srcip"].iter().find_map(|it| ip::canonical(line.get(it))).unwrap_or_default()
}

/// The action decides; a bare action such as `login` leaves it to the status.
fn outcome(action: &str, status: &str) -> Option<bool> {
    for word in [status, action] {
        if REFUSED.iter().any(|it| word.contains(it)) {
            return Some(false);
        }
    }
    (PASSED.contains(&action) || matches!(status, "success" | "succeeded")).then_some(true)
}

/// Epoch of any fineness: seconds, milliseconds, microseconds or nanoseconds.
fn instant(text: &str) -> Option<Micros> {
    const SOUND: Range<i64> = 0..7_258_118_400_000_000;
    if !text.bytes().all(|it| it.is_ascii_digit()) {
        return None;
    }
    let number: i64 = text.parse().ok()?;
    let at = match text.len() {
        9 | 10 => number.checked_mul(1_000_000)?,
        12 | 13 => number.checked_mul(1_000)?,
        15 | 16 => number,
        18 | 19 => number / 1_000,
        _ => return None,
    };
    SOUND.contains(&at).then_some(at)
}

/// The line without the head a syslog server wrote, so that two collectors' copies are one record.
fn value(line: &Pairs<'_>) -> Value {
    let mut out = Map::new();
    for (at, (key, value)) in line.iter().enumerate() {
        let key = if out.contains_key(key) { format!("{key}#{at}") } else { key.to_owned() };
        out.insert(key, Value::String(value.to_owned()));
    }
    Value::Object(out)
}

const CUT: &str = "a quotation mark is missing: the line is cut";

impl RowReader for Lines {
    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Line(text) = row else { return log::reject("no line of a log", "", "") };
        let line = Pairs::of(text);
        let fail = |reason| {
            let lead = self.lead(&line, reason);
            Content::Reject(lead)
        };
        if line.cut {
            return fail(CUT);
        }
        if line.get("type").is_empty() {
            return fail("no line of a FortiGate log");
        }
        match self.event(&line) {
            Some(event) => {
                let placed = instant(line.get("eventtime")).is_some() || !line.get("tz").is_empty();
                self.unplaced += u64::from(!placed && self.options.zone().is_empty());
                log::record(event, &value(&line))
            }
            None => fail("time of the line cannot be read"),
        }
    }

    fn finish(&mut self, reading: &mut Reading) {
        if self.unplaced > 0 {
            reading.warnings.push(("ambiguous_dates".to_owned(), self.unplaced.to_string()));
        }
    }

    fn broken(&mut self, _cells: &[&str], text: &str, reason: &str) -> Reject {
        self.lead(&Pairs::of(text), reason)
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        match row {
            RawRow::Line(text) => value(&Pairs::of(text)),
            _ => Value::Null,
        }
    }
}

impl Lines {
    /// What a line that cannot be read still tells.
    fn lead(&self, line: &Pairs<'_>, reason: &str) -> Reject {
        let (operation, account) = (operation(line), actor(line));
        Reject { reason: reason.to_owned(), at: self.at(line), operation, account }
    }
}
