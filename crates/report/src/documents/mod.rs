//! The documents, one file each; all write both languages from the same findings.

mod announcement;
mod html;
mod office;

pub use announcement::{announcement_html, announcement_md};
pub use html::{Bucket, Charts, html};
pub use office::{Addressee, Sheet, addressees};

use model::findings::Findings;

use crate::Language;

/// Writes one document.
pub type Writer = fn(&Findings, &Charts, &Language) -> String;

/// A document: its name, the ending of its file, and what writes it.
pub type Document = (&'static str, &'static str, Writer);

/// Every document: a file is `<name>.<language>.<ending>`.
pub const DOCUMENTS: &[Document] = &[
    ("report", "html", html),
    ("announcement", "html", |findings, _, language| announcement_html(findings, language)),
    ("announcement", "md", |findings, _, language| announcement_md(findings, language)),
];
