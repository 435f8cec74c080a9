//! What stands in exports of the configuration and may have been left behind by whoever got in.
//!
//! Nothing is held against a thing that is older than the first access, that stands in an account nobody
//! got into, or that does what owners' things do. What has no date is held against only where the log
//! could have missed it.

use std::collections::{BTreeMap, BTreeSet};

use model::{DAY, Micros, SettingKind, Span, rfc3339};
use serde_json::Value;

use super::{Object, State};
use crate::{
    behaviour,
    findings::Item,
    identity::Directory,
    window::{Access, Ended},
};

/// What is asked of the state.
pub struct Asked<'a> {
    /// Accounts somebody got into.
    pub accesses: &'a BTreeMap<String, Access>,
    /// Ends of access.
    pub ended: &'a [Ended],
    /// Whether the log of changes was listening over the whole of a span, as declared.
    pub heard: &'a dyn Fn(Span) -> bool,
    /// The accounts.
    pub directory: &'a Directory,
    /// The instant the report speaks as of: what was seen in an export nobody dated was set no later.
    pub as_of: Micros,
}

/// Kinds of authentication methods as Graph names them, and as records of changes tell them apart.
const METHODS: [(&str, &str); 9] = [
    ("microsoftauthenticator", "app"),
    ("passwordlessmicrosoftauthenticator", "app"),
    ("softwareoath", "app"),
    ("phone", "phone"),
    ("email", "mail"),
    ("fido2", "key"),
    ("windowshelloforbusiness", "key"),
    ("platformcredential", "key"),
    ("temporaryaccesspass", "pass"),
];

/// Permissions that open a mailbox.
const MAIL: [&str; 6] = ["mail.", "ews.", "imap.", "pop.", "smtp.", "full_access_as_user"];
/// Rights of everybody that show no mail.
const HARMLESS: [&str; 4] = ["none", "availabilityonly", "limiteddetails", "contributor"];
/// What a mail-flow rule does that an intruder wants.
const WANTED: [&str; 7] = [
    "BlindCopyTo",
    "CopyTo",
    "RedirectMessageTo",
    "AddToRecipients",
    "DeleteMessage",
    "RouteMessageOutboundConnector",
    "SetSCL=-1",
];

impl State {
    /// Things to be held against what records tell ([`crate::findings::with_state`]).
    pub fn items(&self, asked: &Asked<'_>) -> Vec<Item> {
        let mut found = Vec::new();
        for it in &self.objects {
            match it.setting.kind {
                SettingKind::InboxRule => found.extend(rule(it, asked)),
                SettingKind::Mailbox => found.extend(forwarding(it, asked)),
                SettingKind::Permission => found.extend(self.delegate(it, asked)),
                SettingKind::Grant => found.extend(self.consent(it, asked)),
                SettingKind::AppRole => found.extend(app_role(it, asked)),
                SettingKind::Application => found.extend(secrets(it, asked)),
                SettingKind::Method => found.extend(method(it, asked)),
                SettingKind::Device => found.extend(device(it, asked)),
                SettingKind::TransportRule => found.extend(transport_rule(it, asked)),
                SettingKind::RemoteDomain => found.extend(remote_domain(it, asked)),
                _ => {}
            }
        }
        found
    }

    fn delegate(&self, it: &Object, asked: &Asked<'_>) -> Option<Item> {
        asked.accesses.get(&it.account)?;
        let to = text(&it.facts["to"]);
        let flag = |name: &str| it.facts[name] == Value::Bool(true);
        if flag("system") || flag("inherited") || flag("denied") {
            return None;
        }
        let rights = texts(&it.facts["rights"]);
        let folder = text(&it.facts["folder"]);
        let whom = super::resolve(&to, &self.names, asked.directory);
        let everybody = ["default", "anonymous"].contains(&to.as_str());
        let mut keys = BTreeSet::new();
        for owner in self.names_of(&it.account, asked.directory) {
            for one in self.names_of(&whom, asked.directory).iter().chain([&to]) {
                keys.insert(format!("{owner}|{one}"));
            }
        }
        let what = format!("{to}: {} {folder}", rights.join(", ")).trim().to_owned();
        let item = item("delegate", it, keys, what);
        // A colleague's right is an owner's thing; a stranger's, and everybody's, is not.
        let open = everybody
            && it.facts["of"] == "folder"
            && !is_calendar(&folder)
            && rights.iter().any(|it| !HARMLESS.contains(&it.as_str()));
        let stranger = !everybody
            && (!asked.directory.in_inventory(&whom) || asked.accesses.contains_key(&whom))
            && whom != it.account;
        undated(item, it, asked, open || (stranger && asked.directory.has_inventory()))
    }

