//! Conversions of the integers of `num-bigint`, of any size: behind the feature `bigint`.
//!
//! Inside, large integers are those of `dashu`; what both agree on is bytes.

use super::convert::{FromScheme, IntoScheme};
use super::error::{Error, ErrorKind};
use super::local::Local;
use super::numbers::not_integer;
use super::window::Window;
use crate::num::{MAX_INTEGER_BITS, Number, heap};
use dashu_base::{BitTest as _, Signed as _};
use dashu_int::{IBig, Sign, UBig};
use lisle_gc::Value;
use num_bigint::{BigInt, BigUint, Sign as NumSign};

fn integer(value: Value) -> Option<IBig> {
    match heap::from_value(value)? {
        Number::Fixnum(n) => Some(IBig::from(n)),
        Number::Big(big) => Some(big),
        _ => None,
    }
}

fn made<'w>(w: &Window<'w>, n: IBig) -> Result<Local<'w>, Error> {
    if n.bit_len() > MAX_INTEGER_BITS {
        let message = format!("an integer may have {MAX_INTEGER_BITS} bits");
        return Err(Error::of_kind(ErrorKind::Range, message));
    }
    w.local(|cx| heap::to_value(cx, &Number::from(n)))
}

/// Any exact integer.
///
/// ```
/// use lisle::Vm;
/// use num_bigint::BigInt;
/// let vm = Vm::new()?;
/// vm.define("negate", |n: BigInt| -n)?;
/// assert!(vm.eval::<bool>("(= (negate (expt 7 300)) (- (expt 7 300)))")?);
/// assert_eq!(vm.eval::<BigInt>("(expt 2 100)")?, BigInt::from(1) << 100);
/// # Ok::<(), lisle::Error>(())
/// ```
impl FromScheme for BigInt {
    fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<BigInt, Error> {
        let n = integer(value.value()).ok_or_else(|| w.mismatch("an exact integer", value))?;
        let sign = if n.is_negative() { NumSign::Minus } else { NumSign::Plus };
        Ok(BigInt::from_bytes_le(sign, &n.into_parts().1.to_le_bytes()))
    }
}

impl IntoScheme for &BigInt {
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        let (sign, bytes) = self.to_bytes_le();
        let sign = if sign == NumSign::Minus { Sign::Negative } else { Sign::Positive };
        made(w, IBig::from_parts(sign, UBig::from_le_bytes(&bytes)))
    }
}

impl IntoScheme for BigInt {
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        (&self).into_scheme(w)
    }
}

/// Any exact integer that is not negative.
impl FromScheme for BigUint {
    fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<BigUint, Error> {
        match integer(value.value()).and_then(|n| UBig::try_from(n).ok()) {
            Some(n) => Ok(BigUint::from_bytes_le(&n.to_le_bytes())),
            None => Err(not_integer(w, value, "that is not negative")),
        }
    }
}

impl IntoScheme for &BigUint {
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        made(w, IBig::from(UBig::from_le_bytes(&self.to_bytes_le())))
    }
}

impl IntoScheme for BigUint {
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        (&self).into_scheme(w)
    }
}
