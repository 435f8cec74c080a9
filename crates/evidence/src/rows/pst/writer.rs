//! Writes small mailbox files for tests: of both layouts, sound in all that a reader looks at.

#![allow(clippy::unwrap_used, reason = "it writes files for tests")]

use std::collections::BTreeMap;

/// A property's value.
#[derive(Clone, Debug)]
pub(crate) enum Put {
    Number(i32),
    Flag(bool),
    Time(i64),
    Text(String),
    Ansi(Vec<u8>),
    Bytes(Vec<u8>),
    List(Vec<Vec<u8>>),
    Object(u32),
}

pub(crate) type Puts = Vec<(u16, Put)>;

/// An item to write.
#[derive(Clone, Debug, Default)]
pub(crate) struct Item {
    pub(crate) folder: u32,
    pub(crate) associated: bool,
    pub(crate) own: Puts,
    pub(crate) recipients: Vec<Puts>,
    pub(crate) attachments: Vec<Puts>,
}

/// A mailbox file to write.
#[derive(Clone, Debug, Default)]
pub(crate) struct Book {
    pub(crate) ansi: bool,
    /// `SO` instead of `SM`.
    pub(crate) offline: bool,
    pub(crate) store: Puts,
    /// Number of the node, of the one above, name.
    pub(crate) folders: Vec<(u32, u32, String)>,
    /// Named properties: set, number in it; they are numbered from 0x8000 on.
    pub(crate) names: Vec<([u8; 16], u32)>,
    pub(crate) items: Vec<Item>,
}

/// What is attached to a node: its number, its data, what is below it.
struct Sub {
    id: u32,
    data: u64,
    below: u64,
}

/// A part of the file that a checksum is over: from, to, where the checksum stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seal(pub(crate) usize, pub(crate) usize, pub(crate) usize);

/// Makes the checksums right again after a change.
pub(crate) fn reseal(bytes: &mut [u8], seals: &[Seal]) {
    for Seal(from, to, at) in seals {
        let crc = crc(&bytes[*from..*to]).to_le_bytes();
        bytes[*at..*at + 4].copy_from_slice(&crc);
    }
}

struct Writer {
    ansi: bool,
    out: Vec<u8>,
    seals: Vec<Seal>,
    /// Blocks by id: place, size.
    blocks: BTreeMap<u64, (u64, u16)>,
    /// Nodes by number: data, what is below, parent.
    nodes: BTreeMap<u32, (u64, u64, u32)>,
    next: u64,
    pages: u64,
}

const LTP: u32 = 0x1f;
/// Largest value kept in a heap, and largest block of data.
const HEAP: usize = 2000;
const BLOCK: usize = 8000;

impl Book {
    /// The file.
    #[cfg(test)]
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.sealed().0
    }

    /// The file, and what its checksums are over.
    pub(crate) fn sealed(&self) -> (Vec<u8>, Vec<Seal>) {
        let mut it = Writer {
            ansi: self.ansi,
            out: vec![0; 0x4800],
            seals: Vec::new(),
            blocks: BTreeMap::new(),
            nodes: BTreeMap::new(),
            next: 4,
            pages: 4,
        };
        it.node(0x21, 0, &self.store, Vec::new());
        it.node(0x61, 0, &self.name_map(), Vec::new());
        it.node(0x122, 0x122, &vec![(0x3001, Put::Text(String::new()))], Vec::new());
        for (id, parent, name) in &self.folders {
            let name = if self.ansi {
                Put::Ansi(encoding_rs::SHIFT_JIS.encode(name).0.into_owned())
            } else {
                Put::Text(name.clone())
            };
            let puts = vec![
                (0x3001, name),
                (0x3602, Put::Number(1)),
                (0x3603, Put::Number(0)),
                (0x360a, Put::Flag(true)),
            ];
            it.node(*id, *parent, &puts, Vec::new());
        }
        for (n, item) in (0x1_0001_u32..).zip(&self.items) {
            it.item(n << 5 | if item.associated { 8 } else { 4 }, item);
        }
        it.finish(self.offline)
    }

    fn name_map(&self) -> Puts {
        let mut sets: Vec<[u8; 16]> = self.names.iter().map(|it| it.0).collect();
        sets.dedup();
        let mut entries = Vec::new();
        for (n, (set, number)) in (0_u16..).zip(&self.names) {
            let at = u16::try_from(sets.iter().position(|it| it == set).unwrap()).unwrap();
            entries.extend(number.to_le_bytes());
            entries.extend(((at + 3) << 1).to_le_bytes());
            entries.extend(n.to_le_bytes());
        }
        vec![
            (0x0001, Put::Number(251)),
            (0x0002, Put::Bytes(sets.concat())),
            (0x0003, Put::Bytes(entries)),
            (0x0004, Put::Bytes(Vec::new())),
        ]
    }
}

