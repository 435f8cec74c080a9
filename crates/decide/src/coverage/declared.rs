//! What was each export asked for, and what contradicts it? (design §4.5, Declared)

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil, tz::TimeZone};
use model::{Case, DAY, Decision, HOUR, Kind, Micros, Span, glob_matches};

use super::{FileFacts, looks_capped};

/// Formats whose search leaves records out unless high completeness was asked for.
const SEARCHED: [&str; 3] = ["ual_search_csv", "ual_search_json", "ual_splunk_csv"];

/// Formats that give what a search was asked for, or tell of mails without being mails: what stands
/// in them is shown, and their silence proves nothing.
const SILENT: [&str; 2] = ["trace_defender", "trace_defender_beside"];

/// Formats that stand beside a log and are none: what an export of them was asked for shows nothing.
const BESIDE: [&str; 2] = ["signins_auth_details_csv", "entra_risk"];

/// Tells whether a file stands beside a log and is none.
pub(super) fn is_beside(file: &FileFacts) -> bool {
    BESIDE.contains(&file.format.as_str())
}

/// Why a part of what was asked for does not count.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Against {
    /// The part.
    pub span: Span,
    /// `gaps[].why` of the contract.
    pub why: &'static str,
    /// Only this operation; `None` = all.
    pub operation: Option<String>,
    /// Only this account's acts; `None` = anybody's.
    pub account: Option<String>,
}

/// One kind of log that somebody says was asked for, or (`inferred`) that is only known by its rows.
#[derive(Clone, Debug)]
pub struct Asked {
    /// Kind of log.
    pub kind: Kind,
    /// The span asked for.
    pub span: Span,
    /// When it was collected.
    pub collected: Option<Micros>,
    /// `None` = all accounts.
    pub accounts: Option<BTreeSet<String>>,
    /// `None` = all operations; lower case.
    pub operations: Option<BTreeSet<String>>,
    /// What contradicts it.
    pub against: Vec<Against>,
    /// Nobody said what was asked for.
    pub inferred: bool,
    /// Glob or path.
    pub path: String,
    /// First record.
    pub first: Option<Micros>,
    /// A record of the non-interactive stream stands in it.
    pub non_interactive: bool,
}

impl Asked {
    /// What counts before anything contradicts it: the last 24 hours before collection do not.
    pub fn heard(&self) -> Span {
        let to = self.collected.map_or(self.span.to, |at| self.span.to.min(at - DAY));
        Span { from: self.span.from, to: to.max(self.span.from) }
    }
}

/// One declaration, wherever it was made.
pub(crate) struct Stated {
    pub(crate) path: String,
    span: Span,
    pub(crate) collected: Micros,
    pub(crate) accounts: Option<Vec<String>>,
    operations: Option<Vec<String>>,
    complete: Option<bool>,
    pub(crate) told: bool,
    reported: Option<u64>,
    tool: String,
    /// A person's decision: it confirms how the export was made, where the case file says nothing else.
    decided: bool,
}

/// What people decided that exports were asked for.
pub(crate) fn decided(decisions: &[Decision], case: &Case, files: &[FileFacts]) -> Vec<Stated> {
    decisions.iter().filter_map(|it| by_decision(it, case, files)).collect()
}

/// Everything asked for, declarations first, then what is only known by its rows.
pub(super) fn asked(
    case: &Case,
    files: &[FileFacts],
    decisions: &[Decision],
    resolve: &dyn Fn(&str) -> String,
) -> Vec<Asked> {
    let stated: Vec<Stated> =
        case.sources.iter().filter_map(by_case).chain(decided(decisions, case, files)).collect();
    let logs = |file: &&FileFacts| !is_beside(file);
    let mut found = Vec::new();
    for it in &stated {
        let named = files.iter().filter(|file| glob_matches(&it.path, &file.path));
        let matched: Vec<&FileFacts> = named.filter(logs).collect();
        let kinds: BTreeSet<Kind> = matched
            .iter()
            .filter(|file| listens(file))
            .filter_map(|file| file.kind)
            .filter(|kind| is_log(*kind))
            .collect();
        found.extend(kinds.into_iter().map(|kind| declared(it, kind, &matched, resolve)));
    }
    let spoken = |file: &FileFacts| stated.iter().any(|it| glob_matches(&it.path, &file.path));
    let heard = |file: &&FileFacts| file.kind.is_some_and(is_log) && listens(file);
    let mut open: BTreeMap<Kind, Vec<&FileFacts>> = BTreeMap::new();
    for file in files.iter().filter(logs).filter(heard).filter(|it| !spoken(it)) {
        open.entry(file.kind.unwrap_or(Kind::Unknown)).or_default().push(file);
    }
    found
        .extend(open.into_iter().filter_map(|(kind, files)| inferred(kind, &files, case, resolve)));
    found
}

