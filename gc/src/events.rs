//! What a collection did, and the events that tell it: the targets `lisle::gc`, `lisle::gc::phase`,
//! `lisle::barrier` and `lisle::heap`. docs/tracing.md has their fields.
//!
//! Nothing is traced while the world is stopped: [`crate::Heap::collect`] returns a record, and
//! whoever stopped the world emits it after it runs again, inside the span `gc` that it opened before.

use crate::{
    event,
    external::Settling,
    native::Host,
    policy::Reason,
    record::{Phase, Record, RecordKind},
};
use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Instant,
};

/// What one collection did. Also carries the host values that it found dead: they are dropped by
/// [`CollectionRecord::finish`], or with the record, which is to happen after the world runs again.
pub struct CollectionRecord {
    /// Number of this collection, from 1 on.
    pub seq: u64,
    /// Was the old generation collected too?
    pub full: bool,
    /// Why it ran.
    pub reason: Reason,
    /// When the collector began, in nanoseconds since the heap was made.
    pub start_ns: u64,
    /// How long the collector worked.
    pub pause_ns: u64,
    /// How long it took to stop the world. Filled in by whoever stopped it, like all below up to
    /// `late_tid`.
    pub stop_ns: u64,
    /// How long it took to resume it.
    pub resume_ns: u64,
    /// Mutators.
    pub threads: usize,
    /// Those that were blocked already.
    pub blocked_threads: usize,
    /// The mutator that ran the collection.
    pub initiator_tid: u64,
    /// The last one to stop.
    pub late_tid: u64,
    /// Processor time of all workers; 0 when nobody watches.
    pub cpu_ns: u64,
    /// Threads that did the work: one, and the helpers that came in time.
    pub workers: usize,
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
    /// Bytes outside the heap that objects keep alive, before.
    pub external_before_bytes: usize,
    /// ... and after; what the host values in `dead` count is still among them.
    pub external_bytes: usize,
    /// Remembered slots looked at.
    pub remembered_slots: usize,
    /// Objects made in the old generation since the collection before, and scanned once.
    pub fresh_objects: usize,
    /// Objects marked by a full collection.
    pub marked_objects: usize,
    /// Time collecting since the heap was made, in thousandths.
    pub gc_permille: u64,
    /// Details, and how many of them were lost.
    pub(crate) details: (Vec<Record>, u64),
    pub(crate) dead: Vec<Host>,
    /// Ends after `dead` was dropped.
    pub(crate) settling: Option<Settling>,
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

    /// When the world was asked to stop, in nanoseconds since the heap was made.
    pub fn requested_ns(&self) -> u64 {
        self.start_ns.saturating_sub(self.stop_ns)
    }

    /// Emits `gc.end` and the collection's details. Call it with the world running and no lock held.
    pub fn emit(&self) {
        event!(
            self.vm,
            INFO,
            "lisle::gc",
            "gc.end",
            seq = self.seq,
            kind = self.kind(),
            reason = self.reason.name(),
            initiator_tid = self.initiator_tid,
            threads = self.threads,
            blocked_threads = self.blocked_threads,
            start_ns = self.requested_ns(),
            stop_ns = self.stop_ns,
            pause_ns = self.pause_ns,
            resume_ns = self.resume_ns,
            cpu_ns = self.cpu_ns,
            workers = self.workers,
            heap_before_bytes = self.heap_before_bytes,
            heap_after_bytes = self.heap_after_bytes,
            nursery_before_bytes = self.nursery_before_bytes,
            eden_bytes = self.eden_bytes,
            survived_bytes = self.survived_bytes,
            promoted_bytes = self.promoted_bytes,
            promoted_objects = self.promoted_objects,
            freed_bytes = self.freed_bytes(),
            old_bytes = self.old_bytes,
            old_goal_bytes = self.old_goal_bytes,
            large_bytes = self.large_bytes,
            external_before_bytes = self.external_before_bytes,
            external_bytes = self.external_bytes,
            remset_entries = self.remembered_slots,
            late_tid = self.late_tid,
            gc_permille = self.gc_permille,
        );
        let (records, lost) = &self.details;
        for record in records {
            emit_detail(self.vm, record);
        }
        lost_records(self.vm, 0, *lost);
    }

