//! Texts made of blocks of lines: address cards from `BEGIN:VCARD` to `END:VCARD` (RFC 6350), and
//! entries of an address book between blank lines (LDIF, RFC 2849).
//!
//! Streamed: no more than one block is held.

use crate::{limits, rows::buffer::Buffer};

/// What makes a block.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Bounds {
    /// `BEGIN:VCARD` and `END:VCARD`.
    Cards,
    /// Blank lines.
    Blank,
}

/// A block with its place in the stream.
#[derive(Default)]
pub(crate) struct Block {
    pub(crate) from: u64,
    pub(crate) to: u64,
    /// Its lines with their line breaks.
    pub(crate) bytes: Vec<u8>,
    /// Why it is none.
    pub(crate) flaw: Option<&'static str>,
}

/// How much is kept of a block that is too long.
const KEPT: usize = 4096;

/// Splits a stream into blocks.
pub(crate) struct Blocks<'a> {
    buffer: Buffer<'a>,
    bounds: Bounds,
}

impl<'a> Blocks<'a> {
    pub(crate) fn new(buffer: Buffer<'a>, bounds: Bounds) -> Blocks<'a> {
        Blocks { buffer, bounds }
    }

    /// Why the stream ended early, once.
    pub(crate) fn error(&mut self) -> Option<std::io::Error> {
        self.buffer.error()
    }

    /// Returns the next block into `block`; `false` at the end. A card that has no end comes as it
    /// stands, up to the next one.
    pub(crate) fn next(&mut self, block: &mut Block) -> bool {
        block.bytes.clear();
        block.flaw = None;
        let mut inside = false;
        while let Some(n) = self.line() {
            let line = &self.buffer.at_hand()[..n];
            let begins = self.bounds == Bounds::Cards && is(line, b"BEGIN:VCARD");
            let blank = line.trim_ascii().is_empty();
            if block.bytes.is_empty() && blank {
                self.buffer.consume(n);
                continue;
            }
            if !block.bytes.is_empty() && (begins || (self.bounds == Bounds::Blank && blank)) {
                break;
            }
            if block.bytes.is_empty() {
                block.from = self.buffer.offset();
                inside = begins || self.bounds == Bounds::Blank;
            }
            let ends = self.bounds == Bounds::Cards && inside && is(line, b"END:VCARD");
            if block.bytes.len() + n > limits::ROW {
                block.flaw = Some("the row is longer than 16 MiB");
            }
            let kept = if block.flaw.is_some() && !block.bytes.is_empty() { 0 } else { n };
            block.bytes.extend_from_slice(&line[..kept.min(limits::ROW)]);
            self.buffer.consume(n);
            block.to = self.buffer.offset();
            if ends {
                break;
            }
        }
        if block.flaw.is_some() {
            block.bytes.truncate(KEPT);
        } else if !inside {
            block.flaw = Some("text outside of an address card");
        }
        !block.bytes.is_empty()
    }

    /// Length of the line at hand with its line break; of a line that is too long as much as is
    /// at hand.
    fn line(&mut self) -> Option<usize> {
        let mut searched = 0;
        loop {
            let at_hand = self.buffer.at_hand();
            if let Some(n) = memchr::memchr(b'\n', &at_hand[searched..]) {
                return Some(searched + n + 1);
            }
            searched = at_hand.len();
            if self.buffer.ended() || searched > limits::ROW {
                return (searched > 0).then_some(searched);
            }
            self.buffer.more();
        }
    }
}

fn is(line: &[u8], word: &[u8]) -> bool {
    line.trim_ascii().eq_ignore_ascii_case(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, bounds: Bounds) -> Vec<(String, Option<&'static str>)> {
        let mut input = text.as_bytes();
        let mut blocks = Blocks::new(Buffer::new(&mut input), bounds);
        let (mut block, mut found) = (Block::default(), Vec::new());
        while blocks.next(&mut block) {
            let place = &text[block.from as usize..block.to as usize];
            assert!(block.flaw.is_some() || place.as_bytes() == block.bytes);
            found.push((place.to_owned(), block.flaw));
        }
        found
    }

    #[test]
    fn cards_end_at_their_end_or_where_the_next_begins() {
        let text = "BEGIN:VCARD\r\nEMAIL:a@x\r\nEND:VCARD\r\n\r\nstray\r\nBEGIN:VCARD\nEMAIL:b@x\nBEGIN:VCARD\n\nend:vcard\n";
        let found = read(text, Bounds::Cards);
        assert_eq!(found.len(), 4);
        assert_eq!(found[1], ("stray\r\n".into(), Some("text outside of an address card")));
        assert_eq!(found[2], ("BEGIN:VCARD\nEMAIL:b@x\n".into(), None));
        assert!(found[3].0.ends_with("end:vcard\n"));
    }

    #[test]
    fn entries_stand_between_blank_lines() {
        let found = read("version: 1\n\ndn: a\nmail: a@x\n \r\n\ndn: b\nmail: b@x", Bounds::Blank);
        let texts: Vec<&str> = found.iter().map(|it| it.0.as_str()).collect();
        assert_eq!(texts, ["version: 1\n", "dn: a\nmail: a@x\n", "dn: b\nmail: b@x"]);
    }

    #[test]
    fn a_block_without_end_costs_only_itself() {
        let long = "x: ".to_owned() + &"y".repeat(limits::ROW + (3 << 20));
        let found = read(&format!("dn: a\n{long}\nz: 1\n\ndn: b\n"), Bounds::Blank);
        assert_eq!(found.len(), 2);
        assert!(found[0].1.is_some());
        assert_eq!(found[1], ("dn: b\n".into(), None));
    }
}
