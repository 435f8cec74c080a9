//! The records behind a claim: from a figure in the findings back to the rows of the evidence.

use std::path::Path;

use anyhow::Result;
use model::{Phrase, findings::Findings};
use report::Language;
use serde::Serialize;
use serde_json::Value;
use store::{Pointer, Store};

use crate::{claims, error::wrong_use, manifest, pipeline};

/// Most records an answer holds unless all are asked for.
const FIRST: usize = 100;

/// Each rule as the JSON output names it, and as a reader understands it.
const RULES: &[(&str, Phrase)] = &[
    (
        "design 4.6: outcome",
        Phrase::new(
            "show.rule_outcome",
            "The outcome follows from what was decided about the accounts and from what the logs cover.",
        ),
    ),
    (
        "design 4.3: attribution of sessions",
        Phrase::new(
            "show.rule_attribution",
            "An account is judged by its sessions: each is attributed to its owner or to an intruder by what its records show.",
        ),
    ),
    (
        "design 4.3: the strongest rule of each class, in centibans",
        Phrase::new(
            "show.rule_score",
            "The session's score is the sum of the strongest indication of each class (network, client, device and so on).",
        ),
    ),
    (
        "design 4.6: touch",
        Phrase::new(
            "show.rule_touch",
            "A trace is a record of the intruder that touches the scope. «No trace» is said only where the logs able to show one cover the whole period.",
        ),
    ),
    (
        "laws/: dated rules",
        Phrase::new(
            "show.rule_laws",
            "The day follows from the law of the jurisdiction as it stood at the time.",
        ),
    ),
    (
        "design 4.7: distinct InternetMessageId, by day of the case's zone",
        Phrase::new(
            "show.rule_by_day",
            "Different message ids are counted, by day in the time zone of the case.",
        ),
    ),
    (
        "design 4.7: distinct InternetMessageId, proven and matched",
        Phrase::new(
            "show.rule_messages",
            "Different message ids are counted: mails proven to be sent by the intruder, and mails that match them.",
        ),
    ),
    (
        "design 4.7: sent by a session of the attacker",
        Phrase::new("show.rule_proven", "Mails sent in a session of the intruder are counted."),
    ),
    (
        "design 4.7: at least two marks shared with proven mails",
        Phrase::new(
            "show.rule_matched",
            "Mails that share at least two marks with proven ones are counted.",
        ),
    ),
    (
        "design 4.7: neither proven nor matched",
        Phrase::new(
            "show.rule_suspected",
            "Suspicious mails that are neither proven nor matched are counted.",
        ),
    ),
    (
        "design 4.7: in one source and not in another, without a reason",
        Phrase::new(
            "show.rule_unexplained",
            "Mails that stand in one source and not in another, for no known reason, are counted.",
        ),
    ),
    (
        "design 4.7: distinct (message, address)",
        Phrase::new("show.rule_recipients", "Each pair of mail and address is counted once."),
    ),
    (
        "design 4.7: distinct addresses",
        Phrase::new("show.rule_unique_recipients", "Different addresses are counted."),
    ),
    (
        "design 4.7: last status is Failed",
        Phrase::new(
            "show.rule_failed",
            "Recipients are counted for whom the last status of the delivery is «failed».",
        ),
    ),
    (
        "design 4.7: stands in any list",
        Phrase::new(
            "show.rule_known",
            "Addresses are counted that stand in any of the lists held.",
        ),
    ),
    (
        "design 4.7: distinct items in Bind records",
        Phrase::new(
            "show.rule_reading",
            "Different mails are counted that were delivered one by one in a session of the intruder, the fraudulent ones left out; a synchronised folder counts whole.",
        ),
    ),
    (
        "design 4.3: failed sign-ins",
        Phrase::new(
            "show.rule_attempts",
            "Failed sign-ins are counted that do not come from the owner's own places; one that stands in both logs is one. They are no trace. All failed sign-ins of the account follow.",
        ),
    ),
    (
        "design 4.4: judgement window",
        Phrase::new(
            "show.rule_window",
            "The period runs from the first access (or the day the case file names) to the end of the access, with 24 hours added.",
        ),
    ),
    (
        "design 4.6: what was left behind",
        Phrase::new(
            "show.rule_persistence",
            "Settings are listed that a session of the intruder made and that last.",
        ),
    ),
    (
        "design 4.6: operations of the attacker",
        Phrase::new(
            "show.rule_operations",
            "Records of the intruder's sessions are counted, by what was done and where.",
        ),
    ),
    (
        "design 4.8: people",
        Phrase::new(
            "show.rule_people",
            "People named in what stood in the folders touched are counted, and those who were sent fraudulent mail; addresses are one person only where a contact, a row of a list or the directory says so.",
        ),
    ),
    (
        "design 4.8: one person",
        Phrase::new(
            "show.rule_person",
            "The person is named in items that stood in a folder when an intruder's session touched it, or was sent fraudulent mail. The items follow, the first and last touch of each visit, and whatever moved, removed or opened the items.",
        ),
    ),
    (
        "design 4.8: exposure",
        Phrase::new(
            "show.rule_exposure",
            "Addresses and people in what the intruder touched are counted.",
        ),
    ),
];

