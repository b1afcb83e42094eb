//! Mutexes and condition variables (SRFI 18).

use super::{again, current_thread, made, timeout};
use crate::condition::ErrorKind;
use crate::cx::{Cx, Raised};
use crate::prim::{Prim, blocking, prim};
use lisle_gc::Value;
use lisle_threads::mutex::{LockOutcome, MutexState, WaitOutcome};
use lisle_threads::{condvar, mutex, thread};

pub(super) const PRIMS: &[Prim] = &[
    prim("mutex?", is_mutex, 1, 1),
    prim("make-mutex", make_mutex, 0, 1),
    prim("mutex-name", mutex_name, 1, 1),
    prim("mutex-specific", mutex_specific, 1, 1),
    prim("mutex-specific-set!", mutex_specific_set, 2, 2),
    prim("mutex-state", mutex_state, 1, 1),
    blocking("mutex-lock!", mutex_lock, 1, 3),
    blocking("mutex-unlock!", mutex_unlock, 1, 3),
    prim("condition-variable?", is_condition_variable, 1, 1),
    prim("make-condition-variable", make_condition_variable, 0, 1),
    prim("condition-variable-name", condition_variable_name, 1, 1),
    prim("condition-variable-specific", condition_variable_specific, 1, 1),
    prim("condition-variable-specific-set!", condition_variable_specific_set, 2, 2),
    prim("condition-variable-signal!", condition_variable_signal, 1, 1),
    prim("condition-variable-broadcast!", condition_variable_broadcast, 1, 1),
];

fn check_mutex(cx: &mut Cx<'_>, name: &str, v: Value) -> Result<Value, Raised> {
    if mutex::is_mutex(v) { Ok(v) } else { Err(cx.wrong_type(name, 1, "mutex", v)) }
}
fn check_condvar(cx: &mut Cx<'_>, name: &str, position: usize, v: Value) -> Result<Value, Raised> {
    if condvar::is_condvar(v) {
        return Ok(v);
    }
    Err(cx.wrong_type(name, position, "condition variable", v))
}
/// In place of the mutex, when the primitive is run again after its wait. No program gets hold of it.
const WAITED: Value = Value::DELETED;

fn name_argument(args: &[Value]) -> Value {
    args.first().copied().unwrap_or(Value::FALSE)
}

fn is_mutex(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(mutex::is_mutex(args[0])))
}
fn make_mutex(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let result = mutex::make(cx.mutator, name_argument(args));
    made(cx, result)
}
fn mutex_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(mutex::name(check_mutex(cx, "mutex-name", args[0])?))
}
fn mutex_specific(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(mutex::specific(check_mutex(cx, "mutex-specific", args[0])?))
}
fn mutex_specific_set(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let object = check_mutex(cx, "mutex-specific-set!", args[0])?;
    mutex::set_specific(cx.mutator, object, args[1]);
    Ok(Value::UNSPECIFIED)
}
fn mutex_state(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let object = check_mutex(cx, "mutex-state", args[0])?;
    match mutex::state(cx.mutator, object) {
        MutexState::Owned(owner) => Ok(owner),
        MutexState::NotOwned => cx.intern("not-owned"),
        MutexState::Abandoned => cx.intern("abandoned"),
        MutexState::NotAbandoned => cx.intern("not-abandoned"),
    }
}

/// `(mutex-lock! mutex [timeout [thread]])`
fn mutex_lock(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let object = check_mutex(cx, "mutex-lock!", args[0])?;
    let until = timeout(cx, "mutex-lock!", args, 1)?;
    let owner = match args.get(2) {
        None => current_thread(cx, &[])?,
        Some(&owner) if owner == Value::FALSE || thread::is_thread(owner) => owner,
        Some(&owner) => return Err(cx.wrong_type("mutex-lock!", 3, "thread or #f", owner)),
    };
    match mutex::lock(cx.mutator, object, until, owner) {
        LockOutcome::Locked => Ok(Value::TRUE),
        LockOutcome::TimedOut => Ok(Value::FALSE),
        LockOutcome::Abandoned(before) => {
            let object = cx.argument(0);
            let message = "mutex-lock!: the mutex's owner ended without unlocking it";
            let raised = cx.error(ErrorKind::AbandonedMutex, message, &[object]);
            // Run again after a collection, it would wait for itself.
            if cx.is_exhausted(&raised) {
                mutex::abandon_again(cx.mutator, object, before);
            }
            Err(raised)
        }
        LockOutcome::Interrupted => Err(again(cx, 1, until)),
    }
}

/// `(mutex-unlock! mutex [condition-variable [timeout]])`
///
/// A wait that an interrupt ends is over, as SRFI 18 allows: the mutex is open and may be another
/// thread's by now, and a signal may have come that nobody was there for.
fn mutex_unlock(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    if args[0] == WAITED {
        return Ok(Value::TRUE);
    }
    let object = check_mutex(cx, "mutex-unlock!", args[0])?;
    let Some(&condition) = args.get(1) else {
        mutex::unlock(cx.mutator, object);
        return Ok(Value::TRUE);
    };
    let condition = check_condvar(cx, "mutex-unlock!", 2, condition)?;
    let until = timeout(cx, "mutex-unlock!", args, 2)?;
    match mutex::unlock_and_wait(cx.mutator, object, condition, until) {
        WaitOutcome::Signalled => Ok(Value::TRUE),
        WaitOutcome::TimedOut => Ok(Value::FALSE),
        WaitOutcome::Interrupted => {
            cx.set_argument(0, WAITED);
            Err(cx.retry())
        }
    }
}

fn is_condition_variable(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(condvar::is_condvar(args[0])))
}
fn make_condition_variable(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let result = condvar::make(cx.mutator, name_argument(args));
    made(cx, result)
}
fn condition_variable_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(condvar::name(check_condvar(cx, "condition-variable-name", 1, args[0])?))
}
fn condition_variable_specific(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(condvar::specific(check_condvar(cx, "condition-variable-specific", 1, args[0])?))
}
fn condition_variable_specific_set(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let object = check_condvar(cx, "condition-variable-specific-set!", 1, args[0])?;
    condvar::set_specific(cx.mutator, object, args[1]);
    Ok(Value::UNSPECIFIED)
}
fn condition_variable_signal(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let object = check_condvar(cx, "condition-variable-signal!", 1, args[0])?;
    condvar::signal(cx.mutator, object);
    Ok(Value::UNSPECIFIED)
}
fn condition_variable_broadcast(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let object = check_condvar(cx, "condition-variable-broadcast!", 1, args[0])?;
    condvar::broadcast(cx.mutator, object);
    Ok(Value::UNSPECIFIED)
}
