//! Audit records in a table with the JSON in one cell, or as wrapped JSON objects.

use model::{Content, Micros, Reject};
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
    dates: date::Survey,
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
        let lead = self.lead(cells, reason);
        let inner = lead_of_text(&text.replace("\"\"", "\""), reason);
        Reject {
            at: lead.at.or(inner.at),
            operation: if lead.operation.is_empty() { inner.operation } else { lead.operation },
            account: if lead.account.contains('@') { lead.account } else { inner.account },
            ..lead
        }
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
