//! Lists of people as an office works with them: who is to be written to, and who is to be warned.

use model::{Phrase, Untrusted};

use crate::{Language, names::without_links, words::word};

/// One person of a list. Texts come out of evidence.
#[derive(Clone, Debug, Default)]
pub struct Addressee {
    /// Name as the best source has it; empty if none has one.
    pub name: String,
    /// How the person is addressed, where a list tells.
    pub honorific: String,
    /// How the name is read, where a list tells.
    pub furigana: String,
    /// Organisation.
    pub organisation: String,
    /// Addresses, the first to be written to.
    pub addresses: Vec<String>,
    /// Causes, in the words of the table `people`.
    pub causes: Vec<String>,
    /// Channel, in the words of the table `people`.
    pub channel: String,
    /// Legal bodies that hold the address.
    pub bodies: Vec<String>,
    /// Whether it is the address of a role.
    pub role: bool,
    /// The first item by which the person is on the list: day, folder, subject.
    pub first: String,
}

/// Rows with their headings, fit for a spreadsheet: no cell is a formula, none holds a control character.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// Headings.
    pub head: Vec<String>,
    /// Rows.
    pub rows: Vec<Vec<String>>,
}

impl Sheet {
    /// As CSV: UTF-8 with mark, CRLF, every cell quoted.
    pub fn csv(&self) -> String {
        let mut out = String::from("\u{feff}");
        for row in std::iter::once(&self.head).chain(&self.rows) {
            let cells: Vec<String> =
                row.iter().map(|it| format!("\"{}\"", it.replace('"', "\"\""))).collect();
            out.push_str(&cells.join(","));
            out.push_str("\r\n");
        }
        out
    }
}

/// The list in one language.
pub fn addressees(all: &[Addressee], language: Language) -> Sheet {
    let head = [
        Phrase::new("show.people_name", "name"),
        Phrase::new("show.people_honorific", "form of address"),
        Phrase::new("show.people_furigana", "reading of the name"),
        Phrase::new("show.people_organisation", "organisation"),
        Phrase::new("show.people_address", "address"),
        Phrase::new("show.people_more", "other addresses"),
        Phrase::new("show.people_cause", "cause"),
        Phrase::new("show.people_channel", "channel"),
        Phrase::new("show.people_body", "held by"),
        Phrase::new("show.people_role", "address of a role"),
        Phrase::new("show.people_first", "first item"),
    ];
    Sheet {
        head: head.iter().map(|it| language.word(*it)).collect(),
        rows: all.iter().map(|it| row(it, language)).collect(),
    }
}

fn row(it: &Addressee, language: Language) -> Vec<String> {
    let words = |area: &str, all: &[String]| -> String {
        let said: Vec<String> = all.iter().map(|it| word(language, area, it)).collect();
        said.join(" / ")
    };
    let role = if it.role {
        Phrase::new("show.people_is_role", "yes")
    } else {
        Phrase::new("show.people_no_role", "no")
    };
    let (name, own) = parted(&it.name);
    let cells = [
        name.to_owned(),
        if own.is_empty() { honorific(it, language) } else { own.to_owned() },
        it.furigana.clone(),
        it.organisation.clone(),
        it.addresses.first().cloned().unwrap_or_default(),
        it.addresses.get(1..).unwrap_or_default().join("; "),
        words("cause", &it.causes),
        words("channel", std::slice::from_ref(&it.channel)),
        it.bodies.join("; "),
        language.word(role),
        it.first.clone(),
    ];
    cells.into_iter().map(|it| Untrusted::from(without_links(&it)).for_cell()).collect()
}

/// A name, and the form of address that is written behind it in mails and lists: a letter would
/// otherwise bear it twice.
fn parted(name: &str) -> (&str, &str) {
    let forms = ["様", "さま", "殿", "先生", "御中"];
    let found = forms.iter().find_map(|form| Some((name.strip_suffix(form)?, *form)));
    let spaced = |it: &str| it.ends_with([' ', '\u{3000}']);
    match found.filter(|it| spaced(it.0) || it.1 == "様") {
        Some((rest, form)) if !rest.trim().is_empty() => (rest.trim_end(), form),
        _ => (name, ""),
    }
}

/// As the list has it; else what the language puts behind a name, and behind an office.
fn honorific(it: &Addressee, language: Language) -> String {
    if !it.honorific.is_empty() {
        return it.honorific.clone();
    }
    let phrase = match (it.role, it.name.is_empty() && it.organisation.is_empty()) {
        (_, true) => return String::new(),
        (true, _) => Phrase::new("show.people_to_office", "Dear Sir or Madam"),
        (false, _) => Phrase::new("show.people_to_person", ""),
    };
    language.word(phrase)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{EN, JA};

    #[test]
    fn a_list_an_office_can_open() {
        let all = [
            Addressee {
                name: "佐藤 健太".into(),
                addresses: vec!["a@x.jp".into(), "b@x.jp".into()],
                causes: vec!["exposed".into()],
                channel: "mail".into(),
                ..Addressee::default()
            },
            Addressee { name: "=cmd()".into(), role: true, ..Addressee::default() },
        ];
        assert_eq!(parted("藤井 愛 様"), ("藤井 愛", "様"));
        assert_eq!(parted("山田太郎様"), ("山田太郎", "様"));
        assert_eq!(parted("石田殿"), ("石田殿", ""), "it may be part of a name");
        assert_eq!(parted("様"), ("様", ""));
        let text = addressees(&all, JA).csv();
        assert!(text.starts_with('\u{feff}') && text.ends_with("\r\n"));
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert!(
            lines[1].starts_with("\"佐藤 健太\",\"様\",\"\",\"\",\"a@x.jp\",\"b@x.jp\""),
            "{text}"
        );
        assert!(lines[2].starts_with("\"'=cmd()\",\"御中\""), "{text}");
        assert!(addressees(&all, EN).rows[0][1].is_empty());
        assert_eq!(addressees(&all, EN).head.len(), addressees(&all, EN).rows[0].len());
    }
}
