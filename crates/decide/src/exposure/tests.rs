//! Each rule of design §4.8, and the founding incident in small.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Case, DAY, HOUR, Held, InventoryEntry, ItemTouch, Known, Moved, Party, Role, Span, Touch,
    findings::Is,
};

use super::*;

pub(super) const ME: &str = "a@x.jp";
/// The attacker looks into Sent from 10:00 to 12:00 of day 100.
pub(super) const FROM: Micros = 100 * DAY + 10 * HOUR;
pub(super) const TO: Micros = 100 * DAY + 12 * HOUR;
/// When the snapshot was taken.
pub(super) const TAKEN: Micros = 110 * DAY;

/// Everything a judgement needs, owned.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) touches: Vec<Touch>,
    pub(super) opened: Vec<ItemTouch>,
    pub(super) held: Vec<Held>,
    pub(super) moved: Vec<Moved>,
    pub(super) known: Vec<Known>,
    pub(super) own: BTreeSet<String>,
    pub(super) facts: MailboxFacts,
    pub(super) inventory: bool,
    pub(super) legal: BTreeMap<(String, String), String>,
}

impl World {
    pub(super) fn judge(&self) -> Exposed {
        let entry = |account: &str, aliases: &[&str], kind: &str| InventoryEntry {
            account: account.into(),
            aliases: aliases.iter().map(|it| (*it).to_owned()).collect(),
            kind: kind.into(),
            ..InventoryEntry::default()
        };
        let inventory = [
            entry(ME, &["alias@x.jp", "/o=ex/cn=recipients/cn=a"], "UserMailbox"),
            entry("b@x.jp", &["/o=ex/cn=recipients/cn=b"], "UserMailbox"),
            entry("guest_ext#ext#@x.jp", &["guest@ext.example"], "GuestMailUser"),
        ];
        let directory = Directory::new(&inventory, &[], [], &Case::default());
        judge(&Inputs {
            touches: &self.touches,
            opened: &self.opened,
            held: &self.held,
            moved: &self.moved,
            known: &self.known,
            own_mails: &self.own,
            mailboxes: &BTreeMap::from([(ME.to_owned(), self.facts.clone())]),
            account_of: &|session| session.starts_with("s-").then(|| ME.to_owned()),
            directory: &directory,
            folder: &|_, path| path.to_owned(),
            inventory: self.inventory,
            legal: &self.legal,
        })
    }
}

pub(super) fn touch(folder: &str, from: Micros, to: Micros) -> Touch {
    Touch {
        session: "s-1".into(),
        operation: "MailItemsAccessed".into(),
        access: "Bind".into(),
        role: "source".into(),
        folder: folder.into(),
        recorded: folder.into(),
        records: 1,
        items: 1,
        first: from,
        last: to,
        ..Touch::default()
    }
}

pub(super) fn party(role: Role, address: &str) -> Party {
    Party { role, address: address.into(), name: String::new(), organisation: String::new() }
}

/// A mail in the snapshot: `n` names it.
pub(super) fn held(n: u32, folder: &str, at: Micros, from: &str, to: &[&str]) -> Held {
    let mut parties = vec![party(Role::From, from)];
    parties.extend(to.iter().map(|it| party(Role::To, it)));
    Held {
        record: format!("h{n:04}"),
        evidence: "e".into(),
        mailbox: ME.into(),
        folder: folder.into(),
        at: Some(at),
        sent: Some(at),
        message: format!("m{n}"),
        parties,
        ..Held::default()
    }
}

pub(super) fn moved(n: u32, at: Micros, operation: &str, from: &str, to: &str) -> Moved {
    Moved {
        record: format!("v{n:04}-{}", at / HOUR),
        at,
        mailbox: ME.into(),
        operation: operation.into(),
        from: from.into(),
        to: to.into(),
        message: format!("m{n}"),
        ..Moved::default()
    }
}

pub(super) fn known(n: u32, at: Micros, sender: &str, to: &[&str]) -> Known {
    Known {
        message: format!("m{n}"),
        at: Some(at),
        sender: sender.into(),
        recipients: to.iter().map(|it| (*it).to_owned()).collect(),
        subject: String::new(),
    }
}

