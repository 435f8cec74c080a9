//! `decisions.jsonl`: what persons decided, append-only, each line with the hash of the one before.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use model::{Decision, Selector};

use crate::{
    case_folder::{CaseFolder, hash},
    error::wrong_use,
};

/// File name.
pub(crate) const NAME: &str = "decisions.jsonl";
/// What can be decided, and the values of each (contract §1).
pub(crate) const WHATS: &[(&str, &[&str])] = &[
    ("session", &["attacker", "owner", "other_person", "service"]),
    ("network", &["owner", "attacker"]),
    ("device", &["owner", "attacker"]),
    ("app", &["owner", "attacker"]),
    ("account", &["compromised", "not_compromised", "person", "role", "shared"]),
    ("mail", &["fraudulent", "legitimate"]),
    ("scope", &["attested", "unreachable"]),
    ("folder", &decide::folders::WELL_KNOWN),
    // An instant.
    ("containment", &[]),
    // declared:FROM/TO@COLLECTED_AT
    ("source", &[]),
];
/// Whether a value that stands in no list is one: an instant, or what an export was asked for.
pub(crate) fn is_free_value(what: &str, is: &str) -> bool {
    let when = |text: &str| {
        text.parse::<jiff::Timestamp>().is_ok() || text.parse::<jiff::civil::Date>().is_ok()
    };
    match what {
        "containment" => is.parse::<jiff::Timestamp>().is_ok(),
        "source" => is
            .strip_prefix("declared:")
            .and_then(|it| it.split_once('@'))
            .and_then(|(span, at)| Some((span.split_once('/')?, at)))
            .is_some_and(|((from, to), at)| when(from) && when(to) && when(at)),
        _ => false,
    }
}

const FIRST: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Reads all decisions and checks the chain. A line that was changed afterwards is an error.
pub(crate) fn read(folder: &Path) -> Result<Vec<Decision>> {
    let path = folder.join(NAME);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    let mut before = FIRST.to_owned();
    let mut found = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let row = n + 1;
        let it: Decision = serde_json::from_str(line)
            .with_context(|| format!("{}: line {row} is no decision", path.display()))?;
        if it.before != before || it.n != row as u64 {
            bail!(
                "{}: line {row}: the chain is broken: a decision before it was changed or removed",
                path.display()
            );
        }
        before = hash(line.as_bytes());
        found.push(it);
    }
    Ok(found)
}

/// Appends a decision; its number and the hash of the one before are set here.
pub(crate) fn append(folder: &CaseFolder, mut decision: Decision) -> Result<u64> {
    let earlier = read(folder.path())?;
    let path = folder.path().join(NAME);
    let mut text = std::fs::read_to_string(&path).unwrap_or_default();
    decision.n = earlier.len() as u64 + 1;
    decision.before =
        text.lines().last().map_or_else(|| FIRST.to_owned(), |it| hash(it.as_bytes()));
    text.push_str(&serde_json::to_string(&decision)?);
    text.push('\n');
    folder.write(NAME, text.as_bytes())?;
    Ok(decision.n)
}

/// The decisions in force: those not withdrawn.
pub(crate) fn in_force(all: &[Decision]) -> Vec<Decision> {
    let withdrawn: Vec<&str> =
        all.iter().filter(|it| it.what == "withdraw").map(|it| it.is.as_str()).collect();
    let stands =
        |it: &&Decision| it.what != "withdraw" && !withdrawn.contains(&it.n.to_string().as_str());
    all.iter().filter(stands).cloned().collect()
}

/// Reads a selector as typed: comma-separated `key=value`.
pub(crate) fn selector(typed: &str) -> Result<Selector> {
    let mut it = Selector::default();
    for part in typed.split(',').map(str::trim).filter(|it| !it.is_empty()) {
        let Some((key, value)) = part.split_once('=') else {
            return Err(wrong_use(format!("{part:?} is no key=value; keys: {}", KEYS.join(" "))));
        };
        let value = value.trim().to_owned();
        match key.trim() {
            "account" => it.account = Some(value.to_lowercase()),
            "session" => it.session = Some(value),
            "token" => it.token = Some(value),
            "address" => it.address = Some(value),
            "client" => it.client = Some(value),
            "device" => it.device = Some(value.to_lowercase()),
            "app" => it.app = Some(value.to_lowercase()),
            "from" => it.from = Some(instant(&value)?),
            "to" => it.to = Some(instant(&value)?),
            "record" => it.records.push(value),
            "scope" => it.scope = Some(value),
            "path" => it.path = Some(value),
            "message" => it.message = Some(value.trim_matches(['<', '>']).to_owned()),
            other => {
                return Err(wrong_use(format!(
                    "unknown key {other:?} in the selector; keys: {}",
                    KEYS.join(" ")
                )));
            }
        }
    }
    if it == Selector::default() {
        return Err(wrong_use("the selector is empty: it would speak of everything"));
    }
    Ok(it)
}

const KEYS: [&str; 13] = [
    "account", "session", "token", "address", "client", "device", "app", "from", "to", "record",
    "scope", "path", "message",
];

fn instant(text: &str) -> Result<i64> {
    let at: jiff::Timestamp = text.parse().map_err(|_| {
        wrong_use(format!("{text:?} is no instant; expected for example 2025-10-29T06:30:00Z"))
    })?;
    Ok(at.as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_reads_as_typed_and_names_what_is_wrong() {
        let it =
            selector("account=A@x.jp, address=198.51.100.0/24,from=2025-10-01T00:00:00Z").unwrap();
        assert_eq!(it.account.as_deref(), Some("a@x.jp"));
        assert_eq!(it.address.as_deref(), Some("198.51.100.0/24"));
        assert!(selector("acount=a").unwrap_err().to_string().contains("keys: account"));
        assert!(selector("").is_err());
    }

    #[test]
    fn a_changed_line_breaks_the_chain() {
        let dir = tempfile::tempdir().unwrap();
        let folder = CaseFolder::open(&dir.path().join("case")).unwrap();
        let one = |why: &str| Decision {
            n: 0,
            what: "session".into(),
            selector: Selector::default(),
            typed: "account=a@x".into(),
            is: "owner".into(),
            who: "T".into(),
            why: why.into(),
            at: 1,
            before: String::new(),
        };
        append(&folder, one("a trip")).unwrap();
        append(&folder, one("another")).unwrap();
        assert_eq!(read(folder.path()).unwrap().len(), 2);
        let path = folder.path().join(NAME);
        let text = std::fs::read_to_string(&path).unwrap().replace("a trip", "a lie!");
        std::fs::write(&path, text).unwrap();
        assert!(read(folder.path()).unwrap_err().to_string().contains("line 2"));
    }
}
