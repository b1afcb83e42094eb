//! Tests of promotion, reinstatement and environments on hand-made frames.
//!
//! A procedure is a fixnum here: its index in [`LIVE`], the live registers of its frames. Code
//! addresses are multiples of four that lead nowhere.

use crate::continuation::{self, Found};
use crate::layout::CHUNK_WORDS;
use crate::{
    FrameShape, HEADER_WORDS, Live, Place, Position, PromotionReason, ReturnWord, Stack,
    StackConfig, environment,
};
use lisle_gc::{
    Heap, HeapConfig, Kind, LocalHeap, Reason, RootSource, RootVisitor, Stopped, Stress, Value,
    object,
};
use std::sync::Arc;

mod marking;

/// All registers of a frame are live; the first alone is; none is.
const ALL: usize = 0;
const FIRST: usize = 1;
const NONE: usize = 2;
static LIVE: [[u64; 1]; 3] = [[u64::MAX], [1], [0]];

const UNDERFLOW_CODE: usize = 0x1000;
const CODE: usize = 0x2000;
/// Registers of the frames that [`Rig::call`] leaves behind.
const WINDOW: usize = 3;

struct Shape;

impl FrameShape for Shape {
    fn live(&self, procedure: Value, _: usize) -> Live<'_> {
        Live::Bits(&LIVE[procedure.assume_fixnum() as usize])
    }
}

/// A heap with one stack, and the frame that runs on it.
struct Rig {
    heap: Arc<Heap>,
    local: LocalHeap,
    stack: Stack,
    frame: *mut u64,
}

impl Rig {
    fn new(region_words: usize) -> Rig {
        let config = HeapConfig {
            reserve_bytes: 256 << 20,
            stress: Stress { poison: true, ..Stress::default() },
            verify: true,
            ..HeapConfig::default()
        };
        let heap = Heap::new(config).expect("address space");
        let local = heap.local();
        let config = StackConfig { region_words, underflow_code: UNDERFLOW_CODE, shape: &Shape };
        let mut stack = Stack::new(&config).expect("a region");
        let frame = stack.start();
        let mut rig = Rig { heap, local, stack, frame };
        rig.set_procedure(ALL);
        rig
    }

    fn set(&mut self, register: usize, value: Value) {
        // SAFETY: registers of the running frame, which the slack above the limit has room for.
        unsafe { self.frame.add(register).write(value.bits()) }
    }

    fn get(&self, register: usize) -> Value {
        // SAFETY: a register that was set.
        unsafe { Value::from_bits(self.frame.add(register).read()) }
    }

    fn set_procedure(&mut self, procedure: usize) {
        // SAFETY: the header of the running frame.
        unsafe { self.frame.sub(1).write(Value::fixnum(procedure as i64).bits()) }
    }

    /// Calls from a call window at `WINDOW`: the new frame runs.
    fn call(&mut self, procedure: usize, address: usize) {
        let distance = WINDOW + HEADER_WORDS;
        // SAFETY: the words above the running frame, below the region's end (see `enter`).
        unsafe {
            self.frame.add(WINDOW).write(ReturnWord::new(address, distance).bits());
            self.frame = self.frame.add(distance);
        }
        self.set_procedure(procedure);
    }

    /// The check at a procedure's entry, without arguments.
    fn enter(&mut self) {
        if self.frame.addr() + 64 * 8 > self.stack.limit().full() {
            let reason = PromotionReason::Overflow;
            let moved = self.stack.make_room(&mut self.local, self.frame, 0, reason);
            self.frame = moved.expect("room");
        }
    }

    /// A frame whose registers are a number, a list of it, and nothing.
    fn fill(&mut self, n: i64) {
        let list = self.local.pair(Value::fixnum(n), Value::NIL).expect("room");
        self.set(0, Value::fixnum(n));
        self.set(1, list);
        self.set(2, Value::FALSE);
    }

    fn assert_filled(&self, n: i64) {
        assert_eq!(self.get(0), Value::fixnum(n));
        assert_eq!(object::car(self.get(1)), Value::fixnum(n));
    }

    /// Fills frames `from .. to`, each called by the one before; another one runs then.
    fn descend(&mut self, from: i64, to: i64) {
        for n in from..to {
            self.fill(n);
            self.call(ALL, CODE + 4 * n as usize);
            self.enter();
        }
    }

