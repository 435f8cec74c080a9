use std::{fs, path::Path};

use model::{
    Content, DAY, Event, HOUR, InventoryEntry, Item, Kind, ListEntry, Mail, Position, Reading,
    Record, Reject, Row, SignIn, What,
};

use super::*;

mod mailbox;

const T0: i64 = 1_760_000_400_000_000;
const T: i64 = T0 - T0 % DAY + DAY;

fn open(folder: &Path, threads: usize) -> Store {
    Store::open(Options { folder: folder.to_owned(), memory: 256 << 20, threads }).unwrap()
}

fn row(number: u64, content: Content) -> Row {
    Row { position: Position { row: number, from: number * 100, to: number * 100 + 90 }, content }
}

fn record(key: &str, body: &str, losses: u32, what: What) -> Content {
    Content::Record(Box::new(Record { key: key.into(), body: body.into(), losses, what }))
}

fn reject() -> Content {
    Content::Reject(Reject { reason: "not json".into(), ..Reject::default() })
}

fn event(actor: &str, operation: &str, at: i64) -> Event {
    Event {
        at,
        actor: actor.into(),
        operation: operation.into(),
        mailbox: actor.into(),
        workload: "Exchange".into(),
        ip: "203.0.113.9".into(),
        user_type: 0,
        error: -1,
        ..Event::default()
    }
}

fn ual(key: &str, it: Event) -> Content {
    record(key, &format!("body of {key}"), 0, What::Event(it))
}

fn item(folder: &str, message: &str, subject: &str) -> Item {
    Item {
        role: "source".into(),
        folder: folder.into(),
        message_id: message.into(),
        subject: subject.into(),
        ..Item::default()
    }
}

fn trace(key: &str, message: &str, from: &str, to: &str, at: i64, status: &str) -> Content {
    let mail = Mail {
        at: Some(at),
        message_id: message.into(),
        sender: from.into(),
        recipient: to.into(),
        subject: "urgent".into(),
        status: status.into(),
        size: -1,
        ..Mail::default()
    };
    record(key, &format!("body of {key}"), 0, What::Mail(mail))
}

fn file(store: &Store, id: &str, rows: Vec<Content>) {
    let mut writer = store.writer(id, 1).unwrap();
    let mut reading = Reading { rows: rows.len() as u64, ..Reading::default() };
    for (number, content) in (1..).zip(rows) {
        reading.rejected += u64::from(matches!(content, Content::Reject(_)));
        writer.push(&row(number, content)).unwrap();
    }
    writer.finish(&reading).unwrap();
}

fn evidence(ids: &[(&str, Kind)]) -> Vec<Evidence> {
    ids.iter()
        .map(|(id, kind)| Evidence { id: (*id).into(), path: format!("{id}.csv"), kind: *kind })
        .collect()
}

fn check_sums(united: &United) {
    for (id, it) in &united.per_evidence {
        assert_eq!(it.rows, it.records + it.duplicates + it.rejected, "{id}");
    }
}

#[test]
fn one_record_a_key_and_every_row_counted() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path(), 2);
    let one = || event("a@x.jp", "Send", T);
    file(
        &store,
        "f1",
        vec![
            record("k1", "b", 1, What::Event(one())),
            ual("k2", one()),
            ual("k2", one()),
            reject(),
        ],
    );
    file(&store, "f2", vec![record("k1", "b", 0, What::Event(one())), ual("k2", one())]);
    file(
        &store,
        "f3",
        vec![record("k1", "s", 0, What::SignIn(SignIn { event: one(), ..SignIn::default() }))],
    );
    let united = store
        .unite(&evidence(&[("f2", Kind::Ual), ("f1", Kind::Ual), ("f3", Kind::Signins)]))
        .unwrap();
    check_sums(&united);
    assert!(united.disagreements.is_empty());
    let tally = |id: &str| united.per_evidence[id].clone();
    assert_eq!(
        tally("f1"),
        Tally { rows: 4, records: 1, duplicates: 2, rejected: 1, lossy: 1, conflicts: 0 }
    );
    assert_eq!(tally("f2"), Tally { rows: 2, records: 1, duplicates: 1, ..Tally::default() });
    // The same key in the other log is a record of its own.
    assert_eq!(tally("f3").records, 1);
    assert_eq!(store.contexts().unwrap().iter().map(|it| it.records).sum::<u64>(), 3);
}