/// Everything declared, nothing in it.
pub(super) fn world() -> World {
    let always = vec![Span { from: 0, to: 200 * DAY }];
    World {
        touches: vec![touch("送信済みアイテム", FROM, TO)],
        opened: Vec::new(),
        held: Vec::new(),
        moved: Vec::new(),
        known: Vec::new(),
        own: BTreeSet::new(),
        facts: MailboxFacts {
            whole: true,
            collected_at: Some(TAKEN),
            moves_heard: always.clone(),
            traced: always,
            touches_known: true,
            throttled: false,
            limits: Vec::new(),
        },
        inventory: true,
        legal: BTreeMap::new(),
    }
}

fn addresses(it: &Exposed) -> Vec<&str> {
    it.addresses.keys().map(String::as_str).collect()
}

fn counts(it: &Exposed) -> (u64, u64, u64) {
    let group = &it.figures.groups[0].items;
    (group.certain, group.possible, group.unrecoverable)
}

#[test]
fn what_stood_in_the_folder_is_exposed_and_what_did_not_is_not() {
    let mut w = world();
    w.held = vec![
        held(1, "送信済みアイテム", FROM - DAY, ME, &["before@e.example"]),
        held(2, "送信済みアイテム", FROM + HOUR, ME, &["between@e.example"]),
        held(3, "送信済みアイテム", TO + HOUR, ME, &["after@e.example"]),
        held(4, "受信トレイ", FROM - DAY, "writer@e.example", &[ME]),
    ];
    let it = w.judge();
    assert_eq!(addresses(&it), ["before@e.example", "between@e.example"]);
    assert_eq!((it.figures.addresses.value, it.figures.addresses.is), (Some(2), Is::Exact));
    assert_eq!(counts(&it), (2, 0, 0));
    assert_eq!(it.items[0].looks, [0]);
}

#[test]
fn that_the_owner_tidied_the_folder_changes_nothing() {
    let sent = "Sent Items";
    let mut w = world();
    w.touches = vec![touch(sent, FROM, TO)];
    w.held = vec![
        held(1, sent, FROM - DAY, ME, &["stays@e.example"]),
        held(2, "Done", FROM - DAY, ME, &["moved@e.example"]),
        held(3, "Recoverable Items/Deletions", FROM - DAY, ME, &["deleted@e.example"]),
        held(5, "Done", FROM - DAY, ME, &["twice@e.example"]),
        held(6, "Done", FROM - 9 * DAY, ME, &["long-before@e.example"]),
    ];
    w.moved = vec![
        moved(2, TO + DAY, "Move", sent, "Done"),
        moved(3, TO + DAY, "MoveToDeletedItems", sent, "Deleted Items"),
        moved(3, TO + 2 * DAY, "SoftDelete", "Deleted Items", ""),
        moved(4, TO + DAY, "HardDelete", sent, ""),
        moved(5, TO + DAY, "Move", sent, "Somewhere"),
        moved(5, TO + 2 * DAY, "Move", "Somewhere", "Done"),
        moved(6, FROM - 8 * DAY, "Move", sent, "Done"),
    ];
    w.known = vec![known(4, FROM - DAY, ME, &["purged@e.example"])];
    let it = w.judge();
    assert_eq!(
        addresses(&it),
        [
            "deleted@e.example",
            "moved@e.example",
            "purged@e.example",
            "stays@e.example",
            "twice@e.example"
        ]
    );
    assert_eq!((it.figures.addresses.value, it.figures.addresses.is), (Some(5), Is::Exact));
    assert_eq!(
        (it.figures.addresses_shown.value, it.figures.addresses_shown.is),
        (Some(5), Is::Exact)
    );
    // Without the trace the purged mail is known by its deletion only.
    w.known.clear();
    w.facts.traced.clear();
    let it = w.judge();
    assert_eq!(counts(&it), (4, 0, 1));
    assert_eq!((it.figures.addresses.value, it.figures.addresses.is), (Some(4), Is::AtLeast));
    let lost = it.items.iter().find(|it| it.certainty == Certainty::Unrecoverable).unwrap();
    assert_eq!((lost.message.as_str(), lost.records.len()), ("m4", 1));
}

#[test]
fn what_is_elsewhere_without_a_record_is_possible_where_nobody_listened() {
    let mut w = world();
    w.held = vec![
        held(1, "Done", FROM - DAY, ME, &["perhaps@e.example"]),
        held(2, "Done", FROM - DAY, "in@e.example", &[ME]),
        held(3, "Done", TO + DAY, ME, &["later@e.example"]),
        held(4, "Drafts", FROM - DAY, ME, &["never@e.example"]),
    ];
    let it = w.judge();
    assert_eq!((it.figures.addresses.value, it.figures.addresses.is), (Some(0), Is::Exact));
    w.facts.moves_heard = vec![Span { from: 0, to: TO }];
    let it = w.judge();
    assert_eq!(addresses(&it), ["perhaps@e.example"]);
    assert_eq!(counts(&it), (0, 1, 0));
    assert_eq!(it.figures.addresses.is, Is::AtLeast);
}

