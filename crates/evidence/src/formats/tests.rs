//! Every format through the whole front: find, inspect, read.

mod list;
mod trace;

use std::fs;

use model::{
    Content, Event, InventoryEntry, Kind, ListEntry, Mail, Reading, Record, Reject, SignIn, What,
};

use crate::{
    FORMATS, FindOptions, ReadOptions, Relation, find, inspect, normal::date, read, reconcile,
    reread,
};

mod entra;

/// A file read through the whole front.
struct Seen {
    format: Option<&'static str>,
    kind: Kind,
    reading: Reading,
    records: Vec<Record>,
    rejects: Vec<Reject>,
}

impl Seen {
    fn lists(&self) -> Vec<&ListEntry> {
        self.of(|it| if let What::Address(it) = it { Some(it) } else { None })
    }

    fn addresses(&self) -> Vec<String> {
        self.lists().iter().map(|it| it.addresses.join(" ")).collect()
    }

    fn mails(&self) -> Vec<&Mail> {
        self.of(|it| if let What::Mail(it) = it { Some(it) } else { None })
    }

    fn signins(&self) -> Vec<&SignIn> {
        self.of(|it| if let What::SignIn(it) = it { Some(it) } else { None })
    }

    fn accounts(&self) -> Vec<&InventoryEntry> {
        self.of(|it| if let What::Inventory(it) = it { Some(it) } else { None })
    }

    fn events(&self) -> Vec<&Event> {
        self.of(|it| if let What::Event(it) = it { Some(it) } else { None })
    }

    fn logs(&self) -> Vec<&Event> {
        self.of(|it| if let What::Log(it) = it { Some(it) } else { None })
    }

    fn of<'a, T>(&'a self, pick: impl Fn(&'a What) -> Option<&'a T>) -> Vec<&'a T> {
        self.records.iter().filter_map(|it| pick(&it.what)).collect()
    }
}

fn seen(bytes: impl AsRef<[u8]>) -> Seen {
    with(bytes, &ReadOptions::default())
}

fn with(bytes: impl AsRef<[u8]>, options: &ReadOptions) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("evidence.bin");
    fs::write(&path, bytes).unwrap();
    let found = find(&[path], &FindOptions::default());
    let source = &found.sources[0];
    let inspection = inspect(source);
    let (mut records, mut rejects) = (Vec::new(), Vec::new());
    let reading = read(source, &inspection, options, &mut |row| match row.content {
        Content::Record(it) => records.push(*it),
        Content::Reject(it) => rejects.push(it),
    });
    assert_eq!(reading.rows, (records.len() + rejects.len()) as u64);
    Seen {
        format: inspection.format.map(|it| it.id),
        kind: inspection.kind,
        reading,
        records,
        rejects,
    }
}

fn utf16(text: &str, mark: bool) -> Vec<u8> {
    let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
    units.flat_map(u16::to_le_bytes).collect()
}

fn cp932(text: &str) -> Vec<u8> {
    encoding_rs::SHIFT_JIS.encode(text).0.into_owned()
}

fn at(text: &str) -> i64 {
    date::parse_iso(text).unwrap()
}

#[test]
fn every_file_here_is_named_in_the_list() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/formats");
    let list = include_str!("mod.rs");
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let name = name.trim_end_matches(".rs");
        if name == "mod" || name == "tests" {
            continue;
        }
        assert!(list.contains(&format!("mod {name};")), "{name} is no module");
        assert!(list.contains(&format!("{name}::FORMAT,")), "{name} is not in FORMATS");
        assert!(FORMATS.iter().any(|it| it.id == name), "{name} calls itself otherwise");
    }
}

