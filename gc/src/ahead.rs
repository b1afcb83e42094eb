//! What a collection leaves to a helper, who does it beside the mutators: sweeping, giving memory
//! back, and making memory ready for the next collection.
//!
//! A page that is written for the first time costs a fault: for a huge page it is often a
//! millisecond or more, in which the system finds and clears it. In a collection that promotes
//! much, that would be most of the pause. So a helper touches as much as was promoted the last time.
//!
//! Memory that is given back is withheld from the allocators meanwhile, so nobody waits for it.
//! Where there is one core, or no thread to be had, the collection does its errands itself.

use crate::{Heap, os::HUGE_BYTES, team::Job};
use std::sync::Arc;

/// Who promotes less than this meets few faults.
const PROMOTED_LEAST: usize = 512 * 1024;
/// No more than this is touched ahead.
const AHEAD_MOST: usize = 64 << 20;
/// So many blocks are swept before the allocators get a chance: some microseconds of work.
const SWEPT_AT_ONCE: usize = 64;

/// What there is to do after a collection.
struct Errand {
    heap: Arc<Heap>,
    /// Finish sweeping, and give memory back?
    sweep: bool,
    /// So much of the old generation is to be touched.
    touch_bytes: usize,
}

impl Job for Errand {
    fn help(&self, _worker: usize) {
        if self.sweep {
            sweep_all(&self.heap);
        }
        let heap = &self.heap;
        let stretches = heap.old.lock_blocks().room_ahead(&heap.memory, self.touch_bytes);
        for (start, bytes) in stretches {
            // Piece by piece, so that a mutator that changes the map of the memory gets at it.
            for offset in (0..bytes).step_by(HUGE_BYTES) {
                heap.memory.populate(start + offset, HUGE_BYTES.min(bytes - offset));
            }
        }
    }
}

fn sweep_all(heap: &Heap) {
    while heap.old.lock_blocks().sweep(SWEPT_AT_ONCE) {}
    let blocks = heap.old.lock_blocks().withhold_excess();
    for &(start, bytes) in &blocks.stretches {
        heap.memory.discard(start, bytes);
    }
    heap.old.lock_blocks().take_back_bare(blocks);
    if heap.config.stress.poison {
        // Poisoned memory is to keep its poison.
        return;
    }
    let large = heap.old.lock_large().withhold_excess();
    for &(start, bytes) in &large {
        heap.memory.discard(start, bytes);
    }
    heap.old.lock_large().take_back_clean(&large);
}

/// Sends for a helper to do what remains after a collection: after a full one to sweep, and after
/// one that promoted so much to make room for as much. World stopped.
pub(crate) fn send(heap: &Heap, full: bool, promoted_bytes: usize) {
    let touch_bytes =
        if promoted_bytes < PROMOTED_LEAST { 0 } else { promoted_bytes.min(AHEAD_MOST) };
    if !full && touch_bytes == 0 {
        return;
    }
    // In stress modes, what is dead must be seen to be dead at once.
    let at_once = heap.config.stress.poison || heap.cores() < 2;
    let sent = !at_once
        && heap.shared().is_some_and(|shared| {
            heap.team.send(Arc::new(Errand { heap: shared, sweep: full, touch_bytes }))
        });
    if full && !sent {
        sweep_all(heap);
    }
}
