//! One file an export. Adding a format is a file here and a line in [`FORMATS`].

mod ual_graph;
mod ual_portal_csv;
mod ual_records;
mod ual_search_csv;
mod ual_splunk_csv;

use crate::format::Format;

/// Every format, the more telling first: the first that recognises a file reads it.
pub const FORMATS: &[Format] = &[
    ual_splunk_csv::FORMAT,
    ual_portal_csv::FORMAT,
    ual_search_csv::FORMAT,
    ual_graph::FORMAT,
    ual_records::FORMAT,
];