#[test]
fn without_a_snapshot_the_trace_tells_a_lower_bound() {
    let mut w = world();
    (w.facts.whole, w.facts.collected_at) = (false, None);
    w.known = vec![
        known(1, FROM - DAY, ME, &["x@e.example", "b@x.jp"]),
        known(2, TO + DAY, ME, &["later@e.example"]),
        known(3, FROM - DAY, "in@e.example", &[ME]),
    ];
    let it = w.judge();
    assert_eq!(addresses(&it), ["x@e.example"]);
    assert_eq!((it.figures.addresses.is, it.figures.internal), (Is::AtLeast, 1));
    assert_eq!(it.figures.addresses.limits, ["no_snapshot"]);
    // Nothing tells of anything.
    w.known.clear();
    assert_eq!(w.judge().figures.addresses, Figure::unknown_with("no_snapshot"));
}

trait UnknownWith {
    fn unknown_with(limit: &str) -> Figure;
}

use model::findings::Figure;

impl UnknownWith for Figure {
    fn unknown_with(limit: &str) -> Figure {
        Figure { limits: vec![limit.to_owned()], ..Figure::unknown() }
    }
}

#[test]
fn the_attackers_own_mails_are_no_exposure() {
    let mut w = world();
    w.own.insert("m1".into());
    w.own.insert("m2".into());
    w.held = vec![held(1, "Sent", FROM, ME, &["target@e.example"])];
    w.moved = vec![moved(2, FROM + HOUR, "HardDelete", "Sent", "")];
    w.known = vec![known(2, FROM, ME, &["target2@e.example"])];
    w.opened = vec![ItemTouch {
        record: "r".into(),
        at: FROM,
        session: "s-1".into(),
        operation: "HardDelete".into(),
        role: "source".into(),
        folder: "Sent".into(),
        message: "m2".into(),
        ..ItemTouch::default()
    }];
    let it = w.judge();
    assert!(it.items.is_empty());
    assert_eq!((it.figures.addresses.value, it.figures.addresses.is), (Some(0), Is::Exact));
}

fn open(n: u32, operation: &str, access: &str, folder: &str) -> ItemTouch {
    ItemTouch {
        record: format!("r{n}{operation}"),
        at: FROM + HOUR,
        session: "s-1".into(),
        operation: operation.into(),
        access: access.into(),
        role: "source".into(),
        folder: folder.into(),
        message: format!("m{n}"),
        ..ItemTouch::default()
    }
}

#[test]
fn read_synced_and_downloaded_are_groups_of_their_own() {
    let mut w = world();
    let mut sync = touch("Inbox", FROM, FROM);
    sync.access = "Sync".into();
    w.touches = vec![touch("Inbox", FROM, TO), sync];
    w.held = vec![
        held(1, "Inbox", FROM - DAY, "one@e.example", &[ME, "cc@e.example"]),
        held(2, "Inbox", FROM - DAY, "two@e.example", &[ME]),
        held(3, "Inbox", FROM + HOUR, "three@e.example", &[ME]),
    ];
    w.opened = vec![
        open(1, "MailItemsAccessed", "Bind", "Inbox"),
        open(2, "AttachmentAccess", "", ""),
        open(9, "MailItemsAccessed", "Bind", "Inbox"),
    ];
    let it = w.judge();
    let groups: Vec<_> = it
        .figures
        .groups
        .iter()
        .map(|it| {
            (
                it.kind.as_str(),
                it.items.certain,
                it.items.unrecoverable,
                it.addresses.value,
                it.addresses_shown.value,
            )
        })
        .collect();
    assert_eq!(
        groups,
        [
            ("listed", 3, 1, Some(4), Some(3)),
            ("read", 2, 1, Some(3), Some(2)),
            ("synced", 2, 0, Some(3), Some(2)),
            ("downloaded", 1, 0, Some(1), Some(1)),
        ]
    );
    let is: Vec<Is> = it.figures.groups.iter().map(|it| it.addresses.is).collect();
    assert_eq!(is, [Is::AtLeast, Is::AtLeast, Is::Exact, Is::Exact]);
    assert_eq!((it.figures.addresses.value, it.figures.addresses.is), (Some(4), Is::AtLeast));
}

