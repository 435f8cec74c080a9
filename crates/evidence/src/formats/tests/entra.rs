//! Entra's logs in every container they come in.

use model::{ENTRA_AUDIT, ENTRA_RISK, Position};
use serde_json::{Value, json};

use super::*;
use crate::Reread;

/// The first row of a file, read a second time as uniting does.
fn reread_first(bytes: impl AsRef<[u8]>) -> Reread {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    fs::write(&path, bytes).unwrap();
    let found = find(&[path], &FindOptions::default());
    let inspection = inspect(&found.sources[0]);
    let first = Position { row: 1, from: 0, to: 0 };
    let options = ReadOptions::default();
    let mut read = reread(&found.sources[0], &inspection, &options, &[first]);
    read.remove(0).unwrap_or_else(|| panic!("{:?} gives no record", inspection.format))
}

fn graph() -> Value {
    serde_json::from_str::<Value>(GRAPH).unwrap()["value"][0].clone()
}

/// Sentinel's columns; nested parts as JSON text where `text`.
fn sentinel(text: bool) -> Value {
    let graph = graph();
    let nested = |key: &str| {
        if text { json!(graph[key].to_string()) } else { graph[key].clone() }
    };
    json!({
        "TimeGenerated": "2025-10-20T03:09:00Z", "CreatedDateTime": "2025-10-20T03:04:05.678Z",
        "Id": graph["id"], "UserPrincipalName": graph["userPrincipalName"], "UserId": graph["userId"],
        "UserType": "member", "AppDisplayName": "Microsoft Teams", "AppId": graph["appId"],
        "IPAddress": "198.51.100.7", "AutonomousSystemNumber": "64500", "ResultType": "0",
        "Status": nested("status"), "DeviceDetail": nested("deviceDetail"), "Location": "NG",
        "LocationDetails": nested("location"), "AuthenticationDetails": nested("authenticationDetails"),
        "ClientAppUsed": "Browser", "UserAgent": "Mozilla/5.0", "SessionId": "00AA",
        "UniqueTokenIdentifier": "AbCdEf", "ConditionalAccessStatus": "notApplied",
        "AuthenticationRequirement": "multiFactorAuthentication", "AuthenticationProtocol": "deviceCode",
        "OriginalTransferMethod": "deviceCodeFlow", "IncomingTokenType": "primaryRefreshToken",
        "ResourceDisplayName": "Office 365 Exchange Online", "HomeTenantId": graph["homeTenantId"],
        "Category": "NonInteractiveUserSignInLogs", "Type": "AADNonInteractiveUserSignInLogs",
    })
}

fn defender() -> Value {
    json!({
        "Timestamp": "2025-10-20T03:04:05.678Z", "Application": "Microsoft Teams",
        "ApplicationId": graph()["appId"], "LogonType": "[\"nonInteractiveUser\"]", "ErrorCode": 0,
        "CorrelationId": "c", "SessionId": "00AA", "AccountUpn": "hanako@example.or.jp",
        "AccountObjectId": graph()["userId"], "IsGuestUser": 0, "DeviceName": "",
        "EntraIdDeviceId": "", "IsManaged": 0, "IsCompliant": 0, "DeviceTrustType": "",
        "AuthenticationRequirement": "multiFactorAuthentication", "RiskLevelAggregated": 50,
        "RiskState": 4, "UserAgent": "Mozilla/5.0", "ClientAppUsed": "Browser",
        "ConditionalAccessStatus": 2, "IPAddress": "198.51.100.7", "Country": "NG", "City": "Lagos",
        "ResourceDisplayName": "Office 365 Exchange Online", "RequestId": graph()["id"],
        "UniqueTokenId": "AbCdEf",
    })
}

fn diagnostic() -> Value {
    json!({
        "time": "2025-10-20T03:07:44.1Z", "category": "NonInteractiveUserSignInLogs",
        "operationName": "Sign-in activity", "resultType": "0", "callerIpAddress": "198.51.100.7",
        "location": "NG", "tenantId": "bbbbbbbb-0000-4000-8000-000000000000", "properties": graph(),
    })
}

