//! Microsoft Graph `signIn` objects: the API's answer (v1.0 and beta), the portal's JSON download,
//! and what PowerShell makes of them, with its keys in PascalCase.

use model::Kind;

use crate::{
    format::{Format, Shape},
    normal::{
        entra::{self, Sort},
        json,
    },
};

pub(super) const FORMAT: Format = Format {
    id: "signins_graph",
    kind: Kind::Signins,
    name: "Microsoft Graph `signIn` objects (v1.0, beta, portal JSON)",
    proves: "who signed in, or tried to, from where, with what and with which outcome",
    reference: "Microsoft Graph: signIn resource type (beta)",
    recognises: |head| {
        head.shape == Shape::Json
            && json::all_in(&head.keys, &["createdDateTime", "status"])
            && !entra::is_sentinel(&head.first)
            && entra::sort(&head.first) == Sort::SignIn
    },
    open: entra::Rows::open,
};
