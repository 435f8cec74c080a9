//! Authentication methods of an account: `authentication/methods` of Microsoft Graph. Some kinds
//! (a phone number) have no date of creation.

use model::{Kind, SettingKind};

use crate::{
    format::{Format, Head},
    normal::setting::{self, Draft, Fields},
};

pub(super) const FORMAT: Format = Format {
    id: "settings_methods",
    kind: Kind::Settings,
    name: "Microsoft Graph `authentication/methods` as JSON or CliXML",
    proves: "which authentication methods an account has, and since when, where Graph says so",
    reference: "Microsoft Graph: authenticationMethod resource type",
    recognises: |head| of_graph(head) && setting::has_any(head, &["id"]),
    open: |head, options| setting::reader(head, options, &[], read),
};

const END: &str = "AuthenticationMethod";

fn of_graph(head: &Head) -> bool {
    let kind = head.first.get("@odata.type").and_then(|it| it.as_str()).unwrap_or_default();
    // PowerShell keeps what it does not know of a method in a bag beside it.
    let bag = head.first.get("AdditionalProperties").and_then(|it| it.get("@odata.type"));
    let bag = bag.and_then(|it| it.as_str()).unwrap_or_default();
    kind.ends_with(END) || bag.ends_with(END)
}

fn read(it: &Fields<'_>) -> Result<Draft, &'static str> {
    let kind = it.text(&["@odata.type", "AdditionalProperties.@odata.type"]);
    let Some(kind) = kind.trim_start_matches("#microsoft.graph.").strip_suffix(END) else {
        return Err("the kind of the authentication method is not said");
    };
    let of = |name: &str| it.text(&[name, &format!("AdditionalProperties.{name}")]);
    let mut owner = it.text(&["userPrincipalName", "user", "userId"]);
    if owner.is_empty() {
        owner = it.user_of_context();
    }
    let created = it.at(&["createdDateTime", "AdditionalProperties.createdDateTime"]);
    let detail = ["displayName", "phoneNumber", "emailAddress", "model", "deviceTag"];
    let detail: Vec<String> =
        detail.iter().map(|name| of(name)).filter(|it| !it.is_empty()).collect();
    Ok(Draft::new(SettingKind::Method)
        .account(&owner)
        .name(detail.join(", "))
        .ids([it.text(&["id"])])
        .times(created, None)
        .fact("method", kind.to_lowercase()))
}
