//! Pairs and lists (R7RS 6.4).
//!
//! No primitive runs for ever on a circular list: all walk with [`Walk`], which notices.

mod access;
mod search;

use super::{ANY, Prim, arguments, prim};
use crate::cx::{Cx, Raised};
use crate::num;
use lisle_gc::Value;
use lisle_gc::object::{car, cdr};

/// What a [`Walk`] comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// The next pair.
    Pair(Value),
    /// The end of a proper list.
    End,
    /// Something that is neither a pair nor the empty list.
    Improper(Value),
    /// The list is circular.
    Circular,
}

/// Goes along the pairs of a list; finds cycles as Brent does, at one comparison a pair.
pub struct Walk {
    rest: Value,
    marker: Value,
    steps: u64,
    next_marker: u64,
}

impl Walk {
    /// A walk from the start of `list`.
    pub fn new(list: Value) -> Walk {
        Walk { rest: list, marker: Value::FALSE, steps: 0, next_marker: 64 }
    }
    /// The next step.
    #[inline]
    pub fn step(&mut self) -> Step {
        let pair = self.rest;
        if !pair.is_pair() {
            return if pair.is_nil() { Step::End } else { Step::Improper(pair) };
        }
        if pair == self.marker {
            return Step::Circular;
        }
        self.steps += 1;
        if self.steps == self.next_marker {
            self.marker = pair;
            self.next_marker *= 2;
        }
        self.rest = cdr(pair);
        Step::Pair(pair)
    }
}

/// A list under construction, first element first.
pub struct ListBuilder {
    head: Value,
    last: Value,
}

impl ListBuilder {
    /// An empty list.
    pub fn new() -> ListBuilder {
        ListBuilder { head: Value::NIL, last: Value::NIL }
    }
    /// Adds an element at the end.
    #[inline]
    pub fn push(&mut self, cx: &mut Cx<'_>, element: Value) -> Result<(), Raised> {
        let pair = cx.cons(element, Value::NIL)?;
        self.join(cx, pair);
        self.last = pair;
        Ok(())
    }
    fn join(&mut self, cx: &mut Cx<'_>, rest: Value) {
        if self.last.is_nil() {
            self.head = rest;
        } else {
            cx.heap().set_cdr(self.last, rest);
        }
    }
    /// The list, ending in `tail`.
    pub fn finish_with(mut self, cx: &mut Cx<'_>, tail: Value) -> Value {
        self.join(cx, tail);
        self.head
    }
    /// The list.
    pub fn finish(self) -> Value {
        self.head
    }
}

impl Default for ListBuilder {
    fn default() -> Self {
        ListBuilder::new()
    }
}

/// The elements of a proper list given as an argument.
pub fn elements(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    position: usize,
) -> Result<Vec<Value>, Raised> {
    let mut found = Vec::new();
    let mut walk = Walk::new(args[position]);
    loop {
        match walk.step() {
            Step::Pair(pair) => found.push(car(pair)),
            Step::End => return Ok(found),
            Step::Improper(_) | Step::Circular => {
                return Err(cx.wrong_type(name, position + 1, "a list", args[position]));
            }
        }
    }
}

/// Length of a proper list, or `None`.
pub fn proper_length(list: Value) -> Option<usize> {
    let mut walk = Walk::new(list);
    let mut length = 0;
    loop {
        match walk.step() {
            Step::Pair(_) => length += 1,
            Step::End => return Some(length),
            Step::Improper(_) | Step::Circular => return None,
        }
    }
}

/// The first elements of a list, at most so many. It ends where the list ends now: other threads may
/// have changed it since its length was taken.
pub struct Elements {
    rest: Value,
    left: usize,
}

impl Elements {
    /// Those of a list of which this was the length.
    pub fn of(list: Value, length: usize) -> Elements {
        Elements { rest: list, left: length }
    }
}

impl Iterator for Elements {
    type Item = Value;
    fn next(&mut self) -> Option<Value> {
        let pair = self.rest;
        self.left = self.left.checked_sub(1).filter(|_| pair.is_pair())?;
        self.rest = cdr(pair);
        Some(car(pair))
    }
}

/// Checks that an argument is a pair.
#[inline]
fn pair_argument(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    position: usize,
) -> Result<Value, Raised> {
    let given = args[position];
    if given.is_pair() {
        Ok(given)
    } else {
        Err(cx.wrong_type(name, position + 1, "a pair", given))
    }
}

fn cons(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    cx.cons(args[0], args[1])
}

fn set_car(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let pair = pair_argument(cx, "set-car!", args, 0)?;
    cx.heap().set_car(pair, args[1]);
    Ok(Value::UNSPECIFIED)
}

fn set_cdr(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let pair = pair_argument(cx, "set-cdr!", args, 0)?;
    cx.heap().set_cdr(pair, args[1]);
    Ok(Value::UNSPECIFIED)
}

