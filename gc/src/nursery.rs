//! The nursery: blocks of young objects, handed to threads in pieces.
//!
//! One contiguous range of blocks. A thread takes a piece of a block as its allocation buffer;
//! the collector takes whole blocks for the objects it keeps young. Each block has an age in a side
//! table. A collection empties all blocks that were in use when it began.
//!
//! ```text
//! Free --take (mutator)--> Eden --collection--> Free
//! Free --take_survivor (collector)--> Arriving --end of collection--> Survivor --next one--> Free
//! ```

use crate::{
    layout::{BLOCK_BYTES, Layout},
    os::{Growing, Reservation},
    slot,
    stress::{POISON, QUARANTINE_CYCLES},
};
use crossbeam_utils::CachePadded;
use parking_lot::Mutex;
use std::{
    collections::VecDeque,
    sync::atomic::{AtomicUsize, Ordering},
};

/// A nursery block without objects.
pub(crate) const AGE_FREE: u8 = 0;
/// Holds objects made since the last collection.
pub(crate) const AGE_EDEN: u8 = 1;
/// Holds objects that survived one collection.
pub(crate) const AGE_SURVIVOR: u8 = 2;
/// Holds objects that the running collection has copied.
pub(crate) const AGE_ARRIVING: u8 = 3;

const COMMIT_STEP: usize = 2 << 20;
/// Of the blocks, mutators leave this share (one in so many) to the collector.
const COLLECTOR_SHARE: usize = 4;
/// A rest of a buffer smaller than this is not worth giving back.
const REMNANT_LEAST: usize = 1024;

/// The young generation of one heap.
pub(crate) struct Nursery {
    layout: Layout,
    pool: Mutex<Pool>,
    /// Bytes handed to mutators since the last collection. Apart from what is only read.
    eden_bytes: CachePadded<AtomicUsize>,
    /// Bytes of the blocks that the last collection filled.
    survivor_bytes: AtomicUsize,
    /// A collection is wanted when `eden_bytes` passes this.
    budget: AtomicUsize,
}

struct Pool {
    range: Growing,
    /// Blocks from this one on were never used.
    untouched: usize,
    free: Vec<usize>,
    in_use: Vec<usize>,
    /// The rest of the block that pieces are cut from.
    rest: (usize, usize),
    /// Pieces given back by threads that went to sleep.
    remnants: Vec<(usize, usize)>,
    /// Poisoned blocks, oldest first, a list for each collection.
    quarantine: VecDeque<Vec<usize>>,
}

impl Nursery {
    pub(crate) fn new(layout: Layout, budget: usize) -> Nursery {
        let pool = Pool {
            range: Growing::new(layout.young_base, layout.young_bytes, COMMIT_STEP),
            untouched: 0,
            free: Vec::new(),
            in_use: Vec::new(),
            rest: (0, 0),
            remnants: Vec::new(),
            quarantine: VecDeque::new(),
        };
        Nursery {
            layout,
            pool: Mutex::new(pool),
            eden_bytes: CachePadded::new(AtomicUsize::new(0)),
            survivor_bytes: AtomicUsize::new(0),
            budget: AtomicUsize::new(budget),
        }
    }

    /// Bytes handed out since the last collection, and survivors.
    pub(crate) fn used_bytes(&self) -> usize {
        self.eden_bytes() + self.survivor_bytes.load(Ordering::Relaxed)
    }

    /// Bytes handed out since the last collection.
    pub(crate) fn eden_bytes(&self) -> usize {
        self.eden_bytes.load(Ordering::Relaxed)
    }

    /// Bytes that may be handed out before a collection is wanted.
    pub(crate) fn budget(&self) -> usize {
        self.budget.load(Ordering::Relaxed)
    }

    /// Changes the budget. World stopped.
    pub(crate) fn set_budget(&self, bytes: usize) {
        self.budget.store(bytes, Ordering::Relaxed);
    }

    /// The largest budget that leaves the collector its share of the range.
    pub(crate) fn largest_budget(&self) -> usize {
        self.layout.young_bytes / COLLECTOR_SHARE
    }

    /// Is the budget used up?
    pub(crate) fn is_spent(&self) -> bool {
        self.eden_bytes() >= self.budget()
    }

    /// A piece of at least `least` bytes and at most about `wanted` for a mutator. `None` when the
    /// range is exhausted.
    pub(crate) fn take(
        &self,
        memory: &Reservation,
        least: usize,
        wanted: usize,
    ) -> Option<(usize, usize)> {
        let mut pool = self.pool.lock();
        let piece = match pool.remnants.iter().rposition(|&(start, end)| end - start >= least) {
            Some(index) => pool.remnants.swap_remove(index),
            None => {
                if pool.rest.1 - pool.rest.0 < least {
                    let blocks = self.layout.young_bytes / BLOCK_BYTES;
                    if pool.in_use.len() >= blocks - blocks / COLLECTOR_SHARE {
                        return None;
                    }
                    let start = self.take_block(&mut pool, memory, AGE_EDEN)?;
                    pool.rest = (start, start + BLOCK_BYTES);
                }
                let (start, end) = pool.rest;
                let cut = end.min(start + wanted.max(least));
                pool.rest.0 = cut;
                (start, cut)
            }
        };
        self.eden_bytes.fetch_add(piece.1 - piece.0, Ordering::Relaxed);
        Some(piece)
    }

