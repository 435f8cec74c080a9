//! Messages as Microsoft Graph or Exchange Web Services give them: one object a message.

use base64::{Engine as _, prelude::BASE64_STANDARD};
use model::{Attached, Content, ItemKind, Kind, MailboxItem, Micros, Party, Reject, Role};
use serde_json::Value;

use super::mailbox_eml::canonical;
use crate::{
    format::{Format, RawRow, RowReader, Shape},
    normal::{charset, date, headers, html, item, json, name},
};

pub(super) const FORMAT: Format = Format {
    id: "mailbox_messages_json",
    kind: Kind::Mailbox,
    name: "Messages as JSON (Microsoft Graph `message`, Exchange Web Services)",
    proves: "that the message stood in the mailbox it was fetched from, whom it names and what it carries",
    reference: "Microsoft Graph: message resource type; EWS: Message element",
    recognises: |head| {
        let graph = ["toRecipients", "receivedDateTime", "sentDateTime", "bodyPreview"];
        let ews = ["DateTimeReceived", "DateTimeSent", "ToRecipients"];
        let named = json::has(&head.first, "internetMessageId");
        let keys = |wanted: &[&str]| wanted.iter().filter(|it| json::has(&head.first, it)).count();
        head.shape == Shape::Json
            && !json::has(&head.first, "senderAddress")
            && (named && (keys(&graph) >= 1 || keys(&ews) >= 1) || keys(&graph) >= 3)
    },
    open: |_, _| Box::new(Messages),
};

struct Messages;

impl RowReader for Messages {
    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Json(value @ Value::Object(_)) = row else {
            return Content::Reject(Reject { reason: "no object".into(), ..Reject::default() });
        };
        match message(value) {
            Some((it, losses)) => item::content(it, losses),
            None => Content::Reject(Reject {
                reason: "neither message id, nor date, nor anybody named".into(),
                ..Reject::default()
            }),
        }
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        canonical(self.read(row))
    }
}

/// The first of these paths that holds a text.
fn first(value: &Value, paths: &[&[&str]]) -> String {
    paths.iter().map(|it| json::text(value, it)).find(|it| !it.is_empty()).unwrap_or_default()
}

fn message(value: &Value) -> Option<(MailboxItem, u32)> {
    let text = |paths: &[&[&str]]| first(value, paths);
    let time = |paths: &[&[&str]]| time(&text(paths));
    let sent = time(&[&["sentDateTime"], &["DateTimeSent"]]);
    let received = time(&[&["receivedDateTime"], &["DateTimeReceived"]]);
    let created = time(&[&["createdDateTime"], &["DateTimeCreated"]]);
    let class = text(&[&["ItemClass"], &["itemClass"]]);
    let mut it = MailboxItem {
        folder: name::folder(&text(&[
            &["folderPath"],
            &["parentFolderPath"],
            &["parentFolderName"],
            &["parentFolderId"],
            &["ParentFolderId", "Id"],
            &["ParentFolderId", "UniqueId"],
        ]))
        .replace('\\', "/"),
        kind: item::kind_of_class(&class).unwrap_or_default(),
        at: received.or(created).or(sent),
        sent,
        message_id: name::message_id(&text(&[&["internetMessageId"]])),
        item_id: text(&[&["id"], &["ItemId", "Id"], &["ItemId", "UniqueId"], &["Id", "UniqueId"]]),
        subject: text(&[&["subject"]]),
        size: text(&[&["size"]]).parse().unwrap_or(-1),
        ..MailboxItem::default()
    };
    people(value, &mut it.parties);
    let mut losses = attachments(value, &mut it.attachments);
    words(value, &mut it);
    fields(value, &mut it);
    if json::text(value, &["@odata.type"]).contains("eventMessage") {
        it.kind = ItemKind::Appointment;
    }
    let dated = !text(&[&["sentDateTime"], &["DateTimeSent"], &["receivedDateTime"]]).is_empty();
    losses += u32::from(dated && it.at.is_none());
    let says = !it.message_id.is_empty() || it.at.is_some() || !it.parties.is_empty();
    says.then_some((it, losses))
}

fn time(text: &str) -> Option<Micros> {
    date::parse_iso(text).or_else(|| date::parse(text, date::DateOrder::Ymd, ""))
}

