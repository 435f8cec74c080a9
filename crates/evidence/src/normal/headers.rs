//! The header fields of a mail (RFC 5322) as facts of an item, whatever encoding they are written in.

use std::{borrow::Cow, sync::LazyLock};

use encoding_rs::Encoding;
use mail_parser::{
    Address, DateTime, Header, HeaderName, HeaderValue, MessageParser,
    decoders::charsets::map::charset_decoder,
};
use model::{ItemKind, MailboxItem, Micros, Party, Role};

use super::{charset, date, ip, item, name};

/// Most message ids kept that a mail refers to.
const REFERENCES: usize = 200;
/// Most parties kept of one header field.
pub(crate) const PARTIES: usize = 20_000;

/// Fields that name the address of the client a mail was handed in from.
const CLIENTS: [&str; 6] = [
    "x-originating-ip",
    "x-originating-client-ip",
    "x-client-ip",
    "x-sender-ip",
    "x-source-ip",
    "x-remote-ip",
];

/// The parser: fields that need no look are kept as they stand.
pub(crate) static PARSER: LazyLock<MessageParser> = LazyLock::new(|| {
    MessageParser::new()
        .with_mime_headers()
        .with_date_headers()
        .with_address_headers()
        .with_message_ids()
        .header_text(HeaderName::Subject)
        .header_text(HeaderName::Other("X-Gmail-Labels".into()))
});

/// What header fields tell beside the facts of an item.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Fields that could not be read.
    pub(crate) losses: u32,
    /// A program wrote it, and as an answer.
    pub(crate) answers: bool,
    /// It says that no program shall answer, as programs do.
    pub(crate) suppresses: bool,
    /// Written by the mail system itself: null return path, or a sender of that name.
    pub(crate) by_system: bool,
    /// The labels Gmail gives it.
    pub(crate) labels: String,
}

/// Returns header fields in a form the parser reads: raw letters of old encodings as UTF-8, labels that
/// only mailers know as those everybody knows; `None` if they are so already. `more` is other text of
/// the same mail, for telling its encoding; `said` the one it names. With `join` words that cut a
/// character in two are put together.
pub(crate) fn sound(
    fields: &[u8],
    more: &[u8],
    said: Option<&'static Encoding>,
    join: bool,
) -> Option<Vec<u8>> {
    let raw = memchr::memchr(0x1b, fields).is_some() || std::str::from_utf8(fields).is_err();
    let mut out = if raw { Cow::Owned(decoded(fields, more, said)) } else { Cow::Borrowed(fields) };
    if let Some(renamed) = renamed(&out) {
        out = Cow::Owned(renamed);
    }
    if join && let Some(joined) = joined(&out) {
        out = Cow::Owned(joined);
    }
    match out {
        Cow::Owned(it) => Some(it),
        Cow::Borrowed(_) => None,
    }
}

fn decoded(fields: &[u8], more: &[u8], said: Option<&'static Encoding>) -> Vec<u8> {
    // Few letters tell little: all that is raw in the mail tells its encoding.
    let mut sample: Vec<u8> = fields.iter().copied().filter(|it| *it != b'\r').collect();
    if !more.is_ascii() && std::str::from_utf8(more).is_err() {
        sample.extend_from_slice(&more[..more.len().min(1 << 14)]);
    }
    let said = said.or_else(|| Some(charset::guess(&sample)));
    let mut out = Vec::with_capacity(fields.len() * 2);
    for line in fields.split_inclusive(|it| *it == b'\n') {
        if line.is_ascii() && memchr::memchr(0x1b, line).is_none() {
            out.extend_from_slice(line);
        } else {
            out.extend_from_slice(charset::text(line, said).0.as_bytes());
        }
    }
    out
}

