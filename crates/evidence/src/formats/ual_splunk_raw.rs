//! Audit records out of Splunk where only the event itself bears them: `_raw` of the Add-on's
//! `o365:management:activity`, in a table of the search's results. The event may be escaped once or
//! twice more than needed, and fields that Splunk extracted may stand beside it.

use model::Kind;
use serde_json::Value;

use crate::{
    format::Format,
    normal::{
        json,
        ual_words::{self, Audit},
        ual_wrapped::{Clock, Silence, Wrapped, inside},
    },
};

pub(super) const FORMAT: Format = Format {
    id: "ual_splunk_raw",
    kind: Kind::Ual,
    name: "audit log out of Splunk, in `_raw` alone (`o365:management:activity`), as CSV",
    proves: "what was done with which account; silence proves nothing",
    reference: "Splunk Add-on for Microsoft Office 365: sourcetypes",
    recognises: |head| {
        let at = head.columns.at(&["_raw"]);
        let mut cells = head.rows.iter().filter_map(|row| row.get(at?));
        let is_record = |it: &String| {
            let value = ual_words::parse(it).unwrap_or_default();
            !json::at(&value, &["CreationTime"]).is_null()
                && !json::at(&value, &["Operation"]).is_null()
        };
        !head.columns.has("auditdata") && cells.any(is_record)
    },
    open: |head, _| Wrapped::open(head, (unwrap, Silence::Copy), &[], ""),
};

fn unwrap(row: &Value, _: &Clock) -> Result<Audit<'static>, &'static str> {
    let raw = json::at(row, &["_raw"]);
    let event = inside(raw).ok_or("_raw is cut or broken JSON")?;
    match super::ual_search_json::data(&event) {
        Some(_) => super::ual_search_json::wrapped(&event),
        None => Ok(Audit::new(event)),
    }
}
