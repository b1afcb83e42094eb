//! Random numbers that are the same in every run.

/// A small generator (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
/// OOPSLA 2014).
pub struct Random(pub u64);

impl Random {
    /// 64 random bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }
    /// A number from `least` to `most`.
    pub fn between(&mut self, least: i64, most: i64) -> i64 {
        let span = most.wrapping_sub(least) as u64 + 1;
        least.wrapping_add((self.next() % span) as i64)
    }
    /// One of these.
    pub fn pick<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.below(choices.len())]
    }
    /// So many texts at most, with spaces between.
    pub fn some(&mut self, most: usize, mut make: impl FnMut(&mut Random) -> String) -> String {
        let count = self.below(most + 1);
        (0..count).map(|_| make(self)).collect::<Vec<_>>().join(" ")
    }
}
