//! A made-up mailbox for tests: Japanese folders, a blind copy, attachments of every sort, a
//! contact, a distribution list, and the nickname cache among the hidden items.

use super::writer::{Book, Item, Put, Puts};

/// The set of named properties of contacts (MS-OXPROPS, PSETID_Address).
const ADDRESS: [u8; 16] = [0x04, 0x20, 0x06, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];
/// How a nickname cache begins.
const MAGIC: [u8; 4] = [0x0d, 0xf0, 0xad, 0xba];

/// 2025-10-20T04:13:33Z.
pub(crate) const AT: i64 = 134_054_072_130_000_000;

const TOP: u32 = 0x8022;
const INBOX: u32 = 0x8042;
const SENT: u32 = 0x8062;
const PEOPLE: u32 = 0x8082;
const RECOVERABLE: u32 = 0x80a2;
const DELETIONS: u32 = 0x80c2;

fn text(ansi: bool, it: &str) -> Put {
    match ansi {
        true => Put::Ansi(encoding_rs::SHIFT_JIS.encode(it).0.into_owned()),
        false => Put::Text(it.to_owned()),
    }
}

/// The mailbox, in either layout.
pub(crate) fn book(ansi: bool) -> Book {
    let key = [7_u8; 16];
    let folders = [
        (TOP, 0x122, "Outlook データ ファイルの先頭"),
        (INBOX, TOP, "受信トレイ"),
        (SENT, TOP, "送信済みアイテム"),
        (PEOPLE, TOP, "連絡先"),
        (RECOVERABLE, 0x122, "Recoverable Items"),
        (DELETIONS, RECOVERABLE, "Deletions"),
    ];
    Book {
        ansi,
        offline: false,
        store: vec![
            (0x0ff9, Put::Bytes(key.to_vec())),
            (0x3001, text(ansi, "taro@example.or.jp")),
            (0x35e0, Put::Bytes([&[0; 4], &key[..], &TOP.to_le_bytes()].concat())),
        ],
        folders: folders.map(|it| (it.0, it.1, it.2.to_owned())).to_vec(),
        names: [0x8083, 0x8084, 0x8093, 0x8055, 0x8054].map(|it| (ADDRESS, it)).to_vec(),
        items: vec![
            received(ansi),
            sent(ansi),
            contact(ansi),
            list(ansi),
            deleted(ansi),
            nicknames(ansi),
            hidden(ansi),
        ],
    }
}

/// Five items with a text in every field that takes one.
#[cfg(test)]
pub(crate) fn five(words: &str) -> Book {
    let mut book = book(false);
    book.items.truncate(5);
    for folder in &mut book.folders {
        folder.2.push_str(words);
    }
    for item in &mut book.items {
        let more = item.recipients.iter_mut().chain(&mut item.attachments);
        for (id, put) in more.chain([&mut item.own]).flatten() {
            // The class and the address say what an item is, and to whom it went.
            if let (0x0037 | 0x0042 | 0x1000 | 0x3001 | 0x3707, Put::Text(it)) = (*id, put) {
                it.push_str(words);
            }
        }
    }
    book
}

fn mail(ansi: bool, id: &str, subject: &str) -> Puts {
    vec![
        (0x001a, text(ansi, "IPM.Note")),
        (0x0037, text(ansi, &format!("\u{1}\u{1}{subject}"))),
        (0x0039, Put::Time(AT)),
        (0x0e06, Put::Time(AT + 10_000_000)),
        (0x0e08, Put::Number(4000)),
        (0x1035, text(ansi, &format!("<{id}@example.com>"))),
        (0x300b, Put::Bytes(id.as_bytes().to_vec())),
        (0x3ffd, Put::Number(932)),
    ]
}

fn from(ansi: bool, name: &str, address: &str) -> Puts {
    vec![
        (0x0042, text(ansi, name)),
        (0x0065, text(ansi, address)),
        (0x0c1a, text(ansi, name)),
        (0x0c1f, text(ansi, address)),
    ]
}

fn recipient(ansi: bool, role: i32, name: &str, address: &str) -> Puts {
    vec![
        (0x0c15, Put::Number(role)),
        (0x3001, text(ansi, name)),
        (0x3002, text(ansi, "SMTP")),
        (0x3003, text(ansi, address)),
    ]
}

fn received(ansi: bool) -> Item {
    let mut own = mail(ansi, "in-1", "【重要】アカウントの確認");
    own.extend(from(ansi, "鈴木 花子", "hanako@partner.example"));
    // Longer than a heap takes, in two blocks.
    let body = "これは本物ですか。 https://login.example/x 「確認」\r\n".repeat(200);
    own.push((0x1000, text(ansi, &body)));
    Item {
        folder: INBOX,
        own,
        recipients: vec![
            recipient(ansi, 1, "山田 太郎", "taro@example.or.jp"),
            recipient(ansi, 2, "経理", "keiri@example.or.jp"),
        ],
        attachments: vec![
            vec![
                (0x3701, Put::Bytes(b"a,b\r\n".to_vec())),
                (0x3704, text(ansi, "LIST.CSV")),
                (0x3705, Put::Number(1)),
                (0x3707, text(ansi, "名簿.csv")),
            ],
            vec![
                (0x3701, Put::Bytes(vec![0x5a; 20_000])),
                (0x3705, Put::Number(1)),
                (0x3707, text(ansi, "大きな図.png")),
            ],
            // What stands behind the object of an attached message must be read as well.
            vec![
                (0x3001, text(ansi, "転送された件")),
                (0x3701, Put::Object(0x24)),
                (0x3705, Put::Number(5)),
            ],
        ],
        ..Item::default()
    }
}

