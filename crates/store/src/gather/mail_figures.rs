use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use model::{Kind, ListSummary};

use super::{
    homes::{AT_HOME, PLACED},
    mail_sql::{PAST, deliveries},
    near::Near,
};
use crate::Store;

/// Counts over the attacker's mails.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct MailCounts {
    /// Distinct (message, address).
    pub recipients: u64,
    /// Distinct addresses.
    pub unique_recipients: u64,
    /// Recipients whose last status is Failed.
    pub failed: u64,
    /// Distinct addresses that stand in any list, the own ones included.
    pub known_recipients: u64,
    /// Lists found in the evidence, in order of their ids.
    pub lists: Vec<ListSummary>,
    /// The tenant's own accounts (`tenant`) and those its senders had mail with before the first
    /// of these messages (`correspondence`).
    pub own_lists: Vec<ListSummary>,
}

/// Addresses of the attacker's mails, to be looked for in one list after another.
struct Recipients<'a> {
    addresses: &'a [String],
    near: Near<'a>,
    known: BTreeSet<usize>,
}

impl Recipients<'_> {
    fn list(&mut self, evidence: &str, path: &str, listed: &BTreeSet<String>) -> ListSummary {
        let matches: BTreeSet<usize> =
            listed.iter().filter_map(|it| self.addresses.binary_search(it).ok()).collect();
        let mut near = BTreeSet::new();
        for address in listed {
            self.near.to(address, &mut |it| {
                near.insert(it);
            });
        }
        self.known.extend(&matches);
        ListSummary {
            evidence: evidence.to_owned(),
            path: path.to_owned(),
            folder: String::new(),
            addresses: listed.len() as u64,
            unreadable: 0,
            matches: matches.len() as u64,
            near: near.difference(&matches).count() as u64,
        }
    }
}

const UNREADABLE: &str = "SELECT evidence_id, count(*) FROM (\
     SELECT evidence_id, row FROM addresses WHERE address = '' GROUP BY evidence_id, row\
     ) GROUP BY evidence_id";

/// First instant of the messages, and who sent them.
const SENDERS: &str = "SELECT sender, min(at) FROM (\
     SELECT s.sender AS sender, s.at AS at FROM sends s JOIN frauds f ON s.message = f.value WHERE s.worked \
     UNION ALL SELECT m.sender, m.at FROM mails m JOIN frauds f ON m.message = f.value\
     ) WHERE sender <> '' GROUP BY sender ORDER BY sender";

impl Store {
    /// Counts recipients of these messages and looks for them in all lists. The word that comes
    /// with a message is its class; all messages given are counted.
    pub fn mail_figures(&self, messages: &[(String, &str)]) -> Result<MailCounts> {
        self.live()?;
        self.bounces()?;
        self.list("frauds", messages.iter().map(|(message, _)| message.as_str()))?;
        let deliveries = deliveries("frauds");
        let sums =
            format!("SELECT count(*), sum(CASE WHEN failed THEN 1 ELSE 0 END) FROM ({deliveries})");
        let mut counts = MailCounts::default();
        for row in self.engine.fetch(&sums)?.rows() {
            (counts.recipients, counts.failed) = (row.count(0), row.count(1));
        }
        let unique = format!("SELECT address FROM ({deliveries}) GROUP BY address");
        let unique = self.engine.fetch(&unique)?;
        let mut addresses: Vec<String> = unique.rows().map(|row| row.string(0)).collect();
        addresses.sort_unstable();
        counts.unique_recipients = addresses.len() as u64;
        let mut recipients = Recipients {
            addresses: &addresses,
            near: Near::new(&addresses),
            known: BTreeSet::new(),
        };
        counts.lists = self.lists(&mut recipients)?;
        counts.lists.extend(self.contacts(&mut recipients)?);
        let tenant = self.tenant_addresses()?.into_iter().collect();
        counts.own_lists.push(recipients.list("", "tenant", &tenant));
        let correspondents = self.correspondents()?;
        counts.own_lists.push(recipients.list("", "correspondence", &correspondents));
        counts.known_recipients = recipients.known.len() as u64;
        Ok(counts)
    }

