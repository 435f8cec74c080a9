//! A whole mail (RFC 5322, MIME) as an item of a mailbox.
//!
//! The mail parser reads the structure; what it gets wrong in mails of old Japanese programs (raw letters
//! in header fields, labels of its own making) is set right around it. What is broken is read as far as
//! it goes, and each loss counted.

use std::borrow::Cow;

use mail_parser::{
    Encoding as Transfer, Header, HeaderName, Message, MessagePart, PartType,
    decoders::{
        base64::base64_decode, charsets::map::charset_decoder,
        quoted_printable::quoted_printable_decode,
    },
};
use model::{Attached, ItemKind, MailboxItem};

use super::{
    charset,
    headers::{self, PARSER, Told},
    html, item, name, report, tnef,
};

/// Most bytes of header fields of one part.
const FIELDS: usize = 8 << 20;
/// Most messages within messages: the parser and its memory nest as deep as they do.
const NESTED: usize = 200;
/// Most lines that could be a header field or the beginning of a part.
const LINES: usize = 500_000;
/// Most attachments kept.
const ATTACHMENTS: usize = 20_000;
/// Most times that what a part had swallowed is read anew.
const AGAIN: usize = 50;
/// Most bytes of one text looked through for its first words and its links.
const TEXT: usize = 1 << 20;

/// A mail as read.
pub(crate) struct Read {
    pub(crate) item: MailboxItem,
    pub(crate) losses: u32,
    /// The labels Gmail gives it, as written.
    pub(crate) labels: String,
}

/// Reads a mail; `None` if there is no header field in it.
pub(crate) fn read(raw: &[u8]) -> Option<Read> {
    // Fields that nothing ends: the mail is cut there.
    let ended = [&b"\n\n"[..], b"\n\r\n"].iter().any(|it| memchr::memmem::find(raw, it).is_some());
    let whole = if ended { Cow::Borrowed(raw) } else { Cow::Owned([raw, b"\n\n"].concat()) };
    let (bounded, cut) = bounded(&whole);
    let message = PARSER.parse(bounded)?;
    let mut it = MailboxItem::default();
    let root = message.parts.first()?;
    let said = said(root);
    let told = root_fields(bounded, &message, said, &mut it);
    if it == MailboxItem::default() && root.headers.is_empty() {
        return None;
    }
    it.size = i64::try_from(raw.len()).unwrap_or(i64::MAX);
    let mut found =
        Found { losses: told.losses + u32::from(cut) + u32::from(!ended), ..Found::default() };
    found.message(&message, bounded, said, true);
    it.begins =
        item::begins(if found.plain.trim().is_empty() { &found.page } else { &found.plain });
    found.losses += u32::from(it.begins.contains('\u{fffd}'));
    it.links = found.links;
    it.attachments = found.attachments;
    it.outcomes = found.outcomes;
    it.original = found.original;
    it.kind = kind(&it, &told, found.reports, found.calendar, found.kind);
    if it.kind == ItemKind::Report {
        if it.outcomes.is_empty() {
            it.outcomes = report::of_text(&found.plain);
        }
        if it.original.is_empty() {
            it.original = it.refers_to.last().cloned().unwrap_or_default();
        }
    } else {
        it.outcomes.clear();
        it.original.clear();
    }
    Some(Read { item: it, losses: found.losses, labels: told.labels })
}

/// A multipart whose parts are not there says so by being a text.
fn missing(message: &Message<'_>) -> u32 {
    let broken = message.parts.iter().filter(|it| {
        let multipart = content_type(it).is_some_and(|it| it.0 == "multipart");
        it.is_encoding_problem || (multipart && !matches!(it.body, PartType::Multipart(_)))
    });
    u32::try_from(broken.count()).unwrap_or(u32::MAX)
}

fn kind(
    it: &MailboxItem,
    told: &Told,
    reports: bool,
    calendar: bool,
    inside: Option<ItemKind>,
) -> ItemKind {
    let answer = item::is_answer(&it.subject);
    if reports || (told.by_system && item::is_report(&it.subject)) {
        ItemKind::Report
    } else if told.answers || (answer && (told.suppresses || told.by_system)) {
        ItemKind::AutoReply
    } else if calendar {
        ItemKind::Appointment
    } else {
        inside.unwrap_or(ItemKind::Mail)
    }
}

