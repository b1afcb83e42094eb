//! Several mutators on one heap, stopped by a barrier: racing stores into shared old objects,
//! buffers handed out from one pool, and collections over all of them.

use lisle_gc::{Heap, HeapConfig, Kind, LocalHeap, Reason, Root, Stopped, Stress, Value, object};
use std::sync::{Arc, Barrier, Mutex};

const THREADS: usize = 4;
const ROUNDS: usize = 60;
const SHARED: usize = 64;

fn list(local: &mut LocalHeap, owner: usize, length: usize) -> Value {
    (0..length)
        .fold(Value::NIL, |rest, _| local.pair(Value::fixnum(owner as i64), rest).expect("room"))
}

/// A list of one number, whoever made it.
fn assert_uniform(mut v: Value) {
    let first = if v.is_pair() { object::car(v) } else { return };
    while v.is_pair() {
        assert_eq!(object::car(v), first);
        v = object::cdr(v);
    }
    assert!(v.is_nil());
}

fn mutate(local: &mut LocalHeap, shared: Value, owner: usize, round: usize) {
    let mut state = (owner * ROUNDS + round) as u64;
    for turn in 0..400 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(99);
        let index = (state >> 33) as usize % SHARED;
        let value = list(local, owner, turn % 10);
        local.store(shared, index, value);
        assert_uniform(object::field(shared, index));
        if turn % 50 == 0 {
            local.give_back_buffer();
        }
    }
}

fn run(heap: &Arc<Heap>, locals: &[Mutex<LocalHeap>], shared: &Root) {
    let barrier = Barrier::new(THREADS);
    let work = |owner: usize| {
        for round in 0..ROUNDS {
            mutate(&mut locals[owner].lock().expect("no panic"), shared.get(), owner, round);
            if barrier.wait().is_leader() {
                let mut guards: Vec<_> =
                    locals.iter().map(|local| local.lock().expect("no panic")).collect();
                let locals = guards.iter_mut().map(|guard| &mut **guard).collect();
                let reason = if round % 7 == 6 { Reason::Explicit } else { Reason::NurseryFull };
                heap.collect(&mut Stopped { locals, roots: Vec::new() }, reason).emit();
                (0..SHARED).for_each(|n| assert_uniform(object::field(shared.get(), n)));
            }
            barrier.wait();
        }
    };
    std::thread::scope(|scope| {
        for owner in 0..THREADS {
            let work = &work;
            scope.spawn(move || work(owner));
        }
    });
}

#[test]
fn racing_stores_into_old_objects_are_never_lost_by_a_collection() {
    let config = HeapConfig {
        nursery_bytes: 256 * 1024,
        reserve_bytes: 64 << 20,
        stress: Stress { collect_always: false, poison: true },
        verify: true,
        ..HeapConfig::default()
    };
    let heap = Heap::new(config).expect("address space");
    let locals: Vec<Mutex<LocalHeap>> = (0..THREADS).map(|_| Mutex::new(heap.local())).collect();
    let shared = {
        let mut local = locals[0].lock().expect("no panic");
        heap.add_root(local.object_in_old(Kind::Vector, SHARED).expect("room"))
    };
    run(&heap, &locals, &shared);
    assert_eq!(heap.epoch(), ROUNDS as u64);
}
