//! Lists of addresses in every shape an office keeps them in.

use std::io::Write as _;

use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

use super::*;

/// A LibreOffice sheet, made by hand: its cells as text.
fn ods(sheets: &[&[&[&str]]]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    zip.start_file("mimetype", stored).unwrap();
    zip.write_all(b"application/vnd.oasis.opendocument.spreadsheet").unwrap();
    let mut content = String::from(
        r#"<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>"#,
    );
    for (number, rows) in sheets.iter().enumerate() {
        content += &format!(r#"<table:table table:name="s{number}">"#);
        for row in *rows {
            content += "<table:table-row>";
            for cell in *row {
                content += &format!(
                    r#"<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>"#,
                    cell.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
                );
            }
            content += "</table:table-row>";
        }
        content += "</table:table>";
    }
    content += "</office:spreadsheet></office:body></office:document-content>";
    zip.start_file("content.xml", SimpleFileOptions::default()).unwrap();
    zip.write_all(content.as_bytes()).unwrap();
    zip.start_file("META-INF/manifest.xml", SimpleFileOptions::default()).unwrap();
    zip.write_all(b"<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>").unwrap();
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_libreoffice_sheet_is_a_file_and_no_archive() {
    let cover: &[&[&str]] = &[&["会員名簿"], &["2025年度"]];
    let list: &[&[&str]] = &[
        &["会員名簿（2025年度）", "", ""],
        &["氏名", "所属", "メールアドレス"],
        &["山田", "甲", "佐藤 <sato@x.jp>, ｔａｒｏ＠ｘ．ｊｐ"],
        &["花子", "乙", "なし"],
    ];
    let seen = seen(ods(&[cover, list]));
    assert_eq!((seen.format, seen.kind), (Some("list_workbook"), Kind::List));
    let found: Vec<String> = seen.addresses().into_iter().filter(|it| !it.is_empty()).collect();
    assert_eq!(found, ["sato@x.jp taro@x.jp"]);
    assert!(seen.reading.warnings.is_empty(), "bytes of a workbook are no damaged text");
    assert!(seen.lists().iter().any(|it| it.name == "花子" && it.organisation == "乙"));
}

#[test]
fn a_title_above_the_header_hides_no_delimiter() {
    let text = "会員名簿（2025年度）\n\nNo.;氏名;メールアドレス;予備メール\n1;山田;a@x.jp;\n2;花子;;b@x.jp\n3;鈴木;なし;\n";
    for delimiter in [";", "\t", ","] {
        let text = text.replace(';', delimiter);
        for bytes in [text.as_bytes().to_vec(), cp932(&text), utf16(&text, false)] {
            let seen = seen(bytes);
            assert_eq!(seen.format, Some("list_table"), "{delimiter:?}");
            assert_eq!(seen.addresses(), ["", "a@x.jp", "b@x.jp", ""]);
            assert_eq!(seen.reading.address_column, "メールアドレス, 予備メール");
            assert_eq!((seen.reading.unreadable, seen.lists()[1].name.as_str()), (1, "山田"));
        }
    }
}

#[test]
fn euc_and_iso_2022_read_as_the_others_do() {
    let text = "氏名,メール\n高橋 花子,ｈａｎａ＠ｘ．ｊｐ\nなし,なし\n";
    for encoding in [encoding_rs::EUC_JP, encoding_rs::ISO_2022_JP] {
        let seen = seen(encoding.encode(text).0);
        assert_eq!(seen.reading.encoding, encoding.name());
        assert_eq!(
            (seen.addresses(), seen.reading.unreadable),
            (vec!["hana@x.jp".into(), String::new()], 1)
        );
        assert_eq!(seen.lists()[0].name, "高橋 花子");
    }
}

#[test]
fn an_address_is_found_however_it_is_written() {
    let text = "名前,連絡先\nA,\"=\"\"a@x.jp\"\"\"\nB,'b@x.jp\nC,mailto:c@x.jp?subject=x\nD,ｄ＠ｘ．ｊｐ\nE,info@日本語.jp\nF,\"山田 <f@x.jp>\ng@x.jp；h@x.jp\"\nG,g＠x.jp（代表）\n";
    let wanted = [
        "a@x.jp",
        "b@x.jp",
        "c@x.jp",
        "d@x.jp",
        "info@xn--wgv71a119e.jp",
        "f@x.jp g@x.jp h@x.jp",
        "g@x.jp",
    ];
    for bytes in [text.as_bytes().to_vec(), cp932(text), utf16(text, true)] {
        assert_eq!(seen(bytes).addresses(), wanted);
    }
}

#[test]
fn entries_of_a_directory_are_unfolded_and_decoded() {
    let text = "version: 1\r\n\r\n# people\r\ndn: cn=Taro,mail=taro@x.jp\r\ncn:: 5bGx55Sw\r\nmail: taro@exa\r\n mple.jp\r\nmozillaSecondEmail: t2@x.jp\r\no: 甲\r\n\r\n\
dn:: Y249aGFuYQ==\r\nmail;lang-ja:: SEFOQUB4LmpwDQo=\r\n\r\ndn: cn=none,mail=x@x.jp\r\ncn: none\r\nmanager: cn=boss@x.jp\r\n\r\n\
dn: cn=ad\r\nproxyAddresses: SMTP:ad@x.jp\r\nproxyAddresses: x500:/o=x/cn=y@z.jp\r\n\r\nmail: nameless@x.jp\r\n\r\ndn: cn=uid\r\nuid: last@x.jp";
    let seen = seen(text);
    assert_eq!((seen.format, seen.kind), (Some("list_ldif"), Kind::List));
    assert_eq!(
        seen.addresses(),
        ["taro@example.jp t2@x.jp", "hana@x.jp", "", "ad@x.jp", "last@x.jp"]
    );
    assert_eq!(
        (seen.lists()[0].name.as_str(), seen.lists()[0].organisation.as_str()),
        ("山田", "甲")
    );
    assert_eq!((seen.reading.rows, seen.reading.rejected, seen.reading.unreadable), (6, 1, 1));
    assert_eq!(seen.rejects[0].account, "nameless@x.jp");
}

fn quoted(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("={it:02X}")).collect()
}

#[test]
fn cards_of_old_phones_are_read_in_their_charset() {
    let name = cp932("髙橋①");
    let jis = encoding_rs::ISO_2022_JP.encode("花子").0.into_owned();
    let text = [
        format!("BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:{}=\r\n{}\r\nEMAIL;INTERNET;QUOTED-PRINTABLE:a=40x.jp\r\nEND:VCARD\r\n", quoted(&name[..2]), quoted(&name[2..])),
        // Many do not name the charset.
        format!("BEGIN:VCARD\r\nVERSION:2.1\r\nN;ENCODING=QUOTED-PRINTABLE:{}\r\nEMAIL:b@x.jp\r\nEND:VCARD\r\n", quoted(&name)),
        format!("BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=ISO-2022-JP;ENCODING=QUOTED-PRINTABLE:{}\r\nEMAIL:c@x.jp\r\nEND:VCARD\r\n", quoted(&jis)),
        "BEGIN:VCARD\nVERSION:4.0\nFN;X-A=\"b:c\":佐藤\nEMAIL;PREF=1:mailto:d@x.jp\nORG:甲社;総務\nPHOTO;ENCODING=b:QUJD\n QUJD\nEND:VCARD\n".to_owned(),
        "BEGIN:VCARD\nVERSION:3.0\nFN;CHARSET=UTF-8;ENCODING=B:6Yi05pyo\nitem2.EMAIL:e@x.jp\nBEGIN:VCARD\nVERSION:3.0\nEMAIL:f@x.jp\nEMAIL:half@x".to_owned(),
    ]
    .concat();
    for bytes in [text.as_bytes().to_vec(), cp932(&text)] {
        let seen = seen(bytes);
        assert_eq!(seen.addresses(), ["a@x.jp", "b@x.jp", "c@x.jp", "d@x.jp", "e@x.jp", "f@x.jp"]);
        let names: Vec<&str> = seen.lists().iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["髙橋①", "髙橋①", "花子", "佐藤", "鈴木", ""]);
        assert_eq!((seen.reading.lossy, seen.reading.rejected), (2, 0));
    }
}

