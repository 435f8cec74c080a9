//! What does the error number of a sign-in say? `knowledge/errors/`.

use std::{collections::BTreeMap, sync::OnceLock};

use serde::Deserialize;

/// The files, embedded at build. To add one: write the file, name it here.
pub const FILES: &[model::DataFile] =
    &[("entra", include_str!("../../../knowledge/errors/entra.toml"))];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    error: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    code: i32,
    #[serde(default)]
    password_right: bool,
    #[serde(default = "yes")]
    failure: bool,
    #[allow(dead_code, reason = "read by people")]
    says: String,
}

fn yes() -> bool {
    true
}

fn rows() -> &'static BTreeMap<i32, Row> {
    static ROWS: OnceLock<BTreeMap<i32, Row>> = OnceLock::new();
    ROWS.get_or_init(|| {
        let files = FILES.iter().filter_map(|(_, text)| toml::from_str::<File>(text).ok());
        files.flat_map(|it| it.error).map(|row| (row.code, row)).collect()
    })
}

/// Tells whether the sign-in was stopped after the password had been accepted: whoever tried knew it.
pub fn password_was_right(code: i32) -> bool {
    rows().get(&code).is_some_and(|it| it.password_right)
}

/// Tells whether the number marks a step of an ordinary sign-in, not a refusal: it counts as no attempt.
pub fn is_not_a_failure(code: i32) -> bool {
    rows().get(&code).is_some_and(|it| !it.failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_parses_and_no_number_is_told_twice() {
        let mut seen = std::collections::BTreeSet::new();
        for (stem, text) in FILES {
            let file: File = toml::from_str(text).unwrap_or_else(|err| panic!("{stem}: {err}"));
            for row in file.error {
                assert!(seen.insert(row.code), "{stem}: {}", row.code);
                assert!(
                    row.failure || !row.password_right,
                    "{}: an ordinary step accuses nobody",
                    row.code
                );
            }
        }
    }

    #[test]
    fn a_prompt_for_the_second_factor_means_that_the_password_was_right() {
        assert!([50074, 50076, 50079, 53003, 500121].into_iter().all(password_was_right));
        assert!(![0, -1, 50126, 50034, 50053, 50057].into_iter().any(password_was_right));
        assert!(
            [50140, 50058, 65001].into_iter().all(is_not_a_failure) && !is_not_a_failure(50126)
        );
    }
}