/// The first row of JSON as a table, cells quoted as every exporter quotes them.
fn table(row: &Value, rename: &[(&str, &str)]) -> String {
    let quote = |it: &str| format!("\"{}\"", it.replace('"', "\"\""));
    let fields = row.as_object().unwrap();
    let name = |it: &String| {
        rename.iter().find(|pair| pair.0 == it).map_or(it.as_str(), |pair| pair.1).to_owned()
    };
    let header: Vec<String> = fields.keys().map(|it| quote(&name(it))).collect();
    let cells: Vec<String> = fields
        .values()
        .map(|it| quote(&it.as_str().map_or_else(|| it.to_string(), str::to_owned)))
        .collect();
    format!("{}\r\n{}\r\n", header.join(","), cells.join(","))
}

/// Every container of one sign-in: the format that must read it, and the text.
fn containers() -> Vec<(&'static str, String)> {
    let mut old = graph();
    for key in [
        "sessionId",
        "userAgent",
        "signInEventTypes",
        "authenticationDetails",
        "autonomousSystemNumber",
        "uniqueTokenIdentifier",
        "authenticationProtocol",
        "originalTransferMethod",
    ] {
        old.as_object_mut().unwrap().remove(key);
    }
    let mut portal_date = sentinel(true);
    portal_date["CreatedDateTime"] = json!("10/20/2025, 3:04:05.678 AM");
    let older = "CreatedDateTime,Id,UserPrincipalName,UserDisplayName,AppDisplayName,IPAddress,City,Country,ClientAppUsed\n\
        10/20/2025 3:04:05 AM,0A1B2C3D-1111-4222-8333-444455556666,Hanako@Example.or.jp,x,Microsoft Teams,198.51.100.7,Lagos,NG,Browser\n";
    vec![
        ("signins_graph", GRAPH.to_owned()),
        ("signins_graph", format!("[{}]", graph())),
        ("signins_graph", format!("{}\n\n{}", graph(), graph())),
        ("signins_graph", old.to_string()),
        ("signins_portal_csv", format!("\u{feff}{PORTAL}")),
        ("signins_portal_csv", older.to_owned()),
        ("signins_diagnostic", json!({"records": [diagnostic()]}).to_string()),
        ("signins_diagnostic", format!("{}\n", diagnostic())),
        ("signins_sentinel", format!("[{}]", sentinel(false))),
        ("signins_sentinel", sentinel(true).to_string()),
        (
            "signins_sentinel",
            table(
                &portal_date,
                &[
                    ("TimeGenerated", "TimeGenerated [UTC]"),
                    ("CreatedDateTime", "CreatedDateTime [UTC]"),
                ],
            ),
        ),
        ("signins_defender", defender().to_string()),
        ("signins_defender", table(&defender(), &[("EntraIdDeviceId", "AadDeviceId")])),
    ]
}

#[test]
fn one_sign_in_through_every_container_is_one_record() {
    let mut rows = Vec::new();
    for (format, text) in containers() {
        let seen = seen(&text);
        assert_eq!((seen.format, seen.kind), (Some(format), Kind::Signins), "{text}");
        let it = seen.signins()[0];
        let event = &it.event;
        assert_eq!(
            event.at.div_euclid(1_000_000),
            at("2025-10-20T03:04:05Z") / 1_000_000,
            "{format}"
        );
        assert_eq!(event.actor, "hanako@example.or.jp");
        assert_eq!((event.ip.as_str(), event.country.as_str()), ("198.51.100.7", "NG"), "{format}");
        assert_eq!((event.app_name.as_str(), it.city.as_str()), ("Microsoft Teams", "Lagos"));
        rows.push((format, reread_first(&text)));
    }
    let key = &rows[0].1.record.key;
    assert_eq!(key, "0a1b2c3d-1111-4222-8333-444455556666");
    assert!(rows.iter().all(|it| it.1.record.key == *key));
    for (format, row) in &rows {
        for pair in [[rows[0].1.clone(), row.clone()], [row.clone(), rows[0].1.clone()]] {
            let united = reconcile(&pair).unwrap();
            let conflict = united.relations.contains(&Relation::Conflict);
            assert!(!conflict, "{format}: {}\n{}", rows[0].1.canonical, row.canonical);
        }
    }
    let all: Vec<Reread> = rows.into_iter().map(|it| it.1).rev().collect();
    let united = reconcile(&all).unwrap();
    assert!(!united.relations.contains(&Relation::Conflict));
    let What::SignIn(it) = united.record.what else { panic!("a sign-in") };
    // Nothing is lost for the poorest having come first.
    assert_eq!((it.event.asn, it.event.token.as_str()), (64500, "AbCdEf"));
    assert_eq!((it.event.session.as_str(), it.stream.as_str()), ("00aa", "non_interactive"));
    assert_eq!((it.event.error, it.protocol.as_str()), (0, "deviceCode"));
    assert_eq!((it.event.managed, it.event.user_type), (Some(false), 0));
    assert_eq!(it.requirement, "multiFactorAuthentication");
    assert_eq!(it.methods, "Password+Mobile app notification");
}