impl Writer {
    fn long(&self, value: u64) -> Vec<u8> {
        match self.ansi {
            true => u32::try_from(value).unwrap().to_le_bytes().to_vec(),
            false => value.to_le_bytes().to_vec(),
        }
    }

    fn item(&mut self, id: u32, item: &Item) {
        let mut below = Vec::new();
        if !item.recipients.is_empty() {
            let rows: Vec<(u32, &Puts)> = (1..).zip(&item.recipients).collect();
            below.push(self.table(0x692, &rows));
        }
        let nodes: Vec<u32> =
            (0..).map(|n| (0x401 + n) << 5 | 5).take(item.attachments.len()).collect();
        if !nodes.is_empty() {
            let mut rows: Vec<Puts> = Vec::new();
            for puts in &item.attachments {
                rows.push(puts.iter().filter(|it| it.0 != 0x3701).cloned().collect());
            }
            let rows: Vec<(u32, &Puts)> = nodes.iter().copied().zip(&rows).collect();
            below.push(self.table(0x671, &rows));
            for (id, puts) in nodes.iter().zip(&item.attachments) {
                let (data, subs) = self.properties(puts);
                let sub = self.subs(subs);
                below.push(Sub { id: *id, data, below: sub });
            }
        }
        self.node(id, item.folder, &item.own, below);
    }

    fn node(&mut self, id: u32, parent: u32, puts: &Puts, mut below: Vec<Sub>) {
        let (data, subs) = self.properties(puts);
        below.extend(subs);
        let below = self.subs(below);
        self.nodes.insert(id, (data, below, parent));
    }

    fn subs(&mut self, mut subs: Vec<Sub>) -> u64 {
        if subs.is_empty() {
            return 0;
        }
        subs.sort_by_key(|it| it.id);
        let mut data = vec![2, 0];
        data.extend(u16::try_from(subs.len()).unwrap().to_le_bytes());
        if !self.ansi {
            data.extend([0; 4]);
        }
        for it in subs {
            data.extend(self.long(it.id.into()));
            data.extend(self.long(it.data));
            data.extend(self.long(it.below));
        }
        self.block(&data, true)
    }

    /// A value of any size: one block, or a tree of them.
    fn data(&mut self, value: &[u8]) -> u64 {
        if value.len() <= BLOCK {
            return self.block(value, false);
        }
        let parts: Vec<u64> = value.chunks(BLOCK).map(|it| self.block(it, false)).collect();
        let mut tree = vec![1, 1];
        tree.extend(u16::try_from(parts.len()).unwrap().to_le_bytes());
        tree.extend(u32::try_from(value.len()).unwrap().to_le_bytes());
        for part in parts {
            tree.extend(self.long(part));
        }
        self.block(&tree, true)
    }

