//! Mutators at rest: attached to their world, without a thread. A host that attaches threads often
//! and shortly uses them again; waking one costs less than making one.
//!
//! A mutator at rest is in native state. It counts as able to run: the host may wake others from it,
//! so while one rests no deadlock is reported.

use crate::events;
use crate::mutator::{Mutator, Roots};
use crate::native::NativeRegion;
use crate::sync::Arc;
use crate::thread::{self, ThreadOutcome};
use lisle_gc::Value;

/// A mutator in native state that holds no values and runs nothing. Any thread may wake it.
pub struct Resting(Box<Mutator>);

impl Mutator {
    /// Lays this mutator to rest; what it held is let go of, and its thread object, if it has one,
    /// ends. No guest code may be running on it.
    pub fn rest(mut self: Box<Mutator>) -> Resting {
        thread::end_current(&mut self, ThreadOutcome::Returned(Value::UNSPECIFIED));
        self.roots = Roots::new();
        self.nested.clear();
        self.stack.publish_empty();
        while self.parker.take_interrupt().0.is_some() {}
        self.tell_frames();
        let world = Arc::clone(&self.world);
        self.native(move || events::drain(&world));
        self.heap.give_back_buffer();
        let membership = self.membership();
        membership.world.rendezvous.enter_native(&membership.seat);
        Resting(self)
    }
}

impl Resting {
    /// The mutator, running, for the calling thread. Waits while the world is stopped.
    pub fn wake(self) -> Box<Mutator> {
        NativeRegion::resume(&self.0);
        self.0
    }
}
