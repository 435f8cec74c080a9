//! Whose mailbox is it, which folder, and is it whole? What evidence does not say itself, its place and the
//! case file tell.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use decide::{folders, identity::Directory};
use model::{Case, Declared, Kind, Micros, glob_matches};
use store::{Home, MailboxFolder, SentFolder, Store};

use crate::reading::{FileRead, Read};

/// Of a hundred mails in Sent or Inbox, so many bear the owner's address.
const NEARLY_ALL: u64 = 90;

/// What is known of the mailboxes read.
#[derive(Default)]
pub(crate) struct Mailboxes {
    /// Every folder, with its mailbox.
    pub(crate) folders: Vec<MailboxFolder>,
    /// Evidence whose mailbox nobody names: its owner is inferred from who wrote and who got its mails.
    pub(crate) inferred: BTreeSet<String>,
}

/// A mailbox as it stood at one instant, as the case file states.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Snapshot {
    /// Account.
    pub(crate) account: String,
    /// When it was collected.
    pub(crate) at: Micros,
    /// Whether all of it was asked for and read.
    pub(crate) whole: bool,
}

/// What the case file states of the mailboxes read. Of an account's several the latest whole one counts, else
/// the latest.
pub(crate) fn snapshots(
    read: &Read,
    case: &Case,
    mailboxes: &Mailboxes,
    directory: &Directory,
) -> Vec<Snapshot> {
    let mut found: BTreeMap<String, Snapshot> = BTreeMap::new();
    let accounts: BTreeSet<String> = mailboxes
        .folders
        .iter()
        .filter(|it| !it.mailbox.is_empty())
        .map(|it| directory.resolve(&it.mailbox))
        .collect();
    for account in accounts {
        let evidence = mailboxes.evidence_of(&account, directory);
        let speaks = |it: &&Declared| {
            let names = it.accounts.as_ref();
            let theirs =
                names.is_none_or(|it| it.iter().any(|it| directory.resolve(it) == account));
            let holds = |file: &&FileRead| {
                glob_matches(&it.path, &file.source.path) && evidence.contains(file.id())
            };
            it.snapshot && theirs && read.files.iter().any(|file| holds(&file))
        };
        for source in case.sources.iter().filter(speaks) {
            let Some(at) = source.collected_at else { continue };
            let whole = source.folders.is_none() && clean(read, source);
            let it = Snapshot { account: account.clone(), at, whole };
            let better =
                found.get(&account).is_none_or(|known| (known.whole, known.at) < (it.whole, it.at));
            if better {
                found.insert(account.clone(), it);
            }
        }
    }
    found.into_values().collect()
}

/// Whether everything an export holds was read.
fn clean(read: &Read, source: &Declared) -> bool {
    let mine = read.files.iter().filter(|it| glob_matches(&source.path, &it.source.path));
    let lost = |it: &&FileRead| {
        let container = it.inspection.kind == Kind::Container;
        let unknown = it.inspection.format.is_none() && !container;
        unknown || it.inspection.stopped.is_some() || it.reading.rejected > 0 || it.reading.cut
    };
    let troubles = read.troubles.iter().any(|it| glob_matches(&source.path, &it.path));
    !troubles && !mine.filter(|it| it.inspection.kind != Kind::CaseFile).any(|it| lost(&it))
}

impl Mailboxes {
    /// Names under which items of these accounts' mailboxes stand in the store.
    pub(crate) fn of(&self, accounts: &BTreeSet<String>, directory: &Directory) -> Vec<String> {
        let names = self.folders.iter().map(|it| &it.mailbox).filter(|it| !it.is_empty());
        let theirs = names.filter(|it| accounts.contains(&directory.resolve(it)));
        theirs.cloned().collect::<BTreeSet<String>>().into_iter().collect()
    }

    /// Evidence that holds something of the account's mailbox.
    pub(crate) fn evidence_of(&self, account: &str, directory: &Directory) -> BTreeSet<&str> {
        let theirs = self.folders.iter().filter(|it| directory.resolve(&it.mailbox) == account);
        theirs.map(|it| it.evidence.as_str()).collect()
    }

