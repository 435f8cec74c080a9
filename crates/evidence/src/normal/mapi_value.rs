//! A value of a MAPI property, as readers keep it (MS-OXCDATA 2.11).

use std::borrow::Cow;

use model::Micros;

use super::mapi::{Properties, Set};

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

/// Properties kept as values by their numbers.
pub(crate) trait Kept {
    /// The value of a number.
    fn value(&self, id: u16) -> Option<&Value>;

    /// The number that a named property has here.
    fn number_of(&self, set: &Set, id: u32) -> Option<u16>;
}

impl<T: Kept> Properties for T {
    fn text(&self, id: u16) -> String {
        self.value(id).map(Value::text).unwrap_or_default()
    }

    fn number(&self, id: u16) -> Option<i64> {
        self.value(id)?.number()
    }

    fn time(&self, id: u16) -> Option<Micros> {
        self.value(id)?.number().and_then(instant)
    }

    fn bytes(&self, id: u16) -> Cow<'_, [u8]> {
        self.value(id).map(Value::bytes).unwrap_or_default()
    }

    fn list(&self, id: u16) -> Vec<Vec<u8>> {
        self.value(id).map(Value::list).unwrap_or_default()
    }

    fn named(&self, set: &Set, id: u32) -> Option<u16> {
        self.number_of(set, id)
    }
}
