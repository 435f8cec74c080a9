//! `konseki why`: the records behind a claim.

use anyhow::Result;
use clap::{Args, Command, FromArgMatches};
use jiff::tz::TimeZone;
use model::{Phrase, Untrusted, findings::Findings};
use report::Language;
use serde_json::Value;

use super::{CommandLine, investigate};
use crate::{
    cli::CaseDir,
    error, output, pipeline,
    why::{self, Why},
};

/// Show the records behind a claim
#[derive(Args)]
struct Arguments {
    /// A path into the findings, for example mail.messages or accounts[a@b]
    claim: String,
    #[command(flatten)]
    case: CaseDir,
    /// Form of the output
    #[arg(long, value_parser = ["text", "json"], default_value = "text")]
    format: String,
    /// All records, not only the first 100
    #[arg(long)]
    all: bool,
    /// Language
    #[arg(long, value_parser = ["ja", "en"])]
    lang: Option<String>,
}

pub(super) const COMMAND: CommandLine = CommandLine {
    name: "why",
    define: |it: Command| Arguments::augment_args(it),
    run: |matches, _| run(&Arguments::from_arg_matches(matches)?),
};

/// Records quoted in full on a screen; the rest by place only.
const QUOTED: usize = 5;

fn run(arguments: &Arguments) -> Result<u8> {
    let folder = &arguments.case.case_dir;
    let it = why::why(folder, &arguments.claim, arguments.all)?;
    if arguments.format == "json" {
        output::print(&serde_json::to_string_pretty(&it)?);
        return Ok(error::DONE);
    }
    let findings = pipeline::findings_of(folder)?;
    output::print(&text(
        &it,
        &findings,
        investigate::language(arguments.lang.as_deref(), &findings),
    ));
    Ok(error::DONE)
}

fn text(it: &Why, findings: &Findings, language: Language) -> String {
    let ja = language.code() == "ja";
    let label = |en: &'static str, japanese: &'static str| if ja { japanese } else { en };
    let mut out = format!("{}\n", report::safe(&it.claim));
    for (name, value) in values(it, findings, language) {
        out.push_str(&format!("  {}\n", labelled(language, &name, &value)));
    }
    let rule = why::rule_in_words(&it.rule, language);
    out.push_str(&format!("  {}\n", labelled(language, label("rule", "規則"), &rule)));
    for text in &it.because {
        out.push_str(&format!(
            "  - {}\n",
            Untrusted::from(text.in_language(language.code())).for_terminal()
        ));
    }
    if it.total == 0 {
        out.push_str(label(
            "  no record stands behind this\n",
            "  これを裏づける記録はありません\n",
        ));
        return out;
    }
    let (total, first) = (report::number(it.total), report::number(it.records.len() as u64));
    out.push_str(&match ja {
        true => format!("  記録：{total} 件（以下は先頭 {first} 件）\n"),
        false => format!("  records: {total} (the first {first} follow)\n"),
    });
    for (n, record) in it.records.iter().enumerate() {
        let id = Untrusted::from(record.record_id.as_str()).for_terminal();
        let path = Untrusted::from(record.evidence.as_str()).for_terminal();
        out.push_str(&format!(
            "  {id}  {path}  {} {}  {} {}-{}\n",
            label("row", "行"),
            record.row,
            label("bytes", "バイト"),
            record.bytes[0],
            record.bytes[1]
        ));
        if n < QUOTED {
            out.push_str(&quoted(record.raw.as_deref(), ja));
        }
    }
    out
}

fn labelled(language: Language, label: &str, value: &str) -> String {
    let pair = Phrase::new("show.pair", "{label}: {value}");
    language.say(pair, &[("label", label), ("value", value)])
}

