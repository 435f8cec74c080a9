//! What to fetch next, most useful first, with menu path and cmdlet.

use std::collections::BTreeSet;

use model::{
    Kind, Phrase,
    findings::{NextEvidence, Scope, ScopeVerdict},
};

const UAL_HOW: Phrase = Phrase::new(
    "next.ual_how",
    "Purview portal > Audit > New search (all activities, all users, the whole time), or Search-UnifiedAuditLog -SessionCommand ReturnLargeSet -HighCompleteness",
);
const UAL_WHY: Phrase = Phrase::new(
    "next.ual_why",
    "The audit log shows what was read, moved, deleted and sent; without it only sign-ins and deliveries are known.",
);
const SIGNIN_HOW: Phrase = Phrase::new(
    "next.signin_how",
    "Entra admin centre > Users > Sign-in logs > Download > JSON, interactive AND non-interactive, before they expire (30 days)",
);
const SIGNIN_WHY: Phrase = Phrase::new(
    "next.signin_why",
    "Sign-ins give country, device and error of each visit; a stolen token shows only in the non-interactive log.",
);
const TRACE_HOW: Phrase = Phrase::new(
    "next.trace_how",
    "Exchange admin centre > Mail flow > Message trace > Enhanced summary report, or Get-MessageTraceV2 in pieces of 10 days (kept 90 days)",
);
const TRACE_WHY: Phrase = Phrase::new(
    "next.trace_why",
    "The trace gives every recipient of the mails and whether it was delivered.",
);
const INVENTORY_HOW: Phrase = Phrase::new(
    "next.inventory_how",
    "Get-Mailbox -ResultSize Unlimited | Select UserPrincipalName,PrimarySmtpAddress,RecipientTypeDetails,EmailAddresses | Export-Csv -Encoding utf8 mailboxes.csv",
);
const INVENTORY_WHY: Phrase = Phrase::new(
    "next.inventory_why",
    "Without a list of all accounts nobody can say «no other account».",
);
const DECLARE_HOW: Phrase = Phrase::new(
    "next.declare_how",
    "In konseki.toml, one [[source]] for each export: path, from, to, collected_at, stated_by (docs in README)",
);
const DECLARE_WHY: Phrase = Phrase::new(
    "next.declare_why",
    "Silence counts only in an export whose asked-for span and time of collection are stated.",
);
const AUDIT_HOW: Phrase = Phrase::new(
    "next.audit_how",
    "Get-Mailbox -ResultSize Unlimited | fl UserPrincipalName,Audit* and Get-AdminAuditLogConfig | fl UnifiedAuditLogIngestionEnabled",
);
const AUDIT_WHY: Phrase = Phrase::new(
    "next.audit_why",
    "Only a mailbox whose auditing was on can show that nothing was read.",
);
const RULES_HOW: Phrase = Phrase::new(
    "next.rules_how",
    "Get-Mailbox -ResultSize Unlimited | % { Get-InboxRule -Mailbox $_.UserPrincipalName -IncludeHidden } | Export-Csv rules.csv, and Get-Mailbox | Select UserPrincipalName,Forwarding*",
);
const RULES_WHY: Phrase = Phrase::new(
    "next.rules_why",
    "A rule or forwarding set before the log began stands in no log.",
);
const LISTS_HOW: Phrase = Phrase::new(
    "next.lists_how",
    "Every address list the organisation holds, as CSV or Excel, into the folder lists/",
);
const LISTS_WHY: Phrase = Phrase::new(
    "next.lists_why",
    "Only then can be said whether the recipients are people you know.",
);

/// What is there, as far as it matters for what to fetch.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Kinds of evidence read.
    pub kinds: BTreeSet<Kind>,
    /// An audit log with a declaration that counts.
    pub ual_declared: bool,
    /// Sign-in logs with a declaration that counts.
    pub signins_declared: bool,
    /// Somebody got in.
    pub takeover: bool,
    /// Fraudulent mails were found.
    pub mails: bool,
}

/// Lists what to fetch, most useful first.
pub fn next_evidence(given: &Given, scopes: &[Scope]) -> Vec<NextEvidence> {
    let has = |kind| given.kinds.contains(&kind);
    let mut found = Vec::new();
    let mut add =
        |wanted: bool, source: &str, how: Phrase, why: Phrase, settles: &dyn Fn(&str) -> bool| {
            if !wanted {
                return;
            }
            let open = scopes
                .iter()
                .filter(|it| it.verdict == ScopeVerdict::CannotTell && settles(&it.scope));
            let would_settle: Vec<String> = open.map(|it| it.scope.clone()).collect();
            found.push(NextEvidence {
                source: source.into(),
                how: how.text(),
                why: why.text(),
                would_settle,
            });
        };
    let mailbox = |id: &str| {
        ["mailbox:", "items:", "attachments:", "contacts:", "calendar:"]
            .iter()
            .any(|it| id.starts_with(it))
    };
    let account = |id: &str| id.starts_with("account");
    let settings = |id: &str| id.starts_with("settings:") || id == "tenant";
    add(!has(Kind::Ual), "ual", UAL_HOW, UAL_WHY, &|id| {
        mailbox(id) || account(id) || settings(id) || id.starts_with("service:")
    });
    add(!has(Kind::Signins), "signins", SIGNIN_HOW, SIGNIN_WHY, &account);
    add(!has(Kind::MessageTrace) && given.takeover, "message_trace", TRACE_HOW, TRACE_WHY, &|_| {
        false
    });
    add(has(Kind::Ual) && !given.ual_declared, "declaration", DECLARE_HOW, DECLARE_WHY, &|id| {
        mailbox(id) || account(id) || settings(id)
    });
    add(!has(Kind::Inventory), "inventory", INVENTORY_HOW, INVENTORY_WHY, &|id| {
        id == "accounts:others"
    });
    add(has(Kind::Ual), "mailbox_audit_settings", AUDIT_HOW, AUDIT_WHY, &mailbox);
    add(given.takeover, "settings", RULES_HOW, RULES_WHY, &settings);
    add(!has(Kind::List) && given.mails, "lists", LISTS_HOW, LISTS_WHY, &|_| false);
    found
}
