//! Which records belong to one visit of one client? (design §4.2, Session)

use std::collections::{BTreeMap, BTreeSet};

use model::{Context, DAY, HOUR, Micros};

use crate::{clients, identity::Directory, identity::is_person, network::Atlas};

/// Sign-in, work and background records of one account, one session id (or none), one network and
/// one client family. Built from contexts; not yet judged.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// For display; changes when evidence is added.
    pub id: String,
    /// Account, resolved.
    pub account: String,
    /// Session id of the source; empty where the records carry none.
    pub sid: String,
    /// Network (`AS…`, /24, /48), or `microsoft`, or empty.
    pub network: String,
    /// Client family, a row of `knowledge/clients/`.
    pub family: String,
    /// Indices into the contexts.
    pub contexts: Vec<usize>,
    /// Addresses, Microsoft's own left out.
    pub ips: BTreeSet<String>,
    /// Countries.
    pub countries: BTreeSet<String>,
    /// User agents as recorded.
    pub agents: BTreeSet<String>,
    /// Operating system and browser, versions off.
    pub agent_families: BTreeSet<String>,
    /// Device ids or names.
    pub devices: BTreeSet<String>,
    /// Client applications.
    pub apps: BTreeSet<String>,
    /// Token ids.
    pub tokens: BTreeSet<String>,
    /// A record says managed, compliant or hybrid.
    pub managed: bool,
    /// A record says registered with the directory.
    pub registered: bool,
    /// A sign-in record tells of the device and it is not a managed one.
    pub unmanaged: bool,
    /// Days (since 1970) on which something worked.
    pub days: BTreeSet<i64>,
    /// Protocols of its sign-ins.
    pub protocols: BTreeSet<String>,
    /// First instant of anything.
    pub first: Micros,
    /// Last instant.
    pub last: Micros,
    /// Records.
    pub records: u64,
    /// Records that worked.
    pub worked: u64,
    /// Failed sign-ins whose error means the password was right.
    pub interrupted: u64,
    /// Other failed sign-ins.
    pub failed: u64,
    /// Microsoft's back end or a service principal.
    pub service: bool,
    /// An application acting for the account from Microsoft's addresses, named by its id.
    pub app_session: bool,
    /// First instant something worked.
    pub first_worked: Option<Micros>,
    /// Last instant something worked.
    pub last_worked: Option<Micros>,
    /// Least record id.
    pub least: String,
    /// Whether it was joined by time only.
    pub by_time: bool,
}

/// Sessions, and which context belongs to which.
#[derive(Clone, Debug, Default)]
pub struct Built {
    /// In canonical order: account, first instant, id.
    pub drafts: Vec<Draft>,
    /// For each context: the index of its session.
    pub of_context: Vec<usize>,
}

/// What one context is, once account, network and client are known.
struct Read {
    account: String,
    network: String,
    family: String,
    agent_family: String,
    service: bool,
    app: bool,
    cut: usize,
}

#[derive(Clone, Debug, Default, Eq, PartialEq, Ord, PartialOrd)]
struct Key {
    account: String,
    sid: String,
    network: String,
    family: String,
    /// Number of the time slice between decided instants; a decision never speaks of half a session.
    cut: usize,
    /// Number of the run of less than 60 minutes between; 0 where an id holds the session together.
    run: usize,
}

/// Builds the sessions. `cuts` are instants named by decisions; `apps` are applications that somebody
/// consented to or decided about: what they do is never Microsoft's own work.
pub fn build(
    contexts: &[Context],
    directory: &Directory,
    atlas: &Atlas,
    cuts: &[Micros],
    apps: &BTreeSet<String>,
) -> Built {
    let reads: Vec<Read> =
        contexts.iter().map(|it| read(it, directory, atlas, cuts, apps)).collect();
    let mut keys: Vec<Option<Key>> = vec![None; contexts.len()];
    name_by_id(contexts, &reads, &mut keys);
    join_by_time(contexts, &reads, &mut keys);
    adopt_unsaid(contexts, &reads, &mut keys);
    adopt_homeless(contexts, &reads, &mut keys);
    let mut built = collect(contexts, &reads, keys);
    for draft in &mut built.drafts {
        for ip in &draft.ips {
            insert(&mut draft.countries, atlas.country(ip));
        }
    }
    built
}

