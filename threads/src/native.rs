//! Native regions: stretches of a thread's life in which it touches neither the heap nor its roots.

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

impl Drop for NativeRegion<'_> {
    fn drop(&mut self) {
        NativeRegion::resume(self.mutator);
    }
}
