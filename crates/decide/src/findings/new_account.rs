//! Accounts and guests created by the intruder. Listed with the account it was done from.
//! Source: MITRE ATT&CK T1136.003; formats §3.3.

use super::{
    Finding, Step,
    seen::{Seen, last_part},
};

pub(super) const FINDING: Finding = Finding {
    kind: "new_account",
    operations: &[
        "Add user",
        "Invite external user",
        "New-Mailbox",
        "Delete user",
        "Hard Delete user",
        "Disable account",
        "Remove-Mailbox",
    ],
    read,
    burst: 0,
};

fn read(it: &Seen<'_>) -> Option<Step> {
    let set =
        matches!(it.detail.operation.as_str(), "Add user" | "Invite external user" | "New-Mailbox");
    let mut keys = vec![
        it.detail.object.to_lowercase(),
        last_part(&it.detail.object),
        it.new_value("UserPrincipalName").to_lowercase(),
        it.parameter("Identity").to_lowercase(),
        it.parameter("MicrosoftOnlineServicesID").to_lowercase(),
        it.parameter("Name").to_lowercase(),
    ];
    keys.extend(it.targets().iter().filter(|id| id.contains('@')).map(|id| id.to_lowercase()));
    keys.retain(|key| !key.is_empty());
    keys.sort();
    keys.dedup();
    let name = [
        it.new_value("UserPrincipalName"),
        it.parameter("MicrosoftOnlineServicesID"),
        it.detail.object.clone(),
    ];
    Some(Step {
        set,
        account: set.then(|| it.detail.actor.clone()),
        keys,
        what: name.into_iter().find(|it| !it.is_empty()).unwrap_or_default(),
        main: true,
    })
}
