//! Objects of a JSON text: one array, one object a line, values one after another, or rows inside
//! `{"value":[…]}` or `{"records":[…]}`.
//!
//! A broken object costs itself only: the next one is found by the way the file's objects begin.

use serde::de::IgnoredAny;
use serde_json::Value;

use crate::{limits, rows::buffer::Buffer};

/// How much is kept of text that is no object.
const KEPT: usize = 1 << 16;

/// How far the end of an object is looked for before asking whether it has one.
const LOOK: usize = 1 << 15;

/// An object, or text that is none, with its place in the stream.
pub(crate) struct Element {
    pub(crate) from: u64,
    pub(crate) to: u64,
    /// The bytes (of a broken one perhaps only the beginning).
    pub(crate) text: Vec<u8>,
    /// The value, or why there is none.
    pub(crate) value: Result<Value, &'static str>,
    /// The text is sound and was not taken apart: `value` says nothing yet.
    pub(crate) whole: bool,
}

/// Takes apart the text of an object that was found whole.
pub(crate) fn parsed(text: &[u8]) -> Result<Value, &'static str> {
    serde_json::from_slice(text).map_err(|it| reason(&it))
}

/// Splits a stream into objects.
pub(crate) struct Objects<'a> {
    buffer: Buffer<'a>,
    /// How objects begin here: `{`, blanks, the first key in quotes.
    begins: Vec<u8>,
    /// Open arrays and wrappers around the rows.
    open: Vec<u8>,
    /// After a wrapper's rows: its other keys, up to its end, are no rows.
    tail: bool,
    /// What the wrapper says its rows belong to, where that is a user: the rows themselves do not.
    context: Option<Value>,
    /// Sound objects are handed over as text.
    whole: bool,
}

enum Scan {
    Whole(usize),
    More,
    Cut,
}

