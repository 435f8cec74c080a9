//! Sign-ins out of Microsoft Defender's advanced hunting, as JSON or CSV: what the portal, the API or
//! the streaming of the tables gives.

use model::Kind;

use crate::{
    format::Format,
    normal::entra::{self, Sort},
};

pub(super) const FORMAT: Format = Format {
    id: "signins_defender",
    kind: Kind::Signins,
    name: "Defender AADSignInEventsBeta, EntraIdSignInEvents and those of services (JSON, CSV)",
    proves: "who signed in, or tried to, from where, with what and with which outcome",
    reference: "Microsoft Learn: advanced hunting schema, AADSignInEventsBeta, EntraIdSignInEvents",
    recognises: |head| {
        entra::first_raw(head).is_some_and(|it| entra::is_hunted(&it))
            && entra::first(head).is_some_and(|it| entra::sort(&it) == Sort::SignIn)
    },
    // The portal writes the times of its tables in the zone a person chose there.
    open: entra::Rows::open_local,
};