    /// Returns a value; the frame that called runs. The address is where it goes on, or `None`
    /// when that was the last frame.
    fn ret(&mut self, value: Value) -> Option<usize> {
        // SAFETY: the header of the running frame.
        let word = ReturnWord::from_bits(unsafe { self.frame.sub(HEADER_WORDS).read() });
        let (frame, address) = match self.stack.return_from(self.frame, value) {
            Some(resumed) => resumed,
            None => {
                assert_eq!(word.address(), UNDERFLOW_CODE, "FR-4");
                self.stack.underflow(value).map(|there| (there.frame, there.address.get()))?
            }
        };
        self.frame = frame;
        assert_eq!(self.get(WINDOW), value, "the result is where the header was");
        Some(address)
    }

    /// Returns through frames `from .. to` from the top, and looks at each.
    fn ascend(&mut self, from: i64, to: i64) {
        for n in (from..to).rev() {
            assert_eq!(self.ret(Value::fixnum(-n)), Some(CODE + 4 * n as usize));
            self.assert_filled(n);
        }
    }

    fn capture(&mut self) -> Position {
        let reason = PromotionReason::Continuation;
        self.stack.promote_below(&mut self.local, self.frame, reason).expect("room")
    }

    fn resume(&mut self, position: Position) {
        self.frame = self.stack.continue_at(position);
    }

    /// Collects at the entry of the running frame; `kept` is a root too.
    fn collect(&mut self, reason: Reason, kept: &mut Position) {
        self.stack.publish(self.frame, Place::Entry(0));
        self.stack.age(&mut self.local);
        let mut extra = Kept(kept);
        let roots: Vec<&mut dyn RootSource> = vec![&mut self.stack, &mut extra];
        self.heap.collect(&mut Stopped { locals: vec![&mut self.local], roots }, reason).emit();
    }
}

struct Kept<'a>(&'a mut Position);

impl RootSource for Kept<'_> {
    fn visit_roots(&mut self, visitor: &mut dyn RootVisitor) {
        visitor.visit(&mut self.0.chunk);
    }
}

fn chunk_words(chunk: Value) -> Vec<Value> {
    (0..object::size(chunk)).map(|index| object::field(chunk, index)).collect()
}

#[test]
fn frames_return_on_the_region_without_promotion() {
    let mut rig = Rig::new(4096);
    rig.descend(0, 50);
    rig.ascend(0, 50);
    assert_eq!(rig.ret(Value::TRUE), None);
    assert_eq!(rig.stack.stats.promoted_total(), 0);
}

#[test]
fn a_chunk_holds_no_stack_address() {
    let mut rig = Rig::new(4096);
    rig.set(2, Value::fixnum(7));
    // SAFETY: registers 0 to 2 of the running frame; the variable was set.
    unsafe { Stack::open_environment(rig.frame, 0, 1) };
    assert!(rig.get(0).is_stack_env());
    // The words of the environment are no registers with values once it is closed.
    rig.set_procedure(FIRST);
    let below = rig.frame;
    rig.call(ALL, CODE);
    let position = rig.capture();
    assert!(chunk_words(position.chunk).iter().all(|word| !word.is_stack_env()));
    assert_eq!(rig.stack.stats.environments_with_frames, 1);
    rig.ret(Value::NIL);
    assert_eq!(rig.frame, below, "it was the bottom frame");
    let environment = rig.get(0);
    assert!(object::is_kind(environment, Kind::Environment));
    assert_eq!(object::field(environment, 0), Value::fixnum(7));
}

#[test]
fn closing_an_environment_keeps_its_variables_and_happens_once() {
    let mut rig = Rig::new(4096);
    rig.set(2, Value::fixnum(1));
    rig.set(3, Value::fixnum(2));
    // SAFETY: registers 0 to 3 of the running frame; both variables were set.
    unsafe { Stack::open_environment(rig.frame, 0, 2) };
    let open = rig.get(0);
    assert_eq!(environment::open_size(open), 2);
    rig.local.store(open, 1, Value::fixnum(3));
    let closed = rig.stack.close_environment(&mut rig.local, open).expect("room");
    assert_eq!(object::field(closed, 0), Value::fixnum(1));
    assert_eq!(object::field(closed, 1), Value::fixnum(3));
    assert_eq!(rig.stack.close_environment(&mut rig.local, closed), Ok(closed));
    assert_eq!(rig.stack.stats.environments_for_closures, 1);
}

