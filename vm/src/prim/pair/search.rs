//! Searching lists: `memq`, `assq` and their kin.

use super::{ListBuilder, Step, Walk};
use crate::cx::{Cx, Raised};
use crate::prim::equality::{equal, eqv};
use lisle_gc::Value;
use lisle_gc::object::car;

fn eq(a: Value, b: Value) -> bool {
    a == b
}

#[inline(always)]
fn find_member(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    same: impl Fn(Value, Value) -> bool,
) -> Result<Value, Raised> {
    let mut walk = Walk::new(args[1]);
    loop {
        match walk.step() {
            Step::Pair(pair) if same(args[0], car(pair)) => return Ok(pair),
            Step::Pair(_) => {}
            Step::End => return Ok(Value::FALSE),
            Step::Improper(_) | Step::Circular => {
                return Err(cx.wrong_type(name, 2, "a list", args[1]));
            }
        }
    }
}

#[inline(always)]
fn find_association(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    same: impl Fn(Value, Value) -> bool,
) -> Result<Value, Raised> {
    let mut walk = Walk::new(args[1]);
    loop {
        match walk.step() {
            Step::Pair(pair) => {
                let entry = car(pair);
                if !entry.is_pair() {
                    return Err(cx.wrong_type(name, 2, "a list of pairs", args[1]));
                }
                if same(args[0], car(entry)) {
                    return Ok(entry);
                }
            }
            Step::End => return Ok(Value::FALSE),
            Step::Improper(_) | Step::Circular => {
                return Err(cx.wrong_type(name, 2, "a list of pairs", args[1]));
            }
        }
    }
}

/// `(memq obj list)`
pub fn memq(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    find_member(cx, "memq", args, eq)
}

/// `(memv obj list)`
pub fn memv(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    find_member(cx, "memv", args, eqv)
}

/// `(member obj list)`
pub fn member(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    find_member(cx, "member", args, equal)
}

/// `(assq obj alist)`
pub fn assq(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    find_association(cx, "assq", args, eq)
}

/// `(assv obj alist)`
pub fn assv(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    find_association(cx, "assv", args, eqv)
}

/// `(assoc obj alist)`
pub fn assoc(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    find_association(cx, "assoc", args, equal)
}

/// `(delete obj list)`: a list of the elements that are not `equal?` to `obj`.
pub fn delete(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let mut walk = Walk::new(args[1]);
    let mut kept = ListBuilder::new();
    loop {
        match walk.step() {
            Step::Pair(pair) if equal(args[0], car(pair)) => {}
            Step::Pair(pair) => kept.push(cx, car(pair))?,
            Step::End => return Ok(kept.finish()),
            Step::Improper(_) | Step::Circular => {
                return Err(cx.wrong_type("delete", 2, "a list", args[1]));
            }
        }
    }
}
