//! The founding incident: one mailbox taken by a phishing proxy, looked at for three weeks, then
//! used for thousands of mails that imitate Microsoft, and its Sent folder emptied.

use super::super::DEFAULT_SEED;
use super::super::attacker::{Base, bases, browser};
use super::super::book::target;
use super::super::clock::{plus, utc, ymd};
use super::super::owner_life::session_of;
use super::super::people::VICTIM;
use super::super::records::mailbox::Doing;
use super::super::records::signin;
use super::super::rng::Rng;
use super::super::sim::{Client, ClientKind, Message, Sim};
use super::super::truth::Actor;
use super::super::words::PHISH;
use super::Calendar;

/// 2025-10-29 15:30 JST.
fn containment() -> i64 {
    utc(ymd(2025, 10, 29), 6, 30, 0)
}

pub(super) fn prepare(sim: &mut Sim) -> Calendar {
    let back = utc(ymd(2025, 11, 4), 0, 10, 0);
    sim.shut.push((VICTIM, containment(), back));
    let mut rng = Rng::new(sim.options.seed, "founding calendar");
    let sprayed = (0..22).map(|_| plus(ymd(2025, 8, 26), rng.range(0, 75))).collect();
    Calendar {
        trip: (ymd(2025, 10, 21), ymd(2025, 10, 24)),
        abroad: ("KR", "Seoul", "Seoul"),
        new_phone: ymd(2025, 10, 17),
        seminar: Some(ymd(2025, 10, 22)),
        sprayed,
    }
}

pub(super) fn act(sim: &mut Sim) {
    let seed = sim.options.seed;
    let from = bases(
        seed,
        "founding",
        &[
            (45, 65_521, "US", "Ashburn"),
            (185, 65_522, "NL", "Amsterdam"),
            (91, 65_523, "RO", "Bucharest"),
            (185, 65_522, "NL", "Amsterdam"),
            (194, 65_524, "DE", "Frankfurt am Main"),
        ],
    );
    let mut rng = Rng::new(seed, "founding attacker");
    let sessions: Vec<String> = (0..3).map(|_| rng.guid()).collect();
    look_around(sim, &from, &sessions, &mut rng);
    campaign(sim, &from, &sessions[2], &mut rng);
    sim.contain(containment(), VICTIM, &["account_disabled", "sessions_revoked", "password_reset"]);
    let closed = containment();
    let tries = [
        (closed + 190, 50_173),
        (closed + 2_460, 50_173),
        (closed + 2_520, 50_126),
        (closed + 50_000, 50_057),
        (closed + 141_000, 50_126),
        (closed + 600_400, 50_126),
    ];
    sim.come_back(&tries, VICTIM, &from[3]);
    sim.earlier_years(VICTIM);
    at_the_desk(sim);
}

/// What the owner did in the Sent folder: a few mails gone for good on 10-22 while the intruder came and
/// went, and, where the options say so, a clearing up on 11-06, before the mailbox was collected.
fn at_the_desk(sim: &mut Sim) {
    let client = |sim: &Sim, at| Client {
        kind: ClientKind::Outlook,
        place: sim.tenant.office.clone(),
        agent: super::super::agents::BROKER.to_owned(),
        session: session_of(sim, VICTIM, "desktop", at),
        device: sim.people[VICTIM].desktop.clone(),
        ..Client::default()
    };
    // 2025-10-22 16:42 JST and 2025-11-06 10:15 JST: working hours of working days.
    let at = utc(ymd(2025, 10, 22), 7, 42, 0);
    let desk = client(sim, at);
    sim.purge(VICTIM, &desk, at, 6);
    if sim.options.tidied {
        let at = utc(ymd(2025, 11, 6), 1, 15, 0);
        let desk = client(sim, at);
        sim.tidy(VICTIM, &desk, at);
    }
}

/// 10-01 to 10-19: comes in from several networks, to see whether the door stays open. It opens no
/// mail: what it reads later is only what it sent itself.
fn look_around(sim: &mut Sim, from: &[Base], sessions: &[String], rng: &mut Rng) {
    let late = if sim.options.seed == DEFAULT_SEED { 0 } else { rng.range(0, 5400) };
    // 2025-10-01 21:13:22 JST: the victim has just answered the prompt of the proxy's page.
    let first = utc(ymd(2025, 10, 1), 12, 13, 22) + late;
    let mut proxy = browser(&from[0], &sessions[0]);
    sim.break_in(first, VICTIM, &mut proxy, true);
    // The cookie is carried to another machine and used there.
    let mut client = browser(&from[1], &sessions[0]);
    sim.break_in(first + 412, VICTIM, &mut client, false);
    let visits: &[(i8, i64, usize, usize, bool)] = &[
        (2, 5, 1, 0, false),
        (4, 14, 1, 0, false),
        (7, 2, 2, 0, false),
        (9, 15, 1, 1, true),
        (14, 4, 2, 1, false),
        (16, 13, 0, 1, true),
        (17, 13, 1, 1, false),
        (19, 11, 4, 2, true),
    ];
    for (day, hour, base, session, portal) in visits {
        let at = utc(ymd(2025, 10, *day), *hour, rng.range(0, 50), rng.range(0, 59));
        let mut client = browser(&from[*base], &sessions[*session]);
        let at = sim.break_in(at, VICTIM, &mut client, *portal);
        if rng.chance(60) {
            sim.break_in(at + rng.range(60, 500), VICTIM, &mut client, false);
        }
    }
}

