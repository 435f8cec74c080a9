//! What records of logs outside Microsoft 365 have in common.

use model::{Content, Event, Record, Reject, What};
use serde_json::{Map, Value};

use crate::canonical;

/// Returns an event of which nothing is said yet: numbers that are absent are −1.
pub(crate) fn event(workload: &str) -> Event {
    Event {
        workload: workload.to_owned(),
        record_type: -1,
        user_type: -1,
        logon_type: -1,
        error: -1,
        ..Event::default()
    }
}

/// Returns compact JSON of the fields that say something, keys in order; empty if none does.
pub(crate) fn detail(fields: &[(&str, &str)]) -> String {
    let said = fields.iter().filter(|it| !it.1.is_empty());
    let mut sorted: Vec<(String, Value)> =
        said.map(|it| (it.0.to_owned(), Value::String(it.1.to_owned()))).collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    if sorted.is_empty() {
        String::new()
    } else {
        Value::Object(Map::from_iter(sorted)).to_string()
    }
}

/// Returns where was connected to: `address:port`, `[address]:port` for IPv6, or what is known of it.
pub(crate) fn far_end(address: &str, port: &str) -> String {
    match (address, port) {
        ("", _) | (_, "") => address.to_owned(),
        _ if address.contains(':') => format!("[{address}]:{port}"),
        _ => format!("{address}:{port}"),
    }
}

/// Makes the record of a line; the line itself is its key, for logs give their lines no id.
pub(crate) fn record(event: Event, row: &Value) -> Content {
    Content::Record(Box::new(Record {
        key: canonical::key_of_row(row),
        body: canonical::body_of(row),
        losses: 0,
        what: What::Log(event),
    }))
}

/// Makes the reject of a line, with what it still tells.
pub(crate) fn reject(reason: &str, operation: &str, account: &str) -> Content {
    Content::Reject(Reject {
        reason: reason.to_owned(),
        at: None,
        operation: operation.to_owned(),
        account: account.to_owned(),
    })
}
