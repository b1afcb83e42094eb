//! Where one text occurs in another.
//!
//! In time that grows with the lengths of both, not with their product: nothing interrupts the
//! search, and collections wait for it. (D. E. Knuth, J. H. Morris and V. R. Pratt, Fast Pattern
//! Matching in Strings, SIAM Journal on Computing 6, 1977.)

use super::Text;
use smallvec::{SmallVec, smallvec};
use std::ops::Range;

/// Which occurrence is found first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// The leftmost.
    Forward,
    /// The rightmost.
    Backward,
}

/// The places where a pattern occurs in a part of a text, overlapping ones too, one after the other.
pub struct Occurrences {
    text: Text,
    part: Range<usize>,
    pattern: Text,
    direction: Direction,
    /// How many characters of the part were looked at.
    at: usize,
    /// How many characters of the pattern are those looked at last.
    matched: usize,
    /// For each beginning of the pattern, by its length less one: how long the longest shorter
    /// beginning is that it also ends in.
    borders: SmallVec<[usize; 16]>,
    /// Does the empty pattern occur once more?
    empty_left: bool,
}

impl Text {
    /// The places in a part of this text where `pattern` begins.
    pub fn occurrences(
        self,
        pattern: Text,
        part: Range<usize>,
        direction: Direction,
    ) -> Occurrences {
        // A pattern that does not fit need not be looked at.
        let part = if pattern.length > part.len() { part.start..part.start } else { part };
        let looked_at = pattern.length.min(part.len());
        let mut found = Occurrences {
            text: self,
            part,
            pattern,
            direction,
            at: 0,
            matched: 0,
            borders: smallvec![0; looked_at],
            empty_left: true,
        };
        for index in 1..looked_at {
            let border = found.extended(found.borders[index - 1], found.wanted(index));
            found.borders[index] = border;
        }
        found
    }
}

impl Occurrences {
    /// A character of the pattern, in the direction of the search.
    fn wanted(&self, index: usize) -> u32 {
        match self.direction {
            Direction::Forward => self.pattern.code(index),
            Direction::Backward => self.pattern.code(self.pattern.length - 1 - index),
        }
    }
    /// How much of the pattern is matched with one character more, when so much was before.
    fn extended(&self, mut matched: usize, character: u32) -> usize {
        loop {
            if matched < self.pattern.length && self.wanted(matched) == character {
                return matched + 1;
            }
            if matched == 0 {
                return 0;
            }
            matched = self.borders[matched - 1];
        }
    }
    /// Where the pattern begins that ends with the characters looked at last.
    fn begin(&self) -> usize {
        match self.direction {
            Direction::Forward => self.part.start + self.at - self.pattern.length,
            Direction::Backward => self.part.end - self.at,
        }
    }
}

impl Iterator for Occurrences {
    type Item = usize;
    fn next(&mut self) -> Option<usize> {
        if self.pattern.length == 0 && std::mem::take(&mut self.empty_left) {
            return Some(self.begin());
        }
        while self.at < self.part.len() {
            let character = match self.direction {
                Direction::Forward => self.text.code(self.part.start + self.at),
                Direction::Backward => self.text.code(self.part.end - 1 - self.at),
            };
            self.at += 1;
            self.matched = self.extended(self.matched, character);
            if self.matched == self.pattern.length {
                return Some(self.begin());
            }
        }
        None
    }
}
