//! Mutexes, condition variables and channels over a real heap.

use super::{Job, churn, install, poll, spawn, start};
use crate::channel::{self, ReceiveOutcome, SendOutcome};
use crate::mutex::{self, LockOutcome, MutexState, WaitOutcome};
use crate::{JoinOutcome, Mutator, ThreadOutcome, Timeout, condvar, thread};
use lisle_gc::object::{car, cdr};
use lisle_gc::{Kind, Reason, Value};

const ENDED: ThreadOutcome = ThreadOutcome::Returned(Value::TRUE);

fn soon() -> Timeout {
    Timeout::after_seconds(0.005)
}

fn lock(m: &mut Mutator, mutex: Value) -> LockOutcome {
    let owner = thread::current(m);
    mutex::lock(m, mutex, Timeout::Never, owner)
}

fn join(m: &mut Mutator, thread: Value) -> ThreadOutcome {
    match thread::join(m, thread, Timeout::Never) {
        JoinOutcome::Ended(outcome) => outcome,
        other => panic!("{other:?}"),
    }
}

/// Operand: (mutex . box). Adds one to the box under the mutex, many times.
fn count(m: &mut Mutator, operand: Value) -> ThreadOutcome {
    let held = m.hold(&[operand]);
    for n in 0..200 {
        let mutex = car(m.held(&held, 0));
        assert_eq!(lock(m, mutex), LockOutcome::Locked);
        let counter = cdr(m.held(&held, 0));
        let before = lisle_gc::object::field(counter, 0).assume_fixnum();
        churn(m, 65);
        let (mutex, counter) = (car(m.held(&held, 0)), cdr(m.held(&held, 0)));
        m.heap.store(counter, 0, Value::fixnum(before + 1));
        mutex::unlock(m, mutex);
        if n % 50 == 0 {
            m.collect(Reason::Stress);
        }
    }
    m.release(held);
    ENDED
}

/// Operand: (mutex . ignored). Ends with the mutex locked.
fn abandon(m: &mut Mutator, operand: Value) -> ThreadOutcome {
    assert_eq!(lock(m, car(operand)), LockOutcome::Locked);
    assert_eq!(thread::sleep(m, soon()), crate::SleepOutcome::Slept);
    ENDED
}

/// Operand: (mutex . condvar). Signals under the mutex.
fn signal(m: &mut Mutator, operand: Value) -> ThreadOutcome {
    let held = m.hold(&[operand]);
    let _ = lock(m, car(operand));
    let operand = m.held(&held, 0);
    m.release(held);
    condvar::signal(m, cdr(operand));
    mutex::unlock(m, car(operand));
    ENDED
}

/// Operand: (from . to). Receives numbers, sends them on in fresh pairs, until `from` is closed.
fn relay(m: &mut Mutator, operand: Value) -> ThreadOutcome {
    let held = m.hold(&[operand]);
    loop {
        let from = car(m.held(&held, 0));
        match channel::receive(m, from, Timeout::Never) {
            ReceiveOutcome::Received(value) => {
                let pair = m.heap.pair(value, Value::NIL).expect("there is room");
                let to = cdr(m.held(&held, 0));
                let sent = channel::send(m, to, pair, Timeout::Never).expect("there is room");
                assert_eq!(sent, SendOutcome::Sent);
                poll(m);
            }
            other => {
                assert_eq!(other, ReceiveOutcome::Closed);
                break;
            }
        }
    }
    m.release(held);
    ENDED
}

static JOBS: &[Job] = &[count, abandon, signal, relay];

