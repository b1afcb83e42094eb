//! Reporting deadlocks.

use super::{Job, install, spawn, start};
use crate::channel::{self, ReceiveOutcome};
use crate::mutex::{self, LockOutcome};
use crate::reason::Interrupt;
use crate::{JoinOutcome, Mutator, SleepOutcome, ThreadOutcome, Timeout, thread};
use lisle_gc::Value;
use lisle_gc::object::{car, cdr};

const ENDED: ThreadOutcome = ThreadOutcome::Returned(Value::NIL);

fn report(m: &mut Mutator) -> String {
    match m.safepoint() {
        Some(Interrupt::Deadlock(text)) => text.to_string(),
        other => panic!("{other:?}"),
    }
}

/// Operand: (mutex . channel). Waits for the mutex that the starter has.
fn want(m: &mut Mutator, operand: Value) -> ThreadOutcome {
    let held = m.hold(&[operand]);
    let owner = thread::current(m);
    let outcome = mutex::lock(m, car(operand), Timeout::Never, owner);
    m.release(held);
    assert_eq!(outcome, LockOutcome::Locked);
    ENDED
}

/// Operand: (mutex . channel). Sleeps, then sends.
fn send_late(m: &mut Mutator, operand: Value) -> ThreadOutcome {
    let held = m.hold(&[operand]);
    assert_eq!(thread::sleep(m, Timeout::after_seconds(0.02)), SleepOutcome::Slept);
    let channel = cdr(m.held(&held, 0));
    m.release(held);
    channel::send(m, channel, Value::TRUE, Timeout::Never).expect("there is room");
    ENDED
}

static JOBS: &[Job] = &[want, send_late];

#[test]
fn a_lone_thread_that_waits_is_told() {
    let (_world, mut m) = start();
    let channel = channel::make(&mut m, None, Value::FALSE).expect("there is room");
    let received = channel::receive(&mut m, channel, Timeout::Never);
    assert_eq!(received, ReceiveOutcome::Interrupted);
    let text = report(&mut m);
    assert!(text.contains("thread `main` waits for a value on channel #"), "{text}");
}

#[test]
fn two_threads_that_wait_for_each_other_are_named() {
    let (world, mut m) = start();
    install(&world, JOBS);
    let m = &mut *m;
    let mutex = mutex::make(m, Value::FALSE).expect("there is room");
    let operand = m.heap.pair(mutex, Value::FALSE).expect("there is room");
    let held = m.hold(&[operand]);
    let owner = thread::current(m);
    assert_eq!(mutex::lock(m, mutex, Timeout::Never, owner), LockOutcome::Locked);
    let operand = m.held(&held, 0);
    let thread = spawn(m, 0, operand);
    let _ = m.hold(&[thread]);
    assert_eq!(thread::join(m, thread, Timeout::Never), JoinOutcome::Interrupted);
    let text = report(m);
    assert!(text.contains("thread `main` waits for the end of thread #2"), "{text}");
    assert!(text.contains("thread #2 waits for mutex #"), "{text}");
    assert!(text.contains("owned by thread `main`"), "{text}");
    mutex::unlock(m, car(m.held(&held, 0)));
    let thread = m.held(&held, 1);
    assert_eq!(thread::join(m, thread, Timeout::Never), JoinOutcome::Ended(ENDED));
    m.release(held);
}

#[test]
fn the_end_of_the_last_other_thread_is_noticed() {
    let (world, mut m) = start();
    install(&world, JOBS);
    let m = &mut *m;
    let (a, b) = (
        channel::make(m, None, Value::FALSE).expect("there is room"),
        channel::make(m, None, Value::FALSE).expect("there is room"),
    );
    let operand = m.heap.pair(Value::FALSE, a).expect("there is room");
    let held = m.hold(&[b]);
    spawn(m, 1, operand);
    let b = m.held(&held, 0);
    assert_eq!(channel::receive(m, b, Timeout::Never), ReceiveOutcome::Interrupted);
    report(m);
    m.release(held);
}

#[test]
fn a_sleeping_thread_may_still_wake_the_others() {
    let (world, mut m) = start();
    install(&world, JOBS);
    let m = &mut *m;
    let channel = channel::make(m, None, Value::FALSE).expect("there is room");
    let operand = m.heap.pair(Value::FALSE, channel).expect("there is room");
    let held = m.hold(&[channel]);
    spawn(m, 1, operand);
    let channel = m.held(&held, 0);
    let received = channel::receive(m, channel, Timeout::Never);
    assert_eq!(received, ReceiveOutcome::Received(Value::TRUE));
    m.release(held);
}
