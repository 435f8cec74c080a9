//! The words of sign-in logs, which the portal's CSV writes for people (`Primary refresh token`)
//! and Graph for programs (`primaryRefreshToken`): one spelling, Graph's, so that one sign-in read
//! from both is one record.
//!
//! Source: Microsoft Graph `signIn` resource type (beta).

use model::{Content, Record, Reject, SignIn, What};
use serde_json::Value;

use crate::canonical;

/// `50140`, «keep me signed in»: an interruption, neither a failure nor yet a success.
const KEEP_ME_SIGNED_IN: i32 = 50140;

/// Returns whether a sign-in worked, by its error code.
pub(crate) fn outcome(error: i32) -> Option<bool> {
    match error {
        KEEP_ME_SIGNED_IN => None,
        code if code < 0 => None,
        code => Some(code == 0),
    }
}

/// Returns the text, or nothing where the source writes that there is nothing.
pub(crate) fn said(text: &str) -> &str {
    let text = text.trim();
    match text.to_ascii_lowercase().as_str() {
        "none" | "null" | "-" | "n/a" | "hidden" | "なし" | "unknownfuturevalue" => "",
        _ => text,
    }
}

/// Returns the words of Graph for words written for people: `Device code` → `deviceCode`.
pub(crate) fn word(text: &str) -> String {
    const KNOWN: [&str; 22] = [
        "deviceCode",
        "deviceCodeFlow",
        "authenticationTransfer",
        "ropc",
        "oAuth2",
        "wsFederation",
        "saml20",
        "openIDConnect",
        "primaryRefreshToken",
        "refreshToken",
        "saml11",
        "remoteDesktopToken",
        "multiFactorAuthentication",
        "singleFactorAuthentication",
        "success",
        "failure",
        "notApplied",
        "reportOnlySuccess",
        "reportOnlyFailure",
        "reportOnlyNotApplied",
        "reportOnlyInterrupted",
        "notEnabled",
    ];
    let plain = |it: &str| -> String {
        it.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase()
    };
    let text = match said(text) {
        "多要素認証" => "multiFactorAuthentication",
        "単一要素認証" => "singleFactorAuthentication",
        "プライマリ更新トークン" => "primaryRefreshToken",
        "更新トークン" => "refreshToken",
        "デバイス コード" => "deviceCode",
        "成功" => "success",
        "失敗" | "失敗しました" => "failure",
        "適用されていません" | "未適用" => "notApplied",
        other => other,
    };
    let key = match plain(text).as_str() {
        "oauth20" => "oauth2".to_owned(),
        "multifactor" => "multifactorauthentication".to_owned(),
        "singlefactor" => "singlefactorauthentication".to_owned(),
        other => other.to_owned(),
    };
    let known = KNOWN.iter().find(|it| it.to_ascii_lowercase() == key);
    known.map_or_else(|| text.to_owned(), |it| (*it).to_owned())
}

/// Returns the authentication protocol, or how it was transferred where that says more: a device
/// code is told by either field.
pub(crate) fn protocol(protocol: &str, transfer: &str) -> String {
    let (protocol, transfer) = (word(protocol), word(transfer));
    if transfer.is_empty() || protocol == "deviceCode" || protocol == "ropc" {
        protocol
    } else {
        transfer
    }
}

/// Reads a yes or no; `None` if neither is said.
pub(crate) fn yes_no(text: &str) -> Option<bool> {
    match text.trim().to_lowercase().as_str() {
        "true" | "yes" | "1" | "はい" | "compliant" | "managed" => Some(true),
        "false" | "no" | "0" | "いいえ" | "not compliant" | "not managed" => Some(false),
        _ => None,
    }
}

/// Returns whether the device is managed, compliant or hybrid joined; `None` if nothing is said.
pub(crate) fn managed(compliant: Option<bool>, managed: Option<bool>, trust: &str) -> Option<bool> {
    if is_hybrid(trust) {
        return Some(true);
    }
    match (compliant, managed) {
        (None, None) => None,
        (a, b) => Some(a == Some(true) || b == Some(true)),
    }
}

fn is_hybrid(trust: &str) -> bool {
    let trust = trust.to_ascii_lowercase();
    trust.contains("hybrid") || trust == "serverad"
}

/// Returns whether the device is known to the directory; a record without device id says nothing.
pub(crate) fn registered(device: &str, trust: &str) -> Option<bool> {
    (!device.is_empty() || !said(trust).is_empty()).then_some(true)
}

/// Returns a two-letter country in upper case; empty if the text is none.
pub(crate) fn country(text: &str) -> String {
    let text = text.trim();
    let sound = text.len() == 2 && text.bytes().all(|it| it.is_ascii_alphabetic());
    if sound { text.to_ascii_uppercase() } else { String::new() }
}

/// Takes `City, State, CC` apart: (city, country).
pub(crate) fn place(text: &str) -> (String, String) {
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    let country = parts.last().map(|it| country(it)).unwrap_or_default();
    let city = match parts.as_slice() {
        [only] if !country.is_empty() && country.eq_ignore_ascii_case(only) => "",
        [city, ..] => city,
        [] => "",
    };
    (city.to_owned(), country)
}

