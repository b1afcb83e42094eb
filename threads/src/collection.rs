//! Collections as a mutator runs them: whose turn it is, the stop, and what is told of it afterwards.
//!
//! NOTE(turn): the span `gc` is opened before the stop, and each one must become a collection. So
//! whoever wants to collect first takes the *turn*, which is given back before the world resumes. A
//! running thread that finds it taken knows that a stop is about to come which meets its wish, and
//! goes on. The holder that finds no wish any more gives the turn back and looks once more: a wish
//! made meanwhile was made by a thread that saw the turn taken.

use crate::events;
use crate::mutator::Mutator;
use crate::rendezvous::{Seat, StopTimes};
use crate::sync::{Arc, Lock, Signal};
use crate::world::{Occupant, World};
use lisle_frames::FrameStats;
use lisle_gc::{CollectionSpan, Reason, Watched};
use std::thread::ThreadId;

/// Whose turn it is to collect.
#[derive(Debug, Default)]
pub(crate) struct Turn {
    holder: Lock<Option<ThreadId>>,
    free: Signal,
}

/// The turn is one's own until this is dropped.
struct Holding<'a>(&'a Turn);

impl Turn {
    fn take(&self) -> Option<Holding<'_>> {
        let mut holder = self.holder.lock();
        if holder.is_some() {
            return None;
        }
        *holder = Some(std::thread::current().id());
        Some(Holding(self))
    }

    /// Waits until the turn is free; not if the calling thread has it, as in a subscriber that runs
    /// guest code.
    fn wait(&self) {
        let own = std::thread::current().id();
        let mut holder = self.holder.lock();
        while holder.is_some_and(|holder| holder != own) {
            holder = self.free.wait(holder);
        }
    }

    fn is_own(&self) -> bool {
        *self.holder.lock() == Some(std::thread::current().id())
    }
}

impl Drop for Holding<'_> {
    fn drop(&mut self) {
        *self.0.holder.lock() = None;
        self.0.free.notify_all();
    }
}

/// How one thread took part in a stop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wait {
    pub(crate) tid: u64,
    pub(crate) state: &'static str,
    pub(crate) reach_ns: u64,
    pub(crate) site: &'static str,
}

/// What a stop is told with.
#[derive(Debug)]
pub(crate) struct StopReport {
    pub(crate) times: StopTimes,
    pub(crate) reason: &'static str,
    pub(crate) requester_tid: u64,
    /// When the world was asked to stop, in nanoseconds since the heap was made.
    pub(crate) start_ns: u64,
    /// How long it stood still.
    pub(crate) held_ns: u64,
    pub(crate) waits: Vec<Wait>,
}

/// What the frames of one mutator did since it was told last.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FrameReport {
    pub(crate) tid: u64,
    pub(crate) seq: u64,
    pub(crate) stats: FrameStats,
}

impl Mutator {
    /// Runs a collection now, for this reason. A safepoint. (Inside a subscriber that was told that
    /// this thread is about to collect, it does nothing: that collection is about to come.)
    pub fn collect(&mut self, reason: Reason) {
        while !self.try_collect(Some(reason)) {
            let world = Arc::clone(&self.world);
            if world.turn.is_own() {
                return;
            }
            self.native(move || world.turn.wait());
        }
    }

    /// Meets the heap's wish for a collection, or leaves it to the thread that is about to.
    pub(crate) fn collect_if_wanted(&mut self) {
        while self.world.heap.collection_wanted() {
            if self.try_collect(None) || !self.world.heap.collection_wanted() {
                break;
            }
            if self.world.turn.holder.lock().is_some() {
                return;
            }
        }
    }

    /// Collects if it is this thread's turn and, without a reason, the heap wants it.
    fn try_collect(&mut self, reason: Option<Reason>) -> bool {
        self.stack.age(&mut self.heap);
        self.note_sample();
        let world = Arc::clone(&self.world);
        let Some(turn) = world.turn.take() else { return false };
        if reason.is_none() && !world.heap.collection_wanted() {
            return false;
        }
        let (vm, tid) = (world.heap.config().vm, self.id().0);
        let seq = world.heap.epoch() + 1;
        let span = match world.heap.watch().is_on(Watched::Collections) {
            true => Some(self.native(|| CollectionSpan::open(vm, seq, tid))),
            false => None,
        };
        let seat = Arc::clone(self.seat());
        let stop = loop {
            match world.rendezvous.try_stop(Some(&seat)) {
                Some(stop) => break stop,
                // Somebody stops the world for another purpose.
                None => world.rendezvous.stop_here(&seat),
            }
        };
        let reason = reason.unwrap_or_else(|| world.heap.wanted_reason());
        let mut record = world.collect_stopped(&stop, reason);
        let times = stop.times();
        let waits = world.waits(&stop);
        let frames = world.count_frames(&stop, record.seq);
        drop(turn);
        record.resume_ns = stop.resume();
        record.stop_ns = times.nanoseconds;
        record.threads = times.running + times.stopped_already + 1;
        record.blocked_threads = times.stopped_already;
        record.initiator_tid = tid;
        record.late_tid = times.latest.unwrap_or(0);
        let total = times.nanoseconds + record.pause_ns + record.resume_ns;
        seat.add_wait(total);
        world.stops.lock().add(times.nanoseconds);
        let report = StopReport {
            times,
            reason: "gc",
            requester_tid: tid,
            start_ns: record.requested_ns(),
            held_ns: record.pause_ns + record.resume_ns,
            waits,
        };
        // Subscribers and the finalisers of host values may take their time.
        self.native(move || events::collected(&world, record, span, &report, &frames));
        true
    }
}

impl World {
    /// How every other thread took part in a stop, if anybody wants to know.
    pub(crate) fn waits(&self, stop: &crate::rendezvous::Stop<'_, Occupant>) -> Vec<Wait> {
        if !self.heap.watch().is_on(Watched::Stops) {
            return Vec::new();
        }
        let others = stop.seats().iter().filter(|seat| !stop.is_own(seat));
        others.map(|seat| wait_of(seat, stop.times().epoch)).collect()
    }
}

fn wait_of(seat: &Seat<Occupant>, epoch: u64) -> Wait {
    let reached = seat.reached(epoch);
    let state = match (reached, seat.snapshot().mode()) {
        (Some(_), _) => "running",
        (None, crate::state::Mode::Native) if seat.member.parker.is_waiting() => "parked",
        (None, crate::state::Mode::Native) => "native",
        (None, _) => "blocked",
    };
    let site = match (reached, seat.snapshot().mode()) {
        (None, _) => "",
        (Some(_), crate::state::Mode::Native) => "native_enter",
        (Some(_), _) => seat.member.site(),
    };
    Wait { tid: seat.member.id.0, state, reach_ns: reached.unwrap_or(0), site }
}
