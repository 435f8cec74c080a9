//! Delegated permissions of applications: `oauth2PermissionGrants` of Microsoft Graph. A grant has no
//! date of creation; `clientId` is the object id of the service principal.

use model::{Kind, SettingKind};

use crate::{
    format::Format,
    normal::setting::{self, Draft, Fields},
};

pub(super) const FORMAT: Format = Format {
    id: "settings_grants",
    kind: Kind::Settings,
    name: "Microsoft Graph `oauth2PermissionGrants` (`Get-MgOauth2PermissionGrant`) as CSV, JSON or CliXML",
    proves: "which applications may act for whom, when the export is taken; not since when",
    reference: "Microsoft Graph: oAuth2PermissionGrant resource type",
    recognises: |head| {
        let graph = setting::has_all(head, &["clientid", "consenttype", "scope"]);
        graph || setting::has_all(head, &["clientobjectid", "permissiontype", "permission"])
    },
    open: |head, options| setting::reader(head, options, &[], read),
};

fn read(it: &Fields<'_>) -> Result<Draft, &'static str> {
    let client = it.text(&["clientid", "clientobjectid"]).to_lowercase();
    if client.is_empty() {
        return Err("no application named in this row");
    }
    let all = it.text(&["consenttype"]).eq_ignore_ascii_case("AllPrincipals");
    let whom = it.text(&["userprincipalname", "principalid", "principalobjectid"]);
    let scopes = it.text(&["scope", "permission"]);
    let mut scopes: Vec<&str> = scopes.split_whitespace().collect();
    scopes.sort_unstable();
    scopes.dedup();
    Ok(Draft::new(SettingKind::Grant)
        .account(if all { "" } else { &whom })
        .name(it.text(&["clientdisplayname", "appdisplayname"]))
        .ids([client.clone(), it.text(&["id"]), it.text(&["appid"])])
        .fact("client", client)
        .fact("for_all", all.then_some(true))
        .fact("scopes", scopes))
}
