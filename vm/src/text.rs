//! Strings in the heap.
//!
//! A string object has one field, its *text*: a raw object of one byte a character (code points up
//! to U+00FF) or of four. The length of a string never changes; its text is replaced, once, when a
//! character is stored that a narrow text cannot hold. [`Text`] is a view of a string's text at one
//! moment.
//!
//! Strings may be read and written by several threads at once: characters are never torn, and a
//! store is not lost when another thread widens the text meanwhile (`NOTE(widen)` below).

pub mod bytes;
pub mod search;
#[cfg(test)]
mod tests;

use crate::cx::{Cx, Raised};
use lisle_gc::object::{
    byte, field, field_atomic, header, init_field, is_kind, raw_payload_word, raw_word, set_byte,
    set_raw_payload_word, size,
};
use lisle_gc::{HeapExhausted, Kind, LocalHeap, Value};
use parking_lot::Mutex;
use std::cmp::Ordering;
use std::sync::atomic::{Ordering as Memory, fence};

/// The longest string, in characters.
pub const MAX_LENGTH: usize = 1 << 40;

/// Held while a string's text is replaced: so that of two threads only one does it.
static WIDENING: Mutex<()> = Mutex::new(());

/// A string's text at one moment. Valid until the next safepoint, like any `Value`.
#[derive(Clone, Copy)]
pub struct Text {
    object: Value,
    wide: bool,
    length: usize,
}

impl Text {
    /// The text of a value known to be a string.
    #[inline]
    pub fn of(string: Value) -> Text {
        let object = field(string, 0);
        let head = header(object);
        let wide = head.is(Kind::TextWide);
        Text { object, wide, length: if wide { head.size() / 4 } else { head.size() } }
    }
    /// The text of `v` if it is a string.
    #[inline]
    pub fn try_of(v: Value) -> Option<Text> {
        is_kind(v, Kind::String).then(|| Text::of(v))
    }
    /// How many characters it has.
    #[inline]
    pub fn len(self) -> usize {
        self.length
    }
    /// Has it none?
    pub fn is_empty(self) -> bool {
        self.length == 0
    }
    /// Code point of character `index`, which must be below the length.
    #[inline]
    pub fn code(self, index: usize) -> u32 {
        if self.wide {
            (raw_payload_word(self.object, index / 2) >> (index % 2 * 32)) as u32
        } else {
            u32::from(byte(self.object, index))
        }
    }
    /// Character `index`, which must be below the length.
    #[inline]
    pub fn get(self, index: usize) -> char {
        char::from_u32(self.code(index)).unwrap_or(char::REPLACEMENT_CHARACTER)
    }
    /// The characters `start .. end`.
    pub fn range(self, start: usize, end: usize) -> impl DoubleEndedIterator<Item = char> {
        (start..end).map(move |i| self.get(i))
    }
    /// The characters.
    pub fn chars(self) -> impl DoubleEndedIterator<Item = char> {
        self.range(0, self.length)
    }
    /// Appends the characters `start .. end` to `out`.
    pub fn append_range_to(self, start: usize, end: usize, out: &mut String) {
        out.reserve(end - start);
        out.extend(self.range(start, end));
    }
    /// The characters as a Rust string.
    pub fn to_rust_string(self) -> String {
        let mut out = String::new();
        self.append_range_to(0, self.length, &mut out);
        out
    }
    /// A hash of the characters, whether the text is narrow or wide.
    pub fn hash(self) -> u64 {
        self.chars().fold(HASH_START, hash_char)
    }
    /// Do the characters from `at` on begin with those of `other`?
    pub fn has_at(self, at: usize, other: Text) -> bool {
        at + other.length <= self.length
            && (0..other.length).all(|i| self.code(at + i) == other.code(i))
    }
    /// Have both the same characters?
    pub fn equal(self, other: Text) -> bool {
        if self.wide == other.wide {
            return self.object == other.object || bytes::equal(self.object, other.object);
        }
        self.length == other.length && (0..self.length).all(|i| self.code(i) == other.code(i))
    }
    /// Compares by code points.
    pub fn compare(self, other: Text) -> Ordering {
        let shorter = self.length.min(other.length);
        (0..shorter)
            .map(|i| self.code(i).cmp(&other.code(i)))
            .find(|o| o.is_ne())
            .unwrap_or_else(|| self.length.cmp(&other.length))
    }
    /// Copies the characters `start .. end` into the fresh text object `to`, which must be wide if
    /// this text is.
    fn copy_into_fresh(self, start: usize, end: usize, to: Value, to_wide: bool, at: usize) {
        match (self.wide, to_wide) {
            (false, false) => bytes::copy(self.object, start, to, at, end - start),
            (true, true) => bytes::copy(self.object, start * 4, to, at * 4, (end - start) * 4),
            (false, true) => {
                for i in start..end {
                    store_fresh_wide(to, at + (i - start), self.code(i));
                }
            }
            (true, false) => unreachable!("a narrow text never takes characters of a wide one"),
        }
    }
}

