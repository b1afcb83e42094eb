//! The write barrier: every store of a value into a heap word that may be shared or old.
//!
//! If the stored value is young and the word lies in the old range, and the word did not hold a
//! young pointer already, its address goes into the thread's buffer (GC-4). The barrier does not
//! allocate in the heap and does not poll, so no collection comes between record and store.
//!
//! NOTE(races): two threads may store into the same word at once. Whatever the order, a word that
//! ends up with a young pointer is recorded: a thread that skips recording saw a young pointer
//! there, whose own store recorded the word in this cycle, or whose object is still fresh.

use crate::{LocalHeap, Value, object, policy::Reason};
use std::sync::atomic::{AtomicU64, Ordering};

/// With more slots than this in one buffer, a collection is due whatever the nursery holds.
const REMEMBERED_MOST: usize = 256 * 1024;

impl LocalHeap {
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
        if self.is_young(value) && self.is_old_address(object.address()) {
            self.remember_cold(word);
        }
        // Release: whoever acquires this value sees the object it points to initialised.
        word.store(value.bits(), Ordering::Release);
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
        if self.is_young(new) && self.is_old_address(object.address()) {
            self.remember_cold(word);
        }
        // Acquire pairs with the release of whoever stored the value found, release as in `store`.
        let order = (Ordering::AcqRel, Ordering::Acquire);
        word.compare_exchange(old.bits(), new.bits(), order.0, order.1)
            .map(Value::from_bits)
            .map_err(Value::from_bits)
    }

    #[cold]
    #[inline(never)]
    fn remember_cold(&mut self, word: &AtomicU64) {
        if self.is_young(Value::from_bits(word.load(Ordering::Relaxed))) {
            self.remembered_again += 1;
            return;
        }
        self.remembered.push(word.as_ptr().expose_provenance());
        if self.remembered.len() > REMEMBERED_MOST {
            self.heap().request(false, Reason::NurseryFull);
        }
    }

    /// Stores the same value into `count` fields from `start` on.
    pub fn store_range(&mut self, object: Value, start: usize, count: usize, value: Value) {
        debug_assert!(start + count <= object::size(object));
        if self.is_young(value) && self.is_old_address(object.address()) {
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