    fn consent(&self, it: &Object, asked: &Asked<'_>) -> Option<Item> {
        if !it.account.is_empty() {
            asked.accesses.get(&it.account)?;
        }
        let client = text(&it.facts["client"]);
        let app = self.of(SettingKind::Application).find(|app| app.setting.ids.contains(&client));
        let mut keys: BTreeSet<String> = it.setting.ids.iter().cloned().collect();
        keys.extend(app.iter().flat_map(|app| app.setting.ids.iter().cloned()));
        let scopes = texts(&it.facts["scopes"]);
        let name = app.map_or(&it.setting.name, |app| &app.setting.name);
        let item = item("consent", it, keys, format!("{name}, {}", scopes.join(" ")));
        // A grant has no date; an application has: a grant to it is not older.
        if let Some(made) = app.and_then(|app| app.setting.created) {
            return dated(item, made, asked);
        }
        let low: Vec<String> = scopes.iter().map(|it| it.to_lowercase()).collect();
        let mail = low.iter().any(|it| MAIL.iter().any(|one| it.starts_with(one)));
        undated(item, it, asked, mail)
    }

    /// An account by all its names, in lower case: Exchange writes now one, now another.
    fn names_of(&self, account: &str, directory: &Directory) -> BTreeSet<String> {
        let aliases = self.names.iter().filter(|(_, of)| *of == account).map(|it| it.0.clone());
        aliases.chain(directory.names_of(account)).chain([account.to_owned()]).collect()
    }
}

fn item(kind: &'static str, it: &Object, keys: BTreeSet<String>, what: String) -> Item {
    Item {
        kind,
        account: it.account.clone(),
        keys: keys.into_iter().filter(|key| !key.is_empty()).collect(),
        what: what.trim_matches([',', ' ', ':']).to_owned(),
        record: it.record.clone(),
        collected: it.collected,
        ..Item::default()
    }
}

fn rule(it: &Object, asked: &Asked<'_>) -> Option<Item> {
    let forward = texts(&it.facts["forward"]);
    let (folder, delete) = (text(&it.facts["move"]), it.facts["delete"] == Value::Bool(true));
    let off = it.facts["enabled"] == Value::Bool(false);
    let dark = behaviour::is_dark(&folder);
    let mut does: Vec<String> = forward.iter().map(|to| format!("ForwardTo={to}")).collect();
    does.extend(delete.then(|| "DeleteMessage=True".to_owned()));
    does.extend((!folder.is_empty()).then(|| format!("MoveToFolder={folder}")));
    let mut keys: BTreeSet<String> = it.setting.ids.iter().cloned().collect();
    // The audit log writes the rule's number with a sign.
    keys.extend(
        it.setting
            .ids
            .iter()
            .filter_map(|id| id.parse::<u64>().ok().map(|n| n.cast_signed().to_string())),
    );
    keys.insert(it.setting.name.to_lowercase());
    let what = format!("{}: {}", it.setting.name, does.join(", "));
    let item = item("inbox_rule", it, keys, what);
    let own = |to: &String| asked.directory.accounts().contains_key(&asked.directory.resolve(to));
    let outside = forward.iter().any(|to| !own(to));
    undated(item, it, asked, !off && (outside || delete || dark))
}

fn app_role(it: &Object, asked: &Asked<'_>) -> Option<Item> {
    let keys = it.setting.ids.iter().cloned().collect();
    let what = format!("{}, {}", it.setting.name, text(&it.facts["resource"]));
    dated(item("consent", it, keys, what), it.setting.created?, asked)
}

fn device(it: &Object, asked: &Asked<'_>) -> Option<Item> {
    let mut keys: BTreeSet<String> = it.setting.ids.iter().cloned().collect();
    keys.insert(it.setting.name.to_lowercase());
    let owner = it.owners.iter().find(|one| asked.accesses.contains_key(*one))?;
    let item = item("device", it, keys, it.setting.name.clone());
    dated(Item { account: owner.clone(), ..item }, it.setting.created?, asked)
}

fn forwarding(it: &Object, asked: &Asked<'_>) -> Option<Item> {
    let (outside, inside) = (text(&it.facts["forward"]), text(&it.facts["forward_inside"]));
    let to: Vec<&str> =
        [outside.as_str(), inside.as_str()].into_iter().filter(|it| !it.is_empty()).collect();
    if to.is_empty() {
        return None;
    }
    let known = |to: &str| asked.directory.accounts().contains_key(&asked.directory.resolve(to));
    let accused = to.iter().any(|to| !known(to));
    undated(item("forwarding", it, BTreeSet::new(), to.join(", ")), it, asked, accused)
}

