//! The nickname cache of Outlook: whom the owner wrote to, as Outlook proposes them.

use model::{Content, Kind, ListEntry, Party, Reading, Reject};
use serde_json::{Value as Json, json};

use super::list_table::record;
use crate::{
    canonical,
    format::{Format, RawRow, RowReader, Shape},
    normal::{
        item,
        mapi::{self, Properties},
    },
    rows::property::{Names, Values, View},
};

pub(super) const FORMAT: Format = Format {
    id: "list_nk2",
    kind: Kind::List,
    name: "nickname cache of Outlook (Outlook.NK2, Stream_Autocomplete_….dat)",
    proves: "addresses the owner of the mailbox wrote to",
    reference: "Microsoft: Outlook NK2 file format",
    recognises: |head| head.shape == Shape::Nk2,
    open: |_, _| Box::new(Nicknames::default()),
};

/// Numbers of properties (MS-OXPROPS): what the owner typed, and the company.
const TYPED: u16 = 0x6001;
const COMPANY: u16 = 0x3a16;

#[derive(Default)]
struct Nicknames {
    unreadable: u64,
}

/// The remembered person.
pub(super) fn person(values: &Values) -> Party {
    let view = View { values, page: None, names: const { &Names::none() } };
    let found = mapi::recipient(&view);
    match (found.address.is_empty(), found.name.is_empty()) {
        (true, true) => item::party(found.role, &view.text(TYPED), ""),
        _ => found,
    }
}

fn row(values: &Values) -> (ListEntry, Json) {
    let Party { address, name, .. } = person(values);
    let view = View { values, page: None, names: const { &Names::none() } };
    let organisation = item::tidy(&view.text(COMPANY));
    let form = json!({ "address": address, "name": name, "organisation": organisation });
    let addresses = if address.is_empty() { Vec::new() } else { vec![address] };
    (ListEntry { addresses, name, organisation, ..ListEntry::default() }, form)
}

impl RowReader for Nicknames {
    fn read(&mut self, raw: RawRow<'_>) -> Content {
        let RawRow::Person(values) = raw else {
            return Content::Reject(Reject { reason: "no entry".into(), ..Reject::default() });
        };
        let (entry, form) = row(values);
        self.unreadable += u64::from(entry.addresses.is_empty());
        record(entry, &form)
    }

    fn canonical(&mut self, raw: RawRow<'_>) -> Json {
        let RawRow::Person(values) = raw else { return Json::Null };
        canonical::form(&row(values).1).unwrap_or_default()
    }

    fn finish(&mut self, reading: &mut Reading) {
        reading.unreadable = self.unreadable;
        "PR_SMTP_ADDRESS".clone_into(&mut reading.address_column);
    }
}
