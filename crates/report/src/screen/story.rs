//! What happened, in sentences a manager understands.

use jiff::tz::TimeZone;
use model::{
    Phrase,
    findings::{
        Account, AccountVerdict, Findings, Operation, OutcomeValue, Session, SessionVerdict,
    },
};

use super::sheet::Sheet;
use crate::{
    Language,
    figures::{Unit, number, spoken},
    names::{place_name, safe, scope_name},
    times,
    words::word,
};

/// Most accounts told one by one.
const ACCOUNTS: usize = 2;
/// Most operations named.
const OPERATIONS: usize = 6;
/// Most places or accounts named for one operation.
const PLACES: usize = 2;
/// Operations by how much they matter to those who must answer for them; others are left to the report.
const TELLING: &[&str] = &[
    "send",
    "delete",
    "read",
    "sync",
    "rule",
    "forward",
    "consent",
    "permission",
    "mfa_change",
    "device_change",
    "file_download",
    "file_read",
    "export",
    "config",
    "move",
    "search",
    "sign_in",
];

/// Tells the outcome, the accounts concerned, what was done, the mails and whether it is over.
pub(super) fn tell(sheet: &mut Sheet, findings: &Findings) {
    let code = sheet.language.code();
    for text in findings.outcome.because.iter().take(2) {
        sheet.bullet(text.in_language(code));
    }
    accounts(sheet, findings);
    done(sheet, findings);
    mails(sheet, findings);
    left(sheet, findings);
    ended(sheet, findings);
}

fn accounts(sheet: &mut Sheet, findings: &Findings) {
    let verdict = match findings.outcome.value {
        OutcomeValue::Takeover => AccountVerdict::Compromised,
        OutcomeValue::Suspected => AccountVerdict::Suspected,
        _ => return,
    };
    let mut concerned: Vec<_> =
        findings.accounts.iter().filter(|it| it.verdict == verdict).collect();
    concerned.sort_by_key(|it| (it.first_access.is_none(), &it.first_access));
    let zone = times::zone(&findings.case.timezone);
    for account in concerned.iter().take(ACCOUNTS) {
        let text = entry(account, findings, &zone, sheet.language);
        sheet.bullet(&text);
    }
    let more = concerned.len().saturating_sub(ACCOUNTS);
    if more > 0 {
        let n = number(more as u64);
        let phrase =
            Phrase::new("screen.more_accounts", "and {n} more account(s): konseki show accounts");
        sheet.bullet(&sheet.language.say(phrase, &[("n", &n)]));
    }
}

/// Who, from when to when, from where, how.
fn entry(account: &Account, findings: &Findings, zone: &TimeZone, language: Language) -> String {
    let session = first_session(account, findings);
    let first = account.first_access.as_deref().or(session.map(|it| it.first.as_str()));
    let Some(first) = first else { return safe(&account.account) };
    let first = times::when(first, zone);
    let last = account.last_access.as_deref().or(session.map(|it| it.last.as_str()));
    let last = last.map(|it| times::when(it, zone)).filter(|it| *it != first);
    let last = match &last {
        Some(at) => language.say(Phrase::new("screen.last_at", "last at {at}"), &[("at", at)]),
        None => language.word(Phrase::new("screen.last_same", "no later one seen")),
    };
    let origin = session.map(|it| origin(it, language)).unwrap_or_default();
    let phrase = match (account.verdict, account.first_access_is.as_deref()) {
        (AccountVerdict::Compromised, Some("exact")) => Phrase::new(
            "screen.entry_exact",
            "{account}: first access by the intruder at {first} from {origin}, {last}.",
        ),
        (AccountVerdict::Compromised, _) => Phrase::new(
            "screen.entry_no_later",
            "{account}: access by the intruder no later than {first} from {origin}, {last}.",
        ),
        _ => Phrase::new(
            "screen.entry_suspected",
            "{account}: suspected access at {first} from {origin}, {last}; a person must decide.",
        ),
    };
    let name = safe(&account.account);
    let args =
        [("account", name.as_str()), ("first", &first), ("last", &last), ("origin", &origin)];
    let mut text = language.say(phrase, &args);
    text.push_str(&how(account, language));
    text
}

/// The session the first access was in: of a compromised account one of the intruder, never an
/// earlier one that is merely suspected.
fn first_session<'a>(account: &Account, findings: &'a Findings) -> Option<&'a Session> {
    let verdict = match account.verdict {
        AccountVerdict::Compromised => SessionVerdict::Attacker,
        _ => SessionVerdict::Suspected,
    };
    let theirs = findings
        .sessions
        .iter()
        .filter(|it| it.account == account.account && it.verdict == verdict);
    theirs.min_by(|a, b| (&a.first, &a.id).cmp(&(&b.first, &b.id)))
}

