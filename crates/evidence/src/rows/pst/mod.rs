//! Items of a mailbox file of Outlook (PST), one after another in the order of their nodes.
//!
//! All nodes are walked over, and not folder by folder: an item is found although the table of its
//! folder, or the folder itself, is damaged. What cannot be read is handed over as damage, and
//! costs nothing else.

mod bytes;
mod folders;
mod layout;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) mod writer;

use std::{
    io::{self, Read, Seek, SeekFrom},
    panic::{AssertUnwindSafe, catch_unwind},
};

use outlook_pst::ndb::node_id::NodeIdType;
use sha2::{Digest, Sha256};

use folders::Store;
use layout::{Bag, Layout, Met, Node};

use crate::{
    canonical::hex,
    normal::mapi::Properties as _,
    packed::Packed,
    rows::property::{Names, Value, Values, View, code_page},
    stop::Stop,
};

/// How a PST begins.
pub(crate) const MAGIC: &[u8] = b"!BDN";

/// Class of the hidden item that holds the nickname cache.
const AUTOCOMPLETE: &str = "IPM.Configuration.Autocomplete";

/// Property numbers (MS-OXPROPS) that the walk itself needs.
const CLASS: u16 = 0x001a;
const SUBJECT: u16 = 0x0e1d;
const HEADERS: u16 = 0x007d;
const SENDER: u16 = 0x0c1a;
const SHOWN_TO: u16 = 0x0e04;
const SHOWN_CC: u16 = 0x0e03;
const BODY: u16 = 0x1000;
const CONTENT: u16 = 0x3701;
const METHOD: u16 = 0x3705;
const ROW: u16 = 0x67f2;
/// `PidTagAttachMethod`: the content itself stands there.
const BY_VALUE: i64 = 1;

/// An attachment: its properties, and of its content the SHA-256 in hex and the number of bytes.
#[derive(Debug, Default)]
pub(crate) struct Attachment {
    pub(crate) values: Values,
    pub(crate) sha256: String,
    pub(crate) size: Option<usize>,
}

/// One item as it stands in the file.
#[derive(Debug, Default)]
pub(crate) struct Stored {
    /// Address of the mailbox's owner, if the file tells.
    pub(crate) mailbox: String,
    /// Path of its folder.
    pub(crate) folder: String,
    /// Its properties.
    pub(crate) values: Values,
    /// Of each recipient.
    pub(crate) recipients: Vec<Values>,
    /// Its attachments.
    pub(crate) attachments: Vec<Attachment>,
    /// Properties, rows and tables that could not be read.
    pub(crate) losses: u32,
}

impl Stored {
    /// Its properties as the facts of an item are made from them.
    pub(crate) fn view<'a>(&'a self, values: &'a Values, names: &'a Names) -> View<'a> {
        View { values, page: code_page(&self.values), names }
    }

    /// What it says, as text: its header fields, or what stands in their place, and its body.
    pub(crate) fn written(&self, names: &Names) -> String {
        let view = self.view(&self.values, names);
        let mut text = view.text(HEADERS);
        if text.is_empty() {
            let fields =
                [("From", SENDER), ("To", SHOWN_TO), ("Cc", SHOWN_CC), ("Subject", SUBJECT)];
            for (name, id) in fields {
                let value = view.text(id);
                if !value.is_empty() {
                    text.push_str(&format!("{name}: {value}\n"));
                }
            }
        }
        format!("{}\n\n{}", text.trim_end(), view.text(BODY))
    }
}

/// What is met in a mailbox file.
pub(crate) enum Found<'a> {
    /// An item.
    Item(&'a Stored, &'a Names),
    /// What could not be read: why, and where it is.
    Damage { reason: &'static str, place: String },
}

/// What is done with it; `false` ends the walk.
pub(crate) type Visit<'a> = &'a mut dyn FnMut(Found<'_>) -> bool;

/// Walks over all items. An error means that the file cannot be opened, or where the walk ended early.
pub(crate) fn items(mut packed: Packed, visit: Visit<'_>) -> io::Result<()> {
    let ansi = is_ansi(&mut packed)?;
    let reader = Box::new(bytes::Bytes::new(packed)?);
    let layout = layout::open(reader, ansi).map_err(opening)?;
    let store = Store::of(&*layout)?;
    let mut walk = Walk { layout: &*layout, store, visit, stopped: None };
    layout.nodes(&mut |met| walk.met(met)).map_err(opening)?;
    walk.stopped.map_or(Ok(()), |it| Err(it.error()))
}

/// A file that cannot be opened is damaged, unless a bound of ours was met.
fn opening(error: io::Error) -> io::Error {
    match Stop::of(&error) {
        stop @ (Stop::Size | Stop::System | Stop::Rights | Stop::Gone) => stop.error(),
        _ => Stop::Damaged.error(),
    }
}

/// Tells the layout by the header (MS-PST 2.2.2.6): version 14 and 15 are ANSI, 21 and 23 Unicode.
/// Version 36, pages of 4 KiB, is written for offline folders only, and not read here.
fn is_ansi(packed: &mut Packed) -> io::Result<bool> {
    let mut head = [0; 12];
    packed.seek(SeekFrom::Start(0))?;
    packed.read_exact(&mut head)?;
    packed.seek(SeekFrom::Start(0))?;
    match (&head[8..10], u16::from_le_bytes([head[10], head[11]])) {
        (b"SM" | b"SO", 14 | 15) => Ok(true),
        (b"SM" | b"SO", 21 | 23) => Ok(false),
        (b"SO", _) | (_, 36) => Err(Stop::OfflineFolders.error()),
        _ => Err(Stop::Damaged.error()),
    }
}

struct Walk<'a> {
    layout: &'a dyn Layout,
    store: Store,
    visit: Visit<'a>,
    stopped: Option<Stop>,
}

