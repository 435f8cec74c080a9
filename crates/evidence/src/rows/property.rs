//! Properties of MAPI as files hold them, by number.

use std::{borrow::Cow, collections::BTreeMap};

use encoding_rs::Encoding;
use model::Micros;

use crate::normal::{
    charset,
    mapi::{Properties, Set},
};

/// The value of a property.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    /// A whole number, a boolean.
    Number(i64),
    /// An instant: tenths of microseconds since 1601.
    Time(i64),
    /// Text.
    Text(String),
    /// Text in the code page of the item.
    Ansi(Vec<u8>),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Several values of bytes.
    List(Vec<Vec<u8>>),
}

/// Properties by number.
pub(crate) type Values = BTreeMap<u16, Value>;

/// Numbers of properties (MS-OXPROPS) that say in which code page text is.
const CODE_PAGES: [u16; 2] = [0x3ffd, 0x3fde];

/// The code page that an item names.
pub(crate) fn code_page(values: &Values) -> Option<&'static Encoding> {
    let number = |id: &u16| match values.get(id) {
        Some(Value::Number(it)) => charset::of_code_page(*it),
        _ => None,
    };
    CODE_PAGES.iter().find_map(number)
}

/// Which number a property known by name has in a file.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// By property set and number within it.
    pub(crate) numbers: BTreeMap<(Set, u32), u16>,
}

impl Names {
    /// Of a file without named properties.
    pub(crate) const fn none() -> Names {
        Names { numbers: BTreeMap::new() }
    }
}

/// Properties as the facts of an item are made from them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    pub(crate) values: &'a Values,
    pub(crate) page: Option<&'static Encoding>,
    pub(crate) names: &'a Names,
}

impl Properties for View<'_> {
    fn text(&self, id: u16) -> String {
        let text = match self.values.get(&id) {
            Some(Value::Text(text)) => text.clone(),
            Some(Value::Ansi(bytes)) => charset::text(bytes, self.page).0,
            _ => return String::new(),
        };
        match text.trim_end_matches('\0') {
            whole if whole.len() == text.len() => text,
            cut => cut.to_owned(),
        }
    }

    fn number(&self, id: u16) -> Option<i64> {
        match self.values.get(&id) {
            Some(Value::Number(it)) => Some(*it),
            _ => None,
        }
    }

    fn time(&self, id: u16) -> Option<Micros> {
        match self.values.get(&id) {
            Some(Value::Time(it)) => micros(*it),
            _ => None,
        }
    }

    fn bytes(&self, id: u16) -> Cow<'_, [u8]> {
        match self.values.get(&id) {
            Some(Value::Bytes(it)) => Cow::Borrowed(it),
            _ => Cow::Borrowed(&[]),
        }
    }

    fn list(&self, id: u16) -> Vec<Vec<u8>> {
        match self.values.get(&id) {
            Some(Value::List(it)) => it.clone(),
            _ => Vec::new(),
        }
    }

    fn named(&self, set: &Set, id: u32) -> Option<u16> {
        self.names.numbers.get(&(*set, id)).copied()
    }
}

/// Seconds from 1601 to 1970.
const EPOCH: i64 = 11_644_473_600;
/// The first of January 4501, which Outlook writes for «none».
const NEVER: i64 = 915_151_392_000_000_000;

/// An instant of Windows; `None` for those that mean none.
fn micros(ticks: i64) -> Option<Micros> {
    (ticks > 0 && ticks < NEVER).then_some(ticks / 10 - EPOCH * 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_of_windows_are_instants() {
        // 2025-10-20T00:13:33Z
        assert_eq!(micros(134_054_072_130_000_000), Some(1_760_933_613_000_000));
        assert_eq!([micros(0), micros(-1), micros(NEVER)], [None; 3]);
    }
}
