//! Entering procedures off the fast path: arity, rest lists, primitives, polls, full regions.

use super::limits::Fate;
use super::registers::{get, set, set_procedure};
use super::{At, Machine, Outcome, Step};
use crate::aside;
use crate::bytecode::code::{Code, CodeKind, GENERAL};
use crate::bytecode::template::ClauseEntry;
use lisle_frames::{Place, PromotionReason};
use lisle_gc::{Reason, Value};
use lisle_threads::{PollSite, RootSlot};

impl Machine<'_> {
    /// Enters `callee`, whose frame at `frame` has its header and `count` arguments.
    pub(super) fn enter_slow(&mut self, callee: Value, frame: *mut u64, count: usize) -> Step {
        if !callee.is_procedure() {
            return self.raise_not_procedure(callee, frame);
        }
        // SAFETY: `callee` is a procedure, and in the frame, which keeps its code (GC-13).
        let code = unsafe { &*Code::of(callee) };
        if code.exact as usize == count {
            return self.poll_entry(frame, count, code, code.entry);
        }
        if code.kind != CodeKind::Compiled {
            let (least, most) = code.native_arity;
            if count < usize::from(least) || (most != 255 && count > usize::from(most)) {
                return self.raise_arity(callee, frame, count);
            }
            self.arguments = count;
            let general = code.clauses.last();
            let entry = general.map_or(code.entry, |clause| code.instruction(clause.entry));
            return self.poll_entry(frame, count, code, entry);
        }
        let fits = |clause: &&ClauseEntry| {
            let required = clause.required as usize;
            count == required || (clause.rest && count > required)
        };
        let Some(clause) = code.clauses.iter().find(fits) else {
            return self.raise_arity(callee, frame, count);
        };
        let entry = code.instruction(clause.entry);
        let required = clause.required as usize;
        if !clause.rest {
            return self.poll_entry(frame, count, code, entry);
        }
        let mut rest = Value::NIL;
        for index in (required..count).rev() {
            // SAFETY: the frame has `count` arguments.
            let argument = unsafe { get(frame, index) };
            match self.cx().cons(argument, rest) {
                Ok(pair) => rest = pair,
                Err(raised) => return self.raise_at_entry(frame, raised),
            }
        }
        // SAFETY: a register of the frame, within the slack above the region's limit.
        unsafe { set(frame, required, rest) };
        self.poll_entry(frame, required + 1, code, entry)
    }

    /// Whether the procedure in `frame` was called with as many arguments as its code takes exactly.
    pub(super) fn argument_count(&self, code: &Code) -> usize {
        if code.exact == GENERAL { self.arguments } else { code.exact as usize }
    }

    /// The end of entering a procedure: the poll. `live` registers hold arguments.
    fn poll_entry(&mut self, frame: *mut u64, live: usize, code: &Code, entry: *const u32) -> Step {
        let top = frame.addr() + code.frame_bytes as usize;
        if self.mutator.stack.limit().load() >= top {
            return self.count_and_go(frame, entry);
        }
        self.mutator.aside = None;
        let mut frame = frame;
        let saved = self.arguments;
        self.mutator.stack.publish(frame, Place::Entry(live));
        if self.vm.promotes_always() {
            match self.make_room(frame, live, PromotionReason::Stress) {
                Ok(moved) => frame = moved,
                Err(step) => return step,
            }
        }
        if self.mutator.stack.limit().load() == 0 {
            self.mutator.set_poll_site(PollSite::Call);
            match self.fate_at_safepoint() {
                Fate::Continues => {}
                Fate::Raises(raised) => return self.raise_at_entry(frame, raised),
                Fate::Ends(outcome) => return Step::Leave(outcome),
            }
        }
        let top = frame.addr() + code.frame_bytes as usize;
        if top > self.mutator.stack.limit().full() {
            match self.make_room(frame, live, PromotionReason::Overflow) {
                Ok(moved) => frame = moved,
                Err(step) => return step,
            }
        }
        self.arguments = saved;
        self.count_and_go(frame, entry)
    }

    fn count_and_go(&mut self, frame: *mut u64, entry: *const u32) -> Step {
        if self.vm.counts_calls() {
            self.mutator.stack.stats.born += 1;
        }
        self.count_step();
        Step::Go(At { pc: entry, frame })
    }

    /// With a promotion at every call, every entry has to look.
    pub(super) fn rearm(&mut self) {
        if self.vm.polls_always() {
            self.mutator.stack.limit().trip();
        }
    }

    /// Promotes everything below the frame and moves it to the bottom of the region. May collect.
    pub(super) fn make_room(
        &mut self,
        frame: *mut u64,
        live: usize,
        reason: PromotionReason,
    ) -> Result<*mut u64, Step> {
        let mutator = &mut *self.mutator;
        match mutator.stack.make_room(&mut mutator.heap, frame, live, reason) {
            Ok(moved) => {
                mutator.stack.publish(moved, Place::Entry(live));
                Ok(moved)
            }
            Err(_) => self.make_room_after_collection(frame, live, reason),
        }
    }

    /// The region is full and the heap too: collects and tries once more. If that fails, the frames
    /// are moved past the limit and the procedure in the top one raises "heap exhausted", so that
    /// its handler has a region to run in.
    #[cold]
    fn make_room_after_collection(
        &mut self,
        frame: *mut u64,
        live: usize,
        reason: PromotionReason,
    ) -> Result<*mut u64, Step> {
        self.mutator.stack.publish(frame, Place::Entry(live));
        self.mutator.set_poll_site(PollSite::Alloc);
        self.mutator.collect(Reason::HeapLimit);
        let mutator = &mut *self.mutator;
        if let Ok(moved) = mutator.stack.make_room(&mut mutator.heap, frame, live, reason) {
            mutator.stack.publish(moved, Place::Entry(live));
            return Ok(moved);
        }
        mutator.heap.grant(2 * 8 * self.vm.config.region_words);
        match mutator.stack.make_room(&mut mutator.heap, frame, live, reason) {
            Ok(moved) => Err(self.exhausted_at_entry(moved)),
            Err(_) => Err(Step::Leave(Outcome::Uncaught(self.vm.heap_exhausted_condition()))),
        }
    }

    fn exhausted_at_entry(&mut self, frame: *mut u64) -> Step {
        let raised = self.cx().exhausted();
        self.raise_at_entry(frame, raised)
    }

    /// At a loop's back-edge: the poll found the limit tripped.
    #[cold]
    pub(super) fn poll_loop(&mut self, at: At) -> Step {
        self.mutator.aside = None;
        self.mutator.stack.publish(at.frame, Place::Instruction(at.pc.addr()));
        self.mutator.set_poll_site(PollSite::BackEdge);
        match self.fate_at_safepoint() {
            Fate::Continues => Step::Go(at),
            Fate::Raises(raised) => self.raise(at, raised),
            Fate::Ends(outcome) => Step::Leave(outcome),
        }
    }

    /// Enters `callee` in place of the procedure in `frame`, its `count` arguments in place.
    pub(super) fn tail_call(&mut self, frame: *mut u64, callee: Value, count: usize) -> Step {
        // SAFETY: `frame` is the running frame.
        unsafe { set_procedure(frame, callee) };
        self.enter_slow(callee, frame, count)
    }
}

