//! The public corpora, where they lie beside the project.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use model::{Content, Kind};

use crate::{FindOptions, ReadOptions, find, inspect, read};

#[expect(clippy::print_stderr, reason = "a test that looks at nothing says so")]
fn corpus(path: &str) -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus").join(path);
    if !found.exists() {
        // Said aloud: a test that looks at nothing must not look like one that passed.
        eprintln!("corpus absent, nothing tested: {path}");
        return None;
    }
    Some(found)
}

/// design §4.1: 9,611 rows = 5,373 records + 4,235 duplicates + 3 rejected.
#[test]
fn the_public_tenant_is_counted_exactly() {
    let Some(path) = corpus("ual-invictus/auditrecords.csv.gz") else { return };
    let found = find(&[path], &FindOptions::default());
    let source = found.sources.iter().find(|it| !it.container).unwrap();
    let inspection = inspect(source);
    assert_eq!((inspection.kind, inspection.format.unwrap().id), (Kind::Ual, "ual_splunk_csv"));
    let (mut keys, mut bodies, mut leads) = (BTreeSet::new(), BTreeSet::new(), 0);
    let reading =
        read(source, &inspection, &ReadOptions::default(), &mut |row| match row.content {
            Content::Record(it) => {
                bodies.insert((it.key.clone(), it.body));
                keys.insert(it.key);
            }
            Content::Reject(it) => leads += u32::from(it.at.is_some() && !it.operation.is_empty()),
        });
    assert_eq!((reading.rows, reading.rejected), (9_611, 3));
    assert_eq!((keys.len(), bodies.len()), (5_373, 5_373));
    assert_eq!(leads, 3, "each rejected row keeps its time and operation as a lead");
}

/// A file of samples: its path, its format, its rows, and its events when counted once.
type Sample = (&'static str, &'static str, u64, usize);

/// Counted with Python's `csv` and `json`. Nothing in them is rejected.
const SAMPLES: &[Sample] = &[
    (
        "det-eng-samples/t1098.001_Add a user to company administrator role.csv",
        "ual_search_csv",
        1,
        1,
    ),
    ("det-eng-samples/t1098.002_ApplicationImpersonation.csv", "ual_search_csv", 1, 1),
    (
        "det-eng-samples/t1098.002_Mail Account Delegation full access permissions.json",
        "ual_records",
        1,
        1,
    ),
    (
        "det-eng-samples/t1098.002_Mail account delegation-SendAs permission.csv",
        "ual_search_csv",
        1,
        1,
    ),
    ("det-eng-samples/t1098.003_add_role_global_admin.json", "ual_records", 1, 1),
    ("det-eng-samples/t1098_Add a user to company administrator role.json", "ual_records", 1, 1),
    ("det-eng-samples/t1110.003_msolspray-python.json", "ual_records", 9, 9),
    ("det-eng-samples/t1110.003_msolspraywithsuccess_1.csv", "ual_search_csv", 9, 9),
    ("det-eng-samples/t1110.003_o365spray_reporting.csv", "ual_search_csv", 9, 9),
    ("det-eng-samples/t1110.003_o365spray_reporting.json", "ual_records", 14, 7),
    ("det-eng-samples/t1114.002_Enable_POP_IMAP_OWA.json", "ual_records", 1, 1),
    (
        "det-eng-samples/t1114.003_Forward_Rule_Multi_Users_Same_Forward_dest.json",
        "ual_records",
        5,
        3,
    ),
    ("det-eng-samples/t1114_Set-Mailbox-ForwardSMTPAddress.csv", "ual_search_csv", 1, 1),
    ("det-eng-samples/t1482_azurehound_list.csv", "ual_search_csv", 2, 2),
    ("det-eng-samples/t1531_mass_delete_users.json", "ual_records", 10, 10),
    (
        "det-eng-samples/t1550.001_Allusers_consent_to_grant_permission_granted.json",
        "ual_records",
        1,
        1,
    ),
    ("det-eng-samples/t1556.006_Disable Strong Authentication.csv", "ual_search_csv", 3, 3),
    ("det-eng-samples/t1556_Disable _Strong_Authentication.json", "ual_records", 3, 3),
    ("det-eng-samples/t1562-UnifiedAuditlogIngestion-Stopped.json", "ual_records", 1, 1),
    ("det-eng-samples/t1562.001_Remove-DlpCompliancePolicy.csv", "ual_search_csv", 1, 1),
    (
        "det-eng-samples/t1562.008_Advanced Auditing policy removed from a user.csv",
        "ual_search_csv",
        1,
        1,
    ),
    ("det-eng-samples/t1562.008_Disable UAL ingestion.csv", "ual_search_csv", 1, 1),
    ("det-eng-samples/t1562_Set-Mailbox-AuditLogAgeLimitoZero.json", "ual_records", 1, 1),
    ("det-eng-samples/t1564.008_New inbox rule to delete email.csv", "ual_search_csv", 1, 1),
    ("det-eng-samples/t1564.008_markasread_delete_all_email.json", "ual_records", 1, 1),
    ("det-eng-samples/t1564.008_rule_mark_as_read_move.json", "ual_search_json", 1, 1),
    ("sekoia-o365/raw.ndjson", "ual_collected", 49, 46),
    ("techjollof/TestFormated.csv", "ual_search_csv", 4, 4),
];

