//! Environments: the assigned variables of a scope, born on the stack.
//!
//! An open environment stands in registers of its frame: `r[e]` holds its address (with the stack
//! tag), `r[e+1]` a header as a heap environment has, `r[e+2] ..` the variables. Moving it to the
//! heap copies header and variables and swings `r[e]`; the code that uses it goes through `r[e]`
//! and does not notice.

use crate::reasons::REASONS;
use crate::stack::Stack;
use lisle_gc::value::TAG_STACK_ENV;
use lisle_gc::{
    Header, HeapExhausted, Kind, LocalHeap, Record, RecordKind, Value, Watched, object,
};

impl Stack {
    /// Makes registers `register + 1 ..= register + 1 + count` of the frame an open environment.
    ///
    /// # Safety
    /// `frame` is the running frame of this stack and has these registers; the variables' registers
    /// are initialised.
    #[inline(always)]
    pub unsafe fn open_environment(frame: *mut u64, register: usize, count: usize) {
        // SAFETY: the caller promises that the registers exist.
        unsafe {
            let header = frame.add(register + 1);
            header.write(Header::new(Kind::Environment, count).bits());
            frame.add(register).write(header.addr() as u64 | TAG_STACK_ENV);
        }
    }
    /// Moves the environment to the heap if it is still on the stack; where it is then.
    ///
    /// # Errors
    /// When the heap limit is reached; the environment then stays open.
    pub fn close_environment(
        &mut self,
        heap: &mut LocalHeap,
        environment: Value,
    ) -> Result<Value, HeapExhausted> {
        if !environment.is_stack_env() {
            return Ok(environment);
        }
        self.stats.environments_for_closures += 1;
        if heap.heap().watch().is_on(Watched::Promotions) {
            self.record_closure(heap, environment);
        }
        copy_environment(heap, environment)
    }
}

impl Stack {
    /// As a promotion of no frame.
    #[cold]
    fn record_closure(&self, heap: &LocalHeap, environment: Value) {
        let bytes = 8 * (1 + open_size(environment) as u64);
        let words = [0, bytes, self.under.depth() as u64, 0];
        let now = heap.heap().age_ns();
        if heap.note(Record::new(RecordKind::Promotion, REASONS as u16, now, words)) {
            self.limit().trip();
        }
    }
}

/// The heap copy of an open environment.
pub(crate) fn copy_environment(
    heap: &mut LocalHeap,
    environment: Value,
) -> Result<Value, HeapExhausted> {
    let count = open_size(environment);
    let copy = heap.object(Kind::Environment, count)?;
    for index in 0..count {
        object::init_field(copy, index, object::field(environment, index));
    }
    Ok(copy)
}

/// How many variables an open environment has.
pub(crate) fn open_size(environment: Value) -> usize {
    debug_assert!(environment.is_stack_env());
    Header::from_bits(object::raw_word(environment, 0).load(std::sync::atomic::Ordering::Relaxed))
        .size()
}
