//! `Search-UnifiedAuditLog | ConvertTo-Json`, and what Microsoft-Extractor-Suite writes as JSON,
//! JSONL or merged: `AuditData` is an object or JSON text; one array a query, and a bare object
//! where a query gave one row. `CreationDate` comes as `/Date(ms)/`, ISO, or an object around
//! either, and may be shifted by the host's zone: the record's own `CreationTime` counts.

use model::Kind;
use serde_json::Value;

use crate::{
    format::Format,
    normal::{
        json,
        ual_words::Audit,
        ual_wrapped::{Clock, Silence, Wrapped, inside},
    },
};

pub(super) const FORMAT: Format = Format {
    id: "ual_search_json",
    kind: Kind::Ual,
    name: "`Search-UnifiedAuditLog` as JSON; JSON, JSONL and merged files of Microsoft-Extractor-Suite `Get-UAL`",
    proves: "what was done with which account: sign-ins, mailbox access, files, settings",
    reference: "Microsoft Learn: Search-UnifiedAuditLog; Microsoft-Extractor-Suite: Unified Audit Log",
    recognises: |head| {
        json::any_in(&head.keys, &["AuditData"])
            && json::any_in(&head.keys, &["Operations", "Operation", "CreationDate", "Identity"])
            && !json::any_in(&head.keys, &["auditLogRecordType"])
    },
    open: |head, _| Wrapped::open(head, (unwrap, Silence::Log), &[], ""),
};

fn unwrap(row: &Value, _: &Clock) -> Result<Audit<'static>, &'static str> {
    match data(row) {
        Some(_) => wrapped(row),
        None => Ok(Audit::new(row.clone())),
    }
}

/// What is wrapped in `AuditData`, if the row is a wrapper.
pub(super) fn data(row: &Value) -> Option<&Value> {
    Some(json::at(row, &["AuditData"])).filter(|it| !it.is_null())
}

/// Takes the record out of `AuditData`.
pub(super) fn wrapped(row: &Value) -> Result<Audit<'static>, &'static str> {
    let data = data(row).ok_or("AuditData is missing")?;
    // PowerShell 5 wraps a text that bears notes once more.
    let text = data.get("value").filter(|it| it.is_string() && data.get("Operation").is_none());
    let found = inside(text.unwrap_or(data)).ok_or(match data {
        Value::String(text) if text.trim().is_empty() => "AuditData is empty",
        Value::String(_) => "AuditData is cut or broken JSON",
        _ => "AuditData is no JSON object",
    })?;
    let ids = ["Identity", "RecordId", "id"].map(|key| json::text(row, &[key]));
    let id = ids.into_iter().find(|it| !it.is_empty()).unwrap_or_default();
    Ok(Audit { id, ..Audit::new(found) })
}
