//! A window over a stream that grows until the row in it is whole.

use std::io::{self, Read};

/// The bytes read and not yet used up.
pub(crate) struct Buffer<'a> {
    input: &'a mut dyn Read,
    bytes: Vec<u8>,
    start: usize,
    /// Offset of `start` in the stream.
    offset: u64,
    ended: bool,
    error: Option<io::Error>,
}

impl<'a> Buffer<'a> {
    pub(crate) fn new(input: &'a mut dyn Read) -> Buffer<'a> {
        Buffer { input, bytes: Vec::new(), start: 0, offset: 0, ended: false, error: None }
    }

    /// The bytes at hand.
    pub(crate) fn at_hand(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    /// Offset in the stream of the first byte at hand.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether nothing more comes.
    pub(crate) fn ended(&self) -> bool {
        self.ended
    }

    /// Why the stream ended early, once.
    pub(crate) fn error(&mut self) -> Option<io::Error> {
        self.error.take()
    }

    /// Uses up the first bytes.
    pub(crate) fn consume(&mut self, n: usize) {
        self.start += n;
        self.offset += n as u64;
    }

    /// Reads more, as much again as is at hand. An error ends the stream: what was read stays.
    pub(crate) fn more(&mut self) {
        if self.start > 0 {
            self.bytes.drain(..self.start);
            self.start = 0;
        }
        let old = self.bytes.len();
        let wanted = old.max(1 << 18);
        self.bytes.resize(old + wanted, 0);
        let mut filled = old;
        while filled < self.bytes.len() {
            match self.input.read(&mut self.bytes[filled..]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(n) => filled += n,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.error = Some(error);
                    self.ended = true;
                    break;
                }
            }
        }
        self.bytes.truncate(filled);
    }

    /// Throws away bytes until one of these is at hand (it stays), or the end; returns how many.
    pub(crate) fn skip_to(&mut self, wanted: u8) -> u64 {
        let before = self.offset;
        loop {
            let n = self.at_hand().len();
            if let Some(at) = memchr::memchr(wanted, self.at_hand()) {
                self.consume(at);
                return self.offset - before;
            }
            self.consume(n);
            if self.ended {
                return self.offset - before;
            }
            self.more();
        }
    }
}
