//! Who answered the attacker's mails, and what does the answer say? («is this you?»)

use std::collections::BTreeSet;

use model::{ItemKind, Micros};

/// A mail in a mailbox that may be an answer.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Received {
    /// Record id.
    pub record: String,
    /// What it is.
    pub kind: ItemKind,
    /// When it arrived.
    pub at: Option<Micros>,
    /// Author's address; empty if unknown.
    pub from: String,
    /// Subject.
    pub subject: String,
    /// The first words of its text.
    pub begins: String,
    /// Message ids it refers to.
    pub refers_to: Vec<String>,
}

/// What answers are looked for with.
pub struct Inputs<'a> {
    /// Mails of the mailbox.
    pub received: &'a [Received],
    /// Message ids of the attacker's mails.
    pub fraudulent: &'a BTreeSet<String>,
    /// Their subjects.
    pub subjects: &'a BTreeSet<String>,
    /// When the first of them was sent: no answer is older.
    pub first: Option<Micros>,
    /// Whether an address is the mailbox's own.
    pub own: &'a dyn Fn(&str) -> bool,
}

/// What an answer says, by the phrases of `knowledge/replies/`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub enum Says {
    /// Whether the mail is genuine: «is this you?».
    AsksWhetherGenuine,
    /// That it looks like fraud.
    Warns,
    /// That the link or attachment was opened, or data was entered.
    Opened,
    /// That it does not open, or an access was asked for: the person tried.
    CannotOpen,
    /// To be taken off a list.
    Unsubscribe,
    /// No person wrote it: out of office.
    Automatic,
    /// Anything else.
    Other,
}

impl Says {
    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            Says::AsksWhetherGenuine => "asks_whether_genuine",
            Says::Warns => "warns",
            Says::Opened => "opened",
            Says::CannotOpen => "cannot_open",
            Says::Unsubscribe => "unsubscribe",
            Says::Automatic => "automatic",
            Says::Other => "other",
        }
    }
}

/// An answer to one of the attacker's mails.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reply {
    /// Record id.
    pub record: String,
    /// Author.
    pub from: String,
    /// When it arrived.
    pub at: Option<Micros>,
    /// What it says.
    pub says: Says,
    /// The fraudulent mail it refers to; empty if it is known by its subject only.
    pub answers: String,
}

/// Finds the answers, by arrival.
pub fn replies(inputs: &Inputs<'_>) -> Vec<Reply> {
    let _ = inputs;
    Vec::new()
}
