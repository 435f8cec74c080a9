//! A sign-in as an object: Graph (v1.0, beta), diagnostic settings, Sentinel, and what PowerShell
//! makes of them. One reader, so that one sign-in is one record whatever it came in.

use model::{Content, Event, SignIn};
use serde_json::Value;

use super::{
    entra::{self, Clock, LOG},
    ip, json, name, signin,
};

/// Reads a sign-in: a record, or a reject with what it still tells.
pub(crate) fn content(row: &Value, clock: &mut Clock) -> Content {
    let written = entra::time_of(row);
    if written.is_empty() {
        return reject(row, clock, "no sign-in: createdDateTime is missing");
    }
    match sign_in(row, clock) {
        Some(it) => signin::record(it, losses(row), || row.clone()),
        None => {
            let reason = clock.why(&written);
            reject(row, clock, reason)
        }
    }
}

fn reject(row: &Value, clock: &Clock, reason: &str) -> Content {
    let mut lead = entra::lead(row, clock, reason);
    "SignIn".clone_into(&mut lead.operation);
    Content::Reject(lead)
}

/// What it says, for comparing.
pub(crate) fn canonical(row: &Value, clock: &Clock) -> Value {
    sign_in(row, clock).map(|it| signin::form(&it)).unwrap_or_default()
}

fn sign_in(row: &Value, clock: &Clock) -> Option<SignIn> {
    let text = |path: &[&str]| json::text(row, path);
    let said = |path: &[&str]| signin::said(&text(path)).to_owned();
    let risk = [["riskLevelDuringSignIn"], ["riskLevelAggregated"], ["riskState"]];
    Some(SignIn {
        event: event(row, clock)?,
        stream: stream(row).to_owned(),
        city: place(row, "city"),
        protocol: signin::protocol(
            &text(&["authenticationProtocol"]),
            &text(&["originalTransferMethod"]),
        ),
        requirement: signin::word(&text(&["authenticationRequirement"])),
        methods: methods(row),
        incoming_token: signin::word(&text(&["incomingTokenType"])),
        resource: said(&["resourceDisplayName"]),
        conditional_access: signin::word(&text(&["conditionalAccessStatus"])),
        risk: risk.iter().map(|it| said(it)).find(|it| !it.is_empty()).unwrap_or_default(),
    })
}

fn event(row: &Value, clock: &Clock) -> Option<Event> {
    let text = |path: &[&str]| json::text(row, path);
    let device = |key| nested(row, "deviceDetail", key);
    let error = error(row);
    let (actor, actor_ids) = actor(row);
    let (device_id, trust) = (signin::id(&device("deviceId")), device("trustType"));
    let address = [text(&["ipAddress"]), text(&["callerIpAddress"])];
    Some(Event {
        at: clock.read(&entra::time_of(row))?,
        tenant: signin::id(&text(&["homeTenantId"])),
        actor,
        actor_ids,
        operation: "SignIn".to_owned(),
        workload: "AzureActiveDirectory".to_owned(),
        record_type: -1,
        user_type: signin::user_type(&text(&["userType"])),
        logon_type: -1,
        succeeded: signin::outcome(error),
        error,
        ip: address.iter().find_map(|it| ip::canonical(it)).unwrap_or_default(),
        session: signin::id(&text(&["sessionId"])),
        token: signin::said(&text(&["uniqueTokenIdentifier"])).to_owned(),
        app: signin::id(&text(&["appId"])),
        app_name: app_name(row),
        client: signin::said(&text(&["clientAppUsed"])).to_owned(),
        agent: signin::said(&text(&["userAgent"])).to_owned(),
        device_name: signin::said(&device("displayName")).to_owned(),
        managed: signin::managed(
            signin::yes_no(&device("isCompliant")),
            signin::yes_no(&device("isManaged")),
            &trust,
        ),
        registered: signin::registered(&device_id, &trust),
        device: device_id,
        request: signin::id(&text(&["id"])),
        country: country(row),
        asn: text(&["autonomousSystemNumber"]).parse().unwrap_or(0),
        ..Event::default()
    })
}

