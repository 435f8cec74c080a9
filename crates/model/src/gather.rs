//! What the store gathers for the judges: summaries with integers, small enough to reason over.

use crate::{ItemKind, Micros, Party, Setting};

/// One context: records of one actor that agree in everything a session is split by, within one
/// clock hour. Two records of one context are less than 60 minutes apart, so sessions can be
/// built from contexts alone, exactly.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Context {
    /// SHA-256 over all fields below up to `hour`, first 16 bytes in hex.
    pub id: String,
    /// Whether the records come from the sign-in log.
    pub signin: bool,
    /// As recorded, lower-cased (`Event::actor`).
    pub actor: String,
    /// Address, canonical; empty if none.
    pub ip: String,
    /// Session id of the source.
    pub session: String,
    /// Token id.
    pub token: String,
    /// Client application id.
    pub app: String,
    /// Client string.
    pub client: String,
    /// User agent.
    pub agent: String,
    /// Device id.
    pub device: String,
    /// Managed device.
    pub managed: Option<bool>,
    /// Registered device.
    pub registered: Option<bool>,
    /// Country.
    pub country: String,
    /// Autonomous system; 0 if not said.
    pub asn: u32,
    /// User type of the record; −1.
    pub user_type: i32,
    /// Error number of a sign-in; −1 if none said, 0 success.
    pub error: i32,
    /// `false` for a failed record.
    pub worked: bool,
    /// Authentication protocol or transfer method (`deviceCode` …).
    pub protocol: String,
    /// Start of the clock hour, µs.
    pub hour: Micros,
    /// Number of records.
    pub records: u64,
    /// First instant.
    pub first: Micros,
    /// Last instant.
    pub last: Micros,
    /// Least record id.
    pub least: String,
}

/// What was done in one context: one row an operation.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Act {
    /// Context id.
    pub context: String,
    /// Mailbox acted in; empty outside mailboxes.
    pub mailbox: String,
    /// Operation as Microsoft names it.
    pub operation: String,
    /// `Bind`, `Sync` or empty.
    pub access: String,
    /// Workload.
    pub workload: String,
    /// Number of records.
    pub records: u64,
    /// Records with `IsThrottled` true.
    pub throttled: u64,
    /// First instant.
    pub first: Micros,
    /// Last instant.
    pub last: Micros,
    /// Least record id.
    pub least: String,
}

/// Records of one change that two logs tell of: the audit log and the directory audit, or two exports
/// of the directory audit of which one has no ids. It is one change, and two records.
#[derive(Clone, Debug, Default, Eq, PartialEq, Ord, PartialOrd)]
pub struct Twins {
    /// Context of the records that count.
    pub counted: String,
    /// Context of the records that tell the same again.
    pub again: String,
    /// Operation.
    pub operation: String,
    /// Records that tell it again.
    pub records: u64,
}

/// What one session sent, for behaviour rules.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SessionSends {
    /// Display id of the session.
    pub session: String,
    /// Distinct messages.
    pub messages: u64,
    /// Distinct recipients (from the record itself or the trace).
    pub recipients: u64,
    /// Of these, written to by, or having written to, the same account on an earlier day, or
    /// standing in a list or the inventory.
    pub known: u64,
    /// Most messages in one clock hour.
    pub peak: u64,
}

/// Mails that bear one address of the organisation as sender and one subject, without any Send record.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Borne {
    /// Address they bear.
    pub sender: String,
    /// Subject.
    pub subject: String,
    /// Whether they came in from outside.
    pub inbound: bool,
    /// Distinct messages.
    pub messages: u64,
    /// Rows of the trace: one a message and recipient.
    pub recipients: u64,
    /// First instant.
    pub first: Micros,
    /// Last instant.
    pub last: Micros,
}

/// What a sign-in's token was for.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Token {
    /// Account of the session.
    pub account: String,
    /// Client application that got it.
    pub app: String,
    /// Resource it is for: an id, or the name the sign-in log gives.
    pub resource: String,
}

/// Folders and items touched by a session: one row a folder and operation.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Touch {
    /// Display id of the session.
    pub session: String,
    /// Mailbox acted in.
    pub mailbox: String,
    /// Operation.
    pub operation: String,
    /// `Bind`, `Sync` or empty.
    pub access: String,
    /// `source` or `destination`.
    pub role: String,
    /// Folder path as recorded, or the well-known name a person gave it.
    pub folder: String,
    /// Folder path as recorded.
    pub recorded: String,
    /// Whether the item's message id is one that the same session sent (the fraudulent mail).
    pub own_mail: bool,
    /// Records.
    pub records: u64,
    /// Distinct items.
    pub items: u64,
    /// First instant.
    pub first: Micros,
    /// Last instant.
    pub last: Micros,
}

/// One record whose content matters by itself: rules, forwarding, consents, methods, roles.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Detail {
    /// Record id.
    pub record: String,
    /// When.
    pub at: Micros,
    /// As recorded.
    pub actor: String,
    /// Mailbox acted in.
    pub mailbox: String,
    /// Operation.
    pub operation: String,
    /// Workload.
    pub workload: String,
    /// Whether it worked.
    pub succeeded: Option<bool>,
    /// Object acted on.
    pub object: String,
    /// Compact JSON with sorted keys.
    pub detail: String,
    /// Context id.
    pub context: String,
}

