//! Which well-known folder is a recorded path, in whatever language the mailbox speaks? `knowledge/folders/`.

use std::{collections::BTreeMap, sync::OnceLock};

use model::Decision;
use serde::Deserialize;

/// The files, one a language, embedded at build. To add one: write the file, name it here.
pub const FILES: &[model::DataFile] = &[
    ("ar", include_str!("../../../knowledge/folders/ar.toml")),
    ("cs", include_str!("../../../knowledge/folders/cs.toml")),
    ("da", include_str!("../../../knowledge/folders/da.toml")),
    ("de", include_str!("../../../knowledge/folders/de.toml")),
    ("en", include_str!("../../../knowledge/folders/en.toml")),
    ("es", include_str!("../../../knowledge/folders/es.toml")),
    ("fi", include_str!("../../../knowledge/folders/fi.toml")),
    ("fr", include_str!("../../../knowledge/folders/fr.toml")),
    ("hu", include_str!("../../../knowledge/folders/hu.toml")),
    ("it", include_str!("../../../knowledge/folders/it.toml")),
    ("ja", include_str!("../../../knowledge/folders/ja.toml")),
    ("ko", include_str!("../../../knowledge/folders/ko.toml")),
    ("nb", include_str!("../../../knowledge/folders/nb.toml")),
    ("nl", include_str!("../../../knowledge/folders/nl.toml")),
    ("pl", include_str!("../../../knowledge/folders/pl.toml")),
    ("pt-br", include_str!("../../../knowledge/folders/pt-br.toml")),
    ("pt-pt", include_str!("../../../knowledge/folders/pt-pt.toml")),
    ("ru", include_str!("../../../knowledge/folders/ru.toml")),
    ("sv", include_str!("../../../knowledge/folders/sv.toml")),
    ("tr", include_str!("../../../knowledge/folders/tr.toml")),
    ("uk", include_str!("../../../knowledge/folders/uk.toml")),
    ("zh-cn", include_str!("../../../knowledge/folders/zh-cn.toml")),
    ("zh-tw", include_str!("../../../knowledge/folders/zh-tw.toml")),
];

/// Names that stand for a well-known folder in scope ids.
pub const WELL_KNOWN: [&str; 16] = [
    "inbox",
    "sent",
    "drafts",
    "deleted",
    "recoverable",
    "archive",
    "junk",
    "outbox",
    "contacts",
    "calendar",
    "notes",
    "tasks",
    "journal",
    "rss",
    "conversation",
    "sync",
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[allow(dead_code, reason = "read by the test")]
    language: String,
    folder: BTreeMap<String, Vec<String>>,
}

fn names() -> &'static BTreeMap<String, &'static str> {
    static NAMES: OnceLock<BTreeMap<String, &'static str>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let mut found = BTreeMap::new();
        for file in FILES.iter().filter_map(|(_, text)| toml::from_str::<File>(text).ok()) {
            for (word, names) in file.folder {
                let Some(word) = WELL_KNOWN.iter().find(|it| **it == word) else { continue };
                found.extend(names.iter().map(|name| (fold(name), *word)));
            }
        }
        found
    })
}

/// Names are compared without case and without the difference between kinds of blanks, dashes and
/// apostrophes, in which clients differ.
fn fold(name: &str) -> String {
    let one = |c: char| match c {
        '\u{a0}' | '\u{3000}' => ' ',
        '\u{2010}'..='\u{2014}' => '-',
        '\u{2019}' => '\'',
        _ => c,
    };
    name.trim().chars().map(one).collect::<String>().to_lowercase()
}

/// The path's parts: separators are `\` or `/`, a leading mailbox (`a@x:\…`) is off, and nothing a
/// terminal would obey is left.
fn parts(path: &str) -> Vec<String> {
    let clean: String = path.chars().filter(|c| !c.is_control() && !is_invisible(*c)).collect();
    let own = match clean.split_once(':') {
        Some((mailbox, rest)) if mailbox.contains('@') && rest.starts_with(['\\', '/']) => {
            rest.to_owned()
        }
        _ => clean,
    };
    own.split(['\\', '/']).map(str::trim).filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

/// Formatting characters without a shape of their own could make two scopes look like one.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{61c}')
}

/// Names of the folders inside Recoverable Items, which records may give without their parent.
const RECOVERABLE: [&str; 7] = [
    "deletions",
    "purges",
    "versions",
    "discoveryholds",
    "subsholds",
    "substrateholds",
    "recoverable items",
];

/// Returns the well-known folder, if the path is one. A folder below a well-known one is a scope of
/// its own; all of Recoverable Items is one.
pub fn well_known(path: &str) -> Option<&'static str> {
    let parts = parts(path);
    let (first, rest) = parts.split_first()?;
    let known = names().get(&fold(first)).copied();
    if known == Some("recoverable") {
        return known;
    }
    if rest.is_empty() {
        return known
            .or_else(|| RECOVERABLE.contains(&fold(first).as_str()).then_some("recoverable"));
    }
    // A mailbox may hold its folders below a root («Top of Information Store»).
    let root = ["top of information store", "インフォメーション ストアの先頭", "ipm_subtree"];
    if root.contains(&fold(first).as_str()) && rest.len() == 1 {
        return names().get(&fold(&rest[0])).copied();
    }
    None
}

/// The folder's part of a scope id: a well-known word, else the path with `/` between its parts.
pub fn scope_part(path: &str) -> String {
    if let Some(word) = well_known(path) {
        return word.to_owned();
    }
    parts(path).join("/")
}

