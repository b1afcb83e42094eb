//! Bitwise operations (SRFI 151): an exact integer is an infinite two's complement bit string.

use super::{Fault, MAX_INTEGER_BITS, Number, Result};
use dashu_base::{BitTest, UnsignedAbs};
use dashu_int::{IBig, UBig};

/// A bitwise operation on two exact integers.
fn logical(
    a: &Number,
    b: &Number,
    small: impl Fn(i64, i64) -> i64,
    big: impl Fn(IBig, IBig) -> IBig,
) -> Result {
    if let (Number::Fixnum(a), Number::Fixnum(b)) = (a, b) {
        return Ok(Number::from(small(*a, *b)));
    }
    Ok(Number::from(big(exact_integer(a, 0)?, exact_integer(b, 1)?)))
}

fn exact_integer(n: &Number, argument: usize) -> Result<IBig> {
    n.to_big().ok_or(Fault::Wanted(argument, "exact integer"))
}

/// `count` one bits.
pub fn ones(count: usize) -> Result {
    if count > MAX_INTEGER_BITS {
        return Err(Fault::TooLarge);
    }
    Ok(Number::from(UBig::ones(count)))
}

impl Number {
    /// The bits set in both.
    pub fn bit_and(&self, other: &Number) -> Result {
        logical(self, other, |a, b| a & b, |a, b| a & b)
    }
    /// The bits set in either.
    pub fn bit_or(&self, other: &Number) -> Result {
        logical(self, other, |a, b| a | b, |a, b| a | b)
    }
    /// The bits set in one but not the other.
    pub fn bit_xor(&self, other: &Number) -> Result {
        logical(self, other, |a, b| a ^ b, |a, b| a ^ b)
    }
    /// Every bit inverted.
    pub fn bit_not(&self) -> Result {
        match self {
            Number::Fixnum(n) => Ok(Number::Fixnum(!n)),
            other => Ok(Number::from(!exact_integer(other, 0)?)),
        }
    }
    /// Times two to the power of `count`, rounded down.
    pub fn shift(&self, count: &Number) -> Result {
        let n = exact_integer(self, 0)?;
        let Number::Fixnum(places) = *count else {
            return match exact_integer(count, 1)? {
                _ if n.is_zero() => Ok(Number::ZERO),
                _ if count.is_negative() => Ok(Number::Fixnum(-i64::from(self.is_negative()))),
                _ => Err(Fault::TooLarge),
            };
        };
        let distance = usize::try_from(places.unsigned_abs()).map_err(|_| Fault::TooLarge)?;
        if places < 0 {
            return Ok(Number::from(n >> distance));
        }
        if n.is_zero() {
            return Ok(Number::ZERO);
        }
        let total = n.bit_len().checked_add(distance);
        if total.is_none_or(|bits| bits > MAX_INTEGER_BITS) {
            return Err(Fault::TooLarge);
        }
        Ok(Number::from(n << distance))
    }
    /// The number shifted by a count known to be small.
    pub fn shifted(&self, count: i64) -> Result {
        self.shift(&Number::from(count))
    }

    /// How many bits differ from the sign.
    pub fn bit_count(&self) -> Result<usize> {
        match self {
            Number::Fixnum(n) => Ok((if *n < 0 { !n } else { *n }).count_ones() as usize),
            other => Ok(magnitude_bits(exact_integer(other, 0)?).count_ones()),
        }
    }
    /// How many bits two's complement takes, the sign not counted.
    pub fn integer_length(&self) -> Result<usize> {
        match self {
            Number::Fixnum(n) => {
                let bits = if *n < 0 { !n } else { *n };
                Ok((i64::BITS - bits.leading_zeros()) as usize)
            }
            other => Ok(magnitude_bits(exact_integer(other, 0)?).bit_len()),
        }
    }
    /// The index of the lowest one bit; `None` for zero.
    pub fn first_set_bit(&self) -> Result<Option<usize>> {
        match self {
            Number::Fixnum(0) => Ok(None),
            Number::Fixnum(n) => Ok(Some(n.trailing_zeros() as usize)),
            other => Ok(exact_integer(other, 0)?.trailing_zeros()),
        }
    }
    /// Is bit `index` set?
    pub fn bit(&self, index: usize) -> Result<bool> {
        match self {
            Number::Fixnum(n) => Ok(n >> index.min(63) & 1 == 1),
            Number::Big(n) => Ok(n.bit(index)),
            _ => Err(Fault::Wanted(0, "exact integer")),
        }
    }

    /// Bits `start` to `end`, `end` excluded, as a number that is not negative.
    pub fn bit_field(&self, start: usize, end: usize) -> Result {
        self.shift(&negative_count(start)?)?.bit_and(&ones(end.saturating_sub(start))?)
    }
    /// The number with bits `start` to `end` replaced by the lowest bits of `source`.
    pub fn bit_field_replace(&self, source: &Number, start: usize, end: usize) -> Result {
        let width = ones(end.saturating_sub(start))?;
        let up = negative_count(start)?.negate();
        let hole = width.shift(&up)?.bit_not()?;
        self.bit_and(&hole)?.bit_or(&source.bit_and(&width)?.shift(&up)?)
    }
    /// The number with bits `start` to `end` rotated `count` places up.
    pub fn bit_field_rotate(&self, count: &Number, start: usize, end: usize) -> Result {
        let width = end.saturating_sub(start);
        if width == 0 {
            return Ok(self.clone());
        }
        let places = count.modulo(&Number::from(width as i64))?;
        let field = self.bit_field(start, end)?;
        let back = places.sub(&Number::from(width as i64));
        let turned = field.shift(&places)?.bit_or(&field.shift(&back)?)?;
        self.bit_field_replace(&turned, start, end)
    }
    /// The number with bits `start` to `end` in reverse order.
    pub fn bit_field_reverse(&self, start: usize, end: usize) -> Result {
        let width = end.saturating_sub(start);
        let field = self.bit_field(start, end)?;
        let mut words = vec![0_u64; width.div_ceil(64)];
        for index in 0..width {
            if field.bit(index)? {
                let target = width - 1 - index;
                words[target / 64] |= 1 << (target % 64);
            }
        }
        self.bit_field_replace(&Number::from(UBig::from_words(&words)), start, end)
    }
}

/// A negative shift count.
fn negative_count(start: usize) -> Result {
    i64::try_from(start).map(|count| Number::from(-count)).map_err(|_| Fault::TooLarge)
}

/// The number if it is not negative, else its complement: the bits that differ from the sign.
fn magnitude_bits(n: IBig) -> UBig {
    let differing = if n < IBig::ZERO { !n } else { n };
    differing.unsigned_abs()
}

#[cfg(test)]
mod tests;
