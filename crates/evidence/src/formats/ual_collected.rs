//! Events that a collector kept with something around them, one or several tables in one file: a
//! SIEM's or Splunk's JSON with the event's text in a field, Elastic's documents under `_source`,
//! the stream of Microsoft Defender XDR (`category` and `properties`).
//!
//! Each row is taken out and read by the format that knows it, whichever that is: a stream holds
//! the tables that were subscribed to, in the order in which they came. A row that no format knows
//! is a reject that names its table. The file counts as an audit log if there are audit records near
//! its beginning. What the collector left out is not known, so its silence proves nothing.

use std::collections::BTreeMap;

use model::{Content, Kind, Reading, Reject};
use serde_json::Value;

use super::FORMATS;
use crate::{
    format::{Format, Head, RawRow, ReadOptions, RowReader, Shape},
    normal::{envelope, ual_table::lead_of_text},
};

pub(super) const FORMAT: Format = Format {
    id: ID,
    kind: Kind::Ual,
    name: "audit records as collectors keep them: Splunk and SIEM JSON, Elastic dumps, the Defender XDR stream (other tables in it are read by their own formats)",
    proves: "what was done with which account; silence proves nothing",
    reference: "Microsoft Learn: Streaming API; Splunk: Export search results",
    recognises: |head| {
        let of_sample = |it: &Value| {
            let event = envelope::peel(it)?.event;
            known(event).0.filter(|it| it.kind == Kind::Ual)
        };
        head.shape == Shape::Json && head.wrapped.iter().any(|it| of_sample(it).is_some())
    },
    open: |_, options| Box::new(Collected { options: options.clone(), readers: BTreeMap::new() }),
};

const ID: &str = "ual_collected";

struct Collected {
    options: ReadOptions,
    readers: BTreeMap<&'static str, Box<dyn RowReader>>,
}

/// The format that knows an object, and the object.
fn known(event: Value) -> (Option<&'static Format>, Head) {
    let head = Head::of_object(event);
    let found = FORMATS.iter().find(|it| it.id != ID && (it.recognises)(&head));
    (found, head)
}

impl Collected {
    /// Hands the event of a row to its reader.
    fn with<T>(
        &mut self,
        row: RawRow<'_>,
        then: impl FnOnce(&mut dyn RowReader, RawRow<'_>) -> T,
    ) -> Result<T, Reject> {
        let reject = |reason: String| Reject { reason, ..Reject::default() };
        let RawRow::Json(value) = row else { return Err(reject("no JSON object".to_owned())) };
        let (event, table) = envelope::peel(value)
            .map_or_else(|| (value.clone(), String::new()), |it| (it.event, it.table));
        let (format, head) = known(event);
        let Some(format) = format else {
            let lead = lead_of_text(&head.first.to_string(), &unread(&table));
            return Err(lead);
        };
        let options = &self.options;
        let reader = self.readers.entry(format.id).or_insert_with(|| (format.open)(&head, options));
        Ok(then(&mut **reader, RawRow::Json(&head.first)))
    }
}

/// Why a row is not read. The name of its table is repeated only if it looks like one.
fn unread(table: &str) -> String {
    let table = table.strip_prefix("AdvancedHunting-").unwrap_or(table);
    let sound = !table.is_empty()
        && table.len() <= 64
        && table.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    if sound {
        format!("a row of the table {table}, which is not read")
    } else {
        "an event of a kind that is not read".to_owned()
    }
}

impl RowReader for Collected {
    fn read(&mut self, row: RawRow<'_>) -> Content {
        self.with(row, |reader, row| reader.read(row)).unwrap_or_else(Content::Reject)
    }

    fn broken(&mut self, _cells: &[&str], text: &str, reason: &str) -> Reject {
        lead_of_text(&text.replace("\\\"", "\""), reason)
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        self.with(row, |reader, row| reader.canonical(row)).unwrap_or_default()
    }

    fn finish(&mut self, reading: &mut Reading) {
        for reader in self.readers.values_mut() {
            reader.finish(reading);
        }
        reading.cut = true;
        reading.warnings.push(("lossy_export".to_owned(), "copy".to_owned()));
    }
}
