//! Allocation: one [`LocalHeap`] per mutator, with a buffer in the nursery to bump through.
//!
//! The inline path is a comparison and an addition. The cold path takes another piece of the
//! nursery; it never collects. When the budget is used up it asks for a collection at the next
//! safepoint and goes on (*overshoots*); when the nursery's range is exhausted it allocates in the
//! old generation. Only the heap limit makes an allocation fail.

use crate::{
    Header, Heap, HeapExhausted, Kind, Lender, Value, Watched,
    barrier::Filter,
    layout::{LINE_BYTES, SMALL_WORDS},
    old::large::Large,
    policy::Reason,
    record::{Record, Ring},
    slot,
    value::TAG_PAIR,
};
use std::sync::{Arc, atomic::Ordering};

const PAIR_BYTES: usize = 16;
const BUFFER_LEAST: usize = 4 * 1024;
const BUFFER_MOST: usize = 32 * 1024;
/// Objects from this size on that do not fit the buffer get a piece of their own, so that the rest
/// of the buffer is not thrown away for them.
const OWN_PIECE: usize = 16 * LINE_BYTES;
/// The largest payload size that the arithmetic below can handle; nothing that large fits anyway.
const SIZE_MOST: usize = 1 << 44;

/// One allocation is told of when so many bytes were allocated.
const SAMPLE_BYTES: u64 = 512 * 1024;

/// An allocation to be told of.
#[derive(Clone, Copy, Debug)]
struct Sample {
    object: Value,
    bytes: u64,
    /// The object has not moved while the heap's is the same.
    epoch: u64,
}

/// A mutator's part of the heap: its allocation buffer, its remembered slots and its fresh objects.
///
/// Made by [`Heap::local`], used by one thread at a time, and shown to every collection in
/// [`crate::Stopped`] (GC-6). The first two fields are read and written by the interpreter's own
/// copy of the inline path: an allocation of `n` bytes may take `cursor .. cursor + n` when that is
/// not beyond `end`, and must initialise all of it before the next safepoint.
#[repr(C)]
pub struct LocalHeap {
    /// Address of the first free byte of the buffer.
    pub cursor: usize,
    /// Address of the end of the buffer.
    pub end: usize,
    pub(crate) young_base: usize,
    pub(crate) young_bytes: usize,
    pub(crate) old_base: usize,
    pub(crate) old_bytes: usize,
    /// Addresses of old slots that were given a young pointer since the last collection (GC-4).
    pub(crate) remembered: Vec<usize>,
    /// Objects allocated in the old generation since the last collection (GC-4).
    pub(crate) fresh: Vec<Value>,
    /// What the barrier looks at more closely.
    pub(crate) filter: Filter,
    /// While marking: is what is overwritten kept, and what was.
    pub(crate) keeps_snapshot: bool,
    pub(crate) overwritten: Vec<Value>,
    /// Stores that the barrier found recorded already, since the last collection.
    pub(crate) remembered_again: u64,
    /// Records of what happens while the mutator runs.
    pub(crate) ring: Arc<Ring>,
    /// Bytes taken in the nursery and as large objects, all in all.
    pub(crate) taken_bytes: u64,
    /// What is to be told of the allocation that passed the last mark, and the next mark.
    sample: Option<Sample>,
    next_sample: u64,
    /// What the thread is allowed to have allocated, all in all.
    pub(crate) allowance_end: u64,
    /// Who gives more for what is too large for the rest of that.
    pub(crate) lender: Option<Arc<dyn Lender>>,
    /// Makes the thread come to a safepoint soon.
    pub(crate) attention: Option<Box<dyn Fn() + Send>>,
    /// The buffer behind the scenes when `collect_always` keeps the visible one empty.
    pub(crate) hidden: (usize, usize),
    /// Size of the next buffer.
    buffer_bytes: usize,
    /// What may still be allocated after a failure.
    pub(crate) grace: usize,
    /// Which request for memory fails, counted down, and how many after it; 0 for none.
    failing: u64,
    failing_more: u64,
    /// Counted among the users of the heap (GC-6)?
    is_user: bool,
    heap: Arc<Heap>,
}