#[test]
fn a_poorer_export_is_no_conflict_and_a_different_one_is() {
    let whole = reread_first(graph().to_string());
    let mut other = graph();
    other["ipAddress"] = json!("203.0.113.99");
    let united = reconcile(&[whole.clone(), reread_first(other.to_string())]).unwrap();
    assert_eq!(united.relations, [Relation::Same, Relation::Conflict]);
    // What Microsoft holds of the risk changes afterwards: the same sign-in all the same.
    let mut later = graph();
    later["riskState"] = json!("dismissed");
    let united = reconcile(&[whole, reread_first(later.to_string())]).unwrap();
    assert_eq!(united.relations, [Relation::Same, Relation::Same]);
}

#[test]
fn steps_of_a_sign_in_join_it_and_count_none() {
    let text = "Date,Request ID,Authentication method,Authentication method detail,Succeeded,Result detail,Requirement\r\n\
2025-10-20T03:04:07Z,0a1b2c3d-1111-4222-8333-444455556666,Password,Password Hash Sync,true,,Primary authentication\r\n\
2025-10-20T03:04:09Z,0a1b2c3d-1111-4222-8333-444455556666,Passkey (device-bound),,true,,\r\n\
2025-10-20T03:04:09Z,,Password,,true,,\r\n";
    let steps = seen(text);
    assert_eq!((steps.format, steps.kind), (Some("signins_auth_details_csv"), Kind::Signins));
    assert_eq!((steps.reading.rows, steps.reading.rejected), (3, 1));
    let key = "0a1b2c3d-1111-4222-8333-444455556666";
    assert!(steps.records.iter().all(|it| it.key == key && it.losses > 0));
    let united = reconcile(&[reread_first(PORTAL), reread_first(text)]).unwrap();
    assert_eq!(united.relations, [Relation::Same, Relation::Poorer]);
    let What::SignIn(it) = united.record.what else { panic!("a sign-in") };
    assert_eq!(
        (it.event.actor.as_str(), it.event.ip.as_str()),
        ("hanako@example.or.jp", "198.51.100.7")
    );
    assert_eq!(it.methods, "Mobile app notification+Password");
    assert!(it.event.at < at("2025-10-20T03:04:06Z"));
}

