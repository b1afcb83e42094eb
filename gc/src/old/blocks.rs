//! Blocks of the old generation: bump allocation into runs of free lines.
//!
//! A block is free, or in use. Sweeping looks at the line marks of one after the other: a block
//! without marks is free again, and one that has unmarked lines waits on the recyclable list until
//! the allocator walks its runs of free lines, in order, once. Who allocates sweeps as far as it has
//! to, and a helper does the rest beside the mutators. A block that was walked, or taken since the
//! marking, is full until the next one.
//!
//! An object of more than a line that does not fit the run at hand goes to a block of its own kind
//! (the *overflow* block), so that short runs are not wasted on it.

use crate::{
    layout::{BLOCK_BYTES, BYTES_PER_MARK_BYTE, LINE_BYTES, LINES_PER_BLOCK, Layout},
    old::Old,
    os::{Growing, HUGE_BYTES, Reservation},
    slot,
};
use std::{collections::VecDeque, ops::Range};

const COMMIT_STEP: usize = 4 << 20;
/// The mark bits of a block.
const MARK_BYTES: usize = BLOCK_BYTES / BYTES_PER_MARK_BYTE;
/// Free blocks that keep their memory after a sweep: so many, and one for so many in use, since the
/// heap will grow by more than that before the next sweep. Fresh memory costs a fault a page.
const KEEP_BLOCKS: usize = (4 << 20) / BLOCK_BYTES;
const KEEP_SHARE: usize = 2;

/// The blocks of one heap's old generation.
pub(crate) struct Blocks {
    layout: Layout,
    range: Growing,
    marks: Growing,
    lines: Growing,
    /// For each block that was ever used: is it in use?
    in_use: Vec<bool>,
    /// Free blocks that have memory, the next to be used last.
    free: Vec<usize>,
    /// Free blocks whose memory was given back, the next to be used last.
    bare: Vec<usize>,
    /// Addresses from here on were never touched.
    touched: usize,
    recyclable: VecDeque<usize>,
    /// Blocks that were not looked at since the last marking.
    unswept: Range<usize>,
    /// Blocks that were taken since the marking that is under way began; `None` when none is.
    taken_while_marking: Option<usize>,
    /// The run that is being filled.
    cursor: usize,
    end: usize,
    /// The block of that run, and its first line that was not looked at.
    block: usize,
    line: usize,
    /// The rest of the overflow block.
    overflow: (usize, usize),
    /// Rests of runs that collections gave back, each of a line at least.
    rests: Vec<(usize, usize)>,
    used_bytes: usize,
}

/// A part of the old generation that one worker of a collection allocates in.
#[derive(Debug, Default)]
pub(crate) struct Run {
    cursor: usize,
    end: usize,
    /// For objects of more than a line that do not fit.
    overflow: (usize, usize),
}

impl Run {
    /// Memory for an object, as [`Blocks::allocate`].
    #[inline(always)]
    pub(crate) fn allocate(&mut self, old: &Old, memory: &Reservation, bytes: usize) -> usize {
        let address = self.cursor;
        if bytes <= self.end - address {
            self.cursor = address + bytes;
            return address;
        }
        self.allocate_cold(old, memory, bytes)
    }

    #[cold]
    fn allocate_cold(&mut self, old: &Old, memory: &Reservation, bytes: usize) -> usize {
        const ROOM: &str = "the old range is several times the limit, and the system gives memory";
        if bytes > LINE_BYTES && bytes <= self.overflow.1 - self.overflow.0 {
            self.overflow.0 += bytes;
            return self.overflow.0 - bytes;
        }
        let mut blocks = old.lock_blocks();
        if bytes <= LINE_BYTES {
            (self.cursor, self.end) = blocks.take_run(memory).expect(ROOM);
            self.cursor += bytes;
            return self.cursor - bytes;
        }
        if bytes <= blocks.overflow.1 - blocks.overflow.0 {
            std::mem::swap(&mut self.overflow, &mut blocks.overflow);
        } else if let Some(start) = blocks.take_free(memory) {
            blocks.keep_rest(self.overflow);
            self.overflow = (start, start + BLOCK_BYTES);
        } else {
            return blocks.allocate_in_runs(memory, bytes).expect(ROOM);
        }
        self.overflow.0 += bytes;
        self.overflow.0 - bytes
    }

    /// Takes back the last allocation.
    #[inline(always)]
    pub(crate) fn take_back(&mut self, address: usize, bytes: usize) {
        if self.cursor == address + bytes {
            self.cursor = address;
        } else if self.overflow.0 == address + bytes {
            self.overflow.0 = address;
        }
    }

