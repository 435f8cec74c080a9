//! What is this file? Its hash, its encoding, its format, told by its content and never its name.

use std::io::{self, Read};

use encoding_rs::{Encoding, UTF_8};
use model::Kind;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    FORMATS,
    archive::{self, Magic},
    canonical::hex,
    encoding::{Decoding, Detector},
    format::{Format, Head, Shape},
    limits, mail,
    normal::{address, columns::Columns, envelope, pairs::Pairs},
    packed::Stamp,
    rows::{
        buffer::Buffer,
        clixml::{self, CliObjects},
        csv::{Cells, Flaw, Line, Rows, has_stray_quote},
        json::Objects,
        nk2, pst, workbook, xls,
    },
    shelf,
    source::Source,
    stop::Stop,
};

/// What a file is.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// SHA-256 of the content, in hex.
    pub sha256: String,
    /// Size of the content.
    pub bytes: u64,
    /// Kind of evidence.
    pub kind: Kind,
    /// The format; `None` if nothing can be read from it.
    pub format: Option<&'static Format>,
    /// Name of the text encoding.
    pub encoding: String,
    /// Whether characters were lost in that encoding.
    pub text_lost: bool,
    /// Whether the content holds kana: the language of those it is about.
    pub kana: bool,
    /// Why reading the content stopped early, if it did.
    pub stopped: Option<(String, String)>,
    /// The file as it stood when it was hashed.
    pub(crate) stamp: Option<Stamp>,
    pub(crate) head: Head,
}

/// Hashes a file and recognises it.
pub fn inspect(source: &Source) -> Inspection {
    shelf::leave_all_but(source);
    let stamp = source.stamp();
    let mut hash = Sha256::new();
    let mut detector = Detector::new();
    let (mut bytes, mut first) = (0_u64, Vec::new());
    let outcome = source.open(&mut |reader| {
        let (mut block, mut next) = (vec![0; BLOCK], vec![0; BLOCK]);
        let (mut n, mut end) = fill(reader, &mut block);
        while n > 0 {
            let this = &block[..n];
            bytes += n as u64;
            if first.len() < limits::HEAD {
                first.extend_from_slice(&this[..n.min(limits::HEAD - first.len())]);
            }
            (n, end) = beside(
                n == BLOCK,
                || hash.update(this),
                || {
                    detector.feed(this);
                    if end.is_none() { fill(reader, &mut next) } else { (0, end.take()) }
                },
            );
            std::mem::swap(&mut block, &mut next);
        }
        end.unwrap_or(Ok(()))
    });
    let stop = outcome.err().map(|it| Stop::of(&it));
    let stop = stop.or((source.stamp() != stamp).then_some(Stop::Changed));
    let (encoding, text_lost) = detector.finish();
    let mut it = Inspection {
        sha256: hex(&hash.finalize()),
        bytes,
        kind: Kind::Unknown,
        format: None,
        encoding: encoding.name().to_owned(),
        text_lost,
        kana: detector.kana(),
        stopped: stop.map(|it| (it.code().to_owned(), it.word().to_owned())),
        stamp,
        head: Head::default(),
    };
    if source.container {
        it.kind = Kind::Container;
    } else {
        recognise(&mut it, source, &first, encoding);
    }
    // Only text that is read as text can lose letters: a workbook or an unknown file is no text.
    it.text_lost &= it.format.is_some() && it.head.shape.is_text();
    it
}

/// Bytes of a file looked at together.
const BLOCK: usize = 1 << 20;

/// Fills a block as far as the content goes; with it, how the content ended, if it did.
fn fill(reader: &mut dyn Read, block: &mut [u8]) -> (usize, Option<io::Result<()>>) {
    let mut n = 0;
    while n < block.len() {
        match reader.read(&mut block[n..]) {
            Ok(0) => return (n, Some(Ok(()))),
            Ok(more) => n += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (n, Some(Err(error))),
        }
    }
    (n, None)
}

