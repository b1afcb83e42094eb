//! Heap objects: kinds, headers, and reading and initialising their fields.
//!
//! A pair is two words without a header. Every other object starts with one [`Header`] word; its
//! payload is either all values (*traced*: each word is a [`Value`] or a raw word that cannot be
//! taken for a pointer) or all bytes (*raw*). The collector needs nothing else about a kind.
//!
//! Fields are read and written as word-sized atomics: a race in a guest program yields an old or a
//! new value, never a torn one. Stores into objects that may already be shared or old go through
//! the barrier (`LocalHeap::store`); [`init_field`] is for objects made since the last safepoint.
//!
//! The accessors are safe functions for the crates of this workspace; they rely on the rule that no
//! `Value` is kept across a safepoint outside a root (ARCHITECTURE.md, "Rooting").

use crate::value::{TAG_OBJECT, TAG_PROCEDURE, Value};
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

/// What an object with a header is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
#[repr(u8)]
pub enum Kind {
    /// A procedure: its code, then the captured values. Tag `101`.
    Closure = 1,
    /// A re-entrant continuation. Tag `101`.
    Continuation,
    /// An escape-only continuation. Tag `101`.
    Escape,
    /// A composable (delimited) continuation. Tag `101`.
    PartialContinuation,
    /// A parameter object (R7RS 4.2.6). Tag `101`.
    Parameter,
    /// Promoted assigned variables of one scope.
    Environment,
    /// A run of promoted frames.
    Chunk,
    /// What procedures run: raw words that whoever runs it gives a meaning, then its constants. Owns
    /// a value outside the heap (`native`), never moves.
    Code,
    /// A global variable: value, name.
    Cell,
    /// Several values on their way to `call-with-values`.
    Values,
    /// A boxed double (raw).
    Flonum,
    /// An exact integer beyond the fixnums: limbs (raw), sign in the header flag.
    Bignum,
    /// An exact rational: numerator, denominator.
    Ratnum,
    /// A complex number: real part, imaginary part.
    Compnum,
    /// A string: its text (`TextNarrow` or `TextWide`).
    String,
    /// Text of code points up to U+00FF, a byte each (raw).
    TextNarrow,
    /// Text of any code points, four bytes each (raw).
    TextWide,
    /// A symbol: name (a string), hash, number in the symbol table.
    Symbol,
    /// A vector.
    Vector,
    /// A bytevector (raw).
    Bytevector,
    /// An instance of a record type: the type, then the fields.
    Record,
    /// A record type: name, field names, parent, unique number.
    RecordType,
    /// A promise (R7RS 4.2.5): a box shared by chained promises.
    Promise,
    /// A one-value mutable box.
    Box,
    /// A hash table.
    HashTable,
    /// A value owned by Rust, dropped after it became unreachable: number in the registry, fields.
    Native,
    /// A thread (SRFI 18).
    Thread,
    /// A mutex (SRFI 18).
    Mutex,
    /// A condition variable (SRFI 18).
    Condvar,
    /// A channel.
    Channel,
    /// A point in time (SRFI 18).
    Time,
    /// A prompt tag.
    PromptTag,
    /// A winders/handlers/parameters record: the dynamic state.
    DynState,
    /// A set of global bindings (R7RS 6.12).
    GlobalEnvironment,
    /// A reference that keeps nothing alive (raw, so that it is not followed; see `weak`).
    WeakBox,
    /// A key, and a value that is kept alive while the key is (raw; see `weak`).
    Ephemeron,
    /// A queue of what was given to a guardian and is not used otherwise: lock, first and last link.
    Guardian,
    /// Spare room after an object that shrank; never reachable (raw).
    Filler,
}

impl Kind {
    const ALL: [Kind; 39] = {
        use Kind::*;
        [
            Filler,
            Closure,
            Continuation,
            Escape,
            PartialContinuation,
            Parameter,
            Environment,
            Chunk,
            Code,
            Cell,
            Values,
            Flonum,
            Bignum,
            Ratnum,
            Compnum,
            String,
            TextNarrow,
            TextWide,
            Symbol,
            Vector,
            Bytevector,
            Record,
            RecordType,
            Promise,
            Box,
            HashTable,
            Native,
            Thread,
            Mutex,
            Condvar,
            Channel,
            Time,
            PromptTag,
            DynState,
            GlobalEnvironment,
            WeakBox,
            Ephemeron,
            Guardian,
            Filler,
        ]
    };

    /// Does the payload hold bytes rather than values?
    pub const fn is_raw(self) -> bool {
        matches!(
            self,
            Kind::Flonum
                | Kind::Bignum
                | Kind::TextNarrow
                | Kind::TextWide
                | Kind::Bytevector
                | Kind::WeakBox
                | Kind::Ephemeron
                | Kind::Filler
        )
    }

    /// The tag of pointers to objects of this kind.
    pub const fn tag(self) -> u64 {
        match self {
            Kind::Closure
            | Kind::Continuation
            | Kind::Escape
            | Kind::PartialContinuation
            | Kind::Parameter => TAG_PROCEDURE,
            _ => TAG_OBJECT,
        }
    }
}