fn origin(session: &Session, language: Language) -> String {
    let country = session.countries.first().map(|it| safe(it));
    let address = session.ips.first().map(|it| safe(it));
    match (country, address) {
        (Some(country), Some(address)) => language.say(
            Phrase::new("screen.origin", "{country}, address {address}"),
            &[("country", &country), ("address", &address)],
        ),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => language.word(Phrase::new("screen.origin_unknown", "an unknown place")),
    }
}

fn how(account: &Account, language: Language) -> String {
    let Some(how) = account.how.iter().find(|it| it.value != "unknown" && it.is != "unknown")
    else {
        return language.word(Phrase::new(
            "screen.how_unknown",
            " How the credentials were lost is not known.",
        ));
    };
    let (way, trust) = (word(language, "how", &how.value), word(language, "how_is", &how.is));
    language.say(
        Phrase::new("screen.how", " How: {way}; {trust}."),
        &[("way", &way), ("trust", &trust)],
    )
}

fn done(sheet: &mut Sheet, findings: &Findings) {
    let mut told: Vec<&Operation> =
        findings.operations.iter().filter(|it| rank(it) < TELLING.len()).collect();
    told.sort_by_key(|it| (rank(it), std::cmp::Reverse(times_done(it)), &it.account, &it.scope));
    let Some(first) = told.first() else { return };
    let language = sheet.language;
    let alone = told.iter().all(|it| it.account == first.account);
    let named = if alone { place_name } else { scope_name };
    let comma = language.word(Phrase::new("screen.list_comma", "; "));
    let mut parts = Vec::new();
    for (at, it) in told.iter().enumerate() {
        // Each kind of operation is said once, with all accounts and places under it.
        if at > 0 && told[at - 1].operation == it.operation {
            continue;
        }
        let same: Vec<_> = told.iter().filter(|o| o.operation == it.operation).copied().collect();
        parts.push(operations(&same, named, alone, language));
    }
    let more = parts.len().saturating_sub(OPERATIONS);
    parts.truncate(OPERATIONS);
    if more > 0 {
        let phrase = Phrase::new("screen.and_more", "{n} more kind(s)");
        parts.push(language.say(phrase, &[("n", &number(more as u64))]));
    }
    sheet.bullet(&language.say(
        Phrase::new("screen.done", "What was done: {list}."),
        &[("list", &parts.join(&comma))],
    ));
}

fn rank(operation: &Operation) -> usize {
    TELLING.iter().position(|it| *it == operation.operation).unwrap_or(TELLING.len())
}

fn times_done(it: &Operation) -> u64 {
    if it.items > 0 { it.items } else { it.records }
}

/// One kind of operation: how often in all, and of that how often where or by which account.
fn operations(
    same: &[&Operation],
    named: fn(&str, Language) -> String,
    alone: bool,
    language: Language,
) -> String {
    let kind = same.first().map_or("", |it| it.operation.as_str());
    let what = word(language, "operation", kind);
    let n = number(same.iter().map(|it| times_done(it)).sum());
    let by_place = matches!(kind, "delete" | "read" | "sync" | "move");
    let mut parts: Vec<(String, u64)> = Vec::new();
    for it in same {
        let name = match (by_place && !it.scope.is_empty(), alone) {
            (true, _) => named(&it.scope, language),
            (false, true) => continue,
            (false, false) => safe(&it.account),
        };
        match parts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += times_done(it),
            None => parts.push((name, times_done(it))),
        }
    }
    let args = [("what", what.as_str()), ("n", n.as_str())];
    match parts.as_slice() {
        [] => language.say(Phrase::new("screen.done_one", "{what} ×{n}"), &args),
        [(place, _)] => language.say(
            Phrase::new("screen.done_in", "{what} ×{n} ({place})"),
            &[args[0], args[1], ("place", place)],
        ),
        _ => {
            let list = places(&parts, language);
            language.say(
                Phrase::new("screen.done_in", "{what} ×{n} ({place})"),
                &[args[0], args[1], ("place", &list)],
            )
        }
    }
}