impl<'a> Objects<'a> {
    pub(crate) fn new(buffer: Buffer<'a>) -> Objects<'a> {
        Objects {
            buffer,
            begins: Vec::new(),
            open: Vec::new(),
            tail: false,
            context: None,
            whole: false,
        }
    }

    /// The same, but sound objects are not taken apart: that can be done elsewhere.
    pub(crate) fn whole(buffer: Buffer<'a>) -> Objects<'a> {
        Objects { whole: true, ..Objects::new(buffer) }
    }

    /// Why the stream ended early, once.
    pub(crate) fn error(&mut self) -> Option<std::io::Error> {
        self.buffer.error()
    }

    /// Returns the next object, or `None` at the end.
    pub(crate) fn next(&mut self) -> Option<Element> {
        loop {
            let first = self.first()?;
            match first {
                b'[' => {
                    self.open.push(b'[');
                    self.buffer.consume(1);
                }
                b']' | b'}' => {
                    self.buffer.consume(1);
                    self.open.pop();
                    self.tail = self.open.last() == Some(&b'{');
                }
                b'{' => match self.wrapper() {
                    Some((n, depth)) => {
                        self.context = context(&self.buffer.at_hand()[..n]);
                        self.open.extend(std::iter::repeat_n(b'{', depth));
                        self.open.push(b'[');
                        self.buffer.consume(n);
                    }
                    None => return Some(self.object()),
                },
                _ if self.tail => self.skip_tail(),
                _ => return Some(self.garbage()),
            }
        }
    }

    /// The first byte that is neither blank nor a comma.
    fn first(&mut self) -> Option<u8> {
        loop {
            let at_hand = self.buffer.at_hand();
            let blank = |it: &&u8| it.is_ascii_whitespace() || matches!(it, b',' | 0x1e);
            let n = at_hand.iter().take_while(blank).count();
            let mark = at_hand[n..].starts_with(b"\xef\xbb\xbf");
            let n = if mark { n + 3 } else { n };
            let found = at_hand.get(n).copied();
            self.buffer.consume(n);
            match found {
                Some(byte) if !mark => return Some(byte),
                Some(_) => {}
                None if self.buffer.ended() => return None,
                None => self.buffer.more(),
            }
        }
    }

    /// If the object at hand wraps the rows in an array, returns how far it is to the rows, and in
    /// how many objects they are.
    fn wrapper(&mut self) -> Option<(usize, usize)> {
        loop {
            let at_hand = self.buffer.at_hand();
            match rows_of_wrapper(at_hand) {
                Wraps::Yes(n, depth) => return Some((n, depth)),
                Wraps::No => return None,
                Wraps::More if self.buffer.ended() || at_hand.len() > limits::HEAD => return None,
                Wraps::More => self.buffer.more(),
            }
        }
    }

    fn object(&mut self) -> Element {
        let mut look = LOOK;
        loop {
            let at_hand = self.buffer.at_hand();
            let window = &at_hand[..at_hand.len().min(look)];
            match object_end(window) {
                Scan::Whole(n) => return self.ended(n),
                Scan::More if window.len() < at_hand.len() => {
                    let n = window.len();
                    if self.others_begin(n) {
                        return self.broken(n, "the JSON is broken");
                    }
                    look = usize::MAX;
                }
                Scan::More if self.buffer.ended() => {
                    let n = at_hand.len();
                    return self.broken(n, "the JSON ends in the middle of the record");
                }
                Scan::More if at_hand.len() <= limits::ROW => self.buffer.more(),
                Scan::More | Scan::Cut => {
                    let n = at_hand.len();
                    let reason = if n > limits::ROW {
                        "the record is longer than 16 MiB"
                    } else {
                        "the JSON is broken"
                    };
                    return self.broken(n, reason);
                }
            }
        }
    }

    /// An object whose brackets close after `n` bytes.
    fn ended(&mut self, n: usize) -> Element {
        let text = &self.buffer.at_hand()[..n];
        let sound = |text| serde_json::from_slice::<IgnoredAny>(text).is_ok();
        // What the wrapper says belongs to the object.
        let whole = self.whole && self.context.is_none() && sound(text);
        let parsed = if whole { Ok(Value::Null) } else { serde_json::from_slice(text) };
        let value = match parsed {
            Ok(mut value) => {
                if let (Some(context), Some(fields)) = (&self.context, value.as_object_mut()) {
                    fields.insert("@odata.context".to_owned(), context.clone());
                }
                if self.begins.is_empty() {
                    self.begins = beginning(self.buffer.at_hand());
                }
                Ok(value)
            }
            // Sound as JSON, but more than can be held (too deep): it is no place to look for others.
            Err(error) if sound(text) => Err(reason(&error)),
            Err(error) => return self.broken(n, reason(&error)),
        };
        Element { whole, ..self.take(n, value) }
    }

    /// Whether two more objects begin within the first bytes, each on a line of its own and without
    /// indentation: then the one at hand has no end, and looking for it further would cost the
    /// length of the file for each of its lines.
    fn others_begin(&mut self, n: usize) -> bool {
        if self.begins.is_empty() {
            self.begins = beginning(self.buffer.at_hand());
        }
        let window = &self.buffer.at_hand()[..n];
        let starts = memchr::memmem::find_iter(window, &self.begins);
        starts.filter(|at| *at > 0 && window[*at - 1] == b'\n').nth(1).is_some()
    }

    /// A broken object ends where the next one begins.
    fn broken(&mut self, n: usize, reason: &'static str) -> Element {
        if self.begins.is_empty() {
            self.begins = beginning(self.buffer.at_hand());
        }
        // The next line may stand beyond what was scanned: a missing quote hides it.
        if let Some(at) = next_beginning(&self.buffer.at_hand()[..n], &self.begins) {
            return self.take(at, Err(reason));
        }
        if n <= limits::ROW {
            return self.take(n, Err(reason));
        }
        let mut element = self.take(n, Err(reason));
        // Too long: skip on until an object begins.
        loop {
            let at_hand = self.buffer.at_hand();
            let len = at_hand.len();
            if let Some(at) = next_beginning(at_hand, &self.begins) {
                self.buffer.consume(at);
                break;
            }
            let keep = if self.buffer.ended() { 0 } else { (self.begins.len() + 64).min(len) };
            self.buffer.consume(len - keep);
            if self.buffer.ended() {
                break;
            }
            self.buffer.more();
        }
        element.to = self.buffer.offset();
        element
    }

    fn take(&mut self, n: usize, value: Result<Value, &'static str>) -> Element {
        let from = self.buffer.offset();
        let kept = if value.is_ok() { n } else { n.min(KEPT) };
        let text = self.buffer.at_hand()[..kept].to_vec();
        self.buffer.consume(n);
        Element { from, to: from + n as u64, text, value, whole: false }
    }

    /// Text that is no object: up to the end of its line.
    fn garbage(&mut self) -> Element {
        let from = self.buffer.offset();
        let kept = self.buffer.at_hand().iter().take(KEPT).take_while(|it| **it != b'\n').count();
        let text = self.buffer.at_hand()[..kept].to_vec();
        self.buffer.skip_to(b'\n');
        let value = Err("neither an object nor an array");
        Element { from, to: self.buffer.offset(), text, value, whole: false }
    }

    /// `,"@odata.nextLink":"…"` and `,"schema":[…]` after the rows of a wrapper.
    fn skip_tail(&mut self) {
        loop {
            let at_hand = self.buffer.at_hand();
            match member_end(at_hand) {
                Some(n) => return self.buffer.consume(n),
                None if !self.buffer.ended() && at_hand.len() <= limits::HEAD => self.buffer.more(),
                None => {
                    let n = string_end(at_hand, 1).unwrap_or(at_hand.len());
                    return self.buffer.consume(n);
                }
            }
        }
    }
}

/// Where a key with its value ends; of anything but a key where its first byte ends.
fn member_end(bytes: &[u8]) -> Option<usize> {
    if bytes.first() != Some(&b'"') {
        return Some(1);
    }
    let mut at = string_end(bytes, 1)?;
    at += blanks(&bytes[at..]);
    if *bytes.get(at)? != b':' {
        return Some(at);
    }
    at += 1 + blanks(&bytes[at + 1..]);
    match bytes.get(at)? {
        b'{' | b'[' => match object_end(&bytes[at..]) {
            Scan::Whole(n) => Some(at + n),
            Scan::More | Scan::Cut => None,
        },
        b'"' => string_end(bytes, at + 1),
        _ => Some(at),
    }
}

fn reason(error: &serde_json::Error) -> &'static str {
    let text = error.to_string();
    if text.contains("recursion") {
        "the JSON is nested deeper than 128"
    } else {
        "the JSON is broken"
    }
}

/// Where the object that begins at 0 ends.
fn object_end(bytes: &[u8]) -> Scan {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Scan::Whole(at + 1);
                }
            }
            b'"' => match string_end(bytes, at + 1) {
                Some(end) => {
                    at = end;
                    continue;
                }
                None => return Scan::More,
            },
            _ => {}
        }
        at += 1;
    }
    if depth > 1 << 20 { Scan::Cut } else { Scan::More }
}

