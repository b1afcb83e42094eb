//! Stopping and resuming the world: the whole protocol.
//!
//! Every thread that may touch the heap has a [`Seat`]. One thread becomes *coordinator*, asks
//! every seat to stop, waits until no other thread is running, works, and resumes them all:
//!
//! ```text
//!              try_stop (winner)           no mutator is running
//!    Running --------------------> Stopping ----------------------> Stopped
//!       ^   losers stop like everybody     attach: allowed, the      |   attach waits
//!       |                                  new seat is native        |
//!       +------------------------ Stop::drop (winner) ---------------+
//! ```
//!
//! - Threads in native state are not woken and not waited for; they cannot come back before the
//!   resumption.
//! - `outstanding` counts the running threads that have yet to stop. It starts at more than the
//!   number of seats and is corrected once all were asked, so that it reaches zero only then.
//! - The gate is held for a few instructions at a time, never while a thread waits for another to
//!   stop; so attaching and detaching go on while the world is being stopped.
//! - While the world is stopped the coordinator owns the list of seats.
//! - A thread that wakes late may find the next stop already requested, and goes on waiting. It is
//!   passed over like that at most `patience` times; then the coordinator grants it to run, and the
//!   next stop has to wait for its next safepoint. So nobody starves under back-to-back stops, and
//!   still a stop does not have to wait for all the sleepers of the one before.
//!
//! Establishes TH-1 and TH-2. This file is model-checked, see `model.rs`.

use super::state::{Mode, Snapshot, StateWord};
use super::sync::{Arc, AtomicU64, AtomicUsize, Clock, Guard, Lock, Ordering, Signal, spin_while};

/// What the protocol needs of a mutator.
pub trait Member {
    /// Makes the thread's next poll take the slow path.
    fn trip(&self);
    /// The number that names it in records.
    fn number(&self) -> u64;
}

/// A mutator's place in the world.
#[derive(Debug)]
pub struct Seat<M> {
    // Written by the owner and the coordinator, by read-modify-write.
    state: StateWord,
    // Written under the gate.
    index: AtomicUsize,
    // Written by the coordinator under the gate.
    passed_over: AtomicUsize,
    // Written by the owner when it stops or goes on.
    longest_stop: AtomicU64,
    reached: AtomicU64,
    reached_epoch: AtomicU64,
    stops: AtomicU64,
    waited: AtomicU64,
    /// Whatever the user of the protocol keeps beside.
    pub member: M,
}

impl<M> Seat<M> {
    /// The state of the thread now.
    pub fn snapshot(&self) -> Snapshot {
        self.state.load()
    }
    /// The longest time this thread took to stop when it was running, in nanoseconds.
    pub fn longest_stop_ns(&self) -> u64 {
        self.longest_stop.load(Ordering::Relaxed)
    }
    /// How often this thread was stopped, and how long that took, in nanoseconds.
    pub fn waited_ns(&self) -> (u64, u64) {
        (self.stops.load(Ordering::Relaxed), self.waited.load(Ordering::Relaxed))
    }
    /// The thread was stopped, or stopped the others, for so long.
    pub fn add_wait(&self, nanoseconds: u64) {
        self.stops.fetch_add(1, Ordering::Relaxed);
        self.waited.fetch_add(nanoseconds, Ordering::Relaxed);
    }
    /// How long it took to this stop, in nanoseconds, if it had to come to a safepoint for it.
    pub fn reached(&self, epoch: u64) -> Option<u64> {
        let same = self.reached_epoch.load(Ordering::Relaxed) == epoch;
        same.then(|| self.reached.load(Ordering::Relaxed))
    }
    /// Owner: takes note of what others want; to be called after the limit word was reset.
    pub fn take_attention(&self) -> Snapshot {
        self.state.take_attention()
    }
}

/// Where the world is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Phase {
    /// Mutators run as they like.
    Running,
    /// A coordinator waits for the last one to stop.
    Stopping,
    /// No mutator is running; the coordinator has the list of seats.
    Stopped,
}

