//! The rows of each part.

use jiff::tz::TimeZone;
use model::{
    Phrase,
    findings::{AccountVerdict, Figure, Findings, SessionVerdict},
};

use super::{Rows, UnknownPart};
use crate::{
    Language,
    coverage::percent,
    figures::{Unit, amount, limits, spoken, trust},
    names::scope_name,
    times,
    words::{word, written},
};

/// Writes cells for a reader: words and local times in a table, the findings' own in CSV.
struct Writer {
    language: Language,
    zone: TimeZone,
    spoken: bool,
}

impl Writer {
    fn time(&self, at: &str) -> String {
        if self.spoken { times::when(at, &self.zone) } else { at.to_owned() }
    }

    fn maybe(&self, at: Option<&String>) -> String {
        at.map(|it| self.time(it)).unwrap_or_default()
    }

    fn word(&self, area: &str, it: &str) -> String {
        if self.spoken { word(self.language, area, it) } else { it.to_owned() }
    }

    fn scope(&self, id: &str) -> String {
        if self.spoken { scope_name(id, self.language) } else { id.to_owned() }
    }

    /// A number of mails under its label, or under its claim where a program reads.
    fn counted(&self, label: &str, claim: String, n: u64) -> Vec<String> {
        if self.spoken {
            let value = Unit::Messages.of(n, self.language);
            vec![label.to_owned(), value, String::new(), claim]
        } else {
            vec![claim, n.to_string(), String::new()]
        }
    }

    fn head(&self, phrases: &[Phrase]) -> Vec<String> {
        phrases.iter().map(|it| self.language.word(*it)).collect()
    }
}

const ACCOUNT: Phrase = Phrase::new("show.account", "account");
const VERDICT: Phrase = Phrase::new("show.verdict", "verdict");
const FIRST: Phrase = Phrase::new("show.first", "first");
const LAST: Phrase = Phrase::new("show.last", "last");
const RECORDS: Phrase = Phrase::new("show.records", "records");
const SCOPE: Phrase = Phrase::new("show.scope", "scope");
const KIND: Phrase = Phrase::new("show.kind", "kind");
const WHAT: Phrase = Phrase::new("show.what", "what");
const VALUE: Phrase = Phrase::new("show.value", "value");
const CERTAINTY: Phrase = Phrase::new("show.certainty", "certainty");
const WHY: Phrase = Phrase::new("show.why", "why");

/// The rows of a part.
pub(super) fn rows(
    findings: &Findings,
    part: &str,
    language: Language,
    spoken: bool,
) -> Result<Rows, UnknownPart> {
    let writer = Writer { language, zone: times::zone(&findings.case.timezone), spoken };
    let rows = match part {
        "accounts" => accounts(findings, &writer),
        "sessions" => sessions(findings, &writer),
        "scopes" => scopes(findings, &writer),
        "mail" => mail(findings, &writer),
        "people" => people(findings, &writer),
        "coverage" => coverage(findings, &writer),
        "evidence" => evidence(findings, &writer),
        "deadlines" => deadlines(findings, &writer),
        "persistence" => persistence(findings, &writer),
        other => return Err(UnknownPart(other.to_owned())),
    };
    Ok(rows)
}

fn accounts(findings: &Findings, w: &Writer) -> Rows {
    let sessions = Phrase::new("show.attacker_sessions", "intruder's sessions");
    let attempts = Phrase::new("show.attempts", "attempts");
    let head = w.head(&[ACCOUNT, VERDICT, KIND, FIRST, LAST, sessions, attempts]);
    let mut accounts: Vec<_> = findings.accounts.iter().collect();
    if w.spoken {
        accounts.sort_by_key(|it| match it.verdict {
            AccountVerdict::Compromised => 0,
            AccountVerdict::Suspected => 1,
            _ => 2,
        });
    }
    let rows = accounts.into_iter().map(|it| {
        vec![
            it.account.clone(),
            w.word("account_verdict", &written(it.verdict)),
            w.word("account_type", &written(it.kind)),
            w.maybe(it.first_access.as_ref()),
            w.maybe(it.last_access.as_ref()),
            it.attacker_sessions.to_string(),
            it.attempts.to_string(),
        ]
    });
    Rows { head, rows: rows.collect() }
}

