//! The interpreter's part in limits: counting steps, and looking whether a limit is reached.

use super::{Machine, Outcome};
use crate::api::attach;
use crate::condition::ErrorKind;
use crate::cx::Raised;
use crate::limits::{GRACE_BYTES, GRACE_STEPS, GRACE_TIME, Limit, Sandbox};
use lisle_threads::{Interrupt, Mutator};
use std::sync::Arc;
use std::time::Instant;

/// What a machine knows of the limits of its run.
pub(super) struct Meter {
    sandbox: Option<Arc<Sandbox>>,
    /// Are steps counted?
    counts_steps: bool,
    /// Steps before the account has to be asked again.
    steps: i64,
    /// Once the program has been told of a limit: which, and when its time to react is over.
    told: Option<(Limit, Instant)>,
}

/// What is to become of a run that was interrupted.
pub(super) enum Fate {
    /// It goes on.
    Continues,
    /// A condition is raised.
    Raises(Raised),
    /// It ends.
    Ends(Outcome),
}

impl Meter {
    pub(super) fn new(mutator: &Mutator) -> Meter {
        let sandbox = Sandbox::of(mutator);
        let counts_steps = sandbox.as_ref().is_some_and(|sandbox| sandbox.counts_steps());
        // The first poll looks, and takes steps.
        let steps = if counts_steps { 0 } else { i64::MAX };
        Meter { sandbox, counts_steps, steps, told: None }
    }
    pub(super) fn is_limited(&self) -> bool {
        self.sandbox.is_some()
    }
    pub(super) fn counts_steps(&self) -> bool {
        self.counts_steps
    }
    /// Counts a step; true when the next poll has to look.
    #[inline(always)]
    pub(super) fn step(&mut self) -> bool {
        self.steps -= 1;
        self.steps <= 0
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        if let Some(sandbox) = &self.sandbox
            && self.counts_steps
            && self.told.is_none()
            && self.steps > 0
        {
            sandbox.return_steps(self.steps);
        }
    }
}

impl Machine<'_> {
    /// Counts a call or a turn of a loop, in the variant of the loop that counts.
    #[inline(always)]
    pub(super) fn count_step(&mut self) {
        if self.meter.step() {
            self.limit.trip();
        }
    }

    /// At a poll: is a limit reached? The steps and bytes of the next stretch are taken.
    pub(super) fn look(&mut self) -> Fate {
        let Some(sandbox) = self.meter.sandbox.clone() else { return Fate::Continues };
        if let Some((limit, end)) = self.meter.told {
            let spent = (self.meter.counts_steps && self.meter.steps <= 0)
                || self.mutator.heap.is_past_allowance()
                || Instant::now() >= end;
            return if spent { Fate::Ends(Outcome::Limited(limit)) } else { Fate::Continues };
        }
        while self.meter.counts_steps && self.meter.steps <= 0 {
            match sandbox.take_steps() {
                Ok(steps) => self.meter.steps = steps,
                Err(empty) if attach::in_native(self.mutator, || empty.refuel()) => {}
                Err(empty) => {
                    empty.run_dry();
                    break;
                }
            }
        }
        if self.mutator.heap.is_past_allowance() {
            self.mutator.heap.set_allowance(sandbox.take_bytes());
        }
        match sandbox.reached() {
            None => Fate::Continues,
            Some(limit) => Fate::Raises(self.tell_of(limit, &sandbox)),
        }
    }

    /// Tells the program, which has a little of everything left from now on. When that time is over
    /// nothing else might trip the limit word: a loop need not allocate, nor be counted.
    fn tell_of(&mut self, limit: Limit, sandbox: &Arc<Sandbox>) -> Raised {
        let end = Instant::now() + GRACE_TIME;
        self.meter.told = Some((limit, end));
        self.vm.timer.schedule(self.vm, end, sandbox);
        if self.meter.counts_steps {
            self.meter.steps = GRACE_STEPS;
        }
        self.mutator.heap.set_allowance(Some(GRACE_BYTES));
        self.cx().error(ErrorKind::Limit(limit), limit.message(), &[])
    }

    /// What an interrupt makes of the run. `Context` is left to [`Machine::look`].
    pub(super) fn fate_of(&mut self, interrupt: Interrupt) -> Fate {
        match interrupt {
            Interrupt::Terminate => Fate::Ends(Outcome::Terminated),
            Interrupt::Context => self.look(),
            Interrupt::Deadlock(report) => {
                Fate::Raises(self.cx().error(ErrorKind::Deadlock, &report, &[]))
            }
            Interrupt::UserBreak => {
                Fate::Raises(self.cx().error(ErrorKind::Interrupted, "interrupted", &[]))
            }
        }
    }

    /// At a safepoint whose poll found the limit word tripped: stops, collects, and answers for
    /// interrupts and limits.
    pub(super) fn fate_at_safepoint(&mut self) -> Fate {
        let interrupt = self.mutator.safepoint();
        let fate = match interrupt {
            Some(interrupt) => self.fate_of(interrupt),
            None => self.look(),
        };
        self.rearm();
        fate
    }
}
