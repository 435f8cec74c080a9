//! One part of the answer: as a table for a terminal, as CSV, as JSON.

mod parts;

use model::{Untrusted, findings::Findings};

use crate::{
    Language,
    names::{safe, without_links},
    width::{columns, cut, pad},
};

/// The parts that can be shown.
pub const SHOW_PARTS: &[&str] = &[
    "accounts",
    "sessions",
    "scopes",
    "mail",
    "people",
    "coverage",
    "evidence",
    "deadlines",
    "persistence",
];

/// Narrowest a column is cut to.
const NARROWEST: usize = 6;

/// No part has this name.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UnknownPart(pub String);

impl std::fmt::Display for UnknownPart {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no part «{}»; there are: {}", safe(&self.0), SHOW_PARTS.join(" "))
    }
}

impl std::error::Error for UnknownPart {}

/// A part in rows: headings in the reader's language, cells as they stand in the findings.
pub(crate) struct Rows {
    pub(crate) head: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// Writes a part as a table no wider than `width`; long cells are cut, CSV and JSON hold them whole.
pub fn show_table(
    findings: &Findings,
    part: &str,
    language: &Language,
    width: usize,
) -> Result<String, UnknownPart> {
    let part = parts::rows(findings, part, *language, true)?;
    let cells: Vec<Vec<String>> = std::iter::once(&part.head)
        .chain(&part.rows)
        .map(|row| row.iter().map(|it| safe(it)).collect())
        .collect();
    let widths = fitted(&cells, width);
    let mut out = String::new();
    for (at, row) in cells.iter().enumerate() {
        let line: Vec<String> =
            row.iter().zip(&widths).map(|(it, w)| pad(&cut(it, *w), *w)).collect();
        out.push_str(line.join("  ").trim_end());
        out.push('\n');
        if at == 0 {
            let rule: Vec<String> = widths.iter().map(|it| "─".repeat(*it)).collect();
            out.push_str(&rule.join("  "));
            out.push('\n');
        }
    }
    Ok(out)
}

/// Widths of the columns: the widest is narrowed until all fit.
fn fitted(cells: &[Vec<String>], width: usize) -> Vec<usize> {
    let count = cells.first().map_or(0, Vec::len);
    let mut widths: Vec<usize> = (0..count)
        .map(|at| {
            cells.iter().filter_map(|row| row.get(at)).map(|it| columns(it)).max().unwrap_or(0)
        })
        .collect();
    let between = count.saturating_sub(1) * 2;
    while widths.iter().sum::<usize>() + between > width {
        let Some(widest) = widths.iter_mut().max_by_key(|it| **it) else { break };
        if *widest <= NARROWEST {
            break;
        }
        *widest -= 1;
    }
    widths
}

/// Writes a part as CSV for a spreadsheet: UTF-8 with mark, CRLF, every cell quoted, none a formula.
pub fn show_csv(
    findings: &Findings,
    part: &str,
    language: &Language,
) -> Result<String, UnknownPart> {
    let part = parts::rows(findings, part, *language, false)?;
    let mut out = String::from("\u{feff}");
    for row in std::iter::once(&part.head).chain(&part.rows) {
        let cells: Vec<String> = row.iter().map(|it| cell(it)).collect();
        out.push_str(&cells.join(","));
        out.push_str("\r\n");
    }
    Ok(out)
}

fn cell(text: &str) -> String {
    format!("\"{}\"", Untrusted::from(without_links(text)).for_cell().replace('"', "\"\""))
}

/// The part as JSON: the array (or object) of that name in the findings; coverage by scope.
pub fn show_json(findings: &Findings, part: &str) -> Result<serde_json::Value, UnknownPart> {
    let value = match part {
        "accounts" => serde_json::to_value(&findings.accounts),
        "sessions" => serde_json::to_value(&findings.sessions),
        "scopes" => serde_json::to_value(&findings.scopes),
        "mail" => serde_json::to_value(&findings.mail),
        "people" => serde_json::to_value(&findings.people),
        "evidence" => serde_json::to_value(&findings.evidence),
        "deadlines" => serde_json::to_value(&findings.deadlines),
        "persistence" => serde_json::to_value(&findings.persistence),
        "coverage" => Ok(coverage(findings)),
        other => return Err(UnknownPart(other.to_owned())),
    };
    // The findings hold only strings, numbers and lists of them: writing them cannot fail.
    Ok(value.unwrap_or(serde_json::Value::Null))
}

fn coverage(findings: &Findings) -> serde_json::Value {
    let scopes = findings.scopes.iter();
    scopes.map(|it| serde_json::json!({"scope": it.scope, "coverage": it.coverage})).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EN, JA, sample};

    #[test]
    fn every_part_shows_in_every_form() {
        let findings = sample::founding();
        for part in SHOW_PARTS {
            for language in Language::all() {
                let table = show_table(&findings, part, language, 100).unwrap();
                assert!(table.lines().all(|it| columns(it) <= 100), "{table}");
                assert!(show_csv(&findings, part, language).unwrap().starts_with('\u{feff}'));
            }
            assert!(!show_json(&findings, part).unwrap().is_null(), "{part}");
        }
    }

    #[test]
    fn an_unknown_part_names_the_known_ones() {
        let error = show_json(&sample::founding(), "nothing").unwrap_err();
        assert!(error.to_string().contains("persistence"));
    }

    #[test]
    fn no_cell_is_a_formula_and_nothing_acts() {
        let findings = sample::hostile();
        for part in SHOW_PARTS {
            let csv = show_csv(&findings, part, &EN).unwrap();
            for line in csv.trim_start_matches('\u{feff}').split("\r\n") {
                assert!(
                    !line
                        .split("\",\"")
                        .any(|it| it.trim_start_matches('"').starts_with(['=', '@', '+'])),
                    "{line}"
                );
            }
            let table = show_table(&findings, part, &JA, 80).unwrap();
            assert!(table.chars().all(|c| c == '\n' || !c.is_control()), "{table}");
            assert!(!table.contains('\u{202e}') && !csv.contains('\u{202e}'));
        }
    }
}