fn people(value: &Value, parties: &mut Vec<Party>) {
    for (role, keys) in [
        (Role::From, ["from", "From"]),
        (Role::Sender, ["sender", "Sender"]),
        (Role::ReplyTo, ["replyTo", "ReplyTo"]),
        (Role::To, ["toRecipients", "ToRecipients"]),
        (Role::Cc, ["ccRecipients", "CcRecipients"]),
        (Role::Bcc, ["bccRecipients", "BccRecipients"]),
    ] {
        let found = json::at(value, &[keys[0]]);
        let before = parties.len();
        each(found, 0, &mut |it| {
            if let Some(party) = person(role, it)
                && parties.len() - before < headers::PARTIES
            {
                parties.push(party);
            }
        });
    }
    let author = parties.iter().find(|it| it.role == Role::From).cloned();
    parties.retain(|it| {
        let same = author.as_ref().is_some_and(|author| author.address == it.address);
        it.role != Role::Sender || !same
    });
}

/// Everybody in a field: an object, a list of them, or EWS's list within an object.
fn each(value: &Value, depth: usize, then: &mut dyn FnMut(&Value)) {
    match value {
        Value::Array(list) if depth < 3 => list.iter().for_each(|it| each(it, depth + 1, then)),
        Value::Object(_) => match json::at(value, &["Mailbox"]) {
            inner @ (Value::Array(_) | Value::Object(_)) if depth < 3 => {
                each(inner, depth + 1, then)
            }
            _ => then(value),
        },
        Value::String(_) => then(value),
        _ => {}
    }
}

fn person(role: Role, value: &Value) -> Option<Party> {
    let party = if let Value::String(text) = value {
        let (name, address) = text.rsplit_once('<').unwrap_or(("", text));
        item::party(role, address.trim_end_matches('>'), name)
    } else {
        let address =
            first(value, &[&["emailAddress", "address"], &["EmailAddress"], &["address"]]);
        let name = first(value, &[&["emailAddress", "name"], &["Name"], &["name"]]);
        item::party(role, &address, &name)
    };
    (!party.address.is_empty() || !party.name.is_empty()).then_some(party)
}

/// The attachments; an export that says there are some and does not list them lost them.
fn attachments(value: &Value, found: &mut Vec<Attached>) -> u32 {
    each(json::at(value, &["attachments"]), 0, &mut |it| {
        let name = first(it, &[&["name"], &["Name"]]);
        let content = first(it, &[&["contentBytes"], &["Content"]]);
        let size = first(it, &[&["size"], &["Size"]]).parse().unwrap_or(-1);
        let bytes = BASE64_STANDARD.decode(content.as_bytes()).unwrap_or_default();
        found.push(match bytes.is_empty() {
            true => Attached { name: item::tidy(&name), size, ..Attached::default() },
            false => item::attached(&name, &bytes),
        });
    });
    let said = json::text(value, &["hasAttachments"]).eq_ignore_ascii_case("true");
    u32::from(said && found.is_empty())
}

fn words(value: &Value, it: &mut MailboxItem) {
    let preview = first(value, &[&["bodyPreview"], &["TextBody"], &["Preview"]]);
    let body = first(
        value,
        &[
            &["body", "content"],
            &["uniqueBody", "content"],
            &["Body", "_"],
            &["Body", "Value"],
            &["Body", "#text"],
            &["Body"],
        ],
    );
    let kind =
        first(value, &[&["body", "contentType"], &["Body", "BodyType"], &["Body", "@BodyType"]]);
    let markup = kind.eq_ignore_ascii_case("html") || (kind.is_empty() && body.starts_with('<'));
    let text = match markup {
        true => html::read(&body, &mut it.links),
        false => body,
    };
    item::add_links(&mut it.links, &text);
    item::add_links(&mut it.links, &preview);
    it.begins = item::begins(if text.trim().is_empty() { &preview } else { &text });
}

