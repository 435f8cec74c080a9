//! The directory audit as Azure Monitor writes it to an event hub or a storage account: an envelope
//! around a Graph object.

use model::Kind;

use crate::{
    format::{Format, Shape},
    normal::entra::{self, Sort},
};

pub(super) const FORMAT: Format = Format {
    id: "entra_audit_diagnostic",
    kind: Kind::EntraAudit,
    name: "Entra diagnostic settings: AuditLogs (event hub, storage account)",
    proves: "who changed what in the directory, and from which address",
    reference: "Microsoft Learn: Stream Microsoft Entra activity logs; observed records",
    recognises: |head| {
        head.shape == Shape::Json
            && entra::is_diagnostic(&head.first)
            && entra::first(head).is_some_and(|it| entra::sort(&it) == Sort::Audit)
    },
    open: entra::Rows::open,
};
