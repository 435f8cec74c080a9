//! Words that tell of somebody's health: `knowledge/personal/health.toml`.

use std::{collections::BTreeMap, sync::OnceLock};

use serde::Deserialize;

use super::{Hit, PersonalKind, letters::Letters};

/// The file, embedded at build.
pub(super) const FILE: &str = include_str!("../../../../knowledge/personal/health.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) word: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) language: String,
    #[allow(dead_code, reason = "read by people")]
    what: String,
    pub(super) words: Vec<String>,
    pub(super) not: Vec<String>,
    #[allow(dead_code, reason = "read by people")]
    source: String,
}

/// One word, and the longer words in which it means something else.
struct Word {
    text: Vec<char>,
    latin: bool,
    not: Vec<Vec<char>>,
}

/// Words by their first letter.
fn words() -> &'static BTreeMap<char, Vec<Word>> {
    static WORDS: OnceLock<BTreeMap<char, Vec<Word>>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let mut found: BTreeMap<char, Vec<Word>> = BTreeMap::new();
        let file: Option<File> = toml::from_str(FILE).ok();
        for row in file.into_iter().flat_map(|it| it.word) {
            for word in &row.words {
                let text = folded(word);
                let Some(first) = text.first().copied() else { continue };
                let not = row.not.iter().map(|it| folded(it)).filter(|it| contains(it, &text));
                let word =
                    Word { latin: row.language == "en", not: not.collect(), text: text.clone() };
                found.entry(first).or_default().push(word);
            }
        }
        found
    })
}

fn folded(text: &str) -> Vec<char> {
    Letters::new(text).all
}

fn contains(long: &[char], short: &[char]) -> bool {
    long.windows(short.len()).any(|it| it == short)
}

pub(super) fn find(letters: &Letters, found: &mut Vec<Hit>) {
    let words = words();
    let mut at = 0;
    while at < letters.all.len() {
        let here = words.get(&letters.all[at]).into_iter().flatten();
        let hit = here.filter(|it| stands(letters, at, it)).map(|it| it.text.len()).max();
        if let Some(length) = hit {
            found.push(Hit { kind: PersonalKind::Health, from: at, to: at + length });
        }
        at += hit.unwrap_or(1);
    }
}

fn stands(letters: &Letters, at: usize, word: &Word) -> bool {
    let end = at + word.text.len();
    if letters.slice(at, end) != word.text {
        return false;
    }
    if word.latin && (letters.before(at).is_alphanumeric() || letters.get(end).is_alphanumeric()) {
        return false;
    }
    // The longer word may begin before this one.
    let reach = word.not.iter().map(Vec::len).max().unwrap_or(0);
    let around = letters.slice(at.saturating_sub(reach), end + reach);
    !word.not.iter().any(|it| contains(around, it))
}
