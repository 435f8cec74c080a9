//! Verdicts become documents: the screen, the HTML report, the announcement, tables.
//!
//! Every number shown was decided elsewhere; nothing here judges. What came out of evidence passes
//! a sink that makes it harmless: [`safe`] for terminal and HTML, cells for CSV.
#![deny(missing_docs)]

mod claims;
mod coverage;
mod documents;
mod effect;
mod export_help;
mod figures;
mod language;
mod names;
#[cfg(test)]
#[allow(clippy::too_many_lines, reason = "test data, read from top to bottom")]
mod sample;
mod screen;
mod show;
#[cfg(test)]
mod tests;
mod times;
mod width;
mod words;

pub use claims::{claims, figure_in_words, shell_quoted, why_command};
pub use coverage::percent;
pub use documents::*;
pub use effect::effect;
pub use export_help::what_to_export;
pub use figures::number;
pub use language::{EN, JA, LANGUAGE_FILES, Language, phrase_of, translate};
pub use names::{safe, scope_name};
pub use screen::screen;
pub use show::{SHOW_PARTS, UnknownPart, show_csv, show_json, show_table};
pub use times::{day, day_micros, utc, when, when_micros, zone};
pub use words::{AREAS, Area, word};
