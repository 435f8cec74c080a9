//! A message of Outlook in a file of its own (MS-OXMSG): a compound file with a stream a property.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read, Seek},
};

use cfb::CompoundFile;
use encoding_rs::Encoding;
use model::{Attached, Content, Kind, MailboxItem, Reject};
use serde_json::Value as Json;

use super::mailbox_eml::canonical;
use crate::{
    format::{Format, RawRow, RowReader, Shape},
    limits,
    normal::{
        charset, item,
        mapi::{self, Properties, Set},
        mapi_value::{Kept, Value},
    },
    rows::xls,
};

pub(super) const FORMAT: Format = Format {
    id: "mailbox_msg",
    kind: Kind::Mailbox,
    name: "Outlook message file (MSG)",
    proves: "that the item stood in the mailbox it was exported from, whom it names and what it carries",
    reference: "MS-OXMSG, MS-OXPROPS",
    recognises: |head| head.shape == Shape::Message,
    open: |_, _| Box::new(Msg),
};

/// The fixed properties of a message.
const FIXED: &str = "__properties_version1.0";
/// The names of named properties.
const NAMES: &str = "/__nameid_version1.0";
/// Most recipients and attachments read.
const ROWS: usize = 20_000;

struct Msg;

impl RowReader for Msg {
    fn read(&mut self, row: RawRow<'_>) -> Content {
        let found = match row {
            RawRow::Message(bytes) => message(bytes),
            _ => None,
        };
        match found {
            Some((it, losses)) => item::content(it, losses),
            None => Content::Reject(Reject {
                reason: "the message file is damaged: no property of it can be read".to_owned(),
                ..Reject::default()
            }),
        }
    }

    fn canonical(&mut self, row: RawRow<'_>) -> Json {
        canonical(self.read(row))
    }
}

/// Tells whether a compound file is a message.
pub(crate) fn is_message(file: impl Read + Seek) -> bool {
    xls::caught(|| CompoundFile::open(file).map(|it| it.is_stream(format!("/{FIXED}"))))
        .unwrap_or(false)
}

/// Reads a message; `None` if no property can be read.
pub(crate) fn message(bytes: &[u8]) -> Option<(MailboxItem, u32)> {
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    xls::caught(|| {
        let mut file = CompoundFile::open(Cursor::new(bytes))?;
        let names = names(&mut file);
        let message = Storage::read(&mut file, "", 32, None, &names);
        if message.values.is_empty() {
            return Err(std::io::Error::other("no property"));
        }
        let page = message.page;
        let (mut recipients, mut attachments, mut losses) = (Vec::new(), Vec::new(), 0);
        for path in inside(&file, "/__recip_version1.0_#") {
            recipients.push(Storage::read(&mut file, &path, 8, page, &names));
        }
        for path in inside(&file, "/__attach_version1.0_#") {
            let attached = Storage::read(&mut file, &path, 8, page, &names);
            losses += attached.losses;
            attachments.push(attachment(&mut file, &path, &attached, &names));
        }
        losses += message.losses + recipients.iter().map(|it| it.losses).sum::<u32>();
        let rows: Vec<&dyn Properties> =
            recipients.iter().map(|it| it as &dyn Properties).collect();
        let (mut it, lost) = mapi::item(&message, &rows, attachments);
        it.size = size;
        Ok((it, losses + lost))
    })
    .ok()
}

/// An attachment; a message that is attached as such is a storage of its own.
fn attachment(
    file: &mut CompoundFile<Cursor<&[u8]>>,
    path: &str,
    attached: &Storage,
    names: &Names,
) -> Attached {
    let inner = format!("{path}/__substg1.0_3701000D");
    if attached.number(0x3705) != Some(5) || !file.is_storage(&inner) {
        return mapi::attached(attached, None);
    }
    let embedded = Storage::read(file, &inner, 24, None, names);
    mapi::attached(attached, Some(&embedded.text(0x0037)))
}