impl Machine<'_> {
    /// Enters `callee`, whose only clause's parameters, rest list included, are in place.
    pub(super) fn enter_arranged(&mut self, frame: *mut u64, callee: Value, live: usize) -> Step {
        // SAFETY: `frame` is the running frame and `callee` a procedure.
        let code = unsafe {
            set_procedure(frame, callee);
            &*Code::of(callee)
        };
        self.poll_entry(frame, live, code, code.entry)
    }

    /// A primitive failed. If the heap is full, everything is collected and it runs once more.
    #[cold]
    pub(super) fn raise_primitive(
        &mut self,
        frame: *mut u64,
        count: usize,
        raised: crate::cx::Raised,
    ) -> Step {
        let payload = self.mutator.roots[RootSlot::Raised];
        if payload == self.vm.heap_exhausted_condition() {
            return self.exhausted_in_machine(frame, count);
        }
        if payload == Value::EMPTY {
            return Step::Leave(Outcome::Terminated);
        }
        if payload == Value::DEFAULT {
            return self.retry_after_interrupt(frame, count);
        }
        self.raise_at_entry(frame, raised)
    }

    /// An interrupt cut the wait of the primitive in the frame short, or it waits for a computation.
    fn retry_after_interrupt(&mut self, frame: *mut u64, count: usize) -> Step {
        let place = Place::Entry(count);
        self.mutator.stack.publish(frame, place);
        aside::wait(self.mutator, place, frame, || self.limit.load() == 0);
        match self.fate_at_safepoint() {
            Fate::Continues => {}
            Fate::Raises(raised) => return self.raise_at_entry(frame, raised),
            Fate::Ends(outcome) => return Step::Leave(outcome),
        }
        self.arguments = count;
        Step::Go(At { pc: self.code_in(frame).entry, frame })
    }

    /// The heap limit was reached by the machine procedure in the frame, its arguments in place:
    /// collects everything and runs it again, once.
    #[cold]
    pub(super) fn exhausted_in_machine(&mut self, frame: *mut u64, count: usize) -> Step {
        // Looking may ask the host for fuel, and collections go on meanwhile.
        self.mutator.stack.publish(frame, Place::Entry(count));
        match self.look() {
            Fate::Continues => {}
            Fate::Raises(raised) => return self.raise_at_entry(frame, raised),
            Fate::Ends(outcome) => return Step::Leave(outcome),
        }
        let code = self.code_in(frame);
        let epoch = self.mutator.heap.heap().epoch();
        if self.retried.take() == Some((code.entry, frame, epoch)) {
            return self.exhausted_at_entry(frame);
        }
        self.mutator.collect(Reason::HeapLimit);
        if !self.mutator.heap.heap().has_hope(0) {
            return self.exhausted_at_entry(frame);
        }
        self.retried = Some((code.entry, frame, self.mutator.heap.heap().epoch()));
        self.arguments = count;
        Step::Go(At { pc: code.entry, frame })
    }
}
