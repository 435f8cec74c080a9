//! Properties of MAPI as facts of an item: what a message file, an Outlook store and TNEF have in common.
//!
//! Sources: MS-OXPROPS (properties), MS-OXCMSG (messages), MS-OXOCNTC (contacts and distribution
//! lists), MS-OXCDATA 2.2.5 (entry ids), MS-OXRTFCP (compressed text).

use std::borrow::Cow;

use model::{Attached, ItemKind, MailboxItem, Micros, Outcome, Party, Role};

use super::{address, charset, headers, html, item, name, report, rtf};

/// A set of named properties, as its bytes stand in files.
pub(crate) type Set = [u8; 16];

/// `PSETID_Address`: properties of contacts.
pub(crate) const ADDRESS: Set = [0x04, 0x20, 0x06, 0, 0, 0, 0, 0, 0xc0, 0, 0, 0, 0, 0, 0, 0x46];

/// The properties of a message, a recipient or an attachment. Text comes decoded, without NULs at its
/// end; what is absent is empty or `None`.
pub(crate) trait Properties {
    /// A text, whether it is kept as Unicode or in a code page.
    fn text(&self, id: u16) -> String;
    /// A whole number or a boolean.
    fn number(&self, id: u16) -> Option<i64>;
    /// An instant.
    fn time(&self, id: u16) -> Option<Micros>;
    /// Binary content; of a text its bytes need not be given.
    fn bytes(&self, id: u16) -> Cow<'_, [u8]>;
    /// The values of a property that has several binary ones.
    fn list(&self, id: u16) -> Vec<Vec<u8>>;
    /// The number that a named property bears here.
    fn named(&self, set: &Set, id: u32) -> Option<u16>;
}

/// The facts of an item and how much of it could not be read. Folder, mailbox and item id are the
/// caller's to add, and of an item that is no mail file its size.
pub(crate) fn item(
    message: &dyn Properties,
    recipients: &[&dyn Properties],
    attachments: Vec<Attached>,
) -> (MailboxItem, u32) {
    let class = message.text(0x001a);
    let mut it = MailboxItem {
        subject: subject(message),
        sent: message.time(0x0039),
        message_id: name::message_id(&message.text(0x1035)),
        refers_to: references(message),
        size: message.number(0x0e08).unwrap_or(-1),
        attachments,
        ..MailboxItem::default()
    };
    it.at = message.time(0x0e06).or_else(|| message.time(0x3007)).or(it.sent);
    let kind = item::kind_of_class(&class);
    match kind {
        Some(ItemKind::Contact) => it.parties = contact(message),
        Some(ItemKind::List) => it.parties = members(message),
        _ => {
            it.parties = authors(message);
            it.parties.extend(recipients.iter().map(|it| recipient(*it)));
            if recipients.is_empty() {
                it.parties.extend(displayed(message));
            }
        }
    }
    let text = texts(message, &mut it.links);
    it.begins = item::begins(&text);
    let (told, facts) = match message.text(0x007d) {
        text if text.is_empty() => Default::default(),
        text => {
            let (facts, told) = headers::of_text(&text);
            (told, facts)
        }
    };
    fill(&mut it, facts);
    let by_class = kind.is_some();
    it.kind = kind.unwrap_or(ItemKind::Mail);
    let answers = told.answers || (told.suppresses && item::is_answer(&it.subject));
    if !by_class && answers {
        it.kind = ItemKind::AutoReply;
    }
    if it.kind == ItemKind::Report {
        outcomes(&class, message, recipients, &mut it);
    } else if !by_class
        && it.kind == ItemKind::Mail
        && told.by_system
        && item::is_report(&it.subject)
    {
        it.kind = ItemKind::Report;
    }
    if it.kind == ItemKind::Report && it.outcomes.is_empty() {
        it.outcomes = report::of_text(&text);
    }
    let losses = [&it.subject, &it.begins].iter().any(|it| it.contains('\u{fffd}'));
    (it, u32::from(losses))
}

