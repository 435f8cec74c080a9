//! All rows of a file in order, whatever their shape.

use std::io::{self, Read};

use model::Position;
use serde_json::Value;

use crate::{
    encoding::{Decoding, of_name},
    format::{RawRow, Shape},
    inspect::{Inspection, is_preface},
    limits,
    rows::{
        blocks::{Block, Blocks, Bounds},
        buffer::Buffer,
        clixml::CliObjects,
        csv::{Cells, Flaw, Line, Rows},
        json::{Element, Objects},
        lines::{TextLine, TextLines},
        mails::Mails,
        nk2,
        property::Values,
        pst::{self, Found},
        workbook,
    },
    shelf,
    source::Source,
    stop::Stop,
};

/// A row, as it came.
pub(crate) struct Seen<'a> {
    /// Its bytes in the decoded content; the row number is the visitor's to give.
    pub(crate) from: u64,
    pub(crate) to: u64,
    /// The text as it stands there (a workbook's cells joined by tabs).
    pub(crate) text: &'a [u8],
    /// The row; of a broken one what could be made of it.
    pub(crate) row: RawRow<'a>,
    /// Why it is broken.
    pub(crate) flaw: Option<&'static str>,
    /// First line of a table, or a repetition of it: perhaps a header.
    pub(crate) first: bool,
}

impl Seen<'_> {
    pub(crate) fn position(&self, row: u64) -> Position {
        Position { row, from: self.from, to: self.to }
    }
}

/// What is done with each row; `false` ends the walk.
pub(crate) type Visit<'a> = &'a mut dyn FnMut(Seen<'_>) -> bool;

/// Walks over all rows. An error is where the content ended early.
pub(crate) fn walk(source: &Source, inspection: &Inspection, visit: Visit<'_>) -> io::Result<()> {
    shelf::leave_all_but(source);
    let shape = inspection.head.shape;
    if shape == Shape::Pst {
        return stored(source, visit);
    }
    source.open(&mut |reader| {
        match shape {
            Shape::Workbook => return book(reader, visit),
            Shape::Mail | Shape::Message => return one_row(reader, shape, visit),
            Shape::Mails => return mails(reader, visit),
            Shape::Nk2 => return nicknames(reader, visit),
            _ => {}
        }
        let mut text = Decoding::new(reader, of_name(&inspection.encoding));
        match shape {
            Shape::Csv => table(&mut text, inspection, visit),
            Shape::Json => objects(&mut text, visit),
            Shape::CliXml => cli_objects(&mut text, visit),
            Shape::Cards => blocks(&mut text, Bounds::Cards, visit),
            Shape::Entries => blocks(&mut text, Bounds::Blank, visit),
            Shape::Lines => log(&mut text, visit),
            Shape::Workbook
            | Shape::Mail
            | Shape::Mails
            | Shape::Message
            | Shape::Pst
            | Shape::Nk2 => Ok(()),
        }
    })
}

/// A row that was found and not taken apart.
pub(crate) struct Piece {
    pub(crate) from: u64,
    pub(crate) to: u64,
    /// Its bytes.
    pub(crate) text: Vec<u8>,
    /// Why it is broken.
    pub(crate) flaw: Option<&'static str>,
    /// A JSON object that had to be taken apart to be found.
    pub(crate) value: Option<Value>,
}

/// Whether rows of this shape can be found without being taken apart.
pub(crate) fn splits(shape: Shape) -> bool {
    matches!(shape, Shape::Csv | Shape::Json)
}

/// Finds all rows of a table whose first line is its header, or of a JSON text, as [`walk`] does.
pub(crate) fn split(
    source: &Source,
    inspection: &Inspection,
    visit: &mut dyn FnMut(Piece) -> bool,
) -> io::Result<()> {
    shelf::leave_all_but(source);
    source.open(&mut |reader| {
        let mut text = Decoding::new(reader, of_name(&inspection.encoding));
        match inspection.head.shape {
            Shape::Csv => split_table(&mut text, inspection, visit),
            _ => split_objects(&mut text, visit),
        }
    })
}

fn split_table(
    text: &mut dyn Read,
    inspection: &Inspection,
    visit: &mut dyn FnMut(Piece) -> bool,
) -> io::Result<()> {
    let delimiter = inspection.head.delimiter;
    let header = &inspection.head.header;
    // A line that repeats the header is about as long as its cells, quotes aside.
    let least: usize = header.iter().map(String::len).sum();
    let most = 2 * least + 4 * header.len();
    let mut rows = Rows::new(Buffer::new(text), delimiter);
    let mut cells = Cells::default();
    let mut first = true;
    let mut line = Line::default();
    while rows.next(&mut line) {
        let short = (least..=most).contains(&line.bytes.len());
        if first || short || may_be_preface(&line.bytes) {
            cells.split(&line.bytes, delimiter);
            let mut list: Vec<&str> = Vec::with_capacity(header.len());
            cells.list(&mut list);
            if is_preface(&list) {
                continue;
            }
            if std::mem::take(&mut first) || repeats(&list, header) {
                continue;
            }
        }
        let Line { from, to, bytes, flaw } = std::mem::take(&mut line);
        if !visit(Piece { from, to, text: bytes, flaw: words_of(flaw), value: None }) {
            return Ok(());
        }
    }
    rows.error().map_or(Ok(()), Err)
}

/// Exports put one behind the other repeat their header.
fn repeats(cells: &[&str], header: &[String]) -> bool {
    cells.len() == header.len() && header.len() > 1 && cells == header
}

/// Whether a line begins as those before a header may; looking closer is dear.
fn may_be_preface(line: &[u8]) -> bool {
    let start = &line[..line.len().min(16)];
    memchr::memmem::find(start, b"#TYPE ").is_some()
        || memchr::memmem::find(start, b"sep=").is_some()
}

fn words_of(flaw: Flaw) -> Option<&'static str> {
    match flaw {
        Flaw::None => None,
        Flaw::Quotes => Some("a quotation mark is missing or stands in the wrong place"),
        Flaw::Cut => Some("the file ends in the middle of the row"),
        Flaw::TooLong => Some("the row is longer than 16 MiB"),
    }
}

