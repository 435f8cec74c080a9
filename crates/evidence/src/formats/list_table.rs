//! Any table of people with mail addresses, with a header or none: the address column is found by
//! what stands in it, never by its name alone.

use std::{cell::RefCell, collections::BTreeMap};

use model::{Content, Kind, ListEntry, Reading, Record, Reject, What};
use serde_json::Value;

use crate::{
    canonical,
    format::{Format, Head, RawRow, RowReader, Shape},
    normal::{address, date, ip, name},
};

pub(super) const FORMAT: Format = Format {
    id: "list_table",
    kind: Kind::List,
    name: "any table with mail addresses, in any usual encoding and with any header",
    proves: "addresses the organisation holds",
    reference: "any table with mail addresses",
    recognises: |head| head.shape == Shape::Csv && !is_other_text(head) && is_list(head),
    open: |_, _| Box::new(Table::default()),
};

/// Columns that make a table a log, a rule list or a mailbox export, whatever addresses it holds.
const NOT_A_LIST: &[&str] = &[
    "accessrights",
    "actoruserprincipalname",
    "auditdata",
    "client ip",
    "clientip",
    "clientipaddress",
    "correlation id",
    "correlationid",
    "creationtime",
    "date (utc)",
    "date_time_utc",
    "event_id",
    "forwardto",
    "internetmessageid",
    "ip address",
    "ip アドレス",
    "ipaddress",
    "mailboxownerid",
    "message_id",
    "messageid",
    "messagetraceid",
    "network_message_id",
    "networkmessageid",
    "operation",
    "operations",
    "recipient_address",
    "recipient_status",
    "recipientaddress",
    "recipientemailaddress",
    "redirectto",
    "request id",
    "ruleidentity",
    "sender_address",
    "senderaddress",
    "timegenerated",
    "user agent",
    "useragent",
    "日付 (utc)",
];

/// Tells whether a table is a list of people, and no log in which people are named.
pub(super) fn is_list(head: &Head) -> bool {
    let sent = head.columns.has_any(&["sender", "送信者"]);
    let received = head.columns.has_any(&["recipient", "recipients", "受信者"]);
    let mails = head
        .columns
        .names()
        .iter()
        .any(|it| it.starts_with("from: (") || it.starts_with("差出人: ("));
    if head.columns.has_any(NOT_A_LIST) || (sent && received) || mails || !head.has_address() {
        return false;
    }
    let rows: Vec<Vec<&str>> = std::iter::once(&head.header)
        .chain(&head.rows)
        .map(|it| it.iter().map(String::as_str).collect::<Vec<&str>>())
        .filter(|it: &Vec<&str>| !is_blank(it))
        .collect();
    let logged = rows.iter().filter(|it| is_logged(it)).count();
    let held = rows.iter().filter(|it| it.iter().any(|cell| is_entry(cell))).count();
    let wide = rows.iter().any(|it| it.len() > 1);
    let share = if wide { 3 } else { 2 };
    let headed = wide && rows.iter().take(8).any(|it| is_heading(it));
    logged * 2 <= rows.len() && (held * share >= rows.len() || (headed && held > 0))
}

/// A time of day and an IP address in one row: somebody's machine wrote it.
fn is_logged(cells: &[&str]) -> bool {
    let words = || cells.iter().flat_map(|it| it.split([' ', '[', ']'])).take(40);
    let machine = words().any(|it| ip::canonical(it).is_some());
    machine && cells.iter().any(|it| it.contains(':') && (cells.len() == 1 || date::is_date(it)))
}

/// An address, perhaps with a name, and not a text that mentions one.
fn is_entry(cell: &str) -> bool {
    let words = cell.split_whitespace().filter(|it| !address::may_hold(it)).count();
    address::may_hold(cell) && words <= 6 && !address::all_in(cell).is_empty()
}

