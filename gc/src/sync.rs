//! The locks, signals and atomics of the files that are model-checked: `pool.rs`, `minor/forward.rs`
//! and `recorded.rs` take everything they synchronise with from a module of this name. In the crate
//! that is this file; `model.rs` compiles those files a second time beside one made of loom's types.

pub(crate) use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// A lock held for a few instructions.
#[derive(Debug, Default)]
pub(crate) struct Lock<T>(parking_lot::Mutex<T>);

/// Proof that a [`Lock`] is held.
pub(crate) type Guard<'a, T> = parking_lot::MutexGuard<'a, T>;

impl<T> Lock<T> {
    pub(crate) fn new(value: T) -> Lock<T> {
        Lock(parking_lot::Mutex::new(value))
    }

    pub(crate) fn lock(&self) -> Guard<'_, T> {
        self.0.lock()
    }
}

/// What threads sleep on until a fact guarded by a [`Lock`] holds.
#[derive(Debug, Default)]
pub(crate) struct Signal(parking_lot::Condvar);

impl Signal {
    pub(crate) fn new() -> Signal {
        Signal(parking_lot::Condvar::new())
    }

    /// Gives the lock up, sleeps, takes it again. May return without a notification.
    pub(crate) fn wait<'a, T>(&self, mut guard: Guard<'a, T>) -> Guard<'a, T> {
        self.0.wait(&mut guard);
        guard
    }

    pub(crate) fn notify_one(&self) {
        self.0.notify_one();
    }

    pub(crate) fn notify_all(&self) {
        self.0.notify_all();
    }
}

/// Spins for at most so many turns while `waiting` holds; the turns that are left.
pub(crate) fn spin_while(turns: usize, waiting: impl Fn() -> bool) -> usize {
    let mut left = turns;
    while left > 0 && waiting() {
        left -= 1;
        std::hint::spin_loop();
    }
    left
}

/// Called in a loop that waits for a few stores of another thread.
pub(crate) fn pause(turn: u32) {
    if turn.is_multiple_of(64) {
        // The other one was put off its processor between its stores.
        std::thread::yield_now();
    }
    std::hint::spin_loop();
}
