//! Tests of allocation, collection and the barrier on small heaps.

use crate::{
    Heap, HeapConfig, HeapExhausted, Kind, LocalHeap, Reason, Stopped, Stress, Value, object,
    object::{car, cdr, field},
};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

fn strict() -> HeapConfig {
    HeapConfig {
        reserve_bytes: 128 << 20,
        nursery_bytes: 64 * 1024,
        stress: Stress { poison: true, ..Stress::default() },
        verify: true,
        ..HeapConfig::default()
    }
}

fn new(config: HeapConfig) -> (Arc<Heap>, LocalHeap) {
    let heap = Heap::new(config).expect("address space");
    let local = heap.local();
    (heap, local)
}

fn collect(heap: &Heap, local: &mut LocalHeap, reason: Reason) -> crate::CollectionRecord {
    heap.collect(&mut Stopped { locals: vec![local], roots: Vec::new() }, reason)
}

fn list(local: &mut LocalHeap, length: i64) -> Value {
    (0..length).rev().fold(Value::NIL, |rest, n| local.pair(Value::fixnum(n), rest).expect("room"))
}

fn assert_list(mut v: Value, length: i64) {
    for n in 0..length {
        assert_eq!(car(v), Value::fixnum(n));
        v = cdr(v);
    }
    assert!(v.is_nil());
}

#[test]
fn a_rooted_list_survives_and_ages() {
    let (heap, mut local) = new(strict());
    let root = heap.add_root(list(&mut local, 1000));
    assert!(local.is_young(root.get()));
    let record = collect(&heap, &mut local, Reason::NurseryFull);
    assert_eq!((record.full, record.survived_bytes), (false, 16_000));
    assert!(local.is_young(root.get()));
    let record = collect(&heap, &mut local, Reason::NurseryFull);
    assert_eq!((record.promoted_bytes, record.promoted_objects), (16_000, 1000));
    assert!(local.is_old(root.get()));
    collect(&heap, &mut local, Reason::Explicit);
    assert_list(root.get(), 1000);
}

#[test]
fn a_full_collection_empties_the_nursery_and_frees_the_old_generation() {
    let (heap, mut local) = new(strict());
    let root = heap.add_root(list(&mut local, 5000));
    collect(&heap, &mut local, Reason::Explicit);
    assert!(local.is_old(root.get()));
    let before = heap.used_bytes();
    assert!(before >= 80_000);
    root.set(Value::NIL);
    let record = collect(&heap, &mut local, Reason::Explicit);
    assert_eq!((heap.used_bytes(), record.marked_objects), (0, 0));
    assert_eq!(record.freed_bytes(), before);
}

#[test]
fn shared_and_cyclic_structure_keeps_its_shape() {
    let (heap, mut local) = new(strict());
    let shared = list(&mut local, 3);
    let vector = local.object_of(Kind::Vector, &[shared, shared, Value::NIL]).expect("room");
    local.store(vector, 2, vector);
    let root = heap.add_root(vector);
    for reason in [Reason::NurseryFull, Reason::NurseryFull, Reason::Explicit] {
        collect(&heap, &mut local, reason);
        let vector = root.get();
        assert_eq!(field(vector, 0), field(vector, 1));
        assert_eq!(field(vector, 2), vector);
        assert_list(field(vector, 0), 3);
    }
}

#[test]
fn an_old_slot_is_recorded_once_a_cycle_and_again_while_it_holds_a_survivor() {
    let (heap, mut local) = new(strict());
    let cell = local.object_in_old(Kind::Box, 1).expect("room");
    let _root = heap.add_root(cell);
    collect(&heap, &mut local, Reason::NurseryFull);
    assert!(local.fresh.is_empty());
    for _ in 0..10 {
        let young = list(&mut local, 2);
        local.store(cell, 0, young);
    }
    assert_eq!(local.remembered.len(), 1);
    let record = collect(&heap, &mut local, Reason::NurseryFull);
    assert_eq!(record.remembered_slots, 1);
    let record = collect(&heap, &mut local, Reason::NurseryFull);
    assert_eq!(record.remembered_slots, 1, "it held a survivor");
    let record = collect(&heap, &mut local, Reason::NurseryFull);
    assert_eq!(record.remembered_slots, 0, "its value is old by now");
    assert_list(field(cell, 0), 2);
}

