//! By when must each organisation report and notify? (design §4.9)

use jiff::civil::Date;
use model::{
    Organisation, Phrase, Text,
    findings::{Deadline, OutcomeValue},
};

use crate::law::{self, Due, Law, Test, Trigger};

const DAYS: Phrase = Phrase::new(
    "deadline.days",
    "Day {days}, counted from {known}, the earliest stated day of knowing, as day 1; closed days in between count.",
);
const ROLLED: Phrase = Phrase::new(
    "deadline.rolled",
    "Day {days} is {raw}, when the authority is closed: the next open day is due.",
);
const GUIDE: Phrase = Phrase::new(
    "deadline.guide",
    "Promptly; as a guide within {from} to {to} days, counted from {known}, the earliest stated day of knowing, as day 1. Aim at {aim}.",
);
const PROMPTLY: Phrase = Phrase::new(
    "deadline.promptly",
    "Promptly as the state of the matter allows: the law gives no number of days. The earliest stated day of knowing is {known}.",
);
const CONDITION: Phrase = Phrase::new(
    "deadline.condition",
    "This holds if personal data were or may have been exposed; whether there is a duty is for a person to decide.",
);
const SUSPECTED: Phrase = Phrase::new(
    "deadline.suspected",
    "No takeover is proven yet, but a justified suspicion starts the clock as well.",
);
const ASSUMED: Phrase =
    Phrase::new("deadline.assumed", "What is not known yet is taken for the stricter: {triggers}.");
const LATER: Phrase = Phrase::new(
    "deadline.later_candidates",
    "{n} later day(s) of knowing are stated too; the earliest binds until a person rejects it.",
);
const CALENDAR: Phrase = Phrase::new(
    "deadline.calendar_ends",
    "The closed days around {day} are not known to this version: the day is not moved.",
);
const NO_LAW: Phrase = Phrase::new(
    "deadline.no_rules",
    "The rules of jurisdiction {jurisdiction} are not known to this version: its deadlines must be looked up.",
);
const NO_KNOWLEDGE: Phrase = Phrase::new(
    "deadline.no_knowledge",
    "No day of knowing is stated: no deadline can be counted. It is the day on which any part of the organisation first knew.",
);
const BAD_DAY: Phrase = Phrase::new(
    "deadline.bad_day",
    "A stated day of knowing is no calendar day (YYYY-MM-DD) and was left out.",
);
const OTHER_VERSION: Phrase = Phrase::new(
    "deadline.other_version",
    "On {known} another version of {jurisdiction}'s rules was in force: its deadlines must be looked up.",
);
const NOT_COUNTED: Phrase = Phrase::new(
    "deadline.not_counted",
    "No deadline is counted, because the evidence read shows no takeover so far. That does not say that there is no duty: a person must decide.",
);
const NOT_TRIGGERED: Phrase = Phrase::new(
    "deadline.not_triggered",
    "With the facts as decided, no rule of jurisdiction {jurisdiction} sets a deadline by itself; a person must still decide.",
);

/// What is known for the law; `None` is «not known», which is never «no».
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Facts {
    /// What happened.
    pub outcome: OutcomeValue,
    /// Most persons whose data may be exposed.
    pub persons_max: Option<u64>,
    /// Whether it may have been done for a wrongful purpose.
    pub wrongful_purpose: Option<bool>,
    /// Whether data needing special care are among them.
    pub special_care: Option<bool>,
    /// Whether misuse may cause loss of property.
    pub financial_harm: Option<bool>,
}

/// Counts every deadline of every organisation, and says what could not be counted.
pub fn deadlines(organisations: &[Organisation], facts: &Facts) -> (Vec<Deadline>, Vec<Text>) {
    let mut found = Vec::new();
    let mut notes = Vec::new();
    let clock = matches!(facts.outcome, OutcomeValue::Takeover | OutcomeValue::Suspected);
    for organisation in organisations {
        for jurisdiction in &organisation.jurisdictions {
            if !clock {
                note(&mut notes, NOT_COUNTED.text());
                continue;
            }
            match law::law(jurisdiction) {
                Some(law) => of_law(organisation, law, facts, &mut found, &mut notes),
                None => note(&mut notes, NO_LAW.with(&[("jurisdiction", &word(jurisdiction))])),
            }
        }
    }
    (found, notes)
}

fn note(notes: &mut Vec<Text>, text: Text) {
    if !notes.contains(&text) {
        notes.push(text);
    }
}

