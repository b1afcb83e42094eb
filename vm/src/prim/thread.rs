//! SRFI 18: threads, mutexes, condition variables, time; and `(lisle channel)`.
//!
//! Whatever may wait is a blocking primitive: called with a frame of its own, in which its arguments
//! are read again after the wait. When an interrupt cuts a wait short, the primitive answers
//! `Cx::retry`: the machine looks at the interrupt and, if the thread goes on, runs it again.

mod channel;
mod synchronisation;
#[cfg(test)]
mod tests;

use super::time::{jiffy, moment as time_of_jiffy};
use super::{Prim, blocking, prim};
use crate::condition::ErrorKind;
use crate::cx::{Cx, Raised};
use crate::limits::Sandbox;
use crate::num::heap::real_as_f64;
use crate::threads::inherited_parameters;
use lisle_gc::{HeapExhausted, Kind, Value, object};
use lisle_threads::{
    JoinOutcome, SleepOutcome, StartOutcome, TerminateOutcome, ThreadOutcome, Timeout, spawn,
    thread, time,
};

/// The primitives of threads and time.
pub const PRIMS: &[Prim] = &[
    prim("current-thread", current_thread, 0, 0),
    prim("thread?", is_thread, 1, 1),
    prim("make-thread", make_thread, 1, 2),
    prim("thread-name", thread_name, 1, 1),
    prim("thread-specific", thread_specific, 1, 1),
    prim("thread-specific-set!", thread_specific_set, 2, 2),
    blocking("thread-start!", thread_start, 1, 1),
    blocking("thread-yield!", thread_yield, 0, 0),
    blocking("thread-sleep!", thread_sleep, 1, 1),
    blocking("thread-terminate!", thread_terminate, 1, 1),
    blocking("thread-join!", thread_join, 1, 3),
    prim("thread-state", thread_state, 1, 1),
    prim("current-time", current_time, 0, 0),
    prim("time?", is_time, 1, 1),
    prim("time->seconds", time_to_seconds, 1, 1),
    prim("seconds->time", seconds_to_time, 1, 1),
];

/// The primitives of mutexes and condition variables.
pub const SYNCHRONISATION: &[Prim] = synchronisation::PRIMS;
/// The primitives of channels.
pub const CHANNELS: &[Prim] = channel::PRIMS;

/// A timeout argument: `#f` for none, seconds from now, a point in time, or what [`again`] left.
fn timeout(cx: &mut Cx<'_>, name: &str, args: &[Value], index: usize) -> Result<Timeout, Raised> {
    let Some(&argument) = args.get(index) else { return Ok(Timeout::Never) };
    if argument == Value::FALSE {
        return Ok(Timeout::Never);
    }
    if object::is_kind(argument, Kind::Time) {
        return Ok(Timeout::at(argument));
    }
    if let Some(jiffy) = deadline_of(argument) {
        return Ok(time_of_jiffy(jiffy).map_or(Timeout::Never, Timeout::At));
    }
    match real_as_f64(argument) {
        Some(seconds) => Ok(Timeout::after_seconds(seconds)),
        None => Err(cx.wrong_type(name, index + 1, "time, a number of seconds or #f", argument)),
    }
}

/// What stands for a timeout when the primitive is run again: an object that no program gets hold of.
fn deadline_of(argument: Value) -> Option<i64> {
    let is_deadline = object::is_kind(argument, Kind::Values) && object::size(argument) == 1;
    is_deadline.then(|| object::field(argument, 0).assume_fixnum())
}

/// An interrupt cut the wait short: the primitive is to be run again, with the rest of the time that
/// its argument `index`, seconds from when it was called, gave it.
fn again(cx: &mut Cx<'_>, index: usize, until: Timeout) -> Raised {
    if let Timeout::At(moment) = until
        && real_as_f64(cx.argument(index)).is_some()
    {
        let Ok(deadline) = cx.object(Kind::Values, 1) else { return cx.exhausted() };
        object::init_field(deadline, 0, Value::fixnum(jiffy(moment)));
        cx.set_argument(index, deadline);
    }
    cx.retry()
}

fn check_thread(cx: &mut Cx<'_>, name: &str, v: Value) -> Result<Value, Raised> {
    if thread::is_thread(v) { Ok(v) } else { Err(cx.wrong_type(name, 1, "thread", v)) }
}

fn made(cx: &mut Cx<'_>, result: Result<Value, HeapExhausted>) -> Result<Value, Raised> {
    result.map_err(|HeapExhausted| cx.exhausted())
}

fn current_thread(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    let current = thread::current(cx.mutator);
    if thread::is_thread(current) {
        return Ok(current);
    }
    let name = cx.intern("main")?;
    let result = thread::make_current(cx.mutator, name, Value::NIL);
    made(cx, result)
}

fn is_thread(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(thread::is_thread(args[0])))
}

