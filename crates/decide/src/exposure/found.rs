//! Which items stood where the attacker looked, and how sure is it?

use std::collections::{BTreeMap, BTreeSet};

use model::{ItemKind, ItemTouch, Micros};

use super::{
    Certainty, ExposedItem, How, Inputs,
    figures::{Doubts, covered},
    looks::{self, Looks},
    named,
    state::{Mailbox, Stay, Story, is_part},
};
use crate::touched;

/// One item in one folder, while it is gathered.
#[derive(Debug)]
struct One {
    hows: BTreeSet<How>,
    certainty: Certainty,
    looks: BTreeSet<usize>,
    records: BTreeSet<String>,
    held: Option<usize>,
    known: Option<usize>,
    at: Option<Micros>,
    message: String,
    subject: String,
}

/// The exposed items, while they are gathered.
pub(super) struct Found<'a> {
    inputs: &'a Inputs<'a>,
    looks: &'a Looks,
    /// By (mailbox, scope, key of the item).
    all: BTreeMap<(String, String, String), One>,
    pub(super) doubts: Doubts,
}

/// An item of a mailbox: what is the same wherever it stood.
#[derive(Clone, Copy)]
struct Thing<'a> {
    mailbox: &'a str,
    key: &'a str,
    story: &'a Story,
}

