//! The interpreter: a loop over bytecode, and what its slow paths do.
//!
//! Guest calls never use the native stack. A primitive that has to call a procedure is a *machine
//! procedure*: a stub of bytecode around one step of the machine, which says by a [`Step`] how to go
//! on; so continuations captured inside pass through it.

use crate::bytecode::code::Code;
use crate::limits::Limit;
use crate::prim::{self, Prim};
use crate::vm::VmShared;
use limits::Meter;
use lisle_frames::{HEADER_WORDS, LimitWord, ReturnWord};
use lisle_gc::{HeapExhausted, Kind, Value};
use lisle_threads::Mutator;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;

#[expect(unsafe_code, reason = "frames of procedures being entered")]
mod enter;
mod fast;
#[expect(unsafe_code, reason = "lays out the frames that host code calls")]
pub mod host;
mod limits;
#[expect(unsafe_code, reason = "frames of machine procedures")]
pub mod procedures;
#[expect(unsafe_code, reason = "frames of prompts")]
pub mod prompts;
#[expect(unsafe_code, reason = "frames of handlers")]
mod raise;
#[expect(unsafe_code, reason = "unchecked registers, by the compiler's promise")]
mod registers;
#[expect(unsafe_code, reason = "the interpreter's loop")]
mod run;

/// A state of the machine: the next instruction and the running frame.
#[derive(Clone, Copy, Debug)]
pub struct At {
    /// The next instruction.
    pub pc: *const u32,
    /// The running frame.
    pub frame: *mut u64,
}

/// How a run ends.
#[derive(Clone, Copy, Debug)]
pub enum Outcome {
    /// The procedure returned this.
    Value(Value),
    /// A condition that nothing handled.
    Uncaught(Value),
    /// The program asked to end with this status.
    Exit(i32),
    /// The thread was terminated by another.
    Terminated,
    /// The run has used up a limit, and the grace after it.
    Limited(Limit),
    /// A continuation of the code around the call from the host that the run is was called, with
    /// this list of values: the host's procedure is left, then the continuation called again.
    Thrown(Value, Value),
}

/// What a slow path says to do next.
pub enum Step {
    /// Go on there.
    Go(At),
    /// End the run.
    Leave(Outcome),
}

/// The interpreter of one thread during one run.
pub struct Machine<'a> {
    pub(crate) mutator: &'a mut Mutator,
    pub(crate) vm: &'a VmShared,
    /// The word that polls compare with.
    limit: &'a LimitWord,
    /// The primitives by number.
    prims: &'static [&'static Prim],
    /// How many arguments the procedure that is being entered got, when its code is general.
    arguments: usize,
    /// What the run may use.
    meter: Meter,
    /// The last instruction tried again after a full collection, and when: a second failure there
    /// without a collection in between is an error. After an error it is forgotten: who handles that
    /// may let go of what was in the way.
    retried: Option<(*const u32, *mut u64, u64)>,
}

