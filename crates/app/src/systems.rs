//! Logs of systems outside Microsoft 365, swept for the attacker.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use decide::{coverage::Listening, systems::Heard};
use model::{Case, LogHit, LogHour, Span, System, findings::SessionVerdict, glob_matches};
use store::Store;

use crate::{judging::Judgement, reading::FileRead};

/// Gathers what each system's log tells.
pub(crate) fn heard(
    store: &Store,
    judgement: &Judgement,
    files: &[FileRead],
    case: &Case,
) -> Result<Vec<(System, Heard)>> {
    if case.systems.is_empty() {
        return Ok(Vec::new());
    }
    let hours = store.log_hours()?;
    let hits = store.log_hits(&swept(judgement))?;
    let one = |system: &System| {
        let it = of_system(system, &hours, &hits, files, &judgement.listening);
        (system.clone(), it)
    };
    Ok(case.systems.iter().map(one).collect())
}

/// Addresses and names of the attacker: of the sessions that are theirs, worked or not.
fn swept(judgement: &Judgement) -> Vec<String> {
    let drafts = judgement.built.drafts.iter().zip(&judgement.judged);
    let mut found = BTreeSet::new();
    for (draft, _) in drafts.filter(|(_, it)| it.verdict == SessionVerdict::Attacker) {
        found.extend(draft.ips.iter().cloned());
        if draft.account.contains('@') && draft.worked > 0 {
            found.extend(judgement.directory.names_of(&draft.account));
            // Systems of the house often know people by the first half of their address.
            found.extend(draft.account.split('@').next().map(str::to_owned));
        }
    }
    found.into_iter().collect()
}

fn of_system(
    system: &System,
    hours: &[LogHour],
    hits: &[LogHit],
    files: &[FileRead],
    listening: &[Listening],
) -> Heard {
    let named =
        |it: &&FileRead| system.evidence.iter().any(|glob| glob_matches(glob, &it.source.path));
    let mine: BTreeMap<&str, &FileRead> =
        files.iter().filter(named).map(|it| (it.id(), it)).collect();
    let mut heard = Heard::default();
    for file in mine.values().filter(|it| it.reading.rows > 0) {
        heard.kinds.insert(file.inspection.kind);
        heard.rejected += file.reading.rejected;
        heard.capped |= decide::coverage::looks_capped(file.reading.rows);
    }
    // What another system's export was asked for says nothing of this one's.
    let own = listening.iter().filter(|it| {
        heard.kinds.contains(&it.kind)
            && mine.values().any(|file| glob_matches(&it.path, &file.source.path))
    });
    heard.declared = own.map(|it| it.span).collect::<Vec<Span>>();
    for hour in hours.iter().filter(|it| mine.contains_key(it.evidence.as_str())) {
        heard.hours.insert(hour.hour);
        heard.addressed |= hour.addressed > 0;
    }
    heard.hits =
        hits.iter().filter(|it| mine.contains_key(it.evidence.as_str())).cloned().collect();
    heard
}
