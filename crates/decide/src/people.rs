//! Who is to be written to, and why? Addresses become persons only on evidence (design §4.8).
//!
//! Two addresses are one person only where something says so: one contact or card, one row of a list
//! that names one person, one entry of the directory. Like names never merge: there are many 佐藤 in
//! every list. Exposed persons and those who were sent the fraudulent mail are two causes, kept apart.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Case, ListEntry,
    findings::{self, Figure, Is},
};

use crate::{exposure::Exposed, identity::Directory};

mod merge;
mod person;
mod roles;
#[cfg(test)]
mod tests;

pub use roles::{FILES as ROLE_FILES, is_role};

/// One row of an address list, or one contact of a mailbox.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ListRow {
    /// Record id of the row.
    pub record: String,
    /// Path of the list in the evidence, or scope id of the contacts folder.
    pub path: String,
    /// Name of the list as the report calls it; the path if it has none.
    pub list: String,
    /// Whether it is a contact or card, which is one person by its nature; a row of a table is one
    /// person only if it names one.
    pub contact: bool,
    /// What stands in it.
    pub entry: ListEntry,
}

/// Why a person may have to be written to.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub enum Cause {
    /// Stands in an exposed item.
    Exposed,
    /// Was sent one of the attacker's mails.
    SentFraud,
}

impl Cause {
    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            Cause::Exposed => "exposed",
            Cause::SentFraud => "sent_fraudulent_mail",
        }
    }
}

/// How a person can be told.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub enum Channel {
    /// By mail: nothing says that mail does not arrive.
    Mail,
    /// Mail to every known address failed: by public notice.
    PublicNotice,
}

impl Channel {
    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            Channel::Mail => "mail",
            Channel::PublicNotice => "public_notice",
        }
    }
}

/// Where a name comes from; the first is the best.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Ord, PartialOrd)]
pub enum NameSource {
    /// A contact of the account.
    Contact,
    /// A list.
    List,
    /// The directory of the tenant.
    Directory,
    /// The display name in a mail.
    DisplayName,
    /// No source has a name.
    #[default]
    None,
}

impl NameSource {
    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            NameSource::Contact => "contact",
            NameSource::List => "list",
            NameSource::Directory => "directory",
            NameSource::DisplayName => "display_name",
            NameSource::None => "",
        }
    }
}

/// One person (or one address behind which a person is not known).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Person {
    /// Their least address: names the person in claims (`people[x@y]`).
    pub key: String,
    /// All addresses, sorted.
    pub addresses: Vec<String>,
    /// Name: the evidence's text.
    pub name: String,
    /// Where it comes from.
    pub name_source: NameSource,
    /// Record it comes from; empty for a display name.
    pub name_record: String,
    /// How the name is read, where a list tells.
    pub furigana: String,
    /// How the person is addressed, where a list tells.
    pub honorific: String,
    /// Organisation the person belongs to, where a list or contact tells.
    pub organisation: String,
    /// Legal bodies of the case that hold this address: by their lists, else by their domains.
    pub bodies: Vec<String>,
    /// Lists the person stands in: (name of the list, record id of the row), sorted.
    pub lists: Vec<(String, String)>,
    /// Causes, kept apart.
    pub causes: BTreeSet<Cause>,
    /// Whether one of the addresses is a role's (`info@`, `sales@`), behind which several persons may be.
    pub role: bool,
    /// Whether it is an account of the tenant.
    pub internal: bool,
    /// How they can be told.
    pub channel: Option<Channel>,
    /// Last status of mail to each address, where one is known: `delivered`, `failed` …
    pub statuses: BTreeMap<String, String>,
    /// Exposed items that name the person: places in [`Exposed::items`].
    pub items: Vec<usize>,
    /// How they were exposed: `listed read synced downloaded`.
    pub hows: BTreeSet<crate::exposure::How>,
    /// Fraudulent mails sent to the person: message ids, at most 20.
    pub fraud: Vec<String>,
    /// Why the addresses are one person: record ids of contacts, rows, directory entries.
    pub merged_by: Vec<String>,
}

