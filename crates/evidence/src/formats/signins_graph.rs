//! Microsoft Graph `signIn` objects: the API's answer (v1.0 and beta), the portal's JSON download,
//! and what PowerShell makes of them, with its keys in PascalCase.

use model::{Content, Event, Kind, SignIn};
use serde_json::Value;

use crate::{
    format::{Format, RawRow, RowReader},
    normal::{date, ip, json, name, signin},
};

pub(super) const FORMAT: Format = Format {
    id: "signins_graph",
    kind: Kind::Signins,
    name: "Microsoft Graph `signIn` objects (v1.0, beta, portal JSON)",
    proves: "who signed in, or tried to, from where, with what and with which outcome",
    reference: "Microsoft Graph: signIn resource type (beta)",
    recognises: |head| {
        // A risk detection has most of these too.
        json::all_in(&head.keys, &["createdDateTime", "appDisplayName", "status"])
            && json::any_in(&head.keys, &["userPrincipalName", "userId", "servicePrincipalId"])
            && !json::any_in(&head.keys, &["riskEventType", "auditData"])
            // An object with the error code; PowerShell may have made it text.
            && !json::at(&head.first, &["status"]).is_number()
    },
    open: |_, _| Box::new(Objects),
};

struct Objects;

impl RowReader for Objects {
    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Json(value) = row else {
            return signin::reject("no JSON object", "");
        };
        let lead = || name::account(&json::text(value, &["userPrincipalName"]));
        if !json::has(value, "createdDateTime") {
            return signin::reject("no sign-in: createdDateTime is missing", &lead());
        }
        match sign_in(value) {
            None => signin::reject("time of the sign-in cannot be read", &lead()),
            Some(it) => signin::record(it, losses(value), || value.clone()),
        }
    }

    fn broken(&mut self, _cells: &[&str], text: &str, reason: &str) -> model::Reject {
        let mut reject = crate::normal::ual_table::lead_of_text(text, reason);
        "SignIn".clone_into(&mut reject.operation);
        reject
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        let RawRow::Json(value) = row else { return Value::Null };
        sign_in(value).map(|it| signin::form(&it)).unwrap_or_default()
    }
}

fn sign_in(row: &Value) -> Option<SignIn> {
    let text = |path: &[&str]| json::text(row, path);
    let said = |path: &[&str]| signin::said(&text(path)).to_owned();
    let location = |key| said(&["location", key]);
    let risk = [["riskLevelDuringSignIn"], ["riskLevelAggregated"], ["riskState"]];
    Some(SignIn {
        event: event(row)?,
        stream: stream(row).to_owned(),
        city: location("city"),
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

fn event(row: &Value) -> Option<Event> {
    let text = |path: &[&str]| json::text(row, path);
    let device = |key| text(&["deviceDetail", key]);
    let error = text(&["status", "errorCode"]).parse().unwrap_or(-1);
    let (actor, actor_ids) = actor(row);
    let (device_id, trust) = (signin::id(&device("deviceId")), device("trustType"));
    Some(Event {
        at: date::parse(&text(&["createdDateTime"]), date::DateOrder::Ymd, "")?,
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
        ip: ip::canonical(&text(&["ipAddress"])).unwrap_or_default(),
        session: signin::said(&text(&["sessionId"])).to_owned(),
        token: signin::said(&text(&["uniqueTokenIdentifier"])).to_owned(),
        app: signin::id(&text(&["appId"])),
        app_name: signin::said(&text(&["appDisplayName"])).to_owned(),
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
        country: signin::country(&text(&["location", "countryOrRegion"])),
        asn: text(&["autonomousSystemNumber"]).parse().unwrap_or(0),
        ..Event::default()
    })
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

/// Graph v1.0 tells by `isInteractive` alone.
fn stream(row: &Value) -> &'static str {
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

/// `ConvertTo-Json` writes what lies deeper than two levels as text: the parts are lost.
fn losses(row: &Value) -> u32 {
    let nested = ["status", "location", "deviceDetail"];
    let flat = nested.iter().filter(|it| json::at(row, &[it]).is_string()).count();
    u32::try_from(flat).unwrap_or(u32::MAX)
}
