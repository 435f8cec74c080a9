use super::Options;
use super::book::Book;
use super::clock::Clock;
use super::people::{Person, everybody};
use super::rng::Rng;
use super::setting::Setting;
use super::tenant::{Place, Tenant};
use super::truth::{Actor, Persistence};

/// A client program on a device somewhere, with the session and token it carries.
#[derive(Clone, Debug, Default)]
pub(crate) struct Client {
    pub(crate) kind: ClientKind,
    pub(crate) place: Place,
    pub(crate) agent: String,
    pub(crate) session: String,
    pub(crate) token: String,
    pub(crate) issued: i64,
    /// Device as the directory sees it; default (no id) where it sees none.
    pub(crate) device: super::people::Device,
}

/// What the client program is.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) enum ClientKind {
    #[default]
    Owa,
    Outlook,
    Mobile,
    /// An application with its client id and name, over Graph.
    App(String, String),
    /// Microsoft's own back end.
    System,
}

/// A mail as mailboxes and trace know it.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    pub(crate) at: i64,
    pub(crate) id: String,
    pub(crate) item: String,
    pub(crate) subject: String,
    pub(crate) size: i64,
    pub(crate) fraudulent: bool,
}

/// A mail that went its way: who to whom.
#[derive(Clone, Debug)]
pub(crate) struct Posted {
    pub(crate) message: Message,
    pub(crate) sender: String,
    pub(crate) recipients: Vec<String>,
    pub(crate) status: &'static str,
    /// Of a notice of non-delivery: the mail it speaks of, and to whom that did not get.
    pub(crate) bounced: Option<(String, Vec<String>)>,
}

/// A mail taken from one folder to another.
#[derive(Clone, Debug)]
pub(crate) struct Displaced {
    pub(crate) at: i64,
    pub(crate) owner: usize,
    pub(crate) message: String,
    pub(crate) from: &'static str,
    /// Empty where it is gone for good.
    pub(crate) to: &'static str,
}

/// What a mailbox holds, newest last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mailbox {
    pub(crate) inbox: Vec<Message>,
    pub(crate) sent: Vec<Message>,
}

/// A record of the audit log, and the truth about it.
#[derive(Clone, Debug)]
pub(crate) struct Ual {
    pub(crate) at: i64,
    pub(crate) id: String,
    pub(crate) record_type: i32,
    pub(crate) operation: String,
    pub(crate) user: String,
    pub(crate) client_ip: String,
    pub(crate) workload: &'static str,
    pub(crate) object: String,
    /// The `AuditData` as JSON.
    pub(crate) body: String,
    pub(crate) actor: Actor,
    /// Account acting, lower-cased.
    pub(crate) account: String,
    pub(crate) act: Act,
}

/// What an attacker's record means in the contract's words; empty for everybody else.
#[derive(Clone, Debug, Default)]
pub(crate) struct Act {
    /// Contract operation: `sign_in`, `send`, `read` …
    pub(crate) operation: &'static str,
    /// Scope ids touched (design §4.6).
    pub(crate) scopes: Vec<String>,
    /// Message ids of items named, other than fraudulent ones.
    pub(crate) items: Vec<String>,
}

/// A sign-in as the directory logs it.
#[derive(Clone, Debug)]
pub(crate) struct SignIn {
    pub(crate) at: i64,
    pub(crate) id: String,
    pub(crate) correlation: String,
    pub(crate) person: usize,
    pub(crate) interactive: bool,
    pub(crate) app: (String, String),
    pub(crate) resource: (&'static str, &'static str),
    pub(crate) client: Client,
    pub(crate) error: i32,
    pub(crate) reason: &'static str,
    pub(crate) mfa: bool,
    pub(crate) actor: Actor,
}

/// One message to one recipient.
#[derive(Clone, Debug)]
pub(crate) struct Trace {
    pub(crate) at: i64,
    pub(crate) message: String,
    pub(crate) trace_id: String,
    pub(crate) sender: String,
    pub(crate) recipient: String,
    pub(crate) subject: String,
    pub(crate) status: &'static str,
    pub(crate) from_ip: String,
    pub(crate) to_ip: String,
    pub(crate) size: i64,
    pub(crate) direction: &'static str,
    pub(crate) fraudulent: bool,
}

/// The simulated tenant while it lives.
#[derive(Clone, Debug)]
pub(crate) struct Sim {
    pub(crate) options: Options,
    pub(crate) setting: Setting,
    pub(crate) clock: Clock,
    pub(crate) rng: Rng,
    pub(crate) tenant: Tenant,
    pub(crate) people: Vec<Person>,
    pub(crate) mailboxes: Vec<Mailbox>,
    /// Every mail carried, and those of the years before.
    pub(crate) posted: Vec<Posted>,
    pub(crate) displaced: Vec<Displaced>,
    /// Whose mailbox is exported.
    pub(crate) exported: Option<usize>,
    pub(crate) book: Book,
    pub(crate) ual: Vec<Ual>,
    pub(crate) signins: Vec<SignIn>,
    pub(crate) trace: Vec<Trace>,
    pub(crate) persistence: Vec<Persistence>,
    /// Targets that are one letter or one tag away from an address in a list.
    pub(crate) near: Vec<String>,
    /// Accounts shut between two instants (containment).
    pub(crate) shut: Vec<(usize, i64, i64)>,
    /// Containments as the case file states them: account, instant, acts.
    pub(crate) contained: Vec<(usize, i64, &'static [&'static str])>,
}

impl Sim {
    pub(crate) fn new(options: &Options) -> Self {
        let setting = Setting::of(options.scenario);
        let people = everybody(&setting, options.seed, options.accounts);
        Self {
            options: options.clone(),
            clock: Clock::new(setting.zone, setting.ja),
            rng: Rng::new(options.seed, "life"),
            tenant: Tenant::new(&setting, options.seed),
            mailboxes: vec![Mailbox::default(); people.len()],
            people,
            posted: Vec::new(),
            displaced: Vec::new(),
            exported: None,
            book: Book::new(&setting, options.seed),
            ual: Vec::new(),
            signins: Vec::new(),
            trace: Vec::new(),
            persistence: Vec::new(),
            near: Vec::new(),
            shut: Vec::new(),
            contained: Vec::new(),
            setting,
        }
    }

    /// The account with a UPN's local part.
    pub(crate) fn by_kind(&self, kind: super::people::Kind) -> Option<usize> {
        self.people.iter().position(|p| p.kind == kind)
    }

    /// Whether the account is shut at that instant.
    pub(crate) fn is_shut(&self, person: usize, at: i64) -> bool {
        self.shut.iter().any(|(p, from, to)| *p == person && (*from..*to).contains(&at))
    }
}