struct Gate<M> {
    phase: Phase,
    epoch: u64,
    seats: Vec<Arc<Seat<M>>>,
}

/// The meeting of all mutators of a world.
pub struct Rendezvous<M> {
    gate: Lock<Gate<M>>,
    /// Signalled by the last thread to stop.
    no_mutator_running: Signal,
    /// Signalled by the coordinator when the world runs again.
    resumed: Signal,
    outstanding: AtomicUsize,
    requested_at: AtomicU64,
    requested_epoch: AtomicU64,
    latest: AtomicU64,
    clock: Clock,
    patience: usize,
    processors: usize,
}

/// What stopping the world took.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct StopTimes {
    /// The number of this stop.
    pub epoch: u64,
    /// Threads that had to come to a safepoint.
    pub running: usize,
    /// Threads that were stopped already: in native state, or not awake yet since the last stop.
    pub stopped_already: usize,
    /// From the request until no thread was running.
    pub nanoseconds: u64,
    /// The number of the thread that was the last to stop, if any had to.
    pub latest: Option<u64>,
}

/// The stopped world, in the hands of its coordinator; dropping it resumes the world.
pub struct Stop<'a, M: Member> {
    rendezvous: &'a Rendezvous<M>,
    seats: Vec<Arc<Seat<M>>>,
    own: Option<&'a Seat<M>>,
    times: StopTimes,
}

impl<M: Member> Rendezvous<M> {
    /// An empty world on a machine with so many processors; see the module's text for `patience`.
    pub fn new(patience: usize, processors: usize) -> Rendezvous<M> {
        Rendezvous {
            gate: Lock::new(Gate { phase: Phase::Running, epoch: 0, seats: Vec::new() }),
            no_mutator_running: Signal::new(),
            resumed: Signal::new(),
            outstanding: AtomicUsize::new(0),
            requested_at: AtomicU64::new(0),
            requested_epoch: AtomicU64::new(0),
            latest: AtomicU64::new(0),
            clock: Clock::new(),
            patience,
            processors,
        }
    }

    /// Gives `member` a seat, in native state. Waits while the world is stopped: a running thread
    /// may call this for another thread, as the world cannot be stopped then.
    pub fn attach(&self, member: M) -> Arc<Seat<M>> {
        let mut gate = self.gate.lock();
        while gate.phase == Phase::Stopped {
            gate = self.resumed.wait(gate);
        }
        let seat = Arc::new(Seat {
            state: StateWord::new(),
            index: AtomicUsize::new(gate.seats.len()),
            passed_over: AtomicUsize::new(0),
            longest_stop: AtomicU64::new(0),
            reached: AtomicU64::new(0),
            reached_epoch: AtomicU64::new(0),
            stops: AtomicU64::new(0),
            waited: AtomicU64::new(0),
            member,
        });
        if gate.phase == Phase::Stopping {
            seat.state.request_stop();
        }
        gate.seats.push(Arc::clone(&seat));
        seat
    }

    /// Gives a seat up. The thread must be running, so the world is not stopped.
    pub fn detach(&self, seat: &Seat<M>) {
        let mut gate = self.gate.lock();
        debug_assert!(gate.phase != Phase::Stopped, "a running thread excludes TH-1's stop");
        let index = seat.index.load(Ordering::Relaxed);
        gate.seats.swap_remove(index);
        if let Some(moved) = gate.seats.get(index) {
            moved.index.store(index, Ordering::Relaxed);
        }
        let old = seat.state.enter_native();
        drop(gate);
        if old.stop_requested() {
            self.count_down(seat);
        }
    }

    /// Owner: from now on the thread touches neither the heap nor its roots.
    pub fn enter_native(&self, seat: &Seat<M>) {
        if seat.state.enter_native().stop_requested() {
            self.count_down(seat);
        }
    }

