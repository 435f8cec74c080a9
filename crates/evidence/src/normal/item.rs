//! Items of mailboxes: what every reader of them shares.

use model::{Attached, Content, ItemKind, MailboxItem, Micros, Party, Record, Role, What};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{address, signin};
use crate::canonical;

/// Most links kept of one item.
const LINKS: usize = 50;
/// Most characters kept of its text.
const BEGINS: usize = 500;
/// Longest link kept.
const LINK: usize = 2048;

/// Makes the record of an item. Its key is what names it in its folder; of an item without message
/// id, what it says. An item whose folder is not told may be a copy from any folder of any mailbox:
/// only one that names the same people is the same.
pub(crate) fn content(mut item: MailboxItem, losses: u32) -> Content {
    item.links.truncate(LINKS);
    let form = form(&item);
    let key = if item.message_id.is_empty() {
        canonical::key_of_row(&form)
    } else {
        let people = if item.folder.is_empty() {
            json!(item.parties.iter().map(who).collect::<Vec<_>>())
        } else {
            Value::Null
        };
        canonical::key_of_row(&json!([
            "item",
            item.mailbox,
            item.folder,
            item.message_id,
            item.item_id,
            item.sent.map(second),
            item.subject,
            item.kind.word(),
            people
        ]))
    };
    let body = canonical::body_of_form(&form);
    Content::Record(Box::new(Record { key, body, losses, what: What::Item(Box::new(item)) }))
}

fn who(party: &Party) -> Value {
    let name = if party.address.is_empty() { party.name.as_str() } else { "" };
    json!([party.role, party.address, name])
}

fn second(at: Micros) -> Micros {
    at.div_euclid(1_000_000) * 1_000_000
}

/// What two exports of one item must agree on. Left out is what depends on the export: how many bytes
/// it takes there, and how its text was made from its markup.
pub(crate) fn form(item: &MailboxItem) -> Value {
    let plain = MailboxItem {
        at: item.at.map(second),
        sent: item.sent.map(second),
        size: -1,
        links: Vec::new(),
        begins: String::new(),
        ..item.clone()
    };
    canonical::form(&signin::typed(&plain)).unwrap_or_default()
}

/// Somebody named by an item: the address normalised; where it is none (an X.500 entry, a bare name)
/// it stands as the name, if no name is given.
pub(crate) fn party(role: Role, text: &str, name: &str) -> Party {
    let text = text.trim();
    let name = tidy(name);
    let encapsulated = encapsulated(text);
    let address = address::normalise(encapsulated.as_deref().unwrap_or(text));
    let is_address = |it: &str| !address.is_empty() && address::normalise(it) == address;
    let name = match (address.is_empty(), name.is_empty()) {
        (true, true) => tidy(encapsulated.as_deref().unwrap_or(text)),
        // Mailers put the address where they know no name.
        (false, false) if is_address(&name) => String::new(),
        _ => name,
    };
    // Some write the address as the name only.
    if address.is_empty() && text.is_empty() && !name.contains(char::is_whitespace) {
        let address = address::normalise(&name);
        if !address.is_empty() {
            return Party { role, address, name: String::new(), organisation: String::new() };
        }
    }
    Party { role, address, name, organisation: String::new() }
}

/// A name in one line, surrounding quotes off.
pub(crate) fn tidy(text: &str) -> String {
    let text = folded(text, 1000);
    let inner = |open: char| text.strip_prefix(open).and_then(|it| it.strip_suffix(open));
    inner('"').or_else(|| inner('\'')).map(|it| it.trim().to_owned()).unwrap_or(text)
}

