//! Operations on fixnums alone (SRFI 143, and the names of R6RS that differ).
//!
//! A result that is no fixnum is an error, as in R6RS.

use crate::condition::ErrorKind;
use crate::cx::{Cx, Raised};
use crate::num::integer::floor_rem;
use crate::prim::{ANY, Prim, prim};
use lisle_gc::Value;
use lisle_gc::value::{FIXNUM_MAX, FIXNUM_MIN};

type Answer = Result<Value, Raised>;

fn fixnum(cx: &mut Cx<'_>, name: &str, args: &[Value], index: usize) -> Result<i64, Raised> {
    args[index].as_fixnum().ok_or_else(|| cx.wrong_type(name, index + 1, "fixnum", args[index]))
}

/// A result, which must be a fixnum.
fn result(cx: &mut Cx<'_>, name: &str, args: &[Value], n: Option<i64>) -> Answer {
    n.and_then(Value::try_fixnum).ok_or_else(|| {
        cx.error(ErrorKind::Range, &format!("{name}: the result is not a fixnum"), args)
    })
}

fn unary(cx: &mut Cx<'_>, name: &str, args: &[Value], f: fn(i64) -> i64) -> Answer {
    let n = fixnum(cx, name, args, 0)?;
    result(cx, name, args, Some(f(n)))
}

fn binary(cx: &mut Cx<'_>, name: &str, args: &[Value], f: fn(i64, i64) -> Option<i64>) -> Answer {
    let (a, b) = (fixnum(cx, name, args, 0)?, fixnum(cx, name, args, 1)?);
    result(cx, name, args, f(a, b))
}

fn division(cx: &mut Cx<'_>, name: &str, args: &[Value], f: fn(i64, i64) -> i64) -> Answer {
    let (a, b) = (fixnum(cx, name, args, 0)?, fixnum(cx, name, args, 1)?);
    if b == 0 {
        let message = format!("{name}: division by zero");
        return Err(cx.error(ErrorKind::DivideByZero, &message, args));
    }
    result(cx, name, args, Some(f(a, b)))
}

fn fold(cx: &mut Cx<'_>, name: &str, args: &[Value], first: i64, f: fn(i64, i64) -> i64) -> Answer {
    let mut total = first;
    for index in 0..args.len() {
        total = f(total, fixnum(cx, name, args, index)?);
    }
    Ok(Value::fixnum(total))
}

fn test(cx: &mut Cx<'_>, name: &str, args: &[Value], f: fn(i64) -> bool) -> Answer {
    Ok(Value::boolean(f(fixnum(cx, name, args, 0)?)))
}

fn chain(cx: &mut Cx<'_>, name: &str, args: &[Value], f: fn(&i64, &i64) -> bool) -> Answer {
    let mut holds = true;
    let mut previous = fixnum(cx, name, args, 0)?;
    for index in 1..args.len() {
        let next = fixnum(cx, name, args, index)?;
        holds &= f(&previous, &next);
        previous = next;
    }
    Ok(Value::boolean(holds))
}

fn is_fixnum(_cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    Ok(Value::boolean(args[0].is_fixnum()))
}

fn subtract(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    match args {
        [_] => unary(cx, "fx-", args, |n| -n),
        _ => binary(cx, "fx-", args, i64::checked_sub),
    }
}

fn square_root(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let n = fixnum(cx, "fxsqrt", args, 0)?;
    match u64::try_from(n) {
        Ok(n) => {
            let root = n.isqrt();
            cx.values(&[Value::fixnum(root as i64), Value::fixnum((n - root * root) as i64)])
        }
        Err(_) => Err(cx.out_of_range("fxsqrt", 1, args[0])),
    }
}

/// Shifts up by a count that may be negative; `None` when bits are lost.
fn shift(n: i64, count: i64) -> Option<i64> {
    if count < 0 {
        return Some(n >> count.unsigned_abs().min(63));
    }
    let shifted = i128::from(n).checked_shl(u32::try_from(count.min(63)).ok()?)?;
    if n == 0 { Some(0) } else { i64::try_from(shifted).ok() }
}

fn bit_length(n: i64) -> i64 {
    i64::from(i64::BITS - (if n < 0 { !n } else { n }).leading_zeros())
}

fn population(n: i64) -> i64 {
    i64::from((if n < 0 { !n } else { n }).count_ones())
}

fn first_set(n: i64) -> i64 {
    if n == 0 { -1 } else { i64::from(n.trailing_zeros()) }
}

