//! Looking things up in JSON whatever the case of its keys: Graph writes `createdDateTime`,
//! PowerShell objects made from it `CreatedDateTime`.

use serde_json::Value;

/// Returns the value at a path of keys; `Null` if there is none.
pub(crate) fn at<'a>(value: &'a Value, path: &[&str]) -> &'a Value {
    let mut now = value;
    for key in path {
        now = match now.get(key) {
            Some(found) => found,
            None => now
                .as_object()
                .and_then(|it| it.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)))
                .map_or(&Value::Null, |(_, found)| found),
        };
    }
    now
}

/// Returns the scalar at a path as trimmed text; empty if there is none.
pub(crate) fn text(value: &Value, path: &[&str]) -> String {
    scalar(at(value, path))
}

/// Returns a scalar as trimmed text; empty for null, objects and arrays.
pub(crate) fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(it) => it.to_string(),
        _ => String::new(),
    }
}

/// Returns the scalars of the array at a path; a single scalar counts as an array of one.
pub(crate) fn texts(value: &Value, path: &[&str]) -> Vec<String> {
    let found = at(value, path);
    let list =
        found.as_array().map_or_else(|| vec![scalar(found)], |it| it.iter().map(scalar).collect());
    list.into_iter().filter(|it| !it.is_empty()).collect()
}

/// Tells whether a key exists at the top, whatever its case and value.
pub(crate) fn has(value: &Value, key: &str) -> bool {
    value.as_object().is_some_and(|it| it.keys().any(|name| name.eq_ignore_ascii_case(key)))
}

/// Tells whether all of these keys stand in the set, whatever their case.
pub(crate) fn all_in(keys: &std::collections::BTreeSet<String>, wanted: &[&str]) -> bool {
    wanted.iter().all(|want| keys.iter().any(|it| it.eq_ignore_ascii_case(want)))
}

/// Tells whether one of these keys stands in the set, whatever its case.
pub(crate) fn any_in(keys: &std::collections::BTreeSet<String>, wanted: &[&str]) -> bool {
    wanted.iter().any(|want| keys.iter().any(|it| it.eq_ignore_ascii_case(want)))
}
