//! Numbers from their written form (R7RS 7.1.1).
//!
//! Beyond the standard, a radix point is read in every radix, so that inexact numbers written in
//! any radix can be read back; an exponent only in radix ten. The letters that ask for a precision
//! in place of `e` (`s f d l`, R7RS 6.2.5) all mean the one there is.

use super::Number;
use dashu_base::Sign;
use dashu_int::{IBig, UBig};
use dashu_ratio::RBig;

/// Decimal exponents beyond this are refused for exact numbers: they stand for integers of so many
/// digits.
const MAX_EXACT_EXPONENT: i64 = 10_000_000;

/// The number written as `text`, or `None` when it is no number. A radix prefix in the text wins
/// over `radix`, which is from 2 to 36.
pub fn parse_number(text: &str, radix: u32) -> Option<Number> {
    if radix == 10
        && let Some(n) = small_decimal(text.as_bytes())
    {
        return Some(Number::Fixnum(n));
    }
    let mut parser =
        Parser { text: text.as_bytes(), at: 0, radix, exactness: Exactness::AsWritten };
    parser.prefixes()?;
    parser.complex()
}

/// An optional sign and at most 18 decimal digits: most numbers of most programs.
fn small_decimal(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let mut magnitude: i64 = 0;
    for &digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        magnitude = magnitude * 10 + i64::from(digit - b'0');
    }
    let n = if negative { -magnitude } else { magnitude };
    match Number::from(n) {
        Number::Fixnum(n) => Some(n),
        _ => None,
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Exactness {
    AsWritten,
    Exact,
    Inexact,
}

struct Parser<'t> {
    text: &'t [u8],
    at: usize,
    radix: u32,
    exactness: Exactness,
}

