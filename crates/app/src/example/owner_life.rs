//! The working days of everybody: what the records of an ordinary office look like.

use jiff::civil::Date;

use super::agents;
use super::people::{CLERK, Kind, NEW_PHONE, TRAVELLER, phone};
use super::records::directory::Directory;
use super::records::mail::Letter;
use super::records::mailbox::Doing;
use super::records::signin::{self, Entry};
use super::records::work::FileAct;
use super::scenarios::Calendar;
use super::sim::{Act, Client, ClientKind, Message, Sim};
use super::tenant::{Place, mobile, place};
use super::truth::Actor;
use super::words::{EN_FILES, EN_SUBJECTS, FILES, SUBJECTS};

/// Everybody's life from the first day to the last.
pub(crate) fn live(sim: &mut Sim, calendar: &Calendar) {
    let mut day = sim.setting.first_day;
    while day < sim.setting.end_day {
        let workday = sim.clock.workday(day);
        incoming(sim, day, workday);
        if calendar.new_phone == day {
            change_phone(sim, day);
        }
        for who in 0..sim.people.len() {
            match sim.people[who].kind {
                Kind::Person if workday && !sim.rng.chance(6) => {
                    workday_of(sim, who, day, calendar)
                }
                Kind::Person if sim.rng.chance(14) => {
                    on_the_phone(sim, who, day, (10 * 3600, 12), calendar);
                }
                Kind::RoleAccount if workday => front_desk(sim, who, day),
                Kind::Guest if workday && sim.rng.chance(12) => guest(sim, who, day),
                Kind::Former if sim.rng.chance(9) => former(sim, who, day),
                _ => {}
            }
        }
        if calendar.seminar == Some(day) {
            seminar(sim, day);
        }
        super::service_life::day(sim, day, workday);
        day = super::clock::plus(day, 1);
    }
}

/// The session id a person's device carries in these weeks.
pub(crate) fn session_of(sim: &Sim, who: usize, slot: &str, at: i64) -> String {
    let person = &sim.people[who];
    let slot = if person.one_session { "all" } else { slot };
    let weeks = at.div_euclid(17 * 86_400);
    super::rng::Rng::new(sim.options.seed, &format!("{}{slot}{weeks}", person.oid)).guid()
}

fn incoming(sim: &mut Sim, day: Date, workday: bool) {
    let subjects = if sim.setting.ja { SUBJECTS } else { EN_SUBJECTS };
    let most = if workday { 7 * sim.setting.pace.max(60) / 100 } else { 1 };
    for to in 0..sim.people.len() {
        if !matches!(sim.people[to].kind, Kind::Person | Kind::Shared | Kind::RoleAccount) {
            continue;
        }
        for _ in 0..sim.rng.below(most + 1) {
            let second = sim.rng.range(7 * 3600, 19 * 3600);
            let at = sim.clock.at(day, second);
            let sender = sim.book.any(&mut sim.rng).address.clone();
            let subject = *sim.rng.pick(subjects);
            sim.receive(at, to, &sender, subject);
        }
    }
}

/// A desk for the day: where, on which device.
struct Desk {
    place: Place,
    device: super::people::Device,
    slot: &'static str,
}

/// The traveller's network of the day, while away.
fn abroad_on(who: usize, day: Date, calendar: &Calendar) -> Option<Place> {
    if who != TRAVELLER || !(calendar.trip.0..=calendar.trip.1).contains(&day) {
        return None;
    }
    let (country, city, state) = calendar.abroad;
    let host = 20 + i64::from(day.day());
    let ip = format!("175.{}.{}.{host}", 200 + host % 5, 40 + host);
    Some(place(ip, 65_550, country, city, state))
}

fn desk(sim: &mut Sim, who: usize, day: Date, calendar: &Calendar) -> Desk {
    let person = &sim.people[who];
    if let Some(place) = abroad_on(who, day, calendar) {
        return Desk { place, device: person.laptop.clone(), slot: "laptop" };
    }
    let (home, laptop, desktop) =
        (person.home.clone(), person.laptop.clone(), person.desktop.clone());
    if sim.rng.chance(20) {
        return Desk { place: home, device: laptop, slot: "laptop" };
    }
    Desk { place: sim.tenant.office.clone(), device: desktop, slot: "desktop" }
}

