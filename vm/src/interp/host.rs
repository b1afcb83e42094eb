//! Procedures of the host, and calls from host code back into guest code: the only place where the
//! native stack grows with the guest's calls.
//!
//! A procedure of the host runs in a frame like a primitive's. When it calls a guest procedure, a
//! nested run of the interpreter lays the callee's frame above it, with the second instruction of the
//! host procedure's stub as return address. So the stack is one, collections see all of it, and a
//! full region promotes host frames like others.
//!
//! What leaves the nested run otherwise than by returning (an exception, `exit`, a continuation of
//! the code around) ends it: the frames above the host procedure's are dropped, the after thunks of
//! their `dynamic-wind`s run, and the host gets an error, which it normally returns; then the
//! interpreter goes on where the host procedure was called. Every continuation holds the number of
//! the nested run it was made in (0 outside). Only when that run is the innermost is a continuation
//! entered directly; when it is further out, runs are left until it is; when it is not running in
//! this thread, calling the continuation is an error: it would enter native frames that are gone.

use super::procedures::CONTINUATION_HOST;
use super::registers::{self, slice};
use super::{At, Machine, Outcome, Step};
use crate::api::error::{Error, Left};
use crate::condition::{self, ErrorKind};
use crate::vm::{self, VmShared};
use lisle_frames::Place;
use lisle_gc::{HeapExhausted, Value, object};
use lisle_threads::{Interrupt, Mutator, Nested, RootSlot};
use smallvec::SmallVec;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Calls between host and guest are nested at most so deeply, if the native stack allows.
const NESTED_MOST: usize = 10_000;
/// The most arguments of a procedure of the host: a call window above them must be within reach of
/// a return word.
const OWN_ARGUMENTS_MOST: usize = 10_000;
/// The most arguments of a call from the host.
pub const ARGUMENTS_MOST: usize = 100;

/// Why a continuation cannot be called.
pub const BARRIER: &str = "this continuation belongs to a call from the host that has ended, or that another thread \
     is in, and cannot be entered";

/// A procedure of the embedding program.
pub trait HostProcedure: Send + Sync {
    /// Runs it. Its frame is published, and `arguments` are copies of what stands in it.
    ///
    /// # Errors
    /// Whatever goes wrong in it. Panics are for the implementation to catch.
    fn run(
        &self,
        mutator: &mut Mutator,
        vm: &VmShared,
        arguments: &[Value],
    ) -> Result<Value, Error>;
}

/// The number, as a fixnum, of the nested run that guest code of this mutator runs in now.
#[inline]
pub fn host_call(mutator: &Mutator) -> Value {
    Value::fixnum(mutator.nested.last().map_or(0, |nested| nested.number as i64))
}

/// Frames of this depth and deeper belong to code around the innermost nested run.
pub(super) fn nearest_host_frame(mutator: &Mutator) -> usize {
    mutator.nested.last().map_or(0, |nested| nested.depth + 1)
}

