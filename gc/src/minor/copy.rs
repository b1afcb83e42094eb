//! Copying objects ([`super::forward`]), and scanning what was copied.
//!
//! A collection begins on one thread, which moves objects by plain stores. When that has scanned
//! some thousands of objects it shares the rest with helpers ([`crate::team`]) until nothing is
//! left to scan, and goes on alone. `Copier<SHARED>` is one worker; while `SHARED`, two may come to
//! the same object. Memory for the copy is taken first, from a buffer of the worker's own, and taken
//! back by the one that comes second.

use super::{Copied, forward, payload, payload_range};
use crate::{
    Header, Heap, Value,
    grey::{Grey, SLICE, Scanner},
    layout::{BLOCK_BYTES, Layout},
    nursery::{AGE_ARRIVING, AGE_EDEN},
    old::blocks::Run,
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
use std::{mem, sync::Arc, time::Instant};

/// So many objects are scanned before a collection wakes helpers: some 200 microseconds of work, a
/// few times what waking takes.
const SCANNED_ALONE: usize = 16 * 1024;
/// ... and so many when it woke them before, for other roots.
const SCANNED_AGAIN: usize = 2048;
/// How many remembered slots ahead of the copying their memory is fetched.
const AHEAD: usize = 8;

/// One worker of a minor collection.
pub(crate) struct Copier<'h, const SHARED: bool> {
    heap: &'h Heap,
    layout: Layout,
    promote_all: bool,
    room: Room,
    /// Copied but not scanned yet, and old words not looked at yet.
    grey: Grey,
    /// Old slots that hold a young pointer.
    again: Vec<usize>,
    copied: Copied,
    /// Objects to be scanned before it looks whether to share.
    patience: usize,
    /// Since when it has worked alone, and how many bytes were copied before.
    alone: (Instant, usize),
}

/// Where a worker puts its copies.
#[derive(Default)]
struct Room {
    /// The survivor block that is being filled.
    cursor: usize,
    end: usize,
    old: Run,
}

/// The scanning that a collection shares with helpers.
struct Sharing {
    heap: Arc<Heap>,
    promote_all: bool,
    pool: Pool<Grey>,
    results: Mutex<Vec<(Vec<usize>, Copied)>>,
}

impl Job for Sharing {
    fn greet(&self, worker: usize) {
        self.heap.note_worker(worker);
    }

    fn help(&self, worker: usize) {
        if self.pool.join() {
            let started = cpu_time();
            let mut phases = Phases::begin(&self.heap, worker);
            let mut copier = Copier::<true>::new(&self.heap, self.promote_all);
            let stolen = copier.drain_pool(&self.pool);
            let (again, mut copied) = copier.finish();
            phases.end(Phase::Copy, Done { stolen, ..Copied::default().until(&copied) });
            copied.helpers_cpu = cpu_time().saturating_sub(started);
            self.results.lock().push((again, copied));
        }
    }
}

