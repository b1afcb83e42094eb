//! Bitwise operations (SRFI 151). What calls procedures is in `scheme/bitwise.scm`.

use crate::cx::{Cx, Raised};
use crate::num::arith::{self, raise_fault};
use crate::num::bits::ones;
use crate::num::{self, MAX_INTEGER_BITS, Number, from_value, to_value};
use crate::prim::pair::{self, Elements};
use crate::prim::{ANY, Prim, prim};
use lisle_gc::object::{field, init_field, is_kind, size};
use lisle_gc::{Kind, Value};

type Answer = Result<Value, Raised>;

/// The exact integer in argument `index`.
fn integer(cx: &mut Cx<'_>, name: &str, args: &[Value], index: usize) -> Result<Number, Raised> {
    match from_value(args[index]) {
        Some(n) if n.is_exact_integer() => Ok(n),
        _ => Err(cx.wrong_type(name, index + 1, "exact integer", args[index])),
    }
}

/// The bit position in argument `index`.
fn position(cx: &mut Cx<'_>, name: &str, args: &[Value], index: usize) -> Result<usize, Raised> {
    let given = args[index];
    match given.as_fixnum().map(usize::try_from) {
        Some(Ok(place)) if place <= MAX_INTEGER_BITS => Ok(place),
        Some(_) => Err(cx.out_of_range(name, index + 1, given)),
        None => Err(cx.wrong_type(name, index + 1, "exact nonnegative integer", given)),
    }
}

/// The start and end of a field, in arguments `index` and `index + 1`.
fn range(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    index: usize,
) -> Result<(usize, usize), Raised> {
    let start = position(cx, name, args, index)?;
    let end = position(cx, name, args, index + 1)?;
    if start <= end { Ok((start, end)) } else { Err(cx.out_of_range(name, index + 1, args[index])) }
}

/// Makes a value of a result.
fn finish(cx: &mut Cx<'_>, name: &str, args: &[Value], result: num::Result) -> Answer {
    match result {
        Ok(n) => to_value(cx, &n),
        Err(fault) => Err(raise_fault(cx, name, fault, args)),
    }
}

fn finish_bool(cx: &mut Cx<'_>, name: &str, args: &[Value], result: num::Result<bool>) -> Answer {
    match result {
        Ok(holds) => Ok(Value::boolean(holds)),
        Err(fault) => Err(raise_fault(cx, name, fault, args)),
    }
}

fn binary(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    operation: fn(&Number, &Number) -> num::Result,
) -> Answer {
    arith::bitwise(cx, name, args[0], args[1], operation)
}

/// An operation on any number of integers.
fn fold(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    neutral: i64,
    operation: fn(&Number, &Number) -> num::Result,
) -> Answer {
    let mut total = Number::Fixnum(neutral);
    for index in 0..args.len() {
        let next = integer(cx, name, args, index)?;
        match operation(&total, &next) {
            Ok(n) => total = n,
            Err(fault) => return Err(raise_fault(cx, name, fault, args)),
        }
    }
    to_value(cx, &total)
}

fn not(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    if let Some(n) = args[0].as_fixnum() {
        return Ok(Value::fixnum(!n));
    }
    let result = integer(cx, "bitwise-not", args, 0)?.bit_not();
    finish(cx, "bitwise-not", args, result)
}

fn and(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    match args {
        [a, b] => arith::bit_and(cx, *a, *b),
        _ => fold(cx, "bitwise-and", args, -1, Number::bit_and),
    }
}

fn ior(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    match args {
        [a, b] => arith::bit_or(cx, *a, *b),
        _ => fold(cx, "bitwise-ior", args, 0, Number::bit_or),
    }
}

fn xor(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    match args {
        [a, b] => arith::bit_xor(cx, *a, *b),
        _ => fold(cx, "bitwise-xor", args, 0, Number::bit_xor),
    }
}

fn shift(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    arith::shift(cx, args[0], args[1])
}

fn select(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let mask = integer(cx, "bitwise-if", args, 0)?;
    let (first, second) =
        (integer(cx, "bitwise-if", args, 1)?, integer(cx, "bitwise-if", args, 2)?);
    let chosen = || mask.bit_and(&first)?.bit_or(&mask.bit_not()?.bit_and(&second)?);
    finish(cx, "bitwise-if", args, chosen())
}

/// A count of bits as a value.
fn counted(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    operation: fn(&Number) -> num::Result<usize>,
) -> Answer {
    let n = integer(cx, name, args, 0)?;
    match operation(&n) {
        Ok(count) => Ok(Value::fixnum(count as i64)),
        Err(fault) => Err(raise_fault(cx, name, fault, args)),
    }
}

fn first_set_bit(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let n = integer(cx, "first-set-bit", args, 0)?;
    match n.first_set_bit() {
        Ok(found) => Ok(Value::fixnum(found.map_or(-1, |index| index as i64))),
        Err(fault) => Err(raise_fault(cx, "first-set-bit", fault, args)),
    }
}