/// Mails, programs, settings: texts that name addresses without being lists.
fn is_other_text(head: &Head) -> bool {
    const STARTS: [&str; 8] = ["{", "dn:", "begin:", "from ", "#!", "---", "$", "//"];
    let lines: Vec<&str> = std::iter::once(&head.header)
        .chain(&head.rows)
        .filter_map(|it| it.first().map(|it| it.trim()))
        .collect();
    let first = lines.iter().find(|it| !it.is_empty()).map_or("", |it| it).to_lowercase();
    let section = |it: &&str| it.starts_with('[') && it.ends_with(']');
    let keyed = lines.iter().filter(|it| is_keyed(it)).count();
    // `<a@b>` is an entry, `<html>` is not.
    let tag = first.strip_prefix('<').and_then(|it| it.split('>').next());
    STARTS.iter().any(|it| first.starts_with(it))
        || tag.is_some_and(|it| !address::may_hold(it))
        || lines.iter().any(section)
        || keyed * 3 > lines.len()
        || lines.first().is_some_and(|it| is_keyed(it)) && head.columns.names().len() == 1
}

/// `Received: …`, `upn = …`: a name and its value in one line.
fn is_keyed(line: &str) -> bool {
    let word = |it: &str| {
        !it.is_empty()
            && it.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    let colon = line.split_once(": ").is_some_and(|(key, _)| word(key));
    let equals = line.split_once('=').is_some_and(|(key, _)| word(key.trim()));
    colon || equals || line.starts_with("# ") || line.starts_with("## ")
}

fn is_blank(cells: &[&str]) -> bool {
    cells
        .iter()
        .all(|it| it.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}').is_empty())
}

/// Tells whether a cell of a header speaks of mail addresses.
fn names_mail(cell: &str) -> bool {
    const WORDS: [&str; 7] = ["メール", "ﾒｰﾙ", "mail", "連絡先", "アドレス", "ｱﾄﾞﾚｽ", "電邮"];
    let cell = name::header(cell);
    cell.chars().count() <= 30
        && !address::may_hold(&cell)
        && WORDS.iter().any(|it| cell.contains(it))
}

/// Tells whether a row is a header: it names mail addresses and holds none.
fn is_heading(cells: &[&str]) -> bool {
    cells.iter().any(|it| names_mail(it)) && !cells.iter().any(|it| address::may_hold(it))
}

/// How often a column is filled, and with addresses.
#[derive(Clone, Copy, Default)]
struct Tally {
    filled: u64,
    held: u64,
}

/// What is known of a sheet (a CSV is one) after all its rows were seen once.
#[derive(Default)]
struct Sheet {
    heading: Vec<String>,
    /// The heading in normal form.
    titles: Vec<String>,
    tallies: Vec<Tally>,
    /// Titles and remarks above the header that stands lower down.
    above: Vec<Vec<String>>,
    /// Rows before the first with an address.
    waiting: Vec<Vec<String>>,
    begun: bool,
}

impl Sheet {
    fn head(&mut self, heading: Vec<String>) {
        self.titles = heading.iter().map(|it| name::header(it)).collect();
        self.heading = heading;
    }

    fn feed(&mut self, cells: &[&str]) {
        if self.tallies.len() < cells.len() {
            self.tallies.resize(cells.len(), Tally::default());
        }
        let mut held = false;
        for (tally, cell) in self.tallies.iter_mut().zip(cells) {
            let entry = address::may_hold(cell) && !address::all_in(cell).is_empty();
            tally.filled += u64::from(!cell.trim().is_empty());
            tally.held += u64::from(entry);
            held |= entry;
        }
        if !self.begun && !held {
            let row: Vec<String> = cells.iter().map(|it| (*it).to_owned()).collect();
            self.waiting.push(row.clone());
            if is_heading(cells) {
                self.head(row);
                self.above.append(&mut self.waiting);
            }
            self.begun = self.waiting.len() > 20;
        }
        self.begun |= held;
    }

    /// The column with most addresses, and those that hold mostly addresses or say they do.
    fn columns(&self) -> Vec<usize> {
        let best = self.tallies.iter().enumerate().rev().max_by_key(|(_, it)| it.held);
        let best = best.map(|it| it.0);
        (0..self.tallies.len())
            .filter(|at| {
                let it = self.tallies[*at];
                let named = self.heading.get(*at).is_some_and(|it| names_mail(it));
                it.held > 0 && (it.held * 2 >= it.filled || Some(*at) == best || named)
            })
            .collect()
    }

    fn title(&self, at: usize) -> String {
        let title = self.heading.get(at).map_or("", |it| it.trim().trim_matches('\u{feff}').trim());
        if title.is_empty() { format!("#{}", at + 1) } else { title.to_owned() }
    }

    /// The cells under the first kind of heading that is there, joined by a blank.
    fn under(&self, cells: &[&str], kinds: &[&[&str]]) -> String {
        let title = |word: &str| self.titles.iter().position(|it| it == word);
        for kind in kinds {
            let found: Vec<&str> = kind
                .iter()
                .filter_map(|it| cells.get(title(it)?))
                .map(|it| it.trim())
                .filter(|it| !it.is_empty())
                .collect();
            if !found.is_empty() {
                return found.join(" ");
            }
        }
        String::new()
    }
}

const PERSON: &[&[&str]] = &[
    &["氏名"],
    &["お名前"],
    &["名前"],
    &["ご氏名"],
    &["表示名"],
    &["担当者名"],
    &["ご担当者名"],
    &["ご担当者"],
    &["担当者"],
    &["代表者名"],
    &["姓", "名"],
    &["full name"],
    &["display name"],
    &["displayname"],
    &["first name", "middle name", "last name"],
    &["given name", "family name"],
    &["contact"],
    &["contact name"],
    &["name"],
];

const ORGANISATION: &[&[&str]] = &[
    &["会社名"],
    &["組織名"],
    &["団体名"],
    &["法人名"],
    &["企業名"],
    &["取引先名"],
    &["学校名"],
    &["ご所属"],
    &["所属"],
    &["所属先"],
    &["勤務先"],
    &["会社"],
    &["company"],
    &["company name"],
    &["organization"],
    &["organisation"],
    &["organization name"],
    &["organization 1 - name"],
];

/// Columns that tell how the name is read.
const READING: &[&[&str]] = &[
    &["フリガナ"],
    &["ふりがな"],
    &["ﾌﾘｶﾞﾅ"],
    &["氏名フリガナ"],
    &["氏名ふりがな"],
    &["氏名(フリガナ)"],
    &["氏名（フリガナ）"],
    &["氏名(カナ)"],
    &["氏名（カナ）"],
    &["氏名カナ"],
    &["カナ氏名"],
    &["お名前(フリガナ)"],
    &["お名前（フリガナ）"],
    &["お名前フリガナ"],
    &["名前フリガナ"],
    &["名前(カナ)"],
    &["名前（カナ）"],
    &["カナ"],
    &["かな"],
    &["ｶﾅ"],
    &["よみがな"],
    &["よみ"],
    &["ヨミ"],
    &["読み"],
    &["読み仮名"],
    &["セイ", "メイ"],
    &["せい", "めい"],
    &["姓カナ", "名カナ"],
    &["姓(カナ)", "名(カナ)"],
    &["姓（カナ）", "名（カナ）"],
    &["姓フリガナ", "名フリガナ"],
    &["姓(フリガナ)", "名(フリガナ)"],
    &["姓（フリガナ）", "名（フリガナ）"],
    &["yomi"],
    &["yomigana"],
    &["furigana"],
    &["kana"],
    &["phonetic name"],
    &["last name phonetic", "first name phonetic"],
];

/// Columns that tell how the person is addressed. `title` is left out: in tables it is mostly the post.
const HONORIFIC: &[&[&str]] = &[&["敬称"], &["honorific"], &["salutation"], &["prefix"]];

/// Reads a table of people, sheet by sheet.
#[derive(Default)]
pub(super) struct Table {
    /// Sheets by their first row, by which a row's sheet is known whenever it is read.
    sheets: BTreeMap<Vec<String>, Sheet>,
    now: RefCell<Vec<String>>,
    unreadable: u64,
}

impl Table {
    fn entry(&self, cells: &[&str]) -> ListEntry {
        let nothing = Sheet::default();
        let sheet = self.sheets.get(&*self.now.borrow()).unwrap_or(&nothing);
        let chosen = sheet.columns();
        let mut addresses = gathered(chosen.iter().filter_map(|it| cells.get(*it)));
        if addresses.is_empty() {
            // Moved into a neighbouring column, or noted elsewhere: better than unreachable.
            addresses = gathered(cells.iter());
        }
        let mut person = sheet.under(cells, PERSON);
        if let (true, [_]) = (person.is_empty(), addresses.as_slice()) {
            person = chosen.iter().find_map(|it| written(cells.get(*it)?)).unwrap_or_default();
        }
        ListEntry {
            addresses,
            name: person,
            organisation: sheet.under(cells, ORGANISATION),
            furigana: sheet.under(cells, READING),
            honorific: sheet.under(cells, HONORIFIC),
        }
    }

    fn is_above(&self, cells: &[&str]) -> bool {
        let sheet = self.sheets.get(&*self.now.borrow());
        sheet.is_some_and(|it| it.above.iter().any(|row| row == cells))
    }
}

fn gathered<'a>(cells: impl Iterator<Item = &'a &'a str>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for address in cells.flat_map(|it| address::all_in(it)) {
        if !found.contains(&address) {
            found.push(address);
        }
    }
    found
}

