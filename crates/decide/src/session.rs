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

/// Builds the sessions. `cuts` are instants named by decisions.
pub fn build(contexts: &[Context], directory: &Directory, atlas: &Atlas, cuts: &[Micros]) -> Built {
    let reads: Vec<Read> = contexts.iter().map(|it| read(it, directory, atlas, cuts)).collect();
    let mut keys: Vec<Option<Key>> = vec![None; contexts.len()];
    name_by_id(contexts, &reads, &mut keys);
    join_by_time(contexts, &reads, &mut keys);
    adopt_homeless(contexts, &reads, &mut keys);
    let mut built = collect(contexts, &reads, keys);
    for draft in &mut built.drafts {
        for ip in &draft.ips {
            insert(&mut draft.countries, atlas.country(ip));
        }
    }
    built
}

fn read(context: &Context, directory: &Directory, atlas: &Atlas, cuts: &[Micros]) -> Read {
    let client = clients::classify(&context.client, &context.agent, &context.app);
    let microsoft = clients::is_microsoft_address(&context.ip);
    let private = clients::is_private_address(&context.ip);
    let person = is_person(&context.actor) || directory.resolve(&context.actor).contains('@');
    let service = client.service || !person || matches!(context.user_type, 4);
    let app = !service && client.family == "graph_app" && (microsoft || context.ip.is_empty() || context.user_type == 5);
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
        family: client.family.to_owned(),
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
            keys[i] = Some(Key { account: read.account.clone(), family, cut: read.cut, ..Key::default() });
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
    for (i, read) in reads.iter().enumerate().filter(|(_, it)| !it.service && !it.app && !homeless(it)) {
        let place = (read.account.clone(), read.network.clone(), read.family.clone(), read.cut);
        places.entry(place).or_default().push(i);
    }
    for (place, mut members) in places {
        members.sort_by_key(|i| (contexts[*i].first, contexts[*i].id.clone()));
        let (named, loose): (Vec<usize>, Vec<usize>) =
            members.into_iter().partition(|i| keys[*i].is_some());
        let (mut run, mut end) = (0, Micros::MIN / 2);
        for i in loose {
            let nearest = named
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

/// Records without a usable address (none, private, Microsoft's portal) belong to the session of
/// the same id, or to the only session of the account within an hour; otherwise to none.
fn adopt_homeless(contexts: &[Context], reads: &[Read], keys: &mut [Option<Key>]) {
    let mut by_account: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, read) in reads.iter().enumerate().filter(|(i, it)| keys[*i].is_some() && !it.service && !it.app) {
        by_account.entry(&read.account).or_default().push(i);
    }
    let mut adopted: Vec<(usize, Key)> = Vec::new();
    for (i, read) in reads.iter().enumerate().filter(|(_, it)| homeless(it)) {
        let context = &contexts[i];
        let neighbours = by_account.get(read.account.as_str()).map(Vec::as_slice).unwrap_or_default();
        let same_id = |j: &usize| !context.session.is_empty() && contexts[*j].session == context.session;
        let key = only(neighbours.iter().filter(|j| same_id(j)), keys)
            .or_else(|| near(context, neighbours.iter().filter(|j| same_id(j)), contexts, keys))
            .or_else(|| {
                let free = context.session.is_empty();
                near(context, neighbours.iter().filter(|_| free), contexts, keys)
            });
        adopted.push((
            i,
            key.unwrap_or_else(|| Key {
                account: read.account.clone(),
                sid: context.session.clone(),
                network: read.network.clone(),
                family: read.family.clone(),
                cut: read.cut,
                run: if context.session.is_empty() { (context.hour / HOUR).unsigned_abs() as usize } else { 0 },
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

fn near<'a>(
    context: &Context,
    members: impl Iterator<Item = &'a usize>,
    contexts: &[Context],
    keys: &[Option<Key>],
) -> Option<Key> {
    let close: Vec<usize> =
        members.copied().filter(|j| distance(context, &contexts[*j]) < HOUR).collect();
    only(close.iter(), keys)
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
    let text = format!("{}|{}|{}|{}|{}|{first}", key.account, key.sid, key.network, key.family, key.run);
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("s-{hash:016x}")
}
