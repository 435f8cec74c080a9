//! Rows of Microsoft Entra's logs in every container: Graph objects, diagnostic settings, Sentinel
//! tables, and tables made from them. A file may mix logs, so each row is read for what it is.
//!
//! Sources: Microsoft Graph `signIn`, `directoryAudit`, `riskDetection`, `riskyUser`; Azure Monitor
//! reference, tables SigninLogs, AADNonInteractiveUserSignInLogs, AuditLogs, AADUserRiskEvents.

use std::borrow::Cow;

use model::{Content, Micros, Reading, Reject};
use serde_json::{Map, Value};

use super::{
    columns::Columns, date, entra_audit, entra_risk, json, name, signin_defender, signin_object,
};
use crate::format::{Head, RawRow, ReadOptions, RowReader, Shape};

/// Key under which a row's own log stands once its envelope is off.
pub(crate) const LOG: &str = "@log";

/// What a row is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Sort {
    /// A sign-in of any stream.
    SignIn,
    /// A change in the directory.
    Audit,
    /// A risk detection, or the risk state of an account.
    Risk,
    /// Something else.
    Other,
}

/// How the dates of one file are written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Clock {
    survey: date::Survey,
    zone: String,
    undated: u64,
}

impl Clock {
    /// A clock for times without a zone: in `zone`, empty for UTC.
    pub(crate) fn new(zone: &str) -> Clock {
        Clock { zone: zone.to_owned(), ..Clock::default() }
    }

    /// Looks at one date, to learn the order of day and month.
    pub(crate) fn feed(&mut self, text: &str) {
        if date::parse_iso(text).is_none() {
            self.survey.feed(text);
        }
    }

    /// Reads an instant; `None` also where the order of day and month cannot be told.
    pub(crate) fn read(&self, text: &str) -> Option<Micros> {
        date::parse_iso(text).or_else(|| date::parse(text, self.survey.order()?, &self.zone))
    }

    /// Why a time could not be read; counts those whose order is open.
    pub(crate) fn why(&mut self, text: &str) -> &'static str {
        if self.survey.order().is_none() && date::is_date(text) {
            self.undated += 1;
            return "order of day and month cannot be told in this file";
        }
        "time of the record cannot be read"
    }

    /// Warns of times whose order stayed open.
    pub(crate) fn finish(&self, reading: &mut Reading) {
        if self.undated > 0 {
            reading.warnings.push(("ambiguous_dates".to_owned(), self.undated.to_string()));
        }
    }
}

/// Reads the rows of one file.
pub(crate) struct Rows {
    columns: Columns,
    clock: Clock,
    surveyed: bool,
    /// What the first row is: a broken one is taken for the same.
    usual: Sort,
}

impl Rows {
    /// For a format's `open`.
    pub(crate) fn open(head: &Head, _options: &ReadOptions) -> Box<dyn RowReader> {
        // The logs of Entra are in UTC, whatever the form of their dates.
        Box::new(Rows::new(head, ""))
    }

    /// For a format whose dates, where they name no zone, are in the zone of the export.
    pub(crate) fn open_local(head: &Head, options: &ReadOptions) -> Box<dyn RowReader> {
        Box::new(Rows::new(head, options.zone()))
    }

    fn new(head: &Head, zone: &str) -> Rows {
        let first = first(head).unwrap_or_default();
        Rows {
            columns: head.columns.clone(),
            clock: Clock::new(zone),
            surveyed: date::parse_iso(&time_of(&first)).is_none(),
            usual: sort(&first),
        }
    }

    fn value<'a>(&self, row: RawRow<'a>) -> Option<Cow<'a, Value>> {
        match row {
            RawRow::Json(value) => Some(bare(value)),
            RawRow::Cells(cells) => Some(in_words(of_cells(&self.columns, cells))),
            _ => None,
        }
    }
}

impl RowReader for Rows {
    fn needs_survey(&self) -> bool {
        self.surveyed
    }

    fn survey(&mut self, row: RawRow<'_>) {
        if let Some(value) = self.value(row) {
            self.clock.feed(&time_of(&value));
        }
    }

    fn read(&mut self, row: RawRow<'_>) -> Content {
        let Some(value) = self.value(row) else { return other(&Value::Null) };
        let cut = match row {
            RawRow::Cells(cells) => u32::from(cells.len() < self.columns.names().len()),
            _ => 0,
        };
        let mut content = match sort(&value) {
            Sort::SignIn => signin_object::content(&value, &mut self.clock),
            Sort::Audit => entra_audit::content(&value, &mut self.clock),
            Sort::Risk => entra_risk::content(&value, &mut self.clock),
            Sort::Other => other(&value),
        };
        if let Content::Record(record) = &mut content {
            record.losses += cut;
        }
        content
    }