    /// Folders in which mails stand, or wait, that their mailbox sent.
    pub(crate) fn sent_folders(
        &self,
        directory: &Directory,
        named: &folders::Decided,
    ) -> Vec<SentFolder> {
        let one = |it: &MailboxFolder| {
            let name = named.name(&directory.resolve(&it.mailbox), it.folder.clone());
            let place = well_known_root(&name);
            (!matches!(place, Some("inbox" | "junk" | "rss" | "drafts"))).then(|| SentFolder {
                mailbox: it.mailbox.clone(),
                folder: it.folder.clone(),
                waiting: place == Some("outbox"),
            })
        };
        let found: BTreeSet<SentFolder> = self.folders.iter().filter_map(one).collect();
        found.into_iter().collect()
    }
}

/// The well-known folder a path is, or lies below.
fn well_known_root(path: &str) -> Option<&'static str> {
    let first = path.split(['/', '\\']).find(|it| !it.is_empty()).unwrap_or(path);
    folders::well_known(path).or_else(|| folders::well_known(first))
}

/// Where a file stands: what the folders above a mailbox's own are called, and its folder in the mailbox.
#[derive(Clone, Debug, Eq, PartialEq, Ord, PartialOrd)]
struct Place {
    root: String,
    folder: String,
}

/// Reads a path. The last part of a file with many mails is a folder too; of a file of one mail it is not.
fn place(path: &str, many: bool) -> Place {
    let bare = |part: &str| -> String {
        let cut = [".sbd", ".mbox", ".mbx"].iter().find_map(|it| part.strip_suffix(it));
        cut.unwrap_or(part).to_owned()
    };
    let mut parts: Vec<&str> = path.split('/').collect();
    let name = parts.pop().unwrap_or_default();
    let mut inside: Vec<String> = parts.iter().map(|it| bare(it)).collect();
    if many {
        let stem = bare(name);
        // Apple Mail keeps a folder's mails in a file of this name.
        if stem != "mbox" {
            inside.push(stem);
        }
    }
    // Names of archives and folders above them say nothing of the mailbox inside.
    let archive = inside.iter().rposition(|it| it.ends_with('!')).map_or(0, |at| at + 1);
    let known = |it: &String| folders::well_known(it).is_some();
    let address = |it: &String| it.contains('@');
    let from = inside[archive..].iter().position(known).map(|at| archive + at);
    let from = from
        .or_else(|| {
            inside.iter().position(address).map(|at| at + 1).filter(|at| *at < inside.len())
        })
        .unwrap_or_else(|| archive.max(inside.len().saturating_sub(1)));
    Place {
        root: inside[..from.min(inside.len())].join("/"),
        folder: inside.get(from..).unwrap_or_default().join("/"),
    }
}

fn place_of(file: &FileRead) -> Place {
    let many = file.inspection.format.is_some_and(|it| it.id.contains("mbox"));
    place(&file.source.path, many)
}

/// The one account the case file names for an export, or the path does.
fn stated(file: &FileRead, case: &Case, directory: &Directory) -> Option<String> {
    let sources = case.sources.iter().filter(|it| glob_matches(&it.path, &file.source.path));
    let one = sources.filter_map(|it| match it.accounts.as_deref() {
        Some([one]) => Some(directory.resolve(one)),
        _ => None,
    });
    let named: BTreeSet<String> = one.collect();
    if named.len() == 1 {
        return named.into_iter().next();
    }
    let parts = file.source.path.split(['/', '!']).map(|part| part.to_lowercase());
    let account = |part: &str| {
        let cut = part.rfind('.').map_or(part, |at| &part[..at]);
        [part, cut]
            .into_iter()
            .map(|it| directory.resolve(it))
            .find(|it| it.contains('@') && directory.accounts().contains_key(it))
    };
    parts.filter_map(|part| account(&part)).next()
}

/// Settles where the items of every file belong, and lists the folders.
pub(crate) fn settle(
    store: &mut Store,
    read: &Read,
    case: &Case,
    directory: &Directory,
) -> Result<Mailboxes> {
    let files: Vec<&FileRead> =
        read.files.iter().filter(|it| it.inspection.kind == Kind::Mailbox && !it.copy).collect();
    if files.is_empty() {
        return Ok(Mailboxes::default());
    }
    let places: BTreeMap<&str, Place> = files.iter().map(|it| (it.id(), place_of(it))).collect();
    let mut homes: Vec<Home> = files
        .iter()
        .map(|it| Home {
            evidence: it.id().to_owned(),
            mailbox: stated(it, case, directory).unwrap_or_default(),
            folder: places.get(it.id()).map(|it| it.folder.clone()).unwrap_or_default(),
        })
        .collect();
    store.settle(&homes)?;
    let names = directory.accounts().keys().filter(|it| it.contains('@'));
    let names: BTreeSet<String> = names.flat_map(|it| directory.names_of(it)).collect();
    let names: Vec<String> = names.into_iter().filter(|it| it.contains('@')).collect();
    let folders = store.mailbox_folders(&names)?;
    let inferred = inferred(&folders, &places, directory);
    let mut found = BTreeSet::new();
    for home in homes.iter_mut().filter(|it| it.mailbox.is_empty()) {
        let root = places.get(home.evidence.as_str()).map(|it| it.root.as_str());
        let Some(owner) = root.and_then(|root| inferred.get(root)) else { continue };
        home.mailbox.clone_from(owner);
        found.insert(home.evidence.clone());
    }
    store.settle(&homes)?;
    Ok(Mailboxes { folders: store.mailbox_folders(&names)?, inferred: found })
}

