//! Delimited control: escapes, prompts, aborting to them, capturing up to them, and composing.
//!
//! A prompt is a frame of the machine procedure `%call-with-prompt` with its tag in `r[0]` and its
//! handler in `r[1]`. After Dybvig, Peyton Jones and Sabry, "A monadic framework for delimited
//! continuations" (2007), restricted to what a stack of frames gives directly.
//!
//! An escape leads to a frame of the machine procedure `%call/ec` with its token in `r[0]` and the
//! dynamic state in which it was called in `r[1]`. When a composable continuation brings that frame to
//! another place, it is called in another state: while the frame is captured, `r[1]` is the number of
//! additions (`control.scm`) between the two states, its own and that of the capture.

use super::host::{host_call, nearest_host_frame};
use super::procedures::{CONTINUATION_CHUNK, CONTINUATION_HOST, CONTINUATION_INDEX, Procedure};
use super::registers::{get, procedure, set, slice};
use super::{At, Machine, Step};
use crate::condition::ErrorKind;
use crate::prim::pair::{self, Elements};
use crate::vm::VmShared;
use lisle_frames::continuation::{self, Found};
use lisle_frames::{HEADER_WORDS, Place, Position, PromotionReason};
use lisle_gc::{HeapExhausted, Kind, Value, object};
use lisle_threads::{Mutator, RootSlot};

/// The call window of a prompt's frame.
const PROMPT_WINDOW: usize = 2;
/// The call window of the frame that an escape leads to.
const ESCAPE_WINDOW: usize = 2;
/// The register of that frame that holds its dynamic state.
const ESCAPE_STATE: usize = 1;
/// Payload index of that frame's depth in the escape's token,
const ESCAPE_DEPTH: usize = CONTINUATION_CHUNK;
/// unless a composable continuation has captured the frame: then it may be anywhere.
const ANYWHERE: Value = Value::fixnum(-1);
/// Payload index of the number of such frames in a composable continuation.
const CONTINUATION_ESCAPES: usize = 3;
/// Index of the parent in a dynamic state.
const STATE_PARENT: usize = 3;

/// The frame that the escape `k` leads to, from the frame at `frame` down; `None` when it has returned.
/// A composable continuation that has captured it may have brought it to another depth than its own.
pub fn escape_target(mutator: &Mutator, vm: &VmShared, frame: *mut u64, k: Value) -> Option<Found> {
    let code = vm.machine_code(Procedure::CallWithEscape);
    let is_target = |callee: Value, mark: Value| mark == k && runs(callee, code);
    let bound = nearest_host_frame(mutator);
    match usize::try_from(object::field(k, ESCAPE_DEPTH).assume_fixnum()) {
        Ok(depth) if depth < bound => None,
        Ok(depth) => mutator.stack.find_frame_at(frame, depth, is_target),
        Err(_) => mutator.stack.find_frame(frame, bound, is_target),
    }
}

/// The dynamic state of such a frame.
pub fn escape_state(mutator: &Mutator, target: &Found) -> Value {
    target.register(&mutator.stack, ESCAPE_STATE)
}

/// Is this the procedure of a frame that runs `code`?
fn runs(callee: Value, code: Value) -> bool {
    callee.is_procedure() && object::field(callee, 0) == code
}

