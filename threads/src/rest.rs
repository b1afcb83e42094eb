//! Mutators at rest: attached to their world, without a thread. A host that attaches threads often
//! and shortly uses them again; waking one costs less than making one.
//!
//! A mutator at rest is in native state. It counts as able to run: the host may wake others from it,
//! so while one rests no deadlock is reported.

use crate::events;
use crate::mutator::Mutator;
use crate::native::NativeRegion;
use crate::thread::{self, ThreadOutcome};
use lisle_gc::Value;

/// A mutator in native state that holds no values and runs nothing. Any thread may wake it.
pub struct Resting(Box<Mutator>);

impl Mutator {
    /// Lays this mutator to rest; what it held is let go of, and its thread object, if it has one,
    /// ends. No guest code may be running on it.
    pub fn rest(mut self: Box<Mutator>) -> Resting {
        thread::end_current(&mut self, ThreadOutcome::Returned(Value::UNSPECIFIED));
        self.roots.clear();
        self.nested.clear();
        self.stack.publish_empty();
        while self.parker.take_interrupt().0.is_some() {}
        let frames = self.take_frames();
        let has_records = self.heap.has_records();
        self.heap.give_back_buffer();
        let membership = self.membership();
        membership.world.rendezvous.enter_native(&membership.seat);
        // In native state already: subscribers may take their time.
        if let Some(report) = frames {
            events::frames(&self.world, &report);
        }
        if has_records {
            events::drain(&self.world);
        }
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
