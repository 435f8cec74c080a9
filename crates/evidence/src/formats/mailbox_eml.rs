//! A mail in a file of its own.

use model::{Content, Kind, Reject};
use serde_json::Value;

use crate::{
    format::{Format, RawRow, RowReader, Shape},
    normal::{charset, headers, item, mime},
};

pub(super) const FORMAT: Format = Format {
    id: "mailbox_eml",
    kind: Kind::Mailbox,
    name: "Mail file (EML)",
    proves: "that the mail stood in the mailbox it was exported from, whom it names and what it carries",
    reference: "RFC 5322, RFC 2045 to 2047, RFC 3464, MS-OXTNEF",
    recognises: |head| head.shape == Shape::Mail,
    open: |_, _| Box::new(Eml),
};

struct Eml;

impl RowReader for Eml {
    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Mail(bytes) = row else { return no_mail() };
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        match mime::read(bytes) {
            Some(read) => item::content(read.item, read.losses),
            None => no_mail(),
        }
    }

    fn broken(&mut self, _cells: &[&str], text: &str, reason: &str) -> Reject {
        lead(text, reason)
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        canonical(self.read(row))
    }
}

/// The reject of what has no header field at all.
pub(super) fn no_mail() -> Content {
    let reason = "no header field of a mail in it".to_owned();
    Content::Reject(Reject { reason, ..Reject::default() })
}

/// The reject of a mail that is not read, with what its first header fields tell.
pub(super) fn lead(text: &str, reason: &str) -> Reject {
    let (it, _) = headers::of_text(&charset::text(text.as_bytes(), None).0);
    Reject {
        reason: reason.to_owned(),
        at: it.at,
        operation: "Mail".to_owned(),
        account: it.parties.first().map(|it| it.address.clone()).unwrap_or_default(),
    }
}

/// The canonical value of an item: what it says, for its markup is spelt differently in each export.
pub(super) fn canonical(content: Content) -> Value {
    match content {
        Content::Record(record) => match &record.what {
            model::What::Item(it) => item::form(it),
            _ => Value::Null,
        },
        Content::Reject(_) => Value::Null,
    }
}
