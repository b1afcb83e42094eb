//! Blocks of the old generation: bump allocation into runs of free lines.
//!
//! A block is free, or in use; one in use that had unmarked lines at the last sweep waits on the
//! recyclable list until the allocator walks its runs of free lines, in order, once. Line marks
//! change only in a full collection, so a block that was walked is full until the next one.
//!
//! An object of more than a line that does not fit the run at hand goes to a block of its own kind
//! (the *overflow* block), so that short runs are not wasted on it.

use crate::{
    layout::{BLOCK_BYTES, BYTES_PER_MARK_BYTE, LINE_BYTES, LINES_PER_BLOCK, Layout},
    old::Old,
    os::{Growing, Reservation},
    slot,
};

const COMMIT_STEP: usize = 4 << 20;
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
    free: Vec<usize>,
    recyclable: Vec<usize>,
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

/// What a sweep found.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Swept {
    pub(crate) blocks_freed: usize,
    pub(crate) live_bytes: usize,
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
            recyclable: Vec::new(),
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
            if let Some(block) = self.recyclable.pop() {
                self.block = block;
                self.line = 0;
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
        let block = match self.free.pop() {
            Some(block) => block,
            None => {
                let block = self.in_use.len();
                let end = self.block_start(block) + BLOCK_BYTES;
                let tables = self.layout.mark_byte(end - 1) + 1;
                let lines = self.layout.line_byte(end - 1) + 1;
                let reached = self.range.reach(memory, end)
                    && self.marks.reach(memory, tables)
                    && self.lines.reach(memory, lines);
                if !reached {
                    return None;
                }
                self.in_use.push(false);
                block
            }
        };
        self.in_use[block] = true;
        self.used_bytes += BLOCK_BYTES;
        Some(self.block_start(block))
    }

    /// Blocks that were ever used.
    pub(crate) fn known_blocks(&self) -> usize {
        self.in_use.len()
    }

    /// Is this address in a block in use?
    pub(crate) fn is_in_use(&self, address: usize) -> bool {
        let block = (address - self.layout.old_base) / BLOCK_BYTES;
        self.in_use.get(block).copied().unwrap_or(false)
    }

    /// Forgets the runs at hand and clears all marks, before marking.
    pub(crate) fn begin_marking(&mut self) {
        (self.cursor, self.end) = (0, 0);
        self.line = LINES_PER_BLOCK;
        self.overflow = (0, 0);
        self.rests.clear();
        self.recyclable.clear();
        const MARK_BYTES: usize = BLOCK_BYTES / BYTES_PER_MARK_BYTE;
        for (block, _) in self.in_use.iter().enumerate().filter(|&(_, &used)| used) {
            slot::zero_bytes(self.layout.marks_base + block * MARK_BYTES, MARK_BYTES);
            slot::zero_bytes(self.layout.lines_base + block * LINES_PER_BLOCK, LINES_PER_BLOCK);
        }
    }

    /// Sorts the blocks by their line marks after marking, and gives empty ones back to the system.
    pub(crate) fn sweep(&mut self, memory: &Reservation) -> Swept {
        let mut swept = Swept::default();
        self.free.clear();
        // From the highest block down, so that the lists give out the lowest first.
        for block in (0..self.in_use.len()).rev() {
            if !self.in_use[block] {
                self.free.push(block);
                continue;
            }
            let marks = self.line_marks(block);
            let marked = marks.iter().filter(|&&mark| mark != 0).count();
            swept.live_bytes += marked * LINE_BYTES;
            if marked == 0 {
                self.in_use[block] = false;
                self.free.push(block);
                swept.blocks_freed += 1;
            } else if marked < LINES_PER_BLOCK {
                self.recyclable.push(block);
            }
        }
        self.used_bytes = swept.live_bytes;
        self.release(memory);
        swept
    }

    /// Gives the memory of all free blocks but the lowest few back to the system.
    fn release(&self, memory: &Reservation) {
        let keep = KEEP_BLOCKS + (self.in_use.len() - self.free.len()) / KEEP_SHARE;
        let excess = self.free.len().saturating_sub(keep);
        for run in self.free[..excess].chunk_by(|a, b| *a == b + 1) {
            let lowest = run[run.len() - 1];
            memory.discard(self.block_start(lowest), run.len() * BLOCK_BYTES);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Blocks;
    use crate::{
        layout::{BLOCK_BYTES, LINE_BYTES, Layout},
        slot,
    };

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
        let swept = blocks.sweep(&memory);
        assert_eq!(swept.blocks_freed, 0);
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
            blocks.sweep(&memory);
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
    fn empty_blocks_are_free_again() {
        let (memory, layout) = Layout::reserve(0).expect("address space");
        let mut blocks = Blocks::new(layout);
        let first = fill(&mut blocks, &memory, 64).len();
        blocks.begin_marking();
        let swept = blocks.sweep(&memory);
        assert_eq!((swept.live_bytes, swept.blocks_freed), (0, first * 64 / BLOCK_BYTES));
        assert_eq!(blocks.used_bytes(), 0);
        assert_eq!(fill(&mut blocks, &memory, 64).len(), first);
    }
}
