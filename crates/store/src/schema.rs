//! The tables of one evidence file as the cache keeps them.

use crate::columns::{Column, Type::*};

/// Columns every cached row carries: which record it is and where it stands.
pub(crate) const ORIGIN: &[Column] = &[
    ("evidence_id", Text),
    ("key", Text),
    ("body", Text),
    ("losses", Int),
    ("row", Int),
    ("byte_from", Int),
    ("byte_to", Int),
];

/// Columns every row drawn from an event carries, so that most questions need no join.
pub(crate) const DRAWN: &[Column] = &[
    ("signin", Bool),
    ("context", Text),
    ("worked", Bool),
    ("at", Int),
    ("actor", Text),
    ("mailbox", Text),
    ("operation", Text),
    ("access", Text),
];

/// What an event says beyond [`DRAWN`].
const EVENT: &[Column] = &[
    ("tenant", Text),
    ("actor_ids", Text),
    ("workload", Text),
    ("record_type", Int),
    ("user_type", Int),
    ("logon_type", Int),
    ("succeeded", Bool),
    ("error", Int),
    ("ip", Text),
    ("session", Text),
    ("token", Text),
    ("app", Text),
    ("app_name", Text),
    ("client", Text),
    ("agent", Text),
    ("device", Text),
    ("device_name", Text),
    ("managed", Bool),
    ("registered", Bool),
    ("request", Text),
    ("throttled", Bool),
    ("country", Text),
    ("asn", Int),
    ("object", Text),
    ("detail", Text),
    ("stream", Text),
    ("city", Text),
    ("protocol", Text),
    ("requirement", Text),
    ("methods", Text),
    ("incoming_token", Text),
    ("resource", Text),
    ("conditional_access", Text),
    ("risk", Text),
];

const ITEM: &[Column] = &[
    ("role", Text),
    ("folder", Text),
    ("message_id", Text),
    ("item_id", Text),
    ("subject", Text),
    ("attachments", Text),
];

const SEND: &[Column] = &[("message", Text), ("sender", Text), ("subject", Text)];

const RECIPIENT: &[Column] = &[("message", Text), ("sender", Text), ("address", Text)];

const MAIL: &[Column] = &[
    ("at", Int),
    ("message", Text),
    ("network_message_id", Text),
    ("sender", Text),
    ("recipient", Text),
    ("subject", Text),
    ("status", Text),
    ("ip", Text),
    ("direction", Text),
    ("size", Int),
];

const ADDRESS: &[Column] = &[
    ("address", Text),
    ("name", Text),
    ("organisation", Text),
    ("furigana", Text),
    ("honorific", Text),
];

const INVENTORY: &[Column] =
    &[("account", Text), ("aliases", Text), ("name", Text), ("kind", Text), ("enabled", Bool)];

const SETTING: &[Column] = &[
    ("kind", Text),
    ("account", Text),
    ("name", Text),
    ("ids", Text),
    ("created", Int),
    ("changed", Int),
    ("facts", Text),
];

/// An item of a mailbox. Lists inside a cell are JSON, but for texts joined by [`crate::writer::JOINT`].
const CONTENT: &[Column] = &[
    ("mailbox", Text),
    ("folder", Text),
    ("kind", Text),
    ("at", Int),
    ("sent", Int),
    ("message_id", Text),
    ("item_id", Text),
    ("refers_to", Text),
    ("subject", Text),
    ("attachments", Text),
    ("size", Int),
    ("ip", Text),
    ("links", Text),
    ("begins", Text),
    ("original", Text),
    ("outcomes", Text),
];

const PARTY: &[Column] = &[
    ("mailbox", Text),
    ("folder", Text),
    ("kind", Text),
    ("at", Int),
    ("message_id", Text),
    ("item_id", Text),
    ("role", Text),
    ("address", Text),
    ("name", Text),
    ("organisation", Text),
];

