//! The verifier of a stack: one function an invariant. World stopped; nothing is changed.
//!
//! What FR-1 says of heap words the heap's verifier checks (GC-5).

use crate::environment::open_size;
use crate::layout::{CHUNK_PREVIOUS, CHUNK_PREVIOUS_POSITION, CHUNK_WORDS, ReturnWord};
use crate::shape::{Live, Place};
use crate::stack::Stack;
use crate::walk::{RegionFrame, chunk_depth, small};
use lisle_gc::{Heap, Kind, Value, Violation, object};
use std::collections::BTreeMap;

type Checked = Result<(), Violation>;

fn broken(invariant: &'static str, found: String) -> Checked {
    Err(Violation { invariant, found })
}

/// Chunks below the region that are looked at: a deep stack has very many, and those further down
/// were looked at when they were on top.
const CHUNKS: usize = 64;

/// Old chunks below a stack that others may know, by address, and a sum of what is in each. They cannot
/// have been freed since they were last looked at: the verifier looks before every collection.
pub(crate) type Seen = BTreeMap<usize, u64>;

/// A sum of a chunk's words. Of a pointer only its tag counts, since a collection may have moved what it
/// leads to.
fn sum(chunk: Value) -> u64 {
    (0..object::size(chunk)).fold(0, |sum: u64, index| {
        let word = object::field(chunk, index);
        let bits = if word.is_pointer() { word.tag() } else { word.bits() };
        (sum.rotate_left(5) ^ bits).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    })
}

impl Stack {
    /// Checks every frame of the region and the chunks next below.
    ///
    /// # Errors
    /// The first invariant found broken.
    pub fn try_verify(&mut self, heap: &Heap) -> Result<(), Violation> {
        self.bottom_returns_to_the_underflow_code()?;
        let mut next = self.top_frame();
        while let Some(frame) = next {
            self.frame_is_inside(&frame)?;
            self.live_registers_hold_values(&frame)?;
            next = self.caller(frame.frame);
        }
        self.chunks_are_whole()?;
        self.shared_chunks_have_not_changed(heap)?;
        self.spares_are_unknown()
    }

    /// FR-4: the bottom frame returns to the underflow code.
    fn bottom_returns_to_the_underflow_code(&self) -> Checked {
        if self.top.is_null() || self.read(self.bottom) == self.underflow_return().bits() {
            return Ok(());
        }
        let word = ReturnWord::from_bits(self.read(self.bottom));
        broken("FR-4", format!("the bottom frame returns to {:#x}", word.address()))
    }

    /// FR-4: a walk down the region ends at its bottom and meets no frame outside.
    fn frame_is_inside(&self, frame: &RegionFrame) -> Checked {
        if self.region.contains(frame.header().addr()) && frame.header() >= self.bottom {
            return Ok(());
        }
        broken("FR-4", format!("a frame at {:p} lies outside the region", frame.frame))
    }

    /// FR-2: live registers hold values; an open environment among them is in the same frame.
    fn live_registers_hold_values(&self, frame: &RegionFrame) -> Checked {
        let live = self.live(frame);
        let count = match (live, frame.place) {
            (Live::Nothing, _) => 0,
            (Live::Everything, Place::Entry(count)) => count,
            (Live::Bits(bits), _) => frame.registers.min(64 * bits.len()),
            (Live::Everything, Place::Instruction(_)) => frame.registers,
        };
        for register in (0..count).filter(|&register| live.contains(register)) {
            let value = Value::from_bits(self.read(frame.frame.wrapping_add(register)));
            if value.is_stack_env() {
                self.environment_is_in_its_frame(frame, register, value)?;
            } else if value == Value::FORWARDED || value == Value::BUSY {
                broken("FR-2", format!("register {register} holds a mark of the collector"))?;
            }
        }
        let procedure = self.procedure(frame.frame);
        if procedure.is_stack_env() || procedure == Value::FORWARDED || procedure == Value::BUSY {
            return broken("FR-2", format!("{procedure:?} runs in a frame"));
        }
        Ok(())
    }

    /// FR-1, FR-2: an open environment lies above its register, in the same frame.
    fn environment_is_in_its_frame(
        &self,
        frame: &RegionFrame,
        register: usize,
        environment: Value,
    ) -> Checked {
        let address = environment.address();
        let at = frame.frame.wrapping_add(register).addr();
        let inside = address > at && self.region.contains(address) && address < self.region_end();
        if inside && self.region.contains(address + 8 * open_size(environment)) {
            return Ok(());
        }
        broken("FR-2", format!("register {register} refers to {environment:?}, not in its frame"))
    }

    fn region_end(&self) -> usize {
        self.region.limit().full() + 8 * crate::region::SLACK_WORDS
    }

    /// FR-3, FR-5: the chunks below are whole: their frames, followed from the top, end at the
    /// bottom of the chunk, and their depths add up.
    fn chunks_are_whole(&self) -> Checked {
        let mut position = self.under;
        for _ in 0..CHUNKS {
            if position.chunk.is_nil() {
                return Ok(());
            }
            let chunk = position.chunk;
            if !object::is_kind(chunk, Kind::Chunk) {
                return broken("FR-3", format!("{chunk:?} is below, which is no chunk"));
            }
            let words = object::size(chunk) - CHUNK_WORDS - 1;
            if position.index > words {
                return broken("FR-3", format!("position {} in {words} words", position.index));
            }
            while position.index > 0 {
                let word = ReturnWord::from_bits(position.chunk_word(position.index).bits());
                if word.distance() == 0 || word.distance() > position.index {
                    let found = format!("a frame at {} of {chunk:?} has no caller", position.index);
                    return broken("FR-5", found);
                }
                position.index -= word.distance();
            }
            let previous = object::field(chunk, CHUNK_PREVIOUS);
            let index = small(object::field(chunk, CHUNK_PREVIOUS_POSITION));
            let below = if previous.is_nil() { 0 } else { chunk_depth(previous) + index };
            if chunk_depth(chunk) != below {
                let found = format!("{chunk:?} has depth {}, not {below}", chunk_depth(chunk));
                return broken("FR-3", found);
            }
            position.settle();
        }
        Ok(())
    }

    /// FR-3: chunks that others may know are what they were when they were last looked at.
    fn shared_chunks_have_not_changed(&mut self, heap: &Heap) -> Checked {
        let mut seen = Seen::new();
        let mut chunk = self.under.chunk;
        for _ in 0..CHUNKS {
            if chunk.is_nil() {
                break;
            }
            if chunk_depth(chunk) < self.shared_depth && !heap.is_young(chunk) {
                let sum = sum(chunk);
                if self.seen.get(&chunk.address()).is_some_and(|&before| before != sum) {
                    return broken("FR-3", format!("{chunk:?}, which is shared, has changed"));
                }
                seen.insert(chunk.address(), sum);
            }
            chunk = object::field(chunk, CHUNK_PREVIOUS);
        }
        self.seen = seen;
        Ok(())
    }

    /// FR-6: no spare chunk is in use.
    fn spares_are_unknown(&self) -> Checked {
        if self.spares.contains(&self.under.chunk) {
            return broken("FR-6", format!("{:?} is spare and in use", self.under.chunk));
        }
        Ok(())
    }
}
