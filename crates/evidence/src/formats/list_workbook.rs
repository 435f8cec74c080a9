//! A list of people in a workbook (XLSX, XLSB, XLS, ODS), every sheet of it, hidden ones too.

use model::Kind;

use super::list_table::{Table, is_list};
use crate::format::{Format, Shape};

pub(super) const FORMAT: Format = Format {
    id: "list_workbook",
    kind: Kind::List,
    name: "any workbook with mail addresses: XLSX, XLSB, XLS, ODS",
    proves: "addresses the organisation holds",
    reference: "any workbook with mail addresses",
    recognises: |head| head.shape == Shape::Workbook && is_list(head),
    open: |_, _| Box::new(Table::default()),
};
