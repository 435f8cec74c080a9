use model::{DAY, Declared, Detail, HOUR, InventoryEntry, findings::SessionVerdict, rfc3339};

use super::*;
use crate::{
    attribution::Judged,
    control::Audited,
    findings::{self, Item},
    session::{Built, Draft},
    window::{Access, Ended},
};

const A: &str = "a@x.jp";
const B: &str = "b@x.jp";

fn day(n: i64) -> Micros {
    n * DAY
}

fn setting(kind: SettingKind, account: &str, name: &str, facts: &str) -> Setting {
    Setting {
        kind,
        account: account.into(),
        name: name.into(),
        ids: vec![name.to_lowercase()],
        facts: facts.into(),
        ..Setting::default()
    }
}

fn made(at: i64, it: Setting) -> Setting {
    Setting { created: Some(day(at)), ..it }
}

/// A case with one export a kind, each collected on day 90.
#[derive(Clone)]
struct World {
    settings: Vec<Setting>,
    case: Case,
    change: fn(&mut FileFacts),
}

impl World {
    fn new(settings: Vec<Setting>) -> World {
        let source =
            Declared { path: "state/*".into(), collected_at: Some(day(90)), ..Declared::default() };
        let case = Case { sources: vec![source], ..Case::default() };
        World { settings, case, change: |_| {} }
    }

    fn directory(&self) -> Directory {
        let entry = |it: &str| InventoryEntry { account: it.into(), ..InventoryEntry::default() };
        Directory::new(&[entry(A), entry(B)], &[], [], &self.case)
    }

    fn state(&self) -> State {
        let object = |it: &Setting| StateObject {
            record: format!("r-{}-{}-{}", it.kind.word(), it.account, it.name),
            evidence: it.kind.word().to_owned(),
            setting: it.clone(),
        };
        let objects: Vec<StateObject> = self.settings.iter().map(object).collect();
        let mut kinds: Vec<&str> = objects.iter().map(|it| it.evidence.as_str()).collect();
        kinds.dedup();
        let file = |kind: &&str| {
            let mut facts =
                FileFacts { path: format!("state/{kind}.json"), rows: 7, ..FileFacts::default() };
            (self.change)(&mut facts);
            ((*kind).to_owned(), facts)
        };
        State::new(&Inputs {
            objects: &objects,
            files: &kinds.iter().map(file).collect::<Vec<_>>(),
            case: &self.case,
            decisions: &[],
            directory: &self.directory(),
        })
    }

    /// What is listed where somebody was in A from day 50 to day 60.
    fn left(&self, details: &[Detail], heard: bool) -> Vec<model::findings::Persistence> {
        self.items(details, heard, &[]).0
    }

    fn items(
        &self,
        details: &[Detail],
        heard: bool,
        ended: &[Ended],
    ) -> (Vec<model::findings::Persistence>, Vec<findings::Unlogged>) {
        let access = Access { first: day(50), last: day(60), suspected: None };
        let items: Vec<Item> = self.state().items(&Asked {
            accesses: &BTreeMap::from([(A.to_owned(), access)]),
            ended,
            heard: &|_| heard,
            directory: &self.directory(),
            as_of: day(95),
        });
        let attacker = |it: &Detail| it.context == "attacker";
        findings::with_state(details, &attacker, &|name| name.to_lowercase(), &items)
    }
}

