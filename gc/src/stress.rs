//! Stress modes: the same heap, made to fail early where something is wrong.

/// What to make harder than it needs to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stress {
    /// Every allocation asks for a collection at the next safepoint, and some are full ones.
    pub collect_always: bool,
    /// Memory that a collection frees is filled with a pattern; in the nursery it also loses its
    /// access rights for a few collections, so that a stale value faults at once.
    pub poison: bool,
    /// A nursery of one block: a collection whenever 32 KiB were handed out.
    pub tiny_nursery: bool,
}

/// What poisoned words hold: tagged like the address of a stack environment, which no heap word
/// may be (GC-5).
pub(crate) const POISON: u64 = 0xdead_dead_dead_deaf;

/// How many collections a poisoned nursery block stays out of use.
pub(crate) const QUARANTINE_CYCLES: usize = 3;

/// With `collect_always`, every how many collections a full one is made.
pub(crate) const FULL_EVERY: u64 = 8;
