//! Self-tagged flonums: doubles that are their own tagged word.
//!
//! After Melançon, Feeley and Serrano, "Float Self-Tagging" (OOPSLA 2025). Adding 2^60 to the bits
//! of a double whose three top exponent bits are `011` or `100` (magnitudes of about 1e-77 to 1e77)
//! makes the two top exponent bits `10`; rotating left by three then puts sign, `1`, `0` where the
//! tag goes. No other double produces those two bits, so encoding is an addition, a rotation and a
//! test, and decoding the reverse. `0.0` takes the word of 2^-255, which is boxed instead.

use crate::value::{TAG_FLONUM_LOW2, Value};
use std::hint::cold_path;

const EXPONENT_SHIFT: u64 = 1 << 60;
/// The word of `0.0`.
const ZERO_WORD: u64 = 0b010;

/// Bits of the least magnitude that is immediate, without the sign.
const LEAST: u64 = (0b0110 << 60) + 2;
/// Bits of the least magnitude that is too large.
const MOST: u64 = 0b1010 << 60;

/// The word of a double, or `None` when it must be boxed (very large, very small, `-0.0`,
/// infinities and NaN).
///
/// ```
/// use lisle_gc::flonum;
/// let word = flonum::encode(1.5).unwrap();
/// assert_eq!(flonum::decode(word), 1.5);
/// assert!(flonum::encode(1e300).is_none());
/// ```
#[inline(always)]
pub const fn encode(x: f64) -> Option<Value> {
    let bits = x.to_bits();
    // One test for all: the sign is shifted out, and what is left lies between 2^-255, which is
    // boxed with either sign, and 2^257.
    if (bits << 1).wrapping_sub(LEAST) >= MOST - LEAST {
        cold_path();
        return if bits == 0 { Some(Value::from_bits(ZERO_WORD)) } else { None };
    }
    let word = bits.wrapping_add(EXPONENT_SHIFT).rotate_left(3);
    debug_assert!(word & 3 == TAG_FLONUM_LOW2);
    Some(Value::from_bits(word))
}

/// The double of a word that [`Value::is_immediate_flonum`]; other words give a meaningless double.
#[inline(always)]
pub const fn decode(v: Value) -> f64 {
    if v.bits() == ZERO_WORD {
        // A jump, not a conditional move: zero is rare, and a move would lengthen every chain of
        // operations by its latency.
        cold_path();
        return 0.0;
    }
    f64::from_bits(v.bits().rotate_right(3).wrapping_sub(EXPONENT_SHIFT))
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    proptest! {
        #[test]
        fn encoding_keeps_every_bit(bits in any::<u64>()) {
            let x = f64::from_bits(bits);
            if let Some(word) = encode(x) {
                prop_assert!(word.is_immediate_flonum());
                prop_assert_eq!(decode(word).to_bits(), bits);
            }
        }

        #[test]
        fn common_magnitudes_are_immediate(x in 1e-70f64..1e70) {
            prop_assert!(encode(x).is_some());
            prop_assert!(encode(-x).is_some());
        }
    }

    #[test]
    fn zero_is_immediate_and_minus_zero_is_not() {
        assert_eq!(encode(0.0).map(|w| decode(w).to_bits()), Some(0));
        assert!(encode(-0.0).is_none());
        let tiny = f64::from_bits(0x3000_0000_0000_0000);
        assert!(encode(tiny).is_none());
    }

    #[test]
    fn special_doubles_are_boxed() {
        for x in [f64::INFINITY, f64::NEG_INFINITY, f64::NAN, f64::MIN_POSITIVE, 1e300] {
            assert!(encode(x).is_none());
        }
    }
}
