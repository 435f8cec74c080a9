//! What mailboxes hold: whose it is, who is named, what moved, what the three sources of sent mail agree on.

use std::collections::BTreeSet;

use model::{Attached, ItemKind, MailboxItem, Outcome, Party, Role};

use super::*;

fn party(role: Role, address: &str) -> Party {
    Party {
        role,
        address: address.into(),
        name: format!("{address} さん"),
        organisation: String::new(),
    }
}

fn mail(folder: &str, message: &str, at: i64, from: &str, to: &[&str]) -> MailboxItem {
    MailboxItem {
        folder: folder.into(),
        at: Some(at),
        sent: Some(at),
        message_id: message.into(),
        subject: "urgent".into(),
        size: 10,
        parties: std::iter::once(party(Role::From, from))
            .chain(to.iter().map(|it| party(Role::To, it)))
            .collect(),
        ..MailboxItem::default()
    }
}

fn content(key: &str, it: MailboxItem) -> Content {
    record(key, &format!("body of {key}"), 0, What::Item(Box::new(it)))
}

/// A mailbox in one file that does not name its owner, with a bounce and contacts, and the logs beside it.
fn store(folder: &Path) -> Store {
    let mut store = open(folder, 2);
    let bounce = MailboxItem {
        kind: ItemKind::Report,
        original: "m1".into(),
        outcomes: vec![Outcome {
            recipient: "p@out".into(),
            action: "failed".into(),
            status: "5.1.90".into(),
        }],
        ..mail("Inbox", "b1", T + 2, "postmaster@out", &["a@x.jp"])
    };
    let contact = MailboxItem {
        kind: ItemKind::Contact,
        parties: vec![party(Role::Contact, "p@out"), party(Role::Contact, "q@out")],
        ..mail("Contacts", "", T - DAY, "", &[])
    };
    let mut kept = mail("Sent Items", "m1", T, "a@x.jp", &["p@out", "q@out"]);
    kept.attachments = vec![Attached::default(), Attached::default()];
    file(
        &store,
        "box",
        vec![
            content("i1", kept),
            content("i2", mail("Sent Items", "m2", T + 1, "a@x.jp", &["r@out"])),
            content("i3", bounce),
            content("i4", contact),
            content("i5", mail("Inbox", "old", T - 2 * DAY, "s@out", &["a@x.jp"])),
            content("i6", mail("Inbox", "forged", T, "a@x.jp", &["a@x.jp"])),
        ],
    );
    let mut removal = event("a@x.jp", "HardDelete", T + 5);
    removal.items = vec![item("Sent Items", "m3", "urgent")];
    let mut moved = event("a@x.jp", "Move", T + 6);
    moved.items = vec![
        item("Sent Items", "m1", "urgent"),
        Item { role: "destination".into(), folder: "Archive".into(), ..Item::default() },
    ];
    let mut send = event("a@x.jp", "Send", T);
    send.items = vec![item("Drafts", "m3", "urgent")];
    file(&store, "ual", vec![ual("e1", removal), ual("e2", moved), ual("e3", send)]);
    file(&store, "tr", vec![trace("t1", "m1", "a@x.jp", "p@out", T, "Delivered")]);
    let all = [("box", Kind::Mailbox), ("ual", Kind::Ual), ("tr", Kind::MessageTrace)];
    check_sums(&store.unite(&evidence(&all)).unwrap());
    let home = Home { evidence: "box".into(), mailbox: "a@x.jp".into(), folder: String::new() };
    store.settle(&[home]).unwrap();
    store
}

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(|it| (*it).to_owned()).collect()
}

#[test]
fn items_come_back_with_everybody_they_name() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let held = store.held(&texts(&["a@x.jp"])).unwrap();
    assert_eq!(held.len(), 6);
    assert!(store.held(&texts(&["b@x.jp"])).unwrap().is_empty());
    let one = held.iter().find(|it| it.message == "m1").unwrap();
    assert_eq!((one.folder.as_str(), one.attachments, one.parties.len()), ("Sent Items", 2, 3));
    assert_eq!(one.parties[0].role, Role::From);
    let folders = store.mailbox_folders(&texts(&["a@x.jp"])).unwrap();
    let sent = folders.iter().find(|it| it.folder == "Sent Items").unwrap();
    assert_eq!((sent.items, sent.authors.get("a@x.jp")), (2, Some(&2)));
}

