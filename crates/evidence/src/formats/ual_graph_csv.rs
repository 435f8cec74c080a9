//! Microsoft Graph `auditLogQuery` records as a table: the columns bear Graph's names, and
//! `auditData` is JSON text. Microsoft-Extractor-Suite `Get-UALGraph -Output CSV`.

use model::Kind;

use crate::{format::Format, normal::ual_table::Table};

pub(super) const FORMAT: Format = Format {
    id: "ual_graph_csv",
    kind: Kind::Ual,
    name: "Microsoft Graph `auditLogQuery` records as CSV (Microsoft-Extractor-Suite `Get-UALGraph`)",
    proves: "what was done with which account: sign-ins, mailbox access, files, settings",
    reference: "Microsoft Graph: auditLogRecord resource type",
    recognises: |head| {
        Table::recognises(&head.columns)
            && head.columns.has_any(&["auditlogrecordtype", "createddatetime"])
    },
    open: |head, _| Box::new(Table::new(head)),
};