/// Takes in the header fields of the mail itself, decoded anew where they are not sound.
fn root_fields(
    raw: &[u8],
    message: &Message<'_>,
    said: Option<&'static encoding_rs::Encoding>,
    it: &mut MailboxItem,
) -> Told {
    let body = message.parts.first().map_or(raw.len(), |it| it.offset_body as usize).min(raw.len());
    let (fields, more) = raw.split_at(body);
    let mut join = false;
    loop {
        let fixed = headers::sound(fields, more, said, join);
        let told = match &fixed {
            Some(fixed) => {
                let parsed = PARSER.parse_headers(fixed);
                let list = parsed.as_ref().map_or(&[][..], |it| it.headers());
                headers::read(list, fixed, it)
            }
            None => headers::read(message.headers(), raw, it),
        };
        let lost = |it: &str| it.contains('\u{fffd}');
        if join || !(lost(&it.subject) || it.parties.iter().any(|it| lost(&it.name))) {
            return told;
        }
        // A character cut in two by two encoded words: read once more with the words joined.
        join = true;
        *it = MailboxItem::default();
    }
}

/// The encoding the mail names, unless it is one that mailers name for want of a better.
fn said(part: &MessagePart<'_>) -> Option<&'static encoding_rs::Encoding> {
    let label = attribute(part, &HeaderName::ContentType, "charset")?;
    charset::of_label(&label)
        .filter(|it| *it != encoding_rs::UTF_8 && *it != encoding_rs::WINDOWS_1252)
}

/// What the parts of a mail give.
#[derive(Default)]
struct Found {
    plain: String,
    page: String,
    links: Vec<String>,
    attachments: Vec<Attached>,
    outcomes: Vec<model::Outcome>,
    original: String,
    /// What a message inside says it is.
    kind: Option<ItemKind>,
    reports: bool,
    calendar: bool,
    losses: u32,
    /// How often what a part had swallowed was read anew.
    again: usize,
}

impl Found {
    /// Takes in all parts. Of a `part` of a mail the fields may name it.
    fn message(
        &mut self,
        message: &Message<'_>,
        raw: &[u8],
        said: Option<&'static encoding_rs::Encoding>,
        is_mail: bool,
    ) {
        let bounds: Vec<String> = message
            .parts
            .iter()
            .filter(|it| matches!(it.body, PartType::Multipart(_)))
            .filter_map(|it| attribute(it, &HeaderName::ContentType, "boundary"))
            .filter(|it| !it.is_empty())
            .collect();
        for (at, part) in message.parts.iter().enumerate() {
            let swallowed = (self.again < AGAIN).then(|| swallowed(part, raw, &bounds)).flatten();
            match swallowed {
                Some((cut, bound)) => self.split(part, raw, (cut, bound), said),
                None => self.part(part, at == 0 && is_mail, raw, said),
            }
        }
        self.losses += missing(message);
    }

    /// Reads a part up to where an outer one goes on, and then what follows there: a multipart that
    /// nothing ends swallows what stands behind it.
    fn split(
        &mut self,
        part: &MessagePart<'_>,
        raw: &[u8],
        (cut, bound): (usize, &str),
        said: Option<&'static encoding_rs::Encoding>,
    ) {
        self.again += 1;
        let own = raw.get(part.offset_header as usize..cut).unwrap_or_default();
        // The line break before a boundary is part of it.
        let own = own.strip_suffix(b"\n").unwrap_or(own);
        let own = own.strip_suffix(b"\r").unwrap_or(own);
        if let Some(message) = PARSER.parse(own) {
            self.message(&message, own, said, false);
        }
        let rest = raw.get(cut..(part.offset_end as usize).min(raw.len())).unwrap_or_default();
        let fields = format!("Content-Type: multipart/mixed; boundary=\"{bound}\"\n\n");
        let rest = [fields.as_bytes(), rest].concat();
        if let Some(message) = PARSER.parse(&rest)
            && message.parts.first().is_some_and(|it| matches!(it.body, PartType::Multipart(_)))
        {
            self.message(&message, &rest, said, false);
        }
    }

    fn part(
        &mut self,
        part: &MessagePart<'_>,
        root: bool,
        raw: &[u8],
        said: Option<&'static encoding_rs::Encoding>,
    ) {
        let kind = content_type(part);
        let kind = kind.as_ref().map_or(("text", "plain"), |it| (it.0.as_str(), it.1.as_str()));
        if kind == ("multipart", "report") {
            let of = attribute(part, &HeaderName::ContentType, "report-type").unwrap_or_default();
            // Reports of abuse are about a mail, not about what became of it.
            self.reports |= !of.eq_ignore_ascii_case("feedback-report");
        }
        if matches!(part.body, PartType::Multipart(_)) {
            return;
        }
        let named = Name::of(part, raw, said);
        if matches!(part.body, PartType::Message(_)) {
            // In a digest nothing else says that it is one.
            self.attachment(part, kind, &named.name, raw);
            return;
        }
        let is_attached = named.attached || (!named.name.is_empty() && !root);
        match kind {
            ("message", "delivery-status" | "global-delivery-status") => {
                self.report(part, raw);
            }
            ("message", "disposition-notification" | "global-disposition-notification") => {
                self.report(part, raw);
            }
            ("text", "rfc822-headers") | ("message", "global-headers") => {
                let fields = content(part, raw);
                let (about, _) = headers::of_text(&charset::text(&fields, None).0);
                self.speaks_of(&about.message_id);
                self.attach(&named.name, &fields);
            }
            ("text", "calendar") if !named.attached => self.calendar = true,
            ("text", "plain" | "html") if !is_attached => self.text(part, kind.1, raw, said),
            _ if root && matches!(&part.body, PartType::Text(it) if it.trim().is_empty()) => {}
            _ => self.attachment(part, kind, &named.name, raw),
        }
    }

    fn report(&mut self, part: &MessagePart<'_>, raw: &[u8]) {
        self.reports = true;
        let (outcomes, original) = report::of_fields(&charset::text(&content(part, raw), None).0);
        self.outcomes.extend(outcomes);
        self.speaks_of(&original);
    }

    fn speaks_of(&mut self, id: &str) {
        if self.original.is_empty() {
            id.clone_into(&mut self.original);
        }
    }

    fn text(
        &mut self,
        part: &MessagePart<'_>,
        kind: &str,
        raw: &[u8],
        said: Option<&'static encoding_rs::Encoding>,
    ) {
        let text = decoded(part, raw, said);
        let end = text.char_indices().map(|it| it.0).take_while(|it| *it <= TEXT).last();
        let text = if text.len() > TEXT { &text[..end.unwrap_or(0)] } else { &text };
        if kind == "html" {
            let words = html::read(text, &mut self.links);
            if self.page.trim().is_empty() {
                self.page = words;
            }
            return;
        }
        item::add_links(&mut self.links, text);
        // A second text is what a list or a virus scanner added below.
        if self.plain.trim().is_empty() {
            text.clone_into(&mut self.plain);
        }
    }

    fn attachment(&mut self, part: &MessagePart<'_>, kind: (&str, &str), name: &str, raw: &[u8]) {
        let bytes = content(part, raw);
        if let PartType::Message(inside) = &part.body {
            let subject = inside.subject().unwrap_or_default();
            self.attach(if name.is_empty() { subject } else { name }, &bytes);
            if self.reports {
                self.speaks_of(&name::message_id(inside.message_id().unwrap_or_default()));
            }
            return;
        }
        self.attach(name, &bytes);
        let wrapped = matches!(kind.1, "ms-tnef" | "vnd.ms-tnef");
        if wrapped || name.eq_ignore_ascii_case("winmail.dat") {
            let Some(inside) = tnef::read(&bytes) else {
                self.losses += u32::from(wrapped);
                return;
            };
            self.losses += inside.losses;
            let room = ATTACHMENTS.saturating_sub(self.attachments.len());
            self.attachments.extend(inside.item.attachments.into_iter().take(room));
            inside.item.links.iter().for_each(|it| item::add_link(&mut self.links, it));
            if self.plain.trim().is_empty() {
                self.plain = inside.item.begins;
            }
            self.kind = Some(inside.item.kind).filter(|it| *it != ItemKind::Report);
        }
    }

    fn attach(&mut self, name: &str, bytes: &[u8]) {
        if self.attachments.len() < ATTACHMENTS {
            self.attachments.push(item::attached(name, bytes));
        } else {
            self.losses += 1;
        }
    }
}

/// Where in a part an outer multipart goes on, and its boundary; `None` as it should be.
fn swallowed<'a>(
    part: &MessagePart<'_>,
    raw: &[u8],
    bounds: &'a [String],
) -> Option<(usize, &'a str)> {
    let nested = matches!(part.body, PartType::Message(_)) && part.encoding == Transfer::None;
    if !(nested || part.is_encoding_problem) || matches!(part.body, PartType::Multipart(_)) {
        return None;
    }
    let (from, to) = (part.offset_body as usize, (part.offset_end as usize).min(raw.len()));
    let content = raw.get(from..to)?;
    let found = bounds.iter().filter_map(|bound| {
        let line = format!("\n--{bound}");
        let mut all = memchr::memmem::find_iter(content, line.as_bytes());
        let at = all.find(|at| {
            content.get(at + line.len()).is_none_or(|it| matches!(it, b'\r' | b'\n' | b' ' | b'-'))
        })?;
        Some((from + at + 1, bound.as_str()))
    });
    found.min()
}

