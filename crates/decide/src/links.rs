//! Which sessions share a session id, a token, an address or a device, and what does that pass on?

use std::collections::{BTreeMap, BTreeSet};

use model::{Phrase, Text};

use crate::session::Draft;

/// Most hops a link is followed (design §4.3).
const HOPS: usize = 3;
/// A session whose own score is below this accuses nobody, and so passes nothing on: otherwise an
/// owner's new phone would accuse itself from each of its own visits.
const ACCUSES: i64 = 100;
/// An identifier used by more accounts than this links nobody.
const MOST_ACCOUNTS: usize = 3;

const ADDRESS: Phrase =
    Phrase::new("attribution.link_address", "the same address as session {session}");
const TOKEN: Phrase = Phrase::new("attribution.link_token", "the same token as session {session}");
const DEVICE: Phrase =
    Phrase::new("attribution.link_device", "the same device as session {session}");
const SESSION: Phrase = Phrase::new(
    "attribution.link_session_of_attacker",
    "the session id was first used by session {session}",
);

/// What a link passes to a session.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Passed {
    /// Centibans.
    pub score: i64,
    /// The session the chain began at.
    origin: usize,
    /// Rule.
    pub rule: &'static str,
    /// Why.
    pub text: Text,
}

/// One identifier that joins sessions.
struct Edge {
    rule: &'static str,
    phrase: Phrase,
    members: Vec<usize>,
}

/// Follows links from every session's own score, halving at each hop, and returns what reaches
/// each session. Only what speaks against somebody is passed: an owner's score stays with the
/// owner's own session, for a stolen token carries the owner's identifiers.
pub fn follow(drafts: &[Draft], own: &[i64], barred: &BTreeSet<(String, String)>) -> Vec<Passed> {
    let edges = edges(drafts, own, barred);
    if own.iter().all(|it| *it <= 0) {
        return vec![Passed::default(); drafts.len()];
    }
    let mut best: Vec<Passed> = vec![Passed::default(); drafts.len()];
    for _ in 0..HOPS {
        let before = best.clone();
        for edge in &edges {
            // Few members have anything to pass; an edge may have thousands.
            let senders: Vec<usize> = edge
                .members
                .iter()
                .copied()
                .filter(|i| own[*i] >= ACCUSES || before[*i].score > 0)
                .collect();
            for to in &edge.members {
                for from in senders.iter().filter(|from| *from != to) {
                    offer(&mut best[*to], *to, *from, &before[*from], edge, own, drafts);
                }
            }
        }
        if before == best {
            break;
        }
    }
    best
}

fn offer(
    best: &mut Passed,
    to: usize,
    from: usize,
    reached: &Passed,
    edge: &Edge,
    own: &[i64],
    drafts: &[Draft],
) {
    // What came from `to` itself must not come back to it.
    let carried = if reached.score > 0 && reached.origin != to { reached.score } else { 0 };
    let total = own[from] + carried;
    let score = total / 2;
    let origin = if carried > own[from] { reached.origin } else { from };
    if score > best.score {
        let text = edge.phrase.with(&[("session", &drafts[from].id)]);
        *best = Passed { score, origin, rule: edge.rule, text };
    }
}

fn edges(drafts: &[Draft], own: &[i64], barred: &BTreeSet<(String, String)>) -> Vec<Edge> {
    let mut found = Vec::new();
    for (rule, phrase) in
        [("link_address", ADDRESS), ("link_token", TOKEN), ("link_device", DEVICE)]
    {
        let mut by_value: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (i, draft) in drafts
            .iter()
            .enumerate()
            .filter(|(_, it)| !it.service && it.worked + it.interrupted > 0)
        {
            for value in values(draft, rule) {
                by_value.entry(value).or_default().push(i);
            }
        }
        for (value, members) in by_value {
            let accounts: BTreeSet<&str> =
                members.iter().map(|i| drafts[*i].account.as_str()).collect();
            let allowed = accounts.len() <= MOST_ACCOUNTS
                && !barred.contains(&(rule.to_owned(), value.to_owned()));
            if members.len() > 1 && allowed {
                found.push(Edge { rule, phrase, members });
            }
        }
    }
    found.extend(session_edges(drafts, own));
    found
}

/// A session id links across networks only if its first use was the attacker's own sign-in.
fn session_edges(drafts: &[Draft], own: &[i64]) -> Vec<Edge> {
    let mut by_sid: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    for (i, draft) in drafts.iter().enumerate().filter(|(_, it)| !it.sid.is_empty() && !it.service)
    {
        by_sid.entry((&draft.account, &draft.sid)).or_default().push(i);
    }
    by_sid
        .into_values()
        .filter(|members| members.len() > 1)
        .filter(|members| {
            let first = members.iter().min_by_key(|i| (drafts[**i].first, **i));
            first.is_some_and(|i| own[*i] >= 300)
        })
        .map(|members| Edge { rule: "link_session_of_attacker", phrase: SESSION, members })
        .collect()
}

fn values<'a>(draft: &'a Draft, rule: &str) -> Box<dyn Iterator<Item = &'a str> + 'a> {
    match rule {
        "link_address" => Box::new(draft.ips.iter().map(String::as_str)),
        "link_token" => Box::new(draft.tokens.iter().map(String::as_str)),
        _ => Box::new(draft.devices.iter().map(String::as_str)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(n: &str, ip: &str, token: &str, device: &str) -> Draft {
        let set = |it: &str| {
            if it.is_empty() { BTreeSet::new() } else { BTreeSet::from([it.to_owned()]) }
        };
        Draft {
            id: n.into(),
            account: "a@x".into(),
            ips: set(ip),
            tokens: set(token),
            devices: set(device),
            worked: 1,
            ..Draft::default()
        }
    }

    /// The worked example of design §4.3.
    #[test]
    fn a_chain_fades_to_nothing_at_the_third_hop() {
        let drafts = [
            draft("A", "", "t", ""),
            draft("B", "", "t", "d"),
            draft("C", "9.9.9.9", "", "d"),
            draft("D", "9.9.9.9", "", ""),
        ];
        let passed = follow(&drafts, &[420, 0, 0, 0], &BTreeSet::new());
        let scores: Vec<i64> = passed.iter().map(|it| it.score).collect();
        assert_eq!(scores, [0, 210, 105, 52]);
    }

    #[test]
    fn a_crowded_identifier_links_nobody() {
        let mut drafts = [
            draft("A", "1.1.1.1", "", ""),
            draft("B", "1.1.1.1", "", ""),
            draft("C", "1.1.1.1", "", ""),
            draft("D", "1.1.1.1", "", ""),
        ];
        for (n, it) in drafts.iter_mut().enumerate() {
            it.account = format!("{n}@x");
        }
        assert!(follow(&drafts, &[420, 0, 0, 0], &BTreeSet::new()).iter().all(|it| it.score == 0));
    }
}