impl<'a> Found<'a> {
    pub(super) fn new(inputs: &'a Inputs<'a>, looks: &'a Looks) -> Found<'a> {
        Found { inputs, looks, all: BTreeMap::new(), doubts: Doubts::default() }
    }

    /// Everything that stood in a folder while it was looked into.
    pub(super) fn stood(&mut self, name: &str, mailbox: &Mailbox) {
        let mine = self.looks.all.iter().enumerate().filter(|(_, it)| it.mailbox == name);
        let mine: Vec<usize> = mine.map(|(at, _)| at).collect();
        if mine.is_empty() {
            return;
        }
        for (key, story) in &mailbox.stories {
            if self.inputs.own_mails.contains(&story.message) {
                continue;
            }
            let thing = Thing { mailbox: name, key, story };
            for at in &mine {
                for stay in &story.stays {
                    self.stay(thing, stay, *at);
                }
                self.perhaps(thing, *at);
            }
        }
    }

    fn stay(&mut self, thing: Thing<'_>, stay: &Stay, at: usize) {
        let look = &self.looks.all[at];
        if !overlaps(stay, look.from, look.to) {
            return;
        }
        if stay.scope.is_empty() {
            self.doubts.blind.insert(thing.mailbox.to_owned());
        }
        if stay.scope != look.scope {
            return;
        }
        let left = stay.to.is_some_and(|to| look.from <= to && to <= look.to);
        let dated = stay.from.is_some() || left;
        let sure = if dated && !stay.vague { Certainty::Certain } else { Certainty::Possible };
        self.add(thing, &look.scope, sure, at, stay.held);
    }

    /// An item that may have stood in its native folder (received mail in the Inbox, sent mail in
    /// Sent), from which it went without a record.
    fn perhaps(&mut self, thing: Thing<'_>, at: usize) {
        let look = &self.looks.all[at];
        if !["inbox", "sent"].iter().any(|it| is_part(&look.scope, it)) {
            return;
        }
        let there = |it: &Stay| it.scope == look.scope && overlaps(it, look.from, look.to);
        if thing.story.stays.iter().any(there) {
            return;
        }
        let first = thing.story.stays.iter().find(|it| it.first && it.held.is_some());
        if let (Some(first), Some(held)) = (first, first.and_then(|it| it.held)) {
            let from = look.from.max(first.from.unwrap_or(look.from));
            if is_aside(&first.scope)
                && overlaps(first, look.from, look.to)
                && !self.heard(thing.mailbox, from, first.to)
                && self.native(thing.mailbox, held).is_some_and(|it| it == look.scope)
            {
                self.add(thing, &look.scope, Certainty::Possible, at, Some(held));
            }
        } else if thing.story.stays.iter().all(|it| !it.first)
            && thing.story.known.is_some_and(|known| self.unsaved(thing, known, at))
        {
            self.add(thing, &look.scope, Certainty::Possible, at, None);
        }
    }

    /// Whether a message of the trace, which no snapshot holds and no record names, may have stood in its
    /// native folder while it was looked into.
    fn unsaved(&self, thing: Thing<'_>, known: usize, at: usize) -> bool {
        let look = &self.looks.all[at];
        let it = &self.inputs.known[known];
        let whole = self.inputs.mailboxes.get(thing.mailbox).is_some_and(|it| it.whole);
        let sent = named::is_own(self.inputs, thing.mailbox, &it.sender);
        let from = it.at.unwrap_or(look.from).max(look.from);
        is_part(&look.scope, if sent { "sent" } else { "inbox" })
            && it.at.is_none_or(|at| at <= look.to)
            && !(whole && self.heard(thing.mailbox, from, None))
    }

    /// Whether moves and deletions were recorded all the while, up to the snapshot if no end is given.
    fn heard(&self, mailbox: &str, from: Micros, to: Option<Micros>) -> bool {
        let Some(facts) = self.inputs.mailboxes.get(mailbox) else { return false };
        to.or(facts.collected_at).is_some_and(|to| covered(&facts.moves_heard, from, to))
    }

    /// The folder a mail comes to by itself.
    fn native(&self, mailbox: &str, held: usize) -> Option<String> {
        let it = &self.inputs.held[held];
        let mail = matches!(it.kind, ItemKind::Mail | ItemKind::Report | ItemKind::AutoReply);
        let part = if named::is_from(self.inputs, mailbox, it) { "sent" } else { "inbox" };
        mail.then(|| format!("mailbox:{mailbox}/{part}"))
    }

    fn add(
        &mut self,
        thing: Thing<'_>,
        scope: &str,
        sure: Certainty,
        look: usize,
        held: Option<usize>,
    ) {
        let how = self.looks.all[look].how;
        let it = self.one(thing, scope, sure, held);
        it.hows.insert(how);
        it.looks.insert(look);
    }

    fn one(
        &mut self,
        thing: Thing<'_>,
        scope: &str,
        sure: Certainty,
        held: Option<usize>,
    ) -> &mut One {
        let story = thing.story;
        let held = held.or_else(|| story.held.first().copied());
        // A Send record may tell of a mail and of nobody it went to.
        let told = story.known.is_some_and(|at| !self.inputs.known[at].recipients.is_empty());
        let sure = if held.is_none() && !told { Certainty::Unrecoverable } else { sure };
        let key = (thing.mailbox.to_owned(), scope.to_owned(), thing.key.to_owned());
        let inputs = self.inputs;
        let it = self.all.entry(key).or_insert_with(|| One {
            hows: BTreeSet::new(),
            certainty: sure,
            looks: BTreeSet::new(),
            records: story.moved.iter().map(|at| inputs.moved[*at].record.clone()).collect(),
            held,
            known: story.known,
            at: date(inputs, story, held),
            message: story.message.clone(),
            subject: subject(inputs, story, held),
        });
        it.certainty = it.certainty.min(sure);
        it.held = it.held.or(held);
        it
    }

    /// An item that a record of the attacker names.
    pub(super) fn opened(&mut self, it: &ItemTouch, mailboxes: &BTreeMap<String, Mailbox>) {
        if !looks::counts(it) || (it.message.is_empty() && it.item.is_empty()) {
            return;
        }
        let Some(name) = looks::mailbox_of(self.inputs, &it.session, &it.mailbox) else { return };
        let nothing = Mailbox::default();
        let mailbox = mailboxes.get(&name).unwrap_or(&nothing);
        let key = mailbox.key(&it.message, &it.item, &it.record);
        let named = ["item:", "record:"].iter().all(|it| !key.starts_with(it));
        let message = if named { &key } else { &it.message };
        let unknown = Story { message: message.clone(), ..Story::default() };
        let story = mailbox.stories.get(&key).unwrap_or(&unknown);
        if self.inputs.own_mails.contains(&it.message)
            || self.inputs.own_mails.contains(&story.message)
        {
            return;
        }
        let thing = Thing { mailbox: &name, key: &key, story };
        let scope = self.place(&name, it, story);
        let looks: BTreeSet<usize> = self.visits(it, &scope);
        let one = self.one(thing, &scope, Certainty::Certain, None);
        one.hows.extend(looks::how_of(it));
        one.records.insert(it.record.clone());
        one.looks.extend(looks);
        if one.subject.is_empty() {
            one.subject.clone_from(&it.subject);
        }
    }

    /// The folder a record names, else the one in which the item stood at that moment.
    fn place(&self, mailbox: &str, it: &ItemTouch, story: &Story) -> String {
        if !touched::is_nowhere(&it.folder) {
            return touched::folder_scope(mailbox, &it.folder);
        }
        let stood = |one: &&Stay| !one.scope.is_empty() && overlaps(one, it.at, it.at);
        let stay = story.stays.iter().filter(stood).min_by_key(|one| &one.scope);
        stay.map_or_else(|| format!("items:{mailbox}"), |one| one.scope.clone())
    }

    fn visits(&self, it: &ItemTouch, scope: &str) -> BTreeSet<usize> {
        let mine = self.looks.all.iter().enumerate().filter(|(_, look)| {
            look.session == it.session
                && look.scope == scope
                && look.from <= it.at
                && it.at <= look.to
        });
        mine.map(|(at, _)| at).collect()
    }

    /// The items, sorted.
    pub(super) fn items(self) -> Vec<ExposedItem> {
        let inputs = self.inputs;
        let made =
            self.all.into_iter().map(|((mailbox, scope, _), it)| made(inputs, mailbox, scope, it));
        let mut all: Vec<ExposedItem> = made.collect();
        all.sort_by(|a, b| {
            let key = |it: &ExposedItem| (it.at, it.message.clone(), it.record.clone());
            a.scope.cmp(&b.scope).then_with(|| key(a).cmp(&key(b)))
        });
        all
    }
}

fn made(inputs: &Inputs<'_>, mailbox: String, scope: String, it: One) -> ExposedItem {
    let held = it.held.map(|at| &inputs.held[at]);
    let known = it.known.map(|at| &inputs.known[at]);
    let named = match (held, known) {
        (Some(held), _) => named::of_held(inputs, &mailbox, &scope, held),
        (None, Some(known)) => named::of_known(inputs, &mailbox, &scope, known),
        (None, None) => Vec::new(),
    };
    let sent = known.is_some_and(|it| named::is_own(inputs, &mailbox, &it.sender));
    let mut records = it.records;
    let first = records.first().cloned().unwrap_or_default();
    records.extend(held.map(|it| it.record.clone()));
    ExposedItem {
        record: held.map_or(first, |it| it.record.clone()),
        evidence: held.map(|it| it.evidence.clone()).unwrap_or_default(),
        hows: it.hows,
        certainty: it.certainty,
        at: it.at,
        message: it.message,
        subject: it.subject,
        attachments: held.map_or(0, |it| it.attachments),
        named,
        looks: it.looks.into_iter().collect(),
        records: records.into_iter().collect(),
        partial: held.is_none() && !sent,
        from_trace: held.is_none() && known.is_some(),
        mailbox,
        scope,
    }
}

fn date(inputs: &Inputs<'_>, story: &Story, held: Option<usize>) -> Option<Micros> {
    let held = held.map(|at| &inputs.held[at]).and_then(|it| it.at.or(it.sent));
    held.or_else(|| story.known.and_then(|at| inputs.known[at].at))
}

fn subject(inputs: &Inputs<'_>, story: &Story, held: Option<usize>) -> String {
    let held = held.map(|at| inputs.held[at].subject.clone());
    let moved = story.moved.iter().map(|at| inputs.moved[*at].subject.clone());
    let known = story.known.map(|at| inputs.known[at].subject.clone());
    held.into_iter().chain(moved).chain(known).find(|it| !it.is_empty()).unwrap_or_default()
}

/// Whether a stay and a visit share an instant: what a touch moves out or deletes stood there at it.
fn overlaps(stay: &Stay, from: Micros, to: Micros) -> bool {
    stay.from.is_none_or(|it| it <= to) && stay.to.is_none_or(|it| it >= from)
}

/// Whether a mail may have come to this folder from its native one: not to where mail is written, nor to
/// where the service itself puts what it holds for junk.
fn is_aside(scope: &str) -> bool {
    let part = scope.split_once('/').map(|it| it.1).unwrap_or_default();
    scope.starts_with("mailbox:") && !["drafts", "outbox", "junk", "sync"].contains(&part)
}
