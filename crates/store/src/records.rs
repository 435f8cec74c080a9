//! The records behind a claim, found in the published tables.

use anyhow::Result;
use model::Micros;

use crate::{
    Store,
    columns::{Batcher, Cell, Column, Type::Text},
    engine::Engine,
};

/// Which records are asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RecordQuery {
    /// Audit records and sign-ins of sessions (display ids).
    Sessions(Vec<String>),
    /// Audit records and sign-ins of an account; of these sessions only, if any are named.
    Account {
        /// The account.
        account: String,
        /// Display ids.
        sessions: Vec<String>,
    },
    /// Send records and trace rows of messages; all fraudulent ones if none is named.
    Messages {
        /// Message ids.
        messages: Vec<String>,
        /// Only messages whose first instant lies in this half-open span.
        span: Option<(Micros, Micros)>,
    },
    /// The record that tells the last status of each recipient of messages; of all fraudulent
    /// ones if none is named.
    Recipients {
        /// Message ids.
        messages: Vec<String>,
        /// Only recipients whose last status is Failed.
        failed: bool,
    },
    /// Audit records of some operations.
    Operations {
        /// Display ids.
        sessions: Vec<String>,
        /// Operations; all if none is named.
        operations: Vec<String>,
        /// Only in this mailbox.
        mailbox: Option<String>,
    },
    /// Audit records that name items in some folders of a mailbox.
    Touch {
        /// Display ids.
        sessions: Vec<String>,
        /// The mailbox.
        mailbox: String,
        /// Folder paths as recorded; all if none is named.
        folders: Vec<String>,
    },
    /// Audit records that name items in a scope, or are of the scope themselves.
    Scope {
        /// Display ids.
        sessions: Vec<String>,
        /// Scope id.
        scope: String,
    },
    /// Audit records in some workloads, and sign-ins with some applications.
    Workloads {
        /// Display ids.
        sessions: Vec<String>,
        /// Workloads.
        workloads: Vec<String>,
        /// Applications whose sign-ins belong to them.
        apps: Vec<String>,
    },
    /// Failed sign-ins of an account.
    Failed {
        /// The account.
        account: String,
    },
    /// Send records and trace rows of the fraudulent messages of one sender.
    SentBy {
        /// Sender.
        sender: String,
    },
    /// Fraudulent messages to addresses that stand in one list.
    Listed {
        /// SHA-256 of the list.
        file: String,
    },
    /// What tells of exposed items; of those alone whose lists showed somebody, if asked.
    Exposed {
        /// Only items whose list showed an address.
        shown: bool,
        /// Only items in this scope.
        scope: Option<String>,
    },
    /// Exposed items that name a person, the first and last touch of each visit that exposed them, whatever
    /// moved, removed or opened them, and the fraudulent mails sent to the person.
    Person {
        /// Any address of the person.
        address: String,
    },
    /// Records by their ids.
    Keys(Vec<String>),
}

/// Where a record stands.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Pointer {
    /// Record id.
    pub record_id: String,
    /// Evidence id.
    pub evidence_id: String,
    /// Row.
    pub row: u64,
    /// First byte.
    pub from: u64,
    /// First byte after.
    pub to: u64,
    /// When, if known.
    pub at: Option<Micros>,
}

/// Records in order of their ids.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Records {
    /// How many there are in all.
    pub total: u64,
    /// As many as were asked for.
    pub rows: Vec<Pointer>,
}

const COLUMNS: &str = "record_id, evidence_id, row, byte_from, byte_to, at";

impl Store {
    /// What the published table of people says of whoever has this address: column and value, of the row of
    /// that address; empty if nobody has it.
    pub fn person(&self, address: &str) -> Result<Vec<(String, String)>> {
        const TOLD: [&str; 12] = [
            "person",
            "address",
            "name",
            "honorific",
            "organisation",
            "bodies",
            "lists",
            "causes",
            "channel",
            "status",
            "kinds",
            "first_record",
        ];
        let engine = self.published()?;
        let address = one(&engine, "asked_address", &address.to_lowercase())?;
        let sql = format!(
            "SELECT {}, CAST(items AS VARCHAR) FROM people WHERE address IN {address} ORDER BY person",
            TOLD.join(", ")
        );
        let found = engine.fetch(&sql)?;
        let Some(row) = found.rows().next() else { return Ok(Vec::new()) };
        let names = TOLD.into_iter().chain(["items"]);
        Ok(names.enumerate().map(|(n, name)| (name.to_owned(), row.string(n))).collect())
    }