/// First byte after the closing quote.
fn string_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at + 1);
        }
        at += 2;
    }
}

enum Wraps {
    /// So many bytes before the rows, and so many objects around them.
    Yes(usize, usize),
    No,
    More,
}

/// What answers of services say beside their rows: Graph's hunting, Elastic's search.
const BESIDE: [&[u8]; 7] =
    [b"schema", b"took", b"timed_out", b"_shards", b"total", b"max_score", b"_scroll_id"];

/// `{"@odata.context":"…","value":[` and the like. An `@odata.type` belongs to a record itself.
fn rows_of_wrapper(bytes: &[u8]) -> Wraps {
    let (mut at, mut depth) = (1, 1);
    loop {
        at += blanks(&bytes[at..]);
        if bytes.get(at) == Some(&b',') {
            at += 1;
            continue;
        }
        let Some(first) = bytes.get(at) else { return Wraps::More };
        if *first != b'"' {
            return Wraps::No;
        }
        let Some(end) = string_end(bytes, at + 1) else { return Wraps::More };
        let key = &bytes[at + 1..end - 1];
        let link = key.starts_with(b"@odata.") && key != b"@odata.type";
        let hits = key == b"hits";
        let rows = hits
            || matches!(
                key,
                b"value" | b"records" | b"Records" | b"Value" | b"results" | b"Results"
            );
        if !link && !rows && !BESIDE.contains(&key) {
            return Wraps::No;
        }
        at = end + blanks(&bytes[end..]);
        at += usize::from(bytes.get(at) == Some(&b':'));
        at += blanks(&bytes[at.min(bytes.len())..]);
        match bytes.get(at) {
            None => return Wraps::More,
            Some(b'[') if rows => return Wraps::Yes(at + 1, depth),
            Some(b'{') if hits && depth == 1 => {
                depth += 1;
                at += 1;
            }
            Some(_) if rows => return Wraps::No,
            Some(b'"') => match string_end(bytes, at + 1) {
                Some(end) => at = end,
                None => return Wraps::More,
            },
            Some(b'{' | b'[') => match object_end(&bytes[at..]) {
                Scan::Whole(n) => at += n,
                Scan::More => return Wraps::More,
                Scan::Cut => return Wraps::No,
            },
            Some(_) => at += bytes[at..].iter().take_while(|it| !matches!(it, b',' | b'}')).count(),
        }
    }
}

