//! What a worker of a collection has found and not scanned yet, in a form that can be shared, and how
//! several workers scan it together, whether they copy or mark.

use crate::{
    Value,
    pool::{Packet, Pool},
};
use std::mem;

/// Words of a large object that are scanned at once, so that the stack of objects grows by so many
/// at a time, and several workers can scan one object.
pub(crate) const SLICE: usize = 512;
/// With fewer words than this, a slice is not divided.
const DIVIDED_LEAST: usize = 2 * SLICE;

/// After so many objects a worker looks whether another one has nothing to do.
const SCANNED_BETWEEN: usize = 64;

/// Grey objects, and words to look at.
#[derive(Debug, Default)]
pub(crate) struct Grey {
    /// Objects that were reached.
    pub(crate) objects: Vec<Value>,
    /// Words of objects with many fields: address and end.
    pub(crate) slices: Vec<(usize, usize)>,
    /// The addresses of single words.
    pub(crate) slots: Vec<usize>,
}

impl Grey {
    /// Is there enough for two?
    pub(crate) fn is_divisible(&self) -> bool {
        self.objects.len() > 1 || !self.slices.is_empty() || self.slots.len() > SLICE
    }

    /// The next words to scan of an object with many fields.
    pub(crate) fn next_slice(&mut self) -> Option<(usize, usize)> {
        let (start, end) = self.slices.pop()?;
        let stop = end.min(start + 8 * SLICE);
        if stop < end {
            self.slices.push((stop, end));
        }
        Some((start, stop))
    }
}

/// A worker that scans together with others.
pub(crate) trait Scanner {
    /// What it has found and not scanned yet.
    fn grey(&mut self) -> &mut Grey;

    /// Scans an object.
    fn scan_object(&mut self, object: Value);

    /// Scans some of the words that are left when no objects are: how many.
    fn scan_words_left(&mut self) -> usize;

    /// Scans what others give, until nobody has anything. How many packets it took.
    fn drain_pool(&mut self, pool: &Pool<Grey>) -> usize {
        let mut taken = 0;
        while let Some(packet) = pool.take() {
            taken += 1;
            *self.grey() = packet;
            self.drain_own(pool);
        }
        taken
    }

    /// Scans what it has, but for what it gives to others.
    fn drain_own(&mut self, pool: &Pool<Grey>) {
        let mut patience = SCANNED_BETWEEN;
        loop {
            while let Some(object) = self.grey().objects.pop() {
                self.scan_object(object);
                patience -= 1;
                if patience == 0 {
                    patience = SCANNED_BETWEEN;
                    pool.offer(self.grey());
                }
            }
            if self.scan_words_left() == 0 {
                return;
            }
            pool.offer(self.grey());
        }
    }
}

impl Packet for Grey {
    fn halve(&mut self) -> Option<Grey> {
        let mut given = Grey {
            objects: self.objects.halve().unwrap_or_default(),
            slices: Vec::new(),
            slots: self.slots.halve().unwrap_or_default(),
        };
        if let Some((start, end)) = self.slices.last_mut()
            && *end - *start >= 8 * DIVIDED_LEAST
        {
            let middle = *start + (*end - *start) / 16 * 8;
            given.slices.push((middle, mem::replace(end, middle)));
        } else if self.slices.len() > 1 {
            given.slices.extend(self.slices.pop());
        }
        let is_empty =
            given.objects.is_empty() && given.slices.is_empty() && given.slots.is_empty();
        (!is_empty).then_some(given)
    }
}

#[cfg(test)]
mod tests {
    use super::{Grey, SLICE};
    use crate::{Value, pool::Packet};

    #[test]
    fn half_of_everything_is_given_away_and_nothing_is_lost() {
        let (start, end) = (8000, 8000 + 8 * 3 * SLICE + 8);
        let mut own = Grey { slices: vec![(start, end)], ..Grey::default() };
        let given = own.halve().expect("it is long enough");
        assert_eq!(own.slices[0].0, start);
        assert_eq!(own.slices[0].1, given.slices[0].0);
        assert_eq!(given.slices[0].1, end);
        assert!(own.slices[0].1.is_multiple_of(8));
        assert!(own.halve().is_none(), "what is left is too little");
        own.objects = vec![Value::NIL; 10];
        own.slots = vec![8; 7];
        let given = own.halve().expect("there are enough objects");
        assert_eq!((own.objects.len(), given.objects.len()), (5, 5));
        assert_eq!(own.slots.len() + given.slots.len(), 7);
    }

    #[test]
    fn slices_are_scanned_piece_by_piece() {
        let end = 8 * (2 * SLICE + 1);
        let mut grey = Grey { slices: vec![(0, end)], ..Grey::default() };
        let mut at = 0;
        while let Some((start, stop)) = grey.next_slice() {
            assert_eq!(start, at);
            assert!(stop - start <= 8 * SLICE);
            at = stop;
        }
        assert_eq!(at, end);
    }
}