/// The exports that speak for everything an account may have set.
fn whole() -> Vec<Setting> {
    use SettingKind::{
        Application, Grant, InboxRule, Mailbox, Permission, Registration, RemoteDomain,
        TransportRule,
    };
    let mut all = vec![
        setting(InboxRule, B, "news", r#"{"enabled":true,"move":"Newsletter"}"#),
        setting(Mailbox, A, "a", r#"{"tells_forwarding":true}"#),
        setting(Mailbox, B, "b", r#"{"tells_forwarding":true}"#),
        setting(Grant, B, "c", r#"{"client":"c","scopes":["openid"]}"#),
        setting(Registration, A, "a", "{}"),
        setting(Permission, A, "SELF", r#"{"of":"mailbox","system":true,"to":"self"}"#),
        setting(TransportRule, "", "disclaimer", r#"{"enabled":true}"#),
        setting(RemoteDomain, "", "Default", r#"{"domain":"*","forward":false}"#),
        setting(Application, "", "App", r#"{"app":"c"}"#),
    ];
    all.sort();
    all
}

#[test]
fn exports_speak_for_an_account_only_together() {
    let world = World::new(whole());
    let state = world.state();
    assert!(state.speaks_for(A, day(50)) && state.speaks_for_tenant(day(50)));
    // B has no row that names its methods.
    assert!(!state.speaks_for(B, day(50)));
    for n in 0..world.settings.len() {
        let mut less = world.clone();
        let gone = less.settings.remove(n);
        let state = less.state();
        let other = gone.account == B && gone.kind == SettingKind::Mailbox;
        let tenants =
            [SettingKind::TransportRule, SettingKind::RemoteDomain, SettingKind::Application];
        let (own, tenant) = (state.speaks_for(A, day(50)), state.speaks_for_tenant(day(50)));
        if gone.kind == SettingKind::Grant {
            assert!(!own && !tenant, "{gone:?}");
        } else {
            assert_eq!(own, other || tenants.contains(&gone.kind), "{gone:?}");
            assert_eq!(tenant, !tenants.contains(&gone.kind), "{gone:?}");
        }
    }
}

#[test]
fn an_export_nobody_speaks_for_or_that_is_not_whole_says_nothing() {
    let world = World::new(whole());
    assert!(!world.state().speaks_for(A, day(90)), "collected before the window began");
    let changed = |change: &dyn Fn(&mut World)| {
        let mut it = world.clone();
        change(&mut it);
        let state = it.state();
        (state.speaks_for(A, day(50)), state.speaks_for_tenant(day(50)))
    };
    assert_eq!(changed(&|it| it.case.sources.clear()), (false, false));
    assert_eq!(changed(&|it| it.case.sources[0].collected_at = None), (false, false));
    assert_eq!(changed(&|it| it.change = |file| file.rejected = 1), (false, false));
    assert_eq!(changed(&|it| it.change = |file| file.lossy = 1), (false, false));
    assert_eq!(changed(&|it| it.change = |file| file.cut = true), (false, false));
    // Get-Mailbox gives a thousand rows unless asked for more.
    assert_eq!(changed(&|it| it.change = |file| file.rows = 1000), (false, false));
    let told = changed(&|it| {
        it.change = |file| file.rows = 1000;
        it.case.sources[0].rows_reported = Some(1000);
    });
    assert_eq!(told, (true, true));
    let one =
        |account: &str| changed(&|it| it.case.sources[0].accounts = Some(vec![account.to_owned()]));
    assert_eq!((one(A), one(B)), ((true, false), (false, false)));
}

fn rule(account: &str, name: &str, facts: &str) -> Setting {
    setting(SettingKind::InboxRule, account, name, facts)
}

fn log(record: &str, at: i64, context: &str, operation: &str, parameters: &str) -> Detail {
    Detail {
        record: record.into(),
        at: day(at),
        actor: A.into(),
        context: context.into(),
        operation: operation.into(),
        object: "Org/a\\.".into(),
        detail: format!("{{\"parameters\":{parameters}}}"),
        ..Detail::default()
    }
}

#[test]
fn a_rule_only_the_state_shows_is_listed_where_the_log_could_have_missed_it() {
    let world = World::new(vec![rule(A, ".", r#"{"enabled":true,"forward":["z@evil.example"]}"#)]);
    let found = world.left(&[], false);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].kind.as_str(), found[0].account.as_str()), ("inbox_rule", A));
    assert_eq!(found[0].at, rfc3339(day(90)), "no later than the collection");
    assert_eq!(
        found[0].what.raw(),
        format!("\u{2264} {}: .: ForwardTo=z@evil.example", rfc3339(day(90)))
    );
    assert_eq!(found[0].records, ["r-inbox_rule-a@x.jp-."]);
    assert_eq!(world.items(&[], false, &[]).1[0].at, None);
    // A log that was listening all the while has no record of it: it is older than the access.
    assert!(world.left(&[], true).is_empty());
    // The owner's own record tells of it.
    let owner = log("o", 20, "owner", "New-InboxRule", r#"{"Name":"."}"#);
    assert!(world.left(&[owner], false).is_empty());
    // Nobody dated the export: as of the report.
    let undeclared = World { case: Case::default(), ..world.clone() };
    assert_eq!(undeclared.left(&[], false)[0].at, rfc3339(day(95)));
}

#[test]
fn what_owners_do_too_is_held_against_nobody() {
    for it in [
        rule(A, "news", r#"{"enabled":true,"move":"Newsletter"}"#),
        rule(A, "off", r#"{"delete":true,"enabled":false}"#),
        rule(A, "to a colleague", r#"{"enabled":true,"forward":["b@x.jp"]}"#),
        rule(B, ".", r#"{"enabled":true,"delete":true}"#),
        setting(SettingKind::Mailbox, A, "a", r#"{"forward":"b@x.jp"}"#),
        setting(SettingKind::Mailbox, B, "b", r#"{"forward":"z@evil.example"}"#),
        setting(
            SettingKind::Permission,
            A,
            "b",
            r#"{"of":"mailbox","rights":["fullaccess"],"to":"b@x.jp"}"#,
        ),
        setting(
            SettingKind::Permission,
            A,
            "s",
            r#"{"of":"mailbox","rights":["fullaccess"],"system":true,"to":"self"}"#,
        ),
        setting(
            SettingKind::Permission,
            A,
            "d",
            r#"{"folder":"Calendar","of":"folder","rights":["reviewer"],"to":"default"}"#,
        ),
        setting(SettingKind::Grant, A, "c", r#"{"client":"c","scopes":["openid","User.Read"]}"#),
        made(
            40,
            setting(SettingKind::Method, A, "iPhone", r#"{"method":"microsoftauthenticator"}"#),
        ),
        setting(SettingKind::Method, A, "+81", r#"{"method":"phone"}"#),
        made(70, setting(SettingKind::Method, A, "new", r#"{"method":"fido2"}"#)),
        made(55, setting(SettingKind::Method, B, "theirs", r#"{"method":"fido2"}"#)),
        made(
            55,
            setting(
                SettingKind::TransportRule,
                "",
                "stamp",
                r#"{"does":["SetSCL=5"],"enabled":true}"#,
            ),
        ),
        made(
            40,
            setting(
                SettingKind::TransportRule,
                "",
                "old",
                r#"{"does":["BlindCopyTo=x"],"enabled":true}"#,
            ),
        ),
        made(
            55,
            setting(SettingKind::RemoteDomain, "", "Default", r#"{"domain":"*","forward":false}"#),
        ),
    ] {
        let found = World::new(vec![it.clone()]).left(&[], false);
        assert!(found.is_empty(), "{it:?}: {found:?}");
    }
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table, one row a kind")]
fn every_kind_that_lets_somebody_stay_is_listed() {
    let cases = [
        ("inbox_rule", rule(A, ".", r#"{"delete":true,"enabled":true}"#)),
        ("inbox_rule", rule(A, ".", r#"{"enabled":true,"move":"RSS Feeds"}"#)),
        ("forwarding", setting(SettingKind::Mailbox, A, "a", r#"{"forward":"z@evil.example"}"#)),
        (
            "delegate",
            setting(
                SettingKind::Permission,
                A,
                "z",
                r#"{"of":"mailbox","rights":["fullaccess"],"to":"guest@evil.example"}"#,
            ),
        ),
        (
            "delegate",
            setting(
                SettingKind::Permission,
                A,
                "d",
                r#"{"folder":"受信トレイ","of":"folder","rights":["reviewer"],"to":"default"}"#,
            ),
        ),
        (
            "consent",
            setting(
                SettingKind::Grant,
                A,
                "c",
                r#"{"client":"c","scopes":["Mail.Read","offline_access"]}"#,
            ),
        ),
        (
            "consent",
            made(55, setting(SettingKind::AppRole, "", "p", r#"{"resource":"Microsoft Graph"}"#)),
        ),
        (
            "app_credential",
            setting(
                SettingKind::Application,
                "",
                "App",
                &format!(r#"{{"secrets":[{{"from":{},"id":"k","name":"s"}}]}}"#, day(55)),
            ),
        ),
        (
            "mfa_method",
            made(
                55,
                setting(
                    SettingKind::Method,
                    A,
                    "phone of z",
                    r#"{"method":"microsoftauthenticator"}"#,
                ),
            ),
        ),
        (
            "device",
            made(
                55,
                setting(SettingKind::Device, A, "PC-Z", r#"{"device":"d","owners":["a@x.jp"]}"#),
            ),
        ),
        (
            "transport_rule",
            made(
                55,
                setting(
                    SettingKind::TransportRule,
                    "",
                    ".",
                    r#"{"does":["BlindCopyTo=z@evil.example"],"enabled":true}"#,
                ),
            ),
        ),
        (
            "connector",
            made(
                55,
                setting(
                    SettingKind::RemoteDomain,
                    "",
                    "Default",
                    r#"{"domain":"*","forward":true}"#,
                ),
            ),
        ),
    ];
    for (kind, it) in cases {
        let found = World::new(vec![it.clone()]).left(&[], false);
        let seen: Vec<(&str, &str)> =
            found.iter().map(|it| (it.kind.as_str(), it.account.as_str())).collect();
        assert_eq!(seen, [(kind, A)], "{it:?}");
    }
    // A new application's grant is as young as the application.
    let grant = setting(SettingKind::Grant, A, "c", r#"{"client":"c","scopes":["openid"]}"#);
    let app = |at| made(at, setting(SettingKind::Application, "", "c", "{}"));
    assert_eq!(World::new(vec![app(55), grant.clone()]).left(&[], true).len(), 1);
    assert!(World::new(vec![app(10), grant]).left(&[], false).is_empty());
}

#[test]
fn a_method_set_after_the_access_was_ended_is_the_owners() {
    let method = |at: Micros| {
        let it = setting(SettingKind::Method, A, "new", r#"{"method":"fido2"}"#);
        World::new(vec![Setting { created: Some(at), ..it }])
    };
    let ended = [Ended { account: A.into(), at: day(60) + HOUR }];
    let at = day(60) + 2 * HOUR;
    assert_eq!(method(at).items(&[], true, &[]).0.len(), 1);
    assert!(method(at).items(&[], true, &ended).0.is_empty());
}

#[test]
fn what_the_log_tells_stands_as_long_as_the_state_has_it() {
    let set =
        log("s", 55, "attacker", "New-InboxRule", r#"{"ForwardTo":"z@evil.example","Name":"."}"#);
    let gone = log("g", 61, "owner", "Remove-InboxRule", r#"{"Identity":"a@x.jp\\."}"#);
    let none = World::new(vec![rule(A, "news", "{}")]);
    let still = World::new(vec![rule(A, ".", r#"{"enabled":true,"forward":["z@evil.example"]}"#)]);
    let removed = none.left(&[set.clone(), gone.clone()], false);
    assert_eq!(removed[0].removed_at, Some(rfc3339(day(61))));
    let found = still.left(&[set.clone(), gone.clone()], false);
    assert_eq!((found.len(), found[0].removed_at.clone()), (1, None), "removed, yet it stands");
    assert_eq!(found[0].records, ["g", "r-inbox_rule-a@x.jp-.", "s"]);
    assert_eq!(found[0].at, rfc3339(day(55)), "the record tells when");
    assert!(
        still.items(std::slice::from_ref(&set), false, &[]).1.is_empty(),
        "a record tells of it"
    );
    // An export taken before the removal does not speak against it.
    let mut early = still.clone();
    early.case.sources[0].collected_at = Some(day(60));
    assert!(early.left(&[set, gone], false)[0].removed_at.is_some());
}

#[test]
fn the_number_of_a_rule_is_the_same_with_and_without_a_sign() {
    let mut it = rule(A, "", r#"{"enabled":true,"delete":true}"#);
    it.ids = vec!["16752869479666417665".into()];
    let signed = 16_752_869_479_666_417_665_u64.cast_signed();
    let outlook = Detail {
        detail: format!(
            r#"{{"properties":{{"RuleId":"{signed}","RuleOperation":"AddMailboxRule"}}}}"#
        ),
        mailbox: A.into(),
        ..log("u", 20, "owner", "UpdateInboxRules", "{}")
    };
    assert_eq!(World::new(vec![it.clone()]).left(&[], false).len(), 1);
    assert!(World::new(vec![it]).left(&[outlook], false).is_empty());
}

#[test]
fn auditing_is_on_as_far_as_a_dated_export_says_so() {
    let of = |facts: &str| {
        let world = World::new(vec![setting(SettingKind::Mailbox, A, "a", facts)]);
        world.state().auditing().mailboxes.remove(A).unwrap()
    };
    let it = of(r#"{"audit":true,"audit_default":["admin","delegate","owner"]}"#);
    assert!(it.on && it.acts.contains("mailitemsaccessed") && it.until == Some(day(90)));
    let it = of(r#"{"audit":true,"audit_default":["admin"],"audit_owner":["update"]}"#);
    assert_eq!(it.acts, BTreeSet::from(["update".to_owned()]));
    assert!(!of(r#"{"audit":false}"#).on);
    let mut undated = World::new(vec![setting(SettingKind::Mailbox, A, "a", r#"{"audit":true}"#)]);
    undated.case.sources.clear();
    let expected = Audited { on: true, ..Audited::default() };
    assert_eq!(undated.state().auditing().mailboxes[A], expected);
    let two = World::new(vec![
        setting(SettingKind::Mailbox, A, "a", r#"{"audit":false}"#),
        setting(SettingKind::Mailbox, A, "a", r#"{"audit":true}"#),
    ]);
    assert!(
        !two.state().auditing().mailboxes[A].on,
        "what is said twice holds as far as both say it"
    );
    let off = World::new(vec![
        setting(SettingKind::AuditBypass, B, "b", r#"{"bypass":true}"#),
        setting(SettingKind::AuditBypass, A, "a", r#"{"bypass":false}"#),
        setting(SettingKind::AuditConfig, "", "x", r#"{"ingestion":false}"#),
    ]);
    let it = off.state().auditing();
    assert_eq!(it.bypassed, BTreeSet::from([B.to_owned()]));
    assert!(it.ingestion_off && !it.mailboxes_off);
}

#[test]
fn devices_and_networks_vouch_if_they_are_older_than_what_is_held_against_anybody() {
    let device = |at, owner: &str| {
        let facts = format!(r#"{{"device":"d","owners":["{owner}"]}}"#);
        made(at, setting(SettingKind::Device, owner, "PC", &facts))
    };
    let place = |at, facts: &str| Setting {
        changed: Some(day(at)),
        ..setting(SettingKind::Location, "", "HQ", facts)
    };
    let trusted = r#"{"ranges":["203.0.113.0/28"],"trusted":true}"#;
    let built = Built {
        drafts: vec![Draft { account: A.into(), worked: 1, first: day(50), ..Draft::default() }],
        ..Built::default()
    };
    let owned = |it: Setting, verdict| {
        let judged = [Judged { verdict, ..Judged::default() }];
        World::new(vec![it]).state().owned(&built, &judged)
    };
    let against = SessionVerdict::Suspected;
    assert!(owned(device(40, A), against).devices.contains(&(A.to_owned(), "d".to_owned())));
    assert!(owned(device(50, A), against).is_empty(), "not older");
    assert!(owned(device(40, B), against).is_empty(), "nothing is held against B");
    assert!(owned(device(40, A), SessionVerdict::Unknown).is_empty());
    let it = owned(place(40, trusted), against);
    assert_eq!(it.network(&BTreeSet::from(["203.0.113.7".to_owned()])), Some("203.0.113.0/28"));
    assert_eq!(it.network(&BTreeSet::from(["203.0.113.77".to_owned()])), None);
    assert!(owned(place(51, trusted), against).is_empty(), "changed since");
    assert!(owned(setting(SettingKind::Location, "", "x", trusted), against).is_empty(), "undated");
    let untrusted = r#"{"ranges":["203.0.113.0/28"]}"#;
    assert!(owned(place(40, untrusted), against).is_empty());
    let wide = r#"{"ranges":["0.0.0.0/0","::/0"],"trusted":true}"#;
    assert!(owned(place(40, wide), against).is_empty());
}
