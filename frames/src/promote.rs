//! Promotion: the only way frames move up into the heap.
//!
//! Everything on the region below a given frame is copied, once, into a chunk that links to the
//! chunk below. First the frames are made ready: open environments are moved to the heap, each of
//! which is complete in itself, and dead registers are cleared, so that a chunk keeps nothing alive
//! that its frames will not use. Then the chunk is made and filled. Only allocation can fail, before
//! anything refers to the chunk.

use crate::environment::copy_environment;
use crate::layout::{
    CHUNK_DEPTH, CHUNK_PREVIOUS, CHUNK_PREVIOUS_POSITION, CHUNK_WORDS, HEADER_WORDS,
};
use crate::reasons::PromotionReason;
use crate::shape::{Live, Place, Site};
use crate::stack::{Position, Stack};
use crate::walk::RegionFrame;
use lisle_gc::{HeapExhausted, Kind, LocalHeap, Record, RecordKind, Value, Watched, object};

/// A collection looks at no more than about this many words of a stack: what lies deeper is
/// promoted first.
const AGING_LIMIT_WORDS: usize = 8 * 1024;
/// How many words of the top of a deep stack stay on it.
const AGING_KEEP_WORDS: usize = 1024;

/// How deep a place in the program is looked for.
const SITES_SEEN: usize = 8;

impl Stack {
    /// Promotes every frame below the one at `frame`: what that frame returns to, as a position in
    /// heap chunks. Costs nothing when nothing was pushed since the last promotion.
    ///
    /// # Errors
    /// When the heap limit is reached; nothing was promoted then.
    pub fn promote_below(
        &mut self,
        heap: &mut LocalHeap,
        frame: *mut u64,
        reason: PromotionReason,
    ) -> Result<Position, HeapExhausted> {
        let header = frame.wrapping_sub(HEADER_WORDS);
        if header == self.bottom {
            self.note_promotion(reason);
            return Ok(self.under);
        }
        let words = (header.addr() - self.bottom.addr()) / 8;
        let watched = heap.heap().watch().is_on(Watched::Promotions);
        let site = if watched { self.site_below(frame) } else { Site::default() };
        let frames = self.prepare_frames(heap, frame)?;
        let chunk = self.take_chunk(heap, CHUNK_WORDS + words + 1)?;
        self.fill_chunk(chunk, words);
        self.stats.promoted[reason as usize] += frames;
        self.stats.promoted_words += words as u64;
        self.under = Position { chunk, index: words };
        self.bottom = header;
        self.write_bottom_return();
        self.note_promotion(reason);
        if watched {
            self.record_promotion(heap, site, reason, frames);
        }
        Ok(self.under)
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

    /// After a promotion, or instead of one that found nothing new.
    #[inline]
    fn note_promotion(&mut self, reason: PromotionReason) {
        self.reinstate_next = 1;
        if reason.is_shared() {
            self.shared_depth = self.under.depth();
        }
    }

    /// Memory for a chunk with so many fields, which are to be filled at once: that of a used one,
    /// if there is any that is large enough.
    fn take_chunk(&mut self, heap: &mut LocalHeap, size: usize) -> Result<Value, HeapExhausted> {
        while let Some(spare) = self.spares.pop() {
            if heap.remake(spare, size) {
                return Ok(spare);
            }
        }
        heap.object_unfilled(Kind::Chunk, size)
    }

    /// Closes the open environments and clears the dead registers of all frames below `frame`; how
    /// many there are.
    fn prepare_frames(
        &mut self,
        heap: &mut LocalHeap,
        frame: *mut u64,
    ) -> Result<u64, HeapExhausted> {
        let mut count = 0;
        let mut next = self.caller(frame);
        while let Some(caller) = next {
            count += 1;
            self.prepare_frame(heap, &caller)?;
            next = self.caller(caller.frame);
        }
        Ok(count)
    }

    fn prepare_frame(
        &mut self,
        heap: &mut LocalHeap,
        frame: &RegionFrame,
    ) -> Result<(), HeapExhausted> {
        let live = self.live(frame);
        if let (Live::Bits([bits]), true) = (live, frame.registers < 64) {
            return self.prepare_small_frame(heap, frame, *bits);
        }
        for register in 0..frame.registers {
            let at = frame.frame.wrapping_add(register);
            if live.contains(register) {
                self.close_register(heap, at)?;
            }
        }
        for register in 0..frame.registers {
            if !live.contains(register) {
                self.write(frame.frame.wrapping_add(register), Value::ZERO.bits());
            }
        }
        Ok(())
    }

    /// The same for frames of less than 64 registers: bits instead of loops.
    fn prepare_small_frame(
        &mut self,
        heap: &mut LocalHeap,
        frame: &RegionFrame,
        live: u64,
    ) -> Result<(), HeapExhausted> {
        let all = (1u64 << frame.registers) - 1;
        let mut alive = live & all;
        while alive != 0 {
            self.close_register(heap, frame.frame.wrapping_add(alive.trailing_zeros() as usize))?;
            alive &= alive - 1;
        }
        let mut dead = !live & all;
        while dead != 0 {
            let register = dead.trailing_zeros() as usize;
            self.write(frame.frame.wrapping_add(register), Value::ZERO.bits());
            dead &= dead - 1;
        }
        Ok(())
    }

    fn close_register(&mut self, heap: &mut LocalHeap, at: *mut u64) -> Result<(), HeapExhausted> {
        let value = Value::from_bits(self.read(at));
        if value.is_stack_env() {
            let copy = copy_environment(heap, value)?;
            self.stats.environments_with_frames += 1;
            self.write(at, copy.bits());
        }
        Ok(())
    }

    /// Copies `words` words from the bottom of the region, and the return word above them.
    fn fill_chunk(&mut self, chunk: Value, words: usize) {
        object::init_field(chunk, CHUNK_PREVIOUS, self.under.chunk);
        let index = Value::fixnum(self.under.index as i64);
        object::init_field(chunk, CHUNK_PREVIOUS_POSITION, index);
        let depth = Value::fixnum(self.under.depth() as i64);
        object::init_field(chunk, CHUNK_DEPTH, depth);
        debug_assert!(object::size(chunk) == CHUNK_WORDS + words + 1);
        let to = chunk.words().wrapping_add(1 + CHUNK_WORDS);
        // SAFETY: the chunk was made for `words + 1` frame words and no other thread knows it yet;
        // the source lies in the region, up to and with the header at `bottom + words`.
        unsafe { to.copy_from_nonoverlapping(self.bottom, words + 1) };
    }

    /// Before a collection: promotes what lies deep in the stack, so that no collection looks at it
    /// again. Failing for lack of memory is harmless: the frames stay where they are.
    pub fn age(&mut self, heap: &mut LocalHeap) {
        let Some(top) = self.top_frame() else { return };
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
