//! Normal forms: one way to write an address, an IP address, an instant, a name, so that equal
//! things compare equal whatever export they came from (design §4.2).
//!
//! All functions are total: text that is not what is asked for gives `None` or the empty string.

pub mod address;
pub(crate) mod charset;
pub(crate) mod columns;
pub mod date;
pub(crate) mod directory;
pub(crate) mod entra;
pub(crate) mod entra_audit;
pub(crate) mod entra_risk;
pub(crate) mod envelope;
pub(crate) mod headers;
pub(crate) mod html;
pub mod ip;
pub(crate) mod item;
pub(crate) mod json;
pub(crate) mod log;
pub(crate) mod mail;
pub(crate) mod mailbox;
pub(crate) mod mapi;
pub(crate) mod mapi_value;
pub(crate) mod mime;
pub mod name;
pub(crate) mod pairs;
pub(crate) mod record_types;
pub(crate) mod report;
pub(crate) mod rtf;
pub(crate) mod setting;
pub(crate) mod signin;
pub(crate) mod signin_defender;
pub(crate) mod signin_object;
pub(crate) mod tnef;
pub(crate) mod trace;
pub(crate) mod ual;
pub(crate) mod ual_table;
pub(crate) mod ual_words;
pub(crate) mod ual_wrapped;
