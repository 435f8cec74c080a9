//! The exports of a simulated tenant: the files an administrator would hand over.

mod case_file;
mod database;
mod firewall;
mod inventory;
mod lists;
mod mailbox;
mod signins;
mod text;
mod trace;
mod ual;

use std::io;

use super::sim::Sim;
use super::truth::{FileTruth, ListTruth, Truth};
use super::{File, Scenario};

/// The files of one export in the making, with the truth about each.
#[derive(Default)]
struct Export {
    files: Vec<File>,
    counts: Vec<FileTruth>,
    lists: Vec<ListTruth>,
    declared: Vec<Declared>,
}

/// What the case file says a group of files was asked for.
struct Declared {
    glob: &'static str,
    span: (i64, i64),
    tool: &'static str,
    high_completeness: bool,
    /// Whose whole mailbox it is, as it stood.
    snapshot: Option<String>,
}

impl Export {
    fn file(&mut self, path: &str, bytes: Vec<u8>) {
        self.files.push(File { path: path.to_owned(), bytes });
    }

    /// Notes how many rows a file has; which of them are duplicates is settled at the end.
    fn count(&mut self, path: &str, kind: &str, rows: usize, records: usize) {
        let (rows, records) = (rows as u64, records as u64);
        self.counts.push(FileTruth {
            path: path.to_owned(),
            kind: kind.to_owned(),
            rows,
            records,
            duplicates: rows - records,
            rejected: 0,
        });
    }

    fn declare(
        &mut self,
        glob: &'static str,
        span: (i64, i64),
        tool: &'static str,
        complete: bool,
    ) {
        self.declared.push(Declared {
            glob,
            span,
            tool,
            high_completeness: complete,
            snapshot: None,
        });
    }
}

/// A round number of rows would look like a search cut at its cap: repeats a row where a file, or all
/// files of one declaration, would have one. `before` is what the earlier files have.
fn break_round<T: Clone>(rows: &mut Vec<T>, before: usize) {
    while rows.len().is_multiple_of(1000) || (before + rows.len()).is_multiple_of(1000) {
        let Some(first) = rows.first().cloned() else { return };
        rows.push(first);
    }
}

/// The same for a log that repeats nothing: its last row is not yet written.
fn unround<T>(rows: &mut Vec<T>) {
    if rows.len().is_multiple_of(1000) {
        rows.pop();
    }
}

/// All files of the export; the truth learns what stands in them.
pub(super) fn export(sim: &Sim, truth: &mut Truth) -> io::Result<Vec<File>> {
    let mut out = Export::default();
    match sim.setting.scenario {
        Scenario::Founding => {
            ual::search_csv(sim, &mut out)?;
            signins::graph_files(sim, &mut out);
            trace::summary(sim, &mut out, false);
            lists::all_four(sim, &mut out)?;
            mailbox::folders(sim, &mut out);
            firewall::write(sim, &mut out);
            database::write(sim, &mut out);
        }
        Scenario::TokenReplay => {
            ual::portal_csv(sim, &mut out)?;
            signins::graph_zip(sim, &mut out)?;
            trace::summary(sim, &mut out, true);
        }
        Scenario::InternalSpread => {
            ual::bare_lines(sim, &mut out)?;
            signins::graph_array(sim, &mut out)?;
            trace::cmdlet_csv(sim, &mut out);
            lists::partners(sim, &mut out);
        }
        Scenario::CleanSpray => {
            ual::graph_query_zip(sim, &mut out)?;
            signins::portal_csv(sim, &mut out)?;
            trace::summary(sim, &mut out, false);
        }
    }
    inventory::write(sim, &mut out);
    case_file::write(sim, &mut out);
    for count in &out.counts {
        let sum = truth.sources.entry(count.kind.clone()).or_default();
        sum.rows += count.rows;
        sum.records += count.records;
        sum.duplicates += count.duplicates;
    }
    truth.files = out.counts;
    truth.lists = out.lists;
    out.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(out.files)
}
