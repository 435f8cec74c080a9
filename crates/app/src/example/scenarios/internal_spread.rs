//! Three accounts of one house, each taken with a mail from the one before: forwarding on the first,
//! consent to an application on the second, a shared mailbox used by the third.

use super::super::attacker::{Base, bases, browser};
use super::super::clock::{plus, utc, ymd};
use super::super::people::{Kind, SECOND, THIRD, VICTIM};
use super::super::records::directory::Directory;
use super::super::records::mailbox::Doing;
use super::super::records::signin;
use super::super::records::work::FileAct;
use super::super::rng::Rng;
use super::super::sim::{Act, Client, ClientKind, Message, Sim};
use super::super::tenant::backend;
use super::super::truth::Actor;
use super::super::words::{EN_FILES, EN_PHISH, HOSTS};
use super::Calendar;

/// The application the second account consented to.
const APP: (&str, &str) = ("5f1e2c0a-7b44-4c1d-9d35-2a8c6f0b9e71", "Mailbox Insight Sync");

/// 2025-03-19 14:05 GMT.
fn containment() -> i64 {
    utc(ymd(2025, 3, 19), 14, 5, 0)
}

pub(super) fn prepare(sim: &mut Sim) -> Calendar {
    for who in [VICTIM, SECOND, THIRD] {
        sim.shut.push((who, containment() - 600, containment() + 7_200));
    }
    let mut rng = Rng::new(sim.options.seed, "spread calendar");
    Calendar {
        trip: (ymd(2025, 3, 24), ymd(2025, 3, 26)),
        abroad: ("FR", "Paris", "Ile-de-France"),
        new_phone: ymd(2025, 3, 7),
        seminar: None,
        sprayed: (0..6).map(|_| plus(ymd(2025, 1, 14), rng.range(0, 78))).collect(),
    }
}

pub(super) fn act(sim: &mut Sim) {
    let seed = sim.options.seed;
    let places = [
        (185, 65_522, "NL", "Amsterdam"),
        (91, 65_523, "RO", "Bucharest"),
        (45, 65_521, "US", "Ashburn"),
    ];
    let from = bases(seed, "spread", &places);
    let mut rng = Rng::new(seed, "spread attacker");
    first(sim, &from, &mut rng);
    second(sim, &from, &mut rng);
    third(sim, &from, &mut rng);
    sim.contain(
        containment(),
        VICTIM,
        &["sessions_revoked", "password_reset", "forwarding_removed"],
    );
    sim.contain(
        containment() + 600,
        SECOND,
        &["sessions_revoked", "password_reset", "app_removed"],
    );
    sim.contain(
        containment() + 900,
        THIRD,
        &["sessions_revoked", "password_reset", "method_removed"],
    );
    for who in [VICTIM, THIRD] {
        let at = containment() + rng.range(4_000, 90_000);
        sim.come_back(&[(at, 50_173), (at + 40, 50_126)], who, &from[0]);
    }
}

/// Reads, forwards, writes to the colleagues.
fn first(sim: &mut Sim, from: &[Base], rng: &mut Rng) {
    let session = rng.guid();
    let at = utc(ymd(2025, 3, 11), 9, 22, rng.range(0, 59));
    let mut client = browser(&from[0], &session);
    let at = sim.break_in(at, VICTIM, &mut client, true);
    sim.open_outlook(at + 20, VICTIM, &client);
    sim.look_into_sent(at + 300, VICTIM, &client, 3);
    let to = format!("records.{}@{}.example.net", rng.range(100, 999), HOSTS[3]);
    sim.plant_forwarding(at + 700, VICTIM, &client, &to);
    let at = utc(ymd(2025, 3, 12), 10, 40, rng.range(0, 59));
    let mut client = browser(&from[0], &session);
    let at = sim.break_in(at, VICTIM, &mut client, false);
    let count = sim.options.messages.div_ceil(3);
    let colleagues: Vec<String> = (0..sim.people.len())
        .filter(|i| sim.people[*i].kind == Kind::Person && *i != VICTIM)
        .map(|i| sim.people[i].upn.clone())
        .collect();
    let doing =
        Doing { at: at + 60, who: VICTIM, owner: VICTIM, client: &client, actor: Actor::Attacker };
    let mut sent: Vec<Message> = Vec::new();
    for i in 0..count as usize {
        let to = vec![colleagues[i % colleagues.len()].clone()];
        let subject = EN_PHISH[(i / colleagues.len()) % 2];
        let at = doing.at + i as i64 * 11;
        sent.push(sim.send_fraud(Doing { at, ..doing }, "Send", subject, &to, false));
    }
    let folder = sim.tenant.folders.sent;
    let end = doing.at + i64::from(count) * 11 + 60;
    sim.wipe(Doing { at: end, ..doing }, "HardDelete", folder, &sent);
}

/// Consents to an application, which then reads by itself; downloads files.
fn second(sim: &mut Sim, from: &[Base], rng: &mut Rng) {
    let session = rng.guid();
    let at = utc(ymd(2025, 3, 12), 13, 18, rng.range(0, 59));
    let mut client = browser(&from[1], &session);
    let at = sim.break_in(at, SECOND, &mut client, true);
    sim.open_outlook(at + 30, SECOND, &client);
    consent(sim, at + 600, &client);
    for (i, file) in EN_FILES.iter().enumerate() {
        let act = FileAct {
            operation: if i % 4 == 0 { "FileAccessed" } else { "FileDownloaded" },
            onedrive: i % 3 == 0,
            folder: ["General", "2025", "Archive"][i % 3],
            file,
        };
        let at = at + 1_300 + i as i64 * 23;
        let doing =
            Doing { at, who: SECOND, owner: SECOND, client: &client, actor: Actor::Attacker };
        sim.file_record(doing, &act);
    }
    application(sim, at + 1_800, rng);
}