const GRAPH: &str = r#"{"@odata.context": "x", "value": [{"id": "0A1B2C3D-1111-4222-8333-444455556666",
 "createdDateTime": "2025-10-20T03:04:05.678Z", "userDisplayName": "山田 花子", "userPrincipalName": "Hanako@Example.or.jp",
 "userId": "9f000000-0000-4000-8000-000000000001", "appId": "1FEC8E78-BCE4-4AAF-AB1B-5451CC387264",
 "appDisplayName": "Microsoft Teams", "ipAddress": "198.51.100.7", "autonomousSystemNumber": 64500,
 "clientAppUsed": "Browser", "userAgent": "Mozilla/5.0", "sessionId": "00AA", "uniqueTokenIdentifier": "AbCdEf",
 "conditionalAccessStatus": "notApplied", "authenticationRequirement": "multiFactorAuthentication",
 "authenticationProtocol": "deviceCode", "originalTransferMethod": "deviceCodeFlow",
 "incomingTokenType": "primaryRefreshToken", "isInteractive": false, "signInEventTypes": ["nonInteractiveUser"],
 "authenticationDetails": [{"authenticationMethod": "Password"}, {"authenticationMethod": "Mobile app notification"}],
 "resourceDisplayName": "Office 365 Exchange Online", "homeTenantId": "aaaaaaaa-0000-4000-8000-000000000000",
 "userType": "member", "riskState": "none", "riskLevelAggregated": "hidden",
 "status": {"errorCode": 0, "failureReason": "Other."},
 "deviceDetail": {"deviceId": "", "displayName": "", "isCompliant": false, "isManaged": false, "trustType": ""},
 "location": {"city": "Lagos", "state": "Lagos", "countryOrRegion": "NG"}},
 {"id": "b", "createdDateTime": "yesterday", "userPrincipalName": "x@example.or.jp", "appDisplayName": "", "status": {}}]}"#;

const PORTAL: &str = "Date (UTC),Request ID,User agent,User ID,User,Username,User type,Incoming token type,\
Authentication Protocol,Unique token identifier,Original transfer method,Application,Application ID ,Resource,\
Home tenant ID,IP address,Location,Status,Sign-in error code,Client app,Device ID,Compliant,Managed,Join Type,\
Multifactor authentication auth method,Authentication requirement,Session ID,Autonomous system  number,\
Incoming token type,Conditional Access\r\n\
2025-10-20T03:04:05Z,0a1b2c3d-1111-4222-8333-444455556666,Mozilla/5.0,9f000000-0000-4000-8000-000000000001,山田 花子,\
hanako@example.or.jp,Member,Primary refresh token,Device code,AbCdEf,Device code flow,Microsoft Teams,\
1fec8e78-bce4-4aaf-ab1b-5451cc387264,Office 365 Exchange Online,aaaaaaaa-0000-4000-8000-000000000000,198.51.100.7,\
\"Lagos, Lagos, NG\",Success,0,Browser,,false,false,,Mobile app notification,Multifactor authentication,00AA,64500,None,\
Not Applied\r\n";

#[test]
fn graph_sign_ins_are_read_whole() {
    let seen = seen(GRAPH);
    assert_eq!((seen.format, seen.kind), (Some("signins_graph"), Kind::Signins));
    let it = seen.signins()[0];
    let event = &it.event;
    assert_eq!(event.at, at("2025-10-20T03:04:05.678Z"));
    assert_eq!((event.actor.as_str(), event.token.as_str()), ("hanako@example.or.jp", "AbCdEf"));
    assert_eq!(event.actor_ids, ["9f000000-0000-4000-8000-000000000001"]);
    assert_eq!((event.error, event.succeeded, event.asn), (0, Some(true), 64500));
    assert_eq!((event.operation.as_str(), event.country.as_str()), ("SignIn", "NG"));
    assert_eq!((event.managed, event.registered, event.user_type), (Some(false), None, 0));
    assert_eq!((it.stream.as_str(), it.protocol.as_str()), ("non_interactive", "deviceCode"));
    assert_eq!((it.methods.as_str(), it.risk.as_str()), ("Password+Mobile app notification", ""));
    assert_eq!(seen.records[0].key, "0a1b2c3d-1111-4222-8333-444455556666");
    assert_eq!(seen.rejects[0].account, "x@example.or.jp");
}

#[test]
fn pascal_case_objects_of_powershell_are_sign_ins() {
    let text = r#"[{"Id":"a","CreatedDateTime":"\/Date(1760929445000)\/","UserPrincipalName":"a@x.jp","AppDisplayName":"Teams",
      "IPAddress":"203.0.113.1","IsInteractive":true,"Status":{"ErrorCode":50140},"Location":{"CountryOrRegion":"JP"}}]"#;
    let seen = seen(utf16(text, true));
    assert_eq!(seen.format, Some("signins_graph"));
    let it = seen.signins()[0];
    assert_eq!(
        (it.event.error, it.event.succeeded, it.stream.as_str()),
        (50140, None, "interactive")
    );
    assert_eq!(it.event.at, 1_760_929_445_000_000);
}

