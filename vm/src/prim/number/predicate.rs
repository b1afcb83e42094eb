//! What sort of number something is, and its sign. Nothing here allocates.

use crate::cx::{Cx, Raised};
use crate::num;
use crate::num::heap::as_flonum;
use lisle_gc::object::{field, header, is_kind, kind, raw_payload_word};
use lisle_gc::{Kind, Value};
use std::cmp::Ordering;

type Answer = Result<Value, Raised>;

fn answer(holds: bool) -> Answer {
    Ok(Value::boolean(holds))
}

/// Is this an exact integer?
pub fn exact_integer(v: Value) -> bool {
    v.is_fixnum() || is_kind(v, Kind::Bignum)
}

/// Is this a real number?
pub fn real(v: Value) -> bool {
    num::is_number(v) && !is_kind(v, Kind::Compnum)
}

/// Is this an integer, exact or not?
pub fn integer(v: Value) -> bool {
    exact_integer(v) || as_flonum(v).is_some_and(|x| x.is_finite() && x.trunc() == x)
}

/// How a real number compares with zero; `None` for NaN and what is no real number.
pub fn sign(v: Value) -> Option<Ordering> {
    if let Some(n) = v.as_fixnum() {
        return Some(n.cmp(&0));
    }
    if let Some(x) = as_flonum(v) {
        return x.partial_cmp(&0.0);
    }
    match kind(v)? {
        Kind::Bignum if header(v).flag() => Some(Ordering::Less),
        Kind::Bignum => Some(Ordering::Greater),
        Kind::Ratnum => sign(field(v, 0)),
        _ => None,
    }
}

pub fn is_number(_cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    answer(num::is_number(args[0]))
}
pub fn is_real(_cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    answer(real(args[0]))
}
pub fn is_rational(_cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    answer(real(args[0]) && as_flonum(args[0]).is_none_or(f64::is_finite))
}
pub fn is_integer(_cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    answer(integer(args[0]))
}
pub fn is_exact_integer(_cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    answer(exact_integer(args[0]))
}
pub fn is_exact_rational(_cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    answer(exact_integer(args[0]) || is_kind(args[0], Kind::Ratnum))
}
pub fn is_exact_nonnegative_integer(_cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    answer(exact_integer(args[0]) && sign(args[0]) != Some(Ordering::Less))
}

/// Does a part of this number satisfy `test`? An exact part counts as zero.
fn any_part(
    cx: &mut Cx<'_>,
    name: &str,
    v: Value,
    test: impl Fn(f64) -> bool,
) -> Result<bool, Raised> {
    if !num::is_number(v) {
        return Err(cx.wrong_type(name, 1, "number", v));
    }
    let part = |v: Value| test(as_flonum(v).unwrap_or(0.0));
    Ok(if is_kind(v, Kind::Compnum) { part(field(v, 0)) || part(field(v, 1)) } else { part(v) })
}

pub fn is_finite(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    answer(!any_part(cx, "finite?", args[0], |x| !x.is_finite())?)
}
pub fn is_infinite(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    answer(any_part(cx, "infinite?", args[0], f64::is_infinite)?)
}
pub fn is_nan(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    answer(any_part(cx, "nan?", args[0], f64::is_nan)?)
}

fn inexact(cx: &mut Cx<'_>, name: &str, v: Value) -> Result<bool, Raised> {
    if !num::is_number(v) {
        return Err(cx.wrong_type(name, 1, "number", v));
    }
    // Both parts of a complex number are of the same exactness.
    let part = if is_kind(v, Kind::Compnum) { field(v, 1) } else { v };
    Ok(as_flonum(part).is_some())
}
pub fn is_exact(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    answer(!inexact(cx, "exact?", args[0])?)
}
pub fn is_inexact(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    answer(inexact(cx, "inexact?", args[0])?)
}

pub fn is_zero(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let v = args[0];
    if is_kind(v, Kind::Compnum) {
        let zero = |part: Value| sign(part) == Some(Ordering::Equal);
        return answer(zero(field(v, 0)) && zero(field(v, 1)));
    }
    if !num::is_number(v) {
        return Err(cx.wrong_type("zero?", 1, "number", v));
    }
    answer(sign(v) == Some(Ordering::Equal))
}

fn has_sign(cx: &mut Cx<'_>, name: &str, v: Value, wanted: Ordering) -> Answer {
    if !real(v) {
        return Err(cx.wrong_type(name, 1, "real", v));
    }
    answer(sign(v) == Some(wanted))
}
pub fn is_positive(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    has_sign(cx, "positive?", args[0], Ordering::Greater)
}
pub fn is_negative(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    has_sign(cx, "negative?", args[0], Ordering::Less)
}

fn odd(cx: &mut Cx<'_>, name: &str, v: Value) -> Result<bool, Raised> {
    if let Some(n) = v.as_fixnum() {
        return Ok(n & 1 == 1);
    }
    if is_kind(v, Kind::Bignum) {
        return Ok(raw_payload_word(v, 0) & 1 == 1);
    }
    match as_flonum(v) {
        Some(x) if integer(v) => Ok(x % 2.0 != 0.0),
        _ => Err(cx.wrong_type(name, 1, "integer", v)),
    }
}
pub fn is_odd(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    answer(odd(cx, "odd?", args[0])?)
}
pub fn is_even(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    answer(!odd(cx, "even?", args[0])?)
}