fn sessions(findings: &Findings, w: &Writer) -> Rows {
    let score = Phrase::new("show.score", "score");
    let address = Phrase::new("show.address", "address");
    let country = Phrase::new("show.country", "country");
    let client = Phrase::new("show.client", "client");
    let id = Phrase::new("show.id", "id");
    let head =
        w.head(&[ACCOUNT, VERDICT, score, FIRST, LAST, address, country, RECORDS, client, id]);
    let mut sessions: Vec<_> = findings.sessions.iter().collect();
    if w.spoken {
        sessions.sort_by_key(|it| match it.verdict {
            SessionVerdict::Attacker => 0,
            SessionVerdict::Suspected => 1,
            _ => 2,
        });
    }
    let rows = sessions.into_iter().map(|it| {
        let agents: Vec<&str> = it.user_agents.iter().map(model::Untrusted::raw).collect();
        vec![
            it.account.clone(),
            w.word("session_verdict", it.verdict.word()),
            it.score.to_string(),
            w.time(&it.first),
            w.time(&it.last),
            it.ips.join(" "),
            it.countries.join(" "),
            it.records.to_string(),
            agents.join(" | "),
            it.id.clone(),
        ]
    });
    Rows { head, rows: rows.collect() }
}

fn scopes(findings: &Findings, w: &Writer) -> Rows {
    let head = w.head(&[SCOPE, VERDICT, RECORDS, Phrase::new("show.limits", "limits"), WHY]);
    let rows = findings.scopes.iter().map(|it| {
        let limits = if w.spoken { limits(&it.limits, w.language) } else { it.limits.clone() };
        let mut whys: Vec<String> =
            it.coverage.gaps.iter().map(|gap| w.word("gap", &gap.why)).collect();
        whys.sort();
        whys.dedup();
        vec![
            w.scope(&it.scope),
            w.word("scope_verdict", &written(it.verdict)),
            it.records.to_string(),
            limits.join(" / "),
            whys.join(" / "),
        ]
    });
    Rows { head, rows: rows.collect() }
}

/// A reader sees what is counted in words, and last the claim that `konseki why` takes.
fn mail(findings: &Findings, w: &Writer) -> Rows {
    let mail = &findings.mail;
    let figures: [(&str, Phrase, &Figure, Unit); 5] = [
        (
            "messages",
            Phrase::new("report.mail_messages", "Fraudulent mails"),
            &mail.messages,
            Unit::Messages,
        ),
        (
            "recipients",
            Phrase::new("report.mail_recipients", "Recipients of these"),
            &mail.recipients,
            Unit::Recipients,
        ),
        (
            "unique_recipients",
            Phrase::new("report.mail_unique_recipients", "Different addresses among them"),
            &mail.unique_recipients,
            Unit::Addresses,
        ),
        (
            "failed",
            Phrase::new("report.mail_failed", "Not delivered"),
            &mail.failed,
            Unit::Recipients,
        ),
        (
            "known_recipients",
            Phrase::new("report.mail_known_recipients", "Addresses found in the lists held"),
            &mail.known_recipients,
            Unit::Addresses,
        ),
    ];
    let mut rows: Vec<Vec<String>> = figures
        .into_iter()
        .map(|(name, label, figure, unit)| {
            let claim = format!("mail.{name}");
            if w.spoken {
                let (value, is) = (amount(figure, unit, w.language), trust(figure, w.language));
                return vec![w.language.word(label), value, is, claim];
            }
            let value = figure.value.map(|it| it.to_string()).unwrap_or_default();
            vec![claim, value, written(figure.is)]
        })
        .collect();
    let parts = [
        ("proven", Phrase::new("report.mail_proven", "Proven"), mail.proven),
        ("matched", Phrase::new("report.mail_matched", "Matched"), mail.matched),
        ("suspected", Phrase::new("report.mail_suspected", "Suspected"), mail.suspected),
        ("unexplained", Phrase::new("report.mail_unexplained", "Unexplained"), mail.unexplained),
    ];
    for (name, label, n) in parts {
        rows.push(w.counted(&w.language.word(label), format!("mail.{name}"), n));
    }
    for it in &mail.by_day {
        rows.push(w.counted(&it.date, format!("mail.by_day[{}]", it.date), it.messages));
    }
    let mut head = w.head(&[WHAT, VALUE, CERTAINTY]);
    if w.spoken {
        head.push(w.language.word(Phrase::new("show.claim", "for konseki why")));
    }
    Rows { head, rows }
}

