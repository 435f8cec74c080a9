//! Whose session is it: the attacker's, the owner's, somebody else's? (design §4.3)

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Case, Context, DAY, Decision, HOUR, Phrase, Selector,
    findings::{AccountType, SessionVerdict},
};

use crate::{
    baseline::{Baseline, home_of_tenant},
    identity::Directory,
    links, network,
    rules::{Behaviour, Hit, View, own_hits, owner_hits},
    session::{Built, Draft},
    state::Owned,
    weights::weights,
};

const POOLED: Phrase = Phrase::new(
    "attribution.link_same_session",
    "the same session id from the same address as session {session}",
);
const CONSENTED: Phrase = Phrase::new(
    "attribution.token_consent_of_attacker",
    "the application got its consent in session {session}",
);
const NEARBY: Phrase = Phrase::new(
    "attribution.link_owner_nearby",
    "it names no address, and all the account did around that time was the owner's",
);
const DECIDED: Phrase = Phrase::new("attribution.decided", "decided by a person (decision {n})");
/// From this score on a session is at least suspected.
const SUSPECTED: i64 = 100;
/// From this score on a session is the attacker's.
const ATTACKER: i64 = 300;

/// A session, judged.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// Verdict.
    pub verdict: SessionVerdict,
    /// Centibans.
    pub score: i64,
    /// The strongest rule of each class, strongest first.
    pub hits: Vec<Hit>,
    /// Number of the decision that settled it.
    pub decided: Option<u64>,
}

/// What attribution looks at beside the sessions.
#[derive(Clone, Copy)]
pub struct Inputs<'a> {
    /// The contexts the sessions were built from.
    pub contexts: &'a [Context],
    /// The sessions.
    pub built: &'a Built,
    /// What each session did; same order as the sessions.
    pub behaviour: &'a [Behaviour],
    /// Consents: (session, application id).
    pub consents: &'a [(usize, String)],
    /// The accounts.
    pub directory: &'a Directory,
    /// Statements.
    pub case: &'a Case,
    /// What the directory says is the owners'.
    pub owned: &'a Owned,
    /// Decisions in force.
    pub decisions: &'a [Decision],
}

/// Judges every session. Rules speak in time order, links are followed, and what turns out to be
/// suspected is taken out of what is usual; repeated until nothing changes.
pub fn judge(inputs: &Inputs<'_>) -> Vec<Judged> {
    let drafts = &inputs.built.drafts;
    let mut suspects: BTreeSet<usize> = BTreeSet::new();
    let mut judged = Vec::new();
    for _ in 0..=drafts.len() {
        judged = round(inputs, &suspects);
        let now: BTreeSet<usize> = (0..drafts.len())
            .filter(|i| {
                judged[*i].score >= SUSPECTED || judged[*i].verdict == SessionVerdict::Attacker
            })
            .collect();
        // Once suspected, never again part of what is usual: the loop can only grow, and so ends.
        let grown: BTreeSet<usize> = now.union(&suspects).copied().collect();
        if grown == suspects {
            break;
        }
        suspects = grown;
    }
    judged
}

fn round(inputs: &Inputs<'_>, suspects: &BTreeSet<usize>) -> Vec<Judged> {
    let drafts = &inputs.built.drafts;
    let (mut hits, suspects) = in_time_order(inputs, suspects);
    let usual = usual_of(drafts, &suspects);
    let from = suspected_from(drafts, &suspects);
    for (i, draft) in drafts.iter().enumerate() {
        let since = from.get(draft.account.as_str()).copied().unwrap_or(i64::MAX);
        let found = owner_hits(draft, &hits[i], &usual, since);
        hits[i].extend(found);
    }
    pool(drafts, &mut hits);
    let own: Vec<i64> = hits.iter().map(|it| sum(it)).collect();
    let passed = links::follow(drafts, &own, &barred(drafts, &own, &suspects, &from));
    for (i, it) in passed.into_iter().enumerate() {
        if it.score > 0 && own[i] > -SUSPECTED {
            let class = weights().of(it.rule).0.to_owned();
            hits[i].push(Hit { class, rule: it.rule.to_owned(), score: it.score, text: it.text });
        }
    }
    consents(inputs, &mut hits);
    let mut judged: Vec<Judged> =
        hits.into_iter().zip(drafts).map(|(it, draft)| verdict(it, draft)).collect();
    nearby(drafts, &mut judged);
    decide(inputs, &mut judged);
    attempts(drafts, &mut judged);
    judged
}

