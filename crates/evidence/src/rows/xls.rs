//! Workbooks of Excel 97 to 2003: looked through before the workbook's reader may have them, for it
//! takes at its word how large a sheet says it is.

use std::{
    io::{self, Cursor, Read as _},
    panic::{AssertUnwindSafe, catch_unwind},
};

use crate::limits;

/// How a compound file begins.
pub(crate) const COMPOUND: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];

/// Rows and columns of the largest sheet there can be.
const ROWS: u32 = 1 << 16;
const COLUMNS: u32 = 1 << 8;
/// The record that says how large a sheet is.
const DIMENSIONS: u16 = 0x0200;
/// The record a sheet begins with.
const BEGIN: u16 = 0x0809;
/// Records of cells, all of which begin with row and column. Rows come in order: from the first to
/// the last of them the reader takes room.
const CELLS: [u16; 12] = [
    0x0006, 0x00bd, 0x00be, 0x00d6, 0x00fd, 0x0201, 0x0202, 0x0203, 0x0204, 0x0205, 0x0206, 0x027e,
];

/// Tells whether the bytes may be handed to the workbook's reader. What is no compound file may.
pub(crate) fn check(bytes: &[u8]) -> io::Result<()> {
    if !bytes.starts_with(COMPOUND) {
        return Ok(());
    }
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes))?;
    let name = ["Workbook", "Book"].into_iter().find(|it| file.is_stream(it));
    let Some(name) = name else { return Err(io::Error::other("no workbook")) };
    let mut stream = Vec::new();
    file.open_stream(name)?.take(limits::WHOLE).read_to_end(&mut stream)?;
    let (mut rest, mut last) = (stream.as_slice(), 0);
    while let [a, b, c, d, after @ ..] = rest {
        let length = usize::from(u16::from_le_bytes([*c, *d]));
        let body = after.get(..length).unwrap_or(after);
        let possible = match u16::from_le_bytes([*a, *b]) {
            BEGIN => {
                last = 0;
                true
            }
            DIMENSIONS => is_possible(body),
            kind if CELLS.contains(&kind) => {
                let sound = short(body, 0) >= last && short(body, 2) < COLUMNS;
                last = short(body, 0);
                sound
            }
            _ => true,
        };
        if !possible {
            return Err(io::Error::other("a sheet is larger than any can be"));
        }
        rest = after.get(length..).unwrap_or_default();
    }
    Ok(())
}

fn short(body: &[u8], at: usize) -> u32 {
    body.get(at..at + 2).map_or(u32::MAX, |it| u32::from(u16::from_le_bytes([it[0], it[1]])))
}

/// `DIMENSIONS`: first row, last row and one, first column, last column and one.
fn is_possible(body: &[u8]) -> bool {
    let short = |at: usize| short(body, at);
    let long = |at: usize| short(at).saturating_add(short(at + 2) << 16);
    let (rows, columns) = match body.len() {
        10 => ([short(0), short(2)], [short(4), short(6)]),
        14 | 16 => ([long(0), long(4)], [short(8), short(10)]),
        // Another length is refused by the reader itself.
        _ => return true,
    };
    let sound = |[from, to]: [u32; 2], most: u32| to <= most && (from <= to || to == 0);
    sound(rows, ROWS) && columns[1] <= COLUMNS
}

/// Runs what reads a workbook or another container: a fault in it is an unreadable file, and not the end
/// of the run.
pub(crate) fn caught<T, E: From<io::Error>>(read: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(read))
        .unwrap_or_else(|_| Err(io::Error::other("the workbook is damaged").into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dimensions(rows: [u32; 2], columns: [u16; 2]) -> Vec<u8> {
        let mut body: Vec<u8> = rows.iter().flat_map(|it| it.to_le_bytes()).collect();
        body.extend(columns.iter().flat_map(|it| it.to_le_bytes()));
        body.extend([0, 0]);
        body
    }

    #[test]
    fn no_sheet_is_larger_than_it_can_be() {
        assert!(is_possible(&dimensions([0, 7], [0, 5])));
        assert!(is_possible(&dimensions([0, 0], [0, 0])));
        assert!(is_possible(&dimensions([0, 65_536], [0, 256])));
        assert!(!is_possible(&dimensions([0, 65_537], [0, 5])));
        assert!(!is_possible(&dimensions([9, 7], [0, 5])));
        assert!(!is_possible(&dimensions([0, 7], [0, 0xffff])));
    }

    #[test]
    fn a_workbook_that_lies_is_refused() {
        let book = |rows: [u32; 2]| {
            let mut file = cfb::CompoundFile::create(Cursor::new(Vec::new())).unwrap();
            let mut stream = file.create_stream("Workbook").unwrap();
            let body = dimensions(rows, [0, 5]);
            let mut record = vec![0x09, 0x08, 0, 0, 0x00, 0x02, 14, 0];
            record.extend(body);
            std::io::Write::write_all(&mut stream, &record).unwrap();
            drop(stream);
            file.flush().unwrap();
            check(&file.into_inner().into_inner()).is_ok()
        };
        assert!(book([0, 7]));
        assert!(!book([0, u32::MAX]));
        assert!(check(COMPOUND).is_err());
        assert!(check(b"PK").is_ok());
    }
}
