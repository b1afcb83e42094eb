//! The written form of numbers, in any radix.
//!
//! Inexact numbers are written with the fewest digits that read back as the same double: in radix
//! ten by `zmij`, in others by exact arithmetic (and without exponents, which only radix ten has).

use super::Number;
use dashu_base::DivRem;
use dashu_int::{IBig, UBig};
use std::fmt;

/// Numbers whose decimal point lies between these positions are written without an exponent.
const POINT_POSITIONS: std::ops::RangeInclusive<i32> = -5..=21;

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text(10))
    }
}

impl Number {
    /// `number->string`; `radix` is from 2 to 36.
    pub fn to_text(&self, radix: u32) -> String {
        let digit_radix = u8::try_from(radix).expect("a radix is at most 36");
        match self {
            Number::Fixnum(n) if radix == 10 => n.to_string(),
            Number::Fixnum(n) => IBig::from(*n).in_radix(digit_radix).to_string(),
            Number::Big(n) if radix == 10 => n.to_string(),
            Number::Big(n) => n.in_radix(digit_radix).to_string(),
            Number::Ratio(q) => {
                let denominator = q.denominator().in_radix(digit_radix);
                format!("{}/{denominator}", q.numerator().in_radix(digit_radix))
            }
            Number::Flonum(x) => flonum_text(*x, radix),
            Number::Complex(parts) => complex_text(&parts.0, &parts.1, radix),
        }
    }
}

fn complex_text(re: &Number, im: &Number, radix: u32) -> String {
    let mut text = if *re == Number::ZERO { String::new() } else { re.to_text(radix) };
    match im {
        Number::Fixnum(1) => text.push('+'),
        Number::Fixnum(-1) => text.push('-'),
        _ => {
            let part = im.to_text(radix);
            if !part.starts_with(['+', '-']) {
                text.push('+');
            }
            text.push_str(&part);
        }
    }
    text.push('i');
    text
}

/// The written form of a double; `radix` is from 2 to 36.
pub fn flonum_text(x: f64, radix: u32) -> String {
    if x.is_nan() {
        return "+nan.0".to_owned();
    }
    if x.is_infinite() {
        return if x > 0.0 { "+inf.0" } else { "-inf.0" }.to_owned();
    }
    let sign = if x.is_sign_negative() { "-" } else { "" };
    if x == 0.0 {
        return format!("{sign}0.0");
    }
    let (digits, point) =
        if radix == 10 { decimal_digits(x.abs()) } else { shortest_digits(x.abs(), radix) };
    let mut text = String::with_capacity(digits.len() + 8);
    text.push_str(sign);
    if radix == 10 && !POINT_POSITIONS.contains(&point) {
        scientific(&mut text, &digits, point - 1);
    } else {
        positional(&mut text, &digits, point);
    }
    text
}

/// The digits of a positive finite double without leading and trailing zeros, and the position of
/// the decimal point among them: the value is 0.digits times ten to that power.
fn decimal_digits(x: f64) -> (String, i32) {
    let mut buffer = zmij::Buffer::new();
    let written = buffer.format_finite(x);
    let (mantissa, exponent) = written.split_once(['e', 'E']).unwrap_or((written, "0"));
    let exponent: i32 =
        exponent.trim_start_matches('+').parse().expect("a decimal exponent is a small integer");
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let all = [whole, fraction].concat();
    let significant = all.trim_start_matches('0');
    let leading_zeros = all.len() - significant.len();
    let point = whole.len() as i32 - leading_zeros as i32 + exponent;
    (significant.trim_end_matches('0').to_owned(), point)
}

fn positional(text: &mut String, digits: &str, point: i32) {
    let zeros = |count: i32| std::iter::repeat_n('0', usize::try_from(count).unwrap_or(0));
    let length = digits.len() as i32;
    if point <= 0 {
        text.push_str("0.");
        text.extend(zeros(-point));
        text.push_str(digits);
    } else if point >= length {
        text.push_str(digits);
        text.extend(zeros(point - length));
        text.push_str(".0");
    } else {
        let (whole, fraction) = digits.split_at(point as usize);
        text.extend([whole, ".", fraction]);
    }
}

fn scientific(text: &mut String, digits: &str, exponent: i32) {
    let (first, others) = digits.split_at(1);
    text.push_str(first);
    if !others.is_empty() {
        text.extend([".", others]);
    }
    text.push('e');
    text.push_str(&exponent.to_string());
}

/// Digits as in [`decimal_digits`], in any radix: the free-format algorithm of Steele and White, as
/// Burger and Dybvig give it. `value = numerator / scale`; the digits generated so far stay within
/// `below` and `above` (in units of `1 / scale`) of the value, half the way to its neighbours.
fn shortest_digits(x: f64, radix: u32) -> (String, i32) {
    let bits = x.to_bits();
    let biased = (bits >> 52) as i32;
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, exponent) =
        if biased == 0 { (fraction, -1074) } else { (fraction | 1 << 52, biased - 1075) };
    let bounds_count = mantissa % 2 == 0;
    // The neighbour below a power of two is half as far as the one above.
    let close_below = fraction == 0 && biased > 1;
    let unit = usize::from(close_below);
    let up = usize::try_from(exponent).unwrap_or(0);
    let down = usize::try_from(-exponent).unwrap_or(0);
    let radix_big = UBig::from(radix);

    let mut numerator = UBig::from(mantissa) << (up + 1 + unit);
    let mut scale = UBig::ONE << (down + 1 + unit);
    let mut below = UBig::ONE << up;
    let mut above = UBig::ONE << (up + unit);
    let mut point = 0;
    let too_high = |numerator: &UBig, above: &UBig, scale: &UBig| {
        let reach = numerator + above;
        if bounds_count { reach >= *scale } else { reach > *scale }
    };
    while too_high(&numerator, &above, &scale) {
        scale *= &radix_big;
        point += 1;
    }
    while !too_high(&(&numerator * &radix_big), &(&above * &radix_big), &scale) {
        numerator *= &radix_big;
        below *= &radix_big;
        above *= &radix_big;
        point -= 1;
    }
    let mut digits = String::new();
    loop {
        numerator *= &radix_big;
        below *= &radix_big;
        above *= &radix_big;
        let (digit, rest) = numerator.div_rem(&scale);
        numerator = rest;
        let digit = u32::try_from(digit).expect("a digit is less than the radix");
        let low = if bounds_count { numerator <= below } else { numerator < below };
        let high = too_high(&numerator, &above, &scale);
        let last = match (low, high) {
            (false, false) => {
                digits.push(digit_char(digit, radix));
                continue;
            }
            (true, false) => digit,
            (false, true) => digit + 1,
            (true, true) => digit + u32::from(&numerator << 1 >= scale),
        };
        digits.push(digit_char(last, radix));
        return (digits, point);
    }
}

fn digit_char(digit: u32, radix: u32) -> char {
    char::from_digit(digit, radix).expect("a digit is less than the radix")
}

#[cfg(test)]
mod tests;
