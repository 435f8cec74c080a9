//! Which network is an address in, and in which country?

use std::{collections::BTreeMap, net::IpAddr};

use model::Context;

/// What offline data says of one address.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Place {
    /// Two-letter country, upper case; empty if unknown.
    pub country: String,
    /// Autonomous system; 0 if unknown.
    pub asn: u32,
}

/// Networks and countries of the addresses seen: from the sign-in records themselves, and from
/// offline data where the user gave such files. Nothing is guessed.
#[derive(Clone, Debug, Default)]
pub struct Atlas {
    by_ip: BTreeMap<String, Place>,
    by_prefix: BTreeMap<String, Place>,
}

impl Atlas {
    /// Learns from the contexts; `geo` (offline data) wins over what a record says.
    pub fn new(contexts: &[Context], geo: &BTreeMap<String, Place>) -> Atlas {
        let mut it = Atlas::default();
        let mut prefixes: BTreeMap<String, Vec<Place>> = BTreeMap::new();
        for context in contexts.iter().filter(|it| !it.ip.is_empty()) {
            let said = Place { country: context.country.clone(), asn: context.asn };
            if said == Place::default() {
                continue;
            }
            let place = it.by_ip.entry(context.ip.clone()).or_default();
            // Records may disagree; the least word wins, so that order does not matter.
            if place.country.is_empty()
                || (!said.country.is_empty() && said.country < place.country)
            {
                place.country = said.country;
            }
            if place.asn == 0 || (said.asn != 0 && said.asn < place.asn) {
                place.asn = said.asn;
            }
        }
        for (ip, place) in geo {
            it.by_ip.insert(ip.clone(), place.clone());
        }
        for (ip, place) in &it.by_ip {
            prefixes.entry(prefix(ip)).or_default().push(place.clone());
        }
        for (prefix, places) in prefixes {
            if places.iter().all(|it| *it == places[0]) {
                it.by_prefix.insert(prefix, places[0].clone());
            }
        }
        it
    }

    fn place(&self, ip: &str) -> Option<&Place> {
        self.by_ip.get(ip).or_else(|| self.by_prefix.get(&prefix(ip)))
    }

    /// Returns the country, or the empty string.
    pub fn country(&self, ip: &str) -> &str {
        self.place(ip).map(|it| it.country.as_str()).unwrap_or_default()
    }

    /// Returns the network: `AS…` where known, else the /24 or /48; empty for no address.
    pub fn network(&self, ip: &str) -> String {
        match self.place(ip) {
            _ if ip.is_empty() => String::new(),
            Some(place) if place.asn != 0 => format!("AS{}", place.asn),
            _ => prefix(ip),
        }
    }

    /// Tells whether any address has a country: without it travel rules are absent.
    pub fn knows_countries(&self) -> bool {
        self.by_ip.values().any(|it| !it.country.is_empty())
    }
}

/// The /24 of an IPv4 address or the /48 of an IPv6 address; the text itself if it is neither.
pub fn prefix(ip: &str) -> String {
    match ip.parse::<IpAddr>() {
        Ok(IpAddr::V4(v4)) => {
            let [a, b, c, _] = v4.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        Ok(IpAddr::V6(v6)) => {
            let [a, b, c, ..] = v6.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
        Err(_) => ip.to_owned(),
    }
}

/// Tells whether the address lies in the prefix (or equals it).
pub fn contains(cidr: &str, ip: &str) -> bool {
    match (cidr.parse::<ipnet::IpNet>(), ip.parse::<IpAddr>()) {
        (Ok(net), Ok(ip)) => net.contains(&ip),
        _ => cidr == ip,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neighbour_tells_the_country_but_not_a_quarrel() {
        let said = |ip: &str, country: &str| Context {
            ip: ip.into(),
            country: country.into(),
            ..Context::default()
        };
        let it = Atlas::new(&[said("198.51.100.7", "NL")], &BTreeMap::new());
        assert_eq!(it.country("198.51.100.9"), "NL");
        assert_eq!(it.network("198.51.100.9"), "198.51.100.0/24");
        let quarrel = [said("198.51.100.7", "NL"), said("198.51.100.8", "DE")];
        assert_eq!(Atlas::new(&quarrel, &BTreeMap::new()).country("198.51.100.9"), "");
        assert!(
            contains("203.0.113.0/28", "203.0.113.4")
                && !contains("203.0.113.0/28", "203.0.113.16")
        );
    }
}
