//! The rules of the house: the star of crates, pure judges, nothing forgotten by its list.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn sources(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found.sort();
    found
}

fn names(folder: &str, ending: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(root().join(folder)).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some(stem) = name.strip_suffix(ending).filter(|it| !["mod", "tests"].contains(it)) {
            found.insert(stem.to_owned());
        }
    }
    found
}

#[test]
fn every_crate_imports_model_at_most_and_app_imports_all() {
    let crates = ["model", "evidence", "store", "decide", "report"];
    for name in crates {
        let text = fs::read_to_string(root().join(format!("crates/{name}/Cargo.toml"))).unwrap();
        for other in crates.iter().filter(|it| **it != name && **it != "model").chain(&["app"]) {
            let import = format!("{other}.workspace");
            assert!(!text.lines().any(|it| it.starts_with(&import)), "{name} imports {other}");
        }
    }
    let app = fs::read_to_string(root().join("crates/app/Cargo.toml")).unwrap();
    for name in crates {
        assert!(app.contains(&format!("{name}.workspace = true")), "app does not import {name}");
    }
}

#[test]
fn the_judges_know_no_file_clock_environment_chance_or_hash_order() {
    let forbidden = [
        "std::fs",
        "std::env",
        "std::io",
        "std::net::Tcp",
        "std::time::",
        "::now()",
        "HashMap",
        "HashSet",
        "rand::",
        "std::process",
        "std::thread",
    ];
    for (path, text) in sources(&root().join("crates/decide/src")) {
        for (n, line) in
            text.lines().enumerate().filter(|(_, it)| !it.trim_start().starts_with("//"))
        {
            for word in forbidden {
                assert!(!line.contains(word), "{}:{}: {word}", path.display(), n + 1);
            }
        }
    }
}

#[test]
fn no_engine_type_stands_outside_the_store() {
    for name in ["model", "evidence", "decide", "report", "app"] {
        for (path, text) in sources(&root().join(format!("crates/{name}/src"))) {
            for word in ["datafusion", "arrow_array", "arrow_schema", "parquet::"] {
                assert!(!text.contains(word), "{}: {word}", path.display());
            }
        }
    }
}

#[test]
fn no_format_finding_or_command_is_forgotten_by_its_list() {
    for (folder, list) in [
        ("crates/evidence/src/formats", "crates/evidence/src/formats/mod.rs"),
        ("crates/decide/src/findings", "crates/decide/src/findings/mod.rs"),
        ("crates/app/src/commands", "crates/app/src/commands/mod.rs"),
    ] {
        let list = fs::read_to_string(root().join(list)).unwrap();
        for name in names(folder, ".rs") {
            assert!(list.contains(&format!("mod {name};")), "{folder}/{name}.rs is not declared");
            assert!(list.contains(&format!("{name}::")), "{folder}/{name}.rs is in no list");
        }
    }
}

#[test]
fn no_knowledge_law_or_language_file_is_forgotten() {
    let known: BTreeSet<String> = decide::DATA
        .iter()
        .flat_map(|(folder, files)| files.iter().map(move |it| format!("{folder}/{}.toml", it.0)))
        .collect();
    let languages: BTreeSet<String> =
        report::LANGUAGE_FILES.iter().map(|it| it.0.to_owned()).collect();
    for top in ["knowledge", "laws"] {
        for name in toml_below(&root().join(top)) {
            assert!(
                known.contains(&format!("{top}/{name}")),
                "{top}/{name} is embedded by no list: {known:?}"
            );
        }
    }
    for name in names("languages/ja", ".toml") {
        assert!(
            languages.iter().any(|it| it.contains(&name)),
            "languages/ja/{name}.toml is forgotten"
        );
    }
}

fn toml_below(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            found.extend(toml_below(&path).into_iter().map(|it| format!("{name}/{it}")));
        } else if name.ends_with(".toml") {
            found.push(name);
        }
    }
    found
}

/// Every phrase of the program, found by its text: key → English.
fn phrases() -> BTreeMap<String, (String, PathBuf)> {
    let mut found = BTreeMap::new();
    for name in ["decide", "report", "app", "evidence"] {
        for (path, text) in sources(&root().join(format!("crates/{name}/src"))) {
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            for rest in code.split("Phrase::new(").skip(1) {
                let mut literals = Literals(rest);
                if let (Some(key), Some(english)) = (literals.next(), literals.next()) {
                    let before = found.insert(key.clone(), (english.clone(), path.clone()));
                    assert!(
                        before.is_none_or(|it| it.0 == english),
                        "{key} is said in two ways: {}",
                        path.display()
                    );
                }
            }
        }
    }
    found
}

/// String literals one after another, only commas and blanks between.
struct Literals<'a>(&'a str);

impl Iterator for Literals<'_> {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let rest = self.0.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        let mut chars = rest.strip_prefix('"')?.char_indices();
        let mut out = String::new();
        let mut gap = false;
        while let Some((at, c)) = chars.next() {
            if gap && c.is_whitespace() {
                continue;
            }
            gap = false;
            match c {
                '"' => {
                    self.0 = &rest[at + 2..];
                    return Some(out);
                }
                '\\' => match chars.next()?.1 {
                    '\n' => gap = true,
                    'n' => out.push('\n'),
                    other => out.push(other),
                },
                other => out.push(other),
            }
        }
        None
    }
}

fn placeholders(text: &str) -> BTreeSet<String> {
    text.split('{').skip(1).filter_map(|it| it.split_once('}')).map(|it| it.0.to_owned()).collect()
}

#[test]
fn every_phrase_is_said_in_japanese_with_the_same_values() {
    let phrases = phrases();
    assert!(phrases.len() > 100, "only {} phrases found: the search is broken", phrases.len());
    for (key, (english, path)) in &phrases {
        let japanese = report::phrase_of(key);
        let Some(japanese) = japanese else { panic!("{key} ({}) has no Japanese", path.display()) };
        assert_eq!(
            placeholders(english),
            placeholders(&japanese),
            "{key}: other values in Japanese"
        );
    }
}

#[test]
fn the_project_names_no_machine_and_no_registry() {
    let words = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/tmp/", "k/")];
    let mut files = sources(&root().join("crates"));
    for name in [
        "README.md",
        "README.ja.md",
        "ARCHITECTURE.md",
        "CONTRIBUTING.md",
        "CHANGELOG.md",
        "GLOSSARY.md",
    ] {
        let path = root().join(name);
        let text = fs::read_to_string(&path).unwrap_or_else(|_| panic!("{name} is missing"));
        files.push((path, text));
    }
    for (path, text) in files {
        for word in words {
            assert!(!text.contains(word), "{}: {word}", path.display());
        }
    }
}
