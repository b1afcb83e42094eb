//! Raising: how a failing instruction or call reaches the handler.
//!
//! The handler is called by the Scheme procedure `%raise-condition`, which never returns. For an
//! instruction of compiled code its frame is put above all registers of the failing frame; for a
//! call that fails on entry it takes the place of the frame that was being entered.

use super::limits::Fate;
use super::registers::{set, set_procedure, set_return_word};
use super::{At, Machine, Step};
use crate::aside;
use crate::backtrace;
use crate::bytecode::code::Code;
use crate::condition::{self, ErrorKind};
use crate::cx::Raised;
use crate::prim;
use lisle_frames::{HEADER_WORDS, Place, ReturnWord};
use lisle_gc::{Reason, Value, object};
use lisle_threads::{LimitKind, RootSlot};

impl Machine<'_> {
    /// The object that is being raised.
    pub(super) fn take_raised(&mut self) -> Value {
        std::mem::replace(&mut self.mutator.roots[RootSlot::Raised], Value::FALSE)
    }

    /// The instruction at `at` failed.
    #[cold]
    pub(super) fn raise(&mut self, at: At, raised: Raised) -> Step {
        let Raised(()) = raised;
        let payload = self.take_raised();
        if payload == self.vm.heap_exhausted_condition() && self.collect_and_retry(at) {
            return Step::Go(at);
        }
        if payload == Value::DEFAULT {
            return self.run_again(at);
        }
        let code = self.code_in(at.frame);
        let after = at.pc.wrapping_add(1).addr();
        self.mutator.stack.publish(at.frame, Place::Instruction(after));
        let payload = self.of_its_own(payload);
        backtrace::attach(self.mutator, self.vm, payload);
        let window = code.frame_size();
        let frame = at.frame.wrapping_add(window + HEADER_WORDS);
        let word = ReturnWord::new(self.vm.halt_code(), window + HEADER_WORDS);
        // SAFETY: the frame lies just above the failing one, in the slack above the limit at most.
        unsafe { set_return_word(frame, word.bits()) };
        self.call_handler(frame, payload)
    }

    /// Entering the procedure in `frame` failed, or it is a primitive that failed.
    #[cold]
    pub(super) fn raise_at_entry(&mut self, frame: *mut u64, raised: Raised) -> Step {
        let Raised(()) = raised;
        let payload = self.take_raised();
        self.mutator.stack.publish(frame, Place::Entry(0));
        let payload = self.of_its_own(payload);
        backtrace::attach(self.mutator, self.vm, payload);
        self.call_handler(frame, payload)
    }

    fn call_handler(&mut self, frame: *mut u64, payload: Value) -> Step {
        let handler = self.vm.raise_procedure();
        // SAFETY: `frame` has a return word; its first registers are free for use.
        unsafe {
            set(frame, 0, payload);
            set_procedure(frame, handler);
        }
        self.enter_slow(handler, frame, 1)
    }

    /// The condition that says the heap is full is shared and cannot say where it was raised. The
    /// grace of a thread that was told so has room for one that can.
    fn of_its_own(&mut self, payload: Value) -> Value {
        if payload != self.vm.heap_exhausted_condition() {
            return payload;
        }
        let used = self.mutator.heap.heap().used_bytes() as u64;
        self.mutator.note_limit(LimitKind::Heap, used);
        let kind = ErrorKind::HeapExhausted;
        condition::make(&mut self.cx(), kind, "heap limit reached", &[]).unwrap_or(payload)
    }

    /// The heap limit was reached at `at`: collects everything once and says whether to try again.
    fn collect_and_retry(&mut self, at: At) -> bool {
        let epoch = self.mutator.heap.heap().epoch();
        if self.retried.take() == Some((at.pc, at.frame, epoch)) {
            return false;
        }
        self.mutator.stack.publish(at.frame, Place::Instruction(at.pc.addr()));
        self.mutator.collect(Reason::HeapLimit);
        if !self.mutator.heap.heap().has_hope(0) {
            return false;
        }
        self.retried = Some((at.pc, at.frame, self.mutator.heap.heap().epoch()));
        true
    }

    /// The instruction at `at` has to wait for a computation: it is run again afterwards.
    fn run_again(&mut self, at: At) -> Step {
        let place = Place::Instruction(at.pc.addr());
        self.mutator.stack.publish(at.frame, place);
        aside::wait(self.mutator, place, at.frame, || self.limit.load() == 0);
        match self.fate_at_safepoint() {
            Fate::Continues => Step::Go(at),
            Fate::Raises(raised) => self.raise(at, raised),
            Fate::Ends(outcome) => Step::Leave(outcome),
        }
    }

    #[cold]
    pub(super) fn raise_exhausted(&mut self, at: At) -> Step {
        let raised = self.cx().exhausted();
        self.raise(at, raised)
    }
    #[cold]
    pub(super) fn raise_unbound(&mut self, at: At, cell: Value) -> Step {
        let name = object::field(cell, 1);
        let raised = self.cx().error(ErrorKind::Unbound, "unbound variable", &[name]);
        self.raise(at, raised)
    }
    #[cold]
    pub(super) fn raise_too_early(&mut self, at: At, name: Value) -> Step {
        let message = "variable used before its definition";
        let raised = self.cx().error(ErrorKind::Unbound, message, &[name]);
        self.raise(at, raised)
    }
    #[cold]
    pub(super) fn raise_not_pair(&mut self, at: At, procedure: &str, got: Value) -> Step {
        let expected = match procedure {
            "cadr" | "cddr" => "a list of at least two elements",
            _ => "pair",
        };
        let raised = self.cx().wrong_type(procedure, 1, expected, got);
        self.raise(at, raised)
    }
    #[cold]
    pub(super) fn raise_not_record(&mut self, at: At, got: Value, of: Value) -> Step {
        let raised = prim::record::wrong_record(&mut self.cx(), got, of);
        self.raise(at, raised)
    }
    #[cold]
    pub(super) fn vector_ref_error(
        &mut self,
        vector: Value,
        index: Value,
    ) -> Result<Value, Raised> {
        prim::vector::vector_ref(&mut self.cx(), &[vector, index])
    }
    #[cold]
    pub(super) fn vector_set_error(
        &mut self,
        vector: Value,
        index: Value,
    ) -> Result<Value, Raised> {
        prim::vector::vector_set(&mut self.cx(), &[vector, index, Value::FALSE])
    }
    #[cold]
    pub(super) fn vector_length_error(&mut self, vector: Value) -> Result<Value, Raised> {
        prim::vector::vector_length(&mut self.cx(), &[vector])
    }

    /// The value in operator position is no procedure.
    #[cold]
    pub(super) fn raise_not_procedure(&mut self, callee: Value, frame: *mut u64) -> Step {
        let raised = if callee == Value::UNBOUND {
            self.cx().error(ErrorKind::Unbound, "unbound variable", &[])
        } else {
            self.cx().error(ErrorKind::NotProcedure, "not a procedure", &[callee])
        };
        self.raise_at_entry(frame, raised)
    }
    #[cold]
    pub(super) fn raise_arity(&mut self, callee: Value, frame: *mut u64, count: usize) -> Step {
        // SAFETY: `callee` is a procedure.
        let code = unsafe { &*Code::of(callee) };
        let name = code.name.map(|sym| self.vm.symbols.name(sym));
        let name = name.as_deref().unwrap_or("anonymous procedure");
        let plural = if count == 1 { "" } else { "s" };
        let takes = code.describe_arity();
        let message = format!("{name} was called with {count} argument{plural}; it takes {takes}");
        let raised = self.cx().error(ErrorKind::Arity, &message, &[]);
        self.raise_at_entry(frame, raised)
    }
}
