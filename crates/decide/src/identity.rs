//! Who is behind a name in a record? Aliases, object ids and SIDs become one account.

use std::collections::{BTreeMap, BTreeSet};

use model::{Alias, Case, InventoryEntry, findings::AccountType};

/// The accounts of the tenant and every other name they go by.
#[derive(Clone, Debug, Default)]
pub struct Directory {
    accounts: BTreeMap<String, AccountType>,
    alias_of: BTreeMap<String, String>,
    inventory: BTreeSet<String>,
}

impl Directory {
    /// Builds the directory from the inventory and from names seen together in records.
    ///
    /// An alias that points to two accounts resolves to neither: a wrong merge would put one
    /// person's acts on another.
    pub fn new(
        inventory: &[InventoryEntry],
        aliases: &[Alias],
        seen: impl IntoIterator<Item = String>,
        case: &Case,
    ) -> Directory {
        let mut it = Directory::default();
        for entry in inventory.iter().filter(|entry| !entry.account.is_empty()) {
            let account = canonical(&entry.account);
            it.accounts.insert(account.clone(), type_of(&account, Some(&entry.kind)));
            it.inventory.insert(account);
        }
        let mut owners: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for entry in inventory {
            for alias in &entry.aliases {
                owners.entry(alias.clone()).or_default().insert(canonical(&entry.account));
            }
        }
        for pair in aliases.iter().filter(|pair| is_person(&pair.account)) {
            owners.entry(pair.alias.clone()).or_default().insert(canonical(&pair.account));
        }
        it.learn(owners);
        let named = case.accounts.iter().cloned();
        for name in seen.into_iter().chain(named).filter(|name| is_person(name)) {
            let account = it.resolve(&name);
            let kind = type_of(&account, None);
            it.accounts.entry(account).or_insert(kind);
        }
        it
    }

    fn learn(&mut self, owners: BTreeMap<String, BTreeSet<String>>) {
        for (alias, accounts) in owners {
            // An address that is an account of its own in the inventory stays itself.
            let resolved: BTreeSet<String> = accounts
                .iter()
                .map(|account| self.alias_of.get(account).unwrap_or(account).clone())
                .collect();
            let [only] = &resolved.into_iter().collect::<Vec<_>>()[..] else { continue };
            if *only != alias && !self.inventory.contains(&alias) {
                self.alias_of.insert(alias, only.clone());
            }
        }
    }

    /// Returns the account a recorded name stands for; a name nobody knows stays as it is.
    pub fn resolve(&self, name: &str) -> String {
        let name = canonical(name);
        let mut now = &name;
        for _ in 0..4 {
            match self.alias_of.get(now) {
                Some(next) if next != now => now = next,
                _ => break,
            }
        }
        now.clone()
    }

    /// Every name that stands for the account: itself and its aliases.
    pub fn names_of(&self, account: &str) -> Vec<String> {
        let aliases = self.alias_of.keys().filter(|alias| self.resolve(alias) == account);
        let mut names: Vec<String> = aliases.cloned().collect();
        names.push(account.to_owned());
        names.sort();
        names
    }

    /// Every account of the inventory and every one seen, with its type.
    pub fn accounts(&self) -> &BTreeMap<String, AccountType> {
        &self.accounts
    }

    /// Tells whether an inventory was given.
    pub fn has_inventory(&self) -> bool {
        !self.inventory.is_empty()
    }

    /// Tells whether the account stands in the inventory.
    pub fn in_inventory(&self, account: &str) -> bool {
        self.inventory.contains(account)
    }

    /// Sets a type that a person decided (`person`, `role`, `shared`).
    pub fn set_type(&mut self, account: &str, kind: AccountType) {
        self.accounts.insert(account.to_owned(), kind);
    }

    /// The type of an account; a person where nothing else is known.
    pub fn type_of(&self, account: &str) -> AccountType {
        self.accounts.get(account).copied().unwrap_or_default()
    }
}

/// Tells whether a recorded name is a person's or mailbox's (has the shape of an address), and not
/// a system actor. Microsoft's own actors are listed in formats.md §1.5.
pub fn is_person(name: &str) -> bool {
    let system = ["nt authority", "nt service", "serviceprincipal_", "sharepoint\\", "s-1-5-18"];
    let robots = ["app@sharepoint", "fim_password_service@support.onmicrosoft.com"];
    name.contains('@')
        && !system.iter().any(|it| name.starts_with(it))
        && !robots.contains(&name)
        && !name.contains(' ')
}

fn canonical(name: &str) -> String {
    let name = name.trim().to_lowercase();
    match name.strip_prefix("urn:spo:guest#") {
        Some(rest) => rest.to_owned(),
        None => name.strip_prefix("i:0#.f|membership|").map(str::to_owned).unwrap_or(name),
    }
}

fn type_of(account: &str, kind: Option<&str>) -> AccountType {
    let kind = kind.unwrap_or_default().to_lowercase();
    let role =
        ["info", "noreply", "no-reply", "support", "office", "admin-team", "soumu", "jimukyoku"];
    let local = account.split('@').next().unwrap_or_default();
    if kind.contains("guest") || account.contains("#ext#") {
        AccountType::Guest
    } else if kind.contains("shared") || kind.contains("group") {
        AccountType::Shared
    } else if kind.contains("room") || kind.contains("equipment") || kind.contains("scheduling") {
        AccountType::Role
    } else if !is_person(account) {
        AccountType::Service
    } else if role.contains(&local) {
        AccountType::Role
    } else {
        AccountType::Person
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(account: &str, aliases: &[&str], kind: &str) -> InventoryEntry {
        InventoryEntry {
            account: account.into(),
            aliases: aliases.iter().map(|it| (*it).to_owned()).collect(),
            kind: kind.into(),
            ..InventoryEntry::default()
        }
    }

    #[test]
    fn an_alias_of_two_accounts_resolves_to_neither() {
        let inventory = [
            entry("a@x.jp", &["sales@x.jp", "oid-1"], "UserMailbox"),
            entry("b@x.jp", &["sales@x.jp"], "SharedMailbox"),
        ];
        let seen = ["A@x.jp".to_owned(), "nt authority\\system (x)".to_owned()];
        let it = Directory::new(&inventory, &[], seen, &Case::default());
        assert_eq!(it.resolve("OID-1"), "a@x.jp");
        assert_eq!(it.resolve("sales@x.jp"), "sales@x.jp");
        assert_eq!(it.type_of("b@x.jp"), AccountType::Shared);
        assert_eq!(it.accounts().len(), 2);
    }
}
