//! Lists of items that Purview writes beside what it exports: `Results.csv` of a content search,
//! `Items.csv` of a newer export, and the load file of a review set. Their columns differ.

use model::{Content, Kind, MailboxItem, Party, Reject, Role};
use serde_json::Value;

use super::mailbox_eml::canonical;
use crate::{
    format::{Format, Head, RawRow, ReadOptions, RowReader, Shape},
    normal::{
        address,
        columns::{Columns, cell},
        date::{self, Survey},
        headers, item, name, signin,
    },
};

pub(super) const FORMAT: Format = Format {
    id: "mailbox_items_csv",
    kind: Kind::Mailbox,
    name: "Purview item list (`Items.csv`, `Results.csv`, load file)",
    proves: "which items an export holds, in which mailbox and folder they stood and whom they name",
    reference: "Microsoft Purview: export reports, document metadata fields in eDiscovery",
    recognises: |head| {
        let has = |names: &[&str]| head.columns.has_any(names);
        matches!(head.shape, Shape::Csv | Shape::Workbook)
            && has(SUBJECT)
            && has(SENDER)
            && has(&[TO, EXPANDED].concat())
            && has(&[PATH, LOCATION, ID, &["item identity", "immutable id", "file id", "file_id"]]
                .concat())
            && has(MARKS)
    },
    open: |head, options| Box::new(Items::new(head, options)),
};

/// Columns that only such a list has.
const MARKS: &[&str] = &[
    "subject or title",
    "sender or created by",
    "item identity",
    "location name",
    "location_name",
    "email_subject",
    "email_sender",
    "compound path",
    "compound_path",
    "immutable id",
    "immutable_id",
    "original path",
];
const SUBJECT: &[&str] = &["subject or title", "subject/title", "email_subject", "subject", "件名"];
const SENDER: &[&str] =
    &["sender or created by", "sender/author", "email_sender", "sender", "from", "差出人"];
const TO: &[&str] = &["recipients in to line", "email_to", "to", "宛先"];
const CC: &[&str] = &["recipients in cc line", "email_cc", "cc"];
const BCC: &[&str] = &["recipients in bcc line", "email_bcc", "bcc"];
/// What groups were expanded to names more people than the line itself.
const EXPANDED: &[&str] = &["to - expanded", "to – expanded"];
const CC_EXPANDED: &[&str] = &["cc - expanded", "cc – expanded"];
const BCC_EXPANDED: &[&str] = &["bcc - expanded", "bcc – expanded"];
const SENT: &[&str] = &["sent", "date sent", "email_date_sent", "sent date", "送信日時"];
const RECEIVED: &[&str] = &[
    "received or created",
    "received",
    "date received",
    "email_date_received",
    "received date",
    "date",
];
const ID: &[&str] = &[
    "internet message id",
    "internetmessageid",
    "email_internet_message_id",
    "internet_message_id",
    "message id",
    "email_message_id",
];
const ITEM: &[&str] = &[
    "item identity",
    "immutable id",
    "immutable_id",
    "item id",
    "item_id",
    "document id",
    "file id",
    "file_id",
];
const PATH: &[&str] = &[
    "original path",
    "original_path",
    "original file path",
    "compound path",
    "compound_path",
    "folder path",
    "document path",
    "path",
];
const LOCATION: &[&str] =
    &["location name", "location_name", "mailbox", "location", "custodian", "email owner"];
const CLASS: &[&str] = &["item class", "itemclass", "item_class", "type", "message kind"];
const SIZE: &[&str] = &["size", "native_size", "size (bytes)", "file size"];
const ATTACHED: &[&str] = &["has attachments", "has attachment", "email_has_attachment"];
const NAMES: &[&str] = &["attachment names", "attachment_names", "attachments"];

struct Items {
    columns: Columns,
    dates: Survey,
    zone: String,
    undated: u64,
}

impl Items {
    fn new(head: &Head, options: &ReadOptions) -> Items {
        // Purview writes UTC unless somebody states otherwise.
        let zone = options.declared_zone.clone().unwrap_or_default();
        Items { columns: head.columns.clone(), dates: Survey::default(), zone, undated: 0 }
    }