/// Does two things, at the same time where that is worth a thread.
fn beside<T>(worth: bool, one: impl FnOnce() + Send, other: impl FnOnce() -> T) -> T {
    if !worth {
        one();
        return other();
    }
    std::thread::scope(|scope| {
        scope.spawn(one);
        other()
    })
}

fn recognise(it: &mut Inspection, source: &Source, first: &[u8], encoding: &'static Encoding) {
    let workbook = archive::magic(first) == Magic::Zip || first.starts_with(xls::COMPOUND);
    let outlook = outlook_head(first).or_else(|| mail::head(source, it.bytes, first));
    let heads = match (outlook, workbook) {
        (Some(head), _) => vec![head],
        (None, true) => workbook_head(source, it.bytes).into_iter().collect(),
        (None, false) => text_heads(first, encoding),
    };
    if workbook || heads.first().is_some_and(|it| !it.shape.is_text()) {
        // Its bytes are no text as a whole; what it holds is told by its parts.
        it.text_lost = false;
        UTF_8.name().clone_into(&mut it.encoding);
    }
    let chosen = chosen(&heads);
    let at = chosen.map_or(0, |it| it.0);
    let Some(head) = heads.into_iter().nth(at) else { return };
    it.kana |=
        head.header.iter().chain(head.rows.iter().flatten()).any(|it| it.chars().any(is_kana));
    if let Some((_, format)) = chosen {
        it.kind = format.kind;
        it.format = Some(format);
    } else if is_case_file(&head) {
        it.kind = Kind::CaseFile;
    }
    it.head = head;
}

/// Files of Outlook, known by how they begin.
fn outlook_head(first: &[u8]) -> Option<Head> {
    let shape = if first.starts_with(pst::MAGIC) {
        Shape::Pst
    } else if first.starts_with(nk2::MAGIC) {
        Shape::Nk2
    } else {
        return None;
    };
    Some(Head { shape, ..Head::default() })
}