#[test]
fn portal_rows_are_read_by_position_and_in_japanese() {
    let english = seen(PORTAL);
    assert_eq!((english.format, english.kind), (Some("signins_portal_csv"), Kind::Signins));
    let it = english.signins()[0];
    assert_eq!(it.incoming_token, "primaryRefreshToken");
    assert_eq!(it.event.app, "1fec8e78-bce4-4aaf-ab1b-5451cc387264");
    assert_eq!((it.event.asn, it.city.as_str()), (64500, "Lagos"));

    let text = "日付 (UTC),要求 ID,ユーザー,ユーザー名,アプリケーション,アプリケーション ID ,IP アドレス,場所,状態,\
サインイン エラー コード,クライアント アプリ\r\n\
2025-10-20T03:04:05Z,r1,山田,Hanako@x.jp,Teams,AB,203.0.113.9,\"Tokyo, Tokyo, JP\",失敗,50126,IMAP4\r\n\
こわれた,r2,山田,hanako@x.jp,Teams,AB,203.0.113.9,,失敗,50126,IMAP4\r\n";
    for bytes in [text.as_bytes().to_vec(), cp932(text), utf16(text, false), utf16(text, true)] {
        let seen = seen(bytes);
        assert_eq!(seen.format, Some("signins_portal_csv"), "{}", seen.reading.encoding);
        let it = &seen.signins()[0].event;
        assert_eq!((it.error, it.succeeded, it.client.as_str()), (50126, Some(false), "IMAP4"));
        assert_eq!((it.actor.as_str(), it.country.as_str()), ("hanako@x.jp", "JP"));
        assert_eq!(seen.rejects[0].account, "hanako@x.jp");
    }
}

#[test]
fn services_sign_in_too() {
    let text = "Date (UTC),Request ID,Service principal ID,Service principal name,Application,Application ID ,IP address,\
Location,Status,Sign-in error code\r\n2025-10-20T03:04:05Z,r1,SP-1,backup,backup,AB,203.0.113.9,,Success,0\r\n";
    let seen = seen(text);
    let it = seen.signins()[0];
    assert_eq!((it.stream.as_str(), it.event.actor.as_str()), ("service_principal", "sp-1"));
}

#[test]
fn traces_of_the_cmdlet_follow_their_own_dates() {
    let head = "#TYPE Deserialized.x\r\n\"MessageTraceId\",\"MessageId\",\"Received\",\"SenderAddress\",\"RecipientAddress\",\"Subject\",\"Status\",\"ToIP\",\"FromIP\",\"Size\"\r\n";
    let row = |date: &str, to: &str| {
        format!(
            "\"T1\",\"<Ab@x>\",\"{date}\",\"A@x.jp\",\"{to}\",\"件名\",\"Delivered\",\"\",\"203.0.113.5\",\"1200\"\r\n"
        )
    };
    let clear = seen(format!(
        "{head}{}{}",
        row("20/10/2025 21:13:33", "b@y.jp"),
        row("03/04/2025 1:02:03", "c@y.jp")
    ));
    assert_eq!((clear.format, clear.kind), (Some("trace_v2_csv"), Kind::MessageTrace));
    let mails = clear.mails();
    assert_eq!(mails[0].at, Some(at("2025-10-20T21:13:33Z")));
    assert_eq!(mails[1].at, Some(at("2025-04-03T01:02:03Z")));
    assert_eq!(
        (mails[0].message_id.as_str(), mails[0].network_message_id.as_str()),
        ("Ab@x", "t1")
    );
    assert_eq!(
        (mails[0].sender.as_str(), mails[0].size, mails[0].ip.as_str()),
        ("a@x.jp", 1200, "203.0.113.5")
    );

    let unclear =
        seen(format!("{head}{}{}", row("03/04/2025 1:02:03", "b@y.jp"), row("nonsense", "b@y.jp")));
    assert_eq!(unclear.mails()[0].at, None);
    assert_eq!(unclear.reading.warnings, [("ambiguous_dates".to_owned(), "1".to_owned())]);
    assert_eq!((unclear.rejects.len(), unclear.rejects[0].account.as_str()), (1, "a@x.jp"));

    let text = format!("{head}{}", row("2025/10/20 21:13:33", "b@y.jp"));
    let zone = |default: &str, declared: Option<&str>| {
        let options =
            ReadOptions { default_zone: default.into(), declared_zone: declared.map(Into::into) };
        with(utf16(&text, true), &options).mails()[0].at
    };
    assert_eq!(zone("Asia/Tokyo", None), Some(at("2025-10-20T21:13:33Z")));
    assert_eq!(zone("", Some("Asia/Tokyo")), Some(at("2025-10-20T12:13:33Z")));
}