/// An attachment. `embedded` is the subject of a message that is attached as such.
pub(crate) fn attached(attachment: &dyn Properties, embedded: Option<&str>) -> Attached {
    let named = [0x3707, 0x3704, 0x3001].map(|it| attachment.text(it));
    let name = named.into_iter().find(|it| !it.is_empty());
    let content = attachment.bytes(0x3701);
    if content.is_empty() {
        let name = name.or_else(|| embedded.map(str::to_owned)).unwrap_or_default();
        let said = attachment.number(0x0e20).filter(|_| embedded.is_none());
        return Attached {
            name: item::tidy(&name),
            size: said.unwrap_or(-1),
            ..Attached::default()
        };
    }
    item::attached(&name.unwrap_or_default(), &content)
}

/// In a store two letters before the subject say how long its prefix is.
fn subject(message: &dyn Properties) -> String {
    let text = message.text(0x0037);
    let text = match text.strip_prefix('\u{1}') {
        Some(rest) => rest.chars().skip(1).collect(),
        None => text,
    };
    if text.is_empty() { message.text(0x0e1d) } else { text }
}

fn references(message: &dyn Properties) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for text in [message.text(0x1039), message.text(0x1042)] {
        for id in text.split_whitespace().flat_map(|it| it.split_inclusive('>')) {
            let id = name::message_id(id);
            if !id.is_empty() && !found.contains(&id) {
                found.push(id);
            }
        }
    }
    found
}

fn authors(message: &dyn Properties) -> Vec<Party> {
    let text = |id| message.text(id);
    let author = someone(Role::From, text(0x5d02), text(0x0065), text(0x0042));
    let sender = someone(Role::Sender, text(0x5d01), text(0x0c1f), text(0x0c1a));
    match (author, sender) {
        (Some(author), Some(sender)) => {
            let same = if author.address.is_empty() || sender.address.is_empty() {
                author.name == sender.name
            } else {
                author.address == sender.address
            };
            // Of one person, whichever of the two is resolved.
            match (same, author.address.is_empty() && !sender.address.is_empty()) {
                (true, true) => vec![Party { role: Role::From, ..sender }],
                (true, false) => vec![author],
                _ => vec![author, sender],
            }
        }
        (Some(author), None) => vec![author],
        (None, Some(sender)) => vec![Party { role: Role::From, ..sender }],
        (None, None) => Vec::new(),
    }
}

/// Somebody by the address of the internet, else the address of any kind, else the name.
fn someone(role: Role, smtp: String, any: String, name: String) -> Option<Party> {
    let address = if address::normalise(&smtp).is_empty() { any } else { smtp };
    let party = item::party(role, &address, &name);
    (!party.address.is_empty() || !party.name.is_empty()).then_some(party)
}

/// Somebody of the recipients' table.
pub(crate) fn recipient(it: &dyn Properties) -> Party {
    let role = match it.number(0x0c15).unwrap_or(1) & 0xf {
        2 => Role::Cc,
        3 => Role::Bcc,
        0 => Role::From,
        _ => Role::To,
    };
    let name = [0x3001, 0x5ff6].map(|id| it.text(id)).into_iter().find(|it| !it.is_empty());
    let mut smtp = it.text(0x39fe);
    let any = it.text(0x3003);
    if address::normalise(&smtp).is_empty() && address::normalise(&any).is_empty() {
        let entry = [0x5ff7, 0x0fff].map(|id| it.bytes(id));
        smtp =
            entry.iter().filter_map(|it| one_off(it)).map(|it| it.address).next().unwrap_or(smtp);
    }
    let name = name.unwrap_or_default();
    someone(role, smtp, any, name.clone()).unwrap_or_else(|| item::party(role, "", &name))
}

/// Where there is no table: the names as the list of mails shows them.
fn displayed(message: &dyn Properties) -> Vec<Party> {
    let mut found = Vec::new();
    for (id, role) in [(0x0e04, Role::To), (0x0e03, Role::Cc), (0x0e02, Role::Bcc)] {
        let text = message.text(id);
        let names = text.split(';').map(str::trim).filter(|it| !it.is_empty());
        found.extend(names.map(|it| item::party(role, "", it)));
    }
    found
}