const RAW_BIT: u64 = 1 << 3;
const FLAG_BIT: u64 = 1 << 4;
const KIND_SHIFT: u32 = 8;
const SIZE_SHIFT: u32 = 16;

/// The first word of an object: bits 0 to 2 zero (a forwarded object has an odd word here), bit 3
/// "raw", bit 4 a flag whose meaning the kind gives, bits 8 to 15 the kind, bits 16 to 63 the size
/// of the payload: words of a traced object, bytes of a raw one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(transparent)]
pub struct Header(u64);

impl Header {
    /// Header of an object with `size` payload words (traced kinds) or bytes (raw kinds).
    #[inline(always)]
    pub const fn new(kind: Kind, size: usize) -> Header {
        let raw = if kind.is_raw() { RAW_BIT } else { 0 };
        Header((size as u64) << SIZE_SHIFT | (kind as u64) << KIND_SHIFT | raw)
    }
    /// The same header with its flag set or cleared.
    #[inline(always)]
    pub const fn with_flag(self, flag: bool) -> Header {
        Header(if flag { self.0 | FLAG_BIT } else { self.0 & !FLAG_BIT })
    }
    /// The header in this word.
    #[inline(always)]
    pub const fn from_bits(bits: u64) -> Header {
        Header(bits)
    }
    /// The word.
    #[inline(always)]
    pub const fn bits(self) -> u64 {
        self.0
    }
    /// The kind.
    #[inline(always)]
    pub const fn kind(self) -> Kind {
        let index = (self.0 >> KIND_SHIFT & 0xff) as usize;
        if index < Kind::ALL.len() { Kind::ALL[index] } else { Kind::Filler }
    }
    /// Is the object of this kind? One comparison, no table.
    #[inline(always)]
    pub const fn is(self, kind: Kind) -> bool {
        self.0 >> KIND_SHIFT & 0xff == kind as u64
    }
    /// Does the payload hold bytes?
    #[inline(always)]
    pub const fn is_raw(self) -> bool {
        self.0 & RAW_BIT != 0
    }
    /// The flag.
    #[inline(always)]
    pub const fn flag(self) -> bool {
        self.0 & FLAG_BIT != 0
    }
    /// Payload words (traced kinds) or bytes (raw kinds).
    #[inline(always)]
    pub const fn size(self) -> usize {
        (self.0 >> SIZE_SHIFT) as usize
    }
    /// Words of the whole object, header included.
    #[inline(always)]
    pub const fn total_words(self) -> usize {
        1 + if self.is_raw() { self.size().div_ceil(8) } else { self.size() }
    }
}

#[inline(always)]
fn word(v: Value, index: usize) -> &'static AtomicU64 {
    debug_assert!(v.is_pointer() || v.is_stack_env());
    // SAFETY: `v` is a live object (module doc) of more than `index` words, which is what every
    // caller in this file has checked or was promised; words are eight-byte aligned and only ever
    // accessed as atomics. The reference does not escape its caller's expression.
    unsafe { AtomicU64::from_ptr(v.words().add(index)) }
}

/// The header of an object (not of a pair).
#[inline(always)]
pub fn header(v: Value) -> Header {
    debug_assert!(v.is_object() || v.is_procedure());
    Header::from_bits(word(v, 0).load(Ordering::Acquire))
}
/// Is `v` an object (or procedure) of this kind?
#[inline(always)]
pub fn is_kind(v: Value, kind: Kind) -> bool {
    v.tag() == kind.tag() && header(v).is(kind)
}
/// The kind of an object with a header, or `None` for pairs and immediates.
#[inline]
pub fn kind(v: Value) -> Option<Kind> {
    if v.is_object() || v.is_procedure() { Some(header(v).kind()) } else { None }
}
/// The name in events of the kind with this number; 0 stands for pairs.
pub fn kind_name(number: u16) -> String {
    match Kind::ALL.get(usize::from(number)) {
        Some(kind) if number > 0 => format!("{kind:?}"),
        _ => "Pair".to_owned(),
    }
}
/// First field of a value known to be a pair.
#[inline(always)]
pub fn car(v: Value) -> Value {
    debug_assert!(v.is_pair());
    Value::from_bits(word(v, 0).load(Ordering::Acquire))
}
/// Second field of a value known to be a pair.
#[inline(always)]
pub fn cdr(v: Value) -> Value {
    debug_assert!(v.is_pair());
    Value::from_bits(word(v, 1).load(Ordering::Acquire))
}
/// Payload word `index` of a traced object.
#[inline(always)]
pub fn field(v: Value, index: usize) -> Value {
    debug_assert!(v.is_stack_env() || index < header(v).size());
    Value::from_bits(word(v, 1 + index).load(Ordering::Acquire))
}
/// Sets payload word `index` of an object made since the last safepoint by this thread, or stores a
/// non-pointer. No barrier.
#[inline(always)]
pub fn init_field(v: Value, index: usize, value: Value) {
    debug_assert!(v.is_stack_env() || index < header(v).size());
    word(v, 1 + index).store(value.bits(), Ordering::Release);
}
/// The atomic word of payload field `index`: for compare-and-swap on non-pointer states (locks).
#[inline(always)]
pub fn field_atomic(v: Value, index: usize) -> &'static AtomicU64 {
    debug_assert!(index < header(v).size());
    word(v, 1 + index)
}
/// The atomic word `index` counted from the first word of a pair or object, header included.
#[inline(always)]
pub fn raw_word(v: Value, index: usize) -> &'static AtomicU64 {
    word(v, index)
}
/// Payload size: words of a traced object, bytes of a raw one.
#[inline(always)]
pub fn size(v: Value) -> usize {
    header(v).size()
}

