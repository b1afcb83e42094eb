//! The write barrier: every store of a value into a heap word that may be shared or old.
//!
//! If the stored value is young and the word lies in the old range, and the word did not hold a
//! young pointer already, its address goes into the thread's buffer (GC-4). The barrier does not
//! allocate in the heap and does not poll, so no collection comes between record and store. What
//! races of two threads come to is argued in `recorded.rs`.
//!
//! While a marking is under way beside the mutators, the barrier also keeps what a store overwrites
//! (Yuasa, "Real-time garbage collection on general-purpose machines", 1990): then everything that
//! was reachable when the marking began is found, however the mutators rearrange it. It costs
//! nothing at other times, for it is one comparison that sends a store to the slow path: normally
//! of words that are young pointers, and while marking of all words. So far every marking takes
//! place in one stop, and only tests store anything between its beginning and its end
//! ([`crate::major`]).

use crate::{LocalHeap, Value, layout::Layout, object, policy::Reason, recorded};
use std::sync::atomic::{AtomicU64, Ordering};

/// With more slots than this in one buffer, a collection is due whatever the nursery holds.
const REMEMBERED_MOST: usize = 256 * 1024;

/// Words whose stores into old objects take the slow path: those with these low bits, in this
/// range.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filter {
    low_bits: u64,
    base: usize,
    bytes: usize,
}

impl Filter {
    /// Pointers into the nursery.
    pub(crate) fn young(layout: &Layout) -> Filter {
        Filter { low_bits: 1, base: layout.young_base, bytes: layout.young_bytes }
    }

    /// All words.
    const ALL: Filter = Filter { low_bits: 0, base: 0, bytes: usize::MAX };

    #[inline(always)]
    fn contains(self, bits: u64) -> bool {
        bits & self.low_bits == self.low_bits
            && (bits as usize).wrapping_sub(self.base) < self.bytes
    }
}

impl LocalHeap {
    /// A weak field, as [`object::weak_field`], for somebody to use.
    #[inline]
    pub fn weak_field(&mut self, v: Value, index: usize) -> Value {
        self.weakly_read(object::weak_field(v, index))
    }

    /// A value that only weak references may lead to (those of a hash table, or of a table of symbols
    /// beside the heap), and that somebody is about to use. While marking, it belongs to the snapshot
    /// from now on, though nothing else may have led there when marking began.
    #[inline]
    pub fn weakly_read(&mut self, v: Value) -> Value {
        if self.keeps_snapshot && self.is_old(v) {
            self.overwritten.push(v);
        }
        v
    }

    /// Marking begins, or this local heap is first used while marking: from now on, what is
    /// overwritten in old objects is kept.
    pub(crate) fn begin_snapshot(&mut self) {
        self.filter = Filter::ALL;
        self.keeps_snapshot = true;
    }

    /// Marking ends, or this local heap is detached: what was overwritten since it began.
    pub(crate) fn end_snapshot(&mut self) -> Vec<Value> {
        self.filter = Filter::young(&self.heap().layout);
        self.keeps_snapshot = false;
        std::mem::take(&mut self.overwritten)
    }

    /// Stores a value into payload field `index` of a traced object.
    #[inline(always)]
    pub fn store(&mut self, object: Value, index: usize, value: Value) {
        debug_assert!(object.is_stack_env() || index < object::size(object));
        self.store_word(object, 1 + index, value);
    }

    /// Stores into the first field of a pair.
    #[inline(always)]
    pub fn set_car(&mut self, pair: Value, value: Value) {
        debug_assert!(pair.is_pair());
        self.store_word(pair, 0, value);
    }

    /// Stores into the second field of a pair.
    #[inline(always)]
    pub fn set_cdr(&mut self, pair: Value, value: Value) {
        debug_assert!(pair.is_pair());
        self.store_word(pair, 1, value);
    }

    #[inline(always)]
    fn store_word(&mut self, object: Value, index: usize, value: Value) {
        debug_assert!(object.is_stack_env() || !value.is_stack_env(), "GC-5");
        let word = object::raw_word(object, index);
        if self.filter.contains(value.bits()) && self.is_old_address(object.address()) {
            self.remember_cold(word, value);
        }
        recorded::store(word, value.bits());
    }

