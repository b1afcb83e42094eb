//! The four operations and comparison on [`Number`]s of any sort.
//!
//! An operation on an exact and an inexact number is inexact; comparison is always exact, and hence
//! transitive.

use super::{Fault, MAX_INTEGER_BITS, Number, Result, complex};
use dashu_base::{Abs, BitTest};
use dashu_int::IBig;
use dashu_ratio::RBig;
use std::cmp::Ordering;

/// Doubles of at least this magnitude (2^62) are beyond every fixnum.
const BEYOND_FIXNUMS: f64 = (1_u64 << 62) as f64;

/// The operands of a binary operation, brought to one sort.
enum Operands {
    Integers(IBig, IBig),
    Ratios(RBig, RBig),
    Flonums(f64, f64),
    Complexes,
}

fn operands(a: &Number, b: &Number) -> Operands {
    match (a, b) {
        (Number::Complex(_), _) | (_, Number::Complex(_)) => Operands::Complexes,
        (Number::Flonum(_), _) | (_, Number::Flonum(_)) => {
            Operands::Flonums(a.to_f64(), b.to_f64())
        }
        _ => match (a.to_big(), b.to_big()) {
            (Some(a), Some(b)) => Operands::Integers(a, b),
            _ => Operands::Ratios(
                a.to_ratio().expect("an exact real"),
                b.to_ratio().expect("an exact real"),
            ),
        },
    }
}

impl Number {
    /// `self + other`
    pub fn add(&self, other: &Number) -> Number {
        match (self, other) {
            (Number::Fixnum(a), Number::Fixnum(b)) => return Number::from(a + b),
            (Number::Big(a), Number::Big(b)) => return Number::from(a + b),
            (Number::Big(a), Number::Fixnum(b)) => return Number::from(a + IBig::from(*b)),
            (Number::Fixnum(a), Number::Big(b)) => return Number::from(IBig::from(*a) + b),
            _ => {}
        }
        match operands(self, other) {
            Operands::Integers(a, b) => Number::from(a + b),
            Operands::Ratios(a, b) => Number::from(a + b),
            Operands::Flonums(a, b) => Number::Flonum(a + b),
            Operands::Complexes => complex::add(self, other),
        }
    }

    /// `self - other`
    pub fn sub(&self, other: &Number) -> Number {
        match (self, other) {
            (Number::Fixnum(a), Number::Fixnum(b)) => return Number::from(a - b),
            (Number::Big(a), Number::Big(b)) => return Number::from(a - b),
            (Number::Big(a), Number::Fixnum(b)) => return Number::from(a - IBig::from(*b)),
            (Number::Fixnum(a), Number::Big(b)) => return Number::from(IBig::from(*a) - b),
            _ => {}
        }
        match operands(self, other) {
            Operands::Integers(a, b) => Number::from(a - b),
            Operands::Ratios(a, b) => Number::from(a - b),
            Operands::Flonums(a, b) => Number::Flonum(a - b),
            Operands::Complexes => complex::sub(self, other),
        }
    }

    /// `self * other`, refused when it would be enormous.
    pub fn bounded_mul(&self, other: &Number) -> Result {
        if let (Number::Big(a), Number::Big(b)) = (self, other)
            && a.bit_len() + b.bit_len() > MAX_INTEGER_BITS
        {
            return Err(Fault::TooLarge);
        }
        Ok(self.mul(other))
    }
    /// `self * other`
    pub fn mul(&self, other: &Number) -> Number {
        match (self, other) {
            (Number::Fixnum(a), Number::Fixnum(b)) => {
                return Number::from(i128::from(*a) * i128::from(*b));
            }
            (Number::Big(a), Number::Big(b)) => return Number::from(a * b),
            (Number::Big(a), Number::Fixnum(b)) => return Number::from(a * IBig::from(*b)),
            (Number::Fixnum(a), Number::Big(b)) => return Number::from(IBig::from(*a) * b),
            _ => {}
        }
        match operands(self, other) {
            Operands::Integers(a, b) => Number::from(a * b),
            Operands::Ratios(a, b) => Number::from(a * b),
            Operands::Flonums(a, b) => Number::Flonum(a * b),
            Operands::Complexes => complex::mul(self, other),
        }
    }