#[test]
fn a_mutex_excludes_and_collections_go_on() {
    let (world, mut m) = start();
    install(&world, JOBS);
    let m = &mut *m;
    let mutex = mutex::make(m, Value::FALSE).expect("there is room");
    let counter = m.heap.object(Kind::Box, 1).expect("there is room");
    let operand = m.heap.pair(mutex, counter).expect("there is room");
    let held = m.hold(&[operand]);
    for _ in 0..4 {
        let operand = m.held(&held, 0);
        let thread = spawn(m, 0, operand);
        let operand = m.held(&held, 0);
        let list = m.heap.pair(thread, operand).expect("there is room");
        m.roots.replace_held(&held, 0, list);
        // The operand stays at the end of the list of threads.
        let _ = m.hold(&[operand]);
        let operand = m.held(&held, 1);
        m.roots.replace_held(&held, 0, operand);
        let _ = m.hold(&[thread]);
    }
    let threads: Vec<usize> = (0..4).map(|n| 2 + 2 * n).collect();
    for at in threads {
        let thread = m.held(&held, at);
        assert_eq!(join(m, thread), ENDED);
    }
    let counter = cdr(m.held(&held, 0));
    assert_eq!(lisle_gc::object::field(counter, 0), Value::fixnum(4 * 200));
    m.release(held);
}

#[test]
fn a_mutex_knows_its_states() {
    let (world, mut m) = start();
    install(&world, JOBS);
    let m = &mut *m;
    let mutex = mutex::make(m, Value::FALSE).expect("there is room");
    assert_eq!(mutex::state(m, mutex), MutexState::NotAbandoned);
    assert_eq!(lock(m, mutex), LockOutcome::Locked);
    assert_eq!(mutex::state(m, mutex), MutexState::Owned(thread::current(m)));
    let held = m.hold(&[mutex]);
    let owner = thread::current(m);
    assert_eq!(mutex::lock(m, mutex, soon(), owner), LockOutcome::TimedOut);
    let mutex = m.held(&held, 0);
    assert_eq!(mutex::lock(m, mutex, Timeout::none(), Value::FALSE), LockOutcome::TimedOut);
    let mutex = m.held(&held, 0);
    mutex::unlock(m, mutex);
    assert_eq!(mutex::lock(m, mutex, Timeout::Never, Value::FALSE), LockOutcome::Locked);
    assert_eq!(mutex::state(m, mutex), MutexState::NotOwned);
    mutex::unlock(m, mutex);
    assert_eq!(mutex::state(m, mutex), MutexState::NotAbandoned);
    m.release(held);
}

#[test]
fn a_mutex_is_abandoned_when_its_owner_ends() {
    let (world, mut m) = start();
    install(&world, JOBS);
    let m = &mut *m;
    let mutex = mutex::make(m, Value::FALSE).expect("there is room");
    let operand = m.heap.pair(mutex, Value::FALSE).expect("there is room");
    let held = m.hold(&[operand]);
    let thread = spawn(m, 1, operand);
    let _ = m.hold(&[thread]);
    // Waits until the thread has it.
    while mutex::state(m, car(m.held(&held, 0))) == MutexState::NotAbandoned {
        thread::yield_now(m);
    }
    let mutex = car(m.held(&held, 0));
    let LockOutcome::Abandoned(before) = lock(m, mutex) else { panic!("its owner has ended") };
    let mutex = car(m.held(&held, 0));
    assert_eq!(mutex::state(m, mutex), MutexState::Owned(thread::current(m)));
    mutex::abandon_again(m, mutex, before);
    assert_eq!(mutex::state(m, mutex), MutexState::Abandoned);
    assert_eq!(lock(m, mutex), LockOutcome::Abandoned(before));
    let (mutex, thread) = (car(m.held(&held, 0)), m.held(&held, 1));
    assert_eq!(mutex::state(m, mutex), MutexState::Owned(thread::current(m)));
    mutex::unlock(m, mutex);
    assert_eq!(join(m, thread), ENDED);
    assert!(world.awaited.lock().is_empty());
    m.release(held);
}

