//! A mutator: what one thread that runs guest code has, and its safepoints.

use crate::collection::{FrameReport, StopReport};
use crate::events::{self, LimitKind, Origin};
use crate::native::NativeRegion;
use crate::park::{Parker, Ticket, Until, Wake};
use crate::reason::{Interrupt, MutatorId, WaitId};
use crate::rendezvous::Seat;
use crate::statistics::PollSite;
use crate::sync::{Arc, Ordering};
use crate::wait::Queue;
use crate::world::{Occupant, World};
use lisle_frames::{FrameStats, Stack};
use lisle_gc::{
    External, LocalHeap, Phase, Record, RecordKind, RootSource, RootVisitor, Stopped, Value,
    Violation,
};
use std::any::Any;
use std::marker::PhantomPinned;
use std::ops::{Index, IndexMut};

/// The named roots of a mutator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(usize)]
pub enum RootSlot {
    /// The thread object of the thread that runs as this mutator.
    Thread,
    /// The object being raised.
    Raised,
    /// The result on its way to somebody.
    Result,
    /// Winders, handlers and whatever else belongs to the dynamic extent.
    DynamicState,
    /// The parameterisation in force.
    Parameterisation,
    /// The procedure being applied.
    Procedure,
    /// For the virtual machine's own short-lived purposes.
    First,
    /// As `First`.
    Second,
    /// As `First`.
    Third,
}

/// What code of the host that runs in a mutator's thread may do with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HostState {
    /// Guest code may run.
    Open,
    /// This many windows are open: nothing may collect.
    Windows(u32),
    /// The thread is in native state: the mutator may not be used.
    Native,
}

/// How deep into a stack a place in the program is looked for.
const SITES_SEEN: usize = 12;

/// What a thread takes outside the heap besides the pages of its region: those of its native stack
/// that are used from the start, and what the system and this crate keep of it. As measured.
const THREAD_BYTES: usize = 32 << 10;

const SLOTS: usize = RootSlot::Third as usize + 1;

/// The values that a mutator keeps outside its stack.
#[derive(Debug)]
pub struct Roots {
    slots: [Value; SLOTS],
    held: Vec<Value>,
}

impl Roots {
    pub(crate) fn new() -> Roots {
        Roots { slots: [Value::FALSE; SLOTS], held: Vec::new() }
    }
    pub(crate) fn clear(&mut self) {
        self.slots = [Value::FALSE; SLOTS];
        self.held.clear();
    }
    /// Replaces one of the values held.
    pub fn replace_held(&mut self, held: &Held, index: usize, value: Value) {
        self.held[held.0 + index] = value;
    }
}

impl Index<RootSlot> for Roots {
    type Output = Value;
    fn index(&self, slot: RootSlot) -> &Value {
        &self.slots[slot as usize]
    }
}

impl IndexMut<RootSlot> for Roots {
    fn index_mut(&mut self, slot: RootSlot) -> &mut Value {
        &mut self.slots[slot as usize]
    }
}

impl RootSource for Roots {
    fn visit_roots(&mut self, visitor: &mut dyn RootVisitor) {
        for value in self.slots.iter_mut().chain(&mut self.held) {
            visitor.visit(value);
        }
    }

    fn phase(&self) -> Phase {
        Phase::RootsStack
    }
}

/// Values a mutator holds while it waits; made by [`Mutator::hold`].
#[derive(Debug)]
#[must_use = "held values stay alive until they are released"]
pub struct Held(usize);

/// A mutator's seat, given up on drop.
pub(crate) struct Membership {
    pub(crate) world: Arc<World>,
    pub(crate) seat: Arc<Seat<Occupant>>,
    pub(crate) farewell: Option<Farewell>,
}

/// What a mutator leaves to be told of it.
pub(crate) struct Farewell {
    pub(crate) outcome: &'static str,
    pub(crate) life_ns: u64,
    pub(crate) alloc_bytes: u64,
    pub(crate) slow_polls: u64,
    pub(crate) nursery_left_bytes: usize,
    pub(crate) frames: FrameReport,
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.world.rendezvous.detach(&self.seat);
        self.world.departed(&self.seat, self.farewell.take());
    }
}

