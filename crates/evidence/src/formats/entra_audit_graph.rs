//! Microsoft Graph `directoryAudit` objects: the API's answer, the portal's JSON download, and what
//! PowerShell makes of them.

use model::Kind;

use crate::{
    format::{Format, Shape},
    normal::entra::{self, Sort},
};

pub(super) const FORMAT: Format = Format {
    id: "entra_audit_graph",
    kind: Kind::EntraAudit,
    name: "Microsoft Graph `directoryAudit` objects (API, portal JSON)",
    proves: "who changed what in the directory, and from which address",
    reference: "Microsoft Graph: directoryAudit resource type",
    recognises: |head| {
        head.shape == Shape::Json
            && !entra::is_sentinel(&head.first)
            && entra::sort(&head.first) == Sort::Audit
    },
    open: entra::Rows::open,
};
