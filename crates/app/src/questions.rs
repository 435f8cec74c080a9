//! The few questions that only a person can answer, what would settle most first: what was an export
//! asked for, which networks and devices are ours, was this the owner?

use std::collections::{BTreeMap, BTreeSet};

use jiff::tz::TimeZone;
use model::{
    Kind, Phrase,
    findings::{EvidenceFile, Findings, ScopeVerdict, Session, SessionVerdict},
    glob_matches,
};
use report::Language;

/// Sessions of one question described on a screen.
const SHOWN: usize = 3;
/// So many sessions in one place make the place a question.
const MANY: usize = 3;

/// Something that only a person can settle.
pub(crate) struct Question<'a> {
    /// What is decided: `source`, `network`, `device` or `session`.
    pub(crate) what: &'static str,
    /// The selector of the decision.
    pub(crate) typed: String,
    /// Sessions it is about.
    pub(crate) sessions: Vec<&'a Session>,
    /// Files it is about.
    pub(crate) files: Vec<&'a EvidenceFile>,
    /// Records it is about.
    pub(crate) records: u64,
    /// How many scopes the answer may settle.
    pub(crate) settles: u64,
}

/// Every open question, what may settle most first.
pub(crate) fn open(findings: &Findings) -> Vec<Question<'_>> {
    let mut found = sources(findings);
    found.extend(places(findings));
    found.extend(sessions(findings));
    // Stable: of equal worth, what speaks of more comes first.
    found.sort_by_key(|it| std::cmp::Reverse(it.settles));
    found
}

/// Logs nobody said anything of: what they were asked for decides whether their silence counts.
fn sources(findings: &Findings) -> Vec<Question<'_>> {
    let decided = findings.decisions.iter().filter(|it| it.what == "source");
    let decided = decided.filter_map(|it| it.selector.strip_prefix("path="));
    let spoken: Vec<&str> =
        findings.declarations.iter().map(|it| it.path.as_str()).chain(decided).collect();
    let open = |it: &&EvidenceFile| {
        decide::coverage::is_log(it.kind)
            && it.records > 0
            && !spoken.iter().any(|glob| glob_matches(glob, &it.path))
    };
    let mut groups: BTreeMap<(Kind, String), Vec<&EvidenceFile>> = BTreeMap::new();
    for file in findings.evidence.iter().filter(open) {
        groups.entry((file.kind, glob_of(file, findings))).or_default().push(file);
    }
    let questions = groups.into_iter().map(|((kind, glob), files)| Question {
        what: "source",
        typed: format!("path={glob}"),
        sessions: Vec::new(),
        records: files.iter().map(|it| it.records).sum(),
        files,
        settles: settled_by(kind, findings),
    });
    questions.collect()
}

/// The archive, the folder if it holds nothing but this kind, or the file itself.
fn glob_of(file: &EvidenceFile, findings: &Findings) -> String {
    if let Some((archive, _)) = file.path.split_once("!/") {
        return archive.to_owned();
    }
    let Some((folder, _)) = file.path.rsplit_once('/') else { return file.path.clone() };
    let inside = |it: &&EvidenceFile| {
        it.path
            .strip_prefix(folder)
            .and_then(|it| it.strip_prefix('/'))
            .is_some_and(|it| !it.contains('/'))
    };
    let mut all = findings.evidence.iter().filter(inside);
    if all.all(|it| it.kind == file.kind) { format!("{folder}/*") } else { file.path.clone() }
}

fn settled_by(kind: Kind, findings: &Findings) -> u64 {
    let outside = |id: &str| ["device:", "system:", "network:"].iter().any(|it| id.starts_with(it));
    let open = findings.scopes.iter().filter(|it| {
        it.verdict == ScopeVerdict::CannotTell
            && it.coverage.gaps.iter().any(|gap| gap.why == "not_stated")
    });
    let mine = open.filter(|it| match kind {
        Kind::Ual => !outside(&it.scope),
        Kind::Firewall => it.scope.starts_with("network:"),
        Kind::Database => it.scope.starts_with("system:"),
        _ => false,
    });
    mine.count() as u64
}

/// Networks and devices that many open sessions share: one answer instead of many.
fn places(findings: &Findings) -> Vec<Question<'_>> {
    let mut shared: BTreeMap<(&str, String), Vec<&Session>> = BTreeMap::new();
    for it in open_sessions(findings) {
        let prefixes: BTreeSet<String> =
            it.ips.iter().map(|ip| decide::network::prefix(ip)).collect();
        for prefix in prefixes.into_iter().filter(|it| it.contains('/')) {
            shared.entry(("network", format!("address={prefix}"))).or_default().push(it);
        }
        for device in &it.devices {
            shared.entry(("device", format!("device={}", device.raw()))).or_default().push(it);
        }
    }
    let many = shared.into_iter().filter(|(_, sessions)| sessions.len() >= MANY);
    many.map(|((what, typed), sessions)| Question {
        what,
        typed,
        records: sessions.iter().map(|it| it.records).sum(),
        settles: blocked_by(&sessions, findings),
        sessions,
        files: Vec::new(),
    })
    .collect()
}

fn blocked_by(sessions: &[&Session], findings: &Findings) -> u64 {
    let ids: BTreeSet<&str> = sessions.iter().map(|it| it.id.as_str()).collect();
    let blocks =
        |it: &model::findings::Blocking| it.sessions.iter().any(|id| ids.contains(id.as_str()));
    findings.scopes.iter().filter(|it| it.blocking.iter().any(blocks)).count() as u64
}

