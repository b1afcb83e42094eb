//! Records: what happened where nothing may be traced, kept in rings until it may.
//!
//! A record is 64 bytes of plain numbers. The collector has a ring of its own, which travels with the
//! [`crate::CollectionRecord`] to whoever stopped the world; each mutator has one for what happens
//! while it runs. A full ring forgets its oldest records and counts them (`trace.lost`). A ring's lock
//! is held for the copying of a record or of all, never while something is traced.

use parking_lot::Mutex;
use std::{
    collections::VecDeque,
    mem,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// What a record tells. The words of [`Record::words`] are listed for each.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u16)]
pub enum RecordKind {
    /// A phase of a collection: nanoseconds, objects, bytes, packets taken from others. `code`:
    /// [`Phase`].
    Phase,
    /// What survived at an age: bytes. `code`: the age.
    Age,
    /// A space changed its size: from, to, survival in thousandths, cause. `code`: which space.
    Resize,
    /// A mutator's barrier: slow hits, remembered, already remembered.
    Barrier,
    /// A helper of the collector began its life: number of the system's thread.
    Worker,
    /// A promotion: frames, bytes, depth, place. `code`: the reason; `seq`: the procedure's name.
    Promotion,
    /// An allocation, sampled: bytes, kind, place.
    Sample,
    /// A limit was hit: value, place. `code`: which limit.
    Limit,
    /// A late thread: limit, place, native procedure's name.
    Late,
}

/// One record. Which fields mean what depends on the kind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(C)]
pub struct Record {
    /// What it tells.
    pub kind: RecordKind,
    /// A number whose meaning depends on the kind.
    pub code: u16,
    /// The collector's worker (0 is the coordinator).
    pub worker: u32,
    /// The mutator.
    pub tid: u64,
    /// The collection, or the stop.
    pub seq: u64,
    /// When it began, in nanoseconds since the heap was made.
    pub start_ns: u64,
    /// See [`RecordKind`].
    pub words: [u64; 4],
}

const _: () = assert!(mem::size_of::<Record>() == 64);

impl Record {
    /// A record with these numbers, and zero elsewhere.
    pub fn new(kind: RecordKind, code: u16, start_ns: u64, words: [u64; 4]) -> Record {
        Record { kind, code, worker: 0, tid: 0, seq: 0, start_ns, words }
    }
}

/// A part of a collection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u16)]
pub enum Phase {
    /// Slots of old objects that may hold young pointers, and fresh old objects.
    Remset,
    /// Values that the host holds, with what they lead to.
    RootsHandle,
    /// The stacks and other roots of the threads, with what they lead to.
    RootsStack,
    /// What the virtual machine holds, with what it leads to.
    RootsGlobal,
    /// A helper's share of copying what the copies refer to.
    Copy,
    /// Marking.
    Mark,
    /// Weak references.
    Weak,
    /// Ephemerons.
    Ephemeron,
    /// Symbols that nothing refers to.
    InternSweep,
    /// Host values found dead, and guarded objects.
    FinalizeQueue,
    /// Sweeping blocks and large objects.
    Sweep,
    /// Freeing the from-space; memory given back to the system.
    Release,
}

impl Phase {
    /// All of them.
    pub const ALL: [Phase; 12] = [
        Phase::Remset,
        Phase::RootsHandle,
        Phase::RootsStack,
        Phase::RootsGlobal,
        Phase::Copy,
        Phase::Mark,
        Phase::Weak,
        Phase::Ephemeron,
        Phase::InternSweep,
        Phase::FinalizeQueue,
        Phase::Sweep,
        Phase::Release,
    ];

    /// Its name in events.
    pub fn name(self) -> &'static str {
        match self {
            Phase::Remset => "remset",
            Phase::RootsHandle => "roots_handle",
            Phase::RootsStack => "roots_stack",
            Phase::RootsGlobal => "roots_global",
            Phase::Copy => "copy",
            Phase::Mark => "mark",
            Phase::Weak => "weak",
            Phase::Ephemeron => "ephemeron",
            Phase::InternSweep => "intern_sweep",
            Phase::FinalizeQueue => "finalize_queue",
            Phase::Sweep => "sweep",
            Phase::Release => "release",
        }
    }
}

