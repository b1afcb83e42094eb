//! The traits through which the rest of the system shows its roots to the collector.

use crate::{Heap, Phase, Value, Violation};

/// Something that holds values the collector must see: a stack, a symbol table, a code table.
///
/// One collection may ask for the same roots more than once (a full collection copies the young
/// objects first and marks afterwards), so visiting must have no effect of its own; it must not
/// allocate either. [`RootSource::after_collection`] may.
pub trait RootSource {
    /// Shows every root to the visitor, which may replace it by the object's new address.
    fn visit_roots(&mut self, visitor: &mut dyn RootVisitor);

    /// Called in full collections before the memory of dead objects is used again: values that are
    /// not alive are to be forgotten. No host value may be dropped here.
    fn forget_dead(&mut self, _visitor: &dyn RootVisitor) {}

    /// What visiting these roots is called in events: [`Phase::RootsStack`] for those of a thread.
    fn phase(&self) -> Phase {
        Phase::RootsGlobal
    }

    /// Checks the invariants of the source itself, for [`crate::Heap::verify`].
    ///
    /// # Errors
    /// The first one found broken.
    fn verify(&mut self, _heap: &Heap) -> Result<(), Violation> {
        Ok(())
    }

    /// Called once at the end of a collection, with the world still stopped.
    fn after_collection(&mut self) {}
}

/// The collector's side of [`RootSource::visit_roots`].
pub trait RootVisitor {
    /// One root.
    fn visit(&mut self, slot: &mut Value);

    /// `count` words from `first` on: values, or raw words that cannot be taken for pointers.
    ///
    /// The words must be readable and writable, eight-byte aligned, with exposed provenance, and
    /// nobody else may access them meanwhile. This is what stack regions show.
    fn visit_range(&mut self, first: *mut u64, count: usize);

    /// Is only the young generation looked at? Sources that hold nothing but old objects (symbols,
    /// globals, code) may then return at once.
    fn is_minor(&self) -> bool;

    /// Is this value alive, as far as is known? In a minor collection that is said of all old ones.
    fn is_alive(&self, value: Value) -> bool;
}
