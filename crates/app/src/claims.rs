//! What a claim is: a path into the findings, its value, the rule behind it, and where its records are.

use anyhow::Result;
use jiff::{civil, tz::TimeZone};
use model::findings::{Findings, Is, SessionVerdict};
use serde::Serialize;
use serde_json::{Value, json};
use store::RecordQuery;

use crate::error::wrong_use;

/// A claim understood.
pub(crate) struct Claim {
    pub(crate) value: Value,
    pub(crate) is: String,
    pub(crate) rule: &'static str,
    pub(crate) because: Vec<model::Text>,
    pub(crate) query: Option<RecordQuery>,
}

/// A claim taken apart: `accounts[a@b].attempts` has a name, a key and a field.
struct Parts<'a> {
    name: &'a str,
    key: Option<&'a str>,
    field: &'a str,
}

fn parts(claim: &str) -> Option<Parts<'_>> {
    let Some((name, rest)) = claim.split_once('[') else {
        return Some(Parts { name: claim, key: None, field: "" });
    };
    // A key may hold brackets itself: the last one closes it.
    let (key, field) = rest.rsplit_once(']')?;
    Some(Parts { name, key: Some(key), field: field.strip_prefix('.').unwrap_or(field) })
}

/// Finds what a claim speaks of. `Err`: no such claim in these findings.
pub(crate) fn understand(findings: &Findings, claim: &str) -> Result<Claim> {
    let found = parts(claim.trim()).and_then(|it| named(findings, &it));
    found.ok_or_else(|| {
        wrong_use(format!(
            "{claim:?} is no claim of these findings. Claims look like mail.messages, mail.by_day[2025-10-20], \
             accounts[a@b], scopes[mailbox:a@b/sent], sessions[ID], reading[a@b], exposure.addresses, \
             deadlines[ORGANISATION/ppc-final]; `konseki show` lists what there is"
        ))
    })
}

