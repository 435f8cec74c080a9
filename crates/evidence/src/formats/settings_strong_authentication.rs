//! Authentication methods as the older module gives them: `Get-MsolUser` with
//! `StrongAuthenticationMethods`. No method has a date.

use model::{Kind, SettingKind};
use serde_json::Value;

use crate::{
    format::Format,
    normal::{
        json,
        setting::{self, Draft, Fields},
    },
};

pub(super) const FORMAT: Format = Format {
    id: "settings_strong_authentication",
    kind: Kind::Settings,
    name: "`Get-MsolUser` with `StrongAuthenticationMethods` as JSON or CliXML",
    proves: "which authentication methods each account has, when the export is taken; not since when",
    reference: "Microsoft Learn: Get-MsolUser",
    recognises: |head| {
        json::all_in(&head.keys, &["UserPrincipalName", "StrongAuthenticationMethods"])
    },
    open: |head, options| setting::reader(head, options, &[], read),
};

fn read(it: &Fields<'_>) -> Result<Draft, &'static str> {
    let account = it.text(&["userprincipalname"]);
    if account.is_empty() {
        return Err("no user principal name in this row");
    }
    let methods = it.value("StrongAuthenticationMethods").as_array();
    let mut methods: Vec<String> = methods
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
        .map(|it| json::text(it, &["MethodType"]).to_lowercase())
        .filter(|it| !it.is_empty())
        .collect();
    methods.sort_unstable();
    methods.dedup();
    let details = it.value("StrongAuthenticationUserDetails");
    let phones = it.value("StrongAuthenticationPhoneAppDetails").as_array();
    let apps: Vec<String> = phones
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
        .map(|it: &Value| json::text(it, &["DeviceName"]))
        .filter(|it| !it.is_empty())
        .collect();
    Ok(Draft::new(SettingKind::Registration)
        .account(&account)
        .ids([it.text(&["objectid"])])
        .fact("methods", methods)
        .fact("apps", apps)
        .fact("phone", json::text(details, &["PhoneNumber"])))
}
