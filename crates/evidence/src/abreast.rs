//! A file read by several threads: one finds the rows, others take them apart, one puts them in
//! their order. What comes out does not depend on how many there are.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
};

use model::{Content, Position, Reading, Row};
use sha2::{Digest as _, Sha256};

use crate::{
    format::{Apart, RawRow, ReadOptions, RowReader, Shape},
    inspect::Inspection,
    read::{self, Counter, Glance},
    rows::csv::Cells,
    source::Source,
    walk::{self, Piece, Seen},
};

/// Rows taken apart, in order.
#[derive(Debug, Default)]
pub struct Batch {
    /// Records and rejects.
    pub rows: Vec<Row>,
    /// Rows that say what an earlier row of the file says.
    pub again: Vec<Again>,
}

/// A row that says what an earlier row of the same file says, in the same words.
#[derive(Clone, Debug)]
pub struct Again {
    /// Where it stands.
    pub position: Position,
    /// What both say.
    pub said: Arc<Said>,
}

/// The record that rows alike stand for, as far as it can be told without taking them apart again.
#[derive(Clone, Debug)]
pub struct Said {
    /// [`model::Record::key`].
    pub key: String,
    /// [`model::Record::body`].
    pub body: String,
    /// [`model::Record::losses`].
    pub losses: u32,
    glance: Glance,
    row: u64,
}

/// What is done with rows, on any thread.
pub type Work<'a, T> = &'a (dyn Fn(Batch) -> T + Sync);

/// What is done, in order, with what came of the rows, and with the numbers of those among their
/// records that say what an earlier row of the file says in the same words: of these only the key counts.
pub type Sink<'a, T> = &'a mut (dyn FnMut(T, Vec<u64>) + Send);

/// Bytes of rows, and rows, that are worked on together.
const BYTES: usize = 1 << 20;
const ROWS: usize = 4096;
/// Files up to this size are read by one thread: starting more would take longer.
const SMALL: u64 = 1 << 20;

/// Reads a file as [`crate::read`] does. `work` is done on several threads; `sink` is given what
/// came out, in order.
pub fn read_abreast<T: Send>(
    source: &Source,
    inspection: &Inspection,
    options: &ReadOptions,
    threads: usize,
    (work, sink): (Work<'_, T>, Sink<'_, T>),
) -> Reading {
    if inspection.bytes <= SMALL || inspection.format.is_none() {
        return alone(source, inspection, options, (work, sink));
    }
    let reader = read::opened(source, inspection, options);
    let apart = reader.apart().filter(|_| walk::splits(inspection.head.shape));
    match apart {
        Some(apart) => several(source, inspection, reader, &*apart, threads, (work, sink)),
        None => beside(source, inspection, options, threads, (work, sink)),
    }
}

/// Rows gathered until there are enough of them.
#[derive(Default)]
struct Gathered {
    batch: Batch,
    bytes: usize,
}

impl Gathered {
    fn push(&mut self, row: Row) -> Option<Batch> {
        self.bytes += usize::try_from(row.position.to - row.position.from).unwrap_or(BYTES);
        self.batch.rows.push(row);
        (self.bytes >= BYTES || self.batch.rows.len() >= ROWS).then(|| std::mem::take(self).batch)
    }
}

fn alone<T>(
    source: &Source,
    inspection: &Inspection,
    options: &ReadOptions,
    (work, sink): (Work<'_, T>, Sink<'_, T>),
) -> Reading {
    let mut gathered = Gathered::default();
    let reading = read::read(source, inspection, options, &mut |row| {
        if let Some(batch) = gathered.push(row) {
            sink(work(batch), Vec::new());
        }
    });
    sink(work(gathered.batch), Vec::new());
    reading
}

/// Rows that have to be read one after another: only the work on them is done elsewhere.
fn beside<T: Send>(
    source: &Source,
    inspection: &Inspection,
    options: &ReadOptions,
    threads: usize,
    (work, sink): (Work<'_, T>, Sink<'_, T>),
) -> Reading {
    in_order(threads, &|batch| work(batch), &mut |it| sink(it, Vec::new()), |send| {
        let mut gathered = Gathered::default();
        let reading = read::read(source, inspection, options, &mut |row| {
            if let Some(batch) = gathered.push(row) {
                send(batch);
            }
        });
        send(gathered.batch);
        reading
    })
}

/// A row after the threads, before its turn.
enum Done {
    Record(Glance),
    /// To be read in its turn.
    Open(Piece),
}

/// What is left to do with a batch in its turn.
struct Turn<T> {
    /// Number of its first row.
    first: u64,
    rows: Vec<(Done, Option<Cells>)>,
    worked: T,
}