/// Suspected sessions, and the unknown ones that stand in the way of a verdict.
fn open_sessions(findings: &Findings) -> Vec<&Session> {
    let blocking: BTreeSet<&str> = findings
        .scopes
        .iter()
        .flat_map(|it| &it.blocking)
        .flat_map(|it| it.sessions.iter().map(String::as_str))
        .collect();
    let open = |it: &&Session| {
        it.verdict == SessionVerdict::Suspected || blocking.contains(it.id.as_str())
    };
    findings.sessions.iter().filter(open).collect()
}

/// What stands in the way of most scopes first, then the other suspected sessions, the heaviest first.
fn sessions(findings: &Findings) -> Vec<Question<'_>> {
    let found = |ids: &[String]| {
        findings.sessions.iter().filter(|it| ids.contains(&it.id)).collect::<Vec<_>>()
    };
    let blocking = decide::scopes::questions(&findings.scopes);
    // The command below speaks of sessions; what blocks in another way is no question of it.
    let mut out: Vec<Question<'_>> = blocking
        .into_iter()
        .filter(|(it, _)| it.decide.what == "session")
        .map(|(it, settles)| Question {
            what: "session",
            sessions: found(&it.sessions),
            files: Vec::new(),
            records: it.records,
            typed: it.decide.selector,
            settles,
        })
        .collect();
    let asked: BTreeSet<&str> =
        out.iter().flat_map(|it| &it.sessions).map(|it| it.id.as_str()).collect();
    let mut rest: Vec<&Session> = findings
        .sessions
        .iter()
        .filter(|it| it.verdict == SessionVerdict::Suspected && !asked.contains(it.id.as_str()))
        .collect();
    rest.sort_by_key(|it| (-it.score, it.id.clone()));
    out.extend(rest.into_iter().map(|it| Question {
        what: "session",
        typed: format!("session={}", it.id),
        sessions: vec![it],
        files: Vec::new(),
        records: it.records,
        settles: 0,
    }));
    out
}

impl Question<'_> {
    /// The question in plain words.
    pub(crate) fn asks(&self, language: Language) -> String {
        let value = self.typed.split_once('=').map(|it| it.1).unwrap_or_default();
        match self.what {
            "source" => language.say(
                Phrase::new(
                    "show.asked_source",
                    "What was {path} asked for: from which day to which day, of all accounts and all operations, and when was it collected?",
                ),
                &[("path", &report::safe(value))],
            ),
            "network" => language.say(
                Phrase::new("show.asked_network", "Is the network {value} one of yours?"),
                &[("value", &report::safe(value))],
            ),
            "device" => language.say(
                Phrase::new("show.asked_device", "Is the device {value} one of yours?"),
                &[("value", &report::safe(value))],
            ),
            _ => language.word(Phrase::new("show.asked_who", "Was this the owner?")),
        }
    }

    /// The command that answers it.
    pub(crate) fn command(&self) -> String {
        let selector = report::safe(&report::shell_quoted(&self.typed));
        let is = match self.what {
            "source" => "declared:FROM/TO@COLLECTED_AT",
            "session" => "owner|attacker|other_person",
            _ => "owner|attacker",
        };
        format!("konseki decide {} {selector} --is {is} --who NAME --why TEXT", self.what)
    }

    /// What it is about, in a few lines.
    pub(crate) fn about(&self, zone: &TimeZone, language: Language) -> Vec<String> {
        let mut lines = Vec::new();
        if self.sessions.is_empty() {
            for file in self.files.iter().take(SHOWN) {
                let span = [&file.from, &file.to].map(|at| {
                    at.as_deref().map(|at| report::when(at, zone)).unwrap_or_else(|| "?".to_owned())
                });
                let kind = report::word(language, "kind", file.kind.word());
                let path = report::safe(&file.path);
                lines.push(format!("  {path}  {kind}  {} – {}", span[0], span[1]));
            }
        } else {
            lines.push(format!(
                "  {}",
                language.say(
                    Phrase::new("show.asked_sessions", "{n} session(s), {records} record(s)"),
                    &[
                        ("n", &report::number(self.sessions.len() as u64)),
                        ("records", &report::number(self.records))
                    ],
                )
            ));
            for session in self.sessions.iter().take(SHOWN) {
                lines.extend(described(session, zone, language));
            }
        }
        if self.sessions.len().max(self.files.len()) > SHOWN {
            lines.push("  …".to_owned());
        }
        lines
    }
}

/// A session in a few lines, its times local.
fn described(it: &Session, zone: &TimeZone, language: Language) -> Vec<String> {
    let (first, last) = (report::when(&it.first, zone), report::when(&it.last, zone));
    let time = if first == last { first } else { format!("{first} – {last}") };
    let mut lines = vec![format!("  {}  {time}", report::safe(&it.account))];
    let from = [it.ips.join(" "), it.countries.join(" ")];
    let from: Vec<String> =
        from.iter().filter(|it| !it.is_empty()).map(|it| report::safe(it)).collect();
    if !from.is_empty() {
        lines.push(format!("    {}", from.join("  ")));
    }
    lines.extend(it.user_agents.iter().map(|it| format!("    {}", it.for_terminal().trim())));
    for reason in &it.reasons {
        lines.push(format!("    - {}", report::safe(reason.text.in_language(language.code()))));
    }
    lines.retain(|it| !it.trim().is_empty());
    lines.into_iter().map(|it| it.trim_end().to_owned()).collect()
}
