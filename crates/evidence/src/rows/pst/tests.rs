use std::{collections::BTreeMap, sync::Arc};

use model::{Content, ItemKind, MailboxItem, Role, Row, What};

use super::{
    sample,
    writer::{Book, Seal, reseal},
};
use crate::{FindOptions, ReadOptions, find_in, inspect, read};

/// Reads a file through the whole front, and checks what holds for every file.
fn rows(bytes: &[u8], what: &str) -> (Option<&'static str>, Vec<Row>) {
    let found = find_in("a.pst", Arc::from(bytes), &FindOptions::default());
    let source = &found.sources[0];
    let inspection = inspect(source);
    let mut rows: Vec<Row> = Vec::new();
    let reading = read(source, &inspection, &ReadOptions::default(), &mut |row| rows.push(row));
    let rejected = rows.iter().filter(|it| matches!(it.content, Content::Reject(_))).count();
    assert_eq!((reading.rows, reading.rejected), (rows.len() as u64, rejected as u64), "{what}");
    (inspection.format.map(|it| it.id), rows)
}

fn items(rows: &[Row]) -> Vec<&MailboxItem> {
    let item = |row| match row {
        &Row { content: Content::Record(ref it), .. } => match &it.what {
            What::Item(item) => Some(&**item),
            _ => None,
        },
        _ => None,
    };
    rows.iter().filter_map(item).collect()
}

fn parties(item: &MailboxItem) -> Vec<(Role, &str, &str)> {
    item.parties.iter().map(|it| (it.role, it.address.as_str(), it.name.as_str())).collect()
}

#[test]
fn both_layouts_tell_every_item() {
    for ansi in [false, true] {
        let (format, rows) = rows(&sample::book(ansi).bytes(), "sample");
        assert_eq!(format, Some("mailbox_pst"));
        let items = items(&rows);
        let seen: Vec<(&str, ItemKind)> =
            items.iter().map(|it| (it.folder.as_str(), it.kind)).collect();
        let wanted = [
            ("受信トレイ", ItemKind::Mail),
            ("送信済みアイテム", ItemKind::Mail),
            ("連絡先", ItemKind::Contact),
            ("連絡先", ItemKind::List),
            ("Recoverable Items/Deletions", ItemKind::Mail),
            ("受信トレイ", ItemKind::List),
        ];
        assert_eq!((seen.as_slice(), rows.len()), (&wanted[..], 6), "ansi: {ansi}");
        assert!(items.iter().all(|it| it.mailbox == "taro@example.or.jp"));
        received(items[0]);
        let wanted = [
            (Role::From, "taro@example.or.jp", "山田 太郎"),
            (Role::To, "a@customer.example", "A"),
            (Role::To, "", "社内"),
            (Role::Bcc, "b@customer.example", "B"),
        ];
        assert_eq!(parties(items[1]), wanted);
        let wanted = [
            (Role::Contact, "jiro@customer.example", "佐藤 次郎"),
            (Role::Contact, "jiro.private@mail.example", "佐藤 次郎"),
        ];
        assert_eq!(parties(items[2]), wanted);
        assert_eq!(items[2].parties[0].organisation, "株式会社見本");
        let wanted = [
            (Role::Contact, "m1@member.example", "会員一"),
            (Role::Contact, "m2@member.example", "会員二"),
        ];
        assert_eq!(parties(items[3]), wanted);
        assert_eq!(parties(items[4]), [(Role::From, "evil@attacker.example", "")]);
        let wanted = [
            (Role::Contact, "old@friend.example", "旧友"),
            (Role::Contact, "b@customer.example", "B"),
        ];
        assert_eq!(parties(items[5]), wanted);
    }
}

fn received(it: &MailboxItem) {
    assert_eq!(it.subject, "【重要】アカウントの確認");
    assert_eq!((it.message_id.as_str(), it.size), ("in-1@example.com", 4000));
    assert_eq!((it.sent, it.at), (Some(1_760_933_613_000_000), Some(1_760_933_614_000_000)));
    assert!(it.begins.starts_with("これは本物ですか。 https://login.example/x 「確認」 これは"));
    assert_eq!(it.links, ["https://login.example/x"]);
    let attached: Vec<(&str, i64, usize)> =
        it.attachments.iter().map(|it| (it.name.as_str(), it.size, it.sha256.len())).collect();
    let wanted = [("名簿.csv", 5, 64), ("大きな図.png", 20_000, 64), ("転送された件", -1, 0)];
    assert_eq!(attached, wanted);
}

/// The same mail in two parts of one export is one record and one duplicate.
#[test]
fn an_item_in_two_files_has_one_key() {
    let key = |bytes: &[u8]| {
        let (_, rows) = rows(bytes, "part");
        let keys = rows.into_iter().filter_map(|it| match it.content {
            Content::Record(it) => Some((it.key, it.body)),
            Content::Reject(_) => None,
        });
        keys.collect::<BTreeMap<String, String>>()
    };
    let whole = sample::book(false);
    let mut part = whole.clone();
    part.items.remove(0);
    let (whole, part) = (key(&whole.bytes()), key(&part.bytes()));
    assert_eq!((whole.len(), part.len()), (6, 5));
    assert!(part.iter().all(|it| whole.get_key_value(it.0) == Some(it)));
}