fn workday_of(sim: &mut Sim, who: usize, day: Date, calendar: &Calendar) {
    let begins = sim.people[who].begins + sim.rng.range(-900, 1500);
    let start = sim.clock.at(day, begins);
    let end = sim.clock.at(day, 17 * 3600 + 2400 + sim.rng.range(0, 5400));
    let desk = desk(sim, who, day, calendar);
    let session = session_of(sim, who, desk.slot, start);
    let mut rich = Client {
        kind: ClientKind::Outlook,
        place: desk.place.clone(),
        agent: agents::BROKER.to_owned(),
        session: session.clone(),
        device: desk.device.clone(),
        ..Client::default()
    };
    let mut web = Client { kind: ClientKind::Owa, agent: agents::edge(start), ..rich.clone() };
    if sim.is_shut(who, start) {
        return;
    }
    morning(sim, who, start, &mut rich, &mut web);
    let slots = (8 * sim.setting.pace.min(100) / 100).max(2);
    let width = (end - start) / slots.cast_signed().max(1);
    for slot in 0..slots.cast_signed() {
        let at = start + 300 + slot * width + sim.rng.range(0, (width - 400).max(1));
        if sim.is_shut(who, at) {
            continue;
        }
        let client = if sim.rng.chance(75) { rich.clone() } else { web.clone() };
        spell(sim, who, at, &client);
        if client.kind == ClientKind::Outlook {
            files(sim, who, at + 60, &web);
        }
    }
    if sim.rng.chance(35) {
        sim.teams_record(start + 420, who, &rich, "TeamsSessionStarted");
    }
    if sim.rng.chance(12) {
        sim.teams_record(start + 5000, who, &rich, "ChatCreated");
    }
    if sim.rng.chance(60) {
        on_the_phone(sim, who, day, (18 * 3600, 4), calendar);
    }
    if sim.people[who].private_pc && abroad_on(who, day, calendar).is_none() && sim.rng.chance(12) {
        at_home(sim, who, day);
    }
}

/// Sign-ins of a morning: mostly refreshes by programs, now and then a prompt or a typing error.
fn morning(sim: &mut Sim, who: usize, start: i64, rich: &mut Client, web: &mut Client) {
    let entry = |at: i64, app, interactive, error, audited| Entry {
        at,
        who,
        app,
        interactive,
        error,
        actor: Actor::Owner,
        audited,
    };
    let audited = sim.rng.chance(60);
    sim.sign_in(entry(start, signin::OUTLOOK, false, 0, audited), rich);
    let audited = sim.rng.chance(40);
    sim.sign_in(entry(start + 35, signin::TEAMS, false, 0, audited), &mut rich.clone());
    if sim.rng.chance(50) {
        sim.sign_in(entry(start + 48, signin::ONEDRIVE, false, 0, false), &mut rich.clone());
    }
    if sim.rng.chance(4) {
        sim.sign_in(entry(start + 200, signin::HOME, true, 50_126, true), web);
    }
    if sim.rng.chance(6) {
        let error = if sim.rng.chance(60) { 50_074 } else { 50_076 };
        sim.sign_in(entry(start + 226, signin::HOME, true, error, true), web);
    }
    let interactive = sim.rng.chance(25);
    if interactive && sim.rng.chance(30) {
        sim.sign_in(entry(start + 240, signin::OWA, true, 50_140, true), web);
    }
    sim.sign_in(entry(start + 252, signin::OWA, interactive, 0, true), web);
    if sim.rng.chance(45) {
        sim.sign_in(entry(start + 14_900, signin::OUTLOOK, false, 0, false), &mut rich.clone());
        sim.sign_in(entry(start + 15_400, signin::SHAREPOINT, false, 0, true), &mut web.clone());
    }
}