/// A number in Graph, a text in Sentinel and in the envelope of a diagnostic record.
fn error(row: &Value) -> i32 {
    let said = [
        nested(row, "status", "errorCode"),
        json::text(row, &["resultType"]),
        json::text(row, &["errorCode"]),
    ];
    said.iter().find_map(|it| it.parse().ok()).unwrap_or(-1)
}

/// A part of a nested object, also where PowerShell has written the object as text:
/// `@{errorCode=50126; failureReason=…}`.
fn nested(row: &Value, object: &str, key: &str) -> String {
    let Some(text) = json::at(row, &[object]).as_str() else {
        return json::text(row, &[object, key]);
    };
    let Some(inside) = text.trim().strip_prefix("@{").and_then(|it| it.strip_suffix('}')) else {
        return String::new();
    };
    let mut parts = inside.split(';').filter_map(|it| it.split_once('='));
    let found = parts.find(|(name, _)| name.trim().eq_ignore_ascii_case(key));
    found.map(|it| it.1.trim().to_owned()).unwrap_or_default()
}

fn app_name(row: &Value) -> String {
    let name = json::text(row, &["appDisplayName"]);
    let name = if name.is_empty() { json::text(row, &["servicePrincipalName"]) } else { name };
    signin::said(&name).to_owned()
}

/// Sentinel has the country alone under `Location`, the rest under `LocationDetails`.
fn place(row: &Value, key: &str) -> String {
    let found = [nested(row, "location", key), nested(row, "locationDetails", key)];
    found.iter().map(|it| signin::said(it)).find(|it| !it.is_empty()).unwrap_or_default().to_owned()
}

fn country(row: &Value) -> String {
    let found = [
        place(row, "countryOrRegion"),
        json::text(row, &["location"]),
        json::text(row, &["@country"]),
    ];
    found.iter().map(|it| signin::country(it)).find(|it| !it.is_empty()).unwrap_or_default()
}

/// Who signed in: a user by name, or a service principal by its id.
fn actor(row: &Value) -> (String, Vec<String>) {
    let upn = name::account(signin::said(&json::text(row, &["userPrincipalName"])));
    let user = signin::id(&json::text(row, &["userId"]));
    let service = signin::id(&json::text(row, &["servicePrincipalId"]));
    let mut ids = vec![user, service];
    ids.retain(|it| !it.is_empty() && *it != upn);
    let actor = if upn.is_empty() { ids.first().cloned().unwrap_or_default() } else { upn };
    ids.retain(|it| *it != actor);
    (actor, ids)
}

/// The log it stands in tells, else the event type; Graph v1.0 has `isInteractive` alone.
fn stream(row: &Value) -> &'static str {
    let logs = [LOG, "type", "category"].map(|key| signin::stream_of_log(&json::text(row, &[key])));
    if let Some(found) = logs.into_iter().find(|it| !it.is_empty()) {
        return found;
    }
    let types = json::texts(row, &["signInEventTypes"]);
    if let Some(found) = types.iter().map(|it| signin::stream(it)).find(|it| !it.is_empty()) {
        return found;
    }
    let user = !json::text(row, &["userPrincipalName"]).is_empty()
        || !signin::id(&json::text(row, &["userId"])).is_empty();
    match signin::yes_no(&json::text(row, &["isInteractive"])) {
        _ if !user && !json::text(row, &["servicePrincipalId"]).is_empty() => "service_principal",
        Some(true) => "interactive",
        Some(false) => "non_interactive",
        None => "",
    }
}

/// Methods in their order, each once.
fn methods(row: &Value) -> String {
    let mut found: Vec<String> = Vec::new();
    for step in json::at(row, &["authenticationDetails"]).as_array().into_iter().flatten() {
        let method = signin::said(&json::text(step, &["authenticationMethod"])).to_owned();
        if !method.is_empty() && !found.contains(&method) {
            found.push(method);
        }
    }
    found.join("+")
}

/// Objects that an export wrote as text (`ConvertTo-Json` below two levels, a cut cell) are lost. A
/// country of two letters is whole.
fn losses(row: &Value) -> u32 {
    let nested = ["status", "location", "deviceDetail", "locationDetails"];
    let flat = |it: &&&str| json::at(row, &[it]).as_str().is_some_and(|it| it.trim().len() > 2);
    u32::try_from(nested.iter().filter(flat).count()).unwrap_or(u32::MAX)
}
