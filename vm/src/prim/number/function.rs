//! Rounding, roots, powers, transcendental functions, and the parts of complex numbers.

use super::predicate::real;
use crate::aside::{self, Key};
use crate::cx::{Cx, Raised};
use crate::num::complex::Rectangular;
use crate::num::heap::{as_flonum, is_number};
use crate::num::{Number, arith, to_value};
use lisle_gc::Value;

type Answer = Result<Value, Raised>;

/// A rounding operation: exact integers are what they are, flonums need no `Number`.
fn rounded(
    cx: &mut Cx<'_>,
    name: &str,
    v: Value,
    flonum: fn(f64) -> f64,
    operation: fn(&Number) -> crate::num::Result,
) -> Answer {
    if v.is_fixnum() {
        return Ok(v);
    }
    match as_flonum(v) {
        Some(x) => cx.flonum(flonum(x)),
        None => arith::real_unary(cx, name, v, operation),
    }
}

pub fn floor(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    rounded(cx, "floor", args[0], f64::floor, Number::floor)
}
pub fn ceiling(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    rounded(cx, "ceiling", args[0], f64::ceil, Number::ceiling)
}
pub fn truncate(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    rounded(cx, "truncate", args[0], f64::trunc, Number::truncate)
}
pub fn round(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    rounded(cx, "round", args[0], f64::round_ties_even, Number::round)
}

pub fn numerator(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    arith::real_unary(cx, "numerator", args[0], Number::numerator)
}
pub fn denominator(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    arith::real_unary(cx, "denominator", args[0], Number::denominator)
}

/// An operation on two reals.
fn real_binary(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    operation: fn(&Number, &Number) -> crate::num::Result,
) -> Answer {
    if let Some(index) = args.iter().position(|v| !real(*v)) {
        return Err(cx.wrong_type(name, index + 1, "real", args[index]));
    }
    arith::general(cx, name, &[args[0], args[1]], operation)
}

pub fn rationalize(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    real_binary(cx, "rationalize", args, Number::rationalize)
}

/// A function; `flonum` computes it for the doubles that satisfy `direct`.
fn function(
    cx: &mut Cx<'_>,
    name: &str,
    v: Value,
    direct: impl Fn(f64) -> bool,
    flonum: fn(f64) -> f64,
    operation: fn(&Number) -> Number,
) -> Answer {
    match as_flonum(v) {
        Some(x) if direct(x) => cx.flonum(flonum(x)),
        _ => arith::general_unary(cx, name, v, move |n| Ok(operation(n))),
    }
}

pub fn sqrt(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    sqrt_of(cx, args[0])
}
/// `(sqrt v)`
pub fn sqrt_of(cx: &mut Cx<'_>, v: Value) -> Answer {
    function(cx, "sqrt", v, |x| x >= 0.0, f64::sqrt, Number::sqrt)
}
pub fn exp(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    function(cx, "exp", args[0], |_| true, f64::exp, Number::exp)
}
pub fn sin(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    function(cx, "sin", args[0], |_| true, f64::sin, Number::sin)
}
pub fn cos(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    function(cx, "cos", args[0], |_| true, f64::cos, Number::cos)
}
pub fn tan(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    function(cx, "tan", args[0], |_| true, f64::tan, Number::tan)
}
pub fn asin(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    function(cx, "asin", args[0], |x| x.abs() <= 1.0, f64::asin, Number::asin)
}
pub fn acos(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    function(cx, "acos", args[0], |x| x.abs() <= 1.0, f64::acos, Number::acos)
}
pub fn log(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    match args {
        [v] => function(cx, "log", *v, |x| x >= 0.0, f64::ln, Number::log),
        _ => arith::general(cx, "log", &[args[0], args[1]], Number::log_base),
    }
}
pub fn atan(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    match args {
        [v] => function(cx, "atan", *v, |_| true, f64::atan, Number::atan),
        _ => real_binary(cx, "atan", args, Number::atan2),
    }
}
pub fn expt(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    if args[0] == Value::fixnum(2)
        && let Some(exponent @ 0..60) = args[1].as_fixnum()
    {
        return Ok(Value::fixnum(1 << exponent));
    }
    if let (Some(base), Some(exponent)) = (args[0].as_fixnum(), args[1].as_fixnum())
        && let Ok(exponent) = u32::try_from(exponent)
        && let Some(power) = base.checked_pow(exponent).and_then(Value::try_fixnum)
    {
        return Ok(power);
    }
    arith::general(cx, "expt", &[args[0], args[1]], Number::expt)
}

pub fn exact_integer_sqrt(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let number = arith::number_argument(cx, "exact-integer-sqrt", args, 0)?;
    let result = if aside::is_long("exact-integer-sqrt", &[&number]) {
        let key = Key::Numbers("exact-integer-sqrt".to_owned(), vec![number.clone()]);
        aside::compute(cx, || key, move || number.exact_integer_sqrt())?
    } else {
        number.exact_integer_sqrt()
    };
    match result {
        Ok((root, rest)) => {
            let root = to_value(cx, &root)?;
            let rest = to_value(cx, &rest)?;
            cx.values(&[root, rest])
        }
        Err(fault) => Err(arith::raise_fault(cx, "exact-integer-sqrt", fault, args)),
    }
}

pub fn make_rectangular(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    real_binary(cx, "make-rectangular", args, |re, im| {
        Ok(Number::rectangular(re.clone(), im.clone()))
    })
}
pub fn make_polar(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    real_binary(cx, "make-polar", args, |magnitude, angle| Ok(Number::polar(magnitude, angle)))
}
pub fn real_part(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    arith::general_unary(cx, "real-part", args[0], |n| Ok(n.real_part()))
}
pub fn imaginary_part(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    arith::general_unary(cx, "imag-part", args[0], |n| Ok(n.imaginary_part()))
}
pub fn magnitude(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    if real(args[0]) {
        return arith::abs(cx, args[0]);
    }
    arith::general_unary(cx, "magnitude", args[0], |z| {
        let (re, im) = (z.real_part(), z.imaginary_part());
        if z.is_exact() {
            return Ok(re.mul(&re).add(&im.mul(&im)).sqrt());
        }
        Ok(Number::Flonum(Rectangular::from(z).magnitude()))
    })
}
pub fn angle(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    if !is_number(args[0]) {
        return Err(cx.wrong_type("angle", 1, "number", args[0]));
    }
    arith::general_unary(cx, "angle", args[0], |z| match z {
        Number::Complex(_) => Ok(Number::Flonum(Rectangular::from(z).angle())),
        exact if exact.is_exact() && !exact.is_negative() => Ok(Number::ZERO),
        real => Ok(Number::Flonum(0.0_f64.atan2(real.to_f64()))),
    })
}