/// A jurisdiction is the case file's text: only what a word may hold is repeated.
fn word(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(20).collect()
}

fn of_law(
    organisation: &Organisation,
    law: &Law,
    facts: &Facts,
    found: &mut Vec<Deadline>,
    notes: &mut Vec<Text>,
) {
    let mut days: Vec<Date> = Vec::new();
    for (day, _) in &organisation.knowledge {
        match day.trim().parse::<Date>() {
            Ok(day) => days.push(day),
            Err(_) => note(notes, BAD_DAY.text()),
        }
    }
    days.sort();
    days.dedup();
    let Some(known) = days.first().copied() else {
        note(notes, NO_KNOWLEDGE.text());
        return;
    };
    let jurisdiction = law.jurisdiction.as_str();
    if !law.in_force(known) {
        note(
            notes,
            OTHER_VERSION.with(&[("known", &known.to_string()), ("jurisdiction", jurisdiction)]),
        );
        return;
    }
    let (on, assumed) = triggers(law, facts);
    let before = found.len();
    for due in &law.deadline {
        let Some(choice) =
            due.choose.iter().find(|it| it.any.iter().any(|it| on.contains(&it.as_str())))
        else {
            continue;
        };
        let (day, mut why) = day_of(due, choice.days, known, law);
        why = why.and(if facts.outcome == OutcomeValue::Suspected {
            SUSPECTED.text()
        } else {
            Text::default()
        });
        let guessed: Vec<&str> =
            choice.any.iter().map(String::as_str).filter(|it| assumed.contains(it)).collect();
        if !guessed.is_empty() {
            why = why.and(ASSUMED.with(&[("triggers", &guessed.join(", "))]));
        }
        if days.len() > 1 {
            why = why.and(LATER.with(&[("n", &(days.len() - 1).to_string())]));
        }
        found.push(Deadline {
            organisation: organisation.name.clone(),
            jurisdiction: jurisdiction.to_owned(),
            what: due.id.clone(),
            due: day.map(|it| it.to_string()),
            hard: due.hard,
            rule: due.rule.clone(),
            why: why.and(CONDITION.text()),
        });
    }
    if found.len() == before {
        note(notes, NOT_TRIGGERED.with(&[("jurisdiction", jurisdiction)]));
    }
}

fn day_of(due: &Due, days: u32, known: Date, law: &Law) -> (Option<Date>, Text) {
    let at = known.to_string();
    if due.counts == "promptly" {
        return (None, PROMPTLY.with(&[("known", &at)]));
    }
    let raw = law::nth_day(known, days);
    if let Some([from, to]) = due.guide {
        let aim = law::nth_day(known, from).map(|it| it.to_string()).unwrap_or_default();
        let values =
            [("from", from.to_string()), ("to", to.to_string()), ("known", at), ("aim", aim)];
        return (raw, GUIDE.with(&borrowed(&values)));
    }
    let text = DAYS.with(&borrowed(&[("days", days.to_string()), ("known", at)]));
    let Some(raw) = raw.filter(|_| due.rolls) else { return (raw, text) };
    match law.calendar().and_then(|it| it.open_from(raw)) {
        Some(open) if open == raw => (Some(raw), text),
        Some(open) => {
            let values = [("days", days.to_string()), ("raw", raw.to_string())];
            (Some(open), text.and(ROLLED.with(&borrowed(&values))))
        }
        // Too early is safe, too late is not.
        None => (Some(raw), text.and(CALENDAR.with(&[("day", &raw.to_string())]))),
    }
}

fn borrowed<'a>(values: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
    values.iter().map(|(k, v)| (*k, v.as_str())).collect()
}

/// Triggers that are on, and those of them that are on only because something is not known.
fn triggers<'a>(law: &'a Law, facts: &Facts) -> (Vec<&'a str>, Vec<&'a str>) {
    let mut on = Vec::new();
    let mut assumed = Vec::new();
    for trigger in &law.trigger {
        match holds(trigger, facts) {
            Some(true) => on.push(trigger.id.as_str()),
            None if trigger.unknown_as == "triggered" => {
                on.push(trigger.id.as_str());
                assumed.push(trigger.id.as_str());
            }
            _ => {}
        }
    }
    (on, assumed)
}

