//! The text of an attachment, for [`super::scan`]: PDF, DOCX, slides, workbooks, HTML, plain text; bounded
//! whatever a file says of itself.

use std::{
    borrow::Cow,
    io::{Cursor, Read},
};

use quick_xml::{Reader, events::Event};

use super::pdf;
use crate::rows::workbook;

/// Most bytes of a file that is looked into.
pub const WHOLE: u64 = 64 << 20;
/// Most bytes of text taken out of one file.
const TEXT: usize = super::LONGEST;

/// What became of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Extracted {
    /// Its text.
    Text {
        /// The text.
        text: String,
        /// Whether there is more that was left out or could not be read.
        cut: bool,
    },
    /// It was not looked into, and why.
    Not(Why),
}

/// Why a file was not looked into; each is counted, none is taken for «nothing found».
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub enum Why {
    /// Encrypted.
    Encrypted,
    /// A picture, a program, sound: no text in it that this could read.
    NoText,
    /// A PDF that gives its text by the numbers of a font's shapes (all Japanese ones).
    Glyphs,
    /// Damaged.
    Damaged,
    /// Larger than [`WHOLE`], also when unpacked.
    TooLarge,
}

impl Why {
    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            Why::Encrypted => "encrypted",
            Why::NoText => "no_text",
            Why::Glyphs => "glyphs",
            Why::Damaged => "damaged",
            Why::TooLarge => "too_large",
        }
    }
}

/// Takes the text out of a file; its kind is told by its bytes alone.
pub fn extract(bytes: &[u8]) -> Extracted {
    let whole = |text| (text, false);
    let got = if bytes.len() as u64 > WHOLE {
        Err(Why::TooLarge)
    } else if bytes[..bytes.len().min(1024)].windows(5).any(|it| it == b"%PDF-") {
        pdf::text(bytes, TEXT)
    } else if bytes.starts_with(b"PK\x03\x04") {
        packed(bytes).map(whole)
    } else if bytes.starts_with(b"\xd0\xcf\x11\xe0") {
        // An old workbook, or an encrypted new document.
        let locked = |why| if holds(bytes, "EncryptedPackage") { Why::Encrypted } else { why };
        sheets(bytes).map(whole).map_err(locked)
    } else {
        plain(bytes).map(whole)
    };
    match got {
        Ok((mut text, partly)) => {
            let mut end = text.len().min(TEXT);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            let cut = partly || end < text.len();
            text.truncate(end);
            Extracted::Text { text, cut }
        }
        Err(why) => Extracted::Not(why),
    }
}

/// Whether a compound file names a stream: its directory writes names in UTF-16.
fn holds(bytes: &[u8], name: &str) -> bool {
    let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    bytes.windows(name.len()).any(|it| it == name)
}

fn plain(bytes: &[u8]) -> Result<String, Why> {
    let head = &bytes[..bytes.len().min(4096)];
    let wide = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    let odd = head.iter().filter(|it| **it < 9 || (14..27).contains(*it)).count();
    if !wide && odd * 100 > head.len() {
        return Err(Why::NoText);
    }
    let text = crate::decoded(&bytes[..bytes.len().min(TEXT * 2)]);
    let start = text.trim_start().get(..200).unwrap_or(text.trim_start()).to_lowercase();
    let marks = ["<!doctype html", "<html", "<head", "<body", "<div", "<p>", "<table", "<meta"];
    if marks.iter().any(|it| start.contains(it)) { Ok(html(&text)) } else { Ok(text) }
}

/// The words of a page: tags off, scripts and styles with what they hold, entities that matter read.
pub fn html(page: &str) -> String {
    let mut out = String::with_capacity(page.len() / 2);
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        unescaped(&rest[..at], &mut out);
        let tag = &rest[at..];
        let name: String = tag
            .chars()
            .skip(1)
            .take_while(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase();
        let end = match name.as_str() {
            "script" | "style" => closing(tag, &name),
            _ if tag.starts_with("<!--") => tag.find("-->").map(|it| it + 3),
            _ => tag.find('>').map(|it| it + 1),
        };
        let inline = ["b", "i", "u", "em", "strong", "span", "font", "a"].contains(&name.as_str());
        if !inline && !tag.starts_with("</") && !out.ends_with('\n') {
            out.push('\n');
        }
        let Some(end) = end else { return out };
        rest = &tag[end..];
    }
    unescaped(rest, &mut out);
    out
}