/// What people are decided from.
pub struct Inputs<'a> {
    /// What was exposed.
    pub exposed: &'a Exposed,
    /// Rows of every list, and contacts of the mailboxes (as [`ListRow`] with `contact`).
    pub rows: &'a [ListRow],
    /// Recipients of the attacker's mails: address → message ids.
    pub sent_fraud: &'a BTreeMap<String, BTreeSet<String>>,
    /// Last status of mail to an address (see [`crate::delivery::last_by_address`]).
    pub statuses: &'a BTreeMap<String, String>,
    /// The accounts.
    pub directory: &'a Directory,
    /// Display names of accounts, by account (inventory).
    pub account_names: &'a BTreeMap<String, String>,
    /// Legal bodies and their lists.
    pub case: &'a Case,
    /// Whether all lists the case file names were read whole; `None` if it names none.
    pub lists_whole: Option<bool>,
    /// Groups (scope, kind) which a person decided to be no leak: they ask for no notice.
    pub no_leak: &'a BTreeSet<(String, String)>,
}

/// The persons and their figures.
#[derive(Clone, Debug, Default)]
pub struct People {
    /// Everybody exposed or sent fraudulent mail, sorted by key.
    pub persons: Vec<Person>,
    /// The contract's `people`.
    pub figures: findings::People,
    /// The contract's `exposure.people`.
    pub exposed: Figure,
}

/// Decides who is to be written to.
pub fn people(inputs: &Inputs<'_>) -> People {
    let exposed = inputs.exposed;
    let mut addresses: BTreeSet<&str> = exposed.addresses.keys().map(String::as_str).collect();
    addresses.extend(exposed.internal.keys().map(String::as_str));
    addresses.extend(inputs.sent_fraud.keys().map(String::as_str));
    let lists = merge::Lists::new(inputs);
    let merged = merge::merge(inputs, &addresses);
    let persons: Vec<Person> =
        merged.into_iter().map(|it| person::person(inputs, &lists, it)).collect();
    let figures = figures(inputs, &persons);
    let exposed = exposed_figure(inputs, &persons);
    People { persons, figures, exposed }
}

/// Whether a person is to be told: named in an exposed item of a group that no person decided to be no
/// leak, and not of the house.
pub fn is_to_notify(inputs: &Inputs<'_>, it: &Person) -> bool {
    let leaks = |at: &usize| {
        inputs.exposed.items.get(*at).is_some_and(|item| {
            let key = |how: &crate::exposure::How| (item.scope.clone(), how.word().to_owned());
            item.hows.iter().any(|how| !inputs.no_leak.contains(&key(how)))
        })
    };
    !it.internal && it.causes.contains(&Cause::Exposed) && it.items.iter().any(leaks)
}

fn figures(inputs: &Inputs<'_>, persons: &[Person]) -> findings::People {
    let told: Vec<&Person> = persons.iter().filter(|it| is_to_notify(inputs, it)).collect();
    let by = |channel| told.iter().filter(|it| it.channel == Some(channel)).count() as u64;
    findings::People {
        to_notify: told.len() as u64,
        reachable: by(Channel::Mail),
        unreachable: by(Channel::PublicNotice),
        // Nothing was sent yet: `notify` counts these two.
        notified: 0,
        bounced: 0,
        public_notice: by(Channel::PublicNotice),
        warned_recipients: inputs.sent_fraud.len() as u64,
    }
}

/// Persons outside the house whom an exposed item names. Lists only ever make two addresses one person:
/// where not all of them were read the number is an upper bound.
fn exposed_figure(inputs: &Inputs<'_>, persons: &[Person]) -> Figure {
    let outside = |it: &&Person| !it.internal && it.causes.contains(&Cause::Exposed);
    let value = persons.iter().filter(outside).count() as u64;
    let addresses = &inputs.exposed.figures.addresses;
    let mut limits: BTreeSet<String> = addresses.limits.iter().cloned().collect();
    let is = match (addresses.is, inputs.lists_whole) {
        (Is::Exact, Some(true)) => Is::Exact,
        (Is::Exact, _) if value == 0 => Is::Exact,
        (Is::Exact | Is::AtMost, whole) => {
            if whole != Some(true) {
                limits.insert("lists_not_whole".to_owned());
            }
            Is::AtMost
        }
        (is, _) => is,
    };
    let value = (is != Is::Unknown).then_some(value);
    Figure { value, is, limits: limits.into_iter().collect() }
}
