//! What stood in the folders the intruder touched, and the people behind it: gathering and judging in turn.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use decide::{
    delivery,
    exposure::{self, Exposed, MailboxFacts},
    people::{self, ListRow, People},
    touched::folder_scope,
    window::Window,
};
use model::{Kind, Micros, Span, findings::Scope, glob_matches};
use store::{ListedRow, SaidOf, Store};

use crate::{assemble::Parts, mail_figures, mailboxes::Snapshot};

/// What was exposed, and to whom it matters.
#[derive(Default)]
pub(crate) struct Revealed {
    pub(crate) exposed: Exposed,
    pub(crate) people: People,
}

/// Kinds of act by which an intruder touches a folder.
const TOUCHES: [&str; 5] = ["read", "sync", "move", "delete", "update"];

/// Limits of a scope that are limits of what is said of its content too.
const LIMITS: [&str; 2] = ["list_view", "lossy_export"];

/// Gathers and judges.
pub(crate) fn reveal(
    store: &Store,
    parts: &Parts<'_>,
    window: &Window,
    compromised: &BTreeSet<String>,
    scopes: &[Scope],
) -> Result<Revealed> {
    let it = parts.judgement;
    let accounts = mailboxes(parts, compromised);
    let own: Vec<String> = it.fraudulent().into_iter().map(|(message, _)| message).collect();
    let exposed = exposed(store, parts, &accounts, window, scopes, &own)?;
    let people = persons(store, parts, &exposed, &own)?;
    Ok(Revealed { exposed, people })
}

/// Mailboxes of accounts somebody got into, and those touched from them.
fn mailboxes(parts: &Parts<'_>, compromised: &BTreeSet<String>) -> BTreeSet<String> {
    let it = parts.judgement;
    let touched = it.touches.iter().filter(|touch| !touch.mailbox.is_empty());
    let touched = touched.map(|touch| it.directory.resolve(&touch.mailbox));
    compromised.iter().cloned().chain(touched).collect()
}

fn exposed(
    store: &Store,
    parts: &Parts<'_>,
    accounts: &BTreeSet<String>,
    window: &Window,
    scopes: &[Scope],
    own: &[String],
) -> Result<Exposed> {
    let it = parts.judgement;
    let names: Vec<String> =
        accounts.iter().flat_map(|account| it.directory.names_of(account)).collect();
    let mut opened = store.item_touches(&it.attackers(), own)?;
    let sessions = it.accounts_of_sessions();
    for touch in &mut opened {
        let actor = sessions.get(touch.session.as_str()).copied().unwrap_or_default();
        let mailbox = if touch.mailbox.is_empty() { actor } else { touch.mailbox.as_str() };
        let owner = it.directory.resolve(mailbox);
        touch.folder = it.named.name(&owner, std::mem::take(&mut touch.folder));
    }
    let mut held = store.held(&it.mailboxes.of(accounts, &it.directory))?;
    held.iter_mut().for_each(|item| item.mailbox = it.directory.resolve(&item.mailbox));
    let moved = store.moved(&names)?;
    let named: BTreeSet<String> = opened.iter().map(|it| it.message.clone()).collect();
    let named: Vec<String> =
        named.into_iter().chain(moved.iter().map(|it| it.message.clone())).collect();
    let own_mails: BTreeSet<String> = own.iter().cloned().collect();
    let facts =
        accounts.iter().map(|account| (account.clone(), facts(parts, account, window, scopes)));
    let legal = BTreeMap::new();
    Ok(exposure::judge(&exposure::Inputs {
        touches: &it.touches,
        opened: &opened,
        held: &held,
        moved: &moved,
        known: &store.known(&names, &named)?,
        own_mails: &own_mails,
        mailboxes: &facts.collect(),
        account_of: &|session| sessions.get(session).map(|it| (*it).to_owned()),
        directory: &it.directory,
        folder: &|mailbox, path| it.named.name(mailbox, path.to_owned()),
        inventory: it.directory.has_inventory() && it.log.partial_inventory().is_none(),
        legal: &legal,
    }))
}

