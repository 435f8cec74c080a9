//! One event of the audit log through every container it is exported in.

use std::fs;

use model::{Content, Position, Reading, Record, Reject, What};
use serde_json::{Map, Value, json};

use crate::{FindOptions, ReadOptions, Relation, Reread, find, inspect, read, reconcile, reread};

struct Seen {
    format: Option<&'static str>,
    reading: Reading,
    records: Vec<Record>,
    rejects: Vec<Reject>,
    reread: Vec<Reread>,
}

impl Seen {
    fn event(&self) -> &model::Event {
        match &self.records[0].what {
            What::Event(it) => it,
            other => panic!("{other:?}"),
        }
    }
}

fn seen(bytes: impl AsRef<[u8]>) -> Seen {
    in_zone(bytes, None)
}

fn in_zone(bytes: impl AsRef<[u8]>, zone: Option<&str>) -> Seen {
    let options = ReadOptions { declared_zone: zone.map(str::to_owned), ..ReadOptions::default() };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("evidence.bin");
    fs::write(&path, bytes).unwrap();
    let found = find(&[path], &FindOptions::default());
    let source = &found.sources[0];
    let inspection = inspect(source);
    let (mut records, mut rejects, mut places) = (Vec::new(), Vec::new(), Vec::new());
    let reading = read(source, &inspection, &options, &mut |row| match row.content {
        Content::Record(it) => {
            places.push(row.position);
            records.push(*it);
        }
        Content::Reject(it) => rejects.push(it),
    });
    assert_eq!(reading.rows, (records.len() + rejects.len()) as u64);
    let places: Vec<Position> = places;
    let reread = reread(source, &inspection, &options, &places);
    let reread: Vec<Reread> = reread.into_iter().map(|it| it.expect("read once")).collect();
    for (first, again) in records.iter().zip(&reread) {
        assert_eq!((&first.key, &first.body), (&again.record.key, &again.record.body));
        assert_eq!(first.body, crate::canonical::body_of(&again.canonical));
    }
    let format = inspection.format.map(|it| it.id);
    Seen { format, reading, records, rejects, reread }
}

const ID: &str = "0a1b2c3d-1111-4222-8333-444455556666";

fn bind() -> Value {
    json!({
        "AppAccessContext": {"AADSessionId": "00aa", "UniqueTokenId": "AbC_d", "IssuedAtTime": "2025-10-20T00:12:18"},
        "CreationTime": "2025-10-20T12:13:33", "Id": ID, "Operation": "MailItemsAccessed",
        "OrganizationId": "aaaaaaaa-0000-4000-8000-000000000000", "RecordType": 50,
        "ResultStatus": "Succeeded", "UserKey": "10032000ABCDEF01", "UserType": 0, "Version": 1,
        "Workload": "Exchange", "UserId": "Hanako@example.or.jp", "ClientIPAddress": "2603:10a6:803:15:cafe::5f",
        "ClientInfoString": "Client=OWA;Action=ViaProxy", "ExternalAccess": false, "InternalLogonType": 0,
        "LogonType": 0, "LogonUserSid": "S-1-5-21-1-2-3-4", "MailboxOwnerUPN": "hanako@example.or.jp",
        "OrganizationName": "example.onmicrosoft.com", "OriginatingServer": "TY0 (15.20.4200.000)\r\n",
        "OperationProperties": [{"Name": "MailAccessType", "Value": "Bind"}, {"Name": "IsThrottled", "Value": "False"}],
        "Folders": [{"FolderItems": [{"Id": "i1", "InternetMessageId": "<a\"b@Example>", "SizeInBytes": 1_156_492},
                                     {"Id": "i2", "InternetMessageId": "<c@x>", "SizeInBytes": 7}],
                     "Id": "f1", "Path": "\\受信トレイ"}],
        "OperationCount": 2
    })
}

