//! What Entra ID Protection holds to be risky: a detection, or the risk state of an account.
//!
//! It is an opinion about a sign-in, written by a program up to days later, and no act of anybody. So
//! it becomes a record of the service without address, session and success: it stands in the tables
//! with the request id of the sign-in it speaks of, no sign-in is counted for it, nothing it says
//! becomes usual for an account, and it clears nobody.
//!
//! Sources: Microsoft Graph `riskDetection` and `riskyUser` resource types.

use model::{Content, ENTRA_RISK, Event, Record, What};
use serde_json::{Map, Value};

use super::{
    entra::{self, Clock},
    json, name, signin,
};
use crate::canonical;

/// Reads a detection or a state: a record, or a reject with what it still tells.
pub(crate) fn content(row: &Value, clock: &mut Clock) -> Content {
    let Some(event) = event(row, clock) else {
        let written = entra::time_of(row);
        let reason = if written.is_empty() { "the risk has no time" } else { clock.why(&written) };
        return Content::Reject(entra::lead(row, clock, reason));
    };
    let form = signin::typed(&event);
    let body = canonical::body_of(&form);
    let id = signin::said(&json::text(row, &["id"])).to_owned();
    // The state of a risk changes and is written anew under the same id: each state is a record.
    let changed = entra::either(row, &["lastUpdatedDateTime", "riskLastUpdatedDateTime"]);
    let key = match (id.is_empty(), clock.read(&changed)) {
        (true, _) => canonical::key_of_row(&form),
        (false, None) => id,
        (false, Some(at)) => format!("{id}@{}", at.div_euclid(1_000_000)),
    };
    Content::Record(Box::new(Record { key, body, losses: 0, what: What::Event(event) }))
}

/// What it says, for comparing.
pub(crate) fn canonical(row: &Value, clock: &Clock) -> Value {
    let form = event(row, clock).map(|it| signin::typed(&it)).unwrap_or_default();
    canonical::form(&form).unwrap_or_default()
}

fn event(row: &Value, clock: &Clock) -> Option<Event> {
    let upn = name::account(signin::said(&json::text(row, &["userPrincipalName"])));
    let user = signin::id(&json::text(row, &["userId"]));
    let detection = json::has(row, "riskEventType");
    // The id of a risky user is the user's own.
    let user =
        if user.is_empty() && !detection { signin::id(&json::text(row, &["id"])) } else { user };
    let at = clock.read(&entra::time_of(row))?;
    Some(Event {
        at: at - at.rem_euclid(1_000_000),
        tenant: signin::id(&json::text(row, &["homeTenantId"])),
        actor: if upn.is_empty() { user } else { upn },
        operation: if detection { "User risk detection" } else { "Risky user" }.to_owned(),
        workload: ENTRA_RISK.to_owned(),
        record_type: -1,
        // The service writes it, not the account.
        user_type: 4,
        logon_type: -1,
        succeeded: Some(false),
        error: -1,
        request: signin::id(&json::text(row, &["requestId"])),
        object: json::text(row, &["riskEventType"]),
        detail: detail(row),
        ..Event::default()
    })
}

/// Level, state and where it was seen, for people: none of it is judged.
fn detail(row: &Value) -> String {
    let mut out = Map::new();
    for key in [
        "riskEventType",
        "riskLevel",
        "riskState",
        "riskDetail",
        "source",
        "activity",
        "ipAddress",
        "detectionTimingType",
        "detectedDateTime",
        "additionalInfo",
    ] {
        let value = json::at(row, &[key]);
        if !value.is_null() && value.as_str() != Some("") {
            out.insert(key.to_owned(), value.clone());
        }
    }
    let country = signin::country(&json::text(row, &["location", "countryOrRegion"]));
    if !country.is_empty() {
        out.insert("country".to_owned(), Value::String(country));
    }
    Value::Object(out).to_string()
}
