//! What intruders do: sign in, look, send, delete, come back after they were shut out.

use super::records::directory::Directory;
use super::records::mail::Letter;
use super::records::mailbox::Doing;
use super::records::signin::{self, Entry};
use super::rng::Rng;
use super::sim::{Act, Client, ClientKind, Message, Sim};
use super::tenant::{Place, place};
use super::truth::Actor;

/// An intruder's machine somewhere: address, browser.
#[derive(Clone, Debug)]
pub(crate) struct Base {
    pub(crate) place: Place,
    pub(crate) agent: String,
}

/// Browsers of intruders: older or other than the owners'.
const AGENTS: &[&str] = &[
    "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36",
];

/// Networks an intruder works from, the first that of the phishing proxy.
pub(crate) fn bases(seed: u64, label: &str, abroad: &[(i64, u32, &'static str, &'static str)]) -> Vec<Base> {
    let mut rng = Rng::new(seed, label);
    let first = rng.index(AGENTS.len());
    abroad
        .iter()
        .enumerate()
        .map(|(i, (a, asn, country, city))| {
            let ip = format!("{a}.{}.{}.{}", rng.range(20, 220), rng.range(2, 250), rng.range(2, 250));
            let agent = AGENTS[(first + i / 2) % AGENTS.len()].to_owned();
            Base { place: place(ip, *asn, country, city, ""), agent }
        })
        .collect()
}

/// A browser session of an intruder.
pub(crate) fn browser(base: &Base, session: &str) -> Client {
    Client {
        kind: ClientKind::Owa,
        place: base.place.clone(),
        agent: base.agent.clone(),
        session: session.to_owned(),
        ..Client::default()
    }
}

fn entry(at: i64, who: usize, app: (&'static str, &'static str), interactive: bool) -> Entry {
    Entry { at, who, app, interactive, error: 0, actor: Actor::Attacker, audited: true }
}

impl Sim {
    /// Signs in with what was stolen: at the portal with the password and the answered prompt, or
    /// straight to Outlook with the cookie.
    pub(crate) fn break_in(&mut self, at: i64, who: usize, client: &mut Client, portal: bool) -> i64 {
        if portal {
            self.sign_in(entry(at, who, signin::HOME, true), client);
            self.sign_in(entry(at + 9, who, signin::OWA, true), client);
            return at + 9;
        }
        self.sign_in(entry(at, who, signin::OWA, false), client);
        at
    }

    /// A token fetched by a program: in the non-interactive sign-ins only.
    pub(crate) fn refresh(&mut self, at: i64, who: usize, client: &mut Client) {
        let quiet = Entry { audited: false, ..entry(at, who, signin::OWA, false) };
        self.sign_in(quiet, client);
    }

    /// Opening Outlook on the web: it fetches the first mails in view in three records.
    pub(crate) fn open_outlook(&mut self, at: i64, who: usize, client: &Client) {
        let inbox = self.tenant.folders.inbox;
        let most = self.rng.range(14, 22);
        let mut view: Vec<Message> = self.mailboxes[who]
            .inbox
            .iter()
            .filter(|m| m.at <= at && !m.fraudulent)
            .rev()
            .take(usize::try_from(most).unwrap_or(20))
            .cloned()
            .collect();
        let doing = Doing { at: at + 44, who, owner: who, client, actor: Actor::Attacker };
        for part in [1, 11, 10] {
            let rest = view.split_off(part.min(view.len()));
            if !view.is_empty() {
                self.bind(doing, inbox, &view);
            }
            view = rest;
        }
    }

    /// Looks into Sent: the reading pane binds the newest mails there.
    pub(crate) fn look_into_sent(&mut self, at: i64, who: usize, client: &Client, most: usize) {
        let sent = self.tenant.folders.sent;
        let view: Vec<Message> = self.mailboxes[who]
            .sent
            .iter()
            .filter(|m| m.at <= at)
            .rev()
            .take(most)
            .cloned()
            .collect();
        if !view.is_empty() {
            let doing = Doing { at, who, owner: who, client, actor: Actor::Attacker };
            self.bind(doing, sent, &view);
        }
    }

    /// Sends one fraudulent mail and gives it back.
    pub(crate) fn send_fraud(
        &mut self,
        doing: Doing<'_>,
        operation: &'static str,
        subject: &str,
        recipients: &[String],
        fails: bool,
    ) -> Message {
        let message = self.new_message(doing.at, subject, true);
        self.send_record(doing, operation, &message, recipients);
        let sender = self.people[doing.owner].upn.clone();
        self.carry(&Letter {
            message: &message,
            sender: &sender,
            recipients,
            from_ip: &doing.client.place.ip,
            status: if fails { "Failed" } else { "Delivered" },
        });
        message
    }

    /// Deletes mails in steps, as a person selecting pages of a list does.
    pub(crate) fn wipe(&mut self, doing: Doing<'_>, from: &'static str, messages: &[Message], hard: bool) -> i64 {
        let deleted = self.tenant.folders.deleted;
        let mut at = doing.at;
        for page in messages.chunks(60) {
            self.remove(Doing { at, ..doing }, "MoveToDeletedItems", from, page);
            at += self.rng.range(4, 15);
        }
        at += 30;
        for page in messages.chunks(90) {
            self.remove(Doing { at, ..doing }, "SoftDelete", deleted, page);
            at += self.rng.range(3, 12);
        }
        if hard {
            at += 40;
            for page in messages.chunks(90) {
                self.remove(Doing { at, ..doing }, "HardDelete", super::tenant::RECOVERABLE, page);
                at += self.rng.range(3, 12);
            }
        }
        at
    }

    /// What the administrator does to end an access.
    pub(crate) fn contain(&mut self, at: i64, who: usize, acts: &'static [&'static str]) {
        let admin = self.people[super::people::ADMIN].clone();
        let target = self.people[who].upn.clone();
        let agent = super::agents::edge(at);
        for (i, what) in acts.iter().enumerate() {
            let operation = match *what {
                "account_disabled" => "Disable account.",
                "sessions_revoked" => "Update StsRefreshTokenValidFrom Timestamp.",
                "password_reset" => "Reset user password.",
                _ => continue,
            };
            let changed = if *what == "account_disabled" {
                vec![("AccountEnabled", "[\r\n  false\r\n]".to_owned(), "[\r\n  true\r\n]".to_owned())]
            } else {
                vec![("StsRefreshTokensValidFrom", format!("[\r\n  \"{}Z\"\r\n]", super::clock::bare(at)), "[]".to_owned())]
            };
            self.directory_record(Directory {
                at: at - 90 + i as i64 * 45,
                by: &admin.upn,
                by_id: &admin.oid,
                operation,
                target: &target,
                changed,
                agent: &agent,
                actor: Actor::Owner,
                act: Act::default(),
            });
        }
        self.contained.push((who, at, acts));
    }

    /// Tries again after the doors were shut: never with success.
    pub(crate) fn come_back(&mut self, times: &[(i64, i32)], who: usize, base: &Base) {
        for (at, error) in times {
            let mut client = browser(base, "");
            let interactive = *error != 50_173;
            let back = Entry {
                interactive,
                error: *error,
                actor: Actor::Attempt,
                ..entry(*at, who, signin::OWA, interactive)
            };
            self.sign_in(back, &mut client);
        }
    }
}