fn method(it: &Object, asked: &Asked<'_>) -> Option<Item> {
    let method = text(&it.facts["method"]);
    let (_, word) = METHODS.iter().find(|(name, _)| *name == method)?;
    let what = format!("{method}: {}", it.setting.name);
    let item = item("mfa_method", it, BTreeSet::from([(*word).to_owned()]), what);
    dated(item, it.setting.created?, asked)
}

/// Secrets of an application: whoever holds one signs in as the application.
fn secrets(it: &Object, asked: &Asked<'_>) -> Vec<Item> {
    let all = it.facts["secrets"].as_array().map(Vec::as_slice).unwrap_or_default();
    let one = |secret: &Value| {
        let keys = it.setting.ids.iter().cloned().collect();
        let what = format!("{}: {}", it.setting.name, text(&secret["name"]));
        of_tenant(item("app_credential", it, keys, what), secret["from"].as_i64()?, asked)
    };
    all.iter().filter_map(one).collect()
}

fn transport_rule(it: &Object, asked: &Asked<'_>) -> Option<Item> {
    let does = texts(&it.facts["does"]);
    let wanted = does.iter().any(|it| WANTED.iter().any(|one| it.starts_with(one)));
    if it.facts["enabled"] == Value::Bool(false) || !wanted {
        return None;
    }
    let keys = it.setting.ids.iter().cloned().chain([it.setting.name.to_lowercase()]).collect();
    let what = format!("{}: {}", it.setting.name, does.join(", "));
    let at = it.setting.changed.or(it.setting.created)?;
    of_tenant(item("transport_rule", it, keys, what), at, asked)
}

fn remote_domain(it: &Object, asked: &Asked<'_>) -> Option<Item> {
    if it.facts["forward"] != Value::Bool(true) {
        return None;
    }
    let keys = it.setting.ids.iter().cloned().chain([it.setting.name.to_lowercase()]).collect();
    let what =
        format!("{}: AutoForwardEnabled=True, {}", it.setting.name, text(&it.facts["domain"]));
    let at = it.setting.changed.or(it.setting.created)?;
    of_tenant(item("connector", it, keys, what), at, asked)
}

/// When whoever got in could still set something: a day after the last that is known of them, but not
/// after their access was ended.
fn reach(account: &str, access: &Access, ended: &[Ended]) -> Span {
    let mine = ended.iter().filter(|it| it.account == account && it.at > access.last);
    let to = mine.map(|it| it.at).chain([access.last + DAY]).min().unwrap_or(access.last);
    Span { from: access.first, to: to + 1 }
}

/// A thing whose date is known: held against if it was set while somebody was in the account.
fn dated(item: Item, at: Micros, asked: &Asked<'_>) -> Option<Item> {
    if item.account.is_empty() {
        return of_tenant(item, at, asked);
    }
    let access = asked.accesses.get(&item.account)?;
    let accused = reach(&item.account, access, asked.ended).contains(at);
    Some(Item { at, dated: true, accused, ..item })
}

/// A thing of the whole tenant, put to the account that somebody was in when it was set.
fn of_tenant(item: Item, at: Micros, asked: &Asked<'_>) -> Option<Item> {
    let within = asked
        .accesses
        .iter()
        .filter(|(account, access)| reach(account, access, asked.ended).contains(at));
    let (account, _) = within.min_by_key(|(account, access)| (access.first, (*account).clone()))?;
    Some(Item { account: account.clone(), tenant: true, at, dated: true, accused: true, ..item })
}

/// A thing without a date: it was there no later than the export was taken. Where the log of changes was
/// listening all the while somebody was in the account, a thing no record tells of is older.
fn undated(item: Item, it: &Object, asked: &Asked<'_>, strange: bool) -> Option<Item> {
    let access = asked.accesses.get(&item.account)?;
    let at = it.collected.unwrap_or(asked.as_of);
    let reach = reach(&item.account, access, asked.ended);
    let reach = Span { from: reach.from, to: reach.to.min(at) };
    let accused = strange && at >= access.first && !(asked.heard)(reach);
    let what = format!("\u{2264} {}: {}", rfc3339(at), item.what);
    Some(Item { at, accused, what, ..item })
}

fn is_calendar(folder: &str) -> bool {
    let folder = folder.to_lowercase();
    ["calendar", "予定表"].iter().any(|it| folder.contains(it))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn texts(value: &Value) -> Vec<String> {
    let all = value.as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().map(text).collect()
}
