//! Audit records that went through Splunk: the columns of the cmdlet beside `_raw` and `_time`.
//! Rows the collector cut have an empty `AuditData`: they are rejects with their wrapper's lead.

use model::Kind;

use crate::{format::Format, normal::ual_table::Table};

pub(super) const FORMAT: Format = Format {
    id: "ual_splunk_csv",
    kind: Kind::Ual,
    name: "audit log as a Splunk search exports it",
    proves: "what was done with which account: sign-ins, mailbox access, files, settings",
    reference: "Splunk: Export search results; fields of Search-UnifiedAuditLog",
    recognises: |head| Table::recognises(&head.columns) && head.columns.has("_raw"),
    open: |head, _| Box::new(Table::new(head)),
};
