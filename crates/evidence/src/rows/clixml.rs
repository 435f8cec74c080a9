//! Objects of a CliXML text (PowerShell's `Export-Clixml`), each as the JSON object that
//! `ConvertTo-Json` would have made of it.
//!
//! A broken object costs itself only: the next one is found by the way the file's objects begin.

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event},
};
use serde_json::{Map, Value};

use crate::{limits, rows::buffer::Buffer, rows::json::Element};

/// How much is kept of a broken object.
const KEPT: usize = 1 << 16;
/// Deepest nesting of one object.
const DEPTH: usize = 128;

/// Tells whether a text begins as CliXML does.
pub(crate) fn is(start: &str) -> bool {
    let start = start.strip_prefix("#< CLIXML").unwrap_or(start).trim_start();
    let start = match start.strip_prefix("<?xml") {
        Some(rest) => rest.split_once("?>").map_or("", |it| it.1).trim_start(),
        None => start,
    };
    start.starts_with("<Objs")
}

/// Splits a stream into objects.
pub(crate) struct CliObjects<'a> {
    buffer: Buffer<'a>,
}

enum Scan {
    Whole(usize),
    More,
    Broken(&'static str),
}

impl<'a> CliObjects<'a> {
    pub(crate) fn new(buffer: Buffer<'a>) -> CliObjects<'a> {
        CliObjects { buffer }
    }

    /// Why the stream ended early, once.
    pub(crate) fn error(&mut self) -> Option<std::io::Error> {
        self.buffer.error()
    }

    /// Returns the next object, or `None` at the end.
    pub(crate) fn next(&mut self) -> Option<Element> {
        loop {
            self.buffer.skip_to(b'<');
            let at_hand = self.buffer.at_hand();
            if at_hand.is_empty() {
                return None;
            }
            let Some(end) = memchr::memchr(b'>', at_hand) else {
                if self.buffer.ended() || at_hand.len() > limits::ROW {
                    let n = at_hand.len();
                    return Some(self.take(n, Err("the XML ends in the middle of the record")));
                }
                self.buffer.more();
                continue;
            };
            // The root, the declaration and comments are no objects.
            if at_hand.starts_with(b"<Objs") || matches!(at_hand.get(1), Some(b'?' | b'!' | b'/')) {
                self.buffer.consume(end + 1);
                continue;
            }
            return Some(self.object());
        }
    }

    fn object(&mut self) -> Element {
        loop {
            let at_hand = self.buffer.at_hand();
            let n = at_hand.len();
            match element_end(at_hand) {
                Scan::Whole(n) => {
                    let value = parse(&at_hand[..n]);
                    return match value {
                        Ok(value @ Value::Object(_)) => self.take(n, Ok(value)),
                        Ok(_) => self.take(n, Err("a plain value and no object")),
                        Err(reason) => self.broken(n, reason),
                    };
                }
                Scan::Broken(reason) => return self.broken(n, reason),
                Scan::More if self.buffer.ended() => {
                    return self.broken(n, "the XML ends in the middle of the record");
                }
                Scan::More if n > limits::ROW => {
                    return self.broken(n, "the record is longer than 16 MiB");
                }
                Scan::More => self.buffer.more(),
            }
        }
    }

    /// A broken object ends where the next one of the root begins.
    fn broken(&mut self, n: usize, reason: &'static str) -> Element {
        let bytes = &self.buffer.at_hand()[..n];
        let next = memchr::memmem::find_iter(bytes, b"<Obj RefId=").find(|at| {
            // Inside lists objects begin alike, but deeper: PowerShell indents the root's by two.
            let before = &bytes[..*at];
            *at > 0 && (before.ends_with(b"\n  ") || before.ends_with(b"</Obj>"))
        });
        self.take(next.unwrap_or(n), Err(reason))
    }

    fn take(&mut self, n: usize, value: Result<Value, &'static str>) -> Element {
        let from = self.buffer.offset();
        let kept = if value.is_ok() { n } else { n.min(KEPT) };
        let text = self.buffer.at_hand()[..kept].to_vec();
        self.buffer.consume(n);
        Element { from, to: from + n as u64, text, value, whole: false }
    }
}

/// Where the element that begins at 0 ends: `<` stands in no text and no value of CliXML.
fn element_end(bytes: &[u8]) -> Scan {
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(open) = memchr::memchr(b'<', bytes.get(at..).unwrap_or_default()) {
        let open = at + open;
        let Some(close) = memchr::memchr(b'>', &bytes[open..]) else { return Scan::More };
        let close = open + close;
        if bytes[open..].starts_with(b"</Objs") {
            return Scan::Broken("the XML of the record has no end");
        }
        if bytes.get(open + 1) == Some(&b'/') {
            depth = depth.saturating_sub(1);
        } else if bytes.get(close - 1) != Some(&b'/') {
            depth += 1;
        }
        if depth == 0 {
            return Scan::Whole(close + 1);
        }
        at = close + 1;
    }
    Scan::More
}

/// One element in the making.
struct Open {
    tag: String,
    name: String,
    text: String,
    fields: Map<String, Value>,
    items: Vec<Value>,
    list: bool,
}

impl Open {
    fn new(start: &BytesStart<'_>) -> Open {
        let name = start.try_get_attribute("N").ok().flatten();
        let name = name.and_then(|it| it.normalized_value(XmlVersion::Implicit1_0).ok());
        Open {
            tag: start.name().as_ref().to_owned(),
            name: unescaped(&name.unwrap_or_default()),
            text: String::new(),
            fields: Map::new(),
            items: Vec::new(),
            list: false,
        }
    }

