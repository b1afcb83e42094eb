//! Stopping the world, with real threads over a real heap.

use super::{churn, enter, poll, start, world};
use crate::reason::Interrupt;
use crate::sync::Arc;
use lisle_gc::object::{car, cdr};
use lisle_gc::{Reason, Value};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

#[test]
fn a_collection_waits_for_running_threads_and_not_for_native_ones() {
    let (world, mut m) = start();
    let done = Arc::new(AtomicBool::new(false));
    let runners: Vec<_> = (0..3)
        .map(|_| {
            let (world, done) = (Arc::clone(&world), Arc::clone(&done));
            std::thread::spawn(move || {
                let mut m = world.attach("runner").expect("there is memory");
                while !done.load(Ordering::Relaxed) {
                    poll(&mut m);
                }
            })
        })
        .collect();
    let (enter_native, native_entered) = std::sync::mpsc::channel();
    let (leave_native, native_left) = std::sync::mpsc::channel();
    let sleeper = {
        let world = Arc::clone(&world);
        std::thread::spawn(move || {
            let mut m = world.attach("sleeper").expect("there is memory");
            m.native(|| {
                enter_native.send(()).expect("the test listens");
                let () = native_left.recv().expect("the test sends");
            });
            poll(&mut m);
        })
    };
    native_entered.recv().expect("the sleeper sends");
    let before = world.heap().epoch();
    for _ in 0..20 {
        m.collect(Reason::Explicit);
    }
    assert!(world.heap().epoch() >= before + 20);
    leave_native.send(()).expect("the sleeper listens");
    done.store(true, Ordering::Relaxed);
    m.native(|| {
        sleeper.join().expect("no thread panics");
        runners.into_iter().for_each(|t| t.join().expect("no thread panics"));
    });
    assert_eq!(world.mutator_count(), 1);
}

#[test]
fn threads_come_and_go_during_stops() {
    let (world, mut m) = start();
    let left = Arc::new(AtomicUsize::new(4));
    for _ in 0..4 {
        let (world, left) = (Arc::clone(&world), Arc::clone(&left));
        std::thread::spawn(move || {
            for _ in 0..100 {
                let mut m = world.attach("guest").expect("there is memory");
                churn(&mut m, 300);
                m.native(std::thread::yield_now);
                churn(&mut m, 300);
            }
            left.fetch_sub(1, Ordering::Relaxed);
        });
    }
    while left.load(Ordering::Relaxed) > 0 {
        m.collect(Reason::Stress);
    }
    assert_eq!(world.mutator_count(), 1);
}

#[test]
fn many_coordinators_all_get_their_collection() {
    let world = world();
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let world = Arc::clone(&world);
            std::thread::spawn(move || {
                let mut m = world.attach("collector").expect("there is memory");
                for _ in 0..25 {
                    m.collect(Reason::Explicit);
                }
            })
        })
        .collect();
    threads.into_iter().for_each(|t| t.join().expect("no thread panics"));
    assert_eq!(world.heap().epoch(), 8 * 25);
}

#[test]
fn held_values_and_named_roots_move_with_the_objects() {
    let (_world, mut m) = start();
    let pair = m.heap.pair(Value::fixnum(1), Value::fixnum(2)).expect("there is room");
    m.roots[crate::RootSlot::Result] = pair;
    let held = m.hold(&[pair]);
    m.collect(Reason::Stress);
    m.collect(Reason::Explicit);
    let after = m.held(&held, 0);
    m.release(held);
    assert_eq!(after, m.roots[crate::RootSlot::Result]);
    assert_ne!(after, pair, "a survivor of the nursery has moved");
    assert_eq!((car(after), cdr(after)), (Value::fixnum(1), Value::fixnum(2)));
}

#[test]
fn a_wanted_collection_runs_at_the_next_poll() {
    let (world, mut m) = start();
    churn(&mut m, 100_000);
    assert!(world.heap().epoch() > 0);
    let before = world.heap().epoch();
    world.heap().request_collection(true);
    assert_eq!(poll(&mut m), None);
    assert_eq!(world.heap().epoch(), before + 1);
    assert_eq!(poll(&mut m), None);
    assert_eq!(world.heap().epoch(), before + 1);
}

#[test]
fn interrupts_reach_a_running_thread_one_at_a_time() {
    let (world, mut m) = start();
    world.interrupt_primordial(Interrupt::UserBreak);
    world.interrupt(m.id(), Interrupt::Terminate);
    assert_eq!(poll(&mut m), Some(Interrupt::UserBreak));
    assert_eq!(poll(&mut m), Some(Interrupt::Terminate));
    assert_eq!(poll(&mut m), None);
    assert!(!world.interrupt(crate::MutatorId(99), Interrupt::Terminate));
}

#[test]
fn an_interrupt_left_in_native_state_is_seen_after_it() {
    let (world, mut m) = start();
    m.native(|| world.interrupt_primordial(Interrupt::UserBreak));
    assert_eq!(poll(&mut m), Some(Interrupt::UserBreak));
}

#[test]
fn a_panic_in_a_native_region_leaves_it() {
    let (_world, mut m) = start();
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        m.native(|| std::panic::resume_unwind(Box::new("planned")));
    }));
    assert!(result.is_err());
    m.collect(Reason::Stress);
}

#[test]
fn every_thread_gets_on_under_constant_collections() {
    let stress =
        lisle_gc::Stress { collect_always: true, poison: true, ..lisle_gc::Stress::default() };
    let (world, mut m) = enter(super::world_with(stress));
    let threads: Vec<_> = (0..4)
        .map(|_| {
            let world = Arc::clone(&world);
            std::thread::spawn(move || {
                let mut m = world.attach("stressed").expect("there is memory");
                let held = m.hold(&[Value::NIL]);
                for n in 0..300 {
                    let list = m.held(&held, 0);
                    let longer = m.heap.pair(Value::fixnum(n), list).expect("there is room");
                    m.roots.replace_held(&held, 0, longer);
                    poll(&mut m);
                }
                let mut list = m.held(&held, 0);
                for n in (0..300).rev() {
                    assert_eq!(car(list), Value::fixnum(n));
                    list = cdr(list);
                }
                m.release(held);
            })
        })
        .collect();
    m.native(|| threads.into_iter().for_each(|t| t.join().expect("no thread panics")));
    assert_eq!(world.mutator_count(), 1);
}

#[test]
fn the_stopped_world_can_be_looked_at() {
    let (world, mut m) = start();
    let other = world.clone();
    let (ready, is_ready) = std::sync::mpsc::channel();
    let (finish, finished) = std::sync::mpsc::channel::<()>();
    let thread = std::thread::spawn(move || {
        let mut m = other.attach("other").expect("there is memory");
        m.native(|| {
            ready.send(()).expect("the test listens");
            let _ = finished.recv_timeout(Duration::from_secs(60));
        });
    });
    is_ready.recv().expect("the other sends");
    assert_eq!(m.with_world_stopped(|stopped| stopped.locals.len()), 2);
    drop(finish);
    m.native(|| thread.join().expect("no thread panics"));
}
