//! Tests of `integer.rs`.

use crate::num::{Fault, Number, parse_number};
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

fn parse(text: &str) -> Number {
    parse_number(text, 10).expect(text)
}

fn shifted(n: i128, places: u32) -> i128 {
    n >> places
}

proptest! {
    #[test]
    fn division_agrees_with_wide_integers(
        a in any::<i128>(),
        b in any::<i128>(),
        places in (1_u32..127, 1_u32..127),
    ) {
        let (a, b) = (shifted(a, places.0), shifted(b, places.1));
        let (x, y) = (Number::from(a), Number::from(b));
        if b == 0 {
            prop_assert_eq!(x.quotient(&y), Err(Fault::DivideByZero));
            return Ok(());
        }
        let floor = a.div_euclid(b) - i128::from(b < 0 && a.rem_euclid(b) != 0);
        prop_assert_eq!(x.quotient(&y), Ok(Number::from(a / b)));
        prop_assert_eq!(x.remainder(&y), Ok(Number::from(a % b)));
        prop_assert_eq!(x.floor_quotient(&y), Ok(Number::from(floor)));
        prop_assert_eq!(x.modulo(&y), Ok(Number::from(a - b * floor)));
    }

    #[test]
    fn the_greatest_common_divisor_divides_both(a in any::<i64>(), b in any::<i64>()) {
        let (x, y) = (Number::from(a), Number::from(b));
        let divisor = x.gcd(&y).unwrap();
        prop_assert!(!divisor.is_negative());
        if a != 0 || b != 0 {
            prop_assert!(x.remainder(&divisor).unwrap().is_zero());
            prop_assert!(y.remainder(&divisor).unwrap().is_zero());
        }
        let multiple = x.lcm(&y).unwrap();
        prop_assert_eq!(multiple.mul(&divisor), x.mul(&y).abs().unwrap());
    }

    #[test]
    fn integer_roots_and_rests_make_up_the_number(n in any::<u64>(), places in 0_u32..80) {
        let number = Number::from(i128::from(n) << (places % 60));
        let (root, rest) = number.exact_integer_sqrt().unwrap();
        prop_assert_eq!(root.mul(&root).add(&rest), number.clone());
        let next = root.add(&Number::ONE);
        prop_assert!(next.mul(&next).compare(&number).unwrap().is_gt());
    }

    #[test]
    fn powers_are_repeated_products(base in -50_i64..50, exponent in 0_i64..40) {
        let base = Number::from(base);
        let expected = (0..exponent).fold(Number::ONE, |power, _| power.mul(&base));
        prop_assert_eq!(base.exact_power(&Number::from(exponent)), Ok(expected.clone()));
        if !base.is_zero() {
            let inverse = base.exact_power(&Number::from(-exponent)).unwrap();
            prop_assert_eq!(inverse.mul(&expected), Number::ONE);
        }
    }
}

#[test]
fn inexact_integers_divide_exactly_and_stay_inexact() {
    for (operation, a, b, expected) in [
        (Number::quotient as fn(&Number, &Number) -> _, "7.0", "2", "3.0"),
        (Number::quotient, "-7", "2.0", "-3.0"),
        (Number::remainder, "-7.0", "2", "-1.0"),
        (Number::modulo, "-7", "2.0", "1.0"),
        (Number::floor_quotient, "-7.0", "2.0", "-4.0"),
        (Number::remainder, "1e300", "7", "1.0"),
        (Number::gcd, "32.0", "-36", "4.0"),
        (Number::lcm, "32.0", "-36", "288.0"),
        (Number::lcm, "0", "5", "0"),
        (Number::gcd, "0", "0", "0"),
    ] {
        assert_eq!(operation(&parse(a), &parse(b)), Ok(parse(expected)), "{a} {b}");
    }
}

#[test]
fn division_wants_integers() {
    assert_eq!(parse("1.5").quotient(&parse("2")), Err(Fault::Wanted(0, "integer")));
    assert_eq!(parse("1").modulo(&parse("1/2")), Err(Fault::Wanted(1, "integer")));
    assert_eq!(parse("+inf.0").remainder(&parse("1")), Err(Fault::Wanted(0, "integer")));
    assert_eq!(parse("1.0").remainder(&parse("0.0")), Err(Fault::DivideByZero));
}

#[test]
fn powers_that_would_be_enormous_are_refused() {
    assert_eq!(parse("7").exact_power(&parse("100000000000")), Err(Fault::TooLarge));
    assert_eq!(parse("7").exact_power(&parse("1e30").to_exact().unwrap()), Err(Fault::TooLarge));
    let even = parse("100000000000000000000000000000000");
    assert_eq!(parse("-1").exact_power(&even), Ok(Number::ONE));
    assert_eq!(parse("1").exact_power(&even), Ok(Number::ONE));
    assert_eq!(parse("0").exact_power(&even), Ok(Number::ZERO));
    assert_eq!(parse("0").exact_power(&parse("-1")), Err(Fault::DivideByZero));
}

#[test]
fn exact_square_roots_are_found() {
    for (square, root) in
        [("0", "0"), ("16", "4"), ("1/4", "1/2"), ("10000000000000000000000", "100000000000")]
    {
        assert_eq!(parse(square).exact_root(), Some(parse(root)));
    }
    for text in ["2", "8/9", "1/2", "10000000000000000000001"] {
        assert_eq!(parse(text).exact_root(), None);
    }
    assert!(parse("-1").exact_integer_sqrt().is_err());
    assert!(parse("4.0").exact_integer_sqrt().is_err());
}
