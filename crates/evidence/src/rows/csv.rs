//! Rows of a CSV text (RFC 4180), quoted cells with line breaks.
//!
//! The splitting is our own because a CSV reader that meets one stray quote takes everything up to
//! the next quote, perhaps the whole rest of the file, for one cell. Here a quote that closes
//! where no cell ends marks the row as flawed; it ends at its first line break and the next line is
//! a row again. A test compares the result with the `csv` crate on sound input.

use crate::{limits, rows::buffer::Buffer};

/// How a row came out.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Flaw {
    /// Sound.
    #[default]
    None,
    /// A quote stands where none may stand.
    Quotes,
    /// The text ends inside the row.
    Cut,
    /// Longer than a row may be; only its beginning is kept.
    TooLong,
}

/// A row with its place in the stream.
#[derive(Default)]
pub(crate) struct Line {
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) bytes: Vec<u8>,
    pub(crate) flaw: Flaw,
}

/// How much is kept of a row that is too long.
const KEPT: usize = 4096;

enum End {
    /// Row and line break together take so many bytes, the row itself so many.
    At {
        row: usize,
        all: usize,
    },
    More,
    Flawed(Flaw),
}

/// Splits a stream into rows.
pub(crate) struct Rows<'a> {
    buffer: Buffer<'a>,
    delimiter: u8,
}

