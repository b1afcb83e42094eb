//! The fast paths of arithmetic: fixnums and self-tagged flonums, no allocation, no errors.
//!
//! `None` means "ask the numeric tower".

use lisle_gc::{Kind, Value, flonum, object};

#[inline(always)]
fn both_fixnums(x: Value, y: Value) -> bool {
    (x.bits() | y.bits()) & 7 == 0
}
/// Tag `x10`: two less, and the two low bits are zero. (A subtraction, since x86 has one that leaves
/// its operand as it is.)
#[inline(always)]
fn without_tag(x: Value) -> u64 {
    x.bits().wrapping_sub(2)
}
#[inline(always)]
fn both_flonums(x: Value, y: Value) -> bool {
    (without_tag(x) | without_tag(y)) & 3 == 0
}
#[inline(always)]
fn all_flonums(x: Value, y: Value, z: Value) -> bool {
    (without_tag(x) | without_tag(y) | without_tag(z)) & 3 == 0
}

/// `x + y`
#[inline(always)]
pub fn add(x: Value, y: Value) -> Option<Value> {
    if both_fixnums(x, y) {
        let sum = (x.bits() as i64).checked_add(y.bits() as i64)?;
        Some(Value::from_bits(sum as u64))
    } else if both_flonums(x, y) {
        flonum::encode(flonum::decode(x) + flonum::decode(y))
    } else {
        None
    }
}
/// `x - y`
#[inline(always)]
pub fn sub(x: Value, y: Value) -> Option<Value> {
    if both_fixnums(x, y) {
        let difference = (x.bits() as i64).checked_sub(y.bits() as i64)?;
        Some(Value::from_bits(difference as u64))
    } else if both_flonums(x, y) {
        flonum::encode(flonum::decode(x) - flonum::decode(y))
    } else {
        None
    }
}
/// `x * y`
#[inline(always)]
pub fn mul(x: Value, y: Value) -> Option<Value> {
    if both_fixnums(x, y) {
        let product = x.assume_fixnum().checked_mul(y.bits() as i64)?;
        Some(Value::from_bits(product as u64))
    } else if both_flonums(x, y) {
        flonum::encode(flonum::decode(x) * flonum::decode(y))
    } else {
        None
    }
}
/// `x / y` for flonums.
#[inline(always)]
pub fn div(x: Value, y: Value) -> Option<Value> {
    if both_flonums(x, y) { flonum::encode(flonum::decode(x) / flonum::decode(y)) } else { None }
}
/// `(- x)`
#[inline(always)]
pub fn negate(x: Value) -> Option<Value> {
    if x.is_immediate_flonum() {
        flonum::encode(-flonum::decode(x))
    } else if x.is_fixnum() {
        let negated = (x.bits() as i64).checked_neg()?;
        Some(Value::from_bits(negated as u64))
    } else {
        None
    }
}
/// `(abs x)`
#[inline(always)]
pub fn abs(x: Value) -> Option<Value> {
    if x.is_immediate_flonum() {
        flonum::encode(flonum::decode(x).abs())
    } else if x.is_fixnum() {
        let magnitude = (x.bits() as i64).checked_abs()?;
        Some(Value::from_bits(magnitude as u64))
    } else {
        None
    }
}
/// `(sqrt x)` of flonums that are not negative.
#[inline(always)]
pub fn sqrt(x: Value) -> Option<Value> {
    if !x.is_immediate_flonum() {
        return None;
    }
    let x = flonum::decode(x);
    if x >= 0.0 { flonum::encode(x.sqrt()) } else { None }
}
/// `(quotient x y)` for fixnums.
#[inline(always)]
pub fn quotient(x: Value, y: Value) -> Option<Value> {
    let divisor = y.as_fixnum()?;
    if !x.is_fixnum() || divisor == 0 || divisor == -1 {
        return None;
    }
    Some(Value::fixnum(x.assume_fixnum() / divisor))
}
/// `(remainder x y)` for fixnums.
#[inline(always)]
pub fn remainder(x: Value, y: Value) -> Option<Value> {
    let divisor = y.as_fixnum()?;
    if !x.is_fixnum() || divisor == 0 || divisor == -1 {
        return None;
    }
    Some(Value::fixnum(x.assume_fixnum() % divisor))
}
/// `(modulo x y)` for fixnums.
#[inline(always)]
pub fn modulo(x: Value, y: Value) -> Option<Value> {
    let divisor = y.as_fixnum()?;
    if !x.is_fixnum() || divisor == 0 || divisor == -1 {
        return None;
    }
    let rest = x.assume_fixnum() % divisor;
    let adjusted = if rest != 0 && (rest < 0) != (divisor < 0) { rest + divisor } else { rest };
    Some(Value::fixnum(adjusted))
}
/// `(arithmetic-shift x y)` for fixnums, when nothing is lost.
#[inline(always)]
pub fn shift(x: Value, y: Value) -> Option<Value> {
    if !both_fixnums(x, y) {
        return None;
    }
    let (number, count) = (x.assume_fixnum(), y.assume_fixnum());
    if (-63..=0).contains(&count) {
        return Some(Value::fixnum(number >> -count));
    }
    if !(1..60).contains(&count) {
        return None;
    }
    let shifted = number << count;
    if shifted >> count == number { Value::try_fixnum(shifted) } else { None }
}
/// `x < y`
#[inline(always)]
pub fn lt(x: Value, y: Value) -> Option<bool> {
    if both_fixnums(x, y) {
        Some((x.bits() as i64) < y.bits() as i64)
    } else if both_flonums(x, y) {
        Some(flonum::decode(x) < flonum::decode(y))
    } else {
        None
    }
}
/// `x <= y`
#[inline(always)]
pub fn le(x: Value, y: Value) -> Option<bool> {
    if both_fixnums(x, y) {
        Some(x.bits() as i64 <= y.bits() as i64)
    } else if both_flonums(x, y) {
        Some(flonum::decode(x) <= flonum::decode(y))
    } else {
        None
    }
}
/// `x = y`
#[inline(always)]
pub fn num_eq(x: Value, y: Value) -> Option<bool> {
    if both_fixnums(x, y) {
        Some(x == y)
    } else if both_flonums(x, y) {
        Some(flonum::decode(x) == flonum::decode(y))
    } else {
        None
    }
}
/// `(bitwise-and x y)` for fixnums.
#[inline(always)]
pub fn bit_and(x: Value, y: Value) -> Option<Value> {
    both_fixnums(x, y).then(|| Value::from_bits(x.bits() & y.bits()))
}
/// `(bitwise-ior x y)` for fixnums.
#[inline(always)]
pub fn bit_or(x: Value, y: Value) -> Option<Value> {
    both_fixnums(x, y).then(|| Value::from_bits(x.bits() | y.bits()))
}
/// `(bitwise-xor x y)` for fixnums.
#[inline(always)]
pub fn bit_xor(x: Value, y: Value) -> Option<Value> {
    both_fixnums(x, y).then(|| Value::from_bits(x.bits() ^ y.bits()))
}

