//! How did the attacker get in? Only what records themselves show is called shown.

use std::collections::BTreeSet;

use model::{
    Context, DAY, HOUR, Micros,
    findings::{How, MOST_IDS, Persistence, SessionVerdict},
};

use crate::{
    attribution::Judged,
    errors,
    session::{Built, Draft},
};

/// Accounts tried from one address that make it a spray.
const SPRAYED: usize = 5;
/// Wrong passwords for one account from one address that make it a guess.
const GUESSES: u64 = 5;

/// Evidence for or against each way in, gathered for one account.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct HowEvidence {
    /// The first access worked by device code: records of it.
    pub device_code: Vec<String>,
    /// The first access was an application's: records of it.
    pub application: Vec<String>,
    /// Consents the attacker gave: records of them.
    pub consents: Vec<String>,
    /// The first access used a protocol without second factor: records of it.
    pub legacy: Vec<String>,
    /// The attacker used a session id that the owner had begun: records of both.
    pub shared_session: Vec<String>,
    /// Accounts tried from the attacker's address before it worked.
    pub sprayed_accounts: usize,
    /// Records of those tries.
    pub spray: Vec<String>,
    /// Wrong passwords for this account from the attacker's address within a day before it worked.
    pub guesses: u64,
    /// Records of those tries.
    pub guess: Vec<String>,
    /// The first access was an ordinary sign-in with a browser: records of it.
    pub browser: Vec<String>,
}

/// Gathers what the records say about the first access to an account. What was left behind counts
/// only as far as an application's own access is explained by it.
pub fn evidence(
    account: &str,
    contexts: &[Context],
    built: &Built,
    judged: &[Judged],
    persistence: &[Persistence],
) -> HowEvidence {
    let mut it = HowEvidence::default();
    let theirs =
        |i: &usize| judged[*i].verdict == SessionVerdict::Attacker && built.drafts[*i].worked > 0;
    let mine: Vec<usize> =
        (0..built.drafts.len()).filter(|i| built.drafts[*i].account == account).collect();
    let attackers: Vec<usize> = mine.iter().copied().filter(theirs).collect();
    let consents =
        persistence.iter().filter(|item| item.account == account && item.kind == "consent");
    it.consents = ids(consents.flat_map(|item| item.records.iter().cloned()));
    let key = |i: &usize| {
        (built.drafts[*i].first_worked.unwrap_or(Micros::MAX), built.drafts[*i].id.clone())
    };
    let Some(first) = attackers.iter().copied().min_by_key(key) else { return it };
    let start = built.drafts[first].first_worked.unwrap_or(built.drafts[first].first);
    // Records of one break-in fall into several sessions: network and client split them.
    let early: Vec<usize> = attackers
        .iter()
        .copied()
        .filter(|i| built.drafts[*i].first_worked.is_some_and(|at| at < start + HOUR))
        .collect();
    first_access(&mut it, &early, first, contexts, built);
    it.shared_session = shared_session(&mine, &attackers, built, judged);
    tries(&mut it, account, start, &early, contexts, built);
    it
}

fn first_access(
    it: &mut HowEvidence,
    early: &[usize],
    first: usize,
    contexts: &[Context],
    built: &Built,
) {
    let worked = |i: usize| {
        let all = built.drafts[i].contexts.iter().map(|n| &contexts[*n]);
        all.filter(|context| context.worked)
    };
    let code = early
        .iter()
        .flat_map(|i| worked(*i))
        .filter(|it| it.protocol.to_lowercase().contains("devicecode"));
    it.device_code = ids(code.map(|it| it.least.clone()));
    let draft = &built.drafts[first];
    let records = || ids(worked(first).map(|it| it.least.clone()));
    let ropc = worked(first).any(|it| {
        it.protocol.eq_ignore_ascii_case("ropc") || it.agent.to_lowercase().contains("bav2ropc")
    });
    if draft.app_session {
        it.application = records();
    } else if matches!(draft.family.as_str(), "imap_pop" | "smtp_auth") || ropc {
        it.legacy = records();
    } else if draft.family == "browser" {
        it.browser = records();
    }
}