    /// What the element is as JSON; `None` for what says nothing (types, references).
    fn value(self) -> Option<Value> {
        let text = || unescaped(&self.text);
        match self.tag.as_str() {
            "TN" | "TNRef" | "T" | "Ref" => None,
            "Nil" => Some(Value::Null),
            "B" => Some(Value::Bool(self.text.trim() == "true")),
            "By" | "SB" | "I16" | "U16" | "I32" | "U32" | "I64" | "U64" => {
                let figures = self.text.trim().parse::<i64>();
                Some(figures.map_or_else(|_| Value::String(text()), Value::from))
            }
            "LST" | "IE" | "QUE" | "STK" => Some(Value::Array(self.items)),
            _ if self.list => Some(Value::Array(self.items)),
            "Props" | "MS" | "DCT" | "En" | "Obj" => Some(Value::Object(self.fields)),
            _ => Some(Value::String(text())),
        }
    }

    /// Takes in a finished child.
    fn adopt(&mut self, tag: &str, name: String, value: Value) {
        match (self.tag.as_str(), tag) {
            ("Obj", "Props" | "MS" | "DCT") => {
                if let Value::Object(fields) = value {
                    for (key, value) in fields {
                        self.fields.entry(key).or_insert(value);
                    }
                }
            }
            ("Obj", "LST" | "IE" | "QUE" | "STK") => {
                if let Value::Array(items) = value {
                    self.items = items;
                    self.list = true;
                }
            }
            ("Obj", "ToString") => drop(self.fields.insert("ToString".to_owned(), value)),
            ("DCT", "En") => {
                if let Some(key) = value.get("Key").and_then(Value::as_str) {
                    let inner = value.get("Value").cloned().unwrap_or_default();
                    self.fields.insert(key.to_owned(), inner);
                }
            }
            ("LST" | "IE" | "QUE" | "STK", _) => self.items.push(value),
            _ if name.is_empty() => {}
            _ => drop(self.fields.insert(name, value)),
        }
    }
}

fn parse(bytes: &[u8]) -> Result<Value, &'static str> {
    const BROKEN: &str = "the XML is broken";
    let text = std::str::from_utf8(bytes).map_err(|_| BROKEN)?;
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Open> = Vec::new();
    loop {
        let event = reader.read_event().map_err(|_| BROKEN)?;
        let ended = match event {
            Event::Start(start) if open.len() >= DEPTH => {
                let _ = start;
                return Err("the XML is nested deeper than 128");
            }
            Event::Start(start) => {
                open.push(Open::new(&start));
                continue;
            }
            Event::Empty(start) => Open::new(&start),
            Event::End(_) => open.pop().ok_or(BROKEN)?,
            Event::Text(it) => {
                open.last_mut()
                    .ok_or(BROKEN)?
                    .text
                    .push_str(&it.xml_content(XmlVersion::Implicit1_0));
                continue;
            }
            Event::GeneralRef(it) => {
                let named = match it.as_ref() {
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "amp" => Some('&'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => it.resolve_char_ref().ok().flatten(),
                };
                open.last_mut().ok_or(BROKEN)?.text.push(named.ok_or(BROKEN)?);
                continue;
            }
            Event::Eof => return Err(BROKEN),
            _ => continue,
        };
        let (tag, name) = (ended.tag.clone(), ended.name.clone());
        let value = ended.value();
        let Some(parent) = open.last_mut() else { return value.ok_or(BROKEN) };
        if let Some(value) = value {
            parent.adopt(&tag, name, value);
        }
    }
}

/// PowerShell writes control characters as `_x000A_`.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let code = rest.get(at + 2..at + 6).and_then(|it| u32::from_str_radix(it, 16).ok());
        let closed = rest.as_bytes().get(at + 6) == Some(&b'_');
        match code.filter(|_| closed).and_then(char::from_u32) {
            Some(c) => {
                out.push_str(&rest[..at]);
                out.push(c);
                rest = &rest[at + 7..];
            }
            None => {
                out.push_str(&rest[..at + 2]);
                rest = &rest[at + 2..];
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TWO: &str = concat!(
        "\u{feff}<?xml version=\"1.0\"?>\n<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">\n",
        "  <Obj RefId=\"0\">\n    <TN RefId=\"0\"><T>Deserialized.Rule</T></TN>\n    <ToString>a</ToString>\n    <Props>\n",
        "      <S N=\"Name\">a &amp; b_x000A_c</S>\n      <B N=\"Enabled\">true</B>\n      <I32 N=\"Priority\">1</I32>\n      <Nil N=\"From\" />\n",
        "      <Obj N=\"ForwardTo\" RefId=\"1\"><TNRef RefId=\"1\" /><LST><S>x@y</S><S>z@y</S></LST></Obj>\n",
        "      <Obj N=\"Hash\" RefId=\"2\"><DCT><En><S N=\"Key\">k</S><S N=\"Value\">v</S></En></DCT></Obj>\n    </Props>\n  </Obj>\n",
        "  <Obj RefId=\"3\">\n    <TNRef RefId=\"0\" />\n    <Props><S N=\"Name\">second</S></Props>\n  </Obj>\n</Objs>"
    );

    fn read(text: &str) -> Vec<Result<Value, &'static str>> {
        let mut input = text.as_bytes();
        let mut objects = CliObjects::new(Buffer::new(&mut input));
        std::iter::from_fn(|| objects.next()).map(|it| it.value).collect()
    }

    #[test]
    fn objects_become_what_they_were() {
        let found = read(TWO);
        assert_eq!(found.len(), 2, "{found:?}");
        let first = found[0].clone().unwrap();
        assert_eq!(
            first,
            serde_json::json!({"ToString": "a", "Name": "a & b\nc", "Enabled": true, "Priority": 1,
                "From": null, "ForwardTo": ["x@y", "z@y"], "Hash": {"k": "v"}})
        );
        assert!(is(TWO.trim_start_matches('\u{feff}')) && is("#< CLIXML\r\n<Objs Version=\"1\">"));
        assert!(!is("<Objects>"));
    }

    #[test]
    fn a_broken_object_costs_itself_only() {
        for (old, new) in [
            ("</Props>\n  </Obj>\n  <Obj RefId=\"3\">", "\n  <Obj RefId=\"3\">"),
            ("<B N=\"Enabled\">true</B>", "<B N=\"Enabled\">true</S>"),
        ] {
            let text = TWO.replacen(old, new, 1);
            assert_ne!(text, TWO);
            let found = read(&text);
            assert!(found[0].is_err(), "{found:?}");
            assert_eq!(found[1].as_ref().unwrap()["Name"], "second", "{found:?}");
        }
        let cut = &TWO[..TWO.len() - 30];
        assert_eq!(read(cut).iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false]);
    }

    proptest! {
        #[test]
        fn never_panics(text in "(<Obj RefId=\"0\">|</Obj>|<S N=\"a\">|</S>|<LST>|</LST>|<|>|&|&lt;|_x00|x|\n  ){0,30}") {
            read(&text);
        }
    }
}
