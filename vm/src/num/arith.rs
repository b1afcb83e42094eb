//! Arithmetic on guest values: what the interpreter calls when its inline paths do not apply, and
//! what the primitives are made of.
//!
//! Fixnums and flonums are dealt with here, without allocating anything but the result; the rest
//! goes through [`Number`]. No operation allocates before it has checked its operands.

use super::heap::{as_f64, as_flonum, integer, wide_integer};
use super::tower::compare_fixnum_flonum;
use super::{Fault, Number, from_value, integer as whole, to_value};
use crate::aside::{self, Key};
use crate::condition::ErrorKind;
use crate::cx::{Cx, Raised};
use lisle_gc::Value;
use std::cmp::Ordering;

/// Turns a fault of the operation `name` on `args` into a condition.
#[cold]
pub fn raise_fault(cx: &mut Cx<'_>, name: &str, fault: Fault, args: &[Value]) -> Raised {
    match fault {
        Fault::DivideByZero => {
            cx.error(ErrorKind::DivideByZero, &format!("{name}: division by zero"), args)
        }
        Fault::Wanted(index, expected) => cx.wrong_type(name, index + 1, expected, args[index]),
        Fault::TooLarge => {
            cx.error(ErrorKind::Range, &format!("{name}: the result would be too large"), &[])
        }
    }
}

/// The number in argument `index`, or a complaint that it is none.
pub fn number_argument(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    index: usize,
) -> Result<Number, Raised> {
    from_value(args[index]).ok_or_else(|| cx.wrong_type(name, index + 1, "number", args[index]))
}

/// An operation on the numbers of any sort.
#[cold]
pub fn general(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value; 2],
    operation: impl FnOnce(&Number, &Number) -> super::Result + Send + 'static,
) -> Result<Value, Raised> {
    let a = number_argument(cx, name, args, 0)?;
    let b = number_argument(cx, name, args, 1)?;
    let is_long =
        aside::is_long(name, &[&a, &b]) || (name == "expt" && aside::is_long_power(&a, &b));
    let result = if is_long {
        let key = Key::Numbers(name.to_owned(), vec![a.clone(), b.clone()]);
        aside::compute(cx, || key, move || operation(&a, &b))?
    } else {
        operation(&a, &b)
    };
    match result {
        Ok(result) => to_value(cx, &result),
        Err(fault) => Err(raise_fault(cx, name, fault, args)),
    }
}

/// The same on one number.
pub fn general_unary(
    cx: &mut Cx<'_>,
    name: &str,
    v: Value,
    operation: impl FnOnce(&Number) -> super::Result + Send + 'static,
) -> Result<Value, Raised> {
    let n = number_argument(cx, name, &[v], 0)?;
    let result = if aside::is_long(name, &[&n]) {
        let key = Key::Numbers(name.to_owned(), vec![n.clone()]);
        aside::compute(cx, || key, move || operation(&n))?
    } else {
        operation(&n)
    };
    match result {
        Ok(result) => to_value(cx, &result),
        Err(fault) => Err(raise_fault(cx, name, fault, &[v])),
    }
}

/// Two fixnums.
#[inline(always)]
fn fixnums(a: Value, b: Value) -> Option<(i64, i64)> {
    if (a.bits() | b.bits()) & lisle_gc::value::TAG_MASK == 0 {
        Some((a.assume_fixnum(), b.assume_fixnum()))
    } else {
        None
    }
}

/// Two operands of which each is a fixnum or flonum, and not both are fixnums.
#[inline(always)]
fn doubles(a: Value, b: Value) -> Option<(f64, f64)> {
    Some((as_f64(a)?, as_f64(b)?))
}

/// `(+ a b)`
pub fn add(cx: &mut Cx<'_>, a: Value, b: Value) -> Result<Value, Raised> {
    if let Some((x, y)) = fixnums(a, b) {
        return integer(cx, x + y);
    }
    match doubles(a, b) {
        Some((x, y)) => cx.flonum(x + y),
        None => general(cx, "+", &[a, b], |a, b| Ok(a.add(b))),
    }
}

/// `(- a b)`
pub fn sub(cx: &mut Cx<'_>, a: Value, b: Value) -> Result<Value, Raised> {
    if let Some((x, y)) = fixnums(a, b) {
        return integer(cx, x - y);
    }
    match doubles(a, b) {
        Some((x, y)) => cx.flonum(x - y),
        None => general(cx, "-", &[a, b], |a, b| Ok(a.sub(b))),
    }
}

/// `(* a b)`
pub fn mul(cx: &mut Cx<'_>, a: Value, b: Value) -> Result<Value, Raised> {
    if let Some((x, y)) = fixnums(a, b) {
        return match x.checked_mul(y) {
            Some(product) => integer(cx, product),
            None => wide_integer(cx, i128::from(x) * i128::from(y)),
        };
    }
    match doubles(a, b) {
        Some((x, y)) => cx.flonum(x * y),
        None => general(cx, "*", &[a, b], Number::bounded_mul),
    }
}

