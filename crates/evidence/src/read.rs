//! Rows → records and rejects, each counted once.

use std::io;

use model::{Content, Position, Reading, Record, Reject, RejectLead, Row, What};
use serde_json::Value;

use crate::{
    format::{RawRow, ReadOptions, RowReader},
    inspect::Inspection,
    normal::charset,
    source::Source,
    stop::Stop,
    walk::{Seen, walk},
};

/// Reads a file and hands every row to `sink`. Never fails on content: rows that cannot be read
/// are handed over as rejects, and a file that ends early ends with a reject.
pub fn read(
    source: &Source,
    inspection: &Inspection,
    options: &ReadOptions,
    sink: &mut dyn FnMut(Row),
) -> Reading {
    if inspection.format.is_none() {
        return begun(inspection);
    }
    let mut reader = opened(source, inspection, options);
    let mut counter = Counter::new(begun(inspection));
    let outcome = walk(source, inspection, &mut |seen| {
        if let Some(content) = content(&mut *reader, &seen) {
            let position = seen.position(counter.reading.rows + 1);
            counter.count(&content);
            sink(Row { position, content });
        }
        true
    });
    let (reading, last) = ended(source, inspection, counter, outcome, &mut *reader);
    last.into_iter().for_each(sink);
    reading
}

/// What is known before the first row.
pub(crate) fn begun(inspection: &Inspection) -> Reading {
    let mut reading =
        Reading { encoding: inspection.encoding.clone(), sorted: true, ..Reading::default() };
    if inspection.format.is_some() && inspection.text_lost {
        reading.warnings.push(("text_lost".into(), inspection.encoding.clone()));
    }
    reading
}

/// What is known after the last row, and the reject that stands for what is missing.
pub(crate) fn ended(
    source: &Source,
    inspection: &Inspection,
    counter: Counter,
    outcome: io::Result<()>,
    reader: &mut dyn RowReader,
) -> (Reading, Option<Row>) {
    let mut reading = counter.reading;
    // Rows of a file that somebody wrote to meanwhile are not those of its hash.
    let changed = inspection.stamp.is_some() && source.stamp() != inspection.stamp;
    let stop = match outcome {
        _ if changed => Some(Stop::Changed),
        Err(error) => Some(Stop::of(&error)),
        Ok(()) => None,
    };
    let last = stop.map(|it| ended_early(&mut reading, it));
    reader.finish(&mut reading);
    reading.warnings.sort();
    reading.warnings.dedup();
    (reading, last)
}

pub(crate) fn opened(
    source: &Source,
    inspection: &Inspection,
    options: &ReadOptions,
) -> Box<dyn RowReader> {
    let mut reader = match inspection.format {
        Some(format) => (format.open)(&inspection.head, options),
        None => Box::new(Nothing),
    };
    if reader.needs_survey() {
        // Where the content ends early is told by the reading itself.
        let _ = walk(source, inspection, &mut |seen| {
            if seen.flaw.is_none() && !is_header(&*reader, &seen) {
                reader.survey(seen.row);
            }
            true
        });
    }
    reader
}

fn is_header(reader: &dyn RowReader, seen: &Seen<'_>) -> bool {
    match seen.row {
        RawRow::Cells(cells) if seen.first => !reader.header_is_row(cells),
        _ => false,
    }
}

pub(crate) fn content(reader: &mut dyn RowReader, seen: &Seen<'_>) -> Option<Content> {
    if is_header(reader, seen) {
        return None;
    }
    let Some(reason) = seen.flaw else { return Some(reader.read(seen.row)) };
    // A row whose quotes are wrong may still be whole: a careless export, not a cut one.
    if let (RawRow::Cells(_), true) = (seen.row, reason.starts_with("a quotation mark"))
        && let Content::Record(mut record) = reader.read(seen.row)
    {
        record.losses += 1;
        return Some(Content::Record(record));
    }
    let text = String::from_utf8_lossy(seen.text);
    let cells: &[&str] = match seen.row {
        RawRow::Cells(cells) => cells,
        _ => &[],
    };
    Some(Content::Reject(reader.broken(cells, &text, reason)))
}

/// Rejected rows remembered one by one.
const LEADS: usize = 10_000;

/// What is counted of a record.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Glance {
    at: Option<i64>,
    lossy: bool,
    non_interactive: bool,
}

impl Glance {
    pub(crate) fn of(record: &Record) -> Glance {
        let at = match &record.what {
            What::Event(event) | What::Log(event) => Some(event.at),
            What::SignIn(signin) => Some(signin.event.at),
            What::Mail(mail) => mail.at,
            What::Item(item) => item.at,
            What::Address(_) | What::Inventory(_) | What::Setting(_) => None,
        };
        let non_interactive =
            matches!(&record.what, What::SignIn(it) if it.stream == "non_interactive");
        Glance { at, lossy: record.losses > 0, non_interactive }
    }
}

