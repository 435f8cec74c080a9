//! Mailboxes as Exchange exports them: who they are, how they forward, and what of them is audited.

use model::{Content, Reject, Setting, SettingKind, What};

use super::{
    address, directory,
    setting::{Draft, Fields, last_part},
    signin,
};

/// Other names of the same mailbox, each in a field of its own.
const NAMES: [&str; 8] = [
    "windowsemailaddress",
    "windowsliveid",
    "microsoftonlineservicesid",
    "externaldirectoryobjectid",
    "exchangeguid",
    "guid",
    "legacyexchangedn",
    "externalemailaddress",
];

/// Fields that tell how a mailbox forwards.
const FORWARDING: [&str; 2] = ["forwardingsmtpaddress", "forwardingaddress"];

/// Fields of a mailbox's settings: an export that has none of them says nothing of settings.
pub(crate) const SETTINGS: [&str; 8] = [
    "forwardingsmtpaddress",
    "forwardingaddress",
    "delivertomailboxandforward",
    "auditenabled",
    "auditowner",
    "auditdelegate",
    "auditadmin",
    "defaultauditset",
];

/// The account of a row, and what the row says of its settings.
pub(crate) fn record(it: &Fields<'_>, row: &serde_json::Value) -> Content {
    let text = |names: &[&str]| it.text(names);
    let disabled = signin::yes_no(&text(&["accountdisabled"]));
    let found = directory::Found {
        upn: text(&["userprincipalname", "windowsliveid"]),
        primary: text(&["primarysmtpaddress", "windowsemailaddress"]),
        others: NAMES.iter().map(|name| text(&[name])).collect(),
        proxies: text(&["emailaddresses", "proxyaddresses"]),
        name: text(&["displayname", "name"]),
        kind: text(&["recipienttypedetails", "recipienttype"]),
        enabled: disabled.map(|it| !it),
    };
    let mut content = directory::record(found, row);
    if let Content::Record(record) = &mut content
        && let What::Inventory(entry) = &mut record.what
        && let Ok(draft) = setting(it)
    {
        let (setting, losses) = draft.finish();
        record.losses = record.losses.max(losses);
        entry.setting = Some(Box::new(Setting { account: entry.account.clone(), ..setting }));
    }
    content
}

/// How a mailbox forwards, and what of it is audited.
pub(crate) fn setting(it: &Fields<'_>) -> Result<Draft, &'static str> {
    if !SETTINGS.iter().any(|name| it.has(name)) {
        return Err("no setting of a mailbox in this row");
    }
    let account = it.text(&[
        "userprincipalname",
        "primarysmtpaddress",
        "windowsemailaddress",
        "identity",
        "name",
    ]);
    if account.is_empty() {
        return Err("no mailbox named in this row");
    }
    let names =
        ["alias", "name", "identity", "displayname", "distinguishedname", "id", "samaccountname"];
    let ids = NAMES.iter().chain(&names).map(|name| it.text(&[name]));
    let parts = ["identity", "distinguishedname"].iter().map(|name| last_part(&it.text(&[name])));
    let forward = it.text(&["forwardingsmtpaddress"]);
    let whole = FORWARDING.iter().all(|name| it.has(name));
    Ok(Draft::new(SettingKind::Mailbox)
        .account(&account)
        .ids(ids.chain(parts).chain([it.text(&["primarysmtpaddress"])]))
        .fact("forward", address::normalise(&forward))
        .fact("forward_inside", it.text(&["forwardingaddress"]))
        .fact("keeps_copy", it.yes(&["delivertomailboxandforward"]))
        .fact("tells_forwarding", whole.then_some(true))
        .fact("audit", it.yes(&["auditenabled"]))
        .fact("audit_default", actions(it, "defaultauditset"))
        .fact("audit_owner", actions(it, "auditowner"))
        .fact("audit_delegate", actions(it, "auditdelegate"))
        .fact("audit_admin", actions(it, "auditadmin"))
        .fact("audit_kept", it.text(&["auditlogagelimit"])))
}

fn actions(it: &Fields<'_>, name: &str) -> Vec<String> {
    it.words(&[name])
}

/// The reject of a row that is no object.
pub(crate) fn no_row() -> Content {
    Content::Reject(Reject { reason: "no table row".into(), ..Reject::default() })
}