/// `(/ a b)`
pub fn div(cx: &mut Cx<'_>, a: Value, b: Value) -> Result<Value, Raised> {
    match fixnums(a, b) {
        Some((x, y)) if y != 0 && x % y == 0 => return integer(cx, x / y),
        Some(_) => {}
        None => {
            if let Some((x, y)) = doubles(a, b)
                && b != Value::ZERO
            {
                return cx.flonum(x / y);
            }
        }
    }
    general(cx, "/", &[a, b], Number::div)
}

/// `(- a)`
pub fn negate(cx: &mut Cx<'_>, a: Value) -> Result<Value, Raised> {
    if let Some(n) = a.as_fixnum() {
        return integer(cx, -n);
    }
    match as_flonum(a) {
        Some(x) => cx.flonum(-x),
        None => general_unary(cx, "-", a, |n| Ok(n.negate())),
    }
}

/// `(abs a)`
pub fn abs(cx: &mut Cx<'_>, a: Value) -> Result<Value, Raised> {
    if let Some(n) = a.as_fixnum() {
        return integer(cx, n.abs());
    }
    match as_flonum(a) {
        Some(x) => cx.flonum(x.abs()),
        None => real_unary(cx, "abs", a, Number::abs),
    }
}

/// An operation on one real number.
pub fn real_unary(
    cx: &mut Cx<'_>,
    name: &str,
    v: Value,
    operation: impl FnOnce(&Number) -> super::Result,
) -> Result<Value, Raised> {
    match from_value(v) {
        Some(n) if n.is_real() => match operation(&n) {
            Ok(result) => to_value(cx, &result),
            Err(fault) => Err(raise_fault(cx, name, fault, &[v])),
        },
        _ => Err(cx.wrong_type(name, 1, "real", v)),
    }
}

/// Two fixnums of which the second is not zero.
#[inline(always)]
fn dividable(a: Value, b: Value) -> Option<(i64, i64)> {
    fixnums(a, b).filter(|(_, divisor)| *divisor != 0)
}

/// An integer division; complaints name integers.
#[cold]
fn divide(
    cx: &mut Cx<'_>,
    name: &str,
    a: Value,
    b: Value,
    operation: impl FnOnce(&Number, &Number) -> super::Result + Send + 'static,
) -> Result<Value, Raised> {
    for (position, v) in [a, b].into_iter().enumerate() {
        if !super::heap::is_number(v) {
            return Err(cx.wrong_type(name, position + 1, "integer", v));
        }
    }
    general(cx, name, &[a, b], operation)
}

/// `(truncate-quotient a b)`; `name` is what errors call it.
pub fn truncate_quotient(cx: &mut Cx<'_>, name: &str, a: Value, b: Value) -> Result<Value, Raised> {
    match dividable(a, b) {
        Some((x, y)) => integer(cx, x / y),
        None => divide(cx, name, a, b, Number::quotient),
    }
}

/// `(truncate-remainder a b)`; `name` is what errors call it.
pub fn truncate_remainder(
    cx: &mut Cx<'_>,
    name: &str,
    a: Value,
    b: Value,
) -> Result<Value, Raised> {
    match dividable(a, b) {
        Some((x, y)) => Ok(Value::fixnum(x % y)),
        None => divide(cx, name, a, b, Number::remainder),
    }
}

/// `(floor-quotient a b)`; `name` is what errors call it.
pub fn floor_quotient(cx: &mut Cx<'_>, name: &str, a: Value, b: Value) -> Result<Value, Raised> {
    match dividable(a, b) {
        Some((x, y)) => integer(cx, whole::floor_div(x, y)),
        None => divide(cx, name, a, b, Number::floor_quotient),
    }
}

/// `(floor-remainder a b)`; `name` is what errors call it.
pub fn floor_remainder(cx: &mut Cx<'_>, name: &str, a: Value, b: Value) -> Result<Value, Raised> {
    match dividable(a, b) {
        Some((x, y)) => Ok(Value::fixnum(whole::floor_rem(x, y))),
        None => divide(cx, name, a, b, Number::modulo),
    }
}

/// `(quotient a b)`
pub fn quotient(cx: &mut Cx<'_>, a: Value, b: Value) -> Result<Value, Raised> {
    truncate_quotient(cx, "quotient", a, b)
}

/// `(remainder a b)`
pub fn remainder(cx: &mut Cx<'_>, a: Value, b: Value) -> Result<Value, Raised> {
    truncate_remainder(cx, "remainder", a, b)
}

/// `(modulo a b)`
pub fn modulo(cx: &mut Cx<'_>, a: Value, b: Value) -> Result<Value, Raised> {
    floor_remainder(cx, "modulo", a, b)
}

/// How two reals compare, `None` when one is NaN; the error names `name`.
#[inline]
pub fn compare(
    cx: &mut Cx<'_>,
    name: &str,
    a: Value,
    b: Value,
) -> Result<Option<Ordering>, Raised> {
    match compare_small(a, b) {
        Some(order) => Ok(order),
        None => compare_general(cx, name, a, b),
    }
}