#[test]
fn fresh_objects_need_no_barrier() {
    let (heap, mut local) = new(strict());
    let vector = local.object(Kind::Vector, 5000).expect("room");
    assert!(local.is_old(vector));
    let pair = local.pair_in_old(Value::TRUE, Value::NIL).expect("room");
    let _roots = (heap.add_root(vector), heap.add_root(pair));
    for index in 0..5000 {
        let element = list(&mut local, 1);
        object::init_field(vector, index, element);
    }
    for reason in [Reason::NurseryFull, Reason::NurseryFull, Reason::NurseryFull, Reason::Host] {
        collect(&heap, &mut local, reason);
        (0..5000).for_each(|index| assert_list(field(vector, index), 1));
    }
    assert_eq!(car(pair), Value::TRUE);
}

#[test]
fn bulk_copies_record_what_they_must() {
    let (heap, mut local) = new(strict());
    let old = local.object_in_old(Kind::Vector, 8).expect("room");
    let _root = heap.add_root(old);
    collect(&heap, &mut local, Reason::NurseryFull);
    let young = local.object(Kind::Vector, 8).expect("room");
    for index in 0..8 {
        let element = list(&mut local, index as i64);
        object::init_field(young, index, element);
    }
    local.copy_fields(young, 0, old, 0, 8);
    local.copy_fields(old, 0, old, 2, 6);
    collect(&heap, &mut local, Reason::NurseryFull);
    for index in 0..8 {
        assert_list(field(old, index), if index < 2 { index } else { index - 2 } as i64);
    }
    local.copy_fields(old, 2, old, 0, 6);
    let element = list(&mut local, 3);
    local.store_range(old, 6, 2, element);
    collect(&heap, &mut local, Reason::Explicit);
    for (index, length) in [0, 1, 2, 3, 4, 5, 3, 3].into_iter().enumerate() {
        assert_list(field(old, index), length);
    }
}

#[test]
fn raw_objects_of_any_size_keep_their_bytes() {
    let (heap, mut local) = new(strict());
    let mut roots = Vec::new();
    for size in [0, 1, 7, 8, 9, 127, 4000, 8184, 8185, 100_000] {
        let bytes = local.object(Kind::Bytevector, size).expect("room");
        for index in 0..size {
            assert_eq!(object::byte(bytes, index), 0);
            object::set_byte(bytes, index, (index * 7) as u8);
        }
        roots.push((size, heap.add_root(bytes)));
    }
    for reason in [Reason::NurseryFull, Reason::NurseryFull, Reason::Explicit] {
        collect(&heap, &mut local, reason);
        for (size, root) in &roots {
            let bytes = root.get();
            assert_eq!(object::size(bytes), *size);
            assert!((0..*size).all(|index| object::byte(bytes, index) == (index * 7) as u8));
        }
    }
}

#[test]
fn exceeding_the_budget_asks_once_and_goes_on() {
    let (heap, mut local) = new(strict());
    let woken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&woken);
    heap.set_wake(Box::new(move || {
        counter.fetch_add(1, Ordering::Relaxed);
    }));
    let root = heap.add_root(list(&mut local, 100_000));
    assert!(heap.collection_wanted());
    assert_eq!(woken.load(Ordering::Relaxed), 1);
    assert_eq!(heap.wanted_reason(), Reason::NurseryFull);
    collect(&heap, &mut local, heap.wanted_reason());
    assert!(!heap.collection_wanted());
    assert_eq!(heap.epoch(), 1);
    assert_list(root.get(), 100_000);
}