fn read(
    context: &Context,
    directory: &Directory,
    atlas: &Atlas,
    cuts: &[Micros],
    apps: &BTreeSet<String>,
) -> Read {
    let client = clients::classify(&context.client, &context.agent, &context.app);
    let microsoft = clients::is_microsoft_address(&context.ip);
    let private = clients::is_private_address(&context.ip);
    let person = is_person(&context.actor) || directory.resolve(&context.actor).contains('@');
    let foreign = apps.contains(&context.app);
    // Whoever writes the client string can write Microsoft's into it: it is believed only from where
    // Microsoft's own processes speak, and never of an application somebody let in.
    let own = client.service && !foreign && (microsoft || private || context.ip.is_empty());
    let service = own || !person || matches!(context.user_type, 4);
    let app = !service
        && (client.family == "graph_app" || (foreign && client.service))
        && (microsoft || context.ip.is_empty() || context.user_type == 5);
    let network = if context.ip.is_empty() || private {
        String::new()
    } else if microsoft {
        "microsoft".to_owned()
    } else {
        atlas.network(&context.ip)
    };
    Read {
        account: directory.resolve(&context.actor),
        network: if app { format!("app:{}", context.app) } else { network },
        family: if client.service && !service { "other" } else { client.family }.to_owned(),
        agent_family: client.agent,
        service,
        app,
        cut: cuts.iter().filter(|it| **it <= context.first).count(),
    }
}

fn homeless(read: &Read) -> bool {
    !read.service && !read.app && (read.network.is_empty() || read.network == "microsoft")
}

/// An id holds a session together within one network and client family.
fn name_by_id(contexts: &[Context], reads: &[Read], keys: &mut [Option<Key>]) {
    for (i, read) in reads.iter().enumerate() {
        if read.service {
            let family = "service".to_owned();
            keys[i] = Some(Key {
                account: read.account.clone(),
                family,
                cut: read.cut,
                ..Key::default()
            });
        } else if read.app || (!contexts[i].session.is_empty() && !homeless(read)) {
            keys[i] = Some(Key {
                account: read.account.clone(),
                sid: if read.app { String::new() } else { contexts[i].session.clone() },
                network: read.network.clone(),
                family: read.family.clone(),
                cut: read.cut,
                run: 0,
            });
        }
    }
}

/// Records without an id join by account, network and family, with less than 60 minutes between:
/// the nearest session with an id if there is one, else a run of their own.
fn join_by_time(contexts: &[Context], reads: &[Read], keys: &mut [Option<Key>]) {
    let mut places: BTreeMap<(String, String, String, usize), Vec<usize>> = BTreeMap::new();
    for (i, read) in
        reads.iter().enumerate().filter(|(_, it)| !it.service && !it.app && !homeless(it))
    {
        let place = (read.account.clone(), read.network.clone(), read.family.clone(), read.cut);
        places.entry(place).or_default().push(i);
    }
    for (place, mut members) in places {
        members.sort_by_key(|i| (contexts[*i].first, contexts[*i].id.clone()));
        let (named, loose): (Vec<usize>, Vec<usize>) =
            members.into_iter().partition(|i| keys[*i].is_some());
        let (mut run, mut end) = (0, Micros::MIN / 2);
        for i in loose {
            let nearest = within_an_hour(&named, &contexts[i], contexts)
                .iter()
                .map(|j| (distance(&contexts[i], &contexts[*j]), keys[*j].clone()))
                .filter(|(gap, _)| *gap < HOUR)
                .min();
            if let Some((_, key)) = nearest {
                keys[i] = key;
                continue;
            }
            if contexts[i].first - end >= HOUR {
                run += 1;
            }
            end = end.max(contexts[i].last);
            let (account, network, family, cut) = place.clone();
            keys[i] = Some(Key { account, sid: String::new(), network, family, cut, run });
        }
    }
}

