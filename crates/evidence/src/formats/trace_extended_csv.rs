//! The downloadable extended report of the message trace, also from `Start-HistoricalSearch
//! -ReportType MessageTraceDetail`: one row an *event*, some sixteen rows a mail.
//!
//! Each event is a record of its own. It names recipients only where it tells of a recipient that
//! the mail was accepted for, or what became of it; so counting recipients and reading their last
//! status gives what the summary report gives.

use std::{
    collections::BTreeSet,
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use model::{Content, Kind, Mail, Reading, Reject, What};
use serde_json::Value;

use super::trace_summary_csv::common;
use crate::{
    format::{Format, RawRow, RowReader, Shape},
    normal::{
        mail,
        trace::{Clock, Fields, Layout, Told, Trace},
    },
};

pub(super) const FORMAT: Format = Format {
    id: "trace_extended_csv",
    kind: Kind::MessageTrace,
    name: "extended report of the message trace, `Start-HistoricalSearch`",
    proves: "each step of a message through the service, for which recipients, and where it ended",
    reference: "Microsoft Learn: Message trace in the modern Exchange admin center; Start-HistoricalSearch",
    recognises: |head| {
        matches!(head.shape, Shape::Csv | Shape::Workbook)
            && head.columns.has_all(&["event_id", "network_message_id", "recipient_address"])
            && head.columns.has_any(LAYOUT.time)
    },
    open: |head, options| {
        Box::new(Events { trace: Trace::new(&LAYOUT, head, options), mails: BTreeSet::new() })
    },
};

const LAYOUT: Layout = Layout {
    time: &["date_time_utc", "date_time"],
    clock: Clock::Utc,
    tell: event,
    sender: &["sender_address"],
};

/// Most mails of one report. One that holds as many may have been cut.
const CAP: usize = 1_000;

fn event(row: Fields<'_>) -> Told {
    let it = common(row);
    let name = row.get(&["event_id"]).to_uppercase();
    if name.is_empty() || (it.message_id.is_empty() && it.network_message_id.is_empty()) {
        return Told::Nothing("no event of a message in this row");
    }
    // A copy made by a journal or an inbox rule goes to nobody the sender wrote to.
    let copy = matches!(row.get(&["source"]).to_uppercase().as_str(), "JOURNALING" | "MAILBOXRULE");
    let column = match name.as_str() {
        _ if copy => None,
        // The members stand in the one column, the group in the other.
        "EXPAND" => Some("related_recipient_address"),
        "RECEIVE" | "DELIVER" | "SEND" | "SENDEXTERNAL" | "FAIL" | "BADMAIL" | "DROP" | "DEFER"
        | "QUARANTINE" | "POISONMESSAGE" => Some("recipient_address"),
        _ => None,
    };
    let status = match name.as_str() {
        "RECEIVE" => "Receive".to_owned(),
        "BADMAIL" | "POISONMESSAGE" => "Failed".to_owned(),
        other => mail::status(other),
    };
    let mut recipients = column.map_or_else(Vec::new, |it| parties(&row.get(&[it]))).into_iter();
    let Some(recipient) = recipients.next() else { return Told::Event(it) };
    let more = recipients.map(|who| (who, status.clone())).collect();
    Told::Event(Mail { recipient, status, more, ..it })
}

/// `a@x;b@y`: each once.
fn parties(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for who in text.split(';').map(mail::party).filter(|it| !it.is_empty()) {
        if !found.contains(&who) {
            found.push(who);
        }
    }
    found
}

struct Events {
    trace: Trace,
    /// Hashes of the message ids seen, up to one more than the cap.
    mails: BTreeSet<u64>,
}

impl RowReader for Events {
    fn needs_survey(&self) -> bool {
        self.trace.needs_survey()
    }

    fn survey(&mut self, row: RawRow<'_>) {
        self.trace.survey(row);
    }

    fn read(&mut self, row: RawRow<'_>) -> Content {
        let content = self.trace.read(row);
        if let Content::Record(record) = &content
            && let What::Mail(it) = &record.what
            && self.mails.len() <= CAP
        {
            let mut hash = DefaultHasher::new();
            it.message_id.hash(&mut hash);
            self.mails.insert(hash.finish());
        }
        content
    }

    fn broken(&mut self, cells: &[&str], text: &str, reason: &str) -> Reject {
        self.trace.broken(cells, text, reason)
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        self.trace.canonical(row)
    }

    fn finish(&mut self, reading: &mut Reading) {
        self.trace.finish(reading);
        if self.mails.len() == CAP {
            reading.cut = true;
            reading.warnings.push(("capped".to_owned(), CAP.to_string()));
        }
    }
}
