//! The world: all mutators of one virtual machine, what they share, and how a collection sees them.
//!
//! The protocol that stops and resumes the world is in [`crate::rendezvous`]; this file knows what
//! is done while it is stopped, who may be interrupted, and which roots there are.
//!
//! # Validity
//! A seat holds the address of its [`Mutator`], which lives in a box from its making to its drop.
//! The address is null before the mutator is complete; the seat is given up by the last field of
//! the mutator to be dropped. While the world is stopped nobody but the coordinator touches a
//! mutator's `heap`, `stack` and `roots` (TH-1). `Mutator` is `!Unpin`, which is how the language
//! spells that references to it may be live, unused, while the coordinator changes it.

use crate::census::{Census, Prospect};
use crate::collection::{FrameReport, Turn};
use crate::events::{self, Origin};
use crate::mutator::{Farewell, Membership, Mutator, Roots};
use crate::park::Parker;
use crate::reason::{Interrupt, MutatorId, WaitId};
use crate::rendezvous::{Member, Rendezvous, Seat, Stop};
use crate::schedule::Schedule;
use crate::spawn::ThreadBody;
use crate::statistics::{Places, PollSite, ThreadStats};
use crate::sync::{Arc, AtomicU32, AtomicU64, Lock, Ordering};
use crate::wait::{LockedShard, WaitQueues};
use lisle_frames::{FrameStats, LimitWord, Stack, StackConfig};
use lisle_gc::{
    CollectionRecord, Heap, Histogram, LocalHeap, Reason, RootSource, Stopped, Watched,
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::io;
use std::sync::OnceLock;
use std::sync::atomic::AtomicPtr;
use std::time::Duration;

/// A late sleeper is passed over by this many stops before it is granted to run.
const PATIENCE: usize = 8;
/// So many threads that have ended are remembered.
const ENDED_MOST: usize = 256;

/// How a world is made.
#[derive(Clone)]
pub struct WorldConfig {
    /// How the guest stacks of its mutators are made.
    pub stack: StackConfig,
    /// Bytes of the native stack of a spawned thread.
    pub native_stack_bytes: usize,
    /// Report when every mutator waits for another one? Not for hosts that wake guest threads
    /// from threads they attach later.
    pub deadlock_detection: bool,
    /// A seed for random schedules, a stress mode: threads give way and are late here and there.
    pub schedule: Option<u64>,
    /// A stop that takes longer than this names the last thread in a warning.
    pub late_stop: Duration,
}

impl WorldConfig {
    /// The usual configuration with these stacks.
    pub fn new(stack: StackConfig) -> WorldConfig {
        WorldConfig {
            stack,
            native_stack_bytes: 2 << 20,
            deadlock_detection: true,
            schedule: None,
            late_stop: Duration::from_millis(10),
        }
    }
}

/// What other threads know of a mutator.
#[derive(Debug)]
pub struct Occupant {
    // Fixed.
    pub(crate) id: MutatorId,
    pub(crate) limit: Arc<LimitWord>,
    pub(crate) parker: Arc<Parker>,
    // Written by the owner.
    pub(crate) name: Lock<Arc<str>>,
    /// Where it polled last: a [`PollSite`].
    pub(crate) site: AtomicU32,
    // Written by whoever completes the mutator, once.
    pub(crate) mutator: AtomicPtr<Mutator>,
}

impl Member for Occupant {
    fn trip(&self) {
        self.limit.trip();
    }
    fn number(&self) -> u64 {
        self.id.0
    }
}

impl Occupant {
    /// The name of the place where it polled last.
    pub(crate) fn site(&self) -> &'static str {
        PollSite::name_of(self.site.load(Ordering::Relaxed))
    }
}

/// All mutators of a virtual machine.
pub struct World {
    pub(crate) heap: Arc<Heap>,
    pub(crate) config: WorldConfig,
    pub(crate) rendezvous: Rendezvous<Occupant>,
    pub(crate) queues: WaitQueues,
    pub(crate) schedule: Schedule,
    pub(crate) census: Arc<Census>,
    pub(crate) directory: Lock<FxHashMap<MutatorId, Arc<Seat<Occupant>>>>,
    /// By the number of a thread object: the mutexes it owns that others wait for. A register of
    /// whom to wake when the thread ends, kept by `mutex.rs`.
    pub(crate) awaited: Lock<FxHashMap<WaitId, FxHashSet<WaitId>>>,
    pub(crate) body: Lock<Option<ThreadBody>>,
    /// Whose turn it is to collect.
    pub(crate) turn: Turn,
    /// How long stopping took, for collections.
    pub(crate) stops: Lock<Histogram>,
    /// What the frames of all threads did, as far as it was told.
    pub(crate) frames: Lock<FrameStats>,
    /// Reads the numbers in records.
    pub(crate) places: OnceLock<Box<dyn Places>>,
    pub(crate) ended: Lock<Vec<ThreadStats>>,
    /// Taken by whoever adds a source and by the coordinator of a stopped world.
    root_sources: Lock<Vec<Box<dyn RootSource + Send>>>,
    next_id: AtomicU64,
    primordial: AtomicU64,
}

