//! Getting at the parts of lists: `car` to `cddddr`, `list-ref` and its kin.

use super::arguments;
use crate::cx::{Cx, Raised};
use lisle_gc::Value;
use lisle_gc::object::{car, cdr};

/// `car`, `cdr` and their compositions: `STEPS` of them, the bits of `PATH` telling which (1 for
/// `cdr`), the lowest bit first.
pub fn path<const PATH: u32, const STEPS: u32>(
    cx: &mut Cx<'_>,
    args: &[Value],
) -> Result<Value, Raised> {
    let mut at = args[0];
    for step in 0..STEPS {
        if !at.is_pair() {
            return Err(no_pair(cx, PATH, STEPS, args[0]));
        }
        at = if PATH >> step & 1 == 1 { cdr(at) } else { car(at) };
    }
    Ok(at)
}

#[cold]
fn no_pair(cx: &mut Cx<'_>, path: u32, steps: u32, given: Value) -> Raised {
    let letters: String =
        (0..steps).rev().map(|step| if path >> step & 1 == 1 { 'd' } else { 'a' }).collect();
    let expected = if given.is_pair() { "a list with enough pairs" } else { "a pair" };
    cx.wrong_type(&format!("c{letters}r"), 1, expected, given)
}

/// What is left of the list `args[0]` after `args[1]` pairs.
fn tail(cx: &mut Cx<'_>, name: &str, args: &[Value]) -> Result<Value, Raised> {
    let mut left = arguments::size(cx, name, args, 1)?;
    let mut rest = args[0];
    // A circular list has any number of pairs, and nobody waits for so many steps: whole rounds are
    // left out. (Brent's way of finding a cycle: a mark that is moved after 1, 2, 4, ... steps.)
    let (mut mark, mut since_mark, mut mark_for) = (rest, 0, 1);
    while left > 0 {
        if !rest.is_pair() {
            return Err(cx.out_of_range(name, 2, args[1]));
        }
        rest = cdr(rest);
        left -= 1;
        since_mark += 1;
        if rest == mark {
            left %= since_mark;
        } else if since_mark == mark_for {
            (mark, since_mark, mark_for) = (rest, 0, mark_for * 2);
        }
    }
    Ok(rest)
}

/// The pair at index `args[1]` of the list `args[0]`.
fn pair_at(cx: &mut Cx<'_>, name: &str, args: &[Value]) -> Result<Value, Raised> {
    let rest = tail(cx, name, args)?;
    if rest.is_pair() { Ok(rest) } else { Err(cx.out_of_range(name, 2, args[1])) }
}

/// `(list-tail list k)`
pub fn list_tail(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    tail(cx, "list-tail", args)
}

/// `(list-ref list k)`
pub fn list_ref(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    pair_at(cx, "list-ref", args).map(car)
}

/// `(list-set! list k obj)`
pub fn list_set(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let pair = pair_at(cx, "list-set!", args)?;
    cx.heap().set_car(pair, args[2]);
    Ok(Value::UNSPECIFIED)
}
