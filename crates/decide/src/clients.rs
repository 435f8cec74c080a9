//! With what program was it done, and is the address a person's? `knowledge/clients/`, `knowledge/networks/`.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
    sync::OnceLock,
};

use ipnet::IpNet;
use model::Token;
use serde::Deserialize;

/// The files of `knowledge/clients/`, embedded at build. To add one: write the file, name it here.
pub const FILES: &[model::DataFile] = &[
    ("agents", include_str!("../../../knowledge/clients/agents.toml")),
    ("apps", include_str!("../../../knowledge/clients/apps.toml")),
    ("exchange", include_str!("../../../knowledge/clients/exchange.toml")),
    ("resources", include_str!("../../../knowledge/clients/resources.toml")),
    ("signin", include_str!("../../../knowledge/clients/signin.toml")),
];

/// The files of `knowledge/networks/`.
pub const NETWORK_FILES: &[model::DataFile] =
    &[("microsoft", include_str!("../../../knowledge/networks/microsoft.toml"))];

/// Every client family there is. `other` is where nothing tells.
pub const FAMILIES: [&str; 15] = [
    "browser",
    "outlook_desktop",
    "outlook_mobile",
    "mobile_mail",
    "imap_pop",
    "smtp_auth",
    "ews",
    "powershell",
    "script",
    "graph_app",
    "teams",
    "onedrive_sync",
    "office",
    "backend",
    "other",
];

