//! Audit records in a table with the JSON in one cell, or as wrapped JSON objects.

use std::collections::BTreeMap;

use model::{Content, Micros, Reading, Reject};
use serde_json::Value;

use super::{
    columns::{Columns, cell},
    date, name, ual,
    ual_words::{self, Audit},
};
use crate::format::{Head, RawRow, RowReader};

/// Reads rows whose `AuditData` holds the record.
pub(crate) struct Table {
    data: Option<usize>,
    id: Option<usize>,
    at: Option<usize>,
    operation: Option<usize>,
    user: Option<usize>,
    raw: Option<usize>,
    index: Option<usize>,
    count: Option<usize>,
    dates: date::Survey,
    results: Results,
}

/// The numbers `Search-UnifiedAuditLog` gives its results: 1 to ResultCount for each query.
#[derive(Default)]
pub(crate) struct Results {
    /// Rows by the ResultCount they state.
    rows: BTreeMap<i64, Counted>,
    /// Cells of all [`Counted::times`], which are bounded together.
    cells: usize,
    /// Rows that state none, broken ones among them: each is counted by itself.
    unsaid: u64,
    /// An index of -1 or a count of 0: the query failed inside the service.
    failed: bool,
}

/// Rows of queries of one ResultCount.
#[derive(Default)]
struct Counted {
    rows: u64,
    /// How often each ResultIndex stands there; empty where too much would have to be held.
    times: Vec<u32>,
    /// Indexes that no query of this count has.
    beyond: u64,
}

/// Most results of one query (`ReturnLargeSet`), and most indexes held for one file.
const LARGEST: i64 = 50_000;
const CELLS: usize = 4_000_000;

impl Counted {
    fn feed(&mut self, index: i64, count: i64, cells: &mut usize) {
        self.rows += 1;
        let width = usize::try_from(count).unwrap_or(0);
        let held = (1..=LARGEST).contains(&count) && *cells + width <= CELLS;
        if self.times.is_empty() && self.rows == 1 && held {
            *cells += width;
            self.times = vec![0; width];
        }
        let held = !self.times.is_empty();
        let at = usize::try_from(index.saturating_sub(1)).unwrap_or(usize::MAX);
        match self.times.get_mut(at) {
            Some(times) => *times = times.saturating_add(1),
            None => self.beyond += u64::from(held),
        }
    }

    /// How many results lack: whole queries of one count hold each index equally often.
    fn short(&self, count: i64) -> u64 {
        let Ok(count) = u64::try_from(count) else { return 0 };
        if count == 0 {
            return 0;
        }
        let queries = self.rows.div_ceil(count);
        if self.times.is_empty() {
            return queries * count - self.rows;
        }
        let lacking = |times: &u32| queries.saturating_sub(u64::from(*times));
        self.times.iter().map(lacking).sum::<u64>() + self.beyond
    }
}

impl Results {
    /// Looks at the numbers of one row; of a broken one they are empty.
    pub(crate) fn feed(&mut self, index: &str, count: &str) {
        let (Ok(index), Ok(count)) = (index.parse::<i64>(), count.parse::<i64>()) else {
            self.unsaid += 1;
            return;
        };
        self.failed |= index < 0 || count <= 0;
        self.rows.entry(count).or_default().feed(index, count, &mut self.cells);
    }

    /// Whether results are missing. Whole queries of one count come in whole multiples of it,
    /// in whatever order the rows stand; this can prove what is missing, never that all is there.
    pub(crate) fn missing(&self) -> bool {
        let short = |(count, rows): (&i64, &Counted)| rows.short(*count);
        self.failed || self.rows.iter().map(short).sum::<u64>() > self.unsaid
    }
}

impl Table {
    pub(crate) fn new(head: &Head) -> Table {
        let at = |names: &[&str]| head.columns.at(names);
        Table {
            data: at(&["auditdata"]),
            id: at(&["identity", "recordid", "id"]),
            at: at(&["creationdate", "createddatetime"]),
            operation: at(&["operations", "operation"]),
            user: at(&["userids", "userid", "userprincipalname"]),
            raw: at(&["_raw"]),
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

    fn parsed(&self, cells: &[&str]) -> Result<Audit, &'static str> {
        let data = cell(cells, self.data);
        let raw = cell(cells, self.raw);
        let text = match (data.is_empty(), raw.is_empty()) {
            (false, _) => data,
            (true, true) => return Err("AuditData is empty"),
            (true, false) => raw,
        };
        match ual_words::parse(text) {
            Ok(value @ Value::Object(_)) => {
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

impl RowReader for Table {
    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Cells(cells) = row else {
            return Content::Reject(Reject { reason: "no table row".into(), ..Reject::default() });
        };
        if self.dates.order().is_none_or(|it| it == date::DateOrder::Ymd) {
            self.dates.feed(cell(cells, self.at));
        }
        self.results.feed(cell(cells, self.index), cell(cells, self.count));
        let audit = match self.parsed(cells) {
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
        reading.cut |= self.results.missing();
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        let RawRow::Cells(cells) = row else { return Value::Null };
        self.parsed(cells).map(|it| it.compared()).unwrap_or_default()
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
    fn a_missing_index_shows_though_the_number_of_rows_is_right() {
        let of = |indexes: &[i64]| {
            let mut results = Results::default();
            indexes.iter().for_each(|it| results.feed(&it.to_string(), "4"));
            results.missing()
        };
        assert!(!of(&[1, 2, 3, 4]) && !of(&[4, 2, 1, 3, 1, 2, 3, 4]));
        assert!(of(&[1, 2, 3]), "one row too few");
        assert!(of(&[1, 2, 2, 4]), "a row twice in place of another");
        assert!(of(&[1, 2, 4, 5]), "an index beyond the count");
    }

    #[test]
    fn missing_results_are_proven_by_their_numbers_in_any_order() {
        let missing = |rows: &[(&str, &str)]| {
            let mut it = Results::default();
            rows.iter().for_each(|(index, count)| it.feed(index, count));
            it.missing()
        };
        assert!(!missing(&[("2", "2"), ("1", "2"), ("1", "1")]));
        assert!(!missing(&[("", ""), ("x", "2")]));
        assert!(missing(&[("1", "3"), ("3", "3")]));
        assert!(missing(&[("-1", "0")]));
    }
}
