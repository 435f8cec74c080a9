//! `konseki show`: one part of the answer.

use anyhow::Result;
use clap::{Args, Command, FromArgMatches};

use super::{CommandLine, investigate};
use crate::{
    cli::CaseDir,
    error::{self, wrong_use},
    output, pipeline,
};

/// Show one part of the answer
#[derive(Args)]
struct Arguments {
    /// Which part; without one, the whole screen
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(report::SHOW_PARTS.iter().copied()))]
    part: Option<String>,
    #[command(flatten)]
    case: CaseDir,
    /// Form of the output
    #[arg(long, value_parser = ["table", "json", "csv"], default_value = "table")]
    format: String,
    /// Language
    #[arg(long, value_parser = ["ja", "en"])]
    lang: Option<String>,
}

pub(super) const COMMAND: CommandLine = CommandLine {
    name: "show",
    define: |it: Command| Arguments::augment_args(it),
    run: |matches, _| run(&Arguments::from_arg_matches(matches)?),
};

fn run(arguments: &Arguments) -> Result<u8> {
    let folder = &arguments.case.case_dir;
    let findings = pipeline::findings_of(folder)?;
    let language = investigate::language(arguments.lang.as_deref(), &findings);
    let width = output::width();
    let text = match (&arguments.part, arguments.format.as_str()) {
        (None, "table") => {
            let shown = crate::platform::shown(folder);
            Ok(report::screen(&findings, &language, width, output::colour(), &shown))
        }
        (None, "json") => return json(&serde_json::to_value(&findings)?),
        (None, _) => {
            return Err(wrong_use(format!("name a part: {}", report::SHOW_PARTS.join(", "))));
        }
        (Some(part), "json") => match report::show_json(&findings, part) {
            Ok(value) => return json(&value),
            Err(it) => Err(it),
        },
        (Some(part), "csv") => report::show_csv(&findings, part, &language),
        (Some(part), _) => report::show_table(&findings, part, &language, width),
    };
    output::print(&text.map_err(|it| wrong_use(it.to_string()))?);
    Ok(error::DONE)
}

fn json(value: &serde_json::Value) -> Result<u8> {
    output::print(&serde_json::to_string_pretty(value)?);
    Ok(error::DONE)
}