struct Sampled {
    format: &'static str,
    rows: u64,
    keys: BTreeSet<String>,
    conflicts: usize,
    reasons: Vec<String>,
}

fn sampled(source: &crate::Source) -> Sampled {
    let inspection = inspect(source);
    let (mut keys, mut bodies, mut reasons) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
    let reading =
        read(source, &inspection, &ReadOptions::default(), &mut |row| match row.content {
            Content::Record(it) => {
                bodies.insert((it.key.clone(), it.body));
                keys.insert(it.key);
            }
            Content::Reject(it) => reasons.push(it.reason),
        });
    let format = inspection.format.map_or("", |it| it.id);
    let conflicts = bodies.len() - keys.len();
    Sampled { format, rows: reading.rows, keys, conflicts, reasons }
}

/// Every sample of an audit log is read whole, and its events are told apart.
#[test]
fn every_audit_sample_is_read_whole() {
    let Some(path) = corpus("samples/ual") else { return };
    let found = find(&[path], &FindOptions::default());
    let mut seen = Vec::new();
    for source in found.sources.iter().filter(|it| !it.container) {
        let it = sampled(source);
        // Made anonymous by their owners: a second copy lost an @, several events bear one id.
        let conflicts = match source.path.rsplit('/').next() {
            Some("t1110.003_o365spray_reporting.json") => 4,
            Some("raw.ndjson") => 3,
            _ => 0,
        };
        let got = (it.reasons.len(), it.conflicts);
        assert_eq!(got, (0, conflicts), "{}: {:?}", source.path, it.reasons);
        seen.push((source.path.clone(), it.format, it.rows, it.keys.len()));
    }
    seen.sort();
    let wanted: Vec<_> = SAMPLES.iter().map(|it| (it.0.to_owned(), it.1, it.2, it.3)).collect();
    assert_eq!(seen, wanted);
}

/// `OfficeActivity` of a workspace: a mail client reads seven messages with a token of its own.
#[test]
fn office_activity_of_the_corpus_is_the_record_itself() {
    let Some(path) = corpus("samples/sentinel/otrf-goldensaml/OfficeActivityEvents.json") else {
        return;
    };
    let found = find(&[path], &FindOptions::default());
    let inspection = inspect(&found.sources[0]);
    assert_eq!(inspection.format.map(|it| it.id), Some("ual_office_activity"));
    let mut events = Vec::new();
    let reading = read(&found.sources[0], &inspection, &ReadOptions::default(), &mut |row| {
        let Content::Record(it) = row.content else { panic!("rejected") };
        assert_eq!(it.key, "699e0b10-1c53-403e-976f-ce0847a92b44");
        let model::What::Event(event) = it.what else { panic!("an event") };
        events.push(event);
    });
    assert_eq!((reading.rows, reading.lossy, reading.cut), (1, 0, true));
    let it = &events[0];
    assert_eq!(model::rfc3339(it.at), "2021-08-02T13:32:07Z");
    assert_eq!((it.record_type, it.logon_type, it.user_type), (50, 0, 0));
    assert_eq!((it.ip.as_str(), it.client.as_str()), ("1.2.3.4", "Client=REST;;"));
    assert_eq!((it.access.as_str(), it.throttled, it.tenant.as_str()), ("Bind", Some(false), ""));
    assert_eq!((it.items.len(), it.items[0].folder.as_str()), (7, "Inbox"));
}

