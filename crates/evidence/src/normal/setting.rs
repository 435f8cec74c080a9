//! Objects of configuration exports: one way to look things up, whether the export is a table,
//! JSON or PowerShell's XML, so that every form of one object gives the same record.

use std::collections::BTreeMap;

use model::{Content, Micros, Reading, Record, Reject, Setting, SettingKind, What};
use serde_json::{Map, Value};

use super::{
    address,
    columns::{Columns, cell},
    date::{self, DateOrder},
    directory, json, name, signin,
};
use crate::{
    canonical,
    format::{Head, RawRow, ReadOptions, RowReader, Shape},
};

/// Tells whether the export has all of these columns or keys (lower case).
pub(crate) fn has_all(head: &Head, names: &[&str]) -> bool {
    names.iter().all(|it| has_any(head, &[it]))
}

/// Tells whether the export has one of these columns or keys (lower case).
pub(crate) fn has_any(head: &Head, names: &[&str]) -> bool {
    match head.shape {
        Shape::Json | Shape::CliXml => json::any_in(&head.keys, names),
        Shape::Csv | Shape::Workbook => head.columns.has_any(names),
        _ => false,
    }
}

/// The fields of one object.
pub(crate) struct Fields<'a> {
    row: Row<'a>,
    order: Option<DateOrder>,
    zone: &'a str,
}

