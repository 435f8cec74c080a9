//! Every export of the configuration through the whole front: find, inspect, read.

use std::fs;

use model::{Content, Kind, Reading, Record, Setting, SettingKind, What};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{FindOptions, ReadOptions, find, inspect, normal::date, read};

struct Seen {
    format: &'static str,
    kind: Kind,
    reading: Reading,
    records: Vec<Record>,
    reasons: Vec<String>,
}

fn seen(bytes: impl AsRef<[u8]>) -> Seen {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("evidence.bin");
    fs::write(&path, bytes).unwrap();
    let found = find(&[path], &FindOptions::default());
    let inspection = inspect(&found.sources[0]);
    let (mut records, mut reasons) = (Vec::new(), Vec::new());
    let reading = read(
        &found.sources[0],
        &inspection,
        &ReadOptions::default(),
        &mut |row| match row.content {
            Content::Record(it) => records.push(*it),
            Content::Reject(it) => reasons.push(it.reason),
        },
    );
    assert_eq!(reading.rows, (records.len() + reasons.len()) as u64);
    let format = inspection.format.map_or("", |it| it.id);
    Seen { format, kind: inspection.kind, reading, records, reasons }
}

impl Seen {
    fn settings(&self) -> Vec<Setting> {
        let of = |it: &Record| match &it.what {
            What::Setting(it) => Some(it.clone()),
            What::Inventory(it) => it.setting.as_deref().cloned(),
            _ => None,
        };
        self.records.iter().filter_map(of).collect()
    }
}

fn only(text: impl AsRef<[u8]>, format: &str) -> Setting {
    let it = seen(text);
    assert_eq!((it.format, it.reasons.len()), (format, 0), "{:?}", it.reasons);
    let mut settings = it.settings();
    assert_eq!(settings.len(), 1, "{settings:?}");
    settings.remove(0)
}

fn facts(it: &Setting) -> Value {
    serde_json::from_str(&it.facts).unwrap_or_default()
}

fn at(text: &str) -> Option<i64> {
    date::parse_iso(text)
}

/// One object as `ConvertTo-Json` and as `Export-Clixml` write it.
fn clixml(object: &Value) -> String {
    fn field(name: &str, value: &Value) -> String {
        let n = if name.is_empty() { String::new() } else { format!(" N=\"{name}\"") };
        match value {
            Value::Null => format!("<Nil{n} />"),
            Value::Bool(it) => format!("<B{n}>{it}</B>"),
            Value::Number(it) => format!("<I32{n}>{it}</I32>"),
            Value::String(it) => {
                let it = it.replace('&', "&amp;").replace('<', "&lt;").replace('\n', "_x000A_");
                format!("<S{n}>{it}</S>")
            }
            Value::Array(all) => {
                let items: String = all.iter().map(|it| field("", it)).collect();
                format!("<Obj{n} RefId=\"9\"><TNRef RefId=\"1\" /><LST>{items}</LST></Obj>")
            }
            Value::Object(all) => {
                let items: String = all.iter().map(|(name, it)| field(name, it)).collect();
                format!("<Obj{n} RefId=\"8\"><MS>{items}</MS></Obj>")
            }
        }
    }
    let all: String =
        object.as_object().unwrap().iter().map(|(name, it)| field(name, it)).collect();
    format!(
        "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">\n  \
         <Obj RefId=\"0\">\n    <TN RefId=\"0\"><T>Deserialized.X</T></TN>\n    <Props>{all}</Props>\n  </Obj>\n</Objs>"
    )
}