/// The primitives of this section.
pub const PRIMS: &[Prim] = &[
    prim("fixnum?", is_fixnum, 1, 1),
    prim("fx=?", |cx, args| chain(cx, "fx=?", args, i64::eq), 1, ANY),
    prim("fx<?", |cx, args| chain(cx, "fx<?", args, i64::lt), 1, ANY),
    prim("fx>?", |cx, args| chain(cx, "fx>?", args, i64::gt), 1, ANY),
    prim("fx<=?", |cx, args| chain(cx, "fx<=?", args, i64::le), 1, ANY),
    prim("fx>=?", |cx, args| chain(cx, "fx>=?", args, i64::ge), 1, ANY),
    prim("fx=", |cx, args| chain(cx, "fx=", args, i64::eq), 1, ANY),
    prim("fx<", |cx, args| chain(cx, "fx<", args, i64::lt), 1, ANY),
    prim("fx>", |cx, args| chain(cx, "fx>", args, i64::gt), 1, ANY),
    prim("fx<=", |cx, args| chain(cx, "fx<=", args, i64::le), 1, ANY),
    prim("fx>=", |cx, args| chain(cx, "fx>=", args, i64::ge), 1, ANY),
    prim("fxzero?", |cx, args| test(cx, "fxzero?", args, |n| n == 0), 1, 1),
    prim("fxpositive?", |cx, args| test(cx, "fxpositive?", args, |n| n > 0), 1, 1),
    prim("fxnegative?", |cx, args| test(cx, "fxnegative?", args, |n| n < 0), 1, 1),
    prim("fxodd?", |cx, args| test(cx, "fxodd?", args, |n| n & 1 == 1), 1, 1),
    prim("fxeven?", |cx, args| test(cx, "fxeven?", args, |n| n & 1 == 0), 1, 1),
    prim("fxmax", |cx, args| fold(cx, "fxmax", args, FIXNUM_MIN, i64::max), 1, ANY),
    prim("fxmin", |cx, args| fold(cx, "fxmin", args, FIXNUM_MAX, i64::min), 1, ANY),
    prim("fx+", |cx, args| binary(cx, "fx+", args, i64::checked_add), 2, 2),
    prim("fx-", subtract, 1, 2),
    prim("fx*", |cx, args| binary(cx, "fx*", args, i64::checked_mul), 2, 2),
    prim("fxneg", |cx, args| unary(cx, "fxneg", args, |n| -n), 1, 1),
    prim("fxabs", |cx, args| unary(cx, "fxabs", args, i64::abs), 1, 1),
    prim("fxsquare", |cx, args| binary(cx, "fxsquare", &[args[0]; 2], i64::checked_mul), 1, 1),
    prim("fxsqrt", square_root, 1, 1),
    prim("fxquotient", |cx, args| division(cx, "fxquotient", args, |a, b| a / b), 2, 2),
    prim("fxremainder", |cx, args| division(cx, "fxremainder", args, |a, b| a % b), 2, 2),
    prim("fxmodulo", |cx, args| division(cx, "fxmodulo", args, floor_rem), 2, 2),
    prim("fxdiv", |cx, args| division(cx, "fxdiv", args, i64::div_euclid), 2, 2),
    prim("fxmod", |cx, args| division(cx, "fxmod", args, i64::rem_euclid), 2, 2),
    prim("fxnot", |cx, args| unary(cx, "fxnot", args, |n| !n), 1, 1),
    prim("fxand", |cx, args| fold(cx, "fxand", args, -1, |a, b| a & b), 0, ANY),
    prim("fxior", |cx, args| fold(cx, "fxior", args, 0, |a, b| a | b), 0, ANY),
    prim("fxxor", |cx, args| fold(cx, "fxxor", args, 0, |a, b| a ^ b), 0, ANY),
    prim("fxarithmetic-shift", |cx, args| binary(cx, "fxarithmetic-shift", args, shift), 2, 2),
    prim(
        "fxarithmetic-shift-left",
        |cx, args| binary(cx, "fxarithmetic-shift-left", args, shift),
        2,
        2,
    ),
    prim(
        "fxarithmetic-shift-right",
        |cx, args| binary(cx, "fxarithmetic-shift-right", args, |n, count| shift(n, -count)),
        2,
        2,
    ),
    prim("fxbit-count", |cx, args| unary(cx, "fxbit-count", args, population), 1, 1),
    prim("fxlength", |cx, args| unary(cx, "fxlength", args, bit_length), 1, 1),
    prim("fxfirst-set-bit", |cx, args| unary(cx, "fxfirst-set-bit", args, first_set), 1, 1),
];
