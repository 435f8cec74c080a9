//! `konseki verify`: is everything still as it was written?

use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Command, FromArgMatches};

use super::CommandLine;
use crate::{cli::CaseDir, decisions, error, manifest, output, progress::Silent, reading};

/// Check every hash: evidence, store, findings, decisions, report
#[derive(Args)]
struct Arguments {
    #[command(flatten)]
    case: CaseDir,
}

pub(super) const COMMAND: CommandLine = CommandLine {
    name: "verify",
    define: |it: Command| Arguments::augment_args(it),
    run: |matches, _| run(&Arguments::from_arg_matches(matches)?),
};

fn run(arguments: &Arguments) -> Result<u8> {
    let folder = &arguments.case.case_dir;
    let manifest = manifest::read(folder)?;
    let mut wrong = manifest::differences(folder, &manifest)?;
    if let Err(problem) = decisions::read(folder) {
        wrong.push(format!("{problem:#}"));
    }
    let roots: Vec<PathBuf> = manifest.asked.evidence.iter().map(PathBuf::from).collect();
    let mut excluded = vec![folder.clone()];
    excluded.extend(manifest.asked.case_file.iter().map(PathBuf::from));
    let there = roots.iter().all(|it| it.exists());
    if there {
        let stop = std::sync::atomic::AtomicBool::new(false);
        let (files, _) = reading::find(&roots, excluded, &Silent, &stop)?;
        for was in &manifest.evidence {
            match files.iter().find(|(source, _)| source.path == was.path) {
                None => wrong.push(format!("evidence {}: missing", was.path)),
                Some((_, it)) if it.sha256 != was.sha256 => {
                    wrong.push(format!("evidence {}: changed", was.path))
                }
                Some(_) => {}
            }
        }
        for (source, _) in &files {
            if !manifest.evidence.iter().any(|it| it.path == source.path) {
                wrong.push(format!("evidence {}: new since the last run", source.path));
            }
        }
    }
    for it in &wrong {
        output::print(&model::Untrusted::from(it.as_str()).for_terminal());
    }
    let (evidence, outputs) = (manifest.evidence.len(), manifest.outputs.len());
    if wrong.is_empty() {
        let evidence = if there {
            format!("{evidence} evidence files")
        } else {
            "evidence not at hand, not checked".to_owned()
        };
        output::print(&format!("All as written: {outputs} outputs, {evidence}."));
        return Ok(error::DONE);
    }
    output::print(&format!("{} difference(s).", wrong.len()));
    Ok(error::COULD_NOT_RUN)
}
