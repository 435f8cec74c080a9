//! `EmailEvents` of Defender: one row a mail and recipient, as its hunting page, its API, a
//! diagnostic setting or Sentinel exports them.
//!
//! A search there gives what it was asked for: rows prove the mails in them, their absence proves
//! nothing.

use model::{Kind, Mail};

use crate::{
    format::{Format, Head, Shape},
    normal::{
        ip, json, mail,
        trace::{Clock, Fields, Layout, Told, Trace, inner, time_column},
    },
};

pub(super) const FORMAT: Format = Format {
    id: "trace_defender",
    kind: Kind::MessageTrace,
    name: "Defender `EmailEvents`",
    proves: "that a mail passed, for which recipient, and what the filter did; not its absence",
    reference: "Microsoft Learn: EmailEvents table in the advanced hunting schema",
    recognises: |head| {
        has_all(head, &["NetworkMessageId", "SenderFromAddress", "RecipientEmailAddress"])
            && has_any(head, &["DeliveryAction", "EmailDirection"])
            && is_timed(head)
    },
    open: |head, options| Box::new(Trace::new(&LAYOUT, head, options)),
};

const LAYOUT: Layout = Layout { time: TIME, clock: Clock::Chosen, tell: email, sender: SENDER };

/// Time of every table of Defender; Sentinel has it beside its own.
pub(super) const TIME: &[&str] = &["timestamp", "timegenerated"];
const SENDER: &[&str] = &["senderfromaddress", "sendermailfromaddress"];

/// Reads a row of `EmailEvents`.
pub(super) fn email(row: Fields<'_>) -> Told {
    let recipient = mail::party(&row.get(&["recipientemailaddress"]));
    let network_message_id = mail::network_id(&row.get(&["networkmessageid"]));
    let message_id = mail::message_id(&row.get(&["internetmessageid"]));
    if recipient.is_empty() || (network_message_id.is_empty() && message_id.is_empty()) {
        return Told::Nothing("no mail in this row");
    }
    Told::Mail(Mail {
        at: None,
        message_id,
        network_message_id,
        sender: mail::party(&row.get(SENDER)),
        recipient,
        subject: row.get(&["subject"]),
        status: status(&row.get(&["deliveryaction"]), &row.get(&["deliverylocation"])),
        ip: ip::canonical(&row.get(&["senderipv4", "senderipv6"])).unwrap_or_default(),
        direction: mail::direction(&row.get(&["emaildirection"])).to_owned(),
        size: row.get(&["emailsize"]).parse().unwrap_or(-1),
        more: Vec::new(),
    })
}

/// What the filter did, in the words of the trace. Of a mail that went outside it only knows that
/// it let it go: nothing is said of what became of it.
fn status(action: &str, location: &str) -> String {
    let (action, location) = (action.to_lowercase(), location.to_lowercase());
    let word = match (action.as_str(), location.as_str()) {
        (_, "quarantine") => "Quarantined",
        ("junked", _) => "FilteredAsSpam",
        ("blocked", _) | (_, "failed" | "dropped") => "Failed",
        ("delivered" | "replaced", it) if it.contains("external") || it.is_empty() => "",
        ("delivered" | "replaced", _) => "Delivered",
        _ => "",
    };
    word.to_owned()
}

/// Tells whether all of these fields exist, in a table or in an object, its envelope off.
pub(super) fn has_all(head: &Head, names: &[&str]) -> bool {
    names.iter().all(|it| has(head, it))
}

/// Tells whether one of these fields exists.
pub(super) fn has_any(head: &Head, names: &[&str]) -> bool {
    names.iter().any(|it| has(head, it))
}

fn has(head: &Head, name: &str) -> bool {
    match head.shape {
        Shape::Csv | Shape::Workbook => head.columns.has(&name.to_lowercase()),
        Shape::Json => json::has(inner(&head.first), name),
        _ => false,
    }
}

/// Tells whether a row says when.
pub(super) fn is_timed(head: &Head) -> bool {
    match head.shape {
        Shape::Json => TIME.iter().any(|it| json::has(inner(&head.first), it)),
        _ => time_column(&head.columns, TIME).is_some(),
    }
}