impl<'t> Parser<'t> {
    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }
    fn rest(&self) -> &'t [u8] {
        &self.text[self.at..]
    }
    fn accept(&mut self, byte: u8) -> bool {
        let found = self.peek().is_some_and(|b| b.eq_ignore_ascii_case(&byte));
        self.at += usize::from(found);
        found
    }
    fn at_end(&self) -> bool {
        self.at == self.text.len()
    }

    /// `#x`, `#e` and the like: at most one of each sort, in either order.
    fn prefixes(&mut self) -> Option<()> {
        let mut radix_given = false;
        while self.accept(b'#') {
            let letter = self.peek()?.to_ascii_lowercase();
            self.at += 1;
            let radix = match letter {
                b'b' => 2,
                b'o' => 8,
                b'd' => 10,
                b'x' => 16,
                b'e' | b'i' if self.exactness == Exactness::AsWritten => {
                    let exact = letter == b'e';
                    self.exactness = if exact { Exactness::Exact } else { Exactness::Inexact };
                    continue;
                }
                _ => return None,
            };
            if radix_given {
                return None;
            }
            radix_given = true;
            self.radix = radix;
        }
        Some(())
    }

    fn complex(&mut self) -> Option<Number> {
        let start = self.at;
        if let Some(first) = self.real() {
            if self.at_end() {
                return Some(first);
            }
            if self.accept(b'@') {
                let angle = self.real()?;
                return self.at_end().then(|| Number::polar(&first, &angle));
            }
            let signed = matches!(self.text[start], b'+' | b'-');
            if signed && self.ends_with_i() {
                return Some(Number::rectangular(self.imaginary_zero(), first));
            }
            let im = self.imaginary()?;
            return Some(Number::rectangular(first, im));
        }
        self.at = start;
        let im = self.imaginary()?;
        Some(Number::rectangular(self.imaginary_zero(), im))
    }

    /// The real part of a number written without one.
    fn imaginary_zero(&self) -> Number {
        if self.exactness == Exactness::Inexact { Number::Flonum(0.0) } else { Number::ZERO }
    }
    fn ends_with_i(&mut self) -> bool {
        matches!(self.rest(), [b'i' | b'I'])
    }
    /// A signed imaginary part up to the end: `+i`, `-2i`, `+inf.0i`.
    fn imaginary(&mut self) -> Option<Number> {
        if !matches!(self.peek(), Some(b'+' | b'-')) {
            return None;
        }
        if let [sign, b'i' | b'I'] = self.rest() {
            let unit = if *sign == b'-' { -1 } else { 1 };
            let inexact = self.exactness == Exactness::Inexact;
            return Some(if inexact { Number::Flonum(unit as f64) } else { Number::Fixnum(unit) });
        }
        let im = self.real()?;
        self.ends_with_i().then_some(im)
    }

    /// An optionally signed real number.
    fn real(&mut self) -> Option<Number> {
        let sign = match self.peek() {
            Some(b'-') => Sign::Negative,
            Some(b'+') => Sign::Positive,
            _ => return self.unsigned_real(Sign::Positive, self.at),
        };
        let start = self.at;
        self.at += 1;
        if let Some(special) = self.infinity_or_nan(sign) {
            return (self.exactness != Exactness::Exact).then_some(Number::Flonum(special));
        }
        self.unsigned_real(sign, start)
    }

    fn infinity_or_nan(&mut self, sign: Sign) -> Option<f64> {
        let word = self.rest().get(..5)?;
        let magnitude = if word.eq_ignore_ascii_case(b"inf.0") {
            f64::INFINITY
        } else if word.eq_ignore_ascii_case(b"nan.0") {
            return self.skip(5, f64::NAN);
        } else {
            return None;
        };
        self.skip(5, sign * magnitude)
    }
    fn skip(&mut self, count: usize, x: f64) -> Option<f64> {
        self.at += count;
        Some(x)
    }

    /// A run of digits in the radix, as text.
    fn digits(&mut self) -> &'t str {
        let start = self.at;
        while self.peek().is_some_and(|b| char::from(b).is_digit(self.radix)) {
            self.at += 1;
        }
        str::from_utf8(&self.text[start..self.at]).expect("digits are ASCII")
    }

    /// The number after a sign; `start` is where the sign is.
    fn unsigned_real(&mut self, sign: Sign, start: usize) -> Option<Number> {
        let whole = self.digits();
        if !whole.is_empty() && self.accept(b'/') {
            let denominator = integer(self.digits(), self.radix)?;
            if denominator.is_zero() {
                return None;
            }
            let numerator = IBig::from_parts(sign, integer(whole, self.radix)?);
            let ratio = RBig::from_parts(numerator, denominator);
            if self.exactness == Exactness::Inexact && ratio.is_zero() {
                return Some(Number::Flonum(sign * 0.0));
            }
            return Some(self.as_wanted(Number::from(ratio)));
        }
        let point = self.accept(b'.');
        let fraction = if point { self.digits() } else { "" };
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let exponent = if self.radix == 10 { self.exponent() } else { None };
        if !point && exponent.is_none() && self.exactness != Exactness::Inexact {
            let magnitude = integer(whole, self.radix)?;
            return Some(Number::from(IBig::from_parts(sign, magnitude)));
        }
        if self.radix == 10 && self.exactness != Exactness::Exact {
            let written = str::from_utf8(&self.text[start..self.at]).expect("numbers are ASCII");
            let parsed = match written.parse() {
                Err(_) if exponent.is_some() => written.replace(is_precision, "e").parse(),
                other => other,
            };
            return parsed.ok().map(Number::Flonum);
        }
        let scale = exponent.unwrap_or(0).checked_sub(i64::try_from(fraction.len()).ok()?)?;
        let exact = self.scaled(sign, &[whole, fraction].concat(), scale)?;
        Some(match self.exactness {
            Exactness::Exact => exact,
            _ if exact.is_zero() => Number::Flonum(sign * 0.0),
            _ => exact.to_inexact(),
        })
    }

    /// `digits` times the radix to the power `scale`, exactly.
    fn scaled(&self, sign: Sign, digits: &str, scale: i64) -> Option<Number> {
        let mantissa = integer(digits, self.radix)?;
        if mantissa.is_zero() {
            return Some(Number::ZERO);
        }
        if scale.abs() > MAX_EXACT_EXPONENT {
            return None;
        }
        let power = UBig::from(self.radix).pow(usize::try_from(scale.unsigned_abs()).ok()?);
        Some(if scale >= 0 {
            Number::from(IBig::from_parts(sign, mantissa * power))
        } else {
            Number::from(RBig::from_parts(IBig::from_parts(sign, mantissa), power))
        })
    }

    /// `e` or a letter like it, an optional sign, digits; nothing is consumed when it is not all
    /// there.
    fn exponent(&mut self) -> Option<i64> {
        let start = self.at;
        let marker = char::from(self.peek()?);
        if !marker.eq_ignore_ascii_case(&'e') && !is_precision(marker) {
            return None;
        }
        self.at += 1;
        let negative = self.accept(b'-');
        if !negative {
            self.accept(b'+');
        }
        let digits = self.digits();
        if digits.is_empty() {
            self.at = start;
            return None;
        }
        // Anything that does not fit is far beyond every limit: saturate.
        let magnitude = digits.parse::<i64>().unwrap_or(i64::MAX / 2);
        Some(if negative { -magnitude } else { magnitude })
    }

    fn as_wanted(&self, n: Number) -> Number {
        if self.exactness == Exactness::Inexact { n.to_inexact() } else { n }
    }
}

/// Is the letter an exponent's marker that names a precision?
fn is_precision(letter: char) -> bool {
    matches!(letter.to_ascii_lowercase(), 's' | 'f' | 'd' | 'l')
}

fn integer(digits: &str, radix: u32) -> Option<UBig> {
    UBig::from_str_radix(digits, radix).ok()
}

#[cfg(test)]
mod tests;