#[test]
fn own_internal_and_unresolved_are_kept_apart() {
    let mut w = world();
    let mut item = held(
        1,
        "Sent",
        FROM - DAY,
        ME,
        &["x@e.example", "alias@x.jp", "b@x.jp", "guest@ext.example"],
    );
    let bare = |name: &str| Party { name: name.into(), ..party(Role::To, "") };
    item.parties.push(bare("/O=EX/CN=Recipients/CN=b"));
    item.parties.push(bare("営業部"));
    item.parties.push(party(Role::Bcc, "hidden@e.example"));
    w.held = vec![item];
    let it = w.judge();
    assert_eq!(addresses(&it), ["guest@ext.example", "hidden@e.example", "x@e.example"]);
    assert_eq!(it.internal.keys().collect::<Vec<_>>(), ["b@x.jp"]);
    assert_eq!(it.unresolved.keys().collect::<Vec<_>>(), ["営業部"]);
    let group = &it.figures.groups[0];
    assert_eq!(
        (group.addresses.value, group.addresses_shown.value, group.unresolved),
        (Some(3), Some(2), 1)
    );
    assert_eq!(group.addresses.is, Is::AtLeast, "somebody has no address");
}

#[test]
fn a_zero_is_exact_only_where_every_touch_would_be_known() {
    let mut w = world();
    w.touches.clear();
    assert_eq!(
        (w.judge().figures.addresses.value, w.judge().figures.addresses.is),
        (Some(0), Is::Exact)
    );
    w.facts.limits = vec!["list_view".into()];
    assert_eq!(w.judge().figures.addresses.limits, ["list_view"]);
    for spoil in [
        (|w| w.facts.touches_known = false) as fn(&mut World),
        |w| w.facts.throttled = true,
        |w| w.inventory = false,
    ] {
        let mut w = w.clone();
        spoil(&mut w);
        assert_eq!(w.judge().figures.addresses.is, Is::Unknown);
    }
}

#[test]
fn one_missing_proof_is_enough_to_say_at_least() {
    let mut w = world();
    w.held = vec![held(1, "Sent", FROM - DAY, ME, &["x@e.example"])];
    assert_eq!(w.judge().figures.addresses.is, Is::Exact);
    for spoil in [
        (|w| w.facts.whole = false) as fn(&mut World),
        |w| w.facts.collected_at = None,
        |w| w.facts.moves_heard = vec![Span { from: 0, to: TO }, Span { from: TO + 1, to: TAKEN }],
        |w| w.facts.touches_known = false,
        |w| w.facts.throttled = true,
        |w| w.inventory = false,
        |w| {
            let mut nowhere = touch("", FROM, FROM);
            nowhere.access = "Sync".into();
            w.touches.push(nowhere);
        },
        |w| (w.held[0].at, w.held[0].sent) = (None, None),
        |w| w.moved.push(moved(7, TO + HOUR, "HardDelete", "Sent", "")),
        |w| w.moved.push(moved(7, TO + HOUR, "HardDelete", "", "")),
    ] {
        let mut w = w.clone();
        spoil(&mut w);
        let it = w.judge().figures.addresses;
        assert_eq!((it.value, it.is), (Some(1), Is::AtLeast));
    }
}

#[test]
fn of_a_purged_mail_to_several_the_list_may_have_shown_fewer() {
    let mut w = world();
    w.moved = vec![moved(1, TO + HOUR, "HardDelete", "Sent", "")];
    w.known = vec![known(1, FROM - DAY, ME, &["one@e.example", "two@e.example"])];
    let it = w.judge().figures;
    assert_eq!((it.addresses.value, it.addresses.is), (Some(2), Is::Exact));
    assert_eq!((it.addresses_shown.value, it.addresses_shown.is), (Some(2), Is::AtMost));
}

#[test]
fn a_copy_and_a_folder_that_was_filled_later() {
    let mut w = world();
    w.touches = vec![touch("Done", FROM, TO)];
    w.held = vec![
        held(1, "Inbox", FROM - DAY, "copied@e.example", &[ME]),
        held(1, "Done", FROM - DAY, "copied@e.example", &[ME]),
        held(2, "Done", FROM - DAY, "filed@e.example", &[ME]),
        held(3, "Done", FROM - DAY, "there@e.example", &[ME]),
    ];
    w.moved = vec![
        moved(1, TO + HOUR, "Copy", "Inbox", "Done"),
        moved(2, TO + HOUR, "Move", "Inbox", "Done"),
    ];
    assert_eq!(addresses(&w.judge()), ["there@e.example"]);
    // Seen where they stood before.
    w.touches = vec![touch("Inbox", FROM, TO)];
    assert_eq!(addresses(&w.judge()), ["copied@e.example", "filed@e.example"]);
}

