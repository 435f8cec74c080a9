//! `winmail.dat`: what Outlook wraps a message in (MS-OXTNEF), its text and its attachments.

use std::collections::BTreeMap;

use encoding_rs::Encoding;
use model::{Attached, MailboxItem};

use super::{
    charset, item,
    mapi::{self, Properties, Set},
    mapi_value::{Kept, Value},
};

const SIGNATURE: u32 = 0x223e_9f78;
/// Most attributes looked at.
const ATTRIBUTES: usize = 100_000;
/// Most properties of one set.
const PROPERTIES: usize = 20_000;

/// What a wrapped message holds.
pub(crate) struct Tnef {
    pub(crate) item: MailboxItem,
    pub(crate) losses: u32,
}

/// Reads a wrapped message; `None` if it is none. One that is cut gives what stands before the cut.
pub(crate) fn read(bytes: &[u8]) -> Option<Tnef> {
    let mut rest = Input(bytes);
    if rest.long()? != SIGNATURE {
        return None;
    }
    rest.take(2)?;
    let (mut message, mut attached) = (Props::default(), Vec::new());
    let (mut page, mut losses) = (None, 0);
    for _ in 0..ATTRIBUTES {
        if rest.0.is_empty() {
            break;
        }
        let Some((id, data, whole)) = attribute(&mut rest) else {
            losses = 1;
            break;
        };
        losses |= u32::from(!whole);
        match id {
            // attOemCodepage
            0x9007 => page = Input(data).long().and_then(|it| charset::of_code_page(it.into())),
            // attSubject, attBody, attMessageClass: where there are no properties.
            0x8004 => message.default_text(0x0037, data, page),
            0x800c => message.default_text(0x1000, data, page),
            0x8008 => message.default_text(0x001a, data, page),
            // attMAPIProps
            0x9003 => message.read(data, page),
            // attAttachRenddata begins an attachment.
            0x9002 => attached.push(Props::default()),
            0x8010 | 0x800f | 0x9005 => {
                if attached.is_empty() {
                    attached.push(Props::default());
                }
                let Some(now) = attached.last_mut() else { continue };
                match id {
                    0x8010 => now.default_text(0x3704, data, page),
                    0x800f => now.set(0x3701, Value::Bytes(data.to_vec())),
                    _ => now.read(data, page),
                }
            }
            _ => {}
        }
    }
    let attachments: Vec<Attached> = attached.iter().map(attachment).collect();
    let class = message.text(0x001a);
    // The classes of the time before MAPI bear another name.
    if let Some(old) = class.strip_prefix("IPM.Microsoft ") {
        let now = old.strip_prefix("Mail.").unwrap_or(old).to_owned();
        message.set(0x001a, Value::Text(format!("IPM.{now}")));
    }
    let (item, lost) = mapi::item(&message, &[], attachments);
    Some(Tnef { item, losses: losses + lost })
}

/// An attachment; of a message that is attached as such the bytes are those of its own wrapping.
fn attachment(it: &Props) -> Attached {
    if it.number(0x3705) != Some(5) {
        return mapi::attached(it, None);
    }
    // An interface id of 16 bytes stands before it.
    let inside = it.bytes(0x3701);
    let wrapped = inside.get(16..).unwrap_or_default();
    let inner = Input(wrapped).long() == Some(SIGNATURE);
    let subject = if inner { subject(wrapped) } else { String::new() };
    let name = [0x3707, 0x3704, 0x3001].map(|id| it.text(id)).into_iter().find(|it| !it.is_empty());
    item::attached(&name.unwrap_or(subject), if inner { wrapped } else { &inside })
}

/// The subject of a wrapped message, without reading what is attached to it.
fn subject(bytes: &[u8]) -> String {
    let mut rest = Input(bytes.get(6..).unwrap_or_default());
    let mut message = Props::default();
    for _ in 0..64 {
        match attribute(&mut rest) {
            Some((0x9003, data, _)) => message.read(data, None),
            Some((0x8004, data, _)) => message.default_text(0x0037, data, None),
            Some(_) => {}
            None => break,
        }
    }
    message.text(0x0037)
}

/// The next attribute: its number, its data, and whether its checksum is right.
fn attribute<'a>(rest: &mut Input<'a>) -> Option<(u16, &'a [u8], bool)> {
    rest.take(1)?;
    let id = rest.long()?;
    let length = rest.long()? as usize;
    let data = rest.take(length)?;
    let sum = data.iter().fold(0_u16, |sum, it| sum.wrapping_add(u16::from(*it)));
    let said = rest.take(2)?;
    Some(((id & 0xffff) as u16, data, said == sum.to_le_bytes()))
}

/// Bytes taken from the front.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(n)?;
        self.0 = rest;
        Some(taken)
    }

    fn long(&mut self) -> Option<u32> {
        self.take(4).and_then(|it| it.try_into().ok()).map(u32::from_le_bytes)
    }

    /// A value of variable length, filled up to a multiple of four.
    fn sized(&mut self) -> Option<&'a [u8]> {
        let length = self.long()? as usize;
        let data = self.take(length)?;
        self.take((4 - length % 4) % 4)?;
        Some(data)
    }
}

/// Properties by number, and the numbers of named ones.
#[derive(Default)]
struct Props {
    values: BTreeMap<u16, Value>,
    names: BTreeMap<(Set, u32), u16>,
}

impl Props {
    fn set(&mut self, id: u16, value: Value) {
        self.values.insert(id, value);
    }

    fn default_text(&mut self, id: u16, data: &[u8], page: Option<&'static Encoding>) {
        let text = charset::text(data, page).0.trim_end_matches('\0').to_owned();
        self.values.entry(id).or_insert(Value::Text(text));
    }

