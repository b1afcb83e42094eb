//! Frames while a marking is under way: it is begun, advanced by a few objects between calls, returns,
//! captures, re-entries and minor collections, and ended. What any continuation leads to must be
//! whole then: what was not marked is poisoned.

use super::{ALL, Rig};
use crate::{Place, Position};
use lisle_gc::{Reason, RootSource, RootVisitor, SteppedMarking, Stopped, Value};
use std::sync::Arc;

/// Frames at most.
const DEEPEST: i64 = 3000;

/// A stack on which frames `0 .. depth` wait, and what continuations return through how many.
struct Thread {
    rig: Rig,
    depth: i64,
    kept: Vec<(Position, i64)>,
    state: u64,
}

struct Kept<'a>(&'a mut Vec<(Position, i64)>);

impl RootSource for Kept<'_> {
    fn visit_roots(&mut self, visitor: &mut dyn RootVisitor) {
        self.0.iter_mut().for_each(|(position, _)| visitor.visit(&mut position.chunk));
    }
}

impl Thread {
    /// Numbers that look random (Marsaglia, "Xorshift RNGs", 2003).
    fn below(&mut self, n: i64) -> i64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 11) as i64 % n
    }

    fn stop<T>(&mut self, work: impl FnOnce(&mut Stopped<'_>) -> T) -> T {
        let rig = &mut self.rig;
        rig.stack.publish(rig.frame, Place::Entry(0));
        rig.stack.age(&mut rig.local);
        let mut kept = Kept(&mut self.kept);
        let roots: Vec<&mut dyn RootSource> = vec![&mut rig.stack, &mut kept];
        work(&mut Stopped { locals: vec![&mut rig.local], roots })
    }

    fn act(&mut self) {
        match self.below(20) {
            0..7 => {
                let to = (self.depth + 1 + self.below(60)).min(DEEPEST);
                self.rig.descend(self.depth, to);
                self.depth = to;
            }
            7..14 => {
                let to = (self.depth - 1 - self.below(60)).max(0);
                self.rig.ascend(to, self.depth);
                self.depth = to;
            }
            14..16 => {
                let position = self.rig.capture();
                self.kept.push((position, self.depth));
            }
            16 if !self.kept.is_empty() => {
                let which = self.below(self.kept.len() as i64) as usize;
                self.kept.swap_remove(which);
            }
            17..19 if !self.kept.is_empty() => {
                let which = self.below(self.kept.len() as i64) as usize;
                self.re_enter(which);
            }
            _ => {
                let heap = Arc::clone(&self.rig.heap);
                self.stop(|stopped| heap.collect(stopped, Reason::NurseryFull).emit());
            }
        }
    }

    fn re_enter(&mut self, which: usize) {
        let (position, depth) = self.kept[which];
        self.rig.resume(position);
        self.rig.set_procedure(ALL);
        self.depth = depth;
    }

    /// Returns through all frames, of this stack and of every continuation.
    fn look_at_all(&mut self) {
        self.rig.ascend(0, self.depth);
        for which in 0..self.kept.len() {
            self.re_enter(which);
            self.rig.ascend(0, self.depth);
        }
        self.depth = 0;
    }
}

#[test]
fn continuations_are_whole_whatever_frames_do_while_marking() {
    for seed in 0..20 {
        let rig = Rig::new(4096);
        let heap = Arc::clone(&rig.heap);
        let mut thread = Thread { rig, depth: 0, kept: Vec::new(), state: 2 * seed + 1 };
        for acts in [20, 100, 400] {
            (0..50).for_each(|_| thread.act());
            let begun: Option<SteppedMarking<'_>> =
                thread.stop(|stopped| heap.begin_marking(stopped));
            let mut marking = begun.expect("there are no weak pairs");
            for _ in 0..acts {
                thread.act();
                let count = thread.below(12) as usize;
                marking.step(count);
            }
            thread.stop(|stopped| marking.end(stopped));
            thread.look_at_all();
        }
        let reinstated = thread.rig.stack.stats.reinstated;
        assert!(reinstated > 1000, "{reinstated} frames came back");
    }
}

#[test]
fn a_chunk_that_was_left_while_marking_is_not_filled_with_other_frames() {
    let mut thread = Thread { rig: Rig::new(16 * 1024), depth: 0, kept: Vec::new(), state: 1 };
    let heap = Arc::clone(&thread.rig.heap);
    thread.rig.descend(0, 8000);
    let marking = thread.stop(|stopped| heap.begin_marking(stopped)).expect("no weak pairs");
    let below: Value = thread.rig.stack.under.chunk;
    let words = super::chunk_words(below);
    thread.rig.ascend(0, 8000);
    thread.rig.descend(0, 8000);
    assert_eq!(super::chunk_words(below), words, "the snapshot is what it was");
    thread.stop(|stopped| marking.end(stopped));
    thread.rig.ascend(0, 8000);
}
