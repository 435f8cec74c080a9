use std::collections::{BTreeMap, BTreeSet};

use model::{Case, InventoryEntry, ListEntry, Organisation};

use super::*;
use crate::exposure::{Certainty, ExposedItem, How, Named, Side, Trail};

#[derive(Default)]
struct World {
    exposed: Exposed,
    rows: Vec<ListRow>,
    fraud: BTreeMap<String, BTreeSet<String>>,
    statuses: BTreeMap<String, String>,
    case: Case,
    lists_whole: Option<bool>,
    no_leak: BTreeSet<(String, String)>,
}

impl World {
    fn people(&self) -> People {
        let inventory = [InventoryEntry {
            account: "b@x.jp".into(),
            aliases: vec!["bee@x.jp".into()],
            kind: "UserMailbox".into(),
            ..InventoryEntry::default()
        }];
        let directory = Directory::new(&inventory, &[], [], &Case::default());
        let names = BTreeMap::from([("b@x.jp".to_owned(), "総務 次郎".to_owned())]);
        people(&Inputs {
            exposed: &self.exposed,
            rows: &self.rows,
            sent_fraud: &self.fraud,
            statuses: &self.statuses,
            directory: &directory,
            account_names: &names,
            case: &self.case,
            lists_whole: self.lists_whole,
            no_leak: &self.no_leak,
        })
    }

    fn person(&self, key: &str) -> Person {
        self.people().persons.into_iter().find(|it| it.key == key).unwrap()
    }
}

fn exposed(addresses: &[(&str, &str)]) -> Exposed {
    let mut it = Exposed::default();
    it.figures.addresses = Figure::exact(addresses.len() as u64);
    for (at, (address, name)) in addresses.iter().enumerate() {
        let named = Named {
            side: Side::External,
            address: (*address).to_owned(),
            name: (*name).to_owned(),
            organisation: String::new(),
            role: None,
            shown: true,
        };
        it.items.push(ExposedItem {
            record: format!("h{at}"),
            evidence: "e".into(),
            mailbox: "a@x.jp".into(),
            scope: "mailbox:a@x.jp/sent".into(),
            hows: BTreeSet::from([How::Listed]),
            certainty: Certainty::Certain,
            at: None,
            message: format!("m{at}"),
            subject: String::new(),
            attachments: 0,
            named: vec![named],
            looks: vec![0],
            records: Vec::new(),
            partial: false,
            from_trace: false,
        });
        let trail =
            Trail { items: vec![at], hows: BTreeSet::from([How::Listed]), ..Trail::default() };
        let side = if address.ends_with("@x.jp") { &mut it.internal } else { &mut it.addresses };
        side.insert((*address).to_owned(), trail);
    }
    it
}

fn row(record: &str, list: &str, name: &str, addresses: &[&str]) -> ListRow {
    ListRow {
        record: record.into(),
        path: format!("lists/{list}.csv"),
        list: list.into(),
        contact: list == "contacts",
        entry: ListEntry {
            addresses: addresses.iter().map(|it| (*it).to_owned()).collect(),
            name: name.into(),
            ..ListEntry::default()
        },
    }
}

#[test]
fn like_names_never_merge_and_one_row_does() {
    let mut w = World {
        exposed: exposed(&[
            ("sato@one.example", "佐藤 一郎"),
            ("sato@two.example", "佐藤 一郎"),
            ("t.yamada@co.example", ""),
            ("yamada@home.example", ""),
        ]),
        ..World::default()
    };
    assert_eq!(w.people().persons.len(), 4, "four addresses, and nothing says otherwise");
    w.rows =
        vec![row("r1", "members", "山田 太郎", &["t.yamada@co.example", "yamada@home.example"])];
    let it = w.people();
    assert_eq!((it.persons.len(), it.figures.to_notify), (3, 3));
    let yamada = w.person("t.yamada@co.example");
    assert_eq!(yamada.addresses, ["t.yamada@co.example", "yamada@home.example"]);
    assert_eq!((yamada.name.as_str(), yamada.name_source), ("山田 太郎", NameSource::List));
    assert_eq!((yamada.merged_by, yamada.items), (vec!["r1".to_owned()], vec![2, 3]));
    assert_eq!(w.person("sato@one.example").name_source, NameSource::DisplayName);
}