    /// Reads a set of properties (MS-OXTNEF 2.1.3.4); what is cut off is left out.
    fn read(&mut self, data: &[u8], page: Option<&'static Encoding>) {
        let mut rest = Input(data);
        let count = rest.long().unwrap_or(0) as usize;
        for _ in 0..count.min(PROPERTIES) {
            if self.property(&mut rest, page).is_none() {
                return;
            }
        }
    }

    fn property(&mut self, rest: &mut Input<'_>, page: Option<&'static Encoding>) -> Option<()> {
        let tag = rest.long()?;
        let (kind, id) = ((tag & 0xffff) as u16, (tag >> 16) as u16);
        if id >= 0x8000 {
            let set: Set = rest.take(16)?.try_into().ok()?;
            if rest.long()? == 0 {
                let name = rest.long()?;
                self.names.insert((set, name), id);
            } else {
                rest.sized()?;
            }
        }
        let many = kind & 0x1000 != 0;
        let single = kind & !0x1000;
        let varies = matches!(single, 0x001e | 0x001f | 0x0102 | 0x000d);
        let count = if many || varies { rest.long()? as usize } else { 1 };
        let mut list = Vec::new();
        for _ in 0..count.min(PROPERTIES) {
            let data = if varies { rest.sized()? } else { rest.take(width(single)?)? };
            if many {
                list.push(data.to_vec());
            } else {
                self.values.insert(id, value(single, data, page));
            }
        }
        if many {
            self.values.insert(id, Value::List(list));
        }
        Some(())
    }
}

fn width(kind: u16) -> Option<usize> {
    match kind {
        0x0002 | 0x0003 | 0x0004 | 0x000a | 0x000b => Some(4),
        0x0005..=0x0007 | 0x0014 | 0x0040 => Some(8),
        0x0048 => Some(16),
        _ => None,
    }
}

fn value(kind: u16, data: &[u8], page: Option<&'static Encoding>) -> Value {
    let number = |data: &[u8]| {
        let mut eight = [0; 8];
        let n = data.len().min(8);
        eight[..n].copy_from_slice(&data[..n]);
        i64::from_le_bytes(eight)
    };
    match kind {
        0x001f => {
            let letters: Vec<u16> =
                data.chunks_exact(2).map(|it| u16::from_le_bytes([it[0], it[1]])).collect();
            Value::Text(String::from_utf16_lossy(&letters).trim_end_matches('\0').to_owned())
        }
        0x001e => Value::Text(charset::text(data, page).0.trim_end_matches('\0').to_owned()),
        0x0040 => Value::Number(number(data)),
        0x0102 | 0x000d | 0x0048 => Value::Bytes(data.to_vec()),
        _ => Value::Number(number(data)),
    }
}

impl Kept for Props {
    fn value(&self, id: u16) -> Option<&Value> {
        self.values.get(&id)
    }

    fn number_of(&self, set: &Set, id: u32) -> Option<u16> {
        self.names.get(&(*set, id)).copied()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use encoding_rs::SHIFT_JIS;

    fn push(out: &mut Vec<u8>, level: u8, id: u32, data: &[u8]) {
        out.push(level);
        out.extend(id.to_le_bytes());
        out.extend((data.len() as u32).to_le_bytes());
        out.extend(data);
        let sum = data.iter().fold(0_u16, |sum, it| sum.wrapping_add(u16::from(*it)));
        out.extend(sum.to_le_bytes());
    }

    /// A message wrapped as Outlook does: a Japanese text in its code page, one file.
    pub(crate) fn sample() -> Vec<u8> {
        let mut out = SIGNATURE.to_le_bytes().to_vec();
        out.extend([1, 0]);
        push(&mut out, 1, 0x0006_9007, &932_u64.to_le_bytes());
        push(&mut out, 1, 0x0007_8008, b"IPM.Microsoft Mail.Note\0");
        push(&mut out, 1, 0x0001_8004, &SHIFT_JIS.encode("請求書\0").0);
        let mut props = 1_u32.to_le_bytes().to_vec();
        let body = SHIFT_JIS.encode("見積の件 https://t.example/\0").0;
        props.extend(0x1000_001e_u32.to_le_bytes());
        props.extend(1_u32.to_le_bytes());
        props.extend((body.len() as u32).to_le_bytes());
        props.extend(&*body);
        props.extend(vec![0; (4 - body.len() % 4) % 4]);
        push(&mut out, 1, 0x0006_9003, &props);
        push(&mut out, 2, 0x0006_9002, &[0; 14]);
        push(&mut out, 2, 0x0001_8010, &SHIFT_JIS.encode("見積.pdf\0").0);
        push(&mut out, 2, 0x0006_800f, b"%PDF");
        out
    }

    #[test]
    fn a_wrapped_message_gives_text_and_files() {
        let bytes = sample();
        let found = read(&bytes).unwrap();
        assert_eq!(found.item.subject, "請求書");
        assert_eq!(found.item.begins, "見積の件 https://t.example/");
        assert_eq!(found.item.links, ["https://t.example/"]);
        assert_eq!(found.item.kind, model::ItemKind::Mail);
        let files: Vec<(&str, i64)> =
            found.item.attachments.iter().map(|it| (it.name.as_str(), it.size)).collect();
        assert_eq!((files.as_slice(), found.losses), (&[("見積.pdf", 4)][..], 0));
        assert!(read(b"no").is_none());
    }

    #[test]
    fn damage_ends_it_and_is_told() {
        let bytes = sample();
        for n in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[n] ^= 0xff;
            read(&changed);
            if let Some(cut) = read(&bytes[..n]).filter(|_| n > 6) {
                assert!(cut.losses <= 1);
            }
        }
        assert_eq!(read(&bytes[..bytes.len() - 1]).unwrap().losses, 1);
    }
}
