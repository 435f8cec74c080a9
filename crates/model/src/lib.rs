//! The words of the program as plain data: what is read, what is gathered, what is decided.
//!
//! Nothing here reads a file, runs a query or judges. Every other crate imports this one and
//! nothing else of ours; only `app` imports all. The meaning of each word stands in `GLOSSARY.md`.
#![deny(missing_docs)]

mod case;
mod decision;
mod evidence;
pub mod findings;
mod gather;
mod glob;
mod item;
mod record;
mod setting;
mod text;
mod time;
mod untrusted;

pub use case::*;
pub use decision::*;
pub use evidence::*;
pub use gather::*;
pub use glob::*;
pub use item::*;
pub use record::*;
pub use setting::*;
pub use text::*;
pub use time::*;
pub use untrusted::*;

/// One rule file or data file of the project, embedded at build: its stem and its text.
pub type DataFile = (&'static str, &'static str);