/// Records without address and session id belong to nobody by themselves. Where all that the account
/// did within an hour was the owner's, so were they; where they name a client the owner is known
/// for, half a day in which everything was the owner's says the same.
fn nearby(drafts: &[Draft], judged: &mut [Judged]) {
    let accounts = by_account(drafts);
    let bare =
        |it: &Draft| it.ips.is_empty() && it.sid.is_empty() && !it.service && !it.app_session;
    let mut theirs = Vec::new();
    for (i, draft) in drafts.iter().enumerate().filter(|(_, it)| bare(it) && it.worked > 0) {
        let nothing_against = judged[i].hits.iter().all(|it| it.score <= 0);
        if judged[i].verdict != SessionVerdict::Unknown || !nothing_against {
            continue;
        }
        let usual = judged[i].hits.iter().any(|it| it.rule == "client_usual");
        let reach = if usual { DAY / 2 } else { HOUR };
        let all = accounts.get(draft.account.as_str()).into_iter().flatten();
        let near = |j: &&usize| {
            let other = &drafts[**j];
            !bare(other)
                && !other.service
                && other.worked > 0
                && other.first - reach < draft.last
                && draft.first < other.last + reach
        };
        let verdicts: BTreeSet<bool> =
            all.filter(near).map(|j| judged[*j].verdict == SessionVerdict::Owner).collect();
        if verdicts == BTreeSet::from([true]) {
            theirs.push(i);
        }
    }
    for i in theirs {
        let (class, score) = weights().of("link_owner_nearby");
        let rule = "link_owner_nearby".to_owned();
        judged[i].hits.push(Hit { class: class.to_owned(), rule, score, text: NEARBY.text() });
        judged[i].score = sum(&judged[i].hits);
        judged[i].verdict = SessionVerdict::Owner;
    }
}

/// Scores every session against what was usual on the days before it.
fn in_time_order(
    inputs: &Inputs<'_>,
    suspects: &BTreeSet<usize>,
) -> (Vec<Vec<Hit>>, BTreeSet<usize>) {
    let drafts = &inputs.built.drafts;
    let home = home_of_tenant(drafts);
    let accounts = by_account(drafts);
    let mut suspects = suspects.clone();
    let mut order: Vec<usize> = (0..drafts.len()).collect();
    order.sort_by_key(|i| (drafts[*i].first, *i));
    let mut usage: Vec<(i64, usize)> = Vec::new();
    for i in (0..drafts.len()).filter(|i| !drafts[*i].service && drafts[*i].worked > 0) {
        usage.extend(drafts[i].days.iter().map(|day| (*day, i)));
    }
    usage.sort_unstable();
    let mut baseline = Baseline::new(usage.first().map_or(0, |it| it.0));
    let mut hits: Vec<Vec<Hit>> = vec![Vec::new(); drafts.len()];
    let mut next = 0;
    for i in order {
        let draft = &drafts[i];
        while let Some((day, n)) = usage.get(next).filter(|it| it.0 < draft.first.div_euclid(DAY)) {
            if !suspects.contains(n) {
                baseline.learn(&drafts[*n], *day);
            }
            next += 1;
        }
        // Failed sign-ins alone are attempts: whatever they look like, they make nobody suspected.
        if draft.service || draft.worked + draft.interrupted == 0 {
            continue;
        }
        let kind = inputs.directory.type_of(&draft.account);
        let view = View {
            baseline: &baseline,
            home: home.as_deref(),
            case: inputs.case,
            owned: inputs.owned,
            drafts,
            of_account: accounts.get(draft.account.as_str()).map(Vec::as_slice).unwrap_or_default(),
            role: matches!(kind, AccountType::Role | AccountType::Shared),
            suspects: &suspects,
        };
        hits[i] = own_hits(draft, &inputs.behaviour[i], &view);
        if sum(&hits[i]) >= SUSPECTED {
            suspects.insert(i);
        }
    }
    (hits, suspects)
}

fn by_account(drafts: &[Draft]) -> BTreeMap<&str, Vec<usize>> {
    let mut found: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, draft) in drafts.iter().enumerate() {
        found.entry(draft.account.as_str()).or_default().push(i);
    }
    found
}

fn usual_of(drafts: &[Draft], suspects: &BTreeSet<usize>) -> Baseline {
    let mut usual = Baseline::default();
    for (i, draft) in drafts.iter().enumerate() {
        if !draft.service && draft.worked > 0 && !suspects.contains(&i) {
            draft.days.iter().for_each(|day| usual.learn(draft, *day));
        }
    }
    usual
}

/// First day on which each account has a suspected session.
fn suspected_from<'a>(drafts: &'a [Draft], suspects: &BTreeSet<usize>) -> BTreeMap<&'a str, i64> {
    let mut found: BTreeMap<&str, i64> = BTreeMap::new();
    for draft in suspects.iter().map(|i| &drafts[*i]) {
        let day = draft.first.div_euclid(DAY);
        found.entry(&draft.account).and_modify(|it| *it = day.min(*it)).or_insert(day);
    }
    found
}

