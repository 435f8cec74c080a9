//! The two layouts of a PST, read in one way: the ANSI one of Outlook 97 to 2002 (32-bit ids) and
//! the Unicode one since (64-bit ids).

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    io,
    rc::Rc,
};

use outlook_pst::{
    AnsiPstFile, PstFile, PstReader, UnicodePstFile,
    ltp::{
        heap::{AnsiHeapNode, HeapNode, UnicodeHeapNode},
        prop_context::{
            AnsiPropertyContext, BinaryValue, PropertyContext, PropertyValue,
            UnicodePropertyContext,
        },
        table_context::{AnsiTableContext, TableContext, UnicodeTableContext},
        tree::{AnsiHeapTree, UnicodeHeapTree},
    },
    messaging::store::{AnsiStore, UnicodeStore},
    ndb::{
        block::{AnsiSubNodeTree, UnicodeSubNodeTree},
        block_id::BlockId,
        block_ref::BlockRef,
        byte_index::ByteIndex,
        header::Header,
        node_id::NodeIdType,
        page::{
            AnsiBlockBTree, AnsiNodeBTree, AnsiNodeBTreeEntry, BTreePage, BTreePageEntry,
            NodeBTreeEntry, RootBTreePage, UnicodeBlockBTree, UnicodeNodeBTree,
            UnicodeNodeBTreeEntry,
        },
        root::Root,
    },
};

use crate::rows::property::{Value, Values};

/// A node: where its properties lie, and where what belongs to it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Node {
    Unicode(UnicodeNodeBTreeEntry),
    Ansi(AnsiNodeBTreeEntry),
}

impl Node {
    /// Its number: type in the low five bits.
    pub(super) fn id(&self) -> u32 {
        match self {
            Node::Unicode(it) => it.node().into(),
            Node::Ansi(it) => it.node().into(),
        }
    }

    /// Number of the folder it stands in; 0 if none.
    pub(super) fn parent(&self) -> u32 {
        match self {
            Node::Unicode(it) => it.parent().map_or(0, u32::from),
            Node::Ansi(it) => it.parent().map_or(0, u32::from),
        }
    }
}

/// Properties by their number, as they stand there; those that could not be read are counted.
#[derive(Debug, Default)]
pub(super) struct Bag {
    pub(super) values: Values,
    pub(super) lost: u32,
}

impl Bag {
    fn add(&mut self, id: u16, value: PropertyValue) {
        if let Some(value) = plain(value) {
            self.values.insert(id, value);
        }
    }
}

/// A value of those kinds that something is made of.
fn plain(value: PropertyValue) -> Option<Value> {
    Some(match value {
        PropertyValue::Integer16(it) => Value::Number(it.into()),
        PropertyValue::Integer32(it) | PropertyValue::ErrorCode(it) => Value::Number(it.into()),
        PropertyValue::Integer64(it) => Value::Number(it),
        PropertyValue::Boolean(it) => Value::Number(it.into()),
        PropertyValue::Time(it) => Value::Time(it),
        PropertyValue::String8(it) => Value::Ansi(it.buffer().to_vec()),
        PropertyValue::Unicode(it) => Value::Text(String::from_utf16_lossy(it.buffer())),
        PropertyValue::Binary(it) => Value::Bytes(it.into_buffer()),
        PropertyValue::MultipleBinary(list) => {
            Value::List(list.into_iter().map(BinaryValue::into_buffer).collect())
        }
        _ => return None,
    })
}

/// What is met on the walk over all nodes.
pub(super) enum Met {
    Node(Node),
    /// A page of the tree cannot be read: its nodes, and those below it, are missing.
    Damage {
        at: u64,
    },
}

/// An opened PST.
pub(super) trait Layout {
    /// Walks over all nodes in the order of their numbers. `false` ends the walk.
    fn nodes(&self, visit: &mut dyn FnMut(Met) -> bool) -> io::Result<()>;

    /// Reads those properties of a node that are wanted.
    fn properties(&self, node: Node, wanted: &dyn Fn(u16) -> bool) -> io::Result<Bag>;

    /// Lists what belongs to a node.
    fn below(&self, node: Node) -> io::Result<Vec<Node>>;

    /// Reads a table, a row's values by their number.
    fn table(&self, node: Node) -> io::Result<Vec<Bag>>;

    /// Makes the reader usable again after a fault while it was held.
    fn recover(&self);
}

/// Opens a PST of either layout.
pub(super) fn open(reader: Box<dyn PstReader>, ansi: bool) -> io::Result<Box<dyn Layout>> {
    Ok(if ansi { Box::new(Ansi::open(reader)?) } else { Box::new(Unicode::open(reader)?) })
}

/// Nodes of that type.
pub(super) fn is(node: u32, kind: NodeIdType) -> bool {
    node & 0x1f == u32::from(kind as u8)
}

fn poisoned() -> io::Error {
    io::Error::other("the reader failed before")
}

fn rows(table: &dyn TableContext) -> Vec<Bag> {
    let context = table.context();
    let one = |row: &outlook_pst::ltp::table_context::TableRowData| {
        let mut bag = Bag::default();
        let Ok(cells) = row.columns(context) else {
            bag.lost += 1;
            return bag;
        };
        for (column, cell) in context.columns().iter().zip(cells) {
            let Some(cell) = cell else { continue };
            match table.read_column(&cell, column.prop_type()) {
                Ok(value) => bag.add(column.prop_id(), value),
                Err(_) => bag.lost += 1,
            }
        }
        bag
    };
    table.rows_matrix().map(one).collect()
}

