//! What speaks for and against one session, class by class? (design §4.3)

use std::collections::BTreeSet;

use model::{Case, DAY, HOUR, Micros, Phrase, Text};

use crate::{
    baseline::{Baseline, YOUNG},
    network,
    session::Draft,
    state::Owned,
    weights::weights,
};

/// One rule that spoke.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Hit {
    /// network client device token link behaviour time
    pub class: String,
    /// A row of `knowledge/attribution/`.
    pub rule: String,
    /// Centibans.
    pub score: i64,
    /// Why, in words.
    pub text: Text,
}

/// What a session did, as far as behaviour rules look.
#[derive(Clone, Debug, Default)]
pub struct Behaviour {
    /// Distinct messages sent.
    pub messages: u64,
    /// Distinct recipients known from the record or the trace.
    pub recipients: u64,
    /// Of these, known beforehand.
    pub known: u64,
    /// Most messages in one clock hour.
    pub peak: u64,
    /// Records of deletion.
    pub deletions: u64,
    /// Set an inbox rule that deletes, hides or forwards.
    pub hiding_rules: u64,
    /// Set forwarding to an outside address.
    pub forwardings: u64,
    /// Consented to an application.
    pub consents: u64,
    /// Added an authentication method or device.
    pub methods: u64,
}

/// What the rules look at beside the session itself.
pub struct View<'a> {
    /// What was usual on earlier days.
    pub baseline: &'a Baseline,
    /// The tenant's home country.
    pub home: Option<&'a str>,
    /// Statements of the case file.
    pub case: &'a Case,
    /// What the directory says is the owners'.
    pub owned: &'a Owned,
    /// All sessions, for travel and for the owner's devices.
    pub drafts: &'a [Draft],
    /// Sessions of each account.
    pub of_account: &'a [usize],
    /// Role and shared mailboxes have several lawful users: no travel, no device logic.
    pub role: bool,
    /// Sessions that speak for nobody: already suspected.
    pub suspects: &'a BTreeSet<usize>,
}

macro_rules! phrases {
    ($($name:ident = $phrase:expr;)*) => { $(pub(crate) const $name: Phrase = $phrase;)* };
}

