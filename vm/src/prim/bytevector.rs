//! Bytevectors (R7RS 6.9).

mod numbers;

use super::{ANY, Prim, arguments, prim};
use crate::condition::ErrorKind;
use crate::cx::{Cx, Raised};
use crate::text::{self, bytes};
use lisle_gc::object::{byte, header, is_kind, set_byte, size};
use lisle_gc::{Kind, Value};

/// A bytevector argument.
pub fn bytevector_argument(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    position: usize,
) -> Result<Value, Raised> {
    arguments::of_kind(cx, name, args, position, Kind::Bytevector, "a bytevector")
}

/// A bytevector argument that may be changed.
pub fn mutable_bytevector(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    position: usize,
) -> Result<Value, Raised> {
    let given = bytevector_argument(cx, name, args, position)?;
    if header(given).flag() {
        let expected = "a mutable bytevector (not a literal)";
        return Err(cx.wrong_type(name, position + 1, expected, given));
    }
    Ok(given)
}

/// A new bytevector with these bytes.
pub fn from_bytes(cx: &mut Cx<'_>, source: &[u8]) -> Result<Value, Raised> {
    let made = cx.object(Kind::Bytevector, source.len())?;
    bytes::store(made, 0, source);
    Ok(made)
}

fn is_bytevector(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(is_kind(args[0], Kind::Bytevector)))
}

fn make_bytevector(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let length = arguments::size(cx, "make-bytevector", args, 0)?;
    let fill = if args.len() > 1 { arguments::byte(cx, "make-bytevector", args, 1)? } else { 0 };
    let length = arguments::allocatable(cx, length)?;
    let made = cx.object(Kind::Bytevector, length)?;
    if fill != 0 {
        bytes::fill(made, 0, length, fill);
    }
    Ok(made)
}

fn bytevector(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let made = cx.object(Kind::Bytevector, args.len())?;
    for position in 0..args.len() {
        set_byte(made, position, arguments::byte(cx, "bytevector", args, position)?);
    }
    Ok(made)
}

fn bytevector_length(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let given = bytevector_argument(cx, "bytevector-length", args, 0)?;
    Ok(Value::fixnum(size(given) as i64))
}

/// `(bytevector-u8-ref bytevector k)`
pub fn bytevector_u8_ref(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let given = bytevector_argument(cx, "bytevector-u8-ref", args, 0)?;
    let index = arguments::index(cx, "bytevector-u8-ref", args, 1, size(given))?;
    Ok(Value::fixnum(i64::from(byte(given, index))))
}

/// `(bytevector-u8-set! bytevector k byte)`
pub fn bytevector_u8_set(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let given = mutable_bytevector(cx, "bytevector-u8-set!", args, 0)?;
    let index = arguments::index(cx, "bytevector-u8-set!", args, 1, size(given))?;
    set_byte(given, index, arguments::byte(cx, "bytevector-u8-set!", args, 2)?);
    Ok(Value::UNSPECIFIED)
}

fn bytevector_copy(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let given = bytevector_argument(cx, "bytevector-copy", args, 0)?;
    let (start, end) = arguments::range(cx, "bytevector-copy", args, 1, size(given))?;
    let copy = cx.object(Kind::Bytevector, end - start)?;
    bytes::copy(given, start, copy, 0, end - start);
    Ok(copy)
}

fn bytevector_copy_into(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let name = "bytevector-copy!";
    let to = mutable_bytevector(cx, name, args, 0)?;
    let at = arguments::index(cx, name, args, 1, size(to) + 1)?;
    let from = bytevector_argument(cx, name, args, 2)?;
    let (start, end) = arguments::range(cx, name, args, 3, size(from))?;
    if end - start > size(to) - at {
        return Err(cx.out_of_range(name, 2, args[1]));
    }
    bytes::copy(from, start, to, at, end - start);
    Ok(Value::UNSPECIFIED)
}

fn bytevector_append(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let mut total = 0;
    for position in 0..args.len() {
        total += size(bytevector_argument(cx, "bytevector-append", args, position)?);
    }
    let joined = cx.object(Kind::Bytevector, total)?;
    let mut at = 0;
    for &part in args {
        bytes::copy(part, 0, joined, at, size(part));
        at += size(part);
    }
    Ok(joined)
}

fn bytevector_fill(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let given = mutable_bytevector(cx, "bytevector-fill!", args, 0)?;
    let fill = arguments::byte(cx, "bytevector-fill!", args, 1)?;
    let (start, end) = arguments::range(cx, "bytevector-fill!", args, 2, size(given))?;
    bytes::fill(given, start, end, fill);
    Ok(Value::UNSPECIFIED)
}

fn utf8_to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let given = bytevector_argument(cx, "utf8->string", args, 0)?;
    let (start, end) = arguments::range(cx, "utf8->string", args, 1, size(given))?;
    let mut encoded = Vec::new();
    bytes::load(given, start, end, &mut encoded);
    match String::from_utf8(encoded) {
        Ok(decoded) => cx.string(&decoded),
        Err(error) => {
            let at = start + error.utf8_error().valid_up_to();
            let message = format!("utf8->string: invalid UTF-8 at index {at}");
            Err(cx.error(ErrorKind::Range, &message, &[given]))
        }
    }
}

fn string_to_utf8(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let text: text::Text = arguments::text(cx, "string->utf8", args, 0)?;
    let (start, end) = arguments::range(cx, "string->utf8", args, 1, text.len())?;
    let mut encoded = String::new();
    text.append_range_to(start, end, &mut encoded);
    from_bytes(cx, encoded.as_bytes())
}

fn bytevector_to_list(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let given = bytevector_argument(cx, "bytevector->list", args, 0)?;
    let (start, end) = arguments::range(cx, "bytevector->list", args, 1, size(given))?;
    let mut list = Value::NIL;
    for index in (start..end).rev() {
        list = cx.cons(Value::fixnum(i64::from(byte(given, index))), list)?;
    }
    Ok(list)
}

fn list_to_bytevector(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let items = super::pair::elements(cx, "list->bytevector", args, 0)?;
    let made = cx.object(Kind::Bytevector, items.len())?;
    for (index, item) in items.into_iter().enumerate() {
        set_byte(made, index, arguments::byte(cx, "list->bytevector", &[item], 0)?);
    }
    Ok(made)
}

/// The primitives of this section.
pub const PRIMS: &[Prim] = &[
    prim("bytevector?", is_bytevector, 1, 1),
    prim("make-bytevector", make_bytevector, 1, 2),
    prim("bytevector", bytevector, 0, ANY),
    prim("bytevector-length", bytevector_length, 1, 1),
    prim("bytevector-u8-ref", bytevector_u8_ref, 2, 2),
    prim("bytevector-u8-set!", bytevector_u8_set, 3, 3),
    prim("bytevector-copy", bytevector_copy, 1, 3),
    prim("bytevector-copy!", bytevector_copy_into, 3, 5),
    prim("bytevector-append", bytevector_append, 0, ANY),
    prim("bytevector-fill!", bytevector_fill, 2, 4),
    prim("utf8->string", utf8_to_string, 1, 3),
    prim("string->utf8", string_to_utf8, 1, 3),
    prim("bytevector->list", bytevector_to_list, 1, 3),
    prim("list->bytevector", list_to_bytevector, 1, 1),
    prim("%number-ref", numbers::number_ref, 3, 3),
    prim("%number-set!", numbers::number_set, 4, 4),
];