    fn lists(&self, recipients: &mut Recipients<'_>) -> Result<Vec<ListSummary>> {
        let found = self.engine.fetch(UNREADABLE)?;
        let unreadable: BTreeMap<String, u64> =
            found.rows().map(|row| (row.string(0), row.count(1))).collect();
        let mut lists = Vec::new();
        for file in &self.state.files {
            let id = &file.evidence.id;
            if file.evidence.kind != Kind::List && !file.meta.tables.contains_key("addresses") {
                continue;
            }
            // Ids are hashes in hex; a quote in one could only be our own mistake.
            let of = format!(
                "SELECT address FROM addresses WHERE evidence_id = '{}' AND address <> '' GROUP BY address",
                id.replace('\'', "''")
            );
            let listed = self.engine.fetch(&of)?.rows().map(|row| row.string(0)).collect();
            let mut list = recipients.list(id, &file.evidence.path, &listed);
            list.unreadable = unreadable.get(id).copied().unwrap_or(0);
            lists.push(list);
        }
        Ok(lists)
    }

    /// Contacts and distribution lists of mailboxes: each folder is a list.
    fn contacts(&self, recipients: &mut Recipients<'_>) -> Result<Vec<ListSummary>> {
        let path: BTreeMap<&str, &str> = self
            .state
            .files
            .iter()
            .map(|it| (it.evidence.id.as_str(), it.evidence.path.as_str()))
            .collect();
        // A contact without an address counts as an unreadable row, like one of a list.
        let sql = format!(
            "SELECT i.evidence_id, i.box, i.place, coalesce(p.address, ''), count(*) FROM (\
             SELECT c.evidence_id AS evidence_id, c.row AS row, {PLACED} FROM contents c {AT_HOME} \
             WHERE c.kind IN ('contact', 'list')) i \
             LEFT JOIN (SELECT evidence_id, row, address FROM parties WHERE role = 'contact' AND address <> '') p \
             ON i.evidence_id = p.evidence_id AND i.row = p.row \
             GROUP BY i.evidence_id, i.box, i.place, coalesce(p.address, '')"
        );
        let mut found: BTreeMap<(String, String, String), (BTreeSet<String>, u64)> =
            BTreeMap::new();
        for row in self.engine.fetch(&sql)?.rows() {
            let place = (row.string(0), row.string(1), row.string(2));
            let (addresses, unreadable) = found.entry(place).or_default();
            if row.text(3).is_empty() {
                *unreadable += row.count(4);
            } else {
                addresses.insert(row.string(3));
            }
        }
        let mut lists = Vec::new();
        for ((evidence, mailbox, folder), (addresses, unreadable)) in found {
            let path = path.get(evidence.as_str()).copied().unwrap_or_default();
            let mut list = recipients.list(&evidence, path, &addresses);
            list.unreadable = unreadable;
            list.folder = if mailbox.is_empty() { folder } else { format!("{folder} ({mailbox})") };
            lists.push(list);
        }
        Ok(lists)
    }

    /// Those who had mail with the senders before the first of the messages.
    fn correspondents(&self) -> Result<BTreeSet<String>> {
        let senders = self.engine.fetch(SENDERS)?;
        let first = senders.rows().filter_map(|row| row.maybe_int(1)).min();
        let Some(first) = first else { return Ok(BTreeSet::new()) };
        self.list("accounts", senders.rows().map(|row| row.text(0)))?;
        let sql = format!(
            "SELECT address FROM (\
             SELECT m.recipient AS address FROM mails m JOIN accounts k ON m.sender = k.value WHERE m.at < {first} \
             UNION ALL SELECT m.sender FROM mails m JOIN accounts k ON m.recipient = k.value WHERE m.at < {first} \
             UNION ALL SELECT r.address FROM recipients r JOIN accounts k ON r.sender = k.value \
             WHERE r.at < {first} AND r.worked \
             UNION ALL SELECT p.address FROM ({PAST}) p JOIN accounts k ON p.box = k.value \
             WHERE p.at < {first} AND p.address <> p.box) WHERE address <> '' GROUP BY address"
        );
        Ok(self.engine.fetch(&sql)?.rows().map(|row| row.string(0)).collect())
    }
}