/// The name in `Name <a@b>`.
fn written(cell: &str) -> Option<String> {
    let (before, _) = cell.split_once('<')?;
    let before = before.trim().trim_matches('"').trim();
    (!before.is_empty()).then(|| before.to_owned())
}

/// The row by its content only: cells in their order.
fn value(cells: &[&str]) -> Value {
    Value::Array(cells.iter().map(|it| Value::String((*it).to_owned())).collect())
}

/// Makes the record of a list's row.
pub(super) fn record(entry: ListEntry, row: &Value) -> Content {
    Content::Record(Box::new(Record {
        key: canonical::key_of_row(row),
        body: canonical::body_of(row),
        losses: 0,
        what: What::Address(entry),
    }))
}

impl RowReader for Table {
    fn needs_survey(&self) -> bool {
        true
    }

    fn survey(&mut self, row: RawRow<'_>) {
        let RawRow::Cells(cells) = row else { return };
        let key = self.now.borrow().clone();
        let sheet = self.sheets.entry(key).or_insert_with_key(|key| {
            let cells: Vec<&str> = key.iter().map(String::as_str).collect();
            let mut sheet = Sheet::default();
            if !holds(&cells) {
                sheet.head(key.clone());
            }
            sheet
        });
        sheet.feed(cells);
    }

