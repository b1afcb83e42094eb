//! How a heap's reservation is divided: nursery, old blocks, large objects, side tables.
//!
//! ```text
//! | nursery | old blocks | large objects | ages | mark bits | line marks |
//!           |<--- the old range -------->|
//! ```

use crate::os::{PAGE_BYTES, Reservation};
use std::io;

/// Blocks are the unit in which nursery and old generation hand out memory.
pub(crate) const BLOCK_BYTES: usize = 32 * 1024;
/// Lines are the unit in which a partly used old block is used again.
pub(crate) const LINE_BYTES: usize = 128;
/// Lines of a block.
pub(crate) const LINES_PER_BLOCK: usize = BLOCK_BYTES / LINE_BYTES;
/// Larger objects live apart.
pub(crate) const SMALL_WORDS: usize = 1024;
/// Bytes of old memory that one byte of the mark table stands for: a bit a word.
pub(crate) const BYTES_PER_MARK_BYTE: usize = 64;

const NURSERY_MOST: usize = 1 << 30;
const RESERVE_UNIT: usize = 16 << 20;
const RESERVE_LEAST: usize = 2 * RESERVE_UNIT;

/// The ranges of one heap. Never changes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// The nursery.
    pub(crate) young_base: usize,
    pub(crate) young_bytes: usize,
    /// The old range: blocks, then from `large_base` on large objects.
    pub(crate) old_base: usize,
    pub(crate) old_bytes: usize,
    pub(crate) large_base: usize,
    /// A byte for each nursery block.
    pub(crate) ages_base: usize,
    /// A bit for each word of the old range.
    pub(crate) marks_base: usize,
    /// A byte for each line of the old blocks.
    pub(crate) lines_base: usize,
}

fn sizes(reserve: usize) -> (usize, usize, [usize; 3]) {
    let old = reserve.next_multiple_of(RESERVE_UNIT).max(RESERVE_LEAST);
    let young = (old / 4).clamp(RESERVE_UNIT, NURSERY_MOST);
    let ages = (young / BLOCK_BYTES).next_multiple_of(PAGE_BYTES);
    (young, old, [ages, old / BYTES_PER_MARK_BYTE, old / 2 / LINE_BYTES])
}

impl Layout {
    /// Reserves a heap of about `reserve` bytes of old range, or as much less as the system gives.
    pub(crate) fn reserve(mut reserve: usize) -> io::Result<(Reservation, Layout)> {
        let mut refused = false;
        loop {
            let (young, old, tables) = sizes(reserve);
            let total = young + old + tables.iter().sum::<usize>();
            match Reservation::new(total) {
                // Address space is scarce here: leave half of what there is to others.
                Ok(memory) if refused && old > RESERVE_LEAST => {
                    drop(memory);
                    refused = false;
                    reserve /= 2;
                }
                Ok(memory) => {
                    let layout = Layout::new(memory.base(), young, old, tables);
                    memory.commit(layout.ages_base, tables[0])?;
                    return Ok((memory, layout));
                }
                Err(error) if old <= RESERVE_LEAST => return Err(error),
                Err(_) => {
                    refused = true;
                    reserve /= 2;
                }
            }
        }
    }

    fn new(base: usize, young_bytes: usize, old_bytes: usize, tables: [usize; 3]) -> Layout {
        let old_base = base + young_bytes;
        let ages_base = old_base + old_bytes;
        let marks_base = ages_base + tables[0];
        Layout {
            young_base: base,
            young_bytes,
            old_base,
            old_bytes,
            large_base: old_base + old_bytes / 2,
            ages_base,
            marks_base,
            lines_base: marks_base + tables[1],
        }
    }

    /// Does a word hold a pointer into the nursery? Stack environments, whose words are odd too,
    /// never lie there.
    #[inline(always)]
    pub(crate) fn is_young(&self, bits: u64) -> bool {
        bits & 1 == 1 && (bits as usize).wrapping_sub(self.young_base) < self.young_bytes
    }

    /// Is an address in the old range (blocks or large objects)?
    #[inline(always)]
    pub(crate) fn is_old_address(&self, address: usize) -> bool {
        address.wrapping_sub(self.old_base) < self.old_bytes
    }

    /// Bytes of the range of old blocks.
    pub(crate) fn block_range_bytes(&self) -> usize {
        self.large_base - self.old_base
    }

    /// Bytes of the range of large objects.
    pub(crate) fn large_range_bytes(&self) -> usize {
        self.old_base + self.old_bytes - self.large_base
    }

    /// Address of the first byte of the mark table for an old address.
    #[inline(always)]
    pub(crate) fn mark_byte(&self, address: usize) -> usize {
        self.marks_base + (address - self.old_base) / BYTES_PER_MARK_BYTE
    }

    /// Address of the line mark of an address in the old blocks.
    #[inline(always)]
    pub(crate) fn line_byte(&self, address: usize) -> usize {
        self.lines_base + (address - self.old_base) / LINE_BYTES
    }

    /// Address of the age of the nursery block that an address lies in.
    #[inline(always)]
    pub(crate) fn age_byte(&self, address: usize) -> usize {
        self.ages_base + (address - self.young_base) / BLOCK_BYTES
    }
}

#[cfg(test)]
mod tests {
    use super::{Layout, RESERVE_LEAST};

    #[test]
    fn ranges_follow_each_other() {
        let (memory, layout) = Layout::reserve(100 << 20).expect("100 MiB of address space");
        assert_eq!(layout.young_base, memory.base());
        assert!(layout.is_young(layout.young_base as u64 | 1));
        assert!(!layout.is_young(layout.young_base as u64));
        assert!(!layout.is_young(layout.old_base as u64 | 1));
        assert!(layout.is_old_address(layout.large_base));
        assert!(!layout.is_old_address(layout.ages_base));
        assert!(layout.old_bytes >= 100 << 20);
    }

    #[test]
    fn an_absurd_reservation_falls_back_to_less() {
        let (_memory, layout) = Layout::reserve(1 << 50).expect("some address space");
        assert!(layout.old_bytes >= RESERVE_LEAST);
    }
}
