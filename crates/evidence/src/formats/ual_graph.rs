//! Microsoft Graph `auditLogQuery` records: the audit record in `auditData`. Also as
//! Microsoft-Extractor-Suite `Get-UALGraph` and PowerShell write them.

use model::Kind;

use crate::{
    format::Format,
    normal::{
        json,
        ual_wrapped::{Silence, Wrapped},
    },
};

pub(super) const FORMAT: Format = Format {
    id: "ual_graph",
    kind: Kind::Ual,
    name: "Microsoft Graph `auditLogQuery` records, also of Microsoft-Extractor-Suite `Get-UALGraph`",
    proves: "what was done with which account: sign-ins, mailbox access, files, settings",
    reference: "Microsoft Graph: auditLogRecord resource type",
    recognises: |head| {
        json::all_in(&head.keys, &["auditData", "createdDateTime"])
            && json::any_in(&head.keys, &["auditLogRecordType", "operation"])
    },
    open: |head, _| {
        Wrapped::open(head, (|row, _| super::ual_search_json::wrapped(row), Silence::Log), &[], "")
    },
};
