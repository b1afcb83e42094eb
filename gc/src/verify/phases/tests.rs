//! Each check between the phases of a collection finds what it is for.

use super::Checked;
use crate::{Heap, HeapConfig, Kind, LocalHeap, Stopped, Value, major::mark::Marker, slot};
use std::sync::Arc;

fn heap() -> (Arc<Heap>, LocalHeap) {
    let config = HeapConfig { reserve_bytes: 64 << 20, ..HeapConfig::default() };
    let heap = Heap::new(config).expect("address space");
    let local = heap.local();
    (heap, local)
}

fn stopped(local: &mut LocalHeap) -> Stopped<'_> {
    Stopped { locals: vec![local], roots: Vec::new() }
}

fn id(checked: Checked) -> Option<&'static str> {
    checked.err().map(|violation| violation.invariant)
}

/// As marking does, before it looks at roots.
fn clear_marks(heap: &Heap) {
    heap.old.lock_blocks().begin_marking();
    heap.old.lock_large().begin_marking();
}

fn mark(heap: &Heap, v: Value) -> usize {
    let mut marker = Marker::<false>::new(heap);
    marker.mark(v.bits());
    marker.drain();
    marker.marked().objects
}

#[test]
fn what_was_left_behind_is_gc_15() {
    let (heap, mut local) = heap();
    let old = local.object_in_old(Kind::Box, 1).expect("room");
    let _root = heap.add_root(old);
    assert_eq!(id(heap.verify_copied(&mut stopped(&mut local))), None);
    let young = local.pair(Value::NIL, Value::NIL).expect("room");
    local.store(old, 0, young);
    assert_eq!(id(heap.verify_copied(&mut stopped(&mut local))), Some("GC-15"));
}

#[test]
fn something_young_before_marking_is_gc_8() {
    let (heap, mut local) = heap();
    assert_eq!(id(heap.verify_emptied(&mut stopped(&mut local))), None);
    local.pair(Value::NIL, Value::NIL).expect("room");
    assert_eq!(id(heap.verify_emptied(&mut stopped(&mut local))), Some("GC-8"));
}

#[test]
fn a_mark_before_marking_is_gc_17() {
    let (heap, mut local) = heap();
    let small = local.pair_in_old(Value::NIL, Value::NIL).expect("room");
    let large = local.object(Kind::Vector, 5000).expect("room");
    for object in [small, large] {
        clear_marks(&heap);
        assert_eq!(id(heap.verify_cleared()), None);
        mark(&heap, object);
        assert_eq!(id(heap.verify_cleared()), Some("GC-17"));
    }
}

#[test]
fn an_unmarked_object_is_gc_12_and_so_is_a_dead_one_that_is_marked() {
    let (heap, mut local) = heap();
    let pair = local.pair_in_old(Value::NIL, Value::NIL).expect("room");
    let other = local.pair_in_old(pair, Value::NIL).expect("room");
    let _root = heap.add_root(pair);
    clear_marks(&heap);
    let mut verify = |overwritten: &[Value], objects| {
        id(heap.verify_marked(&mut stopped(&mut local), overwritten, Some(objects)))
    };
    assert_eq!(verify(&[], 0), Some("GC-12"));
    let objects = mark(&heap, pair);
    assert_eq!(verify(&[], objects), None);
    assert_eq!(verify(&[other], objects), Some("GC-12"), "what is marked leads to what is not");
    let objects = objects + mark(&heap, other);
    assert_eq!(verify(&[other], objects), None);
    assert_eq!(verify(&[], objects), Some("GC-12"), "nothing refers to the other one");
}

#[test]
fn a_marked_object_on_an_unmarked_line_is_gc_16() {
    let (heap, mut local) = heap();
    let vector = local.object_in_old(Kind::Vector, 100).expect("room");
    let _root = heap.add_root(vector);
    clear_marks(&heap);
    mark(&heap, vector);
    assert_eq!(id(heap.verify_settled(&mut stopped(&mut local), &[])), None);
    slot::store_byte(heap.layout.line_byte(vector.address() + 8 * 100), 0);
    assert_eq!(id(heap.verify_settled(&mut stopped(&mut local), &[])), Some("GC-16"));
}

#[test]
fn a_dead_object_that_a_table_lists_is_gc_18() {
    let (heap, mut local) = heap();
    let code = heap.new_code(&mut local, &[], Arc::new(())).expect("room");
    let weak = local.object_in_old(Kind::WeakBox, 8).expect("room");
    let dead = local.pair_in_old(Value::NIL, Value::NIL).expect("room");
    clear_marks(&heap);
    assert_eq!(id(heap.verify_settled(&mut stopped(&mut local), &[])), Some("GC-18"));
    mark(&heap, code);
    assert_eq!(id(heap.verify_settled(&mut stopped(&mut local), &[])), None);
    // A container that is alive, whose referent is not.
    crate::object::set_raw_payload_word(weak, 0, dead.bits());
    let container = crate::weak::Container { object: weak, class: crate::weak::Class::Box };
    heap.weak.lock().old.push(container);
    mark(&heap, weak);
    assert_eq!(id(heap.verify_settled(&mut stopped(&mut local), &[])), Some("GC-18"));
    mark(&heap, dead);
    assert_eq!(id(heap.verify_settled(&mut stopped(&mut local), &[])), None);
}

#[test]
fn what_the_sweep_keeps_is_marked_by_gc_12_and_counted_by_gc_9() {
    let (heap, mut local) = heap();
    let small = local.pair_in_old(Value::NIL, Value::NIL).expect("room");
    let large = local.object(Kind::Vector, 5000).expect("room");
    clear_marks(&heap);
    mark(&heap, small);
    assert_eq!(id(heap.verify_swept()), Some("GC-12"), "the large object is not swept");
    mark(&heap, large);
    heap.old.lock_blocks().begin_sweeping(1);
    heap.old.lock_large().sweep(false);
    assert_eq!(id(heap.verify_swept()), None);
    heap.old.lock_blocks().begin_sweeping(0);
    assert_eq!(id(heap.verify_swept()), Some("GC-9"));
}
