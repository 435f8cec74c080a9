//! Address cards (vCard 2.1, 3.0, 4.0).

use model::{Content, Kind, ListEntry, Reading, Reject};
use serde_json::Value;

use super::list_table::record;
use crate::{
    canonical,
    format::{Format, RawRow, RowReader, Shape},
    normal::address,
};

pub(super) const FORMAT: Format = Format {
    id: "list_vcard",
    kind: Kind::List,
    name: "vCard",
    proves: "addresses the organisation holds",
    reference: "RFC 6350",
    recognises: |head| head.shape == Shape::Cards,
    open: |_, _| Box::new(Cards::default()),
};

#[derive(Default)]
struct Cards {
    unreadable: u64,
}

/// One property: its name without group and parameters, and its value decoded.
struct Property {
    name: String,
    value: String,
}

/// Takes a card apart: folded lines joined (a blank at the line's start, or the `=` of
/// quoted-printable at its end), encoded values decoded.
fn properties(card: &str) -> Vec<Property> {
    let mut lines: Vec<String> = Vec::new();
    for line in card.lines() {
        let open = lines.last().is_some_and(|it| is_quoted(it) && it.ends_with('='));
        match (lines.last_mut(), line.strip_prefix([' ', '\t'])) {
            (Some(last), _) if open => {
                last.pop();
                last.push_str(line.trim());
            }
            (Some(last), Some(rest)) => last.push_str(rest),
            _ => lines.push(line.to_owned()),
        }
    }
    lines.iter().filter_map(|it| property(it)).collect()
}

fn is_quoted(line: &str) -> bool {
    let head = line.split(':').next().unwrap_or_default();
    head.to_ascii_uppercase().contains("QUOTED-PRINTABLE")
}

fn property(line: &str) -> Option<Property> {
    let (head, value) = line.split_once(':')?;
    let name = head.split(';').next().unwrap_or_default();
    let name = name.rsplit('.').next().unwrap_or_default().trim().to_ascii_uppercase();
    let value = if is_quoted(line) {
        let japanese = head.to_ascii_uppercase().contains("SHIFT_JIS");
        let bytes = unquoted(value);
        let encoding = if japanese { encoding_rs::SHIFT_JIS } else { encoding_rs::UTF_8 };
        encoding.decode_without_bom_handling(&bytes).0.into_owned()
    } else {
        value.to_owned()
    };
    Some(Property { name, value: unescaped(&value) })
}

fn unquoted(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = text.get(at + 1..at + 3).and_then(|it| u8::from_str_radix(it, 16).ok());
        match (byte, code) {
            (b'=', Some(code)) => {
                out.push(code);
                at += 3;
            }
            _ => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    out
}

fn unescaped(text: &str) -> String {
    let text = text.replace("\\n", " ").replace("\\N", " ");
    text.replace("\\,", ",").replace("\\;", ";").replace("\\:", ":").trim().to_owned()
}

fn entry(card: &str) -> ListEntry {
    let found = properties(card);
    let all = |name: &'static str| found.iter().filter(move |it| it.name == name);
    let mut addresses: Vec<String> = Vec::new();
    for address in all("EMAIL").flat_map(|it| address::all_in(&it.value)) {
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    let parts = |text: &str| {
        let parts: Vec<&str> = text.split(';').map(str::trim).filter(|it| !it.is_empty()).collect();
        parts.join(" ")
    };
    let first = |name| all(name).map(|it| parts(&it.value)).find(|it| !it.is_empty());
    ListEntry {
        addresses,
        name: first("FN").or_else(|| first("N")).unwrap_or_default(),
        organisation: first("ORG").unwrap_or_default(),
    }
}

impl RowReader for Cards {
    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Card(card) = row else {
            return Content::Reject(Reject {
                reason: "no address card".into(),
                ..Reject::default()
            });
        };
        let entry = entry(card);
        self.unreadable += u64::from(entry.addresses.is_empty());
        record(entry, &Value::String(card.replace('\r', "")))
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        let RawRow::Card(card) = row else { return Value::Null };
        canonical::form(&Value::String(card.replace('\r', ""))).unwrap_or_default()
    }

    fn finish(&mut self, reading: &mut Reading) {
        reading.unreadable = self.unreadable;
        "EMAIL".clone_into(&mut reading.address_column);
    }
}
