//! `Get-MessageTrace`, `Get-MessageTraceV2` with `ConvertTo-Json`, and the rows of the reporting
//! web service, which bear the same names: one object a recipient, times in UTC.

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
    id: "trace_cmdlet_json",
    kind: Kind::MessageTrace,
    name: "`Get-MessageTraceV2` as JSON; the reporting web service",
    proves: "which messages the service accepted, for which recipients, and what became of them",
    reference: "Microsoft Learn: Get-MessageTraceV2; MessageTrace report (reporting web service)",
    recognises: |head| {
        head.shape == Shape::Json
            && json::all_in(&head.keys, &["Received", "SenderAddress", "RecipientAddress"])
    },
    open: |head, options| Box::new(Trace::new(&LAYOUT, head, options)),
};

const LAYOUT: Layout =
    Layout { time: &["Received"], clock: Clock::Utc, tell: recipient, sender: &["SenderAddress"] };
