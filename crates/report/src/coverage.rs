//! The window as a bar: which part of it the logs cover for an act, and which part they do not.

use jiff::{Timestamp, tz::TimeZone};
use model::{
    Phrase,
    findings::{Coverage, Findings, Gap, Scope, Window},
};

use crate::{
    Language,
    figures::number,
    names::scope_name,
    times,
    words::{word, written},
};

/// What is known of a part of the window.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Part {
    /// Covered, and somebody states what was asked for and when.
    Declared,
    /// Covered as far as the records alone can tell.
    Inferred,
    /// Not covered: silence says nothing.
    Gap,
}

impl Part {
    /// The part in words.
    pub(crate) fn phrase(self) -> Phrase {
        match self {
            Part::Declared => Phrase::new("show.part_declared", "covered, as declared"),
            Part::Inferred => Phrase::new("show.part_inferred", "inferred from the records only"),
            Part::Gap => Phrase::new("show.part_gap", "gap"),
        }
    }
}

/// Scopes whose coverage is the same, and which would become the same.
pub(crate) struct Group<'a> {
    pub(crate) scopes: Vec<&'a Scope>,
    pub(crate) coverage: &'a Coverage,
    pub(crate) if_confirmed: Option<&'a str>,
}

/// Groups the scopes; those with a gap come first.
pub(crate) fn groups(findings: &Findings) -> Vec<Group<'_>> {
    let mut out: Vec<Group<'_>> = Vec::new();
    for scope in &findings.scopes {
        let (coverage, confirmed) = (&scope.coverage, scope.if_confirmed.as_deref());
        let same = |it: &Group<'_>| {
            it.if_confirmed == confirmed && format!("{:?}", it.coverage) == format!("{coverage:?}")
        };
        match out.iter_mut().find(|it| same(it)) {
            Some(it) => it.scopes.push(scope),
            None => out.push(Group { scopes: vec![scope], coverage, if_confirmed: confirmed }),
        }
    }
    out.sort_by_key(|it| it.coverage.gaps.is_empty());
    out
}

impl Group<'_> {
    /// How many scopes of the group have each verdict: `no trace 25`.
    pub(crate) fn verdicts(&self, language: Language) -> String {
        let mut counts: Vec<(String, u64)> = Vec::new();
        for it in &self.scopes {
            let verdict = word(language, "scope_verdict", &written(it.verdict));
            match counts.iter_mut().find(|(one, _)| *one == verdict) {
                Some((_, n)) => *n += 1,
                None => counts.push((verdict, 1)),
            }
        }
        let one = counts.len() == 1 && self.scopes.len() == 1;
        let said = |(verdict, n): &(String, u64)| {
            if one { verdict.clone() } else { format!("{verdict} {}", number(*n)) }
        };
        counts.iter().map(said).collect::<Vec<_>>().join(" / ")
    }

    /// The first names, and how many more there are.
    pub(crate) fn names(&self, most: usize, language: Language) -> String {
        let names: Vec<String> =
            self.scopes.iter().take(most).map(|it| scope_name(&it.scope, language)).collect();
        let names = names.join(" / ");
        let more = self.scopes.len().saturating_sub(most);
        if more == 0 {
            return names;
        }
        let phrase = Phrase::new("show.names_more", "{names} and {n} more");
        language.say(phrase, &[("names", &names), ("n", &number(more as u64))])
    }

    /// What follows once somebody confirms what was asked for.
    pub(crate) fn confirmed(&self, language: Language) -> Option<String> {
        let phrase = Phrase::new(
            "show.if_confirmed",
            "If it is confirmed what the exports were asked for and when, the verdict becomes «{verdict}».",
        );
        let verdict = word(language, "scope_verdict", self.if_confirmed?);
        Some(language.say(phrase, &[("verdict", &verdict)]))
    }
}

/// The parts of the window for one act, in order and without overlap, as fractions of the window. A
/// window that is no time has none.
pub(crate) fn parts(coverage: &Coverage, act: &str, window: &Window) -> Vec<(f64, f64, Part)> {
    let Some((from, to)) = instant(&window.from).zip(instant(&window.to)).filter(|(a, b)| a < b)
    else {
        return Vec::new();
    };
    let inferred = coverage.basis == "inferred";
    let heard = coverage.by_act.iter().any(|it| it.act == act && it.covered > 0.0);
    if !heard {
        return vec![(0.0, 1.0, Part::Gap)];
    }
    let place = |at: i64| (at - from) as f64 / (to - from) as f64;
    let good = if inferred { Part::Inferred } else { Part::Declared };
    // Where coverage is inferred, «not stated» is the reason why it is no more than that.
    let counts = |it: &&Gap| it.act == act && !(inferred && it.why == "not_stated");
    let mut gaps: Vec<(i64, i64)> = coverage
        .gaps
        .iter()
        .filter(counts)
        .map(|it| (end(it.from.as_ref(), from), end(it.to.as_ref(), to)))
        .map(|(a, b)| (a.clamp(from, to), b.clamp(from, to)))
        .filter(|(a, b)| a < b)
        .collect();
    gaps.sort_unstable();
    let mut out = Vec::new();
    let mut at = from;
    for (a, b) in gaps {
        if a > at {
            out.push((place(at), place(a), good));
        }
        if b > at {
            out.push((place(a.max(at)), place(b), Part::Gap));
            at = b;
        }
    }
    if at < to {
        out.push((place(at), 1.0, good));
    }
    out
}

fn instant(at: &str) -> Option<i64> {
    at.parse::<Timestamp>().ok().map(Timestamp::as_microsecond)
}

