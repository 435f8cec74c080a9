//! One event of the audit log through every container it is exported in.

use std::fs;

use model::{Content, Position, Reading, Record, Reject, What};
use proptest::prelude::*;
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

fn kind(event: &Value) -> &'static str {
    match event["RecordType"].as_i64() {
        Some(50) => "ExchangeItemAggregated",
        Some(8) => "AzureActiveDirectory",
        _ => "ExchangeAdmin",
    }
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
    let cells: Vec<String> = fields.values().map(cell).collect();
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
            ("UserType", it) if it == 0 => json!("Regular"),
            ("UserType", it) if it == 2 => json!("Admin"),
            ("LogonType", it) if it == 0 => json!("Owner"),
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
        ("UserId_", "another@example.or.jp"),
        ("Site_Url_", ""),
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
    let bags = |bag: &str| {
        let list = event.get(bag).and_then(Value::as_array);
        list.filter(|it| it.iter().all(|it| it["Name"].is_string()))
    };
    if let Some(list) = bags("ModifiedProperties") {
        let parts = |it: &Value| json!({"NewValue": it["NewValue"], "OldValue": it["OldValue"]});
        let name = |it: &Value| it["Name"].as_str().unwrap().replace([' ', '.'], "_");
        audit["ModifiedProperties"] = list.iter().map(|it| (name(it), parts(it))).collect();
    }
    for bag in ["Parameters", "OperationProperties", "ExtendedProperties"] {
        if let Some(list) = bags(bag) {
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

fn consent() -> Value {
    json!({
        "CreationTime": "2025-10-20T12:13:33", "Id": ID, "Operation": "Consent to application.",
        "OrganizationId": "aaaaaaaa-0000-4000-8000-000000000000", "RecordType": 8, "ResultStatus": "Success",
        "UserKey": "10032000ABCDEF01@example.or.jp", "UserType": 0, "Version": 1, "Workload": "AzureActiveDirectory",
        "ObjectId": "app", "UserId": "hanako@example.or.jp", "AzureActiveDirectoryEventType": 1, "ExternalAccess": false,
        "ExtendedProperties": [{"Name": "additionalDetails", "Value": "{\"User-Agent\":\"Mozilla/5.0\"}"}],
        "ModifiedProperties": [
            {"Name": "ConsentContext.IsAdminConsent", "NewValue": "True", "OldValue": ""},
            {"Name": "ConsentAction.Permissions", "NewValue": "[] => [[Scope: Mail.Read]]", "OldValue": ""},
            {"Name": "Included Updated Properties", "NewValue": "KeyDescription", "OldValue": ""}],
        "Actor": [{"ID": "hanako@example.or.jp", "Type": 5}, {"ID": "10032000ABCDEF01", "Type": 3}],
        "Target": [{"ID": "app", "Type": 1}], "InterSystemsId": "i-1", "TargetContextId": "t"
    })
}

type Container = (&'static str, &'static str, Vec<u8>);

/// Containers that hold the whole record.
fn whole(event: &Value) -> Vec<Container> {
    [bare(event), tables(event), wrapped(event), collected(event)].concat()
}

fn one(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap().replace('\n', "\r\n")
}

fn bare(event: &Value) -> Vec<Container> {
    let text = event.to_string();
    let escapes =
        text.replace("Client=", "\\u0043lient=").replace('<', "\\u003c").replace('/', "\\/");
    let loose = [
        ("RecordType", json!(event["RecordType"].to_string())),
        ("UserType", json!(event["UserType"].as_f64())),
        ("ExternalAccess", json!("False")),
        ("@odata.type", json!("x")),
    ];
    let format = "ual_records";
    vec![
        ("array", format, format!("[{text}]").into_bytes()),
        ("one a line", format, format!("{text}\n").into_bytes()),
        ("pretty", format, format!("\u{feff}{}\r\n\r\n", pretty(event)).into_bytes()),
        ("escaped", format, escapes.into_bytes()),
        ("event hub", format, format!("{{\"records\":[{text}]}}").into_bytes()),
        ("numbers as text and floats", format, one(&with(event, &loose))),
    ]
}

const SEARCH: [&str; 10] = [
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
const USER: &str = "hanako@example.or.jp";

/// The event with its enumerations as names, as `-Formatted` writes it.
fn named(event: &Value) -> Value {
    let admin = event["RecordType"] == 1;
    with(
        event,
        &[
            ("RecordType", json!(kind(event))),
            ("UserType", json!(if admin { "Admin" } else { "Regular" })),
            ("LogonType", event.get("LogonType").map_or(Value::Null, |_| json!("Owner"))),
        ],
    )
}

fn tables(event: &Value) -> Vec<Container> {
    let text = event.to_string();
    let operation = event["Operation"].as_str().unwrap();
    let search = |data: &str, date: &str| {
        let row = [kind(event), date, USER, operation, data, "1", "1", ID, "True", "Unchanged"];
        table(&SEARCH, &row)
    };
    let date = "10/20/2025 12:13:33 PM";
    let four = ["CreationDate", "UserIds", "Operations", "AuditData"];
    let portal = ["RecordId", "CreationDate", "RecordType", "Operation", "UserId", "AuditData"];
    let in_portal = [ID, "2025-10-20T12:13:33.0000000Z ", "50", operation, USER, &text];
    let graph = ["id", "createdDateTime", "auditLogRecordType", "operation", "auditData"];
    let in_graph = [ID, date, "exchangeAdmin", operation, &pretty(event)];
    let doubled = text.replace('"', "\"\"");
    vec![
        ("cmdlet", "ual_search_csv", search(&text, date)),
        ("cmdlet of a Japanese host", "ual_search_csv", search(&text, "2025/10/20 12:13:33")),
        ("formatted", "ual_search_csv", search(&pretty(&named(event)), date)),
        ("escaped twice", "ual_search_csv", search(&doubled, date)),
        ("JSON in JSON", "ual_search_csv", search(&json!(text).to_string(), date)),
        ("four columns", "ual_search_csv", table(&four, &[date, USER, operation, &text])),
        ("portal", "ual_portal_csv", table(&portal, &in_portal)),
        ("Graph as a table", "ual_graph_csv", table(&graph, &in_graph)),
        (
            "in Splunk",
            "ual_splunk_csv",
            table(&["AuditData", "CreationDate", "_raw"], &[&text, date, "x"]),
        ),
        ("_raw alone", "ual_splunk_raw", table(&["_time", "_raw"], &["1760962413", &text])),
        ("_raw escaped", "ual_splunk_raw", table(&["_time", "_raw"], &["1760962413", &doubled])),
    ]
}

fn wrapped(event: &Value) -> Vec<Container> {
    let text = event.to_string();
    let wrapper = |data: Value, date: Value| {
        json!({"RecordType": kind(event), "CreationDate": date, "UserIds": USER, "Operations": event["Operation"],
            "AuditData": data, "ResultIndex": 1, "ResultCount": 1, "Identity": ID, "IsValid": true})
    };
    let ticks = json!("/Date(1760962413000)/");
    let noted = json!({"value": ticks, "DateTime": "2025年10月20日 21:13:33"});
    let as_object = wrapper(event.clone(), ticks.clone());
    let typed =
        with(event, &[("@odata.type", json!("#microsoft.graph.security.defaultAuditData"))]);
    let graph = json!({"id": ID, "createdDateTime": "2025-10-20T12:13:33Z", "auditLogRecordType": "exchangeAdmin",
        "operation": event["Operation"], "userPrincipalName": USER, "administrativeUnits": [""], "auditData": typed});
    let page =
        format!("{{\"@odata.context\":\"c\",\"value\":[{graph}],\"@odata.nextLink\":\"n\"}}");
    let windows = format!("[{as_object}]\r\n\n{as_object}\n\n");
    let format = "ual_search_json";
    vec![
        ("text", format, format!("[{}]", wrapper(json!(text), ticks.clone())).into_bytes()),
        ("object", format, one(&wrapper(event.clone(), json!("2025-10-20T21:13:33+09:00")))),
        ("noted date", format, one(&wrapper(event.clone(), noted))),
        ("noted text", format, one(&wrapper(json!({"value": text, "Length": 1}), ticks))),
        ("windows one after another", format, windows.into_bytes()),
        ("Graph", "ual_graph", page.into_bytes()),
        ("Graph by PowerShell", "ual_graph", one(&with(&graph, &[("auditData", json!(text))]))),
    ]
}

fn collected(event: &Value) -> Vec<Container> {
    let text = event.to_string();
    let operation = event["Operation"].as_str().unwrap();
    let zoned = with(event, &[("CreationTime", json!("2025-10-20T12:13:33Z"))]);
    let hunting = json!({"Timestamp": "2025-10-20T12:13:33Z", "ActionType": operation, "AccountObjectId": "x", "RawEventData": zoned});
    let as_text = with(&hunting, &[("RawEventData", json!(zoned.to_string()))]);
    let answer = json!({"@odata.context": "c", "schema": [{"Name": "Timestamp", "Type": "DateTime"}], "results": [hunting]});
    let columns = ["Timestamp", "ActionType", "AccountObjectId", "RawEventData"];
    let row = ["Oct 20, 2025 9:13:33 PM", operation, "x", &zoned.to_string()];
    let stream = json!({"time": "2025-10-20T12:20:00Z", "category": "AdvancedHunting-CloudAppEvents", "properties": hunting});
    let splunk = json!({"preview": false, "result": {"_raw": text, "sourcetype": "o365:management:activity"}});
    let document = json!({"event": {"original": text}, "o365": {"audit": {"Id": "other"}}});
    let dump = json!({"_index": "i", "_source": document});
    let answer_of_elastic = json!({"took": 3, "_shards": {"total": 1}, "hits": {"total": {"value": 1}, "max_score": null, "hits": [dump]}});
    vec![
        ("hunting", "ual_cloud_app_events", one(&hunting)),
        ("hunting, text", "ual_cloud_app_events", one(&as_text)),
        ("hunting, Graph's answer", "ual_cloud_app_events", one(&answer)),
        ("hunting, table", "ual_cloud_app_events", table(&columns, &row)),
        ("stream", "ual_collected", format!("{{\"records\":[{stream}]}}").into_bytes()),
        ("Splunk's JSON", "ual_collected", one(&splunk)),
        ("a SIEM's JSON", "ual_collected", one(&json!({"source": "o365", "raw": text}))),
        ("Elastic with the original", "ual_elastic", one(&document)),
        ("Elastic's dump", "ual_elastic", one(&dump)),
        ("Elastic's answer", "ual_elastic", one(&answer_of_elastic)),
    ]
}

/// The event as `Export-Csv` spreads it.
fn flattened(event: &Value) -> Map<String, Value> {
    let plain = |it: &Value| match it {
        Value::Array(_) => json!("System.Object[]"),
        Value::Object(_) => json!("@{AADSessionId=00aa}"),
        other => other.clone(),
    };
    event.as_object().unwrap().iter().map(|(key, it)| (key.clone(), plain(it))).collect()
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
    let flat = flattened(event);
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
            "ual_elastic",
            one(&json!({"_index": "i", "_id": "x", "_source": document})),
        ),
    ]
}

#[test]
fn one_event_is_one_record_in_every_container() {
    for event in [bind(), rule(), consent()] {
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
            let lossy = format != "ual_office_activity";
            assert_eq!((it.records[0].losses > 0, it.reading.lossy > 0), (lossy, lossy), "{name}");
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

#[test]
fn a_stream_of_many_tables_is_read_as_far_as_formats_know_it() {
    let row = |table: &str, properties: Value| json!({"time": "2025-10-20T12:20:00Z", "category": format!("AdvancedHunting-{table}"), "properties": properties});
    let rows = [
        row("DeviceEvents", json!({"Timestamp": "2025-10-20T12:00:00Z", "DeviceId": "d"})),
        row("CloudAppEvents", json!({"ActionType": "New-InboxRule", "RawEventData": rule()})),
        row(
            "CloudAppEvents",
            json!({"ActionType": "x", "Timestamp": "2025-10-20T12:00:00Z", "RawEventData": null}),
        ),
        row("<b>\u{202e}", json!({"x": 1})),
    ];
    let text = rows.map(|it| it.to_string()).join("\n");
    let it = seen(format!("{text}\n{{\"time\": \"2025"));
    assert_eq!((it.format, it.reading.rows, it.records.len()), (Some("ual_collected"), 5, 1));
    assert_eq!(it.records[0].key, ID);
    let reasons: Vec<&str> = it.rejects.iter().map(|it| it.reason.as_str()).collect();
    let want = [
        "a row of the table DeviceEvents, which is not read",
        "RawEventData is empty: no record of the audit log",
        "an event of a kind that is not read",
        "the JSON ends in the middle of the record",
    ];
    assert_eq!(reasons, want);
    assert_eq!(
        (it.rejects[1].operation.as_str(), it.rejects[1].at),
        ("x", Some(1_760_961_600_000_000))
    );
    assert_eq!(it.reading.warnings, [("lossy_export".to_owned(), "copy".to_owned())]);
    // The same tables without an audit record are no audit log.
    let other = row("DeviceEvents", json!({"DeviceId": "d"}));
    assert_eq!(seen(other.to_string()).format, None);
}

#[test]
fn derived_tables_give_leads_and_no_records() {
    let sessions = "\"TimeStamp\",\"User\",\"Action\",\"SessionId\",\"ClientIP\",\"MailAccessType\",\"IsThrottled\",\"OperationCount\"\r\n\
        \"2025-10-20T12:13:33\",\"Hanako@x.jp\",\"MailItemsAccessed\",\"s\",\"203.0.113.9\",\"Bind\",\"False\",\"2\"\r\n";
    let messages = "Timestamp,User,IPaddress,SessionID,MailAccessType,FolderPath,InternetMessageId,SizeInBytes\r\n\
        2025-10-20T12:13:33,hanako@x.jp,203.0.113.9,s,Bind,,<a@x>,1\r\n2025-10-20T12:13:33,hanako@x.jp,203.0.113.9,s,Sync,\\Inbox,N/A (Sync - entire folder),\r\n";
    for (text, rows) in [(sessions, 1), (messages, 2)] {
        let it = seen(text);
        assert_eq!(
            (it.format, it.rejects.len(), it.records.len()),
            (Some("ual_mes_items"), rows, 0)
        );
        let lead = &it.rejects[0];
        assert!(lead.reason.ends_with("export the audit log itself"), "{}", lead.reason);
        assert_eq!((lead.account.as_str(), lead.at), ("hanako@x.jp", Some(1_760_962_413_000_000)));
        assert!(it.reading.cut);
        assert_eq!(it.reading.warnings, [("lossy_export".to_owned(), "derived".to_owned())]);
        assert_eq!(it.reading.leads[0].operation, "MailItemsAccessed");
    }
}

#[test]
fn mailbox_audit_entries_are_read_in_the_zone_that_is_declared() {
    let text = "Operation,OperationResult,LogonType,ExternalAccess,DestFolderPathName,FolderPathName,ClientInfoString,ClientIPAddress,MailboxOwnerUPN,LogonUserDisplayName,SourceItemInternetMessageIdsList,LastAccessed\r\n\
        MoveToDeletedItems,Succeeded,Owner,False,\\Deleted Items,\\Sent Items,Client=OWA;x,203.0.113.9,Hanako@x.jp,山田 花子,\"<a@x>,<b@x>\",2025/10/20 21:13:33\r\n\
        FolderBind,Succeeded,Delegate,False,,\\Inbox,Client=OWA;x,203.0.113.9,Hanako@x.jp,Taro,,2025/10/20 21:14\r\n\
        Send,Succeeded,Owner,False,,,,,h@x.jp,,,soon\r\n";
    let it = in_zone(text, Some("Asia/Tokyo"));
    assert_eq!((it.format, it.records.len(), it.rejects.len()), (Some("ual_mailbox_audit"), 2, 1));
    let event = it.event();
    assert_eq!(
        (event.at, event.logon_type, event.succeeded),
        (1_760_962_413_000_000, 0, Some(true))
    );
    assert_eq!((event.actor.as_str(), event.mailbox.as_str()), ("hanako@x.jp", "hanako@x.jp"));
    let items: Vec<(&str, &str, &str)> = event
        .items
        .iter()
        .map(|it| (it.role.as_str(), it.folder.as_str(), it.message_id.as_str()))
        .collect();
    let want = [
        ("source", "Sent Items", "a@x"),
        ("source", "Sent Items", "b@x"),
        ("destination", "Deleted Items", ""),
    ];
    assert_eq!(items, want);
    let What::Event(delegate) = &it.records[1].what else { panic!("an event") };
    assert_eq!((delegate.actor.as_str(), delegate.logon_type), ("taro", 2));
    assert_eq!(it.rejects[0].reason, "LastAccessed is no date");
    assert!(it.records.iter().all(|it| it.losses > 0) && it.reading.cut);
    let utc = seen(text);
    assert_eq!(utc.event().at - event.at, 9 * 3_600_000_000);
    // One entry twice is one record.
    let twice = in_zone(format!("{text}{}", text.lines().nth(1).unwrap()), Some("Asia/Tokyo"));
    assert_eq!(twice.records[0].key, twice.records.last().unwrap().key);
}

#[test]
fn ambiguous_days_and_lost_cells_are_rejects_that_say_so() {
    let it = seen(
        "TimeGenerated [UTC],OfficeWorkload,Operation,UserId,OfficeId\r\n\"3/12/2025, 1:00:00.000 PM\",Exchange,Send,a@x.jp,0a1b2c3d-1111-4222-8333-444455556666\r\n",
    );
    assert_eq!((it.format, it.rejects.len()), (Some("ual_office_activity"), 1));
    assert_eq!(it.rejects[0].reason, "TimeGenerated cannot be read");
    assert!(it.reading.warnings.iter().any(|it| it.0 == "ambiguous_dates"));

    let it = seen(
        "Timestamp,ActionType,AccountObjectId,RawEventData\r\n2025-10-20T12:00:00Z,Send,x,\"{\"\"Id\"\":\"\"a\"\r\n",
    );
    assert_eq!(it.rejects[0].reason, "RawEventData is cut or broken JSON");
    assert_eq!((it.rejects[0].operation.as_str(), it.rejects[0].at.is_some()), ("Send", true));
}

#[test]
fn a_cut_record_leads_to_its_hour_only_where_the_hour_is_sure() {
    let row = |date: &str| json!({"CreationDate": date, "Operations": "Send", "UserIds": "A@x.jp", "AuditData": "{\"Id\":\"a", "Identity": "i"});
    let it = seen(format!("[{},{}]", row("2025-10-20T12:13:33Z"), row("/Date(1760962413000)/")));
    assert_eq!(it.format, Some("ual_search_json"));
    let leads: Vec<_> =
        it.rejects.iter().map(|it| (it.at, it.operation.as_str(), it.account.as_str())).collect();
    assert_eq!(leads, [(Some(1_760_962_413_000_000), "Send", "a@x.jp"), (None, "Send", "a@x.jp")]);
    assert_eq!(it.rejects[0].reason, "AuditData is cut or broken JSON");
}

fn told(changes: &[(&str, Value)]) -> model::Event {
    seen(with(&bind(), changes).to_string()).event().clone()
}

#[test]
fn what_each_mailbox_record_names_is_kept() {
    let sync = told(&[
        ("RecordType", json!(2)),
        ("Folders", Value::Null),
        ("OperationProperties", json!([{"Name": "MailAccessType", "Value": "Sync"}])),
        (
            "Item",
            json!({"Id": "f", "ParentFolder": {"Id": "f", "Name": "Inbox", "Path": "Not Available"}}),
        ),
    ]);
    assert_eq!((sync.access.as_str(), sync.throttled), ("Sync", None), "absent is not False");
    assert_eq!((sync.items.len(), sync.items[0].folder.as_str()), (1, "Inbox"));

    let opened = told(&[
        ("Operation", json!("AttachmentAccess")),
        ("Folders", Value::Null),
        (
            "Messages",
            json!([{"Id": "f", "Path": "\\\\Inbox", "MessageItems": [{"Id": "m", "SizeInBytes": 5}]}]),
        ),
    ]);
    assert_eq!((opened.items[0].folder.as_str(), opened.items[0].item_id.as_str()), ("Inbox", "m"));

    let sent = told(&[
        ("Operation", json!("Send")),
        ("Folders", Value::Null),
        (
            "recipientList",
            json!([{"Address": "B@x.jp", "Name": "b"}, {"Address": "a@x.jp"}, {"Address": "b@x.jp"}]),
        ),
        (
            "Item",
            json!({"Id": "Unknown", "Subject": "s", "InternetMessageId": "<Ab@x>", "Attachments": "a (1b); b (2b).pdf (599b)"}),
        ),
    ]);
    assert_eq!(sent.recipients, ["a@x.jp", "b@x.jp"]);
    assert_eq!(
        (sent.items[0].message_id.as_str(), sent.items[0].attachments.as_str()),
        ("Ab@x", "a (1b); b (2b).pdf (599b)")
    );

    let rules = told(&[
        ("Operation", json!("UpdateInboxRules")),
        ("Folders", Value::Null),
        (
            "OperationProperties",
            json!([{"Name": "RuleOperation", "Value": "AddMailboxRule"}, {"Name": "RuleName"},
            {"Name": "RuleId", "Value": "-5555555555555555555"}, {"Name": "RuleActions", "Value": "[{\"ActionType\":\"Forward\"}]"}]),
        ),
    ]);
    let detail: Value = serde_json::from_str(&rules.detail).unwrap();
    let of = |key: &str| detail["properties"][key].as_str().unwrap().to_owned();
    assert_eq!((of("RuleOperation"), of("RuleName")), ("AddMailboxRule".to_owned(), String::new()));
    assert_eq!(of("RuleId"), "-5555555555555555555");
    assert_eq!(of("RuleActions"), r#"[{"ActionType":"Forward"}]"#);
}

#[test]
fn addresses_outcomes_and_sessions_in_every_spelling() {
    for (ip, want) in [
        ("62.149.20.10:62589", "62.149.20.10"),
        ("[2a01:111:f100:9001::1761:914f]:47114", "2a01:111:f100:9001::1761:914f"),
        ("2603:10a6:803:15:cafe::5f", "2603:10a6:803:15:cafe::5f"),
        ("1.1.1.1 ", "1.1.1.1"),
        ("NOTANIPV4 (10.9000.0.1)", ""),
        ("", ""),
    ] {
        assert_eq!(told(&[("ClientIPAddress", json!(ip))]).ip, want);
    }
    for (status, want) in [
        ("Succeeded", Some(true)),
        ("TRUE", Some(true)),
        ("PartiallySucceeded", Some(true)),
        ("Failure", Some(false)),
        ("False", Some(false)),
        ("", None),
    ] {
        assert_eq!(told(&[("ResultStatus", json!(status))]).succeeded, want, "{status}");
    }
    let own = told(&[("AppAccessContext", json!({})), ("SessionId", json!("S-1"))]);
    assert_eq!((own.session.as_str(), told(&[]).session.as_str()), ("s-1", "00aa"));
    let dashed = told(&[(
        "Operation",
        json!("Update application \u{2013} Certificates and secrets management "),
    )]);
    assert_eq!(dashed.operation, "Update application - Certificates and secrets management");
}

#[test]
fn a_word_in_the_place_of_the_id_makes_no_two_events_one() {
    let event = |second: u32| {
        with(
            &rule(),
            &[
                ("Id", json!("ANONYMIZED")),
                ("CreationTime", json!(format!("2025-10-20T12:13:{second}"))),
            ],
        )
    };
    let it = seen(format!("{}\n{}\n{}", event(10), event(11), event(10)));
    let keys: Vec<&str> = it.records.iter().map(|it| it.key.as_str()).collect();
    assert_ne!(keys[0], keys[1]);
    assert_eq!(keys[0], keys[2]);
}

#[test]
fn similar_files_are_no_audit_logs() {
    for text in [
        "Timestamp,User,ClientIP,SessionId\r\n2025-10-20T12:00:00Z,a,1.2.3.4,s\r\n",
        "{\"message\":\"{\\\"a\\\":1}\"}",
        "{\"event\":{\"action\":\"x\"},\"user\":{\"id\":\"a\"}}",
        "{\"Operation\":\"x\",\"Time\":\"y\"}",
        "_time,_raw\r\n1,hello\r\n",
    ] {
        let format = seen(text).format;
        assert!(format.is_none_or(|it| !it.starts_with("ual_")), "{text}: {format:?}");
    }
}

#[test]
fn results_that_are_missing_are_told_in_json_too() {
    let row = |index: u32| json!({"CreationDate": "x", "Operations": "x", "AuditData": rule(), "ResultIndex": index, "ResultCount": 3});
    let cut = seen(format!("[{},{}]", row(1), row(3)));
    let whole = seen(format!("[{},{},{}]", row(1), row(3), row(2)));
    let seen_of = |it: &model::Reading| it.results.iter().map(|it| it.seen[0]).collect::<Vec<_>>();
    assert_eq!(cut.format, Some("ual_search_json"));
    assert_eq!((seen_of(&cut.reading), seen_of(&whole.reading)), (vec![0b101], vec![0b111]));
}

/// Every record of the public tenant, as the cmdlet's table gives it.
#[expect(clippy::print_stderr, reason = "a test that looks at nothing says so")]
fn real_records() -> Option<Vec<Value>> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/corpus/ual-invictus/auditrecords.csv.gz");
    let Ok(file) = fs::File::open(path) else {
        eprintln!("corpus absent, nothing tested: ual-invictus");
        return None;
    };
    let mut reader = csv::Reader::from_reader(flate2::read::MultiGzDecoder::new(file));
    let at = reader.headers().unwrap().iter().position(|it| it == "AuditData").unwrap();
    let mut found = std::collections::BTreeMap::new();
    for row in reader.records() {
        if let Ok(value @ Value::Object(_)) = serde_json::from_str::<Value>(&row.unwrap()[at]) {
            found.insert(value["Id"].as_str().unwrap().to_owned(), value);
        }
    }
    Some(found.into_values().collect())
}

fn rows_of(records: &[Map<String, Value>]) -> Vec<u8> {
    let columns: std::collections::BTreeSet<&String> =
        records.iter().flat_map(|it| it.keys()).collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&columns).unwrap();
    for record in records {
        let cells = columns.iter().map(|it| cell(record.get(*it).unwrap_or(&Value::Null)));
        writer.write_record(cells).unwrap();
    }
    writer.into_inner().unwrap()
}

/// Not one of 5,373 real records contradicts itself in another container.
#[test]
fn real_records_agree_with_themselves_in_other_containers() {
    let Some(records) = real_records() else { return };
    let lines = |of: &dyn Fn(&Value) -> Value| {
        records.iter().map(|it| of(it).to_string()).collect::<Vec<_>>().join("\n").into_bytes()
    };
    let original = seen(lines(&Value::clone));
    assert_eq!(original.records.len(), 5_373);
    let sentinel = |it: &Value| {
        let time = format!("{}Z", it["CreationTime"].as_str().unwrap());
        let mut row = office_activity(it, &time);
        row.insert("OfficeId".to_owned(), it["Id"].clone());
        row
    };
    let document = |it: &Value| elastic(it);
    let hunting = |it: &Value| {
        let zoned = format!("{}Z", it["CreationTime"].as_str().unwrap());
        json!({"ActionType": "x", "RawEventData": with(it, &[("CreationTime", json!(zoned))])})
    };
    let flat: Vec<Map<String, Value>> = records.iter().map(flattened).collect();
    let spread: Vec<Map<String, Value>> = records.iter().map(sentinel).collect();
    for (name, bytes) in [
        ("ual_office_activity", lines(&|it| Value::Object(sentinel(it)))),
        ("ual_office_activity", rows_of(&spread)),
        ("ual_elastic", lines(&document)),
        ("ual_cloud_app_events", lines(&hunting)),
        ("ual_flat", rows_of(&flat)),
    ] {
        let it = seen(bytes);
        assert_eq!((it.format, it.records.len(), it.rejects.len()), (Some(name), 5_373, 0));
        for (whole, other) in original.reread.iter().zip(&it.reread) {
            assert_eq!(whole.record.key, other.record.key, "{name}");
            let united = reconcile(&[whole.clone(), other.clone()]).unwrap();
            let conflict = united.relations.contains(&Relation::Conflict);
            assert!(!conflict, "{name}\n{}\n{}", whole.canonical, other.canonical);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    /// Damage anywhere in any container costs no more than its row, and every row is accounted for.
    #[test]
    fn damaged_containers_are_read_or_rejected(which in any::<prop::sample::Index>(), at in any::<prop::sample::Index>(),
                                               byte in any::<u8>(), cut in any::<bool>()) {
        let containers = [whole(&bind()), partial(&rule())].concat();
        let (_, _, mut bytes) = containers[which.index(containers.len())].clone();
        let at = at.index(bytes.len());
        if cut { bytes.truncate(at) } else { bytes[at] = byte }
        let it = seen(&bytes);
        prop_assert_eq!(it.reading.rejected, it.rejects.len() as u64);
    }
}