macro_rules! layout {
    ($name:ident, $file:ty, $store:ty, $nodes:ty, $blocks:ty, $entry:ident, $heap:ident, $tree:ident,
     $context:ident, $table:ident, $sub:ident) => {
        struct $name {
            pst: Rc<$file>,
            store: Rc<$store>,
            blocks: $blocks,
            /// Pages of the block tree read so far.
            pages: RefCell<BTreeMap<<$file as PstFile>::PageId, $blocks>>,
        }

        impl $name {
            fn open(reader: Box<dyn PstReader>) -> io::Result<Self> {
                let pst = Rc::new(<$file>::read_from(reader)?);
                let store = <$store>::bare(Rc::clone(&pst))?;
                let root = *pst.header().root().block_btree();
                let blocks = {
                    let mut file = pst.reader().lock().map_err(|_| poisoned())?;
                    <$blocks>::read(&mut *file, root)?
                };
                Ok($name { pst, store, blocks, pages: RefCell::default() })
            }

            fn branch(
                &self,
                page: &$nodes,
                seen: &mut BTreeSet<u64>,
                visit: &mut dyn FnMut(Met) -> bool,
            ) -> bool {
                let page = match page {
                    RootBTreePage::Leaf(page) => {
                        return page.entries().iter().all(|it| visit(Met::Node(Node::$name(*it))));
                    }
                    RootBTreePage::Intermediate(page, ..) => page,
                };
                for entry in page.entries() {
                    let at = u64::from(entry.block().index().index());
                    // Each page has one place in the tree, and stands below one of a higher level.
                    let below = seen.insert(at).then(|| self.page(entry.block())).flatten();
                    let below = below.filter(|it| match it {
                        RootBTreePage::Leaf(_) => true,
                        RootBTreePage::Intermediate(it, ..) => it.level() < page.level(),
                    });
                    let go_on = match below {
                        Some(below) => self.branch(&below, seen, visit),
                        None => visit(Met::Damage { at }),
                    };
                    if !go_on {
                        return false;
                    }
                }
                true
            }

            fn page(&self, at: <$file as PstFile>::PageRef) -> Option<$nodes> {
                let mut file = self.pst.reader().lock().ok()?;
                <$nodes>::read(&mut *file, at).ok()
            }
        }

        impl Layout for $name {
            fn nodes(&self, visit: &mut dyn FnMut(Met) -> bool) -> io::Result<()> {
                let root = *self.pst.header().root().node_btree();
                let page = {
                    let mut file = self.pst.reader().lock().map_err(|_| poisoned())?;
                    <$nodes>::read(&mut *file, root)?
                };
                let mut seen = BTreeSet::from([u64::from(root.index().index())]);
                self.branch(&page, &mut seen, visit);
                Ok(())
            }

            fn properties(&self, node: Node, wanted: &dyn Fn(u16) -> bool) -> io::Result<Bag> {
                let Node::$name(node) = node else { return Err(poisoned()) };
                let encoding = self.pst.header().crypt_method();
                let mut file = self.pst.reader().lock().map_err(|_| poisoned())?;
                let mut pages = self.pages.borrow_mut();
                let key = node.data().search_key();
                let heap = $heap::read(&mut *file, &self.blocks, &mut pages, encoding, key)?;
                let root = heap.header()?.user_root();
                let context = $context::new(node, $tree::new(heap, root));
                let mut bag = Bag::default();
                for (id, record) in context.properties()? {
                    if !wanted(id) {
                        continue;
                    }
                    let value = context.read_property(
                        &mut *file,
                        encoding,
                        &self.blocks,
                        &mut pages,
                        record,
                    );
                    match value {
                        Ok(value) => bag.add(id, value),
                        Err(_) => bag.lost += 1,
                    }
                }
                Ok(bag)
            }

            fn below(&self, node: Node) -> io::Result<Vec<Node>> {
                let Node::$name(node) = node else { return Err(poisoned()) };
                let Some(block) = node.sub_node() else { return Ok(Vec::new()) };
                let mut file = self.pst.reader().lock().map_err(|_| poisoned())?;
                let mut pages = self.pages.borrow_mut();
                let key = block.search_key();
                let block = self.blocks.find_entry(&mut *file, key, &mut pages)?;
                let tree = $sub::read(&mut *file, &block)?;
                let found = tree.entries(&mut *file, &self.blocks, &mut pages)?;
                let entry = |it: outlook_pst::ndb::block::LeafSubNodeTreeEntry<_>| {
                    Node::$name($entry::new(it.node(), it.block(), it.sub_node(), None))
                };
                Ok(found.map(entry).collect())
            }

            fn table(&self, node: Node) -> io::Result<Vec<Bag>> {
                let Node::$name(node) = node else { return Err(poisoned()) };
                let table = $table::read(Rc::clone(&self.store), node)?;
                Ok(rows(&*table))
            }

            fn recover(&self) {
                self.pst.reader().clear_poison();
            }
        }
    };
}

layout!(
    Unicode,
    UnicodePstFile,
    UnicodeStore,
    UnicodeNodeBTree,
    UnicodeBlockBTree,
    UnicodeNodeBTreeEntry,
    UnicodeHeapNode,
    UnicodeHeapTree,
    UnicodePropertyContext,
    UnicodeTableContext,
    UnicodeSubNodeTree
);
layout!(
    Ansi,
    AnsiPstFile,
    AnsiStore,
    AnsiNodeBTree,
    AnsiBlockBTree,
    AnsiNodeBTreeEntry,
    AnsiHeapNode,
    AnsiHeapTree,
    AnsiPropertyContext,
    AnsiTableContext,
    AnsiSubNodeTree
);
