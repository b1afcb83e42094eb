//! Tests of weak references and guardians, each under minor and full collections.

use crate::{
    Heap, HeapConfig, LocalHeap, Reason, Root, Stopped, Stress, Value, object,
    object::{car, cdr, weak_field},
};
use std::sync::Arc;

fn new() -> (Arc<Heap>, LocalHeap) {
    let config = HeapConfig {
        reserve_bytes: 256 << 20,
        nursery_bytes: 64 * 1024,
        stress: Stress { poison: true, ..Stress::default() },
        verify: true,
        ..HeapConfig::default()
    };
    let heap = Heap::new(config).expect("address space");
    let local = heap.local();
    (heap, local)
}

fn collect(heap: &Heap, local: &mut LocalHeap, reason: Reason) {
    heap.collect(&mut Stopped { locals: vec![local], roots: Vec::new() }, reason).emit();
}

fn minor(heap: &Heap, local: &mut LocalHeap) {
    collect(heap, local, Reason::NurseryFull);
}

fn full(heap: &Heap, local: &mut LocalHeap) {
    collect(heap, local, Reason::Explicit);
}

/// Runs a test with minor collections, and with full ones.
fn each_way(test: impl Fn(Reason)) {
    test(Reason::NurseryFull);
    test(Reason::Explicit);
}

fn cell(local: &mut LocalHeap, n: i64) -> Value {
    local.pair(Value::fixnum(n), Value::NIL).expect("room")
}

#[test]
fn a_weak_box_is_broken_exactly_when_its_referent_dies() {
    each_way(|reason| {
        let (heap, mut local) = new();
        let referent = heap.add_root(cell(&mut local, 7));
        let weak = heap.new_weak_box(&mut local, referent.get()).expect("room");
        let weak = heap.add_root(weak);
        for _ in 0..4 {
            collect(&heap, &mut local, reason);
            assert_eq!(weak_field(weak.get(), 0), referent.get());
        }
        drop(referent);
        // Old by now, so a minor collection leaves it.
        minor(&heap, &mut local);
        assert_eq!(car(weak_field(weak.get(), 0)), Value::fixnum(7));
        full(&heap, &mut local);
        assert_eq!(weak_field(weak.get(), 0), Value::BROKEN);
    });
}

#[test]
fn a_young_referent_of_young_and_old_containers_dies_in_a_minor_collection() {
    let (heap, mut local) = new();
    let young = cell(&mut local, 1);
    let young = heap.new_weak_box(&mut local, young).expect("room");
    let young = heap.add_root(young);
    let pair = heap.new_weak_pair(&mut local, Value::TRUE, Value::NIL, false).expect("room");
    let pair = heap.add_root(pair);
    minor(&heap, &mut local);
    assert_eq!(weak_field(young.get(), 0), Value::BROKEN);
    minor(&heap, &mut local);
    assert!(local.is_old(pair.get()));
    let referent = cell(&mut local, 2);
    local.set_car(pair.get(), referent);
    let kept = cell(&mut local, 3);
    local.set_cdr(pair.get(), kept);
    minor(&heap, &mut local);
    assert_eq!(car(pair.get()), Value::BROKEN);
    assert_eq!(car(cdr(pair.get())), Value::fixnum(3));
}

#[test]
fn an_old_weak_pair_follows_a_young_referent_that_lives() {
    let (heap, mut local) = new();
    let pair = heap.new_weak_pair(&mut local, Value::TRUE, Value::NIL, false).expect("room");
    let pair = heap.add_root(pair);
    full(&heap, &mut local);
    let referent = heap.add_root(cell(&mut local, 2));
    local.set_car(pair.get(), referent.get());
    for _ in 0..3 {
        minor(&heap, &mut local);
        assert_eq!(car(pair.get()), referent.get());
        assert!(heap.is_weak_pair(pair.get()) && !heap.is_ephemeron_pair(pair.get()));
    }
}

#[test]
fn a_pair_made_where_a_weak_one_died_is_not_weak() {
    each_way(|reason| {
        let (heap, mut local) = new();
        let mut places = Vec::new();
        for n in 0..100 {
            let made = heap.new_weak_pair(&mut local, Value::fixnum(n), Value::NIL, n % 2 == 0);
            places.push(made.expect("room"));
        }
        collect(&heap, &mut local, reason);
        assert_eq!(heap.stats().weak_containers, 0);
        assert!(!places.iter().any(|&v| heap.is_weak_pair(v) || heap.is_ephemeron_pair(v)));
    });
}

