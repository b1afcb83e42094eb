//! Tests of `print.rs`.

use crate::num::{Number, parse_number};
use proptest::prelude::{any, prop_assert_eq, proptest};

#[test]
fn doubles_are_written_with_the_fewest_digits() {
    for (x, expected) in [
        (0.0, "0.0"),
        (-0.0, "-0.0"),
        (1.0, "1.0"),
        (-1.5, "-1.5"),
        (0.1, "0.1"),
        (0.1 + 0.2, "0.30000000000000004"),
        (100.0, "100.0"),
        (123_456.789, "123456.789"),
        (0.001, "0.001"),
        (0.000_001, "0.000001"),
        (0.000_000_1, "1e-7"),
        (1.25e-10, "1.25e-10"),
        (1e20, "100000000000000000000.0"),
        (1e21, "1e21"),
        (1.5e21, "1.5e21"),
        (-1e100, "-1e100"),
        (f64::MAX, "1.7976931348623157e308"),
        (5e-324, "5e-324"),
        (9_007_199_254_740_993.0, "9007199254740992.0"),
        (f64::INFINITY, "+inf.0"),
        (f64::NEG_INFINITY, "-inf.0"),
        (f64::NAN, "+nan.0"),
        (-f64::NAN, "+nan.0"),
    ] {
        assert_eq!(Number::Flonum(x).to_text(10), expected);
    }
}

#[test]
fn doubles_are_written_in_other_radices() {
    for (x, radix, expected) in [
        (0.5, 2, "0.1"),
        (-2.75, 2, "-10.11"),
        (255.0, 16, "ff.0"),
        (1.0 / 3.0, 3, "0.1"),
        (0.1, 16, "0.1999999999999a"),
        (1024.0, 2, "10000000000.0"),
        (f64::INFINITY, 2, "+inf.0"),
    ] {
        assert_eq!(Number::Flonum(x).to_text(radix), expected);
    }
}

#[test]
fn exact_numbers_are_written_in_any_radix() {
    for (text, radix, expected) in [
        ("255", 16, "ff"),
        ("-255", 2, "-11111111"),
        ("1/3", 3, "1/10"),
        ("-22/7", 10, "-22/7"),
        ("123456789012345678901234567890", 36, "aqmvpsyhbzcmlb1xiy"),
    ] {
        let number = parse_number(text, 10).expect(text);
        assert_eq!(parse_number(&number.to_text(radix), radix), Some(number.clone()));
        if text.len() < 20 {
            assert_eq!(number.to_text(radix), expected);
        }
    }
}

#[test]
fn complex_numbers_show_both_parts() {
    for text in
        ["+i", "-i", "1+2i", "1/2-3/4i", "1.5-2.0i", "0.0+1.0i", "+inf.0-nan.0i", "1.0+inf.0i"]
    {
        let number = parse_number(text, 10).expect(text);
        assert_eq!(number.to_text(10), text.replace("-nan", "+nan"));
    }
}

proptest! {
    #[test]
    fn shortest_digits_in_radix_ten_agree_with_the_decimal_printer(bits in any::<u64>()) {
        let x = f64::from_bits(bits & !(1 << 63));
        if x.is_finite() && x != 0.0 {
            let (general, point) = super::shortest_digits(x, 10);
            let (decimal, decimal_point) = super::decimal_digits(x);
            prop_assert_eq!(point, decimal_point);
            prop_assert_eq!(general.len(), decimal.len());
        }
    }
}
