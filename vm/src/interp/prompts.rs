//! Delimited control: prompts, aborting to them, capturing up to them, and composing.
//!
//! A prompt is a frame of the machine procedure `%call-with-prompt` with its tag in `r[0]` and its
//! handler in `r[1]`. After Dybvig, Peyton Jones and Sabry, "A monadic framework for delimited
//! continuations" (2007), restricted to what a stack of frames gives directly.

use super::host::nearest_host_frame;
use super::procedures::{CONTINUATION_CHUNK, CONTINUATION_INDEX, Procedure};
use super::registers::{get, procedure, slice};
use super::{Machine, Step};
use crate::condition::ErrorKind;
use lisle_frames::continuation::{self, Found};
use lisle_frames::{HEADER_WORDS, Place, Position, PromotionReason};
use lisle_gc::{HeapExhausted, Kind, Value, object};

/// The call window of a prompt's frame.
const PROMPT_WINDOW: usize = 2;

impl Machine<'_> {
    fn find_prompt(&self, frame: *mut u64, tag: Value) -> Option<Found> {
        let code = self.vm.machine_code(Procedure::CallWithPrompt);
        self.mutator.stack.find_frame(frame, nearest_host_frame(self.mutator), |callee, mark| {
            mark == tag && callee.is_procedure() && object::field(callee, 0) == code
        })
    }

    fn no_prompt(&mut self, frame: *mut u64, tag: Value) -> Step {
        let raised = self.cx().error(ErrorKind::General, "no prompt with this tag", &[tag]);
        self.raise_at_entry(frame, raised)
    }

    /// `(%abort-to-prompt tag arguments)`: leaves the frames up to the prompt and calls its handler,
    /// in place of the prompt, with those frames as a composable continuation and the arguments.
    ///
    /// # Safety
    /// `frame` is a frame of that procedure.
    pub(super) unsafe fn abort_to_prompt(&mut self, frame: *mut u64) -> Step {
        // SAFETY: the frame has two arguments.
        let (tag, arguments) = unsafe { (get(frame, 0), get(frame, 1)) };
        let Some(length) = crate::prim::pair::proper_length(arguments) else {
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
        let Ok(k) = self.slice_continuation(prompt, top) else {
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
    ) -> Result<Value, HeapExhausted> {
        let from = prompt.depth() + HEADER_WORDS + PROMPT_WINDOW;
        let frames = continuation::slice(&mut self.mutator.heap, from, top)?;
        let k = self.mutator.heap.object(Kind::PartialContinuation, 3)?;
        object::init_field(k, 0, self.vm.machine_code(Procedure::PartialContinuation));
        object::init_field(k, CONTINUATION_CHUNK, frames.chunk);
        object::init_field(k, CONTINUATION_INDEX, Value::fixnum(frames.index as i64));
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
        self.mutator.stack.continue_at(position);
        self.underflow(value)
    }
}
