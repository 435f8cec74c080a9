//! One record whose content matters, ready to be asked.

use model::Detail;
use serde_json::Value;

/// A record and its content.
pub(super) struct Seen<'a> {
    /// The record.
    pub(super) detail: &'a Detail,
    body: Value,
    resolve: &'a dyn Fn(&str) -> String,
}

impl<'a> Seen<'a> {
    pub(super) fn new(detail: &'a Detail, resolve: &'a dyn Fn(&str) -> String) -> Seen<'a> {
        let body = serde_json::from_str(&detail.detail).unwrap_or(Value::Null);
        Seen { detail, body, resolve }
    }

    /// Tells whether the operation begins so (`Remove-`).
    pub(super) fn is(&self, beginning: &str) -> bool {
        self.detail.operation.starts_with(beginning)
    }

    /// A parameter of a cmdlet; empty if not given or given empty.
    pub(super) fn parameter(&self, name: &str) -> String {
        text(&self.body["parameters"][name])
    }

    /// Tells whether the cmdlet was given the parameter at all, be it empty.
    pub(super) fn has_parameter(&self, name: &str) -> bool {
        !self.body["parameters"][name].is_null()
    }

    /// A property of the operation.
    pub(super) fn property(&self, name: &str) -> String {
        text(&self.body["properties"][name])
    }

    /// Old and new value of a modified property, JSON text around them off.
    pub(super) fn modified(&self, name: &str) -> Option<(String, String)> {
        let pair = self.body["modified"].get(name)?;
        Some((plain(&text(&pair[0])), plain(&text(&pair[1]))))
    }

    /// New value of a modified property; empty if it was not modified.
    pub(super) fn new_value(&self, name: &str) -> String {
        self.modified(name).map(|it| it.1).unwrap_or_default()
    }

    /// Names of modified properties.
    pub(super) fn modified_names(&self) -> Vec<String> {
        self.body["modified"].as_object().map(|it| it.keys().cloned().collect()).unwrap_or_default()
    }

    /// Ids of the targets.
    pub(super) fn targets(&self) -> Vec<String> {
        let all = self.body["targets"].as_array().map(Vec::as_slice).unwrap_or_default();
        all.iter().map(text).collect()
    }

    /// Parameters other than those named, as `Name=Value`, in order of their names.
    pub(super) fn parameters_but(&self, left_out: &[&str]) -> String {
        let Some(all) = self.body["parameters"].as_object() else { return String::new() };
        let told = all
            .iter()
            .filter(|(name, value)| !left_out.contains(&name.as_str()) && !text(value).is_empty());
        told.map(|(name, value)| format!("{name}={}", text(value))).collect::<Vec<_>>().join(", ")
    }

    /// The first of these names that is an account's; else the actor.
    pub(super) fn account_of(&self, names: &[&str]) -> String {
        let resolved = names.iter().filter(|it| !it.is_empty()).map(|it| (self.resolve)(it));
        resolved
            .into_iter()
            .find(|it| it.contains('@'))
            .unwrap_or_else(|| self.detail.actor.clone())
    }

    /// The account a directory record is about: the object, else a target with the shape of an
    /// address, else the actor.
    pub(super) fn target_account(&self) -> String {
        let targets = self.targets();
        let names: Vec<&str> = std::iter::once(self.detail.object.as_str())
            .chain(targets.iter().map(String::as_str))
            .collect();
        self.account_of(&names)
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(it) => it.trim().to_owned(),
        other => other.to_string(),
    }
}

/// Directory records write values as JSON text inside text: `[\r\n  "x"\r\n]`.
fn plain(value: &str) -> String {
    match serde_json::from_str::<Value>(value) {
        Ok(Value::String(it)) => plain(&it),
        Ok(Value::Array(all)) => all
            .iter()
            .map(|it| it.as_str().map_or_else(|| it.to_string(), str::to_owned))
            .collect::<Vec<_>>()
            .join(", "),
        Ok(Value::Null) => String::new(),
        _ => value.to_owned(),
    }
}

/// Identifiers (GUIDs) in a text, in lower case; those of Microsoft's own resources are left out,
/// for they would make one thing of many.
pub(super) fn guids(text: &str) -> Vec<String> {
    let is_guid = |it: &&str| {
        it.len() == 36
            && it.char_indices().all(|(i, c)| {
                if [8, 13, 18, 23].contains(&i) { c == '-' } else { c.is_ascii_hexdigit() }
            })
    };
    text.split(|c: char| !c.is_ascii_hexdigit() && c != '-')
        .filter(is_guid)
        .map(str::to_ascii_lowercase)
        .filter(|it| !it.starts_with("0000000"))
        .collect()
}

/// The last part of `…/Org/user\Rule`: the thing's own name, in lower case.
pub(super) fn last_part(path: &str) -> String {
    path.rsplit(['\\', '/']).next().unwrap_or_default().trim().to_lowercase()
}
