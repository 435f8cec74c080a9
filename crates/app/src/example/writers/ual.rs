use std::collections::BTreeSet;
use std::io;

use super::super::clock::{iso, ja_host, plus, utc, ymd};
use super::super::json::J;
use super::super::people::{Kind, VICTIM};
use super::super::rng::Rng;
use super::super::sim::{Sim, Ual};
use super::text::{gzip, plain_row, quoted_row, with_mark, zip};
use super::{Export, break_round};

const KIND: &str = "ual";
const OLD: &str = "UAL_202508-202510.zip";

/// The name of a record type, as the cmdlet writes it.
fn type_name(number: i32) -> &'static str {
    match number {
        1 => "ExchangeAdmin",
        2 => "ExchangeItem",
        3 => "ExchangeItemGroup",
        6 => "SharePointFileOperation",
        8 => "AzureActiveDirectory",
        15 => "AzureActiveDirectoryStsLogon",
        25 => "MicrosoftTeams",
        50 => "ExchangeItemAggregated",
        _ => "Unknown",
    }
}

/// One query of Search-UnifiedAuditLog and the file it went into.
struct Query {
    name: &'static str,
    from: i64,
    to: i64,
    /// Only this account, where the query named one.
    user: Option<String>,
    typed: bool,
    remote: bool,
}

/// Search-UnifiedAuditLog in four spans that overlap, and once more for the account in question.
pub(super) fn search_csv(sim: &Sim, out: &mut Export) -> io::Result<()> {
    let (from, to) = sim.setting.ual;
    let day = |month, day| utc(ymd(2025, month, day), 0, 0, 0);
    let query = |name, from, to, typed, remote| Query { name, from, to, user: None, typed, remote };
    let mut queries = vec![
        query("UAL_20250825-20250921.csv", from, day(9, 22), true, false),
        query("UAL_20250921-20251012.csv", day(9, 21), day(10, 13), false, false),
        query("UAL_20251012-20251026.csv", day(10, 12), day(10, 27), false, true),
        query("UAL_20251026-20251110.csv", day(10, 26), to, true, true),
    ];
    let mut victim = query("UAL_victim_1001-1003.csv", day(10, 1), day(10, 4), false, false);
    victim.user = Some(sim.people[VICTIM].upn.to_lowercase());
    queries.push(victim);
    let mut seen = BTreeSet::new();
    let mut total = 0;
    let mut old = Vec::new();
    for query in &queries {
        let mut rows = answered(sim, query);
        break_round(&mut rows, total);
        total += rows.len();
        let records = rows.iter().filter(|r| seen.insert(r.id.as_str())).count();
        let text = search_file(sim, query, &rows);
        if query.to <= day(10, 13) && query.user.is_none() {
            // The two oldest came in one archive.
            out.count(&format!("ual/{OLD}!/{}", query.name), KIND, rows.len(), records);
            old.push((query.name, text));
        } else {
            let path = format!("ual/{}", query.name);
            out.count(&path, KIND, rows.len(), records);
            out.file(&path, text);
        }
    }
    out.file(&format!("ual/{OLD}"), zip(&old)?);
    out.declare("ual/*", sim.setting.ual, "Search-UnifiedAuditLog", true);
    Ok(())
}

/// A large set comes back unsorted.
fn answered<'a>(sim: &'a Sim, query: &Query) -> Vec<&'a Ual> {
    let mut rows: Vec<&Ual> = sim
        .ual
        .iter()
        .filter(|r| (query.from..query.to).contains(&r.at))
        .filter(|r| query.user.as_ref().is_none_or(|user| *user == r.account))
        .collect();
    if query.user.is_none() {
        Rng::new(sim.options.seed, query.name).shuffle(&mut rows);
    } else {
        rows.reverse();
    }
    rows
}

const SEARCH_HEADER: [&str; 10] = [
    "RecordType",
    "CreationDate",
    "UserIds",
    "Operations",
    "AuditData",
    "ResultIndex",
    "ResultCount",
    "Identity",
    "IsValid",
    "ObjectState",
];

fn search_file(sim: &Sim, query: &Query, rows: &[&Ual]) -> Vec<u8> {
    let mut text = String::with_capacity(rows.iter().map(|r| r.body.len() * 5 / 4 + 320).sum());
    if query.typed {
        text.push_str(
            "#TYPE Deserialized.Microsoft.Exchange.Data.ApplicationLogic.UnifiedAuditLogEvent\r\n",
        );
    }
    let runspace = Rng::new(sim.options.seed, query.name).guid();
    let remote = ["outlook.office365.com", runspace.as_str(), "False"];
    let prefix: &[&str] =
        if query.remote { &["PSComputerName", "RunspaceId", "PSShowComputerName"] } else { &[] };
    quoted_row(&[prefix, &SEARCH_HEADER].concat(), "\r\n", &mut text);
    let count = rows.len().to_string();
    for (i, r) in rows.iter().enumerate() {
        let (date, index) = (ja_host(r.at), (i + 1).to_string());
        let cells = [
            type_name(r.record_type),
            &date,
            &r.user,
            &r.operation,
            &r.body,
            &index,
            &count,
            &r.id,
            "True",
            "Unchanged",
        ];
        let prefix: &[&str] = if query.remote { &remote } else { &[] };
        quoted_row(&[prefix, &cells].concat(), "\r\n", &mut text);
    }
    if query.typed { with_mark(&text) } else { text.into_bytes() }
}