/// The addresses of a contact: each a party of its own under the same name.
fn contact(message: &dyn Properties) -> Vec<Party> {
    let shown = [0x3001, 0x0037].map(|it| message.text(it)).into_iter().find(|it| !it.is_empty());
    let person = Party {
        role: Role::Contact,
        address: String::new(),
        name: item::tidy(&shown.unwrap_or_default()),
        organisation: item::tidy(&message.text(0x3a16)),
    };
    let named =
        |id: u32| message.named(&ADDRESS, id).map(|it| message.text(it)).unwrap_or_default();
    let mut found: Vec<Party> = Vec::new();
    for base in [0x8080_u32, 0x8090, 0x80a0] {
        // Address, and where that is an entry of X.500 the name it was made from.
        let texts = [named(base + 3), named(base + 4)];
        let sound = texts.iter().map(|it| address::normalise(it)).find(|it| !it.is_empty());
        if let Some(address) = sound
            && !found.iter().any(|it| it.address == address)
        {
            found.push(Party { address, ..person.clone() });
        }
    }
    let own = address::normalise(&message.text(0x39fe));
    if !own.is_empty() && !found.iter().any(|it| it.address == own) {
        found.push(Party { address: own, ..person.clone() });
    }
    if found.is_empty() && !person.name.is_empty() {
        found.push(person);
    }
    found
}

/// The members of a distribution list.
fn members(message: &dyn Properties) -> Vec<Party> {
    let list = |id| message.named(&ADDRESS, id).map(|it| message.list(it)).unwrap_or_default();
    let (entries, copies) = (list(0x8055), list(0x8054));
    let count = entries.len().max(copies.len()).min(headers::PARTIES);
    let mut found: Vec<Party> = Vec::new();
    for n in 0..count {
        // The copy holds what the entry itself points to.
        let both = [copies.get(n), entries.get(n)];
        if let Some(it) = both.into_iter().flatten().find_map(|it| one_off(it)) {
            found.push(item::party(Role::Contact, &it.address, &it.name));
        } else if let Some(entry) = entries.get(n) {
            let text: String = printable(entry);
            found.push(item::party(Role::Contact, &text, ""));
        }
    }
    found.retain(|it| !it.address.is_empty() || !it.name.is_empty());
    found
}

/// The longest run of letters in an entry id: an X.500 entry ends with it.
fn printable(entry: &[u8]) -> String {
    let runs = entry.split(|it| !(0x20..0x7f).contains(it));
    let longest = runs.max_by_key(|it| it.len()).unwrap_or_default();
    String::from_utf8_lossy(longest).into_owned()
}

/// Somebody who stands in no directory (MS-OXCDATA 2.2.5.1).
struct OneOff {
    name: String,
    address: String,
}

const ONE_OFF: [u8; 16] = [
    0x81, 0x2b, 0x1f, 0xa4, 0xbe, 0xa3, 0x10, 0x19, 0x9d, 0x6e, 0x00, 0xdd, 0x01, 0x0f, 0x54, 0x02,
];

fn one_off(entry: &[u8]) -> Option<OneOff> {
    let at = memchr::memmem::find(entry, &ONE_OFF)? + ONE_OFF.len();
    let flags = entry.get(at + 2..at + 4)?;
    let unicode = u16::from_le_bytes([flags[0], flags[1]]) & 0x8000 != 0;
    let mut rest = entry.get(at + 4..)?;
    let mut texts: Vec<String> = Vec::new();
    while texts.len() < 3 && !rest.is_empty() {
        let (text, after) = if unicode {
            let end = rest.chunks_exact(2).position(|it| it == [0, 0])? * 2;
            let letters: Vec<u16> =
                rest[..end].chunks_exact(2).map(|it| u16::from_le_bytes([it[0], it[1]])).collect();
            (String::from_utf16_lossy(&letters), end + 2)
        } else {
            let end = memchr::memchr(0, rest)?;
            (charset::text(&rest[..end], None).0, end + 1)
        };
        texts.push(text);
        rest = rest.get(after..).unwrap_or_default();
    }
    let [name, _, address] = <[String; 3]>::try_from(texts).ok()?;
    Some(OneOff { name, address })
}

