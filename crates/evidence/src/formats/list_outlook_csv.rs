//! Contacts exported by Outlook: on the desktop in Japanese (CP932) or English, on the web, and by
//! Gmail, which writes its addresses in the same manner.

use model::{Content, Kind, ListEntry, Reading, Reject};
use serde_json::Value;

use super::list_table::record;
use crate::{
    canonical,
    format::{Format, Head, RawRow, RowReader},
    normal::{
        address,
        columns::{Columns, cell},
    },
};

pub(super) const FORMAT: Format = Format {
    id: "list_outlook_csv",
    kind: Kind::List,
    name: "contacts exported from Outlook, Japanese or English",
    proves: "addresses the organisation holds",
    reference: "Microsoft Support: Export contacts from Outlook; observed columns",
    recognises: |head| {
        head.columns.has_any(&ADDRESSES)
            && head.columns.has_any(&["姓", "名", "last name", "first name", "given name"])
    },
    open: |head, _| Box::new(Contacts::new(head)),
};

/// In the order of importance.
const ADDRESSES: [&str; 9] = [
    "電子メール アドレス",
    "電子メール 2 アドレス",
    "電子メール 3 アドレス",
    "e-mail address",
    "e-mail 2 address",
    "e-mail 3 address",
    "e-mail 1 - value",
    "e-mail 2 - value",
    "e-mail 3 - value",
];

/// Columns that tell how a name is read, of the same person's two names each.
const READINGS: [&[&str]; 6] = [
    &["姓 (フリガナ)", "名 (フリガナ)"],
    &["姓フリガナ", "名フリガナ"],
    &["フリガナ (姓)", "フリガナ (名)"],
    &["姓（フリガナ）", "名（フリガナ）"],
    &["last name phonetic", "first name phonetic"],
    &["phonetic last name", "phonetic first name"],
];

struct Contacts {
    columns: Columns,
    /// Positions and titles of the address columns.
    addresses: Vec<(usize, String)>,
    unreadable: u64,
}

impl Contacts {
    fn new(head: &Head) -> Contacts {
        let title = |at: usize| head.header.get(at).map_or("", |it| it.trim()).to_owned();
        let found = ADDRESSES.iter().filter_map(|it| head.columns.at(&[it]));
        Contacts {
            columns: head.columns.clone(),
            addresses: found.map(|it| (it, title(it))).collect(),
            unreadable: 0,
        }
    }

    fn joined(&self, cells: &[&str], names: &[&str]) -> String {
        let parts = names.iter().map(|it| cell(cells, self.columns.at(&[it])));
        parts.filter(|it| !it.is_empty()).collect::<Vec<&str>>().join(" ")
    }

    fn name(&self, cells: &[&str]) -> String {
        let western = ["first name", "middle name", "last name"];
        [
            self.joined(cells, &["姓", "名"]),
            self.joined(cells, &western),
            self.joined(cells, &["given name", "family name"]),
            self.joined(cells, &["name"]),
            self.joined(cells, &["電子メール表示名"]),
            self.joined(cells, &["e-mail display name"]),
        ]
        .into_iter()
        .find(|it| !it.is_empty())
        .unwrap_or_default()
    }

    fn first(&self, cells: &[&str], kinds: &[&[&str]]) -> String {
        let joined = kinds.iter().map(|it| self.joined(cells, it));
        joined.into_iter().find(|it| !it.is_empty()).unwrap_or_default()
    }

    fn entry(&self, cells: &[&str]) -> ListEntry {
        let mut addresses: Vec<String> = Vec::new();
        for (at, _) in &self.addresses {
            for found in address::all_in(cell(cells, Some(*at))) {
                if !addresses.contains(&found) {
                    addresses.push(found);
                }
            }
        }
        let companies = ["会社名", "company", "organization 1 - name", "organization name"];
        let company = companies.iter().map(|it| self.joined(cells, &[it]));
        ListEntry {
            addresses,
            name: self.name(cells),
            organisation: company.into_iter().find(|it| !it.is_empty()).unwrap_or_default(),
            furigana: self.first(cells, &READINGS),
            honorific: self.first(cells, &[&["敬称"], &["title"]]),
        }
    }
}

impl RowReader for Contacts {
    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Cells(cells) = row else {
            return Content::Reject(Reject { reason: "no table row".into(), ..Reject::default() });
        };
        let entry = self.entry(cells);
        self.unreadable += u64::from(entry.addresses.is_empty());
        record(entry, &self.columns.value(cells))
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        let RawRow::Cells(cells) = row else { return Value::Null };
        canonical::form(&self.columns.value(cells)).unwrap_or_default()
    }

    fn finish(&mut self, reading: &mut Reading) {
        reading.unreadable = self.unreadable;
        let titles: Vec<&str> = self.addresses.iter().map(|it| it.1.as_str()).collect();
        reading.address_column = titles.join(", ");
    }
}
