//! A full collection of the old generation, after a minor one that left nothing young: mark
//! everything reachable from the roots, settle weak references, then have it swept.
//!
//! It has a beginning and an end, each with the world stopped, and marking between them. So far the
//! world is stopped for all of it ([`collect`]), but what is marked is a snapshot in any case: what
//! was reachable at the beginning, and what is made after it. NOTE(snapshot) says what keeps it true
//! when mutators and minor collections run in between:
//!
//! - The barrier keeps what is overwritten in old objects ([`crate::barrier`]).
//! - What is made in the old generation is marked from birth, whoever makes it, mutators or a minor
//!   collection: a block that is taken has all its marks set, and a large object its own.
//! - What is young was made since, so young pointers are passed over, and the minor collection at
//!   the end moves what they lead to into marked blocks.
//! - A stack's chunk never changes, so frames that are copied back from it need not be marked
//!   first; and none is used again for other frames ([`crate::LocalHeap::remake`]).
//! - What comes out of a weak reference may not be part of the snapshot, and becomes part of it
//!   ([`crate::LocalHeap::weak_field`], [`crate::LocalHeap::weakly_read`]).
//! - Weak pairs are read like others, so none may be there when marking begins, or it has to end in
//!   the same stop. One that is made later leads to what its maker had in its hands: something of the
//!   snapshot, or made since.

pub(crate) mod mark;
#[cfg(any(test, feature = "stepped-marking"))]
pub(crate) mod stepped;
#[cfg(test)]
mod tests;

use crate::{
    Heap, Stopped, Value,
    native::Host,
    phases::{Done, Phases},
    poison::poison_dead,
    record::Phase,
    weak::settle::Pending,
};
use mark::{Marked, Marker};
use std::sync::atomic::Ordering;

/// A marking that has begun.
pub(crate) struct Marking<'h> {
    marker: Marker<'h, false>,
    weak_pairs: Vec<Pending>,
    /// Does nobody run before its end?
    is_in_one_stop: bool,
}

/// Marks the old generation, and makes it ready to be swept; the nursery is empty.
pub(crate) fn collect(heap: &Heap, stopped: &mut Stopped<'_>, dead: &mut Vec<Host>) -> Marked {
    heap.check(|heap| heap.verify_emptied(stopped));
    let mut phases = Phases::begin(heap, 0);
    let mut marking = begin(heap, stopped);
    marking.is_in_one_stop = true;
    end(heap, stopped, marking, &mut phases, dead)
}

/// Clears all marks, and marks what the roots refer to. From here on, the barrier keeps what is
/// overwritten. World stopped, nothing young.
fn begin<'h>(heap: &'h Heap, stopped: &mut Stopped<'_>) -> Marking<'h> {
    let young = heap.nothing_is_young();
    assert!(young.is_ok(), "{young:?}");
    heap.old.lock_blocks().begin_marking();
    heap.old.lock_large().begin_marking();
    heap.check(Heap::verify_cleared);
    heap.is_marking.store(true, Ordering::Release);
    for local in &mut stopped.locals {
        local.begin_snapshot();
    }
    let weak_pairs = heap.weak.lock().lift_pairs();
    let mut marker = Marker::<false>::new(heap);
    if is_checked(heap) {
        heap.roots.visit_and_keep(&mut marker);
    } else {
        heap.roots.visit(&mut marker);
    }
    for source in &mut stopped.roots {
        source.visit_roots(&mut marker);
    }
    Marking { marker, weak_pairs, is_in_one_stop: false }
}

/// Does anything besides the marker look at what is alive?
fn is_checked(heap: &Heap) -> bool {
    heap.config.verify || heap.config.stress.poison
}

/// Marks what is left, settles weak references, and has the rest swept. World stopped, nothing young.
fn end(
    heap: &Heap,
    stopped: &mut Stopped<'_>,
    marking: Marking<'_>,
    phases: &mut Phases<'_>,
    dead: &mut Vec<Host>,
) -> Marked {
    let Marking { mut marker, weak_pairs, is_in_one_stop } = marking;
    let young = heap.nothing_is_young();
    assert!(young.is_ok(), "{young:?}");
    let overwritten = mark_overwritten(heap, stopped, &mut marker);
    heap.check(|heap| {
        let counted = is_in_one_stop.then_some(marker.marked().objects);
        heap.verify_marked(stopped, &overwritten, counted)
    });
    phases.end(Phase::Mark, Done { objects: marker.marked().objects, ..Done::default() });
    let strong = marker.marked().objects;
    let mut table = heap.weak.lock();
    let weaklings = table.lift_others(weak_pairs);
    weaklings.settle(&mut marker, &heap.layout, &mut table);
    drop(table);
    for source in &mut stopped.roots {
        source.forget_dead(&marker);
    }
    phases.end(Phase::Weak, Done { objects: marker.marked().objects - strong, ..Done::default() });
    let found = dead.len();
    heap.natives.lock().after_marking(|object| marker.is_marked(object), dead);
    heap.codes.lock().after_marking(|object| marker.is_marked(object), dead);
    phases.end(Phase::FinalizeQueue, Done { objects: dead.len() - found, ..Done::default() });
    heap.check(|heap| heap.verify_settled(stopped, &overwritten));
    if heap.config.stress.poison {
        let marked = poison_dead(heap, stopped, &overwritten);
        assert!(marked.is_ok(), "{marked:?}");
    }
    if is_checked(heap) {
        heap.roots.keep_no_more();
    }
    let used = heap.old.used_bytes();
    let marked = marker.marked();
    begin_sweeping(heap, marked.lines);
    heap.check(Heap::verify_swept);
    let bytes = used.saturating_sub(heap.old.used_bytes());
    phases.end(Phase::Sweep, Done { bytes, ..Done::default() });
    marked
}

/// Marks what is left of the snapshot: what was found and not scanned, and what was overwritten since
/// the marking began, which it returns.
fn mark_overwritten(
    heap: &Heap,
    stopped: &mut Stopped<'_>,
    marker: &mut Marker<'_, false>,
) -> Vec<Value> {
    heap.is_marking.store(false, Ordering::Release);
    let mut overwritten = std::mem::take(&mut heap.orphans.lock().overwritten);
    for local in &mut stopped.locals {
        overwritten.extend(local.end_snapshot());
    }
    overwritten.iter().for_each(|v| marker.mark(v.bits()));
    marker.drain();
    overwritten
}

/// Large objects are swept at once, since there are few; blocks when somebody needs room, or by a
/// helper ([`crate::ahead`]).
fn begin_sweeping(heap: &Heap, marked_lines: usize) {
    let mut blocks = heap.old.lock_blocks();
    blocks.begin_sweeping(marked_lines);
    heap.old.publish_blocks(&blocks);
    let mut large = heap.old.lock_large();
    large.sweep(heap.config.stress.poison);
    heap.old.publish_large(&large);
}
