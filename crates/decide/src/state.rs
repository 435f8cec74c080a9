//! How things stood when exports of the configuration were taken: what they can tell of the time
//! before, and what they cannot (design §4.4 to §4.6).
//!
//! The present configuration is never taken for the past one. An export says that a thing was there no
//! later than its collection, and speaks for what was set before the window only if a person states
//! what it was asked for and when it was taken.

use std::collections::{BTreeMap, BTreeSet};

use model::{Case, Decision, Micros, Setting, SettingKind, StateObject, glob_matches};
use serde_json::Value;

use crate::{
    coverage::{FileFacts, decided, looks_capped},
    identity::Directory,
};

mod audit;
mod left;
mod owned;
#[cfg(test)]
mod tests;

pub use left::Asked;
pub use owned::Owned;

/// What the state is made of.
pub struct Inputs<'a> {
    /// Objects of configuration exports.
    pub objects: &'a [StateObject],
    /// Every evidence file with its evidence id.
    pub files: &'a [(String, FileFacts)],
    /// Statements.
    pub case: &'a Case,
    /// Decisions in force.
    pub decisions: &'a [Decision],
    /// The accounts.
    pub directory: &'a Directory,
}

/// One thing as it stood.
#[derive(Clone, Debug)]
struct Object {
    record: String,
    setting: Setting,
    /// Whose it is; empty: the tenant's, or nobody known.
    account: String,
    /// Accounts a device is registered to.
    owners: Vec<String>,
    facts: Value,
    /// Latest time of collection stated for an export that holds it.
    collected: Option<Micros>,
}

/// An export that somebody speaks for, with nothing that contradicts that it is whole.
#[derive(Clone, Debug)]
struct Export {
    collected: Micros,
    /// `None` = all accounts.
    accounts: Option<BTreeSet<String>>,
    /// What stands in it, and for whom.
    holds: BTreeMap<SettingKind, BTreeSet<String>>,
    /// Mailboxes whose forwarding it tells.
    forwarding: BTreeSet<String>,
    /// Rights on whole mailboxes stand in it.
    rights: bool,
}

/// Everything that configuration exports say.
#[derive(Clone, Debug, Default)]
pub struct State {
    objects: Vec<Object>,
    exports: Vec<Export>,
    /// Other names of mailboxes, as Exchange writes them: name → account, where only one has it.
    names: BTreeMap<String, String>,
    kinds: BTreeSet<SettingKind>,
}

impl State {
    /// Gathers what the exports say.
    pub fn new(inputs: &Inputs<'_>) -> State {
        let names = names(inputs);
        let resolve = |name: &str| resolve(name, &names, inputs.directory);
        let mut objects: Vec<Object> = Vec::new();
        let mut exports = Vec::new();
        let mut by_file: BTreeMap<&str, Vec<&StateObject>> = BTreeMap::new();
        for it in inputs.objects {
            by_file.entry(&it.evidence).or_default().push(it);
        }
        for (evidence, mine) in by_file {
            let files: Vec<&FileFacts> =
                inputs.files.iter().filter(|it| it.0 == evidence).map(|it| &it.1).collect();
            let stated: Vec<Declared> =
                files.iter().flat_map(|file| declared(inputs, &file.path)).collect();
            let collected = stated.iter().map(|it| it.collected).max();
            let found: Vec<Object> =
                mine.iter().map(|it| object(it, &resolve, collected)).collect();
            exports.extend(stated.iter().filter(|it| it.is_whole(&files)).map(|it| {
                let named = |all: &Vec<String>| all.iter().map(|one| resolve(one)).collect();
                export(it.collected, it.accounts.as_ref().map(named), &found)
            }));
            objects.extend(found);
        }
        let kinds = objects.iter().map(|it| it.setting.kind).collect();
        State { objects: once(objects), exports, names, kinds }
    }

    /// Kinds of things that stand in any export.
    pub fn kinds(&self) -> &BTreeSet<SettingKind> {
        &self.kinds
    }

    /// Whether exports collected after an instant speak for all of an account's settings that can let
    /// somebody stay: rules, forwarding, consents, methods, delegates.
    pub fn speaks_for(&self, account: &str, after: Micros) -> bool {
        let holds = |it: &Export, kind| it.holds.contains_key(&kind);
        let of_account =
            |it: &Export, kind| it.holds.get(&kind).is_some_and(|all| all.contains(account));
        let wanted: [&dyn Fn(&Export) -> bool; 5] = [
            &|it| holds(it, SettingKind::InboxRule),
            &|it| it.forwarding.contains(account),
            &|it| holds(it, SettingKind::Grant),
            // Every account has a row there, if only for its password.
            &|it| of_account(it, SettingKind::Method) || of_account(it, SettingKind::Registration),
            &|it| it.rights,
        ];
        wanted
            .iter()
            .all(|told| self.exports.iter().any(|it| it.tells(Some(account), after) && told(it)))
    }

