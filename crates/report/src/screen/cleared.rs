//! What shows no trace: what records prove, and apart from it what people state.

use std::collections::BTreeSet;

use model::{
    Phrase,
    findings::{AccountVerdict, Findings, Scope, ScopeVerdict},
};

use super::{sheet::Sheet, unknowns};
use crate::{figures::number, names::safe, names::scope_name};

/// Most statements named.
const MOST: usize = 3;

/// Writes the section, if anything shows no trace.
pub(super) fn tell(sheet: &mut Sheet, findings: &Findings) {
    let language = sheet.language;
    let clear = || findings.scopes.iter().filter(|it| it.verdict == ScopeVerdict::NoTrace);
    if clear().next().is_none() {
        return;
    }
    sheet.head(Phrase::new("screen.cleared", "What shows no trace of the intruder"));
    let stated = |it: &&Scope| matches!(it.coverage.basis.as_str(), "attested" | "unreachable");
    let proven: Vec<&Scope> = clear().filter(|it| !stated(it)).collect();
    if proven.iter().any(|it| it.scope == "accounts:others") {
        let phrase =
            Phrase::new("screen.cleared_others", "All other accounts of the organisation.");
        let entered = entered(findings);
        let but = Phrase::new(
            "screen.cleared_but",
            "{others} But {n} of their mailboxes were entered from an account named above.",
        );
        let others = language.word(phrase);
        sheet.bullet(&match entered {
            0 => others,
            n => language.say(but, &[("others", &others), ("n", &number(n))]),
        });
    }
    let single = proven.iter().filter(|it| it.scope != "accounts:others");
    if !proven.is_empty() {
        let kinds = unknowns::counted(
            single.map(|it| unknowns::kind_or_name(&it.scope, language)),
            language,
        );
        let phrase = Phrase::new(
            "screen.cleared_kinds",
            "Proven by logs that listened the whole time: {kinds}. Looking at a list of mails leaves no record (konseki show scopes).",
        );
        sheet.bullet(&language.say(phrase, &[("kinds", &kinds)]));
    }
    for scope in clear().filter(stated).take(MOST) {
        let Some(it) = scope.attested.first() else { continue };
        let phrase = Phrase::new(
            "screen.cleared_stated",
            "{scope}: stated by {by} ({at}), not shown by records.",
        );
        let (name, by, at) = (scope_name(&scope.scope, language), safe(&it.by), safe(&it.at));
        sheet.bullet(&language.say(phrase, &[("scope", &name), ("by", &by), ("at", &at)]));
    }
    let rest = clear().filter(stated).count().saturating_sub(MOST);
    if rest > 0 {
        let phrase = Phrase::new("screen.cleared_more", "and {n} more statement(s)");
        sheet.bullet(&language.say(phrase, &[("n", &number(rest as u64))]));
    }
}

/// Mailboxes of accounts nobody got into that show the intruder all the same.
fn entered(findings: &Findings) -> u64 {
    let taken = |owner: &str| {
        let mut accounts = findings.accounts.iter();
        accounts.any(|it| it.account == owner && it.verdict == AccountVerdict::Compromised)
    };
    let owners: BTreeSet<&str> = findings
        .scopes
        .iter()
        .filter(|it| it.verdict == ScopeVerdict::TraceFound)
        .filter_map(|it| it.scope.strip_prefix("mailbox:")?.split('/').next())
        .filter(|owner| !taken(owner))
        .collect();
    owners.len() as u64
}
