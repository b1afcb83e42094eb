//! Promotion: the only way frames move up into the heap.
//!
//! Everything on the region below a given frame is copied, once, into a chunk that links to the
//! chunk below. What is dead in them is left out, and open environments are moved to the heap, each of
//! which is complete in itself. When frames have come back and nobody else may return to them, what the
//! chunk holds of them is forgotten: so it keeps nothing alive that no frame will use.
//! Only allocation can fail, before anything refers to the chunk.

use crate::environment::copy_environment;
use crate::layout::{
    CHUNK_DEPTH, CHUNK_PREVIOUS, CHUNK_PREVIOUS_POSITION, CHUNK_WORDS, HEADER_WORDS,
};
use crate::reasons::PromotionReason;
use crate::shape::{Live, Place, Site};
use crate::stack::{Position, Stack};
use crate::walk::{RegionFrame, chunk_depth};
use lisle_gc::{HeapExhausted, Kind, LocalHeap, Record, RecordKind, Value, Watched, object};

/// A collection looks at no more than about this many words of a stack: what lies deeper is
/// promoted first.
const AGING_LIMIT_WORDS: usize = 8 * 1024;
/// How many words of the top of a deep stack stay on it.
const AGING_KEEP_WORDS: usize = 1024;

/// Stands in a chunk above the last frame that has not come back: what follows is forgotten. (Should
/// a register have held it, less is forgotten.)
const FORGOTTEN: Value = Value::EMPTY;

/// How deep a place in the program is looked for.
const SITES_SEEN: usize = 8;

impl Stack {
    /// Promotes every frame below the one at `frame`: what that frame returns to, as a position in
    /// heap chunks. Costs nothing when nothing was pushed since the last promotion.
    ///
    /// # Errors
    /// When the heap limit is reached; nothing was promoted then.
    #[inline]
    pub fn promote_below(
        &mut self,
        heap: &mut LocalHeap,
        frame: *mut u64,
        reason: PromotionReason,
    ) -> Result<Position, HeapExhausted> {
        if frame.wrapping_sub(HEADER_WORDS) != self.bottom {
            self.promote_run(heap, frame, reason)?;
        }
        self.reinstate_next = 1;
        if reason.is_shared() {
            self.shared_depth = self.under.depth();
        }
        Ok(self.under)
    }

    fn promote_run(
        &mut self,
        heap: &mut LocalHeap,
        frame: *mut u64,
        reason: PromotionReason,
    ) -> Result<(), HeapExhausted> {
        let header = frame.wrapping_sub(HEADER_WORDS);
        let words = (header.addr() - self.bottom.addr()) / 8;
        let watched = heap.heap().watch().is_on(Watched::Promotions);
        let site = if watched { self.site_below(frame) } else { Site::default() };
        self.forget_returned(heap);
        let chunk = self.take_chunk(heap, CHUNK_WORDS + words + 1)?;
        let frames = match self.fill_chunk(heap, chunk, frame, words) {
            Ok(frames) => frames,
            Err(exhausted) => {
                // Nothing refers to the chunk, but what it holds must be values (FR-5).
                for index in 0..=words {
                    object::init_field(chunk, CHUNK_WORDS + index, Value::ZERO);
                }
                return Err(exhausted);
            }
        };
        self.stats.promoted[reason as usize] += frames;
        self.stats.promoted_words += words as u64;
        self.under = Position { chunk, index: words };
        self.bottom = header;
        self.write_bottom_return();
        if watched {
            self.record_promotion(heap, site, reason, frames);
        }
        Ok(())
    }

    /// Where the first frame below the one at `frame` is that knows it.
    #[cold]
    fn site_below(&self, frame: *mut u64) -> Site {
        let mut next = self.caller(frame);
        for _ in 0..SITES_SEEN {
            let Some(caller) = next else { break };
            let procedure = self.procedure(caller.frame);
            if let (true, Place::Instruction(at)) = (procedure.is_procedure(), caller.place) {
                let site = self.shape.site(procedure, Some(at));
                if site.place != 0 {
                    return site;
                }
            }
            next = self.caller(caller.frame);
        }
        Site::default()
    }

    /// Keeps a record of a promotion, for those who watch each one.
    #[cold]
    fn record_promotion(&self, heap: &LocalHeap, site: Site, reason: PromotionReason, frames: u64) {
        let bytes = 8 * self.under.index as u64;
        let words = [frames, bytes, self.under.depth() as u64, site.place];
        let now = heap.heap().age_ns();
        let mut record = Record::new(RecordKind::Promotion, reason as u16, now, words);
        record.seq = site.name;
        if heap.note(record) {
            // The next poll empties the ring.
            self.limit().trip();
        }
    }

    /// Memory for a chunk with so many fields, which are to be filled at once: that of a used one,
    /// if there is any that is large enough.
    #[inline]
    fn take_chunk(&mut self, heap: &mut LocalHeap, size: usize) -> Result<Value, HeapExhausted> {
        while let Some(spare) = self.spares.pop() {
            if heap.remake(spare, size) {
                return Ok(spare);
            }
        }
        heap.object_unfilled(Kind::Chunk, size)
    }

