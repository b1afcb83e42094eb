//! Large objects: runs of pages in their own part of the old range, best fit, memory returned to
//! the system when the object dies. What is handed out reads as zero.

use crate::{
    layout::{BYTES_PER_MARK_BYTE, Layout},
    os::{Growing, HUGE_BYTES, PAGE_BYTES, Reservation},
    slot,
};
use std::collections::{BTreeMap, BTreeSet};

/// Less than a huge page, so that only large enough objects get these.
const COMMIT_STEP: usize = 1 << 20;
/// Objects from this size on get huge pages.
const HUGE_LEAST: usize = 2 * HUGE_BYTES;

/// The large objects of one heap.
pub(crate) struct Large {
    layout: Layout,
    range: Growing,
    marks: Growing,
    /// Addresses from here on were never used.
    untouched: usize,
    /// Free runs: start to bytes, and (bytes, start).
    free: BTreeMap<usize, usize>,
    free_by_size: BTreeSet<(usize, usize)>,
    /// Objects: start to bytes of their pages.
    objects: BTreeMap<usize, usize>,
    used_bytes: usize,
}

impl Large {
    pub(crate) fn new(layout: Layout) -> Large {
        let bytes = layout.large_range_bytes();
        Large {
            layout,
            range: Growing::new(layout.large_base, bytes, COMMIT_STEP),
            marks: Growing::new(
                layout.mark_byte(layout.large_base),
                bytes / BYTES_PER_MARK_BYTE,
                COMMIT_STEP / BYTES_PER_MARK_BYTE,
            ),
            untouched: layout.large_base,
            free: BTreeMap::new(),
            free_by_size: BTreeSet::new(),
            objects: BTreeMap::new(),
            used_bytes: 0,
        }
    }

    /// Bytes of the pages of all objects.
    pub(crate) fn used_bytes(&self) -> usize {
        self.used_bytes
    }

    /// Pages that an object of `bytes` takes, in bytes.
    pub(crate) fn footprint(bytes: usize) -> Option<usize> {
        bytes.checked_next_multiple_of(PAGE_BYTES)
    }

    /// Zeroed memory for an object.
    pub(crate) fn allocate(&mut self, memory: &Reservation, bytes: usize) -> Option<usize> {
        let bytes = Large::footprint(bytes)?;
        let start = match self.free_by_size.range((bytes, 0)..).next().copied() {
            Some((length, start)) => {
                self.remove_free(start, length);
                if length > bytes {
                    self.insert_free(start + bytes, length - bytes);
                }
                start
            }
            None => {
                let start = self.untouched;
                let end = start.checked_add(bytes)?;
                let inside = end <= self.layout.old_base + self.layout.old_bytes;
                if !inside
                    || !self.range.reach(memory, end)
                    || !self.marks.reach(memory, self.layout.mark_byte(end - 1) + 1)
                {
                    return None;
                }
                self.untouched = end;
                start
            }
        };
        if bytes >= HUGE_LEAST {
            memory.prefer_huge(start, bytes);
        }
        self.objects.insert(start, bytes);
        self.used_bytes += bytes;
        Some(start)
    }

    fn insert_free(&mut self, start: usize, bytes: usize) {
        self.free.insert(start, bytes);
        self.free_by_size.insert((bytes, start));
    }

    fn remove_free(&mut self, start: usize, bytes: usize) {
        self.free.remove(&start);
        self.free_by_size.remove(&(bytes, start));
    }

    /// Does an object start here?
    pub(crate) fn is_object(&self, address: usize) -> bool {
        self.objects.contains_key(&address)
    }

    /// Bytes of the pages of the object that starts here.
    pub(crate) fn bytes_of(&self, address: usize) -> Option<usize> {
        self.objects.get(&address).copied()
    }

    /// Clears the mark bits of all objects, before marking.
    pub(crate) fn begin_marking(&self) {
        for &start in self.objects.keys() {
            slot::store_byte(self.layout.mark_byte(start), 0);
        }
    }

    /// Frees the objects that were not marked. Returns how many bytes they had.
    pub(crate) fn sweep(&mut self, memory: &Reservation) -> usize {
        let layout = self.layout;
        let mut dead: Vec<(usize, usize)> = Vec::new();
        let mut freed = 0;
        self.objects.retain(|&start, &mut bytes| {
            // An object begins a page, so its bit is the lowest of its byte.
            if slot::load_byte(layout.mark_byte(start)) & 1 != 0 {
                return true;
            }
            freed += bytes;
            match dead.last_mut() {
                Some((run, length)) if *run + *length == start => *length += bytes,
                _ => dead.push((start, bytes)),
            }
            false
        });
        self.used_bytes -= freed;
        for (start, bytes) in dead {
            memory.discard(start, bytes);
            self.free_run(start, bytes);
        }
        freed
    }

    /// Adds a run to the free ones, joined with its neighbours.
    fn free_run(&mut self, mut start: usize, mut bytes: usize) {
        if let Some((&before, &length)) = self.free.range(..start).next_back()
            && before + length == start
        {
            self.remove_free(before, length);
            start = before;
            bytes += length;
        }
        if let Some(length) = self.free.get(&(start + bytes)).copied() {
            self.remove_free(start + bytes, length);
            bytes += length;
        }
        if start + bytes == self.untouched {
            self.untouched = start;
        } else {
            self.insert_free(start, bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Large;
    use crate::{layout::Layout, slot};

    #[test]
    fn dead_objects_are_zeroed_and_used_again() {
        let (memory, layout) = Layout::reserve(64 << 20).expect("address space");
        let mut large = Large::new(layout);
        let first = large.allocate(&memory, 10_000).expect("room");
        let second = large.allocate(&memory, 20_000).expect("room");
        slot::store(first, 7);
        slot::store_byte(layout.mark_byte(second), 1);
        assert_eq!(large.sweep(&memory), 12_288);
        assert!(!large.is_object(first) && large.is_object(second));
        assert_eq!(large.allocate(&memory, 12_000), Some(first));
        assert_eq!(slot::load(first), 0);
    }

    #[test]
    fn neighbouring_free_runs_join() {
        let (memory, layout) = Layout::reserve(64 << 20).expect("address space");
        let mut large = Large::new(layout);
        let addresses: Vec<usize> =
            (0..4).map(|_| large.allocate(&memory, 9_000).expect("room")).collect();
        for dead in [0, 2, 1] {
            large.begin_marking();
            for (index, &address) in addresses.iter().enumerate() {
                if index != dead && large.is_object(address) {
                    slot::store_byte(layout.mark_byte(address), 1);
                }
            }
            large.sweep(&memory);
        }
        assert_eq!(large.allocate(&memory, 3 * 12_288), Some(addresses[0]));
        assert!(large.allocate(&memory, usize::MAX).is_none());
    }
}