#[test]
fn a_summary_names_all_recipients_in_one_record() {
    let text = "origin_timestamp_utc,sender_address,recipient_status,message_subject,total_bytes,message_id,network_message_id,original_client_ip,directionality,connector_id,delivery_priority\r\n\
2025-10-20T12:13:33.0000000Z,A@x.jp,b@y.jp##Receive, Send;c@z.jp##Receive, Fail;b@y.jp##Receive, Send,件名,99,<M@x>,N1,203.0.113.5,Originating,,Normal\r\n";
    let quoted = text
        .replace("b@y.jp##", "\"b@y.jp##")
        .replace("Send,件名", "Send\",件名")
        .replace(";\"b@", ";b@");
    for mark in [true, false] {
        let seen = seen(utf16(&quoted, mark));
        assert_eq!(seen.format, Some("trace_summary_csv"), "{mark}");
        let it = seen.mails()[0];
        assert_eq!((it.recipient.as_str(), it.status.as_str()), ("b@y.jp", "Delivered"));
        assert_eq!(it.more, [("c@z.jp".to_owned(), "Failed".to_owned())]);
        assert_eq!(
            (it.direction.as_str(), it.size, it.at),
            ("outbound", 99, Some(at("2025-10-20T12:13:33Z")))
        );
    }
}

#[test]
fn contacts_of_outlook_in_two_languages() {
    let ja = "\"肩書き\",\"名\",\"姓\",\"会社名\",\"電子メール アドレス\",\"電子メールの種類\",\"電子メール 2 アドレス\"\r\n\
\"\",\"花子\",\"髙橋\",\"①商事\",\"HANA@x.jp\",\"SMTP\",\"hana2@x.jp\"\r\n\"\",\"太郎\",\"山田\",\"\",\"/o=Ex/cn=taro\",\"EX\",\"\"\r\n";
    let seen_ja = seen(cp932(ja));
    assert_eq!((seen_ja.format, seen_ja.kind), (Some("list_outlook_csv"), Kind::List));
    assert_eq!(seen_ja.addresses(), ["hana@x.jp hana2@x.jp", ""]);
    assert_eq!(
        (seen_ja.lists()[0].name.as_str(), seen_ja.lists()[0].organisation.as_str()),
        ("髙橋 花子", "①商事")
    );
    assert_eq!((seen_ja.reading.unreadable, seen_ja.reading.rejected), (1, 0));
    assert_eq!(seen_ja.reading.address_column, "電子メール アドレス, 電子メール 2 アドレス");
    let en = "First Name,Last Name,Company,E-mail Address,E-mail 3 Address\nAda,Byron,Ltd,a@x.com,b@x.com\n";
    let seen_en = seen(en);
    assert_eq!(seen_en.format, Some("list_outlook_csv"));
    assert_eq!(
        (seen_en.addresses(), seen_en.lists()[0].name.as_str()),
        (vec!["a@x.com b@x.com".to_owned()], "Ada Byron")
    );
}

#[test]
fn the_address_column_is_found_by_content() {
    let text = "番号;氏名;ご所属;備考欄２;登録\n1;山田 太郎;甲;ｔａｒｏ＠ｘ．ｊｐ;事務局 office@x.jp\n2;花子;乙;\"b@x.jp、c@x.jp\";\n3;次郎;丙;なし;\n4;三郎;丁;d@x.jp;x\n5;四郎;丁;e@x.jp;x\n";
    for bytes in [text.as_bytes().to_vec(), cp932(text), utf16(text, false)] {
        let seen = seen(bytes);
        assert_eq!((seen.format, seen.kind), (Some("list_table"), Kind::List));
        assert_eq!(seen.addresses(), ["taro@x.jp", "b@x.jp c@x.jp", "", "d@x.jp", "e@x.jp"]);
        assert_eq!(seen.reading.address_column, "備考欄２");
        assert_eq!((seen.reading.unreadable, seen.reading.rejected), (1, 0));
        assert_eq!(
            (seen.lists()[0].name.as_str(), seen.lists()[1].organisation.as_str()),
            ("山田 太郎", "乙")
        );
    }
}