    /// Fills the chunk with the frames below `frame`, `words` words, and the return word above them;
    /// how many frames there are.
    fn fill_chunk(
        &mut self,
        heap: &mut LocalHeap,
        chunk: Value,
        frame: *mut u64,
        words: usize,
    ) -> Result<u64, HeapExhausted> {
        object::init_field(chunk, CHUNK_PREVIOUS, self.under.chunk);
        let index = Value::fixnum(self.under.index as i64);
        object::init_field(chunk, CHUNK_PREVIOUS_POSITION, index);
        let depth = Value::fixnum(self.under.depth() as i64);
        object::init_field(chunk, CHUNK_DEPTH, depth);
        debug_assert!(object::size(chunk) == CHUNK_WORDS + words + 1);
        let mut end = words;
        self.copy_word(chunk, end, frame.wrapping_sub(HEADER_WORDS));
        let mut count = 0;
        let mut next = self.caller(frame);
        while let Some(caller) = next {
            count += 1;
            end -= HEADER_WORDS + caller.registers;
            self.copy_frame(heap, chunk, end, &caller)?;
            next = self.caller(caller.frame);
        }
        debug_assert!(end == 0, "the frames fill the chunk");
        Ok(count)
    }

    #[inline(always)]
    fn copy_word(&self, chunk: Value, index: usize, from: *mut u64) {
        object::init_field(chunk, CHUNK_WORDS + index, Value::from_bits(self.read(from)));
    }

    /// Copies header and live registers of a frame to the chunk, from frame word `index` on. What is
    /// dead becomes zero; open environments are moved to the heap.
    ///
    /// Word by word: frames are small and were written word by word a moment ago, which wider reads
    /// would have to wait for.
    #[inline(always)]
    fn copy_frame(
        &mut self,
        heap: &mut LocalHeap,
        chunk: Value,
        index: usize,
        frame: &RegionFrame,
    ) -> Result<(), HeapExhausted> {
        let live = self.live(frame);
        for word in 0..HEADER_WORDS {
            self.copy_word(chunk, index + word, frame.header().wrapping_add(word));
        }
        let mut is_open = false;
        let mut copy = |register: usize, is_live: bool| {
            let value = match is_live {
                true => Value::from_bits(self.read(frame.frame.wrapping_add(register))),
                false => Value::ZERO,
            };
            is_open |= value.is_stack_env();
            object::init_field(chunk, CHUNK_WORDS + index + HEADER_WORDS + register, value);
        };
        match live {
            Live::Bits([bits]) if frame.registers <= 64 => {
                (0..frame.registers).for_each(|register| copy(register, bits >> register & 1 == 1));
            }
            _ => (0..frame.registers).for_each(|register| copy(register, live.contains(register))),
        }
        if is_open {
            return self.close_environments(heap, chunk, index + HEADER_WORDS, frame);
        }
        Ok(())
    }

    /// The frame, whose registers have been copied to the chunk, has open environments.
    #[cold]
    fn close_environments(
        &mut self,
        heap: &mut LocalHeap,
        chunk: Value,
        index: usize,
        frame: &RegionFrame,
    ) -> Result<(), HeapExhausted> {
        for register in 0..frame.registers {
            let environment = object::field(chunk, CHUNK_WORDS + index + register);
            if environment.is_stack_env() {
                let copy = copy_environment(heap, environment)?;
                self.stats.environments_with_frames += 1;
                self.write(frame.frame.wrapping_add(register), copy.bits());
                object::init_field(chunk, CHUNK_WORDS + index + register, copy);
            }
        }
        Ok(())
    }

    /// Frames of the chunk below that have come back would keep alive what they held when they were
    /// promoted. If nobody else knows the chunk, nobody will return to them (FR-6): they are forgotten.
    fn forget_returned(&mut self, heap: &mut LocalHeap) {
        let Position { chunk, index } = self.under;
        if chunk.is_nil() || chunk_depth(chunk) < self.shared_depth {
            return;
        }
        let (start, end) = (CHUNK_WORDS + index + 1, object::size(chunk));
        let known = (start..end).find(|&word| object::field(chunk, word) == FORGOTTEN);
        let count = known.unwrap_or(end) - start;
        if count > 0 {
            heap.store_range(chunk, start, count, Value::ZERO);
            heap.store(chunk, start, FORGOTTEN);
        }
    }

    /// Before a collection: promotes what lies deep in the stack, so that no collection looks at it
    /// again, and forgets what no frame will use. Failing for lack of memory is harmless: the frames
    /// stay where they are.
    pub fn age(&mut self, heap: &mut LocalHeap) {
        self.forget_returned(heap);
        let Some(top) = self.top_frame() else { return };
        self.count_memory(heap.heap(), top.frame.addr());
        if self.words_below(top.frame) < AGING_LIMIT_WORDS {
            return;
        }
        let mut frame = top.frame;
        while (top.frame.addr() - frame.addr()) / 8 < AGING_KEEP_WORDS {
            match self.caller(frame) {
                Some(caller) => frame = caller.frame,
                None => return,
            }
        }
        let _ = self.promote_below(heap, frame, PromotionReason::Aging);
    }

    /// Makes room at a procedure's entry: promotes everything below the frame and moves the frame,
    /// of which `words` registers are in use, to the bottom of the region. Its new frame pointer.
    ///
    /// # Errors
    /// When the heap limit is reached; nothing has moved then.
    pub fn make_room(
        &mut self,
        heap: &mut LocalHeap,
        frame: *mut u64,
        words: usize,
        reason: PromotionReason,
    ) -> Result<*mut u64, HeapExhausted> {
        self.promote_below(heap, frame, reason)?;
        let header = frame.wrapping_sub(HEADER_WORDS);
        self.count_memory(heap.heap(), header.addr());
        let base = self.region.base();
        if header != base {
            // SAFETY: both ranges lie in the region; they may overlap. At entry the registers are
            // arguments, among them no open environment, so nothing points to the old place.
            unsafe { base.copy_from(header, HEADER_WORDS + words) };
        }
        self.bottom = base;
        Ok(base.wrapping_add(HEADER_WORDS))
    }
}