fn end(at: Option<&String>, open: i64) -> i64 {
    at.and_then(|it| instant(it)).unwrap_or(open)
}

/// The parts as so many signs. A sign that holds any gap shows the gap: a short one never vanishes.
pub(crate) fn bar(parts: &[(f64, f64, Part)], signs: usize) -> String {
    let of = |at: usize| {
        let (from, to) = (at as f64 / signs as f64, (at + 1) as f64 / signs as f64);
        let here = parts.iter().filter(|(a, b, _)| *a < to && *b > from);
        let gap = here.clone().any(|(_, _, part)| *part == Part::Gap);
        if gap { Part::Gap } else { here.map(|it| it.2).next().unwrap_or(Part::Gap) }
    };
    (0..signs).map(|at| sign(of(at))).collect()
}

/// The sign a terminal shows for a part.
pub(crate) fn sign(part: Part) -> char {
    match part {
        Part::Declared => '█',
        Part::Inferred => '▒',
        Part::Gap => '·',
    }
}

/// A share in per cent, never rounded up: only the whole is 100, and only nothing is 0.
pub fn percent(share: f64) -> String {
    if share >= 1.0 {
        return "100%".to_owned();
    }
    let tenths = (share * 1000.0).floor() / 10.0;
    match share {
        it if it <= 0.0 => "0%".to_owned(),
        _ if tenths < 0.1 => "<0.1%".to_owned(),
        _ if tenths.fract() == 0.0 => format!("{tenths:.0}%"),
        _ => format!("{tenths:.1}%"),
    }
}

/// Gaps of one reason and time, with all their acts.
pub(crate) struct Reason<'a> {
    pub(crate) acts: Vec<String>,
    pub(crate) why: String,
    pub(crate) gap: &'a Gap,
}

/// The reasons of the gaps in words, in the order of the findings.
pub(crate) fn reasons(gaps: &[Gap], language: Language) -> Vec<Reason<'_>> {
    let mut out: Vec<Reason<'_>> = Vec::new();
    for gap in gaps {
        let act = word(language, "act", &gap.act);
        let same = |it: &Gap| (&it.why, &it.from, &it.to) == (&gap.why, &gap.from, &gap.to);
        match out.iter_mut().find(|it| same(it.gap)) {
            Some(it) => it.acts.push(act),
            None => out.push(Reason { acts: vec![act], why: word(language, "gap", &gap.why), gap }),
        }
    }
    out
}

/// When a gap is, in local time; in words if it is the whole window or has no end.
pub(crate) fn time_of(
    gap: &Gap,
    window: Option<&Window>,
    zone: &TimeZone,
    language: Language,
) -> String {
    let whole = window
        .is_some_and(|it| gap.from.as_ref() == Some(&it.from) && gap.to.as_ref() == Some(&it.to));
    match (&gap.from, &gap.to) {
        (Some(from), Some(to)) if !whole => {
            format!("{} – {}", times::when(from, zone), times::when(to, zone))
        }
        _ => language.word(Phrase::new("report.whole_period", "the whole period judged")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::findings::ActCoverage;

    fn window() -> Window {
        let (from, to) = ("2025-10-01T00:00:00Z".into(), "2025-10-31T00:00:00Z".into());
        Window { from, to, ..Window::default() }
    }

    fn coverage(basis: &str, gaps: &[(&str, &str, &str)]) -> Coverage {
        let gap = |(from, to, why): &(&str, &str, &str)| Gap {
            act: "read".into(),
            from: Some((*from).into()),
            to: Some((*to).into()),
            why: (*why).into(),
        };
        Coverage {
            covered: 0.5,
            basis: basis.into(),
            by_act: vec![ActCoverage { act: "read".into(), covered: 0.5, sources: Vec::new() }],
            gaps: gaps.iter().map(gap).collect(),
        }
    }

    fn drawn(basis: &str, gaps: &[(&str, &str, &str)]) -> String {
        bar(&parts(&coverage(basis, gaps), "read", &window()), 10)
    }

    #[test]
    fn a_short_gap_never_vanishes() {
        assert_eq!(drawn("declared", &[]), "██████████");
        let short = ("2025-10-10T00:00:00Z", "2025-10-10T00:00:01Z", "hole");
        assert_eq!(drawn("declared", &[short]), "███·██████");
    }

    #[test]
    fn overlapping_gaps_are_one_and_the_time_before_is_not_drawn() {
        let late = ("2025-10-25T00:00:00Z", "2025-11-25T00:00:00Z", "late");
        let lost = ("2025-10-22T00:00:00Z", "2025-10-28T00:00:00Z", "capped");
        let before = ("2025-09-01T00:00:00Z", "2025-10-01T00:00:00Z", "before_first_access");
        assert_eq!(drawn("declared", &[late, lost, before]), "███████···");
    }

    #[test]
    fn inferred_is_not_drawn_as_declared() {
        let all = ("2025-10-01T00:00:00Z", "2025-10-31T00:00:00Z", "not_stated");
        let late = ("2025-10-28T00:00:00Z", "2025-10-31T00:00:00Z", "late");
        assert_eq!(drawn("inferred", &[all, late]), "▒▒▒▒▒▒▒▒▒·");
        assert_eq!(drawn("declared", &[all]), "··········");
        assert_eq!(bar(&parts(&coverage("declared", &[]), "sync", &window()), 4), "····");
    }

    #[test]
    fn only_the_whole_is_a_hundred() {
        assert_eq!(
            [1.0, 0.9999, 0.5, 0.0001, 0.0].map(percent),
            ["100%", "99.9%", "50%", "<0.1%", "0%"]
        );
    }
}
