//! `konseki check`: what is there, what is missing, and how to export it.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::atomic::AtomicBool,
};

use anyhow::Result;
use clap::{Args, Command, FromArgMatches};
use evidence::{FindOptions, Inspection, ReadOptions, Source};
use model::{Content, Kind, Reading, SettingKind, Untrusted, What};
use report::Language;

use super::CommandLine;
use crate::{
    cli::Common,
    error::{self, wrong_use},
    evidence_list, output, pipeline,
    progress::{Bar, Progress, Silent},
    reading,
};

/// See in seconds what evidence is there and what is missing
#[derive(Args)]
struct Arguments {
    /// Folders or files of evidence
    #[arg(required = true, value_name = "EVIDENCE")]
    evidence: Vec<PathBuf>,
    /// File with the passwords of encrypted archives, one a line
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Language
    #[arg(long, value_parser = ["ja", "en"])]
    lang: Option<String>,
}

pub(super) const COMMAND: CommandLine = CommandLine {
    name: "check",
    define: |it: Command| Arguments::augment_args(it),
    run: |matches, common| run(&Arguments::from_arg_matches(matches)?, common),
};

/// One file, as far as a first look tells.
struct Seen {
    path: String,
    kind: Kind,
    reading: Reading,
    accounts: BTreeSet<String>,
    settings: BTreeSet<SettingKind>,
}

fn run(arguments: &Arguments, common: &Common) -> Result<u8> {
    for path in &arguments.evidence {
        if !path.exists() {
            return Err(wrong_use(format!("{}: no such file or folder", path.display())));
        }
    }
    let bar: Box<dyn Progress> = if output::shows_progress() && !common.quiet {
        Box::new(Bar::default())
    } else {
        Box::new(Silent)
    };
    let stop = AtomicBool::new(false);
    let options = FindOptions {
        passwords: pipeline::passwords(arguments.password_file.as_deref())?,
        excluded: arguments.password_file.iter().cloned().collect(),
    };
    let (files, troubles) = reading::find(&arguments.evidence, &options, &*bar, &stop)?;
    let japanese = files.iter().any(|(_, it)| it.kana);
    let code =
        arguments.lang.clone().unwrap_or_else(|| if japanese { "ja" } else { "en" }.to_owned());
    let language = Language::of(&code).unwrap_or(report::EN);
    bar.stage("read", files.iter().map(|(_, it)| it.bytes).sum());
    let mut seen = Vec::new();
    for (source, inspection) in &files {
        seen.push(look(source, inspection));
        bar.bytes(inspection.bytes);
    }
    bar.done();
    let mut out = table(&seen, language);
    for it in &troubles {
        let mut said = evidence_list::text_of(it.stop);
        said.translate(&report::phrase_of);
        out.push_str(&Untrusted::from(it.path.as_str()).for_terminal());
        out.push_str(&format!("\n    {}\n", said.in_language(language.code())));
    }
    out.push_str(&missing(&seen, language));
    output::print(&out);
    let rejected = seen.iter().any(|it| it.reading.rejected > 0) || !troubles.is_empty();
    Ok(if common.strict && rejected { error::OPEN } else { error::DONE })
}

fn look(source: &Source, inspection: &Inspection) -> Seen {
    let (mut accounts, mut settings) = (BTreeSet::new(), BTreeSet::new());
    let reading = evidence::read(source, inspection, &ReadOptions::default(), &mut |row| {
        let Content::Record(record) = row.content else { return };
        let name = match record.what {
            What::Event(it) | What::Log(it) => it.actor,
            What::SignIn(it) => it.event.actor,
            What::Mail(it) => it.sender,
            What::Inventory(it) => {
                settings.extend(it.setting.map(|it| it.kind));
                it.account
            }
            What::Setting(it) => {
                settings.insert(it.kind);
                it.account
            }
            What::Item(it) => it.mailbox,
            What::Address(_) => return,
        };
        if name.contains('@') && accounts.len() < 100_000 {
            accounts.insert(name);
        }
    });
    Seen { path: source.path.clone(), kind: inspection.kind, reading, accounts, settings }
}

/// A file: its path, and below it what it holds.
fn line(it: &Seen, language: Language) -> String {
    let ja = language.code() == "ja";
    let kind = report::word(language, "kind", it.kind.word());
    let mut facts = vec![kind];
    // What has no rows (a container, an unknown file) says nothing of rows.
    if it.reading.rows > 0 {
        let (rows, bad) = (report::number(it.reading.rows), it.reading.rejected);
        let mut rows = if ja { format!("{rows} 行") } else { format!("{rows} rows") };
        if bad > 0 {
            let n = report::number(bad);
            rows.push_str(&if ja {
                format!("（うち読めない行 {n}）")
            } else {
                format!(" ({n} unreadable)")
            });
        }
        facts.push(rows);
    }
    if let (Some(from), Some(to)) = (it.reading.from, it.reading.to) {
        let zone = report::zone(if ja { "Asia/Tokyo" } else { "UTC" });
        let at = |it| report::when_micros(it, &zone);
        facts.push(format!("{} – {}", at(from), at(to)));
    }
    if !it.accounts.is_empty() {
        let n = report::number(it.accounts.len() as u64);
        // The senders of a trace are whoever wrote, not only the organisation's own.
        facts.push(match (it.kind == Kind::MessageTrace, ja) {
            (true, true) => format!("差出人アドレス {n} 件"),
            (true, false) => format!("{n} addresses of senders"),
            (false, true) => format!("アカウント {n} 件"),
            (false, false) => format!("{n} accounts"),
        });
    }
    let path = Untrusted::from(it.path.as_str()).for_terminal();
    format!("{path}\n    {}\n", facts.join(if ja { "、" } else { ", " }))
}

fn table(seen: &[Seen], language: Language) -> String {
    let mut out = String::new();
    for it in seen {
        out.push_str(&line(it, language));
    }
    let mut by_kind: BTreeMap<&str, u64> = BTreeMap::new();
    for it in seen {
        *by_kind.entry(it.kind.word()).or_default() += 1;
    }
    let total: Vec<String> = by_kind
        .iter()
        .map(|(kind, n)| format!("{} {}", report::word(language, "kind", kind), report::number(*n)))
        .collect();
    out.push_str(&format!("\n{}\n", total.join(" / ")));
    out
}

fn missing(seen: &[Seen], language: Language) -> String {
    let kinds =
        seen.iter().filter(|it| it.reading.rows > it.reading.rejected).map(|it| it.kind).collect();
    let settings = seen.iter().flat_map(|it| it.settings.iter().copied()).collect();
    let snapshot = seen.iter().any(|it| it.kind == Kind::Mailbox && it.reading.rows > 0);
    let given = decide::next::Given {
        kinds,
        settings,
        takeover: true,
        mails: true,
        snapshot,
        ..Default::default()
    };
    let mut out = String::new();
    for (n, mut it) in decide::next::next_evidence(&given, &[]).into_iter().enumerate() {
        it.how.translate(&report::phrase_of);
        it.why.translate(&report::phrase_of);
        let code = language.code();
        out.push_str(&format!(
            "\n{}. {}\n   {}\n",
            n + 1,
            it.why.in_language(code),
            it.how.in_language(code)
        ));
    }
    let head = if language.code() == "ja" {
        "足りないものと、その取得方法："
    } else {
        "What is missing, and how to export it:"
    };
    format!("\n{head}{out}")
}
