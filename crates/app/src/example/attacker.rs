//! What intruders do: sign in, look, send, delete, come back after they were shut out.

use super::records::directory::{Cmdlet, Directory};
use super::records::mail::Letter;
use super::records::mailbox::Doing;
use super::records::signin::{self, Entry};
use super::rng::Rng;
use super::sim::{Act, Client, ClientKind, Message, Sim};
use super::tenant::{Place, place};
use super::truth::{Actor, Persistence};

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
pub(crate) fn bases(
    seed: u64,
    label: &str,
    abroad: &[(i64, u32, &'static str, &'static str)],
) -> Vec<Base> {
    let mut rng = Rng::new(seed, label);
    let first = rng.index(AGENTS.len());
    abroad
        .iter()
        .enumerate()
        .map(|(i, (a, asn, country, city))| {
            let ip =
                format!("{a}.{}.{}.{}", rng.range(20, 220), rng.range(2, 250), rng.range(2, 250));
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

/// Where and when something was left behind.
struct Planted<'a> {
    at: i64,
    who: usize,
    client: &'a Client,
    port: i64,
}

/// A value as the directory writes it: JSON in text, with line breaks.
fn listed(value: &str) -> String {
    format!("[\r\n  {value}\r\n]")
}

fn entry(at: i64, who: usize, app: (&'static str, &'static str), interactive: bool) -> Entry {
    Entry { at, who, app, interactive, error: 0, actor: Actor::Attacker, audited: true }
}

impl Sim {
    /// Signs in with what was stolen: at the portal with the password and the answered prompt, or
    /// straight to Outlook with the cookie.
    pub(crate) fn break_in(
        &mut self,
        at: i64,
        who: usize,
        client: &mut Client,
        portal: bool,
    ) -> i64 {
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
    pub(crate) fn wipe(
        &mut self,
        doing: Doing<'_>,
        operation: &'static str,
        from: &'static str,
        messages: &[Message],
    ) {
        let mut at = doing.at;
        for page in messages.chunks(60) {
            self.remove(Doing { at, ..doing }, operation, from, page);
            at += self.rng.range(4, 15);
        }
    }

    /// An inbox rule made in Outlook on the web.
    pub(crate) fn plant_rule(
        &mut self,
        at: i64,
        who: usize,
        client: &Client,
        port: i64,
        parameters: Vec<(&'static str, String)>,
    ) {
        let person = self.people[who].clone();
        let name = parameters.iter().find(|p| p.0 == "Name").map_or("", |p| p.1.as_str());
        let object = format!("{}\\{name}", self.tenant.object(&self.setting, &person.mailbox));
        self.plant(Planted { at, who, client, port }, "New-InboxRule", object, parameters, "rule");
        self.left_behind(who, "inbox_rule", at, 1);
    }

    /// Mail of an account forwarded to an address outside.
    pub(crate) fn plant_forwarding(&mut self, at: i64, who: usize, client: &Client, to: &str) {
        let upn = self.people[who].upn.clone();
        let object = self.tenant.object(&self.setting, &self.people[who].mailbox);
        let parameters = vec![
            ("Identity", upn),
            ("ForwardingSmtpAddress", format!("smtp:{to}")),
            ("DeliverToMailboxAndForward", "True".to_owned()),
        ];
        let port = self.rng.range(30_000, 60_000);
        let planted = Planted { at, who, client, port };
        self.plant(planted, "Set-Mailbox", object, parameters, "forward");
        self.left_behind(who, "forwarding", at, 1);
    }

    fn plant(
        &mut self,
        planted: Planted<'_>,
        operation: &'static str,
        object: String,
        parameters: Vec<(&'static str, String)>,
        means: &'static str,
    ) {
        let upn = self.people[planted.who].upn.clone();
        self.cmdlet_record(Cmdlet {
            at: planted.at,
            by: &upn,
            operation,
            object,
            parameters,
            ip: format!("{}:{}", planted.client.place.ip, planted.port),
            session: &planted.client.session,
            actor: Actor::Attacker,
            act: Act {
                operation: means,
                scopes: vec![format!("account:{}", upn.to_lowercase())],
                ..Act::default()
            },
        });
    }

    /// Notes what was left behind; the last `records` audit records show it.
    pub(crate) fn left_behind(&mut self, who: usize, kind: &str, at: i64, records: usize) {
        let from = self.ual.len().saturating_sub(records);
        self.persistence.push(Persistence {
            account: self.people[who].upn.to_lowercase(),
            kind: kind.to_owned(),
            at: super::clock::iso(at),
            removed_at: None,
            records: self.ual[from..].iter().map(|r| r.id.clone()).collect(),
        });
    }

    /// What the administrator does to end an access.
    pub(crate) fn contain(&mut self, at: i64, who: usize, acts: &'static [&'static str]) {
        for (i, what) in acts.iter().enumerate() {
            let at = at - 90 + i as i64 * 45;
            match *what {
                "rule_removed" => self.undo_cmdlet(at, who, "Remove-InboxRule", "inbox_rule"),
                "forwarding_removed" => self.undo_cmdlet(at, who, "Set-Mailbox", "forwarding"),
                "account_disabled" => {
                    let changed = ("AccountEnabled", listed("false"), listed("true"));
                    self.administer(at, who, "Disable account.", changed);
                }
                "sessions_revoked" => {
                    let now = listed(&format!("\"{}Z\"", super::clock::bare(at)));
                    let changed = ("StsRefreshTokensValidFrom", now, "[]".to_owned());
                    let operation = "Update StsRefreshTokenValidFrom Timestamp.";
                    self.administer(at, who, operation, changed);
                }
                "password_reset" => {
                    let changed = ("LastPasswordChangeTimestamp", String::new(), String::new());
                    self.administer(at, who, "Reset user password.", changed);
                }
                "app_removed" => {
                    let changed = ("DelegatedPermissionGrant.Scope", String::new(), String::new());
                    self.administer(at, who, "Remove delegated permission grant.", changed);
                    self.removed(who, "consent", at);
                }
                "method_removed" => {
                    let changed =
                        ("StrongAuthenticationPhoneAppDetail", "[]".to_owned(), String::new());
                    self.administer(at, who, "Admin deleted security info.", changed);
                    self.removed(who, "mfa_method", at);
                }
                _ => {}
            }
        }
        self.contained.push((who, at, acts));
    }

    fn administer(
        &mut self,
        at: i64,
        who: usize,
        operation: &str,
        changed: (&'static str, String, String),
    ) {
        let admin = self.people[super::people::ADMIN].clone();
        let target = self.people[who].upn.clone();
        self.directory_record(Directory {
            at,
            by: &admin.upn,
            by_id: &admin.oid,
            operation,
            target: &target,
            changed: vec![changed],
            agent: &super::agents::edge(at),
            actor: Actor::Owner,
            act: Act::default(),
        });
    }

    /// The administrator takes back what the intruder set with a cmdlet.
    fn undo_cmdlet(&mut self, at: i64, who: usize, operation: &'static str, kind: &str) {
        let admin = self.people[super::people::ADMIN].upn.clone();
        let person = self.people[who].clone();
        let mut object = self.tenant.object(&self.setting, &person.mailbox);
        let mut parameters = vec![("Identity", person.upn)];
        if operation == "Set-Mailbox" {
            parameters.push(("ForwardingSmtpAddress", String::new()));
            parameters.push(("DeliverToMailboxAndForward", "False".to_owned()));
        } else {
            object.push_str("\\..");
            parameters = vec![("Identity", object.clone()), ("Force", "True".to_owned())];
        }
        let port = self.rng.range(20_000, 60_000);
        self.cmdlet_record(Cmdlet {
            at,
            by: &admin,
            operation,
            object,
            parameters,
            ip: format!("{}:{port}", self.tenant.office.ip),
            session: "",
            actor: Actor::Owner,
            act: Act::default(),
        });
        self.removed(who, kind, at);
    }

    fn removed(&mut self, who: usize, kind: &str, at: i64) {
        let account = self.people[who].upn.to_lowercase();
        let standing = |p: &&mut Persistence| p.account == account && p.kind == kind;
        if let Some(found) = self.persistence.iter_mut().find(standing) {
            found.removed_at = Some(super::clock::iso(at));
        }
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