/// A hunt over several tables holds the same act as the workspace: one key, and nothing in one
/// contradicts the other. Its other rows have no audit record; its neighbours are no audit log.
#[test]
fn one_act_out_of_sentinel_and_of_defender_is_one_event() {
    let Some(path) = corpus("samples/sentinel/otrf-goldensaml") else { return };
    let found = find(&[path], &FindOptions::default());
    let mut rows = Vec::new();
    for source in &found.sources {
        let inspection = inspect(source);
        if inspection.kind != Kind::Ual {
            continue;
        }
        let (mut places, mut reasons) = (Vec::new(), BTreeSet::new());
        let options = ReadOptions::default();
        read(source, &inspection, &options, &mut |row| match row.content {
            Content::Record(_) => places.push(row.position),
            Content::Reject(it) => drop(reasons.insert(it.reason)),
        });
        let empty = "RawEventData is empty: no record of the audit log";
        assert!(reasons.iter().all(|it| it == empty), "{reasons:?}");
        rows.extend(crate::reread(source, &inspection, &options, &places).into_iter().flatten());
    }
    let keys: Vec<&str> = rows.iter().map(|it| it.record.key.as_str()).collect();
    assert_eq!(keys, ["699e0b10-1c53-403e-976f-ce0847a92b44"; 2]);
    let united = crate::reconcile(&rows).unwrap();
    let conflict = united.relations.contains(&crate::Relation::Conflict);
    assert!(!conflict, "{}\n{}", rows[0].canonical, rows[1].canonical);
}

/// The stream of Defender with 28 tables mixed: audit records are read, every other row says of
/// which table it is, or is read by its own table's format.
#[test]
fn a_stream_of_many_tables_keeps_its_audit_records() {
    let Some(path) = corpus("samples/defender-xdr/sekoia/raw.ndjson") else { return };
    let found = find(&[path], &FindOptions::default());
    let it = sampled(&found.sources[0]);
    // Two of the five `CloudAppEvents` were given one id by whoever made them anonymous.
    assert_eq!((it.format, it.rows, it.conflicts), ("ual_collected", 77, 1));
    let named = it.reasons.iter().filter(|it| it.starts_with("a row of the table ")).count();
    for id in [
        "11111111-1111-1111-1111-111111111111",
        "11111111-1111-1111-1111-222222222222",
        "22222222-2222-2222-2222-222222222222",
        "33333333-3333-3333-3333-333333333333",
    ] {
        assert!(it.keys.contains(id), "{id}");
    }
    assert!(it.reasons.iter().all(|it| !it.contains("CloudAppEvents")), "{:?}", it.reasons);
    assert!(named >= 50, "{named}");
}

/// Lines of many FortiOS versions, as a parser's own tests keep them.
#[test]
fn every_fortigate_line_with_a_time_is_read() {
    let Some(path) = corpus("samples/network/fortigate-sekoia/raw.ndjson") else { return };
    let text = std::fs::read_to_string(path).unwrap();
    let raw: Vec<String> = text
        .lines()
        .map(|it| {
            serde_json::from_str::<serde_json::Value>(it).unwrap()["raw"]
                .as_str()
                .unwrap()
                .trim()
                .to_owned()
        })
        // Another notation, and another product.
        .filter(|it| {
            it.contains("type=") && !it.contains("|Fortinet|") && !it.contains("device_id=")
        })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("f");
    std::fs::write(&file, raw.join("\n")).unwrap();
    let found = find(&[file], &FindOptions::default());
    let inspection = inspect(&found.sources[0]);
    assert_eq!(inspection.format.map(|it| it.id), Some("firewall_fortigate"));
    let mut rejected = 0;
    let reading = read(&found.sources[0], &inspection, &ReadOptions::default(), &mut |row| {
        let line = &raw[row.position.row as usize - 1];
        match row.content {
            // The time of day alone, or the collector's clock, which is no better.
            Content::Reject(it) => {
                assert!(!line.contains("eventtime=") && !line.contains("date="), "{line}");
                assert_eq!(it.reason, "time of the line cannot be read");
                rejected += 1;
            }
            Content::Record(it) => assert!(matches!(it.what, model::What::Log(_)), "{line}"),
        }
    });
    assert_eq!((reading.rows, reading.rejected), (63, 5));
    assert_eq!(rejected, 5);
}
