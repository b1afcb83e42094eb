//! The insides of promises (R7RS 4.2.5): what `force`, which is in Scheme, works with.
//!
//! A promise leads to a box, which promises chained by `delay-force` share. The box holds the
//! promise's *state*, a pair that never changes: `(#t . value)` or `(#f . thunk)`. When one promise
//! turns out to be the continuation of another, their boxes become one, and the state of the box
//! given up is from then on `(box . #f)`, where to look instead. A promise found to lead to a box
//! given up is led to the other at once, so a chain forced step by step keeps one box alive.
//!
//! Several threads may force one promise: all run its thunk, and the first step to arrive counts
//! (`adopt`). So every `force` of a promise gives the same value, whoever asks and when.

use super::r#box::make_box;
use super::{Prim, arguments, prim};
use crate::cx::{Cx, Raised};
use lisle_gc::object::{car, field, init_field, is_kind};
use lisle_gc::{Kind, LocalHeap, Value};
use parking_lot::{Mutex, MutexGuard};

/// How many locks there are.
const LOCKS: usize = 64;

/// Locks for boxes of promises, found by a box's address. No safepoint lies within the time that
/// one is held, so no box moves meanwhile.
pub struct PromiseLocks([Mutex<()>; LOCKS]);

impl Default for PromiseLocks {
    fn default() -> PromiseLocks {
        PromiseLocks([const { Mutex::new(()) }; LOCKS])
    }
}

impl PromiseLocks {
    /// Locks two boxes, which may be the same.
    fn lock(&self, a: Value, b: Value) -> (MutexGuard<'_, ()>, Option<MutexGuard<'_, ()>>) {
        let index = |of: Value| (of.bits() >> 4) as usize % LOCKS;
        let (a, b) = (index(a), index(b));
        // In one order, so that two threads never wait for each other.
        let first = self.0[a.min(b)].lock();
        let second = (a != b).then(|| self.0[a.max(b)].lock());
        (first, second)
    }
}

fn new_promise(cx: &mut Cx<'_>, done: Value, content: Value) -> Result<Value, Raised> {
    let state = cx.cons(done, content)?;
    let shared = make_box(cx, state)?;
    let promise = cx.object(Kind::Promise, 1)?;
    init_field(promise, 0, shared);
    Ok(promise)
}

fn make_promise_eager(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    new_promise(cx, Value::TRUE, args[0])
}

fn make_promise_lazy(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    new_promise(cx, Value::FALSE, args[0])
}

fn is_promise(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(is_kind(args[0], Kind::Promise)))
}

/// The box with the state of a promise, to which the promise is led if it was given up.
fn box_of(heap: &mut LocalHeap, promise: Value) -> Value {
    let first = field(promise, 0);
    let mut found = first;
    loop {
        let next = car(field(found, 0));
        if !is_kind(next, Kind::Box) {
            break;
        }
        found = next;
    }
    if found != first {
        // Another thread may just have led it further: then what is stored here is a box given up,
        // from which the way is found again.
        heap.store(promise, 0, found);
    }
    found
}

/// `(%promise-state promise)`: its state, which never changes.
fn promise_state(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let promise = arguments::of_kind(cx, "force", args, 0, Kind::Promise, "a promise")?;
    loop {
        let state = field(box_of(cx.heap(), promise), 0);
        // Given up since it was found.
        if !is_kind(car(state), Kind::Box) {
            return Ok(state);
        }
    }
}

/// `(%promise-adopt! promise state next)`: the step of `force`, whose thunk, that of `state`,
/// returned the promise `next`. If `state` is still the promise's, the two are one from then on.
fn adopt(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let promise = arguments::of_kind(cx, "force", args, 0, Kind::Promise, "a promise")?;
    let next = arguments::of_kind(cx, "force", args, 2, Kind::Promise, "a promise")?;
    let vm = cx.vm();
    loop {
        let ours = box_of(cx.heap(), promise);
        let theirs = box_of(cx.heap(), next);
        let _locked = vm.promises.lock(ours, theirs);
        let (before, state) = (field(ours, 0), field(theirs, 0));
        if is_kind(car(before), Kind::Box) || is_kind(car(state), Kind::Box) {
            continue;
        }
        if ours == theirs || before != args[1] {
            return Ok(Value::UNSPECIFIED);
        }
        if car(state).is_true() {
            cx.heap().store(ours, 0, state);
        } else {
            let elsewhere = cx.cons(ours, Value::FALSE)?;
            // In this order: who finds the one or the other box meanwhile finds the same state.
            cx.heap().store(ours, 0, state);
            cx.heap().store(theirs, 0, elsewhere);
            cx.heap().store(next, 0, ours);
        }
        return Ok(Value::UNSPECIFIED);
    }
}

/// The primitives of this section.
pub const PRIMS: &[Prim] = &[
    prim("%make-promise-eager", make_promise_eager, 1, 1),
    prim("%make-promise-lazy", make_promise_lazy, 1, 1),
    prim("promise?", is_promise, 1, 1),
    prim("%promise-state", promise_state, 1, 1),
    prim("%promise-adopt!", adopt, 3, 3),
];
