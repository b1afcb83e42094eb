//! Marking: a bit an object in the mark table, a byte a line in the line table.
//!
//! An object is marked when it is found and waits on an explicit stack until it is scanned. Objects
//! with many fields are scanned in slices, so that the stack grows by a slice at a time, and several
//! workers can scan one object.
//!
//! Marking begins on one thread, which sets bits by plain stores. When that has scanned some
//! thousands of objects it shares the rest with helpers ([`crate::team`]). `Marker<SHARED>` is one
//! worker; while `SHARED`, bits are set by a read-modify-write, and who set a bit scans the object.
//! Line marks are bytes that are only ever set, so it does not matter who does it.

use crate::{
    Header, Heap, Value,
    grey::{Grey, SLICE, Scanner},
    layout::Layout,
    minor::payload,
    phases::{Done, Phases},
    pool::Pool,
    record::Phase,
    roots::RootVisitor,
    slot,
    team::{Job, Pace, cpu_time},
    value::TAG_PAIR,
    weak::settle::Tracer,
};
use parking_lot::Mutex;
use std::{
    mem,
    sync::Arc,
    time::{Duration, Instant},
};

/// So many objects are scanned before helpers are woken: some 200 microseconds of work, a few times
/// what waking takes.
const SCANNED_ALONE: usize = 32 * 1024;
/// ... and so many when they were woken before, for other roots.
const SCANNED_AGAIN: usize = 4 * 1024;

/// What workers did.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Marked {
    pub(crate) objects: usize,
    /// Lines of blocks that hold something. When several workers mark, a line may count twice.
    pub(crate) lines: usize,
    /// Helpers that took part, and their processor time.
    pub(crate) helpers: usize,
    pub(crate) helpers_cpu: Duration,
}

/// One worker of a marking.
pub(crate) struct Marker<'h, const SHARED: bool> {
    heap: &'h Heap,
    layout: Layout,
    grey: Grey,
    marked: Marked,
    /// Objects to be scanned before it looks whether to share.
    patience: usize,
    /// Since when it has worked alone, and how many objects were marked before.
    alone: (Instant, usize),
}

/// The scanning that a marking shares with helpers.
struct Sharing {
    heap: Arc<Heap>,
    pool: Pool<Grey>,
    results: Mutex<Vec<Marked>>,
}

impl Job for Sharing {
    fn greet(&self, worker: usize) {
        self.heap.note_worker(worker);
    }

    fn help(&self, worker: usize) {
        if self.pool.join() {
            let started = cpu_time();
            let mut phases = Phases::begin(&self.heap, worker);
            let mut marker = Marker::<true>::new(&self.heap);
            let stolen = marker.drain_pool(&self.pool);
            let objects = marker.marked.objects;
            phases.end(Phase::Mark, Done { objects, stolen, ..Done::default() });
            marker.marked.helpers_cpu = cpu_time().saturating_sub(started);
            self.results.lock().push(marker.marked);
        }
    }
}

impl<'h, const SHARED: bool> Marker<'h, SHARED> {
    pub(crate) fn new(heap: &'h Heap) -> Marker<'h, SHARED> {
        Marker {
            heap,
            layout: heap.layout,
            grey: Grey::default(),
            marked: Marked::default(),
            patience: SCANNED_ALONE,
            alone: (Instant::now(), 0),
        }
    }

    /// What was done so far.
    pub(crate) fn marked(&self) -> Marked {
        self.marked
    }

    #[inline(always)]
    fn mark_place(&self, address: usize) -> (usize, u8) {
        (self.layout.mark_byte(address), 1 << (address / 8 % 8))
    }

    /// Is this old object marked?
    pub(crate) fn is_marked(&self, object: Value) -> bool {
        let (byte, bit) = self.mark_place(object.address());
        slot::load_byte(byte) & bit != 0
    }

    /// Marks what a word points to, unless it was marked before.
    #[inline(always)]
    pub(crate) fn mark(&mut self, bits: u64) {
        let v = Value::from_bits(bits);
        if bits & 1 == 0 || !self.layout.is_old_address(v.address()) {
            return;
        }
        let (byte, bit) = self.mark_place(v.address());
        let marks = slot::load_byte(byte);
        if marks & bit != 0 {
            return;
        }
        if !SHARED {
            slot::store_byte(byte, marks | bit);
        } else if slot::set_bits(byte, bit) & bit != 0 {
            return;
        }
        slot::prefetch(v.address());
        self.grey.objects.push(v);
    }

    /// Scans a slice of an object with many fields: how many words.
    fn scan_slice(&mut self) -> usize {
        let Some((start, end)) = self.grey.next_slice() else { return 0 };
        self.scan_words(start, end);
        (end - start) / 8
    }

    #[inline(always)]
    fn scan(&mut self, object: Value) {
        self.marked.objects += 1;
        let address = object.address();
        let words = if object.tag() == TAG_PAIR {
            2
        } else {
            Header::from_bits(slot::load(address)).total_words()
        };
        if address < self.layout.large_base {
            let last = self.layout.line_byte(address + 8 * words - 1);
            for line in self.layout.line_byte(address)..=last {
                if slot::load_byte(line) == 0 {
                    slot::store_byte(line, 1);
                    self.marked.lines += 1;
                }
            }
        }
        let (start, count) = payload(object);
        let end = start + 8 * count;
        if count > SLICE {
            self.grey.slices.push((start, end));
        } else {
            self.scan_words(start, end);
        }
    }

    #[inline(always)]
    fn scan_words(&mut self, start: usize, end: usize) {
        let mut at = start;
        while at < end {
            self.mark(slot::load(at));
            at += 8;
        }
    }
}

impl<'h> Marker<'h, false> {
    /// Scans so many objects, or slices of them, that were marked. False when nothing is left.
    #[cfg(any(test, feature = "stepped-marking"))]
    pub(crate) fn scan_some(&mut self, count: usize) -> bool {
        (0..count).all(|_| match self.grey.objects.pop() {
            Some(object) => {
                self.scan(object);
                true
            }
            None => self.scan_slice() > 0,
        })
    }

