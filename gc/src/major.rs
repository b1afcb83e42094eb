//! A full collection of the old generation, after a minor one that left nothing young: mark
//! everything reachable from the roots, settle weak references, then sweep.

pub(crate) mod mark;

use crate::{
    Heap, Stopped,
    native::Host,
    phases::{Done, Phases},
    poison::poison_dead,
    record::Phase,
};
use mark::Marker;

/// Marks and sweeps the old generation; the nursery is empty. Returns how many objects are live.
pub(crate) fn collect(heap: &Heap, stopped: &mut Stopped<'_>, dead: &mut Vec<Host>) -> usize {
    let young = heap.nothing_is_young();
    assert!(young.is_ok(), "{young:?}");
    let mut phases = Phases::begin(heap, 0);
    heap.old.lock_blocks().begin_marking();
    heap.old.lock_large().begin_marking();
    let weaklings = heap.weak.lock().lift_all();
    let mut marker = Marker::new(heap.layout);
    heap.roots.visit(&mut marker);
    for source in &mut stopped.roots {
        source.visit_roots(&mut marker);
        marker.drain();
    }
    marker.drain();
    phases.end(Phase::Mark, Done { objects: marker.marked(), ..Done::default() });
    let strong = marker.marked();
    weaklings.settle(&mut marker, &mut stopped.roots, &heap.layout, &mut heap.weak.lock());
    for source in &mut stopped.roots {
        source.forget_dead(&marker);
    }
    phases.end(Phase::Weak, Done { objects: marker.marked() - strong, ..Done::default() });
    let found = dead.len();
    heap.natives.lock().after_marking(|object| marker.is_marked(object), dead);
    phases.end(Phase::FinalizeQueue, Done { objects: dead.len() - found, ..Done::default() });
    if heap.config.stress.poison {
        let marked = poison_dead(heap, stopped);
        assert!(marked.is_ok(), "{marked:?}");
    }
    let used = heap.old.used_bytes();
    sweep(heap);
    let bytes = used.saturating_sub(heap.old.used_bytes());
    phases.end(Phase::Sweep, Done { bytes, ..Done::default() });
    marker.marked()
}

fn sweep(heap: &Heap) {
    let mut blocks = heap.old.lock_blocks();
    blocks.sweep(&heap.memory);
    heap.old.publish_blocks(&blocks);
    let mut large = heap.old.lock_large();
    large.sweep(&heap.memory, heap.config.stress.poison);
    heap.old.publish_large(&large);
}