fn split_objects(text: &mut dyn Read, visit: &mut dyn FnMut(Piece) -> bool) -> io::Result<()> {
    let mut objects = Objects::whole(Buffer::new(text));
    while let Some(it) = objects.next() {
        let (value, flaw) = match it.value {
            Ok(value) => (Some(value).filter(|_| !it.whole), None),
            Err(reason) => (None, Some(reason)),
        };
        if !visit(Piece { from: it.from, to: it.to, text: it.text, flaw, value }) {
            return Ok(());
        }
    }
    objects.error().map_or(Ok(()), Err)
}

fn table(text: &mut dyn Read, inspection: &Inspection, visit: Visit<'_>) -> io::Result<()> {
    let delimiter = inspection.head.delimiter;
    let header = &inspection.head.header;
    let mut rows = Rows::new(Buffer::new(text), delimiter);
    let mut line = Line::default();
    let mut cells = Cells::default();
    let mut first = true;
    while rows.next(&mut line) {
        cells.split(&line.bytes, delimiter);
        let mut list: Vec<&str> = Vec::with_capacity(header.len());
        cells.list(&mut list);
        let again = !first && repeats(&list, header);
        if is_preface(&list) {
            continue;
        }
        let flaw = words_of(line.flaw);
        let row = RawRow::Cells(&list);
        let heads = first || again;
        first = false;
        let (from, to) = (line.from, line.to);
        let seen = Seen { from, to, text: &line.bytes, row, flaw, first: heads };
        if !visit(seen) {
            return Ok(());
        }
    }
    rows.error().map_or(Ok(()), Err)
}

fn objects(text: &mut dyn Read, visit: Visit<'_>) -> io::Result<()> {
    let mut objects = Objects::new(Buffer::new(text));
    while let Some(element) = objects.next() {
        if !object(&element, visit) {
            return Ok(());
        }
    }
    objects.error().map_or(Ok(()), Err)
}

fn cli_objects(text: &mut dyn Read, visit: Visit<'_>) -> io::Result<()> {
    let mut objects = CliObjects::new(Buffer::new(text));
    while let Some(element) = objects.next() {
        if !object(&element, visit) {
            return Ok(());
        }
    }
    objects.error().map_or(Ok(()), Err)
}

fn object(element: &Element, visit: Visit<'_>) -> bool {
    let (row, flaw) = match &element.value {
        Ok(value) => (RawRow::Json(value), None),
        Err(reason) => (RawRow::Json(&serde_json::Value::Null), Some(*reason)),
    };
    let (from, to, text) = (element.from, element.to, &element.text);
    visit(Seen { from, to, text, row, flaw, first: false })
}

fn log(text: &mut dyn Read, visit: Visit<'_>) -> io::Result<()> {
    let mut lines = TextLines::new(Buffer::new(text));
    let mut line = TextLine::default();
    while lines.next(&mut line) {
        let content = String::from_utf8_lossy(&line.bytes);
        let seen = Seen {
            from: line.from,
            to: line.to,
            text: &line.bytes,
            row: RawRow::Line(&content),
            flaw: line.too_long.then_some("the row is longer than 16 MiB"),
            first: false,
        };
        if !visit(seen) {
            return Ok(());
        }
    }
    lines.error().map_or(Ok(()), Err)
}

