use serde::{Deserialize, Serialize};

/// A kind of evidence, as the contract names them.
#[derive(
    Clone, Copy, Debug, Eq, PartialEq, Ord, PartialOrd, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Unified Audit Log.
    Ual,
    /// Entra sign-in log.
    Signins,
    /// Entra directory audit.
    EntraAudit,
    /// Exchange message trace.
    MessageTrace,
    /// Mailbox content.
    Mailbox,
    /// Address list.
    List,
    /// Directory or mailbox export.
    Inventory,
    /// Configuration export.
    Settings,
    /// Windows event log.
    Evtx,
    /// Firewall log.
    Firewall,
    /// Proxy log.
    Proxy,
    /// Web server log.
    Web,
    /// Database log.
    Database,
    /// Application log.
    Application,
    /// `konseki.toml`.
    CaseFile,
    /// Archive or compressed file.
    Container,
    /// An expert's or a person's statement.
    Statement,
    /// Not recognised; listed, never passed over.
    Unknown,
}

impl Kind {
    /// The word used in findings and tables.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Ual => "ual",
            Kind::Signins => "signins",
            Kind::EntraAudit => "entra_audit",
            Kind::MessageTrace => "message_trace",
            Kind::Mailbox => "mailbox",
            Kind::List => "list",
            Kind::Inventory => "inventory",
            Kind::Settings => "settings",
            Kind::Evtx => "evtx",
            Kind::Firewall => "firewall",
            Kind::Proxy => "proxy",
            Kind::Web => "web",
            Kind::Database => "database",
            Kind::Application => "application",
            Kind::CaseFile => "case_file",
            Kind::Container => "container",
            Kind::Statement => "statement",
            Kind::Unknown => "unknown",
        }
    }
}

/// What is known of a rejected row: evidence that was lost, and where.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct RejectLead {
    /// When, by its wrapper.
    pub at: Option<i64>,
    /// When the row before it (else after it) in the file was.
    pub beside: Option<i64>,
    /// Operation, by its wrapper; empty if not said.
    pub operation: String,
    /// User, by its wrapper; empty if not said.
    pub account: String,
}

/// Which numbers the rows of queries of one size bear: a search gives its results 1 to `count`.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct ResultNumbers {
    /// How many results each of these queries has, as its rows state.
    pub count: i64,
    /// Numbers that stand in the file: bit `n - 1` for the number `n`; empty where too many to be held.
    pub seen: Vec<u64>,
    /// A number that no query of this size has.
    pub beyond: bool,
}

/// What reading one file gave, without its rows.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Rows read: every one was handed over as a record or a reject.
    pub rows: u64,
    /// Rows that are rejects.
    pub rejected: u64,
    /// Records with losses.
    pub lossy: u64,
    /// Earliest instant in the records, µs.
    pub from: Option<i64>,
    /// Latest instant in the records, µs.
    pub to: Option<i64>,
    /// Warning codes of the contract with a detail, sorted, each once.
    pub warnings: Vec<(String, String)>,
    /// For a list: which column held the address, its header as found.
    pub address_column: String,
    /// For a list: rows whose address could not be read.
    pub unreadable: u64,
    /// Whether rows come in order of time.
    pub sorted: bool,
    /// Encoding the text was decoded from.
    pub encoding: String,
    /// One a rejected row, up to 10,000; a reject beyond that may be anywhere in the file.
    #[serde(default)]
    pub leads: Vec<RejectLead>,
    /// The export itself shows that rows are missing: the file ends early, or its result indexes
    /// are not whole.
    #[serde(default)]
    pub cut: bool,
    /// A sign-in of the non-interactive stream stands in it.
    #[serde(default)]
    pub non_interactive: bool,
    /// The numbers of a search's results, by size of the query. Whether one is missing shows only in all
    /// files of an export together.
    #[serde(default)]
    pub results: Vec<ResultNumbers>,
    /// Rows that bear no such number, broken ones among them: each may be one that is missing.
    #[serde(default)]
    pub unnumbered: u64,
}
