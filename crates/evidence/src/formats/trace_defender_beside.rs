//! The tables of Defender beside `EmailEvents`: `EmailPostDeliveryEvents`, `EmailAttachmentInfo`,
//! `EmailUrlInfo`, `UrlClickEvents`. Their rows tell of mails without being mails: each is a record
//! of its own, found by the mail's network message id, that no count of mails or recipients takes in.

use model::{Kind, Mail};

use super::trace_defender::{TIME, has_all, has_any, is_timed};
use crate::{
    format::{Format, Head},
    normal::{
        ip, mail,
        trace::{Clock, Fields, Layout, Told, Trace},
    },
};

pub(super) const FORMAT: Format = Format {
    id: "trace_defender_beside",
    kind: Kind::MessageTrace,
    name: "Defender `EmailPostDeliveryEvents`, `EmailAttachmentInfo`, `EmailUrlInfo`, `UrlClickEvents`",
    proves: "what was done to a mail after delivery, its attachments and links, who clicked; no mail of its own",
    reference: "Microsoft Learn: advanced hunting schema, tables for email",
    recognises: |head| is_timed(head) && is_beside(head),
    open: |head, options| Box::new(Trace::new(&LAYOUT, head, options)),
};

/// The fields that only one of these tables has.
fn is_beside(head: &Head) -> bool {
    let mail = has_all(head, &["NetworkMessageId"]);
    let after = has_all(head, &["ActionTrigger", "RecipientEmailAddress"]);
    let attached = has_all(head, &["FileName", "SHA256", "RecipientEmailAddress"]);
    let linked = has_all(head, &["Url", "UrlDomain"]);
    let clicked = has_all(head, &["Url", "AccountUpn", "ActionType"])
        && has_any(head, &["IsClickedThrough", "UrlChain"]);
    clicked || (mail && (after || attached || linked))
}

const LAYOUT: Layout =
    Layout { time: TIME, clock: Clock::Chosen, tell: beside, sender: &["senderfromaddress"] };

/// Reads a row beside a mail: what ties it to the mail, and nothing that is counted.
pub(super) fn beside(row: Fields<'_>) -> Told {
    let network_message_id = mail::network_id(&row.get(&["networkmessageid"]));
    if network_message_id.is_empty() && row.get(&["url"]).is_empty() {
        return Told::Nothing("neither a mail nor a link in this row");
    }
    Told::Event(Mail {
        network_message_id,
        ip: ip::canonical(&row.get(&["ipaddress"])).unwrap_or_default(),
        size: -1,
        ..Mail::default()
    })
}
