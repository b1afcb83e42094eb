//! Equivalence (R7RS 6.1): `eq?`, `eqv?`, `equal?`.
//!
//! `equal?` needs no native stack and ends on circular structure: after a budget of comparisons it
//! remembers, in a union-find forest, which objects it has assumed to be equal.

use super::{Prim, prim};
use crate::cx::{Cx, Raised};
use crate::text::{Text, bytes};
use lisle_gc::object::{car, cdr, field, header, is_kind, raw_payload_word, size};
use lisle_gc::{Kind, Value};
use rustc_hash::FxHashMap;

/// `eqv?`: numbers by exactness and value, everything else by identity.
#[inline]
pub fn eqv(a: Value, b: Value) -> bool {
    a == b || (a.is_object() && b.is_object() && same_number(a, b))
}

/// Are these objects numbers that `eqv?` takes for the same?
fn same_number(a: Value, b: Value) -> bool {
    let kind = header(a).kind();
    if !header(b).is(kind) {
        return false;
    }
    match kind {
        Kind::Flonum => {
            raw_payload_word(a, 0) == raw_payload_word(b, 0) || (is_nan(a) && is_nan(b))
        }
        Kind::Bignum => header(a).flag() == header(b).flag() && bytes::equal(a, b),
        Kind::Ratnum | Kind::Compnum => {
            eqv(field(a, 0), field(b, 0)) && eqv(field(a, 1), field(b, 1))
        }
        _ => false,
    }
}

fn is_nan(boxed: Value) -> bool {
    f64::from_bits(raw_payload_word(boxed, 0)).is_nan()
}

/// `equal?`
#[inline]
pub fn equal(a: Value, b: Value) -> bool {
    equal_at_once(a, b).unwrap_or_else(|| Comparison::new().run(a, b, || false).unwrap_or(false))
}

/// The answer where there are no parts to compare.
#[inline]
fn equal_at_once(a: Value, b: Value) -> Option<bool> {
    if a == b {
        return Some(true);
    }
    if !(a.is_pointer() && a.tag() == b.tag()) {
        return Some(false);
    }
    let has_parts = a.is_pair() || (is_kind(a, Kind::Vector) && is_kind(b, Kind::Vector));
    (!has_parts).then(|| leaves_equal(a, b))
}

/// Parts compared before it is asked whether to give up.
const PARTS_AT_ONCE: u32 = 1 << 16;

/// Comparisons made before cycles are looked for.
const BUDGET: usize = 100_000;

enum Work {
    Compare(Value, Value),
    Elements(Value, Value, usize),
}

struct Comparison {
    work: Vec<Work>,
    budget: usize,
    parents: FxHashMap<u64, u64>,
    parts: u32,
}

impl Comparison {
    fn new() -> Comparison {
        Comparison { work: Vec::new(), budget: BUDGET, parents: FxHashMap::default(), parts: 0 }
    }

    /// `None` when it gives up, soon after `stop` says so.
    fn run(&mut self, a: Value, b: Value, stop: impl Fn() -> bool) -> Option<bool> {
        // Not by way of the worklist, which flat lists then have no need of.
        if !self.compare(a, b) {
            return Some(false);
        }
        while let Some(work) = self.work.pop() {
            self.parts += 1;
            if self.parts.is_multiple_of(PARTS_AT_ONCE) && stop() {
                return None;
            }
            let same = match work {
                Work::Compare(a, b) => self.compare(a, b),
                Work::Elements(a, b, index) => {
                    if index < size(a) {
                        self.work.push(Work::Elements(a, b, index + 1));
                        self.compare(field(a, index), field(b, index))
                    } else {
                        true
                    }
                }
            };
            if !same {
                return Some(false);
            }
        }
        Some(true)
    }

    /// Compares two values but for their parts, which are put on the worklist.
    fn compare(&mut self, mut a: Value, mut b: Value) -> bool {
        while a.is_pair() && b.is_pair() && a != b {
            if self.assumed_equal(a, b) {
                return true;
            }
            let (first, second) = (car(a), car(b));
            if first.is_pair() || is_kind(first, Kind::Vector) {
                self.work.push(Work::Compare(cdr(a), cdr(b)));
                (a, b) = (first, second);
            } else {
                if !leaves_equal(first, second) {
                    return false;
                }
                (a, b) = (cdr(a), cdr(b));
            }
        }
        if a != b && is_kind(a, Kind::Vector) && is_kind(b, Kind::Vector) {
            if size(a) != size(b) {
                return false;
            }
            if !self.assumed_equal(a, b) {
                self.work.push(Work::Elements(a, b, 0));
            }
            return true;
        }
        leaves_equal(a, b)
    }

    /// Have these two been assumed to be equal before? They are from now on.
    fn assumed_equal(&mut self, a: Value, b: Value) -> bool {
        if self.budget > 0 {
            self.budget -= 1;
            return false;
        }
        let (a, b) = (self.root(a.bits()), self.root(b.bits()));
        if a != b {
            self.parents.insert(a, b);
        }
        a == b
    }

    fn root(&mut self, mut node: u64) -> u64 {
        while let Some(&parent) = self.parents.get(&node) {
            if let Some(&grandparent) = self.parents.get(&parent) {
                self.parents.insert(node, grandparent);
            }
            node = parent;
        }
        node
    }
}

/// `equal?` of values of which one is neither a pair nor a vector.
fn leaves_equal(a: Value, b: Value) -> bool {
    if a == b {
        return true;
    }
    if !(a.is_object() && b.is_object()) {
        return false;
    }
    let kind = header(a).kind();
    if !header(b).is(kind) {
        return false;
    }
    match kind {
        Kind::String => Text::of(a).equal(Text::of(b)),
        Kind::Bytevector => bytes::equal(a, b),
        _ => same_number(a, b),
    }
}

fn is_eq(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(args[0] == args[1]))
}

fn is_eqv(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(eqv(args[0], args[1])))
}

fn is_equal(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let (a, b) = (args[0], args[1]);
    if let Some(same) = equal_at_once(a, b) {
        return Ok(Value::boolean(same));
    }
    if !cx.may_run_again() {
        return Ok(Value::boolean(equal(a, b)));
    }
    let mutator = &*cx.mutator;
    match Comparison::new().run(a, b, || mutator.has_interrupt()) {
        Some(same) => Ok(Value::boolean(same)),
        None => Err(cx.retry()),
    }
}

/// The primitives of this section.
pub const PRIMS: &[Prim] =
    &[prim("eq?", is_eq, 2, 2), prim("eqv?", is_eqv, 2, 2), prim("equal?", is_equal, 2, 2)];