/// Header fields, where they were asked for: what they tell that the object leaves out, and whether a
/// program wrote the message.
fn fields(value: &Value, it: &mut MailboxItem) {
    let mut text = String::new();
    each(json::at(value, &["internetMessageHeaders"]), 0, &mut |field| {
        let name = first(field, &[&["name"], &["HeaderName"], &["@HeaderName"]]);
        let content = first(field, &[&["value"], &["Value"], &["_"], &["#text"]]);
        if text.len() < 1 << 20 && !name.contains([':', '\n', '\r']) {
            text.push_str(&format!("{name}: {}\n", content.replace(['\r', '\n'], " ")));
        }
    });
    text.push('\n');
    let (found, told) = headers::of_text(&charset::text(text.as_bytes(), None).0);
    it.ip = found.ip;
    it.refers_to = found.refers_to;
    if it.refers_to.is_empty() {
        for key in ["References", "InReplyTo"] {
            let ids = json::text(value, &[key]);
            let ids = ids.split_whitespace().map(name::message_id).filter(|it| !it.is_empty());
            it.refers_to.extend(ids);
        }
    }
    let system = told.by_system
        || it
            .parties
            .iter()
            .any(|it| it.role == Role::From && it.address.starts_with("postmaster@"));
    if it.kind != ItemKind::Mail {
        return;
    }
    if system && item::is_report(&it.subject) {
        it.kind = ItemKind::Report;
        it.original = it.refers_to.last().cloned().unwrap_or_default();
        it.outcomes = crate::normal::report::of_text(&it.begins);
    } else if told.answers || (told.suppresses && item::is_answer(&it.subject)) {
        it.kind = ItemKind::AutoReply;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn graph_and_ews_say_the_same() {
        let graph = json!({"@odata.etag": "x", "id": "AAMk1", "internetMessageId": "<a@b.jp>", "subject": "件名",
            "sentDateTime": "2025-10-21T00:00:00Z", "receivedDateTime": "2025-10-21T00:00:05Z", "parentFolderId": "AAMkF",
            "hasAttachments": true, "attachments": [{"name": "a.txt", "size": 200, "contentBytes": "YWJj"}],
            "from": {"emailAddress": {"name": "山田", "address": "Yamada@b.jp"}}, "sender": {"emailAddress": {"name": "山田", "address": "yamada@b.jp"}},
            "toRecipients": [{"emailAddress": {"name": "x", "address": "x@c.jp"}}, {"emailAddress": {"name": "Team", "address": "/o=ex/cn=t"}}],
            "body": {"contentType": "html", "content": "<p>Hi <a href='https://l.example/'>l</a></p>"},
            "internetMessageHeaders": [{"name": "X-Originating-IP", "value": "[203.0.113.9]"}, {"name": "References", "value": "<r@x>"}]});
        let ews = json!({"ItemId": {"Id": "AAMk1", "ChangeKey": "c"}, "InternetMessageId": "<a@b.jp>", "Subject": "件名",
            "DateTimeSent": "2025-10-21T00:00:00Z", "DateTimeReceived": "2025-10-21T00:00:05Z", "ParentFolderId": {"Id": "AAMkF"},
            "Attachments": [{"Name": "a.txt", "Content": "YWJj"}],
            "From": {"Mailbox": {"Name": "山田", "EmailAddress": "yamada@b.jp", "RoutingType": "SMTP"}},
            "ToRecipients": {"Mailbox": [{"Name": "x", "EmailAddress": "x@c.jp"}, {"Name": "Team", "EmailAddress": "/o=ex/cn=t", "RoutingType": "EX"}]},
            "Body": {"BodyType": "HTML", "_": "<p>Hi <a href='https://l.example/'>l</a></p>"}, "References": "<r@x>",
            "InternetMessageHeaders": [{"HeaderName": "X-Originating-IP", "Value": "[203.0.113.9]"}]});
        let (mut a, losses) = message(&graph).unwrap();
        let (b, _) = message(&ews).unwrap();
        // EWS keeps `References` outside of the header fields.
        assert_eq!((a.refers_to.as_slice(), losses), (&["r@x".to_owned()][..], 0));
        a.refers_to.clone_from(&b.refers_to);
        assert_eq!(a, b);
        assert_eq!(a.parties.len(), 3);
        assert_eq!((a.parties[2].address.as_str(), a.parties[2].name.as_str()), ("", "Team"));
        assert_eq!((a.attachments[0].size, a.ip.as_str()), (3, "203.0.113.9"));
        assert_eq!(a.links, ["https://l.example/"]);
    }

    #[test]
    fn attachments_said_and_not_listed_are_a_loss() {
        let it = json!({"internetMessageId": "<a@b>", "hasAttachments": true, "toRecipients": []});
        assert_eq!(message(&it).unwrap().1, 1);
        assert!(message(&json!({"subject": "x"})).is_none());
    }
}