/// The owner of what lies below each root: the one account that wrote nearly everything in Sent, or got
/// nearly everything in Inbox. Two such accounts are none.
fn inferred(
    folders: &[MailboxFolder],
    places: &BTreeMap<&str, Place>,
    directory: &Directory,
) -> BTreeMap<String, String> {
    type Sums = (u64, BTreeMap<String, u64>);
    let mut sums: BTreeMap<(&str, &str), Sums> = BTreeMap::new();
    for it in folders.iter().filter(|it| it.mailbox.is_empty()) {
        let Some(place) = places.get(it.evidence.as_str()) else { continue };
        let (word, counts) = match folders::well_known(&it.folder) {
            Some("sent") => ("sent", &it.authors),
            Some("inbox") => ("inbox", &it.recipients),
            _ => continue,
        };
        let (items, by_account) = sums.entry((place.root.as_str(), word)).or_default();
        *items += it.items;
        for (address, n) in counts {
            *by_account.entry(directory.resolve(address)).or_default() += n;
        }
    }
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    // Sent comes after Inbox in the order of words, and outranks it.
    for ((root, _), (items, by_account)) in sums {
        let nearly = by_account.iter().filter(|(_, n)| **n * 100 >= items * NEARLY_ALL);
        let owners: Vec<&String> = nearly.map(|it| it.0).collect();
        if let [owner] = owners[..] {
            found.insert(root.to_owned(), owner.clone());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_tells_the_folder() {
        let of = |path: &str, many| {
            let it = place(path, many);
            (it.root, it.folder)
        };
        let pair = |root: &str, folder: &str| (root.to_owned(), folder.to_owned());
        assert_eq!(of("mailbox/送信済みアイテム.mbox", true), pair("mailbox", "送信済みアイテム"));
        assert_eq!(of("box.zip!/Inbox/2024/1.eml", false), pair("box.zip!", "Inbox/2024"));
        assert_eq!(of("a@x.jp/助成/1.eml", false), pair("a@x.jp", "助成"));
        assert_eq!(of("mail/INBOX.mbox/mbox", true), pair("mail", "INBOX"));
        assert_eq!(of("one.eml", false), pair("", ""));
    }

    #[test]
    fn the_owner_is_inferred_only_where_it_is_one() {
        let directory =
            Directory::new(&[], &[], ["a@x".to_owned(), "b@x".to_owned()], &Case::default());
        let folder =
            |folder: &str, authors: &[(&str, u64)], recipients: &[(&str, u64)]| MailboxFolder {
                evidence: folder.into(),
                folder: folder.into(),
                items: 100,
                authors: authors.iter().map(|it| (it.0.to_owned(), it.1)).collect(),
                recipients: recipients.iter().map(|it| (it.0.to_owned(), it.1)).collect(),
                ..MailboxFolder::default()
            };
        let owner = |all: &[MailboxFolder]| {
            let place = |it: &MailboxFolder| Place { root: "r".into(), folder: it.folder.clone() };
            let places = all.iter().map(|it| (it.evidence.as_str(), place(it))).collect();
            inferred(all, &places, &directory).get("r").cloned()
        };
        let sent = folder("Sent Items", &[("a@x", 97), ("b@x", 3)], &[]);
        let inbox = folder("Inbox", &[], &[("a@x", 95), ("b@x", 95)]);
        assert_eq!(owner(&[sent.clone(), inbox.clone()]).as_deref(), Some("a@x"));
        assert_eq!(owner(&[inbox]), None, "a colleague gets a copy of everything");
        assert_eq!(owner(&[folder("Sent Items", &[("a@x", 60)], &[])]), None);
    }
}