impl Machine<'_> {
    /// `(%call/ec f)`: passes a token for this frame. Promotes nothing.
    ///
    /// # Safety
    /// `at` is in a frame of that procedure.
    pub(super) unsafe fn call_with_escape(&mut self, at: At) -> Step {
        let frame = at.frame;
        let Ok(token) = self.mutator.heap.object(Kind::Escape, 5) else {
            return self.exhausted_in_machine(frame, 1);
        };
        object::init_field(token, 0, self.vm.machine_code(Procedure::Escape));
        let depth = self.mutator.stack.depth_of(frame);
        object::init_field(token, ESCAPE_DEPTH, Value::fixnum(depth as i64));
        object::init_field(token, CONTINUATION_HOST, host_call(self.mutator));
        // SAFETY: the frame has one argument, and room for another register and a call window.
        unsafe {
            let callee = get(frame, 0);
            set(frame, 0, token);
            set(frame, ESCAPE_STATE, self.mutator.roots[RootSlot::DynamicState]);
            let new = self.push(at, ESCAPE_WINDOW, callee);
            set(new, 0, token);
            self.enter_slow(callee, new, 1)
        }
    }

    /// An escape was called: the procedure in the frame, with the values to deliver.
    ///
    /// # Safety
    /// `frame` is the frame of the call.
    pub(super) unsafe fn escape(&mut self, frame: *mut u64) -> Step {
        let count = self.arguments;
        // SAFETY: the frame has `count` arguments.
        let (k, values) = unsafe { (procedure(frame), slice(frame, 0, count)) };
        if object::field(k, CONTINUATION_HOST) != host_call(self.mutator) {
            return self.throw_across(frame, k, count);
        }
        let Some(target) = escape_target(self.mutator, self.vm, frame, k) else {
            return self.extent_has_ended(frame);
        };
        if escape_state(self.mutator, &target) != self.mutator.roots[RootSlot::DynamicState] {
            return self.rewind_and_throw(frame, k, count);
        }
        match self.cx().values(values) {
            Ok(value) => self.escape_to(target, value),
            Err(raised) => self.raise_at_entry(frame, raised),
        }
    }

    /// Returns `value` from the frame that an escape leads to.
    pub(super) fn escape_to(&mut self, target: Found, value: Value) -> Step {
        match target {
            Found::OnRegion(target) => match self.mutator.stack.return_from(target, value) {
                Some((frame, address)) => {
                    let pc = std::ptr::with_exposed_provenance(address);
                    Step::Go(At { pc, frame })
                }
                None => self.underflow(value),
            },
            Found::InChunk(position) => {
                self.mutator.stack.continue_at(position);
                self.underflow(value)
            }
        }
    }

    pub(super) fn extent_has_ended(&mut self, frame: *mut u64) -> Step {
        let message = "escape-only continuation called after its extent has ended";
        let raised = self.cx().error(ErrorKind::General, message, &[]);
        self.raise_at_entry(frame, raised)
    }

    /// Of the frames of a continuation that was just captured, those that escapes lead to no longer
    /// refer to dynamic states: how many these are. `additions` lists the states since the prompt,
    /// outermost first.
    fn detach_escapes(&self, frames: Position, additions: Value) -> usize {
        let code = self.vm.machine_code(Procedure::CallWithEscape);
        // Innermost first, as the frames are.
        let mut states = Vec::new();
        let (mut passed, mut count) = (0, 0);
        continuation::each_frame(frames, |callee, registers| {
            if !runs(callee, code) {
                return;
            }
            if count == 0 {
                let length = pair::proper_length(additions).unwrap_or(0);
                states = Elements::of(additions, length).collect();
                states.reverse();
            }
            count += 1;
            let token = object::field(frames.chunk, registers);
            object::init_field(token, ESCAPE_DEPTH, ANYWHERE);
            let field = registers + ESCAPE_STATE;
            let own = object::field(frames.chunk, field);
            let found = states[passed..].iter().position(|&state| state == own);
            // The others were called in the state of the prompt.
            let additions = found.map_or(states.len(), |more| passed + more);
            passed += found.unwrap_or(0);
            object::init_field(frames.chunk, field, Value::fixnum(additions as i64));
        });
        count
    }

    /// The opposite, for a copy of the frames that is to go on in the current dynamic state.
    fn attach_escapes(&self, frames: Position) {
        let code = self.vm.machine_code(Procedure::CallWithEscape);
        let (mut state, mut passed) = (self.mutator.roots[RootSlot::DynamicState], 0);
        continuation::each_frame(frames, |callee, registers| {
            if !runs(callee, code) {
                return;
            }
            let field = registers + ESCAPE_STATE;
            let additions = object::field(frames.chunk, field).assume_fixnum();
            while passed < additions {
                state = object::field(state, STATE_PARENT);
                passed += 1;
            }
            object::init_field(frames.chunk, field, state);
        });
    }
}

