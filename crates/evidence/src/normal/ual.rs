//! The AuditData object of the Unified Audit Log → an event.
//!
//! Sources: «Office 365 Management Activity API schema» (common schema, Exchange mailbox schema,
//! Azure Active Directory STS logon schema), Microsoft Learn.

use model::{Content, Event, Item, Record, Reject, What};
use serde_json::{Map, Value, json};

use super::{address, date, ip, name, signin, ual_words::Audit};
use crate::{canonical, tree::Json};

/// Reads an AuditData object: a record, or a reject with what it still tells.
pub(crate) fn record(audit: &Audit) -> Content {
    let event = match event(&audit.value) {
        Ok(event) => event,
        Err(reason) => return Content::Reject(lead(&audit.value, reason)),
    };
    let own = text(&audit.value, "Id").to_lowercase();
    let key = match (is_id(&own), is_id(&audit.id)) {
        (true, _) => own,
        (false, true) => audit.id.to_lowercase(),
        (false, false) => canonical::key_of_row(&audit.compared()),
    };
    Content::Record(Box::new(Record {
        key,
        body: audit.body(),
        losses: audit.losses,
        what: What::Event(event),
    }))
}

/// A word in the place of the id («ANONYMIZED») and the zero GUID name no single record.
fn is_id(text: &str) -> bool {
    let figures = text.bytes().any(|it| it.is_ascii_digit());
    !signin::id(text).is_empty() && (figures || text.len() < 5)
}

fn lead<J: Json>(audit: &J, reason: &str) -> Reject {
    Reject {
        reason: reason.to_owned(),
        at: date::parse_iso(&text(audit, "CreationTime")),
        operation: name::operation(&text(audit, "Operation")),
        account: name::account(&text(audit, "UserId")),
    }
}

/// Reads what an AuditData object says. `Err` names what is missing.
pub(crate) fn event<J: Json>(audit: &J) -> Result<Event, &'static str> {
    if !audit.is_bag() {
        return Err("AuditData is no JSON object");
    }
    let created = text(audit, "CreationTime");
    let at = date::parse_iso(&created).ok_or(if created.is_empty() {
        "CreationTime is missing"
    } else {
        "CreationTime is no date"
    })?;
    let operation = name::operation(&text(audit, "Operation"));
    if operation.is_empty() {
        return Err("Operation is missing");
    }
    let mut event = Event {
        at,
        tenant: text(audit, "OrganizationId").to_lowercase(),
        actor: name::account(&text(audit, "UserId")),
        mailbox: name::account(&text(audit, "MailboxOwnerUPN")),
        workload: text(audit, "Workload"),
        record_type: number(audit, "RecordType"),
        user_type: number(audit, "UserType"),
        logon_type: number(audit, "LogonType"),
        object: text(audit, "ObjectId"),
        operation,
        ..Event::default()
    };
    event.actor_ids = actor_ids(audit, &event);
    outcome(&mut event, audit);
    origin(&mut event, audit);
    event.access = property(audit, "OperationProperties", "MailAccessType");
    event.throttled = signin::yes_no(&property(audit, "OperationProperties", "IsThrottled"));
    event.detail = detail(audit, &event);
    event.items = items(audit);
    event.recipients = recipients(audit);
    Ok(event)
}

fn text<J: Json>(value: &J, key: &str) -> String {
    value.get(key).map(Json::scalar).unwrap_or_default()
}

fn number<J: Json>(value: &J, key: &str) -> i32 {
    let found = value.get(key);
    let typed = found.and_then(Json::float).map(|it| it as i32);
    typed.or_else(|| found?.str()?.trim().parse().ok()).unwrap_or(-1)
}

/// Looks up a Name/Value bag.
fn property<J: Json>(audit: &J, bag: &str, wanted: &str) -> String {
    let bag = audit.get(bag).and_then(Json::list);
    let found =
        bag.into_iter().flatten().find(|it| it.get("Name").and_then(Json::str) == Some(wanted));
    found.map(|it| text(it, "Value")).unwrap_or_default()
}

/// Other names of the actor, from records of people only: an application acts in many names.
fn actor_ids<J: Json>(audit: &J, event: &Event) -> Vec<String> {
    if !event.actor.contains('@') || matches!(event.user_type, 3..=6) {
        return Vec::new();
    }
    let mut found = vec![name::account(&text(audit, "UserKey"))];
    let actors = audit.get("Actor").and_then(Json::list);
    for actor in actors.into_iter().flatten() {
        // 0 object id, 3 PUID, 5 UPN (Azure Active Directory schema, IdentityTypeValuePair).
        if matches!(number(actor, "Type"), 0 | 3 | 5) {
            found.push(name::account(&text(actor, "ID")));
        }
    }
    if event.logon_type == 0 {
        found.push(text(audit, "LogonUserSid").to_lowercase());
    }
    found.retain(|it| is_identifier(it) && *it != event.actor);
    found.sort();
    found.dedup();
    found
}