phrases! {
    NEW_COUNTRY = Phrase::new("attribution.network_new_country", "signed in from {country}, a country this account had never used (it lives in {home})");
    FOREIGN = Phrase::new("attribution.network_foreign_country", "signed in from {country}, while the account lives in {home}");
    NEW_TENANT = Phrase::new("attribution.network_new_in_tenant", "network {network} was never used by anyone of the organisation before");
    NEW_MOBILE = Phrase::new("attribution.network_new_mobile", "a phone in network {network}, new for the organisation");
    NEW_ACCOUNT = Phrase::new("attribution.network_new_for_account", "network {network} is used by colleagues, but new for this account");
    USUAL = Phrase::new("attribution.network_usual", "network {network} and this kind of client were used by the account on {days} other days");
    WITH_DEVICE = Phrase::new("attribution.network_with_owner_device", "the account's own managed device was in network {network} at that time");
    SAME_ADDRESS = Phrase::new("attribution.network_same_address", "the very address from which the account worked on {days} other days");
    ROAMING = Phrase::new("attribution.network_roaming", "a phone of this kind was used by the account on {days} other days in ever new networks");
    OF_ORGANISATION = Phrase::new("attribution.network_of_the_organisation", "network {network} is used by {accounts} accounts of the organisation");
    STATED_NETWORK = Phrase::new("attribution.network_stated", "the case file states that network {cidr} is the owner's");
    SCRIPT = Phrase::new("attribution.client_script", "a script or tool, new for this account");
    LEGACY = Phrase::new("attribution.client_legacy", "an old mail protocol without second factor, new for this account");
    NEW_APP = Phrase::new("attribution.client_new_app", "application {app} had never acted for this account");
    NEW_CLIENT = Phrase::new("attribution.client_new", "operating system and browser never used by this account");
    USUAL_CLIENT = Phrase::new("attribution.client_usual", "client used by the account on {days} other days");
    MANAGED = Phrase::new("attribution.device_managed", "a managed device of the organisation");
    REGISTERED = Phrase::new("attribution.device_registered", "a device the account had used before");
    TRUSTED = Phrase::new("attribution.network_trusted_location", "a named location of the directory marks network {cidr} as trusted, since before anything was suspected");
    IN_DIRECTORY = Phrase::new("attribution.device_in_directory", "the directory had this device for the account before anything was suspected");
    STATED_DEVICE = Phrase::new("attribution.device_stated", "the case file states that the device is the owner's");
    UNKNOWN_DEVICE = Phrase::new("attribution.device_unknown", "no managed device, although the account signs in with one");
    DEVICE_CODE = Phrase::new("attribution.token_device_code", "signed in by device code, which this account had never done");
    STRANGERS = Phrase::new("attribution.mass_send_strangers", "sent {messages} messages, up to {peak} an hour, of {recipients} recipients {known} known before");
    MASS = Phrase::new("attribution.mass_send", "sent {messages} messages, up to {peak} an hour");
    KNOWN_MASS = Phrase::new("attribution.mass_send_known", "sent {messages} messages to recipients mostly known before ({known} of {recipients})");
    HIDING = Phrase::new("attribution.rule_hiding", "set {n} inbox rule(s) that delete, hide or forward mail");
    FORWARDING = Phrase::new("attribution.forwarding_set", "set mail forwarding");
    CONSENT = Phrase::new("attribution.consent_given", "consented to an application");
    METHOD = Phrase::new("attribution.mfa_changed", "added an authentication method or device");
    DELETE = Phrase::new("attribution.delete_burst", "{n} deletions");
    PASSWORD_RIGHT = Phrase::new("attribution.password_right_blocked", "the password was right, the sign-in was interrupted, and nothing shows it was the owner");
    TRAVEL = Phrase::new("attribution.travel_impossible", "{country} and {other} less than {hours} h apart: more than 1,000 km/h");
}

fn hit(rule: &str, text: Text) -> Hit {
    let (class, score) = weights().of(rule);
    Hit { class: class.to_owned(), rule: rule.to_owned(), score, text }
}

/// Everything that speaks for or against the session by itself, before links.
pub fn own_hits(draft: &Draft, did: &Behaviour, view: &View<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    network_hit(draft, view, &mut hits);
    client_hit(draft, view, &mut hits);
    device_hit(draft, view, &mut hits);
    let young = draft.first.div_euclid(DAY) < view.baseline.start + YOUNG;
    let code = draft.protocols.iter().find(|it| it.to_lowercase().contains("devicecode"));
    if let Some(code) = code
        && !young
        && !view.baseline.used_protocol(&draft.account, code)
    {
        hits.push(hit("token_device_code", DEVICE_CODE.text()));
    }
    behaviour_hit(did, &mut hits);
    travel_hit(draft, view, &mut hits);
    if draft.worked == 0 && draft.interrupted > 0 {
        let against = hits.iter().any(|it| it.score < 0 && it.class != "behaviour");
        let abroad = draft.countries.iter().any(|it| Some(it.as_str()) != home(draft, view));
        if !against && !known_place(draft, view) && (abroad || !young) {
            hits.push(hit("password_right_blocked", PASSWORD_RIGHT.text()));
        }
    }
    hits
}

/// An owner's MFA prompt comes from the owner's network or client.
fn known_place(draft: &Draft, view: &View<'_>) -> bool {
    let account = draft.account.as_str();
    let network = view.baseline.users(&draft.network).is_some_and(|it| it.contains_key(account));
    let agents = || draft.agent_families.iter();
    let client = agents()
        .any(|it| view.baseline.agent_days(account, it).is_some_and(|days| days.len() >= 3));
    let home = !draft.countries.iter().any(|it| Some(it.as_str()) != home(draft, view));
    let goes_on = view.of_account.iter().map(|i| &view.drafts[*i]).any(|other| {
        other.worked > 0
            && other.network == draft.network
            && (other.first - draft.last).max(draft.first - other.last) < HOUR
    });
    network || goes_on || (client && home)
}