/// A session id that began at the owner's and was then used by the attacker elsewhere: the owner's
/// token was taken, for nobody can make such an id. One that began at the attacker's was not.
fn shared_session(
    mine: &[usize],
    attackers: &[usize],
    built: &Built,
    judged: &[Judged],
) -> Vec<String> {
    let mut found = BTreeSet::new();
    for draft in attackers
        .iter()
        .map(|i| &built.drafts[*i])
        .filter(|it| !it.sid.is_empty() && !it.network.is_empty())
    {
        let own = |other: &Draft, n: usize| {
            other.sid == draft.sid
                && other.network != draft.network
                && other.worked > 0
                && other.first < draft.first
                && judged[n].verdict == SessionVerdict::Owner
        };
        for other in mine.iter().filter(|n| own(&built.drafts[**n], **n)).map(|n| &built.drafts[*n])
        {
            found.extend([draft.least.clone(), other.least.clone()]);
        }
    }
    ids(found)
}

/// Wrong passwords from an address of the first access, within a day before it worked.
fn tries(
    it: &mut HowEvidence,
    account: &str,
    start: Micros,
    early: &[usize],
    contexts: &[Context],
    built: &Built,
) {
    let addresses: BTreeSet<&str> =
        early.iter().flat_map(|i| built.drafts[*i].ips.iter().map(String::as_str)).collect();
    let mut accounts: BTreeSet<&str> = BTreeSet::new();
    let (mut spray, mut guess) = (Vec::new(), Vec::new());
    let mut in_log = [0_u64; 2];
    for (context, n) in contexts.iter().zip(&built.of_context) {
        let wrong = context.error > 0
            && !errors::password_was_right(context.error)
            && !errors::is_not_a_failure(context.error);
        let before = context.first <= start && context.last >= start - DAY;
        if !wrong || !before || !addresses.contains(context.ip.as_str()) {
            continue;
        }
        let whose = built.drafts[*n].account.as_str();
        accounts.insert(whose);
        spray.push(context.least.clone());
        if whose == account {
            // One try stands in both logs.
            in_log[usize::from(context.signin)] += context.records;
            guess.push(context.least.clone());
        }
    }
    it.sprayed_accounts = accounts.len();
    it.guesses = in_log[0].max(in_log[1]);
    (it.spray, it.guess) = (ids(spray), ids(guess));
}

fn ids(all: impl IntoIterator<Item = String>) -> Vec<String> {
    let set: BTreeSet<String> = all.into_iter().filter(|it| !it.is_empty()).collect();
    set.into_iter().take(MOST_IDS).collect()
}