/// A call from host code into guest code that has not returned: guest code runs above the frame of
/// a host procedure.
#[derive(Clone, Copy, Debug)]
pub struct Nested {
    /// The number of the call; no other call of the virtual machine has the same.
    pub number: u64,
    /// The depth of the host procedure's frame.
    pub depth: usize,
    /// An address on the native stack of the time of the call.
    pub native_address: usize,
}

/// One thread that runs guest code.
///
/// Fields are dropped in the order written here: the local heap hands its buffers over while the
/// thread still counts as running, and the seat is given up last (TH-3).
pub struct Mutator {
    // Written by the owner while running, by the coordinator while the world is stopped.
    /// Allocation and the write barrier.
    pub heap: LocalHeap,
    /// The frames.
    pub stack: Stack,
    /// Values outside the frames.
    pub roots: Roots,
    // Written by the owner.
    /// The calls from host code that guest code runs inside of, outermost first.
    pub nested: Vec<Nested>,
    /// What code of the host may do.
    pub host: HostState,
    /// What the virtual machine has attached to the thread. Threads that it starts get the same.
    pub context: Option<Arc<dyn Any + Send + Sync>>,
    /// What the virtual machine keeps for the operation that the thread is in, if anything.
    pub aside: Option<Box<dyn Any + Send>>,
    turn: usize,
    slow_polls: u64,
    born_ns: u64,
    outcome: &'static str,
    /// There are records that should not wait.
    wants_emission: bool,
    /// It is in native state without a closure, see `native.rs`.
    pub(crate) is_suspended: bool,
    /// What a thread takes besides its region.
    _memory: External,
    // Fixed.
    pub(crate) parker: Arc<Parker>,
    pub(crate) world: Arc<World>,
    id: MutatorId,
    membership: Membership,
    /// Others hold the address of this value, see "Validity" in `world.rs`.
    _pinned: PhantomPinned,
}

impl Mutator {
    pub(crate) fn new(heap: LocalHeap, stack: Stack, membership: Membership) -> Mutator {
        let memory = heap.heap().external();
        memory.note(heap.heap(), THREAD_BYTES);
        Mutator {
            heap,
            stack,
            roots: Roots::new(),
            nested: Vec::new(),
            host: HostState::Open,
            context: None,
            aside: None,
            turn: 0,
            slow_polls: 0,
            born_ns: membership.world.heap.age_ns(),
            outcome: "dropped",
            wants_emission: false,
            is_suspended: false,
            _memory: memory,
            parker: Arc::clone(&membership.seat.member.parker),
            world: Arc::clone(&membership.world),
            id: membership.seat.member.id,
            membership,
            _pinned: PhantomPinned,
        }
    }

    /// The world this mutator belongs to.
    pub fn world(&self) -> &Arc<World> {
        &self.world
    }
    /// The number that names it; no other mutator of the world ever has the same.
    pub fn id(&self) -> MutatorId {
        self.id
    }
    /// The name it has in reports.
    pub fn name(&self) -> Arc<str> {
        self.seat().member.name.lock().clone()
    }
    /// Where its thread sleeps: for waits of the host's, in native state, that interrupts end.
    pub fn parker(&self) -> Arc<Parker> {
        Arc::clone(&self.parker)
    }
    /// Changes the name it has in reports.
    pub fn set_name(&self, name: &str) {
        *self.seat().member.name.lock() = Arc::from(name);
    }
    /// The longest time it took to stop, in nanoseconds.
    pub fn longest_stop_ns(&self) -> u64 {
        self.seat().longest_stop_ns()
    }
    /// A number below `count`, another one each time: which of several to begin with.
    pub(crate) fn next_turn(&mut self, count: usize) -> usize {
        self.turn = self.turn.wrapping_add(1);
        self.turn % count.max(1)
    }
    pub(crate) fn seat(&self) -> &Arc<Seat<Occupant>> {
        &self.membership.seat
    }