fn home<'a>(draft: &Draft, view: &View<'a>) -> Option<&'a str> {
    view.baseline.home(&draft.account).or(view.home)
}

/// The account's managed device in the same network within a day vouches for the network; in the
/// same country within two days, for the country.
fn vouched(draft: &Draft, view: &View<'_>, days: i64, same: impl Fn(&Draft) -> bool) -> bool {
    view.of_account.iter().map(|i| &view.drafts[*i]).any(|other| {
        let near = other.first - days * DAY < draft.last && draft.first < other.last + days * DAY;
        other.managed && other.worked > 0 && near && same(other)
    })
}

fn network_hit(draft: &Draft, view: &View<'_>, hits: &mut Vec<Hit>) {
    if draft.network.is_empty()
        || draft.network == "microsoft"
        || draft.app_session
        || draft.service
    {
        return;
    }
    let account = draft.account.as_str();
    let day = draft.first.div_euclid(DAY);
    let network = [("network", draft.network.as_str())];
    if let Some(it) = view
        .case
        .networks
        .iter()
        .find(|it| draft.ips.iter().any(|ip| network::contains(&it.cidr, ip)))
    {
        hits.push(hit("network_stated", STATED_NETWORK.with(&[("cidr", &it.cidr)])));
        return;
    }
    if let Some(cidr) = view.owned.network(&draft.ips) {
        hits.push(hit("network_trusted_location", TRUSTED.with(&[("cidr", cidr)])));
        return;
    }
    if vouched(draft, view, 1, |it| it.network == draft.network) {
        hits.push(hit("network_with_owner_device", WITH_DEVICE.with(&network)));
        return;
    }
    let young = day < view.baseline.start + YOUNG;
    let home = home(draft, view);
    let foreign = draft.countries.iter().find(|it| {
        home.is_some_and(|home| home != it.as_str())
            && !vouched(draft, view, 2, |other| other.countries.contains(*it))
    });
    if let (Some(country), Some(home), false) = (foreign, home, view.role) {
        let values = [("country", country.as_str()), ("home", home)];
        if view.baseline.was_in(account, country) {
            // Used on an earlier day by a session nothing spoke against.
        } else if young {
            hits.push(hit("network_foreign_country", FOREIGN.with(&values)));
            return;
        } else {
            hits.push(hit("network_new_country", NEW_COUNTRY.with(&values)));
            return;
        }
    }
    match view.baseline.users(&draft.network) {
        // A phone on the move changes its network all day.
        None if !young && mobile(draft) => {
            hits.push(hit("network_new_mobile", NEW_MOBILE.with(&network)));
        }
        None if !young => hits.push(hit("network_new_in_tenant", NEW_TENANT.with(&network))),
        Some(users)
            if !young && !users.contains_key(account) && view.baseline.days(account) >= 3 =>
        {
            hits.push(hit("network_new_for_account", NEW_ACCOUNT.with(&network)));
        }
        _ => {}
    }
}

/// Whether every user agent of the session is a phone's.
fn mobile(draft: &Draft) -> bool {
    let phone = |it: &String| it.starts_with("iOS/") || it.starts_with("Android/");
    !draft.agent_families.is_empty() && draft.agent_families.iter().all(phone)
}

fn client_hit(draft: &Draft, view: &View<'_>, hits: &mut Vec<Hit>) {
    let account = draft.account.as_str();
    let young = draft.first.div_euclid(DAY) < view.baseline.start + YOUNG;
    let known = view.baseline.days(account) >= 3;
    let seen = |it: &str| view.baseline.agent_days(account, it).is_some();
    if young || draft.service {
        return;
    }
    if draft.app_session {
        let app = draft.network.trim_start_matches("app:");
        if !view.baseline.used_app(account, app) {
            hits.push(hit("client_new_app", NEW_APP.with(&[("app", app)])));
        }
    } else if matches!(draft.family.as_str(), "script" | "powershell") && !seen(&draft.family) {
        hits.push(hit("client_script", SCRIPT.text()));
    } else if matches!(draft.family.as_str(), "imap_pop" | "smtp_auth") && !seen(&draft.family) {
        hits.push(hit("client_legacy", LEGACY.text()));
    } else if known {
        // Where no user agent is said, the family stands for it; a record that says neither tells nothing.
        let unsaid =
            draft.agent_families.is_empty() && draft.family != "other" && !seen(&draft.family);
        if unsaid || draft.agent_families.iter().any(|it| !seen(it)) {
            hits.push(hit("client_new", NEW_CLIENT.text()));
        }
    }
}

