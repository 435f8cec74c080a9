//! `konseki example`: writes the example evidence.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Command, FromArgMatches};

use super::CommandLine;
use crate::{error, example, output};

/// Write the example evidence: a simulated takeover
#[derive(Args)]
struct Arguments {
    /// Where
    #[arg(long, default_value = "konseki-example", value_name = "DIR")]
    out: PathBuf,
    /// Seed of everything random
    #[arg(long, default_value_t = example::DEFAULT_SEED)]
    seed: u64,
    /// Fraudulent messages
    #[arg(long, default_value_t = 7921, value_parser = clap::value_parser!(u32).range(1..=200_000))]
    messages: u32,
    /// Accounts
    #[arg(long, default_value_t = 24, value_parser = clap::value_parser!(u32).range(4..=500))]
    accounts: u32,
}

pub(super) const COMMAND: CommandLine = CommandLine {
    name: "example",
    define: |it: Command| Arguments::augment_args(it),
    run: |matches, _| run(&Arguments::from_arg_matches(matches)?),
};

fn run(arguments: &Arguments) -> Result<u8> {
    let options = example::Options {
        seed: arguments.seed,
        messages: arguments.messages,
        accounts: arguments.accounts,
        ..example::Options::default()
    };
    let world = example::simulate(&options)?;
    world.write(&arguments.out)?;
    output::note(&format!(
        "{} files written to {}; next: konseki investigate {}",
        world.files.len(),
        arguments.out.display(),
        arguments.out.display()
    ));
    Ok(error::DONE)
}
