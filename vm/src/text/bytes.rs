//! Copying, filling and comparing the bytes of raw objects, a word at a time.
//!
//! All accesses are atomic, so that racing programs read old or new bytes. Ranges are checked by
//! the callers.

use lisle_gc::Value;
use lisle_gc::object::{
    byte, field_atomic, raw_payload_word, set_byte, set_raw_payload_word, size,
};
use std::sync::atomic::Ordering;

/// The eight bytes of `object` that start at byte `at`; those past the last payload word are zero.
#[inline]
fn unaligned_word(object: Value, at: usize, words: usize) -> u64 {
    let (index, shift) = (at / 8, at % 8 * 8);
    let low = raw_payload_word(object, index);
    if shift == 0 {
        return low;
    }
    let high = if index + 1 < words { raw_payload_word(object, index + 1) } else { 0 };
    low >> shift | high << (64 - shift)
}

/// The number of `width` (1, 2, 4 or 8) bytes at `at`, a multiple of the width, in native order.
/// A store by another thread is seen whole or not at all.
pub fn number(object: Value, at: usize, width: usize) -> u64 {
    raw_payload_word(object, at / 8) >> (at % 8 * 8) & (u64::MAX >> (64 - width * 8))
}

/// Stores what [`number`] loads.
pub fn set_number(object: Value, at: usize, width: usize, bits: u64) {
    match width {
        8 => set_raw_payload_word(object, at / 8, bits),
        1 => set_byte(object, at, bits as u8),
        _ => {
            let shift = at % 8 * 8;
            let mask = (u64::MAX >> (64 - width * 8)) << shift;
            let replace = |word: u64| Some(word & !mask | bits << shift & mask);
            let word = field_atomic(object, at / 8);
            // Relaxed: only the element's being whole matters. The closure never gives up.
            let _ = word.fetch_update(Ordering::Relaxed, Ordering::Relaxed, replace);
        }
    }
}

/// Copies `count` bytes of `from`, starting at `from_at`, to `to_at` in `to`. The objects may be the
/// same and the ranges may overlap.
pub fn copy(from: Value, from_at: usize, to: Value, to_at: usize, count: usize) {
    if from == to && from_at < to_at {
        copy_backward(from, from_at, to_at, count);
        return;
    }
    let words = size(from).div_ceil(8);
    let mut done = 0;
    while done < count && !(to_at + done).is_multiple_of(8) {
        set_byte(to, to_at + done, byte(from, from_at + done));
        done += 1;
    }
    while done + 8 <= count {
        let word = unaligned_word(from, from_at + done, words);
        set_raw_payload_word(to, (to_at + done) / 8, word);
        done += 8;
    }
    while done < count {
        set_byte(to, to_at + done, byte(from, from_at + done));
        done += 1;
    }
}

fn copy_backward(object: Value, from_at: usize, to_at: usize, count: usize) {
    let words = size(object).div_ceil(8);
    let mut left = count;
    while left > 0 && !(to_at + left).is_multiple_of(8) {
        left -= 1;
        set_byte(object, to_at + left, byte(object, from_at + left));
    }
    while left >= 8 {
        left -= 8;
        let word = unaligned_word(object, from_at + left, words);
        set_raw_payload_word(object, (to_at + left) / 8, word);
    }
    while left > 0 {
        left -= 1;
        set_byte(object, to_at + left, byte(object, from_at + left));
    }
}

/// Sets the bytes `start .. end` of `object`.
pub fn fill(object: Value, start: usize, end: usize, value: u8) {
    let mut at = start;
    while at < end && !at.is_multiple_of(8) {
        set_byte(object, at, value);
        at += 1;
    }
    let word = u64::from_ne_bytes([value; 8]);
    while at + 8 <= end {
        set_raw_payload_word(object, at / 8, word);
        at += 8;
    }
    while at < end {
        set_byte(object, at, value);
        at += 1;
    }
}

/// Stores `source` at byte `at` of `object`.
pub fn store(object: Value, at: usize, source: &[u8]) {
    let head = source.len().min((8 - at % 8) % 8);
    for (offset, &b) in source[..head].iter().enumerate() {
        set_byte(object, at + offset, b);
    }
    let (whole, tail) = source[head..].as_chunks::<8>();
    let mut index = (at + head) / 8;
    for chunk in whole {
        set_raw_payload_word(object, index, u64::from_ne_bytes(*chunk));
        index += 1;
    }
    for (offset, &b) in tail.iter().enumerate() {
        set_byte(object, index * 8 + offset, b);
    }
}

/// Appends the bytes `start .. end` of `object` to `out`.
pub fn load(object: Value, start: usize, end: usize, out: &mut Vec<u8>) {
    out.reserve(end - start);
    let words = size(object).div_ceil(8);
    let mut at = start;
    while at < end {
        let chunk = unaligned_word(object, at, words).to_ne_bytes();
        let count = chunk.len().min(end - at);
        out.extend_from_slice(&chunk[..count]);
        at += count;
    }
}

/// Have two raw objects the same bytes?
pub fn equal(a: Value, b: Value) -> bool {
    let length = size(a);
    let words = length / 8;
    length == size(b)
        && (0..words).all(|i| raw_payload_word(a, i) == raw_payload_word(b, i))
        && (words * 8..length).all(|i| byte(a, i) == byte(b, i))
}
