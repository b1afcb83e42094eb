//! Vectors (R7RS 6.8).

use super::pair::{ListBuilder, elements};
use super::{ANY, Prim, arguments, prim};
use crate::cx::{Cx, Raised};
use crate::text::Text;
use lisle_gc::object::{field, header, init_field, is_kind, size};
use lisle_gc::{Kind, Value};

fn vector_argument(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    position: usize,
) -> Result<Value, Raised> {
    arguments::of_kind(cx, name, args, position, Kind::Vector, "a vector")
}

/// A vector that may be changed.
fn mutable_vector(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    position: usize,
) -> Result<Value, Raised> {
    let vector = vector_argument(cx, name, args, position)?;
    if header(vector).flag() {
        return Err(cx.wrong_type(name, position + 1, "a mutable vector (not a literal)", vector));
    }
    Ok(vector)
}

/// A new vector of `length` times `fill`.
fn make(cx: &mut Cx<'_>, length: usize, fill: Value) -> Result<Value, Raised> {
    let vector = cx.object(Kind::Vector, length)?;
    if fill != Value::ZERO {
        for index in 0..length {
            init_field(vector, index, fill);
        }
    }
    Ok(vector)
}

/// Copies elements into a vector made by this primitive.
fn copy_into_fresh(from: Value, start: usize, end: usize, to: Value, at: usize) {
    for index in start..end {
        init_field(to, at + (index - start), field(from, index));
    }
}

fn is_vector(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(is_kind(args[0], Kind::Vector)))
}

fn make_vector(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let length = arguments::size(cx, "make-vector", args, 0)?;
    let length = arguments::allocatable(cx, length)?;
    make(cx, length, arguments::optional(args, 1).unwrap_or(Value::UNSPECIFIED))
}

fn vector(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    cx.vector(args)
}

/// `(vector-length vector)`
pub fn vector_length(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let vector = vector_argument(cx, "vector-length", args, 0)?;
    Ok(Value::fixnum(size(vector) as i64))
}

/// `(vector-ref vector k)`
pub fn vector_ref(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let vector = vector_argument(cx, "vector-ref", args, 0)?;
    let index = arguments::index(cx, "vector-ref", args, 1, size(vector))?;
    Ok(field(vector, index))
}

/// `(vector-set! vector k obj)`
pub fn vector_set(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let vector = mutable_vector(cx, "vector-set!", args, 0)?;
    let index = arguments::index(cx, "vector-set!", args, 1, size(vector))?;
    cx.heap().store(vector, index, args[2]);
    Ok(Value::UNSPECIFIED)
}

fn vector_to_list(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let vector = vector_argument(cx, "vector->list", args, 0)?;
    let (start, end) = arguments::range(cx, "vector->list", args, 1, size(vector))?;
    let mut list = Value::NIL;
    for index in (start..end).rev() {
        list = cx.cons(field(vector, index), list)?;
    }
    Ok(list)
}

fn list_to_vector(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let items = elements(cx, "list->vector", args, 0)?;
    cx.vector(&items)
}

fn vector_fill(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let vector = mutable_vector(cx, "vector-fill!", args, 0)?;
    let (start, end) = arguments::range(cx, "vector-fill!", args, 2, size(vector))?;
    for index in start..end {
        cx.heap().store(vector, index, args[1]);
    }
    Ok(Value::UNSPECIFIED)
}

fn part(cx: &mut Cx<'_>, name: &str, args: &[Value]) -> Result<Value, Raised> {
    let vector = vector_argument(cx, name, args, 0)?;
    let (start, end) = arguments::range(cx, name, args, 1, size(vector))?;
    let copy = cx.object(Kind::Vector, end - start)?;
    copy_into_fresh(vector, start, end, copy, 0);
    Ok(copy)
}

fn vector_copy(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    part(cx, "vector-copy", args)
}

fn subvector(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    part(cx, "subvector", args)
}

fn vector_head(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    part(cx, "vector-head", &[args[0], Value::ZERO, args[1]])
}

fn vector_tail(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    part(cx, "vector-tail", args)
}

fn vector_copy_into(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let to = mutable_vector(cx, "vector-copy!", args, 0)?;
    let at = arguments::index(cx, "vector-copy!", args, 1, size(to) + 1)?;
    let from = vector_argument(cx, "vector-copy!", args, 2)?;
    let (start, end) = arguments::range(cx, "vector-copy!", args, 3, size(from))?;
    if end - start > size(to) - at {
        return Err(cx.out_of_range("vector-copy!", 2, args[1]));
    }
    cx.heap().copy_fields(from, start, to, at, end - start);
    Ok(Value::UNSPECIFIED)
}

fn vector_append(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let mut total = 0;
    for position in 0..args.len() {
        total += size(vector_argument(cx, "vector-append", args, position)?);
    }
    let joined = cx.object(Kind::Vector, total)?;
    let mut at = 0;
    for &vector in args {
        copy_into_fresh(vector, 0, size(vector), joined, at);
        at += size(vector);
    }
    Ok(joined)
}

