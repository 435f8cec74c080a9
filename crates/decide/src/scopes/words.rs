//! What is said of a scope, in sentences.

use std::collections::BTreeSet;

use model::{
    Phrase, Text,
    findings::{Gap, Scope, ScopeVerdict},
};

const FOUND: Phrase =
    Phrase::new("scope.trace_found", "{records} record(s) of the attacker touch {scope}.");
const NO_TRACE: Phrase = Phrase::new(
    "scope.no_trace",
    "No record of the attacker touches {scope} between {from} and {to}. Over all that time the logs able to show it ({sources}) were asked for as a whole, nothing contradicts that they are whole, and records prove that they were being kept.",
);
const ATTESTED: Phrase = Phrase::new(
    "scope.attested",
    "Stated, not shown by records read here: {by} states that {scope} shows no trace ({at}).",
);
const UNREACHABLE: Phrase = Phrase::new(
    "scope.unreachable",
    "Stated, not shown by records read here: {by} states that {scope} cannot be reached from the account ({at}).",
);
const CANNOT_TELL: Phrase = Phrase::new(
    "scope.cannot_tell",
    "No record of the attacker touches {scope}, but it is not proven that a log able to show it was on, whole and read over the window: nothing can be said yet.",
);
const OPEN: Phrase = Phrase::new(
    "scope.open_sessions",
    "No record that is known to be the attacker's touches {scope} between {from} and {to}, and the logs able to show it ({sources}) were listening over all that time; but not every record's author is settled.",
);
const SILENT_SYSTEM: Phrase =
    Phrase::new("scope.system", "No log of {scope} was read: nothing can be said yet.");
const NO_WINDOW: Phrase = Phrase::new(
    "scope.no_window",
    "There is no time to judge: no access was found, and neither the case file nor a declared log names a span.",
);
const BLOCKED: Phrase = Phrase::new(
    "scope.blocked",
    "{sessions} session(s) whose user is not settled could have touched it: each needs a person's decision.",
);
const CONFIRMED: Phrase = Phrase::new(
    "scope.if_confirmed",
    "If somebody confirms what the exports were asked for, and when they were collected, there is no trace.",
);
const NO_INVENTORY: Phrase = Phrase::new(
    "scope.no_inventory",
    "No list of all accounts was given, so nobody can speak of all of them.",
);
const SHORT: Phrase = Phrase::new(
    "scope.hole_not_possible",
    "Whether the log has silent holes could not be tested: it is shorter than four weeks.",
);
const TEAMS: Phrase = Phrase::new(
    "scope.teams_reading",
    "What is read in the Teams client itself is not recorded; the log shows sign-ins to Teams, messages, changes and reading through Graph.",
);
const MOVES: Phrase = Phrase::new(
    "scope.plain_moves",
    "A move between two folders of which none is Deleted Items is recorded only where the mailbox's audit settings name it.",
);

const LIST_VIEW: Phrase =
    Phrase::new("scope.list_view", "Looking at the list of a folder leaves no record.");
const TOKEN_REFRESH: Phrase = Phrase::new(
    "scope.token_refresh",
    "Non-interactive sign-ins were not declared over the whole time: a stolen token that was refreshed but never used would not show.",
);
const TOKEN_ONLY: Phrase = Phrase::new(
    "scope.token_only",
    "The attacker obtained a token for this service through another application; no use of it is recorded.",
);
const NOT_CONTAINED: Phrase = Phrase::new(
    "scope.not_contained",
    "It is not shown that the access was ended: this holds up to the end of the window only.",
);
const STATE: Phrase = Phrase::new(
    "scope.state_not_seen",
    "What was set before the window stands in no log: the present settings (rules, forwarding, consents, methods, delegates) were not read.",
);
const LOSSY: Phrase = Phrase::new(
    "scope.lossy_export",
    "Some records lost parts of their content when they were exported.",
);

const CAPPED: Phrase = Phrase::new(
    "scope.why_capped",
    "The export has a row count at which exports are cut off, and nothing says that it was not.",
);
const TRUNCATED: Phrase = Phrase::new(
    "scope.why_truncated",
    "The export is not whole: it was searched without high completeness, cut off, or has another number of rows than reported.",
);
const REJECTED: Phrase =
    Phrase::new("scope.why_rejected", "Rows of the export, or a file of it, could not be read.");
const THROTTLED: Phrase = Phrase::new(
    "scope.why_throttled",
    "Recording of reading was stopped for 24 hours because there was too much of it.",
);
const HOLE: Phrase = Phrase::new(
    "scope.why_hole",
    "The log is silent for longer than this organisation's weeks explain.",
);
const EXPIRED: Phrase = Phrase::new(
    "scope.why_expired",
    "A part was older than the log is kept when it was collected.",
);
const LATE: Phrase = Phrase::new(
    "scope.why_late",
    "The last 24 hours before collection do not count: records come late.",
);
const NOT_AUDITED: Phrase = Phrase::new(
    "scope.why_not_audited",
    "No record proves that such acts were being recorded at all: none by anybody within seven days before and after.",
);
const NOT_STATED: Phrase = Phrase::new(
    "scope.why_not_stated",
    "Nobody stated what the export was asked for and when it was collected.",
);
const NOT_COLLECTED: Phrase =
    Phrase::new("scope.why_not_collected", "No export reaches a part of the time.");