fn consent(sim: &mut Sim, at: i64, client: &Client) {
    let person = sim.people[SECOND].clone();
    let scope = "offline_access User.Read Mail.Read Contacts.Read";
    let grant = format!(
        "[] => [[Id: {}, ClientId: {}, PrincipalId: {}, ResourceId: {}, ConsentType: Principal, Scope: {scope}, \
         CreatedDateTime: , LastModifiedDateTime ]]; ",
        sim.rng.token(),
        sim.rng.guid(),
        person.oid,
        sim.rng.guid(),
    );
    let steps = [
        ("Add service principal.", vec![("AppId", quoted(APP.0), "[]".to_owned())]),
        (
            "Add delegated permission grant.",
            vec![("DelegatedPermissionGrant.Scope", quoted(scope), String::new())],
        ),
        (
            "Consent to application.",
            vec![
                ("ConsentContext.IsAdminConsent", "False".to_owned(), String::new()),
                ("ConsentContext.OnBehalfOfAll", "False".to_owned(), String::new()),
                ("ConsentAction.Permissions", grant, String::new()),
                ("TargetId.ServicePrincipalNames", APP.0.to_owned(), String::new()),
            ],
        ),
    ];
    for (i, (operation, changed)) in steps.into_iter().enumerate() {
        let scopes = vec![format!("account:{}", person.upn.to_lowercase())];
        sim.directory_record(Directory {
            at: at + i as i64,
            by: &person.upn,
            by_id: &person.oid,
            operation,
            target: APP.1,
            changed,
            agent: &client.agent,
            actor: Actor::Attacker,
            act: Act { operation: "consent", scopes, ..Act::default() },
        });
    }
    sim.left_behind(SECOND, "consent", at + 2, 3);
}

fn quoted(value: &str) -> String {
    format!("[\r\n  \"{value}\"\r\n]")
}

/// The application reads the inbox day by day, from Microsoft's own addresses.
fn application(sim: &mut Sim, from: i64, rng: &mut Rng) {
    let inbox = sim.tenant.folders.inbox;
    let mut day = 0;
    while from + day * 86_400 < containment() {
        let at = from + day * 86_400;
        let (upto, back) = (at, if day == 0 { at - 20 * 86_400 } else { at - 86_400 });
        let news: Vec<Message> = sim.mailboxes[SECOND]
            .inbox
            .iter()
            .filter(|m| m.at >= back && m.at < upto && !m.fraudulent)
            .cloned()
            .collect();
        let client = Client {
            kind: ClientKind::App(APP.0.to_owned(), APP.1.to_owned()),
            place: backend(rng),
            ..Client::default()
        };
        for (i, page) in news.chunks(10).enumerate() {
            let at = at + i as i64 * 2;
            let doing =
                Doing { at, who: SECOND, owner: SECOND, client: &client, actor: Actor::Attacker };
            sim.bind(doing, inbox, page);
        }
        day += 1;
    }
}

/// Sends as the shared mailbox to the house's partners and to strangers.
fn third(sim: &mut Sim, from: &[Base], rng: &mut Rng) {
    let Some(shared) = sim.by_kind(Kind::Shared) else { return };
    let session = rng.guid();
    let at = utc(ymd(2025, 3, 13), 8, 55, rng.range(0, 59));
    let mut client = browser(&from[0], &session);
    let at = sim.break_in(at, THIRD, &mut client, true);
    register_method(sim, at + 240, &client);
    let inbox = sim.tenant.folders.inbox;
    let doing =
        Doing { at: at + 400, who: THIRD, owner: shared, client: &client, actor: Actor::Attacker };
    let view: Vec<Message> =
        sim.mailboxes[shared].inbox.iter().rev().filter(|m| m.at < at).take(12).cloned().collect();
    if !view.is_empty() {
        sim.bind(doing, inbox, &view);
    }
    let count = sim.options.messages - sim.options.messages.div_ceil(3);
    for i in 0..i64::from(count) {
        let to = if rng.chance(40) {
            sim.book.partners[rng.index(sim.book.partners.len())].address.clone()
        } else {
            format!("office{i}@{}{}.example.edu", rng.pick(HOSTS), rng.below(500))
        };
        let fails = rng.chance(5);
        let at = doing.at + 900 + i * 9;
        sim.send_fraud(Doing { at, ..doing }, "SendAs", EN_PHISH[2], &[to], fails);
    }
    let at = utc(ymd(2025, 3, 17), 20, 31, 0);
    let mut client = browser(&from[2], &session);
    let at = sim.break_in(at, THIRD, &mut client, false);
    sim.open_outlook(at, THIRD, &client);
}

/// A second factor of the intruder's own.
fn register_method(sim: &mut Sim, at: i64, client: &Client) {
    let person = sim.people[THIRD].clone();
    let scopes = vec![format!("account:{}", person.upn.to_lowercase())];
    sim.directory_record(Directory {
        at,
        by: &person.upn,
        by_id: &person.oid,
        operation: "User registered security info.",
        target: &person.upn,
        changed: vec![("StrongAuthenticationPhoneAppDetail", quoted("SM-A546B"), "[]".to_owned())],
        agent: &client.agent,
        actor: Actor::Attacker,
        act: Act { operation: "mfa_change", scopes, ..Act::default() },
    });
    sim.left_behind(THIRD, "mfa_method", at, 1);
    let entry = signin::Entry {
        at: at + 20,
        who: THIRD,
        app: signin::HOME,
        interactive: true,
        error: 0,
        actor: Actor::Attacker,
        audited: true,
    };
    sim.sign_in(entry, &mut client.clone());
}