impl LocalHeap {
    pub(crate) fn new(heap: Arc<Heap>, ring: Arc<Ring>) -> LocalHeap {
        let layout = heap.layout;
        LocalHeap {
            cursor: 0,
            end: 0,
            young_base: layout.young_base,
            young_bytes: layout.young_bytes,
            old_base: layout.old_base,
            old_bytes: layout.old_bytes,
            remembered: Vec::new(),
            fresh: Vec::new(),
            filter: Filter::young(&layout),
            keeps_snapshot: false,
            overwritten: Vec::new(),
            remembered_again: 0,
            ring,
            taken_bytes: 0,
            sample: None,
            next_sample: SAMPLE_BYTES,
            allowance_end: u64::MAX,
            lender: None,
            attention: None,
            hidden: (0, 0),
            buffer_bytes: BUFFER_LEAST,
            grace: 0,
            failing: 0,
            failing_more: 0,
            is_user: false,
            heap,
        }
    }

    /// The heap this is a part of.
    #[inline(always)]
    pub fn heap(&self) -> &Arc<Heap> {
        &self.heap
    }

    /// Keeps a record until it can be emitted. Says whether that should be soon.
    pub fn note(&self, record: Record) -> bool {
        self.ring.note(Record { tid: self.ring.tid, ..record })
    }

    /// Are there records that nobody has emitted?
    pub fn has_records(&self) -> bool {
        !self.ring.is_empty()
    }

    /// Is it time to empty the ring?
    pub fn is_ring_filling(&self) -> bool {
        self.ring.is_filling()
    }

    /// Sets what makes this local heap's thread come to a safepoint soon.
    pub fn set_attention(&mut self, attention: Box<dyn Fn() + Send>) {
        self.attention = Some(attention);
    }

    /// Is an allocation to be told of? (See [`LocalHeap::take_sample`].)
    #[inline]
    pub fn has_sample(&self) -> bool {
        self.sample.is_some()
    }

    /// The allocation that passed the last mark, at the first safepoint after it: the bytes allocated
    /// since the mark before, and the object's kind. To be called before anything can move.
    pub fn take_sample(&mut self) -> Option<(u64, Option<Kind>)> {
        let sample = self.sample.take()?;
        if sample.epoch != self.heap.epoch() {
            return None;
        }
        Some((sample.bytes, crate::object::kind(sample.object)))
    }

    /// Counts an allocation's bytes; takes a sample when so many were counted.
    #[inline]
    fn count_bytes(&mut self, bytes: usize, address: usize, tag: u64) {
        self.taken_bytes += bytes as u64;
        if self.taken_bytes >= self.next_sample {
            self.sample_cold(address, tag);
        }
    }

    #[cold]
    fn sample_cold(&mut self, address: usize, tag: u64) {
        if self.is_past_allowance()
            && let Some(attention) = &self.attention
        {
            attention();
        }
        let before = self.next_sample.saturating_sub(SAMPLE_BYTES);
        self.next_sample = self.taken_bytes + SAMPLE_BYTES;
        if !self.heap.watch.is_on(Watched::Allocation) {
            return;
        }
        self.sample = Some(Sample {
            object: Value::from_address(address, tag),
            bytes: self.taken_bytes - before,
            epoch: self.heap.epoch(),
        });
        if let Some(attention) = &self.attention {
            attention();
        }
    }

    /// Bytes that this mutator has allocated, buffers counted as a whole.
    pub fn allocated_bytes(&self) -> u64 {
        self.taken_bytes
    }

    /// Bytes of the buffer that are not used.
    pub fn buffer_left_bytes(&self) -> usize {
        self.end - self.cursor
    }

    /// Does this value point into the nursery?
    #[inline(always)]
    pub fn is_young(&self, v: Value) -> bool {
        v.bits() & 1 == 1 && (v.bits() as usize).wrapping_sub(self.young_base) < self.young_bytes
    }

    /// Does this value point into the old generation?
    #[inline(always)]
    pub fn is_old(&self, v: Value) -> bool {
        v.bits() & 1 == 1 && self.is_old_address(v.address())
    }

    #[inline(always)]
    pub(crate) fn is_old_address(&self, address: usize) -> bool {
        address.wrapping_sub(self.old_base) < self.old_bytes
    }

    /// A new pair.
    ///
    /// # Errors
    /// When the heap limit is reached.
    #[inline(always)]
    pub fn pair(&mut self, car: Value, cdr: Value) -> Result<Value, HeapExhausted> {
        let at = self.bump(PAIR_BYTES, TAG_PAIR)?;
        slot::store(at, car.bits());
        slot::store(at + 8, cdr.bits());
        Ok(Value::from_address(at, TAG_PAIR))
    }