#[test]
fn an_ephemeron_keeps_its_value_while_its_key_lives() {
    each_way(|reason| {
        let (heap, mut local) = new();
        let key = heap.add_root(cell(&mut local, 1));
        // The value leads to the key: only an ephemeron lets go of both.
        let value = local.pair(Value::fixnum(2), key.get()).expect("room");
        let object = heap.new_ephemeron(&mut local, key.get(), value).expect("room");
        let object = heap.add_root(object);
        let value = local.pair(Value::fixnum(2), key.get()).expect("room");
        let pair = heap.new_weak_pair(&mut local, key.get(), value, true).expect("room");
        let pair = heap.add_root(pair);
        for _ in 0..3 {
            collect(&heap, &mut local, reason);
            assert_eq!(weak_field(object.get(), 0), key.get());
            assert_eq!(car(weak_field(object.get(), 1)), Value::fixnum(2));
            assert_eq!((car(pair.get()), car(cdr(pair.get()))), (key.get(), Value::fixnum(2)));
        }
        drop(key);
        full(&heap, &mut local);
        assert_eq!(weak_field(object.get(), 0), Value::BROKEN);
        assert_eq!(weak_field(object.get(), 1), Value::BROKEN);
        assert_eq!((car(pair.get()), cdr(pair.get())), (Value::BROKEN, Value::BROKEN));
    });
}

/// Ephemerons of which each one's value is the key of another: which one, `next` says.
fn chain(heap: &Heap, local: &mut LocalHeap, length: usize, next: impl Fn(usize) -> usize) -> Root {
    let keys: Vec<Value> = (0..=length).map(|n| cell(local, n as i64)).collect();
    let ephemerons: Vec<Value> = (0..length)
        .map(|n| heap.new_ephemeron(local, keys[n], keys[next(n)]).expect("room"))
        .collect();
    let first = local.pair(keys[0], Value::NIL).expect("room");
    let all = ephemerons.iter().fold(first, |rest, &e| local.pair(e, rest).expect("room"));
    heap.add_root(all)
}

fn unbroken(chain: Value) -> usize {
    let mut count = 0;
    let mut rest = chain;
    while cdr(rest).is_pair() {
        count += usize::from(weak_field(car(rest), 0) != Value::BROKEN);
        rest = cdr(rest);
    }
    count
}

#[test]
fn chains_of_ephemerons_live_and_die_as_a_whole() {
    const LENGTH: usize = 300;
    each_way(|reason| {
        let forward = |n: usize| n + 1;
        // Scattered over the list, all of them in one cycle that begins at 0.
        let scattered = |n: usize| (n + 77) % LENGTH;
        let backward = |n: usize| (n + LENGTH - 1) % LENGTH;
        for next in [forward as fn(usize) -> usize, scattered, backward] {
            let (heap, mut local) = new();
            let chain = chain(&heap, &mut local, LENGTH, next);
            for _ in 0..3 {
                collect(&heap, &mut local, reason);
                assert_eq!(unbroken(chain.get()), LENGTH);
            }
            let mut last = chain.get();
            while cdr(last).is_pair() {
                last = cdr(last);
            }
            local.set_car(last, Value::NIL);
            full(&heap, &mut local);
            assert_eq!(unbroken(chain.get()), 0);
        }
    });
}

#[test]
fn the_work_for_a_chain_in_random_order_is_linear() {
    const LENGTH: usize = 10_007;
    // In no order that going through the list forwards or backwards would follow.
    let scattered = |n: usize| (n * 4_999 + 1) % LENGTH;
    each_way(|reason| {
        let config = HeapConfig { reserve_bytes: 256 << 20, ..HeapConfig::default() };
        let heap = Heap::new(config).expect("address space");
        let mut local = heap.local();
        let chain = chain(&heap, &mut local, LENGTH, scattered);
        for _ in 0..3 {
            let before = heap.weak.lock().looks;
            collect(&heap, &mut local, reason);
            let looks = heap.weak.lock().looks - before;
            assert!(looks <= 20 * LENGTH as u64, "{looks} looks");
        }
        let mut last = chain.get();
        while cdr(last).is_pair() {
            last = cdr(last);
        }
        local.set_car(last, Value::NIL);
        full(&heap, &mut local);
        assert_eq!(unbroken(chain.get()), 0);
    });
}

