//! A full collection of the old generation, after a minor one that left nothing young: mark
//! everything reachable from the roots, settle weak references, then have it swept.

pub(crate) mod mark;

use crate::{
    Heap, Stopped,
    native::Host,
    phases::{Done, Phases},
    poison::poison_dead,
    record::Phase,
};
use mark::{Marked, Marker};

/// Marks the old generation, and makes it ready to be swept; the nursery is empty.
pub(crate) fn collect(heap: &Heap, stopped: &mut Stopped<'_>, dead: &mut Vec<Host>) -> Marked {
    let young = heap.nothing_is_young();
    assert!(young.is_ok(), "{young:?}");
    let mut phases = Phases::begin(heap, 0);
    begin_marking(heap, stopped);
    let weaklings = heap.weak.lock().lift_all();
    let mut marker = Marker::<false>::new(heap);
    mark_roots(heap, stopped, &mut marker);
    end_marking(stopped, &mut marker);
    phases.end(Phase::Mark, Done { objects: marker.marked().objects, ..Done::default() });
    let strong = marker.marked().objects;
    weaklings.settle(&mut marker, &mut stopped.roots, &heap.layout, &mut heap.weak.lock());
    for source in &mut stopped.roots {
        source.forget_dead(&marker);
    }
    phases.end(Phase::Weak, Done { objects: marker.marked().objects - strong, ..Done::default() });
    let found = dead.len();
    heap.natives.lock().after_marking(|object| marker.is_marked(object), dead);
    phases.end(Phase::FinalizeQueue, Done { objects: dead.len() - found, ..Done::default() });
    if heap.config.stress.poison {
        let marked = poison_dead(heap, stopped);
        assert!(marked.is_ok(), "{marked:?}");
    }
    let used = heap.old.used_bytes();
    let marked = marker.marked();
    begin_sweeping(heap, marked.lines);
    let bytes = used.saturating_sub(heap.old.used_bytes());
    phases.end(Phase::Sweep, Done { bytes, ..Done::default() });
    marked
}

/// Clears all marks; from here on, the barrier keeps what is overwritten.
fn begin_marking(heap: &Heap, stopped: &mut Stopped<'_>) {
    heap.old.lock_blocks().begin_marking();
    heap.old.lock_large().begin_marking();
    for local in &mut stopped.locals {
        local.begin_snapshot();
    }
}

/// Marks what the roots lead to.
fn mark_roots(heap: &Heap, stopped: &mut Stopped<'_>, marker: &mut Marker<'_, false>) {
    heap.roots.visit(marker);
    for source in &mut stopped.roots {
        source.visit_roots(marker);
        marker.drain();
    }
    marker.drain();
}

/// Marks what was overwritten since marking began: nothing, as long as the world is stopped for all
/// of it.
fn end_marking(stopped: &mut Stopped<'_>, marker: &mut Marker<'_, false>) {
    for local in &mut stopped.locals {
        for overwritten in local.end_snapshot() {
            marker.mark(overwritten.bits());
        }
    }
    marker.drain();
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
