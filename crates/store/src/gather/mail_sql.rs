//! Parts of questions about mails that several questions share.

use anyhow::Result;

use crate::Store;

/// Statuses that a mail has on its way, as SQL.
pub(crate) const INTERIM: &str = "'', 'Receive', 'Pending', 'GettingStatus', 'Resolved'";

/// One row a message and recipient of the messages in a table of single texts: its last status,
/// headers of expanded distribution lists left out. What the trace says comes after what the
/// Send record says; what became of a mail after what it was on its way; a later row after an
/// earlier one.
pub(crate) fn deliveries(messages: &str) -> String {
    format!(
        "SELECT message, address, max(latest) LIKE concat('%', chr(31), 'Failed') AS failed FROM (\
         SELECT m.message AS message, m.recipient AS address, \
         CASE WHEN m.status = 'Expanded' THEN 1 ELSE 0 END AS header, \
         concat(CASE WHEN m.status IN ({INTERIM}) THEN '1' ELSE '2' END, \
         CAST(coalesce(m.at, -62135596800000000) + 4611686018427387904 AS VARCHAR), chr(31), m.status) AS latest \
         FROM mails m JOIN {messages} w ON m.message = w.value WHERE m.recipient <> '' \
         UNION ALL SELECT r.message, r.address, 0, '0' \
         FROM recipients r JOIN {messages} w ON r.message = w.value WHERE r.worked AND r.address <> ''\
         ) GROUP BY message, address HAVING max(header) = 0"
    )
}

/// First instant each account in the table of accounts mailed to, or was mailed by, an address;
/// `without` names a table of messages that do not count.
pub(crate) fn correspondence(accounts: &str, without: &str) -> String {
    let other = |from: &str, message: &str| {
        format!("{from} LEFT JOIN {without} x ON {message} = x.value WHERE x.value IS NULL")
    };
    let sent = other(&format!("FROM mails m JOIN {accounts} k ON m.sender = k.value"), "m.message");
    let received =
        other(&format!("FROM mails m JOIN {accounts} k ON m.recipient = k.value"), "m.message");
    let named =
        other(&format!("FROM recipients r JOIN {accounts} k ON r.sender = k.value"), "r.message");
    format!(
        "SELECT account, address, min(at) AS since FROM (\
         SELECT m.sender AS account, m.recipient AS address, m.at AS at {sent} AND m.at IS NOT NULL \
         UNION ALL SELECT m.recipient, m.sender, m.at {received} AND m.at IS NOT NULL \
         UNION ALL SELECT r.sender, r.address, r.at {named} AND r.worked\
         ) WHERE address <> '' GROUP BY account, address"
    )
}

/// Addresses that stand in a list or in the inventory, each once.
pub(crate) const LISTED: &str = "SELECT address FROM (SELECT address FROM addresses UNION ALL SELECT value FROM tenant) \
     WHERE address <> '' GROUP BY address";

/// Calendar day (UTC) of an instant.
pub(crate) const DAY: i64 = model::DAY;

impl Store {
    /// The table [`LISTED`] reads beside the lists.
    pub(crate) fn tenant(&self) -> Result<()> {
        let addresses = self.tenant_addresses()?;
        self.list_of("tenant", &addresses)
    }
}
