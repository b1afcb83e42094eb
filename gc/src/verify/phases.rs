//! The verifier between the phases of a collection, one function a point in it:
//!
//! | after | function | holds |
//! |---|---|---|
//! | copying | `Heap::verify_copied` | GC-15, GC-1, GC-3, GC-5, GC-7, GC-13; the roots' own |
//! | the minor collection, before marking | `Heap::verify_emptied` | GC-8, and all that holds outside |
//! | clearing the marks | `Heap::verify_cleared` | GC-17 |
//! | marking | `Heap::verify_marked` | GC-12, GC-16, nothing dead is marked; the roots' own |
//! | settling weak references | `Heap::verify_settled` | GC-12 and GC-16 with them, GC-18 |
//! | the sweep of large objects | `Heap::verify_swept` | GC-9 and GC-12 for what is left |
//!
//! Blocks are swept later, by whoever needs room: what holds after that is GC-14.

use super::{Addresses, Checked, Moment, Verifier, broken, survey, survey::Survey};
use crate::{
    Heap, Stopped, Value, Violation,
    layout::{BLOCK_BYTES, BYTES_PER_MARK_BYTE, LINE_BYTES, LINES_PER_BLOCK},
    slot,
};

impl Heap {
    /// Checks, if the heap is to be verified.
    ///
    /// # Panics
    /// With the id of the invariant found broken.
    pub(crate) fn check(&self, verify: impl FnOnce(&Heap) -> Checked) {
        if self.config.verify
            && let Err(violation) = verify(self)
        {
            panic!("{violation}");
        }
    }

    /// Everything that is reachable from the roots was copied; weak references are not settled yet, and
    /// the from-space is still there.
    pub(crate) fn verify_copied(&self, stopped: &mut Stopped<'_>) -> Checked {
        let mut verifier = Verifier {
            moment: Moment::Copied,
            ..Verifier::new(self, Addresses::default(), Addresses::default())
        };
        verifier.visit_roots(stopped)?;
        drop(verifier);
        roots_agree(self, stopped)
    }

    /// Nothing is young.
    pub(crate) fn verify_emptied(&self, stopped: &mut Stopped<'_>) -> Checked {
        self.nothing_is_young()?;
        self.try_verify(stopped)
    }

    /// GC-17: marking begins, and nothing is marked.
    pub(crate) fn verify_cleared(&self) -> Checked {
        let blocks = self.old.lock_blocks();
        for block in (0..blocks.known_blocks()).map(|block| block * BLOCK_BYTES) {
            let start = self.layout.old_base + block;
            if !blocks.is_in_use(start) {
                continue;
            }
            let marks =
                slot::table(self.layout.mark_byte(start), BLOCK_BYTES / BYTES_PER_MARK_BYTE);
            let lines = slot::table(self.layout.line_byte(start), LINES_PER_BLOCK);
            if marks.iter().chain(lines).any(|&mark| mark != 0) {
                return broken("GC-17", format!("the block at {start:#x} has marks already"));
            }
        }
        match self.old.lock_large().starts().find(|&start| self.is_large_marked(start)) {
            Some(start) => broken("GC-17", format!("the object at {start:#x} is marked already")),
            None => Ok(()),
        }
    }

    /// Everything that is reachable other than weakly is marked, and everything that can be reached
    /// from values that were overwritten meanwhile. If nothing could be overwritten, since the world
    /// was stopped all along, so many objects were marked as were `counted`: nothing else is.
    pub(crate) fn verify_marked(
        &self,
        stopped: &mut Stopped<'_>,
        overwritten: &[Value],
        counted: Option<usize>,
    ) -> Checked {
        let survey = Survey::strong(self, stopped, overwritten);
        survey.all_is_marked()?;
        let reached = survey.objects;
        if let Some(objects) = counted.filter(|&objects| objects != reached) {
            broken("GC-12", format!("{objects} objects are marked, {reached} are reachable"))?;
        }
        roots_agree(self, stopped)
    }

    /// Weak references are settled, and nothing is freed yet.
    pub(crate) fn verify_settled(&self, stopped: &mut Stopped<'_>, kept: &[Value]) -> Checked {
        Survey::settled(self, stopped, kept).all_is_marked()?;
        self.tables_list_what_is_marked()
    }

    /// GC-18: tables beside the heap list what is marked, and nothing else.
    fn tables_list_what_is_marked(&self) -> Checked {
        let listed = |what: &str, v: Value| {
            let is_old = v.is_pointer() && self.layout.is_old_address(v.address());
            if !is_old || survey::is_marked(&self.layout, v).is_ok() {
                return Ok(());
            }
            broken("GC-18", format!("{v:?} is listed among {what}, and not marked"))
        };
        self.codes.lock().objects().try_for_each(|object| listed("code", object))?;
        self.natives.lock().objects().try_for_each(|object| listed("host values", object))?;
        let weak = self.weak.lock();
        for container in &weak.old {
            listed("containers", container.object)?;
            container.fields().into_iter().try_for_each(|field| listed("referents", field))?;
        }
        for guarded in &weak.guarded_old {
            let parts = [guarded.object, guarded.link, guarded.guardian];
            parts.into_iter().try_for_each(|part| listed("what is guarded", part))?;
        }
        Ok(())
    }

    /// Large objects are swept, and blocks are going to be.
    pub(crate) fn verify_swept(&self) -> Checked {
        let large = self.old.lock_large();
        if let Some(start) = large.starts().find(|&start| !self.is_large_marked(start)) {
            return broken("GC-12", format!("the object at {start:#x} was kept without a mark"));
        }
        let blocks = self.old.lock_blocks();
        let used =
            (0..blocks.known_blocks()).map(|block| self.layout.old_base + block * BLOCK_BYTES);
        let lines = used.filter(|&start| blocks.is_in_use(start)).map(|start| {
            let marks = slot::table(self.layout.line_byte(start), LINES_PER_BLOCK);
            marks.iter().filter(|&&mark| mark != 0).count()
        });
        let bytes = lines.sum::<usize>() * LINE_BYTES;
        let counted = blocks.used_bytes();
        if bytes <= counted {
            return Ok(());
        }
        broken("GC-9", format!("{bytes} bytes are on marked lines, {counted} are counted"))
    }

    fn is_large_marked(&self, start: usize) -> bool {
        slot::load_byte(self.layout.mark_byte(start)) & 1 != 0
    }
}

/// What the roots say of themselves.
pub(super) fn roots_agree(heap: &Heap, stopped: &mut Stopped<'_>) -> Result<(), Violation> {
    stopped.roots.iter_mut().try_for_each(|source| source.verify(heap))
}

#[cfg(test)]
mod tests;
