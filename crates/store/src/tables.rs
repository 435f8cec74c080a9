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
    (
        "source",
        "text",
        "`message_trace`, `ual` where only the audit log tells, `mailbox` where only a mailbox does",
    ),
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
    ("furigana", "text", "How the name is read, if a column tells"),
    ("honorific", "text", "How the person is addressed, if a column tells"),
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
    ("record_id", "text", "The item's key in hex"),
    ("mailbox", "text", "Whose mailbox; empty if nothing tells"),
    ("inferred", "boolean", "Whether nobody names the mailbox, and it was inferred from its mails"),
    ("folder", "text", "Folder path"),
    ("scope", "text", "Scope id of the folder"),
    ("kind", "text", "`mail`, `report`, `auto_reply`, `contact`, `list`, `appointment`, `other`"),
    ("message_id", "text", "InternetMessageId"),
    ("item_id", "text", "The item's own id in its store"),
    ("at", "timestamp", "When it came to stand there"),
    ("sent", "timestamp", "The date it bears"),
    ("sender", "text", "Author's address"),
    ("subject", "text", "Subject"),
    ("size", "integer", "Bytes; -1 if not said"),
    ("attachments", "text", "Name, size and hash of each attachment, as JSON"),
    ("links", "text", "Addresses of links in it, joined by blanks"),
    ("refers_to", "text", "Message ids it answers, joined by blanks"),
    ("original", "text", "Of a report: the mail it speaks of"),
    ("outcomes", "text", "Of a report: what became of it, as JSON"),
    ("ip", "text", "Address of the submitting client"),
];

const PARTIES: &[Doc] = &[
    ("record_id", "text", "As in `mailbox_items`"),
    ("mailbox", "text", "Whose mailbox"),
    ("folder", "text", "Folder path"),
    ("kind", "text", "What the item is"),
    ("message_id", "text", "InternetMessageId"),
    ("role", "text", "`from`, `sender`, `reply_to`, `to`, `cc`, `bcc`, `contact`"),
    ("address", "text", "Address; empty if the item gives none"),
    ("name", "text", "Display name, or what stands in place of an address"),
    ("organisation", "text", "Organisation (contacts)"),
];

const EXPOSED_ITEMS: &[Doc] = &[
    ("item", "integer", "Number of the item"),
    ("mailbox", "text", "Whose mailbox"),
    ("scope", "text", "Scope id of the folder in which it was exposed"),
    ("kinds", "text", "`listed`, `read`, `synced`, `downloaded`, joined by blanks"),
    ("certainty", "text", "`certain`, `possible`, `unrecoverable`"),
    ("at", "timestamp", "When it came to stand there; null if not known"),
    ("message_id", "text", "InternetMessageId"),
    ("subject", "text", "Subject"),
    ("attachments", "integer", "Attachments; 0 if not known"),
    ("record_id", "text", "Record that tells of it"),
];

const EXPOSED_NAMES: &[Doc] = &[
    ("item", "integer", "As in `exposed_items`"),
    ("side", "text", "`external`, `internal`, `unresolved`"),
    ("address", "text", "Address; of an unresolved party what stands in its place"),
    ("name", "text", "Display name"),
    ("role", "text", "As in `mailbox_parties`; empty if only a log tells"),
    ("shown", "boolean", "Whether the list of the folder shows it"),
    ("message_id", "text", "InternetMessageId"),
    ("record_id", "text", "Record that tells of the item"),
];

const EXPOSED_LOOKS: &[Doc] = &[
    ("item", "integer", "As in `exposed_items`"),
    ("session_id", "text", "Session"),
    ("scope", "text", "Scope id of the folder touched"),
    ("kind", "text", "`listed` or `synced`"),
    ("from", "timestamp", "First touch of the folder in that session"),
    ("to", "timestamp", "Last touch"),
];

const PEOPLE: &[Doc] = &[
    ("person", "text", "The person's least address: what `people[…]` takes"),
    ("address", "text", "Address"),
    ("name", "text", "Name, as the source has it"),
    ("name_source", "text", "`contact`, `list`, `directory`, `display_name` or empty"),
    ("furigana", "text", "How the name is read, where a list tells"),
    ("honorific", "text", "How the person is addressed, where a list tells"),
    ("organisation", "text", "Organisation"),
    ("bodies", "text", "Legal bodies of the case that hold the address"),
    ("lists", "text", "Lists the person stands in"),
    ("causes", "text", "`exposed`, `sent_fraudulent_mail`, joined by blanks"),
    ("channel", "text", "`mail`, `public_notice`"),
    ("role_address", "boolean", "Whether it is the address of a role, behind which several may be"),
    ("internal", "boolean", "Whether it is an account of the tenant"),
    ("status", "text", "Last status of mail to the address; empty if none is known"),
    ("kinds", "text", "How the items that name the person were exposed"),
    ("items", "integer", "Exposed items that name the person"),
    ("first_record", "text", "Record of the first of them"),
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
    table!("mailbox_items", "One item of a mailbox's content", ITEMS),
    table!("mailbox_parties", "Somebody named by an item of a mailbox's content", PARTIES),
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
    table!("exposed_items", "One item that stood in a folder the intruder touched", EXPOSED_ITEMS),
    table!("exposed_names", "Somebody named by such an item", EXPOSED_NAMES),
    table!("exposed_looks", "One such item and visit to its folder", EXPOSED_LOOKS),
    table!("people", "One person and address: exposed, or sent fraudulent mail", PEOPLE),
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