/// Says how it came about; never empty. What is only possible is called consistent.
pub fn how(it: &HowEvidence) -> Vec<How> {
    let one = |value: &str, is: &str, records: &[String]| How {
        value: value.into(),
        is: is.into(),
        records: records.to_vec(),
    };
    let mut found = Vec::new();
    if !it.device_code.is_empty() {
        found.push(one("device_code", "shown", &it.device_code));
    }
    if !it.application.is_empty() {
        found.push(one(
            "consent_app",
            if it.consents.is_empty() { "consistent" } else { "shown" },
            &it.application,
        ));
    }
    if !it.shared_session.is_empty() {
        found.push(one("token_theft", "shown", &it.shared_session));
    }
    if it.sprayed_accounts >= SPRAYED {
        found.push(one("password_spray", "shown", &it.spray));
    } else if it.guesses > 0 {
        let is = if it.guesses >= GUESSES { "shown" } else { "consistent" };
        found.push(one("password_guess", is, &it.guess));
    }
    if !it.legacy.is_empty() {
        found.push(one("legacy_auth", "shown", &it.legacy));
    }
    if found.is_empty() && !it.browser.is_empty() {
        // A sign-in that worked at once: phishing, or a password known from elsewhere. No record tells which.
        found.push(one("aitm_phishing", "consistent", &it.browser));
    }
    if !found.iter().any(|it| it.is == "shown") {
        found.push(one("unknown", "unknown", &[]));
    }
    found.sort_by(|a, b| (a.is != "shown", &a.value).cmp(&(b.is != "shown", &b.value)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(
        account: &str,
        sid: &str,
        network: &str,
        ip: &str,
        first: Micros,
        contexts: Vec<usize>,
    ) -> Draft {
        Draft {
            id: format!("{account}{network}{first}"),
            account: account.into(),
            sid: sid.into(),
            network: network.into(),
            family: "browser".into(),
            ips: [ip.to_owned()].into(),
            contexts,
            first,
            first_worked: Some(first),
            worked: 1,
            least: format!("r{first}"),
            ..Draft::default()
        }
    }

    fn judged(verdict: SessionVerdict) -> Judged {
        Judged { verdict, ..Judged::default() }
    }

    fn context(ip: &str, error: i32, first: Micros) -> Context {
        let worked = error == 0;
        Context {
            ip: ip.into(),
            error,
            worked,
            first,
            last: first,
            records: 1,
            least: format!("c{ip}{error}{first}"),
            ..Context::default()
        }
    }

    #[test]
    fn nothing_known_is_said_to_be_unknown() {
        assert_eq!(
            how(&HowEvidence::default()),
            [How { value: "unknown".into(), is: "unknown".into(), records: vec![] }]
        );
    }

    #[test]
    fn a_spray_needs_many_accounts_from_the_same_address_before_it_worked() {
        let mut contexts: Vec<Context> = (0..6).map(|n| context("9.9.9.9", 50126, n)).collect();
        contexts.push(context("9.9.9.9", 0, 100));
        let mut drafts: Vec<Draft> = (0..6_usize)
            .map(|n| Draft {
                worked: 0,
                first_worked: None,
                ..draft(&format!("{n}@x"), "", "N", "9.9.9.9", n as i64, vec![n])
            })
            .collect();
        drafts.push(draft("0@x", "", "N", "9.9.9.9", 100, vec![6]));
        let built = Built { drafts, of_context: (0..7).collect() };
        let mut verdicts = vec![judged(SessionVerdict::Unknown); 6];
        verdicts.push(judged(SessionVerdict::Attacker));
        let found = how(&evidence("0@x", &contexts, &built, &verdicts, &[]));
        assert_eq!((found[0].value.as_str(), found[0].is.as_str()), ("password_spray", "shown"));
        let one = how(&evidence(
            "0@x",
            &contexts[..1],
            &Built { drafts: vec![], of_context: vec![] },
            &[],
            &[],
        ));
        assert_eq!(one[0].value, "unknown");
    }

    #[test]
    fn a_token_is_stolen_only_if_the_owner_began_the_session() {
        let contexts = [context("1.1.1.1", 0, 10), context("9.9.9.9", 0, 20)];
        let drafts = vec![
            draft("a@x", "s", "home", "1.1.1.1", 10, vec![0]),
            draft("a@x", "s", "abroad", "9.9.9.9", 20, vec![1]),
        ];
        let built = Built { drafts, of_context: vec![0, 1] };
        let stolen = [judged(SessionVerdict::Owner), judged(SessionVerdict::Attacker)];
        assert_eq!(how(&evidence("a@x", &contexts, &built, &stolen, &[]))[0].value, "token_theft");
        let phished = [judged(SessionVerdict::Attacker), judged(SessionVerdict::Owner)];
        let found = how(&evidence("a@x", &contexts, &built, &phished, &[]));
        let words: Vec<(&str, &str)> =
            found.iter().map(|it| (it.value.as_str(), it.is.as_str())).collect();
        assert_eq!(words, [("aitm_phishing", "consistent"), ("unknown", "unknown")]);
    }

    #[test]
    fn a_device_code_shows_itself() {
        let mut contexts = [context("9.9.9.9", 0, 20)];
        contexts[0].protocol = "deviceCode".into();
        let built = Built {
            drafts: vec![draft("a@x", "s", "abroad", "9.9.9.9", 20, vec![0])],
            of_context: vec![0],
        };
        let found =
            how(&evidence("a@x", &contexts, &built, &[judged(SessionVerdict::Attacker)], &[]));
        assert_eq!((found[0].value.as_str(), found[0].is.as_str()), ("device_code", "shown"));
    }
}
