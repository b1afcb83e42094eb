//! Strings (R7RS 6.7), and the procedures of SRFI 13 and 130 that call no procedure.

mod build;
mod compare;
mod search;

pub use compare::folded;

use super::arguments::{AT_LEAST, AT_MOST, EQUAL, GREATER, LESS};
use super::pair::elements;
use super::{ANY, Prim, arguments, prim};
use crate::cx::{Cx, Raised};
use crate::text::{self, Text};
use lisle_gc::{HeapExhausted, LocalHeap, Value};

/// Runs a constructor of `text`, with its failure as a condition.
fn allocate<T>(
    cx: &mut Cx<'_>,
    make: impl FnOnce(&mut LocalHeap) -> Result<T, HeapExhausted>,
) -> Result<T, Raised> {
    make(cx.heap()).map_err(|HeapExhausted| cx.exhausted())
}

/// A new string with these characters.
pub fn from_chars(cx: &mut Cx<'_>, chars: &[char]) -> Result<Value, Raised> {
    allocate(cx, |heap| text::from_chars(heap, chars))
}

/// A new string with the characters `start .. end` of `source`.
pub fn slice(cx: &mut Cx<'_>, source: Text, start: usize, end: usize) -> Result<Value, Raised> {
    allocate(cx, |heap| text::slice(heap, source, start, end))
}

fn is_string(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(text::is_string(args[0])))
}

fn make_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let length = arguments::size(cx, "make-string", args, 0)?;
    let fill = if args.len() > 1 { arguments::character(cx, "make-string", args, 1)? } else { ' ' };
    allocate(cx, |heap| text::filled(heap, length, fill))
}

fn string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let mut chars = Vec::with_capacity(args.len());
    for position in 0..args.len() {
        chars.push(arguments::character(cx, "string", args, position)?);
    }
    from_chars(cx, &chars)
}

fn string_length(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let text = arguments::text(cx, "string-length", args, 0)?;
    Ok(Value::fixnum(text.len() as i64))
}

/// `(string-ref string k)`
pub fn string_ref(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let text = arguments::text(cx, "string-ref", args, 0)?;
    let index = arguments::index(cx, "string-ref", args, 1, text.len())?;
    Ok(Value::char(text.get(index)))
}

/// `(string-set! string k char)`
pub fn string_set(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let string = arguments::mutable_string(cx, "string-set!", args, 0)?;
    let index = arguments::index(cx, "string-set!", args, 1, text::length(string))?;
    let c = arguments::character(cx, "string-set!", args, 2)?;
    allocate(cx, |heap| text::set_char(heap, string, index, c))?;
    Ok(Value::UNSPECIFIED)
}

fn part(cx: &mut Cx<'_>, name: &str, args: &[Value]) -> Result<Value, Raised> {
    let text = arguments::text(cx, name, args, 0)?;
    let (start, end) = arguments::range(cx, name, args, 1, text.len())?;
    slice(cx, text, start, end)
}

fn substring(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    part(cx, "substring", args)
}

fn string_copy(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    part(cx, "string-copy", args)
}

fn string_head(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let text = arguments::text(cx, "string-head", args, 0)?;
    let end = arguments::index(cx, "string-head", args, 1, text.len() + 1)?;
    slice(cx, text, 0, end)
}

fn string_tail(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    part(cx, "string-tail", args)
}

fn string_append(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    build::join_texts(cx, "string-append", args)
}

fn string_to_list(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let text = arguments::text(cx, "string->list", args, 0)?;
    let (start, end) = arguments::range(cx, "string->list", args, 1, text.len())?;
    let mut list = Value::NIL;
    for c in text.range(start, end).rev() {
        list = cx.cons(Value::char(c), list)?;
    }
    Ok(list)
}

fn list_to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let mut chars = Vec::new();
    for element in elements(cx, "list->string", args, 0)? {
        match element.as_char() {
            Some(c) => chars.push(c),
            None => return Err(cx.wrong_type("list->string", 1, "a list of characters", args[0])),
        }
    }
    from_chars(cx, &chars)
}

