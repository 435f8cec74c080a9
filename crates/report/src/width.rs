//! Text in columns of a terminal, where a Japanese letter takes two.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Signs that must not begin a line.
const NOT_FIRST: &str =
    "、。，．」』）)】］]〉》：；:;？！?!,.・ー…々％%ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ";
/// Signs that must not end a line.
const NOT_LAST: &str = "「『（(【［[〈《";

/// Columns a text takes.
pub(crate) fn columns(text: &str) -> usize {
    text.width()
}

/// Fills a text with blanks up to so many columns.
pub(crate) fn pad(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(columns(text))))
}

/// Breaks a text into lines of at most so many columns (at least 8): between words, and between
/// Japanese letters, but no line begins with a stop or ends with an opening bracket.
pub(crate) fn wrap(text: &str, to: usize) -> Vec<String> {
    let to = to.max(8);
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        if !line.is_empty() && columns(&line) + columns(piece.trim_end()) > to {
            lines.push(std::mem::take(&mut line).trim_end().to_owned());
        }
        let mut rest = if line.is_empty() { piece.trim_start() } else { piece.as_str() };
        while columns(rest) > to && columns(rest.trim_end()) > to {
            let at = fitting(rest, to);
            lines.push(rest[..at].to_owned());
            rest = &rest[at..];
        }
        line.push_str(rest);
    }
    if !line.trim_end().is_empty() {
        lines.push(line.trim_end().to_owned());
    }
    lines
}

/// Byte length of the longest beginning that fits.
fn fitting(text: &str, to: usize) -> usize {
    let mut used = 0;
    for (at, c) in text.char_indices() {
        used += c.width().unwrap_or(0);
        if used > to && at > 0 {
            return at;
        }
    }
    text.len()
}

/// Divides a text where a line may be broken; the pieces joined give the text.
fn pieces(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut before: Option<char> = None;
    for c in text.chars() {
        let joins = before.is_some_and(|last| {
            NOT_FIRST.contains(c)
                || NOT_LAST.contains(last)
                || c == ' '
                || (narrow(last) && narrow(c) && last != ' ')
        });
        match out.last_mut() {
            Some(piece) if joins => piece.push(c),
            _ => out.push(c.to_string()),
        }
        before = Some(c);
    }
    out
}

fn narrow(c: char) -> bool {
    c.width().unwrap_or(0) < 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn japanese_breaks_anywhere_but_before_a_stop() {
        let lines = wrap("送信されたメールは七千通。以上です。", 24);
        assert_eq!(lines, ["送信されたメールは七千", "通。以上です。"]);
        assert!(lines.iter().all(|it| columns(it) <= 24));
    }

    #[test]
    fn words_stay_whole_and_long_ones_are_cut() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(wrap("abcdefghijkl", 8), ["abcdefgh", "ijkl"]);
        assert_eq!(wrap("", 8), Vec::<String>::new());
    }

    #[test]
    fn padding_counts_columns() {
        assert_eq!(pad("確定", 6), "確定  ");
    }
}