#[test]
fn an_exhausted_nursery_range_overflows_into_the_old_generation() {
    let (heap, mut local) = new(strict());
    let count = heap.layout.young_bytes as i64 / 16 / 8 * 7;
    let root = heap.add_root(list(&mut local, count));
    assert!(local.is_old(root.get()));
    collect(&heap, &mut local, Reason::NurseryFull);
    assert_list(root.get(), count);
}

#[test]
fn the_limit_is_an_error_and_memory_comes_back() {
    let config = HeapConfig { heap_limit: 4 << 20, verify: false, ..strict() };
    let (heap, mut local) = new(config);
    for _ in 0..3 {
        let root = heap.add_root(Value::NIL);
        let mut failures = 0;
        for turn in 0.. {
            match local.pair(Value::TRUE, root.get()) {
                Ok(pair) => root.set(pair),
                Err(HeapExhausted) => {
                    failures += 1;
                    local.pair(Value::TRUE, Value::NIL).expect("the grace after a failure");
                    break;
                }
            }
            if turn % 16 == 0 && heap.collection_wanted() {
                collect(&heap, &mut local, heap.wanted_reason());
            }
        }
        assert_eq!(failures, 1);
        assert!(heap.used_bytes() > 3 << 20 && heap.used_bytes() < 6 << 20);
        drop(root);
        collect(&heap, &mut local, Reason::HeapLimit);
    }
    assert_eq!(local.object(Kind::Vector, 1 << 20), Err(HeapExhausted));
    assert_eq!(local.object(Kind::Vector, usize::MAX), Err(HeapExhausted));
    assert_eq!(local.object(Kind::Bytevector, usize::MAX), Err(HeapExhausted));
    local.object(Kind::Vector, 1 << 18).expect("half the limit");
}

#[test]
fn garbage_never_meets_the_limit() {
    let config = HeapConfig { heap_limit: 4 << 20, verify: false, ..strict() };
    let (heap, mut local) = new(config);
    for size in 0..20_000 {
        local.object(Kind::Vector, size % 3000).expect("only garbage is in the way");
        if heap.collection_wanted() {
            collect(&heap, &mut local, heap.wanted_reason());
        }
    }
}

#[test]
fn host_values_are_dropped_with_the_record() {
    let (heap, mut local) = new(strict());
    let witness = Arc::new(());
    let native = |local: &mut LocalHeap| {
        heap.new_native(local, Box::new(Arc::clone(&witness)), 0).expect("room")
    };
    let kept = heap.add_root(native(&mut local));
    for _ in 0..3 {
        native(&mut local);
    }
    let record = collect(&heap, &mut local, Reason::NurseryFull);
    assert_eq!((record.dead_natives(), Arc::strong_count(&witness)), (3, 5));
    drop(record);
    assert_eq!(Arc::strong_count(&witness), 2);
    collect(&heap, &mut local, Reason::NurseryFull);
    assert!(local.is_old(kept.get()));
    let host = heap.native(kept.get()).expect("still registered");
    assert!(host.downcast_ref::<Arc<()>>().is_some());
    assert!(heap.native(Value::NIL).is_none());
    drop(kept);
    drop(collect(&heap, &mut local, Reason::NurseryFull));
    assert_eq!(heap.stats().natives, 1);
    drop(collect(&heap, &mut local, Reason::Explicit));
    assert_eq!((heap.stats().natives, Arc::strong_count(&witness)), (0, 2));
    drop(host);
    assert_eq!(Arc::strong_count(&witness), 1);
}

#[test]
fn a_dropped_local_heap_leaves_its_records_behind() {
    let (heap, mut local) = new(strict());
    let cell = local.object_in_old(Kind::Box, 1).expect("room");
    let _root = heap.add_root(cell);
    collect(&heap, &mut local, Reason::NurseryFull);
    let mut other = heap.local();
    let young = list(&mut other, 7);
    other.store(cell, 0, young);
    drop(other);
    collect(&heap, &mut local, Reason::NurseryFull);
    assert_list(field(cell, 0), 7);
}