#[test]
fn disagreements_are_settled_by_the_caller() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path(), 2);
    let said =
        |agent: &str| What::Event(Event { agent: agent.into(), ..event("a@x.jp", "Send", T) });
    file(
        &store,
        "f1",
        vec![record("k", "b1", 0, said("one")), ual("other", event("a@x.jp", "Move", T))],
    );
    file(
        &store,
        "f2",
        vec![
            record("k", "b2", 0, said("two")),
            record("k", "b2", 0, said("two")),
            record("k", "b3", 1, said("")),
            record("k", "b1", 0, said("one")),
        ],
    );
    let mut united = store.unite(&evidence(&[("f1", Kind::Ual), ("f2", Kind::Ual)])).unwrap();
    check_sums(&united);
    assert_eq!(united.disagreements.len(), 1);
    let it = united.disagreements.remove(0);
    assert_eq!((it.table.as_str(), it.key.as_str()), ("events", "k"));
    let places: Vec<(&str, u64)> = it.rows.iter().map(|(id, at)| (id.as_str(), at.row)).collect();
    assert_eq!(places, [("f1", 1), ("f2", 1), ("f2", 3)]);
    assert_eq!(it.rows[2].1, Position { row: 3, from: 300, to: 390 });
    assert_eq!(store.contexts().unwrap().len(), 2);
    let record = Record { key: "k".into(), body: "u".into(), losses: 0, what: said("union") };
    let relations = vec![Relation::Same, Relation::Conflict, Relation::Poorer];
    store.replace(vec![Replacement { disagreement: it, relations, record }], &mut united).unwrap();
    check_sums(&united);
    assert_eq!(
        united.per_evidence["f2"],
        Tally { rows: 4, duplicates: 4, lossy: 1, conflicts: 2, ..Tally::default() }
    );
    let contexts = store.contexts().unwrap();
    assert_eq!(contexts.iter().map(|it| it.records).sum::<u64>(), 2);
    assert!(contexts.iter().any(|it| it.agent == "union"));
    assert!(!contexts.iter().any(|it| it.agent == "one" || it.agent == "two"));
}

#[test]
fn rows_of_lists_are_records_of_their_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path(), 1);
    let listed = |address: &str| {
        let entry = ListEntry { addresses: vec![address.into()], ..ListEntry::default() };
        record(address, address, 0, What::Address(entry))
    };
    file(&store, "l1", vec![listed("x@y.jp"), listed("x@y.jp"), listed("z@y.jp")]);
    file(&store, "l2", vec![listed("x@y.jp")]);
    let united = store.unite(&evidence(&[("l1", Kind::List), ("l2", Kind::List)])).unwrap();
    check_sums(&united);
    assert_eq!(united.per_evidence["l1"].records, 2);
    assert_eq!(united.per_evidence["l2"].records, 1);
}

#[test]
fn contexts_split_by_what_they_should() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path(), 2);
    let base = event("a@x.jp", "Send", T);
    let failed = SignIn { event: Event { error: 50126, ..base.clone() }, ..SignIn::default() };
    let rows = vec![
        ual("k3", base.clone()),
        ual("k1", Event { at: T + 59 * 60_000_000, operation: "Move".into(), ..base.clone() }),
        ual("k2", Event { at: T + HOUR, ..base.clone() }),
        ual("k4", Event { managed: Some(false), ..base.clone() }),
        ual("k5", Event { managed: Some(true), ..base.clone() }),
        ual("k6", Event { succeeded: Some(false), ..base.clone() }),
        record("s1", "s1", 0, What::SignIn(failed)),
        ual("k7", Event { actor_ids: vec!["sid-1".into(), "oid-1".into()], ..base }),
    ];
    file(&store, "f", rows);
    store.unite(&evidence(&[("f", Kind::Ual)])).unwrap();
    let contexts = store.contexts().unwrap();
    assert_eq!(contexts.len(), 6);
    assert!(contexts.is_sorted_by_key(|it| it.id.clone()));
    let first = contexts.iter().find(|it| it.records == 3).unwrap();
    assert_eq!((first.first, first.last, first.hour), (T, T + 59 * 60_000_000, T));
    assert_eq!((first.least.as_str(), first.actor.as_str(), first.managed), ("k1", "a@x.jp", None));
    assert!(first.worked && first.id.len() == 32);
    assert_eq!(contexts.iter().filter(|it| !it.worked).count(), 2);
    assert!(contexts.iter().any(|it| it.signin && it.error == 50126));
    let acts = store.acts().unwrap();
    assert_eq!(acts.len(), 7);
    let send = acts.iter().find(|it| it.context == first.id && it.operation == "Send").unwrap();
    assert_eq!((send.records, send.least.as_str(), send.mailbox.as_str()), (2, "k3", "a@x.jp"));
    let aliases = store.aliases().unwrap();
    let aliases: Vec<&str> = aliases.iter().map(|it| it.alias.as_str()).collect();
    assert_eq!(aliases, ["oid-1", "sid-1"]);
}