/// Start of the hash of a string.
pub const HASH_START: u64 = 0xcbf2_9ce4_8422_2325;

/// The hash of a string one character longer.
#[inline]
pub fn hash_char(hash: u64, c: char) -> u64 {
    (hash ^ u64::from(c)).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(5)
}

/// [`Text::hash`] of a string with these characters.
pub fn hash_str(source: &str) -> u64 {
    source.chars().fold(HASH_START, hash_char)
}

/// Is `v` a string?
#[inline]
pub fn is_string(v: Value) -> bool {
    is_kind(v, Kind::String)
}

/// Is this string a literal constant (or the name of a symbol), which may not be changed?
#[inline]
pub fn is_immutable(string: Value) -> bool {
    header(string).flag()
}

/// Makes a string immutable that no other thread has seen yet.
pub fn make_immutable(string: Value) {
    raw_word(string, 0).store(header(string).with_flag(true).bits(), Memory::Release);
}

/// Length of a value known to be a string.
#[inline]
pub fn length(string: Value) -> usize {
    Text::of(string).len()
}

/// Character `index` of a value known to be a string, or `None` past its end.
#[inline]
pub fn char_at(string: Value, index: usize) -> Option<char> {
    let text = Text::of(string);
    (index < text.len()).then(|| text.get(index))
}

/// The characters of a value known to be a string.
pub fn to_rust_string(string: Value) -> String {
    Text::of(string).to_rust_string()
}

/// Stores a character at an index below the length of a mutable string.
///
/// NOTE(widen): a thread that widens the text copies it, publishes the copy and then looks at the
/// old text again for characters stored since; a thread that stores a narrow character looks, after
/// the store, whether the text is still the string's. Between the two steps of each lies a
/// sequentially consistent fence, so at least one of them sees the other.
pub fn set_char(
    heap: &mut LocalHeap,
    string: Value,
    index: usize,
    c: char,
) -> Result<(), HeapExhausted> {
    loop {
        let text = Text::of(string);
        if text.wide {
            replace_wide(text.object, index, u32::from(c), None);
            return Ok(());
        }
        let Ok(narrow) = u8::try_from(u32::from(c)) else {
            widen(heap, string, text)?;
            continue;
        };
        set_byte(text.object, index, narrow);
        fence(Memory::SeqCst);
        if field(string, 0) == text.object {
            return Ok(());
        }
    }
}

/// Sets the characters `start .. end` of a mutable string.
pub fn fill(
    heap: &mut LocalHeap,
    string: Value,
    start: usize,
    end: usize,
    c: char,
) -> Result<(), HeapExhausted> {
    for index in start..end {
        set_char(heap, string, index, c)?;
    }
    Ok(())
}

