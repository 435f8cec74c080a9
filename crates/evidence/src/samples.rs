//! A small, sound export of every format, for tests that go over all of them.
//!
//! Each stands in `samples/` as `<format>.<ending>`, made up, with five rows; a format that is read
//! in several shapes may have several. Where a field takes free text it holds `{text}` (in JSON text
//! inside a cell or a string `{json}`), which the test fills in; `.xlsx.csv` becomes a workbook.

use std::{fs, path::Path};

/// One sample.
pub(crate) struct Sample {
    /// The format it is of.
    pub(crate) id: String,
    /// Its file name.
    pub(crate) name: String,
    /// Its content.
    pub(crate) bytes: Vec<u8>,
}

/// All samples with a text in every free field, by name.
pub(crate) fn all(text: &str) -> Vec<Sample> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("evidence/samples");
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let (id, ending) = name.split_once('.').unwrap();
        let written = fs::read_to_string(&path).unwrap();
        let bytes = match ending {
            "xlsx.csv" => workbook(&written, text),
            _ => filled(&written, ending, text).into_bytes(),
        };
        let name = name.replace(".xlsx.csv", ".xlsx");
        found.push(Sample { id: id.to_owned(), name, bytes });
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

fn filled(written: &str, ending: &str, text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap();
    let json = &quoted[1..quoted.len() - 1];
    let line = text.replace(['\r', '\n'], " ");
    let text = match ending {
        "csv" => text.replace('"', "\"\""),
        "json" | "jsonl" => json.to_owned(),
        "log" => line.replace('\\', "\\\\").replace('"', "\\\""),
        "clixml" => clixml(text),
        _ => line,
    };
    let json = match ending {
        "csv" => json.replace('"', "\"\""),
        _ => json.replace('\\', "\\\\").replace('"', "\\\""),
    };
    written.replace("{text}", &text).replace("{json}", &json)
}

/// As `Export-Clixml` writes a text: markup as references, control characters as `_x001B_`.
fn clixml(text: &str) -> String {
    let one = |it: char| match it {
        '&' => "&amp;".to_owned(),
        '<' => "&lt;".to_owned(),
        '>' => "&gt;".to_owned(),
        it if it.is_control() => format!("_x{:04X}_", u32::from(it)),
        it => it.to_string(),
    };
    text.chars().map(one).collect()
}

fn workbook(written: &str, text: &str) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, line) in (0_u32..).zip(written.lines()) {
        for (column, cell) in (0_u16..).zip(line.split(',')) {
            let cell = cell.trim_matches('"').replace("{text}", text);
            sheet.write_string(row, column, cell).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}