#[test]
fn a_chunk_can_be_re_entered() {
    let mut rig = Rig::new(4096);
    rig.descend(0, 20);
    let mut position = rig.capture();
    for reason in [Reason::NurseryFull, Reason::NurseryFull, Reason::Explicit] {
        rig.ascend(0, 20);
        assert_eq!(rig.ret(Value::NIL), None);
        rig.resume(position);
        rig.collect(reason, &mut position);
    }
    rig.ascend(0, 20);
}

#[test]
fn dead_registers_are_cleared() {
    let mut rig = Rig::new(4096);
    rig.set_procedure(FIRST);
    rig.fill(1);
    rig.call(NONE, CODE);
    rig.fill(2);
    rig.call(ALL, CODE);
    let position = rig.capture();
    rig.ret(Value::NIL);
    assert_eq!([rig.get(0), rig.get(1)], [Value::ZERO, Value::ZERO]);
    rig.ret(Value::NIL);
    assert_eq!([rig.get(0), rig.get(1)], [Value::fixnum(1), Value::ZERO]);
    assert_eq!(chunk_words(position.chunk).iter().filter(|word| word.is_pair()).count(), 0);
}

#[test]
fn a_capture_copies_only_what_is_new() {
    let mut rig = Rig::new(4096);
    rig.descend(0, 30);
    let first = rig.capture();
    assert_eq!(rig.capture(), first);
    assert_eq!(rig.stack.stats.promoted[PromotionReason::Continuation as usize], 30);
    rig.descend(30, 31);
    let second = rig.capture();
    assert_eq!(object::field(second.chunk, 0), first.chunk);
    assert_eq!(second.depth(), first.depth() + WINDOW + HEADER_WORDS);
    assert_eq!(rig.stack.stats.promoted[PromotionReason::Continuation as usize], 31);
    // Back in the frame that was copied last, nothing new lies below it.
    rig.ascend(30, 31);
    assert_eq!(rig.capture(), first);
    rig.ascend(0, 30);
    assert_eq!(rig.stack.stats.promoted_total(), 31);
}

#[test]
fn underflows_in_a_row_bring_back_more_and_more() {
    let mut rig = Rig::new(4096);
    rig.descend(0, 40);
    rig.capture();
    let mut reinstated = Vec::new();
    for n in (0..40).rev() {
        rig.ascend(n, n + 1);
        reinstated.push(rig.stack.stats.reinstated);
    }
    reinstated.dedup();
    assert_eq!(reinstated, [1, 3, 7, 15, 31, 40]);
}

#[test]
fn recursion_deeper_than_the_region_returns_through_all_frames() {
    let mut rig = Rig::new(16 * 1024);
    for _ in 0..3 {
        rig.descend(0, 20_000);
        rig.ascend(0, 20_000);
    }
    assert!(rig.stack.stats.promoted[PromotionReason::Overflow as usize] > 30_000);
    // The second and third time used the memory of the first.
    let stats = rig.heap.stats();
    assert!(stats.large_bytes < 20_000 * (WINDOW + HEADER_WORDS) * 8 * 5 / 4);
}

#[test]
fn a_captured_chunk_is_never_used_again() {
    let mut rig = Rig::new(16 * 1024);
    rig.descend(0, 12_000);
    let position = rig.capture();
    // A capture in a chunk of the overflow alone: 8,000 frames are in the second one or so.
    rig.ascend(8000, 12_000);
    let middle = rig.capture();
    rig.ascend(0, 8000);
    assert!(rig.stack.spares.is_empty());
    rig.descend(0, 20_000);
    rig.ascend(15_000, 20_000);
    rig.resume(middle);
    rig.ascend(0, 8000);
    rig.resume(position);
    rig.ascend(0, 12_000);
}

/// Words of a chunk above a position that are not zero.
fn kept_above(position: Position) -> usize {
    let above = &chunk_words(position.chunk)[CHUNK_WORDS + position.index + 1..];
    above.iter().filter(|word| **word != Value::ZERO).count()
}