impl<'h, const SHARED: bool> Copier<'h, SHARED> {
    pub(crate) fn new(heap: &'h Heap, promote_all: bool) -> Copier<'h, SHARED> {
        Copier {
            heap,
            layout: heap.layout,
            promote_all,
            room: Room::default(),
            grey: Grey::default(),
            again: Vec::new(),
            copied: Copied::default(),
            patience: SCANNED_ALONE,
            alone: (Instant::now(), 0),
        }
    }

    /// What was done so far.
    pub(crate) fn copied(&self) -> Copied {
        self.copied
    }

    /// Ends this worker's part: the old slots to be recorded again, and what was done.
    pub(crate) fn finish(self) -> (Vec<usize>, Copied) {
        debug_assert!(self.grey.objects.is_empty());
        let mut blocks = self.heap.old.lock_blocks();
        self.room.old.give_back(&mut blocks);
        self.heap.old.publish_blocks(&blocks);
        (self.again, self.copied)
    }

    /// Where the object that a word points to is now. Words that do not point into the from-space
    /// stay as they are.
    #[inline(always)]
    pub(crate) fn forward(&mut self, bits: u64) -> u64 {
        if !self.layout.is_young(bits) {
            return bits;
        }
        let v = Value::from_bits(bits);
        let age = slot::load_byte(self.layout.age_byte(v.address()));
        if age == AGE_ARRIVING {
            return bits;
        }
        let to_old = self.promote_all || age != AGE_EDEN;
        if v.tag() == TAG_PAIR { self.copy_pair(v, to_old) } else { self.copy_object(v, to_old) }
    }

    #[inline(always)]
    fn copy_pair(&mut self, v: Value, to_old: bool) -> u64 {
        let from = v.address();
        let first = match forward::moved_pair::<SHARED>(from) {
            Ok(moved) => return moved,
            Err(first) => first,
        };
        let to = self.allocate(16, to_old);
        match forward::move_pair::<SHARED>(from, first, to) {
            Ok(moved) => {
                self.grey.objects.push(Value::from_bits(moved));
                moved
            }
            Err(other) => {
                self.take_back(to, 16);
                other
            }
        }
    }

    #[inline(always)]
    fn copy_object(&mut self, v: Value, to_old: bool) -> u64 {
        let from = v.address();
        let first = match forward::moved_object::<SHARED>(from) {
            Ok(moved) => return moved,
            Err(first) => first,
        };
        let header = Header::from_bits(first);
        let words = header.total_words();
        let to = self.allocate(8 * words, to_old);
        let moved = Value::from_address(to, v.tag()).bits();
        match forward::move_object::<SHARED>(from, (first, words), to, moved) {
            Ok(moved) => {
                if !header.is_raw() {
                    self.grey.objects.push(Value::from_bits(moved));
                }
                moved
            }
            Err(other) => {
                self.take_back(to, 8 * words);
                other
            }
        }
    }

    #[inline(always)]
    fn allocate(&mut self, bytes: usize, to_old: bool) -> usize {
        if !to_old {
            let at = self.room.cursor;
            if bytes <= self.room.end - at {
                self.room.cursor = at + bytes;
                self.copied.survived_bytes += bytes;
                self.copied.survived_objects += 1;
                return at;
            }
            if let Some(at) = self.refill_cold(bytes) {
                self.copied.survived_bytes += bytes;
                self.copied.survived_objects += 1;
                return at;
            }
        }
        self.copied.promoted_bytes += bytes;
        self.copied.promoted_objects += 1;
        self.room.old.allocate(&self.heap.old, &self.heap.memory, bytes)
    }

    #[cold]
    fn refill_cold(&mut self, bytes: usize) -> Option<usize> {
        let start = self.heap.nursery.take_survivor(&self.heap.memory)?;
        (self.room.cursor, self.room.end) = (start + bytes, start + BLOCK_BYTES);
        Some(start)
    }

    /// Takes the last allocation back: another worker was faster.
    #[cold]
    fn take_back(&mut self, address: usize, bytes: usize) {
        if self.layout.is_old_address(address) {
            self.room.old.take_back(address, bytes);
            self.copied.promoted_bytes -= bytes;
            self.copied.promoted_objects -= 1;
        } else {
            self.room.cursor = address;
            self.copied.survived_bytes -= bytes;
            self.copied.survived_objects -= 1;
        }
    }

    /// Updates a slot of an old object, which is recorded again if it then holds a young pointer.
    #[inline(always)]
    pub(crate) fn update_old_slot(&mut self, address: usize) {
        let before = slot::load(address);
        if self.layout.is_young(before) {
            let after = self.forward(before);
            slot::store(address, after);
            if self.layout.is_young(after) {
                self.again.push(address);
            }
        }
    }

    #[inline(always)]
    fn update_young_slot(&mut self, address: usize) {
        let before = slot::load(address);
        if self.layout.is_young(before) {
            slot::store(address, self.forward(before));
        }
    }

    #[inline(always)]
    fn scan(&mut self, object: Value) {
        let (start, words) = payload(object);
        let end = start + 8 * words;
        let mut at = start;
        if self.layout.is_old_address(object.address()) {
            while at < end {
                self.update_old_slot(at);
                at += 8;
            }
        } else {
            while at < end {
                self.update_young_slot(at);
                at += 8;
            }
        }
    }
}

impl<'h, const SHARED: bool> Copier<'h, SHARED> {
    /// Updates some of the old words that are left to look at. How many there were.
    fn update_words(&mut self) -> usize {
        if let Some((start, end)) = self.grey.next_slice() {
            for at in (start..end).step_by(8) {
                self.update_old_slot(at);
            }
            return (end - start) / 8;
        }
        let before = self.grey.slots.len();
        let left = before.saturating_sub(SLICE);
        // From the end on, and fetching ahead: they lie anywhere.
        while self.grey.slots.len() > left {
            if let Some(ahead) = self.grey.slots.len().checked_sub(1 + AHEAD) {
                slot::prefetch(self.grey.slots[ahead]);
            }
            if let Some(address) = self.grey.slots.pop() {
                self.update_old_slot(address);
            }
        }
        before - left
    }
}

impl<'h> Copier<'h, false> {
    /// Copies what these slots of old objects refer to, and what all words of these old objects do;
    /// and all that this leads to.
    pub(crate) fn copy_from_old(&mut self, slots: Vec<usize>, objects: &[Value]) {
        self.grey.slots = slots;
        let ranges = objects.iter().map(|&object| payload_range(object));
        self.grey.slices = ranges.filter(|(start, end)| start < end).collect();
        self.drain();
    }