fn is_bit_set(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let index = position(cx, "bit-set?", args, 0)?;
    let result = integer(cx, "bit-set?", args, 1)?.bit(index);
    finish_bool(cx, "bit-set?", args, result)
}

/// A bit given as a boolean (or 0 and 1).
fn is_one(v: Value) -> bool {
    v.is_true() && v != Value::ZERO
}

fn copy_bit(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let index = position(cx, "copy-bit", args, 0)?;
    let source = Number::Fixnum(i64::from(is_one(args[2])));
    let result = integer(cx, "copy-bit", args, 1)?.bit_field_replace(&source, index, index + 1);
    finish(cx, "copy-bit", args, result)
}

fn bit_swap(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let first = position(cx, "bit-swap", args, 0)?;
    let second = position(cx, "bit-swap", args, 1)?;
    let n = integer(cx, "bit-swap", args, 2)?;
    let swapped = || {
        let bit = |index| n.bit(index).map(|set| Number::Fixnum(i64::from(set)));
        let half = n.bit_field_replace(&bit(second)?, first, first + 1)?;
        half.bit_field_replace(&bit(first)?, second, second + 1)
    };
    finish(cx, "bit-swap", args, swapped())
}

fn is_any_bit_set(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let mask = integer(cx, "any-bit-set?", args, 0)?;
    let common = mask.bit_and(&integer(cx, "any-bit-set?", args, 1)?);
    finish_bool(cx, "any-bit-set?", args, common.map(|bits| !bits.is_zero()))
}

fn is_every_bit_set(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let mask = integer(cx, "every-bit-set?", args, 0)?;
    let common = mask.bit_and(&integer(cx, "every-bit-set?", args, 1)?);
    finish_bool(cx, "every-bit-set?", args, common.map(|bits| bits == mask))
}

/// The integer in argument 0 and the field in arguments 1 and 2.
fn with_field(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    operation: fn(&Number, usize, usize) -> num::Result,
) -> Answer {
    let n = integer(cx, name, args, 0)?;
    let (start, end) = range(cx, name, args, 1)?;
    let result = operation(&n, start, end);
    finish(cx, name, args, result)
}

fn bit_field(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    with_field(cx, "bit-field", args, Number::bit_field)
}

fn is_bit_field_any(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let n = integer(cx, "bit-field-any?", args, 0)?;
    let (start, end) = range(cx, "bit-field-any?", args, 1)?;
    let result = n.bit_field(start, end).map(|bits| !bits.is_zero());
    finish_bool(cx, "bit-field-any?", args, result)
}

fn is_bit_field_every(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let n = integer(cx, "bit-field-every?", args, 0)?;
    let (start, end) = range(cx, "bit-field-every?", args, 1)?;
    let every = || Ok(n.bit_field(start, end)? == ones(end - start)?);
    finish_bool(cx, "bit-field-every?", args, every())
}

fn bit_field_clear(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    with_field(cx, "bit-field-clear", args, |n, start, end| {
        n.bit_field_replace(&Number::ZERO, start, end)
    })
}

fn bit_field_set(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    with_field(cx, "bit-field-set", args, |n, start, end| {
        n.bit_field_replace(&Number::Fixnum(-1), start, end)
    })
}

fn bit_field_replace(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let n = integer(cx, "bit-field-replace", args, 0)?;
    let source = integer(cx, "bit-field-replace", args, 1)?;
    let (start, end) = range(cx, "bit-field-replace", args, 2)?;
    let result = n.bit_field_replace(&source, start, end);
    finish(cx, "bit-field-replace", args, result)
}

fn bit_field_replace_same(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let n = integer(cx, "bit-field-replace-same", args, 0)?;
    let source = integer(cx, "bit-field-replace-same", args, 1)?;
    let (start, end) = range(cx, "bit-field-replace-same", args, 2)?;
    let replaced = || n.bit_field_replace(&source.bit_field(start, end)?, start, end);
    finish(cx, "bit-field-replace-same", args, replaced())
}

fn bit_field_rotate(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let n = integer(cx, "bit-field-rotate", args, 0)?;
    let count = integer(cx, "bit-field-rotate", args, 1)?;
    let (start, end) = range(cx, "bit-field-rotate", args, 2)?;
    let result = n.bit_field_rotate(&count, start, end);
    finish(cx, "bit-field-rotate", args, result)
}

fn bit_field_reverse(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    with_field(cx, "bit-field-reverse", args, Number::bit_field_reverse)
}

/// Argument 0, and how many of its bits argument 1 asks for.
fn bits_wanted(cx: &mut Cx<'_>, name: &str, args: &[Value]) -> Result<(Number, usize), Raised> {
    let n = integer(cx, name, args, 0)?;
    let count = match args.get(1) {
        Some(_) => position(cx, name, args, 1)?,
        None => n.integer_length().map_err(|fault| raise_fault(cx, name, fault, args))?,
    };
    Ok((n, count))
}

fn boolean_bit(n: &Number, index: usize) -> Value {
    Value::boolean(n.bit(index) == Ok(true))
}

