//! The border firewall's log, as its syslog server keeps it: FortiGate key=value lines.
//!
//! Nobody came in: the way out of the office is used all day, strangers knock and are refused, and
//! none of them is the intruder, who never left the cloud.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::super::clock::local;
use super::super::people::Kind;
use super::super::rng::Rng;
use super::super::sim::Sim;
use super::{Export, unround};

const PATH: &str = "systems/firewall.log";

/// One session at the border.
struct Pass {
    at: i64,
    from: String,
    to: String,
    port: u16,
    service: &'static str,
    way: Way,
}

/// Which way, and with what outcome.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Way {
    /// From the office to the outside: let through.
    Out,
    /// From the outside to the firewall itself: refused.
    Refused,
}

pub(super) fn write(sim: &Sim, out: &mut Export) {
    let mut rng = Rng::new(sim.options.seed, "firewall");
    let mut all = passes(sim, &mut rng);
    all.sort_by(|a, b| (a.at, &a.from, &a.to).cmp(&(b.at, &b.from, &b.to)));
    unround(&mut all);
    let mut text = String::new();
    let mut session = 40_000_000 + rng.below(1_000_000);
    for pass in &all {
        session += 1 + rng.below(90);
        // Writing into a string cannot fail.
        let _ = line(sim, pass, session, &mut rng, &mut text);
    }
    out.file(PATH, text.into_bytes());
    out.count(PATH, "firewall", all.len(), all.len());
    out.declare(PATH, sim.setting.ual, "syslog", false);
}

fn passes(sim: &Sim, rng: &mut Rng) -> Vec<Pass> {
    let strangers = strangers(sim, rng);
    let (from, to) = sim.setting.ual;
    let mut all = Vec::new();
    let mut hour = from;
    while hour < to {
        machines(hour, rng, &mut all);
        people(sim, hour, rng, &mut all);
        for _ in 0..rng.range(0, 1) {
            let (port, service) = *rng.pick(KNOCKED);
            let (at, from) = (hour + rng.range(0, 3599), rng.pick(&strangers).clone());
            let to = sim.tenant.office.ip.clone();
            all.push(Pass { at, from, to, port, service, way: Way::Refused });
        }
        hour += 3600;
    }
    all
}

/// Ports that strangers try.
const KNOCKED: &[(u16, &str)] = &[
    (22, "SSH"),
    (23, "TELNET"),
    (80, "HTTP"),
    (443, "HTTPS"),
    (445, "SMB"),
    (1433, "MS-SQL"),
    (3389, "RDP"),
    (5060, "SIP"),
    (5432, "tcp/5432"),
    (8443, "tcp/8443"),
];

/// Addresses of strangers; those of the intruder and of every other account user are left out.
fn strangers(sim: &Sim, rng: &mut Rng) -> Vec<String> {
    let audited = sim.ual.iter().map(|it| it.client_ip.as_str());
    let known: BTreeSet<&str> =
        audited.chain(sim.signins.iter().map(|it| it.client.place.ip.as_str())).collect();
    let mut found = BTreeSet::new();
    while found.len() < 90 {
        let net = *rng.pick(&[5, 61, 79, 89, 118, 141, 167, 176, 198, 218]);
        let (b, c, d) = (rng.range(20, 97), rng.range(2, 250), rng.range(2, 250));
        let ip = format!("{net}.{b}.{c}.{d}");
        if !known.contains(ip.as_str()) {
            found.insert(ip);
        }
    }
    found.into_iter().collect()
}

/// What the servers do at every hour: the log never rests.
fn machines(hour: i64, rng: &mut Rng, all: &mut Vec<Pass>) {
    let mut out = |from: &str, to: &str, port, service| {
        let (at, from, to) = (hour + rng.range(0, 3599), from.to_owned(), to.to_owned());
        all.push(Pass { at, from, to, port, service, way: Way::Out });
    };
    out("10.0.3.5", "133.243.238.163", 123, "NTP");
    if (hour / 3600) % 2 == 0 {
        out("10.0.3.5", "8.8.8.8", 53, "DNS");
    }
    if (hour / 3600) % 4 == 0 {
        out("10.0.3.10", "13.107.4.50", 443, "HTTPS");
    }
}

/// Services everybody uses, by the first three parts of their addresses.
const USED: &[&str] =
    &["52.98.41", "40.99.10", "13.107.136", "52.113.194", "142.250.196", "151.101.1"];

/// People at their desks: now and then a session of each.
fn people(sim: &Sim, hour: i64, rng: &mut Rng, all: &mut Vec<Pass>) {
    let day = sim.clock.day(hour);
    let clock = (hour - sim.clock.at(day, 0)) / 3600;
    if !sim.clock.workday(day) || !(8..19).contains(&clock) {
        return;
    }
    // Fewer come early and stay late.
    let present = if (9..17).contains(&clock) { 40 } else { 12 };
    for (i, _) in sim.people.iter().enumerate().filter(|it| it.1.kind == Kind::Person) {
        if rng.chance(present) {
            let to = format!("{}.{}", rng.pick(USED), rng.range(2, 250));
            let (at, from) = (hour + rng.range(0, 3599), format!("10.0.1.{}", 20 + i % 230));
            all.push(Pass { at, from, to, port: 443, service: "HTTPS", way: Way::Out });
        }
    }
}

fn line(
    sim: &Sim,
    pass: &Pass,
    session: u64,
    rng: &mut Rng,
    text: &mut String,
) -> std::fmt::Result {
    let clock = local(&sim.clock, pass.at);
    let (day, time) = clock.split_once(' ').unwrap_or_default();
    let (at, nanos) = (pass.at, rng.below(1_000_000_000));
    let out = pass.way == Way::Out;
    let (id, subtype) = if out { ("0000000013", "forward") } else { ("0001000014", "local") };
    write!(text, "<189>date={day} time={time} devname=\"FW-HONSHA\" devid=\"FG100FTK20000001\" ")?;
    write!(text, "eventtime={at}{nanos:09} tz=\"+0900\" logid=\"{id}\" type=\"traffic\" ")?;
    write!(text, "subtype=\"{subtype}\" level=\"notice\" vd=\"root\" srcip={} ", pass.from)?;
    let (inside, outside) = if out { ("lan", "wan1") } else { ("wan1", "root") };
    write!(text, "srcport={} srcintf=\"{inside}\" ", rng.range(1025, 65_000))?;
    write!(text, "dstip={} dstport={} dstintf=\"{outside}\" ", pass.to, pass.port)?;
    let proto = if matches!(pass.port, 53 | 123 | 5060) { 17 } else { 6 };
    write!(text, "sessionid={session} proto={proto} ")?;
    if out {
        let action = if proto == 17 { "accept" } else { *rng.pick(&["close", "close", "timeout"]) };
        write!(text, "action=\"{action}\" policyid=3 service=\"{}\" ", pass.service)?;
        write!(text, "trandisp=\"snat\" transip={} ", sim.tenant.office.ip)?;
        let (sent, received) = (rng.range(90, 40_000), rng.range(90, 900_000));
        writeln!(text, "duration={} sentbyte={sent} rcvdbyte={received}", rng.range(1, 240))
    } else {
        write!(text, "action=\"deny\" policyid=0 service=\"{}\" ", pass.service)?;
        writeln!(text, "trandisp=\"noop\" duration=0 sentbyte=0 rcvdbyte=0")
    }
}
