//! One file a command. Adding one is a file here and a line in [`COMMANDS`].

mod check;
mod decide;
mod example;
mod investigate;
mod show;
mod sql;
mod verify;
mod why;

use anyhow::Result;
use clap::{ArgMatches, Command};

use crate::cli::Common;

/// A command of the program.
pub struct CommandLine {
    /// Its name.
    pub name: &'static str,
    /// Adds its arguments and help.
    pub(crate) define: fn(Command) -> Command,
    /// Runs it; the exit status.
    pub(crate) run: fn(&ArgMatches, &Common) -> Result<u8>,
}

/// Every command, in the order of the help.
pub const COMMANDS: &[CommandLine] = &[
    investigate::COMMAND,
    check::COMMAND,
    show::COMMAND,
    why::COMMAND,
    sql::COMMAND,
    decide::COMMAND,
    verify::COMMAND,
    example::COMMAND,
];