    /// Scans what was copied, and what is copied meanwhile, until nothing is left.
    pub(crate) fn drain(&mut self) {
        loop {
            while let Some(object) = self.grey.objects.pop() {
                self.scan(object);
                self.lose_patience(1);
            }
            match self.update_words() {
                0 => return,
                words => self.lose_patience(words),
            }
        }
    }

    #[inline(always)]
    fn lose_patience(&mut self, scanned: usize) {
        if self.patience > scanned {
            self.patience -= scanned;
        } else {
            self.patience = SCANNED_AGAIN;
            // A single object leads to no work for two as yet.
            if self.grey.is_divisible() {
                self.share_cold();
            }
        }
    }

    /// Goes on together with helpers, until nothing is left to scan.
    #[cold]
    fn share_cold(&mut self) {
        let (helpers, mood) = (self.heap.cores() - 1, &self.heap.team.copying);
        if helpers == 0 || !mood.is_worthwhile() {
            self.patience = usize::MAX;
            return;
        }
        let done = self.copied.bytes();
        let alone = Pace { done: done - self.alone.1, time: self.alone.0.elapsed() };
        let Some(heap) = self.heap.shared() else { return };
        let sharing = Arc::new(Sharing {
            heap,
            promote_all: self.promote_all,
            pool: Pool::new(),
            results: Mutex::default(),
        });
        let mut worker = Copier::<'h, true> {
            room: mem::take(&mut self.room),
            grey: mem::take(&mut self.grey),
            again: mem::take(&mut self.again),
            copied: self.copied,
            ..Copier::new(self.heap, self.promote_all)
        };
        let own = || {
            worker.drain_own(&sharing.pool);
            worker.drain_pool(&sharing.pool);
        };
        let time = self.heap.team.share(helpers, sharing.clone(), own);
        self.room = worker.room;
        self.grey = worker.grey;
        self.again = worker.again;
        self.copied = worker.copied;
        let mut results = sharing.results.lock();
        self.copied.helpers = self.copied.helpers.max(results.len());
        for (again, copied) in results.drain(..) {
            self.again.extend(again);
            self.copied.add(&copied);
            self.copied.helpers_cpu += copied.helpers_cpu;
        }
        mood.learn(alone, Pace { done: self.copied.bytes() - done, time });
        self.alone = (Instant::now(), self.copied.bytes());
    }
}

impl Scanner for Copier<'_, true> {
    #[inline(always)]
    fn grey(&mut self) -> &mut Grey {
        &mut self.grey
    }

    #[inline(always)]
    fn scan_object(&mut self, object: Value) {
        self.scan(object);
    }

    fn scan_words_left(&mut self) -> usize {
        self.update_words()
    }
}

impl RootVisitor for Copier<'_, false> {
    fn visit(&mut self, slot: &mut Value) {
        *slot = Value::from_bits(self.forward(slot.bits()));
    }

    fn visit_range(&mut self, first: *mut u64, count: usize) {
        let start = first.expose_provenance();
        for index in 0..count {
            self.update_young_slot(start + 8 * index);
        }
    }

    fn is_minor(&self) -> bool {
        true
    }

    fn is_alive(&self, value: Value) -> bool {
        self.now(value).is_some()
    }
}

impl Tracer for Copier<'_, false> {
    fn now(&self, word: Value) -> Option<Value> {
        let bits = word.bits();
        if !self.layout.is_young(bits)
            || slot::load_byte(self.layout.age_byte(word.address())) == AGE_ARRIVING
        {
            return Some(word);
        }
        let first = slot::load(word.address());
        let moved = if word.tag() == TAG_PAIR {
            (first == Value::FORWARDED.bits()).then(|| slot::load(word.address() + 8))
        } else {
            (first & 1 == 1).then_some(first)
        };
        moved.map(Value::from_bits)
    }

    fn keep(&mut self, word: Value) -> Value {
        Value::from_bits(self.forward(word.bits()))
    }

    fn drain(&mut self) {
        Copier::drain(self);
    }

    fn drain_noting(&mut self, _reached: &mut Vec<Value>) -> bool {
        // Copies are found under their new addresses.
        false
    }

    fn store(&mut self, slot: usize, word: Value) {
        slot::store(slot, word.bits());
        if self.layout.is_old_address(slot) && self.layout.is_young(word.bits()) {
            self.again.push(slot);
        }
    }
}
