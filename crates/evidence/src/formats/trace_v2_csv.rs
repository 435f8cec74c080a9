//! `Get-MessageTrace` and `Get-MessageTraceV2` with `Export-Csv`: one row a recipient.
//!
//! `Received` of the cmdlets is UTC, printed in the culture of the host: only a zone stated for this
//! export changes that, never the zone of the case.

use model::{Content, Kind, Mail, Micros, Reading, Reject};
use serde_json::Value;

use crate::{
    format::{Format, Head, RawRow, ReadOptions, RowReader},
    normal::{
        columns::{Columns, cell},
        date, ip, mail, signin,
    },
};

pub(super) const FORMAT: Format = Format {
    id: "trace_v2_csv",
    kind: Kind::MessageTrace,
    name: "`Get-MessageTrace`, `Get-MessageTraceV2` as CSV",
    proves: "which messages the service accepted, for which recipients, and what became of them",
    reference: "Microsoft Learn: Get-MessageTraceV2",
    recognises: |head| {
        head.columns.has_any(RECEIVED)
            && head.columns.has_any(SENDER)
            && head.columns.has_any(RECIPIENT)
            && head.columns.has_any(&["status", "状態"])
            && head.columns.has_any(&[
                "messageid",
                "message id",
                "messagetraceid",
                "subject",
                "件名",
            ])
    },
    open: |head, options| Box::new(Table::new(head, options)),
};

const RECEIVED: &[&str] = &["received", "receiveddatetime"];
const SENDER: &[&str] = &["senderaddress", "sender address"];
const RECIPIENT: &[&str] = &["recipientaddress", "recipient address"];

struct Table {
    columns: Columns,
    dates: date::Survey,
    zone: String,
    undated: u64,
}

impl Table {
    fn new(head: &Head, options: &ReadOptions) -> Table {
        // The admin centre prints its screen in the zone its user chose.
        let cmdlet = head.columns.has("senderaddress");
        let declared = options.declared_zone.as_deref().unwrap_or_default();
        let zone = if cmdlet { declared } else { options.zone() }.to_owned();
        Table { columns: head.columns.clone(), dates: date::Survey::default(), zone, undated: 0 }
    }

    fn get<'a>(&self, cells: &[&'a str], names: &[&str]) -> &'a str {
        cell(cells, self.columns.at(names))
    }

    fn at(&self, cells: &[&str]) -> Option<Micros> {
        let order = self.dates.order().unwrap_or(date::DateOrder::Ymd);
        date::parse(self.get(cells, RECEIVED), order, &self.zone)
    }

    fn mail(&self, cells: &[&str]) -> Mail {
        let trace = &["messagetraceid", "message trace id", "networkmessageid"];
        Mail {
            at: self.at(cells),
            message_id: mail::message_id(self.get(cells, &["messageid", "message id"])),
            network_message_id: signin::id(self.get(cells, trace)),
            sender: mail::party(self.get(cells, SENDER)),
            recipient: mail::party(self.get(cells, RECIPIENT)),
            subject: self.get(cells, &["subject", "件名"]).to_owned(),
            status: mail::status(self.get(cells, &["status", "状態"])),
            ip: ip::canonical(self.get(cells, &["fromip", "from ip"])).unwrap_or_default(),
            direction: mail::direction(self.get(cells, &["directionality", "direction"]))
                .to_owned(),
            size: self.get(cells, &["size", "messagesize"]).parse().unwrap_or(-1),
            more: Vec::new(),
        }
    }
}

impl RowReader for Table {
    fn needs_survey(&self) -> bool {
        true
    }

    fn survey(&mut self, row: RawRow<'_>) {
        if let RawRow::Cells(cells) = row {
            self.dates.feed(self.get(cells, RECEIVED));
        }
    }

    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Cells(cells) = row else {
            return Content::Reject(Reject { reason: "no table row".into(), ..Reject::default() });
        };
        let it = self.mail(cells);
        let time = self.get(cells, RECEIVED);
        let undated = it.at.is_none();
        let nobody = it.recipient.is_empty() && it.sender.is_empty();
        if nobody || (undated && !date::is_date(time)) {
            let reason = if nobody {
                "neither sender nor recipient in this row"
            } else {
                "time of the message cannot be read"
            };
            return Content::Reject(self.broken(cells, "", reason));
        }
        self.undated += u64::from(undated);
        let cut = cells.len() < self.columns.names().len();
        mail::record(it, time, u32::from(cut), || self.columns.value(cells))
    }

    fn broken(&mut self, cells: &[&str], _text: &str, reason: &str) -> Reject {
        mail::reject(reason, self.at(cells), self.get(cells, SENDER))
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
