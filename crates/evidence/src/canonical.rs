//! The canonical form of a record, whatever wrapper it came in (design §4.1).

use serde_json::{Map, Number, Value};
use sha2::{Digest, Sha256};

/// Returns the canonical form: `@odata*` dropped, strings trimmed at the right, numeric and boolean
/// text typed, null, `""`, `[]` and `{}` absent, keys sorted, Name/Value bags sorted, other arrays
/// in order. `None` if nothing remains.
pub fn form(value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Bool(_) => Some(value.clone()),
        Value::Number(number) => Some(Value::Number(whole(number))),
        Value::String(text) => typed(text.trim_end()),
        Value::Array(list) => {
            let mut items: Vec<Value> = list.iter().filter_map(form).collect();
            if items.iter().all(is_named) {
                items.sort_by_cached_key(Value::to_string);
            }
            (!items.is_empty()).then_some(Value::Array(items))
        }
        Value::Object(fields) => {
            let mut kept: Vec<(&String, Value)> = fields
                .iter()
                .filter(|(key, _)| !key.starts_with("@odata") && !key.contains("@odata."))
                .filter_map(|(key, field)| form(field).map(|it| (key, it)))
                .collect();
            kept.sort_by(|a, b| a.0.cmp(b.0));
            let kept: Map<String, Value> = kept.into_iter().map(|(k, v)| (k.clone(), v)).collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
    }
}

/// An element of a Name/Value bag, whose order means nothing.
fn is_named(value: &Value) -> bool {
    value
        .as_object()
        .is_some_and(|it| it.len() <= 3 && (it.contains_key("Name") || it.contains_key("Key")))
}

fn whole(number: &Number) -> Number {
    match number.as_f64() {
        Some(it) if number.is_f64() && it.fract() == 0.0 && it.abs() < 9e15 => {
            Number::from(it as i64)
        }
        _ => number.clone(),
    }
}

fn typed(text: &str) -> Option<Value> {
    if text.is_empty() {
        return None;
    }
    if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
        return Some(Value::Bool(text.eq_ignore_ascii_case("true")));
    }
    let figures = text.len() <= 18
        && text.strip_prefix('-').unwrap_or(text).bytes().all(|it| it.is_ascii_digit());
    if figures
        && let Ok(number) = text.parse::<i64>()
        && number.to_string() == text
    {
        return Some(Value::Number(number.into()));
    }
    Some(Value::String(text.to_owned()))
}

/// SHA-256 of the canonical form, first 16 bytes in hex: equal for records that say the same.
pub fn body_of(value: &Value) -> String {
    hex(&digest(value)[..16])
}

/// The same of a value that is in canonical form already.
pub(crate) fn body_of_form(form: &Value) -> String {
    hex(&Sha256::digest(form.to_string())[..16])
}

/// The key of a row without an id of its own: SHA-256 of the canonical row in hex.
pub fn key_of_row(row: &Value) -> String {
    hex(&digest(row))
}

fn digest(value: &Value) -> Vec<u8> {
    let form = form(value).unwrap_or(Value::Null);
    Sha256::digest(form.to_string()).to_vec()
}

/// Bytes in lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn wrappers_and_spelling_make_no_difference() {
        let a = json!({"Id": "x", "RecordType": "2", "N": 5.00, "E": "", "L": [], "P": [{"Name": "b", "Value": "False"}, {"Name": "a", "Value": "t  "}]});
        let b = json!({"@odata.type": "#x", "P": [{"Value": "t", "Name": "a"}, {"Value": false, "Name": "b"}], "N": 5, "RecordType": 2, "Id": "x", "Z": null});
        assert_eq!(body_of(&a), body_of(&b));
        assert_ne!(body_of(&a), body_of(&json!({"Id": "x"})));
        assert_eq!(body_of_form(&form(&a).unwrap()), body_of(&a));
        assert_ne!(body_of(&json!(["a", "b"])), body_of(&json!(["b", "a"])));
        assert_eq!(form(&json!("007")), Some(json!("007")));
    }
}
