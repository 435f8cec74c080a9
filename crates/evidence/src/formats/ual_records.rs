//! Bare audit records: the blobs of the Management Activity API (an array each), one a line
//! (Extractor-Suite for SOF-ELK, the API's collectors), or one after another.

use model::Kind;
use serde_json::Value;

use crate::{
    format::Format,
    normal::{
        json,
        ual_words::Audit,
        ual_wrapped::{Clock, Wrapped},
    },
};

pub(super) const FORMAT: Format = Format {
    id: "ual_records",
    kind: Kind::Ual,
    name: "bare audit records: Management Activity API blobs, arrays, one a line or one after another (also `AuditDataOnly` and SOF-ELK of Microsoft-Extractor-Suite)",
    proves: "what was done with which account: sign-ins, mailbox access, files, settings",
    reference: "Microsoft Learn: Office 365 Management Activity API schema",
    recognises: |head| {
        json::all_in(&head.keys, &["CreationTime", "Operation"])
            && json::any_in(&head.keys, &["Workload", "UserId", "RecordType", "OrganizationId"])
    },
    open: |head, _| Wrapped::open_bare(head, bare),
};

fn bare(row: &Value, _: &Clock) -> Result<Audit<'static>, &'static str> {
    // Files put together by hand hold wrapped records beside bare ones.
    match super::ual_search_json::data(row) {
        Some(_) => super::ual_search_json::wrapped(row),
        None => Ok(Audit::new(row.clone())),
    }
}
