//! Mailbox files of Outlook, as Outlook, Exchange and Purview write them: every item of every
//! folder, and the nickname cache among the hidden ones.

use model::{Attached, Content, ItemKind, Kind, Party, Reject, Role};
use serde_json::Value as Json;

use super::list_nk2::person;
use crate::{
    canonical,
    format::{Format, RawRow, RowReader, Shape},
    normal::{
        item,
        mapi::{self, Properties},
    },
    rows::{
        nk2,
        property::{Names, View},
        pst::{Attachment, Stored},
    },
};

pub(super) const FORMAT: Format = Format {
    id: "mailbox_pst",
    kind: Kind::Mailbox,
    name: "mailbox file of Outlook (PST, also from Purview)",
    proves: "what stood in which folder when it was exported: mails with their recipients and attachments, contacts, distribution lists, the nickname cache",
    reference: "MS-PST, MS-OXPROPS",
    recognises: |head| head.shape == Shape::Pst,
    open: |_, _| Box::new(Items),
};

/// Numbers of properties (MS-OXPROPS).
const SEARCH_KEY: u16 = 0x300b;
const SOURCE_KEY: u16 = 0x65e0;
const STREAM: u16 = 0x7c09;
const METHOD: u16 = 0x3705;
const NAME: u16 = 0x3001;
/// `PidTagAttachMethod`: a message attached as such.
const EMBEDDED: i64 = 5;

struct Items;

impl RowReader for Items {
    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Stored(stored, names) = row else {
            return Content::Reject(Reject { reason: "no item".into(), ..Reject::default() });
        };
        let (item, losses) = told(stored, names);
        item::content(item, losses)
    }

    fn broken(&mut self, _cells: &[&str], text: &str, reason: &str) -> Reject {
        Reject { reason: format!("{reason} ({text})"), ..Reject::default() }
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Json {
        match row {
            RawRow::Stored(stored, names) => item::form(&told(stored, names).0),
            RawRow::Line(place) => {
                canonical::form(&Json::String(place.to_owned())).unwrap_or_default()
            }
            _ => Json::Null,
        }
    }
}

fn told(stored: &Stored, names: &Names) -> (model::MailboxItem, u32) {
    let view = stored.view(&stored.values, names);
    let recipients: Vec<View<'_>> =
        stored.recipients.iter().map(|it| stored.view(it, names)).collect();
    let recipients: Vec<&dyn Properties> = recipients.iter().map(|it| it as _).collect();
    let attached = stored.attachments.iter().map(|it| attachment(stored, it, names)).collect();
    let (mut item, losses) = mapi::item(&view, &recipients, attached);
    item.mailbox.clone_from(&stored.mailbox);
    item.folder.clone_from(&stored.folder);
    // The same in every export of the item; the node's number is another in each file.
    let id = [SOURCE_KEY, SEARCH_KEY].map(|id| view.bytes(id));
    item.item_id =
        id.iter().find(|it| !it.is_empty()).map_or(String::new(), |it| canonical::hex(it));
    let stream = view.bytes(STREAM);
    if stream.starts_with(nk2::MAGIC) {
        item.kind = ItemKind::List;
        item.parties = remembered(&stream);
    }
    (item, losses + stored.losses)
}

/// The people in a nickname cache, each once.
fn remembered(stream: &[u8]) -> Vec<Party> {
    let mut found: Vec<Party> = Vec::new();
    nk2::rows(stream, &mut |row| {
        let it = person(&row.values);
        let party = Party { role: Role::Contact, organisation: String::new(), ..it };
        if !found.contains(&party) {
            found.push(party);
        }
        true
    });
    found
}

fn attachment(stored: &Stored, it: &Attachment, names: &Names) -> Attached {
    let view = stored.view(&it.values, names);
    let name = view.text(NAME);
    let embedded = view.number(METHOD) == Some(EMBEDDED);
    let mut attached = mapi::attached(&view, embedded.then_some(name.as_str()));
    if let Some(size) = it.size {
        // What the store says of the size counts its own properties too.
        attached.size = i64::try_from(size).unwrap_or(i64::MAX);
        attached.sha256.clone_from(&it.sha256);
    }
    attached
}
