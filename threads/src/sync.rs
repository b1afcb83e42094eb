//! The locks, signals and atomics of this crate: the only file that names where they come from.
//!
//! `rendezvous.rs`, `state.rs`, `census.rs`, `park.rs`, `wait.rs`, and above them `channel.rs` and
//! `select.rs`, take everything they synchronise with from their sibling module `sync`. In the crate
//! that is this file: parking_lot and the standard atomics. `model.rs` compiles the same files a
//! second time beside a `sync` made of loom's types, which is how the protocols are model-checked by plain `cargo test`.
//!
//! No fences anywhere: every ordering is attached to an operation, so that ThreadSanitizer and loom
//! see it.

use std::time::Instant;

pub use std::sync::Arc;
pub use std::sync::atomic::{AtomicU32, AtomicU64, AtomicUsize, Ordering};

/// A lock held for a few instructions; never across a safepoint or a wait for another thread.
#[derive(Debug, Default)]
pub struct Lock<T>(parking_lot::Mutex<T>);

/// Proof that a [`Lock`] is held.
pub type Guard<'a, T> = parking_lot::MutexGuard<'a, T>;

impl<T> Lock<T> {
    /// An open lock around `value`.
    pub fn new(value: T) -> Lock<T> {
        Lock(parking_lot::Mutex::new(value))
    }
    /// Takes the lock.
    pub fn lock(&self) -> Guard<'_, T> {
        self.0.lock()
    }
    /// Can the lock be taken within a second? For the verifier.
    pub fn comes_free(&self) -> bool {
        self.0.try_lock_for(std::time::Duration::from_secs(1)).is_some()
    }
}

/// What threads sleep on until a fact guarded by a [`Lock`] holds.
#[derive(Debug, Default)]
pub struct Signal(parking_lot::Condvar);

impl Signal {
    /// A signal nobody waits for.
    pub fn new() -> Signal {
        Signal(parking_lot::Condvar::new())
    }
    /// Gives the lock up, sleeps, takes it again. May return without a notification.
    pub fn wait<'a, T>(&self, mut guard: Guard<'a, T>) -> Guard<'a, T> {
        self.0.wait(&mut guard);
        guard
    }
    /// As [`Signal::wait`], but not past `deadline`.
    pub fn wait_until<'a, T>(&self, mut guard: Guard<'a, T>, deadline: Instant) -> Guard<'a, T> {
        let _ = self.0.wait_until(&mut guard, deadline);
        guard
    }
    /// Wakes one sleeper.
    pub fn notify_one(&self) {
        self.0.notify_one();
    }
    /// Wakes every sleeper.
    pub fn notify_all(&self) {
        self.0.notify_all();
    }
}

/// A stopwatch that is never stopped.
#[derive(Debug)]
pub struct Clock(Instant);

impl Clock {
    /// Starts at zero.
    pub fn new() -> Clock {
        Clock(Instant::now())
    }
    /// Nanoseconds since the start.
    pub fn nanoseconds(&self) -> u64 {
        u64::try_from(self.0.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

impl Default for Clock {
    fn default() -> Clock {
        Clock::new()
    }
}

/// Has the moment come?
pub fn has_passed(deadline: Instant) -> bool {
    Instant::now() >= deadline
}

/// Turns of a pause instruction that stay below a microsecond on every processor of today.
const SPIN_TURNS: u32 = 16;

/// Spins for less than a microsecond while `waiting` holds; the caller sleeps afterwards.
pub fn spin_while(waiting: impl Fn() -> bool) {
    for _ in 0..SPIN_TURNS {
        if !waiting() {
            return;
        }
        std::hint::spin_loop();
    }
}
