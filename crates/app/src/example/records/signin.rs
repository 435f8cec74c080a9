use super::super::clock::bare;
use super::super::json::{Fields, J, bag, n, s};
use super::super::sim::{Act, Client, ClientKind, SignIn, Sim, Ual};
use super::super::truth::Actor;

/// Client applications: id and name.
pub(crate) const OUTLOOK: (&str, &str) =
    ("d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office");
pub(crate) const OWA: (&str, &str) = (super::mailbox::OWA, "One Outlook Web");
pub(crate) const TEAMS: (&str, &str) = ("1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Microsoft Teams");
pub(crate) const ONEDRIVE: (&str, &str) =
    ("ab9b8c07-8f02-4f72-87fa-80105867a763", "OneDrive SyncEngine");
pub(crate) const SHAREPOINT: (&str, &str) =
    ("08e18876-6177-487e-b8b5-cf950c1e598c", "SharePoint Online Web Client Extensibility");
pub(crate) const HOME: (&str, &str) = ("4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome");
pub(crate) const MOBILE: (&str, &str) = (super::mailbox::OUTLOOK_MOBILE, "Outlook Mobile");
pub(crate) const EXCHANGE: (&str, &str) =
    ("00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online");
const GRAPH: (&str, &str) = ("00000003-0000-0000-c000-000000000000", "Microsoft Graph");
const FILES: (&str, &str) =
    ("00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online");

/// Error numbers met here: number, UAL name, text of the sign-in log.
const ERRORS: &[(i32, &str, &str)] = &[
    (0, "", "Other."),
    (
        50_126,
        "InvalidUserNameOrPassword",
        "Error validating credentials due to invalid username or password.",
    ),
    (50_053, "IdsLocked", "The account is locked, or the sign-in came from a malicious address."),
    (50_057, "UserDisabled", "The user account is disabled."),
    (50_074, "UserStrongAuthClientAuthNRequiredInterrupt", "Strong Authentication is required."),
    (
        50_076,
        "UserStrongAuthClientAuthNRequired",
        "Multi-factor authentication is required by policy.",
    ),
    (50_140, "KmsiInterrupt", "Interrupted by the keep-me-signed-in prompt."),
    (50_173, "FreshTokenNeeded", "The grant is revoked; a fresh sign-in is needed."),
];

/// One sign-in to make.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) at: i64,
    pub(crate) who: usize,
    pub(crate) app: (&'static str, &'static str),
    pub(crate) interactive: bool,
    pub(crate) error: i32,
    pub(crate) actor: Actor,
    /// Whether the audit log has it too (refreshes by programs often are not there).
    pub(crate) audited: bool,
}

impl Sim {
    /// Signs in: the client carries the new token from now on.
    pub(crate) fn sign_in(&mut self, entry: Entry, client: &mut Client) {
        let id = self.rng.guid();
        let correlation = self.rng.guid();
        if entry.error == 0 {
            client.token = self.rng.token();
            client.issued = entry.at;
        }
        let (_, name, reason) =
            ERRORS.iter().find(|e| e.0 == entry.error).copied().unwrap_or((0, "", "Other."));
        let resource = match entry.app {
            a if a == TEAMS || a == HOME => GRAPH,
            a if a == ONEDRIVE || a == SHAREPOINT => FILES,
            _ => EXCHANGE,
        };
        if entry.at >= self.setting.signins.0 && entry.at < self.setting.signins.1 {
            self.signins.push(SignIn {
                at: entry.at,
                id: id.clone(),
                correlation: correlation.clone(),
                person: entry.who,
                interactive: entry.interactive,
                app: (entry.app.0.to_owned(), entry.app.1.to_owned()),
                resource,
                client: client.clone(),
                error: entry.error,
                reason,
                mfa: entry.interactive && entry.error != 50_126,
                actor: entry.actor,
            });
        }
        if entry.audited {
            self.logon_record(entry, client, (&id, &correlation, name, resource.0));
        }
    }

