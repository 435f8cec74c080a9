//! Passwords of encrypted archives.

use std::{fmt, sync::Arc};

/// Passwords to try, in order. They are never shown.
#[derive(Clone, Default)]
pub struct Passwords(Arc<Vec<String>>);

impl Passwords {
    /// Takes one password a line, as they stand: blanks belong to a password, a mark at the
    /// beginning of the text and line breaks do not. Empty lines are none.
    pub fn of_lines(text: &str) -> Passwords {
        let text = text.trim_start_matches('\u{feff}');
        let lines = text.lines().filter(|it| !it.is_empty()).map(str::to_owned);
        Passwords(Arc::new(lines.collect()))
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn text(&self, index: usize) -> &str {
        self.0.get(index / 2).map_or("", String::as_str)
    }

    /// The bytes of a try at a zip member: each password as UTF-8 and, where that differs, in the
    /// encoding of Japanese Windows.
    pub(crate) fn bytes(&self, index: usize) -> Vec<u8> {
        let text = self.text(index);
        if index.is_multiple_of(2) {
            return text.as_bytes().to_vec();
        }
        encoding_rs::SHIFT_JIS.encode(text).0.into_owned()
    }

    /// The tries worth making: all as UTF-8, and those not in ASCII once more.
    pub(crate) fn tries(&self) -> Vec<usize> {
        let once = |(n, text): (usize, &String)| {
            [Some(2 * n), (!text.is_ascii()).then_some(2 * n + 1)].into_iter().flatten()
        };
        self.0.iter().enumerate().flat_map(once).collect()
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} passwords", self.len())
    }
}
