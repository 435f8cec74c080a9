use std::collections::BTreeMap;

use super::super::clock::{bare, iso};
use super::super::sim::{Sim, Trace};
use super::text::{plain_row, quoted_row, utf16};
use super::{Export, break_round};

const KIND: &str = "message_trace";

/// The downloadable summary report: UTF-16, one row a message with all its recipients.
pub(super) fn summary(sim: &Sim, out: &mut Export, mark: bool) {
    let mut messages: BTreeMap<(&str, i64), Vec<&Trace>> = BTreeMap::new();
    for row in &sim.trace {
        messages.entry((&row.message, row.at)).or_default().push(row);
    }
    let mut text = String::new();
    let header = [
        "origin_timestamp_utc",
        "sender_address",
        "recipient_status",
        "message_subject",
        "total_bytes",
        "message_id",
        "network_message_id",
        "original_client_ip",
        "directionality",
        "connector_id",
        "delivery_priority",
    ];
    plain_row(&header, "\r\n", &mut text);
    let mut rows: Vec<&Vec<&Trace>> = messages.values().collect();
    rows.sort_by_key(|rows| (rows[0].at, &rows[0].message));
    break_round(&mut rows, 0);
    for rows in &rows {
        summary_row(sim, rows, &mut text);
    }
    let path = "trace/MTSummary_report.csv";
    out.count(path, KIND, rows.len(), messages.len());
    out.file(path, utf16(&text, mark));
    out.declare("trace/*.csv", sim.setting.trace, "Enhanced summary report", false);
}

fn summary_row(sim: &Sim, rows: &[&Trace], text: &mut String) {
    let first = rows[0];
    let list: Vec<String> = rows.iter().map(|r| format!("{}##{}", r.recipient, acts(r))).collect();
    // The client's address is kept for ten days only.
    let recent = first.at >= sim.setting.collected - 10 * 86_400;
    let direction = if first.direction == "inbound" { "Incoming" } else { "Originating" };
    let cells: [&str; 11] = [
        &iso(first.at).replace('Z', ".0000000Z"),
        &first.sender,
        &list.join(";"),
        &first.subject,
        &first.size.to_string(),
        &first.message,
        &first.trace_id,
        if recent { &first.from_ip } else { "" },
        direction,
        "",
        "Normal",
    ];
    plain_row(&cells, "\r\n", text);
}

/// What happened to one recipient, act by act.
fn acts(row: &Trace) -> &'static str {
    match row.status {
        "Failed" => "Receive, Fail",
        "FilteredAsSpam" => "Receive, FilteredAsSpam",
        _ if row.direction == "outbound" => "Receive, Send",
        _ => "Receive, Deliver",
    }
}

/// Get-MessageTraceV2, ten days a query, one row a recipient.
pub(super) fn cmdlet_csv(sim: &Sim, out: &mut Export) {
    let (from, to) = sim.setting.trace;
    let mut start = from;
    let (mut part, mut total) = (1, 0);
    while start < to {
        let end = (start + 10 * 86_400).min(to);
        let mut rows: Vec<&Trace> =
            sim.trace.iter().rev().filter(|r| (start..end).contains(&r.at)).collect();
        let records = rows.len();
        break_round(&mut rows, total);
        total += rows.len();
        let mut text = String::new();
        let header = [
            "MessageTraceId",
            "MessageId",
            "Received",
            "SenderAddress",
            "RecipientAddress",
            "Subject",
            "Status",
            "ToIP",
            "FromIP",
            "Size",
        ];
        quoted_row(&header, "\r\n", &mut text);
        for r in &rows {
            let (at, size) = (bare(r.at) + "Z", r.size.to_string());
            let cells = [
                &r.trace_id,
                &r.message,
                &at,
                &r.sender,
                &r.recipient,
                &r.subject,
                r.status,
                &r.to_ip,
                &r.from_ip,
                &size,
            ];
            quoted_row(&cells, "\r\n", &mut text);
        }
        let path = format!("trace/messagetrace-{part}.csv");
        out.count(&path, KIND, rows.len(), records);
        out.file(&path, text.into_bytes());
        start = end;
        part += 1;
    }
    out.declare("trace/*.csv", sim.setting.trace, "Get-MessageTraceV2", false);
}