fn device_hit(draft: &Draft, view: &View<'_>, hits: &mut Vec<Hit>) {
    if draft.managed {
        hits.push(hit("device_managed", MANAGED.text()));
    } else if !view.role && registered_before(draft, view.owned) {
        hits.push(hit("device_in_directory", IN_DIRECTORY.text()));
    } else if draft.devices.iter().any(|it| view.case.devices.contains(it)) {
        hits.push(hit("device_stated", STATED_DEVICE.text()));
    } else if !view.role
        && draft.unmanaged
        // Private phones are seldom managed where laptops are.
        && !mobile(draft)
        && view.baseline.managed_days(&draft.account) >= 3
        && view.baseline.unmanaged_days(&draft.account, &draft.family) == 0
    {
        hits.push(hit("device_unknown", UNKNOWN_DEVICE.text()));
    }
}

/// So many strangers written to make bulk mail, though it be one message with all in blind copy.
const BULK: u64 = 100;

/// Whether the directory had the device for this account before anything was held against it.
fn registered_before(draft: &Draft, owned: &Owned) -> bool {
    let account = draft.account.as_str();
    let mut devices = draft.devices.iter();
    devices.any(|it| owned.devices.contains(&(account.to_owned(), it.to_lowercase())))
}

fn behaviour_hit(did: &Behaviour, hits: &mut Vec<Hit>) {
    let n = |it: u64| it.to_string();
    let sends = [
        ("messages", n(did.messages)),
        ("peak", n(did.peak)),
        ("recipients", n(did.recipients)),
        ("known", n(did.known)),
    ];
    let sends: Vec<(&str, &str)> = sends.iter().map(|(k, v)| (*k, v.as_str())).collect();
    let told = did.recipients * 2 >= did.messages && did.recipients > 0;
    if did.recipients >= 30 && told && did.known * 2 >= did.recipients {
        hits.push(hit("mass_send_known", KNOWN_MASS.with(&sends)));
    } else if told && (did.peak >= 30 || did.recipients >= BULK) {
        hits.push(hit("mass_send_strangers", STRANGERS.with(&sends)));
    } else if did.peak >= 100 {
        hits.push(hit("mass_send", MASS.with(&sends)));
    }
    if did.hiding_rules > 0 {
        hits.push(hit("rule_hiding", HIDING.with(&[("n", &n(did.hiding_rules))])));
    }
    if did.forwardings > 0 {
        hits.push(hit("forwarding_set", FORWARDING.text()));
    }
    if did.consents > 0 {
        hits.push(hit("consent_given", CONSENT.text()));
    }
    if did.methods > 0 {
        hits.push(hit("mfa_changed", METHOD.text()));
    }
    if did.deletions >= 100 {
        hits.push(hit("delete_burst", DELETE.with(&[("n", &n(did.deletions))])));
    }
}

