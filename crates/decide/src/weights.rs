//! The attribution rules' weights: `knowledge/attribution/`, one file a class.

use std::{collections::BTreeMap, sync::OnceLock};

use serde::Deserialize;

/// The files, embedded at build. To add one: write the file, name it here.
pub const FILES: &[model::DataFile] = &[
    ("behaviour", include_str!("../../../knowledge/attribution/behaviour.toml")),
    ("client", include_str!("../../../knowledge/attribution/client.toml")),
    ("countries", include_str!("../../../knowledge/attribution/countries.toml")),
    ("device", include_str!("../../../knowledge/attribution/device.toml")),
    ("link", include_str!("../../../knowledge/attribution/link.toml")),
    ("network", include_str!("../../../knowledge/attribution/network.toml")),
    ("time", include_str!("../../../knowledge/attribution/time.toml")),
    ("token", include_str!("../../../knowledge/attribution/token.toml")),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    class: String,
    #[serde(default)]
    rule: Vec<Rule>,
    #[serde(default)]
    centres: BTreeMap<String, [i32; 2]>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    id: String,
    score: i64,
    #[allow(dead_code, reason = "read by people")]
    when: String,
    #[allow(dead_code, reason = "read by people")]
    source: String,
}

/// Class and weight of every rule, and the centres of countries.
pub struct Weights {
    rules: BTreeMap<String, (String, i64)>,
    centres: BTreeMap<String, [i32; 2]>,
}

/// Returns the weights; they are parsed once.
pub fn weights() -> &'static Weights {
    static WEIGHTS: OnceLock<Weights> = OnceLock::new();
    WEIGHTS.get_or_init(|| {
        let mut it = Weights { rules: BTreeMap::new(), centres: BTreeMap::new() };
        for (_, text) in FILES {
            // The files are embedded and a test parses each: a bad one never ships.
            let Ok(file) = toml::from_str::<File>(text) else { continue };
            for rule in file.rule {
                it.rules.insert(rule.id, (file.class.clone(), rule.score));
            }
            it.centres.extend(file.centres);
        }
        it
    })
}

impl Weights {
    /// Class and weight of a rule.
    pub fn of(&self, rule: &str) -> (&str, i64) {
        self.rules.get(rule).map(|(class, score)| (class.as_str(), *score)).unwrap_or(("", 0))
    }

    /// Distance between the centres of two countries in km; `None` if one is not known.
    pub fn distance(&self, a: &str, b: &str) -> Option<u32> {
        let (a, b) = (self.centres.get(a)?, self.centres.get(b)?);
        let rad = |it: i32| f64::from(it).to_radians();
        let (lat, lon) = (rad(a[0] - b[0]), rad(a[1] - b[1]));
        let h = (lat / 2.0).sin().powi(2)
            + rad(a[0]).cos() * rad(b[0]).cos() * (lon / 2.0).sin().powi(2);
        // Rounded to 100 km: the last bit of a sine must not decide anything.
        Some(((12742.0 * h.sqrt().min(1.0).asin()) / 100.0).round() as u32 * 100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_parses_and_every_rule_has_one_class() {
        let mut seen = std::collections::BTreeSet::new();
        for (stem, text) in FILES {
            let file: File = toml::from_str(text).unwrap_or_else(|err| panic!("{stem}: {err}"));
            assert!(*stem == file.class || *stem == "countries");
            assert!(file.rule.iter().all(|rule| seen.insert(rule.id.clone())), "{stem}");
        }
        assert_eq!(weights().of("network_new_country"), ("network", 220));
        assert_eq!(weights().distance("JP", "NL"), Some(9200));
    }
}