fn vector_grow(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let vector = vector_argument(cx, "vector-grow", args, 0)?;
    let length = arguments::size(cx, "vector-grow", args, 1)?;
    if length < size(vector) {
        return Err(cx.out_of_range("vector-grow", 2, args[1]));
    }
    let length = arguments::allocatable(cx, length)?;
    let grown = make(cx, length, Value::UNSPECIFIED)?;
    copy_into_fresh(vector, 0, size(vector), grown, 0);
    Ok(grown)
}

fn vector_to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let vector = vector_argument(cx, "vector->string", args, 0)?;
    let (start, end) = arguments::range(cx, "vector->string", args, 1, size(vector))?;
    let mut chars = Vec::with_capacity(end - start);
    for index in start..end {
        let element = field(vector, index);
        match element.as_char() {
            Some(c) => chars.push(c),
            None => {
                let expected = "a vector of characters";
                return Err(cx.wrong_type("vector->string", 1, expected, vector));
            }
        }
    }
    super::string::from_chars(cx, &chars)
}

fn string_to_vector(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let text: Text = arguments::text(cx, "string->vector", args, 0)?;
    let (start, end) = arguments::range(cx, "string->vector", args, 1, text.len())?;
    let vector = cx.object(Kind::Vector, end - start)?;
    for index in start..end {
        init_field(vector, index - start, Value::char(text.get(index)));
    }
    Ok(vector)
}

/// `(reverse-vector->list vector [start end])`
fn reverse_vector_to_list(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let name = "reverse-vector->list";
    let vector = vector_argument(cx, name, args, 0)?;
    let (start, end) = arguments::range(cx, name, args, 1, size(vector))?;
    let mut list = Value::NIL;
    for index in start..end {
        list = cx.cons(field(vector, index), list)?;
    }
    Ok(list)
}

/// `(vector-swap! vector i j)`
fn vector_swap(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let vector = mutable_vector(cx, "vector-swap!", args, 0)?;
    let first = arguments::index(cx, "vector-swap!", args, 1, size(vector))?;
    let second = arguments::index(cx, "vector-swap!", args, 2, size(vector))?;
    let (a, b) = (field(vector, first), field(vector, second));
    cx.heap().store(vector, first, b);
    cx.heap().store(vector, second, a);
    Ok(Value::UNSPECIFIED)
}

/// `(vector-reverse! vector [start end])`
fn vector_reverse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let vector = mutable_vector(cx, "vector-reverse!", args, 0)?;
    let (start, end) = arguments::range(cx, "vector-reverse!", args, 1, size(vector))?;
    for offset in 0..(end - start) / 2 {
        let (low, high) = (start + offset, end - 1 - offset);
        let (a, b) = (field(vector, low), field(vector, high));
        cx.heap().store(vector, low, b);
        cx.heap().store(vector, high, a);
    }
    Ok(Value::UNSPECIFIED)
}

/// `(%vectors-row vectors index)`: a list of element `index` of each vector, for mapping.
fn vectors_row(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let vectors = elements(cx, "vector-map", args, 0)?;
    let mut row = ListBuilder::new();
    for vector in vectors {
        let one = [vector, args[1]];
        let vector = vector_argument(cx, "vector-map", &one, 0)?;
        let index = arguments::index(cx, "vector-map", &one, 1, size(vector))?;
        row.push(cx, field(vector, index))?;
    }
    Ok(row.finish())
}

/// The primitives of this section.
pub const PRIMS: &[Prim] = &[
    prim("vector?", is_vector, 1, 1),
    prim("make-vector", make_vector, 1, 2),
    prim("vector", vector, 0, ANY),
    prim("vector-length", vector_length, 1, 1),
    prim("vector-ref", vector_ref, 2, 2),
    prim("vector-set!", vector_set, 3, 3),
    prim("vector->list", vector_to_list, 1, 3),
    prim("reverse-vector->list", reverse_vector_to_list, 1, 3),
    prim("list->vector", list_to_vector, 1, 1),
    prim("vector-fill!", vector_fill, 2, 4),
    prim("vector-copy", vector_copy, 1, 3),
    prim("subvector", subvector, 3, 3),
    prim("vector-head", vector_head, 2, 2),
    prim("vector-tail", vector_tail, 2, 2),
    prim("vector-copy!", vector_copy_into, 3, 5),
    prim("vector-append", vector_append, 0, ANY),
    prim("vector-grow", vector_grow, 2, 2),
    prim("vector->string", vector_to_string, 1, 3),
    prim("string->vector", string_to_vector, 1, 3),
    prim("vector-swap!", vector_swap, 3, 3),
    prim("vector-reverse!", vector_reverse, 1, 3),
    prim("%vectors-row", vectors_row, 2, 2),
];