/// What Exchange wrapped into an address of the internet (MS-OXOABK 2.2.3.22): `IMCEAEX-_O=…@domain`
/// is the X.500 entry of somebody, `IMCEASMTP-a+40b+2Ejp@domain` an address.
fn encapsulated(text: &str) -> Option<String> {
    let inner = text.get(..5).filter(|it| it.eq_ignore_ascii_case("IMCEA")).map(|_| &text[5..])?;
    let (_, rest) = inner.split_once('-')?;
    let local = rest.rsplit_once('@').map_or(rest, |it| it.0);
    let mut out: Vec<u8> = Vec::with_capacity(local.len());
    let mut bytes = local.bytes();
    while let Some(byte) = bytes.next() {
        out.push(match byte {
            b'_' => b'/',
            b'+' => {
                let digits = [bytes.next()?, bytes.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            it => it,
        });
    }
    Some(String::from_utf8_lossy(&out).into_owned())
}

/// An attachment of known content.
pub(crate) fn attached(name: &str, content: &[u8]) -> Attached {
    Attached {
        name: tidy(name),
        size: i64::try_from(content.len()).unwrap_or(i64::MAX),
        sha256: canonical::hex(&Sha256::digest(content)),
    }
}

/// The first words of a text, white space folded.
pub(crate) fn begins(text: &str) -> String {
    folded(text, BEGINS)
}

/// A text in one line of at most so many characters, controls left out.
fn folded(text: &str, most: usize) -> String {
    let mut out = String::new();
    let (mut count, mut blank) = (0, false);
    for c in text.chars() {
        if c.is_whitespace() || c == '\0' {
            blank = true;
            continue;
        }
        if c.is_control() || c == '\u{feff}' {
            continue;
        }
        if blank && count > 0 {
            out.push(' ');
            count += 1;
        }
        blank = false;
        if count >= most {
            break;
        }
        out.push(c);
        count += 1;
    }
    out.truncate(out.trim_end().len());
    out
}

/// Adds a link, once.
pub(crate) fn add_link(links: &mut Vec<String>, link: &str) {
    let link = link.trim();
    let is_web = ["http:", "https:", "ftp:", "file:"]
        .iter()
        .any(|it| link.get(..it.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(it)));
    if is_web && link.len() <= LINK && links.len() < LINKS && !links.iter().any(|it| it == link) {
        links.push(link.to_owned());
    }
}

/// Adds the links that stand in a text.
pub(crate) fn add_links(links: &mut Vec<String>, text: &str) {
    for at in memchr::memmem::find_iter(text.as_bytes(), "://") {
        if links.len() == LINKS {
            return;
        }
        let scheme = text[..at].bytes().rev().take_while(u8::is_ascii_alphabetic).count().min(5);
        let from = at - scheme;
        let rest = &text[at + 3..];
        let host_is_other = rest.chars().next().is_some_and(|c| !c.is_ascii());
        let mut host = true;
        let end = rest
            .char_indices()
            .find(|(_, c)| {
                host &= !matches!(c, '/' | '?' | '#');
                let foreign = !(c.is_ascii() || host && host_is_other && c.is_alphanumeric());
                foreign || c.is_control() || " <>\"'`{}|\\^[]".contains(*c)
            })
            .map_or(rest.len(), |it| it.0);
        let link = &text[from..at + 3 + end];
        let link = link.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '*', '_']);
        if link.len() > at + 3 - from {
            add_link(links, link);
        }
    }
}

/// Subjects under which programs answer, in the languages of Outlook and of Japanese hosts.
const ANSWERS: [&str; 27] = [
    "automatic reply",
    "auto reply",
    "auto-reply",
    "autoreply",
    "out of office",
    "out of the office",
    "自動応答",
    "自動返信",
    "【自動返信】",
    "不在通知",
    "automatische antwort",
    "abwesenheitsnotiz",
    "réponse automatique",
    "absence du bureau",
    "respuesta automática",
    "fuera de oficina",
    "risposta automatica",
    "fuori sede",
    "resposta automática",
    "automatisch antwoord",
    "automatiskt svar",
    "odpowiedź automatyczna",
    "автоматический ответ",
    "自动答复",
    "自动回复",
    "自動回覆",
    "자동 회신",
];

/// Subjects of reports on mail that did not arrive, in the languages of Exchange and common servers.
const REPORTS: [&str; 25] = [
    "undeliverable",
    "undelivered mail",
    "delivery status notification",
    "delivery failure",
    "delivery has failed",
    "delivery delayed",
    "mail delivery failed",
    "mail delivery failure",
    "mail delivery system",
    "returned mail",
    "failure notice",
    "message undeliverable",
    "配信不能",
    "配信不可",
    "配信エラー",
    "配信できません",
    "配信の遅延",
    "unzustellbar",
    "non remis",
    "no se puede entregar",
    "non recapitabile",
    "não é possível entregar",
    "недоставленное",
    "无法送达",
    "배달되지 않음",
];

fn has_subject(subject: &str, words: &[&str]) -> bool {
    let subject = subject.trim_start().to_lowercase();
    words.iter().any(|it| subject.starts_with(it))
}

/// Whether a subject is one under which programs answer.
pub(crate) fn is_answer(subject: &str) -> bool {
    has_subject(subject, &ANSWERS)
}

/// Whether a subject is that of a report on a mail.
pub(crate) fn is_report(subject: &str) -> bool {
    has_subject(subject, &REPORTS)
}