/// One message sent from a tenant mailbox, over all sources.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Sent {
    /// InternetMessageId; `mailbox/item id` where there is none.
    pub message: String,
    /// Sending account as recorded.
    pub sender: String,
    /// First instant over all sources.
    pub at: Micros,
    /// Subject, from the least record.
    pub subject: String,
    /// Display id of the session of its Send record; empty if no source has one.
    pub session: String,
    /// Address of the submitting client in the trace.
    pub ip: String,
    /// Whether a Send record exists.
    pub in_ual: bool,
    /// Whether the trace has it.
    pub in_trace: bool,
    /// Whether a mailbox that was read holds it among what was sent.
    pub in_mailbox: bool,
    /// Whether a record says that it was deleted, or moved to where mails are deleted.
    pub deleted: bool,
    /// Whether a report in a mailbox says that the service refused it: too much was sent.
    pub refused: bool,
    /// Whether it still stands where mails wait to be sent.
    pub unsent: bool,
    /// Distinct recipients, expansion headers left out.
    pub recipients: u64,
    /// Recipients whose last status is Failed.
    pub failed: u64,
    /// Recipients that had corresponded with the sender before.
    pub known: u64,
    /// Record ids, at most 3.
    pub records: Vec<String>,
}

/// Names of one actor seen together: resolved to one account.
#[derive(Clone, Debug, Default, Eq, PartialEq, Ord, PartialOrd)]
pub struct Alias {
    /// UPN, lower-cased.
    pub account: String,
    /// Another name of it.
    pub alias: String,
}

/// One list as gathered.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ListSummary {
    /// Evidence id.
    pub evidence: String,
    /// Path.
    pub path: String,
    /// Folder and mailbox, if it is the contacts of a mailbox; empty otherwise.
    pub folder: String,
    /// Distinct readable addresses.
    pub addresses: u64,
    /// Rows without a readable address.
    pub unreadable: u64,
    /// Fraudulent-mail recipients standing in it.
    pub matches: u64,
    /// Recipients that stand in it but for a plus-tag, dots or one letter.
    pub near: u64,
}

/// One clock hour in which a log outside Microsoft 365 has lines.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct LogHour {
    /// Evidence id.
    pub evidence: String,
    /// Start of the hour, µs.
    pub hour: Micros,
    /// Lines.
    pub lines: u64,
    /// Lines that name an address.
    pub addressed: u64,
}

/// Lines of a log outside Microsoft 365 that name an address or user of the attacker.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct LogHit {
    /// Evidence id.
    pub evidence: String,
    /// Operation (`accept`, `deny`, `connect` …).
    pub operation: String,
    /// User.
    pub actor: String,
    /// Address it came from.
    pub ip: String,
    /// What was connected to.
    pub object: String,
    /// Whether it worked; a refused connection is an attempt.
    pub worked: bool,
    /// Lines.
    pub lines: u64,
    /// First instant.
    pub first: Micros,
    /// Last instant.
    pub last: Micros,
    /// Least record id.
    pub least: String,
}

/// One object of a configuration export, and where it stands.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct StateObject {
    /// Record id.
    pub record: String,
    /// Evidence id of the export.
    pub evidence: String,
    /// The object.
    pub setting: Setting,
}

/// One item of a mailbox's content, with everybody it names.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Held {
    /// Record id.
    pub record: String,
    /// Evidence id of the file it stands in.
    pub evidence: String,
    /// Mailbox: what the file or the case file tells; empty if nothing does.
    pub mailbox: String,
    /// Folder path as recorded, or that of the evidence file for an item in a file of its own.
    pub folder: String,
    /// What it is.
    pub kind: ItemKind,
    /// When it came to stand in the mailbox.
    pub at: Option<Micros>,
    /// The date it bears.
    pub sent: Option<Micros>,
    /// InternetMessageId; empty if not said.
    pub message: String,
    /// The item's own id in its store; empty if not said.
    pub item: String,
    /// Subject.
    pub subject: String,
    /// Everybody it names.
    pub parties: Vec<Party>,
    /// Attachments.
    pub attachments: u64,
}

/// One item named by a record that moved, copied or removed it, whoever did: what the past of a
/// folder is rebuilt from.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Moved {
    /// Record id.
    pub record: String,
    /// When.
    pub at: Micros,
    /// Mailbox acted in, as recorded.
    pub mailbox: String,
    /// Operation as Microsoft names it (`Move`, `MoveToDeletedItems`, `SoftDelete`, `HardDelete`, `Copy`, `Create` …).
    pub operation: String,
    /// Folder it stood in, as recorded; empty if not said.
    pub from: String,
    /// Folder it was put into, as recorded; empty if not said.
    pub to: String,
    /// InternetMessageId; empty if not said.
    pub message: String,
    /// Item id; empty if not said.
    pub item: String,
    /// Subject; empty if not said.
    pub subject: String,
}

/// A message known from the trace or from Send records, with everybody it went to: what tells the
/// addresses of an item that no snapshot holds any more.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Known {
    /// InternetMessageId.
    pub message: String,
    /// When.
    pub at: Option<Micros>,
    /// Sender, normalised.
    pub sender: String,
    /// Recipients, normalised, sorted, each once.
    pub recipients: Vec<String>,
    /// Subject.
    pub subject: String,
}

/// One item named by one record of a session that touched it: what [`Touch`] counts, item by item.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ItemTouch {
    /// Record id.
    pub record: String,
    /// When.
    pub at: Micros,
    /// Display id of the session.
    pub session: String,
    /// Mailbox acted in, as recorded; empty for the account's own.
    pub mailbox: String,
    /// Operation as Microsoft names it.
    pub operation: String,
    /// `Bind`, `Sync` or empty.
    pub access: String,
    /// `source` or `destination`.
    pub role: String,
    /// Folder path as recorded, or the well-known name a person gave it.
    pub folder: String,
    /// InternetMessageId; empty if not said.
    pub message: String,
    /// Item id; empty if not said.
    pub item: String,
    /// Subject; empty if not said.
    pub subject: String,
}
