//! Work that cannot be left halfway.
//!
//! A heap that is half collected has objects in two places and marks that are wrong, and a helper that
//! ends early would be waited for with the world stopped. A panic there is a broken invariant, and
//! whatever went on after it would read such a heap: it ends the process instead, having said so.

/// While this lives, a panic of its thread ends the process.
pub(crate) struct Halfway(());

/// From here on there is no way back.
pub(crate) fn begin() -> Halfway {
    Halfway(())
}

impl Halfway {
    /// The work is done. (Not to be called by a thread that unwinds, which drops the value.)
    pub(crate) fn end(self) {
        std::mem::forget(self);
    }
}

impl Drop for Halfway {
    fn drop(&mut self) {
        eprintln!(
            "lisle: the collector has panicked, and a heap that is half collected cannot be used"
        );
        std::process::abort();
    }
}
