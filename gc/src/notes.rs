//! What a collection notes down for those who watch, apart from its phases: helpers that begin their
//! life, what the barriers did, how much survived, and changes of sizes.

use crate::{
    Heap, Stopped, Watched,
    events::{Cause, Space},
    heap::os_thread,
    minor::Copied,
    record::{Record, RecordKind},
};

impl Heap {
    /// A helper has begun its life.
    pub(crate) fn note_worker(&self, worker: usize) {
        let words = [os_thread(), 0, 0, 0];
        let mut record = Record::new(RecordKind::Worker, 0, self.age_ns(), words);
        record.worker = u32::try_from(worker).unwrap_or(u32::MAX);
        self.note(record);
    }

    /// What the barriers of the mutators did since the last collection.
    pub(crate) fn note_barriers(&self, stopped: &mut Stopped<'_>) {
        let watched = self.watch.is_on(Watched::Barrier);
        for local in &mut stopped.locals {
            let duplicates = std::mem::take(&mut local.remembered_again);
            let added = local.remembered.len() as u64;
            if watched && added + duplicates > 0 {
                let words = [added + duplicates, added, duplicates, added];
                let mut record = Record::new(RecordKind::Barrier, 0, 0, words);
                record.tid = local.ring.tid;
                self.note(record);
            }
        }
    }

    /// How much survived its first and its second collection.
    pub(crate) fn note_ages(&self, copied: &Copied) {
        if self.watch.is_on(Watched::Ages) {
            for (age, bytes) in [(1, copied.survived_bytes), (2, copied.promoted_bytes)] {
                self.note(Record::new(RecordKind::Age, age, 0, [bytes as u64, 0, 0, 0]));
            }
        }
    }

    /// A space has another size.
    pub(crate) fn note_resize(
        &self,
        space: Space,
        from: usize,
        to: usize,
        survival: usize,
        cause: Cause,
    ) {
        if from != to && self.watch.is_on(Watched::Sizes) {
            let words = [from as u64, to as u64, survival as u64, cause as u64];
            self.note(Record::new(RecordKind::Resize, space as u16, 0, words));
        }
    }
}
