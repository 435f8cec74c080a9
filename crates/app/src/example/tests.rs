//! Other sizes than the published ones: what stands in the files equals the options and the truth.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use serde_json::Value;

use super::{Actor, Options, Scenario, World, simulate};

fn world(scenario: Scenario, seed: u64, messages: u32, accounts: u32) -> World {
    simulate(&Options { seed, messages, accounts, ..Options::of(scenario) }).unwrap()
}

/// Every file, also those inside archives.
fn unpacked(world: &World) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for file in &world.files {
        let mut text = Vec::new();
        if let Some(inner) = file.path.strip_suffix(".gz") {
            flate2::read::GzDecoder::new(&file.bytes[..]).read_to_end(&mut text).unwrap();
            let name = inner.rsplit('/').next().unwrap();
            all.insert(format!("{}!/{name}", file.path), text);
        } else if file.path.ends_with(".zip") {
            let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&file.bytes)).unwrap();
            for i in 0..archive.len() {
                let mut entry = archive.by_index(i).unwrap();
                let name = entry.name().unwrap().into_owned();
                let mut bytes = Vec::new();
                entry.read_to_end(&mut bytes).unwrap();
                all.insert(format!("{}!/{name}", file.path), bytes);
            }
        } else {
            all.insert(file.path.clone(), file.bytes.clone());
        }
    }
    all
}

/// Rows of a CSV with quoted cells, the `#TYPE` line left out.
fn csv(bytes: &[u8]) -> Vec<Vec<String>> {
    let odd = bytes.iter().skip(3).step_by(2).take(60);
    let text = if odd.filter(|b| **b == 0).count() > 30 {
        let units: Vec<u16> =
            bytes.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
        String::from_utf16(&units).unwrap()
    } else {
        String::from_utf8(bytes.to_vec()).unwrap()
    };
    let text = text.trim_start_matches('\u{feff}');
    let text = if text.starts_with("#TYPE") { text.split_once('\n').unwrap().1 } else { text };
    let (mut rows, mut row, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            _ => cell.push(letter),
        }
    }
    rows
}

/// The audit records of one file, one for each row.
fn records(path: &str, bytes: &[u8]) -> Vec<Value> {
    if path.ends_with(".csv") {
        let rows = csv(bytes);
        let column = rows[0].iter().position(|name| name == "AuditData").unwrap();
        return rows[1..].iter().map(|row| serde_json::from_str(&row[column]).unwrap()).collect();
    }
    if path.ends_with(".jsonl") {
        let text = std::str::from_utf8(bytes).unwrap();
        return text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    }
    let answer: Value = serde_json::from_slice(bytes).unwrap();
    let list = answer["value"].as_array().unwrap();
    list.iter().map(|record| record["auditData"].clone()).collect()
}

/// The rows of one file that is no audit log.
fn rows(path: &str, kind: &str, bytes: &[u8]) -> usize {
    if kind == "mailbox" {
        let text = std::str::from_utf8(bytes).unwrap();
        return text.lines().filter(|line| line.starts_with("From ")).count();
    }
    if kind == "firewall" {
        return std::str::from_utf8(bytes).unwrap().lines().count();
    }
    if kind == "database" {
        return csv(bytes).len();
    }
    if path.ends_with(".csv") {
        return csv(bytes).len() - 1;
    }
    let answer: Value = serde_json::from_slice(bytes).unwrap();
    let list = answer.as_array().or_else(|| answer["value"].as_array());
    list.unwrap().len()
}