    /// Whether exports collected after an instant speak for the tenant's own settings: mail-flow rules,
    /// remote domains, applications and their consents.
    pub fn speaks_for_tenant(&self, after: Micros) -> bool {
        let wanted = [
            SettingKind::TransportRule,
            SettingKind::RemoteDomain,
            SettingKind::Application,
            SettingKind::Grant,
        ];
        let told = |kind: &SettingKind| {
            self.exports.iter().any(|it| it.tells(None, after) && it.holds.contains_key(kind))
        };
        wanted.iter().all(told)
    }

    fn of(&self, kind: SettingKind) -> impl Iterator<Item = &Object> {
        self.objects.iter().filter(move |it| it.setting.kind == kind)
    }
}

impl Export {
    fn tells(&self, account: Option<&str>, after: Micros) -> bool {
        let asked = match (account, &self.accounts) {
            (_, None) => true,
            (Some(account), Some(all)) => all.contains(account),
            (None, Some(_)) => false,
        };
        asked && self.collected > after
    }
}

/// What is stated of one file.
struct Declared {
    collected: Micros,
    accounts: Option<Vec<String>>,
    operations: bool,
    told: bool,
}

impl Declared {
    /// Nothing contradicts that the export is whole.
    fn is_whole(&self, files: &[&FileFacts]) -> bool {
        let sound = |it: &FileFacts| {
            !it.cut && it.rejected == 0 && it.lossy == 0 && (self.told || !looks_capped(it.rows))
        };
        !self.operations && files.iter().all(|it| sound(it))
    }
}

/// Who says when a file was collected, and for whom it was asked for.
fn declared(inputs: &Inputs<'_>, path: &str) -> Vec<Declared> {
    let sources = inputs.case.sources.iter().filter(|it| glob_matches(&it.path, path));
    let by_case = sources.filter_map(|it| {
        Some(Declared {
            collected: it.collected_at?,
            accounts: it.accounts.clone(),
            operations: it.operations.is_some(),
            told: it.queries.is_some() || it.rows_reported.is_some(),
        })
    });
    let files: Vec<FileFacts> = inputs.files.iter().map(|(_, it)| it.clone()).collect();
    let by_person = decided(inputs.decisions, inputs.case, &files)
        .into_iter()
        .filter(|it| glob_matches(&it.path, path))
        .map(|it| Declared {
            collected: it.collected,
            accounts: it.accounts,
            operations: false,
            told: it.told,
        });
    by_case.chain(by_person).collect()
}

fn object(it: &StateObject, resolve: &dyn Fn(&str) -> String, collected: Option<Micros>) -> Object {
    let facts: Value = serde_json::from_str(&it.setting.facts).unwrap_or_default();
    let owners = facts["owners"].as_array().map(Vec::as_slice).unwrap_or_default();
    Object {
        record: it.record.clone(),
        owners: owners.iter().filter_map(|it| it.as_str().map(resolve)).collect(),
        account: if it.setting.account.is_empty() {
            String::new()
        } else {
            resolve(&it.setting.account)
        },
        facts,
        setting: it.setting.clone(),
        collected,
    }
}

fn export(collected: Micros, accounts: Option<BTreeSet<String>>, all: &[Object]) -> Export {
    let mut holds: BTreeMap<SettingKind, BTreeSet<String>> = BTreeMap::new();
    for it in all {
        holds.entry(it.setting.kind).or_default().insert(it.account.clone());
    }
    let forwarding = all.iter().filter(|it| it.facts["tells_forwarding"] == Value::Bool(true));
    Export {
        collected,
        accounts,
        forwarding: forwarding.map(|it| it.account.clone()).collect(),
        rights: all.iter().any(|it| it.facts["of"] == "mailbox"),
        holds,
    }
}

/// One of several exports of the same thing: the least record, the latest collection.
fn once(mut objects: Vec<Object>) -> Vec<Object> {
    objects.sort_by(|a, b| (&a.setting, &a.record).cmp(&(&b.setting, &b.record)));
    let mut found: Vec<Object> = Vec::new();
    for it in objects {
        match found.last_mut().filter(|last| last.setting == it.setting) {
            Some(last) => last.collected = last.collected.max(it.collected),
            None => found.push(it),
        }
    }
    found
}

/// Names that exports of mailboxes and of methods give their accounts. A name of two accounts is
/// nobody's.
fn names(inputs: &Inputs<'_>) -> BTreeMap<String, String> {
    let naming = [SettingKind::Mailbox, SettingKind::Registration];
    let mut owners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for it in inputs.objects.iter().filter(|it| naming.contains(&it.setting.kind)) {
        let account = inputs.directory.resolve(&it.setting.account);
        for id in &it.setting.ids {
            owners.entry(id.clone()).or_default().insert(account.clone());
        }
    }
    let alone = owners.into_iter().filter(|(_, all)| all.len() == 1);
    alone.filter_map(|(id, all)| all.into_iter().next().map(|one| (id, one))).collect()
}

fn resolve(name: &str, names: &BTreeMap<String, String>, directory: &Directory) -> String {
    let found = directory.resolve(name);
    if directory.accounts().contains_key(&found) {
        return found;
    }
    names.get(&name.trim().to_lowercase()).cloned().unwrap_or(found)
}
