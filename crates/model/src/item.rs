use serde::{Deserialize, Serialize};

use crate::Micros;

/// What an item of a mailbox is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Ord, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemKind {
    /// A mail.
    #[default]
    Mail,
    /// A report of what became of a mail: not delivered, delayed, delivered, read (RFC 3464, Microsoft's own).
    Report,
    /// An answer no person wrote (`Auto-Submitted`, out of office).
    AutoReply,
    /// A contact.
    Contact,
    /// A distribution list.
    List,
    /// An appointment or a meeting request.
    Appointment,
    /// A task, note, journal entry or anything else.
    Other,
}

impl ItemKind {
    /// All of them, in the order of their declaration.
    pub const ALL: [ItemKind; 7] = [
        ItemKind::Mail,
        ItemKind::Report,
        ItemKind::AutoReply,
        ItemKind::Contact,
        ItemKind::List,
        ItemKind::Appointment,
        ItemKind::Other,
    ];

    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            ItemKind::Mail => "mail",
            ItemKind::Report => "report",
            ItemKind::AutoReply => "auto_reply",
            ItemKind::Contact => "contact",
            ItemKind::List => "list",
            ItemKind::Appointment => "appointment",
            ItemKind::Other => "other",
        }
    }

    /// The kind of a word; `None` if it is none of them.
    pub fn of(word: &str) -> Option<ItemKind> {
        ItemKind::ALL.into_iter().find(|it| it.word() == word)
    }
}

/// What somebody is to an item.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Author (`From`, the represented sender).
    From,
    /// Who handed it in, where it is not the author (`Sender`).
    Sender,
    /// Where answers go (`Reply-To`).
    ReplyTo,
    /// Recipient.
    To,
    /// Recipient of a copy.
    Cc,
    /// Recipient of a blind copy.
    Bcc,
    /// The person of a contact, or a member of a distribution list.
    Contact,
}

impl Role {
    /// All of them, in the order of their declaration.
    pub const ALL: [Role; 7] =
        [Role::From, Role::Sender, Role::ReplyTo, Role::To, Role::Cc, Role::Bcc, Role::Contact];

    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            Role::From => "from",
            Role::Sender => "sender",
            Role::ReplyTo => "reply_to",
            Role::To => "to",
            Role::Cc => "cc",
            Role::Bcc => "bcc",
            Role::Contact => "contact",
        }
    }

    /// The role of a word; `None` if it is none of them.
    pub fn of(word: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|it| it.word() == word)
    }
}

/// Somebody named by an item. Without an address (an X.500 entry, a bare name) it is *unresolved*:
/// `name` then holds what stands there.
#[derive(Clone, Debug, Eq, PartialEq, Ord, PartialOrd, Serialize, Deserialize)]
pub struct Party {
    /// What they are to it.
    pub role: Role,
    /// Address, normalised; empty if none is given.
    pub address: String,
    /// Display name, or what stands in place of an address.
    pub name: String,
    /// Organisation (contacts); empty if not said.
    pub organisation: String,
}

/// A file attached to an item; its content is not kept.
#[derive(Clone, Debug, Default, Eq, PartialEq, Ord, PartialOrd, Serialize, Deserialize)]
pub struct Attached {
    /// Name as given.
    pub name: String,
    /// Bytes, decoded; −1 if not said.
    pub size: i64,
    /// SHA-256 of the content in hex; empty if the content is not there.
    pub sha256: String,
}

/// What a report says became of a mail to one recipient.
#[derive(Clone, Debug, Default, Eq, PartialEq, Ord, PartialOrd, Serialize, Deserialize)]
pub struct Outcome {
    /// Recipient, normalised.
    pub recipient: String,
    /// `failed`, `delayed`, `delivered`, `relayed`, `expanded` (RFC 3464 §2.3.3); of a receipt what its
    /// reader did, `displayed` or `deleted` (RFC 8098 §3.2.6); empty if not said.
    pub action: String,
    /// Status code (`5.1.1`); empty if not said.
    pub status: String,
}

/// One item of a mailbox, as a PST, a mail file or an export tells it: who and what and when, not
/// its text. Empty text and `None` mean «not said», never a default.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct MailboxItem {
    /// Whose mailbox, lower-cased address, if the file itself tells; else empty.
    pub mailbox: String,
    /// Folder path in the mailbox's own language, `/` between its parts, without the store's own
    /// root; empty where the item stands in a file of its own.
    pub folder: String,
    /// What it is.
    pub kind: ItemKind,
    /// When it came to stand in the mailbox: delivery, else creation, else the date it bears.
    pub at: Option<Micros>,
    /// The date it bears: when it was sent.
    pub sent: Option<Micros>,
    /// InternetMessageId without `<>` and blanks, case kept.
    pub message_id: String,
    /// The item's own id in its store.
    pub item_id: String,
    /// Message ids it answers or refers to (`In-Reply-To`, `References`), oldest first.
    pub refers_to: Vec<String>,
    /// Subject.
    pub subject: String,
    /// Everybody it names, in order.
    pub parties: Vec<Party>,
    /// Attachments in order; inline pictures too.
    pub attachments: Vec<Attached>,
    /// Bytes of the item; −1 if not said.
    pub size: i64,
    /// Address of the submitting client (`X-Originating-IP` and its like), canonical; empty.
    pub ip: String,
    /// Addresses of the links in its text, as they stand there, each once, at most 50.
    pub links: Vec<String>,
    /// The first words of its text, white space folded, at most 500 characters: enough to tell a
    /// question («is this you?») from an answer.
    pub begins: String,
    /// Of a report: message id of the mail it speaks of; empty if not said.
    pub original: String,
    /// Of a report: what became of it, a recipient each.
    pub outcomes: Vec<Outcome>,
}