fn is_identifier(text: &str) -> bool {
    let hex = |it: u8| it.is_ascii_hexdigit();
    let guid = text.len() == 36
        && text.bytes().all(|it| hex(it) || it == b'-')
        && signin::id(text) == text;
    let puid = text.len() == 16 && text.bytes().all(hex);
    guid || puid || text.starts_with("s-1-5-21-") || (text.contains('@') && !text.contains(' '))
}

/// `ResultStatus` of a logon says only that the HTTP call worked: operation and error tell.
fn outcome<J: Json>(event: &mut Event, audit: &J) {
    event.error = number(audit, "ErrorNumber");
    if event.error < 0 {
        event.error = number(audit, "ErrorCode");
    }
    let status = text(audit, "ResultStatus").to_ascii_lowercase();
    event.succeeded = match (event.operation.as_str(), status.as_str()) {
        ("UserLoginFailed", _) => Some(false),
        ("UserLoggedIn", _) if event.error > 0 => signin::outcome(event.error),
        ("UserLoggedIn", _) => Some(true),
        (_, "succeeded" | "success" | "true" | "partiallysucceeded") => Some(true),
        (_, "failed" | "failure" | "false") => Some(false),
        _ => None,
    };
}

/// Where from, with what: address, session, token, application, client, device.
fn origin<J: Json>(event: &mut Event, audit: &J) {
    let addresses = ["ClientIPAddress", "ClientIP", "ActorIpAddress"];
    event.ip =
        addresses.iter().find_map(|key| ip::canonical(&text(audit, key))).unwrap_or_default();
    let context = |key| audit.get("AppAccessContext").map(|it| text(it, key)).unwrap_or_default();
    let device = |wanted| property(audit, "DeviceProperties", wanted);
    event.session = first([context("AADSessionId"), text(audit, "SessionId"), device("SessionId")])
        .to_lowercase();
    event.token = context("UniqueTokenId");
    event.app = first([
        signin::id(&text(audit, "ClientAppId")),
        signin::id(&context("ClientAppId")),
        signin::id(&text(audit, "AppId")),
        signin::id(&text(audit, "ApplicationId")),
    ]);
    event.app_name = first([context("ClientAppName"), text(audit, "ApplicationDisplayName")]);
    event.client = text(audit, "ClientInfoString");
    event.agent = first([
        property(audit, "ExtendedProperties", "UserAgent"),
        text(audit, "UserAgent"),
        agent_of_actor(&text(audit, "ActorInfoString")),
        agent_of_details(&property(audit, "ExtendedProperties", "additionalDetails")),
    ]);
    let logon = matches!(event.operation.as_str(), "UserLoggedIn" | "UserLoginFailed");
    event.request = match event.workload.as_str() {
        _ if logon => first([text(audit, "IntraSystemId"), text(audit, "InterSystemsId")]),
        // The correlation id of a change, as the directory audit has it.
        "AzureActiveDirectory" => text(audit, "InterSystemsId"),
        _ => String::new(),
    }
    .to_lowercase();
    event.device = first([signin::id(&device("Id")), signin::id(&text(audit, "DeviceId"))]);
    event.device_name = first([device("DisplayName"), text(audit, "DeviceDisplayName")]);
    let trust = match device("TrustType").as_str() {
        "2" => "ServerAd".to_owned(),
        other => other.to_owned(),
    };
    let managed = [device("IsCompliant"), device("IsCompliantAndManaged")];
    event.managed =
        signin::managed(signin::yes_no(&managed[0]), signin::yes_no(&managed[1]), &trust);
    event.registered = signin::registered(&event.device, &trust);
}

fn first<const N: usize>(candidates: [String; N]) -> String {
    candidates.into_iter().find(|it| !it.is_empty()).unwrap_or_default()
}

/// `Client=REST;Client=RESTSystem;UserAgent=Mozilla/5.0 …[AppId=…]` → the user agent.
fn agent_of_actor(info: &str) -> String {
    let Some((_, rest)) = info.split_once("UserAgent=") else { return String::new() };
    let agent = rest.split("[AppId=").next().unwrap_or_default().trim();
    if agent.starts_with("[NoUserAgent") { String::new() } else { agent.to_owned() }
}

