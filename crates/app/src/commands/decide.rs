//! `konseki decide`: records a person's decision, then recomputes.

use std::{
    io::{BufRead, IsTerminal},
    path::Path,
};

use anyhow::Result;
use clap::{Args, Command, FromArgMatches};
use jiff::Timestamp;
use model::{
    Decision, Selector, Untrusted,
    findings::{Findings, SessionVerdict},
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
    let instant = values.is_empty() && is.parse::<Timestamp>().is_ok();
    if !values.contains(&is.as_str()) && !instant {
        let expected = if values.is_empty() {
            "an instant such as 2025-10-29T06:30:00Z".to_owned()
        } else {
            values.join(", ")
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

/// Asks about the sessions that nobody but a person can settle, the heaviest first.
fn asked(findings: &Findings, language: Language) -> Result<Option<Decision>> {
    let ja = language.code() == "ja";
    let mut open: Vec<_> =
        findings.sessions.iter().filter(|it| it.verdict == SessionVerdict::Suspected).collect();
    open.sort_by_key(|it| (-it.score, it.id.clone()));
    let Some(it) = open.first() else {
        output::print(if ja {
            "人が決めるべきセッションは残っていません。"
        } else {
            "No session waits for a person's decision."
        });
        return Ok(None);
    };
    let safe = |text: &str| Untrusted::from(text).for_terminal();
    let code = language.code();
    let mut text = match ja {
        true => format!("このサインインは本人のものですか？（残り {} 件）\n", open.len()),
        false => format!("Was this the owner? ({} to decide)\n", open.len()),
    };
    text.push_str(&format!("  {}  {} … {}\n", it.account, it.first, it.last));
    text.push_str(&format!("  {}  {}\n", it.ips.join(" "), it.countries.join(" ")));
    for agent in &it.user_agents {
        text.push_str(&format!("  {}\n", agent.for_terminal()));
    }
    for reason in &it.reasons {
        text.push_str(&format!("  - {}\n", safe(reason.text.in_language(code))));
    }
    output::print(&text);
    if !std::io::stdin().is_terminal() {
        let command = format!(
            "konseki decide session session={} --is owner|attacker|other_person --who NAME --why TEXT",
            it.id
        );
        output::print(&command);
        return Ok(None);
    }
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
    let typed = format!("session={}", it.id);
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