/// Kinds whose silence can mean something.
pub fn is_log(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Ual
            | Kind::Signins
            | Kind::EntraAudit
            | Kind::MessageTrace
            | Kind::Firewall
            | Kind::Database
    )
}

fn listens(file: &FileFacts) -> bool {
    !SILENT.contains(&file.format.as_str())
}

fn by_case(it: &model::Declared) -> Option<Stated> {
    Some(Stated {
        path: it.path.clone(),
        span: it.span?,
        collected: it.collected_at?,
        accounts: it.accounts.clone(),
        operations: it.operations.clone(),
        complete: it.high_completeness,
        told: it.queries.is_some() || it.rows_reported.is_some(),
        reported: it.rows_reported,
        tool: it.tool.clone(),
        decided: false,
    })
}

/// A person's `decide source`: `declared:FROM/TO@COLLECTED_AT`. What the case file says of the same
/// path besides the span still holds.
fn by_decision(it: &Decision, case: &Case, files: &[FileFacts]) -> Option<Stated> {
    if it.what != "source" {
        return None;
    }
    let path = it.selector.path.clone()?;
    let (span, collected) = it.is.strip_prefix("declared:")?.split_once('@')?;
    let (from, to) = span.split_once('/')?;
    let zone = TimeZone::get(&case.timezone).unwrap_or(TimeZone::UTC);
    // What the case file says of the same files, under whatever glob; the worst word of several counts.
    let same = |one: &&model::Declared| {
        one.path == path
            || files
                .iter()
                .any(|file| glob_matches(&one.path, &file.path) && glob_matches(&path, &file.path))
    };
    let mut mine: Vec<&model::Declared> = case.sources.iter().filter(same).collect();
    mine.sort_by_key(|one| (one.high_completeness, &one.path));
    let worst = mine.iter().find(|one| one.high_completeness.is_some());
    let said = worst.or(mine.first()).copied();
    Some(Stated {
        span: Span { from: instant(from, &zone, false)?, to: instant(to, &zone, true)? },
        collected: instant(collected, &zone, false)?,
        accounts: it.selector.account.clone().map(|one| vec![one]),
        operations: said.and_then(|one| one.operations.clone()),
        complete: said.and_then(|one| one.high_completeness),
        told: said.is_some_and(|one| one.queries.is_some() || one.rows_reported.is_some()),
        reported: said.and_then(|one| one.rows_reported),
        tool: said.map(|one| one.tool.clone()).unwrap_or_default(),
        decided: true,
        path,
    })
}

/// An instant, or a day of the case's zone; a day as an end is inside.
fn instant(text: &str, zone: &TimeZone, end: bool) -> Option<Micros> {
    if let Ok(at) = text.trim().parse::<Timestamp>() {
        return Some(at.as_microsecond());
    }
    let day: civil::Date = text.trim().parse().ok()?;
    let day = if end { day.tomorrow().ok()? } else { day };
    Some(day.to_zoned(zone.clone()).ok()?.timestamp().as_microsecond())
}

