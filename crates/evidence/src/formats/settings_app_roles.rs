//! Permissions that applications have by themselves: `appRoleAssignments` of Microsoft Graph.

use model::{Kind, SettingKind};

use crate::{
    format::Format,
    normal::setting::{self, Draft, Fields},
};

pub(super) const FORMAT: Format = Format {
    id: "settings_app_roles",
    kind: Kind::Settings,
    name: "Microsoft Graph `appRoleAssignments` as CSV, JSON or CliXML",
    proves: "which applications may act without anybody, and since when",
    reference: "Microsoft Graph: appRoleAssignment resource type",
    recognises: |head| setting::has_all(head, &["approleid", "principalid", "resourceid"]),
    open: |head, options| setting::reader(head, options, &["createddatetime"], read),
};

fn read(it: &Fields<'_>) -> Result<Draft, &'static str> {
    let principal = it.text(&["principalid"]).to_lowercase();
    if principal.is_empty() {
        return Err("no principal named in this row");
    }
    let kind = it.text(&["principaltype"]);
    let user = kind.eq_ignore_ascii_case("User");
    Ok(Draft::new(SettingKind::AppRole)
        .account(if user { &principal } else { "" })
        .name(it.text(&["principaldisplayname"]))
        .ids([principal.clone(), it.text(&["id"])])
        .times(it.at(&["createddatetime", "creationtimestamp"]), None)
        .fact("principal", kind.to_lowercase())
        .fact("resource", it.text(&["resourcedisplayname", "resourceid"]))
        .fact("role", it.text(&["approleid"]).to_lowercase()))
}
