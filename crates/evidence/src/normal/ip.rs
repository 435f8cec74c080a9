//! IP addresses as exports write them: bare, in brackets, with a port, mapped.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Returns the address in canonical lower-case text without port, brackets, zone and `::ffff:`.
///
/// Gives `None` if the text is no address. A bare IPv6 address is tried first, because one that
/// ends in hex digits would otherwise lose its last group as if it were a port.
pub fn canonical(text: &str) -> Option<String> {
    parse(text).map(|it| it.to_string())
}

/// Tells whether the address is loopback, private, link-local, carrier-grade NAT (RFC 6598) or
/// unspecified: such an address says nothing of where somebody came from.
pub fn is_private(text: &str) -> bool {
    match parse(text) {
        Some(IpAddr::V4(ip)) => {
            let [a, b, ..] = ip.octets();
            ip.is_loopback()
                || ip.is_private()
                || ip.is_link_local()
                || ip.is_unspecified()
                || (a == 100 && (64..128).contains(&b))
        }
        Some(IpAddr::V6(ip)) => {
            let first = ip.segments()[0];
            ip.is_loopback()
                || ip.is_unspecified()
                || first & 0xfe00 == 0xfc00
                || first & 0xffc0 == 0xfe80
        }
        None => false,
    }
}

fn parse(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"').trim();
    if text.is_empty() || text.len() > 80 {
        return None;
    }
    if let Some(ip) = bare(text) {
        return Some(ip);
    }
    if let Some(rest) = text.strip_prefix('[') {
        let (inside, after) = rest.split_once(']')?;
        let port = after.is_empty() || after.strip_prefix(':').is_some_and(is_port);
        return if port { bare(inside) } else { None };
    }
    let rest = text.get(..7).filter(|it| it.eq_ignore_ascii_case("::ffff:"));
    let text = if rest.is_some() { &text[7..] } else { text };
    let (host, port) = text.split_once(':')?;
    let ip: Ipv4Addr = host.parse().ok()?;
    is_port(port).then_some(IpAddr::V4(ip))
}

fn is_port(text: &str) -> bool {
    !text.is_empty() && text.len() <= 5 && text.bytes().all(|it| it.is_ascii_digit())
}

fn bare(text: &str) -> Option<IpAddr> {
    if let Ok(ip) = text.parse::<Ipv4Addr>() {
        return Some(IpAddr::V4(ip));
    }
    let text = text.split_once('%').map_or(text, |(address, _zone)| address);
    let ip: Ipv6Addr = text.parse().ok()?;
    Some(ip.to_ipv4_mapped().map_or(IpAddr::V6(ip), IpAddr::V4))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_shape_seen_in_exports_gives_the_bare_address() {
        for (text, want) in [
            ("62.149.20.10", "62.149.20.10"),
            ("62.149.20.10:62589", "62.149.20.10"),
            (" 62.149.20.10 ", "62.149.20.10"),
            ("[2A01:111:f100:9001::1761:914F]:47114", "2a01:111:f100:9001::1761:914f"),
            ("[2a01:111::1]", "2a01:111::1"),
            ("2603:10a6:803:15:cafe::5f", "2603:10a6:803:15:cafe::5f"),
            ("2603:10A6:0803:0015:cafe:0:0:5f", "2603:10a6:803:15:cafe::5f"),
            ("::1", "::1"),
            ("FE80::", "fe80::"),
            ("fe80::1%eth0", "fe80::1"),
            ("::ffff:198.51.100.7", "198.51.100.7"),
            ("::FFFF:198.51.100.7:443", "198.51.100.7"),
            ("[::ffff:198.51.100.7]:443", "198.51.100.7"),
            ("\"198.51.100.7\"", "198.51.100.7"),
        ] {
            assert_eq!(canonical(text).as_deref(), Some(want), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_none() {
        for text in [
            "",
            "null",
            "NOTANIPV4 (10.9000.0.1)",
            "10.9000.0.1",
            "1.2.3.4:",
            "1.2.3.4:port",
            "1.2.3.4:1234567",
            "[1::2]x",
            "[]",
            "<null>",
            "1.2.3",
            "a:b",
        ] {
            assert_eq!(canonical(text), None, "{text}");
        }
    }

    #[test]
    fn private_addresses_are_told() {
        for text in [
            "127.0.0.1",
            "10.0.0.1",
            "172.16.9.9",
            "192.168.0.1:80",
            "169.254.1.1",
            "100.64.0.1",
            "::1",
            "fe80::1",
            "fd00::1",
            "::ffff:10.1.1.1",
        ] {
            assert!(is_private(text), "{text}");
        }
        for text in ["100.63.0.1", "100.128.0.1", "172.32.0.1", "8.8.8.8", "2a01::1", "", "x"] {
            assert!(!is_private(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn canonical_is_total_and_idempotent(text in "\\PC{0,40}|[0-9a-fA-F:.\\[\\]%]{0,40}") {
            if let Some(once) = canonical(&text) {
                prop_assert_eq!(canonical(&once), Some(once.clone()));
            }
            is_private(&text);
        }
    }
}
