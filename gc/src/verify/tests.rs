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
    assert_eq!(broken_invariant(&heap, &mut local), None);
    local.retire_buffer();
    heap.nursery.begin_collection();
    assert_eq!(object::size(object), 1);
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

#[test]
fn an_unlisted_weak_reference_is_gc_10() {
    let (heap, mut local) = heap();
    let weak = heap.new_weak_box(&mut local, Value::NIL).expect("room");
    let _root = heap.add_root(weak);
    assert_eq!(broken_invariant(&heap, &mut local), None);
    heap.weak.lock().young.clear();
    assert_eq!(broken_invariant(&heap, &mut local), Some("GC-10"));
}

#[test]
fn a_young_referent_of_what_is_listed_as_old_is_gc_10() {
    let (heap, mut local) = heap();
    let (referent, _kept) = rooted_box(&heap, &mut local);
    let weak = heap.new_weak_box(&mut local, referent).expect("room");
    let _root = heap.add_root(weak);
    let container = heap.weak.lock().young.pop().expect("it was listed");
    heap.weak.lock().old.push(container);
    assert_eq!(broken_invariant(&heap, &mut local), Some("GC-10"));
}

#[test]
fn a_young_object_that_an_old_guardian_watches_as_old_is_gc_11() {
    let (heap, mut local) = heap();
    let guardian = heap.new_guardian(&mut local).expect("room");
    let _root = heap.add_root(guardian);
    let pair = local.pair(Value::NIL, Value::NIL).expect("room");
    heap.guard(&mut local, guardian, pair, pair).expect("room");
    assert_eq!(broken_invariant(&heap, &mut local), None);
    let mut weak = heap.weak.lock();
    let guarded = std::mem::take(&mut weak.guarded_young);
    weak.guarded_old.extend(guarded);
    drop(weak);
    assert_eq!(broken_invariant(&heap, &mut local), Some("GC-11"));
}

#[test]
fn an_object_in_the_rest_of_a_buffer_is_gc_14() {
    let (heap, mut local) = heap();
    let _root = rooted_box(&heap, &mut local);
    assert_eq!(broken_invariant(&heap, &mut local), None);
    local.cursor -= 8;
    assert_eq!(broken_invariant(&heap, &mut local), Some("GC-14"));
}

#[test]
fn an_object_on_a_line_that_is_used_again_is_gc_14() {
    let (heap, mut local) = heap();
    let dead = local.pair_in_old(Value::NIL, Value::NIL).expect("room");
    let (other, _root) = (0..20).fold((dead, None), |_, _| {
        let pair = local.pair_in_old(Value::NIL, Value::NIL).expect("room");
        (pair, Some(heap.add_root(pair)))
    });
    assert!(other.address() / 128 > dead.address() / 128, "on another line");
    let mut stopped = Stopped { locals: vec![&mut local], roots: Vec::new() };
    heap.collect(&mut stopped, crate::Reason::Explicit).emit();
    assert_eq!(broken_invariant(&heap, &mut local), None);
    let _lost = heap.add_root(dead);
    assert_eq!(broken_invariant(&heap, &mut local), Some("GC-14"));
}