/// One burst: starts at, messages.
type Burst = (i64, u64);

fn bursts(sim: &Sim, rng: &mut Rng) -> Vec<Burst> {
    let total = u64::from(sim.options.messages);
    let weights: Vec<u64> = (0..10).map(|_| 25 + rng.below(120)).collect();
    let sum: u64 = weights.iter().sum();
    let mut shares: Vec<u64> = weights.iter().map(|w| total * w / sum).collect();
    shares[4] += total - shares.iter().sum::<u64>();
    let mut all = Vec::new();
    for (i, share) in shares.into_iter().enumerate() {
        let day = plus(ymd(2025, 10, 20), i as i64);
        let first = share * (40 + rng.below(40)) / 100;
        // JST hours of the two bursts; on the fourth day the second runs over midnight.
        let (one, two) = if i == 9 { (1, 9) } else { (rng.range(0, 5), rng.range(12, 18)) };
        let start = sim.clock.at(day, one * 3600 + rng.range(300, 3000));
        all.push((start, first));
        let start = if i == 3 {
            sim.clock.at(day, 23 * 3600 + 2400)
        } else {
            sim.clock.at(day, two * 3600 + rng.range(0, 1800))
        };
        all.push((start, share - first));
    }
    all.retain(|b| b.1 > 0);
    all
}

/// 10-20 to 10-29: the mails, and after each burst the emptying of the Sent folder.
fn campaign(sim: &mut Sim, from: &[Base], session: &str, rng: &mut Rng) {
    let mut subjects: Vec<&str> = PHISH.to_vec();
    rng.shuffle(&mut subjects);
    subjects.truncate(4);
    let mut used: Vec<String> = near(sim);
    for (i, (start, count)) in bursts(sim, rng).into_iter().enumerate() {
        let base = &from[if i % 3 == 2 { 4 } else { 3 }];
        let mut client = browser(base, session);
        sim.break_in(start - 240, VICTIM, &mut client, i == 0);
        let subject = subjects[i % subjects.len()];
        // From the second week a program sends with the same token, over Graph.
        let mut sender = client.clone();
        if i > 8 && i % 2 == 1 {
            sender.kind =
                ClientKind::App(signin::OUTLOOK.0.to_owned(), signin::OUTLOOK.1.to_owned());
        }
        let (sent, end) = burst(sim, &mut sender, (start, count), subject, &mut used, rng);
        clean_up(sim, &client, end, &sent, i);
    }
}

/// Two targets that look like addresses in the lists and are not.
fn near(sim: &mut Sim) -> Vec<String> {
    if sim.options.messages < 50 {
        return Vec::new();
    }
    let member = sim.book.members[5].address.replacen('@', "+news@", 1);
    let partner = sim.book.partners[7].address.replacen('.', "", 1);
    sim.near = vec![member, partner];
    sim.near.clone()
}

fn burst(
    sim: &mut Sim,
    client: &mut Client,
    (start, count): Burst,
    subject: &str,
    used: &mut Vec<String>,
    rng: &mut Rng,
) -> (Vec<Message>, i64) {
    let step = (2_400_u64).min(4 * 3_600_000 / count.max(1)).max(20);
    let mut sent = Vec::new();
    let (mut ms, mut next_token) = (0_u64, 3_400_000);
    for _ in 0..count {
        let at = start + (ms / 1000).cast_signed();
        ms += step / 2 + rng.below(step);
        if ms > next_token {
            sim.refresh(at, VICTIM, client);
            next_token += 3_400_000;
        }
        let recipients = targets(used, rng);
        let fails = rng.chance(4);
        let doing = Doing { at, who: VICTIM, owner: VICTIM, client, actor: Actor::Attacker };
        let message = sim.send_fraud(doing, "Send", subject, &recipients, fails);
        if fails && rng.chance(70) {
            sim.bounce(at + 4, VICTIM, &message, &recipients);
        }
        sent.push(message);
    }
    (sent, start + (ms / 1000).cast_signed())
}

/// Mostly one new address; now and then two, or one that has had a mail already.
fn targets(used: &mut Vec<String>, rng: &mut Rng) -> Vec<String> {
    let untried_near = used.len() == 2;
    if untried_near || (used.len() > 40 && rng.chance(4)) {
        let again = if untried_near { used[0].clone() } else { rng.pick(used).clone() };
        let new = target(rng, used.len() as u64);
        if untried_near {
            let both = vec![used[0].clone(), used[1].clone()];
            used.push(new);
            return both;
        }
        return vec![again];
    }
    let mut list = vec![target(rng, used.len() as u64)];
    used.push(list[0].clone());
    if rng.chance(1) {
        list.push(target(rng, used.len() as u64));
        used.push(list[1].clone());
    }
    list
}

/// Opens Sent, where the reading pane shows the newest of its own mails, and empties it.
fn clean_up(sim: &mut Sim, client: &Client, end: i64, sent: &[Message], burst: usize) {
    let doing = Doing { at: end + 60, who: VICTIM, owner: VICTIM, client, actor: Actor::Attacker };
    let folder = sim.tenant.folders.sent;
    let newest = &sent[sent.len().saturating_sub(1 + burst % 3)..];
    sim.bind(Doing { at: end + 40, ..doing }, folder, newest);
    let operation = ["MoveToDeletedItems", "SoftDelete", "HardDelete"][burst % 3];
    sim.wipe(doing, operation, folder, sent);
}
