//! Address books as LDIF (RFC 2849): Thunderbird, a directory server, `ldifde`.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use model::{Content, Kind, ListEntry, Reading, Reject};
use serde_json::Value;

use super::list_table::record;
use crate::{
    canonical,
    format::{Format, RawRow, RowReader, Shape},
    normal::address,
};

pub(super) const FORMAT: Format = Format {
    id: "list_ldif",
    kind: Kind::List,
    name: "LDIF address book",
    proves: "addresses the organisation holds",
    reference: "RFC 2849; Thunderbird address book export",
    recognises: |head| head.shape == Shape::Entries,
    open: |_, _| Box::new(Entries::default()),
};

/// Attributes that hold addresses.
const ADDRESSES: [&str; 9] = [
    "mail",
    "mozillasecondemail",
    "email",
    "emailaddress",
    "rfc822mailbox",
    "othermailbox",
    "mailalternateaddress",
    "maillocaladdress",
    "proxyaddresses",
];

/// Attributes that name other entries, by names that may hold an address.
const REFERENCES: [&str; 6] =
    ["dn", "manager", "member", "memberof", "directreports", "distinguishedname"];

#[derive(Default)]
struct Entries {
    unreadable: u64,
}

/// Attribute names in lower case without options, and values decoded, in their order.
fn attributes(entry: &str) -> Vec<(String, String)> {
    let mut lines: Vec<String> = Vec::new();
    for line in entry.lines() {
        match (lines.last_mut(), line.strip_prefix(' ')) {
            (Some(last), Some(rest)) => last.push_str(rest),
            _ => lines.push(line.to_owned()),
        }
    }
    lines.iter().filter(|it| !it.starts_with('#')).filter_map(|it| attribute(it)).collect()
}

fn attribute(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    let name = name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let value = match value.strip_prefix(':') {
        Some(coded) => {
            let bytes = BASE64_STANDARD.decode(coded.trim()).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        }
        None => value.trim().to_owned(),
    };
    Some((name, value))
}

fn entry(found: &[(String, String)]) -> ListEntry {
    let mut addresses = gathered(found, |name| ADDRESSES.contains(&name));
    if addresses.is_empty() {
        addresses = gathered(found, |name| !REFERENCES.contains(&name));
    }
    let first = |names: &[&str]| {
        let value = |name: &&str| found.iter().find(|it| it.0 == **name).map(|it| it.1.clone());
        names.iter().find_map(value).unwrap_or_default()
    };
    ListEntry {
        addresses,
        name: first(&["cn", "displayname", "sn"]),
        organisation: first(&["o", "company", "ou"]),
        furigana: reading(&first),
        honorific: first(&["personaltitle"]),
    }
}

/// How the name is read: of the whole name, else of family and given name.
fn reading(first: &dyn Fn(&[&str]) -> String) -> String {
    let whole = first(&["msds-phoneticdisplayname"]);
    let parts = [first(&["msds-phoneticlastname"]), first(&["msds-phoneticfirstname"])];
    if whole.is_empty() { parts.join(" ").trim().to_owned() } else { whole }
}

fn gathered(found: &[(String, String)], wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for (name, value) in found.iter().filter(|it| wanted(&it.0)) {
        let these =
            if name == "proxyaddresses" { address::proxies(value) } else { address::all_in(value) };
        all.extend(these);
    }
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|it| seen.insert(it.clone()));
    all
}

impl RowReader for Entries {
    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Card(text) = row else {
            return Content::Reject(Reject { reason: "no entry".into(), ..Reject::default() });
        };
        let found = attributes(text);
        if !found.iter().any(|it| it.0 == "dn") {
            let reason = "the entry has no name (dn)".to_owned();
            let account = entry(&found).addresses.into_iter().next().unwrap_or_default();
            return Content::Reject(Reject { reason, account, ..Reject::default() });
        }
        let entry = entry(&found);
        self.unreadable += u64::from(entry.addresses.is_empty());
        record(entry, &Value::String(text.replace('\r', "")))
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        let RawRow::Card(text) = row else { return Value::Null };
        canonical::form(&Value::String(text.replace('\r', ""))).unwrap_or_default()
    }

    fn finish(&mut self, reading: &mut Reading) {
        reading.unreadable = self.unreadable;
        "mail".clone_into(&mut reading.address_column);
    }
}
