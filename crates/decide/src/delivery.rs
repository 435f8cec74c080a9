//! What became of each mail to each recipient, by trace, bounces and Send records together (design §4.7).

use std::collections::BTreeMap;

use model::Micros;

/// One source's word on one message and recipient.
#[derive(Clone, Debug, Default, Eq, PartialEq, Ord, PartialOrd)]
pub struct Word {
    /// InternetMessageId of the mail.
    pub message: String,
    /// Recipient, normalised.
    pub recipient: String,
    /// When the source says it; `None` if not said.
    pub at: Option<Micros>,
    /// As the source says: a trace status, or a report's action; empty of a Send record.
    pub status: String,
    /// Status code of a report (`5.1.1`); empty if not said.
    pub code: String,
    /// Record id.
    pub record: String,
}

/// What is set side by side.
pub struct Inputs<'a> {
    /// Rows of the message trace.
    pub trace: &'a [Word],
    /// Reports (bounces) in mailboxes; `message` is the original's id, empty if the report names none.
    pub bounces: &'a [Word],
    /// Recipients in Send records of the audit log.
    pub sends: &'a [Word],
    /// Whether a trace covers this instant.
    pub traced: &'a dyn Fn(Micros) -> bool,
    /// Whether a snapshot of the sender's mailbox, in which bounces would stand, is there.
    pub mailbox_given: bool,
}

/// What finally became of it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Ord, PartialOrd)]
pub enum Fate {
    /// Arrived.
    Delivered,
    /// Did not arrive: refused, bounced.
    Failed,
    /// Was still under way or is held back.
    Pending,
    /// Held as spam.
    Quarantined,
    /// A list, expanded to its members.
    Expanded,
    /// No source tells.
    #[default]
    Unknown,
}

impl Fate {
    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            Fate::Delivered => "delivered",
            Fate::Failed => "failed",
            Fate::Pending => "pending",
            Fate::Quarantined => "quarantined",
            Fate::Expanded => "expanded",
            Fate::Unknown => "unknown",
        }
    }
}

/// Why sources differ.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub enum Difference {
    /// They agree, or only one speaks.
    None,
    /// The trace says delivered to the other side's server, which refused it later by a report.
    RefusedLater,
    /// First delayed, then decided.
    DelayedFirst,
    /// A list in the Send record, its members in the trace.
    Expanded,
    /// The Send record's time is not covered by a trace.
    NotTraced,
    /// Only a report knows the mail: it was not sent from here (backscatter of a forged sender), or its
    /// own record is gone.
    BounceOnly,
    /// None of the above.
    Unexplained,
}

impl Difference {
    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            Difference::None => "",
            Difference::RefusedLater => "refused_later",
            Difference::DelayedFirst => "delayed_first",
            Difference::Expanded => "expanded",
            Difference::NotTraced => "not_collected",
            Difference::BounceOnly => "bounce_only",
            Difference::Unexplained => "unexplained",
        }
    }
}

/// What became of one mail to one recipient.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Delivery {
    /// InternetMessageId.
    pub message: String,
    /// Recipient.
    pub recipient: String,
    /// What finally became of it.
    pub fate: Fate,
    /// When that was said.
    pub at: Option<Micros>,
    /// Status code of the last report.
    pub code: String,
    /// How the sources differ.
    pub difference: Difference,
    /// Sources that speak: `ual`, `message_trace`, `mailbox`.
    pub sources: Vec<&'static str>,
    /// Record ids, sorted.
    pub records: Vec<String>,
}

/// Sets the sources side by side: one row a message and recipient, in their order.
pub fn reconcile(inputs: &Inputs<'_>) -> Vec<Delivery> {
    let _ = inputs;
    Vec::new()
}

/// The last status of each address over all its mails: what tells whether mail reaches somebody.
pub fn last_by_address(all: &[Delivery]) -> BTreeMap<String, String> {
    let _ = all;
    BTreeMap::new()
}
