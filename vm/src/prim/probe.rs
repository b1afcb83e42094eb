//! `(lisle probe)`: what the collector and the frames do, for tests written in Scheme. Only with the
//! cargo feature `probe`.

use super::symbol::{is_symbol, name};
use super::{Prim, arguments, blocking, prim};
use crate::condition::ErrorKind;
use crate::cx::{Cx, Raised};
use lisle_frames::PromotionReason;
use lisle_gc::{Reason, Value};

/// `eden`, `survivor`, `old` or `large`; `none` for what is no heap object.
fn age(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let age = cx.vm().heap.age_of(args[0]);
    cx.intern(age)
}

/// The bytes that an object takes in the heap; 0 for what is none.
fn bytes(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::fixnum(lisle_gc::object::footprint(args[0]) as i64))
}

/// How many frames of this thread are on its stack region, the caller's being the first.
fn stack_frames(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    // The top frame is this primitive's.
    let frames = cx.mutator.stack.region_frames().saturating_sub(1);
    Ok(Value::fixnum(frames as i64))
}

/// How many words of frames of this thread are in chunks of the heap.
fn chunk_words(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::fixnum(cx.mutator.stack.depth_below() as i64))
}

/// How often something was promoted by this thread for a reason: a name of
/// [`PromotionReason`], `environment-closure` or `environment-frame`.
fn promotions(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let given = is_symbol(args[0]).then(|| name(args[0]).to_rust_string());
    let stats = cx.mutator.stack.stats;
    let reason =
        PromotionReason::ALL.into_iter().find(|reason| Some(reason.name()) == given.as_deref());
    let count = match (reason, given.as_deref()) {
        (Some(reason), _) => stats.promoted[reason as usize],
        (None, Some("environment-closure")) => stats.environments_for_closures,
        (None, Some("environment-frame")) => stats.environments_with_frames,
        _ => return Err(cx.wrong_type("probe-promotions", 1, "reason for a promotion", args[0])),
    };
    Ok(Value::fixnum(count as i64))
}

/// How many frames of this thread were reinstated.
fn reinstated(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::fixnum(cx.mutator.stack.stats.reinstated as i64))
}

fn collect_minor(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    cx.mutator.collect(Reason::NurseryFull);
    Ok(Value::UNSPECIFIED)
}

fn collect_full(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    cx.mutator.collect(Reason::Explicit);
    Ok(Value::UNSPECIFIED)
}

/// How many collections there were: minor and full ones.
fn collections(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    let stats = cx.vm().heap.stats();
    Ok(Value::fixnum((stats.minor_collections + stats.major_collections) as i64))
}

/// Bytes of buffers that mutators have taken in the nursery since the last collection.
fn eden_bytes(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::fixnum(cx.vm().heap.eden_bytes() as i64))
}

/// Bytes that the heap has in use.
fn used_bytes(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::fixnum(cx.vm().heap.used_bytes() as i64))
}

/// Old slots that this thread has recorded since the last collection.
fn remembered(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    Ok(Value::fixnum(cx.mutator.heap.remembered_slots() as i64))
}

/// Stops the world and checks every invariant: #t, or an error that names the broken one.
fn verify(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    match cx.mutator.verify() {
        Ok(()) => Ok(Value::TRUE),
        Err(violation) => Err(cx.error(ErrorKind::General, &violation.to_string(), &[])),
    }
}

/// The N-th request of this thread for memory from now on fails, and so many after it; with 0 none.
fn fail_allocation(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let count = arguments::size(cx, "probe-fail-allocation!", args, 0)?;
    let more = arguments::size(cx, "probe-fail-allocation!", args, 1)?;
    cx.heap().fail_allocation(count as u64, more as u64);
    Ok(Value::UNSPECIFIED)
}

/// Is a failure still to come?
fn is_failure_pending(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    Ok(if cx.heap().is_failure_pending() { Value::TRUE } else { Value::FALSE })
}

/// The primitives of this section.
pub const PRIMS: &[Prim] = &[
    prim("probe-age", age, 1, 1),
    prim("probe-bytes", bytes, 1, 1),
    blocking("probe-stack-frames", stack_frames, 0, 0),
    blocking("probe-chunk-words", chunk_words, 0, 0),
    prim("probe-promotions", promotions, 1, 1),
    prim("probe-reinstated", reinstated, 0, 0),
    blocking("probe-collect-minor!", collect_minor, 0, 0),
    blocking("probe-collect-full!", collect_full, 0, 0),
    prim("probe-collections", collections, 0, 0),
    prim("probe-eden-bytes", eden_bytes, 0, 0),
    prim("probe-used-bytes", used_bytes, 0, 0),
    prim("probe-remembered", remembered, 0, 0),
    blocking("probe-verify", verify, 0, 0),
    prim("probe-fail-allocation!", fail_allocation, 2, 2),
    prim("probe-failure-pending?", is_failure_pending, 0, 0),
];
