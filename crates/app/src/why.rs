//! The records behind a claim: from a figure in the findings back to the rows of the evidence.

use std::path::Path;

use anyhow::Result;
use jiff::{civil, tz::TimeZone};
use model::{
    Phrase,
    findings::{Findings, Is, SessionVerdict},
};
use report::Language;
use serde::Serialize;
use serde_json::{Value, json};
use store::{Pointer, RecordQuery, Store};

use crate::{error::wrong_use, manifest, pipeline};

/// Most records an answer holds unless all are asked for.
const FIRST: usize = 100;

/// Each rule as the JSON output names it, and as a reader understands it.
const RULES: &[(&str, Phrase)] = &[
    (
        "design 4.6: outcome",
        Phrase::new(
            "show.rule_outcome",
            "The outcome follows from what was decided about the accounts and from what the logs cover.",
        ),
    ),
    (
        "design 4.3: attribution of sessions",
        Phrase::new(
            "show.rule_attribution",
            "An account is judged by its sessions: each is attributed to its owner or to an intruder by what its records show.",
        ),
    ),
    (
        "design 4.3: the strongest rule of each class, in centibans",
        Phrase::new(
            "show.rule_score",
            "The session's score is the sum of the strongest indication of each class (network, client, device and so on).",
        ),
    ),
    (
        "design 4.6: touch",
        Phrase::new(
            "show.rule_touch",
            "A trace is a record of the intruder that touches the scope. «No trace» is said only where the logs able to show one cover the whole period.",
        ),
    ),
    (
        "laws/: dated rules",
        Phrase::new(
            "show.rule_laws",
            "The day follows from the law of the jurisdiction as it stood at the time.",
        ),
    ),
    (
        "design 4.7: distinct InternetMessageId, by day of the case's zone",
        Phrase::new(
            "show.rule_by_day",
            "Different message ids are counted, by day in the time zone of the case.",
        ),
    ),
    (
        "design 4.7: distinct InternetMessageId, proven and matched",
        Phrase::new(
            "show.rule_messages",
            "Different message ids are counted: mails proven to be sent by the intruder, and mails that match them.",
        ),
    ),
    (
        "design 4.7: sent by a session of the attacker",
        Phrase::new("show.rule_proven", "Mails sent in a session of the intruder are counted."),
    ),
    (
        "design 4.7: at least two marks shared with proven mails",
        Phrase::new(
            "show.rule_matched",
            "Mails that share at least two marks with proven ones are counted.",
        ),
    ),
    (
        "design 4.7: neither proven nor matched",
        Phrase::new(
            "show.rule_suspected",
            "Suspicious mails that are neither proven nor matched are counted.",
        ),
    ),
    (
        "design 4.7: in one source and not in another, without a reason",
        Phrase::new(
            "show.rule_unexplained",
            "Mails that stand in one source and not in another, for no known reason, are counted.",
        ),
    ),
    (
        "design 4.7: distinct (message, address)",
        Phrase::new("show.rule_recipients", "Each pair of mail and address is counted once."),
    ),
    (
        "design 4.7: distinct addresses",
        Phrase::new("show.rule_unique_recipients", "Different addresses are counted."),
    ),
    (
        "design 4.7: last status is Failed",
        Phrase::new(
            "show.rule_failed",
            "Recipients are counted for whom the last status of the delivery is «failed».",
        ),
    ),
    (
        "design 4.7: stands in any list",
        Phrase::new(
            "show.rule_known",
            "Addresses are counted that stand in any of the lists held.",
        ),
    ),
    (
        "design 4.8: exposure",
        Phrase::new(
            "show.rule_exposure",
            "Addresses and people in what the intruder touched are counted.",
        ),
    ),
];

/// A rule in the reader's language; one without a sentence is given as it is.
pub(crate) fn rule_in_words(rule: &str, language: Language) -> String {
    let found = RULES.iter().find(|(it, _)| *it == rule);
    found.map_or_else(|| rule.to_owned(), |(_, phrase)| language.word(*phrase))
}