/// Compares fixnums and flonums; `None` when there is something else.
#[inline]
fn compare_small(a: Value, b: Value) -> Option<Option<Ordering>> {
    match (a.as_fixnum(), b.as_fixnum()) {
        (Some(x), Some(y)) => Some(Some(x.cmp(&y))),
        (Some(x), None) => Some(compare_fixnum_flonum(x, as_flonum(b)?)),
        (None, Some(y)) => Some(compare_fixnum_flonum(y, as_flonum(a)?).map(Ordering::reverse)),
        (None, None) => Some(as_flonum(a)?.partial_cmp(&as_flonum(b)?)),
    }
}

#[cold]
fn compare_general(
    cx: &mut Cx<'_>,
    name: &str,
    a: Value,
    b: Value,
) -> Result<Option<Ordering>, Raised> {
    let mut numbers = [Number::ZERO, Number::ZERO];
    for (position, v) in [a, b].into_iter().enumerate() {
        match from_value(v) {
            Some(n) if n.is_real() => numbers[position] = n,
            _ => return Err(cx.wrong_type(name, position + 1, "real", v)),
        }
    }
    Ok(numbers[0].compare(&numbers[1]))
}

/// `(= a b)`
pub fn num_eq(cx: &mut Cx<'_>, a: Value, b: Value) -> Result<bool, Raised> {
    if let Some(order) = compare_small(a, b) {
        return Ok(order == Some(Ordering::Equal));
    }
    let args = [a, b];
    let a = number_argument(cx, "=", &args, 0)?;
    let b = number_argument(cx, "=", &args, 1)?;
    Ok(a.num_eq(&b))
}

/// `(< a b)`
pub fn lt(cx: &mut Cx<'_>, a: Value, b: Value) -> Result<bool, Raised> {
    Ok(compare(cx, "<", a, b)?.is_some_and(Ordering::is_lt))
}

/// `(<= a b)`
pub fn le(cx: &mut Cx<'_>, a: Value, b: Value) -> Result<bool, Raised> {
    Ok(compare(cx, "<=", a, b)?.is_some_and(Ordering::is_le))
}

/// `(> a b)`
pub fn gt(cx: &mut Cx<'_>, a: Value, b: Value) -> Result<bool, Raised> {
    Ok(compare(cx, ">", a, b)?.is_some_and(Ordering::is_gt))
}

/// `(>= a b)`
pub fn ge(cx: &mut Cx<'_>, a: Value, b: Value) -> Result<bool, Raised> {
    Ok(compare(cx, ">=", a, b)?.is_some_and(Ordering::is_ge))
}

/// An operation on two exact integers; complaints name exact integers.
pub fn bitwise(
    cx: &mut Cx<'_>,
    name: &str,
    a: Value,
    b: Value,
    operation: impl FnOnce(&Number, &Number) -> super::Result,
) -> Result<Value, Raised> {
    let args = [a, b];
    let mut numbers = [Number::ZERO, Number::ZERO];
    for (position, v) in args.into_iter().enumerate() {
        match from_value(v) {
            Some(n) if n.is_exact_integer() => numbers[position] = n,
            _ => return Err(cx.wrong_type(name, position + 1, "exact integer", v)),
        }
    }
    match operation(&numbers[0], &numbers[1]) {
        Ok(result) => to_value(cx, &result),
        Err(fault) => Err(raise_fault(cx, name, fault, &args)),
    }
}

/// `(bitwise-and a b)`
pub fn bit_and(cx: &mut Cx<'_>, a: Value, b: Value) -> Result<Value, Raised> {
    match fixnums(a, b) {
        Some((x, y)) => Ok(Value::fixnum(x & y)),
        None => bitwise(cx, "bitwise-and", a, b, Number::bit_and),
    }
}

/// `(bitwise-ior a b)`
pub fn bit_or(cx: &mut Cx<'_>, a: Value, b: Value) -> Result<Value, Raised> {
    match fixnums(a, b) {
        Some((x, y)) => Ok(Value::fixnum(x | y)),
        None => bitwise(cx, "bitwise-ior", a, b, Number::bit_or),
    }
}

/// `(bitwise-xor a b)`
pub fn bit_xor(cx: &mut Cx<'_>, a: Value, b: Value) -> Result<Value, Raised> {
    match fixnums(a, b) {
        Some((x, y)) => Ok(Value::fixnum(x ^ y)),
        None => bitwise(cx, "bitwise-xor", a, b, Number::bit_xor),
    }
}

/// `(arithmetic-shift a b)`
pub fn shift(cx: &mut Cx<'_>, a: Value, b: Value) -> Result<Value, Raised> {
    match fixnums(a, b) {
        Some((x, count)) if count <= 0 => Ok(Value::fixnum(x >> count.unsigned_abs().min(63))),
        Some((x, count)) if count < 64 => wide_integer(cx, i128::from(x) << count),
        _ => bitwise(cx, "arithmetic-shift", a, b, Number::shift),
    }
}