fn is_null(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(args[0].is_nil()))
}

fn is_pair(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(args[0].is_pair()))
}

fn is_list(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(proper_length(args[0]).is_some()))
}

fn list(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    cx.list(args)
}

fn cons_star(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let mut result = args[args.len() - 1];
    for &element in args[..args.len() - 1].iter().rev() {
        result = cx.cons(element, result)?;
    }
    Ok(result)
}

fn make_list(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let count = arguments::size(cx, "make-list", args, 0)?;
    let fill = arguments::optional(args, 1).unwrap_or(Value::UNSPECIFIED);
    let mut result = Value::NIL;
    for _ in 0..count {
        result = cx.cons(fill, result)?;
    }
    Ok(result)
}

fn length(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    match proper_length(args[0]) {
        Some(n) => Ok(Value::fixnum(n as i64)),
        None => Err(cx.wrong_type("length", 1, "a list", args[0])),
    }
}

fn append(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let Some((&last, front)) = args.split_last() else { return Ok(Value::NIL) };
    if front.is_empty() {
        return Ok(last);
    }
    let mut result = ListBuilder::new();
    for (position, &part) in front.iter().enumerate() {
        copy_pairs(cx, "append", position, part, &mut result)?;
    }
    Ok(result.finish_with(cx, last))
}

/// Adds the elements of the proper list `part`, argument `position`, to `result`.
fn copy_pairs(
    cx: &mut Cx<'_>,
    name: &str,
    position: usize,
    part: Value,
    result: &mut ListBuilder,
) -> Result<(), Raised> {
    let mut walk = Walk::new(part);
    loop {
        match walk.step() {
            Step::Pair(pair) => result.push(cx, car(pair))?,
            Step::End => return Ok(()),
            Step::Improper(_) | Step::Circular => {
                return Err(cx.wrong_type(name, position + 1, "a list", part));
            }
        }
    }
}

/// The last pair of the argument, which must not be circular.
fn last_of(
    cx: &mut Cx<'_>,
    name: &str,
    position: usize,
    list: Value,
) -> Result<Option<Value>, Raised> {
    let mut walk = Walk::new(list);
    let mut last = None;
    loop {
        match walk.step() {
            Step::Pair(pair) => last = Some(pair),
            Step::End | Step::Improper(_) => return Ok(last),
            Step::Circular => {
                return Err(cx.wrong_type(name, position + 1, "a list that ends", list));
            }
        }
    }
}

fn append_in_place(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let mut result = Value::NIL;
    let mut last_pair = None;
    for (position, &part) in args.iter().enumerate() {
        if part.is_nil() {
            continue;
        }
        match last_pair {
            Some(pair) => cx.heap().set_cdr(pair, part),
            None => result = part,
        }
        if position + 1 < args.len() {
            if !part.is_pair() {
                return Err(cx.wrong_type("append!", position + 1, "a list", part));
            }
            last_pair = last_of(cx, "append!", position, part)?;
        }
    }
    Ok(result)
}

fn reverse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let mut walk = Walk::new(args[0]);
    let mut result = Value::NIL;
    loop {
        match walk.step() {
            Step::Pair(pair) => result = cx.cons(car(pair), result)?,
            Step::End => return Ok(result),
            Step::Improper(_) | Step::Circular => {
                return Err(cx.wrong_type("reverse", 1, "a list", args[0]));
            }
        }
    }
}

fn reverse_in_place(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    if proper_length(args[0]).is_none() {
        return Err(cx.wrong_type("reverse!", 1, "a list", args[0]));
    }
    let mut result = Value::NIL;
    let mut rest = args[0];
    while rest.is_pair() {
        let next = cdr(rest);
        cx.heap().set_cdr(rest, result);
        result = rest;
        rest = next;
    }
    Ok(result)
}

fn list_copy(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let mut walk = Walk::new(args[0]);
    let mut result = ListBuilder::new();
    loop {
        match walk.step() {
            Step::Pair(pair) => result.push(cx, car(pair))?,
            Step::End => return Ok(result.finish()),
            Step::Improper(tail) => return Ok(result.finish_with(cx, tail)),
            Step::Circular => {
                return Err(cx.wrong_type("list-copy", 1, "a list that ends", args[0]));
            }
        }
    }
}

fn list_head(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let count = arguments::size(cx, "list-head", args, 1)?;
    let mut result = ListBuilder::new();
    let mut rest = args[0];
    for _ in 0..count {
        if !rest.is_pair() {
            return Err(cx.out_of_range("list-head", 2, args[1]));
        }
        result.push(cx, car(rest))?;
        rest = cdr(rest);
    }
    Ok(result.finish())
}

fn last_pair(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    pair_argument(cx, "last-pair", args, 0)?;
    Ok(last_of(cx, "last-pair", 0, args[0])?.unwrap_or(Value::NIL))
}

