//! A log that writes one record a line.

use crate::{limits, rows::buffer::Buffer};

/// A line with its place in the stream.
#[derive(Default)]
pub(crate) struct TextLine {
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) bytes: Vec<u8>,
    /// Longer than a row may be; only its beginning is kept.
    pub(crate) too_long: bool,
}

/// How much is kept of a line that is too long.
const KEPT: usize = 4096;

/// Splits a stream into lines.
pub(crate) struct TextLines<'a> {
    buffer: Buffer<'a>,
}

impl<'a> TextLines<'a> {
    pub(crate) fn new(buffer: Buffer<'a>) -> TextLines<'a> {
        TextLines { buffer }
    }

    /// Why the stream ended early, once.
    pub(crate) fn error(&mut self) -> Option<std::io::Error> {
        self.buffer.error()
    }

    /// Returns the next line into `line`, its line break off; `false` at the end. Blank lines are
    /// no rows.
    pub(crate) fn next(&mut self, line: &mut TextLine) -> bool {
        // Up to here there is no line break: a long line is looked through once.
        let mut searched = 0;
        loop {
            let at_hand = self.buffer.at_hand();
            let found = memchr::memchr(b'\n', &at_hand[searched..]).map(|n| searched + n);
            searched = at_hand.len();
            match found {
                Some(end) => {
                    let kept = if end > limits::ROW { KEPT } else { end };
                    self.take(line, kept, end + 1);
                    if end > limits::ROW {
                        line.to = line.from + end as u64;
                        line.too_long = true;
                    }
                    searched = 0;
                }
                None if searched > limits::ROW => {
                    self.take(line, KEPT, searched);
                    self.buffer.skip_to(b'\n');
                    line.to = self.buffer.offset();
                    line.too_long = true;
                    return true;
                }
                None if !self.buffer.ended() => {
                    self.buffer.more();
                    continue;
                }
                None if searched == 0 => return false,
                None => {
                    self.take(line, searched, searched);
                    searched = 0;
                }
            }
            if !line.bytes.trim_ascii().is_empty() {
                return true;
            }
        }
    }

    fn take(&mut self, line: &mut TextLine, row: usize, all: usize) {
        let bytes = &self.buffer.at_hand()[..row];
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        line.from = self.buffer.offset();
        line.to = line.from + bytes.len() as u64;
        line.bytes.clear();
        line.bytes.extend_from_slice(bytes);
        line.too_long = false;
        self.buffer.consume(all);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(mut text: &[u8]) -> Vec<(u64, u64, String, bool)> {
        let mut lines = TextLines::new(Buffer::new(&mut text));
        let (mut line, mut found) = (TextLine::default(), Vec::new());
        while lines.next(&mut line) {
            let text = String::from_utf8_lossy(&line.bytes).into_owned();
            found.push((line.from, line.to, text, line.too_long));
        }
        found
    }

    #[test]
    fn lines_come_with_their_place() {
        let found = lines(b"\r\na b\r\n  \n\nc\xff\nd");
        let want = [(2, 5, "a b"), (11, 13, "c\u{fffd}"), (14, 15, "d")];
        let want: Vec<_> = want.iter().map(|it| (it.0, it.1, it.2.to_owned(), false)).collect();
        assert_eq!(found, want);
        assert!(lines(b"\n \n").is_empty());
    }

    #[test]
    fn a_line_without_end_costs_only_itself() {
        let mut text = vec![b'x'; limits::ROW + (9 << 20)];
        text.extend_from_slice(b"\nshort\n");
        let found = lines(&text);
        assert_eq!(found.len(), 2);
        assert!(found[0].3 && found[0].2.len() == KEPT);
        assert_eq!((found[0].0, found[0].1), (0, text.len() as u64 - 7));
        assert_eq!((found[1].2.as_str(), found[1].3), ("short", false));
    }
}
