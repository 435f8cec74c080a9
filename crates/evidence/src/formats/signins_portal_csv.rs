//! Sign-ins as CSV: the Entra portal's download of any of the four streams, English or Japanese,
//! and sign-in objects flattened by PowerShell.
//!
//! Names of columns carry blanks at their end and one occurs twice. Which user stream it is stands
//! in the file's name only, and names are not trusted: the stream of users stays unsaid.

use model::{Content, Event, Kind, Micros, Reading, SignIn};
use serde_json::Value;

use crate::{
    format::{Format, Head, RawRow, RowReader},
    normal::{
        columns::{Columns, cell},
        date, directory, ip, name, signin,
    },
};

pub(super) const FORMAT: Format = Format {
    id: "signins_portal_csv",
    kind: Kind::Signins,
    name: "Entra portal CSV of sign-ins, English or Japanese",
    proves: "who signed in, or tried to, from where, with what and with which outcome",
    reference: "Microsoft Learn: How to download logs in Microsoft Entra ID; observed columns",
    recognises: |head| {
        let has = |names: &[&str]| head.columns.has_any(names);
        has(DATE) && has(IP) && has(APP_NAME) && (has(UPN) || has(SERVICE)) && {
            // A directory audit has none of these.
            has(REQUEST) || has(ERROR) || has(STATUS) || has(OLDER)
        }
    },
    open: |head, _| Box::new(Table::new(head)),
};

const DATE: &[&str] = &["date (utc)", "日付 (utc)", "日付(utc)", "date", "日付", "createddatetime"];
const REQUEST: &[&str] = &["request id", "要求 id", "リクエスト id", "requestid", "id"];
const UPN: &[&str] = &["username", "ユーザー名", "userprincipalname"];
const SERVICE: &[&str] =
    &["service principal id", "サービス プリンシパル id", "serviceprincipalid"];
const SERVICE_NAME: &[&str] =
    &["service principal name", "サービス プリンシパル名", "serviceprincipalname"];
const IP: &[&str] = &["ip address", "ip アドレス", "ipaddress"];
const APP_NAME: &[&str] = &["application", "アプリケーション", "appdisplayname"];
const STATUS: &[&str] = &["status", "状態", "ステータス"];
/// What the download of older years and tables of sign-in objects have.
const OLDER: &[&str] = &["clientappused", "isinteractive", "conditionalaccessstatus", "country"];
const ERROR: &[&str] = &[
    "sign-in error code",
    "サインイン エラー コード",
    "サインインのエラー コード",
    "errorcode",
    "status.errorcode",
];

/// Reads portal rows.
struct Table {
    columns: Columns,
    dates: date::Survey,
    incoming: Vec<usize>,
    undated: u64,
}

impl Table {
    fn new(head: &Head) -> Table {
        let mut incoming = head.columns.all("incoming token type");
        incoming.extend(head.columns.at(&["受信トークンの種類", "incomingtokentype"]));
        Table {
            columns: head.columns.clone(),
            dates: date::Survey::default(),
            incoming,
            undated: 0,
        }
    }