fn except_last_pair(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    pair_argument(cx, "except-last-pair", args, 0)?;
    let last = last_of(cx, "except-last-pair", 0, args[0])?;
    let mut result = ListBuilder::new();
    let mut rest = args[0];
    while Some(rest) != last && rest.is_pair() {
        result.push(cx, car(rest))?;
        rest = cdr(rest);
    }
    Ok(result.finish())
}

fn iota(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let count = arguments::size(cx, "iota", args, 0)?;
    let start = arguments::optional(args, 1).unwrap_or(Value::ZERO);
    let step = arguments::optional(args, 2).unwrap_or(Value::fixnum(1));
    for (position, given) in [(2, start), (3, step)] {
        if !num::heap::is_number(given) {
            return Err(cx.wrong_type("iota", position, "a number", given));
        }
    }
    let mut result = Value::NIL;
    for i in (0..count).rev() {
        let offset = num::arith::mul(cx, Value::fixnum(i as i64), step)?;
        let element = num::arith::add(cx, start, offset)?;
        result = cx.cons(element, result)?;
    }
    Ok(result)
}

/// The primitives of this section.
pub const PRIMS: &[Prim] = &[
    prim("cons", cons, 2, 2),
    prim("set-car!", set_car, 2, 2),
    prim("set-cdr!", set_cdr, 2, 2),
    prim("null?", is_null, 1, 1),
    prim("pair?", is_pair, 1, 1),
    prim("list?", is_list, 1, 1),
    prim("list", list, 0, ANY),
    prim("cons*", cons_star, 1, ANY),
    prim("list*", cons_star, 1, ANY),
    prim("make-list", make_list, 1, 2),
    prim("length", length, 1, 1),
    prim("append", append, 0, ANY),
    prim("append!", append_in_place, 0, ANY),
    prim("reverse", reverse, 1, 1),
    prim("reverse!", reverse_in_place, 1, 1),
    prim("list-copy", list_copy, 1, 1),
    prim("list-head", list_head, 2, 2),
    prim("last-pair", last_pair, 1, 1),
    prim("except-last-pair", except_last_pair, 1, 1),
    prim("iota", iota, 1, 3),
    prim("list-tail", access::list_tail, 2, 2),
    prim("list-ref", access::list_ref, 2, 2),
    prim("list-set!", access::list_set, 3, 3),
    prim("memq", search::memq, 2, 2),
    prim("memv", search::memv, 2, 2),
    prim("%member", search::member, 2, 2),
    prim("assq", search::assq, 2, 2),
    prim("assv", search::assv, 2, 2),
    prim("%assoc", search::assoc, 2, 2),
    prim("%delete", search::delete, 2, 2),
    prim("car", access::path::<0b0, 1>, 1, 1),
    prim("cdr", access::path::<0b1, 1>, 1, 1),
    prim("caar", access::path::<0b00, 2>, 1, 1),
    prim("cadr", access::path::<0b01, 2>, 1, 1),
    prim("cdar", access::path::<0b10, 2>, 1, 1),
    prim("cddr", access::path::<0b11, 2>, 1, 1),
    prim("caaar", access::path::<0b000, 3>, 1, 1),
    prim("caadr", access::path::<0b001, 3>, 1, 1),
    prim("cadar", access::path::<0b010, 3>, 1, 1),
    prim("caddr", access::path::<0b011, 3>, 1, 1),
    prim("cdaar", access::path::<0b100, 3>, 1, 1),
    prim("cdadr", access::path::<0b101, 3>, 1, 1),
    prim("cddar", access::path::<0b110, 3>, 1, 1),
    prim("cdddr", access::path::<0b111, 3>, 1, 1),
    prim("caaaar", access::path::<0b0000, 4>, 1, 1),
    prim("caaadr", access::path::<0b0001, 4>, 1, 1),
    prim("caadar", access::path::<0b0010, 4>, 1, 1),
    prim("caaddr", access::path::<0b0011, 4>, 1, 1),
    prim("cadaar", access::path::<0b0100, 4>, 1, 1),
    prim("cadadr", access::path::<0b0101, 4>, 1, 1),
    prim("caddar", access::path::<0b0110, 4>, 1, 1),
    prim("cadddr", access::path::<0b0111, 4>, 1, 1),
    prim("cdaaar", access::path::<0b1000, 4>, 1, 1),
    prim("cdaadr", access::path::<0b1001, 4>, 1, 1),
    prim("cdadar", access::path::<0b1010, 4>, 1, 1),
    prim("cdaddr", access::path::<0b1011, 4>, 1, 1),
    prim("cddaar", access::path::<0b1100, 4>, 1, 1),
    prim("cddadr", access::path::<0b1101, 4>, 1, 1),
    prim("cdddar", access::path::<0b1110, 4>, 1, 1),
    prim("cddddr", access::path::<0b1111, 4>, 1, 1),
];
