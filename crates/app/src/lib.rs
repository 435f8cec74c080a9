//! Konseki: what happened to a taken-over mail account, from the exports the organisation can get.
//!
//! [`pipeline`] is the whole program on one page; `commands/` holds one file a command.

mod assemble;
mod case_file;
mod case_folder;
mod claims;
pub mod cli;
mod commands;
mod decisions;
pub mod docs;
pub mod error;
mod evidence_list;
pub mod example;
mod exposing;
mod geo;
mod judging;
mod knowledge;
mod mail_figures;
mod mailboxes;
mod manifest;
mod office;
mod output;
pub mod pipeline;
mod platform;
pub mod progress;
mod publish;
mod questions;
mod reading;
mod systems;
pub mod why;

pub use commands::COMMANDS;
