//! Mails of an mbox file (RFC 4155): each begins with a line `From …` behind a blank one.
//!
//! Streamed: no more than one mail is held, and none is copied.

use std::sync::LazyLock;

use memchr::memmem::Finder;

use crate::{limits, rows::buffer::Buffer};

static LINE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\nFrom "));

/// Most bytes from the beginning of one mail to the header field that proves it.
const AHEAD: usize = 4096;
/// How much is kept of a mail that is too long.
const KEPT: usize = 4096;

/// A mail at hand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mail {
    pub(crate) from: u64,
    pub(crate) to: u64,
    /// How many of the bytes at hand are its text.
    pub(crate) length: usize,
    /// Why it is none.
    pub(crate) flaw: Option<&'static str>,
}

/// Splits a stream into mails.
pub(crate) struct Mails<'a> {
    buffer: Buffer<'a>,
    /// Bytes at hand that the last mail took.
    taken: usize,
}

impl<'a> Mails<'a> {
    pub(crate) fn new(buffer: Buffer<'a>) -> Mails<'a> {
        Mails { buffer, taken: 0 }
    }

    /// Why the stream ended early, once.
    pub(crate) fn error(&mut self) -> Option<std::io::Error> {
        self.buffer.error()
    }

    /// The text of the last mail.
    pub(crate) fn text(&self, mail: Mail) -> &[u8] {
        self.buffer.at_hand().get(..mail.length).unwrap_or_default()
    }

    /// Returns the next mail; `None` at the end. What stands before the first one comes as no mail.
    pub(crate) fn next(&mut self) -> Option<Mail> {
        loop {
            self.buffer.consume(self.taken);
            self.taken = 0;
            self.fill(AHEAD);
            let blank = |it: &&u8| it.is_ascii_whitespace();
            let blanks = self.buffer.at_hand().iter().take_while(blank).count();
            if blanks > 0 {
                self.buffer.consume(blanks);
                continue;
            }
            if self.buffer.at_hand().is_empty() {
                return None;
            }
            return Some(self.mail());
        }
    }

    fn mail(&mut self) -> Mail {
        let from = self.buffer.offset();
        let begins = is_beginning(self.buffer.at_hand());
        let mut flaw = (!begins).then_some("text outside of a mail");
        let mut searched = 0;
        let end = loop {
            if let Some(at) = self.find(searched) {
                break at;
            }
            let at_hand = self.buffer.at_hand().len();
            if self.buffer.ended() {
                break at_hand;
            }
            if at_hand > limits::MESSAGE {
                flaw = Some("the message is longer than 160 MiB");
                return self.skip(from, flaw);
            }
            searched = at_hand.saturating_sub(AHEAD);
            self.buffer.more();
        };
        self.taken = end;
        let text = &self.buffer.at_hand()[..end];
        // The blank line behind a mail belongs to the file.
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let length = text.strip_suffix(b"\r").unwrap_or(text).len();
        let flaw = flaw.or((end > limits::MESSAGE).then_some("the message is longer than 160 MiB"));
        Mail { from, to: from + end as u64, length, flaw }
    }

    /// Passes over a mail that is too long.
    fn skip(&mut self, from: u64, flaw: Option<&'static str>) -> Mail {
        let end = loop {
            if let Some(at) = self.find(0) {
                break at;
            }
            let at_hand = self.buffer.at_hand().len();
            if self.buffer.ended() {
                break at_hand;
            }
            self.buffer.consume(at_hand.saturating_sub(AHEAD));
            self.buffer.more();
        };
        self.taken = end;
        let to = self.buffer.offset() + end as u64;
        Mail { from, to, length: end.min(KEPT), flaw }
    }

    /// Where the next mail begins, in the bytes at hand from `searched` on.
    fn find(&mut self, searched: usize) -> Option<usize> {
        let mut from = searched;
        loop {
            let at_hand = self.buffer.at_hand();
            let at = from + LINE.find(at_hand.get(from..)?)?;
            let begin = at + 1;
            if at_hand.len() < begin + AHEAD && !self.buffer.ended() {
                self.buffer.more();
                continue;
            }
            let before = &at_hand[..at];
            let blank = before.ends_with(b"\n") || before.ends_with(b"\n\r");
            if blank && is_beginning(&at_hand[begin..]) {
                return Some(begin);
            }
            from = begin;
        }
    }

    fn fill(&mut self, wanted: usize) {
        while self.buffer.at_hand().len() < wanted && !self.buffer.ended() {
            self.buffer.more();
        }
    }
}

/// Whether a mail begins here: a line `From`, empty or with a time of day, and a header field.
pub(crate) fn is_beginning(bytes: &[u8]) -> bool {
    let bytes = &bytes[..bytes.len().min(AHEAD)];
    let Some(rest) = bytes.strip_prefix(b"From ") else { return false };
    let Some(end) = memchr::memchr(b'\n', rest) else { return false };
    let line = rest[..end].trim_ascii();
    let dated = line.windows(5).any(|it| {
        let [a, b, c, d, e] = it else { return false };
        [a, b, d, e].iter().all(|it| it.is_ascii_digit()) && *c == b':'
    });
    // Of a dated line the first field may be the damaged one.
    let lines = rest[end + 1..].split(|it| *it == b'\n').take(if dated { 3 } else { 1 });
    let mut lines = lines.take_while(|it| !it.trim_ascii().is_empty());
    (line.is_empty() || dated) && lines.any(is_field)
}

/// Whether a header field begins here: a name of letters, and a colon.
pub(crate) fn is_field(bytes: &[u8]) -> bool {
    let name =
        bytes.iter().take(100).take_while(|it| it.is_ascii_graphic() && **it != b':').count();
    name > 0 && bytes.get(name) == Some(&b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Vec<(String, Option<&'static str>)> {
        let mut input = text;
        let mut mails = Mails::new(Buffer::new(&mut input));
        let (mut found, mut last) = (Vec::new(), 0);
        while let Some(mail) = mails.next() {
            assert!(last <= mail.from && mail.from < mail.to && mail.to <= text.len() as u64);
            last = mail.to;
            found.push((String::from_utf8_lossy(mails.text(mail)).into_owned(), mail.flaw));
        }
        found
    }

    #[test]
    fn a_mail_begins_where_a_line_and_a_field_say_so() {
        let text = "stray\n\nFrom a@b.jp Tue Oct 21 09:00:00 2025\nSubject: 1\n\nFrom here on\nit: goes on\n\nFrom  nobody 10:00\nno field\n\nFrom - Tue Oct 21 09:00:00 2025\r\nSubject: 2\r\n\r\nbody\r\n\r\nFrom \nSubject: 3\n\nx";
        let found = read(text.as_bytes());
        let subjects: Vec<&str> = found
            .iter()
            .map(|it| it.0.split("Subject: ").nth(1).map_or("", |it| &it[..1]))
            .collect();
        assert_eq!(subjects, ["", "1", "2", "3"]);
        assert_eq!(found[0].1, Some("text outside of a mail"));
        assert!(found[1].0.ends_with("no field\n"), "{}", found[1].0);
        assert!(found[2].0.ends_with("body\r\n"));
    }

    #[test]
    fn mails_longer_than_the_window_are_whole() {
        let mail = |n: usize| {
            format!("From x Tue Oct 21 09:00:00 2025\nSubject: {n}\n\n{}\n\n", "y".repeat(n))
        };
        let text: String = [3, 1 << 19, 5, (1 << 18) - 30, 7].map(mail).concat();
        let found = read(text.as_bytes());
        assert_eq!(found.len(), 5);
        assert!(found.iter().all(|it| it.1.is_none()));
        assert_eq!(found[1].0.len(), mail(1 << 19).len() - 1);
    }

    #[test]
    fn a_mail_that_is_too_long_costs_only_itself() {
        let long = "y".repeat(1 << 20) + "\n";
        let text = format!(
            "From x Tue Oct 21 09:00:00 2025\nSubject: 1\n\n{}\n\nFrom x Tue Oct 21 09:00:00 2025\nSubject: 2\n\nz\n",
            long.repeat(limits::MESSAGE / long.len() + 2)
        );
        let found = read(text.as_bytes());
        assert_eq!((found.len(), found[1].1), (2, None));
        assert_eq!(found[0].1, Some("the message is longer than 160 MiB"));
        assert!(found[1].0.contains("Subject: 2"));
    }
}