#[test]
fn a_rule_is_one_rule_in_every_form() {
    let object = json!({
        "Name": "支払 & <.>", "Enabled": true, "Priority": 1, "RuleIdentity": "16752869479666417665",
        "Identity": "hanako\\16752869479666417665", "MailboxOwnerId": "hanako", "Mailbox": "Hanako@Example.jp",
        "ForwardTo": ["\"z\" [SMTP:z@evil.example]"], "RedirectTo": null, "DeleteMessage": true,
        "MarkAsRead": false, "MoveToFolder": null
    });
    let csv = "#TYPE Deserialized.Microsoft.Exchange.Management.Common.InboxRule\r\n\
        \"Name\",\"Enabled\",\"Priority\",\"RuleIdentity\",\"Identity\",\"MailboxOwnerId\",\"Mailbox\",\"ForwardTo\",\"RedirectTo\",\"DeleteMessage\",\"MarkAsRead\",\"MoveToFolder\"\r\n\
        \"支払 & <.>\",\"True\",\"1\",\"16752869479666417665\",\"hanako\\16752869479666417665\",\"hanako\",\"Hanako@Example.jp\",\"{\"\"z\"\" [SMTP:z@evil.example]}\",\"\",\"True\",\"False\",\"\"\r\n";
    let forms: Vec<Vec<u8>> = vec![
        object.to_string().into_bytes(),
        json!([object]).to_string().into_bytes(),
        json!({"value": [object]}).to_string().into_bytes(),
        clixml(&object).into_bytes(),
        csv.into(),
        csv.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        std::iter::once(0xfeff)
            .chain(clixml(&object).encode_utf16())
            .flat_map(u16::to_le_bytes)
            .collect(),
        encoding_rs::SHIFT_JIS.encode(csv).0.into_owned(),
    ];
    let first = seen(&forms[0]);
    for form in &forms {
        let it = only(form, "settings_inbox_rules");
        assert_eq!(it.kind, SettingKind::InboxRule);
        assert_eq!(it.account, "hanako@example.jp");
        assert_eq!(it.name, "支払 & <.>");
        assert_eq!(
            facts(&it),
            json!({"delete": true, "enabled": true, "forward": ["z@evil.example"]})
        );
        assert_eq!(seen(form).records[0].key, first.records[0].key);
    }
}

#[test]
fn a_rule_of_graph_belongs_to_whom_the_answer_names() {
    let text = r##"{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users('hanako%40example.jp')/mailFolders('inbox')/messageRules",
      "value":[{"id":"AQAAAJ5dZqA=","displayName":"..","sequence":2,"isEnabled":true,"hasError":false,
      "conditions":{"subjectContains":["invoice"]},"actions":{"moveToFolder":"AQMkAD","stopProcessingRules":true,
      "forwardTo":[{"emailAddress":{"name":"z","address":"Z@evil.example"}}]}}]}
      {"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users('taro%40example.jp')/messageRules","value":[
      {"id":"B","displayName":"x","sequence":1,"isEnabled":false,"actions":{"delete":true}}]}"##;
    let it = seen(text);
    assert_eq!((it.format, it.reasons.len()), ("settings_inbox_rules", 0));
    let all = it.settings();
    assert_eq!((all[0].account.as_str(), all[0].name.as_str()), ("hanako@example.jp", ".."));
    assert_eq!(
        facts(&all[0]),
        json!({"enabled": true, "forward": ["z@evil.example"], "move_id": "AQMkAD"})
    );
    assert_eq!(all[1].account, "taro@example.jp");
    assert_eq!(facts(&all[1]), json!({"delete": true, "enabled": false}));
}

