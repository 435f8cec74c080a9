//! `konseki sql`: a person's own questions to the tables, read-only.

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Command, FromArgMatches};
use model::Untrusted;
use serde_json::{Map, Value};

use super::CommandLine;
use crate::{
    cli::CaseDir,
    error::{self, wrong_use},
    output, pipeline, why,
};

/// Ask the case's tables in SQL (read-only)
#[derive(Args)]
struct Arguments {
    /// One SELECT
    query: String,
    #[command(flatten)]
    case: CaseDir,
    /// Form of the output
    #[arg(long, value_parser = ["table", "json", "csv", "parquet"], default_value = "table")]
    format: String,
    /// File for --format parquet; without it the bytes go to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

pub(super) const COMMAND: CommandLine = CommandLine {
    name: "sql",
    define: |it: Command| Arguments::augment_args(it),
    run: |matches, _| run(&Arguments::from_arg_matches(matches)?),
};

fn run(arguments: &Arguments) -> Result<u8> {
    let folder = &arguments.case.case_dir;
    pipeline::findings_of(folder)?;
    let store = why::published(folder)?;
    if let Some(path) = arguments.out.as_ref().filter(|_| arguments.format == "parquet") {
        let rows = store.query_parquet(&arguments.query, path).map_err(refused)?;
        output::note(&format!("{rows} rows written to {}", path.display()));
        return Ok(error::DONE);
    }
    if arguments.format == "parquet" {
        if output::is_terminal() {
            return Err(wrong_use(
                "Parquet is no text: send it to a file with --out FILE or > FILE",
            ));
        }
        // Beside the case, never in the system's temporary folder.
        let file = tempfile::NamedTempFile::new_in(folder)?;
        store.query_parquet(&arguments.query, file.path()).map_err(refused)?;
        output::bytes(&mut std::fs::File::open(file.path())?)?;
        return Ok(error::DONE);
    }
    let table = store.query(&arguments.query).map_err(refused)?;
    output::print(&match arguments.format.as_str() {
        "json" => json(&table)?,
        "csv" => csv(&table),
        _ => text(&table),
    });
    Ok(error::DONE)
}

fn refused(problem: anyhow::Error) -> anyhow::Error {
    wrong_use(format!("the query was refused: {problem:#}"))
}

fn json(table: &store::Table) -> Result<String> {
    let rows: Vec<Value> = table
        .rows
        .iter()
        .map(|row| {
            let cells = table.columns.iter().zip(row);
            let fields =
                cells.map(|(name, cell)| (name.clone(), cell.clone().map_or(Value::Null, typed)));
            Value::Object(fields.collect::<Map<_, _>>())
        })
        .collect();
    Ok(serde_json::to_string_pretty(&rows)?)
}

/// Counts come out as numbers; everything else as text.
fn typed(cell: String) -> Value {
    match cell.parse::<i64>() {
        Ok(number) if number.to_string() == cell => Value::from(number),
        _ => Value::from(cell),
    }
}

fn csv(table: &store::Table) -> String {
    let quote =
        |cell: &str| format!("\"{}\"", Untrusted::from(cell).for_cell().replace('"', "\"\""));
    let mut out = String::from('\u{feff}');
    let line = |cells: Vec<String>| format!("{}\r\n", cells.join(","));
    out.push_str(&line(table.columns.iter().map(|it| quote(it)).collect()));
    for row in &table.rows {
        out.push_str(&line(
            row.iter().map(|it| quote(it.as_deref().unwrap_or_default())).collect(),
        ));
    }
    out
}

fn text(table: &store::Table) -> String {
    let shown = |cell: &Option<String>| {
        let text: String = cell.as_deref().unwrap_or("").chars().take(80).collect();
        Untrusted::new(text).for_terminal()
    };
    let rows: Vec<Vec<String>> =
        table.rows.iter().map(|row| row.iter().map(shown).collect()).collect();
    let mut widths: Vec<usize> = table.columns.iter().map(|it| it.chars().count()).collect();
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &[String]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        format!("{}\n", padded.collect::<Vec<_>>().join("  ").trim_end())
    };
    let mut out = line(&table.columns);
    rows.iter().for_each(|row| out.push_str(&line(row)));
    out.push_str(&format!("({} rows)\n", rows.len()));
    out
}
