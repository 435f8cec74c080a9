use crate_sim::{Act, Client, ClientKind, Message, Sim, Ual};

use super::super::clock::bare;
use super::super::json::{Fields, J, bag, n, s};
use super::super::people::Kind;
use super::super::sim as crate_sim;
use super::super::tenant::RECOVERABLE;
use super::super::truth::Actor;

/// Who acts, where, when, with what.
#[derive(Clone, Copy)]
pub(crate) struct Doing<'a> {
    pub(crate) at: i64,
    pub(crate) who: usize,
    /// Mailbox acted in.
    pub(crate) owner: usize,
    pub(crate) client: &'a Client,
    pub(crate) actor: Actor,
}

/// Client id of Outlook on the web, and of Outlook mobile.
pub(crate) const OWA: &str = "9199bf20-a13f-4107-85dc-02114787ef48";
pub(crate) const OUTLOOK_MOBILE: &str = "27922004-5251-4030-b22d-91ecd9a37ea4";
const EXCHANGE: &str = "00000002-0000-0ff1-ce00-000000000000";
const GRAPH: &str = "00000003-0000-0000-c000-000000000000";

/// What one record of a mailbox adds to the common fields.
pub(crate) struct Record {
    pub(crate) operation: &'static str,
    pub(crate) record_type: i32,
    pub(crate) fields: Fields,
    pub(crate) act: Act,
}

impl Sim {
    /// One record of a mailbox.
    pub(crate) fn mailbox_record(&mut self, doing: Doing<'_>, record: Record) {
        let id = self.rng.guid();
        let (with_session, spelled) = (self.carries_session(doing, record.operation), {
            let person = &self.people[doing.who];
            person.spelled(&mut self.rng)
        });
        let (info, client_app) = self.client_info(doing.client);
        let owner = &self.people[doing.owner];
        let who = &self.people[doing.who];
        let mut f: Fields = Vec::with_capacity(32);
        let without = matches!(doing.client.kind, ClientKind::Outlook | ClientKind::System);
        if with_session && !without {
            f.push(("AppAccessContext", self.access_context(doing.client, &client_app)));
        }
        f.extend([
            ("CreationTime", s(bare(doing.at))),
            ("Id", s(&id)),
            ("Operation", s(record.operation)),
            ("OrganizationId", s(&self.tenant.id)),
            ("RecordType", n(record.record_type)),
            ("ResultStatus", s("Succeeded")),
            ("UserKey", s(&who.puid)),
            ("UserType", n(0)),
            ("Version", n(1)),
            ("Workload", s("Exchange")),
        ]);
        let ip = doing.client.place.ip.clone();
        if record.record_type != 50 {
            f.push(("ClientIP", s(&ip)));
        }
        f.push(("UserId", s(&spelled)));
        if let Some(app) = &client_app {
            let api =
                if matches!(doing.client.kind, ClientKind::App(..)) { GRAPH } else { EXCHANGE };
            f.push(("AppId", s(api)));
            f.push(("ClientAppId", s(app)));
        }
        f.extend([("ClientIPAddress", s(&ip)), ("ClientInfoString", s(info))]);
        if doing.client.kind == ClientKind::Outlook {
            f.push(("ClientProcessName", s("OUTLOOK.EXE")));
            f.push(("ClientVersion", s("16.0.18925.20184")));
        }
        let delegate = doing.who != doing.owner;
        f.push(("ExternalAccess", J::Bool(false)));
        f.push(("InternalLogonType", n(0)));
        f.push(("LogonType", n(if delegate { 2 } else { 0 })));
        f.push(("LogonUserSid", s(&who.sid)));
        f.push(("MailboxGuid", s(&owner.mailbox)));
        f.push(("MailboxOwnerSid", s(&owner.sid)));
        f.push(("MailboxOwnerUPN", s(&owner.upn)));
        f.push(("OrganizationName", s(self.setting.onmicrosoft)));
        f.push(("OriginatingServer", s(format!("{} (15.20.9253.013)\r\n", self.tenant.server))));
        if with_session && !doing.client.session.is_empty() {
            f.push(("SessionId", s(&doing.client.session)));
        }
        f.extend(record.fields);
        let account = who.upn.to_lowercase();
        self.ual.push(Ual {
            at: doing.at,
            id,
            record_type: record.record_type,
            operation: record.operation.to_owned(),
            user: spelled,
            client_ip: ip,
            workload: "Exchange",
            object: String::new(),
            body: J::Object(f).render(),
            actor: doing.actor,
            account,
            act: record.act,
        });
    }