/// One spell at the mailbox.
fn spell(sim: &mut Sim, who: usize, at: i64, client: &Client) {
    let folders = sim.tenant.folders.clone();
    let doing = Doing { at, who, owner: who, client, actor: Actor::Owner };
    if client.kind == ClientKind::Outlook {
        if sim.rng.chance(70) {
            sim.sync(doing, folders.inbox);
        }
        if sim.rng.chance(22) {
            sim.sync(Doing { at: at + 2, ..doing }, folders.sent);
        }
        if sim.rng.chance(14) {
            sim.sync(Doing { at: at + 3, ..doing }, folders.project);
        }
        if sim.rng.chance(10) {
            sim.sync(Doing { at: at + 4, ..doing }, folders.calendar);
        }
    }
    let recent = recent(sim, who, at, 3);
    if !recent.is_empty() && sim.rng.chance(80) {
        sim.bind(Doing { at: at + 25, ..doing }, folders.inbox, &recent);
        if sim.rng.chance(9) {
            sim.update(Doing { at: at + 70, ..doing }, folders.inbox, &recent[0]);
        }
        if sim.rng.chance(22) {
            sim.remove(
                Doing { at: at + 90, ..doing },
                "MoveToDeletedItems",
                folders.inbox,
                &recent[..1],
            );
        }
        if sim.rng.chance(3) {
            sim.remove(Doing { at: at + 95, ..doing }, "SoftDelete", folders.deleted, &recent);
        }
    }
    if sim.rng.chance(8)
        && let Some(last) = sim.mailboxes[who].sent.iter().rev().find(|m| m.at <= at).cloned()
    {
        sim.bind(Doing { at: at + 40, ..doing }, folders.sent, &[last]);
    }
    if sim.rng.chance(42) {
        write(sim, Doing { at: at + 150, ..doing });
    }
    if who == CLERK || who == CLERK + 6 {
        delegate(sim, Doing { at: at + 200, ..doing });
    }
}

/// The last few messages of the inbox at that instant.
pub(crate) fn recent(sim: &mut Sim, who: usize, at: i64, most: u64) -> Vec<Message> {
    let wanted = sim.rng.below(most) + 1;
    let skip = sim.rng.below(6);
    let inbox = &sim.mailboxes[who].inbox;
    let arrived = inbox.iter().rev().filter(|m| m.at <= at);
    arrived
        .skip(usize::try_from(skip).unwrap_or(0))
        .take(usize::try_from(wanted).unwrap_or(1))
        .cloned()
        .collect()
}

/// Writes one mail, to a colleague or outside.
fn write(sim: &mut Sim, doing: Doing<'_>) {
    let subjects = if sim.setting.ja { SUBJECTS } else { EN_SUBJECTS };
    let subject = *sim.rng.pick(subjects);
    let message = sim.new_message(doing.at, subject, false);
    let recipients = if sim.rng.chance(45) {
        let persons = sim.people.iter().filter(|p| p.kind == Kind::Person).count();
        let colleague = (doing.who + 1 + sim.rng.index(persons - 1)) % persons;
        vec![sim.people[colleague].upn.clone()]
    } else {
        vec![sim.book.any(&mut sim.rng).address.clone()]
    };
    deliver(sim, doing, "Send", &message, &recipients);
}

/// Send record, trace rows and the copy in Sent.
pub(crate) fn deliver(
    sim: &mut Sim,
    doing: Doing<'_>,
    operation: &'static str,
    message: &Message,
    recipients: &[String],
) {
    sim.send_record(doing, operation, message, recipients);
    let sender = sim.people[doing.owner].upn.clone();
    sim.carry(&Letter {
        message,
        sender: &sender,
        recipients,
        from_ip: &doing.client.place.ip,
        status: "Delivered",
    });
    sim.mailboxes[doing.owner].sent.push(message.clone());
}

/// The shared mailbox, read and answered by those who look after it.
fn delegate(sim: &mut Sim, doing: Doing<'_>) {
    let Some(info) = sim.by_kind(Kind::Shared) else { return };
    let inbox = sim.tenant.folders.inbox;
    if sim.rng.chance(45) {
        let mails = recent(sim, info, doing.at, 4);
        if !mails.is_empty() {
            sim.bind(Doing { owner: info, ..doing }, inbox, &mails);
        }
    }
    if sim.rng.chance(12) {
        let subjects = if sim.setting.ja { SUBJECTS } else { EN_SUBJECTS };
        let subject = *sim.rng.pick(subjects);
        let message = sim.new_message(doing.at + 60, subject, false);
        let to = vec![sim.book.any(&mut sim.rng).address.clone()];
        deliver(sim, Doing { owner: info, at: doing.at + 60, ..doing }, "SendAs", &message, &to);
    }
}

