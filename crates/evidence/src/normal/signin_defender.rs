//! Sign-ins of Microsoft Defender's advanced hunting (AADSignInEventsBeta, EntraIdSignInEvents and
//! those of service principals), in the words of Graph: other names, and numbers for words.
//!
//! Source: Microsoft Learn, advanced hunting schema, the tables of these names.

use serde_json::{Value, json};

use super::{
    entra::{LOG, either},
    json as look,
};

/// Tells whether a row is one of these tables'.
pub(crate) fn is_defender(row: &Value) -> bool {
    let has = |key| look::has(row, key);
    has("errorCode")
        && has("applicationId")
        && ((has("accountUpn") && has("logonType")) || has("isManagedIdentity"))
}

/// The row as Graph would write it.
pub(crate) fn as_graph(row: &Value) -> Value {
    let one = |key: &str| look::at(row, &[key]).clone();
    let service = look::has(row, "isManagedIdentity");
    let log = match (service, yes(&one("isManagedIdentity"))) {
        (true, true) => "ManagedIdentitySignInLogs",
        (true, false) => "ServicePrincipalSignInLogs",
        (false, _) => "",
    };
    json!({
        LOG: log,
        "createdDateTime": one("timestamp"),
        "id": one("requestId"),
        "correlationId": one("correlationId"),
        "userPrincipalName": one("accountUpn"),
        "userId": one("accountObjectId"),
        "userType": user_type(&one("isGuestUser")),
        "servicePrincipalId": one("servicePrincipalId"),
        "servicePrincipalName": one("servicePrincipalName"),
        "appId": one("applicationId"),
        "appDisplayName": one("application"),
        "resourceDisplayName": one("resourceDisplayName"),
        "ipAddress": one("ipAddress"),
        "clientAppUsed": one("clientAppUsed"),
        "userAgent": one("userAgent"),
        "sessionId": one("sessionId"),
        "uniqueTokenIdentifier": one("uniqueTokenId"),
        "signInEventTypes": one("logonType"),
        "authenticationRequirement": one("authenticationRequirement"),
        "conditionalAccessStatus": number(&one("conditionalAccessStatus"), &CONDITIONAL),
        "riskLevelAggregated": number(&one("riskLevelAggregated"), &LEVELS),
        "riskState": number(&one("riskState"), &STATES),
        "status": {"errorCode": one("errorCode")},
        "deviceDetail": {
            "deviceId": either(row, &["entraIdDeviceId", "aadDeviceId"]),
            "displayName": one("deviceName"),
            "isManaged": one("isManaged"),
            "isCompliant": one("isCompliant"),
            "trustType": one("deviceTrustType"),
        },
        "location": {"city": one("city"), "state": one("state"), "countryOrRegion": one("country")},
    })
}

const CONDITIONAL: [(&str, &str); 3] = [("0", "success"), ("1", "failure"), ("2", "notApplied")];
const LEVELS: [(&str, &str); 5] =
    [("0", "none"), ("1", "hidden"), ("10", "low"), ("50", "medium"), ("100", "high")];
const STATES: [(&str, &str); 6] = [
    ("0", "none"),
    ("1", "confirmedSafe"),
    ("2", "remediated"),
    ("3", "dismissed"),
    ("4", "atRisk"),
    ("5", "confirmedCompromised"),
];

/// A number as Graph's word; what is none of the known numbers stays as it is.
fn number(value: &Value, words: &[(&str, &str)]) -> String {
    let text = look::scalar(value);
    words.iter().find(|it| it.0 == text).map_or(text, |it| it.1.to_owned())
}

fn yes(value: &Value) -> bool {
    matches!(look::scalar(value).to_ascii_lowercase().as_str(), "1" | "true")
}

fn user_type(guest: &Value) -> &'static str {
    match look::scalar(guest).to_ascii_lowercase().as_str() {
        "1" | "true" => "guest",
        "0" | "false" => "member",
        _ => "",
    }
}