fn make_thread(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    if !args[0].is_procedure() {
        return Err(cx.wrong_type("make-thread", 1, "procedure", args[0]));
    }
    let name = args.get(1).copied().unwrap_or(Value::FALSE);
    let inherited = inherited_parameters(cx.mutator);
    let result = thread::make(cx.mutator, args[0], name, inherited);
    made(cx, result)
}

fn thread_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(thread::name(check_thread(cx, "thread-name", args[0])?))
}
fn thread_specific(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(thread::specific(check_thread(cx, "thread-specific", args[0])?))
}
fn thread_specific_set(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let object = check_thread(cx, "thread-specific-set!", args[0])?;
    thread::set_specific(cx.mutator, object, args[1]);
    Ok(Value::UNSPECIFIED)
}

fn thread_start(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let object = check_thread(cx, "thread-start!", args[0])?;
    let sandbox = Sandbox::of(cx.mutator);
    // Threads that start threads would otherwise go on while the limit makes its way to all of them.
    if let Some(limit) = sandbox.as_ref().and_then(|sandbox| sandbox.reached()) {
        return Err(cx.error(ErrorKind::Limit(limit), limit.message(), &[]));
    }
    if sandbox.as_ref().is_some_and(|sandbox| !sandbox.admit_thread()) {
        let message = "thread-start!: no more threads are allowed here";
        return Err(cx.error(ErrorKind::Thread, message, &[]));
    }
    let outcome = spawn::start(cx.mutator, object);
    if let Some(sandbox) = sandbox.filter(|_| !matches!(outcome, StartOutcome::Started)) {
        sandbox.dismiss_thread();
    }
    match outcome {
        StartOutcome::Started => Ok(cx.argument(0)),
        StartOutcome::NotNew => {
            let object = cx.argument(0);
            Err(cx.error(
                ErrorKind::Thread,
                "thread-start!: the thread was started before",
                &[object],
            ))
        }
        StartOutcome::Failed(error) => {
            let message = format!("thread-start!: the system makes no more threads ({error})");
            Err(cx.error(ErrorKind::Thread, &message, &[]))
        }
    }
}

fn thread_yield(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    thread::yield_now(cx.mutator);
    Ok(Value::UNSPECIFIED)
}

fn thread_sleep(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let until = timeout(cx, "thread-sleep!", args, 0)?;
    match thread::sleep(cx.mutator, until) {
        SleepOutcome::Slept => Ok(Value::UNSPECIFIED),
        SleepOutcome::Interrupted => Err(again(cx, 0, until)),
    }
}

fn thread_terminate(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let object = check_thread(cx, "thread-terminate!", args[0])?;
    match thread::terminate(cx.mutator, object) {
        TerminateOutcome::Ended => Ok(Value::UNSPECIFIED),
        TerminateOutcome::Interrupted => Err(cx.retry()),
        TerminateOutcome::Itself => Err(cx.terminate()),
    }
}

fn thread_join(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let object = check_thread(cx, "thread-join!", args[0])?;
    let until = timeout(cx, "thread-join!", args, 1)?;
    let has_default = args.len() == 3;
    match thread::join(cx.mutator, object, until) {
        JoinOutcome::Ended(ThreadOutcome::Returned(value)) => Ok(value),
        JoinOutcome::Ended(ThreadOutcome::Uncaught(payload)) => {
            let message = "thread-join!: the thread ended with an uncaught exception";
            Err(cx.error(ErrorKind::UncaughtException, message, &[payload]))
        }
        JoinOutcome::Ended(ThreadOutcome::Terminated) => {
            let object = cx.argument(0);
            let message = "thread-join!: the thread was terminated";
            Err(cx.error(ErrorKind::TerminatedThread, message, &[object]))
        }
        JoinOutcome::TimedOut if has_default => Ok(cx.argument(2)),
        JoinOutcome::TimedOut => {
            let object = cx.argument(0);
            let message = "thread-join!: the thread did not end in time";
            Err(cx.error(ErrorKind::JoinTimeout, message, &[object]))
        }
        JoinOutcome::Interrupted => Err(again(cx, 1, until)),
    }
}

fn thread_state(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let object = check_thread(cx, "thread-state", args[0])?;
    cx.intern(match thread::state(object) {
        thread::ThreadState::New => "new",
        thread::ThreadState::Runnable => "runnable",
        thread::ThreadState::Terminated => "terminated",
    })
}

fn current_time(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Raised> {
    let result = time::make_now(cx.mutator);
    made(cx, result)
}
fn is_time(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    Ok(Value::boolean(object::is_kind(args[0], Kind::Time)))
}
fn time_to_seconds(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    if !object::is_kind(args[0], Kind::Time) {
        return Err(cx.wrong_type("time->seconds", 1, "time", args[0]));
    }
    cx.flonum(time::seconds(args[0]))
}
fn seconds_to_time(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Raised> {
    let Some(seconds) = real_as_f64(args[0]) else {
        return Err(cx.wrong_type("seconds->time", 1, "real number", args[0]));
    };
    let result = time::make(cx.mutator, seconds);
    made(cx, result)
}