    /// Real records name the session now and then only; aggregated ones least.
    fn carries_session(&mut self, doing: Doing<'_>, operation: &str) -> bool {
        let percent = match (&doing.client.kind, operation) {
            (ClientKind::System, _) => 0,
            (_, "MailItemsAccessed") => 25,
            (_, "Send") => 70,
            _ => 55,
        };
        self.rng.chance(percent)
    }

    fn access_context(&self, client: &Client, app: &Option<String>) -> J {
        J::Object(vec![
            ("AADSessionId", s(&client.session)),
            ("APIId", s(EXCHANGE)),
            ("ClientAppId", s(app.as_deref().unwrap_or_default())),
            ("IssuedAtTime", s(bare(client.issued))),
            ("UniqueTokenId", s(&client.token)),
        ])
    }

    fn client_info(&mut self, client: &Client) -> (String, Option<String>) {
        match &client.kind {
            ClientKind::Outlook => ("Client=MSExchangeRPC".to_owned(), None),
            ClientKind::Owa if self.rng.chance(12) => {
                ("Client=OWA;Action=ViaProxy".to_owned(), Some(OWA.to_owned()))
            }
            ClientKind::Owa => (format!("Client=OWA;{};", client.agent), Some(OWA.to_owned())),
            ClientKind::Mobile => {
                let system = if client.device.os == "Ios" { "iOS" } else { "Android" };
                (
                    format!("Client=OutlookService;Outlook-{system}/2.0;"),
                    Some(OUTLOOK_MOBILE.to_owned()),
                )
            }
            ClientKind::App(id, _) => ("Client=REST;;".to_owned(), Some(id.clone())),
            ClientKind::System => (
                "Client=REST;Client=RESTSystem;;".to_owned(),
                Some("3c8e478f-21ca-493a-b87c-c7366d664d54".to_owned()),
            ),
        }
    }

    /// MailItemsAccessed, Bind: messages delivered to a client.
    pub(crate) fn bind(&mut self, doing: Doing<'_>, folder: &'static str, messages: &[Message]) {
        let list = messages
            .iter()
            .map(|m| {
                J::Object(vec![
                    ("Id", s(&m.item)),
                    ("InternetMessageId", s(&m.id)),
                    ("SizeInBytes", n(m.size)),
                ])
            })
            .collect();
        let folder_id = self.folder_id(doing.owner, folder);
        let mut properties = vec![("MailAccessType", "Bind")];
        if !self.rng.chance(40) {
            properties.push(("IsThrottled", "False"));
        }
        let fields = vec![
            ("OperationProperties", bag(&properties)),
            (
                "Folders",
                J::List(vec![J::Object(vec![
                    ("FolderItems", J::List(list)),
                    ("Id", s(folder_id)),
                    ("Path", s(folder)),
                ])]),
            ),
            ("OperationCount", n(messages.len() as i64)),
        ];
        let act = self.touch(doing, "read", &[folder], messages);
        let record = Record { operation: "MailItemsAccessed", record_type: 50, fields, act };
        self.mailbox_record(doing, record);
    }

    /// MailItemsAccessed, Sync: a whole folder to desktop Outlook.
    pub(crate) fn sync(&mut self, doing: Doing<'_>, folder: &'static str) {
        let id = self.folder_id(doing.owner, folder);
        let name = folder.rsplit('\\').next().unwrap_or_default();
        let parent = J::Object(vec![("Id", s(&id)), ("Name", s(name)), ("Path", s(folder))]);
        let fields = vec![
            ("OperationProperties", bag(&[("MailAccessType", "Sync"), ("IsThrottled", "False")])),
            ("Item", J::Object(vec![("Id", s(&id)), ("ParentFolder", parent)])),
        ];
        let act = self.touch(doing, "sync", &[folder], &[]);
        let record = Record { operation: "MailItemsAccessed", record_type: 2, fields, act };
        self.mailbox_record(doing, record);
    }