/// What a message class of MAPI says an item is (MS-OXCMSG 2.2.1.3); `None` if it says only «mail».
pub(crate) fn kind_of_class(class: &str) -> Option<ItemKind> {
    let class = class.trim().to_ascii_uppercase();
    let is = |it: &str| class == it || class.strip_prefix(it).is_some_and(|it| it.starts_with('.'));
    if class.starts_with("REPORT.") {
        Some(ItemKind::Report)
    } else if class.starts_with("IPM.NOTE.RULES.OOFTEMPLATE")
        || class.starts_with("IPM.NOTE.RULES.REPLYTEMPLATE")
    {
        Some(ItemKind::AutoReply)
    } else if class.is_empty() || is("IPM.NOTE") || class == "IPM" {
        None
    } else if is("IPM.CONTACT") || is("IPM.ABCHPERSON") {
        Some(ItemKind::Contact)
    } else if is("IPM.DISTLIST") {
        Some(ItemKind::List)
    } else if is("IPM.APPOINTMENT") || is("IPM.SCHEDULE") || class.starts_with("IPM.OLE.CLASS") {
        Some(ItemKind::Appointment)
    } else {
        Some(ItemKind::Other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parties_without_address_keep_what_names_them() {
        let it = party(Role::To, "/O=EXCHANGELABS/CN=TARO", "Taro");
        assert_eq!((it.address.as_str(), it.name.as_str()), ("", "Taro"));
        let it = party(Role::To, "IMCEAEX-_O=EX_OU=A_CN=TARO+20Y@namprd.example.com", "");
        assert_eq!((it.address.as_str(), it.name.as_str()), ("", "/O=EX/OU=A/CN=TARO Y"));
        let it = party(Role::To, "IMCEASMTP-taro+40example+2Ejp@x.example.com", "'Taro'");
        assert_eq!((it.address.as_str(), it.name.as_str()), ("taro@example.jp", "Taro"));
        let it = party(Role::To, "Taro@Example.JP", "'taro@example.jp'");
        assert_eq!((it.address.as_str(), it.name.as_str()), ("taro@example.jp", ""));
        assert_eq!(party(Role::Cc, "", "a@b.jp").address, "a@b.jp");
        assert_eq!(party(Role::Cc, "", "山田 太郎").name, "山田 太郎");
    }

    #[test]
    fn links_end_where_the_address_ends() {
        let mut links = Vec::new();
        add_links(
            &mut links,
            "見て https://a.example/x?y=1。次（http://b.example/）と <HTTPS://c.example/a.b>. https://日本語.jp/道 :// http:// https://a.example/x?y=1",
        );
        assert_eq!(
            links,
            [
                "https://a.example/x?y=1",
                "http://b.example/",
                "HTTPS://c.example/a.b",
                "https://日本語.jp/"
            ]
        );
    }

    #[test]
    fn a_text_begins_with_its_first_words() {
        assert_eq!(begins("  a\r\n\tb\u{1b}[31m\0c  "), "a b[31m c");
        assert_eq!(begins(&"字 ".repeat(600)).chars().count(), 499);
    }

    #[test]
    fn subjects_and_classes_say_what_an_item_is() {
        assert!(
            is_answer("自動応答: 会議") && is_answer("Automatic reply: x") && !is_answer("Re: x")
        );
        assert!(
            is_report("配信不能: x") && is_report("Undeliverable: x") && !is_report("delivery")
        );
        assert_eq!(kind_of_class("IPM.Note.SMIME"), None);
        assert_eq!(kind_of_class("IPM.Schedule.Meeting.Request"), Some(ItemKind::Appointment));
        assert_eq!(kind_of_class("REPORT.IPM.Note.NDR"), Some(ItemKind::Report));
        assert_eq!(kind_of_class("IPM.StickyNote"), Some(ItemKind::Other));
        assert_eq!(kind_of_class("IPM.Noted"), Some(ItemKind::Other));
    }

    /// The copy among the sent ones names blind recipients: it is not the one in an inbox.
    #[test]
    fn copies_that_name_other_people_stay_apart() {
        let mail = |bcc: &str| MailboxItem {
            message_id: "a@x".into(),
            parties: vec![party(Role::Bcc, bcc, "")],
            ..MailboxItem::default()
        };
        let key = |it| match content(it, 0) {
            Content::Record(it) => it.key,
            Content::Reject(_) => String::new(),
        };
        assert_ne!(key(mail("a@b.jp")), key(mail("c@b.jp")));
        assert_eq!(key(mail("a@b.jp")), key(MailboxItem { size: 7, ..mail("A@b.jp") }));
    }
}
