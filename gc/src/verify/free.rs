//! Memory that is to be handed out, as it is in a stopped world (GC-14).

use crate::{Heap, Stopped};

/// Rests of buffers and runs, and free lines: start and end, in rising order, none empty.
#[derive(Default)]
pub(super) struct FreeMemory(Vec<(usize, usize)>);

impl FreeMemory {
    /// All of a heap's, but for free blocks and pages, in which nothing is anyway (GC-2).
    pub(super) fn of(heap: &Heap, stopped: &Stopped<'_>) -> FreeMemory {
        let mut runs = heap.old.lock_blocks().free_runs();
        runs.extend(heap.nursery.free_runs());
        for local in &stopped.locals {
            runs.extend([(local.cursor, local.end), local.hidden]);
        }
        runs.retain(|(start, end)| start < end);
        runs.sort_unstable();
        FreeMemory(runs)
    }

    /// Free memory that overlaps what lies from `start` to `end`.
    pub(super) fn overlapping(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let after = self.0.partition_point(|&(_, run_end)| run_end <= start);
        self.0.get(after).copied().filter(|&(run_start, _)| run_start < end)
    }
}