#[test]
fn whom_a_rule_sends_to_is_read_in_every_spelling() {
    let of = |to: &str| {
        let text = json!({"Name": "a", "RuleIdentity": "1", "ForwardTo": to}).to_string();
        facts(&only(text, "settings_inbox_rules"))["forward"].clone()
    };
    assert_eq!(of(r#""Yamada, Z" [SMTP:Z@evil.example]"#), json!(["z@evil.example"]));
    assert_eq!(of(r#""B" [EX:/o=ExchangeLabs/cn=B]"#), json!(["/o=exchangelabs/cn=b"]));
    assert_eq!(of("smtp:z@evil.example"), json!(["z@evil.example"]));
    assert_eq!(of("somebody"), json!(["somebody"]));
    assert_eq!(of(""), Value::Null);
}

#[test]
fn a_broken_row_costs_itself_only() {
    let csv = "Identity,User,AccessRights,IsInherited,Deny\n\
        hanako,NT AUTHORITY\\SELF,\"{FullAccess, ReadPermission}\",False,False\n\
        ,x,FullAccess,False,False\nhanako,\"y\"z,FullAccess\nhanako,taro@example.jp,FullAccess,False,False\n";
    let it = seen(csv);
    assert_eq!(it.format, "settings_permissions");
    assert_eq!((it.reading.rows, it.reading.rejected), (4, 1), "{:?}", it.reasons);
    let all = it.settings();
    assert_eq!(facts(&all[0])["rights"], json!(["fullaccess", "readpermission"]));
    assert_eq!(
        (facts(&all[0])["system"].clone(), facts(&all[2])["system"].clone()),
        (json!(true), Value::Null)
    );
    assert_eq!(facts(&all[2])["to"], "taro@example.jp");
    let lines = "{\"clientId\":\"c\",\"consentType\":\"Principal\",\"principalId\":\"P\",\"scope\":\" Mail.Read openid\"}\n{\"clientId\":,}\n{\"clientId\":\"\",\"consentType\":\"AllPrincipals\",\"scope\":\"x\"}\n{\"clientId\":\"d\",\"consentType\":\"AllPrincipals\",\"scope\":\"x\"}\n";
    let it = seen(lines);
    assert_eq!((it.format, it.reading.rows, it.reading.rejected), ("settings_grants", 4, 2));
    let all = it.settings();
    assert_eq!((all[0].account.as_str(), all[1].account.as_str()), ("p", ""));
    assert_eq!(facts(&all[0]), json!({"client": "c", "scopes": ["Mail.Read", "openid"]}));
    let mut two = clixml(
        &json!({"DomainName": "*", "AutoForwardEnabled": true, "Name": "Default", "WhenChanged": "2025-10-21T00:00:00Z"}),
    );
    let second = two[two.find("  <Obj").unwrap()..two.find("</Objs>").unwrap()].to_owned();
    two = two.replace("<B N=\"AutoForwardEnabled\">true</B>", "<B N=\"AutoForwardEnabled\">");
    two = two.replace("</Objs>", &format!("{second}</Objs>"));
    let first = seen(&two);
    assert_eq!((first.format, first.reading.rejected), ("settings_remote_domains", 1), "{two}");
    assert_eq!(first.settings().len(), 1);
}

#[test]
fn a_mailbox_stays_inventory_and_feeds_the_settings() {
    let csv = "UserPrincipalName,PrimarySmtpAddress,RecipientTypeDetails,Alias,ForwardingSmtpAddress,ForwardingAddress,DeliverToMailboxAndForward,AuditEnabled,DefaultAuditSet,AuditOwner\n\
        Hanako@example.jp,hanako@example.jp,UserMailbox,hanako,smtp:z@evil.example,,True,True,\"{Admin, Delegate, Owner}\",\"{Update, MailItemsAccessed}\"\n";
    let object = json!({"UserPrincipalName": "Hanako@example.jp", "PrimarySmtpAddress": "hanako@example.jp",
        "RecipientTypeDetails": "UserMailbox", "Alias": "hanako", "ForwardingSmtpAddress": "smtp:z@evil.example",
        "ForwardingAddress": null, "DeliverToMailboxAndForward": true, "AuditEnabled": true,
        "DefaultAuditSet": ["Admin", "Delegate", "Owner"], "AuditOwner": ["Update", "MailItemsAccessed"]});
    let wanted = json!({"audit": true, "audit_default": ["admin", "delegate", "owner"], "audit_owner": ["mailitemsaccessed", "update"],
        "forward": "z@evil.example", "keeps_copy": true, "tells_forwarding": true});
    for (text, format) in [
        (csv.to_owned(), "inventory_mailbox_csv"),
        (object.to_string(), "inventory_mailbox_objects"),
        (clixml(&object), "inventory_mailbox_objects"),
    ] {
        let it = seen(&text);
        assert_eq!((it.kind, it.format), (Kind::Inventory, format));
        let What::Inventory(entry) = &it.records[0].what else { panic!("{:?}", it.records) };
        assert_eq!(
            (entry.account.as_str(), entry.kind.as_str()),
            ("hanako@example.jp", "UserMailbox")
        );
        let setting = entry.setting.as_ref().unwrap();
        assert_eq!(
            (facts(setting), setting.account.as_str()),
            (wanted.clone(), "hanako@example.jp")
        );
        assert!(setting.ids.contains(&"hanako".to_owned()));
    }
    let plain =
        "UserPrincipalName,PrimarySmtpAddress,RecipientTypeDetails\na@x.jp,a@x.jp,UserMailbox\n";
    let it = seen(plain);
    assert!(matches!(&it.records[0].what, What::Inventory(it) if it.setting.is_none()));
    let few = "UserPrincipalName,AuditEnabled\na@x.jp,False\n";
    let it = only(few, "settings_mailboxes");
    assert_eq!((it.account.as_str(), facts(&it)), ("a@x.jp", json!({"audit": false})));
    let lost = "UserPrincipalName,AuditEnabled,AuditOwner\na@x.jp,True,System.Object[]\n";
    assert_eq!(seen(lost).reading.lossy, 1);
}

/// Text, format, account, created, changed, facts.
type Case = (String, &'static str, &'static str, Option<i64>, Option<i64>, Value);

/// Each format with one object.
#[test]
#[expect(clippy::too_many_lines, reason = "a table, one row a format")]
fn every_other_format_is_read() {
    let jan = at("2025-01-02T03:04:05Z");
    let cases: Vec<Case> = vec![
        (
            "Identity,Name,AuditBypassEnabled\nhanako,hanako,True\n".into(),
            "settings_audit_bypass", "hanako", None, None, json!({"bypass": true}),
        ),
        (
            json!({"UnifiedAuditLogIngestionEnabled": false, "Name": "Default"}).to_string(),
            "settings_audit_config", "", None, None, json!({"ingestion": false}),
        ),
        (
            clixml(&json!({"AuditDisabled": true, "Name": "x"})),
            "settings_audit_config", "", None, None, json!({"mailbox_audit_off": true}),
        ),
        (
            json!({"id": "1", "displayName": "MFA", "state": "enabledForReportingButNotEnforced", "createdDateTime": "2025-01-02T03:04:05Z",
                "modifiedDateTime": null, "conditions": {"users": {"includeUsers": ["All"], "excludeUsers": ["u"]}, "clientAppTypes": ["all"],
                "locations": {"includeLocations": ["All"], "excludeLocations": ["AllTrusted"]}},
                "grantControls": {"operator": "OR", "builtInControls": ["mfa"]}}).to_string(),
            "settings_policies", "", jan, None,
            json!({"client_apps": ["all"], "controls": ["mfa"], "exclude_locations": ["AllTrusted"], "exclude_users": ["u"],
                "include_locations": ["All"], "include_users": ["All"], "state": "enabledForReportingButNotEnforced"}),
        ),
        (
            json!({"@odata.type": "#microsoft.graph.ipNamedLocation", "id": "1", "displayName": "HQ", "modifiedDateTime": "2025-01-02T03:04:05Z",
                "isTrusted": true, "ipRanges": [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "203.0.113.0/28"}]}).to_string(),
            "settings_locations", "", None, jan, json!({"ranges": ["203.0.113.0/28"], "trusted": true}),
        ),
        (
            json!({"Id": "1", "DisplayName": "HQ", "IsTrusted": true, "ModifiedDateTime": "/Date(1735787045000)/",
                "IpRanges": ["@{@odata.type=#x; cidrAddress=203.0.113.0/28}", "2001:db8::/48"]})
            .to_string(),
            "settings_locations",
            "",
            None,
            jan,
            json!({"ranges": ["2001:db8::/48", "203.0.113.0/28"], "trusted": true}),
        ),
        (
            json!({"DisplayName": "Block", "State": "enabled", "Conditions": {"Users": {"IncludeUsers": ["All"], "ExcludeUsers": []},
                "ClientAppTypes": ["other"]}, "GrantControls": {"BuiltInControls": ["block"]}})
            .to_string(),
            "settings_policies",
            "",
            None,
            None,
            json!({"client_apps": ["other"], "controls": ["block"], "include_users": ["All"], "state": "enabled"}),
        ),
        (
            json!({"id": "1", "appRoleId": "R", "principalId": "P", "principalType": "ServicePrincipal", "resourceId": "X",
                "resourceDisplayName": "Microsoft Graph", "createdDateTime": "2025-01-02T03:04:05Z"}).to_string(),
            "settings_app_roles", "", jan, None,
            json!({"principal": "serviceprincipal", "resource": "Microsoft Graph", "role": "r"}),
        ),
        (
            json!({"id": "O", "appId": "A", "displayName": "App", "signInAudience": "AzureADMyOrg", "createdDateTime": "2025-01-02T03:04:05Z",
                "keyCredentials": [], "passwordCredentials": [{"keyId": "K", "displayName": "s", "startDateTime": "2025-01-02T03:04:05Z"}]}).to_string(),
            "settings_applications", "", jan, None,
            json!({"app": "a", "secrets": [{"from": jan, "id": "k", "name": "s"}]}),
        ),
        (
            r##"{"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users('hanako%40example.jp')/authentication/methods",
             "value":[{"@odata.type":"#microsoft.graph.microsoftAuthenticatorAuthenticationMethod","id":"M","displayName":"iPhone","createdDateTime":"2025-01-02T03:04:05Z"}]}"##.into(),
            "settings_methods", "hanako@example.jp", jan, None, json!({"method": "microsoftauthenticator"}),
        ),
        (
            json!({"Id": "M", "UserPrincipalName": "hanako@example.jp", "AdditionalProperties": {"@odata.type": "#microsoft.graph.phoneAuthenticationMethod", "phoneNumber": "+81 90"}}).to_string(),
            "settings_methods", "hanako@example.jp", None, None, json!({"method": "phone"}),
        ),
        (
            json!({"UserPrincipalName": "Hanako@example.jp", "ObjectId": "O", "StrongAuthenticationMethods": [{"MethodType": "PhoneAppOTP", "IsDefault": true}],
                "StrongAuthenticationUserDetails": {"PhoneNumber": "+81 90"}, "StrongAuthenticationPhoneAppDetails": [{"DeviceName": "SM-A546B"}]}).to_string(),
            "settings_strong_authentication", "hanako@example.jp", None, None,
            json!({"apps": ["SM-A546B"], "methods": ["phoneappotp"], "phone": "+81 90"}),
        ),
        (
            json!({"id": "O", "userPrincipalName": "hanako@example.jp", "userDisplayName": "花子", "userType": "member", "isMfaRegistered": true, "methodsRegistered": ["mobilePhone", "fido2SecurityKey"]}).to_string(),
            "settings_registrations", "hanako@example.jp", None, None,
            json!({"methods": ["fido2securitykey", "mobilephone"], "mfa": true}),
        ),
        (
            "user,MFAstatus,email,fido2,app,password,phone\nhanako@example.jp,Enabled,-,False,True,True,False\n".into(),
            "settings_registrations", "hanako@example.jp", None, None, json!({"methods": ["app", "password"]}),
        ),
        (
            json!({"id": "O", "deviceId": "D", "displayName": "PC-003", "trustType": "AzureAd", "isManaged": true, "isCompliant": false, "accountEnabled": true,
                "registrationDateTime": "2025-01-02T03:04:05Z", "registeredOwners": [{"id": "u", "userPrincipalName": "Hanako@example.jp"}]}).to_string(),
            "settings_devices", "hanako@example.jp", jan, None,
            json!({"compliant": false, "device": "d", "enabled": true, "managed": true, "owners": ["hanako@example.jp"], "trust": "azuread"}),
        ),
        (
            "displayName,accountEnabled,joinType,userNames,isCompliant,registrationTime,deviceId,isManaged,objectId\nPC,True,Microsoft Entra registered,hanako@example.jp,,2025-01-02T03:04:05Z,D,False,O\n".into(),
            "settings_devices", "hanako@example.jp", jan, None,
            json!({"device": "d", "enabled": true, "managed": false, "owners": ["hanako@example.jp"], "trust": "microsoft entra registered"}),
        ),
        (
            "Name,State,Priority,BlindCopyTo,SetSCL,WhenChanged\n.,Enabled,0,z@evil.example,,2025/01/02 3:04:05\n".into(),
            "settings_transport_rules", "", None, jan, json!({"does": ["BlindCopyTo=z@evil.example"], "enabled": true}),
        ),
        (
            "Name,DomainName,AutoForwardEnabled,WhenChanged\nDefault,*,True,1/2/2025 3:04:05 AM\nx,y.example,False,1/13/2025 3:04:05 AM\n".into(),
            "settings_remote_domains", "", None, jan, json!({"domain": "*", "forward": true}),
        ),
    ];
    for (text, format, account, created, changed, wanted) in cases {
        let it = seen(&text);
        assert_eq!((it.format, it.kind), (format, Kind::Settings), "{text}");
        assert!(it.reasons.is_empty(), "{text}: {:?}", it.reasons);
        let all = it.settings();
        let it = &all[0];
        assert_eq!(
            (it.account.as_str(), it.created, it.changed, facts(it)),
            (account, created, changed, wanted),
            "{text}"
        );
    }
}

#[test]
fn an_ambiguous_date_is_no_date_and_is_said() {
    let it =
        seen("Name,DomainName,AutoForwardEnabled,WhenChanged\nDefault,*,True,3/12/2025 3:04:05\n");
    assert_eq!(it.settings()[0].changed, None);
    assert_eq!(it.reading.warnings, [("ambiguous_dates".to_owned(), "1".to_owned())]);
}

#[test]
fn what_looks_alike_is_something_else() {
    for (text, format) in [
        (
            r#"{"id":"1","userPrincipalName":"a@x.jp","displayName":"a","mail":null}"#,
            "inventory_graph_users",
        ),
        (
            r#"{"id":"1","createdDateTime":"2025-01-01T00:00:00Z","appDisplayName":"x","appId":"a","status":{"errorCode":0},"isInteractive":true,"userPrincipalName":"a@x.jp","deviceDetail":{}}"#,
            "signins_graph",
        ),
    ] {
        assert_eq!(seen(text).format, format, "{text}");
    }
    assert_eq!(seen("<Objs></Objs>").format, "");
    assert_eq!(seen("<html><body>Objs</body></html>").format, "");
}

proptest! {
    /// Whatever is done to an export: no panic, every row accounted for.
    #[test]
    fn bytes_changed_at_will_break_nothing(n in 0usize..4, at in any::<proptest::sample::Index>(), with in any::<u8>()) {
        let rule = json!({"Name": "a", "RuleIdentity": "1", "ForwardTo": ["x@y.example"], "DeleteMessage": true, "Mailbox": "a@x.jp"});
        let texts = [
            clixml(&rule), rule.to_string(),
            "Name,RuleIdentity,ForwardTo,DeleteMessage\na,1,x@y.example,True\n".to_owned(),
            "Name,DomainName,AutoForwardEnabled,WhenChanged\nDefault,*,True,3/12/2025 3:04:05\n".to_owned(),
        ];
        let mut bytes = texts[n].clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = with;
        seen(&bytes);
        bytes.truncate(at);
        if !bytes.is_empty() {
            seen(&bytes);
        }
    }
}