const BEFORE: Phrase = Phrase::new(
    "scope.why_before_first_access",
    "The 30 days before the first access are not proven to be quiet: the attacker may have been there earlier.",
);

fn limit(word: &str) -> Option<Phrase> {
    match word {
        "list_view" => Some(LIST_VIEW),
        "token_refresh" => Some(TOKEN_REFRESH),
        "token_only" => Some(TOKEN_ONLY),
        "not_contained" => Some(NOT_CONTAINED),
        "state_not_seen" => Some(STATE),
        "lossy_export" => Some(LOSSY),
        _ => None,
    }
}

fn reason(why: &str) -> Option<Phrase> {
    Some(match why {
        "capped" => CAPPED,
        "truncated" => TRUNCATED,
        "rejected" => REJECTED,
        "throttled" => THROTTLED,
        "hole" => HOLE,
        "expired" => EXPIRED,
        "late" => LATE,
        "not_audited" => NOT_AUDITED,
        "not_stated" => NOT_STATED,
        "not_collected" => NOT_COLLECTED,
        "before_first_access" => BEFORE,
        _ => return None,
    })
}

/// What is known beside the scope itself.
#[derive(Clone, Copy, Default)]
pub(super) struct Beside<'a> {
    pub(super) system: bool,
    pub(super) window: Option<(&'a str, &'a str)>,
    /// No inventory, and the scope speaks of all accounts.
    pub(super) no_inventory: bool,
    pub(super) hole_test: bool,
}

const ENTERED: Phrase = Phrase::new(
    "scope.entered",
    "But {n} of their mailboxes were entered from an account that was taken over: each stands as a scope of its own.",
);

/// That colleagues' mailboxes were entered though nobody signed in as them.
pub(super) fn entered(n: usize) -> Text {
    ENTERED.with(&[("n", &n.to_string())])
}

/// Says it. A limit that nobody reads limits nothing: each stands in words.
pub(super) fn text(it: &Scope, beside: Beside<'_>) -> Text {
    let scope = ("scope", it.scope.as_str());
    let mut said = match (it.verdict, it.coverage.basis.as_str()) {
        (ScopeVerdict::TraceFound, _) => FOUND.with(&[("records", &it.records.to_string()), scope]),
        (ScopeVerdict::NoTrace, basis @ ("attested" | "unreachable")) => {
            let one = it.attested.first();
            let by = one.map(|it| it.by.as_str()).unwrap_or_default();
            let at = one.map(|it| it.at.as_str()).unwrap_or_default();
            let phrase = if basis == "attested" { ATTESTED } else { UNREACHABLE };
            phrase.with(&[("by", by), ("at", at), scope])
        }
        (ScopeVerdict::NoTrace, _) => listened(NO_TRACE, it, beside),
        (ScopeVerdict::CannotTell, _) if beside.system => SILENT_SYSTEM.with(&[scope]),
        (ScopeVerdict::CannotTell, _) => cannot_tell(it, beside),
    };
    for word in &it.limits {
        said = limit(word).map_or(said.clone(), |it| said.and(it.text()));
    }
    let by_records = it.verdict == ScopeVerdict::NoTrace && it.coverage.basis == "declared";
    if by_records && it.scope.ends_with("/teams") {
        said = said.and(TEAMS.text());
    }
    if by_records
        && ["mailbox:", "contacts:", "calendar:"].iter().any(|one| it.scope.starts_with(one))
    {
        said = said.and(MOVES.text());
    }
    if by_records && !beside.hole_test {
        said = said.and(SHORT.text());
    }
    said
}

/// Says precisely what was listened to.
fn listened(phrase: Phrase, it: &Scope, beside: Beside<'_>) -> Text {
    let (from, to) = beside.window.unwrap_or_default();
    let all: BTreeSet<&str> =
        it.coverage.by_act.iter().flat_map(|it| &it.sources).map(String::as_str).collect();
    let all = all.into_iter().collect::<Vec<_>>().join(", ");
    phrase.with(&[("from", from), ("to", to), ("sources", &all), ("scope", &it.scope)])
}

fn cannot_tell(it: &Scope, beside: Beside<'_>) -> Text {
    let open = it.coverage.gaps.is_empty() && !it.blocking.is_empty() && beside.window.is_some();
    let mut said =
        if open { listened(OPEN, it, beside) } else { CANNOT_TELL.with(&[("scope", &it.scope)]) };
    if beside.window.is_none() {
        return said.and(NO_WINDOW.text());
    }
    let whys: BTreeSet<&str> = it.coverage.gaps.iter().map(|it: &Gap| it.why.as_str()).collect();
    for phrase in whys.into_iter().filter_map(reason) {
        said = said.and(phrase.text());
    }
    if beside.no_inventory {
        said = said.and(NO_INVENTORY.text());
    }
    if !it.blocking.is_empty() {
        let sessions: usize = it.blocking.iter().map(|it| it.sessions.len()).sum();
        said = said.and(BLOCKED.with(&[("sessions", &sessions.to_string())]));
    }
    if it.if_confirmed.is_some() {
        said = said.and(CONFIRMED.text());
    }
    said
}
