//! Mailboxes and recipients of Exchange: `Get-Mailbox`, `Get-EXOMailbox`, `Get-Recipient` with
//! `Export-Csv`.

use model::{Content, Kind, Reject};
use serde_json::Value;

use crate::{
    canonical,
    format::{Format, RawRow, RowReader},
    normal::{
        columns::{Columns, cell},
        directory, signin,
    },
};

pub(super) const FORMAT: Format = Format {
    id: "inventory_mailbox_csv",
    kind: Kind::Inventory,
    name: "`Get-Mailbox`, `Get-EXOMailbox`, `Get-Recipient` as CSV",
    proves: "which mailboxes exist, of which type, and their other addresses",
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

/// Other names of the same mailbox, each in a column of its own.
const NAMES: [&str; 8] = [
    "windowsemailaddress",
    "windowsliveid",
    "microsoftonlineservicesid",
    "externaldirectoryobjectid",
    "exchangeguid",
    "guid",
    "legacyexchangedn",
    "externalemailaddress",
];

struct Table {
    columns: Columns,
}

impl RowReader for Table {
    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Cells(cells) = row else {
            return Content::Reject(Reject { reason: "no table row".into(), ..Reject::default() });
        };
        let get = |names: &[&str]| cell(cells, self.columns.at(names)).to_owned();
        let disabled = signin::yes_no(&get(&["accountdisabled"]));
        let found = directory::Found {
            upn: get(&["userprincipalname", "windowsliveid"]),
            primary: get(&["primarysmtpaddress", "windowsemailaddress"]),
            others: NAMES.iter().map(|it| get(&[it])).collect(),
            proxies: get(&["emailaddresses", "proxyaddresses"]),
            name: get(&["displayname", "name"]),
            kind: get(&["recipienttypedetails", "recipienttype"]),
            enabled: disabled.map(|it| !it),
        };
        directory::record(found, &self.columns.value(cells))
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        let RawRow::Cells(cells) = row else { return Value::Null };
        canonical::form(&self.columns.value(cells)).unwrap_or_default()
    }
}
