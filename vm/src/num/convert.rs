//! Between exact and inexact. Both directions are as good as they can be: towards inexact rounds to
//! nearest, ties to even; towards exact loses nothing.

use super::{Fault, Number, Result};
use dashu_base::FloatEncoding;
use dashu_int::IBig;
use dashu_ratio::RBig;

impl Number {
    /// The nearest double of a real number; of a complex one, that of its real part.
    pub fn to_f64(&self) -> f64 {
        match self {
            Number::Fixnum(n) => *n as f64,
            Number::Big(n) => n.to_f64().value(),
            Number::Ratio(q) => q.to_f64().value(),
            Number::Flonum(x) => *x,
            Number::Complex(parts) => parts.0.to_f64(),
        }
    }

    /// `inexact`.
    pub fn to_inexact(&self) -> Number {
        match self {
            Number::Complex(parts) => Number::Complex(Box::new((
                Number::Flonum(parts.0.to_f64()),
                Number::Flonum(parts.1.to_f64()),
            ))),
            real => Number::Flonum(real.to_f64()),
        }
    }

    /// `exact`; infinities and NaN have no exact counterpart.
    pub fn to_exact(&self) -> Result {
        match self {
            Number::Flonum(x) => exact_of_f64(*x),
            Number::Complex(parts) => {
                Ok(Number::rectangular(parts.0.to_exact()?, parts.1.to_exact()?))
            }
            exact => Ok(exact.clone()),
        }
    }
}

fn exact_of_f64(x: f64) -> Result {
    if x.trunc() == x && x.abs() < (1_u64 << 60) as f64 {
        return Ok(Number::Fixnum(x as i64));
    }
    let (mantissa, exponent) = x.decode().map_err(|_| Fault::Wanted(0, "rational"))?;
    let mantissa = IBig::from(mantissa);
    let shift = usize::from(exponent.unsigned_abs());
    Ok(if exponent >= 0 {
        Number::from(mantissa << shift)
    } else {
        Number::from(RBig::from_parts_signed(mantissa, IBig::ONE << shift))
    })
}

#[cfg(test)]
mod tests {
    use super::Number;
    use crate::num::parse_number;
    use dashu_int::IBig;
    use dashu_ratio::RBig;
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    proptest! {
        #[test]
        fn exact_keeps_every_finite_double(bits in any::<u64>()) {
            let x = f64::from_bits(bits);
            match Number::Flonum(x).to_exact() {
                Ok(exact) => {
                    prop_assert!(exact.is_exact());
                    prop_assert_eq!(exact.to_f64(), x);
                }
                Err(_) => prop_assert!(!x.is_finite()),
            }
        }

        #[test]
        fn integers_round_like_hardware(n in any::<i128>(), shift in 0_u32..127) {
            let n = n >> shift;
            prop_assert_eq!(Number::from(n).to_f64(), n as f64);
        }

        #[test]
        fn a_ratio_rounds_to_the_nearest_double(n in any::<i64>(), d in 1_i64..) {
            let q = RBig::from_parts_signed(IBig::from(n), IBig::from(d));
            let x = Number::from(q.clone()).to_f64();
            let distance = |y: f64| {
                let exact = Number::Flonum(y).to_exact().unwrap().to_ratio().unwrap();
                dashu_base::Abs::abs(exact - &q)
            };
            prop_assert!(distance(x) <= distance(x.next_up()));
            prop_assert!(distance(x) <= distance(x.next_down()));
        }
    }

    #[test]
    fn decimal_text_and_exact_decimal_agree_when_rounded() {
        for text in ["1e23", "9007199254740993", "2.2250738585072011e-308", "4.9e-324", "1e-400"] {
            let inexact = parse_number(&format!("#i{text}"), 10).unwrap();
            let exact = parse_number(&format!("#e{text}"), 10).unwrap();
            assert_eq!(exact.to_inexact(), inexact, "{text}");
        }
    }

    #[test]
    fn infinities_and_nan_are_not_exact() {
        for x in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            assert!(Number::Flonum(x).to_exact().is_err());
        }
    }
}
