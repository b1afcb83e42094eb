//! Operations on flonums alone (a subset of SRFI 144, and the names of R6RS that differ).

pub mod special;

use crate::cx::{Cx, Raised};
use crate::num::heap::as_flonum;
use crate::prim::{ANY, Prim, prim};
use lisle_gc::Value;

type Answer = Result<Value, Raised>;

fn flonum(cx: &mut Cx<'_>, name: &str, args: &[Value], index: usize) -> Result<f64, Raised> {
    as_flonum(args[index]).ok_or_else(|| cx.wrong_type(name, index + 1, "flonum", args[index]))
}

fn unary(cx: &mut Cx<'_>, name: &str, args: &[Value], f: fn(f64) -> f64) -> Answer {
    let x = flonum(cx, name, args, 0)?;
    cx.flonum(f(x))
}

fn binary(cx: &mut Cx<'_>, name: &str, args: &[Value], f: fn(f64, f64) -> f64) -> Answer {
    let (x, y) = (flonum(cx, name, args, 0)?, flonum(cx, name, args, 1)?);
    cx.flonum(f(x, y))
}

fn fold(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    neutral: f64,
    f: fn(f64, f64) -> f64,
) -> Answer {
    if args.is_empty() {
        return cx.flonum(neutral);
    }
    let mut total = flonum(cx, name, args, 0)?;
    for index in 1..args.len() {
        total = f(total, flonum(cx, name, args, index)?);
    }
    cx.flonum(total)
}

/// `-` and `/`, of which one argument is a sort of its own.
fn inverse(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    alone: fn(f64) -> f64,
    f: fn(f64, f64) -> f64,
) -> Answer {
    if args.len() == 1 { unary(cx, name, args, alone) } else { fold(cx, name, args, 0.0, f) }
}

fn test(cx: &mut Cx<'_>, name: &str, args: &[Value], f: fn(f64) -> bool) -> Answer {
    Ok(Value::boolean(f(flonum(cx, name, args, 0)?)))
}

fn chain(cx: &mut Cx<'_>, name: &str, args: &[Value], f: fn(&f64, &f64) -> bool) -> Answer {
    let mut holds = true;
    let mut previous = flonum(cx, name, args, 0)?;
    for index in 1..args.len() {
        let next = flonum(cx, name, args, index)?;
        holds &= f(&previous, &next);
        previous = next;
    }
    Ok(Value::boolean(holds))
}

fn is_flonum(_cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    Ok(Value::boolean(as_flonum(args[0]).is_some()))
}

fn fixnum_to_flonum(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    match args[0].as_fixnum() {
        Some(n) => cx.flonum(n as f64),
        None => Err(cx.wrong_type("fixnum->flonum", 1, "fixnum", args[0])),
    }
}

fn arc_tangent(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    match args {
        [_] => unary(cx, "flatan", args, f64::atan),
        _ => binary(cx, "flatan", args, f64::atan2),
    }
}

fn logarithm(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    match args {
        [_] => unary(cx, "fllog", args, f64::ln),
        _ => binary(cx, "fllog", args, |x, base| x.ln() / base.ln()),
    }
}

fn multiply_add(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let (x, y) = (flonum(cx, "fl+*", args, 0)?, flonum(cx, "fl+*", args, 1)?);
    let z = flonum(cx, "fl+*", args, 2)?;
    cx.flonum(x.mul_add(y, z))
}

fn is_whole(x: f64) -> bool {
    x.is_finite() && x.trunc() == x
}