/// Writes unknown labels of encoded words (RFC 2047) and parameters (RFC 2231) as known ones.
fn renamed(fields: &[u8]) -> Option<Vec<u8>> {
    let words = memchr::memmem::find_iter(fields, b"=?").map(|at| (at + 2, b'?'));
    let values = memchr::memmem::find_iter(fields, b"*=").map(|at| (at + 2, b'\''));
    let mut changes: Vec<(usize, usize, &'static str)> = words
        .chain(values)
        .filter_map(|(from, end)| {
            let length = fields[from..].iter().take(40).position(|it| *it == end)?;
            let label = std::str::from_utf8(&fields[from..from + length]).ok()?;
            let plain = label.split('*').next().unwrap_or(label);
            if plain.len() < 2 || charset_decoder(plain.as_bytes()).is_some() {
                return None;
            }
            Some((from, from + length, charset::of_label(plain)?.name()))
        })
        .collect();
    if changes.is_empty() {
        return None;
    }
    changes.sort_unstable();
    let (mut out, mut at) = (Vec::with_capacity(fields.len()), 0);
    for (from, to, label) in changes.into_iter().filter(|it| !it.2.is_empty()) {
        if from >= at {
            out.extend_from_slice(&fields[at..from]);
            out.extend_from_slice(label.as_bytes());
            at = to;
        }
    }
    out.extend_from_slice(&fields[at..]);
    Some(out)
}

/// Puts encoded words of one kind together, where only blanks stand between them: some mailers cut
/// them in the middle of a character.
fn joined(fields: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(fields).ok()?;
    let mut out = String::with_capacity(text.len());
    let (mut rest, mut changed) = (text, false);
    while let Some((from, first)) = next_word(rest) {
        out.push_str(&rest[..from]);
        rest = &rest[from + first.length..];
        let mut data = first.data.to_owned();
        while let Some((gap, word)) = next_word(rest) {
            let same = word.begin.eq_ignore_ascii_case(first.begin) && !data.ends_with('=');
            if !same || !rest[..gap].trim().is_empty() || data.len() > 1 << 16 {
                break;
            }
            data.push_str(word.data);
            rest = &rest[gap + word.length..];
            changed = true;
        }
        out.push_str(first.begin);
        out.push_str(&data);
        out.push_str("?=");
    }
    out.push_str(rest);
    changed.then(|| out.into_bytes())
}

/// An encoded word: `=?label?B?`, its data, its whole length.
struct Word<'a> {
    begin: &'a str,
    data: &'a str,
    length: usize,
}

fn next_word(text: &str) -> Option<(usize, Word<'_>)> {
    let mut from = 0;
    loop {
        let at = from + text.get(from..)?.find("=?")?;
        from = at + 2;
        let Some(label) = text[from..].find('?') else { continue };
        let Some(kind) = text[from + label..].get(1..3).filter(|it| it.ends_with('?')) else {
            continue;
        };
        if !kind.starts_with(['B', 'b', 'Q', 'q']) {
            continue;
        }
        let begin = from + label + 3;
        let Some(end) = text[begin..].find("?=") else { continue };
        let data = &text[begin..begin + end];
        if data.contains('\n') {
            continue;
        }
        let word = Word { begin: &text[at..begin], data, length: begin + end + 2 - at };
        return Some((at, word));
    }
}

