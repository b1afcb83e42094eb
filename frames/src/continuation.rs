//! Continuations over promoted frames: escape-only ones, and delimited capture.

use crate::layout::{
    CHUNK_DEPTH, CHUNK_PREVIOUS, CHUNK_PREVIOUS_POSITION, CHUNK_WORDS, HEADER_WORDS, ReturnWord,
};
use crate::stack::{Position, Stack};
use crate::walk::chunk_depth;
use lisle_gc::{HeapExhausted, Kind, LocalHeap, Value, object};

/// Where a marked frame was found.
#[derive(Clone, Copy, Debug)]
pub enum Found {
    /// On the region, with this frame pointer.
    OnRegion(*mut u64),
    /// In a chunk: the position that returns to its caller, and the index of its header.
    InChunk(Position),
}

impl Stack {
    /// Frame words below a frame's header, over the region and all chunks: a frame's name that
    /// promotion does not change.
    pub fn depth_of(&self, frame: *mut u64) -> usize {
        self.under.depth() + self.words_below(frame)
    }

    /// Looks for the frame that runs `procedure` with `mark` in `r[0]`, from the frame at `frame`
    /// (not counted) down. Frames deeper than `depth` (see [`Stack::depth_of`]) are not looked at.
    pub fn find_frame(
        &self,
        frame: *mut u64,
        depth: usize,
        mut matches: impl FnMut(Value, Value) -> bool,
    ) -> Option<Found> {
        let mut next = self.caller(frame);
        while let Some(found) = next {
            if self.under.depth() + self.words_below(found.frame) < depth {
                return None;
            }
            let mark = Value::from_bits(self.read(found.frame));
            if matches(self.procedure(found.frame), mark) {
                return Some(Found::OnRegion(found.frame));
            }
            next = self.caller(found.frame);
        }
        let mut position = self.under;
        while let Some((header, _)) = position.caller() {
            if chunk_depth(position.chunk) + header < depth {
                return None;
            }
            let procedure = position.chunk_word(header + 1);
            if matches(procedure, position.chunk_word(header + HEADER_WORDS)) {
                return Some(Found::InChunk(Position { chunk: position.chunk, index: header }));
            }
            position.index = header;
        }
        None
    }

    /// The same for a frame whose depth is known: whether it is there takes no longer on a deep stack than
    /// going through its chunks, so that nobody waits for a thread that looks for a frame that has returned.
    pub fn find_frame_at(
        &self,
        frame: *mut u64,
        depth: usize,
        matches: impl FnOnce(Value, Value) -> bool,
    ) -> Option<Found> {
        let mut next = self.caller(frame);
        while let Some(found) = next {
            let here = self.under.depth() + self.words_below(found.frame);
            if here <= depth {
                let mark = Value::from_bits(self.read(found.frame));
                let is_it = here == depth && matches(self.procedure(found.frame), mark);
                return is_it.then_some(Found::OnRegion(found.frame));
            }
            next = self.caller(found.frame);
        }
        let mut position = self.under;
        while !position.chunk.is_nil() && chunk_depth(position.chunk) > depth {
            position.index = 0;
            position.settle();
        }
        while let Some((header, _)) = position.caller() {
            let here = chunk_depth(position.chunk) + header;
            if here <= depth {
                let procedure = position.chunk_word(header + 1);
                let mark = position.chunk_word(header + HEADER_WORDS);
                let found = Found::InChunk(Position { chunk: position.chunk, index: header });
                return (here == depth && matches(procedure, mark)).then_some(found);
            }
            position.index = header;
        }
        None
    }