#[test]
fn purview_names_the_mailbox_by_its_folder() {
    let mut book = sample::book(false);
    book.store.clear();
    book.folders = vec![
        (0x8022, 0x122, "hanako@example.or.jp (Primary)".into()),
        (0x8062, 0x8022, "Top of Information Store".into()),
        (0x8042, 0x8062, "受信トレイ".into()),
        (0x8082, 0x8022, "Recoverable Items".into()),
    ];
    let (_, rows) = rows(&book.bytes(), "purview");
    let places: Vec<(&str, &str)> =
        items(&rows).iter().map(|it| (it.mailbox.as_str(), it.folder.as_str())).collect();
    assert_eq!(places[0], ("hanako@example.or.jp", "受信トレイ"));
    assert_eq!(places[2], ("hanako@example.or.jp", "Recoverable Items"));
    // A folder that is not there: its items are, and say nothing of where they stood.
    assert_eq!(places[4], ("", ""));
}

/// An offline folder file in the layout of a PST is read; one in its own layout says what to do.
#[test]
fn offline_folder_files_are_read_or_told() {
    let mut book = sample::book(false);
    book.offline = true;
    let mut bytes = book.bytes();
    assert_eq!(rows(&bytes, "ost").1.len(), 6);
    bytes[10] = 36;
    let (format, rows) = rows(&bytes, "ost");
    let [Row { content: Content::Reject(reject), .. }] = &rows[..] else { panic!("{rows:?}") };
    assert_eq!(format, Some("mailbox_pst"));
    assert!(reject.reason.contains("(OST)") && reject.reason.contains("export it as PST"));
}

/// Damage in one item costs that item, and is told with its place.
#[test]
fn a_damaged_item_costs_nothing_else() {
    let (sound, seals) = sample::book(false).sealed();
    let (mut lost, mut kept) = (0, 0);
    for Seal(from, to, _) in &seals[..seals.len() - 2] {
        let mut bytes = sound.clone();
        bytes[(from + to) / 2] ^= 1;
        let (_, rows) = rows(&bytes, "damaged");
        let rejects: Vec<&str> = rows
            .iter()
            .filter_map(|it| match &it.content {
                Content::Reject(it) => Some(it.reason.as_str()),
                Content::Record(_) => None,
            })
            .collect();
        if let [one] = rejects[..] {
            lost += 1;
            assert!(one.contains("node 0x") || one.contains("damaged"), "{one}");
        }
        // All others are there; only a page of the trees takes more with it.
        kept += usize::from(items(&rows).len() >= 5);
    }
    assert!(lost >= 6, "{lost}");
    assert!(kept >= seals.len() - 6, "{kept} of {}", seals.len());
}

/// A small generator: the same changes in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % n as u64).unwrap()
    }
}

/// Bytes are changed within what checksums are over, and the checksums made right: hostile, not
/// damaged. Never a panic, never without end, always counted.
#[test]
fn no_byte_of_a_mailbox_file_is_believed() {
    for ansi in [false, true] {
        let (sound, seals) = sample::book(ansi).sealed();
        let mut dice = Dice(3);
        for n in 0..600 {
            let mut bytes = sound.clone();
            for _ in 0..=dice.below(3) {
                let Seal(from, to, _) = seals[dice.below(seals.len())];
                let at = from + dice.below(to - from);
                bytes[at] = match dice.below(4) {
                    0 => 0xff,
                    1 => bytes[at].wrapping_add(1),
                    2 => 1 << dice.below(8),
                    _ => u8::try_from(dice.below(256)).unwrap(),
                };
            }
            reseal(&mut bytes, &seals);
            rows(&bytes, &format!("change {n}, ansi {ansi}"));
        }
    }
}

#[test]
fn a_cut_mailbox_file_is_counted() {
    let sound = sample::book(false).bytes();
    for n in 0..200 {
        rows(&sound[..sound.len() * n / 200], &format!("cut {n}"));
    }
}

/// Leads a tree of nodes, of data or of a heap back to itself.
#[test]
fn a_tree_that_leads_back_to_itself_ends() {
    let (sound, seals) = sample::book(false).sealed();
    let word = |at: usize| u64::from_le_bytes(sound[at..at + 8].try_into().unwrap());
    // Every eight bytes that may be a block's id or place are made those of the block they stand in.
    for Seal(from, to, at) in &seals[..seals.len() - 2] {
        let own = word(at + 4);
        for place in (*from..*to - 8).step_by(4).filter(|it| word(*it) < 1 << 20) {
            let mut bytes = sound.clone();
            bytes[place..place + 8].copy_from_slice(&own.to_le_bytes());
            reseal(&mut bytes, &seals);
            rows(&bytes, &format!("{place} leads back"));
        }
    }
}

/// Many folders and items: several levels of pages.
#[test]
fn a_large_mailbox_is_read_in_order() {
    let one = sample::book(false);
    let items = (0..400).map(|n| one.items[n % 2].clone()).collect();
    let book = Book { items, ..one };
    let (_, rows) = rows(&book.bytes(), "large");
    assert_eq!(rows.len(), 400);
}