/// What stands behind a claim.
#[derive(Debug, Serialize)]
pub struct Why {
    /// The claim as asked.
    pub claim: String,
    /// Its value.
    pub value: Value,
    /// How far it can be trusted, or the verdict.
    pub is: String,
    /// The rule it was made by.
    pub rule: String,
    /// Why, in sentences.
    pub because: Vec<model::Text>,
    /// The first records.
    pub records: Vec<WhyRecord>,
    /// How many there are.
    pub total: u64,
}

/// One record behind a claim.
#[derive(Debug, Serialize)]
pub struct WhyRecord {
    /// Record id.
    pub record_id: String,
    /// Evidence file.
    pub evidence: String,
    /// Row.
    pub row: u64,
    /// Byte range in the unpacked, decoded content.
    pub bytes: [u64; 2],
    /// The row as it stands there; null if the evidence is no longer there or has changed.
    pub raw: Option<String>,
}

/// A claim understood.
struct Claim {
    value: Value,
    is: String,
    rule: &'static str,
    because: Vec<model::Text>,
    query: Option<RecordQuery>,
}

/// Answers a claim from a case folder.
pub fn why(folder: &Path, claim: &str, all: bool) -> Result<Why> {
    let findings = pipeline::findings_of(folder)?;
    let it = understand(&findings, claim)?;
    let store = published(folder)?;
    let limit = (!all).then_some(FIRST);
    let (total, pointers) = match &it.query {
        Some(query) => {
            let found = store.records(query, limit)?;
            (found.total, found.rows)
        }
        None => (0, Vec::new()),
    };
    Ok(Why {
        claim: claim.to_owned(),
        value: it.value,
        is: it.is,
        rule: it.rule.to_owned(),
        because: it.because,
        records: with_rows(folder, &findings, pointers)?,
        total,
    })
}

/// Opens the published tables of a case folder.
pub(crate) fn published(folder: &Path) -> Result<Store> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    Store::open_published(folder.to_owned(), pipeline::MEMORY, threads)
}

/// Splits `accounts[a@b]` into its name and what stands in the brackets.
fn parts(claim: &str) -> (&str, Option<&str>) {
    match claim.split_once('[') {
        Some((name, rest)) => (name, rest.strip_suffix(']')),
        None => (claim, None),
    }
}

fn understand(findings: &Findings, claim: &str) -> Result<Claim> {
    let (name, key) = parts(claim.trim());
    let found = match (name, key) {
        ("accounts", Some(key)) => account(findings, key),
        ("sessions", Some(key)) => session(findings, key),
        ("scopes", Some(key)) => scope(findings, key),
        ("deadlines", Some(key)) => deadline(findings, key),
        ("mail.by_day", Some(key)) => by_day(findings, key),
        ("people", Some(_)) => None,
        ("outcome", None) => Some(outcome(findings)),
        (name, None) if name.starts_with("mail.") => mail(findings, &name[5..]),
        (name, None) if name.starts_with("exposure.") => exposure(findings, &name[9..]),
        _ => None,
    };
    found.ok_or_else(|| {
        wrong_use(format!(
            "{claim:?} is no claim of these findings. Claims look like mail.messages, mail.by_day[2025-10-20], \
             accounts[a@b], scopes[mailbox:a@b/sent], sessions[ID], exposure.addresses, \
             deadlines[ORGANISATION/ppc-final]; `konseki show` lists what there is"
        ))
    })
}

fn attackers(findings: &Findings, account: Option<&str>) -> Vec<String> {
    let theirs = findings.sessions.iter().filter(|it| it.verdict == SessionVerdict::Attacker);
    theirs
        .filter(|it| account.is_none_or(|account| it.account == account))
        .map(|it| it.id.clone())
        .collect()
}

fn word<T: Serialize>(value: T) -> String {
    serde_json::to_value(value)
        .ok()
        .and_then(|it| it.as_str().map(str::to_owned))
        .unwrap_or_default()
}

