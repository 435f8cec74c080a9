//! Microsoft Graph `directoryAudit` objects: the API's answer, the portal's JSON download, and what
//! PowerShell makes of them, also as CSV, where initiator and targets may be lost.

use model::Kind;

use crate::{
    format::Format,
    normal::entra::{self, Sort},
};

pub(super) const FORMAT: Format = Format {
    id: "entra_audit_graph",
    kind: Kind::EntraAudit,
    name: "Microsoft Graph `directoryAudit` objects (API, portal JSON, PowerShell CSV)",
    proves: "who changed what in the directory, and from which address",
    reference: "Microsoft Graph: directoryAudit resource type",
    recognises: |head| {
        entra::first(head)
            .is_some_and(|it| !entra::is_sentinel(&it) && entra::sort(&it) == Sort::Audit)
    },
    open: entra::Rows::open,
};