fn bits_to_list(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let (n, count) = bits_wanted(cx, "bits->list", args)?;
    (0..count).rev().try_fold(Value::NIL, |list, index| cx.cons(boolean_bit(&n, index), list))
}

fn bits_to_vector(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let (n, count) = bits_wanted(cx, "bits->vector", args)?;
    let vector = cx.object(Kind::Vector, count)?;
    for index in 0..count {
        init_field(vector, index, boolean_bit(&n, index));
    }
    Ok(vector)
}

/// The integer with these bits, the lowest first.
fn from_booleans(cx: &mut Cx<'_>, bits: impl ExactSizeIterator<Item = Value>) -> Answer {
    let mut words = vec![0_u64; bits.len().div_ceil(64)];
    for (index, bit) in bits.enumerate() {
        words[index / 64] |= u64::from(is_one(bit)) << (index % 64);
    }
    to_value(cx, &Number::from(dashu_int::UBig::from_words(&words)))
}

fn list_to_bits(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let Some(length) = pair::proper_length(args[0]) else {
        return Err(cx.wrong_type("list->bits", 1, "list", args[0]));
    };
    let bits: Vec<Value> = Elements::of(args[0], length.min(MAX_INTEGER_BITS + 1)).collect();
    from_booleans(cx, bits.into_iter())
}

fn vector_to_bits(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    let vector = args[0];
    if !is_kind(vector, Kind::Vector) {
        return Err(cx.wrong_type("vector->bits", 1, "vector", vector));
    }
    from_booleans(cx, (0..size(vector)).map(|index| field(vector, index)))
}

fn bits(cx: &mut Cx<'_>, args: &[Value]) -> Answer {
    from_booleans(cx, args.iter().copied())
}

/// The primitives of this section.
pub const PRIMS: &[Prim] = &[
    prim("bitwise-not", not, 1, 1),
    prim("bitwise-and", and, 0, ANY),
    prim("bitwise-ior", ior, 0, ANY),
    prim("bitwise-xor", xor, 0, ANY),
    prim(
        "bitwise-eqv",
        |cx, args| fold(cx, "bitwise-eqv", args, -1, |a, b| a.bit_xor(b)?.bit_not()),
        0,
        ANY,
    ),
    prim(
        "bitwise-nand",
        |cx, args| binary(cx, "bitwise-nand", args, |a, b| a.bit_and(b)?.bit_not()),
        2,
        2,
    ),
    prim(
        "bitwise-nor",
        |cx, args| binary(cx, "bitwise-nor", args, |a, b| a.bit_or(b)?.bit_not()),
        2,
        2,
    ),
    prim(
        "bitwise-andc1",
        |cx, args| binary(cx, "bitwise-andc1", args, |a, b| a.bit_not()?.bit_and(b)),
        2,
        2,
    ),
    prim(
        "bitwise-andc2",
        |cx, args| binary(cx, "bitwise-andc2", args, |a, b| a.bit_and(&b.bit_not()?)),
        2,
        2,
    ),
    prim(
        "bitwise-orc1",
        |cx, args| binary(cx, "bitwise-orc1", args, |a, b| a.bit_not()?.bit_or(b)),
        2,
        2,
    ),
    prim(
        "bitwise-orc2",
        |cx, args| binary(cx, "bitwise-orc2", args, |a, b| a.bit_or(&b.bit_not()?)),
        2,
        2,
    ),
    prim("arithmetic-shift", shift, 2, 2),
    prim("bit-count", |cx, args| counted(cx, "bit-count", args, Number::bit_count), 1, 1),
    prim(
        "integer-length",
        |cx, args| counted(cx, "integer-length", args, Number::integer_length),
        1,
        1,
    ),
    prim("bitwise-if", select, 3, 3),
    prim("first-set-bit", first_set_bit, 1, 1),
    prim("bit-set?", is_bit_set, 2, 2),
    prim("copy-bit", copy_bit, 3, 3),
    prim("bit-swap", bit_swap, 3, 3),
    prim("any-bit-set?", is_any_bit_set, 2, 2),
    prim("every-bit-set?", is_every_bit_set, 2, 2),
    prim("bit-field", bit_field, 3, 3),
    prim("bit-field-any?", is_bit_field_any, 3, 3),
    prim("bit-field-every?", is_bit_field_every, 3, 3),
    prim("bit-field-clear", bit_field_clear, 3, 3),
    prim("bit-field-set", bit_field_set, 3, 3),
    prim("bit-field-replace", bit_field_replace, 4, 4),
    prim("bit-field-replace-same", bit_field_replace_same, 4, 4),
    prim("bit-field-rotate", bit_field_rotate, 4, 4),
    prim("bit-field-reverse", bit_field_reverse, 3, 3),
    prim("bits->list", bits_to_list, 1, 2),
    prim("bits->vector", bits_to_vector, 1, 2),
    prim("list->bits", list_to_bits, 1, 1),
    prim("vector->bits", vector_to_bits, 1, 1),
    prim("bits", bits, 0, ANY),
];
