//! Microsoft Graph `exchangeMessageTrace`: one object a recipient.

use model::Kind;

use super::trace_v2_csv::recipient;
use crate::{
    format::{Format, Shape},
    normal::{
        json,
        trace::{Clock, Layout, Trace},
    },
};

pub(super) const FORMAT: Format = Format {
    id: "trace_graph",
    kind: Kind::MessageTrace,
    name: "Microsoft Graph `exchangeMessageTrace`",
    proves: "which messages the service accepted, for which recipients, and what became of them",
    reference: "Microsoft Graph: exchangeMessageTrace resource type (beta)",
    recognises: |head| {
        let wanted = ["receivedDateTime", "senderAddress", "recipientAddress"];
        head.shape == Shape::Json && json::all_in(&head.keys, &wanted)
    },
    open: |head, options| Box::new(Trace::new(&LAYOUT, head, options)),
};

const LAYOUT: Layout = Layout {
    time: &["receivedDateTime"],
    clock: Clock::Utc,
    tell: recipient,
    sender: &["senderAddress"],
};