/// How a part is named, and whether it says that it is attached.
struct Name {
    name: String,
    attached: bool,
}

impl Name {
    fn of(
        part: &MessagePart<'_>,
        raw: &[u8],
        said: Option<&'static encoding_rs::Encoding>,
    ) -> Name {
        let (from, to) = (part.offset_header as usize, part.offset_body as usize);
        let fields = raw.get(from..to.min(from + FIELDS)).unwrap_or_default();
        let fixed = headers::sound(fields, &[], said, false);
        if let Some(fixed) = &fixed
            && let Some(parsed) = PARSER.parse_headers(fixed)
            && let Some(first) = parsed.parts.first()
        {
            return Name::in_fields(first);
        }
        Name::in_fields(part)
    }

    fn in_fields(part: &MessagePart<'_>) -> Name {
        let name = attribute(part, &HeaderName::ContentDisposition, "filename")
            .or_else(|| attribute(part, &HeaderName::ContentType, "name"));
        let attached = find(&part.headers, &HeaderName::ContentDisposition)
            .and_then(|it| it.value.as_content_type())
            .is_some_and(|it| it.c_type.eq_ignore_ascii_case("attachment"));
        Name { name: name.unwrap_or_default(), attached }
    }
}

fn find<'a, 'x>(fields: &'a [Header<'x>], name: &HeaderName<'_>) -> Option<&'a Header<'x>> {
    fields.iter().rev().find(|it| it.name == *name)
}