/// Identifiers of the owner link nobody: those of sessions that are the owner's by themselves, and
/// those an account used before anything in it was suspected. A session that is merely unknown, in
/// an account nothing else is held against, bars nothing: an intruder's address may show there first.
fn barred(
    drafts: &[Draft],
    own: &[i64],
    suspects: &BTreeSet<usize>,
    from: &BTreeMap<&str, i64>,
) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for (i, draft) in drafts
        .iter()
        .enumerate()
        .filter(|(i, it)| !suspects.contains(i) && !it.service && it.worked > 0)
    {
        let before = from
            .get(draft.account.as_str())
            .is_some_and(|since| draft.first.div_euclid(DAY) < *since);
        if own[i] > -SUSPECTED && !before {
            continue;
        }
        let ids = [
            ("link_address", &draft.ips),
            ("link_token", &draft.tokens),
            ("link_device", &draft.devices),
        ];
        for (rule, values) in ids {
            found.extend(values.iter().map(|it| (rule.to_owned(), it.clone())));
        }
    }
    found
}

/// The same session id from the same address counts as one, for and against.
fn pool(drafts: &[Draft], hits: &mut [Vec<Hit>]) {
    let mut groups: BTreeMap<(&str, &str, &str), Vec<usize>> = BTreeMap::new();
    let spoken = |it: &Draft| !it.sid.is_empty() && !it.service && it.worked + it.interrupted > 0;
    for (i, draft) in drafts.iter().enumerate().filter(|(_, it)| spoken(it)) {
        for ip in &draft.ips {
            groups.entry((&draft.account, &draft.sid, ip)).or_default().push(i);
        }
    }
    for members in groups.into_values().filter(|it| it.len() > 1) {
        let all: Vec<(usize, Hit)> =
            members.iter().flat_map(|i| hits[*i].iter().map(|it| (*i, it.clone()))).collect();
        for i in &members {
            for (from, hit) in all.iter().filter(|(from, _)| from != i) {
                let stronger =
                    |own: &Hit| own.class == hit.class && own.score.abs() >= hit.score.abs();
                if !hits[*i].iter().any(stronger) {
                    let text = hit.text.clone().and(POOLED.with(&[("session", &drafts[*from].id)]));
                    hits[*i].push(Hit { text, ..hit.clone() });
                }
            }
        }
    }
}

/// An application acts for whoever consented to it.
fn consents(inputs: &Inputs<'_>, hits: &mut [Vec<Hit>]) {
    let drafts = &inputs.built.drafts;
    for i in (0..drafts.len()).filter(|i| drafts[*i].app_session) {
        let app = drafts[i].network.trim_start_matches("app:");
        let by = inputs.consents.iter().find(|(session, consented)| {
            !app.is_empty() && consented.contains(app) && sum(&hits[*session]) >= SUSPECTED
        });
        if let Some((session, _)) = by {
            let (class, whole) = weights().of("token_consent_of_attacker");
            // What somebody merely suspected let in is half as much held against it.
            let score = if attackers(&hits[*session]) { whole } else { whole / 2 };
            let text = CONSENTED.with(&[("session", &drafts[*session].id)]);
            let rule = "token_consent_of_attacker".to_owned();
            hits[i].push(Hit { class: class.to_owned(), rule, score, text });
            let (class, score) = weights().of("client_new_app");
            if !hits[i].iter().any(|it| it.class == class) {
                let text = crate::rules::NEW_APP.with(&[("app", app)]);
                hits[i].push(Hit {
                    class: class.to_owned(),
                    rule: "client_new_app".into(),
                    score,
                    text,
                });
            }
        }
    }
}

/// The strongest rule of each class; a tie goes to what accuses.
fn strongest(hits: &[Hit]) -> BTreeMap<&str, &Hit> {
    let mut best: BTreeMap<&str, &Hit> = BTreeMap::new();
    for hit in hits {
        let now = best.entry(&hit.class).or_insert(hit);
        if (hit.score.abs(), hit.score, &hit.rule) > (now.score.abs(), now.score, &now.rule) {
            *now = hit;
        }
    }
    best
}

fn sum(hits: &[Hit]) -> i64 {
    strongest(hits).values().map(|it| it.score).sum()
}

fn attackers(hits: &[Hit]) -> bool {
    let best = strongest(hits);
    let against: Vec<&str> =
        best.iter().filter(|(_, it)| it.score > 0).map(|(class, _)| *class).collect();
    let solid = against.iter().any(|it| matches!(*it, "network" | "client" | "device" | "token"));
    sum(hits) >= ATTACKER && against.len() >= 2 && solid
}

