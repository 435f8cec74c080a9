//! Mails one behind the other: mbox files of Thunderbird, of Google Takeout, of servers.

use std::borrow::Cow;

use model::{Content, Kind, Reject};
use serde_json::Value;

use super::mailbox_eml::{canonical, lead, no_mail};
use crate::{
    format::{Format, RawRow, RowReader, Shape},
    normal::{headers, item, mime},
};

pub(super) const FORMAT: Format = Format {
    id: "mailbox_mbox",
    kind: Kind::Mailbox,
    name: "mbox (Thunderbird, Google Takeout)",
    proves: "that the mails stood in the mailbox or folder it was exported from, whom they name and what they carry",
    reference: "RFC 4155; Google Takeout: labels as `X-Gmail-Labels`",
    recognises: |head| head.shape == Shape::Mails,
    open: |_, _| Box::new(Mbox),
};

struct Mbox;

impl RowReader for Mbox {
    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Mail(bytes) = row else { return no_mail() };
        let (line, mail) = split(bytes);
        let Some(mut read) = mime::read(&unquoted(mail)) else { return no_mail() };
        let it = &mut read.item;
        // `1814…@xxx` is the number Gmail gives a mail.
        let (id, date) = line.split_once(' ').unwrap_or_default();
        if let Some(number) = id.strip_suffix("@xxx") {
            number.clone_into(&mut it.item_id);
        }
        if it.at.is_none() || it.at == it.sent {
            it.at = delivered(date).or(it.at);
        }
        it.folder = folder(&read.labels);
        item::content(read.item, read.losses)
    }

    fn broken(&mut self, _cells: &[&str], text: &str, reason: &str) -> Reject {
        lead(&String::from_utf8_lossy(split(text.as_bytes()).1), reason)
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        canonical(self.read(row))
    }
}

/// The line between two mails without its first word, and the mail.
fn split(bytes: &[u8]) -> (Cow<'_, str>, &[u8]) {
    let Some(rest) = bytes.strip_prefix(b"From ") else { return (Cow::Borrowed(""), bytes) };
    let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    let line = String::from_utf8_lossy(rest[..end].trim_ascii());
    (line, rest.get(end + 1..).unwrap_or_default())
}

/// When the mail was put into the file, if its line says in which zone: `Tue Oct 21 00:00:05 +0000 2025`.
fn delivered(date: &str) -> Option<i64> {
    let words: Vec<&str> = date.split_whitespace().collect();
    let [_, month, day, time, zone, year] = words.as_slice() else { return None };
    if !zone.starts_with(['+', '-']) {
        return None;
    }
    headers::rfc_date(&format!("{day} {month} {year} {time} {zone}"))
}

/// Takes off the `>` that keeps lines `From …` of a text from looking like the next mail.
fn unquoted(mail: &[u8]) -> Cow<'_, [u8]> {
    let mut out: Vec<u8> = Vec::new();
    let mut copied = 0;
    for at in memchr::memmem::find_iter(mail, b">From ") {
        // All that stands before it on its line are further signs.
        let line = memchr::memrchr(b'\n', &mail[..at]).map_or(0, |it| it + 1);
        if mail[line..at].iter().all(|it| *it == b'>') {
            out.extend_from_slice(&mail[copied..at]);
            copied = at + 1;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(mail);
    }
    out.extend_from_slice(&mail[copied..]);
    Cow::Owned(out)
}

/// The folder among the labels of Gmail. A mail has several: where it stands goes before what it is
/// about; marks such as «unread» are no place.
fn folder(labels: &str) -> String {
    const PLACES: [&[&str]; 6] = [
        &["sent", "送信済み", "送信済みメール", "gesendet", "messages envoyés", "enviados"],
        &["drafts", "draft", "下書き", "entwürfe", "brouillons", "borradores"],
        &["spam", "迷惑メール"],
        &["trash", "bin", "ゴミ箱", "papierkorb", "corbeille", "papelera"],
        &["inbox", "受信トレイ", "posteingang", "boîte de réception", "recibidos"],
        &["archived", "アーカイブ済み", "アーカイブ", "archiviert", "archivés", "archivados"],
    ];
    const MARKS: [&str; 12] = [
        "opened",
        "unread",
        "starred",
        "important",
        "chat",
        "開封済み",
        "未読",
        "スター付き",
        "重要",
        "geöffnet",
        "ungelesen",
        "wichtig",
    ];
    let list: Vec<&str> = labels
        .split(',')
        .map(|it| it.trim().trim_matches('"'))
        .filter(|it| !it.is_empty())
        .collect();
    let is = |it: &str, words: &[&str]| words.contains(&it.to_lowercase().as_str());
    let (places, archive) = PLACES.split_at(PLACES.len() - 1);
    let placed = places.iter().find_map(|words| list.iter().find(|it| is(it, words)));
    let own = |it: &&&str| {
        let lower = it.to_lowercase();
        !is(it, &MARKS)
            && !is(it, archive[0])
            && !lower.starts_with("category ")
            && !it.starts_with("カテゴリ")
    };
    let found = placed
        .or_else(|| list.iter().find(own))
        .or_else(|| list.iter().find(|it| is(it, archive[0])));
    found.map(|it| (*it).to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::What;

    #[test]
    fn a_mail_of_takeout_stands_in_the_folder_of_its_label() {
        let mail = "From 1814000000000000001@xxx Tue Oct 21 00:00:05 +0000 2025\nX-GM-THRID: 1814\nX-Gmail-Labels: =?UTF-8?B?6ZaL5bCB5riI44G/LOWPl+S/oeODiOODrOOCpA==?=\nSubject: x\nMessage-ID: <a@b>\n\n>From here\n>>From there\nx >From y\n";
        let Content::Record(record) = Mbox.read(RawRow::Mail(mail.as_bytes())) else {
            panic!("a record")
        };
        let What::Item(it) = record.what else { panic!("an item") };
        assert_eq!(
            (it.folder.as_str(), it.item_id.as_str()),
            ("受信トレイ", "1814000000000000001")
        );
        assert_eq!(it.at, crate::normal::date::parse_iso("2025-10-21T00:00:05Z"));
        assert_eq!(it.begins, "From here >From there x >From y");
    }

    #[test]
    fn places_go_before_subjects_and_marks() {
        assert_eq!(folder("Important,Opened,Customers,Sent"), "Sent");
        assert_eq!(folder("Archived,Category Personal,Customers/A"), "Customers/A");
        assert_eq!(folder("Archived,Unread"), "Archived");
        assert_eq!(folder(""), "");
    }
}
