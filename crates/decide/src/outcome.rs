//! What happened, in one word and the sentences behind it (design §4.6, Outcome).

use model::{
    Phrase,
    findings::{Account, AccountVerdict, Outcome, OutcomeValue, Scope, ScopeVerdict},
};

const TAKEOVER: Phrase = Phrase::new("outcome.takeover", "Somebody else got into {n} account(s).");
const SUSPECTED: Phrase = Phrase::new(
    "outcome.suspected",
    "No account is proven to be taken over, but {n} show(s) sessions that need a person's judgement.",
);
const SILENT: Phrase = Phrase::new(
    "outcome.silent",
    "The records read show nothing of an intruder, but that is not yet proof that there was none: {n} account(s) cannot be cleared.",
);
const NOTHING: Phrase = Phrase::new(
    "outcome.nothing_read",
    "No record of sign-ins or of work was read: nothing can be said.",
);
const SPOOFED: Phrase = Phrase::new(
    "outcome.not_a_takeover",
    "{n} mail(s) bear the organisation's address but left none of its mailboxes: no account was taken for them.",
);

const NONE_SHOWN: Phrase = Phrase::new(
    "outcome.none_shown",
    "None of the {n} account(s) shows a trace of an intruder, and the logs able to show one are proven to have been listening over the whole time asked about.",
);

/// Decides the outcome. `elsewhere` is the number of mails that bear the organisation's address
/// and are shown to have left none of its mailboxes.
pub fn outcome(accounts: &[Account], scopes: &[Scope], records: u64, elsewhere: u64) -> Outcome {
    // With nobody compromised, «the others» are all, and none of them is `no_trace` without an inventory.
    let cleared = scopes
        .iter()
        // What somebody states of an account is no proof that none of them shows a trace.
        .any(|it| {
            it.scope == "accounts:others"
                && it.verdict == ScopeVerdict::NoTrace
                && !crate::scopes::is_stated(it)
        });
    let count = |wanted| accounts.iter().filter(|it| it.verdict == wanted).count();
    let (compromised, suspected) =
        (count(AccountVerdict::Compromised), count(AccountVerdict::Suspected));
    let say = |value, phrase: Phrase, n: usize| Outcome {
        value,
        because: vec![phrase.with(&[("n", &n.to_string())])],
    };
    if compromised > 0 {
        say(OutcomeValue::Takeover, TAKEOVER, compromised)
    } else if suspected > 0 {
        say(OutcomeValue::Suspected, SUSPECTED, suspected)
    } else if elsewhere > 0 {
        say(OutcomeValue::NotATakeover, SPOOFED, elsewhere as usize)
    } else if cleared && count(AccountVerdict::NoTrace) == accounts.len() {
        say(OutcomeValue::NoneShown, NONE_SHOWN, accounts.len())
    } else if records == 0 {
        say(OutcomeValue::CannotTell, NOTHING, 0)
    } else {
        say(OutcomeValue::CannotTell, SILENT, accounts.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_never_an_all_clear() {
        let clean = [Account::default()];
        assert_eq!(outcome(&clean, &[], 1_000, 0).value, OutcomeValue::CannotTell);
        let cleared = [Account { verdict: AccountVerdict::NoTrace, ..Account::default() }];
        let mut others = Scope { scope: "accounts:others".into(), ..Scope::default() };
        assert_eq!(outcome(&cleared, &[others.clone()], 9, 0).value, OutcomeValue::CannotTell);
        others.verdict = ScopeVerdict::NoTrace;
        assert_eq!(outcome(&cleared, &[others.clone()], 9, 0).value, OutcomeValue::NoneShown);
        assert_eq!(outcome(&clean, &[others], 9, 0).value, OutcomeValue::CannotTell);
        let taken = [Account { verdict: AccountVerdict::Compromised, ..Account::default() }];
        assert_eq!(outcome(&taken, &[], 1_000, 0).value, OutcomeValue::Takeover);
    }
}
