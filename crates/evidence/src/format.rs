//! What a format is: how it is recognised, and how its rows become records.

use std::collections::BTreeSet;

use model::{Content, Kind, Reading, Record, Reject};
use serde_json::Value;

use crate::{
    normal::columns::Columns,
    rows::{
        property::{Names, Values},
        pst::Stored,
    },
};

/// How rows are written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Shape {
    /// Delimited text with a header line.
    #[default]
    Csv,
    /// JSON objects.
    Json,
    /// PowerShell's objects as XML, read as JSON objects.
    CliXml,
    /// vCards.
    Cards,
    /// Entries of an address book between blank lines (LDIF).
    Entries,
    /// A workbook of Excel or LibreOffice.
    Workbook,
    /// One record a line, as pairs of key and value.
    Lines,
    /// One mail.
    Mail,
    /// Mails one behind the other.
    Mails,
    /// One message of Outlook in a compound file.
    Message,
    /// A mailbox file of Outlook.
    Pst,
    /// A nickname cache of Outlook.
    Nk2,
}

/// What can be seen of a file before it is read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head {
    pub(crate) shape: Shape,
    /// The header cells as found (CSV, workbook).
    pub(crate) header: Vec<String>,
    /// The header in normal form.
    pub(crate) columns: Columns,
    /// The first rows (CSV, workbook); of a log its first lines, a cell each.
    pub(crate) rows: Vec<Vec<String>>,
    /// The first sound object (JSON).
    pub(crate) first: Value,
    /// Its keys.
    pub(crate) keys: BTreeSet<String>,
    /// The first objects, where the first one has something wrapped around it (JSON).
    pub(crate) wrapped: Vec<Value>,
    /// Delimiter (CSV).
    pub(crate) delimiter: u8,
}

impl Shape {
    /// Whether the file is decoded as a whole: mails name the encoding of each of their parts.
    pub(crate) fn is_text(self) -> bool {
        use Shape::{Mail, Mails, Message, Nk2, Pst, Workbook};
        !matches!(self, Workbook | Mail | Mails | Message | Pst | Nk2)
    }
}

impl Head {
    /// What can be seen of a file of such objects.
    pub(crate) fn of_object(first: Value) -> Head {
        let keys = first.as_object().map(|it| it.keys().cloned().collect()).unwrap_or_default();
        Head { shape: Shape::Json, first, keys, ..Head::default() }
    }
}

/// How to read what a file leaves open.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// Zone of local times where nothing else is known; empty for UTC.
    pub default_zone: String,
    /// Zone stated in the case file for this export.
    pub declared_zone: Option<String>,
}

impl ReadOptions {
    /// The zone of times that name none.
    pub(crate) fn zone(&self) -> &str {
        self.declared_zone.as_deref().unwrap_or(&self.default_zone)
    }
}

/// A row as it stands in the file.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RawRow<'a> {
    /// Cells of a CSV or workbook row.
    Cells(&'a [&'a str]),
    /// A JSON object, or what was read as one.
    Json(&'a Value),
    /// A vCard, or an entry of an address book.
    Card(&'a str),
    /// A line of a log.
    Line(&'a str),
    /// A mail as it stands in the file, undecoded.
    Mail(&'a [u8]),
    /// A compound file with one message.
    Message(&'a [u8]),
    /// An item of a mailbox file, and the numbers of its named properties.
    Stored(&'a Stored, &'a Names),
    /// Properties of a person.
    Person(&'a Values),
    /// The text of a JSON object, not taken apart yet.
    Text(&'a str),
}

/// Reads rows of a file apart from each other: on any thread, in any order.
pub(crate) trait Apart: Send + Sync {
    /// The record; `None` where the row has to be read in its turn ([`RowReader::read`]): it is no
    /// plain record, or what it means hangs on the rows before it.
    fn record(&self, row: RawRow<'_>) -> Option<Box<Record>>;

    /// All that decides what the row says: rows that agree in it make the same record. `None` where
    /// each has to be looked at.
    fn essence<'r>(&self, row: RawRow<'r>) -> Option<[&'r str; 3]>;
}

/// Turns the rows of one file into records.
pub(crate) trait RowReader: Send {
    /// How rows are read apart from each other, if they can be; their first line is then a header.
    fn apart(&self) -> Option<Box<dyn Apart>> {
        None
    }

    /// Looks, in its turn, at a row that was read apart.
    fn note(&mut self, _row: RawRow<'_>) {}

    /// Whether all rows must be seen once before any can be read (an ambiguous date order).
    fn needs_survey(&self) -> bool {
        false
    }

    /// Looks at a row before the reading.
    fn survey(&mut self, _row: RawRow<'_>) {}

    /// Whether the first line is a row and no header.
    fn header_is_row(&self, _cells: &[&str]) -> bool {
        false
    }

    /// Reads a row: a record, or a reject with the reason. Never fails.
    fn read(&mut self, row: RawRow<'_>) -> Content;

    /// Makes the reject of a broken row; what its wrapper still tells is a lead.
    fn broken(&mut self, _cells: &[&str], _text: &str, reason: &str) -> Reject {
        Reject { reason: reason.to_owned(), ..Reject::default() }
    }

    /// The canonical value of the row, for comparing two exports of one record.
    fn canonical(&mut self, row: RawRow<'_>) -> Value;

    /// Adds what is known only at the end.
    fn finish(&mut self, _reading: &mut Reading) {}
}

/// One kind of export, one file in `formats/`.
pub struct Format {
    /// Name, for example `ual_search_csv`.
    pub id: &'static str,
    /// Kind of evidence.
    pub kind: Kind,
    /// What people call the export, for `docs/formats.md`.
    pub name: &'static str,
    /// What a record of it shows, for `docs/formats.md`.
    pub proves: &'static str,
    /// Where its fields are documented.
    pub reference: &'static str,
    pub(crate) recognises: fn(&Head) -> bool,
    pub(crate) open: fn(&Head, &ReadOptions) -> Box<dyn RowReader>,
}

impl std::fmt::Debug for Format {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id)
    }
}
