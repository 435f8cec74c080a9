use std::collections::BTreeSet;
use std::io;

use super::super::book::Contact;
use super::super::sim::Sim;
use super::super::truth::ListTruth;
use super::Export;
use super::text::{cp932, plain_row, quoted_row, with_mark};

/// The four lists of the founding incident, each as another program writes it.
pub(super) fn all_four(sim: &Sim, out: &mut Export) -> io::Result<()> {
    let book = &sim.book;
    out.file("lists/members.xlsx", workbook(&book.members)?);
    note(sim, out, "lists/members.xlsx", "会員組織ご担当者", &book.members);

    let mut text = String::new();
    plain_row(&["受付番号", "氏名", "ご所属", "メールアドレス", "備考"], "\r\n", &mut text);
    for (i, c) in book.seminar.iter().enumerate() {
        let name = format!("{}　{}", c.surname, c.given);
        let mark = if i % 7 == 0 { "①当日受付" } else { "" };
        // Participants fill the form in themselves: some in capitals.
        let address = if i % 23 == 0 { c.address.to_uppercase() } else { c.address.clone() };
        plain_row(
            &[&(i + 1).to_string(), &name, &c.organisation, &address, mark],
            "\r\n",
            &mut text,
        );
    }
    out.file("lists/seminar.csv", cp932(&text));
    note(sim, out, "lists/seminar.csv", "セミナー参加者", &book.seminar);

    partners(sim, out);

    out.file("lists/outlook-contacts.csv", cp932(&outlook(&book.contacts)));
    note(sim, out, "lists/outlook-contacts.csv", "当該アカウントの連絡先", &book.contacts);
    Ok(())
}

/// Business partners: CSV in UTF-8.
pub(super) fn partners(sim: &Sim, out: &mut Export) {
    let ja = sim.setting.ja;
    let mut text = String::new();
    let header: [&str; 4] = if ja {
        ["取引先コード", "取引先名", "ご担当者", "E-mail"]
    } else {
        ["Code", "Company", "Contact", "E-mail"]
    };
    plain_row(&header, "\r\n", &mut text);
    for (i, c) in sim.book.partners.iter().enumerate() {
        let name = if ja {
            format!("{} {}", c.surname, c.given)
        } else {
            format!("{} {}", c.given, c.surname)
        };
        plain_row(
            &[&format!("P{:04}", i + 101), &c.organisation, &name, &c.address],
            "\r\n",
            &mut text,
        );
    }
    out.file("lists/partners.csv", with_mark(&text));
    let name = if ja { "取引先" } else { "Business partners" };
    note(sim, out, "lists/partners.csv", name, &sim.book.partners);
}

fn note(sim: &Sim, out: &mut Export, path: &str, name: &str, list: &[Contact]) {
    let addresses: BTreeSet<&str> = list.iter().map(|c| c.address.as_str()).collect();
    let hit: BTreeSet<&str> = sim
        .trace
        .iter()
        .filter(|t| t.fraudulent && addresses.contains(t.recipient.as_str()))
        .map(|t| t.recipient.as_str())
        .collect();
    out.lists.push(ListTruth {
        name: name.to_owned(),
        path: path.to_owned(),
        addresses: addresses.len() as u64,
        matches: hit.len() as u64,
    });
}

/// The member list as an office keeps it: a title above, the header in the third row, some full-width signs.
fn workbook(list: &[Contact]) -> io::Result<Vec<u8>> {
    use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};
    let mut book = Workbook::new();
    // The time of making would make two runs differ.
    let made = ExcelDateTime::from_ymd(2025, 4, 1).map_err(io::Error::other)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let sheet = book.add_worksheet();
    sheet.set_name("会員").map_err(io::Error::other)?;
    sheet.write(0, 0, "会員組織ご担当者一覧（2025年4月現在）").map_err(io::Error::other)?;
    for (column, head) in (0..).zip(["No.", "組織名", "ご担当者", "連絡先メール"]) {
        sheet.write(2, column, head).map_err(io::Error::other)?;
    }
    for (row, (i, c)) in (3..).zip(list.iter().enumerate()) {
        let address = if i % 31 == 0 { c.address.replace('@', "＠") } else { c.address.clone() };
        sheet.write(row, 0, row - 2).map_err(io::Error::other)?;
        sheet.write(row, 1, &c.organisation).map_err(io::Error::other)?;
        sheet.write(row, 2, format!("{} {} 様", c.surname, c.given)).map_err(io::Error::other)?;
        sheet.write(row, 3, address).map_err(io::Error::other)?;
    }
    book.save_to_buffer().map_err(io::Error::other)
}

/// Columns of the Japanese Outlook's contact export that matter here, in its order.
const OUTLOOK: [&str; 22] = [
    "肩書き",
    "名",
    "ミドル ネーム",
    "姓",
    "敬称",
    "会社名",
    "部署",
    "役職",
    "番地 (会社)",
    "郵便番号 (会社)",
    "会社電話",
    "携帯電話",
    "キーワード",
    "プライベート",
    "会社名フリガナ",
    "記念日",
    "性別",
    "誕生日",
    "電子メール アドレス",
    "電子メールの種類",
    "電子メール表示名",
    "秘密度",
];

fn outlook(list: &[Contact]) -> String {
    let mut text = String::new();
    quoted_row(&OUTLOOK, "\r\n", &mut text);
    for c in list {
        let shown = format!("{} {} ({})", c.surname, c.given, c.address);
        let cells = [
            "",
            &c.given,
            "",
            &c.surname,
            "様",
            &c.organisation,
            "",
            "",
            "",
            "",
            "",
            "",
            "",
            "False",
            "",
            "00/0/0",
            "指定なし",
            "00/0/0",
            &c.address,
            "SMTP",
            &shown,
            "標準",
        ];
        quoted_row(&cells, "\r\n", &mut text);
    }
    text
}
