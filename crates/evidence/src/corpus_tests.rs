//! The public corpora, where they lie beside the project.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use model::{Content, ItemKind, Kind, MailboxItem, What};

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

/// Rows that a collector's own tests keep, taken out of the corpus' wrapper; each as it stood.
fn unwrapped_rows(path: &str, wanted: impl Fn(&serde_json::Value) -> bool) -> Option<Vec<String>> {
    let text = std::fs::read_to_string(corpus(path)?).unwrap();
    let raw = text.lines().map(|it| {
        let row: serde_json::Value = serde_json::from_str(it).unwrap();
        row["raw"].as_str().unwrap().to_owned()
    });
    Some(raw.filter(|it| serde_json::from_str(it).is_ok_and(|it| wanted(&it))).collect())
}

/// Format, time, recipient and status of the rows of one file; a reject by its reason.
fn told(text: &str) -> (Option<&'static str>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("f");
    std::fs::write(&file, text).unwrap();
    let found = find(&[file], &FindOptions::default());
    let inspection = inspect(&found.sources[0]);
    let mut rows = Vec::new();
    read(&found.sources[0], &inspection, &ReadOptions::default(), &mut |row| {
        rows.push(match row.content {
            Content::Reject(it) => it.reason,
            Content::Record(it) => match it.what {
                model::What::Mail(it) => {
                    format!("{} {} {}", it.at.unwrap_or(0), it.recipient, it.status)
                }
                _ => "no mail".to_owned(),
            },
        });
    });
    (inspection.format.map(|it| it.id), rows)
}

#[test]
fn every_sample_of_a_message_trace_is_read() {
    let Some(raw) = unwrapped_rows("samples/message-trace/sekoia/raw.ndjson", |_| true) else {
        return;
    };
    let (format, rows) = told(&raw.join("\n"));
    assert_eq!(format, Some("trace_cmdlet_json"));
    assert_eq!(
        rows,
        [
            "1658751973240000 foo.bar@example.corp GettingStatus",
            "1661344992170000 user@abc.fr Delivered",
        ]
    );
}

#[test]
fn every_sample_of_mail_in_defender_is_read_or_explained() {
    let mails = |row: &serde_json::Value| {
        let category = row["category"].as_str().unwrap_or_default();
        category.contains("-Email") || category.contains("-UrlClick")
    };
    let Some(raw) = unwrapped_rows("samples/defender-xdr/sekoia/raw.ndjson", mails) else { return };
    let mut found: Vec<(Option<&str>, String)> = Vec::new();
    for row in &raw {
        let (format, rows) = told(row);
        assert!(rows.len() <= 1);
        found.push((format, rows.first().cloned().unwrap_or_default()));
    }
    found.sort();
    let (mail, beside) = (Some("trace_defender"), Some("trace_defender_beside"));
    let row = |format, text: &str| (format, text.to_owned());
    assert_eq!(
        found,
        [
            // Records of a process under the name of a table of mails: made up, and no mail.
            row(None, ""),
            row(None, ""),
            row(mail, "1730125118000000 anonymized Delivered"),
            row(mail, "1730125120000000 anonymized Delivered"),
            row(beside, "1727953892000000  "),
            row(beside, "1727954567000000  "),
            row(beside, "1727954579000000  "),
            row(beside, "1728059756000000  "),
        ]
    );
}

