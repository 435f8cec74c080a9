//! Users of the directory as CSV: the Microsoft 365 admin centre («Export users»), the Entra portal
//! («Download users»), `Get-MgUser` with `Export-Csv`; English or Japanese.

use model::{Content, Kind, Reject};
use serde_json::Value;

use crate::{
    canonical,
    format::{Format, RawRow, RowReader},
    normal::{
        columns::{Columns, cell},
        directory, signin,
    },
};

pub(super) const FORMAT: Format = Format {
    id: "inventory_users_csv",
    kind: Kind::Inventory,
    name: "users CSV of the admin centre or the Entra portal",
    proves: "which accounts exist, and their other names",
    reference: "Microsoft Learn: Download a list of users in the Azure portal; observed columns",
    recognises: |head| {
        let known = [NAME, ENABLED, BLOCKED, PROXIES, ID, KIND, LICENCES];
        let log = ["ipaddress", "ip address", "operation", "operations", "auditdata", "status"];
        head.columns.has_any(UPN)
            && known.iter().filter(|it| head.columns.has_any(it)).count() >= 2
            && !head.columns.has_any(&log)
    },
    open: |head, _| Box::new(Table { columns: head.columns.clone() }),
};

const UPN: &[&str] = &[
    "userprincipalname",
    "user principal name",
    "user name",
    "username",
    "ユーザー プリンシパル名",
    "ユーザープリンシパル名",
    "ユーザー名",
];
const NAME: &[&str] = &["displayname", "display name", "表示名"];
const ENABLED: &[&str] =
    &["accountenabled", "account enabled", "アカウントが有効", "アカウントの有効化"];
const BLOCKED: &[&str] = &[
    "block credential",
    "blockcredential",
    "sign-in blocked",
    "資格情報のブロック",
    "資格情報をブロック",
];
const PROXIES: &[&str] = &["proxyaddresses", "proxy addresses", "プロキシ アドレス"];
const ID: &[&str] = &["id", "objectid", "object id", "object id ", "オブジェクト id"];
const KIND: &[&str] = &["usertype", "user type", "ユーザーの種類", "ユーザー タイプ"];
const LICENCES: &[&str] = &["licenses", "assignedlicenses", "ライセンス"];
const MAIL: &[&str] = &["mail", "email", "メール", "電子メール", "primarysmtpaddress"];
const OTHER_MAIL: &[&str] = &[
    "othermails",
    "other mails",
    "alternate email address",
    "alternate email addresses",
    "alternateemailaddresses",
    "連絡用メール アドレス",
    "その他のメール",
];

struct Table {
    columns: Columns,
}

impl Table {
    /// Whether sign-in is enabled; a blocked credential is the opposite.
    fn enabled(&self, cells: &[&str]) -> Option<bool> {
        let yes_no = |names: &[&str]| signin::yes_no(cell(cells, self.columns.at(names)));
        yes_no(ENABLED).or_else(|| yes_no(BLOCKED).map(|it| !it))
    }
}

impl RowReader for Table {
    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Cells(cells) = row else {
            return Content::Reject(Reject { reason: "no table row".into(), ..Reject::default() });
        };
        let get = |names: &[&str]| cell(cells, self.columns.at(names)).to_owned();
        let other = get(OTHER_MAIL);
        let mut others = crate::normal::address::all_in(&other);
        others.push(get(ID));
        let found = directory::Found {
            upn: get(UPN),
            primary: get(MAIL),
            others,
            proxies: get(PROXIES),
            name: get(NAME),
            kind: get(KIND),
            enabled: self.enabled(cells),
        };
        directory::record(found, &self.columns.value(cells))
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        let RawRow::Cells(cells) = row else { return Value::Null };
        canonical::form(&self.columns.value(cells)).unwrap_or_default()
    }
}
