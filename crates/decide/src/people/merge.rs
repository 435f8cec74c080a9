//! Which addresses are one person's? Only what something says.

use std::collections::{BTreeMap, BTreeSet};

use model::{ListEntry, glob_matches};

use super::{Inputs, ListRow, is_role};

/// Addresses that are one person's, and the records that say so.
#[derive(Debug, Default)]
pub(super) struct Merged {
    pub(super) addresses: BTreeSet<String>,
    pub(super) by: BTreeSet<String>,
}

/// Joins the addresses, smallest first.
pub(super) fn merge(inputs: &Inputs<'_>, addresses: &BTreeSet<&str>) -> Vec<Merged> {
    let mut sets = Sets::default();
    for address in addresses {
        sets.add(address);
    }
    let shared = shared(inputs.rows);
    for row in inputs.rows.iter().filter(|it| is_one_person(it)) {
        let mine: Vec<&str> = persons(&row.entry).filter(|it| !shared.contains(it)).collect();
        for pair in mine.windows(2) {
            sets.join(pair[0], pair[1], &row.record);
        }
    }
    for address in addresses {
        let account = inputs.directory.resolve(address);
        if account != *address {
            sets.join(address, &account, &format!("directory:{account}"));
        }
    }
    let mut found: BTreeMap<String, Merged> = BTreeMap::new();
    for address in addresses {
        let root = sets.root(address);
        found.entry(root).or_default().addresses.insert((*address).to_owned());
    }
    for (address, record) in &sets.said {
        let root = sets.root(address);
        if let Some(it) = found.get_mut(&root).filter(|it| it.addresses.len() > 1) {
            it.by.insert(record.clone());
        }
    }
    let mut all: Vec<Merged> = found.into_values().collect();
    all.sort_by(|a, b| a.addresses.first().cmp(&b.addresses.first()));
    all
}

/// A contact or card is one person; a row of a table is one person if it names exactly one.
fn is_one_person(row: &ListRow) -> bool {
    let name = row.entry.name.trim();
    let several = name.contains(['、', '/', '／', ';', '；', '\n', '・']) || name.contains(" and ");
    persons(&row.entry).count() > 1 && (row.contact || (!name.is_empty() && !several))
}

/// Addresses beside which rows note different names: no evidence that anybody is anybody.
fn shared(rows: &[ListRow]) -> BTreeSet<&str> {
    let mut names: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for row in rows.iter().filter(|it| !it.entry.name.trim().is_empty()) {
        let name: String = row.entry.name.chars().filter(|c| !c.is_whitespace()).collect();
        for address in persons(&row.entry) {
            names.entry(address).or_default().insert(name.to_lowercase());
        }
    }
    names.into_iter().filter(|it| it.1.len() > 1).map(|it| it.0).collect()
}

/// The addresses of a row behind which one person may be: a shared desk beside a name is not that
/// person's, and would make everybody who notes it one.
fn persons(entry: &ListEntry) -> impl Iterator<Item = &str> {
    entry.addresses.iter().map(String::as_str).filter(|it| !is_role(it))
}

/// Disjoint sets of addresses, each known by its least member.
#[derive(Debug, Default)]
struct Sets {
    up: BTreeMap<String, String>,
    said: BTreeSet<(String, String)>,
}

impl Sets {
    fn add(&mut self, address: &str) {
        self.up.entry(address.to_owned()).or_insert_with(|| address.to_owned());
    }

    fn root(&self, address: &str) -> String {
        let mut now = address;
        while let Some(next) = self.up.get(now).filter(|it| *it != now) {
            now = next;
        }
        now.to_owned()
    }

    fn join(&mut self, a: &str, b: &str, record: &str) {
        self.add(a);
        self.add(b);
        let (a_root, b_root) = (self.root(a), self.root(b));
        let (low, high) = if a_root <= b_root { (a_root, b_root) } else { (b_root, a_root) };
        for one in [a, b] {
            // Short ways: each member leads close to the root.
            self.up.insert(one.to_owned(), low.clone());
        }
        self.up.insert(high, low.clone());
        self.up.insert(low.clone(), low);
        self.said.insert((a.to_owned(), record.to_owned()));
    }
}

/// A legal body of the case.
struct Body<'a> {
    name: &'a str,
    lists: &'a [String],
    /// In lower case.
    domains: Vec<String>,
}

/// The rows of lists by address.
pub(super) struct Lists<'a> {
    rows: BTreeMap<&'a str, Vec<&'a ListRow>>,
    bodies: Vec<Body<'a>>,
}

impl<'a> Lists<'a> {
    pub(super) fn new(inputs: &Inputs<'a>) -> Lists<'a> {
        let mut rows: BTreeMap<&str, Vec<&ListRow>> = BTreeMap::new();
        for row in inputs.rows {
            for address in &row.entry.addresses {
                rows.entry(address).or_default().push(row);
            }
        }
        for all in rows.values_mut() {
            all.sort_by(|a, b| {
                (!a.contact, &a.list, &a.record).cmp(&(!b.contact, &b.list, &b.record))
            });
        }
        let body = |it: &'a model::Organisation| Body {
            name: &it.name,
            lists: &it.lists,
            domains: it.domains.iter().map(|it| it.trim().to_lowercase()).collect(),
        };
        Lists { rows, bodies: inputs.case.organisations.iter().map(body).collect() }
    }

    /// Rows in which an address stands: contacts first.
    pub(super) fn of(&self, address: &str) -> &[&'a ListRow] {
        self.rows.get(address).map_or(&[], Vec::as_slice)
    }

    /// Legal bodies whose lists hold one of the rows; else those whose domain one of the addresses bears;
    /// else the only one there is.
    pub(super) fn bodies(&self, rows: &[&ListRow], addresses: &[String]) -> Vec<String> {
        let of = |wanted: &dyn Fn(&Body<'_>) -> bool| {
            let found = self.bodies.iter().filter(|it| wanted(it)).map(|it| it.name.to_owned());
            found.collect::<BTreeSet<String>>().into_iter().collect::<Vec<String>>()
        };
        let listed = of(&|it| {
            rows.iter().any(|row| it.lists.iter().any(|glob| glob_matches(glob, &row.path)))
        });
        if !listed.is_empty() {
            return listed;
        }
        let theirs = of(&|it| {
            let domain = |a: &String| {
                a.rsplit_once('@').is_some_and(|at| it.domains.iter().any(|d| d == at.1))
            };
            addresses.iter().any(domain)
        });
        match (theirs.is_empty(), self.bodies.as_slice()) {
            (true, [only]) => vec![only.name.to_owned()],
            _ => theirs,
        }
    }
}