/// Counts of every file against the truth; gives back the distinct audit records.
fn counted(world: &World) -> BTreeMap<String, Value> {
    let files = unpacked(world);
    let mut distinct = BTreeMap::new();
    let mut all = 0;
    for file in &world.truth.files {
        let bytes = &files[&file.path];
        if file.kind != "ual" {
            assert_eq!(rows(&file.path, &file.kind, bytes) as u64, file.rows, "{}", file.path);
            continue;
        }
        let list = records(&file.path, bytes);
        assert_eq!(list.len() as u64, file.rows, "{}", file.path);
        all += list.len() as u64;
        for record in list {
            let id = record["Id"].as_str().unwrap().to_owned();
            if let Some(there) = distinct.insert(id, record.clone()) {
                assert_eq!(there, record);
            }
        }
    }
    // A round number would look like a search cut at its cap.
    assert!(world.truth.files.iter().all(|file| !file.rows.is_multiple_of(1000)));
    assert!(world.truth.sources.values().all(|sum| !sum.rows.is_multiple_of(1000)));
    let sum = &world.truth.sources["ual"];
    assert_eq!((sum.rows, sum.records), (all, distinct.len() as u64));
    assert_eq!(sum.duplicates, all - distinct.len() as u64);
    let mut told = BTreeSet::new();
    for ids in world.truth.ual.values().flat_map(BTreeMap::values) {
        for id in ids {
            assert!(told.insert(id.clone()), "{id} has two actors");
        }
    }
    assert_eq!(told, distinct.keys().cloned().collect());
    distinct
}

#[test]
fn the_founding_incident_at_three_other_sizes() {
    for (seed, messages, accounts) in [(7, 311, 14), (8, 1_000, 19), (9, 64, 31)] {
        let world = world(Scenario::Founding, seed, messages, accounts);
        let distinct = counted(&world);
        traced(&world);
        logged(&world);
        let truth = &world.truth;
        assert_eq!(truth.inventory, u64::from(accounts));
        assert_eq!(truth.mail.messages, u64::from(messages));
        assert_eq!(truth.mail.by_day.values().sum::<u64>(), u64::from(messages));
        assert_eq!(truth.mail.known_recipients, 0);
        assert_eq!(truth.mail.near_matches, 2);
        assert!(truth.lists.len() == 4 && truth.lists.iter().all(|list| list.matches == 0));
        assert!(truth.read_items.is_empty(), "reads nothing but the fraudulent mails");
        let account = &truth.compromised[0].account;
        let inside = &truth.ual[&Actor::Attacker][account];
        let sent = inside.iter().filter(|id| distinct[*id]["Operation"] == "Send").count();
        assert_eq!(sent as u64, u64::from(messages));
        for folder in inside.iter().flat_map(|id| distinct[id]["Folders"].as_array()).flatten() {
            assert_eq!(folder["Path"], "\\送信済みアイテム");
        }
    }
}

/// The trace has every fraudulent mail, to every recipient.
fn traced(world: &World) {
    let files = unpacked(world);
    let trace = csv(&files["trace/MTSummary_report.csv"]);
    let account = &world.truth.compromised[0].account;
    let rows = trace[1..]
        .iter()
        .filter(|row| row[1] == *account && world.truth.mail.subjects.contains_key(&row[3]));
    let mut seen = (0, 0, 0);
    for row in rows {
        let to: Vec<&str> = row[2].split(';').collect();
        seen.0 += 1;
        seen.1 += to.len() as u64;
        seen.2 += to.iter().filter(|to| to.ends_with("Fail")).count() as u64;
    }
    let mail = &world.truth.mail;
    assert_eq!(seen, (mail.messages, mail.recipients, mail.failed));
}