fn rule() -> Value {
    json!({
        "CreationTime": "2025-10-20T12:13:33", "Id": ID, "Operation": "New-InboxRule",
        "OrganizationId": "aaaaaaaa-0000-4000-8000-000000000000", "RecordType": 1, "ResultStatus": "True",
        "UserKey": "10032000ABCDEF01", "UserType": 2, "Version": 1, "Workload": "Exchange",
        "ClientIP": "[2a01:111:f100:9001::1761:914f]:47114", "ObjectId": "JPNP286/hanako\\.", "UserId": "hanako@example.or.jp",
        "ExternalAccess": false, "OrganizationName": "example.onmicrosoft.com", "SessionId": "9c3e-1",
        "Parameters": [{"Name": "Name", "Value": "."}, {"Name": "ForwardTo", "Value": "x@evil.example, \"y\"; z"},
                       {"Name": "DeleteMessage", "Value": "True"}]
    })
}

fn name_of(record_type: i64) -> &'static str {
    if record_type == 50 { "ExchangeItemAggregated" } else { "ExchangeAdmin" }
}

fn table(header: &[&str], row: &[&str]) -> Vec<u8> {
    let mut writer =
        csv::WriterBuilder::new().quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
    writer.write_record(header).unwrap();
    writer.write_record(row).unwrap();
    writer.into_inner().unwrap()
}

fn table_of(fields: &Map<String, Value>) -> Vec<u8> {
    let header: Vec<&str> = fields.keys().map(String::as_str).collect();
    let cells: Vec<String> = fields.values().map(|it| cell(it)).collect();
    table(&header, &cells.iter().map(String::as_str).collect::<Vec<_>>())
}

fn cell(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        Value::Bool(it) => if *it { "True" } else { "False" }.to_owned(),
        other => other.to_string(),
    }
}

fn with(event: &Value, changes: &[(&str, Value)]) -> Value {
    let mut event = event.clone();
    for (key, value) in changes {
        event[*key] = value.clone();
    }
    event
}

/// The event as Sentinel spreads it.
fn office_activity(event: &Value, time: &str) -> Map<String, Value> {
    let renamed = [
        ("Id", "OfficeId"),
        ("Workload", "OfficeWorkload"),
        ("LogonType", "Logon_Type"),
        ("ClientIPAddress", "Client_IPAddress"),
        ("ObjectId", "OfficeObjectId"),
    ];
    let mut row = Map::new();
    for (key, value) in event.as_object().unwrap() {
        let name = renamed.iter().find(|it| it.0 == key).map_or(key.as_str(), |it| it.1);
        let value = match (key.as_str(), value) {
            ("CreationTime", _) => continue,
            ("UserType", it) => json!(if it == 0 { "Regular" } else { "Admin" }),
            ("LogonType", _) => json!("Owner"),
            ("RecordType", it) => json!(it.to_string()),
            (_, Value::Array(_) | Value::Object(_)) => json!(value.to_string()),
            (_, it) => json!(cell(it)),
        };
        row.insert(name.to_owned(), value);
    }
    for (name, value) in [
        ("TimeGenerated", time),
        ("TenantId", "11111111-2222-4333-8444-555566667777"),
        ("SourceSystem", "OfficeActivityManager"),
        ("SourceRecordId", ID),
        ("ResultReasonType", "Succeeded"),
        ("ElevationTime", "2025-10-20T12:30:00Z"),
        ("UserId_", "hanako@example.or.jp"),
        ("OfficeTenantId_", "$RestApiTenantId$"),
        ("Type", "OfficeActivity"),
    ] {
        row.insert(name.to_owned(), json!(value));
    }
    row
}

/// The event as Elastic's pipeline keeps it.
fn elastic(event: &Value) -> Value {
    let mut audit = event.clone();
    for bag in ["Parameters", "OperationProperties"] {
        if let Some(list) = event.get(bag).and_then(Value::as_array) {
            let pairs = list.iter();
            audit[bag] = pairs
                .map(|it| (it["Name"].as_str().unwrap().to_owned(), it["Value"].clone()))
                .collect();
        }
    }
    json!({"@timestamp": "2025-10-20T12:13:33.000Z", "event": {"action": event["Operation"], "id": ID}, "o365": {"audit": audit}})
}

fn dotted(value: &Value, path: &str, out: &mut Map<String, Value>) {
    for (key, field) in value.as_object().unwrap() {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match field {
            Value::Object(_) => dotted(field, &path, out),
            _ => drop(out.insert(path, field.clone())),
        }
    }
}

