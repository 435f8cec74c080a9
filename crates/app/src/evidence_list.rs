//! The evidence as findings list it: every file, every row accounted for.

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
const ENCRYPTED: Phrase = Phrase::new("warning.encrypted", "Encrypted: not read.");
const LIMIT: Phrase = Phrase::new(
    "warning.limit_hit",
    "A limit against hostile archives was reached: the rest was not read.",
);
const REFUSED: Phrase = Phrase::new("warning.unreadable", "Could not be read.");

/// Lists every file in order of path.
pub(crate) fn files(read: &Read) -> Vec<EvidenceFile> {
    let mut found: Vec<EvidenceFile> = read.files.iter().map(|it| file(it, read)).collect();
    for trouble in &read.troubles {
        let warning = warning(&trouble.code, &trouble.reason, &trouble.path);
        match found.iter_mut().find(|it| it.path == trouble.path) {
            Some(it) if it.warnings.iter().any(|other| other.code == warning.code) => {}
            Some(it) => it.warnings.push(warning),
            None => found.push(unread(&trouble.path, warning)),
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// A file that could not be opened is listed all the same.
fn unread(path: &str, warning: Warning) -> EvidenceFile {
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
        warnings: vec![warning],
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

fn warning(code: &str, detail: &str, path: &str) -> Warning {
    let counted = match code {
        "lossy_export" if !matches!(detail, "copy" | "derived") => Some(LOSSY.with(&[("n", "?")])),
        "capped" => Some(CAPPED_MAILS.with(&[("n", detail)])),
        "ambiguous_dates" if detail == "zone" => Some(ZONE.text()),
        _ => None,
    };
    if let Some(text) = counted {
        return Warning { code: code.into(), text, evidence: path.into() };
    }
    let phrase = match code {
        "lossy_export" if detail == "copy" => COPY,
        "lossy_export" if detail == "derived" => DERIVED,
        "ambiguous_dates" => DATES,
        "text_lost" => TEXT,
        "case_file_in_evidence" => CASE_FILE,
        "encrypted" => ENCRYPTED,
        "limit_hit" => LIMIT,
        "unknown_file" => UNKNOWN,
        _ => REFUSED,
    };
    // The codes are a closed vocabulary of the contract; anything else is a file nobody could read.
    let known = [
        "ambiguous_dates",
        "text_lost",
        "case_file_in_evidence",
        "encrypted",
        "limit_hit",
        "lossy_export",
        "unknown_file",
    ];
    let code = if known.contains(&code) { code } else { "unknown_file" };
    Warning { code: code.into(), text: phrase.text(), evidence: path.into() }
}

/// The warnings of all files, for the list at the end of the findings.
pub(crate) fn warnings(read: &Read) -> Vec<Warning> {
    files(read).into_iter().flat_map(|it| it.warnings).collect()
}