    /// Send, SendAs or SendOnBehalf of one message.
    pub(crate) fn send_record(
        &mut self,
        doing: Doing<'_>,
        operation: &'static str,
        message: &Message,
        recipients: &[String],
    ) {
        let drafts = self.tenant.folders.drafts;
        let parent =
            J::Object(vec![("Id", s(self.folder_id(doing.owner, drafts))), ("Path", s(drafts))]);
        let mut fields = vec![(
            "Item",
            J::Object(vec![
                ("Id", s(if self.rng.chance(60) { "Unknown" } else { &message.item })),
                ("InternetMessageId", s(&message.id)),
                ("ParentFolder", parent),
                ("SizeInBytes", n(message.size)),
                ("Subject", s(&message.subject)),
            ]),
        )];
        if operation != "Send" {
            fields.push(("SendAsUserSmtp", s(&self.people[doing.owner].upn)));
            fields.push(("SendAsUserMailboxGuid", s(&self.people[doing.owner].mailbox)));
        }
        // New records name the recipients; the Japanese tenants do not have them yet.
        if !self.setting.ja {
            let list = recipients
                .iter()
                .map(|r| J::Object(vec![("Address", s(r)), ("Name", s(r))]))
                .collect();
            fields.push(("recipientCount", n(recipients.len() as i64)));
            fields.push(("recipientList", J::List(list)));
        }
        let scopes = self.acting_scopes(doing);
        let act = Act { operation: attacker(doing, "send"), scopes, ..Act::default() };
        self.mailbox_record(doing, Record { operation, record_type: 2, fields, act });
    }

    /// MoveToDeletedItems, SoftDelete, HardDelete of several messages.
    pub(crate) fn remove(
        &mut self,
        doing: Doing<'_>,
        operation: &'static str,
        from: &'static str,
        messages: &[Message],
    ) {
        let to = match operation {
            "MoveToDeletedItems" => self.tenant.folders.deleted,
            "SoftDelete" => RECOVERABLE,
            _ => "",
        };
        self.displace(doing, operation, (from, to), messages);
    }

    /// Move of several messages into another folder.
    pub(crate) fn refile(
        &mut self,
        doing: Doing<'_>,
        (from, to): (&'static str, &'static str),
        messages: &[Message],
    ) {
        self.displace(doing, "Move", (from, to), messages);
    }

    fn displace(
        &mut self,
        doing: Doing<'_>,
        operation: &'static str,
        (from, to): (&'static str, &'static str),
        messages: &[Message],
    ) {
        for message in messages {
            let (at, owner, message) = (doing.at, doing.owner, message.id.clone());
            self.displaced.push(crate_sim::Displaced { at, owner, message, from, to });
        }
        let source = self.folder_id(doing.owner, from);
        let items = messages
            .iter()
            .map(|m| {
                let parent = J::Object(vec![("Id", s(&source)), ("Path", s(from))]);
                J::Object(vec![
                    ("Id", s(&m.item)),
                    ("InternetMessageId", s(&m.id)),
                    ("ParentFolder", parent),
                    ("Subject", s(&m.subject)),
                ])
            })
            .collect();
        let mut fields =
            vec![("AffectedItems", J::List(items)), ("CrossMailboxOperation", J::Bool(false))];
        if matches!(operation, "MoveToDeletedItems" | "Move") {
            let id = self.folder_id(doing.owner, to);
            fields.push(("DestFolder", J::Object(vec![("Id", s(id)), ("Path", s(to))])));
        }
        fields.push(("Folder", J::Object(vec![("Id", s(source)), ("Path", s(from))])));
        let act = self.touch(doing, "delete", &[from], messages);
        self.mailbox_record(doing, Record { operation, record_type: 3, fields, act });
    }