/// Records that say nothing of their client (cmdlets) cannot be told apart by it: they belong to the
/// nearest session of the account in the same network, of the same id where they carry one.
fn adopt_unsaid(contexts: &[Context], reads: &[Read], keys: &mut [Option<Key>]) {
    let unsaid = |it: &Read| it.family == "other" && !it.service && !it.app && !homeless(it);
    let mut places: BTreeMap<(&str, &str, usize), Vec<usize>> = BTreeMap::new();
    for (i, read) in reads
        .iter()
        .enumerate()
        .filter(|(_, it)| !it.service && !it.app && !homeless(it) && !unsaid(it))
    {
        places.entry((&read.account, &read.network, read.cut)).or_default().push(i);
    }
    places.values_mut().for_each(|it| it.sort_by_key(|i| contexts[*i].first));
    for (i, read) in reads.iter().enumerate().filter(|(_, it)| unsaid(it)) {
        let Some(members) = places.get(&(read.account.as_str(), read.network.as_str(), read.cut))
        else {
            continue;
        };
        let id = &contexts[i].session;
        let nearest = within_an_hour(members, &contexts[i], contexts)
            .iter()
            .filter(|j| id.is_empty() || contexts[**j].session == *id)
            .map(|j| (distance(&contexts[i], &contexts[*j]), keys[*j].clone()))
            .filter(|(gap, _)| *gap < HOUR)
            .min();
        if let Some((_, key)) = nearest {
            keys[i] = key;
        }
    }
}

/// Those of the members, sorted by their beginning, that can lie less than an hour apart: a context
/// lasts less than an hour itself.
fn within_an_hour<'a>(
    members: &'a [usize],
    context: &Context,
    contexts: &[Context],
) -> &'a [usize] {
    let from = members.partition_point(|j| contexts[*j].first < context.first - 2 * HOUR);
    let to = members.partition_point(|j| contexts[*j].first < context.last + HOUR);
    &members[from..to.max(from)]
}

/// Records without a usable address (none, private, Microsoft's portal) belong to the session of
/// the same id, or to the only session of the account within an hour; otherwise to none.
fn adopt_homeless(contexts: &[Context], reads: &[Read], keys: &mut [Option<Key>]) {
    let mut by_account: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut by_id: BTreeMap<(&str, &str), Vec<usize>> = BTreeMap::new();
    let home = |(i, it): &(usize, &Read)| keys[*i].is_some() && !it.service && !it.app;
    for (i, read) in reads.iter().enumerate().filter(home) {
        by_account.entry(&read.account).or_default().push(i);
        if !contexts[i].session.is_empty() {
            by_id.entry((&read.account, &contexts[i].session)).or_default().push(i);
        }
    }
    let sorted = |it: &mut Vec<usize>| it.sort_by_key(|i| contexts[*i].first);
    by_account.values_mut().for_each(sorted);
    by_id.values_mut().for_each(sorted);
    let mut adopted: Vec<(usize, Key)> = Vec::new();
    for (i, read) in reads.iter().enumerate().filter(|(_, it)| homeless(it)) {
        let context = &contexts[i];
        let own_id = by_id
            .get(&(read.account.as_str(), context.session.as_str()))
            .map(Vec::as_slice)
            .unwrap_or_default();
        let free =
            if context.session.is_empty() { by_account.get(read.account.as_str()) } else { None };
        let free = free.map(Vec::as_slice).unwrap_or_default();
        let key = only(own_id.iter(), keys)
            .or_else(|| near(context, own_id, contexts, keys, |_| true))
            .or_else(|| {
                // Directory records name the user agent, if nothing else.
                let agent = &read.agent_family;
                let same = |j: usize| agent.is_empty() || reads[j].agent_family == *agent;
                near(context, free, contexts, keys, same)
            });
        adopted.push((
            i,
            key.unwrap_or_else(|| Key {
                account: read.account.clone(),
                sid: context.session.clone(),
                network: read.network.clone(),
                family: read.family.clone(),
                cut: read.cut,
                run: if context.session.is_empty() {
                    (context.hour / HOUR).unsigned_abs() as usize
                } else {
                    0
                },
            }),
        ));
    }
    for (i, key) in adopted {
        keys[i] = Some(key);
    }
}

fn only<'a>(members: impl Iterator<Item = &'a usize>, keys: &[Option<Key>]) -> Option<Key> {
    let found: BTreeSet<&Key> = members.filter_map(|j| keys[*j].as_ref()).collect();
    if found.len() == 1 { found.into_iter().next().cloned() } else { None }
}

fn near(
    context: &Context,
    members: &[usize],
    contexts: &[Context],
    keys: &[Option<Key>],
    fits: impl Fn(usize) -> bool,
) -> Option<Key> {
    // What worked was never done in a visit that only failed to sign in.
    let close = within_an_hour(members, context, contexts).iter();
    let close = close.filter(|j| (contexts[**j].worked || !context.worked) && fits(**j));
    only(close.filter(|j| distance(context, &contexts[**j]) < HOUR), keys)
}

