//! Which folders did the attacker look into, from when to when?

use std::collections::{BTreeMap, BTreeSet};

use model::{ItemTouch, Micros};

use super::{How, Inputs, Look};
use crate::touched;

/// The visits, and the mailboxes in which a record names no folder though a whole one may be meant.
#[derive(Debug, Default)]
pub(super) struct Looks {
    /// Sorted.
    pub(super) all: Vec<Look>,
    /// Mailboxes in which a folder was synchronised that no record names.
    pub(super) placeless: BTreeSet<String>,
}

impl Looks {
    pub(super) fn new(inputs: &Inputs<'_>) -> Looks {
        let mut found: BTreeMap<(String, String, String, How), (Micros, Micros)> = BTreeMap::new();
        let mut placeless = BTreeSet::new();
        let mut see = |session: &str, mailbox: &str, scope: &str, how: How, from, to| {
            let key = (mailbox.to_owned(), scope.to_owned(), session.to_owned(), how);
            let it = found.entry(key).or_insert((from, to));
            *it = (it.0.min(from), it.1.max(to));
        };
        for it in inputs.touches.iter().filter(|it| touched::is_touch(&it.operation, &it.role)) {
            let Some(mailbox) = mailbox_of(inputs, &it.session, &it.mailbox) else { continue };
            let synced = it.access == "Sync";
            if touched::is_nowhere(&it.folder) {
                if synced && !it.own_mail {
                    placeless.insert(mailbox);
                }
                continue;
            }
            let scope = touched::folder_scope(&mailbox, &it.folder);
            for how in [How::Listed, How::Synced] {
                if how == How::Listed || synced {
                    see(&it.session, &mailbox, &scope, how, it.first, it.last);
                }
            }
        }
        let all = found.into_iter().map(|((mailbox, scope, session, how), (from, to))| Look {
            session,
            mailbox,
            scope,
            how,
            from,
            to,
        });
        let mut all: Vec<Look> = all.collect();
        all.sort();
        Looks { all, placeless }
    }

    /// First touch of a mailbox.
    pub(super) fn first(&self, mailbox: &str) -> Option<Micros> {
        self.all.iter().filter(|it| it.mailbox == mailbox).map(|it| it.from).min()
    }
}

/// Whose mailbox a record of a session speaks of; `None` if the session is not the attacker's.
pub(super) fn mailbox_of(inputs: &Inputs<'_>, session: &str, mailbox: &str) -> Option<String> {
    let account = (inputs.account_of)(session)?;
    Some(if mailbox.is_empty() { account } else { inputs.directory.resolve(mailbox) })
}

/// How a record exposes the item it names.
pub(super) fn how_of(it: &ItemTouch) -> BTreeSet<How> {
    let word = crate::operations::of(&it.operation).operation;
    let mut found = BTreeSet::from([How::Listed]);
    match (it.operation.as_str(), word) {
        ("AttachmentAccess", _) => found.extend([How::Read, How::Downloaded]),
        ("Copy", _) | (_, "export") => drop(found.insert(How::Downloaded)),
        (_, "read") if it.access != "Sync" => drop(found.insert(How::Read)),
        (_, "read") => drop(found.insert(How::Synced)),
        _ => {}
    }
    found
}

/// The item touches that count, as [`Looks::new`] counts touches.
pub(super) fn counts(it: &ItemTouch) -> bool {
    touched::is_touch(&it.operation, &it.role)
        || crate::operations::of(&it.operation).operation == "export"
}
