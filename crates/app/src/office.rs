//! The lists of people that an office writes by: who may have been exposed, and apart from them who was sent
//! the fraudulent mail.

use anyhow::Result;
use decide::people::{Cause, Person};
use report::{Addressee, Language, Sheet};

use crate::{assemble::Parts, exposing::Revealed};

/// Name and content of each list.
pub(crate) fn sheets(
    parts: &Parts<'_>,
    revealed: &Revealed,
    language: Language,
) -> [(&'static str, Sheet); 2] {
    let zone = report::zone(parts.zone_name);
    let one = |it: &Person, cause: Cause| {
        let first = it.items.first().and_then(|n| revealed.exposed.items.get(*n));
        let first = first.filter(|_| cause == Cause::Exposed).map(|item| {
            let day = item.at.map(|at| report::day_micros(at, &zone)).unwrap_or_default();
            let place = report::scope_name(&item.scope, language);
            format!("{day} {place} {}", item.subject).trim().to_owned()
        });
        Addressee {
            name: it.name.clone(),
            honorific: it.honorific.clone(),
            furigana: it.furigana.clone(),
            organisation: it.organisation.clone(),
            addresses: it.addresses.clone(),
            causes: it.causes.iter().map(|it| it.word().to_owned()).collect(),
            channel: it.channel.map(|it| it.word().to_owned()).unwrap_or_default(),
            bodies: it.bodies.clone(),
            role: it.role,
            first: first.unwrap_or_else(|| it.fraud.first().cloned().unwrap_or_default()),
        }
    };
    let of = |cause: Cause| -> Sheet {
        let theirs = revealed.people.persons.iter().filter(|it| it.causes.contains(&cause));
        // Colleagues are no outsiders to be notified; the table `people` has them, marked.
        let theirs = theirs.filter(|it| cause != Cause::Exposed || !it.internal);
        let all: Vec<Addressee> = theirs.map(|it| one(it, cause)).collect();
        report::addressees(&all, language)
    };
    [("people", of(Cause::Exposed)), ("warned", of(Cause::SentFraud))]
}

/// A list as a workbook: text only, so that nothing in it is a formula, and no time of its own making, so that
/// the same list gives the same bytes.
pub(crate) fn workbook(sheet: &Sheet) -> Result<Vec<u8>> {
    use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook};
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_ymd(2000, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let page = book.add_worksheet();
    let bold = Format::new().set_bold();
    for (column, head) in (0..).zip(&sheet.head) {
        page.write_string_with_format(0, column, head, &bold)?;
    }
    for (row, cells) in (1..).zip(&sheet.rows) {
        for (column, cell) in (0..).zip(cells) {
            page.write_string(row, column, most(cell))?;
        }
    }
    page.set_freeze_panes(1, 0)?;
    Ok(book.save_to_buffer()?)
}

/// A cell of a workbook holds no more than 32,767 characters.
fn most(text: &str) -> &str {
    let end = text.char_indices().nth(32_000).map_or(text.len(), |it| it.0);
    text.get(..end).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_list_gives_the_same_bytes() {
        let sheet = Sheet { head: vec!["a".into()], rows: vec![vec!["佐藤".into()]] };
        let book = workbook(&sheet).unwrap();
        assert_eq!(book, workbook(&sheet).unwrap());
        assert!(book.starts_with(b"PK"));
    }
}
