//! What a decision changes: two findings side by side, in a few lines.

use std::collections::BTreeMap;

use model::{
    Phrase,
    findings::{Findings, ScopeVerdict},
};

use crate::{
    Language,
    figures::{Unit, number, spoken},
    names::safe,
    words::{word, written},
};

/// Most accounts named.
const MOST: usize = 5;

/// Says what is otherwise after than before; one line at least.
pub fn effect(before: &Findings, after: &Findings, language: Language) -> Vec<String> {
    let mut lines = Vec::new();
    let was = word(language, "outcome", &written(before.outcome.value));
    let is = word(language, "outcome", &written(after.outcome.value));
    if was != is {
        let phrase = Phrase::new("show.effect_outcome", "Outcome: {was} → {is}");
        lines.push(language.say(phrase, &[("was", &was), ("is", &is)]));
    }
    lines.extend(scopes(before, after, language));
    lines.extend(accounts(before, after, language));
    let mails = |it: &Findings| spoken(&it.mail.messages, Unit::Messages, language);
    if mails(before) != mails(after) {
        let phrase = Phrase::new("show.effect_mails", "Fraudulent mails: {was} → {is}");
        lines.push(language.say(phrase, &[("was", &mails(before)), ("is", &mails(after))]));
    }
    let window = |it: &Findings| it.window.as_ref().map(|it| (it.from.clone(), it.to.clone()));
    if window(before) != window(after) {
        lines.push(
            language.word(Phrase::new("show.effect_window", "The period judged is another one.")),
        );
    }
    if lines.is_empty() {
        lines.push(
            language.word(Phrase::new(
                "show.effect_none",
                "No verdict and no headline figure changes.",
            )),
        );
    }
    lines
}

fn scopes(before: &Findings, after: &Findings, language: Language) -> Vec<String> {
    let count = |it: &Findings, wanted: ScopeVerdict| {
        it.scopes.iter().filter(|it| it.verdict == wanted).count() as u64
    };
    let all = [ScopeVerdict::NoTrace, ScopeVerdict::TraceFound, ScopeVerdict::CannotTell];
    let changed = all.into_iter().filter(|it| count(before, *it) != count(after, *it));
    let line = |it: ScopeVerdict| {
        let phrase = Phrase::new("show.effect_scopes", "Scopes «{verdict}»: {was} → {is}");
        let values = [
            ("verdict", word(language, "scope_verdict", &written(it))),
            ("was", number(count(before, it))),
            ("is", number(count(after, it))),
        ];
        let values: Vec<(&str, &str)> = values.iter().map(|(k, v)| (*k, v.as_str())).collect();
        language.say(phrase, &values)
    };
    changed.map(line).collect()
}

fn accounts(before: &Findings, after: &Findings, language: Language) -> Vec<String> {
    let verdicts: BTreeMap<&str, _> =
        before.accounts.iter().map(|it| (it.account.as_str(), it.verdict)).collect();
    let changed: Vec<(&str, String, String)> = after
        .accounts
        .iter()
        .filter_map(|it| {
            let was = verdicts.get(it.account.as_str()).filter(|was| **was != it.verdict)?;
            let say = |verdict| word(language, "account_verdict", &written(verdict));
            Some((it.account.as_str(), say(*was), say(it.verdict)))
        })
        .collect();
    let phrase = Phrase::new("show.effect_account", "{account}: {was} → {is}");
    let mut lines: Vec<String> = changed
        .iter()
        .take(MOST)
        .map(|(account, was, is)| {
            language.say(phrase, &[("account", &safe(account)), ("was", was), ("is", is)])
        })
        .collect();
    if changed.len() > MOST {
        let more = Phrase::new("show.effect_more", "… and {n} more account(s)");
        lines.push(language.say(more, &[("n", &number((changed.len() - MOST) as u64))]));
    }
    lines
}

#[cfg(test)]
mod tests {
    use model::findings::{Account, AccountVerdict, OutcomeValue, Scope};

    use super::*;
    use crate::{EN, JA};

    #[test]
    fn what_changes_is_said_and_nothing_else() {
        let before = Findings::default();
        assert_eq!(effect(&before, &before, EN), ["No verdict and no headline figure changes."]);
        let mut after = before.clone();
        after.outcome.value = OutcomeValue::Takeover;
        after.accounts.push(Account {
            account: "a@x".into(),
            verdict: AccountVerdict::Compromised,
            ..Account::default()
        });
        after.scopes.push(Scope { verdict: ScopeVerdict::NoTrace, ..Scope::default() });
        let mut earlier = before.clone();
        earlier.accounts.push(Account { account: "a@x".into(), ..Account::default() });
        let lines = effect(&earlier, &after, JA).join("\n");
        assert!(lines.contains("a@x") && lines.contains("0 → 1"), "{lines}");
        assert_eq!(effect(&earlier, &after, EN).len(), 3);
    }
}