fn attribute(part: &MessagePart<'_>, name: &HeaderName<'_>, key: &str) -> Option<String> {
    let value = find(&part.headers, name)?.value.as_content_type()?;
    value.attribute(key).map(str::to_owned)
}

/// Type and subtype in lower case.
fn content_type(part: &MessagePart<'_>) -> Option<(String, String)> {
    let value = find(&part.headers, &HeaderName::ContentType)?.value.as_content_type()?;
    let subtype = value.c_subtype.as_deref().unwrap_or_default();
    Some((value.c_type.to_ascii_lowercase(), subtype.to_ascii_lowercase()))
}

/// The content of a part as it was before it was sent: its transfer encoding undone, its letters left
/// as they are.
fn content<'a>(part: &'a MessagePart<'_>, raw: &'a [u8]) -> Cow<'a, [u8]> {
    match &part.body {
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => return Cow::Borrowed(bytes),
        PartType::Message(inside) if part.encoding != Transfer::None => {
            return Cow::Borrowed(&inside.raw_message);
        }
        _ => {}
    }
    let (from, to) = (part.offset_body as usize, part.offset_end as usize);
    let bytes = raw.get(from..to.max(from).min(raw.len())).unwrap_or_default();
    let decoded = match part.encoding {
        Transfer::Base64 => base64_decode(bytes),
        Transfer::QuotedPrintable => quoted_printable_decode(bytes),
        Transfer::None => None,
    };
    decoded.map_or(Cow::Borrowed(bytes), Cow::Owned)
}

