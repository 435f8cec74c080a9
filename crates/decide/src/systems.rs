//! Systems outside Microsoft 365: does their log show the attacker, and was it listening?
//! (design §4.6, Outside Microsoft 365)

use std::collections::BTreeSet;

use model::{
    HOUR, Kind, LogHit, Micros, Phrase, Span, System,
    findings::{ActCoverage, Gap, Scope, ScopeVerdict},
    rfc3339,
};

use crate::{
    coverage::spans,
    hole::{Days, holes},
    scopes::system_scope,
};

const FOUND: Phrase = Phrase::new(
    "scope.system_found",
    "{lines} line(s) of its log name an address or account of the intruder.",
);
const SILENT: Phrase = Phrase::new(
    "scope.system_no_trace",
    "Its log names none of the intruder's addresses and accounts between {from} and {to}; it was asked for over that whole time and has no unexplained gap.",
);
const OPEN: Phrase = Phrase::new(
    "scope.system_open",
    "Its log was read and names none of the intruder's addresses and accounts, but it does not prove that there was nothing.",
);
const REMOTE: Phrase = Phrase::new(
    "scope.system_remote",
    "It is not stated that nobody can come in from outside, and no log of remote access was read.",
);
const UNKNOWN: Phrase = Phrase::new(
    "scope.system_unknown",
    "Whether all addresses and accounts of the intruder are known is not proven: the sign-ins of every account would have to be covered.",
);
const REFUSED: Phrase = Phrase::new(
    "scope.system_refused",
    "{lines} refused attempt(s) from the intruder's addresses are in the log; a refused attempt is no access.",
);

/// What is known of one system's log.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// Kinds of its logs that were read.
    pub kinds: BTreeSet<Kind>,
    /// Lines that could not be read.
    pub rejected: u64,
    /// A file has as many lines as exports are cut off at.
    pub capped: bool,
    /// Spans declared, with nothing that contradicts them; one list a kind counts as one source.
    pub declared: Vec<Span>,
    /// Hours that have lines, µs.
    pub hours: BTreeSet<Micros>,
    /// Lines that say who came from which address; a log without any cannot show a visitor.
    pub addressed: bool,
    /// Lines that name the attacker.
    pub hits: Vec<LogHit>,
}

impl Heard {
    /// Why a part of the window is not declared: a lost line costs the hours beside it, a file that ends
    /// where exports end costs all of it.
    fn why(&self) -> &'static str {
        match (self.capped, self.rejected > 0) {
            (true, _) => "capped",
            (false, true) => "rejected",
            (false, false) => "not_stated",
        }
    }
}

/// What the systems are judged from.
pub struct Inputs<'a> {
    /// Systems of the case file, each with what is known of its log.
    pub systems: &'a [(System, Heard)],
    /// The judgement window.
    pub window: Option<Span>,
    /// Whether every account is judged and the sign-ins of those the attacker used are covered: only then
    /// are all the addresses and names known that a log is swept for.
    pub known: bool,
    /// IANA zone of the case.
    pub zone: &'a str,
    /// Jurisdictions, for their holidays.
    pub jurisdictions: &'a [String],
}

/// Judges the systems whose logs were read; the others keep what the scopes say of them.
pub fn settle(scopes: &mut [Scope], inputs: &Inputs<'_>) {
    for (system, heard) in inputs.systems {
        let id = system_scope(&system.kind, &system.name);
        let Some(scope) = scopes.iter_mut().find(|it| it.scope == id) else { continue };
        let wanted = match system.kind.as_str() {
            "network" => Kind::Firewall,
            "database" => Kind::Database,
            // A reader for the logs of applications and computers is not built yet.
            _ => continue,
        };
        if heard.kinds.contains(&wanted) {
            judge(scope, system, heard, wanted, inputs);
        }
    }
}

fn judge(scope: &mut Scope, system: &System, heard: &Heard, kind: Kind, inputs: &Inputs<'_>) {
    let lines =
        |worked| heard.hits.iter().filter(|it| it.worked == worked).map(|it| it.lines).sum();
    let (came, refused): (u64, u64) = (lines(true), lines(false));
    let silent = inputs.window.map(|window| silent_parts(heard, window, inputs));
    let covered = inputs.window.zip(silent.as_ref()).map_or(0.0, |(window, gaps)| {
        let missing = spans::length(&spans::unite(gaps.iter().map(|it| it.0).collect()));
        1.0 - missing as f64 / (window.to - window.from).max(1) as f64
    });
    let stated = scope.verdict == ScopeVerdict::NoTrace;
    scope.records = came;
    scope.coverage.covered = covered;
    let basis = if covered > 0.0 { "declared" } else { "none" }.to_owned();
    let word = std::mem::replace(&mut scope.coverage.basis, basis);
    scope.coverage.by_act = vec![ActCoverage {
        act: "connect".to_owned(),
        covered,
        sources: vec![kind.word().to_owned()],
    }];
    let mut gaps: Vec<Gap> =
        silent.iter().flatten().map(|(span, why)| gap(Some(*span), why)).collect();
    let remote_open = kind == Kind::Firewall && system.remote_access != Some(false);
    if remote_open {
        gaps.push(gap(inputs.window, "not_collected"));
    }
    if !inputs.known {
        gaps.push(gap(inputs.window, "not_stated"));
    }
    let whole = inputs.window.is_some_and(|it| it.from < it.to) && gaps.is_empty();
    scope.coverage.gaps = gaps;
    let window = inputs.window.map(|it| (rfc3339(it.from), rfc3339(it.to))).unwrap_or_default();
    let mut text = if came > 0 {
        scope.verdict = ScopeVerdict::TraceFound;
        FOUND.with(&[("lines", &came.to_string())])
    } else if whole {
        scope.verdict = ScopeVerdict::NoTrace;
        SILENT.with(&[("from", &window.0), ("to", &window.1)])
    } else if stated {
        // Experts state it; the records alone would not carry it.
        scope.coverage.basis = word;
        return;
    } else {
        scope.verdict = ScopeVerdict::CannotTell;
        OPEN.text()
    };
    if remote_open && came == 0 {
        text = text.and(REMOTE.text());
    }
    if !inputs.known && came == 0 {
        text = text.and(UNKNOWN.text());
    }
    if refused > 0 {
        text = text.and(REFUSED.with(&[("lines", &refused.to_string())]));
    }
    scope.text = text;
}