impl Walk<'_> {
    fn met(&mut self, met: Met) -> bool {
        let node = match met {
            Met::Node(node) => node,
            Met::Damage { at } => {
                let reason =
                    "a page of the mailbox file is damaged; the items it lists are missing";
                let place = format!("at byte {at}");
                return (self.visit)(Found::Damage { reason, place });
            }
        };
        let associated = layout::is(node.id(), NodeIdType::AssociatedMessage);
        if !associated && !layout::is(node.id(), NodeIdType::NormalMessage) {
            return true;
        }
        let layout = self.layout;
        // A fault in the crate costs the one item.
        let read = catch_unwind(AssertUnwindSafe(|| {
            if associated && !is_nickname_cache(layout, node)? {
                return Ok(None);
            }
            stored(layout, node).map(Some)
        }));
        let read = read.unwrap_or_else(|_| {
            layout.recover();
            Err(Stop::Damaged.error())
        });
        let (folder, mailbox) = self.store.place(node.parent());
        match read {
            Ok(None) => true,
            Ok(Some(item)) => {
                let item = Stored { folder, mailbox, ..item };
                (self.visit)(Found::Item(&item, &self.store.names))
            }
            Err(error) if Stop::of(&error) == Stop::Size => {
                self.stopped = Some(Stop::Size);
                false
            }
            Err(_) => {
                let place = format!("node {:#x} of folder {folder}", node.id());
                let reason = "the item is damaged and cannot be read";
                (self.visit)(Found::Damage { reason, place })
            }
        }
    }
}

fn is_nickname_cache(layout: &dyn Layout, node: Node) -> io::Result<bool> {
    let class = layout.properties(node, &|id| id == CLASS)?;
    Ok(folders::text(&class.values, CLASS).eq_ignore_ascii_case(AUTOCOMPLETE))
}

fn stored(layout: &dyn Layout, node: Node) -> io::Result<Stored> {
    let own = layout.properties(node, &|_| true)?;
    let mut item = Stored { values: own.values, losses: own.lost, ..Stored::default() };
    let below = layout.below(node).unwrap_or_else(|_| {
        item.losses += 1;
        Vec::new()
    });
    let of = |kind: NodeIdType| below.iter().filter(move |it| layout::is(it.id(), kind));
    for table in of(NodeIdType::RecipientTable) {
        let rows = layout.table(*table).unwrap_or_else(|_| {
            item.losses += 1;
            Vec::new()
        });
        for row in rows {
            item.losses += row.lost;
            item.recipients.push(row.values);
        }
    }
    let mut nodes: Vec<Node> = of(NodeIdType::Attachment).copied().collect();
    for table in of(NodeIdType::AttachmentTable) {
        match layout.table(*table) {
            Ok(rows) => attachments(layout, rows, &mut nodes, &mut item),
            Err(_) => item.losses += 1,
        }
    }
    // What no row of a table names is attached all the same.
    for node in nodes {
        attachment(layout, node, Values::new(), &mut item);
    }
    Ok(item)
}

fn attachments(layout: &dyn Layout, rows: Vec<Bag>, nodes: &mut Vec<Node>, item: &mut Stored) {
    for row in rows {
        item.losses += row.lost;
        let id = match row.values.get(&ROW) {
            // A node's number is without sign, a property's with it.
            Some(Value::Number(id)) => *id & 0xffff_ffff,
            _ => 0,
        };
        match nodes.iter().position(|it| i64::from(it.id()) == id) {
            Some(at) => attachment(layout, nodes.remove(at), row.values, item),
            None => {
                item.losses += 1;
                item.attachments.push(Attachment { values: row.values, ..Attachment::default() });
            }
        }
    }
}

fn attachment(layout: &dyn Layout, node: Node, mut values: Values, item: &mut Stored) {
    match layout.properties(node, &|id| id != CONTENT) {
        Ok(own) => {
            item.losses += own.lost;
            values.extend(own.values);
        }
        Err(_) => item.losses += 1,
    }
    let by_value = matches!(values.get(&METHOD), Some(Value::Number(BY_VALUE)));
    let mut attached = Attachment::default();
    if by_value {
        let content = layout.properties(node, &|id| id == CONTENT).unwrap_or_default();
        item.losses += content.lost;
        if let Some(Value::Bytes(content)) = content.values.get(&CONTENT) {
            attached.sha256 = hex(&Sha256::digest(content));
            attached.size = Some(content.len());
        }
    }
    item.attachments.push(Attachment { values, ..attached });
}
