//! Rows of a workbook (XLSX, XLSB, XLS, ODS), sheet by sheet.

use std::io::Cursor;

use super::xls;
use calamine::{Data, Reader, open_workbook_auto_from_rs};

/// Opens a workbook and hands over each row: (first of its sheet, cells). Empty rows are no rows.
pub(crate) fn rows(
    bytes: Vec<u8>,
    visit: &mut dyn FnMut(bool, &[&str]),
) -> Result<(), calamine::Error> {
    xls::check(&bytes)?;
    let mut book = xls::caught(|| open_workbook_auto_from_rs(Cursor::new(bytes)))?;
    for sheet in book.sheet_names() {
        let range = xls::caught(|| book.worksheet_range(&sheet))?;
        let mut first = true;
        for row in range.rows() {
            let cells: Vec<String> = row.iter().map(text).collect();
            if cells.iter().all(|it| it.trim().is_empty()) {
                continue;
            }
            let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
            visit(first, &cells);
            first = false;
        }
    }
    Ok(())
}

fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::DateTime(at) => at.as_datetime().map(|it| it.to_string()).unwrap_or_default(),
        other => other.to_string(),
    }
}
