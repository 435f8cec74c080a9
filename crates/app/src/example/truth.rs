use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Scenario;
use super::clock::iso;
use super::sim::{Sim, Trace, Ual};

/// Who really stands behind a record.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// The intruder, inside.
    Attacker,
    /// A failed sign-in by somebody without any right to the account.
    Attempt,
    /// The lawful holder of the account.
    Owner,
    /// A lawful user of an account that has no one owner.
    OtherPerson,
    /// Microsoft or another program.
    Service,
}

/// Ids by actor and acting account.
pub type Ids = BTreeMap<Actor, BTreeMap<String, BTreeSet<String>>>;

/// What really happened.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Truth {
    /// Name of the scenario.
    pub scenario: String,
    /// Seed of the simulation.
    pub seed: u64,
    /// `takeover`, or `none` where nobody was inside. (Konseki may have to say less: it must be shown.)
    pub outcome: String,
    /// How each account was taken, in the contract's words.
    pub how: BTreeMap<String, String>,
    /// Accounts of the inventory.
    pub inventory: u64,
    /// Accounts taken over, with the instants of the intruder's first and last record.
    pub compromised: Vec<Access>,
    /// First and last record of the intruder over all accounts.
    pub window: Option<(String, String)>,
    /// Record ids of the audit log: who stands behind them → acting account (lower-cased) → ids.
    pub ual: Ids,
    /// Ids of the sign-in log in the same way.
    pub signins: Ids,
    /// The fraudulent mail.
    pub mail: Mail,
    /// The intruder's audit records: account → contract operation → records.
    pub operations: BTreeMap<String, BTreeMap<String, u64>>,
    /// Distinct messages bound by the intruder in each mailbox, the fraudulent left out.
    pub read_items: BTreeMap<String, u64>,
    /// Scope ids the intruder touched (design §4.6).
    pub touched_scopes: BTreeSet<String>,
    /// What stood in the folders the intruder touched, where a mailbox was exported.
    #[serde(default)]
    pub exposed: Option<Exposed>,
    /// What the intruder left behind.
    pub persistence: Vec<Persistence>,
    /// Failed sign-ins by strangers for each account, in the audit log.
    pub attempts: BTreeMap<String, u64>,
    /// Address lists.
    pub lists: Vec<ListTruth>,
    /// Rows, records and duplicates of each file.
    pub files: Vec<FileTruth>,
    /// Sums of `files` by kind.
    pub sources: BTreeMap<String, SourceTruth>,
}

/// One account taken over.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Access {
    /// UPN, lower-cased.
    pub account: String,
    /// First record of the intruder, UTC.
    pub first: String,
    /// Last record of the intruder, UTC.
    pub last: String,
    /// The same two in the audit log alone.
    pub audited: Option<(String, String)>,
}

/// The fraudulent mail, counted as design §4.7 says.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Mail {
    /// Distinct messages.
    pub messages: u64,
    /// Distinct (message, address).
    pub recipients: u64,
    /// Distinct addresses.
    pub unique_recipients: u64,
    /// Recipients whose last status is Failed.
    pub failed: u64,
    /// Unique recipients that stand in a list, in the tenant or in past correspondence.
    pub known_recipients: u64,
    /// Unique recipients one letter or one tag away from an address in a list.
    pub near_matches: u64,
    /// First and last message, UTC.
    pub first: Option<String>,
    /// Last message, UTC.
    pub last: Option<String>,
    /// Messages by calendar day of the case's zone.
    pub by_day: BTreeMap<String, u64>,
    /// Messages by subject.
    pub subjects: BTreeMap<String, u64>,
    /// Messages by sending mailbox.
    pub by_account: BTreeMap<String, u64>,
}

/// What stood in the touched folders of the exported mailbox at any touch, the fraudulent mail left out
/// (design §4.8).
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Exposed {
    /// Mails.
    pub items: u64,
    /// Of these, mails that were no longer in the mailbox when it was collected.
    pub gone: u64,
    /// Distinct addresses outside the tenant.
    pub addresses: u64,
    /// Distinct addresses of the tenant's other accounts.
    pub internal: u64,
}

/// One thing left behind.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Persistence {
    /// UPN, lower-cased.
    pub account: String,
    /// `inbox_rule`, `forwarding`, `consent` …
    pub kind: String,
    /// Made at, UTC.
    pub at: String,
    /// Removed at, UTC.
    pub removed_at: Option<String>,
    /// Audit records that show it.
    pub records: Vec<String>,
}

/// One address list.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct ListTruth {
    /// Name in the case file.
    pub name: String,
    /// Path.
    pub path: String,
    /// Distinct addresses.
    pub addresses: u64,
    /// Recipients of the fraudulent mail that stand in it.
    pub matches: u64,
}

/// One evidence file.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct FileTruth {
    /// Path; inside a container with `!/`.
    pub path: String,
    /// `ual`, `signins`, `message_trace`, `firewall`, `database`.
    pub kind: String,
    /// Rows.
    pub rows: u64,
    /// Rows that are the record of their event.
    pub records: u64,
    /// Rows that repeat an event.
    pub duplicates: u64,
    /// Rows cut on their way.
    pub rejected: u64,
}

/// All files of one kind.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct SourceTruth {
    /// Rows.
    pub rows: u64,
    /// Distinct events.
    pub records: u64,
    /// Rows that repeat an event.
    pub duplicates: u64,
    /// Rows cut on their way.
    pub rejected: u64,
}

