//! AuditData as the API writes it: the words, times and texts that other products and PowerShell
//! spell otherwise are put back, so that one event compares equal whatever export it came from.
//!
//! Source of the words: «Office 365 Management Activity API schema», enumerations UserType and
//! LogonType, Microsoft Learn.

use serde_json::Value;

use super::{date, record_types};
use crate::{
    canonical,
    tree::{Fields, Json, Tree},
};

/// An audit record taken out of its container.
pub(crate) struct Audit<'t> {
    /// The AuditData object.
    pub(crate) value: Tree<'t>,
    /// How much of it is known to be lost.
    pub(crate) losses: u32,
    /// The id that the wrapper states; empty if none.
    pub(crate) id: String,
}

impl<'t> Audit<'t> {
    /// Takes an AuditData object as some export wrote it.
    pub(crate) fn new(value: impl Into<Tree<'t>>) -> Audit<'t> {
        let mut value = value.into();
        let losses = settle(&mut value);
        Audit { value, losses, id: String::new() }
    }

    /// The value that is compared with other exports of the record.
    pub(crate) fn compared(&self) -> Value {
        canonical::form(&Value::from(&self.value)).unwrap_or_default()
    }

    /// Hash of that value.
    pub(crate) fn body(&self) -> String {
        canonical::body_of_json(&self.value)
    }
}

/// Puts an AuditData object into the API's spelling. Returns how much of it was lost on export;
/// what was lost is absent afterwards, so that it contradicts no whole copy.
fn settle(audit: &mut Tree<'_>) -> u32 {
    if let Tree::Object(fields) = audit {
        number(fields, "RecordType", record_types::number);
        number(fields, "UserType", user_type);
        number(fields, "LogonType", logon_type);
        number(fields, "InternalLogonType", logon_type);
        if let Some(Tree::Text(text)) = fields.get_mut("CreationTime")
            && let Some(settled) = time(text)
        {
            *text = settled.into();
        }
    }
    drop_lost(audit)
}

fn number(fields: &mut Fields<'_>, key: &str, of_word: fn(&str) -> Option<i32>) {
    if let Some(field) = fields.get_mut(key)
        && let Some(number) = field.str().and_then(of_word)
    {
        *field = Tree::Number(number.into());
    }
}

fn user_type(word: &str) -> Option<i32> {
    Some(match word.trim().to_ascii_lowercase().as_str() {
        "regular" => 0,
        "reserved" => 1,
        "admin" => 2,
        "dcadmin" => 3,
        "system" => 4,
        "application" => 5,
        "serviceprincipal" => 6,
        "custompolicy" => 7,
        "systempolicy" => 8,
        "partnertechnician" => 9,
        "guest" | "anonymous" => 10,
        _ => return None,
    })
}

fn logon_type(word: &str) -> Option<i32> {
    Some(match word.trim().to_ascii_lowercase().as_str() {
        "owner" => 0,
        "admin" => 1,
        "delegate" | "delegated" => 2,
        "transport" => 3,
        "systemservice" => 4,
        "bestaccess" => 5,
        "delegatedadmin" => 6,
        _ => return None,
    })
}

/// `CreationTime` has no zone and means UTC; `None` where it is written so already.
fn time(text: &str) -> Option<String> {
    if text.len() == 19 && !text.ends_with(['Z', ' ']) {
        return None;
    }
    let at = date::parse_iso(text)?;
    // A clock without seconds stays one: it agrees with the whole as its beginning.
    let short = text.trim().len() == 16;
    (!short).then(|| as_written(at))
}

/// An instant as `CreationTime` is written.
pub(crate) fn as_written(at: model::Micros) -> String {
    model::rfc3339(at).trim_end_matches('Z').to_owned()
}

/// Takes out texts that PowerShell and Power Query write where a list or an object was not
/// expanded. Returns how many.
fn drop_lost(value: &mut Tree<'_>) -> u32 {
    match value {
        Tree::List(list) => {
            let lost = list.iter().filter(|it| is_lost(it)).count();
            if lost == 0 {
                return list.iter_mut().map(drop_lost).sum();
            }
            // `@{Name=ForwardTo; Value=a@b}` is a pair all the same; beside what is wholly lost
            // nothing keeps its place in the list.
            let pairs: Option<Vec<Tree<'_>>> = list.iter().map(pair).collect();
            *value = pairs.map_or(Tree::Null, Tree::List);
            u32::try_from(lost).unwrap_or(u32::MAX)
        }
        Tree::Object(fields) => fields
            .values_mut()
            .map(|field| {
                if is_lost(field) {
                    *field = Tree::Null;
                    return 1;
                }
                drop_lost(field)
            })
            .sum(),
        _ => 0,
    }
}

fn is_lost(value: &Tree<'_>) -> bool {
    let Some(text) = value.str() else { return false };
    match text.as_bytes().first() {
        Some(b'S') => {
            ["System.Object", "System.String[]", "System.Collections.", "System.Management."]
                .iter()
                .any(|it| text.starts_with(it))
        }
        Some(b'M') => text.starts_with("Microsoft.Graph.PowerShell.Models."),
        Some(b'@') => text.starts_with("@{") && text.ends_with('}'),
        Some(b'[') => matches!(text, "[List]" | "[Record]" | "[Table]"),
        _ => false,
    }
}

/// `@{Name=Identity; Value=joey}` as an object.
fn pair<'t>(value: &Tree<'_>) -> Option<Tree<'t>> {
    let inside = value.str()?.strip_prefix("@{Name=")?.strip_suffix('}')?;
    let (name, text) = inside.split_once("; Value=")?;
    let name = name.to_owned();
    Some(serde_json::json!({"Name": name, "Value": text}).into())
}

