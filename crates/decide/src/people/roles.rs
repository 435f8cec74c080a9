//! Is an address a role's, behind which several persons may be? `knowledge/addresses/`.

use std::{collections::BTreeSet, sync::OnceLock};

use serde::Deserialize;

/// The files, embedded at build. To add one: write the file, name it here.
pub const FILES: &[model::DataFile] =
    &[("roles", include_str!("../../../../knowledge/addresses/roles.toml"))];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    role: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[allow(dead_code, reason = "read by people")]
    what: String,
    names: Vec<String>,
    #[allow(dead_code, reason = "read by people")]
    source: String,
}

fn names() -> &'static BTreeSet<String> {
    static NAMES: OnceLock<BTreeSet<String>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let files = FILES.iter().filter_map(|(_, text)| toml::from_str::<File>(text).ok());
        files.flat_map(|it| it.role).flat_map(|it| it.names).map(|it| folded(&it)).collect()
    })
}

/// Dashes, dots, underlines and numbers at the end do not make another role: `info-2`, `e.gyo`.
fn folded(local: &str) -> String {
    let letters: String = local.chars().filter(|c| !matches!(c, '-' | '_' | '.')).collect();
    letters.trim_end_matches(|c: char| c.is_ascii_digit()).to_lowercase()
}

/// Tells whether the part before the `@` is a role's name.
pub fn is_role(address: &str) -> bool {
    let local = address.split('@').next().unwrap_or_default();
    let local = local.split('+').next().unwrap_or_default();
    let folded = folded(local);
    !folded.is_empty() && names().contains(&folded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_parses_and_no_name_stands_twice() {
        let mut seen = BTreeSet::new();
        for (stem, text) in FILES {
            let file: File = toml::from_str(text).unwrap_or_else(|err| panic!("{stem}: {err}"));
            for name in file.role.iter().flat_map(|it| &it.names) {
                assert!(seen.insert(folded(name)), "{stem}: {name}");
            }
        }
    }

    #[test]
    fn a_role_is_known_by_its_name_and_a_person_is_none() {
        for it in [
            "info@x.jp",
            "INFO2@x.jp",
            "no-reply@x.jp",
            "sales+jp@x.jp",
            "soumu@x.jp",
            "jinji@x.jp",
        ] {
            assert!(is_role(it), "{it}");
        }
        for it in ["taro@x.jp", "info.taro@x.jp", "sato1@x.jp", "", "@x.jp", "123@x.jp"] {
            assert!(!is_role(it), "{it}");
        }
    }
}
