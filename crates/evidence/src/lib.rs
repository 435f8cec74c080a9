//! Bytes → records and rejects.
//!
//! Every file below the evidence folders, also inside archives, is found ([`find`]), recognised by
//! its content ([`inspect`]) and read row by row ([`read`]). Reading never fails on content: a row
//! that cannot be understood is handed over as a reject with the reason, and costs no other row.
//! Nothing here knows of Parquet or of verdicts.

mod abreast;
#[cfg(test)]
mod abreast_tests;
mod archive;
pub mod canonical;
#[cfg(test)]
mod corpus_tests;
mod encoding;
mod find;
mod format;
pub mod formats;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod inspect;
mod limits;
mod mail;
#[cfg(test)]
mod mutation_tests;
pub mod normal;
mod packed;
mod passwords;
pub mod personal;
mod read;
mod reconcile;
mod rows;
#[cfg(test)]
use rows::pst::sample as pst_sample;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod settings_tests;
mod shelf;
mod source;
mod stop;
mod tree;
#[cfg(test)]
mod ual_tests;
mod walk;

pub use abreast::{Again, Batch, Said, Sink, Work, read_abreast};
pub use encoding::decoded;
pub use find::{FindOptions, Found, Problem, find, find_in};
pub use format::{Format, ReadOptions};
pub use formats::FORMATS;
pub use inspect::{Inspection, inspect};
pub use passwords::Passwords;
pub use read::{Reread, fetch, read, reread};
pub use reconcile::{Reconciled, Relation, reconcile};
pub use shelf::forget_unpacked;
pub use source::Source;
pub use stop::Stop;

/// Grows when the same bytes may give other rows, so that stored rows are read anew.
pub const READER_VERSION: u32 = 3;
