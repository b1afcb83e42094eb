//! What a mutator may allocate: bytes that it was given to use, of the nursery, of large objects and
//! outside the heap together. Small objects can be made when they are used up, since an allocation in
//! a buffer does not look; the thread is called to a safepoint instead.

use crate::{HeapExhausted, LocalHeap};
use std::sync::Arc;

/// Gives to a [`LocalHeap`] whose allowance does not have room for something large.
pub trait Lender: Send + Sync {
    /// How many of these bytes it gives.
    fn lend(&self, bytes: u64) -> u64;
}

impl LocalHeap {
    /// Lets this mutator allocate so many bytes more; `None` for as many as it wants. When they are
    /// used up small objects can still be made, large ones can't, and the thread is called to a
    /// safepoint, where [`LocalHeap::is_past_allowance`] is to be asked. Counted by half a mebibyte.
    pub fn set_allowance(&mut self, bytes: Option<u64>) {
        self.allowance_end = bytes.map_or(u64::MAX, |bytes| self.taken_bytes.saturating_add(bytes));
    }

    /// Who is asked when something large does not fit what is left of the allowance.
    pub fn set_lender(&mut self, lender: Option<Arc<dyn Lender>>) {
        self.lender = lender;
    }

    /// Does the allowance, with what is lent, have room for so many bytes more?
    pub(crate) fn is_allowed(&mut self, bytes: usize) -> bool {
        let wanted = self.taken_bytes.saturating_add(bytes as u64);
        if wanted > self.allowance_end
            && let Some(lender) = &self.lender
        {
            let lent = lender.lend(wanted - self.allowance_end);
            self.allowance_end = self.allowance_end.saturating_add(lent);
        }
        wanted <= self.allowance_end
    }

    /// Has this mutator allocated all that [`LocalHeap::set_allowance`] allows?
    pub fn is_past_allowance(&self) -> bool {
        self.taken_bytes >= self.allowance_end
    }

    /// May so many bytes outside the heap be taken?
    pub(crate) fn admit_external(&mut self, bytes: usize) -> Result<(), HeapExhausted> {
        if !self.is_allowed(bytes) {
            return Err(HeapExhausted);
        }
        // The grace is for what is made of the failure, not for going on.
        let mut grace = 0;
        let heap = Arc::clone(self.heap());
        let admitted = heap.admit(bytes, &mut grace);
        match admitted {
            Ok(()) if self.allowance_end < u64::MAX => {
                self.allowance_end = self.allowance_end.saturating_sub(bytes as u64);
                if let (true, Some(attention)) = (self.is_past_allowance(), &self.attention) {
                    attention();
                }
            }
            Ok(()) => {}
            Err(_) => self.grace = grace,
        }
        admitted
    }
}