    fn broken(&mut self, cells: &[&str], text: &str, reason: &str) -> Reject {
        if !cells.is_empty() {
            return lead(&in_words(of_cells(&self.columns, cells)), &self.clock, reason);
        }
        // The text breaks off or in: what stands there before and after is still readable.
        let keys = [
            "createdDateTime",
            "activityDateTime",
            "TimeGenerated",
            "Timestamp",
            "userPrincipalName",
            "UserPrincipalName",
            "AccountUpn",
            "activityDisplayName",
            "OperationName",
        ];
        // The accounts a change was made to are not who made it: whose gap it is must not be guessed.
        let text = text.split("argetResources").next().unwrap_or_default();
        let found = keys.iter().filter_map(|key| Some(((*key).to_owned(), said_in(text, key)?)));
        let row = Value::Object(found.collect());
        let operation = match self.usual {
            Sort::SignIn => "SignIn".to_owned(),
            _ => name::operation(&either(&row, &["activityDisplayName", "operationName"])),
        };
        Reject {
            reason: reason.to_owned(),
            at: keys[..4].iter().find_map(|key| self.clock.read(&json::text(&row, &[key]))),
            operation,
            account: name::account(&either(&row, &["userPrincipalName", "accountUpn"])),
        }
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        let Some(value) = self.value(row) else { return Value::Null };
        match sort(&value) {
            Sort::SignIn => signin_object::canonical(&value, &self.clock),
            Sort::Audit => entra_audit::canonical(&value, &self.clock),
            Sort::Risk => entra_risk::canonical(&value, &self.clock),
            Sort::Other => Value::Null,
        }
    }

    fn finish(&mut self, reading: &mut Reading) {
        self.clock.finish(reading);
    }
}

/// The text under a key in JSON that cannot be parsed.
fn said_in(text: &str, key: &str) -> Option<Value> {
    let (_, rest) = text.split_once(&format!("\"{key}\""))?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('"')?;
    rest.split_once('"').map(|it| Value::String(it.0.to_owned()))
}

/// What a reject of a row still tells.
pub(crate) fn lead(row: &Value, clock: &Clock, reason: &str) -> Reject {
    let operation = match sort(row) {
        Sort::SignIn => "SignIn".to_owned(),
        _ => either(row, &["activityDisplayName", "operationName"]),
    };
    let (who, _) = match sort(row) {
        Sort::Audit => entra_audit::actor(row),
        _ => (name::account(&either(row, &["userPrincipalName", "userId"])), Vec::new()),
    };
    Reject {
        reason: reason.to_owned(),
        at: clock.read(&time_of(row)),
        operation: name::operation(&operation),
        account: who,
    }
}

fn other(row: &Value) -> Content {
    let log = json::text(row, &[LOG]);
    let reason = if log.eq_ignore_ascii_case("MicrosoftGraphActivityLogs") {
        "a request to Microsoft Graph: that log is not read; what it touched stands in the audit log"
    } else {
        "neither a sign-in nor a change in the directory nor a risk: another log, which is not read"
    };
    Content::Reject(lead(row, &Clock::default(), reason))
}

/// The first row of a file as it will be read; `None` for what is no row of JSON or of a table.
pub(crate) fn first(head: &Head) -> Option<Value> {
    match head.shape {
        Shape::Json => Some(bare(&head.first).into_owned()),
        _ => first_raw(head).map(|it| in_words(it).into_owned()),
    }
}

/// The first row as it stands; of a table that has a header alone, a row that says nothing.
pub(crate) fn first_raw(head: &Head) -> Option<Value> {
    match head.shape {
        Shape::Json => Some(head.first.clone()),
        Shape::Csv | Shape::Workbook => {
            let cells = head.rows.first().into_iter().flatten().map(String::as_str);
            Some(of_cells(&head.columns, &cells.collect::<Vec<&str>>()))
        }
        _ => None,
    }
}

/// Tells whether a row comes out of Defender's advanced hunting, streamed or not.
pub(crate) fn is_hunted(row: &Value) -> bool {
    let inner = if is_diagnostic(row) { json::at(row, &["properties"]) } else { row };
    signin_defender::is_defender(inner)
}

/// Tells what a row is, by what it has.
pub(crate) fn sort(row: &Value) -> Sort {
    // Graph's own spelling, which most rows have, is found at once.
    let graph = |keys: &[&str]| keys.iter().all(|key| row.get(key).is_some());
    if graph(&["createdDateTime", "appDisplayName", "userPrincipalName", "clientAppUsed"])
        && row.get("status").is_some_and(Value::is_object)
    {
        return Sort::SignIn;
    }
    let has = |key: &str| json::has(row, key);
    let any = |keys: &[&str]| keys.iter().any(|key| json::has(row, key));
    // Other Microsoft logs that share many of these names.
    if any(&["auditData", "officeWorkload", "rawEventData", "networkMessageId"]) {
        return Sort::Other;
    }
    if (has("riskEventType") && any(&["detectedDateTime", "activityDateTime"]))
        || has("riskLastUpdatedDateTime")
    {
        return Sort::Risk;
    }
    if any(&["activityDisplayName", "operationName"])
        && has("initiatedBy")
        && has("targetResources")
    {
        return Sort::Audit;
    }
    let who = any(&["userPrincipalName", "userId", "servicePrincipalId"]);
    let which = any(&["appDisplayName", "appId", "servicePrincipalName"]);
    let how = any(&["status", "resultType"]) && !json::at(row, &["status"]).is_number();
    if who && which && how && any(&["createdDateTime", "timeGenerated"]) {
        return Sort::SignIn;
    }
    Sort::Other
}

