//! Tests of `tower.rs`.

use crate::num::{Fault, Number, parse_number};
use dashu_int::IBig;
use dashu_ratio::RBig;
use proptest::prelude::{Just, Strategy, any, prop_assert, prop_assert_eq, prop_oneof, proptest};
use std::cmp::Ordering;

fn parse(text: &str) -> Number {
    parse_number(text, 10).expect(text)
}

/// Integers around the borders of the representations.
fn integers() -> impl Strategy<Value = i128> {
    prop_oneof![
        -100..100_i128,
        (1..120_u32, -3..=3_i128).prop_map(|(bits, offset)| (1 << bits) + offset),
        (1..120_u32, -3..=3_i128).prop_map(|(bits, offset)| -(1 << bits) + offset),
        any::<i64>().prop_map(i128::from),
    ]
}

fn doubles() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<f64>(),
        -8.0..8.0_f64,
        integers().prop_map(|n| n as f64),
        Just(f64::INFINITY),
        Just(-0.0),
    ]
}

fn reals() -> impl Strategy<Value = Number> {
    prop_oneof![
        integers().prop_map(Number::from),
        doubles().prop_map(Number::Flonum),
        (any::<i64>(), 1..i64::MAX).prop_map(|(n, d)| {
            Number::from(RBig::from_parts_signed(IBig::from(n), IBig::from(d)))
        }),
    ]
}

fn is_normalised(n: &Number) -> bool {
    match n {
        Number::Fixnum(n) => (-(1 << 60)..1 << 60).contains(n),
        Number::Big(n) => !(IBig::from(-(1_i64 << 60))..IBig::from(1_i64 << 60)).contains(n),
        Number::Ratio(q) => !q.is_int(),
        Number::Flonum(_) => true,
        Number::Complex(_) => false,
    }
}

proptest! {
    #[test]
    fn integer_arithmetic_is_that_of_wide_integers(a in integers(), b in integers()) {
        let (x, y) = (Number::from(a), Number::from(b));
        prop_assert_eq!(x.add(&y), Number::from(a + b));
        prop_assert_eq!(x.sub(&y), Number::from(a - b));
        prop_assert_eq!(x.mul(&y), Number::from(IBig::from(a) * IBig::from(b)));
        prop_assert_eq!(x.negate(), Number::from(-a));
        prop_assert_eq!(x.abs(), Ok(Number::from(a.abs())));
        prop_assert_eq!(x.compare(&y), Some(a.cmp(&b)));
    }

    #[test]
    fn flonum_arithmetic_is_that_of_doubles(a in doubles(), b in doubles()) {
        let (x, y) = (Number::Flonum(a), Number::Flonum(b));
        prop_assert_eq!(x.add(&y), Number::Flonum(a + b));
        prop_assert_eq!(x.sub(&y), Number::Flonum(a - b));
        prop_assert_eq!(x.mul(&y), Number::Flonum(a * b));
        prop_assert_eq!(x.div(&y), Ok(Number::Flonum(a / b)));
        prop_assert_eq!(x.compare(&y), a.partial_cmp(&b));
    }

    #[test]
    fn results_are_normalised(a in reals(), b in reals()) {
        for result in [a.add(&b), a.sub(&b), a.mul(&b), a.negate()] {
            prop_assert!(is_normalised(&result), "{:?}", result);
        }
        if let Ok(quotient) = a.div(&b) {
            prop_assert!(is_normalised(&quotient));
        }
    }

    #[test]
    fn exact_division_undoes_multiplication(a in reals(), b in reals()) {
        if a.is_exact() && b.is_exact() && !b.is_zero() {
            prop_assert_eq!(a.mul(&b).div(&b), Ok(a.clone()));
            prop_assert_eq!(a.add(&b).sub(&b), a);
        }
    }

    #[test]
    fn comparison_is_that_of_the_exact_values(a in reals(), b in reals()) {
        if let (Ok(x), Ok(y)) = (a.to_exact(), b.to_exact()) {
            prop_assert_eq!(a.compare(&b), x.compare(&y));
            prop_assert_eq!(a.num_eq(&b), x == y);
        }
        prop_assert_eq!(a.compare(&b), b.compare(&a).map(Ordering::reverse));
    }

    #[test]
    fn comparison_is_transitive(mut trio in proptest::array::uniform3(reals())) {
        if trio.iter().all(Number::is_rational) {
            trio.sort_by(|a, b| a.compare(b).unwrap());
            prop_assert!(trio[0].compare(&trio[2]) != Some(Ordering::Greater));
        }
    }
}

#[test]
fn comparison_of_large_exact_and_inexact_numbers_is_exact() {
    let two53 = Number::Flonum(9_007_199_254_740_992.0);
    assert_eq!(parse("9007199254740993").compare(&two53), Some(Ordering::Greater));
    assert_eq!(parse("9007199254740992").compare(&two53), Some(Ordering::Equal));
    assert_eq!(parse("1/3").compare(&parse("0.3333333333333333")), Some(Ordering::Greater));
    assert_eq!(parse("1e308").compare(&parse("+inf.0")), Some(Ordering::Less));
    let huge = Number::from(IBig::from(10).pow(400));
    assert_eq!(huge.compare(&parse("+inf.0")), Some(Ordering::Less));
    assert_eq!(huge.compare(&parse("1e308")), Some(Ordering::Greater));
    assert_eq!(huge.compare(&parse("+nan.0")), None);
}

#[test]
fn division_by_zero_is_a_fault_only_when_the_zero_is_exact() {
    for text in ["1", "0", "0.0", "1/2", "+inf.0", "+i"] {
        assert_eq!(parse(text).div(&Number::ZERO), Err(Fault::DivideByZero), "{text}");
    }
    assert_eq!(parse("1").div(&parse("0.0")), Ok(parse("+inf.0")));
    assert_eq!(parse("1").div(&parse("-0.0")), Ok(parse("-inf.0")));
    assert_eq!(parse("0").div(&parse("0.0")), Ok(parse("+nan.0")));
}

#[test]
fn complex_arithmetic_keeps_exactness_and_returns_to_the_reals() {
    assert_eq!(parse("+i").mul(&parse("+i")), parse("-1"));
    assert_eq!(parse("1+2i").add(&parse("3-2i")), parse("4"));
    assert_eq!(parse("1+2i").div(&parse("3-4i")), Ok(parse("-1/5+2/5i")));
    assert_eq!(parse("1+2i").mul(&parse("0.5")), parse("0.5+1.0i"));
    assert!(parse("1+2i").num_eq(&parse("1.0+2.0i")));
    assert!(parse("1+2i") != parse("1.0+2.0i"));
    assert_eq!(parse("1+2i").compare(&parse("1")), None);
}
