use serde::{Deserialize, Serialize};

use crate::{Micros, Span};

/// What the organisation states about the case: the parsed `konseki.toml`.
///
/// Everything here is a statement with an author, never evidence.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Case {
    /// Name of the case.
    pub name: String,
    /// IANA zone, for example `Asia/Tokyo`; empty if not stated.
    pub timezone: String,
    /// `ja` or `en`; empty if not stated.
    pub language: String,
    /// Span the report must speak about, from; a date means that whole day in the case's zone.
    pub from: Option<Micros>,
    /// Span the report must speak about, to (outside).
    pub to: Option<Micros>,
    /// Legal bodies.
    pub organisations: Vec<Organisation>,
    /// Accounts suspected beforehand (UPN, lower-cased).
    pub accounts: Vec<String>,
    /// What was done to end the access.
    pub containments: Vec<Containment>,
    /// Networks said to be the owner's.
    pub networks: Vec<Network>,
    /// Device ids said to be the owner's.
    pub devices: Vec<String>,
    /// Naming of address lists.
    pub lists: Vec<NamedList>,
    /// What exports were asked for.
    pub sources: Vec<Declared>,
    /// Glob of the inventory file; empty if not stated.
    pub inventory: String,
    /// Systems outside Microsoft 365 the report must speak about.
    pub systems: Vec<System>,
    /// What people or experts state.
    pub statements: Vec<Statement>,
}

/// A legal body with duties of its own.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Organisation {
    /// Name.
    pub name: String,
    /// Mail domains.
    pub domains: Vec<String>,
    /// Rule files under `laws/`.
    pub jurisdictions: Vec<String>,
    /// Globs of its address lists.
    pub lists: Vec<String>,
    /// Candidate days of knowing: (calendar day `YYYY-MM-DD`, basis).
    pub knowledge: Vec<(String, String)>,
}

/// What was done to end the access of one account.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Containment {
    /// UPN, lower-cased.
    pub account: String,
    /// When.
    pub at: Micros,
    /// `account_disabled`, `sessions_revoked`, `password_reset`, `app_removed`, `rule_removed`.
    pub what: Vec<String>,
    /// Who states it.
    pub stated_by: String,
}

/// A network said to be the owner's.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Network {
    /// Prefix, for example `203.0.113.0/28`.
    pub cidr: String,
    /// Name.
    pub name: String,
}

/// A name given to a list.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct NamedList {
    /// Glob.
    pub path: String,
    /// Name for the report.
    pub name: String,
}

/// What an export was asked for: only then does silence in it count.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Declared {
    /// Glob of the files.
    pub path: String,
    /// Span asked for.
    pub span: Option<Span>,
    /// When it was collected.
    pub collected_at: Option<Micros>,
    /// `None` = all accounts.
    pub accounts: Option<Vec<String>>,
    /// `None` = all operations.
    pub operations: Option<Vec<String>>,
    /// Who states it.
    pub stated_by: String,
    /// `tool`.
    pub tool: String,
    /// `high_completeness`.
    pub high_completeness: Option<bool>,
    /// `queries`.
    pub queries: Option<u64>,
    /// `rows_reported`.
    pub rows_reported: Option<u64>,
    /// `snapshot`: a mailbox as it stood when it was collected.
    pub snapshot: bool,
    /// Folders of a mailbox that were asked for; `None` = all.
    pub folders: Option<Vec<String>>,
    /// Zone of the file's times; empty if not stated.
    pub timezone: String,
}

/// A system outside Microsoft 365.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct System {
    /// Name.
    pub name: String,
    /// `application`, `database`, `endpoint`, `network`.
    pub kind: String,
    /// Globs of its logs.
    pub evidence: Vec<String>,
    /// Its addresses.
    pub addresses: Vec<String>,
    /// Network only: whether somebody can come in from outside.
    pub remote_access: Option<bool>,
}

/// What a person or an expert states.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Statement {
    /// A scope id, or `dark_web`, `complaints`, `secondary_damage`, `cause`.
    pub about: String,
    /// What it says.
    pub says: String,
    /// In its own words.
    pub text: String,
    /// Author.
    pub by: String,
    /// Date as stated.
    pub at: String,
    /// Glob of the file behind it.
    pub evidence: String,
}
