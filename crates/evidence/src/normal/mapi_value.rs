//! A value of a MAPI property, as readers keep it (MS-OXCDATA 2.11).

use std::borrow::Cow;

use model::Micros;

/// A value.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// Text, decoded.
    Text(String),
    /// A number, a boolean, or the ticks of an instant.
    Number(i64),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Several values, their bytes.
    List(Vec<Vec<u8>>),
}

impl Value {
    pub(crate) fn text(&self) -> String {
        match self {
            Value::Text(text) => text.clone(),
            _ => String::new(),
        }
    }

    pub(crate) fn number(&self) -> Option<i64> {
        match self {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub(crate) fn bytes(&self) -> Cow<'_, [u8]> {
        match self {
            Value::Bytes(bytes) => Cow::Borrowed(bytes),
            _ => Cow::Borrowed(&[]),
        }
    }

    pub(crate) fn list(&self) -> Vec<Vec<u8>> {
        match self {
            Value::List(list) => list.clone(),
            _ => Vec::new(),
        }
    }
}

/// The instant of so many ticks of 100 ns since 1601 (`PtypTime`); `None` for one that no mail bears.
pub(crate) fn instant(ticks: i64) -> Option<Micros> {
    const EPOCH: i64 = 11_644_473_600_000_000;
    const LAST: i64 = 7_258_118_400_000_000;
    let micros = ticks / 10 - EPOCH;
    (0..LAST).contains(&micros).then_some(micros)
}
