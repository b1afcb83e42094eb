//! A thread's stack: its region, what lies below it in chunks, and where its top is.
//!
//! The interpreter keeps the frame pointer in a local variable and tells the stack where it stands
//! ([`Stack::publish`]) before anything that may walk frames: a safepoint, a capture, a blocking
//! primitive, a backtrace.

use crate::layout::{HEADER_WORDS, ReturnWord};
use crate::reasons::FrameStats;
use crate::region::{LimitWord, Region};
use crate::shape::{FrameShape, Place, Site};
use crate::verify::Seen;
use lisle_gc::{External, Heap, Value};
use std::io;
use std::sync::Arc;

/// In such steps the memory of a region is counted: a page.
const COUNTED_BYTES: usize = 4096;

/// How stacks are made.
#[derive(Clone)]
pub struct StackConfig {
    /// Words of a region.
    pub region_words: usize,
    /// Address of the code that the bottom frame of a region returns to.
    pub underflow_code: usize,
    /// Knows the code in frames.
    pub shape: &'static dyn FrameShape,
}

/// A place in promoted frames: what a continuation returns to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The chunk, or `()` when there are no frames.
    pub chunk: Value,
    /// Index of the frame word that holds the return word to go on with.
    pub index: usize,
}

impl Position {
    /// No frames: going on from here ends the thread's run.
    pub const END: Position = Position { chunk: Value::NIL, index: 0 };
}

/// The stack of one thread.
pub struct Stack {
    pub(crate) region: Region,
    pub(crate) shape: &'static dyn FrameShape,
    underflow_code: usize,
    /// Header of the bottom frame of the region.
    pub(crate) bottom: *mut u64,
    /// Frame pointer of the top frame, when published; null when nothing runs.
    pub(crate) top: *mut u64,
    pub(crate) place: Place,
    /// What lies below the bottom frame.
    pub(crate) under: Position,
    /// How many frames the next underflow reinstates.
    pub(crate) reinstate_next: usize,
    /// Chunks whose frames begin at this depth or above are known to this stack alone (FR-6).
    pub(crate) shared_depth: usize,
    /// Large chunks of this stack alone whose frames have all come back; their memory is used again.
    /// Nothing refers to them, so a full collection frees them.
    pub(crate) spares: Vec<Value>,
    /// What the verifier saw in chunks that others may know (FR-3).
    pub(crate) seen: Seen,
    /// Counts.
    pub stats: FrameStats,
    /// What of them was told already.
    told: FrameStats,
    /// The region's pages that were used, as far as is known: each collection sees how far up frames
    /// reach, and who finds the region full has used all of it.
    memory: Option<External>,
}

// SAFETY: the raw pointers point into `region`, which the stack owns and which is `Send`.
#[expect(unsafe_code, reason = "raw pointers into the owned region")]
unsafe impl Send for Stack {}