/// Rows of an export without overlaps, a round number broken by repeating one.
fn unrounded(sim: &Sim) -> Vec<&Ual> {
    let mut rows: Vec<&Ual> = sim.ual.iter().rev().collect();
    break_round(&mut rows, 0);
    rows
}

/// The portal's CSV of today: newest first, times with a trailing blank, record types as numbers.
pub(super) fn portal_csv(sim: &Sim, out: &mut Export) -> io::Result<()> {
    let mut text = String::new();
    let header = [
        "RecordId",
        "CreationDate",
        "RecordType",
        "Operation",
        "UserId",
        "AuditData",
        "AssociatedAdminUnits",
        "AssociatedAdminUnitsNames",
    ];
    plain_row(&header, "\r\n", &mut text);
    let rows = unrounded(sim);
    for r in &rows {
        let date = iso(r.at).replace('Z', ".0000000Z ");
        let number = r.record_type.to_string();
        plain_row(
            &[&r.id, &date, &number, &r.operation, &r.user, &r.body, "", ""],
            "\r\n",
            &mut text,
        );
    }
    let name = "AuditLog_2025-04-07_2025-06-20.csv";
    out.count(&format!("ual/purview.zip!/{name}"), KIND, rows.len(), sim.ual.len());
    out.file("ual/purview.zip", zip(&[(name, with_mark(&text))])?);
    out.declare("ual/*.zip", sim.setting.ual, "Purview", false);
    Ok(())
}

/// Bare records, one a line, gzipped, in two files that overlap by three days.
pub(super) fn bare_lines(sim: &Sim, out: &mut Export) -> io::Result<()> {
    let (from, to) = sim.setting.ual;
    let cut = utc(ymd(2025, 3, 1), 0, 0, 0);
    let overlap = utc(plus(ymd(2025, 3, 1), 3), 0, 0, 0);
    let mut seen = BTreeSet::new();
    let mut total = 0;
    for (path, from, to) in
        [("ual/audit-1.jsonl.gz", from, overlap), ("ual/audit-2.jsonl.gz", cut, to)]
    {
        let mut rows: Vec<&Ual> = sim.ual.iter().filter(|r| (from..to).contains(&r.at)).collect();
        break_round(&mut rows, total);
        total += rows.len();
        let mut text = String::new();
        for row in &rows {
            text.push_str(&row.body);
            text.push('\n');
        }
        let records = rows.iter().filter(|r| seen.insert(r.id.as_str())).count();
        let inner = path.trim_end_matches(".gz").rsplit('/').next().unwrap_or_default();
        out.count(&format!("{path}!/{inner}"), KIND, rows.len(), records);
        out.file(path, gzip(text.as_bytes())?);
    }
    out.declare("ual/*.jsonl.gz", sim.setting.ual, "Management Activity API", false);
    Ok(())
}

/// Answers of Graph's audit log query, page by page, in one archive.
pub(super) fn graph_query_zip(sim: &Sim, out: &mut Export) -> io::Result<()> {
    let rows = unrounded(sim);
    let half = rows.len() / 2 + 7;
    let mut entries: Vec<(&str, Vec<u8>)> = Vec::new();
    let mut seen = BTreeSet::new();
    for (page, name) in rows.chunks(half.max(1)).zip(["records-part1.json", "records-part2.json"]) {
        let list = page.iter().map(|r| J::Raw(graph_record(sim, r))).collect();
        let document = J::Object(vec![
            (
                "@odata.context",
                J::Text(
                    "https://graph.microsoft.com/beta/$metadata#security/auditLog/queries/records"
                        .to_owned(),
                ),
            ),
            ("value", J::List(list)),
        ]);
        let records = page.iter().filter(|r| seen.insert(r.id.as_str())).count();
        out.count(&format!("ual/graph-query.zip!/{name}"), KIND, page.len(), records);
        entries.push((name, document.render().into_bytes()));
    }
    out.file("ual/graph-query.zip", zip(&entries)?);
    out.declare("ual/*.zip", sim.setting.ual, "Graph auditLogQuery", false);
    Ok(())
}

fn graph_record(sim: &Sim, r: &Ual) -> String {
    let text = |t: &str| J::Text(t.to_owned());
    let name = type_name(r.record_type);
    let camel = name[..1].to_ascii_lowercase() + &name[1..];
    let person =
        sim.people.iter().find(|p| p.upn.to_lowercase() == r.account && p.kind != Kind::Guest);
    J::Object(vec![
        ("@odata.type", text("#microsoft.graph.security.auditLogRecord")),
        ("id", text(&r.id)),
        ("createdDateTime", text(&iso(r.at))),
        ("auditLogRecordType", text(&camel)),
        ("operation", text(&r.operation)),
        ("organizationId", text(&sim.tenant.id)),
        ("userType", text(if person.is_some() { "regular" } else { "system" })),
        ("userId", text(&r.user)),
        ("service", text(r.workload)),
        ("objectId", text(&r.object)),
        ("userPrincipalName", text(&r.user)),
        ("clientIp", text(&r.client_ip)),
        ("administrativeUnits", J::List(vec![])),
        ("auditData", J::Raw(r.body.clone())),
    ])
    .render()
}
