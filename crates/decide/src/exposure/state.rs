//! Where did each item of a mailbox stand, from when to when?
//!
//! The walk goes backwards from the snapshot: a recorded move puts the item back where it came from, a
//! recorded deletion puts back what is gone. What no snapshot holds exists by its records alone.

use std::collections::{BTreeMap, BTreeSet};

use model::{Held, Known, Micros, Moved};

use super::Inputs;
use crate::touched::{self, folder_scope};

/// An item's stay in one folder.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Stay {
    /// Scope id of the folder.
    pub(super) scope: String,
    /// When it came; `None` = not known.
    pub(super) from: Option<Micros>,
    /// When it left; `None` = it stayed until the snapshot, or nobody knows.
    pub(super) to: Option<Micros>,
    /// Place of its copy in the snapshot.
    pub(super) held: Option<usize>,
    /// Nothing tells how long it stayed: no snapshot has it, no record takes it out.
    pub(super) vague: bool,
    /// Whether it is the item's first stay that is known of: what was before is not recorded.
    pub(super) first: bool,
}

/// Everything known of one item (or one message in several copies) of one mailbox.
#[derive(Clone, Debug, Default)]
pub(super) struct Story {
    /// Its stays, in no order.
    pub(super) stays: Vec<Stay>,
    /// Copies in the snapshot: places in `Inputs::held`.
    pub(super) held: Vec<usize>,
    /// Places in `Inputs::moved`, newest first.
    pub(super) moved: Vec<usize>,
    /// Place in `Inputs::known`.
    pub(super) known: Option<usize>,
    /// InternetMessageId; empty if not known.
    pub(super) message: String,
}

/// The items of one mailbox by their key.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    pub(super) stories: BTreeMap<String, Story>,
    /// Item id → key.
    by_item: BTreeMap<String, String>,
}

impl Mailbox {
    /// The key of an item by what a record says of it.
    pub(super) fn key(&self, message: &str, item: &str, record: &str) -> String {
        match (message, item) {
            ("", "") => format!("record:{record}"),
            ("", item) => self.by_item.get(item).cloned().unwrap_or_else(|| format!("item:{item}")),
            (message, _) => message.to_owned(),
        }
    }
}

/// Rebuilds every mailbox that is spoken of.
pub(super) fn rebuild(inputs: &Inputs<'_>) -> BTreeMap<String, Mailbox> {
    let mut found: BTreeMap<String, Mailbox> =
        inputs.mailboxes.keys().map(|it| (it.clone(), Mailbox::default())).collect();
    ids(inputs, &mut found);
    for (at, it) in inputs.held.iter().enumerate() {
        let Some(mailbox) = owner(inputs, &it.mailbox).and_then(|it| found.get_mut(&it)) else {
            continue;
        };
        let key = mailbox.key(&it.message, &it.item, &it.record);
        let story = mailbox.stories.entry(key).or_default();
        story.held.push(at);
        story.message.clone_from(&it.message);
    }
    for (at, it) in inputs.moved.iter().enumerate() {
        let name = inputs.directory.resolve(&it.mailbox);
        let Some(mailbox) = found.get_mut(&name) else { continue };
        let key = mailbox.key(&it.message, &it.item, &it.record);
        let story = mailbox.stories.entry(key).or_default();
        story.moved.push(at);
        if story.message.is_empty() {
            story.message.clone_from(&it.message);
        }
    }
    for (at, it) in inputs.known.iter().enumerate() {
        for name in parties(inputs, it) {
            let Some(mailbox) = found.get_mut(&name) else { continue };
            let story = mailbox.stories.entry(it.message.clone()).or_default();
            story.message.clone_from(&it.message);
            let rank = |it: &Known| (it.recipients.len(), it.at, it.sender.clone());
            let better = story.known.is_none_or(|old| rank(&inputs.known[old]) < rank(it));
            if better {
                story.known = Some(at);
            }
        }
    }
    for (name, mailbox) in &mut found {
        let until = inputs.mailboxes.get(name).and_then(|it| it.collected_at);
        for story in mailbox.stories.values_mut() {
            let key = |at: &usize| (inputs.moved[*at].at, inputs.moved[*at].record.as_str());
            story.moved.sort_by(|a, b| key(b).cmp(&key(a)));
            story.held.sort_by_key(|at| &inputs.held[*at].record);
            story.stays = Walk { inputs, mailbox: name, until }.walk(story);
        }
    }
    found
}

/// Item ids that stand beside a message id in any source lead to it.
fn ids(inputs: &Inputs<'_>, found: &mut BTreeMap<String, Mailbox>) {
    let mut learn = |mailbox: Option<String>, message: &str, item: &str| {
        let mailbox = mailbox.and_then(|it| found.get_mut(&it));
        if let (Some(it), false, false) = (mailbox, message.is_empty(), item.is_empty()) {
            let known = it.by_item.entry(item.to_owned()).or_insert_with(|| message.to_owned());
            if message < known.as_str() {
                message.clone_into(known);
            }
        }
    };
    for it in inputs.held {
        learn(owner(inputs, &it.mailbox), &it.message, &it.item);
    }
    for it in inputs.moved {
        learn(Some(inputs.directory.resolve(&it.mailbox)), &it.message, &it.item);
    }
    for it in inputs.opened {
        learn(super::looks::mailbox_of(inputs, &it.session, &it.mailbox), &it.message, &it.item);
    }
}

