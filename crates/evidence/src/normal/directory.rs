//! Accounts as directory and mailbox exports write them.

use model::{Content, InventoryEntry, Record, Reject, What};
use serde_json::Value;

use super::{address, name, signin};
use crate::canonical;

/// What one row of an inventory says, before it is put into normal form.
#[derive(Default)]
pub(crate) struct Found {
    /// UPN, as written.
    pub(crate) upn: String,
    /// Primary address, as written.
    pub(crate) primary: String,
    /// Further names, addresses, ids, as written, each with at most one.
    pub(crate) others: Vec<String>,
    /// Proxy addresses, in whatever way they are joined.
    pub(crate) proxies: String,
    /// Display name.
    pub(crate) name: String,
    /// Recipient or user type.
    pub(crate) kind: String,
    /// Whether sign-in is enabled.
    pub(crate) enabled: Option<bool>,
}

/// Makes the record of an account, or a reject where the row names none.
pub(crate) fn record(found: Found, row: &Value) -> Content {
    let primary = address::normalise(&found.primary);
    let upn = name::account(signin::said(&found.upn));
    let account = if upn.is_empty() { primary.clone() } else { upn };
    if account.is_empty() {
        return Content::Reject(Reject {
            reason: "neither user principal name nor address in this row".to_owned(),
            ..Reject::default()
        });
    }
    if !account.contains('@') || account.chars().any(char::is_whitespace) {
        return Content::Reject(Reject {
            reason: "the user principal name is no name of an account (NAME@DOMAIN)".to_owned(),
            account,
            ..Reject::default()
        });
    }
    let mut aliases: Vec<String> = vec![primary];
    aliases.extend(address::proxies(&found.proxies));
    aliases.extend(found.others.iter().map(|it| {
        let address = address::normalise(it);
        if address.is_empty() { signin::id(it) } else { address }
    }));
    aliases.retain(|it| !it.is_empty() && *it != account);
    aliases.sort_unstable();
    aliases.dedup();
    let lost = [&found.proxies, &found.kind].iter().any(|it| is_lost(it));
    let entry = InventoryEntry {
        account,
        aliases,
        name: found.name.trim().to_owned(),
        kind: found.kind.trim().to_owned(),
        enabled: found.enabled,
        setting: None,
    };
    Content::Record(Box::new(Record {
        key: canonical::key_of_row(row),
        body: canonical::body_of(row),
        losses: u32::from(lost),
        what: What::Inventory(entry),
    }))
}

/// PowerShell writes the type's name where a list was not joined: the list is lost.
pub(crate) fn is_lost(text: &str) -> bool {
    text.contains("System.Object[]")
        || text.contains("System.Collections.")
        || text.contains("Microsoft.Graph.PowerShell.Models.")
        || text.contains("Microsoft.Exchange.Data.")
}