    /// Leaves every frame above the one with this depth (see [`Stack::depth_of`]), which is live:
    /// where on the region it stands now. Its registers below the call window it last used are as
    /// they were.
    ///
    /// # Panics
    /// When there is no frame with this depth.
    pub fn unwind_to(&mut self, depth: usize) -> *mut u64 {
        if depth >= self.under.depth() {
            let header = self.bottom.wrapping_add(depth - self.under.depth());
            return header.wrapping_add(HEADER_WORDS);
        }
        let mut position = self.under;
        while let Some((header, _)) = position.caller() {
            if chunk_depth(position.chunk) + header == depth {
                break;
            }
            position.index = header;
        }
        self.continue_at(position);
        let resumption = self.underflow(Value::ZERO);
        resumption.expect("the frame that is unwound to is live").frame
    }

    /// Leaves every frame above the one at `frame`, and that one: where its caller goes on, with
    /// `value` delivered. `None` when it is the bottom frame: then underflow.
    pub fn return_from(&mut self, frame: *mut u64, value: Value) -> Option<(*mut u64, usize)> {
        let header = frame.wrapping_sub(HEADER_WORDS);
        if header == self.bottom {
            return None;
        }
        let word = ReturnWord::from_bits(self.read(header));
        self.write(header, value.bits());
        Some((frame.wrapping_sub(word.distance()), word.address()))
    }
}

/// A delimited continuation as one chunk: the frames between a depth and a position. Its bottom
/// frame returns to nothing yet; [`graft`] says to what.
///
/// # Errors
/// When the heap limit is reached.
pub fn slice(
    heap: &mut LocalHeap,
    from_depth: usize,
    top: Position,
) -> Result<Position, HeapExhausted> {
    let words = top.depth() - from_depth;
    let slice = heap.object(Kind::Chunk, CHUNK_WORDS + words + 1)?;
    object::init_field(slice, CHUNK_PREVIOUS, Value::NIL);
    object::init_field(slice, CHUNK_WORDS + words, top.chunk_word(top.index));
    let mut position = top;
    let mut to = words;
    while to > 0 {
        position.settle();
        // The word at `position` is the return word that the bottom frame above it lost.
        object::init_field(slice, CHUNK_WORDS + to, position.chunk_word(position.index));
        let count = position.index.min(to);
        for index in 1..=count {
            let word = position.chunk_word(position.index - index);
            object::init_field(slice, CHUNK_WORDS + to - index, word);
        }
        to -= count;
        position.index -= count;
    }
    Ok(Position { chunk: slice, index: words })
}

/// A copy of a delimited continuation's chunk whose bottom frame returns to `below`.
///
/// # Errors
/// When the heap limit is reached.
pub fn graft(
    heap: &mut LocalHeap,
    slice: Position,
    below: Position,
) -> Result<Position, HeapExhausted> {
    let size = object::size(slice.chunk);
    let chunk = heap.object(Kind::Chunk, size)?;
    for index in CHUNK_WORDS..size {
        object::init_field(chunk, index, object::field(slice.chunk, index));
    }
    object::init_field(chunk, CHUNK_PREVIOUS, below.chunk);
    object::init_field(chunk, CHUNK_PREVIOUS_POSITION, Value::fixnum(below.index as i64));
    object::init_field(chunk, CHUNK_DEPTH, Value::fixnum(below.depth() as i64));
    Ok(Position { chunk, index: slice.index })
}

/// The frames of a delimited continuation's chunk, or of a copy of it, topmost first: the procedure of
/// each, and the field of the chunk that is its first register.
pub fn each_frame(slice: Position, mut visit: impl FnMut(Value, usize)) {
    let mut index = slice.index;
    while index > 0 {
        let above = ReturnWord::from_bits(object::field(slice.chunk, CHUNK_WORDS + index).bits());
        index -= above.distance();
        let header = CHUNK_WORDS + index;
        visit(object::field(slice.chunk, header + 1), header + HEADER_WORDS);
    }
}

impl Found {
    /// Register `index` of the frame that was found.
    pub fn register(&self, stack: &Stack, index: usize) -> Value {
        match self {
            Found::OnRegion(frame) => Value::from_bits(stack.read(frame.wrapping_add(index))),
            Found::InChunk(position) => position.chunk_word(position.index + HEADER_WORDS + index),
        }
    }
}
