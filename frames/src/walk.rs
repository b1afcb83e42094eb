//! Following frames: down the region, then down the chunks.

use crate::layout::{
    CHUNK_DEPTH, CHUNK_PREVIOUS, CHUNK_PREVIOUS_POSITION, CHUNK_WORDS, HEADER_WORDS, ReturnWord,
};
use crate::shape::{Live, Place};
use crate::stack::{Position, Stack};
use lisle_gc::{Value, object};

/// A frame on the region, met from the top.
#[derive(Clone, Copy, Debug)]
pub struct RegionFrame {
    /// Its frame pointer.
    pub frame: *mut u64,
    /// Where it will go on.
    pub place: Place,
    /// How many of its registers may be in use: those below its call window.
    pub registers: usize,
}

impl RegionFrame {
    pub(crate) fn header(&self) -> *mut u64 {
        self.frame.wrapping_sub(HEADER_WORDS)
    }
}

/// What a backtrace shows of a frame.
#[derive(Clone, Copy, Debug)]
pub struct FrameSummary {
    /// The procedure that runs in it.
    pub procedure: Value,
    /// Address of the instruction it will go on with, or `None` at entry.
    pub address: Option<usize>,
}

/// Registers considered of a frame stopped before an instruction: more than any frame has.
const ALL_REGISTERS: usize = 256;

impl Stack {
    /// The published top frame, if any.
    pub(crate) fn top_frame(&self) -> Option<RegionFrame> {
        if self.top.is_null() {
            return None;
        }
        let registers = match self.place {
            Place::Entry(count) => count,
            Place::Instruction(_) => ALL_REGISTERS,
        };
        Some(RegionFrame { frame: self.top, place: self.place, registers })
    }
    /// The frame that `frame` returns to, unless `frame` is the bottom one.
    #[inline]
    pub(crate) fn caller(&self, frame: *mut u64) -> Option<RegionFrame> {
        let header = frame.wrapping_sub(HEADER_WORDS);
        debug_assert!(header >= self.bottom, "a walk left the region, by FR-4");
        if header == self.bottom {
            return None;
        }
        let word = ReturnWord::from_bits(self.read(header));
        Some(RegionFrame {
            frame: frame.wrapping_sub(word.distance()),
            place: Place::Instruction(word.address()),
            registers: word.distance() - HEADER_WORDS,
        })
    }
    /// The procedure running in a frame of the region.
    #[inline]
    pub(crate) fn procedure(&self, frame: *mut u64) -> Value {
        Value::from_bits(self.read(frame.wrapping_sub(1)))
    }
    /// The live registers of a frame.
    #[inline]
    pub(crate) fn live(&self, frame: &RegionFrame) -> Live<'static> {
        match frame.place {
            Place::Entry(_) => Live::Everything,
            Place::Instruction(address) => self.shape.live(self.procedure(frame.frame), address),
        }
    }
    /// Calls `visit` for each frame from the published top down, at most `limit` of them.
    pub fn each_frame(&self, limit: usize, mut visit: impl FnMut(FrameSummary)) {
        let mut count = 0;
        let mut next = self.top_frame();
        while let Some(frame) = next {
            if count == limit {
                return;
            }
            count += 1;
            let address = match frame.place {
                Place::Entry(_) => None,
                Place::Instruction(address) => Some(address),
            };
            visit(FrameSummary { procedure: self.procedure(frame.frame), address });
            next = self.caller(frame.frame);
        }
        let mut position = self.under;
        while count < limit {
            let Some((frame, word)) = position.caller() else { return };
            visit(FrameSummary {
                procedure: position.chunk_word(frame + 1),
                address: Some(word.address()),
            });
            count += 1;
            position.index = frame;
        }
    }
    /// How many frames are on the region; they must be published.
    pub fn region_frames(&self) -> usize {
        let mut count = 0;
        let mut next = self.top_frame();
        while let Some(frame) = next {
            count += 1;
            next = self.caller(frame.frame);
        }
        count
    }
    /// Frame words in all chunks below the bottom frame.
    pub fn depth_below(&self) -> usize {
        self.under.depth()
    }
}

impl Position {
    /// Frame word `index` of the chunk.
    pub(crate) fn chunk_word(&self, index: usize) -> Value {
        object::field(self.chunk, CHUNK_WORDS + index)
    }
    /// Frame words below this position, over all chunks.
    pub fn depth(&self) -> usize {
        if self.chunk.is_nil() { 0 } else { chunk_depth(self.chunk) + self.index }
    }
    /// The position in the chunk below, when this one is at the bottom of its chunk.
    pub(crate) fn settle(&mut self) {
        while self.index == 0 && !self.chunk.is_nil() {
            let chunk = self.chunk;
            self.chunk = object::field(chunk, CHUNK_PREVIOUS);
            self.index = small(object::field(chunk, CHUNK_PREVIOUS_POSITION));
        }
    }
    /// Index of the header of the frame that this position returns to, and the return word. Moves to
    /// the chunk below first if this one is used up.
    pub(crate) fn caller(&mut self) -> Option<(usize, ReturnWord)> {
        self.settle();
        if self.chunk.is_nil() {
            return None;
        }
        let word = ReturnWord::from_bits(self.chunk_word(self.index).bits());
        Some((self.index - word.distance(), word))
    }
}

pub(crate) fn chunk_depth(chunk: Value) -> usize {
    small(object::field(chunk, CHUNK_DEPTH))
}

pub(crate) fn small(v: Value) -> usize {
    debug_assert!(v.is_fixnum());
    v.assume_fixnum() as usize
}
