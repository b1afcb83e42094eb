//! Tests of `transcendental.rs`.

use crate::num::{Fault, Number, parse_number};
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

fn parse(text: &str) -> Number {
    parse_number(text, 10).expect(text)
}

#[test]
fn square_roots_are_exact_when_they_can_be() {
    for (n, expected) in [
        ("0", "0"),
        ("16", "4"),
        ("15", "3.872983346207417"),
        ("1/4", "1/2"),
        ("1/2", "0.7071067811865476"),
        ("16.0", "4.0"),
        ("-0.0", "-0.0"),
        ("-1", "+i"),
        ("-4", "+2i"),
        ("-4.0", "0.0+2.0i"),
        ("1152921504606846976", "1073741824"),
        ("+inf.0", "+inf.0"),
        ("+nan.0", "+nan.0"),
    ] {
        assert_eq!(parse(n).sqrt(), parse(expected), "{n}");
    }
}

#[test]
fn roots_and_logarithms_of_numbers_beyond_the_doubles_are_finite() {
    let huge = parse("10").exact_power(&parse("400")).unwrap();
    assert_eq!(huge.sqrt(), parse("10").exact_power(&parse("200")).unwrap());
    let odd = huge.mul(&parse("2"));
    assert_eq!(odd.sqrt(), parse("1.4142135623730951e200"));
    assert_eq!(Number::ONE.div(&odd).unwrap().sqrt(), parse("7.071067811865475e-201"));
    let near = |x: Number, y: f64| (x.to_f64() - y).abs() < 1e-9;
    assert!(near(huge.log(), 921.034_037_197_618));
    assert!(near(Number::ONE.div(&huge).unwrap().log(), -921.034_037_197_618));
    assert!(near(huge.negate().log(), 921.034_037_197_618));
    assert!(near(huge.log_base(&parse("10")).unwrap(), 400.0));
}

#[test]
fn exponents_follow_the_standard() {
    for (base, exponent, expected) in [
        ("0", "0", "1"),
        ("0.0", "0", "1"),
        ("2", "10", "1024"),
        ("2", "-2", "1/4"),
        ("2/3", "-2", "9/4"),
        ("-2/3", "3", "-8/27"),
        ("2.0", "3", "8.0"),
        ("2", "3.0", "8.0"),
        ("-8.0", "3", "-512.0"),
        ("-1.0", "1152921504606846977", "-1.0"),
        ("0", "2", "0"),
        ("0", "1/2", "0"),
        ("0", "2.5", "0.0"),
        ("0.0", "-1", "+inf.0"),
        ("4", "1/2", "2"),
        ("4", "-3/2", "1/8"),
        ("2", "0.5", "1.4142135623730951"),
        ("+i", "2", "-1"),
        ("1+i", "-2", "-1/2i"),
        ("1", "1000000000000000000000", "1"),
    ] {
        let result = parse(base).expt(&parse(exponent));
        assert_eq!(result, parse_number(expected, 10).ok_or(Fault::TooLarge), "{base} {exponent}");
    }
    assert_eq!(parse("0").expt(&parse("-1")), Err(Fault::DivideByZero));
    assert_eq!(parse("3").expt(&parse("1000000000000")), Err(Fault::TooLarge));
}

#[test]
fn exact_arguments_with_obvious_results_stay_exact() {
    for (result, expected) in [
        (Number::ZERO.exp(), "1"),
        (Number::ONE.log(), "0"),
        (Number::ZERO.sin(), "0"),
        (Number::ZERO.cos(), "1"),
        (Number::ZERO.tan(), "0"),
        (Number::ZERO.asin(), "0"),
        (Number::ONE.acos(), "0"),
        (Number::ZERO.atan(), "0"),
        (parse("0.0").exp(), "1.0"),
        (Number::ZERO.log(), "-inf.0"),
    ] {
        assert_eq!(result, parse(expected));
    }
    assert_eq!(Number::ZERO.atan2(&Number::ONE), Ok(Number::ZERO));
    assert_eq!(Number::ZERO.atan2(&parse("-1")), Ok(Number::Flonum(std::f64::consts::PI)));
    assert_eq!(Number::ZERO.atan2(&Number::ZERO), Ok(Number::ZERO));
    assert_eq!(parse("-3+4i").sqrt(), parse("1+2i"));
    assert_eq!(parse("-1").expt(&parse("3/2")), Ok(parse("-i")));
    assert_eq!(parse("1024").log_base(&parse("2")), Ok(parse("10.0")));
    assert_eq!(parse("1000").log_base(&parse("10")), Ok(parse("3.0")));
}

#[test]
fn functions_leave_the_reals_where_they_must() {
    let near = |z: Number, re: f64, im: f64| {
        let (x, y) = (z.real_part().to_f64(), z.imaginary_part().to_f64());
        assert!((x - re).abs() < 1e-12 && (y - im).abs() < 1e-12, "{z:?}");
    };
    near(parse("-1").log(), 0.0, std::f64::consts::PI);
    near(parse("+i").exp(), 1.0_f64.cos(), 1.0_f64.sin());
    near(parse("-8").expt(&parse("1/3")).unwrap(), 1.0, 3.0_f64.sqrt());
    near(parse("1+i").sin().asin(), 1.0, 1.0);
    near(parse("1/2+i").cos().acos(), 0.5, 1.0);
    near(parse("1/2+1/4i").tan().atan(), 0.5, 0.25);
    near(parse("3+4i").sqrt(), 2.0, 1.0);
    near(parse("2").asin().sin(), 2.0, 0.0);
    near(parse("2").acos().cos(), 2.0, 0.0);
}

proptest! {
    #[test]
    fn squares_have_exact_roots(n in any::<i64>(), d in 1..i64::MAX) {
        let root = Number::from(n).div(&Number::from(d)).unwrap().abs().unwrap();
        prop_assert_eq!(root.mul(&root).sqrt(), root.clone());
        prop_assert_eq!(root.mul(&root).expt(&parse("1/2")), Ok(root));
    }

    #[test]
    fn roots_of_large_integers_are_accurate(n in any::<u64>(), places in 0_i64..2000) {
        let number = Number::from(i128::from(n) + 2).shifted(places).unwrap();
        if let Number::Flonum(root) = number.sqrt()
            && root.is_finite()
        {
            let exact = Number::Flonum(root).to_exact().unwrap();
            let error = exact.mul(&exact).sub(&number).div(&number).unwrap().to_f64();
            prop_assert!(error.abs() < 1e-15, "{}", error);
        }
    }
}
