//! The stopped world, as the collector sees it.

use crate::{LocalHeap, RootSource};

/// Everything a collection works on, handed over by whoever stopped the world.
///
/// Having one means: no thread runs guest code or allocates, every [`LocalHeap`] of the heap that
/// was used is in `locals` (GC-6), and every value that somebody still needs is shown by one of
/// `roots` or held by a [`crate::Root`].
pub struct Stopped<'a> {
    /// The local heap of every mutator.
    pub locals: Vec<&'a mut LocalHeap>,
    /// Stacks, tables and whatever else holds values.
    pub roots: Vec<&'a mut dyn RootSource>,
}
