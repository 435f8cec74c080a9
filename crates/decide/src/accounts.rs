//! Which accounts did somebody get into, and since when?

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Context, Decision, HOUR, Phrase,
    findings::{Account, AccountVerdict, Reason, Scope, ScopeVerdict, SessionVerdict},
    rfc3339,
};

use crate::{
    attribution::Judged,
    clients, errors,
    identity::Directory,
    session::{Built, Draft},
    window::{Access, Window},
};

const SESSIONS: Phrase =
    Phrase::new("account.sessions", "{n} session(s) of the attacker, the first at {first}");
const SUSPECTED: Phrase = Phrase::new("account.suspected", "{n} suspected session(s)");
const DECIDED: Phrase = Phrase::new("account.decided", "decided by a person (decision {n})");
const OPEN: Phrase = Phrase::new(
    "account.first_open",
    "the 30 days before the first access are not proven to be quiet: somebody may have been there earlier",
);

/// When the attacker was in each account. Failed sign-ins count nowhere.
pub fn accesses(built: &Built, judged: &[Judged]) -> BTreeMap<String, Access> {
    let mut found: BTreeMap<String, Access> = BTreeMap::new();
    for (draft, it) in built.drafts.iter().zip(judged) {
        if it.verdict != SessionVerdict::Attacker {
            continue;
        }
        let (Some(first), Some(last)) = (draft.first_worked, draft.last_worked) else { continue };
        let access =
            found.entry(draft.account.clone()).or_insert(Access { first, last, suspected: None });
        access.first = access.first.min(first);
        access.last = access.last.max(last);
    }
    for (draft, it) in built.drafts.iter().zip(judged) {
        if it.verdict == SessionVerdict::Suspected
            && let Some(access) = found.get_mut(&draft.account)
        {
            access.suspected = Some(access.suspected.map_or(draft.first, |at| at.min(draft.first)));
        }
    }
    found
}

/// Failed sign-ins of each account that do not come from the owner's own places: attempts. A
/// failure that stands in both logs is one attempt.
pub fn attempts(contexts: &[Context], built: &Built, judged: &[Judged]) -> BTreeMap<String, u64> {
    let owner: BTreeSet<(&str, &str)> = built
        .drafts
        .iter()
        .zip(judged)
        .filter(|(draft, it)| {
            draft.worked > 0
                && matches!(it.verdict, SessionVerdict::Owner | SessionVerdict::Unknown)
        })
        .map(|(draft, _)| (draft.account.as_str(), draft.network.as_str()))
        .collect();
    let mut hours: BTreeMap<(&str, &str, i64), [u64; 2]> = BTreeMap::new();
    for (context, n) in contexts.iter().zip(&built.of_context) {
        let draft = &built.drafts[*n];
        let tried =
            !context.worked && context.error > 0 && !errors::is_not_a_failure(context.error);
        let place = (draft.account.as_str(), draft.network.as_str());
        if tried && !draft.service && !owner.contains(&place) {
            let hour =
                hours.entry((place.0, context.ip.as_str(), context.hour / HOUR)).or_default();
            hour[usize::from(context.signin)] += context.records;
        }
    }
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    for ((account, _, _), [ual, signin]) in hours {
        *found.entry(account.to_owned()).or_default() += ual.max(signin);
    }
    found
}

/// What the account list is decided from.
pub struct Inputs<'a> {
    /// The accounts.
    pub directory: &'a Directory,
    /// Sessions.
    pub built: &'a Built,
    /// Their verdicts.
    pub judged: &'a [Judged],
    /// Accesses.
    pub accesses: &'a BTreeMap<String, Access>,
    /// Attempts.
    pub attempts: &'a BTreeMap<String, u64>,
    /// The window.
    pub window: &'a Window,
    /// Decisions in force.
    pub decisions: &'a [Decision],
}

/// Judges every account of the inventory and every one seen.
pub fn accounts(inputs: &Inputs<'_>) -> Vec<Account> {
    inputs.directory.accounts().keys().map(|account| judge(account, inputs)).collect()
}

/// Takes over what the scopes say: an account is cleared exactly where `account:<upn>` is.
pub fn settle(accounts: &mut [Account], scopes: &[Scope]) {
    let of: BTreeMap<&str, &Scope> =
        scopes.iter().filter_map(|it| Some((it.scope.strip_prefix("account:")?, it))).collect();
    for account in accounts.iter_mut().filter(|it| it.verdict == AccountVerdict::CannotTell) {
        let Some(scope) = of.get(account.account.as_str()) else { continue };
        account.if_confirmed.clone_from(&scope.if_confirmed);
        account.limits.extend(scope.limits.iter().cloned());
        account.limits.sort();
        account.limits.dedup();
        if scope.verdict != ScopeVerdict::NoTrace {
            continue;
        }
        account.verdict = AccountVerdict::NoTrace;
        account.reasons.push(Reason {
            class: "link".into(),
            rule: "account_scope".into(),
            text: scope.text.clone(),
            ..Reason::default()
        });
    }
}

