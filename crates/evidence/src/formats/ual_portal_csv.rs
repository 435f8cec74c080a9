//! The Purview portal's audit search export: `RecordId,CreationDate,RecordType,Operation,UserId,AuditData…`.

use model::Kind;

use crate::{format::Format, normal::ual_table::Table};

pub(super) const FORMAT: Format = Format {
    id: "ual_portal_csv",
    kind: Kind::Ual,
    name: "Purview portal CSV, old and new",
    proves: "what was done with which account: sign-ins, mailbox access, files, settings",
    reference: "Microsoft Learn: Export, configure, and view audit log records",
    recognises: |head| {
        Table::recognises(&head.columns) && head.columns.has_all(&["recordid", "operation"])
    },
    open: |head, _| Box::new(Table::new(head)),
};