/// The storages of recipients or attachments, in the order of their numbers.
fn inside<T: Read + Seek>(file: &CompoundFile<T>, begin: &str) -> Vec<String> {
    let entries = file.read_root_storage();
    let names = entries.filter(|it| it.is_storage()).map(|it| format!("/{}", it.name()));
    let mut found: Vec<String> = names.filter(|it| it.starts_with(begin)).take(ROWS).collect();
    found.sort();
    found
}

/// Numbers of named properties.
type Names = BTreeMap<(Set, u32), u16>;

/// Reads the names of named properties (MS-OXMSG 2.2.3).
fn names(file: &mut CompoundFile<Cursor<&[u8]>>) -> Names {
    let sets = stream(file, &format!("{NAMES}/__substg1.0_00020102"));
    let entries = stream(file, &format!("{NAMES}/__substg1.0_00030102"));
    let mut found = Names::new();
    for entry in entries.chunks_exact(8) {
        let [a, b, c, d, e, f, g, h] = entry else { continue };
        let name = u32::from_le_bytes([*a, *b, *c, *d]);
        let kind = u16::from_le_bytes([*e, *f]);
        let index = u16::from_le_bytes([*g, *h]);
        // Properties named by a word are none of those that are read; sets 1 and 2 are well known.
        let at = usize::from(kind >> 1).checked_sub(3).map(|it| it * 16);
        if kind & 1 == 0
            && let Some(set) = at.and_then(|at| sets.get(at..at + 16))
            && let Ok(set) = Set::try_from(set)
        {
            found.insert((set, name), 0x8000_u16.wrapping_add(index));
        }
    }
    found
}

fn stream(file: &mut CompoundFile<Cursor<&[u8]>>, path: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Ok(stream) = file.open_stream(path) {
        // What can be read of a damaged stream is kept.
        let _ = stream.take(limits::MESSAGE as u64).read_to_end(&mut bytes);
    }
    bytes
}

/// The properties of one storage.
struct Storage {
    values: BTreeMap<u16, Value>,
    names: Names,
    /// The code page of its texts, where it names one.
    page: Option<&'static Encoding>,
    losses: u32,
}

impl Storage {
    /// Reads the properties below a path; `header` is the length of the header of the fixed ones.
    fn read(
        file: &mut CompoundFile<Cursor<&[u8]>>,
        path: &str,
        header: usize,
        page: Option<&'static Encoding>,
        names: &Names,
    ) -> Storage {
        let mut it = Storage { values: BTreeMap::new(), names: names.clone(), page, losses: 0 };
        let fixed = stream(file, &format!("{path}/{FIXED}"));
        for entry in fixed.get(header..).unwrap_or_default().chunks_exact(16) {
            it.fixed(entry);
        }
        it.page = charset::of_item(|id| it.number(id)).or(page);
        let root = if path.is_empty() { "/" } else { path };
        let Ok(entries) = file.read_storage(root) else {
            it.losses += 1;
            return it;
        };
        let streams: Vec<String> =
            entries.filter(|it| it.is_stream()).map(|it| it.name().to_owned()).collect();
        for name in streams {
            it.stream(file, path, &name);
        }
        it
    }

    /// A property of fixed length: its tag, its flags, eight bytes.
    fn fixed(&mut self, entry: &[u8]) {
        let Ok(entry) = <[u8; 16]>::try_from(entry) else { return };
        let kind = u16::from_le_bytes([entry[0], entry[1]]);
        let id = u16::from_le_bytes([entry[2], entry[3]]);
        let mut value = [0; 8];
        value.copy_from_slice(&entry[8..]);
        let number = match kind {
            0x0002 => i64::from(i16::from_le_bytes([value[0], value[1]])),
            0x0003 | 0x000a => {
                i64::from(i32::from_le_bytes([value[0], value[1], value[2], value[3]]))
            }
            0x000b => i64::from(value[0]),
            0x0014 | 0x0040 => i64::from_le_bytes(value),
            _ => return,
        };
        self.values.insert(id, Value::Number(number));
    }