fn verdict(hits: Vec<Hit>, draft: &Draft) -> Judged {
    let score = sum(&hits);
    let mut best: Vec<Hit> = strongest(&hits).into_values().cloned().collect();
    best.sort_by(|a, b| (b.score.abs(), &a.rule).cmp(&(a.score.abs(), &b.rule)));
    let verdict = if draft.service {
        SessionVerdict::Service
    } else if draft.worked + draft.interrupted == 0 {
        // Failed sign-ins are attempts: shown, never a trace.
        SessionVerdict::Unknown
    } else if attackers(&hits) && draft.worked > 0 {
        SessionVerdict::Attacker
    } else if score >= SUSPECTED {
        SessionVerdict::Suspected
    } else if score <= -SUSPECTED {
        SessionVerdict::Owner
    } else {
        SessionVerdict::Unknown
    };
    Judged { verdict, score, hits: best, decided: None }
}

/// Failed sign-ins from an address the attacker used on that account are the attacker's attempts.
fn attempts(drafts: &[Draft], judged: &mut [Judged]) {
    let mut addresses: BTreeSet<(&str, &str)> = BTreeSet::new();
    for (draft, it) in drafts.iter().zip(judged.iter()) {
        if it.verdict == SessionVerdict::Attacker && draft.worked > 0 {
            addresses.extend(draft.ips.iter().map(|ip| (draft.account.as_str(), ip.as_str())));
        }
    }
    for (draft, it) in drafts.iter().zip(judged.iter_mut()) {
        let same =
            draft.ips.iter().any(|ip| addresses.contains(&(draft.account.as_str(), ip.as_str())));
        if draft.worked == 0 && same && it.decided.is_none() {
            it.verdict = SessionVerdict::Attacker;
        }
    }
}

/// A person's decision outranks all.
fn decide(inputs: &Inputs<'_>, judged: &mut [Judged]) {
    let drafts = &inputs.built.drafts;
    for decision in inputs.decisions {
        let Some(value) = value_of(decision) else { continue };
        for (i, draft) in drafts.iter().enumerate() {
            if !draft.service && matches(&decision.selector, draft) {
                judged[i].verdict = value;
                judged[i].decided = Some(decision.n);
                let text = DECIDED.with(&[("n", &decision.n.to_string())]);
                let rule = format!("decision_{}", decision.n);
                judged[i].hits.retain(|it| !it.rule.starts_with("decision_"));
                judged[i].hits.insert(0, Hit { class: "link".into(), rule, score: 0, text });
            }
        }
    }
}

fn value_of(decision: &Decision) -> Option<SessionVerdict> {
    match (decision.what.as_str(), decision.is.as_str()) {
        ("session" | "network" | "device" | "app", "attacker") => Some(SessionVerdict::Attacker),
        ("session" | "network" | "device" | "app", "owner") => Some(SessionVerdict::Owner),
        ("session", "other_person") => Some(SessionVerdict::OtherPerson),
        ("session", "service") => Some(SessionVerdict::Service),
        ("account", "not_compromised") => Some(SessionVerdict::Owner),
        _ => None,
    }
}

/// Tells whether a decision speaks of a session: every key given must match.
pub fn matches(selector: &Selector, draft: &Draft) -> bool {
    let is =
        |wanted: &Option<String>, test: &dyn Fn(&str) -> bool| wanted.as_deref().is_none_or(test);
    let names = selector.account.is_some()
        || selector.session.is_some()
        || selector.token.is_some()
        || selector.address.is_some()
        || selector.client.is_some()
        || selector.device.is_some()
        || selector.app.is_some();
    let records = selector.records.is_empty()
        || (selector.records.len() == 1
            && draft.records == 1
            && draft.least == selector.records[0]);
    let span = selector.from.is_none_or(|at| draft.first >= at)
        && selector.to.is_none_or(|at| draft.last < at);
    names
        && records
        && span
        && is(&selector.account, &|it| it.eq_ignore_ascii_case(&draft.account))
        && is(&selector.session, &|it| it == draft.sid || it == draft.id)
        && is(&selector.token, &|it| draft.tokens.contains(it))
        && is(&selector.address, &|it| draft.ips.iter().any(|ip| network::contains(it, ip)))
        && is(&selector.client, &|it| it == draft.family || draft.agents.contains(it))
        && is(&selector.device, &|it| draft.devices.contains(it))
        && is(&selector.app, &|it| draft.apps.contains(it))
}

/// Instants named by decisions: sessions are cut there, so that a decision speaks of whole ones.
pub fn cuts(decisions: &[Decision]) -> Vec<model::Micros> {
    let mut found: Vec<_> =
        decisions.iter().flat_map(|it| [it.selector.from, it.selector.to]).flatten().collect();
    found.sort_unstable();
    found.dedup();
    found
}

#[cfg(test)]
mod tests;
