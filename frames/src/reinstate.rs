//! Reinstatement: the only way promoted frames come back onto a region.
//!
//! A few frames at a time: one after a capture, twice as many at each further underflow, so that a
//! loop of captures copies little and the return from a deep recursion is not slowed by its chunks.

use crate::layout::{CHUNK_WORDS, HEADER_WORDS, ReturnWord};
use crate::stack::{Position, Stack};
use crate::walk::chunk_depth;
use lisle_gc::{Value, object};
use std::num::NonZeroUsize;

/// The most frames that one underflow reinstates.
const REINSTATE_MAX: usize = 256;
/// The most words that one underflow reinstates, as long as one frame fits.
const REINSTATE_WORDS: usize = 4096;

/// So many words are copied one by one.
const FEW_WORDS: usize = 32;

/// Used chunks of so many fields or more are kept, ...
const SPARE_LEAST: usize = 4096;
/// ... but no more than so many.
const SPARES_MOST: usize = 64;

/// Where to go on after frames were reinstated.
#[derive(Clone, Copy, Debug)]
pub struct Resumption {
    /// The frame pointer.
    pub frame: *mut u64,
    /// Address of the next instruction.
    pub address: NonZeroUsize,
}

impl Stack {
    /// Makes `position` what the next underflow returns to: the region is empty then. The frame
    /// pointer of a first frame.
    pub fn continue_at(&mut self, position: Position) -> *mut u64 {
        self.under = position;
        self.shared_depth = position.depth();
        self.reinstate_next = 1;
        self.rebase()
    }

    /// Leaves all frames and returns `value` to `position`, as [`Stack::continue_at`] and
    /// [`Stack::underflow`] would.
    #[inline]
    pub fn throw(&mut self, position: Position, value: Value) -> Option<Resumption> {
        self.under = position;
        // Underflow lowers it to the depth of `under`.
        self.shared_depth = usize::MAX;
        self.reinstate_next = 1;
        self.underflow(value)
    }

    /// Returns `value` past the bottom frame: reinstates frames from below and says where to go on;
    /// `None` when there are none, so that the run is over.
    pub fn underflow(&mut self, value: Value) -> Option<Resumption> {
        let mut position = self.under;
        let (first, word) = position.caller()?;
        let (chunk, top) = (position.chunk, position.index);
        let (lowest, frames) = match self.reinstate_next {
            1 => (first, 1),
            wanted => self.frames_to_reinstate(&position, first, wanted),
        };
        self.reinstate_next = (self.reinstate_next * 2).min(REINSTATE_MAX);
        self.stats.reinstated += frames;
        self.under = Position { chunk, index: lowest };
        self.bottom = self.region.base();
        self.copy_up(chunk, lowest, top);
        self.write_bottom_return();
        if lowest == 0 {
            self.leave_chunk(chunk);
        }
        // The depth of `under`, which is also that of `lowest` when the chunk is used up.
        self.shared_depth = self.shared_depth.min(chunk_depth(chunk) + lowest);
        let header = self.bottom.wrapping_add(top - lowest);
        self.write(header, value.bits());
        let frame = header.wrapping_add(HEADER_WORDS).wrapping_sub(word.distance());
        Some(Resumption { frame, address: NonZeroUsize::new(word.address())? })
    }

    /// How far down to reinstate, when up to `wanted` frames are, the first of which begins at
    /// `first`; and how many these are.
    fn frames_to_reinstate(
        &self,
        position: &Position,
        first: usize,
        wanted: usize,
    ) -> (usize, u64) {
        let mut lowest = first;
        let mut frames = 1;
        let most_words = REINSTATE_WORDS.min(self.region.usable_words() / 2);
        while frames < wanted && lowest > 0 {
            let below = ReturnWord::from_bits(position.chunk_word(lowest).bits());
            let next = lowest - below.distance();
            if position.index - next > most_words {
                break;
            }
            lowest = next;
            frames += 1;
        }
        (lowest, frames as u64)
    }

    /// All frames of a chunk have come back. If nobody else knows it, its memory will be used again.
    #[inline]
    fn leave_chunk(&mut self, chunk: Value) {
        let is_own = chunk_depth(chunk) >= self.shared_depth;
        if is_own && object::size(chunk) >= SPARE_LEAST && self.spares.len() < SPARES_MOST {
            self.spares.push(chunk);
        }
        self.under.settle();
    }

    /// Copies frame words of a chunk, which never changes (FR-3), to the bottom of the region, which
    /// holds them, since they were copied from a region of the same size or are one frame.
    #[inline]
    fn copy_up(&mut self, chunk: Value, from: usize, to: usize) {
        if to - from <= FEW_WORDS {
            // Word by word: the chunk was often written word by word a moment ago, which wider
            // reads would have to wait for.
            for index in from..to {
                let at = self.bottom.wrapping_add(index - from);
                self.write(at, object::field(chunk, CHUNK_WORDS + index).bits());
            }
            return;
        }
        let source = chunk.words().wrapping_add(1 + CHUNK_WORDS + from);
        // SAFETY: `from..to` are frame words of the chunk, and the region has room for them.
        unsafe { self.bottom.copy_from_nonoverlapping(source, to - from) };
    }
}
