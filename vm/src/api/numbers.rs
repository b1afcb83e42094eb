//! Conversions of numbers.

use super::convert::{FromScheme, IntoScheme};
use super::error::Error;
use super::local::Local;
use super::window::Window;
use crate::num::{Number, heap};
use dashu_int::UBig;
use lisle_gc::Value;

/// The integer of a fixnum or of an integer of up to 128 bits.
fn wide(value: Value) -> Option<i128> {
    if let Some(n) = value.as_fixnum() {
        return Some(i128::from(n));
    }
    match heap::from_value(value)? {
        Number::Big(big) => i128::try_from(big).ok(),
        _ => None,
    }
}

fn is_exact_integer(value: Value) -> bool {
    matches!(heap::from_value(value), Some(Number::Fixnum(_) | Number::Big(_)))
}

#[cold]
pub(crate) fn not_integer(w: &Window<'_>, value: Local<'_>, range: &str) -> Error {
    let value = Local::new(value.value());
    if is_exact_integer(value.value()) {
        return w.misfit(&format!("an integer {range}"), value);
    }
    w.mismatch("an exact integer", value)
}

macro_rules! integers {
    ($($type:ident)*) => {$(
        impl FromScheme for $type {
            #[inline]
            fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<$type, Error> {
                if let Some(n) = value.value().as_fixnum()
                    && let Ok(n) = $type::try_from(n)
                {
                    return Ok(n);
                }
                match wide(value.value()).and_then(|n| $type::try_from(n).ok()) {
                    Some(n) => Ok(n),
                    None => {
                        let range = concat!("that fits ", stringify!($type));
                        Err(not_integer(w, value, range))
                    }
                }
            }
        }
        impl IntoScheme for $type {
            #[inline]
            fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
                if let Ok(n) = i64::try_from(self)
                    && let Some(fixnum) = Value::try_fixnum(n)
                {
                    return Ok(Local::new(fixnum));
                }
                big(w, self.into())
            }
        }
        impl IntoScheme for &$type {
            #[inline]
            fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
                (*self).into_scheme(w)
            }
        }
    )*};
}

integers!(i8 i16 i32 i64 i128 u8 u16 u32 u64);

/// An integer that is no fixnum.
#[cold]
fn big<'w>(w: &Window<'w>, n: i128) -> Result<Local<'w>, Error> {
    w.local(|cx| heap::wide_integer(cx, n))
}

macro_rules! sizes {
    ($($type:ident as $wide:ident)*) => {$(
        impl FromScheme for $type {
            #[inline]
            fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<$type, Error> {
                let n = $wide::from_scheme(w, value)?;
                let range = concat!("that fits ", stringify!($type));
                $type::try_from(n).map_err(|_| not_integer(w, value, range))
            }
        }
        impl IntoScheme for $type {
            #[inline]
            fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
                (self as $wide).into_scheme(w)
            }
        }
        impl IntoScheme for &$type {
            #[inline]
            fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
                (*self).into_scheme(w)
            }
        }
    )*};
}

sizes!(usize as u64 isize as i64);

impl FromScheme for u128 {
    fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<u128, Error> {
        let n = match heap::from_value(value.value()) {
            Some(Number::Fixnum(n)) => u128::try_from(n).ok(),
            Some(Number::Big(big)) => u128::try_from(big).ok(),
            _ => None,
        };
        n.ok_or_else(|| not_integer(w, value, "that fits u128"))
    }
}

impl IntoScheme for u128 {
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        w.local(|cx| heap::to_value(cx, &Number::from(UBig::from(self))))
    }
}

/// Any real number that a double can hold as it is: all floats, and exact numbers that do not change.
impl FromScheme for f64 {
    #[inline]
    fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<f64, Error> {
        match heap::as_flonum(value.value()) {
            Some(x) => Ok(x),
            None => exact_to_double(w, value),
        }
    }
}

/// Integers up to this size are doubles as they are.
const EXACT_MOST: u64 = 1 << 53;

#[cold]
fn exact_to_double(w: &Window<'_>, value: Local<'_>) -> Result<f64, Error> {
    let value = Local::new(value.value());
    if let Some(n) = value.value().as_fixnum()
        && n.unsigned_abs() <= EXACT_MOST
    {
        return Ok(n as f64);
    }
    let number = match heap::from_value(value.value()) {
        None | Some(Number::Complex(_)) => return Err(w.mismatch("a real number", value)),
        Some(number) => number,
    };
    let double = number.to_f64();
    let back = Number::Flonum(double).to_exact();
    if double.is_finite() && back.is_ok_and(|back| back == number) {
        return Ok(double);
    }
    Err(w.misfit("a number that a double can hold without changing", value))
}

impl IntoScheme for f64 {
    #[inline]
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        match lisle_gc::flonum::encode(self) {
            Some(value) => Ok(Local::new(value)),
            None => w.local(|cx| cx.flonum(self)),
        }
    }
}

impl IntoScheme for &f64 {
    #[inline]
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        (*self).into_scheme(w)
    }
}

/// Any real number that a single-precision float can hold as it is.
impl FromScheme for f32 {
    fn from_scheme<'w>(w: &Window<'w>, value: Local<'w>) -> Result<f32, Error> {
        let double = f64::from_scheme(w, value)?;
        let single = double as f32;
        if f64::from(single) == double || double.is_nan() {
            return Ok(single);
        }
        Err(w.misfit("a number that an f32 can hold without changing", value))
    }
}

impl IntoScheme for f32 {
    fn into_scheme<'w>(self, w: &Window<'w>) -> Result<Local<'w>, Error> {
        f64::from(self).into_scheme(w)
    }
}