    fn get<'a>(&self, cells: &[&'a str], names: &[&str]) -> &'a str {
        cell(cells, self.columns.at(names))
    }

    fn said(&self, cells: &[&str], names: &[&str]) -> String {
        signin::said(self.get(cells, names)).to_owned()
    }

    fn at(&self, cells: &[&str]) -> Option<Micros> {
        let order = self.dates.order().unwrap_or(date::DateOrder::Ymd);
        date::parse(self.get(cells, DATE), order, "")
    }

    /// A column by this name means a stream of services: users have none.
    fn stream(&self, cells: &[&str]) -> &'static str {
        if !self.columns.has_any(UPN) && self.columns.has_any(SERVICE) {
            let managed = self.said(cells, &["managed identity type", "マネージド id の種類"]);
            return if managed.is_empty() { "service_principal" } else { "managed_identity" };
        }
        match signin::yes_no(self.get(cells, &["isinteractive", "is interactive"])) {
            Some(true) => "interactive",
            Some(false) => "non_interactive",
            None => signin::stream(self.get(cells, &["signineventtypes"])),
        }
    }

    fn sign_in(&self, cells: &[&str]) -> Option<SignIn> {
        let (city, _) = self.place(cells);
        let mut incoming = self.incoming.iter().map(|it| signin::word(cell(cells, Some(*it))));
        Some(SignIn {
            event: self.event(cells)?,
            stream: self.stream(cells).to_owned(),
            city,
            protocol: signin::protocol(
                self.get(
                    cells,
                    &["authentication protocol", "認証プロトコル", "authenticationprotocol"],
                ),
                self.get(
                    cells,
                    &["original transfer method", "元の転送方法", "originaltransfermethod"],
                ),
            ),
            requirement: signin::word(self.get(
                cells,
                &["authentication requirement", "認証要件", "authenticationrequirement"],
            )),
            methods: self.said(
                cells,
                &[
                    "multifactor authentication auth method",
                    "多要素認証の認証方法",
                    "多要素認証方法",
                ],
            ),
            incoming_token: incoming.find(|it| !it.is_empty()).unwrap_or_default(),
            resource: self.said(cells, &["resource", "リソース", "resourcedisplayname"]),
            conditional_access: signin::word(self.get(
                cells,
                &["conditional access", "条件付きアクセス", "conditionalaccessstatus"],
            )),
            risk: self.said(cells, &["risklevelduringsignin", "riskstate"]),
        })
    }

    fn place(&self, cells: &[&str]) -> (String, String) {
        let written = signin::said(self.get(cells, &["location", "場所"]));
        // A table PowerShell made of objects has the name of their type there.
        let whole = if directory::is_lost(written) { "" } else { written };
        let (city, country) = signin::place(whole);
        let or = |found: String, other: &str| {
            if found.is_empty() { signin::said(other).to_owned() } else { found }
        };
        let city = or(city, self.get(cells, &["city", "location.city"]));
        let other = self.get(cells, &["country", "countryorregion", "location.countryorregion"]);
        (city, signin::country(&or(country, other)))
    }

    fn error(&self, cells: &[&str]) -> (i32, Option<bool>) {
        if let Ok(error) = self.get(cells, ERROR).parse() {
            return (error, signin::outcome(error));
        }
        match self.get(cells, STATUS).to_lowercase().as_str() {
            "success" | "成功" => (0, Some(true)),
            "failure" | "失敗" => (-1, Some(false)),
            _ => (-1, None),
        }
    }

    fn app_name(&self, cells: &[&str]) -> String {
        let name = self.said(cells, APP_NAME);
        if name.is_empty() { self.said(cells, SERVICE_NAME) } else { name }
    }

    fn actor(&self, cells: &[&str]) -> (String, Vec<String>) {
        let upn = name::account(signin::said(self.get(cells, UPN)));
        let ids =
            [self.get(cells, &["user id", "ユーザー id", "userid"]), self.get(cells, SERVICE)];
        let mut ids: Vec<String> = ids.iter().map(|it| signin::id(it)).collect();
        ids.retain(|it| !it.is_empty());
        let actor = if upn.is_empty() { ids.first().cloned().unwrap_or_default() } else { upn };
        ids.retain(|it| *it != actor);
        (actor, ids)
    }

    fn event(&self, cells: &[&str]) -> Option<Event> {
        let (error, succeeded) = self.error(cells);
        let (actor, actor_ids) = self.actor(cells);
        let (device, trust, managed) = self.device(cells);
        let asn = &["autonomous system number", "自律システム番号", "autonomoussystemnumber"];
        Some(Event {
            at: self.at(cells)?,
            tenant: signin::id(self.get(cells, &["home tenant id", "ホーム テナント id"])),
            actor,
            actor_ids,
            operation: "SignIn".to_owned(),
            workload: "AzureActiveDirectory".to_owned(),
            record_type: -1,
            user_type: signin::user_type(
                self.get(cells, &["user type", "ユーザーの種類", "ユーザー タイプ", "usertype"]),
            ),
            logon_type: -1,
            succeeded,
            error,
            ip: ip::canonical(self.get(cells, IP)).unwrap_or_default(),
            session: signin::id(self.get(cells, &["session id", "セッション id", "sessionid"])),
            token: self.said(
                cells,
                &["unique token identifier", "一意のトークン識別子", "uniquetokenidentifier"],
            ),
            app: signin::id(self.get(cells, &["application id", "アプリケーション id", "appid"])),
            app_name: self.app_name(cells),
            client: self.said(cells, &["client app", "クライアント アプリ", "clientappused"]),
            agent: self.said(cells, &["user agent", "ユーザー エージェント", "useragent"]),
            managed,
            registered: signin::registered(&device, trust),
            device,
            request: signin::id(self.get(cells, REQUEST)),
            country: self.place(cells).1,
            asn: self.get(cells, asn).parse().unwrap_or(0),
            ..Event::default()
        })
    }

    fn device<'a>(&self, cells: &[&'a str]) -> (String, &'a str, Option<bool>) {
        let trust = self.get(cells, &["join type", "結合の種類", "参加の種類", "trusttype"]);
        let yes_no = |names: &[&str]| signin::yes_no(self.get(cells, names));
        let managed = signin::managed(
            yes_no(&["compliant", "準拠", "準拠している", "iscompliant"]),
            yes_no(&["managed", "マネージド", "管理対象", "ismanaged"]),
            trust,
        );
        let device = signin::id(self.get(cells, &["device id", "デバイス id", "deviceid"]));
        (device, trust, managed)
    }
}

impl RowReader for Table {
    fn needs_survey(&self) -> bool {
        true
    }

    fn survey(&mut self, row: RawRow<'_>) {
        if let RawRow::Cells(cells) = row {
            self.dates.feed(self.get(cells, DATE));
        }
    }

    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Cells(cells) = row else { return signin::reject("no table row", "") };
        let missing = cells.len() < self.columns.names().len()
            || cells.iter().any(|it| directory::is_lost(it));
        if let Some(it) = self.sign_in(cells) {
            return signin::record(it, u32::from(missing), || self.columns.value(cells));
        }
        let account = name::account(self.get(cells, UPN));
        if self.dates.order().is_none() && date::is_date(self.get(cells, DATE)) {
            self.undated += 1;
            return signin::reject("order of day and month cannot be told in this file", &account);
        }
        signin::reject("time of the sign-in cannot be read", &account)
    }

    fn broken(&mut self, cells: &[&str], _text: &str, reason: &str) -> model::Reject {
        model::Reject {
            reason: reason.to_owned(),
            at: self.at(cells),
            operation: "SignIn".to_owned(),
            account: name::account(self.get(cells, UPN)),
        }
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        let RawRow::Cells(cells) = row else { return Value::Null };
        self.sign_in(cells).map(|it| signin::form(&it)).unwrap_or_default()
    }

    fn finish(&mut self, reading: &mut Reading) {
        if self.undated > 0 {
            reading.warnings.push(("ambiguous_dates".to_owned(), self.undated.to_string()));
        }
    }
}
