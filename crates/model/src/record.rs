use serde::{Deserialize, Serialize};

use crate::{MailboxItem, Micros, Setting};

/// Where a row stands in its evidence file.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Ord, PartialOrd, Serialize, Deserialize)]
pub struct Position {
    /// Number of the row, counted from 1 in reading order (a header line is not a row).
    pub row: u64,
    /// First byte of the row in the file's content, after unpacking and decoding to UTF-8; of mails,
    /// which name the encoding of each of their parts, before decoding.
    pub from: u64,
    /// First byte after the row; equal to `from` where the format has no bytes of its own (XLSX).
    pub to: u64,
}

/// One row of an evidence file: a record or a reject. Nothing else exists, and nothing is skipped.
#[derive(Clone, Debug)]
pub struct Row {
    /// Where it stands.
    pub position: Position,
    /// What it is.
    pub content: Content,
}

/// A row understood, or not.
#[derive(Clone, Debug)]
pub enum Content {
    /// Understood.
    Record(Box<Record>),
    /// Not understood; evidence all the same.
    Reject(Reject),
}

/// A row that could not be read, with what its wrapper columns still tell: a lead.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Reject {
    /// Why, in English, lower case, without values from evidence.
    pub reason: String,
    /// When, if the wrapper says so.
    pub at: Option<Micros>,
    /// Operation, if the wrapper says so.
    pub operation: String,
    /// User, if the wrapper says so.
    pub account: String,
}

/// A row understood.
#[derive(Clone, Debug)]
pub struct Record {
    /// The event key (design §4.1): the source's own id, otherwise SHA-256 of the canonical row in hex.
    pub key: String,
    /// SHA-256 of the canonical form, first 16 bytes in hex: equal for records that say the same.
    pub body: String,
    /// How many known losses the row has (cut cells, `System.Object[]`, missing columns); 0 is whole.
    pub losses: u32,
    /// What it says.
    pub what: What,
}

/// What a record says, one variant a table.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a record is boxed as a whole, and most are events")]
pub enum What {
    /// A record of the Unified Audit Log.
    Event(Event),
    /// A record of the Entra sign-in log.
    SignIn(SignIn),
    /// A line of a log outside Microsoft 365 (firewall, database), in the words of an event:
    /// `workload` is the kind of log, `actor` its user, `object` what was connected to.
    Log(Event),
    /// A row of a message trace: one message to one recipient.
    Mail(Mail),
    /// A row of an address list.
    Address(ListEntry),
    /// A row of a directory or mailbox export.
    Inventory(InventoryEntry),
    /// An object of a configuration export.
    Setting(Setting),
    /// An item of a mailbox.
    Item(Box<MailboxItem>),
}

/// [`Event::workload`] of a record of the Entra directory audit. The audit log, which tells of the same
/// changes, names `AzureActiveDirectory`: which of the two was listening is judged apart.
pub const ENTRA_AUDIT: &str = "EntraAudit";

/// [`Event::workload`] of what Entra ID Protection holds to be risky: an opinion about a sign-in or
/// an account, and no act of anybody.
pub const ENTRA_RISK: &str = "EntraRisk";

/// One record of what somebody did. Empty text and `None` mean «not said», never a default.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// When, UTC.
    pub at: Micros,
    /// Tenant id.
    pub tenant: String,
    /// Who, as recorded (`UserId`), lower-cased: a UPN, an object id, a SID, a system name.
    pub actor: String,
    /// Other names of the same actor seen in the record (`UserKey`, object id, SID), lower-cased.
    pub actor_ids: Vec<String>,
    /// The mailbox acted in (`MailboxOwnerUPN`), lower-cased; empty outside mailboxes.
    pub mailbox: String,
    /// Microsoft's operation name, trailing dots and blanks off, dashes folded to `-`.
    pub operation: String,
    /// `Exchange`, `SharePoint`, `OneDrive`, `AzureActiveDirectory`, `MicrosoftTeams`, [`ENTRA_AUDIT`] …
    pub workload: String,
    /// Number of the record type; −1 if not said.
    pub record_type: i32,
    /// 0 regular, 2 admin, 3 data centre admin, 4 system, 5 application, 6 service principal; −1.
    pub user_type: i32,
    /// 0 owner, 1 admin, 2 delegate, 3 transport, 4 system service; −1.
    pub logon_type: i32,
    /// Whether it worked; `None` if not said.
    pub succeeded: Option<bool>,
    /// Error number of a sign-in; −1 if not said. 0 is success.
    pub error: i32,
    /// Address in canonical form without port; empty if none or not an address.
    pub ip: String,
    /// Session id (`AADSessionId`, `SessionId`, `DeviceProperties.SessionId`, `sessionId`).
    pub session: String,
    /// Unique token identifier; case matters.
    pub token: String,
    /// Id of the client application (`ClientAppId`, else `AppId`, else `ApplicationId`).
    pub app: String,
    /// Name of the client application.
    pub app_name: String,
    /// `ClientInfoString` of Exchange, or the client of a sign-in (`Browser`, `IMAP4` …).
    pub client: String,
    /// User agent.
    pub agent: String,
    /// Device id.
    pub device: String,
    /// Device name.
    pub device_name: String,
    /// Managed, compliant or hybrid joined; `None` if not said.
    pub managed: Option<bool>,
    /// Registered with the directory in any way (`TrustType` present); `None` if not said.
    pub registered: Option<bool>,
    /// Request id that the audit log and the sign-in log share; of a change in the directory the
    /// correlation id that the audit log and the directory audit share.
    pub request: String,
    /// `Bind` or `Sync` of MailItemsAccessed; empty otherwise.
    pub access: String,
    /// `IsThrottled`; `None` if not said, which is not «no».
    pub throttled: Option<bool>,
    /// Two-letter country as the source gives it, upper case.
    pub country: String,
    /// Autonomous system number; 0 if not said.
    pub asn: u32,
    /// Object acted on (`ObjectId`): a file address, a rule, an account.
    pub object: String,
    /// What persistence and settings rules need, as compact JSON with sorted keys: cmdlet
    /// parameters, modified properties, targets, rule properties. Empty where there is none.
    pub detail: String,
    /// Items and folders named.
    pub items: Vec<Item>,
    /// Recipients of a Send, normalised addresses.
    pub recipients: Vec<String>,
}

