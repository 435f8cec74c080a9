//! What the directory says is the owner's: devices registered before anything was suspected, and
//! networks somebody marked as trusted before that (design §4.3).

use std::collections::{BTreeMap, BTreeSet};

use model::{Micros, SettingKind, findings::SessionVerdict};
use serde_json::Value;

use super::State;
use crate::{attribution::Judged, network, session::Built};

/// Things of the owners'.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Owned {
    /// Devices of each account: (account, device id).
    pub devices: BTreeSet<(String, String)>,
    /// Networks marked as trusted.
    pub networks: Vec<String>,
}

/// A wider network than these vouches for nobody: prefix lengths of IPv4 and IPv6.
const NARROW: (u8, u8) = (16, 32);

impl Owned {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.devices.is_empty() && self.networks.is_empty()
    }

    /// The trusted network that holds one of the addresses.
    pub fn network<'a>(&'a self, ips: &BTreeSet<String>) -> Option<&'a str> {
        let holds = |cidr: &&String| ips.iter().any(|ip| network::contains(cidr, ip));
        self.networks.iter().find(holds).map(String::as_str)
    }
}

impl State {
    /// What is the owners', given what is held against each account without it. Where nothing is held
    /// against anybody nothing needs to be vouched for.
    pub fn owned(&self, built: &Built, judged: &[Judged]) -> Owned {
        let mut since: BTreeMap<&str, Micros> = BTreeMap::new();
        for (draft, it) in built.drafts.iter().zip(judged) {
            let against = [SessionVerdict::Attacker, SessionVerdict::Suspected];
            if against.contains(&it.verdict) && draft.worked + draft.interrupted > 0 {
                let first = since.entry(&draft.account).or_insert(draft.first);
                *first = draft.first.min(*first);
            }
        }
        let mut found = Owned::default();
        for it in self.of(SettingKind::Device) {
            let Some(device) = it.facts["device"].as_str() else { continue };
            for owner in it.owners.clone() {
                let before = since.get(owner.as_str()).zip(it.setting.created);
                if before.is_some_and(|(first, made)| made < *first) {
                    found.devices.insert((owner, device.to_owned()));
                }
            }
        }
        let Some(first) = since.values().min() else { return found };
        for it in self.of(SettingKind::Location) {
            let marked = it.facts["trusted"] == Value::Bool(true);
            let changed = it.setting.changed.or(it.setting.created);
            if marked && changed.is_some_and(|at| at < *first) {
                let all = it.facts["ranges"].as_array().map(Vec::as_slice).unwrap_or_default();
                let narrow = all.iter().filter_map(Value::as_str).filter(|it| is_narrow(it));
                found.networks.extend(narrow.map(str::to_owned));
            }
        }
        found.networks.sort();
        found.networks.dedup();
        found
    }
}

fn is_narrow(cidr: &str) -> bool {
    let Some((address, length)) = cidr.split_once('/') else { return true };
    let least = if address.contains(':') { NARROW.1 } else { NARROW.0 };
    length.parse::<u8>().is_ok_and(|it| it >= least)
}
