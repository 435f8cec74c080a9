//! A secret or certificate added to an application: whoever holds it signs in as the application.
//! Source: MITRE ATT&CK T1098.001; formats §3.3.

use super::{
    Finding, Step,
    seen::{Seen, guids},
};

pub(super) const FINDING: Finding = Finding {
    kind: "app_credential",
    operations: &[
        "Add service principal credentials",
        "Update application - Certificates and secrets management",
        "Remove service principal credentials",
        "Remove service principal",
        "Delete application",
        "Hard Delete application",
    ],
    read,
    burst: 60_000_000,
};

fn read(it: &Seen<'_>) -> Option<Step> {
    let mut keys = guids(&it.detail.object);
    keys.extend(it.targets().iter().flat_map(|id| guids(id)));
    keys.sort();
    keys.dedup();
    let described = it.modified("KeyDescription");
    let fewer = described.as_ref().is_some_and(|(old, new)| {
        new.matches("KeyIdentifier").count() < old.matches("KeyIdentifier").count()
    });
    let removal = it.is("Remove") || it.is("Delete") || it.is("Hard Delete") || fewer;
    Some(Step {
        set: !removal,
        account: if removal { None } else { Some(it.detail.actor.clone()) },
        keys,
        what: described.map(|it| it.1).unwrap_or_else(|| it.detail.object.clone()),
        main: !it.is("Add service principal"),
    })
}