impl<'a> Rows<'a> {
    pub(crate) fn new(buffer: Buffer<'a>, delimiter: u8) -> Rows<'a> {
        Rows { buffer, delimiter }
    }

    /// Why the stream ended early, once.
    pub(crate) fn error(&mut self) -> Option<std::io::Error> {
        self.buffer.error()
    }

    /// Returns the next row into `line`; `false` at the end. Empty lines are no rows.
    pub(crate) fn next(&mut self, line: &mut Line) -> bool {
        loop {
            let at_hand = self.buffer.at_hand();
            let blank = at_hand.iter().take_while(|it| matches!(it, b'\r' | b'\n')).count();
            self.buffer.consume(blank);
            if self.buffer.at_hand().is_empty() {
                if self.buffer.ended() {
                    return false;
                }
                self.buffer.more();
                continue;
            }
            match end(self.buffer.at_hand(), self.delimiter, self.buffer.ended()) {
                End::At { row, all } => {
                    self.take(line, row, all, Flaw::None);
                    return true;
                }
                End::More if self.buffer.at_hand().len() <= limits::ROW => self.buffer.more(),
                End::More => return self.flawed(line, Flaw::TooLong),
                End::Flawed(flaw) => return self.flawed(line, flaw),
            }
        }
    }

    fn take(&mut self, line: &mut Line, row: usize, all: usize, flaw: Flaw) {
        line.from = self.buffer.offset();
        line.to = line.from + row as u64;
        line.bytes.clear();
        line.bytes.extend_from_slice(&self.buffer.at_hand()[..row]);
        line.flaw = flaw;
        self.buffer.consume(all);
    }

    /// Ends a flawed row at its first line break.
    fn flawed(&mut self, line: &mut Line, flaw: Flaw) -> bool {
        let at_hand = self.buffer.at_hand();
        if let Some(n) = memchr::memchr(b'\n', at_hand) {
            let row = if n > 0 && at_hand[n - 1] == b'\r' { n - 1 } else { n };
            self.take(line, row, n + 1, flaw);
            return true;
        }
        let n = at_hand.len();
        let kept = n.min(if flaw == Flaw::TooLong { KEPT } else { limits::ROW });
        self.take(line, kept, n, flaw);
        self.buffer.skip_to(b'\n');
        line.to = self.buffer.offset();
        true
    }
}

fn end(bytes: &[u8], delimiter: u8, ended: bool) -> End {
    let mut at = 0;
    loop {
        if bytes.get(at) == Some(&b'"') {
            match quoted(bytes, at + 1, ended) {
                Quoted::Closed(after) => at = after,
                Quoted::More => return End::More,
                Quoted::Cut => return End::Flawed(Flaw::Cut),
            }
            match bytes.get(at) {
                None if ended => return End::At { row: at, all: at },
                None => return End::More,
                Some(b'\n') => return End::At { row: at, all: at + 1 },
                Some(b'\r') if bytes.get(at + 1).is_none() && !ended => return End::More,
                Some(b'\r') if matches!(bytes.get(at + 1), None | Some(b'\n')) => {
                    return End::At { row: at, all: (at + 2).min(bytes.len()) };
                }
                Some(byte) if *byte == delimiter => at += 1,
                Some(_) => return End::Flawed(Flaw::Quotes),
            }
            continue;
        }
        match memchr::memchr2(delimiter, b'\n', &bytes[at..]) {
            Some(n) if bytes[at + n] == b'\n' => {
                let row = at + n;
                let cut = usize::from(row > 0 && bytes[row - 1] == b'\r');
                return End::At { row: row - cut, all: row + 1 };
            }
            Some(n) => at += n + 1,
            None if ended => return End::At { row: bytes.len(), all: bytes.len() },
            None => return End::More,
        }
        if at == bytes.len() && !ended {
            return End::More;
        }
    }
}

enum Quoted {
    Closed(usize),
    More,
    Cut,
}

fn quoted(bytes: &[u8], mut at: usize, ended: bool) -> Quoted {
    loop {
        match memchr::memchr(b'"', &bytes[at.min(bytes.len())..]) {
            None if ended => return Quoted::Cut,
            None => return Quoted::More,
            Some(n) => at += n,
        }
        match bytes.get(at + 1) {
            Some(b'"') => at += 2,
            None if !ended => return Quoted::More,
            _ => return Quoted::Closed(at + 1),
        }
    }
}

/// Tells whether a quote stands inside a cell that does not begin with one: in a sound table that is
/// rare, in one taken apart at the wrong delimiter it is the rule.
pub(crate) fn has_stray_quote(row: &[u8], delimiter: u8) -> bool {
    let mut at = 0;
    while at < row.len() {
        if row[at] == b'"' {
            match quoted(row, at + 1, true) {
                Quoted::Closed(after) => at = after,
                Quoted::More | Quoted::Cut => return true,
            }
        }
        let end = memchr::memchr(delimiter, &row[at..]).map_or(row.len(), |n| at + n);
        if memchr::memchr(b'"', &row[at..end]).is_some() {
            return true;
        }
        at = end + 1;
    }
    false
}

/// The cells of a row, unquoted.
#[derive(Default)]
pub(crate) struct Cells {
    text: String,
    ends: Vec<usize>,
}

impl Cells {
    /// Takes a row apart. Bytes that are not UTF-8 become the replacement character.
    pub(crate) fn split(&mut self, row: &[u8], delimiter: u8) {
        self.text.clear();
        self.ends.clear();
        let owned;
        let row = match std::str::from_utf8(row) {
            Ok(text) => text,
            Err(_) => {
                owned = String::from_utf8_lossy(row).into_owned();
                &owned
            }
        };
        let bytes = row.as_bytes();
        let mut at = 0;
        loop {
            if bytes.get(at) == Some(&b'"') {
                at = self.quoted(row, at + 1);
            }
            let rest = &bytes[at..];
            let end = memchr::memchr(delimiter, rest).unwrap_or(rest.len());
            self.text.push_str(&row[at..at + end]);
            self.ends.push(self.text.len());
            at += end;
            if at >= bytes.len() {
                return;
            }
            at += 1;
        }
    }

    fn quoted(&mut self, row: &str, mut at: usize) -> usize {
        let bytes = row.as_bytes();
        loop {
            let Some(n) = memchr::memchr(b'"', &bytes[at..]) else {
                self.text.push_str(&row[at..]);
                return bytes.len();
            };
            self.text.push_str(&row[at..at + n]);
            at += n + 1;
            if bytes.get(at) != Some(&b'"') {
                return at;
            }
            self.text.push('"');
            at += 1;
        }
    }

