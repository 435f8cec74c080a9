//! Two exports of one record that do not say the same: is one poorer, or do they contradict?
//! (design §4.1)

use std::collections::BTreeSet;

use model::{Record, What};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    canonical,
    normal::{mail, ual},
    read::Reread,
};

/// How a row relates to the record its key stands for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Relation {
    /// Says the same.
    Same,
    /// Says less, and nothing else.
    Poorer,
    /// Says something else.
    Conflict,
}

/// One record made of several rows.
#[derive(Clone, Debug)]
pub struct Reconciled {
    /// The union of all that agrees with the first.
    pub record: Record,
    /// One relation a row, in the order given.
    pub relations: Vec<Relation>,
}

/// Unites rows of one key. The first is the one with fewest losses; what contradicts it is a
/// conflict and adds nothing. Returns `None` for no rows.
pub fn reconcile(rows: &[Reread]) -> Option<Reconciled> {
    let first = rows.first()?;
    let mut union = first.canonical.clone();
    let agrees: Vec<bool> = rows
        .iter()
        .map(|it| {
            let mut merged = union.clone();
            let agrees = merge(&mut merged, &it.canonical);
            if agrees {
                union = merged;
            }
            agrees
        })
        .collect();
    let relations: Vec<Relation> = rows
        .iter()
        .zip(agrees)
        .map(|(it, agrees)| match agrees {
            false => Relation::Conflict,
            true if it.canonical == union => Relation::Same,
            true => Relation::Poorer,
        })
        .collect();
    let record = match &first.record.what {
        model::What::Mail(_) => united_mail(first, rows, &relations),
        _ => united(first, &union, rows),
    };
    Some(Reconciled { record, relations })
}

/// A mail with what every export of it tells, but for those that contradict the first.
fn united_mail(first: &Reread, rows: &[Reread], relations: &[Relation]) -> Record {
    let mut record = first.record.clone();
    for (row, relation) in rows.iter().zip(relations) {
        let agrees = *relation != Relation::Conflict;
        if let (true, model::What::Mail(it), model::What::Mail(other)) =
            (agrees, &mut record.what, &row.record.what)
        {
            mail::add(it, other);
        }
    }
    record
}

/// The record of the union: an audit record is read anew, a sign-in or a directory change takes what
/// the first leaves unsaid, others keep the richest row.
fn united(first: &Reread, union: &Value, rows: &[Reread]) -> Record {
    if first.canonical == *union && !matches!(first.record.what, What::SignIn(_)) {
        return first.record.clone();
    }
    let mut record = first.record.clone();
    let losses = rows.iter().map(|it| it.record.losses).min().unwrap_or(0);
    match &first.record.what {
        What::Event(event) => {
            let said = ual::event(union).ok().or_else(|| filled(event, union));
            if let Some(event) = said {
                record.what = What::Event(event);
                record.body = canonical::body_of(union);
                record.losses = losses;
            }
            record
        }
        What::SignIn(signin) => {
            let mut signin = filled(signin, union).unwrap_or_else(|| signin.clone());
            signin.methods = methods(rows);
            record.what = What::SignIn(signin);
            record
        }
        _ => {
            let size = |it: &&Reread| it.canonical.to_string().len();
            let whole = rows.iter().filter(|it| it.canonical == *union).max_by_key(size);
            whole.map_or(record, |it| it.record.clone())
        }
    }
}

/// What a record says, and where it says nothing what the union says.
fn filled<T: Serialize + DeserializeOwned>(first: &T, union: &Value) -> Option<T> {
    let mut value = serde_json::to_value(first).ok()?;
    fill(&mut value, union);
    serde_json::from_value(value).ok()
}

fn fill(mine: &mut Value, theirs: &Value) {
    let (Value::Object(mine), Value::Object(theirs)) = (mine, theirs) else { return };
    for (name, mine) in mine.iter_mut() {
        let Some(theirs) = theirs.get(name) else { continue };
        let unsaid = match &*mine {
            Value::Null => true,
            Value::String(text) => text.is_empty(),
            Value::Array(list) => list.is_empty(),
            // «Not said», as the model writes it.
            Value::Number(number) => {
                number.as_i64() == Some(-1) || (name == "asn" && number.as_i64() == Some(0))
            }
            Value::Bool(_) | Value::Object(_) => false,
        };
        match (unsaid, &*mine, theirs) {
            (true, Value::String(_), Value::Number(_) | Value::Bool(_)) => {
                *mine = Value::String(theirs.to_string());
            }
            (true, ..) => *mine = theirs.clone(),
            (false, ..) => fill(mine, theirs),
        }
    }
}

/// Every method that a row of the sign-in names: those of the row that names most in their order, then
/// the others'. The order of the rows does not matter.
fn methods(rows: &[Reread]) -> String {
    let said = rows.iter().filter_map(|row| match &row.record.what {
        What::SignIn(it) => Some(it.methods.split('+').filter(|it| !it.is_empty()).collect()),
        _ => None,
    });
    let mut chains: Vec<Vec<&str>> = said.collect();
    chains.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    let mut found = chains.first().cloned().unwrap_or_default();
    let others: BTreeSet<&str> = chains.into_iter().skip(1).flatten().collect();
    let more: Vec<&str> = others.into_iter().filter(|it| !found.contains(it)).collect();
    found.extend(more);
    found.join("+")
}

/// Adds what `other` says to `it`; `false` if they contradict each other on a shared path. A cut
/// string agrees as a prefix.
fn merge(it: &mut Value, other: &Value) -> bool {
    match (it, other) {
        (Value::Object(mine), Value::Object(theirs)) => {
            theirs.iter().all(|(key, theirs)| match mine.get_mut(key) {
                Some(mine) => merge(mine, theirs),
                None => {
                    mine.insert(key.clone(), theirs.clone());
                    true
                }
            })
        }
        (Value::Array(mine), Value::Array(theirs)) => {
            let shared = mine.iter_mut().zip(theirs).all(|(a, b)| merge(a, b));
            if theirs.len() > mine.len() {
                mine.extend_from_slice(&theirs[mine.len()..]);
            }
            shared
        }
        (mine @ Value::String(_), Value::String(theirs)) => {
            let text = mine.as_str().unwrap_or_default();
            if theirs.starts_with(text) {
                *mine = Value::String(theirs.clone());
                return true;
            }
            text.starts_with(theirs.as_str())
        }
        (mine, theirs) => mine == theirs,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(body: Value) -> Reread {
        let record = Record {
            key: "k".into(),
            body: canonical::body_of(&body),
            losses: 0,
            what: model::What::Event(model::Event::default()),
        };
        Reread { canonical: body, record }
    }

    #[test]
    fn a_cut_text_is_poorer_and_another_is_a_conflict() {
        let rows = [
            row(
                json!({"Id": "k", "CreationTime": "2025-10-01T00:00:00", "Operation": "Send", "Subject": "hel"}),
            ),
            row(json!({"Id": "k", "Subject": "hello", "ClientIP": "1.2.3.4"})),
            row(json!({"Id": "k", "Subject": "other"})),
        ];
        let it = reconcile(&rows).unwrap();
        assert_eq!(it.relations, [Relation::Poorer, Relation::Poorer, Relation::Conflict]);
        let model::What::Event(event) = it.record.what else { panic!("an event") };
        assert_eq!(event.ip, "1.2.3.4");
    }
}