#[test]
fn frames_that_have_come_back_keep_nothing_alive() {
    let mut rig = Rig::new(4096);
    let mut none = Position::END;
    rig.descend(0, 1000);
    let mut depth = 1000;
    // Half-way down a chunk: nobody else may return to what is above.
    while kept_above(rig.stack.under) < 100 {
        rig.ascend(depth - 1, depth);
        depth -= 1;
    }
    rig.collect(Reason::Explicit, &mut none);
    assert_eq!(kept_above(rig.stack.under), 1, "the mark that the rest is forgotten");
    rig.ascend(depth - 50, depth);
    rig.descend(depth - 50, 1600);
    rig.ascend(0, 1600);

    // A captured chunk stays as it is.
    let mut rig = Rig::new(4096);
    rig.descend(0, 700);
    let mut captured = rig.capture();
    rig.ascend(600, 700);
    let kept = kept_above(rig.stack.under);
    assert!(kept > 100);
    rig.collect(Reason::Explicit, &mut captured);
    assert_eq!(kept_above(rig.stack.under), kept);
    rig.resume(captured);
    rig.ascend(0, 700);
}

#[test]
fn spares_survive_a_minor_collection_and_go_with_a_full_one() {
    let mut rig = Rig::new(16 * 1024);
    let mut none = Position::END;
    rig.descend(0, 8000);
    rig.ascend(0, 8000);
    let spares = rig.stack.spares.len();
    assert!(spares > 0);
    rig.descend(0, 8000);
    rig.collect(Reason::NurseryFull, &mut none);
    rig.collect(Reason::NurseryFull, &mut none);
    rig.ascend(0, 8000);
    assert!(rig.stack.spares.len() >= spares);
    rig.collect(Reason::Explicit, &mut none);
    assert!(rig.stack.spares.is_empty());
    rig.descend(0, 8000);
    rig.ascend(0, 8000);
}

#[test]
fn a_collection_looks_at_a_bounded_stretch_of_the_stack() {
    let mut rig = Rig::new(128 * 1024);
    rig.descend(0, 10_000);
    let mut none = Position::END;
    rig.collect(Reason::NurseryFull, &mut none);
    assert!(rig.stack.words_below(rig.frame) < 2048);
    let aged = rig.stack.stats.promoted[PromotionReason::Aging as usize];
    assert!(aged > 9000);
    rig.collect(Reason::NurseryFull, &mut none);
    assert_eq!(rig.stack.stats.promoted[PromotionReason::Aging as usize], aged);
    rig.collect(Reason::Explicit, &mut none);
    rig.ascend(0, 10_000);
}

#[test]
fn a_delimited_continuation_goes_on_below_other_frames() {
    let mut rig = Rig::new(4096);
    rig.descend(0, 10);
    let below = rig.capture();
    rig.descend(10, 15);
    let top = rig.capture();
    // The frames 10 to 14, whose bottom one returns to nothing yet.
    let from = below.depth() + HEADER_WORDS + WINDOW;
    let slice = continuation::slice(&mut rig.local, from, top).expect("room");
    assert_eq!(object::field(slice.chunk, 0), Value::NIL);
    rig.ascend(3, 15);
    let here = rig.capture();
    for _ in 0..2 {
        let grafted = continuation::graft(&mut rig.local, slice, here).expect("room");
        rig.resume(grafted);
        rig.ascend(11, 15);
        rig.ascend(0, 3);
        rig.resume(here);
    }
}

#[test]
fn an_escape_finds_its_frame_on_the_region_and_in_chunks() {
    let mut rig = Rig::new(4096);
    let mark = |_: Value, mark: Value| mark == Value::fixnum(4);
    rig.descend(0, 10);
    let depth = rig.stack.depth_of(rig.frame);
    let found = rig.stack.find_frame(rig.frame, 0, mark);
    let Some(Found::OnRegion(marked)) = found else { panic!("{found:?}") };
    let of_mark = rig.stack.depth_of(marked);
    let found = rig.stack.find_frame_at(rig.frame, of_mark, mark);
    assert!(matches!(found, Some(Found::OnRegion(frame)) if frame == marked));
    let nothing = |_: Value, _: Value| panic!("no frame is there");
    assert!(rig.stack.find_frame_at(rig.frame, of_mark - 1, nothing).is_none());
    assert!(rig.stack.find_frame(rig.frame, depth - 10, mark).is_none());
    rig.capture();
    assert_eq!(rig.stack.depth_of(rig.frame), depth);
    assert!(rig.stack.find_frame(rig.frame, depth - 10, mark).is_none());
    let found = rig.stack.find_frame(rig.frame, 0, mark).expect("it is in the chunk");
    assert!(rig.stack.find_frame_at(rig.frame, of_mark, mark).is_some());
    assert!(rig.stack.find_frame_at(rig.frame, of_mark, |_, _| false).is_none());
    let nothing = |_: Value, _: Value| panic!("no frame is there");
    assert!(rig.stack.find_frame_at(rig.frame, of_mark + 1, nothing).is_none());
    assert_eq!(object::car(found.register(&rig.stack, 1)), Value::fixnum(4));
    let Found::InChunk(position) = found else { panic!("{found:?}") };
    rig.resume(position);
    rig.ascend(0, 4);
}