/// Copies the characters `start .. end` of `from` to `at` in the mutable string `to`, as if through
/// a third string when they overlap.
pub fn copy_into(
    heap: &mut LocalHeap,
    to: Value,
    at: usize,
    from: Text,
    start: usize,
    end: usize,
) -> Result<(), HeapExhausted> {
    let target = Text::of(to);
    if !from.wide && !target.wide {
        bytes::copy(from.object, start, target.object, at, end - start);
        fence(Memory::SeqCst);
        if field(to, 0) == target.object {
            return Ok(());
        }
    }
    if !from.wide && !target.wide {
        // Another thread has widened it meanwhile, perhaps before all was there. In the old text all
        // is; and what was copied may have been stored over.
        for i in at..at + (end - start) {
            set_char(heap, to, i, target.get(i))?;
        }
    } else if from.object == target.object && start < at {
        for i in (0..end - start).rev() {
            set_char(heap, to, at + i, from.get(start + i))?;
        }
    } else {
        for i in 0..end - start {
            set_char(heap, to, at + i, from.get(start + i))?;
        }
    }
    Ok(())
}

/// Gives `string`, whose narrow text is `text`, a wide one with the same characters.
fn widen(heap: &mut LocalHeap, string: Value, text: Text) -> Result<(), HeapExhausted> {
    let wide = new_text(heap, text.length, true)?;
    let _one_at_a_time = WIDENING.lock();
    if field(string, 0) != text.object {
        return Ok(());
    }
    let mut copied = Vec::new();
    bytes::load(text.object, 0, text.length, &mut copied);
    for (i, &b) in copied.iter().enumerate() {
        store_fresh_wide(wide, i, u32::from(b));
    }
    heap.store(string, 0, wide);
    fence(Memory::SeqCst);
    for (i, &old) in copied.iter().enumerate() {
        let now = byte(text.object, i);
        if now != old {
            replace_wide(wide, i, u32::from(now), Some(u32::from(old)));
        }
    }
    Ok(())
}

/// Stores code point `index` of a wide text that other threads may be using; if `expected` is given,
/// only when it is the present one.
fn replace_wide(text: Value, index: usize, code: u32, expected: Option<u32>) {
    let word = field_atomic(text, index / 2);
    let shift = index % 2 * 32;
    let mut old = word.load(Memory::Relaxed);
    loop {
        if expected.is_some_and(|e| e != (old >> shift) as u32) {
            return;
        }
        let new = old & !(0xffff_ffff << shift) | u64::from(code) << shift;
        match word.compare_exchange_weak(old, new, Memory::Relaxed, Memory::Relaxed) {
            Ok(_) => return,
            Err(now) => old = now,
        }
    }
}

/// Stores code point `index` of a wide text that only this thread knows.
#[inline]
fn store_fresh_wide(text: Value, index: usize, code: u32) {
    let shift = index % 2 * 32;
    let old = raw_payload_word(text, index / 2);
    let new = old & !(0xffff_ffff << shift) | u64::from(code) << shift;
    set_raw_payload_word(text, index / 2, new);
}

fn new_text(heap: &mut LocalHeap, length: usize, wide: bool) -> Result<Value, HeapExhausted> {
    if length > MAX_LENGTH {
        return Err(HeapExhausted);
    }
    if wide {
        heap.object(Kind::TextWide, length * 4)
    } else {
        heap.object(Kind::TextNarrow, length)
    }
}

fn wrap(heap: &mut LocalHeap, text: Value) -> Result<Value, HeapExhausted> {
    let string = heap.object(Kind::String, 1)?;
    init_field(string, 0, text);
    Ok(string)
}

fn fits_narrow(c: char) -> bool {
    u32::from(c) <= 0xff
}

fn store_chars(text: Value, wide: bool, chars: impl Iterator<Item = char>) {
    for (i, c) in chars.enumerate() {
        if wide {
            store_fresh_wide(text, i, u32::from(c));
        } else {
            set_byte(text, i, u32::from(c) as u8);
        }
    }
}

