//! Everything tested from the front door, in one binary.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should stop")]

mod bad_input;
mod cases;
mod cli;
mod decisions;
mod docs;
mod exposure;
mod hostile;
mod house;
mod run;
mod same_answer;
mod settings;
mod silence;
mod withholding;