const LOG: &[Column] = &[
    ("at", Int),
    ("workload", Text),
    ("operation", Text),
    ("actor", Text),
    ("ip", Text),
    ("object", Text),
    ("worked", Bool),
    ("detail", Text),
];

const CONTEXT: &[Column] = &[
    ("context", Text),
    ("signin", Bool),
    ("actor", Text),
    ("ip", Text),
    ("session", Text),
    ("token", Text),
    ("app", Text),
    ("client", Text),
    ("agent", Text),
    ("device", Text),
    ("managed", Bool),
    ("registered", Bool),
    ("country", Text),
    ("asn", Int),
    ("user_type", Int),
    ("error", Int),
    ("worked", Bool),
    ("protocol", Text),
    ("hour", Int),
];

const REJECT: &[Column] = &[("reason", Text), ("at", Int), ("operation", Text), ("account", Text)];

/// A cached table.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub(crate) enum Cached {
    /// Audit records and sign-ins.
    Events,
    /// Items and folders named by events.
    Items,
    /// Send records: one row a record.
    Sends,
    /// Recipients named by Send records.
    Recipients,
    /// Message trace: one row a message and recipient.
    Mails,
    /// Address lists: one row an address; an empty address for a row without one.
    Addresses,
    /// Directory and mailbox exports.
    Inventory,
    /// Attributes of each context once or more often.
    Contexts,
    /// Rows not understood.
    Rejects,
    /// Lines of logs outside Microsoft 365.
    Logs,
    /// Objects of configuration exports.
    Settings,
    /// Items of mailboxes.
    Contents,
    /// Everybody items of mailboxes name: one row an item and party.
    Parties,
}

impl Cached {
    /// All of them, in the order of their numbers.
    pub(crate) const ALL: [Cached; 13] = [
        Cached::Events,
        Cached::Items,
        Cached::Sends,
        Cached::Recipients,
        Cached::Mails,
        Cached::Addresses,
        Cached::Inventory,
        Cached::Contexts,
        Cached::Rejects,
        Cached::Logs,
        Cached::Settings,
        Cached::Contents,
        Cached::Parties,
    ];

    /// Name of the table and stem of its file.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Cached::Events => "events",
            Cached::Items => "items",
            Cached::Sends => "sends",
            Cached::Recipients => "recipients",
            Cached::Mails => "mails",
            Cached::Addresses => "addresses",
            Cached::Inventory => "inventory",
            Cached::Contexts => "contexts",
            Cached::Rejects => "rejects",
            Cached::Logs => "logs",
            Cached::Settings => "settings",
            Cached::Contents => "contents",
            Cached::Parties => "parties",
        }
    }

    /// Runs of columns.
    fn runs(self) -> [&'static [Column]; 3] {
        match self {
            Cached::Events => [ORIGIN, DRAWN, EVENT],
            Cached::Items => [ORIGIN, DRAWN, ITEM],
            Cached::Sends => [ORIGIN, DRAWN, SEND],
            Cached::Recipients => [ORIGIN, DRAWN, RECIPIENT],
            Cached::Mails => [ORIGIN, MAIL, &[]],
            Cached::Addresses => [ORIGIN, ADDRESS, &[]],
            Cached::Inventory => [ORIGIN, INVENTORY, &[]],
            Cached::Contexts => [CONTEXT, &[], &[]],
            Cached::Rejects => [ORIGIN, REJECT, &[]],
            Cached::Logs => [ORIGIN, LOG, &[]],
            Cached::Settings => [ORIGIN, SETTING, &[]],
            Cached::Contents => [ORIGIN, CONTENT, &[]],
            Cached::Parties => [ORIGIN, PARTY, &[]],
        }
    }

    /// All columns in order.
    pub(crate) fn columns(self) -> Vec<Column> {
        self.runs().concat()
    }

    /// Whether its rows are those of records, of which only the winners count.
    pub(crate) fn won(self) -> bool {
        !matches!(self, Cached::Contexts | Cached::Rejects)
    }
}