/// The attacker (203.0.113.9) in a@x.jp sends two mails; the owner (198.51.100.1) sent one before.
fn incident() -> Vec<(&'static str, Kind, Vec<Content>)> {
    let theirs = |operation: &str, at: i64| event("a@x.jp", operation, at);
    let owners = |operation: &str, at: i64| Event {
        ip: "198.51.100.1".into(),
        ..event("a@x.jp", operation, at)
    };
    let send = |it: Event, message: &str, to: &[&str]| Event {
        items: vec![item("Drafts", message, "urgent")],
        recipients: to.iter().map(|it| (*it).to_owned()).collect(),
        ..it
    };
    let bind = |folder: &str, message: &str| Event {
        access: "Bind".into(),
        items: vec![item(folder, message, "")],
        ..theirs("MailItemsAccessed", T + 10)
    };
    let audit = vec![
        ual("u1", send(owners("Send", T - 2 * DAY), "m0", &["old@c.jp"])),
        ual("u2", send(theirs("Send", T), "m1", &["old@c.jp"])),
        ual("u3", send(theirs("Send", T + HOUR), "m2", &[])),
        ual("u4", bind("Inbox", "q1")),
        ual("u5", bind("Inbox", "q1")),
        ual("u6", bind("Inbox", "q2")),
        ual("u7", bind("Sent Items", "m1")),
        ual("u8", Event { object: "https://x/f1".into(), ..theirs("FileDownloaded", T + 5) }),
        ual(
            "u9",
            Event { object: "rule".into(), detail: "{}".into(), ..theirs("New-InboxRule", T + 6) },
        ),
        ual("u10", Event { succeeded: Some(false), ..send(theirs("Send", T), "m9", &["n@c.jp"]) }),
        reject(),
    ];
    let mail = vec![
        trace("t1", "m1", "a@x.jp", "old@c.jp", T + 1, "Delivered"),
        trace("t2", "m1", "a@x.jp", "new@c.jp", T + 1, "Pending"),
        trace("t3", "m1", "a@x.jp", "new@c.jp", T + 2, "Failed"),
        trace("t4", "m1", "a@x.jp", "dl@x.jp", T + 1, "Expanded"),
        trace("t5", "m2", "a@x.jp", "list.ed@c.jp", T + HOUR, "Failed"),
        trace("t6", "m2", "a@x.jp", "list.ed@c.jp", T + HOUR + 1, "Delivered"),
        trace("t7", "m3", "a@x.jp", "b@x.jp", T + 2 * HOUR, "Delivered"),
        trace("t8", "m4", "old2@c.jp", "a@x.jp", T - DAY, "Delivered"),
        trace("t9", "m3", "a@x.jp", "old2@c.jp", T + 2 * HOUR, "Delivered"),
    ];
    let listed = |key: &str, addresses: &[&str]| {
        let addresses = addresses.iter().map(|it| (*it).to_owned()).collect();
        record(key, key, 0, What::Address(ListEntry { addresses, ..ListEntry::default() }))
    };
    let list = vec![
        listed("l1", &["listed@c.jp", "nev@c.jp"]),
        listed("l2", &[]),
        listed("l3", &["old@c.jp"]),
    ];
    let account = InventoryEntry {
        account: "a@x.jp".into(),
        aliases: vec!["b@x.jp".into(), "oid".into()],
        kind: "UserMailbox".into(),
        enabled: Some(true),
        ..InventoryEntry::default()
    };
    let accounts = vec![record("i1", "i1", 0, What::Inventory(account))];
    vec![
        ("e1", Kind::Ual, audit),
        ("e2", Kind::MessageTrace, mail),
        ("e3", Kind::List, list),
        ("e4", Kind::Inventory, accounts),
    ]
}

/// Another order, split and partly doubled.
fn shuffled() -> Vec<(&'static str, Kind, Vec<Content>)> {
    let mut files = Vec::new();
    for (id, kind, mut rows) in incident() {
        if matches!(kind, Kind::Ual | Kind::MessageTrace) {
            let doubled: Vec<Content> = rows.iter().take(3).cloned().collect();
            rows.reverse();
            let rest = rows.split_off(4);
            let (one, two) = if kind == Kind::Ual { ("z1", "a1") } else { ("z2", "a2") };
            files.push((one, kind, rows));
            files.push((two, kind, [rest, doubled].concat()));
        } else {
            files.push((id, kind, rows));
        }
    }
    files
}

