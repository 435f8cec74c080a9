//! Rows of a workbook (XLSX, XLSB, XLS, ODS), sheet by sheet.
//!
//! A sheet is read cell by cell: two cells in opposite corners are two cells, and not the thousands
//! of millions between them.

use std::io::{self, Cursor, Read};

use calamine::{Data, Reader, Sheets, open_workbook_auto_from_rs};

use super::xls;
use crate::{limits, stop::Stop};

type Visit<'a> = &'a mut dyn FnMut(bool, &[&str]);

/// Opens a workbook and hands over each row: (first of its sheet, cells). Empty rows are no rows.
pub(crate) fn rows(bytes: Vec<u8>, visit: Visit<'_>) -> Result<(), calamine::Error> {
    bounded(&bytes)?;
    xls::check(&bytes)?;
    let mut book = xls::caught(|| open_workbook_auto_from_rs(Cursor::new(bytes)))?;
    for sheet in book.sheet_names() {
        let mut rows = Rows { visit, first: true, at: None, cells: Vec::new(), width: 0 };
        match &mut book {
            Sheets::Xlsx(book) => {
                let mut cells = book.worksheet_cells_reader(&sheet)?;
                while let Some(cell) = cells.next_cell()? {
                    rows.cell(cell.get_position(), text(&cell.get_value().clone().into()));
                }
            }
            Sheets::Xlsb(book) => {
                let mut cells = book.worksheet_cells_reader(&sheet)?;
                while let Some(cell) = cells.next_cell()? {
                    rows.cell(cell.get_position(), text(&cell.get_value().clone().into()));
                }
            }
            // Both are small by nature: at most 65,536 rows, or as many cells as the crate allows.
            other => {
                let range = xls::caught(|| other.worksheet_range(&sheet))?;
                for (row, column, value) in range.used_cells() {
                    let (row, column) = (u32::try_from(row), u32::try_from(column));
                    if let (Ok(row), Ok(column)) = (row, column) {
                        rows.cell((row, column), text(value));
                    }
                }
            }
        }
        rows.flush();
    }
    Ok(())
}

/// A workbook is a zip archive, and may be a bomb.
fn bounded(bytes: &[u8]) -> Result<(), io::Error> {
    let Ok(mut archive) = zip::ZipArchive::new(Cursor::new(bytes)) else { return Ok(()) };
    let mut room = limits::WHOLE;
    for index in 0..archive.len() {
        // What cannot be unpacked the workbook's reader tells better.
        let Ok(member) = archive.by_index(index) else { continue };
        let size = io::copy(&mut member.take(room + 1), &mut io::sink()).unwrap_or(0);
        room = room.checked_sub(size).ok_or_else(|| Stop::Memory.error())?;
    }
    Ok(())
}

/// Gathers cells into rows.
struct Rows<'a> {
    visit: Visit<'a>,
    first: bool,
    at: Option<u32>,
    cells: Vec<String>,
    /// Cells of the widest row so far: a row is as wide, though its last cells are empty.
    width: usize,
}

impl Rows<'_> {
    fn cell(&mut self, (row, column): (u32, u32), text: String) {
        if self.at != Some(row) {
            self.flush();
            self.at = Some(row);
        }
        let column = column as usize;
        // No sheet is wider than this, whatever a file says.
        if column >= 1 << 14 {
            return;
        }
        if self.cells.len() <= column {
            self.cells.resize(column + 1, String::new());
        }
        self.cells[column] = text;
    }

    fn flush(&mut self) {
        if self.cells.iter().any(|it| !it.trim().is_empty()) {
            self.width = self.width.max(self.cells.len());
            self.cells.resize(self.width, String::new());
            let cells: Vec<&str> = self.cells.iter().map(String::as_str).collect();
            (self.visit)(self.first, &cells);
            self.first = false;
        }
        self.cells.clear();
    }
}

fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::DateTime(at) => at.as_datetime().map(|it| it.to_string()).unwrap_or_default(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn cells_in_opposite_corners_cost_two_cells() {
        let mut book = rust_xlsxwriter::Workbook::new();
        let sheet = book.add_worksheet();
        sheet.write_string(0, 1, "a").unwrap();
        sheet.write_string(1_048_575, 16_383, "b").unwrap();
        let mut found = Vec::new();
        super::rows(book.save_to_buffer().unwrap(), &mut |first, cells| {
            found.push((first, cells.len(), cells.concat()));
        })
        .unwrap();
        assert_eq!(found, [(true, 2, "a".to_owned()), (false, 16_384, "b".to_owned())]);
    }
}
