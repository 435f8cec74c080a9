//! The portal's side file of a sign-in download (`…AuthDetails.csv`): one row a step of a sign-in, with
//! its method. A step is no sign-in: it bears the sign-in's request id and joins its record there. It
//! names neither account nor address, so this file alone shows nobody.

use model::{Content, Event, Kind, Reading, Record, Reject, SignIn, What};
use serde_json::{Value, json};

use crate::{
    canonical,
    format::{Format, Head, RawRow, RowReader},
    normal::{
        columns::{Columns, cell},
        entra::Clock,
        signin,
    },
};

pub(super) const FORMAT: Format = Format {
    id: "signins_auth_details_csv",
    kind: Kind::Signins,
    name: "Entra portal CSV of authentication details (side file of the sign-ins)",
    proves: "which methods a sign-in went through; it counts no sign-in of its own",
    reference: "Microsoft Learn: How to download logs in Microsoft Entra ID; observed columns",
    recognises: |head| {
        head.columns.has_any(REQUEST)
            && head.columns.has_any(METHOD)
            && head.columns.has_any(WORKED)
    },
    open: |head, _| Box::new(Steps::new(head)),
};

const REQUEST: &[&str] = &["request id", "要求 id", "リクエスト id"];
const DATE: &[&str] = &["date", "date (utc)", "日付", "日付 (utc)", "日付(utc)"];
const METHOD: &[&str] = &["authentication method", "認証方法"];
const WORKED: &[&str] = &["succeeded", "成功", "成功しました"];

/// More than any record of the sign-in itself can have lost: a step is never taken for it.
const LOSSES: u32 = 1_000;

struct Steps {
    columns: Columns,
    clock: Clock,
}

impl Steps {
    fn new(head: &Head) -> Steps {
        Steps { columns: head.columns.clone(), clock: Clock::default() }
    }

    fn get<'a>(&self, cells: &[&'a str], names: &[&str]) -> &'a str {
        cell(cells, self.columns.at(names))
    }

    fn reject(&self, cells: &[&str], reason: &str) -> Reject {
        Reject {
            reason: reason.to_owned(),
            at: self.clock.read(self.get(cells, DATE)),
            operation: "SignIn".to_owned(),
            account: String::new(),
        }
    }
}

impl RowReader for Steps {
    fn needs_survey(&self) -> bool {
        true
    }

    fn survey(&mut self, row: RawRow<'_>) {
        if let RawRow::Cells(cells) = row {
            self.clock.feed(self.get(cells, DATE));
        }
    }

    fn read(&mut self, row: RawRow<'_>) -> Content {
        let RawRow::Cells(cells) = row else {
            return Content::Reject(self.reject(&[], "no table row"));
        };
        let request = signin::id(self.get(cells, REQUEST));
        if request.is_empty() {
            return Content::Reject(self.reject(cells, "a step that names no sign-in"));
        }
        let written = self.get(cells, DATE);
        let Some(at) = self.clock.read(written) else {
            let reason = self.clock.why(written);
            return Content::Reject(self.reject(cells, reason));
        };
        let method = signin::said(self.get(cells, METHOD)).to_owned();
        let event = Event {
            at,
            operation: "SignIn".to_owned(),
            workload: "AzureActiveDirectory".to_owned(),
            record_type: -1,
            user_type: -1,
            logon_type: -1,
            error: -1,
            request: request.clone(),
            ..Event::default()
        };
        let step = SignIn { event, methods: method, ..SignIn::default() };
        let body = canonical::body_of(&self.columns.value(cells));
        let what = What::SignIn(step);
        Content::Record(Box::new(Record { key: request, body, losses: LOSSES, what }))
    }

    fn broken(&mut self, cells: &[&str], _text: &str, reason: &str) -> Reject {
        self.reject(cells, reason)
    }

    /// The time of a step is not the sign-in's, and a requirement of one step not that of all: only
    /// the request is shared.
    fn canonical(&mut self, row: RawRow<'_>) -> Value {
        let RawRow::Cells(cells) = row else { return Value::Null };
        json!({"event": {"request": signin::id(self.get(cells, REQUEST))}})
    }

    fn finish(&mut self, reading: &mut Reading) {
        self.clock.finish(reading);
    }
}
