//! Large objects: runs of pages in their own part of the old range, best fit.
//!
//! The memory of dead objects is returned to the system, but for a part that the next ones will
//! need: fresh memory costs a fault a page, which is more than filling it. So free runs are clean
//! (they read as zero) or used.

use crate::{
    layout::{BYTES_PER_MARK_BYTE, Layout},
    os::{Growing, HUGE_BYTES, PAGE_BYTES, Reservation},
    slot,
    stress::POISON,
};
use std::collections::{BTreeMap, BTreeSet};

/// All but the first step has huge pages.
const COMMIT_STEP: usize = 2 * HUGE_BYTES;
/// Free memory that is not returned at a sweep: so much, and this share of what is live.
const KEEP_BYTES: usize = 8 << 20;
const KEEP_SHARE: usize = 4;

/// The large objects of one heap.
pub(crate) struct Large {
    layout: Layout,
    range: Growing,
    marks: Growing,
    /// Addresses from here on were never used.
    untouched: usize,
    /// Free runs: start to what is there, and (bytes, start).
    free: BTreeMap<usize, Run>,
    free_by_size: BTreeSet<(usize, usize)>,
    /// Objects: start to bytes of their pages.
    objects: BTreeMap<usize, usize>,
    used_bytes: usize,
    /// Is a marking under way?
    is_marking: bool,
}

/// A free run.
#[derive(Clone, Copy, Debug)]
struct Run {
    bytes: usize,
    /// Does it read as zero?
    is_clean: bool,
}

/// Memory for an object.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) start: usize,
    /// Does it read as zero?
    pub(crate) is_clean: bool,
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
            is_marking: false,
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

    /// Memory for an object.
    pub(crate) fn allocate(&mut self, memory: &Reservation, bytes: usize) -> Option<Place> {
        let bytes = Large::footprint(bytes)?;
        let fit = self.free_by_size.range((bytes, 0)..).next().copied();
        let place = match fit.and_then(|(_, start)| Some((start, self.remove_free(start)?))) {
            Some((start, run)) => {
                if run.bytes > bytes {
                    self.insert_free(start + bytes, Run { bytes: run.bytes - bytes, ..run });
                }
                Place { start, is_clean: run.is_clean }
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
                Place { start, is_clean: true }
            }
        };
        if self.is_marking {
            slot::store_byte(self.layout.mark_byte(place.start), 1);
        }
        self.objects.insert(place.start, bytes);
        self.used_bytes += bytes;
        Some(place)
    }

    fn insert_free(&mut self, start: usize, run: Run) {
        self.free.insert(start, run);
        self.free_by_size.insert((run.bytes, start));
    }

    fn remove_free(&mut self, start: usize) -> Option<Run> {
        let run = self.free.remove(&start)?;
        self.free_by_size.remove(&(run.bytes, start));
        Some(run)
    }

    /// Does an object start here?
    pub(crate) fn is_object(&self, address: usize) -> bool {
        self.objects.contains_key(&address)
    }

    /// Where objects start.
    pub(crate) fn starts(&self) -> impl Iterator<Item = usize> {
        self.objects.keys().copied()
    }

    /// Bytes of the pages of the object that starts here.
    pub(crate) fn bytes_of(&self, address: usize) -> Option<usize> {
        self.objects.get(&address).copied()
    }

    /// Clears the mark bits of all objects, before marking. Those that are made until
    /// [`Large::sweep`] are marked.
    pub(crate) fn begin_marking(&mut self) {
        self.is_marking = true;
        for &start in self.objects.keys() {
            slot::store_byte(self.layout.mark_byte(start), 0);
        }
    }

    /// Frees the objects that were not marked. Returns how many bytes they had.
    pub(crate) fn sweep(&mut self, poison: bool) -> usize {
        self.is_marking = false;
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
            if poison {
                slot::fill_words(start, bytes / 8, POISON);
            }
            self.free_run(start, Run { bytes, is_clean: false });
        }
        freed
    }

    /// Adds a run to the free ones, joined with its neighbours.
    fn free_run(&mut self, mut start: usize, mut run: Run) {
        if let Some((&before, below)) = self.free.range(..start).next_back()
            && before + below.bytes == start
            && let Some(below) = self.remove_free(before)
        {
            start = before;
            run = below.joined(run);
        }
        if let Some(above) = self.remove_free(start + run.bytes) {
            run = run.joined(above);
        }
        self.insert_free(start, run);
    }

    /// Takes out used free memory, from the highest addresses down, but for what is kept: for it to
    /// be given back to the system. Addresses and sizes; end it with [`Large::take_back_clean`].
    pub(crate) fn withhold_excess(&mut self) -> Vec<(usize, usize)> {
        let dirty = self.free.iter().rev().filter(|(_, run)| !run.is_clean);
        let dirty: Vec<(usize, Run)> = dirty.map(|(&start, &run)| (start, run)).collect();
        let used: usize = dirty.iter().map(|(_, run)| run.bytes).sum();
        let keep = KEEP_BYTES + self.used_bytes / KEEP_SHARE;
        let mut excess = used.saturating_sub(keep).next_multiple_of(PAGE_BYTES);
        let mut withheld = Vec::new();
        for (start, run) in dirty {
            if excess == 0 {
                break;
            }
            self.remove_free(start);
            let kept = run.bytes.saturating_sub(excess);
            if kept > 0 {
                self.insert_free(start, Run { bytes: kept, is_clean: false });
            }
            withheld.push((start + kept, run.bytes - kept));
            excess -= run.bytes - kept;
        }
        withheld
    }

    /// Takes back memory that was withheld and reads as zero now. What lies at the end of the used
    /// part of the range counts as never used.
    pub(crate) fn take_back_clean(&mut self, withheld: &[(usize, usize)]) {
        for &(start, bytes) in withheld {
            self.insert_free(start, Run { bytes, is_clean: true });
        }
        if let Some((&start, run)) = self.free.last_key_value()
            && run.is_clean
            && start + run.bytes == self.untouched
        {
            self.untouched = start;
            self.remove_free(start);
        }
    }
}