    /// A property of any length, `__substg1.0_` and its tag in hex; one of several values is a stream
    /// each, numbered behind a dash.
    fn stream(&mut self, file: &mut CompoundFile<Cursor<&[u8]>>, path: &str, name: &str) {
        let Some(tag) = name.strip_prefix("__substg1.0_") else { return };
        let (tag, part) = tag.split_once('-').map_or((tag, None), |it| (it.0, Some(it.1)));
        let Ok(tag) = u32::from_str_radix(tag, 16) else { return };
        let (id, kind) = ((tag >> 16) as u16, (tag & 0xffff) as u16);
        let full = format!("{path}/{name}");
        let value = match (kind, part) {
            (0x001e, None) => {
                let bytes = stream(file, &full);
                let (text, lost) = charset::text(until_nul(&bytes), self.page);
                self.losses += u32::from(lost);
                Value::Text(text)
            }
            (0x001f, None) => {
                let bytes = stream(file, &full);
                let letters: Vec<u16> =
                    bytes.chunks_exact(2).map(|it| u16::from_le_bytes([it[0], it[1]])).collect();
                let text = String::from_utf16_lossy(&letters);
                Value::Text(text.trim_end_matches('\0').to_owned())
            }
            (0x0102, None) => Value::Bytes(stream(file, &full)),
            (0x1102, Some(part)) => {
                let Ok(at) = usize::from_str_radix(part, 16) else { return };
                self.part(id, at, stream(file, &full));
                return;
            }
            _ => return,
        };
        self.values.insert(id, value);
    }

    fn part(&mut self, id: u16, at: usize, bytes: Vec<u8>) {
        let value = self.values.entry(id).or_insert_with(|| Value::List(Vec::new()));
        if let Value::List(list) = value
            && at < ROWS
        {
            if list.len() <= at {
                list.resize(at + 1, Vec::new());
            }
            list[at] = bytes;
        }
    }
}

/// Text up to its end: some writers keep what stood in memory behind it.
fn until_nul(bytes: &[u8]) -> &[u8] {
    let end = memchr::memchr(0, bytes).unwrap_or(bytes.len());
    &bytes[..end]
}

impl Kept for Storage {
    fn value(&self, id: u16) -> Option<&Value> {
        self.values.get(&id)
    }

    fn number_of(&self, set: &Set, id: u32) -> Option<u16> {
        self.names.get(&(*set, id)).copied()
    }
}

#[cfg(test)]
mod tests {
    use model::{ItemKind, Role};

    use super::*;
    use crate::samples;

    /// Text in an old code page, blind recipients, messages within: what other readers lose.
    #[test]
    fn text_in_a_code_page_and_everybody_named_are_kept() {
        let (it, losses) = message(&samples::message("件名")).unwrap();
        assert_eq!((it.subject.as_str(), it.kind, losses), ("件名", ItemKind::Mail, 0));
        assert_eq!(it.begins, "ご請求書の件 https://link.example/path");
        assert_eq!(it.links, ["https://link.example/path"]);
        let people: Vec<(Role, &str, &str)> =
            it.parties.iter().map(|it| (it.role, it.address.as_str(), it.name.as_str())).collect();
        assert_eq!(
            people,
            [
                (Role::From, "taro@example.com", "山田 太郎"),
                (Role::Bcc, "sato@example.or.jp", "佐藤")
            ]
        );
        let files: Vec<(&str, i64)> =
            it.attachments.iter().map(|it| (it.name.as_str(), it.size)).collect();
        assert_eq!(files, [("見積.pdf", 4), ("inner", -1)]);
        assert_eq!(it.sent, crate::normal::date::parse_iso("2025-10-21T00:00:00Z"));
        assert_eq!(it.at, crate::normal::date::parse_iso("2025-10-21T00:00:05Z"));
        assert_eq!(it.message_id, "m1@example.com");
        assert!(message(b"no compound file").is_none());
    }
}