impl Machine<'_> {
    /// Runs the procedure of the host in the frame and returns its value.
    pub(super) fn host(&mut self, frame: *mut u64) -> Step {
        let code = self.code_in(frame);
        let count = self.argument_count(code);
        self.mutator.stack.publish(frame, Place::Entry(count));
        if count > OWN_ARGUMENTS_MOST {
            let raised = self.cx().error(
                ErrorKind::Range,
                "too many arguments for a procedure of the host",
                &[],
            );
            return self.raise_at_entry(frame, raised);
        }
        let depth = self.mutator.stack.depth_of(frame);
        let host = code.host.as_ref().expect("code of this kind has a procedure of the host");
        // SAFETY: the frame has `count` arguments. Copied: nested runs move the frame.
        let arguments = unsafe { SmallVec::<[Value; 8]>::from_slice(slice(frame, 0, count)) };
        let result = host.run(self.mutator, self.vm, &arguments);
        // Where the frame is now, whatever the procedure did.
        let frame = self.mutator.stack.unwind_to(depth);
        self.mutator.stack.publish(frame, Place::Entry(count));
        match result {
            Ok(value) => self.return_value(frame, value),
            Err(error) => self.host_failed(frame, error),
        }
    }

    /// Guest code that the procedure of the host in the frame called has returned.
    pub(super) fn host_returned(&mut self, frame: *mut u64) -> Step {
        let depth = self.mutator.stack.depth_of(frame);
        let nested = self.mutator.nested.last().expect("a nested run returns");
        debug_assert_eq!(depth, nested.depth, "a nested run returns to its host frame");
        // The value is where the callee's header was, whose place the caller of the run knows.
        Step::Leave(Outcome::Value(Value::UNSPECIFIED))
    }

    /// A procedure of the host returned an error: leaves further runs, or raises it here.
    #[cold]
    fn host_failed(&mut self, frame: *mut u64, error: Error) -> Step {
        match error.left(self.vm) {
            Left::Raised(payload) => {
                let raised = self.cx().raise(payload);
                self.raise_at_entry(frame, raised)
            }
            Left::Thrown(k, values) => {
                let length = crate::prim::pair::proper_length(values).unwrap_or(0);
                self.call_with_list(frame, k, values, length)
            }
            Left::Exit(status) => {
                let Ok(exit) = self.vm.front.require(self.vm, self.mutator, "exit") else {
                    let raised = self.cx().exhausted();
                    return self.raise_at_entry(frame, raised);
                };
                // SAFETY: register 0 of the running frame.
                unsafe { registers::set(frame, 0, Value::fixnum(i64::from(status))) };
                self.tail_call(frame, object::field(exit, 0), 1)
            }
            Left::Terminated => Step::Leave(Outcome::Terminated),
            Left::New => {
                let raised = match error.to_condition(&mut self.cx()) {
                    Ok(condition) => self.cx().raise(condition),
                    Err(raised) => raised,
                };
                self.raise_at_entry(frame, raised)
            }
        }
    }

    /// The continuation `k`, in the frame with `count` values, was made in another nested run.
    #[cold]
    pub(super) fn throw_across(&mut self, frame: *mut u64, k: Value, count: usize) -> Step {
        let number = object::field(k, CONTINUATION_HOST).assume_fixnum() as u64;
        let is_around =
            number == 0 || self.mutator.nested.iter().any(|nested| nested.number == number);
        if !is_around {
            let raised = self.cx().error(ErrorKind::Barrier, BARRIER, &[]);
            return self.raise_at_entry(frame, raised);
        }
        // SAFETY: the frame has `count` arguments.
        let values = unsafe { slice(frame, 0, count) };
        match self.cx().list(values) {
            Ok(list) => Step::Leave(Outcome::Thrown(k, list)),
            Err(raised) => self.raise_at_entry(frame, raised),
        }
    }

    /// Calls a procedure for host code, above the frame of the procedure of the host that runs, or
    /// on an empty stack. When the run ends otherwise than by returning, the after thunks of its
    /// `dynamic-wind`s have run. The values of the outcome are not rooted. A safepoint.
    ///
    /// # Panics
    /// When there are more than [`ARGUMENTS_MOST`] arguments.
    pub fn call_from_host(&mut self, procedure: Value, arguments: &[Value]) -> Outcome {
        let old = self.mutator.roots[RootSlot::DynamicState];
        match vm::state_for_host(&mut self.mutator.heap, old) {
            Ok(state) => self.mutator.roots[RootSlot::DynamicState] = state,
            Err(HeapExhausted) => return Outcome::Uncaught(self.vm.heap_exhausted_condition()),
        }
        let held = self.mutator.hold(&[old]);
        let outcome =
            catch_unwind(AssertUnwindSafe(|| match self.run_for_host(procedure, arguments) {
                outcome @ Outcome::Value(_) => outcome,
                outcome => self.unwind(outcome),
            }));
        self.mutator.roots[RootSlot::DynamicState] = self.mutator.held(&held, 0);
        self.mutator.release(held);
        outcome.unwrap_or_else(|panic| resume_unwind(panic))
    }

    fn run_for_host(&mut self, procedure: Value, arguments: &[Value]) -> Outcome {
        match self.mutator.stack.entered() {
            Some((frame, count)) => self.call_above(frame, count, procedure, arguments),
            None => self.call(procedure, arguments),
        }
    }

    /// A nested run, above the host procedure's frame with `count` arguments.
    fn call_above(
        &mut self,
        frame: *mut u64,
        count: usize,
        procedure: Value,
        arguments: &[Value],
    ) -> Outcome {
        assert!(arguments.len() <= ARGUMENTS_MOST, "the first frame of a run has few arguments");
        let here = std::ptr::from_ref(&count).addr();
        if self.is_too_deep(here) {
            let message = "calls between host and guest are nested too deeply";
            let made = condition::make(&mut self.cx(), ErrorKind::Nesting, message, &[]);
            let exhausted = self.vm.heap_exhausted_condition();
            return Outcome::Uncaught(made.unwrap_or(exhausted));
        }
        let depth = self.mutator.stack.depth_of(frame);
        let number = VmShared::next_nested();
        self.mutator.nested.push(Nested { number, depth, native_address: here });
        let runs = self.mutator.nested.len();
        let at = At { pc: self.code_in(frame).instruction(1), frame };
        let new = self.push(at, count, procedure);
        for (index, argument) in arguments.iter().enumerate() {
            // SAFETY: the frame's own registers end below the region's limit, and what is added is
            // within the slack above it.
            unsafe { registers::set(new, index, *argument) };
        }
        let outcome = self.run_entering(procedure, new, arguments.len());
        debug_assert_eq!(runs, self.mutator.nested.len(), "nested runs end in order");
        self.mutator.nested.truncate(runs - 1);
        let frame = self.mutator.stack.unwind_to(depth);
        self.mutator.stack.publish(frame, Place::Entry(count));
        let outcome = outcome.unwrap_or_else(|panic| resume_unwind(panic));
        match outcome {
            // SAFETY: the callee's result stands where its header was.
            Outcome::Value(_) => Outcome::Value(unsafe { registers::get(frame, count) }),
            Outcome::Terminated => {
                // The host may go on; the thread's guest code will not.
                let id = self.mutator.id();
                self.mutator.world().interrupt(id, Interrupt::Terminate);
                outcome
            }
            _ => outcome,
        }
    }

    fn is_too_deep(&self, here: usize) -> bool {
        let nested = &self.mutator.nested;
        let Some(first) = nested.first() else { return false };
        let used = first.native_address.saturating_sub(here);
        nested.len() >= NESTED_MOST || used > self.vm.config.host_stack_bytes
    }

    /// Runs the after thunks that a run left outstanding. When one raises, that is the outcome. A run
    /// that was ended has no time for them.
    fn unwind(&mut self, outcome: Outcome) -> Outcome {
        let state = self.mutator.roots[RootSlot::DynamicState];
        let is_ended = matches!(outcome, Outcome::Terminated | Outcome::Limited(_));
        if is_ended || object::field(state, 0).is_nil() {
            return outcome;
        }
        let held = match outcome {
            Outcome::Uncaught(payload) => self.mutator.hold(&[payload, Value::NIL]),
            Outcome::Thrown(k, values) => self.mutator.hold(&[k, values]),
            _ => self.mutator.hold(&[Value::NIL, Value::NIL]),
        };
        let ended = match self.vm.front.require(self.vm, self.mutator, "%rewind") {
            Ok(rewind) => self.run_for_host(object::field(rewind, 0), &[Value::NIL]),
            Err(_) => Outcome::Uncaught(self.vm.heap_exhausted_condition()),
        };
        let (first, second) = (self.mutator.held(&held, 0), self.mutator.held(&held, 1));
        self.mutator.release(held);
        match (ended, outcome) {
            (Outcome::Value(_), Outcome::Uncaught(_)) => Outcome::Uncaught(first),
            (Outcome::Value(_), Outcome::Thrown(..)) => Outcome::Thrown(first, second),
            (Outcome::Value(_), _) => outcome,
            (failed, _) => failed,
        }
    }
}
