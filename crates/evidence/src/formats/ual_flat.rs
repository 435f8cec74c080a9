//! The audit log spread over columns: Microsoft-Extractor-Suite `-AuditDataOnly` as CSV, and a table
//! expanded in Power Query (`AuditData.Operation`).
//!
//! Such a file is lossy in every row: the first record decides which columns there are, and lists
//! are the name of their type (`System.Object[]`, `[List]`). Ids and single values are whole, so a
//! row agrees with the record of a whole export of the log and adds nothing to it.

use model::Kind;
use serde_json::{Map, Value};

use crate::{
    format::Format,
    normal::{
        ual_words::{self, Audit},
        ual_wrapped::{Clock, Silence, Wrapped},
    },
};

pub(super) const FORMAT: Format = Format {
    id: "ual_flat",
    kind: Kind::Ual,
    name: "audit log spread over columns: `AuditDataOnly` CSV of Microsoft-Extractor-Suite, Power Query (lossy)",
    proves: "who did what and when; folders, messages and parameters are lost where they are lists",
    reference: "Microsoft-Extractor-Suite: Unified Audit Log; Microsoft Learn: Export, configure, and view audit log records",
    recognises: |head| {
        let columns = &head.columns;
        !columns.has("auditdata")
            && (columns.has_all(&["creationtime", "operation", "workload", "recordtype"])
                || columns.has_all(&["auditdata.operation", "auditdata.creationtime"]))
    },
    open: |head, _| {
        let times = ["CreationTime", "AuditData.CreationTime"];
        Wrapped::open(head, (unwrap, Silence::Lossy), &times, "")
    },
};

fn unwrap(row: &Value, clock: &Clock) -> Result<Audit<'static>, &'static str> {
    let fields = row.as_object().ok_or("no row of a table")?;
    let prefix = fields.keys().any(|it| it.starts_with(PREFIX));
    let mut audit = Value::Object(Map::new());
    for (name, field) in fields {
        let path = match (prefix, name.strip_prefix(PREFIX)) {
            (true, Some(path)) => path,
            (true, None) => continue,
            (false, _) => name,
        };
        // Lists that some tools do write out stand as JSON text.
        put(&mut audit, path, ual_words::opened(path, field));
    }
    if let Some(time) = audit.get("CreationTime").and_then(Value::as_str) {
        // Damaged by a spreadsheet perhaps: as the host's culture writes it, without seconds.
        let time = clock.written(time).ok_or("CreationTime is no date")?;
        audit["CreationTime"] = time.into();
    }
    let audit = Audit::new(audit);
    Ok(Audit { losses: audit.losses.max(1), ..audit })
}

const PREFIX: &str = "AuditData.";

/// Puts a value at a dotted path.
fn put(object: &mut Value, path: &str, field: Value) {
    let Some(fields) = object.as_object_mut() else { return };
    match path.split_once('.') {
        None => {
            fields.insert(path.to_owned(), field);
        }
        Some((first, rest)) => {
            let inner = fields.entry(first).or_insert_with(|| Value::Object(Map::new()));
            if !inner.is_object() {
                *inner = Value::Object(Map::new());
            }
            put(inner, rest, field);
        }
    }
}