fn several<T: Send>(
    source: &Source,
    inspection: &Inspection,
    mut reader: Box<dyn RowReader>,
    apart: &dyn Apart,
    threads: usize,
    (work, sink): (Work<'_, T>, Sink<'_, T>),
) -> Reading {
    let table = inspection.head.shape == Shape::Csv;
    let known = Known::default();
    let hand = Hand { apart, known: &known, delimiter: inspection.head.delimiter, table };
    let mut counter = Counter::new(read::begun(inspection));
    let outcome = {
        let (counter, reader) = (&mut counter, &mut reader);
        let mut turn = |it: Turn<T>| {
            let late = known.late(it.first..it.first + it.rows.len() as u64);
            sink(it.worked, late);
            let open = in_turn(&hand, &mut **reader, counter, it.first, it.rows);
            if !open.rows.is_empty() {
                sink(work(open), Vec::new());
            }
        };
        let taken = |(first, pieces): (u64, Vec<Piece>)| {
            let (rows, batch) = hand.take(first, pieces);
            Turn { first, rows, worked: work(batch) }
        };
        in_order(threads, &taken, &mut turn, |send| {
            let (mut first, mut pieces, mut bytes) = (1, Vec::new(), 0);
            let outcome = walk::split(source, inspection, &mut |piece| {
                bytes += piece.text.len();
                pieces.push(piece);
                if bytes >= BYTES || pieces.len() >= ROWS {
                    let next = first + pieces.len() as u64;
                    send((first, std::mem::take(&mut pieces)));
                    (first, bytes) = (next, 0);
                }
                true
            });
            send((first, pieces));
            outcome
        })
    };
    let (reading, last) = read::ended(source, inspection, counter, outcome, &mut *reader);
    if let Some(row) = last {
        sink(work(Batch { rows: vec![row], again: Vec::new() }), Vec::new());
    }
    reading
}

/// What a thread needs to take rows apart.
struct Hand<'a> {
    apart: &'a dyn Apart,
    known: &'a Known,
    delimiter: u8,
    table: bool,
}

impl Hand<'_> {
    fn take(&self, first: u64, pieces: Vec<Piece>) -> (Vec<(Done, Option<Cells>)>, Batch) {
        let mut batch = Batch::default();
        let mut rows = Vec::with_capacity(pieces.len());
        for (row, piece) in (first..).zip(pieces) {
            let cells = self.table.then(|| {
                let mut cells = Cells::default();
                cells.split(&piece.text, self.delimiter);
                cells
            });
            let glance = match piece.flaw.is_none() && piece.value.is_none() {
                true => self.glance(row, &piece, cells.as_ref(), &mut batch),
                false => None,
            };
            rows.push((glance.map_or(Done::Open(piece), Done::Record), cells));
        }
        (rows, batch)
    }

    /// Reads a row apart from the others, or finds that it was said before.
    fn glance(
        &self,
        row: u64,
        piece: &Piece,
        cells: Option<&Cells>,
        batch: &mut Batch,
    ) -> Option<Glance> {
        let mut list = Vec::new();
        let raw = match cells {
            Some(cells) => {
                cells.list(&mut list);
                RawRow::Cells(&list)
            }
            None => RawRow::Text(std::str::from_utf8(&piece.text).ok()?),
        };
        let position = Position { row, from: piece.from, to: piece.to };
        let hash = self.apart.essence(raw).map(hash);
        if let Some(said) = hash.as_ref().and_then(|it| self.known.find(it, row)) {
            let glance = said.glance;
            batch.again.push(Again { position, said });
            return Some(glance);
        }
        let record = self.apart.record(raw)?;
        let glance = Glance::of(&record);
        if let Some(hash) = hash {
            let (key, body, losses) = (record.key.clone(), record.body.clone(), record.losses);
            let said = Said { key, body, losses, glance, row };
            // Another thread may have come to an earlier row that says the same meanwhile.
            if let Some(said) = self.known.keep(hash, said) {
                batch.again.push(Again { position, said });
                return Some(glance);
            }
        }
        batch.rows.push(Row { position, content: Content::Record(record) });
        Some(glance)
    }
}

/// Does in their turn what has to be done so: counts, looks at numbers, reads what could not be
/// read apart.
fn in_turn(
    hand: &Hand<'_>,
    reader: &mut dyn RowReader,
    counter: &mut Counter,
    first: u64,
    rows: Vec<(Done, Option<Cells>)>,
) -> Batch {
    let mut batch = Batch::default();
    for (row, (done, cells)) in (first..).zip(rows) {
        let mut list = Vec::new();
        if let Some(cells) = &cells {
            cells.list(&mut list);
        }
        match done {
            Done::Record(glance) => {
                reader.note(if hand.table { RawRow::Cells(&list) } else { RawRow::Text("") });
                counter.glance(glance);
            }
            Done::Open(piece) => {
                let Piece { from, to, text, mut flaw, value } = piece;
                let parsed = match (hand.table || flaw.is_some(), value) {
                    (true, _) => Ok(serde_json::Value::Null),
                    (false, Some(value)) => Ok(value),
                    (false, None) => crate::rows::json::parsed(&text),
                };
                let value = parsed.unwrap_or_else(|reason| {
                    flaw = Some(reason);
                    serde_json::Value::Null
                });
                let raw = if hand.table { RawRow::Cells(&list) } else { RawRow::Json(&value) };
                let seen = Seen { from, to, text: &text, row: raw, flaw, first: false };
                let Some(content) = read::content(reader, &seen) else { continue };
                counter.count(&content);
                batch.rows.push(Row { position: seen.position(row), content });
            }
        }
    }
    batch
}

