//! Devices of the directory: `devices` of Microsoft Graph, `Get-MgDevice`, or the portal's download.

use model::{Kind, SettingKind};
use serde_json::Value;

use crate::{
    format::Format,
    normal::{
        json,
        setting::{self, Draft, Fields, account},
    },
};

pub(super) const FORMAT: Format = Format {
    id: "settings_devices",
    kind: Kind::Settings,
    name: "devices of the directory (Microsoft Graph, portal) as CSV, JSON or CliXML",
    proves: "which devices are registered, to whom, since when, and whether they are managed",
    reference: "Microsoft Graph: device resource type; Microsoft Learn: Manage devices in Microsoft Entra ID",
    recognises: |head| {
        setting::has_all(head, &["deviceid"])
            && setting::has_any(
                head,
                &[
                    "trusttype",
                    "jointype",
                    "registrationdatetime",
                    "registrationtime",
                    "approximatelastsignindatetime",
                ],
            )
            && !setting::has_any(head, &["ipaddress", "appid", "logontype"])
    },
    open: |head, options| {
        setting::reader(head, options, &["registrationdatetime", "registrationtime"], read)
    },
};

fn read(it: &Fields<'_>) -> Result<Draft, &'static str> {
    let id = it.text(&["deviceid"]).to_lowercase();
    if id.is_empty() {
        return Err("no device id in this row");
    }
    let owners = owners(it);
    Ok(Draft::new(SettingKind::Device)
        .account(owners.first().map_or("", String::as_str))
        .name(it.text(&["displayname"]))
        .ids([id.clone(), it.text(&["id", "objectid"])])
        .times(it.at(&["registrationdatetime", "registrationtime", "createddatetime"]), None)
        .fact("device", id)
        .fact("owners", owners)
        .fact("trust", it.text(&["trusttype", "jointype"]).to_lowercase())
        .fact("managed", it.yes(&["ismanaged"]))
        .fact("compliant", it.yes(&["iscompliant"]))
        .fact("enabled", it.yes(&["accountenabled"])))
}

fn owners(it: &Fields<'_>) -> Vec<String> {
    let mut found: Vec<String> = match it.value("registeredOwners") {
        Value::Array(all) => all
            .iter()
            .map(|it| match it {
                Value::String(text) => account(text),
                other => {
                    let upn = json::text(other, &["userPrincipalName"]);
                    let bag = json::text(other, &["AdditionalProperties", "userPrincipalName"]);
                    let id = json::text(other, &["id"]);
                    account(
                        [upn, bag, id].iter().find(|it| !it.is_empty()).map_or("", String::as_str),
                    )
                }
            })
            .collect(),
        _ => it
            .list(&["usernames", "registeredowners", "owner", "userprincipalname"])
            .iter()
            .map(|it| account(it))
            .collect(),
    };
    found.retain(|it| !it.is_empty());
    found.sort_unstable();
    found.dedup();
    found
}