    /// Finds the records behind a claim, the least ids first. The case must have been published.
    pub fn records(&self, query: &RecordQuery, limit: Option<usize>) -> Result<Records> {
        let engine = self.published()?;
        let found = sql(&engine, query)?;
        let all = format!(
            "SELECT record_id, evidence_id, row, byte_from, byte_to, min(at) AS at FROM ({found}) \
             GROUP BY record_id, evidence_id, row, byte_from, byte_to"
        );
        let mut records = Records::default();
        for row in engine.fetch(&format!("SELECT count(*) FROM ({all})"))?.rows() {
            records.total = row.count(0);
        }
        let limit = limit.map(|it| format!(" LIMIT {it}")).unwrap_or_default();
        let rows = engine.fetch(&format!(
            "SELECT record_id, evidence_id, row, byte_from, byte_to, arrow_cast(at, 'Int64') FROM ({all}) \
             ORDER BY record_id, evidence_id, row{limit}"
        ))?;
        records.rows.extend(rows.rows().map(|row| Pointer {
            record_id: row.string(0),
            evidence_id: row.string(1),
            row: row.count(2),
            from: row.count(3),
            to: row.count(4),
            at: row.maybe_int(5),
        }));
        Ok(records)
    }
}

/// Values a question is joined with; what is asked for never becomes part of the SQL text.
fn given(engine: &Engine, name: &str, values: &[String]) -> Result<String> {
    const VALUE: &[Column] = &[("value", Text)];
    let mut rows = Batcher::new(VALUE);
    for value in values {
        rows.push(&[&[Cell::from(value)]])?;
    }
    engine.memory(name, rows)?;
    Ok(format!("(SELECT value FROM {name} GROUP BY value)"))
}

fn one(engine: &Engine, name: &str, value: &str) -> Result<String> {
    given(engine, name, &[value.to_owned()])
}

/// Audit records and sign-ins under one roof.
fn both(condition: &str) -> String {
    format!(
        "SELECT {COLUMNS} FROM events WHERE {condition} UNION ALL SELECT {COLUMNS} FROM signins WHERE {condition}"
    )
}

/// A further condition where values are given.
fn within(engine: &Engine, name: &str, column: &str, values: &[String]) -> Result<String> {
    if values.is_empty() {
        return Ok(String::new());
    }
    Ok(format!(" AND {column} IN {}", given(engine, name, values)?))
}

fn sql(engine: &Engine, query: &RecordQuery) -> Result<String> {
    if let Some(sql) = of_mails(engine, query)? {
        return Ok(sql);
    }
    if let Some(sql) = of_acts(engine, query)? {
        return Ok(sql);
    }
    if let Some(sql) = of_people(engine, query)? {
        return Ok(sql);
    }
    Ok(match query {
        RecordQuery::Sessions(sessions) => {
            both(&format!("session_id IN {}", given(engine, "asked_sessions", sessions)?))
        }
        RecordQuery::Account { account, sessions } => {
            let account = one(engine, "asked_account", account)?;
            let sessions = within(engine, "asked_sessions", "session_id", sessions)?;
            both(&format!("account IN {account}{sessions}"))
        }
        RecordQuery::Keys(keys) => {
            let keys = given(engine, "asked_keys", keys)?;
            let condition = format!("record_id IN {keys}");
            format!(
                "{} UNION ALL SELECT {COLUMNS} FROM messages WHERE {condition} \
                 UNION ALL SELECT {COLUMNS} FROM mailbox_items WHERE {condition} \
                 UNION ALL SELECT record_id, evidence_id, row, byte_from, byte_to, created AS at \
                 FROM settings WHERE {condition}",
                both(&condition)
            )
        }
        // Those of mails and acts are answered above.
        _ => both("false"),
    })
}

/// Questions about what was exposed, and to whom it matters.
fn of_people(engine: &Engine, query: &RecordQuery) -> Result<Option<String>> {
    Ok(Some(match query {
        RecordQuery::Exposed { shown, scope } => {
            let named = if *shown {
                "item IN (SELECT item FROM exposed_names WHERE side = 'external' AND shown GROUP BY item)"
            } else {
                "true"
            };
            let scope = within(engine, "asked_scope", "scope", scope.as_slice())?;
            format!("SELECT {COLUMNS} FROM exposed_items WHERE {named}{scope}")
        }
        RecordQuery::Person { address } => {
            let address = one(engine, "asked_address", address)?;
            let theirs = format!(
                "(SELECT address FROM people WHERE person IN \
                 (SELECT person FROM people WHERE address IN {address} GROUP BY person) GROUP BY address)"
            );
            let items =
                format!("(SELECT item FROM exposed_names WHERE address IN {theirs} GROUP BY item)");
            format!(
                "SELECT {COLUMNS} FROM exposed_items WHERE item IN {items} \
                 UNION ALL SELECT e.record_id, e.evidence_id, e.row, e.byte_from, e.byte_to, e.at FROM event_items e \
                 JOIN (SELECT session_id, scope, \"from\", \"to\" FROM exposed_looks WHERE item IN {items} \
                   GROUP BY session_id, scope, \"from\", \"to\") l \
                 ON e.session_id = l.session_id AND e.scope = l.scope WHERE e.at = l.\"from\" OR e.at = l.\"to\" \
                 UNION ALL SELECT e.record_id, e.evidence_id, e.row, e.byte_from, e.byte_to, e.at FROM event_items e \
                 JOIN (SELECT message_id FROM exposed_items WHERE item IN {items} AND message_id <> '' \
                   GROUP BY message_id) m ON e.message_id = m.message_id \
                 UNION ALL SELECT {COLUMNS} FROM messages WHERE fraudulent AND recipient IN {theirs}"
            )
        }
        _ => return Ok(None),
    }))
}

