//! Who stood in what the intruder could see? (design §4.8)
//!
//! The state of every touched folder is rebuilt as it was at each touch, from the mailbox's snapshot,
//! from every recorded move, copy and deletion whoever did it, and from the trace for what no snapshot
//! holds any more. That the owner tidied the folder before it was collected changes nothing: the records
//! of his moves put the items back ([`state`]).
//!
//! A figure is `exact` only where nothing can be missing: the snapshot is declared whole, moves and
//! deletions were recorded without a gap from the first touch to the collection, all touches are known,
//! nothing was throttled, and no item is known by a record only ([`figures`]).

use std::collections::{BTreeMap, BTreeSet};

use model::{Held, ItemTouch, Known, Micros, Moved, Role, Span, Touch, findings};

use crate::identity::Directory;

mod facts;
mod figures;
mod found;
mod looks;
mod named;
mod state;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod withholding;

pub use facts::{moves_heard, touches_heard};
/// How an item was exposed; one item may be exposed in several ways.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub enum How {
    /// It stood in a folder that was touched.
    Listed,
    /// It was opened: a record of reading names it.
    Read,
    /// It stood in a folder that was synchronised to the intruder's machine.
    Synced,
    /// An attachment of it was taken, it was copied out or exported.
    Downloaded,
}

impl How {
    /// All of them, in the order of the report.
    pub const ALL: [How; 4] = [How::Listed, How::Read, How::Synced, How::Downloaded];

    /// The contract's word (`exposure.groups[].kind`).
    pub fn word(self) -> &'static str {
        match self {
            How::Listed => "listed",
            How::Read => "read",
            How::Synced => "synced",
            How::Downloaded => "downloaded",
        }
    }
}

/// How sure it is that an item was there, and that everybody it names is known.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub enum Certainty {
    /// It stood there, and a source tells whom it names.
    Certain,
    /// Dated before the touch and elsewhere (or nowhere) now without a record of the way: counted in.
    Possible,
    /// Known by a record only: no source tells whom it names.
    Unrecoverable,
}

impl Certainty {
    /// The word used in tables and in `exposure.groups[].items`.
    pub fn word(self) -> &'static str {
        match self {
            Certainty::Certain => "certain",
            Certainty::Possible => "possible",
            Certainty::Unrecoverable => "unrecoverable",
        }
    }
}

/// What is known of one mailbox beside its content. Everything here is a proof: what is not proven is
/// `false` or empty, and then no figure that rests on it is exact.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct MailboxFacts {
    /// A snapshot of it is declared whole (every folder, Recoverable Items and archive too), and nothing
    /// contradicts that: no rejected item, no part missing, nothing encrypted.
    pub whole: bool,
    /// When the snapshot was taken; `None` if nobody says, then it cannot be whole.
    pub collected_at: Option<Micros>,
    /// Where moves *and* deletions by anybody are proven to have been recorded (declared, audited, no
    /// hole): united spans.
    pub moves_heard: Vec<Span>,
    /// Where a trace is declared for this account: united spans.
    pub traced: Vec<Span>,
    /// Every touch of the attacker in this mailbox is known: reading, synchronising, moving, deleting
    /// covered over the judgement window, first access exact, access ended, no session in doubt.
    pub touches_known: bool,
    /// A record of reading says it was throttled: further items may have been read.
    pub throttled: bool,
    /// Limits to be named beside the figures (`list_view`, `lossy_export` …), of the contract's list.
    pub limits: Vec<String>,
}

/// What exposure is decided from.
pub struct Inputs<'a> {
    /// Touches of the attacker's sessions, folders named as a person decided.
    pub touches: &'a [Touch],
    /// The items they name, one a row.
    pub opened: &'a [ItemTouch],
    /// Snapshots: items of the touched mailboxes.
    pub held: &'a [Held],
    /// Moves, copies, deletions, creations in the touched mailboxes, by anybody.
    pub moved: &'a [Moved],
    /// Messages of the trace and of Send records sent by, or received by, the touched mailboxes.
    pub known: &'a [Known],
    /// Messages that are the attacker's own: no exposure.
    pub own_mails: &'a BTreeSet<String>,
    /// Every mailbox to speak of: of compromised accounts, and any touched one.
    pub mailboxes: &'a BTreeMap<String, MailboxFacts>,
    /// For a display id of a session: its account.
    pub account_of: &'a dyn Fn(&str) -> Option<String>,
    /// The accounts: whose address is the mailbox's own, whose is the tenant's.
    pub directory: &'a Directory,
    /// For (mailbox, recorded path): the path, or the well-known name a person gave it
    /// (`folders::Decided::name`).
    pub folder: &'a dyn Fn(&str, &str) -> String,
    /// Whether the inventory is known whole: only then is an address outside it surely nobody's inside.
    pub inventory: bool,
    /// What a person decided of a group, by (scope, kind): `leak`, `risk_of_leak`, `none`.
    pub legal: &'a BTreeMap<(String, String), String>,
}

