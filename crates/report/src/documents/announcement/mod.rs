//! The first announcement (第1報): a draft from little evidence, as Markdown and as HTML.
//!
//! It never says more than the findings, and marks every place a person must fill in.

mod content;
mod notices;

use maud::{Markup, html};
use model::findings::Findings;

use super::html::document;
use crate::Language;

/// What a draft is made of.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Block {
    Title(String),
    Heading(String),
    Note(String),
    Line(Words),
    List(Vec<Words>),
}

/// One line: sentences of ours, where `［…］` is a place to fill in, and quotations of evidence.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Words {
    Ours(String),
    /// A text out of evidence between words of ours: it is never read for places to fill in.
    Quoting(String, String, String),
}

/// The draft as Markdown.
pub fn announcement_md(findings: &Findings, language: &Language) -> String {
    let mut out = String::new();
    for block in content::blocks(findings, *language) {
        match block {
            Block::Title(text) => out.push_str(&format!("# {}\n\n", marked_md(&text))),
            Block::Heading(text) => out.push_str(&format!("## {}\n\n", marked_md(&text))),
            Block::Note(text) => out.push_str(&format!("> {}\n\n", marked_md(&text))),
            Block::Line(words) => out.push_str(&format!("{}\n\n", words_md(&words))),
            Block::List(items) => {
                for item in &items {
                    out.push_str(&format!("- {}\n", words_md(item)));
                }
                out.push('\n');
            }
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

/// The draft as one HTML file.
pub fn announcement_html(findings: &Findings, language: &Language) -> String {
    let blocks = content::blocks(findings, *language);
    let title = blocks
        .iter()
        .find_map(|it| if let Block::Title(text) = it { Some(text.clone()) } else { None });
    let body = html! { main { @for block in &blocks { (block_html(block)) } } };
    document(*language, &title.unwrap_or_default(), body)
}

fn block_html(block: &Block) -> Markup {
    match block {
        Block::Title(text) => html! { h1 { (marked_html(text)) } },
        Block::Heading(text) => html! { h2 { (marked_html(text)) } },
        Block::Note(text) => html! { div.said { p { (marked_html(text)) } } },
        Block::Line(words) => html! { p { (words_html(words)) } },
        Block::List(items) => html! { ul { @for it in items { li { (words_html(it)) } } } },
    }
}

fn words_html(words: &Words) -> Markup {
    match words {
        Words::Ours(text) => marked_html(text),
        Words::Quoting(before, quoted, after) => html! { (before) (quoted) (after) },
    }
}

fn words_md(words: &Words) -> String {
    match words {
        Words::Ours(text) => marked_md(text),
        Words::Quoting(before, quoted, after) => escaped_md(&format!("{before}{quoted}{after}")),
    }
}

/// Splits at places to fill in: (text, whether it is such a place).
fn places(text: &str) -> Vec<(&str, bool)> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(from) = rest.find('［') {
        let Some(length) = rest[from..].find('］').map(|it| it + '］'.len_utf8()) else { break };
        out.push((&rest[..from], false));
        out.push((&rest[from..from + length], true));
        rest = &rest[from + length..];
    }
    out.push((rest, false));
    out
}

fn marked_html(text: &str) -> Markup {
    html! { @for (part, fill_in) in places(text) { @if fill_in { mark { (part) } } @else { (part) } } }
}

fn marked_md(text: &str) -> String {
    let parts = places(text).into_iter();
    parts
        .map(
            |(part, fill_in)| {
                if fill_in { format!("**{}**", escaped_md(part)) } else { escaped_md(part) }
            },
        )
        .collect()
}

/// No sign of Markdown or HTML in the text acts.
fn escaped_md(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '~' | '!' => out.extend(['\\', c]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            _ => out.push(c),
        }
    }
    // A bare address would become a link in many readers.
    out.replace("://", ":&#47;&#47;").replace("www.", "www&#46;")
}

#[cfg(test)]
mod tests {
    use model::findings::{Figure, OutcomeValue};

    use super::*;
    use crate::{EN, JA, sample};

    #[test]
    fn both_languages_have_the_same_blocks() {
        for findings in [sample::founding(), sample::little(), sample::clean()] {
            let shape = |language| -> Vec<String> {
                let blocks = content::blocks(&findings, language);
                blocks
                    .iter()
                    .map(|it| match it {
                        Block::List(items) => format!("list {}", items.len()),
                        other => {
                            format!("{other:?}").split('(').next().unwrap_or_default().to_owned()
                        }
                    })
                    .collect()
            };
            assert_eq!(shape(EN), shape(JA));
        }
    }

    #[test]
    fn it_never_says_more_than_the_findings() {
        let mut findings = sample::founding();
        findings.mail.messages = Figure::at_least(7921);
        findings.accounts[0].first_access_is = Some("no_later_than".into());
        let text = announcement_md(&findings, &JA);
        assert!(text.contains("少なくとも 7,921 通") && text.contains("遅くとも"), "{text}");
        for forbidden in
            ["漏えいはありません", "ございません", "ご安心", "極めて低い", "巧妙", "念のため"]
        {
            assert!(!text.contains(forbidden), "{forbidden}");
        }
        assert!(!announcement_md(&findings, &EN).contains("abundance of caution"));
    }

    #[test]
    fn nothing_is_claimed_where_nothing_is_known() {
        let mut findings = sample::clean();
        for value in [OutcomeValue::CannotTell, OutcomeValue::NotATakeover, OutcomeValue::NoneShown]
        {
            findings.outcome.value = value;
            let text = announcement_md(&findings, &JA);
            assert!(!text.contains("第三者に不正に使用されました"), "{text}");
            assert!(text.contains("［担当部署・電話番号］"));
        }
    }

    #[test]
    fn evidence_cannot_act_in_a_draft() {
        for language in Language::all() {
            let findings = sample::hostile();
            let (md, html) =
                (announcement_md(&findings, language), announcement_html(&findings, language));
            assert!(
                !md.contains("<script") && !md.contains("](http") && !md.contains("http://"),
                "{md}"
            );
            assert!(!html.contains("<script") && !html.contains("href=\"http"));
            assert!(!md.contains('\u{202e}') && !html.contains('\u{1b}'));
        }
    }

    #[test]
    fn places_to_fill_in_are_marked() {
        assert!(
            announcement_html(&sample::founding(), &JA)
                .contains("<mark>［担当部署・電話番号］</mark>")
        );
        assert!(announcement_md(&sample::founding(), &EN).contains("**［"));
    }
}