type Container = (&'static str, &'static str, Vec<u8>);

/// Containers that hold the whole record.
fn whole(event: &Value) -> Vec<Container> {
    let text = event.to_string();
    let pretty = serde_json::to_string_pretty(event).unwrap();
    let kind = name_of(event["RecordType"].as_i64().unwrap());
    let (operation, user) = (event["Operation"].as_str().unwrap(), "hanako@example.or.jp");
    let header = [
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
    let search = |data: &str, date: &str| {
        table(&header, &[kind, date, user, operation, data, "1", "1", ID, "True", "Unchanged"])
    };
    let wrapper = |data: Value, date: Value| {
        json!({"RecordType": kind, "CreationDate": date, "UserIds": user, "Operations": operation, "AuditData": data,
               "ResultIndex": 1, "ResultCount": 1, "Identity": ID, "IsValid": true, "ObjectState": "Unchanged"})
    };
    let ticks = json!("/Date(1760962413000)/");
    let noted = json!({"value": "/Date(1760962413000)/", "DateTime": "2025年10月20日 21:13:33"});
    let formatted = with(
        event,
        &[
            ("RecordType", json!(kind)),
            ("UserType", json!(if kind == "ExchangeAdmin" { "Admin" } else { "Regular" })),
            ("LogonType", event.get("LogonType").map_or(Value::Null, |_| json!("Owner"))),
        ],
    );
    let graph = json!({"id": ID, "createdDateTime": "2025-10-20T12:13:33Z", "auditLogRecordType": "exchangeAdmin", "operation": operation,
        "userPrincipalName": user, "clientIp": "", "administrativeUnits": [""], "auditData": with(event, &[("@odata.type", json!("#microsoft.graph.security.defaultAuditData"))])});
    let hunting = json!({"Timestamp": "2025-10-20T12:13:33Z", "ActionType": operation, "AccountObjectId": "x", "ReportId": "r",
        "RawEventData": with(event, &[("CreationTime", json!("2025-10-20T12:13:33Z"))])});
    let hunting_text =
        with(&hunting, &[("RawEventData", json!(hunting["RawEventData"].to_string()))]);
    let stream = json!({"time": "2025-10-20T12:20:00Z", "tenantId": "t", "operationName": "Publish", "category": "AdvancedHunting-CloudAppEvents", "properties": hunting});
    let splunk = json!({"preview": false, "offset": 0, "result": {"_raw": text, "_time": "2025-10-20 12:13:33.000 UTC", "sourcetype": "o365:management:activity"}});
    let escapes =
        text.replace("Client=", "\\u0043lient=").replace('<', "\\u003c").replace('/', "\\/");
    let one = |it: &Value| it.to_string().into_bytes();
    vec![
        ("bare array", "ual_records", format!("[{text}]").into_bytes()),
        ("bare, one a line", "ual_records", format!("{text}\n").into_bytes()),
        ("bare, pretty", "ual_records", format!("\u{feff}{pretty}\r\n\r\n").into_bytes()),
        ("bare, escaped", "ual_records", escapes.into_bytes()),
        ("event hub", "ual_records", format!("{{\"records\":[{text}]}}").into_bytes()),
        (
            "numbers as text and floats",
            "ual_records",
            one(&with(
                event,
                &[
                    ("RecordType", json!(event["RecordType"].to_string())),
                    ("UserType", json!(event["UserType"].as_f64())),
                    ("ExternalAccess", json!("False")),
                    ("@odata.type", json!("x")),
                ],
            )),
        ),
        ("cmdlet CSV", "ual_search_csv", search(&text, "10/20/2025 12:13:33 PM")),
        ("cmdlet CSV, Japanese host", "ual_search_csv", search(&text, "2025/10/20 12:13:33")),
        (
            "cmdlet CSV, formatted",
            "ual_search_csv",
            search(
                &serde_json::to_string_pretty(&formatted).unwrap().replace('\n', "\r\n"),
                "10/20/2025 12:13:33 PM",
            ),
        ),
        (
            "cmdlet CSV, escaped twice",
            "ual_search_csv",
            search(&text.replace('"', "\"\""), "10/20/2025 12:13:33 PM"),
        ),
        (
            "cmdlet CSV, JSON in JSON",
            "ual_search_csv",
            search(&json!(text).to_string(), "10/20/2025 12:13:33 PM"),
        ),
        (
            "four columns",
            "ual_search_csv",
            table(
                &["CreationDate", "UserIds", "Operations", "AuditData"],
                &["10/20/2025 12:13:33 PM", user, operation, &text],
            ),
        ),
        (
            "portal CSV",
            "ual_portal_csv",
            table(
                &[
                    "RecordId",
                    "CreationDate",
                    "RecordType",
                    "Operation",
                    "UserId",
                    "AuditData",
                    "AssociatedAdminUnits",
                    "AssociatedAdminUnitsNames",
                ],
                &[ID, "2025-10-20T12:13:33.0000000Z ", "50", operation, user, &text, "", ""],
            ),
        ),
        (
            "Splunk's table of a cmdlet CSV",
            "ual_splunk_csv",
            table(
                &[
                    "AuditData",
                    "CreationDate",
                    "Operations",
                    "UserIds",
                    "Identity",
                    "_raw",
                    "_time",
                ],
                &[&text, "10/20/2025 12:13:33 PM", operation, user, ID, "x", "1760962413"],
            ),
        ),
        (
            "Splunk's table, event alone",
            "ual_splunk_raw",
            table(
                &["_time", "sourcetype", "_raw"],
                &["1760962413", "o365:management:activity", &text],
            ),
        ),
        (
            "Splunk's table, event escaped twice",
            "ual_splunk_raw",
            table(&["_time", "_raw"], &["1760962413", &text.replace('"', "\"\"")]),
        ),
        ("Splunk's JSON", "ual_collected", one(&splunk)),
        ("a SIEM's JSON", "ual_collected", one(&json!({"source": "o365", "raw": text}))),
        (
            "cmdlet JSON, text",
            "ual_search_json",
            format!("[{}]", wrapper(json!(text), ticks.clone())).into_bytes(),
        ),
        (
            "cmdlet JSON, object",
            "ual_search_json",
            one(&wrapper(event.clone(), json!("2025-10-20T21:13:33+09:00"))),
        ),
        ("cmdlet JSON, noted date", "ual_search_json", one(&wrapper(event.clone(), noted))),
        (
            "cmdlet JSON, noted text",
            "ual_search_json",
            one(&wrapper(json!({"value": text, "Length": 1}), ticks.clone())),
        ),
        (
            "cmdlet JSON, windows one after another",
            "ual_search_json",
            format!("[{0}]\r\n\n{0}\n\n", wrapper(event.clone(), ticks)).into_bytes(),
        ),
        (
            "Graph",
            "ual_graph",
            format!("{{\"@odata.context\":\"c\",\"value\":[{graph}],\"@odata.nextLink\":\"n\"}}")
                .into_bytes(),
        ),
        ("Graph by PowerShell", "ual_graph", one(&with(&graph, &[("auditData", json!(text))]))),
        (
            "Graph CSV",
            "ual_graph_csv",
            table(
                &[
                    "id",
                    "createdDateTime",
                    "auditLogRecordType",
                    "operation",
                    "userPrincipalName",
                    "auditData",
                ],
                &[ID, "10/20/2025 12:13:33 PM", "exchangeAdmin", operation, user, &pretty],
            ),
        ),
        ("CloudAppEvents", "ual_cloud_app_events", one(&hunting)),
        ("CloudAppEvents, text", "ual_cloud_app_events", one(&hunting_text)),
        (
            "CloudAppEvents CSV",
            "ual_cloud_app_events",
            table(
                &["Timestamp", "ActionType", "AccountObjectId", "RawEventData"],
                &[
                    "Oct 20, 2025 9:13:33 PM",
                    operation,
                    "x",
                    hunting_text["RawEventData"].as_str().unwrap(),
                ],
            ),
        ),
        ("Defender stream", "ual_collected", format!("{{\"records\":[{stream}]}}").into_bytes()),
        (
            "Elastic, original kept",
            "ual_elastic",
            one(
                &json!({"@timestamp": "x", "event": {"original": text}, "o365": {"audit": {"Id": "other"}}}),
            ),
        ),
        (
            "Elastic dump, original kept",
            "ual_collected",
            one(&json!({"_index": "i", "_source": {"event": {"original": text}}})),
        ),
    ]
}

/// Containers that hold less, or rename something.
fn partial(event: &Value) -> Vec<Container> {
    let sentinel = Value::Object(office_activity(event, "2025-10-20T12:13:33Z"));
    let portal: Map<String, Value> = office_activity(event, "10/20/2025, 12:13:33.000 PM")
        .into_iter()
        .map(|(key, value)| {
            if key == "TimeGenerated" {
                ("TimeGenerated [UTC]".to_owned(), value)
            } else {
                (key, value)
            }
        })
        .collect();
    let lists = |it: &Value| {
        if it.is_array() {
            json!("System.Object[]")
        } else if it.is_object() {
            json!("@{AADSessionId=00aa}")
        } else {
            it.clone()
        }
    };
    let flat: Map<String, Value> =
        event.as_object().unwrap().iter().map(|(key, value)| (key.clone(), lists(value))).collect();
    let mut expanded = Map::new();
    dotted(event, "AuditData", &mut expanded);
    for value in expanded.values_mut().filter(|it| it.is_array()) {
        *value = json!("[List]");
    }
    expanded.insert("CreationDate".into(), json!("2025/10/20 12:13"));
    let saved = with(
        &Value::Object(expanded.clone()),
        &[("AuditData.CreationTime", json!("2025/10/20 12:13"))],
    );
    let document = elastic(event);
    let mut dots = Map::new();
    dotted(&document, "", &mut dots);
    let one = |it: &Value| it.to_string().into_bytes();
    vec![
        ("Sentinel", "ual_office_activity", one(&sentinel)),
        ("Sentinel CSV", "ual_office_activity", table_of(sentinel.as_object().unwrap())),
        ("Sentinel CSV of the portal", "ual_office_activity", table_of(&portal)),
        ("AuditDataOnly CSV", "ual_flat", table_of(&flat)),
        ("Power Query", "ual_flat", table_of(&expanded)),
        ("Power Query, saved again", "ual_flat", table_of(saved.as_object().unwrap())),
        ("Elastic, nested", "ual_elastic", one(&document)),
        ("Elastic, dotted", "ual_elastic", one(&Value::Object(dots.clone()))),
        ("Elastic CSV", "ual_elastic", table_of(&dots)),
        (
            "Elastic dump",
            "ual_collected",
            one(&json!({"_index": "i", "_id": "x", "_source": document})),
        ),
    ]
}

#[test]
fn one_event_is_one_record_in_every_container() {
    for event in [bind(), rule()] {
        let original = seen(event.to_string()).reread[0].clone();
        let told = seen(event.to_string()).event().clone();
        for (name, format, bytes) in whole(&event) {
            let it = seen(&bytes);
            assert_eq!(it.format, Some(format), "{name}");
            assert!(it.rejects.is_empty(), "{name}: {:?}", it.rejects);
            for (record, again) in it.records.iter().zip(&it.reread) {
                assert_eq!((record.key.as_str(), record.losses), (ID, 0), "{name}");
                assert_eq!(again.canonical, original.canonical, "{name}");
            }
            assert_eq!(*it.event(), told, "{name}");
        }
        for (name, format, bytes) in partial(&event) {
            let it = seen(&bytes);
            assert_eq!(it.format, Some(format), "{name}");
            assert!(it.rejects.is_empty(), "{name}: {:?}", it.rejects);
            assert_eq!(it.records[0].key, ID, "{name}");
            assert!(it.reading.cut, "{name}: its silence proves nothing");
            for rows in
                [[original.clone(), it.reread[0].clone()], [it.reread[0].clone(), original.clone()]]
            {
                let united = reconcile(&rows).unwrap();
                assert!(
                    !united.relations.contains(&Relation::Conflict),
                    "{name}:\n{}\n{}",
                    original.canonical,
                    it.reread[0].canonical
                );
                let What::Event(event) = united.record.what else { panic!("an event") };
                assert_eq!(event, told, "{name}: the union says what the whole record says");
            }
        }
    }
}