/// The places with most, and how many more there are.
fn places(parts: &[(String, u64)], language: Language) -> String {
    let each = Phrase::new("screen.done_each", "{place} {n}");
    let mut said: Vec<String> = parts
        .iter()
        .take(PLACES)
        .map(|(place, n)| language.say(each, &[("place", place), ("n", &number(*n))]))
        .collect();
    if parts.len() > PLACES {
        let phrase = Phrase::new("screen.done_more", "{n} more");
        said.push(language.say(phrase, &[("n", &number((parts.len() - PLACES) as u64))]));
    }
    said.join(&language.word(Phrase::new("screen.done_comma", ", ")))
}

fn mails(sheet: &mut Sheet, findings: &Findings) {
    let mail = &findings.mail;
    let language = sheet.language;
    let zone = times::zone(&findings.case.timezone);
    if let (Some(first), Some(last)) = (&mail.first, &mail.last)
        && mail.messages.value.is_some_and(|it| it > 0)
    {
        let messages = spoken(&mail.messages, Unit::Messages, language);
        let recipients = spoken(&mail.recipients, Unit::Recipients, language);
        let (first, last) = (times::day(first, &zone), times::day(last, &zone));
        let args = [
            ("messages", messages.as_str()),
            ("recipients", &recipients),
            ("first", &first),
            ("last", &last),
        ];
        sheet.bullet(&language.say(
            Phrase::new(
                "screen.mails",
                "Fraudulent mail from {first} to {last}: {messages} to {recipients}.",
            ),
            &args,
        ));
    }
    if mail.suspected > 0 {
        let n = Unit::Messages.of(mail.suspected, language);
        sheet.bullet(&language.say(
            Phrase::new(
                "screen.mails_suspected",
                "Not counted above: {n} that may be fraudulent, which nothing proves yet.",
            ),
            &[("n", &n)],
        ));
    }
}

fn left(sheet: &mut Sheet, findings: &Findings) {
    let standing: Vec<_> =
        findings.persistence.iter().filter(|it| it.removed_at.is_none()).collect();
    if standing.is_empty() {
        return;
    }
    let language = sheet.language;
    let mut kinds: Vec<String> =
        standing.iter().map(|it| word(language, "persistence", &it.kind)).collect();
    kinds.sort();
    kinds.dedup();
    let (n, kinds) = (
        number(standing.len() as u64),
        kinds.join(&language.word(Phrase::new("screen.done_comma", ", "))),
    );
    let phrase = Phrase::new(
        "screen.left",
        "Left behind and not shown to be removed: {n} ({kinds}). Remove these first.",
    );
    sheet.bullet(&language.say(phrase, &[("n", &n), ("kinds", &kinds)]));
}

fn ended(sheet: &mut Sheet, findings: &Findings) {
    let Some(window) = &findings.window else { return };
    if findings.outcome.value != OutcomeValue::Takeover {
        let zone = times::zone(&findings.case.timezone);
        let (from, to) = (times::when(&window.from, &zone), times::when(&window.to, &zone));
        let phrase = Phrase::new("screen.window", "Period judged: {from} to {to}.");
        sheet.bullet(&sheet.language.say(phrase, &[("from", &from), ("to", &to)]));
        return;
    }
    let phrase = if window.contained {
        Phrase::new("screen.contained", "The access is shown or stated to be ended.")
    } else {
        Phrase::new(
            "screen.not_contained",
            "The access is NOT shown to be ended: revoke all sessions of the account and reset its password.",
        )
    };
    sheet.bullet(&sheet.language.word(phrase));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EN, sample, screen};

    #[test]
    fn a_suspected_session_is_never_told_as_the_intruders_first() {
        let mut findings = sample::founding();
        let mut earlier = findings.sessions[0].clone();
        let taken =
            findings.accounts.iter().find(|it| it.verdict == AccountVerdict::Compromised).unwrap();
        earlier.account.clone_from(&taken.account);
        earlier.verdict = SessionVerdict::Suspected;
        earlier.first = "2001-01-01T00:00:00Z".into();
        earlier.ips = vec!["192.0.2.99".into()];
        findings.sessions.push(earlier);
        assert!(!screen(&findings, &EN, 100, false, "x").contains("192.0.2.99"));
    }

    #[test]
    fn an_operation_by_several_accounts_is_said_once() {
        let one = Operation {
            operation: "send".into(),
            account: "a@example.or.jp".into(),
            items: 32,
            ..Operation::default()
        };
        let two = Operation { account: "b@example.or.jp".into(), items: 65, ..one.clone() };
        let text = operations(&[&two, &one], scope_name, false, EN);
        assert_eq!(text, "mail sent ×97 (b@example.or.jp 65, a@example.or.jp 32)");
    }
}
