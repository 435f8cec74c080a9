//! A record of the Entra directory audit → an event in the words of the audit log, so that whoever
//! judges a change need not know which of the two logs told it.
//!
//! Sources: Microsoft Graph `directoryAudit` resource type; «Office 365 Management Activity API
//! schema», Azure Active Directory schema (how the audit log names targets and service principals).

use model::{Content, ENTRA_AUDIT, Event, Record, What};
use serde_json::{Map, Value, json};

use super::{
    directory,
    entra::{self, Clock},
    ip, json as look, name, signin,
};
use crate::canonical;

/// Reads a record of the directory audit: a record, or a reject with what it still tells.
pub(crate) fn content(row: &Value, clock: &mut Clock) -> Content {
    if operation(row).is_empty() {
        return Content::Reject(entra::lead(row, clock, "the activity is missing"));
    }
    let Some(event) = event(row, clock) else {
        let written = entra::time_of(row);
        let reason =
            if written.is_empty() { "activityDateTime is missing" } else { clock.why(&written) };
        return Content::Reject(entra::lead(row, clock, reason));
    };
    let form = form(&event);
    let id = signin::said(&look::text(row, &["id"])).to_owned();
    let (unnamed, body) = (id.is_empty(), canonical::body_of_form(&form));
    let key = if unnamed { key_of_change(&event) } else { id };
    // Without an id the record may be told a second time by an export that has it.
    let losses = losses(row) + u32::from(unnamed);
    Content::Record(Box::new(Record { key, body, losses, what: What::Event(event) }))
}

/// What it says, for comparing.
pub(crate) fn canonical(row: &Value, clock: &Clock) -> Value {
    event(row, clock).map(|it| form(&it)).unwrap_or_default()
}

/// To the second, and its content as JSON and not as text.
fn form(event: &Event) -> Value {
    let mut event = event.clone();
    event.at -= event.at.rem_euclid(1_000_000);
    let content = serde_json::from_str::<Value>(&event.detail).unwrap_or_default();
    event.detail.clear();
    let mut form = signin::typed(&event);
    form["content"] = content;
    canonical::form(&form).unwrap_or_default()
}

fn key_of_change(event: &Event) -> String {
    canonical::key_of_row(&form(event))
}

fn operation(row: &Value) -> String {
    name::operation(&entra::either(row, &["activityDisplayName", "operationName"]))
}

fn event(row: &Value, clock: &Clock) -> Option<Event> {
    let (actor, actor_ids) = actor(row);
    let user = look::at(row, &["initiatedBy", "user"]);
    let address = [look::text(user, &["ipAddress"]), look::text(row, &["callerIpAddress"])];
    // In Sentinel `TenantId` is the workspace's.
    let own = if entra::is_sentinel(row) { "aadTenantId" } else { "tenantId" };
    let tenants = [look::text(user, &["homeTenantId"]), look::text(row, &[own])];
    let result = entra::either(row, &["result"]).to_ascii_lowercase();
    Some(Event {
        at: clock.read(&entra::time_of(row))?,
        tenant: tenants
            .iter()
            .map(|it| signin::id(it))
            .find(|it| !it.is_empty())
            .unwrap_or_default(),
        user_type: if actor.starts_with("serviceprincipal_") { 6 } else { -1 },
        actor,
        actor_ids,
        operation: operation(row),
        workload: ENTRA_AUDIT.to_owned(),
        record_type: -1,
        logon_type: -1,
        error: -1,
        succeeded: match result.as_str() {
            "success" => Some(true),
            "failure" | "timeout" => Some(false),
            _ => None,
        },
        ip: address.iter().find_map(|it| ip::canonical(it)).unwrap_or_default(),
        agent: agent(row),
        request: signin::id(&look::text(row, &["correlationId"])),
        object: targets(row).next().map(object).unwrap_or_default(),
        detail: detail(row),
        ..Event::default()
    })
}

/// Who did it, and their other names: a user by name, an application as the audit log names it.
pub(crate) fn actor(row: &Value) -> (String, Vec<String>) {
    let said = |path: &[&str]| signin::said(&look::text(row, path)).to_owned();
    let id = |path: &[&str]| signin::id(&look::text(row, path));
    let upn = name::account(&said(&["initiatedBy", "user", "userPrincipalName"]));
    let user = id(&["initiatedBy", "user", "id"]);
    let principal = id(&["initiatedBy", "app", "servicePrincipalId"]);
    let fallback = [
        if principal.is_empty() { String::new() } else { format!("serviceprincipal_{principal}") },
        user.clone(),
        name::account(&said(&["initiatedBy", "app", "displayName"])),
        name::account(&said(&["initiatedBy", "user", "displayName"])),
        name::account(&said(&["identity"])),
    ];
    if upn.is_empty() {
        let named = fallback.into_iter().find(|it| !it.is_empty());
        return (named.unwrap_or_default(), Vec::new());
    }
    let same = user.is_empty() || user == upn || !upn.contains('@');
    (upn, if same { Vec::new() } else { vec![user] })
}

