//! Instruction words from their parts.
//!
//! Registers are plain numbers here. A number that doesn't fit its field is cut off: the compiler
//! checks the frame size of a finished procedure once, not every register of every instruction.

use super::isa::Op;

/// Set in the last extension word of a `Closure` instruction.
pub const LAST_CAPTURE: u32 = 1 << 30;
/// Set in an extension word of `Closure` that names a captured value of the running closure.
pub const CAPTURE_FREE: u32 = 1 << 31;

/// An instruction with three 8-bit operands.
pub fn abc(op: Op, a: u32, b: u32, c: u32) -> u32 {
    op as u32 | (a & 0xff) << 8 | (b & 0xff) << 16 | (c & 0xff) << 24
}

/// An instruction with an 8-bit and a 16-bit operand.
pub fn a_bc(op: Op, a: u32, bc: u32) -> u32 {
    op as u32 | (a & 0xff) << 8 | (bc & 0xffff) << 16
}

/// An instruction with a signed 24-bit operand.
pub fn a24(op: Op, value: i32) -> u32 {
    op as u32 | value.cast_unsigned() << 8
}

/// Does the offset fit a 24-bit jump?
pub fn fits_24(offset: i32) -> bool {
    (-(1 << 23)..1 << 23).contains(&offset)
}

/// Does the number fit a signed 16-bit operand?
pub fn fits_16(number: i64) -> bool {
    i16::try_from(number).is_ok()
}

/// Does the number fit a signed 8-bit operand?
pub fn fits_8(number: i64) -> bool {
    i8::try_from(number).is_ok()
}
