//! The directory audit out of a Log Analytics workspace (Microsoft Sentinel): table AuditLogs, whose
//! initiator and targets are JSON or JSON as text.

use model::Kind;

use crate::{
    format::Format,
    normal::entra::{self, Sort},
};

pub(super) const FORMAT: Format = Format {
    id: "entra_audit_sentinel",
    kind: Kind::EntraAudit,
    name: "Sentinel AuditLogs (JSON, CSV)",
    proves: "who changed what in the directory, and from which address",
    reference: "Azure Monitor: table reference, AuditLogs",
    recognises: |head| {
        entra::first(head)
            .is_some_and(|it| entra::is_sentinel(&it) && entra::sort(&it) == Sort::Audit)
    },
    open: entra::Rows::open,
};
