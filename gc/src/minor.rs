//! A minor collection: everything in the nursery that is still needed is copied, and the blocks it
//! was in are free again.
//!
//! Phases, in order: retire the buffers, take the blocks in use as from-space; copy what remembered
//! slots, fresh old objects and roots refer to; then what the copies refer to, from an explicit
//! stack; settle weak references; follow host values; free the from-space. Eden objects stay young once; survivors, and in
//! a full collection everything, move to the old generation. Old slots that are left holding a
//! young pointer are recorded again (GC-4).

pub(crate) mod copy;
mod forward;

use crate::{
    Heap, Stopped, Value,
    native::Host,
    phases::{Done, Phases},
    record::Phase,
    slot, sync,
    value::TAG_PAIR,
};
use copy::Copier;
use std::time::Duration;

/// What a minor collection did.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Copied {
    pub(crate) survived_bytes: usize,
    pub(crate) promoted_bytes: usize,
    pub(crate) promoted_objects: usize,
    pub(crate) remembered_slots: usize,
    pub(crate) fresh_objects: usize,
    pub(crate) survived_objects: usize,
    /// Helpers that took part, and their processor time.
    pub(crate) helpers: usize,
    pub(crate) helpers_cpu: Duration,
}

impl Copied {
    /// Bytes that were copied.
    fn bytes(&self) -> usize {
        self.survived_bytes + self.promoted_bytes
    }

    /// Adds what another worker did.
    fn add(&mut self, other: &Copied) {
        self.survived_bytes += other.survived_bytes;
        self.promoted_bytes += other.promoted_bytes;
        self.promoted_objects += other.promoted_objects;
        self.survived_objects += other.survived_objects;
    }

    /// What was copied since this.
    fn until(&self, later: &Copied) -> Done {
        let bytes = |copied: &Copied| copied.survived_bytes + copied.promoted_bytes;
        let objects = |copied: &Copied| copied.survived_objects + copied.promoted_objects;
        Done {
            objects: objects(later) - objects(self),
            bytes: bytes(later) - bytes(self),
            stolen: 0,
        }
    }
}

/// Collects the nursery. With `promote_all`, nothing stays young.
pub(crate) fn collect(
    heap: &Heap,
    stopped: &mut Stopped<'_>,
    promote_all: bool,
    dead: &mut Vec<Host>,
) -> Copied {
    let (remembered, fresh) = take_records(heap, stopped);
    let weaklings = heap.weak.lock().lift_young(&heap.layout, &remembered);
    let from_space = heap.nursery.begin_collection();
    let mut copier = Copier::<false>::new(heap, promote_all);
    let mut phases = Phases::begin(heap, 0);
    let mut before = copier.copied();
    let mut end = |phase, copied: Copied| {
        phases.end(phase, before.until(&copied));
        before = copied;
    };
    let (remembered_slots, fresh_objects) = (remembered.len(), fresh.len());
    copier.copy_from_old(remembered, &fresh);
    end(Phase::Remset, copier.copied());
    heap.roots.visit_young(&mut copier);
    copier.drain();
    end(Phase::RootsHandle, copier.copied());
    for sources in stopped.roots.chunk_by_mut(|one, next| one.phase() == next.phase()) {
        for source in &mut *sources {
            source.visit_roots(&mut copier);
            copier.drain();
        }
        end(sources[0].phase(), copier.copied());
    }
    heap.check(|heap| heap.verify_copied(stopped));
    weaklings.settle(&mut copier, &heap.layout, &mut heap.weak.lock());
    end(Phase::Weak, copier.copied());
    heap.natives.lock().after_copying(&heap.layout, dead);
    let (again, mut copied) = copier.finish();
    end(Phase::FinalizeQueue, copied);
    copied.remembered_slots = remembered_slots;
    copied.fresh_objects = fresh_objects;
    // These records belong to no thread; they wait for the next collection.
    heap.orphans.lock().remembered.extend(again);
    heap.nursery.end_collection(&heap.memory, from_space, heap.config.stress.poison);
    end(Phase::Release, copied);
    copied
}

/// Retires all buffers and takes all records of old-to-young slots.
fn take_records(heap: &Heap, stopped: &mut Stopped<'_>) -> (Vec<usize>, Vec<Value>) {
    let mut orphans = heap.orphans.lock();
    let mut remembered = std::mem::take(&mut orphans.remembered);
    let mut fresh = std::mem::take(&mut orphans.fresh);
    for local in &mut stopped.locals {
        local.retire_buffer();
        remembered.append(&mut local.remembered);
        fresh.append(&mut local.fresh);
    }
    (remembered, fresh)
}

/// Address and number of the words of an object that hold values.
pub(crate) fn payload(object: Value) -> (usize, usize) {
    let address = object.address();
    if object.tag() == TAG_PAIR {
        return (address, 2);
    }
    let header = crate::Header::from_bits(slot::load(address));
    (address + 8, if header.is_raw() { 0 } else { header.size() })
}

/// Where the words of an object that hold values begin and end.
fn payload_range(object: Value) -> (usize, usize) {
    let (start, words) = payload(object);
    (start, start + 8 * words)
}
