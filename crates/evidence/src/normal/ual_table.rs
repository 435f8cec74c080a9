//! Audit records in a table with the JSON in one cell, or as wrapped JSON objects.

use std::collections::BTreeMap;

use model::{Content, Micros, Reading, Record, Reject, ResultNumbers};
use serde_json::Value;

use super::{
    columns::{Columns, cell},
    date, name, ual,
    ual_words::{self, Audit},
};
use crate::{
    format::{Apart, Head, RawRow, RowReader},
    tree::Tree,
};

/// The columns that make the record.
#[derive(Clone, Copy)]
struct Columned {
    data: Option<usize>,
    id: Option<usize>,
    raw: Option<usize>,
}

/// Reads rows whose `AuditData` holds the record.
pub(crate) struct Table {
    record: Columned,
    at: Option<usize>,
    operation: Option<usize>,
    user: Option<usize>,
    index: Option<usize>,
    count: Option<usize>,
    dates: date::Survey,
    results: Results,
}

/// The numbers `Search-UnifiedAuditLog` gives its results: 1 to ResultCount for each query.
#[derive(Default)]
pub(crate) struct Results {
    /// By the ResultCount that rows state.
    numbers: BTreeMap<i64, ResultNumbers>,
    /// Words of all [`ResultNumbers::seen`], which are bounded together.
    words: usize,
    /// Rows that state none, broken ones among them: each is counted by itself.
    unsaid: u64,
    /// An index of -1 or a count of 0: the query failed inside the service.
    failed: bool,
}

/// Most results of one query (`ReturnLargeSet`).
const LARGEST: i64 = 50_000;
/// Most words of 64 numbers held for one file, and most sizes of queries.
const WORDS: usize = 1 << 16;
const SIZES: usize = 10_000;

impl Results {
    /// Looks at the numbers of one row; of a broken one they are empty.
    pub(crate) fn feed(&mut self, index: &str, count: &str) {
        let (Ok(index), Ok(count)) = (index.parse::<i64>(), count.parse::<i64>()) else {
            self.unsaid += 1;
            return;
        };
        if index < 0 || count <= 0 {
            self.failed = true;
            return;
        }
        if !self.numbers.contains_key(&count) {
            if self.numbers.len() >= SIZES {
                return;
            }
            let words = usize::try_from(count).unwrap_or(usize::MAX).div_ceil(64);
            let held = count <= LARGEST && self.words + words <= WORDS;
            self.words += if held { words } else { 0 };
            let seen = if held { vec![0; words] } else { Vec::new() };
            self.numbers.insert(count, ResultNumbers { count, seen, beyond: false });
        }
        let Some(it) = self.numbers.get_mut(&count) else { return };
        if index < 1 || index > count {
            it.beyond = true;
        } else if let Ok(at) = usize::try_from(index - 1)
            && let Some(word) = it.seen.get_mut(at / 64)
        {
            *word |= 1 << (at % 64);
        }
    }

    /// Hands the numbers to the reading of the file: what is missing shows in all files together.
    pub(crate) fn finish(&mut self, reading: &mut Reading) {
        reading.cut |= self.failed;
        reading.results = std::mem::take(&mut self.numbers).into_values().collect();
        reading.unnumbered = self.unsaid;
    }
}

impl Table {
    pub(crate) fn new(head: &Head) -> Table {
        let at = |names: &[&str]| head.columns.at(names);
        Table {
            record: Columned {
                data: at(&["auditdata"]),
                id: at(&["identity", "recordid", "id"]),
                raw: at(&["_raw"]),
            },
            at: at(&["creationdate", "createddatetime"]),
            operation: at(&["operations", "operation"]),
            user: at(&["userids", "userid", "userprincipalname"]),
            index: at(&["resultindex"]),
            count: at(&["resultcount"]),
            results: Results::default(),
            dates: date::Survey::default(),
        }
    }

    pub(crate) fn recognises(columns: &Columns) -> bool {
        columns.has("auditdata") && columns.has_any(&["creationdate", "operations", "operation"])
    }

    /// The wrapper's time, if its order of day and month is known by now.
    fn wrapper_time(&self, text: &str) -> Option<Micros> {
        date::parse_iso(text).or_else(|| date::parse(text, self.dates.order()?, ""))
    }

    fn lead(&self, cells: &[&str], reason: &str) -> Reject {
        Reject {
            reason: reason.to_owned(),
            at: self.wrapper_time(cell(cells, self.at)),
            operation: name::operation(cell(cells, self.operation)),
            account: name::account(cell(cells, self.user)),
        }
    }
}

