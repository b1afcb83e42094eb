//! Hash tables on a bare heap, with collections.

use super::entries::Weakness;
use super::table::{Equivalence, Table, make};
use crate::text;
use lisle_gc::object::car;
use lisle_gc::{Heap, HeapConfig, Kind, LocalHeap, Reason, Stopped, Stress, Value};
use std::sync::Arc;

fn heap() -> (Arc<Heap>, LocalHeap) {
    let heap = Heap::new(HeapConfig::default()).expect("memory for a heap");
    let local = heap.local();
    (heap, local)
}

fn collect(heap: &Heap, local: &mut LocalHeap) {
    let mut stopped = Stopped { locals: vec![local], roots: Vec::new() };
    heap.collect(&mut stopped, Reason::NurseryFull);
}

fn get(local: &mut LocalHeap, table: Value, key: Value) -> Option<Value> {
    Table::lock(table).get(local, key).expect("room in the heap")
}

fn set(local: &mut LocalHeap, table: Value, key: Value, value: i64) {
    Table::lock(table).set(local, key, Value::fixnum(value)).expect("room in the heap");
}

fn new_table(local: &mut LocalHeap, equivalence: Equivalence) -> Value {
    make(local, equivalence, Weakness::Strong, 4).expect("room in the heap")
}

#[test]
fn what_was_stored_is_found() {
    let (_heap, mut local) = heap();
    let table = new_table(&mut local, Equivalence::Eqv);
    for n in 0..10_000 {
        set(&mut local, table, Value::fixnum(n * 7), n);
    }
    for n in 0..10_000 {
        assert_eq!(get(&mut local, table, Value::fixnum(n * 7)), Some(Value::fixnum(n)));
    }
    assert_eq!(get(&mut local, table, Value::fixnum(5)), None);
    assert_eq!(Table::lock(table).len(), 10_000);
}

#[test]
fn young_keys_are_found_after_they_moved() {
    let (heap, mut local) = heap();
    let table = heap.add_root(new_table(&mut local, Equivalence::Eq));
    let mut keys = Vec::new();
    for round in 0..6 {
        for n in 0..500 {
            let key = local.pair(Value::fixnum(n), Value::NIL).expect("room in the heap");
            set(&mut local, table.get(), key, round * 500 + n);
            keys.push(heap.add_root(key));
        }
        collect(&heap, &mut local);
        for (n, key) in keys.iter().enumerate() {
            let found = get(&mut local, table.get(), key.get());
            assert_eq!(found, Some(Value::fixnum(n as i64)), "key {n} in round {round}");
        }
    }
    assert_eq!(Table::lock(table.get()).len(), 3000);
}

#[test]
fn equal_keys_are_one_key() {
    let (_heap, mut local) = heap();
    let table = new_table(&mut local, Equivalence::Equal);
    for value in 0..3 {
        let key = text::make(&mut local, "key").expect("room in the heap");
        let key = local.pair(key, Value::NIL).expect("room in the heap");
        set(&mut local, table, key, value);
    }
    assert_eq!(Table::lock(table).len(), 1);
    let boxed = local.object(Kind::Box, 1).expect("room in the heap");
    assert_eq!(get(&mut local, table, boxed), None);
}

#[test]
fn case_is_ignored_where_it_should_be() {
    let (_heap, mut local) = heap();
    let table = new_table(&mut local, Equivalence::StringCi);
    let upper = text::make(&mut local, "STRASSE").expect("room in the heap");
    let lower = text::make(&mut local, "straße").expect("room in the heap");
    set(&mut local, table, upper, 1);
    assert_eq!(get(&mut local, table, lower), Some(Value::fixnum(1)));
}

#[test]
fn entries_keep_their_order_while_others_come_and_go() {
    let (_heap, mut local) = heap();
    let table = new_table(&mut local, Equivalence::Eqv);
    for n in 0..20_000 {
        set(&mut local, table, Value::fixnum(n), n);
        if n >= 100 {
            let gone = Value::fixnum(n - 100);
            assert!(Table::lock(table).delete(&mut local, gone).expect("room in the heap"));
        }
    }
    let entries = Table::lock(table).entries(&mut local);
    let keys: Vec<_> = entries.into_iter().map(|(key, _)| key.assume_fixnum()).collect();
    assert_eq!(keys, (19_900..20_000).collect::<Vec<_>>());
    let copy = Table::lock(table).copy(&mut local).expect("room in the heap");
    assert_eq!(Table::lock(copy).len(), 100);
    Table::lock(table).clear(&mut local).expect("room in the heap");
    assert_eq!(Table::lock(table).len(), 0);
    assert_eq!(Table::lock(copy).len(), 100);
}

/// A heap in which what was not marked is overwritten.
fn strict_heap() -> (Arc<Heap>, LocalHeap) {
    let stress = Stress { poison: true, ..Stress::default() };
    let heap = Heap::new(HeapConfig { stress, verify: true, ..HeapConfig::default() })
        .expect("memory for a heap");
    let local = heap.local();
    (heap, local)
}

fn stop<R>(local: &mut LocalHeap, work: impl FnOnce(&mut Stopped<'_>) -> R) -> R {
    work(&mut Stopped { locals: vec![local], roots: Vec::new() })
}

#[test]
fn what_a_weak_table_gives_while_marking_is_marked() {
    for weakness in [Weakness::Keys, Weakness::Values, Weakness::Both] {
        let (heap, mut local) = strict_heap();
        let table = heap.add_root(make(&mut local, Equivalence::Eq, weakness, 4).expect("room"));
        let [key, value] = [1, 2].map(|n| {
            let pair = local.pair(Value::fixnum(n), Value::NIL).expect("room");
            heap.add_root(pair)
        });
        Table::lock(table.get()).set(&mut local, key.get(), value.get()).expect("room");
        stop(&mut local, |stopped| heap.collect(stopped, Reason::Explicit).emit());
        drop((key, value));
        // Old by now, so the marking alone would find out that nothing else refers to them.
        let marking = stop(&mut local, |stopped| heap.begin_marking(stopped));
        let entries = Table::lock(table.get()).entries(&mut local);
        let given = entries.first().map(|&(key, value)| [key, value].map(|v| heap.add_root(v)));
        let [key, value] = given.expect("the entry is there");
        stop(&mut local, |stopped| marking.expect("there are no weak pairs").end(stopped));
        let [first, second] = [&key, &value].map(|root| car(root.get()));
        assert_eq!([first, second], [Value::fixnum(1), Value::fixnum(2)], "{weakness:?}");
        assert_eq!(Table::lock(table.get()).get(&mut local, key.get()), Ok(Some(value.get())));
        drop((key, value));
        stop(&mut local, |stopped| heap.collect(stopped, Reason::Explicit).emit());
        assert_eq!(Table::lock(table.get()).len(), 0, "{weakness:?}");
    }
}