/// Whose a snapshot's item is. What names no mailbox belongs to the only one spoken of.
pub(super) fn owner(inputs: &Inputs<'_>, mailbox: &str) -> Option<String> {
    if !mailbox.is_empty() {
        return Some(inputs.directory.resolve(mailbox));
    }
    let mut all = inputs.mailboxes.keys();
    match (all.next(), all.next()) {
        (Some(only), None) => Some(only.clone()),
        _ => None,
    }
}

/// Mailboxes a message of the trace passed: its sender's and its recipients'.
fn parties(inputs: &Inputs<'_>, it: &Known) -> BTreeSet<String> {
    if it.message.is_empty() {
        return BTreeSet::new();
    }
    let all = std::iter::once(&it.sender).chain(&it.recipients).filter(|it| !it.is_empty());
    all.map(|it| inputs.directory.resolve(it)).collect()
}

/// When an item came to stand in its first folder: in Sent when it was sent, elsewhere when it arrived.
fn birth(scope: &str, it: &Held) -> Option<Micros> {
    if is_part(scope, "sent") { it.sent.or(it.at) } else { it.at.or(it.sent) }
}

/// Whether a scope id is a mailbox's folder of this well-known name.
pub(super) fn is_part(scope: &str, part: &str) -> bool {
    scope.starts_with("mailbox:") && scope.split_once('/').is_some_and(|it| it.1 == part)
}

struct Walk<'a> {
    inputs: &'a Inputs<'a>,
    mailbox: &'a str,
    until: Option<Micros>,
}

/// A copy during the walk: where it stands at the moment reached.
struct Live {
    scope: String,
    to: Option<Micros>,
    held: Option<usize>,
}

impl Walk<'_> {
    fn scope(&self, path: &str) -> String {
        if touched::is_nowhere(path) {
            return String::new();
        }
        folder_scope(self.mailbox, &(self.inputs.folder)(self.mailbox, path))
    }

    fn walk(&self, story: &Story) -> Vec<Stay> {
        let copies = story.held.iter().map(|at| Live {
            scope: self.scope(&self.inputs.held[*at].folder),
            to: None,
            held: Some(*at),
        });
        let mut live: Vec<Live> = copies.collect();
        // Stable: within a folder the copies stay in the order of their records.
        live.sort_by(|a, b| a.scope.cmp(&b.scope));
        let mut stays = Vec::new();
        for at in &story.moved {
            let it = &self.inputs.moved[*at];
            // What happened after the snapshot moved nothing in it.
            if !story.held.is_empty() && self.until.is_some_and(|until| it.at > until) {
                continue;
            }
            self.back(it, &mut live, &mut stays);
        }
        for it in live {
            let from = match it.held {
                Some(at) => birth(&it.scope, &self.inputs.held[at]),
                None => story.known.and_then(|at| self.inputs.known[at].at),
            };
            // A copy cannot have come after it left: such a date bears nothing.
            let from = from.filter(|from| it.to.is_none_or(|to| *from <= to));
            let Live { scope, to, held } = it;
            stays.push(Stay { scope, from, to, held, vague: false, first: true });
        }
        stays
    }

    /// Undoes one record.
    fn back(&self, it: &Moved, live: &mut Vec<Live>, stays: &mut Vec<Stay>) {
        let word = crate::operations::of(&it.operation).operation;
        let from = self.scope(&it.from);
        let to = self.destination(it);
        if it.operation == "Copy" {
            match live.iter().position(|one| one.scope == to) {
                Some(at) => stays.push(arrived(live.remove(at), it.at)),
                None if !to.is_empty() => stays.push(lost(to, it.at)),
                None => {}
            }
            self.stood(&from, it.at, live);
        } else if matches!(word, "move" | "delete") {
            let there = live.iter().position(|one| {
                one.scope == to || (to.is_empty() && one.scope != from && word == "move")
            });
            let held = match there {
                Some(at) => {
                    let one = live.remove(at);
                    let held = one.held;
                    stays.push(arrived(one, it.at));
                    held
                }
                None => {
                    if !to.is_empty() && it.operation != "HardDelete" {
                        stays.push(lost(to, it.at));
                    }
                    None
                }
            };
            live.push(Live { scope: from, to: Some(it.at), held });
        } else if it.operation == "Create" {
            // Before, it was not.
            let place = if to.is_empty() { from } else { to };
            if let Some(at) = live.iter().position(|one| one.scope == place) {
                stays.push(arrived(live.remove(at), it.at));
            }
        }
    }

    /// A record proves that a copy stood there; nothing tells how long it stayed if none is left.
    fn stood(&self, scope: &str, at: Micros, live: &mut Vec<Live>) {
        if !scope.is_empty() && live.iter().all(|one| one.scope != scope) {
            live.push(Live { scope: scope.to_owned(), to: Some(at), held: None });
        }
    }

    fn destination(&self, it: &Moved) -> String {
        match (it.operation.as_str(), self.scope(&it.to)) {
            ("SoftDelete" | "HardDelete", _) => format!("mailbox:{}/recoverable", self.mailbox),
            ("MoveToDeletedItems", to) if to.is_empty() => {
                format!("mailbox:{}/deleted", self.mailbox)
            }
            (_, to) => to,
        }
    }
}

fn arrived(it: Live, at: Micros) -> Stay {
    let Live { scope, to, held } = it;
    Stay { scope, from: Some(at), to, held, vague: false, first: false }
}

fn lost(scope: String, at: Micros) -> Stay {
    Stay { scope, from: Some(at), to: None, held: None, vague: true, first: false }
}