#[test]
fn a_persons_decision_on_a_group_is_shown_and_a_word_nobody_knows_is_not() {
    let mut w = world();
    w.held = vec![held(1, "Sent", FROM - DAY, ME, &["x@e.example"])];
    let key = (format!("mailbox:{ME}/sent"), "listed".to_owned());
    w.legal.insert(key.clone(), "risk_of_leak".into());
    assert_eq!(w.judge().figures.groups[0].legal_state, "risk_of_leak");
    w.legal.insert(key, "harmless".into());
    assert_eq!(w.judge().figures.groups[0].legal_state, "undecided");
}

/// The founding incident: 1,538 addresses in Sent; the attacker sent 7,921 mails from there, looked, and
/// deleted his own; the owner went on working, and tidied Sent before it was collected.
fn founding() -> World {
    let sent = "送信済みアイテム";
    let mut w = world();
    for n in 0..1538_u32 {
        let to = format!("p{n}@member.example");
        let at = FROM - DAY - i64::from(n) * HOUR;
        match n % 4 {
            0 => w.held.push(held(n, sent, at, ME, &[&to])),
            1 => {
                w.held.push(held(n, "完了", at, ME, &[&to]));
                w.moved.push(moved(n, TO + DAY, "Move", sent, "完了"));
            }
            2 => {
                w.held.push(held(n, "Recoverable Items/Deletions", at, ME, &[&to]));
                w.moved.push(moved(n, TO + DAY, "SoftDelete", sent, ""));
            }
            _ => {
                w.known.push(known(n, at, ME, &[&to]));
                w.moved.push(moved(n, TO + DAY, "HardDelete", sent, ""));
            }
        }
    }
    for n in 10_000..17_921_u32 {
        w.own.insert(format!("m{n}"));
        w.known.push(known(n, FROM + HOUR / 2, ME, &[&format!("v{n}@target.example")]));
        w.moved.push(moved(n, FROM + HOUR, "HardDelete", sent, ""));
    }
    w.held.push(held(20_000, sent, TO + DAY, ME, &["new@member.example"]));
    w
}

#[test]
fn the_founding_incident_comes_out() {
    let w = founding();
    let it = w.judge().figures;
    assert_eq!((it.addresses.value, it.addresses.is), (Some(1538), Is::Exact));
    assert_eq!((it.addresses_shown.value, it.addresses_shown.is), (Some(1538), Is::Exact));
    assert_eq!(it.groups.len(), 1);
    assert_eq!((it.groups[0].kind.as_str(), it.groups[0].items.certain), ("listed", 1538));
    // Nobody else is to be told, and nobody is told twice.
    let people = crate::people::people(&crate::people::Inputs {
        exposed: &w.judge(),
        rows: &[],
        sent_fraud: &BTreeMap::from([(
            "v@target.example".to_owned(),
            BTreeSet::from(["m10000".to_owned()]),
        )]),
        statuses: &BTreeMap::from([("p0@member.example".to_owned(), "failed".to_owned())]),
        directory: &Directory::new(&[], &[], [], &Case::default()),
        account_names: &BTreeMap::new(),
        case: &Case::default(),
        lists_whole: Some(true),
        no_leak: &BTreeSet::new(),
    });
    let figures = &people.figures;
    assert_eq!((people.exposed.value, people.exposed.is), (Some(1538), Is::Exact));
    assert_eq!(
        (figures.to_notify, figures.reachable, figures.public_notice, figures.warned_recipients),
        (1538, 1537, 1, 1)
    );
    // Without the trace: what was purged is unrecoverable.
    let mut dark = w.clone();
    dark.known.clear();
    dark.facts.traced.clear();
    let it = dark.judge().figures;
    assert_eq!((it.addresses.value, it.addresses.is), (Some(1154), Is::AtLeast));
    assert_eq!(it.groups[0].items.unrecoverable, 384);
    // Without the snapshot.
    let mut blind = w;
    blind.held.clear();
    (blind.facts.whole, blind.facts.collected_at) = (false, None);
    let it = blind.judge().figures;
    assert_eq!((it.addresses.value, it.addresses.is), (Some(384), Is::AtLeast));
}