    /// A new object of any size; traced payloads are filled with the fixnum 0, raw ones with zero
    /// bytes. Objects of more than 8 KiB are made in the old generation.
    ///
    /// # Errors
    /// When the heap limit is reached.
    #[inline]
    pub fn object(&mut self, kind: Kind, size: usize) -> Result<Value, HeapExhausted> {
        if size >= 8 * SMALL_WORDS {
            return self.large_cold(kind, size, true);
        }
        let header = Header::new(kind, size);
        let words = header.total_words();
        if words > SMALL_WORDS {
            return self.large_cold(kind, size, true);
        }
        let at = self.bump(8 * words, kind.tag())?;
        slot::store(at, header.bits());
        slot::fill_words(at + 8, words - 1, 0);
        Ok(Value::from_address(at, kind.tag()))
    }

    /// As [`LocalHeap::object`], but nothing is filled: the caller sets the whole payload before
    /// the next safepoint. For what is copied from elsewhere.
    ///
    /// # Errors
    /// When the heap limit is reached.
    #[inline]
    pub fn object_unfilled(&mut self, kind: Kind, size: usize) -> Result<Value, HeapExhausted> {
        if size >= 8 * SMALL_WORDS {
            return self.large_cold(kind, size, false);
        }
        let header = Header::new(kind, size);
        let words = header.total_words();
        if words > SMALL_WORDS {
            return self.large_cold(kind, size, false);
        }
        let at = self.bump(8 * words, kind.tag())?;
        slot::store(at, header.bits());
        Ok(Value::from_address(at, kind.tag()))
    }

    /// Makes a large traced object, which nobody refers to any longer, a new one of another size,
    /// if its memory is enough for that. The payload keeps what it held (GC-4 covers it), so the
    /// caller sets all of it before the next safepoint.
    pub fn remake(&mut self, object: Value, size: usize) -> bool {
        let kind = Header::from_bits(slot::load(object.address())).kind();
        let header = Header::new(kind, size);
        let room = self.heap.old.lock_large().bytes_of(object.address());
        // While marking, what it held belongs to the snapshot.
        let is_enough = room.is_some_and(|room| room >= 8 * header.total_words());
        if self.keeps_snapshot || header.is_raw() || !is_enough {
            return false;
        }
        slot::store(object.address(), header.bits());
        self.fresh.push(object);
        true
    }

    /// Is this object's memory apart from that of others? See [`LocalHeap::remake`].
    pub fn is_large(&self, object: Value) -> bool {
        object.address().wrapping_sub(self.heap.layout.large_base)
            < self.heap.layout.large_range_bytes()
    }

    /// A new traced object with these fields.
    ///
    /// # Errors
    /// When the heap limit is reached.
    #[inline]
    pub fn object_of(&mut self, kind: Kind, fields: &[Value]) -> Result<Value, HeapExhausted> {
        let object = self.object(kind, fields.len())?;
        for (index, &field) in fields.iter().enumerate() {
            crate::object::init_field(object, index, field);
        }
        Ok(object)
    }

    /// A new pair in the old generation: it never moves.
    ///
    /// # Errors
    /// When the heap limit is reached.
    pub fn pair_in_old(&mut self, car: Value, cdr: Value) -> Result<Value, HeapExhausted> {
        let at = self.old_small(PAIR_BYTES)?;
        slot::store(at, car.bits());
        slot::store(at + 8, cdr.bits());
        let pair = Value::from_address(at, TAG_PAIR);
        if self.is_young(car) || self.is_young(cdr) {
            self.fresh.push(pair);
        }
        Ok(pair)
    }

    /// A new object in the old generation, filled like [`LocalHeap::object`]'s: it never moves. For
    /// what lives long: symbols, cells, constants of code, global closures.
    ///
    /// # Errors
    /// When the heap limit is reached.
    pub fn object_in_old(&mut self, kind: Kind, size: usize) -> Result<Value, HeapExhausted> {
        if size >= 8 * SMALL_WORDS {
            return self.large_cold(kind, size, true);
        }
        let words = Header::new(kind, size).total_words();
        if words > SMALL_WORDS {
            return self.large_cold(kind, size, true);
        }
        let object = self.small_in_old(kind, size)?;
        slot::fill_words(object.address() + 8, words - 1, 0);
        if !kind.is_raw() {
            self.fresh.push(object);
        }
        Ok(object)
    }

