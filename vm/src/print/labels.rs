//! Which parts of a structure need datum labels.

use lisle_gc::object::{car, cdr, field, header, size};
use lisle_gc::{Kind, Value};
use rustc_hash::FxHashMap;
use smallvec::{SmallVec, smallvec};

/// Objects that need labels, by their word; the numbers are given when they are written.
pub type Labels = FxHashMap<u64, Option<usize>>;

/// How many parts of a value are written too.
#[inline]
pub fn part_count(v: Value) -> usize {
    if v.is_pair() {
        return 2;
    }
    if !v.is_object() {
        return 0;
    }
    match header(v).kind() {
        Kind::Vector => size(v),
        Kind::Record => size(v) - 1,
        Kind::Box => 1,
        _ => 0,
    }
}

/// One of these parts.
#[inline]
pub fn part(v: Value, index: usize) -> Value {
    if v.is_pair() {
        if index == 0 { car(v) } else { cdr(v) }
    } else if header(v).is(Kind::Record) {
        field(v, index + 1)
    } else {
        field(v, index)
    }
}

/// Parts looked at before a structure is taken for one that may be circular.
const BUDGET: usize = 2_000;

/// Is the structure so small that going through it as a tree ends soon?
fn is_small_tree(v: Value) -> bool {
    let mut pending: SmallVec<[Value; 32]> = smallvec![v];
    let mut budget = BUDGET;
    while let Some(next) = pending.pop() {
        let count = part_count(next);
        if count >= budget {
            return false;
        }
        budget -= count.max(1);
        pending.extend((0..count).map(|index| part(next, index)));
    }
    true
}

/// The objects that the structure leads back to from within themselves: where a depth-first walk,
/// in the order of writing, meets an object it is still inside of.
pub fn circular(v: Value) -> Labels {
    let mut found = Labels::default();
    if is_small_tree(v) {
        return found;
    }
    // Is the walk still inside the object?
    let mut inside: FxHashMap<u64, bool> = FxHashMap::default();
    let mut path: Vec<(Value, usize)> = vec![(v, 0)];
    inside.insert(v.bits(), true);
    while let Some((object, next)) = path.pop() {
        if next == part_count(object) {
            inside.insert(object.bits(), false);
            continue;
        }
        path.push((object, next + 1));
        let inner = part(object, next);
        if part_count(inner) == 0 {
            continue;
        }
        match inside.get(&inner.bits()) {
            Some(true) => {
                found.insert(inner.bits(), None);
            }
            Some(false) => {}
            None => {
                inside.insert(inner.bits(), true);
                path.push((inner, 0));
            }
        }
    }
    found
}

/// The objects that the structure contains more than once.
pub fn shared(v: Value) -> Labels {
    let mut found = Labels::default();
    let mut seen: FxHashMap<u64, ()> = FxHashMap::default();
    let mut pending = vec![v];
    while let Some(object) = pending.pop() {
        let count = part_count(object);
        if count == 0 {
            continue;
        }
        if seen.insert(object.bits(), ()).is_some() {
            found.insert(object.bits(), None);
        } else {
            pending.extend((0..count).map(|index| part(object, index)));
        }
    }
    found
}
