//! What does a law ask, by when? Rules as data: `laws/`.

use std::{collections::BTreeMap, sync::OnceLock};

use jiff::{ToSpan, civil::Date};
use serde::Deserialize;

use crate::calendar::{self, Calendar};

/// The files, one a jurisdiction, embedded at build. To add one: write the file, name it here.
pub const FILES: &[model::DataFile] = &[("jp", include_str!("../../../laws/jp.toml"))];

/// One law of one jurisdiction.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Law {
    /// The word used in a case file.
    pub jurisdiction: String,
    /// Title, in the law's language.
    pub title: String,
    /// Name of the calendar of the authority.
    pub calendar: String,
    /// Zone in which its days are counted.
    pub timezone: String,
    /// First day on which this version was in force.
    pub valid_from: String,
    /// First day on which another version is in force; empty if none is known.
    pub valid_to: String,
    /// When a person last compared the file with the law.
    pub reviewed: String,
    /// What sets a duty off.
    pub trigger: Vec<Trigger>,
    /// What is due.
    pub deadline: Vec<Due>,
    /// Worked examples, run as tests.
    pub example: Vec<Example>,
}

/// What sets a duty off.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trigger {
    /// Id.
    pub id: String,
    /// Name, in the law's language.
    pub label: String,
    /// All must hold.
    pub when: Vec<Test>,
    /// `triggered` or `review`.
    pub unknown_as: String,
    /// Where it stands.
    pub source: String,
}

/// One test of one fact.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Test {
    /// Fact.
    pub fact: String,
    /// Wanted truth.
    #[serde(default)]
    pub is: Option<bool>,
    /// Least number.
    #[serde(default)]
    pub at_least: Option<u64>,
}

/// What is due.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Due {
    /// Id, as findings name it.
    pub id: String,
    /// Name, in the law's language.
    pub label: String,
    /// Whether the day is a fixed limit.
    pub hard: bool,
    /// `days`, `guide` (a customary number of days) or `promptly` (no number).
    pub counts: String,
    /// For a guide: from which to which day.
    #[serde(default)]
    pub guide: Option<[u32; 2]>,
    /// Whether a last day on which the authority is closed moves to the next open one.
    #[serde(default)]
    pub rolls: bool,
    /// The rule, as a reader quotes it.
    pub rule: String,
    /// The first whose trigger is on tells the number of days.
    pub choose: Vec<Choice>,
    /// Where it stands.
    pub source: String,
}

/// Number of days for a set of triggers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Any of these triggers.
    pub any: Vec<String>,
    /// Days, the day of knowing being the first.
    pub days: u32,
}

/// A worked example.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the names are the meaning")]
pub struct Example {
    pub knowledge: String,
    pub raw30: String,
    pub due30: String,
    pub raw60: String,
    pub due60: String,
    pub wrong_excl30: String,
    pub wrong_excl60: String,
    pub why: String,
}

/// Returns the law of a jurisdiction, as a case file names it.
pub fn law(jurisdiction: &str) -> Option<&'static Law> {
    static LAWS: OnceLock<BTreeMap<String, Law>> = OnceLock::new();
    let all = LAWS.get_or_init(|| {
        let files = FILES.iter().filter_map(|(_, text)| toml::from_str::<Law>(text).ok());
        files.map(|it| (it.jurisdiction.clone(), it)).collect()
    });
    all.get(jurisdiction.trim().to_lowercase().as_str())
}

impl Law {
    /// Tells whether this version was in force on the day of knowing.
    pub fn in_force(&self, day: Date) -> bool {
        let from = self.valid_from.parse::<Date>().is_ok_and(|it| it <= day);
        let to = self.valid_to.is_empty() || self.valid_to.parse::<Date>().is_ok_and(|it| day < it);
        from && to
    }

    /// The calendar of its authority.
    pub fn calendar(&self) -> Option<&'static Calendar> {
        calendar::calendar(&self.calendar)
    }
}

/// The n-th day, the day of knowing being the first: an authority's way of counting, one day
/// shorter than adding n days.
pub fn nth_day(known: Date, n: u32) -> Option<Date> {
    known.checked_add(i64::from(n.max(1) - 1).days()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_parses_goes_by_its_name_and_has_a_calendar() {
        for (stem, text) in FILES {
            let law: Law = toml::from_str(text).unwrap_or_else(|err| panic!("{stem}: {err}"));
            assert_eq!(law.jurisdiction, *stem);
            assert!(law.calendar().is_some(), "{stem}");
            assert!(
                law.valid_from.parse::<Date>().is_ok() && law.reviewed.parse::<Date>().is_ok(),
                "{stem}"
            );
            assert!(!law.example.is_empty(), "{stem}: a law without worked examples");
            let ids: Vec<&str> = law.trigger.iter().map(|it| it.id.as_str()).collect();
            for due in &law.deadline {
                assert!(
                    ["days", "guide", "promptly"].contains(&due.counts.as_str()),
                    "{stem}: {}",
                    due.id
                );
                assert!(
                    due.choose.iter().flat_map(|it| &it.any).all(|it| ids.contains(&it.as_str())),
                    "{stem}: {}",
                    due.id
                );
                assert_eq!(due.counts == "guide", due.guide.is_some(), "{stem}: {}", due.id);
            }
            for trigger in &law.trigger {
                assert!(
                    ["triggered", "review"].contains(&trigger.unknown_as.as_str()),
                    "{stem}: {}",
                    trigger.id
                );
                assert!(
                    trigger.when.iter().all(|it| it.is.is_some() != it.at_least.is_some()),
                    "{stem}: {}",
                    trigger.id
                );
            }
        }
    }

    #[test]
    fn every_worked_example_comes_out() {
        for law in FILES.iter().map(|(stem, _)| law(stem).unwrap()) {
            let calendar = law.calendar().unwrap();
            for it in &law.example {
                let known: Date = it.knowledge.parse().unwrap();
                let due = |n| calendar.open_from(nth_day(known, n).unwrap()).unwrap().to_string();
                let raw = |n| nth_day(known, n).unwrap().to_string();
                assert_eq!((raw(30), due(30)), (it.raw30.clone(), it.due30.clone()), "{}", it.why);
                assert_eq!((raw(60), due(60)), (it.raw60.clone(), it.due60.clone()), "{}", it.why);
                // Who leaves out the first day comes to other days; sometimes closed days hide it.
                assert_eq!(
                    (due(31), due(61)),
                    (it.wrong_excl30.clone(), it.wrong_excl60.clone()),
                    "{}",
                    it.why
                );
            }
        }
    }
}