#[inline(always)]
fn byte_cell(v: Value, index: usize) -> &'static AtomicU8 {
    debug_assert!(header(v).is_raw() && index < header(v).size());
    // SAFETY: as for `word`; `index` is below the byte size, and bytes need no alignment.
    unsafe { AtomicU8::from_ptr(v.words().add(1).cast::<u8>().add(index)) }
}
/// Byte `index` of a raw object.
#[inline(always)]
pub fn byte(v: Value, index: usize) -> u8 {
    byte_cell(v, index).load(Ordering::Relaxed)
}
/// Sets byte `index` of a raw object.
#[inline(always)]
pub fn set_byte(v: Value, index: usize, byte: u8) {
    byte_cell(v, index).store(byte, Ordering::Relaxed);
}
/// Payload word `index` of a raw object (its bytes `8 * index ..`, native order).
#[inline(always)]
pub fn raw_payload_word(v: Value, index: usize) -> u64 {
    debug_assert!(index < header(v).total_words() - 1);
    word(v, 1 + index).load(Ordering::Relaxed)
}
/// The bytes that the object takes that a value leads to; 0 for a value that leads to none.
pub fn footprint(v: Value) -> usize {
    if v.is_pair() {
        return 16;
    }
    if !v.is_pointer() {
        return 0;
    }
    8 * Header::from_bits(raw_word(v, 0).load(Ordering::Relaxed)).total_words()
}

/// Field `index` of a weak box or an ephemeron: [`Value::BROKEN`] if the referent is gone. To look at;
/// what is to be used is read by [`crate::LocalHeap::weak_field`].
#[inline]
pub fn weak_field(v: Value, index: usize) -> Value {
    Value::from_bits(raw_payload_word(v, index))
}
/// Sets payload word `index` of a raw object.
#[inline(always)]
pub fn set_raw_payload_word(v: Value, index: usize, bits: u64) {
    debug_assert!(index < header(v).total_words() - 1);
    word(v, 1 + index).store(bits, Ordering::Relaxed);
}

/// Copies `count` bytes of one raw object to another, or within the same one: ranges may overlap,
/// and the result is as if the source had been read first.
pub fn copy_bytes(from: Value, from_index: usize, to: Value, to_index: usize, count: usize) {
    debug_assert!(from_index + count <= size(from) && to_index + count <= size(to));
    let backwards = from == to && from_index < to_index;
    let aligned = from_index.is_multiple_of(8) && to_index.is_multiple_of(8);
    let words = if aligned { count / 8 } else { 0 };
    let copy_words = || {
        let (source, target) = (from_index / 8, to_index / 8);
        for step in 0..words {
            let index = if backwards { words - 1 - step } else { step };
            set_raw_payload_word(to, target + index, raw_payload_word(from, source + index));
        }
    };
    let copy_rest = || {
        for step in 8 * words..count {
            let index = if backwards { count - 1 - (step - 8 * words) } else { step };
            set_byte(to, to_index + index, byte(from, from_index + index));
        }
    };
    if backwards {
        copy_rest();
        copy_words();
    } else {
        copy_words();
        copy_rest();
    }
}

/// Writes bytes into a raw object from `index` on.
pub fn write_bytes(v: Value, index: usize, bytes: &[u8]) {
    debug_assert!(index + bytes.len() <= size(v));
    let aligned = index.is_multiple_of(8);
    let (chunks, rest) = if aligned { bytes.as_chunks::<8>() } else { (&[][..], bytes) };
    for (step, chunk) in chunks.iter().enumerate() {
        set_raw_payload_word(v, index / 8 + step, u64::from_ne_bytes(*chunk));
    }
    for (step, &value) in rest.iter().enumerate() {
        set_byte(v, index + 8 * chunks.len() + step, value);
    }
}

/// Appends `count` bytes of a raw object, from `index` on, to a buffer.
pub fn read_bytes(v: Value, index: usize, count: usize, into: &mut Vec<u8>) {
    debug_assert!(index + count <= size(v));
    into.reserve(count);
    let words = if index.is_multiple_of(8) { count / 8 } else { 0 };
    for step in 0..words {
        into.extend_from_slice(&raw_payload_word(v, index / 8 + step).to_ne_bytes());
    }
    for step in 8 * words..count {
        into.push(byte(v, index + step));
    }
}

#[cfg(test)]
mod tests;
