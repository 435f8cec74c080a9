//! What is known of one person?

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Cause, Channel, Inputs, ListRow, NameSource, Person, is_role,
    merge::{Lists, Merged},
};

/// Message ids kept of a person.
const MAILS: usize = 20;

pub(super) fn person(inputs: &Inputs<'_>, lists: &Lists<'_>, merged: Merged) -> Person {
    let addresses: Vec<String> = merged.addresses.into_iter().collect();
    let mut rows: Vec<&ListRow> = addresses.iter().flat_map(|it| lists.of(it)).copied().collect();
    rows.sort_by(|a, b| (!a.contact, &a.list, &a.record).cmp(&(!b.contact, &b.list, &b.record)));
    rows.dedup_by(|a, b| (&a.list, &a.record) == (&b.list, &b.record));
    let mut it = Person {
        key: addresses.first().cloned().unwrap_or_default(),
        role: addresses.iter().any(|it| is_role(it)),
        internal: addresses
            .iter()
            .any(|it| inputs.exposed.internal.contains_key(it) || is_inside(inputs, it)),
        bodies: lists.bodies(&rows, &addresses),
        merged_by: merged.by.into_iter().collect(),
        ..Person::default()
    };
    it.lists = rows.iter().map(|row| (row.list.clone(), row.record.clone())).collect();
    it.lists.sort();
    of_exposure(inputs, &addresses, &mut it);
    of_mails(inputs, &addresses, &mut it);
    names(inputs, &rows, &addresses, &mut it);
    it.addresses = addresses;
    it
}

/// An account of the tenant; a guest is somebody outside.
fn is_inside(inputs: &Inputs<'_>, address: &str) -> bool {
    let account = inputs.directory.resolve(address);
    inputs.directory.accounts().contains_key(&account)
        && inputs.directory.type_of(&account) != model::findings::AccountType::Guest
}

fn of_exposure(inputs: &Inputs<'_>, addresses: &[String], it: &mut Person) {
    let trails = addresses.iter().filter_map(|address| {
        inputs.exposed.addresses.get(address).or_else(|| inputs.exposed.internal.get(address))
    });
    let mut items: BTreeSet<usize> = BTreeSet::new();
    for trail in trails {
        it.causes.insert(Cause::Exposed);
        items.extend(&trail.items);
        it.hows.extend(&trail.hows);
    }
    it.items = items.into_iter().collect();
}

fn of_mails(inputs: &Inputs<'_>, addresses: &[String], it: &mut Person) {
    let mails: BTreeSet<&String> =
        addresses.iter().filter_map(|one| inputs.sent_fraud.get(one)).flatten().collect();
    if addresses.iter().any(|one| inputs.sent_fraud.contains_key(one)) {
        it.causes.insert(Cause::SentFraud);
    }
    it.fraud = mails.into_iter().take(MAILS).cloned().collect();
    let told = |one: &String| inputs.statuses.get(one).map(|word| (one.clone(), word.clone()));
    it.statuses = addresses.iter().filter_map(told).collect();
    let failed = |one: &String| it.statuses.get(one).is_some_and(|word| word == "failed");
    let channel = if addresses.iter().all(failed) { Channel::PublicNotice } else { Channel::Mail };
    it.channel = Some(channel);
}

/// The best name: of a contact, of a list, of the directory, in a mail.
fn names(inputs: &Inputs<'_>, rows: &[&ListRow], addresses: &[String], it: &mut Person) {
    let text = |of: &dyn Fn(&ListRow) -> &String| {
        rows.iter()
            .map(|row| of(row).trim())
            .find(|it| !it.is_empty())
            .unwrap_or_default()
            .to_owned()
    };
    it.furigana = text(&|row| &row.entry.furigana);
    it.honorific = text(&|row| &row.entry.honorific);
    it.organisation = text(&|row| &row.entry.organisation);
    let trails: Vec<_> =
        addresses.iter().filter_map(|one| inputs.exposed.addresses.get(one)).collect();
    if it.organisation.is_empty() {
        let said = trails.iter().flat_map(|it| &it.organisations).min();
        it.organisation = said.cloned().unwrap_or_default();
    }
    if let Some(row) = rows.iter().find(|row| !row.entry.name.trim().is_empty()) {
        it.name = row.entry.name.trim().to_owned();
        it.name_source = if row.contact { NameSource::Contact } else { NameSource::List };
        it.name_record.clone_from(&row.record);
        return;
    }
    let account = addresses.iter().map(|one| inputs.directory.resolve(one));
    if let Some(name) = account.filter_map(|one| inputs.account_names.get(&one)).min() {
        (it.name, it.name_source) = (name.clone(), NameSource::Directory);
        return;
    }
    if let Some(name) = displayed(inputs, addresses) {
        (it.name, it.name_source) = (name, NameSource::DisplayName);
    }
}

/// The display name that most exposed items give; of equals the least. A name that is an address itself
/// is none.
fn displayed(inputs: &Inputs<'_>, addresses: &[String]) -> Option<String> {
    let mut seen: BTreeMap<&str, u64> = BTreeMap::new();
    for address in addresses {
        let Some(trail) = inputs.exposed.addresses.get(address) else { continue };
        let items = trail.items.iter().filter_map(|at| inputs.exposed.items.get(*at));
        for one in items.flat_map(|it| &it.named).filter(|it| it.address == *address) {
            let name = one.name.trim().trim_matches(['\'', '"']);
            if !name.is_empty() && !name.contains('@') {
                *seen.entry(name).or_default() += 1;
            }
        }
    }
    let best = seen.into_iter().max_by(|a, b| a.1.cmp(&b.1).then_with(|| b.0.cmp(a.0)));
    best.map(|it| it.0.to_owned())
}