#[test]
fn what_powershell_wrote_as_text_is_read_as_far_as_it_goes_and_marked() {
    let mut flat = graph();
    flat["status"] = json!("@{errorCode=50126; failureReason=Invalid username or password.}");
    flat["location"] = json!("@{city=Lagos; state=; countryOrRegion=NG; geoCoordinates=}");
    flat["deviceDetail"] = json!("@{deviceId=; displayName=; isCompliant=False; trustType=}");
    let seen_flat = seen(flat.to_string());
    let it = seen_flat.signins()[0];
    assert_eq!(
        (it.event.error, it.event.country.as_str(), it.city.as_str()),
        (50126, "NG", "Lagos")
    );
    assert_eq!((it.event.managed, seen_flat.records[0].losses), (Some(false), 3));
    let csv = "CreatedDateTime,Id,UserPrincipalName,AppDisplayName,IPAddress,ClientAppUsed,Location,Status\n\
        2025-10-20T03:04:05Z,r1,a@x.jp,Teams,203.0.113.9,Browser,\
        Microsoft.Graph.PowerShell.Models.MicrosoftGraphSignInLocation,Microsoft.Graph.PowerShell.Models.MicrosoftGraphSignInStatus\n";
    let lost = seen(csv);
    let it = lost.signins()[0];
    assert_eq!((it.city.as_str(), it.event.succeeded, lost.records[0].losses), ("", None, 1));
    let csv = "Id,ActivityDateTime,ActivityDisplayName,CorrelationId,InitiatedBy,Result,TargetResources\n\
        d1,2025-10-20T03:04:05Z,Add user,c1,Microsoft.Graph.PowerShell.Models.MicrosoftGraphAuditActivityInitiator,success,System.Object[]\n";
    let lost = seen(csv);
    assert_eq!(
        (lost.format, lost.events()[0].operation.as_str()),
        (Some("entra_audit_graph"), "Add user")
    );
    assert_eq!(lost.records[0].losses, 2);
}

#[test]
fn services_of_every_container_are_no_persons() {
    let portal = "Date (UTC),Request ID,Correlation ID,Service principal ID,Service principal name,Credential key ID,\
Credential thumbprint,Application,Application ID ,App owner tenant ID,Resource,Resource ID ,Resource tenant ID,\
Resource owner tenant ID,Home tenant ID,Home tenant name,IP address,Location,Status,Sign-in error code,Failure reason,\
Conditional Access\r\n2025-10-20T03:04:05Z,r1,c1,SP-1,backup,,,,AB,,Microsoft Graph,,,,,,203.0.113.9,\"Lagos, Lagos, NG\",\
Failure,7000215,Invalid client secret,Not Applied\r\n";
    let sentinel = json!({"TimeGenerated": "2025-10-20T03:04:05Z", "Id": "r1", "ServicePrincipalId": "SP-1",
        "ServicePrincipalName": "backup", "AppId": "AB", "IPAddress": "203.0.113.9", "Location": "NG",
        "ResultType": "7000215", "Category": "ServicePrincipalSignInLogs", "Type": "AADServicePrincipalSignInLogs"});
    let diagnostic = json!({"time": "2025-10-20T03:05:05Z", "category": "ServicePrincipalSignInLogs",
        "resultType": "7000215", "callerIpAddress": "203.0.113.9", "location": "NG",
        "properties": {"id": "r1", "createdDateTime": "2025-10-20T03:04:05Z", "servicePrincipalId": "SP-1",
            "servicePrincipalName": "backup", "appId": "AB", "ipAddress": "203.0.113.9",
            "status": {"errorCode": 7_000_215}}});
    let defender = json!({"Timestamp": "2025-10-20T03:04:05Z", "RequestId": "r1", "ServicePrincipalId": "SP-1",
        "ServicePrincipalName": "backup", "ApplicationId": "AB", "Application": "backup", "IPAddress": "203.0.113.9",
        "Country": "NG", "ErrorCode": "7000215", "IsManagedIdentity": false});
    for text in
        [portal.to_owned(), sentinel.to_string(), diagnostic.to_string(), defender.to_string()]
    {
        let seen = seen(&text);
        let it = seen.signins()[0];
        assert_eq!(
            (it.stream.as_str(), it.event.actor.as_str()),
            ("service_principal", "sp-1"),
            "{text}"
        );
        assert_eq!((it.event.error, it.event.succeeded), (7_000_215, Some(false)), "{text}");
        assert_eq!(
            (it.event.app_name.as_str(), it.event.country.as_str()),
            ("backup", "NG"),
            "{text}"
        );
        assert_eq!(seen.records[0].key, "r1");
    }
    let mut managed = sentinel;
    managed["Type"] = json!("AADManagedIdentitySignInLogs");
    assert_eq!(seen(managed.to_string()).signins()[0].stream, "managed_identity");
}