impl World {
    /// A world without mutators over this heap. From now on a wanted collection trips the limit
    /// words of this world.
    pub fn new(heap: Arc<Heap>, config: WorldConfig) -> Arc<World> {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let seed = config.schedule;
        let world = Arc::new(World {
            heap,
            config,
            rendezvous: Rendezvous::new(PATIENCE, processors),
            queues: WaitQueues::new(),
            schedule: Schedule::new(seed),
            census: Arc::new(Census::new()),
            directory: Lock::new(FxHashMap::default()),
            awaited: Lock::new(FxHashMap::default()),
            body: Lock::new(None),
            turn: Turn::default(),
            stops: Lock::default(),
            frames: Lock::default(),
            places: OnceLock::new(),
            ended: Lock::default(),
            root_sources: Lock::new(Vec::new()),
            next_id: AtomicU64::new(1),
            primordial: AtomicU64::new(0),
        });
        let weak = Arc::downgrade(&world);
        world.heap.set_wake(Box::new(move || {
            if let Some(world) = weak.upgrade() {
                world.rendezvous.trip_running();
            }
        }));
        world
    }

    /// The heap.
    pub fn heap(&self) -> &Arc<Heap> {
        &self.heap
    }

    /// Locks the object with this number and its queues.
    pub(crate) fn shard(&self, id: WaitId) -> LockedShard<'_> {
        self.schedule.perturb();
        self.queues.lock(id)
    }

    /// Adds something whose values every collection must see.
    pub fn add_root_source(&self, source: Box<dyn RootSource + Send>) {
        self.root_sources.lock().push(source);
    }

    /// Installs what reads the places in records. Once.
    pub fn set_places(&self, places: Box<dyn Places>) {
        // A second one would be the same.
        let _ = self.places.set(places);
    }

    /// Installs what threads spawned from now on run.
    pub fn set_thread_body(&self, body: ThreadBody) {
        *self.body.lock() = Some(body);
    }

    /// Makes the calling thread a mutator, in running state. The first one is the primordial thread.
    ///
    /// A thread that runs as another mutator of this world has to call this inside
    /// [`Mutator::native`]: attaching waits while the world is stopped.
    ///
    /// # Errors
    /// When the system has no memory for the stack.
    pub fn attach(self: &Arc<World>, name: &str) -> io::Result<Box<Mutator>> {
        let stack = Stack::new(&self.config.stack)?;
        let seat = self.seat(&stack, name);
        let attention = self.rendezvous.leave_native(&seat);
        let kind = match self.primordial().0 {
            0 => "main",
            _ => "host",
        };
        let mut mutator = self.complete(seat, stack);
        if attention {
            mutator.stack.limit().trip();
        }
        let id = mutator.id().0;
        // Relaxed: the number guards nothing.
        let _ = self.primordial.compare_exchange(0, id, Ordering::Relaxed, Ordering::Relaxed);
        let origin = Origin { kind, parent_tid: 0, place: 0 };
        mutator.native(|| events::attached(self, id, name, origin));
        Ok(mutator)
    }

    /// A mutator in native state, for a thread that does not exist yet. To be called by a running
    /// mutator's thread, which excludes that the world is stopped meanwhile.
    pub(crate) fn create(self: &Arc<World>, name: &str) -> io::Result<Box<Mutator>> {
        let stack = Stack::new(&self.config.stack)?;
        let seat = self.seat(&stack, name);
        Ok(self.complete(seat, stack))
    }

    fn seat(&self, stack: &Stack, name: &str) -> Arc<Seat<Occupant>> {
        let id = MutatorId(self.next_id.fetch_add(1, Ordering::Relaxed));
        self.census.born();
        let seat = self.rendezvous.attach(Occupant {
            id,
            limit: stack.limit_word(),
            parker: Arc::new(Parker::new(Arc::clone(&self.census))),
            name: Lock::new(Arc::from(name)),
            site: AtomicU32::new(PollSite::Host as u32),
            mutator: AtomicPtr::new(std::ptr::null_mut()),
        });
        self.directory.lock().insert(id, Arc::clone(&seat));
        seat
    }

    fn complete(self: &Arc<World>, seat: Arc<Seat<Occupant>>, stack: Stack) -> Box<Mutator> {
        let mut heap = self.heap.local_of(seat.member.id.0);
        let limit = Arc::clone(&seat.member.limit);
        heap.set_attention(Box::new(move || limit.trip()));
        let membership =
            Membership { world: Arc::clone(self), seat: Arc::clone(&seat), farewell: None };
        let mut mutator = Box::new(Mutator::new(heap, stack, membership));
        // Release: pairs with the coordinator's load, which must find a complete mutator.
        seat.member.mutator.store(&raw mut *mutator, Ordering::Release);
        mutator
    }

    /// Leaves an interrupt for one mutator; false if there is none with this number.
    pub fn interrupt(&self, id: MutatorId, interrupt: Interrupt) -> bool {
        let seat = self.directory.lock().get(&id).cloned();
        let Some(seat) = seat else { return false };
        seat.member.parker.interrupt(interrupt);
        self.rendezvous.call_attention(&seat);
        true
    }

    /// Leaves an interrupt for every mutator but this one.
    pub fn interrupt_others(&self, but: MutatorId, interrupt: &Interrupt) {
        for (id, _) in self.mutators() {
            if id != but {
                self.interrupt(id, interrupt.clone());
            }
        }
    }

    /// Leaves an interrupt for the primordial thread.
    pub fn interrupt_primordial(&self, interrupt: Interrupt) -> bool {
        self.interrupt(self.primordial(), interrupt)
    }

    /// The mutator that was attached first, or was declared primordial.
    pub fn primordial(&self) -> MutatorId {
        MutatorId(self.primordial.load(Ordering::Relaxed))
    }

    /// Declares which mutator hears of deadlocks and of Ctrl-C.
    pub fn set_primordial(&self, id: MutatorId) {
        self.primordial.store(id.0, Ordering::Relaxed);
    }

    /// The number of mutators.
    pub fn mutator_count(&self) -> usize {
        self.directory.lock().len()
    }

    /// The numbers and names of all mutators.
    pub fn mutators(&self) -> Vec<(MutatorId, Arc<str>)> {
        let directory = self.directory.lock();
        let mut all: Vec<_> = directory
            .values()
            .map(|seat| (seat.member.id, seat.member.name.lock().clone()))
            .collect();
        all.sort();
        all
    }

    /// Makes every mutator look, at its next poll, whether the heap wants a collection; for hosts
    /// that asked the heap for one from a thread that is not a mutator.
    pub fn trip_all(&self) {
        self.rendezvous.each_seat(|seat| self.rendezvous.call_attention(seat));
    }

    /// A mutator is gone.
    pub(crate) fn departed(&self, seat: &Seat<Occupant>, farewell: Option<Farewell>) {
        self.directory.lock().remove(&seat.member.id);
        if self.census.died() == Prospect::EverybodyWaits {
            self.report_deadlock();
        }
        let stats = ThreadStats::of(seat);
        let mut ended = self.ended.lock();
        if ended.len() < ENDED_MOST {
            ended.push(stats.clone());
        }
        drop(ended);
        events::detached(self, &stats, farewell);
    }

    /// What every mutator's frames did since it was told last, in a stopped world: counted, and
    /// returned for those who want to know.
    pub(crate) fn count_frames(&self, stop: &Stop<'_, Occupant>, seq: u64) -> Vec<FrameReport> {
        let mut reports = Vec::new();
        let watched = self.heap.watch().is_on(Watched::Frames);
        let mut totals = self.frames.lock();
        for seat in stop.seats() {
            let mutator = seat.member.mutator.load(Ordering::Acquire);
            if mutator.is_null() {
                continue;
            }
            // SAFETY: as in `with_stopped`.
            let stack: &mut Stack = unsafe { &mut (*mutator).stack };
            let stats = stack.tell();
            totals.add(&stats);
            if watched && stats != FrameStats::default() {
                reports.push(FrameReport { tid: seat.member.id.0, seq, stats });
            }
        }
        reports
    }

    /// Runs a collection in the stopped world.
    pub(crate) fn collect_stopped(
        &self,
        stop: &Stop<'_, Occupant>,
        reason: Reason,
    ) -> CollectionRecord {
        if self.heap.config().verify
            && let Err(violation) = self.try_verify(stop)
        {
            panic!("{violation}");
        }
        self.with_stopped(stop, |stopped| self.heap.collect(stopped, reason))
    }

    /// Shows the stopped world to `work`.
    pub(crate) fn with_stopped<R>(
        &self,
        stop: &Stop<'_, Occupant>,
        work: impl FnOnce(&mut Stopped<'_>) -> R,
    ) -> R {
        let mut sources = self.root_sources.lock();
        let count = stop.seats().len();
        let mut locals: Vec<&mut LocalHeap> = Vec::with_capacity(count);
        let mut roots: Vec<&mut dyn RootSource> = Vec::with_capacity(2 * count + sources.len());
        for seat in stop.seats() {
            let mutator = seat.member.mutator.load(Ordering::Acquire);
            if mutator.is_null() {
                continue;
            }
            // SAFETY: the mutator is complete and not dropped (Validity above), and its thread is
            // stopped or native, or is the caller, which is in here (TH-1). The three fields are
            // distinct, and each seat is there once, so the references do not overlap.
            let (heap, stack, slots): (&mut LocalHeap, &mut Stack, &mut Roots) =
                unsafe { (&mut (*mutator).heap, &mut (*mutator).stack, &mut (*mutator).roots) };
            locals.push(heap);
            roots.push(stack);
            roots.push(slots);
        }
        for source in sources.iter_mut() {
            roots.push(source.as_mut());
        }
        work(&mut Stopped { locals, roots })
    }
}
