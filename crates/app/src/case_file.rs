//! `konseki.toml` → the case: what the organisation states. Read by hand, so that a mistake is
//! answered with the key, what was found and what was expected.

use anyhow::{Result, bail};
use jiff::{Timestamp, civil, tz::TimeZone};
use model::{
    Case, Containment, Declared, Micros, NamedList, Network, Organisation, Span, Statement, System,
};
use toml::{Table, Value};

/// A case file as read.
pub(crate) struct CaseFile {
    /// What it states.
    pub(crate) case: Case,
    /// Keys nobody reads: probably spelling mistakes.
    pub(crate) unread: Vec<String>,
}

/// The zone a case file states, before anything else of it is read.
pub(crate) fn stated_zone(text: &str) -> Option<String> {
    let table: Table = text.parse().ok()?;
    let zone = table.get("case")?.get("timezone")?.as_str()?;
    Some(zone.to_owned())
}

/// Reads a case file. `zone` gives the meaning of dates.
pub(crate) fn parse(text: &str, path: &str, zone: &str) -> Result<CaseFile> {
    let table: Table = match text.trim_start_matches('\u{feff}').parse() {
        Ok(table) => table,
        Err(error) => bail!("{path}: not a valid TOML file: {error}"),
    };
    let zone = match TimeZone::get(zone) {
        Ok(zone) => zone,
        Err(_) => bail!(
            "{path}: [case] timezone: {zone:?} is no time zone; expected a name such as Asia/Tokyo"
        ),
    };
    let mut root = Node {
        table: &table,
        at: path.to_owned(),
        zone: &zone,
        read: Vec::new(),
        unread: Vec::new(),
    };
    let mut case = Case::default();
    if let Some(mut it) = root.child("case")? {
        case.name = it.text("name")?;
        case.timezone = it.text("timezone")?;
        case.language = it.text("language")?;
        if !["", "ja", "en"].contains(&case.language.as_str()) {
            bail!("{path}: [case] language: {:?}; expected \"ja\" or \"en\"", case.language);
        }
        case.from = it.instant("from", false)?;
        case.to = it.instant("to", true)?;
        if let (Some(from), Some(to)) = (case.from, case.to)
            && from >= to
        {
            bail!("{path}: [case] from is not before to");
        }
        root.leave(it);
    }
    case.organisations = root.children("organisation", organisation)?;
    case.accounts = root.children("account", |it| Ok(it.text("upn")?.to_lowercase()))?;
    case.containments = root.children("containment", containment)?;
    case.networks = root.children("network", network)?;
    case.devices = root.children("device", |it| it.text("id"))?;
    case.lists = root.children("list", |it| {
        Ok(NamedList { path: it.needed("path")?, name: it.text("name")? })
    })?;
    case.sources = root.children("source", source)?;
    case.systems = root.children("system", system)?;
    case.statements = root.children("statement", statement)?;
    if let Some(mut it) = root.child("inventory")? {
        case.inventory = it.text("accounts")?;
        root.leave(it);
    }
    let unread = root.finish();
    Ok(CaseFile { case, unread })
}

fn organisation(it: &mut Node<'_>) -> Result<Organisation> {
    let mut knowledge = Vec::new();
    for entry in it.children("knowledge", |it| Ok((it.date("at")?, it.text("basis")?)))? {
        knowledge.push(entry);
    }
    let lower = |list: Vec<String>| list.into_iter().map(|it| it.to_lowercase()).collect();
    Ok(Organisation {
        name: it.needed("name")?,
        domains: lower(it.texts("domains")?.unwrap_or_default()),
        jurisdictions: lower(it.texts("jurisdictions")?.unwrap_or_default()),
        lists: it.texts("lists")?.unwrap_or_default(),
        knowledge,
    })
}

fn containment(it: &mut Node<'_>) -> Result<Containment> {
    const KNOWN: [&str; 5] =
        ["account_disabled", "sessions_revoked", "password_reset", "app_removed", "rule_removed"];
    let what = it.texts("what")?.unwrap_or_default();
    if let Some(odd) = what.iter().find(|it| !KNOWN.contains(&it.as_str())) {
        bail!("{}: what: {odd:?}; expected one of {}", it.at, KNOWN.join(", "));
    }
    let Some(at) = it.instant("at", false)? else {
        bail!("{}: at is missing; expected an instant", it.at)
    };
    Ok(Containment {
        account: it.needed("account")?.to_lowercase(),
        at,
        what,
        stated_by: it.text("stated_by")?,
    })
}

fn network(it: &mut Node<'_>) -> Result<Network> {
    Ok(Network { cidr: it.needed("cidr")?, name: it.text("name")? })
}

