//! The tables that Microsoft-Extractor-Suite makes of `MailItemsAccessed` records: its sessions
//! (`Get-Sessions`) and its messages (`Get-MessageIDs`).
//!
//! They are derived from the audit log and are no copy of it: they bear no record ids, one record is
//! many rows, syncs of the form the service writes are left out, and sizes may be another row's.
//! Counted as records they would double those of the log itself, so every row is a reject that
//! keeps its time, operation and user as a lead, and the file says to export the log.

use model::Kind;
use serde_json::Value;

use crate::{
    format::Format,
    normal::{
        ual_words::Audit,
        ual_wrapped::{Clock, Silence, Wrapped},
    },
};

pub(super) const FORMAT: Format = Format {
    id: "ual_mes_items",
    kind: Kind::Ual,
    name: "MailItemsAccessed tables of Microsoft-Extractor-Suite (derived: rows are leads only)",
    proves: "nothing by itself: that mail was accessed by somebody then; export the audit log instead",
    reference: "Microsoft-Extractor-Suite: MailItemsAccessed",
    recognises: |head| {
        let columns = &head.columns;
        let sessions = columns.has_all(&["timestamp", "mailaccesstype", "operationcount"]);
        let messages = columns.has_all(&["timestamp", "sessionid", "internetmessageid"]);
        (sessions || messages)
            && columns.has("user")
            && columns.has_any(&["clientip", "ipaddress"])
            && !columns.has("auditdata")
    },
    open: |head, _| Wrapped::open(head, (unwrap, Silence::Derived), &["TimeStamp"], ""),
};

fn unwrap(row: &Value, _: &Clock) -> Result<Audit<'static>, &'static str> {
    let sessions = row.get("OperationCount").is_some();
    Err(if sessions {
        "derived from an audit record, without its id: export the audit log itself"
    } else {
        "one message of an audit record, without its id: export the audit log itself"
    })
}