/// The value in words: a figure with its unit, or a verdict and what belongs to it.
fn values(it: &Why, findings: &Findings, language: Language) -> Vec<(String, String)> {
    let value_label = language.word(Phrase::new("show.value", "value"));
    let counted = it.value.is_u64() || (it.value.is_null() && it.is == "unknown");
    let figure = report::figure_in_words(&it.claim, it.value.as_u64(), &it.is, language);
    if let Some(figure) = figure.filter(|_| counted) {
        return vec![(value_label, figure)];
    }
    let Some(fields) = it.value.as_object() else {
        return vec![(value_label, plain(it, findings, language))];
    };
    let area = match it.claim.split('[').next().unwrap_or_default() {
        "accounts" => "account_verdict",
        "persistence" => "persistence",
        "sessions" => "session_verdict",
        _ => "scope_verdict",
    };
    // The order of reading, not of the alphabet.
    let order = [
        ("verdict", Phrase::new("show.verdict", "verdict")),
        ("score", Phrase::new("show.score", "score")),
        ("due", Phrase::new("show.due", "due")),
        ("rule", Phrase::new("show.rule", "rule")),
        ("kind", Phrase::new("show.kind", "kind")),
        ("from", Phrase::new("show.why_from", "from")),
        ("to", Phrase::new("show.why_to", "to")),
        ("at", Phrase::new("show.why_at", "at")),
        ("removed_at", Phrase::new("show.why_removed", "removed")),
        ("addresses", Phrase::new("show.why_addresses", "addresses")),
        ("matches", Phrase::new("show.why_matches", "matches")),
        ("records", Phrase::new("show.records", "records")),
        ("items", Phrase::new("show.why_items", "items")),
        ("coverage", Phrase::new("show.why_covered", "period covered")),
        ("first_access", Phrase::new("show.first", "first")),
        ("first", Phrase::new("show.first", "first")),
        ("last_access", Phrase::new("show.last", "last")),
        ("last", Phrase::new("show.last", "last")),
    ];
    let zone = report::zone(&findings.case.timezone);
    let said = order.into_iter().filter_map(|(name, label)| {
        let value = in_words(name, fields.get(name)?, area, &zone, language)?;
        Some((language.word(label), value))
    });
    said.collect()
}

/// A value that is no object: a count with its certainty, an instant, a word, a list.
fn plain(it: &Why, findings: &Findings, language: Language) -> String {
    if it.claim.trim() == "outcome" {
        return report::word(language, "outcome", &it.is);
    }
    let zone = report::zone(&findings.case.timezone);
    if let Some(n) = it.value.as_u64() {
        let pair = Phrase::new("show.why_counted", "{n} ({is})");
        let is = report::word(language, "is", &it.is);
        return language.say(pair, &[("n", &report::number(n)), ("is", &is)]);
    }
    let said = in_words("", &it.value, "", &zone, language);
    said.unwrap_or_else(|| match &it.value {
        Value::Null => report::word(language, "is", &it.is),
        other => report::safe(&other.to_string()),
    })
}

/// One field of a value; nothing where it holds none.
fn in_words(
    name: &str,
    value: &Value,
    area: &str,
    zone: &TimeZone,
    language: Language,
) -> Option<String> {
    if name == "coverage" {
        let basis = report::word(language, "basis", value["basis"].as_str()?);
        return Some(format!("{} – {basis}", report::percent(value["covered"].as_f64()?)));
    }
    if name == "due" && value.is_null() {
        return Some(language.word(Phrase::new("show.promptly", "promptly")));
    }
    if let Some(n) = value.as_u64() {
        return Some(report::number(n));
    }
    let Some(text) = value.as_str() else { return value.as_i64().map(|it| it.to_string()) };
    if name == "verdict" || name == "kind" {
        return Some(report::word(language, area, text));
    }
    if text.parse::<jiff::Timestamp>().is_err() {
        return Some(report::safe(text));
    }
    let both = Phrase::new("show.in_utc", "{local} ({utc})");
    Some(language.say(both, &[("local", &report::when(text, zone)), ("utc", &report::utc(text))]))
}

fn quoted(raw: Option<&str>, ja: bool) -> String {
    let Some(raw) = raw else {
        let gone = if ja {
            "（証拠ファイルが見つからないか、変わっています）"
        } else {
            "(the evidence file is gone or has changed)"
        };
        return format!("      {gone}\n");
    };
    let short: String = raw.chars().take(400).collect();
    let cut = if short.len() < raw.len() { " …" } else { "" };
    format!("      {}{cut}\n", Untrusted::new(short).for_terminal())
}
