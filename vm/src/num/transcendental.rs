//! Square roots, powers, exponentials, logarithms and trigonometry.
//!
//! Results are exact where the standard asks for it (square roots of perfect squares, rational
//! bases to integer powers) and for the few arguments with an obvious exact result, like `(exp 0)`.

use super::complex::Rectangular;
use super::{Fault, Number, Result};
use dashu_base::{BitTest, SquareRoot, UnsignedAbs};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use std::f64::consts::{LN_2, LN_10, PI};

/// Applies a function of doubles or of complex numbers; an exact `fixed.0` gives an exact `fixed.1`.
fn function(
    n: &Number,
    fixed: (Number, Number),
    real: impl Fn(f64) -> f64,
    complex: impl Fn(Rectangular) -> Rectangular,
) -> Number {
    match n {
        Number::Complex(_) => complex(Rectangular::from(n)).into(),
        _ if *n == fixed.0 => fixed.1,
        _ => Number::Flonum(real(n.to_f64())),
    }
}

/// The natural logarithm of a positive exact real, however large or small.
fn log_exact(n: &Number) -> f64 {
    let x = n.to_f64();
    if x.is_normal() {
        return x.ln();
    }
    match n {
        Number::Ratio(q) => {
            let numerator = Number::from(q.numerator().clone());
            log_exact(&numerator) - log_exact(&Number::from(q.denominator().clone()))
        }
        Number::Big(n) => {
            let shift = n.bit_len().saturating_sub(64);
            let leading: IBig = n >> shift;
            leading.to_f64().value().ln() + shift as f64 * LN_2
        }
        _ => x.ln(),
    }
}

impl Number {
    /// e to this power.
    pub fn exp(&self) -> Number {
        function(self, (Number::ZERO, Number::ONE), f64::exp, Rectangular::exp)
    }

    /// The natural logarithm; that of exact zero is minus infinity.
    pub fn log(&self) -> Number {
        match self {
            Number::Complex(_) => Rectangular::from(self).log().into(),
            Number::Fixnum(1) => Number::ZERO,
            Number::Flonum(x) if *x < 0.0 => Rectangular { re: (-x).ln(), im: PI }.into(),
            Number::Flonum(x) => Number::Flonum(x.ln()),
            exact if exact.is_negative() => {
                Rectangular { re: log_exact(&exact.negate()), im: PI }.into()
            }
            exact => Number::Flonum(log_exact(exact)),
        }
    }

    /// The logarithm in a base.
    pub fn log_base(&self, base: &Number) -> Result {
        if *self == Number::ONE && !base.is_zero() {
            return Ok(Number::ZERO);
        }
        if self.is_positive() && self.to_f64().is_normal() {
            // The double functions are exact at powers of these bases; a quotient is not.
            match base {
                Number::Fixnum(2) => return Ok(Number::Flonum(self.to_f64().log2())),
                Number::Fixnum(10) => return Ok(Number::Flonum(self.to_f64().log10())),
                _ => {}
            }
        }
        let divisor = match base {
            Number::Fixnum(10) => Number::Flonum(LN_10),
            other => other.log(),
        };
        self.log().div(&divisor)
    }

    /// The sine.
    pub fn sin(&self) -> Number {
        function(self, (Number::ZERO, Number::ZERO), f64::sin, Rectangular::sin)
    }
    /// The cosine.
    pub fn cos(&self) -> Number {
        function(self, (Number::ZERO, Number::ONE), f64::cos, Rectangular::cos)
    }
    /// The tangent.
    pub fn tan(&self) -> Number {
        function(self, (Number::ZERO, Number::ZERO), f64::tan, Rectangular::tan)
    }
    /// The arc sine.
    pub fn asin(&self) -> Number {
        if self.is_real() && self.to_f64().abs() > 1.0 {
            return Rectangular::from(self).asin().into();
        }
        function(self, (Number::ZERO, Number::ZERO), f64::asin, Rectangular::asin)
    }
    /// The arc cosine.
    pub fn acos(&self) -> Number {
        if self.is_real() && self.to_f64().abs() > 1.0 {
            return Rectangular::from(self).acos().into();
        }
        function(self, (Number::ONE, Number::ZERO), f64::acos, Rectangular::acos)
    }
    /// The arc tangent.
    pub fn atan(&self) -> Number {
        function(self, (Number::ZERO, Number::ZERO), f64::atan, Rectangular::atan)
    }
    /// The angle of the point (`x`, `self`).
    pub fn atan2(&self, x: &Number) -> Result {
        for (argument, n) in [self, x].into_iter().enumerate() {
            if !n.is_real() {
                return Err(Fault::Wanted(argument, "real"));
            }
        }
        if *self == Number::ZERO && x.is_exact() && !x.is_negative() {
            return Ok(Number::ZERO);
        }
        Ok(Number::Flonum(self.to_f64().atan2(x.to_f64())))
    }

