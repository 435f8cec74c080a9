//! A second factor of the intruder's own: sign-ins with it look like the owner's.
//! Source: MITRE ATT&CK T1556.006; formats §3.3.

use super::{Finding, Step, seen::Seen};

pub(super) const FINDING: Finding = Finding {
    kind: "mfa_method",
    operations: &[
        "User registered security info",
        "User registered all required security info",
        "Admin registered security info",
        "User deleted security info",
        "Admin deleted security info",
        "Update user",
    ],
    read,
    burst: 120_000_000,
};

/// Properties of a user that hold methods.
const PROPERTIES: [&str; 5] = [
    "StrongAuthenticationMethod",
    "StrongAuthenticationPhoneAppDetail",
    "StrongAuthenticationUserDetails",
    "StrongAuthenticationEmail",
    "SearchableDeviceKey",
];

fn read(it: &Seen<'_>) -> Option<Step> {
    let changed: Vec<(&str, String, String)> = PROPERTIES
        .iter()
        .filter_map(|name| it.modified(name).map(|(old, new)| (*name, old, new)))
        .collect();
    let update = it.is("Update user");
    if update && changed.is_empty() {
        return None;
    }
    let more = changed.iter().any(|(_, old, new)| new.len() > old.len());
    let details = [
        it.property("additionalDetails"),
        it.property("ResultDescription"),
        it.property("resultReason"),
    ];
    let told = details.join(" ").to_lowercase();
    let what: Vec<String> = changed.iter().map(|(name, _, new)| format!("{name}={new}")).collect();
    Some(Step {
        set: if update { more } else { !it.detail.operation.contains("deleted") },
        account: Some(it.target_account()),
        keys: methods(&format!("{told} {}", it.modified_names().join(" ").to_lowercase())),
        what: if what.is_empty() { it.property("ResultDescription") } else { what.join(", ") },
        main: !update,
    })
}

/// Kinds of methods a text names. A deletion of another kind removes nothing of the intruder's.
fn methods(text: &str) -> Vec<String> {
    let kinds = [
        ("app", ["authenticator", "phoneapp", "mobile app", "software oath"]),
        ("phone", ["phone call", "mobile phone", "sms", "userdetails"]),
        ("mail", ["email", "e-mail", "mail address", "alternate mail"]),
        ("key", ["fido", "passkey", "security key", "devicekey"]),
        ("pass", ["temporary access pass", "app password", "hardware token", "hardware oath"]),
    ];
    kinds
        .iter()
        .filter(|(_, words)| words.iter().any(|it| text.contains(it)))
        .map(|(kind, _)| (*kind).to_owned())
        .collect()
}
