//! The state word of a mutator: what its thread is doing, and who wants it to do something else.
//!
//! ```text
//!            enter_native (owner)              request_stop (coordinator) sets STOP_REQUESTED
//!        +---------------------------+         in any mode; withdraw_stop (coordinator, at
//!        |                           v         resume) clears it.
//!    RUNNING <---- try_run ----- NATIVE        call_attention (anyone) sets ATTENTION;
//!     |  ^   (owner, only while      |         take_attention (owner, at a safepoint) clears it.
//!     |  |    no stop is requested)  |
//!     |  |                           | await_resume (owner, only while
//!     |  +---- try_run -------+      | a stop is requested)
//!     |  +---- grant ------+  |      |
//!     |   (coordinator, at |  |      v
//!     +------ stop ------> STOPPED <-+
//!        (owner at a safepoint)
//! ```
//!
//! NATIVE and STOPPED both mean that the thread touches neither the heap nor its own roots; the
//! collector may. Every change is a read-modify-write, so that a request is never overwritten, and
//! each one returns what the word was. All orderings are acquire-release: a change into NATIVE or
//! STOPPED publishes the owner's roots to the coordinator, whose requests and withdrawals publish
//! the collected heap to the owner.
//!
//! NOTE(attention): whoever wants something of a mutator first says so in the state word and then
//! trips its limit word; the mutator first resets its limit word and then reads the state word by a
//! read-modify-write. If the mutator's operation comes first in the word's order, the reset happens
//! before the trip and the trip stays; if it comes second, it sees the wish. So none is lost,
//! whatever orderings the limit word itself has.

use super::sync::{AtomicU32, Ordering};

const RUNNING: u32 = 0;
const NATIVE: u32 = 1;
const STOPPED: u32 = 2;
const MODE_MASK: u32 = 3;
const STOP_REQUESTED: u32 = 4;
const ATTENTION: u32 = 8;

/// What a mutator's thread is doing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// It runs guest code or a primitive, and may touch the heap.
    Running,
    /// It is in code that touches no heap; counts as stopped.
    Native,
    /// It waits for the world to be resumed.
    Stopped,
}

/// What the word was at one moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Snapshot(u32);

impl Snapshot {
    /// What the thread was doing.
    pub fn mode(self) -> Mode {
        match self.0 & MODE_MASK {
            RUNNING => Mode::Running,
            NATIVE => Mode::Native,
            _ => Mode::Stopped,
        }
    }
    /// Was a stop of the world asked for?
    pub fn stop_requested(self) -> bool {
        self.0 & STOP_REQUESTED != 0
    }
    /// Did someone want this mutator to look at its interrupts, or at the heap's wishes?
    pub fn attention(self) -> bool {
        self.0 & ATTENTION != 0
    }
}

/// The word.
#[derive(Debug)]
pub struct StateWord(AtomicU32);

impl StateWord {
    /// A word of a thread in native state.
    pub fn new() -> StateWord {
        StateWord(AtomicU32::new(NATIVE))
    }
    /// The word now.
    pub fn load(&self) -> Snapshot {
        Snapshot(self.0.load(Ordering::Acquire))
    }
    /// Owner: from running to native. With a stop requested, the owner was counted as running.
    pub fn enter_native(&self) -> Snapshot {
        let old = Snapshot(self.0.fetch_add(NATIVE - RUNNING, Ordering::AcqRel));
        debug_assert!(old.mode() == Mode::Running);
        old
    }
    /// Owner: from running to stopped, at a safepoint.
    pub fn stop(&self) -> Snapshot {
        let old = Snapshot(self.0.fetch_add(STOPPED - RUNNING, Ordering::AcqRel));
        debug_assert!(old.mode() == Mode::Running);
        old
    }
    /// Owner: to running, unless a stop is requested. The error is the word that forbade it; its
    /// mode may be `Running` when the coordinator granted it.
    pub fn try_run(&self) -> Result<Snapshot, Snapshot> {
        self.change(|word| {
            let waits = word & MODE_MASK != RUNNING;
            (waits && word & STOP_REQUESTED == 0).then_some(word & !MODE_MASK | RUNNING)
        })
    }
    /// Owner: from native to stopped while a stop is requested, to be counted among those that
    /// wait for the resumption.
    pub fn await_resume(&self) {
        let _ = self.change(|word| {
            let waits = word & MODE_MASK == NATIVE && word & STOP_REQUESTED != 0;
            waits.then_some(word & !MODE_MASK | STOPPED)
        });
    }
    /// Coordinator: asks for a stop.
    pub fn request_stop(&self) -> Snapshot {
        Snapshot(self.0.fetch_or(STOP_REQUESTED, Ordering::AcqRel))
    }
    /// Coordinator: the stop is over.
    pub fn withdraw_stop(&self) -> Snapshot {
        Snapshot(self.0.fetch_and(!STOP_REQUESTED, Ordering::AcqRel))
    }
    /// Coordinator, while the stop is still requested: a stopped thread counts as running from now
    /// on, though it has yet to wake.
    pub fn grant(&self) {
        let _ = self.change(|word| {
            (word & MODE_MASK == STOPPED).then_some(word & !MODE_MASK & !STOP_REQUESTED | RUNNING)
        });
    }
    /// Anyone: the mutator shall look at its interrupts and at the heap's wishes.
    pub fn call_attention(&self) -> Snapshot {
        Snapshot(self.0.fetch_or(ATTENTION, Ordering::AcqRel))
    }
    /// Owner: looks, see NOTE(attention).
    pub fn take_attention(&self) -> Snapshot {
        Snapshot(self.0.fetch_and(!ATTENTION, Ordering::AcqRel))
    }

    fn change(&self, next: impl Fn(u32) -> Option<u32>) -> Result<Snapshot, Snapshot> {
        let mut word = self.0.load(Ordering::Acquire);
        loop {
            let Some(new) = next(word) else { return Err(Snapshot(word)) };
            match self.0.compare_exchange(word, new, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return Ok(Snapshot(word)),
                Err(current) => word = current,
            }
        }
    }
}

impl Default for StateWord {
    fn default() -> StateWord {
        StateWord::new()
    }
}
