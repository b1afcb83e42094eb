//! What a collection did, and the `tracing` event that tells it.
//!
//! Nothing is traced while the world is stopped: [`crate::Heap::collect`] returns a record, and
//! whoever stopped the world emits it after it runs again.

use crate::{native::Host, policy::Reason};
use std::fmt;

/// What one collection did. Also carries the host values that it found dead, which are dropped with
/// the record: drop it after the world runs again.
pub struct CollectionRecord {
    /// Number of this collection, from 1 on.
    pub seq: u64,
    /// Was the old generation collected too?
    pub full: bool,
    /// Why it ran.
    pub reason: Reason,
    /// When it began, in nanoseconds since the heap was made.
    pub start_ns: u64,
    /// How long the collector worked.
    pub pause_ns: u64,
    /// How long it took to stop the world. Filled in by whoever stopped it, like all below up to
    /// `vm`.
    pub stop_ns: u64,
    /// How long it took to resume it.
    pub resume_ns: u64,
    /// Threads that did the work: one, and the helpers that came in time.
    pub workers: usize,
    /// Mutators.
    pub threads: usize,
    /// Those that were blocked already.
    pub blocked_threads: usize,
    /// The mutator that ran the collection.
    pub initiator_tid: u64,
    /// The last one to stop.
    pub late_tid: u64,
    /// Which VM this is.
    pub vm: u64,
    /// Bytes in use before.
    pub heap_before_bytes: usize,
    /// Bytes in use after.
    pub heap_after_bytes: usize,
    /// Bytes of the nursery in use before, survivors included.
    pub nursery_before_bytes: usize,
    /// Bytes allocated in the nursery since the collection before.
    pub eden_bytes: usize,
    /// Bytes copied that stayed young.
    pub survived_bytes: usize,
    /// Bytes that moved to the old generation.
    pub promoted_bytes: usize,
    /// Objects that moved to the old generation.
    pub promoted_objects: usize,
    /// Bytes of the old generation's blocks after.
    pub old_bytes: usize,
    /// The size at which the old generation is collected next.
    pub old_goal_bytes: usize,
    /// Bytes of large objects after.
    pub large_bytes: usize,
    /// Remembered slots looked at.
    pub remembered_slots: usize,
    /// Objects made in the old generation since the collection before, and scanned once.
    pub fresh_objects: usize,
    /// Objects marked by a full collection.
    pub marked_objects: usize,
    /// Time collecting since the heap was made, in thousandths.
    pub gc_permille: u64,
    pub(crate) dead: Vec<Host>,
}

impl CollectionRecord {
    /// `minor` or `major`.
    pub fn kind(&self) -> &'static str {
        if self.full { "major" } else { "minor" }
    }

    /// Bytes given back: what was in use before and is not now.
    pub fn freed_bytes(&self) -> usize {
        self.heap_before_bytes.saturating_sub(self.heap_after_bytes)
    }

    /// How many host values died.
    pub fn dead_natives(&self) -> usize {
        self.dead.len()
    }

    /// Emits the event `gc.end`. Call it with the world running and no lock held.
    pub fn emit(&self) {
        tracing::event!(
            name: "gc.end",
            target: "lisle::gc",
            tracing::Level::INFO,
            vm = self.vm,
            schema = 1,
            seq = self.seq,
            kind = self.kind(),
            reason = self.reason.name(),
            initiator_tid = self.initiator_tid,
            threads = self.threads,
            blocked_threads = self.blocked_threads,
            start_ns = self.start_ns,
            stop_ns = self.stop_ns,
            pause_ns = self.pause_ns,
            resume_ns = self.resume_ns,
            cpu_ns = self.pause_ns,
            workers = self.workers,
            heap_before_bytes = self.heap_before_bytes,
            heap_after_bytes = self.heap_after_bytes,
            nursery_before_bytes = self.nursery_before_bytes,
            survived_bytes = self.survived_bytes,
            promoted_bytes = self.promoted_bytes,
            promoted_objects = self.promoted_objects,
            freed_bytes = self.freed_bytes(),
            old_bytes = self.old_bytes,
            old_goal_bytes = self.old_goal_bytes,
            large_bytes = self.large_bytes,
            remset_entries = self.remembered_slots,
            late_tid = self.late_tid,
            gc_permille = self.gc_permille,
            "gc"
        );
    }
}

impl fmt::Debug for CollectionRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CollectionRecord")
            .field("seq", &self.seq)
            .field("kind", &self.kind())
            .field("reason", &self.reason)
            .field("pause_ns", &self.pause_ns)
            .field("heap_before_bytes", &self.heap_before_bytes)
            .field("heap_after_bytes", &self.heap_after_bytes)
            .field("survived_bytes", &self.survived_bytes)
            .field("promoted_bytes", &self.promoted_bytes)
            .finish_non_exhaustive()
    }
}
