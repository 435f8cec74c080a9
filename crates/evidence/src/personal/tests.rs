use std::{collections::BTreeMap, io::Write as _};

use super::{
    text::{Extracted, Why, extract},
    *,
};

const SET: &str = include_str!("labelled.txt");

/// Snippets: the kinds that stand in it, and the text.
fn snippets() -> Vec<(Vec<PersonalKind>, String)> {
    let lines = SET.lines().filter(|it| !it.starts_with('#') && !it.is_empty());
    lines
        .map(|line| {
            let (kinds, text) = line.split_once('\t').unwrap_or_else(|| panic!("{line}"));
            let kind = |word: &str| {
                PersonalKind::ALL
                    .into_iter()
                    .find(|it| it.word() == word)
                    .unwrap_or_else(|| panic!("{word}"))
            };
            let kinds = kinds.split('+').filter(|it| *it != "-").map(kind).collect();
            (kinds, text.replace('|', "\n"))
        })
        .collect()
}

/// Snippets that were judged wrongly, for whoever betters the rules.
fn mistakes() -> String {
    let mut lines = String::new();
    for (kinds, text) in snippets() {
        let seen: Vec<PersonalKind> = scan(&text).counts().into_iter().map(|it| it.0).collect();
        if kinds.iter().any(|it| !seen.contains(it)) || seen.iter().any(|it| !kinds.contains(it)) {
            lines += &format!("{text:?}: {kinds:?}, seen {seen:?}\n");
        }
    }
    lines
}

/// By kind: found rightly, found wrongly, missed.
fn measured() -> BTreeMap<PersonalKind, [u32; 3]> {
    let mut found: BTreeMap<PersonalKind, [u32; 3]> = BTreeMap::new();
    for (kinds, text) in snippets() {
        let seen: Vec<PersonalKind> = scan(&text).counts().into_iter().map(|it| it.0).collect();
        for kind in PersonalKind::ALL {
            let it = found.entry(kind).or_default();
            match (kinds.contains(&kind), seen.contains(&kind)) {
                (true, true) => it[0] += 1,
                (false, true) => it[1] += 1,
                (true, false) => it[2] += 1,
                (false, false) => {}
            }
        }
    }
    found
}

/// The lines that stand in the module's doc.
fn figures() -> String {
    let all = snippets();
    let ja = all.iter().filter(|it| !it.1.is_ascii()).count();
    let misses = all.iter().filter(|it| it.0.is_empty()).count();
    let mut lines = format!(
        "//! {} snippets, {ja} of them with Japanese, {misses} near misses.\n//!\n//! | kind | right | wrong | missed | precision | recall |\n//! |---|---|---|---|---|---|\n",
        all.len()
    );
    for (kind, [right, wrong, missed]) in measured() {
        let share = |of: u32| {
            if of == 0 {
                "-".to_owned()
            } else {
                format!("{:.2}", f64::from(right) / f64::from(of))
            }
        };
        lines += &format!(
            "//! | {} | {right} | {wrong} | {missed} | {} | {} |\n",
            kind.word(),
            share(right + wrong),
            share(right + missed)
        );
    }
    lines
}

#[test]
fn the_doc_says_what_the_labelled_set_measures() {
    assert!(snippets().len() >= 200);
    let doc = include_str!("../personal.rs");
    let wanted = figures();
    assert!(doc.contains(&wanted), "the doc must say:\n{wanted}\n{}", mistakes());
}

#[test]
fn places_are_where_it_stands_and_never_overlap() {
    let text = "氏名：佐藤　電話：０３－１２３４－５６７８、携帯 090-1234-5678。";
    let it = scan(text);
    let found: Vec<&str> = it.places.iter().map(|it| &text[it.range.clone()]).collect();
    assert_eq!(found, ["０３－１２３４－５６７８", "090-1234-5678"]);
    assert_eq!(it.counts(), [(PersonalKind::Phone, 2)]);
}

#[test]
fn the_words_are_sound() {
    let file: words::File = toml::from_str(words::FILE).unwrap();
    let mut seen = std::collections::BTreeSet::new();
    for row in &file.word {
        assert!(["ja", "en"].contains(&row.language.as_str()));
        for word in &row.words {
            assert!(seen.insert(word.clone()), "{word}");
        }
        for long in &row.not {
            assert!(
                row.words.iter().any(|it| long.to_lowercase().contains(&it.to_lowercase())),
                "{long} contains no word"
            );
        }
    }
}

fn zipped(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn kinds(bytes: &[u8]) -> Vec<&'static str> {
    match extract(bytes) {
        Extracted::Text { text, .. } => {
            scan(&text).counts().into_iter().map(|it| it.0.word()).collect()
        }
        Extracted::Not(why) => vec![why.word()],
    }
}

