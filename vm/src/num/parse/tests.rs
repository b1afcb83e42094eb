//! Tests of `parse.rs`.

use crate::num::{Number, parse_number};
use dashu_int::IBig;
use dashu_ratio::RBig;
use proptest::prelude::{any, prop_assert_eq, proptest};

fn ratio(numerator: i64, denominator: i64) -> Number {
    Number::from(RBig::from_parts_signed(IBig::from(numerator), IBig::from(denominator)))
}

fn parse(text: &str) -> Option<Number> {
    parse_number(text, 10)
}

#[test]
fn integers_are_exact_in_every_radix() {
    for (text, radix, expected) in [
        ("0", 10, 0),
        ("-0", 10, 0),
        ("+7", 10, 7),
        ("-123456789012345678", 10, -123_456_789_012_345_678),
        ("007", 10, 7),
        ("101", 2, 5),
        ("777", 8, 511),
        ("ff", 16, 255),
        ("FF", 16, 255),
        ("zz", 36, 1295),
        ("#xff", 10, 255),
        ("#b-101", 16, -5),
        ("#d10", 2, 10),
        ("#o17", 10, 15),
        ("#e#x10", 10, 16),
        ("#x#e10", 10, 16),
        ("#X1F", 10, 31),
        ("#e1.5e1", 10, 15),
    ] {
        assert_eq!(parse_number(text, radix), Some(Number::Fixnum(expected)), "{text}");
    }
}

#[test]
fn integers_beyond_the_fixnums_become_big() {
    assert_eq!(parse("1152921504606846975"), Some(Number::Fixnum((1 << 60) - 1)));
    assert_eq!(parse("1152921504606846976"), Some(Number::Big(IBig::from(1_i64 << 60))));
    assert_eq!(parse("-1152921504606846976"), Some(Number::Fixnum(-(1 << 60))));
    let digits = "9".repeat(100_000);
    let expected = IBig::from(10).pow(100_000) - IBig::ONE;
    assert_eq!(parse(&digits), Some(Number::Big(expected)));
}

#[test]
fn an_exponents_letter_may_name_a_precision() {
    for text in ["1e2", "1s2", "1S2", "10f1", ".1d+3", "1000.L-1", "#i1l2", "#d1d2"] {
        assert_eq!(parse(text), Some(Number::Flonum(100.0)), "{text}");
    }
    assert_eq!(parse("#e1d2"), Some(Number::Fixnum(100)));
    assert_eq!(parse("1s2-1f0i"), parse("100.0-1.0i"));
    assert_eq!(parse_number("1d2", 16), Some(Number::Fixnum(0x1d2)));
    for text in ["1s", "s2", "1f+", "1d2d3", "1/2d3", "1g2"] {
        assert_eq!(parse(text), None, "{text}");
    }
}

#[test]
fn ratios_are_normalised() {
    assert_eq!(parse("6/4"), Some(ratio(3, 2)));
    assert_eq!(parse("-6/4"), Some(ratio(-3, 2)));
    assert_eq!(parse("6/3"), Some(Number::Fixnum(2)));
    assert_eq!(parse("0/5"), Some(Number::ZERO));
    assert_eq!(parse("#x-a/c"), Some(ratio(-5, 6)));
    assert_eq!(parse("#e1.25"), Some(ratio(5, 4)));
    assert_eq!(parse("#e-1.25e-1"), Some(ratio(-1, 8)));
    assert_eq!(parse("#i1/4"), Some(Number::Flonum(0.25)));
}

#[test]
fn decimals_are_inexact() {
    for (text, expected) in [
        ("1.5", 1.5),
        (".5", 0.5),
        ("5.", 5.0),
        ("-.5e2", -50.0),
        ("1e3", 1000.0),
        ("1E3", 1000.0),
        ("1e+3", 1000.0),
        ("1e-3", 0.001),
        ("-0.0", -0.0),
        ("#i10", 10.0),
        ("#i-0", -0.0),
        ("#x#i10", 16.0),
        ("1e400", f64::INFINITY),
        ("1e99999999999999999999", f64::INFINITY),
        ("1e-99999999999999999999", 0.0),
        ("+inf.0", f64::INFINITY),
        ("-INF.0", f64::NEG_INFINITY),
        ("+nan.0", f64::NAN),
        ("-nan.0", f64::NAN),
        ("#b1.1", 1.5),
        ("#x-1.8", -1.5),
    ] {
        assert_eq!(parse(text), Some(Number::Flonum(expected)), "{text}");
    }
}