impl Truth {
    /// What happened, from the simulation itself and not from any file.
    pub(crate) fn of(sim: &Sim) -> Self {
        let mut truth = Self {
            scenario: sim.options.scenario.name().to_owned(),
            seed: sim.options.seed,
            inventory: sim.people.len() as u64,
            mail: mail(sim),
            persistence: sim.persistence.clone(),
            ..Self::default()
        };
        for record in &sim.ual {
            let ids = truth.ual.entry(record.actor).or_default();
            ids.entry(record.account.clone()).or_default().insert(record.id.clone());
            if record.actor == Actor::Attempt {
                *truth.attempts.entry(record.account.clone()).or_default() += 1;
            }
        }
        for signin in &sim.signins {
            let account = sim.people[signin.person].upn.to_lowercase();
            let ids = truth.signins.entry(signin.actor).or_default();
            ids.entry(account).or_default().insert(signin.id.clone());
        }
        truth.intrusion(sim);
        truth.exposed = exposed(sim);
        truth.outcome = if truth.compromised.is_empty() { "none" } else { "takeover" }.to_owned();
        let means = match sim.options.scenario {
            Scenario::TokenReplay => "token_theft",
            _ => "aitm_phishing",
        };
        truth.how =
            truth.compromised.iter().map(|a| (a.account.clone(), means.to_owned())).collect();
        truth
    }

    fn intrusion(&mut self, sim: &Sim) {
        let mut read: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        let mut access: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
        for record in sim.ual.iter().filter(|r: &&Ual| r.actor == Actor::Attacker) {
            let account = record.account.as_str();
            let operation = record.act.operation.to_owned();
            *self
                .operations
                .entry(account.to_owned())
                .or_default()
                .entry(operation)
                .or_default() += 1;
            self.touched_scopes.extend(record.act.scopes.iter().cloned());
            if record.act.operation == "read"
                && let Some(mailbox) =
                    record.act.scopes.iter().find_map(|s| s.strip_prefix("items:"))
            {
                let items = record.act.items.iter().map(String::as_str);
                read.entry(mailbox.to_owned()).or_default().extend(items);
            }
            if account.contains('@') {
                let span = access.entry(account).or_insert((record.at, record.at));
                *span = (span.0.min(record.at), span.1.max(record.at));
            }
        }
        let audited = access.clone();
        // A token fetched by a program stands in the sign-in log alone.
        let inside = sim.signins.iter().filter(|s| s.actor == Actor::Attacker && s.error == 0);
        for signin in inside {
            let account = sim.people[signin.person].upn.as_str();
            let span = access.entry(account).or_insert((signin.at, signin.at));
            *span = (span.0.min(signin.at), span.1.max(signin.at));
        }
        self.read_items = read.into_iter().map(|(k, v)| (k, v.len() as u64)).collect();
        let first = access.values().map(|a| a.0).min();
        let last = access.values().map(|a| a.1).max();
        self.window = first.zip(last).map(|(a, b)| (iso(a), iso(b)));
        self.compromised = access
            .into_iter()
            .map(|(account, (first, last))| Access {
                account: account.to_owned(),
                first: iso(first),
                last: iso(last),
                audited: audited.get(account).map(|(x, y)| (iso(*x), iso(*y))),
            })
            .collect();
    }
}

fn exposed(sim: &Sim) -> Option<Exposed> {
    let owner = sim.exported?;
    let shown = sim.shown(owner);
    let own = sim.people[owner].upn.as_str();
    let left = sim.stored(owner, sim.setting.copied);
    let left: BTreeSet<&str> = left.iter().map(|it| it.posted.message.id.as_str()).collect();
    let named: BTreeSet<&str> = shown
        .iter()
        .flat_map(|it| {
            it.posted.recipients.iter().map(String::as_str).chain([it.posted.sender.as_str()])
        })
        .filter(|it| *it != own)
        .collect();
    let inside = |it: &&str| sim.people.iter().any(|p| p.upn == **it);
    let internal = named.iter().filter(|it| inside(it)).count() as u64;
    Some(Exposed {
        items: shown.iter().map(|it| &it.posted.message.id).collect::<BTreeSet<_>>().len() as u64,
        gone: shown.iter().filter(|it| !left.contains(it.posted.message.id.as_str())).count()
            as u64,
        addresses: named.len() as u64 - internal,
        internal,
    })
}

fn mail(sim: &Sim) -> Mail {
    let rows: Vec<&Trace> = sim.trace.iter().filter(|t| t.fraudulent).collect();
    let mut messages: BTreeMap<&str, &Trace> = BTreeMap::new();
    for row in &rows {
        messages.entry(&row.message).or_insert(row);
    }
    let mut mail = Mail {
        messages: messages.len() as u64,
        recipients: rows.len() as u64,
        failed: rows.iter().filter(|r| r.status == "Failed").count() as u64,
        first: rows.iter().map(|r| r.at).min().map(iso),
        last: rows.iter().map(|r| r.at).max().map(iso),
        ..Mail::default()
    };
    for row in messages.values() {
        *mail.by_day.entry(sim.clock.day(row.at).to_string()).or_default() += 1;
        *mail.subjects.entry(row.subject.clone()).or_default() += 1;
        *mail.by_account.entry(row.sender.clone()).or_default() += 1;
    }
    let unique: BTreeSet<&str> = rows.iter().map(|r| r.recipient.as_str()).collect();
    mail.unique_recipients = unique.len() as u64;
    mail.known_recipients = unique.iter().filter(|a| known(sim, a)).count() as u64;
    mail.near_matches = sim.near.iter().filter(|a| unique.contains(a.as_str())).count() as u64;
    mail
}

/// Whether an address stands in a list or belongs to the tenant.
fn known(sim: &Sim, address: &str) -> bool {
    let book = &sim.book;
    [&book.members, &book.seminar, &book.partners, &book.contacts, &book.strangers]
        .iter()
        .any(|list| list.iter().any(|c| c.address == address))
        || sim.people.iter().any(|p| p.upn == address)
}