fn declared(
    it: &Stated,
    kind: Kind,
    matched: &[&FileFacts],
    resolve: &dyn Fn(&str) -> String,
) -> Asked {
    let mine: Vec<&FileFacts> =
        matched.iter().copied().filter(|file| file.kind == Some(kind) && listens(file)).collect();
    let mut against: Vec<Against> = Vec::new();
    let mut whole =
        |why| against.push(Against { span: it.span, why, operation: None, account: None });
    let rows: u64 = mine.iter().map(|file| file.rows).sum();
    if !it.told && (looks_capped(rows) || mine.iter().any(|file| looks_capped(file.rows))) {
        whole("capped");
    }
    let searched = it.tool.to_lowercase().contains("search-unifiedauditlog")
        || mine.iter().any(|file| SEARCHED.contains(&file.format.as_str()));
    let doubted = kind == Kind::Ual && searched && it.complete.is_none() && !it.decided;
    if it.complete == Some(false) || doubted {
        whole("truncated");
    }
    let cut = mine.iter().any(|file| file.cut) || results_missing(&mine);
    if it.reported.is_some_and(|said| said != rows) || cut {
        whole("truncated");
    }
    // What cannot be placed in time may lie anywhere in what was asked for.
    if mine.iter().any(|file| file.unplaced) {
        whole("not_stated");
    }
    // Records later than the time of collection: the statement is of another export.
    if mine.iter().any(|file| file.to.is_some_and(|at| at > it.collected)) {
        whole("not_stated");
    }
    // A file of this export that could not be read at all may hold anything.
    let unread = |file: &&&FileFacts| match file.kind {
        None | Some(Kind::Unknown) => true,
        Some(Kind::Container) => file.cut || file.rejected > 0,
        _ => false,
    };
    if matched.iter().any(|file| unread(&file)) {
        whole("rejected");
    }
    for file in &mine {
        against.extend(rejected(file, it.span, resolve));
    }
    against.sort();
    against.dedup();
    let named = |all: &Vec<String>| all.iter().map(|one| resolve(one)).collect();
    let folded = |all: &Vec<String>| {
        all.iter().map(|one| one.trim_end_matches(['.', ' ']).to_lowercase()).collect()
    };
    Asked {
        kind,
        span: it.span,
        collected: Some(it.collected),
        accounts: it.accounts.as_ref().map(named),
        operations: it.operations.as_ref().map(folded),
        against,
        inferred: false,
        path: it.path.clone(),
        first: mine.iter().filter_map(|file| file.from).min(),
        non_interactive: mine.iter().any(|file| file.non_interactive),
    }
}

/// Whether results of a search are missing: a number that stands in none of the export's files, or one no
/// query has. How often a number stands there tells nothing: exports repeat rows and are cut into pieces.
pub(super) fn results_missing(files: &[&FileFacts]) -> bool {
    let mut united: BTreeMap<i64, (Vec<u64>, bool)> = BTreeMap::new();
    for it in files.iter().flat_map(|file| &file.results) {
        let (seen, beyond) = united.entry(it.count).or_default();
        seen.resize(seen.len().max(it.seen.len()), 0);
        seen.iter_mut().zip(&it.seen).for_each(|(all, one)| *all |= one);
        *beyond |= it.beyond;
    }
    let lacking = |(count, (seen, _)): (&i64, &(Vec<u64>, bool))| {
        let there: u64 = seen.iter().map(|it| u64::from(it.count_ones())).sum();
        let all = u64::try_from(*count).unwrap_or(0);
        if seen.is_empty() { 0 } else { all.saturating_sub(there) }
    };
    // A row whose number cannot be read is counted as a reject already.
    let numbered = |file: &&&FileFacts| !file.results.is_empty() || file.rejected > 0;
    let unnumbered: u64 = files.iter().filter(numbered).map(|file| file.unnumbered).sum();
    united.values().any(|it| it.1) || united.iter().map(lacking).sum::<u64>() > unnumbered
}

/// What a declaration of exactly these files would give, were it made: from the first to the last row.
/// All files of one log are taken together, for into how many an export was cut says nothing.
fn inferred(
    kind: Kind,
    files: &[&FileFacts],
    case: &Case,
    resolve: &dyn Fn(&str) -> String,
) -> Option<Asked> {
    let from = files.iter().filter_map(|it| it.from).min()?;
    let span = Span { from, to: files.iter().filter_map(|it| it.to).max()? + 1 };
    let said =
        |file: &&FileFacts| case.sources.iter().find(|it| glob_matches(&it.path, &file.path));
    let told = |file: &&FileFacts| {
        said(file).is_some_and(|it| it.queries.is_some() || it.rows_reported.is_some())
    };
    let mut against: Vec<Against> =
        files.iter().flat_map(|file| rejected(file, span, resolve)).collect();
    let mut whole = |why| against.push(Against { span, why, operation: None, account: None });
    if files.iter().any(|file| looks_capped(file.rows) && !told(file)) {
        whole("capped");
    }
    // Whether it was searched with high completeness is part of what a person would confirm.
    let loose = |file: &&FileFacts| said(file).and_then(|it| it.high_completeness) == Some(false);
    if results_missing(files) || files.iter().any(|file| file.cut || loose(file)) {
        whole("truncated");
    }
    if files.iter().any(|file| file.unplaced) {
        whole("not_stated");
    }
    against.sort();
    against.dedup();
    Some(Asked {
        kind,
        span,
        collected: None,
        accounts: None,
        operations: None,
        against,
        inferred: true,
        path: files.iter().map(|it| it.path.clone()).min().unwrap_or_default(),
        first: Some(from),
        non_interactive: files.iter().any(|it| it.non_interactive),
    })
}

