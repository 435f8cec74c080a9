//! Bytes → rows, one way of writing rows a file. Each finds where a row ends even if rows around
//! it are broken.

pub(crate) mod blocks;
pub(crate) mod buffer;
pub(crate) mod clixml;
pub(crate) mod csv;
pub(crate) mod json;
pub(crate) mod lines;
pub(crate) mod mails;
pub(crate) mod nk2;
pub(crate) mod property;
pub(crate) mod pst;
pub(crate) mod workbook;
pub(crate) mod xls;
