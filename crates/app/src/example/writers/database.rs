//! The database server's log: PostgreSQL csvlog, 26 columns, no header.
//!
//! Only the application servers beside it ever connect.

use super::super::clock::local;
use super::super::rng::Rng;
use super::super::sim::Sim;
use super::text::plain_row;
use super::{Export, unround};

const PATH: &str = "systems/postgres.csv";

/// A session at the database.
struct Session {
    at: i64,
    user: &'static str,
    database: &'static str,
    host: &'static str,
    port: i64,
    pid: i64,
    program: &'static str,
    lasts: i64,
    statement: Option<(&'static str, &'static str)>,
}

/// One row: which session (none of the server's own), at, tag, message.
struct Row {
    at: i64,
    milli: u64,
    session: Option<usize>,
    step: usize,
    tag: &'static str,
    message: String,
}

pub(super) fn write(sim: &Sim, out: &mut Export) {
    let mut rng = Rng::new(sim.options.seed, "database");
    let sessions = sessions(sim, &mut rng);
    let mut rows = rows(sim, &sessions, &mut rng);
    rows.sort_by_key(|it| (it.at, it.milli, it.session, it.step));
    unround(&mut rows);
    let mut text = String::new();
    for (i, row) in rows.iter().enumerate() {
        line(sim, &sessions, row, i + 1, &mut text);
    }
    out.file(PATH, text.into_bytes());
    out.count(PATH, "database", rows.len(), rows.len());
    out.declare(PATH, sim.setting.ual, "csvlog (log_connections = on)", false);
}

fn sessions(sim: &Sim, rng: &mut Rng) -> Vec<Session> {
    let (from, to) = sim.setting.ual;
    let mut all = Vec::new();
    let mut hour = from;
    while hour < to {
        let day = sim.clock.day(hour);
        let clock = (hour - sim.clock.at(day, 0)) / 3600;
        let busy = sim.clock.workday(day) && (9..18).contains(&clock);
        // The pool renews a connection or two every hour, more when people work.
        for _ in 0..rng.range(1, if busy { 3 } else { 1 }) {
            let lasts = rng.range(600, 3000);
            all.push(session(hour + rng.range(0, 3500), "core_app", "10.0.3.10", lasts, rng));
        }
        if clock == 2 {
            let mut copy = session(hour + 903, "batch", "10.0.3.11", rng.range(200, 900), rng);
            copy.statement = Some(("SELECT", CLOSING));
            copy.program = "nightly-closing";
            all.push(copy);
        }
        if clock == 3 {
            let mut dump = session(hour + 602, "backup", "10.0.3.12", rng.range(90, 400), rng);
            dump.program = "pg_dump";
            all.push(dump);
        }
        hour += 3600;
    }
    all
}

/// The nightly job's only slow statement, as it was written: over several lines.
const CLOSING: &str = "duration: 4127.301 ms  statement: SELECT \"grant\", sum(amount)\n  FROM ledger\n WHERE closed_on = current_date - 1\n GROUP BY \"grant\"";

fn session(at: i64, user: &'static str, host: &'static str, lasts: i64, rng: &mut Rng) -> Session {
    Session {
        at,
        user,
        database: "core",
        host,
        port: rng.range(32_768, 60_999),
        pid: rng.range(1_200, 380_000),
        program: "core-web",
        lasts,
        statement: None,
    }
}

fn rows(sim: &Sim, sessions: &[Session], rng: &mut Rng) -> Vec<Row> {
    let (from, to) = sim.setting.ual;
    let mut all = Vec::new();
    for (i, it) in sessions.iter().enumerate() {
        let mut add = |at, milli, step, tag, message| {
            all.push(Row { at, milli, session: Some(i), step, tag, message });
        };
        let milli = rng.below(900);
        let (host, port, user, database) = (it.host, it.port, it.user, it.database);
        let received = format!("connection received: host={host} port={port}");
        add(it.at, milli, 1, "", received);
        let authorized = format!(
            "connection authorized: user={user} database={database} application_name={}",
            it.program
        );
        add(it.at, milli + 14, 2, "authentication", authorized);
        if let Some((tag, message)) = it.statement {
            add(it.at + 7, milli, 3, tag, message.to_owned());
        }
        let end = it.at + it.lasts;
        if end < to {
            let (h, m, s) = (it.lasts / 3600, it.lasts / 60 % 60, it.lasts % 60);
            let closed = format!(
                "disconnection: session time: {h}:{m:02}:{s:02}.{milli:03} user={user} \
                 database={database} host={host} port={port}"
            );
            add(end, milli, 4, "idle", closed);
        }
    }
    // The server's own checkpoint, every hour whatever happens.
    let mut at = from + 288;
    while at < to {
        let (step, milli) = (0, rng.below(999));
        let message = "checkpoint starting: time".to_owned();
        all.push(Row { at, milli, session: None, step, tag: "", message });
        at += 3600;
    }
    all
}

fn line(sim: &Sim, sessions: &[Session], row: &Row, number: usize, text: &mut String) {
    let time = format!("{}.{:03} JST", local(&sim.clock, row.at), row.milli);
    let mut cells = vec![String::new(); 26];
    cells[0] = time;
    let session = row.session.and_then(|it| sessions.get(it));
    // The server's own process lives as long as the machine.
    let (began, pid) = session.map_or((sim.setting.ual.0 - 1_209_600, 871), |it| (it.at, it.pid));
    if let Some(it) = session {
        // Who it is stands in the log only after the first exchange.
        if row.step > 1 {
            cells[1] = it.user.to_owned();
            cells[2] = it.database.to_owned();
            cells[9] = format!("{}/{}", pid % 40 + 3, pid % 977);
            cells[22] = if row.step > 2 { it.program.to_owned() } else { String::new() };
        }
        cells[4] = format!("{}:{}", it.host, it.port);
        cells[23] = if row.step > 1 { "client backend" } else { "not initialized" }.to_owned();
    } else {
        cells[23] = "checkpointer".to_owned();
    }
    cells[3] = pid.to_string();
    cells[5] = format!("{began:x}.{pid:x}");
    cells[6] = if session.is_some() { row.step.to_string() } else { number.to_string() };
    cells[7] = row.tag.to_owned();
    cells[8] = format!("{} JST", local(&sim.clock, began));
    cells[10] = "0".to_owned();
    cells[11] = "LOG".to_owned();
    cells[12] = "00000".to_owned();
    cells[13] = row.message.clone();
    cells[25] = "0".to_owned();
    let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
    plain_row(&cells, "\n", text);
}
