use std::io::{self, Write};

/// One CSV row, every cell quoted, as PowerShell and Outlook write it.
pub(super) fn quoted_row(cells: &[&str], end: &str, out: &mut String) {
    for (i, cell) in cells.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        quote(cell, out);
    }
    out.push_str(end);
}

/// One CSV row, cells quoted only where they must be.
pub(super) fn plain_row(cells: &[&str], end: &str, out: &mut String) {
    for (i, cell) in cells.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            quote(cell, out);
        } else {
            out.push_str(cell);
        }
    }
    out.push_str(end);
}

fn quote(cell: &str, out: &mut String) {
    out.push('"');
    let mut rest = cell;
    while let Some(at) = rest.find('"') {
        out.push_str(&rest[..=at]);
        out.push('"');
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    out.push('"');
}

/// UTF-8 with byte order mark.
pub(super) fn with_mark(text: &str) -> Vec<u8> {
    let mut bytes = vec![0xEF, 0xBB, 0xBF];
    bytes.extend_from_slice(text.as_bytes());
    bytes
}

/// UTF-16, little end first, with or without byte order mark.
pub(super) fn utf16(text: &str, mark: bool) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() * 2 + 2);
    if mark {
        bytes.extend_from_slice(&[0xFF, 0xFE]);
    }
    for unit in text.encode_utf16() {
        bytes.extend_from_slice(&unit.to_le_bytes());
    }
    bytes
}

/// Windows-31J, as Japanese Office writes CSV.
pub(super) fn cp932(text: &str) -> Vec<u8> {
    encoding_rs::SHIFT_JIS.encode(text).0.into_owned()
}

/// gzip with no time of its own: the same input gives the same bytes.
pub(super) fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// A zip archive with the fixed date of 1980.
pub(super) fn zip(entries: &[(&str, Vec<u8>)]) -> io::Result<Vec<u8>> {
    let mut archive = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default()
        .compression_method(zip::CompressionMethod::Deflated)
        .last_modified_time(zip::DateTime::default());
    for (name, bytes) in entries {
        archive.start_file(*name, options).map_err(io::Error::other)?;
        archive.write_all(bytes)?;
    }
    Ok(archive.finish().map_err(io::Error::other)?.into_inner())
}
