//! Whom does an item name, and whose is each address?

use std::collections::BTreeSet;

use model::{Held, Known, Role, findings::AccountType};

use super::{Inputs, Named, Side, state::is_part};

/// Everybody an item of the snapshot names, but the mailbox's own addresses.
pub(super) fn of_held(inputs: &Inputs<'_>, mailbox: &str, scope: &str, it: &Held) -> Vec<Named> {
    let mut found: BTreeSet<Named> = BTreeSet::new();
    for party in &it.parties {
        let text = if party.address.is_empty() { &party.name } else { &party.address };
        let Some((side, address)) = side(inputs, mailbox, text) else { continue };
        found.insert(Named {
            side,
            address,
            name: if party.address.is_empty() { String::new() } else { party.name.clone() },
            organisation: party.organisation.clone(),
            role: Some(party.role),
            shown: is_shown(scope, party.role),
        });
    }
    found.into_iter().collect()
}

/// Everybody the trace or a Send record names. They do not part `To`, `Cc` and `Bcc`: in Sent each
/// recipient may have been shown.
pub(super) fn of_known(inputs: &Inputs<'_>, mailbox: &str, scope: &str, it: &Known) -> Vec<Named> {
    let mut found: BTreeSet<Named> = BTreeSet::new();
    let sender = std::iter::once((&it.sender, Some(Role::From)));
    for (text, role) in sender.chain(it.recipients.iter().map(|it| (it, None))) {
        let Some((side, address)) = side(inputs, mailbox, text) else { continue };
        let shown = is_shown(scope, role.unwrap_or(Role::To));
        let (name, organisation) = (String::new(), String::new());
        found.insert(Named { side, address, name, organisation, role, shown });
    }
    found.into_iter().collect()
}

/// Whose an address is; `None` for nothing, and for the mailbox's own.
fn side(inputs: &Inputs<'_>, mailbox: &str, text: &str) -> Option<(Side, String)> {
    let text = text.trim().to_lowercase();
    if text.is_empty() {
        return None;
    }
    let account = inputs.directory.resolve(&text);
    if account == mailbox {
        return None;
    }
    // A guest is somebody outside who may come in.
    let mine = inputs.directory.accounts().contains_key(&account)
        && inputs.directory.type_of(&account) != AccountType::Guest;
    if mine {
        return Some((Side::Internal, account));
    }
    let is_address = text.contains('@') && !text.contains(['/', ' ']);
    Some((if is_address { Side::External } else { Side::Unresolved }, text))
}

/// Whether the list of a folder shows a party of this role.
fn is_shown(scope: &str, role: Role) -> bool {
    let outgoing = ["sent", "drafts", "outbox"].iter().any(|it| is_part(scope, it));
    match role {
        Role::To => outgoing,
        Role::From => !outgoing,
        Role::Contact => true,
        _ => false,
    }
}

/// Whether the mailbox's own account wrote an item.
pub(super) fn is_from(inputs: &Inputs<'_>, mailbox: &str, it: &Held) -> bool {
    let author = |role| matches!(role, Role::From | Role::Sender);
    it.parties.iter().any(|one| author(one.role) && is_own(inputs, mailbox, &one.address))
}

/// Whether an address is the mailbox's own.
pub(super) fn is_own(inputs: &Inputs<'_>, mailbox: &str, address: &str) -> bool {
    !address.is_empty() && inputs.directory.resolve(address) == mailbox
}