fn source(it: &mut Node<'_>) -> Result<Declared> {
    let span = match (it.instant("from", false)?, it.instant("to", true)?) {
        (Some(from), Some(to)) if from < to => Some(Span { from, to }),
        (Some(_), Some(_)) => bail!("{}: from is not before to", it.at),
        (None, None) => None,
        _ => bail!("{}: from and to belong together", it.at),
    };
    let lower = |list: Option<Vec<String>>| {
        list.map(|it| it.into_iter().map(|it| it.to_lowercase()).collect())
    };
    Ok(Declared {
        path: it.needed("path")?,
        span,
        collected_at: it.instant("collected_at", false)?,
        accounts: lower(it.all_or_texts("accounts")?),
        operations: it.all_or_texts("operations")?,
        stated_by: it.text("stated_by")?,
        tool: it.text("tool")?,
        high_completeness: it.yes("high_completeness")?,
        queries: it.number("queries")?,
        rows_reported: it.number("rows_reported")?,
        snapshot: it.yes("snapshot")?.unwrap_or(false),
        folders: it.all_or_texts("folders")?,
        timezone: it.text("timezone")?,
    })
}

fn system(it: &mut Node<'_>) -> Result<System> {
    const KINDS: [&str; 4] = ["application", "database", "endpoint", "network"];
    let kind = it.needed("kind")?;
    if !KINDS.contains(&kind.as_str()) {
        bail!("{}: kind: {kind:?}; expected one of {}", it.at, KINDS.join(", "));
    }
    Ok(System {
        name: it.needed("name")?,
        kind,
        evidence: it.texts("evidence")?.unwrap_or_default(),
        addresses: it.texts("addresses")?.unwrap_or_default(),
        remote_access: it.yes("remote_access")?,
    })
}

fn statement(it: &mut Node<'_>) -> Result<Statement> {
    Ok(Statement {
        about: it.needed("about")?,
        says: it.text("says")?,
        text: it.text("text")?,
        by: it.text("by")?,
        at: it.text("at")?,
        evidence: it.text("evidence")?,
    })
}

/// A table of the file, with its place for messages.
struct Node<'a> {
    table: &'a Table,
    at: String,
    zone: &'a TimeZone,
    read: Vec<String>,
    unread: Vec<String>,
}

impl<'a> Node<'a> {
    fn get(&mut self, key: &str) -> Option<&'a Value> {
        self.read.push(key.to_owned());
        self.table.get(key)
    }

    fn wrong<T>(&self, key: &str, found: &Value, expected: &str) -> Result<T> {
        bail!("{}: {key}: {found}; expected {expected}", self.at)
    }

    fn below(&self, table: &'a Table, name: &str) -> Node<'a> {
        let at = format!("{} [{name}]", self.at);
        Node { table, at, zone: self.zone, read: Vec::new(), unread: Vec::new() }
    }

    fn child(&mut self, key: &str) -> Result<Option<Node<'a>>> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Table(table)) => Ok(Some(self.below(table, key))),
            Some(found) => self.wrong(key, found, &format!("a section [{key}]")),
        }
    }

    /// A list of tables; one table alone counts as a list of one.
    fn children<T>(
        &mut self,
        key: &str,
        read: impl Fn(&mut Node<'a>) -> Result<T>,
    ) -> Result<Vec<T>> {
        let tables: Vec<&'a Table> = match self.get(key) {
            None => return Ok(Vec::new()),
            Some(Value::Table(table)) => vec![table],
            Some(Value::Array(list)) if list.iter().all(Value::is_table) => {
                list.iter().filter_map(Value::as_table).collect()
            }
            Some(found) => return self.wrong(key, found, &format!("sections [[{key}]]")),
        };
        let mut found = Vec::new();
        for (n, table) in tables.into_iter().enumerate() {
            let mut node = self.below(table, &format!("[{key}] {}", n + 1));
            found.push(read(&mut node)?);
            self.leave(node);
        }
        Ok(found)
    }

    fn leave(&mut self, node: Node<'_>) {
        self.unread.extend(node.finish());
    }

    fn finish(self) -> Vec<String> {
        let mut found = self.unread;
        let odd = self.table.keys().filter(|it| !self.read.contains(it));
        found.extend(odd.map(|it| format!("{}: {it}", self.at)));
        found
    }

    fn text(&mut self, key: &str) -> Result<String> {
        match self.get(key) {
            None => Ok(String::new()),
            Some(Value::String(text)) => Ok(text.trim().to_owned()),
            Some(Value::Datetime(at)) => Ok(at.to_string()),
            Some(found) => self.wrong(key, found, "text in quotes"),
        }
    }

    fn needed(&mut self, key: &str) -> Result<String> {
        let text = self.text(key)?;
        if text.is_empty() {
            bail!("{}: {key} is missing", self.at);
        }
        Ok(text)
    }

    fn texts(&mut self, key: &str) -> Result<Option<Vec<String>>> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(vec![text.clone()])),
            Some(Value::Array(list)) if list.iter().all(Value::is_str) => {
                Ok(Some(list.iter().filter_map(Value::as_str).map(str::to_owned).collect()))
            }
            Some(found) => self.wrong(key, found, "a list of texts"),
        }
    }

    /// `"all"` or a list.
    fn all_or_texts(&mut self, key: &str) -> Result<Option<Vec<String>>> {
        let found = self.texts(key)?;
        Ok(found.filter(|it| it.iter().all(|it| it != "all")))
    }

    fn yes(&mut self, key: &str) -> Result<Option<bool>> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Boolean(it)) => Ok(Some(*it)),
            Some(found) => self.wrong(key, found, "true or false"),
        }
    }

    fn number(&mut self, key: &str) -> Result<Option<u64>> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::Integer(it)) if *it >= 0 => Ok(Some(it.unsigned_abs())),
            Some(found) => self.wrong(key, found, "a number"),
        }
    }

    /// A calendar day as `YYYY-MM-DD`; an instant counts as its day in the case's zone.
    fn date(&mut self, key: &str) -> Result<String> {
        let text = self.needed(key)?;
        if let Ok(day) = text.parse::<civil::Date>()
            && text.len() == 10
        {
            return Ok(day.to_string());
        }
        match instant(&text, false, self.zone) {
            Some(at) => Ok(day_of(at, self.zone)),
            None => bail!("{}: {key}: {text:?}; expected a day such as 2025-10-29", self.at),
        }
    }

    fn instant(&mut self, key: &str, is_end: bool) -> Result<Option<Micros>> {
        let text = self.text(key)?;
        if text.is_empty() {
            return Ok(None);
        }
        match instant(&text, is_end, self.zone) {
            Some(at) => Ok(Some(at)),
            None => bail!(
                "{}: {key}: {text:?}; expected a day such as 2025-10-29 or an instant such as 2025-10-29T06:30:00Z",
                self.at
            ),
        }
    }
}

