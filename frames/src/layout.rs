//! The layout of frames and chunks.
//!
//! ```text
//!            region, growing upwards
//!   fp-2   | return word: (window << 48) | address of the caller's next instruction
//!   fp-1   | procedure that is running
//!   fp+0   | r[0]: first argument, then the other registers
//!   ...    |
//!   fp+w   | r[w], r[w+1]: where the header of the next frame goes (its call window)
//!   fp+w+2 | r[0] of the next frame
//! ```
//!
//! The callee's `fp` is the caller's plus `w + 2`; that sum is kept in the return word, so frames
//! are walked without looking at code. Code addresses are four-byte aligned, so a return word is
//! never taken for a pointer (see `lisle_gc::value`).
//!
//! A chunk's payload is `[previous chunk, position in it, depth, frame words ..., return word]`: the
//! frames as they stood on the region, and the return word of the frame above them.

/// Words of a frame header: 16 bytes.
pub const HEADER_WORDS: usize = 2;

/// Payload index of the chunk below, or `()`.
pub const CHUNK_PREVIOUS: usize = 0;
/// Payload index of the position in the chunk below.
pub const CHUNK_PREVIOUS_POSITION: usize = 1;
/// Payload index of the number of frame words in all chunks below.
pub const CHUNK_DEPTH: usize = 2;
/// Payload index of the first frame word.
pub const CHUNK_WORDS: usize = 3;

const ADDRESS_BITS: u32 = 48;
const ADDRESS_MASK: u64 = (1 << ADDRESS_BITS) - 1;

const _: () = assert!(HEADER_WORDS * 8 <= 32, "the design allows 32 bytes for a frame header");

/// Where a frame returns to: the caller's next instruction, and how far below the caller's frame is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(transparent)]
pub struct ReturnWord(u64);

impl ReturnWord {
    /// A return word. `distance` is the callee's frame pointer minus the caller's, in words; below 2^16.
    #[inline(always)]
    pub fn new(address: usize, distance: usize) -> ReturnWord {
        debug_assert!(
            address as u64 & !ADDRESS_MASK == 0 && address & 3 == 0 && distance < 1 << 16
        );
        ReturnWord(address as u64 | (distance as u64) << ADDRESS_BITS)
    }
    /// The return word in this word of a frame.
    #[inline(always)]
    pub const fn from_bits(bits: u64) -> ReturnWord {
        ReturnWord(bits)
    }
    /// The word.
    #[inline(always)]
    pub const fn bits(self) -> u64 {
        self.0
    }
    /// Address of the caller's next instruction.
    #[inline(always)]
    pub const fn address(self) -> usize {
        (self.0 & ADDRESS_MASK) as usize
    }
    /// The callee's frame pointer minus the caller's, in words.
    #[inline(always)]
    pub const fn distance(self) -> usize {
        (self.0 >> ADDRESS_BITS) as usize
    }
}