    /// Stores `new` into field `index` if it holds `old`, and returns what it held (`Ok` if that
    /// was `old`).
    ///
    /// # Errors
    /// The value found, when it was not `old`.
    pub fn compare_and_store(
        &mut self,
        object: Value,
        index: usize,
        old: Value,
        new: Value,
    ) -> Result<Value, Value> {
        self.compare_and_store_word(object, 1 + index, old, new)
    }

    /// As [`LocalHeap::compare_and_store`], on word `index` counted from the first one of a pair or
    /// object: 0 and 1 are car and cdr of a pair.
    ///
    /// # Errors
    /// The value found, when it was not `old`.
    pub fn compare_and_store_word(
        &mut self,
        object: Value,
        index: usize,
        old: Value,
        new: Value,
    ) -> Result<Value, Value> {
        debug_assert!(!new.is_stack_env(), "GC-5");
        let word = object::raw_word(object, index);
        if self.filter.contains(new.bits()) && self.is_old_address(object.address()) {
            self.remember_cold(word, new);
        }
        // Acquire pairs with the release of whoever stored the value found, release as in `recorded::store`.
        let order = (Ordering::AcqRel, Ordering::Acquire);
        word.compare_exchange(old.bits(), new.bits(), order.0, order.1)
            .map(Value::from_bits)
            .map_err(Value::from_bits)
    }

    #[cold]
    #[inline(never)]
    fn remember_cold(&mut self, word: &AtomicU64, new: Value) {
        let old = Value::from_bits(recorded::before_store(word));
        if self.keeps_snapshot && self.is_old(old) {
            self.overwritten.push(old);
        }
        if !self.is_young(new) {
            return;
        }
        let filter = Filter::young(&self.heap().layout);
        let place = word.as_ptr().expose_provenance();
        let is_young = |bits| filter.contains(bits);
        if !recorded::record(old.bits(), is_young, place, &mut self.remembered) {
            self.remembered_again += 1;
        } else if self.remembered.len() > REMEMBERED_MOST {
            self.heap().request(false, Reason::NurseryFull);
        }
    }

    /// Stores the same value into `count` fields from `start` on.
    pub fn store_range(&mut self, object: Value, start: usize, count: usize, value: Value) {
        debug_assert!(start + count <= object::size(object));
        if self.filter.contains(value.bits()) && self.is_old_address(object.address()) {
            for index in start..start + count {
                self.store(object, index, value);
            }
        } else {
            for index in start..start + count {
                object::init_field(object, index, value);
            }
        }
    }

    /// Copies `count` fields of one traced object to another, or within the same one: ranges may
    /// overlap, and the result is as if the source had been read first.
    pub fn copy_fields(
        &mut self,
        from: Value,
        from_index: usize,
        to: Value,
        to_index: usize,
        count: usize,
    ) {
        debug_assert!(from_index + count <= object::size(from));
        debug_assert!(to_index + count <= object::size(to));
        let backwards = from == to && from_index < to_index;
        let recording = self.is_old_address(to.address());
        for step in 0..count {
            let index = if backwards { count - 1 - step } else { step };
            let value = object::field(from, from_index + index);
            if recording {
                self.store(to, to_index + index, value);
            } else {
                object::init_field(to, to_index + index, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{Heap, HeapConfig, Kind, Value};

    #[test]
    fn what_is_overwritten_while_marking_is_kept() {
        let config = HeapConfig { reserve_bytes: 64 << 20, ..HeapConfig::default() };
        let heap = Heap::new(config).expect("address space");
        let mut local = heap.local();
        let old = local.object_in_old(Kind::Vector, 2).expect("room");
        let [first, second] =
            [1, 2].map(|n| local.pair_in_old(Value::fixnum(n), Value::NIL).expect("room"));
        local.store(old, 0, first);
        local.begin_snapshot();
        local.store(old, 0, second);
        local.store(old, 0, Value::NIL);
        local.store(old, 0, first);
        assert_eq!(local.compare_and_store(old, 0, first, Value::TRUE), Ok(first));
        let large = local.object(Kind::Vector, 5000).expect("room");
        assert!(!local.remake(large, 4000), "what it held belongs to the snapshot");
        let young = local.pair(Value::NIL, Value::NIL).expect("room");
        local.store(old, 1, young);
        assert_eq!(local.remembered.len(), 1, "young pointers are recorded as ever");
        assert_eq!(local.end_snapshot(), [first, second, first]);
        local.store(old, 0, second);
        local.store(old, 0, Value::NIL);
        assert!(local.end_snapshot().is_empty());
        assert!(local.remake(large, 4000));
    }
}
