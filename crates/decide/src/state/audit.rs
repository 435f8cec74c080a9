//! What of each mailbox is recorded, as the configuration says it (design §4.5, positive control).

use std::collections::{BTreeMap, BTreeSet};

use model::SettingKind;
use serde_json::Value;

use super::{Object, State};
use crate::control::{Audited, Stated};

impl State {
    /// What the exports say of auditing. «On» counts only where somebody states when the export was
    /// taken, and never after; «off» counts whenever it was.
    pub fn auditing(&self) -> Stated {
        let mut mailboxes: BTreeMap<String, Audited> = BTreeMap::new();
        for it in self.of(SettingKind::Mailbox).filter(|it| !it.account.is_empty()) {
            let Some(on) = it.facts["audit"].as_bool() else { continue };
            let new = Audited { on, acts: acts(it), until: it.collected };
            // What two exports say differently holds only as far as both say it.
            match mailboxes.get_mut(&it.account) {
                Some(known) => known.narrow(&new),
                None => drop(mailboxes.insert(it.account.clone(), new)),
            }
        }
        let bypass = self.of(SettingKind::AuditBypass);
        let config = || self.of(SettingKind::AuditConfig);
        Stated {
            mailboxes,
            bypassed: bypass
                .filter(|it| it.facts["bypass"] == Value::Bool(true))
                .map(|it| it.account.clone())
                .collect(),
            ingestion_off: config().any(|it| it.facts["ingestion"] == Value::Bool(false)),
            mailboxes_off: config().any(|it| it.facts["mailbox_audit_off"] == Value::Bool(true)),
        }
    }
}

/// The owner's acts that are recorded: whoever took the account over acts as its owner. The default set
/// grows with Microsoft's; a set of one's own does not.
fn acts(it: &Object) -> BTreeSet<String> {
    let words = |name: &str| -> BTreeSet<String> {
        let all = it.facts[name].as_array().map(Vec::as_slice).unwrap_or_default();
        all.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect()
    };
    let mut found = words("audit_owner");
    if words("audit_default").contains("owner") {
        found.extend(crate::observability::default_actions().iter().map(|it| it.to_lowercase()));
    }
    found
}