    /// Scans what was marked, and what is marked meanwhile, until nothing is left.
    pub(crate) fn drain(&mut self) {
        loop {
            while let Some(object) = self.grey.objects.pop() {
                self.scan(object);
                self.patience -= 1;
                if self.patience == 0 {
                    self.patience = SCANNED_AGAIN;
                    // A single object leads to no work for two as yet.
                    if self.grey.is_divisible() {
                        self.share_cold();
                    }
                }
            }
            if self.scan_slice() == 0 {
                return;
            }
        }
    }

    /// Goes on together with helpers, until nothing is left to scan.
    #[cold]
    fn share_cold(&mut self) {
        let (helpers, mood) = (self.heap.cores() - 1, &self.heap.team.marking);
        if helpers == 0 || !mood.is_worthwhile() {
            self.patience = usize::MAX;
            return;
        }
        let done = self.marked.objects;
        let alone = Pace { done: done - self.alone.1, time: self.alone.0.elapsed() };
        let Some(heap) = self.heap.shared() else { return };
        let sharing = Arc::new(Sharing { heap, pool: Pool::new(), results: Mutex::default() });
        let mut worker = Marker::<'h, true> {
            grey: mem::take(&mut self.grey),
            marked: self.marked,
            ..Marker::new(self.heap)
        };
        let time = self.heap.team.share(helpers, sharing.clone(), || {
            worker.drain_own(&sharing.pool);
            worker.drain_pool(&sharing.pool);
        });
        self.marked = worker.marked;
        let results = sharing.results.lock();
        self.marked.helpers = self.marked.helpers.max(results.len());
        for marked in results.iter() {
            self.marked.objects += marked.objects;
            self.marked.lines += marked.lines;
            self.marked.helpers_cpu += marked.helpers_cpu;
        }
        mood.learn(alone, Pace { done: self.marked.objects - done, time });
        self.alone = (Instant::now(), self.marked.objects);
    }
}

impl Scanner for Marker<'_, true> {
    #[inline(always)]
    fn grey(&mut self) -> &mut Grey {
        &mut self.grey
    }

    #[inline(always)]
    fn scan_object(&mut self, object: Value) {
        self.scan(object);
    }

    fn scan_words_left(&mut self) -> usize {
        self.scan_slice()
    }
}

impl RootVisitor for Marker<'_, false> {
    fn visit(&mut self, slot: &mut Value) {
        self.mark(slot.bits());
    }

    fn visit_range(&mut self, first: *mut u64, count: usize) {
        let start = first.expose_provenance();
        self.scan_words(start, start + 8 * count);
    }

    fn is_minor(&self) -> bool {
        false
    }

    fn is_alive(&self, value: Value) -> bool {
        self.now(value).is_some()
    }
}

impl Tracer for Marker<'_, false> {
    fn now(&self, word: Value) -> Option<Value> {
        let is_old = word.is_pointer() && self.layout.is_old_address(word.address());
        (!is_old || self.is_marked(word)).then_some(word)
    }

    fn keep(&mut self, word: Value) -> Value {
        self.mark(word.bits());
        word
    }

    fn drain(&mut self) {
        Marker::drain(self);
    }

    fn drain_noting(&mut self, reached: &mut Vec<Value>) -> bool {
        loop {
            while let Some(object) = self.grey.objects.pop() {
                reached.push(object);
                self.scan(object);
            }
            if self.scan_slice() == 0 {
                return true;
            }
        }
    }

    fn store(&mut self, slot: usize, word: Value) {
        slot::store(slot, word.bits());
    }
}
