//! A device registered by the intruder: it gets long-lived tokens and may pass device policies.
//! Source: MITRE ATT&CK T1098.005; formats §3.3.

use super::{
    Finding, Step,
    seen::{Seen, guids},
};

pub(super) const FINDING: Finding = Finding {
    kind: "device",
    operations: &[
        "Register device",
        "Add device",
        "Add registered owner to device",
        "Add registered users to device",
        "Remove registered owner from device",
        "Remove registered users from device",
        "Delete device",
        "Unregister device",
        "Disable device",
    ],
    read,
    burst: 120_000_000,
};

fn read(it: &Seen<'_>) -> Option<Step> {
    let name = it.new_value("Device.DisplayName");
    let own = if it.detail.object.contains('@') { String::new() } else { it.detail.object.clone() };
    let mut keys = guids(&it.new_value("Device.ObjectID"));
    keys.extend(it.modified("Device.ObjectID").into_iter().flat_map(|it| guids(&it.0)));
    keys.extend(
        it.targets().iter().filter(|id| id.starts_with("Device_")).flat_map(|id| guids(id)),
    );
    keys.extend([name.to_lowercase(), own.to_lowercase()]);
    keys.extend(it.modified("Device.DisplayName").map(|it| it.0.to_lowercase()));
    keys.retain(|key| !key.is_empty());
    keys.sort();
    keys.dedup();
    let set = it.is("Register") || it.is("Add");
    let whole = !set && !it.is("Remove registered");
    Some(Step {
        set,
        account: if whole { None } else { Some(it.target_account()) },
        keys,
        what: if name.is_empty() { own } else { name },
        main: it.is("Register"),
    })
}