fn distance(a: &Context, b: &Context) -> Micros {
    (a.first - b.last).max(b.first - a.last).max(0)
}

fn collect(contexts: &[Context], reads: &[Read], keys: Vec<Option<Key>>) -> Built {
    let mut groups: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for (i, key) in keys.into_iter().enumerate() {
        groups.entry(key.unwrap_or_default()).or_default().push(i);
    }
    let mut drafts: Vec<Draft> =
        groups.into_iter().map(|(key, members)| draft(&key, members, contexts, reads)).collect();
    drafts.sort_by(|a, b| (&a.account, a.first, &a.id).cmp(&(&b.account, b.first, &b.id)));
    let mut of_context = vec![0; contexts.len()];
    for (n, draft) in drafts.iter().enumerate() {
        for i in &draft.contexts {
            of_context[*i] = n;
        }
    }
    Built { drafts, of_context }
}

fn draft(key: &Key, members: Vec<usize>, contexts: &[Context], reads: &[Read]) -> Draft {
    let mut it = Draft {
        account: key.account.clone(),
        sid: key.sid.clone(),
        network: key.network.clone(),
        family: key.family.clone(),
        first: Micros::MAX,
        last: Micros::MIN,
        service: key.family == "service",
        app_session: key.network.starts_with("app:"),
        by_time: key.sid.is_empty(),
        ..Draft::default()
    };
    for i in &members {
        add(&mut it, &contexts[*i], &reads[*i]);
    }
    it.id = display_id(key, it.first);
    it.contexts = members;
    it
}

fn add(it: &mut Draft, context: &Context, read: &Read) {
    it.first = it.first.min(context.first);
    it.last = it.last.max(context.last);
    it.records += context.records;
    if it.least.is_empty() || context.least < it.least {
        it.least.clone_from(&context.least);
    }
    if context.worked {
        it.worked += context.records;
        it.days.insert(context.first.div_euclid(DAY));
        it.first_worked = Some(it.first_worked.map_or(context.first, |at| at.min(context.first)));
        it.last_worked = Some(it.last_worked.map_or(context.last, |at| at.max(context.last)));
    } else if crate::errors::password_was_right(context.error) {
        it.interrupted += context.records;
    } else {
        it.failed += context.records;
    }
    let own = !context.ip.is_empty() && read.network != "microsoft" && !read.app && !read.service;
    insert(&mut it.ips, if own { &context.ip } else { "" });
    insert(&mut it.countries, &context.country);
    insert(&mut it.agents, &context.agent);
    insert(&mut it.agent_families, &read.agent_family);
    insert(&mut it.devices, &context.device);
    insert(&mut it.apps, &context.app);
    insert(&mut it.tokens, &context.token);
    insert(&mut it.protocols, &context.protocol);
    it.managed |= context.managed == Some(true);
    it.registered |= context.registered == Some(true);
    it.unmanaged |= context.managed == Some(false);
}

fn insert(set: &mut BTreeSet<String>, value: &str) {
    if !value.is_empty() {
        set.insert(value.to_owned());
    }
}

/// A short name that does not depend on the order of anything (FNV-1a over the key).
fn display_id(key: &Key, first: Micros) -> String {
    let text =
        format!("{}|{}|{}|{}|{}|{first}", key.account, key.sid, key.network, key.family, key.run);
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("s-{hash:016x}")
}

#[cfg(test)]
mod tests {
    use model::Case;

    use super::*;

    const EDGE: &str =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0";

    fn context(n: usize, ip: &str, session: &str, client: &str, minute: i64) -> Context {
        let first = minute * 60_000_000;
        Context {
            id: format!("c{n}"),
            actor: "a@x".into(),
            ip: ip.into(),
            session: session.into(),
            client: client.into(),
            agent: if client.is_empty() { EDGE.into() } else { String::new() },
            worked: true,
            records: 1,
            hour: first - first.rem_euclid(HOUR),
            first,
            last: first,
            least: format!("r{n}"),
            ..Context::default()
        }
    }

    fn sessions(contexts: &[Context], cuts: &[Micros]) -> Vec<usize> {
        let directory = Directory::new(&[], &[], ["a@x".to_owned()], &Case::default());
        build(contexts, &directory, &Atlas::new(contexts, &BTreeMap::new()), cuts, &BTreeSet::new())
            .of_context
    }

