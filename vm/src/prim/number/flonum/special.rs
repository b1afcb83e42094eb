//! The rest of SRFI 144: hyperbolic and special functions, and the parts of a flonum.

use super::{Answer, binary, flonum, unary};
use crate::cx::{Cx, Raised};
use crate::prim::{Prim, prim};
use lisle_gc::Value;

/// The order of a Bessel function.
fn order(cx: &mut Cx<'_>, name: &str, args: &[Value]) -> Result<i32, Raised> {
    let given = args[0].as_fixnum().and_then(|n| i32::try_from(n).ok());
    given.ok_or_else(|| cx.wrong_type(name, 1, "an exact integer", args[0]))
}

fn first_bessel(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let n = order(cx, "flfirst-bessel", args)?;
    let x = flonum(cx, "flfirst-bessel", args, 1)?;
    cx.flonum(libm::jn(n, x))
}

fn second_bessel(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let n = order(cx, "flsecond-bessel", args)?;
    let x = flonum(cx, "flsecond-bessel", args, 1)?;
    cx.flonum(libm::yn(n, x))
}

/// The float next to `x` in the direction of `y`.
fn adjacent(x: f64, y: f64) -> f64 {
    match x.partial_cmp(&y) {
        None => f64::NAN,
        Some(std::cmp::Ordering::Equal) => x,
        Some(std::cmp::Ordering::Less) => x.next_up(),
        Some(std::cmp::Ordering::Greater) => x.next_down(),
    }
}

/// `(flsign-bit x)`
fn sign_bit(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let x = flonum(cx, "flsign-bit", args, 0)?;
    Ok(Value::fixnum(i64::from(x.is_sign_negative())))
}

/// `(%flgamma-sign x)`: the sign of the gamma function there.
fn gamma_sign(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let x = flonum(cx, "flloggamma", args, 0)?;
    cx.flonum(f64::from(libm::lgamma_r(x).1))
}

/// `(%flexponent x)`: where the binary point stands, as an exact integer; only of finite numbers
/// other than zero. `x` is between 1 and 2 when divided by 2 to this power.
fn exponent(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let x = flonum(cx, "flexponent", args, 0)?;
    Ok(Value::fixnum(i64::from(libm::ilogb(x))))
}

/// `(make-flonum x n)`: `x` times 2 to the power `n`.
fn make(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let x = flonum(cx, "make-flonum", args, 0)?;
    let n = args[1].as_fixnum();
    let n = n.ok_or_else(|| cx.wrong_type("make-flonum", 2, "an exact integer", args[1]))?;
    // Beyond these everything is infinite or zero.
    cx.flonum(libm::scalbn(x, n.clamp(-10_000, 10_000) as i32))
}

/// The primitives of this section.
pub const PRIMS: &[Prim] = &[
    prim("flsinh", |cx, args| unary(cx, "flsinh", args, f64::sinh), 1, 1),
    prim("flcosh", |cx, args| unary(cx, "flcosh", args, f64::cosh), 1, 1),
    prim("fltanh", |cx, args| unary(cx, "fltanh", args, f64::tanh), 1, 1),
    prim("flasinh", |cx, args| unary(cx, "flasinh", args, libm::asinh), 1, 1),
    prim("flacosh", |cx, args| unary(cx, "flacosh", args, libm::acosh), 1, 1),
    prim("flatanh", |cx, args| unary(cx, "flatanh", args, libm::atanh), 1, 1),
    prim("flexp2", |cx, args| unary(cx, "flexp2", args, f64::exp2), 1, 1),
    prim("flexp-1", |cx, args| unary(cx, "flexp-1", args, f64::exp_m1), 1, 1),
    prim("fllog1+", |cx, args| unary(cx, "fllog1+", args, f64::ln_1p), 1, 1),
    prim("fllog2", |cx, args| unary(cx, "fllog2", args, f64::log2), 1, 1),
    prim("fllog10", |cx, args| unary(cx, "fllog10", args, f64::log10), 1, 1),
    prim("flhypot", |cx, args| binary(cx, "flhypot", args, f64::hypot), 2, 2),
    prim("flgamma", |cx, args| unary(cx, "flgamma", args, libm::tgamma), 1, 1),
    prim("%flloggamma", |cx, args| unary(cx, "flloggamma", args, libm::lgamma), 1, 1),
    prim("%flgamma-sign", gamma_sign, 1, 1),
    prim("flfirst-bessel", first_bessel, 2, 2),
    prim("flsecond-bessel", second_bessel, 2, 2),
    prim("flerf", |cx, args| unary(cx, "flerf", args, libm::erf), 1, 1),
    prim("flerfc", |cx, args| unary(cx, "flerfc", args, libm::erfc), 1, 1),
    prim("fladjacent", |cx, args| binary(cx, "fladjacent", args, adjacent), 2, 2),
    prim("flcopysign", |cx, args| binary(cx, "flcopysign", args, f64::copysign), 2, 2),
    prim("flsign-bit", sign_bit, 1, 1),
    prim("%flexponent", exponent, 1, 1),
    prim("make-flonum", make, 2, 2),
];