    /// Gives what is left to whoever allocates next.
    pub(crate) fn give_back(self, blocks: &mut Blocks) {
        blocks.keep_rest((self.cursor, self.end));
        let mut rest = self.overflow;
        if rest.1 - rest.0 > blocks.overflow.1 - blocks.overflow.0 {
            std::mem::swap(&mut rest, &mut blocks.overflow);
        }
        blocks.keep_rest(rest);
    }
}

impl Blocks {
    pub(crate) fn new(layout: Layout) -> Blocks {
        let bytes = layout.block_range_bytes();
        Blocks {
            layout,
            range: Growing::new(layout.old_base, bytes, COMMIT_STEP),
            marks: Growing::new(
                layout.marks_base,
                bytes / BYTES_PER_MARK_BYTE,
                COMMIT_STEP / BYTES_PER_MARK_BYTE,
            ),
            lines: Growing::new(layout.lines_base, bytes / LINE_BYTES, COMMIT_STEP / LINE_BYTES),
            in_use: Vec::new(),
            free: Vec::new(),
            bare: Vec::new(),
            touched: layout.old_base,
            recyclable: VecDeque::new(),
            unswept: 0..0,
            taken_while_marking: None,
            cursor: 0,
            end: 0,
            block: 0,
            line: LINES_PER_BLOCK,
            overflow: (0, 0),
            rests: Vec::new(),
            used_bytes: 0,
        }
    }

    /// Bytes of lines in use, runs at hand included.
    pub(crate) fn used_bytes(&self) -> usize {
        self.used_bytes
    }

    /// Memory for an object of at most `SMALL_WORDS` words; not zeroed.
    #[inline(always)]
    pub(crate) fn allocate(&mut self, memory: &Reservation, bytes: usize) -> Option<usize> {
        let address = self.cursor;
        if bytes <= self.end - address {
            self.cursor = address + bytes;
            return Some(address);
        }
        self.allocate_cold(memory, bytes)
    }

    #[cold]
    fn allocate_cold(&mut self, memory: &Reservation, bytes: usize) -> Option<usize> {
        if bytes > LINE_BYTES {
            if bytes > self.overflow.1 - self.overflow.0 {
                let Some(start) = self.take_free(memory) else {
                    return self.allocate_in_runs(memory, bytes);
                };
                self.overflow = (start, start + BLOCK_BYTES);
            }
            let address = self.overflow.0;
            self.overflow.0 += bytes;
            return Some(address);
        }
        // Every run has a line at least, so the object fits the next one.
        self.next_run(memory)?;
        let address = self.cursor;
        self.cursor += bytes;
        Some(address)
    }

    /// The last resort when no block is free: looks for a run that is long enough.
    fn allocate_in_runs(&mut self, memory: &Reservation, bytes: usize) -> Option<usize> {
        while bytes > self.end - self.cursor {
            self.next_run(memory)?;
        }
        let address = self.cursor;
        self.cursor += bytes;
        Some(address)
    }

    fn block_start(&self, block: usize) -> usize {
        self.layout.old_base + block * BLOCK_BYTES
    }

    fn line_marks<'a>(&self, block: usize) -> &'a [u8] {
        slot::table(self.layout.lines_base + block * LINES_PER_BLOCK, LINES_PER_BLOCK)
    }

    /// A run of a line or more, for a worker of a collection.
    fn take_run(&mut self, memory: &Reservation) -> Option<(usize, usize)> {
        if self.end - self.cursor < LINE_BYTES {
            self.next_run(memory)?;
        }
        let run = (self.cursor, self.end);
        (self.cursor, self.end) = (0, 0);
        Some(run)
    }

    fn keep_rest(&mut self, rest: (usize, usize)) {
        if rest.1 - rest.0 >= LINE_BYTES {
            self.rests.push(rest);
        }
    }

    fn next_run(&mut self, memory: &Reservation) -> Option<()> {
        if let Some((start, end)) = self.rests.pop() {
            self.set_run(start, end - start);
            return Some(());
        }
        loop {
            if self.line < LINES_PER_BLOCK {
                let marks = &self.line_marks(self.block)[self.line..];
                let Some(first) = marks.iter().position(|&mark| mark == 0) else {
                    self.line = LINES_PER_BLOCK;
                    continue;
                };
                let length = marks[first..].iter().take_while(|&&mark| mark == 0).count();
                let start = self.block_start(self.block) + (self.line + first) * LINE_BYTES;
                self.line += first + length;
                self.set_run(start, length * LINE_BYTES);
                self.used_bytes += length * LINE_BYTES;
                return Some(());
            }
            if let Some(block) = self.recyclable.pop_front() {
                self.block = block;
                self.line = 0;
                continue;
            }
            if self.sweep_block() {
                continue;
            }
            let start = self.take_free(memory)?;
            self.set_run(start, BLOCK_BYTES);
            return Some(());
        }
    }

