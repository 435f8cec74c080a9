//! Over which spans was somebody listening? Only what an export was asked for counts (design §4.5).

use model::{Case, DAY, Kind, Micros, Span, glob_matches};

/// What is known of one evidence file beside its records.
#[derive(Clone, Debug, Default)]
pub struct FileFacts {
    /// Logical path.
    pub path: String,
    /// Kind.
    pub kind: Option<Kind>,
    /// Id of the format that read it.
    pub format: String,
    /// Rows read.
    pub rows: u64,
    /// Rows rejected.
    pub rejected: u64,
    /// First instant in it.
    pub from: Option<Micros>,
    /// Last instant in it.
    pub to: Option<Micros>,
}

/// A span an export was asked for, with nothing that contradicts it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Listening {
    /// Kind of log.
    pub kind: Kind,
    /// Span, the last 24 hours before collection left out.
    pub span: Span,
    /// `None` = all accounts.
    pub accounts: Option<Vec<String>>,
}

/// Row counts at which exports are cut off.
const CAPS: [u64; 7] = [1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000];

/// Tells whether a row count is a multiple of a known cap.
pub fn looks_capped(rows: u64) -> bool {
    rows > 0 && CAPS.iter().any(|cap| rows.is_multiple_of(*cap))
}

/// Returns the spans that count. A declaration without span or time of collection, one that names
/// some operations only, one whose files look cut off, hold rejected rows, or come from
/// Search-UnifiedAuditLog without high completeness, is left out here: silence in it proves nothing.
pub fn listening(case: &Case, files: &[FileFacts]) -> Vec<Listening> {
    let mut found = Vec::new();
    for source in &case.sources {
        let (Some(span), Some(collected)) = (source.span, source.collected_at) else { continue };
        let matched: Vec<&FileFacts> = files
            .iter()
            .filter(|it| {
                glob_matches(&source.path, &it.path)
                    && !matches!(it.kind, None | Some(Kind::Container | Kind::Unknown))
            })
            .collect();
        let Some(kind) = matched.first().and_then(|it| it.kind) else { continue };
        let rows: u64 = matched.iter().map(|it| it.rows).sum();
        let told = source.queries.is_some() || source.rows_reported.is_some();
        let capped = looks_capped(rows) || matched.iter().any(|it| looks_capped(it.rows));
        let reported = source.rows_reported.is_some_and(|it| it != rows);
        let cmdlet =
            matched.iter().any(|it| it.format.contains("cmdlet") || it.format.contains("search"));
        let whole = matched.iter().all(|it| it.kind == Some(kind) && it.rejected == 0)
            && source.operations.is_none()
            && (told || !capped)
            && !reported
            && !(kind == Kind::Ual && cmdlet && source.high_completeness != Some(true))
            && source.high_completeness != Some(false);
        let span = Span { from: span.from, to: span.to.min(collected - DAY) };
        if whole && span.from < span.to {
            found.push(Listening { kind, span, accounts: source.accounts.clone() });
        }
    }
    found
}

/// Tells whether the spans of one kind, united, cover the whole of `wanted` for the account.
pub fn covers(listening: &[Listening], kind: Kind, account: &str, wanted: Span) -> bool {
    let mut spans: Vec<Span> = listening
        .iter()
        .filter(|it| it.kind == kind)
        .filter(|it| {
            it.accounts
                .as_ref()
                .is_none_or(|all| all.iter().any(|one| one.eq_ignore_ascii_case(account)))
        })
        .map(|it| it.span)
        .collect();
    spans.sort();
    let mut reached = wanted.from;
    for span in spans {
        if span.from <= reached {
            reached = reached.max(span.to);
        }
    }
    wanted.from < wanted.to && reached >= wanted.to
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listen(from: i64, to: i64) -> Listening {
        Listening { kind: Kind::Ual, span: Span { from, to }, accounts: None }
    }

    #[test]
    fn spans_unite_but_a_gap_stays_a_gap() {
        let joined = [listen(0, 10), listen(10, 20)];
        assert!(covers(&joined, Kind::Ual, "a", Span { from: 2, to: 18 }));
        assert!(!covers(&joined, Kind::Signins, "a", Span { from: 2, to: 18 }));
        assert!(!covers(&[listen(0, 9), listen(10, 20)], Kind::Ual, "a", Span { from: 2, to: 18 }));
        assert!(!covers(&joined, Kind::Ual, "a", Span { from: 5, to: 5 }));
    }

    #[test]
    fn a_round_row_count_contradicts_a_declaration() {
        assert!(
            looks_capped(50_000) && looks_capped(1_000) && !looks_capped(9_611) && !looks_capped(0)
        );
    }
}