/// Returns the number of a user type as the audit log counts them; −1 if not said.
pub(crate) fn user_type(text: &str) -> i32 {
    match text.trim().to_ascii_lowercase().as_str() {
        "member" | "メンバー" => 0,
        "guest" | "ゲスト" => 10,
        "service principal" | "serviceprincipal" => 6,
        _ => -1,
    }
}

/// Returns an id (a GUID) for comparing.
pub(crate) fn id(text: &str) -> String {
    let id = said(text).to_ascii_lowercase();
    let zero = !id.is_empty() && id.bytes().all(|it| matches!(it, b'0' | b'-'));
    if zero { String::new() } else { id }
}

/// Makes the record of a sign-in. Its body is hashed from what it says, not from how the export
/// spells it. Without an id of its own the key is that of the whole row.
pub(crate) fn record(signin: SignIn, losses: u32, row: impl FnOnce() -> Value) -> Content {
    let key = if signin.event.request.is_empty() {
        canonical::key_of_row(&row())
    } else {
        signin.event.request.clone()
    };
    let body = canonical::body_of_form(&form(&signin));
    Content::Record(Box::new(Record { key, body, losses, what: What::SignIn(signin) }))
}

/// What a sign-in says, for comparing two exports of it: to the second, as the portal writes it;
/// without the methods, of which the portal's CSV names the second factor only; and without the
/// risk, which Microsoft still changes afterwards.
pub(crate) fn form(signin: &SignIn) -> Value {
    let mut signin = signin.clone();
    signin.event.at -= signin.event.at.rem_euclid(1_000_000);
    signin.methods.clear();
    signin.risk.clear();
    canonical::form(&typed(&signin)).unwrap_or_default()
}

/// Returns the stream for the event type of Graph; empty if unknown.
pub(crate) fn stream(event_type: &str) -> &'static str {
    match event_type.trim().to_ascii_lowercase().as_str() {
        "interactiveuser" => "interactive",
        "noninteractiveuser" => "non_interactive",
        "serviceprincipal" => "service_principal",
        "managedidentity" => "managed_identity",
        _ => "",
    }
}

/// Returns the stream a log holds, by its name in diagnostic settings or in Sentinel; empty if it is
/// no log of sign-ins. `AADSignInEventsBeta` holds two.
pub(crate) fn stream_of_log(log: &str) -> &'static str {
    match log.trim().to_ascii_lowercase().trim_start_matches("aad") {
        "signinlogs" => "interactive",
        "noninteractiveusersigninlogs" => "non_interactive",
        "serviceprincipalsigninlogs" => "service_principal",
        "managedidentitysigninlogs" => "managed_identity",
        _ => "",
    }
}

/// Makes the reject of a sign-in whose time cannot be read.
pub(crate) fn reject(reason: &str, account: &str) -> Content {
    Content::Reject(Reject {
        reason: reason.to_owned(),
        at: None,
        operation: "SignIn".to_owned(),
        account: account.to_owned(),
    })
}

/// What a record says as JSON, without the numbers that mean «not said».
pub(crate) fn typed<T: serde::Serialize>(what: &T) -> Value {
    let mut value = serde_json::to_value(what).unwrap_or_default();
    drop_unsaid(&mut value);
    value
}

fn drop_unsaid(value: &mut Value) {
    let Some(fields) = value.as_object_mut() else { return };
    fields.retain(|name, field| {
        let unsaid = field.as_i64() == Some(-1) || (name == "asn" && field.as_i64() == Some(0));
        drop_unsaid(field);
        !unsaid
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portal_words_become_graph_words() {
        assert_eq!(word("Primary refresh token"), "primaryRefreshToken");
        assert_eq!(word("Multifactor authentication"), "multiFactorAuthentication");
        assert_eq!(word("Single-factor authentication"), "singleFactorAuthentication");
        assert_eq!(word("Not Applied"), "notApplied");
        assert_eq!(word("None"), "");
        assert_eq!(word("Something new"), "Something new");
        assert_eq!(protocol("none", "deviceCodeFlow"), "deviceCodeFlow");
        assert_eq!(protocol("Device code", "None"), "deviceCode");
        assert_eq!(protocol("OAuth 2.0", "Device code flow"), "deviceCodeFlow");
        assert_eq!(protocol("", ""), "");
    }

    #[test]
    fn keep_me_signed_in_is_neither() {
        assert_eq!(outcome(0), Some(true));
        assert_eq!(outcome(50126), Some(false));
        assert_eq!(outcome(50140), None);
        assert_eq!(outcome(-1), None);
    }

    #[test]
    fn places_and_devices() {
        let two = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(place("Chiyoda-ku, Tokyo, JP"), two("Chiyoda-ku", "JP"));
        assert_eq!(place("Lagos, , NG"), two("Lagos", "NG"));
        assert_eq!(place("JP"), two("", "JP"));
        assert_eq!(place(""), two("", ""));
        assert_eq!(managed(Some(false), Some(false), "ServerAd"), Some(true));
        assert_eq!(managed(None, None, "Hybrid Azure AD joined"), Some(true));
        assert_eq!(managed(Some(false), None, "Azure AD registered"), Some(false));
        assert_eq!(managed(None, None, "Workplace"), None);
        assert_eq!(registered("", "Workplace"), Some(true));
        assert_eq!(registered("", ""), None);
        assert_eq!(id("00000000-0000-0000-0000-000000000000"), "");
    }
}