#[test]
fn dates_of_older_downloads_follow_their_own_order() {
    let with = |dates: [&str; 2]| {
        let row = |it: &str| format!("{it},a@x.jp,A,Teams,203.0.113.9,Tokyo,JP,Browser\n");
        let header = "CreatedDateTime,UserPrincipalName,UserDisplayName,AppDisplayName,IPAddress,City,Country,ClientAppUsed\n";
        seen(format!("{header}{}{}", row(dates[0]), row(dates[1])))
    };
    let day_first = with(["20/10/2025 03:04:05", "03/11/2025 03:04:05"]);
    assert_eq!(day_first.signins()[1].event.at, at("2025-11-03T03:04:05Z"));
    let open = with(["03/10/2025 03:04:05", "03/11/2025 03:04:05"]);
    assert_eq!((open.reading.rejected, open.reading.warnings.len()), (2, 1));
    assert_eq!(open.reading.warnings[0].0, "ambiguous_dates");
    // Sentinel's portal too.
    let mut sample = sentinel(true);
    sample["CreatedDateTime"] = json!("20/10/2025, 03:04:05.678");
    let day_first = seen(table(&sample, &[]));
    assert_eq!(day_first.signins()[0].event.at, at("2025-10-20T03:04:05.678Z"));
}

fn audit() -> Value {
    json!({
        "id": "Directory_10065ffb-8199-48bc-8ff5-912cb5b8295a_AUMVX_1", "category": "ApplicationManagement",
        "correlationId": "10065FFB-8199-48bc-8ff5-912cb5b8295a", "result": "success", "resultReason": "",
        "activityDisplayName": "Consent to application", "activityDateTime": "2025-10-20T03:04:05.678Z",
        "loggedByService": "Core Directory",
        "initiatedBy": {"app": null, "user": {"id": "9f000000-0000-4000-8000-000000000001", "displayName": null,
            "userPrincipalName": "Hanako@example.or.jp", "ipAddress": "198.51.100.7", "roles": []}},
        "targetResources": [{"id": "11b49e19-2326-4be6-93cb-7f37439bbd81", "displayName": "Mail helper",
            "type": "ServicePrincipal", "modifiedProperties": [
                {"displayName": "ConsentContext.IsAdminConsent", "oldValue": null, "newValue": "\"False\""},
                {"displayName": "TargetId.ServicePrincipalNames", "oldValue": null,
                 "newValue": "\"22b49e19-2326-4be6-93cb-7f37439bbd82\""}]}],
        "additionalDetails": [{"key": "User-Agent", "value": "EvoSTS"}, {"key": "AppId", "value": "x"}],
    })
}

fn audit_containers() -> Vec<(&'static str, String)> {
    let graph = audit();
    let text = |key: &str| json!(graph[key].to_string());
    let sentinel = json!({
        "TenantId": "w", "TimeGenerated": "2025-10-20T03:04:06Z", "OperationName": "Consent to application",
        "Category": "ApplicationManagement", "CorrelationId": graph["correlationId"], "Id": graph["id"],
        "Result": "success", "ActivityDateTime": "2025-10-20T03:04:05.678Z",
        "ActivityDisplayName": "Consent to application", "InitiatedBy": text("initiatedBy"),
        "TargetResources": text("targetResources"), "AdditionalDetails": text("additionalDetails"),
        "Type": "AuditLogs",
    });
    let diagnostic = json!({
        "time": "2025-10-20T03:06:05Z", "operationName": "Consent to application", "category": "AuditLogs",
        "tenantId": "aaaaaaaa-0000-4000-8000-000000000000", "callerIpAddress": "198.51.100.7",
        "correlationId": "other", "properties": graph,
    });
    vec![
        ("entra_audit_graph", json!({"@odata.context": "x", "value": [graph]}).to_string()),
        ("entra_audit_graph", format!("[{graph}]")),
        ("entra_audit_sentinel", sentinel.to_string()),
        ("entra_audit_sentinel", table(&sentinel, &[("TimeGenerated", "TimeGenerated [UTC]")])),
        ("entra_audit_diagnostic", json!({"records": [diagnostic]}).to_string()),
        ("entra_audit_diagnostic", diagnostic.to_string()),
    ]
}