    /// The principal square root; exact when the number is exact and has an exact root.
    pub fn sqrt(&self) -> Number {
        match self {
            Number::Complex(_) => {
                let exact = if self.is_exact() { self.exact_complex_root() } else { None };
                exact.unwrap_or_else(|| Rectangular::from(self).sqrt().into())
            }
            Number::Flonum(x) if *x < 0.0 => Rectangular { re: 0.0, im: (-x).sqrt() }.into(),
            Number::Flonum(x) => Number::Flonum(x.sqrt()),
            Number::Fixnum(n) if *n >= 0 => {
                // Exact for perfect squares: their roots have at most 30 bits.
                let root = (*n as f64).sqrt();
                let whole = root.round() as i64;
                if whole * whole == *n { Number::Fixnum(whole) } else { Number::Flonum(root) }
            }
            exact if exact.is_negative() => {
                Number::rectangular(Number::ZERO, exact.negate().sqrt())
            }
            exact => exact.exact_root().unwrap_or_else(|| Number::Flonum(root_of_exact(exact))),
        }
    }

    /// `self` to the power of `exponent`.
    pub fn expt(&self, exponent: &Number) -> Result {
        if exponent.is_exact_integer() {
            return self.integer_power(exponent);
        }
        if *self == Number::ZERO {
            return match exponent.real_part() {
                _ if exponent.is_zero() => Ok(Number::Flonum(1.0)),
                re if re.is_positive() && exponent.is_exact() => Ok(Number::ZERO),
                re if re.is_positive() => Ok(Number::Flonum(0.0)),
                _ => Err(Fault::DivideByZero),
            };
        }
        if let (true, Number::Ratio(q)) = (self.is_exact(), exponent)
            && *q.denominator() == UBig::from(2_u8)
        {
            let root = self.sqrt();
            if root.is_exact() {
                return root.integer_power(&Number::from(q.numerator().clone()));
            }
        }
        if self.is_real() && exponent.is_real() {
            let (base, power) = (self.to_f64(), exponent.to_f64());
            if !self.is_negative() && self.is_exact() && !base.is_normal() {
                return Ok(Number::Flonum((power * log_exact(self)).exp()));
            }
            if !self.is_negative() || exponent.is_integer() || !power.is_finite() {
                return Ok(Number::Flonum(base.powf(power)));
            }
        }
        if self.is_zero() {
            return Ok(Number::Flonum(0.0));
        }
        let logarithm = Rectangular::from(&self.log());
        Ok(logarithm.times(Rectangular::from(exponent)).exp().into())
    }

    /// `self` to the power of an exact integer.
    fn integer_power(&self, exponent: &Number) -> Result {
        match self {
            _ if exponent.is_zero() => Ok(Number::ONE),
            Number::Flonum(x) => {
                let magnitude = x.abs().powf(exponent.to_f64());
                let negative = x.is_sign_negative() && exponent.is_odd()?;
                Ok(Number::Flonum(if negative { -magnitude } else { magnitude }))
            }
            Number::Complex(_) => {
                let Number::Fixnum(count) = *exponent else { return Err(Fault::TooLarge) };
                let power = repeated_square(self, count.unsigned_abs())?;
                if count < 0 { Number::ONE.div(&power) } else { Ok(power) }
            }
            _ => self.exact_power(exponent),
        }
    }
}

/// The square root of a positive exact number that has no exact one.
fn root_of_exact(n: &Number) -> f64 {
    let x = n.to_f64();
    if x.is_normal() {
        return x.sqrt();
    }
    // Scaled by a power of four so that the integer root has more bits than a double.
    let (numerator, denominator) = n.to_ratio().expect("an exact real").into_parts();
    let magnitude = numerator.bit_len() as i64 - denominator.bit_len() as i64;
    let scale = (140 - magnitude) / 2;
    let places = usize::try_from(scale.unsigned_abs()).expect("a number of bits");
    let numerator = numerator.unsigned_abs();
    let quotient = if scale >= 0 {
        (numerator << (2 * places)) / denominator
    } else {
        numerator / (denominator << (2 * places))
    };
    let root = IBig::from(quotient.sqrt());
    let scaled = if scale >= 0 {
        RBig::from_parts(root, UBig::ONE << places)
    } else {
        RBig::from(root << places)
    };
    scaled.to_f64().value()
}

fn repeated_square(base: &Number, mut count: u64) -> Result {
    if base.is_exact() && count > 1 << 24 {
        return Err(Fault::TooLarge);
    }
    let mut square = base.clone();
    let mut power = Number::ONE;
    while count > 0 {
        if count & 1 == 1 {
            power = power.mul(&square);
        }
        count >>= 1;
        if count > 0 {
            square = square.mul(&square);
        }
    }
    Ok(power)
}

#[cfg(test)]
mod tests;