#[test]
fn buffers_given_back_are_used_by_others() {
    let (heap, mut local) = new(strict());
    local.pair(Value::NIL, Value::NIL).expect("room");
    let before = heap.used_bytes();
    local.give_back_buffer();
    assert!(heap.used_bytes() < before);
    let mut other = heap.local();
    other.pair(Value::NIL, Value::NIL).expect("room");
    assert_eq!(heap.used_bytes(), before);
}

#[test]
fn collecting_always_asks_at_every_allocation() {
    let stress = Stress { collect_always: true, poison: true, ..Stress::default() };
    let (heap, mut local) = new(HeapConfig { stress, ..strict() });
    let root = heap.add_root(Value::NIL);
    for n in (0..200).rev() {
        let pair = local.pair(Value::fixnum(n), root.get()).expect("room");
        root.set(pair);
        assert!(heap.collection_wanted());
        assert_eq!(local.cursor, local.end);
        collect(&heap, &mut local, heap.wanted_reason());
        assert!(!heap.collection_wanted());
    }
    assert_list(root.get(), 200);
    let stats = heap.stats();
    assert_eq!((stats.minor_collections, stats.major_collections), (175, 25));
}

#[test]
fn freed_lines_are_used_again() {
    let (heap, mut local) = new(strict());
    let table = heap.add_root(local.object(Kind::Vector, 2000).expect("room"));
    local.store_range(table.get(), 0, 2000, Value::NIL);
    let mut lengths = [0; 2000];
    let mut state = 1u64;
    let mut sizes = Vec::new();
    for _ in 0..12 {
        for (index, length) in lengths.iter_mut().enumerate() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            if state >> 63 == 0 {
                *length = (state >> 40) as i64 % 20;
                let fresh = list(&mut local, *length);
                local.store(table.get(), index, fresh);
            }
        }
        // Several generations of allocation into what each sweep left.
        collect(&heap, &mut local, Reason::NurseryFull);
        collect(&heap, &mut local, Reason::Explicit);
        for (index, &length) in lengths.iter().enumerate() {
            assert_list(field(table.get(), index), length);
        }
        sizes.push(heap.used_bytes());
    }
    let (early, late) = (sizes[3], sizes[11]);
    assert!(late < early + early / 2, "the old generation grows: {sizes:?}");
}

#[test]
fn the_requests_that_are_to_fail_do_and_no_others() {
    let (_, mut local) = new(strict());
    for more in [0, 1, 2] {
        local.fail_allocation(5, more);
        let outcomes: Vec<bool> = (0..20)
            .map(|index| match index % 3 {
                0 => local.pair(Value::NIL, Value::NIL).is_err(),
                1 => local.object_in_old(Kind::Vector, 3).is_err(),
                _ => local.object(Kind::Vector, 5000).is_err(),
            })
            .collect();
        let failed: Vec<usize> = (0..20).filter(|&index| outcomes[index]).collect();
        let expected: Vec<usize> = (4..=4 + more as usize).collect();
        assert_eq!(failed, expected);
        assert!(!local.is_failure_pending());
    }
}

#[test]
fn a_tiny_nursery_is_collected_after_a_block() {
    let stress = Stress { tiny_nursery: true, poison: true, ..Stress::default() };
    let (heap, mut local) = new(HeapConfig { stress, ..strict() });
    let mut pairs = 0;
    while !heap.collection_wanted() {
        local.pair(Value::NIL, Value::NIL).expect("room");
        pairs += 1;
    }
    assert!(pairs <= 2 * 32 * 1024 / 16, "{pairs} pairs without a collection");
    collect(&heap, &mut local, Reason::NurseryFull);
    assert_eq!(heap.stats().nursery_budget_bytes, 32 * 1024);
}