/// A client, recognised.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Client {
    /// One of [`FAMILIES`].
    pub family: &'static str,
    /// Operating system and browser or program, versions off (`Windows/Chrome`); empty if not said.
    pub agent: String,
    /// A process of Microsoft's own, not a person.
    pub service: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    client: Vec<Beginning>,
    word: Vec<Word>,
    app: Vec<App>,
    kind: Vec<Kind>,
    system: Vec<Name>,
    browser: Vec<Name>,
    resource: Vec<Resource>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Resource {
    id: String,
    name: String,
    services: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Beginning {
    begins: String,
    family: String,
    #[serde(default)]
    service: bool,
    #[allow(dead_code, reason = "read by people")]
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Word {
    is: String,
    family: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct App {
    id: String,
    #[allow(dead_code, reason = "read by people")]
    name: String,
    family: String,
    service: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kind {
    has: Vec<String>,
    family: String,
    #[serde(default)]
    service: bool,
    #[allow(dead_code, reason = "read by people")]
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Name {
    has: Vec<String>,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Networks {
    service: Vec<Service>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Service {
    #[allow(dead_code, reason = "read by people")]
    name: String,
    prefixes: Vec<String>,
}

/// Everything the files say, in one place.
struct Known {
    beginnings: Vec<Beginning>,
    words: BTreeMap<String, String>,
    apps: BTreeMap<String, App>,
    kinds: Vec<Kind>,
    systems: Vec<Name>,
    browsers: Vec<Name>,
    /// Services by id and by lower-cased name of the resource.
    resources: BTreeMap<String, Vec<String>>,
}

fn known() -> &'static Known {
    static KNOWN: OnceLock<Known> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let mut all = File::default();
        // The files are embedded and a test parses each: a bad one never ships.
        for file in FILES.iter().filter_map(|(_, text)| toml::from_str::<File>(text).ok()) {
            all.client.extend(file.client);
            all.word.extend(file.word);
            all.app.extend(file.app);
            all.kind.extend(file.kind);
            all.system.extend(file.system);
            all.browser.extend(file.browser);
            all.resource.extend(file.resource);
        }
        all.client.sort_by_key(|it| std::cmp::Reverse(it.begins.len()));
        Known {
            beginnings: all.client,
            words: all.word.into_iter().map(|it| (it.is, it.family)).collect(),
            apps: all.app.into_iter().map(|it| (it.id.clone(), it)).collect(),
            kinds: all.kind,
            systems: all.system,
            browsers: all.browser,
            resources: all
                .resource
                .into_iter()
                .flat_map(|it| {
                    [(it.id, it.services.clone()), (it.name.to_lowercase(), it.services)]
                })
                .collect(),
        }
    })
}

/// The family as one of the fixed words; `other` for anything else.
fn family(word: &str) -> &'static str {
    FAMILIES.iter().find(|it| **it == word).copied().unwrap_or("other")
}

/// Recognises a client by the client string of a mailbox record or sign-in, the user agent and the
/// client application's id. Records of one program must get one family whichever log they stand
/// in, for sessions are split by it.
pub fn classify(client: &str, agent: &str, app: &str) -> Client {
    let known = known();
    let text = client.trim().to_lowercase();
    let begins = known.beginnings.iter().find(|it| text.starts_with(&it.begins));
    if let Some(it) = begins.filter(|it| it.service) {
        return Client { family: family(&it.family), agent: String::new(), service: true };
    }
    // The client string of Exchange carries the user agent after the first semicolon.
    let tail = if begins.is_some() {
        client.split_once(';').map(|it| it.1).unwrap_or_default()
    } else {
        ""
    };
    let agent =
        if agent.trim().is_empty() { tail } else { agent }.trim().trim_end_matches(';').trim();
    let shown = agent.to_lowercase();
    let shown = if shown.starts_with("action=") { "" } else { shown.as_str() };
    let kind = known.kinds.iter().find(|it| it.has.iter().any(|has| shown.contains(has.as_str())));
    let name = agent_name(shown, known);
    if let Some(kind) = kind.filter(|it| it.service || it.family == "script") {
        return Client { family: family(&kind.family), agent: name, service: kind.service };
    }
    let by_app = known.apps.get(&app.to_lowercase());
    let said =
        begins.map(|it| it.family.as_str()).or_else(|| known.words.get(&text).map(String::as_str));
    let word = [
        said.unwrap_or_default(),
        by_app.map(|it| it.family.as_str()).unwrap_or_default(),
        kind.map(|it| it.family.as_str()).unwrap_or_default(),
        if !app.is_empty() && by_app.is_none() { "graph_app" } else { "" },
        // Exchange's REST with none but Microsoft's own name on it is still an application's call.
        if said == Some("") && begins.is_some() { "graph_app" } else { "other" },
    ];
    let word = word.into_iter().find(|it| !it.is_empty()).unwrap_or_default();
    Client { family: family(word), agent: name, service: false }
}

/// Operating system and browser of a user agent in lower case, versions off.
fn agent_name(shown: &str, known: &Known) -> String {
    if shown.is_empty() {
        return String::new();
    }
    let has = |it: &&Name| it.has.iter().any(|has| shown.contains(has.as_str()));
    let system = known.systems.iter().find(has).map(|it| it.name.as_str());
    let browser = known.browsers.iter().find(has).map(|it| it.name.as_str());
    // A program without a browser's name goes by its own: the text before its version.
    let program = || -> String {
        let own: String = shown
            .chars()
            .take_while(|c| c.is_alphabetic() || *c == '-' || *c == '.' || *c == '_')
            .collect();
        if own.is_empty() { "program".to_owned() } else { own }
    };
    let browser = browser.map(str::to_owned).unwrap_or_else(program);
    match system {
        Some(system) => format!("{system}/{browser}"),
        None => browser,
    }
}

/// The service that signing in with this application is using, if it is one's own client.
pub fn service_of_app(app: &str) -> Option<&'static str> {
    known().apps.get(&app.to_lowercase()).map(|it| it.service.as_str()).filter(|it| !it.is_empty())
}

/// The applications that are a service's own clients.
pub fn apps_of_service(service: &str) -> Vec<String> {
    known().apps.values().filter(|it| it.service == service).map(|it| it.id.clone()).collect()
}

/// Service scopes that the attacker got a token for through an application that is not the service's own
/// client: the token was got, its use would show in the service's work records (design §4.6).
pub fn token_only(tokens: &[Token]) -> BTreeSet<String> {
    let services = |it: &Token| known().resources.get(&it.resource.trim().to_lowercase());
    let scopes = tokens.iter().flat_map(|it| {
        let own = service_of_app(&it.app);
        let foreign =
            services(it).into_iter().flatten().filter(move |one| own != Some(one.as_str()));
        foreign.map(|one| format!("service:{}/{one}", it.account))
    });
    scopes.collect()
}

/// Tells whether the family is background work that is no visit of anybody.
pub fn is_noise(family: &str) -> bool {
    family == "backend" || family == "service"
}

fn microsoft() -> &'static [IpNet] {
    static NETWORKS: OnceLock<Vec<IpNet>> = OnceLock::new();
    NETWORKS.get_or_init(|| {
        let files =
            NETWORK_FILES.iter().filter_map(|(_, text)| toml::from_str::<Networks>(text).ok());
        files
            .flat_map(|it| it.service)
            .flat_map(|it| it.prefixes)
            .filter_map(|it| it.parse().ok())
            .collect()
    })
}

/// Tells whether the address is one Microsoft 365 itself speaks from: it attributes nobody.
pub fn is_microsoft_address(ip: &str) -> bool {
    ip.parse::<IpAddr>().is_ok_and(|ip| microsoft().iter().any(|net| net.contains(&ip)))
}

/// Tells whether the address is nobody's on the Internet: loopback, private, link-local, shared or
/// unspecified.
pub fn is_private_address(ip: &str) -> bool {
    match ip.parse::<IpAddr>() {
        Ok(IpAddr::V4(it)) => {
            let [a, b, ..] = it.octets();
            let shared = a == 100 && (64..128).contains(&b);
            it.is_private()
                || it.is_loopback()
                || it.is_link_local()
                || it.is_unspecified()
                || shared
        }
        Ok(IpAddr::V6(it)) => {
            let first = it.segments()[0];
            it.is_loopback()
                || it.is_unspecified()
                || first & 0xfe00 == 0xfc00
                || first & 0xffc0 == 0xfe80
        }
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EDGE: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) \
                        Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0";

    #[test]
    fn every_file_parses_and_every_family_is_known() {
        for (stem, text) in FILES {
            let file: File = toml::from_str(text).unwrap_or_else(|err| panic!("{stem}: {err}"));
            let families = file
                .client
                .iter()
                .map(|it| &it.family)
                .chain(file.word.iter().map(|it| &it.family));
            let families = families
                .chain(file.app.iter().map(|it| &it.family))
                .chain(file.kind.iter().map(|it| &it.family));
            for family in families {
                assert!(
                    family.is_empty() || FAMILIES.contains(&family.as_str()),
                    "{stem}: {family}"
                );
            }
            let mut ids: Vec<&str> = file.app.iter().map(|it| it.id.as_str()).collect();
            ids.sort_unstable();
            let all = ids.len();
            ids.dedup();
            assert_eq!(ids.len(), all, "{stem}: an id stands twice");
            assert!(
                file.app.iter().all(|it| it.id.len() == 36 && it.id == it.id.to_lowercase()),
                "{stem}"
            );
            let services = ["", "outlook", "teams", "onedrive", "sharepoint"];
            assert!(file.app.iter().all(|it| services.contains(&it.service.as_str())), "{stem}");
            let low = |it: &str| it == it.to_lowercase();
            assert!(file.kind.iter().flat_map(|it| &it.has).all(|it| low(it)), "{stem}");
            assert!(
                file.client.iter().all(|it| low(&it.begins))
                    && file.word.iter().all(|it| low(&it.is)),
                "{stem}"
            );
        }
        for (stem, text) in NETWORK_FILES {
            let file: Networks = toml::from_str(text).unwrap_or_else(|err| panic!("{stem}: {err}"));
            for prefix in file.service.iter().flat_map(|it| &it.prefixes) {
                let net: IpNet = prefix.parse().unwrap_or_else(|err| panic!("{prefix}: {err}"));
                assert_eq!(net.trunc(), net, "{prefix}: bits beyond its length");
            }
        }
    }

    #[test]
    fn one_program_is_one_family_in_every_log() {
        let family = |client: &str, agent: &str, app: &str| classify(client, agent, app).family;
        assert_eq!(family(&format!("Client=OWA;{EDGE};"), "", ""), "browser");
        assert_eq!(family("Browser", EDGE, "00000002-0000-0ff1-ce00-000000000000"), "browser");
        assert_eq!(family("", EDGE, ""), "browser");
        assert_eq!(
            family("Client=OWA;Action=ViaProxy", "", "00000002-0000-0ff1-ce00-000000000000"),
            "browser"
        );
        assert_eq!(family("Client=MSExchangeRPC", "", ""), "outlook_desktop");
        assert_eq!(family("Client=OutlookService;Outlook-iOS/2.0;", "", ""), "outlook_mobile");
        assert_eq!(family("Client=Microsoft.Exchange.Mapi/16", "", ""), "outlook_desktop");
        assert_eq!(family("Client=POP3/IMAP4;Protocol=IMAP4", "", ""), "imap_pop");
        assert_eq!(family("IMAP4", "BAV2ROPC", ""), "script");
        assert_eq!(
            family("Client=REST;;", "", "11111111-2222-3333-4444-555555555555"),
            "graph_app"
        );
        assert_eq!(
            family("Client=REST;;", "", "27922004-5251-4030-b22d-91ecd9a37ea4"),
            "outlook_mobile"
        );
        assert_eq!(family("Client=WebServices;python-requests/2.31", "", ""), "script");
        assert_eq!(family("", "axios/1.7.9", "4765445b-32c6-49b0-83e6-1d93765276ca"), "script");
        assert_eq!(family("", "", ""), "other");
        assert_eq!(family("", "OneDriveMpc-Transform_Zip/1.0", ""), "browser");
    }

    #[test]
    fn microsofts_own_work_is_nobodys() {
        let it =
            classify("Client=REST;Client=RESTSystem;;", "", "00000003-0000-0000-c000-000000000000");
        assert!(it.service && is_noise(it.family));
        assert!(classify("", "MSWAC", "").service);
        assert!(!classify("Client=REST;;", "", "").service);
    }

    #[test]
    fn versions_are_off() {
        let agent = |text: &str| classify("", text, "").agent;
        assert_eq!(agent(EDGE), "Windows/Edge");
        let phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                     Version/18.5 Mobile/15E148 Safari/604.1";
        assert_eq!(agent(phone), "iOS/Safari");
        assert_eq!(
            agent(
                "Mozilla/5.0 (Linux; Android 14; K) AppleWebKit/537.36 Chrome/140.0.0.0 Mobile Safari/537.36"
            ),
            "Android/Chrome"
        );
        assert_eq!(
            (agent("axios/1.7.9"), agent("axios/1.8.0")),
            ("axios".to_owned(), "axios".to_owned())
        );
        assert_eq!(agent("Outlook-iOS/2.0"), "iOS/Outlook");
        assert_eq!(agent("Microsoft SkyDriveSync 24.1 ship; Windows NT 10.0"), "Windows/microsoft");
        let samsung = classify(
            "",
            "Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S921Q) SamsungBrowser/25.0 Chrome/121 Mobile Safari/537.36",
            "",
        );
        assert_eq!((samsung.family, samsung.agent.as_str()), ("browser", "Android/SamsungBrowser"));
        assert_eq!(
            agent("Windows-AzureAD-Authentication-Provider/1.0"),
            "Windows/windows-azuread-authentication-provider"
        );
        assert_eq!(agent(""), "");
        assert_eq!(classify("Client=OWA;Action=ViaProxy", "", "").agent, "");
    }

    #[test]
    fn whose_address_it_is() {
        assert!(
            ["40.99.1.2", "20.190.160.7", "2603:10a6:803:15::1", "52.97.1.1"]
                .into_iter()
                .all(is_microsoft_address)
        );
        assert!(
            !["203.0.113.9", "", "not one", "13.107.6.160"].into_iter().any(is_microsoft_address)
        );
        assert!(
            ["10.1.2.3", "192.168.0.1", "::1", "fe80::1", "fd00::1", "127.0.0.1", "100.64.0.1"]
                .into_iter()
                .all(is_private_address)
        );
        assert!(!["8.8.8.8", "2001:db8::1", ""].into_iter().any(is_private_address));
    }

    #[test]
    fn an_application_names_its_service() {
        assert_eq!(service_of_app("9199BF20-a13f-4107-85dc-02114787ef48"), Some("outlook"));
        assert_eq!(service_of_app("1fec8e78-bce4-4aaf-ab1b-5451cc387264"), Some("teams"));
        assert_eq!(service_of_app("ab9b8c07-8f02-4f72-87fa-80105867a763"), Some("onedrive"));
        assert_eq!(service_of_app("d3590ed6-52b3-4102-aeff-aad2292ab01c"), Some("outlook"));
        assert_eq!(service_of_app("14d82eec-204b-4c2f-b7e8-296a70dab67e"), None);
        assert_eq!(service_of_app(""), None);
    }
}
