use super::*;

fn detail(record: &str, at: i64, operation: &str, object: &str, body: &str) -> Detail {
    Detail {
        record: record.into(),
        at: at * 1_000_000,
        actor: "a@x".into(),
        operation: operation.into(),
        object: object.into(),
        detail: body.into(),
        ..Detail::default()
    }
}

fn run(details: &[Detail]) -> Vec<Persistence> {
    persistence(details, &|it| it.actor == "a@x", &|name| name.to_lowercase())
}

fn only(details: &[Detail]) -> Persistence {
    let mut found = run(details);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

fn by_admin(mut it: Detail) -> Detail {
    it.actor = "admin@x".into();
    it
}

#[test]
fn a_rule_stands_until_somebody_removes_it() {
    let set = detail(
        "r1",
        10,
        "New-InboxRule",
        "Org/joey\\.",
        r#"{"parameters":{"ForwardTo":"z@evil.example","Name":"."}}"#,
    );
    let it = only(std::slice::from_ref(&set));
    assert_eq!((it.kind.as_str(), it.removed_at.as_deref()), ("inbox_rule", None));
    assert_eq!(it.what.raw(), ".: ForwardTo=z@evil.example");
    let other = by_admin(detail(
        "r2",
        20,
        "Remove-InboxRule",
        "Org/joey\\News",
        r#"{"parameters":{"Identity":"joey\\News"}}"#,
    ));
    assert_eq!(only(&[set.clone(), other]).removed_at, None);
    let mut removal = by_admin(detail(
        "r3",
        30,
        "Remove-InboxRule",
        "Org/joey\\.",
        r#"{"parameters":{"Identity":"a@x\\."}}"#,
    ));
    removal.mailbox = "a@x".into();
    let it = only(&[removal, set]);
    assert_eq!(it.removed_at.as_deref(), Some("1970-01-01T00:00:30Z"));
    assert_eq!(it.records, ["r1", "r3"]);
}

#[test]
fn outlooks_own_form_is_a_rule_too() {
    let set = detail(
        "r1",
        10,
        "UpdateInboxRules",
        "",
        r#"{"properties":{"RuleActions":"[{\"ActionType\":\"Forward\"}]","RuleId":"-7","RuleOperation":"AddMailboxRule"}}"#,
    );
    let gone = detail(
        "r2",
        11,
        "UpdateInboxRules",
        "",
        r#"{"properties":{"RuleId":"-7","RuleOperation":"RemoveMailboxRule"}}"#,
    );
    assert!(only(&[set, gone]).removed_at.is_some());
}

#[test]
fn forwarding_that_lived_eleven_seconds_is_still_found() {
    let set = detail(
        "r1",
        10,
        "Set-Mailbox",
        "Org/a",
        r#"{"parameters":{"ForwardingSmtpAddress":"smtp:z@evil.example","Identity":"a@x"}}"#,
    );
    let cleared = detail(
        "r2",
        21,
        "Set-Mailbox",
        "Org/a",
        r#"{"parameters":{"ForwardingSmtpAddress":"","Identity":"a@x"}}"#,
    );
    let quota = detail(
        "r3",
        22,
        "Set-Mailbox",
        "Org/a",
        r#"{"parameters":{"Identity":"a@x","IssueWarningQuota":"9 GB"}}"#,
    );
    let it = only(&[set, cleared, quota]);
    assert_eq!(
        (it.what.raw(), it.removed_at.as_deref()),
        ("z@evil.example", Some("1970-01-01T00:00:21Z"))
    );
}

#[test]
fn one_consent_is_one_though_it_writes_several_records() {
    let app = "a62919b8-3d73-4b3f-ab2a-3790b3cb8550";
    let principal = "2383a669-0671-49c4-a7e6-a15950eccc2e";
    let grant = detail(
        "r1",
        10,
        "Add delegated permission grant",
        "00000003-0000-0000-c000-000000000000",
        &format!(
            r#"{{"modified":{{"DelegatedPermissionGrant.Scope":["","Mail.Read"],"ServicePrincipal.ObjectID":["","{principal}"]}}}}"#
        ),
    );
    let consent = detail(
        "r2",
        12,
        "Consent to application",
        app,
        &format!(
            r#"{{"modified":{{"ConsentAction.Permissions":["","[] => [[Id: x, ClientId: {principal}, Scope: Mail.Read]]"]}},"targets":["ServicePrincipal_{principal}","App Y"]}}"#
        ),
    );
    let it = only(&[grant.clone(), consent.clone()]);
    assert_eq!(it.at, "1970-01-01T00:00:12Z");
    assert_eq!(it.records, ["r1", "r2"]);
    assert!(it.what.raw().contains("App Y") && it.what.raw().contains("Mail.Read"));
    let gone = by_admin(detail("r3", 99, "Remove service principal", app, "{}"));
    assert!(only(&[grant, consent, gone]).removed_at.is_some());
}

/// A record of the audit log and one of the directory audit, as their readers give them, half a second
/// apart: one thing, that both records stand behind.
#[test]
fn a_change_that_two_logs_tell_of_is_one() {
    let sp = "11b49e19-2326-4be6-93cb-7f37439bbd81";
    let app = "22b49e19-2326-4be6-93cb-7f37439bbd82";
    let grant = format!(
        "{{\"ConsentAction.Permissions\":[\"\",\"[] => [[Id: x, ClientId: {sp}, Scope: Mail.Read]]\"]}}"
    );
    let targets =
        format!("[\"ServicePrincipal_{sp}\",\"{sp}\",\"ServicePrincipal\",\"Mail helper\"]");
    let pairs = [
        (
            "consent",
            "Consent to application",
            (app, format!("{{\"modified\":{grant},\"targets\":{targets}}}")),
            (sp, format!("{{\"modified\":{grant},\"targets\":{targets}}}")),
        ),
        (
            "mfa_method",
            "User registered security info",
            ("a@x", String::new()),
            ("a@x", r#"{"properties":{"resultReason":"User registered Authenticator App"},"targets":["a@x"]}"#.into()),
        ),
        (
            "new_account",
            "Add user",
            ("new@x", r#"{"modified":{"UserPrincipalName":["[]","[\r\n  \"new@x\"\r\n]"]},"targets":["User_1","new@x"]}"#.into()),
            ("new@x", r#"{"modified":{"UserPrincipalName":["[]","[\"new@x\"]"]},"targets":["User_1","new@x"]}"#.into()),
        ),
        (
            "device",
            "Add registered owner to device",
            ("a@x", r#"{"modified":{"Device.DisplayName":["","PC-9"]},"targets":["a@x"]}"#.into()),
            ("a@x", r#"{"modified":{"Device.DisplayName":["","\"PC-9\""]},"targets":["a@x","Device_9"]}"#.into()),
        ),
        (
            "app_credential",
            "Add service principal credentials",
            (sp, format!("{{\"targets\":{targets}}}")),
            (sp, format!("{{\"targets\":{targets}}}")),
        ),
    ];
    for (kind, operation, ual, audit) in pairs {
        let first = detail("u", 10, operation, ual.0, &ual.1);
        let mut again = detail("e", 10, operation, audit.0, &audit.1);
        again.at += 500_000;
        for order in [[first.clone(), again.clone()], [again, first]] {
            let it = only(&order);
            assert_eq!((it.kind.as_str(), it.records.join(" ").as_str()), (kind, "e u"));
        }
    }
}

#[test]
fn a_method_deleted_must_be_of_the_same_kind() {
    let set = detail(
        "r1",
        10,
        "Update user",
        "a@x",
        r#"{"modified":{"StrongAuthenticationPhoneAppDetail":["[]","[\r\n  \"SM-A546B\"\r\n]"]}}"#,
    );
    let said = detail(
        "r2",
        11,
        "User registered security info",
        "a@x",
        r#"{"modified":{"StrongAuthenticationPhoneAppDetail":["[]","[\"SM-A546B\"]"]}}"#,
    );
    let phone = by_admin(detail(
        "r3",
        50,
        "Admin deleted security info",
        "a@x",
        r#"{"properties":{"ResultDescription":"deleted mobile phone"}}"#,
    ));
    let app = by_admin(detail(
        "r4",
        60,
        "Admin deleted security info",
        "a@x",
        r#"{"properties":{"ResultDescription":"deleted Authenticator App"}}"#,
    ));
    let it = only(&[set.clone(), said.clone(), phone.clone()]);
    assert_eq!((it.removed_at.as_deref(), it.at.as_str()), (None, "1970-01-01T00:00:11Z"));
    assert!(only(&[set, said, phone, app]).removed_at.is_some());
    let harmless =
        detail("r5", 10, "Update user", "a@x", r#"{"modified":{"Department":["","b"]}}"#);
    assert!(run(&[harmless]).is_empty());
}

#[test]
fn what_others_set_or_what_failed_is_not_listed() {
    let set = detail(
        "r1",
        10,
        "New-TransportRule",
        "",
        r#"{"parameters":{"BlindCopyTo":"z@evil.example","Name":"."}}"#,
    );
    assert!(run(&[by_admin(set.clone())]).is_empty());
    let failed = Detail { succeeded: Some(false), ..set.clone() };
    assert!(run(&[failed]).is_empty());
    assert_eq!(only(&[set]).kind, "transport_rule");
}

#[test]
fn every_kind_of_the_contract_is_found() {
    let cases = [
        (
            "app_credential",
            detail(
                "1",
                1,
                "Update application - Certificates and secrets management",
                "Application_9cb8c87d-30db-43e7-993d-be7095f1c90c",
                r#"{"modified":{"KeyDescription":["[]","[\"[KeyIdentifier=b,KeyType=Password]\"]"]}}"#,
            ),
        ),
        (
            "device",
            detail(
                "1",
                1,
                "Add registered owner to device",
                "a@x",
                r#"{"modified":{"Device.DisplayName":["","MSEDGEWIN10"]}}"#,
            ),
        ),
        (
            "delegate",
            detail(
                "1",
                1,
                "Add-RecipientPermission",
                "H",
                r#"{"parameters":{"AccessRights":"SendAs","Identity":"Org/H","Trustee":"Org/evil"}}"#,
            ),
        ),
        (
            "connector",
            detail("1", 1, "New-InboundConnector", "c", r#"{"parameters":{"Name":"c"}}"#),
        ),
        (
            "new_account",
            detail(
                "1",
                1,
                "Add user",
                "sans@x",
                r#"{"modified":{"UserPrincipalName":["[]","[\r\n  \"sans@x\"\r\n]"]}}"#,
            ),
        ),
    ];
    for (kind, it) in cases {
        assert_eq!(only(&[it]).kind, kind);
    }
}

#[test]
fn the_order_of_records_changes_nothing() {
    let set = detail("r1", 10, "New-Mailbox", "m", r#"{"parameters":{"Name":"m"}}"#);
    let gone =
        by_admin(detail("r2", 20, "Remove-Mailbox", "m", r#"{"parameters":{"Identity":"m"}}"#));
    assert_eq!(run(&[set.clone(), gone.clone()]).len(), run(&[gone.clone(), set.clone()]).len());
    assert_eq!(only(&[gone, set]).removed_at.as_deref(), Some("1970-01-01T00:00:20Z"));
}

proptest::proptest! {
    /// Content is the attacker's: whatever stands in it, every rule gives an answer, the same in any order.
    #[test]
    fn hostile_content_breaks_no_rule(bodies in proptest::collection::vec(".{0,40}|\\{\"(parameters|modified|properties|targets)\":(\\[\\]|\\{\"Name\":[0-9]\\}|\\{\"KeyDescription\":\\[\"a\"\\]\\})\\}", 1..4), object in ".{0,40}") {
        let all: Vec<Detail> = operations()
            .enumerate()
            .flat_map(|(n, operation)| bodies.iter().enumerate().map(move |(i, body)| (n, operation, i, body)))
            .map(|(n, operation, i, body)| detail(&format!("{n}-{i}"), (n % 7) as i64, operation, &object, body))
            .collect();
        let mut turned = all.clone();
        turned.reverse();
        let words = |all: &[Detail]| -> Vec<(String, String, Vec<String>)> {
            run(all).into_iter().map(|it| (it.kind, it.at, it.records)).collect()
        };
        proptest::prop_assert_eq!(words(&all), words(&turned));
    }
}