/// The user agent stands among the additional details; the sign-in service itself is nobody's client.
fn agent(row: &Value) -> String {
    let details = look::at(row, &["additionalDetails"]);
    let mut named = pairs(details).filter(|(key, _)| key.eq_ignore_ascii_case("User-Agent"));
    let found = named.next().map(|it| it.1).unwrap_or_default();
    let found = if found.is_empty() { entra::either(row, &["userAgent"]) } else { found };
    if found == "EvoSTS" { String::new() } else { signin::said(&found).to_owned() }
}

fn pairs(bag: &Value) -> impl Iterator<Item = (String, String)> {
    let one = |it: &Value| (look::text(it, &["key"]), look::text(it, &["value"]));
    bag.as_array().into_iter().flatten().map(one).filter(|it| !it.0.is_empty())
}

fn targets(row: &Value) -> impl Iterator<Item = &Value> {
    let found = look::at(row, &["targetResources"]);
    found.as_array().into_iter().flatten().filter(|it| it.is_object())
}

/// What the audit log calls `ObjectId`: an account by its name, an application by its id.
fn object(target: &Value) -> String {
    let said = |key| signin::said(&look::text(target, &[key])).to_owned();
    let (upn, id, shown) = (said("userPrincipalName"), said("id"), said("displayName"));
    let application = matches!(said("type").as_str(), "ServicePrincipal" | "Application");
    let order = if application { [upn, id, shown] } else { [upn, shown, id] };
    order.into_iter().find(|it| !it.is_empty()).unwrap_or_default()
}

/// What persistence and settings rules need, as the audit log's records give it.
fn detail(row: &Value) -> String {
    let mut modified = Map::new();
    let mut named: Vec<String> = Vec::new();
    for target in targets(row) {
        let said = |key| signin::said(&look::text(target, &[key])).to_owned();
        let (kind, id) = (said("type"), said("id"));
        if !kind.is_empty() && !id.is_empty() {
            named.push(format!("{kind}_{id}"));
        }
        named.extend([id, kind, said("displayName"), said("userPrincipalName")]);
        let changes = look::at(target, &["modifiedProperties"]).as_array();
        for change in changes.into_iter().flatten() {
            let value = |key| written(look::at(change, &[key]));
            let name = look::text(change, &["displayName"]);
            if !name.is_empty() {
                modified
                    .entry(name)
                    .or_insert_with(|| json!([value("oldValue"), value("newValue")]));
            }
        }
    }
    named.retain(|it| !it.is_empty());
    let mut seen = std::collections::BTreeSet::new();
    named.retain(|it| seen.insert(it.clone()));
    let properties = properties(row);
    let mut out = Map::new();
    for (key, bag) in [("modified", modified), ("properties", properties)] {
        if !bag.is_empty() {
            out.insert(key.to_owned(), Value::Object(bag));
        }
    }
    if !named.is_empty() {
        out.insert("targets".to_owned(), json!(named));
    }
    if out.is_empty() { String::new() } else { Value::Object(out).to_string() }
}

/// A value is JSON text inside text; an export that reads it on the way leaves the JSON itself.
fn written(value: &Value) -> String {
    match value {
        Value::Array(_) | Value::Object(_) => value.to_string(),
        other => look::scalar(other),
    }
}

fn properties(row: &Value) -> Map<String, Value> {
    let mut out = Map::new();
    for (key, value) in pairs(look::at(row, &["additionalDetails"])) {
        out.insert(key, Value::String(value));
    }
    let reason = entra::either(row, &["resultReason", "resultDescription"]);
    if !reason.is_empty() {
        out.insert("resultReason".to_owned(), Value::String(reason));
    }
    out
}

/// Targets or initiator that an export wrote as text are lost.
fn losses(row: &Value) -> u32 {
    let nested = ["initiatedBy", "targetResources", "additionalDetails"];
    let flat = |it: &&&str| look::at(row, &[it]).as_str().is_some_and(|it| !it.trim().is_empty());
    let type_only = targets(row).any(|it| directory::is_lost(&it.to_string()));
    u32::try_from(nested.iter().filter(flat).count()).unwrap_or(u32::MAX) + u32::from(type_only)
}