/// Parts of the window in which the log proves nothing, and why.
fn silent_parts(heard: &Heard, window: Span, inputs: &Inputs<'_>) -> Vec<(Span, &'static str)> {
    let all = [window];
    let declared = spans::unite(heard.declared.clone());
    let mut found: Vec<(Span, &'static str)> =
        spans::minus(&all, &declared).into_iter().map(|it| (it, heard.why())).collect();
    if !heard.addressed {
        found.push((window, "not_audited"));
    }
    let hours: BTreeSet<i64> = heard.hours.iter().map(|it| it.div_euclid(HOUR)).collect();
    let days = Days::new(inputs.zone, inputs.jurisdictions);
    let holes = holes(&hours, &declared, &days);
    found.extend(spans::meet(&holes.spans, &all).into_iter().map(|it| (it, "hole")));
    // Somebody was writing shortly before and after the window: the log did not just end.
    let near = |at: Micros| heard.hours.iter().any(|it| (it - at).abs() <= 7 * model::DAY);
    if !near(window.from) || !near(window.to) {
        found.push((window, "not_audited"));
    }
    found.sort();
    found.dedup();
    found
}

fn gap(span: Option<Span>, why: &str) -> Gap {
    Gap {
        act: "connect".to_owned(),
        from: span.map(|it| rfc3339(it.from)),
        to: span.map(|it| rfc3339(it.to)),
        why: why.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::DAY;

    const WINDOW: Span = Span { from: 40 * DAY, to: 50 * DAY };

    fn heard() -> Heard {
        Heard {
            kinds: BTreeSet::from([Kind::Firewall]),
            declared: vec![Span { from: 0, to: 60 * DAY }],
            hours: (0..60 * 24).map(|it| it * HOUR).collect(),
            addressed: true,
            ..Heard::default()
        }
    }

    fn verdict(heard: Heard, remote: Option<bool>) -> ScopeVerdict {
        judged(heard, remote, true)
    }

    fn judged(heard: Heard, remote: Option<bool>, known: bool) -> ScopeVerdict {
        let system = System {
            name: "net".into(),
            kind: "network".into(),
            remote_access: remote,
            ..System::default()
        };
        let mut scopes = [Scope { scope: "network:net".into(), ..Scope::default() }];
        let systems = [(system, heard)];
        let inputs = Inputs {
            systems: &systems,
            window: Some(WINDOW),
            known,
            zone: "Asia/Tokyo",
            jurisdictions: &[],
        };
        settle(&mut scopes, &inputs);
        scopes[0].verdict
    }

    #[test]
    fn a_log_that_listened_over_the_whole_window_clears_the_network() {
        assert_eq!(verdict(heard(), Some(false)), ScopeVerdict::NoTrace);
        assert_eq!(verdict(heard(), None), ScopeVerdict::CannotTell, "remote access is not stated");
        assert_eq!(
            judged(heard(), Some(false), false),
            ScopeVerdict::CannotTell,
            "swept for too little"
        );
        let cut = Heard { declared: vec![Span { from: 0, to: 45 * DAY }], ..heard() };
        assert_eq!(verdict(cut, Some(false)), ScopeVerdict::CannotTell);
        let hour = Span { from: 44 * DAY, to: 44 * DAY + HOUR };
        let broken = Heard {
            rejected: 1,
            declared: spans::minus(&[Span { from: 0, to: 60 * DAY }], &[hour]),
            ..heard()
        };
        assert_eq!(verdict(broken, Some(false)), ScopeVerdict::CannotTell);
        let mute = Heard { addressed: false, ..heard() };
        assert_eq!(verdict(mute, Some(false)), ScopeVerdict::CannotTell);
        let mut holed = heard();
        holed.hours.retain(|it| !(44 * DAY..46 * DAY).contains(it));
        assert_eq!(verdict(holed, Some(false)), ScopeVerdict::CannotTell);
    }

    #[test]
    fn an_accepted_connection_is_a_trace_and_a_refused_one_is_none() {
        let hit = |worked| LogHit { worked, lines: 3, ..LogHit::default() };
        let came = Heard { hits: vec![hit(true)], ..heard() };
        assert_eq!(verdict(came, Some(false)), ScopeVerdict::TraceFound);
        let refused = Heard { hits: vec![hit(false)], ..heard() };
        assert_eq!(verdict(refused, Some(false)), ScopeVerdict::NoTrace);
    }
}
