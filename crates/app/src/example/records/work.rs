use super::super::clock::bare;
use super::super::json::{Fields, J, n, s};
use super::super::people::Person;
use super::super::sim::{Act, Client, Sim, Ual};
use super::super::truth::Actor;
use super::mailbox::Doing;

/// A file act: which library, which file.
pub(crate) struct FileAct<'a> {
    pub(crate) operation: &'static str,
    /// In the person's OneDrive, otherwise on the team site.
    pub(crate) onedrive: bool,
    pub(crate) folder: &'a str,
    pub(crate) file: &'a str,
}

impl Sim {
    /// A record of SharePoint or OneDrive.
    pub(crate) fn file_record(&mut self, doing: Doing<'_>, file: &FileAct<'_>) {
        let id = self.rng.guid();
        let person = self.people[doing.who].clone();
        let spelled = person.spelled(&mut self.rng);
        let client = doing.client;
        let (site, relative) = self.library(&person, file);
        let object = format!("{site}{relative}/{}", file.file);
        let workload = if file.onedrive { "OneDrive" } else { "SharePoint" };
        let extension = file.file.rsplit('.').next().unwrap_or_default();
        let correlation = self.rng.guid();
        let item = self.rng.guid();
        let mut f: Fields = Vec::new();
        if self.rng.chance(40) && !client.session.is_empty() {
            f.push((
                "AppAccessContext",
                J::Object(vec![
                    ("AADSessionId", s(&client.session)),
                    ("CorrelationId", s(&correlation)),
                    ("UniqueTokenId", s(&client.token)),
                ]),
            ));
        }
        f.extend(vec![
            ("CreationTime", s(bare(doing.at))),
            ("Id", s(&id)),
            ("Operation", s(file.operation)),
            ("OrganizationId", s(&self.tenant.id)),
            ("RecordType", n(6)),
            ("UserKey", s(format!("i:0h.f|membership|{}@live.com", person.puid.to_lowercase()))),
            ("UserType", n(0)),
            ("Version", n(1)),
            ("Workload", s(workload)),
            ("ClientIP", s(&client.place.ip)),
            ("ObjectId", s(&object)),
            ("UserId", s(&spelled)),
            ("CorrelationId", s(&correlation)),
            ("EventSource", s("SharePoint")),
            ("ItemType", s("File")),
            ("ListItemUniqueId", s(item)),
            ("Site", s(&self.tenant.id)),
            ("UserAgent", s(&client.agent)),
            ("IsManagedDevice", J::Bool(client.device.managed)),
            ("SourceFileExtension", s(extension)),
            ("SiteUrl", s(&site)),
            ("SourceFileName", s(file.file)),
            ("SourceRelativeUrl", s(&relative)),
        ]);
        if file.operation == "FileDownloaded" {
            f.push(("FileSizeBytes", n(self.rng.range(20_000, 4_000_000))));
        }
        let upn = person.upn.to_lowercase();
        let act = file_touch(doing, file, &upn, workload);
        self.ual.push(Ual {
            at: doing.at,
            id,
            record_type: 6,
            operation: file.operation.to_owned(),
            user: spelled,
            client_ip: client.place.ip.clone(),
            workload,
            object,
            body: J::Object(f).render(),
            actor: doing.actor,
            account: upn,
            act,
        });
    }

    /// The site and the path in it.
    fn library(&self, person: &Person, file: &FileAct<'_>) -> (String, String) {
        let host = self.setting.onmicrosoft.split('.').next().unwrap_or("example");
        if file.onedrive {
            let personal = person.upn.replace(['@', '.'], "_");
            let site = format!("https://{host}-my.sharepoint.com/personal/{personal}/");
            return (site, format!("Documents/{}", file.folder));
        }
        let site = format!("https://{host}.sharepoint.com/sites/office/");
        (site, format!("Shared Documents/{}", file.folder))
    }

    /// A record of Teams; those of today's clients carry the address.
    pub(crate) fn teams_record(
        &mut self,
        at: i64,
        who: usize,
        client: &Client,
        operation: &'static str,
    ) {
        let id = self.rng.guid();
        let person = self.people[who].clone();
        let spelled = person.spelled(&mut self.rng);
        let mut f: Fields = vec![
            ("CreationTime", s(bare(at))),
            ("Id", s(&id)),
            ("Operation", s(operation)),
            ("OrganizationId", s(&self.tenant.id)),
            ("RecordType", n(25)),
            ("UserKey", s(&person.oid)),
            ("UserType", n(0)),
            ("Version", n(1)),
            ("Workload", s("MicrosoftTeams")),
        ];
        let client_ip = client.place.ip.clone();
        f.push(("ClientIP", s(&client_ip)));
        f.push(("UserId", s(&spelled)));
        if operation == "TeamsSessionStarted" {
            let name = if client.device.os == "Windows10" { "Windows" } else { "Mobile" };
            f.push(("ExtraProperties", super::super::json::bag(&[("Client", name)])));
        } else {
            f.push(("CommunicationType", s("GroupChat")));
            f.push(("ChatThreadId", s(format!("19:{}@thread.v2", self.rng.hex(32)))));
        }
        self.ual.push(Ual {
            at,
            id,
            record_type: 25,
            operation: operation.to_owned(),
            user: spelled,
            client_ip,
            workload: "MicrosoftTeams",
            object: String::new(),
            body: J::Object(f).render(),
            actor: Actor::Owner,
            account: person.upn.to_lowercase(),
            act: Act::default(),
        });
    }
}

/// What an attacker's act on a file touches; nothing for everybody else.
fn file_touch(doing: Doing<'_>, file: &FileAct<'_>, upn: &str, workload: &str) -> Act {
    if doing.actor != Actor::Attacker {
        return Act::default();
    }
    let operation = match file.operation {
        "FileDownloaded" => "file_download",
        "FileAccessed" => "file_read",
        _ => "file_change",
    };
    let service = workload.to_lowercase();
    let scopes = vec![format!("account:{upn}"), format!("service:{upn}/{service}")];
    Act { operation, scopes, items: vec![] }
}