    /// Owner: back from native state; waits while the world is stopped. Says whether someone wants
    /// the mutator's attention.
    pub fn leave_native(&self, seat: &Seat<M>) -> bool {
        match seat.state.try_run() {
            Ok(old) => old.attention(),
            Err(_) => {
                seat.state.await_resume();
                self.await_resumption(seat);
                true
            }
        }
    }

    /// Owner, at a safepoint where it saw a stop request: stops, and returns when the world runs.
    pub fn stop_here(&self, seat: &Seat<M>) {
        let old = seat.state.stop();
        debug_assert!(old.stop_requested(), "a request is withdrawn only after everyone stopped");
        self.count_down(seat);
        self.await_resumption(seat);
    }

    /// Becomes coordinator and stops the world, or says that another thread is at it; then the
    /// caller, if it has a seat, is among those asked to stop. `own` is the caller's seat if it is
    /// a running mutator.
    pub fn try_stop<'a>(&'a self, own: Option<&'a Seat<M>>) -> Option<Stop<'a, M>> {
        let mut gate = self.gate.lock();
        if gate.phase != Phase::Running {
            return None;
        }
        gate.phase = Phase::Stopping;
        gate.epoch += 1;
        let requested_at = self.clock.nanoseconds();
        self.requested_at.store(requested_at, Ordering::Relaxed);
        self.requested_epoch.store(gate.epoch, Ordering::Relaxed);
        let bias = gate.seats.len() + 1;
        self.outstanding.store(bias, Ordering::Relaxed);
        let mut running = 0;
        for seat in &gate.seats {
            if !is_same(own, seat) && self.ask_to_stop(seat) {
                running += 1;
            }
        }
        self.outstanding.fetch_sub(bias - running, Ordering::AcqRel);
        let mut times = StopTimes {
            epoch: gate.epoch,
            running,
            stopped_already: gate.seats.len() - running - usize::from(own.is_some()),
            ..StopTimes::default()
        };
        let mut gate = self.wait_for_the_last(gate, running);
        gate.phase = Phase::Stopped;
        times.nanoseconds = self.clock.nanoseconds().saturating_sub(requested_at);
        times.latest = (running > 0).then(|| self.latest.load(Ordering::Relaxed));
        let seats = std::mem::take(&mut gate.seats);
        Some(Stop { rendezvous: self, seats, own, times })
    }

    /// Owner, when it was asked to stop: the number of the stop, and how long ago that was.
    pub fn request(&self) -> (u64, u64) {
        let since = self.requested_at.load(Ordering::Relaxed);
        let epoch = self.requested_epoch.load(Ordering::Relaxed);
        (epoch, self.clock.nanoseconds().saturating_sub(since))
    }

    /// Trips the limit word of every mutator that is running now.
    pub fn trip_running(&self) {
        for seat in &self.gate.lock().seats {
            if seat.state.load().mode() == Mode::Running {
                seat.state.call_attention();
                seat.member.trip();
            }
        }
    }

    /// Calls the attention of one mutator: it is sure to take the slow path of a poll before long.
    pub fn call_attention(&self, seat: &Seat<M>) {
        seat.state.call_attention();
        seat.member.trip();
    }

    /// Visits every seat of a world that is not stopped.
    pub fn each_seat(&self, mut visit: impl FnMut(&Arc<Seat<M>>)) {
        let mut gate = self.gate.lock();
        while gate.phase == Phase::Stopped {
            gate = self.resumed.wait(gate);
        }
        gate.seats.iter().for_each(&mut visit);
    }

    /// Asks one seat to stop; true if its thread has to come to a safepoint first.
    fn ask_to_stop(&self, seat: &Seat<M>) -> bool {
        match seat.state.request_stop().mode() {
            Mode::Running => {
                // NOTE(attention): the request first, then the trip.
                seat.member.trip();
                seat.passed_over.store(0, Ordering::Relaxed);
                true
            }
            Mode::Native => false,
            Mode::Stopped => {
                let passed_over = seat.passed_over.load(Ordering::Relaxed);
                seat.passed_over.store(passed_over + 1, Ordering::Relaxed);
                false
            }
        }
    }