#[test]
fn a_signal_between_unlocking_and_waiting_is_not_lost() {
    let (world, mut m) = start();
    install(&world, JOBS);
    let m = &mut *m;
    let mutex = mutex::make(m, Value::FALSE).expect("there is room");
    let condvar = condvar::make(m, Value::FALSE).expect("there is room");
    let operand = m.heap.pair(mutex, condvar).expect("there is room");
    let held = m.hold(&[operand]);
    for _ in 0..50 {
        let mutex = car(m.held(&held, 0));
        assert_eq!(lock(m, mutex), LockOutcome::Locked);
        let operand = m.held(&held, 0);
        spawn(m, 2, operand);
        let operand = m.held(&held, 0);
        let outcome = mutex::unlock_and_wait(m, car(operand), cdr(operand), Timeout::Never);
        assert_eq!(outcome, WaitOutcome::Signalled);
    }
    let operand = m.held(&held, 0);
    let outcome = mutex::unlock_and_wait(m, car(operand), cdr(operand), soon());
    assert_eq!(outcome, WaitOutcome::TimedOut);
    m.release(held);
}

#[test]
fn a_channel_keeps_order_and_bound() {
    let (_world, mut m) = start();
    let m = &mut *m;
    let channel = channel::make(m, Some(3), Value::FALSE).expect("there is room");
    for n in 0..3 {
        let sent = channel::send(m, channel, Value::fixnum(n), Timeout::none());
        assert_eq!(sent.expect("there is room"), SendOutcome::Sent);
    }
    let sent = channel::send(m, channel, Value::fixnum(3), Timeout::none());
    assert_eq!(sent.expect("there is room"), SendOutcome::TimedOut);
    assert_eq!(channel::length(channel), 3);
    channel::close(m, channel);
    let sent = channel::send(m, channel, Value::fixnum(3), Timeout::Never);
    assert_eq!(sent.expect("there is room"), SendOutcome::Closed);
    for n in 0..3 {
        let received = channel::receive(m, channel, Timeout::Never);
        assert_eq!(received, ReceiveOutcome::Received(Value::fixnum(n)));
    }
    assert_eq!(channel::receive(m, channel, Timeout::Never), ReceiveOutcome::Closed);
}

#[test]
fn an_unbounded_channel_grows_and_shrinks() {
    let (_world, mut m) = start();
    let m = &mut *m;
    let channel = channel::make(m, None, Value::FALSE).expect("there is room");
    let held = m.hold(&[channel]);
    for n in 0..5000 {
        let pair = m.heap.pair(Value::fixnum(n), Value::NIL).expect("there is room");
        let channel = m.held(&held, 0);
        let sent = channel::send(m, channel, pair, Timeout::none()).expect("there is room");
        assert_eq!(sent, SendOutcome::Sent);
        if n % 100 == 0 {
            m.collect(Reason::Stress);
        }
    }
    for n in 0..5000 {
        let channel = m.held(&held, 0);
        match channel::receive(m, channel, Timeout::none()) {
            ReceiveOutcome::Received(pair) => assert_eq!(car(pair), Value::fixnum(n)),
            other => panic!("{other:?}"),
        }
    }
    let channel = m.held(&held, 0);
    assert_eq!(channel::receive(m, channel, soon()), ReceiveOutcome::TimedOut);
    m.release(held);
}

#[test]
fn messages_pass_between_threads_while_the_collector_moves_the_channels() {
    let (world, mut m) = start();
    install(&world, JOBS);
    let m = &mut *m;
    let from = channel::make(m, Some(4), Value::FALSE).expect("there is room");
    let to = channel::make(m, None, Value::FALSE).expect("there is room");
    let operand = m.heap.pair(from, to).expect("there is room");
    let held = m.hold(&[operand]);
    for _ in 0..3 {
        let operand = m.held(&held, 0);
        spawn(m, 3, operand);
    }
    let mut sum = 0;
    for n in 0..1000 {
        let from = car(m.held(&held, 0));
        let sent = channel::send(m, from, Value::fixnum(n), Timeout::Never);
        assert_eq!(sent.expect("there is room"), SendOutcome::Sent);
        if n % 10 == 0 {
            m.collect(Reason::Stress);
        }
    }
    for _ in 0..1000 {
        let to = cdr(m.held(&held, 0));
        match channel::receive(m, to, Timeout::Never) {
            ReceiveOutcome::Received(pair) => sum += car(pair).assume_fixnum(),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(sum, 999 * 1000 / 2);
    channel::close(m, car(m.held(&held, 0)));
    m.release(held);
}
