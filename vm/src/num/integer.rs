//! Integer operations: division, greatest common divisors, powers and roots.
//!
//! Division takes inexact integers too: they are divided exactly, and the result made inexact.

use super::{Fault, MAX_INTEGER_BITS, Number, Result};
use dashu_base::{BitTest, DivRem, Gcd, SquareRootRem, UnsignedAbs};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

/// Applies an operation on two integers with a divisor that is not zero.
fn divide(
    a: &Number,
    b: &Number,
    small: impl Fn(i64, i64) -> i64,
    big: impl Fn(IBig, IBig) -> IBig,
) -> Result {
    if let (Number::Fixnum(a), Number::Fixnum(b)) = (a, b) {
        return if *b == 0 { Err(Fault::DivideByZero) } else { Ok(Number::from(small(*a, *b))) };
    }
    let (exact_a, exact_b) = (exact_integer(a, 0)?, exact_integer(b, 1)?);
    if exact_b.is_zero() {
        return Err(Fault::DivideByZero);
    }
    let result = Number::from(big(exact_a, exact_b));
    Ok(if a.is_exact() && b.is_exact() { result } else { result.to_inexact() })
}

fn exact_integer(n: &Number, argument: usize) -> Result<IBig> {
    if !n.is_integer() {
        return Err(Fault::Wanted(argument, "integer"));
    }
    Ok(n.to_exact()?.to_big().expect("an exact integer"))
}

/// Floor division of fixnums; `b` is not zero.
pub fn floor_div(a: i64, b: i64) -> i64 {
    let quotient = a / b;
    if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient }
}

/// Floor remainder of fixnums, with the sign of `b`, which is not zero.
pub fn floor_rem(a: i64, b: i64) -> i64 {
    let remainder = a % b;
    if remainder != 0 && (remainder < 0) != (b < 0) { remainder + b } else { remainder }
}

fn floor_div_rem_big(a: IBig, b: IBig) -> (IBig, IBig) {
    let (quotient, remainder) = a.div_rem(&b);
    if !remainder.is_zero() && remainder.sign() != b.sign() {
        (quotient - IBig::ONE, remainder + b)
    } else {
        (quotient, remainder)
    }
}

impl Number {
    /// `truncate-quotient`
    pub fn quotient(&self, other: &Number) -> Result {
        divide(self, other, |a, b| a / b, |a, b| a / b)
    }
    /// `truncate-remainder`: has the sign of the dividend.
    pub fn remainder(&self, other: &Number) -> Result {
        divide(self, other, |a, b| a % b, |a, b| a % b)
    }
    /// `floor-quotient`
    pub fn floor_quotient(&self, other: &Number) -> Result {
        divide(self, other, floor_div, |a, b| floor_div_rem_big(a, b).0)
    }
    /// `floor-remainder`: has the sign of the divisor.
    pub fn modulo(&self, other: &Number) -> Result {
        divide(self, other, floor_rem, |a, b| floor_div_rem_big(a, b).1)
    }

    /// `gcd` of two integers; not negative.
    pub fn gcd(&self, other: &Number) -> Result {
        if let (Number::Fixnum(a), Number::Fixnum(b)) = (self, other)
            && (*a, *b) != (0, 0)
        {
            return Ok(Number::from(i128::from(a.unsigned_abs().gcd(b.unsigned_abs()))));
        }
        let (a, b) = (exact_integer(self, 0)?, exact_integer(other, 1)?);
        Ok(self.as_exact_as(other, Number::from(gcd(a.unsigned_abs(), b.unsigned_abs()))))
    }
    /// `lcm` of two integers; not negative.
    pub fn lcm(&self, other: &Number) -> Result {
        let (a, b) =
            (exact_integer(self, 0)?.unsigned_abs(), exact_integer(other, 1)?.unsigned_abs());
        let multiple = if a.is_zero() || b.is_zero() {
            Number::ZERO
        } else {
            let divisor = gcd(a.clone(), b.clone());
            Number::from(a / divisor * b)
        };
        Ok(self.as_exact_as(other, multiple))
    }
    fn as_exact_as(&self, other: &Number, result: Number) -> Number {
        if self.is_exact() && other.is_exact() { result } else { result.to_inexact() }
    }

    /// Is this integer odd?
    pub fn is_odd(&self) -> Result<bool> {
        match self {
            Number::Fixnum(n) => Ok(n & 1 == 1),
            Number::Big(n) => Ok(n.bit(0)),
            Number::Flonum(x) if self.is_integer() => Ok(x % 2.0 != 0.0),
            _ => Err(Fault::Wanted(0, "integer")),
        }
    }

    /// `exact-integer-sqrt`: the root and what is left.
    pub fn exact_integer_sqrt(&self) -> Result<(Number, Number)> {
        let wanted = Fault::Wanted(0, "nonnegative exact integer");
        if self.is_negative() || !self.is_exact_integer() {
            return Err(wanted);
        }
        let magnitude = self.to_big().ok_or(wanted)?.unsigned_abs();
        let (root, rest) = magnitude.sqrt_rem();
        Ok((Number::from(root), Number::from(rest)))
    }

    /// The square root, if it is an exact rational.
    pub fn exact_root(&self) -> Option<Number> {
        match self {
            Number::Fixnum(_) | Number::Big(_) => {
                let (root, rest) = self.exact_integer_sqrt().ok()?;
                rest.is_zero().then_some(root)
            }
            Number::Ratio(q) => {
                let numerator = Number::from(q.numerator().clone()).exact_root()?;
                let denominator = Number::from(q.denominator().clone()).exact_root()?;
                numerator.div(&denominator).ok()
            }
            Number::Flonum(_) | Number::Complex(_) => None,
        }
    }

    /// An exact real to the power of an exact integer.
    pub fn exact_power(&self, exponent: &Number) -> Result {
        if exponent.is_zero() || *self == Number::ONE {
            return Ok(Number::ONE);
        }
        if self.is_zero() {
            let negative = exponent.is_negative();
            return if negative { Err(Fault::DivideByZero) } else { Ok(Number::ZERO) };
        }
        if *self == Number::Fixnum(-1) {
            return Ok(if exponent.is_odd()? { Number::Fixnum(-1) } else { Number::ONE });
        }
        let Number::Fixnum(count) = exponent else { return Err(Fault::TooLarge) };
        let times = usize::try_from(count.unsigned_abs()).map_err(|_| Fault::TooLarge)?;
        let base = self.to_ratio().ok_or(Fault::Wanted(0, "exact real"))?;
        let (numerator, denominator) = base.into_parts();
        let bits = numerator.bit_len().max(denominator.bit_len());
        if bits.checked_mul(times).is_none_or(|total| total > MAX_INTEGER_BITS) {
            return Err(Fault::TooLarge);
        }
        let (numerator, denominator) = (numerator.pow(times), denominator.pow(times));
        Ok(if *count > 0 {
            fraction(numerator, denominator)
        } else {
            let sign = numerator.sign();
            fraction(IBig::from_parts(sign, denominator), numerator.unsigned_abs())
        })
    }
}

fn fraction(numerator: IBig, denominator: UBig) -> Number {
    if denominator.is_one() {
        Number::from(numerator)
    } else {
        Number::from(RBig::from_parts(numerator, denominator))
    }
}

fn gcd(a: UBig, b: UBig) -> UBig {
    if a.is_zero() && b.is_zero() { UBig::ZERO } else { a.gcd(b) }
}

#[cfg(test)]
mod tests;
