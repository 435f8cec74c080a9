//! Audit records in containers that spell or wrap them in their own way, as JSON or as a table.

use std::borrow::Cow;

use model::{Content, Reading, Record, Reject};
use serde_json::{Map, Value};

use super::{
    date::{self, DateOrder},
    json as look, name, ual,
    ual_table::{Results, lead_of_text},
    ual_words::{self, Audit},
};
use crate::{
    format::{Apart, Head, RawRow, RowReader},
    tree::Tree,
};

/// Takes an audit record out of a row. `Err` says why there is none.
pub(crate) type Unwrap = fn(&Value, &Clock) -> Result<Audit<'static>, &'static str>;

/// What the silence of a container is worth.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Silence {
    /// It is an export of the log itself: what is not in it was not asked for, or did not happen.
    Log,
    /// It lost what lists held: silence about a folder or a message proves nothing.
    Lossy,
    /// Another product's copy, which leaves records out by its nature: its silence proves nothing.
    Copy,
    /// A table that a tool derived from accesses to mail in the log: neither a record nor silence
    /// is the log's own.
    Derived,
}

/// How a file writes local times.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    survey: date::Survey,
    zone: String,
}

impl Clock {
    /// Returns a time in the spelling of `CreationTime`: UTC, and without seconds where the file
    /// gives none.
    pub(crate) fn written(&self, text: &str) -> Option<String> {
        // In a column that is ambiguous a value with the year at its end is not guessed.
        let order = self.survey.order().unwrap_or(DateOrder::Ymd);
        let written = ual_words::as_written(date::parse(text, order, &self.zone)?);
        let minutes = text.matches(':').count() == 1;
        Some(if minutes { written.get(..16)?.to_owned() } else { written })
    }
}

/// Reads the rows of such a container.
pub(crate) struct Wrapped {
    header: Vec<String>,
    unwrap: Unwrap,
    /// Columns with local times, and where they stand.
    times: Vec<usize>,
    clock: Clock,
    results: Results,
    silence: Silence,
    bare: bool,
}

/// Audit records that stand in the file as they are, one JSON object each.
struct Bare;

impl Apart for Bare {
    fn record(&self, row: RawRow<'_>) -> Option<Box<Record>> {
        let RawRow::Text(text) = row else { return None };
        let tree: Tree<'_> = serde_json::from_str(text).ok()?;
        let Tree::Object(fields) = &tree else { return None };
        // What has a wrapper around it, or numbers of a search, is looked at in its turn.
        if ["AuditData", "ResultIndex", "ResultCount"].iter().any(|it| fields.has_word(it)) {
            return None;
        }
        match ual::record(&Audit::new(tree)) {
            Content::Record(record) => Some(record),
            Content::Reject(_) => None,
        }
    }

    fn essence<'r>(&self, row: RawRow<'r>) -> Option<[&'r str; 3]> {
        match row {
            RawRow::Text(text) => Some([text, "", ""]),
            _ => None,
        }
    }
}

impl Wrapped {
    /// Opens a file of records that mostly stand there as they are.
    pub(crate) fn open_bare(head: &Head, unwrap: Unwrap) -> Box<dyn RowReader> {
        Box::new(Wrapped { bare: true, ..Wrapped::new(head, (unwrap, Silence::Log), &[], "") })
    }

    /// Opens a container. `local` names the columns of a table whose times are written in the
    /// host's culture, and `zone` is theirs (empty for UTC).
    pub(crate) fn open(
        head: &Head,
        (unwrap, silence): (Unwrap, Silence),
        local: &[&str],
        zone: &str,
    ) -> Box<dyn RowReader> {
        Box::new(Wrapped::new(head, (unwrap, silence), local, zone))
    }

    fn new(
        head: &Head,
        (unwrap, silence): (Unwrap, Silence),
        local: &[&str],
        zone: &str,
    ) -> Wrapped {
        let header: Vec<String> = head.header.iter().map(|it| column(it)).collect();
        let is_local = |name: &String| local.iter().any(|it| it.eq_ignore_ascii_case(name));
        let times = header.iter().enumerate().filter(|it| is_local(it.1)).map(|it| it.0).collect();
        let clock = Clock { survey: date::Survey::default(), zone: zone.to_owned() };
        let results = Results::default();
        Wrapped { header, unwrap, times, clock, results, silence, bare: false }
    }

