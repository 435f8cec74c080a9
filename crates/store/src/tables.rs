//! The published tables: names, columns, meanings. The documentation is made from this, and a
//! test holds the files to it.

/// One column: name, type, meaning.
pub(crate) type Doc = (&'static str, &'static str, &'static str);

/// One published table.
pub(crate) struct Definition {
    pub(crate) name: &'static str,
    pub(crate) meaning: &'static str,
    pub(crate) columns: &'static [Doc],
}

/// A published table, for documentation.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TableDoc {
    /// Name.
    pub name: String,
    /// What one row is.
    pub meaning: String,
    /// Name, type and meaning of each column.
    pub columns: Vec<(String, String, String)>,
}

/// Columns every published table ends with.
pub(crate) const ORIGIN: &[Doc] = &[
    (
        "evidence_id",
        "text",
        "Evidence file the raw record stands in; empty for what was concluded, not read",
    ),
    ("row", "integer", "Row in that file, counted from 1; 0 for what was concluded"),
    ("byte_from", "integer", "First byte of the row in the file's content"),
    ("byte_to", "integer", "First byte after the row"),
];

const WHO: &[Doc] = &[
    ("record_id", "text", "The source's own id, else the event key in hex"),
    ("at", "timestamp", "When, UTC"),
    ("account", "text", "Account the session belongs to, else the actor as recorded"),
    ("operation", "text", "Operation as Microsoft names it; `SignIn` for a sign-in"),
    ("scope", "text", "Scope id of the (least) folder named; empty where none is"),
    ("ip", "text", "Address, canonical; empty if not said"),
    ("session_id", "text", "Session as Konseki cuts it, as in `sessions`"),
    ("actor", "text", "Who, as recorded, lower-cased"),
    ("mailbox", "text", "Mailbox acted in; empty outside mailboxes"),
    ("workload", "text", "Service"),
    ("record_type", "integer", "Number of the record type; -1 if not said"),
    (
        "user_type",
        "integer",
        "0 regular, 2 admin, 3 data centre, 4 system, 5 application, 6 service principal; -1",
    ),
    ("logon_type", "integer", "0 owner, 1 admin, 2 delegate, 3 transport, 4 system service; -1"),
    ("succeeded", "boolean", "As recorded; null if not said"),
    ("worked", "boolean", "False for a failed record, true for all others"),
    ("error", "integer", "Error number of a sign-in; -1 if not said"),
    ("source_session", "text", "Session id of the source"),
    ("token", "text", "Token id"),
    ("app", "text", "Client application id"),
    ("app_name", "text", "Client application"),
    ("client", "text", "Client string"),
    ("user_agent", "text", "User agent"),
    ("device", "text", "Device id"),
    ("device_name", "text", "Device name"),
    ("managed", "boolean", "Managed device; null if not said"),
    ("registered", "boolean", "Registered device; null if not said"),
    ("request_id", "text", "Request id both logs share"),
    ("country", "text", "Country as the source gives it"),
    ("asn", "integer", "Autonomous system; 0 if not said"),
];

const EVENT: &[Doc] = &[
    ("tenant", "text", "Tenant id"),
    ("access", "text", "`Bind` or `Sync` of MailItemsAccessed"),
    ("throttled", "boolean", "Whether recording was throttled; null if not said"),
    ("object", "text", "Object acted on"),
    ("detail", "text", "What rules and settings say, as JSON"),
];

const SIGNIN: &[Doc] = &[
    ("stream", "text", "`interactive`, `non_interactive`, `service_principal`, `managed_identity`"),
    ("city", "text", "City as the source gives it"),
    ("protocol", "text", "Authentication protocol"),
    ("requirement", "text", "Authentication required"),
    ("methods", "text", "First authentication methods"),
    ("incoming_token", "text", "Incoming token type"),
    ("resource", "text", "Resource signed in to"),
    ("conditional_access", "text", "Conditional Access outcome"),
    ("risk", "text", "Risk as the source gives it"),
];

/// Columns of `events`.
pub(crate) const EVENTS: &[&[Doc]] = &[WHO, EVENT, ORIGIN];
/// Columns of `signins`.
pub(crate) const SIGNINS: &[&[Doc]] = &[WHO, SIGNIN, ORIGIN];

macro_rules! table {
    ($name:literal, $meaning:literal, $columns:expr) => {
        Definition { name: $name, meaning: $meaning, columns: $columns }
    };
}