/// What persons decided of folders whose names tell nothing: `decide folder account=a@b,path=PATH --is sent`.
#[derive(Clone, Debug, Default)]
pub struct Decided {
    /// (mailbox, or empty for every mailbox; part of the scope id) → well-known folder, number of the decision.
    names: BTreeMap<(String, String), (&'static str, u64)>,
}

impl Decided {
    /// Reads the decisions in force; a later one outranks an earlier.
    pub fn new(decisions: &[Decision], resolve: &dyn Fn(&str) -> String) -> Decided {
        let mut names = BTreeMap::new();
        for it in decisions.iter().filter(|it| it.what == "folder") {
            let Some(word) = WELL_KNOWN.iter().find(|word| **word == it.is) else { continue };
            let mut owner = it.selector.account.as_deref().map(resolve).unwrap_or_default();
            let mut part = it.selector.path.as_deref().map(scope_part).unwrap_or_default();
            let scope = it.selector.scope.as_deref().and_then(|it| it.strip_prefix("mailbox:"));
            if let Some((mailbox, rest)) = scope.and_then(|it| it.split_once('/')) {
                (owner, part) = (resolve(mailbox), rest.to_owned());
            }
            if !part.is_empty() {
                names.insert((owner, part), (*word, it.n));
            }
        }
        Decided { names }
    }

    fn find(&self, mailbox: &str, path: &str) -> Option<(&'static str, u64)> {
        if self.names.is_empty() {
            return None;
        }
        let part = scope_part(path);
        let of = |owner: &str| self.names.get(&(owner.to_owned(), part.clone())).copied();
        of(mailbox).or_else(|| of(""))
    }

    /// The folder's path, or the well-known name a person gave it.
    pub fn name(&self, mailbox: &str, path: String) -> String {
        self.find(mailbox, &path).map_or(path, |(word, _)| word.to_owned())
    }

    /// Number of the decision that speaks of the folder.
    pub fn decision(&self, mailbox: &str, path: &str) -> Option<u64> {
        self.find(mailbox, path).map(|(_, n)| n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_parses_and_no_name_means_two_folders() {
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        for (stem, text) in FILES {
            let file: File = toml::from_str(text).unwrap_or_else(|err| panic!("{stem}: {err}"));
            assert_eq!(file.language, *stem);
            for word in
                ["inbox", "sent", "drafts", "deleted", "archive", "junk", "contacts", "calendar"]
            {
                assert!(file.folder.get(word).is_some_and(|it| !it.is_empty()), "{stem}: {word}");
            }
            for (word, names) in file.folder {
                assert!(WELL_KNOWN.contains(&word.as_str()), "{stem}: {word}");
                for name in names {
                    let before = seen.insert(fold(&name), word.clone());
                    assert!(before.is_none_or(|it| it == word), "{stem}: {name}");
                }
            }
        }
    }

    #[test]
    fn a_folder_is_known_in_the_mailboxs_language() {
        assert_eq!(well_known("\\送信済みアイテム"), Some("sent"));
        assert_eq!(well_known("Éléments envoyés"), Some("sent"));
        assert_eq!(well_known("/Gesendete Elemente"), Some("sent"));
        assert_eq!(well_known("a@x.jp:\\受信トレイ"), Some("inbox"));
        assert_eq!(well_known("\\Boîte d’envoi"), Some("outbox"));
        assert_eq!(well_known("Recoverable Items\\Deletions"), Some("recoverable"));
        assert_eq!(well_known("Deletions"), Some("recoverable"));
        assert_eq!(well_known("\\Inbox\\Project"), None);
        assert_eq!(well_known(""), None);
    }

    #[test]
    fn a_person_says_what_a_folder_is() {
        let decision = |n, account: Option<&str>, path: &str, is: &str| Decision {
            n,
            what: "folder".into(),
            selector: model::Selector {
                account: account.map(str::to_owned),
                path: Some(path.to_owned()),
                ..model::Selector::default()
            },
            typed: String::new(),
            is: is.into(),
            who: "T".into(),
            why: "asked the owner".into(),
            at: 0,
            before: String::new(),
        };
        let all = [
            decision(1, Some("a@x"), "\\Verschickt", "sent"),
            decision(2, None, "Papierkorb alt", "deleted"),
        ];
        let it = Decided::new(&all, &|name| name.to_owned());
        assert_eq!(it.name("a@x", "\\Verschickt".into()), "sent");
        assert_eq!(it.name("b@x", "\\Verschickt".into()), "\\Verschickt");
        assert_eq!(it.name("b@x", "/Papierkorb alt".into()), "deleted");
        assert_eq!(it.decision("a@x", "Verschickt"), Some(1));
        assert_eq!(scope_part(&it.name("a@x", "Verschickt".into())), "sent");
    }

    #[test]
    fn a_folder_below_is_a_scope_of_its_own() {
        assert_eq!(scope_part("\\Inbox\\Project"), "Inbox/Project");
        assert_eq!(scope_part("受信トレイ/案件"), "受信トレイ/案件");
        assert_eq!(scope_part("\\INBOX"), "inbox");
        assert_eq!(scope_part("\\a\u{1b}[31m\u{202e}b"), "a[31mb");
    }

    proptest::proptest! {
        /// Whatever a folder is called, its scope id is one line that no terminal obeys and that stays the same.
        #[test]
        fn a_scope_id_is_tame(path in "\\PC{0,20}|[\\x00-\\x7f]{0,20}|(Inbox|受信トレイ|[/\\\\]|\u{202e}|\n){0,6}") {
            let part = scope_part(&path);
            proptest::prop_assert!(!part.chars().any(|c| c.is_control() || is_invisible(c)));
            proptest::prop_assert!(!part.starts_with('/') && !part.ends_with('/') && !part.contains('\\'));
        }
    }
}