#[test]
fn the_key_may_be_reachable_only_through_the_value_of_another() {
    each_way(|reason| {
        let (heap, mut local) = new();
        let hidden = cell(&mut local, 2);
        let key = heap.add_root(cell(&mut local, 1));
        let later = heap.new_ephemeron(&mut local, hidden, Value::TRUE).expect("room");
        let later = heap.add_root(later);
        let holder = local.pair(hidden, Value::NIL).expect("room");
        let earlier = heap.new_ephemeron(&mut local, key.get(), holder).expect("room");
        let earlier = heap.add_root(earlier);
        collect(&heap, &mut local, reason);
        assert_eq!(weak_field(later.get(), 0), car(weak_field(earlier.get(), 1)));
        drop(earlier);
        full(&heap, &mut local);
        assert_eq!(weak_field(later.get(), 0), Value::BROKEN);
    });
}

#[test]
fn what_immediates_are_weakly_referred_to_never_breaks() {
    each_way(|reason| {
        let (heap, mut local) = new();
        let weak = heap.new_weak_box(&mut local, Value::fixnum(5)).expect("room");
        let weak = heap.add_root(weak);
        let key = heap.new_ephemeron(&mut local, Value::TRUE, Value::FALSE).expect("room");
        let key = heap.add_root(key);
        (0..3).for_each(|_| collect(&heap, &mut local, reason));
        assert_eq!(weak_field(weak.get(), 0), Value::fixnum(5));
        assert_eq!(weak_field(key.get(), 1), Value::FALSE);
    });
}

fn guard(heap: &Heap, local: &mut LocalHeap, guardian: &Root, n: i64) {
    let object = cell(local, n);
    heap.guard(local, guardian.get(), object, object).expect("room");
}

fn taken(heap: &Heap, local: &mut LocalHeap, guardian: &Root) -> Vec<i64> {
    let next = || heap.take_guarded(local, guardian.get());
    std::iter::from_fn(next).map(|v| car(v).assume_fixnum()).collect()
}

#[test]
fn a_guardian_gives_back_what_died_in_the_order_of_registration() {
    each_way(|reason| {
        let (heap, mut local) = new();
        let guardian = heap.new_guardian(&mut local).expect("room");
        let guardian = heap.add_root(guardian);
        for round in 0..3 {
            (0..10).for_each(|n| guard(&heap, &mut local, &guardian, 10 * round + n));
            assert_eq!(taken(&heap, &mut local, &guardian), []);
            collect(&heap, &mut local, reason);
            let expected: Vec<i64> = (0..10).map(|n| 10 * round + n).collect();
            assert_eq!(taken(&heap, &mut local, &guardian), expected);
            collect(&heap, &mut local, reason);
            assert_eq!(taken(&heap, &mut local, &guardian), []);
        }
    });
}

#[test]
fn what_lives_stays_with_its_guardian_whatever_their_ages() {
    let (heap, mut local) = new();
    let guardian = heap.new_guardian(&mut local).expect("room");
    let guardian = heap.add_root(guardian);
    let first = heap.add_root(cell(&mut local, 1));
    heap.guard(&mut local, guardian.get(), first.get(), first.get()).expect("room");
    (0..3).for_each(|_| minor(&heap, &mut local));
    guard(&heap, &mut local, &guardian, 2);
    minor(&heap, &mut local);
    assert_eq!(taken(&heap, &mut local, &guardian), [2]);
    drop(first);
    minor(&heap, &mut local);
    assert_eq!(taken(&heap, &mut local, &guardian), []);
    full(&heap, &mut local);
    assert_eq!(taken(&heap, &mut local, &guardian), [1]);
}

#[test]
fn a_representative_is_given_back_and_its_object_is_gone() {
    each_way(|reason| {
        let (heap, mut local) = new();
        let guardian = heap.new_guardian(&mut local).expect("room");
        let guardian = heap.add_root(guardian);
        let object = cell(&mut local, 1);
        let weak = heap.new_weak_box(&mut local, object).expect("room");
        let weak = heap.add_root(weak);
        let representative = cell(&mut local, 9);
        heap.guard(&mut local, guardian.get(), object, representative).expect("room");
        collect(&heap, &mut local, reason);
        assert_eq!(taken(&heap, &mut local, &guardian), [9]);
        assert_eq!(weak_field(weak.get(), 0), Value::BROKEN);
    });
}

