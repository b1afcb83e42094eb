//! Weak references: boxes, weak pairs, ephemerons (SRFI 124) and guardians, with the names that Chez
//! Scheme uses where it has them; and asking for a collection.
//!
//! A guardian as programs see it is a procedure (`scheme/weak.scm`) around the object here.

use super::{Prim, arguments, blocking, prim};
use crate::cx::{Cx, Raised};
use lisle_gc::object::{is_kind, weak_field};
use lisle_gc::{HeapExhausted, Kind, Reason, Value};

fn allocated(cx: &mut Cx<'_>, made: Result<Value, HeapExhausted>) -> Result<Value, Raised> {
    made.map_err(|HeapExhausted| cx.exhausted())
}

fn make_weak_box(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let made = cx.vm().heap.new_weak_box(cx.heap(), args[0]);
    allocated(cx, made)
}

fn is_weak_box(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(is_kind(args[0], Kind::WeakBox)))
}

/// `(weak-box-value box [default])`: the referent, or `default` (`#f` without one) if it is gone.
fn weak_box_value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let given = arguments::of_kind(cx, "weak-box-value", args, 0, Kind::WeakBox, "a weak box")?;
    Ok(match cx.heap().weak_field(given, 0) {
        Value::BROKEN => arguments::optional(args, 1).unwrap_or(Value::FALSE),
        referent => referent,
    })
}

fn weak_cons(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let made = cx.vm().heap.new_weak_pair(cx.heap(), args[0], args[1], false);
    allocated(cx, made)
}

fn ephemeron_cons(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let made = cx.vm().heap.new_weak_pair(cx.heap(), args[0], args[1], true);
    allocated(cx, made)
}

fn is_weak_pair(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(cx.vm().heap.is_weak_pair(args[0])))
}

fn is_ephemeron_pair(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(cx.vm().heap.is_ephemeron_pair(args[0])))
}

fn bwp_object(_: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::BROKEN)
}

fn is_bwp_object(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(args[0] == Value::BROKEN))
}

fn make_ephemeron(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let made = cx.vm().heap.new_ephemeron(cx.heap(), args[0], args[1]);
    allocated(cx, made)
}

fn is_ephemeron(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(is_kind(args[0], Kind::Ephemeron)))
}

fn ephemeron(cx: &mut Cx<'_>, name: &str, args: &[Value]) -> Result<Value, Raised> {
    arguments::of_kind(cx, name, args, 0, Kind::Ephemeron, "an ephemeron")
}

/// A field of an ephemeron, `#f` if it is broken.
fn ephemeron_field(
    cx: &mut Cx<'_>,
    name: &str,
    args: &[Value],
    index: usize,
) -> Result<Value, Raised> {
    let given = ephemeron(cx, name, args)?;
    Ok(match cx.heap().weak_field(given, index) {
        Value::BROKEN => Value::FALSE,
        field => field,
    })
}

fn ephemeron_key(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    ephemeron_field(cx, "ephemeron-key", args, 0)
}

fn ephemeron_datum(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    ephemeron_field(cx, "ephemeron-datum", args, 1)
}

fn is_ephemeron_broken(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let given = ephemeron(cx, "ephemeron-broken?", args)?;
    Ok(Value::boolean(weak_field(given, 0) == Value::BROKEN))
}

/// `(reference-barrier obj)`: being an argument here keeps an object alive until here.
fn reference_barrier(_: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::UNSPECIFIED)
}

/// `(%make-guardian)`
fn make_guardian(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    let made = cx.vm().heap.new_guardian(cx.heap());
    allocated(cx, made)
}

/// `(%guardian-watch! guardian obj representative)`
fn guard(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let given = arguments::of_kind(cx, "make-guardian", args, 0, Kind::Guardian, "a guardian")?;
    match cx.vm().heap.guard(cx.heap(), given, args[1], args[2]) {
        Ok(()) => Ok(Value::UNSPECIFIED),
        Err(HeapExhausted) => Err(cx.exhausted()),
    }
}

/// `(%guardian-take! guardian)`: what died first of what has not been given back yet, or `#f`.
fn guarded(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let given = arguments::of_kind(cx, "make-guardian", args, 0, Kind::Guardian, "a guardian")?;
    Ok(cx.vm().heap.take_guarded(cx.heap(), given).unwrap_or(Value::FALSE))
}

/// `(collect-garbage)` of everything, `(collect-garbage 'minor)` of the young generation. It is done
/// when this returns.
fn collect_garbage(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let reason = match arguments::optional(args, 0) {
        None => Reason::Explicit,
        Some(given) if given == cx.intern("minor")? => Reason::NurseryFull,
        Some(given) if given == cx.intern("full")? => Reason::Explicit,
        Some(given) => {
            let expected = "one of the symbols minor and full";
            return Err(cx.wrong_type("collect-garbage", 1, expected, given));
        }
    };
    cx.mutator.collect(reason);
    Ok(Value::UNSPECIFIED)
}

/// The primitives of this section.
pub const PRIMS: &[Prim] = &[
    prim("make-weak-box", make_weak_box, 1, 1),
    prim("weak-box?", is_weak_box, 1, 1),
    prim("weak-box-value", weak_box_value, 1, 2),
    prim("weak-cons", weak_cons, 2, 2),
    prim("weak-pair?", is_weak_pair, 1, 1),
    prim("ephemeron-cons", ephemeron_cons, 2, 2),
    prim("ephemeron-pair?", is_ephemeron_pair, 1, 1),
    prim("bwp-object", bwp_object, 0, 0),
    prim("bwp-object?", is_bwp_object, 1, 1),
    prim("make-ephemeron", make_ephemeron, 2, 2),
    prim("ephemeron?", is_ephemeron, 1, 1),
    prim("ephemeron-key", ephemeron_key, 1, 1),
    prim("ephemeron-datum", ephemeron_datum, 1, 1),
    prim("ephemeron-broken?", is_ephemeron_broken, 1, 1),
    prim("reference-barrier", reference_barrier, 1, 1),
    prim("%make-guardian", make_guardian, 0, 0),
    prim("%guardian-watch!", guard, 3, 3),
    prim("%guardian-take!", guarded, 1, 1),
    blocking("collect-garbage", collect_garbage, 0, 1),
];
