//! The canonical form of a record, whatever wrapper it came in (design §4.1).

use serde_json::{Map, Number, Value};
use sha2::{Digest, Sha256};

use crate::tree::{Json, Node};

/// Returns the canonical form: `@odata*` dropped, strings trimmed at the right, numeric and boolean
/// text typed, null, `""`, `[]` and `{}` absent, keys sorted, Name/Value bags sorted, other arrays
/// in order. `None` if nothing remains.
pub fn form(value: &Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Bool(_) => Some(value.clone()),
        Value::Number(number) => Some(Value::Number(whole(number))),
        Value::String(text) => Some(match typed(text.trim_end())? {
            Typed::Bool(it) => Value::Bool(it),
            Typed::Number(it) => Value::Number(it),
            Typed::Text(it) => Value::String(it.to_owned()),
        }),
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
                .filter(|(key, _)| !is_envelope(key))
                .filter_map(|(key, field)| form(field).map(|it| (key, it)))
                .collect();
            kept.sort_by(|a, b| a.0.cmp(b.0));
            let kept: Map<String, Value> = kept.into_iter().map(|(k, v)| (k.clone(), v)).collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
    }
}

fn is_envelope(key: &str) -> bool {
    key.starts_with("@odata") || key.contains("@odata.")
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

/// What a text says: a truth, a number, or itself.
enum Typed<'t> {
    Bool(bool),
    Number(Number),
    Text(&'t str),
}

fn typed(text: &str) -> Option<Typed<'_>> {
    let first = *text.as_bytes().first()?;
    if matches!(first, b't' | b'T' | b'f' | b'F')
        && (text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false"))
    {
        return Some(Typed::Bool(text.eq_ignore_ascii_case("true")));
    }
    let figures = text.len() <= 18
        && text.strip_prefix('-').unwrap_or(text).bytes().all(|it| it.is_ascii_digit());
    if figures
        && let Ok(number) = text.parse::<i64>()
        && number.to_string() == text
    {
        return Some(Typed::Number(number.into()));
    }
    Some(Typed::Text(text))
}

/// SHA-256 of the canonical form, first 16 bytes in hex: equal for records that say the same.
pub fn body_of(value: &Value) -> String {
    body_of_json(value)
}

/// The same of a value in either form.
pub(crate) fn body_of_json<J: Json>(value: &J) -> String {
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

fn digest<J: Json>(value: &J) -> Vec<u8> {
    let mut text = Vec::with_capacity(2048);
    if write(value, &mut text).is_none() {
        text.extend_from_slice(b"null");
    }
    Sha256::digest(&text).to_vec()
}

/// Whether what was written is an element of a Name/Value bag, whose order means nothing.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
struct Named(bool);

/// Writes what [`form`] returns, as text and without building it. `None` if nothing remains, and
/// then nothing was written.
fn write<J: Json>(value: &J, out: &mut Vec<u8>) -> Option<Named> {
    match value.node() {
        Node::Null => return None,
        Node::Bool(it) => out.extend_from_slice(if it { b"true" } else { b"false" }),
        Node::Number(number) => put(&whole(number), out),
        Node::Text(text) => match typed(text.trim_end())? {
            Typed::Bool(it) => out.extend_from_slice(if it { b"true" } else { b"false" }),
            Typed::Number(it) => put(&it, out),
            Typed::Text(it) => put(it, out),
        },
        Node::List(list) => return write_list(list, out),
        Node::Object => return write_fields(value, out),
    }
    Some(Named(false))
}

/// Writes a scalar; into memory that cannot fail.
fn put<T: serde::Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) {
    let _ = serde_json::to_writer(out, value);
}

fn write_list<J: Json>(list: &[J], out: &mut Vec<u8>) -> Option<Named> {
    let start = out.len();
    out.push(b'[');
    let mut ends = Vec::new();
    let mut all_named = true;
    for it in list {
        if let Some(Named(named)) = write(it, out) {
            all_named &= named;
            ends.push(out.len());
            out.push(b',');
        }
    }
    if ends.is_empty() {
        out.truncate(start);
        return None;
    }
    if all_named && ends.len() > 1 {
        let text = out.split_off(start + 1);
        let mut from = 0;
        let mut pieces: Vec<&[u8]> = Vec::with_capacity(ends.len());
        for end in &ends {
            let end = end - start - 1;
            pieces.push(&text[from..end]);
            from = end + 1;
        }
        pieces.sort_unstable();
        for it in pieces {
            out.extend_from_slice(it);
            out.push(b',');
        }
    }
    out.pop();
    out.push(b']');
    Some(Named(false))
}

fn write_fields<J: Json>(value: &J, out: &mut Vec<u8>) -> Option<Named> {
    let start = out.len();
    out.push(b'{');
    let (mut count, mut named) = (0, false);
    for (key, field) in value.fields() {
        if is_envelope(key) {
            continue;
        }
        let before = out.len();
        put(key, out);
        out.push(b':');
        if write(field, out).is_none() {
            out.truncate(before);
            continue;
        }
        out.push(b',');
        count += 1;
        named |= matches!(key, "Name" | "Key");
    }
    if count == 0 {
        out.truncate(start);
        return None;
    }
    out.pop();
    out.push(b'}');
    Some(Named(named && count <= 3))
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
    use crate::tree::Tree;
    use proptest::prelude::*;
    use serde_json::json;

    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(|it| json!(it)),
            any::<f64>().prop_map(|it| json!(it)),
            (-9..9_i32).prop_map(|it| json!(f64::from(it))),
            "(true|False|-?[0-9]{1,3}|007|[a\"\\\\é ]{0,4} ?)".prop_map(Value::String),
        ];
        leaf.prop_recursive(4, 40, 5, |inner| {
            let key = "(Name|Value|Key|@odata.type|x@odata.y|[a-c]{1,2})";
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5).prop_map(Value::Array),
                prop::collection::btree_map(key, inner, 0..4)
                    .prop_map(|it| Value::Object(it.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// What is written without being built is what is built, in either form of JSON.
        #[test]
        fn the_text_is_that_of_the_form(value in any_json()) {
            let built = form(&value).unwrap_or(Value::Null).to_string();
            let mut written = Vec::new();
            if write(&value, &mut written).is_none() {
                written.extend_from_slice(b"null");
            }
            prop_assert_eq!(String::from_utf8_lossy(&written), built);
            prop_assert_eq!(body_of(&value), body_of_json(&Tree::from(value.clone())));
        }
    }

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