fn people(findings: &Findings, w: &Writer) -> Rows {
    let it = &findings.people;
    let rows = [
        (Phrase::new("show.to_notify", "to be notified"), it.to_notify),
        (Phrase::new("show.reachable", "reachable"), it.reachable),
        (Phrase::new("show.unreachable", "not reachable"), it.unreachable),
        (Phrase::new("show.notified", "notified"), it.notified),
        (Phrase::new("show.bounced", "returned"), it.bounced),
        (Phrase::new("show.public_notice", "told by public notice"), it.public_notice),
        (Phrase::new("show.warned", "recipients warned"), it.warned_recipients),
    ];
    // Where nobody could be counted yet, a zero would say that nobody is concerned.
    let open = findings.exposure.people.value.is_none() && rows.iter().all(|(_, n)| *n == 0);
    let exposed = [
        (
            Phrase::new("report.exposure_addresses", "Addresses that may have been exposed"),
            &findings.exposure.addresses,
            Unit::Addresses,
        ),
        (
            Phrase::new("report.exposure_shown", "Addresses displayed in lists"),
            &findings.exposure.addresses_shown,
            Unit::Addresses,
        ),
        (
            Phrase::new("report.exposure_people", "People behind these"),
            &findings.exposure.people,
            Unit::People,
        ),
    ];
    let figure = |(name, it, unit): (Phrase, &Figure, Unit)| {
        let value = if w.spoken {
            spoken(it, unit, w.language)
        } else {
            it.value.map(|it| it.to_string()).unwrap_or_default()
        };
        vec![w.language.word(name), value]
    };
    let rows = rows.map(|(name, n)| {
        let n = if open && w.spoken {
            w.language.word(Phrase::new("show.not_counted", "not counted yet"))
        } else {
            n.to_string()
        };
        vec![w.language.word(name), n]
    });
    let rows = exposed.into_iter().map(figure).chain(rows).collect();
    Rows { head: w.head(&[WHAT, VALUE]), rows }
}

/// Every gap of every scope, for a spreadsheet; a reader sees bars instead.
fn coverage(findings: &Findings, w: &Writer) -> Rows {
    let head = w.head(&[
        SCOPE,
        Phrase::new("show.covered", "covered"),
        Phrase::new("show.basis", "basis"),
        Phrase::new("show.act", "act"),
        Phrase::new("show.from", "gap from"),
        Phrase::new("show.to", "gap to"),
        WHY,
    ]);
    let mut rows = Vec::new();
    for scope in &findings.scopes {
        let it = &scope.coverage;
        let first = [w.scope(&scope.scope), percent(it.covered), w.word("basis", &it.basis)];
        for gap in &it.gaps {
            let act = w.word("act", &gap.act);
            let (from, to) = (w.maybe(gap.from.as_ref()), w.maybe(gap.to.as_ref()));
            rows.push([first.to_vec(), vec![act, from, to, w.word("gap", &gap.why)]].concat());
        }
        if it.gaps.is_empty() {
            rows.push([first.to_vec(), vec![String::new(); 4]].concat());
        }
    }
    Rows { head, rows }
}

fn evidence(findings: &Findings, w: &Writer) -> Rows {
    let head = w.head(&[
        Phrase::new("show.file", "file"),
        KIND,
        Phrase::new("show.rows", "rows"),
        RECORDS,
        Phrase::new("show.duplicates", "duplicates"),
        Phrase::new("show.rejected", "rejected"),
        FIRST,
        LAST,
        Phrase::new("show.warnings", "warnings"),
    ]);
    let rows = findings.evidence.iter().map(|it| {
        let warnings: Vec<String> =
            it.warnings.iter().map(|it| w.word("warning", &it.code)).collect();
        vec![
            it.path.clone(),
            w.word("kind", it.kind.word()),
            it.rows.to_string(),
            it.records.to_string(),
            it.duplicates.to_string(),
            it.rejected.to_string(),
            w.maybe(it.from.as_ref()),
            w.maybe(it.to.as_ref()),
            warnings.join(" / "),
        ]
    });
    Rows { head, rows: rows.collect() }
}

fn deadlines(findings: &Findings, w: &Writer) -> Rows {
    let head = w.head(&[
        Phrase::new("show.organisation", "organisation"),
        WHAT,
        Phrase::new("show.due", "due"),
        Phrase::new("show.hard", "binding"),
        Phrase::new("show.rule", "rule"),
        WHY,
    ]);
    let rows = findings.deadlines.iter().map(|it| {
        let due = it
            .due
            .clone()
            .unwrap_or_else(|| w.language.word(Phrase::new("show.promptly", "promptly")));
        let hard = if it.hard {
            Phrase::new("show.yes", "yes")
        } else {
            Phrase::new("show.guide", "guide")
        };
        vec![
            it.organisation.clone(),
            w.word("deadline", &it.what),
            due,
            w.language.word(hard),
            it.rule.clone(),
            it.why.in_language(w.language.code()).to_owned(),
        ]
    });
    Rows { head, rows: rows.collect() }
}

fn persistence(findings: &Findings, w: &Writer) -> Rows {
    let head = w.head(&[
        ACCOUNT,
        KIND,
        Phrase::new("show.at", "set at"),
        Phrase::new("show.removed", "removed at"),
        WHAT,
    ]);
    let rows = findings.persistence.iter().map(|it| {
        vec![
            it.account.clone(),
            w.word("persistence", &it.kind),
            w.time(&it.at),
            w.maybe(it.removed_at.as_ref()),
            it.what.raw().to_owned(),
        ]
    });
    Rows { head, rows: rows.collect() }
}