/// Records of one thread, the oldest first.
#[derive(Debug)]
pub struct Ring {
    /// The mutator; 0 for the collector.
    pub tid: u64,
    capacity: usize,
    kept: Mutex<Kept>,
    /// How many are kept, to be looked at without the lock.
    count: AtomicUsize,
}

#[derive(Debug, Default)]
struct Kept {
    records: VecDeque<Record>,
    lost: u64,
}

impl Ring {
    pub(crate) fn new(tid: u64, capacity: usize) -> Ring {
        Ring { tid, capacity: capacity.max(1), kept: Mutex::default(), count: AtomicUsize::new(0) }
    }

    /// Keeps a record; the oldest one is lost when there is no room. Says whether the ring is half
    /// full: then it is time to empty it.
    pub fn note(&self, record: Record) -> bool {
        let mut kept = self.kept.lock();
        if kept.records.len() == self.capacity {
            kept.records.pop_front();
            kept.lost += 1;
        }
        kept.records.push_back(record);
        self.count.store(kept.records.len(), Ordering::Relaxed);
        kept.records.len() >= self.capacity.div_ceil(2)
    }

    /// Takes all records out; how many were lost.
    pub fn take(&self) -> (Vec<Record>, u64) {
        if self.is_empty() {
            return (Vec::new(), 0);
        }
        let kept = mem::take(&mut *self.kept.lock());
        self.count.store(0, Ordering::Relaxed);
        (kept.records.into(), kept.lost)
    }

    /// Is it half full?
    pub(crate) fn is_filling(&self) -> bool {
        self.count.load(Ordering::Relaxed) >= self.capacity.div_ceil(2)
    }

    /// Is there nothing in it?
    pub fn is_empty(&self) -> bool {
        self.count.load(Ordering::Relaxed) == 0
    }
}

/// The rings of the mutators.
#[derive(Debug, Default)]
pub(crate) struct Rings(Mutex<Vec<Arc<Ring>>>);

impl Rings {
    /// A ring for a mutator.
    pub(crate) fn add(&self, tid: u64, capacity: usize) -> Arc<Ring> {
        let ring = Arc::new(Ring::new(tid, capacity));
        self.0.lock().push(Arc::clone(&ring));
        ring
    }

    /// The rings that hold something. Those of threads that are gone are forgotten.
    pub(crate) fn filled(&self) -> Vec<Arc<Ring>> {
        let mut rings = self.0.lock();
        let filled = rings.iter().filter(|ring| !ring.is_empty()).cloned().collect();
        rings.retain(|ring| Arc::strong_count(ring) > 1);
        filled
    }
}

#[cfg(test)]
mod tests {
    use super::{Record, RecordKind, Ring, Rings};
    use std::sync::Arc;

    fn record(number: u64) -> Record {
        Record::new(RecordKind::Sample, 0, number, [0; 4])
    }

    #[test]
    fn a_full_ring_forgets_the_oldest_and_counts_them() {
        let ring = Ring::new(1, 4);
        let half_full: Vec<bool> = (0..7).map(|number| ring.note(record(number))).collect();
        assert_eq!(half_full, [false, true, true, true, true, true, true]);
        let (records, lost) = ring.take();
        assert_eq!(lost, 3);
        let numbers: Vec<u64> = records.iter().map(|record| record.start_ns).collect();
        assert_eq!(numbers, [3, 4, 5, 6]);
        assert_eq!(ring.take(), (Vec::new(), 0));
    }

    #[test]
    fn a_ring_outlives_its_thread_until_it_is_emptied() {
        let rings = Rings::default();
        let ring = rings.add(7, 4);
        assert!(rings.filled().is_empty());
        ring.note(record(1));
        drop(ring);
        let filled = rings.filled();
        assert_eq!(filled.len(), 1);
        assert_eq!(filled[0].take().0, [record(1)]);
        drop(filled);
        assert!(rings.filled().is_empty());
        assert_eq!(Arc::strong_count(&rings.add(8, 4)), 2);
    }
}