/// Takes the facts out of header fields. `raw` is the text the fields were parsed from.
pub(crate) fn read(fields: &[Header<'_>], raw: &[u8], it: &mut MailboxItem) -> Told {
    let mut told = Told::default();
    let (mut received, mut delivered) = (None, None);
    let mut answered = Vec::new();
    for field in fields {
        match &field.name {
            HeaderName::Subject => {
                if let (true, Some(text)) = (it.subject.is_empty(), field.value.as_text()) {
                    it.subject = subject(text);
                }
            }
            HeaderName::Date => it.sent = it.sent.or_else(|| instant(field, raw)),
            HeaderName::MessageId if it.message_id.is_empty() => {
                it.message_id = ids(&field.value).into_iter().next().unwrap_or_else(|| {
                    // `Message-ID: abc` without `<>` is an id all the same.
                    name::message_id(&value(field, raw))
                });
            }
            HeaderName::References => it.refers_to.extend(ids(&field.value)),
            HeaderName::InReplyTo => answered.extend(ids(&field.value)),
            HeaderName::Received if received.is_none() => {
                let text = value(field, raw);
                received = text.rsplit_once(';').and_then(|it| rfc_date(it.1));
            }
            HeaderName::DeliveryDate => delivered = rfc_date(&value(field, raw)),
            HeaderName::ReturnPath => told.by_system |= value(field, raw).trim() == "<>",
            other => {
                if let Some(role) = role(other) {
                    told.losses += u32::from(!people(role, field, raw, &mut it.parties));
                } else {
                    others(other.as_str(), field, raw, it, &mut told);
                }
            }
        }
    }
    answered.retain(|id| !it.refers_to.contains(id));
    it.refers_to.extend(answered);
    let mut seen = std::collections::BTreeSet::new();
    it.refers_to.retain(|id| seen.insert(id.clone()));
    it.refers_to.truncate(REFERENCES);
    it.at = received.or(delivered).or(it.sent);
    let dated = fields.iter().any(|it| it.name == HeaderName::Date);
    told.losses += u32::from(dated && it.sent.is_none());
    told.losses += u32::from(it.subject.contains('\u{fffd}'));
    told.by_system |= it.parties.iter().any(|it| it.role == Role::From && is_system(it));
    drop_repeated_sender(&mut it.parties);
    told
}

/// Fields that only some mailers write.
fn others(name: &str, field: &Header<'_>, raw: &[u8], it: &mut MailboxItem, told: &mut Told) {
    let lower = name.to_ascii_lowercase();
    let text = || value(field, raw).trim().to_ascii_lowercase();
    match lower.as_str() {
        "auto-submitted" => told.answers |= text().starts_with("auto-replied"),
        "x-autoreply" | "x-autorespond" | "x-autoresponder" => {
            told.answers |= !matches!(text().as_str(), "" | "no" | "false");
        }
        "precedence" | "x-precedence" => told.answers |= text().starts_with("auto_reply"),
        "x-auto-response-suppress" => told.suppresses |= !matches!(text().as_str(), "" | "none"),
        "x-gmail-labels" => {
            told.labels = field.value.as_text().map_or_else(String::new, ToOwned::to_owned);
        }
        "x-failed-recipients" => {
            told.by_system = true;
        }
        it if CLIENTS.contains(&it) => {}
        _ => return,
    }
    if it.ip.is_empty() && CLIENTS.contains(&lower.as_str()) {
        it.ip = ip::canonical(text().trim()).unwrap_or_default();
    }
}

/// The facts that header fields kept beside an item tell (PidTagTransportMessageHeaders).
pub(crate) fn of_text(text: &str) -> (MailboxItem, Told) {
    let mut it = MailboxItem::default();
    let fixed = sound(text.as_bytes(), &[], None, false);
    let raw = fixed.as_deref().unwrap_or(text.as_bytes());
    let Some(message) = PARSER.parse_headers(raw) else { return (it, Told::default()) };
    let told = read(message.headers(), raw, &mut it);
    it.kind = if told.answers { ItemKind::AutoReply } else { ItemKind::Mail };
    (it, told)
}

/// The value of a field as it stands there, folded lines joined.
pub(crate) fn value(field: &Header<'_>, raw: &[u8]) -> String {
    let bytes = raw.get(field.offset_start as usize..field.offset_end as usize).unwrap_or_default();
    String::from_utf8_lossy(bytes).replace(['\r', '\n'], "").trim().to_owned()
}

fn subject(text: &str) -> String {
    text.trim().chars().filter(|it| !matches!(it, '\r' | '\n' | '\0')).collect()
}

fn role(name: &HeaderName<'_>) -> Option<Role> {
    Some(match name {
        HeaderName::From => Role::From,
        HeaderName::Sender | HeaderName::ResentFrom | HeaderName::ResentSender => Role::Sender,
        HeaderName::ReplyTo => Role::ReplyTo,
        HeaderName::To | HeaderName::ResentTo | HeaderName::ApparentlyTo => Role::To,
        HeaderName::Cc | HeaderName::ResentCc => Role::Cc,
        HeaderName::Bcc | HeaderName::ResentBcc => Role::Bcc,
        _ => return None,
    })
}

/// Adds everybody a field names; `false` if it names somebody unreadable.
fn people(role: Role, field: &Header<'_>, raw: &[u8], parties: &mut Vec<Party>) -> bool {
    let before = parties.len();
    let mut add = |address: Option<&str>, name: Option<&str>| {
        let party = item::party(role, address.unwrap_or_default(), name.unwrap_or_default());
        if parties.len() - before < PARTIES && !(party.address.is_empty() && party.name.is_empty())
        {
            parties.push(party);
        }
    };
    match field.value.as_address() {
        Some(Address::List(list)) => list.iter().for_each(|it| add(it.address(), it.name())),
        Some(Address::Group(groups)) => {
            for group in groups {
                for it in &group.addresses {
                    add(it.address(), it.name());
                }
                let name = group.name.as_deref().unwrap_or_default();
                if group.addresses.is_empty() && !is_nobody(name) {
                    add(None, Some(name));
                }
            }
        }
        None => {
            let text = value(field, raw);
            for address in super::address::all_in(&text) {
                add(Some(&address), None);
            }
        }
    }
    parties[before..].iter().all(|it| !it.name.contains('\u{fffd}'))
}

/// `undisclosed-recipients:;` names nobody.
fn is_nobody(name: &str) -> bool {
    let name = name.to_lowercase();
    name.is_empty()
        || [
            "undisclosed",
            "unlisted",
            "recipient list",
            "recipient-list",
            "受信者非表示",
            "宛先非公開",
        ]
        .iter()
        .any(|it| name.contains(it))
}

fn is_system(party: &Party) -> bool {
    let local = party.address.split('@').next().unwrap_or_default();
    let exchange = local.strip_prefix("microsoftexchange").is_some_and(|it| {
        it.len() >= 32 && it.bytes().all(|it| it.is_ascii_hexdigit() || it == b'-')
    });
    exchange || matches!(local, "mailer-daemon" | "postmaster" | "mail-daemon")
}

/// `Sender` is told only where it is not the author.
fn drop_repeated_sender(parties: &mut Vec<Party>) {
    let authors: Vec<String> =
        parties.iter().filter(|it| it.role == Role::From).map(|it| it.address.clone()).collect();
    parties.retain(|it| {
        it.role != Role::Sender || it.address.is_empty() || !authors.contains(&it.address)
    });
}

/// Message ids of a field.
fn ids(value: &HeaderValue<'_>) -> Vec<String> {
    let found: Vec<String> = match value {
        HeaderValue::Text(text) => vec![name::message_id(text)],
        HeaderValue::TextList(list) => list.iter().map(|it| name::message_id(it)).collect(),
        _ => Vec::new(),
    };
    found.into_iter().filter(|it| !it.is_empty()).collect()
}

fn instant(field: &Header<'_>, raw: &[u8]) -> Option<Micros> {
    field.value.as_datetime().and_then(micros).or_else(|| rfc_date(&value(field, raw)))
}

/// Reads a date of RFC 5322; one in another form is read if it names its zone.
pub(crate) fn rfc_date(text: &str) -> Option<Micros> {
    let text = text.trim();
    DateTime::parse_rfc822(text).as_ref().and_then(micros).or_else(|| date::parse_iso(text))
}

fn micros(it: &DateTime) -> Option<Micros> {
    let sound = it.is_valid() && (1970..=2200).contains(&it.year) && it.hour < 24;
    sound.then(|| it.to_timestamp() * 1_000_000).filter(|it| *it > 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{EUC_JP, GB18030, ISO_2022_JP, KOI8_R, SHIFT_JIS};

    #[test]
    fn raw_letters_of_every_encoding_are_read() {
        for (encoding, words, from) in [
            (SHIFT_JIS, "ご請求書の送付について", "山田 太郎"),
            (EUC_JP, "ご請求書の送付について", "山田 太郎"),
            (ISO_2022_JP, "ご請求書の送付について", "山田 太郎"),
            (GB18030, "关于付款通知的说明", "王小明"),
            (KOI8_R, "Счёт на оплату за октябрь", "Иван Петров"),
        ] {
            let text = format!(
                "Subject: {words}\r\nFrom: \"{from}\" <a@example.jp>\r\nTo: {from} <b@example.jp>\r\n\r\n"
            );
            let raw = encoding.encode(&text).0;
            let fixed = sound(&raw, &[], None, false).unwrap();
            let (it, told) = of_text(&String::from_utf8(fixed).unwrap());
            assert_eq!(it.subject, words, "{}", encoding.name());
            assert_eq!((it.parties[0].name.as_str(), told.losses), (from, 0));
            assert_eq!((it.parties[1].name.as_str(), it.parties.len()), (from, 2));
        }
    }

    #[test]
    fn labels_only_mailers_know_and_cut_characters_are_read() {
        let (it, _) = of_text("Subject: =?CP932?B?kL+LgY+R?= =?x-sjis?Q?=82=BF?=\r\n\r\n");
        assert_eq!(it.subject, "請求書ち");
        let cut = "Subject: =?utf-8?B?5pel5p?=\r\n =?UTF-8?B?ys6Kqe?=\r\n\r\n";
        let fixed = sound(cut.as_bytes(), &[], None, true).unwrap();
        assert_eq!(of_text(&String::from_utf8(fixed).unwrap()).0.subject, "日本語");
    }

    #[test]
    fn every_field_tells_its_fact() {
        let (it, told) = of_text(concat!(
            "Received: from a by b (x; y) with SMTP; Tue, 21 Oct 2025 09:00:05 +0900 (JST)\r\n",
            "Received: from c by a; Tue, 21 Oct 2025 08:00:00 +0900\r\n",
            "Date: Tue, 21 Oct 2025 09:00:00 +0900\r\n",
            "From: =?ISO-2022-JP?B?GyRCOzNFRBsoQg==?= <Yamada@Example.or.jp>\r\n",
            "Sender: yamada@example.or.jp\r\nReply-To: <evil@example.net>\r\n",
            "To: Friends: a@example.com, \"B, b\" <b@example.com>;\r\n",
            "Cc: undisclosed-recipients:;\r\n",
            "Bcc: <IMCEAEX-_O=EX_CN=X@example.com>\r\n",
            "Message-ID: <AbC@example.or.jp>\r\n",
            "References: <1@x> <2@x>\r\nIn-Reply-To: <2@x>\r\n",
            "X-Originating-IP: [203.0.113.7]\r\nAuto-Submitted: auto-replied (vacation)\r\n",
            "Return-Path: <>\r\n\r\n"
        ));
        assert_eq!(it.sent, date::parse_iso("2025-10-21T00:00:00Z"));
        assert_eq!(it.at, date::parse_iso("2025-10-21T00:00:05Z"));
        let told_of: Vec<(Role, &str, &str)> =
            it.parties.iter().map(|it| (it.role, it.address.as_str(), it.name.as_str())).collect();
        assert_eq!(
            told_of,
            [
                (Role::From, "yamada@example.or.jp", "山田"),
                (Role::ReplyTo, "evil@example.net", ""),
                (Role::To, "a@example.com", ""),
                (Role::To, "b@example.com", "B, b"),
                (Role::Bcc, "", "/O=EX/CN=X"),
            ]
        );
        assert_eq!(it.message_id, "AbC@example.or.jp");
        assert_eq!(it.refers_to, ["1@x", "2@x"]);
        assert_eq!(it.ip, "203.0.113.7");
        assert!(told.answers && told.by_system && told.losses == 0);
    }

    #[test]
    fn an_unreadable_date_is_a_loss_and_none() {
        let (it, told) = of_text("Date: yesterday\r\nSubject: x\r\n\r\n");
        assert_eq!((it.sent, told.losses), (None, 1));
    }
}