/// The text of a message, and the addresses of its links: of its plain text, its markup, and its rich
/// text, whichever it has.
fn texts(message: &dyn Properties, links: &mut Vec<String>) -> String {
    let mut text = message.text(0x1000);
    item::add_links(links, &text);
    let markup = message.bytes(0x1013);
    let page = if markup.is_empty() {
        message.text(0x1013)
    } else {
        let said = [0x3fde, 0x3ffd].iter().find_map(|it| message.number(*it));
        charset::text(&markup, said.and_then(charset::of_code_page)).0
    };
    if !page.is_empty() {
        let words = html::read(&page, links);
        text = if text.trim().is_empty() { words } else { text };
    }
    if (text.trim().is_empty() || page.is_empty())
        && let Some(rich) = rtf::unpacked(&message.bytes(0x1009))
    {
        let said = [0x3ffd, 0x3fde].iter().find_map(|it| message.number(*it));
        let words = rtf::read(&rich, said.and_then(charset::of_code_page), links);
        text = if text.trim().is_empty() { words } else { text };
    }
    if text.trim().is_empty() { message.text(0x1001) } else { text }
}

/// Adds what only the header fields tell: the address behind a name, who answers go to.
fn fill(it: &mut MailboxItem, facts: MailboxItem) {
    it.sent = it.sent.or(facts.sent);
    it.at = it.at.or(facts.at);
    for (mine, theirs) in [
        (&mut it.message_id, facts.message_id),
        (&mut it.subject, facts.subject),
        (&mut it.ip, facts.ip),
    ] {
        if mine.is_empty() {
            *mine = theirs;
        }
    }
    if it.refers_to.is_empty() {
        it.refers_to = facts.refers_to;
    }
    for role in [Role::From, Role::Sender, Role::To, Role::Cc, Role::Bcc] {
        let theirs: Vec<&Party> = facts.parties.iter().filter(|it| it.role == role).collect();
        let count = it.parties.iter().filter(|it| it.role == role).count();
        if count == 0 && role != Role::Sender {
            it.parties.extend(theirs.into_iter().cloned());
            continue;
        }
        let mine = it.parties.iter_mut().filter(|it| it.role == role);
        for (at, mine) in mine.enumerate().filter(|it| it.1.address.is_empty()) {
            let named = theirs.iter().find(|it| !it.name.is_empty() && it.name == mine.name);
            let placed = theirs.get(at).filter(|_| count == theirs.len());
            if let Some(found) = named.or(placed) {
                mine.address.clone_from(&found.address);
            }
        }
    }
    it.parties.extend(facts.parties.into_iter().filter(|it| it.role == Role::ReplyTo));
    it.parties.sort_by_key(|it| it.role);
}

/// What a report says became of a mail: the class says what, the table to whom.
fn outcomes(
    class: &str,
    message: &dyn Properties,
    recipients: &[&dyn Properties],
    it: &mut MailboxItem,
) {
    let action = match class.to_ascii_uppercase().rsplit('.').next().unwrap_or_default() {
        "NDR" => "failed",
        "DR" => "delivered",
        "DELAYED" => "delayed",
        "IPNRN" => "displayed",
        "IPNNRN" => "deleted",
        _ => "",
    };
    it.original = name::message_id(&message.text(0x1046));
    if it.original.is_empty() {
        it.original = it.refers_to.last().cloned().unwrap_or_default();
    }
    for row in recipients {
        let party = recipient(*row);
        let code = row.number(0x0c20).filter(|it| (200..600).contains(it));
        let status = code.map(|it| format!("{}.{}.{}", it / 100, it / 10 % 10, it % 10));
        let status = status.or_else(|| report::status_in(&row.text(0x1001))).unwrap_or_default();
        if !party.address.is_empty() {
            it.outcomes.push(Outcome {
                recipient: party.address,
                action: action.to_owned(),
                status,
            });
        }
    }
}