    fn block(&mut self, data: &[u8], internal: bool) -> u64 {
        let id = self.next | if internal { 2 } else { 0 };
        self.next += 4;
        let place = self.out.len() as u64;
        let size = u16::try_from(data.len()).unwrap();
        self.out.extend(data);
        let trailer = if self.ansi { 12 } else { 16 };
        let full = (data.len() + trailer).div_ceil(64) * 64;
        self.out.resize(self.out.len() + full - trailer - data.len(), 0);
        self.out.extend(size.to_le_bytes());
        self.out.extend(signature(place, id).to_le_bytes());
        let (crc, id_bytes) = (crc(data).to_le_bytes(), self.long(id));
        let order: [&[u8]; 2] = if self.ansi { [&id_bytes, &crc] } else { [&crc, &id_bytes] };
        let from = usize::try_from(place).unwrap();
        self.seals.push(Seal(
            from,
            from + data.len(),
            self.out.len() + if self.ansi { 4 } else { 0 },
        ));
        self.out.extend(order.concat());
        self.blocks.insert(id, (place, size));
        id
    }

    /// A property context, and the values that stand beside its heap.
    fn properties(&mut self, puts: &Puts) -> (u64, Vec<Sub>) {
        let (mut heap, mut subs) = (Heap::default(), Vec::new());
        let mut puts = puts.clone();
        puts.sort_by_key(|it| it.0);
        let mut records = Vec::new();
        for (id, put) in &puts {
            let value = self.value(put, &mut heap, &mut subs);
            records.extend(id.to_le_bytes());
            records.extend(put.kind().to_le_bytes());
            records.extend(value.to_le_bytes());
        }
        let leaf = heap.add(&records);
        let mut head = vec![0xb5, 2, 6, 0];
        head.extend(leaf.to_le_bytes());
        let root = heap.add(&head);
        (self.block(&heap.bytes(0xbc, root), false), subs)
    }

    fn value(&mut self, put: &Put, heap: &mut Heap, subs: &mut Vec<Sub>) -> u32 {
        let bytes = match put.bytes() {
            Ok(small) => return small,
            Err(bytes) => bytes,
        };
        if bytes.len() <= HEAP {
            return heap.add(&bytes);
        }
        let id = (0x800 + u32::try_from(subs.len()).unwrap()) << 5 | LTP;
        let data = self.data(&bytes);
        subs.push(Sub { id, data, below: 0 });
        id
    }

    fn table(&mut self, id: u32, rows: &[(u32, &Puts)]) -> Sub {
        let (mut heap, mut subs) = (Heap::default(), Vec::new());
        let mut columns: BTreeMap<u16, u16> = BTreeMap::from([(0x67f2, 3), (0x67f3, 3)]);
        for (_, puts) in rows {
            columns.extend(puts.iter().map(|(id, put)| (*id, put.kind())));
        }
        // The row's number and version go first.
        let others = columns.keys().copied().filter(|it| !matches!(it, 0x67f2 | 0x67f3));
        let places: BTreeMap<u16, u8> =
            [0x67f2, 0x67f3].into_iter().chain(others).zip(0_u8..).collect();
        let mut matrix = Vec::new();
        let mut index = Vec::new();
        for (n, (row, puts)) in rows.iter().enumerate() {
            let mut cells = vec![[0_u8; 4]; columns.len()];
            let mut there = vec![0_u8; columns.len().div_ceil(8)];
            let mut put = |place: u8, value: u32| {
                cells[usize::from(place)] = value.to_le_bytes();
                there[usize::from(place) / 8] |= 0x80 >> (place % 8);
            };
            put(0, *row);
            put(1, 1);
            for (id, value) in puts.iter() {
                put(places[id], self.value(value, &mut heap, &mut subs));
            }
            matrix.extend(cells.concat());
            matrix.extend(there);
            index.extend(row.to_le_bytes());
            let n = u32::try_from(n).unwrap().to_le_bytes();
            index.extend(if self.ansi { &n[..2] } else { &n[..] });
        }
        let rows_at = heap.add(&matrix);
        let leaf = heap.add(&index);
        let mut head = vec![0xb5, 4, if self.ansi { 2 } else { 4 }, 0];
        head.extend(leaf.to_le_bytes());
        let index_at = heap.add(&head);
        let end = u16::try_from(columns.len() * 4).unwrap();
        let mut info = vec![0x7c, u8::try_from(columns.len()).unwrap()];
        for end in [end, end, end, end + u16::try_from(columns.len().div_ceil(8)).unwrap()] {
            info.extend(end.to_le_bytes());
        }
        info.extend(index_at.to_le_bytes());
        info.extend(rows_at.to_le_bytes());
        info.extend([0; 4]);
        for (id, kind) in &columns {
            info.extend(kind.to_le_bytes());
            info.extend(id.to_le_bytes());
            info.extend((u16::from(places[id]) * 4).to_le_bytes());
            info.extend([4, places[id]]);
        }
        let root = heap.add(&info);
        let data = self.block(&heap.bytes(0x7c, root), false);
        let below = self.subs(subs);
        Sub { id, data, below }
    }