    fn set_run(&mut self, start: usize, bytes: usize) {
        self.cursor = start;
        self.end = start + bytes;
    }

    fn take_free(&mut self, memory: &Reservation) -> Option<usize> {
        while self.free.is_empty() && self.sweep_block() {}
        let block = match self.free.pop().or_else(|| self.bare.pop()) {
            Some(block) => block,
            None => {
                let block = self.in_use.len();
                let end = self.block_start(block) + BLOCK_BYTES;
                if !self.reach(memory, end) {
                    return None;
                }
                self.touched = self.touched.max(end);
                self.in_use.push(false);
                block
            }
        };
        self.in_use[block] = true;
        if let Some(taken) = &mut self.taken_while_marking {
            *taken += 1;
            slot::fill_bytes(self.layout.marks_base + block * MARK_BYTES, MARK_BYTES, u8::MAX);
        }
        if self.taken_while_marking.is_some() || self.unswept.contains(&block) {
            // So that sweeping does not take it for empty.
            slot::fill_bytes(self.layout.lines_base + block * LINES_PER_BLOCK, LINES_PER_BLOCK, 1);
        }
        self.used_bytes += BLOCK_BYTES;
        Some(self.block_start(block))
    }

    /// Blocks that were ever used.
    pub(crate) fn known_blocks(&self) -> usize {
        self.in_use.len()
    }

    /// Commits the range up to `end`, and the tables for it.
    fn reach(&mut self, memory: &Reservation, end: usize) -> bool {
        self.range.reach(memory, end)
            && self.marks.reach(memory, self.layout.mark_byte(end - 1) + 1)
            && self.lines.reach(memory, self.layout.line_byte(end - 1) + 1)
    }

    /// The stretches of memory that have to be touched so that `bytes` can be allocated without a
    /// page fault, recyclable blocks apart. They count as touched from now on.
    pub(crate) fn room_ahead(&mut self, memory: &Reservation, bytes: usize) -> Vec<(usize, usize)> {
        let past_end = self.touched - self.block_start(self.in_use.len());
        let mut lacking = bytes.div_ceil(BLOCK_BYTES).saturating_sub(self.free.len());
        let bare = self.bare.split_off(self.bare.len().saturating_sub(lacking));
        let mut stretches = self.stretches(&bare);
        lacking -= bare.len();
        // They are used before those that have memory already.
        self.free.extend(bare);
        let end = (self.touched + (lacking * BLOCK_BYTES).saturating_sub(past_end))
            .next_multiple_of(HUGE_BYTES);
        if lacking * BLOCK_BYTES > past_end && self.reach(memory, end) {
            stretches.push((self.touched, end - self.touched));
            self.touched = end;
        }
        stretches
    }

    /// Blocks in falling order as addresses and sizes of what is contiguous.
    fn stretches(&self, blocks: &[usize]) -> Vec<(usize, usize)> {
        let runs = blocks.chunk_by(|a, b| *a == b + 1);
        runs.map(|run| (self.block_start(run[run.len() - 1]), run.len() * BLOCK_BYTES)).collect()
    }

    /// Is this address in a block in use?
    pub(crate) fn is_in_use(&self, address: usize) -> bool {
        let block = (address - self.layout.old_base) / BLOCK_BYTES;
        self.in_use.get(block).copied().unwrap_or(false)
    }

    /// The memory that is handed out before any other is swept: rests of runs, and the unmarked lines of
    /// blocks that are used again or not swept yet. For the verifier.
    pub(crate) fn free_runs(&self) -> Vec<(usize, usize)> {
        let mut runs = vec![(self.cursor, self.end), self.overflow];
        runs.extend(&self.rests);
        let unswept = self.unswept.clone().filter(|&block| self.in_use[block]);
        let again = self.recyclable.iter().copied().chain(unswept).map(|block| (block, 0));
        for (block, first) in again.chain([(self.block, self.line)]) {
            let free = (first..LINES_PER_BLOCK).filter(|&line| self.line_marks(block)[line] == 0);
            let starts = free.map(|line| self.block_start(block) + line * LINE_BYTES);
            runs.extend(starts.map(|start| (start, start + LINE_BYTES)));
        }
        runs
    }

