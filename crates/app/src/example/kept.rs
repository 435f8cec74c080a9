//! What stood in a mailbox, and when: from what was sent, received, moved and deleted; and the mails of the
//! years before, of which no log tells any more.

use std::collections::{BTreeMap, BTreeSet};

use super::book::contact;
use super::clock::{plus, ymd};
use super::records::mailbox::Doing;
use super::rng::Rng;
use super::sim::{Client, Displaced, Message, Posted, Sim, Ual};
use super::tenant::RECOVERABLE;
use super::truth::Actor;
use super::words::SUBJECTS;

/// Recoverable Items keeps a deleted mail for so long.
const RECOVERABLE_DAYS: i64 = 14;

/// A mail in a folder.
#[derive(Clone, Copy)]
pub(crate) struct Stored<'a> {
    pub(crate) posted: &'a Posted,
    pub(crate) folder: &'static str,
}

impl Sim {
    /// Where a mail first came to stand in the mailbox; `None` if it never did.
    fn arrived(&self, owner: usize, posted: &Posted) -> Option<&'static str> {
        let upn = &self.people[owner].upn;
        let got = posted.recipients.contains(upn);
        match posted.status {
            _ if posted.sender == *upn => Some(self.tenant.folders.sent),
            "Delivered" if got => Some(self.tenant.folders.inbox),
            "FilteredAsSpam" if got => Some(self.tenant.folders.junk),
            _ => None,
        }
    }

    /// What was taken elsewhere in a mailbox, by message, in order of time.
    fn moves(&self, owner: usize) -> BTreeMap<&str, Vec<&Displaced>> {
        let mut found: BTreeMap<&str, Vec<&Displaced>> = BTreeMap::new();
        for it in self.displaced.iter().filter(|it| it.owner == owner) {
            found.entry(&it.message).or_default().push(it);
        }
        found.values_mut().for_each(|it| it.sort_by_key(|it| it.at));
        found
    }

    /// Everything that stands in the mailbox at that instant.
    pub(crate) fn stored(&self, owner: usize, at: i64) -> Vec<Stored<'_>> {
        let moves = self.moves(owner);
        let folder = |posted: &Posted| {
            let arrived = self.arrived(owner, posted).filter(|_| posted.message.at <= at)?;
            let all = moves.get(posted.message.id.as_str()).into_iter().flatten();
            let before: Vec<&&Displaced> = all.filter(|it| it.at <= at).collect();
            let Some(last) = before.last() else { return Some(arrived) };
            let expired = last.to == RECOVERABLE && last.at < at - RECOVERABLE_DAYS * 86_400;
            let lost = expired || before.iter().any(|it| it.to.is_empty());
            (!lost).then_some(last.to)
        };
        self.posted
            .iter()
            .filter_map(|posted| Some(Stored { posted, folder: folder(posted)? }))
            .collect()
    }

    /// What stood in a folder the intruder touched, at a touch or between two, the fraudulent left out.
    pub(crate) fn shown(&self, owner: usize) -> Vec<Stored<'_>> {
        let upn = self.people[owner].upn.to_lowercase();
        let moves = self.moves(owner);
        let mut found = Vec::new();
        for folder in [self.tenant.folders.inbox, self.tenant.folders.sent] {
            let scope = format!("mailbox:{upn}/{}", self.well_known(folder));
            let touches = |it: &&Ual| it.actor == Actor::Attacker && it.act.scopes.contains(&scope);
            let at = || self.ual.iter().filter(touches).map(|it| it.at);
            let (Some(first), Some(last)) = (at().min(), at().max()) else { continue };
            let honest = self.posted.iter().filter(|it| !it.message.fraudulent);
            let stood = |posted: &&Posted| {
                let arrived = self.arrived(owner, posted) == Some(folder);
                let all = moves.get(posted.message.id.as_str()).into_iter().flatten();
                let left = all.clone().find(|it| it.from == folder);
                arrived && posted.message.at <= last && left.is_none_or(|it| it.at > first)
            };
            found.extend(honest.filter(stood).map(|posted| Stored { posted, folder }));
        }
        found
    }

    /// The mails of the years before: written one by one until as many addresses outside stand in what the
    /// intruder saw as the options ask for.
    pub(crate) fn earlier_years(&mut self, owner: usize) {
        self.exported = Some(owner);
        let wanted = self.options.correspondents as usize;
        let own = format!("@{}", self.setting.domain);
        let mut known: BTreeSet<String> = self
            .shown(owner)
            .iter()
            .flat_map(|it| it.posted.recipients.iter().cloned())
            .filter(|it| !it.ends_with(&own))
            .collect();
        let mut rng = Rng::new(self.options.seed, "earlier years");
        let mut people = self.acquaintances(&mut rng, wanted);
        let colleagues: Vec<String> = self.people.iter().take(6).map(|p| p.upn.clone()).collect();
        let first = ymd(2023, 4, 3);
        let until = self.clock.at(self.setting.first_day, 0);
        while known.len() < wanted {
            let day = plus(first, rng.range(0, 870));
            let at = self.clock.at(day, rng.range(8 * 3600, 19 * 3600));
            if at >= until {
                continue;
            }
            let mut to = Vec::new();
            for _ in 0..=rng.below(3) {
                let Some(next) = people.pop() else { break };
                if known.len() < wanted && known.insert(next.clone()) {
                    to.push(next);
                }
            }
            if to.is_empty() {
                continue;
            }
            if rng.chance(10) {
                to.push(rng.pick(&colleagues).clone());
            }
            let mail = self.old_mail(owner, at, to, &mut rng);
            self.posted.push(mail);
        }
    }

    /// Everybody the victim may have written to, in no order.
    fn acquaintances(&mut self, rng: &mut Rng, more: usize) -> Vec<String> {
        let ja = self.setting.ja;
        self.book.past = (0..more).map(|i| contact(ja, rng, "k", i)).collect();
        let all: BTreeSet<&String> = self.book.everybody().map(|it| &it.address).collect();
        let mut all: Vec<String> = all.into_iter().cloned().collect();
        rng.shuffle(&mut all);
        all
    }

    fn old_mail(&self, owner: usize, at: i64, recipients: Vec<String>, rng: &mut Rng) -> Posted {
        let server = &self.tenant.server;
        let message = Message {
            at,
            id: format!(
                "<{server}{}@{server}.jpnprd01.prod.outlook.com>",
                rng.hex(26).to_uppercase()
            ),
            item: format!("RgAAAAD{}BwA{}AAAA", rng.token(), rng.token()),
            subject: (*rng.pick(SUBJECTS)).to_owned(),
            size: rng.range(9_000, 90_000),
            fraudulent: false,
        };
        let sender = self.people[owner].upn.clone();
        Posted { message, sender, recipients, status: "Delivered", bounced: None }
    }

    /// The owner deletes a few sent mails for good while the intruder comes and goes: no copy is left when
    /// the mailbox is collected, and only the trace tells who they went to.
    pub(crate) fn purge(&mut self, owner: usize, client: &Client, at: i64, most: usize) {
        let since = self.setting.trace.0 + 3600;
        let sent = self.sent_before(owner, at - 2 * 86_400);
        let recent = sent.into_iter().filter(|it| it.at >= since).take(most);
        let messages: Vec<Message> = recent.collect();
        if !messages.is_empty() {
            let doing = Doing { at, who: owner, owner, client, actor: Actor::Owner };
            self.remove(doing, "HardDelete", self.tenant.folders.sent, &messages);
        }
    }

    /// The owner clears up the Sent folder: part into a folder of its own, part into Deleted Items, a few
    /// deleted for good as far as an owner can.
    pub(crate) fn tidy(&mut self, owner: usize, client: &Client, at: i64) {
        let folders = self.tenant.folders.clone();
        let all = self.sent_before(owner, at - 86_400);
        let third = all.len() / 3;
        let (filed, rest) = all.split_at(third);
        let (binned, rest) = rest.split_at(third / 2);
        let lost: Vec<Message> = rest.iter().take(20).cloned().collect();
        let mut doing = Doing { at, who: owner, owner, client, actor: Actor::Owner };
        for page in filed.chunks(50) {
            self.refile(doing, (folders.sent, folders.filed), page);
            doing.at += 7;
        }
        for page in binned.chunks(50) {
            self.remove(doing, "MoveToDeletedItems", folders.sent, page);
            doing.at += 7;
        }
        self.remove(doing, "SoftDelete", folders.sent, &lost);
    }

    /// Mails of the owner's that stand in Sent and were written before an instant, oldest first.
    fn sent_before(&self, owner: usize, at: i64) -> Vec<Message> {
        let sent = self.tenant.folders.sent;
        let mut found: Vec<Message> = self
            .stored(owner, at + 86_400)
            .into_iter()
            .filter(|it| it.folder == sent && !it.posted.message.fraudulent)
            .map(|it| it.posted.message.clone())
            .filter(|it| it.at < at)
            .collect();
        found.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        found
    }
}
