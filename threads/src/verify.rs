//! The verifier of a stopped world: a function for each TH-n that can be seen in one. TH-3 is checked
//! by the heap (GC-6); TH-5 is a matter of order, which the models check.

use crate::rendezvous::Stop;
use crate::state::Mode;
use crate::world::{Occupant, World};
use lisle_gc::Violation;

type Checked = Result<(), Violation>;

fn broken(invariant: &'static str, found: String) -> Checked {
    Err(Violation { invariant, found })
}

impl World {
    /// Checks the stopped world, for its coordinator.
    ///
    /// # Errors
    /// The first invariant found broken.
    pub(crate) fn try_verify(&self, stop: &Stop<'_, Occupant>) -> Result<(), Violation> {
        nobody_else_runs(stop)?;
        self.locks_come_free()?;
        self.shards_come_free()?;
        self.waiting_threads_are_counted(stop)
    }

    /// TH-2: nobody who is stopped holds a lock of the world. A thread in native state may, for a
    /// moment.
    fn locks_come_free(&self) -> Checked {
        let locks = [
            ("directory", self.directory.comes_free()),
            ("register of awaited mutexes", self.awaited.comes_free()),
            ("thread body", self.body.comes_free()),
        ];
        match locks.iter().find(|(_, comes_free)| !comes_free) {
            Some((name, _)) => broken("TH-2", format!("the {name} is locked in a stopped world")),
            None => Ok(()),
        }
    }

    /// TH-4: no shard of the wait queues is locked across a safepoint.
    fn shards_come_free(&self) -> Checked {
        match self.queues.shard_that_stays_locked() {
            Some(shard) => broken("TH-4", format!("shard {shard} is locked in a stopped world")),
            None => Ok(()),
        }
    }

    /// TH-6: no more threads are counted as waiting than there are in native state.
    fn waiting_threads_are_counted(&self, stop: &Stop<'_, Occupant>) -> Checked {
        let native =
            stop.seats().iter().filter(|seat| seat.snapshot().mode() == Mode::Native).count();
        let waiting = self.census.waiting();
        // Threads that come up or end meanwhile are native, too, and not counted as waiting.
        if waiting <= native as u64 {
            return Ok(());
        }
        broken("TH-6", format!("{waiting} threads are counted as waiting, {native} are native"))
    }
}

/// TH-1: no thread but the coordinator's is running.
fn nobody_else_runs(stop: &Stop<'_, Occupant>) -> Checked {
    let others = stop.seats().iter().filter(|seat| !stop.is_own(seat));
    match { others }.find(|seat| seat.snapshot().mode() == Mode::Running) {
        Some(seat) => broken("TH-1", format!("mutator {} runs in a stop", seat.member.id.0)),
        None => Ok(()),
    }
}