#[test]
fn texts_and_tables_without_people_stay_unknown() {
    for text in [
        "# Notes\n\nSee a@x.jp for help. This is a text\nwith several lines, 1,2,3\n",
        "1,2,3\n4,5,6\n7,8,9\n",
        "Name,Amount\nA,3\nB,4\n",
        "Dear all,\nplease write to the office at a@x.jp before Friday noon, thank you very much indeed.\nKind regards\n",
        "dn is a word\n\nand a@x.jp an address in a text of many words that nobody would call a list\n",
        "key: value\nmail: a@x.jp\n",
    ] {
        assert_eq!(seen(text).format, None, "{text}");
    }
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().write(0, 0, "売上").unwrap();
    assert_eq!(seen(book.save_to_buffer().unwrap()).kind, Kind::Unknown);
}

#[test]
fn the_tables_of_a_trace_are_no_lists() {
    for text in [
        "Date,Sender,Recipient,Subject,Status\n2025-10-20T01:02:03Z,a@x.jp,b@x.jp,c,Delivered\n",
        "MessageTraceId,MessageId,Received,SenderAddress,RecipientAddress,Subject,Status\nt,<m@x>,2025-10-20 01:02:03,a@x.jp,b@x.jp,s,Delivered\n",
        "Timestamp,NetworkMessageId,Url,UrlDomain\n2025-10-20T01:02:03Z,n,https://x.example/?a@x.jp,x.example\n",
    ] {
        assert_eq!(seen(text).kind, Kind::MessageTrace, "{text}");
    }
    let list = "受信者,メール\n山田,a@x.jp\n";
    assert_eq!(seen(list).kind, Kind::List);
}