#[test]
fn a_row_of_several_people_a_shared_desk_and_contradicting_rows_merge_nobody() {
    let mut w = World {
        exposed: exposed(&[
            ("a@e.example", ""),
            ("b@e.example", ""),
            ("info@e.example", ""),
            ("ie@e.example", ""),
        ]),
        ..World::default()
    };
    w.rows = vec![
        row("r1", "l", "甲、乙", &["a@e.example", "b@e.example"]),
        row("r2", "l", "", &["a@e.example", "b@e.example"]),
        row("r3", "l", "甲", &["a@e.example", "info@e.example"]),
        row("r4", "l", "乙", &["b@e.example", "info@e.example"]),
        // The address of a household, noted for two persons.
        row("r5", "l", "甲", &["a@e.example", "ie@e.example"]),
        row("r6", "l", "乙", &["b@e.example", "ie@e.example"]),
    ];
    assert_eq!(w.people().persons.len(), 4);
    assert!(w.person("info@e.example").role && !w.person("a@e.example").role);
    w.rows = vec![row("r7", "contacts", "", &["a@e.example", "b@e.example"])];
    assert_eq!(w.people().persons.len(), 3, "a card is one person by its nature");
}

#[test]
fn causes_channels_and_the_house_are_kept_apart() {
    let w = World {
        exposed: exposed(&[
            ("x@e.example", ""),
            ("y@e.example", ""),
            ("b@x.jp", ""),
            ("two@e.example", ""),
            ("zwei@e.example", ""),
        ]),
        rows: vec![row("c", "contacts", "Zwo", &["two@e.example", "zwei@e.example"])],
        fraud: BTreeMap::from([
            ("y@e.example".to_owned(), BTreeSet::from(["f1".to_owned()])),
            ("victim@e.example".to_owned(), BTreeSet::from(["f1".to_owned(), "f2".to_owned()])),
            ("bee@x.jp".to_owned(), BTreeSet::from(["f3".to_owned()])),
        ]),
        statuses: BTreeMap::from(
            [("x@e.example", "failed"), ("y@e.example", "delivered"), ("two@e.example", "failed")]
                .map(|(a, b)| (a.to_owned(), b.to_owned())),
        ),
        ..World::default()
    };
    let it = w.people();
    let figures = &it.figures;
    assert_eq!(
        (
            figures.to_notify,
            figures.reachable,
            figures.unreachable,
            figures.public_notice,
            figures.warned_recipients
        ),
        (3, 2, 1, 1, 3)
    );
    assert_eq!(w.person("x@e.example").channel, Some(Channel::PublicNotice));
    assert_eq!(
        w.person("two@e.example").channel,
        Some(Channel::Mail),
        "one address may still work"
    );
    assert_eq!(w.person("y@e.example").causes, BTreeSet::from([Cause::Exposed, Cause::SentFraud]));
    assert_eq!(w.person("victim@e.example").causes, BTreeSet::from([Cause::SentFraud]));
    let house = w.person("b@x.jp");
    assert_eq!(
        (house.internal, house.addresses.len(), house.name.as_str()),
        (true, 2, "総務 次郎")
    );
}

#[test]
fn a_group_decided_to_be_no_leak_asks_for_no_notice() {
    let mut w = World { exposed: exposed(&[("x@e.example", "")]), ..World::default() };
    w.no_leak.insert(("mailbox:a@x.jp/sent".into(), "listed".into()));
    let it = w.people();
    assert_eq!((it.figures.to_notify, it.exposed.value), (0, Some(1)));
}