fn ready(
    folder: &Path,
    threads: usize,
    files: Vec<(&'static str, Kind, Vec<Content>)>,
) -> (Store, United) {
    let mut store = open(folder, threads);
    let ids: Vec<(&str, Kind)> = files.iter().map(|(id, kind, _)| (*id, *kind)).collect();
    for (id, _, rows) in files {
        file(&store, id, rows);
    }
    let united = store.unite(&evidence(&ids)).unwrap();
    check_sums(&united);
    let session = |it: &model::Context| if it.ip == "203.0.113.9" { "bad" } else { "good" };
    let assigned: Vec<(String, String, String)> = store
        .contexts()
        .unwrap()
        .iter()
        .map(|it| (it.id.clone(), session(it).to_owned(), "a@x.jp".to_owned()))
        .collect();
    store.assign(&assigned).unwrap();
    (store, united)
}

/// One change as the audit log, the directory audit and its export without ids tell it.
#[test]
fn a_change_that_several_logs_tell_of_is_known_as_one() {
    let change = |workload: &str, operation: &str, request: &str, at, ip: &str| Event {
        workload: workload.into(),
        mailbox: String::new(),
        request: request.into(),
        ip: ip.into(),
        ..event("a@x.jp", operation, at)
    };
    let entry = |key: &str, losses, it| record(key, key, losses, What::Event(it));
    let consent = "Consent to application";
    let rows = vec![
        entry("u1", 0, change("AzureActiveDirectory", consent, "r1", T, "")),
        entry("u2", 0, change("AzureActiveDirectory", "Add user", "r1", T, "")),
        entry("u3", 0, change("AzureActiveDirectory", "Update user", "", T + 7, "")),
        entry("e1", 0, change("EntraAudit", consent, "r1", T + 400_000, "203.0.113.9")),
        entry("e3", 0, change("EntraAudit", "Update user", "r3", T + 400_000, "203.0.113.9")),
        entry("e4", 0, change("EntraAudit", consent, "r4", T, "203.0.113.9")),
        entry("p1", 1, change("EntraAudit", consent, "r1", T, "203.0.113.9")),
        entry("p4", 1, change("EntraAudit", consent, "r4", T, "203.0.113.9")),
    ];
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = ready(folder.path(), 1, vec![("f", Kind::EntraAudit, rows)]);
    let contexts = store.contexts().unwrap();
    let named = |id: &str| {
        contexts.iter().find(|it| it.id == id).map(|it| it.ip.clone()).unwrap_or_default()
    };
    let mut told: Vec<(String, String, String, u64)> = store
        .twins()
        .unwrap()
        .iter()
        .map(|it| (it.operation.clone(), named(&it.counted), named(&it.again), it.records))
        .collect();
    told.sort();
    let here = "203.0.113.9";
    let row = |operation: &str, counted: &str, records| {
        (operation.to_owned(), counted.to_owned(), here.to_owned(), records)
    };
    // e1 tells u1 again, p1 tells e1 and p4 e4; e3 has no correlation with u3 but actor and second.
    assert_eq!(told, [row(consent, "", 1), row(consent, here, 2), row("Update user", "", 1)]);
    // The audit log's record without address was done where the directory audit saw it.
    let details = store.details(&[consent, "Add user"], &[]).unwrap();
    let of = |record: &str| details.iter().find(|it| it.record == record).unwrap();
    assert_eq!(named(&of("u1").context), here);
    assert_eq!(named(&of("u2").context), "");
}

fn strings(of: &[&str]) -> Vec<String> {
    of.iter().map(|it| (*it).to_owned()).collect()
}

#[test]
fn figures_of_an_incident() {
    let folder = tempfile::tempdir().unwrap();
    let (store, united) = ready(folder.path(), 2, incident());
    assert_eq!(united.per_evidence["e1"].rejected, 1);
    let sent = store.sent(&strings(&["a@x.jp"]), &strings(&["bad"]), &[]).unwrap();
    let by = |id: &str| sent.iter().find(|it| it.message == id).unwrap();
    assert_eq!(
        sent.iter().map(|it| it.message.as_str()).collect::<Vec<_>>(),
        ["m0", "m1", "m2", "m3"]
    );
    assert_eq!((by("m1").recipients, by("m1").failed, by("m1").known), (2, 1, 1));
    assert_eq!(
        (by("m1").session.as_str(), by("m1").at, by("m1").subject.as_str()),
        ("bad", T, "urgent")
    );
    assert_eq!(by("m1").records, strings(&["t1", "u2"]));
    assert_eq!((by("m2").recipients, by("m2").failed, by("m2").known), (1, 0, 0));
    assert!(by("m3").in_trace && !by("m3").in_ual && by("m3").session.is_empty());
    assert_eq!((by("m3").recipients, by("m3").known), (2, 2));
    assert_eq!(by("m0").session, "good");

    let sends = store.session_sends().unwrap();
    let bad = sends.iter().find(|it| it.session == "bad").unwrap();
    assert_eq!((bad.messages, bad.recipients, bad.known, bad.peak), (2, 3, 1, 1));

    let counts = store.mail_figures(&[("m1".into(), "proven"), ("m2".into(), "proven")]).unwrap();
    assert_eq!(
        (counts.recipients, counts.unique_recipients, counts.failed, counts.known_recipients),
        (3, 3, 1, 1)
    );
    let list = &counts.lists[0];
    assert_eq!(
        (list.path.as_str(), list.addresses, list.unreadable, list.matches, list.near),
        ("e3.csv", 3, 1, 1, 2)
    );
    assert_eq!(counts.own_lists[0].addresses, 2);
    assert_eq!((counts.own_lists[1].addresses, counts.own_lists[1].matches), (2, 1));

    let read = store.reading(&strings(&["bad"]), &strings(&["m1", "m2"])).unwrap();
    assert_eq!(read, [("a@x.jp".to_owned(), 2, 1)]);
    let touches = store.touches(&strings(&["bad"]), &strings(&["m1", "m2"])).unwrap();
    let inbox = touches.iter().find(|it| it.folder == "Inbox").unwrap();
    assert_eq!(
        (inbox.records, inbox.items, inbox.own_mail, inbox.access.as_str()),
        (3, 2, false, "Bind")
    );
    assert!(touches.iter().find(|it| it.folder == "Sent Items").unwrap().own_mail);
    let details = store.details(&["New-InboxRule"], &[]).unwrap();
    assert_eq!(
        (details.len(), details[0].record.as_str(), details[0].detail.as_str()),
        (1, "u9", "{}")
    );
    assert_eq!(store.inventory().unwrap()[0].aliases, strings(&["b@x.jp", "oid"]));
}

/// The extended report: many events a mail, most of which name nobody.
#[test]
fn events_of_a_mail_count_as_one_mail() {
    let folder = tempfile::tempdir().unwrap();
    let step =
        |key: &str, to: &str, at: i64, status: &str| trace(key, "m1", "a@x.jp", to, at, status);
    let beside = record("z", "z", 0, What::Mail(Mail { at: Some(T), size: -1, ..Mail::default() }));
    let events = vec![
        step("e1", "", T, ""),
        step("e2", "b@c.jp", T, "Receive"),
        step("e3", "team@x.jp", T, "Receive"),
        step("e4", "team@x.jp", T, "Expanded"),
        step("e5", "m@x.jp", T + 1, "Delivered"),
        // At the same instant, and a late try that says nothing final.
        step("a6", "b@c.jp", T, "Failed"),
        step("z7", "b@c.jp", T + HOUR, "Pending"),
        step("e8", "", T + HOUR, ""),
        beside,
    ];
    let (mut store, _) = ready(folder.path(), 2, vec![("e1", Kind::MessageTrace, events)]);
    let sent = store.sent(&strings(&["a@x.jp"]), &[], &[]).unwrap();
    assert_eq!(sent.len(), 1);
    assert_eq!((sent[0].recipients, sent[0].failed, sent[0].at), (2, 1, T));
    let counts = store.mail_figures(&[("m1".into(), "proven")]).unwrap();
    assert_eq!((counts.recipients, counts.unique_recipients, counts.failed), (2, 2, 1));
    store.publish(&published()).unwrap();
    let told = store.query("SELECT recipient, status FROM messages ORDER BY recipient").unwrap();
    let told = format!("{told:?}");
    assert!(told.contains("Failed") && told.contains("Delivered"), "{told}");
    assert!(!told.contains("Pending") && !told.contains("team@x.jp"), "{told}");
}

fn published() -> Published {
    Published {
        sessions: vec![SessionRow {
            id: "bad".into(),
            account: "a@x.jp".into(),
            verdict: "attacker".into(),
            score: 400,
            reasons: "r".into(),
            ..SessionRow::default()
        }],
        classes: vec![("m1".into(), "proven".into()), ("m2".into(), "proven".into())],
        places: vec![("a@x.jp".into(), "Inbox".into(), "mailbox:a@x.jp/inbox".into())],
        evidence: vec![EvidenceRow { id: "e1".into(), from: Some(T), ..EvidenceRow::default() }],
        scopes: vec![ScopeRow { scope: "tenant".into(), ..ScopeRow::default() }],
        coverage: vec![CoverageRow {
            scope: "tenant".into(),
            from: Some(T),
            ..CoverageRow::default()
        }],
        ..Published::default()
    }
}

#[test]
fn same_answer_whatever_threads_order_and_splitting() {
    let mut answers = Vec::new();
    for (threads, files) in [(1, incident()), (4, incident()), (3, shuffled())] {
        let folder = tempfile::tempdir().unwrap();
        let (store, _) = ready(folder.path(), threads, files);
        let own = strings(&["m1", "m2"]);
        let bad = strings(&["bad"]);
        let figures =
            store.mail_figures(&[("m1".into(), "proven"), ("m2".into(), "proven")]).unwrap();
        answers.push(format!(
            "{:#?}",
            (
                store.contexts().unwrap(),
                store.acts().unwrap(),
                store.session_sends().unwrap(),
                store.sent(&strings(&["a@x.jp"]), &bad, &[]).unwrap(),
                store.touches(&bad, &own).unwrap(),
                store.reading(&bad, &own).unwrap(),
                store.details(&["Send", "New-InboxRule"], &[]).unwrap(),
                figures,
            )
        ));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
}

#[test]
fn published_bytes_do_not_depend_on_threads() {
    let mut all = Vec::new();
    for threads in [1, 4] {
        let folder = tempfile::tempdir().unwrap();
        let (mut store, _) = ready(folder.path(), threads, incident());
        let written = store.publish(&published()).unwrap();
        let bytes: Vec<(String, Vec<u8>)> = written
            .into_iter()
            .map(|(path, _)| (path.clone(), fs::read(folder.path().join(path)).unwrap()))
            .collect();
        drop(store);
        assert!(!folder.path().join("work").exists() && !folder.path().join("spill").exists());
        all.push(bytes);
    }
    assert!(all[0] == all[1]);
}

#[test]
fn published_tables_answer() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, _) = ready(folder.path(), 2, incident());
    let written = store.publish(&published()).unwrap();
    assert_eq!(written.len(), tables().len());
    let rows =
        |table: &str| written.iter().find(|it| it.0.contains(&format!("/{table}/"))).unwrap().1;
    assert_eq!(
        (rows("events"), rows("rejects"), rows("attribution"), rows("people")),
        (10, 1, 10, 0)
    );
    drop(store);
    let store = Store::open_published(folder.path().to_owned(), 128 << 20, 2).unwrap();
    for table in tables() {
        let answer = store.query(&format!("SELECT * FROM {} LIMIT 0", table.name)).unwrap();
        let documented: Vec<String> = table.columns.iter().map(|it| it.0.clone()).collect();
        assert_eq!(answer.columns, documented, "{}", table.name);
    }
    let one = |sql: &str| store.query(sql).unwrap().rows[0][0].clone().unwrap_or_default();
    assert_eq!(one("SELECT count(*) FROM messages WHERE fraudulent"), "3");
    assert_eq!(one("SELECT count(DISTINCT message_id) FROM messages WHERE fraudulent"), "2");
    assert_eq!(one("SELECT status FROM messages WHERE recipient = 'new@c.jp'"), "Failed");
    assert_eq!(one("SELECT verdict FROM attribution WHERE record_id = 'u2'"), "attacker");
    assert_eq!(one("SELECT scope FROM events WHERE record_id = 'u4'"), "mailbox:a@x.jp/inbox");
    assert!(one("SELECT at FROM events WHERE record_id = 'u2'").ends_with("Z"));
    let records = |query: &RecordQuery| {
        let it = store.records(query, Some(50)).unwrap();
        assert_eq!(it.total, it.rows.len() as u64);
        it.rows.into_iter().map(|it| it.record_id).collect::<Vec<_>>()
    };
    let bad = strings(&["bad"]);
    let all = RecordQuery::Messages { messages: vec![], span: None };
    assert_eq!(records(&all), ["t1", "t3", "t6", "u2", "u3"]);
    let day = RecordQuery::Messages { messages: vec![], span: Some((T + HOUR, T + DAY)) };
    assert_eq!(records(&day), ["t6", "u3"]);
    assert_eq!(records(&RecordQuery::Recipients { messages: vec![], failed: true }), ["t3"]);
    let touch = RecordQuery::Touch {
        sessions: bad.clone(),
        mailbox: "a@x.jp".into(),
        folders: strings(&["Inbox"]),
    };
    assert_eq!(records(&touch), ["u4", "u5", "u6"]);
    let scope = RecordQuery::Scope { sessions: bad.clone(), scope: "mailbox:a@x.jp/inbox".into() };
    assert_eq!(records(&scope), ["u4", "u5", "u6"]);
    assert_eq!(records(&RecordQuery::Sessions(strings(&["good"]))), ["u1"]);
    assert_eq!(
        records(&RecordQuery::Account { account: "a@x.jp".into(), sessions: bad.clone() }).len(),
        9
    );
    let rule = RecordQuery::Operations {
        sessions: bad,
        operations: strings(&["New-InboxRule"]),
        mailbox: None,
    };
    assert_eq!(records(&rule), ["u9"]);
    let it = store.records(&RecordQuery::Keys(strings(&["u2", "t1"])), Some(1)).unwrap();
    assert_eq!((it.total, it.rows[0].row, it.rows[0].from, it.rows[0].at), (2, 1, 100, Some(T)));
    let out = folder.path().join("out.parquet");
    assert_eq!(store.query_parquet("SELECT * FROM events", &out).unwrap(), 10);
}