impl Run {
    /// This run and the one above it.
    fn joined(self, above: Run) -> Run {
        Run { bytes: self.bytes + above.bytes, is_clean: self.is_clean && above.is_clean }
    }
}

#[cfg(test)]
mod tests {
    use super::{KEEP_BYTES, Large};
    use crate::{layout::Layout, os::PAGE_BYTES, slot};

    /// Sweeps, and gives back memory.
    fn sweep(large: &mut Large, memory: &crate::os::Reservation) -> usize {
        let freed = large.sweep(false);
        let withheld = large.withhold_excess();
        for &(start, bytes) in &withheld {
            memory.discard(start, bytes);
        }
        large.take_back_clean(&withheld);
        freed
    }

    #[test]
    fn dead_objects_are_used_again_and_known_to_be_dirty() {
        let (memory, layout) = Layout::reserve(64 << 20).expect("address space");
        let mut large = Large::new(layout);
        let first = large.allocate(&memory, 10_000).expect("room").start;
        let second = large.allocate(&memory, 20_000).expect("room").start;
        slot::store(first, 7);
        slot::store_byte(layout.mark_byte(second), 1);
        assert_eq!(sweep(&mut large, &memory), 12_288);
        assert!(!large.is_object(first) && large.is_object(second));
        let again = large.allocate(&memory, 12_000).expect("room");
        assert_eq!((again.start, again.is_clean), (first, false));
        assert!(large.allocate(&memory, 12_000).expect("room").is_clean);
    }

    #[test]
    fn much_free_memory_goes_back_and_reads_as_zero() {
        let (memory, layout) = Layout::reserve(64 << 20).expect("address space");
        let mut large = Large::new(layout);
        let bytes = 2 * KEEP_BYTES;
        let first = large.allocate(&memory, bytes).expect("room").start;
        let last = large.allocate(&memory, 5000).expect("room").start;
        slot::store(first, 7);
        slot::store_byte(layout.mark_byte(last), 1);
        sweep(&mut large, &memory);
        let kept = large.allocate(&memory, KEEP_BYTES).expect("room");
        assert_eq!((kept.start, kept.is_clean, slot::load(first)), (first, false, 7));
        let rest = large.allocate(&memory, KEEP_BYTES - PAGE_BYTES).expect("room");
        assert!(rest.is_clean && slot::load(rest.start) == 0);
    }

    #[test]
    fn neighbouring_free_runs_join() {
        let (memory, layout) = Layout::reserve(64 << 20).expect("address space");
        let mut large = Large::new(layout);
        let addresses: Vec<usize> =
            (0..4).map(|_| large.allocate(&memory, 9_000).expect("room").start).collect();
        for dead in [0, 2, 1] {
            large.begin_marking();
            for (index, &address) in addresses.iter().enumerate() {
                if index != dead && large.is_object(address) {
                    slot::store_byte(layout.mark_byte(address), 1);
                }
            }
            sweep(&mut large, &memory);
        }
        let joined = large.allocate(&memory, 3 * 12_288).expect("room");
        assert_eq!(joined.start, addresses[0]);
        assert!(large.allocate(&memory, usize::MAX).is_none());
    }
}