fn string_copy_into(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let to = arguments::mutable_string(cx, "string-copy!", args, 0)?;
    let length = text::length(to);
    let at = arguments::index(cx, "string-copy!", args, 1, length + 1)?;
    let from = arguments::text(cx, "string-copy!", args, 2)?;
    let (start, end) = arguments::range(cx, "string-copy!", args, 3, from.len())?;
    if end - start > length - at {
        return Err(cx.out_of_range("string-copy!", 2, args[1]));
    }
    allocate(cx, |heap| text::copy_into(heap, to, at, from, start, end))?;
    Ok(Value::UNSPECIFIED)
}

fn string_fill(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let string = arguments::mutable_string(cx, "string-fill!", args, 0)?;
    let c = arguments::character(cx, "string-fill!", args, 1)?;
    let (start, end) = arguments::range(cx, "string-fill!", args, 2, text::length(string))?;
    allocate(cx, |heap| text::fill(heap, string, start, end, c))?;
    Ok(Value::UNSPECIFIED)
}

fn is_null(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let text = arguments::text(cx, "string-null?", args, 0)?;
    Ok(Value::boolean(text.is_empty()))
}

/// The primitives of this section.
pub const PRIMS: &[Prim] = &[
    prim("string?", is_string, 1, 1),
    prim("make-string", make_string, 1, 2),
    prim("string", string, 0, ANY),
    prim("string-length", string_length, 1, 1),
    prim("string-ref", string_ref, 2, 2),
    prim("string-set!", string_set, 3, 3),
    prim("string=?", compare::compare::<EQUAL, false>, 1, ANY),
    prim("string<?", compare::compare::<LESS, false>, 1, ANY),
    prim("string>?", compare::compare::<GREATER, false>, 1, ANY),
    prim("string<=?", compare::compare::<AT_MOST, false>, 1, ANY),
    prim("string>=?", compare::compare::<AT_LEAST, false>, 1, ANY),
    prim("string-ci=?", compare::compare::<EQUAL, true>, 1, ANY),
    prim("string-ci<?", compare::compare::<LESS, true>, 1, ANY),
    prim("string-ci>?", compare::compare::<GREATER, true>, 1, ANY),
    prim("string-ci<=?", compare::compare::<AT_MOST, true>, 1, ANY),
    prim("string-ci>=?", compare::compare::<AT_LEAST, true>, 1, ANY),
    prim("substring", substring, 2, 3),
    prim("string-append", string_append, 0, ANY),
    prim("string-concatenate", build::concatenate, 1, 1),
    prim("string->list", string_to_list, 1, 3),
    prim("list->string", list_to_string, 1, 1),
    prim("string-copy", string_copy, 1, 3),
    prim("string-copy!", string_copy_into, 3, 5),
    prim("string-fill!", string_fill, 2, 4),
    prim("string-upcase", build::upcase, 1, 1),
    prim("string-downcase", build::downcase, 1, 1),
    prim("string-foldcase", build::foldcase, 1, 1),
    prim("string-null?", is_null, 1, 1),
    prim("string-head", string_head, 2, 2),
    prim("string-tail", string_tail, 2, 2),
    prim("string-join", build::join, 1, 3),
    prim("string-split", build::split, 1, 2),
    prim("string-reverse", build::reverse, 1, 3),
    prim("string-pad-left", build::pad_left, 2, 3),
    prim("string-pad-right", build::pad_right, 2, 3),
    prim("%string-index", search::index, 2, 4),
    prim("%string-rindex", search::rindex, 2, 4),
    prim("string-search-forward", search::search_forward, 3, 3),
    prim("string-search-backward", search::search_backward, 3, 3),
    prim("string-search-all", search::search_all, 2, 2),
    prim("string-contains", search::contains, 2, 4),
    prim("string-prefix?", search::is_prefix, 2, 2),
    prim("string-suffix?", search::is_suffix, 2, 2),
    prim("string-prefix-length", search::prefix_length, 2, 2),
];