/// Directory records hold their details as JSON text: `{"User-Agent":"Mozilla/5.0 …"}`.
fn agent_of_details(details: &str) -> String {
    if !details.contains("User-Agent") {
        return String::new();
    }
    let agent = serde_json::from_str::<Value>(details).map(|it| text(&it, "User-Agent"));
    // The sign-in service itself, where it writes down a consent: it is nobody's client.
    agent.ok().filter(|it| it != "EvoSTS").unwrap_or_default()
}

/// What rules on persistence and settings need: compact JSON with sorted keys.
fn detail<J: Json>(audit: &J, event: &Event) -> String {
    let parameters = bag(audit, "Parameters");
    let modified = modified(audit);
    let rule = event.operation.contains("InboxRule");
    if parameters.is_empty() && modified.is_empty() && !rule {
        return String::new();
    }
    let mut properties = bag(audit, "OperationProperties");
    properties.extend(bag(audit, "ExtendedProperties"));
    let targets: Vec<String> = audit
        .get("Target")
        .and_then(Json::list)
        .into_iter()
        .flatten()
        .map(|it| text(it, "ID"))
        .filter(|it| !it.is_empty())
        .collect();
    let mut out = Map::new();
    for (key, bag) in
        [("modified", modified), ("parameters", parameters), ("properties", properties)]
    {
        if !bag.is_empty() {
            out.insert(key.to_owned(), Value::Object(bag));
        }
    }
    if !targets.is_empty() {
        out.insert("targets".to_owned(), json!(targets));
    }
    Value::Object(out).to_string()
}

/// A value in the spelling of the log: exports and canonical forms write truth in their own ways.
fn said<J: Json>(value: &J, key: &str) -> String {
    match text(value, key) {
        it if it.eq_ignore_ascii_case("true") => "True".to_owned(),
        it if it.eq_ignore_ascii_case("false") => "False".to_owned(),
        it => it,
    }
}

/// A Name/Value bag as an object with sorted keys.
fn bag<J: Json>(audit: &J, key: &str) -> Map<String, Value> {
    let list = audit.get(key).and_then(Json::list);
    let mut pairs: Vec<(String, String)> =
        list.into_iter().flatten().map(|it| (text(it, "Name"), said(it, "Value"))).collect();
    pairs.retain(|(name, _)| !name.is_empty());
    pairs.sort();
    pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect()
}

fn modified<J: Json>(audit: &J) -> Map<String, Value> {
    let list = audit.get("ModifiedProperties").and_then(Json::list);
    let mut pairs: Vec<(String, Value)> = list
        .into_iter()
        .flatten()
        .filter(|it| it.is_bag())
        .map(|it| (text(it, "Name"), json!([said(it, "OldValue"), said(it, "NewValue")])))
        .collect();
    pairs.retain(|(name, _)| !name.is_empty());
    pairs.sort_by(|a, b| a.0.cmp(&b.0));
    pairs.into_iter().collect()
}

/// Items and folders named. Bind lists items per folder; Sync names one folder; moves name both.
fn items<J: Json>(audit: &J) -> Vec<Item> {
    let mut found = Vec::new();
    let source = folder_path(audit.get("Folder"));
    if let Some(one) = audit.get("Item").filter(|it| it.is_bag()) {
        found.push(item(one, "source", &source));
    }
    let affected = audit.get("AffectedItems").and_then(Json::list);
    found.extend(affected.into_iter().flatten().map(|it| item(it, "source", &source)));
    let folders = audit.get("Folders").and_then(Json::list);
    for folder in folders.into_iter().flatten() {
        let path = path_of(folder);
        let items = folder.get("FolderItems").and_then(Json::list);
        let before = found.len();
        found.extend(items.into_iter().flatten().map(|it| item(it, "source", &path)));
        if found.len() == before && !path.is_empty() {
            found.push(Item { role: "source".into(), folder: path, ..Item::default() });
        }
    }
    let messages = audit.get("Messages").and_then(Json::list);
    for folder in messages.into_iter().flatten() {
        let path = path_of(folder);
        let items = folder.get("MessageItems").and_then(Json::list);
        found.extend(items.into_iter().flatten().map(|it| item(it, "source", &path)));
    }
    let destination = folder_path(audit.get("DestFolder"));
    if found.is_empty() && !source.is_empty() {
        found.push(Item { role: "source".into(), folder: source, ..Item::default() });
    }
    if !destination.is_empty() {
        found.push(Item { role: "destination".into(), folder: destination, ..Item::default() });
    }
    found
}