#[test]
fn weak_references_to_what_a_guardian_has_rescued_are_not_broken() {
    each_way(|reason| {
        let (heap, mut local) = new();
        let guardian = heap.new_guardian(&mut local).expect("room");
        let guardian = heap.add_root(guardian);
        let object = cell(&mut local, 1);
        heap.guard(&mut local, guardian.get(), object, object).expect("room");
        let weak = heap.new_weak_box(&mut local, object).expect("room");
        let weak = heap.add_root(weak);
        let entry = heap.new_ephemeron(&mut local, object, Value::TRUE).expect("room");
        let entry = heap.add_root(entry);
        collect(&heap, &mut local, reason);
        assert_eq!(car(weak_field(weak.get(), 0)), Value::fixnum(1));
        assert_eq!(weak_field(entry.get(), 1), Value::TRUE);
        assert_eq!(taken(&heap, &mut local, &guardian), [1]);
        full(&heap, &mut local);
        assert_eq!(weak_field(weak.get(), 0), Value::BROKEN);
        assert_eq!(weak_field(entry.get(), 0), Value::BROKEN);
    });
}

#[test]
fn a_guardian_that_only_a_guarded_object_holds_works_and_a_dead_one_lets_go() {
    each_way(|reason| {
        let (heap, mut local) = new();
        let outer = heap.new_guardian(&mut local).expect("room");
        let outer = heap.add_root(outer);
        let inner = heap.new_guardian(&mut local).expect("room");
        let object = local.pair(inner, Value::NIL).expect("room");
        // The inner guardian's object first, so that it is met before its guardian is rescued.
        let inner_object = cell(&mut local, 5);
        heap.guard(&mut local, inner, inner_object, inner_object).expect("room");
        heap.guard(&mut local, outer.get(), object, object).expect("room");
        collect(&heap, &mut local, reason);
        let back = heap.take_guarded(&mut local, outer.get()).expect("it died");
        let inner = heap.add_root(car(back));
        assert_eq!(taken(&heap, &mut local, &inner), [5]);
        guard(&heap, &mut local, &inner, 6);
        drop(inner);
        full(&heap, &mut local);
        let weak = heap.weak.lock();
        assert_eq!((weak.guarded_young.len(), weak.guarded_old.len()), (0, 0));
    });
}

#[test]
fn an_old_guardian_gets_young_objects() {
    let (heap, mut local) = new();
    let guardian = heap.new_guardian(&mut local).expect("room");
    let guardian = heap.add_root(guardian);
    full(&heap, &mut local);
    for round in 0..5 {
        guard(&heap, &mut local, &guardian, round);
        minor(&heap, &mut local);
    }
    assert_eq!(taken(&heap, &mut local, &guardian), [0, 1, 2, 3, 4]);
    minor(&heap, &mut local);
    assert_eq!(object::field(guardian.get(), 2), Value::NIL);
}

/// Enough that several threads copy or mark it, with weak references into what they do.
#[test]
fn weak_references_into_what_helpers_copy() {
    each_way(|reason| {
        let (heap, mut local) = new();
        let mut kept = Value::NIL;
        let mut weak = Value::NIL;
        for n in 0..60_000 {
            let object = cell(&mut local, n);
            if n % 2 == 0 {
                kept = local.pair(object, kept).expect("room");
            }
            if n % 4 < 2 {
                let reference = heap.new_ephemeron(&mut local, object, object).expect("room");
                weak = local.pair(reference, weak).expect("room");
            }
        }
        let kept = heap.add_root(kept);
        let weak = heap.add_root(weak);
        for _ in 0..2 {
            collect(&heap, &mut local, reason);
            let (mut rest, mut alive) = (weak.get(), 0);
            while rest.is_pair() {
                let key = weak_field(car(rest), 0);
                assert_eq!(key, weak_field(car(rest), 1));
                if key != Value::BROKEN {
                    assert_eq!(car(key).assume_fixnum() % 4, 0);
                    alive += 1;
                }
                rest = cdr(rest);
            }
            assert_eq!(alive, 15_000);
        }
        drop(kept);
        full(&heap, &mut local);
        assert_eq!(weak_field(car(weak.get()), 0), Value::BROKEN);
    });
}
