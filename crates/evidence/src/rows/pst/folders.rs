//! What a mailbox file says of itself: its folders, its owner, the names of its properties.

use std::{collections::BTreeMap, io};

use outlook_pst::ndb::node_id::NodeIdType;

use super::layout::{self, Layout, Met, Node};
use crate::{
    normal::{address, charset, mapi::Set},
    rows::property::{Names, Value, Values},
};

/// Nodes with a fixed number (MS-PST 2.4.1).
const STORE: u32 = 0x21;
const NAME_MAP: u32 = 0x61;
const ROOT: u32 = 0x122;

/// Property numbers (MS-OXPROPS).
const DISPLAY_NAME: u16 = 0x3001;
const IPM_SUBTREE: u16 = 0x35e0;
const NAMED_SETS: u16 = 0x0002;
const NAMED_ENTRIES: u16 = 0x0003;
/// The first number that a named property can have in a store.
const FIRST_NAMED: u16 = 0x8000;

/// Deepest folder that is followed.
const DEPTH: usize = 64;

/// Folders above the visible ones in what an export of Purview writes: the name is the server's, in
/// English whatever the mailbox's language.
const ABOVE: &str = "Top of Information Store";

/// Reads the map of names (MS-PST 2.4.7). Of those known by a text nothing is made.
fn names(values: &Values) -> Names {
    let bytes = |id: u16| match values.get(&id) {
        Some(Value::Bytes(it)) => it.as_slice(),
        _ => &[],
    };
    let sets = bytes(NAMED_SETS);
    let mut names = Names::default();
    for [a, b, c, d, e, f, g, h] in bytes(NAMED_ENTRIES).as_chunks::<8>().0 {
        let number = u32::from_le_bytes([*a, *b, *c, *d]);
        let set = u16::from_le_bytes([*e, *f]);
        let id = FIRST_NAMED.checked_add(u16::from_le_bytes([*g, *h]));
        if let (0, Some(id), Some(set)) = (set & 1, id, known_set(sets, set >> 1)) {
            names.numbers.entry((set, number)).or_insert(id);
        }
    }
    names
}

/// The set with that index: 1 and 2 are fixed, from 3 on they stand in the file.
fn known_set(sets: &[u8], index: u16) -> Option<Set> {
    let at = usize::from(index.checked_sub(3)?);
    sets.as_chunks::<16>().0.get(at).copied()
}

/// A folder: its name and the number of the one it stands in.
#[derive(Debug)]
struct Folder {
    name: String,
    parent: u32,
}

/// What a mailbox file says of itself.
#[derive(Debug, Default)]
pub(super) struct Store {
    folders: BTreeMap<u32, Folder>,
    /// The folder that holds those a person sees.
    top: u32,
    /// Address of the owner, if the store's name tells it.
    owner: String,
    pub(super) names: Names,
}

impl Store {
    pub(super) fn of(layout: &dyn Layout) -> io::Result<Store> {
        let mut found: Vec<Node> = Vec::new();
        layout.nodes(&mut |met| {
            if let Met::Node(node) = met {
                let fixed = matches!(node.id(), STORE | NAME_MAP);
                if fixed || layout::is(node.id(), NodeIdType::NormalFolder) {
                    found.push(node);
                }
            }
            true
        })?;
        let mut store = Store::default();
        for node in found {
            // What cannot be read is only nameless: its items are read all the same.
            let values = layout.properties(node, &|_| true).unwrap_or_default().values;
            match node.id() {
                STORE => store.about(&values),
                NAME_MAP => store.names = names(&values),
                id => {
                    let name = text(&values, DISPLAY_NAME);
                    store.folders.insert(id, Folder { name, parent: node.parent() });
                }
            }
        }
        Ok(store)
    }

    fn about(&mut self, values: &Values) {
        self.owner = single_address(&text(values, DISPLAY_NAME));
        if let Some(Value::Bytes(id)) = values.get(&IPM_SUBTREE)
            // An entry id of the store: flags, the store's key, the node.
            && let Some([a, b, c, d]) = id.get(20..24)
        {
            self.top = u32::from_le_bytes([*a, *b, *c, *d]);
        }
    }

    /// Path of a folder, and the address of the mailbox it is in, if told.
    pub(super) fn place(&self, folder: u32) -> (String, String) {
        let mut parts: Vec<&str> = Vec::new();
        let mut at = folder;
        for _ in 0..DEPTH {
            let Some(folder) = self.folders.get(&at) else { break };
            if at == self.top || at == ROOT || folder.parent == at {
                break;
            }
            parts.push(&folder.name);
            at = folder.parent;
        }
        parts.reverse();
        let mut owner = self.owner.clone();
        // Purview puts each mailbox into a folder of its own: `x@y (Primary)`.
        if let Some(first) = parts.first() {
            let named = single_address(first);
            if !named.is_empty() {
                owner = named;
                parts.remove(0);
            }
        }
        if parts.first().is_some_and(|it| it.eq_ignore_ascii_case(ABOVE)) {
            parts.remove(0);
        }
        (parts.join("/"), owner)
    }
}

/// The address in a text that holds exactly one.
fn single_address(text: &str) -> String {
    match <[String; 1]>::try_from(address::all_in(text)) {
        Ok([one]) => one,
        Err(_) => String::new(),
    }
}

/// A text property of the store itself or a folder. Those of the ANSI layout name no encoding.
pub(super) fn text(values: &Values, id: u16) -> String {
    match values.get(&id) {
        Some(Value::Text(it)) => it.clone(),
        Some(Value::Ansi(it)) => charset::text(it, None).0,
        _ => String::new(),
    }
}