    /// Takes back the unused rest of a piece.
    pub(crate) fn give_back(&self, start: usize, end: usize) {
        if end - start >= REMNANT_LEAST {
            self.eden_bytes.fetch_sub(end - start, Ordering::Relaxed);
            self.pool.lock().remnants.push((start, end));
        }
    }

    /// A block for the collector to keep survivors in. `None` when the range is exhausted.
    pub(crate) fn take_survivor(&self, memory: &Reservation) -> Option<usize> {
        let start = self.take_block(&mut self.pool.lock(), memory, AGE_ARRIVING)?;
        self.survivor_bytes.fetch_add(BLOCK_BYTES, Ordering::Relaxed);
        Some(start)
    }

    fn take_block(&self, pool: &mut Pool, memory: &Reservation, age: u8) -> Option<usize> {
        let block = match pool.free.pop() {
            Some(block) => block,
            None => {
                let block = pool.untouched;
                let end = self.layout.young_base + (block + 1) * BLOCK_BYTES;
                if !pool.range.reach(memory, end) {
                    return None;
                }
                pool.untouched += 1;
                block
            }
        };
        pool.in_use.push(block);
        let start = self.layout.young_base + block * BLOCK_BYTES;
        slot::store_byte(self.layout.age_byte(start), age);
        Some(start)
    }

    /// Memory that threads are handed before another block is taken. For the verifier.
    pub(crate) fn free_runs(&self) -> Vec<(usize, usize)> {
        let pool = self.pool.lock();
        pool.remnants.iter().copied().chain([pool.rest]).collect()
    }

    /// Start of a collection: the blocks in use become the ones to be emptied. World stopped, all
    /// buffers retired.
    pub(crate) fn begin_collection(&self) -> Vec<usize> {
        let mut pool = self.pool.lock();
        pool.rest = (0, 0);
        pool.remnants.clear();
        self.eden_bytes.store(0, Ordering::Relaxed);
        self.survivor_bytes.store(0, Ordering::Relaxed);
        std::mem::take(&mut pool.in_use)
    }

    /// End of a collection: the emptied blocks are free again, the arrived ones are survivors.
    pub(crate) fn end_collection(&self, memory: &Reservation, emptied: Vec<usize>, poison: bool) {
        let base = self.layout.young_base;
        let mut pool = self.pool.lock();
        for &block in &emptied {
            slot::store_byte(self.layout.ages_base + block, AGE_FREE);
        }
        for &block in &pool.in_use {
            slot::store_byte(self.layout.ages_base + block, AGE_SURVIVOR);
        }
        if poison {
            for &block in &emptied {
                let start = base + block * BLOCK_BYTES;
                slot::fill_words(start, BLOCK_BYTES / 8, POISON);
                // Without the mapping split (too many of them) the pattern must do.
                let _ = memory.forbid(start, BLOCK_BYTES);
            }
            pool.quarantine.push_back(emptied);
            if pool.quarantine.len() > QUARANTINE_CYCLES {
                let released = pool.quarantine.pop_front().unwrap_or_default();
                for &block in &released {
                    memory
                        .commit(base + block * BLOCK_BYTES, BLOCK_BYTES)
                        .expect("a block that was committed before can be again");
                }
                pool.free.extend(released);
            }
        } else {
            // Reversed, so that the block that was filled first is used first again.
            pool.free.extend(emptied.into_iter().rev());
        }
    }

    /// Gives the memory of free blocks beyond the first `keep` back to the system. World stopped.
    pub(crate) fn release(&self, memory: &Reservation, keep: usize) {
        let mut pool = self.pool.lock();
        if pool.free.len() <= keep {
            return;
        }
        // The lowest addresses are used first from now on; the highest lose their memory.
        pool.free.sort_unstable_by(|a, b| b.cmp(a));
        let excess = pool.free.len() - keep;
        for run in pool.free[..excess].chunk_by(|a, b| *a == b + 1) {
            let lowest = run[run.len() - 1];
            let start = self.layout.young_base + lowest * BLOCK_BYTES;
            memory.discard(start, run.len() * BLOCK_BYTES);
        }
    }

    /// Blocks in use. World stopped.
    pub(crate) fn blocks_in_use(&self) -> Vec<usize> {
        self.pool.lock().in_use.clone()
    }
}
