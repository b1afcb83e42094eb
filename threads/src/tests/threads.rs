//! Guest threads: starting, joining, ending.

use super::{Job, churn, install, poll, spawn, start};
use crate::channel::{self, ReceiveOutcome};
use crate::reason::Interrupt;
use crate::{
    JoinOutcome, Mutator, SleepOutcome, StartOutcome, TerminateOutcome, ThreadOutcome, ThreadState,
    Timeout, thread,
};
use lisle_gc::Value;

fn echo(_: &mut Mutator, operand: Value) -> ThreadOutcome {
    ThreadOutcome::Uncaught(operand)
}

fn sleep_forever(m: &mut Mutator, _: Value) -> ThreadOutcome {
    loop {
        match thread::sleep(m, Timeout::Never) {
            SleepOutcome::Slept => {}
            SleepOutcome::Interrupted => {
                assert_eq!(m.safepoint(), Some(Interrupt::Terminate));
                return ThreadOutcome::Terminated;
            }
        }
    }
}

fn spin(m: &mut Mutator, _: Value) -> ThreadOutcome {
    loop {
        if poll(m) == Some(Interrupt::Terminate) {
            return ThreadOutcome::Terminated;
        }
    }
}

fn break_down(_: &mut Mutator, _: Value) -> ThreadOutcome {
    std::panic::resume_unwind(Box::new("planned"))
}

fn greet(m: &mut Mutator, channel: Value) -> ThreadOutcome {
    let held = m.hold(&[channel]);
    churn(m, 2000);
    let message = m.heap.pair(Value::fixnum(1), Value::NIL).expect("there is room");
    let channel = m.held(&held, 0);
    m.release(held);
    channel::send(m, channel, message, Timeout::Never).expect("there is room");
    ThreadOutcome::Returned(Value::NIL)
}

static JOBS: &[Job] = &[echo, sleep_forever, spin, break_down, greet];

#[test]
fn joining_gives_the_uncaught_object() {
    let (world, mut m) = start();
    install(&world, JOBS);
    let thread = spawn(&mut m, 0, Value::fixnum(42));
    let outcome = thread::join(&mut m, thread, Timeout::Never);
    assert_eq!(outcome, JoinOutcome::Ended(ThreadOutcome::Uncaught(Value::fixnum(42))));
}

#[test]
fn sleeping_and_spinning_threads_can_be_terminated() {
    let (world, mut m) = start();
    install(&world, JOBS);
    let m = &mut *m;
    for job in [1, 2] {
        let thread = spawn(m, job, Value::FALSE);
        let held = m.hold(&[thread]);
        let early = thread::join(m, thread, Timeout::after_seconds(0.002));
        assert_eq!(early, JoinOutcome::TimedOut);
        let thread = m.held(&held, 0);
        assert_eq!(thread::terminate(m, thread), TerminateOutcome::Ended);
        let thread = m.held(&held, 0);
        m.release(held);
        assert_eq!(thread::outcome(thread), Some(ThreadOutcome::Terminated));
    }
}

#[test]
fn a_new_thread_can_be_terminated_and_not_started_any_more() {
    let (world, mut m) = start();
    install(&world, JOBS);
    let m = &mut *m;
    let thread = thread::make(m, Value::FALSE, Value::FALSE, Value::FALSE).expect("there is room");
    assert_eq!(thread::state(thread), ThreadState::New);
    assert_eq!(thread::terminate(m, thread), TerminateOutcome::Ended);
    assert!(matches!(crate::spawn::start(m, thread), StartOutcome::NotNew));
    let current = thread::current(m);
    assert_eq!(thread::terminate(m, current), TerminateOutcome::Itself);
}

#[test]
fn a_panic_ends_the_thread_and_reaches_the_joiner() {
    let (world, mut m) = start();
    install(&world, JOBS);
    let thread = spawn(&mut m, 3, Value::FALSE);
    let outcome = thread::join(&mut m, thread, Timeout::Never);
    assert_eq!(outcome, JoinOutcome::Ended(ThreadOutcome::Terminated));
}

#[test]
fn a_thread_the_system_refuses_is_an_error_value() {
    let heap = lisle_gc::Heap::new(lisle_gc::HeapConfig::default()).expect("there is memory");
    let mut config = super::config();
    config.native_stack_bytes = 1 << 50;
    let (world, mut m) = super::enter(crate::World::new(heap, config));
    install(&world, JOBS);
    let m = &mut *m;
    let thread = thread::make(m, Value::NIL, Value::FALSE, Value::FALSE).expect("there is room");
    let held = m.hold(&[thread]);
    assert!(matches!(crate::spawn::start(m, thread), StartOutcome::Failed(_)));
    assert_eq!(thread::state(m.held(&held, 0)), ThreadState::Terminated);
    assert_eq!(world.mutator_count(), 1);
    m.release(held);
}

#[test]
fn a_thousand_threads_allocate_and_send() {
    let (world, mut m) = start();
    install(&world, JOBS);
    let m = &mut *m;
    let channel = channel::make(m, None, Value::FALSE).expect("there is room");
    let held = m.hold(&[channel]);
    for _ in 0..1000 {
        let channel = m.held(&held, 0);
        spawn(m, 4, channel);
        poll(m);
    }
    for _ in 0..1000 {
        let channel = m.held(&held, 0);
        assert!(matches!(
            channel::receive(m, channel, Timeout::Never),
            ReceiveOutcome::Received(_)
        ));
        poll(m);
    }
    m.release(held);
    while world.mutator_count() > 1 {
        thread::yield_now(m);
        poll(m);
    }
}

#[test]
fn all_other_threads_can_be_told_to_end() {
    let (world, mut m) = start();
    install(&world, JOBS);
    let m = &mut *m;
    for job in [1, 1, 2, 2] {
        spawn(m, job, Value::FALSE);
    }
    world.interrupt_others(m.id(), &Interrupt::Terminate);
    while world.mutator_count() > 1 {
        thread::yield_now(m);
        poll(m);
    }
    assert!(!m.has_interrupt());
}
