//! Comparison, the four operations, and integer division.

use super::predicate::{integer, real};
use crate::cx::{Cx, Raised};
use crate::num::heap::as_flonum;
use crate::num::{self, Number, arith};
use lisle_gc::Value;
use std::cmp::Ordering;

type Answer = Result<Value, Raised>;
type Binary = fn(&mut Cx<'_>, Value, Value) -> Answer;

/// Complains of the arguments from the third on: the operations check the first two.
fn check_rest(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    is_wanted: fn(Value) -> bool,
    expected: &str,
) -> Result<(), Raised> {
    match args.iter().skip(2).position(|v| !is_wanted(*v)) {
        Some(index) => Err(cx.wrong_type(name, index + 3, expected, args[index + 2])),
        None => Ok(()),
    }
}

/// `first op args[0] op args[1] ...`
fn fold(cx: &mut Cx<'_>, first: Value, args: &[Value], operation: Binary) -> Answer {
    args.iter().try_fold(first, |result, v| operation(cx, result, *v))
}

/// The only operand of a sum or product.
fn alone(cx: &mut Cx<'_>, name: &str, v: Value) -> Answer {
    if num::is_number(v) { Ok(v) } else { Err(cx.wrong_type(name, 1, "number", v)) }
}

pub fn add(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    match args {
        [] => Ok(Value::ZERO),
        [a] => alone(cx, "+", *a),
        [a, b] => arith::add(cx, *a, *b),
        _ => {
            check_rest(cx, "+", args, num::is_number, "number")?;
            fold(cx, args[0], &args[1..], arith::add)
        }
    }
}

pub fn multiply(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    match args {
        [] => Ok(Value::fixnum(1)),
        [a] => alone(cx, "*", *a),
        [a, b] => arith::mul(cx, *a, *b),
        _ => {
            check_rest(cx, "*", args, num::is_number, "number")?;
            fold(cx, args[0], &args[1..], arith::mul)
        }
    }
}

pub fn subtract(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    match args {
        [a] => arith::negate(cx, *a),
        [a, b] => arith::sub(cx, *a, *b),
        _ => {
            check_rest(cx, "-", args, num::is_number, "number")?;
            fold(cx, args[0], &args[1..], arith::sub)
        }
    }
}

pub fn divide(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    match args {
        [a] if !num::is_number(*a) => Err(cx.wrong_type("/", 1, "number", *a)),
        [a] => arith::div(cx, Value::fixnum(1), *a),
        [a, b] => arith::div(cx, *a, *b),
        _ => {
            check_rest(cx, "/", args, num::is_number, "number")?;
            fold(cx, args[0], &args[1..], arith::div)
        }
    }
}

pub fn add_one(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    arith::add(cx, args[0], Value::fixnum(1))
}
pub fn subtract_one(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    arith::sub(cx, args[0], Value::fixnum(1))
}
pub fn square(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    arith::mul(cx, args[0], args[0])
}
pub fn abs(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    arith::abs(cx, args[0])
}

/// Does the relation hold between all neighbours? All arguments are checked in any case.
fn chain(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    relation: fn(&mut Cx<'_>, Value, Value) -> Result<bool, Raised>,
) -> Answer {
    if let [a] = args {
        return if real(*a) { Ok(Value::TRUE) } else { Err(cx.wrong_type(name, 1, "real", *a)) };
    }
    check_rest(cx, name, args, real, "real")?;
    let mut holds = true;
    for pair in args.windows(2) {
        holds &= relation(cx, pair[0], pair[1])?;
    }
    Ok(Value::boolean(holds))
}

pub fn equal(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    if let [a] = args {
        let known = num::is_number(*a);
        return if known { Ok(Value::TRUE) } else { Err(cx.wrong_type("=", 1, "number", *a)) };
    }
    check_rest(cx, "=", args, num::is_number, "number")?;
    let mut holds = true;
    for pair in args.windows(2) {
        holds &= arith::num_eq(cx, pair[0], pair[1])?;
    }
    Ok(Value::boolean(holds))
}
pub fn less(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    chain(cx, "<", args, arith::lt)
}
pub fn greater(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    chain(cx, ">", args, arith::gt)
}
pub fn at_most(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    chain(cx, "<=", args, arith::le)
}
pub fn at_least(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    chain(cx, ">=", args, arith::ge)
}

/// The argument that compares with all others as `wanted`; NaN if there is one; inexact if any is.
fn extreme(cx: &mut Cx<'_>, name: &str, args: &[Value], wanted: Ordering) -> Answer {
    if let Some(index) = args.iter().position(|v| !real(*v)) {
        return Err(cx.wrong_type(name, index + 1, "real", args[index]));
    }
    let mut best = args[0];
    let mut any_inexact = as_flonum(best).is_some();
    for v in &args[1..] {
        any_inexact |= as_flonum(*v).is_some();
        match arith::compare(cx, name, *v, best)? {
            Some(order) if order == wanted => best = *v,
            None if as_flonum(*v).is_some_and(f64::is_nan) => best = *v,
            _ => {}
        }
    }
    if any_inexact { inexact(cx, best) } else { Ok(best) }
}

fn inexact(cx: &mut Cx<'_>, v: Value) -> Answer {
    match as_flonum(v) {
        Some(_) => Ok(v),
        None => arith::general_unary(cx, "inexact", v, |n| Ok(n.to_inexact())),
    }
}

pub fn max(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    extreme(cx, "max", args, Ordering::Greater)
}
pub fn min(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    extreme(cx, "min", args, Ordering::Less)
}

pub fn quotient(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    arith::quotient(cx, args[0], args[1])
}
pub fn remainder(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    arith::remainder(cx, args[0], args[1])
}
pub fn modulo(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    arith::modulo(cx, args[0], args[1])
}
pub fn truncate_quotient(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    arith::truncate_quotient(cx, "truncate-quotient", args[0], args[1])
}
pub fn truncate_remainder(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    arith::truncate_remainder(cx, "truncate-remainder", args[0], args[1])
}
pub fn floor_quotient(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    arith::floor_quotient(cx, "floor-quotient", args[0], args[1])
}
pub fn floor_remainder(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    arith::floor_remainder(cx, "floor-remainder", args[0], args[1])
}
pub fn truncate_both(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let quotient = arith::truncate_quotient(cx, "truncate/", args[0], args[1])?;
    let remainder = arith::truncate_remainder(cx, "truncate/", args[0], args[1])?;
    cx.values(&[quotient, remainder])
}
pub fn floor_both(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let quotient = arith::floor_quotient(cx, "floor/", args[0], args[1])?;
    let remainder = arith::floor_remainder(cx, "floor/", args[0], args[1])?;
    cx.values(&[quotient, remainder])
}

/// `gcd` and `lcm`: with one argument its absolute value.
fn divisors(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    neutral: i64,
    operation: fn(&Number, &Number) -> num::Result,
) -> Answer {
    if let Some(index) = args.iter().position(|v| !integer(*v)) {
        return Err(cx.wrong_type(name, index + 1, "integer", args[index]));
    }
    args.iter().try_fold(Value::fixnum(neutral), |result, v| {
        arith::general(cx, name, &[result, *v], operation)
    })
}

pub fn gcd(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    divisors(cx, "gcd", args, 0, Number::gcd)
}
pub fn lcm(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    divisors(cx, "lcm", args, 1, Number::lcm)
}