    /// The slow path of a poll: stops if the world is being stopped, runs a collection if one is
    /// wanted, and returns an interrupt if there is one.
    ///
    /// The stack's top must be published, and the caller may keep no `Value` across the call but in
    /// the stack, in [`Mutator::roots`] or in a root.
    #[cold]
    pub fn safepoint(&mut self) -> Option<Interrupt> {
        self.slow_polls += 1;
        self.note_sample();
        self.world.schedule.perturb();
        // NOTE(attention): reset, then look.
        self.stack.limit().reset();
        if self.seat().take_attention().stop_requested() {
            self.stop_here();
        }
        self.collect_if_wanted();
        if self.wants_emission || self.heap.is_ring_filling() {
            self.wants_emission = false;
            let world = Arc::clone(&self.world);
            self.native(move || events::drain(&world));
        }
        let (interrupt, more) = self.parker.take_interrupt();
        if more || self.world.schedule.is_random() {
            self.stack.limit().trip();
        }
        interrupt
    }

    /// Is an interrupt pending? It will be returned by the next [`Mutator::safepoint`].
    pub fn has_interrupt(&self) -> bool {
        self.parker.has_interrupt()
    }

    /// Stops the world and shows it to `work`, which must not wait for anybody. A safepoint.
    pub fn with_world_stopped<R>(&mut self, work: impl FnOnce(&mut Stopped<'_>) -> R) -> R {
        self.note_sample();
        let world = Arc::clone(&self.world);
        let seat = Arc::clone(self.seat());
        let start_ns = world.heap.age_ns();
        let stop = loop {
            if let Some(stop) = world.rendezvous.try_stop(Some(&seat)) {
                break stop;
            }
            world.rendezvous.stop_here(&seat);
        };
        let result = world.with_stopped(&stop, work);
        let (times, waits) = (stop.times(), world.waits(&stop));
        drop(stop);
        let all_ns = world.heap.age_ns() - start_ns;
        let report = StopReport {
            times,
            reason: "snapshot",
            requester_tid: self.id.0,
            start_ns,
            held_ns: all_ns.saturating_sub(times.nanoseconds),
            waits,
        };
        self.native(move || events::stopped(&world, &report));
        result
    }

    /// Stops the world and checks it: its heap, its stacks and itself. A safepoint.
    ///
    /// # Errors
    /// The first invariant found broken.
    pub fn verify(&mut self) -> Result<(), Violation> {
        let membership = &self.membership;
        loop {
            if let Some(stop) = membership.world.rendezvous.try_stop(Some(&membership.seat)) {
                let world = &membership.world;
                world.try_verify(&stop)?;
                return world.with_stopped(&stop, |stopped| world.heap.try_verify(stopped));
            }
            membership.world.rendezvous.stop_here(&membership.seat);
        }
    }

    fn stop_here(&mut self) {
        self.stack.age(&mut self.heap);
        self.note_lateness();
        self.membership.world.rendezvous.stop_here(&self.membership.seat);
    }

    /// Says where the thread is about to poll; for reports.
    pub fn set_poll_site(&self, site: PollSite) {
        self.seat().member.site.store(site as u32, Ordering::Relaxed);
    }

    /// Keeps a record if the world has waited too long for this thread, before it stops.
    pub(crate) fn note_lateness(&mut self) {
        let (epoch, late) = self.world.rendezvous.request();
        let limit = self.world.late_limit_ns();
        if late <= limit {
            return;
        }
        let sites = self.stack.sites(SITES_SEEN);
        let native = sites.first().filter(|site| site.is_native).map_or(0, |site| site.name);
        let site = self.world.choose(&sites);
        let words = [late, limit, site.place, native];
        let now = self.world.heap.age_ns();
        let mut record = Record::new(RecordKind::Late, 0, now, words);
        record.seq = epoch;
        self.heap.note(record);
    }

    /// Keeps a record of a sampled allocation, before anything moves.
    pub(crate) fn note_sample(&mut self) {
        if !self.heap.has_sample() {
            return;
        }
        if let Some((bytes, kind)) = self.heap.take_sample() {
            let site = self.world.choose(&self.stack.sites(SITES_SEEN));
            let code = kind.map_or(0, |kind| kind as u16);
            let words = [bytes, site.place, 0, 0];
            let now = self.world.heap.age_ns();
            self.heap.note(Record::new(RecordKind::Sample, code, now, words));
        }
    }

    /// Keeps a record of a limit that was hit, to be emitted at the next safepoint, which is soon.
    /// The stack's top must be published.
    pub fn note_limit(&mut self, limit: LimitKind, value: u64) {
        let site = self.world.choose(&self.stack.sites(SITES_SEEN));
        let now = self.world.heap.age_ns();
        let words = [value, site.place, 0, 0];
        self.heap.note(Record::new(RecordKind::Limit, limit as u16, now, words));
        self.wants_emission = true;
        self.stack.limit().trip();
    }

    /// Where a thread that is started now comes from.
    pub(crate) fn origin(&self) -> Origin {
        let site = self.world.choose(&self.stack.sites(SITES_SEEN));
        Origin { kind: "guest", parent_tid: self.id.0, place: site.place }
    }

    /// Adds what the frames did since the last time to the world's counts, and tells it.
    pub fn tell_frames(&mut self) {
        if let Some(report) = self.take_frames() {
            let world = Arc::clone(&self.world);
            self.native(move || events::frames(&world, &report));
        }
    }
    /// Adds what the frames did since the last time to the world's counts: what is to be told.
    pub(crate) fn take_frames(&mut self) -> Option<FrameReport> {
        let stats = self.stack.tell();
        if stats == FrameStats::default() {
            return None;
        }
        self.world.frames.lock().add(&stats);
        Some(FrameReport { tid: self.id.0, seq: self.world.heap.epoch(), stats })
    }

    /// Runs `work`, which may block, in native state: it counts as stopped, so collections go on
    /// meanwhile and move objects. No `Value` may be carried through; the stack's top must be
    /// published.
    pub fn native<R>(&mut self, work: impl FnOnce() -> R) -> R {
        let _region = NativeRegion::enter(self);
        work()
    }

    /// Is the thread in native state?
    pub fn is_native(&self) -> bool {
        self.seat().snapshot().mode() == crate::state::Mode::Native
    }

    /// Keeps values alive, and up to date, while this mutator waits.
    pub fn hold(&mut self, values: &[Value]) -> Held {
        let held = Held(self.roots.held.len());
        self.roots.held.extend_from_slice(values);
        held
    }
    /// The value at this place among those held.
    pub fn held(&self, held: &Held, index: usize) -> Value {
        self.roots.held[held.0 + index]
    }
    /// Lets go of these values and of all that were held later.
    pub fn release(&mut self, held: Held) {
        self.roots.held.truncate(held.0);
    }

    /// Waits, in native state, until the prepared wait is decided. The wait is already in its queue.
    pub(crate) fn park(&mut self, ticket: Ticket, until: Until) -> Wake {
        self.stack.age(&mut self.heap);
        self.heap.give_back_buffer();
        let region = NativeRegion::enter(self);
        let Membership { world, seat, .. } = region.membership();
        seat.member.parker.park(ticket, until, || world.report_deadlock())
    }

    /// Says how the thread ended, before it does.
    pub(crate) fn set_outcome(&mut self, outcome: &'static str) {
        self.outcome = outcome;
    }

    /// Waits in one queue; leaves it if nobody woke this thread from it.
    pub(crate) fn park_in(&mut self, key: (WaitId, Queue), ticket: Ticket, until: Until) -> Wake {
        let wake = self.park(ticket, until);
        if !matches!(wake, Wake::Notified(_)) {
            self.world.shard(key.0).leave(key, &self.parker, ticket);
        }
        wake
    }

    /// Takes up running, on the thread the mutator was made for.
    pub(crate) fn begin(&mut self) {
        NativeRegion::resume(self);
    }
    pub(crate) fn membership(&self) -> &Membership {
        &self.membership
    }
}

impl Drop for Mutator {
    fn drop(&mut self) {
        // A mutator whose thread never came to be is still native; TH-3 wants it running.
        if self.seat().snapshot().mode() == crate::state::Mode::Native {
            NativeRegion::resume(self);
        }
        let stats = self.stack.tell();
        self.world.frames.lock().add(&stats);
        let heap = &self.world.heap;
        self.membership.farewell = Some(Farewell {
            outcome: self.outcome,
            life_ns: heap.age_ns().saturating_sub(self.born_ns),
            alloc_bytes: self.heap.allocated_bytes(),
            slow_polls: self.slow_polls,
            nursery_left_bytes: self.heap.buffer_left_bytes(),
            frames: FrameReport { tid: self.id.0, seq: heap.epoch(), stats },
        });
    }
}
