//! The tagged word: every value of the guest language in 64 bits.
//!
//! The low three bits are the tag (design, section 3):
//!
//! | tag   | what                                                                  |
//! |-------|-----------------------------------------------------------------------|
//! | `000` | fixnum: a 61-bit integer, shifted left by three                        |
//! | `001` | pointer to a pair (16 bytes, no header)                                |
//! | `x10` | self-tagged flonum (see [`crate::flonum`])                            |
//! | `011` | pointer to an object with a header                                    |
//! | `100` | immediate: character, boolean, `()`, ... ([`Value::NIL`] and friends) |
//! | `101` | pointer to a procedure object (also with a header)                    |
//! | `111` | address of an open environment in a thread's stack region; never in the heap |
//!
//! So a word is a heap pointer exactly when it is odd and its tag is not `111`. Raw words that live
//! among values (return words, code addresses: four-byte aligned addresses) end in `000` or `100`
//! and are never taken for pointers.
//!
//! This is the only file that turns words into addresses and back (exposed provenance).

use std::fmt;

/// A guest value, or a raw word kept among values.
///
/// `Value` is plain data: it does not keep its referent alive. Whoever holds one across a point
/// where a collection may happen must hold it in a root (see ARCHITECTURE.md, "Rooting").
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Value(u64);

/// The number of bits taken by the tag.
pub const TAG_BITS: u32 = 3;
/// Mask of the tag.
pub const TAG_MASK: u64 = 7;
/// Tag of fixnums.
pub const TAG_FIXNUM: u64 = 0b000;
/// Tag of pairs.
pub const TAG_PAIR: u64 = 0b001;
/// The two low bits of both flonum tags.
pub const TAG_FLONUM_LOW2: u64 = 0b10;
/// Tag of objects with a header, other than procedures.
pub const TAG_OBJECT: u64 = 0b011;
/// Tag of immediates.
pub const TAG_IMMEDIATE: u64 = 0b100;
/// Tag of procedures.
pub const TAG_PROCEDURE: u64 = 0b101;
/// Tag of open environments on a stack region.
pub const TAG_STACK_ENV: u64 = 0b111;

/// The largest fixnum, 2^60 - 1.
pub const FIXNUM_MAX: i64 = (1 << 60) - 1;
/// The smallest fixnum, -2^60.
pub const FIXNUM_MIN: i64 = -(1 << 60);

const IMMEDIATE_KIND_SHIFT: u32 = 3;
const CHAR_KIND: u64 = 1;
const CHAR_SHIFT: u32 = 8;

const fn special(number: u64) -> Value {
    Value((number << CHAR_SHIFT) | TAG_IMMEDIATE)
}

impl Value {
    /// `#f`.
    pub const FALSE: Value = special(0);
    /// `#t`.
    pub const TRUE: Value = special(1);
    /// `()`.
    pub const NIL: Value = special(2);
    /// What expressions without a useful result return.
    pub const UNSPECIFIED: Value = special(3);
    /// The end-of-file object.
    pub const EOF: Value = special(4);
    /// Marks a global cell or `letrec` variable that has no value yet; never visible to programs.
    pub const UNBOUND: Value = special(5);
    /// Stands for an argument that was not given; never visible to programs.
    pub const DEFAULT: Value = special(6);
    /// An empty slot of a hash table; never visible to programs.
    pub const EMPTY: Value = special(7);
    /// A deleted slot of a hash table; never visible to programs.
    pub const DELETED: Value = special(8);
    /// First word of a pair that was moved: the new address is in the second word. Collector only.
    pub const FORWARDED: Value = special(9);
    /// First word of a pair that is being moved. Collector only.
    pub const BUSY: Value = special(10);
    /// What a weak reference holds when its referent is gone.
    pub const BROKEN: Value = special(11);
    /// The fixnum 0.
    pub const ZERO: Value = Value(0);

