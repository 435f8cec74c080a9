//! `konseki decide`: records a person's decision, then recomputes.

use std::{
    io::{BufRead, IsTerminal},
    path::Path,
};

use anyhow::Result;
use clap::{Args, Command, FromArgMatches};
use jiff::Timestamp;
use model::{Decision, Phrase, Selector, findings::Findings};
use report::Language;

use super::{CommandLine, investigate};
use crate::{
    case_folder::CaseFolder,
    cli::{CaseDir, Common},
    decisions::{self, WHATS},
    error::{self, wrong_use},
    output, pipeline, platform,
    progress::Silent,
    questions::{self, Question},
};

/// Record a person's decision, with name and reason, and recompute
#[derive(Args)]
struct Arguments {
    /// What is decided: session, network, device, app, account, source, mail, scope, folder, containment
    what: Option<String>,
    /// Which records: comma-separated key=value (account session token address client device app from to record scope path message)
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

/// Further questions named after the first.
const FURTHER: usize = 4;

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
        (None, None) => match asked(folder, &findings, language)? {
            Some(decision) => decision,
            None => return Ok(error::DONE),
        },
    };
    record(folder, decision)?;
    let request = pipeline::again(folder)?;
    let answer = pipeline::investigate(&request, &Silent, &platform::cancelled_by_user())?;
    let shown = platform::shown(folder);
    let changed = Phrase::new("show.effect_did", "What the decision changed:");
    output::note(&language.word(changed));
    for line in report::effect(&findings, &answer.findings, language) {
        output::note(&format!("  {line}"));
    }
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
            "{what:?} is nothing that can be decided; expected one of {}",
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

/// Asks the question that would settle most; without a terminal, only shows the first few.
fn asked(folder: &Path, findings: &Findings, language: Language) -> Result<Option<Decision>> {
    let open = questions::open(findings);
    let Some(first) = open.first() else {
        let none = Phrase::new("show.asked_none", "Nothing waits for a person's decision.");
        output::print(&language.word(none));
        return Ok(None);
    };
    output::print(&shown(first, &open, findings, language));
    if !std::io::stdin().is_terminal() {
        return Ok(None);
    }
    let Some(decision) = answered(first, findings, language)? else { return Ok(None) };
    let request = pipeline::again(folder)?;
    let after = pipeline::preview(&request, decision.clone(), &platform::cancelled_by_user())?;
    output::note(&language.word(Phrase::new("show.effect_would", "This would change:")));
    for line in report::effect(findings, &after, language) {
        output::note(&format!("  {line}"));
    }
    let sure = ask(&language.word(Phrase::new("show.effect_record", "Record it? y / Enter = no")))?;
    Ok(matches!(sure.to_lowercase().as_str(), "y" | "yes" | "はい").then_some(decision))
}

/// The first question whole, the next ones in a line each with the command that answers them.
fn shown(
    it: &Question<'_>,
    open: &[Question<'_>],
    findings: &Findings,
    language: Language,
) -> String {
    let count = |n: usize| report::number(n as u64);
    let waiting = Phrase::new(
        "show.asked_open",
        "{n} question(s) wait for a person; those that concern most scopes come first.",
    );
    let mut lines = vec![language.say(waiting, &[("n", &count(open.len()))]), it.asks(language)];
    lines.extend(it.about(&report::zone(&findings.case.timezone), language));
    if it.settles > 0 {
        let phrase = Phrase::new("show.asked_settles", "The answer may settle {n} scope(s).");
        lines.push(language.say(phrase, &[("n", &report::number(it.settles))]));
    }
    lines.push(String::new());
    lines.push(language.word(Phrase::new("show.asked_command", "To record the answer")));
    lines.push(format!("  {}", it.command()));
    if open.len() > 1 {
        lines.push(String::new());
        lines.push(language.word(Phrase::new("show.asked_next", "Further questions")));
    }
    for other in open.iter().skip(1).take(FURTHER) {
        lines.push(format!("  - {}", other.asks(language)));
        lines.push(format!("    {}", other.command()));
    }
    if open.len() > FURTHER + 1 {
        let more = Phrase::new("show.asked_more", "… and {n} more");
        lines.push(format!("  {}", language.say(more, &[("n", &count(open.len() - FURTHER - 1))])));
    }
    lines.join("\n")
}

fn ask(question: &str) -> Result<String> {
    output::note(question);
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

fn answered(
    it: &Question<'_>,
    findings: &Findings,
    language: Language,
) -> Result<Option<Decision>> {
    let word = |phrase: Phrase| language.word(phrase);
    let value = match it.what {
        "source" => declaration(language)?,
        "session" => {
            let choices = Phrase::new(
                "show.choose_session",
                "owner = o / intruder = a / another entitled person = p / do not know = Enter",
            );
            chosen(
                &ask(&word(choices))?,
                &[("o", "owner"), ("a", "attacker"), ("p", "other_person")],
            )
        }
        _ => {
            let choices = Phrase::new(
                "show.choose_place",
                "ours = o / the intruder's = a / do not know = Enter",
            );
            chosen(&ask(&word(choices))?, &[("o", "owner"), ("a", "attacker")])
        }
    };
    let Some(is) = value else { return Ok(None) };
    let who = ask(&word(Phrase::new("show.ask_who", "Your name")))?;
    let why = ask(&word(Phrase::new("show.ask_why", "Why")))?;
    Ok(Some(Decision {
        n: 0,
        what: it.what.into(),
        selector: expanded(decisions::selector(&it.typed)?, findings)?,
        typed: it.typed.clone(),
        is,
        who: needed(&Some(who), "name")?,
        why: needed(&Some(why), "reason")?,
        at: now(),
        before: String::new(),
    }))
}

fn chosen(answer: &str, choices: &[(&str, &str)]) -> Option<String> {
    choices.iter().find(|(key, _)| *key == answer).map(|(_, value)| (*value).to_owned())
}

/// Three days that a person knows; an empty answer ends the question.
fn declaration(language: Language) -> Result<Option<String>> {
    let mut days = Vec::new();
    for phrase in [
        Phrase::new("show.ask_from", "First day asked for (2025-09-01); do not know = Enter"),
        Phrase::new("show.ask_to", "Last day asked for (2025-11-10)"),
        Phrase::new("show.ask_collected", "Collected when (2025-11-12T02:00:00Z, or the day)"),
    ] {
        let day = ask(&language.word(phrase))?;
        if day.is_empty() {
            return Ok(None);
        }
        days.push(day);
    }
    let is = format!("declared:{}/{}@{}", days[0], days[1], days[2]);
    if !decisions::is_free_value("source", &is) {
        return Err(wrong_use(format!("{is:?} names no days; nothing was recorded")));
    }
    Ok(Some(is))
}
