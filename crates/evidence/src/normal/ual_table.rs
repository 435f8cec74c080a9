//! Audit records in a table with the JSON in one cell, or as wrapped JSON objects.

use std::collections::BTreeMap;

use model::{Content, Micros, Reading, Reject};
use serde_json::Value;

use super::{
    columns::{Columns, cell},
    date, json as look, name, ual,
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
struct Results {
    /// Rows by the ResultCount they state.
    rows: BTreeMap<i64, u64>,
    /// Rows that state none, broken ones among them: each is counted by itself.
    unsaid: u64,
    /// An index of -1 or a count of 0: the query failed inside the service.
    failed: bool,
}

impl Results {
    fn feed(&mut self, index: &str, count: &str) {
        let (Ok(index), Ok(count)) = (index.parse::<i64>(), count.parse::<i64>()) else {
            self.unsaid += 1;
            return;
        };
        self.failed |= index < 0 || count <= 0;
        *self.rows.entry(count).or_default() += 1;
    }

    /// Whether results are missing. Whole queries of one count come in whole multiples of it,
    /// in whatever order the rows stand; this can prove what is missing, never that all is there.
    fn missing(&self) -> bool {
        let short = |(count, rows): (&i64, &u64)| match u64::try_from(*count) {
            Ok(count) if count > 0 && rows % count > 0 => count - rows % count,
            _ => 0,
        };
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

    fn parsed(&self, cells: &[&str]) -> Result<Value, &'static str> {
        let data = cell(cells, self.data);
        if data.is_empty() {
            return Err(match cell(cells, self.raw).is_empty() {
                true => "AuditData is empty",
                false => "AuditData is empty: the collector cut the record",
            });
        }
        match serde_json::from_str(data) {
            Ok(value @ Value::Object(_)) => Ok(value),
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
        match ual::record(&audit, cell(cells, self.id)) {
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
        self.parsed(cells).ok().and_then(|it| crate::canonical::form(&it)).unwrap_or_default()
    }
}

/// Reads JSON objects that are audit records or wrap one in `auditData`.
pub(crate) struct Objects;

impl Objects {
    /// The record itself, out of its wrapper.
    fn inner(value: &Value) -> Result<Value, &'static str> {
        let data = ["auditData", "AuditData"].iter().find_map(|key| value.get(*key));
        match data {
            None => Ok(value.clone()),
            Some(inner @ Value::Object(_)) => Ok(inner.clone()),
            Some(Value::String(text)) => match serde_json::from_str(text) {
                Ok(inner @ Value::Object(_)) => Ok(inner),
                _ => Err("AuditData is cut or broken JSON"),
            },
            Some(_) => Err("AuditData is no JSON object"),
        }
    }
}

impl RowReader for Objects {
    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Json(value) = row else {
            return Content::Reject(Reject {
                reason: "no JSON object".into(),
                ..Reject::default()
            });
        };
        let lead = |reason: &str| {
            let first = |keys: &[&str]| {
                keys.iter()
                    .map(|it| look::text(value, &[it]))
                    .find(|it| !it.is_empty())
                    .unwrap_or_default()
            };
            Reject {
                reason: reason.to_owned(),
                at: date::parse_iso(&first(&["createdDateTime", "CreationDate", "CreationTime"])),
                operation: name::operation(&first(&["operation", "Operations"])),
                account: name::account(&first(&["userPrincipalName", "userId", "UserIds"])),
            }
        };
        match Objects::inner(value) {
            Err(reason) => Content::Reject(lead(reason)),
            Ok(inner) => {
                let wrapped = value.get("auditData").is_some();
                let id = if wrapped {
                    look::text(value, &["id"])
                } else {
                    look::text(value, &["Identity"])
                };
                match ual::record(&inner, &id) {
                    Content::Reject(it) => {
                        let lead = lead(&it.reason);
                        Content::Reject(Reject { at: it.at.or(lead.at), ..lead })
                    }
                    record => record,
                }
            }
        }
    }

    fn broken(&mut self, _cells: &[&str], text: &str, reason: &str) -> Reject {
        lead_of_text(text, reason)
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        let RawRow::Json(value) = row else { return Value::Null };
        Objects::inner(value).ok().and_then(|it| crate::canonical::form(&it)).unwrap_or_default()
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
    Reject {
        reason: reason.to_owned(),
        at: date::parse_iso(&of(&["CreationTime", "createdDateTime", "CreationDate"])),
        operation: name::operation(&of(&["Operation", "operation", "Operations"])),
        account: name::account(&of(&["UserId", "userPrincipalName", "UserIds"])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