#[test]
fn lists_without_header_lose_no_row() {
    let bare = seen("a@x.jp\nb@x.jp\n山田 <c@x.jp>\n");
    assert_eq!(
        (bare.format, bare.addresses()),
        (Some("list_table"), vec!["a@x.jp".into(), "b@x.jp".into(), "c@x.jp".into()])
    );
    assert_eq!(
        (bare.reading.address_column.as_str(), bare.lists()[2].name.as_str()),
        ("#1", "山田")
    );
    let tabs = seen("山田\ta@x.jp\t甲\n花子\tb@x.jp\t乙\n");
    assert_eq!((tabs.addresses().len(), tabs.reading.address_column.as_str()), (2, "#2"));
}

#[test]
fn a_title_above_the_header_is_no_unreadable_row() {
    let text = "会員一覧（2025年4月）,,\n,,\nNo.,お名前,メール\n1,山田,a@x.jp\n2,花子,\n";
    let seen = seen(text);
    assert_eq!((seen.format, seen.reading.address_column.as_str()), (Some("list_table"), "メール"));
    assert_eq!((seen.reading.unreadable, seen.reading.rejected), (1, 0));
    assert!(seen.lists().iter().any(|it| it.name == "山田" && it.addresses == ["a@x.jp"]));
}

#[test]
fn a_workbook_is_read_sheet_by_sheet() {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, cells) in (0..).zip([
        ["会員一覧", "", ""],
        ["組織名", "ご担当者", "連絡先メール"],
        ["甲", "山田", "a＠x.jp"],
        ["乙", "花子", "なし"],
    ]) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write(row, column, cell).unwrap();
        }
    }
    let sheet = book.add_worksheet();
    for (row, cells) in (0..).zip([["E-mail", "Name"], ["b@x.jp\nc@x.jp", "Ada"]]) {
        for (column, cell) in (0..).zip(cells) {
            sheet.write(row, column, cell).unwrap();
        }
    }
    let seen = seen(book.save_to_buffer().unwrap());
    assert_eq!((seen.format, seen.kind), (Some("list_workbook"), Kind::List));
    assert_eq!(seen.addresses(), ["", "a@x.jp", "", "b@x.jp c@x.jp"]);
    assert_eq!((seen.reading.unreadable, seen.lists()[0].name.as_str()), (1, ""));
    assert_eq!(seen.reading.address_column, "E-mail, 連絡先メール");
    assert_eq!(
        (seen.lists()[1].organisation.as_str(), seen.lists()[3].name.as_str()),
        ("甲", "Ada")
    );
}

#[test]
fn cards_are_unfolded() {
    let text = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:山田 太郎\r\nORG:甲社;総務部\r\nitem1.EMAIL;TYPE=INTERNET:taro@exam\r\n ple.jp\r\nEMAIL:t2@x.jp\r\nEND:VCARD\r\n\
BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E8=8A=B1=\r\n=E5=AD=90\r\nTEL:03\r\nEND:VCARD\r\nBEGIN:VCARD\r\nEMAIL:cut@x.jp\r\n";
    let seen = seen(text);
    assert_eq!((seen.format, seen.kind), (Some("list_vcard"), Kind::List));
    assert_eq!(seen.addresses(), ["taro@example.jp t2@x.jp", "", "cut@x.jp"]);
    assert_eq!(
        (seen.lists()[0].organisation.as_str(), seen.lists()[1].name.as_str()),
        ("甲社 総務部", "花子")
    );
    assert_eq!((seen.reading.unreadable, seen.reading.lossy, seen.reading.rejected), (1, 1, 0));
}

#[test]
fn users_as_each_tool_exports_them() {
    let centre = "Block credential,Display name,Licenses,Object Id,Proxy addresses,User principal name\r\nFalse,山田,E3,0A-1,SMTP:taro@x.jp+smtp:t@x.jp,Taro@x.jp\r\n";
    let entra = "userPrincipalName,displayName,mail,id,userType,accountEnabled\r\nTaro@x.jp,山田,taro.y@x.jp,0A-1,Member,True\r\n";
    let ja = "ユーザー プリンシパル名,表示名,資格情報のブロック,ライセンス\r\ntaro@x.jp,山田,FALSE,E3\r\n";
    for text in [centre, entra, ja] {
        let seen = seen(cp932(text));
        assert_eq!(
            (seen.format, seen.kind),
            (Some("inventory_users_csv"), Kind::Inventory),
            "{text}"
        );
        let it = seen.accounts()[0];
        assert_eq!(
            (it.account.as_str(), it.name.as_str(), it.enabled),
            ("taro@x.jp", "山田", Some(true))
        );
    }
    assert_eq!(seen(centre).accounts()[0].aliases, ["0a-1", "t@x.jp"]);
    assert_eq!(seen(entra).accounts()[0].aliases, ["0a-1", "taro.y@x.jp"]);
}