/// A rule in the reader's language; one without a sentence is given as it is.
pub(crate) fn rule_in_words(rule: &str, language: Language) -> String {
    let found = RULES.iter().find(|(it, _)| *it == rule);
    found.map_or_else(|| rule.to_owned(), |(_, phrase)| language.word(*phrase))
}

/// What stands behind a claim.
#[derive(Debug, Serialize)]
pub struct Why {
    /// The claim as asked.
    pub claim: String,
    /// Its value.
    pub value: Value,
    /// How far it can be trusted, or the verdict.
    pub is: String,
    /// The rule it was made by.
    pub rule: String,
    /// Why, in sentences.
    pub because: Vec<model::Text>,
    /// The first records.
    pub records: Vec<WhyRecord>,
    /// How many there are.
    pub total: u64,
}

/// One record behind a claim.
#[derive(Debug, Serialize)]
pub struct WhyRecord {
    /// Record id.
    pub record_id: String,
    /// Evidence file.
    pub evidence: String,
    /// Row.
    pub row: u64,
    /// Byte range in the unpacked, decoded content.
    pub bytes: [u64; 2],
    /// The row as it stands there; null if the evidence is no longer there or has changed.
    pub raw: Option<String>,
}

/// Answers a claim from a case folder.
pub fn why(folder: &Path, claim: &str, all: bool) -> Result<Why> {
    let findings = pipeline::findings_of(folder)?;
    let store = published(folder)?;
    let it = match claims::address_of(claim) {
        Some(address) => person(&store, address)?,
        None => claims::understand(&findings, claim)?,
    };
    let limit = (!all).then_some(FIRST);
    let (total, pointers) = match &it.query {
        Some(query) => {
            let found = store.records(query, limit)?;
            (found.total, found.rows)
        }
        None => (0, Vec::new()),
    };
    Ok(Why {
        claim: claim.to_owned(),
        value: it.value,
        is: it.is,
        rule: it.rule.to_owned(),
        because: it.because,
        records: with_rows(folder, &findings, pointers)?,
        total,
    })
}

fn person(store: &Store, address: &str) -> Result<claims::Claim> {
    let told = store.person(address)?;
    if told.is_empty() {
        return Err(wrong_use(format!(
            "{address:?} is nobody's address in these findings: neither exposed nor sent fraudulent mail"
        )));
    }
    Ok(claims::person(address, &told))
}

/// Opens the published tables of a case folder.
pub(crate) fn published(folder: &Path) -> Result<Store> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    Store::open_published(folder.to_owned(), pipeline::MEMORY, threads)
}

/// Adds file name and text of each record. Evidence that changed since is not quoted.
fn with_rows(folder: &Path, findings: &Findings, pointers: Vec<Pointer>) -> Result<Vec<WhyRecord>> {
    let asked = manifest::read(folder)?.asked;
    let roots: Vec<std::path::PathBuf> = asked.evidence.iter().map(Into::into).collect();
    let needed: std::collections::BTreeSet<&str> =
        pointers.iter().map(|it| it.evidence_id.as_str()).collect();
    let path_of = |id: &str| {
        findings.evidence.iter().find(|it| it.sha256.starts_with(id)).map(|it| it.path.clone())
    };
    // A password file that is gone costs the quotations out of encrypted archives, no more.
    let passwords = asked.password_file.as_deref().map(std::path::Path::new);
    let passwords = pipeline::passwords(passwords).unwrap_or_default();
    let options = evidence::FindOptions { excluded: vec![folder.to_owned()], passwords };
    let sources =
        if needed.is_empty() { Vec::new() } else { evidence::find(&roots, &options).sources };
    let mut texts = std::collections::BTreeMap::new();
    for id in needed {
        let Some(path) = path_of(id) else { continue };
        let Some(source) = sources.iter().find(|it| it.path == path) else { continue };
        let inspection = evidence::inspect(source);
        if !inspection.sha256.starts_with(id) {
            continue;
        }
        let of_file = pointers.iter().filter(|it| it.evidence_id == id);
        let positions: Vec<model::Position> =
            of_file.map(|it| model::Position { row: it.row, from: it.from, to: it.to }).collect();
        for (position, text) in
            positions.iter().zip(evidence::fetch(source, &inspection, &positions))
        {
            texts.insert((id.to_owned(), position.row), text);
        }
    }
    let record = |it: Pointer| WhyRecord {
        raw: texts.get(&(it.evidence_id.clone(), it.row)).cloned().flatten(),
        evidence: path_of(&it.evidence_id).unwrap_or_default(),
        record_id: it.record_id,
        row: it.row,
        bytes: [it.from, it.to],
    };
    Ok(pointers.into_iter().map(record).collect())
}