/// Three-valued «and»: one «no» settles it, one «not known» leaves it open.
fn holds(trigger: &Trigger, facts: &Facts) -> Option<bool> {
    let results: Vec<Option<bool>> = trigger.when.iter().map(|it| test(it, facts)).collect();
    if results.contains(&Some(false)) {
        return Some(false);
    }
    (!results.contains(&None)).then_some(true)
}

fn test(test: &Test, facts: &Facts) -> Option<bool> {
    let truth = match test.fact.as_str() {
        "wrongful_purpose" => facts.wrongful_purpose,
        "special_care" => facts.special_care,
        "financial_harm" => facts.financial_harm,
        "persons_max" => {
            return facts.persons_max.zip(test.at_least).map(|(value, least)| value >= least);
        }
        _ => None,
    };
    truth.zip(test.is).map(|(value, wanted)| value == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn organisation(days: &[&str]) -> Organisation {
        Organisation {
            name: "o".into(),
            jurisdictions: vec!["jp".into()],
            knowledge: days.iter().map(|it| ((*it).to_owned(), String::new())).collect(),
            ..Organisation::default()
        }
    }

    fn takeover() -> Facts {
        Facts { outcome: OutcomeValue::Takeover, ..Facts::default() }
    }

    fn due(days: &[&str], facts: &Facts) -> Vec<(String, Option<String>, bool)> {
        let (found, _) = deadlines(&[organisation(days)], facts);
        found.into_iter().map(|it| (it.what, it.due, it.hard)).collect()
    }

    #[test]
    fn the_founding_incident_is_due_on_the_fifth_of_january() {
        let row =
            |what: &str, due: Option<&str>, hard| (what.to_owned(), due.map(str::to_owned), hard);
        let expected = [
            row("ppc-prelim", Some("2025-11-02"), false),
            row("ppc-final", Some("2026-01-05"), true),
            row("person-notice", None, false),
        ];
        assert_eq!(due(&["2025-11-29", "2025-10-29", "2025-12-17"], &takeover()), expected);
    }

    #[test]
    fn what_is_not_known_is_never_no() {
        let final_of = |facts: &Facts| {
            due(&["2026-06-01"], facts)
                .into_iter()
                .find(|it| it.0 == "ppc-final")
                .and_then(|it| it.1)
        };
        assert_eq!(final_of(&takeover()).as_deref(), Some("2026-07-30"));
        let no_wrong = Facts { wrongful_purpose: Some(false), ..takeover() };
        assert_eq!(final_of(&no_wrong).as_deref(), Some("2026-06-30"));
        let thousand = Facts { persons_max: Some(1000), ..no_wrong.clone() };
        assert_eq!(final_of(&thousand), None);
        assert_eq!(
            final_of(&Facts { persons_max: Some(1001), ..no_wrong }).as_deref(),
            Some("2026-06-30")
        );
        assert_eq!(
            final_of(&Facts { persons_max: Some(1), ..takeover() }).as_deref(),
            Some("2026-07-30")
        );
    }

    #[test]
    fn each_organisation_has_its_own_clock_and_gaps_are_said() {
        let mut other = organisation(&["2026-06-05"]);
        other.name = "p".into();
        other.jurisdictions.push("zz".into());
        let (found, notes) =
            deadlines(&[organisation(&["2026-06-01"]), other, organisation(&[])], &takeover());
        let finals: Vec<_> = found
            .iter()
            .filter(|it| it.what == "ppc-final")
            .map(|it| it.due.clone().unwrap())
            .collect();
        assert_eq!(finals, ["2026-07-30", "2026-08-03"]);
        assert_eq!(notes.len(), 2);
    }

    #[test]
    fn no_sentence_gives_an_all_clear() {
        let nothing = Facts { wrongful_purpose: Some(false), persons_max: Some(0), ..takeover() };
        for facts in [Facts::default(), nothing] {
            let (found, notes) = deadlines(&[organisation(&["2026-06-01"])], &facts);
            assert!(found.is_empty() && notes.len() == 1 && notes[0].en.contains("person"));
        }
        let (_, notes) = deadlines(&[organisation(&["2020-06-01"])], &takeover());
        assert!(notes[0].en.contains("another version"));
    }

    #[test]
    fn beyond_the_calendar_nothing_is_moved() {
        let (found, _) = deadlines(&[organisation(&["2029-05-01"])], &takeover());
        let it = found.iter().find(|it| it.what == "ppc-final").unwrap();
        assert_eq!(it.due.as_deref(), Some("2029-06-29"));
        assert!(it.why.en.contains("not moved"));
    }
}
