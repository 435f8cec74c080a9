//! Sign-ins as Azure Monitor writes them to an event hub or a storage account: an envelope around a
//! Graph object. Its `time` is when it was written; the sign-in's own time stands inside.

use model::Kind;

use crate::{
    format::{Format, Shape},
    normal::entra::{self, Sort},
};

pub(super) const FORMAT: Format = Format {
    id: "signins_diagnostic",
    kind: Kind::Signins,
    name: "Entra diagnostic settings: sign-ins of all four streams (event hub, storage account)",
    proves: "who signed in, or tried to, from where, with what and with which outcome",
    reference: "Microsoft Learn: Stream Microsoft Entra activity logs; observed records",
    recognises: |head| {
        head.shape == Shape::Json
            && entra::is_diagnostic(&head.first)
            && entra::first(head).is_some_and(|it| entra::sort(&it) == Sort::SignIn)
    },
    open: entra::Rows::open,
};
