//! How something was set when an export of the configuration was taken.

use serde::{Deserialize, Serialize};

use crate::Micros;

/// What an object of a configuration export is.
#[derive(
    Clone, Copy, Debug, Default, Eq, PartialEq, Ord, PartialOrd, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum SettingKind {
    /// A rule of one mailbox.
    #[default]
    InboxRule,
    /// Forwarding and auditing of one mailbox.
    Mailbox,
    /// Whether somebody's acts leave no mailbox records.
    AuditBypass,
    /// A right on a mailbox, a recipient or a folder.
    Permission,
    /// A delegated permission that an application got.
    Grant,
    /// A permission that an application has by itself.
    AppRole,
    /// An application or a service principal, with its secrets.
    Application,
    /// A policy of conditional access.
    Policy,
    /// A named location.
    Location,
    /// One authentication method of an account.
    Method,
    /// Which authentication methods an account has.
    Registration,
    /// A device of the directory.
    Device,
    /// A mail-flow rule of the tenant.
    TransportRule,
    /// What may be sent to a domain outside.
    RemoteDomain,
    /// Whether the tenant's audit log takes records at all.
    AuditConfig,
}

impl SettingKind {
    /// Every kind with its word.
    pub const WORDS: [(SettingKind, &'static str); 15] = [
        (SettingKind::InboxRule, "inbox_rule"),
        (SettingKind::Mailbox, "mailbox"),
        (SettingKind::AuditBypass, "audit_bypass"),
        (SettingKind::Permission, "permission"),
        (SettingKind::Grant, "grant"),
        (SettingKind::AppRole, "app_role"),
        (SettingKind::Application, "application"),
        (SettingKind::Policy, "policy"),
        (SettingKind::Location, "location"),
        (SettingKind::Method, "method"),
        (SettingKind::Registration, "registration"),
        (SettingKind::Device, "device"),
        (SettingKind::TransportRule, "transport_rule"),
        (SettingKind::RemoteDomain, "remote_domain"),
        (SettingKind::AuditConfig, "audit_config"),
    ];

    /// The word used in tables.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(it, _)| *it == self).map_or("", |(_, word)| word)
    }

    /// The kind of a word of [`SettingKind::word`].
    pub fn of(word: &str) -> Option<SettingKind> {
        Self::WORDS.iter().find(|(_, it)| *it == word).map(|(kind, _)| *kind)
    }
}

/// One object of a configuration export: how something was set when the export was taken, which
/// says nothing of how it was set before.
#[derive(Clone, Debug, Default, Eq, PartialEq, Ord, PartialOrd, Serialize, Deserialize)]
pub struct Setting {
    /// What it is.
    pub kind: SettingKind,
    /// Account or mailbox it belongs to, as the export names it, lower-cased; empty where it is the
    /// tenant's, or where the export does not say.
    pub account: String,
    /// Its name, as written.
    pub name: String,
    /// Its ids and other names, lower-cased, in order.
    pub ids: Vec<String>,
    /// When it was made, if the export says so.
    pub created: Option<Micros>,
    /// When it was last changed, if the export says so.
    pub changed: Option<Micros>,
    /// What matters of it, as compact JSON with sorted keys, the same whatever the export's form.
    pub facts: String,
}
