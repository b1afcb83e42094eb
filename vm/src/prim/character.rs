//! Characters (R7RS 6.6).

pub mod case;
mod set;

use super::arguments::{AT_LEAST, AT_MOST, EQUAL, GREATER, LESS, holds};
use super::{ANY, Prim, arguments, prim};
use crate::cx::{Cx, Raised};
use lisle_gc::Value;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

/// Is `c` a decimal digit (general category Nd)?
fn is_decimal(c: char) -> bool {
    c.is_ascii_digit() || (!c.is_ascii() && c.general_category() == GeneralCategory::DecimalNumber)
}

/// The value of a decimal digit. Digits stand in the character set in runs that start with a zero
/// and hold whole decades.
fn digit_value_of(c: char) -> Option<u32> {
    if !is_decimal(c) {
        return None;
    }
    let before = (0..u32::from(c)).rev();
    let run = before.take_while(|&code| char::from_u32(code).is_some_and(is_decimal)).count();
    Some(run as u32 % 10)
}

/// Comparison of characters; `FOLD` makes it ignore case.
fn compare<const RELATION: u8, const FOLD: bool>(
    cx: &mut Cx<'_>,
    args: &[Value],
) -> Result<Value, Raised> {
    if let [x, y] = args
        && !FOLD
        && let (Some(x), Some(y)) = (x.as_char(), y.as_char())
    {
        return Ok(Value::boolean(holds::<RELATION>(x.cmp(&y))));
    }
    let mut holds_so_far = true;
    let mut previous: Option<char> = None;
    for position in 0..args.len() {
        let given = arguments::character(cx, comparison_name(RELATION, FOLD), args, position)?;
        let c = if FOLD { case::fold(given) } else { given };
        if let Some(p) = previous {
            holds_so_far &= holds::<RELATION>(p.cmp(&c));
        }
        previous = Some(c);
    }
    Ok(Value::boolean(holds_so_far))
}

fn comparison_name(relation: u8, fold: bool) -> &'static str {
    match (relation, fold) {
        (EQUAL, false) => "char=?",
        (LESS, false) => "char<?",
        (GREATER, false) => "char>?",
        (AT_MOST, false) => "char<=?",
        (_, false) => "char>=?",
        (EQUAL, true) => "char-ci=?",
        (LESS, true) => "char-ci<?",
        (GREATER, true) => "char-ci>?",
        (AT_MOST, true) => "char-ci<=?",
        (_, true) => "char-ci>=?",
    }
}

fn is_char(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(args[0].is_char()))
}

fn is_alphabetic(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let c = arguments::character(cx, "char-alphabetic?", args, 0)?;
    Ok(Value::boolean(c.is_alphabetic()))
}

fn is_numeric(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let c = arguments::character(cx, "char-numeric?", args, 0)?;
    Ok(Value::boolean(is_decimal(c)))
}

fn is_whitespace(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let c = arguments::character(cx, "char-whitespace?", args, 0)?;
    Ok(Value::boolean(c.is_whitespace()))
}

fn is_upper_case(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let c = arguments::character(cx, "char-upper-case?", args, 0)?;
    Ok(Value::boolean(c.is_uppercase()))
}

fn is_lower_case(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let c = arguments::character(cx, "char-lower-case?", args, 0)?;
    Ok(Value::boolean(c.is_lowercase()))
}

fn digit_value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let c = arguments::character(cx, "digit-value", args, 0)?;
    Ok(digit_value_of(c).map_or(Value::FALSE, |n| Value::fixnum(i64::from(n))))
}

fn char_to_integer(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let c = arguments::character(cx, "char->integer", args, 0)?;
    Ok(Value::fixnum(i64::from(u32::from(c))))
}

fn integer_to_char(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let code = arguments::size(cx, "integer->char", args, 0)?;
    match u32::try_from(code).ok().and_then(char::from_u32) {
        Some(c) => Ok(Value::char(c)),
        None => Err(cx.out_of_range("integer->char", 1, args[0])),
    }
}

fn char_upcase(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::char(case::up(arguments::character(cx, "char-upcase", args, 0)?)))
}

fn char_downcase(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::char(case::down(arguments::character(cx, "char-downcase", args, 0)?)))
}

fn char_foldcase(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::char(case::fold(arguments::character(cx, "char-foldcase", args, 0)?)))
}

/// The primitives of this section.
pub const PRIMS: &[Prim] = &[
    prim("%char-category", set::category, 1, 1),
    prim("%char-has?", set::has, 2, 2),
    prim("%char-ranges", set::ranges, 1, 1),
    prim("char?", is_char, 1, 1),
    prim("char=?", compare::<EQUAL, false>, 1, ANY),
    prim("char<?", compare::<LESS, false>, 1, ANY),
    prim("char>?", compare::<GREATER, false>, 1, ANY),
    prim("char<=?", compare::<AT_MOST, false>, 1, ANY),
    prim("char>=?", compare::<AT_LEAST, false>, 1, ANY),
    prim("char-ci=?", compare::<EQUAL, true>, 1, ANY),
    prim("char-ci<?", compare::<LESS, true>, 1, ANY),
    prim("char-ci>?", compare::<GREATER, true>, 1, ANY),
    prim("char-ci<=?", compare::<AT_MOST, true>, 1, ANY),
    prim("char-ci>=?", compare::<AT_LEAST, true>, 1, ANY),
    prim("char-alphabetic?", is_alphabetic, 1, 1),
    prim("char-numeric?", is_numeric, 1, 1),
    prim("char-whitespace?", is_whitespace, 1, 1),
    prim("char-upper-case?", is_upper_case, 1, 1),
    prim("char-lower-case?", is_lower_case, 1, 1),
    prim("digit-value", digit_value, 1, 1),
    prim("char->integer", char_to_integer, 1, 1),
    prim("integer->char", integer_to_char, 1, 1),
    prim("char-upcase", char_upcase, 1, 1),
    prim("char-downcase", char_downcase, 1, 1),
    prim("char-foldcase", char_foldcase, 1, 1),
];

#[cfg(test)]
mod tests {
    use super::digit_value_of;

    #[test]
    fn digits_of_every_script_have_their_value() {
        assert_eq!(digit_value_of('7'), Some(7));
        assert_eq!(digit_value_of('٤'), Some(4));
        assert_eq!(digit_value_of('௨'), Some(2));
        assert_eq!(digit_value_of('𝟡'), Some(9));
        assert_eq!(digit_value_of('²'), None);
        assert_eq!(digit_value_of('x'), None);
    }
}
