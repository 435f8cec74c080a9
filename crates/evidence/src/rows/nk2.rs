//! The nickname cache of Outlook: `Outlook.NK2`, `Stream_Autocomplete_….dat`, and the stream of the
//! hidden item that took their place. All have one form.
//!
//! Source: Microsoft, «Outlook NK2 file format» (magic, version, number of rows; a row its number of
//! properties; a property type, number, eight bytes, and behind them what does not fit in).

use super::property::{Value, Values};

/// How a nickname cache begins.
pub(crate) const MAGIC: &[u8] = &[0x0d, 0xf0, 0xad, 0xba];

/// Bytes before the first row.
const HEAD: usize = 16;
/// Most rows and properties that are believed: each takes at least four or sixteen bytes.
const ROW: usize = 4;

/// One remembered person.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) values: Values,
}

/// Reads the rows, and says how many more the file should hold behind a damage.
pub(crate) fn rows(bytes: &[u8], visit: &mut dyn FnMut(Row) -> bool) -> u32 {
    let mut at = 12;
    let Some(count) = long(bytes, &mut at).filter(|_| bytes.starts_with(MAGIC)) else { return 1 };
    debug_assert_eq!(at, HEAD);
    for n in 0..count {
        let from = at;
        let Some(values) = row(bytes, &mut at) else {
            // No file holds more rows than it has room for.
            let room = u32::try_from((bytes.len() - from) / ROW).unwrap_or(u32::MAX);
            return (count - n).min(room.max(1));
        };
        if !visit(Row { from, to: at, values }) {
            return 0;
        }
    }
    0
}

fn row(bytes: &[u8], at: &mut usize) -> Option<Values> {
    let count = long(bytes, at)?;
    let mut values = Values::new();
    for _ in 0..count {
        let kind = short(bytes, at)?;
        let id = short(bytes, at)?;
        take(bytes, at, 4)?;
        let fixed: [u8; 8] = take(bytes, at, 8)?.try_into().ok()?;
        if let Some(value) = value(kind, fixed, bytes, at)? {
            values.insert(id, value);
        }
    }
    Some(values)
}

/// A value: `None` outside for damage, inside for one of a kind nothing is made of.
fn value(kind: u16, fixed: [u8; 8], bytes: &[u8], at: &mut usize) -> Option<Option<Value>> {
    let number = i64::from_le_bytes(fixed);
    let low = i64::from(i32::from_le_bytes([fixed[0], fixed[1], fixed[2], fixed[3]]));
    Some(match kind {
        0x0002 => Some(Value::Number(i64::from(i16::from_le_bytes([fixed[0], fixed[1]])))),
        0x0003 | 0x000a => Some(Value::Number(low)),
        0x000b => Some(Value::Number(i64::from(fixed[0] != 0 || fixed[1] != 0))),
        0x0014 => Some(Value::Number(number)),
        0x0040 => Some(Value::Time(number)),
        0x001e => Some(Value::Ansi(until_zero(counted(bytes, at)?).to_vec())),
        0x001f => Some(Value::Text(wide(counted(bytes, at)?))),
        0x0048 => Some(Value::Bytes(take(bytes, at, 16)?.to_vec())),
        0x0102 => Some(Value::Bytes(counted(bytes, at)?.to_vec())),
        0x101e | 0x101f | 0x1102 => {
            let mut list = Vec::new();
            for _ in 0..long(bytes, at)? {
                list.push(counted(bytes, at)?.to_vec());
            }
            Some(Value::List(list))
        }
        // Floating numbers stand in the eight bytes as well.
        0x0001 | 0x0004..=0x0007 => None,
        _ => return None,
    })
}

fn until_zero(bytes: &[u8]) -> &[u8] {
    &bytes[..memchr::memchr(0, bytes).unwrap_or(bytes.len())]
}

fn wide(bytes: &[u8]) -> String {
    let units = bytes.as_chunks::<2>().0.iter().map(|it| u16::from_le_bytes(*it));
    let units = units.take_while(|it| *it != 0);
    char::decode_utf16(units).map(|it| it.unwrap_or('\u{fffd}')).collect()
}

fn counted<'a>(bytes: &'a [u8], at: &mut usize) -> Option<&'a [u8]> {
    let count = usize::try_from(long(bytes, at)?).ok()?;
    take(bytes, at, count)
}

fn long(bytes: &[u8], at: &mut usize) -> Option<u32> {
    Some(u32::from_le_bytes(take(bytes, at, 4)?.try_into().ok()?))
}

fn short(bytes: &[u8], at: &mut usize) -> Option<u16> {
    Some(u16::from_le_bytes(take(bytes, at, 2)?.try_into().ok()?))
}

fn take<'a>(bytes: &'a [u8], at: &mut usize, count: usize) -> Option<&'a [u8]> {
    let taken = bytes.get(*at..at.checked_add(count)?)?;
    *at += count;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::pst::sample::cache;

    fn read(bytes: &[u8]) -> (Vec<Row>, u32) {
        let mut found = Vec::new();
        let missing = rows(bytes, &mut |row| {
            found.push(row);
            true
        });
        (found, missing)
    }

    #[test]
    fn a_cache_tells_its_people() {
        let bytes = cache(&[("山田 太郎", "taro@example.jp"), ("", "b@example.jp")]);
        let (found, missing) = read(&bytes);
        assert_eq!((found.len(), missing), (2, 0));
        assert_eq!(found[0].values.get(&0x3001), Some(&Value::Text("山田 太郎".into())));
        assert_eq!(found[1].values.get(&0x39fe), Some(&Value::Text("b@example.jp".into())));
        assert_eq!((found[0].from, found[0].to, found[1].to), (16, found[1].from, bytes.len()));
    }

    #[test]
    fn what_is_cut_off_or_made_up_is_counted() {
        let people: Vec<(&str, &str)> = vec![("x", "x@example.jp"); 9];
        let sound = cache(&people);
        for n in 16..sound.len() {
            let (found, missing) = read(&sound[..n]);
            assert!(found.len() < 9 && missing > 0, "cut at {n}");
        }
        for n in 0..sound.len() {
            for new in [0, 0x7f, 0xff] {
                let mut bytes = sound.clone();
                bytes[n] = new;
                let (found, missing) = read(&bytes);
                // No more is said to be missing than a file of this size could hold.
                assert!(found.len() + missing as usize <= sound.len(), "byte {n}");
            }
        }
    }
}
