//! Sets of characters by their Unicode properties, for SRFI 14: what a mask of properties holds.
//!
//! Bit `n` of a mask stands for the property `n` of [`properties`]: the general categories in the
//! order of the Unicode standard's table, then derived properties.

use super::super::arguments;
use crate::cx::{Cx, Raised};
use lisle_gc::Value;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

const LOWERCASE: u64 = 1 << 30;
const UPPERCASE: u64 = 1 << 31;
const WHITE_SPACE: u64 = 1 << 32;

/// The number of a general category.
const fn category_number(category: GeneralCategory) -> u32 {
    match category {
        GeneralCategory::UppercaseLetter => 0,
        GeneralCategory::LowercaseLetter => 1,
        GeneralCategory::TitlecaseLetter => 2,
        GeneralCategory::ModifierLetter => 3,
        GeneralCategory::OtherLetter => 4,
        GeneralCategory::NonspacingMark => 5,
        GeneralCategory::SpacingMark => 6,
        GeneralCategory::EnclosingMark => 7,
        GeneralCategory::DecimalNumber => 8,
        GeneralCategory::LetterNumber => 9,
        GeneralCategory::OtherNumber => 10,
        GeneralCategory::ConnectorPunctuation => 11,
        GeneralCategory::DashPunctuation => 12,
        GeneralCategory::OpenPunctuation => 13,
        GeneralCategory::ClosePunctuation => 14,
        GeneralCategory::InitialPunctuation => 15,
        GeneralCategory::FinalPunctuation => 16,
        GeneralCategory::OtherPunctuation => 17,
        GeneralCategory::MathSymbol => 18,
        GeneralCategory::CurrencySymbol => 19,
        GeneralCategory::ModifierSymbol => 20,
        GeneralCategory::OtherSymbol => 21,
        GeneralCategory::SpaceSeparator => 22,
        GeneralCategory::LineSeparator => 23,
        GeneralCategory::ParagraphSeparator => 24,
        GeneralCategory::Control => 25,
        GeneralCategory::Format => 26,
        GeneralCategory::Surrogate => 27,
        GeneralCategory::PrivateUse => 28,
        GeneralCategory::Unassigned => 29,
    }
}

/// The properties of a character, as a mask.
fn properties(c: char) -> u64 {
    let derived = [
        (LOWERCASE, c.is_lowercase()),
        (UPPERCASE, c.is_uppercase()),
        (WHITE_SPACE, c.is_whitespace()),
    ];
    let category = 1 << category_number(c.general_category());
    derived.into_iter().filter(|(_, holds)| *holds).fold(category, |mask, (bit, _)| mask | bit)
}

fn mask_argument(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    position: usize,
) -> Result<u64, Raised> {
    Ok(arguments::size(cx, name, args, position)? as u64)
}

/// `(%char-category char)`: the number of its general category.
pub fn category(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let c = arguments::character(cx, "char-general-category", args, 0)?;
    Ok(Value::fixnum(i64::from(category_number(c.general_category()))))
}

/// `(%char-has? char mask)`: has it one of these properties?
pub fn has(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let c = arguments::character(cx, "char-set-contains?", args, 0)?;
    let mask = mask_argument(cx, "%char-has?", args, 1)?;
    Ok(Value::boolean(properties(c) & mask != 0))
}

/// `(%char-ranges mask)`: the characters with one of these properties, as a vector of code points
/// in ascending order: where a run of them starts, where it has ended, where the next one starts.
pub fn ranges(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let mask = mask_argument(cx, "%char-ranges", args, 0)?;
    let mut boundaries = Vec::new();
    let mut inside = false;
    for code in 0..=0x0011_0000_u32 {
        let holds = char::from_u32(code).is_some_and(|c| properties(c) & mask != 0);
        if holds != inside {
            boundaries.push(Value::fixnum(i64::from(code)));
            inside = holds;
        }
    }
    cx.vector(&boundaries)
}