    fn value<'a>(&self, row: RawRow<'a>) -> Option<Cow<'a, Value>> {
        match row {
            RawRow::Json(value) => Some(Cow::Borrowed(value)),
            RawRow::Cells(cells) => {
                let mut fields = Map::new();
                for (name, cell) in self.header.iter().zip(cells) {
                    if !cell.trim().is_empty() && !fields.contains_key(name) {
                        fields.insert(name.clone(), Value::String((*cell).to_owned()));
                    }
                }
                Some(Cow::Owned(Value::Object(fields)))
            }
            _ => None,
        }
    }

    /// What the wrapper still tells.
    fn lead(&self, value: &Value, reason: &str) -> Reject {
        let first = |keys: &[&str]| {
            let found = keys.iter().map(|it| look::text(value, &it.split('.').collect::<Vec<_>>()));
            let flat = keys.iter().map(|it| look::text(value, &[it]));
            found.chain(flat).find(|it| !it.is_empty()).unwrap_or_default()
        };
        // A `/Date(ms)/` of the wrapper may be shifted by the host's zone: better no time than that.
        let ticks = |it: &String| it.contains("Date(");
        let date = Some(first(&["CreationDate", "CreationDate.value"])).filter(|it| !ticks(it));
        let at = first(&[
            "CreationTime",
            "createdDateTime",
            "TimeGenerated",
            "Timestamp",
            "LastAccessed",
            "@timestamp",
            "time",
        ]);
        let operation = ["Operation", "Operations", "ActionType", "Action", "event.action"];
        let account = ["userPrincipalName", "UserId", "UserIds", "AccountUpn", "User", "user.id"];
        let at = if at.is_empty() { date.unwrap_or_default() } else { at };
        let at = self.clock.written(&at).as_deref().and_then(date::parse_iso);
        let derived = (self.silence == Silence::Derived).then(|| "MailItemsAccessed".to_owned());
        Reject {
            reason: reason.to_owned(),
            at,
            operation: derived.unwrap_or_else(|| name::operation(&first(&operation))),
            account: name::account(&first(&account)),
        }
    }
}

/// A header cell as the key it stands for: `TimeGenerated [UTC]` is `TimeGenerated`.
fn column(text: &str) -> String {
    let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '"'));
    text.split_once(" [").map_or(text, |it| it.0).to_owned()
}

impl RowReader for Wrapped {
    fn apart(&self) -> Option<Box<dyn Apart>> {
        self.bare.then(|| Box::new(Bare) as Box<dyn Apart>)
    }

    fn note(&mut self, _row: RawRow<'_>) {
        self.results.feed("", "");
    }

    fn needs_survey(&self) -> bool {
        !self.times.is_empty()
    }

    fn survey(&mut self, row: RawRow<'_>) {
        let RawRow::Cells(cells) = row else { return };
        for at in &self.times {
            self.clock.survey.feed(cells.get(*at).copied().unwrap_or_default());
        }
    }

    fn read(&mut self, row: RawRow<'_>) -> Content {
        let Some(value) = self.value(row) else {
            let reason = "no row of a table and no JSON object".to_owned();
            return Content::Reject(Reject { reason, ..Reject::default() });
        };
        let number = |key: &str| look::text(&value, &[key]);
        self.results.feed(&number("ResultIndex"), &number("ResultCount"));
        let audit = match (self.unwrap)(&value, &self.clock) {
            Ok(audit) => audit,
            Err(reason) => return Content::Reject(self.lead(&value, reason)),
        };
        match ual::record(&audit) {
            Content::Reject(it) => {
                let lead = self.lead(&value, &it.reason);
                Content::Reject(Reject { at: it.at.or(lead.at), ..lead })
            }
            record => record,
        }
    }

    fn broken(&mut self, cells: &[&str], text: &str, reason: &str) -> Reject {
        self.results.feed("", "");
        match self.value(RawRow::Cells(cells)) {
            Some(value) if !cells.is_empty() => self.lead(&value, reason),
            _ => lead_of_text(text, reason),
        }
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        let audit = self.value(row).and_then(|it| (self.unwrap)(&it, &self.clock).ok());
        audit.map(|it| it.compared()).unwrap_or_default()
    }

    fn finish(&mut self, reading: &mut Reading) {
        let detail = match self.silence {
            Silence::Log | Silence::Lossy => None,
            Silence::Copy => Some("copy"),
            Silence::Derived => Some("derived"),
        };
        self.results.finish(reading);
        reading.cut |= self.silence != Silence::Log;
        if let Some(detail) = detail {
            reading.warnings.push(("lossy_export".to_owned(), detail.to_owned()));
        }
        if self.clock.survey.order().is_none() {
            reading.warnings.push(("ambiguous_dates".to_owned(), String::new()));
        }
    }
}

/// The object inside a field, whether it is there as such or as JSON text.
pub(crate) fn inside(field: &Value) -> Option<Value> {
    match field {
        Value::Object(_) => Some(field.clone()),
        Value::String(text) => ual_words::parse(text).ok().filter(Value::is_object),
        _ => None,
    }
}
