//! A minor collection: everything in the nursery that is still needed is copied, and the blocks it
//! was in are free again.
//!
//! Phases, in order: retire the buffers, take the blocks in use as from-space; copy what remembered
//! slots, fresh old objects and roots refer to; then what the copies refer to, from an explicit
//! stack; settle weak references; follow host values; free the from-space. Eden objects stay young once; survivors, and in
//! a full collection everything, move to the old generation. Old slots that are left holding a
//! young pointer are recorded again (GC-4).

pub(crate) mod copy;

use crate::{
    Heap, Stopped, Value,
    layout::SMALL_WORDS,
    native::Host,
    phases::{Done, Phases},
    record::Phase,
    slot,
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

/// Slots looked at before the copies made so far are scanned, so that the stack stays small.
const BATCH: usize = SMALL_WORDS;

/// How many remembered slots ahead of the copying their memory is fetched.
const AHEAD: usize = 8;

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
    copy_from_remembered(&mut copier, &remembered);
    copy_from_fresh(&mut copier, &fresh);
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
    weaklings.settle(&mut copier, &mut [], &heap.layout, &mut heap.weak.lock());
    end(Phase::Weak, copier.copied());
    heap.natives.lock().after_copying(&heap.layout, dead);
    let (again, mut copied) = copier.finish();
    end(Phase::FinalizeQueue, copied);
    copied.remembered_slots = remembered.len();
    copied.fresh_objects = fresh.len();
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

fn copy_from_remembered(copier: &mut Copier<'_, false>, remembered: &[usize]) {
    for batch in remembered.chunks(BATCH) {
        for (index, &address) in batch.iter().enumerate() {
            if let Some(&ahead) = batch.get(index + AHEAD) {
                slot::prefetch(ahead);
            }
            copier.update_old_slot(address);
        }
        copier.drain();
    }
}

fn copy_from_fresh(copier: &mut Copier<'_, false>, fresh: &[Value]) {
    for &object in fresh {
        let (mut at, words) = payload(object);
        let end = at + 8 * words;
        while at < end {
            let stop = end.min(at + 8 * BATCH);
            while at < stop {
                copier.update_old_slot(at);
                at += 8;
            }
            copier.drain();
        }
    }
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
