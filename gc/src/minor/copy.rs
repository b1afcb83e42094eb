//! Copying one object, and scanning what was copied.
//!
//! A moved pair has [`Value::FORWARDED`] in its first word and its new value in the second; a moved
//! object has its new value, which is odd, in place of its header. One thread copies, so moving is
//! not claimed first.

use super::{Copied, payload};
use crate::{
    Header, Heap, Value,
    layout::{BLOCK_BYTES, Layout},
    nursery::{AGE_ARRIVING, AGE_EDEN},
    old::blocks::Blocks,
    roots::RootVisitor,
    slot,
    value::TAG_PAIR,
};
use parking_lot::MutexGuard;

/// The state of one minor collection.
pub(crate) struct Copier<'h> {
    heap: &'h Heap,
    layout: Layout,
    blocks: MutexGuard<'h, Blocks>,
    promote_all: bool,
    /// The survivor block that is being filled.
    cursor: usize,
    end: usize,
    /// Copied, but not scanned yet.
    grey: Vec<Value>,
    /// Old slots that hold a young pointer.
    again: Vec<usize>,
    copied: Copied,
}

impl<'h> Copier<'h> {
    pub(crate) fn new(heap: &'h Heap, promote_all: bool) -> Copier<'h> {
        Copier {
            heap,
            layout: heap.layout,
            blocks: heap.old.lock_blocks(),
            promote_all,
            cursor: 0,
            end: 0,
            grey: Vec::new(),
            again: Vec::new(),
            copied: Copied::default(),
        }
    }

    /// Ends the collection: the old slots to be recorded again, and what was done.
    pub(crate) fn finish(self) -> (Vec<usize>, Copied) {
        debug_assert!(self.grey.is_empty());
        self.heap.old.publish_blocks(&self.blocks);
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
        let first = slot::load(from);
        let second = slot::load(from + 8);
        if first == Value::FORWARDED.bits() {
            return second;
        }
        let to = self.allocate(16, to_old);
        slot::store(to, first);
        slot::store(to + 8, second);
        let moved = Value::from_address(to, TAG_PAIR);
        slot::store(from, Value::FORWARDED.bits());
        slot::store(from + 8, moved.bits());
        self.grey.push(moved);
        moved.bits()
    }

    #[inline(always)]
    fn copy_object(&mut self, v: Value, to_old: bool) -> u64 {
        let from = v.address();
        let first = slot::load(from);
        if first & 1 == 1 {
            return first;
        }
        let header = Header::from_bits(first);
        let words = header.total_words();
        let to = self.allocate(8 * words, to_old);
        slot::copy_words(from, to, words);
        let moved = Value::from_address(to, v.tag());
        slot::store(from, moved.bits());
        if !header.is_raw() {
            self.grey.push(moved);
        }
        moved.bits()
    }

    #[inline(always)]
    fn allocate(&mut self, bytes: usize, to_old: bool) -> usize {
        if !to_old {
            let at = self.cursor;
            if bytes <= self.end - at {
                self.cursor = at + bytes;
                self.copied.survived_bytes += bytes;
                return at;
            }
            if let Some(at) = self.refill_cold(bytes) {
                self.copied.survived_bytes += bytes;
                return at;
            }
        }
        self.copied.promoted_bytes += bytes;
        self.copied.promoted_objects += 1;
        self.blocks
            .allocate(&self.heap.memory, bytes)
            .expect("the old range is several times the limit, and the system gives memory")
    }

    #[cold]
    fn refill_cold(&mut self, bytes: usize) -> Option<usize> {
        let start = self.heap.nursery.take_survivor(&self.heap.memory)?;
        (self.cursor, self.end) = (start + bytes, start + BLOCK_BYTES);
        Some(start)
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

    /// Scans what was copied, and what is copied meanwhile, until nothing is left.
    pub(crate) fn drain(&mut self) {
        while let Some(object) = self.grey.pop() {
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
}

impl RootVisitor for Copier<'_> {
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
}