    /// Forgets the runs at hand and clears all marks, before marking. What is allocated until
    /// [`Blocks::begin_sweeping`] is in blocks of its own and marked.
    pub(crate) fn begin_marking(&mut self) {
        (self.cursor, self.end) = (0, 0);
        self.line = LINES_PER_BLOCK;
        self.overflow = (0, 0);
        self.rests.clear();
        self.recyclable.clear();
        // A helper may still be at it.
        self.unswept = 0..0;
        self.taken_while_marking = Some(0);
        for (block, _) in self.in_use.iter().enumerate().filter(|&(_, &used)| used) {
            slot::zero_bytes(self.layout.marks_base + block * MARK_BYTES, MARK_BYTES);
            slot::zero_bytes(self.layout.lines_base + block * LINES_PER_BLOCK, LINES_PER_BLOCK);
        }
    }

    /// After marking, which found so many lines in use: all blocks are to be swept.
    pub(crate) fn begin_sweeping(&mut self, marked_lines: usize) {
        let taken = self.taken_while_marking.take().unwrap_or(0);
        self.used_bytes = marked_lines * LINE_BYTES + taken * BLOCK_BYTES;
        self.unswept = 0..self.in_use.len();
    }

    /// Sweeps so many blocks more. False when all are.
    pub(crate) fn sweep(&mut self, blocks: usize) -> bool {
        (0..blocks).all(|_| self.sweep_block())
    }

    /// Looks at one block. False when there is none left.
    fn sweep_block(&mut self) -> bool {
        let Some(block) = self.unswept.next() else { return false };
        if self.in_use[block] {
            let marks = self.line_marks(block);
            if marks.iter().all(|&mark| mark == 0) {
                self.in_use[block] = false;
                self.free.push(block);
            } else if marks.contains(&0) {
                self.recyclable.push_back(block);
            }
        }
        true
    }

    /// When all is swept: takes all free blocks out but the lowest few, for their memory to be given
    /// back; end it with [`Blocks::take_back_bare`].
    pub(crate) fn withhold_excess(&mut self) -> Withheld {
        // The lowest are used first from now on.
        self.free.sort_unstable_by(|a, b| b.cmp(a));
        let in_use = self.in_use.len() - self.free.len() - self.bare.len();
        let excess = self.free.len().saturating_sub(KEEP_BLOCKS + in_use / KEEP_SHARE);
        let blocks: Vec<usize> = self.free.drain(..excess).collect();
        Withheld { stretches: self.stretches(&blocks), blocks }
    }

    /// Takes back blocks that have lost their memory.
    pub(crate) fn take_back_bare(&mut self, withheld: Withheld) {
        self.bare.extend(withheld.blocks);
        self.bare.sort_unstable_by(|a, b| b.cmp(a));
    }
}

/// Free blocks that nobody can take.
pub(crate) struct Withheld {
    blocks: Vec<usize>,
    /// Their memory: addresses and sizes.
    pub(crate) stretches: Vec<(usize, usize)>,
}

#[cfg(test)]
mod tests {
    use super::Blocks;
    use crate::{
        layout::{BLOCK_BYTES, LINE_BYTES, Layout},
        slot,
    };

    /// Sweeps all after a marking that set line marks, and gives back memory.
    fn sweep(blocks: &mut Blocks, memory: &crate::os::Reservation) {
        let marks = (0..blocks.in_use.len()).filter(|&block| blocks.in_use[block]);
        let lines = marks.flat_map(|block| blocks.line_marks(block)).filter(|&&mark| mark != 0);
        let count = lines.count();
        blocks.begin_sweeping(count);
        while blocks.sweep(100) {}
        let withheld = blocks.withhold_excess();
        for &(start, bytes) in &withheld.stretches {
            memory.discard(start, bytes);
        }
        blocks.take_back_bare(withheld);
    }

    fn fill(blocks: &mut Blocks, memory: &crate::os::Reservation, bytes: usize) -> Vec<usize> {
        std::iter::from_fn(|| blocks.allocate(memory, bytes)).collect()
    }

    #[test]
    fn medium_objects_use_runs_when_no_block_is_free() {
        let (memory, layout) = Layout::reserve(0).expect("address space");
        let mut blocks = Blocks::new(layout);
        let all = fill(&mut blocks, &memory, LINE_BYTES);
        assert_eq!(all.len(), layout.block_range_bytes() / LINE_BYTES);
        assert_eq!(blocks.used_bytes(), layout.block_range_bytes());
        blocks.begin_marking();
        // Of each block, the first line stays, and every other one in its second half.
        for &address in &all {
            let line = address % BLOCK_BYTES / LINE_BYTES;
            if line == 0 || line > 128 && line.is_multiple_of(2) {
                slot::store_byte(layout.line_byte(address), 1);
            }
        }
        sweep(&mut blocks, &memory);
        assert!(blocks.free.is_empty() && blocks.bare.is_empty());
        let medium = fill(&mut blocks, &memory, 5000);
        assert_eq!(medium.len(), all.len() / 256 * 3);
        assert!(medium.iter().all(|&address| address % BLOCK_BYTES + 5000 <= 129 * LINE_BYTES));
    }

