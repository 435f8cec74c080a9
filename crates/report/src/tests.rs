//! What holds for every document and every phrase of this crate.

use std::{collections::BTreeMap, path::Path};

use crate::*;

/// One day of an intruder beside the owner's work.
fn charts() -> Charts {
    let hour = 3_600_000_000;
    let start = 1_759_276_800_000_000;
    let buckets = (0..24 * 40).map(|n| Bucket {
        account: "sato@example.or.jp".into(),
        from: start + n * hour,
        attacker: if (480..700).contains(&n) { 35 } else { 0 },
        owner: u64::from(n % 24 < 9) * 4,
    });
    Charts { buckets: buckets.collect() }
}

/// All values of an attribute, in order.
fn attributes(html: &str, name: &str) -> Vec<String> {
    let mark = format!(" {name}=\"");
    html.split(&mark).skip(1).filter_map(|it| it.split('"').next().map(str::to_owned)).collect()
}

fn documents(findings: &model::findings::Findings) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for (name, ending, write) in DOCUMENTS {
        for language in Language::all() {
            out.push((
                format!("{name}.{}.{ending}", language.code()),
                write(findings, &charts(), language),
            ));
        }
    }
    out
}

#[test]
fn nothing_runs_and_nothing_is_loaded() {
    for findings in [sample::founding(), sample::hostile()] {
        for (name, text) in documents(&findings).iter().filter(|it| it.0.ends_with("html")) {
            let lower = text.to_lowercase();
            for forbidden in [
                "<script",
                " src=",
                "javascript:",
                "@import",
                "<iframe",
                "<object",
                "<link",
                "<base",
                "<form",
                "http://",
                "https://",
                "url(h",
                "url(/",
            ] {
                assert!(!lower.contains(forbidden), "{name} holds {forbidden}");
            }
            assert!(attributes(text, "href").iter().all(|it| it.starts_with('#')), "{name}");
            assert!(
                text.contains("default-src 'none'") || text.contains("default-src &#39;none"),
                "{name}"
            );
            let acts =
                |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
            assert!(!text.contains(acts), "{name}");
        }
    }
}

#[test]
fn headings_are_in_order_and_tables_have_scopes() {
    for (name, text) in documents(&sample::founding()).iter().filter(|it| it.0.ends_with("html")) {
        let levels: Vec<u32> =
            text.split("<h").skip(1).filter_map(|it| it.chars().next()?.to_digit(10)).collect();
        assert_eq!(levels.first(), Some(&1), "{name}");
        assert_eq!(levels.iter().filter(|it| **it == 1).count(), 1, "{name}");
        assert!(levels.windows(2).all(|it| it[1] <= it[0] + 1), "{name}: {levels:?}");
        assert_eq!(text.matches("<th ").count(), text.matches("<th scope=").count(), "{name}");
        assert!(!text.contains("<th>"), "{name}");
        assert_eq!(text.matches("<svg").count(), text.matches("<title id=").count(), "{name}");
    }
}

#[test]
fn every_id_stands_once_and_every_link_finds_one() {
    let text = html(&sample::founding(), &charts(), &JA);
    let mut seen = BTreeMap::new();
    for id in attributes(&text, "id") {
        assert_eq!(seen.insert(id.clone(), ()), None, "{id} stands twice");
    }
    for link in attributes(&text, "href") {
        assert!(seen.contains_key(link.trim_start_matches('#')), "{link}");
    }
}