fn store_str(text: Value, wide: bool, source: &str) {
    if !wide && source.is_ascii() {
        bytes::store(text, 0, source.as_bytes());
    } else {
        store_chars(text, wide, source.chars());
    }
}

/// Length of `source` in characters, and whether it needs a wide text.
fn shape(source: &str) -> (usize, bool) {
    if source.is_ascii() {
        (source.len(), false)
    } else {
        (source.chars().count(), !source.chars().all(fits_narrow))
    }
}

/// A new string with the characters of `source`.
pub fn make(heap: &mut LocalHeap, source: &str) -> Result<Value, HeapExhausted> {
    let (length, wide) = shape(source);
    let text = new_text(heap, length, wide)?;
    store_str(text, wide, source);
    wrap(heap, text)
}

/// A new immutable string in the old generation, for constants and the names of symbols.
pub fn make_in_old(heap: &mut LocalHeap, source: &str) -> Result<Value, HeapExhausted> {
    let (length, wide) = shape(source);
    let text = if wide {
        heap.object_in_old(Kind::TextWide, length * 4)?
    } else {
        heap.object_in_old(Kind::TextNarrow, length)?
    };
    store_str(text, wide, source);
    let string = heap.object_in_old(Kind::String, 1)?;
    init_field(string, 0, text);
    make_immutable(string);
    Ok(string)
}

/// A new string with the characters of `source`, for primitives.
pub fn from_str(cx: &mut Cx<'_>, source: &str) -> Result<Value, Raised> {
    make(cx.heap(), source).map_err(|HeapExhausted| cx.exhausted())
}

/// A new string with these characters.
pub fn from_chars(heap: &mut LocalHeap, chars: &[char]) -> Result<Value, HeapExhausted> {
    let wide = !chars.iter().copied().all(fits_narrow);
    let text = new_text(heap, chars.len(), wide)?;
    store_chars(text, wide, chars.iter().copied());
    wrap(heap, text)
}

/// A new string of `length` times the same character.
pub fn filled(heap: &mut LocalHeap, length: usize, c: char) -> Result<Value, HeapExhausted> {
    let wide = !fits_narrow(c);
    let text = new_text(heap, length, wide)?;
    let code = u64::from(c);
    let words = size(text).div_ceil(8);
    let pattern = if wide { code << 32 | code } else { code * 0x0101_0101_0101_0101 };
    for index in 0..if wide { length / 2 } else { length / 8 } {
        set_raw_payload_word(text, index, pattern);
    }
    if wide && length % 2 == 1 {
        set_raw_payload_word(text, words - 1, code);
    } else if !wide {
        bytes::fill(text, length / 8 * 8, length, code as u8);
    }
    wrap(heap, text)
}

/// A new string with the characters `start .. end` of `source`.
pub fn slice(
    heap: &mut LocalHeap,
    source: Text,
    start: usize,
    end: usize,
) -> Result<Value, HeapExhausted> {
    if source.wide {
        let chars: Vec<char> = source.range(start, end).collect();
        return from_chars(heap, &chars);
    }
    let text = new_text(heap, end - start, false)?;
    source.copy_into_fresh(start, end, text, false, 0);
    wrap(heap, text)
}

/// A new string with the characters of all of `parts`, each looked at once: another thread may widen
/// one.
pub fn concatenate(heap: &mut LocalHeap, parts: &[Text]) -> Result<Value, HeapExhausted> {
    let (length, wide) = parts
        .iter()
        .fold((0usize, false), |(n, wide), t| (n.saturating_add(t.len()), wide || t.wide));
    let text = new_text(heap, length, wide)?;
    let mut at = 0;
    for part in parts {
        part.copy_into_fresh(0, part.len(), text, wide, at);
        at += part.len();
    }
    wrap(heap, text)
}