    fn wait_for_the_last<'a>(
        &'a self,
        gate: Guard<'a, Gate<M>>,
        running: usize,
    ) -> Guard<'a, Gate<M>> {
        let mut gate = gate;
        // Spinning helps only if all the others can be running at this moment.
        if running > 0 && running < self.processors {
            drop(gate);
            spin_while(|| self.outstanding.load(Ordering::Acquire) != 0);
            gate = self.gate.lock();
        }
        // Acquire: pairs with the count-downs, which follow the release of the owners' states.
        while self.outstanding.load(Ordering::Acquire) != 0 {
            gate = self.no_mutator_running.wait(gate);
        }
        gate
    }

    /// A thread that was counted as running no longer is.
    fn count_down(&self, seat: &Seat<M>) {
        let delay =
            self.clock.nanoseconds().saturating_sub(self.requested_at.load(Ordering::Relaxed));
        if delay > seat.longest_stop.load(Ordering::Relaxed) {
            seat.longest_stop.store(delay, Ordering::Relaxed);
        }
        seat.reached.store(delay, Ordering::Relaxed);
        let epoch = self.requested_epoch.load(Ordering::Relaxed);
        seat.reached_epoch.store(epoch, Ordering::Relaxed);
        self.latest.store(seat.member.number(), Ordering::Relaxed);
        if self.outstanding.fetch_sub(1, Ordering::AcqRel) == 1 {
            // Under the gate, or the signal could come between the coordinator's look at the
            // count and its going to sleep.
            let _gate = self.gate.lock();
            self.no_mutator_running.notify_one();
        }
    }

    fn await_resumption(&self, seat: &Seat<M>) {
        let since = self.clock.nanoseconds();
        self.sleep_until_resumed(seat);
        seat.add_wait(self.clock.nanoseconds().saturating_sub(since));
    }

    fn sleep_until_resumed(&self, seat: &Seat<M>) {
        while let Err(word) = seat.state.try_run() {
            if word.mode() == Mode::Running {
                return; // granted
            }
            let mut gate = self.gate.lock();
            while seat.state.load().stop_requested() && seat.state.load().mode() != Mode::Running {
                gate = self.resumed.wait(gate);
            }
        }
    }
}

fn is_same<M>(own: Option<&Seat<M>>, seat: &Arc<Seat<M>>) -> bool {
    own.is_some_and(|own| std::ptr::eq(own, Arc::as_ptr(seat)))
}

impl<M: Member> Stop<'_, M> {
    /// Every seat there is.
    pub fn seats(&self) -> &[Arc<Seat<M>>] {
        &self.seats
    }
    /// Is this the coordinator's own seat?
    pub fn is_own(&self, seat: &Arc<Seat<M>>) -> bool {
        is_same(self.own, seat)
    }
    /// What the stop took.
    pub fn times(&self) -> StopTimes {
        self.times
    }
    /// Resumes the world; the nanoseconds it took.
    pub fn resume(self) -> u64 {
        let clock = &self.rendezvous.clock;
        let before = clock.nanoseconds();
        drop(self);
        clock.nanoseconds() - before
    }
}

impl<M: Member> Drop for Stop<'_, M> {
    fn drop(&mut self) {
        let rendezvous = self.rendezvous;
        let mut gate = rendezvous.gate.lock();
        gate.seats = std::mem::take(&mut self.seats);
        gate.phase = Phase::Running;
        for seat in &gate.seats {
            if is_same(self.own, seat) {
                continue;
            }
            if seat.passed_over.load(Ordering::Relaxed) >= rendezvous.patience {
                seat.passed_over.store(0, Ordering::Relaxed);
                seat.state.grant();
            }
            seat.state.withdraw_stop();
        }
        drop(gate);
        rendezvous.resumed.notify_all();
    }
}
