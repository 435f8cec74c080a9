//! `konseki decide`: records a person's decision, then recomputes.

use std::{
    collections::BTreeSet,
    io::{BufRead, IsTerminal},
    path::Path,
};

use anyhow::Result;
use clap::{Args, Command, FromArgMatches};
use jiff::{Timestamp, tz::TimeZone};
use model::{
    Decision, Phrase, Selector,
    findings::{Findings, Session, SessionVerdict},
};
use report::Language;

use super::{CommandLine, investigate};
use crate::{
    case_folder::CaseFolder,
    cli::{CaseDir, Common},
    decisions::{self, WHATS},
    error::{self, wrong_use},
    output, pipeline, platform,
    progress::Silent,
};

/// Record a person's decision, with name and reason, and recompute
#[derive(Args)]
struct Arguments {
    /// What is decided: session, network, device, app, account, mail, containment
    what: Option<String>,
    /// Which records: comma-separated key=value (account session token address client device app from to record message)
    selector: Option<String>,
    /// The value, for example owner or attacker
    #[arg(long, value_name = "VALUE")]
    is: Option<String>,
    /// Who decides
    #[arg(long, value_name = "NAME")]
    who: Option<String>,
    /// Why
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    /// Withdraw decision N
    #[arg(long, value_name = "N", conflicts_with_all = ["what", "selector", "is"])]
    withdraw: Option<u64>,
    #[command(flatten)]
    case: CaseDir,
    /// Language of the screen
    #[arg(long, value_parser = ["ja", "en"])]
    lang: Option<String>,
}

/// Sessions of one question described on a screen.
const SHOWN: usize = 3;

pub(super) const COMMAND: CommandLine = CommandLine {
    name: "decide",
    define: |it: Command| Arguments::augment_args(it),
    run: |matches, common| run(&Arguments::from_arg_matches(matches)?, common),
};

fn run(arguments: &Arguments, common: &Common) -> Result<u8> {
    let folder = &arguments.case.case_dir;
    let findings = pipeline::findings_of(folder)?;
    let language = investigate::language(arguments.lang.as_deref(), &findings);
    let decision = match (&arguments.what, arguments.withdraw) {
        (_, Some(n)) => withdrawal(arguments, folder, n)?,
        (Some(what), None) => stated(arguments, &findings, what)?,
        (None, None) => match asked(&findings, language)? {
            Some(decision) => decision,
            None => return Ok(error::DONE),
        },
    };
    record(folder, decision)?;
    let request = pipeline::again(folder)?;
    let answer = pipeline::investigate(&request, &Silent, &platform::cancelled_by_user())?;
    let shown = platform::shown(folder);
    output::print(&report::screen(
        &answer.findings,
        &language,
        output::width(),
        output::colour(),
        &shown,
    ));
    Ok(investigate::status(&answer.findings, common))
}

/// The lock is given back before the run takes it.
fn record(folder: &Path, decision: Decision) -> Result<()> {
    let folder = CaseFolder::open(folder)?;
    let n = decisions::append(&folder, decision)?;
    output::note(&format!("decision {n} recorded"));
    Ok(())
}

fn now() -> i64 {
    // A decision is made by a person at a moment: the one place where the clock is asked.
    Timestamp::now().as_microsecond()
}

fn needed(value: &Option<String>, name: &str) -> Result<String> {
    match value.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
        Some(text) => Ok(text.to_owned()),
        None => Err(wrong_use(format!(
            "{name} is missing: a decision needs a value, a name and a reason"
        ))),
    }
}

fn stated(arguments: &Arguments, findings: &Findings, what: &str) -> Result<Decision> {
    let Some((_, values)) = WHATS.iter().find(|(name, _)| *name == what) else {
        let known: Vec<&str> = WHATS.iter().map(|(name, _)| *name).collect();
        return Err(wrong_use(format!(
            "{what:?} cannot be decided yet; expected one of {}",
            known.join(", ")
        )));
    };
    let is = needed(&arguments.is, "--is")?;
    if !values.contains(&is.as_str()) && !decisions::is_free_value(what, &is) {
        let expected = match what {
            "containment" => "an instant such as 2025-10-29T06:30:00Z".to_owned(),
            "source" => "declared:FROM/TO@COLLECTED_AT, for example \
                declared:2025-09-01/2025-11-10@2025-11-12T02:00:00Z"
                .to_owned(),
            _ => values.join(", "),
        };
        return Err(wrong_use(format!("--is {is:?}; expected {expected}")));
    }
    let Some(typed) = &arguments.selector else {
        return Err(wrong_use(
            "the selector is missing, for example account=a@b,address=203.0.113.5",
        ));
    };
    let selector = expanded(decisions::selector(typed)?, findings)?;
    Ok(Decision {
        n: 0,
        what: what.to_owned(),
        selector,
        typed: typed.clone(),
        is,
        who: needed(&arguments.who, "--who")?,
        why: needed(&arguments.why, "--why")?,
        at: now(),
        before: String::new(),
    })
}

/// A session's display id may change when evidence is added: what it stands for is recorded.
fn expanded(mut selector: Selector, findings: &Findings) -> Result<Selector> {
    let Some(id) = selector.session.clone() else { return Ok(selector) };
    let Some(it) = findings.sessions.iter().find(|it| it.id == id) else { return Ok(selector) };
    let instant = |text: &str| text.parse::<Timestamp>().map(|it| it.as_microsecond());
    selector.session = None;
    selector.account = Some(it.account.clone());
    selector.from = Some(instant(&it.first)?);
    selector.to = Some(instant(&it.last)? + 1);
    if let [only] = &it.ips[..] {
        selector.address = Some(only.clone());
    }
    Ok(selector)
}

