//! Reinstatement: the only way promoted frames come back onto a region.
//!
//! A few frames at a time: one after a capture, twice as many at each further underflow, so that a
//! loop of captures copies little and the return from a deep recursion is not slowed by its chunks.

use crate::layout::{CHUNK_WORDS, HEADER_WORDS, ReturnWord};
use crate::stack::{Position, Stack};
use crate::walk::chunk_depth;
use lisle_gc::{Value, object};

/// The most frames that one underflow reinstates.
const REINSTATE_MAX: usize = 256;
/// The most words that one underflow reinstates, as long as one frame fits.
const REINSTATE_WORDS: usize = 4096;

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
    pub address: usize,
}

impl Stack {
    /// Makes `position` what the next underflow returns to: the region is empty then. The frame
    /// pointer of a first frame.
    pub fn continue_at(&mut self, position: Position) -> *mut u64 {
        self.under = position;
        self.shared_depth = position.depth();
        self.rebase()
    }

    /// Returns `value` past the bottom frame: reinstates frames from below and says where to go on;
    /// `None` when there are none, so that the run is over.
    pub fn underflow(&mut self, value: Value) -> Option<Resumption> {
        let mut position = self.under;
        let (first, word) = position.caller()?;
        let top = position.index;
        let mut lowest = first;
        let mut frames = 1;
        let wanted = self.reinstate_next;
        let most_words = REINSTATE_WORDS.min(self.region.usable_words() / 2);
        while frames < wanted && lowest > 0 {
            let below = ReturnWord::from_bits(position.chunk_word(lowest).bits());
            let next = lowest - below.distance();
            if top - next > most_words {
                break;
            }
            lowest = next;
            frames += 1;
        }
        self.reinstate_next = (wanted * 2).min(REINSTATE_MAX);
        self.stats.reinstated += frames as u64;
        self.under = Position { chunk: position.chunk, index: lowest };
        self.rebase();
        self.copy_up(position.chunk, lowest, top);
        self.write_bottom_return();
        if lowest == 0 {
            self.leave_chunk(position.chunk);
        }
        self.shared_depth = self.shared_depth.min(self.under.depth());
        let header = self.bottom.wrapping_add(top - lowest);
        self.write(header, value.bits());
        let frame = header.wrapping_add(HEADER_WORDS).wrapping_sub(word.distance());
        Some(Resumption { frame, address: word.address() })
    }

    /// All frames of a chunk have come back. If nobody else knows it, its memory will be used again.
    fn leave_chunk(&mut self, chunk: Value) {
        self.under.settle();
        let is_own = chunk_depth(chunk) >= self.shared_depth;
        if is_own && object::size(chunk) >= SPARE_LEAST && self.spares.len() < SPARES_MOST {
            self.spares.push(chunk);
        }
    }

    fn copy_up(&mut self, chunk: Value, from: usize, to: usize) {
        let source = chunk.words().wrapping_add(1 + CHUNK_WORDS + from);
        // SAFETY: `from..to` are frame words of the chunk, which never changes (FR-3); the region
        // holds them, since they were copied from a region of the same size or are one frame.
        unsafe { self.bottom.copy_from_nonoverlapping(source, to - from) };
    }
}
