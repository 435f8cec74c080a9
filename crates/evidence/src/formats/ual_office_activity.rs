//! Microsoft Sentinel's `OfficeActivity`: the audit record spread over columns that are partly
//! renamed, its lists as JSON text. Put together again it agrees with the record itself.
//!
//! The table holds Exchange, SharePoint and Teams only, from the day on which the workspace was
//! connected, for as long as it keeps them: its silence proves nothing.

use model::Kind;
use serde_json::{Map, Value};

use crate::{
    format::Format,
    normal::{
        json, signin,
        ual_words::{self, Audit},
        ual_wrapped::{Clock, Silence, Wrapped},
    },
};

pub(super) const FORMAT: Format = Format {
    id: "ual_office_activity",
    kind: Kind::Ual,
    name: "Microsoft Sentinel `OfficeActivity`, JSON or CSV",
    proves: "what was done in Exchange, SharePoint and Teams; its silence proves nothing",
    reference: "Microsoft Learn: Azure Monitor Logs reference, OfficeActivity",
    recognises: |head| {
        let keys = ["OfficeWorkload", "Operation"];
        json::all_in(&head.keys, &keys)
            || head.columns.has_all(&["officeworkload", "operation"])
            || json::text(&head.first, &["Type"]) == "OfficeActivity"
    },
    open: |head, options| {
        // `TimeGenerated [UTC]`; another zone is the one the portal was set to.
        let local = |it: &String| it.contains(" [") && !it.contains("[UTC]");
        let zone = options.declared_zone.as_deref().filter(|_| head.header.iter().any(local));
        let zone = zone.unwrap_or_default();
        Wrapped::open(head, (unwrap, Silence::Copy), &["TimeGenerated"], zone)
    },
};

/// The table's names → AuditData's.
const RENAMED: [(&str, &str); 10] = [
    ("AADTarget", "Target"),
    ("OfficeId", "Id"),
    ("OfficeWorkload", "Workload"),
    ("OfficeObjectId", "ObjectId"),
    ("Logon_Type", "LogonType"),
    ("Client_IPAddress", "ClientIPAddress"),
    ("Site_Url", "SiteUrl"),
    ("Site_", "Site"),
    ("Event_Data", "EventData"),
    ("AzureActiveDirectory_EventType", "AzureActiveDirectoryEventType"),
];

/// Columns of the workspace, which are no part of the record.
const OWN: [&str; 17] = [
    "TenantId",
    "TimeGenerated",
    "ElevationTime",
    "Start_Time",
    "SourceSystem",
    "SourceRecordId",
    "OfficeTenantId",
    "OfficeTenantId_",
    "ResultReasonType",
    "UserDomain",
    "Type",
    "Source_Name",
    "_ResourceId",
    "_SubscriptionId",
    "_ItemId",
    "_TimeReceived",
    "MG",
];

fn unwrap(row: &Value, clock: &Clock) -> Result<Audit<'static>, &'static str> {
    let fields = row.as_object().ok_or("no JSON object")?;
    let mut audit = Map::new();
    // `UserId_` stands in for a `UserId` that is empty: after the plain names.
    for second in [false, true] {
        for (name, field) in fields {
            let Some(name) = named(name).filter(|it| it.1 == second).map(|it| it.0) else {
                continue;
            };
            if audit.get(name).is_none_or(is_empty) {
                audit.insert(name.to_owned(), ual_words::opened(name, field));
            }
        }
    }
    // Workspaces that are shared blank the tenant out.
    if signin::id(&json::text(row, &["OrganizationId"])).is_empty() {
        audit.remove("OrganizationId");
    }
    if audit.get("Id").is_none_or(is_empty) {
        audit.insert("Id".to_owned(), json::at(row, &["SourceRecordId"]).clone());
    }
    let time = json::text(row, &["TimeGenerated"]);
    if !time.is_empty() {
        let time = clock.written(&time).ok_or("TimeGenerated cannot be read")?;
        audit.insert("CreationTime".to_owned(), time.into());
    }
    Ok(Audit::new(Value::Object(audit)))
}

/// AuditData's name of a column, and whether it is a second one of that name; `None` for the
/// workspace's own.
fn named(column: &str) -> Option<(&str, bool)> {
    let renamed = |it: &str| RENAMED.iter().find(|pair| pair.0 == it).map(|pair| pair.1);
    if OWN.contains(&column) {
        return None;
    }
    if let Some(name) = renamed(column) {
        return Some((name, false));
    }
    match column.strip_suffix('_') {
        Some(plain) => Some((renamed(plain).unwrap_or(plain), true)),
        None => Some((column, false)),
    }
}

fn is_empty(field: &Value) -> bool {
    field.is_null() || field.as_str().is_some_and(|it| it.trim().is_empty())
}
