//! `konseki investigate`: the main job.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Command, FromArgMatches};
use model::findings::{AccountVerdict, Findings, ScopeVerdict};
use report::Language;

use super::CommandLine;
use crate::{
    cli::Common,
    error::{self, wrong_use},
    example, output,
    pipeline::{self, Request},
    platform,
    progress::{Bar, Progress, Silent, Times},
};

/// Read the evidence and answer: who got in, when, what was touched, how many mails went out
#[derive(Args)]
struct Arguments {
    /// Folders or files of evidence (exports, also inside .zip, .7z, .gz and .zst)
    #[arg(required_unless_present = "example", value_name = "EVIDENCE")]
    evidence: Vec<PathBuf>,
    /// Investigate the built-in example (a simulated takeover)
    #[arg(long, conflicts_with = "evidence")]
    example: bool,
    /// The case file; konseki.toml in the first folder where none is given
    #[arg(long, value_name = "FILE")]
    case: Option<PathBuf>,
    /// Where the answer is written
    #[arg(long, default_value = "konseki-case", value_name = "DIR")]
    out: PathBuf,
    /// Language of the screen
    #[arg(long, value_parser = ["ja", "en"])]
    lang: Option<String>,
    /// Time zone of calendar days, for example Asia/Tokyo
    #[arg(long, value_name = "ZONE")]
    timezone: Option<String>,
    /// Folder with .mmdb files for country and network of addresses
    #[arg(long, value_name = "DIR")]
    geo: Option<PathBuf>,
    /// File with the passwords of encrypted archives, one a line
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Where the work is done
    #[arg(long, default_value = "local", value_name = "local|ballista://HOST:PORT")]
    engine: String,
}

pub(super) const COMMAND: CommandLine = CommandLine {
    name: "investigate",
    define: |it: Command| Arguments::augment_args(it),
    run: |matches, common| run(Arguments::from_arg_matches(matches)?, common),
};

fn run(arguments: Arguments, common: &Common) -> Result<u8> {
    if arguments.engine.starts_with("ballista://") {
        return Err(wrong_use(
            "--engine ballista: the cluster engine is not built into this program yet; leave --engine out",
        ));
    }
    if arguments.engine != "local" {
        return Err(wrong_use(format!(
            "--engine {:?}; expected local or ballista://HOST:PORT",
            arguments.engine
        )));
    }
    let evidence = if arguments.example {
        let folder = PathBuf::from("konseki-example");
        example::simulate(&example::Options::default())?.write(&folder)?;
        vec![folder]
    } else {
        arguments.evidence.clone()
    };
    let request = Request {
        evidence,
        case_file: arguments.case,
        out: arguments.out,
        language: arguments.lang.clone(),
        timezone: arguments.timezone,
        geo: arguments.geo,
        password_file: arguments.password_file,
    };
    let bar: Box<dyn Progress> = match (common.quiet, common.verbose) {
        (true, _) => Box::new(Silent),
        (_, true) => Box::new(Times::default()),
        _ if output::shows_progress() => Box::new(Bar::default()),
        _ => Box::new(Silent),
    };
    let answer = pipeline::investigate(&request, &*bar, &platform::cancelled_by_user())?;
    if !common.quiet {
        for key in &answer.unread {
            output::note(&format!("konseki: {key}: unknown key in the case file, not read"));
        }
    }
    print(&answer.findings, &request, answer.files);
    Ok(status(&answer.findings, common))
}

/// The language of the screen: as asked, else that of the case.
pub(super) fn language(asked: Option<&str>, findings: &Findings) -> Language {
    let of = |code: &str| Language::of(code);
    asked.and_then(of).or_else(|| of(&findings.case.language)).unwrap_or(report::EN)
}

fn print(findings: &Findings, request: &Request, files: usize) {
    let language = language(request.language.as_deref(), findings);
    if files == 0 {
        return output::print(&report::what_to_export(&language));
    }
    let folder = platform::shown(&request.out);
    output::print(&report::screen(findings, &language, output::width(), output::colour(), &folder));
}

/// Exit status 1 under `--strict` if anything was rejected or stays open.
pub(super) fn status(findings: &Findings, common: &Common) -> u8 {
    let lost = ["encrypted", "limit_hit"];
    let rejected = findings
        .evidence
        .iter()
        .any(|it| it.rejected > 0 || it.warnings.iter().any(|it| lost.contains(&it.code.as_str())));
    let open = findings.scopes.iter().any(|it| it.verdict == ScopeVerdict::CannotTell)
        || findings.accounts.iter().any(|it| it.verdict == AccountVerdict::CannotTell);
    if common.strict && (rejected || open) { error::OPEN } else { error::DONE }
}
