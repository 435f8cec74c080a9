//! The figures on the attacker's mails: the store counts, `decide` judges how far a count holds.

use anyhow::Result;
use decide::{mail, window::Window};
use jiff::tz::TimeZone;
use model::{
    Kind, Span, Untrusted,
    findings::{ListCount, MailFigures},
    glob_matches,
};
use store::Store;

use crate::assemble::Parts;

/// Counts and decides. `others`: every account nobody got into was listened to the whole time.
pub(crate) fn figures(
    store: &mut Store,
    parts: &Parts<'_>,
    window: &Window,
    zone: &TimeZone,
    others: bool,
) -> Result<MailFigures> {
    let it = parts.judgement;
    let counted = store.mail_figures(&it.fraudulent())?;
    let mut lists: Vec<ListCount> = counted.lists.iter().map(|list| named(list, parts)).collect();
    lists.extend(counted.own_lists.iter().map(|list| named(list, parts)));
    lists.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
    let span = sending(parts).or(window.span);
    // What nobody listened for in the rest of the window may hold further mails.
    let all = match (span, window.span) {
        (Some(a), Some(b)) => Some(Span { from: a.from.min(b.from), to: a.to.max(b.to) }),
        (a, _) => a,
    };
    let urls = urls(store, parts)?;
    let figures = mail::figures(&mail::FigureInputs {
        sent: &it.sent,
        classes: &it.classes,
        counts: mail::Counts {
            recipients: counted.recipients,
            unique: counted.unique_recipients,
            failed: counted.failed,
            known: counted.known_recipients,
            lists,
        },
        ual: it.source_facts(Kind::Ual, &parts.read.files, parts.case, span),
        trace: it.source_facts(Kind::MessageTrace, &parts.read.files, parts.case, span),
        mailbox: mailbox_facts(parts),
        zone,
        heard: others && it.hears_sends(all),
        unattributed: it.unattributed,
        contained: window.contained,
        lists_whole: lists_whole(parts),
        resolve: &|name| it.directory.resolve(name),
    });
    Ok(MailFigures { urls, ..figures })
}

/// Most links named.
const LINKS: usize = 50;

/// Links in the mails, what most have first, made so that nothing opens them.
fn urls(store: &Store, parts: &Parts<'_>) -> Result<Vec<String>> {
    let messages: Vec<String> =
        parts.judgement.fraudulent().into_iter().map(|(message, _)| message).collect();
    let mut links: Vec<(String, u64)> = store.links(&messages)?.into_iter().collect();
    links.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let harmless = |(link, _): &(String, u64)| Untrusted::from(link.as_str()).defanged();
    Ok(links.iter().take(LINKS).map(harmless).collect())
}

/// What is known of the mailboxes that somebody got into.
fn mailbox_facts(parts: &Parts<'_>) -> mail::SourceFacts {
    let it = parts.judgement;
    let held = |account: &String| !it.mailboxes.evidence_of(account, &it.directory).is_empty();
    let whole = |account: &String| it.snapshots.iter().any(|it| it.account == *account && it.whole);
    mail::SourceFacts {
        given: it.accesses.keys().any(held),
        span: None,
        collected_at: it.snapshots.iter().map(|it| it.at).max(),
        whole: !it.accesses.is_empty() && it.accesses.keys().all(whole),
    }
}

/// From the first to the last mail of the attacker, with an hour on both sides.
fn sending(parts: &Parts<'_>) -> Option<Span> {
    let it = parts.judgement;
    let at =
        || it.sent.iter().filter(|sent| it.classes.contains_key(&sent.message)).map(|sent| sent.at);
    Some(Span { from: at().min()? - model::HOUR, to: at().max()? + model::HOUR })
}

fn named(list: &model::ListSummary, parts: &Parts<'_>) -> ListCount {
    let stated = parts.case.lists.iter().find(|it| glob_matches(&it.path, &list.path));
    // Titles above a table are rows without an address, and nobody's.
    let read = parts.read.files.iter().find(|it| it.source.path == list.path);
    let read = read.filter(|_| list.folder.is_empty());
    let unreadable = read.map_or(list.unreadable, |it| it.reading.unreadable);
    let stem = || list.path.rsplit('/').next().unwrap_or_default().to_owned();
    ListCount {
        name: match list.folder.as_str() {
            "" => stated.map(|it| it.name.clone()).filter(|it| !it.is_empty()).unwrap_or_else(stem),
            folder => folder.to_owned(),
        },
        path: list.path.clone(),
        addresses: list.addresses,
        unreadable,
        matches: list.matches,
        near_matches: list.near,
    }
}

/// Whether every list the case file names was found and read whole; `None` if it names none, or if the
/// organisation's own accounts are not known.
pub(crate) fn lists_whole(parts: &Parts<'_>) -> Option<bool> {
    let named: Vec<&String> = parts
        .case
        .lists
        .iter()
        .map(|it| &it.path)
        .chain(parts.case.organisations.iter().flat_map(|it| &it.lists))
        .collect();
    // The tenant's own accounts are a list too.
    if named.is_empty() || !parts.judgement.directory.has_inventory() {
        return None;
    }
    Some(named.iter().all(|glob| {
        let mut files =
            parts.read.files.iter().filter(|it| glob_matches(glob, &it.source.path)).peekable();
        files.peek().is_some()
            && files.all(|it| {
                let list = matches!(it.inspection.kind, Kind::List | Kind::Container);
                list && it.reading.rejected == 0 && it.reading.unreadable == 0
            })
    }))
}
