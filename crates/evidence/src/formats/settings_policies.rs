//! Policies of conditional access, as Microsoft Graph gives them: how they stand today, not on the
//! day of the incident.

use model::{Kind, SettingKind};

use crate::{
    format::Format,
    normal::setting::{self, Draft, Fields},
};

pub(super) const FORMAT: Format = Format {
    id: "settings_policies",
    kind: Kind::Settings,
    name: "Conditional Access policies of Microsoft Graph as CSV, JSON or CliXML",
    proves: "which sign-in policies stand when the export is taken, whom they leave out, and when each was last changed",
    reference: "Microsoft Graph: conditionalAccessPolicy resource type",
    recognises: |head| {
        setting::has_all(head, &["displayname", "state"])
            && (setting::has_all(head, &["conditions", "grantcontrols"])
                || setting::has_any(head, &["includeusers", "excludeusers", "builtincontrols"]))
    },
    open: |head, options| {
        setting::reader(head, options, &["createddatetime", "modifieddatetime"], read)
    },
};

fn read(it: &Fields<'_>) -> Result<Draft, &'static str> {
    let (name, id) = (it.text(&["displayname"]), it.text(&["id"]));
    if name.is_empty() && id.is_empty() {
        return Err("neither name nor id of a policy in this row");
    }
    let users = |what: &str| it.list(&[&format!("conditions.users.{what}"), what]);
    Ok(Draft::new(SettingKind::Policy)
        .name(name)
        .ids([id])
        .times(it.at(&["createddatetime"]), it.at(&["modifieddatetime"]))
        .fact("state", it.text(&["state"]))
        .fact("controls", it.list(&["grantControls.builtInControls", "builtincontrols"]))
        .fact("include_users", users("includeUsers"))
        .fact("exclude_users", users("excludeUsers"))
        .fact(
            "include_locations",
            it.list(&["conditions.locations.includeLocations", "includelocations"]),
        )
        .fact(
            "exclude_locations",
            it.list(&["conditions.locations.excludeLocations", "excludelocations"]),
        )
        .fact("client_apps", it.list(&["conditions.clientAppTypes", "clientapptypes"])))
}