#[test]
fn documents_workbooks_pages_and_texts_are_looked_into() {
    let docx = zipped(&[
        ("[Content_Types].xml", "<Types/>"),
        (
            "word/document.xml",
            r#"<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>電話 03-12</w:t></w:r><w:r><w:t>34-5678</w:t></w:r></w:p><w:p><w:r><w:t>A &amp; B</w:t></w:r></w:p></w:body></w:document>"#,
        ),
        ("word/footer1.xml", r#"<w:ftr xmlns:w="w"><w:p><w:t>DOB: 1980-04-05</w:t></w:p></w:ftr>"#),
    ]);
    assert_eq!(kinds(&docx), ["phone", "birth_date"]);
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write(0, 0, "口座番号").unwrap();
    sheet.write(0, 1, "1234567").unwrap();
    assert_eq!(kinds(&book.save_to_buffer().unwrap()), ["bank_account"]);
    assert_eq!(kinds("<html><style>p{tel:0}</style><p>Tel: <b>03</b>-1234-5678&nbsp;</p><script>090-1234-5678</script></html>".as_bytes()), ["phone"]);
    let (sjis, _, _) =
        encoding_rs::SHIFT_JIS.encode("連絡先は、電話 03-1234-5678 までお願いいたします。");
    assert_eq!(kinds(&sjis), ["phone"]);
}

/// A PDF of so many pages, each with this text.
fn pdf(text: &str, pages: usize) -> Vec<u8> {
    use lopdf::{
        Document, Object, Stream,
        content::{Content, Operation},
        dictionary,
    };
    let mut it = Document::with_version("1.5");
    let root = it.new_object_id();
    let font = it.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Courier", "Encoding" => "WinAnsiEncoding" });
    let operations = vec![
        Operation::new("BT", vec![]),
        Operation::new("Tf", vec!["F1".into(), 12.into()]),
        Operation::new("Td", vec![50.into(), 600.into()]),
        Operation::new("Tj", vec![Object::string_literal(text)]),
        Operation::new("ET", vec![]),
    ];
    let mut stream = Stream::new(dictionary! {}, Content { operations }.encode().unwrap());
    stream.compress().unwrap();
    let content = it.add_object(stream);
    let kids: Vec<Object> = (0..pages)
        .map(|_| {
            let page = dictionary! {
                "Type" => "Page", "Parent" => root, "Contents" => content,
                "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
                "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
            };
            it.add_object(page).into()
        })
        .collect();
    let count = i64::try_from(pages).unwrap();
    it.objects
        .insert(root, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count }.into());
    let catalog = it.add_object(dictionary! { "Type" => "Catalog", "Pages" => root });
    it.trailer.set("Root", catalog);
    if text == BY_NUMBER {
        it.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type0", "BaseFont" => "A" });
    }
    let mut bytes = Vec::new();
    it.save_to(&mut bytes).unwrap();
    bytes
}

const BY_NUMBER: &str = "text of a composite font";

#[test]
fn a_pdf_is_looked_into_page_by_page() {
    assert_eq!(kinds(&pdf("Tel. 03-1234-5678, DOB 1980-04-05", 3)), ["phone", "birth_date"]);
    let Extracted::Text { cut, .. } = extract(&pdf("more", 600)) else { panic!() };
    assert!(cut, "not every page was looked at");
}

#[test]
fn what_is_not_looked_into_says_so() {
    assert_eq!(extract(b"%PDF-1.7\n"), Extracted::Not(Why::Damaged));
    assert_eq!(extract(&pdf("   ", 1)), Extracted::Not(Why::NoText));
    assert_eq!(extract(&pdf(BY_NUMBER, 1)), Extracted::Not(Why::Glyphs));
    assert_eq!(
        extract(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01"),
        Extracted::Not(Why::NoText)
    );
    assert_eq!(extract(b"PK\x03\x04garbage"), Extracted::Not(Why::Damaged));
    let mut locked = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    locked.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(extract(&locked), Extracted::Not(Why::Encrypted));
    assert_eq!(extract(&zipped(&[("a.bin", "x")])), Extracted::Not(Why::NoText));
    let bomb = zipped(&[("word/document.xml", &" ".repeat(70 << 20))]);
    assert_eq!(extract(&bomb), Extracted::Not(Why::TooLarge));
}

#[test]
fn a_long_text_is_cut_and_says_so() {
    let long = "あ".repeat(LONGEST / 3 + 10);
    assert!(scan(&long).cut);
    assert!(!scan("短い").cut);
    let many = "090-1234-5678、".repeat(PLACES + 5);
    assert_eq!((scan(&many).places.len(), scan(&many).more), (PLACES, 5));
}

proptest::proptest! {
    /// Whatever stands in a text or a file: no panic, and places are places of it.
    #[test]
    fn nothing_in_a_text_can_break_the_scan(text in "(\\PC|[0-9 +()\\-ー.]{1,20}|〒|東京都|区|昭和|GB82|電話|口座番号|銀行|passport|\n){0,40}") {
        for it in scan(&text).places {
            proptest::prop_assert!(text.get(it.range).is_some_and(|it| !it.is_empty()));
        }
        let _ = text::html(&text);
    }

    /// Whatever byte of a PDF is damaged: no panic, no endless work.
    #[test]
    fn a_damaged_pdf_is_a_damaged_pdf(flips in proptest::collection::vec((proptest::prelude::any::<u16>(), proptest::prelude::any::<u8>()), 1..8)) {
        let mut bytes = pdf("Tel. 03-1234-5678", 2);
        for (at, byte) in flips {
            let at = usize::from(at) % bytes.len();
            bytes[at] = byte;
        }
        let _ = extract(&bytes);
    }

    #[test]
    fn nothing_in_a_file_can_break_the_extraction(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400), head in 0..6_usize) {
        let heads: [&[u8]; 6] = [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<html>", b"\xff\xfe", b"{\\rtf"];
        let _ = extract(&[heads[head], &bytes].concat());
    }
}