fn item<J: Json>(value: &J, role: &str, fallback: &str) -> Item {
    let own = folder_path(value.get("ParentFolder"));
    Item {
        role: role.to_owned(),
        folder: if own.is_empty() { fallback.to_owned() } else { own },
        message_id: name::message_id(&text(value, "InternetMessageId")),
        item_id: text(value, "Id"),
        subject: text(value, "Subject"),
        attachments: text(value, "Attachments"),
    }
}

fn folder_path<J: Json>(folder: Option<&J>) -> String {
    folder.map(path_of).unwrap_or_default()
}

/// `Path` is «Not Available» in older Sync records: then the folder's name is all that is known.
fn path_of<J: Json>(folder: &J) -> String {
    let path = text(folder, "Path");
    let unknown = path.is_empty() || path.eq_ignore_ascii_case("not available");
    name::folder(&if unknown { text(folder, "Name") } else { path })
}

fn recipients<J: Json>(audit: &J) -> Vec<String> {
    let list = ["recipientList", "RecipientList", "Recipients"]
        .iter()
        .find_map(|key| audit.get(key)?.list());
    let mut found: Vec<String> = list
        .into_iter()
        .flatten()
        .map(|it| if it.is_bag() { text(it, "Address") } else { it.scalar() })
        .map(|it| address::normalise(&it))
        .filter(|it| !it.is_empty())
        .collect();
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bind_names_session_client_folder_and_items() {
        let it = event(&json!({
            "CreationTime": "2025-10-20T01:02:03", "Operation": "MailItemsAccessed", "UserId": "A@Example.or.jp",
            "UserKey": "10032000ABCDEF01", "UserType": 0, "LogonType": "0", "Workload": "Exchange", "RecordType": 50.0,
            "ClientIPAddress": "198.51.100.7:443", "ClientInfoString": "Client=OWA;Action=ViaProxy",
            "AppAccessContext": {"AADSessionId": "S-ID", "UniqueTokenId": "AbC", "ClientAppId": "00000002-0000-0FF1-CE00-000000000000"},
            "MailboxOwnerUPN": "a@example.or.jp", "ResultStatus": "Succeeded",
            "OperationProperties": [{"Name": "MailAccessType", "Value": "Bind"}, {"Name": "IsThrottled", "Value": "False"}],
            "Folders": [{"Path": "\\受信トレイ", "FolderItems": [{"InternetMessageId": "<x@Y>", "Subject": "s"}]}]
        })).unwrap();
        assert_eq!(
            (it.actor.as_str(), it.ip.as_str(), it.session.as_str()),
            ("a@example.or.jp", "198.51.100.7", "s-id")
        );
        assert_eq!(
            (it.access.as_str(), it.throttled, it.token.as_str()),
            ("Bind", Some(false), "AbC")
        );
        assert_eq!((it.record_type, it.logon_type, it.succeeded), (50, 0, Some(true)));
        assert_eq!(it.actor_ids, ["10032000abcdef01"]);
        assert_eq!(
            (it.items[0].folder.as_str(), it.items[0].message_id.as_str()),
            ("受信トレイ", "x@Y")
        );
    }

    #[test]
    fn a_logon_is_judged_by_its_error_and_a_move_names_both_folders() {
        let logon = |operation: &str, error: i32| {
            let it = json!({"CreationTime": "2025-10-20T01:02:03", "Operation": operation, "UserId": "a@b", "ResultStatus": "Succeeded", "ErrorNumber": error.to_string()});
            event(&it).unwrap().succeeded
        };
        assert_eq!(logon("UserLoginFailed", 50126), Some(false));
        assert_eq!(logon("UserLoggedIn", 0), Some(true));
        assert_eq!(logon("UserLoggedIn", 50140), None);
        let moved = event(
            &json!({"CreationTime": "2025-10-20T01:02:03", "Operation": "MoveToDeletedItems",
            "Folder": {"Path": "\\Sent Items"}, "DestFolder": {"Path": "\\Deleted Items"},
            "AffectedItems": [{"Id": "1", "ParentFolder": {"Path": "\\Sent Items"}}]}),
        )
        .unwrap();
        let roles: Vec<(&str, &str)> =
            moved.items.iter().map(|it| (it.role.as_str(), it.folder.as_str())).collect();
        assert_eq!(roles, [("source", "Sent Items"), ("destination", "Deleted Items")]);
    }
}
