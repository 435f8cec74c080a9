//! Who answered the attacker's mails, and what does the answer say? («is this you?»)

use std::{collections::BTreeSet, sync::OnceLock};

use model::{ItemKind, Micros};
use serde::Deserialize;

use crate::mail::normal_subject;

/// A mail in a mailbox that may be an answer.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Received {
    /// Record id.
    pub record: String,
    /// What it is.
    pub kind: ItemKind,
    /// When it arrived.
    pub at: Option<Micros>,
    /// Its own InternetMessageId; empty if not said.
    pub message: String,
    /// Author's address; empty if unknown.
    pub from: String,
    /// Subject.
    pub subject: String,
    /// The first words of its text.
    pub begins: String,
    /// Message ids it refers to.
    pub refers_to: Vec<String>,
}

/// What answers are looked for with.
pub struct Inputs<'a> {
    /// Mails of the mailbox.
    pub received: &'a [Received],
    /// Message ids of the attacker's mails.
    pub fraudulent: &'a BTreeSet<String>,
    /// Their subjects.
    pub subjects: &'a BTreeSet<String>,
    /// When the first of them was sent: no answer is older.
    pub first: Option<Micros>,
    /// Whether an address is the mailbox's own.
    pub own: &'a dyn Fn(&str) -> bool,
}

/// What an answer says, by the phrases of `knowledge/replies/`.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd)]
pub enum Says {
    /// Whether the mail is genuine: «is this you?».
    AsksWhetherGenuine,
    /// That it looks like fraud.
    Warns,
    /// That the link or attachment was opened, or data was entered.
    Opened,
    /// That it does not open, or an access was asked for: the person tried.
    CannotOpen,
    /// To be taken off a list.
    Unsubscribe,
    /// No person wrote it: out of office.
    Automatic,
    /// Anything else.
    Other,
}

impl Says {
    /// The word used in tables.
    pub fn word(self) -> &'static str {
        match self {
            Says::AsksWhetherGenuine => "asks_whether_genuine",
            Says::Warns => "warns",
            Says::Opened => "opened",
            Says::CannotOpen => "cannot_open",
            Says::Unsubscribe => "unsubscribe",
            Says::Automatic => "automatic",
            Says::Other => "other",
        }
    }
}

/// An answer to one of the attacker's mails.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Reply {
    /// Record id.
    pub record: String,
    /// Author.
    pub from: String,
    /// When it arrived.
    pub at: Option<Micros>,
    /// What it says.
    pub says: Says,
    /// The fraudulent mail it refers to; empty if it is known by its subject only.
    pub answers: String,
}

/// The files, embedded at build. To add one: write the file, name it here.
pub const FILES: &[model::DataFile] =
    &[("phrases", include_str!("../../../knowledge/replies/phrases.toml"))];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    reply_marks: Vec<String>,
    kind: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    says: String,
    phrases: Vec<String>,
    #[allow(dead_code, reason = "read by people")]
    source: String,
}

#[derive(Default)]
struct Knowledge {
    marks: Vec<String>,
    /// In the order in which they are tried.
    phrases: Vec<(Says, Vec<String>)>,
}

fn knowledge() -> &'static Knowledge {
    static KNOWN: OnceLock<Knowledge> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let mut found = Knowledge::default();
        for file in FILES.iter().filter_map(|(_, text)| toml::from_str::<File>(text).ok()) {
            found.marks.extend(file.reply_marks.iter().map(|it| folded(it)));
            for row in file.kind {
                let phrases = row.phrases.iter().map(|it| folded(it)).collect();
                found.phrases.extend(said(&row.says).map(|says| (says, phrases)));
            }
        }
        found
    })
}

fn said(word: &str) -> Option<Says> {
    const ALL: [Says; 5] =
        [Says::AsksWhetherGenuine, Says::Warns, Says::Opened, Says::CannotOpen, Says::Unsubscribe];
    ALL.into_iter().find(|it| it.word() == word)
}

/// Without case, blanks, and the difference between full and half width.
fn folded(text: &str) -> String {
    let one = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{2018}' | '\u{2019}' => '\'',
        _ => c,
    };
    text.chars().filter(|c| !c.is_whitespace()).map(one).flat_map(char::to_lowercase).collect()
}

/// The subject an answer answers, normalised; `None` if it bears no mark of an answer.
fn answered(subject: &str) -> Option<String> {
    let mut text = folded(subject);
    let mut marked = false;
    for _ in 0..8 {
        let cut = knowledge().marks.iter().find_map(|it| text.strip_prefix(it.as_str()));
        match cut {
            Some(rest) => (text, marked) = (rest.to_owned(), true),
            None => break,
        }
    }
    marked.then(|| normal_subject(&text))
}

/// Finds the answers, by arrival.
pub fn replies(inputs: &Inputs<'_>) -> Vec<Reply> {
    let subjects: BTreeSet<String> = inputs
        .subjects
        .iter()
        .map(|it| answered(it).unwrap_or_else(|| normal_subject(&folded(it))))
        .filter(|it| !it.is_empty())
        .collect();
    let mut found: Vec<Reply> = Vec::new();
    for it in inputs.received.iter().filter(|it| may_answer(inputs, it)) {
        let answers = it.refers_to.iter().find(|id| inputs.fraudulent.contains(*id));
        let alike = answered(&it.subject).is_some_and(|it| subjects.contains(&it));
        if answers.is_none() && !alike {
            continue;
        }
        found.push(Reply {
            record: it.record.clone(),
            from: it.from.clone(),
            at: it.at,
            says: says(it),
            answers: answers.cloned().unwrap_or_default(),
        });
    }
    found.sort_by(|a, b| (a.at, &a.record).cmp(&(b.at, &b.record)));
    found
}

