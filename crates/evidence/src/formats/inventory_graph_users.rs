//! Microsoft Graph `user` objects: the API's answer, or `Get-MgUser` with `ConvertTo-Json`.

use model::{Content, Kind, Reject};
use serde_json::Value;

use crate::{
    canonical,
    format::{Format, RawRow, RowReader},
    normal::{directory, json, signin},
};

pub(super) const FORMAT: Format = Format {
    id: "inventory_graph_users",
    kind: Kind::Inventory,
    name: "Microsoft Graph `users`",
    proves: "which accounts exist, and their other names",
    reference: "Microsoft Graph: user resource type",
    recognises: |head| {
        json::all_in(&head.keys, &["userPrincipalName", "id"])
            && json::any_in(
                &head.keys,
                &["displayName", "mail", "proxyAddresses", "accountEnabled", "userType"],
            )
            // Sign-ins, risks and registrations name a user too.
            && !json::any_in(
                &head.keys,
                &["createdDateTimeUtc", "appId", "ipAddress", "riskEventType", "riskState", "auditData"],
            )
    },
    open: |_, _| Box::new(Objects),
};

struct Objects;

impl RowReader for Objects {
    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Json(value) = row else {
            return Content::Reject(Reject {
                reason: "no JSON object".into(),
                ..Reject::default()
            });
        };
        let text = |key: &str| json::text(value, &[key]);
        let mut others = json::texts(value, &["otherMails"]);
        others.push(text("id"));
        let found = directory::Found {
            upn: text("userPrincipalName"),
            primary: text("mail"),
            others,
            proxies: json::texts(value, &["proxyAddresses"]).join(";"),
            name: text("displayName"),
            kind: text("userType"),
            enabled: signin::yes_no(&text("accountEnabled")),
        };
        directory::record(found, value)
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        let RawRow::Json(value) = row else { return Value::Null };
        canonical::form(value).unwrap_or_default()
    }
}
