//! `Get-MessageTrace` and `Get-MessageTraceV2` with `Export-Csv`: one row a recipient.
//!
//! `Received` of the cmdlets is UTC, printed in the culture of the host: only a zone stated for this
//! export changes that, never the zone of the case.

use model::{Kind, Mail};

use crate::{
    format::{Format, Shape},
    normal::{
        ip, mail,
        trace::{Clock, Fields, Layout, Told, Trace},
    },
};

pub(super) const FORMAT: Format = Format {
    id: "trace_v2_csv",
    kind: Kind::MessageTrace,
    name: "`Get-MessageTrace`, `Get-MessageTraceV2` as CSV",
    proves: "which messages the service accepted, for which recipients, and what became of them",
    reference: "Microsoft Learn: Get-MessageTraceV2",
    recognises: |head| {
        matches!(head.shape, Shape::Csv | Shape::Workbook)
            && head.columns.has_all(&["senderaddress", "recipientaddress", "status"])
            && head.columns.has_any(LAYOUT.time)
            && head.columns.has_any(&["messageid", "messagetraceid", "subject"])
    },
    open: |head, options| Box::new(Trace::new(&LAYOUT, head, options)),
};

const LAYOUT: Layout = Layout {
    time: &["received", "receiveddatetime"],
    clock: Clock::Utc,
    tell: recipient,
    sender: SENDER,
};

const SENDER: &[&str] = &["senderaddress"];

/// Reads the row of one recipient, in the words of the cmdlets; Graph has the same ones.
pub(super) fn recipient(row: Fields<'_>) -> Told {
    let status = mail::status(&row.get(&["status"]));
    let it = Mail {
        at: None,
        message_id: mail::message_id(&row.get(&["messageid"])),
        network_message_id: mail::network_id(&row.get(TRACE)),
        sender: mail::party(&row.get(SENDER)),
        recipient: mail::party(&row.get(&["recipientaddress"])),
        subject: row.get(&["subject"]),
        status,
        ip: ip::canonical(&row.get(&["fromip"])).unwrap_or_default(),
        direction: mail::direction(&row.get(&["directionality", "direction"])).to_owned(),
        size: row.get(&["size", "messagesize"]).parse().unwrap_or(-1),
        more: Vec::new(),
    };
    if it.recipient.is_empty() && it.sender.is_empty() {
        return Told::Nothing("neither sender nor recipient in this row");
    }
    Told::Mail(it)
}

const TRACE: &[&str] = &["messagetraceid", "networkmessageid", "id"];