#[test]
fn one_change_through_every_container_is_one_record() {
    let mut rows = Vec::new();
    for (format, text) in audit_containers() {
        let seen = seen(&text);
        assert_eq!((seen.format, seen.kind), (Some(format), Kind::EntraAudit), "{text}");
        let it = seen.events()[0];
        assert_eq!(
            (it.operation.as_str(), it.actor.as_str()),
            ("Consent to application", "hanako@example.or.jp")
        );
        assert_eq!(
            (it.ip.as_str(), it.workload.as_str()),
            ("198.51.100.7", ENTRA_AUDIT),
            "{format}"
        );
        assert_eq!(it.at, at("2025-10-20T03:04:05.678Z"), "{format}");
        assert_eq!(it.request, "10065ffb-8199-48bc-8ff5-912cb5b8295a");
        assert_eq!((it.succeeded, it.agent.as_str()), (Some(true), ""));
        assert_eq!(it.object, "11b49e19-2326-4be6-93cb-7f37439bbd81");
        let detail: Value = serde_json::from_str(&it.detail).unwrap();
        assert_eq!(detail["modified"]["ConsentContext.IsAdminConsent"], json!(["", "\"False\""]));
        assert_eq!(detail["targets"][0], "ServicePrincipal_11b49e19-2326-4be6-93cb-7f37439bbd81");
        assert_eq!(detail["targets"][3], "Mail helper");
        rows.push(reread_first(&text));
    }
    assert!(
        rows.iter()
            .all(|it| it.record.key == "Directory_10065ffb-8199-48bc-8ff5-912cb5b8295a_AUMVX_1")
    );
    let united = reconcile(&rows).unwrap();
    assert!(!united.relations.contains(&Relation::Conflict), "{:?}", united.relations);
    let What::Event(it) = united.record.what else { panic!("an event") };
    assert_eq!(it.tenant, "aaaaaaaa-0000-4000-8000-000000000000");
}

#[test]
fn the_portals_audit_csv_is_read_by_its_numbered_columns() {
    let text = "\u{feff}Date (UTC),CorrelationId,Service,Category,Activity,Result,ResultReason,UserAgent,ActorType,\
ActorDisplayName,ActorObjectId,ActorUserPrincipalName,IPAddress,ActorHomeTenantId,ActorServicePrincipalId,\
Target1Type,Target1DisplayName,Target1ObjectId,Target1UserPrincipalName,Target1ModifiedProperty1Name,\
Target1ModifiedProperty1OldValue,Target1ModifiedProperty1NewValue,Target2Type,Target2DisplayName,Target2ObjectId,\
Target2UserPrincipalName,AdditionalDetail1Key,AdditionalDetail1Value\r\n\
2025-10-20T03:04:05Z,c1,Authentication Methods,UserManagement,User registered security info,success,\
User registered Authenticator App with Code,Mozilla/5.0,User,,9f1,Hanako@example.or.jp,198.51.100.7,,,User,,9f1,\
hanako@example.or.jp,StrongAuthenticationMethod,\"\"\"[]\"\"\",\"\"\"[{}]\"\"\",,,,,k,v\r\n\
2025-10-20T03:05:05Z,c2,Core Directory,Device,Add registered owner to device ,failure,,,Application,Device Registration Service,,,,,\
0df31120-5486-4bda-ab7b-656f09dca3be,User,,9f1,hanako@example.or.jp,,,,Device,PC-9,dd1,,,\r\n\
soon,c3,,,Add user,success,,,User,,,admin@example.or.jp,,,,,,,,,,,,,,,,\r\n";
    let seen = seen(text);
    assert_eq!((seen.format, seen.kind), (Some("entra_audit_portal_csv"), Kind::EntraAudit));
    assert_eq!((seen.reading.rows, seen.reading.rejected), (3, 1));
    let [method, device] = seen.events()[..] else { panic!("two events") };
    assert_eq!(
        (method.actor.as_str(), method.ip.as_str()),
        ("hanako@example.or.jp", "198.51.100.7")
    );
    assert!(
        method.detail.contains("\"resultReason\":\"User registered Authenticator App with Code\"")
    );
    assert!(method.detail.contains("StrongAuthenticationMethod"));
    assert_eq!(device.actor, "serviceprincipal_0df31120-5486-4bda-ab7b-656f09dca3be");
    assert_eq!(
        (device.operation.as_str(), device.succeeded),
        ("Add registered owner to device", Some(false))
    );
    assert!(device.detail.contains("Device_dd1") && device.detail.contains("PC-9"));
    assert_eq!(device.object, "hanako@example.or.jp");
    // It has no id, so that another export may tell of the same change: it must not pass for whole.
    assert!(seen.records.iter().all(|it| it.losses == 1));
    assert_eq!(
        (seen.rejects[0].operation.as_str(), seen.rejects[0].account.as_str()),
        ("Add user", "admin@example.or.jp")
    );
}

