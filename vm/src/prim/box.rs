//! Boxes (SRFI 111) and atomic operations on them (SRFI 230).

use super::{Prim, arguments, prim};
use crate::cx::{Cx, Raised};
use lisle_gc::object::{field, init_field, is_kind};
use lisle_gc::{Kind, Value};

/// A new box.
pub fn make_box(cx: &mut Cx<'_>, content: Value) -> Result<Value, Raised> {
    let made = cx.object(Kind::Box, 1)?;
    init_field(made, 0, content);
    Ok(made)
}

fn new_box(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    make_box(cx, args[0])
}

fn is_box(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(is_kind(args[0], Kind::Box)))
}

fn unbox(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(field(arguments::of_kind(cx, "unbox", args, 0, Kind::Box, "a box")?, 0))
}

fn set_box(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let target = arguments::of_kind(cx, "set-box!", args, 0, Kind::Box, "a box")?;
    cx.heap().store(target, 0, args[1]);
    Ok(Value::UNSPECIFIED)
}

/// `(%box-cas! box old new)`: one atomic step; what the box held.
fn box_compare_and_store(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let target = arguments::of_kind(cx, "%box-cas!", args, 0, Kind::Box, "a box")?;
    let (Ok(found) | Err(found)) = cx.heap().compare_and_store(target, 0, args[1], args[2]);
    Ok(found)
}

/// `(%box-swap! box new)`: one atomic step; what the box held.
fn box_swap(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let target = arguments::of_kind(cx, "%box-swap!", args, 0, Kind::Box, "a box")?;
    let mut expected = field(target, 0);
    loop {
        match cx.heap().compare_and_store(target, 0, expected, args[1]) {
            Ok(found) => return Ok(found),
            Err(found) => expected = found,
        }
    }
}

/// `(%box-add! box n)`: adds to the fixnum in a box in one atomic step, modulo the range of fixnums;
/// what the box held.
fn box_add(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    box_change(cx, "%box-add!", args, i64::wrapping_add)
}

fn box_and(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    box_change(cx, "%box-and!", args, |a, b| a & b)
}

fn box_or(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    box_change(cx, "%box-ior!", args, |a, b| a | b)
}

fn box_xor(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    box_change(cx, "%box-xor!", args, |a, b| a ^ b)
}

fn box_change(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    change: fn(i64, i64) -> i64,
) -> Result<Value, Raised> {
    let target = arguments::of_kind(cx, name, args, 0, Kind::Box, "a box")?;
    let operand = fixnum(cx, name, args[1], 2)?;
    let mut expected = field(target, 0);
    loop {
        let before = fixnum(cx, name, expected, 1)?;
        // The shifts drop the bits that a fixnum has no room for.
        let after = Value::fixnum((change(before, operand) << 3) >> 3);
        match cx.heap().compare_and_store(target, 0, expected, after) {
            Ok(found) => return Ok(found),
            Err(found) => expected = found,
        }
    }
}

fn fixnum(cx: &mut Cx<'_>, name: &str, value: Value, position: usize) -> Result<i64, Raised> {
    value.as_fixnum().ok_or_else(|| cx.wrong_type(name, position, "a fixnum", value))
}

/// `(%memory-fence)`
fn memory_fence(_: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    std::sync::atomic::fence(std::sync::atomic::Ordering::SeqCst);
    Ok(Value::UNSPECIFIED)
}

/// The primitives of this section.
pub const PRIMS: &[Prim] = &[
    prim("box", new_box, 1, 1),
    prim("box?", is_box, 1, 1),
    prim("unbox", unbox, 1, 1),
    prim("set-box!", set_box, 2, 2),
    prim("%box-cas!", box_compare_and_store, 3, 3),
    prim("%box-swap!", box_swap, 2, 2),
    prim("%box-add!", box_add, 2, 2),
    prim("%box-and!", box_and, 2, 2),
    prim("%box-ior!", box_or, 2, 2),
    prim("%box-xor!", box_xor, 2, 2),
    prim("%memory-fence", memory_fence, 0, 0),
];
