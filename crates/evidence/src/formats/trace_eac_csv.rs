//! What the screen of the admin centre's message trace exports: one row a recipient.
//!
//! The screen shows times in the zone its reader chose, and the export does not say which. Unless
//! the header or the case file names the zone, the times are unknown.

use model::{Kind, Mail};

use crate::{
    format::{Format, Shape},
    normal::{
        columns::Columns,
        ip, mail,
        trace::{Clock, Fields, Layout, Told, Trace, time_column},
    },
};

pub(super) const FORMAT: Format = Format {
    id: "trace_eac_csv",
    kind: Kind::MessageTrace,
    name: "«Export results» of the message trace on the admin centre's screen",
    proves: "which messages the service accepted, for which recipients, and what became of them",
    reference: "Microsoft Learn: Message trace in the modern Exchange admin center",
    recognises: |head| {
        matches!(head.shape, Shape::Csv | Shape::Workbook) && is_screen(&head.columns)
    },
    open: |head, options| Box::new(Trace::new(&LAYOUT, head, options)),
};

fn is_screen(columns: &Columns) -> bool {
    time_column(columns, LAYOUT.time).is_some()
        && columns.has_any(SENDER)
        && columns.has_any(RECIPIENT)
        && columns.has_any(STATUS)
}

const LAYOUT: Layout = Layout {
    time: &[
        "received",
        "date received",
        "received date",
        "date",
        "date and time",
        "受信日時",
        "受信済み",
        "受信日",
        "日付",
        "日時",
    ],
    clock: Clock::Chosen,
    tell: shown,
    sender: SENDER,
};

const SENDER: &[&str] =
    &["sender address", "sender", "送信者のアドレス", "送信者アドレス", "送信者", "差出人"];
const RECIPIENT: &[&str] =
    &["recipient address", "recipient", "受信者のアドレス", "受信者アドレス", "受信者", "宛先"];
const STATUS: &[&str] =
    &["status", "delivery status", "状態", "配信状態", "配信の状態", "ステータス"];
const SUBJECT: &[&str] = &["subject", "件名"];
const MESSAGE: &[&str] = &["message id", "messageid", "メッセージ id"];
const TRACE: &[&str] = &[
    "message trace id",
    "network message id",
    "messagetraceid",
    "メッセージ追跡 id",
    "メッセージ トレース id",
    "ネットワーク メッセージ id",
];

fn shown(row: Fields<'_>) -> Told {
    let it = Mail {
        at: None,
        message_id: mail::message_id(&row.get(MESSAGE)),
        network_message_id: mail::network_id(&row.get(TRACE)),
        sender: mail::party(&row.get(SENDER)),
        recipient: mail::party(&row.get(RECIPIENT)),
        subject: row.get(SUBJECT),
        status: mail::status(&row.get(STATUS)),
        ip: ip::canonical(&row.get(&["from ip", "送信元 ip"])).unwrap_or_default(),
        direction: mail::direction(&row.get(&["direction", "directionality", "方向"])).to_owned(),
        size: row.get(&["size", "message size", "サイズ"]).parse().unwrap_or(-1),
        more: Vec::new(),
    };
    if it.recipient.is_empty() && it.sender.is_empty() {
        return Told::Nothing("neither sender nor recipient in this row");
    }
    Told::Mail(it)
}