fn blocks(text: &mut dyn Read, bounds: Bounds, visit: Visit<'_>) -> io::Result<()> {
    let mut blocks = Blocks::new(Buffer::new(text), bounds);
    let mut block = Block::default();
    while blocks.next(&mut block) {
        let content = String::from_utf8_lossy(&block.bytes);
        if bounds == Bounds::Blank && is_remark(&content) {
            continue;
        }
        let seen = Seen {
            from: block.from,
            to: block.to,
            text: &block.bytes,
            row: RawRow::Card(&content),
            flaw: block.flaw,
            first: false,
        };
        if !visit(seen) {
            return Ok(());
        }
    }
    blocks.error().map_or(Ok(()), Err)
}

/// The version of an LDIF, or comments between its entries.
fn is_remark(block: &str) -> bool {
    block.lines().all(|it| it.starts_with(['#', ' ']) || it.trim_start().starts_with("version:"))
}

/// A file that is one row. A mail that is cut is read as far as it goes.
fn one_row(reader: &mut dyn Read, shape: Shape, visit: Visit<'_>) -> io::Result<()> {
    let mut bytes = Vec::new();
    let outcome = reader.take(limits::MESSAGE as u64 + 1).read_to_end(&mut bytes);
    let to = bytes.len() as u64;
    let flaw = (bytes.len() > limits::MESSAGE).then_some("the message is longer than 160 MiB");
    let text = if flaw.is_some() { &bytes[..4096] } else { &bytes };
    let row = if shape == Shape::Mail { RawRow::Mail(text) } else { RawRow::Message(text) };
    if outcome.is_ok() || (shape == Shape::Mail && !bytes.is_empty()) {
        visit(Seen { from: 0, to, text, row, flaw, first: false });
    }
    outcome.map(drop)
}

fn mails(reader: &mut dyn Read, visit: Visit<'_>) -> io::Result<()> {
    let mut mails = Mails::new(Buffer::new(reader));
    while let Some(mail) = mails.next() {
        let text = mails.text(mail);
        let row = RawRow::Mail(text);
        let (from, to, flaw) = (mail.from, mail.to, mail.flaw);
        if !visit(Seen { from, to, text, row, flaw, first: false }) {
            return Ok(());
        }
    }
    mails.error().map_or(Ok(()), Err)
}

/// Items of a mailbox file have no place in its text: what they say of themselves is their text.
fn stored(source: &Source, visit: Visit<'_>) -> io::Result<()> {
    pst::items(source.packed()?, &mut |found| {
        let (text, row, flaw) = match &found {
            Found::Item(item, names) => (item.written(names), RawRow::Stored(item, names), None),
            Found::Damage { reason, place } => (place.clone(), RawRow::Line(place), Some(*reason)),
        };
        visit(Seen { from: 0, to: 0, text: text.as_bytes(), row, flaw, first: false })
    })
}

fn nicknames(reader: &mut dyn Read, visit: Visit<'_>) -> io::Result<()> {
    let bytes = whole(reader)?;
    let (mut go_on, mut end) = (true, 0);
    let missing = nk2::rows(&bytes, &mut |it| {
        let (from, to) = (it.from as u64, it.to as u64);
        end = to;
        let (text, row) = (&bytes[it.from..it.to], RawRow::Person(&it.values));
        go_on = visit(Seen { from, to, text, row, flaw: None, first: false });
        go_on
    });
    for _ in 0..missing {
        let flaw = Some("the nickname cache is damaged: the rest cannot be read");
        let row = RawRow::Person(const { &Values::new() });
        if !go_on || !visit(Seen { from: end, to: end, text: &[], row, flaw, first: false }) {
            break;
        }
    }
    Ok(())
}

fn whole(reader: &mut dyn Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(limits::WHOLE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limits::WHOLE {
        return Err(Stop::Memory.error());
    }
    Ok(bytes)
}

fn book(reader: &mut dyn Read, visit: Visit<'_>) -> io::Result<()> {
    let bytes = whole(reader)?;
    let mut go_on = true;
    workbook::rows(bytes, &mut |first, cells| {
        let text = cells.join("\t");
        let row = RawRow::Cells(cells);
        go_on =
            go_on && visit(Seen { from: 0, to: 0, text: text.as_bytes(), row, flaw: None, first });
    })
    .map_err(io::Error::other)
}
