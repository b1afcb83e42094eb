//! The numeric tower.
//!
//! [`Number`] is a number outside the heap: what the reader parses, what compiled constants hold,
//! and what the slow paths of arithmetic compute with. Its operations are pure and live in the
//! modules below; they know nothing of heaps. [`arith`] is the same arithmetic on guest values:
//! fixnums and flonums directly, everything else by way of `Number`.
//!
//! Invariants of a `Number` (all constructors keep them):
//! - `Fixnum` holds what fits in 61 bits, `Big` only what does not;
//! - `Ratio` is in lowest terms with a denominator greater than one;
//! - the parts of `Complex` are real, both exact or both flonums, and its imaginary part is not an
//!   exact zero.

pub mod arith;
pub mod bits;
pub mod complex;
pub mod convert;
pub mod heap;
pub mod integer;
pub mod parse;
pub mod print;
pub mod round;
pub mod tower;
pub mod transcendental;

use dashu_base::{BitTest, Sign};
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;
use lisle_gc::value::{FIXNUM_MAX, FIXNUM_MIN};

pub use arith::{add, div, mul, sub};
pub use heap::{from_value, is_number, to_value};
pub use parse::parse_number;

/// A number of the guest language, outside the heap.
#[derive(Clone, Debug)]
pub enum Number {
    /// An exact integer of at most 61 bits.
    Fixnum(i64),
    /// Any other exact integer.
    Big(IBig),
    /// An exact rational that is not an integer.
    Ratio(RBig),
    /// An inexact real.
    Flonum(f64),
    /// A number with an imaginary part: real part, imaginary part.
    Complex(Box<(Number, Number)>),
}

/// Why an operation on numbers has no result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// Division by an exact zero.
    DivideByZero,
    /// The argument with this index (from 0) is not the kind of number that is wanted.
    Wanted(usize, &'static str),
    /// The result would have too many digits to be worth computing.
    TooLarge,
}

/// What the pure operations return.
pub type Result<T = Number> = std::result::Result<T, Fault>;

/// Exact integers of more bits than this are refused before they are computed.
pub const MAX_INTEGER_BITS: usize = 1 << 28;

impl Number {
    /// How many words of 64 bits its exact parts have that are no fixnums.
    pub fn limbs(&self) -> usize {
        match self {
            Number::Fixnum(_) | Number::Flonum(_) => 0,
            Number::Big(n) => n.as_sign_words().1.len(),
            Number::Ratio(q) => {
                q.numerator().as_sign_words().1.len() + q.denominator().as_words().len()
            }
            Number::Complex(parts) => parts.0.limbs() + parts.1.limbs(),
        }
    }
}

/// The equivalence of `eqv?`: same exactness, same value, `0.0` and `-0.0` apart, NaN like itself.
impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        match (self, other) {
            (Number::Fixnum(a), Number::Fixnum(b)) => a == b,
            (Number::Big(a), Number::Big(b)) => a == b,
            (Number::Ratio(a), Number::Ratio(b)) => a == b,
            (Number::Flonum(a), Number::Flonum(b)) => {
                a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
            }
            (Number::Complex(a), Number::Complex(b)) => a == b,
            _ => false,
        }
    }
}

impl From<i64> for Number {
    fn from(n: i64) -> Number {
        if (FIXNUM_MIN..=FIXNUM_MAX).contains(&n) {
            Number::Fixnum(n)
        } else {
            Number::Big(IBig::from(n))
        }
    }
}

impl From<i128> for Number {
    fn from(n: i128) -> Number {
        match i64::try_from(n) {
            Ok(small) => Number::from(small),
            Err(_) => Number::Big(IBig::from(n)),
        }
    }
}

impl From<IBig> for Number {
    fn from(n: IBig) -> Number {
        if n.bit_len() <= 64
            && let Ok(small) = i64::try_from(&n)
            && (FIXNUM_MIN..=FIXNUM_MAX).contains(&small)
        {
            return Number::Fixnum(small);
        }
        Number::Big(n)
    }
}