/// Tells whether a row comes out of a Log Analytics table (Sentinel).
pub(crate) fn is_sentinel(row: &Value) -> bool {
    json::has(row, "timeGenerated")
}

/// Tells whether an object is a diagnostic record: an envelope around `properties`.
pub(crate) fn is_diagnostic(row: &Value) -> bool {
    let nested = json::at(row, &["properties"]);
    let text = nested.as_str().is_some_and(|it| it.trim_start().starts_with('{'));
    json::has(row, "category") && (nested.is_object() || text)
}

/// The instant of a row, as written. A diagnostic record's `time` is minutes later than the event.
pub(crate) fn time_of(row: &Value) -> String {
    let keys = match sort(row) {
        Sort::Risk => &["activityDateTime", "detectedDateTime", "riskLastUpdatedDateTime"][..],
        Sort::Audit => &["activityDateTime"],
        _ => &["createdDateTime"],
    };
    let found = either(row, keys);
    if found.is_empty() { either(row, &["timeGenerated", "time"]) } else { found }
}

/// The first of these keys that says something.
pub(crate) fn either(row: &Value, keys: &[&str]) -> String {
    keys.iter().map(|key| json::text(row, &[key])).find(|it| !it.is_empty()).unwrap_or_default()
}

/// The row without its envelope, and with the JSON texts in it read.
pub(crate) fn bare(row: &Value) -> Cow<'_, Value> {
    if is_diagnostic(row) {
        return in_words(opened(row));
    }
    let folded = |it: &Value| it.as_str().is_some_and(is_folded);
    let any = row.as_object().is_some_and(|it| it.values().any(folded));
    match any {
        true => in_words(unfolded(row)),
        false if signin_defender::is_defender(row) => Cow::Owned(signin_defender::as_graph(row)),
        false => Cow::Borrowed(row),
    }
}

/// In the words of Graph.
fn in_words<'a>(row: Value) -> Cow<'a, Value> {
    let hunted = signin_defender::is_defender(&row);
    Cow::Owned(if hunted { signin_defender::as_graph(&row) } else { row })
}

/// Envelope fields that say what the properties may leave out.
const OUTER: [&str; 7] = [
    "time",
    "operationName",
    "resultType",
    "callerIpAddress",
    "correlationId",
    "tenantId",
    "identity",
];

fn opened(row: &Value) -> Value {
    let mut out = match unfolded(json::at(row, &["properties"])) {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    let inner = Value::Object(out.clone());
    for key in OUTER {
        let value = json::at(row, &[key]);
        if !json::has(&inner, key) && !value.is_null() {
            out.insert(key.to_owned(), value.clone());
        }
    }
    // Beside the properties' own place, which is an object there.
    out.insert("@country".to_owned(), json::at(row, &["location"]).clone());
    out.insert(LOG.to_owned(), Value::String(json::text(row, &["category"])));
    Value::Object(out)
}

fn is_folded(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with('{') || text.starts_with('[')
}

/// Reads JSON texts one level down; text that is none stays as it is.
fn unfolded(row: &Value) -> Value {
    match row {
        Value::String(text) if is_folded(text) => {
            serde_json::from_str(text).unwrap_or_else(|_| row.clone())
        }
        Value::Object(fields) => {
            let one = |(key, value): (&String, &Value)| {
                let value = match value {
                    Value::String(text) if is_folded(text) => {
                        serde_json::from_str(text).unwrap_or_else(|_| value.clone())
                    }
                    other => other.clone(),
                };
                (key.clone(), value)
            };
            Value::Object(fields.iter().map(one).collect())
        }
        other => other.clone(),
    }
}

/// A table's row as an object: the portal of Log Analytics writes `TimeGenerated [UTC]`.
fn of_cells(columns: &Columns, cells: &[&str]) -> Value {
    let mut out = Map::new();
    for (name, cell) in columns.names().iter().zip(cells) {
        let name = name.strip_suffix(" [utc]").unwrap_or(name);
        if !name.is_empty() && !out.contains_key(name) && !cell.trim().is_empty() {
            out.insert(name.to_owned(), Value::String(cell.trim().to_owned()));
        }
    }
    // What a row leaves empty is still a column: the sort of a row must not change with it.
    for name in columns.names() {
        let name = name.strip_suffix(" [utc]").unwrap_or(name);
        if !name.is_empty() && !out.contains_key(name) {
            out.insert(name.to_owned(), Value::Null);
        }
    }
    unfolded(&Value::Object(out))
}
