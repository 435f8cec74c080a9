//! Applications and service principals of the directory, with their secrets: Microsoft Graph
//! `applications` and `servicePrincipals`.

use model::{Kind, SettingKind};
use serde_json::{Value, json};

use crate::{
    format::Format,
    normal::{
        date, json,
        setting::{self, Draft, Fields},
    },
};

pub(super) const FORMAT: Format = Format {
    id: "settings_applications",
    kind: Kind::Settings,
    name: "Microsoft Graph `applications`, `servicePrincipals` as CSV, JSON or CliXML",
    proves: "which applications the tenant knows, since when, and since when each secret is valid",
    reference: "Microsoft Graph: application, servicePrincipal resource types",
    recognises: |head| {
        setting::has_all(head, &["appid", "displayname"])
            && setting::has_any(
                head,
                &[
                    "passwordcredentials",
                    "keycredentials",
                    "serviceprincipaltype",
                    "signinaudience",
                    "apporganizationid",
                    "appownerorganizationid",
                ],
            )
            && !setting::has_any(head, &["ipaddress", "resultstatus", "createddatetimeutc"])
    },
    open: |head, options| setting::reader(head, options, &["createddatetime"], read),
};

fn read(it: &Fields<'_>) -> Result<Draft, &'static str> {
    let app = it.text(&["appid"]).to_lowercase();
    if app.is_empty() {
        return Err("no application id in this row");
    }
    Ok(Draft::new(SettingKind::Application)
        .name(it.text(&["displayname"]))
        .ids([app.clone(), it.text(&["id", "objectid"])])
        .times(it.at(&["createddatetime"]), None)
        .fact("app", app)
        .fact("owner_tenant", it.text(&["appownerorganizationid"]).to_lowercase())
        .fact("certificates", secrets(it.value("keyCredentials")))
        .fact(
            "lost",
            it.text(&["passwordcredentials"])
                .contains("System.Object[]")
                .then_some("System.Object[]"),
        )
        .fact("secrets", secrets(it.value("passwordCredentials"))))
}

/// Id and beginning of each secret; never the secret, which Graph does not give.
fn secrets(value: &Value) -> Vec<Value> {
    let all = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let one = |it: &Value| {
        let at = date::parse_iso(&json::text(it, &["startDateTime"]));
        json!({"from": at, "id": json::text(it, &["keyId"]).to_lowercase(), "name": json::text(it, &["displayName"])})
    };
    let mut found: Vec<Value> = all.iter().map(one).collect();
    found.sort_by_cached_key(Value::to_string);
    found
}