    fn get<'a>(&self, cells: &[&'a str], names: &[&str]) -> &'a str {
        let found = names.iter().map(|it| cell(cells, self.columns.at(&[it])));
        found.map(signin::said).find(|it| !it.is_empty()).unwrap_or_default()
    }

    fn time(&self, text: &str) -> Option<i64> {
        date::parse_iso(text).or_else(|| date::parse(text, self.dates.order()?, &self.zone))
    }

    fn item(&mut self, cells: &[&str]) -> Result<(MailboxItem, u32), &'static str> {
        let get = |names: &[&str]| self.get(cells, names);
        let (sent, received) = (get(SENT), get(RECEIVED));
        let (path, location) = (get(PATH), get(LOCATION));
        let mailbox = address::all_in(location).into_iter().next().unwrap_or_default();
        let class = item::kind_of_class(get(CLASS).split_whitespace().next().unwrap_or_default());
        let is_class = get(CLASS).to_ascii_uppercase().starts_with("IPM")
            || get(CLASS).to_ascii_uppercase().starts_with("REPORT");
        let mut it = MailboxItem {
            folder: folder(path, &mailbox),
            mailbox,
            kind: class.filter(|_| is_class).unwrap_or_default(),
            sent: self.time(sent),
            message_id: name::message_id(get(ID)),
            item_id: get(ITEM).to_owned(),
            subject: get(SUBJECT).to_owned(),
            size: get(SIZE).replace(',', "").parse().unwrap_or(-1),
            ..MailboxItem::default()
        };
        it.at = self.time(received).or(it.sent);
        if it.subject.is_empty() && it.item_id.is_empty() && it.message_id.is_empty() {
            return Err("neither subject nor id of an item");
        }
        it.parties = people(Role::From, get(SENDER));
        for (role, line, expanded) in
            [(Role::To, TO, EXPANDED), (Role::Cc, CC, CC_EXPANDED), (Role::Bcc, BCC, BCC_EXPANDED)]
        {
            let more = people(role, get(expanded));
            let plain = people(role, get(line));
            let known = |it: &Party| more.iter().any(|more| more.address == it.address);
            let rest: Vec<Party> =
                plain.into_iter().filter(|it| more.is_empty() || !known(it)).collect();
            it.parties.extend(rest);
            it.parties.extend(more);
        }
        let names = get(NAMES).split(';').map(str::trim).filter(|it| !it.is_empty());
        it.attachments = names
            .filter(|it| it.parse::<u64>().is_err())
            .map(|it| model::Attached { name: item::tidy(it), size: -1, sha256: String::new() })
            .collect();
        let dated = !(sent.is_empty() && received.is_empty());
        let undated = dated && it.at.is_none();
        let has = ["true", "yes", "1"].iter().any(|yes| get(ATTACHED).eq_ignore_ascii_case(yes));
        let losses = u32::from(undated) + u32::from(has && it.attachments.is_empty());
        self.undated += u64::from(undated);
        Ok((it, losses))
    }
}

impl RowReader for Items {
    fn needs_survey(&self) -> bool {
        true
    }

    fn survey(&mut self, row: RawRow<'_>) {
        if let RawRow::Cells(cells) = row {
            self.dates.feed(self.get(cells, SENT));
            self.dates.feed(self.get(cells, RECEIVED));
        }
    }

    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Cells(cells) = row else {
            return Content::Reject(Reject { reason: "no table row".into(), ..Reject::default() });
        };
        match self.item(cells) {
            Ok((it, losses)) => item::content(it, losses),
            Err(reason) => Content::Reject(self.broken(cells, "", reason)),
        }
    }

    fn broken(&mut self, cells: &[&str], _text: &str, reason: &str) -> Reject {
        let at = self.time(self.get(cells, RECEIVED)).or_else(|| self.time(self.get(cells, SENT)));
        let account = address::all_in(self.get(cells, LOCATION)).into_iter().next();
        let account = account.unwrap_or_default();
        Reject { reason: reason.to_owned(), at, operation: "Mail".to_owned(), account }
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        canonical(self.read(row))
    }

    fn finish(&mut self, reading: &mut model::Reading) {
        if self.undated > 0 {
            reading.warnings.push(("ambiguous_dates".to_owned(), self.undated.to_string()));
        }
    }
}