const EVIDENCE: &[Doc] = &[
    ("path", "text", "Path below the evidence folder"),
    ("kind", "text", "Kind of evidence"),
    ("sha256", "text", "SHA-256 of the file"),
    ("bytes", "integer", "Size"),
    ("rows", "integer", "Rows: records + duplicates + rejected"),
    ("records", "integer", "Rows that are the record of their key"),
    ("duplicates", "integer", "Rows whose record stands elsewhere"),
    ("rejected", "integer", "Rows not understood"),
    ("lossy", "integer", "Rows that lost something on export"),
    ("conflicts", "integer", "Rows that contradict another of their key"),
    ("from", "timestamp", "First instant"),
    ("to", "timestamp", "Last instant"),
];

const REJECTS: &[Doc] = &[
    ("reason", "text", "Why the row was not understood"),
    ("at", "timestamp", "When, if the wrapper says so"),
    ("operation", "text", "Operation, if the wrapper says so"),
    ("account", "text", "User, if the wrapper says so"),
];

const MESSAGES: &[Doc] = &[
    ("message_id", "text", "InternetMessageId; `mailbox/item id` where there is none"),
    ("at", "timestamp", "First instant of the message over all sources"),
    ("sender", "text", "Sender"),
    ("recipient", "text", "Recipient; null if no source names one"),
    ("status", "text", "Last status; empty if no trace tells"),
    ("fraudulent", "boolean", "Whether it is one of the attacker's: proven or matched"),
    ("class", "text", "`proven`, `matched`, `suspected` or empty"),
    ("subject", "text", "Subject"),
    ("ip", "text", "Address of the submitting client"),
    ("direction", "text", "`outbound`, `inbound`, `internal` or empty"),
    ("size", "integer", "Bytes; -1 if not said"),
    ("source", "text", "`message_trace`, or `ual` where only the audit log tells"),
    ("record_id", "text", "Record that tells the last status"),
];

const SENDS: &[Doc] = &[
    ("message_id", "text", "As in `messages`"),
    ("at", "timestamp", "When, UTC"),
    ("sender", "text", "Sending mailbox"),
    ("subject", "text", "Subject"),
    ("session_id", "text", "Session"),
    ("record_id", "text", "The Send record"),
];

const EVENT_ITEMS: &[Doc] = &[
    ("record_id", "text", "Record that names the item or folder"),
    ("at", "timestamp", "When, UTC"),
    ("account", "text", "As in `events`"),
    ("session_id", "text", "Session"),
    ("mailbox", "text", "Mailbox acted in"),
    ("operation", "text", "Operation"),
    ("access", "text", "`Bind`, `Sync` or empty"),
    ("role", "text", "`source` or `destination`"),
    ("folder", "text", "Folder path as recorded"),
    ("scope", "text", "Scope id of the folder; empty if none"),
    ("message_id", "text", "InternetMessageId"),
    ("item_id", "text", "Item id"),
    ("subject", "text", "Subject"),
    ("attachments", "text", "Attachment names"),
];

const ADDRESSES: &[Doc] = &[
    ("address", "text", "Address, normalised; empty for a row without a readable one"),
    ("name", "text", "Name in the list"),
    ("organisation", "text", "Organisation in the list"),
];

const SETTINGS: &[Doc] = &[
    ("record_id", "text", "The object's key in hex"),
    ("kind", "text", "`inbox_rule`, `mailbox`, `permission`, `grant`, `method`, `device` …"),
    (
        "account",
        "text",
        "Account or mailbox it belongs to, as the export names it; empty: the tenant",
    ),
    ("name", "text", "Name"),
    ("created", "timestamp", "When it was made; null if not said"),
    ("changed", "timestamp", "When it was last changed; null if not said"),
    ("facts", "text", "What matters of it, as JSON"),
];

const SESSIONS: &[Doc] = &[
    ("session_id", "text", "Session"),
    ("account", "text", "Account"),
    ("verdict", "text", "`attacker`, `suspected`, `owner`, `other_person`, `service`, `unknown`"),
    ("score", "integer", "Sum of the reasons"),
    ("first", "timestamp", "First instant"),
    ("last", "timestamp", "Last instant"),
    ("records", "integer", "Records"),
    ("reasons", "text", "Rules that spoke, joined by blanks"),
];