    /// A tree of pages over records with their keys; returns id and place of its root.
    fn tree(&mut self, kind: u8, records: Vec<(u64, Vec<u8>)>) -> (u64, u64) {
        let (mut level, mut now) = (0_u8, records);
        loop {
            let size = now[0].1.len();
            let most = (if self.ansi { 496 } else { 488 }) / size;
            let mut above = Vec::new();
            for part in now.chunks(most) {
                let mut page: Vec<u8> = part.iter().flat_map(|it| it.1.clone()).collect();
                page.resize(if self.ansi { 496 } else { 488 }, 0);
                page.extend([part.len(), most, size].map(|it| u8::try_from(it).unwrap()));
                page.push(level);
                if !self.ansi {
                    page.extend([0; 4]);
                }
                let (id, place) = (self.pages, self.out.len() as u64);
                self.pages += 4;
                let crc = crc(&page).to_le_bytes();
                let (from, to) = (self.out.len(), self.out.len() + page.len());
                self.seals.push(Seal(from, to, to + if self.ansi { 8 } else { 4 }));
                self.out.extend(page);
                self.out.extend([kind, kind]);
                self.out.extend(signature(place, id).to_le_bytes());
                let id_bytes = self.long(id);
                let order: [&[u8]; 2] =
                    if self.ansi { [&id_bytes, &crc] } else { [&crc, &id_bytes] };
                self.out.extend(order.concat());
                let entry = [self.long(part[0].0), self.long(id), self.long(place)].concat();
                above.push((part[0].0, entry, (id, place)));
            }
            if let [one] = &above[..] {
                return one.2;
            }
            now = above.into_iter().map(|it| (it.0, it.1)).collect();
            level += 1;
        }
    }

    fn finish(mut self, offline: bool) -> (Vec<u8>, Vec<Seal>) {
        let end = self.out.len().div_ceil(512) * 512;
        self.out.resize(end, 0);
        let mut records = Vec::new();
        for (id, (data, below, parent)) in self.nodes.clone() {
            let mut it = [self.long(id.into()), self.long(data), self.long(below)].concat();
            it.extend(parent.to_le_bytes());
            it.extend(if self.ansi { &[][..] } else { &[0; 4] });
            records.push((u64::from(id), it));
        }
        let nodes = self.tree(0x81, records);
        let mut records = Vec::new();
        for (id, (place, size)) in self.blocks.clone() {
            let mut it = [self.long(id), self.long(place)].concat();
            it.extend(size.to_le_bytes());
            it.extend(2_u16.to_le_bytes());
            it.extend(if self.ansi { &[][..] } else { &[0; 4] });
            records.push((id, it));
        }
        let blocks = self.tree(0x80, records);
        self.header(offline, nodes, blocks);
        self.seals.push(Seal(8, 8 + 471, 4));
        if !self.ansi {
            self.seals.push(Seal(8, 8 + 516, 524));
        }
        reseal(&mut self.out, &self.seals);
        (self.out, self.seals)
    }

