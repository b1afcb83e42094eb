//! Numbers as heap objects, and back.
//!
//! Fixnums and most flonums are immediate. A `Bignum` holds the limbs of the magnitude, least
//! significant first, and the sign in the header flag; a `Ratnum` numerator and denominator, a
//! `Compnum` real and imaginary part.

use super::Number;
use crate::cx::{Cx, Raised};
use dashu_base::Sign;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use lisle_gc::{HeapExhausted, Kind, LocalHeap, Value, flonum, object};
use smallvec::SmallVec;
use std::sync::atomic::Ordering;

const LIMB_BYTES: usize = 8;

/// A guest value for a number.
pub fn to_value(cx: &mut Cx<'_>, n: &Number) -> Result<Value, Raised> {
    build(n, &mut |kind, size| cx.object(kind, size))
}

/// The same in the old generation, where it never moves: for constants of code.
pub fn to_value_in_old(heap: &mut LocalHeap, n: &Number) -> Result<Value, HeapExhausted> {
    build(n, &mut |kind, size| heap.object_in_old(kind, size))
}

fn build<E>(
    n: &Number,
    allocate: &mut dyn FnMut(Kind, usize) -> Result<Value, E>,
) -> Result<Value, E> {
    match n {
        Number::Fixnum(n) => Ok(Value::fixnum(*n)),
        Number::Flonum(x) => match flonum::encode(*x) {
            Some(v) => Ok(v),
            None => {
                let v = allocate(Kind::Flonum, LIMB_BYTES)?;
                object::set_raw_payload_word(v, 0, x.to_bits());
                Ok(v)
            }
        },
        Number::Big(n) => {
            let (sign, limbs) = n.as_sign_words();
            let v = allocate(Kind::Bignum, limbs.len() * LIMB_BYTES)?;
            fill_bignum(v, sign, limbs);
            Ok(v)
        }
        Number::Ratio(q) => {
            let numerator = build(&Number::from(q.numerator().clone()), allocate)?;
            let denominator = build(&Number::from(q.denominator().clone()), allocate)?;
            two_fields(allocate(Kind::Ratnum, 2)?, numerator, denominator)
        }
        Number::Complex(parts) => {
            let re = build(&parts.0, allocate)?;
            let im = build(&parts.1, allocate)?;
            two_fields(allocate(Kind::Compnum, 2)?, re, im)
        }
    }
}

fn two_fields<E>(v: Value, first: Value, second: Value) -> Result<Value, E> {
    object::init_field(v, 0, first);
    object::init_field(v, 1, second);
    Ok(v)
}

fn fill_bignum(v: Value, sign: Sign, limbs: &[u64]) {
    for (index, limb) in limbs.iter().enumerate() {
        object::set_raw_payload_word(v, index, *limb);
    }
    if sign == Sign::Negative {
        let header = object::header(v).with_flag(true);
        object::raw_word(v, 0).store(header.bits(), Ordering::Release);
    }
}

/// The guest value of an integer, which may be beyond the fixnums.
#[inline]
pub fn integer(cx: &mut Cx<'_>, n: i64) -> Result<Value, Raised> {
    match Value::try_fixnum(n) {
        Some(v) => Ok(v),
        None => wide_integer(cx, i128::from(n)),
    }
}

/// The guest value of an integer of up to 128 bits.
#[cold]
pub fn wide_integer(cx: &mut Cx<'_>, n: i128) -> Result<Value, Raised> {
    if let Some(v) = i64::try_from(n).ok().and_then(Value::try_fixnum) {
        return Ok(v);
    }
    let magnitude = n.unsigned_abs();
    let limbs = [magnitude as u64, (magnitude >> 64) as u64];
    let count = if limbs[1] == 0 { 1 } else { 2 };
    let v = cx.object(Kind::Bignum, count * LIMB_BYTES)?;
    fill_bignum(v, Sign::from(n < 0), &limbs[..count]);
    Ok(v)
}

/// The number a guest value is, or `None`.
pub fn from_value(v: Value) -> Option<Number> {
    if let Some(n) = v.as_fixnum() {
        return Some(Number::Fixnum(n));
    }
    if v.is_immediate_flonum() {
        return Some(Number::Flonum(flonum::decode(v)));
    }
    match object::kind(v)? {
        Kind::Flonum => Some(Number::Flonum(boxed_flonum(v))),
        Kind::Bignum => Some(Number::Big(big(v))),
        Kind::Ratnum => {
            let numerator = any_integer(object::field(v, 0));
            let denominator = any_integer(object::field(v, 1)).into_parts().1;
            Some(Number::Ratio(RBig::from_parts(numerator, denominator)))
        }
        Kind::Compnum => {
            let re = from_value(object::field(v, 0))?;
            let im = from_value(object::field(v, 1))?;
            Some(Number::Complex(Box::new((re, im))))
        }
        _ => None,
    }
}

fn boxed_flonum(v: Value) -> f64 {
    f64::from_bits(object::raw_payload_word(v, 0))
}

fn big(v: Value) -> IBig {
    let count = object::size(v) / LIMB_BYTES;
    let limbs: SmallVec<[u64; 16]> =
        (0..count).map(|index| object::raw_payload_word(v, index)).collect();
    IBig::from_parts(Sign::from(object::header(v).flag()), UBig::from_words(&limbs))
}

fn any_integer(v: Value) -> IBig {
    match v.as_fixnum() {
        Some(n) => IBig::from(n),
        None => big(v),
    }
}

/// The double of a flonum, immediate or boxed.
#[inline(always)]
pub fn as_flonum(v: Value) -> Option<f64> {
    if v.is_immediate_flonum() {
        Some(flonum::decode(v))
    } else if object::is_kind(v, Kind::Flonum) {
        Some(boxed_flonum(v))
    } else {
        None
    }
}

/// The double of a fixnum or flonum.
#[inline(always)]
pub fn as_f64(v: Value) -> Option<f64> {
    match v.as_fixnum() {
        Some(n) => Some(n as f64),
        None => as_flonum(v),
    }
}

/// The double nearest to a real number.
pub fn real_as_f64(v: Value) -> Option<f64> {
    as_f64(v).or_else(|| from_value(v).filter(Number::is_real).map(|n| n.to_f64()))
}

/// Is this a number?
#[inline]
pub fn is_number(v: Value) -> bool {
    v.is_fixnum()
        || v.is_immediate_flonum()
        || matches!(
            object::kind(v),
            Some(Kind::Flonum | Kind::Bignum | Kind::Ratnum | Kind::Compnum)
        )
}
