use serde::{Deserialize, Serialize};

use crate::Micros;

/// Which records a decision speaks of: every key given must match.
#[derive(Clone, Debug, Default, Eq, PartialEq, Ord, PartialOrd, Serialize, Deserialize)]
#[serde(default)]
pub struct Selector {
    /// Account (UPN).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// Session id of the source (not of the display).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// Unique token identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    /// Address or network in prefix form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Client family or client string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// Device id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// Client application id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub app: Option<String>,
    /// First instant inside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Micros>,
    /// First instant after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Micros>,
    /// Record ids.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub records: Vec<String>,
    /// Scope id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Path (a glob of evidence files).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// InternetMessageId.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// A person's decision: append-only, reasoned, re-applied on each run.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// Number, counted from 1 in the order recorded.
    pub n: u64,
    /// `session`, `network`, `device`, `app`, `account`, `source`, `mail`, `scope`, `folder`,
    /// `containment`, or `withdraw`.
    pub what: String,
    /// Which records.
    pub selector: Selector,
    /// The selector as typed.
    pub typed: String,
    /// The value decided; for `withdraw` the number withdrawn.
    pub is: String,
    /// Who decided.
    pub who: String,
    /// Why.
    pub why: String,
    /// When it was recorded, µs UTC.
    pub at: Micros,
    /// SHA-256 of the line before, in hex; 64 zeros for the first.
    pub before: String,
}