impl Stack {
    /// An empty stack.
    ///
    /// # Errors
    /// When the system refuses the memory.
    pub fn new(config: &StackConfig) -> io::Result<Stack> {
        let region = Region::new(config.region_words)?;
        let bottom = region.base();
        Ok(Stack {
            region,
            shape: config.shape,
            underflow_code: config.underflow_code,
            bottom,
            top: std::ptr::null_mut(),
            place: Place::Entry(0),
            under: Position::END,
            reinstate_next: 1,
            shared_depth: 0,
            spares: Vec::new(),
            seen: Seen::default(),
            stats: FrameStats::default(),
            told: FrameStats::default(),
            memory: None,
        })
    }
    /// The limit word, for those who want this thread's attention.
    pub fn limit_word(&self) -> Arc<LimitWord> {
        self.region.limit().clone()
    }
    /// The limit word, for the owner's polls.
    #[inline(always)]
    pub fn limit(&self) -> &LimitWord {
        self.region.limit()
    }
    /// Forgets all frames and gives the frame pointer of a first one, whose return ends the run.
    pub fn start(&mut self) -> *mut u64 {
        self.under = Position::END;
        self.reinstate_next = 1;
        self.shared_depth = 0;
        self.rebase()
    }
    /// An empty region with everything below it in `under`: the frame pointer of its first frame.
    pub(crate) fn rebase(&mut self) -> *mut u64 {
        self.bottom = self.region.base();
        self.top = std::ptr::null_mut();
        self.write_bottom_return();
        self.bottom.wrapping_add(HEADER_WORDS)
    }
    pub(crate) fn write_bottom_return(&mut self) {
        let word = self.underflow_return();
        self.write(self.bottom, word.bits());
    }
    /// The return word of bottom frames.
    pub(crate) fn underflow_return(&self) -> ReturnWord {
        ReturnWord::new(self.underflow_code, 0)
    }
    /// Says where the top frame is and at which place of its code.
    #[inline(always)]
    pub fn publish(&mut self, frame: *mut u64, place: Place) {
        self.top = frame;
        self.place = place;
    }
    /// The published top frame and the number of its arguments, when it is stopped at its entry.
    pub fn entered(&self) -> Option<(*mut u64, usize)> {
        match self.place {
            Place::Entry(count) if !self.top.is_null() => Some((self.top, count)),
            _ => None,
        }
    }
    /// Says that no frame runs: the stack is empty.
    pub fn publish_empty(&mut self) {
        self.top = std::ptr::null_mut();
        self.under = Position::END;
        self.shared_depth = 0;
        self.bottom = self.region.base();
    }
    /// Register `index` of the published top frame: how a primitive re-reads its arguments after it
    /// has waited.
    pub fn top_register(&self, index: usize) -> Value {
        debug_assert!(!self.top.is_null());
        Value::from_bits(self.read(self.top.wrapping_add(index)))
    }
    /// Sets register `index` of the published top frame: how a primitive that will be run again says
    /// how far it has come.
    pub fn set_top_register(&mut self, index: usize, value: Value) {
        debug_assert!(!self.top.is_null());
        self.write(self.top.wrapping_add(index), value.bits());
    }

    /// What was counted since the last call.
    pub fn tell(&mut self) -> FrameStats {
        let news = self.stats.since(&self.told);
        self.told = self.stats;
        news
    }
    /// Where the published frames are, from the top down, at most so many.
    pub fn sites(&self, limit: usize) -> Vec<Site> {
        let mut sites = Vec::new();
        self.each_frame(limit, |summary| {
            if summary.procedure.is_procedure() {
                sites.push(self.shape.site(summary.procedure, summary.address));
            }
        });
        sites
    }
    /// Words of frames on the region below `frame`.
    pub fn words_below(&self, frame: *mut u64) -> usize {
        (frame.addr() - self.bottom.addr()) / 8 - HEADER_WORDS
    }
    /// Counts the region's pages up to this address, which are in use or were, as memory outside the
    /// heap.
    pub(crate) fn count_memory(&mut self, heap: &Heap, end: usize) {
        let used = (end - self.region.base().addr()).next_multiple_of(COUNTED_BYTES);
        let memory = self.memory.get_or_insert_with(|| heap.external());
        if used > memory.bytes() {
            memory.note(heap, used);
        }
    }
    /// Gives the region's pages back to the system; only when no frame is on it.
    pub fn release_memory(&mut self) {
        if self.top.is_null() {
            self.memory = None;
            self.region.release();
        }
    }

    /// The word at an address of the region.
    #[inline(always)]
    #[expect(unsafe_code, reason = "the one place where region words are read")]
    pub(crate) fn read(&self, at: *mut u64) -> u64 {
        debug_assert!(self.region.contains(at.addr()));
        // SAFETY: `at` lies in the mapping, which is readable and initialised (zero pages at first).
        unsafe { at.read() }
    }
    /// Sets the word at an address of the region.
    #[inline(always)]
    #[expect(unsafe_code, reason = "the one place where region words are written")]
    pub(crate) fn write(&mut self, at: *mut u64, bits: u64) {
        debug_assert!(self.region.contains(at.addr()));
        // SAFETY: `at` lies in the mapping, which this stack owns exclusively.
        unsafe { at.write(bits) }
    }
}