#[derive(Clone, Copy)]
enum Row<'a> {
    Cells(&'a Columns, &'a [&'a str]),
    Json(&'a Value),
}

impl<'a> Fields<'a> {
    /// The fields of a table's row.
    pub(crate) fn of_cells(columns: &'a Columns, cells: &'a [&'a str]) -> Fields<'a> {
        Fields { row: Row::Cells(columns, cells), order: None, zone: "" }
    }

    /// The fields of an object.
    pub(crate) fn of_json(value: &'a Value) -> Fields<'a> {
        Fields { row: Row::Json(value), order: None, zone: "" }
    }

    /// Whether the export has this column or key, be it empty.
    pub(crate) fn has(&self, name: &str) -> bool {
        match self.row {
            Row::Cells(columns, _) => columns.has(name),
            Row::Json(value) => json::has(value, name),
        }
    }

    /// The value at a path of keys joined by dots; `Null` in a table.
    pub(crate) fn value(&self, path: &str) -> &'a Value {
        match self.row {
            Row::Cells(..) => &Value::Null,
            Row::Json(value) => down(value, path),
        }
    }

    /// The first of these fields that says something.
    pub(crate) fn text(&self, names: &[&str]) -> String {
        let mut all = names.iter().map(|name| match self.row {
            Row::Cells(columns, cells) => cell(cells, columns.at(&[name])).to_owned(),
            Row::Json(_) => plain(self.value(name)),
        });
        all.find(|it| !signin::said(it).is_empty()).unwrap_or_default()
    }

    /// A list, in order, each entry once; of a table's cell the parts between commas or semicolons.
    pub(crate) fn list(&self, names: &[&str]) -> Vec<String> {
        let mut found: Vec<String> = match self.row {
            Row::Cells(..) => {
                let text = self.text(names);
                let inside = |open, close| text.strip_prefix(open)?.strip_suffix(close);
                let text = inside('{', '}').or_else(|| inside('[', ']')).unwrap_or(&text);
                text.split([',', ';', '|', '\n']).map(trimmed).collect()
            }
            Row::Json(_) => {
                let value = names.iter().map(|it| self.value(it)).find(|it| !it.is_null());
                match value {
                    Some(Value::Array(all)) => all.iter().map(|it| trimmed(&plain(it))).collect(),
                    Some(other) => plain(other).split([',', ';']).map(trimmed).collect(),
                    None => Vec::new(),
                }
            }
        };
        found.retain(|it| !signin::said(it).is_empty());
        found.sort_unstable();
        found.dedup();
        found
    }

    /// A list of Microsoft's own words, in lower case; a list that was lost stays as it stands.
    pub(crate) fn words(&self, names: &[&str]) -> Vec<String> {
        let all = self.list(names).into_iter();
        all.map(|it| if directory::is_lost(&it) { it } else { it.to_lowercase() }).collect()
    }

    /// Yes, no, or not said.
    pub(crate) fn yes(&self, names: &[&str]) -> Option<bool> {
        signin::yes_no(&self.text(names))
    }

    /// An instant; `None` where the order of day and month is not certain.
    pub(crate) fn at(&self, names: &[&str]) -> Option<Micros> {
        let text = self.text(names);
        date::parse_iso(&text).or_else(|| date::parse(&text, self.order?, self.zone))
    }

    /// The user that a Graph answer belongs to: its rows do not say.
    pub(crate) fn user_of_context(&self) -> String {
        let context = self.text(&["@odata.context"]);
        let inside = context.split_once("users(").and_then(|it| it.1.split_once(')'));
        inside.map(|it| it.0.trim_matches('\'').replace("%40", "@")).unwrap_or_default()
    }

    /// The object as JSON, for its key.
    fn whole(&self) -> Value {
        match self.row {
            Row::Cells(columns, cells) => columns.value(cells),
            Row::Json(value) => value.clone(),
        }
    }
}

/// The value at a path; a key may itself hold a dot (`@odata.type`).
fn down<'a>(value: &'a Value, path: &str) -> &'a Value {
    let found = json::at(value, &[path]);
    match path.split_once('.') {
        Some((first, rest)) if found.is_null() => match json::at(value, &[first]) {
            Value::Null => &Value::Null,
            inner => down(inner, rest),
        },
        _ => found,
    }
}

fn trimmed(text: &str) -> String {
    text.trim().trim_matches('"').trim().to_owned()
}

/// A scalar as text. PowerShell's objects and Graph's references say their name in one of a few ways.
fn plain(value: &Value) -> String {
    match value {
        Value::Object(_) => {
            let keys = [
                "ToString",
                "value",
                "DateTime",
                "userPrincipalName",
                "address",
                "cidrAddress",
                "Name",
                "displayName",
            ];
            let mut said = keys.iter().map(|key| json::at(value, &[key]));
            said.find(|it| !it.is_null()).map(plain_once).unwrap_or_default()
        }
        Value::Array(all) => {
            all.iter().map(plain_once).filter(|it| !it.is_empty()).collect::<Vec<_>>().join(", ")
        }
        other => json::scalar(other),
    }
}

fn plain_once(value: &Value) -> String {
    match value {
        Value::Object(_) => {
            let inner = json::at(value, &["address"]);
            json::scalar(inner)
        }
        other => json::scalar(other),
    }
}

/// An object in the making.
pub(crate) struct Draft {
    setting: Setting,
    facts: BTreeMap<&'static str, Value>,
    ids: Vec<String>,
    losses: u32,
}

impl Draft {
    pub(crate) fn new(kind: SettingKind) -> Draft {
        Draft {
            setting: Setting { kind, ..Setting::default() },
            facts: BTreeMap::new(),
            ids: Vec::new(),
            losses: 0,
        }
    }

    /// Whose it is.
    pub(crate) fn account(mut self, text: &str) -> Draft {
        self.setting.account = account(text);
        self
    }

    /// What it is called.
    pub(crate) fn name(mut self, text: String) -> Draft {
        self.setting.name = text;
        self
    }

    /// Its ids and other names.
    pub(crate) fn ids(mut self, all: impl IntoIterator<Item = String>) -> Draft {
        self.ids.extend(all);
        self
    }

    /// When it was made and last changed.
    pub(crate) fn times(mut self, created: Option<Micros>, changed: Option<Micros>) -> Draft {
        (self.setting.created, self.setting.changed) = (created, changed);
        self
    }

    /// One thing that matters of it; what says nothing is left out.
    pub(crate) fn fact(mut self, key: &'static str, value: impl Into<Value>) -> Draft {
        let value = value.into();
        let lost = |text: &str| directory::is_lost(text);
        self.losses |= u32::from(match &value {
            Value::String(text) => lost(text),
            Value::Array(all) => all.iter().any(|it| it.as_str().is_some_and(lost)),
            _ => false,
        });
        let empty = match &value {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(all) => all.is_empty(),
            _ => false,
        };
        if !empty {
            self.facts.insert(key, value);
        }
        self
    }

    /// The object, and what was lost of it on export.
    pub(crate) fn finish(self) -> (Setting, u32) {
        let mut it = self.setting;
        it.ids = self.ids.iter().map(|id| signin::id(id)).filter(|id| !id.is_empty()).collect();
        it.ids.sort_unstable();
        it.ids.dedup();
        let facts: Map<String, Value> =
            self.facts.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        it.facts = if facts.is_empty() { String::new() } else { Value::Object(facts).to_string() };
        (it, self.losses)
    }
}

/// An account as configuration exports name it: a mail address in its normal form, else the text in
/// lower case.
pub(crate) fn account(text: &str) -> String {
    let address = address::normalise(text);
    if address.is_empty() { name::account(signin::said(text)) } else { address }
}

/// The last part of `org/Unit/Name`, `Name\Rule` and the like.
pub(crate) fn last_part(text: &str) -> String {
    text.rsplit(['/', '\\']).next().unwrap_or_default().trim().to_owned()
}

/// What one format makes of an object; why it is none.
pub(crate) type Reads = fn(&Fields<'_>) -> Result<Draft, &'static str>;

/// A reader of configuration objects. `dates` are the columns of a table that hold instants.
pub(crate) fn reader(
    head: &Head,
    options: &ReadOptions,
    dates: &[&str],
    reads: Reads,
) -> Box<dyn RowReader> {
    Box::new(Objects {
        columns: head.columns.clone(),
        dates: dates.iter().filter_map(|it| head.columns.at(&[it])).collect(),
        survey: date::Survey::default(),
        zone: options.zone().to_owned(),
        undated: 0,
        reads,
    })
}

struct Objects {
    columns: Columns,
    dates: Vec<usize>,
    survey: date::Survey,
    zone: String,
    undated: u64,
    reads: Reads,
}

impl Objects {
    fn draft(&self, row: RawRow<'_>) -> Result<(Setting, u32, Value), &'static str> {
        let row = match row {
            RawRow::Cells(cells) => Row::Cells(&self.columns, cells),
            RawRow::Json(value) => Row::Json(value),
            _ => return Err("neither a table row nor an object"),
        };
        let fields = Fields { row, order: self.survey.order(), zone: &self.zone };
        let (setting, losses) = (self.reads)(&fields)?.finish();
        Ok((setting, losses, fields.whole()))
    }
}

impl RowReader for Objects {
    fn needs_survey(&self) -> bool {
        !self.dates.is_empty()
    }

    fn survey(&mut self, row: RawRow<'_>) {
        if let RawRow::Cells(cells) = row {
            self.dates.iter().for_each(|at| self.survey.feed(cell(cells, Some(*at))));
        }
    }

    fn read(&mut self, row: RawRow<'_>) -> Content {
        if let RawRow::Cells(cells) = row
            && self.survey.order().is_none()
        {
            let said = self.dates.iter().any(|at| {
                let text = cell(cells, Some(*at));
                date::parse_iso(text).is_none() && date::is_date(text)
            });
            self.undated += u64::from(said);
        }
        match self.draft(row) {
            Ok((setting, losses, _)) => {
                let value = typed(&setting);
                Content::Record(Box::new(Record {
                    key: canonical::key_of_row(&value),
                    body: canonical::body_of(&value),
                    losses,
                    what: What::Setting(setting),
                }))
            }
            Err(reason) => {
                Content::Reject(Reject { reason: reason.to_owned(), ..Reject::default() })
            }
        }
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        self.draft(row).map(|it| typed(&it.0)).unwrap_or_default()
    }

    fn finish(&mut self, reading: &mut Reading) {
        if self.undated > 0 {
            reading.warnings.push(("ambiguous_dates".to_owned(), self.undated.to_string()));
        }
    }
}

/// What the object says, however the export spells it: its key is made of it.
fn typed(setting: &Setting) -> Value {
    serde_json::to_value(setting).unwrap_or_default()
}