fn sent(ansi: bool) -> Item {
    let mut own = mail(ansi, "out-1", "ご案内");
    own.extend(from(ansi, "山田 太郎", "taro@example.or.jp"));
    Item {
        folder: SENT,
        own,
        recipients: vec![
            recipient(ansi, 1, "A", "a@customer.example"),
            recipient(ansi, 3, "B", "b@customer.example"),
            recipient(ansi, 1, "社内", "/O=EX/OU=A/CN=RECIPIENTS/CN=SHANAI"),
        ],
        ..Item::default()
    }
}

fn contact(ansi: bool) -> Item {
    let own = vec![
        (0x001a, text(ansi, "IPM.Contact")),
        (0x3001, text(ansi, "佐藤 次郎")),
        (0x3007, Put::Time(AT)),
        (0x300b, Put::Bytes(b"contact-1".to_vec())),
        (0x3a16, text(ansi, "株式会社見本")),
        (0x3ffd, Put::Number(932)),
        // Named: the first and the second address.
        (0x8000, text(ansi, "jiro@customer.example")),
        (0x8002, text(ansi, "jiro.private@mail.example")),
    ];
    Item { folder: PEOPLE, own, ..Item::default() }
}

/// An entry id of somebody who stands in no directory.
fn one_off(name: &str, address: &str) -> Vec<u8> {
    let mut out = vec![0; 4];
    out.extend([
        0x81, 0x2b, 0x1f, 0xa4, 0xbe, 0xa3, 0x10, 0x19, 0x9d, 0x6e, 0x00, 0xdd, 0x01, 0x0f, 0x54,
        0x02,
    ]);
    out.extend([0, 0, 0x01, 0x90]);
    for it in [name, "SMTP", address] {
        out.extend(it.encode_utf16().chain([0]).flat_map(u16::to_le_bytes));
    }
    out
}

fn list(ansi: bool) -> Item {
    let members =
        vec![one_off("会員一", "m1@member.example"), one_off("会員二", "m2@member.example")];
    let own = vec![
        (0x001a, text(ansi, "IPM.DistList")),
        (0x0037, text(ansi, "会員")),
        (0x3007, Put::Time(AT)),
        (0x300b, Put::Bytes(b"list-1".to_vec())),
        (0x3ffd, Put::Number(932)),
        (0x8003, Put::List(members.clone())),
        (0x8004, Put::List(members)),
    ];
    Item { folder: PEOPLE, own, ..Item::default() }
}

/// Without a table of recipients and without anything below it.
fn deleted(ansi: bool) -> Item {
    let mut own = mail(ansi, "gone-1", "消された件");
    own.extend(from(ansi, "", "evil@attacker.example"));
    Item { folder: DELETIONS, own, ..Item::default() }
}

fn nicknames(ansi: bool) -> Item {
    let own = vec![
        (0x001a, text(ansi, "IPM.Configuration.Autocomplete")),
        (0x300b, Put::Bytes(b"nick-1".to_vec())),
        (0x7c09, Put::Bytes(cache(&[("旧友", "old@friend.example"), ("B", "b@customer.example")]))),
    ];
    Item { folder: INBOX, associated: true, own, ..Item::default() }
}

/// A hidden item that nobody sees and that names nobody.
fn hidden(ansi: bool) -> Item {
    let own = vec![(0x001a, text(ansi, "IPM.Configuration.CalendarOptions"))];
    Item { folder: INBOX, associated: true, own, ..Item::default() }
}

/// A nickname cache.
pub(crate) fn cache(people: &[(&str, &str)]) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    let count = u32::try_from(people.len()).unwrap_or_default();
    out.extend([10, 1, count].map(u32::to_le_bytes).concat());
    for (name, address) in people {
        out.extend(3_u32.to_le_bytes());
        let mut property = |id: u16, kind: u16, fixed: u32, value: &[u8]| {
            out.extend([kind, id].map(u16::to_le_bytes).concat());
            out.extend([0, fixed, 0].map(u32::to_le_bytes).concat());
            out.extend(value);
        };
        property(0x0c15, 3, 1, &[]);
        for (id, text) in [(0x3001, name), (0x39fe, address)] {
            let units: Vec<u8> =
                text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
            let length = u32::try_from(units.len()).unwrap_or_default().to_le_bytes();
            property(id, 0x1f, 0, &[&length[..], &units].concat());
        }
    }
    out
}