/// Samples of one log a line, out of the corpus' own wrapper `{"source","raw"}`: how many each format
/// reads, records and rejects. The wrapper itself is no export of anything and is read by none.
fn unwrapped(path: &str) -> Option<BTreeMap<&'static str, (u64, u64)>> {
    let path = corpus(path)?;
    let found = find(std::slice::from_ref(&path), &FindOptions::default());
    assert!(inspect(&found.sources[0]).format.is_none(), "the wrapper was read");
    let folder = tempfile::tempdir().unwrap();
    let mut counts: BTreeMap<&'static str, (u64, u64)> = BTreeMap::new();
    for (n, line) in std::fs::read_to_string(path).unwrap().lines().enumerate() {
        let sample: serde_json::Value = serde_json::from_str(line).unwrap();
        let file = folder.path().join(format!("{n}.json"));
        std::fs::write(&file, sample["raw"].as_str().unwrap()).unwrap();
        let found = find(&[file], &FindOptions::default());
        let inspection = inspect(&found.sources[0]);
        let reading = read(&found.sources[0], &inspection, &ReadOptions::default(), &mut |row| {
            if let Content::Record(it) = row.content {
                has_what_its_kind_must(inspection.kind, &it.what);
            }
        });
        let format = inspection.format.map_or("", |it| it.id);
        let it = counts.entry(format).or_default();
        it.0 += reading.rows - reading.rejected;
        it.1 += reading.rejected + u64::from(inspection.format.is_none());
    }
    Some(counts)
}

fn has_what_its_kind_must(kind: Kind, what: &What) {
    match (kind, what) {
        (Kind::Signins, What::SignIn(it)) => {
            assert!(it.event.at > 0 && it.event.error >= 0 && !it.stream.is_empty(), "{it:?}");
            assert!(!it.event.actor.is_empty(), "{it:?}");
            // The sample of a service names no address.
            assert_eq!(it.event.ip.is_empty(), it.stream == "service_principal", "{it:?}");
        }
        (Kind::EntraAudit, What::Event(it)) => {
            assert!(it.at > 0 && !it.operation.is_empty());
            // One sample has no initiator at all.
            assert!(!it.actor.is_empty() || it.succeeded == Some(false), "{it:?}");
        }
        other => panic!("{other:?}"),
    }
}

/// Cross-check: `python3 -c "import json,collections as c; print(c.Counter(json.loads(json.loads(l)
/// ['raw']).get('category') for l in open('raw.ndjson')))"` in each folder.
#[test]
fn every_entra_sample_is_read_or_explained() {
    if let Some(counts) = unwrapped("samples/entra/sekoia-azure-ad/raw.ndjson") {
        // The three of no format: Microsoft Graph activity, a log that is not read.
        let wanted = [
            ("", (0, 3)),
            ("entra_audit_diagnostic", (11, 0)),
            ("entra_risk", (3, 0)),
            ("signins_diagnostic", (8, 0)),
        ];
        assert_eq!(counts, BTreeMap::from(wanted));
    }
    if let Some(counts) = unwrapped("samples/entra/sekoia-entraid-graphapi/raw.ndjson") {
        let wanted = [("entra_audit_graph", (78, 0)), ("signins_graph", (1, 0))];
        assert_eq!(counts, BTreeMap::from(wanted));
    }
}

/// `python3 -c "import json; r=[json.loads(l) for l in open('AADAuditEvents.json')]; print(len(r),
/// len({i['Id'] for i in r}))"` in the folder prints `4 3`: one record stands there twice.
#[test]
fn sentinel_audit_logs_of_the_corpus_are_read_whole() {
    let Some(path) = corpus("samples/sentinel/otrf-goldensaml/AADAuditEvents.json") else { return };
    let found = find(&[path], &FindOptions::default());
    let inspection = inspect(&found.sources[0]);
    assert_eq!(inspection.format.map(|it| it.id), Some("entra_audit_sentinel"));
    let mut keys = BTreeSet::new();
    let mut told = Vec::new();
    let reading = read(&found.sources[0], &inspection, &ReadOptions::default(), &mut |row| {
        let Content::Record(it) = row.content else { panic!("a reject") };
        let What::Event(event) = it.what else { panic!("no event") };
        assert_eq!(event.actor, "pgustavo@simulandlabs.com");
        keys.insert(it.key);
        told.push((event.operation, event.detail));
    });
    assert_eq!((reading.rows, reading.rejected, keys.len()), (4, 0, 3));
    assert_eq!(told[0].0, "Update application - Certificates and secrets management");
    assert!(told[0].1.contains("KeyIdentifier=59eaeebc-8a6b-44a6-9f24-7d55e64420c9"));
    assert!(told[3].1.contains("User.Read Mail.ReadWrite"), "{}", told[3].1);
}