/// First half of SHA-256: what stands in evidence cannot make two rows look alike.
type Hash = [u8; 16];

fn hash(essence: [&str; 3]) -> Hash {
    let mut hash = Sha256::new();
    for part in essence {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    let mut out = [0; 16];
    out.copy_from_slice(&hash.finalize()[..16]);
    out
}

/// Rows remembered, so that one that comes again is known; of two halves the older is forgotten.
const REMEMBERED: usize = 1 << 16;

/// What was said lately. It is only asked for and never gone through, so its order tells nobody
/// anything.
#[derive(Default)]
struct Known {
    said: Mutex<[HashMap<Hash, Arc<Said>>; 2]>,
    /// Rows that were taken apart before an earlier one that says the same.
    late: Mutex<BTreeSet<u64>>,
}

impl Known {
    /// An earlier row that says the same; which of several does not matter.
    fn find(&self, hash: &Hash, row: u64) -> Option<Arc<Said>> {
        let known = held(&self.said);
        known.iter().find_map(|it| it.get(hash)).filter(|it| it.row < row).cloned()
    }

    /// Remembers what a row says; gives an earlier row that says the same, if there is one now.
    fn keep(&self, hash: Hash, said: Said) -> Option<Arc<Said>> {
        let mut known = held(&self.said);
        let [new, old] = &mut *known;
        if new.len() >= REMEMBERED {
            *old = std::mem::take(new);
        }
        let other = new.get(&hash).or_else(|| old.get(&hash));
        if let Some(earlier) = other.filter(|it| it.row < said.row) {
            return Some(earlier.clone());
        }
        if let Some(later) = other {
            held(&self.late).insert(later.row);
        }
        new.insert(hash, Arc::new(said));
        None
    }

    /// Takes the late ones of these rows; in their turn, for all earlier rows are known by then.
    fn late(&self, rows: std::ops::Range<u64>) -> Vec<u64> {
        let mut late = held(&self.late);
        let found: Vec<u64> = late.range(rows).copied().collect();
        late.retain(|it| !found.contains(it));
        found
    }
}

/// What a thread that panicked left is whole: nothing is changed in more than one step.
fn held<T>(it: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    it.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Hands pieces of work out to threads, and what they made of it to `sink` in the order in which it
/// was handed out. Only so many pieces are under way that memory stays bounded.
fn in_order<A: Send, B: Send, R>(
    threads: usize,
    work: &(dyn Fn(A) -> B + Sync),
    sink: &mut (dyn FnMut(B) + Send),
    feed: impl FnOnce(&mut dyn FnMut(A)) -> R,
) -> R {
    let threads = threads.max(1);
    let under_way = 2 * threads + 2;
    let (to_work, from_feed) = sync_channel::<(u64, A)>(under_way);
    let (to_sink, from_work) = sync_channel::<(u64, B)>(under_way);
    let (allow, allowed) = sync_channel::<()>(under_way);
    for _ in 0..under_way {
        // There is room for each.
        let _ = allow.send(());
    }
    let from_feed = Mutex::new(from_feed);
    thread::scope(|scope| {
        for _ in 0..threads {
            let (from_feed, to_sink) = (&from_feed, to_sink.clone());
            scope.spawn(move || worker(from_feed, &to_sink, work));
        }
        drop(to_sink);
        scope.spawn(move || ordered(&from_work, &allow, sink));
        let mut number = 0;
        let result = feed(&mut |it| {
            // An end of the other side is a panic there, and the scope hands it on.
            if allowed.recv().is_ok() && to_work.send((number, it)).is_ok() {
                number += 1;
            }
        });
        drop(to_work);
        result
    })
}

fn worker<A, B>(
    from_feed: &Mutex<Receiver<(u64, A)>>,
    to_sink: &SyncSender<(u64, B)>,
    work: &(dyn Fn(A) -> B + Sync),
) {
    loop {
        let next = from_feed.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((number, it)) = next else { return };
        if to_sink.send((number, work(it))).is_err() {
            return;
        }
    }
}

fn ordered<B>(from_work: &Receiver<(u64, B)>, allow: &SyncSender<()>, sink: &mut dyn FnMut(B)) {
    let (mut waiting, mut next) = (BTreeMap::new(), 0);
    for (number, it) in from_work {
        waiting.insert(number, it);
        while let Some(it) = waiting.remove(&next) {
            sink(it);
            next += 1;
            let _ = allow.send(());
        }
    }
}