    fn header_is_row(&self, cells: &[&str]) -> bool {
        // The first row of every sheet passes here, before the rows of its sheet.
        *self.now.borrow_mut() = cells.iter().map(|it| (*it).to_owned()).collect();
        holds(cells)
    }

    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Cells(cells) = row else {
            return Content::Reject(Reject { reason: "no table row".into(), ..Reject::default() });
        };
        if self.is_above(cells) {
            return record(ListEntry::default(), &value(cells));
        }
        let entry = self.entry(cells);
        self.unreadable += u64::from(entry.addresses.is_empty() && !is_blank(cells));
        record(entry, &value(cells))
    }

    fn broken(&mut self, cells: &[&str], _text: &str, reason: &str) -> Reject {
        let account = gathered(cells.iter()).into_iter().next().unwrap_or_default();
        Reject { reason: reason.to_owned(), account, ..Reject::default() }
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        let RawRow::Cells(cells) = row else { return Value::Null };
        canonical::form(&value(cells)).unwrap_or_default()
    }

    fn finish(&mut self, reading: &mut Reading) {
        reading.unreadable = self.unreadable;
        let mut names: Vec<String> = Vec::new();
        for sheet in self.sheets.values() {
            for name in sheet.columns().into_iter().map(|it| sheet.title(it)) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        reading.address_column = names.join(", ");
    }
}

fn holds(cells: &[&str]) -> bool {
    cells.iter().any(|it| address::may_hold(it) && !address::all_in(it).is_empty())
}