    /// The same, with these fields. When they are old, the next collection need not look at it.
    ///
    /// # Errors
    /// When the heap limit is reached.
    pub fn object_in_old_of(
        &mut self,
        kind: Kind,
        fields: &[Value],
    ) -> Result<Value, HeapExhausted> {
        debug_assert!(!kind.is_raw());
        let is_small = fields.len() < SMALL_WORDS;
        let object = match is_small {
            true => self.small_in_old(kind, fields.len())?,
            false => self.large_cold(kind, fields.len(), true)?,
        };
        for (index, field) in fields.iter().enumerate() {
            slot::store(object.address() + 8 * (1 + index), field.bits());
        }
        if is_small && fields.iter().any(|field| self.is_young(*field)) {
            self.fresh.push(object);
        }
        Ok(object)
    }

    /// An object of at most `SMALL_WORDS` words in the old generation; its fields are to be set.
    fn small_in_old(&mut self, kind: Kind, size: usize) -> Result<Value, HeapExhausted> {
        let header = Header::new(kind, size);
        let at = self.old_small(8 * header.total_words())?;
        slot::store(at, header.bits());
        Ok(Value::from_address(at, kind.tag()))
    }

    /// Gives the unused rest of the buffer back to the others. For threads that are about to wait;
    /// allocation takes a new buffer when it goes on.
    pub fn give_back_buffer(&mut self) {
        for (start, end) in [(self.cursor, self.end), self.hidden] {
            self.taken_bytes -= (end - start) as u64;
            self.heap.nursery.give_back(start, end);
        }
        self.retire_buffer();
    }

    /// Makes the `n`-th request of this local heap for memory, from now on, fail as it does at the
    /// heap limit, and the `more` requests that follow it, for whoever tries again after collecting.
    /// With 0 nothing fails any longer. For tests; until then every allocation takes the slow path.
    pub fn fail_allocation(&mut self, n: u64, more: u64) {
        self.give_back_buffer();
        (self.failing, self.failing_more) = (n, more);
    }

    /// Is a failure asked for by [`LocalHeap::fail_allocation`] still to come?
    pub fn is_failure_pending(&self) -> bool {
        self.failing != 0
    }

    /// Slots of old objects that were recorded since the last collection (GC-4).
    pub fn remembered_slots(&self) -> usize {
        self.remembered.len()
    }

    fn inject_failure(&mut self) -> Result<(), HeapExhausted> {
        if self.failing == 0 {
            return Ok(());
        }
        self.failing -= 1;
        if self.failing > 0 {
            return Ok(());
        }
        self.give_back_buffer();
        if self.failing_more > 0 {
            (self.failing, self.failing_more) = (1, self.failing_more - 1);
        }
        Err(HeapExhausted)
    }

    /// Lets this thread, which was told that the heap is exhausted, take so many bytes more, if that
    /// is not far past the limit: for what it has to move before it can say so.
    pub fn grant(&mut self, bytes: usize) {
        self.grace = self.grace.max(bytes);
    }

    /// Gives back the buffer and leaves all records to the heap: from here until its next
    /// allocation, collections may run without this local heap among the stopped ones (GC-6). For
    /// threads that end; dropping does the same.
    pub fn detach(&mut self) {
        self.give_back_buffer();
        let overwritten = self.end_snapshot();
        let mut orphans = self.heap.orphans.lock();
        orphans.remembered.append(&mut self.remembered);
        orphans.fresh.append(&mut self.fresh);
        orphans.overwritten.extend(overwritten);
        if self.is_user {
            self.is_user = false;
            self.heap.remove_user();
        }
    }

    /// Forgets the buffer; at the start of a collection, which empties all blocks.
    pub(crate) fn retire_buffer(&mut self) {
        (self.cursor, self.end) = (0, 0);
        self.hidden = (0, 0);
        self.buffer_bytes = BUFFER_LEAST.max(self.buffer_bytes / 2);
    }

    #[inline(always)]
    fn bump(&mut self, bytes: usize, tag: u64) -> Result<usize, HeapExhausted> {
        let at = self.cursor;
        if bytes <= self.end - at {
            self.cursor = at + bytes;
            return Ok(at);
        }
        self.bump_cold(bytes, tag)
    }

