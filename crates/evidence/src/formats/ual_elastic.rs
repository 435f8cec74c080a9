//! Elastic's `o365.audit` documents, nested or with dotted keys, from a search, a dump or a CSV of
//! Kibana. `event.original` is the record itself and outranks the fields, where it was kept.
//!
//! In the fields Name/Value lists are objects, and in the names of changed properties dots and
//! blanks are underscores (`Role_DisplayName`): both are put back. What an agent did not fetch is
//! not there, so silence proves nothing.

use model::Kind;
use serde_json::{Map, Value, json as object};

use crate::{
    format::Format,
    normal::{
        json,
        ual_words::{self, Audit},
        ual_wrapped::{Clock, Silence, Wrapped, inside},
    },
};

pub(super) const FORMAT: Format = Format {
    id: "ual_elastic",
    kind: Kind::Ual,
    name: "Elastic `o365.audit` documents, JSON or CSV",
    proves: "what was done with which account; silence proves nothing",
    reference: "Elastic: Microsoft 365 integration, exported fields",
    recognises: |head| {
        let dotted = |it: &String| it.to_ascii_lowercase().starts_with("o365.audit.");
        head.keys.iter().chain(&head.header).any(dotted) || found(&head.first).is_some()
    },
    open: |head, _| Wrapped::open(head, (unwrap, Silence::Copy), &[], ""),
};

/// The document, out of what a search puts around it.
fn document(row: &Value) -> &Value {
    row.get("_source").filter(|it| it.is_object()).unwrap_or(row)
}

/// `o365.audit` as one object, wherever its path is dotted.
fn found(row: &Value) -> Option<Map<String, Value>> {
    let mut out = Map::new();
    collect(document(row), "", &mut out);
    (!out.is_empty()).then_some(out)
}

fn collect(value: &Value, path: &str, out: &mut Map<String, Value>) {
    for (key, field) in value.as_object().into_iter().flatten() {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        if let Some(rest) = path.strip_prefix("o365.audit.") {
            put(out, rest, field);
        } else if path == "o365" || path == "o365.audit" {
            collect(field, &path, out);
        }
    }
}

/// Puts a field at its path: below a bag of Name and Value the rest of the path is the name.
fn put(out: &mut Map<String, Value>, path: &str, field: &Value) {
    match path.split_once('.') {
        None => match (out.get_mut(path), field) {
            (Some(Value::Object(have)), Value::Object(more)) => have.extend(more.clone()),
            _ => {
                out.insert(path.to_owned(), ual_words::opened(path, field));
            }
        },
        Some((first, rest)) => {
            let inner = out.entry(first).or_insert_with(|| Value::Object(Map::new()));
            if !inner.is_object() {
                *inner = Value::Object(Map::new());
            }
            let Some(inner) = inner.as_object_mut() else { return };
            if BAGS.contains(&first) {
                inner.insert(rest.to_owned(), field.clone());
            } else {
                put(inner, rest, field);
            }
        }
    }
}

/// Name/Value lists that become objects.
const BAGS: [&str; 4] =
    ["Parameters", "ExtendedProperties", "OperationProperties", "DeviceProperties"];

fn unwrap(row: &Value, _: &Clock) -> Result<Audit<'static>, &'static str> {
    let document = document(row);
    let original = [document.get("event.original"), document.pointer("/event/original")];
    if let Some(whole) = original.into_iter().flatten().find_map(inside)
        && whole.get("CreationTime").is_some()
        && whole.get("Operation").is_some()
    {
        return Ok(Audit::new(whole));
    }
    let mut audit = found(row).ok_or("no field of o365.audit")?;
    for bag in BAGS {
        if let Some(Value::Object(pairs)) = audit.get(bag) {
            let list = pairs.iter().map(|(name, value)| object!({"Name": name, "Value": value}));
            let list = list.collect();
            audit.insert(bag.to_owned(), Value::Array(list));
        }
    }
    if let Some(Value::Object(changed)) = audit.get("ModifiedProperties") {
        let list = modified(changed);
        audit.insert("ModifiedProperties".to_owned(), Value::Array(list));
    }
    for (field, paths) in FALLBACKS {
        let absent = audit.get(field).is_none_or(|it| json::scalar(it).is_empty());
        let found = |path: &&str| {
            let nested = json::text(document, &path.split('.').collect::<Vec<_>>());
            if nested.is_empty() { json::text(document, &[path]) } else { nested }
        };
        if absent && let Some(text) = paths.iter().map(found).find(|it| !it.is_empty()) {
            audit.insert(field.to_owned(), text.into());
        }
    }
    let audit = Audit::new(Value::Object(audit));
    Ok(Audit { losses: audit.losses.max(1), ..audit })
}

/// What the common fields of Elastic say of the record.
const FALLBACKS: [(&str, &[&str]); 5] = [
    ("CreationTime", &["@timestamp"]),
    ("Operation", &["event.action"]),
    ("Id", &["event.id"]),
    ("UserId", &["user.id"]),
    ("Workload", &["event.provider"]),
];

/// `{"Role": {"NewValue": "x"}}` or, dotted, `{"Role.NewValue": "x"}` as a list.
fn modified(changed: &Map<String, Value>) -> Vec<Value> {
    let mut names: Map<String, Value> = Map::new();
    for (key, field) in changed {
        let (name, part) = key.rsplit_once('.').unwrap_or((key, ""));
        let name = restored(name);
        let entry = names.entry(&name).or_insert_with(|| object!({"Name": name}));
        match (part, field) {
            ("", Value::Object(parts)) => {
                if let Some(entry) = entry.as_object_mut() {
                    entry.extend(parts.clone());
                }
            }
            ("", _) => entry["NewValue"] = field.clone(),
            (part, _) => entry[part] = field.clone(),
        }
    }
    names.into_iter().map(|it| it.1).collect()
}

/// A property's name as the directory writes it: `Role.DisplayName`, `Included Updated Properties`.
fn restored(name: &str) -> String {
    let blank = name.matches('_').count() > 1;
    name.replace('_', if blank { " " } else { "." })
}