#[test]
fn questions_can_only_read() {
    let folder = tempfile::tempdir().unwrap();
    let (mut store, _) = ready(folder.path(), 2, incident());
    store.publish(&published()).unwrap();
    let parquet = folder.path().join("store/events/part-0.parquet");
    let target = folder.path().join("out");
    let (parquet, target) = (parquet.display(), target.display());
    for sql in [
        "CREATE TABLE t AS SELECT 1".to_owned(),
        "CREATE VIEW t AS SELECT 1".to_owned(),
        format!("CREATE EXTERNAL TABLE t STORED AS PARQUET LOCATION '{parquet}'"),
        "DROP TABLE events".to_owned(),
        "INSERT INTO events SELECT * FROM events".to_owned(),
        "DELETE FROM events".to_owned(),
        "UPDATE events SET ip = ''".to_owned(),
        "SET datafusion.execution.batch_size = 1".to_owned(),
        format!("COPY events TO '{target}'"),
        format!("EXPLAIN ANALYZE COPY events TO '{target}'"),
        format!("SELECT * FROM '{parquet}'"),
        "SELECT 1; SELECT 2".to_owned(),
        "PREPARE p AS SELECT 1".to_owned(),
        "SELECT * FROM sends_of_nobody".to_owned(),
        "SELECT * FROM inventory".to_owned(),
        "SELECT * FROM assigned".to_owned(),
    ] {
        assert!(store.query(&sql).is_err(), "{sql}");
        assert!(store.query_parquet(&sql, &folder.path().join("q.parquet")).is_err(), "{sql}");
    }
    assert!(!folder.path().join("out").exists());
    assert!(store.query("EXPLAIN ANALYZE SELECT count(*) FROM events").is_ok());
    assert_eq!(
        store.query("SELECT NULL AS a, 1 AS b").unwrap().rows,
        [[None, Some("1".to_owned())]]
    );
}

