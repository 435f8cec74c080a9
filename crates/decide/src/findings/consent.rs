//! Consent to an application: it reads and sends with a token of its own, and outlives every new
//! password. One consent writes several records within seconds.
//! Source: MITRE ATT&CK T1528; formats §6.

use super::{
    Finding, Step,
    seen::{Seen, guids},
};

pub(super) const FINDING: Finding = Finding {
    kind: "consent",
    operations: &[
        "Consent to application",
        "Add OAuth2PermissionGrant",
        "Add delegated permission grant",
        "Remove OAuth2PermissionGrant",
        "Remove delegated permission grant",
        "Revoke consent",
        "Remove service principal",
        "Hard delete service principal",
    ],
    read,
    burst: 60_000_000,
};

fn read(it: &Seen<'_>) -> Option<Step> {
    let main = it.detail.operation == "Consent to application";
    let grant = it.new_value("ConsentAction.Permissions");
    let mut keys = guids(&it.new_value("ServicePrincipal.ObjectID"));
    keys.extend(guids(&it.new_value("ServicePrincipal.AppId")));
    keys.extend(guids(&client_of(&grant)));
    let principals = it.targets().into_iter().filter(|id| id.starts_with("ServicePrincipal_"));
    keys.extend(principals.flat_map(|id| guids(&id)));
    // The target of a bare grant is the resource, not the application.
    if main || !it.is("Add ") {
        keys.extend(guids(&it.detail.object));
        keys.extend(guids(&it.new_value("TargetId.ServicePrincipalNames")));
    }
    keys.sort();
    keys.dedup();
    let for_whom = it.targets().into_iter().find(|id| id.contains('@'));
    let whole = it.is("Hard delete") || it.is("Remove service principal");
    let scopes: Vec<String> = [it.new_value("DelegatedPermissionGrant.Scope"), scope_of(&grant)]
        .into_iter()
        .filter(|text| !text.is_empty())
        .collect();
    let name = it.targets().into_iter().find(|id| {
        !id.contains('_') && guids(id).is_empty() && !id.contains('@') && id != "ServicePrincipal"
    });
    let name = name.filter(|_| main).unwrap_or_default();
    Some(Step {
        set: !(whole || it.is("Re")),
        // A grant is taken back by somebody else than the account it holds for.
        account: if it.is("Re") {
            for_whom.filter(|_| !whole)
        } else {
            Some(it.detail.actor.clone())
        },
        keys,
        what: [name, if main { it.detail.object.clone() } else { String::new() }, scopes.join(" ")]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(", "),
        main,
    })
}

/// `… => [[Id: …, ClientId: …, …, Scope: Mail.Read …]]`.
fn client_of(grant: &str) -> String {
    grant
        .match_indices("ClientId: ")
        .filter_map(|(at, it)| grant.get(at + it.len()..at + it.len() + 36))
        .collect::<Vec<_>>()
        .join(" ")
}

fn scope_of(grant: &str) -> String {
    let after = grant.split_once("=>").map_or(grant, |it| it.1);
    let Some((_, rest)) = after.split_once("Scope: ") else { return String::new() };
    rest.split([',', ']']).next().unwrap_or_default().trim().to_owned()
}
