//! The stopwatch of a collection's phases. Stopped and silent unless phases are watched.

use crate::{
    Heap,
    record::{Phase, Record, RecordKind},
};

/// Measures the phases of one worker, which follow one another.
pub(crate) struct Phases<'h> {
    heap: &'h Heap,
    worker: u32,
    /// When the current phase began; `None` when nobody watches.
    began: Option<u64>,
}

/// What was done in a phase.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Done {
    pub(crate) objects: usize,
    pub(crate) bytes: usize,
    /// Packets of work taken from other workers.
    pub(crate) stolen: usize,
}

impl<'h> Phases<'h> {
    /// Begins the first phase of a worker; 0 is the coordinator.
    pub(crate) fn begin(heap: &'h Heap, worker: usize) -> Phases<'h> {
        let began = heap.watch.is_on(crate::Watched::Phases).then(|| heap.age_ns());
        Phases { heap, worker: u32::try_from(worker).unwrap_or(u32::MAX), began }
    }

    /// The phase that began last ends here, and the next one begins.
    #[inline]
    pub(crate) fn end(&mut self, phase: Phase, done: Done) {
        if self.began.is_some() {
            self.end_cold(phase, done);
        }
    }

    #[cold]
    fn end_cold(&mut self, phase: Phase, done: Done) {
        let now = self.heap.age_ns();
        let began = self.began.replace(now).unwrap_or(now);
        let words = [now - began, done.objects as u64, done.bytes as u64, done.stolen as u64];
        let mut record = Record::new(RecordKind::Phase, phase as u16, began, words);
        record.worker = self.worker;
        self.heap.note(record);
    }
}