    /// Update of one message (read flag, category).
    pub(crate) fn update(&mut self, doing: Doing<'_>, folder: &'static str, message: &Message) {
        let parent =
            J::Object(vec![("Id", s(self.folder_id(doing.owner, folder))), ("Path", s(folder))]);
        let fields = vec![
            (
                "Item",
                J::Object(vec![
                    ("Id", s(&message.item)),
                    ("InternetMessageId", s(&message.id)),
                    ("ParentFolder", parent),
                    ("Subject", s(&message.subject)),
                ]),
            ),
            (
                "ModifiedProperties",
                J::List(vec![s("AllExtendedProperties"), s("RecipientCollection")]),
            ),
        ];
        let act = self.touch(doing, "update", &[folder], std::slice::from_ref(message));
        self.mailbox_record(doing, Record { operation: "Update", record_type: 2, fields, act });
    }

    /// What an attacker's act on folders touches; nothing for everybody else.
    pub(crate) fn touch(
        &self,
        doing: Doing<'_>,
        operation: &'static str,
        folders: &[&str],
        messages: &[Message],
    ) -> Act {
        if doing.actor != Actor::Attacker {
            return Act::default();
        }
        let upn = self.people[doing.owner].upn.to_lowercase();
        let mut scopes = self.acting_scopes(doing);
        scopes.extend(folders.iter().map(|f| format!("mailbox:{upn}/{}", self.well_known(f))));
        let items: Vec<String> =
            messages.iter().filter(|m| !m.fraudulent).map(|m| m.id.clone()).collect();
        if !items.is_empty() || operation == "sync" {
            scopes.push(format!("items:{upn}"));
        }
        Act { operation, scopes, items }
    }

    fn acting_scopes(&self, doing: Doing<'_>) -> Vec<String> {
        if doing.actor != Actor::Attacker {
            return Vec::new();
        }
        vec![format!("account:{}", self.people[doing.who].upn.to_lowercase())]
    }

    /// The contract's name of a folder.
    pub(crate) fn well_known(&self, path: &str) -> String {
        let f = &self.tenant.folders;
        let name = match path {
            p if p == f.inbox => "inbox",
            p if p == f.sent => "sent",
            p if p == f.deleted => "deleted",
            p if p == f.drafts => "drafts",
            p if p == RECOVERABLE => "recoverable",
            other => return other.trim_start_matches('\\').replace('\\', "/"),
        };
        name.to_owned()
    }

    /// The entry id of a folder: fixed for a mailbox and path.
    pub(crate) fn folder_id(&self, owner: usize, path: &str) -> String {
        let mailbox = &self.people[owner].mailbox;
        let mut rng = super::super::rng::Rng::new(self.options.seed, &format!("{mailbox}{path}"));
        format!("LgAAAAD{}AAAB", rng.token())
    }

    /// A new message of this tenant's own.
    pub(crate) fn new_message(&mut self, at: i64, subject: &str, fraudulent: bool) -> Message {
        let server = self.tenant.server.clone();
        let region = if self.setting.ja { "jpnprd01" } else { "gbrp265" };
        let id = format!(
            "<{server}{}@{server}.{region}.prod.outlook.com>",
            self.rng.hex(26).to_uppercase()
        );
        let size = self.rng.range(9_000, 90_000);
        self.message(at, id, subject, size, fraudulent)
    }

    pub(crate) fn message(
        &mut self,
        at: i64,
        id: String,
        subject: &str,
        size: i64,
        fraudulent: bool,
    ) -> Message {
        let item = format!("RgAAAAD{}BwA{}AAAA", self.rng.token(), self.rng.token());
        Message { at, id, item, subject: subject.to_owned(), size, fraudulent }
    }

    /// Whether records of this account's own mailbox exist at all.
    pub(crate) fn reads_mail(&self, person: usize) -> bool {
        matches!(self.people[person].kind, Kind::Person | Kind::RoleAccount)
    }
}

fn attacker(doing: Doing<'_>, operation: &'static str) -> &'static str {
    if doing.actor == Actor::Attacker { operation } else { "" }
}
