//! Native regions: stretches of a thread's life in which it touches neither the heap nor its roots.
//! One that is not a closure is between `suspend` and `resume`.

use crate::mutator::{Membership, Mutator};

/// While this exists, the thread of the mutator is in native state.
pub(crate) struct NativeRegion<'a> {
    mutator: &'a mut Mutator,
}

impl<'a> NativeRegion<'a> {
    /// Enters native state.
    pub(crate) fn enter(mutator: &'a mut Mutator) -> NativeRegion<'a> {
        mutator.note_sample();
        if mutator.seat().snapshot().stop_requested() {
            mutator.note_lateness();
        }
        let Membership { world, seat, .. } = mutator.membership();
        world.schedule.perturb();
        world.rendezvous.enter_native(seat);
        NativeRegion { mutator }
    }

    /// What may be looked at in native state: nothing of it is ever changed.
    pub(crate) fn membership(&self) -> &Membership {
        self.mutator.membership()
    }

    /// Back to running state, for a mutator that is native without a region: a new one.
    pub(crate) fn resume(mutator: &Mutator) {
        let Membership { world, seat, .. } = mutator.membership();
        world.schedule.perturb();
        if world.rendezvous.leave_native(seat) || world.heap.collection_wanted() {
            mutator.stack.limit().trip();
        }
    }
}

impl Mutator {
    /// Enters native state until [`Mutator::resume`], for a thread that turns to the mutator of
    /// another world: collections go on meanwhile. No `Value` may be carried through, the stack's top
    /// must be published, and of the mutator nothing but [`Mutator::is_suspended`],
    /// [`Mutator::is_native`] and [`Mutator::resume`] may be used until then.
    ///
    /// # Panics
    /// In debug builds, when it is in native state already.
    pub fn suspend(&mut self) {
        std::mem::forget(NativeRegion::enter(self));
        self.is_suspended = true;
    }
    /// Back from [`Mutator::suspend`], if it was suspended. Waits while the world is stopped.
    pub fn resume(&mut self) {
        if std::mem::take(&mut self.is_suspended) {
            NativeRegion::resume(self);
        }
    }
    /// Is it between [`Mutator::suspend`] and [`Mutator::resume`]?
    pub fn is_suspended(&self) -> bool {
        self.is_suspended
    }
}

impl Drop for NativeRegion<'_> {
    fn drop(&mut self) {
        NativeRegion::resume(self.mutator);
    }
}
