//! The downloadable summary report of the message trace, also from `Start-HistoricalSearch
//! -ReportType MessageTrace`: one row a message, with all its recipients and what happened to each,
//! in UTF-16.

use model::{Kind, Mail};

use crate::{
    format::{Format, Shape},
    normal::{
        ip, mail,
        trace::{Clock, Fields, Layout, Told, Trace},
    },
};

pub(super) const FORMAT: Format = Format {
    id: "trace_summary_csv",
    kind: Kind::MessageTrace,
    name: "enhanced summary report of the message trace, `Start-HistoricalSearch`",
    proves: "which messages the service accepted, for which recipients, and what became of them",
    reference: "Microsoft Learn: Message trace in the modern Exchange admin center; Start-HistoricalSearch",
    recognises: |head| {
        matches!(head.shape, Shape::Csv | Shape::Workbook)
            && head.columns.has_all(&["recipient_status", "sender_address"])
            && head.columns.has_any(LAYOUT.time)
    },
    open: |head, options| Box::new(Trace::new(&LAYOUT, head, options)),
};

const LAYOUT: Layout = Layout {
    time: &["origin_timestamp_utc", "origin_timestamp"],
    clock: Clock::Utc,
    tell: message,
    sender: &["sender_address"],
};

fn message(row: Fields<'_>) -> Told {
    let mut recipients = recipients(&row.get(&["recipient_status"])).into_iter();
    let Some((recipient, status)) = recipients.next() else {
        return Told::Nothing("no recipient in this row");
    };
    Told::Mail(Mail { recipient, status, more: recipients.collect(), ..common(row) })
}

/// What both downloadable reports say of a message in the same columns.
pub(super) fn common(row: Fields<'_>) -> Mail {
    Mail {
        message_id: mail::message_id(&row.get(&["message_id"])),
        network_message_id: mail::network_id(&row.get(&["network_message_id"])),
        sender: mail::party(&row.get(&["sender_address"])),
        subject: row.get(&["message_subject"]),
        ip: ip::canonical(&row.get(&["original_client_ip"])).unwrap_or_default(),
        direction: mail::direction(&row.get(&["directionality"])).to_owned(),
        size: row.get(&["total_bytes"]).parse().unwrap_or(-1),
        ..Mail::default()
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
