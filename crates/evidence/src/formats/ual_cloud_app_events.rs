//! `CloudAppEvents` of Microsoft Defender XDR: `RawEventData` is the audit record itself, as an
//! object or as JSON text. Rows of advanced hunting, of the portal's CSV, of the streaming API.
//!
//! The table holds what Defender for Cloud Apps is connected to, for 30 days: its silence proves
//! nothing. Rows of other clouds have no audit record and are rejected.

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
    id: "ual_cloud_app_events",
    kind: Kind::Ual,
    name: "Microsoft Defender XDR `CloudAppEvents`, JSON or CSV",
    proves: "what was done in the connected Microsoft 365 services; its silence proves nothing",
    reference: "Microsoft Learn: CloudAppEvents table in the advanced hunting schema",
    recognises: |head| {
        let named = |keys: &std::collections::BTreeSet<String>| {
            json::all_in(keys, &["RawEventData", "ActionType"])
        };
        named(&head.keys) || head.columns.has_all(&["raweventdata", "actiontype"])
    },
    open: |head, _| Wrapped::open(head, (unwrap, Silence::Copy), &[], ""),
};

fn unwrap(row: &Value, _: &Clock) -> Result<Audit<'static>, &'static str> {
    let raw = json::at(row, &["RawEventData"]);
    let found = inside(raw).ok_or(match raw {
        Value::Null => "RawEventData is empty: no record of the audit log",
        Value::String(text) if text.trim().is_empty() => {
            "RawEventData is empty: no record of the audit log"
        }
        _ => "RawEventData is cut or broken JSON",
    })?;
    if json::at(&found, &["Operation"]).is_null() || json::at(&found, &["CreationTime"]).is_null() {
        return Err("RawEventData is no record of the audit log");
    }
    Ok(Audit::new(found))
}