fn day_of(at: Micros, zone: &TimeZone) -> String {
    Timestamp::from_microsecond(at)
        .map(|it| it.to_zoned(zone.clone()).date().to_string())
        .unwrap_or_default()
}

/// A day as an end means that whole day; an instant without offset is the case zone's.
fn instant(text: &str, is_end: bool, zone: &TimeZone) -> Option<Micros> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at.as_microsecond());
    }
    if text.len() == 10 {
        let day: civil::Date = text.parse().ok()?;
        let day = if is_end { day.tomorrow().ok()? } else { day };
        return Some(day.to_zoned(zone.clone()).ok()?.timestamp().as_microsecond());
    }
    let local: civil::DateTime = text.parse().ok()?;
    Some(local.to_zoned(zone.clone()).ok()?.timestamp().as_microsecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_whole_and_an_instant_is_outside() {
        let text = "[case]\nfrom = \"2025-09-01\"\nto = 2025-09-02\n[[source]]\npath='ual/*'\nfrom='2025-09-01T00:00:00Z'\nto='2025-09-02T00:00:00Z'\ncolectd=1\naccounts='all'\n";
        let it = parse(text, "konseki.toml", "Asia/Tokyo").unwrap();
        let hours = |it: Micros| it / model::HOUR;
        assert_eq!(hours(it.case.to.unwrap() - it.case.from.unwrap()), 48);
        assert_eq!(model::rfc3339(it.case.from.unwrap()), "2025-08-31T15:00:00Z");
        let span = it.case.sources[0].span.unwrap();
        assert_eq!(hours(span.to - span.from), 24);
        assert_eq!(it.case.sources[0].accounts, None);
        assert_eq!(it.unread, ["konseki.toml [[source] 1]: colectd"]);
    }

    #[test]
    fn mistakes_name_the_key_and_what_was_expected() {
        let of = |text: &str| {
            parse(text, "konseki.toml", "UTC").err().map(|it| it.to_string()).unwrap_or_default()
        };
        assert!(of("[case]\nfrom = \"last week\"").contains("from: \"last week\"; expected a day"));
        assert!(of("[[system]]\nname='x'\nkind='pc'").contains("expected one of application"));
        assert!(of("[[source]]\nfrom='2025-01-01'\n").contains("from and to belong together"));
        assert!(of("[case\n").contains("not a valid TOML file"));
    }
}
