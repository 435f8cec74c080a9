//! Figures in words: how many, of what, and how far that can be trusted.

use model::{
    Phrase,
    findings::{Figure, Is},
};

use crate::{
    Language,
    words::{word, written},
};

/// A number with its thousands apart: `7,921`.
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (at, c) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// What is counted. Messages, recipients, addresses and people never share a word.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Unit {
    Messages,
    Recipients,
    Addresses,
    People,
    Items,
}

impl Unit {
    /// The number with its unit.
    pub(crate) fn of(self, value: u64, language: Language) -> String {
        let phrase = match (self, value) {
            (Unit::Messages, 1) => Phrase::new("report.unit_message", "{n} message"),
            (Unit::Messages, _) => Phrase::new("report.unit_messages", "{n} messages"),
            (Unit::Recipients, 1) => Phrase::new("report.unit_recipient", "{n} recipient"),
            (Unit::Recipients, _) => Phrase::new("report.unit_recipients", "{n} recipients"),
            (Unit::Addresses, 1) => Phrase::new("report.unit_address", "{n} address"),
            (Unit::Addresses, _) => Phrase::new("report.unit_addresses", "{n} addresses"),
            (Unit::People, 1) => Phrase::new("report.unit_person", "{n} person"),
            (Unit::People, _) => Phrase::new("report.unit_people", "{n} people"),
            (Unit::Items, 1) => Phrase::new("report.unit_item", "{n} item"),
            (Unit::Items, _) => Phrase::new("report.unit_items", "{n} items"),
        };
        language.say(phrase, &[("n", &number(value))])
    }

    /// The unit where no number can be given.
    fn unknown(self) -> Phrase {
        match self {
            Unit::Messages => {
                Phrase::new("report.unknown_messages", "an unknown number of messages")
            }
            Unit::Recipients => {
                Phrase::new("report.unknown_recipients", "an unknown number of recipients")
            }
            Unit::Addresses => {
                Phrase::new("report.unknown_addresses", "an unknown number of addresses")
            }
            Unit::People => Phrase::new("report.unknown_people", "an unknown number of people"),
            Unit::Items => Phrase::new("report.unknown_items", "an unknown number of items"),
        }
    }
}

/// Whether nothing was found while more may exist: «at least 0» would read as a number.
pub(crate) fn none_shown(figure: &Figure) -> bool {
    figure.value == Some(0) && figure.is == Is::AtLeast
}

/// The value with its unit, `none found` for «at least 0», or a dash where nothing is known.
pub(crate) fn amount(figure: &Figure, unit: Unit, language: Language) -> String {
    if none_shown(figure) {
        return language.word(Phrase::new("report.figure_none", "none found"));
    }
    figure.value.map_or_else(|| "—".to_owned(), |it| unit.of(it, language))
}

/// How far the figure can be trusted, in one word.
pub(crate) fn trust(figure: &Figure, language: Language) -> String {
    if none_shown(figure) {
        return language.word(Phrase::new("report.figure_none_is", "not proven to be none"));
    }
    word(language, "is", &written(figure.is))
}

/// The figure inside a sentence: `7,921 messages`, `at least 7,921 messages`, `an unknown number`.
pub(crate) fn spoken(figure: &Figure, unit: Unit, language: Language) -> String {
    let Some(value) = figure.value else {
        return language.word(unit.unknown());
    };
    if none_shown(figure) {
        let phrase = Phrase::new("report.figure_none_spoken", "none found (not proven to be none)");
        return language.word(phrase);
    }
    let phrase = match figure.is {
        Is::AtLeast => Phrase::new("report.figure_at_least", "at least {what}"),
        Is::AtMost => Phrase::new("report.figure_at_most", "at most {what}"),
        Is::Exact | Is::Unknown => Phrase::new("report.figure_exact", "{what}"),
    };
    language.say(phrase, &[("what", &unit.of(value, language))])
}

/// The limits of a figure in words.
pub(crate) fn limits(codes: &[String], language: Language) -> Vec<String> {
    codes.iter().map(|it| word(language, "limit", it)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EN, JA};

    #[test]
    fn a_figure_never_loses_its_bound() {
        let figure = Figure::at_least(7921);
        assert_eq!(spoken(&figure, Unit::Messages, EN), "at least 7,921 messages");
        assert_eq!(spoken(&figure, Unit::Messages, JA), "少なくとも 7,921 通");
        assert_eq!(spoken(&Figure::unknown(), Unit::Messages, JA), "不明な通数");
        assert_eq!(amount(&Figure::at_least(0), Unit::Messages, EN), "none found");
        assert_eq!(trust(&Figure::at_least(0), JA), "「ない」とは言えない");
        assert_eq!(number(1_234_567), "1,234,567");
        assert_eq!(number(12), "12");
    }
}
