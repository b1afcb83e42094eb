//! The heap limit, and what happens at it.
//!
//! Allocation cannot collect, so passing the limit first asks for a full collection and goes on,
//! as long as the last full collection leaves hope that there is garbage. Without hope, or far
//! past the limit, allocation fails. A thread that was told so gets a small grace, out of which it
//! makes the condition that it raises. Only the first half of a grace is free of collections: who
//! goes on after it has perhaps let go of something.

use crate::{Heap, policy::Reason};
use std::fmt;

/// The heap limit would be passed, even after a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeapExhausted;

impl fmt::Display for HeapExhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("heap exhausted")
    }
}

impl std::error::Error for HeapExhausted {}

/// What a thread may still allocate after it was told that the heap is exhausted.
const GRACE_BYTES: usize = 256 * 1024;
/// A full collection that leaves less than this share of the limit free (one in so many) leaves no
/// hope: the program would do nothing but collect.
const HOPE_SHARE: usize = 16;

impl Heap {
    /// May a thread with this much grace left take `bytes` more?
    pub(crate) fn admit(&self, bytes: usize, grace: &mut usize) -> Result<(), HeapExhausted> {
        let limit = self.limit();
        let usage = self.used_bytes().saturating_add(bytes);
        if usage <= limit {
            return Ok(());
        }
        let hoped = limit + limit / 2;
        if self.has_hope(bytes) && usage <= hoped {
            self.request(true, Reason::HeapLimit);
            return Ok(());
        }
        // The reserve is above what can be taken in hope, so that it is there in any case.
        if bytes <= *grace && usage <= hoped + limit / 8 + 4 * GRACE_BYTES {
            let before = *grace;
            *grace -= bytes;
            if before >= GRACE_BYTES / 2 && *grace < GRACE_BYTES / 2 {
                self.request(true, Reason::HeapLimit);
            }
            return Ok(());
        }
        self.request(true, Reason::HeapLimit);
        *grace = GRACE_BYTES;
        Err(HeapExhausted)
    }

    /// Did the last full collection leave so much free that `bytes` more and some garbage fit? If
    /// not, trying again after a failure means to do nothing but collect.
    pub fn has_hope(&self, bytes: usize) -> bool {
        if self.account.is_settling() {
            // Memory outside the heap that is still counted is about to be freed.
            return true;
        }
        let least = self.live_bytes().saturating_add(bytes);
        least.saturating_add(self.limit() / HOPE_SHARE) <= self.limit()
    }
}