#[test]
fn mailboxes_and_graph_users() {
    let text = "DisplayName,UserPrincipalName,PrimarySmtpAddress,EmailAddresses,RecipientTypeDetails,ExternalDirectoryObjectId,LegacyExchangeDN\r\n\
総務,,info@x.jp,System.Collections.ArrayList,SharedMailbox,E-1,/o=Ex/cn=Info\r\n,,,,,,\r\n";
    let mailboxes = seen(text);
    assert_eq!(mailboxes.format, Some("inventory_mailbox_csv"));
    let it = mailboxes.accounts()[0];
    assert_eq!((it.account.as_str(), it.kind.as_str()), ("info@x.jp", "SharedMailbox"));
    assert_eq!(it.aliases, ["/o=ex/cn=info", "e-1"]);
    assert_eq!((mailboxes.reading.lossy, mailboxes.reading.rejected), (1, 1));

    let text = r#"{"value":[{"id":"E-2","userPrincipalName":"Taro@x.jp","displayName":"山田","mail":"t@x.jp","userType":"Member",
      "accountEnabled":false,"proxyAddresses":["SMTP:t@x.jp","smtp:old@x.jp"],"otherMails":["own@y.jp"]}]}"#;
    let users = seen(text);
    assert_eq!((users.format, users.kind), (Some("inventory_graph_users"), Kind::Inventory));
    let it = users.accounts()[0];
    assert_eq!((it.account.as_str(), it.enabled), ("taro@x.jp", Some(false)));
    assert_eq!(it.aliases, ["e-2", "old@x.jp", "own@y.jp", "t@x.jp"]);
}

#[test]
fn lists_swallow_no_logs_mails_or_settings() {
    for text in [
        "[case]\nname = \"x\"\n[[account]]\nupn = \"a@x.jp\"\n",
        "Timestamp,IPAddress,User\n2025-10-20T01:02:03Z,203.0.113.4,a@x.jp\n",
        "when,who,whence\n2025-10-20T01:02:03Z,a@x.jp,203.0.113.4\n2025-10-20T01:02:04Z,b@x.jp,203.0.113.4\n",
        "203.0.113.4 - a@x.jp [20/Oct/2025:01:02:03 +0900] \"GET / HTTP/1.1\" 200 5\n203.0.113.4 - b@x.jp [20/Oct/2025:01:02:03 +0900] \"GET / HTTP/1.1\" 200 5\n",
        "Name,ForwardTo,Enabled\nrule,a@x.jp,True\n",
        "<html><body>a@x.jp</body></html>",
        "# Notes\n\nAsk a@x.jp, then write to b@x.jp\n",
        "件名,本文,差出人: (名前),差出人: (アドレス)\nx,y,z,a@x.jp\n",
        "Date,Sender,Recipient,Subject\n1,a@x.jp,b@x.jp,c\n",
    ] {
        assert_eq!(seen(text).format, None, "{text}");
    }
    let mail = "Received: from x\nFrom: a@x.jp\nTo: b@x.jp\nSubject: x\n\nHello c@x.jp\n";
    assert_eq!(seen(mail).format, Some("mailbox_eml"));
    // A form's answers bear a time stamp and are a list all the same.
    let form = "タイムスタンプ,お名前,メールアドレス\n2025/10/20 9:13:33,山田,a@x.jp\n";
    assert_eq!(seen(form).format, Some("list_table"));
}

const FORTIGATE: &str = concat!(
    r#"<189>date=2025-10-01 time=12:00:00 devname="FW-1" devid="FG1" eventtime=1759287600123456789 tz="+0900" logid="0000000013" type="traffic" subtype="forward" srcip=10.0.1.7 srcport=50000 srcintf="lan" dstip=203.0.113.9 dstport=443 dstintf="wan1" action="close" policyid=3 service="HTTPS""#,
    "\n",
    r#"Oct  1 12:00:01 10.0.0.1 date=2025-10-01 time=12:00:01 devid="FG1" tz="+0900" type="traffic" subtype="local" srcip=198.51.100.7 dstip=2001:db8::1 dstport=22 action="deny" policyid=0"#,
    "\r\n\n",
    r#"date=2025-10-01,time=12:00:02,devid=FG1,eventtime=1759287602,type=event,subtype=vpn,action=tunnel-up,remip=198.51.100.8,user="Taro",msg="SSL tunnel, established""#,
    "\n",
    r#"date=2025-10-01 time=12:00:03 devid="FG1" logid="0101039426" type="event" subtype="vpn" action="ssl-login-fail" remip=198.51.100.8 user="N/A" reason="cut he"#,
    "\n",
    r#"time=12:00:04 devid="FG1" logid="1" type="event" subtype="system" action="login" status="success" user="admin" srcip=10.0.1.1"#,
    "\n",
    r#"date=2025-10-01 time=12:00:05 devid="FG1" logid="1" type="event" subtype="system" action="login" status="failed" user="admin" srcip=10.0.1.1"#,
);