    #[test]
    fn one_id_in_two_networks_is_two_sessions() {
        let all = [
            context(1, "203.0.113.1", "s", "", 1),
            context(2, "198.51.100.1", "s", "", 2),
            context(3, "203.0.113.2", "s", "", 3),
        ];
        let of = sessions(&all, &[]);
        assert!(of[0] == of[2] && of[0] != of[1]);
    }

    #[test]
    fn a_client_of_another_kind_is_another_session() {
        let all = [
            context(1, "203.0.113.1", "s", "", 1),
            context(2, "203.0.113.1", "s", "Client=MSExchangeRPC", 2),
        ];
        let of = sessions(&all, &[]);
        assert_ne!(of[0], of[1]);
    }

    #[test]
    fn without_an_id_an_hour_parts_two_visits() {
        let all = [
            context(1, "203.0.113.1", "", "", 0),
            context(2, "203.0.113.1", "", "", 59),
            context(3, "203.0.113.1", "", "", 119),
        ];
        let of = sessions(&all, &[]);
        assert!(of[0] == of[1] && of[1] != of[2]);
    }

    #[test]
    fn a_record_without_address_goes_with_its_id_or_with_the_only_neighbour() {
        let all = [
            context(1, "203.0.113.1", "s", "", 0),
            context(2, "", "s", "", 500),
            context(3, "", "", "", 30),
            context(4, "", "", "", 500),
        ];
        let of = sessions(&all, &[]);
        assert!(of[0] == of[1] && of[0] == of[2] && of[0] != of[3]);
        let two = [
            context(1, "203.0.113.1", "s", "", 0),
            context(2, "198.51.100.1", "t", "", 1),
            context(3, "", "", "", 2),
        ];
        let of = sessions(&two, &[]);
        assert!(of[2] != of[0] && of[2] != of[1]);
    }

    #[test]
    fn a_cmdlet_that_names_no_client_goes_with_the_visit_it_was_made_in() {
        let mut all = vec![
            context(1, "203.0.113.1", "s", "", 0),
            context(2, "203.0.113.1", "", "", 5),
            context(3, "203.0.113.1", "s", "", 6),
        ];
        all[1].agent.clear();
        all[2].agent.clear();
        let of = sessions(&all, &[]);
        assert!(of[0] == of[1] && of[1] == of[2]);
    }

    #[test]
    fn microsofts_back_end_is_a_service_and_an_application_its_own_session() {
        let mut all = vec![
            context(1, "203.0.113.1", "s", "", 0),
            context(2, "2603:10a6::1", "s", "Client=REST;Client=RESTSystem;;", 1),
            context(3, "20.190.160.9", "s", "Client=REST;;", 2),
        ];
        all[2].app = "11111111-2222-3333-4444-555555555555".into();
        let directory = Directory::new(&[], &[], ["a@x".to_owned()], &Case::default());
        let built =
            build(&all, &directory, &Atlas::new(&all, &BTreeMap::new()), &[], &BTreeSet::new());
        let of = |n: usize| &built.drafts[built.of_context[n]];
        assert!(of(1).service && of(2).app_session && !of(0).service && !of(0).app_session);
        assert_eq!(of(2).network, "app:11111111-2222-3333-4444-555555555555");
    }

    #[test]
    fn a_decision_cuts_a_session_where_it_begins() {
        let all = [context(1, "203.0.113.1", "s", "", 0), context(2, "203.0.113.1", "s", "", 10)];
        let of = sessions(&all, &[5 * 60_000_000]);
        assert_ne!(of[0], of[1]);
    }

    #[test]
    fn the_order_of_contexts_changes_nothing() {
        let all = [
            context(1, "203.0.113.1", "s", "", 0),
            context(2, "203.0.113.1", "", "", 20),
            context(3, "", "", "", 30),
            context(4, "198.51.100.1", "", "", 700),
        ];
        let directory = Directory::new(&[], &[], ["a@x".to_owned()], &Case::default());
        let ids = |all: &[Context]| -> BTreeMap<String, String> {
            let built =
                build(all, &directory, &Atlas::new(all, &BTreeMap::new()), &[], &BTreeSet::new());
            all.iter()
                .zip(&built.of_context)
                .map(|(it, n)| (it.id.clone(), built.drafts[*n].id.clone()))
                .collect()
        };
        let mut turned = all.to_vec();
        turned.reverse();
        assert_eq!(ids(&all), ids(&turned));
    }
}
