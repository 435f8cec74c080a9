//! The command line: what every command shares.

use std::{ffi::OsString, path::PathBuf};

use clap::{Args, Command, FromArgMatches, error::ErrorKind};

use crate::{commands::COMMANDS, error, output};

/// Options every command understands.
#[derive(Clone, Debug, Args)]
pub(crate) struct Common {
    /// No progress and no notes
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// More notes, such as the time each stage takes
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// Form of notes and errors on standard error
    #[arg(long, global = true, value_parser = ["text", "json"], default_value = "text")]
    pub(crate) log_format: String,
    /// Exit status 1 if evidence was rejected or a claim cannot be told
    #[arg(long, global = true)]
    pub(crate) strict: bool,
}

/// The case folder a command looks into.
#[derive(Clone, Debug, Args)]
pub(crate) struct CaseDir {
    /// The case folder
    #[arg(long, default_value = "konseki-case", value_name = "DIR")]
    pub(crate) case_dir: PathBuf,
}

/// Commands of the contract that are not built yet: absent from the help.
const LATER: [&str; 6] = ["report", "review", "notify", "replay", "collect", "diff"];

fn command() -> Command {
    // The shared options first: their own description is not the program's.
    let mut all = Common::augment_args(Command::new("konseki"))
        .version(env!("CARGO_PKG_VERSION"))
        .about(
            "What happened to a taken-over Microsoft 365 account: every figure leads back to its \
             records",
        )
        .subcommand_required(true)
        .arg_required_else_help(true);
    for it in COMMANDS {
        all = all.subcommand((it.define)(Command::new(it.name)));
    }
    all
}

/// Runs the program and returns its exit status.
pub fn run(args: impl IntoIterator<Item = OsString>) -> u8 {
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(name) = args.get(1).and_then(|it| it.to_str()).filter(|it| LATER.contains(it)) {
        output::note(&format!(
            "konseki: the command `{name}` is not built yet; `konseki --help` lists what there is"
        ));
        return error::WRONG_USE;
    }
    let matches = match command().try_get_matches_from(args) {
        Ok(matches) => matches,
        Err(it) => {
            let _ = it.print();
            let shown = matches!(it.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return if shown { error::DONE } else { error::WRONG_USE };
        }
    };
    let Some((name, inner)) = matches.subcommand() else { return error::WRONG_USE };
    let common = Common::from_arg_matches(inner).or_else(|_| Common::from_arg_matches(&matches));
    let Ok(common) = common else { return error::WRONG_USE };
    let Some(it) = COMMANDS.iter().find(|it| it.name == name) else { return error::WRONG_USE };
    match (it.run)(inner, &common) {
        Ok(status) => status,
        Err(problem) => {
            complain(&problem, &common);
            error::status(&problem)
        }
    }
}

fn complain(problem: &anyhow::Error, common: &Common) {
    // File names and cells in a message are the evidence's: nothing in them may act.
    let text = model::Untrusted::new(format!("{problem:#}")).for_terminal();
    if common.log_format == "json" {
        output::note(&serde_json::json!({"level": "error", "message": text}).to_string());
    } else {
        output::note(&format!("konseki: {text}"));
    }
}
