//! Log lines that are pairs: `key=value key="a value"`, apart by blanks or commas.

/// A line taken apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pairs<'a> {
    pairs: Vec<(&'a str, &'a str)>,
    /// Whether a quotation mark is never closed: the line is cut.
    pub(crate) cut: bool,
}

impl<'a> Pairs<'a> {
    /// Takes a line apart. What stands before the first pair (the head a syslog server writes) is
    /// no part of the record.
    pub(crate) fn of(line: &'a str) -> Pairs<'a> {
        let mut it = Pairs::default();
        let mut rest = line;
        while let Some((key, from)) = next_key(rest) {
            rest = &rest[from..];
            let (value, after) = match rest.strip_prefix('"') {
                Some(inside) => match closing(inside) {
                    Some(end) => (&inside[..end], end + 2),
                    None => {
                        it.cut = true;
                        (inside, rest.len())
                    }
                },
                None => {
                    let end = plain(rest);
                    (rest[..end].trim_end_matches([' ', '\t', ',']), end)
                }
            };
            it.pairs.push((key, value.trim()));
            rest = &rest[after..];
        }
        it
    }

    /// Returns the first value of a key, empty where it is absent or written as absent.
    pub(crate) fn get(&self, key: &str) -> &'a str {
        let value =
            self.pairs.iter().find(|it| it.0.eq_ignore_ascii_case(key)).map_or("", |it| it.1);
        if value.eq_ignore_ascii_case("n/a") || value == "(null)" { "" } else { value }
    }

    /// Returns the first value of these keys that is not empty.
    pub(crate) fn first(&self, keys: &[&str]) -> &'a str {
        keys.iter().map(|it| self.get(it)).find(|it| !it.is_empty()).unwrap_or("")
    }

    /// How many pairs there are.
    pub(crate) fn len(&self) -> usize {
        self.pairs.len()
    }

    /// All pairs in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.pairs.iter().copied()
    }
}

fn is_gap(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b',')
}

/// A key that ends with `=` at the start of the text: its length.
fn key(text: &str) -> Option<usize> {
    let end = text
        .bytes()
        .position(|it| !(it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-' | b'.')))?;
    let letter = text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic);
    (letter && end <= 64 && text.as_bytes()[end] == b'=').then_some(end)
}

/// The next key and where its value begins.
fn next_key(text: &str) -> Option<(&str, usize)> {
    let mut at = 0;
    loop {
        if let Some(length) = key(&text[at..]) {
            return Some((&text[at..at + length], at + length + 1));
        }
        // `<189>date=…`: the number of a syslog line stands right before the first key.
        let skip = text.as_bytes()[at..].iter().position(|it| is_gap(*it) || *it == b'>')?;
        at += skip + 1;
    }
}

/// Where a quoted value ends: at a quotation mark behind which the next pair begins, or nothing.
/// Marks inside a value are written as `\"`, or stand there as they are.
fn closing(inside: &str) -> Option<usize> {
    let bytes = inside.as_bytes();
    let mut at = 0;
    loop {
        let mark = at + memchr::memchr(b'"', &bytes[at..])?;
        let escapes = bytes[..mark].iter().rev().take_while(|it| **it == b'\\').count();
        if escapes % 2 == 0 {
            let after = inside[mark + 1..].trim_start_matches([' ', '\t', ',']);
            let apart = after.len() < inside.len() - mark - 1;
            if after.is_empty() || (apart && key(after).is_some()) {
                return Some(mark);
            }
        }
        at = mark + 1;
    }
}

/// Where an unquoted value ends: at the gap before the next pair.
fn plain(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(gap) = bytes[at..].iter().position(|it| is_gap(*it)) {
        let next = at + gap + 1;
        if key(&text[next..]).is_some() {
            return next - 1;
        }
        at = next;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn list(line: &str) -> Vec<(&str, &str)> {
        Pairs::of(line).iter().collect()
    }

    #[test]
    fn heads_quotes_and_gaps() {
        assert_eq!(
            list(
                r#"<189>date=2025-10-01 time=12:00:00 devname="FW 1" msg="say \"hi\", all" user="""#
            ),
            [
                ("date", "2025-10-01"),
                ("time", "12:00:00"),
                ("devname", "FW 1"),
                ("msg", r#"say \"hi\", all"#),
                ("user", "")
            ]
        );
        assert_eq!(
            list("Oct 20 09:13:33 10.0.0.1 a=1,b=\"x, y\",c=two words,d="),
            [("a", "1"), ("b", "x, y"), ("c", "two words"), ("d", "")]
        );
        assert_eq!(list(r#"url="/q?a=1 b="2" c="3""#), [("url", r#"/q?a=1 b="2"#), ("c", "3")]);
        assert!(list("no pair here, only = and \"x\"").is_empty());
    }

    #[test]
    fn a_cut_line_is_told_and_absent_values_are_empty() {
        let cut = Pairs::of(r#"a=1 user="N/A" msg="half a"#);
        assert!(cut.cut);
        assert_eq!((cut.len(), cut.get("USER"), cut.first(&["user", "a"])), (3, "", "1"));
        assert!(!Pairs::of("a=1 b=2").cut);
    }

    proptest! {
        #[test]
        fn any_line_is_taken_apart(line in "(\\PC|[ ,=\"\\\\a-c]){0,60}") {
            let pairs = Pairs::of(&line);
            prop_assert_eq!(pairs.len(), pairs.iter().count());
        }

        #[test]
        fn written_pairs_are_read_again(values in prop::collection::vec("[a-z0-9:/ ]{0,8}", 1..8)) {
            let line: Vec<String> = values.iter().enumerate().map(|(i, it)| format!("k{i}=\"{it}\"")).collect();
            let line = line.join(" ");
            let read: Vec<&str> = Pairs::of(&line).iter().map(|it| it.1).collect();
            let want: Vec<&str> = values.iter().map(|it| it.trim()).collect();
            prop_assert_eq!(read, want);
        }
    }
}
