//! What is usual for an account? Learned in time order from sessions nothing speaks against.

use std::collections::{BTreeMap, BTreeSet};

use crate::{network::prefix, session::Draft};

/// Days in the first of which nothing counts as new (design §4.3).
pub const YOUNG: i64 = 20;

type Days = BTreeSet<i64>;

/// What was used on which day.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    /// First day of the log.
    pub start: i64,
    place: BTreeMap<(String, String, String), Days>,
    network: BTreeMap<String, BTreeMap<String, Days>>,
    agent: BTreeMap<(String, String), Days>,
    address: BTreeMap<(String, String), Days>,
    roamed: BTreeMap<(String, String), BTreeSet<(i64, String)>>,
    country: BTreeMap<(String, String), Days>,
    device: BTreeMap<(String, String), Days>,
    unmanaged: BTreeMap<(String, String), Days>,
    managed: BTreeMap<String, Days>,
    protocol: BTreeSet<(String, String)>,
    app: BTreeSet<(String, String)>,
    account: BTreeMap<String, Days>,
}

impl Baseline {
    /// Nothing learned yet; the log begins on this day.
    pub fn new(start: i64) -> Baseline {
        Baseline { start, ..Baseline::default() }
    }

    /// Adds one day of one session.
    pub fn learn(&mut self, draft: &Draft, day: i64) {
        let account = || draft.account.clone();
        self.account.entry(account()).or_default().insert(day);
        if !draft.network.is_empty() && draft.network != "microsoft" {
            let place = (account(), draft.network.clone(), draft.family.clone());
            self.place.entry(place).or_default().insert(day);
            let users = self.network.entry(draft.network.clone()).or_default();
            users.entry(account()).or_default().insert(day);
        }
        for agent in draft.agent_families.iter().filter(|_| !draft.network.is_empty()) {
            let places = self.roamed.entry((account(), agent.clone())).or_default();
            places.extend(draft.ips.iter().map(|ip| (day, prefix(ip))));
        }
        for agent in draft.agent_families.iter().chain([&draft.family]) {
            self.agent.entry((account(), agent.clone())).or_default().insert(day);
        }
        for ip in &draft.ips {
            self.address.entry((account(), ip.clone())).or_default().insert(day);
        }
        for country in &draft.countries {
            self.country.entry((account(), country.clone())).or_default().insert(day);
        }
        for device in &draft.devices {
            self.device.entry((account(), device.clone())).or_default().insert(day);
        }
        if draft.managed {
            self.managed.entry(account()).or_default().insert(day);
        } else if draft.unmanaged {
            self.unmanaged.entry((account(), draft.family.clone())).or_default().insert(day);
        }
        self.protocol.extend(draft.protocols.iter().map(|it| (account(), it.clone())));
        self.app.extend(draft.apps.iter().map(|it| (account(), it.clone())));
    }

    /// Days on which the account used this network with this client family.
    pub fn place_days(&self, draft: &Draft) -> Option<&Days> {
        self.place.get(&(draft.account.clone(), draft.network.clone(), draft.family.clone()))
    }

    /// Who used the network, and on which days.
    pub fn users(&self, network: &str) -> Option<&BTreeMap<String, Days>> {
        self.network.get(network)
    }

    /// Days on which the account used this operating system and browser, or client family.
    pub fn agent_days(&self, account: &str, agent: &str) -> Option<&Days> {
        self.agent.get(&(account.to_owned(), agent.to_owned()))
    }

    /// Days on which the account used this very address.
    pub fn address_days(&self, account: &str, ip: &str) -> Option<&Days> {
        self.address.get(&(account.to_owned(), ip.to_owned()))
    }

    /// Days on which the account used this operating system and browser, and in how many networks, on
    /// those days that count. Only networks of the same carrier do: another's phone in a network of
    /// somebody else's is no habit of this account.
    pub fn roamed(
        &self,
        account: &str,
        agent: &str,
        ip: &str,
        counts: &dyn Fn(i64) -> bool,
    ) -> (usize, usize) {
        let found = self.roamed.get(&(account.to_owned(), agent.to_owned()));
        let here = carrier(&prefix(ip));
        let alike = |it: &&(i64, String)| counts(it.0) && carrier(&it.1) == here;
        let mine = || found.into_iter().flatten().filter(alike);
        let days: BTreeSet<i64> = mine().map(|it| it.0).collect();
        let networks: BTreeSet<&str> = mine().map(|it| it.1.as_str()).collect();
        (days.len(), networks.len())
    }

    /// Tells whether the account was ever seen in the country.
    pub fn was_in(&self, account: &str, country: &str) -> bool {
        self.country.contains_key(&(account.to_owned(), country.to_owned()))
    }

    /// Tells whether the account ever used the protocol.
    pub fn used_protocol(&self, account: &str, protocol: &str) -> bool {
        self.protocol.contains(&(account.to_owned(), protocol.to_owned()))
    }

    /// Tells whether the account ever used the application.
    pub fn used_app(&self, account: &str, app: &str) -> bool {
        self.app.contains(&(account.to_owned(), app.to_owned()))
    }

    /// Days on which the account used the device.
    pub fn device_days(&self, account: &str, device: &str) -> Option<&Days> {
        self.device.get(&(account.to_owned(), device.to_owned()))
    }

    /// Days on which the account used an unmanaged device with this client family.
    pub fn unmanaged_days(&self, account: &str, family: &str) -> usize {
        self.unmanaged.get(&(account.to_owned(), family.to_owned())).map_or(0, BTreeSet::len)
    }

    /// Days on which the account used a managed device.
    pub fn managed_days(&self, account: &str) -> usize {
        self.managed.get(account).map_or(0, BTreeSet::len)
    }

    /// Days on which the account did anything.
    pub fn days(&self, account: &str) -> usize {
        self.account.get(account).map_or(0, BTreeSet::len)
    }

    /// The country the account lives in: the one of most days, if at least ten are known.
    pub fn home(&self, account: &str) -> Option<&str> {
        let from = (account.to_owned(), String::new());
        let own = self.country.range(from..).take_while(|((owner, _), _)| owner == account);
        let (count, country) = own
            .map(|((_, country), days)| (days.len(), country.as_str()))
            .max_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(a.1)))?;
        (count >= 10).then_some(country)
    }
}

/// The country most account-days of the organisation fall into: its home.
pub fn home_of_tenant(drafts: &[Draft]) -> Option<String> {
    let mut days: BTreeMap<&str, BTreeSet<(&str, i64)>> = BTreeMap::new();
    for draft in drafts.iter().filter(|it| !it.service && it.worked > 0) {
        for country in &draft.countries {
            let seen = days.entry(country).or_default();
            seen.extend(draft.days.iter().map(|day| (draft.account.as_str(), *day)));
        }
    }
    let (country, _) = days.iter().max_by(|a, b| a.1.len().cmp(&b.1.len()).then(b.0.cmp(a.0)))?;
    Some((*country).to_owned())
}
/// The wide block a network lies in, as registries hand them to carriers: the /10 of a /24, the /24 of a
/// /48; any other name stands for itself.
fn carrier(network: &str) -> String {
    let prefix = network.parse::<ipnet::IpNet>().ok();
    let wide = prefix.and_then(|it| {
        let bits = if it.addr().is_ipv4() { 10 } else { 24 };
        ipnet::IpNet::new(it.addr(), bits).ok().map(|wide| wide.trunc().to_string())
    });
    wide.unwrap_or_else(|| network.to_owned())
}
