//! Microsoft's own records, the administrator's, and the failed sign-ins every tenant sees.

use jiff::civil::Date;

use super::agents;
use super::owner_life::{recent, session_of};
use super::people::{ADMIN, Kind};
use super::records::directory::{Cmdlet, Directory};
use super::records::mailbox::Doing;
use super::records::signin::{self, Entry};
use super::sim::{Act, Client, ClientKind, Sim};
use super::tenant::{Place, backend, place};
use super::truth::Actor;

pub(crate) fn day(sim: &mut Sim, day: Date, workday: bool) {
    maintenance(sim, day);
    principals(sim, day);
    background(sim, day, workday);
    if workday {
        administrator(sim, day);
    }
}

fn maintenance(sim: &mut Sim, day: Date) {
    let mailboxes: Vec<usize> = (0..sim.people.len())
        .filter(|i| sim.people[*i].has_mailbox() && sim.people[*i].kind != Kind::Silent)
        .collect();
    for _ in 0..12 * sim.setting.pace / 100 + 2 {
        let operation =
            *sim.rng.pick(&["Set-Mailbox", "Set-MailboxPlan", "Set-User", "Set-TransportConfig"]);
        let who = *sim.rng.pick(&mailboxes);
        let name = if operation == "Set-Mailbox" {
            sim.people[who].mailbox.clone()
        } else {
            "ExchangeOnlineEnterprise".to_owned()
        };
        let second = sim.rng.range(0, 86_399);
        let cmdlet = Cmdlet {
            at: sim.clock.at(day, second),
            by: "NT AUTHORITY\\SYSTEM (Microsoft.Exchange.ServiceHost)",
            operation,
            object: sim.tenant.object(&sim.setting, &name),
            parameters: vec![("Identity", name), ("Force", "True".to_owned())],
            ip: String::new(),
            session: "",
            actor: Actor::Service,
            act: Act::default(),
        };
        sim.cmdlet_record(cmdlet);
    }
}

fn principals(sim: &mut Sim, day: Date) {
    for _ in 0..sim.rng.range(0, 2) {
        let (by, operation) = *sim.rng.pick(&[
            ("ServicePrincipal_51e08f7a-1c1d-4d0e-9b1e-6f1d7a3b2c10", "Update service principal."),
            ("Certificate", "Add service principal."),
            ("fim_password_service@support.onmicrosoft.com", "Update user."),
        ]);
        let second = sim.rng.range(0, 86_399);
        let target = sim.rng.guid();
        sim.directory_record(Directory {
            at: sim.clock.at(day, second),
            by,
            by_id: "",
            operation,
            target: &target,
            changed: vec![("Included Updated Properties", String::new(), String::new())],
            agent: "",
            actor: Actor::Service,
            act: Act::default(),
        });
    }
}

/// Readers of the back end: no person stands behind them.
fn background(sim: &mut Sim, day: Date, workday: bool) {
    let inbox = sim.tenant.folders.inbox;
    for who in 0..sim.people.len() {
        if !sim.reads_mail(who)
            || !sim.rng.chance(if workday { 80 } else { 25 } * sim.setting.pace.max(40) / 100)
        {
            continue;
        }
        let second = sim.rng.range(8 * 3600, 23 * 3600);
        let at = sim.clock.at(day, second);
        let client =
            Client { kind: ClientKind::System, place: backend(&mut sim.rng), ..Client::default() };
        let mails = recent(sim, who, at, 3);
        if !mails.is_empty() {
            let doing = Doing { at, who, owner: who, client: &client, actor: Actor::Service };
            sim.bind(doing, inbox, &mails);
        }
    }
}

fn administrator(sim: &mut Sim, day: Date) {
    if !sim.rng.chance(35) {
        return;
    }
    let at = sim.clock.at(day, 13 * 3600 + 1200);
    let admin = sim.people[ADMIN].upn.clone();
    let oid = sim.people[ADMIN].oid.clone();
    let session = session_of(sim, ADMIN, "desktop", at);
    let persons = sim.people.iter().filter(|p| p.kind == Kind::Person).count();
    let about = sim.rng.index(persons);
    let target = sim.people[about].upn.clone();
    if sim.rng.chance(50) {
        let operation = *sim.rng.pick(&["Set-CASMailbox", "Set-Mailbox", "Set-CalendarProcessing"]);
        let port = sim.rng.range(20_000, 60_000);
        let cmdlet = Cmdlet {
            at,
            by: &admin,
            operation,
            object: sim.people[about].mailbox.clone(),
            parameters: vec![
                ("Identity", target),
                ("MessageCopyForSentAsEnabled", "True".to_owned()),
            ],
            ip: format!("{}:{port}", sim.tenant.office.ip),
            session: &session,
            actor: Actor::Owner,
            act: Act::default(),
        };
        sim.cmdlet_record(cmdlet);
        return;
    }
    let operation = *sim.rng.pick(&[
        "Update user.",
        "Change user license.",
        "Update group.",
        "Add member to group.",
    ]);
    let agent = agents::edge(at);
    sim.directory_record(Directory {
        at,
        by: &admin,
        by_id: &oid,
        operation,
        target: &target,
        changed: vec![("TargetId.UserType", "Member".to_owned(), String::new())],
        agent: &agent,
        actor: Actor::Owner,
        act: Act::default(),
    });
}

/// Somewhere abroad from which passwords are tried.
pub(crate) fn abroad(sim: &mut Sim) -> Place {
    let (a, country, city, state) = *sim.rng.pick(&[
        (45, "US", "Los Angeles", "California"),
        (185, "NL", "Amsterdam", "Noord-Holland"),
        (91, "BG", "Sofia", "Sofia-Grad"),
        (103, "SG", "Singapore", ""),
        (177, "BR", "Sao Paulo", "Sao Paulo"),
        (194, "RO", "Bucharest", "Bucuresti"),
    ]);
    let ip = format!(
        "{a}.{}.{}.{}",
        sim.rng.range(10, 220),
        sim.rng.range(2, 250),
        sim.rng.range(2, 250)
    );
    place(ip, 65_520 + u32::try_from(a % 16).unwrap_or(0), country, city, state)
}

/// One failed sign-in by a stranger.
pub(crate) fn attempt(sim: &mut Sim, at: i64, who: usize, error: i32, from: &Place, agent: &str) {
    let mut client = Client { place: from.clone(), agent: agent.to_owned(), ..Client::default() };
    let entry = Entry {
        at,
        who,
        app: signin::EXCHANGE,
        interactive: true,
        error,
        actor: Actor::Attempt,
        audited: true,
    };
    sim.sign_in(entry, &mut client);
}

/// Passwords tried from abroad on a few accounts on a few days: never with success.
pub(crate) fn background_spray(sim: &mut Sim, days: &[Date]) {
    let victims: Vec<usize> = (0..sim.people.len())
        .filter(|i| matches!(sim.people[*i].kind, Kind::Person | Kind::RoleAccount | Kind::Shared))
        .collect();
    for day in days {
        let from = abroad(sim);
        for _ in 0..sim.rng.range(4, 9) {
            let who = *sim.rng.pick(&victims);
            let second = sim.rng.range(0, 86_399);
            let at = sim.clock.at(*day, second);
            let error = if sim.rng.chance(15) { 50_053 } else { 50_126 };
            attempt(sim, at, who, error, &from, "python-requests/2.32.3");
        }
    }
}