/// What is proven of one mailbox.
fn facts(parts: &Parts<'_>, account: &str, window: &Window, scopes: &[Scope]) -> MailboxFacts {
    let it = parts.judgement;
    let snapshot = it.snapshots.iter().find(|one| one.account == account);
    let first = it.touches.iter().map(|touch| touch.first).min();
    let until = snapshot.map(|it| it.at).or(window.span.map(|it| it.to));
    let after = match (first, until) {
        (Some(from), Some(to)) if from < to => {
            exposure::moves_heard(&it.log, account, Span { from, to })
        }
        _ => Vec::new(),
    };
    let below = format!("mailbox:{account}/");
    let named = scopes.iter().filter(|scope| scope.scope.starts_with(&below));
    let mut limits: Vec<String> = named
        .flat_map(|scope| &scope.limits)
        .filter(|limit| LIMITS.contains(&limit.as_str()))
        .cloned()
        .collect();
    limits.sort();
    limits.dedup();
    MailboxFacts {
        whole: snapshot.is_some_and(|it| it.whole),
        collected_at: snapshot.map(|it: &Snapshot| it.at),
        moves_heard: after,
        traced: it.log.traced(account),
        touches_known: touches_known(parts, account, window),
        throttled: it.throttled(account),
        limits,
    }
}

/// Whether every touch of the intruder's in the mailbox shows: somebody listened from the first access to the
/// end of it, and nobody's session is open.
fn touches_known(parts: &Parts<'_>, account: &str, window: &Window) -> bool {
    let it = parts.judgement;
    let began = !window.exact.is_empty() && window.exact.values().all(|exact| *exact);
    let Some(span) = window.span.filter(|_| began && window.contained) else { return false };
    exposure::touches_heard(&it.log, account, span) && !it.in_doubt(account, span, &TOUCHES)
}

fn persons(store: &Store, parts: &Parts<'_>, exposed: &Exposed, own: &[String]) -> Result<People> {
    let it = parts.judgement;
    let sent_fraud = store.sent_to(own)?;
    let asked: BTreeSet<String> = exposed
        .addresses
        .keys()
        .chain(exposed.internal.keys())
        .chain(sent_fraud.keys())
        .cloned()
        .collect();
    let list: Vec<String> = asked.iter().cloned().collect();
    let rows: Vec<ListRow> =
        store.listed_rows(&list)?.into_iter().map(|row| listed(parts, row)).collect();
    let names = store.inventory()?.into_iter().filter(|it| !it.name.is_empty());
    let account_names = names.map(|one| (it.directory.resolve(&one.account), one.name)).collect();
    Ok(people::people(&people::Inputs {
        exposed,
        rows: &rows,
        sent_fraud: &sent_fraud,
        statuses: &statuses(store, parts, &asked, &list)?,
        directory: &it.directory,
        account_names: &account_names,
        case: parts.case,
        lists_whole: mail_figures::lists_whole(parts),
        no_leak: &BTreeSet::new(),
    }))
}

/// The last status of mail to each address.
fn statuses(
    store: &Store,
    parts: &Parts<'_>,
    asked: &BTreeSet<String>,
    list: &[String],
) -> Result<BTreeMap<String, String>> {
    let it = parts.judgement;
    let words = |said: Vec<SaidOf>| said.into_iter().map(word).collect::<Vec<_>>();
    let (trace, bounces) = (words(store.traced_to(list)?), words(store.reported_of(asked)?));
    let traced: Vec<Span> = it
        .listening
        .iter()
        .filter(|it| it.kind == Kind::MessageTrace && it.accounts.is_none())
        .map(|it| it.span)
        .collect();
    Ok(delivery::last_by_address(&delivery::reconcile(&delivery::Inputs {
        trace: &trace,
        bounces: &bounces,
        sends: &[],
        traced: &|at: Micros| traced.iter().any(|it| it.from <= at && at < it.to),
    })))
}

fn word(it: SaidOf) -> delivery::Word {
    delivery::Word {
        message: it.message,
        recipient: it.recipient,
        at: it.at,
        status: it.status,
        code: it.code,
        record: it.record,
    }
}

/// A row with the names of its list.
fn listed(parts: &Parts<'_>, row: ListedRow) -> ListRow {
    if !row.folder.is_empty() || !row.mailbox.is_empty() {
        let owner = parts.judgement.directory.resolve(&row.mailbox);
        return ListRow {
            record: row.record,
            path: folder_scope(&owner, &row.folder),
            list: row.folder,
            contact: row.contact,
            entry: row.entry,
        };
    }
    let file = parts.read.files.iter().find(|it| it.id() == row.evidence);
    let path = file.map(|it| it.source.path.clone()).unwrap_or_default();
    let stated = parts.case.lists.iter().find(|it| glob_matches(&it.path, &path));
    let name = stated.map(|it| it.name.clone()).filter(|it| !it.is_empty());
    ListRow {
        record: row.record,
        list: name.unwrap_or_else(|| path.clone()),
        path,
        contact: row.contact,
        entry: row.entry,
    }
}
