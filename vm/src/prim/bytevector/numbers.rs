//! Numbers stored in bytevectors, under the homogeneous vectors of SRFI 160.
//!
//! The element types have numbers: u8 s8 u16 s16 u32 s32 u64 s64 f32 f64 are 0 to 9.

use super::{bytevector_argument, mutable_bytevector};
use crate::cx::{Cx, Raised};
use crate::num::Number;
use crate::num::heap::{self, real_as_f64};
use crate::prim::arguments;
use crate::text::bytes;
use lisle_gc::Value;
use lisle_gc::object::size;

/// The bytes of an element of each type.
const SIZES: [usize; 10] = [1, 1, 2, 2, 4, 4, 8, 8, 4, 8];

/// The type, the first byte of an element, and how many there are.
fn place(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    length: usize,
) -> Result<(usize, usize, usize), Raised> {
    let kind = arguments::index(cx, name, args, 2, SIZES.len())?;
    let width = SIZES[kind];
    let index = arguments::index(cx, name, args, 1, length / width)?;
    Ok((kind, index * width, width))
}

/// `(%number-ref bytevector index type)`
pub fn number_ref(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let given = bytevector_argument(cx, "%number-ref", args, 0)?;
    let (kind, start, width) = place(cx, "%number-ref", args, size(given))?;
    let word = bytes::number(given, start, width);
    match kind {
        1 => Ok(Value::fixnum(i64::from(word as i8))),
        3 => Ok(Value::fixnum(i64::from(word as i16))),
        5 => Ok(Value::fixnum(i64::from(word as i32))),
        6 => heap::wide_integer(cx, i128::from(word)),
        7 => heap::wide_integer(cx, i128::from(word as i64)),
        8 => cx.flonum(f64::from(f32::from_bits(word as u32))),
        9 => cx.flonum(f64::from_bits(word)),
        _ => Ok(Value::fixnum(word as i64)),
    }
}

/// `(%number-set! bytevector index type number)`: could the element hold that number? If not,
/// nothing is stored.
pub fn number_set(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let given = mutable_bytevector(cx, "%number-set!", args, 0)?;
    let (kind, start, width) = place(cx, "%number-set!", args, size(given))?;
    let Some(stored) = encoded(kind, args[3]) else { return Ok(Value::FALSE) };
    bytes::set_number(given, start, width, stored);
    Ok(Value::TRUE)
}

/// The bits of a number as an element, if there is such an element.
fn encoded(kind: usize, value: Value) -> Option<u64> {
    Some(match kind {
        8 => u64::from((real_as_f64(value)? as f32).to_bits()),
        9 => real_as_f64(value)?.to_bits(),
        _ => {
            let n = exact_integer(value)?;
            match kind {
                0 => u64::from(u8::try_from(n).ok()?),
                1 => i8::try_from(n).ok()? as u64,
                2 => u64::from(u16::try_from(n).ok()?),
                3 => i16::try_from(n).ok()? as u64,
                4 => u64::from(u32::try_from(n).ok()?),
                5 => i32::try_from(n).ok()? as u64,
                6 => u64::try_from(n).ok()?,
                _ => i64::try_from(n).ok()? as u64,
            }
        }
    })
}

fn exact_integer(value: Value) -> Option<i128> {
    match value.as_fixnum() {
        Some(n) => Some(i128::from(n)),
        None => match heap::from_value(value)? {
            Number::Big(n) => i128::try_from(n).ok(),
            _ => None,
        },
    }
}