/// A mail item or folder named by an event.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// `source`, or `destination` of a move or copy.
    pub role: String,
    /// Folder path as recorded, in the mailbox's language, leading backslashes off.
    pub folder: String,
    /// InternetMessageId without `<>` and blanks, case kept.
    pub message_id: String,
    /// Item id.
    pub item_id: String,
    /// Subject.
    pub subject: String,
    /// Attachment names as recorded.
    pub attachments: String,
}

/// One sign-in: an event, and what only the sign-in log tells.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct SignIn {
    /// The common part; `operation` is `SignIn`, `request` the request id.
    pub event: Event,
    /// `interactive`, `non_interactive`, `service_principal`, `managed_identity` or empty.
    pub stream: String,
    /// City as the source gives it.
    pub city: String,
    /// Authentication protocol (`deviceCode`, `ropc` …) or original transfer method.
    pub protocol: String,
    /// Whether multi-factor authentication was *required* (`multiFactorAuthentication`).
    pub requirement: String,
    /// First authentication methods, joined by `+`.
    pub methods: String,
    /// Incoming token type.
    pub incoming_token: String,
    /// Resource signed in to.
    pub resource: String,
    /// Conditional Access outcome.
    pub conditional_access: String,
    /// Risk as the source gives it.
    pub risk: String,
}

/// One message to one recipient, as the message trace tells it.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Mail {
    /// When received by the service, UTC; `None` if the file's dates are ambiguous.
    pub at: Option<Micros>,
    /// InternetMessageId without `<>` and blanks, case kept.
    pub message_id: String,
    /// Network message id.
    pub network_message_id: String,
    /// Sender, normalised.
    pub sender: String,
    /// Recipient, normalised.
    pub recipient: String,
    /// Subject.
    pub subject: String,
    /// Last status: `Delivered`, `Failed`, `Pending`, `Quarantined`, `FilteredAsSpam`, `Expanded` …
    pub status: String,
    /// Address of the submitting client.
    pub ip: String,
    /// `outbound`, `inbound`, `internal` or empty.
    pub direction: String,
    /// Bytes; −1 if not said.
    pub size: i64,
    /// Further recipients of the same row and their last status: (address, status). An enhanced
    /// summary names all recipients of a message in one row; a row is one record.
    #[serde(default)]
    pub more: Vec<(String, String)>,
}

/// One row of an address list.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct ListEntry {
    /// Addresses in the row, normalised; empty if the row has none that is readable.
    pub addresses: Vec<String>,
    /// Name of the person, if a column tells.
    pub name: String,
    /// Organisation, if a column tells.
    pub organisation: String,
    /// How the name is read, if a column tells (furigana); as written there.
    #[serde(default)]
    pub furigana: String,
    /// How the person is addressed, if a column tells (`様`, `御中`, `Dr.`).
    #[serde(default)]
    pub honorific: String,
}

/// One row of a directory or mailbox export.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct InventoryEntry {
    /// UPN, lower-cased; the primary address where the export gives no UPN.
    pub account: String,
    /// Other addresses and ids of the same account, lower-cased.
    pub aliases: Vec<String>,
    /// Display name.
    pub name: String,
    /// Recipient or user type as recorded (`UserMailbox`, `SharedMailbox`, `Member`, `Guest` …).
    pub kind: String,
    /// Whether sign-in is enabled.
    pub enabled: Option<bool>,
    /// What the same row says of forwarding and auditing, where the export has such columns.
    #[serde(default)]
    pub setting: Option<Box<Setting>>,
}
