//! The languages a reader can choose, and the phrases of each.

use std::{collections::BTreeMap, sync::OnceLock};

use model::{Phrase, fill, findings::Findings};

/// The Japanese phrases, one file an area of the program: name and text.
pub const LANGUAGE_FILES: &[(&str, &str)] = &[
    ("account", include_str!("../../../languages/ja/account.toml")),
    ("announcement", include_str!("../../../languages/ja/announcement.toml")),
    ("attribution", include_str!("../../../languages/ja/attribution.toml")),
    ("deadline", include_str!("../../../languages/ja/deadline.toml")),
    ("finding", include_str!("../../../languages/ja/finding.toml")),
    ("how", include_str!("../../../languages/ja/how.toml")),
    ("next", include_str!("../../../languages/ja/next.toml")),
    ("outcome", include_str!("../../../languages/ja/outcome.toml")),
    ("report", include_str!("../../../languages/ja/report.toml")),
    ("scope", include_str!("../../../languages/ja/scope.toml")),
    ("screen", include_str!("../../../languages/ja/screen.toml")),
    ("show", include_str!("../../../languages/ja/show.toml")),
    ("warning", include_str!("../../../languages/ja/warning.toml")),
];

/// A language of the screen and of the documents.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Language {
    code: &'static str,
}

/// Japanese.
pub const JA: Language = Language { code: "ja" };
/// English.
pub const EN: Language = Language { code: "en" };

impl Language {
    /// Every language, in the order in which documents are written.
    pub fn all() -> &'static [Language] {
        &[JA, EN]
    }

    /// Finds the language of a code (`ja` or `en`).
    pub fn of(code: &str) -> Option<Language> {
        Language::all().iter().copied().find(|it| it.code == code)
    }

    /// The code: `ja` or `en`, as in `lang` of HTML and in file names.
    pub fn code(self) -> &'static str {
        self.code
    }

    /// Says a phrase in this language; one that has no translation is said in English.
    pub fn say(self, phrase: Phrase, args: &[(&str, &str)]) -> String {
        let args: Vec<_> = args.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let translated = if self == JA { phrases().get(phrase.key) } else { None };
        fill(translated.map_or(phrase.english, String::as_str), &args)
    }

    /// Says a phrase that names no values.
    pub fn word(self, phrase: Phrase) -> String {
        self.say(phrase, &[])
    }
}

/// Looks up the Japanese of a phrase by its key.
pub fn phrase_of(key: &str) -> Option<String> {
    phrases().get(key).cloned()
}

/// Fills in the Japanese of every sentence of the findings.
pub fn translate(findings: &mut Findings) {
    findings.each_text(&mut |text| text.translate(&phrase_of));
}

fn phrases() -> &'static BTreeMap<String, String> {
    static PHRASES: OnceLock<BTreeMap<String, String>> = OnceLock::new();
    PHRASES.get_or_init(|| {
        let files = LANGUAGE_FILES.iter().filter_map(|(_, text)| parsed(text).ok());
        files.flatten().collect()
    })
}

/// A file that does not parse is an error of the project: a test refuses it.
fn parsed(text: &str) -> Result<BTreeMap<String, String>, toml::de::Error> {
    toml::from_str(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_file_parses_and_no_key_stands_twice() {
        let mut seen = BTreeMap::new();
        for (name, text) in LANGUAGE_FILES {
            for key in parsed(text).unwrap_or_else(|e| panic!("{name}: {e}")).into_keys() {
                assert_eq!(seen.insert(key.clone(), name), None, "{key} stands twice");
            }
        }
    }

    #[test]
    fn no_language_file_is_forgotten() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../languages/ja");
        let mut found: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .filter_map(|it| {
                it.unwrap().file_name().to_str()?.strip_suffix(".toml").map(str::to_owned)
            })
            .collect();
        found.sort();
        let listed: Vec<_> = LANGUAGE_FILES.iter().map(|(name, _)| (*name).to_owned()).collect();
        assert_eq!(found, listed);
    }

    #[test]
    fn a_code_names_its_language() {
        assert_eq!(Language::of("ja"), Some(JA));
        assert_eq!(Language::of("fr"), None);
    }
}