fn files(sim: &mut Sim, who: usize, at: i64, client: &Client) {
    let names = if sim.setting.ja { FILES } else { EN_FILES };
    for i in 0..sim.rng.range(0, 2) {
        let operation = *sim.rng.pick(&[
            "FileAccessed",
            "FileAccessed",
            "FileModified",
            "FilePreviewed",
            "FileSyncDownloadedFull",
            "FileUploaded",
            "FileDownloaded",
        ]);
        let folder = *sim.rng.pick(&["General", "2025", "Archive"]);
        let file = *sim.rng.pick(names);
        let onedrive = sim.rng.chance(40);
        let doing = Doing { at: at + i * 130, who, owner: who, client, actor: Actor::Owner };
        sim.file_record(doing, &FileAct { operation, onedrive, folder, file });
    }
}

/// Outlook on the phone, on whatever network it has.
fn on_the_phone(
    sim: &mut Sim,
    who: usize,
    day: Date,
    (from, hours): (i64, i64),
    calendar: &Calendar,
) {
    let second = from + sim.rng.range(0, hours * 3600);
    let at = sim.clock.at(day, second);
    if sim.is_shut(who, at) {
        return;
    }
    let person = sim.people[who].clone();
    let place = if let Some(hotel) = abroad_on(who, day, calendar) {
        hotel
    } else if sim.rng.chance(40) {
        person.home.clone()
    } else {
        mobile(sim.setting.ja, person.carrier, &mut sim.rng)
    };
    let mut client = Client {
        kind: ClientKind::Mobile,
        place,
        agent: agents::phone(person.iphone, at),
        session: session_of(sim, who, "phone", at),
        device: person.phone.clone(),
        ..Client::default()
    };
    let audited = sim.rng.chance(30);
    let entry = Entry {
        at,
        who,
        app: signin::MOBILE,
        interactive: false,
        error: 0,
        actor: Actor::Owner,
        audited,
    };
    sim.sign_in(entry, &mut client);
    let inbox = sim.tenant.folders.inbox;
    for i in 0..sim.rng.range(1, 2) {
        let at = at + 20 + i * 900;
        let mails = recent(sim, who, at, 3);
        if !mails.is_empty() {
            let doing = Doing { at, who, owner: who, client: &client, actor: Actor::Owner };
            sim.bind(doing, inbox, &mails);
            if sim.rng.chance(8) {
                write(sim, Doing { at: at + 100, ..doing });
            }
        }
    }
}

/// Outlook on the web at home, on a private PC.
fn at_home(sim: &mut Sim, who: usize, day: Date) {
    let second = 20 * 3600 + sim.rng.range(0, 7000);
    let at = sim.clock.at(day, second);
    if sim.is_shut(who, at) {
        return;
    }
    let mut client = Client {
        kind: ClientKind::Owa,
        place: sim.people[who].home.clone(),
        agent: agents::chrome(at),
        session: session_of(sim, who, "private", at),
        ..Client::default()
    };
    let entry = Entry {
        at,
        who,
        app: signin::OWA,
        interactive: true,
        error: 0,
        actor: Actor::Owner,
        audited: true,
    };
    if sim.rng.chance(40) {
        sim.sign_in(Entry { at: at - 30, error: 50_074, ..entry }, &mut client);
    }
    sim.sign_in(entry, &mut client);
    spell(sim, who, at + 40, &client);
}

/// A new phone: registered, a method added, and used from then on.
fn change_phone(sim: &mut Sim, day: Date) {
    let iphone = !sim.people[NEW_PHONE].iphone;
    let new = phone(&mut sim.rng, iphone);
    let upn = sim.people[NEW_PHONE].upn.clone();
    let oid = sim.people[NEW_PHONE].oid.clone();
    let at = sim.clock.at(day, 12 * 3600 + 25 * 60);
    let name = new.name.clone();
    let person = &mut sim.people[NEW_PHONE];
    person.phone = new;
    person.iphone = iphone;
    let agent = agents::phone(iphone, at);
    let mut client = Client {
        kind: ClientKind::Mobile,
        place: sim.tenant.office.clone(),
        agent: agent.clone(),
        session: session_of(sim, NEW_PHONE, "phone", at),
        device: sim.people[NEW_PHONE].phone.clone(),
        ..Client::default()
    };
    let entry = Entry {
        at,
        who: NEW_PHONE,
        app: signin::MOBILE,
        interactive: true,
        error: 50_074,
        actor: Actor::Owner,
        audited: true,
    };
    sim.sign_in(entry, &mut client);
    sim.sign_in(Entry { at: at + 35, error: 0, ..entry }, &mut client);
    for (i, operation) in
        ["Register device.", "Add registered owner to device.", "User registered security info."]
            .iter()
            .enumerate()
    {
        sim.directory_record(Directory {
            at: at + 90 + i as i64 * 14,
            by: &upn,
            by_id: &oid,
            operation,
            target: if i < 2 { &name } else { &upn },
            changed: vec![("DisplayName", format!("[\r\n  \"{name}\"\r\n]"), "[]".to_owned())],
            agent: &agent,
            actor: Actor::Owner,
            act: Act::default(),
        });
    }
}

