//! Coverage for a terminal: for each group of scopes a bar an act, and the reason of each gap.

use model::{Phrase, findings::Findings};

use crate::{
    Language,
    coverage::{Group, Part, bar, groups, parts, percent, reasons, sign, time_of},
    names::safe,
    times,
    width::{columns, pad, wrap},
    words::word,
};

/// Signs of a bar where the terminal is wide enough.
const SIGNS: usize = 30;
/// Names of scopes written out; `konseki show scopes` has them all.
const NAMES: usize = 6;

/// Writes the coverage of every scope, no line wider than `width`.
pub(super) fn coverage(findings: &Findings, language: Language, width: usize) -> String {
    let width = width.max(40);
    let groups = groups(findings);
    if groups.is_empty() {
        return language.word(Phrase::new("show.nothing", "none")) + "\n";
    }
    let mut out = Vec::new();
    out.extend(wrap(&head(findings, language), width));
    if findings.window.is_some() {
        out.extend(wrap(&legend(language), width));
    }
    for group in &groups {
        out.push(String::new());
        out.extend(wrap(&group.names(NAMES, language), width));
        out.extend(below(&facts(group, language), width));
        out.extend(bars(findings, group, language, width));
        out.extend(gaps(findings, group, language, width));
        if let Some(text) = group.confirmed(language) {
            out.extend(below(&text, width));
        }
    }
    out.join("\n") + "\n"
}

fn head(findings: &Findings, language: Language) -> String {
    let Some(window) = &findings.window else {
        let phrase =
            Phrase::new("show.no_window", "There is no period to judge, so no bar can be drawn.");
        return language.word(phrase);
    };
    let zone = times::zone(&findings.case.timezone);
    let (from, to) = (times::when(&window.from, &zone), times::when(&window.to, &zone));
    let phrase = Phrase::new("show.window", "Period judged: {from} – {to}");
    language.say(phrase, &[("from", &from), ("to", &to)])
}

fn legend(language: Language) -> String {
    let parts = [Part::Declared, Part::Inferred, Part::Gap];
    let said: Vec<String> =
        parts.iter().map(|it| format!("{} {}", sign(*it), language.word(it.phrase()))).collect();
    let short = Phrase::new("show.short_gap", "(a gap however short takes one sign)");
    format!("{}  {}", said.join("   "), language.word(short))
}

fn facts(group: &Group<'_>, language: Language) -> String {
    let pair = |label: Phrase, value: &str| {
        let phrase = Phrase::new("show.pair", "{label}: {value}");
        language.say(phrase, &[("label", &language.word(label)), ("value", value)])
    };
    let verdict = pair(Phrase::new("show.verdict", "verdict"), &group.verdicts(language));
    let basis = word(language, "basis", &group.coverage.basis);
    format!("{verdict}   {}", pair(Phrase::new("show.basis", "basis"), &basis))
}

fn bars(findings: &Findings, group: &Group<'_>, language: Language, width: usize) -> Vec<String> {
    let acts: Vec<String> =
        group.coverage.by_act.iter().map(|it| word(language, "act", &it.act)).collect();
    let label = acts.iter().map(|it| columns(it)).max().unwrap_or(0);
    let signs = SIGNS.min(width.saturating_sub(label + 14)).max(8);
    let line = |(it, act): (&model::findings::ActCoverage, &String)| {
        let drawn = findings.window.as_ref().map(|window| parts(group.coverage, &it.act, window));
        let drawn = drawn.map(|parts| format!("{}  ", bar(&parts, signs))).unwrap_or_default();
        let line = format!("    {}  {drawn}{:>5}", pad(act, label), percent(it.covered));
        let sources: Vec<String> = it.sources.iter().map(|it| word(language, "kind", it)).collect();
        let long = format!("{line}  {}", sources.join(" / "));
        if sources.is_empty() || columns(&long) > width { line } else { long }
    };
    group.coverage.by_act.iter().zip(&acts).map(line).collect()
}

fn gaps(findings: &Findings, group: &Group<'_>, language: Language, width: usize) -> Vec<String> {
    let zone = times::zone(&findings.case.timezone);
    let comma = language.word(Phrase::new("screen.done_comma", ", "));
    let phrase = Phrase::new("show.gap_of", "gap ({acts}): {why}, {time}");
    let said = reasons(&group.coverage.gaps, language).into_iter().map(|it| {
        let time = time_of(it.gap, findings.window.as_ref(), &zone, language);
        let acts = it.acts.join(&comma);
        language.say(phrase, &[("acts", &acts), ("why", &it.why), ("time", &time)])
    });
    said.flat_map(|it| below(&safe(&it), width)).collect()
}

fn below(text: &str, width: usize) -> Vec<String> {
    wrap(text, width - 4).into_iter().map(|it| format!("    {it}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EN, JA, sample};

    #[test]
    fn scopes_of_one_coverage_stand_together_with_their_gap_in_words() {
        let findings = sample::founding();
        let text = coverage(&findings, JA, 100);
        assert!(text.contains("ほか 4 件"), "{text}");
        assert!(text.contains(&"·".repeat(SIGNS)), "{text}");
        assert!(text.contains("判定の期間全体"), "{text}");
        assert!(coverage(&findings, EN, 60).lines().all(|it| columns(it) <= 60));
        assert!(coverage(&sample::little(), EN, 60).contains("no bar"));
    }
}