/// Questions about mails.
fn of_mails(engine: &Engine, query: &RecordQuery) -> Result<Option<String>> {
    Ok(Some(match query {
        RecordQuery::Messages { messages, span } => {
            let wanted = wanted(engine, messages)?;
            let span = span.map_or_else(String::new, |(from, to)| {
                format!(" HAVING min(arrow_cast(at, 'Int64')) >= {from} AND min(arrow_cast(at, 'Int64')) < {to}")
            });
            let chosen =
                format!("SELECT message_id FROM messages WHERE {wanted} GROUP BY message_id{span}");
            format!(
                "SELECT {COLUMNS} FROM messages WHERE message_id IN ({chosen}) \
                 UNION ALL SELECT {COLUMNS} FROM sends WHERE message_id IN ({chosen})"
            )
        }
        RecordQuery::Recipients { messages, failed } => {
            let wanted = wanted(engine, messages)?;
            let failed = if *failed { " AND status = 'Failed'" } else { "" };
            format!(
                "SELECT {COLUMNS} FROM messages WHERE {wanted} AND recipient IS NOT NULL{failed}"
            )
        }
        RecordQuery::SentBy { sender } => {
            let sender = one(engine, "asked_sender", sender)?;
            let chosen =
                format!("SELECT message_id FROM messages WHERE fraudulent AND sender IN {sender}");
            format!(
                "SELECT {COLUMNS} FROM messages WHERE message_id IN ({chosen}) \
                 UNION ALL SELECT {COLUMNS} FROM sends WHERE message_id IN ({chosen})"
            )
        }
        RecordQuery::Listed { file } => {
            let file = one(engine, "asked_file", file)?;
            let listed = format!(
                "SELECT a.address FROM addresses a JOIN evidence e ON a.evidence_id = e.evidence_id \
                 WHERE e.sha256 IN {file} AND a.address <> ''"
            );
            format!("SELECT {COLUMNS} FROM messages WHERE fraudulent AND recipient IN ({listed})")
        }
        _ => return Ok(None),
    }))
}

/// Questions about what sessions did.
fn of_acts(engine: &Engine, query: &RecordQuery) -> Result<Option<String>> {
    Ok(Some(match query {
        RecordQuery::Operations { sessions, operations, mailbox } => {
            let sessions = given(engine, "asked_sessions", sessions)?;
            let operations = within(engine, "asked_operations", "operation", operations)?;
            let mailbox = within(engine, "asked_mailbox", "mailbox", mailbox.as_slice())?;
            both(&format!("session_id IN {sessions}{operations}{mailbox}"))
        }
        RecordQuery::Touch { sessions, mailbox, folders } => {
            let sessions = given(engine, "asked_sessions", sessions)?;
            let mailbox = one(engine, "asked_mailbox", mailbox)?;
            let folders = within(engine, "asked_folders", "folder", folders)?;
            // The mails the intruder sent himself are no exposure of anybody's.
            format!(
                "SELECT {COLUMNS} FROM event_items WHERE session_id IN {sessions} AND mailbox IN {mailbox}{folders} \
                 AND message_id NOT IN (SELECT message_id FROM messages WHERE fraudulent GROUP BY message_id)"
            )
        }
        RecordQuery::Scope { sessions, scope } => {
            let sessions = given(engine, "asked_sessions", sessions)?;
            let scope = one(engine, "asked_scope", scope)?;
            let condition = format!("session_id IN {sessions} AND scope IN {scope}");
            format!(
                "SELECT {COLUMNS} FROM events WHERE {condition} UNION ALL SELECT {COLUMNS} FROM event_items WHERE {condition}"
            )
        }
        RecordQuery::Workloads { sessions, workloads, apps } => {
            let sessions = given(engine, "asked_sessions", sessions)?;
            let workloads = given(engine, "asked_workloads", workloads)?;
            let apps = given(engine, "asked_apps", apps)?;
            let signed = both(&format!(
                "session_id IN {sessions} AND app IN {apps} AND operation IN ('SignIn', 'UserLoggedIn') AND worked"
            ));
            format!(
                "SELECT {COLUMNS} FROM events WHERE session_id IN {sessions} AND workload IN {workloads} UNION ALL {signed}"
            )
        }
        RecordQuery::Failed { account } => {
            let account = one(engine, "asked_account", account)?;
            both(&format!(
                "account IN {account} AND NOT worked AND operation IN ('SignIn', 'UserLoginFailed', 'UserLoggedIn')"
            ))
        }
        _ => return Ok(None),
    }))
}

fn wanted(engine: &Engine, messages: &[String]) -> Result<String> {
    if messages.is_empty() {
        return Ok("fraudulent".to_owned());
    }
    Ok(format!("message_id IN {}", given(engine, "asked_messages", messages)?))
}
