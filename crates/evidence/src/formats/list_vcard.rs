//! Address cards (vCard 2.1, 3.0, 4.0).

use base64::{Engine as _, prelude::BASE64_STANDARD};
use encoding_rs::{Encoding, ISO_2022_JP, SHIFT_JIS, UTF_8};
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
        let open = lines.last().is_some_and(|it| it.ends_with('=') && is_quoted(it));
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

/// Name with parameters, and value: they part at the first colon outside of quotation marks.
fn parted(line: &str) -> Option<(&str, &str)> {
    let mut quoted = false;
    let at = line.find(|c: char| {
        quoted ^= c == '"';
        c == ':' && !quoted
    });
    let at = at.or_else(|| line.find(':'))?;
    Some((&line[..at], &line[at + 1..]))
}

fn is_quoted(line: &str) -> bool {
    parted(line).is_some_and(|it| it.0.to_ascii_uppercase().contains("QUOTED-PRINTABLE"))
}

/// The properties a list is made of; pictures and keys are not looked into.
const WANTED: [&str; 8] = [
    "EMAIL",
    "FN",
    "N",
    "ORG",
    "SOUND",
    "X-PHONETIC-FIRST-NAME",
    "X-PHONETIC-LAST-NAME",
    "SORT-STRING",
];

fn property(line: &str) -> Option<Property> {
    let (head, value) = parted(line)?;
    let head = head.to_ascii_uppercase();
    let mut parts = head.split(';');
    let name = parts.next().unwrap_or_default().rsplit('.').next().unwrap_or_default().trim();
    if !WANTED.contains(&name) {
        return None;
    }
    let parameters: Vec<&str> = parts.map(str::trim).collect();
    let coded =
        |word: &str| parameters.iter().any(|it| it.strip_prefix("ENCODING=").unwrap_or(it) == word);
    let bytes = if coded("QUOTED-PRINTABLE") {
        unquoted(value)
    } else if coded("BASE64") || coded("B") {
        BASE64_STANDARD.decode(value.trim()).unwrap_or_default()
    } else {
        value.as_bytes().to_vec()
    };
    let charset = parameters.iter().find_map(|it| it.strip_prefix("CHARSET="));
    let value = decoded(&bytes, charset.map(|it| it.trim_matches('"')));
    Some(Property { name: name.to_owned(), value: unescaped(&value) })
}

/// A value in its charset. The file itself is decoded already: what is sound UTF-8 is text. Japanese
/// phones write Shift_JIS and do not say so.
fn decoded(bytes: &[u8], charset: Option<&str>) -> String {
    let said = charset.and_then(|it| Encoding::for_label(it.as_bytes())).filter(|it| *it != UTF_8);
    match (std::str::from_utf8(bytes), said) {
        (Ok(text), None) => text.to_owned(),
        // A character beyond ASCII cannot be the bytes of a value in an older charset.
        (Ok(text), Some(said)) if !text.is_ascii() && said != ISO_2022_JP => {
            let (other, _, broken) = said.decode(bytes);
            if broken { text.to_owned() } else { other.into_owned() }
        }
        (_, said) => said.unwrap_or(SHIFT_JIS).decode(bytes).0.into_owned(),
    }
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

/// How the name is read: Apple's and Google's fields, else what Japanese phones write as sound.
fn reading(first: &dyn Fn(&'static str) -> Option<String>) -> String {
    let parts = [first("X-PHONETIC-LAST-NAME"), first("X-PHONETIC-FIRST-NAME")];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if !parts.is_empty() {
        return parts.join(" ");
    }
    first("SOUND").or_else(|| first("SORT-STRING")).unwrap_or_default()
}

/// What stands before the name or behind it: the fourth part of `N`, else the fifth.
fn title(name: &str) -> Option<String> {
    let parts: Vec<&str> = name.split(';').map(str::trim).collect();
    [parts.get(3), parts.get(4)]
        .into_iter()
        .flatten()
        .find(|it| !it.is_empty())
        .map(|it| (*it).to_owned())
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
        furigana: reading(&first),
        honorific: all("N").find_map(|it| title(&it.value)).unwrap_or_default(),
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
        let ended = card.trim_end().to_ascii_uppercase().ends_with("END:VCARD");
        // Of a card that the file cuts off the last line may be half a line.
        let whole = if ended { card } else { &card[..card.rfind('\n').map_or(0, |it| it + 1)] };
        let entry = entry(whole);
        if !ended && entry.addresses.is_empty() {
            let reason = "the address card has no end".to_owned();
            return Content::Reject(Reject { reason, ..Reject::default() });
        }
        self.unreadable += u64::from(entry.addresses.is_empty());
        let mut content = record(entry, &Value::String(card.replace('\r', "")));
        if let Content::Record(it) = &mut content {
            it.losses += u32::from(!ended);
        }
        content
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