    fn logon_record(&mut self, entry: Entry, client: &Client, ids: (&str, &str, &str, &str)) {
        let (id, correlation, error_name, resource) = ids;
        let good = entry.error == 0 || entry.error == 50_140;
        let operation = if good { "UserLoggedIn" } else { "UserLoginFailed" };
        let person = self.people[entry.who].clone();
        let spelled = person.spelled(&mut self.rng);
        let mut f: Fields = vec![
            ("CreationTime", s(bare(entry.at))),
            ("Id", s(id)),
            ("Operation", s(operation)),
            ("OrganizationId", s(&self.tenant.id)),
            ("RecordType", n(15)),
            ("ResultStatus", s(if good { "Success" } else { "Failed" })),
            ("UserKey", s(&person.oid)),
            ("UserType", n(0)),
            ("Version", n(1)),
            ("Workload", s("AzureActiveDirectory")),
            ("ClientIP", s(&client.place.ip)),
            ("ObjectId", s(resource)),
            ("UserId", s(&spelled)),
            ("AzureActiveDirectoryEventType", n(1)),
            ("ExtendedProperties", self.extended(entry, client)),
            ("ModifiedProperties", J::List(vec![])),
            ("Actor", ids_list(&[(&person.oid, 0), (&person.upn, 5)])),
            ("ActorContextId", s(&self.tenant.id)),
            ("ActorIpAddress", s(&client.place.ip)),
            ("InterSystemsId", s(correlation)),
            ("IntraSystemId", s(id)),
            ("SupportTicketId", s("")),
            ("Target", ids_list(&[(resource, 0)])),
            ("TargetContextId", s(&self.tenant.id)),
            ("ApplicationId", s(entry.app.0)),
            ("DeviceProperties", self.device_properties(client)),
            ("ErrorNumber", s(entry.error.to_string())),
        ];
        if !good || entry.error != 0 {
            f.push(("LogonError", s(error_name)));
        }
        let upn = person.upn.to_lowercase();
        let act = if entry.actor == Actor::Attacker && good {
            let mut scopes = vec![format!("account:{upn}")];
            if entry.app == OWA || entry.app == OUTLOOK {
                scopes.push(format!("service:{upn}/outlook"));
            }
            Act { operation: "sign_in", scopes, ..Act::default() }
        } else {
            Act::default()
        };
        self.ual.push(Ual {
            at: entry.at,
            id: id.to_owned(),
            record_type: 15,
            operation: operation.to_owned(),
            user: spelled,
            client_ip: client.place.ip.clone(),
            workload: "AzureActiveDirectory",
            object: resource.to_owned(),
            body: J::Object(f).render(),
            actor: entry.actor,
            account: upn,
            act,
        });
    }

    fn extended(&mut self, entry: Entry, client: &Client) -> J {
        let detail = if entry.error != 0 {
            "UserError"
        } else if entry.interactive {
            "Redirect"
        } else {
            "Success"
        };
        let request = match (entry.interactive, &client.kind) {
            (true, _) if entry.error == 50_126 => "Login:login",
            (true, _) if entry.actor == Actor::Attacker => "Login:reprocess",
            (true, _) => "OAuth2:Authorize",
            (false, ClientKind::Owa) => "OAuth2:Authorize",
            _ => "OAuth2:Token",
        };
        let mut pairs = vec![("ResultStatusDetail", detail), ("UserAgent", client.agent.as_str())];
        if entry.interactive && self.rng.chance(45) {
            pairs.push(("UserAuthenticationMethod", "1"));
        }
        pairs.push(("RequestType", request));
        bag(&pairs)
    }

    fn device_properties(&mut self, client: &Client) -> J {
        let device = &client.device;
        let mut pairs = Vec::new();
        if !device.id.is_empty() {
            pairs.push(("Id", device.id.as_str()));
            pairs.push(("DisplayName", device.name.as_str()));
        }
        let os = if device.os.is_empty() { os_of(&client.agent) } else { device.os };
        pairs.push(("OS", os));
        pairs.push(("BrowserType", browser_of(&client.agent)));
        if device.managed {
            pairs.push(("IsCompliant", "True"));
        }
        pairs.push(("IsCompliantAndManaged", if device.managed { "True" } else { "False" }));
        match device.trust {
            "Hybrid Azure AD joined" => pairs.push(("TrustType", "2")),
            "Azure AD registered" => pairs.push(("TrustType", "0")),
            _ => {}
        }
        let session = client.session.clone();
        if !session.is_empty() && self.rng.chance(65) {
            pairs.push(("SessionId", session.as_str()));
        }
        bag(&pairs)
    }
}

fn ids_list(ids: &[(&str, i64)]) -> J {
    J::List(ids.iter().map(|(id, t)| J::Object(vec![("ID", s(*id)), ("Type", n(*t))])).collect())
}

/// Operating system as Entra reads it from a user agent.
pub(crate) fn os_of(agent: &str) -> &'static str {
    match agent {
        a if a.contains("iPhone") => "Ios",
        a if a.contains("Android") => "Android",
        a if a.contains("Macintosh") => "MacOs",
        a if a.contains("Linux") => "Linux",
        a if a.contains("Windows") => "Windows10",
        _ => "",
    }
}

/// Browser as Entra reads it from a user agent.
pub(crate) fn browser_of(agent: &str) -> &'static str {
    match agent {
        a if a.contains("Edg/") => "Edge",
        a if a.contains("Firefox/") => "Firefox",
        a if a.contains("iPhone") => "Mobile Safari",
        a if a.contains("Chrome/") => "Chrome",
        a if a.contains("Authentication-Provider") => "Rich Client",
        _ => "Other",
    }
}