#[test]
fn the_number_of_persons_is_exact_only_with_every_list() {
    let mut w = World { exposed: exposed(&[("x@e.example", "")]), ..World::default() };
    assert_eq!(w.people().exposed.is, Is::AtMost);
    assert_eq!(w.people().exposed.limits, ["lists_not_whole"]);
    w.lists_whole = Some(true);
    assert_eq!(w.people().exposed, Figure::exact(1));
    w.exposed.figures.addresses.is = Is::AtLeast;
    assert_eq!(w.people().exposed.is, Is::AtLeast);
    w.exposed.figures.addresses = Figure::unknown();
    assert_eq!(w.people().exposed, Figure::unknown());
}

#[test]
fn a_person_belongs_to_the_body_whose_list_holds_them() {
    let body = |name: &str, domain: &str, list: &str| Organisation {
        name: name.into(),
        domains: vec![domain.into()],
        lists: vec![list.into()],
        ..Organisation::default()
    };
    let mut w = World {
        exposed: exposed(&[("m@e.example", ""), ("k@two.example", ""), ("z@e.example", "")]),
        ..World::default()
    };
    w.case.organisations =
        vec![body("One", "one.example", "lists/members*"), body("Two", "two.example", "lists/b*")];
    w.rows = vec![row("r1", "members", "M", &["m@e.example"])];
    assert_eq!(w.person("m@e.example").bodies, ["One"]);
    assert_eq!(w.person("k@two.example").bodies, ["Two"]);
    assert!(w.person("z@e.example").bodies.is_empty());
    w.case.organisations.truncate(1);
    assert_eq!(w.person("z@e.example").bodies, ["One"], "there is no other");
}

#[test]
fn how_a_name_is_read_and_addressed_comes_from_the_list() {
    let mut w = World { exposed: exposed(&[("m@e.example", "MAIL NAME")]), ..World::default() };
    let mut it = row("r1", "members", "真島 花", &["m@e.example"]);
    (it.entry.furigana, it.entry.honorific, it.entry.organisation) =
        ("マシマ ハナ".into(), "先生".into(), "学会".into());
    w.rows = vec![it];
    let it = w.person("m@e.example");
    assert_eq!(
        (it.furigana.as_str(), it.honorific.as_str(), it.organisation.as_str()),
        ("マシマ ハナ", "先生", "学会")
    );
    assert_eq!(it.name_record, "r1");
}

proptest::proptest! {
    /// Taking away a row of a list never makes the number of persons exact, nor smaller.
    #[test]
    fn fewer_rows_never_merge_more(pairs in proptest::collection::vec((0_u8..8, 0_u8..8, 0_u8..4), 0..10), cut in 0_usize..10) {
        let all: Vec<(String, String)> = (0..8).map(|n| (format!("p{n}@e.example"), String::new())).collect();
        let all: Vec<(&str, &str)> = all.iter().map(|it| (it.0.as_str(), it.1.as_str())).collect();
        let mut w = World { exposed: exposed(&all), lists_whole: Some(true), ..World::default() };
        for (n, (a, b, contact)) in pairs.iter().enumerate() {
            let (a, b) = (format!("p{a}@e.example"), format!("p{b}@e.example"));
            w.rows.push(row(&format!("r{n}"), if *contact == 0 { "contacts" } else { "l" }, "N", &[&a, &b]));
        }
        let before = w.people();
        if cut < w.rows.len() {
            w.rows.remove(cut);
            w.lists_whole = Some(false);
        }
        let after = w.people();
        proptest::prop_assert!(after.persons.len() >= before.persons.len());
        proptest::prop_assert!(before.exposed.is == Is::Exact);
        let total: usize = after.persons.iter().map(|it| it.addresses.len()).sum();
        proptest::prop_assert_eq!(total, 8, "every address is somebody's, and once");
    }
}
