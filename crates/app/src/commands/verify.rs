//! `konseki verify`: is everything still as it was written?

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use anyhow::Result;
use clap::{Args, Command, FromArgMatches};
use evidence::{FindOptions, Inspection, Source};

use super::CommandLine;
use crate::{
    cli::CaseDir,
    decisions, error,
    manifest::{self, Manifest},
    output, pipeline,
    progress::Silent,
    reading,
};

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

/// How the evidence of today differs from that of the run.
fn evidence_differences(manifest: &Manifest, files: &[(Source, Inspection)]) -> Vec<String> {
    let now: BTreeMap<&str, &str> =
        files.iter().map(|(source, it)| (source.path.as_str(), it.sha256.as_str())).collect();
    let then: BTreeSet<&str> = manifest.evidence.iter().map(|it| it.path.as_str()).collect();
    let of_then = manifest.evidence.iter().filter_map(|was| match now.get(was.path.as_str()) {
        None => Some(format!("evidence {}: missing", was.path)),
        Some(hash) if *hash != was.sha256 => Some(format!("evidence {}: changed", was.path)),
        Some(_) => None,
    });
    let new = now.keys().filter(|it| !then.contains(*it));
    let new = new.map(|it| format!("evidence {it}: new since the last run"));
    of_then.chain(new).collect()
}

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
        let file = manifest.asked.password_file.as_deref().map(Path::new);
        excluded.extend(file.map(Path::to_owned));
        let passwords = pipeline::passwords(file)?;
        let options = FindOptions { excluded, passwords };
        let (files, _) = reading::find(&roots, &options, &Silent, &stop)?;
        wrong.extend(evidence_differences(&manifest, &files));
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
