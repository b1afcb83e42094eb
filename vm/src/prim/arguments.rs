//! Reading the arguments of primitives: sizes, indexes, ranges, and the types that many share.
//!
//! Positions of arguments count from 0 here; the messages count from 1.

use crate::condition::ErrorKind;
use crate::cx::{Cx, Raised};
use crate::text::{self, Text};
use lisle_gc::object::is_kind;
use lisle_gc::{Kind, Value};
use std::cmp::Ordering;

/// The optional argument at `position`, if it was given.
#[inline]
pub fn optional(args: &[Value], position: usize) -> Option<Value> {
    args.get(position).copied()
}

/// An index or size: an exact integer that is not negative.
pub fn size(cx: &mut Cx<'_>, name: &str, args: &[Value], position: usize) -> Result<usize, Raised> {
    let given = args[position];
    match given.as_fixnum() {
        Some(n) => usize::try_from(n).map_err(|_| cx.out_of_range(name, position + 1, given)),
        None if is_kind(given, Kind::Bignum) => Err(cx.out_of_range(name, position + 1, given)),
        None => Err(cx.wrong_type(name, position + 1, "an exact non-negative integer", given)),
    }
}

/// An index below `length`.
#[inline]
pub fn index(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    position: usize,
    length: usize,
) -> Result<usize, Raised> {
    match args[position].as_fixnum() {
        Some(n) if (n as u64) < length as u64 => Ok(n as usize),
        _ => Err(bad_index(cx, name, args, position, length)),
    }
}

#[cold]
fn bad_index(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    position: usize,
    length: usize,
) -> Raised {
    let given = args[position];
    if given.is_fixnum() {
        let message = match length {
            0 => {
                format!("{name}: argument {} is out of range: there are no elements", position + 1)
            }
            _ => format!("{name}: argument {} is out of range 0 to {}", position + 1, length - 1),
        };
        cx.error(ErrorKind::Range, &message, &[given])
    } else {
        cx.wrong_type(name, position + 1, "an exact non-negative integer", given)
    }
}

/// The optional arguments `start` and `end` at `position` and after it, of a sequence of `length`
/// elements. `#f` stands for an argument that was not given.
pub fn range(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    position: usize,
    length: usize,
) -> Result<(usize, usize), Raised> {
    let given = |at: usize| args.get(at).is_some_and(|v| v.is_true());
    let end =
        if given(position + 1) { index(cx, name, args, position + 1, length + 1)? } else { length };
    let start = if given(position) { index(cx, name, args, position, end + 1)? } else { 0 };
    Ok((start, end))
}

/// A string's text.
#[inline]
pub fn text(cx: &mut Cx<'_>, name: &str, args: &[Value], position: usize) -> Result<Text, Raised> {
    let given = args[position];
    Text::try_of(given).ok_or_else(|| cx.wrong_type(name, position + 1, "a string", given))
}

/// A string that may be changed.
#[inline]
pub fn mutable_string(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    position: usize,
) -> Result<Value, Raised> {
    let given = args[position];
    if !text::is_string(given) {
        return Err(cx.wrong_type(name, position + 1, "a string", given));
    }
    if text::is_immutable(given) {
        return Err(cx.wrong_type(name, position + 1, "a mutable string (not a literal)", given));
    }
    Ok(given)
}

/// A character.
#[inline]
pub fn character(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    position: usize,
) -> Result<char, Raised> {
    let given = args[position];
    given.as_char().ok_or_else(|| cx.wrong_type(name, position + 1, "a character", given))
}

/// A byte.
#[inline]
pub fn byte(cx: &mut Cx<'_>, name: &str, args: &[Value], position: usize) -> Result<u8, Raised> {
    let given = args[position];
    given
        .as_fixnum()
        .and_then(|n| u8::try_from(n).ok())
        .ok_or_else(|| cx.wrong_type(name, position + 1, "a byte (0 to 255)", given))
}

/// An object of a kind, described by `expected`.
#[inline]
pub fn of_kind(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    position: usize,
    kind: Kind,
    expected: &str,
) -> Result<Value, Raised> {
    let given = args[position];
    if is_kind(given, kind) {
        Ok(given)
    } else {
        Err(cx.wrong_type(name, position + 1, expected, given))
    }
}

/// `=`, for [`holds`].
pub const EQUAL: u8 = 0;
/// `<`, for [`holds`].
pub const LESS: u8 = 1;
/// `>`, for [`holds`].
pub const GREATER: u8 = 2;
/// `<=`, for [`holds`].
pub const AT_MOST: u8 = 3;
/// `>=`, for [`holds`].
pub const AT_LEAST: u8 = 4;

/// Does the relation `RELATION` hold between two things that compare as `order` says?
#[inline(always)]
pub const fn holds<const RELATION: u8>(order: Ordering) -> bool {
    match RELATION {
        EQUAL => order.is_eq(),
        LESS => order.is_lt(),
        GREATER => order.is_gt(),
        AT_MOST => order.is_le(),
        _ => order.is_ge(),
    }
}

/// Refuses sizes (in words or bytes) that no heap could hold, before their object is laid out.
pub fn allocatable(cx: &mut Cx<'_>, size: usize) -> Result<usize, Raised> {
    if size < 1 << 44 { Ok(size) } else { Err(cx.exhausted()) }
}
