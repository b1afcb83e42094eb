//! Heap words by address: the collector's window onto memory.
//!
//! Everything in the collector that follows an address does it through these few functions, so the
//! phases themselves are safe Rust. The addresses come from tagged values that point into live
//! memory (GC-2), from recorded slots (GC-4), or from the side tables of the reservation.
//!
//! Words are accessed as relaxed atomics. While the world is stopped only the workers of a collection
//! write, by the rules in `minor::copy`, and the stop orders everything before and after it; the
//! bulk routines are for memory that no other thread writes: fresh, or in a stopped world.

use std::{
    ptr,
    sync::atomic::{AtomicU8, AtomicU64, Ordering},
};

#[inline(always)]
fn word(address: usize) -> &'static AtomicU64 {
    debug_assert!(address.is_multiple_of(8));
    // SAFETY: the address is that of a committed, aligned word of the reservation (module doc), and
    // the reference does not escape its caller's expression.
    unsafe { AtomicU64::from_ptr(ptr::with_exposed_provenance_mut(address)) }
}

/// The word at an address.
#[inline(always)]
pub(crate) fn load(address: usize) -> u64 {
    word(address).load(Ordering::Relaxed)
}

/// Sets the word at an address.
#[inline(always)]
pub(crate) fn store(address: usize, bits: u64) {
    word(address).store(bits, Ordering::Relaxed);
}

/// The word at an address, with what was written before it was stored by [`store_release`] or
/// [`compare_exchange`].
#[inline(always)]
pub(crate) fn load_acquire(address: usize) -> u64 {
    word(address).load(Ordering::Acquire)
}

/// Sets the word at an address; whoever acquires it sees what was written before.
#[inline(always)]
pub(crate) fn store_release(address: usize, bits: u64) {
    word(address).store(bits, Ordering::Release);
}

/// Sets the word at an address if it is `old`, with release; else what it is, with acquire.
#[inline(always)]
pub(crate) fn compare_exchange(address: usize, old: u64, new: u64) -> Result<u64, u64> {
    word(address).compare_exchange(old, new, Ordering::AcqRel, Ordering::Acquire)
}

#[inline(always)]
fn byte(address: usize) -> &'static AtomicU8 {
    // SAFETY: as for `word`; bytes need no alignment.
    unsafe { AtomicU8::from_ptr(ptr::with_exposed_provenance_mut(address)) }
}

/// The byte of a side table.
#[inline(always)]
pub(crate) fn load_byte(address: usize) -> u8 {
    byte(address).load(Ordering::Relaxed)
}

/// Sets the byte of a side table.
#[inline(always)]
pub(crate) fn store_byte(address: usize, value: u8) {
    byte(address).store(value, Ordering::Relaxed);
}

/// Sets bits of the byte of a side table that others may be setting bits of; what it was before.
#[inline(always)]
pub(crate) fn set_bits(address: usize, bits: u8) -> u8 {
    byte(address).fetch_or(bits, Ordering::Relaxed)
}

/// Copies words to memory that nobody else can reach and that does not overlap the source.
#[inline(always)]
pub(crate) fn copy_words(from: usize, to: usize, words: usize) {
    let source: *const u64 = ptr::with_exposed_provenance(from);
    let target: *mut u64 = ptr::with_exposed_provenance_mut(to);
    // SAFETY: both ranges are committed and aligned (module doc); the target was just allocated, so
    // they do not overlap and nobody reads it; the world is stopped, so nobody writes the source.
    unsafe { ptr::copy_nonoverlapping(source, target, words) }
}

/// Fills words that nobody else can reach.
#[inline(always)]
pub(crate) fn fill_words(at: usize, words: usize, bits: u64) {
    for index in 0..words {
        store(at + 8 * index, bits);
    }
}

/// Zeroes bytes of a side table, or of memory that nobody else can reach.
pub(crate) fn zero_bytes(at: usize, bytes: usize) {
    fill_bytes(at, bytes, 0);
}

/// Fills bytes of a side table, or of memory that nobody else can reach.
pub(crate) fn fill_bytes(at: usize, bytes: usize, value: u8) {
    let target: *mut u8 = ptr::with_exposed_provenance_mut(at);
    // SAFETY: the range is committed and nobody else can reach it (module doc).
    unsafe { ptr::write_bytes(target, value, bytes) }
}

/// The bytes of a side table; nobody writes them while the result is in use.
pub(crate) fn table<'a>(at: usize, bytes: usize) -> &'a [u8] {
    let start: *const u8 = ptr::with_exposed_provenance(at);
    // SAFETY: the range is a committed part of a side table, which lives as long as the heap that
    // the caller borrows, and which changes only in a phase that holds no such slice.
    unsafe { std::slice::from_raw_parts(start, bytes) }
}

/// Asks the processor to fetch what is at an address. Never faults.
#[inline(always)]
pub(crate) fn prefetch(address: usize) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: a prefetch is a hint and accesses nothing, whatever the address.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(ptr::with_exposed_provenance(address)) }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = address;
}