/// Fields that hold JSON as text in the record itself (of alerts, investigations, Power Automate).
const TEXTS: [&str; 3] = ["ActivityParameters", "AuditData", "Data"];

/// A field as AuditData has it, where a table holds lists and objects as JSON text.
pub(crate) fn opened(name: &str, field: &Value) -> Value {
    let text = field.as_str().map(str::trim).filter(|it| it.starts_with(['[', '{']));
    let text = text.filter(|_| !TEXTS.contains(&name));
    text.and_then(|it| serde_json::from_str(it).ok()).unwrap_or_else(|| field.clone())
}

/// Reads JSON text like [`parse`], its strings left where they stand.
pub(crate) fn parse_in_place(text: &str) -> Result<Tree<'_>, serde_json::Error> {
    match serde_json::from_str(text.trim()) {
        Ok(Tree::Text(_)) | Err(_) => parse(text).map(Tree::from),
        Ok(tree) => Ok(tree),
    }
}

/// Reads JSON text that exports escaped once more than needed: a JSON string around it, quotes
/// doubled as in a table's cell, a table's row around it.
pub(crate) fn parse(text: &str) -> Result<Value, serde_json::Error> {
    let text = text.trim();
    let error = match serde_json::from_str(text) {
        Ok(Value::String(inner)) => return serde_json::from_str(inner.trim()),
        Ok(value) => return Ok(value),
        Err(error) => error,
    };
    let (Some(from), Some(to)) = (text.find('{'), text.rfind('}')) else { return Err(error) };
    let mut inside = text.get(from..=to).unwrap_or_default().to_owned();
    for _ in 0..2 {
        // No key is empty: two marks behind the brace are one that was doubled.
        if !inside.trim_start_matches('{').trim_start().starts_with("\"\"") {
            break;
        }
        inside = inside.replace("\"\"", "\"");
        if let Ok(value @ Value::Object(_)) = serde_json::from_str(&inside) {
            return Ok(value);
        }
    }
    Err(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_times_and_numbers_are_the_apis() {
        let spelt = Audit::new(json!({
            "RecordType": "ExchangeItemAggregated", "UserType": "DcAdmin", "LogonType": "Owner",
            "CreationTime": "2025-10-20T01:02:03.0000000Z "
        }));
        let want = json!({
            "RecordType": 50, "UserType": 3, "LogonType": 0, "CreationTime": "2025-10-20T01:02:03"
        });
        assert_eq!((Value::from(&spelt.value), spelt.losses), (want, 0));
        let kept = json!({"CreationTime": "2025-10-20T01:02", "UserType": "7", "LogonType": ""});
        assert_eq!(Value::from(&Audit::new(kept.clone()).value), kept);
    }

    #[test]
    fn what_was_not_expanded_is_absent_and_counted() {
        let it = Audit::new(json!({
            "Folders": "System.Object[]", "Item": "@{Id=1; Subject=x}", "Actor": ["System.Object[]", 1],
            "Parameters": ["@{Name=ForwardTo; Value=a; b}", "@{Name=Name; Value=}"], "S": "System.X"
        }));
        assert_eq!(it.losses, 5);
        let want = json!({
            "Folders": null, "Item": null, "Actor": null, "S": "System.X",
            "Parameters": [{"Name": "ForwardTo", "Value": "a; b"}, {"Name": "Name", "Value": ""}]
        });
        assert_eq!(Value::from(&it.value), want);
    }

    #[test]
    fn json_escaped_once_too_often_is_read() {
        for text in [
            r#"{"Id":"a"}"#,
            r#""{\"Id\":\"a\"}""#,
            r#"{""Id"":""a""}"#,
            r#""x","y","{""""Id"""":""""a""""}","1""#,
        ] {
            assert_eq!(parse(text).unwrap(), json!({"Id": "a"}), "{text}");
        }
        for text in ["", "{", r#"{"Id":"a"#, r#"{""Id"":""#, "x}{", r#"{"Id":"","N":{}"#] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