fn named(findings: &Findings, it: &Parts<'_>) -> Option<Claim> {
    match (it.name, it.key) {
        ("accounts", Some(key)) if it.field == "attempts" => attempts(findings, key),
        ("accounts", Some(key)) => account(findings, key),
        ("sessions", Some(key)) => session(findings, key),
        ("scopes", Some(key)) => scope(findings, key),
        ("deadlines", Some(key)) => deadline(findings, key),
        ("reading", Some(key)) => reading(findings, key, it.field),
        ("operations", Some(key)) => operation(findings, key),
        ("persistence", Some(key)) => persistence(findings, key),
        ("mail.by_day", Some(key)) => by_day(findings, key),
        ("mail.by_account", Some(key)) => by_account(findings, key),
        ("mail.lists", Some(key)) => list(findings, key),
        ("exposure.groups", Some(key)) => group(findings, key),
        ("people", None) => Some(people(findings, "")),
        ("outcome", None) => Some(outcome(findings)),
        ("window", None) => window(findings),
        (name, None) if name.starts_with("window.") => window(findings),
        (name, None) if name.starts_with("people.") => Some(people(findings, &name[7..])),
        (name, None) if name.starts_with("mail.") => mail(findings, &name[5..]),
        (name, None) if name.starts_with("exposure.") => exposure(findings, &name[9..]),
        _ => None,
    }
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
    let (class, owner) = key.split_once(':').unwrap_or((key, ""));
    let query = match (class, account) {
        (_, Some(account)) => RecordQuery::Sessions(attackers(findings, Some(account))),
        ("items", _) => {
            RecordQuery::Touch { sessions, mailbox: owner.to_owned(), folders: Vec::new() }
        }
        ("attachments", _) => RecordQuery::Operations {
            sessions,
            operations: vec!["AttachmentAccess".to_owned()],
            mailbox: Some(owner.to_owned()),
        },
        ("service", _) => {
            let (account, service) = owner.rsplit_once('/').unwrap_or((owner, ""));
            RecordQuery::Workloads {
                sessions: attackers(findings, Some(account)),
                workloads: workloads(service),
                apps: decide::clients::apps_of_service(service),
            }
        }
        ("settings" | "tenant", _) => RecordQuery::Operations {
            sessions: match class {
                "settings" => attackers(findings, Some(owner)),
                _ => sessions,
            },
            operations: decide::operations::names("config"),
            mailbox: None,
        },
        _ => RecordQuery::Scope { sessions, scope: key.to_owned() },
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

/// The rule of what only describes the mails counted.
const BY_TIME: &str = "design 4.7: distinct InternetMessageId, proven and matched";

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
        "first" => ((json!(mail.first), word(mail.messages.is)), BY_TIME, messages),
        "last" => ((json!(mail.last), word(mail.messages.is)), BY_TIME, messages),
        "subjects" => ((json!(mail.subjects), word(mail.messages.is)), BY_TIME, messages),
        "by_day" => ((json!(mail.by_day), word(mail.messages.is)), BY_TIME, messages),
        "sources" => ((json!(mail.sources), word(mail.messages.is)), BY_TIME, messages),
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
    let query = figure
        .value
        .map(|_| RecordQuery::Exposed { shown: name == "addresses_shown", scope: None });
    let (value, is) = (json!(figure.value), word(figure.is));
    Some(Claim { value, is, rule: EXPOSED, because: Vec::new(), query })
}

const EXPOSED: &str = "design 4.8: exposure";

/// By `scope/kind`.
fn group(findings: &Findings, key: &str) -> Option<Claim> {
    let (scope, kind) = key.rsplit_once('/')?;
    let it = findings.exposure.groups.iter().find(|it| it.scope == scope && it.kind == kind)?;
    Some(Claim {
        value: json!(it),
        is: word(it.addresses.is),
        rule: EXPOSED,
        because: Vec::new(),
        query: Some(RecordQuery::Exposed { shown: false, scope: Some(scope.to_owned()) }),
    })
}

/// What Microsoft calls the service of a scope in its records.
fn workloads(service: &str) -> Vec<String> {
    let names: &[&str] = match service {
        "outlook" => &["Exchange"],
        "onedrive" => &["OneDrive"],
        "sharepoint" => &["SharePoint"],
        "teams" => &["MicrosoftTeams"],
        _ => &[],
    };
    names.iter().map(|it| (*it).to_owned()).collect()
}

fn attempts(findings: &Findings, key: &str) -> Option<Claim> {
    let it = findings.accounts.iter().find(|it| it.account.eq_ignore_ascii_case(key))?;
    Some(Claim {
        value: json!(it.attempts),
        is: word(Is::Exact),
        rule: "design 4.3: failed sign-ins",
        because: Vec::new(),
        query: Some(RecordQuery::Failed { account: it.account.clone() }),
    })
}

fn reading(findings: &Findings, key: &str, field: &str) -> Option<Claim> {
    let it = findings.reading.iter().find(|it| it.account.eq_ignore_ascii_case(key))?;
    let sessions = attackers(findings, Some(&it.account));
    let (figure, operations) = match field {
        "files" => (&it.files, decide::operations::names("file_access")),
        "" | "items" | "synced_folders" | "throttled" => {
            (&it.items, vec!["MailItemsAccessed".to_owned()])
        }
        _ => return None,
    };
    let value = match field {
        "synced_folders" => json!(it.synced_folders),
        "throttled" => json!(it.throttled),
        _ => json!(figure.value),
    };
    Some(Claim {
        value,
        is: word(figure.is),
        rule: "design 4.7: distinct items in Bind records",
        because: Vec::new(),
        query: Some(RecordQuery::Operations { sessions, operations, mailbox: None }),
    })
}

/// By its place in the list, or by `account/operation` or `account/scope/operation`.
fn operation(findings: &Findings, key: &str) -> Option<Claim> {
    let named = |it: &&model::findings::Operation| {
        key == format!("{}/{}", it.account, it.operation)
            || key == format!("{}/{}/{}", it.account, it.scope, it.operation)
    };
    let by_place = key.parse::<usize>().ok().and_then(|n| findings.operations.get(n));
    let it = by_place.or_else(|| findings.operations.iter().find(named))?;
    Some(Claim {
        value: json!({"records": it.records, "items": it.items, "first": it.first, "last": it.last}),
        is: it.operation.clone(),
        rule: "design 4.6: operations of the attacker",
        because: Vec::new(),
        query: Some(RecordQuery::Operations {
            sessions: attackers(findings, Some(&it.account)),
            operations: decide::operations::meaning(&it.operation),
            mailbox: None,
        }),
    })
}

/// By its place in the list, or by `account/kind`.
fn persistence(findings: &Findings, key: &str) -> Option<Claim> {
    let by_place = key.parse::<usize>().ok().and_then(|n| findings.persistence.get(n));
    let named = |it: &&model::findings::Persistence| key == format!("{}/{}", it.account, it.kind);
    let it = by_place.or_else(|| findings.persistence.iter().find(named))?;
    Some(Claim {
        value: json!({"kind": it.kind, "at": it.at, "removed_at": it.removed_at}),
        is: it.kind.clone(),
        rule: "design 4.6: what was left behind",
        because: Vec::new(),
        query: Some(RecordQuery::Keys(it.records.clone())),
    })
}

fn window(findings: &Findings) -> Option<Claim> {
    let it = findings.window.as_ref()?;
    Some(Claim {
        value: json!({"from": it.from, "to": it.to, "contained": it.contained, "look_back": it.look_back}),
        is: if it.contained { "contained" } else { "not_contained" }.to_owned(),
        rule: "design 4.4: judgement window",
        because: Vec::new(),
        query: Some(RecordQuery::Sessions(attackers(findings, None))),
    })
}

fn by_account(findings: &Findings, key: &str) -> Option<Claim> {
    let it = findings.mail.by_account.iter().find(|it| it.account.eq_ignore_ascii_case(key))?;
    Some(Claim {
        value: json!(it.messages),
        is: word(findings.mail.messages.is),
        rule: "design 4.7: distinct InternetMessageId, proven and matched",
        because: Vec::new(),
        query: Some(RecordQuery::SentBy { sender: it.account.clone() }),
    })
}

/// By its name or its path.
fn list(findings: &Findings, key: &str) -> Option<Claim> {
    let it = findings.mail.lists.iter().find(|it| it.name == key || it.path == key)?;
    let file = findings.evidence.iter().find(|file| file.path == it.path);
    Some(Claim {
        value: json!({"addresses": it.addresses, "unreadable": it.unreadable, "matches": it.matches}),
        is: word(Is::Exact),
        rule: "design 4.7: stands in any list",
        because: Vec::new(),
        query: file.map(|file| RecordQuery::Listed { file: file.sha256.clone() }),
    })
}

/// The counts of people. Who they are stands in the table of people.
fn people(findings: &Findings, name: &str) -> Claim {
    let all = serde_json::to_value(&findings.people).unwrap_or_default();
    let value = if name.is_empty() { all } else { all.get(name).cloned().unwrap_or_default() };
    let query = match name {
        "warned_recipients" => RecordQuery::Recipients { messages: Vec::new(), failed: false },
        _ => RecordQuery::Exposed { shown: false, scope: None },
    };
    let known = findings.exposure.people.value.is_some() || name == "warned_recipients";
    Claim {
        value,
        is: word(findings.exposure.people.is),
        rule: "design 4.8: people",
        because: Vec::new(),
        query: known.then_some(query),
    }
}

/// The claim about one person, of whom the table of people says this.
pub(crate) fn person(address: &str, told: &[(String, String)]) -> Claim {
    let value: serde_json::Map<String, Value> =
        told.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let causes = told.iter().find(|it| it.0 == "causes").map(|it| it.1.clone());
    Claim {
        value: Value::Object(value),
        is: causes.unwrap_or_default(),
        rule: "design 4.8: one person",
        because: Vec::new(),
        query: Some(RecordQuery::Person { address: address.to_lowercase() }),
    }
}

/// The address of a claim about one person.
pub(crate) fn address_of(claim: &str) -> Option<&str> {
    let it = parts(claim.trim())?;
    it.key.filter(|_| it.name == "people")
}