#[test]
fn a_broken_cache_is_no_cache() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), 1);
    let rows = || vec![ual("k", event("a@x.jp", "Send", T)), reject()];
    file(&store, "f", rows());
    assert_eq!(store.cached("f", 1).unwrap().rows, 2);
    assert!(store.cached("f", 2).is_none());
    assert!(store.cached("g", 1).is_none());
    let place = folder.path().join("cache/f");
    for name in ["events.parquet", "keys.bin", "reading.json"] {
        let path = place.join(name);
        let bytes = fs::read(&path).unwrap();
        fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
        assert!(store.cached("f", 1).is_none(), "{name} cut");
        fs::remove_file(&path).unwrap();
        assert!(store.cached("f", 1).is_none(), "{name} gone");
        file(&store, "f", rows());
        assert!(store.cached("f", 1).is_some());
    }
    let mut writer = store.writer("h", 1).unwrap();
    writer.push(&row(1, ual("k", event("a@x.jp", "Send", T)))).unwrap();
    drop(writer);
    assert!(store.cached("h", 1).is_none());
    assert!(!folder.path().join("cache/h.part").exists());
}

#[test]
fn folders_with_strange_names() {
    let folder = tempfile::tempdir().unwrap();
    let strange = folder.path().join("事件 [1] 100%*?#");
    let (mut store, _) = ready(&strange, 2, incident());
    assert_eq!(store.session_sends().unwrap().len(), 2);
    store.publish(&published()).unwrap();
    assert_eq!(store.query("SELECT count(*) FROM events").unwrap().rows, [[Some("10".to_owned())]]);
}