/// The other tables of that folder are no sign-ins and no directory audit.
#[test]
fn tables_of_other_logs_are_left_to_their_readers() {
    for (name, mine) in [
        ("OfficeActivityEvents.json", false),
        ("Microsoft365DefenderEvents.json", false),
        ("WindowsEvents.json", false),
        ("AADAuditEvents.json", true),
    ] {
        let Some(path) = corpus(&format!("samples/sentinel/otrf-goldensaml/{name}")) else {
            return;
        };
        let found = find(&[path], &FindOptions::default());
        let format = inspect(&found.sources[0]).format.map_or("", |it| it.id);
        let entra = format.starts_with("entra_") || format.starts_with("signins_");
        assert_eq!(entra, mine, "{name}: {format}");
    }
    if let Some(path) = corpus("samples/defender-xdr/sekoia/raw.ndjson") {
        // No sample of the sign-in tables is in it: IdentityLogonEvents are another log.
        let text = std::fs::read_to_string(path).unwrap();
        let folder = tempfile::tempdir().unwrap();
        for (n, line) in text.lines().enumerate() {
            let sample: serde_json::Value = serde_json::from_str(line).unwrap();
            let file = folder.path().join(format!("{n}.json"));
            std::fs::write(&file, sample["raw"].as_str().unwrap()).unwrap();
            let found = find(&[file], &FindOptions::default());
            let format = inspect(&found.sources[0]).format.map_or("", |it| it.id);
            assert!(!format.starts_with("signins_") && !format.starts_with("entra_"), "{line}");
        }
    }
}

/// The item of a file that is one row, or why it is none.
fn one_item(path: &Path) -> Result<(MailboxItem, u32), String> {
    let found = find(&[path.to_owned()], &FindOptions::default());
    let source = found.sources.first().ok_or("not found")?;
    let inspection = inspect(source);
    if inspection.kind != Kind::Mailbox {
        return Err(format!("{:?}", inspection.kind));
    }
    let mut item = Err("no row".to_owned());
    read(source, &inspection, &ReadOptions::default(), &mut |row| {
        item = match row.content {
            Content::Record(it) => match it.what {
                What::Item(item) => Ok((*item, it.losses)),
                other => Err(format!("{other:?}")),
            },
            Content::Reject(it) => Err(it.reason),
        };
    });
    item
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|it| it.unwrap().path());
    let (folders, files): (Vec<PathBuf>, Vec<PathBuf>) = entries.partition(|it| it.is_dir());
    let mut all: Vec<PathBuf> =
        folders.iter().flat_map(|it| files_below(it)).chain(files).collect();
    all.sort();
    all
}

/// Attachments of mails as Python's `email` counts them, and of those that say so the subject.
const MAILS: &[(&str, &str, usize)] = &[
    ("rfc/000.eml", "A multipart example", 4),
    ("rfc/004.eml", "Internet Digest, volume 42", 2),
    ("thirdparty/007.eml", "", 3),
    ("thirdparty/010.eml", "こんにちは", 0),
    ("thirdparty/015.eml", "Re: (#5290765) Proxmox Shop E-Mails", 3),
    ("malformed/012.eml", "", 3),
];

