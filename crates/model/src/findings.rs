//! `findings.json`, schema `konseki.findings/1`: the answer, as contract §4 fixes it.
//!
//! Instants are RFC 3339 in UTC; dates are calendar days of the case's zone (deadlines: of the
//! jurisdiction). Arrays of record ids hold at most 20, least first.
#![allow(missing_docs, reason = "field meanings stand in contract and docs/findings.schema.json")]

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Kind, Text, Untrusted};

/// Name and version of the schema.
pub const SCHEMA: &str = "konseki.findings/1";
/// Most record ids an array holds.
pub const MOST_IDS: usize = 20;

/// How far a figure can be trusted.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Is {
    Exact,
    AtLeast,
    AtMost,
    #[default]
    Unknown,
}

/// A number with its bound. `value` is null if and only if `is` is `unknown`.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Figure {
    pub value: Option<u64>,
    pub is: Is,
    pub limits: Vec<String>,
}

impl Figure {
    /// A figure nothing is known of.
    pub fn unknown() -> Figure {
        Figure::default()
    }

    /// A figure known exactly.
    pub fn exact(value: u64) -> Figure {
        Figure { value: Some(value), is: Is::Exact, limits: Vec::new() }
    }

    /// A lower bound.
    pub fn at_least(value: u64) -> Figure {
        Figure { value: Some(value), is: Is::AtLeast, limits: Vec::new() }
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Findings {
    pub schema: String,
    pub program: Program,
    pub outcome: Outcome,
    pub case: CaseInfo,
    pub window: Option<Window>,
    pub organisations: Vec<OrganisationInfo>,
    pub declarations: Vec<Declaration>,
    pub decisions: Vec<DecisionInfo>,
    pub statements: Vec<StatementInfo>,
    pub evidence: Vec<EvidenceFile>,
    pub accounts: Vec<Account>,
    pub sessions: Vec<Session>,
    pub operations: Vec<Operation>,
    pub persistence: Vec<Persistence>,
    pub scopes: Vec<Scope>,
    pub mail: MailFigures,
    pub reading: Vec<ReadingFigures>,
    pub exposure: Exposure,
    pub people: People,
    pub deadlines: Vec<Deadline>,
    pub next_evidence: Vec<NextEvidence>,
    pub warnings: Vec<Warning>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Program {
    pub version: String,
    /// SHA-256 over the embedded knowledge, laws and offline data used, first 16 hex digits.
    pub knowledge: String,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OutcomeValue {
    Takeover,
    Suspected,
    NoneShown,
    NotATakeover,
    #[default]
    CannotTell,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Outcome {
    pub value: OutcomeValue,
    pub because: Vec<Text>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct CaseInfo {
    pub name: String,
    pub timezone: String,
    pub language: String,
    pub as_of: Option<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Window {
    pub from: String,
    pub to: String,
    pub contained: bool,
    pub look_back: LookBack,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct LookBack {
    pub from: String,
    pub covered: bool,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct OrganisationInfo {
    pub name: String,
    pub domains: Vec<String>,
    pub jurisdictions: Vec<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Declaration {
    pub path: String,
    pub from: Option<String>,
    pub to: Option<String>,
    pub collected_at: Option<String>,
    pub stated_by: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct DecisionInfo {
    pub what: String,
    pub selector: String,
    pub is: String,
    pub who: String,
    pub at: String,
    pub why: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct StatementInfo {
    pub about: String,
    pub says: String,
    /// The statement in its author's own words (optional field).
    pub text: String,
    pub by: String,
    pub at: String,
    pub evidence: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct EvidenceFile {
    pub path: String,
    pub kind: Kind,
    pub sha256: String,
    pub bytes: u64,
    pub rows: u64,
    pub records: u64,
    pub duplicates: u64,
    pub rejected: u64,
    pub lossy: u64,
    pub conflicts: u64,
    pub from: Option<String>,
    pub to: Option<String>,
    pub warnings: Vec<Warning>,
}

#[derive(
    Clone, Copy, Debug, Default, Eq, PartialEq, Ord, PartialOrd, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AccountType {
    #[default]
    Person,
    Shared,
    Role,
    Guest,
    Service,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountVerdict {
    Compromised,
    Suspected,
    NoTrace,
    #[default]
    CannotTell,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Account {
    pub account: String,
    #[serde(rename = "type")]
    pub kind: AccountType,
    pub verdict: AccountVerdict,
    pub first_access: Option<String>,
    /// `exact` or `no_later_than`; null where there was no access.
    pub first_access_is: Option<String>,
    pub last_access: Option<String>,
    pub attacker_sessions: u64,
    pub attempts: u64,
    pub if_confirmed: Option<String>,
    pub reasons: Vec<Reason>,
    pub limits: Vec<String>,
    pub how: Vec<How>,
}

#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct How {
    pub value: String,
    /// `shown`, `consistent` or `unknown`.
    pub is: String,
    pub records: Vec<String>,
}

#[derive(
    Clone, Copy, Debug, Default, Eq, PartialEq, Ord, PartialOrd, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum SessionVerdict {
    Attacker,
    Suspected,
    Owner,
    OtherPerson,
    Service,
    #[default]
    Unknown,
}

impl SessionVerdict {
    /// The word used in findings and tables.
    pub fn word(self) -> &'static str {
        match self {
            SessionVerdict::Attacker => "attacker",
            SessionVerdict::Suspected => "suspected",
            SessionVerdict::Owner => "owner",
            SessionVerdict::OtherPerson => "other_person",
            SessionVerdict::Service => "service",
            SessionVerdict::Unknown => "unknown",
        }
    }
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Session {
    pub id: String,
    pub account: String,
    pub verdict: SessionVerdict,
    /// Centibans: 100 are odds of ten.
    pub score: i64,
    pub first: String,
    pub last: String,
    pub ips: Vec<String>,
    pub countries: Vec<String>,
    pub user_agents: Vec<Untrusted>,
    pub devices: Vec<Untrusted>,
    pub apps: Vec<Untrusted>,
    pub records: u64,
    pub reasons: Vec<Reason>,
}

#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reason {
    /// network client device token link behaviour time
    pub class: String,
    /// A row of `knowledge/attribution/`.
    pub rule: String,
    pub score: i64,
    pub text: Text,
    pub records: Vec<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Operation {
    pub account: String,
    pub scope: String,
    pub operation: String,
    pub records: u64,
    pub items: u64,
    pub first: String,
    pub last: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Persistence {
    pub account: String,
    /// inbox_rule forwarding consent app_credential mfa_method device delegate transport_rule connector new_account
    pub kind: String,
    pub at: String,
    pub removed_at: Option<String>,
    /// What it does, as the evidence says it: a sink must escape it.
    pub what: Untrusted,
    pub records: Vec<String>,
}

#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScopeVerdict {
    TraceFound,
    NoTrace,
    #[default]
    CannotTell,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Scope {
    pub scope: String,
    pub verdict: ScopeVerdict,
    pub records: u64,
    pub if_confirmed: Option<String>,
    pub limits: Vec<String>,
    pub blocking: Vec<Blocking>,
    pub coverage: Coverage,
    pub attested: Vec<Attested>,
    pub text: Text,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Blocking {
    pub sessions: Vec<String>,
    pub records: u64,
    pub decide: Proposed,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Proposed {
    pub what: String,
    pub selector: String,
    pub is: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// Share of the window covered, 0 to 1.
    pub covered: f64,
    /// declared | inferred | attested | unreachable | none
    pub basis: String,
    pub by_act: Vec<ActCoverage>,
    pub gaps: Vec<Gap>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct ActCoverage {
    pub act: String,
    pub covered: f64,
    pub sources: Vec<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    pub act: String,
    pub from: Option<String>,
    pub to: Option<String>,
    pub why: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Attested {
    pub by: String,
    pub at: String,
    pub says: String,
    pub evidence: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct MailFigures {
    pub messages: Figure,
    pub proven: u64,
    pub matched: u64,
    pub suspected: u64,
    pub recipients: Figure,
    pub unique_recipients: Figure,
    pub failed: Figure,
    pub known_recipients: Figure,
    pub unexplained: u64,
    pub first: Option<String>,
    pub last: Option<String>,
    pub by_day: Vec<DayCount>,
    pub subjects: Vec<SubjectCount>,
    pub urls: Vec<String>,
    pub sources: Vec<SourceCount>,
    pub lists: Vec<ListCount>,
    pub by_account: Vec<AccountCount>,
}

#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DayCount {
    pub date: String,
    pub messages: u64,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct SubjectCount {
    pub subject: Untrusted,
    pub messages: u64,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct SourceCount {
    pub source: String,
    pub messages: u64,
    pub missing: Vec<Missing>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Missing {
    pub why: String,
    pub messages: u64,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct ListCount {
    pub name: String,
    pub path: String,
    pub addresses: u64,
    pub unreadable: u64,
    pub matches: u64,
    /// Recipients that stand in the list but for a plus-tag, dots or one letter (optional field).
    pub near_matches: u64,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct AccountCount {
    pub account: String,
    pub messages: u64,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct ReadingFigures {
    pub account: String,
    pub items: Figure,
    pub synced_folders: Vec<String>,
    pub throttled: bool,
    pub files: Figure,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Exposure {
    pub addresses: Figure,
    pub addresses_shown: Figure,
    pub people: Figure,
    pub internal: u64,
    pub groups: Vec<ExposureGroup>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct ExposureGroup {
    pub scope: String,
    pub kind: String,
    pub items: ExposureItems,
    pub addresses: Figure,
    pub addresses_shown: Figure,
    pub unresolved: u64,
    pub legal_state: String,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct ExposureItems {
    pub certain: u64,
    pub possible: u64,
    pub unrecoverable: u64,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct People {
    pub to_notify: u64,
    pub reachable: u64,
    pub unreachable: u64,
    pub notified: u64,
    pub bounced: u64,
    pub public_notice: u64,
    pub warned_recipients: u64,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Deadline {
    pub organisation: String,
    pub jurisdiction: String,
    pub what: String,
    /// Calendar day of the jurisdiction; null where the law says «promptly» without a number.
    pub due: Option<String>,
    pub hard: bool,
    pub rule: String,
    pub why: Text,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct NextEvidence {
    pub source: String,
    pub how: Text,
    pub why: Text,
    pub would_settle: Vec<String>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    pub code: String,
    pub text: Text,
    pub evidence: String,
}

impl Findings {
    /// Visits every sentence, so that another language can be filled in.
    pub fn each_text(&mut self, visit: &mut dyn FnMut(&mut Text)) {
        self.outcome.because.iter_mut().for_each(&mut *visit);
        for file in &mut self.evidence {
            file.warnings.iter_mut().for_each(|it| visit(&mut it.text));
        }
        for account in &mut self.accounts {
            account.reasons.iter_mut().for_each(|it| visit(&mut it.text));
        }
        for session in &mut self.sessions {
            session.reasons.iter_mut().for_each(|it| visit(&mut it.text));
        }
        self.scopes.iter_mut().for_each(|it| visit(&mut it.text));
        self.deadlines.iter_mut().for_each(|it| visit(&mut it.why));
        for next in &mut self.next_evidence {
            visit(&mut next.how);
            visit(&mut next.why);
        }
        self.warnings.iter_mut().for_each(|it| visit(&mut it.text));
    }
}
