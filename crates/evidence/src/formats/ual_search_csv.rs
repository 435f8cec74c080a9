//! `Search-UnifiedAuditLog | Export-Csv`: ten columns, thirteen with remoting, four when selected.
//! With or without the `#TYPE` line of Windows PowerShell. The old Purview portal wrote the same
//! four columns.

use model::Kind;

use crate::{format::Format, normal::ual_table::Table};

pub(super) const FORMAT: Format = Format {
    id: "ual_search_csv",
    kind: Kind::Ual,
    name: "`Search-UnifiedAuditLog` as CSV",
    proves: "what was done with which account: sign-ins, mailbox access, files, settings",
    reference: "Microsoft Learn: Search-UnifiedAuditLog; Export, configure, and view audit log records",
    recognises: |head| {
        Table::recognises(&head.columns) && head.columns.has_any(&["userids", "operations"])
    },
    open: |head, _| Box::new(Table::new(head)),
};
