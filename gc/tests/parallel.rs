//! Several mutators on one heap, stopped by a barrier: racing stores into shared old objects,
//! buffers handed out from one pool, and collections over all of them. And collections with enough
//! to copy for several threads.

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
        stress: Stress { poison: true, ..Stress::default() },
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

/// A tree in which every two neighbours share a child, so that several threads come to the same
/// object; pairs and vectors take turns, and every vector has some bytes.
fn lattice(local: &mut LocalHeap, rows: usize) -> Value {
    let mut row = vec![Value::NIL; rows + 1];
    for (depth, length) in (1..=rows).rev().enumerate() {
        for index in 0..length {
            row[index] = if depth % 2 == 0 {
                local.pair(row[index], row[index + 1]).expect("room")
            } else {
                let bytes = local.object(Kind::Bytevector, 8 + index % 50).expect("room");
                object::set_raw_payload_word(bytes, 0, (depth * rows + index) as u64);
                let fields = [row[index], row[index + 1], bytes];
                local.object_of(Kind::Vector, &fields).expect("room")
            };
        }
    }
    row[0]
}

/// Follows both edges of the whole lattice, and finds the same objects by both.
fn assert_lattice(top: Value, rows: usize) {
    let mut row = vec![top];
    for (depth, length) in (1..=rows).enumerate().map(|(n, length)| (rows - 1 - n, length)) {
        assert_eq!(row.len(), length);
        let mut next: Vec<Value> = Vec::with_capacity(length + 1);
        for (index, &object) in row.iter().enumerate() {
            let (left, right) = if depth % 2 == 0 {
                (object::car(object), object::cdr(object))
            } else {
                let bytes = object::field(object, 2);
                assert_eq!(object::raw_payload_word(bytes, 0), (depth * rows + index) as u64);
                (object::field(object, 0), object::field(object, 1))
            };
            match next.last() {
                None => next.push(left),
                Some(&shared) => assert_eq!(shared, left, "two copies of one object"),
            }
            next.push(right);
        }
        row = next;
    }
    assert!(row.iter().all(|leaf| leaf.is_nil()));
}

#[test]
fn helpers_copy_every_object_once() {
    const ROWS: usize = 400;
    let config = HeapConfig {
        reserve_bytes: 512 << 20,
        stress: Stress { poison: true, ..Stress::default() },
        verify: true,
        ..HeapConfig::default()
    };
    let heap = Heap::new(config).expect("address space");
    let mut local = heap.local();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut workers = 1;
    for _ in 0..4 {
        let root = heap.add_root(lattice(&mut local, ROWS));
        for reason in [Reason::NurseryFull, Reason::NurseryFull, Reason::Explicit] {
            let stopped = &mut Stopped { locals: vec![&mut local], roots: Vec::new() };
            let record = heap.collect(stopped, reason);
            workers = workers.max(record.workers);
            record.emit();
            assert_lattice(root.get(), ROWS);
        }
    }
    assert!(workers <= cores);
}