#[test]
fn how_a_name_is_read_and_a_person_addressed_is_kept() {
    for (text, furigana, honorific) in [
        (
            "氏名,フリガナ,敬称,メール\n山田 太郎,ヤマダ タロウ,先生,a@x.jp\n",
            "ヤマダ タロウ",
            "先生",
        ),
        ("氏名,ふりがな,メール\n山田 太郎,やまだ たろう,a@x.jp\n", "やまだ たろう", ""),
        ("姓,名,セイ,メイ,メール\n山田,太郎,ヤマダ,タロウ,a@x.jp\n", "ヤマダ タロウ", ""),
        ("Name,Yomi,Title,Mail\nYamada,yamada,Manager,a@x.jp\n", "yamada", ""),
        ("氏名,メール\n山田 太郎,a@x.jp\n", "", ""),
        (
            "姓,名,姓 (フリガナ),名 (フリガナ),敬称,電子メール アドレス\n山田,太郎,ヤマダ,タロウ,様,a@x.jp\n",
            "ヤマダ タロウ",
            "様",
        ),
        (
            "BEGIN:VCARD\nFN:山田 太郎\nN:山田;太郎;;Dr.;\nX-PHONETIC-LAST-NAME:ヤマダ\nX-PHONETIC-FIRST-NAME:タロウ\nEMAIL:a@x.jp\nEND:VCARD\n",
            "ヤマダ タロウ",
            "Dr.",
        ),
        (
            "BEGIN:VCARD\nFN:山田 太郎\nSOUND;X-IRMC-N:ﾔﾏﾀﾞ;ﾀﾛｳ;;;\nEMAIL:a@x.jp\nEND:VCARD\n",
            "ﾔﾏﾀﾞ ﾀﾛｳ",
            "",
        ),
        (
            "dn: cn=a\ncn: 山田 太郎\nmsDS-PhoneticDisplayName: ヤマダ タロウ\npersonalTitle: Prof.\nmail: a@x.jp\n\n",
            "ヤマダ タロウ",
            "Prof.",
        ),
    ] {
        let seen = seen(text);
        let it = seen.lists()[0];
        assert_eq!((it.furigana.as_str(), it.honorific.as_str()), (furigana, honorific), "{text}");
        assert!(!it.name.is_empty(), "{text}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]

    /// Whatever byte is damaged: no panic, and the neighbours of the damaged entry are read.
    #[test]
    fn a_damaged_byte_costs_a_list_one_entry(at in 0_usize..40, byte in b' '..=b'~') {
        let cards = "BEGIN:VCARD\nFN:A\nEMAIL:a@x.jp\nEND:VCARD\n\
                     BEGIN:VCARD\nFN:B\nEMAIL:b@x.jp\nEND:VCARD\n";
        let entries = "dn: cn=a\nmail: a@x.jp\n\ndn: cn=b\nmail: b@x.jp\n\n";
        for (text, own) in [(cards, 40), (entries, 23)] {
            let mut bytes = text.as_bytes().to_vec();
            // Only the first entry, and no more of it than tells what the file is.
            let first = if own == 40 { 12 } else { 4 };
            bytes[first + at % (own - first - 1)] = byte;
            let seen = seen(bytes);
            proptest::prop_assert!(seen.addresses().iter().any(|it| it.contains("b@x.jp")), "{:?}", seen.addresses());
        }
    }
}
