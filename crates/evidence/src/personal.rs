//! Which kinds of personal data stand in a text, and where? Counts and places, never the text itself.
//!
//! What is found goes by form and context: check digits where a kind has them (Luhn, My Number, IBAN),
//! else words beside the number. The labelled set of `personal/labelled.txt` (made for this project, half
//! Japanese, half English, with near misses) measures how well that works. It was made by those who wrote
//! the rules, so real mail will do worse; free text about health does worst. By kind, over its snippets
//! (computed by a test, which fails if these lines are not what it computes):
//!
//! 272 snippets, 157 of them with Japanese, 118 near misses.
//!
//! | kind | right | wrong | missed | precision | recall |
//! |---|---|---|---|---|---|
//! | phone | 33 | 0 | 2 | 1.00 | 0.94 |
//! | postal_address | 23 | 1 | 2 | 0.96 | 0.92 |
//! | my_number | 10 | 0 | 0 | 1.00 | 1.00 |
//! | card | 14 | 0 | 0 | 1.00 | 1.00 |
//! | bank_account | 16 | 0 | 0 | 1.00 | 1.00 |
//! | passport | 11 | 0 | 0 | 1.00 | 1.00 |
//! | birth_date | 20 | 0 | 1 | 1.00 | 0.95 |
//! | health | 27 | 0 | 3 | 1.00 | 0.90 |
use std::ops::Range;

mod contact;
mod letters;
mod money;
mod numbers;
mod pdf;
#[cfg(test)]
mod tests;
pub mod text;
mod words;

use letters::Letters;

/// A kind of personal data beyond names and mail addresses.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub enum PersonalKind {
    /// A telephone number, Japanese or international.
    Phone,
    /// A postal address.
    PostalAddress,
    /// A Japanese individual number (12 digits with a check digit).
    MyNumber,
    /// A payment card's number (Luhn, and a range that issuers have).
    Card,
    /// A bank account.
    BankAccount,
    /// A passport's number.
    Passport,
    /// A date of birth.
    BirthDate,
    /// Words that tell of somebody's health (`knowledge/personal/health.toml`).
    Health,
}

impl PersonalKind {
    /// All of them, in the order of their declaration.
    pub const ALL: [PersonalKind; 8] = [
        PersonalKind::Phone,
        PersonalKind::PostalAddress,
        PersonalKind::MyNumber,
        PersonalKind::Card,
        PersonalKind::BankAccount,
        PersonalKind::Passport,
        PersonalKind::BirthDate,
        PersonalKind::Health,
    ];

    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            PersonalKind::Phone => "phone",
            PersonalKind::PostalAddress => "postal_address",
            PersonalKind::MyNumber => "my_number",
            PersonalKind::Card => "card",
            PersonalKind::BankAccount => "bank_account",
            PersonalKind::Passport => "passport",
            PersonalKind::BirthDate => "birth_date",
            PersonalKind::Health => "health",
        }
    }
}

/// One place in a text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Place {
    /// What stands there.
    pub kind: PersonalKind,
    /// Bytes of the text.
    pub range: Range<usize>,
}

/// Most bytes of one text that are looked at; more is cut, and [`Scan::cut`] says so.
pub const LONGEST: usize = 4 << 20;
/// Most places kept of one text; further ones are counted only by [`Scan::more`].
pub const PLACES: usize = 10_000;

/// What was found in one text.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Scan {
    /// Places, in order; none overlaps another of its kind.
    pub places: Vec<Place>,
    /// Whether the text was longer than [`LONGEST`], and its end not looked at.
    pub cut: bool,
    /// Places beyond [`PLACES`].
    pub more: u64,
}

impl Scan {
    /// How often a kind was found, in the order of [`PersonalKind::ALL`]; kinds not found are left out.
    pub fn counts(&self) -> Vec<(PersonalKind, u64)> {
        let of = |kind| self.places.iter().filter(|it| it.kind == kind).count() as u64;
        PersonalKind::ALL.into_iter().map(|it| (it, of(it))).filter(|it| it.1 > 0).collect()
    }
}

/// Looks for personal data in a text.
pub fn scan(text: &str) -> Scan {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let letters = Letters::new(&text[..end]);
    let mut found = Vec::new();
    numbers::find(&letters, &mut found);
    money::find(&letters, &mut found);
    contact::find(&letters, &mut found);
    words::find(&letters, &mut found);
    found.sort_by_key(|it| (it.kind, it.from, it.to));
    found.dedup_by(|b, a| a.kind == b.kind && b.from < a.to);
    found.sort_by_key(|it| (it.from, it.kind, it.to));
    let more = found.len().saturating_sub(PLACES) as u64;
    found.truncate(PLACES);
    let places = found
        .into_iter()
        .map(|it| Place { kind: it.kind, range: letters.bytes(it.from, it.to) })
        .collect();
    Scan { places, cut: end < text.len(), more }
}

/// A place by its letters.
#[derive(Clone, Copy, Debug)]
struct Hit {
    kind: PersonalKind,
    from: usize,
    to: usize,
}
