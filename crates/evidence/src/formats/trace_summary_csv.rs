//! The downloadable summary report of the message trace: one row a message, with all its
//! recipients and what happened to each, in UTF-16.

use model::{Content, Kind, Mail, Micros, Reading, Reject};
use serde_json::Value;

use crate::{
    format::{Format, Head, RawRow, RowReader},
    normal::{
        columns::{Columns, cell},
        date, ip, mail, signin,
    },
};

pub(super) const FORMAT: Format = Format {
    id: "trace_summary_csv",
    kind: Kind::MessageTrace,
    name: "enhanced summary report of the message trace",
    proves: "which messages the service accepted, for which recipients, and what became of them",
    reference: "Microsoft Learn: Message trace in the modern Exchange admin center",
    recognises: |head| {
        head.columns.has_all(&["recipient_status", "sender_address"]) && head.columns.has_any(TIME)
    },
    open: |head, _| Box::new(Table::new(head)),
};

const TIME: &[&str] = &["origin_timestamp_utc", "origin_timestamp"];

struct Table {
    columns: Columns,
    dates: date::Survey,
    undated: u64,
}

impl Table {
    fn new(head: &Head) -> Table {
        Table { columns: head.columns.clone(), dates: date::Survey::default(), undated: 0 }
    }

    fn get<'a>(&self, cells: &[&'a str], name: &str) -> &'a str {
        cell(cells, self.columns.at(&[name]))
    }

    fn time<'a>(&self, cells: &[&'a str]) -> &'a str {
        cell(cells, self.columns.at(TIME))
    }

    fn at(&self, cells: &[&str]) -> Option<Micros> {
        let order = self.dates.order().unwrap_or(date::DateOrder::Ymd);
        date::parse(self.time(cells), order, "")
    }

    fn mail(&self, cells: &[&str]) -> Mail {
        let mut recipients = recipients(self.get(cells, "recipient_status")).into_iter();
        let (recipient, status) = recipients.next().unwrap_or_default();
        Mail {
            at: self.at(cells),
            message_id: mail::message_id(self.get(cells, "message_id")),
            network_message_id: signin::id(self.get(cells, "network_message_id")),
            sender: mail::party(self.get(cells, "sender_address")),
            recipient,
            subject: self.get(cells, "message_subject").to_owned(),
            status,
            ip: ip::canonical(self.get(cells, "original_client_ip")).unwrap_or_default(),
            direction: mail::direction(self.get(cells, "directionality")).to_owned(),
            size: self.get(cells, "total_bytes").parse().unwrap_or(-1),
            more: recipients.collect(),
        }
    }
}

/// `addr##Receive, Deliver;addr2##Receive, Send`: each recipient once, with its last status.
fn recipients(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for entry in text.split(';') {
        let (who, acts) = entry.split_once("##").unwrap_or((entry, ""));
        let (who, status) = (mail::party(who), mail::status(acts));
        match found.iter_mut().find(|it| it.0 == who) {
            _ if who.is_empty() => {}
            Some(known) if !status.is_empty() => known.1 = status,
            Some(_) => {}
            None => found.push((who, status)),
        }
    }
    found
}

impl RowReader for Table {
    fn needs_survey(&self) -> bool {
        true
    }

    fn survey(&mut self, row: RawRow<'_>) {
        if let RawRow::Cells(cells) = row {
            self.dates.feed(self.time(cells));
        }
    }

    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Cells(cells) = row else {
            return Content::Reject(Reject { reason: "no table row".into(), ..Reject::default() });
        };
        let it = self.mail(cells);
        let time = self.time(cells);
        let undated = it.at.is_none();
        if it.recipient.is_empty() {
            return Content::Reject(self.broken(cells, "", "no recipient in this row"));
        }
        if undated && !date::is_date(time) {
            return Content::Reject(self.broken(cells, "", "time of the message cannot be read"));
        }
        self.undated += u64::from(undated);
        let cut = cells.len() < self.columns.names().len();
        mail::record(it, time, u32::from(cut), || self.columns.value(cells))
    }

    fn broken(&mut self, cells: &[&str], _text: &str, reason: &str) -> Reject {
        mail::reject(reason, self.at(cells), self.get(cells, "sender_address"))
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        let RawRow::Cells(cells) = row else { return Value::Null };
        signin::typed(&self.mail(cells))
    }

    fn finish(&mut self, reading: &mut Reading) {
        if self.undated > 0 {
            reading.warnings.push(("ambiguous_dates".to_owned(), self.undated.to_string()));
        }
    }
}
