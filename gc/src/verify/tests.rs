//! Each invariant, broken on purpose, is reported by its id.

use crate::{Header, Heap, HeapConfig, Kind, LocalHeap, Root, Stopped, Value, object};
use std::sync::Arc;

fn heap() -> (Arc<Heap>, LocalHeap) {
    let config = HeapConfig { reserve_bytes: 64 << 20, ..HeapConfig::default() };
    let heap = Heap::new(config).expect("address space");
    let local = heap.local();
    (heap, local)
}

fn broken_invariant(heap: &Heap, local: &mut LocalHeap) -> Option<&'static str> {
    let mut stopped = Stopped { locals: vec![local], roots: Vec::new() };
    heap.try_verify(&mut stopped).err().map(|violation| violation.invariant)
}

fn rooted_box(heap: &Heap, local: &mut LocalHeap) -> (Value, Root) {
    let object = local.object(Kind::Box, 1).expect("room");
    (object, heap.add_root(object))
}

#[test]
fn a_sound_heap_passes() {
    let (heap, mut local) = heap();
    let (object, _root) = rooted_box(&heap, &mut local);
    let pair = local.pair(Value::TRUE, object).expect("room");
    local.store(object, 0, pair);
    assert_eq!(broken_invariant(&heap, &mut local), None);
}

#[test]
fn a_wrong_header_is_gc_1() {
    let (heap, mut local) = heap();
    let (object, _root) = rooted_box(&heap, &mut local);
    object::raw_word(object, 0).store(0xff00, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(broken_invariant(&heap, &mut local), Some("GC-1"));
}

#[test]
fn a_wild_pointer_is_gc_2() {
    let (heap, mut local) = heap();
    let (object, _root) = rooted_box(&heap, &mut local);
    object::init_field(object, 0, Value::from_address(0x1000, crate::value::TAG_PAIR));
    assert_eq!(broken_invariant(&heap, &mut local), Some("GC-2"));
}

#[test]
fn an_object_beyond_its_block_is_gc_2() {
    let (heap, mut local) = heap();
    let (object, _root) = rooted_box(&heap, &mut local);
    let header = Header::new(Kind::Bytevector, 1 << 20);
    object::raw_word(object, 0).store(header.bits(), std::sync::atomic::Ordering::Relaxed);
    assert_eq!(broken_invariant(&heap, &mut local), Some("GC-2"));
}

#[test]
fn a_wrong_tag_is_gc_3() {
    let (heap, mut local) = heap();
    let (object, _root) = rooted_box(&heap, &mut local);
    let header = Header::new(Kind::Closure, 1);
    object::raw_word(object, 0).store(header.bits(), std::sync::atomic::Ordering::Relaxed);
    assert_eq!(broken_invariant(&heap, &mut local), Some("GC-3"));
}

#[test]
fn an_unrecorded_old_slot_is_gc_4() {
    let (heap, mut local) = heap();
    let object = local.object_in_old(Kind::Box, 1).expect("room");
    let _root = heap.add_root(object);
    let young = local.pair(Value::NIL, Value::NIL).expect("room");
    object::init_field(object, 0, young);
    assert_eq!(broken_invariant(&heap, &mut local), None, "the object is fresh");
    local.fresh.clear();
    assert_eq!(broken_invariant(&heap, &mut local), Some("GC-4"));
    object::init_field(object, 0, Value::NIL);
    local.store(object, 0, young);
    assert_eq!(broken_invariant(&heap, &mut local), None, "the store recorded it");
}

#[test]
fn a_stack_address_is_gc_5() {
    let (heap, mut local) = heap();
    let (object, _root) = rooted_box(&heap, &mut local);
    object::init_field(object, 0, Value::from_bits(0x1007));
    assert_eq!(broken_invariant(&heap, &mut local), Some("GC-5"));
}

#[test]
fn a_running_mutator_is_gc_6() {
    let (heap, mut local) = heap();
    let mut other = heap.local();
    assert_eq!(broken_invariant(&heap, &mut local), None, "an unused local heap may be missing");
    other.pair(Value::NIL, Value::NIL).expect("room");
    assert_eq!(broken_invariant(&heap, &mut local), Some("GC-6"));
    drop(other);
    assert_eq!(broken_invariant(&heap, &mut local), None);
}

#[test]
fn a_forwarding_mark_is_gc_7() {
    let (heap, mut local) = heap();
    let (object, _root) = rooted_box(&heap, &mut local);
    object::init_field(object, 0, Value::FORWARDED);
    assert_eq!(broken_invariant(&heap, &mut local), Some("GC-7"));
}

#[test]
fn a_used_nursery_before_marking_is_gc_8() {
    let (heap, mut local) = heap();
    assert!(heap.nothing_is_young().is_ok());
    local.pair(Value::NIL, Value::NIL).expect("room");
    let violation = heap.nothing_is_young().expect_err("a block is in use");
    assert_eq!(violation.invariant, "GC-8");
}

#[test]
fn uncounted_objects_are_gc_9() {
    let (heap, mut local) = heap();
    let (object, _root) = rooted_box(&heap, &mut local);
    let (start, end) = (local.cursor, local.end);
    heap.nursery.give_back(start, end);
    let header = Header::new(Kind::Bytevector, 2048);
    object::raw_word(object, 0).store(header.bits(), std::sync::atomic::Ordering::Relaxed);
    assert_eq!(broken_invariant(&heap, &mut local), Some("GC-9"));
}

#[test]
fn code_whose_memory_is_gone_is_gc_13() {
    let (heap, mut local) = heap();
    let code = heap.new_code(&mut local, &[Value::ZERO], Arc::new(())).expect("room");
    let closure = local.object(Kind::Closure, 1).expect("room");
    object::init_field(closure, 0, code);
    let _root = heap.add_root(closure);
    assert_eq!(broken_invariant(&heap, &mut local), None);
    heap.codes.lock().after_marking(|_| false, &mut Vec::new());
    assert_eq!(broken_invariant(&heap, &mut local), Some("GC-13"));
}