/// Everybody in a cell: `Name <a@b>`, bare addresses, bare names, between `;`.
fn people(role: Role, text: &str) -> Vec<Party> {
    let mut found: Vec<Party> = Vec::new();
    for entry in text.split([';', '\n']).map(str::trim).filter(|it| !it.is_empty()) {
        let addresses = address::all_in(entry);
        match addresses.as_slice() {
            [one] => {
                let name = entry.rsplit_once('<').map_or("", |it| it.0);
                found.push(item::party(role, one, name));
            }
            [] => found.push(item::party(role, "", entry)),
            several => found.extend(several.iter().map(|it| item::party(role, it, ""))),
        }
        if found.len() >= headers::PARTIES {
            break;
        }
    }
    found
}

/// The folder in a path such as `a@b.jp, Primary, 1f2e…/a@b.jp (Primary)/Top of Information Store/Inbox/x.msg`.
fn folder(path: &str, mailbox: &str) -> String {
    const ROOTS: [&str; 6] = [
        "top of information store",
        "インフォメーション ストアの先頭",
        "root",
        "ipm_subtree",
        "top of personal folders",
        "top of outlook data file",
    ];
    let mut parts: Vec<&str> =
        path.split(['/', '\\']).map(str::trim).filter(|it| !it.is_empty()).collect();
    let lower = |it: &str| it.to_lowercase();
    if let Some(at) = parts.iter().position(|it| ROOTS.contains(&lower(it).as_str())) {
        parts.drain(..=at);
    } else {
        let owner = |it: &&str| {
            (!mailbox.is_empty() && lower(it).contains(mailbox)) || lower(it).ends_with(".pst")
        };
        let named = parts.iter().take_while(|it| owner(it)).count();
        parts.drain(..named);
    }
    // The item itself ends the path.
    let last = parts.last().map(|it| lower(it)).unwrap_or_default();
    if [".msg", ".eml", ".ics", ".vcf"].iter().any(|it| last.ends_with(it)) {
        parts.pop();
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::What;

    fn read(header: &[&str], cells: &[&str]) -> MailboxItem {
        let head = Head { columns: Columns::new(header), ..Head::default() };
        assert!((FORMAT.recognises)(&head), "{header:?}");
        let mut reader = (FORMAT.open)(&head, &ReadOptions::default());
        reader.survey(RawRow::Cells(cells));
        match reader.read(RawRow::Cells(cells)) {
            Content::Record(record) => match record.what {
                What::Item(it) => *it,
                other => panic!("{other:?}"),
            },
            Content::Reject(it) => panic!("{it:?}"),
        }
    }

    #[test]
    fn three_versions_of_the_list_say_the_same() {
        let old = read(
            &[
                "Item Identity",
                "Original Path",
                "Location Name",
                "Subject or Title",
                "Sender or Created by",
                "Recipients in To line",
                "To - Expanded",
                "Sent",
                "Received or Created",
            ],
            &[
                "id1",
                "a@b.jp\\Top of Information Store\\受信トレイ\\顧客\\x.msg",
                "a@b.jp",
                "件名",
                "\"山田\" <y@c.jp>",
                "Team; Taro <t@d.jp>",
                "t@d.jp;m@d.jp",
                "2025-10-21T09:00:00",
                "10/21/2025 9:00:05 AM",
            ],
        );
        let now = read(
            &[
                "Immutable ID",
                "Email_subject",
                "Email_sender",
                "Email_to",
                "Email_date_sent",
                "Email_date_received",
                "Location_name",
                "Compound_path",
            ],
            &[
                "id1",
                "件名",
                "山田 <y@c.jp>",
                "Team;t@d.jp;m@d.jp",
                "2025-10-21T09:00:00Z",
                "2025-10-21T09:00:05Z",
                "a@b.jp",
                "a@b.jp/受信トレイ/顧客/x.msg",
            ],
        );
        assert_eq!((old.folder.as_str(), old.mailbox.as_str()), ("受信トレイ/顧客", "a@b.jp"));
        assert_eq!((&old.sent, &old.at, &old.parties), (&now.sent, &now.at, &now.parties));
        assert_eq!((&old.folder, &old.item_id), (&now.folder, &now.item_id));
        let people: Vec<(&str, &str)> =
            old.parties.iter().map(|it| (it.address.as_str(), it.name.as_str())).collect();
        assert_eq!(people, [("y@c.jp", "山田"), ("", "Team"), ("t@d.jp", ""), ("m@d.jp", "")]);
    }
}
