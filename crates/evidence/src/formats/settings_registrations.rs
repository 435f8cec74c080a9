//! Which authentication methods each account has: the `userRegistrationDetails` report of Microsoft
//! Graph, and the table of methods that collection scripts make of it.

use model::{Kind, SettingKind};

use crate::{
    format::Format,
    normal::setting::{self, Draft, Fields},
};

pub(super) const FORMAT: Format = Format {
    id: "settings_registrations",
    kind: Kind::Settings,
    name: "Microsoft Graph `userRegistrationDetails` as CSV, JSON or CliXML; tables of methods by user",
    proves: "which kinds of authentication methods each account has, when the export is taken; not since when",
    reference: "Microsoft Graph: userRegistrationDetails resource type",
    recognises: |head| {
        let graph = setting::has_any(head, &["methodsregistered", "ismfaregistered"])
            && setting::has_any(head, &["userprincipalname"]);
        graph || setting::has_all(head, &["user", "mfastatus"])
    },
    open: |head, options| setting::reader(head, options, &[], read),
};

/// Columns of the scripts' tables, each yes or no.
const KINDS: [&str; 11] = [
    "app",
    "phone",
    "fido2",
    "email",
    "password",
    "softwareoath",
    "softoath",
    "hellobusiness",
    "temporaryaccesspass",
    "temporarypass",
    "certificatebasedauthentication",
];

fn read(it: &Fields<'_>) -> Result<Draft, &'static str> {
    let account = it.text(&["userprincipalname", "user"]);
    if account.is_empty() {
        return Err("no user named in this row");
    }
    let mut methods: Vec<String> =
        it.list(&["methodsregistered"]).iter().map(|it| it.to_lowercase()).collect();
    let marked = KINDS.iter().filter(|name| it.yes(&[name]) == Some(true));
    methods.extend(marked.map(|it| (*it).to_owned()));
    Ok(Draft::new(SettingKind::Registration)
        .account(&account)
        .ids([it.text(&["id"])])
        .fact("mfa", it.yes(&["ismfaregistered"]))
        .fact("methods", methods))
}