/// The element number, if `vector` is a vector and `index` is in range.
#[inline(always)]
pub fn vector_index(vector: Value, index: Value) -> Option<usize> {
    if !vector.is_object() || !index.is_fixnum() {
        return None;
    }
    let header = object::header(vector);
    let index = index.assume_fixnum() as usize;
    (header.is(Kind::Vector) && index < header.size()).then_some(index)
}
/// Is `vector` a vector that has an element `index`?
#[inline(always)]
pub fn vector_holds(vector: Value, index: usize) -> bool {
    vector.is_object() && {
        let header = object::header(vector);
        header.is(Kind::Vector) && index < header.size()
    }
}
/// The same for a vector that is no literal constant.
#[inline(always)]
pub fn mutable_vector_index(vector: Value, index: Value) -> Option<usize> {
    let index = vector_index(vector, index)?;
    (!object::header(vector).flag()).then_some(index)
}
/// The byte number, if `bytes` is a bytevector and `index` is in range.
#[inline(always)]
pub fn byte_index(bytes: Value, index: Value) -> Option<usize> {
    if !bytes.is_object() || !index.is_fixnum() {
        return None;
    }
    let header = object::header(bytes);
    let index = index.assume_fixnum() as usize;
    (header.is(Kind::Bytevector) && index < header.size()).then_some(index)
}
/// The same with a byte to store, for a bytevector that is no literal constant.
#[inline(always)]
pub fn mutable_byte_index(bytes: Value, index: Value, byte: Value) -> Option<(usize, u8)> {
    let index = byte_index(bytes, index)?;
    let byte = u8::try_from(byte.as_fixnum()?).ok()?;
    (!object::header(bytes).flag()).then_some((index, byte))
}
/// A character of a string of narrow text.
#[inline(always)]
pub fn narrow_char(string: Value, index: Value) -> Option<Value> {
    if !object::is_kind(string, Kind::String) || !index.is_fixnum() {
        return None;
    }
    let text = object::field(string, 0);
    let header = object::header(text);
    let index = index.assume_fixnum() as usize;
    if header.is(Kind::TextNarrow) && index < header.size() {
        Some(Value::char(char::from(object::byte(text, index))))
    } else {
        None
    }
}
/// Is this a record of just this type?
#[inline(always)]
pub fn is_record(record: Value, of: Value) -> bool {
    record_holds(record, of, 0)
}
/// Is this a record of just this type, with as many words as that? The type does not tell: the
/// variable that it is taken from may have been given another one since the field was numbered.
#[inline(always)]
pub fn record_holds(record: Value, of: Value, word: usize) -> bool {
    record.is_object() && {
        let header = object::header(record);
        header.is(Kind::Record) && word < header.size() && object::field(record, 0) == of
    }
}

macro_rules! fused {
    ($(#[doc = $doc:literal])* $name:ident, $first:ident,
     |$x:ident, $y:ident, $z:ident| $flonum:expr, |$inner:ident, $last:ident| $fixnum:expr) => {
        $(#[doc = $doc])*
        #[inline(always)]
        pub fn $name(x: Value, y: Value, z: Value) -> Option<Value> {
            if all_flonums(x, y, z) {
                let ($x, $y, $z) = (flonum::decode(x), flonum::decode(y), flonum::decode(z));
                return flonum::encode($flonum);
            }
            let ($inner, $last) = ($first(x, y)?, z);
            $fixnum
        }
    };
}
fused!(
    /// `x * y + z`
    mul_add, mul, |x, y, z| x * y + z, |inner, z| add(inner, z)
);
fused!(
    /// `x * y - z`
    mul_sub, mul, |x, y, z| x * y - z, |inner, z| sub(inner, z)
);
fused!(
    /// `z - x * y`
    sub_mul, mul, |x, y, z| z - x * y, |inner, z| sub(z, inner)
);
fused!(
    /// `x * y * z`
    mul_mul, mul, |x, y, z| x * y * z, |inner, z| mul(inner, z)
);
fused!(
    /// `x + y + z`
    add_add, add, |x, y, z| x + y + z, |inner, z| add(inner, z)
);
fused!(
    /// `x - y + z`
    sub_add, sub, |x, y, z| x - y + z, |inner, z| add(inner, z)
);