    /// Drops the host values that the collection found dead, which may run code of the host. Call it
    /// as [`CollectionRecord::emit`]. A panic in that ends nothing but the dropping of that value: the
    /// thread that happened to collect has nothing to do with it.
    pub fn finish(self) {
        let count = self.dead.len();
        if count == 0 {
            return;
        }
        let started = Instant::now();
        for value in self.dead {
            // The panic's hook has told of it.
            let _ = catch_unwind(AssertUnwindSafe(|| drop(value)));
        }
        let dur_ns = crate::heap::elapsed_ns(started);
        let external_freed_bytes = self.settling.map_or(0, Settling::end);
        event!(
            self.vm,
            DEBUG,
            "lisle::gc",
            "finalizer.run",
            seq = self.seq,
            queued = count,
            run = count,
            dur_ns = dur_ns,
            external_freed_bytes = external_freed_bytes,
        );
    }
}

/// Says that a ring was too small.
pub fn lost_records(vm: u64, ring_tid: u64, count: u64) {
    if count > 0 {
        event!(vm, WARN, "lisle::gc", "trace.lost", ring_tid = ring_tid, count = count);
    }
}

/// Spaces that change their size.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u16)]
pub(crate) enum Space {
    Nursery,
    Old,
}

/// Why they do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u64)]
pub(crate) enum Cause {
    Survival,
    PauseGoal,
    ThreadsChanged,
    Limit,
}

const SPACES: [&str; 2] = ["nursery", "old"];
const CAUSES: [&str; 4] = ["survival", "pause_goal", "threads_changed", "limit"];

fn emit_detail(vm: u64, record: &Record) {
    let [first, second, third, fourth] = record.words;
    match record.kind {
        RecordKind::Phase => {
            let phase = Phase::ALL.get(usize::from(record.code)).map_or("", |phase| phase.name());
            event!(
                vm,
                DEBUG,
                "lisle::gc::phase",
                "gc.phase",
                seq = record.seq,
                phase = phase,
                worker = record.worker,
                start_ns = record.start_ns,
                dur_ns = first,
                objects = second,
                bytes = third,
                stolen = fourth,
            );
        }
        RecordKind::Age => event!(
            vm,
            TRACE,
            "lisle::gc::phase",
            "gc.age",
            seq = record.seq,
            age = record.code,
            bytes = first,
        ),
        RecordKind::Resize => {
            let cause = usize::try_from(fourth).ok().and_then(|index| CAUSES.get(index));
            event!(
                vm,
                DEBUG,
                "lisle::heap",
                "heap.resize",
                seq = record.seq,
                space = SPACES.get(usize::from(record.code)).copied().unwrap_or(""),
                from_bytes = first,
                to_bytes = second,
                reason = cause.copied().unwrap_or(""),
                survival_permille = third,
            );
        }
        RecordKind::Barrier => event!(
            vm,
            DEBUG,
            "lisle::barrier",
            "barrier.stats",
            seq = record.seq,
            tid = record.tid,
            slow_hits = first,
            remset_added = second,
            remset_dup = third,
            remset_len = fourth,
        ),
        RecordKind::Worker => event!(
            vm,
            DEBUG,
            "lisle::thread",
            "thread.attach",
            tid = 0u64,
            os_tid = first,
            thread = "gc-worker",
            kind = "gc_worker",
            worker = record.worker,
            parent_tid = 0u64,
        ),
        // These are emitted by those who know threads, frames and places.
        RecordKind::Promotion | RecordKind::Sample | RecordKind::Limit | RecordKind::Late => {}
    }
}

/// The span `gc`, open: to be made before the world is asked to stop, and closed after it runs again.
#[derive(Debug)]
pub struct CollectionSpan {
    #[cfg(feature = "tracing")]
    span: tracing::span::EnteredSpan,
}

impl CollectionSpan {
    /// Opens and enters the span, in native state and without a lock.
    pub fn open(vm: u64, seq: u64, initiator_tid: u64) -> CollectionSpan {
        #[cfg(feature = "tracing")]
        {
            use tracing::field::Empty;
            let span = tracing::info_span!(
                target: "lisle::gc", "gc", vm, schema = 1u64, seq, initiator_tid,
                kind = Empty, reason = Empty, threads = Empty, blocked_threads = Empty
            );
            CollectionSpan { span: span.entered() }
        }
        #[cfg(not(feature = "tracing"))]
        {
            let _ = (vm, seq, initiator_tid);
            CollectionSpan {}
        }
    }

    /// Tells in the span what came of it. As [`CollectionRecord::emit`].
    pub fn record(&self, record: &CollectionRecord) {
        #[cfg(feature = "tracing")]
        self.span
            .record("kind", record.kind())
            .record("reason", record.reason.name())
            .record("threads", record.threads)
            .record("blocked_threads", record.blocked_threads);
        #[cfg(not(feature = "tracing"))]
        let _ = record;
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