/// Counted side by side with Python's `email`: the same subjects, addresses and numbers of attachments.
#[test]
fn every_mail_of_the_corpus_is_read() {
    let Some(folder) = corpus("samples/mailbox/eml-mail-parser") else { return };
    let files = files_below(&folder);
    assert_eq!(files.len(), 53);
    let mut wrong = Vec::new();
    for path in &files {
        if let Err(why) = one_item(path) {
            wrong.push(format!("{}: {why}", path.display()));
        }
    }
    for (name, subject, attachments) in MAILS {
        let (it, _) = one_item(&folder.join(name)).unwrap();
        if it.attachments.len() != *attachments || !it.subject.starts_with(subject) {
            wrong.push(format!("{name}: {} {}", it.subject, it.attachments.len()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Of 37 messages seven have text in a code page that readers lose: of these the subject is told.
#[test]
fn every_message_of_outlook_in_the_corpus_is_read() {
    let Some(folder) = corpus("samples/mailbox/msg-poi") else { return };
    let files = files_below(&folder);
    assert_eq!(files.iter().filter(|it| it.extension().is_some_and(|it| it == "msg")).count(), 37);
    let read = |name: &str| one_item(&folder.join(name)).unwrap().0;
    for path in files.iter().filter(|it| it.extension().is_some_and(|it| it == "msg")) {
        let (_, losses) = one_item(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        assert_eq!(losses, 0, "{}", path.display());
    }
    for (name, subject) in [
        ("ASCII_CP1251_LCID1049.msg", "Subject автоматически Subject"),
        ("ASCII_UTF-8_CP1252_LCID1031.msg", "Subject öäü Subject"),
        ("chinese-traditional.msg", "Alfresco MSG format testing ( MSG 格式測試 )"),
        ("attachment_test_msg.msg", "test pièce jointe 1"),
        ("cyrillic_message.msg", "Автоматический ответ подсистемы обмена данными"),
    ] {
        assert!(read(name).subject.starts_with(subject), "{name}: {}", read(name).subject);
    }
    assert_eq!(read("msgClassContact.msg").parties[0].address, "quickbrown@gmail.com");
    assert_eq!(read("msgClassAppointment.msg").kind, ItemKind::Appointment);
    assert_eq!(read("no_recipient_address.msg").attachments.len(), 11);
    assert_eq!(read("example_sent_regular.msg").parties.len(), 9);
}

/// Counted with readpst 0.6.76 (`readpst -D -S`, items done and skipped), which knows the visible
/// folders only: of the free-and-busy item beside them it says nothing. Of the nickname cache each
/// row is a person.
#[test]
fn mailbox_files_of_others_are_counted_as_readpst_counts() {
    let wanted: [(&str, &str, &[&str]); 4] = [
        (
            "samples/mailbox/pst/java-libpst-dist-list.pst",
            "mailbox_pst",
            &[
                "Contacts list 3 0",
                "Freebusy Data other 0 0",
                "Contacts contact 1 0",
                "Calendar appointment 1 2",
            ],
        ),
        (
            "samples/mailbox/pst/java-libpst-passworded.pst",
            "mailbox_pst",
            &["Contacts list 3 0", "Freebusy Data other 0 0", "Contacts contact 1 0"],
        ),
        ("samples/mailbox/pst/outlook-pst-rs-Empty.pst", "mailbox_pst", &[]),
        (
            "samples/mailbox/plaso/Outlook.NK2",
            "list_nk2",
            &["1 ", "1 ", "1 Timothy Dungan", "1 ", "1 Gavin Kline"],
        ),
    ];
    for (path, format, rows) in wanted {
        let Some(path) = corpus(path) else { return };
        let found = find(std::slice::from_ref(&path), &FindOptions::default());
        let inspection = inspect(&found.sources[0]);
        assert_eq!(inspection.format.map(|it| it.id), Some(format), "{}", path.display());
        let mut seen: Vec<String> = Vec::new();
        let reading = read(&found.sources[0], &inspection, &ReadOptions::default(), &mut |row| {
            let Content::Record(it) = row.content else { return };
            seen.push(match it.what {
                What::Item(it) => format!(
                    "{} {} {} {}",
                    it.folder,
                    it.kind.word(),
                    it.parties.len(),
                    it.attachments.len()
                ),
                What::Address(it) => format!("{} {}", it.addresses.len(), it.name),
                _ => String::new(),
            });
        });
        assert_eq!(seen, rows, "{}", path.display());
        assert_eq!((reading.rejected, reading.lossy), (0, 0), "{}", path.display());
    }
}