#[test]
fn fortigate_lines_tell_who_came_from_where() {
    let options = ReadOptions { default_zone: "Asia/Tokyo".into(), declared_zone: None };
    let seen = with(FORTIGATE, &options);
    assert_eq!((seen.format, seen.kind), (Some("firewall_fortigate"), Kind::Firewall));
    let logs = seen.logs();
    let told: Vec<_> = logs
        .iter()
        .map(|it| {
            let words = [&it.operation, &it.ip, &it.object, &it.actor];
            (it.at, words.map(|it| it.as_str()), it.succeeded)
        })
        .collect();
    let second = |n: i64| at("2025-10-01T03:00:00Z") + n * 1_000_000;
    assert_eq!(
        told,
        [
            (second(0) + 123_456, ["close", "10.0.1.7", "203.0.113.9:443", ""], Some(true)),
            (second(1), ["deny", "198.51.100.7", "[2001:db8::1]:22", ""], Some(false)),
            (second(2), ["tunnel-up", "198.51.100.8", "", "taro"], Some(true)),
            (second(5), ["login", "10.0.1.1", "", "admin"], Some(false)),
        ]
    );
    assert_eq!(
        logs[0].detail,
        r#"{"dstintf":"wan1","policyid":"3","service":"HTTPS","srcintf":"lan","subtype":"forward","type":"traffic"}"#
    );
    // A cut line, and one whose day nothing tells.
    assert_eq!(seen.rejects.len(), 2);
    assert_eq!(seen.rejects[0].at, Some(second(3)));
    assert_eq!(
        (seen.rejects[0].operation.as_str(), seen.rejects[1].account.as_str()),
        ("ssl-login-fail", "admin")
    );
    assert_eq!(
        (logs[0].record_type, logs[0].user_type, logs[0].logon_type, logs[0].error),
        (-1, -1, -1, -1)
    );
}

#[test]
fn a_line_is_one_record_whichever_collector_kept_it() {
    let bare = FORTIGATE.trim_start_matches("<189>").lines().next().unwrap();
    let both = seen(format!(
        "<134>Oct  1 03:00:00 relay {bare}\n{bare}\n{}",
        bare.replace("10.0.1.7", "10.0.1.8")
    ));
    let keys: Vec<&str> = both.records.iter().map(|it| it.key.as_str()).collect();
    assert_eq!(keys[0], keys[1]);
    assert_ne!(keys[0], keys[2]);
    assert!(both.reading.sorted);
}

fn postgres(time: &str, who: [&str; 3], tag: &str, error: [&str; 2], message: &str) -> String {
    let [user, database, from] =
        who.map(|it| if it.is_empty() { String::new() } else { format!("\"{it}\"") });
    let message = message.replace('"', "\"\"");
    let line = message.len();
    format!(
        "{time},{user},{database},4711,{from},68dc9d10.1267,{line},\"{tag}\",2025-10-01 12:00:00 JST,3/17,0,{},{},\"{message}\",,,,,,,,,\"app\",\"client backend\",,0\n",
        error[0], error[1]
    )
}

