//! When a store of a young pointer into an old word has to be recorded (GC-4): unless the word holds
//! one already.
//!
//! NOTE(races): two threads may store into the same word at once. Whatever the order, a word that
//! ends up with a young pointer is recorded: a thread that skips recording saw a young pointer
//! there, whose own store recorded the word in this cycle, or whose object is still fresh. `model.rs`
//! runs this over loom's atomics.

use super::sync::{AtomicU64, Ordering};

/// What an old word holds that is about to be overwritten.
#[inline(always)]
pub(crate) fn before_store(word: &AtomicU64) -> u64 {
    // Relaxed: only whether it is young counts, by NOTE(races), and what is there is not followed.
    word.load(Ordering::Relaxed)
}

/// Records the place of a word into which a young pointer will be stored next, unless it held one
/// before. Was it recorded?
#[inline(always)]
pub(crate) fn record(
    before: u64,
    is_young: impl Fn(u64) -> bool,
    place: usize,
    records: &mut Vec<usize>,
) -> bool {
    if is_young(before) {
        return false;
    }
    records.push(place);
    true
}

/// Stores a value; if it is young, the word was recorded before.
#[inline(always)]
pub(crate) fn store(word: &AtomicU64, bits: u64) {
    // Release: whoever acquires this value sees the object it points to initialised.
    word.store(bits, Ordering::Release);
}