#[test]
fn complex_numbers_are_rectangular_or_polar() {
    let complex = |re: Number, im: Number| Some(Number::Complex(Box::new((re, im))));
    let exact = |re, im| complex(Number::Fixnum(re), Number::Fixnum(im));
    let inexact = |re, im| complex(Number::Flonum(re), Number::Flonum(im));
    assert_eq!(parse("+i"), exact(0, 1));
    assert_eq!(parse("-i"), exact(0, -1));
    assert_eq!(parse("1+2i"), exact(1, 2));
    assert_eq!(parse("1-i"), exact(1, -1));
    assert_eq!(parse("-3I"), exact(0, -3));
    assert_eq!(parse("1+0i"), Some(Number::ONE));
    assert_eq!(parse("1.5+2i"), inexact(1.5, 2.0));
    assert_eq!(parse("1e2-1e1i"), inexact(100.0, -10.0));
    assert_eq!(parse("+inf.0-nan.0i"), inexact(f64::INFINITY, f64::NAN));
    assert_eq!(parse("1+inf.0i"), inexact(1.0, f64::INFINITY));
    assert_eq!(parse("#x1+ai"), exact(1, 10));
    assert_eq!(parse("#i1+2i"), inexact(1.0, 2.0));
    assert_eq!(parse("5@0"), Some(Number::Fixnum(5)));
    assert_eq!(parse("2@0.0"), inexact(2.0, 0.0));
}

#[test]
fn what_is_no_number_is_refused() {
    for text in [
        "",
        "+",
        "-",
        ".",
        "...",
        "1+",
        "-1+",
        "+a",
        "a",
        "e5",
        "1e",
        "1e+",
        "1.2.3",
        "1/",
        "/2",
        "1/2/3",
        "1/-2",
        "1/0",
        "#i1/0",
        "1/2e3",
        "1/2.5",
        "--1",
        "+-1",
        "1 ",
        " 1",
        "1i",
        "i",
        "1+2",
        "+5i+",
        "1@",
        "@1",
        "1@2i",
        "1@2@3",
        "#",
        "#x",
        "#x#x1",
        "#e#i1",
        "#q1",
        "#b2",
        "#o8",
        "#xg",
        "inf.0",
        "nan.0",
        "+inf",
        "+inf.",
        "+inf.00",
        "#e+inf.0",
        "#e+nan.0",
        "1_000",
        "0x10",
        "١",
        "1\u{661}",
        "#b1e1",
        "infinity",
        "NaN",
        "+infinity",
        "#e1e99999999999",
    ] {
        assert_eq!(parse(text), None, "{text}");
    }
}

proptest! {
    #[test]
    fn printing_and_parsing_integers_round_trips(n in any::<i128>(), radix in 2_u32..=36) {
        let number = Number::from(n);
        prop_assert_eq!(parse_number(&number.to_text(radix), radix), Some(number));
    }

    #[test]
    fn printing_and_parsing_ratios_round_trips(
        n in any::<i64>(),
        d in 1..i64::MAX,
        radix in 2_u32..=36,
    ) {
        let number = ratio(n, d);
        prop_assert_eq!(parse_number(&number.to_text(radix), radix), Some(number));
    }

    #[test]
    fn printing_and_parsing_doubles_round_trips(bits in any::<u64>()) {
        let number = Number::Flonum(f64::from_bits(bits));
        prop_assert_eq!(parse(&number.to_text(10)), Some(number));
    }

    #[test]
    fn doubles_round_trip_in_every_radix(x in any::<f32>(), scale in -60_i32..60, radix in 2_u32..=18) {
        let number = Number::Flonum(f64::from(x) * 2.0_f64.powi(scale) / 3.0);
        let text = number.to_text(radix);
        prop_assert_eq!(parse_number(&text, radix), Some(number), "{}", text);
    }

    #[test]
    fn any_text_is_parsed_without_panic(text in "[-+0-9a-f./@#ei]{0,12}", radix in 2_u32..=36) {
        let _ = parse_number(&text, radix);
    }
}