/// Rows of every sort; the last with a zone that two countries call so.
fn postgres_log() -> [String; 9] {
    const OK: [&str; 2] = ["LOG", "00000"];
    let app = ["Core_App", "core", "10.0.3.10:51234"];
    [
        postgres(
            "2025-10-01 12:00:00.123 JST",
            ["", "", "10.0.3.10:51234"],
            "",
            OK,
            "connection received: host=10.0.3.10 port=51234",
        ),
        postgres(
            "2025-10-01 12:00:01 JST",
            app,
            "authentication",
            OK,
            "connection authorized: user=Core_App database=core",
        ),
        postgres(
            "2025-10-01 12:00:02 JST",
            app,
            "idle",
            OK,
            "statement: SELECT 1,\n \"x\"\nFROM t",
        ),
        postgres(
            "2025-10-01 12:00:03 JST",
            app,
            "idle",
            OK,
            "disconnection: session time: 0:00:01",
        ),
        postgres(
            "2025-10-01 03:00:04 UTC",
            ["x", "core", "2001:db8::1:51234"],
            "authentication",
            ["FATAL", "28P01"],
            "ユーザー\"x\"のパスワード認証に失敗しました",
        ),
        postgres("2025-10-01 12:00:05 JST", ["", "", ""], "", OK, "checkpoint starting: time"),
        postgres(
            "2025-10-01 12:00:06 JST",
            ["batch", "core", "[local]"],
            "UPDATE",
            ["ERROR", "42P01"],
            "relation does not exist",
        ),
        postgres(
            "2025-10-01 05:00:07 CEST",
            ["batch", "core", "db-client:99"],
            "SELECT",
            OK,
            "duration: 1 ms",
        ),
        postgres("2025-10-01 12:00:08 CST", app, "SELECT", OK, "duration: 1 ms"),
    ]
}

#[test]
fn postgres_rows_tell_who_connected_from_where() {
    let rows = postgres_log();
    let seen = seen(rows.concat() + &rows[0] + "2025-10-01 12:00:09 JST,cut,\"co");
    assert_eq!((seen.format, seen.kind), (Some("database_postgres_csv"), Kind::Database));
    let logs = seen.logs();
    let told: Vec<_> = logs
        .iter()
        .map(|it| (it.operation.as_str(), it.ip.as_str(), it.actor.as_str(), it.succeeded))
        .collect();
    let want = [
        ("receive", "10.0.3.10", "", None),
        ("connect", "10.0.3.10", "core_app", Some(true)),
        ("statement", "10.0.3.10", "core_app", None),
        ("disconnect", "10.0.3.10", "core_app", None),
        ("connect", "2001:db8::1", "x", Some(false)),
        ("server", "", "", None),
        ("update", "", "batch", Some(false)),
        ("select", "", "batch", None),
        // The first row once more: no header, a repetition.
        ("receive", "10.0.3.10", "", None),
    ];
    assert_eq!(told, want);
    let second = at("2025-10-01T03:00:00Z");
    assert_eq!(
        (logs[0].at, logs[4].at, logs[7].at),
        (second + 123_000, second + 4_000_000, second + 7_000_000)
    );
    assert_eq!((logs[1].object.as_str(), logs[7].detail.contains("db-client")), ("core", true));
    assert_eq!(seen.records[0].key, seen.records[8].key);
    // An abbreviation of two zones, and the cut end.
    assert_eq!(seen.rejects.len(), 2);
    assert_eq!(seen.rejects[0].account, "core_app");
}

#[test]
fn an_abbreviation_of_two_zones_is_read_where_the_zone_is_stated() {
    let app = ["app", "core", "10.0.3.10:1"];
    let row =
        postgres("2025-10-01 12:00:00 CST", app, "SELECT", ["LOG", "00000"], "duration: 1 ms");
    for (zone, want) in [("Asia/Shanghai", "04:00"), ("America/Mexico_City", "18:00")] {
        let options = ReadOptions { default_zone: String::new(), declared_zone: Some(zone.into()) };
        assert_eq!(
            with(&row, &options).logs()[0].at,
            at(&format!("2025-10-01T{want}:00Z")),
            "{zone}"
        );
    }
    // Columns of versions 9 to 12, and of none.
    let cut = |n: usize| row.trim_end().rsplitn(n + 1, ',').last().unwrap().to_owned() + "\n";
    assert_eq!(seen(cut(3)).format, Some("database_postgres_csv"));
    assert_eq!(seen(cut(4)).format, None);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(96))]

    /// Whatever happens to a byte: each row is a record or a reject, and the far ones stay records.
    #[test]
    fn a_damaged_byte_costs_a_log_its_row_alone(at in 0_usize..600, byte: u8, database: bool) {
        let text = if database { postgres_log().concat() } else { FORTIGATE.to_owned() };
        let whole = seen(&text);
        let mut bytes = text.into_bytes();
        bytes[at] = byte;
        let damaged = seen(bytes);
        if damaged.format == whole.format {
            let last = |it: &Seen| it.records.last().map(|it| it.key.clone());
            proptest::prop_assert_eq!(last(&damaged), last(&whole));
            proptest::prop_assert!(damaged.records.len() + 2 >= whole.records.len());
        }
    }
}