fn outcome(findings: &Findings) -> Claim {
    Claim {
        value: json!(findings.outcome.value),
        is: word(findings.outcome.value),
        rule: "design 4.6: outcome",
        because: findings.outcome.because.clone(),
        query: Some(RecordQuery::Sessions(attackers(findings, None))),
    }
}

fn account(findings: &Findings, key: &str) -> Option<Claim> {
    let it = findings.accounts.iter().find(|it| it.account.eq_ignore_ascii_case(key))?;
    let mut sessions = attackers(findings, Some(&it.account));
    if sessions.is_empty() {
        let suspected = |it: &&model::findings::Session| it.verdict == SessionVerdict::Suspected;
        let of_account = findings.sessions.iter().filter(|session| session.account == it.account);
        sessions = of_account.filter(suspected).map(|it| it.id.clone()).collect();
    }
    let query = (!sessions.is_empty()).then_some(RecordQuery::Sessions(sessions));
    Some(Claim {
        value: json!({"verdict": it.verdict, "first_access": it.first_access, "last_access": it.last_access}),
        is: word(it.verdict),
        rule: "design 4.3: attribution of sessions",
        because: it.reasons.iter().map(|it| it.text.clone()).collect(),
        query,
    })
}

fn session(findings: &Findings, key: &str) -> Option<Claim> {
    let it = findings.sessions.iter().find(|it| it.id == key)?;
    Some(Claim {
        value: json!({"verdict": it.verdict, "score": it.score, "first": it.first, "last": it.last}),
        is: word(it.verdict),
        rule: "design 4.3: the strongest rule of each class, in centibans",
        because: it.reasons.iter().map(|it| it.text.clone()).collect(),
        query: Some(RecordQuery::Sessions(vec![it.id.clone()])),
    })
}

fn scope(findings: &Findings, key: &str) -> Option<Claim> {
    let it = findings.scopes.iter().find(|it| it.scope == key)?;
    let account = key.strip_prefix("account:");
    let sessions = attackers(findings, None);
    let query = match account {
        Some(account) => RecordQuery::Sessions(attackers(findings, Some(account))),
        None => RecordQuery::Scope { sessions, scope: key.to_owned() },
    };
    Some(Claim {
        value: json!({"verdict": it.verdict, "records": it.records, "coverage": it.coverage}),
        is: word(it.verdict),
        rule: "design 4.6: touch",
        because: vec![it.text.clone()],
        query: (it.records > 0).then_some(query),
    })
}

fn deadline(findings: &Findings, key: &str) -> Option<Claim> {
    let it =
        findings.deadlines.iter().find(|it| format!("{}/{}", it.organisation, it.what) == key)?;
    Some(Claim {
        value: json!({"due": it.due, "rule": it.rule}),
        is: if it.hard { "hard" } else { "soft" }.to_owned(),
        rule: "laws/: dated rules",
        because: vec![it.why.clone()],
        query: None,
    })
}

fn by_day(findings: &Findings, key: &str) -> Option<Claim> {
    let it = findings.mail.by_day.iter().find(|it| it.date == key)?;
    let zone = TimeZone::get(&findings.case.timezone).unwrap_or(TimeZone::UTC);
    let day: civil::Date = key.parse().ok()?;
    let at = |day: civil::Date| {
        day.to_zoned(zone.clone()).ok().map(|it| it.timestamp().as_microsecond())
    };
    let span = (at(day)?, at(day.tomorrow().ok()?)?);
    Some(Claim {
        value: json!(it.messages),
        is: word(findings.mail.messages.is),
        rule: "design 4.7: distinct InternetMessageId, by day of the case's zone",
        because: Vec::new(),
        query: Some(RecordQuery::Messages { messages: Vec::new(), span: Some(span) }),
    })
}