fn closing(tag: &str, name: &str) -> Option<usize> {
    let close = format!("</{name}");
    let at = (0..tag.len()).find(|at| {
        tag.get(*at..*at + close.len()).is_some_and(|it| it.eq_ignore_ascii_case(&close))
    })?;
    tag[at..].find('>').map(|it| at + it + 1)
}

fn unescaped(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let name: String = after.chars().take(9).take_while(|c| *c != ';').collect();
        let known = match name.as_str() {
            "nbsp" => Some(' '),
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            other => number(other),
        };
        match known.filter(|_| after[name.len()..].starts_with(';')) {
            Some(c) => {
                out.push(c);
                rest = &after[name.len() + 1..];
            }
            None => {
                out.push('&');
                rest = after;
            }
        }
    }
    out.push_str(rest);
}

fn number(name: &str) -> Option<char> {
    let digits = name.strip_prefix('#')?;
    let code = match digits.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => digits.parse().ok()?,
    };
    char::from_u32(code)
}

/// A document or a workbook in a zip archive.
fn packed(bytes: &[u8]) -> Result<String, Why> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| Why::Damaged)?;
    let parts: Vec<String> = archive
        .file_names()
        .flatten()
        .filter(|it| is_words(it))
        .take(64)
        .map(Cow::into_owned)
        .collect();
    if parts.is_empty() {
        let book =
            archive.file_names().flatten().any(|it| it.starts_with("xl/") || it == "content.xml");
        return if book { sheets(bytes) } else { Err(Why::NoText) };
    }
    let mut names = parts;
    names.sort();
    let mut room = WHOLE;
    let mut out = String::new();
    for name in names {
        let member = match archive.by_name(&name) {
            Ok(member) => member,
            Err(zip::result::ZipError::UnsupportedArchive(_)) => return Err(Why::Encrypted),
            Err(_) => return Err(Why::Damaged),
        };
        let mut part = Vec::new();
        member.take(room + 1).read_to_end(&mut part).map_err(|_| Why::Damaged)?;
        room = room.checked_sub(part.len() as u64).ok_or(Why::TooLarge)?;
        words(&part, &mut out)?;
        if out.len() > TEXT {
            break;
        }
    }
    Ok(out)
}

/// The parts of a document that hold words.
fn is_words(name: &str) -> bool {
    let part = name.strip_prefix("word/").and_then(|it| it.strip_suffix(".xml"));
    let slide = name.starts_with("ppt/slides/slide") && name.ends_with(".xml");
    slide
        || part.is_some_and(|it| {
            it == "document"
                || ["header", "footer", "footnotes", "endnotes", "comments"]
                    .iter()
                    .any(|s| it.starts_with(s))
                    && !it.contains('/')
        })
}

/// The words of one part: text runs joined, a line a paragraph.
fn words(part: &[u8], out: &mut String) -> Result<(), Why> {
    let mut reader = Reader::from_reader(part);
    reader.config_mut().check_end_names = false;
    let mut inside = false;
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer).map_err(|_| Why::Damaged)? {
            Event::Start(it) => inside = it.local_name().as_ref() == "t",
            Event::Text(it) if inside => out.push_str(&it),
            Event::GeneralRef(it) if inside => {
                unescaped(&format!("&{};", &*it), out);
            }
            Event::End(it) => {
                inside = false;
                if it.local_name().as_ref() == "p" || it.local_name().as_ref() == "tc" {
                    out.push('\n');
                }
            }
            Event::Empty(it) if matches!(it.local_name().as_ref(), "tab" | "br") => out.push(' '),
            Event::Eof => return Ok(()),
            _ => {}
        }
        buffer.clear();
        if out.len() > TEXT * 2 {
            return Ok(());
        }
    }
}

/// The cells of a workbook, a line a row.
fn sheets(bytes: &[u8]) -> Result<String, Why> {
    let mut out = String::new();
    workbook::rows(bytes.to_vec(), &mut |_, cells| {
        if out.len() <= TEXT {
            let mut first = true;
            for cell in cells.iter().filter(|it| !it.is_empty()) {
                out.push_str(if first { "" } else { "\t" });
                out.push_str(cell);
                first = false;
            }
            out.push('\n');
        }
    })
    .map_err(|_| Why::Damaged)?;
    Ok(out)
}
