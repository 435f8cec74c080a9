//! How a reader asks why: the claims the documents print, and the command for each.

use model::findings::{Figure, Findings, Is};

use crate::{
    Language,
    figures::{Unit, spoken},
};

/// The command that opens the records behind a claim, quoted for the shell.
pub fn why_command(claim: &str) -> String {
    format!("konseki why {}", shell_quoted(claim))
}

/// Quotes a text for POSIX shells (PowerShell reads it the same, if it holds no apostrophe).
pub fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Every claim the HTML report may print, in its order: `why` must answer each.
pub fn claims(findings: &Findings) -> Vec<String> {
    let mut out: Vec<String> = MAIL.iter().map(|it| format!("mail.{it}")).collect();
    out.extend(findings.mail.by_day.iter().map(|it| format!("mail.by_day[{}]", it.date)));
    out.extend(findings.accounts.iter().map(|it| account(&it.account)));
    out.extend(findings.sessions.iter().map(|it| format!("sessions[{}]", it.id)));
    out.extend(findings.scopes.iter().map(|it| scope(&it.scope)));
    out.extend(findings.deadlines.iter().map(|it| deadline(&it.organisation, &it.what)));
    out.extend(EXPOSURE.iter().map(|it| format!("exposure.{it}")));
    out
}

/// A figure in words, `at least 7,921 messages`: its value and its bound (`exact`, `at_least`…) under
/// its claim. `None` where the claim is about no figure.
pub fn figure_in_words(
    claim: &str,
    value: Option<u64>,
    is: &str,
    language: Language,
) -> Option<String> {
    let unit = match claim.split('[').next().unwrap_or_default() {
        "mail.recipients" | "mail.failed" => Unit::Recipients,
        "mail.unique_recipients" | "mail.known_recipients" => Unit::Addresses,
        it if it.starts_with("mail.") => Unit::Messages,
        "exposure.people" => Unit::People,
        it if it.starts_with("exposure.") => Unit::Addresses,
        _ => return None,
    };
    let is = match is {
        "at_least" => Is::AtLeast,
        "at_most" => Is::AtMost,
        "exact" => Is::Exact,
        _ => Is::Unknown,
    };
    Some(spoken(&Figure { value, is, ..Figure::default() }, unit, language))
}

/// The mail figures that have a claim of their own.
pub(crate) const MAIL: &[&str] = &[
    "messages",
    "proven",
    "matched",
    "suspected",
    "recipients",
    "unique_recipients",
    "failed",
    "known_recipients",
    "unexplained",
];
/// The exposure figures that have a claim of their own.
pub(crate) const EXPOSURE: &[&str] = &["addresses", "addresses_shown", "people"];

/// The claim about an account.
pub(crate) fn account(account: &str) -> String {
    format!("accounts[{account}]")
}

/// The claim about a scope.
pub(crate) fn scope(scope: &str) -> String {
    format!("scopes[{scope}]")
}

/// The claim about a deadline.
pub(crate) fn deadline(organisation: &str, what: &str) -> String {
    format!("deadlines[{organisation}/{what}]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_cannot_leave_its_quotes() {
        assert_eq!(
            figure_in_words("mail.messages", Some(7921), "at_least", crate::JA).as_deref(),
            Some("少なくとも 7,921 通")
        );
        assert_eq!(why_command("mail.messages"), "konseki why 'mail.messages'");
        assert_eq!(why_command("accounts[o'x]"), "konseki why 'accounts[o'\\''x]'");
    }
}
