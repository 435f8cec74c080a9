//! Microsoft Graph `auditLogQuery` records: the audit record in `auditData`.

use model::Kind;

use crate::{
    format::Format,
    normal::{json, ual_table::Objects},
};

pub(super) const FORMAT: Format = Format {
    id: "ual_graph",
    kind: Kind::Ual,
    name: "Microsoft Graph `auditLogQuery` records",
    proves: "what was done with which account: sign-ins, mailbox access, files, settings",
    reference: "Microsoft Graph: auditLogRecord resource type",
    recognises: |head| {
        json::all_in(&head.keys, &["auditData", "createdDateTime"])
            && json::any_in(&head.keys, &["auditLogRecordType", "operation"])
    },
    open: |_, _| Box::new(Objects),
};