    #[test]
    fn every_free_line_is_handed_out_once_however_many_sweeps_saw_it() {
        let (memory, layout) = Layout::reserve(0).expect("address space");
        let mut blocks = Blocks::new(layout);
        let all = fill(&mut blocks, &memory, LINE_BYTES);
        for _ in 0..3 {
            blocks.begin_marking();
            for address in all.iter().step_by(2) {
                slot::store_byte(layout.line_byte(*address), 1);
            }
            blocks.begin_sweeping(all.len() / 2);
            // A run is at hand when the next marking begins.
            blocks.allocate(&memory, LINE_BYTES).expect("half of it is free");
        }
        let mut rest = fill(&mut blocks, &memory, LINE_BYTES);
        assert_eq!(rest.len(), all.len() / 2 - 1);
        assert!(rest.iter().all(|&address| slot::load_byte(layout.line_byte(address)) == 0));
        rest.sort_unstable();
        rest.dedup();
        assert_eq!(rest.len(), all.len() / 2 - 1);
    }

    #[test]
    fn room_ahead_is_named_once() {
        let (memory, layout) = Layout::reserve(0).expect("address space");
        let mut blocks = Blocks::new(layout);
        blocks.allocate(&memory, 64).expect("room");
        let ahead = blocks.room_ahead(&memory, 3 << 20);
        let start = layout.old_base + BLOCK_BYTES;
        assert_eq!(ahead, [(start, (4 << 20) - BLOCK_BYTES)], "whole huge pages");
        assert!(blocks.room_ahead(&memory, 3 << 20).is_empty());
        let used = (5 << 20) / 64;
        (0..used).for_each(|_| assert!(blocks.allocate(&memory, 64).is_some()));
        blocks.begin_marking();
        // All is free then, and what lies above the first 4 MiB loses its memory.
        sweep(&mut blocks, &memory);
        let bytes = 64 * (used + 1);
        let ahead = blocks.room_ahead(&memory, bytes);
        let lost = bytes.next_multiple_of(BLOCK_BYTES) - (4 << 20);
        assert_eq!(ahead, [(layout.old_base + (4 << 20), lost)]);
    }

    #[test]
    fn a_block_taken_before_it_is_swept_stays_in_use() {
        let (memory, layout) = Layout::reserve(0).expect("address space");
        let mut blocks = Blocks::new(layout);
        (0..10 * BLOCK_BYTES / 64).for_each(|_| assert!(blocks.allocate(&memory, 64).is_some()));
        blocks.begin_marking();
        sweep(&mut blocks, &memory);
        blocks.begin_marking();
        blocks.begin_sweeping(0);
        let taken = blocks.allocate(&memory, 5000).expect("all blocks are free");
        while blocks.sweep(1) {}
        assert!(blocks.is_in_use(taken));
        let others = (0..9).map(|_| blocks.take_free(&memory).expect("nine are free"));
        assert!(
            others.collect::<Vec<_>>().iter().all(|start| taken.abs_diff(*start) >= BLOCK_BYTES)
        );
    }

    #[test]
    fn nothing_is_swept_while_marking() {
        let (memory, layout) = Layout::reserve(0).expect("address space");
        let mut blocks = Blocks::new(layout);
        let all: Vec<usize> =
            (0..5000).map(|_| blocks.allocate(&memory, 64).expect("room")).collect();
        blocks.begin_marking();
        blocks.begin_sweeping(0);
        assert!(blocks.sweep(1));
        // The next collection begins before a helper has swept the rest.
        blocks.begin_marking();
        assert!(!blocks.sweep(1));
        assert!(blocks.is_in_use(all[4999]));
    }

    #[test]
    fn empty_blocks_are_free_again() {
        let (memory, layout) = Layout::reserve(0).expect("address space");
        let mut blocks = Blocks::new(layout);
        let first = fill(&mut blocks, &memory, 64).len();
        blocks.begin_marking();
        sweep(&mut blocks, &memory);
        assert_eq!(blocks.free.len() + blocks.bare.len(), first * 64 / BLOCK_BYTES);
        assert_eq!(blocks.used_bytes(), 0);
        assert_eq!(fill(&mut blocks, &memory, 64).len(), first);
    }
}