#[test]
fn documentation_names_all_tables() {
    let text = tables_markdown();
    for table in tables() {
        assert!(text.contains(&format!("\n## {}\n", table.name)));
        assert!(table.columns.iter().any(|it| it.0 == "evidence_id"));
    }
}

/// How long a million events take; run by hand with `--ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
#[allow(clippy::print_stderr)]
fn a_million_events() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = open(folder.path(), 2);
    let n = std::env::var("ROWS").ok().and_then(|it| it.parse().ok()).unwrap_or(1_000_000_u64);
    let clock = std::time::Instant::now();
    let tick = |what: &str| eprintln!("{:>8.1} s {what}", clock.elapsed().as_secs_f64());
    let mut writer = store.writer("big", 1).unwrap();
    for i in 0..n {
        let actor = format!("user{}@x.jp", i % 500);
        let it = Event {
            access: "Bind".into(),
            session: format!("session-{}-{}", i % 500, i / 50_000),
            agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36".into(),
            client: "Client=OWA;Action=ViaProxy".into(),
            items: vec![item("Inbox", &format!("<{i}@x.jp>"), "")],
            ..event(&actor, "MailItemsAccessed", T + i as i64 * 1_000_000)
        };
        let key = format!(
            "{:032x}",
            u128::from(i).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
        );
        writer.push(&row(i + 1, record(&key, &key, 0, What::Event(it)))).unwrap();
    }
    writer.finish(&Reading::default()).unwrap();
    tick("written");
    store.unite(&evidence(&[("big", Kind::Ual)])).unwrap();
    tick("united");
    let contexts = store.contexts().unwrap();
    tick(&format!("{} contexts", contexts.len()));
    let acts = store.acts().unwrap();
    tick(&format!("{} acts", acts.len()));
    store.aliases().unwrap();
    tick("aliases");
    let assigned: Vec<_> =
        contexts.iter().map(|it| (it.id.clone(), it.session.clone(), it.actor.clone())).collect();
    store.assign(&assigned).unwrap();
    store.details(&["New-InboxRule"], &[]).unwrap();
    tick("details");
    store.session_sends().unwrap();
    tick("sends");
    store.touches(&[assigned[0].1.clone()], &[]).unwrap();
    tick("touches");
    store.reading(&[assigned[0].1.clone()], &[]).unwrap();
    tick("reading");
    store.publish(&Published::default()).unwrap();
    tick("published");
}