/// Two countries too far apart for one traveller, against the account's own unsuspected sessions.
fn travel_hit(draft: &Draft, view: &View<'_>, hits: &mut Vec<Hit>) {
    if view.role || draft.service || draft.worked == 0 || draft.managed {
        return;
    }
    let Some(home) = home(draft, view) else { return };
    // Where the account's managed device is, its owner is: the phone beside it travels with him.
    let with_owner = |it: &&String| vouched(draft, view, 2, |other| other.countries.contains(*it));
    for country in draft.countries.iter().filter(|it| it.as_str() != home && !with_owner(it)) {
        for i in view.of_account.iter().filter(|i| !view.suspects.contains(i)) {
            let other = &view.drafts[*i];
            if other.worked == 0 || other.countries.contains(country) || other.service {
                continue;
            }
            let apart =
                other.countries.iter().filter_map(|it| weights().distance(country, it)).min();
            let gap: Micros = (other.first - draft.last).max(draft.first - other.last).max(0);
            if apart.is_some_and(|km| km >= 500 && Micros::from(km) * HOUR > gap * 1000) {
                let hours = (gap / HOUR + 1).to_string();
                let other = other.countries.iter().next().cloned().unwrap_or_default();
                let values = [("country", country.as_str()), ("other", &other), ("hours", &hours)];
                hits.push(hit("travel_impossible", TRAVEL.with(&values)));
                return;
            }
        }
    }
}

/// What speaks for the owner once it is known from which day on the account is suspected: use on
/// three other days with nothing against (design §4.3).
pub fn owner_hits(draft: &Draft, hits: &[Hit], usual: &Baseline, suspected_from: i64) -> Vec<Hit> {
    let mut found = Vec::new();
    let own = draft.first.div_euclid(DAY);
    let other = |day: i64| day != own && (day < suspected_from || day < own);
    let before = |days: Option<&BTreeSet<i64>>| {
        days.map_or(0, |it| it.iter().filter(|day| other(**day)).count())
    };
    // The very address the account uses at home or in the office: no stranger signs in from there,
    // so a new phone or browser there is the owner's.
    let address = draft.ips.iter().map(|ip| before(usual.address_days(&draft.account, ip))).min();
    let address = address.filter(|it| *it >= 5);
    let at_home = |it: &Hit| {
        address.is_some() && matches!(it.class.as_str(), "client" | "device") && it.score <= 40
    };
    let phone = mobile(draft);
    // That a phone moves on to another network at home says nothing against its owner.
    let moved = |it: &Hit| phone && it.class == "network" && it.score <= 30;
    let against = |it: &Hit| it.score > 0 && it.class != "behaviour" && !moved(it) && !at_home(it);
    if draft.service || hits.iter().any(against) {
        return found;
    }
    let of = |ip| draft.agent_families.iter().map(move |it| (it, ip));
    let roamed = draft.ips.iter().flat_map(of);
    let roamed = roamed.map(|(it, ip)| usual.roamed(&draft.account, it, ip, &other));
    let roams = phone
        && !draft.ips.is_empty()
        && roamed.clone().all(|(days, networks)| days >= 3 && networks >= 3);
    let place = before(usual.place_days(draft));
    if place >= 3 && !draft.network.is_empty() && draft.network != "microsoft" {
        let values = [("network", draft.network.as_str()), ("days", &place.to_string())];
        found.push(hit("network_usual", USUAL.with(&values)));
    } else if let Some(days) = address {
        found.push(hit("network_same_address", SAME_ADDRESS.with(&[("days", &days.to_string())])));
    } else if roams {
        let days = roamed.map(|it| it.0).min().unwrap_or(0).to_string();
        found.push(hit("network_roaming", ROAMING.with(&[("days", &days)])));
    } else if let Some(users) = usual.users(&draft.network) {
        let many = users.values().filter(|days| before(Some(days)) >= 3).count();
        if many >= 3 {
            let values = [("network", draft.network.as_str()), ("accounts", &many.to_string())];
            found.push(hit("network_of_the_organisation", OF_ORGANISATION.with(&values)));
        }
    }
    let agents = draft.agent_families.iter().map(|it| before(usual.agent_days(&draft.account, it)));
    if let Some(days) = agents.min().filter(|it| *it >= 3) {
        found.push(hit("client_usual", USUAL_CLIENT.with(&[("days", &days.to_string())])));
    }
    let device = draft.devices.iter().map(|it| before(usual.device_days(&draft.account, it))).max();
    if device.is_some_and(|it| it >= 3) && !draft.managed {
        found.push(hit("device_registered", REGISTERED.text()));
    }
    found
}
