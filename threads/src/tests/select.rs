//! Selecting among channels.

use super::{Job, install, spawn, start};
use crate::channel::{self, ReceiveOutcome};
use crate::select::{Case, Operation, SelectOutcome, select};
use crate::{JoinOutcome, Mutator, ThreadOutcome, Timeout, thread};
use lisle_gc::Value;
use lisle_gc::object::{car, cdr};

fn receive(channel: Value) -> Case {
    Case { channel, operation: Operation::Receive }
}

fn make(m: &mut Mutator) -> Value {
    channel::make(m, Some(1), Value::FALSE).expect("there is room")
}

#[test]
fn a_ready_case_is_done_and_the_queues_are_left() {
    let (world, mut m) = start();
    let m = &mut *m;
    let (a, b) = (make(m), make(m));
    let nothing = select(m, &[receive(a), receive(b)], Timeout::none()).expect("there is room");
    assert_eq!(nothing, SelectOutcome::TimedOut);
    let send = Case { channel: b, operation: Operation::Send(Value::TRUE) };
    let sent = select(m, &[receive(a), send], Timeout::Never).expect("there is room");
    assert_eq!(sent, SelectOutcome::Sent(1));
    let received = select(m, &[receive(a), receive(b)], Timeout::Never).expect("there is room");
    assert_eq!(received, SelectOutcome::Received(1, Value::TRUE));
    channel::close(m, a);
    let closed = select(m, &[receive(a), receive(b)], Timeout::Never).expect("there is room");
    assert_eq!(closed, SelectOutcome::Closed(0));
    assert!(world.queues.lock(channel::wait_id(a)).is_idle());
    assert!(world.queues.lock(channel::wait_id(b)).is_idle());
}

/// Operand: (a . b). Takes everything from both until one is closed; the number of values.
fn drain(m: &mut Mutator, operand: Value) -> ThreadOutcome {
    let held = m.hold(&[operand]);
    let mut count = 0;
    loop {
        let operand = m.held(&held, 0);
        let cases = [receive(car(operand)), receive(cdr(operand))];
        match select(m, &cases, Timeout::Never).expect("there is room") {
            SelectOutcome::Received(..) => count += 1,
            _ => break,
        }
    }
    m.release(held);
    ThreadOutcome::Returned(Value::fixnum(count))
}

/// Operand: (a . b). As `drain`, from one channel only.
fn drain_one(m: &mut Mutator, operand: Value) -> ThreadOutcome {
    let held = m.hold(&[operand]);
    let mut count = 0;
    loop {
        let channel = car(m.held(&held, 0));
        match channel::receive(m, channel, Timeout::Never) {
            ReceiveOutcome::Received(_) => count += 1,
            _ => break,
        }
    }
    m.release(held);
    ThreadOutcome::Returned(Value::fixnum(count))
}

static JOBS: &[Job] = &[drain, drain_one];

#[test]
fn no_message_is_lost_between_selecting_and_plain_receivers() {
    let (world, mut m) = start();
    install(&world, JOBS);
    let m = &mut *m;
    let (a, b) = (make(m), make(m));
    let operand = m.heap.pair(a, b).expect("there is room");
    let held = m.hold(&[operand]);
    for job in [0, 0, 1] {
        let operand = m.held(&held, 0);
        let thread = spawn(m, job, operand);
        let _ = m.hold(&[thread]);
    }
    for n in 0..500 {
        let operand = m.held(&held, 0);
        let channel = if n % 2 == 0 { car(operand) } else { cdr(operand) };
        channel::send(m, channel, Value::fixnum(n), Timeout::Never).expect("there is room");
    }
    // Both are empty before they are closed, or a selecting thread would stop too early.
    loop {
        let operand = m.held(&held, 0);
        if channel::length(car(operand)) + channel::length(cdr(operand)) == 0 {
            break;
        }
        thread::yield_now(m);
    }
    let operand = m.held(&held, 0);
    channel::close(m, car(operand));
    channel::close(m, cdr(operand));
    let mut total = 0;
    for n in 1..=3 {
        let thread = m.held(&held, n);
        match thread::join(m, thread, Timeout::Never) {
            JoinOutcome::Ended(ThreadOutcome::Returned(count)) => total += count.assume_fixnum(),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(total, 500);
    m.release(held);
}
