//! Whose turn it is to compile. A thread that waits for it is in native state, and can be interrupted.
//!
//! A macro's procedure runs within the turn of the thread that expands the macro, and may compile
//! (`eval`) itself.

use super::FrontError;
use super::stopping::reason_to_stop;
use crate::vm::VmShared;
use lisle_threads::{Mutator, MutatorId};
use parking_lot::{Condvar, Mutex};
use std::time::Duration;

/// A thread that waits looks this often whether it is to stop.
const PATIENCE: Duration = Duration::from_millis(20);

/// Whose turn it is, and how often it has taken it.
#[derive(Default)]
pub(super) struct Turn {
    state: Mutex<Option<(MutatorId, u32)>>,
    given_back: Condvar,
}

/// The turn, until it is dropped.
pub(super) struct Taken<'t>(&'t Turn);

impl Turn {
    /// Waits for the turn, unless this thread has it already.
    pub(super) fn take(
        &self,
        vm: &VmShared,
        mutator: &mut Mutator,
    ) -> Result<Taken<'_>, FrontError> {
        loop {
            if let Some(taken) = self.try_take(mutator) {
                return Ok(taken);
            }
            if let Some(error) = reason_to_stop(vm, mutator) {
                return Err(error);
            }
        }
    }
    /// The same, whatever happens: for what cannot fail.
    pub(super) fn take_in_any_case(&self, mutator: &mut Mutator) -> Taken<'_> {
        loop {
            if let Some(taken) = self.try_take(mutator) {
                return taken;
            }
        }
    }
    /// Waits a little.
    fn try_take(&self, mutator: &mut Mutator) -> Option<Taken<'_>> {
        let id = mutator.id();
        if self.take_now(id) {
            return Some(Taken(self));
        }
        let taken = mutator.native(|| {
            let mut state = self.state.lock();
            if state.is_some() {
                self.given_back.wait_for(&mut state, PATIENCE);
            }
            let is_free = state.is_none();
            if is_free {
                *state = Some((id, 1));
            }
            is_free
        });
        taken.then(|| Taken(self))
    }
    fn take_now(&self, id: MutatorId) -> bool {
        let mut state = self.state.lock();
        match &mut *state {
            None => *state = Some((id, 1)),
            Some((owner, times)) if *owner == id => *times += 1,
            Some(_) => return false,
        }
        true
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        match &mut *state {
            Some((_, times)) if *times > 1 => *times -= 1,
            _ => {
                *state = None;
                drop(state);
                self.0.given_back.notify_one();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PATIENCE, Turn};
    use crate::Vm;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[test]
    fn waiting_takes_nothing_from_the_one_whose_turn_it_is() -> Result<(), crate::Error> {
        let vm = Vm::new()?;
        let world = &vm.shared().world;
        let (turn, is_second) = (Turn::default(), AtomicBool::new(false));
        let mut first = world.attach("first").expect("there is memory");
        let taken = turn.take_in_any_case(&mut first);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                let mut second = world.attach("second").expect("there is memory");
                let _taken = turn.take_in_any_case(&mut second);
                is_second.store(true, Ordering::Relaxed);
            });
            first.native(|| std::thread::sleep(10 * PATIENCE));
            assert!(!is_second.load(Ordering::Relaxed));
            drop(taken);
            // The thread that is joined here may stop the world.
            drop(first);
        });
        assert!(is_second.into_inner());
        Ok(())
    }
}