/// Both logs speak in every hour of what the case file declares, and nobody from outside got in.
fn logged(world: &World) {
    let files = unpacked(world);
    let hours = (super::clock::utc(super::clock::ymd(2025, 11, 11), 0, 0, 0)
        - super::clock::utc(super::clock::ymd(2025, 8, 25), 0, 0, 0))
        / 3600;
    let firewall = String::from_utf8(files["systems/firewall.log"].clone()).unwrap();
    let value = |line: &str, key: &str| -> String {
        let rest = line.split_once(&format!(" {key}=")).unwrap().1;
        rest.split(' ').next().unwrap().trim_matches('"').to_owned()
    };
    let mut seen = BTreeSet::new();
    for line in firewall.lines() {
        seen.insert(value(line, "eventtime")[..10].parse::<i64>().unwrap() / 3600);
        let inside = value(line, "srcip").starts_with("10.0.");
        assert_eq!(inside, value(line, "action") != "deny", "{line}");
    }
    assert_eq!(seen.len() as i64, hours);
    let rows = csv(&files["systems/postgres.csv"]);
    let mut seen = BTreeSet::new();
    for row in &rows {
        assert_eq!(row.len(), 26);
        seen.insert(row[0][..13].to_owned());
        assert!(row[4].is_empty() || row[4].starts_with("10.0.3."), "{}", row[4]);
    }
    assert_eq!(seen.len() as i64, hours);
    assert!(rows.iter().any(|row| row[13].contains('\n')));
    let size = firewall.len() + files["systems/postgres.csv"].len();
    assert!(size < 6_000_000, "{size}");
    // Whoever signed in from outside the office, with or without success, is in neither log.
    let strangers =
        world.truth.ual.iter().filter(|it| matches!(it.0, Actor::Attacker | Actor::Attempt));
    let ids: BTreeSet<&String> = strangers.flat_map(|it| it.1.values().flatten()).collect();
    let audit = records_of(world);
    let bare = |it: &str| -> String {
        let port = it.matches(':').count() == 1;
        it.split(':').next().filter(|_| port).unwrap_or(it).to_owned()
    };
    let ips: BTreeSet<String> =
        ids.iter().filter_map(|id| audit[*id]["ClientIP"].as_str()).map(bare).collect();
    assert!(ips.len() > 5);
    for ip in ips {
        assert!(!firewall.contains(&format!("={ip} ")), "{ip}");
        assert!(rows.iter().all(|row| !row[4].contains(&ip)), "{ip}");
    }
}

/// All distinct audit records by id.
fn records_of(world: &World) -> BTreeMap<String, Value> {
    let files = unpacked(world);
    let audit = world.truth.files.iter().filter(|file| file.kind == "ual");
    let all = audit.flat_map(|file| records(&file.path, &files[&file.path]));
    all.map(|it| (it["Id"].as_str().unwrap().to_owned(), it)).collect()
}

#[test]
fn the_small_cases_at_other_sizes() {
    for (seed, messages, accounts) in [(3, 30, 14), (4, 61, 18), (6, 7, 22)] {
        let spread = world(Scenario::InternalSpread, seed, messages, accounts);
        counted(&spread);
        assert_eq!(spread.truth.mail.messages, u64::from(messages));
        assert_eq!((spread.truth.compromised.len(), spread.truth.persistence.len()), (3, 3));
        assert!(spread.truth.persistence.iter().all(|it| it.removed_at.is_some()));

        let replay = world(Scenario::TokenReplay, seed, 0, accounts);
        let distinct = counted(&replay);
        let inside = replay.truth.ual[&Actor::Attacker].values().flatten();
        assert!(inside.clone().all(|id| distinct[id]["Operation"] != "UserLoggedIn"));
        let read = replay.truth.read_items.values().sum::<u64>();
        assert!((50..=75).contains(&read), "{read}");
        assert_eq!(replay.truth.mail.messages, 0);

        let clean = world(Scenario::CleanSpray, seed, 0, accounts);
        counted(&clean);
        assert_eq!(clean.truth.inventory, u64::from(accounts));
        assert!(clean.truth.compromised.is_empty() && clean.truth.window.is_none());
        assert!(!clean.truth.ual.contains_key(&Actor::Attacker));
    }
}

#[test]
fn the_same_options_give_the_same_bytes_and_another_seed_others() {
    for scenario in Scenario::ALL {
        let one = world(scenario, 11, 40, 14);
        assert_eq!(one.files, world(scenario, 11, 40, 14).files);
        assert_ne!(one.files, world(scenario, 12, 40, 14).files);
    }
}

#[test]
fn a_file_with_other_content_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let world = world(Scenario::CleanSpray, 1, 0, 14);
    world.write(folder.path()).unwrap();
    world.write(folder.path()).unwrap();
    let mine = folder.path().join("konseki.toml");
    std::fs::write(&mine, "mine").unwrap();
    let error = world.write(folder.path()).unwrap_err();
    assert!(error.to_string().contains("konseki.toml"), "{error}");
    assert_eq!(std::fs::read_to_string(&mine).unwrap(), "mine");
}
