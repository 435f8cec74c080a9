//! `konseki why`: the records behind a claim.

use anyhow::Result;
use clap::{Args, Command, FromArgMatches};
use model::{Untrusted, findings::Findings};
use report::Language;

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

fn text(it: &Why, _findings: &Findings, language: Language) -> String {
    let ja = language.code() == "ja";
    let label = |en: &'static str, japanese: &'static str| if ja { japanese } else { en };
    let mut out = format!("{}\n", it.claim);
    let value = it.value.as_u64().map_or_else(|| it.value.to_string(), |it| it.to_string());
    let word = report::word(language, "is", &it.is);
    out.push_str(&format!("  {}: {value} ({word})\n", label("value", "値")));
    out.push_str(&format!("  {}: {}\n", label("rule", "規則"), it.rule));
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
    out.push_str(&match ja {
        true => format!("  記録: {} 件（以下は先頭 {} 件）\n", it.total, it.records.len()),
        false => format!("  records: {} (the first {} follow)\n", it.total, it.records.len()),
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
