//! A full collection whose marking goes on a step at a time while mutators run, for tests of what has
//! to stay true meanwhile (NOTE(snapshot) in [`super`]): here, of frames, and of tables.

use super::{Marking, begin, end};
use crate::{Heap, Stopped, ahead, minor, phases::Phases};

/// A marking that has begun, and that has to be ended.
pub struct SteppedMarking<'h> {
    heap: &'h Heap,
    marking: Marking<'h>,
}

impl Heap {
    /// Begins a full collection, with the world stopped; until it is ended there must be no other full
    /// one. `None`, and nothing is done, if the heap has weak pairs: then it marks in one stop.
    pub fn begin_marking(&self, stopped: &mut Stopped<'_>) -> Option<SteppedMarking<'_>> {
        if !self.weak.lock().pairs.is_empty() {
            return None;
        }
        minor::collect(self, stopped, true, &mut Vec::new());
        Some(SteppedMarking { heap: self, marking: begin(self, stopped) })
    }
}

impl SteppedMarking<'_> {
    /// Scans so many objects. False when there is nothing left to scan for now.
    pub fn step(&mut self, objects: usize) -> bool {
        self.marking.marker.scan_some(objects)
    }

    /// Ends the collection, with the world stopped, and verifies the heap. Host values that died are
    /// dropped.
    pub fn end(self, stopped: &mut Stopped<'_>) {
        let SteppedMarking { heap, marking } = self;
        let mut dead = Vec::new();
        minor::collect(heap, stopped, true, &mut dead);
        end(heap, stopped, marking, &mut Phases::begin(heap, 0), &mut dead);
        ahead::send(heap, true, 0);
        for source in &mut stopped.roots {
            source.after_collection();
        }
        heap.verify(stopped);
    }
}