    /// Puts the cells into `out`.
    pub(crate) fn list<'c>(&'c self, out: &mut Vec<&'c str>) {
        let mut from = 0;
        for end in &self.ends {
            out.push(&self.text[from..*end]);
            from = *end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(text: &[u8]) -> Vec<(Flaw, Vec<String>, u64, u64)> {
        let mut input = text;
        let mut rows = Rows::new(Buffer::new(&mut input), b',');
        let mut line = Line { from: 0, to: 0, bytes: Vec::new(), flaw: Flaw::None };
        let mut found = Vec::new();
        while rows.next(&mut line) {
            let mut cells = Cells::default();
            cells.split(&line.bytes, b',');
            let mut list = Vec::new();
            cells.list(&mut list);
            let list = list.into_iter().map(str::to_owned).collect();
            found.push((line.flaw, list, line.from, line.to));
        }
        found
    }

    #[test]
    fn a_stray_quote_costs_its_own_row_only() {
        let found = rows(b"a,b\n1,\"x\ny\"\n2,\"bad\n3,\"c\"\n4,d\n");
        let flaws: Vec<Flaw> = found.iter().map(|it| it.0).collect();
        assert_eq!(flaws, [Flaw::None, Flaw::None, Flaw::Quotes, Flaw::None, Flaw::None]);
        assert_eq!(found[1].1, ["1", "x\ny"]);
        assert_eq!(found[4].1, ["4", "d"]);
    }

    #[test]
    fn a_cut_text_says_so() {
        let found = rows(b"a,b\n1,\"x\"\n2,\"{\"\"Id\"\":\"\"9");
        assert_eq!(found[2].0, Flaw::Cut);
        assert_eq!(found[2].1, ["2", "{\"Id\":\"9"]);
    }

    #[test]
    fn a_row_of_forty_megabytes_is_one_flawed_row() {
        let mut text = b"a,b\n1,\"".to_vec();
        text.extend(std::iter::repeat_n(b'x', 40 << 20));
        text.extend(b"\"\n2,c\n");
        let found = rows(&text);
        assert_eq!(found.len(), 3);
        assert_eq!((found[1].0, found[1].3), (Flaw::TooLong, text.len() as u64 - 5));
        assert_eq!(found[2].1, ["2", "c"]);
    }

    /// Two gigabytes in one cell, open or quoted: streamed past, never held.
    #[test]
    fn a_cell_of_two_gigabytes_is_one_flawed_row() {
        use std::io::Read;
        for start in [&b"a,b\n1,\""[..], b"a,b\n1,"] {
            let cell = std::io::repeat(b'x').take(2 << 30);
            let mut input = start.chain(cell).chain(&b"\n2,c\n"[..]);
            let mut rows = Rows::new(Buffer::new(&mut input), b',');
            let mut line = Line { from: 0, to: 0, bytes: Vec::new(), flaw: Flaw::None };
            let mut flaws = Vec::new();
            while rows.next(&mut line) {
                flaws.push(line.flaw);
                assert!(line.bytes.len() <= KEPT && rows.buffer.at_hand().len() <= 4 * limits::ROW);
            }
            assert_eq!(flaws, [Flaw::None, Flaw::TooLong, Flaw::None]);
        }
    }

    proptest! {
        /// Sound input reads as the `csv` crate reads it, in every size of the pieces.
        #[test]
        fn equals_the_csv_crate(table in prop::collection::vec(prop::collection::vec("[a,\"\n\r é]{0,6}", 2..4), 1..6)) {
            let mut writer = csv::WriterBuilder::new().flexible(true).quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
            for row in &table {
                writer.write_record(row).unwrap();
            }
            let text = writer.into_inner().unwrap();
            let ours: Vec<Vec<String>> = rows(&text).into_iter().map(|it| it.1).collect();
            prop_assert_eq!(ours, table);
        }

        #[test]
        fn never_panics_and_rows_do_not_overlap(text in "[a,\"\n\r]{0,60}") {
            let found = rows(text.as_bytes());
            for pair in found.windows(2) {
                prop_assert!(pair[0].3 <= pair[1].2);
            }
        }
    }
}
