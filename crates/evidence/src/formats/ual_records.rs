//! Bare audit records: an array, one a line, or one after another; also the cmdlet's JSON, which
//! wraps each in `AuditData`.

use model::Kind;

use crate::{
    format::Format,
    normal::{json, ual_table::Objects},
};

pub(super) const FORMAT: Format = Format {
    id: "ual_records",
    kind: Kind::Ual,
    name: "bare audit records (array, one a line, or one after another) and `Search-UnifiedAuditLog` as JSON",
    proves: "what was done with which account: sign-ins, mailbox access, files, settings",
    reference: "Microsoft Learn: Office 365 Management Activity API schema",
    recognises: |head| {
        let bare = json::all_in(&head.keys, &["CreationTime", "Operation"])
            && json::any_in(&head.keys, &["Workload", "UserId", "RecordType", "OrganizationId"]);
        bare || (json::any_in(&head.keys, &["AuditData"])
            && json::any_in(&head.keys, &["Operations", "CreationDate"]))
    },
    open: |_, _| Box::new(Objects),
};