const ATTRIBUTION: &[Doc] = &[
    ("record_id", "text", "Record"),
    ("account", "text", "Account"),
    ("verdict", "text", "Verdict on its session"),
    ("score", "integer", "Score of its session; null if not judged"),
    ("session_id", "text", "Session"),
    ("reasons", "text", "Rules that spoke"),
    ("source", "text", "`events` or `signins`"),
];

const COVERAGE: &[Doc] = &[
    ("scope", "text", "Scope id"),
    ("act", "text", "Kind of act"),
    ("from", "timestamp", "From"),
    ("to", "timestamp", "To (outside)"),
    ("state", "text", "`covered`, or why it is a gap"),
    ("sources", "text", "Kinds of evidence, joined by blanks"),
];

const SCOPES: &[Doc] = &[
    ("scope", "text", "Scope id"),
    ("verdict", "text", "`trace_found`, `no_trace`, `cannot_tell`"),
    ("records", "integer", "Records of the attacker in it"),
    ("if_confirmed", "text", "Verdict that would follow if the inferred coverage were confirmed"),
    ("basis", "text", "What the coverage rests on"),
    ("limits", "text", "Limits of the verdict, joined by blanks"),
];

const ITEMS: &[Doc] = &[
    ("mailbox", "text", "Mailbox"),
    ("folder", "text", "Folder path"),
    ("message_id", "text", "InternetMessageId"),
    ("at", "timestamp", "When received or sent"),
    ("subject", "text", "Subject"),
];

const PEOPLE: &[Doc] = &[
    ("person", "text", "Person"),
    ("address", "text", "Address"),
    ("organisation", "text", "Organisation"),
];

/// All published tables.
pub(crate) const TABLES: &[Definition] = &[
    table!("evidence", "One evidence file", EVIDENCE),
    table!("rejects", "One row that was not understood", REJECTS),
    table!("events", "One audit record", &[]),
    table!("signins", "One sign-in of the sign-in log", &[]),
    table!(
        "messages",
        "One message and recipient, over all sources; headers of expanded distribution lists left out",
        MESSAGES
    ),
    table!("sends", "One Send record of the audit log", SENDS),
    table!("event_items", "One item or folder named by an audit record", EVENT_ITEMS),
    table!("mailbox_items", "One item of a mailbox's content (not read yet: empty)", ITEMS),
    table!("addresses", "One address in a row of an address list", ADDRESSES),
    table!(
        "settings",
        "One object of a configuration export: how something was set when the export was taken",
        SETTINGS
    ),
    table!("sessions", "One session", SESSIONS),
    table!(
        "attribution",
        "One audit record or sign-in, with the verdict on its session",
        ATTRIBUTION
    ),
    table!("coverage", "One span of a scope and act", COVERAGE),
    table!("scopes", "One scope", SCOPES),
    table!("people", "One person and address (not made yet: empty)", PEOPLE),
];

/// Columns of `attribution`, those of its position with them.
pub(crate) fn attribution() -> Vec<Doc> {
    [ATTRIBUTION, ORIGIN].concat()
}

impl Definition {
    /// All columns in order.
    pub(crate) fn all(&self) -> Vec<Doc> {
        match self.name {
            "events" => EVENTS.concat(),
            "signins" => SIGNINS.concat(),
            _ => [self.columns, ORIGIN].concat(),
        }
    }
}

/// The published tables, for documentation.
pub fn tables() -> Vec<TableDoc> {
    let doc = |it: &Definition| TableDoc {
        name: it.name.to_owned(),
        meaning: it.meaning.to_owned(),
        columns: it
            .all()
            .into_iter()
            .map(|(name, kind, meaning)| (name.to_owned(), kind.to_owned(), meaning.to_owned()))
            .collect(),
    };
    TABLES.iter().map(doc).collect()
}

/// The text of `docs/tables.md`.
pub fn tables_markdown() -> String {
    let mut out = String::from(
        "# Tables of the case folder\n\n\
         `store/<table>/part-0.parquet`, zstd. Made from the code; do not edit. Text is never null unless said: \
         empty means «not said». Timestamps are microseconds, UTC.\n",
    );
    for table in tables() {
        out.push_str(&format!(
            "\n## {}\n\n{}.\n\n| column | type | meaning |\n|---|---|---|\n",
            table.name, table.meaning
        ));
        for (name, kind, meaning) in table.columns {
            out.push_str(&format!("| `{name}` | {kind} | {meaning} |\n"));
        }
    }
    out
}
