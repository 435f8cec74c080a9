use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A phrase shown to a reader: English here, other languages in `languages/<code>/*.toml`.
///
/// The English stands where it is used, so that reading the code tells what the program says,
/// and searching for what the program says finds the code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Phrase {
    /// Key in the language files, for example `attribution.network_new_country`.
    pub key: &'static str,
    /// The phrase in English; values stand in braces.
    pub english: &'static str,
}

impl Phrase {
    /// Names a phrase. A house test finds every call by its text, so key and English are literals.
    pub const fn new(key: &'static str, english: &'static str) -> Phrase {
        Phrase { key, english }
    }

    /// Returns the phrase as a text that names no values.
    pub fn text(self) -> Text {
        self.with(&[])
    }

    /// Returns the phrase with its values. Values are figures, instants, operation names, scope ids:
    /// never free text out of evidence (design §4.11).
    pub fn with(self, args: &[(&str, &str)]) -> Text {
        let args: Vec<_> = args.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Text {
            ja: String::new(),
            en: fill(self.english, &args),
            said: vec![Said { key: self.key.to_owned(), args }],
        }
    }
}

/// Which phrase was said with which values, so that another language can say the same.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Said {
    /// Key in the language files.
    pub key: String,
    /// Values by name.
    pub args: Vec<(String, String)>,
}

/// One human sentence (or several) in every language of the report.
///
/// Decisions say it in English; [`Text::translate`] fills the Japanese before it is written.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Text {
    /// Japanese.
    pub ja: String,
    /// English.
    pub en: String,
    /// The phrases behind it, in order; not written.
    #[serde(skip)]
    pub said: Vec<Said>,
}

impl Text {
    /// Appends another sentence.
    pub fn and(mut self, other: Text) -> Text {
        if !self.en.is_empty() && !other.en.is_empty() {
            self.en.push(' ');
        }
        self.en.push_str(&other.en);
        self.said.extend(other.said);
        self
    }

    /// Fills the Japanese from a look-up of phrases; a phrase it lacks is shown in English.
    pub fn translate(&mut self, phrase_of: &dyn Fn(&str) -> Option<String>) {
        if !self.ja.is_empty() || self.said.is_empty() {
            return;
        }
        let parts: Option<Vec<String>> = self
            .said
            .iter()
            .map(|it| phrase_of(&it.key).map(|phrase| fill(&phrase, &it.args)))
            .collect();
        self.ja = parts.map(|it| it.concat()).unwrap_or_else(|| self.en.clone());
    }

    /// Returns the sentence in the language of this code (`ja` or `en`).
    pub fn in_language(&self, code: &str) -> &str {
        if code == "ja" { &self.ja } else { &self.en }
    }
}

/// Puts values into the braces of a phrase.
pub fn fill(phrase: &str, args: &[(String, String)]) -> String {
    let mut out = String::with_capacity(phrase.len() + 16);
    let mut rest = phrase;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, tail)) = after.split_once('}') else { break };
        match args.iter().find(|(key, _)| key == name) {
            Some((_, value)) => out.push_str(value),
            None => out.push_str(&format!("{{{name}}}")),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// A value together with why it is so and what it rests on: the spine of every decision.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Decided<T> {
    /// What was decided.
    pub value: T,
    /// Why, most important first.
    pub because: Vec<Text>,
    /// Record ids it rests on: least first, at most 20; all of them through `why`.
    pub basis: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAILS: Phrase = Phrase::new("test.mails", "{n} mails from {account}.");

    #[test]
    fn both_languages_say_the_same_values() {
        let mut text = MAILS.with(&[("n", "7"), ("account", "a@b")]);
        assert_eq!(text.en, "7 mails from a@b.");
        text.translate(&|key| (key == "test.mails").then(|| "{account} から {n} 通。".to_owned()));
        assert_eq!(text.ja, "a@b から 7 通。");
    }
}
