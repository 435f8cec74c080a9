//! What the fuzzers in `fuzz/` call: each takes any bytes, must come to an end, and checks what
//! holds for every input. A broken promise panics, which is what a fuzzer looks for.

use std::{io::Read, sync::Arc};

use model::{Content, Row};

use crate::{
    FindOptions, Passwords, ReadOptions,
    encoding::{Decoding, Detector},
    find_in, formats, inspect,
    normal::{address, date, html, ip, mime, pairs::Pairs, report, rtf, tnef},
    read,
    rows::{
        blocks::{Block, Blocks, Bounds},
        buffer::Buffer,
        csv::{Cells, Flaw, Line, Rows},
        json::Objects,
        lines::{TextLine, TextLines},
        mails::Mails,
        pst::{
            sample,
            writer::{Seal, reseal},
        },
        workbook,
    },
};

/// Rows of delimited text; the first byte chooses the delimiter.
pub fn csv(bytes: &[u8]) {
    let Some((choice, mut text)) = bytes.split_first() else { return };
    let delimiter = b",\t;"[usize::from(*choice) % 3];
    let size = text.len() as u64;
    let mut rows = Rows::new(Buffer::new(&mut text), delimiter);
    let mut line = Line { from: 0, to: 0, bytes: Vec::new(), flaw: Flaw::None };
    let (mut cells, mut last) = (Cells::default(), 0);
    while rows.next(&mut line) {
        assert!(last <= line.from && line.from <= line.to && line.to <= size);
        last = line.to;
        cells.split(&line.bytes, delimiter);
        let mut list = Vec::new();
        cells.list(&mut list);
        assert!(!list.is_empty());
    }
}

/// Objects of a JSON text.
pub fn json(mut bytes: &[u8]) {
    let size = bytes.len() as u64;
    let mut objects = Objects::new(Buffer::new(&mut bytes));
    let mut last = 0;
    while let Some(it) = objects.next() {
        assert!(last <= it.from && it.from < it.to && it.to <= size);
        last = it.to;
    }
}

/// Lines of a log.
pub fn lines(mut bytes: &[u8]) {
    let mut lines = TextLines::new(Buffer::new(&mut bytes));
    let (mut line, mut last) = (TextLine::default(), 0);
    while lines.next(&mut line) {
        assert!(last <= line.from && line.from < line.to);
        last = line.to;
        Pairs::of(&String::from_utf8_lossy(&line.bytes));
    }
}

/// Address cards and entries.
pub fn cards(bytes: &[u8]) {
    for bounds in [Bounds::Cards, Bounds::Blank] {
        let mut input = bytes;
        let mut blocks = Blocks::new(Buffer::new(&mut input), bounds);
        let (mut block, mut last) = (Block::default(), 0);
        while blocks.next(&mut block) {
            assert!(last <= block.from && block.from <= block.to);
            last = block.to;
        }
    }
}

/// Rows of a workbook.
pub fn workbook(bytes: &[u8]) {
    // What is no workbook is an error, not a panic.
    let _ = workbook::rows(bytes.to_vec(), &mut |_, cells| assert!(!cells.is_empty()));
}

/// Telling and decoding an encoding, in pieces as they come.
pub fn encoding(bytes: &[u8]) {
    let mut detector = Detector::new();
    bytes.chunks(13).for_each(|it| detector.feed(it));
    let (encoding, _) = detector.finish();
    let mut text = String::new();
    let read = Decoding::new(&mut &*bytes, encoding).read_to_string(&mut text);
    assert!(read.is_ok(), "what is decoded is UTF-8");
}

/// Dates, addresses and names as cells hold them.
pub fn cells(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    date::parse_iso(&text);
    for order in [date::DateOrder::Ymd, date::DateOrder::Mdy, date::DateOrder::Dmy] {
        date::parse(&text, order, "Asia/Tokyo");
    }
    date::Survey::default().feed(&text);
    address::all_in(&text);
    ip::canonical(&text);
}

/// Mails and what is wrapped in them, mails one behind the other, messages of Outlook.
pub fn mime(bytes: &[u8]) {
    if let Some(read) = mime::read(bytes) {
        assert!(read.item.links.len() <= 50 && read.item.begins.chars().count() <= 500);
    }
    let mut input = bytes;
    let mut mails = Mails::new(Buffer::new(&mut input));
    let mut last = 0;
    while let Some(mail) = mails.next() {
        assert!(last <= mail.from && mail.from < mail.to && mail.to <= bytes.len() as u64);
        assert!(mails.text(mail).len() <= bytes.len());
        last = mail.to;
    }
    formats::message(bytes);
    tnef::read(bytes);
    let mut links = Vec::new();
    if let Some(rich) = rtf::unpacked(bytes) {
        rtf::read(&rich, None, &mut links);
    }
    rtf::read(bytes, None, &mut links);
    let text = String::from_utf8_lossy(bytes);
    html::read(&text, &mut links);
    assert!(links.len() <= 50);
    report::of_fields(&text);
    report::of_text(&text);
}

/// A mailbox file: a sound one with changes, its checksums made right again, so that what stands
/// behind them is reached. The first byte chooses the layout; then come changes of four bytes each:
/// which part, where in it, what.
pub fn pst(bytes: &[u8]) {
    let Some((choice, changes)) = bytes.split_first() else { return };
    let (mut file, seals) = sample::book(choice & 1 == 1).sealed();
    for [part, high, low, new] in changes.as_chunks::<4>().0 {
        let Seal(from, to, _) = seals[usize::from(*part) % seals.len()];
        let place = usize::from(u16::from_be_bytes([*high, *low]));
        file[from + place % (to - from)] = *new;
    }
    reseal(&mut file, &seals);
    whole(&file);
    // And as it stands.
    whole(&[crate::rows::pst::MAGIC, bytes].concat());
}

/// A whole file: found, looked into if it is an archive, recognised, read and counted.
pub fn whole(bytes: &[u8]) {
    let passwords = Passwords::of_lines("password\n1");
    let options = FindOptions { passwords, ..FindOptions::default() };
    let found = find_in("file", Arc::from(bytes), &options);
    for source in &found.sources {
        let inspection = inspect(source);
        let (mut rows, mut rejected) = (0, 0);
        let reading = read(source, &inspection, &ReadOptions::default(), &mut |row: Row| {
            rows += 1;
            assert!(row.position.row == rows);
            rejected += u64::from(matches!(row.content, Content::Reject(_)));
        });
        assert!((reading.rows, reading.rejected) == (rows, rejected));
    }
}