#[test]
fn frames_are_shown_from_the_top_over_chunks() {
    let mut rig = Rig::new(4096);
    rig.descend(0, 5);
    rig.capture();
    rig.descend(5, 9);
    rig.stack.publish(rig.frame, Place::Entry(0));
    let mut seen = Vec::new();
    rig.stack.each_frame(8, |frame| seen.push(frame.address));
    let expected: Vec<_> =
        std::iter::once(None).chain((2..9).rev().map(|n| Some(CODE + 4 * n))).collect();
    assert_eq!(seen, expected);
}

#[test]
fn the_verifier_sees_what_is_wrong_with_a_stack() {
    let mut rig = Rig::new(4096);
    rig.descend(0, 20);
    let position = rig.capture();
    rig.descend(20, 30);
    rig.stack.publish(rig.frame, Place::Entry(0));
    let heap = Arc::clone(&rig.heap);
    let broken = |rig: &mut Rig| rig.stack.try_verify(&heap).err().map(|broken| broken.invariant);
    assert_eq!(broken(&mut rig), None);
    rig.stack.spares.push(position.chunk);
    assert_eq!(broken(&mut rig), Some("FR-6"));
    rig.stack.spares.clear();
    let bottom = rig.stack.bottom;
    let word = rig.stack.read(bottom);
    rig.stack.write(bottom, 0);
    assert_eq!(broken(&mut rig), Some("FR-4"));
    rig.stack.write(bottom, word);
    // The depth that the chunk says it begins at.
    object::init_field(position.chunk, crate::layout::CHUNK_DEPTH, Value::fixnum(5));
    assert_eq!(broken(&mut rig), Some("FR-3"));
    object::init_field(position.chunk, crate::layout::CHUNK_DEPTH, Value::fixnum(0));
    assert_eq!(broken(&mut rig), None);
    // The return word of a frame of the chunk, whose distance is lost.
    let at = CHUNK_WORDS + position.index;
    let word = object::field(position.chunk, at);
    object::init_field(position.chunk, at, Value::ZERO);
    assert_eq!(broken(&mut rig), Some("FR-5"));
    object::init_field(position.chunk, at, word);
    // A live register, with a mark of the collector, and with an environment of nobody.
    for wrong in [Value::BUSY, Value::from_bits(bottom.addr() as u64 | 7)] {
        let (caller, before) = (rig.stack.caller(rig.frame).expect("there are ten"), rig.get(0));
        rig.stack.write(caller.frame, wrong.bits());
        assert_eq!(broken(&mut rig), Some("FR-2"));
        rig.stack.write(caller.frame, before.bits());
    }
}

#[test]
fn the_verifier_sees_that_a_shared_chunk_has_changed() {
    let mut rig = Rig::new(4096);
    rig.descend(0, 20);
    let mut position = rig.capture();
    // Old from now on.
    rig.collect(Reason::Explicit, &mut position);
    let heap = Arc::clone(&rig.heap);
    let last = object::size(position.chunk) - 2;
    assert_eq!(object::field(position.chunk, last), Value::FALSE, "the last frame's last register");
    object::init_field(position.chunk, last, Value::TRUE);
    let broken = rig.stack.try_verify(&heap).expect_err("it was another value");
    assert_eq!(broken.invariant, "FR-3");
    object::init_field(position.chunk, last, Value::FALSE);
    assert_eq!(rig.stack.try_verify(&heap), Ok(()));
}