    #[cold]
    #[inline(never)]
    fn bump_cold(&mut self, bytes: usize, tag: u64) -> Result<usize, HeapExhausted> {
        self.become_user();
        self.inject_failure()?;
        let stress = self.heap.config.stress.collect_always;
        // The visible buffer stays empty, so that every allocation comes here.
        let hides = stress || self.failing > 0;
        let buffer = if hides { self.hidden } else { (self.cursor, self.end) };
        if stress {
            self.heap.request(false, Reason::Stress);
        }
        if hides && bytes <= buffer.1 - buffer.0 {
            self.hidden.0 += bytes;
            return Ok(buffer.0);
        }
        let Some((start, end)) = self.take_piece(bytes)? else {
            let at = self.old_small(bytes)?;
            self.fresh.push(Value::from_address(at, tag));
            return Ok(at);
        };
        self.count_bytes(end - start, start, tag);
        // Go on with the larger of the two rests, and give back the other.
        let mut rest = (start + bytes, end);
        if rest.1 - rest.0 >= buffer.1 - buffer.0 {
            self.buffer_bytes = BUFFER_MOST.min(2 * self.buffer_bytes);
            if hides {
                self.hidden = rest;
            } else {
                (self.cursor, self.end) = rest;
            }
            rest = buffer;
        }
        self.heap.nursery.give_back(rest.0, rest.1);
        Ok(start)
    }

    /// A piece of the nursery with room for `bytes`. `None` when the nursery's range is exhausted.
    fn take_piece(&mut self, bytes: usize) -> Result<Option<(usize, usize)>, HeapExhausted> {
        let wanted = if bytes >= OWN_PIECE { bytes } else { self.buffer_bytes };
        self.heap.admit(wanted, &mut self.grace)?;
        let heap = &self.heap;
        let piece = heap.nursery.take(&heap.memory, bytes, wanted);
        if piece.is_none() || heap.nursery.is_spent() {
            heap.request(false, Reason::NurseryFull);
        }
        Ok(piece)
    }

    /// Whether this local heap was ever used (GC-6).
    pub(crate) fn is_user(&self) -> bool {
        self.is_user
    }

    fn become_user(&mut self) {
        if !self.is_user {
            self.is_user = true;
            self.heap.add_user();
            if self.heap.is_marking.load(Ordering::Acquire) {
                self.begin_snapshot();
            }
        }
    }

    fn old_small(&mut self, bytes: usize) -> Result<usize, HeapExhausted> {
        self.become_user();
        self.inject_failure()?;
        self.heap.admit(bytes, &mut self.grace)?;
        if self.heap.config.stress.collect_always {
            self.heap.request(false, Reason::Stress);
        }
        self.heap.request_when_old_is_full();
        self.heap.old.allocate_small(&self.heap.memory, bytes).ok_or(HeapExhausted)
    }

    #[cold]
    #[inline(never)]
    fn large_cold(&mut self, kind: Kind, size: usize, fill: bool) -> Result<Value, HeapExhausted> {
        self.become_user();
        if size > SIZE_MOST {
            return Err(HeapExhausted);
        }
        let header = Header::new(kind, size);
        let footprint = Large::footprint(8 * header.total_words()).ok_or(HeapExhausted)?;
        self.inject_failure()?;
        if !self.is_allowed(footprint) {
            return Err(HeapExhausted);
        }
        self.heap.admit(footprint, &mut self.grace)?;
        if self.heap.config.stress.collect_always {
            self.heap.request(false, Reason::Stress);
        }
        let heap = &self.heap;
        let place = heap.old.allocate_large(&heap.memory, footprint).ok_or(HeapExhausted)?;
        heap.request_when_old_is_full();
        if fill && !place.is_clean {
            // Zero is the fixnum 0, too.
            slot::zero_bytes(place.start, 8 * header.total_words());
        }
        slot::store(place.start, header.bits());
        self.count_bytes(footprint, place.start, kind.tag());
        let object = Value::from_address(place.start, kind.tag());
        if !kind.is_raw() {
            self.fresh.push(object);
        }
        Ok(object)
    }
}

impl Drop for LocalHeap {
    fn drop(&mut self) {
        self.detach();
    }
}

#[cfg(test)]
mod tests;