/// The front desk's own account, whose password two people know.
fn front_desk(sim: &mut Sim, who: usize, day: Date) {
    let desk = *sim.rng.pick(&[CLERK, CLERK + 6]);
    let second = 9 * 3600 + sim.rng.range(0, 3000);
    let at = sim.clock.at(day, second);
    let mut client = Client {
        kind: ClientKind::Owa,
        place: sim.tenant.office.clone(),
        agent: agents::edge(at),
        session: session_of(sim, who, if desk == CLERK { "one" } else { "two" }, at),
        device: sim.people[desk].desktop.clone(),
        ..Client::default()
    };
    let actor = Actor::OtherPerson;
    let interactive = sim.rng.chance(30);
    let app = signin::OWA;
    sim.sign_in(Entry { at, who, app, interactive, error: 0, actor, audited: true }, &mut client);
    let inbox = sim.tenant.folders.inbox;
    for i in 0..sim.rng.range(1, 3) {
        let at = at + 120 + i * 7000;
        let mails = recent(sim, who, at, 4);
        let doing = Doing { at, who, owner: who, client: &client, actor };
        if !mails.is_empty() {
            sim.bind(doing, inbox, &mails);
        }
        if sim.rng.chance(35) {
            write(sim, Doing { at: at + 200, ..doing });
        }
    }
}

fn guest(sim: &mut Sim, who: usize, day: Date) {
    let at = sim.clock.at(day, 15 * 3600);
    let person = sim.people[who].clone();
    let mut client = Client {
        kind: ClientKind::Owa,
        place: person.home,
        agent: agents::chrome(at),
        session: session_of(sim, who, "guest", at),
        ..Client::default()
    };
    let entry = Entry {
        at,
        who,
        app: signin::SHAREPOINT,
        interactive: true,
        error: 0,
        actor: Actor::Owner,
        audited: true,
    };
    sim.sign_in(entry, &mut client);
    files(sim, who, at + 60, &client);
}

/// The phone of somebody who has left still tries the account, to which it has no right any more.
fn former(sim: &mut Sim, who: usize, day: Date) {
    let second = sim.rng.range(3600, 80_000);
    let at = sim.clock.at(day, second);
    let person = sim.people[who].clone();
    let mut client = Client {
        kind: ClientKind::Mobile,
        place: person.home,
        agent: agents::phone(person.iphone, at),
        device: person.phone,
        ..Client::default()
    };
    let (app, actor) = (signin::MOBILE, Actor::Attempt);
    sim.sign_in(
        Entry { at, who, app, interactive: false, error: 50_057, actor, audited: true },
        &mut client,
    );
}

/// The clerk's invitation to the seminar: 140 people, every one of them in the lists.
fn seminar(sim: &mut Sim, day: Date) {
    let subject = if sim.setting.ja {
        "【ご案内】秋季セミナー開催のお知らせ"
    } else {
        "Invitation: lectures"
    };
    let mut all: Vec<String> =
        sim.book.seminar.iter().chain(&sim.book.members).map(|c| c.address.clone()).collect();
    let mut seen = std::collections::BTreeSet::new();
    all.retain(|a| seen.insert(a.clone()));
    all.truncate(140);
    let start = sim.clock.at(day, 14 * 3600 + 300);
    let client = Client {
        kind: ClientKind::Outlook,
        place: sim.tenant.office.clone(),
        agent: agents::BROKER.to_owned(),
        session: session_of(sim, CLERK, "desktop", start),
        device: sim.people[CLERK].desktop.clone(),
        ..Client::default()
    };
    for (i, address) in all.into_iter().enumerate() {
        let at = start + i as i64 * 5;
        let message = sim.new_message(at, subject, false);
        let doing = Doing { at, who: CLERK, owner: CLERK, client: &client, actor: Actor::Owner };
        deliver(sim, doing, "Send", &message, &[address]);
    }
}
