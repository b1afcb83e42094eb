//! Tests of `bits.rs`.

use crate::num::{Fault, Number, parse_number};
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

fn parse(text: &str) -> Number {
    parse_number(text, 10).expect(text)
}

proptest! {
    #[test]
    fn logical_operations_agree_with_wide_integers(
        a in any::<i128>(),
        b in any::<i128>(),
        places in (0_u32..127, 0_u32..127),
    ) {
        let (a, b) = (a >> places.0, b >> places.1);
        let (x, y) = (Number::from(a), Number::from(b));
        prop_assert_eq!(x.bit_and(&y), Ok(Number::from(a & b)));
        prop_assert_eq!(x.bit_or(&y), Ok(Number::from(a | b)));
        prop_assert_eq!(x.bit_xor(&y), Ok(Number::from(a ^ b)));
        prop_assert_eq!(x.bit_not(), Ok(Number::from(!a)));
        let differing = if a < 0 { !a } else { a };
        prop_assert_eq!(x.bit_count(), Ok(differing.count_ones() as usize));
        prop_assert_eq!(x.integer_length(), Ok((128 - differing.leading_zeros()) as usize));
        let lowest = (a != 0).then(|| a.trailing_zeros() as usize);
        prop_assert_eq!(x.first_set_bit(), Ok(lowest));
    }

    #[test]
    fn shifts_are_floor_products_by_powers_of_two(n in any::<i128>(), count in -140_i64..140) {
        let number = Number::from(n);
        let power = Number::Fixnum(2).exact_power(&Number::from(count)).unwrap();
        prop_assert_eq!(number.shifted(count), number.mul(&power).floor());
    }

    #[test]
    fn bits_are_those_of_twos_complement(n in any::<i128>(), places in 0_u32..127, index in 0_usize..200) {
        let n = n >> places;
        prop_assert_eq!(Number::from(n).bit(index), Ok(n >> index.min(127) & 1 == 1));
    }

    #[test]
    fn fields_are_taken_replaced_and_turned(
        n in any::<i128>(),
        source in any::<i128>(),
        ends in (0_usize..100, 0_usize..100),
        count in -200_i64..200,
    ) {
        let (start, end) = (ends.0.min(ends.1), ends.0.max(ends.1));
        let width = end - start;
        let mask = (1_i128 << width) - 1;
        let (x, s) = (Number::from(n), Number::from(source));
        prop_assert_eq!(x.bit_field(start, end), Ok(Number::from(n >> start & mask)));
        let replaced = x.bit_field_replace(&s, start, end).unwrap();
        for index in 0..130 {
            let inside = (start..end).contains(&index);
            let expected = if inside { s.bit(index - start) } else { x.bit(index) };
            prop_assert_eq!(replaced.bit(index), expected);
        }
        let rotated = x.bit_field_rotate(&Number::from(count), start, end).unwrap();
        let reversed = x.bit_field_reverse(start, end).unwrap();
        for index in start..end {
            let turned = start + (index - start).wrapping_add_signed(count as isize + 200 * width as isize) % width;
            prop_assert_eq!(rotated.bit(turned), x.bit(index));
            prop_assert_eq!(reversed.bit(end - 1 - (index - start)), x.bit(index));
        }
        prop_assert!(rotated.shifted(-(end as i64)) == x.shifted(-(end as i64)));
    }
}

#[test]
fn shifts_by_huge_counts_do_not_compute_huge_numbers() {
    let huge = parse("100000000000000000000000");
    assert_eq!(parse("1").shift(&huge), Err(Fault::TooLarge));
    assert_eq!(parse("1").shift(&parse("1000000000000")), Err(Fault::TooLarge));
    assert_eq!(parse("0").shift(&huge), Ok(Number::ZERO));
    assert_eq!(parse("0").shift(&parse("1000000000000")), Ok(Number::ZERO));
    assert_eq!(parse("5").shift(&huge.negate()), Ok(Number::ZERO));
    assert_eq!(parse("-5").shift(&huge.negate()), Ok(Number::from(-1_i64)));
    assert_eq!(parse("-5").shift(&parse("-1000000000000")), Ok(Number::from(-1_i64)));
}

#[test]
fn only_exact_integers_have_bits() {
    assert_eq!(parse("1.0").bit_and(&parse("1")), Err(Fault::Wanted(0, "exact integer")));
    assert_eq!(parse("1").bit_or(&parse("1/2")), Err(Fault::Wanted(1, "exact integer")));
    assert!(parse("1.0").bit_not().is_err());
}