/// The text of a part: the parser's, unless the letters are not those of the label.
fn decoded<'a>(
    part: &'a MessagePart<'_>,
    raw: &'a [u8],
    said: Option<&'static encoding_rs::Encoding>,
) -> Cow<'a, str> {
    let (PartType::Text(text) | PartType::Html(text)) = &part.body else {
        return Cow::Borrowed("");
    };
    let label = attribute(part, &HeaderName::ContentType, "charset").unwrap_or_default();
    let ascii = ["", "us-ascii", "ascii"].iter().any(|it| label.eq_ignore_ascii_case(it));
    let unknown = !label.is_empty() && charset_decoder(label.as_bytes()).is_none();
    let escaped = memchr::memchr(0x1b, text.as_bytes()).is_some();
    let raw_letters = ascii && !text.is_ascii();
    if !(unknown || escaped || raw_letters || text.contains('\u{fffd}')) {
        return Cow::Borrowed(text);
    }
    let label = charset::of_label(&label).filter(|_| !ascii).or(said);
    let (again, lost) = charset::text(&content(part, raw), label);
    if lost && !unknown && !raw_letters { Cow::Borrowed(text) } else { Cow::Owned(again) }
}

/// As much of a mail as the parser may have, and whether that is less than all of it. What it builds
/// grows with the lines that may be fields, and is as deep as messages lie in messages.
fn bounded(raw: &[u8]) -> (&[u8], bool) {
    let mut end = raw.len().min(u32::MAX as usize);
    if raw.len() > 1 << 20 {
        let (mut count, mut from) = (0, 0);
        for at in memchr::memchr_iter(b'\n', raw) {
            let line = &raw[from..at];
            let may_be = line.len() < 2 || memchr::memchr(b':', line).is_some();
            count += usize::from(may_be);
            if count > LINES {
                end = from;
                break;
            }
            from = at + 1;
        }
    }
    let mut nested = 0;
    for at in memchr::memchr2_iter(b'c', b'C', &raw[..end]) {
        let rest = &raw[at..end];
        if rest.len() < 12 || !rest[..12].eq_ignore_ascii_case(b"content-type") {
            continue;
        }
        let value = rest[12..].trim_ascii_start();
        let Some(value) = value.strip_prefix(b":") else { continue };
        nested += usize::from(!is_flat(value.trim_ascii_start()));
        if nested > NESTED {
            end = at;
            break;
        }
    }
    (&raw[..end], end < raw.len())
}