/// The `@odata.context` of a wrapper, if it names one user.
fn context(wrapper: &[u8]) -> Option<Value> {
    let at = memchr::memmem::find(wrapper, b"users(")?;
    let from = memchr::memrchr(b'"', &wrapper[..at])?;
    let end = string_end(wrapper, from + 1)?;
    serde_json::from_slice(&wrapper[from..end]).ok()
}

fn blanks(bytes: &[u8]) -> usize {
    bytes.iter().take_while(|it| it.is_ascii_whitespace()).count()
}

/// `{`, blanks, and the first key with its quotes.
fn beginning(bytes: &[u8]) -> Vec<u8> {
    let key = 1 + blanks(&bytes[1.min(bytes.len())..]);
    match (bytes.get(key), string_end(bytes, key + 1)) {
        (Some(b'"'), Some(end)) if end < 256 => bytes[..end].to_vec(),
        _ => b"{".to_vec(),
    }
}

/// Where the next object begins after the one at 0: on a line of its own, or after `},` or `[`.
fn next_beginning(bytes: &[u8], begins: &[u8]) -> Option<usize> {
    memchr::memmem::find_iter(bytes.get(1..)?, begins).map(|at| at + 1).find(|at| {
        let before = &bytes[..*at];
        let blank = before.iter().rev().take_while(|it| it.is_ascii_whitespace());
        let (n, line) = blank.fold((0, false), |(n, line), it| (n + 1, line || *it == b'\n'));
        let rest = &before[..before.len() - n];
        line && n <= 1 + 8 && !rest.ends_with(b":")
            || rest.ends_with(b"},")
            || (rest.ends_with(b",") && rest[..rest.len() - 1].trim_ascii_end().ends_with(b"}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<Result<String, &'static str>> {
        let mut input = text.as_bytes();
        let mut objects = Objects::new(Buffer::new(&mut input));
        let mut found = Vec::new();
        while let Some(element) = objects.next() {
            found.push(element.value.map(|it| it["Id"].as_str().unwrap_or("?").to_owned()));
        }
        found
    }

    fn ok(ids: &[&str]) -> Vec<Result<String, &'static str>> {
        ids.iter().map(|it| Ok((*it).to_owned())).collect()
    }

    #[test]
    fn every_container_gives_the_same_objects() {
        let wanted = ok(&["a", "b"]);
        for text in [
            r#"[{"Id":"a"},{"Id":"b"}]"#,
            "{\"Id\":\"a\"}\n{\"Id\":\"b\"}\n",
            "\u{feff}[{\"Id\":\"a\"}]\n\n[{\"Id\":\"b\"}]",
            "{\n  \"Id\": \"a\"\n}\n\n{\n  \"Id\": \"b\"\n}",
            r#"{"@odata.context":"x","value":[{"Id":"a"},{"Id":"b"}],"@odata.nextLink":"y"}"#,
            r#"{"records":[{"Id":"a"},{"Id":"b"}]}"#,
            r#"{"value":[{"Id":"a"}]}{"value":[{"Id":"b"}],"n":1}"#,
            r#"{"schema":[{"Name":"Id"}],"results":[{"Id":"a"},{"Id":"b"}]}"#,
            r#"{"results":[{"Id":"a"},{"Id":"b"}],"schema": [{"Id":"x"}], "y": {"z":[1]}}"#,
            r#"{"value":[{"Id":"a"}]{"Id":"b"}}"#,
            r#"{"took":1,"_shards":{"n":1},"hits":{"total":{"value":2},"hits":[{"Id":"a"},{"Id":"b"}]}}"#,
            "{\"took\":1,\"hits\":{\"hits\":[{\"Id\":\"a\"}]}}\n{\"hits\":{\"hits\":[{\"Id\":\"b\"}],\"x\":1}}",
        ] {
            assert_eq!(read(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_broken_object_costs_itself_only() {
        for text in [
            "{\"Id\":\"a\"}\n{\"Id\":\"x\n{\"Id\":\"b\"}\n",
            "{\"Id\":\"a\"}\n{\"Id\":,}\n{\"Id\":\"b\"}\n",
            "[{\"Id\":\"a\"},{\"Id\":\"x},{\"Id\":\"b\"}]",
            "{\"Id\":\"a\"}\nnot json\n{\"Id\":\"b\"}\n",
            "{\"Id\":\"a\"}\n{\"Id\":\"x\0\"}\n{\"Id\":\"b\"}\n",
        ] {
            let found = read(text);
            assert_eq!(found.iter().filter(|it| it.is_err()).count(), 1, "{text:?} {found:?}");
            assert_eq!(found.len(), 3, "{text:?}");
            assert_eq!((&found[0], &found[2]), (&Ok("a".into()), &Ok("b".into())));
        }
        assert_eq!(read(r#"[{"Id":"a"},{"Id":"b"#).len(), 2);
    }

    #[test]
    fn deep_nesting_is_a_reject() {
        let deep =
            format!("{{\"Id\":{}{}}}\n{{\"Id\":\"b\"}}", "[".repeat(100_000), "]".repeat(100_000));
        let found = read(&deep);
        assert_eq!(found, [Err("the JSON is nested deeper than 128"), Ok("b".into())]);
    }

    /// Records cut at so many bytes each, as some collectors write them: time stays linear.
    #[test]
    fn a_file_of_cut_records_is_read_in_linear_time() {
        let one = format!("{{\"Id\":\"a\",\"Text\":\"{}\n", "x".repeat(400));
        let text = one.repeat(20_000) + "{\"Id\":\"b\"}\n";
        let found = read(&text);
        assert_eq!((found.len(), found.last()), (20_001, Some(&Ok("b".to_owned()))));
    }

    proptest! {
        #[test]
        fn never_panics(text in "[\\[\\]{}\":,a\n ]{0,60}") {
            read(&text);
        }
    }
}
