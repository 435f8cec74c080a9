//! Risk detections and risky users of Entra ID Protection: Graph objects, diagnostic settings
//! (UserRiskEvents, RiskyUsers), Sentinel tables, and tables PowerShell makes of them.

use model::Kind;

use crate::{
    format::Format,
    normal::entra::{self, Sort},
};

pub(super) const FORMAT: Format = Format {
    id: "entra_risk",
    kind: Kind::EntraAudit,
    name: "Entra risk detections and risky users (Graph, diagnostic settings, Sentinel, CSV)",
    proves: "what Microsoft held to be risky; listed beside the sign-ins, never one itself",
    reference: "Microsoft Graph: riskDetection and riskyUser resource types",
    recognises: |head| entra::first(head).is_some_and(|it| entra::sort(&it) == Sort::Risk),
    open: entra::Rows::open,
};