#[test]
fn moves_name_source_and_destination() {
    let folder = tempfile::tempdir().unwrap();
    let moved = store(folder.path()).moved(&texts(&["a@x.jp"])).unwrap();
    let told: Vec<(&str, &str, &str, &str)> = moved
        .iter()
        .map(|it| (it.operation.as_str(), it.message.as_str(), it.from.as_str(), it.to.as_str()))
        .collect();
    assert_eq!(
        told,
        [("HardDelete", "m3", "Sent Items", ""), ("Move", "m1", "Sent Items", "Archive")]
    );
}

#[test]
fn three_sources_of_sent_mail_stand_side_by_side() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let place = |folder: &str| SentFolder {
        mailbox: "a@x.jp".into(),
        folder: folder.into(),
        waiting: false,
    };
    let sent = store.sent(&texts(&["a@x.jp"]), &[], &[place("Sent Items")]).unwrap();
    let told: Vec<(&str, bool, bool, bool)> = sent
        .iter()
        .map(|it| (it.message.as_str(), it.in_ual, it.in_trace, it.in_mailbox))
        .collect();
    let want = [("m1", false, true, true), ("m2", false, false, true), ("m3", true, false, false)];
    assert_eq!(told, want, "a mail under the owner's name in Inbox was not sent from here");
    let one = |id: &str| sent.iter().find(|it| it.message == id).unwrap();
    assert!(one("m3").deleted && !one("m1").deleted);
    assert!(one("m1").refused, "the service says that the limit was reached");
    // The trace names one recipient of the first; only the mailbox names that of the second.
    assert_eq!((one("m1").recipients, one("m1").failed, one("m2").recipients), (1, 1, 1));
    let known = store.known(&texts(&["a@x.jp"]), &texts(&["m3"])).unwrap();
    assert_eq!(known.len(), 2);
    assert_eq!(known[0].recipients, ["p@out"]);
}

#[test]
fn contacts_are_a_list_and_tell_who_is_one_person() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let counts =
        store.mail_figures(&[("m1".to_owned(), "proven"), ("m2".to_owned(), "proven")]).unwrap();
    assert_eq!(counts.lists.len(), 1);
    let list = &counts.lists[0];
    assert_eq!((list.folder.as_str(), list.addresses, list.matches), ("Contacts (a@x.jp)", 2, 1));
    assert_eq!((counts.known_recipients, counts.failed), (1, 1));
    let rows = store.listed_rows(&texts(&["p@out"])).unwrap();
    assert_eq!(rows.len(), 1);
    assert!(rows[0].contact);
    assert_eq!(rows[0].entry.addresses, ["p@out", "q@out"]);
    let asked = BTreeSet::from(["p@out".to_owned()]);
    assert_eq!(store.reported_of(&asked).unwrap()[0].code, "5.1.90");
    assert_eq!(store.traced_to(&texts(&["p@out"])).unwrap().len(), 1);
}

#[test]
fn what_was_exposed_leads_back_to_its_rows() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = store(folder.path());
    let named = |address: &str| NamedRow {
        side: "external".into(),
        address: address.into(),
        shown: true,
        ..NamedRow::default()
    };
    let item = |record: &str, message: &str, address: &str| ExposedRow {
        scope: "mailbox:a@x.jp/sent".into(),
        record: record.into(),
        message: message.into(),
        named: vec![named(address)],
        ..ExposedRow::default()
    };
    let person = |address: &str| PersonRow {
        person: address.into(),
        address: address.into(),
        items: 1,
        ..PersonRow::default()
    };
    let published = Published {
        exposed: vec![
            item("i2", "m2", "r@out"),
            item("", "m1", "p@out"),
            item("e1", "m3", "z@out"),
        ],
        people: vec![person("r@out"), person("p@out")],
        ..Published::default()
    };
    let rows = store.publish(&published).unwrap();
    let count = |name: &str| rows.iter().find(|it| it.0.contains(&format!("/{name}/"))).unwrap().1;
    assert_eq!(
        (count("mailbox_items"), count("mailbox_parties"), count("exposed_items")),
        (6, 13, 3)
    );
    let all = RecordQuery::Exposed { shown: true, scope: None };
    let found = store.records(&all, None).unwrap();
    let places: Vec<(&str, &str, u64)> = found
        .rows
        .iter()
        .map(|it| (it.record_id.as_str(), it.evidence_id.as_str(), it.row))
        .collect();
    assert_eq!(places, [("e1", "ual", 1), ("i2", "box", 2), ("t1", "tr", 1)]);
    let of = RecordQuery::Person { address: "r@out".into() };
    assert_eq!(store.records(&of, None).unwrap().total, 1);
    assert_eq!(store.person("P@out").unwrap()[0].1, "p@out");
    assert!(store.person("nobody@out").unwrap().is_empty());
}
