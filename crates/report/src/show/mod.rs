//! One part of the answer: as a table for a terminal, as CSV, as JSON.

mod bars;
mod parts;

use model::{Phrase, Untrusted, findings::Findings};

use crate::{
    Language,
    names::{safe, without_links},
    width::{columns, pad, wrap},
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

/// Writes a part for a terminal no wider than `width`: as a table if every cell fits whole, else each
/// row as an entry of labelled values. Nothing is cut: an address cut short names nobody.
pub fn show_table(
    findings: &Findings,
    part: &str,
    language: &Language,
    width: usize,
) -> Result<String, UnknownPart> {
    if part == "coverage" {
        return Ok(bars::coverage(findings, *language, width));
    }
    let part = parts::rows(findings, part, *language, true)?;
    if part.rows.is_empty() {
        return Ok(language.word(Phrase::new("show.nothing", "none")) + "\n");
    }
    let cells: Vec<Vec<String>> = std::iter::once(&part.head)
        .chain(&part.rows)
        .map(|row| row.iter().map(|it| safe(it)).collect())
        .collect();
    let widths = natural(&cells);
    let whole = widths.iter().sum::<usize>() + widths.len().saturating_sub(1) * 2;
    Ok(if whole <= width { table(&cells, &widths) } else { entries(&cells, width, *language) })
}

fn table(cells: &[Vec<String>], widths: &[usize]) -> String {
    let mut out = String::new();
    for (at, row) in cells.iter().enumerate() {
        let line: Vec<String> = row.iter().zip(widths).map(|(it, w)| pad(it, *w)).collect();
        out.push_str(line.join("  ").trim_end());
        out.push('\n');
        if at == 0 {
            let rule: Vec<String> = widths.iter().map(|it| "─".repeat(*it)).collect();
            out.push_str(&rule.join("  "));
            out.push('\n');
        }
    }
    out
}

/// The first two cells of each row on its first line, the others below with their labels.
fn entries(cells: &[Vec<String>], width: usize, language: Language) -> String {
    let width = width.max(20);
    let mut out = String::new();
    let Some((head, rows)) = cells.split_first() else { return out };
    for row in rows {
        let first: Vec<&str> =
            row.iter().take(2).map(String::as_str).filter(|it| !it.is_empty()).collect();
        for line in wrap(&first.join("  "), width) {
            out.push_str(&line);
            out.push('\n');
        }
        let rest = head.iter().zip(row).skip(2).filter(|(_, value)| !value.is_empty());
        let pair = Phrase::new("show.pair", "{label}: {value}");
        let rest =
            rest.map(|(label, value)| language.say(pair, &[("label", label), ("value", value)]));
        for line in filled(rest, width - 4) {
            out.push_str("    ");
            out.push_str(&line);
            out.push('\n');
        }
    }
    out
}

/// Labelled values, as many on a line as fit whole; a long one has lines of its own.
fn filled(values: impl Iterator<Item = String>, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for value in values {
        match lines.last_mut() {
            Some(line) if columns(line) + 3 + columns(&value) <= width => {
                line.push_str("   ");
                line.push_str(&value);
            }
            _ => lines.extend(wrap(&value, width)),
        }
    }
    lines
}

fn natural(cells: &[Vec<String>]) -> Vec<usize> {
    let count = cells.first().map_or(0, Vec::len);
    let widest = |at: usize| cells.iter().filter_map(|row| row.get(at)).map(|it| columns(it)).max();
    (0..count).map(|at| widest(at).unwrap_or(0)).collect()
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
    fn no_address_is_cut_on_a_narrow_terminal() {
        let findings = sample::founding();
        for part in ["accounts", "sessions", "evidence", "scopes"] {
            for language in Language::all() {
                let table = show_table(&findings, part, language, 60).unwrap();
                assert!(!table.contains('…'), "{table}");
                assert!(table.lines().all(|it| columns(it) <= 60), "{table}");
            }
        }
        let accounts = show_table(&findings, "accounts", &EN, 60).unwrap();
        assert!(findings.accounts.iter().all(|it| accounts.contains(&it.account)), "{accounts}");
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
