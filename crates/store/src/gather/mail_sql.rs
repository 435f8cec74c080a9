//! Parts of questions about mails that several questions share.

use anyhow::Result;

use crate::Store;

/// Statuses that a mail has on its way, as SQL.
pub(crate) const INTERIM: &str = "'', 'Receive', 'Pending', 'GettingStatus', 'Resolved'";

/// One row a message and recipient of the messages in a table of single texts: its last status,
/// headers of expanded distribution lists left out. What the trace says comes after what the
/// Send record says; what became of a mail after what it was on its way; a later row after an
/// earlier one. A report of non-delivery in a mailbox is the last word: the server that took the mail may
/// refuse it later. Who a mail in a mailbox names counts where no log names anybody.
///
/// Needs the table `bounced` ([`Store::bounces`]).
pub(crate) fn deliveries(messages: &str) -> String {
    format!(
        "SELECT d.message AS message, d.address AS address, d.failed OR b.address IS NOT NULL AS failed FROM (\
         SELECT message, address, max(latest) LIKE concat('%', chr(31), 'Failed') AS failed FROM (\
         SELECT m.message AS message, m.recipient AS address, \
         CASE WHEN m.status = 'Expanded' THEN 1 ELSE 0 END AS header, \
         concat(CASE WHEN m.status IN ({INTERIM}) THEN '1' ELSE '2' END, \
         CAST(coalesce(m.at, -62135596800000000) + 4611686018427387904 AS VARCHAR), chr(31), m.status) AS latest \
         FROM mails m JOIN {messages} w ON m.message = w.value WHERE m.recipient <> '' \
         UNION ALL SELECT r.message, r.address, 0, '0' \
         FROM recipients r JOIN {messages} w ON r.message = w.value WHERE r.worked AND r.address <> '' \
         UNION ALL SELECT p.message_id, p.address, 0, '0' \
         FROM parties p JOIN {messages} w ON p.message_id = w.value \
         LEFT JOIN (SELECT m.message AS message FROM mails m JOIN {messages} w ON m.message = w.value \
           WHERE m.recipient <> '' GROUP BY m.message) t ON p.message_id = t.message \
         LEFT JOIN (SELECT r.message AS message FROM recipients r JOIN {messages} w ON r.message = w.value \
           WHERE r.worked AND r.address <> '' GROUP BY r.message) u ON p.message_id = u.message \
         WHERE p.role IN ('to', 'cc', 'bcc') AND p.address <> '' AND t.message IS NULL AND u.message IS NULL\
         ) GROUP BY message, address HAVING max(header) = 0) d \
         LEFT JOIN (SELECT message, address FROM bounced GROUP BY message, address) b \
         ON d.message = b.message AND d.address = b.address"
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
    let held = other(&format!("FROM ({PAST}) p JOIN {accounts} k ON p.box = k.value"), "p.message");
    format!(
        "SELECT account, address, min(at) AS since FROM (\
         SELECT m.sender AS account, m.recipient AS address, m.at AS at {sent} AND m.at IS NOT NULL \
         UNION ALL SELECT m.recipient, m.sender, m.at {received} AND m.at IS NOT NULL \
         UNION ALL SELECT r.sender, r.address, r.at {named} AND r.worked \
         UNION ALL SELECT p.box, p.address, p.at {held} AND p.at IS NOT NULL AND p.address <> p.box\
         ) WHERE address <> '' GROUP BY account, address"
    )
}

/// Whom the mails in each mailbox name, and when: its past correspondence.
pub(crate) const PAST: &str = "SELECT CASE WHEN c.mailbox <> '' THEN c.mailbox ELSE coalesce(h.told_mailbox, '') END AS box, \
     c.address AS address, c.at AS at, c.message_id AS message \
     FROM parties c LEFT JOIN homes h ON c.evidence_id = h.evidence \
     WHERE c.kind = 'mail' AND c.role IN ('from', 'to', 'cc', 'bcc')";

/// Addresses that stand in a list, in the contacts of a mailbox or in the inventory, each once.
pub(crate) const LISTED: &str = "SELECT address FROM (SELECT address FROM addresses UNION ALL SELECT value FROM tenant \
     UNION ALL SELECT address FROM parties WHERE role = 'contact') \
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