impl Machine<'_> {
    fn find_prompt(&self, frame: *mut u64, tag: Value) -> Option<Found> {
        let code = self.vm.machine_code(Procedure::CallWithPrompt);
        self.mutator.stack.find_frame(frame, nearest_host_frame(self.mutator), |callee, mark| {
            mark == tag && runs(callee, code)
        })
    }

    fn no_prompt(&mut self, frame: *mut u64, tag: Value) -> Step {
        let raised = self.cx().error(ErrorKind::General, "no prompt with this tag", &[tag]);
        self.raise_at_entry(frame, raised)
    }

    /// `(%abort-to-prompt tag arguments)`: leaves the frames up to the prompt and calls its handler,
    /// in place of the prompt, with those frames as a composable continuation and the arguments, the
    /// first of which lists the dynamic states since the prompt.
    ///
    /// # Safety
    /// `frame` is a frame of that procedure.
    pub(super) unsafe fn abort_to_prompt(&mut self, frame: *mut u64) -> Step {
        // SAFETY: the frame has two arguments.
        let (tag, arguments) = unsafe { (get(frame, 0), get(frame, 1)) };
        let Some(length) = pair::proper_length(arguments) else {
            let raised = self.cx().wrong_type("abort-to-prompt", 2, "list", arguments);
            return self.raise_at_entry(frame, raised);
        };
        self.mutator.stack.publish(frame, Place::Entry(2));
        let mutator = &mut *self.mutator;
        let reason = PromotionReason::Prompt;
        let Ok(top) = mutator.stack.promote_below(&mut mutator.heap, frame, reason) else {
            return self.exhausted_in_machine(frame, 2);
        };
        let Some(found @ Found::InChunk(prompt)) = self.find_prompt(frame, tag) else {
            return self.no_prompt(frame, tag);
        };
        let handler = found.register(&self.mutator.stack, 1);
        let additions = if length > 0 { object::car(arguments) } else { Value::NIL };
        let Ok(k) = self.slice_continuation(prompt, top, additions) else {
            return self.exhausted_in_machine(frame, 2);
        };
        match self.cx().cons(k, arguments) {
            Ok(arguments) => {
                let target = self.mutator.stack.continue_at(prompt);
                self.call_with_list(target, handler, arguments, length + 1)
            }
            Err(raised) => self.raise_at_entry(frame, raised),
        }
    }

    /// The frames between a prompt and `top` as a composable continuation.
    fn slice_continuation(
        &mut self,
        prompt: Position,
        top: Position,
        additions: Value,
    ) -> Result<Value, HeapExhausted> {
        let from = prompt.depth() + HEADER_WORDS + PROMPT_WINDOW;
        let frames = continuation::slice(&mut self.mutator.heap, from, top)?;
        let escapes = self.detach_escapes(frames, additions);
        let k = self.mutator.heap.object(Kind::PartialContinuation, 4)?;
        object::init_field(k, 0, self.vm.machine_code(Procedure::PartialContinuation));
        object::init_field(k, CONTINUATION_CHUNK, frames.chunk);
        object::init_field(k, CONTINUATION_INDEX, Value::fixnum(frames.index as i64));
        object::init_field(k, CONTINUATION_ESCAPES, Value::fixnum(escapes as i64));
        Ok(k)
    }

    /// A composable continuation was called: its frames go on top of the current ones.
    ///
    /// # Safety
    /// `frame` is the frame of the call.
    pub(super) unsafe fn compose(&mut self, frame: *mut u64) -> Step {
        let count = self.arguments;
        // SAFETY: the frame has `count` arguments.
        let (k, values) = unsafe { (procedure(frame), slice(frame, 0, count)) };
        let value = match self.cx().values(values) {
            Ok(value) => value,
            Err(raised) => return self.raise_at_entry(frame, raised),
        };
        self.mutator.stack.publish(frame, Place::Entry(count));
        let mutator = &mut *self.mutator;
        let reason = PromotionReason::Prompt;
        let Ok(below) = mutator.stack.promote_below(&mut mutator.heap, frame, reason) else {
            return self.exhausted_in_machine(frame, count);
        };
        let index = object::field(k, CONTINUATION_INDEX).assume_fixnum() as usize;
        let frames = Position { chunk: object::field(k, CONTINUATION_CHUNK), index };
        let Ok(position) = continuation::graft(&mut self.mutator.heap, frames, below) else {
            return self.exhausted_in_machine(frame, count);
        };
        if object::field(k, CONTINUATION_ESCAPES) != Value::fixnum(0) {
            self.attach_escapes(position);
        }
        self.mutator.stack.continue_at(position);
        self.underflow(value)
    }
}
