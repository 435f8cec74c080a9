//! Errors of the command line and their exit status (contract §1).

use std::fmt;

/// Done.
pub const DONE: u8 = 0;
/// Done, but something was rejected or stays open, and `--strict` was given.
pub const OPEN: u8 = 1;
/// Wrong use.
pub const WRONG_USE: u8 = 2;
/// Could not run.
pub const COULD_NOT_RUN: u8 = 3;

/// A mistake in how the program was called: exit status 2.
#[derive(Debug)]
pub struct WrongUse(pub String);

impl fmt::Display for WrongUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for WrongUse {}

/// Makes the error of a wrong use.
pub fn wrong_use(text: impl Into<String>) -> anyhow::Error {
    anyhow::Error::new(WrongUse(text.into()))
}

/// The exit status of an error.
pub fn status(error: &anyhow::Error) -> u8 {
    if error.chain().any(|it| it.is::<WrongUse>()) { WRONG_USE } else { COULD_NOT_RUN }
}