    /// `self / other`; an exact zero divisor is a fault, an inexact one is not.
    pub fn div(&self, other: &Number) -> Result {
        if *other == Number::ZERO {
            return Err(Fault::DivideByZero);
        }
        if let (Number::Fixnum(a), Number::Fixnum(b)) = (self, other)
            && a % b == 0
        {
            return Ok(Number::from(a / b));
        }
        Ok(match operands(self, other) {
            Operands::Integers(a, b) => Number::from(RBig::from_parts_signed(a, b)),
            Operands::Ratios(a, b) => Number::from(a / b),
            Operands::Flonums(a, b) => Number::Flonum(a / b),
            Operands::Complexes => complex::div(self, other)?,
        })
    }

    /// `-self`
    pub fn negate(&self) -> Number {
        match self {
            Number::Fixnum(n) => Number::from(-n),
            Number::Big(n) => Number::from(-n),
            Number::Ratio(q) => Number::Ratio(-q),
            Number::Flonum(x) => Number::Flonum(-x),
            Number::Complex(parts) => Number::rectangular(parts.0.negate(), parts.1.negate()),
        }
    }

    /// The absolute value of a real number.
    pub fn abs(&self) -> Result {
        Ok(match self {
            Number::Fixnum(n) => Number::from(n.abs()),
            Number::Big(n) => Number::Big(n.clone().abs()),
            Number::Ratio(q) => Number::Ratio(q.clone().abs()),
            Number::Flonum(x) => Number::Flonum(x.abs()),
            Number::Complex(_) => return Err(Fault::Wanted(0, "real")),
        })
    }

    /// How two real numbers compare, exactly; `None` when one is NaN (or not real).
    pub fn compare(&self, other: &Number) -> Option<Ordering> {
        match (self, other) {
            (Number::Fixnum(a), Number::Fixnum(b)) => Some(a.cmp(b)),
            (Number::Flonum(a), Number::Flonum(b)) => a.partial_cmp(b),
            (Number::Fixnum(a), Number::Flonum(b)) => compare_fixnum_flonum(*a, *b),
            (Number::Flonum(a), Number::Fixnum(b)) => {
                compare_fixnum_flonum(*b, *a).map(Ordering::reverse)
            }
            (Number::Big(a), Number::Big(b)) => Some(a.cmp(b)),
            (exact, Number::Flonum(x)) => compare_exact_flonum(exact, *x),
            (Number::Flonum(x), exact) => compare_exact_flonum(exact, *x).map(Ordering::reverse),
            (Number::Complex(_), _) | (_, Number::Complex(_)) => None,
            _ => Some(match operands(self, other) {
                Operands::Integers(a, b) => a.cmp(&b),
                Operands::Ratios(a, b) => a.cmp(&b),
                Operands::Flonums(a, b) => return a.partial_cmp(&b),
                Operands::Complexes => return None,
            }),
        }
    }

    /// `=`: the same value, whatever the exactness.
    pub fn num_eq(&self, other: &Number) -> bool {
        match (self, other) {
            (Number::Complex(a), Number::Complex(b)) => a.0.num_eq(&b.0) && a.1.num_eq(&b.1),
            (Number::Complex(a), real) | (real, Number::Complex(a)) => {
                a.1.is_zero() && a.0.num_eq(real)
            }
            _ => self.compare(other) == Some(Ordering::Equal),
        }
    }
}

/// Compares an integer of at most 62 bits with a double, exactly and without allocating.
pub fn compare_fixnum_flonum(n: i64, x: f64) -> Option<Ordering> {
    if x.is_nan() {
        None
    } else if x >= BEYOND_FIXNUMS {
        Some(Ordering::Less)
    } else if x <= -BEYOND_FIXNUMS {
        Some(Ordering::Greater)
    } else {
        let whole = x.trunc();
        // When the integers are equal, the fraction of `x` decides.
        match n.cmp(&(whole as i64)) {
            Ordering::Equal => whole.partial_cmp(&x),
            different => Some(different),
        }
    }
}

fn compare_exact_flonum(exact: &Number, x: f64) -> Option<Ordering> {
    if x.is_nan() {
        return None;
    }
    if x.is_infinite() {
        return Some(if x > 0.0 { Ordering::Less } else { Ordering::Greater });
    }
    let x = Number::Flonum(x).to_exact().expect("finite");
    exact.compare(&x)
}

#[cfg(test)]
mod tests;
