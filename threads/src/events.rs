//! What this crate tells: the targets `lisle::safepoint`, `lisle::thread`, `lisle::frame`,
//! `lisle::alloc` and `lisle::limit`. docs/tracing.md has the fields.
//!
//! Everything here is called in native state or without a mutator, and with no lock held: subscribers
//! take their time and may run guest code.

use crate::collection::{FrameReport, StopReport};
use crate::mutator::Farewell;
use crate::reason::MutatorId;
use crate::statistics::ThreadStats;
use crate::world::World;
use lisle_frames::{CLOSURE_CAPTURE, PromotionReason};
use lisle_gc::{CollectionRecord, CollectionSpan, Record, RecordKind, event, lost_records, object};

/// Where a thread comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin {
    pub(crate) kind: &'static str,
    pub(crate) parent_tid: u64,
    pub(crate) place: u64,
}

/// What may be limited.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u16)]
pub enum LimitKind {
    /// Steps of a program.
    Fuel,
    /// Time.
    Time,
    /// Bytes a sandbox may allocate.
    Quota,
    /// Bytes of the heap.
    Heap,
    /// Depth of the stack.
    Stack,
    /// Threads.
    Threads,
}

const LIMITS: [&str; 6] = ["fuel", "time", "quota", "heap", "stack", "threads"];

/// A mutator came into being; called on its thread.
pub(crate) fn attached(world: &World, tid: u64, name: &str, origin: Origin) {
    world.heap().watch().look();
    event!(
        world.heap().config().vm,
        DEBUG,
        "lisle::thread",
        "thread.attach",
        tid = tid,
        os_tid = lisle_gc::os_thread(),
        thread = name,
        kind = origin.kind,
        parent_tid = origin.parent_tid,
        spawn_at = &*world.at(origin.place),
        nursery_bytes = world.heap().nursery_budget_bytes(),
    );
}

/// A mutator is gone.
pub(crate) fn detached(world: &World, stats: &ThreadStats, farewell: Option<Farewell>) {
    let Some(farewell) = farewell else { return };
    frames(world, &farewell.frames);
    drain(world);
    event!(
        world.heap().config().vm,
        DEBUG,
        "lisle::thread",
        "thread.detach",
        tid = stats.tid,
        outcome = farewell.outcome,
        life_ns = farewell.life_ns,
        alloc_bytes = farewell.alloc_bytes,
        gc_count = stats.stops,
        gc_wait_ns = stats.wait_ns,
        safepoint_polls_slow = farewell.slow_polls,
        nursery_left_bytes = farewell.nursery_left_bytes,
    );
}

/// The body of a spawned thread panicked: an error in the virtual machine.
pub(crate) fn panicked(vm: u64, tid: u64) {
    event!(vm, ERROR, "lisle::thread", "thread.panic", tid = tid);
}

/// A collection is over. Drops the host values that it found dead.
pub(crate) fn collected(
    world: &World,
    record: CollectionRecord,
    span: Option<CollectionSpan>,
    report: &StopReport,
    reports: &[FrameReport],
) {
    if let Some(span) = &span {
        span.record(&record);
    }
    {
        let _inside = span;
        record.emit();
        stopped(world, report);
        for report in reports {
            frames(world, report);
        }
        drain(world);
    }
    record.finish();
    world.heap().watch().look();
}

/// The world was stopped and runs again.
pub(crate) fn stopped(world: &World, report: &StopReport) {
    let (vm, times) = (world.heap().config().vm, &report.times);
    event!(
        vm,
        DEBUG,
        "lisle::safepoint",
        "safepoint.stop",
        epoch = times.epoch,
        reason = report.reason,
        requester_tid = report.requester_tid,
        running = times.running,
        blocked = times.stopped_already,
        start_ns = report.start_ns,
        stop_ns = times.nanoseconds,
        held_ns = report.held_ns,
        late_tid = times.latest.unwrap_or(0),
    );
    let end = times.nanoseconds + report.held_ns;
    for wait in &report.waits {
        event!(
            vm,
            DEBUG,
            "lisle::safepoint",
            "safepoint.wait",
            epoch = times.epoch,
            tid = wait.tid,
            state = wait.state,
            start_ns = report.start_ns,
            reach_ns = wait.reach_ns,
            held_ns = end.saturating_sub(wait.reach_ns),
            site = wait.site,
        );
    }
}

/// What the frames of a mutator did.
pub(crate) fn frames(world: &World, report: &FrameReport) {
    let stats = &report.stats;
    if *stats == lisle_frames::FrameStats::default() {
        return;
    }
    let count = |reason: PromotionReason| stats.promoted[reason as usize];
    event!(
        world.heap().config().vm,
        DEBUG,
        "lisle::frame",
        "frame.stats",
        seq = report.seq,
        tid = report.tid,
        calls = stats.born,
        promoted_frames = stats.promoted_total(),
        promoted_bytes = 8 * stats.promoted_words,
        reinstated_frames = stats.reinstated,
        n_callcc = count(PromotionReason::Continuation),
        n_prompt = count(PromotionReason::Prompt),
        n_stack_segment_full = count(PromotionReason::Overflow),
        n_aging = count(PromotionReason::Aging),
        n_stress = count(PromotionReason::Stress),
        n_closure_capture = stats.environments_for_closures,
        n_environments_with_frames = stats.environments_with_frames,
    );
}

/// Emits what the rings of the mutators hold.
pub(crate) fn drain(world: &World) {
    let vm = world.heap().config().vm;
    for ring in world.heap().filled_rings() {
        let (records, lost) = ring.take();
        for record in &records {
            emit(world, vm, record);
        }
        lost_records(vm, ring.tid, lost);
    }
}

fn emit(world: &World, vm: u64, record: &Record) {
    let [first, second, third, fourth] = record.words;
    match record.kind {
        RecordKind::Promotion => {
            let reason = PromotionReason::ALL.get(usize::from(record.code));
            event!(
                vm,
                TRACE,
                "lisle::frame",
                "frame.promote",
                tid = record.tid,
                start_ns = record.start_ns,
                reason = reason.map_or(CLOSURE_CAPTURE, |reason| reason.name()),
                frames = first,
                bytes = second,
                depth = third,
                code = &*world.name_at(record.seq),
                at = &*world.at(fourth),
            );
        }
        RecordKind::Sample => event!(
            vm,
            TRACE,
            "lisle::alloc",
            "alloc.sample",
            tid = record.tid,
            start_ns = record.start_ns,
            bytes = first,
            kind = &*object::kind_name(record.code),
            at = &*world.at(second),
        ),
        RecordKind::Limit => event!(
            vm,
            WARN,
            "lisle::limit",
            "limit.hit",
            sandbox = 0u64,
            limit = LIMITS.get(usize::from(record.code)).copied().unwrap_or(""),
            value = first,
            tid = record.tid,
            start_ns = record.start_ns,
            at = &*world.at(second),
        ),
        RecordKind::Late => event!(
            vm,
            WARN,
            "lisle::safepoint",
            "safepoint.late",
            epoch = record.seq,
            tid = record.tid,
            thread = &*world.name_of(MutatorId(record.tid)),
            start_ns = record.start_ns,
            reach_ns = first,
            limit_ns = second,
            at = &*world.at(third),
            native = &*world.name_at(fourth),
        ),
        // The collector's own.
        RecordKind::Phase
        | RecordKind::Age
        | RecordKind::Resize
        | RecordKind::Barrier
        | RecordKind::Worker => {}
    }
}

impl World {
    /// Emits what is still waiting to be told; for the end of a virtual machine.
    pub fn emit_rest(&self) {
        drain(self);
    }
}
