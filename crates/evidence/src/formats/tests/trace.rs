//! The message trace as each tool exports it, and one mail read from several of them.

use super::*;
use crate::{FORMATS, Reread};

const SUBJECT: &str = "【重要】Microsoft 365 のパスワード";

/// One mail to one recipient, as each export writes it.
fn one_mail() -> [(&'static str, Vec<u8>); 7] {
    let v2 = format!(
        "\"PSComputerName\",\"RunspaceId\",\"PSShowComputerName\",\"MessageId\",\"Received\",\"SenderAddress\",\"RecipientAddress\",\"Subject\",\"Status\",\"ToIP\",\"FromIP\",\"Size\",\"MessageTraceId\",\"Index\"\r\n\
         \"x\",\"y\",\"False\",\"<Ab@x>\",\"2025/10/20 21:13:33\",\"A@x.jp\",\"b@y.jp\",\"{SUBJECT}\",\"Delivered\",\"\",\"203.0.113.5\",\"1200\",\"0a1b2c3d-1111-4222-8333-444455556666\",\"0\"\r\n"
    );
    let summary = format!(
        "origin_timestamp_utc,sender_address,recipient_status,message_subject,total_bytes,message_id,network_message_id,original_client_ip,directionality,connector_id,delivery_priority\r\n\
         2025-10-20T21:13:33.4560000Z,a@x.jp,\"b@y.jp##Receive, Send\",{SUBJECT},1250,<Ab@x>,0a1b2c3d111142228333444455556666,203.0.113.5,Originating,,Normal\r\n"
    );
    let row = format!(
        r#"{{"id":"0a1b2c3d-1111-4222-8333-444455556666","messageId":"<Ab@x>","receivedDateTime":"2025-10-20T21:13:33.4561234Z","senderAddress":"a@x.jp","recipientAddress":"b@y.jp","subject":"{SUBJECT}","status":"delivered","size":1200,"fromIP":"203.0.113.5","toIP":null}}"#
    );
    let graph = format!(r#"{{"@odata.context":"x","value":[{row}]}}"#);
    let cmdlet = |received: &str| {
        format!(
            r#"[{{"Organization":"x","MessageId":"<Ab@x>","Received":{received},"SenderAddress":"a@x.jp","RecipientAddress":"b@y.jp","Subject":"{SUBJECT}","Status":"Delivered","ToIP":null,"FromIP":"203.0.113.5","Size":1200,"MessageTraceId":"0a1b2c3d-1111-4222-8333-444455556666","Index":0}}]"#
        )
    };
    let service = cmdlet("\"\\/Date(1760994813456)\\/\"");
    let powershell = cmdlet(r#"{"value":"/Date(1760994813456)/","DateTime":"x"}"#);
    let hunting = format!(
        r#"{{"time":"2025-10-20T21:20:00Z","category":"AdvancedHunting-EmailEvents","properties":{{"Timestamp":"2025-10-20T21:13:33Z","NetworkMessageId":"0a1b2c3d-1111-4222-8333-444455556666","InternetMessageId":"<Ab@x>","SenderMailFromAddress":"a@x.jp","SenderFromAddress":"a@x.jp","SenderIPv4":"203.0.113.5","RecipientEmailAddress":"b@y.jp","Subject":"{SUBJECT}","EmailDirection":"Outbound","DeliveryAction":"Delivered","DeliveryLocation":"On-premises/external"}}}}"#
    );
    let screen = format!(
        "日付 (UTC+09:00),送信者,受信者,件名,状態,メッセージ ID\r\n2025/10/21 6:13:33,a@x.jp,b@y.jp,{SUBJECT},配信済み,<Ab@x>\r\n"
    );
    [
        ("trace_v2_csv", cp932(&v2)),
        ("trace_summary_csv", utf16(&summary, false)),
        ("trace_graph", graph.into_bytes()),
        ("trace_cmdlet_json", service.into_bytes()),
        ("trace_cmdlet_json", powershell.into_bytes()),
        ("trace_defender", hunting.into_bytes()),
        ("trace_eac_csv", utf16(&screen, true)),
    ]
}

/// Reads each file, and its rows a second time as uniting does.
fn reread_all(files: &[(&'static str, Vec<u8>)]) -> Vec<Reread> {
    let mut rows = Vec::new();
    for (format, bytes) in files {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        fs::write(&path, bytes).unwrap();
        let found = find(&[path], &FindOptions::default());
        let inspection = inspect(&found.sources[0]);
        assert_eq!(inspection.format.map(|it| it.id), Some(*format));
        let mut places = Vec::new();
        let options = ReadOptions::default();
        read(&found.sources[0], &inspection, &options, &mut |row| places.push(row.position));
        let again = reread(&found.sources[0], &inspection, &options, &places);
        rows.extend(again.into_iter().map(|it| it.expect(format)));
    }
    rows
}

#[test]
fn one_mail_from_every_export_is_one_record() {
    let mut rows = reread_all(&one_mail());
    assert_eq!(rows.len(), 7);
    let (key, mut whole) = (rows[0].record.key.clone(), Vec::new());
    for first in 0..rows.len() {
        rows.rotate_left(1);
        assert!(rows.iter().all(|it| it.record.key == key));
        let it = reconcile(&rows).unwrap();
        assert!(it.relations.iter().all(|it| *it != Relation::Conflict), "{first}");
        let What::Mail(mail) = it.record.what else { panic!("a mail") };
        whole.push(mail);
    }
    // The union is the same whichever export comes first.
    assert!(whole.iter().all(|it| *it == whole[0]));
    let it = &whole[0];
    assert_eq!(it.at, Some(at("2025-10-20T21:13:33.456123Z")));
    assert_eq!(
        (it.status.as_str(), it.direction.as_str(), it.size),
        ("Delivered", "outbound", 1250)
    );
    assert_eq!(it.network_message_id, "0a1b2c3d-1111-4222-8333-444455556666");
    assert_eq!((it.subject.as_str(), it.ip.as_str()), (SUBJECT, "203.0.113.5"));
}

#[test]
fn a_mail_still_on_its_way_is_not_contradicted_by_its_end() {
    let head = "MessageTraceId,MessageId,Received,SenderAddress,RecipientAddress,Subject,Status\n";
    let file = |subject: &str, status: &str| {
        let text = format!("{head}t,<m@x>,2025-10-20 21:13:33,a@x.jp,b@y.jp,{subject},{status}\n");
        ("trace_v2_csv", text.into_bytes())
    };
    let long = "x".repeat(300);
    let of = |files: &[(&'static str, Vec<u8>)]| {
        let it = reconcile(&reread_all(files)).unwrap();
        let What::Mail(mail) = it.record.what else { panic!("a mail") };
        (mail.status, mail.subject.len(), it.relations)
    };
    let (early, late) = (file(&long[..256], "GettingStatus"), file(&long, "Failed"));
    for files in [[early.clone(), late.clone()], [late.clone(), early]] {
        let (status, subject, relations) = of(&files);
        assert_eq!((status.as_str(), subject), ("Failed", 300));
        assert!(!relations.contains(&Relation::Conflict));
    }
    let (_, _, relations) = of(&[late, file(&long, "Delivered")]);
    assert_eq!(relations[1], Relation::Conflict);
}

#[test]
fn the_screen_shows_the_zone_its_reader_chose() {
    let head = "Date,Sender,Recipient,Subject,Status\r\n";
    let text = format!(
        "{head}2025/10/20 21:13,A@x.jp,b@y.jp,s,Delivered\r\n2025-10-20T12:13:33Z,a@x.jp,c@y.jp,s,Failed\r\nx,a@x.jp,d@y.jp,s,Failed\r\n,,,,\r\n"
    );
    let unknown =
        with(&text, &ReadOptions { default_zone: "Asia/Tokyo".into(), declared_zone: None });
    assert_eq!((unknown.format, unknown.kind), (Some("trace_eac_csv"), Kind::MessageTrace));
    let times: Vec<_> = unknown.mails().iter().map(|it| it.at).collect();
    assert_eq!(times, [None, Some(at("2025-10-20T12:13:33Z"))]);
    assert_eq!(unknown.reading.warnings, [("ambiguous_dates".to_owned(), "zone".to_owned())]);
    assert_eq!((unknown.reading.rejected, unknown.reading.lossy), (2, 1));
    let declared = ReadOptions { declared_zone: Some("Asia/Tokyo".into()), ..Default::default() };
    assert_eq!(with(&text, &declared).mails()[0].at, Some(at("2025-10-20T12:13:00Z")));
    let named = text.replace("Date,", "Date (UTC-05:00),");
    assert_eq!(seen(&named).mails()[0].at, Some(at("2025-10-21T02:13:00Z")));
}

const EXTENDED: &str = "date_time_utc,client_ip,client_hostname,server_ip,server_hostname,source_context,connector_id,source,event_id,internal_message_id,message_id,network_message_id,recipient_address,recipient_status,total_bytes,recipient_count,related_recipient_address,reference,message_subject,sender_address,return_path,message_info,directionality,tenant_id,original_client_ip,original_server_ip,custom_data";

fn step(second: u32, source: &str, event: &str, to: &str, related: &str) -> String {
    format!(
        "2025-10-20T12:13:{second:02}.1230000Z,,,,,,,{source},{event},17,<M@x>,0a1b2c3d-1111-4222-8333-444455556666,{to},,99,2,{related},,件名,A@x.jp,<>,,Originating,t,203.0.113.5,,\"S:AMA=SUM|v=0;\"\r\n"
    )
}

#[test]
fn events_tell_of_recipients_only_what_became_of_them() {
    let text = [
        format!("{EXTENDED}\r\n"),
        step(1, "STOREDRIVER", "SUBMIT", "", ""),
        step(1, "SMTP", "RECEIVE", "b@y.jp;c@z.jp;team@x.jp", ""),
        step(2, "ROUTING", "EXPAND", "m1@x.jp;m2@x.jp", "team@x.jp"),
        step(2, "AGENT", "AGENTINFO", "b@y.jp;c@z.jp", ""),
        step(3, "JOURNALING", "RECEIVE", "journal@x.jp", ""),
        step(4, "SMTP", "SENDEXTERNAL", "b@y.jp", ""),
        step(4, "STOREDRIVER", "DELIVER", "m1@x.jp;m2@x.jp", ""),
        step(5, "SMTP", "FAIL", "c@z.jp", ""),
        step(6, "SMTP", "HADISCARD", "", ""),
        step(6, "SMTP", "HADISCARD", "", ""),
        "2025-10-20T12:13:09Z,,,\r\n".to_owned(),
    ]
    .concat();
    let seen = seen(utf16(&text, false));
    assert_eq!((seen.format, seen.kind), (Some("trace_extended_csv"), Kind::MessageTrace));
    assert_eq!((seen.reading.rows, seen.reading.rejected), (11, 1));
    let keys: std::collections::BTreeSet<&str> =
        seen.records.iter().map(|it| it.key.as_str()).collect();
    assert_eq!(keys.len(), 9, "an event told twice is a duplicate");
    let mut told: Vec<(String, String)> = Vec::new();
    for it in seen.mails() {
        assert_eq!((it.message_id.as_str(), it.sender.as_str()), ("M@x", "a@x.jp"));
        told.push((it.recipient.clone(), it.status.clone()));
        told.extend(it.more.iter().cloned());
    }
    told.retain(|it| !it.0.is_empty());
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    assert_eq!(
        told,
        [
            pair("b@y.jp", "Receive"),
            pair("c@z.jp", "Receive"),
            pair("team@x.jp", "Receive"),
            pair("team@x.jp", "Expanded"),
            pair("b@y.jp", "Delivered"),
            pair("m1@x.jp", "Delivered"),
            pair("m2@x.jp", "Delivered"),
            pair("c@z.jp", "Failed"),
        ]
    );
}

#[test]
fn a_report_of_a_thousand_mails_may_be_cut() {
    let report = |mails: usize| {
        let mut text = format!("{EXTENDED}\r\n");
        for n in 0..mails {
            let id = format!("<m{n}@x>");
            text += &step(1, "SMTP", "RECEIVE", "b@y.jp", "").replace("<M@x>", &id);
            text += &step(2, "SMTP", "DELIVER", "b@y.jp", "").replace("<M@x>", &id);
        }
        let it = seen(text).reading;
        (it.cut, it.warnings)
    };
    assert_eq!(report(1000), (true, vec![("capped".to_owned(), "1000".to_owned())]));
    assert_eq!(report(999), (false, vec![]));
    assert_eq!(report(1001), (false, vec![]));
}

#[test]
fn defender_tells_what_the_filter_did() {
    let head = "Timestamp,NetworkMessageId,InternetMessageId,SenderFromAddress,RecipientEmailAddress,EmailDirection,DeliveryAction,DeliveryLocation\n";
    let row = |time: &str, action: &str, location: &str| {
        format!("\"{time}\",N1,<m@x>,a@x.jp,b@y.jp,Intra-org,{action},{location}\n")
    };
    let z = "2025-10-20T12:13:33Z";
    let text = [
        head.to_owned(),
        row(z, "Delivered", "Inbox/folder"),
        row(z, "Delivered", "On-premises/external"),
        row(z, "Junked", "Junk folder"),
        row(z, "Blocked", "Quarantine"),
        row(z, "Blocked", "Dropped"),
        row("Oct 20, 2025 9:13:33 PM", "Delivered", "Inbox/folder"),
    ]
    .concat();
    let seen = seen(&text);
    assert_eq!(seen.format, Some("trace_defender"));
    let told: Vec<&str> = seen.mails().iter().map(|it| it.status.as_str()).collect();
    assert_eq!(told, ["Delivered", "", "FilteredAsSpam", "Quarantined", "Failed", "Delivered"]);
    // What the hunting page exports is in the zone of its reader.
    assert_eq!(seen.mails()[5].at, None);
    assert_eq!(seen.mails()[0].direction, "internal");
}

#[test]
fn tables_beside_the_mails_are_no_mails() {
    let wrapped = |category: &str, fields: &str| {
        format!(
            r#"{{"time":"2025-10-20T12:20:00Z","category":"AdvancedHunting-{category}","properties":{{"Timestamp":"2025-10-20T12:13:33Z","ReportId":"r",{fields}}}}}"#
        )
    };
    for text in [
        wrapped("EmailPostDeliveryEvents", r#""NetworkMessageId":"n","InternetMessageId":"<m@x>","RecipientEmailAddress":"b@y.jp","Action":"Moved to quarantine","ActionType":"Phish ZAP","ActionTrigger":"SpecialAction","DeliveryLocation":"Quarantine""#),
        wrapped("EmailAttachmentInfo", r#""NetworkMessageId":"n","SenderFromAddress":"a@x.jp","RecipientEmailAddress":"b@y.jp","FileName":"f.pdf","SHA256":"00""#),
        wrapped("EmailUrlInfo", r#""NetworkMessageId":"n","Url":"https://x.example/","UrlDomain":"x.example","UrlLocation":"Body""#),
        wrapped("UrlClickEvents", r#""NetworkMessageId":"n","Url":"https://x.example/","AccountUpn":"b@y.jp","ActionType":"ClickAllowed","IPAddress":"203.0.113.9","IsClickedThrough":false"#),
        "Timestamp,Url,ActionType,AccountUpn,Workload,NetworkMessageId,IPAddress,IsClickedThrough,UrlChain\n2025-10-20T12:13:33Z,https://x.example/,ClickAllowed,b@y.jp,Email,n,203.0.113.9,0,[]\n".to_owned(),
    ] {
        let seen = seen(&text);
        assert_eq!((seen.format, seen.kind), (Some("trace_defender_beside"), Kind::MessageTrace), "{text}");
        let it = seen.mails()[0];
        assert_eq!((it.recipient.as_str(), it.sender.as_str(), it.message_id.as_str()), ("", "", ""));
        assert_eq!((it.network_message_id.as_str(), it.at), ("n", Some(at("2025-10-20T12:13:33Z"))));
    }
}

#[test]
fn a_report_saved_again_by_excel_is_read_with_its_losses() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let head = [
        "MessageTraceId",
        "MessageId",
        "Received",
        "SenderAddress",
        "RecipientAddress",
        "Subject",
        "Status",
    ];
    let row = ["t", "<m@x>", "2025/10/20 21:13", "a@x.jp", "b@y.jp", "件名", "Delivered"];
    for (number, cells) in (0..).zip([head, row]) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write(number, column, cell).unwrap();
        }
    }
    let seen = seen(book.save_to_buffer().unwrap());
    assert_eq!((seen.format, seen.reading.lossy), (Some("trace_v2_csv"), 1));
    assert_eq!(seen.mails()[0].at, Some(at("2025-10-20T21:13:00Z")));
}

#[test]
fn a_broken_row_costs_no_other() {
    for (format, bytes) in one_mail() {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if !text.starts_with(['{', '[']) || format == "trace_graph" {
            continue;
        }
        let row = text.trim_start_matches('[').trim_end_matches(']').to_owned();
        let nameless = row.replace("b@y.jp", "").replace("a@x.jp", "");
        let seen = seen(format!("{row}\n{nameless}\n{{\"x\":}}\n{row}\n"));
        assert_eq!((seen.format, seen.reading.rows, seen.reading.rejected), (Some(format), 4, 2));
    }
}

#[test]
fn every_trace_is_of_its_kind() {
    for format in FORMATS.iter().filter(|it| it.id.starts_with("trace_")) {
        assert_eq!(format.kind, Kind::MessageTrace, "{}", format.id);
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(24))]

    /// Whatever byte is damaged: no panic, and every row is a record or a reject (see `seen`).
    #[test]
    fn a_damaged_byte_ends_no_reading(at in 0_usize..900, byte: u8) {
        let extended = format!("{EXTENDED}\r\n{}", step(1, "SMTP", "RECEIVE", "b@y.jp", "")).into_bytes();
        for (_, mut bytes) in one_mail().into_iter().chain([("", extended)]) {
            let at = at % bytes.len();
            bytes[at] = byte;
            seen(bytes);
        }
    }
}
