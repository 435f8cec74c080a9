//! Sign-ins out of a Log Analytics workspace (Microsoft Sentinel): four tables with columns in
//! PascalCase, whose nested parts are JSON or, in some tables and every CSV, JSON as text.

use model::Kind;

use crate::{
    format::Format,
    normal::entra::{self, Sort},
};

pub(super) const FORMAT: Format = Format {
    id: "signins_sentinel",
    kind: Kind::Signins,
    name: "Sentinel SigninLogs, AADNonInteractiveUserSignInLogs and those of services (JSON, CSV)",
    proves: "who signed in, or tried to, from where, with what and with which outcome",
    reference: "Azure Monitor: table reference, SigninLogs, AADNonInteractiveUserSignInLogs",
    recognises: |head| {
        entra::first(head)
            .is_some_and(|it| entra::is_sentinel(&it) && entra::sort(&it) == Sort::SignIn)
    },
    open: entra::Rows::open,
};
