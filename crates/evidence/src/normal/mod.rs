//! Normal forms: one way to write an address, an IP address, an instant, a name, so that equal
//! things compare equal whatever export they came from (design §4.2).
//!
//! All functions are total: text that is not what is asked for gives `None` or the empty string.

pub mod address;
pub(crate) mod columns;
pub mod date;
pub(crate) mod directory;
pub mod ip;
pub(crate) mod json;
pub(crate) mod log;
pub(crate) mod mail;
pub(crate) mod mailbox;
pub mod name;
pub(crate) mod pairs;
pub(crate) mod setting;
pub(crate) mod signin;
pub(crate) mod ual;
pub(crate) mod ual_table;
