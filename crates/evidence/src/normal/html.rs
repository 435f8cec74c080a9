//! What can be read of HTML without showing it: its first words and its links.

use super::item::{add_link, add_links};

/// Most characters of text taken: more than enough for the first words.
const MOST: usize = 4096;

/// Returns the first words of a page and adds the addresses its links lead to. Nothing is loaded.
pub(crate) fn read(page: &str, links: &mut Vec<String>) -> String {
    let mut out = String::new();
    let mut rest = page;
    // Within a style sheet or a script everything up to its own end is no text.
    let mut hidden: Option<&'static str> = None;
    while let Some(at) = memchr::memchr(b'<', rest.as_bytes()) {
        if hidden.is_none() {
            add(&mut out, &rest[..at]);
        }
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.find("-->").map_or("", |it| &comment[it + 3..]);
            continue;
        }
        let (tag, after) = split(rest);
        let name = name_of(tag);
        match hidden {
            Some(it) if name.strip_prefix('/').is_some_and(|end| end.eq_ignore_ascii_case(it)) => {
                hidden = None;
            }
            Some(_) => {
                // A `<` in a script opens no tag.
                rest = &rest[1..];
                continue;
            }
            None => {
                hidden = ["style", "script", "title"]
                    .into_iter()
                    .find(|it| name.eq_ignore_ascii_case(it));
                for attribute in ["href", "action"] {
                    if let Some(value) = attribute_of(tag, attribute) {
                        add_link(links, &unescaped(value));
                    }
                }
                if !is_inline(name) {
                    add(&mut out, " ");
                }
            }
        }
        rest = after;
    }
    if hidden.is_none() {
        add(&mut out, rest);
    }
    let text = unescaped(&out);
    add_links(links, &text);
    text
}

fn add(out: &mut String, text: &str) {
    if out.len() < MOST * 4 {
        let cut = text.char_indices().nth(MOST).map_or(text.len(), |it| it.0);
        out.push_str(&text[..cut]);
    }
}

/// Splits behind the tag at the beginning, whose values may hold a `>`.
fn split(text: &str) -> (&str, &str) {
    let mut quote = None;
    // A value whose quote never ends would swallow the page.
    for (at, byte) in text.bytes().enumerate().take(1 << 14) {
        match (quote, byte) {
            (None, b'>') => return (&text[..at], &text[at + 1..]),
            (None, b'"' | b'\'') if at > 0 && text.as_bytes()[at - 1] == b'=' => quote = Some(byte),
            (Some(open), it) if open == it => quote = None,
            _ => {}
        }
    }
    match memchr::memchr(b'>', text.as_bytes()) {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, ""),
    }
}

fn name_of(tag: &str) -> &str {
    let tag = tag.trim_start_matches('<');
    let end = tag
        .char_indices()
        .find(|(at, c)| c.is_whitespace() || *c == '>' || (*c == '/' && *at > 0))
        .map_or(tag.len(), |it| it.0);
    &tag[..end]
}

fn is_inline(name: &str) -> bool {
    let name = name.trim_start_matches('/');
    ["a", "b", "i", "u", "em", "strong", "span", "font", "o:p", "wbr", "small", "big", "sup", "sub"]
        .iter()
        .any(|it| name.eq_ignore_ascii_case(it))
}

/// The value of an attribute of a tag.
fn attribute_of<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let bytes = tag.as_bytes();
    let mut from = 0;
    while let Some(at) = bytes
        .get(from..)?
        .windows(name.len())
        .position(|it| it.eq_ignore_ascii_case(name.as_bytes()))
    {
        let at = from + at;
        from = at + name.len();
        let before = at.checked_sub(1).map(|it| bytes[it]);
        let Some(rest) = tag.get(from..) else { continue };
        let Some(value) = rest.trim_start().strip_prefix('=') else { continue };
        if !before.is_some_and(|it| it.is_ascii_whitespace() || matches!(it, b'"' | b'\'' | b'/')) {
            continue;
        }
        let value = value.trim_start();
        return match value.chars().next() {
            Some(quote @ ('"' | '\'')) => value[1..].split(quote).next(),
            _ => value.split(|c: char| c.is_whitespace() || c == '>').next(),
        };
    }
    None
}

/// Character references resolved: numbers, and the names that mails use.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|it| it == b';');
        match end.and_then(|end| Some((reference(&rest[1..end])?, end))) {
            Some((found, end)) => {
                out.push(found);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn reference(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => number.parse().ok()?,
        };
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" | "ensp" | "emsp" | "thinsp" => ' ',
        "copy" => '©',
        "reg" => '®',
        "hellip" => '…',
        "mdash" => '—',
        "ndash" => '–',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "yen" => '¥',
        "middot" => '·',
        "bull" => '•',
        "zwnj" | "zwj" | "shy" => '\u{ad}',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_gives_its_words_and_links() {
        let page = r#"<html><head><title>t</title><style>p > a {x: "<b>"}</style></head>
            <!-- <a href="https://no.example/"> --><body><p data-href="https://no.example/2">Hello&nbsp;<b>wor</b>ld &lt;x&gt; &#x65e5;&#26412;</p>
            <A class=x HREF='https://a.example/?a=1&amp;b=2'>here</A><script>if (a < b) { "</p>" }</script>
            <a href=https://b.example/c>c</a><form action="https://f.example/login"><a href="javascript:x()">j</a> https://t.example/z &bogus; & end"#;
        let mut links = Vec::new();
        let text = read(page, &mut links);
        let words: Vec<&str> = text.split_whitespace().collect();
        assert_eq!(
            words.join(" "),
            "Hello world <x> 日本 here c j https://t.example/z &bogus; & end"
        );
        assert_eq!(
            links,
            [
                "https://a.example/?a=1&b=2",
                "https://b.example/c",
                "https://f.example/login",
                "https://t.example/z"
            ]
        );
    }

    #[test]
    fn broken_markup_ends() {
        for page in [
            "<",
            "<a href=\"x",
            "<!--",
            "<a href='",
            "a < b",
            "<style><",
            "<é href",
            "&#xffffffff;&é;",
        ] {
            read(page, &mut Vec::new());
        }
    }
}