/// Whether a type is one in which no message lies.
fn is_flat(value: &[u8]) -> bool {
    let is = |it: &[u8]| value.get(..it.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(it));
    let flat: [&[u8]; 5] = [b"text/", b"image/", b"audio/", b"video/", b"application/"];
    let multipart = is(b"multipart/")
        && value
            .get(10)
            .is_some_and(|it| it.is_ascii_alphabetic() && !it.eq_ignore_ascii_case(&b'd'));
    multipart || flat.iter().any(|it| is(it))
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{EUC_JP, GB18030, ISO_2022_JP, KOI8_R, SHIFT_JIS};
    use model::Outcome;

    fn mail(text: &str) -> MailboxItem {
        read(text.as_bytes()).unwrap().item
    }

    /// The shapes that old Japanese and Russian and Chinese mailers write: raw letters in header
    /// fields, in names of files, in a text without label.
    #[test]
    fn raw_letters_in_every_place_are_read() {
        for (encoding, words, label) in [
            (SHIFT_JIS, "ご請求書の送付につきまして", ""),
            (SHIFT_JIS, "ご請求書の送付につきまして", "; charset=CP932"),
            (SHIFT_JIS, "髙橋①（株）さんへのご案内です", "; charset=x-sjis"),
            (EUC_JP, "ご請求書の送付につきまして", "; charset=us-ascii"),
            (ISO_2022_JP, "ご請求書の送付につきまして", ""),
            (GB18030, "关于付款通知的说明请您查收附件", "; charset=gb18030"),
            (KOI8_R, "Счёт на оплату за октябрь во вложении", ""),
        ] {
            let text = format!(
                "From: {words} <a@b.jp>\r\nSubject: {words}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain{label}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{words} https://a.example/\r\n--x\r\nContent-Type: application/pdf; name=\"{words}.pdf\"\r\nContent-Disposition: attachment; filename=\"{words}.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--x--\r\n"
            );
            let read = read(&encoding.encode(&text).0).unwrap();
            let (it, what) = (read.item, format!("{} {label}", encoding.name()));
            assert_eq!(it.subject, words, "{what}");
            assert_eq!(it.parties[0].name, words, "{what}");
            assert_eq!(it.begins, format!("{words} https://a.example/"), "{what}");
            assert_eq!(it.attachments[0].name, format!("{words}.pdf"), "{what}");
            assert_eq!((it.attachments[0].size, read.losses), (3, 0), "{what}");
            assert_eq!(it.links, ["https://a.example/"]);
        }
    }

    #[test]
    fn attachments_are_hashed_as_they_were_attached() {
        let it = mail(concat!(
            "From: a@b.jp\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/html\n\n",
            "<p>Hi <a href=\"https://l.example/a\">x</a></p>\n--x\nContent-Type: text/csv; charset=shift_jis; name=a.csv\n",
            "Content-Disposition: attachment\nContent-Transfer-Encoding: base64\n\nk/qWew==\n--x\n",
            "Content-Type: image/png\nContent-Disposition: inline; filename*=UTF-8''%E5%9B%B3.png\nContent-Transfer-Encoding: base64\n\nAQ==\n",
            "--x\nContent-Type: message/rfc822\n\nSubject: inner\nFrom: c@d.jp\n\ntext\n--x--\n"
        ));
        let told: Vec<(&str, i64)> =
            it.attachments.iter().map(|it| (it.name.as_str(), it.size)).collect();
        assert_eq!(told, [("a.csv", 4), ("図.png", 1), ("inner", 33)]);
        // SHA-256 of the bytes 93 FA 96 7B, by another program.
        assert_eq!(
            it.attachments[0].sha256,
            "d298eea0ec1f04db1fb83882f018ae51e9c27355998ddc0e266dca52c3df2f16"
        );
        assert_eq!((it.begins.as_str(), it.kind), ("Hi x", ItemKind::Mail));
        assert_eq!(it.links, ["https://l.example/a"]);
    }

    /// A multipart without its last line would else swallow the files that stand behind it.
    #[test]
    fn a_multipart_that_nothing_ends_swallows_nothing() {
        let it = mail(concat!(
            "From: a@b.jp\nContent-Type: multipart/mixed; boundary=A\n\n--A\nContent-Type: multipart/alternative; boundary=B\n\n",
            "--B\nContent-Type: text/plain\n\nhello\n--A\nContent-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\nAAEC\n",
            "--A\nContent-Type: message/rfc822\n\nSubject: inner\nContent-Type: multipart/mixed; boundary=C\n\n--C\n\nx\n",
            "--A\nContent-Type: application/zip; name=b.zip\nContent-Transfer-Encoding: base64\n\nAAEC\n--A--\n"
        ));
        let told: Vec<(&str, i64)> =
            it.attachments.iter().map(|it| (it.name.as_str(), it.size)).collect();
        assert_eq!(told, [("a.pdf", 3), ("inner", 64), ("b.zip", 3)]);
        assert_eq!(it.begins, "hello");
        let digest = "From: a@b.jp\nContent-Type: multipart/digest; boundary=A\n\n--A\n\nSubject: 1\n\nx\n--A\n\nSubject: 2\n\ny\n--A--\n";
        let names: Vec<String> = mail(digest).attachments.into_iter().map(|it| it.name).collect();
        assert_eq!(names, ["1", "2"]);
    }

    #[test]
    fn reports_tell_what_became_of_which_mail() {
        let it = mail(concat!(
            "Return-Path: <>\nFrom: postmaster@example.com\nTo: a@b.jp\nSubject: Undeliverable: x\n",
            "Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\nContent-Type: text/plain\n\nDelivery has failed\n",
            "--x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns;x\n\nFinal-Recipient: rfc822;v@example.com\nAction: failed\nStatus: 5.1.10\n\n",
            "--x\nContent-Type: message/rfc822\n\nMessage-ID: <orig@b.jp>\nFrom: a@b.jp\nTo: v@example.com\n\nhi\n--x--\n"
        ));
        let failed = |recipient: &str, status: &str| Outcome {
            recipient: recipient.into(),
            action: "failed".into(),
            status: status.into(),
        };
        assert_eq!((it.kind, it.original.as_str()), (ItemKind::Report, "orig@b.jp"));
        assert_eq!(it.outcomes, [failed("v@example.com", "5.1.10")]);
        assert_eq!(it.attachments.len(), 1);
        let it = mail(
            "From: MAILER-DAEMON@mx.example (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender\nIn-Reply-To: <o@b>\n\n<w@example.com>: host x said: 550 5.1.1 no\n",
        );
        assert_eq!((it.kind, it.original.as_str()), (ItemKind::Report, "o@b"));
        assert_eq!(it.outcomes, [failed("w@example.com", "5.1.1")]);
        let it = mail(
            "From: v@example.com\nSubject: read\nContent-Type: multipart/report; report-type=disposition-notification; boundary=x\n\n--x\n\nread\n--x\nContent-Type: message/disposition-notification\n\nFinal-Recipient: rfc822;v@example.com\nOriginal-Message-ID: <m@b.jp>\nDisposition: manual-action/MDN-sent-manually; displayed\n\n--x--\n",
        );
        assert_eq!((it.original.as_str(), it.outcomes[0].action.as_str()), ("m@b.jp", "displayed"));
    }

    #[test]
    fn programs_answers_and_appointments_are_told() {
        let kind = |text: &str| mail(text).kind;
        assert_eq!(
            kind("Subject: 自動応答: x\nX-Auto-Response-Suppress: All\n\n"),
            ItemKind::AutoReply
        );
        assert_eq!(kind("Subject: Re: x\nAuto-Submitted: auto-replied\n\n"), ItemKind::AutoReply);
        assert_eq!(kind("Subject: news\nAuto-Submitted: auto-generated\n\n"), ItemKind::Mail);
        assert_eq!(kind("Subject: Automatic reply: from a person\n\n"), ItemKind::Mail);
        assert_eq!(kind("Subject: x\nPrecedence: auto_reply\n\n"), ItemKind::AutoReply);
        let invitation = "Subject: x\nContent-Type: multipart/alternative; boundary=x\n\n--x\nContent-Type: text/plain\n\nt\n--x\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n--x--\n";
        assert_eq!(
            (kind(invitation), mail(invitation).attachments.len()),
            (ItemKind::Appointment, 0)
        );
    }

    #[test]
    fn broken_mails_are_read_as_far_as_they_go() {
        for (text, losses) in [
            ("Subject: x\nContent-Type: multipart/mixed; boundary=x\n\nno parts\n", 1),
            ("Subject: x", 1),
            ("Subject: x\nDate: nonsense\n\ny\n", 1),
            ("Subject: x\n\ny\n", 0),
        ] {
            let read = read(text.as_bytes()).unwrap();
            assert_eq!((read.item.subject.as_str(), read.losses), ("x", losses), "{text}");
        }
        assert!(read(b"").is_none() && read(b"\n\nno header\n").is_none());
    }

    /// A message in a message in a message, ten thousand deep, ends; so does a mail of nothing but fields.
    #[test]
    fn bombs_are_cut_and_counted() {
        let deep = "Content-Type: message/rfc822\n\n".repeat(10_000);
        let read_deep = read(format!("Subject: x\n{deep}y").as_bytes()).unwrap();
        assert!(read_deep.losses > 0);
        let sly = "CONTENT-TYPE :\n (c)message/(c)rfc822\n\n".repeat(10_000);
        assert!(read(format!("Subject: x\n{sly}y").as_bytes()).unwrap().losses > 0);
        let fields = read("a:\n".repeat(1 << 20).as_bytes()).unwrap();
        assert!(fields.losses > 0);
    }
}
