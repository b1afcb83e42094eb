//! How many mutators there are, and how many of them wait for another one without a timeout.
//!
//! Both counts are halves of one word, so that "everybody waits" is a fact about one moment. A
//! thread is counted as waiting by itself, before it sleeps; it is counted out by whoever decides
//! its wait, in the same critical section. So a thread that was woken but has not run yet counts as
//! able to run. Establishes TH-6.

use super::sync::{AtomicU64, Ordering};

const LIVE: u64 = 1 << 32;
const WAITING: u64 = 1;

/// The counts.
#[derive(Debug)]
pub struct Census(AtomicU64);

/// Is there anybody who can still run?
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Prospect {
    /// Someone can run, or nobody is left.
    SomeoneRuns,
    /// There are threads, and every one waits for another.
    EverybodyWaits,
}

fn prospect(word: u64) -> Prospect {
    let (live, waiting) = (word / LIVE, word % LIVE);
    if live > 0 && live == waiting { Prospect::EverybodyWaits } else { Prospect::SomeoneRuns }
}

impl Census {
    /// Nobody yet.
    pub fn new() -> Census {
        Census(AtomicU64::new(0))
    }
    /// A mutator came into being.
    pub fn born(&self) {
        self.0.fetch_add(LIVE, Ordering::AcqRel);
    }
    /// A mutator ended.
    pub fn died(&self) -> Prospect {
        prospect(self.0.fetch_sub(LIVE, Ordering::AcqRel) - LIVE)
    }
    /// The calling thread waits for another one.
    pub fn waits(&self) -> Prospect {
        prospect(self.0.fetch_add(WAITING, Ordering::AcqRel) + WAITING)
    }
    /// The wait of one thread is decided.
    pub fn waits_no_more(&self) {
        self.0.fetch_sub(WAITING, Ordering::AcqRel);
    }
    /// How things stand.
    pub fn prospect(&self) -> Prospect {
        prospect(self.0.load(Ordering::Acquire))
    }
    /// The number of threads that wait for another one.
    pub fn waiting(&self) -> u64 {
        self.0.load(Ordering::Acquire) % LIVE
    }
    /// The number of mutators.
    pub fn live(&self) -> u64 {
        self.0.load(Ordering::Acquire) / LIVE
    }
}

impl Default for Census {
    fn default() -> Census {
        Census::new()
    }
}