impl Columned {
    fn parsed<'c>(&self, cells: &[&'c str]) -> Result<Audit<'c>, &'static str> {
        let data = cell(cells, self.data);
        let raw = cell(cells, self.raw);
        let text = match (data.is_empty(), raw.is_empty()) {
            (false, _) => data,
            (true, true) => return Err("AuditData is empty"),
            (true, false) => raw,
        };
        match ual_words::parse_in_place(text) {
            Ok(value @ Tree::Object(_)) => {
                Ok(Audit { id: cell(cells, self.id).to_owned(), ..Audit::new(value) })
            }
            _ if data.is_empty() => Err("AuditData is empty: the collector cut the record"),
            Ok(_) => Err("AuditData is no JSON object"),
            Err(error) if error.is_eof() && data.len() > 32_000 => {
                Err("AuditData is cut (a spreadsheet keeps 32,767 characters a cell)")
            }
            Err(error) if error.is_eof() => Err("AuditData is cut"),
            Err(_) => Err("AuditData is broken JSON"),
        }
    }
}

impl Apart for Columned {
    fn record(&self, row: RawRow<'_>) -> Option<Box<Record>> {
        let RawRow::Cells(cells) = row else { return None };
        match ual::record(&self.parsed(cells).ok()?) {
            Content::Record(record) => Some(record),
            Content::Reject(_) => None,
        }
    }

    fn essence<'r>(&self, row: RawRow<'r>) -> Option<[&'r str; 3]> {
        let RawRow::Cells(cells) = row else { return None };
        let (data, raw) = (cell(cells, self.data), cell(cells, self.raw));
        (!data.is_empty() || !raw.is_empty()).then(|| [data, raw, cell(cells, self.id)])
    }
}

impl RowReader for Table {
    fn apart(&self) -> Option<Box<dyn Apart>> {
        Some(Box::new(self.record))
    }

    fn note(&mut self, row: RawRow<'_>) {
        let RawRow::Cells(cells) = row else { return };
        if self.dates.order().is_none_or(|it| it == date::DateOrder::Ymd) {
            self.dates.feed(cell(cells, self.at));
        }
        self.results.feed(cell(cells, self.index), cell(cells, self.count));
    }

    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Cells(cells) = row else {
            return Content::Reject(Reject { reason: "no table row".into(), ..Reject::default() });
        };
        self.note(row);
        let audit = match self.record.parsed(cells) {
            Ok(audit) => audit,
            Err(reason) => return Content::Reject(self.lead(cells, reason)),
        };
        match ual::record(&audit) {
            Content::Reject(reject) => {
                let lead = self.lead(cells, &reject.reason);
                Content::Reject(Reject { at: reject.at.or(lead.at), ..lead })
            }
            record => record,
        }
    }

    fn broken(&mut self, cells: &[&str], text: &str, reason: &str) -> Reject {
        self.results.feed(cell(cells, self.index), cell(cells, self.count));
        let lead = self.lead(cells, reason);
        let inner = lead_of_text(&text.replace("\"\"", "\""), reason);
        Reject {
            at: lead.at.or(inner.at),
            operation: if lead.operation.is_empty() { inner.operation } else { lead.operation },
            account: if lead.account.contains('@') { lead.account } else { inner.account },
            ..lead
        }
    }

    fn finish(&mut self, reading: &mut Reading) {
        self.results.finish(reading);
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        let RawRow::Cells(cells) = row else { return Value::Null };
        self.record.parsed(cells).map(|it| it.compared()).unwrap_or_default()
    }
}

/// What a cut JSON text still tells: its first time, operation and user.
pub(crate) fn lead_of_text(text: &str, reason: &str) -> Reject {
    let of = |keys: &[&str]| {
        keys.iter()
            .find_map(|key| {
                let (_, rest) = text.split_once(&format!("\"{key}\""))?;
                let rest = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
                rest.split_once('"').map(|it| it.0.to_owned())
            })
            .unwrap_or_default()
    };
    let shifted = of(&["CreationTime", "createdDateTime", "CreationDate"]).contains("Date(");
    Reject {
        reason: reason.to_owned(),
        // The wrapper's `/Date(ms)/` may be shifted by the host's zone.
        at: date::parse_iso(&of(&["CreationTime", "createdDateTime", "CreationDate"]))
            .filter(|_| !shifted),
        operation: name::operation(&of(&["Operation", "operation", "Operations"])),
        account: name::account(&of(&["UserId", "userPrincipalName", "UserIds"])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_kept_by_size_of_the_query() {
        let mut it = Results::default();
        for (index, count) in
            [("2", "2"), ("1", "2"), ("1", "70"), ("70", "70"), ("", ""), ("9", "2")]
        {
            it.feed(index, count);
        }
        let mut reading = Reading::default();
        it.finish(&mut reading);
        let numbers =
            |count, seen: &[u64], beyond| ResultNumbers { count, seen: seen.to_vec(), beyond };
        assert_eq!(reading.results, [numbers(2, &[3], true), numbers(70, &[1, 32], false)]);
        assert_eq!((reading.unnumbered, reading.cut), (1, false));
        it.feed("-1", "0");
        it.finish(&mut reading);
        assert!(reading.cut, "the query failed inside the service");
    }
}
