//! Contacts as Microsoft Graph gives them: one object a contact.

use model::{Content, ItemKind, Kind, MailboxItem, Party, Reject, Role};
use serde_json::Value;

use super::mailbox_eml::canonical;
use crate::{
    format::{Format, RawRow, RowReader, Shape},
    normal::{address, date, item, json},
};

pub(super) const FORMAT: Format = Format {
    id: "mailbox_contacts_json",
    kind: Kind::Mailbox,
    name: "Contacts as JSON (Microsoft Graph `contact`)",
    proves: "addresses that stand in the contacts of a mailbox",
    reference: "Microsoft Graph: contact resource type",
    recognises: |head| {
        let named = ["displayName", "givenName", "surname", "fileAs", "companyName"];
        head.shape == Shape::Json
            && json::has(&head.first, "emailAddresses")
            && named.iter().any(|it| json::has(&head.first, it))
            && !json::has(&head.first, "userPrincipalName")
            && !json::has(&head.first, "recipientTypeDetails")
            && json::at(&head.first, &["emailAddresses"]).is_array()
    },
    open: |_, _| Box::new(Contacts),
};

struct Contacts;

impl RowReader for Contacts {
    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Json(value @ Value::Object(_)) = row else {
            return Content::Reject(Reject { reason: "no object".into(), ..Reject::default() });
        };
        let it = contact(value);
        if it.parties.is_empty() {
            let reason = "a contact without name and address".to_owned();
            return Content::Reject(Reject { reason, ..Reject::default() });
        }
        item::content(it, 0)
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        canonical(self.read(row))
    }
}

fn contact(value: &Value) -> MailboxItem {
    let text = |key: &str| json::text(value, &[key]);
    let shown = ["displayName", "fileAs"].iter().map(|it| text(it)).find(|it| !it.is_empty());
    let name = shown.unwrap_or_else(|| {
        let parts = [text("surname"), text("givenName")];
        parts.join(" ").trim().to_owned()
    });
    let person = Party {
        role: Role::Contact,
        address: String::new(),
        name: item::tidy(&name),
        organisation: item::tidy(&text("companyName")),
    };
    let mut parties: Vec<Party> = Vec::new();
    for entry in json::at(value, &["emailAddresses"]).as_array().into_iter().flatten() {
        let written = match entry {
            Value::Object(_) => json::text(entry, &["address"]),
            other => json::scalar(other),
        };
        let address = address::normalise(&written);
        if !address.is_empty() && !parties.iter().any(|it| it.address == address) {
            parties.push(Party { address, ..person.clone() });
        }
    }
    if parties.is_empty() && !person.name.is_empty() {
        parties.push(person);
    }
    let created = date::parse_iso(&text("createdDateTime"));
    MailboxItem {
        folder: text("parentFolderId"),
        kind: ItemKind::Contact,
        at: created.or_else(|| date::parse_iso(&text("lastModifiedDateTime"))),
        item_id: text("id"),
        subject: name,
        parties,
        size: -1,
        ..MailboxItem::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_address_of_a_contact_is_a_party_of_its_name() {
        let it = contact(&json!({"id": "c1", "displayName": "山田 太郎", "companyName": "例",
            "emailAddresses": [{"name": "x", "address": "Taro@Example.jp"}, {"address": "taro2@example.jp"}, {"address": "/o=x"}]}));
        let told: Vec<&str> = it.parties.iter().map(|it| it.address.as_str()).collect();
        assert_eq!(told, ["taro@example.jp", "taro2@example.jp"]);
        assert!(it.parties.iter().all(|it| it.name == "山田 太郎" && it.organisation == "例"));
        assert_eq!(contact(&json!({"givenName": "花子"})).parties[0].name, "花子");
    }
}