impl From<UBig> for Number {
    fn from(n: UBig) -> Number {
        Number::from(IBig::from(n))
    }
}

impl From<RBig> for Number {
    fn from(q: RBig) -> Number {
        if q.is_int() { Number::from(q.into_parts().0) } else { Number::Ratio(q) }
    }
}

impl From<f64> for Number {
    fn from(x: f64) -> Number {
        Number::Flonum(x)
    }
}

impl Number {
    /// The exact zero.
    pub const ZERO: Number = Number::Fixnum(0);
    /// The exact one.
    pub const ONE: Number = Number::Fixnum(1);

    /// A complex number from real parts; real when the imaginary part is an exact zero.
    pub fn rectangular(re: Number, im: Number) -> Number {
        if im == Number::ZERO {
            re
        } else if re.is_exact() == im.is_exact() {
            Number::Complex(Box::new((re, im)))
        } else {
            Number::Complex(Box::new((re.to_inexact(), im.to_inexact())))
        }
    }

    /// Is it exact? A complex number is when both its parts are.
    pub fn is_exact(&self) -> bool {
        match self {
            Number::Fixnum(_) | Number::Big(_) | Number::Ratio(_) => true,
            Number::Flonum(_) => false,
            Number::Complex(parts) => parts.0.is_exact() && parts.1.is_exact(),
        }
    }
    /// Is it an exact integer?
    pub fn is_exact_integer(&self) -> bool {
        matches!(self, Number::Fixnum(_) | Number::Big(_))
    }
    /// Is it an integer, exact or not?
    pub fn is_integer(&self) -> bool {
        match self {
            Number::Fixnum(_) | Number::Big(_) => true,
            Number::Flonum(x) => x.is_finite() && x.trunc() == *x,
            Number::Ratio(_) | Number::Complex(_) => false,
        }
    }
    /// Is it rational: real, and neither infinite nor NaN?
    pub fn is_rational(&self) -> bool {
        match self {
            Number::Fixnum(_) | Number::Big(_) | Number::Ratio(_) => true,
            Number::Flonum(x) => x.is_finite(),
            Number::Complex(_) => false,
        }
    }
    /// Is it real?
    pub fn is_real(&self) -> bool {
        !matches!(self, Number::Complex(_))
    }
    /// Is it zero, exact or not?
    pub fn is_zero(&self) -> bool {
        match self {
            Number::Fixnum(n) => *n == 0,
            Number::Flonum(x) => *x == 0.0,
            Number::Big(_) | Number::Ratio(_) => false,
            Number::Complex(parts) => parts.0.is_zero() && parts.1.is_zero(),
        }
    }
    /// Is it a real less than zero (not `-0.0`)?
    pub fn is_negative(&self) -> bool {
        match self {
            Number::Fixnum(n) => *n < 0,
            Number::Big(n) => n.sign() == Sign::Negative,
            Number::Ratio(q) => q.sign() == Sign::Negative,
            Number::Flonum(x) => *x < 0.0,
            Number::Complex(_) => false,
        }
    }
    /// Is it a real greater than zero?
    pub fn is_positive(&self) -> bool {
        match self {
            Number::Fixnum(n) => *n > 0,
            Number::Big(n) => n.sign() == Sign::Positive,
            Number::Ratio(q) => q.sign() == Sign::Positive,
            Number::Flonum(x) => *x > 0.0,
            Number::Complex(_) => false,
        }
    }
    /// The big integer of an exact integer.
    pub fn to_big(&self) -> Option<IBig> {
        match self {
            Number::Fixnum(n) => Some(IBig::from(*n)),
            Number::Big(n) => Some(n.clone()),
            _ => None,
        }
    }
    /// The rational of an exact real.
    pub fn to_ratio(&self) -> Option<RBig> {
        match self {
            Number::Fixnum(n) => Some(RBig::from(*n)),
            Number::Big(n) => Some(RBig::from(n.clone())),
            Number::Ratio(q) => Some(q.clone()),
            Number::Flonum(_) | Number::Complex(_) => None,
        }
    }
}

const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<Number>();
};
