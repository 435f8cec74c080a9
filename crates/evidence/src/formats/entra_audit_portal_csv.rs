//! The directory audit as the Entra portal downloads it: one row a record, its targets and their
//! changed properties in numbered columns. It has no id of its own.

use model::{Content, Kind, Reading, Reject};
use serde_json::{Map, Value, json};

use crate::{
    format::{Format, Head, RawRow, RowReader},
    normal::{
        columns::{Columns, cell},
        entra::{self, Clock},
        entra_audit,
    },
};

pub(super) const FORMAT: Format = Format {
    id: "entra_audit_portal_csv",
    kind: Kind::EntraAudit,
    name: "Entra portal CSV of the directory audit",
    proves: "who changed what in the directory, and from which address",
    reference: "Microsoft Learn: How to download logs in Microsoft Entra ID; observed columns",
    recognises: |head| {
        head.columns.has_all(&["activity", "actoruserprincipalname"]) && head.columns.has_any(DATE)
    },
    open: |head, _| Box::new(Table::new(head)),
};

const DATE: &[&str] = &["date (utc)", "date", "日付 (utc)", "日付"];

/// More targets and properties than any row has columns for.
const MOST: usize = 100;

struct Table {
    columns: Columns,
    clock: Clock,
}

impl Table {
    fn new(head: &Head) -> Table {
        Table { columns: head.columns.clone(), clock: Clock::default() }
    }

    fn get<'a>(&self, cells: &[&'a str], name: &str) -> &'a str {
        cell(cells, self.columns.at(&[name]))
    }

    /// The row as Graph would write it.
    fn object(&self, cells: &[&str]) -> Value {
        let get = |name: &str| self.get(cells, name);
        let agent = cell(cells, self.columns.at(&["useragent", "user agent"]));
        let application = get("actortype").eq_ignore_ascii_case("application")
            || !get("actorserviceprincipalid").is_empty();
        let by = if application && get("actoruserprincipalname").is_empty() {
            json!({"app": {
                "displayName": get("actordisplayname"),
                "servicePrincipalId": cell(cells, self.columns.at(&["actorserviceprincipalid"])),
            }})
        } else {
            json!({"user": {
                "id": get("actorobjectid"), "userPrincipalName": get("actoruserprincipalname"),
                "displayName": get("actordisplayname"), "ipAddress": get("ipaddress"),
                "homeTenantId": get("actorhometenantid"),
            }})
        };
        json!({
            "id": get("id"),
            "activityDateTime": cell(cells, self.columns.at(DATE)),
            "activityDisplayName": get("activity"),
            "correlationId": get("correlationid"),
            "result": get("result"),
            "resultReason": get("resultreason"),
            "userAgent": agent,
            "callerIpAddress": get("ipaddress"),
            "initiatedBy": by,
            "targetResources": self.targets(cells),
            "additionalDetails": self.details(cells),
        })
    }

    fn targets(&self, cells: &[&str]) -> Vec<Value> {
        let mut found = Vec::new();
        for n in (1..MOST).take_while(|n| self.columns.has(&format!("target{n}type"))) {
            let get = |name: &str| self.get(cells, &format!("target{n}{name}"));
            let mut target = Map::new();
            for (key, column) in [
                ("type", "type"),
                ("id", "objectid"),
                ("displayName", "displayname"),
                ("userPrincipalName", "userprincipalname"),
            ] {
                if !get(column).is_empty() {
                    target.insert(key.to_owned(), Value::String(get(column).to_owned()));
                }
            }
            let changes: Vec<Value> = (1..MOST)
                .map(|m| format!("modifiedproperty{m}"))
                .take_while(|it| self.columns.has(&format!("target{n}{it}name")))
                .filter(|it| !get(&format!("{it}name")).is_empty())
                .map(|it| {
                    json!({
                        "displayName": get(&format!("{it}name")),
                        "oldValue": get(&format!("{it}oldvalue")),
                        "newValue": get(&format!("{it}newvalue")),
                    })
                })
                .collect();
            if !changes.is_empty() {
                target.insert("modifiedProperties".to_owned(), Value::Array(changes));
            }
            if !target.is_empty() {
                found.push(Value::Object(target));
            }
        }
        found
    }

    fn details(&self, cells: &[&str]) -> Vec<Value> {
        (1..MOST)
            .take_while(|n| self.columns.has(&format!("additionaldetail{n}key")))
            .map(|n| {
                json!({
                    "key": self.get(cells, &format!("additionaldetail{n}key")),
                    "value": self.get(cells, &format!("additionaldetail{n}value")),
                })
            })
            .collect()
    }
}

impl RowReader for Table {
    fn needs_survey(&self) -> bool {
        true
    }

    fn survey(&mut self, row: RawRow<'_>) {
        if let RawRow::Cells(cells) = row {
            self.clock.feed(cell(cells, self.columns.at(DATE)));
        }
    }

    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Cells(cells) = row else {
            return Content::Reject(Reject { reason: "no table row".into(), ..Reject::default() });
        };
        entra_audit::content(&self.object(cells), &mut self.clock)
    }

    fn broken(&mut self, cells: &[&str], _text: &str, reason: &str) -> Reject {
        entra::lead(&self.object(cells), &self.clock, reason)
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        let RawRow::Cells(cells) = row else { return Value::Null };
        entra_audit::canonical(&self.object(cells), &self.clock)
    }

    fn finish(&mut self, reading: &mut Reading) {
        self.clock.finish(reading);
    }
}