pub(crate) struct Counter {
    pub(crate) reading: Reading,
    /// Time of the last row that has one.
    last: Option<i64>,
    /// Leads without a row before them: the next row's time is put beside them.
    alone: Vec<usize>,
}

impl Counter {
    pub(crate) fn new(reading: Reading) -> Counter {
        Counter { reading, last: None, alone: Vec::new() }
    }

    pub(crate) fn count(&mut self, content: &Content) {
        match content {
            Content::Record(record) => self.glance(Glance::of(record)),
            Content::Reject(reject) => {
                self.reading.rows += 1;
                self.reading.rejected += 1;
                self.lead(reject);
            }
        }
    }

    pub(crate) fn glance(&mut self, glance: Glance) {
        let it = &mut self.reading;
        it.rows += 1;
        it.lossy += u64::from(glance.lossy);
        it.non_interactive |= glance.non_interactive;
        if let Some(at) = glance.at {
            it.from = Some(it.from.map_or(at, |from| from.min(at)));
            it.to = Some(it.to.map_or(at, |to| to.max(at)));
            it.sorted &= self.last.is_none_or(|last| last <= at);
            self.last = Some(at);
            for n in self.alone.drain(..) {
                it.leads[n].beside = Some(at);
            }
        }
    }

    fn lead(&mut self, reject: &Reject) {
        let leads = &mut self.reading.leads;
        if leads.len() == LEADS {
            return;
        }
        if self.last.is_none() {
            self.alone.push(leads.len());
        }
        leads.push(RejectLead {
            at: reject.at,
            beside: self.last,
            operation: reject.operation.clone(),
            account: reject.account.clone(),
        });
    }
}

/// The reject that stands for what is missing behind an early end.
fn ended_early(reading: &mut Reading, stop: Stop) -> Row {
    reading.rows += 1;
    reading.rejected += 1;
    reading.cut = true;
    reading.warnings.push((stop.code().into(), stop.word().into()));
    let position = Position { row: reading.rows, from: 0, to: 0 };
    let content = Content::Reject(Reject { reason: stop.reason().into(), ..Reject::default() });
    Row { position, content }
}

/// A row read a second time.
#[derive(Clone, Debug)]
pub struct Reread {
    /// Its canonical value.
    pub canonical: Value,
    /// Its record.
    pub record: Record,
}

/// Reads some rows again, found by their row numbers; `None` where there is no record.
pub fn reread(
    source: &Source,
    inspection: &Inspection,
    options: &ReadOptions,
    positions: &[Position],
) -> Vec<Option<Reread>> {
    let mut reader = opened(source, inspection, options);
    let mut found = vec![None; positions.len()];
    pick(source, inspection, &mut *reader, positions, &mut |reader, at, seen| {
        if let Some(Content::Record(record)) = content(reader, seen) {
            found[at] = Some(Reread { canonical: reader.canonical(seen.row), record: *record });
        }
    });
    found
}

/// Returns the text of some rows as it stands in the file, found by their row numbers.
pub fn fetch(
    source: &Source,
    inspection: &Inspection,
    positions: &[Position],
) -> Vec<Option<String>> {
    let mut reader = match inspection.format {
        Some(format) => (format.open)(&inspection.head, &ReadOptions::default()),
        None => Box::new(Nothing) as Box<dyn RowReader>,
    };
    let mut found = vec![None; positions.len()];
    pick(source, inspection, &mut *reader, positions, &mut |reader, at, seen| {
        found[at] = Some(match seen.row {
            // A compound file has no text: what was read of it is shown instead.
            RawRow::Message(_) => reader.canonical(seen.row).to_string(),
            RawRow::Mail(bytes) => charset::text(bytes, None).0,
            _ => String::from_utf8_lossy(seen.text).into_owned(),
        });
    });
    found
}

type Picked<'a> = &'a mut dyn FnMut(&mut dyn RowReader, usize, &Seen<'_>);

fn pick(
    source: &Source,
    inspection: &Inspection,
    reader: &mut dyn RowReader,
    positions: &[Position],
    then: Picked<'_>,
) {
    let mut wanted: Vec<(u64, usize)> =
        positions.iter().enumerate().map(|(i, it)| (it.row, i)).collect();
    wanted.sort_unstable();
    let (mut row, mut next) = (0_u64, 0);
    // What lies behind an early end cannot be asked for.
    let _ = walk(source, inspection, &mut |seen| {
        if is_header(reader, &seen) {
            return true;
        }
        row += 1;
        while let Some((_, at)) = wanted.get(next).filter(|it| it.0 == row) {
            then(reader, *at, &seen);
            next += 1;
        }
        next < wanted.len()
    });
}

/// Stands in where there is no format.
struct Nothing;

impl RowReader for Nothing {
    fn read(&mut self, _row: RawRow<'_>) -> Content {
        Content::Reject(Reject { reason: "no reader for this file".into(), ..Reject::default() })
    }

    fn canonical(&mut self, _row: RawRow<'_>) -> Value {
        Value::Null
    }
}
