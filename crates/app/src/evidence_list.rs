//! The evidence as findings list it: every file, every row accounted for.

use std::collections::BTreeMap;

use evidence::Stop;
use model::{
    Kind, Phrase, Text,
    findings::{EvidenceFile, Warning},
    rfc3339,
};

use crate::reading::{FileRead, Read};

const UNKNOWN: Phrase =
    Phrase::new("warning.unknown_file", "Not recognised: listed, but nothing was read from it.");
const CONFLICT: Phrase = Phrase::new(
    "warning.conflict",
    "{n} record(s) with the same id say different things; both bodies are kept.",
);
const LOSSY: Phrase = Phrase::new(
    "warning.lossy_export",
    "{n} record(s) lost something on export (cut cells, missing columns).",
);
const COPY: Phrase = Phrase::new(
    "warning.lossy_copy",
    "Another product's copy of the audit log: what it left out is not known, so its silence proves nothing. Export the audit log itself.",
);
const DERIVED: Phrase = Phrase::new(
    "warning.lossy_derived",
    "A table derived from the audit log: its rows are leads, not records. Export the audit log itself.",
);
const CAPPED: Phrase =
    Phrase::new("warning.capped", "{n} rows is a known limit of exports: the file may be cut off.");
const CAPPED_MAILS: Phrase = Phrase::new(
    "warning.capped_mails",
    "{n} messages is the most this report holds: it may be cut off.",
);
const DATES: Phrase = Phrase::new(
    "warning.ambiguous_dates",
    "Times in this file cannot be placed for certain: day and month cannot be told apart, or no time zone is named. State `timezone` in its [[source]].",
);
const ZONE: Phrase = Phrase::new(
    "warning.zone_not_stated",
    "This export shows times in the zone of whoever made it and does not say which: its times are unknown. State it as timezone in [[source]].",
);
const TEXT: Phrase = Phrase::new(
    "warning.text_lost",
    "Characters were lost on export (question marks or broken encoding).",
);
const CASE_FILE: Phrase = Phrase::new(
    "warning.case_file_in_evidence",
    "A case file here is treated as evidence; only the one at the top level is read.",
);
const SIZE: Phrase = Phrase::new(
    "warning.size",
    "It unpacks to more than a limit against hostile archives allows: the rest was not read.",
);
const ENCRYPTED: Phrase = Phrase::new(
    "warning.encrypted",
    "Encrypted: not read. Give its password with --password-file, or unpack it yourself.",
);
const LINK: Phrase =
    Phrase::new("warning.link", "A link: not followed. Put the file itself into the folder.");
const OUTSIDE: Phrase =
    Phrase::new("warning.outside", "Its path leads out of the archive: not read.");
const DEPTH: Phrase = Phrase::new(
    "warning.depth",
    "Archives nested more than four deep: not read. Unpack the inner ones yourself.",
);
const ENTRIES: Phrase =
    Phrase::new("warning.entries", "The archive has more members than are read: not read.");
const MEMORY: Phrase = Phrase::new(
    "warning.memory",
    "Unpacking it needs more memory than is allowed: not read. Unpack it yourself.",
);
const SOLID: Phrase = Phrase::new(
    "warning.solid",
    "It stands too far back in a large solid archive: not read. Unpack the archive yourself.",
);
const METHOD: Phrase = Phrase::new(
    "warning.method",
    "Packed in a way that is not read here: not read. Unpack it yourself.",
);
const DAMAGED: Phrase =
    Phrase::new("warning.damaged", "Cut or damaged: what stands behind the damage was not read.");
const OFFLINE_FOLDERS: Phrase = Phrase::new(
    "warning.offline_folders",
    "An offline folder file of Outlook (OST): not read. Export it as PST from Outlook.",
);
const SAME_NAME: Phrase = Phrase::new(
    "warning.same_name",
    "The archive holds several members of one name; only one of them was read.",
);
const RIGHTS: Phrase = Phrase::new(
    "warning.rights",
    "No right to read it: not read. Run as a user who may, or copy it.",
);
const GONE: Phrase =
    Phrase::new("warning.gone", "It disappeared while the evidence was being read.");
const CHANGED: Phrase = Phrase::new(
    "warning.changed",
    "It changed while it was being read. Run again when nothing writes to it.",
);
const NOT_A_FILE: Phrase =
    Phrase::new("warning.not_a_file", "Neither a file nor a folder: not read.");
const SYSTEM: Phrase = Phrase::new(
    "warning.system",
    "The system could not read it (perhaps a fault of the disk): the rest was not read.",
);

