//! Mailboxes and recipients of Exchange as objects: `Get-Mailbox` with `ConvertTo-Json` or
//! `Export-Clixml`.

use model::{Content, Kind};
use serde_json::Value;

use crate::{
    canonical,
    format::{Format, RawRow, RowReader},
    normal::{json, mailbox, setting::Fields},
};

pub(super) const FORMAT: Format = Format {
    id: "inventory_mailbox_objects",
    kind: Kind::Inventory,
    name: "`Get-Mailbox`, `Get-EXOMailbox`, `Get-Recipient` as JSON or CliXML",
    proves: "which mailboxes exist, of which type, and their other addresses; where it has the fields, how they forward and what of them is audited",
    reference: "Microsoft Learn: Get-Mailbox; Get-Recipient",
    recognises: |head| {
        json::any_in(&head.keys, &["PrimarySmtpAddress", "WindowsEmailAddress"])
            && json::any_in(
                &head.keys,
                &[
                    "RecipientTypeDetails",
                    "RecipientType",
                    "EmailAddresses",
                    "ExternalDirectoryObjectId",
                ],
            )
    },
    open: |_, _| Box::new(Objects),
};

struct Objects;

impl RowReader for Objects {
    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Json(value) = row else { return mailbox::no_row() };
        mailbox::record(&Fields::of_json(value), value)
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        let RawRow::Json(value) = row else { return Value::Null };
        canonical::form(value).unwrap_or_default()
    }
}