#[test]
fn a_risk_is_no_sign_in_and_has_no_address_of_its_own() {
    let detection = json!({"id": "d1", "requestId": "R1", "correlationId": "c", "riskEventType": "unfamiliarFeatures",
        "riskState": "atRisk", "riskLevel": "medium", "activity": "signin", "ipAddress": "203.0.113.9",
        "location": {"countryOrRegion": "FR"}, "activityDateTime": "2025-10-20T03:04:05.2Z",
        "detectedDateTime": "2025-10-22T03:04:05Z", "lastUpdatedDateTime": "2025-10-22T04:04:05Z",
        "userId": "9f1", "userPrincipalName": "A@x.jp", "additionalInfo": "[{\"Key\":\"userAgent\",\"Value\":\"x\"}]"});
    let envelope = json!({"time": "10/22/2025 4:05:05 AM", "category": "UserRiskEvents", "location": "fr",
        "callerIpAddress": "203.0.113.9", "properties": detection});
    let sentinel = json!({"TimeGenerated": "2025-10-22T04:05:05Z", "Id": "d1", "RequestId": "R1",
        "RiskEventType": "unfamiliarFeatures", "RiskState": "atRisk", "RiskLevel": "medium", "IpAddress": "203.0.113.9",
        "ActivityDateTime": "2025-10-20T03:04:05.2Z", "DetectedDateTime": "2025-10-22T03:04:05Z",
        "LastUpdatedDateTime": "2025-10-22T04:04:05Z", "UserPrincipalName": "a@x.jp", "Type": "AADUserRiskEvents"});
    let csv = table(&sentinel, &[]);
    for text in
        [json!({"value": [detection]}).to_string(), envelope.to_string(), sentinel.to_string(), csv]
    {
        let seen = seen(&text);
        assert_eq!((seen.format, seen.kind), (Some("entra_risk"), Kind::EntraAudit), "{text}");
        assert!(seen.signins().is_empty());
        let it = seen.events()[0];
        assert_eq!((it.workload.as_str(), it.actor.as_str()), (ENTRA_RISK, "a@x.jp"));
        assert_eq!((it.ip.as_str(), it.session.as_str(), it.succeeded), ("", "", Some(false)));
        assert_eq!((it.request.as_str(), it.object.as_str()), ("r1", "unfamiliarFeatures"));
        assert_eq!(it.at, at("2025-10-20T03:04:05Z"));
        assert!(it.detail.contains("203.0.113.9") && it.detail.contains("medium"), "{}", it.detail);
        assert_eq!(seen.records[0].key, format!("d1@{}", at("2025-10-22T04:04:05Z") / 1_000_000));
    }
    let user = seen(json!({"value": [{"id": "U-1", "isDeleted": false, "riskLastUpdatedDateTime": "2025-10-22T04:04:05Z",
        "riskLevel": "high", "riskState": "atRisk", "userPrincipalName": "a@x.jp"}]}).to_string());
    assert_eq!(
        (user.format, user.events()[0].operation.as_str()),
        (Some("entra_risk"), "Risky user")
    );
}