/// Why something was not read, in words.
pub(crate) fn text_of(stop: Stop) -> Text {
    let phrase = match stop {
        Stop::Link => LINK,
        Stop::Outside => OUTSIDE,
        Stop::Depth => DEPTH,
        Stop::Entries => ENTRIES,
        Stop::Size => SIZE,
        Stop::Memory => MEMORY,
        Stop::Solid => SOLID,
        Stop::Encrypted => ENCRYPTED,
        Stop::Method => METHOD,
        Stop::Damaged => DAMAGED,
        Stop::OfflineFolders => OFFLINE_FOLDERS,
        Stop::SameName => SAME_NAME,
        Stop::Rights => RIGHTS,
        Stop::Gone => GONE,
        Stop::Changed => CHANGED,
        Stop::NotAFile => NOT_A_FILE,
        Stop::System => SYSTEM,
    };
    phrase.text()
}

/// Lists every file in order of path.
pub(crate) fn files(read: &Read) -> Vec<EvidenceFile> {
    let listed = read.files.iter().map(|it| (it.source.path.clone(), file(it, read)));
    let mut found: BTreeMap<String, EvidenceFile> = listed.collect();
    for it in &read.troubles {
        let warning = warning(it.stop.code(), it.stop.word(), &it.path);
        let file = found.entry(it.path.clone()).or_insert_with(|| unread(&it.path));
        // «Not recognised» says less than why.
        file.warnings.retain(|other| {
            other.code != warning.code
                || (other.text != warning.text && other.text != UNKNOWN.text())
        });
        file.warnings.push(warning);
    }
    found.into_values().collect()
}

/// A file that could not be opened is listed all the same.
fn unread(path: &str) -> EvidenceFile {
    EvidenceFile {
        path: path.to_owned(),
        kind: Kind::Unknown,
        sha256: String::new(),
        bytes: 0,
        rows: 0,
        records: 0,
        duplicates: 0,
        rejected: 0,
        lossy: 0,
        conflicts: 0,
        from: None,
        to: None,
        warnings: Vec::new(),
    }
}

fn file(it: &FileRead, read: &Read) -> EvidenceFile {
    let tally = it.tally(&read.united);
    let path = &it.source.path;
    let mut warnings: Vec<Warning> =
        it.reading.warnings.iter().map(|(code, detail)| warning(code, detail, path)).collect();
    if let Some((code, detail)) = &it.inspection.stopped {
        warnings.push(warning(code, detail, path));
    }
    let mut add = |code: &str, text: Text| {
        if !warnings.iter().any(|it| it.code == code) {
            warnings.push(Warning { code: code.into(), text, evidence: path.clone() });
        }
    };
    if it.inspection.kind == Kind::Unknown {
        add("unknown_file", UNKNOWN.text());
    }
    if tally.conflicts > 0 {
        add("conflict", CONFLICT.with(&[("n", &tally.conflicts.to_string())]));
    }
    if tally.lossy > 0 {
        add("lossy_export", LOSSY.with(&[("n", &tally.lossy.to_string())]));
    }
    let log = matches!(it.inspection.kind, Kind::Ual | Kind::Signins | Kind::MessageTrace);
    if log && decide::coverage::looks_capped(tally.rows) {
        add("capped", CAPPED.with(&[("n", &tally.rows.to_string())]));
    }
    EvidenceFile {
        path: path.clone(),
        kind: it.inspection.kind,
        sha256: it.inspection.sha256.clone(),
        bytes: it.inspection.bytes,
        rows: tally.rows,
        records: tally.records,
        duplicates: tally.duplicates,
        rejected: tally.rejected,
        lossy: tally.lossy,
        conflicts: tally.conflicts,
        from: it.reading.from.map(rfc3339),
        to: it.reading.to.map(rfc3339),
        warnings,
    }
}

/// A warning by its code; `detail` is the word of a [`Stop`] where the code is one of its.
fn warning(code: &str, detail: &str, path: &str) -> Warning {
    let stop = Stop::ALL.into_iter().find(|it| it.word() == detail && it.code() == code);
    let (code, text) = match (code, stop) {
        // The codes are a closed vocabulary of the contract; a file nobody could read is unknown.
        ("unreadable", stop) => ("unknown_file", text_of(stop.unwrap_or(Stop::System))),
        (code, Some(stop)) => (code, text_of(stop)),
        ("capped", _) => (code, CAPPED_MAILS.with(&[("n", detail)])),
        ("ambiguous_dates", _) if detail == "zone" => (code, ZONE.text()),
        ("ambiguous_dates", _) => (code, DATES.text()),
        ("text_lost", _) => (code, TEXT.text()),
        ("case_file_in_evidence", _) => (code, CASE_FILE.text()),
        ("lossy_export", _) if detail == "copy" => (code, COPY.text()),
        ("lossy_export", _) if detail == "derived" => (code, DERIVED.text()),
        ("lossy_export", _) => (code, LOSSY.with(&[("n", "?")])),
        _ => ("unknown_file", UNKNOWN.text()),
    };
    Warning { code: code.into(), text, evidence: path.into() }
}

/// The warnings of all files, for the list at the end of the findings.
pub(crate) fn warnings(read: &Read) -> Vec<Warning> {
    files(read).into_iter().flat_map(|it| it.warnings).collect()
}