fn judge(account: &str, inputs: &Inputs<'_>) -> Account {
    let mine = || {
        inputs.built.drafts.iter().zip(inputs.judged).filter(|(draft, _)| draft.account == account)
    };
    let of = |wanted: SessionVerdict| {
        mine().filter(move |(draft, it)| {
            it.verdict == wanted && (draft.worked > 0 || wanted == SessionVerdict::Suspected)
        })
    };
    let attackers = of(SessionVerdict::Attacker).count() as u64;
    let suspected = of(SessionVerdict::Suspected).count() as u64;
    let decided = inputs
        .decisions
        .iter()
        .rev()
        .find(|it| it.what == "account" && it.selector.account.as_deref() == Some(account));
    let access = inputs.accesses.get(account);
    let verdict = match decided.map(|it| it.is.as_str()) {
        Some("compromised") => AccountVerdict::Compromised,
        Some("not_compromised") => AccountVerdict::CannotTell,
        _ if access.is_some() => AccountVerdict::Compromised,
        _ if suspected > 0 => AccountVerdict::Suspected,
        _ => AccountVerdict::CannotTell,
    };
    let exact = inputs.window.exact.get(account).copied().unwrap_or(false);
    let mut it = Account {
        account: account.to_owned(),
        kind: inputs.directory.type_of(account),
        verdict,
        first_access: access.map(|it| rfc3339(it.first)),
        first_access_is: access.map(|_| if exact { "exact" } else { "no_later_than" }.to_owned()),
        last_access: access.map(|it| rfc3339(it.last)),
        attacker_sessions: attackers,
        attempts: inputs.attempts.get(account).copied().unwrap_or(0),
        ..Account::default()
    };
    if access.is_some() && !exact {
        it.limits.push("first_access_open".to_owned());
    }
    it.reasons = reasons(&it, attackers, suspected, exact, access);
    if let Some(decision) = decided {
        let text = DECIDED.with(&[("n", &decision.n.to_string())]);
        it.reasons.insert(
            0,
            Reason {
                class: "link".into(),
                rule: format!("decision_{}", decision.n),
                text,
                ..Reason::default()
            },
        );
    }
    let strongest = of(SessionVerdict::Attacker)
        .chain(of(SessionVerdict::Suspected))
        .max_by(|a, b| a.1.score.cmp(&b.1.score).then_with(|| b.0.id.cmp(&a.0.id)));
    it.reasons.extend(
        strongest.map(|(draft, judged)| session_reasons(draft, judged)).unwrap_or_default(),
    );
    it
}

fn reasons(
    it: &Account,
    attackers: u64,
    suspected: u64,
    exact: bool,
    access: Option<&Access>,
) -> Vec<Reason> {
    let mut found = Vec::new();
    let reason = |rule: &str, text| Reason {
        class: "link".into(),
        rule: rule.into(),
        text,
        ..Reason::default()
    };
    if attackers > 0 {
        let first = it.first_access.clone().unwrap_or_default();
        found.push(reason(
            "account_sessions",
            SESSIONS.with(&[("n", &attackers.to_string()), ("first", &first)]),
        ));
    }
    if suspected > 0 {
        found.push(reason("account_suspected", SUSPECTED.with(&[("n", &suspected.to_string())])));
    }
    if access.is_some() && !exact {
        found.push(reason("account_first_open", OPEN.text()));
    }
    found
}

/// The rules that spoke in one session, as findings list them.
pub fn session_reasons(draft: &Draft, judged: &Judged) -> Vec<Reason> {
    let one = |hit: &crate::rules::Hit| Reason {
        class: hit.class.clone(),
        rule: hit.rule.clone(),
        score: hit.score,
        text: hit.text.clone(),
        records: vec![draft.least.clone()],
    };
    judged.hits.iter().map(one).collect()
}

/// The sessions findings list: failed attempts alone and Microsoft's back end are counted elsewhere.
pub fn listed(draft: &Draft) -> bool {
    !draft.service && draft.worked + draft.interrupted > 0 && !clients::is_noise(&draft.family)
}