/// One visit of one session to one folder, from its first touch to its last.
#[derive(Clone, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub struct Look {
    /// Display id of the session.
    pub session: String,
    /// Whose mailbox.
    pub mailbox: String,
    /// Scope id of the folder.
    pub scope: String,
    /// `Listed` or `Synced`: what it exposes of everything that stood there.
    pub how: How,
    /// First touch.
    pub from: Micros,
    /// Last touch; the same instant for a single one.
    pub to: Micros,
}

/// Whose an address is.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub enum Side {
    /// Somebody outside.
    External,
    /// An account of the tenant.
    Internal,
    /// No address: an X.500 entry that no account bears, or a bare name.
    Unresolved,
}

/// Somebody an exposed item names; the mailbox's own addresses are left out.
#[derive(Clone, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub struct Named {
    /// Whose.
    pub side: Side,
    /// The address; of an unresolved party what stands in its place, in lower case.
    pub address: String,
    /// Display name as the item gives it.
    pub name: String,
    /// Organisation (contacts); empty if not said.
    pub organisation: String,
    /// In which part of it; `None` if only the trace tells.
    pub role: Option<Role>,
    /// Whether the folder's list shows it: `To` in Sent, Drafts and Outbox, `From` elsewhere, a contact
    /// in a folder of contacts.
    pub shown: bool,
}

/// One item of one folder that was exposed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExposedItem {
    /// Record id of the item in the snapshot, else of the record that names it, else empty (a message
    /// that only the trace tells of: see `message`).
    pub record: String,
    /// Evidence id of the snapshot; empty without one.
    pub evidence: String,
    /// Whose mailbox.
    pub mailbox: String,
    /// Scope id of the folder in which it was exposed.
    pub scope: String,
    /// How.
    pub hows: BTreeSet<How>,
    /// How sure.
    pub certainty: Certainty,
    /// When it came to stand in the mailbox.
    pub at: Option<Micros>,
    /// InternetMessageId; empty if not said.
    pub message: String,
    /// Subject: the evidence's text.
    pub subject: String,
    /// Attachments; 0 if not known.
    pub attachments: u64,
    /// Everybody it names, sorted, each (address, role) once.
    pub named: Vec<Named>,
    /// Visits by which it is exposed: places in [`Exposed::looks`].
    pub looks: Vec<usize>,
    /// Records that name it: what moved or removed it, and what the attacker opened. Sorted.
    pub records: Vec<String>,
    /// Whether the sources may not tell everybody it names (a received mail known from the trace only).
    pub partial: bool,
    /// Whether its names come from trace or Send records, in which `To`, `Cc` and `Bcc` are one.
    pub from_trace: bool,
}

/// By what somebody is on the list.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Trail {
    /// Places in [`Exposed::items`], in order.
    pub items: Vec<usize>,
    /// In which parts of them.
    pub roles: BTreeSet<Role>,
    /// Whether some folder's list showed it.
    pub shown: bool,
    /// How the items were exposed.
    pub hows: BTreeSet<How>,
    /// Whether at least one of the items is certain.
    pub certain: bool,
    /// Display names in items, each once.
    pub names: BTreeSet<String>,
    /// Organisations in items (contacts), each once.
    pub organisations: BTreeSet<String>,
}

/// What was exposed, and by what.
#[derive(Clone, Debug, Default)]
pub struct Exposed {
    /// The figures of the contract; `people` is left unknown, [`crate::people`] decides it.
    pub figures: findings::Exposure,
    /// Every visit, sorted.
    pub looks: Vec<Look>,
    /// Every exposed item, sorted by scope, time, message and record.
    pub items: Vec<ExposedItem>,
    /// External addresses.
    pub addresses: BTreeMap<String, Trail>,
    /// Addresses of the tenant's accounts, by account.
    pub internal: BTreeMap<String, Trail>,
    /// Entries without address, by what stands in its place.
    pub unresolved: BTreeMap<String, Trail>,
}

impl Exposed {
    /// Whether the figure of addresses is exact.
    pub fn is_exact(&self) -> bool {
        self.figures.addresses.is == findings::Is::Exact
    }
}

/// Decides what was exposed.
pub fn judge(inputs: &Inputs<'_>) -> Exposed {
    let looks = looks::Looks::new(inputs);
    let mailboxes = state::rebuild(inputs);
    let mut found = found::Found::new(inputs, &looks);
    for (name, mailbox) in &mailboxes {
        found.stood(name, mailbox);
    }
    for it in inputs.opened {
        found.opened(it, &mailboxes);
    }
    let doubts = std::mem::take(&mut found.doubts);
    let mut exposed =
        Exposed { looks: looks.all.clone(), items: found.items(), ..Exposed::default() };
    figures::trails(&mut exposed);
    figures::Judge::new(inputs, &looks, &doubts).fill(&mut exposed);
    exposed
}