#[test]
fn both_languages_have_the_same_structure() {
    let (ja, en) =
        (html(&sample::founding(), &charts(), &JA), html(&sample::founding(), &charts(), &EN));
    assert!(ja.contains("<html lang=\"ja\">") && en.contains("<html lang=\"en\">"));
    for name in ["id", "data-claim", "datetime", "class"] {
        assert_eq!(attributes(&ja, name), attributes(&en, name), "{name}");
    }
    for mark in ["<table", "<tr", "<td", "<svg", "<details", "<li"] {
        assert_eq!(ja.matches(mark).count(), en.matches(mark).count(), "{mark}");
    }
    let figures = |text: &str| -> Vec<String> {
        text.split("<summary>")
            .skip(1)
            .filter_map(|it| it.split('<').next())
            .filter(|it| it.chars().all(|c| c.is_ascii_digit() || c == ','))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(figures(&ja), figures(&en));
}

#[test]
fn every_claim_printed_is_listed() {
    let findings = sample::founding();
    let listed = claims(&findings);
    let printed = attributes(&html(&findings, &charts(), &EN), "data-claim");
    assert!(printed.contains(&"mail.messages".to_owned()));
    assert!(printed.iter().all(|it| listed.contains(it)), "{printed:?}");
}

#[test]
fn no_japanese_is_missing_in_the_japanese_report() {
    let text = html(&sample::founding(), &charts(), &JA);
    for english in ["Accounts", "Fraudulent", "cannot tell", "Deadlines", "unknown<", "certain<"] {
        assert!(!text.contains(english), "{english}");
    }
}

/// Every phrase of a source file: key and English.
fn phrases_of(source: &str) -> Vec<(String, String)> {
    let literal = |text: &str| -> Option<(String, usize)> {
        let from = text.find('"')? + 1;
        let mut escaped = false;
        for (at, c) in text[from..].char_indices() {
            match c {
                '"' if !escaped => {
                    return Some((text[from..from + at].replace("\\\"", "\""), from + at + 1));
                }
                _ => escaped = c == '\\' && !escaped,
            }
        }
        None
    };
    let calls = source.split(concat!("Phrase::", "new(")).skip(1);
    calls
        .filter_map(|call| {
            let (key, end) = literal(call)?;
            Some((key, literal(&call[end..])?.0))
        })
        .collect()
}

fn sources(folder: &Path, out: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, out);
        } else if path.extension().is_some_and(|it| it == "rs") {
            out.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

fn placeholders(text: &str) -> Vec<String> {
    let mut out: Vec<_> =
        text.split('{').skip(1).filter_map(|it| it.split('}').next()).map(str::to_owned).collect();
    out.sort();
    out.dedup();
    out
}

#[test]
fn every_phrase_has_its_japanese_with_the_same_values() {
    let mut files = Vec::new();
    // The commands say some of the phrases of `show` themselves.
    for folder in ["/src", "/../app/src"] {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(&folder[1..]), &mut files);
    }
    let mut english: BTreeMap<String, String> = BTreeMap::new();
    for (key, phrase) in files.iter().flat_map(|it| phrases_of(it)) {
        let ja = phrase_of(&key).unwrap_or_else(|| panic!("{key} has no Japanese"));
        assert_eq!(placeholders(&ja), placeholders(&phrase), "{key}");
        let before = english.insert(key.clone(), phrase.clone());
        assert!(before.is_none_or(|it| it == phrase), "{key} is said in two ways");
    }
    assert!(english.len() > 300, "{}", english.len());
    for (name, text) in LANGUAGE_FILES
        .iter()
        .filter(|it| ["announcement", "report", "screen", "show"].contains(&it.0))
    {
        for key in text.lines().filter_map(|it| it.strip_prefix('"')?.split('"').next()) {
            assert!(english.contains_key(key), "{name}: {key} is never said");
        }
    }
}

/// Writes samples for a person to look at: `KONSEKI_SAMPLES=folder cargo test -p report -- --ignored`.
#[test]
#[ignore = "writes files"]
fn samples() {
    let folder = std::path::PathBuf::from(std::env::var_os("KONSEKI_SAMPLES").unwrap());
    for (name, text) in documents(&sample::founding()) {
        std::fs::write(folder.join(name), text).unwrap();
    }
    for language in Language::all() {
        let code = language.code();
        for (name, findings) in [
            ("founding", sample::founding()),
            ("little", sample::little()),
            ("clean", sample::clean()),
        ] {
            std::fs::write(
                folder.join(format!("screen-{name}.{code}.txt")),
                screen(&findings, language, 100, false, "konseki-case"),
            )
            .unwrap();
        }
        std::fs::write(folder.join(format!("export.{code}.txt")), what_to_export(language))
            .unwrap();
        let parts: String = SHOW_PARTS
            .iter()
            .map(|it| show_table(&sample::founding(), it, language, 120).unwrap() + "\n")
            .collect();
        std::fs::write(folder.join(format!("show.{code}.txt")), parts).unwrap();
    }
}