/// A mail of somebody else's, not one of the attacker's own, and not older than the first of these.
fn may_answer(inputs: &Inputs<'_>, it: &Received) -> bool {
    matches!(it.kind, ItemKind::Mail | ItemKind::AutoReply)
        && !(inputs.own)(&it.from)
        && !inputs.fraudulent.contains(&it.message)
        && !matches!((it.at, inputs.first), (Some(at), Some(first)) if at < first)
}

fn says(it: &Received) -> Says {
    if it.kind == ItemKind::AutoReply {
        return Says::Automatic;
    }
    // The mark of the answer may stand in the subject too: «これは本物ですか Re: …».
    let text = folded(&format!("{}\n{}", unquoted(&it.begins), it.subject));
    let known = &knowledge().phrases;
    let found =
        known.iter().find(|(_, all)| all.iter().any(|phrase| text.contains(phrase.as_str())));
    found.map_or(Says::Other, |it| it.0)
}

/// What the person wrote, without the attacker's own text below it.
fn unquoted(begins: &str) -> &str {
    const MARKS: [&str; 9] = [
        "-----Original Message-----",
        "-----元のメッセージ-----",
        "________________________________",
        "\nFrom:",
        " From:",
        "差出人:",
        "\n>",
        " > ",
        " wrote:",
    ];
    let end = MARKS.iter().filter_map(|it| begins.find(it)).min().unwrap_or(begins.len());
    begins.get(..end).unwrap_or(begins)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(n: u32, from: &str, subject: &str, begins: &str, refers: &[&str]) -> Received {
        Received {
            record: format!("r{n}"),
            at: Some(100 + i64::from(n)),
            message: format!("own{n}"),
            from: from.into(),
            subject: subject.into(),
            begins: begins.into(),
            refers_to: refers.iter().map(|it| (*it).to_owned()).collect(),
            ..Received::default()
        }
    }

    fn run(all: &[Received]) -> Vec<(String, Says)> {
        let fraudulent = BTreeSet::from(["f1".to_owned()]);
        let subjects = BTreeSet::from(["【重要】アカウントの確認 No.123".to_owned()]);
        let it = replies(&Inputs {
            received: all,
            fraudulent: &fraudulent,
            subjects: &subjects,
            first: Some(100),
            own: &|it| it == "a@x.jp",
        });
        it.into_iter().map(|it| (it.record, it.says)).collect()
    }

    #[test]
    fn an_answer_is_known_by_what_it_refers_to_or_by_its_subject() {
        let mut own = received(5, "v@e", "Re: x", "is this you?", &["f1"]);
        own.message = "f1".into();
        let mut old = received(6, "v@e", "Re: x", "is this you?", &["f1"]);
        old.at = Some(99);
        let all = [
            received(1, "v@e", "Re: 別件", "これは本物ですか？", &["z", "f1"]),
            received(2, "v@e", "ＲＥ：【重要】アカウントの確認 No.9", "ｉｓ ｔｈｉｓ  you?", &[]),
            received(3, "v@e", "【重要】アカウントの確認 No.9", "is this you?", &[]),
            received(4, "a@x.jp", "Re: 【重要】アカウントの確認 No.9", "is this you?", &["f1"]),
            own,
            old,
        ];
        let wanted = [("r1", Says::AsksWhetherGenuine), ("r2", Says::AsksWhetherGenuine)];
        assert_eq!(run(&all), wanted.map(|it| (it.0.to_owned(), it.1)));
    }

    #[test]
    fn what_it_says_is_told_by_the_persons_own_words() {
        for (begins, wanted) in [
            ("リンクをクリックしてしまいましたが、大丈夫でしょうか", Says::Opened),
            ("添付が開けません。再送をお願いします", Says::CannotOpen),
            ("Did you send this?", Says::AsksWhetherGenuine),
            ("I think your account has been hacked.", Says::Warns),
            ("配信停止してください", Says::Unsubscribe),
            ("承知しました。 From: a@x.jp 不正アクセス", Says::Other),
            ("ありがとうございます", Says::Other),
        ] {
            assert_eq!(
                run(&[received(1, "v@e", "Re: x", begins, &["f1"])])[0].1,
                wanted,
                "{begins}"
            );
        }
        let mut away = received(1, "v@e", "自動応答: x", "不在です", &["f1"]);
        away.kind = ItemKind::AutoReply;
        assert_eq!(run(&[away])[0].1, Says::Automatic);
    }

    #[test]
    fn every_kind_and_phrase_is_known_once() {
        for (stem, text) in FILES {
            let file: File = toml::from_str(text).unwrap_or_else(|err| panic!("{stem}: {err}"));
            let mut seen = BTreeSet::new();
            for row in file.kind {
                assert!(said(&row.says).is_some(), "{stem}: {}", row.says);
                for phrase in row.phrases {
                    assert!(seen.insert(folded(&phrase)), "{stem}: {phrase}");
                }
            }
        }
    }
}