/// The primitives of this section.
pub const PRIMS: &[Prim] = &[
    prim("flonum?", is_flonum, 1, 1),
    prim("fixnum->flonum", fixnum_to_flonum, 1, 1),
    prim("fl=?", |cx, args| chain(cx, "fl=?", args, f64::eq), 1, ANY),
    prim("fl<?", |cx, args| chain(cx, "fl<?", args, f64::lt), 1, ANY),
    prim("fl>?", |cx, args| chain(cx, "fl>?", args, f64::gt), 1, ANY),
    prim("fl<=?", |cx, args| chain(cx, "fl<=?", args, f64::le), 1, ANY),
    prim("fl>=?", |cx, args| chain(cx, "fl>=?", args, f64::ge), 1, ANY),
    prim("fl=", |cx, args| chain(cx, "fl=", args, f64::eq), 1, ANY),
    prim("fl<", |cx, args| chain(cx, "fl<", args, f64::lt), 1, ANY),
    prim("fl>", |cx, args| chain(cx, "fl>", args, f64::gt), 1, ANY),
    prim("fl<=", |cx, args| chain(cx, "fl<=", args, f64::le), 1, ANY),
    prim("fl>=", |cx, args| chain(cx, "fl>=", args, f64::ge), 1, ANY),
    prim("flzero?", |cx, args| test(cx, "flzero?", args, |x| x == 0.0), 1, 1),
    prim("flpositive?", |cx, args| test(cx, "flpositive?", args, |x| x > 0.0), 1, 1),
    prim("flnegative?", |cx, args| test(cx, "flnegative?", args, |x| x < 0.0), 1, 1),
    prim("flinteger?", |cx, args| test(cx, "flinteger?", args, is_whole), 1, 1),
    prim("flodd?", |cx, args| test(cx, "flodd?", args, |x| x.abs() % 2.0 == 1.0), 1, 1),
    prim("fleven?", |cx, args| test(cx, "fleven?", args, |x| x % 2.0 == 0.0), 1, 1),
    prim("flfinite?", |cx, args| test(cx, "flfinite?", args, f64::is_finite), 1, 1),
    prim("flinfinite?", |cx, args| test(cx, "flinfinite?", args, f64::is_infinite), 1, 1),
    prim("flnan?", |cx, args| test(cx, "flnan?", args, f64::is_nan), 1, 1),
    prim("flmax", |cx, args| fold(cx, "flmax", args, f64::NEG_INFINITY, f64::max), 0, ANY),
    prim("flmin", |cx, args| fold(cx, "flmin", args, f64::INFINITY, f64::min), 0, ANY),
    prim("fl+", |cx, args| fold(cx, "fl+", args, 0.0, |x, y| x + y), 0, ANY),
    prim("fl*", |cx, args| fold(cx, "fl*", args, 1.0, |x, y| x * y), 0, ANY),
    prim("fl-", |cx, args| inverse(cx, "fl-", args, |x| -x, |x, y| x - y), 1, ANY),
    prim("fl/", |cx, args| inverse(cx, "fl/", args, |x| 1.0 / x, |x, y| x / y), 1, ANY),
    prim("fl+*", multiply_add, 3, 3),
    prim("flabs", |cx, args| unary(cx, "flabs", args, f64::abs), 1, 1),
    prim("flsquare", |cx, args| unary(cx, "flsquare", args, |x| x * x), 1, 1),
    prim("flsqrt", |cx, args| unary(cx, "flsqrt", args, f64::sqrt), 1, 1),
    prim("flcbrt", |cx, args| unary(cx, "flcbrt", args, f64::cbrt), 1, 1),
    prim("flexpt", |cx, args| binary(cx, "flexpt", args, f64::powf), 2, 2),
    prim("flexp", |cx, args| unary(cx, "flexp", args, f64::exp), 1, 1),
    prim("fllog", logarithm, 1, 2),
    prim("flsin", |cx, args| unary(cx, "flsin", args, f64::sin), 1, 1),
    prim("flcos", |cx, args| unary(cx, "flcos", args, f64::cos), 1, 1),
    prim("fltan", |cx, args| unary(cx, "fltan", args, f64::tan), 1, 1),
    prim("flasin", |cx, args| unary(cx, "flasin", args, f64::asin), 1, 1),
    prim("flacos", |cx, args| unary(cx, "flacos", args, f64::acos), 1, 1),
    prim("flatan", arc_tangent, 1, 2),
    prim("flfloor", |cx, args| unary(cx, "flfloor", args, f64::floor), 1, 1),
    prim("flceiling", |cx, args| unary(cx, "flceiling", args, f64::ceil), 1, 1),
    prim("flround", |cx, args| unary(cx, "flround", args, f64::round_ties_even), 1, 1),
    prim("fltruncate", |cx, args| unary(cx, "fltruncate", args, f64::trunc), 1, 1),
];
