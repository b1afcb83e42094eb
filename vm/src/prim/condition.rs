//! Conditions and errors (R7RS 6.11): what calls no procedure.

use super::{Prim, blocking, prim};
use crate::condition::{self, IRRITANTS, KIND, MESSAGE};
use crate::cx::{Cx, Raised};
use crate::text;
use lisle_gc::{Kind, Value, object};

/// The primitives of this file.
pub const PRIMS: &[Prim] = &[
    // A frame of its own, so that the stack is there to be traced.
    blocking("%make-condition", make_condition, 3, 3),
    prim("%wrong-type", wrong_type, 4, 4),
    prim("%condition?", is_condition, 1, 1),
    prim("%condition-kind", condition_kind, 1, 1),
    prim("error-object?", is_condition, 1, 1),
    prim("error-object-message", error_object_message, 1, 1),
    prim("error-object-irritants", error_object_irritants, 1, 1),
    prim("condition/report-string", report_string, 1, 1),
    prim("read-error?", is_read_error, 1, 1),
    prim("file-error?", is_file_error, 1, 1),
    prim("heap-exhausted?", is_heap_exhausted, 1, 1),
    prim("join-timeout-exception?", is_join_timeout, 1, 1),
    prim("abandoned-mutex-exception?", is_abandoned_mutex, 1, 1),
    prim("terminated-thread-exception?", is_terminated_thread, 1, 1),
    prim("uncaught-exception?", is_uncaught_exception, 1, 1),
    prim("uncaught-exception-reason", uncaught_exception_reason, 1, 1),
    prim("channel-closed-exception?", is_channel_closed, 1, 1),
    prim("deadlock-exception?", is_deadlock, 1, 1),
];

fn make_condition(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let made = condition::make_of(cx, args[0], args[1], args[2])?;
    crate::backtrace::attach(cx.mutator, cx.vm, made);
    Ok(made)
}

/// `(%wrong-type 'procedure position "expected" value)`
fn wrong_type(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let name = match object::is_kind(args[0], Kind::Symbol) {
        true => text::to_rust_string(object::field(args[0], 0)),
        false => "procedure".to_owned(),
    };
    let expected = match object::is_kind(args[2], Kind::String) {
        true => text::to_rust_string(args[2]),
        false => "something else".to_owned(),
    };
    let position = args[1].as_fixnum().unwrap_or(1);
    Err(cx.wrong_type(&name, usize::try_from(position).unwrap_or(1), &expected, args[3]))
}

fn is_condition(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(condition::is_condition(cx, args[0])))
}

fn condition_field(
    cx: &mut Cx<'_>,
    name: &str,
    value: Value,
    field: usize,
) -> Result<Value, Raised> {
    if !condition::is_condition(cx, value) {
        return Err(cx.wrong_type(name, 1, "error object", value));
    }
    Ok(object::field(value, field))
}

fn condition_kind(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    condition_field(cx, "%condition-kind", args[0], KIND)
}
fn error_object_message(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    condition_field(cx, "error-object-message", args[0], MESSAGE)
}
fn error_object_irritants(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    condition_field(cx, "error-object-irritants", args[0], IRRITANTS)
}
fn report_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let report = crate::backtrace::describe(cx.vm(), args[0]);
    cx.string(&report)
}

fn has_kind(cx: &mut Cx<'_>, value: Value, name: &str) -> Result<Value, Raised> {
    if !condition::is_condition(cx, value) {
        return Ok(Value::FALSE);
    }
    let kind = cx.intern(name)?;
    Ok(Value::boolean(object::field(value, KIND) == kind))
}

fn is_read_error(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    has_kind(cx, args[0], condition::ErrorKind::Read.name())
}
fn is_file_error(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    has_kind(cx, args[0], condition::ErrorKind::File.name())
}
fn is_heap_exhausted(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    has_kind(cx, args[0], condition::ErrorKind::HeapExhausted.name())
}
fn is_join_timeout(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    has_kind(cx, args[0], condition::ErrorKind::JoinTimeout.name())
}
fn is_abandoned_mutex(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    has_kind(cx, args[0], condition::ErrorKind::AbandonedMutex.name())
}
fn is_terminated_thread(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    has_kind(cx, args[0], condition::ErrorKind::TerminatedThread.name())
}
fn is_uncaught_exception(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    has_kind(cx, args[0], condition::ErrorKind::UncaughtException.name())
}
fn is_channel_closed(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    has_kind(cx, args[0], condition::ErrorKind::ChannelClosed.name())
}
fn is_deadlock(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    has_kind(cx, args[0], condition::ErrorKind::Deadlock.name())
}

fn uncaught_exception_reason(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let irritants = condition_field(cx, "uncaught-exception-reason", args[0], IRRITANTS)?;
    Ok(if irritants.is_pair() { object::car(irritants) } else { Value::FALSE })
}
