//! `Search-MailboxAuditLog -ShowDetails` (deprecated, and the only one of an Exchange Server in
//! house), as CSV or JSON, and the CSV that scripts of that age make of it.
//!
//! `LastAccessed` is written in the time of the PowerShell session that asked: it is read in the
//! zone declared for the file, else in UTC. The entries bear no id of the unified log, so where both
//! logs are given an act is two records. Only the mailboxes asked for stand in it: its silence
//! proves nothing.

use model::Kind;
use serde_json::{Map, Value, json as object};

use crate::{
    format::Format,
    normal::{
        json,
        ual_words::Audit,
        ual_wrapped::{Clock, Silence, Wrapped},
    },
};

pub(super) const FORMAT: Format = Format {
    id: "ual_mailbox_audit",
    kind: Kind::Ual,
    name: "`Search-MailboxAuditLog`, CSV or JSON (deprecated)",
    proves: "what was done in the mailboxes asked for; its silence proves nothing",
    reference: "Microsoft Learn: Search-MailboxAuditLog",
    recognises: |head| {
        let keys = ["LastAccessed", "Operation", "LogonType"];
        json::all_in(&head.keys, &keys)
            || head.columns.has_all(&["lastaccessed", "operation", "logontype"])
    },
    open: |head, options| {
        let zone = options.declared_zone.as_deref().unwrap_or_default();
        Wrapped::open(head, (unwrap, Silence::Copy), &["LastAccessed"], zone)
    },
};

/// Columns that AuditData has too.
const SAME: [&str; 17] = [
    "Operation",
    "LogonType",
    "InternalLogonType",
    "ExternalAccess",
    "ClientInfoString",
    "ClientIPAddress",
    "ClientIP",
    "ClientMachineName",
    "ClientProcessName",
    "ClientVersion",
    "MailboxOwnerUPN",
    "MailboxOwnerSid",
    "MailboxGuid",
    "LogonUserSid",
    "SessionId",
    "AppId",
    "ClientAppId",
];

fn unwrap(row: &Value, clock: &Clock) -> Result<Audit<'static>, &'static str> {
    let text = |key: &str| json::text(row, &[key]);
    let mut audit = Map::new();
    let mut set = |key: &str, value: Value| {
        if !value.is_null() && value != "" {
            audit.insert(key.to_owned(), value);
        }
    };
    for key in SAME {
        set(key, text(key).into());
    }
    let time = json::at(row, &["LastAccessed"]);
    let time = time.get("value").map_or_else(|| json::scalar(time), json::scalar);
    set("CreationTime", clock.written(&time).ok_or("LastAccessed is no date")?.into());
    set("ResultStatus", text("OperationResult").into());
    set("Workload", "Exchange".into());
    // Of others than the owner the log tells the name that is displayed, and the SID.
    let owner = matches!(text("LogonType").to_ascii_lowercase().as_str(), "owner" | "0");
    let who = if owner { text("MailboxOwnerUPN") } else { text("LogonUserDisplayName") };
    set("UserId", if who.is_empty() { text("LogonUserSid") } else { who }.into());
    let folder = |key: &str| match text(key) {
        path if path.is_empty() => Value::Null,
        path => object!({"Path": path}),
    };
    set("Folder", folder("FolderPathName"));
    set("DestFolder", folder("DestFolderPathName"));
    set("Item", item(row));
    set("AffectedItems", affected(row));
    let audit = Audit::new(Value::Object(audit));
    Ok(Audit { losses: audit.losses.max(1), ..audit })
}

fn item(row: &Value) -> Value {
    let mut item = Map::new();
    let named = [
        ("Id", "ItemId"),
        ("Subject", "ItemSubject"),
        ("InternetMessageId", "ItemInternetMessageId"),
    ];
    for (key, column) in named {
        let text = json::text(row, &[column]);
        if !text.is_empty() {
            item.insert(key.to_owned(), text.into());
        }
    }
    if item.is_empty() { Value::Null } else { Value::Object(item) }
}

/// The messages of an act on several. Subjects hold commas themselves and are left alone.
fn affected(row: &Value) -> Value {
    let ids = json::text(row, &["SourceItemInternetMessageIdsList"]);
    let ids = ids.split([',', ';']).map(str::trim).filter(|it| it.contains('@'));
    let list: Vec<Value> = ids.map(|it| object!({"InternetMessageId": it})).collect();
    if list.is_empty() { Value::Null } else { Value::Array(list) }
}
