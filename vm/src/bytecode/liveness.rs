//! Which registers still matter at each instruction.
//!
//! A backward dataflow analysis over the table's operands. The collector clears registers that are
//! not live, so a register reported live has been written on every path that leads there: the
//! compiler's output is checked for it in debug builds ([`super::verify`]).
//!
//! The variables of an environment that is still on the stack are not reported: who keeps the
//! environment's register alive keeps them.

use super::decode::Instruction;

const NO_ROW: u32 = u32::MAX;

/// Live registers at each instruction of a procedure, as bitmaps.
pub struct Liveness {
    stride: usize,
    /// Row of the instruction that begins at a word.
    rows: Vec<u32>,
    /// Does a later instruction jump back to the one of this row?
    heads: Vec<bool>,
    before: Vec<u64>,
    across: Vec<u64>,
}

impl Liveness {
    /// Analyses a procedure of `frame_size` registers; `entries` are the words its clauses begin
    /// at (reached from outside, so nothing follows from them).
    ///
    /// # Panics
    /// When `words` is not well formed (see [`super::verify`]).
    pub fn analyse(words: &[u32], entries: &[u32], frame_size: u32) -> Liveness {
        debug_assert!(entries.iter().all(|&entry| (entry as usize) < words.len()));
        let stride = (frame_size as usize).div_ceil(64).max(1);
        let instructions: Vec<Instruction<'_>> = Instruction::all(words).collect();
        let mut rows = vec![NO_ROW; words.len()];
        for (row, instruction) in instructions.iter().enumerate() {
            rows[instruction.index] = u32::try_from(row).expect("fewer than 2^32 instructions");
        }
        let cells = instructions.len() * stride;
        let heads = vec![false; instructions.len()];
        let (before, across) = (vec![0; cells], vec![0; cells]);
        let mut liveness = Liveness { stride, rows, heads, before, across };
        liveness.mark_heads(&instructions);
        while liveness.sweep(&instructions, frame_size) {}
        liveness
    }

    fn mark_heads(&mut self, instructions: &[Instruction<'_>]) {
        for (row, instruction) in instructions.iter().enumerate() {
            if let Some(target) = instruction.target() {
                let target = self.row(usize::try_from(target).expect("jumps stay in the code"));
                self.heads[target] |= target <= row;
            }
        }
    }

    /// One pass from the last instruction to the first; did a loop's head change?
    fn sweep(&mut self, instructions: &[Instruction<'_>], frame_size: u32) -> bool {
        let mut again = false;
        let mut live = vec![0_u64; self.stride];
        for (row, instruction) in instructions.iter().enumerate().rev() {
            if instruction.op.info().ends {
                live.fill(0);
            }
            if let Some(target) = instruction.target() {
                let target = self.row(usize::try_from(target).expect("jumps stay in the code"));
                let cells = target * self.stride..(target + 1) * self.stride;
                live.iter_mut().zip(&self.before[cells]).for_each(|(live, more)| *live |= more);
            }
            for register in instruction.defs(frame_size) {
                live[register as usize / 64] &= !(1 << (register % 64));
            }
            let cells = row * self.stride..(row + 1) * self.stride;
            self.across[cells.clone()].copy_from_slice(&live);
            instruction.each_use(|register| live[register as usize / 64] |= 1 << (register % 64));
            if self.before[cells.clone()] != live[..] {
                // Only what jumps back has read the old row already.
                again |= self.heads[row];
                self.before[cells].copy_from_slice(&live);
            }
        }
        again
    }

    fn row(&self, index: usize) -> usize {
        let row = self.rows[index];
        assert!(row != NO_ROW, "word {index} begins no instruction");
        row as usize
    }
    /// The registers live on entry to the instruction at word `index`: bit `n % 64` of word
    /// `n / 64` for register `n`.
    ///
    /// # Panics
    /// When no instruction begins there.
    pub fn live_before(&self, index: usize) -> &[u64] {
        let row = self.row(index);
        &self.before[row * self.stride..(row + 1) * self.stride]
    }
    /// The registers live after the instruction at word `index` that it doesn't write itself: for
    /// a call, what the suspended caller keeps while the callee runs.
    ///
    /// # Panics
    /// When no instruction begins there.
    pub fn live_across(&self, index: usize) -> &[u64] {
        let row = self.row(index);
        &self.across[row * self.stride..(row + 1) * self.stride]
    }
}

/// Is the bit of `register` set?
pub fn contains(bitmap: &[u64], register: u32) -> bool {
    bitmap.get(register as usize / 64).is_some_and(|word| word >> (register % 64) & 1 == 1)
}