#[test]
fn objects_of_the_configuration_come_back_whole_also_those_beside_an_account() {
    let setting = |kind, account: &str| model::Setting {
        kind,
        account: account.into(),
        name: "n".into(),
        ids: vec!["i1".into(), "i2".into()],
        created: Some(T),
        changed: None,
        facts: r#"{"audit":true}"#.into(),
    };
    let rule = setting(model::SettingKind::InboxRule, "a@x.jp");
    let mailbox = setting(model::SettingKind::Mailbox, "b@x.jp");
    let entry = InventoryEntry {
        account: "b@x.jp".into(),
        setting: Some(Box::new(mailbox.clone())),
        ..InventoryEntry::default()
    };
    let rows = vec![
        record("k1", "k1", 0, What::Setting(rule.clone())),
        record("k1", "k1", 0, What::Setting(rule.clone())),
        record("k2", "k2", 0, What::Inventory(entry)),
        reject(),
    ];
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(dir.path(), 1);
    file(&store, "s1", rows);
    let united = store.unite(&evidence(&[("s1", Kind::Settings)])).unwrap();
    check_sums(&united);
    let tally = &united.per_evidence["s1"];
    assert_eq!((tally.rows, tally.records, tally.duplicates, tally.rejected), (4, 2, 1, 1));
    let found = store.settings().unwrap();
    let settings: Vec<&model::Setting> = found.iter().map(|it| &it.setting).collect();
    assert_eq!(settings, [&rule, &mailbox]);
    assert_eq!((found[1].record.as_str(), found[1].evidence.as_str()), ("k2", "s1"));
    assert_eq!(store.inventory().unwrap().len(), 1);
    store.publish(&Published::default()).unwrap();
    let asked = RecordQuery::Keys(vec!["k1".into(), "k2".into()]);
    let records = store.records(&asked, None).unwrap();
    assert_eq!(records.total, 2);
}
