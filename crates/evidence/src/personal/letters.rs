//! A text letter by letter, folded so that width, kind of dash and case do not matter; each letter knows
//! its place in the text.

use std::ops::Range;

/// The folded text.
pub(super) struct Letters {
    pub(super) all: Vec<char>,
    /// Where each letter begins in the text, and the text's end.
    at: Vec<usize>,
    /// Whether the letter was a capital.
    capital: Vec<bool>,
}

/// A run of digits with single separators in it, as numbers are written.
#[derive(Clone, Debug, Default)]
pub(super) struct Run {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) digits: Vec<u8>,
    /// Lengths of the groups between separators.
    pub(super) groups: Vec<usize>,
    pub(super) plus: bool,
    pub(super) bracket: bool,
    /// Whether a dot parts groups.
    pub(super) dotted: bool,
}

impl Letters {
    pub(super) fn new(text: &str) -> Letters {
        let mut it = Letters { all: Vec::new(), at: Vec::new(), capital: Vec::new() };
        for (at, c) in text.char_indices() {
            let wide = fold(c);
            it.all.push(wide.to_lowercase().next().unwrap_or(wide));
            it.capital.push(wide.is_uppercase());
            it.at.push(at);
        }
        it.at.push(text.len());
        it
    }

    pub(super) fn bytes(&self, from: usize, to: usize) -> Range<usize> {
        self.at[from.min(self.all.len())]..self.at[to.min(self.all.len())]
    }

    pub(super) fn get(&self, at: usize) -> char {
        self.all.get(at).copied().unwrap_or('\n')
    }

    pub(super) fn is_capital(&self, at: usize) -> bool {
        self.capital.get(at).copied().unwrap_or(false)
    }

    pub(super) fn before(&self, at: usize) -> char {
        at.checked_sub(1).map_or('\n', |it| self.get(it))
    }

    /// The letters between two places, cut to the text.
    pub(super) fn slice(&self, from: usize, to: usize) -> &[char] {
        let to = to.min(self.all.len());
        &self.all[from.min(to)..to]
    }

    /// Whether a word begins at this place.
    pub(super) fn starts(&self, at: usize, word: &str) -> bool {
        word.chars().enumerate().all(|(n, c)| self.all.get(at + n) == Some(&c))
    }

    /// Whether one of the words stands in the letters before a place.
    pub(super) fn behind(&self, at: usize, reach: usize, words: &[&str]) -> bool {
        let from = at.saturating_sub(reach);
        (from..at).any(|it| words.iter().any(|word| self.is_word(it, word, at)))
    }

    /// Whether one of the words stands in the letters after a place.
    pub(super) fn ahead(&self, at: usize, reach: usize, words: &[&str]) -> bool {
        let to = (at + reach).min(self.all.len());
        (at..to).any(|it| words.iter().any(|word| self.is_word(it, word, to)))
    }

    /// A word up to a place; one of Latin letters must stand by itself.
    fn is_word(&self, at: usize, word: &str, to: usize) -> bool {
        let end = at + word.chars().count();
        if end > to || !self.starts(at, word) {
            return false;
        }
        let latin = |c: char| c.is_ascii_alphabetic();
        let open = !word.starts_with(latin) || !latin(self.before(at));
        open && (!word.ends_with(latin) || !latin(self.get(end)))
    }

    /// All runs of digits.
    pub(super) fn runs(&self) -> Vec<Run> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < self.all.len() {
            let begins = self.all[at].is_ascii_digit()
                || (matches!(self.all[at], '+' | '(') && self.get(at + 1).is_ascii_digit());
            let joined = self.before(at).is_ascii_alphanumeric() || matches!(self.before(at), '_');
            if !begins || joined {
                at += 1;
                continue;
            }
            let run = self.run(at);
            at = run.to.max(at + 1);
            found.push(run);
        }
        found
    }

    fn run(&self, from: usize) -> Run {
        let mut it = Run { from, to: from, ..Run::default() };
        let mut at = from;
        let mut group = 0;
        // No number is longer.
        while it.digits.len() <= 40 {
            let c = self.get(at);
            if let Some(digit) = c.to_digit(10) {
                it.digits.push(u8::try_from(digit).unwrap_or(0));
                group += 1;
                at += 1;
                it.to = at;
                continue;
            }
            let first = at == from;
            it.plus |= first && c == '+';
            it.bracket |= c == '(';
            let separates =
                matches!(c, '-' | 'ー' | ' ' | '.' | '(' | ')' | '+') && (c != '+' || first);
            let next = self.get(at + 1);
            let pair = matches!(c, ')' | ' ')
                && matches!(next, ' ' | '-' | '(')
                && self.get(at + 2).is_ascii_digit();
            if !separates || !(next.is_ascii_digit() || pair) {
                break;
            }
            it.dotted |= c == '.';
            if group > 0 {
                it.groups.push(group);
                group = 0;
            }
            at += if pair && !next.is_ascii_digit() { 2 } else { 1 };
        }
        if group > 0 {
            it.groups.push(group);
        }
        it
    }
}

/// Full width to half, every dash to one, every blank to one: one letter for one.
fn fold(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff70}' => '-',
        '\u{a0}' | '\u{3000}' | '\u{2000}'..='\u{200a}' | '\t' => ' ',
        '\u{2019}' => '\'',
        _ => c,
    }
}
