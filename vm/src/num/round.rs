//! Rounding to integers, numerators and denominators, and the simplest rational in an interval.

use super::{Fault, Number, Result};
use dashu_base::BitTest;
use dashu_int::IBig;
use dashu_ratio::RBig;
use std::cmp::Ordering;

impl Number {
    fn rounded(&self, flonum: impl Fn(f64) -> f64, ratio: impl Fn(&RBig) -> IBig) -> Result {
        match self {
            Number::Fixnum(_) | Number::Big(_) => Ok(self.clone()),
            Number::Ratio(q) => Ok(Number::from(ratio(q))),
            Number::Flonum(x) => Ok(Number::Flonum(flonum(*x))),
            Number::Complex(_) => Err(Fault::Wanted(0, "real")),
        }
    }
    /// The largest integer not larger.
    pub fn floor(&self) -> Result {
        self.rounded(f64::floor, RBig::floor)
    }
    /// The smallest integer not smaller.
    pub fn ceiling(&self) -> Result {
        self.rounded(f64::ceil, RBig::ceil)
    }
    /// The nearest integer towards zero.
    pub fn truncate(&self) -> Result {
        self.rounded(f64::trunc, RBig::trunc)
    }
    /// The nearest integer, ties to even.
    pub fn round(&self) -> Result {
        self.rounded(f64::round_ties_even, |q| {
            let halfway = q.denominator().bit_len() == 2 && !q.denominator().bit(0);
            if !halfway {
                return q.round();
            }
            let floor = q.floor();
            if floor.bit(0) { floor + IBig::ONE } else { floor }
        })
    }

    /// The numerator in lowest terms; inexact for an inexact number.
    pub fn numerator(&self) -> Result {
        self.part_of_fraction(|q| Number::from(q.numerator().clone()))
    }
    /// The denominator in lowest terms; inexact for an inexact number.
    pub fn denominator(&self) -> Result {
        self.part_of_fraction(|q| Number::from(q.denominator().clone()))
    }
    fn part_of_fraction(&self, part: impl Fn(&RBig) -> Number) -> Result {
        match self {
            Number::Ratio(q) => Ok(part(q)),
            Number::Flonum(_) => self.to_exact()?.part_of_fraction(part).map(|n| n.to_inexact()),
            Number::Fixnum(_) | Number::Big(_) => {
                Ok(part(&self.to_ratio().expect("an exact real")))
            }
            Number::Complex(_) => Err(Fault::Wanted(0, "rational")),
        }
    }

    /// `rationalize`: the simplest rational no further from `self` than `tolerance`.
    pub fn rationalize(&self, tolerance: &Number) -> Result {
        for (argument, n) in [self, tolerance].into_iter().enumerate() {
            if !n.is_real() {
                return Err(Fault::Wanted(argument, "real"));
            }
        }
        if !self.is_rational() || !tolerance.is_rational() {
            let (x, reach) = (self.to_f64(), tolerance.to_f64());
            let nothing_near =
                x.is_nan() || reach.is_nan() || x.is_infinite() && reach.is_infinite();
            let result = if nothing_near {
                f64::NAN
            } else if x.is_infinite() {
                x
            } else {
                0.0
            };
            return Ok(Number::Flonum(result));
        }
        let x = self.to_exact()?.to_ratio().expect("an exact real");
        let reach = tolerance.to_exact()?.abs()?.to_ratio().expect("an exact real");
        let simplest = Number::from(simplest_between(&x - &reach, x + reach));
        Ok(if self.is_exact() && tolerance.is_exact() { simplest } else { simplest.to_inexact() })
    }
}

/// The rational of smallest denominator (and then numerator) from `low` to `high`, both included.
fn simplest_between(low: RBig, high: RBig) -> RBig {
    if low.cmp(&RBig::ZERO) == Ordering::Greater {
        simplest_positive(low, high)
    } else if high.cmp(&RBig::ZERO) == Ordering::Less {
        -simplest_positive(-high, -low)
    } else {
        RBig::ZERO
    }
}

/// The bounds' continued fractions are followed as long as they agree; the result's is that common
/// beginning and one more term.
fn simplest_positive(mut low: RBig, mut high: RBig) -> RBig {
    let mut terms = Vec::new();
    let last = loop {
        let floor = low.floor();
        let whole = RBig::from(floor.clone());
        if whole == low {
            break floor;
        }
        if whole < RBig::from(high.floor()) {
            break floor + IBig::ONE;
        }
        let next_low = RBig::ONE / (high - &whole);
        high = RBig::ONE / (low - &whole);
        low = next_low;
        terms.push(floor);
    };
    terms.into_iter().rev().fold(RBig::from(last), |rest, term| RBig::from(term) + RBig::ONE / rest)
}

#[cfg(test)]
mod tests {
    use crate::num::parse_number;

    fn parse(text: &str) -> crate::num::Number {
        parse_number(text, 10).expect(text)
    }

    #[test]
    fn rounding_goes_where_its_name_says() {
        // number, floor, ceiling, truncate, round
        for row in [
            ["7/2", "3", "4", "3", "4"],
            ["5/2", "2", "3", "2", "2"],
            ["-5/2", "-3", "-2", "-2", "-2"],
            ["-7/2", "-4", "-3", "-3", "-4"],
            ["1/2", "0", "1", "0", "0"],
            ["-1/2", "-1", "0", "0", "0"],
            ["7/3", "2", "3", "2", "2"],
            ["-8/3", "-3", "-2", "-2", "-3"],
            ["-4.3", "-5.0", "-4.0", "-4.0", "-4.0"],
            ["3.5", "3.0", "4.0", "3.0", "4.0"],
            ["2.5", "2.0", "3.0", "2.0", "2.0"],
            ["7", "7", "7", "7", "7"],
            ["+inf.0", "+inf.0", "+inf.0", "+inf.0", "+inf.0"],
        ] {
            let n = parse(row[0]);
            let results = [n.floor(), n.ceiling(), n.truncate(), n.round()];
            for (result, expected) in results.iter().zip(&row[1..]) {
                assert_eq!(result.as_ref(), Ok(&parse(expected)), "{row:?}");
            }
        }
    }

    #[test]
    fn rationalize_finds_the_simplest_rational() {
        for (x, tolerance, expected) in [
            ("3/10", "1/10", "1/3"),
            (".3", "1/10", "#i1/3"),
            ("-3/10", "1/10", "-1/3"),
            ("1/2", "1", "0"),
            ("314159/100000", "1/1000", "201/64"),
            ("5", "0", "5"),
            ("22/7", "0", "22/7"),
            ("+inf.0", "1", "+inf.0"),
            ("1", "+inf.0", "0.0"),
            ("+inf.0", "+inf.0", "+nan.0"),
        ] {
            let result = parse(x).rationalize(&parse(tolerance));
            assert_eq!(result, Ok(parse(expected)), "{x} {tolerance}");
        }
    }

    #[test]
    fn flonums_have_numerators_and_denominators() {
        assert_eq!(parse("0.75").numerator(), Ok(parse("3.0")));
        assert_eq!(parse("0.75").denominator(), Ok(parse("4.0")));
        assert_eq!(parse("-6/4").numerator(), Ok(parse("-3")));
        assert_eq!(parse("5").denominator(), Ok(parse("1")));
        assert!(parse("+inf.0").numerator().is_err());
    }
}