fn mail(findings: &Findings, name: &str) -> Option<Claim> {
    let mail = &findings.mail;
    let messages = RecordQuery::Messages { messages: Vec::new(), span: None };
    let recipients = |failed| RecordQuery::Recipients { messages: Vec::new(), failed };
    let exact = |value: u64| (json!(value), word(Is::Exact));
    let figure = |it: &model::findings::Figure| (json!(it.value), word(it.is));
    let ((value, is), rule, query) = match name {
        "messages" => (
            figure(&mail.messages),
            "design 4.7: distinct InternetMessageId, proven and matched",
            messages,
        ),
        "proven" => (exact(mail.proven), "design 4.7: sent by a session of the attacker", messages),
        "matched" => (
            exact(mail.matched),
            "design 4.7: at least two marks shared with proven mails",
            messages,
        ),
        "suspected" => (exact(mail.suspected), "design 4.7: neither proven nor matched", messages),
        "unexplained" => (
            exact(mail.unexplained),
            "design 4.7: in one source and not in another, without a reason",
            messages,
        ),
        "recipients" => {
            (figure(&mail.recipients), "design 4.7: distinct (message, address)", recipients(false))
        }
        "unique_recipients" => {
            (figure(&mail.unique_recipients), "design 4.7: distinct addresses", recipients(false))
        }
        "failed" => (figure(&mail.failed), "design 4.7: last status is Failed", recipients(true)),
        "known_recipients" => {
            (figure(&mail.known_recipients), "design 4.7: stands in any list", recipients(false))
        }
        _ => return None,
    };
    Some(Claim { value, is, rule, because: Vec::new(), query: Some(query) })
}

fn exposure(findings: &Findings, name: &str) -> Option<Claim> {
    let figure = match name {
        "addresses" => &findings.exposure.addresses,
        "addresses_shown" => &findings.exposure.addresses_shown,
        "people" => &findings.exposure.people,
        _ => return None,
    };
    let (value, is) = (json!(figure.value), word(figure.is));
    Some(Claim { value, is, rule: "design 4.8: exposure", because: Vec::new(), query: None })
}

/// Adds file name and text of each record. Evidence that changed since is not quoted.
fn with_rows(folder: &Path, findings: &Findings, pointers: Vec<Pointer>) -> Result<Vec<WhyRecord>> {
    let asked = manifest::read(folder)?.asked;
    let roots: Vec<std::path::PathBuf> = asked.evidence.iter().map(Into::into).collect();
    let needed: std::collections::BTreeSet<&str> =
        pointers.iter().map(|it| it.evidence_id.as_str()).collect();
    let path_of = |id: &str| {
        findings.evidence.iter().find(|it| it.sha256.starts_with(id)).map(|it| it.path.clone())
    };
    let options = evidence::FindOptions { excluded: vec![folder.to_owned()] };
    let sources =
        if needed.is_empty() { Vec::new() } else { evidence::find(&roots, &options).sources };
    let mut texts = std::collections::BTreeMap::new();
    for id in needed {
        let Some(path) = path_of(id) else { continue };
        let Some(source) = sources.iter().find(|it| it.path == path) else { continue };
        let inspection = evidence::inspect(source);
        if !inspection.sha256.starts_with(id) {
            continue;
        }
        let of_file = pointers.iter().filter(|it| it.evidence_id == id);
        let positions: Vec<model::Position> =
            of_file.map(|it| model::Position { row: it.row, from: it.from, to: it.to }).collect();
        for (position, text) in
            positions.iter().zip(evidence::fetch(source, &inspection, &positions))
        {
            texts.insert((id.to_owned(), position.row), text);
        }
    }
    let record = |it: Pointer| WhyRecord {
        raw: texts.get(&(it.evidence_id.clone(), it.row)).cloned().flatten(),
        evidence: path_of(&it.evidence_id).unwrap_or_default(),
        record_id: it.record_id,
        row: it.row,
        bytes: [it.from, it.to],
    };
    Ok(pointers.into_iter().map(record).collect())
}