/// The head that says what the file is, and its format: that of most heads, for a damaged object may
/// look like a poorer export; among as many the first. What collectors keep is of several kinds, and
/// its first head speaks for all.
fn chosen(heads: &[Head]) -> Option<(usize, &'static Format)> {
    let format = |head| FORMATS.iter().find(|format| (format.recognises)(head));
    let known = heads.iter().enumerate().filter_map(|(at, head)| Some((at, format(head)?)));
    let known: Vec<(usize, &'static Format)> = known.collect();
    if let Some(it) = known.iter().find(|it| !heads[it.0].wrapped.is_empty()) {
        return Some(*it);
    }
    let alike = |id| known.iter().filter(|it| it.1.id == id).count();
    known.iter().rev().max_by_key(|it| alike(it.1.id)).copied()
}

fn is_kana(c: char) -> bool {
    matches!(c, '\u{3041}'..='\u{30ff}' | '\u{ff66}'..='\u{ff9f}')
}

fn is_case_file(head: &Head) -> bool {
    let section = |line: &str| {
        matches!(
            line.trim(),
            "[case]" | "[[source]]" | "[[organisation]]" | "[[containment]]" | "[inventory]"
        )
    };
    let rows = head.rows.iter().filter_map(|it| it.first()).map(String::as_str);
    head.shape == Shape::Csv
        && head.header.first().map(String::as_str).into_iter().chain(rows).any(section)
}

/// What the beginning of a text may be: of JSON and CliXML each of the first objects, for the first
/// may be the damaged one.
fn text_heads(first: &[u8], encoding: &'static Encoding) -> Vec<Head> {
    let mut text = String::new();
    let mut raw = first;
    // A character cut at the end of the head reads as a replacement: it is only the head.
    if Decoding::new(&mut raw, encoding).read_to_string(&mut text).is_err() {
        return Vec::new();
    }
    let start = text.trim_start();
    let controls = text.bytes().take(4096).filter(|it| *it < 9).count();
    if start.is_empty() || controls * 20 > text.len().min(4096) {
        return Vec::new();
    }
    if start.starts_with(['{', '[']) {
        let heads = json_heads(&text);
        if !heads.is_empty() {
            return heads;
        }
    }
    let plain = start.trim_start_matches('\u{feff}').trim_start();
    if clixml::is(plain) {
        return clixml_heads(&text);
    }
    if start.get(..11).is_some_and(|it| it.eq_ignore_ascii_case("BEGIN:VCARD")) {
        return vec![Head { shape: Shape::Cards, ..Head::default() }];
    }
    if is_ldif(start) {
        return vec![Head { shape: Shape::Entries, ..Head::default() }];
    }
    // Free text may look like pairs of key and value: a table whose header says what it is, is a table.
    let table = csv_head(&text);
    let known = |it: &&Format| it.kind != Kind::List && (it.recognises)(&table);
    match log_head(&text) {
        Some(log) if !FORMATS.iter().any(|it| known(&it)) => vec![log],
        _ => vec![table],
    }
}

/// An address book: its first entry has a distinguished name (`dn: cn=…`), behind comments and the
/// version, or, the first may be the damaged one, half of its first entries have.
fn is_ldif(text: &str) -> bool {
    let named = |line: &str| {
        let name = line.strip_prefix("dn:");
        name.is_some_and(|it| it.starts_with(':') || it.contains('=') || it.trim().is_empty())
    };
    let remark = |it: &str| it.starts_with(['#', ' ']) || it.starts_with("version:");
    let (mut begins, mut entries) = (true, Vec::new());
    for line in text.lines().map(|it| it.trim_start_matches('\u{feff}')) {
        if line.trim().is_empty() {
            begins = true;
        } else if begins && !remark(line) {
            begins = false;
            entries.push(named(line));
            if entries.len() == OBJECTS {
                break;
            }
        }
    }
    let all = entries.iter().filter(|it| **it).count();
    entries.first() == Some(&true) || (all > 0 && all * 2 >= entries.len())
}

/// A log of pairs: most lines hold so many of them that no table and no text looks like it.
fn log_head(text: &str) -> Option<Head> {
    let lines = || text.lines().filter(|it| !it.trim().is_empty()).take(40);
    let alike = lines().filter(|it| Pairs::of(it).len() >= 6).count();
    (alike * 2 > lines().count()).then(|| Head {
        shape: Shape::Lines,
        rows: lines().map(|it| vec![it.to_owned()]).collect(),
        ..Head::default()
    })
}

/// Sound objects looked at to recognise a file.
const OBJECTS: usize = 8;

fn json_heads(text: &str) -> Vec<Head> {
    let mut raw = text.as_bytes();
    let mut objects = Objects::new(Buffer::new(&mut raw));
    let mut heads: Vec<Head> = Vec::new();
    // A collector's file may hold several kinds of rows: they are looked at together.
    let (mut wrapped, mut at) = (Vec::new(), None);
    for _ in 0..1000 {
        let Some(element) = objects.next() else { break };
        let Ok(object @ Value::Object(_)) = element.value else { continue };
        let full = heads.len() >= OBJECTS;
        if at.is_none() && full {
            break;
        }
        if at.is_none() && envelope::peel(&object).is_some() {
            at = Some(heads.len());
        }
        if at.is_some() {
            wrapped.push(object.clone());
        }
        if !full {
            heads.push(Head::of_object(object));
        }
    }
    if let Some(head) = at.and_then(|at| heads.get_mut(at)) {
        head.wrapped = wrapped;
    }
    heads
}

fn clixml_heads(text: &str) -> Vec<Head> {
    let mut raw = text.as_bytes();
    let mut objects = CliObjects::new(Buffer::new(&mut raw));
    let sound = std::iter::from_fn(|| objects.next()).filter_map(|it| it.value.ok());
    let head = |it| Head { shape: Shape::CliXml, ..Head::of_object(it) };
    sound.take(OBJECTS).map(head).collect()
}

/// Lines before the header that are neither: PowerShell's type, Excel's delimiter.
pub(crate) fn is_preface(cells: &[&str]) -> bool {
    let first = cells.first().map_or("", |it| it.trim_start_matches('\u{feff}'));
    first.starts_with("#TYPE ") || (first.starts_with("sep=") && cells.len() <= 2)
}

fn csv_head(text: &str) -> Head {
    let mut best: Option<((usize, usize, usize), Head)> = None;
    for delimiter in *b",\t;" {
        let (lines, sound) = lines(text, delimiter, 40);
        let first = lines.first().map_or(0, Vec::len);
        // A title above the header is narrower than the table.
        let width = if first > 1 { first } else { usual(&lines) };
        let alike: Vec<bool> = lines
            .iter()
            .zip(sound)
            .filter(|it| it.0.len() == width && width > 1)
            .map(|it| it.1)
            .collect();
        // As many rows as possible as wide as the header; among equals the wider. Shares, because
        // line breaks in cells make more lines of a text whose quotes are not where they belong.
        let share = |n: usize| n * 1000 / lines.len().max(1);
        let sound = alike.iter().filter(|it| **it).count();
        let score = (share(sound), share(alike.len()), width);
        if best.as_ref().is_none_or(|(most, _)| score > *most) {
            best = Some((score, head_of(lines, delimiter, Shape::Csv)));
        }
    }
    best.map(|it| it.1).unwrap_or_default()
}

/// The width that most lines have, of those with more than one cell.
fn usual(lines: &[Vec<String>]) -> usize {
    let count = |width: usize| lines.iter().filter(|it| it.len() == width).count();
    let widths = lines.iter().map(Vec::len).filter(|it| *it > 1);
    widths.max_by_key(|it| (count(*it), *it)).unwrap_or(0)
}

fn head_of(mut lines: Vec<Vec<String>>, delimiter: u8, shape: Shape) -> Head {
    let header = if lines.is_empty() { Vec::new() } else { lines.remove(0) };
    Head {
        shape,
        columns: Columns::new(&header),
        header,
        rows: lines,
        delimiter,
        ..Head::default()
    }
}

/// The first lines as cells, and of each whether its quotes stand where this delimiter allows.
fn lines(text: &str, delimiter: u8, most: usize) -> (Vec<Vec<String>>, Vec<bool>) {
    let mut raw = text.as_bytes();
    let mut rows = Rows::new(Buffer::new(&mut raw), delimiter);
    let mut line = Line { from: 0, to: 0, bytes: Vec::new(), flaw: Flaw::None };
    let (mut found, mut sound) = (Vec::new(), Vec::new());
    while found.len() < most && rows.next(&mut line) {
        let mut cells = Cells::default();
        cells.split(&line.bytes, delimiter);
        let mut list = Vec::new();
        cells.list(&mut list);
        if !is_preface(&list) {
            found.push(list.into_iter().map(str::to_owned).collect());
            sound.push(line.flaw == Flaw::None && !has_stray_quote(&line.bytes, delimiter));
        }
    }
    (found, sound)
}

fn workbook_head(source: &Source, bytes: u64) -> Option<Head> {
    if bytes > limits::WHOLE {
        return None;
    }
    let mut content = Vec::new();
    source.open(&mut |reader| reader.read_to_end(&mut content).map(drop)).ok()?;
    let mut sheets: Vec<Vec<Vec<String>>> = Vec::new();
    workbook::rows(content, &mut |first, cells| {
        if first && sheets.len() < 100 {
            sheets.push(Vec::new());
        }
        if let Some(lines) = sheets.last_mut().filter(|it| it.len() < 40) {
            lines.push(cells.iter().map(|it| (*it).to_owned()).collect());
        }
    })
    .ok()?;
    // The first sheet may be a cover: the first that is known says what the workbook is.
    let heads: Vec<Head> =
        sheets.into_iter().map(|it| head_of(it, b',', Shape::Workbook)).collect();
    let known = |head: &&Head| FORMATS.iter().any(|it| (it.recognises)(head));
    heads.iter().find(known).or(heads.first()).cloned()
}

impl Head {
    /// Whether any of the first rows holds a mail address.
    pub(crate) fn has_address(&self) -> bool {
        let mut cells = self.header.iter().chain(self.rows.iter().flatten());
        cells.any(|it| address::may_hold(it) && !address::all_in(it).is_empty())
    }
}