/// Each reject is a gap: for what its wrapper tells, else for the hours beside it, else for all.
fn rejected(file: &FileFacts, whole: Span, resolve: &dyn Fn(&str) -> String) -> Vec<Against> {
    let of = |span, operation: &str, account: &str| Against {
        span,
        why: "rejected",
        operation: Some(operation.trim_end_matches(['.', ' ']).to_lowercase())
            .filter(|it| !it.is_empty()),
        account: Some(resolve(account)).filter(|_| !account.is_empty()),
    };
    let hour = |at: Micros| at.div_euclid(HOUR) * HOUR;
    let mut found: Vec<Against> = Vec::new();
    for lead in &file.leads {
        let span = match (lead.at, lead.beside.filter(|_| file.sorted)) {
            (Some(at), _) => Span { from: hour(at), to: hour(at) + HOUR },
            (None, Some(at)) => Span { from: hour(at) - HOUR, to: hour(at) + 2 * HOUR },
            (None, None) => whole,
        };
        found.push(of(span, &lead.operation, &lead.account));
    }
    // Rows nobody can place in time, and rejects that left no lead.
    let undated = file.from.is_none() && file.rows > 0;
    if file.rejected > file.leads.len() as u64 || undated {
        found.push(of(whole, "", ""));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_missing_only_where_no_file_of_the_export_has_it() {
        let part = |count: i64, numbers: &[u64], unnumbered| FileFacts {
            results: vec![model::ResultNumbers {
                count,
                seen: vec![numbers.iter().map(|it| 1 << (it - 1)).sum()],
                beyond: numbers.iter().any(|it| i64::try_from(*it).is_ok_and(|it| it > count)),
            }],
            unnumbered,
            ..FileFacts::default()
        };
        let missing = |files: &[FileFacts]| results_missing(&files.iter().collect::<Vec<_>>());
        assert!(!missing(&[part(4, &[1, 2, 3, 4], 0)]));
        assert!(
            !missing(&[part(4, &[1, 3], 0), part(4, &[2, 3, 4], 0)]),
            "cut in two, a row twice"
        );
        assert!(missing(&[part(4, &[1, 3], 0), part(4, &[3, 4], 0)]));
        assert!(!missing(&[part(4, &[1, 3, 4], 1)]), "a row whose number cannot be read may be it");
        assert!(missing(&[part(4, &[1, 2, 3, 4, 5], 0)]), "a number beyond the count");
        assert!(!missing(&[FileFacts { unnumbered: 9, ..FileFacts::default() }]));
    }

    #[test]
    fn what_a_search_gave_proves_nothing_by_its_silence() {
        let file = |format: &str| FileFacts {
            path: format!("mail/{format}"),
            kind: Some(Kind::MessageTrace),
            format: format.to_owned(),
            rows: 7,
            from: Some(HOUR),
            to: Some(2 * HOUR),
            ..FileFacts::default()
        };
        let source = model::Declared {
            path: "mail/*".to_owned(),
            span: Some(Span { from: 0, to: 9 * HOUR }),
            collected_at: Some(99 * HOUR),
            ..model::Declared::default()
        };
        let stated = Case { sources: vec![source], ..Case::default() };
        for case in [stated, Case::default()] {
            let asked = |formats: &[&str]| {
                let files: Vec<FileFacts> = formats.iter().map(|it| file(it)).collect();
                asked(&case, &files, &[], &|it| it.to_owned()).len()
            };
            assert_eq!(asked(&["trace_defender", "trace_defender_beside"]), 0);
            assert_eq!(asked(&["trace_defender", "trace_graph"]), 1);
        }
    }
}