    /// The word as it is.
    #[inline(always)]
    pub const fn bits(self) -> u64 {
        self.0
    }
    /// A value from its word. Safe: a `Value` is plain data, and only `unsafe` code follows it.
    #[inline(always)]
    pub const fn from_bits(bits: u64) -> Value {
        Value(bits)
    }
    /// The low three bits.
    #[inline(always)]
    pub const fn tag(self) -> u64 {
        self.0 & TAG_MASK
    }
    /// Is this a pointer into the heap (pair, object or procedure)?
    #[inline(always)]
    pub const fn is_pointer(self) -> bool {
        self.0 & 1 == 1 && self.tag() != TAG_STACK_ENV
    }
    /// Is this a fixnum?
    #[inline(always)]
    pub const fn is_fixnum(self) -> bool {
        self.tag() == TAG_FIXNUM
    }
    /// Is this a self-tagged flonum? (A boxed one is an object of kind `Flonum`.)
    #[inline(always)]
    pub const fn is_immediate_flonum(self) -> bool {
        self.0 & 3 == TAG_FLONUM_LOW2
    }
    /// Is this a pair?
    #[inline(always)]
    pub const fn is_pair(self) -> bool {
        self.tag() == TAG_PAIR
    }
    /// Is this an object with a header, other than a procedure?
    #[inline(always)]
    pub const fn is_object(self) -> bool {
        self.tag() == TAG_OBJECT
    }
    /// Is this a procedure (closure, primitive, continuation, parameter)?
    #[inline(always)]
    pub const fn is_procedure(self) -> bool {
        self.tag() == TAG_PROCEDURE
    }
    /// Is this the address of an open environment on a stack region?
    #[inline(always)]
    pub const fn is_stack_env(self) -> bool {
        self.tag() == TAG_STACK_ENV
    }
    /// Is this `()`?
    #[inline(always)]
    pub const fn is_nil(self) -> bool {
        self.0 == Value::NIL.0
    }
    /// Everything but `#f` counts as true.
    #[inline(always)]
    pub const fn is_true(self) -> bool {
        self.0 != Value::FALSE.0
    }
    /// `#t` or `#f`.
    #[inline(always)]
    pub const fn boolean(b: bool) -> Value {
        if b { Value::TRUE } else { Value::FALSE }
    }
    /// Is this `#t` or `#f`?
    #[inline(always)]
    pub const fn is_boolean(self) -> bool {
        self.0 == Value::TRUE.0 || self.0 == Value::FALSE.0
    }
    /// A fixnum, or `None` when `n` needs more than 61 bits.
    #[inline(always)]
    pub const fn try_fixnum(n: i64) -> Option<Value> {
        if n >= FIXNUM_MIN && n <= FIXNUM_MAX { Some(Value((n as u64) << TAG_BITS)) } else { None }
    }
    /// A fixnum from an integer known to fit.
    ///
    /// # Panics
    /// In debug builds, when `n` needs more than 61 bits.
    #[inline(always)]
    pub const fn fixnum(n: i64) -> Value {
        debug_assert!(n >= FIXNUM_MIN && n <= FIXNUM_MAX);
        Value((n as u64) << TAG_BITS)
    }
    /// The integer of a fixnum, or `None`.
    #[inline(always)]
    pub const fn as_fixnum(self) -> Option<i64> {
        if self.is_fixnum() { Some(self.assume_fixnum()) } else { None }
    }
    /// The integer of a word known to be a fixnum; anything else gives a meaningless integer.
    #[inline(always)]
    pub const fn assume_fixnum(self) -> i64 {
        (self.0 as i64) >> TAG_BITS
    }
    /// A character.
    #[inline(always)]
    pub const fn char(c: char) -> Value {
        Value(((c as u64) << CHAR_SHIFT) | (CHAR_KIND << IMMEDIATE_KIND_SHIFT) | TAG_IMMEDIATE)
    }
    /// Is this a character?
    #[inline(always)]
    pub const fn is_char(self) -> bool {
        self.0 & 0xff == (CHAR_KIND << IMMEDIATE_KIND_SHIFT) | TAG_IMMEDIATE
    }
    /// The character, or `None`.
    #[inline(always)]
    pub const fn as_char(self) -> Option<char> {
        if self.is_char() { char::from_u32((self.0 >> CHAR_SHIFT) as u32) } else { None }
    }
    /// The address a pointer value points to, without its tag.
    #[inline(always)]
    pub const fn address(self) -> usize {
        (self.0 & !TAG_MASK) as usize
    }
    /// A pointer value from an eight-byte aligned address and a tag.
    #[inline(always)]
    pub const fn from_address(address: usize, tag: u64) -> Value {
        debug_assert!(address as u64 & TAG_MASK == 0);
        Value(address as u64 | tag)
    }
    /// The words a pointer value points to. The provenance is that of the heap's mapping, exposed
    /// when it was made.
    #[inline(always)]
    pub fn words(self) -> *mut u64 {
        std::ptr::with_exposed_provenance_mut(self.address())
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tag() {
            TAG_FIXNUM => write!(f, "fixnum({})", self.assume_fixnum()),
            TAG_PAIR => write!(f, "pair({:#x})", self.address()),
            TAG_OBJECT => write!(f, "object({:#x})", self.address()),
            TAG_PROCEDURE => write!(f, "procedure({:#x})", self.address()),
            TAG_STACK_ENV => write!(f, "stack_env({:#x})", self.address()),
            TAG_IMMEDIATE => match self.as_char() {
                Some(c) => write!(f, "char({c:?})"),
                None => write!(f, "immediate({})", self.0 >> CHAR_SHIFT),
            },
            _ => write!(f, "flonum({:?})", crate::flonum::decode(*self)),
        }
    }
}
