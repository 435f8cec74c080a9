//! A stolen token, replayed from the same country while its owner is at work: no sign-in of the
//! intruder's own at any prompt, about sixty mails read, and a rule that hides the answers.

use super::super::attacker::{Base, browser};
use super::super::clock::{plus, utc, ymd};
use super::super::owner_life::session_of;
use super::super::people::VICTIM;
use super::super::records::mailbox::Doing;
use super::super::rng::Rng;
use super::super::sim::{Client, Message, Sim};
use super::super::tenant::place;
use super::super::truth::Actor;
use super::Calendar;

/// 2025-06-17 11:20 JST.
fn containment() -> i64 {
    utc(ymd(2025, 6, 17), 2, 20, 0)
}

pub(super) fn prepare(sim: &mut Sim) -> Calendar {
    sim.shut.push((VICTIM, containment() - 600, containment() + 10_800));
    let mut rng = Rng::new(sim.options.seed, "token calendar");
    Calendar {
        trip: (ymd(2025, 6, 3), ymd(2025, 6, 5)),
        abroad: ("KR", "Seoul", "Seoul"),
        new_phone: ymd(2025, 5, 28),
        seminar: None,
        sprayed: (0..6).map(|_| plus(ymd(2025, 4, 8), rng.range(0, 70))).collect(),
    }
}

pub(super) fn act(sim: &mut Sim) {
    let mut rng = Rng::new(sim.options.seed, "token attacker");
    // A hosting provider in Tokyo, of which nobody in the organisation is a customer.
    let ip = format!("160.{}.{}.{}", rng.range(16, 19), rng.range(50, 240), rng.range(2, 250));
    let base = Base {
        place: place(ip, 65_531, "JP", "Shinagawa-ku", "Tokyo"),
        agent: "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0".to_owned(),
    };
    let first = utc(ymd(2025, 6, 9), 4, 51, rng.range(0, 59));
    let mut client = replayed(sim, &base, first);
    sim.refresh(first, VICTIM, &mut client);
    sim.open_outlook(first + 15, VICTIM, &client);
    let mut seen = 0;
    read(sim, first + 420, &client, &mut seen, 14);
    hide_answers(sim, first + 1_510, &client, &mut rng);
    for (day, hour, most) in [(10, 1, 12), (10, 6, 8), (12, 2, 9), (16, 5, 6)] {
        let at = utc(ymd(2025, 6, day), hour, rng.range(0, 55), rng.range(0, 59));
        let mut client = replayed(sim, &base, at);
        sim.refresh(at, VICTIM, &mut client);
        read(sim, at + 30, &client, &mut seen, most);
    }
    sim.contain(containment(), VICTIM, &["sessions_revoked", "password_reset", "rule_removed"]);
    let tries = [(containment() + 95_000, 50_173), (containment() + 95_060, 50_126)];
    sim.come_back(&tries, VICTIM, &base);
}

/// The cookie of the owner's own browser, in another browser elsewhere.
fn replayed(sim: &Sim, base: &Base, at: i64) -> Client {
    browser(base, &session_of(sim, VICTIM, "desktop", at))
}

/// Reads older mails, one after the other, each time further back.
fn read(sim: &mut Sim, at: i64, client: &Client, seen: &mut usize, most: usize) {
    let inbox = sim.tenant.folders.inbox;
    let older: Vec<Message> = sim.mailboxes[VICTIM]
        .inbox
        .iter()
        .rev()
        .filter(|m| m.at < utc(ymd(2025, 6, 6), 0, 0, 0))
        .skip(*seen)
        .take(most)
        .cloned()
        .collect();
    *seen += older.len();
    for (i, pair) in older.chunks(2).enumerate() {
        let at = at + i as i64 * 47;
        let doing = Doing { at, who: VICTIM, owner: VICTIM, client, actor: Actor::Attacker };
        sim.bind(doing, inbox, pair);
    }
}

/// The rule: answers that speak of fraud go, read, into a folder nobody opens.
fn hide_answers(sim: &mut Sim, at: i64, client: &Client, rng: &mut Rng) {
    let upn = sim.people[VICTIM].upn.clone();
    let folder = sim.tenant.folders.rss.trim_start_matches('\\').to_owned();
    let port = rng.range(30_000, 60_000);
    sim.plant_rule(
        at,
        VICTIM,
        client,
        port,
        vec![
            ("AlwaysDeleteOutlookRulesBlob", "False".to_owned()),
            ("Force", "False".to_owned()),
            ("Identity", upn),
            ("Name", "..".to_owned()),
            ("SubjectOrBodyContainsWords", "請求;振込;不正;なりすまし;hacked;phishing".to_owned()),
            ("MoveToFolder", folder),
            ("MarkAsRead", "True".to_owned()),
            ("StopProcessingRules", "True".to_owned()),
        ],
    );
}
