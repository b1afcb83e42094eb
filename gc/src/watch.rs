//! What is watched: the switch between the virtual machine and `tracing`.
//!
//! [`crate::event!`] and [`crate::enabled!`] are the only way in which Lisle's crates speak to
//! `tracing`; without the feature `tracing` they expand to nothing. No subscriber is asked while the
//! world is stopped or a mutator runs: what it wants is found out at quiet moments
//! ([`Watch::look`]) and kept in a word, which is what the rest of the machine looks at.

use std::sync::atomic::{AtomicU32, Ordering};

#[cfg(feature = "tracing")]
#[doc(hidden)]
pub use tracing;

/// Emits an event: `event!(vm, INFO, "lisle::gc", "gc.end", field = value, ...)`. Every event has the
/// fields `vm` and `schema` (1). To be called in native state, with the world running and no lock held.
#[cfg(feature = "tracing")]
#[macro_export]
macro_rules! event {
    ($vm:expr, $level:ident, $target:literal, $name:literal $(, $field:ident = $value:expr)* $(,)?) => {
        $crate::watch::tracing::event!(
            name: $name,
            target: $target,
            $crate::watch::tracing::Level::$level,
            vm = $vm, schema = 1u64 $(, $field = $value)*, $name
        )
    };
}

/// Without the feature `tracing`, evaluates the fields and does nothing.
#[cfg(not(feature = "tracing"))]
#[macro_export]
macro_rules! event {
    ($vm:expr, $level:ident, $target:literal, $name:literal $(, $field:ident = $value:expr)* $(,)?) => {{
        let _ = &$vm;
        $(let _ = &$value;)*
    }};
}

/// Does anybody want events of this target and level?
#[cfg(feature = "tracing")]
#[macro_export]
macro_rules! enabled {
    ($level:ident, $target:literal) => {
        $crate::watch::tracing::enabled!(target: $target, $crate::watch::tracing::Level::$level)
    };
}

/// Without the feature `tracing`, nobody.
#[cfg(not(feature = "tracing"))]
#[macro_export]
macro_rules! enabled {
    ($level:ident, $target:literal) => {
        false
    };
}

/// What somebody may watch; a bit each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u32)]
pub enum Watched {
    /// Collections: their processor time is measured.
    Collections = 1,
    /// The phases of collections, with their workers.
    Phases = 2,
    /// How much survived at which age.
    Ages = 4,
    /// What the write barrier did.
    Barrier = 8,
    /// Changes of sizes.
    Sizes = 16,
    /// Counts of frames at each collection.
    Frames = 32,
    /// Each promotion.
    Promotions = 64,
    /// Each thread at each stop.
    Stops = 128,
    /// Allocation, sampled.
    Allocation = 256,
}

/// What is watched now.
#[derive(Debug, Default)]
pub struct Watch(AtomicU32);

impl Watch {
    /// Is this watched? As of the last look.
    #[inline]
    pub fn is_on(&self, what: Watched) -> bool {
        // Relaxed: it guards nothing; a record more or less does no harm.
        self.0.load(Ordering::Relaxed) & what as u32 != 0
    }

    /// Asks the subscriber what it wants. With the world running and no lock held.
    pub fn look(&self) {
        let wishes = [
            (Watched::Collections, crate::enabled!(INFO, "lisle::gc")),
            (Watched::Phases, crate::enabled!(DEBUG, "lisle::gc::phase")),
            (Watched::Ages, crate::enabled!(TRACE, "lisle::gc::phase")),
            (Watched::Barrier, crate::enabled!(DEBUG, "lisle::barrier")),
            (Watched::Sizes, crate::enabled!(DEBUG, "lisle::heap")),
            (Watched::Frames, crate::enabled!(DEBUG, "lisle::frame")),
            (Watched::Promotions, crate::enabled!(TRACE, "lisle::frame")),
            (Watched::Stops, crate::enabled!(DEBUG, "lisle::safepoint")),
            (Watched::Allocation, crate::enabled!(TRACE, "lisle::alloc")),
        ];
        let bits = wishes.iter().filter(|(_, on)| *on).map(|(what, _)| *what as u32).sum();
        self.0.store(bits, Ordering::Relaxed);
    }
}
