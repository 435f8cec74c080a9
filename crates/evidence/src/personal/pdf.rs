//! The text of a PDF, page by page, bounded in pages, depth, memory and text.
//!
//! The reader refuses deep nesting and streams that unpack too far; what still goes wrong in it makes a
//! damaged file, never the end of the run. Scanned pages hold no text: nothing reads pictures here. Files
//! with composite fonts, as nearly all Japanese ones are, are not looked into, and counted so.

use std::io;

use lopdf::{Document, LoadOptions};

use super::text::Why;
use crate::rows::xls::caught;

/// Most bytes that one stream may unpack to.
const STREAM: usize = 16 << 20;
/// Most pages that are looked at.
const PAGES: usize = 500;
/// Pages taken at once, between which the length of the text is looked at.
const STEP: usize = 20;

/// The text, and whether some of it could not be read or was left out.
pub(super) fn text(bytes: &[u8], longest: usize) -> Result<(String, bool), Why> {
    caught(|| Ok::<_, io::Error>(inside(bytes, longest))).unwrap_or(Err(Why::Damaged))
}

fn inside(bytes: &[u8], longest: usize) -> Result<(String, bool), Why> {
    let options = LoadOptions { max_decompressed_size: Some(STREAM), ..LoadOptions::default() };
    let document = match Document::load_mem_with_options(bytes, options) {
        Ok(document) => document,
        Err(lopdf::Error::Decryption(_) | lopdf::Error::InvalidPassword) => {
            return Err(Why::Encrypted);
        }
        Err(_) => return Err(Why::Damaged),
    };
    if document.is_encrypted() {
        return Err(Why::Encrypted);
    }
    if is_by_number(&document) {
        return Err(Why::Glyphs);
    }
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    let mut partly = pages.len() > PAGES;
    let mut out = String::new();
    for some in pages[..pages.len().min(PAGES)].chunks(STEP) {
        for chunk in document.extract_text_chunks_with_limit(some, STREAM) {
            match chunk {
                Ok(chunk) => out.push_str(&chunk),
                Err(_) => partly = true,
            }
        }
        if out.len() > longest {
            return Ok((out, true));
        }
    }
    let nothing = out.chars().all(char::is_whitespace);
    if nothing { Err(Why::NoText) } else { Ok((out, partly)) }
}

/// Whether some text is given by the numbers of a font's shapes (composite fonts: all Japanese text). What
/// the reader makes of them was seen to be wrong letters, so such a file counts as not looked into.
fn is_by_number(document: &Document) -> bool {
    let subtype = |it: &lopdf::Object| {
        let name = it.as_dict().and_then(|it| it.get(b"Subtype")).and_then(lopdf::Object::as_name);
        name.is_ok_and(|it| it == b"Type0")
    };
    document.objects.values().any(subtype)
}