fn withdrawal(arguments: &Arguments, folder: &Path, n: u64) -> Result<Decision> {
    let all = decisions::read(folder)?;
    if !decisions::in_force(&all).iter().any(|it| it.n == n) {
        return Err(wrong_use(format!("there is no decision {n} in force")));
    }
    Ok(Decision {
        n: 0,
        what: "withdraw".into(),
        selector: Selector::default(),
        typed: String::new(),
        is: n.to_string(),
        who: needed(&arguments.who, "--who")?,
        why: needed(&arguments.why, "--why")?,
        at: now(),
        before: String::new(),
    })
}

/// Something that only a person can settle.
struct Question<'a> {
    typed: String,
    sessions: Vec<&'a Session>,
    records: u64,
    /// How many scopes the answer may settle.
    settles: u64,
}

/// What stands in the way of most scopes first, then the other suspected sessions, the heaviest first.
fn open_questions(findings: &Findings) -> Vec<Question<'_>> {
    let found = |ids: &[String]| {
        findings.sessions.iter().filter(|it| ids.contains(&it.id)).collect::<Vec<_>>()
    };
    let blocking = decide::scopes::questions(&findings.scopes);
    // The command below speaks of sessions; what blocks in another way is no question of it.
    let mut out: Vec<Question<'_>> = blocking
        .into_iter()
        .filter(|(it, _)| it.decide.what == "session")
        .map(|(it, settles)| Question {
            sessions: found(&it.sessions),
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
        typed: format!("session={}", it.id),
        sessions: vec![it],
        records: it.records,
        settles: 0,
    }));
    out
}

/// The question for a screen, and the command that answers it.
fn question(it: &Question<'_>, open: usize, findings: &Findings, language: Language) -> String {
    let count = |n: usize| report::number(n as u64);
    let mut lines = vec![
        language.say(
            Phrase::new(
                "show.asked_open",
                "{n} question(s) wait for a person; those that concern most scopes come first.",
            ),
            &[("n", &count(open))],
        ),
        language.word(Phrase::new("show.asked_who", "Was this the owner?")),
    ];
    lines.push(format!(
        "  {}",
        language.say(
            Phrase::new("show.asked_sessions", "{n} session(s), {records} record(s)"),
            &[("n", &count(it.sessions.len())), ("records", &report::number(it.records))],
        )
    ));
    let zone = report::zone(&findings.case.timezone);
    for session in it.sessions.iter().take(SHOWN) {
        lines.extend(described(session, &zone, language));
    }
    if it.sessions.len() > SHOWN {
        lines.push("  …".to_owned());
    }
    if it.settles > 0 {
        let phrase = Phrase::new("show.asked_settles", "The answer may settle {n} scope(s).");
        lines.push(language.say(phrase, &[("n", &report::number(it.settles))]));
    }
    if open > 1 {
        let phrase =
            Phrase::new("show.asked_more", "{n} more follow once this answer is recorded.");
        lines.push(language.say(phrase, &[("n", &count(open - 1))]));
    }
    lines.push(String::new());
    lines.push(language.word(Phrase::new(
        "show.asked_command",
        "To record the answer (owner, attacker: the intruder, other_person: another entitled person)",
    )));
    let selector = report::safe(&report::shell_quoted(&it.typed));
    lines.push(format!(
        "  konseki decide session {selector} --is owner|attacker|other_person --who NAME --why TEXT"
    ));
    lines.join("\n")
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

/// Asks the first open question; without a terminal, only shows it.
fn asked(findings: &Findings, language: Language) -> Result<Option<Decision>> {
    let open = open_questions(findings);
    let Some(it) = open.first() else {
        let none = Phrase::new("show.asked_none", "No session waits for a person's decision.");
        output::print(&language.word(none));
        return Ok(None);
    };
    output::print(&question(it, open.len(), findings, language));
    if !std::io::stdin().is_terminal() {
        return Ok(None);
    }
    answered(it, findings, language.code() == "ja")
}

fn answered(it: &Question<'_>, findings: &Findings, ja: bool) -> Result<Option<Decision>> {
    let ask = |question: &str| -> Result<String> {
        output::note(question);
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        Ok(line.trim().to_owned())
    };
    let is = match ask(if ja {
        "本人 = o / 侵入者 = a / 別の人 = p / 分からない = Enter"
    } else {
        "owner = o / intruder = a / another person = p / do not know = Enter"
    })?
    .as_str()
    {
        "o" => "owner",
        "a" => "attacker",
        "p" => "other_person",
        _ => return Ok(None),
    };
    let who = ask(if ja { "お名前" } else { "Your name" })?;
    let why = ask(if ja { "理由" } else { "Why" })?;
    let typed = it.typed.clone();
    let selector = expanded(decisions::selector(&typed)?, findings)?;
    Ok(Some(Decision {
        n: 0,
        what: "session".into(),
        selector,
        typed,
        is: is.into(),
        who: needed(&Some(who), "name")?,
        why: needed(&Some(why), "reason")?,
        at: now(),
        before: String::new(),
    }))
}
