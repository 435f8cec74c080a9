//! A small, sound export of every format, for tests that go over all of them.
//!
//! Each stands in `samples/` as `<format>.<ending>`, made up, with five rows; a format that is read
//! in several shapes may have several. Where a field takes free text it holds `{text}` (in JSON text
//! inside a cell or a string `{json}`), which the test fills in; `.xlsx.csv` becomes a workbook.
//! Those of formats that are no text are made by code.

use std::{fs, path::Path};

// This file is included elsewhere too: what it needs stands beside it.
use super::pst_sample;

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
    found.push(Sample {
        id: "mailbox_msg".to_owned(),
        name: "mailbox_msg.msg".to_owned(),
        bytes: message(text),
    });
    found.extend(made(text));
    found.sort_by(|a, b| a.name.cmp(&b.name));
    found
}

impl Sample {
    /// Whether the file is one row.
    pub(crate) fn is_one_row(&self) -> bool {
        matches!(self.id.as_str(), "mailbox_eml" | "mailbox_msg")
    }

    /// Whether its rows are no lines of text: any byte of it may be part of its structure.
    pub(crate) fn is_binary(&self) -> bool {
        matches!(self.id.as_str(), "mailbox_msg" | "mailbox_pst" | "list_nk2")
    }
}

/// A message of Outlook: one recipient, one file, a message attached as such, text in CP932.
pub(crate) fn message(text: &str) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create(std::io::Cursor::new(Vec::new())).unwrap();
    let mut put = |path: &str, bytes: &[u8]| {
        let folder = path.rsplit_once('/').map_or("", |it| it.0);
        if !folder.is_empty() {
            file.create_storage_all(folder).unwrap();
        }
        std::io::Write::write_all(&mut file.create_stream(path).unwrap(), bytes).unwrap();
    };
    let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let narrow = |text: &str| encoding_rs::SHIFT_JIS.encode(text).0.into_owned();
    let fixed = |header: usize, entries: &[(u32, u64)]| {
        let mut out = vec![0; header];
        for (tag, value) in entries {
            out.extend(tag.to_le_bytes());
            out.extend([6, 0, 0, 0]);
            out.extend(value.to_le_bytes());
        }
        out
    };
    // 2025-10-21T00:00:00Z
    let sent = 134_054_784_000_000_000;
    let root =
        fixed(32, &[(0x0039_0040, sent), (0x0e06_0040, sent + 50_000_000), (0x3ffd_0003, 932)]);
    put("/__properties_version1.0", &root);
    put("/__substg1.0_001A001F", &wide("IPM.Note"));
    put("/__substg1.0_0037001F", &wide(text));
    put("/__substg1.0_1035001F", &wide("<m1@example.com>"));
    put("/__substg1.0_0042001E", &narrow("山田 太郎"));
    put("/__substg1.0_5D02001F", &wide("taro@example.com"));
    put("/__substg1.0_1000001E", &narrow("ご請求書の件 https://link.example/path"));
    let recipient = "/__recip_version1.0_#00000000";
    put(&format!("{recipient}/__properties_version1.0"), &fixed(8, &[(0x0c15_0003, 3)]));
    put(&format!("{recipient}/__substg1.0_3001001E"), &narrow("佐藤\0"));
    put(&format!("{recipient}/__substg1.0_39FE001F"), &wide("Sato@example.or.jp"));
    let attached = "/__attach_version1.0_#00000000";
    put(&format!("{attached}/__properties_version1.0"), &fixed(8, &[(0x3705_0003, 1)]));
    put(&format!("{attached}/__substg1.0_3707001E"), &narrow("見積.pdf"));
    put(&format!("{attached}/__substg1.0_37010102"), b"%PDF");
    let embedded = "/__attach_version1.0_#00000001";
    put(&format!("{embedded}/__properties_version1.0"), &fixed(8, &[(0x3705_0003, 5)]));
    put(&format!("{embedded}/__substg1.0_3701000D/__properties_version1.0"), &fixed(24, &[]));
    put(&format!("{embedded}/__substg1.0_3701000D/__substg1.0_0037001F"), &wide("inner"));
    file.flush().unwrap();
    file.into_inner().into_inner()
}

/// Files that are no text are made here.
fn made(text: &str) -> [Sample; 2] {
    let file = |id: &str, ending: &str, bytes| Sample {
        id: id.to_owned(),
        name: format!("{id}.{ending}"),
        bytes,
    };
    let people = ["a", "b", "c", "d", "e"].map(|it| (text, format!("{it}@example.com")));
    let people = people.each_ref().map(|it| (it.0, it.1.as_str()));
    [
        file("mailbox_pst", "pst", pst_sample::five(text).bytes()),
        file("list_nk2", "nk2", pst_sample::cache(&people)),
    ]
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