    fn header(&mut self, offline: bool, nodes: (u64, u64), blocks: (u64, u64)) {
        let mut head = vec![0_u8; if self.ansi { 512 } else { 564 }];
        let mut put = |at: usize, bytes: &[u8]| head[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, b"!BDN");
        put(8, if offline { b"SO" } else { b"SM" });
        put(10, &[if self.ansi { 15 } else { 23 }, 0, 19, 0, 1, 1]);
        let size = self.out.len() as u64;
        let roots = [nodes.0, nodes.1, blocks.0, blocks.1].map(|it| self.long(it)).concat();
        if self.ansi {
            put(24, &self.long(self.next));
            put(28, &self.long(self.pages));
            put(168, &self.long(size));
            put(172, &self.long(0x4400));
            put(184, &roots);
            put(200, &[2]);
            put(460, &[0x80]);
        } else {
            put(32, &self.long(self.pages));
            put(184, &self.long(size));
            put(192, &self.long(0x4400));
            put(216, &roots);
            put(248, &[2]);
            put(512, &[0x80]);
            put(516, &self.long(self.next));
        }
        self.out[..head.len()].copy_from_slice(&head);
    }
}

impl Put {
    fn kind(&self) -> u16 {
        match self {
            Put::Number(_) => 0x0003,
            Put::Flag(_) => 0x000b,
            Put::Time(_) => 0x0040,
            Put::Text(_) => 0x001f,
            Put::Ansi(_) => 0x001e,
            Put::Bytes(_) => 0x0102,
            Put::List(_) => 0x1102,
            Put::Object(_) => 0x000d,
        }
    }

    /// What fits into the record itself, or the bytes that stand in a heap.
    fn bytes(&self) -> Result<u32, Vec<u8>> {
        Err(match self {
            Put::Number(it) => return Ok(it.cast_unsigned()),
            Put::Flag(it) => return Ok(u32::from(*it)),
            Put::Time(it) => it.to_le_bytes().to_vec(),
            Put::Text(it) => it.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Put::Ansi(it) | Put::Bytes(it) => it.clone(),
            Put::Object(node) => [node.to_le_bytes(), [0; 4]].concat(),
            Put::List(list) => {
                let mut at = u32::try_from(4 + 4 * list.len()).unwrap();
                let mut out = u32::try_from(list.len()).unwrap().to_le_bytes().to_vec();
                for it in list {
                    out.extend(at.to_le_bytes());
                    at += u32::try_from(it.len()).unwrap();
                }
                out.extend(list.concat());
                out
            }
        })
    }
}

#[derive(Default)]
struct Heap {
    values: Vec<Vec<u8>>,
}

impl Heap {
    fn add(&mut self, value: &[u8]) -> u32 {
        if value.is_empty() {
            return 0;
        }
        self.values.push(value.to_vec());
        u32::try_from(self.values.len()).unwrap() << 5
    }

    fn bytes(&self, kind: u8, root: u32) -> Vec<u8> {
        let mut out = vec![0, 0, 0xec, kind];
        out.extend(root.to_le_bytes());
        out.extend([0; 4]);
        let mut places = Vec::new();
        for value in &self.values {
            places.push(out.len());
            out.extend(value);
        }
        places.push(out.len());
        if !out.len().is_multiple_of(2) {
            out.push(0);
        }
        let map = u16::try_from(out.len()).unwrap();
        out.extend(u16::try_from(self.values.len()).unwrap().to_le_bytes());
        out.extend([0; 2]);
        for place in places {
            out.extend(u16::try_from(place).unwrap().to_le_bytes());
        }
        out[..2].copy_from_slice(&map.to_le_bytes());
        assert!(out.len() <= 8176, "too much for one block");
        out
    }
}

/// MS-PST 5.5.
fn signature(place: u64, id: u64) -> u16 {
    let it = u32::try_from((place ^ id) & 0xffff_ffff).unwrap();
    u16::try_from((it >> 16) ^ (it & 0xffff)).unwrap()
}

/// MS-PST 5.3.
pub(crate) fn crc(bytes: &[u8]) -> u32 {
    let mut crc = 0_u32;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 };
        }
    }
    crc
}
