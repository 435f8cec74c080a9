//! Mailboxes and recipients of Exchange: `Get-Mailbox`, `Get-EXOMailbox`, `Get-Recipient` with
//! `Export-Csv`.

use model::{Content, Kind};
use serde_json::Value;

use crate::{
    canonical,
    format::{Format, RawRow, RowReader},
    normal::{columns::Columns, mailbox, setting::Fields},
};

pub(super) const FORMAT: Format = Format {
    id: "inventory_mailbox_csv",
    kind: Kind::Inventory,
    name: "`Get-Mailbox`, `Get-EXOMailbox`, `Get-Recipient` as CSV",
    proves: "which mailboxes exist, of which type, and their other addresses; where it has the columns, how they forward and what of them is audited",
    reference: "Microsoft Learn: Get-Mailbox; Get-Recipient",
    recognises: |head| {
        head.columns.has_any(&["primarysmtpaddress", "windowsemailaddress"])
            && head.columns.has_any(&[
                "recipienttypedetails",
                "recipienttype",
                "emailaddresses",
                "externaldirectoryobjectid",
                "userprincipalname",
                "legacyexchangedn",
            ])
    },
    open: |head, _| Box::new(Table { columns: head.columns.clone() }),
};

struct Table {
    columns: Columns,
}

impl RowReader for Table {
    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Cells(cells) = row else { return mailbox::no_row() };
        let fields = Fields::of_cells(&self.columns, cells);
        mailbox::record(&fields, &self.columns.value(cells))
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        let RawRow::Cells(cells) = row else { return Value::Null };
        canonical::form(&self.columns.value(cells)).unwrap_or_default()
    }
}