#[test]
fn a_file_that_mixes_logs_loses_no_row() {
    let risk = json!({"time": "10/22/2025 4:05:05 AM", "category": "RiskyUsers", "properties": {"id": "u",
        "riskLastUpdatedDateTime": "2025-10-22T04:04:05Z", "userPrincipalName": "a@x.jp"}});
    let graph = json!({"time": "2025-10-22T04:04:05Z", "category": "MicrosoftGraphActivityLogs",
        "properties": {"requestId": "q", "requestUri": "https://x", "userId": "u"}});
    let change =
        json!({"time": "2025-10-22T04:04:05Z", "category": "AuditLogs", "properties": audit()});
    let text = json!({"records": [diagnostic(), change, risk, graph]}).to_string();
    let seen = seen(text);
    assert_eq!(seen.format, Some("signins_diagnostic"));
    assert_eq!((seen.signins().len(), seen.events().len(), seen.rejects.len()), (1, 2, 1));
    assert!(seen.rejects[0].reason.starts_with("a request to Microsoft Graph"));
    assert!(seen.reading.non_interactive);
}

#[test]
fn a_broken_row_costs_itself_alone_and_leaves_a_lead() {
    let text = format!(
        "{}\n{{\"id\": \"x\", \"createdDateTime\": \"2025-10-20T03:04:05Z\", \"userPrincipalName\": \"b@x.jp\", \n{}\n",
        graph(),
        graph()
    );
    let seen = seen(text);
    assert_eq!((seen.reading.rows, seen.reading.rejected), (3, 1));
    assert_eq!(seen.rejects[0].account, "b@x.jp");
    assert_eq!(seen.rejects[0].at, Some(at("2025-10-20T03:04:05Z")));
    assert_eq!(seen.rejects[0].operation, "SignIn");
    let cut = audit().to_string();
    let text = format!("{}\n{}\n", audit(), &cut[..cut.len() - 3]);
    let rejects = super::seen(text).rejects;
    let mut by_app = audit();
    by_app["initiatedBy"] = json!({"app": {"displayName": "Sync"}});
    by_app["targetResources"] = json!([{"userPrincipalName": "victim@x.jp"}]);
    let cut = by_app.to_string();
    let text = format!("{}\n{}\n", audit(), &cut[..cut.len() - 3]);
    assert_eq!(super::seen(text).rejects[0].account, "", "the target is nobody's act");
    assert_eq!(rejects[0].operation, "Consent to application");
    assert_eq!(rejects[0].account, "hanako@example.or.jp");
    assert_eq!(rejects[0].at, Some(at("2025-10-20T03:04:05.678Z")));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]
    /// Every row is a record or a reject, whatever stands in one place of the file.
    #[test]
    fn a_damaged_byte_is_never_the_end(n in 0_usize..19, place in 0_usize..6_000, byte: u8) {
        let (format, text) = containers().into_iter().chain(audit_containers()).nth(n).unwrap();
        let mut bytes = text.into_bytes();
        let place = place % bytes.len();
        bytes[place] = byte;
        // `seen` counts rows, records and rejects.
        let seen = seen(&bytes);
        proptest::prop_assert!(seen.reading.rows <= 12, "{format}: {}", seen.reading.rows);
    }
}

#[test]
fn what_only_looks_like_these_logs_is_left_to_others() {
    let office = json!({"TimeGenerated": "2025-10-20T03:04:05Z", "OfficeWorkload": "Exchange", "Operation": "Send",
        "UserId": "a@x.jp", "ResultStatus": "Succeeded", "AppId": "x", "Type": "OfficeActivity"});
    let hunting = json!({"time": "2025-10-20T03:04:05Z", "category": "AdvancedHunting-IdentityLogonEvents",
        "properties": {"ActionType": "LogonSuccess", "LogonType": "OAuth2:Authorize", "AccountUpn": "a@x.jp",
            "Application": "Microsoft 365", "Timestamp": "2025-10-20T03:04:05Z"}});
    let user = json!({"id": "u", "userPrincipalName": "a@x.jp", "createdDateTime": "2025-10-20T03:04:05Z", "mail": "a@x.jp"});
    for text in [office.to_string(), hunting.to_string(), user.to_string()] {
        let found = seen(&text).format.unwrap_or_default();
        assert!(!found.starts_with("signins") && !found.starts_with("entra"), "{found}: {text}");
    }
}