impl<'a> Machine<'a> {
    /// The interpreter of this thread.
    #[expect(unsafe_code, reason = "a count of references in every call from the host costs time")]
    pub fn new(mutator: &'a mut Mutator, vm: &'a VmShared) -> Machine<'a> {
        let limit = ptr::from_ref(mutator.stack.limit());
        // SAFETY: a stack keeps its word, outside itself, for as long as it lives, and this one is
        // the mutator's, which is borrowed for as long as the reference is used.
        let limit = unsafe { &*limit };
        let meter = Meter::new(mutator);
        if meter.is_limited() {
            limit.trip();
        }
        Machine { mutator, vm, limit, prims: prim::all(), arguments: 0, meter, retried: None }
    }

    /// Calls a procedure with these arguments on an empty stack and runs until it has returned.
    /// The result is not rooted: the caller uses it before the next safepoint.
    ///
    /// # Panics
    /// When there are more than a hundred arguments.
    #[expect(unsafe_code, reason = "lays out the first frame of a run")]
    pub fn call(&mut self, procedure: Value, arguments: &[Value]) -> Outcome {
        assert!(arguments.len() <= 100, "the first frame of a run has few arguments");
        let frame = self.mutator.stack.start();
        // SAFETY: `start` gives a frame pointer with the whole region above it.
        unsafe {
            registers::set_procedure(frame, procedure);
            for (index, argument) in arguments.iter().enumerate() {
                registers::set(frame, index, *argument);
            }
        }
        let outcome = self.run_entering(procedure, frame, arguments.len());
        self.mutator.stack.publish_empty();
        outcome.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Enters a procedure and runs until it has left. When code of the host panics in between that
    /// nothing there catches (a loader of libraries, a subscriber), the stack is for the caller to mend.
    fn run_entering(
        &mut self,
        procedure: Value,
        frame: *mut u64,
        count: usize,
    ) -> std::thread::Result<Outcome> {
        catch_unwind(AssertUnwindSafe(|| match self.enter_slow(procedure, frame, count) {
            Step::Leave(outcome) => outcome,
            Step::Go(at) => self.run_from(at),
        }))
    }

    /// Runs from a state that entering a procedure gave.
    #[expect(unsafe_code, reason = "starts the loop")]
    fn run_from(&mut self, at: At) -> Outcome {
        // SAFETY: only called with what `enter_slow` gives: a state of this machine.
        unsafe {
            if self.vm.counts_calls() || self.meter.counts_steps() {
                run::run::<true>(self, at)
            } else {
                run::run::<false>(self, at)
            }
        }
    }

    /// A closure whose payload the loop sets at once.
    #[inline(always)]
    fn allocate_closure(&mut self, size: usize) -> Result<Value, crate::cx::Raised> {
        match self.mutator.heap.object_unfilled(Kind::Closure, size) {
            Ok(object) => Ok(object),
            Err(HeapExhausted) => Err(self.cx().exhausted()),
        }
    }
    /// Moves an environment to the heap if it is still on the stack.
    fn close_environment(&mut self, environment: Value) -> Result<Value, crate::cx::Raised> {
        let mutator = &mut *self.mutator;
        match mutator.stack.close_environment(&mut mutator.heap, environment) {
            Ok(closed) => Ok(closed),
            Err(HeapExhausted) => Err(self.cx().exhausted()),
        }
    }
    /// The window that primitives get.
    pub(crate) fn cx(&mut self) -> crate::cx::Cx<'_> {
        crate::cx::Cx::new(self.mutator, self.vm)
    }
    /// Makes the frame at window `window` of `at` ready for `callee`: its frame pointer.
    #[expect(unsafe_code, reason = "writes a frame header")]
    fn push(&mut self, at: At, window: usize, callee: Value) -> *mut u64 {
        let new = at.frame.wrapping_add(window + HEADER_WORDS);
        let word = ReturnWord::new(at.pc.addr(), window + HEADER_WORDS);
        // SAFETY: machine procedures have few registers and the region has slack above its limit.
        unsafe {
            registers::set_return_word(new, word.bits());
            registers::set_procedure(new, callee);
        }
        new
    }
    /// Returns `value` from the frame.
    #[expect(unsafe_code, reason = "reads a frame header")]
    fn return_value(&mut self, frame: *mut u64, value: Value) -> Step {
        // SAFETY: `frame` is the running frame.
        let word = unsafe {
            let word = ReturnWord::from_bits(registers::return_word(frame));
            registers::set_return_word(frame, value.bits());
            word
        };
        let pc = std::ptr::with_exposed_provenance(word.address());
        Step::Go(At { pc, frame: frame.wrapping_sub(word.distance()) })
    }
    /// The code that runs in a frame.
    #[expect(unsafe_code, reason = "follows a frame's procedure")]
    fn code_in(&self, frame: *mut u64) -> &'a Code {
        // SAFETY: a running frame holds a procedure, which keeps its code (GC-13) as long as the frame
        // runs, longer than any caller uses it.
        unsafe { &*Code::of(registers::procedure(frame)) }
    }
}
