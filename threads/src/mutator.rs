//! A mutator: what one thread that runs guest code has, and its safepoints.

use crate::events;
use crate::native::NativeRegion;
use crate::park::{Parker, Ticket, Until, Wake};
use crate::reason::{Interrupt, MutatorId, WaitId};
use crate::rendezvous::Seat;
use crate::sync::Arc;
use crate::wait::Queue;
use crate::world::{Occupant, World};
use lisle_frames::Stack;
use lisle_gc::{LocalHeap, Reason, RootSource, RootVisitor, Stopped, Value};
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

const SLOTS: usize = RootSlot::Third as usize + 1;

/// The values that a mutator keeps outside its stack.
#[derive(Debug)]
pub struct Roots {
    slots: [Value; SLOTS],
    held: Vec<Value>,
}

impl Roots {
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
}

/// Values a mutator holds while it waits; made by [`Mutator::hold`].
#[derive(Debug)]
#[must_use = "held values stay alive until they are released"]
pub struct Held(usize);

/// A mutator's seat, given up on drop.
pub(crate) struct Membership {
    pub(crate) world: Arc<World>,
    pub(crate) seat: Arc<Seat<Occupant>>,
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.world.rendezvous.detach(&self.seat);
        self.world.departed(self.seat.member.id);
    }
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
    turn: usize,
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
        Mutator {
            heap,
            stack,
            roots: Roots { slots: [Value::FALSE; SLOTS], held: Vec::new() },
            turn: 0,
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
        // NOTE(attention): reset, then look.
        self.stack.limit().reset();
        if self.seat().take_attention().stop_requested() {
            self.stop_here();
        }
        while self.world.heap.collection_wanted() {
            if self.try_collect(None) {
                break;
            }
        }
        let (interrupt, more) = self.parker.take_interrupt();
        if more {
            self.stack.limit().trip();
        }
        interrupt
    }

    /// Is an interrupt pending? It will be returned by the next [`Mutator::safepoint`].
    pub fn has_interrupt(&self) -> bool {
        self.parker.has_interrupt()
    }

    /// Runs a collection now, for this reason. A safepoint.
    pub fn collect(&mut self, reason: Reason) {
        while !self.try_collect(Some(reason)) {}
    }

    /// Stops the world and shows it to `work`, which must not wait for anybody. A safepoint.
    pub fn with_world_stopped<R>(&mut self, work: impl FnOnce(&mut Stopped<'_>) -> R) -> R {
        let membership = &self.membership;
        loop {
            if let Some(stop) = membership.world.rendezvous.try_stop(Some(&membership.seat)) {
                return membership.world.with_stopped(&stop, work);
            }
            membership.world.rendezvous.stop_here(&membership.seat);
        }
    }

    fn stop_here(&mut self) {
        self.stack.age(&mut self.heap);
        self.membership.world.rendezvous.stop_here(&self.membership.seat);
    }

    /// Collects, or stops for another coordinator and returns false. Without a reason, the heap's.
    fn try_collect(&mut self, reason: Option<Reason>) -> bool {
        self.stack.age(&mut self.heap);
        let membership = &self.membership;
        let Some(stop) = membership.world.rendezvous.try_stop(Some(&membership.seat)) else {
            // The winner has asked this seat to stop in the critical section in which it won.
            membership.world.rendezvous.stop_here(&membership.seat);
            return false;
        };
        let reason = reason.unwrap_or_else(|| membership.world.heap.wanted_reason());
        let mut record = membership.world.collect_stopped(&stop, reason);
        let times = stop.times();
        record.resume_ns = stop.resume();
        record.stop_ns = times.nanoseconds;
        record.threads = times.running + times.stopped_already + 1;
        record.blocked_threads = times.stopped_already;
        record.initiator_tid = self.id.0;
        record.late_tid = times.latest.unwrap_or(0);
        record.vm = self.world.config.vm;
        let world = Arc::clone(&self.world);
        // Subscribers and the finalisers of host values may take their time.
        self.native(move || {
            events::stopped(&world, &times);
            record.emit();
            drop(record);
        });
        true
    }

    /// Runs `work`, which may block, in native state: it counts as stopped, so collections go on
    /// meanwhile and move objects. No `Value` may be carried through; the stack's top must be
    /// published.
    pub fn native<R>(&mut self, work: impl FnOnce() -> R) -> R {
        let _region = NativeRegion::enter(self);
        work()
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
        let Membership { world, seat } = region.membership();
        seat.member.parker.park(ticket, until, || world.report_deadlock())
    }

    /// Waits in one queue; leaves it if nobody woke this thread from it.
    pub(crate) fn park_in(&mut self, key: (WaitId, Queue), ticket: Ticket, until: Until) -> Wake {
        let wake = self.park(ticket, until);
        if !matches!(wake, Wake::Notified(_)) {
            self.world.queues.lock(key.0).leave(key, &self.parker, ticket);
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
    }
}
