//! The memory of a stack, and the limit word that is also the safepoint poll.

use std::io;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Words above the limit that machine procedures and call windows may use without a check.
pub const SLACK_WORDS: usize = 1024;

/// The fewest words below the limit: ten small frames, or the 64 arguments that `apply` may spread on
/// the region.
pub const LEAST_WORDS: usize = 96;

/// The word that every procedure entry compares its new stack top with.
///
/// Its owner reads it; any thread may [`trip`](LimitWord::trip) it, so that the owner's next
/// comparison fails and it looks what is the matter. On a cache line of its own.
#[derive(Debug)]
#[repr(align(128))]
pub struct LimitWord {
    current: AtomicUsize,
    full: usize,
}

impl LimitWord {
    /// A limit word for a region that ends at this address.
    pub fn new(full: usize) -> LimitWord {
        LimitWord { current: AtomicUsize::new(full), full }
    }
    /// Makes the owner's next poll fail.
    pub fn trip(&self) {
        self.current.store(0, Ordering::Release);
    }
    /// Back to the region's end. The caller looks for requests *after* this, so none is lost.
    pub fn reset(&self) {
        self.current.store(self.full, Ordering::SeqCst);
    }
    /// The limit, an address, or 0 when tripped.
    #[inline(always)]
    pub fn load(&self) -> usize {
        self.current.load(Ordering::Relaxed)
    }
    /// The region's end, tripped or not.
    pub fn full(&self) -> usize {
        self.full
    }
}

/// A mapping of stack words.
#[derive(Debug)]
pub struct Region {
    base: *mut u64,
    words: usize,
    limit: Arc<LimitWord>,
}

// SAFETY: the mapping belongs to this value alone; `base` and `words` never change, and the limit
// word is atomic.
unsafe impl Send for Region {}

impl Region {
    /// Maps a region. Its pages take memory when first used.
    ///
    /// # Errors
    /// When the system refuses the mapping.
    pub fn new(words: usize) -> io::Result<Region> {
        use rustix::mm::{MapFlags, ProtFlags, mmap_anonymous};
        let words = words.max(SLACK_WORDS + LEAST_WORDS);
        // SAFETY: a fresh private mapping at an address of the system's choice touches nothing else.
        let memory = unsafe {
            mmap_anonymous(
                ptr::null_mut(),
                words * 8,
                ProtFlags::READ | ProtFlags::WRITE,
                MapFlags::PRIVATE | MapFlags::NORESERVE,
            )
        }?;
        let base = memory.cast::<u64>();
        let limit = base.expose_provenance() + (words - SLACK_WORDS) * 8;
        Ok(Region { base, words, limit: Arc::new(LimitWord::new(limit)) })
    }
    /// The first word.
    #[inline(always)]
    pub fn base(&self) -> *mut u64 {
        self.base
    }
    /// Words below the limit.
    pub fn usable_words(&self) -> usize {
        self.words - SLACK_WORDS
    }
    /// Is this address inside?
    pub fn contains(&self, address: usize) -> bool {
        address.wrapping_sub(self.base.addr()) < self.words * 8
    }
    /// The limit word.
    pub fn limit(&self) -> &Arc<LimitWord> {
        &self.limit
    }
    /// Gives the pages back to the system; the words read as zero afterwards.
    pub fn release(&mut self) {
        // SAFETY: the range is this value's own mapping, and `&mut self` with an empty stack means
        // that nothing reads it before writing. A failure keeps the pages, which is harmless.
        let _ = unsafe {
            rustix::mm::madvise(self.base.cast(), self.words * 8, rustix::mm::Advice::LinuxDontNeed)
        };
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        // SAFETY: unmaps exactly the range mapped in `new`; nothing refers to it any longer (FR-1).
        let _ = unsafe { rustix::mm::munmap(self.base.cast(), self.words * 8) };
    }
}
